//! What a running job holds in memory and nowhere else: the open card, secrets, names and the photo.

use super::{
    at_once::AskHolder,
    card_work::RemoteChannel,
    diagnosis::{CardContents, Finding},
    report::Need,
};
use crate::{
    card::{
        piv::PublicKey,
        pkcs11::{Middleware, Token, TokenError},
        profile::CardProfile,
        reader::CardConnection,
        transport::{ExchangeRecord, Link},
    },
    cis2::wire::{self, SecretBase64},
    domain::{CardSerial, Holder, NhsCode, Passcode, Secret},
};

/// One card in work, and the record of what is sent to it.
pub struct CardSession {
    pub reach: Reach,
    pub link: Link,
    pub record: ExchangeRecord,
    /// Whether the PIV application was selected since the card was opened: nobody else can select another one.
    pub selected: bool,
}

/// What was asked of card and gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Command APDUs.
    pub apdus: u64,
    /// Calls of the gateway.
    pub gateway_calls: u32,
}

/// How a card is reached.
pub enum Reach {
    /// With commands: it is open, and nobody else reaches it.
    Commands(Box<dyn CardConnection>),
    /// Through its maker's middleware, which opens it for each group of exchanges and counts nothing.
    Middleware(TokenReach),
}

/// The way to a card through its maker's middleware.
#[derive(Clone)]
pub struct TokenReach {
    pub middleware: Middleware,
    pub reader: String,
}

impl TokenReach {
    /// One group of exchanges with the card of this serial; another card in the reader is left alone.
    pub fn with_card<R>(
        &self,
        serial: &CardSerial,
        work: impl FnOnce(&Token<'_>) -> Result<R, TokenError>,
    ) -> Result<R, TokenError> {
        self.middleware.with_token(&self.reader, |token| {
            token.expect(serial)?;
            work(token)
        })
    }
}

/// The memory of one run. It ends with the run; a resumed job starts with an empty one.
#[derive(Default)]
pub struct Pocket {
    pub session: Option<CardSession>,
    pub profile: Option<CardProfile>,
    pub holder: Option<Holder>,
    /// The photo as the chip takes it.
    pub facial_image: Option<Vec<u8>>,
    /// Asks for the passcode once the job has begun, where nobody has typed one before.
    pub ask: Option<AskHolder>,
    /// The holder's passcode, or a random one while a card that is left locked is in work.
    pub passcode: Option<Passcode>,
    /// The passcode the holder has, where they change it.
    pub old_passcode: Option<Passcode>,
    /// A second officer's approval, for the call that begins the job.
    pub approval: Option<SecretBase64>,
    pub encrypted_witness: Option<Vec<u8>>,
    pub answer: Option<(Secret, Vec<u8>)>,
    pub encrypted_challenge: Option<Vec<u8>>,
    pub codes: Option<wire::UnlockCodes>,
    /// Tries the card is believed to have left for its unlock code, after a wrong one.
    pub unlock_tries: Option<u8>,
    pub public_keys: [Option<PublicKey>; 2],
    pub requests: Option<[Vec<u8>; 2]>,
    pub certified: Option<wire::Certified>,
    /// The secure channel that what is sent to the card goes through, while one is open.
    pub channel: Option<RemoteChannel>,
    pub host_challenge: Option<[u8; 8]>,
    /// The card's answer to it.
    pub card_proof: Option<Vec<u8>>,
    pub channel_proof: Option<wire::ChannelProof>,
    pub prepared_keys: Option<wire::PreparedKeys>,
    /// What the card answered to the keys it was given.
    pub check_values: Option<Vec<u8>>,
    /// The printer job, ready to be sent.
    pub print_job: Option<Vec<u8>>,
    /// Whether the printer did not take it for a reason that somebody at the printer can end.
    pub passes: bool,
    /// The card's own count of passcode tries, as it was last told.
    pub tries_left: Option<u8>,
    /// What the gateway asked for before it lets this begin.
    pub need: Option<Need>,
    /// The published code that the gateway named in its last refusal.
    pub nhs_code: Option<NhsCode>,
    /// What a card under repair held when it was looked at: whether its keys fit is asked once its passcode is set.
    pub old_contents: Option<CardContents>,
    /// What was found wrong on the way.
    pub found: Vec<Finding>,
    /// What was spent before the run, and what one step of it spent more than once.
    pub spent: Spent,
    /// How often the job was resumed. A call that is asked again in another run may have to be answered anew.
    pub resumptions: usize,
}

impl Pocket {
    /// What makes the idempotency keys of one run differ from those of another; nothing in the first run.
    pub fn turn(&self) -> Vec<u8> {
        if self.resumptions == 0 { Vec::new() } else { self.resumptions.to_be_bytes().to_vec() }
    }
}
