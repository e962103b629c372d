//! One row of the audit as it is shown and searched. Everything is worked out once, when the row comes in.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::super::Model;
use crate::{
    cis2::wire::AuditRow,
    desktop::{
        format,
        wording::{self, TEXTS},
    },
    domain::{HolderId, OfficerId},
};

/// A row in words.
#[derive(Debug, Clone)]
pub struct Line {
    /// The row as the gateway keeps it.
    pub row: AuditRow,
    /// When, in British form.
    pub when: String,
    /// What happened.
    pub what: String,
    /// Who did it, with their name where it is known.
    pub who: String,
    /// To whom, in groups of three; empty where no holder is concerned.
    pub holder: String,
    /// On which card; empty where none is concerned.
    pub card: String,
    /// Everything that can be searched, in small letters.
    pub search: String,
}

impl Line {
    /// A row in words. `officers` knows names.
    #[must_use]
    pub fn new(row: &AuditRow, officers: &BTreeMap<OfficerId, String>) -> Self {
        let text = |name: &str| row.detail.get(name).and_then(Json::as_str).unwrap_or_default();
        let holder = text("holder").parse::<HolderId>().map_or_else(|_| String::new(), |holder| holder.grouped());
        let (when, what) = (format::moment_of(&row.at), wording::row(&TEXTS, row));
        let who = match &row.officer {
            Some(officer) => match officers.get(officer) {
                Some(name) => format!("{name} ({})", officer.grouped()),
                None => officer.grouped(),
            },
            None => TEXTS.get("activity-nobody"),
        };
        let card = text("serial").to_owned();
        let officer = row.officer.as_ref().map_or("", OfficerId::as_str);
        let mut search = format!(
            "{} {when} {} {what} {} {who} {officer} {holder} {} {card}",
            row.sequence,
            row.at,
            row.event,
            text("holder")
        );
        for (name, value) in wording::facts(&TEXTS, row) {
            search.push(' ');
            search.push_str(&name);
            search.push(' ');
            search.push_str(&value);
        }
        Self { row: row.clone(), when, what, who, holder, card, search: search.to_lowercase() }
    }
}

/// The officers whose names this window knows.
pub(super) fn officer_names(model: &Model) -> BTreeMap<OfficerId, String> {
    let listed = model.session.officers.iter().map(|known| &known.officer);
    listed.chain(model.officer()).map(|officer| (officer.id.clone(), officer.name.clone())).collect()
}
