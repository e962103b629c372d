//! One card as it is told: a row, some lines, and a document.

use std::fmt::Write;

use serde_json::{Value, json};

use super::super::{answer, wording};
use crate::{
    card::{
        profile::Profiles,
        reader::{Presence, ReaderStatus},
        recognise::Recognised,
    },
    domain::{NhsCode, eligibility::Decision, upper_hex},
    operations::{CardLook, CardStanding},
};

/// One card as it is told.
#[derive(Default)]
pub struct Seen {
    card: String,
    serial: String,
    profile: Option<String>,
    remark: String,
    nhs_code: Option<NhsCode>,
    tries_left: Option<u8>,
    look: Option<CardLook>,
}

impl Seen {
    /// A reader with nothing that could be looked at.
    pub fn of(card: &str, remark: &str) -> Self {
        Self { card: card.to_owned(), remark: remark.to_owned(), ..Self::default() }
    }

    /// With the published code that means the same, if there is one.
    #[must_use]
    pub fn nhs_code(self, nhs_code: Option<NhsCode>) -> Self {
        Self { nhs_code, ..self }
    }

    /// A card that nobody was asked about.
    pub fn recognised(card: &Recognised) -> Self {
        let tries_left = card.contents.as_ref().and_then(|contents| contents.tries_left);
        Self {
            card: card.series.to_string(),
            serial: card.serial.to_string(),
            profile: Some(card.profile.id.clone()),
            tries_left,
            ..Self::default()
        }
    }

    /// A card that was looked at closely, on the chip and at the gateway.
    pub fn looked(look: CardLook, profiles: &Profiles) -> Self {
        let profile = profiles.all().iter().find(|known| look.profile_name.as_ref() == Some(&known.name));
        Self {
            card: look.series.to_string(),
            serial: look.serial.as_ref().map(ToString::to_string).unwrap_or_default(),
            profile: profile.map(|profile| profile.id.clone()),
            remark: look.standing.to_string(),
            nhs_code: look.nhs_code,
            tries_left: look.tries_left,
            look: Some(look),
        }
    }

    /// Its row in the table.
    pub fn row(&self, reader: &str) -> [String; 5] {
        let holder = self.look.as_ref().and_then(|look| look.holder.as_ref());
        let holder = holder.map(|holder| format!("{} {}", holder.id.grouped(), holder.printed_name()));
        let code = self.nhs_code.map_or_else(String::new, |code| format!(" (NHS code {code})"));
        // What it means stands below the table.
        let remark = format!("{}{code}", self.remark);
        [reader.to_owned(), self.card.clone(), self.serial.clone(), holder.unwrap_or_default(), remark]
    }

    /// What does not fit into a row; nothing for a card nobody can work on.
    pub fn in_words(&self, reader: &str) -> Option<String> {
        let mut lines = String::new();
        if let Some(code) = self.nhs_code {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "  NHS code {code}: {}", code.beside(&self.remark));
        }
        if let Some(look) = &self.look {
            look_in_words(look, &mut lines);
        }
        (!lines.is_empty()).then(|| format!("\n{reader}:\n{lines}"))
    }

    /// Its document. Members without a value are there all the same, as null or an empty list.
    pub fn document(&self, reader: &ReaderStatus) -> Value {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let atr = match &reader.card {
            Presence::Present { atr } | Presence::InUse { atr } if !atr.is_empty() => Some(upper_hex(atr)),
            _ => None,
        };
        let look = self.look.as_ref();
        json!({
            "reader": reader.name,
            "card": self.card,
            "serial": given(&self.serial),
            "profile": self.profile,
            "atr": atr,
            "remark": given(&self.remark),
            "nhs_code": self.nhs_code,
            "nhs_code_means": answer::of_code(self.nhs_code).get(answer::NHS_CODE_MEANS),
            "standing": look.map(|look| standing(&look.standing)),
            "holder": look.and_then(|look| look.holder.as_ref()).map(|holder| json!({
                "number": holder.id,
                "name": holder.printed_name(),
                "organisation": holder.organisation,
            })),
            "state": look.and_then(|look| look.record.as_ref()).map(|record| record.state),
            "certificates": look.map(|look| look.certificates.iter().map(|certificate| json!({
                "slot": certificate.slot,
                "last_day": certificate.expires.date().to_string(),
                "days_left": certificate.days_left,
            })).collect::<Vec<_>>()).unwrap_or_default(),
            "tries_left": self.tries_left,
            "diagnosis": look.map(|look| look.diagnosis.iter().map(ToString::to_string).collect::<Vec<_>>())
                .unwrap_or_default(),
            "offers": look.map(|look| look.offers.iter().map(|(operation, decision)| json!({
                "operation": operation,
                "allowed": *decision == Decision::Allowed,
                "reasons": reasons(decision),
            })).collect::<Vec<_>>()).unwrap_or_default(),
        })
    }
}

/// What was seen on a card and what may be done to it, a line each.
fn look_in_words(look: &CardLook, lines: &mut String) {
    for certificate in &look.certificates {
        let days = certificate.days_left;
        let left = if days < 0 { "expired".to_owned() } else { format!("{days} days left") };
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "  {} certificate until {}, {left}", certificate.slot, certificate.expires.date());
    }
    if let Some(left) = look.tries_left {
        let _ = writeln!(lines, "  passcode: {left} tries left");
    }
    for finding in &look.diagnosis {
        let _ = writeln!(lines, "  wrong: {finding}");
    }
    for (operation, decision) in &look.offers {
        let _ = match decision {
            Decision::Allowed => writeln!(lines, "  {operation}: may be done now"),
            Decision::Refused(refusal) => {
                let why = refusal.to_string();
                writeln!(lines, "  {operation}: no. {why}{}", answer::beside(&why, refusal.nhs_code()))
            }
        };
    }
}

fn reasons(decision: &Decision) -> Vec<Value> {
    match decision {
        Decision::Allowed => Vec::new(),
        Decision::Refused(refusal) => refusal.reasons.iter().map(wording::reason).collect(),
    }
}

/// What a card is, in one word for programs.
fn standing(standing: &CardStanding) -> &'static str {
    match standing {
        CardStanding::InOrder => "in-order",
        CardStanding::Locked => "locked",
        CardStanding::Faulty => "faulty",
        CardStanding::Empty => "empty",
        CardStanding::Cancelled => "cancelled",
        CardStanding::NoRecord => "no-record",
        CardStanding::OtherIssuer => "other-issuer",
        CardStanding::Unfinished => "unfinished",
        CardStanding::InWork => "in-work",
        CardStanding::OwnCard => "own-card",
        CardStanding::NotKnown(_) => "not-known",
    }
}
