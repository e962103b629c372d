//! How many commands a whole issue may cost: with RSA-2048 keys and certificates of about 1.6 KB, as a real authority
//! makes them, at most 45 from recognition to confirmation where card and reader take extended length.

use std::{
    ops::RangeInclusive,
    sync::{Arc, Mutex},
};

use cardwright::{
    card::{
        profile::{CardProfile, ExtendedLength, ObjectWriting, Profiles},
        virtual_card::{VirtualCard, VirtualReaders},
    },
    gateway::{Gateway, RunningGateway},
    journal::Journal,
    operations::{Ending, IssueReport, issue::PasscodeChoice},
};

use crate::desk::{self, Make, READER};

/// Most commands of an issue when nothing has to be cut in pieces.
const BUDGET: u64 = 45;
/// Most commands when every long one is cut in pieces of 255 bytes: the two certificates alone cost 28 of them.
const BUDGET_IN_PIECES: u64 = 75;
/// Bytes of each certificate.
const CERTIFICATE: RangeInclusive<usize> = 1_550..=1_700;

/// A gateway whose certificates are as long as those of a large authority, because their addresses are.
fn gateway(folder: &std::path::Path) -> RunningGateway {
    let mut config = desk::gateway_config(folder);
    config.public_url = format!("{}/{}", config.public_url, "certificates/".repeat(60).trim_end_matches('/'));
    Gateway::start(config).expect("a gateway")
}

/// The bundled profiles as they are, but for the way long commands travel; in pieces the photo, which no reader of
/// certificates needs, stays off the chip.
fn profiles(extended_length: ExtendedLength) -> Profiles {
    let mut profiles = Profiles::bundled().expect("bundled");
    let changed: Vec<CardProfile> = profiles.all().to_vec();
    for mut profile in changed {
        profile.link.extended_length = extended_length;
        if extended_length == ExtendedLength::Never {
            profile.objects.facial_image = ObjectWriting::Leave;
        }
        profiles.add(profile);
    }
    profiles
}

/// Issues one card and gives the report, and the count of the wire below everything that is under test.
fn issue(make: Make, extended_length: ExtendedLength) -> (IssueReport, u64) {
    let folder = desk::quick_folder();
    let gateway = gateway(&folder.path().join("gateway"));
    let service = desk::signed_in(&gateway.url());
    let journal = Journal::open(&folder.path().join("desk")).expect("a journal");
    let profiles = profiles(extended_length);
    let chip = (make == Make::Virtual).then(|| Arc::new(Mutex::new(VirtualCard::new(&desk::blueprint(0, 1)))));
    let (readers, wire) = desk::tearing(match &chip {
        Some(chip) => {
            let readers = VirtualReaders::new([READER]);
            readers.insert(READER, chip.clone()).expect("the reader is there");
            Box::new(readers)
        }
        None => desk::card(make, 1),
    });
    let workplace = desk::desk(&service, &readers, &profiles, &journal);
    let report = desk::issue(&workplace, desk::holder(1), PasscodeChoice::ChosenByHolder).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    if let Some(chip) = chip {
        assert_eq!(
            chip.lock().expect("no panic").command_count(),
            wire.exchanges(),
            "the chip counts as the wire does"
        );
    }
    (report, wire.exchanges())
}

fn within(make: Make, extended_length: ExtendedLength, budget: u64) {
    let (report, counted) = issue(make, extended_length);
    let sizes = report.certificates.as_ref().expect("issued").each_ref().map(Vec::len);
    crate::report!(
        "{make:?}, extended length {extended_length:?}: {counted} commands, certificates of {sizes:?} bytes"
    );
    assert!(sizes.iter().all(|size| CERTIFICATE.contains(size)), "certificates of {sizes:?} bytes");
    assert_eq!(report.apdus, counted, "the report counts what was sent");
    assert!(counted <= budget, "{counted} commands, and {budget} are the budget");
}

#[test]
fn the_virtual_card_with_extended_length() {
    within(Make::Virtual, ExtendedLength::WhenAccepted, BUDGET);
}

#[test]
fn the_independent_card_with_extended_length() {
    within(Make::Independent, ExtendedLength::WhenAccepted, BUDGET);
}

#[test]
fn the_virtual_card_in_pieces() {
    within(Make::Virtual, ExtendedLength::Never, BUDGET_IN_PIECES);
}

#[test]
fn the_independent_card_in_pieces() {
    within(Make::Independent, ExtendedLength::Never, BUDGET_IN_PIECES);
}
