//! Every call that can follow the one that begins a job, with a body that is right wherever one can be.

use base64::{Engine, engine::general_purpose::STANDARD};
use cardwright::{
    card::secure_channel::SecurityLevel,
    cis2::wire::{
        Abort, Base64, BeginChannel, CardAfterAbort, Certified, EndOnCard, ManagementKeyChallenge, ManagementKeyProof,
        OnCardOutcome, TellKey, UnlockCodeSettled,
    },
    domain::{JobId, Operation},
};
use rcgen::PublicKeyData;
use serde_json::{Value, json};

use super::client::{Forger, Said};
use crate::{
    desk::Chip,
    secure_channel::{DomainCard, TRAINING_KEYS},
};

/// A call about a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    Challenge,
    Proof,
    BeginChannel,
    OpenChannel,
    Codes,
    CodeSettled,
    DeliveredCode,
    TellKey,
    Certify,
    Certified,
    PutKeys,
    Reopen,
    Confirm,
    Abort,
    End,
}

impl Later {
    /// All of them, each after those it needs.
    pub const ALL: [Self; 15] = [
        Self::Challenge,
        Self::Proof,
        Self::BeginChannel,
        Self::OpenChannel,
        Self::Codes,
        Self::CodeSettled,
        Self::DeliveredCode,
        Self::TellKey,
        Self::Certify,
        Self::Certified,
        Self::PutKeys,
        Self::Reopen,
        Self::Confirm,
        Self::Abort,
        Self::End,
    ];

    /// Whether a job of this operation has any use for the call (`facts/nhs.md` 1.2 says what an operation does, SP 800-73-4
    /// part 2 which secret of the card that takes).
    pub fn is_for(self, operation: Operation) -> bool {
        use Operation::{Cancel, ChangePasscode, Clear, Issue, Renew, Repair, Unlock};
        match self {
            // What writes objects or makes keys asks for the management key.
            Self::Challenge | Self::Proof => matches!(operation, Issue | Repair | Renew | Clear | Cancel),
            Self::BeginChannel | Self::OpenChannel => operation != ChangePasscode,
            // What sets a passcode without the old one, or ends a card's life with its holder, changes the unlock code.
            Self::Codes | Self::CodeSettled => matches!(operation, Issue | Repair | Unlock | Clear),
            Self::DeliveredCode => operation == Clear,
            Self::Certify | Self::Certified | Self::Confirm | Self::Abort => {
                matches!(operation, Issue | Repair | Renew)
            }
            Self::TellKey => matches!(operation, Repair | Renew),
            Self::PutKeys => operation == Issue,
            Self::End => matches!(operation, Unlock | ChangePasscode | Clear | Cancel),
            // Nothing ran out of time.
            Self::Reopen => false,
        }
    }

    /// Whether the caller is given something, or makes something good. The rest tells what has become of a card, which is
    /// worth knowing whoever tells it.
    pub fn gives(self) -> bool {
        match self {
            Self::Challenge
            | Self::Proof
            | Self::BeginChannel
            | Self::OpenChannel
            | Self::Codes
            | Self::DeliveredCode
            | Self::TellKey
            | Self::Certify
            | Self::PutKeys
            | Self::Confirm => true,
            Self::CodeSettled | Self::Certified | Self::Reopen | Self::Abort | Self::End => false,
        }
    }
}

/// One job, and what its calls were answered, which the next ones need.
pub struct Caller<'a> {
    pub forger: &'a Forger,
    pub job: JobId,
    pub operation: Operation,
    pub token: String,
    /// The keys the card makes in this job.
    pub made: Chip,
    challenge: Vec<u8>,
    host_challenge: Vec<u8>,
    certified: Option<Certified>,
}

impl<'a> Caller<'a> {
    pub fn new(forger: &'a Forger, job: &JobId, operation: Operation, token: &str) -> Self {
        Self {
            forger,
            job: job.clone(),
            operation,
            token: token.to_owned(),
            made: Chip { serial: forger.chip().serial.clone(), ..Chip::new(2) },
            challenge: vec![0; 16],
            host_challenge: vec![0; 8],
            certified: None,
        }
    }

    /// The same job, and somebody else who asks.
    pub fn with(self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self }
    }

    /// Makes the call, and keeps what the next one needs.
    pub fn ask(&mut self, call: Later) -> Said {
        let said = self.send(call);
        if said.status == 200 {
            let bytes = |name: &str| STANDARD.decode(said.body[name].as_str().expect("base64")).expect("base64");
            match call {
                Later::Challenge => self.challenge = bytes("challenge"),
                Later::BeginChannel => self.host_challenge = bytes("host_challenge"),
                Later::Certify => {
                    self.certified = Some(serde_json::from_value(said.body.clone()).expect("certificates"));
                }
                _ => {}
            }
        }
        said
    }

    fn send(&self, call: Later) -> Said {
        let about =
            |path: &str, body: Value| self.forger.post(&format!("issuances/{}/{path}", self.job), &body, &self.token);
        let encrypted = |block: &[u8]| Base64(self.made.encrypt(block));
        match call {
            Later::Challenge => {
                let witness = encrypted(&[0x5A; 16]);
                about(
                    "management-key/challenge",
                    json!(ManagementKeyChallenge { algorithm: 0x0C, encrypted_witness: witness }),
                )
            }
            Later::Proof => about(
                "management-key/proof",
                json!(ManagementKeyProof { encrypted_challenge: encrypted(&self.challenge) }),
            ),
            Later::BeginChannel => about(
                "secure-channel/begin",
                json!(BeginChannel { key_set: TRAINING_KEYS.to_owned(), level: SecurityLevel::AnswerEncryption }),
            ),
            Later::OpenChannel => {
                about("secure-channel/open", json!(DomainCard::new(&self.made.serial).proof(&self.host_challenge)))
            }
            Later::PutKeys => about("secure-channel/put-key", json!({ "owner": "organisation" })),
            Later::Codes => about("unlock-codes/release", json!({})),
            Later::CodeSettled => about("unlock-codes/settled", json!(UnlockCodeSettled::Next)),
            Later::DeliveredCode => about("unlock-codes/delivered", json!({})),
            Later::TellKey => {
                let key = Base64(self.made.authentication.subject_public_key_info());
                about("key", json!(TellKey { authentication_key: key }))
            }
            Later::Certify => about("certificate", json!(self.made.certify_request())),
            Later::Certified => self.forger.get(&format!("issuances/{}/certificate", self.job), &self.token),
            Later::Reopen => about("reopen", json!({})),
            Later::Confirm => {
                let none = || Certified {
                    authentication: Base64(Vec::new()),
                    signing: Base64(Vec::new()),
                    proof_challenge: Base64(vec![1; 32]),
                };
                about("confirm", json!(self.made.confirm_request(&self.certified.clone().unwrap_or_else(none))))
            }
            Later::Abort => {
                let card = match self.operation {
                    Operation::Issue => CardAfterAbort::Blank,
                    _ => CardAfterAbort::AsBefore,
                };
                about("abort", json!(Abort { reason: "forged".to_owned(), card }))
            }
            Later::End => {
                let outcome = match self.operation {
                    // Blank is a card only after it proved its management key.
                    Operation::Clear => OnCardOutcome::NotReached,
                    Operation::Cancel => OnCardOutcome::Done,
                    _ => OnCardOutcome::AsBefore,
                };
                let end = EndOnCard { outcome, unlock_code: None };
                self.forger.post(&format!("on-cards/{}/end", self.job), &end, &self.token)
            }
        }
    }
}
