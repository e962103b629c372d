//! Gutenprint's own backend reads our jobs. It checks the framing and never the pixels (`facts/magicard.md` 9.1).

use std::{
    path::Path,
    process::{Command, Output},
};

use cardwright::{
    face::planes::{Planes, WIDTH},
    printer::profile::HeadTag,
};

use crate::faces;

pub const BACKEND: &str = "/usr/lib/cups/backend/gutenprint53+usb";

/// Names a Tango to the backend, and asks for its second test mode, which prints nothing.
pub const NO_DEVICE: [(&str, &str); 4] =
    [("BACKEND", "magicard"), ("TEST_MODE", "2"), ("EXTRA_VID", "0c1f"), ("EXTRA_PID", "1800")];

/// Lets the backend parse a job with no device.
fn judge(job: &[u8]) -> Output {
    assert!(Path::new(BACKEND).exists(), "{BACKEND} is missing: install the package printer-driver-gutenprint");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.prn");
    std::fs::write(&file, job).unwrap();
    Command::new(BACKEND).envs(NO_DEVICE).args(["-d", "1"]).arg(&file).output().unwrap()
}

#[track_caller]
fn accepted(name: &str, job: &[u8], pages: usize) {
    let output = judge(job);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{name}: {said}");
    assert_eq!(said.matches("Parsed page").count(), pages, "{said}");
}

#[track_caller]
fn refused(job: &[u8]) {
    let output = judge(job);
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Noise, but for the last column of the face. That is the first line of every plane, and the backend, which knows only
/// the head whose lines begin with an empty margin, takes an ink byte right after the header for one more command.
fn face(seed: u64) -> Planes {
    let mut planes = faces::noise(seed);
    for panel in [&mut planes.yellow, &mut planes.magenta, &mut planes.cyan, &mut planes.resin] {
        panel.chunks_exact_mut(WIDTH).for_each(|row| row[WIDTH - 1] = 0);
    }
    planes
}

#[test]
fn it_takes_the_job_of_every_head() {
    for tag in HeadTag::ALL {
        accepted(&format!("{tag:?}"), &faces::job(&face(9), &faces::profile(tag)), 1);
    }
}

#[test]
fn it_finds_two_cards_in_two_jobs() {
    let job = faces::job(&face(10), &faces::profile(HeadTag::Kee));
    accepted("two cards", &[job.clone(), job].concat(), 2);
}

#[test]
fn it_refuses_the_same_job_when_it_is_damaged() {
    for tag in [HeadTag::Kge2, HeadTag::Kee] {
        let job = faces::job(&face(11), &faces::profile(tag));
        refused(&job[1..]);
        refused(&job[..job.len() - 1]);
        refused(&job[..job.len() / 2]);
        let mut no_comma = job.clone();
        no_comma.remove(65);
        refused(&no_comma);
    }
}
