//! What an officer gets wrong, and what is not there: every error says what failed, what state the card is in and what
//! to do next, and neither the card nor the gateway is changed by it.

mod disk;
mod printer;
mod readers;

use std::sync::{Arc, Mutex};

use cardwright::{
    card::{
        profile::CardProfile,
        reader::CardReaders,
        virtual_card::{VirtualCard, VirtualReaders},
    },
    cis2::{HttpConfig, HttpService, Service, wire},
    domain::{
        HolderId, Passcode, PasscodeRules, Secret,
        eligibility::{ClientSoftware, Realm},
    },
    gateway::Gateway,
    journal::Journal,
    operations::{
        Desk, Ending, OperationError, Standing,
        issue::PasscodeChoice::{ChosenByHolder, LeftLocked},
        preflight::IssueRequest,
    },
};

use crate::{
    desk::{self, Make, READER, TestDesk},
    promise::{Chip, GatewayRecord},
};

/// Runs what must fail and holds it to the promise: an error with these words in it, no job on record, and gateway and
/// card (when there is one that can be read) as they were.
pub fn refused<T>(
    bench: &TestDesk,
    card: Option<&dyn CardReaders>,
    words: &[&str],
    attempt: impl FnOnce() -> Result<T, OperationError>,
) -> OperationError {
    let state = || {
        let chip = card.map(|readers| Chip::read(readers, READER)).map(|chip| (chip.certificates, chip.tries));
        (GatewayRecord::open(&bench.gateway_data()).everything(), chip)
    };
    let before = state();
    let Err(error) = attempt() else { panic!("nothing was refused: {words:?}") };
    let message = error.to_string();
    println!("{message}");
    assert!(words.iter().all(|word| message.contains(word)), "{words:?} are not all in: {message}");
    let starts = message.chars().next().expect("a message");
    assert!(!message.contains("..") && !message.contains(". .") && starts != '“', "{message}");
    assert!(before == state(), "something was changed: {message}");
    assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{message}");
    assert_ne!(error.standing(), Standing::Unfinished, "{message}");
    error
}

/// An answer to reset of the kind that the Series 10 profile names (`assets/card-profiles/series-10.toml`).
const SERIES_10_ATR: [u8; 18] =
    [0x3B, 0xD7, 0x97, 0x00, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x87, 0x80, 0x31, 0xC1, 0x53, 0x51, 0x13, 0x20, 0x12];

/// What every refusal by policy ends with.
const UNCHANGED: &str = "Nothing was changed.";

fn holder(number: &str) -> HolderId {
    number.parse().expect("twelve digits")
}

fn signed_in(bench: &TestDesk, officer: &str) -> HttpService {
    let url = bench.gateway.as_ref().expect("running").url();
    let service = HttpService::new(&url, HttpConfig::default()).expect("a client");
    service.sign_in(&wire::SignIn { officer: officer.parse().expect("a number") }).expect("signs in");
    service
}

/// A bench one of whose holders (number 1) has this file for a photo.
fn bench_with_photo(photo: Vec<u8>) -> TestDesk {
    let folder = desk::quick_folder();
    let mut config = desk::gateway_config(&folder.path().join("gateway"));
    let known = config.people.holders.iter_mut().find(|seed| seed.holder.id == desk::holder(1)).expect("seeded");
    known.photo = Some(photo);
    let gateway = Gateway::start(config).expect("a gateway");
    let service = desk::signed_in(&gateway.url());
    let journal = Journal::open(&folder.path().join("desk")).expect("a journal");
    TestDesk { folder, gateway: Some(gateway), service, journal, profiles: desk::quick_profiles() }
}

#[test]
fn a_passcode_of_the_wrong_shape_never_reaches_the_card() {
    let mut bench = TestDesk::new();
    let typed = |digits: &str, rules| Passcode::choose(Secret::new(digits.as_bytes().to_vec()), rules, "555000000017");
    let any = PasscodeRules { min_digits: 1, max_digits: 8 };
    for (digits, word) in [("12a456", "digits only"), ("73816", "6 to 8 digits"), ("111111", "easy to guess")] {
        let fault = typed(digits, PasscodeRules::default()).expect_err(digits);
        let message = OperationError::Passcode(fault).to_string();
        assert!(message.contains(word) && message.contains("nothing was changed"), "{message}");
        assert!(message.contains("leave out") || message.contains("choose") || message.contains("mix"), "{message}");
    }
    // A passcode that some other rule let through: the card's own profile has the last word, before the card.
    let eight: Vec<CardProfile> = bench.profiles.all().to_vec();
    for mut profile in eight {
        profile.passcode.min_digits = 8;
        bench.profiles.add(profile);
    }
    let chip = Arc::new(Mutex::new(VirtualCard::new(&desk::blueprint(0, 1))));
    let readers = VirtualReaders::new([READER]);
    readers.insert(READER, chip.clone()).expect("the reader is there");
    let workplace = bench.desk(&readers);
    for (choice, words) in [
        (
            Some(typed("738164", any).expect("strong")),
            ["has 8 digits and this one has 6", "right length", "nothing was changed"],
        ),
        (None, ["no passcode was chosen", "let the holder choose one", "nothing on the card was changed"]),
    ] {
        let request = IssueRequest { holder: desk::holder(1), reader: None, passcode: ChosenByHolder, print: None };
        let preflight = workplace.prepare_issue(&request).expect("prepared");
        let count = || chip.lock().expect("no panic").command_count();
        let before = count();
        let attempt = || workplace.issue(preflight, choice, &mut |_| {});
        refused(&bench, None, &words, attempt);
        assert_eq!(count(), before, "the card was asked something");
    }
    assert_eq!(Chip::read(&readers, READER).tries, 3);
}

#[test]
fn a_photo_that_is_no_picture() {
    for photo in [b"%PDF-1.7 and no picture".to_vec(), Vec::from([0; 4096])] {
        let bench = bench_with_photo(photo);
        let readers = desk::card(Make::Virtual, 1);
        let words = ["not a JPEG or PNG picture", "No card was changed", "put another photo on the record"];
        refused(&bench, Some(&*readers), &words, || {
            desk::issue(&bench.desk(&*readers), desk::holder(1), ChosenByHolder)
        });
    }
}

#[test]
fn a_photo_of_far_too_many_pixels() {
    // The size in the frame header of a JPEG (ITU-T T.81, B.2.2: FF C0, length, precision, height, width).
    let people = cardwright::training::people().expect("the invented people");
    let mut photo = people.holders.iter().find_map(|seed| seed.photo.clone()).expect("a photo");
    let frame = photo.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a baseline frame");
    photo[frame + 5..frame + 9].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]);
    let bench = bench_with_photo(photo);
    let readers = desk::card(Make::Virtual, 1);
    let words = ["10000 x 10000 pixels", "No card was changed", "put a smaller photo on the record"];
    refused(&bench, Some(&*readers), &words, || desk::issue(&bench.desk(&*readers), desk::holder(1), ChosenByHolder));
}

#[test]
fn a_holder_without_a_photo_unknown_closed_or_the_officer_themselves() {
    let bench = TestDesk::new();
    let readers = desk::card(Make::Virtual, 1);
    let workplace = bench.desk(&*readers);
    for (who, words) in [
        (
            "555000099999",
            ["no holder with this number: 555 000 099 999", "Check the twelve digits", "No card was changed."],
        ),
        ("555000000025", ["The holder's profile is closed", "Reopen the profile first", UNCHANGED]),
        ("555000000026", ["There is no photo on the holder's record", "Add a photo to the record first", UNCHANGED]),
        (desk::RA_AGENT, ["This is your own card or record", "Ask another officer to do it", UNCHANGED]),
    ] {
        refused(&bench, Some(&*readers), &words, || desk::issue(&workplace, holder(who), LeftLocked));
    }
}

#[test]
fn a_role_that_may_not_issue() {
    let bench = TestDesk::new();
    let readers = desk::card(Make::Virtual, 1);
    for (officer, role) in [("555000000004", "ID Checker"), ("555000000005", "Sponsor")] {
        let service = signed_in(&bench, officer);
        let words = [role, "may not issue a card", "Ask an RA Agent or RA Manager", UNCHANGED];
        let attempt = || desk::issue(&bench.desk_with(&service, &*readers), desk::holder(1), LeftLocked);
        let error = refused(&bench, Some(&*readers), &words, attempt);
        assert_eq!(error.standing(), Standing::RefusedByPolicy);
    }
}

#[test]
fn a_card_that_is_issued_already_and_a_holder_who_has_one() {
    let bench = TestDesk::new();
    let readers = crate::printing::issued(&bench, 1);
    let words = ["This card is already issued", "Use a blank card, or clear this one first", UNCHANGED];
    refused(&bench, Some(&*readers), &words, || desk::issue(&bench.desk(&*readers), desk::holder(2), LeftLocked));
    let another = desk::card(Make::Virtual, 2);
    let serial = desk::serial(Make::Virtual, 1).to_string();
    let words = ["already has card", serial.as_str(), "may have one only", "Cancel the other card first", UNCHANGED];
    refused(&bench, Some(&*another), &words, || desk::issue(&bench.desk(&*another), desk::holder(1), LeftLocked));
}

#[test]
fn the_officers_own_card_in_the_reader() {
    let bench = TestDesk::new();
    let readers = desk::card(Make::Virtual, 1);
    let manager = signed_in(&bench, "555000000001");
    let report = desk::issue(&bench.desk_with(&manager, &*readers), holder(desk::RA_AGENT), LeftLocked);
    assert_eq!(report.expect("prepared").ending, Ending::Done);
    let words = ["this is your own card", "put the holder's card in", "nothing was changed"];
    let attempt = || desk::issue(&bench.desk(&*readers), desk::holder(1), LeftLocked);
    let error = refused(&bench, Some(&*readers), &words, attempt);
    assert_eq!(error.standing(), Standing::RefusedByPolicy);
}

#[test]
fn a_computer_without_smartcard_software() {
    let bench = TestDesk::new();
    let readers = desk::card(Make::Virtual, 1);
    let bare = Desk { software: ClientSoftware::NotFound, ..bench.desk(&*readers) };
    let words = ["No smartcard software", "ask IT to install Smartcard Connect 4.1", UNCHANGED];
    refused(&bench, Some(&*readers), &words, || desk::issue(&bare, desk::holder(1), LeftLocked));
}

/// Stock of a series whose keys this gateway was never given: it says no before the card is touched.
#[test]
fn a_card_of_a_series_whose_keys_the_gateway_does_not_have() {
    let bench = TestDesk::new();
    let mut blueprint = desk::blueprint(0, 1);
    blueprint.behaviour.label = "ID-One PIV".into();
    blueprint.behaviour.atr = Vec::from(SERIES_10_ATR);
    let readers = VirtualReaders::new([READER]);
    readers.insert(READER, Arc::new(Mutex::new(VirtualCard::new(&blueprint)))).expect("the reader is there");
    let before = Chip::read(&readers, READER);
    let report = desk::issue(&bench.desk(&readers), desk::holder(1), LeftLocked).expect("prepared");
    assert_eq!(report.plan.profile, "series-10");
    let Ending::Undone { why, .. } = report.ending else { panic!("{:?}", report.ending) };
    for word in ["no keys for cards of this kind", "series-10", "Ask the gateway's administrator"] {
        assert!(why.contains(word), "{why}");
    }
    let after = Chip::read(&readers, READER);
    assert_eq!((after.certificates, after.tries), (before.certificates, before.tries));
    assert_eq!(GatewayRecord::open(&bench.gateway_data()).open_issuances(&report.plan.serial), 0);
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
}

#[test]
fn a_card_that_is_no_nhs_stock_in_live_work() {
    let bench = TestDesk::new();
    let readers = desk::card(Make::Independent, 1);
    let live = Desk { realm: Realm::Live, ..bench.desk(&*readers) };
    let words = ["a PIV card but not NHS stock", "Use a Series 10 card from the NHS order portal", UNCHANGED];
    refused(&bench, Some(&*readers), &words, || desk::issue(&live, desk::holder(1), LeftLocked));
}
