//! Printers that could be used at this desk: at a USB plug, in the queues of this computer (of Windows, or of its print server), and on the network.

mod network;
#[cfg(target_os = "linux")]
mod usb_linux;
#[cfg(windows)]
mod windows;

use std::{net::SocketAddr, time::Duration};

use super::{
    choice::{Destination, Printer, PrinterChoice},
    identify,
    profile::{Profile, Profiles, named_in},
    spool,
};

/// A printer that was found, or a queue of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is called where it was found.
    pub name: String,
    /// How it is reached, as the configuration writes it.
    pub destination: Destination,
    /// What it says it is: its device id, its queue's description, or its answer to a status request.
    pub model: String,
    /// Serial number, where it says one.
    pub serial: String,
    /// Profiles that fit what it says, the surest first.
    pub profiles: Vec<String>,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places<'a> {
    /// The print server, `ipp://HOST:PORT/`; `None` looks in none.
    pub server: Option<&'a str>,
    /// Where printers of the network are asked for; `None` asks nobody.
    pub network: Option<SocketAddr>,
    /// How long the network is listened to, and the longest wait for any other answer.
    pub limit: Duration,
}

impl Places<'_> {
    /// Those of every desk: the print server of this computer, and the network it is on.
    #[must_use]
    pub fn usual() -> Self {
        Self { server: Some("ipp://localhost:631/"), network: Some(network::EVERYBODY), limit: Duration::from_secs(3) }
    }
}

/// Everything that is there now. A place that does not answer has no printers.
#[must_use]
pub fn find(places: Places<'_>, profiles: &Profiles) -> Vec<Found> {
    let mut found = Vec::new();
    #[cfg(target_os = "linux")]
    found.extend(usb_linux::find(profiles));
    #[cfg(windows)]
    found.extend(windows::find());
    if let Some(server) = places.server {
        found.extend(spool::queues(server, places.limit).unwrap_or_default().into_iter().map(queue));
    }
    if let Some(everybody) = places.network {
        found.extend(network::find(everybody, places.limit).unwrap_or_default());
    }
    for printer in &mut found {
        // A printer of another make would print the question as text.
        if is_of_ours(&printer.model, profiles) {
            ask(printer, profiles);
        }
        printer.profiles = fitting(&printer.model, profiles);
    }
    found
}

/// A printer whose place is known, asked who it is where it can be asked.
#[must_use]
pub fn meet(destination: &Destination, profiles: &Profiles) -> Found {
    let (name, model, serial) = (destination.to_string(), String::new(), String::new());
    let mut met = Found { name, destination: destination.clone(), model, serial, profiles: Vec::new() };
    ask(&mut met, profiles);
    met.profiles = fitting(&met.model, profiles);
    met
}

/// What one answer of the network says of printers, for whoever wants to try answers without a network. Total: any bytes are an
/// answer or none.
#[must_use]
pub fn heard(answer: &[u8], from: SocketAddr) -> Vec<Found> {
    network::heard(answer, from)
}

fn queue(queue: spool::QueueFound) -> Found {
    Found {
        name: queue.name,
        destination: Destination::Ipp(queue.address),
        model: queue.model,
        serial: String::new(),
        profiles: Vec::new(),
    }
}

/// Asks one who it is, where it can be asked.
fn ask(found: &mut Found, profiles: &Profiles) {
    let Some(profile) = profiles.iter().next() else { return };
    let choice = PrinterChoice {
        name: found.name.clone(),
        profile: profile.id.clone(),
        destination: found.destination.clone(),
        confirmed: None,
    };
    let printer = Printer { choice, profile: profile.clone() };
    if let Ok((_, status)) = identify::by_asking(&printer) {
        found.model = status.model;
        found.serial = status.serial;
    } else if found.model.is_empty() {
        // A queue is known by the first of its descriptions that names a model.
        let described = identify::described(&printer).unwrap_or_default();
        let names = |words: &&String| named_in(profiles, words).is_some();
        found.model = described.iter().find(names).or(described.first()).cloned().unwrap_or_default();
    }
}

/// Vendor of Magicard's USB plugs (`facts/magicard.md` 2).
#[cfg(any(target_os = "linux", test))]
const USB_VENDOR: &str = "0c1f";

/// What a plug without a device id says by its numbers alone: the model of the profile that knows them, the make where no
/// profile does, nothing for another make.
#[cfg(any(target_os = "linux", test))]
fn model_of_plug(vendor: &str, product: &str, profiles: &Profiles) -> String {
    let plug = format!("{vendor}:{product}");
    let known = |profile: &&Profile| profile.identity.usb.iter().any(|known| known.eq_ignore_ascii_case(&plug));
    match profiles.iter().find(known) {
        Some(profile) => profile.identity.model_names.first().unwrap_or(&profile.name).clone(),
        None if vendor.eq_ignore_ascii_case(USB_VENDOR) => "Magicard".to_owned(),
        None => String::new(),
    }
}

/// Whether what a printer is described as, before it was asked anything, is one of the models that are known here.
fn is_of_ours(model: &str, profiles: &Profiles) -> bool {
    model.to_lowercase().contains("magicard") || !fitting(model, profiles).is_empty()
}

/// Profiles that know this name, then those whose own name is in it. A name that is a number alone, as “300”, must be all of
/// it: other makers number their models too.
fn fitting(model: &str, profiles: &Profiles) -> Vec<String> {
    let model = model.trim().to_lowercase();
    if model.is_empty() {
        return Vec::new();
    }
    let known =
        |profile: &&Profile| profile.identity.model_names.iter().any(|name| name.trim().to_lowercase() == model);
    let named = |profile: &&Profile| {
        let own = profile.name.to_lowercase();
        let short = own.trim_start_matches("magicard ");
        let is_words = short.chars().any(char::is_alphabetic);
        !known(profile) && (model == own || model == short || (is_words && model.contains(short)))
    };
    let sure = profiles.iter().filter(known).map(|profile| profile.id.clone());
    let mut fitting: Vec<String> =
        sure.chain(profiles.iter().filter(named).map(|profile| profile.id.clone())).collect();
    if let Some((described, _)) = named_in(profiles, &model).filter(|(described, _)| !fitting.contains(&described.id)) {
        fitting.push(described.id.clone());
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_printer_says_it_is_leads_to_its_profile() {
        let profiles = Profiles::bundled().unwrap();
        assert_eq!(fitting("DoH 300 v2", &profiles).first().map(String::as_str), Some("magicard-doh-300-v2"));
        assert_eq!(fitting("doh 300", &profiles).first().map(String::as_str), Some("magicard-doh-300-v1"));
        assert_eq!(fitting("Magicard 300", &profiles), ["magicard-300"]);
        assert_eq!(fitting("Magicard", &profiles), Vec::<String>::new());
        assert_eq!(fitting("LaserJet 300", &profiles), Vec::<String>::new());
        assert_eq!(fitting("", &profiles), Vec::<String>::new());
        assert_eq!(fitting("LaserJet 5", &profiles), Vec::<String>::new());
    }

    #[test]
    fn a_plug_is_known_by_its_numbers() {
        let profiles = Profiles::bundled().unwrap();
        for (product, first) in [
            ("1800", "magicard-rio-tango-2e"),
            ("4800", "magicard-enduro"),
            ("880A", "magicard-enduro"),
            ("0001", "magicard-rio-pro-360"),
        ] {
            let model = model_of_plug("0C1F", product, &profiles);
            assert_eq!(fitting(&model, &profiles).first().map(String::as_str), Some(first), "{model}");
        }
        // The DoH 300 v2's own product number is published nowhere: it is asked who it is.
        let model = model_of_plug("0c1f", "ffff", &profiles);
        assert!(is_of_ours(&model, &profiles) && fitting(&model, &profiles).is_empty());
        assert_eq!(model_of_plug("03f0", "1800", &profiles), "");
    }

    #[test]
    fn a_printer_of_another_make_is_asked_nothing() {
        let profiles = Profiles::bundled().unwrap();
        for (model, ours) in
            [("Magicard Pronto100", true), ("DoH 300 v2", true), ("LaserJet 300", false), ("ZC300", false), ("", false)]
        {
            assert_eq!(is_of_ours(model, &profiles), ours, "{model}");
        }
    }
}
