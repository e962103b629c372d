//! Settings: every choice is in [`crate::desktop::preferences::Preferences`].

use std::collections::BTreeMap;

use super::Model;
use crate::{
    desktop::{
        dialogs::{Confirm, Dialog},
        preferences::Preferences,
        theme::Scheme,
    },
    workplace::{Configuration, Places},
};

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// What this computer was set up with; `None` in a window without a workplace.
    pub configured: Option<Configured>,
    /// Names of readers that were typed and not kept, by the system's name.
    pub typed: BTreeMap<String, String>,
}

/// What this computer was set up with, and where. Nothing of it is changed in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// Address of the service; `None` for the training service inside this program.
    pub gateway: Option<String>,
    /// The configuration file; `None` where there is none.
    pub file: Option<String>,
    /// The folder with the data of this workstation.
    pub data: String,
}

impl Configured {
    /// What stands at these places.
    #[must_use]
    pub fn new(places: &Places, configuration: &Configuration) -> Self {
        Self {
            gateway: configuration.gateway.url.clone(),
            file: places.configuration_file().map(|file| file.display().to_string()),
            data: places.data().display().to_string(),
        }
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// This colour scheme.
    Scheme(Scheme),
    /// This size, in percent.
    TextPercent(u16),
    /// Lock after so many minutes; 0 never.
    LockAfter(u16),
    /// Call a reader this; nothing takes its name away.
    NameReader {
        /// The system's name.
        reader: String,
        /// What officers call it.
        name: String,
    },
    /// This was typed as the name of a reader.
    TypeName {
        /// The system's name.
        reader: String,
        /// What was typed.
        name: String,
    },
    /// Asks before the usual choices are taken.
    AskUsualChoices,
    /// Everything as it was at first, but for the names of readers.
    UsualChoices,
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Scheme(scheme) => model.prefer(|p| p.scheme = scheme),
        Intent::TextPercent(percent) => model.prefer(|p| p.text_percent = percent.clamp(100, 200)),
        Intent::LockAfter(minutes) => model.prefer(|p| p.lock_after_minutes = minutes.min(120)),
        Intent::TypeName { reader, name } => {
            model.settings.typed.insert(reader, name);
        }
        Intent::NameReader { reader, name } => {
            model.settings.typed.remove(&reader);
            model.prefer(|p| {
                let name = name.trim().to_owned();
                if name.is_empty() {
                    p.reader_names.remove(&reader);
                } else {
                    p.reader_names.insert(reader, name);
                }
            });
        }
        Intent::AskUsualChoices => model.dialogs.push_back(Dialog::Confirm(Confirm {
            title: "settings-usual-title",
            body: vec!["settings-usual-body"],
            words: Vec::new(),
            action: "settings-usual",
            destructive: true,
            then: Box::new(Intent::UsualChoices.into()),
        })),
        Intent::UsualChoices => model.prefer(|p| {
            let kept = p.reader_names.clone();
            *p = Preferences { reader_names: kept, window: p.window, ..Preferences::default() };
        }),
    }
}
