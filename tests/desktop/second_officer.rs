//! A card that is not here is cancelled with a second officer's approval, where the service asks for one.

use cardwright::{bench::WorkEnd, domain::CardState};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::{
    harness::TestWindow,
    telephone::{at_the_profile_where, state},
};

/// Asks for the cancel, up to the approval.
fn ask(window: &mut TestWindow, name: &str) {
    window.wait_for_button(name);
    window.click(name);
    window.harness.get_by_role_and_label(Role::RadioButton, "Lost").click();
    window.run();
    let sure = window.harness.get_by_role(Role::CheckBox).accesskit_node().label().expect("a name");
    window.harness.get_by_role_and_label(Role::CheckBox, &sure).click();
    window.run();
    window.click("Cancel this card");
    window.wait_for_label("A second officer approves this");
}

fn end(window: &mut TestWindow) -> WorkEnd {
    window.wait_for("the end", |model| model.work.all.values().all(|piece| piece.end.is_some()));
    window.model().work.all.values().next_back().and_then(|piece| piece.end.clone()).expect("its end")
}

#[test]
fn a_lost_card_is_cancelled_once_a_colleague_approves_it() {
    let (mut window, serial) = at_the_profile_where("gateway.second-officer = [\"cancel\"]");
    let name = format!("Cancel this card {serial}");
    let profile = window.model().history.here().clone();
    ask(&mut window, &name);
    assert_eq!(state(&window, &serial), CardState::Locked, "nothing has begun");
    // Nobody approves it: nothing was changed.
    window.harness.key_press(Key::Escape);
    assert!(matches!(end(&mut window), WorkEnd::NotBegun(_)));
    assert_eq!(state(&window, &serial), CardState::Locked);
    window.harness.state_mut().model.go(profile);
    ask(&mut window, &name);
    window.click("Rowan Ashdown, RA Manager: I approve this");
    assert_eq!(end(&mut window), WorkEnd::Done { queued: None }, "{}", window.spoken());
    assert_eq!(state(&window, &serial), CardState::Cancelled);
}
