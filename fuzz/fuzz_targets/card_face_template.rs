//! Any text as a card face template, and what is read printed with the hardest facts: laid out, fitted, coded, drawn, marked.
#![no_main]

use std::sync::LazyLock;

use cardwright::{
    domain::Series,
    face::{CardFacts, Face, FaceData, Photo, PrintLimits, Purpose, Template, planes::PixelBox},
};
use libfuzzer_sys::fuzz_target;

/// What is different on a card: whether its chip is known yet, and names that run both ways and have marks.
static FACTS: LazyLock<[FaceData; 2]> = LazyLock::new(|| {
    let photo = Photo::decode(include_bytes!("../seeds/photo/small-jpeg")).expect("a photo");
    let today = time::Date::from_calendar_date(2026, time::Month::November, 26).expect("a day");
    let waits = FaceData {
        name: "محمد O'Brien".to_owned(),
        number: "555000000017".parse().expect("a number"),
        organisation: "A1B".parse().expect("a code"),
        photo,
        purpose: Purpose::Training,
        card: None,
        today,
    };
    let card = CardFacts {
        serial: "0A1B2C3D".parse().expect("a serial"),
        series: Series::Series10,
        locked: true,
        expires: Some(today),
    };
    let name = "Nguye\u{302}\u{303}n Featherstonehaugh-Cholmondeley".to_owned();
    [FaceData { name, purpose: Purpose::Live, card: Some(card), ..waits.clone() }, waits]
});

const LIMITS: [PrintLimits; 2] = [
    PrintLimits { chip: PixelBox { left: 90, top: 192, right: 260, bottom: 347 }, dyes: true, resin: true, back: true },
    PrintLimits { chip: PixelBox { left: 0, top: 0, right: 9, bottom: 9 }, dyes: false, resin: false, back: false },
];

fuzz_target!(|text: &str| match Template::parse(text) {
    Err(fault) => assert!(!fault.to_string().is_empty()),
    Ok(template) => {
        for facts in FACTS.iter() {
            match Face::compose(&template, facts) {
                Err(fault) => assert!(!fault.to_string().is_empty()),
                Ok(face) => {
                    for mark in LIMITS.iter().flat_map(|limits| face.marks(limits)) {
                        assert!(mark.dots > 0 && !mark.to_string().is_empty());
                    }
                    assert_eq!(face.sides().len(), 1 + usize::from(!template.back.is_empty()));
                    let _ = face.preview();
                }
            }
        }
    }
});
