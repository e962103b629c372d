//! `cardwright photo check`, as a program reads it.

use std::{path::Path, process::Command};

use serde_json::Value;

/// Exit code and document.
fn check(words: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_cardwright"))
        .args(["photo", "check", "--json"])
        .args(words)
        .output()
        .expect("the program runs");
    let document = serde_json::from_slice(&output.stdout).expect("one JSON document");
    (output.status.code().expect("an exit code"), document)
}

fn training(number: u32) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/training/photos");
    folder.join(format!("photo-{number:02}.jpg")).display().to_string()
}

#[test]
fn a_good_photo_passes_and_the_part_that_was_judged_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("framed.jpg");
    let (code, document) = check(&["--proposed", "--out", &out.display().to_string(), &training(12)]);
    assert_eq!((code, document["outcome"].as_str()), (0, Some("done")), "{document}");
    assert_eq!(document["faces"], 1);
    let checks = document["checks"].as_array().expect("checks");
    assert_eq!(checks.len(), 9);
    assert!(checks.iter().all(|check| check["verdict"] == "good"), "{document}");
    let framed = image::open(&out).expect("a picture");
    assert_eq!(document["judged"][2].as_u64(), Some(framed.width().into()));
    assert_eq!(document["judged"], document["proposed"]);
}

#[test]
fn a_photo_with_faults_ends_with_a_warning_and_what_is_none_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wall.png");
    image::RgbImage::from_fn(400, 500, |x, _| image::Rgb([(x / 2) as u8, 120, 90])).save(&file).expect("written");
    let (code, document) = check(&[&file.display().to_string()]);
    assert_eq!((code, document["outcome"].as_str()), (5, Some("warning")), "{document}");
    assert_eq!(document["checks"][0]["subject"], "one-face");
    assert!(document["checks"][0]["advice"].as_str().is_some_and(|words| words.contains("No face was found")));
    assert_eq!(check(&["--proposed", &file.display().to_string()]).0, 1, "nothing to propose");
    std::fs::write(&file, b"no picture").expect("written");
    assert_eq!(check(&[&file.display().to_string()]).0, 1);
    assert_eq!(check(&["/nowhere/at/all.jpg"]).0, 2);
}

#[test]
fn a_photo_is_taken_with_the_camera_of_training_and_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("taken.jpg");
    let run = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_cardwright"))
            .args(["photo", "take", "--json", "--data", &folder.path().join("data").display().to_string()])
            .args(words)
            .output()
            .expect("the program runs");
        let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        (output.status.code().expect("an exit code"), document)
    };
    let (code, document) = run(&["--camera", "Virtual camera", "--proposed", "--out", &out.display().to_string()]);
    assert_eq!((code, document["outcome"].as_str()), (0, Some("done")), "{document}");
    assert_eq!(document["faces"], 1);
    assert_eq!(document["judged"][2].as_u64(), Some(image::open(&out).expect("a picture").width().into()));
    let (code, document) = run(&["--camera", "Door", "--out", "none.jpg"]);
    assert_eq!(code, 1, "{document}");
    assert!(document["message"].as_str().is_some_and(|words| words.contains("no camera “Door”")), "{document}");
}
