//! The parts of one workstation, put together from its configuration: readers, printers, gateway, journal.
//!
//! The command line and the window stand on the same [`Bench`] and [`Workplace`]. With nothing configured they are the
//! training parts; nothing above can tell.

mod audit;
mod calibrations;
mod card_faces;
mod configuration;
pub mod explain;
mod places;
mod port_service;
mod printer_changes;
mod printer_list;
mod printers;
mod readers;
mod waiting_cards;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

pub use audit::AuditChain;
pub use calibrations::{CalibrationFileError, Calibrations};
pub use card_faces::{CardFaceError, CardFaces};
pub use configuration::{Configuration, ConfigurationError, Destination, Printer};
pub use places::{NoHome, Places};
pub use port_service::port_in;
pub use printer_changes::ChangeRecord;
pub use printer_list::PrinterListError;
pub use printers::{PrinterBench, VirtualOutput, own_profiles};
pub use readers::SeveralReaders;
pub use waiting_cards::{WaitingCard, WaitingCards};

use crate::{
    camera::{Cameras, SeveralCameras},
    card::{
        pcsc::PcscReaders,
        pkcs11::Middleware,
        profile::{ProfileError, Profiles},
        reader::{CardReaders, ReaderError},
    },
    cis2::{AddressError, HttpConfig, HttpService, Service, ServiceError, wire},
    domain::{
        OfficerId, Role,
        eligibility::{ClientSoftware, Realm},
    },
    gateway::{Gateway, GatewayConfig, GatewayError, RunningGateway},
    journal::{Journal, JournalError},
    operations::Desk,
    printer::{choice::ChoiceError, profile as printer_profile},
    training::{self, camera::VirtualCamera, readers::TrainingReaders},
};

/// Folder of the embedded gateway inside the data folder.
const GATEWAY_FOLDER: &str = "gateway";
/// Folder of the training readers' cards inside the data folder.
const READERS_FOLDER: &str = "training-readers";

/// Why the parts of a workstation could not be put together.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum WorkplaceError {
    #[error("{0}")]
    NoHome(#[from] NoHome),
    #[error("{0}")]
    Configuration(#[from] ConfigurationError),
    #[error("{0}")]
    CardProfile(#[from] ProfileError),
    #[error("{0}")]
    PrinterProfile(#[from] printer_profile::ProfileError),
    #[error("{0}")]
    Printers(#[from] ChoiceError),
    #[error("{0}")]
    Calibration(#[from] CalibrationFileError),
    #[error("the virtual printer cannot be started ({0}): close other programs and try again")]
    VirtualPrinter(std::io::Error),
    #[error("{0}")]
    Reader(#[from] ReaderError),
    #[error("{0}")]
    Gateway(#[from] GatewayError),
    #[error("{0}")]
    Address(#[from] AddressError),
    #[error("{0}")]
    Service(#[from] ServiceError),
    #[error("{0}")]
    Journal(#[from] JournalError),
    #[error("{0}")]
    CardFace(#[from] CardFaceError),
    #[error("{0}")]
    People(#[from] training::TrainingError),
    #[error("the gateway knows no officer {0}: leave out --officer and training.officer, or choose one of these: {1}")]
    UnknownOfficer(OfficerId, String),
    #[error(
        "the gateway offers no officer to sign in as: check its people, or delete the training data and start again"
    )]
    NoOfficer,
    #[error(
        "this version signs officers in at a training gateway only, and the realm is “{0}”: set realm = \"training\"; \
         nothing was changed"
    )]
    NoSignIn(&'static str),
}

/// Which readers a bench has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The real ones, and the training readers where they are configured.
    AsConfigured,
    /// The training readers alone: for work that must not depend on what is plugged in.
    TrainingOnly,
}

/// Readers and printers: everything that can be looked at without the gateway.
pub struct Bench {
    /// What was configured.
    pub configuration: Configuration,
    /// All readers.
    pub readers: Box<dyn CardReaders>,
    /// Card profiles.
    pub profiles: Profiles,
    /// The printers.
    pub printers: PrinterBench,
    /// The cameras.
    pub cameras: Box<dyn Cameras>,
    /// The card face templates.
    pub card_faces: CardFaces,
    /// The training readers among the readers, whose cards the program itself puts in and takes out.
    pub training: Option<TrainingReaders>,
}

impl Bench {
    /// Puts readers and printers together.
    ///
    /// # Errors
    /// A profile cannot be used, or a training part cannot be made.
    pub fn open(places: &Places, configuration: Configuration, readers: Readers) -> Result<Self, WorkplaceError> {
        let mut profiles = Profiles::bundled()?;
        if let Some(folder) = &configuration.cards.profiles {
            profiles = profiles.with_folder(folder)?;
        }
        let mut kinds: Vec<Arc<dyn CardReaders>> = Vec::new();
        let training = configuration.has_training_readers().then(|| training_readers(places)).transpose()?;
        if let Some(training) = &training {
            kinds.push(Arc::new(training.clone()));
        }
        if readers == Readers::AsConfigured {
            kinds.push(Arc::new(PcscReaders));
        }
        let printers = PrinterBench::open(places, &configuration, training.as_ref())?;
        let card_faces = CardFaces::open(places, &configuration)?;
        let middleware = configuration.cards.series_8_module.as_ref().map(Middleware::new);
        let readers = Box::new(SeveralReaders::new(kinds).with_middleware(middleware));
        let cameras = Box::new(cameras(&configuration));
        Ok(Self { configuration, readers, profiles, printers, cameras, card_faces, training })
    }
}

/// The cameras of a desk: the real ones, where this program was built for them, and the virtual one where training readers
/// are offered.
#[must_use]
pub fn cameras(configuration: &Configuration) -> SeveralCameras {
    let mut kinds: Vec<Arc<dyn Cameras>> = Vec::new();
    #[cfg(feature = "webcam")]
    kinds.push(Arc::new(crate::camera::Webcams));
    if configuration.has_training_readers() {
        kinds.push(Arc::new(VirtualCamera::default()));
    }
    SeveralCameras::new(kinds)
}

/// Opens the training readers of a data folder.
///
/// # Errors
/// Their cards cannot be made.
pub fn training_readers(places: &Places) -> Result<TrainingReaders, ReaderError> {
    TrainingReaders::open(&places.data().join(READERS_FOLDER))
}

/// What the embedded training gateway of a data folder is started with.
///
/// # Errors
/// The invented people cannot be read.
pub fn training_gateway(places: &Places) -> Result<GatewayConfig, WorkplaceError> {
    Ok(GatewayConfig::training(places.data().join(GATEWAY_FOLDER), training::people()?))
}

/// A whole workstation.
pub struct Workplace {
    /// Readers and printers.
    pub bench: Bench,
    /// The gateway. Its [`Service::sign_in`] and [`Service::sign_out`] say who works here from then on.
    pub service: HttpService,
    /// Who was signed in when the workplace was opened; `None` when it was opened unattended.
    pub session: Option<wire::Session>,
    /// The journal.
    pub journal: Journal,
    /// The data folder.
    pub data: PathBuf,
    /// Where the officer's own card signed in.
    officers_reader: Mutex<Option<String>>,
    /// Dropped last, after everything that speaks to it.
    _gateway: Option<RunningGateway>,
}

impl Workplace {
    /// Puts everything together and signs the officer in.
    ///
    /// # Errors
    /// Any part cannot be had, or nobody can sign in.
    pub fn open(
        places: &Places,
        configuration: Configuration,
        officer: Option<OfficerId>,
        readers: Readers,
    ) -> Result<Self, WorkplaceError> {
        let officer = officer.or_else(|| configuration.training.officer.clone());
        Self::assemble(places, configuration, readers, |service| {
            let officer = choose_officer(service, officer)?;
            Ok(Some(service.sign_in(&wire::SignIn { officer })?))
        })
    }

    /// Puts everything together and signs nobody in: who sits down at the desk does that through
    /// [`Workplace::service`]. Until then the gateway answers only what it tells anybody.
    ///
    /// # Errors
    /// Any part cannot be had, or this version has no sign-in for the realm.
    pub fn unattended(places: &Places, configuration: Configuration, readers: Readers) -> Result<Self, WorkplaceError> {
        Self::assemble(places, configuration, readers, |_| Ok(None))
    }

    /// Puts everything together but the gateway: for a card that is unlocked by telephone while it is silent. What asks the
    /// gateway all the same gets no answer.
    ///
    /// # Errors
    /// Any part cannot be had.
    pub fn offline(places: &Places, configuration: Configuration, readers: Readers) -> Result<Self, WorkplaceError> {
        let journal = Journal::open(places.data())?;
        // RFC 2606 reserves `.invalid`: nobody is ever asked there.
        let url = configuration.gateway.url.clone().unwrap_or_else(|| "https://gateway.invalid".to_owned());
        let service = HttpService::new(&url, HttpConfig::default())?;
        let bench = Bench::open(places, configuration, readers)?;
        let data = places.data().to_owned();
        Ok(Self { bench, service, session: None, journal, data, officers_reader: Mutex::default(), _gateway: None })
    }

    fn assemble(
        places: &Places,
        configuration: Configuration,
        readers: Readers,
        sign_in: impl FnOnce(&HttpService) -> Result<Option<wire::Session>, WorkplaceError>,
    ) -> Result<Self, WorkplaceError> {
        match configuration.realm {
            Realm::Training => {}
            Realm::Integration => return Err(WorkplaceError::NoSignIn("integration")),
            Realm::Live => return Err(WorkplaceError::NoSignIn("live")),
        }
        let journal = Journal::open(places.data())?;
        let (gateway, url) = match &configuration.gateway.url {
            Some(url) => (None, url.clone()),
            None => {
                let mut start = training_gateway(places)?;
                configuration.set_up(&mut start);
                let gateway = Gateway::start(start)?;
                let url = gateway.url();
                (Some(gateway), url)
            }
        };
        let service = HttpService::new(&url, HttpConfig::default())?;
        let session = sign_in(&service)?;
        let bench = Bench::open(places, configuration, readers)?;
        let data = places.data().to_owned();
        Ok(Self { bench, service, session, journal, data, officers_reader: Mutex::default(), _gateway: gateway })
    }

    /// The name under which this desk keeps what it saw of its gateway: the configured address, for a training gateway
    /// in process has another port every time.
    #[must_use]
    pub fn gateway_name(&self) -> &str {
        self.bench.configuration.gateway.url.as_deref().unwrap_or("embedded")
    }

    /// Keeps the newest signed head of the gateway's audit, so that this desk can witness it later.
    ///
    /// # Errors
    /// The gateway does not give it, or the journal cannot be written.
    pub fn witness_audit(&self) -> Result<(), WorkplaceError> {
        self.keep_head(&self.service.audit_head()?)
    }

    /// Keeps this head. One that the gateway did not sign proves nothing and is not kept.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn keep_head(&self, head: &wire::AuditHead) -> Result<(), WorkplaceError> {
        if head.rows > 0 && head.signature_fits() {
            let (signature, public_key) = (&head.signature.0, &head.public_key.0);
            self.journal.keep_head(self.gateway_name(), head.rows, &head.hash, signature, public_key)?;
        }
        Ok(())
    }

    /// What the workstation runs: as configured, and silent where the NHS Port Service is asked and says so.
    fn client_software(&self) -> ClientSoftware {
        let configuration = &self.bench.configuration;
        match configuration.client_software() {
            ClientSoftware::NotFound => ClientSoftware::NotFound,
            installed if !configuration.software.ask_port_service.unwrap_or(false) => installed,
            installed => match port_service::ask(&port_service::PORTS) {
                Ok(()) => installed,
                Err(part) => ClientSoftware::Silent(part),
            },
        }
    }

    /// What operations stand on.
    #[must_use]
    pub fn desk(&self) -> Desk<'_> {
        Desk {
            service: &self.service,
            readers: &*self.bench.readers,
            profiles: &self.bench.profiles,
            journal: &self.journal,
            software: self.client_software(),
            realm: self.bench.configuration.realm,
            printers: Some(self.bench.printers.all()),
            officers_reader: self.officers_reader.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Notes in which reader the officer's own card signed in; none where no card did.
    pub fn signed_in_at(&self, reader: Option<&str>) {
        *self.officers_reader.lock().unwrap_or_else(PoisonError::into_inner) = reader.map(str::to_owned);
    }
}

/// The officer who was named, or the first RA Agent, who may do everything at a desk.
fn choose_officer(service: &dyn Service, named: Option<OfficerId>) -> Result<OfficerId, WorkplaceError> {
    let officers = service.training_officers()?;
    let chosen = match &named {
        Some(id) => officers.iter().find(|o| o.officer.id == *id),
        None => officers.iter().find(|o| o.officer.role == Role::RaAgent).or(officers.first()),
    };
    match (chosen, named) {
        (Some(officer), _) => Ok(officer.officer.id.clone()),
        (None, None) => Err(WorkplaceError::NoOfficer),
        (None, Some(id)) => {
            let all: Vec<String> = officers.iter().map(|o| format!("{} ({})", o.officer.id, o.officer.role)).collect();
            Err(WorkplaceError::UnknownOfficer(id, all.join(", ")))
        }
    }
}
