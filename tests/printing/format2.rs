//! Jobs in format 2: sizes, order and checksum by an independent reader, and every damaged job refused with its words.

use cardwright::{
    face::planes::{HEIGHT, Planes, WIDTH},
    printer::{
        decoder::{DecodeError, decode},
        magicard::{JobOptions, encoder},
        profile::{PrintableSides, Profile, Profiles},
        spool::{RawTcp, Spool},
        virtual_printer::{AskedIn, Fault, Model, VirtualPrinter},
    },
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::{faces, independent_ticket as judge};

/// Lines of an image; column 1 of the face is the first.
const LINES: usize = 1013;

fn profile() -> Profile {
    let mut profile = Profiles::bundled().unwrap().find("magicard-rio-pro-360").unwrap().clone();
    profile.sides.printable = PrintableSides::FrontAndBack;
    profile
}

/// Noise with nothing in the three columns of overspill that this format leaves out.
fn face(seed: u64) -> Planes {
    let mut planes = faces::noise(seed);
    for panel in [&mut planes.yellow, &mut planes.magenta, &mut planes.cyan, &mut planes.resin] {
        for row in panel.chunks_exact_mut(WIDTH) {
            row[0] = 0;
            row[LINES + 1..].fill(0);
        }
    }
    planes
}

fn panels(planes: &Planes) -> [(char, &Vec<u8>); 4] {
    [('y', &planes.yellow), ('m', &planes.magenta), ('c', &planes.cyan), ('k', &planes.resin)]
}

#[test]
fn random_faces_come_back_from_both_readers() {
    let mut runner = TestRunner::new(Config { cases: 10, failure_persistence: None, ..Config::default() });
    let cases = (any::<u64>(), any::<Option<u64>>(), any::<u32>(), 1..=100_u16, 0..16_u8);
    runner
        .run(&cases, |(seed, back, time, copies, left_out)| {
            let (mut front, back) = (face(seed), back.map(face));
            // Panels without ink are not sent.
            for (bit, panel) in
                [&mut front.yellow, &mut front.magenta, &mut front.cyan, &mut front.resin].into_iter().enumerate()
            {
                if left_out & (1 << bit) != 0 {
                    panel.fill(0);
                }
            }
            let options = JobOptions { copies, back: back.as_ref(), ..JobOptions::one_card(time) };
            let bytes = encoder(&profile()).encode(&front, &options).unwrap();

            let job = judge::read(&bytes).map_err(TestCaseError::fail)?;
            for part in [format!("<num-copies>{copies}</num-copies>"), format!("<time>{time}</time>")] {
                prop_assert!(job.ticket.contains(&part), "{}", job.ticket);
            }
            let faces: Vec<&Planes> = std::iter::once(&front).chain(&back).collect();
            prop_assert_eq!(job.sides.len(), faces.len());
            for (side, face) in job.sides.iter().zip(&faces) {
                let sent: Vec<char> = panels(face)
                    .into_iter()
                    .filter(|(_, pixels)| pixels.iter().any(|pixel| *pixel != 0))
                    .map(|(letter, _)| letter)
                    .collect();
                let letters: Vec<char> = side.iter().map(|(letter, _)| *letter).collect();
                prop_assert_eq!(letters, if sent.is_empty() { vec!['k'] } else { sent });
                for (letter, plane) in side {
                    let (_, pixels) = panels(face).into_iter().find(|(known, _)| known == letter).unwrap();
                    let full = if *letter == 'k' { 255 } else { 1 };
                    for (line, bytes) in plane.chunks_exact(HEIGHT).enumerate() {
                        for (y, byte) in bytes.iter().enumerate() {
                            prop_assert_eq!(*byte, pixels[y * WIDTH + line + 1] * full);
                        }
                    }
                }
            }

            let cards = decode(&bytes).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!((cards.len(), cards[0].copies), (1, u32::from(copies)));
            let mut printed = cards[0].front.planes.clone();
            prop_assert_eq!(printed.keep_out.map(|hole| (hole.left, hole.top)), Some((106, 220)));
            printed.keep_out = front.keep_out;
            prop_assert!(printed == front, "the front differs");
            let printed = cards[0].back.as_ref().map(|side| panels(&side.planes));
            prop_assert!(printed == back.as_ref().map(panels), "the back differs");
            Ok(())
        })
        .unwrap();
}

/// A job whose checksum is right for what it says now.
fn sealed(mut job: Vec<u8>) -> Vec<u8> {
    job.truncate(job.len() - 4);
    let sum = judge::crc(&job);
    job.extend(sum.to_le_bytes());
    job
}

fn job() -> Vec<u8> {
    encoder(&profile()).encode(&faces::test_card(), &JobOptions::one_card(1)).unwrap()
}

fn with(from: &str, to: &str) -> Vec<u8> {
    let job = job();
    let zero = job.iter().position(|byte| *byte == 0).unwrap();
    let ticket = std::str::from_utf8(&job[..zero]).unwrap();
    assert!(ticket.contains(from), "{ticket}");
    sealed([ticket.replacen(from, to, 1).as_bytes(), &job[zero..]].concat())
}

#[test]
fn every_damaged_job_is_refused_with_the_right_words() {
    let job = job();
    let mut flipped = job.clone();
    let last = flipped.len() - 5;
    flipped[last] ^= 1;
    let zero = job.iter().position(|byte| *byte == 0).unwrap();
    let no_zero = [&job[..zero], &job[zero + 1..zero + 9]].concat().into_iter().filter(|byte| *byte != 0).collect();
    for (name, damaged, words) in [
        ("a bit that changed", flipped, "the checksum is"),
        ("cut in the planes", job[..job.len() / 2].to_vec(), "the job is cut off"),
        ("cut in the checksum", job[..job.len() - 1].to_vec(), "the job is cut off"),
        ("no zero byte", no_zero, "no byte of 0 follows it"),
        ("a size too small", with("<binary-size>2601384", "<binary-size>2601383"), "its panels need 2601384"),
        ("a size too large", with("<binary-size>2601384", "<binary-size>99999999999"), "its panels need 2601384"),
        ("a size that is none", with("<binary-size>2601384", "<binary-size>many"), "binary-size is"),
        ("a panel less", with("panel=\"k\"", "panel=\"q\""), "its panels need 1951038"),
        ("a side that is no first", with("side=\"0\"", "side=\"1\""), "a front has no back"),
        ("another width", with("<width>1013", "<width>1016"), "width is \"1016\" and must be 1013"),
        ("another size of card", with("cr80", "cr79"), "card-size is \"cr79\""),
        ("no copies", with("<num-copies>1<", "<num-copies>0<"), "num-copies is \"0\""),
        ("a tag that does not end", with("</card>", ""), "the ticket cannot be read"),
        ("no card", with("card>", "cord>").to_vec(), "the ticket cannot be read"),
        ("more after the end", [&job[..], b"x"].concat(), "1 bytes follow the end"),
        ("another language", b"@PJL".to_vec(), "neither a job of 05 bytes"),
    ] {
        let error = decode(&damaged).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
    assert_eq!(decode(&[]), Err(DecodeError::Empty));
    // Two jobs are two cards, and a question in front is none.
    let question = cardwright::printer::magicard::status::question();
    assert_eq!(decode(&[&question[..], &job, &job].concat()).unwrap().len(), 2);
    assert_eq!(decode(&question), Err(DecodeError::Empty));
}

#[test]
fn the_virtual_printer_answers_in_xml_and_prints_the_job() {
    let model = Model { name: "Rio Pro 360".to_owned(), asked_in: AskedIn::Xml, ..Model::default() };
    let printer = VirtualPrinter::start(model.clone()).unwrap();
    let mut spool = RawTcp::new("127.0.0.1", printer.port(), &profile());
    assert_eq!(spool.status().unwrap().unwrap().model, "Rio Pro 360");
    spool.send(&job()).unwrap();
    let cards = printer.receive(std::time::Duration::from_secs(30)).unwrap().cards.unwrap();
    assert_eq!(cards[0].front.planes.resin[590 * WIDTH + 310], 1);
    assert_eq!(spool.status().unwrap().unwrap().cards_printed, Some(1));

    let open = VirtualPrinter::start(model.with(Fault::COVER_OPEN)).unwrap();
    let error = RawTcp::new("127.0.0.1", open.port(), &profile()).send(&job()).unwrap_err().to_string();
    assert!(error.contains("cover is open"), "{error}");
}
