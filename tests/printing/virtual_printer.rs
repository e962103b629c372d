//! The virtual printer shows the card that the job describes, and takes no job that a printer would not take.

use std::time::Duration;

use cardwright::{
    face::planes::WIDTH,
    printer::{
        decoder::{USUAL_MARGIN, look_at},
        magicard::{JobOptions, encoder},
        profile::HeadTag,
        spool::{RawTcp, Spool},
        virtual_printer::{DecodeError, Model, VirtualPrinter, decode, decode_on},
    },
};
use proptest::prelude::*;

use crate::faces;

const LIMIT: Duration = Duration::from_secs(30);

/// A job with one thing in its header said otherwise.
fn header(job: &[u8], from: &str, to: &str) -> Vec<u8> {
    let end = job.iter().position(|byte| *byte == 0x1c).unwrap();
    let text = std::str::from_utf8(&job[65..end]).unwrap();
    assert!(text.contains(from), "{text}");
    [&job[..65], text.replace(from, to).as_bytes(), &job[end..]].concat()
}

#[test]
fn it_shows_what_was_drawn() {
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    let profile = faces::profile(HeadTag::Kge2);
    let planes = faces::test_card();
    let mut spool = RawTcp::new("127.0.0.1", printer.port(), &profile);
    spool.send(&faces::job(&planes, &profile)).unwrap();
    let cards = printer.receive(LIMIT).unwrap().cards.unwrap();
    let [card] = cards.as_slice() else { panic!("{} cards", cards.len()) };
    assert_eq!(card.front.planes.resin, planes.resin);
    assert_eq!(card.front.planes.keep_out, Some(faces::CHIP));
    for (printed, drawn) in [
        (&card.front.planes.yellow, &planes.yellow),
        (&card.front.planes.magenta, &planes.magenta),
        (&card.front.planes.cyan, &planes.cyan),
    ] {
        assert!(printed.iter().zip(drawn).all(|(printed, drawn)| printed.abs_diff(*drawn) <= 3));
    }
    if let Some(folder) = std::env::var_os("CARDWRIGHT_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join("printed.png"), card.png().unwrap()).unwrap();
    }
    let picture = image::load_from_memory(&card.png().unwrap()).unwrap().into_rgba8();
    assert_eq!(picture.dimensions(), (1016, 642));
    for ((x, y), colour) in [
        ((5, 5), [255, 255, 0, 255]),
        ((310, 590), [0, 0, 0, 255]),
        ((470, 590), [255, 255, 255, 255]),
        ((470, 310), [0, 0, 0, 255]),
        ((710, 500), [255, 0, 255, 255]),
        ((970, 500), [0, 0, 255, 255]),
        ((100, 200), [232, 232, 232, 255]),
        ((89, 200), [255, 255, 255, 255]),
    ] {
        assert_eq!(picture.get_pixel(x, y).0, colour, "{x},{y}");
    }
}

#[test]
fn the_printers_own_head_position_goes_into_the_job() {
    let model = Model { margin: 22, ..Model::default() };
    let printer = VirtualPrinter::start(model.clone()).unwrap();
    let profile = faces::profile(HeadTag::Kge2);
    let mut spool = RawTcp::new("127.0.0.1", printer.port(), &profile);
    let status = spool.status().unwrap().unwrap();
    let planes = faces::noise(5);
    let options =
        JobOptions { head_position: status.head_position, firmware: &status.firmware, ..JobOptions::one_card(1) };
    let job = encoder(&profile).encode(&planes, &options).unwrap();
    spool.send(&job).unwrap();
    let received = printer.receive(LIMIT).unwrap();
    assert_eq!(received.cards.unwrap()[0].front.planes.resin, planes.resin);
    assert_ne!(decode(&job).unwrap()[0].front.planes.resin, planes.resin, "another margin moves the face");
    assert_eq!(decode_on(&model, &job).unwrap()[0].front.planes.resin, planes.resin);
}

#[test]
fn it_uses_up_its_cards() {
    let printer = VirtualPrinter::start(Model { cards: 2, ..Model::default() }).unwrap();
    let profile = faces::profile(HeadTag::Kge2);
    let mut spool = RawTcp::new("127.0.0.1", printer.port(), &profile);
    let options = JobOptions { copies: 2, ..JobOptions::one_card(1) };
    let job = encoder(&profile).encode(&faces::test_card(), &options).unwrap();
    spool.send(&job).unwrap();
    assert_eq!(printer.receive(LIMIT).unwrap().cards.unwrap()[0].copies, 2);
    assert!(spool.send(&job).unwrap_err().to_string().contains("no cards"));
}

#[test]
fn commands_may_stand_in_any_order_and_unknown_ones_are_kept() {
    let job = faces::job(&faces::test_card(), &faces::profile(HeadTag::Kge2));
    let expected = &decode(&job).unwrap()[0];
    let end = job.iter().position(|byte| *byte == 0x1c).unwrap();
    let text = std::str::from_utf8(&job[66..end]).unwrap();
    let (before, sizes) = text.split_at(text.find("SZB").unwrap());
    let reordered = format!("{sizes},ZZZ9,{}", before.trim_end_matches(','));
    let moved = [&job[..66], reordered.as_bytes(), &job[end..]].concat();
    // Drivers that ask for the status do so in front of the job.
    let asked = [&b"\x01,REQ,INF,\x1c\x03\x01,REQ,INF,\x1c\x03"[..], &moved].concat();
    let card = &decode(&asked).unwrap()[0];
    assert_eq!(card.front.planes, expected.front.planes);
    assert!(card.front.header.commands().any(|command| command.word == "ZZZ9"));
}

#[test]
fn it_refuses_what_a_printer_refuses() {
    let job = faces::job(&faces::test_card(), &faces::profile(HeadTag::Kge2));
    let (end, size) = (job.len(), ",SZB585216,SZG585216,SZR585216,SZK97536");
    let after_yellow = job.iter().position(|byte| *byte == 0x1c).unwrap() + 1 + 585_216;
    let end_of_header = job.iter().position(|byte| *byte == 0x1c).unwrap();
    let mut wrong_letter = job.clone();
    wrong_letter[after_yellow + 1] = b'G';
    for (name, damaged, words) in [
        ("one 05 less", job[1..].to_vec(), "page 1 begins with 63 bytes of 05 where exactly 64 must stand"),
        ("one 05 more", [&[5], &job[..]].concat(), "page 1 begins with 65 bytes of 05"),
        ("no start", [&job[..64], &job[65..]].concat(), "no start of header"),
        ("no comma", [&job[..65], &job[66..]].concat(), "no comma after the start of the header"),
        ("no end of header", job[..end_of_header].to_vec(), "the header does not end"),
        ("no sizes", header(&job, size, ""), "gives no plane sizes"),
        ("a size less than the image", header(&job, ",SZK97536", ""), "of planes BGR and the image is of BGRK"),
        ("sizes in another order", header(&job, "SZB585216,SZG", "SZG585216,SZB"), "of planes GBRK"),
        ("a size too long", header(&job, "SZG585216", "SZG585217"), "plane G is given 585217 bytes"),
        ("a size too short", header(&job, "SZK97536", "SZK97535"), "plane K is given 97535 bytes"),
        ("sizes of another head", header(&job, "KGE2", "KEE,RT2"), "this head takes 512064"),
        ("no head", header(&job, "KGE2,", ""), "no head type that is known"),
        ("another width", header(&job, "WID1016", "WID1000"), "WID is \"1000\" and must be 1016"),
        ("a hole of three corners", header(&job, "NCT90,295,260,450", "NCT90,295,260"), "NCT is"),
        ("another letter", wrong_letter, "plane B does not end with its own letter"),
        ("no end", job[..end - 1].to_vec(), "page 1 has no end"),
        ("half", job[..end / 2].to_vec(), "the job is cut off in plane G"),
        ("more after the end", [&job[..], b"x"].concat(), "1 bytes follow the end of the last page"),
        ("a front without its back", header(&job, "DPXOFF", "DPXON"), "a front has no back"),
        ("nothing", Vec::new(), "the job has no page"),
    ] {
        let error = decode(&damaged).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
        // Who only looks at a job takes another width, and then its planes do not fit; nothing else is let through.
        let error = look_at(USUAL_MARGIN, &damaged).unwrap_err().to_string();
        let words =
            if name == "another width" { "plane B is given 585216 bytes and this head takes 576000" } else { words };
        assert!(error.contains(words), "{name}, looked at: {error}");
    }
    assert_eq!(decode(&[]), Err(DecodeError::Empty));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400), framed in any::<bool>()) {
        let job = if framed { [&[5; 64][..], b"\x01,KGE2,WID1016,HGT642,", &bytes].concat() } else { bytes };
        prop_assert!(decode(&job).is_err() && look_at(USUAL_MARGIN, &job).is_err());
    }

    #[test]
    fn damage_anywhere_gives_an_answer(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut job = JOB.clone();
        let at = at.index(400);
        job[at] = value;
        if let Ok(cards) = decode(&job) {
            prop_assert_eq!(cards[0].front.planes.yellow.len(), WIDTH * 642);
        }
    }
}

static JOB: std::sync::LazyLock<Vec<u8>> =
    std::sync::LazyLock::new(|| faces::job(&faces::test_card(), &faces::profile(HeadTag::Kge2)));
