//! `cardwright print calibration`, as an officer meets it: a card, what was seen on it, and the next card.

use std::{path::Path, process::Command};

use serde_json::Value;

/// Exit code and document.
fn run(data: &Path, words: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_cardwright"))
        .args(["print", "calibration", "--json", "--data"])
        .arg(data)
        .args(words)
        .env_remove("CARDWRIGHT_CONFIG")
        .output()
        .expect("the program runs");
    let document = serde_json::from_slice(&output.stdout).expect("one JSON document");
    (output.status.code().expect("an exit code"), document)
}

/// Red, green and blue of the middle of the first grey patch (A1) on a printed card.
fn grey(picture: &str) -> [u8; 4] {
    image::open(picture).expect("a picture").into_rgba8().get_pixel(52 + 21, 388 + 21).0
}

#[test]
fn a_card_is_printed_what_was_seen_is_kept_and_the_next_card_follows_it() {
    let data = tempfile::tempdir().expect("a folder");
    let (code, printed) = run(data.path(), &[]);
    assert_eq!(code, 0, "{printed}");
    let before = grey(printed["picture"].as_str().expect("the virtual printer's card"));
    let seen = ["--yellow", "5,5,5", "--magenta", "6,6,5.5", "--cyan", "4,4.5,5", "--grey", "B4"];
    let (code, learnt) = run(data.path(), &seen);
    assert_eq!(code, 0, "{learnt}");
    assert_eq!(learnt["yellow_curve"].to_string(), "[[0,0],[30,30],[67,67],[118,118],[255,255]]");
    assert_eq!(learnt["grey_balance"].to_string(), "[0.893,0.787,1.0]");
    let (_, again) = run(data.path(), &[]);
    let after = grey(again["picture"].as_str().expect("the virtual printer's card"));
    assert!(after[1] < before[1], "more magenta takes more green away: {before:?} {after:?}");
    let (code, forgotten) = run(data.path(), &["--forget"]);
    assert_eq!((code, forgotten["forgotten"].as_bool()), (0, Some(true)));
    assert_eq!(run(data.path(), &["--forget"]).1["forgotten"], false);
}

#[test]
fn what_cannot_have_been_seen_is_wrong_usage_and_a_damaged_file_is_named() {
    let data = tempfile::tempdir().expect("a folder");
    for wrong in [
        vec!["--yellow", "5,5,5"],
        vec!["--yellow", "5,5,12", "--magenta", "5,5,5", "--cyan", "5,5,5"],
        vec!["--yellow", "9,1,1", "--magenta", "5,5,5", "--cyan", "5,5,5"],
        vec!["--yellow", "5,5,5", "--magenta", "5,5,5", "--cyan", "5,5,5", "--grey", "Z9"],
        vec!["--printer", "nobody's"],
    ] {
        assert_eq!(run(data.path(), &wrong).0, 2, "{wrong:?}");
    }
    let (_, learnt) = run(data.path(), &["--yellow", "5,5,5", "--magenta", "5,5,5", "--cyan", "5,5,5"]);
    std::fs::write(learnt["file"].as_str().expect("a file"), "printer = 7").expect("written");
    let (code, told) = run(data.path(), &[]);
    assert_ne!(code, 0);
    assert!(told["message"].as_str().is_some_and(|words| words.contains("is damaged")), "{told}");
    let picture = data.path().join("card.png");
    std::fs::remove_file(learnt["file"].as_str().expect("a file")).expect("removed");
    let (code, _) = run(data.path(), &["--picture", &picture.display().to_string()]);
    assert_eq!(code, 0);
    assert_eq!(image::image_dimensions(&picture).expect("a picture"), (1016, 642));
}
