use super::*;
use crate::{
    face::{Face, Side},
    printer::{
        choice::{Destination, PrinterChoice},
        decoder::decode_at,
        magicard::JobOptions,
        page::Document,
        profile::{PrintableSides, Profiles},
    },
};

fn face() -> Face {
    let back = r#"
[[back]]
id = "whose"
kind = "text"
text = "{name}"
font = "plain"
size = 9.0
minimum-size = 6.0
area = { left = 5.0, top = 12.0, width = 75.0, height = 5.0 }
"#;
    let template = Template::parse(&format!("{}{back}", crate::face::template::BUILT_IN_TEXT)).expect("sound");
    let data = Sample::default().data(time::macros::date!(2026 - 11 - 26)).expect("a sample");
    Face::compose(&template, &data).expect("composes")
}

fn printer(destination: Destination) -> Printer {
    let mut profile = Profiles::bundled().expect("sound").find("magicard-doh-300-v2").expect("bundled").clone();
    profile.sides.printable = PrintableSides::FrontAndBack;
    profile.colour.yellow_gamma = 1.4;
    profile.colour.grey_balance = [0.9, 1.0, 1.0];
    let choice =
        PrinterChoice { name: "Desk printer".into(), profile: profile.id.clone(), destination, confirmed: None };
    Printer { choice, profile }
}

#[test]
fn every_panel_the_window_shows_has_the_pixels_of_the_decoded_job() {
    let face = face();
    let printer = printer(Destination::File("job.prn".into()));
    let options = JobOptions { back: face.back_planes(), ..JobOptions::one_card(1) };
    let job = printer.encoder().encode(face.planes(), &options).expect("a job");
    let card = decode_at(usize::from(65 - printer.profile.head.position), &job).expect("our own job").remove(0);
    let proof = shown(face.clone(), Some(&printer), Some(&printer.profile.limits()));
    let mut compared = 0;
    for (side, printed) in [(Side::Front, &card.front), (Side::Back, card.back.as_ref().expect("a back"))] {
        for panel in Panel::ALL {
            let (ours, decoded) = (proof.picture(side, Some(panel)), printed.panel(panel));
            assert_eq!(ours.is_some(), decoded.is_some(), "{side:?} {panel:?}");
            let (Some(ours), Some(decoded)) = (ours, decoded) else { continue };
            compared += 1;
            // The decoder draws every panel in black: the channel that the dye takes away has the same value.
            let channel = match panel {
                Panel::Yellow => 2,
                Panel::Magenta => 1,
                Panel::Cyan | Panel::Resin => 0,
                Panel::Overcoat => {
                    let coated = ours.pixels().map(|pixel| pixel.0 != [255; 4]);
                    assert!(coated.eq(decoded.pixels().map(|pixel| pixel.0 == [0])), "{side:?}: the coat");
                    continue;
                }
            };
            let values = ours.pixels().map(|pixel| pixel.0[channel]);
            assert!(values.eq(decoded.pixels().map(|pixel| pixel.0[0])), "{side:?} {panel:?}");
        }
    }
    assert_eq!(compared, 7, "five panels on the front, resin and coat on the back");
    assert_eq!(proof.panels, ["Yellow", "Magenta", "Cyan", "Black", "Overcoat"]);
    assert!(!proof.by_driver);
}

#[test]
fn a_queue_with_a_driver_shows_how_it_looks_and_no_panels() {
    let address = "ipp://localhost/printers/card".to_owned();
    let printer = printer(Destination::Driver { document: Document::PwgRaster, address });
    let proof = shown(face(), Some(&printer), Some(&printer.profile.limits()));
    assert!(proof.by_driver && proof.planes.is_empty() && proof.back.is_some());
    assert_eq!(proof.panels, ["Yellow", "Magenta", "Cyan", "Black", "Overcoat"]);
}
