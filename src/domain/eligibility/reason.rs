//! Why the answer is no, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::Date;

use super::{SoftwarePart, Task, Version};
use crate::domain::{CardSerial, CardState, NhsCode, Operation, Role, Series};

/// All reasons of one refusal; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Each reason, the hardest first.
    pub reasons: Vec<Reason>,
    /// Where the state of a card stands in the way, or another card of the holder: who brought it there, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

impl Refusal {
    /// The card whose state stands in the way: another one of the holder where it is named, or else the one it is about.
    #[must_use]
    pub fn card_in_the_way<'a>(&'a self, about: &'a CardSerial) -> Option<&'a CardSerial> {
        self.reasons.iter().find_map(|reason| match reason {
            Reason::HolderHasCard { serial } => Some(serial),
            Reason::CardState { .. } => Some(about),
            _ => None,
        })
    }

    /// The published code of the first reason that has one.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        self.reasons.iter().find_map(Reason::nhs_code)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, reason) in self.reasons.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{}. {}.", reason, reason.remedy())?;
        }
        if let Some(since) = &self.since {
            write!(f, " {since}.")?;
        }
        Ok(())
    }
}

/// One reason. Its `Display` says what stands in the way; [`Reason::remedy`] says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Reason {
    OwnRecord,
    Role {
        role: Role,
        operation: Operation,
        expired: bool,
    },
    SeriesBlocked {
        series: Series,
    },
    SeriesUnknown,
    SeriesCannot {
        series: Series,
        task: Task,
    },
    NotNhsStock,
    SoftwareMissing,
    SoftwareSilent {
        part: SoftwarePart,
    },
    SoftwareTooOld {
        found: String,
    },
    IdentityAgentRetired {
        found: Version,
    },
    IdentityAgentEnded,
    IdentityAgentCannotManage,
    HolderClosed,
    PhotoMissing,
    HolderHasCard {
        serial: CardSerial,
    },
    PrinterMissing,
    PrinterModel {
        found: String,
    },
    CardState {
        state: CardState,
        operation: Operation,
    },
    NothingToRenew,
    RenewalNotDue {
        #[serde(with = "iso_date")]
        opens: Date,
    },
    ExpiredNeedsDesk,
    EmptyNeedsDesk,
    NotSelfService {
        operation: Operation,
    },
    DeliveryAwaited,
    NoAddress,
    CardNeedsDesk {
        state: CardState,
    },
    CannotAuthenticate {
        state: CardState,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnRecord => f.write_str("This is your own card or record"),
            Self::Role { role, operation, expired: false } => write!(f, "The role {role} may not {operation} a card"),
            Self::Role { role, .. } => {
                write!(f, "The role {role} may not renew a card whose certificates have expired")
            }
            Self::SeriesBlocked { series } => {
                write!(f, "This is a {series} card, and the NHS has blocked these for good")
            }
            Self::SeriesUnknown => f.write_str("This card is not recognised as an NHS smartcard"),
            Self::SeriesCannot { series, task: Task::Desk(operation) } => {
                write!(f, "A {series} card cannot {operation} here")
            }
            Self::SeriesCannot { series, .. } => write!(f, "A {series} card cannot do this here"),
            Self::NotNhsStock => f.write_str("This is a PIV card but not NHS stock"),
            Self::SoftwareMissing => f.write_str(NhsCode::SoftwareNotFound.what_failed()),
            Self::SoftwareSilent { part } => f.write_str(code_of_silence(*part).what_failed()),
            Self::SoftwareTooOld { found } => write!(f, "This computer runs {found}, which is too old for this card"),
            Self::IdentityAgentRetired { found } => write!(f, "Identity Agent {found} is retired"),
            Self::IdentityAgentEnded => f.write_str("Identity Agent stopped working after 28 February 2027"),
            Self::IdentityAgentCannotManage => {
                f.write_str("Identity Agent can only sign in with a Series 10 card, not manage it")
            }
            Self::HolderClosed => f.write_str("The holder's profile is closed"),
            Self::PhotoMissing => f.write_str("There is no photo on the holder's record"),
            Self::HolderHasCard { serial } => {
                write!(f, "The holder already has card {serial} in use, and may have one only")
            }
            Self::PrinterMissing => f.write_str("No card printer is chosen"),
            Self::PrinterModel { found } => {
                write!(f, "The printer is set up as a “{found}”, and only a Magicard DoH 300 v2 may print Series 10")
            }
            Self::CardState { state: CardState::Active | CardState::Locked, operation: Operation::Issue } => {
                f.write_str("This card is already issued")
            }
            Self::CardState { state, .. } => f.write_str(state_words(*state)),
            Self::NothingToRenew => f.write_str("There are no certificates on this card"),
            Self::RenewalNotDue { opens } => write!(f, "The certificates can be renewed from {}", british(*opens)),
            Self::ExpiredNeedsDesk => f.write_str("The certificates have expired"),
            Self::EmptyNeedsDesk => f.write_str("There are no certificates on this card"),
            Self::NotSelfService { operation } => write!(f, "To {operation} a card is not possible without an officer"),
            Self::DeliveryAwaited => {
                f.write_str("This card was issued locked, and nobody has confirmed that it reached its holder")
            }
            Self::NoAddress => f.write_str("There is no e-mail address or mobile number on record to send a code to"),
            Self::CardNeedsDesk { state } => f.write_str(state_words(*state)),
            Self::CannotAuthenticate { state } => {
                write!(f, "{}, so it cannot sign its holder in", state_words(*state))
            }
        }
    }
}

impl Reason {
    /// The published code that means the same, if there is one.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::SoftwareMissing => Some(NhsCode::SoftwareNotFound),
            Self::SoftwareSilent { part } => Some(code_of_silence(*part)),
            _ => None,
        }
    }

    /// The next action, as a sentence without its full stop.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::OwnRecord => "Ask another officer to do it",
            Self::Role { .. } => "Ask an RA Agent or RA Manager",
            Self::SeriesBlocked { .. } => "Destroy the card and issue a Series 10 card",
            Self::SeriesUnknown => "Check that it is an NHS smartcard and that it is the right way round in the reader",
            Self::SeriesCannot { .. } => "Issue a Series 10 card instead",
            Self::NotNhsStock => "Use a Series 10 card from the NHS order portal",
            Self::SoftwareSilent { part } => code_of_silence(*part).next_action(),
            Self::SoftwareMissing => NhsCode::SoftwareNotFound.next_action(),
            Self::SoftwareTooOld { .. } | Self::IdentityAgentCannotManage => "Ask IT to install Smartcard Connect 4.1",
            Self::IdentityAgentRetired { .. } | Self::IdentityAgentEnded => {
                "Ask IT to remove Identity Agent and install Smartcard Connect 4.1"
            }
            Self::HolderClosed => "Reopen the profile first, which only the Registration Authority can",
            Self::PhotoMissing => "Add a photo to the record first",
            Self::HolderHasCard { .. } => "Cancel the other card first",
            Self::PrinterMissing => "Choose a printer, or print later",
            Self::PrinterModel { .. } => "Choose a DoH 300 v2, or print later",
            Self::CardState { state: CardState::Active | CardState::Locked, operation: Operation::Issue } => {
                "Use a blank card, or clear this one first"
            }
            Self::CardState { state, .. } | Self::CannotAuthenticate { state } => state_remedy(*state),
            Self::NothingToRenew => "Use repair instead",
            Self::RenewalNotDue { .. } => "Come back then; nothing is wrong with the card",
            Self::ExpiredNeedsDesk => "Take the card to the Registration Authority desk, which can renew it",
            Self::EmptyNeedsDesk => "Take the card to the Registration Authority desk, which can repair it",
            Self::NotSelfService { .. } | Self::CardNeedsDesk { .. } => {
                "Take the card to the Registration Authority desk"
            }
            Self::DeliveryAwaited => {
                "Take the card to the Registration Authority desk, which confirms it and unlocks the card"
            }
            Self::NoAddress => {
                "Ask the Registration Authority to add an e-mail address or a mobile number to the record, or take the card \
                 to its desk"
            }
        }
    }
}

fn code_of_silence(part: SoftwarePart) -> NhsCode {
    match part {
        SoftwarePart::PortService => NhsCode::PortServiceSilent,
        SoftwarePart::CredentialManagement => NhsCode::CredentialManagementSilent,
    }
}

fn state_words(state: CardState) -> &'static str {
    match state {
        CardState::Blank => "This card is blank",
        CardState::InWork => "Another job is open on this card",
        CardState::Active => "This card is in use",
        CardState::Locked => "This card is locked",
        CardState::Unfinished => "An earlier job on this card was not finished",
        CardState::Cancelled => "This card was cancelled for good",
    }
}

fn state_remedy(state: CardState) -> &'static str {
    match state {
        CardState::Blank => "Issue it first",
        CardState::InWork => "Wait for that job to end, or resume it where it was begun",
        CardState::Locked => "Unlock it first",
        CardState::Active => "Choose another operation",
        CardState::Unfinished => "Resume the unfinished work first",
        CardState::Cancelled => "Destroy the card and issue a new one",
    }
}

/// 3 July 2026.
fn british(date: Date) -> String {
    format!("{} {} {}", date.day(), date.month(), date.year())
}

time::serde::format_description!(iso_date, Date, "[year]-[month]-[day]");
