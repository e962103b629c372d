//! Which model a description names. The description of a queue is free text of a driver or of whoever set it up, as
//! “Magicard DoH 300 - CUPS v2.0”, and not the name a printer gives itself.

use super::{Profile, Profiles};

/// The profile whose model is named in a description, and the name that stands there. Of several names the longest counts:
/// “DoH 300 v2” is not the “DoH 300” that is in it.
#[must_use]
pub fn named_in<'a>(profiles: &'a Profiles, description: &str) -> Option<(&'a Profile, &'a str)> {
    longest(profiles.iter(), description)
}

/// What a description says of a printer of this profile, by the names of the profile itself, which a desk may have
/// corrected, and of all others.
///
/// # Errors
/// The name of another model stands there, and the profile it belongs to.
pub fn check_description<'a>(
    profile: &'a Profile,
    description: &str,
    all: &'a Profiles,
) -> Result<Option<&'a str>, (&'a Profile, &'a str)> {
    let others = all.iter().filter(|other| other.id != profile.id);
    match longest(std::iter::once(profile).chain(others), description) {
        None => Ok(None),
        Some((found, name)) if found.id == profile.id => Ok(Some(name)),
        Some(other) => Err(other),
    }
}

fn longest<'a>(profiles: impl Iterator<Item = &'a Profile>, description: &str) -> Option<(&'a Profile, &'a str)> {
    let said = words(description);
    let mut best: Option<(usize, &Profile, &str)> = None;
    for profile in profiles {
        for name in profile.identity.model_names.iter().chain([&profile.name]) {
            let wanted = words(name);
            let stands = !wanted.is_empty() && said.windows(wanted.len()).any(|part| part == wanted);
            // Of names of one length the first counts, so a desk's own correction does.
            if stands && best.is_none_or(|(length, ..)| wanted.len() > length) {
                best = Some((wanted.len(), profile, name));
            }
        }
    }
    best.map(|(_, profile, name)| (profile, name))
}

/// Runs of letters and runs of digits, in small letters: “DoH300-v2” and “DOH 300 V2” are the same words.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let kind = (c.is_alphabetic(), c.is_numeric());
        if kind.0 || kind.1 {
            match words.last_mut().filter(|_| last == Some(kind)) {
                Some(word) => word.extend(c.to_lowercase()),
                None => words.push(c.to_lowercase().collect()),
            }
        }
        last = Some(kind);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_names_the_model_with_the_longest_name_in_it() {
        let all = Profiles::bundled().unwrap();
        for (description, id) in [
            ("DoH 300", Some("magicard-doh-300-v1")),
            ("Magicard DoH 300 - CUPS+Gutenprint v2.0", Some("magicard-doh-300-v1")),
            ("DoH", Some("magicard-doh-300-v1")),
            ("DoH 300 v2", Some("magicard-doh-300-v2")),
            ("MAGICARD DOH300-V2, driver 1.4", Some("magicard-doh-300-v2")),
            ("DoH 300 v20", Some("magicard-doh-300-v1")),
            ("RioTango2D", Some("magicard-rio-tango-2e")),
            ("Magicard 300", Some("magicard-300")),
            ("LaserJet 300", None),
            ("Local Raw Printer", None),
            ("", None),
            ("  -,; ", None),
        ] {
            assert_eq!(named_in(&all, description).map(|(profile, _)| profile.id.as_str()), id, "{description}");
        }
    }

    #[test]
    fn what_a_desk_calls_its_printer_goes_before_the_names_of_others() {
        let all = Profiles::bundled().unwrap();
        let mut v2 = all.find("magicard-doh-300-v2").unwrap().clone();
        assert_eq!(check_description(&v2, "Magicard DoH", &all).unwrap_err().0.id, "magicard-doh-300-v1");
        assert_eq!(check_description(&v2, "Magicard DoH 300 v2", &all), Ok(Some("Magicard DoH 300 v2")));
        assert_eq!(check_description(&v2, "Printer - IPP Everywhere", &all), Ok(None));
        v2.identity.model_names.push("DoH".to_owned());
        assert_eq!(check_description(&v2, "Magicard DoH", &all), Ok(Some("DoH")));
    }
}
