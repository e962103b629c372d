//! On which cards an element is.

use serde::Deserialize;

use crate::{
    domain::{OrganisationCode, Series},
    face::fields::{FaceData, Purpose},
};

/// Whether a card is handed over locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardCondition {
    /// It must be unlocked before use.
    Locked,
    /// It has its passcode.
    Active,
}

/// What must be so for an element to be there. Nothing said: it always is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Condition {
    /// A card for use or a training card.
    pub purpose: Option<Purpose>,
    /// Locked or not.
    pub card: Option<CardCondition>,
    /// One of these series.
    pub series: Option<Vec<Series>>,
    /// The holder's profile belongs to one of these organisations.
    pub organisation: Option<Vec<OrganisationCode>>,
}

/// What comes of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::face) enum Answer {
    Yes,
    No,
    /// It depends on the card, and which card it will be is not known yet.
    WaitsForCard,
}

impl Condition {
    /// Whether it is so on this face.
    pub(in crate::face) fn holds(&self, data: &FaceData) -> Answer {
        let card = data.card.as_ref().map(|card| (card.locked, card.series));
        self.answer(data.purpose, data.organisation.as_str(), card)
    }

    /// Whether it is so for this organisation and this card, of which is said whether it is locked and its series.
    pub(in crate::face) fn answer(&self, purpose: Purpose, organisation: &str, card: Option<(bool, Series)>) -> Answer {
        let listed = |all: &Vec<OrganisationCode>| all.iter().any(|code| code.as_str() == organisation);
        let of_holder =
            self.purpose.is_none_or(|wanted| wanted == purpose) && self.organisation.as_ref().is_none_or(listed);
        if !of_holder {
            return Answer::No;
        }
        match (card, self.card.is_some() || self.series.is_some()) {
            (_, false) => Answer::Yes,
            (None, true) => Answer::WaitsForCard,
            (Some((locked, series)), true) if self.of_card(locked, series) => Answer::Yes,
            (Some(_), true) => Answer::No,
        }
    }

    fn of_card(&self, locked: bool, series: Series) -> bool {
        let condition = if locked { CardCondition::Locked } else { CardCondition::Active };
        self.card.is_none_or(|wanted| wanted == condition)
            && self.series.as_ref().is_none_or(|all| all.contains(&series))
    }

    /// Whether no card fulfils both, so that two elements may take the same place.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        fn differ<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            matches!((one, other), (Some(one), Some(other)) if one != other)
        }
        fn disjoint<T: PartialEq>(one: Option<&Vec<T>>, other: Option<&Vec<T>>) -> bool {
            matches!((one, other), (Some(one), Some(other)) if !one.iter().any(|value| other.contains(value)))
        }
        differ(self.purpose.as_ref(), other.purpose.as_ref())
            || differ(self.card.as_ref(), other.card.as_ref())
            || disjoint(self.series.as_ref(), other.series.as_ref())
            || disjoint(self.organisation.as_ref(), other.organisation.as_ref())
    }
}
