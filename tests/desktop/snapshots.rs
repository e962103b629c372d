//! Pictures of the screens where looks matter, from fixed data: no worker, no clock, no chance.

use cardwright::{
    bench::{Event, PrinterCondition, ReaderCondition},
    desktop::{
        model::{Model, session},
        theme::Scheme,
    },
    domain::CardState,
    operations::{Step, Verdict},
};
use eframe::egui::{Key, Modifiers};
use egui_kittest::SnapshotOptions;
use time::Duration;

use crate::{
    harness::pure,
    issue::{LEFT, RIGHT, card, desk, finished, in_reader, issued_locked, printer, started},
    samples,
};

/// How far a pixel's colour may be from the picture's: renderers round differently.
const COLOUR_TOLERANCE: f32 = 1.0;
/// Pixels that may be further off, of about a million: edges of letters and rounded corners.
const PIXEL_TOLERANCE: usize = 400;
/// Where the pictures are.
const FOLDER: &str = "tests/desktop/snapshots";
/// The usual window, in points.
const SIZE: (f32, f32) = (1280.0, 800.0);

fn options() -> SnapshotOptions {
    SnapshotOptions::new().threshold(COLOUR_TOLERANCE).max_failed_pixels(PIXEL_TOLERANCE).output_path(FOLDER)
}

/// Compares a window with its picture.
fn compare(name: &str, mut model: Model, scheme: Scheme, keys: &[(Modifiers, Key)]) {
    model.preferences.scheme = scheme;
    let mut window = pure(model, SIZE);
    for (modifiers, key) in keys {
        window.key_press_modifiers(*modifiers, *key);
        window.run();
    }
    window.snapshot_options(name, &options());
}

/// The issue page with its face, a blank card and a printer.
fn form() -> Model {
    let mut model = desk();
    model.on_event(&printer(PrinterCondition::Ready { supplies: vec!["Ribbon: 212 of 300 cards".to_owned()] }));
    model.on_event(&card(LEFT, 11, CardState::Blank));
    model.on_event(&in_reader(RIGHT, ReaderCondition::Empty));
    model
}

#[test]
fn sign_in() {
    let mut model = samples::model();
    model.update(session::Intent::Opened.into());
    model.on_event(&Event::Officers(Ok(samples::officers())));
    compare("sign-in-light", model, Scheme::Light, &[]);
}

#[test]
fn the_issue_page() {
    compare("issue-light", form(), Scheme::Light, &[]);
}

#[test]
fn the_issue_page_in_high_contrast() {
    compare("issue-high-contrast", form(), Scheme::HighContrast, &[]);
}

#[test]
fn the_passcode() {
    compare("passcode-light", form(), Scheme::Light, &[(Modifiers::COMMAND, Key::Enter)]);
}

#[test]
fn the_passcode_in_high_contrast() {
    compare("passcode-high-contrast", form(), Scheme::HighContrast, &[(Modifiers::COMMAND, Key::Enter)]);
}

#[test]
fn work_that_runs() {
    let mut model = form();
    let work = issued_locked(&mut model, LEFT);
    model.on_event(&in_reader(LEFT, ReaderCondition::InWork(work)));
    for step in [Step::Reserve, Step::ProveCard] {
        model.on_event(&started(work, step));
        model.on_event(&finished(work, step, Verdict::Good));
    }
    model.on_event(&started(work, Step::MakeKeys));
    // It began in a while, as far as the clock goes: so the time on the screen stands still.
    for line in model.work.all.get_mut(&work).into_iter().flat_map(|piece| &mut piece.steps) {
        line.began += Duration::HOUR;
    }
    compare("work-running-light", model, Scheme::Light, &[]);
}
