//! The one implementation of the service: HTTP with JSON, to an embedded gateway and to a Trust's alike.

mod exchange;
mod pause;

use std::{
    fmt,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Method, Url, blocking::Client, header::HeaderValue, redirect};
use zeroize::Zeroizing;

use super::{Service, ServiceError, wire};
use crate::domain::{CardSerial, HolderId, JobId, Secret};
use exchange::Ask;

pub use exchange::verdict;

/// Limits of the client.
#[derive(Debug, Clone, Copy)]
pub struct HttpConfig {
    /// A connection must stand after this time.
    pub connect_limit: Duration,
    /// An answer must be whole after this time, each try counted by itself.
    pub total_limit: Duration,
    /// Largest answer taken, in bytes; a photo has at most 8 MB.
    pub largest_answer: u64,
    /// How often a call is tried in all, where trying again is harmless.
    pub tries: u32,
    /// Pause before the second try; it doubles with every further one, up to two seconds.
    pub first_pause: Duration,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            connect_limit: Duration::from_secs(5),
            total_limit: Duration::from_secs(20),
            largest_answer: 9 * 1024 * 1024,
            tries: 4,
            first_pause: Duration::from_millis(100),
        }
    }
}

/// Why a client cannot be made for this address.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Not an address.
    #[error("“{0}” is not the address of a gateway: write it as https://gateway.example")]
    NotAnAddress(String),
    /// HTTP without TLS to another computer.
    #[error("“{0}” would send cards' secrets unprotected over the network: use https, http is for this computer alone")]
    Unprotected(String),
    /// The system's certificate store or proxy settings cannot be used.
    #[error("the network of this computer cannot be used ({0}): check its certificate store and proxy settings")]
    Network(String),
}

/// A client of one gateway; all its calls act for the officer who signed in with it.
pub struct HttpService {
    base: Url,
    client: Client,
    config: HttpConfig,
    token: Mutex<Option<HeaderValue>>,
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl HttpService {
    /// A client of the gateway at this address, e.g. `https://gateway.example` or an embedded gateway's own. TLS trusts
    /// what the computer trusts, and the computer's proxies are used, except for addresses of this computer itself.
    ///
    /// # Errors
    /// The address is none, is unprotected, or the system's network settings cannot be read.
    pub fn new(url: &str, config: HttpConfig) -> Result<Self, AddressError> {
        let not_an_address = || AddressError::NotAnAddress(url.to_owned());
        let base = Url::parse(url).map_err(|_| not_an_address())?;
        let host = base.host_str().ok_or_else(not_an_address)?;
        let here = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        match base.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => return Err(AddressError::Unprotected(url.to_owned())),
            _ => return Err(not_an_address()),
        }
        let mut builder = Client::builder()
            .connect_timeout(config.connect_limit)
            .timeout(config.total_limit)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("cardwright/", env!("CARGO_PKG_VERSION")));
        if here {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| AddressError::Network(error.to_string()))?;
        Ok(Self { base, client, config, token: Mutex::new(None) })
    }

    fn token(&self) -> Option<HeaderValue> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_token(&self, token: Option<&Secret>) -> Result<(), ServiceError> {
        let header = token
            .map(|token| {
                let text = Zeroizing::new(format!("Bearer {}", *Zeroizing::new(STANDARD.encode(token.expose()))));
                let mut header = HeaderValue::from_str(&text)
                    .map_err(|_| ServiceError::Contract { reason: "the token cannot be sent".to_owned() })?;
                header.set_sensitive(true);
                Ok(header)
            })
            .transpose()?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = header;
        Ok(())
    }

    /// Later calls carry the token a sign-in brought.
    fn keep_token(&self, token: Option<&wire::SecretBase64>) -> Result<(), ServiceError> {
        let token =
            token.ok_or_else(|| ServiceError::Contract { reason: "the sign-in brought no token".to_owned() })?;
        self.set_token(Some(&token.0))
    }

    fn of_job(&self, job: &JobId, rest: &str, key: &str) -> Ask<'_> {
        Ask::new(self, Method::POST, &["issuances", job.as_str()]).and_path(rest).key(key)
    }
}

/// A key for a call that is never the same as another.
fn random_key() -> Result<JobId, ServiceError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)
        .map_err(|_| ServiceError::Unreachable { reason: "the system gave no random numbers".to_owned() })?;
    Ok(JobId::from_random(random))
}

impl Service for HttpService {
    fn training_officers(&self) -> Result<Vec<wire::TrainingOfficer>, ServiceError> {
        Ask::new(self, Method::GET, &["training", "officers"]).json()
    }

    fn sign_in(&self, request: &wire::SignIn) -> Result<wire::Session, ServiceError> {
        let key = random_key()?;
        // Whoever was signed in before has no part in the new session.
        self.set_token(None)?;
        let session: wire::Session =
            Ask::new(self, Method::POST, &["training", "sign-in"]).key(key.as_str()).body(request)?.json()?;
        self.keep_token(session.token.as_ref())?;
        Ok(session)
    }

    fn sign_out(&self) -> Result<(), ServiceError> {
        let ended = Ask::new(self, Method::DELETE, &["session"]).nothing();
        self.set_token(None)?;
        ended
    }

    fn session(&self) -> Result<wire::Session, ServiceError> {
        Ask::new(self, Method::GET, &["session"]).json()
    }

    fn find_holders(&self, query: &str, limit: usize) -> Result<Vec<wire::HolderRecord>, ServiceError> {
        Ask::new(self, Method::GET, &["holders"]).query("query", query).query("limit", &limit.to_string()).json()
    }

    fn holder(&self, id: &HolderId) -> Result<wire::HolderRecord, ServiceError> {
        Ask::new(self, Method::GET, &["holders", id.as_str()]).json()
    }

    fn photo(&self, id: &HolderId) -> Result<Vec<u8>, ServiceError> {
        Ask::new(self, Method::GET, &["holders", id.as_str(), "photo"]).bytes()
    }

    fn put_photo(&self, id: &HolderId, image: &[u8], review: &wire::PhotoReview) -> Result<(), ServiceError> {
        let content_type = if image.starts_with(&[0x89, b'P', b'N', b'G']) { "image/png" } else { "image/jpeg" };
        let mut ask = Ask::new(self, Method::PUT, &["holders", id.as_str(), "photo"])
            .header(wire::PhotoReview::LOOK_AT, review.names());
        if let Some(reason) = &review.reason {
            ask = ask.header(wire::PhotoReview::REASON, STANDARD.encode(reason));
        }
        ask.raw_body(content_type, image.to_vec()).nothing()
    }

    fn card(&self, serial: &CardSerial) -> Result<wire::CardRecord, ServiceError> {
        Ask::new(self, Method::GET, &["cards", serial.as_str()]).json()
    }

    fn card_at_desk(&self, serial: &CardSerial, photo: wire::PhotoAtDesk) -> Result<wire::CardAtDesk, ServiceError> {
        let ask = Ask::new(self, Method::GET, &["cards", serial.as_str(), "at-desk"]);
        match photo {
            wire::PhotoAtDesk::Wanted => ask.query("photo", "wanted"),
            wire::PhotoAtDesk::NotWanted => ask,
        }
        .json()
    }

    fn reserve(&self, job: &JobId, request: &wire::Reserve) -> Result<wire::Issuance, ServiceError> {
        Ask::new(self, Method::POST, &["issuances"]).key(job.as_str()).body(request)?.json()
    }

    fn issuance(&self, job: &JobId) -> Result<wire::Issuance, ServiceError> {
        Ask::new(self, Method::GET, &["issuances", job.as_str()]).json()
    }

    fn management_key(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::ManagementKeyChallenge,
    ) -> Result<wire::ManagementKeyAnswer, ServiceError> {
        self.of_job(job, "management-key/challenge", key).body(request)?.json()
    }

    fn management_key_proof(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::ManagementKeyProof,
    ) -> Result<(), ServiceError> {
        self.of_job(job, "management-key/proof", key).body(request)?.nothing()
    }

    fn unlock_codes(&self, job: &JobId, key: &str) -> Result<wire::UnlockCodes, ServiceError> {
        self.of_job(job, "unlock-codes/release", key).json()
    }

    fn delivered_code(&self, job: &JobId, key: &str) -> Result<wire::UnlockCodes, ServiceError> {
        self.of_job(job, "unlock-codes/delivered", key).json()
    }

    fn unlock_code_settled(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::UnlockCodeSettled,
    ) -> Result<(), ServiceError> {
        self.of_job(job, "unlock-codes/settled", key).body(request)?.nothing()
    }

    fn begin_channel(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::BeginChannel,
    ) -> Result<wire::ChannelBegun, ServiceError> {
        self.of_job(job, "secure-channel/begin", key).body(request)?.json()
    }

    fn open_channel(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::ChannelAnswer,
    ) -> Result<wire::ChannelProof, ServiceError> {
        self.of_job(job, "secure-channel/open", key).body(request)?.json()
    }

    fn exchange_on_channel(
        &self,
        job: &JobId,
        key: &str,
        request: &wire::ExchangeOnChannel,
    ) -> Result<wire::ChannelExchanged, ServiceError> {
        self.of_job(job, "secure-channel/exchange", key).body(request)?.json()
    }

    fn channel_refused(&self, job: &JobId, key: &str) -> Result<(), ServiceError> {
        self.of_job(job, "secure-channel/refused", key).nothing()
    }

    fn put_keys(&self, job: &JobId, key: &str, request: &wire::PutKeys) -> Result<wire::PreparedKeys, ServiceError> {
        self.of_job(job, "secure-channel/put-key", key).body(request)?.json()
    }

    fn keys_put(&self, job: &JobId, key: &str, request: &wire::KeysPut) -> Result<(), ServiceError> {
        self.of_job(job, "secure-channel/put-key/settled", key).body(request)?.nothing()
    }

    fn certify(&self, job: &JobId, key: &str, request: &wire::Certify) -> Result<wire::Certified, ServiceError> {
        self.of_job(job, "certificate", key).body(request)?.json()
    }

    fn confirm(&self, job: &JobId, key: &str, request: &wire::Confirm) -> Result<wire::Issuance, ServiceError> {
        self.of_job(job, "confirm", key).body(request)?.json()
    }

    fn abort(&self, job: &JobId, key: &str, request: &wire::Abort) -> Result<wire::Issuance, ServiceError> {
        self.of_job(job, "abort", key).body(request)?.json()
    }

    fn certified(&self, job: &JobId) -> Result<wire::Certified, ServiceError> {
        Ask::new(self, Method::GET, &["issuances", job.as_str(), "certificate"]).json()
    }

    fn tell_key(&self, job: &JobId, key: &str, request: &wire::TellKey) -> Result<wire::Issuance, ServiceError> {
        self.of_job(job, "key", key).body(request)?.json()
    }

    fn reopen(&self, job: &JobId, key: &str) -> Result<wire::Issuance, ServiceError> {
        self.of_job(job, "reopen", key).json()
    }

    fn begin_on_card(&self, job: &JobId, request: &wire::BeginOnCard) -> Result<wire::OnCardBegun, ServiceError> {
        Ask::new(self, Method::POST, &["on-cards"]).key(job.as_str()).body(request)?.json()
    }

    fn end_on_card(&self, job: &JobId, key: &str, request: &wire::EndOnCard) -> Result<wire::CardRecord, ServiceError> {
        Ask::new(self, Method::POST, &["on-cards", job.as_str(), "end"]).key(key).body(request)?.json()
    }

    fn step_up(&self, request: &wire::SignIn) -> Result<wire::Session, ServiceError> {
        Ask::new(self, Method::POST, &["training", "step-up"]).key(random_key()?.as_str()).body(request)?.json()
    }

    fn card_challenge(&self) -> Result<wire::CardChallenge, ServiceError> {
        Ask::new(self, Method::POST, &["authentications", "challenge"]).key(random_key()?.as_str()).json()
    }

    fn authenticate_card(&self, answer: &wire::CardAnswer) -> Result<wire::CardAuthenticated, ServiceError> {
        Ask::new(self, Method::POST, &["authentications"]).key(random_key()?.as_str()).body(answer)?.json()
    }

    fn sign_in_with_card(&self, proof: &wire::CardProof) -> Result<wire::Session, ServiceError> {
        self.set_token(None)?;
        let session: wire::Session =
            Ask::new(self, Method::POST, &["sign-in", "card"]).key(random_key()?.as_str()).body(proof)?.json()?;
        self.keep_token(session.token.as_ref())?;
        Ok(session)
    }

    fn step_up_with_card(&self, proof: &wire::CardProof) -> Result<wire::Session, ServiceError> {
        Ask::new(self, Method::POST, &["step-up", "card"]).key(random_key()?.as_str()).body(proof)?.json()
    }

    fn ask_for_code(&self, key: &str, request: &wire::AskForCode) -> Result<wire::CodeSent, ServiceError> {
        Ask::new(self, Method::POST, &["self-service", "codes"]).key(key).body(request)?.json()
    }

    fn holder_sign_in(&self, request: &wire::HolderSignIn) -> Result<wire::HolderSession, ServiceError> {
        self.set_token(None)?;
        let ask = Ask::new(self, Method::POST, &["self-service", "session"]).key(random_key()?.as_str());
        let session: wire::HolderSession = ask.body(request)?.json()?;
        self.keep_token(session.token.as_ref())?;
        Ok(session)
    }

    fn holder_session(&self) -> Result<wire::HolderSession, ServiceError> {
        Ask::new(self, Method::GET, &["self-service", "session"]).json()
    }

    fn holder_sign_out(&self) -> Result<(), ServiceError> {
        let ended = Ask::new(self, Method::DELETE, &["self-service", "session"]).nothing();
        self.set_token(None)?;
        ended
    }

    fn approve(&self, request: &wire::Approve) -> Result<wire::Approval, ServiceError> {
        Ask::new(self, Method::POST, &["training", "approvals"]).key(random_key()?.as_str()).body(request)?.json()
    }

    fn approve_with_card(&self, request: &wire::ApproveWithCard) -> Result<wire::Approval, ServiceError> {
        Ask::new(self, Method::POST, &["approvals", "card"]).key(random_key()?.as_str()).body(request)?.json()
    }

    fn enrol_workstation(&self) -> Result<wire::EnrolledWorkstation, ServiceError> {
        Ask::new(self, Method::POST, &["workstations"]).key(random_key()?.as_str()).json()
    }

    fn record_printer_change(&self, key: &str, request: &wire::PrinterChange) -> Result<(), ServiceError> {
        Ask::new(self, Method::POST, &["workstations", "printers"]).key(key).body(request)?.nothing()
    }

    fn begin_by_telephone(
        &self,
        job: &JobId,
        request: &wire::BeginByTelephone,
    ) -> Result<wire::BegunByTelephone, ServiceError> {
        Ask::new(self, Method::POST, &["telephone-unlocks"]).key(job.as_str()).body(request)?.json()
    }

    fn end_by_telephone(
        &self,
        key: &str,
        request: &wire::EndByTelephone,
    ) -> Result<wire::EndedByTelephone, ServiceError> {
        Ask::new(self, Method::POST, &["telephone-unlocks", "end"]).key(key).body(request)?.json()
    }

    fn record_print(&self, serial: &CardSerial, key: &str, request: &wire::PrintRecord) -> Result<(), ServiceError> {
        Ask::new(self, Method::POST, &["cards", serial.as_str(), "prints"]).key(key).body(request)?.nothing()
    }

    fn spoil_card(
        &self,
        serial: &CardSerial,
        key: &str,
        request: &wire::SpoilCard,
    ) -> Result<wire::CardRecord, ServiceError> {
        Ask::new(self, Method::POST, &["cards", serial.as_str(), "spoil"]).key(key).body(request)?.json()
    }

    fn holder_history(&self, id: &HolderId, limit: usize) -> Result<Vec<wire::AuditRow>, ServiceError> {
        Ask::new(self, Method::GET, &["holders", id.as_str(), "history"]).query("limit", &limit.to_string()).json()
    }

    fn chain_pem(&self) -> Result<String, ServiceError> {
        Ask::new(self, Method::GET, &["pki", "chain.pem"]).text()
    }

    fn crl_pem(&self) -> Result<String, ServiceError> {
        Ask::new(self, Method::GET, &["pki", "crl.pem"]).text()
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<wire::AuditRow>, ServiceError> {
        Ask::new(self, Method::GET, &["audit"])
            .query("after", &after.to_string())
            .query("limit", &limit.to_string())
            .json()
    }

    fn audit_before(&self, before: Option<u64>, limit: usize) -> Result<Vec<wire::AuditRow>, ServiceError> {
        // Sequence numbers are SQLite's: nothing comes after the largest of them.
        let before = before.unwrap_or(i64::MAX.unsigned_abs());
        Ask::new(self, Method::GET, &["audit"])
            .query("before", &before.to_string())
            .query("limit", &limit.to_string())
            .json()
    }

    fn audit_head(&self) -> Result<wire::AuditHead, ServiceError> {
        Ask::new(self, Method::GET, &["audit", "head"]).json()
    }
}
