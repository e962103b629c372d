//! One function answers: may this person do this to this card, with this software and printer, today?
//!
//! The gateway decides with it, and the desktop shows its answer from the same code. Sources: the role matrix of
//! `facts/nhs.md` 1.2, the ground rules of Series 10 (0), one card a person and delivery of locked cards (1.4), the renewal
//! window (1.5), self-service (1.9) and the series (2.2).

mod reason;
mod self_service;
mod situation;
mod software;

use time::{Date, Duration, macros::date};

pub use reason::{Reason, Refusal};
pub use situation::{Address, Certificates, Delivery, Photo, Realm, Situation, Subject, Task};
pub use software::{ClientSoftware, SoftwarePart, Version};

use super::{CardState, HolderState, Operation, Role, Series};

/// Certificates may be renewed this many days before their last day (`facts/nhs.md` 1.5).
pub const RENEWAL_WINDOW: Duration = Duration::days(90);

/// Last day on which Identity Agent works at all (`facts/nhs.md` 0 and 6).
pub const LAST_DAY_OF_IDENTITY_AGENT: Date = date!(2027 - 02 - 28);

/// The one printer that may print Series 10 (`facts/nhs.md` 0), by the name of its profile.
pub const SERIES_10_PRINTER: &str = "magicard-doh-300-v2";

/// The printer of the generation before it, by the name of its profile: it is never taken for the other, whoever says so.
pub const FIRST_GENERATION_PRINTER: &str = "magicard-doh-300-v1";

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
        Task::SelfService(operation) => reasons.extend(self_service::reasons(situation, operation)),
        Task::Authenticate => reasons.extend(self_service::authentication_reasons(situation)),
    }
    if reasons.is_empty() { Decision::Allowed } else { Decision::Refused(Refusal { reasons, since: None }) }
}

/// Everything the desk may do to one card, with the answer to each, in the order of [`Operation::ALL`]. The gateway, the
/// window and the command line show this one list. The task of the situation is not looked at.
#[must_use]
pub fn offers(situation: &Situation<'_>) -> [(Operation, Decision); Operation::ALL.len()] {
    Operation::ALL.map(|operation| (operation, decide(&Situation { task: Task::Desk(operation), ..situation.clone() })))
}

/// What a holder can do with their own card without an officer, in the order in which it is shown.
pub const SELF_SERVICE: [Operation; 3] = [Operation::ChangePasscode, Operation::Renew, Operation::Unlock];

/// Everything a holder may do to their own card, with the answer to each. All but an unlock begins with the card signing its
/// holder in, so what forbids that forbids the rest. The task of the situation is not looked at.
#[must_use]
pub fn self_service_offers(situation: &Situation<'_>) -> [(Operation, Decision); SELF_SERVICE.len()] {
    let ask = |task| decide(&Situation { task, ..situation.clone() });
    SELF_SERVICE.map(|operation| {
        let decision = ask(Task::SelfService(operation));
        let signs_in = operation != Operation::Unlock && decision.is_allowed();
        (operation, if signs_in { ask(Task::Authenticate) } else { decision })
    })
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
        ClientSoftware::Silent(part) => Some(Reason::SoftwareSilent { part: *part }),
        ClientSoftware::IdentityAgent { .. } if s.today > LAST_DAY_OF_IDENTITY_AGENT => {
            Some(Reason::IdentityAgentEnded)
        }
        ClientSoftware::IdentityAgent { agent, .. } if *agent < Version::IDENTITY_AGENT_CURRENT => {
            Some(Reason::IdentityAgentRetired { found: *agent })
        }
        ClientSoftware::IdentityAgent { credential_management, .. }
            if oldest_credential_management(s.series).is_some_and(|oldest| *credential_management < oldest) =>
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

/// The first Credential Management beside Identity Agent that reads cards of this series (`facts/nhs.md` 0 and 4.1).
fn oldest_credential_management(series: Series) -> Option<Version> {
    match series {
        Series::Series9 => Some(Version::CREDENTIAL_MANAGEMENT_SERIES_9),
        Series::Series10 => Some(Version::CREDENTIAL_MANAGEMENT_CURRENT),
        _ => None,
    }
}

/// The role matrix, and never one's own card.
fn person_reasons(s: &Situation<'_>, operation: Operation) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if s.subject == Subject::Own {
        reasons.push(Reason::OwnRecord);
    }
    let expired = operation == Operation::Renew && matches!(renewal(s), Renewal::Expired);
    let allowed = may_by_role(s.role, operation);
    if !allowed || (expired && !is_of_the_desk(s.role)) {
        reasons.push(Reason::Role { role: s.role, operation, expired: expired && allowed });
    }
    reasons
}

/// Whether a role does this at the desk at all: the role matrix, with a renewal that is due.
#[must_use]
pub fn may_by_role(role: Role, operation: Operation) -> bool {
    match operation {
        Operation::Issue | Operation::Print | Operation::Repair | Operation::Clear | Operation::Cancel => {
            is_of_the_desk(role)
        }
        Operation::Unlock | Operation::ChangePasscode | Operation::Renew => {
            is_of_the_desk(role) || matches!(role, Role::Sponsor | Role::LocalSmartcardAdministrator)
        }
    }
}

fn is_of_the_desk(role: Role) -> bool {
    matches!(role, Role::RaManager | Role::AdvancedRaAgent | Role::RaAgent)
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
    // An unfinished card that is repaired comes into use, as one that is issued does.
    let comes_into_use =
        operation == Operation::Issue || (operation == Operation::Repair && s.card == CardState::Unfinished);
    if let (true, Some(other)) = (comes_into_use, s.other_card) {
        reasons.push(Reason::HolderHasCard { serial: other.clone() });
    }
    if operation == Operation::Print {
        reasons.extend(printer_reason(s));
    }
    // That it is not due yet is no news of a card that was cancelled for good.
    if operation == Operation::Renew && s.card != CardState::Cancelled {
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
    (!fits(s.card, operation)).then_some(Reason::CardState { state: s.card, operation })
}

fn fits(card: CardState, operation: Operation) -> bool {
    use CardState::{Active, Blank, Cancelled, InWork, Locked, Unfinished};
    match operation {
        Operation::Issue => card == Blank,
        Operation::Print | Operation::Unlock => matches!(card, Active | Locked),
        Operation::Repair | Operation::Clear => matches!(card, Active | Locked | Unfinished),
        Operation::Renew | Operation::ChangePasscode => card == Active,
        Operation::Cancel => !matches!(card, Blank | Cancelled | InWork),
    }
}

#[cfg(test)]
mod tests;
