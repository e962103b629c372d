use super::*;
use crate::{
    face::planes::{PixelBox, WIDTH},
    printer::{
        colour::{Correction, curve},
        magicard::{JobOptions, encoder},
        profile::{Profile, Profiles},
        virtual_printer::decode,
    },
};

fn profile() -> Profile {
    Profiles::bundled().expect("sound").find("magicard-doh-300-v2").expect("bundled").clone()
}

/// A printer whose dyes come out as this power of what it is told, and an officer who looks at its card: the patch whose
/// brightness is nearest to its band's.
fn seen_on(printer: [f64; 3]) -> Seen {
    let numbers = |gamma: f64| {
        COVERAGES.map(|coverage| {
            let off = |number: &f64| {
                let comes_out = (f64::from(patch(coverage, *number)) / 255.0).powf(gamma) * 255.0;
                (comes_out - f64::from(asked(coverage))).abs()
            };
            let all = (2..=18).map(|half| f64::from(half) / 2.0);
            all.min_by(|one, other| off(one).total_cmp(&off(other))).expect("patches")
        })
    };
    Seen { yellow: numbers(printer[0]), magenta: numbers(printer[1]), cyan: numbers(printer[2]), grey: None }
}

#[test]
fn a_printer_of_any_gamma_comes_out_as_asked_once_its_card_was_read() {
    for printer in [[1.0, 1.0, 1.0], [0.7, 0.8, 0.9], [1.4, 1.2, 0.75]] {
        let calibration = Calibration::of("any", &seen_on(printer), None).expect("it can be made");
        assert!(calibration.is_sound());
        let curves = [&calibration.yellow_curve, &calibration.magenta_curve, &calibration.cyan_curve];
        for (gamma, points) in printer.into_iter().zip(curves) {
            let curve = curve(1.0, points);
            for asked in [20u8, 30, 50, 67, 90, 118, 160, 200] {
                let comes_out = (f64::from(curve[usize::from(asked)]) / 255.0).powf(gamma) * 255.0;
                let off = (comes_out - f64::from(asked)).abs();
                assert!(off <= 12.0, "gamma {gamma}: {asked} comes out as {comes_out:.0}");
                let without = ((f64::from(asked) / 255.0).powf(gamma) * 255.0 - f64::from(asked)).abs();
                assert!(off <= without + 5.0, "gamma {gamma}: {asked} was nearer before: {off:.0} and {without:.0}");
            }
        }
    }
    let straight = Calibration::of("any", &seen_on([1.0; 3]), None).expect("it can be made");
    assert_eq!(straight.yellow_curve, [[0, 0], [30, 30], [67, 67], [118, 118], [255, 255]]);
}

#[test]
fn a_neutral_patch_off_the_middle_takes_dye_from_greys() {
    let seen = Seen { grey: Some((1, 3)), ..seen_on([1.0; 3]) };
    let calibration = Calibration::of("any", &seen, None).expect("it can be made");
    assert_eq!(calibration.grey_balance, [0.893, 0.787, 1.0], "67, 59 and 75 of 75");
    // Another card without a word about greys leaves the balance as it was.
    let again = Calibration::of("any", &seen_on([1.1; 3]), Some(&calibration)).expect("it can be made");
    assert_eq!(again.grey_balance, calibration.grey_balance);
    let mut profile = profile();
    again.apply(&mut profile.colour);
    assert_eq!(profile.colour.cyan_curve, again.cyan_curve);
}

#[test]
fn what_cannot_have_been_seen_is_refused() {
    assert_eq!(Seen::numbers(" 4, 5,5.5 "), Ok([4.0, 5.0, 5.5]));
    for wrong in ["", "4,5", "4,5,5,5", "0,5,5", "4,5,9.5", "4,x,5", "NaN,5,5", "4,inf,5"] {
        assert!(matches!(Seen::numbers(wrong), Err(CalibrationError::NoPatch(_))), "{wrong}");
    }
    assert_eq!(Seen::grey_place("c3"), Ok((2, 2)));
    for wrong in ["", "F1", "A6", "A0", "33", "A11", "é1"] {
        assert!(matches!(Seen::grey_place(wrong), Err(CalibrationError::NoGrey(_))), "{wrong}");
    }
    let falls = Seen { cyan: [9.0, 1.0, 1.0], ..seen_on([1.0; 3]) };
    assert_eq!(Calibration::of("any", &falls, None), Err(CalibrationError::Falls("cyan")));
}

#[test]
fn the_card_prints_with_nothing_over_the_chip_and_its_bands_have_the_brightness_they_promise() {
    let profile = profile();
    let keep_out: PixelBox = profile.overcoat.keep_out.from_top();
    let planes = card(None, keep_out);
    let raw = Profile { colour: Colour::straight(), ..profile };
    let job = encoder(&raw).encode(&planes, &JobOptions::one_card(1)).expect("no ink over the chip");
    assert_eq!(decode(&job).expect("our own job").len(), 1);
    assert!(matches!(Correction::of(&raw).apply(&planes), std::borrow::Cow::Borrowed(_)), "printed raw");
    // Left of the first patch of each band of cyan, the rim is lines and nothing else.
    for (band, coverage) in COVERAGES.into_iter().enumerate() {
        let top = 44 + (6 + band) * 62;
        let full = (top..top + 60).filter(|y| planes.cyan[y * WIDTH + 332] == 255).count();
        assert_eq!(full as f64 / 60.0, coverage);
    }
    assert!(planes.resin.iter().any(|resin| *resin != 0), "numbers");
    // With curves learnt, the greys go through them.
    let learnt = Calibration::of("any", &seen_on([1.3; 3]), None).expect("made");
    let after = card(Some(&learnt), keep_out);
    assert_ne!(after.magenta, planes.magenta);
    assert_eq!(after.resin, planes.resin);
}
