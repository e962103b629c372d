//! What a queue says of its printer's model. A queue knows no more than its driver and whoever set it up told it, so its
//! word can show that the printer is another model, and is no proof that it is the right one.

use std::sync::LazyLock;

use super::exchange::Answer;
use crate::printer::{
    profile::{Profile, Profiles, check_description},
    spool::SpoolError,
};

/// All models that have a name of their own here; the files of the program can always be read.
static MODELS: LazyLock<Option<Profiles>> = LazyLock::new(|| Profiles::bundled().ok());

/// What a queue is described as, the surest first.
pub(super) struct Described(Vec<String>);

impl Described {
    /// What a queue is asked for.
    pub(super) const WANTED: [&str; 3] = ["printer-device-id", "printer-make-and-model", "printer-info"];

    pub(super) fn of(answer: &Answer) -> Self {
        let [id, driver, info] = Self::WANTED.map(|name| answer.words(name));
        let id = id.iter().filter_map(|id| model_of(id).map(str::to_owned));
        let words = id.chain(driver).chain(info).map(|word| word.trim().to_owned());
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    pub(super) fn into_words(self) -> Vec<String> {
        self.0
    }

    /// The first description that names a model decides; a queue of which none does may be of any.
    pub(super) fn check(&self, address: &str, profile: &Profile) -> Result<(), SpoolError> {
        let Some(models) = MODELS.as_ref() else { return Ok(()) };
        for description in &self.0 {
            match check_description(profile, description, models) {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => {}
                Err(_) => {
                    return Err(SpoolError::WrongModel {
                        address: address.to_owned(),
                        found: description.clone(),
                        profile: profile.id.clone(),
                        expected: match profile.identity.model_names.is_empty() {
                            true => profile.name.clone(),
                            false => profile.identity.model_names.join(" or "),
                        },
                    });
                }
            }
        }
        Ok(())
    }
}

/// The model of a device id, `MFG:DoH ;MDL:DoH 300;` (IEEE 1284).
fn model_of(id: &str) -> Option<&str> {
    let mut parts = id.split(';').filter_map(|part| part.split_once(':'));
    parts.find(|(key, _)| matches!(key.trim(), "MDL" | "MODEL")).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_description_that_names_a_model_decides() {
        let all = Profiles::bundled().unwrap();
        let v2 = all.find("magicard-doh-300-v2").unwrap();
        for (words, right) in [
            (&["Local Raw Printer", "Desk 4"][..], true),
            (&[], true),
            (&["DoH 300 v2", "Magicard DoH 300"], true),
            (&["Local Raw Printer", "Magicard DoH 300 (v1)"], false),
            (&["DoH", "Magicard DoH 300 v2"], false),
        ] {
            let described = Described(words.iter().map(|word| (*word).to_owned()).collect());
            let checked = described.check("ipp://desk/printers/cards", v2);
            assert_eq!(checked.is_ok(), right, "{words:?}: {checked:?}");
            if let Err(error) = checked {
                let words = error.to_string();
                assert!(words.contains("DoH 300 v2") && words.contains("nothing was sent"), "{words}");
            }
        }
        assert_eq!(model_of("MFG:Magicard ; CMD:PCL,MPL;MDL:RioTango2D"), Some("RioTango2D"));
        assert_eq!(model_of("nothing of the kind"), None);
    }
}
