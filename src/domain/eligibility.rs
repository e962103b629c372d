//! One function answers: may this person do this to this card, with this software and printer, today?
//!
//! The gateway decides with it, and the desktop shows its answer from the same code. Sources: the role matrix of
//! `facts/nhs.md` 1.2, the ground rules of Series 10 (0), the renewal window (1.5) and the series (2.2).

mod reason;
mod software;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, macros::date};

pub use reason::{Reason, Refusal};
pub use software::{ClientSoftware, Version};

use super::{CardSerial, CardState, HolderState, Operation, Role, Series};

/// Certificates may be renewed this many days before their last day (`facts/nhs.md` 1.5).
pub const RENEWAL_WINDOW: Duration = Duration::days(90);

/// Last day on which Identity Agent works at all (`facts/nhs.md` 0 and 6).
pub const LAST_DAY_OF_IDENTITY_AGENT: Date = date!(2027 - 02 - 28);

/// The one printer that may print Series 10 (`facts/nhs.md` 0), by the name of its profile.
pub const SERIES_10_PRINTER: &str = "magicard-doh-300-v2";

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

/// When the card's certificates end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certificates {
    /// There are none on the card.
    None,
    /// The last day both are valid, read from the certificates and never computed.
    LastDay(Date),
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
    /// What the workstation runs.
    pub software: &'a ClientSoftware,
    /// Profile name of the printer; only [`Operation::Print`] looks at it.
    pub printer: Option<&'a str>,
    /// Which world.
    pub realm: Realm,
    /// The date at the gateway.
    pub today: Date,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allowed,
    /// No, for these reasons, each with its remedy.
    Refused(Refusal),
}

impl Decision {
    /// Whether the answer is yes.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        *self == Self::Allowed
    }
}

/// Decides. All reasons are given at once, so that nobody is sent away twice.
#[must_use]
pub fn decide(situation: &Situation<'_>) -> Decision {
    let mut reasons = Vec::new();
    reasons.extend(series_reason(situation));
    reasons.extend(software_reason(situation));
    match situation.task {
        Task::Desk(operation) => {
            reasons.extend(person_reasons(situation, operation));
            reasons.extend(record_reasons(situation, operation));
            reasons.extend(card_state_reason(situation, operation));
        }
        Task::SelfService(operation) => {
            reasons.extend(self_service_reasons(situation, operation));
            reasons.extend(card_state_reason(situation, operation));
        }
        Task::Authenticate => reasons.extend(authentication_reason(situation)),
    }
    if reasons.is_empty() { Decision::Allowed } else { Decision::Refused(Refusal { reasons }) }
}

/// Whether cards of this series take this task at all.
fn series_reason(s: &Situation<'_>) -> Option<Reason> {
    match s.series {
        Series::Series4 | Series::Series5 | Series::Series6 => Some(Reason::SeriesBlocked { series: s.series }),
        Series::Unknown => Some(Reason::SeriesUnknown),
        Series::GenericPiv if s.realm != Realm::Training => Some(Reason::NotNhsStock),
        Series::Series8 => {
            let through_middleware = match s.task {
                Task::Desk(operation) => !matches!(operation, Operation::Issue | Operation::Repair | Operation::Clear),
                Task::Authenticate | Task::SelfService(_) => true,
            };
            (!through_middleware).then_some(Reason::SeriesCannot { series: s.series, task: s.task })
        }
        Series::Series9 | Series::Series10 | Series::GenericPiv => None,
    }
}

/// The compatibility table of Series 10, and what is retired for every series.
fn software_reason(s: &Situation<'_>) -> Option<Reason> {
    match s.software {
        ClientSoftware::NotFound => Some(Reason::SoftwareMissing),
        ClientSoftware::IdentityAgent { .. } if s.today > LAST_DAY_OF_IDENTITY_AGENT => {
            Some(Reason::IdentityAgentEnded)
        }
        ClientSoftware::IdentityAgent { agent, .. } if *agent < Version::IDENTITY_AGENT_CURRENT => {
            Some(Reason::IdentityAgentRetired { found: *agent })
        }
        ClientSoftware::IdentityAgent { credential_management, .. }
            if *credential_management < Version::CREDENTIAL_MANAGEMENT_CURRENT && s.series == Series::Series10 =>
        {
            Some(Reason::SoftwareTooOld { found: s.software.to_string() })
        }
        ClientSoftware::IdentityAgent { .. } if s.series == Series::Series10 && s.task != Task::Authenticate => {
            Some(Reason::IdentityAgentCannotManage)
        }
        ClientSoftware::SmartcardConnect(version)
            if s.series == Series::Series10 && *version < Version::SMARTCARD_CONNECT_SERIES_10 =>
        {
            Some(Reason::SoftwareTooOld { found: s.software.to_string() })
        }
        ClientSoftware::IdentityAgent { .. } | ClientSoftware::SmartcardConnect(_) => None,
    }
}

/// The role matrix, and never one's own card.
fn person_reasons(s: &Situation<'_>, operation: Operation) -> Vec<Reason> {
    use Role::{AdvancedRaAgent, LocalSmartcardAdministrator, RaAgent, RaManager, Sponsor};
    let mut reasons = Vec::new();
    if s.subject == Subject::Own {
        reasons.push(Reason::OwnRecord);
    }
    let desk = matches!(s.role, RaManager | AdvancedRaAgent | RaAgent);
    let counter = desk || matches!(s.role, Sponsor | LocalSmartcardAdministrator);
    let allowed = match operation {
        Operation::Issue | Operation::Print | Operation::Repair | Operation::Clear | Operation::Cancel => desk,
        Operation::Unlock | Operation::ChangePasscode => counter,
        Operation::Renew => match renewal(s) {
            Renewal::Expired => desk,
            Renewal::Due | Renewal::NotBefore(_) | Renewal::Nothing => counter,
        },
    };
    if !allowed {
        let expired = operation == Operation::Renew && counter;
        reasons.push(Reason::Role { role: s.role, operation, expired });
    }
    reasons
}

/// Where a card stands in its renewal window.
enum Renewal {
    Nothing,
    NotBefore(Date),
    Due,
    Expired,
}

fn renewal(s: &Situation<'_>) -> Renewal {
    match s.certificates {
        Certificates::None => Renewal::Nothing,
        Certificates::LastDay(last) if last < s.today => Renewal::Expired,
        Certificates::LastDay(last) => {
            let opens = last.saturating_sub(RENEWAL_WINDOW);
            if s.today >= opens { Renewal::Due } else { Renewal::NotBefore(opens) }
        }
    }
}

/// The holder's record, the printer and the renewal window.
fn record_reasons(s: &Situation<'_>, operation: Operation) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let ends_a_card = matches!(operation, Operation::Clear | Operation::Cancel);
    if s.holder == HolderState::Closed && !ends_a_card {
        reasons.push(Reason::HolderClosed);
    }
    if s.photo == Photo::Missing && matches!(operation, Operation::Issue | Operation::Print) {
        reasons.push(Reason::PhotoMissing);
    }
    if let (Operation::Issue, Some(other)) = (operation, s.other_card) {
        reasons.push(Reason::HolderHasCard { serial: other.clone() });
    }
    if operation == Operation::Print {
        reasons.extend(printer_reason(s));
    }
    if operation == Operation::Renew {
        reasons.extend(renewal_reason(s));
    }
    reasons
}

fn printer_reason(s: &Situation<'_>) -> Option<Reason> {
    match s.printer {
        None => Some(Reason::PrinterMissing),
        Some(model) if s.series == Series::Series10 && model != SERIES_10_PRINTER => {
            Some(Reason::PrinterModel { found: model.to_owned() })
        }
        Some(_) => None,
    }
}

fn renewal_reason(s: &Situation<'_>) -> Option<Reason> {
    match renewal(s) {
        Renewal::Nothing => Some(Reason::NothingToRenew),
        Renewal::NotBefore(opens) => Some(Reason::RenewalNotDue { opens }),
        Renewal::Due | Renewal::Expired => None,
    }
}

/// Whether the card's state fits the operation.
fn card_state_reason(s: &Situation<'_>, operation: Operation) -> Option<Reason> {
    use CardState::{Active, Blank, Cancelled, InWork, Locked, Unfinished};
    let fits = match operation {
        Operation::Issue => s.card == Blank,
        Operation::Print | Operation::Unlock => matches!(s.card, Active | Locked),
        Operation::Repair | Operation::Clear => matches!(s.card, Active | Locked | Unfinished),
        Operation::Renew | Operation::ChangePasscode => s.card == Active,
        Operation::Cancel => !matches!(s.card, Blank | Cancelled | InWork),
    };
    (!fits).then_some(Reason::CardState { state: s.card, operation })
}

/// The last three columns of the Series 10 compatibility table (`facts/nhs.md` 0, 1.9).
fn self_service_reasons(s: &Situation<'_>, operation: Operation) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if !matches!(operation, Operation::Unlock | Operation::Renew | Operation::ChangePasscode) {
        reasons.push(Reason::NotSelfService { operation });
    }
    if s.holder == HolderState::Closed {
        reasons.push(Reason::HolderClosed);
    }
    match (operation, renewal(s)) {
        (Operation::Renew | Operation::Unlock, Renewal::Expired) => reasons.push(Reason::ExpiredNeedsDesk),
        (Operation::Renew, _) => reasons.extend(renewal_reason(s)),
        _ => {}
    }
    reasons
}

fn authentication_reason(s: &Situation<'_>) -> Option<Reason> {
    match (s.card, renewal(s)) {
        (CardState::Active, Renewal::Due | Renewal::NotBefore(_)) => None,
        (CardState::Active, Renewal::Expired) => Some(Reason::ExpiredNeedsDesk),
        (state, _) => Some(Reason::CannotAuthenticate { state }),
    }
}

#[cfg(test)]
mod tests;
