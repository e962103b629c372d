//! The kiosk of self-service by keyboard alone, by role and name: real worker, real gateway, a virtual card.

#![cfg(feature = "desktop")]

#[path = "../rules/oracle.rs"]
#[allow(dead_code, reason = "other tests ask it more")]
mod oracle;
#[path = "../rules/page.rs"]
#[allow(dead_code, reason = "other tests read more of its tables")]
mod page;
mod rules;
mod stand;
mod touch;
#[path = "../rules/why.rs"]
mod why;

use cardwright::desktop::kiosk::model::{PATIENCE, Stage};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::Queryable;

use stand::{HOLDER, Stand, code_in};

#[test]
fn a_holder_changes_the_passcode_unlocks_by_code_and_is_told_when_to_renew() {
    let mut stand = Stand::new();
    stand.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
    stand.harness.get_by_label_contains("Put your card into the reader");
    stand.put_in();
    stand.until("the card is seen", |stage| matches!(stage, Stage::Choose(_)));
    stand.harness.get_by_label_contains("The card of 555 000 000 017");
    stand.harness.get_by_label_contains("more days");

    stand.press_button("Change my passcode");
    stand.fill("Your passcode", "738164");
    stand.press(Key::Tab);
    stand.fill("New passcode", "295183");
    stand.press(Key::Tab);
    stand.fill("New passcode again", "295184");
    stand.press(Key::Enter);
    let differ = "The two entries are not the same: type the new passcode again, twice.";
    stand.harness.get_by_role_and_label(Role::Alert, differ);
    for name in ["New passcode", "New passcode again"] {
        while !stand.harness.get_by_role_and_label(Role::PasswordInput, name).is_focused() {
            stand.press(Key::Tab);
        }
        stand.fill(name, "295183");
    }
    for secret in ["738164", "295183"] {
        stand.never_says(secret);
    }
    stand.press(Key::Enter);
    stand.until("it is over", |stage| matches!(stage, Stage::Ended { .. }));
    stand.harness.get_by_role_and_label(Role::Heading, "Done");
    stand.works_with("295183");

    stand.take_out();
    stand.press_button("Close");
    stand.put_in();
    stand.until("the card is seen again", |stage| matches!(stage, Stage::Choose(_)));
    assert!(!stand.offers("Renew my card") && stand.offers("Change my passcode"));
    stand.harness.get_by_label_contains("can be renewed from");
    stand.harness.get_by_label_contains("nothing is wrong with the card");
    stand.press_button("Unlock my card with a code");
    stand.until("a code was sent", |stage| matches!(stage, Stage::Enter { .. }));
    stand.harness.get_by_label_contains("h•••@people.training.invalid");
    let code = code_in(stand.folder.path());
    // A slip of the finger costs a try and nothing else: the same code is typed again.
    let (first, rest) = code.split_at(1);
    let wrong = format!("{}{rest}", if first == "1" { "2" } else { "1" });
    stand.fill("Code of the message", &wrong);
    for field in ["New passcode", "New passcode again"] {
        stand.press(Key::Tab);
        stand.fill(field, "905172");
    }
    stand.press(Key::Enter);
    stand.until("it was not the code", |stage| matches!(stage, Stage::Enter { entry, .. } if entry.trouble.is_some()));
    stand.harness.get_by_label_contains("hat was not the code; 2 tries left");
    assert_eq!(code_in(stand.folder.path()), code, "no other was sent");
    stand.fill("Code of the message", &code);
    stand.never_says(&code);
    stand.press(Key::Tab);
    stand.fill("New passcode", "905172");
    stand.press(Key::Tab);
    stand.fill("New passcode again", "905172");
    stand.press(Key::Enter);
    stand.until("it is unlocked", |stage| matches!(stage, Stage::Ended { done: true, .. }));
    stand.works_with("905172");
}

#[test]
fn whoever_goes_away_leaves_nothing_behind() {
    let mut stand = Stand::new();
    stand.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
    stand.put_in();
    stand.until("the card is seen", |stage| matches!(stage, Stage::Choose(_)));
    stand.press_button("Change my passcode");
    stand.fill("Your passcode", "738164");
    stand.harness.state_mut().model.idle_for(PATIENCE);
    stand.harness.step();
    assert!(matches!(stand.harness.state().model.stage, Stage::Abandoned));
    stand.harness.get_by_label_contains("Take your card out");
    stand.take_out();
    stand.until("the next one may come", |stage| matches!(stage, Stage::Waiting));
    stand.put_in();
    stand.until("the card is seen", |stage| matches!(stage, Stage::Choose(_)));
    stand.press_button("Change my passcode");
    assert_eq!(stand.shown("Your passcode"), "");
    stand.take_out();
    stand.until("a card that is taken out ends it", |stage| matches!(stage, Stage::Waiting));
}

#[test]
fn a_holder_renews_and_sees_how_far_it_is() {
    let mut stand = Stand::with_card_of(HOLDER, 30);
    stand.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
    stand.put_in_and_see();
    stand.harness.get_by_label_contains("more days");
    stand.press_button("Renew my card");
    stand.fill("Your passcode", "738164");
    stand.never_says("738164");
    stand.press(Key::Enter);
    stand.until(
        "keys are made",
        |stage| matches!(stage, Stage::Working { steps, .. } if steps.over.len() > 2 && steps.running.is_some()),
    );
    stand.harness.get_by_role_and_label(Role::Heading, "Renewing your card");
    stand.harness.get_by_label_contains("Leave the card in the reader");
    stand.harness.get_by_role_and_label(Role::ListItem, "Checking your passcode: done");
    stand.until("it is over", |stage| matches!(stage, Stage::Ended { .. }));
    stand.harness.get_by_role_and_label(Role::Heading, "Done");
    stand.harness.get_by_label_contains("Your card is renewed");
    stand.never_says("738164");
    stand.works_with("738164");
    stand.take_out();
    stand.press_button("Close");
    stand.put_in_and_see();
    assert!(!stand.offers("Renew my card"), "it is new");
}

#[test]
fn a_renewal_whose_card_was_pulled_is_finished_by_its_holder() {
    // Pulled while the card is asked for the first time, while its keys are made, and while it is written.
    for words in [3, 5, 7] {
        let mut stand = Stand::with_card_of(HOLDER, 30);
        stand.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
        stand.put_in_and_see();
        stand.press_button("Renew my card");
        stand.fill("Your passcode", "738164");
        *stand.pull.lock().expect("no panic") = Some(words);
        stand.press(Key::Enter);
        stand.until("it is cut off", |stage| matches!(stage, Stage::Ended { done: false, .. }));
        stand.harness.get_by_label_contains("Put your card back into this reader");
        stand.press_button("Close");
        stand.put_in_and_see();
        stand.harness.get_by_role_and_label(Role::Heading, "Something was interrupted");
        stand.harness.get_by_label_contains("Your renewal was interrupted");
        assert!(stand.harness.query_by_label("Change my passcode").is_none(), "first things first");
        stand.press_button("Finish renewing my card");
        stand.fill("Your passcode", "738164");
        stand.press(Key::Enter);
        stand.until("it is over", |stage| matches!(stage, Stage::Ended { .. }));
        let spoken = stand.spoken();
        assert!(spoken.contains("Your card is renewed"), "pulled at word {words}: {spoken}");
        stand.works_with("738164");
    }
}

#[test]
fn what_will_be_refused_is_not_offered_and_says_why() {
    let mut expired = Stand::with_card_of(HOLDER, -1);
    expired.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
    expired.put_in_and_see();
    for name in ["Change my passcode", "Renew my card", "Unlock my card with a code"] {
        assert!(!expired.offers(name), "{name}");
    }
    let spoken = expired.spoken();
    let advice = "The certificates have expired. Take the card to the Registration Authority desk, which can renew it.";
    assert_eq!(spoken.matches(advice).count(), 3, "{spoken}");

    let mut unreachable = Stand::with_card_of("555000000019", 3 * 365);
    unreachable.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
    unreachable.put_in_and_see();
    unreachable.press_button("Unlock my card with a code");
    unreachable.until("it is refused", |stage| matches!(stage, Stage::Ended { done: false, .. }));
    unreachable.harness.get_by_label_contains("add an e-mail address or a mobile number");
}
