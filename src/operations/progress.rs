//! What the officer sees while a job runs: one line a step, with an honest range.

use std::{fmt, ops::RangeInclusive, time::Duration};

use serde::Serialize;

use super::effect::{CardWork, Effect, GatewayCall, PrintWork};
use crate::domain::JobId;

/// One message about a running job. Each carries its job, so that no screen shows another's.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// A step begins.
    Started {
        /// The job.
        job: JobId,
        /// The step.
        step: Step,
    },
    /// A step ended.
    Finished {
        /// The job.
        job: JobId,
        /// The step.
        step: Step,
        /// How long it took.
        took: Duration,
        /// Whether its answer was the good one.
        good: Verdict,
    },
    /// Something to know, and perhaps to do, while a step runs.
    Said {
        /// The job.
        job: JobId,
        /// The step.
        step: Step,
        /// In whole words.
        words: String,
    },
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As hoped.
    Good,
    /// Refused by card, gateway or printer.
    Refused,
    /// No answer.
    Interrupted,
}

/// A step as an officer reads it. Several effects may be one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Step {
    Reserve,
    ProveCard,
    SetUnlockCode,
    SetPasscode,
    MakeKeys,
    Certify,
    WriteCard,
    CheckCard,
    LockCard,
    Confirm,
    AskGateway,
    EmptyCard,
    GiveUp,
    OpenChannel,
    ReplaceKeys,
    StartPrint,
    Print,
    AwaitPrinter,
    AskOfficer,
    RecordPrint,
    Begin,
    ReadCard,
    CheckPasscode,
    ChangePasscode,
    OverwriteKeys,
    BlockCard,
    End,
    FeedCard,
    FindStation,
    ReleaseCard,
    EjectCard,
    RejectCard,
}

impl Step {
    /// Which step an effect belongs to.
    #[must_use]
    pub fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Card(CardWork::Witness | CardWork::ProveManagementKey)
            | Effect::Gateway(GatewayCall::AnswerWitness | GatewayCall::CheckCardAnswer) => Self::ProveCard,
            Effect::Card(
                CardWork::SetUnlockCode { .. }
                | CardWork::ReplaceUnlockCode
                | CardWork::TryUnlockCode { .. }
                | CardWork::SettleUnlockCode { .. },
            )
            | Effect::Gateway(
                GatewayCall::ReleaseCodes | GatewayCall::ReleaseDeliveredCode | GatewayCall::SettleUnlockCode { .. },
            ) => Self::SetUnlockCode,
            Effect::Card(CardWork::ReadTries | CardWork::CheckTries | CardWork::ReadPair) => Self::ReadCard,
            Effect::Card(CardWork::CheckPasscode) => Self::CheckPasscode,
            Effect::Card(CardWork::ChangePasscode) => Self::ChangePasscode,
            Effect::Card(CardWork::OverwriteKey(_)) => Self::OverwriteKeys,
            Effect::Card(CardWork::Block) => Self::BlockCard,
            Effect::Card(CardWork::SetPasscode) => Self::SetPasscode,
            Effect::Card(CardWork::Generate(_) | CardWork::SignRequests) | Effect::Gateway(GatewayCall::TellKey) => {
                Self::MakeKeys
            }
            Effect::Card(CardWork::Write(_) | CardWork::RemoveOldPair) => Self::WriteCard,
            Effect::Card(CardWork::Erase(_)) => Self::EmptyCard,
            Effect::Card(CardWork::ReadBack | CardWork::ProveKeys) => Self::CheckCard,
            Effect::Card(CardWork::Lock) => Self::LockCard,
            Effect::Gateway(GatewayCall::Reserve | GatewayCall::Reopen) => Self::Reserve,
            Effect::Gateway(GatewayCall::BeginOnCard) => Self::Begin,
            Effect::Gateway(GatewayCall::EndOnCard { .. } | GatewayCall::EndByTelephone { .. }) => Self::End,
            Effect::Gateway(GatewayCall::Certify | GatewayCall::FetchCertified) => Self::Certify,
            Effect::Gateway(GatewayCall::Confirm { .. }) => Self::Confirm,
            Effect::Card(CardWork::RemoveNewPair) | Effect::Gateway(GatewayCall::Abort { .. }) => Self::GiveUp,
            Effect::Gateway(GatewayCall::AskIssuance) => Self::AskGateway,
            Effect::Gateway(GatewayCall::RecordPrintStarting) => Self::StartPrint,
            Effect::Gateway(GatewayCall::RecordPrint { .. }) => Self::RecordPrint,
            Effect::Card(CardWork::InitializeUpdate(_) | CardWork::ExternalAuthenticate)
            | Effect::Gateway(GatewayCall::BeginChannel | GatewayCall::OpenChannel | GatewayCall::TellChannelRefused) => {
                Self::OpenChannel
            }
            Effect::Card(CardWork::PutKeys)
            | Effect::Gateway(GatewayCall::PrepareKeys { .. } | GatewayCall::KeysPut) => Self::ReplaceKeys,
            Effect::Print(PrintWork::Send) => Self::Print,
            Effect::Print(PrintWork::AwaitWord) => Self::AwaitPrinter,
            Effect::Print(PrintWork::AskOfficer) => Self::AskOfficer,
        }
    }

    /// How long the step usually takes on a real card and printer, in seconds: from the card and printer timings of
    /// published measurements of current chips and the printer's guide. Making keys varies tenfold from run to run.
    #[must_use]
    pub const fn usual_seconds(self) -> RangeInclusive<u32> {
        match self {
            Self::MakeKeys | Self::OverwriteKeys => 4..=90,
            Self::WriteCard => 2..=10,
            Self::CheckCard => 2..=8,
            Self::AwaitPrinter => 18..=58,
            Self::FeedCard | Self::FindStation | Self::EjectCard | Self::RejectCard => 1..=15,
            _ => 0..=2,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserve => "Reserving the card and the holder",
            Self::ProveCard => "Checking that the card is ours",
            Self::SetUnlockCode => "Changing the unlock code",
            Self::SetPasscode => "Setting the passcode",
            Self::MakeKeys => "Making new keys on the card",
            Self::Certify => "Getting the certificates, on hold",
            Self::WriteCard => "Writing the card",
            Self::CheckCard => "Reading the card back and checking its keys",
            Self::LockCard => "Leaving the card locked",
            Self::Confirm => "Making the certificates good",
            Self::AskGateway => "Asking the service how far it came",
            Self::EmptyCard => "Emptying the card",
            Self::GiveUp => "Taking everything back",
            Self::OpenChannel => "Opening the protected connection to the card",
            Self::ReplaceKeys => "Changing the card's administration keys",
            Self::StartPrint => "Asking whether this may be printed",
            Self::Print => "Handing the print job over",
            Self::AwaitPrinter => "Waiting for the printer to finish the card",
            Self::AskOfficer => "Asking whether the card came out well",
            Self::RecordPrint => "Putting the print on record",
            Self::Begin => "Asking whether this may be done, and putting it on record",
            Self::ReadCard => "Reading the card",
            Self::CheckPasscode => "Checking the holder's passcode",
            Self::ChangePasscode => "Changing the passcode",
            Self::OverwriteKeys => "Putting throw-away keys over the old ones",
            Self::BlockCard => "Locking the card for good",
            Self::End => "Putting on record what became of the card",
            Self::FeedCard => "Bringing a card to the printer's chip station",
            Self::FindStation => "Finding the card in the printer's reader",
            Self::ReleaseCard => "Moving the card from the chip station to where it is printed",
            Self::EjectCard => "Putting the card out of the printer",
            Self::RejectCard => "Putting the failed card out of the printer",
        })
    }
}
