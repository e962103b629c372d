//! Every plane comes back bit by bit, by a decoder that shares no code with the encoder.

use cardwright::printer::{
    decoder::decode_at,
    magicard::{JobOptions, encoder},
    profile::{HeadTag, PrintableSides},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::{faces, independent_decoder as judge};

/// Compares a page with the face it was made from, the empty margins of the head included.
fn same(page: &judge::Page, planes: &cardwright::face::planes::Planes, margin: usize) -> Result<(), TestCaseError> {
    for (letter, pixels, shift) in
        [('B', &planes.yellow, 2), ('G', &planes.magenta, 2), ('R', &planes.cyan, 2), ('K', &planes.resin, 0)]
    {
        for (line, head) in page.planes[&letter].iter().enumerate() {
            let mut expected = [0; 672];
            let column = pixels.iter().skip(1015 - line).step_by(1016);
            expected[margin..margin + 642].iter_mut().zip(column).for_each(|(place, pixel)| *place = pixel >> shift);
            if *head != expected {
                let place = head.iter().zip(expected).position(|(found, expected)| *found != expected).unwrap_or(0);
                return Err(TestCaseError::fail(format!(
                    "{letter} line {line} head pixel {place}: {}, not {}",
                    head[place], expected[place]
                )));
            }
        }
    }
    Ok(())
}

#[test]
fn random_faces_come_back_from_every_layout_and_margin() {
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let tags = prop::sample::select(HeadTag::ALL.to_vec());
    let cases = (any::<u64>(), any::<Option<u64>>(), tags, 0..=100_u8, any::<u32>(), 1..=100_u16);
    runner
        .run(&cases, |(seed, back, tag, position, time, copies)| {
            let (front, back) = (faces::noise(seed), back.map(faces::noise));
            // Both sides of several cards are so many pages one after the other, which is tested beside the encoder.
            let copies = if back.is_some() { 1 } else { copies };
            let asked =
                JobOptions { copies, head_position: Some(position), firmware: "13.49", ..JobOptions::one_card(time) };
            let options = JobOptions { back: back.as_ref(), ..asked.clone() };
            let mut profile = faces::profile(tag);
            profile.sides.printable = PrintableSides::FrontAndBack;
            let job = encoder(&profile).encode(&front, &options).unwrap();
            let pages = judge::pages(&job).map_err(TestCaseError::fail)?;
            prop_assert_eq!(pages.len(), 1 + usize::from(back.is_some()));
            let margin = (65 - i32::from(position)).clamp(0, 30) as usize;
            for (page, planes) in pages.iter().zip(std::iter::once(&front).chain(&back)) {
                same(page, planes, margin)?;
            }
            let (time, copies) = (format!("TDT{time:08X}"), format!("NOC{copies}"));
            prop_assert!(pages[0].says(&time) && pages[0].says(&copies));
            prop_assert!(pages[0].says("VER1.0-13.49"));
            // Our own decoder, and the way back: what it read is encoded to the same bytes.
            let card = decode_at(margin, &job).map_err(|e| TestCaseError::fail(e.to_string()))?.remove(0);
            let read_back = card.back.map(|side| side.planes);
            prop_assert_eq!(read_back.is_some(), back.is_some());
            for (read, planes) in [(Some(&card.front.planes), Some(&front)), (read_back.as_ref(), back.as_ref())] {
                let (Some(read), Some(planes)) = (read, planes) else { continue };
                prop_assert!(read.resin == planes.resin, "our decoder reads other resin");
                let spread = |dye: &u8| (dye & 0xFC) | dye >> 6;
                let expected: Vec<u8> = planes.magenta.iter().map(spread).collect();
                prop_assert!(read.magenta == expected, "our decoder reads other magenta");
            }
            let options = JobOptions { back: read_back.as_ref(), ..asked };
            let again = encoder(&profile).encode(&card.front.planes, &options).unwrap();
            prop_assert!(again == job, "what was decoded is another job");
            Ok(())
        })
        .unwrap();
}

#[test]
fn each_layout_says_its_own_name_and_turns_the_same_pixel_to_the_same_place() {
    let mut planes = faces::test_card();
    planes.cyan[5 * 1016 + 7] = 255;
    for (tag, name) in HeadTag::ALL.into_iter().zip(["KGE2", "KEE1", "KEE4", "KGE", "KEE"]) {
        let pages = judge::pages(&faces::job(&planes, &faces::profile(tag))).unwrap();
        assert!(pages[0].says(name));
        assert_eq!(pages[0].pixel('R', 15, 7, 5), 63);
        assert_eq!(pages[0].pixel('R', 15, 8, 5), 0);
    }
}

#[test]
fn the_hole_is_counted_from_the_bottom_left_and_is_there_only_with_a_chip() {
    let mut planes = faces::test_card();
    let profile = faces::profile(HeadTag::Kge2);
    let hole = ["NCT90", "295", "260", "450"].map(str::to_owned);
    let commands = judge::pages(&faces::job(&planes, &profile)).unwrap().remove(0).commands;
    assert!(commands.windows(4).any(|four| four == hole));
    planes.keep_out = None;
    let commands = judge::pages(&faces::job(&planes, &profile)).unwrap().remove(0).commands;
    assert!(!commands.iter().any(|command| command.starts_with("NCT")));
}

#[test]
fn both_sides_of_a_card_come_back() {
    let mut profile = faces::profile(HeadTag::Kge2);
    profile.sides.printable = PrintableSides::FrontAndBack;
    let (front, back) = (faces::noise(3), faces::noise(4));
    let options = JobOptions { back: Some(&back), ..JobOptions::one_card(1) };
    let pages = judge::pages(&encoder(&profile).encode(&front, &options).unwrap()).unwrap();
    assert_eq!(pages.len(), 2);
    same(&pages[0], &front, 15).unwrap();
    same(&pages[1], &back, 15).unwrap();
    assert!(pages[0].says("BACCKO") && pages[0].says("PAG1") && pages[1].says("PAG2"));
}
