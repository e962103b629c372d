//! What a gateway is started with, and why it may refuse to start.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use super::{Clock, MessagesPart, People, SystemClock};
use crate::{
    cis2::wire::{ApprovalsBy, KeysWanted},
    domain::{Operation, Series, eligibility::Realm},
};

/// Which keys the renewed certificates of a series are for, whatever a workstation asks. The bundled card profiles say the
/// same; a workstation whose profile says otherwise is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RenewalKeys {
    /// Cards of Series 8.
    pub series_8: KeysWanted,
    /// Cards of Series 9.
    pub series_9: KeysWanted,
    /// Cards of Series 10.
    pub series_10: KeysWanted,
    /// PIV cards that are no NHS stock, in training.
    pub generic_piv: KeysWanted,
}

impl RenewalKeys {
    /// These for every series.
    #[must_use]
    pub const fn all(keys: KeysWanted) -> Self {
        Self { series_8: keys, series_9: keys, series_10: keys, generic_piv: keys }
    }

    /// What holds for a series.
    #[must_use]
    pub const fn of(&self, series: Series) -> KeysWanted {
        match series {
            Series::Series8 => self.series_8,
            Series::Series9 => self.series_9,
            Series::Series10 => self.series_10,
            Series::GenericPiv => self.generic_piv,
            // Nothing of these is renewed.
            Series::Series4 | Series::Series5 | Series::Series6 | Series::Unknown => KeysWanted::New,
        }
    }
}

/// The parts a gateway can sign officers in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInPart {
    /// Choosing one of the invented officers.
    Training,
}

/// The parts a gateway can have certificates made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorityPart {
    /// The gateway's own certificate authorities, TRAINING in every subject.
    Training,
}

/// What a gateway is started with.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// Which world it serves.
    pub realm: Realm,
    /// Folder of its database and keys; made when missing.
    pub data: PathBuf,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// After this time it revokes what nobody confirmed (`facts/backend.md` 5.1: 15 minutes).
    pub deadline: Duration,
    /// How long a sign-in lasts.
    pub session_life: Duration,
    /// After this time an officer proves once more who they are before unlock, repair, clear and cancel (`facts/backend.md` 1 asks
    /// for a sign-in no older than five minutes).
    pub step_up_after: Duration,
    /// Operations that a second officer must approve: unlock, clear, cancel, or none.
    pub second_officer: Vec<Operation>,
    /// Which keys renewed certificates are for.
    pub renewal_keys: RenewalKeys,
    /// How the second officer proves who they are.
    pub approvals: ApprovalsBy,
    /// Start of the addresses written into certificates, without a final slash.
    pub public_url: String,
    /// How officers sign in.
    pub sign_in: SignInPart,
    /// Who makes certificates.
    pub authority: AuthorityPart,
    /// How messages reach holders.
    pub messages: MessagesPart,
    /// Officers and holders put into an empty database.
    pub people: People,
    /// Its time.
    pub clock: Arc<dyn Clock>,
}

impl GatewayConfig {
    /// A training gateway on a free port of the loopback interface.
    #[must_use]
    pub fn training(data: impl Into<PathBuf>, people: People) -> Self {
        Self {
            realm: Realm::Training,
            data: data.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            deadline: Duration::from_secs(15 * 60),
            session_life: Duration::from_secs(60 * 60),
            step_up_after: Duration::from_secs(5 * 60),
            second_officer: Vec::new(),
            renewal_keys: RenewalKeys::default(),
            approvals: ApprovalsBy::Name,
            // RFC 2606 reserves `.invalid`: a verifier that tries to fetch from it fails at once instead of
            // asking somebody else's server.
            public_url: "http://gateway.training.invalid".to_owned(),
            sign_in: SignInPart::Training,
            authority: AuthorityPart::Training,
            messages: MessagesPart::Training,
            people,
            clock: Arc::new(SystemClock),
        }
    }

    /// Training parts may only serve the training realm: elsewhere anybody could sign in as anybody, and certificates
    /// would come from an authority nobody vouches for.
    pub(super) fn refuse_training_parts(&self) -> Result<(), GatewayError> {
        if self.realm == Realm::Training {
            return Ok(());
        }
        let mut parts = Vec::new();
        match self.sign_in {
            SignInPart::Training => parts.push("the training sign-in, which asks for no proof of identity"),
        }
        match self.authority {
            AuthorityPart::Training => parts.push("the training certificate authority, which nobody vouches for"),
        }
        if !self.second_officer.is_empty() && self.approvals == ApprovalsBy::Name {
            parts.push("second officers who are believed by their name");
        }
        if self.messages == MessagesPart::Training {
            parts.push("messages into a folder, which reach nobody");
        }
        if !self.people.officers.is_empty() || !self.people.holders.is_empty() {
            parts.push("invented people");
        }
        if parts.is_empty() { Ok(()) } else { Err(GatewayError::TrainingParts { parts: parts.join("; ") }) }
    }
}

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address cannot be listened on.
    #[error("the gateway cannot listen on {address} ({source}): choose another address in the configuration")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the data folder cannot be read or written.
    #[error("the gateway cannot use {path} ({source}): check that the folder exists, is yours and has space left")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database cannot be opened or is of a newer version.
    #[error("the gateway's database cannot be used ({reason}): nothing was changed")]
    Store {
        /// What does not fit.
        reason: String,
    },
    /// A key file is damaged.
    #[error(
        "the key file {path} cannot be used ({reason}): restore it from the backup; a new one would not fit the cards"
    )]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What does not fit; never its content.
        reason: String,
    },
    /// The file of key sets is not as it must be.
    #[error("the key sets in {path} cannot be used ({place}): {remedy}, as `cardwright config --explain` describes")]
    KeySets {
        /// The file.
        path: PathBuf,
        /// Which entry and key; never a value that may be secret.
        place: String,
        /// What to write.
        remedy: &'static str,
    },
    /// The mail server cannot be used as it is set up.
    #[error("the gateway cannot send messages ({reason}): correct the keys under messages in the configuration")]
    Messages {
        /// What does not fit; never a password.
        reason: String,
    },
    /// Training parts outside training.
    #[error(
        "this configuration is not for training but uses {parts}: replace these parts, or set the realm to training"
    )]
    TrainingParts {
        /// Which, each with its reason.
        parts: String,
    },
    /// A thread or the network runtime could not be started.
    #[error("the gateway's thread cannot be started ({source}): close other programs and try again")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// The server ended by itself.
    #[error("the gateway stopped by itself ({reason}): start it again; open jobs can be resumed")]
    Stopped {
        /// What it said.
        reason: String,
    },
}
