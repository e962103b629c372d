//! A workstation for tests: a gateway of its own, a journal, readers, and a fresh holder for every card.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use cardwright::{
    card::{
        algorithm::{KeyAlgorithm, ManagementAlgorithm},
        apdu::{Command, Response},
        profile::{CardProfile, ObjectWriting, Profiles},
        reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderStatus},
        transport::{Tear, Transport, TransportError},
        virtual_card::{Behaviour, Blueprint, ManagementKey, ProductionData, VirtualCard, VirtualReaders},
    },
    cis2::{HttpConfig, HttpService, Service, wire},
    domain::{
        CardSerial, Holder, HolderId, HolderState, Passcode, PasscodeRules, Secret, UnlockCode,
        eligibility::{ClientSoftware, Realm},
    },
    gateway::{Gateway, GatewayConfig, People, RunningGateway, SeedHolder},
    journal::{Journal, Observer},
    operations::{Desk, IssueReport, OperationError, Resumed, issue::PasscodeChoice, preflight::IssueRequest},
    training::{self, TrainingStock},
};
use cardwright_independent_card::IndependentCard;

use crate::tearing::TearingReaders;

pub const READER: &str = "Test reader";
pub const RA_AGENT: &str = "555000000003";

/// Which make of card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    /// Our own model.
    Virtual,
    /// Our own model, standing in for Series 9: another key, another answer to reset, and short commands alone.
    Series9,
    /// Our own model, administered over a secure channel.
    Channel,
    /// The one nobody here wrote.
    Independent,
}

/// A new card of this make. Its serial depends on the number alone.
pub fn card(make: Make, number: u16) -> Box<dyn CardReaders> {
    match make {
        Make::Virtual | Make::Series9 | Make::Channel => {
            let readers = VirtualReaders::new([READER]);
            let card = VirtualCard::new(&blueprint_of(make, number));
            readers.insert(READER, Arc::new(Mutex::new(card))).expect("the reader is there");
            Box::new(readers)
        }
        Make::Independent => {
            let mut card = IndependentCard::new();
            card.leave_factory(card_identifier(number), None);
            Box::new(IndependentReaders(Arc::new(Mutex::new(card))))
        }
    }
}

/// What a virtual card of this make is made from.
pub fn blueprint_of(make: Make, number: u16) -> Blueprint {
    let [high, low] = number.to_be_bytes();
    match make {
        Make::Channel => channel_blueprint(high, low),
        Make::Series9 => {
            TrainingStock::Series9.blueprint(blueprint(high, low).production).expect("the parts of training stock")
        }
        Make::Virtual | Make::Independent => blueprint(high, low),
    }
}

pub fn blueprint(high: u8, low: u8) -> Blueprint {
    let production = ProductionData::invented([0x5A, 0x00, high, low], [0x00, 0x01]);
    let serial = production.serial().expect("a serial");
    let digits = |text: &[u8]| Secret::new(text.to_vec());
    Blueprint {
        production,
        management_key: ManagementKey::new(
            ManagementAlgorithm::Aes256,
            training::training_stock_management_key(&serial),
        )
        .expect("32 bytes"),
        transport_passcode: Passcode::shaped(digits(b"123456"), PasscodeRules::default()).expect("digits"),
        transport_unlock_code: UnlockCode::new(digits(b"12345678")).expect("eight bytes"),
        domain_keys: Vec::new(),
        behaviour: Behaviour::named("training").expect("bundled"),
    }
}

/// The same card as stock that is administered over a secure channel.
pub fn channel_blueprint(high: u8, low: u8) -> Blueprint {
    let plain = blueprint(high, low);
    let keys = training::training_stock_channel_keys(&plain.production.diversification()).expect("AES keys");
    let behaviour = Behaviour::named("training-secure-channel").expect("bundled");
    Blueprint { domain_keys: vec![keys], behaviour, ..plain }
}

/// The bundled profiles with keys that are made at once and no picture to shrink: hundreds of issues take seconds.
pub fn quick_profiles() -> Profiles {
    let mut profiles = Profiles::bundled().expect("bundled");
    let quick: Vec<CardProfile> = profiles
        .all()
        .iter()
        .cloned()
        .map(|mut profile| {
            profile.keys.algorithm = KeyAlgorithm::P256;
            profile.objects.facial_image = ObjectWriting::Leave;
            profile
        })
        .collect();
    quick.into_iter().for_each(|profile| profiles.add(profile));
    profiles
}

/// A folder whose writes need not reach a disk, where the system has one.
pub fn quick_folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder")
}

/// A gateway with many holders, all of whom have a photo.
pub fn gateway_config(folder: &std::path::Path) -> GatewayConfig {
    gateway_config_for(folder, 2000)
}

/// A gateway with so many test holders; one that has its people already takes no more.
pub fn gateway_config_for(folder: &std::path::Path, holders: u16) -> GatewayConfig {
    let mut people: People = training::people().expect("the invented people");
    let photo = people.holders.iter().find_map(|seed| seed.photo.clone()).expect("a photo");
    let organisation = people.officers[0].officer.organisation.clone();
    people.holders.extend((0..holders).map(|n| SeedHolder {
        holder: Holder {
            id: holder(n),
            official_name: format!("Test Holder {n}"),
            name_on_card: None,
            organisation: organisation.clone(),
            state: HolderState::Open,
            photo_sha256: None,
        },
        photo: Some(photo.clone()),
        email: None,
        mobile: None,
    }));
    GatewayConfig::training(folder, people)
}

/// The n-th test holder.
pub fn holder(n: u16) -> HolderId {
    format!("5550009{n:05}").parse().expect("twelve digits")
}

/// A workstation and its gateway.
pub struct TestDesk {
    pub folder: tempfile::TempDir,
    pub gateway: Option<RunningGateway>,
    pub service: HttpService,
    pub journal: Journal,
    pub profiles: Profiles,
}

impl TestDesk {
    pub fn new() -> Self {
        let folder = quick_folder();
        let gateway = Gateway::start(gateway_config(&folder.path().join("gateway"))).expect("a gateway");
        let service = signed_in(&gateway.url());
        let journal = Journal::open(&folder.path().join("desk")).expect("a journal");
        Self { folder, gateway: Some(gateway), service, journal, profiles: quick_profiles() }
    }

    pub fn gateway_data(&self) -> PathBuf {
        self.folder.path().join("gateway")
    }

    pub fn desk<'a>(&'a self, readers: &'a dyn CardReaders) -> Desk<'a> {
        self.desk_with(&self.service, readers)
    }

    pub fn desk_with<'a>(&'a self, service: &'a dyn Service, readers: &'a dyn CardReaders) -> Desk<'a> {
        desk(service, readers, &self.profiles, &self.journal)
    }
}

pub fn desk<'a>(
    service: &'a dyn Service,
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

/// Opens the journal of a desk with an observer.
pub fn observed_journal(folder: &std::path::Path, observer: Observer) -> Journal {
    Journal::open(folder).expect("a journal").with_observer(observer)
}

pub fn signed_in(url: &str) -> HttpService {
    let service = HttpService::new(url, HttpConfig::default()).expect("a client");
    service.sign_in(&wire::SignIn { officer: RA_AGENT.parse().expect("a number") }).expect("signs in");
    service
}

/// A passcode nobody would call weak.
pub fn passcode() -> Passcode {
    Passcode::choose(Secret::new(b"738164".to_vec()), PasscodeRules::default(), "").expect("strong")
}

/// Prepares and runs one issue.
pub fn issue(desk: &Desk<'_>, holder: HolderId, choice: PasscodeChoice) -> Result<IssueReport, OperationError> {
    let request = IssueRequest { holder, reader: None, passcode: choice, print: None };
    let preflight = desk.prepare_issue(&request)?;
    let chosen = (choice == PasscodeChoice::ChosenByHolder).then(passcode);
    desk.issue(preflight, chosen, &mut |_| {})
}

/// Resumes everything that is open.
pub fn resume(desk: &Desk<'_>) -> Vec<Resumed> {
    desk.resume(&mut |_| {}).expect("the journal can be read and written")
}

/// Serial of a card as it was made by [`card`].
pub fn serial(make: Make, number: u16) -> CardSerial {
    match make {
        Make::Virtual | Make::Series9 | Make::Channel => {
            let [high, low] = number.to_be_bytes();
            blueprint(high, low).production.serial().expect("a serial")
        }
        Make::Independent => CardSerial::from_bytes(&card_identifier(number)).expect("a serial"),
    }
}

/// The identifier an independent card leaves its factory with: its serial.
pub fn card_identifier(number: u16) -> [u8; 21] {
    let mut identifier = [0xC1; 21];
    identifier[19..].copy_from_slice(&number.to_be_bytes());
    identifier
}

/// Readers whose cards can be torn.
pub fn tearing(inner: Box<dyn CardReaders>) -> (TearingReaders, Tear) {
    let tear = Tear::new();
    (TearingReaders { inner, tear: tear.clone() }, tear)
}

/// One reader with an independent card in it.
pub struct IndependentReaders(pub Arc<Mutex<IndependentCard>>);

impl CardReaders for IndependentReaders {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        Ok(vec![ReaderStatus { name: READER.into(), card: Presence::Present { atr: vec![0x3B, 0x00] } }])
    }

    fn connect(&self, _: &str, _: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        self.0.lock().expect("no panic").power_cycle();
        Ok(Box::new(IndependentConnection(self.0.clone())))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        let (_, events) = std::sync::mpsc::sync_channel(0);
        Ok(CardWatch::new(events, || {}))
    }
}

struct IndependentConnection(Arc<Mutex<IndependentCard>>);

impl CardConnection for IndependentConnection {
    fn reader(&self) -> &str {
        READER
    }

    fn atr(&self) -> &[u8] {
        &[0x3B, 0x00]
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        work(&mut RawCard(&mut self.0.lock().expect("no panic")));
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.lock().expect("no panic").power_cycle();
        Ok(())
    }
}

struct RawCard<'a>(&'a mut IndependentCard);

impl Transport for RawCard<'_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let raw = command.encode().map_err(|_| TransportError::Garbled)?;
        Response::parse(&self.0.transmit(&raw)).map_err(|_| TransportError::Garbled)
    }
}
