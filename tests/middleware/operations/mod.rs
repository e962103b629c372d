//! Operations on a Series 8 card: a real gateway whose clock is set, a token of SoftHSM2 that behaves like a card, and a
//! chip in the reader that shows itself as Series 8.
//!
//! No Series 8 card is issued here, so each one comes from an older system: it is issued to the gateway as another card
//! would be, with keys of the token, and its record is then made to say Series 8.

mod cuts;
mod works;

use std::{
    path::PathBuf,
    process::Command as Program,
    sync::{Arc, Mutex, PoisonError},
};

use cardwright::{
    card::{
        algorithm::KeyAlgorithm,
        apdu::{Command, Response},
        pkcs11::{Middleware, ObjectId, Token, TokenError},
        profile::Profiles,
        reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderStatus},
        transport::{Transport, TransportError},
        virtual_card::vpcd::Chip as _,
    },
    cis2::{HttpService, Service, wire},
    domain::{
        CancelReason, CardSerial, CertificateSlot, Holder, HolderId, HolderState, Operation, Passcode, Series,
        eligibility::{ClientSoftware, Realm},
    },
    gateway::{Clock, Gateway, RunningGateway, SeedHolder},
    journal::Journal,
    operations::{CardReport, CardWish, Desk, OperationError},
};
use time::{Duration, OffsetDateTime};

use crate::{
    card_like::{self, CardLike},
    child::in_process_of_its_own,
    gateway_desk,
    old_cards::BareChip,
    promise::GatewayRecord,
    soft_token::{PASSCODE, UNLOCK_CODE, passcode, settings, unlock_code},
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

#[derive(Debug)]
struct SetClock(Mutex<OffsetDateTime>);

impl SetClock {
    fn set(&self, at: OffsetDateTime) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for SetClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let clock = Arc::new(SetClock(Mutex::new(now)));
        let mut config = gateway_desk::config(&folder.path().join("gateway"));
        config.clock = clock.clone();
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
        let gateway = Gateway::start(config).expect("a gateway");
        let service = gateway_desk::sign_in(&gateway.url(), gateway_desk::RA_AGENT);
        let journal = Journal::open(&folder.path().join("desk")).expect("a journal");
        let mut profiles = Profiles::bundled().expect("bundled");
        let mut quick = profiles.by_id("series-8").expect("bundled").clone();
        quick.keys.algorithm = KeyAlgorithm::P256;
        profiles.add(quick);
        let readers = Readers { middleware: Some(Middleware::new(card_like::module())) };
        Self { folder, gateway, clock, now, service, journal, profiles, readers, turn: std::cell::Cell::new(0) }
    }

    pub fn desk(&self) -> Desk<'_> {
        self.desk_with(&self.readers)
    }

    pub fn desk_with<'a>(&'a self, readers: &'a dyn CardReaders) -> Desk<'a> {
        Desk {
            service: &self.service,
            readers,
            profiles: &self.profiles,
            journal: &self.journal,
            software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
            realm: Realm::Training,
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
        new_token();
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
        let long_ago = self.now.replace_year(self.now.year() - 3).unwrap_or(self.now) + Duration::days(30);
        self.clock.set(long_ago);
        let service = gateway_desk::sign_in(&self.gateway.url(), gateway_desk::RA_AGENT);
        let code = passcode(PASSCODE);
        let serial = self.on_card(|token| token.serial().cloned()).expect("a serial");
        let (job, mut stock) = (gateway_desk::job(), gateway_desk::Chip::new(0));
        stock.serial = serial.clone();
        service.reserve(&job, &gateway_desk::reserve_request(&job, holder.as_str(), &serial)).expect("reserved");
        stock.prove_management_key(&service, &job).expect("training stock");
        let codes = service.unlock_codes(&job, &format!("{job}-codes")).expect("released");
        let next = std::str::from_utf8(codes.next.0.expose()).expect("digits").to_owned();
        self.on_card(|token| token.change_unlock_code(&unlock_code(UNLOCK_CODE), &unlock_code(&next)))
            .expect("rotated");
        let ids = old_ids();
        let requests = CertificateSlot::BOTH.map(|half| {
            let id = &ids[usize::from(half == CertificateSlot::Signing)];
            let request = self.on_card(|token| {
                token.log_in(&code)?;
                let key = token.generate(id, "older system", KeyAlgorithm::P256)?;
                token.certificate_request(id, &key, holder.as_str(), &code)
            });
            wire::Base64(request.expect("made").0)
        });
        let [authentication_csr, signing_csr] = requests;
        let request = wire::Certify { authentication_csr, signing_csr };
        let certified = service.certify(&job, &format!("{job}-certify"), &request).expect("certified");
        let proofs = self.on_card(|token| {
            token.log_in(&code)?;
            token.write_certificate(&ids[0], "older system", &certified.authentication.0)?;
            token.write_certificate(&ids[1], "older system", &certified.signing.0)?;
            let sign = |id| token.sign(id, KeyAlgorithm::P256, &certified.proof_challenge.0, &code);
            Ok([sign(&ids[0])?, sign(&ids[1])?].map(wire::Base64))
        });
        let [authentication_proof, signing_proof] = proofs.expect("proved");
        let confirm = wire::Confirm {
            authentication_sha256: gateway_desk::sha256(&certified.authentication.0),
            signing_sha256: gateway_desk::sha256(&certified.signing.0),
            authentication_proof,
            signing_proof,
            locked: None,
        };
        service.confirm(&job, &format!("{job}-confirm"), &confirm).expect("confirmed");
        let store =
            rusqlite::Connection::open(self.folder.path().join("gateway/gateway.sqlite")).expect("the database");
        let word = serde_json::to_value(Series::Series8).expect("a word");
        for table in ["cards", "issuances"] {
            let sql = format!("UPDATE {table} SET series = ?1 WHERE serial = ?2");
            let changed = store.execute(&sql, [word.as_str().expect("text"), serial.as_str()]).expect("changed");
            assert_eq!(changed, 1, "{table}");
        }
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

/// Whether a signature over “a challenge” was made by the key of a certificate: by a library that knows no cards.
fn fits(der: &[u8], signature: &[u8]) -> bool {
    use p256::ecdsa::{DerSignature, VerifyingKey, signature::Verifier};
    let (_, parsed) = x509_parser::parse_x509_certificate(der).expect("a certificate");
    let point = &parsed.tbs_certificate.subject_pki.subject_public_key.data;
    let key = VerifyingKey::from_sec1_bytes(point).expect("a P-256 key");
    key.verify(b"a challenge", &DerSignature::try_from(signature).expect("a signature")).is_ok()
}

/// Identifiers of the pair that the older system made.
pub fn old_ids() -> [ObjectId; 2] {
    [1, 2].map(|byte| ObjectId::new(vec![byte]).expect("one byte"))
}

/// The n-th test holder.
pub fn holder(number: u16) -> HolderId {
    format!("5550008{number:05}").parse().expect("twelve digits")
}

/// An empty token takes the place of the one in the reader.
fn new_token() {
    let folder = card_like::folder();
    let tokens = folder.join("tokens");
    std::fs::remove_dir_all(&tokens).expect("the old one");
    std::fs::create_dir(&tokens).expect("a folder");
    std::fs::write(folder.join("tries"), "0").expect("written");
    let made = Program::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "Holder", "--pin", PASSCODE, "--so-pin", UNLOCK_CODE])
        .output()
        .expect("Debian package softhsm2");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
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
