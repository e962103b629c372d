//! The printers of one workstation, the virtual one among them.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{Calibrations, Configuration, Destination, Places, WorkplaceError};
use crate::{
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

/// All printers, and the virtual ones that run.
pub struct PrinterBench {
    printers: Printers,
    profiles: Profiles,
    /// Each waits for its job behind a lock of its own, so that several threads may own the bench together.
    virtual_ones: Vec<(String, Mutex<VirtualPrinter>)>,
    output: PathBuf,
    calibrations: Calibrations,
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

impl PrinterBench {
    /// The first virtual printer carries the chip station of the training readers, where there are any.
    pub(super) fn open(
        places: &Places,
        configuration: &Configuration,
        station: Option<&TrainingReaders>,
    ) -> Result<Self, WorkplaceError> {
        let profiles = match &configuration.printing.profiles {
            Some(folder) => Profiles::with_folder(folder)?,
            None => match own_profiles(places.data(), configuration) {
                own if own.is_dir() => Profiles::with_folder(&own)?,
                _ => Profiles::bundled()?,
            },
        };
        let mut wanted = configuration.printers.clone();
        if wanted.is_empty() && configuration.realm == Realm::Training {
            wanted.push(super::Printer {
                name: VIRTUAL_NAME.to_owned(),
                profile: SERIES_10_PRINTER.to_owned(),
                destination: Destination::Virtual,
            });
        }
        let (mut choices, mut virtual_ones, mut carries_station) = (Vec::new(), Vec::new(), None);
        for printer in wanted {
            let destination = match printer.destination {
                Destination::At(place) => place,
                Destination::Virtual => {
                    let profile = profiles
                        .find(&printer.profile)
                        .map_err(|source| ChoiceError::Profile { name: printer.name.clone(), source })?;
                    let station = station.filter(|_| carries_station.is_none() && commands_fit(profile));
                    let station = station.map(|readers| {
                        carries_station = Some(printer.name.clone());
                        Box::new(readers.clone()) as Box<dyn CardStation>
                    });
                    let running =
                        VirtualPrinter::start_with(model(profile), station).map_err(WorkplaceError::VirtualPrinter)?;
                    let address = running.address();
                    virtual_ones.push((printer.name.clone(), Mutex::new(running)));
                    choice::Destination::Tcp { host: address.ip().to_string(), port: Some(address.port()) }
                }
            };
            choices.push(PrinterChoice { name: printer.name, profile: printer.profile, destination });
        }
        let mut printers = Printers::new(choices, &profiles)?;
        if let Some(name) = carries_station {
            printers.equip(&name, STATION);
        }
        let calibrations = Calibrations::of(places.data());
        let names: Vec<String> = printers.iter().map(|printer| printer.choice.name.clone()).collect();
        for name in names {
            if let Some(learnt) = calibrations.read(&name)? {
                printers.calibrate(&learnt);
            }
        }
        Ok(Self { printers, profiles, virtual_ones, output: places.data().join(OUTPUT_FOLDER), calibrations })
    }

    /// What was learnt of them. A change holds from the next start.
    #[must_use]
    pub fn calibrations(&self) -> &Calibrations {
        &self.calibrations
    }

    /// All of them, as operations know them.
    #[must_use]
    pub fn all(&self) -> &Printers {
        &self.printers
    }

    /// Every printer, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Printer> {
        self.printers.iter()
    }

    /// Every model that is known at this desk.
    #[must_use]
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// The named printer, or the only one.
    ///
    /// # Errors
    /// No printer has this name, or none was named and there is not exactly one; the message names all there are.
    pub fn choose(&self, name: Option<&str>) -> Result<&Printer, ChoiceError> {
        match (name, self.printers.iter().collect::<Vec<_>>().as_slice()) {
            (Some(name), _) => self.printers.find(name),
            (None, [only]) => Ok(only),
            (None, _) => self.printers.find(""),
        }
    }

    /// Whether this printer is a virtual one.
    #[must_use]
    pub fn is_virtual(&self, name: &str) -> bool {
        self.virtual_ones.iter().any(|(known, _)| known == name)
    }

    /// What a virtual printer received; `None` for a real one, or when nothing came.
    #[must_use]
    pub fn receive(&self, name: &str) -> Option<Received> {
        let (_, printer) = self.virtual_ones.iter().find(|(known, _)| known == name)?;
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
        write(&self.output, &format!("{stem}.png"), &picture).map(|picture| Some(VirtualOutput { picture }))
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
