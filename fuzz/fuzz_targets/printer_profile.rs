//! Any text as a printer profile, and a small face in the language and the colours of what is read.
#![no_main]

use std::sync::LazyLock;

use cardwright::{
    face::planes::{Planes, WIDTH},
    printer::{
        decoder::decode,
        magicard::{JobOptions, encoder},
        profile::{PrintableSides, Profile},
    },
};
use libfuzzer_sys::fuzz_target;

/// Every level of every dye and a row of resin, all far from the chip; and the resin alone, for ribbons without dyes.
static FACES: LazyLock<[Planes; 2]> = LazyLock::new(|| {
    let mut words = Planes::blank();
    words.resin[4 * WIDTH..5 * WIDTH].iter_mut().step_by(3).for_each(|dot| *dot = 1);
    let mut colours = words.clone();
    for place in 0..WIDTH {
        let level = (place % 256) as u8;
        (colours.yellow[place], colours.magenta[place], colours.cyan[WIDTH + place]) = (level, 255 - level, level);
    }
    [colours, words]
});

fuzz_target!(|text: &str| match Profile::parse(text) {
    Err(fault) => assert!(!fault.to_string().is_empty()),
    Ok(profile) => {
        let encoder = encoder(&profile);
        for face in FACES.iter() {
            let back = (profile.sides.printable == PrintableSides::FrontAndBack).then_some(face);
            let options = JobOptions { back, ..JobOptions::one_card(1_800_000_000) };
            match encoder.encode(face, &options) {
                Err(fault) => assert!(!fault.to_string().is_empty()),
                Ok(job) => {
                    let cards = decode(&job).expect("what is sent can be read");
                    assert!(cards.len() == 1 && cards[0].back.is_some() == back.is_some());
                }
            }
        }
    }
});
