//! `cardwright print inspect` on jobs of both languages, by its own command line.

use std::process::{Command, Output};

use cardwright::{
    face::planes::WIDTH,
    printer::{
        magicard::{JobOptions, encoder},
        profile::Profiles,
    },
};

use crate::faces;

fn inspect(words: &[&std::ffi::OsStr]) -> Output {
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

#[test]
fn a_file_that_is_no_job_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.prn");
    for (bytes, words) in [
        (&b"%PDF-1.7"[..], "neither a job of 05 bytes (format 1) nor one that begins with <?xml (format 2)"),
        (&[5; 63], "begins with 63 bytes of 05 where exactly 64 must stand"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let output = inspect(&[file.as_ref()]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{output:?}");
    }
    assert_eq!(inspect(&[folder.path().join("none").as_ref()]).status.code(), Some(2));
}
