//! The server between desktops and CIS2 or a certificate authority.
//!
//! One program serves a Trust (`cardwright gateway`) and a single desktop, which starts it in process on a free
//! loopback port and speaks to it over HTTP all the same. The contract is `/ra/v1`, described by `gateway/openapi.json`.

mod api;
mod approvals;
mod audit;
mod authentications;
mod authority;
mod clock;
mod config;
mod folded;
mod holder_sessions;
mod issuances;
mod keys;
pub mod messages;
mod one_time_codes;
mod people;
mod policy;
pub(crate) mod private_file;
mod problem;
mod public_key;
mod random;
mod records;
mod seal;
mod secure_channels;
mod server;
mod sessions;
mod store;
mod unfinished;
mod unlock_codes;
mod workstations;

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::signature::Ed25519KeyPair;
use rusqlite::{Connection, TransactionBehavior};

pub use api::contract_routes;
pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{AuthorityPart, GatewayConfig, GatewayError, RenewalKeys, SignInPart};
pub use keys::check_key_files;
pub use keys::{training_series_9_management_key, training_stock_channel_keys, training_stock_management_key};
pub use messages::{MessagesPart, SmtpProtection, SmtpSettings};
pub use people::{People, SeedHolder, SeedOfficer};
pub use public_key::CardKey;
pub use server::{Gateway, RunningGateway};

use crate::domain::{CardSerial, Secret};

/// The contract, OpenAPI 3.1; served at `/ra/v1/openapi.json`.
pub const OPENAPI: &str = include_str!("gateway/openapi.json");

/// Everything the answers are made from.
struct Core {
    config: GatewayConfig,
    store: Mutex<Connection>,
    seal: seal::Seal,
    custody: keys::Custody,
    channel_custody: keys::ChannelCustody,
    authorities: authority::Authorities,
    audit_key: Ed25519KeyPair,
    messages: Box<dyn messages::Messages>,
    /// Who asked for one-time codes lately.
    askers: one_time_codes::Askers,
}

impl Core {
    /// Opens the data folder, making in it what is missing.
    fn open(config: GatewayConfig) -> Result<Self, GatewayError> {
        config.refuse_training_parts()?;
        let now = config.clock.now();
        private_file::folder(&config.data)?;
        let keys = config.data.join("keys");
        private_file::folder(&keys)?;
        let mut store = store::open(&config.data.join("gateway.sqlite"))?;
        store::seed(&mut store, &config.people, now)?;
        let seal = seal::Seal::open(&keys.join("seal.key"))?;
        let custody = keys::Custody::open(&keys.join("management-keys.toml"), config.realm)?;
        let channel_custody = keys::ChannelCustody::open(&keys.join("secure-channel-keys.toml"), config.realm)?;
        let authorities = authority::Authorities::open(&keys, now)?;
        let audit_key = open_audit_key(&keys.join("audit.key"))?;
        let messages: Box<dyn messages::Messages> = match &config.messages {
            MessagesPart::Training => Box::new(messages::FileMessages::open(&config.data.join("messages"))?),
            MessagesPart::Smtp(settings) => Box::new(messages::SmtpMessages::open(settings)?),
        };
        let (store, askers) = (Mutex::new(store), one_time_codes::Askers::default());
        let core = Self { config, store, seal, custody, channel_custody, authorities, audit_key, messages, askers };
        core.sweep()?;
        Ok(core)
    }

    /// The database. A panic of another call cannot have left half a change in it: transactions roll back.
    fn store(&self) -> MutexGuard<'_, Connection> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every job whose deadline has passed, and wipes the keys of channels whose time is over.
    fn sweep(&self) -> Result<(), GatewayError> {
        let (mut store, now) = (self.store(), self.config.clock.now());
        issuances::sweep(&mut store, now)
            .and_then(|()| secure_channels::close_overdue(&store, now))
            .map_err(|fault| GatewayError::Store { reason: fault.problem.describe() })
    }
}

/// Allows the administration keys that proved wrong for a card to be tried on it once more; gives how many sets were
/// refused. The gateway's operator does it, when it is known why they were wrong; the audit says that it was done.
///
/// # Errors
/// The data folder of the gateway cannot be used.
pub fn allow_channel_keys(config: GatewayConfig, serial: &CardSerial) -> Result<usize, GatewayError> {
    let core = Core::open(config)?;
    let mut store = core.store();
    let change = store.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sets = secure_channels::allow(&change, serial)?;
    if sets > 0 {
        let detail = serde_json::json!({ "serial": serial, "key_sets": sets });
        audit::append(&change, core.config.clock.now(), None, "card.secure-channel.allowed", &detail)?;
    }
    change.commit()?;
    Ok(sets)
}

fn open_audit_key(path: &std::path::Path) -> Result<Ed25519KeyPair, GatewayError> {
    let damaged = |reason: &str| GatewayError::KeyFile { path: path.to_owned(), reason: reason.to_owned() };
    let file = private_file::read_or_make(path, || {
        let made = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
            .map_err(|_| damaged("the system gave no random numbers"))?;
        Ok(Secret::new(made.as_ref().to_vec()))
    })?;
    Ed25519KeyPair::from_pkcs8(file.expose()).map_err(|_| damaged("it holds no Ed25519 key"))
}
