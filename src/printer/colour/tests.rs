use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{face::planes::HEIGHT, printer::profile::Profiles};

fn profile() -> Profile {
    Profiles::bundled().expect("sound").find("magicard-doh-300-v2").expect("bundled").clone()
}

/// A face with these dyes (yellow, magenta, cyan) from the top left on.
fn face(pixels: &[[u8; 3]]) -> Planes {
    let mut planes = Planes::blank();
    for (at, [yellow, magenta, cyan]) in pixels.iter().enumerate() {
        (planes.yellow[at], planes.magenta[at], planes.cyan[at]) = (*yellow, *magenta, *cyan);
    }
    planes
}

fn told(colour: Colour, asked: [u8; 3]) -> [u8; 3] {
    let planes = face(&[asked]);
    let told = Correction::of(&Profile { colour, ..profile() }).apply(&planes).into_owned();
    [told.yellow[0], told.magenta[0], told.cyan[0]]
}

/// Points a profile may have.
fn points() -> impl Strategy<Value = Vec<[u8; 2]>> {
    (proptest::collection::btree_set(1u8..255, 0..8), proptest::collection::vec(any::<u8>(), 10)).prop_map(
        |(places, mut values)| {
            values.sort_unstable();
            let inner = places.into_iter().zip(values.iter().copied()).map(|(at, value)| [at, value]);
            let mut points: Vec<[u8; 2]> = std::iter::once([0, 0]).chain(inner).collect();
            points.push([255, values[9]]);
            points
        },
    )
}

fn alike(gamma: f64, points: &[[u8; 2]]) -> Colour {
    let curve = points.to_vec();
    Colour {
        yellow_gamma: gamma,
        magenta_gamma: gamma,
        cyan_gamma: gamma,
        yellow_curve: curve.clone(),
        magenta_curve: curve.clone(),
        cyan_curve: curve,
        ..Colour::straight()
    }
}

proptest! {
    #[test]
    fn every_curve_rises_from_no_dye(gamma in 0.2f64..5.0, points in points()) {
        let curve = curve(gamma, &points);
        prop_assert_eq!(curve[0], 0);
        prop_assert!(curve.is_sorted(), "{:?}", curve);
        prop_assert_eq!(curve[255], points.last().map_or(255, |last| last[1]));
    }

    #[test]
    fn a_neutral_stays_neutral_under_curves_that_are_alike(
        grey in any::<u8>(), gamma in 0.2f64..5.0, points in points(),
    ) {
        let [yellow, magenta, cyan] = told(alike(gamma, &points), [grey; 3]);
        prop_assert!(yellow == magenta && magenta == cyan, "{grey}: {yellow} {magenta} {cyan}");
    }

    #[test]
    fn with_nothing_set_nothing_is_changed(pixels in proptest::collection::vec(any::<[u8; 3]>(), 1..50)) {
        let mut planes = face(&pixels);
        planes.resin[WIDTH * 3..WIDTH * 3 + 9].fill(1);
        let told = Correction::of(&Profile { colour: Colour::straight(), ..profile() }).apply(&planes);
        prop_assert!(matches!(told, Cow::Borrowed(_)), "not even copied");
        // The same values, said as points.
        let straight = [[0, 0], [70, 70], [71, 71], [255, 255]];
        let again = Correction::of(&Profile { colour: alike(1.0, &straight), ..profile() }).apply(&planes).into_owned();
        prop_assert_eq!(again, planes.clone());
    }

    #[test]
    fn balance_takes_dye_from_grey_only(asked in any::<[u8; 3]>()) {
        let colour = Colour { grey_balance: [1.0, 0.8, 0.6], ..Colour::straight() };
        let [yellow, magenta, cyan] = told(colour, asked);
        let grey = f32::from(*asked.iter().min().expect("three"));
        prop_assert_eq!(yellow, asked[0]);
        prop_assert!((f32::from(asked[1]) - f32::from(magenta) - 0.2 * grey).abs() <= 0.51);
        prop_assert!((f32::from(asked[2]) - f32::from(cyan) - 0.4 * grey).abs() <= 0.51);
    }

    #[test]
    fn no_bytes_break_the_reader_of_icc_profiles(bytes in proptest::collection::vec(any::<u8>(), 0..400), from in 0usize..3000) {
        prop_assert!(IccTable::read(&bytes).is_err());
        let mut broken = srgb();
        let from = from.min(broken.len());
        for (place, byte) in broken[from..].iter_mut().zip(&bytes) {
            *place ^= byte;
        }
        let _ = IccTable::read(&broken);
    }
}

fn srgb() -> Vec<u8> {
    moxcms::ColorProfile::new_srgb().encode().expect("a profile")
}

#[test]
fn an_icc_profile_of_the_colours_asked_for_changes_next_to_nothing_and_another_does() {
    let table = IccTable::read(&srgb()).expect("a profile of RGB");
    for asked in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [12, 130, 251], [77, 77, 77], [249, 3, 100]] {
        let told = table.dyes(asked);
        let off = asked.iter().zip(told).map(|(asked, told)| asked.abs_diff(told)).max();
        assert!(off <= Some(2), "{asked:?} became {told:?}");
    }
    // A printer of wider colours needs less dye for the same red (magenta and yellow), and as much for white and black.
    let wide = moxcms::ColorProfile::new_adobe_rgb().encode().expect("a profile");
    let table = IccTable::read(&wide).expect("a profile of RGB");
    let [_, magenta, cyan] = table.dyes([255, 255, 0]);
    assert!(cyan > 20 && magenta >= 250, "the same red is inside the wider space: {cyan} {magenta}");
    assert_eq!((table.dyes([0; 3]), table.dyes([255; 3])), ([0; 3], [255; 3]));
    let mut with = profile();
    with.icc = Some(Arc::new(table));
    let planes = face(&[[255, 255, 0], [0, 0, 0]]);
    let told = Correction::of(&with).apply(&planes).into_owned();
    assert!(told.cyan[0] > 20);
    assert_eq!((told.cyan[1], told.magenta[1], told.yellow[1]), (0, 0, 0), "what is not printed stays so");
}

#[test]
fn what_is_no_profile_of_red_green_and_blue_is_told() {
    assert!(matches!(IccTable::read(b"no profile"), Err(IccError::Unreadable(_))));
    assert_eq!(IccTable::read(&vec![0; icc::MOST_BYTES + 1]), Err(IccError::TooLong));
    let grey = moxcms::ColorProfile::new_gray_with_gamma(2.2).encode().expect("a profile");
    assert!(matches!(IccTable::read(&grey), Err(IccError::Space(_))));
}

#[test]
fn black_of_pictures_is_resin_by_the_rule_only_and_no_dye_lies_under_it() {
    let asked = [[255, 255, 255], [254, 255, 255], [0, 0, 0]];
    let planes = face(&asked);
    let of = |black, panels| {
        let mut profile = profile();
        profile.colour.black = black;
        profile.ribbon.panels = panels;
        Correction::of(&profile).apply(&planes).into_owned()
    };
    assert_eq!(of(Black::Text, Panels::Ymck).resin[..3], [0, 0, 0]);
    let pure = of(Black::PureBlack, Panels::Ymck);
    assert_eq!(pure.resin[..3], [1, 0, 0]);
    assert_eq!((pure.yellow[0], pure.magenta[0], pure.cyan[0]), (0, 0, 0));
    assert_eq!(pure.yellow[1], 254, "nearly black is a picture");
    let without = of(Black::PureBlack, Panels::Ymc);
    assert_eq!((without.resin[0], without.cyan[0]), (0, 255), "a ribbon without resin has none");
}

#[test]
fn dithering_keeps_the_mean_that_six_bits_lose() {
    let mut planes = Planes::blank();
    planes.cyan = vec![102; WIDTH * HEIGHT];
    let sum = |dither| {
        let colour = Colour { dither, ..Colour::straight() };
        let told = Correction::of(&Profile { colour, ..profile() }).apply(&planes).into_owned();
        told.cyan.iter().map(|dye| u64::from(dye >> 2) * 4).sum::<u64>() as f64 / (WIDTH * HEIGHT) as f64
    };
    assert!((sum(Switch::Off) - 100.0).abs() < 1e-9, "cut off");
    assert!((sum(Switch::On) - 102.0).abs() < 1e-9, "on the mean exact");
}
