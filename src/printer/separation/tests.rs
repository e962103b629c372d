use super::*;
use crate::printer::{
    decoder::{PrintedSide, decode_at},
    magicard::{JobEncoder, JobOptions, encoder},
    page::{Document, PageEncoder},
    profile::{Black, Colour, Panels, PrintableSides, Profiles},
};

fn profile(id: &str) -> Profile {
    Profiles::bundled().expect("sound").find(id).expect("bundled").clone()
}

/// Shades of every dye to all four edges, pure black of the dyes, and lines of resin; free around the chip.
fn face(keep_out: Option<PixelBox>) -> Planes {
    let mut planes = Planes::blank();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let at = y * WIDTH + x;
            if keep_out.is_some_and(|chip| chip.holds(x, y)) {
                continue;
            }
            match (x / 40 + y / 40) % 5 {
                0 => planes.resin[at] = 1,
                1 => (planes.yellow[at], planes.magenta[at], planes.cyan[at]) = (255, 255, 255),
                2 => {}
                _ => {
                    planes.yellow[at] = (x % 256) as u8;
                    planes.magenta[at] = (y % 256) as u8;
                    planes.cyan[at] = ((x + y) % 256) as u8;
                }
            }
        }
    }
    planes.keep_out = keep_out;
    planes
}

/// What is shown of a side against what the job has of it.
fn shown_is_decoded(what: &str, shown: &Separation, printed: &PrintedSide) {
    let told = shown.told.as_ref().expect("the job's own panels");
    for plane in Plane::ALL {
        assert!(told.plane(plane) == printed.planes.plane(plane), "{what}: {plane:?}");
    }
    let coat = shown.coat.as_ref().map(|coat| (coat.area, coat.holes.clone()));
    assert_eq!(coat, printed.overcoat.area.map(|area| (area, printed.overcoat.holes.clone())), "{what}");
}

fn corrected() -> Colour {
    Colour {
        yellow_gamma: 1.3,
        cyan_gamma: 0.8,
        magenta_curve: vec![[0, 0], [100, 140], [255, 230]],
        grey_balance: [0.9, 1.0, 0.95],
        ..Colour::straight()
    }
}

#[test]
fn the_panels_shown_are_the_panels_of_the_job_on_both_sides_in_both_languages() {
    let chip = PixelBox { left: 60, top: 170, right: 290, bottom: 370 };
    let straight = Colour::straight;
    let (front, back) = (face(Some(chip)), face(None));
    let dithered = Colour { dither: Switch::On, black: Black::PureBlack, ..corrected() };
    let variants = [
        ("magicard-doh-300-v2", Panels::Ymck, straight()),
        ("magicard-doh-300-v2", Panels::Ymck, dithered),
        ("magicard-doh-300-v2", Panels::Ymc, corrected()),
        ("magicard-rio-pro-360", Panels::Ymck, straight()),
        ("magicard-rio-pro-360", Panels::Ymck, Colour { black: Black::PureBlack, ..corrected() }),
    ];
    for (number, (id, ribbon, colour)) in variants.into_iter().enumerate() {
        let mut profile = profile(id);
        profile.ribbon.panels = ribbon;
        let plain = colour == straight();
        profile.colour = colour;
        profile.sides.printable = PrintableSides::FrontAndBack;
        profile.overcoat.holes = vec![[700, 20, 900, 120].into()];
        let what = format!("{number}: {id} {ribbon:?}");
        let encoder = encoder(&profile);
        let options = JobOptions { back: Some(&back), ..JobOptions::one_card(1) };
        let job = encoder.encode(&front, &options).expect("a job");
        let margin = usize::from(65 - profile.head.position);
        let card = decode_at(margin, &job).expect("our own job").remove(0);
        for (side, printed) in [(&front, &card.front), (&back, card.back.as_ref().expect("a back"))] {
            let shown = encoder.separate(side);
            shown_is_decoded(&what, &shown, printed);
            if plain {
                assert!(shown.told.as_ref() == Some(&shown.look), "{what}: nothing is corrected");
            } else {
                assert!(shown.told.as_ref() != Some(&shown.look), "{what}: dyes are not the look");
            }
            let black = |planes: &Planes| planes.resin.clone();
            assert!(shown.told.as_ref().map(black) == Some(black(&shown.look)), "{what}: black looks as it is printed");
        }
        assert_eq!(
            encoder.separate(&front).coat.expect("coated").holes.len(),
            2,
            "{what}: the chip and the profile's own"
        );
        assert_eq!(encoder.separate(&back).coat.expect("coated").holes.len(), 1, "{what}: no chip on the back");
    }
}

#[test]
fn without_a_coat_none_is_shown_and_without_a_printer_the_panels_are_the_faces() {
    let mut profile = profile("magicard-doh-300-v2");
    profile.overcoat.panel = Switch::Off;
    let planes = face(None);
    let shown = encoder(&profile).separate(&planes);
    assert!(shown.coat.is_none() && shown.alone(Panel::Overcoat).is_none());
    let alone = Separation::unprinted(&planes);
    assert!(alone.told.as_ref() == Some(&planes) && alone.look == planes);
}

/// Red, green and blue of the page at a dot of the face.
fn dot(page: &[u8], x: usize, y: usize) -> [u8; 3] {
    let at = ((WIDTH - 1 - x) * HEIGHT + y) * 3;
    [page[at], page[at + 1], page[at + 2]]
}

#[test]
fn a_page_for_a_driver_is_pure_black_where_the_rule_wants_resin_and_nowhere_else() {
    let mut profile = profile("magicard-doh-300-v2");
    profile.colour = corrected();
    let mut planes = Planes::blank();
    let at = |x: usize, y: usize| y * WIDTH + x;
    planes.resin[at(10, 20)] = 1;
    for x in 11..13 {
        planes.yellow[at(x, 20)] = 255;
        planes.magenta[at(x, 20)] = 255;
        planes.cyan[at(x, 20)] = if x == 11 { 255 } else { 100 };
    }
    let page = |profile: &Profile| {
        let pdf = PageEncoder::new(profile, Document::PwgRaster);
        let bytes = pdf.encode(&planes, &JobOptions::one_card(1)).expect("a page");
        assert!(bytes.starts_with(b"RaS2"));
        let page = crate::printer::page::page_of(profile, &planes);
        let shown = pdf.separate(&planes);
        assert!(shown.told.is_none() && shown.coat.is_none(), "the driver makes the panels");
        (dot(&page, 10, 20), dot(&page, 11, 20), dot(&page, 12, 20), shown.look)
    };
    let (resin, black, green, _) = page(&profile);
    assert_eq!((resin, black), ([0; 3], [4; 3]), "black of a picture is left to the dyes");
    assert_eq!(green, [155, 0, 0], "no tone curve: the driver has its own");
    profile.colour.black = Black::PureBlack;
    let (resin, black, _, look) = page(&profile);
    assert_eq!((resin, black), ([0; 3], [0; 3]), "all pure black is resin");
    assert_eq!(look.resin[at(11, 20)], 1);
    profile.ribbon.panels = Panels::Ymc;
    profile.colour.black = Black::Text;
    let (resin, black, _, _) = page(&profile);
    assert_eq!((resin, black), ([0; 3], [0; 3]), "without resin there is one black");
}
