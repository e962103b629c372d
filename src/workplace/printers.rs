//! The printers of one workstation, the virtual one among them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use super::{
    Calibrations, ChangeRecord, Configuration, Destination, Places, WaitingCards, WorkplaceError,
    printer_list::{self, PrinterListError},
};
use crate::{
    cis2::wire::ListChange,
    domain::eligibility::{Realm, SERIES_10_PRINTER},
    printer::{
        choice::{self, ChoiceError, Printer, PrinterChoice, Printers},
        profile::{Profile, Profiles, StatusQuery},
        station::Carry,
        virtual_printer::{AskedIn, CardStation, Model, Received, VirtualPrinter},
    },
    training::readers::{STATION, TrainingReaders},
};

/// Name of the printer that training has when none is configured.
pub const VIRTUAL_NAME: &str = "Virtual printer";
/// Folder of the virtual printer's cards inside the data folder.
const OUTPUT_FOLDER: &str = "virtual-printer";
/// Folder of this desk's own printer profiles inside the data folder.
const PROFILES_FOLDER: &str = "printer-profiles";
/// A job that was handed over on this computer is decoded within this time, also on a machine that is busy.
const DECODE_LIMIT: Duration = Duration::from_secs(30);

/// All printers, and the virtual ones that run. The list can be changed while the program runs: every change makes a new
/// edition, and who works with a printer of an older one keeps it to the end.
pub struct PrinterBench {
    first: Edition,
    /// One change at a time.
    changing: Mutex<()>,
    /// Where profiles, calibrations and cards are.
    data: PathBuf,
    /// The configured folder of profiles.
    own_profiles: Option<PathBuf>,
    realm: Realm,
    /// The file that a change is written into.
    file: Option<PathBuf>,
    calibrations: Calibrations,
    /// The chip station of training.
    station: Option<Station>,
}

/// The one chip station that training has, in the printer that took it first.
struct Station {
    readers: TrainingReaders,
    /// The name of that printer. It keeps the station as long as it is at this desk.
    printer: OnceLock<String>,
}

impl Station {
    /// Whether this printer carries it, now or already.
    fn is_in(&self, printer: &str, profile: &Profile) -> bool {
        commands_fit(profile) && self.printer.get_or_init(|| printer.to_owned()) == printer
    }
}

/// The printers from one change to the next.
struct Edition {
    /// As the configuration lists them.
    wanted: Vec<super::Printer>,
    printers: Printers,
    profiles: Profiles,
    /// Each waits for its job behind a lock of its own, so that several threads may own the bench together.
    virtual_ones: Vec<(String, Arc<Mutex<VirtualPrinter>>)>,
    next: OnceLock<Box<Self>>,
}

/// Where the printer profiles of this desk are: the configured folder, or one in the data folder, which the language wizard
/// writes into.
#[must_use]
pub fn own_profiles(data: &Path, configuration: &Configuration) -> PathBuf {
    configuration.printing.profiles.clone().unwrap_or_else(|| data.join(PROFILES_FOLDER))
}

/// A card as a virtual printer gave it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualOutput {
    /// The picture of its front, PNG.
    pub picture: PathBuf,
}

impl Edition {
    /// Puts printers, profiles and what was learnt together. Virtual printers that run already go on; the first of them
    /// carries the chip station of training, where there is one.
    fn new(
        wanted: Vec<super::Printer>,
        profiles: Profiles,
        calibrations: &Calibrations,
        running: &[(String, Arc<Mutex<VirtualPrinter>>)],
        station: Option<&Station>,
    ) -> Result<Self, WorkplaceError> {
        let (mut choices, mut virtual_ones, mut carries_station) = (Vec::new(), Vec::new(), None);
        for printer in &wanted {
            let destination = match &printer.destination {
                Destination::At(place) => place.clone(),
                Destination::Virtual => {
                    let profile = profiles
                        .find(&printer.profile)
                        .map_err(|source| ChoiceError::Profile { name: printer.name.clone(), source })?;
                    let station = station.filter(|station| station.is_in(&printer.name, profile));
                    if station.is_some() {
                        carries_station = Some(printer.name.as_str());
                    }
                    let one = match running.iter().find(|(name, _)| *name == printer.name) {
                        Some((_, one)) => Arc::clone(one),
                        None => {
                            let station =
                                station.map(|station| Box::new(station.readers.clone()) as Box<dyn CardStation>);
                            let one = VirtualPrinter::start_with(model(profile), station)
                                .map_err(WorkplaceError::VirtualPrinter)?;
                            Arc::new(Mutex::new(one))
                        }
                    };
                    let address = one.lock().unwrap_or_else(PoisonError::into_inner).address();
                    virtual_ones.push((printer.name.clone(), one));
                    choice::Destination::Tcp { host: address.ip().to_string(), port: Some(address.port()) }
                }
            };
            let (name, profile) = (printer.name.clone(), printer.profile.clone());
            choices.push(PrinterChoice { name, profile, destination, confirmed: printer.confirmed.clone() });
        }
        let mut printers = Printers::new(choices, &profiles)?;
        if let Some(name) = carries_station {
            printers.equip(name, STATION);
        }
        for printer in &wanted {
            if let Some(learnt) = calibrations.read(&printer.name)? {
                printers.calibrate(&learnt);
            }
        }
        Ok(Self { wanted, printers, profiles, virtual_ones, next: OnceLock::new() })
    }
}

/// The printers that a configuration lists, and the virtual one that training has where it lists none.
fn wanted(mut listed: Vec<super::Printer>, realm: Realm) -> Vec<super::Printer> {
    if listed.is_empty() && realm == Realm::Training {
        listed.push(super::Printer {
            name: VIRTUAL_NAME.to_owned(),
            profile: SERIES_10_PRINTER.to_owned(),
            destination: Destination::Virtual,
            confirmed: None,
        });
    }
    listed
}

/// The profiles of this desk: its own before the built-in ones.
fn profiles(data: &Path, own: Option<&Path>) -> Result<Profiles, WorkplaceError> {
    Ok(match own {
        Some(folder) => Profiles::with_folder(folder)?,
        None => match data.join(PROFILES_FOLDER) {
            own if own.is_dir() => Profiles::with_folder(&own)?,
            _ => Profiles::bundled()?,
        },
    })
}

impl PrinterBench {
    /// The first virtual printer carries the chip station of the training readers, where there are any.
    pub(super) fn open(
        places: &Places,
        configuration: &Configuration,
        readers: Option<&TrainingReaders>,
    ) -> Result<Self, WorkplaceError> {
        let (data, own_profiles) = (places.data().to_owned(), configuration.printing.profiles.clone());
        let calibrations = Calibrations::of(&data);
        let list = wanted(configuration.printers.clone(), configuration.realm);
        let station = readers.map(|readers| Station { readers: readers.clone(), printer: OnceLock::new() });
        let profiles = profiles(&data, own_profiles.as_deref())?;
        let first = Edition::new(list, profiles, &calibrations, &[], station.as_ref())?;
        Ok(Self {
            first,
            changing: Mutex::new(()),
            data,
            own_profiles,
            realm: configuration.realm,
            file: places.configuration_to_write().map(Path::to_owned),
            calibrations,
            station,
        })
    }

    /// The newest edition.
    fn now(&self) -> &Edition {
        let mut now = &self.first;
        while let Some(next) = now.next.get() {
            now = next;
        }
        now
    }

    /// Adds a printer to the configuration file and to this desk; in which file it stands. Who did it goes on record.
    ///
    /// # Errors
    /// [`PrinterListError`]: the file and the desk are as they were.
    pub fn add(&self, printer: super::Printer, record: ChangeRecord<'_>) -> Result<PathBuf, PrinterListError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, text) = self.list_file()?;
        let name = file.display().to_string();
        let listed = Configuration::parse(&text, &name)?.printers;
        let all = wanted(listed.clone(), self.realm);
        printer_list::fits(&all, &printer)?;
        // The virtual printer that training has by itself would be gone with the first one that is listed.
        let mut added = if listed.is_empty() { all } else { Vec::new() };
        added.push(printer.clone());
        let text = printer_list::with_printers(&text, &name, &added)?;
        self.change_list(file, &text, |write| record.around(ListChange::Added, &printer, write))
    }

    /// Takes a printer out of the configuration file and from this desk, unless cards wait for it; in which file it stood.
    /// Who did it goes on record.
    ///
    /// # Errors
    /// [`PrinterListError`]: the file and the desk are as they were.
    pub fn remove(&self, name: &str, record: ChangeRecord<'_>) -> Result<PathBuf, PrinterListError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, text) = self.list_file()?;
        let path = file.display().to_string();
        let listed = Configuration::parse(&text, &path)?.printers.into_iter().find(|printer| printer.name == name);
        let text = printer_list::without_printer(&text, &path, name)?;
        let printer = listed.ok_or_else(|| PrinterListError::Unknown(name.to_owned()))?;
        if let Some(waiting) = WaitingCards::of(record.journal, name)? {
            return Err(PrinterListError::CardsWait(waiting));
        }
        self.change_list(file, &text, |write| record.around(ListChange::Removed, &printer, write))
    }

    /// The configuration file and what stands in it.
    fn list_file(&self) -> Result<(PathBuf, String), PrinterListError> {
        let file = self.file.clone().ok_or(PrinterListError::NoFile)?;
        let text = printer_list::read(&file)?;
        Ok((file, text))
    }

    /// Writes the new text of the file, and makes it hold here. Whoever calls has the list for itself.
    fn change_list(
        &self,
        file: PathBuf,
        text: &str,
        put_on_record: impl FnOnce(&dyn Fn() -> Result<(), PrinterListError>) -> Result<(), PrinterListError>,
    ) -> Result<PathBuf, PrinterListError> {
        let list = wanted(Configuration::parse(text, &file.display().to_string())?.printers, self.realm);
        // What cannot be used is never written.
        let now = self.now();
        let unusable = |error: WorkplaceError| PrinterListError::Unusable(error.to_string());
        let (calibrations, station) = (&self.calibrations, self.station.as_ref());
        let next =
            Edition::new(list, now.profiles.clone(), calibrations, &now.virtual_ones, station).map_err(unusable)?;
        put_on_record(&|| printer_list::write(&file, text))?;
        let _ = now.next.set(Box::new(next));
        Ok(file)
    }

    /// Reads profiles and calibrations again: what was changed in them holds for the next job.
    ///
    /// # Errors
    /// A file cannot be used; everything is as it was.
    pub fn reload(&self) -> Result<(), WorkplaceError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let profiles = profiles(&self.data, self.own_profiles.as_deref())?;
        let (calibrations, station) = (&self.calibrations, self.station.as_ref());
        let next = Edition::new(now.wanted.clone(), profiles, calibrations, &now.virtual_ones, station)?;
        let _ = now.next.set(Box::new(next));
        Ok(())
    }

    /// What was learnt of them. A change holds after [`PrinterBench::reload`].
    #[must_use]
    pub fn calibrations(&self) -> &Calibrations {
        &self.calibrations
    }

    /// All of them, as operations know them.
    #[must_use]
    pub fn all(&self) -> &Printers {
        &self.now().printers
    }

    /// Every printer, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Printer> {
        self.now().printers.iter()
    }

    /// Every model that is known at this desk.
    #[must_use]
    pub fn profiles(&self) -> &Profiles {
        &self.now().profiles
    }

    /// The named printer, or the only one.
    ///
    /// # Errors
    /// No printer has this name, or none was named and there is not exactly one; the message names all there are.
    pub fn choose(&self, name: Option<&str>) -> Result<&Printer, ChoiceError> {
        match (name, self.now().printers.iter().collect::<Vec<_>>().as_slice()) {
            (Some(name), _) => self.now().printers.find(name),
            (None, [only]) => Ok(only),
            (None, _) => self.now().printers.find(""),
        }
    }

    /// Whether this printer is a virtual one.
    #[must_use]
    pub fn is_virtual(&self, name: &str) -> bool {
        self.now().virtual_ones.iter().any(|(known, _)| known == name)
    }

    /// What a virtual printer received; `None` for a real one, or when nothing came.
    #[must_use]
    pub fn receive(&self, name: &str) -> Option<Received> {
        let (_, printer) = self.now().virtual_ones.iter().find(|(known, _)| known == name)?;
        printer.lock().unwrap_or_else(PoisonError::into_inner).receive(DECODE_LIMIT).ok()
    }

    /// Keeps the card that a virtual printer just gave out as a picture in the data folder, named after `stem`.
    ///
    /// # Errors
    /// The job was none, or the picture cannot be written.
    pub fn keep_output(&self, name: &str, stem: &str) -> Result<Option<VirtualOutput>, String> {
        let Some(received) = self.receive(name) else { return Ok(None) };
        let cards = received.cards.map_err(|e| e.to_string())?;
        let Some(card) = cards.first() else { return Ok(None) };
        let picture = card.png().map_err(|e| e.to_string())?;
        write(&self.data.join(OUTPUT_FOLDER), &format!("{stem}.png"), &picture)
            .map(|picture| Some(VirtualOutput { picture }))
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, String> {
    let file = folder.join(name);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, bytes));
    written.map_err(|e| format!("{} cannot be written ({e})", file.display()))?;
    Ok(file)
}

/// Whether the profile has commands that move a card.
fn commands_fit(profile: &Profile) -> bool {
    [Carry::Feed, Carry::Eject].into_iter().all(|carry| profile.encoder.command(carry).is_some())
}

/// A virtual printer that says it is the model of this profile.
fn model(profile: &Profile) -> Model {
    let usual = Model::default();
    let name = profile.identity.model_names.first().cloned().unwrap_or(usual.name);
    let asked_in = if profile.identity.status == StatusQuery::Xml { AskedIn::Xml } else { AskedIn::Line };
    Model { name, asked_in, ..usual }
}
