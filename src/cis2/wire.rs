//! What crosses the wire between desktop and gateway: `/ra/v1`, JSON. Binary fields are standard base64 with padding;
//! hashes are lower-case hexadecimal SHA-256; times are RFC 3339 in UTC.

mod authentication;
mod on_cards;
mod photo;
mod printers;
mod secure_channel;
mod self_service;
mod telephone;

pub use authentication::{CardAnswer, CardAuthenticated, CardChallenge, CardProof};
pub use on_cards::{
    Approval, Approve, ApproveWithCard, BeginOnCard, CardAtDesk, Chip, DeliverySaid, EndOnCard, LARGEST_PHOTO_AT_DESK,
    OnCardBegun, OnCardOutcome, PhotoAtDesk, Tell,
};
pub use photo::PhotoReview;
pub use printers::{ListChange, PrinterChange};
pub use secure_channel::{
    BeginChannel, ChannelAnswer, ChannelBegun, ChannelCommand, ChannelExchanged, ChannelProof, ExchangeOnChannel,
    KeyOwner, KeysPut, PreparedKeys, PutKeys,
};
pub use self_service::{AskForCode, CodeSent, HolderSession, HolderSignIn};
pub use telephone::{BeginByTelephone, BegunByTelephone, EndByTelephone, EndedByTelephone, EnrolledWorkstation};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::domain::{
    CardIdentifier, CardSerial, CardState, Holder, HolderId, JobId, NhsCode, Officer, OfficerId, Operation, Secret,
    Series,
    eligibility::{ClientSoftware, Realm, Refusal},
    sha256_hex,
};

/// Bytes as base64 text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Base64(#[serde(with = "base64_bytes")] pub Vec<u8>);

/// Secret bytes as base64 text. They can be sent, and cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretBase64(pub Secret);

impl Serialize for SecretBase64 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64_bytes::serialize(self.0.expose(), serializer)
    }
}

impl<'de> Deserialize<'de> for SecretBase64 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        base64_bytes::deserialize(deserializer).map(|bytes| Self(Secret::new(bytes)))
    }
}

mod base64_bytes {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use zeroize::Zeroizing;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(STANDARD.encode(bytes)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        STANDARD.decode(text.as_bytes()).map_err(|_| D::Error::custom("not base64"))
    }
}

/// An officer who may be chosen at the training sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingOfficer {
    /// Who.
    pub officer: Officer,
    /// One line for the chooser.
    pub about: String,
}

/// Training sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The chosen officer.
    pub officer: OfficerId,
}

/// A signed-in session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Bearer token, short-lived; only in the answer to sign-in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<SecretBase64>,
    /// Who is signed in.
    pub officer: Officer,
    /// Which world the gateway works in.
    pub realm: Realm,
    /// When the officer last proved who they are.
    #[serde(with = "time::serde::rfc3339")]
    pub proved: OffsetDateTime,
    /// When the session ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires: OffsetDateTime,
    /// The card it was begun with; none where its officer was chosen by name. What it was begun with, proves once more
    /// who the officer is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub card: Option<CardSerial>,
    /// How a second officer proves who they are here.
    #[serde(default)]
    pub approvals: ApprovalsBy,
}

/// How a second officer proves who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalsBy {
    /// By choosing their name is enough, and their own card is taken too: for training alone.
    #[default]
    Name,
    /// With their own card alone.
    Card,
}

/// A holder and their cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderRecord {
    /// The person.
    pub holder: Holder,
    /// Their cards, newest first.
    pub cards: Vec<CardRecord>,
}

/// What the service knows of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardRecord {
    /// The chip's serial.
    pub serial: CardSerial,
    /// State.
    pub state: CardState,
    /// Series, as recognised when it was first seen; `unknown` for a card never seen.
    pub series: Series,
    /// Whose it is.
    pub holder: Option<HolderId>,
    /// The open job on it.
    pub open_job: Option<JobId>,
    /// The newest job on it, open or ended: an unfinished card is brought back to blank through this job.
    #[serde(default)]
    pub last_job: Option<JobId>,
    /// Last day its certificates are valid.
    #[serde(with = "time::serde::rfc3339::option", default)]
    pub certificates_expire: Option<OffsetDateTime>,
    /// SHA-256 of the certificates it must hold (DER; authentication, signing), where it has a good pair. Lists of cards
    /// leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good_pair: Option<[String; 2]>,
    /// The identifier it got with that pair; none where the desk that made it told none. Lists of cards leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<CardIdentifier>,
    /// Whether it was issued locked and nobody has said yet that its holder has it.
    #[serde(default)]
    pub awaits_delivery: bool,
    /// Who last changed how it stands, and when; none for a card never seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_change: Option<LastChange>,
}

impl CardRecord {
    /// Who brought the card to where it stands, and when, as a sentence without its full stop.
    #[must_use]
    pub fn since(&self) -> Option<String> {
        Some(format!("Last on card {}: {}", self.serial, self.last_change.as_ref()?))
    }
}

/// What last changed how a card stands: begun or ended, it is the job of [`CardRecord::last_job`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastChange {
    /// What was done.
    pub operation: Operation,
    /// The officer; none where its holder did it without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<BegunBy>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl std::fmt::Display for LastChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.by {
            Some(officer) => write!(f, "{} by {officer}", self.operation)?,
            None => write!(f, "{} by its holder", self.operation)?,
        }
        write!(f, " at {} {:02}:{:02} UTC", self.at.date(), self.at.hour(), self.at.minute())
    }
}

/// Reserves a card and a holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserve {
    /// The job's own number; also its idempotency key.
    pub job: JobId,
    /// The holder the card is for.
    pub holder: HolderId,
    /// The chip's serial.
    pub serial: CardSerial,
    /// Series as recognised.
    pub series: Series,
    /// The management-key scheme of its card profile: chooses the key set and the transport codes at the gateway.
    pub profile: String,
    /// The workstation's client software.
    pub client_software: ClientSoftware,
    /// Whether the card is to be left locked.
    pub locked: bool,
    /// Issue, repair or renew.
    #[serde(default = "issue")]
    pub operation: Operation,
    /// Whether new keys are made or those on the card are certified once more; for a renewal only.
    #[serde(default)]
    pub keys: KeysWanted,
}

fn issue() -> Operation {
    Operation::Issue
}

/// Which keys a new pair of certificates is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeysWanted {
    /// Keys that are made for it.
    #[default]
    New,
    /// The keys the card has.
    Same,
}

/// Where an issuance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssuanceState {
    /// Card and holder are reserved; nothing certified.
    Reserved,
    /// Both certificates exist, on hold.
    Certified,
    /// Both certificates are good.
    Confirmed,
    /// Given up; anything certified is revoked.
    Aborted,
    /// The deadline passed; anything certified is revoked.
    Expired,
}

/// One issuance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuance {
    /// The job.
    pub job: JobId,
    /// What it does.
    #[serde(default = "issue")]
    pub operation: Operation,
    /// Holder.
    pub holder: HolderId,
    /// Card.
    pub serial: CardSerial,
    /// State.
    pub state: IssuanceState,
    /// Whether the card is to be left locked.
    pub locked: bool,
    /// When the gateway revokes what nobody confirmed.
    #[serde(with = "time::serde::rfc3339")]
    pub deadline: OffsetDateTime,
    /// SHA-256 of the authentication certificate (DER), once certified.
    pub authentication_sha256: Option<String>,
    /// SHA-256 of the signing certificate (DER), once certified.
    pub signing_sha256: Option<String>,
    /// Who began it: while it is open, nobody else may go on with it. A service may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_by: Option<BegunBy>,
    /// The authentication key that the card made in this job and that is not certified yet: SubjectPublicKeyInfo, DER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_key: Option<Base64>,
}

/// Tells which authentication key a card has made, before the key beside it is touched: should the card be cut off then,
/// its holder can still sign in with it and finish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TellKey {
    /// SubjectPublicKeyInfo, DER.
    pub authentication_key: Base64,
}

/// Who began an issuance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunBy {
    /// The officer.
    pub officer: OfficerId,
    /// Their name, where the service knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl std::fmt::Display for BegunBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} ({})", self.officer.grouped()),
            None => write!(f, "officer {}", self.officer.grouped()),
        }
    }
}

/// The card's half of the mutual management-key authentication (SP 800-73-4 part 2, 3.2.4; `facts/piv.md` 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementKeyChallenge {
    /// PIV algorithm: 03 3TDEA, 08 AES-128, 0A AES-192, 0C AES-256.
    pub algorithm: u8,
    /// The witness as the card encrypted it: 8 bytes for 3TDEA, 16 for AES.
    pub encrypted_witness: Base64,
}

/// The gateway's half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementKeyAnswer {
    /// The witness in the clear: it proves to the card that the gateway holds the key. Valid for this one card and moment.
    pub witness: SecretBase64,
    /// The gateway's challenge; the card answers with it encrypted.
    pub challenge: Base64,
}

/// What the card made of the gateway's challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementKeyProof {
    /// The challenge as the card encrypted it.
    pub encrypted_challenge: Base64,
}

/// The codes of one card, released for one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlockCodes {
    /// Codes the card may hold now, the likeliest first. One normally; two after a job that was cut while changing it.
    pub current: Vec<SecretBase64>,
    /// The code to change it to.
    pub next: SecretBase64,
}

/// What the workstation found on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnlockCodeSettled {
    /// The card holds [`UnlockCodes::next`].
    Next,
    /// The card holds the first of [`UnlockCodes::current`].
    FirstOfCurrent,
    /// The card holds the second of [`UnlockCodes::current`].
    SecondOfCurrent,
}

/// Both certificate requests (PKCS#10, DER), signed by the card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certify {
    /// Request of the key in 9A.
    pub authentication_csr: Base64,
    /// Request of the key in 9C.
    pub signing_csr: Base64,
}

/// Both certificates, on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certified {
    /// For 9A, DER.
    pub authentication: Base64,
    /// For 9C, DER.
    pub signing: Base64,
    /// 32 bytes both keys must sign after the read-back.
    pub proof_challenge: Base64,
}

/// What was read back from the card, and the proof that it holds both keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// SHA-256 of the certificate read back from 9A's object.
    pub authentication_sha256: String,
    /// SHA-256 of the certificate read back from 9C's object.
    pub signing_sha256: String,
    /// Signature of the key in 9A over the proof challenge: PKCS#1 v1.5 with SHA-256, or ECDSA (DER) with the hash of its curve's size.
    pub authentication_proof: Base64,
    /// The same of the key in 9C.
    pub signing_proof: Base64,
    /// Whether the card was left locked, where that came out otherwise than it was reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// The identifier the card got with these certificates; none for a card that has no such object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<CardIdentifier>,
}

/// Gives an issuance up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abort {
    /// Why, for the audit; no personal data.
    pub reason: String,
    /// Whether the card was emptied, or could not be reached.
    pub card: CardAfterAbort,
}

/// The chip after a job was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardAfterAbort {
    /// Emptied; may be issued again.
    Blank,
    /// Not reached: it must be brought back to a known state before it is used again.
    NotReached,
    /// As it was before a repair or renewal began: its certificates go on being good.
    AsBefore,
    /// As it was before a repair or renewal began, but for its passcode: that is locked, and its certificates go on being
    /// good.
    Locked,
    /// Its keys are gone and the new ones were not proved: a repair brings it back.
    NeedsRepair,
}

/// What became of a print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintRecord {
    /// The job.
    pub job: JobId,
    /// Holder whose face it is.
    pub holder: HolderId,
    /// Series of the card that was printed.
    pub series: Series,
    /// Printer model, as in its profile.
    pub printer_model: String,
    /// SHA-256 of the job bytes.
    pub job_sha256: String,
    /// How it ended.
    pub outcome: PrintOutcome,
    /// The workstation's client software.
    pub client_software: ClientSoftware,
    /// Why the face is printed once more, at most [`LONGEST_NOTE`] characters and no name; none for a first print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reprint_reason: Option<String>,
}

/// Most characters of what an officer writes for the audit: the reason of a reprint, the note about a spoiled card.
pub const LONGEST_NOTE: usize = 200;

/// Ends a card that was spoiled: its certificates are revoked and it is cancelled for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpoilCard {
    /// The print that spoiled it, or a job of its own.
    pub job: JobId,
    /// Whose card it is.
    pub holder: HolderId,
    /// What happened to it.
    pub reason: SpoilReason,
    /// More about it for the audit, at most [`LONGEST_NOTE`] characters; no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What spoiled a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpoilReason {
    /// Its face came out wrong.
    Misprinted,
    /// Chip or plastic is broken.
    Damaged,
    /// The face of another card or holder is on it.
    WrongCard,
}

/// How a print ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrintOutcome {
    /// About to be sent; the gateway checks here that it may be.
    Starting,
    /// The card came out: the printer counted it, or the officer saw it.
    Printed,
    /// No printed card came out.
    NotPrinted,
    /// The workstation was cut off while sending: somebody has to look at the output tray.
    Uncertain,
    /// The card came out, and the officer says that it cannot be handed over.
    Spoilt,
}

/// One row of the audit chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Sequence number, from 1.
    pub sequence: u64,
    /// When.
    pub at: String,
    /// Who.
    pub officer: Option<OfficerId>,
    /// What, e.g. `issuance.certified`.
    pub event: String,
    /// Holder, card and job concerned, and the event's own facts: identifiers and hashes, never names or secrets.
    pub detail: serde_json::Value,
    /// Hash of the row before; 64 zeros for the first.
    pub previous: String,
    /// SHA-256 over `previous` and this row's canonical body.
    pub hash: String,
}

impl AuditRow {
    /// What [`AuditRow::hash`] must be: SHA-256, in lower-case hexadecimal, over these lines, each ended by one line feed:
    /// `previous`, `sequence`, `at`, `officer` (empty when nobody was signed in), `event`, `detail` (JSON without spaces,
    /// members in the order they were written).
    #[must_use]
    pub fn computed_hash(&self) -> String {
        let officer = self.officer.as_ref().map_or("", OfficerId::as_str);
        let body =
            format!("{}\n{}\n{}\n{officer}\n{}\n{}\n", self.previous, self.sequence, self.at, self.event, self.detail);
        sha256_hex(body.as_bytes())
    }
}

/// The newest row of the chain and whether the chain is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// Number of rows.
    pub rows: u64,
    /// Hash of the newest row; 64 zeros when there is none.
    pub hash: String,
    /// First row that does not fit, if any.
    pub broken_at: Option<u64>,
    /// Ed25519 signature of the head by the gateway's audit key.
    pub signature: Base64,
    /// That key's public half.
    pub public_key: Base64,
}

impl AuditHead {
    /// The hash before the first row.
    pub const EMPTY: &'static str = "0000000000000000000000000000000000000000000000000000000000000000";

    /// The text the gateway signs: three lines, each ended by one line feed.
    #[must_use]
    pub fn signed_text(&self) -> String {
        format!("cardwright audit head v1\n{}\n{}\n", self.rows, self.hash)
    }

    /// Whether the signature is of the key beside it. Whether that is the gateway's key, only a copy kept earlier can say.
    #[must_use]
    pub fn signature_fits(&self) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public_key.0)
            .verify(self.signed_text().as_bytes(), &self.signature.0)
            .is_ok()
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable name of the problem, e.g. `refused`, `holder-unknown`, `card-in-work`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What failed, in plain English.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// More about this case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// The next action.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remedy: Option<String>,
    /// The code that the NHS publishes for the same, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nhs_code: Option<NhsCode>,
    /// For `refused`: the operation and every reason with its remedy.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<(Operation, Refusal)>,
}

impl Problem {
    /// One line: what failed, the details, the next action.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut line = self.title.clone();
        if let Some(detail) = &self.detail {
            line = format!("{line}: {detail}");
        }
        match &self.remedy {
            Some(remedy) => format!("{line}. {remedy}"),
            None => line,
        }
    }
}
