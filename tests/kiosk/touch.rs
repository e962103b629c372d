//! The kiosk by hand on a touch screen, its band, and the codes it tells.

use cardwright::{
    desktop::kiosk::model::{Event, Stage, Told},
    domain::NhsCode,
};
use eframe::egui::{Key, PointerButton, Pos2, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT, Queryable};

use super::stand::Stand;

/// Where a key is: they stand as on a telephone, in the group that has their name.
fn place(stand: &Stand, key: char) -> Pos2 {
    let area = stand.harness.get_by_label_contains("Keys to touch").rect();
    let (row, column) = match key {
        '0' => (3, 1),
        '<' => (3, 2),
        digit => {
            let number = digit.to_digit(10).expect("a digit") - 1;
            (number / 3, number % 3)
        }
    };
    let (wide, high) = (area.width() / 3.0, area.height() / 4.0);
    area.min + vec2((column as f32 + 0.5) * wide, (row as f32 + 0.5) * high)
}

fn touch(stand: &mut Stand, keys: &str) {
    for key in keys.chars() {
        let at = place(stand, key);
        stand.harness.hover_at(at);
        stand.harness.step();
        for pressed in [true, false] {
            let (button, modifiers) = (PointerButton::Primary, Default::default());
            stand.harness.event(eframe::egui::Event::PointerButton { pos: at, button, pressed, modifiers });
            stand.harness.step();
        }
        stand.harness.step();
    }
}

#[test]
fn a_passcode_is_changed_by_touch_and_no_key_is_ever_told() {
    let mut stand = Stand::new();
    stand.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
    stand.harness.get_by_role_and_label(Role::Banner, "Smartcard self-service");
    assert!(stand.spoken().contains("TRAINING"), "the band says which world it is");
    stand.put_in_and_see();
    stand.press_button("Change my passcode");
    touch(&mut stand, "7391<<8164");
    assert_eq!(stand.shown("Your passcode").chars().count(), 6);
    // A finger goes to the next place, and the keyboard types on where the finger was.
    stand.harness.get_by_role_and_label(Role::PasswordInput, "New passcode").click();
    stand.harness.step();
    stand.harness.step();
    touch(&mut stand, "295");
    let field = stand.harness.get_by_role_and_label(Role::PasswordInput, "New passcode");
    assert!(field.is_focused());
    assert_eq!(field.accesskit_node().description().as_deref(), Some("3 digits typed"));
    stand.harness.event(eframe::egui::Event::Text("183".to_owned()));
    stand.harness.step();
    stand.harness.step();
    assert_eq!(stand.shown("New passcode").chars().count(), 6);
    // No key has a name, none is a place for Tab, and nothing says which was touched.
    for key in "0123456789".chars() {
        assert!(stand.harness.query_by_label(&key.to_string()).is_none(), "{key} is told");
    }
    stand.press(Key::Tab);
    assert!(stand.harness.get_by_role_and_label(Role::PasswordInput, "New passcode again").is_focused());
    touch(&mut stand, "295183");
    for secret in ["738164", "295183"] {
        stand.never_says(secret);
    }
    stand.harness.get_by_role_and_label(Role::Button, "Go on").click();
    stand.until("it is over", |stage| matches!(stage, Stage::Ended { .. }));
    stand.harness.get_by_role_and_label(Role::Heading, "Done");
    stand.works_with("295183");

    // A code stands beside the words, and says what they do not.
    for code in NhsCode::ALL {
        let told = Told { words: "it broke off".into(), nhs_code: Some(code) };
        for event in [Event::NotUsable(told.clone()), Event::Ended { told: told.clone(), done: false }] {
            stand.harness.state_mut().model.on_event(event);
            stand.harness.step();
            stand.harness.step();
            let spoken = stand.spoken();
            assert!(spoken.contains(&format!("NHS code {code}: {}", code.explained())), "{spoken}");
        }
    }
}
