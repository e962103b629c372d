//! Encode in the printer: a card is fed to the printer's chip station, issued there, printed and put out. A pure state
//! machine around two others: the issue and the print are jobs of their own, with their own records.
//!
//! What it adds is where the card is. Nothing is fed before everything else was proved; nothing is printed on a card whose
//! issue did not end well; and after a cut nothing is printed at all: the issue is finished or undone by its own rules, and
//! the card is put out. A command to a printer proves nothing: that a card arrived or left is seen at the station's reader.

mod perform;
mod resume;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use perform::{InPrinterEar, InPrinterPreflight, InPrinterReport, InPrinterRequest, LeftInside};

use super::issue::PasscodeChoice;
use crate::domain::{CardSerial, HolderId, JobId};

/// What is to be done. It goes into the journal: numbers and choices, no names, no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The job of the whole flow; issue and print have their own.
    pub job: JobId,
    /// Who the card is for.
    pub holder: HolderId,
    /// Whether the holder chose a passcode or the card is left locked.
    pub passcode: PasscodeChoice,
    /// Name of the printer at this workstation.
    pub printer: String,
    /// Its profile, which policy looks at.
    pub printer_model: String,
    /// Part of the name of the station's reader. Only plans of this kind have it.
    pub station: String,
}

impl Plan {
    /// Whether a plan on record is of this kind.
    #[must_use]
    pub fn is_recorded_in(plan: &serde_json::Value) -> bool {
        plan.get("station").is_some()
    }
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being done.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
    /// The station's reader, once a card was seen in it.
    pub reader: Option<String>,
    /// The card, once it was recognised.
    pub serial: Option<CardSerial>,
    /// The issue, once it was prepared.
    pub issue: Option<JobId>,
    /// The print, once it was prepared.
    pub print: Option<JobId>,
    /// Whether it was cut off: from then on nothing is printed.
    pub cut: bool,
}

/// The steps, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    Feed,
    FindCard,
    Prepare,
    Issue,
    PrepareFace,
    Release,
    Print,
    PutOut { way: Way, end: End },
    Ended { end: End, card: Place },
}

/// How a card is put out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// As one that is good, or untouched.
    Eject,
    /// As one that failed.
    Reject,
}

/// How the whole flow ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Issued and printed.
    Complete,
    /// Issued, and without a face: it is printed in its turn.
    IssuedOnly {
        /// Why.
        why: String,
    },
    /// Issued, and nobody knows yet how it came out of the printer.
    LookAtPrinter {
        /// What to look at.
        why: String,
    },
    /// Not issued: the service and the chip are as if it had not begun.
    NotIssued {
        /// Why, and what to do.
        why: String,
        /// Whether policy refused it.
        by_policy: bool,
    },
}

/// Where the card is at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// None was fed.
    NotFed,
    /// Out of the printer.
    Out {
        /// Whether it was put out as one that failed.
        rejected: bool,
    },
    /// The printer was told to put it out, and nothing shows whether it did.
    ToldOut,
    /// Still in the printer.
    Inside {
        /// Why.
        why: String,
    },
}

/// Where the card is, and what to do with it: half a sentence for the officer.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFed => f.write_str("no card left the hopper"),
            Self::Out { rejected: false } => f.write_str("the card is out of the printer"),
            Self::Out { rejected: true } => {
                f.write_str("the printer put the failed card out: put it aside, and do not hand it over")
            }
            Self::ToldOut => f.write_str("look in the printer and its tray whether the card came out"),
            Self::Inside { why } => {
                write!(f, "the card is still in the printer ({}): take it out by hand", why.trim_end_matches('.'))
            }
        }
    }
}

/// What is asked for. Issue and print are begun under the numbers given here, so that a cut finds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Effect {
    Feed,
    FindCard,
    Prepare { reader: String },
    Issue { issue: JobId },
    PrepareFace { serial: CardSerial },
    Release,
    Print { print: JobId },
    PutOut { way: Way },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The command was taken. Whether a card arrived shows at the reader.
    Fed,
    /// There is a card in the station's reader.
    CardFound {
        /// The reader.
        reader: String,
    },
    /// Everything is proved for this card, and nothing is changed.
    Prepared {
        /// The card.
        serial: CardSerial,
        /// The number its issue will have.
        issue: JobId,
    },
    /// The issue ended well.
    Issued,
    /// The issue was undone.
    IssueUndone {
        /// Why.
        why: String,
        /// Whether policy refused it.
        by_policy: bool,
    },
    /// The issue never began.
    IssueNotBegun {
        /// Why.
        why: String,
    },
    /// The issue stays open.
    IssueOpen {
        /// Why, and what to do.
        why: String,
    },
    /// The face is composed, and the same card is still there.
    FaceReady {
        /// The number its print will have.
        print: JobId,
    },
    /// The card is where it is printed.
    Released,
    /// Printed, by the printer's own word.
    Printed,
    /// Certainly not printed.
    NotPrinted {
        /// Why.
        why: String,
    },
    /// Nobody knows whether it was printed.
    PrintUnknown {
        /// Why, and what to look at.
        why: String,
    },
    /// Nobody knows from the print's record whether it was printed, and the card is still in the station.
    StillInStation {
        /// What the record says.
        why: String,
    },
    /// No card is in the station any more.
    Out,
    /// The printer took the command, and no reader shows what came of it.
    ToldOut,
    /// The card did not leave the printer.
    Inside {
        /// Why.
        why: String,
    },
    /// No, and the card is as it was.
    Refused {
        /// Why, and what to do.
        why: String,
        /// Whether policy refused it.
        by_policy: bool,
    },
    /// The card cannot be used.
    BadCard {
        /// Why.
        why: String,
    },
    /// Nobody knows whether the printer took the command.
    Unclear {
        /// Why.
        why: String,
    },
    /// The program begins again after a cut.
    Resumed,
}

impl State {
    /// The beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, stage: Stage::Feed, reader: None, serial: None, issue: None, print: None, cut: false }
    }

    /// The effect whose outcome is awaited; `None` at the end.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        Some(match &self.stage {
            Stage::Feed => Effect::Feed,
            Stage::FindCard => Effect::FindCard,
            Stage::Prepare => Effect::Prepare { reader: self.reader.clone()? },
            Stage::Issue => Effect::Issue { issue: self.issue.clone()? },
            Stage::PrepareFace => Effect::PrepareFace { serial: self.serial.clone()? },
            Stage::Release => Effect::Release,
            Stage::Print => Effect::Print { print: self.print.clone()? },
            Stage::PutOut { way, .. } => Effect::PutOut { way: *way },
            Stage::Ended { .. } => return None,
        })
    }

    /// How it ended.
    #[must_use]
    pub fn ended(&self) -> Option<(&End, &Place)> {
        match &self.stage {
            Stage::Ended { end, card } => Some((end, card)),
            _ => None,
        }
    }
}

const CUT_BEFORE: &str =
    "it was cut off before the card was encoded, and nothing on the card was changed: issue it again";
const CUT_AFTER: &str = "the card is issued, and it was cut off before its face was printed";

/// One step. What does not answer the awaited effect changes nothing.
#[must_use]
pub fn step(mut state: State, outcome: &Outcome) -> State {
    if *outcome == Outcome::Resumed {
        return resumed(state);
    }
    let stage = std::mem::replace(&mut state.stage, Stage::Feed);
    state.stage = match (stage, outcome) {
        (Stage::Feed, Outcome::Fed) => Stage::FindCard,
        (Stage::Feed, Outcome::Refused { why, by_policy }) => {
            let end = End::NotIssued { why: why.clone(), by_policy: *by_policy };
            Stage::Ended { end, card: Place::NotFed }
        }
        (Stage::FindCard, Outcome::CardFound { reader }) => {
            state.reader = Some(reader.clone());
            Stage::Prepare
        }
        (Stage::Prepare, Outcome::Prepared { serial, issue }) => {
            (state.serial, state.issue) = (Some(serial.clone()), Some(issue.clone()));
            Stage::Issue
        }
        // Nothing of it was touched: it goes back to the blank ones.
        (Stage::FindCard | Stage::Prepare, Outcome::Refused { why, by_policy }) => {
            eject(End::NotIssued { why: why.clone(), by_policy: *by_policy })
        }
        (Stage::Feed, Outcome::Unclear { why }) | (Stage::Issue, Outcome::IssueNotBegun { why }) => {
            eject(End::NotIssued { why: why.clone(), by_policy: false })
        }
        (Stage::FindCard | Stage::Prepare, Outcome::BadCard { why }) => {
            reject(End::NotIssued { why: why.clone(), by_policy: false })
        }
        (Stage::Issue, Outcome::Issued) if state.cut => eject(End::IssuedOnly { why: CUT_AFTER.into() }),
        (Stage::Issue, Outcome::Issued) => Stage::PrepareFace,
        (Stage::Issue, Outcome::IssueUndone { why, by_policy }) => {
            reject(End::NotIssued { why: why.clone(), by_policy: *by_policy })
        }
        (Stage::PrepareFace, Outcome::FaceReady { print }) => {
            state.print = Some(print.clone());
            Stage::Release
        }
        (Stage::Release, Outcome::Released) => Stage::Print,
        (Stage::PrepareFace | Stage::Release, Outcome::Refused { why, .. } | Outcome::Unclear { why })
        | (Stage::Print, Outcome::NotPrinted { why }) => eject(End::IssuedOnly { why: why.clone() }),
        // The printer puts a printed card out itself.
        (Stage::Print, Outcome::Printed) => Stage::Ended { end: End::Complete, card: Place::Out { rejected: false } },
        // A command could meet the printer in the middle of the card.
        (Stage::Print, Outcome::PrintUnknown { why }) => {
            Stage::Ended { end: End::LookAtPrinter { why: why.clone() }, card: Place::ToldOut }
        }
        (Stage::Print, Outcome::StillInStation { why }) => eject(End::LookAtPrinter { why: why.clone() }),
        (Stage::PutOut { way, end }, Outcome::Out) => {
            Stage::Ended { end, card: Place::Out { rejected: way == Way::Reject } }
        }
        (Stage::PutOut { end, .. }, Outcome::ToldOut) => Stage::Ended { end, card: Place::ToldOut },
        // Chip and service agree already; where the plastic is the officer sees.
        (Stage::PutOut { end, .. }, Outcome::Inside { why }) => {
            Stage::Ended { end, card: Place::Inside { why: why.clone() } }
        }
        (stage, _) => stage,
    };
    state
}

fn eject(end: End) -> Stage {
    Stage::PutOut { way: Way::Eject, end }
}

fn reject(end: End) -> Stage {
    Stage::PutOut { way: Way::Reject, end }
}

/// Begins again after a cut. Issue and print say themselves how far they came; nothing new is begun.
fn resumed(state: State) -> State {
    let stage = match state.stage {
        Stage::Feed | Stage::FindCard | Stage::Prepare => {
            eject(End::NotIssued { why: CUT_BEFORE.into(), by_policy: false })
        }
        Stage::PrepareFace | Stage::Release => eject(End::IssuedOnly { why: CUT_AFTER.into() }),
        stage => stage,
    };
    State { stage, cut: true, ..state }
}

#[cfg(test)]
mod tests;
