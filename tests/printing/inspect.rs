//! `cardwright print inspect` on jobs of both languages, by its own command line.

use std::process::{Command, Output};

use cardwright::{
    face::planes::WIDTH,
    printer::{
        decoder::decode,
        magicard::{JobOptions, encoder},
        profile::{HeadTag, Profiles},
    },
};

use crate::faces;

pub fn inspect(words: &[&std::ffi::OsStr]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cardwright")).args(["--json", "print", "inspect"]).args(words).output().unwrap()
}

#[test]
fn it_shows_headers_and_panels_of_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("job.prn"), folder.path().join("pictures"));
    for (id, format, word) in
        [("magicard-enduro", "format-1", "WID"), ("magicard-rio-pro-360", "format-2", "card-options/width")]
    {
        let profile = Profiles::bundled().unwrap().find(id).unwrap().clone();
        let job = encoder(&profile).encode(&faces::test_card(), &JobOptions::one_card(1)).unwrap();
        std::fs::write(&file, &job).unwrap();
        let output = inspect(&[file.as_ref(), "--out".as_ref(), out.as_ref()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&answer["job-format"], &answer["bytes"]), (&format.into(), &job.len().into()));
        let side = &answer["cards"][0]["sides"][0];
        assert_eq!(side["panels"], serde_json::json!(["yellow", "magenta", "cyan", "resin", "overcoat"]));
        let header = side["header"].as_array().unwrap();
        assert!(header.iter().any(|command| command[0] == word), "{header:?}");
        // The F of the test card in resin, alone in its picture.
        let resin = image::open(out.join("card-1-front-resin.png")).unwrap().into_luma8();
        assert_eq!(resin.get_pixel(310, 590).0, [0]);
        assert_eq!(resin.pixels().filter(|pixel| pixel.0 != [255]).count(), 30 * 300 + 150 * 30 + 100 * 30);
        let whole = image::open(out.join("card-1-front.png")).unwrap();
        assert_eq!(whole.width() as usize, WIDTH);
    }
}

/// The job of a front in the layout of an Alto, made as wide as its driver makes it: 1000 lines (`facts/magicard.md` 5.2).
fn alto() -> Vec<u8> {
    let job = faces::job(&faces::test_card(), &faces::profile(HeadTag::Kge));
    let header = job.iter().position(|byte| *byte == 0x1c).unwrap();
    let text = std::str::from_utf8(&job[..header]).unwrap();
    let (mut narrow, mut rest) = (Vec::new(), &job[header + 1..]);
    let sizes = [("SZB", 585_216), ("SZG", 585_216), ("SZR", 585_216), ("SZK", 97_536)];
    let mut text = text.replace("WID1016", "WID1000").replace("PCT0,0,1015,641", "PCT0,0,999,641");
    for (word, size) in sizes {
        text = text.replace(&format!("{word}{size}"), &format!("{word}{}", size / 1016 * 1000));
        // The first 16 lines are the right edge.
        narrow.extend_from_slice(&rest[size / 1016 * 16..size + 3]);
        rest = &rest[size + 3..];
    }
    assert_eq!(rest, [3]);
    [text.as_bytes(), &[0x1c], &narrow, rest].concat()
}

#[test]
fn a_job_of_an_older_head_and_the_questions_in_front_of_it_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("job.prn"), folder.path().join("pictures"));
    let asked = [&[5; 8][..], b"\x01,REQ,CLN,\x1c\x03\x01,REQ,INF,\x1c\x03", &alto()].concat();
    std::fs::write(&file, &asked).unwrap();
    let output = inspect(&[file.as_ref(), "--out".as_ref(), out.as_ref()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["requests"], serde_json::json!(["REQ,CLN", "REQ,INF"]));
    let header = answer["cards"][0]["sides"][0]["header"].as_array().unwrap();
    assert!(header.contains(&serde_json::json!(["WID", "1000"])), "{header:?}");
    let whole = image::open(out.join("card-1-front.png")).unwrap().into_rgba8();
    assert_eq!(whole.dimensions(), (1000, 642));
    let resin = image::open(out.join("card-1-front-resin.png")).unwrap().into_luma8();
    assert_eq!((resin.width(), resin.get_pixel(310, 590).0, resin.get_pixel(470, 590).0), (1000, [0], [255]));
    // The printer of our desks has 1016 lines, and knows no other question than the one about its status.
    assert!(decode(&alto()).unwrap_err().to_string().contains("WID is \"1000\" and must be 1016"));
    assert!(decode(&asked).unwrap_err().to_string().contains("begins with 8 bytes of 05 where exactly 64 must stand"));
}

#[test]
fn a_file_that_is_no_job_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.prn");
    for (bytes, words) in [
        (&b"%PDF-1.7"[..], "neither a job of 05 bytes (format 1) nor one that begins with <?xml (format 2)"),
        (&[5; 63], "begins with 63 bytes of 05 where exactly 64 must stand"),
        (b"\x05\x05\x01,REQ,INF,\x1c\x03", "the job has no page"),
        (b"\x05\x05\x01,REQ,INF,\x1c", "begins with 2 bytes of 05"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let output = inspect(&[file.as_ref()]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{output:?}");
    }
    assert_eq!(inspect(&[folder.path().join("none").as_ref()]).status.code(), Some(2));
}
