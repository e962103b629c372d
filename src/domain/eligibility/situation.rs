//! What a decision is made from.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::ClientSoftware;
use crate::domain::{CardSerial, CardState, HolderState, Operation, Role, Series};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// An officer at the desk, on somebody else's card.
    Desk(Operation),
    /// The card signs its holder in somewhere.
    Authenticate,
    /// The holder, on their own card.
    SelfService(Operation),
}

/// Which world the program works in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Realm {
    /// Embedded gateway, invented people, cards that open no door.
    Training,
    /// The path to live.
    Integration,
    /// Real people and real cards.
    Live,
}

/// Whose record and card it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The officer's own.
    Own,
    /// Somebody else's.
    Another,
}

/// Whether the holder has a photo on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Photo {
    /// Yes.
    OnRecord,
    /// No.
    Missing,
}

/// Whether a one-time code can be sent to the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Address {
    /// There is an e-mail address or a mobile number.
    OnRecord,
    /// There is neither.
    Missing,
}

/// Whether the holder has the card in their hands, as far as the service knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// They have: it was handed over, or its arrival was confirmed.
    Confirmed,
    /// It was issued locked and is on its way: whoever takes it out of the post is not to be let in.
    Awaited,
}

/// When the card's certificates end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certificates {
    /// There are none on the card.
    None,
    /// The last day both are valid, read from the certificates and never computed.
    LastDay(Date),
}

impl Certificates {
    /// How certificates stand at a moment that end at another. What has ended this morning is over today, not at midnight: its
    /// last whole day was the one before.
    #[must_use]
    pub fn at(now: OffsetDateTime, end: Option<OffsetDateTime>) -> Self {
        let Some(end) = end else { return Self::None };
        let yesterday = now.date().previous_day().unwrap_or(Date::MIN);
        // RFC 5280, 4.1.2.5: the end itself belongs to the time they are valid.
        Self::LastDay(if end < now { end.to_offset(now.offset()).date().min(yesterday) } else { end.date() })
    }
}

/// Everything the answer depends on.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// What is asked.
    pub task: Task,
    /// The selected role of the signed-in officer; not looked at for self-service and authentication.
    pub role: Role,
    /// Whose card.
    pub subject: Subject,
    /// Generation of the card.
    pub series: Series,
    /// What the service knows of it.
    pub card: CardState,
    /// When its certificates end.
    pub certificates: Certificates,
    /// Whether the holder's profile is open.
    pub holder: HolderState,
    /// Whether they have a photo.
    pub photo: Photo,
    /// Another card of the same holder that is in use.
    pub other_card: Option<&'a CardSerial>,
    /// Whether a code can be sent to them; only self-service looks at it.
    pub address: Address,
    /// Whether the card reached them; only self-service looks at it, because an officer confirms it while unlocking.
    pub delivery: Delivery,
    /// What the workstation runs.
    pub software: &'a ClientSoftware,
    /// Profile name of the printer; only [`Operation::Print`] looks at it.
    pub printer: Option<&'a str>,
    /// Which world.
    pub realm: Realm,
    /// The date at the gateway.
    pub today: Date,
}
