//! What a card is, and what may be done to it, by the rules the service decides by.

use time::Date;

use crate::{
    bench::CardInReader,
    desktop::model::Model,
    domain::{
        CardState, Holder, Operation,
        eligibility::{
            self, Address, Certificates, Decision, Delivery, Photo, RENEWAL_WINDOW, Refusal, Situation, Subject, Task,
            decide,
        },
    },
    operations::diagnosis::Finding,
};

/// What a card in use may be brought here for, in the order of the page.
pub const OPERATIONS: [Operation; 6] = [
    Operation::Unlock,
    Operation::Renew,
    Operation::Repair,
    Operation::ChangePasscode,
    Operation::Clear,
    Operation::Cancel,
];

/// An operation, and why it may not be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What.
    pub operation: Operation,
    /// Why not.
    pub refused: Option<Refusal>,
}

/// What a card is, in one word of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In use, and nothing is the matter with it.
    InOrder,
    /// In use, and its certificates may be renewed: so many days are left.
    Due(i64),
    /// In use, and its certificates have expired.
    Expired,
    /// In use, and something is wrong with it.
    Damaged,
    /// Its passcode was typed wrongly too often.
    Blocked,
    /// Locked.
    Locked,
    /// Issued locked, and nobody has said yet that its holder has it.
    AwaitsDelivery,
    /// Blank stock.
    Blank,
    /// Certificates of this service are on it, and there is no record of it.
    NoRecord,
    /// Certificates that others made are on it.
    Stranger,
    /// A job on it was cut off.
    Unfinished,
    /// A job is open on it.
    InWork,
    /// Ended for good.
    Cancelled,
    /// The service does not say.
    NotAsked,
}

/// Days until a day; fewer than none once it is over.
#[must_use]
pub fn days_left(last: Date, today: Date) -> i64 {
    (last - today).whole_days()
}

/// What a card is.
#[must_use]
pub fn standing(card: &CardInReader, today: Date) -> Standing {
    let Ok(record) = &card.record else { return Standing::NotAsked };
    match record.state {
        CardState::Blank if card.stranger => Standing::Stranger,
        CardState::Blank if card.has_certificates => Standing::NoRecord,
        CardState::Blank => Standing::Blank,
        CardState::InWork => Standing::InWork,
        CardState::Unfinished => Standing::Unfinished,
        CardState::Cancelled => Standing::Cancelled,
        CardState::Locked if record.awaits_delivery => Standing::AwaitsDelivery,
        CardState::Locked => Standing::Locked,
        CardState::Active if card.findings.iter().any(is_damage) => Standing::Damaged,
        CardState::Active if card.tries_left == Some(0) => Standing::Blocked,
        CardState::Active => match record.certificates_expire.map(|at| days_left(at.date(), today)) {
            Some(left) if left < 0 => Standing::Expired,
            Some(left) if left <= RENEWAL_WINDOW.whole_days() => Standing::Due(left),
            _ => Standing::InOrder,
        },
    }
}

/// Whether a finding is more than what has a page's word of its own.
#[must_use]
pub fn is_damage(finding: &Finding) -> bool {
    !matches!(finding, Finding::PasscodeLocked | Finding::CertificateExpired { .. })
}

/// Every operation with the answer to it. A card that is nobody's, or that the service says nothing of, is not offered
/// anything that writes; one that was cancelled shows why each is refused.
#[must_use]
pub fn offers(model: &Model, card: &CardInReader, today: Date) -> Vec<Offer> {
    let nothing =
        matches!(standing(card, today), Standing::Blank | Standing::NoRecord | Standing::Stranger | Standing::NotAsked);
    let Some(holder) = card.holder.as_ref().filter(|_| !nothing) else { return Vec::new() };
    let Some(situation) = situation(model, card, holder, today) else { return Vec::new() };
    let mut offers: Vec<Offer> = eligibility::offers(&situation)
        .into_iter()
        .map(|(operation, decision)| Offer { operation, refused: refusal(decision) })
        .filter(|offer| OPERATIONS.contains(&offer.operation))
        .collect();
    offers.sort_by_key(|offer| OPERATIONS.iter().position(|operation| *operation == offer.operation));
    offers
}

/// Why a card cannot be asked to sign, where it cannot; `None` where there is nothing to ask.
#[must_use]
pub fn trial(model: &Model, card: &CardInReader, today: Date) -> Option<Option<Refusal>> {
    let nothing = matches!(
        standing(card, today),
        Standing::Blank
            | Standing::NoRecord
            | Standing::Stranger
            | Standing::Cancelled
            | Standing::NotAsked
            | Standing::InWork
    );
    let holder = card.holder.as_ref().filter(|_| !nothing)?;
    Some(refusal(decide(&situation(model, card, holder, today)?)))
}

fn refusal(decision: Decision) -> Option<Refusal> {
    match decision {
        Decision::Allowed => None,
        Decision::Refused(refusal) => Some(refusal),
    }
}

/// What the rules look at, for a card that is asked to sign; `None` while nobody is at work.
fn situation<'a>(model: &'a Model, card: &'a CardInReader, holder: &Holder, today: Date) -> Option<Situation<'a>> {
    let officer = model.officer()?;
    let record = card.record.as_ref().ok()?;
    Some(Situation {
        task: Task::Authenticate,
        role: officer.role,
        subject: if officer.id == holder.id { Subject::Own } else { Subject::Another },
        series: card.series,
        card: record.state,
        certificates: record.certificates_expire.map_or(Certificates::None, |at| Certificates::LastDay(at.date())),
        holder: holder.state,
        photo: if holder.photo_sha256.is_some() { Photo::OnRecord } else { Photo::Missing },
        other_card: card.other_card.as_ref(),
        // Neither is looked at for what is done at a desk.
        address: Address::Missing,
        delivery: Delivery::Confirmed,
        software: &model.software,
        printer: None,
        realm: model.realm,
        today,
    })
}

/// What the card was most likely brought for, where that may be done now.
#[must_use]
pub fn main_operation(model: &Model, card: &CardInReader, today: Date) -> Option<Operation> {
    let wanted = match standing(card, today) {
        Standing::Locked | Standing::AwaitsDelivery | Standing::Blocked => Operation::Unlock,
        Standing::Damaged | Standing::Unfinished => Operation::Repair,
        Standing::Due(_) | Standing::Expired => Operation::Renew,
        _ => return None,
    };
    let allowed = |offer: &Offer| offer.operation == wanted && offer.refused.is_none();
    offers(model, card, today).iter().any(allowed).then_some(wanted)
}
