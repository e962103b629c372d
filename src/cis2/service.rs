//! The service trait: everything the desk asks of the gateway.

use super::wire;
use crate::domain::{CardSerial, HolderId, JobId, NhsCode};

/// Calls of the gateway contract `/ra/v1`. Every `POST` carries the caller's idempotency key: the same key and body
/// answers the same again, so a caller that lost an answer may ask once more.
pub trait Service: Send + Sync {
    /// Training sign-in: the officers to choose from.
    fn training_officers(&self) -> Result<Vec<wire::TrainingOfficer>, ServiceError>;
    /// Signs an officer in; later calls of this client act as that officer.
    fn sign_in(&self, request: &wire::SignIn) -> Result<wire::Session, ServiceError>;
    /// Ends the session.
    fn sign_out(&self) -> Result<(), ServiceError>;
    /// Who is signed in.
    fn session(&self) -> Result<wire::Session, ServiceError>;
    /// Holders whose number, name or organisation contains the query, by name; never more than 5000.
    fn find_holders(&self, query: &str, limit: usize) -> Result<Vec<wire::HolderRecord>, ServiceError>;
    /// One holder with their cards.
    fn holder(&self, id: &HolderId) -> Result<wire::HolderRecord, ServiceError>;
    /// The photo on record, as stored (JPEG or PNG).
    fn photo(&self, id: &HolderId) -> Result<Vec<u8>, ServiceError>;
    /// Replaces the photo on record, and keeps in the audit what the officer was told of it.
    fn put_photo(&self, id: &HolderId, image: &[u8], review: &wire::PhotoReview) -> Result<(), ServiceError>;
    /// What the service knows of a card; an unknown serial is a blank card.
    fn card(&self, serial: &CardSerial) -> Result<wire::CardRecord, ServiceError>;
    /// The same with everything else a desk needs of a card in a reader, in one call: its holder, who asks, and the photo
    /// where that is wanted and small.
    fn card_at_desk(&self, serial: &CardSerial, photo: wire::PhotoAtDesk) -> Result<wire::CardAtDesk, ServiceError>;
    /// Reserves a card and a holder for an issue. `key` is the job.
    fn reserve(&self, job: &JobId, request: &wire::Reserve) -> Result<wire::Issuance, ServiceError>;
    /// The state of an issuance.
    fn issuance(&self, job: &JobId) -> Result<wire::Issuance, ServiceError>;
    /// Answers the card's management-key challenge.
    fn management_key(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::ManagementKeyChallenge,
    ) -> Result<wire::ManagementKeyAnswer, ServiceError>;
    /// Checks the card's own answer, so that the gateway knows it spoke to a card that holds the key.
    fn management_key_proof(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::ManagementKeyProof,
    ) -> Result<(), ServiceError>;
    /// Releases the codes of this card for this job.
    fn unlock_codes(&self, job: &JobId, key: &str) -> Result<wire::UnlockCodes, ServiceError>;
    /// Releases the code the card was delivered with as the one to change to: for a card that goes back to stock.
    fn delivered_code(&self, job: &JobId, key: &str) -> Result<wire::UnlockCodes, ServiceError>;
    /// Tells the escrow which code the card holds now.
    fn unlock_code_settled(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::UnlockCodeSettled,
    ) -> Result<(), ServiceError>;
    /// Begins a secure channel to the card's security domain: the gateway makes the host challenge. Every channel has its
    /// own `key`, because a challenge is good once.
    fn begin_channel(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::BeginChannel,
    ) -> Result<wire::ChannelBegun, ServiceError>;
    /// Gives the gateway's proof to a card that proves its keys. From here on the gateway holds the channel's keys.
    fn open_channel(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::ChannelAnswer,
    ) -> Result<wire::ChannelProof, ServiceError>;
    /// Opens what the card answered on the channel and wraps what it is to do next.
    fn exchange_on_channel(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::ExchangeOnChannel,
    ) -> Result<wire::ChannelExchanged, ServiceError>;
    /// Tells that the card refused the gateway's proof: its key set is not tried again.
    fn channel_refused(&self, job: &JobId, key: &str) -> Result<(), ServiceError>;
    /// Prepares the keys the card is to hold; they are put on it through the open channel.
    fn put_keys(&self, job: &JobId, key: &str, request: &wire::PutKeys) -> Result<wire::PreparedKeys, ServiceError>;
    /// Tells that the card took them.
    fn keys_put(&self, job: &JobId, key: &str, request: &wire::KeysPut) -> Result<(), ServiceError>;
    /// Sends both requests; both certificates come back **on hold**.
    fn certify(&self, job: &JobId, key: &str, request: &wire::Certify) -> Result<wire::Certified, ServiceError>;
    /// Makes the certificates good, given the hash of what was read back and the proof of both keys.
    fn confirm(&self, job: &JobId, key: &str, request: &wire::Confirm) -> Result<wire::Issuance, ServiceError>;
    /// Gives an issuance up: its certificates are revoked.
    fn abort(&self, job: &JobId, key: &str, request: &wire::Abort) -> Result<wire::Issuance, ServiceError>;
    /// Both certificates of a job once more, for a card that was cut off while they were written to it.
    fn certified(&self, job: &JobId) -> Result<wire::Certified, ServiceError>;
    /// Tells which authentication key a card has made, before the key beside it is touched.
    fn tell_key(&self, job: &JobId, key: &str, request: &wire::TellKey) -> Result<wire::Issuance, ServiceError>;
    /// Opens a repair or renewal again whose time ran out while the card had neither pair of keys whole.
    fn reopen(&self, job: &JobId, key: &str) -> Result<wire::Issuance, ServiceError>;
    /// Begins an operation on a card in use. `job` is the key.
    fn begin_on_card(&self, job: &JobId, request: &wire::BeginOnCard) -> Result<wire::OnCardBegun, ServiceError>;
    /// Ends an operation on a card in use.
    fn end_on_card(&self, job: &JobId, key: &str, request: &wire::EndOnCard) -> Result<wire::CardRecord, ServiceError>;
    /// The signed-in officer proves once more who they are.
    fn step_up(&self, request: &wire::SignIn) -> Result<wire::Session, ServiceError>;
    /// A challenge for a card to sign.
    fn card_challenge(&self) -> Result<wire::CardChallenge, ServiceError>;
    /// Judges a card's answer: its certificate, its record and its signature.
    fn authenticate_card(&self, answer: &wire::CardAnswer) -> Result<wire::CardAuthenticated, ServiceError>;
    /// Signs an officer in with what their own card proved; later calls of this client act as that officer.
    fn sign_in_with_card(&self, proof: &wire::CardProof) -> Result<wire::Session, ServiceError>;
    /// The signed-in officer proves with their own card once more who they are.
    fn step_up_with_card(&self, proof: &wire::CardProof) -> Result<wire::Session, ServiceError>;
    /// Has a one-time code sent to the holder of a locked card. `key` makes sure that asking twice sends one code.
    fn ask_for_code(&self, key: &str, request: &wire::AskForCode) -> Result<wire::CodeSent, ServiceError>;
    /// Signs a holder in to their own card; later calls of this client act as that holder.
    fn holder_sign_in(&self, request: &wire::HolderSignIn) -> Result<wire::HolderSession, ServiceError>;
    /// Which holder is signed in, to which card.
    fn holder_session(&self) -> Result<wire::HolderSession, ServiceError>;
    /// Ends a holder's session.
    fn holder_sign_out(&self) -> Result<(), ServiceError>;
    /// A second officer approves one operation on one card of the signed-in officer.
    fn approve(&self, request: &wire::Approve) -> Result<wire::Approval, ServiceError>;
    /// The same, proved with the second officer's own card.
    fn approve_with_card(&self, request: &wire::ApproveWithCard) -> Result<wire::Approval, ServiceError>;
    /// Enrols this workstation, so that it can unlock cards when the gateway is silent.
    fn enrol_workstation(&self) -> Result<wire::EnrolledWorkstation, ServiceError>;
    /// Puts on record that the list of printers of this desk was changed. `key` makes sure that telling twice is one row.
    fn record_printer_change(&self, key: &str, request: &wire::PrinterChange) -> Result<(), ServiceError>;
    /// Begins an unlock at another desk, whose challenge was read over the telephone. `job` is the key.
    fn begin_by_telephone(
        &self,
        job: &JobId,
        request: &wire::BeginByTelephone,
    ) -> Result<wire::BegunByTelephone, ServiceError>;
    /// Tells how an unlock at another desk ended.
    fn end_by_telephone(
        &self,
        key: &str,
        request: &wire::EndByTelephone,
    ) -> Result<wire::EndedByTelephone, ServiceError>;
    /// Records what became of a printed face.
    fn record_print(&self, serial: &CardSerial, key: &str, request: &wire::PrintRecord) -> Result<(), ServiceError>;
    /// Ends a spoiled card for good: both its certificates are revoked, and its holder may be issued another. `request`
    /// says why; the same `key` and request answer the same again, and so does the same job under a new key.
    fn spoil_card(
        &self,
        serial: &CardSerial,
        key: &str,
        request: &wire::SpoilCard,
    ) -> Result<wire::CardRecord, ServiceError>;
    /// The audit rows that name this holder, newest first; at most `limit`, and never more than 5000.
    fn holder_history(&self, id: &HolderId, limit: usize) -> Result<Vec<wire::AuditRow>, ServiceError>;
    /// Root and issuing certificates, PEM, root last.
    fn chain_pem(&self) -> Result<String, ServiceError>;
    /// Current revocation lists of root and issuers, PEM.
    fn crl_pem(&self) -> Result<String, ServiceError>;
    /// Audit rows after a sequence number, oldest first; never more than 5000.
    fn audit(&self, after: u64, limit: usize) -> Result<Vec<wire::AuditRow>, ServiceError>;
    /// Audit rows before a sequence number, newest first; `None` begins with the newest row. Never more than 5000.
    fn audit_before(&self, before: Option<u64>, limit: usize) -> Result<Vec<wire::AuditRow>, ServiceError>;
    /// The state of the audit chain.
    fn audit_head(&self) -> Result<wire::AuditHead, ServiceError>;
}

/// Why a call gave no answer that can be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ServiceError {
    /// No answer: refused connection, time-out, reset, or an answer cut short. The call may have taken effect.
    #[error(
        "the gateway does not answer ({reason}): check the network, then try again; work that was begun stays on record \
         and is resumed, and nothing else was changed"
    )]
    Unreachable {
        /// What went wrong on the wire, without secrets.
        reason: String,
    },
    /// The gateway answered with a problem document (RFC 9457).
    #[error("{}", .0.describe())]
    Problem(Box<wire::Problem>),
    /// An answer that is not of the contract.
    #[error(
        "the gateway gave an answer this program does not understand ({reason}): check that both have the same version"
    )]
    Contract {
        /// What did not fit.
        reason: String,
    },
}

impl ServiceError {
    /// The published code that means the same, where the service named one. That the gateway cannot be reached has no
    /// code of its own: it says nothing of the card.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::Problem(problem) => problem.nhs_code,
            Self::Unreachable { .. } | Self::Contract { .. } => None,
        }
    }
}
