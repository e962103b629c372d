//! What the pure machines ask for, and what came of it. Both go into the journal, so neither can hold a secret.

use serde::{Deserialize, Serialize};

use crate::{
    card::piv::ObjectName,
    cis2::wire::{CardAfterAbort, Issuance, KeyOwner, OnCardOutcome, UnlockCodeSettled},
    domain::{CertificateSlot, telephone::TelephoneOutcome},
};

/// One group of card exchanges, one gateway call, or one print action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Something on the chip.
    Card(CardWork),
    /// Something at the gateway.
    Gateway(GatewayCall),
    /// Something at the printer.
    Print(PrintWork),
}

/// One group of exchanges with the chip. Secrets it needs are in the runner's pocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardWork {
    /// Find the card by its serial, select, and ask for the encrypted witness.
    Witness,
    /// Give the gateway's answer and take the card's.
    ProveManagementKey,
    /// Change the unlock code from this candidate to the next one.
    SetUnlockCode {
        /// Index into the released current codes.
        candidate: usize,
    },
    /// Set the next unlock code without the one the card holds, which is blocked or not known. Inside a channel alone.
    ReplaceUnlockCode,
    /// See whether the card holds this code, by setting a random passcode with it.
    TryUnlockCode {
        /// Which of the released codes.
        which: UnlockCodeSettled,
    },
    /// Set the passcode: the holder's, or a random one on a card that is left locked.
    SetPasscode,
    /// A new key pair in this slot.
    Generate(CertificateSlot),
    /// Both certificate requests, signed by their keys.
    SignRequests,
    /// Write one object.
    Write(ObjectName),
    /// Empty one object.
    Erase(ObjectName),
    /// Read both certificates and hash them.
    ReadBack,
    /// Sign the gateway's challenge with both keys.
    ProveKeys,
    /// Use up the tries so that the card must be unlocked.
    Lock,
    /// Select where the channel is to be opened and hand over the gateway's challenge.
    InitializeUpdate(Place),
    /// Hand over the gateway's proof: the channel is open.
    ExternalAuthenticate,
    /// Put the prepared keys on the security domain.
    PutKeys,
    /// Use up the tries of a card that is ended, however its profile leaves cards locked.
    Block,
    /// Find the card by its serial, select, and read its own counter of passcode tries.
    ReadTries,
    /// Read that counter once more, with nothing selected anew.
    CheckTries,
    /// Change the unlock code from this one to the next one: shows which one the card holds, and leaves its passcode alone.
    SettleUnlockCode {
        /// Which of the released codes.
        which: UnlockCodeSettled,
    },
    /// Check the holder's own passcode, once; never sent to a card whose counter says that it is locked.
    CheckPasscode,
    /// Change the passcode from the holder's old one to their new one, once; never sent to a locked card.
    ChangePasscode,
    /// Put a throw-away key over the one in this slot.
    OverwriteKey(CertificateSlot),
    /// Read the certificates on the card, and take their keys as those to certify once more.
    ReadPair,
    /// Take away the pair that a new one beside it has replaced.
    RemoveOldPair,
    /// Take away the pair that this job made beside the old one.
    RemoveNewPair,
}

/// Where on the card a channel is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The PIV application, which leans on its security domain.
    Application,
    /// The issuer security domain itself.
    Domain,
}

/// One call of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum GatewayCall {
    Reserve,
    AnswerWitness,
    CheckCardAnswer,
    ReleaseCodes,
    SettleUnlockCode {
        which: UnlockCodeSettled,
    },
    /// Tell which authentication key the card made, before its signing key is touched.
    TellKey,
    Certify,
    Confirm {
        authentication_sha256: String,
        signing_sha256: String,
        authentication_proof: Vec<u8>,
        signing_proof: Vec<u8>,
        /// Whether the card was left locked, where that came out otherwise than it was reserved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        locked: Option<bool>,
    },
    Abort {
        card: CardAfterAbort,
    },
    AskIssuance,
    BeginChannel,
    /// Hand over the card's proof of its keys, for the gateway's own. Journals of earlier versions have its older name.
    #[serde(alias = "channel-keys")]
    OpenChannel,
    /// The card refused the gateway's proof.
    TellChannelRefused,
    PrepareKeys {
        owner: KeyOwner,
    },
    KeysPut,
    /// Begin an operation on a card in use; its codes come with the answer where it needs them.
    BeginOnCard,
    /// End it.
    EndOnCard {
        outcome: OnCardOutcome,
        unlock_code: Option<UnlockCodeSettled>,
    },
    /// Tell how an unlock without a gateway ended, now that it answers.
    EndByTelephone {
        outcome: TelephoneOutcome,
    },
    /// Take the code the card was delivered with as the one to change to.
    ReleaseDeliveredCode,
    /// Take the certificates of this job once more.
    FetchCertified,
    /// Open a repair or renewal again whose time ran out.
    Reopen,
    /// Ask whether this print may start, and record that it does.
    RecordPrintStarting,
    /// Record how the print ended.
    RecordPrint {
        outcome: crate::cis2::wire::PrintOutcome,
    },
}

/// One action at the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrintWork {
    /// Send the whole job.
    Send,
    /// Wait for the printer's own word that the card is finished.
    AwaitWord,
    /// Let the officer say whether the card came out well.
    AskOfficer,
}

/// How a card came out of the printer, as the officer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameOut {
    /// Printed as it should be.
    Well,
    /// Printed, and it cannot be handed over.
    Spoilt,
    /// No card came out, or one without a face.
    Nothing,
}

/// What came of an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Outcome {
    Reserved,
    Witness,
    WitnessAnswered,
    CardAnswered,
    CardAnswerRight,
    CodesReleased {
        candidates: usize,
    },
    UnlockCodeSet,
    /// The card refused the code it was tried with.
    UnlockCodeWrong {
        /// Whether another code may be tried: never when the card's last try would be spent on it.
        may_try_more: bool,
    },
    /// An operation on a card in use has begun.
    Begun {
        /// How many codes the card may hold; 0 where none was released.
        candidates: usize,
    },
    /// It has begun, and the work on the card is not wanted: nothing was sent to it.
    Declined {
        /// How many codes the card may hold.
        candidates: usize,
        /// Why, in whole words.
        why: String,
    },
    Ended,
    ToldByTelephone,
    /// The card's own counter of its passcode.
    Tries {
        /// So many until it locks; 0 is locked; `None` where the card does not tell.
        left: Option<u8>,
    },
    PasscodeRight,
    /// The one try was wrong, or was not made because the card is locked.
    PasscodeWrong {
        /// Tries the card has left, as it says itself.
        left: Option<u8>,
        /// Whether it was sent to the card at all.
        sent: bool,
    },
    Settled,
    PasscodeSet,
    Generated,
    /// The gateway knows the new authentication key.
    KeyTold,
    /// The keys on the card are known from its certificates.
    PairRead,
    RequestsSigned,
    Certified {
        sha256: [String; 2],
    },
    Written,
    /// The card does not take this object, and its profile says that it may.
    LeftOut,
    Erased,
    ReadBack {
        sha256: [String; 2],
    },
    KeysProved {
        signatures: [Vec<u8>; 2],
    },
    Locked,
    Confirmed,
    Aborted,
    ChannelBegun,
    /// The card answered with the proof of its keys.
    CardProved,
    /// The gateway gave its proof for the channel. Journals of earlier versions have its older name.
    #[serde(alias = "channel-keys")]
    ChannelProof {
        owner: KeyOwner,
    },
    ChannelOpen,
    /// The card knows the gateway's proof to be wrong.
    ChannelRefused,
    ChannelRefusalTold,
    KeysPrepared,
    KeysWritten,
    KeysSettled,
    /// What the gateway knows of the issuance.
    Issuance {
        /// `None` when it has never heard of it.
        issuance: Option<Box<Issuance>>,
        /// Whether the card was brought back to a known state since, by this job or by another one.
        card_settled: bool,
    },
    PrintStarting,
    /// The whole job was handed over.
    Sent,
    /// It was cut off while the job was handed over.
    PerhapsSent {
        /// What happened, and what to do.
        why: String,
    },
    /// The printer says that the card is finished.
    PrinterSaysDone,
    /// The printer says that it did not take the job.
    PrinterRefused {
        /// What it says, and what to do.
        why: String,
    },
    /// The printer does not say what became of the card.
    PrinterCannotSay {
        /// Why.
        why: String,
    },
    /// The officer looked at the card.
    OfficerSays {
        /// What they saw.
        card: CameOut,
    },
    PrintRecorded,
    /// The program begins again after a cut.
    Resumed,
    /// The program begins again after a cut, and the holder is there and has typed a passcode.
    ResumedWithHolder,
    /// This workstation takes over a card that another one left unfinished.
    TakenOver,
    Failed(Fault),
}

impl Outcome {
    /// Its name without its content.
    #[must_use]
    pub fn name(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(serde_json::Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// Why an effect has no good outcome. The text is for the officer and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The answer did not come: the effect may have happened. The job stays open.
    Interrupted {
        /// What happened, and what to do.
        why: String,
    },
    /// The answer was no.
    Refused {
        /// What was refused, and what to do.
        why: String,
        /// Whether policy refused it.
        by_policy: bool,
    },
}
