//! Cards of series that this program cannot work with, in the window's reader: each is named for what it is, nothing can be
//! done to it, and nothing but what it is was asked of it.

use std::sync::atomic::Ordering;

use cardwright::{
    bench::ReaderCondition,
    card::profile::{AtrPattern, Profiles},
    desktop::{intent::Intent, preferences::Preferences, route::Route},
    domain::Series,
    workplace::{Configuration, Readers},
};

use crate::{
    faults::desk::quick_folder,
    harness::{RA_AGENT, TestWindow},
    old_card::{AUTHENTIC, JCOP_41, OldCard},
    service::usable,
};

const READER: &str = "Old reader";

/// An answer to reset that nobody's profile names.
const NOBODYS: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];

/// The profiles of the product, and one for a blocked series as somebody with such a card in hand would add it.
fn with_series(series: Series) -> Profiles {
    let mut profiles = Profiles::bundled().expect("bundled");
    let mut profile = profiles.by_id("series-8").cloned().expect("bundled");
    profile.id = "old".into();
    profile.series = series;
    profile.hints.applications.clear();
    profile.hints.atrs = vec![AtrPattern::try_from("3B 80 80 01 01".to_owned()).expect("a pattern")];
    profiles.add(profile);
    profiles
}

/// What the window says of this card, first where its reader stands and then on its page.
fn said_of(card: &OldCard, profiles: Profiles) -> String {
    let mut window = TestWindow::open_with(
        quick_folder(),
        (1280.0, 800.0),
        Preferences::default(),
        Configuration::default(),
        Readers::TrainingOnly,
        |workplace| {
            workplace.bench.readers = Box::new(card.clone());
            workplace.bench.profiles = profiles;
        },
    );
    window.sign_in(RA_AGENT);
    window.wait_for("the card", |model| {
        let condition = model.bench.reader(READER).map(|reader| &reader.condition);
        matches!(condition, Some(ReaderCondition::Unknown { .. }))
    });
    window.harness.state_mut().model.update(Intent::Go(Route::Service));
    window.run();
    assert_eq!(usable(&window.harness), [], "{}", window.spoken());
    assert_eq!(card.other_commands.load(Ordering::Relaxed), 0, "the card was asked more than what it is");
    window.spoken()
}

#[test]
fn cards_of_blocked_series_are_named_and_refused_politely() {
    let nobodys = || OldCard::new(READER, &NOBODYS, None);
    for (card, profiles, series) in [
        (nobodys(), with_series(Series::Series4), "Series 4"),
        (nobodys(), with_series(Series::Series5), "Series 5"),
        (OldCard::new(READER, &JCOP_41, None), Profiles::bundled().expect("bundled"), "Series 6"),
    ] {
        let said = said_of(&card, profiles);
        for part in [series, "blocked these for good", "Nothing was changed", "please destroy it and issue a Series 10"]
        {
            assert!(said.contains(part), "{series}: {part} is not in: {said}");
        }
    }
}

#[test]
fn a_series_8_card_without_its_middleware_says_what_is_missing() {
    let card = OldCard::new(READER, &NOBODYS, Some(&AUTHENTIC));
    let said = said_of(&card, Profiles::bundled().expect("bundled"));
    for part in ["Series 8", "middleware", "Nothing was changed", "ask IT"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
}
