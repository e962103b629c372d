//! Closing the window: never in the middle of a card without a word.

use cardwright::{
    bench::{Event, WorkEnd, WorkEvent, WorkId},
    desktop::{model::work::Piece, window::Window},
    domain::Operation,
};
use eframe::egui::{ViewportCommand, ViewportEvent, ViewportId, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable};

use crate::{harness::pure, issue::desk};

/// Somebody closes the window.
fn close(window: &mut Harness<'_, Window>) -> Vec<ViewportCommand> {
    let root = window.input_mut().viewports.entry(ViewportId::ROOT).or_default();
    root.events.push(ViewportEvent::Close);
    window.step();
    let commands = commands(window);
    // The request lasts one frame, as it does in a real window.
    if let Some(root) = window.input_mut().viewports.get_mut(&ViewportId::ROOT) {
        root.events.clear();
    }
    commands
}

fn commands(window: &Harness<'_, Window>) -> Vec<ViewportCommand> {
    window.output().viewport_output.values().flat_map(|output| output.commands.clone()).collect()
}

#[test]
fn an_idle_window_closes_at_once() {
    let mut window = pure(desk(), (1280.0, 800.0));
    assert!(!close(&mut window).contains(&ViewportCommand::CancelClose));
}

#[test]
fn a_window_with_a_card_in_work_asks_and_closes_when_it_is_finished() {
    let mut model = desk();
    let work = WorkId(u64::MAX);
    model.work.all.insert(work, Piece::new(Operation::Issue, None, None));
    let mut window = pure(model, (1280.0, 800.0));
    assert!(close(&mut window).contains(&ViewportCommand::CancelClose), "it stays");
    window.run();
    window.get_by_role_and_label(Role::Button, "Close when it is finished").click();
    window.run();
    assert!(!commands(&window).contains(&ViewportCommand::Close), "not yet");
    let ended = WorkEvent::Ended(WorkEnd::Done { queued: None });
    window.state_mut().model.on_event(&Event::Work { work, event: ended });
    window.step();
    assert!(commands(&window).contains(&ViewportCommand::Close), "{:?}", commands(&window));
}
