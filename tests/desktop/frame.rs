//! The frame around every screen.

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use crate::harness::TestWindow;

#[test]
fn the_window_says_its_world_and_who_is_signed_in() {
    let mut window = TestWindow::open();
    window.wait_for_label("TRAINING");
    window.sign_in(crate::harness::RA_AGENT);
    let name = window.model().officer().expect("signed in").name.clone();
    window.wait_for_label(&name);
    for place in ["Find", "Print queue", "Unfinished", "Activity", "Settings", "Help"] {
        window.harness.get_by_role_and_label(Role::Button, place).click();
        window.run();
    }
}
