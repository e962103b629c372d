//! Operations on a Series 8 card: a real gateway whose clock is set, a token of SoftHSM2 that behaves like a card, and a
//! chip in the reader that shows itself as Series 8.

mod cuts;
mod kills;
mod works;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use cardwright::{
    card::{
        algorithm::KeyAlgorithm,
        apdu::{Command, Response},
        pkcs11::{Middleware, Token, TokenError},
        profile::Profiles,
        reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderStatus},
        transport::{Transport, TransportError},
        virtual_card::vpcd::Chip as _,
    },
    cis2::HttpService,
    domain::{
        CancelReason, CardSerial, Holder, HolderId, HolderState, Operation, Passcode,
        eligibility::{ClientSoftware, Realm},
    },
    gateway::{Gateway, GatewayConfig, RunningGateway, SeedHolder},
    journal::Journal,
    operations::{CardReport, CardWish, Desk, OperationError},
};
use time::OffsetDateTime;

use crate::{
    card_like::{self, CardLike},
    child::in_process_of_its_own,
    gateway_desk,
    old_cards::BareChip,
    older_system::{self, SetClock},
    promise::GatewayRecord,
    soft_token::{PASSCODE, passcode, settings},
};

pub const READER: &str = "Desk reader 00 00";

/// Runs a test in a process that sees a token in the reader.
pub fn with_card(test: &str) {
    let card = CardLike::new(READER);
    in_process_of_its_own(&format!("operations::{test}"), &card.variables());
}

/// What is done to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Unlock,
    ChangePasscode,
    Renew,
    Cancel,
}

/// The passcode the holder takes when they may choose a new one.
pub fn new_passcode() -> Passcode {
    passcode("905172")
}

/// One reader with a chip that shows itself as Series 8, and the middleware that reaches it.
pub struct Readers {
    pub middleware: Option<Middleware>,
}

impl CardReaders for Readers {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        let card = Presence::Present { atr: BareChip::series_8().atr };
        Ok(vec![ReaderStatus { name: READER.into(), card }])
    }

    fn connect(&self, _: &str, _: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        Ok(Box::new(Open(BareChip::series_8())))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        let (_, events) = std::sync::mpsc::sync_channel(0);
        Ok(CardWatch::new(events, || {}))
    }

    fn middleware(&self) -> Option<&Middleware> {
        self.middleware.as_ref()
    }
}

struct Open(BareChip);

impl CardConnection for Open {
    fn reader(&self) -> &str {
        READER
    }

    fn atr(&self) -> &[u8] {
        &self.0.atr
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        work(self);
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
}

impl Transport for Open {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let raw = command.encode().map_err(|_| TransportError::Garbled)?;
        let answer = self.0.transmit(&raw).ok_or(TransportError::Removed)?;
        Response::parse(&answer).map_err(|_| TransportError::Garbled)
    }
}

/// A workstation and its gateway.
pub struct Bench {
    folder: tempfile::TempDir,
    gateway: RunningGateway,
    clock: Arc<SetClock>,
    now: OffsetDateTime,
    pub service: HttpService,
    pub journal: Journal,
    profiles: Profiles,
    pub readers: Readers,
    turn: std::cell::Cell<usize>,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir_in(card_like::folder()).expect("a folder");
        let now = OffsetDateTime::now_utc();
        let clock = Arc::new(SetClock::new(now));
        let mut config = gateway_desk::config(&folder.path().join("gateway"));
        config.clock = clock.clone();
        people(&mut config);
        let gateway = Gateway::start(config).expect("a gateway");
        let service = gateway_desk::sign_in(&gateway.url(), gateway_desk::RA_AGENT);
        let journal = Journal::open(&folder.path().join("desk")).expect("a journal");
        let readers = Readers { middleware: Some(Middleware::new(card_like::module())) };
        let profiles = profiles();
        Self { folder, gateway, clock, now, service, journal, profiles, readers, turn: std::cell::Cell::new(0) }
    }

    pub fn desk(&self) -> Desk<'_> {
        self.desk_with(&self.readers)
    }

    pub fn desk_with<'a>(&'a self, readers: &'a dyn CardReaders) -> Desk<'a> {
        Self::workstation(&self.service, readers, &self.profiles, &self.journal)
    }

    /// Where gateway and desk keep what they have.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A workstation of these parts.
    pub fn workstation<'a>(
        service: &'a HttpService,
        readers: &'a dyn CardReaders,
        profiles: &'a Profiles,
        journal: &'a Journal,
    ) -> Desk<'a> {
        let software = ClientSoftware::SmartcardConnect("4.1".parse().expect("a version"));
        Desk {
            service,
            readers,
            profiles,
            journal,
            software,
            realm: Realm::Training,
            printers: None,
            officers_reader: None,
        }
    }

    pub fn record(&self) -> GatewayRecord {
        GatewayRecord::open(&self.folder.path().join("gateway"))
    }

    /// Puts the card back, if it was pulled, and counts its calls from here on.
    pub fn put_back(&self) {
        self.turn.set(self.turn.get() + 1);
        card_like::put_back(&card_like::folder(), self.turn.get());
    }

    pub fn on_card<R>(&self, work: impl FnOnce(&Token<'_>) -> Result<R, TokenError>) -> Result<R, TokenError> {
        self.readers.middleware.as_ref().expect("set up").with_token(READER, work)
    }

    /// Another card in the reader: the holder's of this number, issued three years ago by an older system so that it has
    /// 30 days left, and ready for a task.
    pub fn ready(&self, task: Task, number: u16) -> CardSerial {
        self.put_back();
        older_system::new_token();
        let serial = self.issued_long_ago(&holder(number));
        if task == Task::Unlock {
            for _ in 0..3 {
                self.on_card(|token| token.log_in(&passcode("112358"))).expect_err("wrong");
            }
        }
        self.put_back();
        serial
    }

    fn issued_long_ago(&self, holder: &HolderId) -> CardSerial {
        self.clock.set(older_system::long_ago(self.now));
        let middleware = self.readers.middleware.as_ref().expect("set up");
        let data = self.folder.path().join("gateway");
        let serial = older_system::issue(&self.gateway.url(), &data, middleware, READER, holder);
        self.clock.set(self.now);
        serial
    }

    /// Both certificates on record as good are on the card, and their keys sign with this passcode; nothing is in doubt.
    #[track_caller]
    pub fn held(&self, serial: &CardSerial, code: &Passcode, what: &str) {
        let record = self.record();
        assert_eq!(record.open_issuances(serial), 0, "{what}: a job is open at the gateway");
        assert_eq!(record.on_hold(serial), 0, "{what}: a certificate is on hold");
        assert!(!record.code_in_doubt(serial), "{what}: the unlock code is in doubt");
        assert!(self.journal.open_jobs().expect("reads").is_empty(), "{what}: a job is open at the desk");
        let good = record.good_certificates(serial);
        assert_eq!(good.len(), 2, "{what}: a pair is good");
        let on_card = self.on_card(|token| {
            token.log_in(code)?;
            let all = token.certificates(&settings())?;
            let ids = good.iter().map(|(_, der)| all.iter().find(|found| found.der == *der)?.id.clone());
            let ids: Vec<_> = ids.collect::<Option<Vec<_>>>().unwrap_or_default();
            let signed = ids.iter().map(|id| token.sign(id, KeyAlgorithm::P256, b"a challenge", code));
            signed.collect::<Result<Vec<_>, _>>()
        });
        let signatures = on_card.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(signatures.len(), 2, "{what}: the good pair is on the card");
        for ((slot, der), signature) in good.iter().zip(&signatures) {
            assert!(fits(der, signature), "{what}: the {slot} key fits its certificate");
        }
    }
}

/// A thousand holders, all of whom have a photo.
fn people(config: &mut GatewayConfig) {
    let organisation = config.people.officers[0].officer.organisation.clone();
    config.people.holders.extend((0..1000).map(|number| SeedHolder {
        holder: Holder {
            id: holder(number),
            official_name: format!("Test Holder {number}"),
            name_on_card: None,
            organisation: organisation.clone(),
            state: HolderState::Open,
            photo_sha256: None,
        },
        photo: None,
        email: None,
        mobile: None,
    }));
    let photo = config.people.holders.iter().find_map(|seed| seed.photo.clone());
    config.people.holders.iter_mut().for_each(|seed| seed.photo = seed.photo.take().or_else(|| photo.clone()));
}

/// The bundled profiles, with keys that are made at once.
fn profiles() -> Profiles {
    let mut profiles = Profiles::bundled().expect("bundled");
    let mut quick = profiles.by_id("series-8").expect("bundled").clone();
    quick.keys.algorithm = KeyAlgorithm::P256;
    profiles.add(quick);
    profiles
}

/// Whether a signature over “a challenge” was made by the key of a certificate: by a library that knows no cards.
fn fits(der: &[u8], signature: &[u8]) -> bool {
    use p256::ecdsa::{DerSignature, VerifyingKey, signature::Verifier};
    let (_, parsed) = x509_parser::parse_x509_certificate(der).expect("a certificate");
    let point = &parsed.tbs_certificate.subject_pki.subject_public_key.data;
    let key = VerifyingKey::from_sec1_bytes(point).expect("a P-256 key");
    key.verify(b"a challenge", &DerSignature::try_from(signature).expect("a signature")).is_ok()
}

/// The n-th test holder.
pub fn holder(number: u16) -> HolderId {
    format!("5550008{number:05}").parse().expect("twelve digits")
}

pub fn wish(operation: Operation) -> CardWish {
    let reason = (operation == Operation::Cancel).then_some(CancelReason::Damaged);
    CardWish { reason, reader: Some(READER.into()), ..CardWish::new(operation) }
}

/// Prepares and runs a task.
pub fn run(desk: &Desk<'_>, task: Task) -> Result<CardReport, OperationError> {
    let tell = &mut |_: &_| {};
    match task {
        Task::Unlock => desk.unlock(desk.prepare_on_card(&wish(Operation::Unlock))?, new_passcode(), tell),
        Task::ChangePasscode => {
            let preflight = desk.prepare_on_card(&wish(Operation::ChangePasscode))?;
            desk.change_passcode(preflight, passcode(PASSCODE), new_passcode(), tell)
        }
        Task::Renew => desk.renew(desk.prepare_recertify(&wish(Operation::Renew))?, passcode(PASSCODE), tell),
        Task::Cancel => desk.cancel(desk.prepare_on_card(&wish(Operation::Cancel))?, tell),
    }
}

/// A file that other programs judge.
pub fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = card_like::folder().join(name);
    std::fs::write(&path, content).expect("written");
    path
}
