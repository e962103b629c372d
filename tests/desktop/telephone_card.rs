//! Unlock by telephone where the service wants a card's word first: the officer's own once more, or a second officer's.

use cardwright::{
    bench::{Order, TrainingCardMove},
    cis2::{Service, wire::ApprovalsBy},
    desktop::{intent::Intent, route::Route},
    domain::{CardSerial, CardState, Operation, telephone::Conversation},
};
use eframe::egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable;

use crate::{
    desk::{By, Desk},
    faults::desk::{OTHER_READER, READER, holder},
    harness::RA_AGENT,
};

const PASSCODE: &str = "738164";
const WRONG: &str = "914263";
const MANAGER: &str = "555000000001";

/// A card that was issued locked and has left this desk, and the manager's card in the first reader.
fn with_cards(desk: &mut Desk) -> CardSerial {
    desk.issue_in(READER, &MANAGER.parse().expect("a number"), Some(PASSCODE));
    let serial = desk.issue_in(OTHER_READER, &holder(0), None);
    desk.order(Order::TrainingCard { reader: OTHER_READER.into(), move_to: TrainingCardMove::Out });
    serial
}

/// Comes to the page of the card, and types what another desk reads aloud.
fn challenged(desk: &mut Desk, serial: &CardSerial) -> Conversation {
    let workplace = desk.window.workplace.clone().expect("a workplace");
    let enrolment = workplace.desk().enrol(workplace.gateway_name()).expect("it was enrolled at sign-in");
    let (challenge, there) = Conversation::begin(enrolment.number, 17, &enrolment.key, serial);
    desk.window.harness.state_mut().model.update(Intent::Go(Route::Holder(holder(0))));
    let name = format!("Unlock by telephone the card {serial}");
    desk.window.wait_for_button(&name);
    desk.press(Role::Button, &name);
    for _ in 0..80 {
        let field = desk.window.harness.query_by_role_and_label(Role::TextInput, "Challenge, 16 digits");
        if field.is_some_and(|field| field.is_focused()) {
            break;
        }
        desk.key(Modifiers::NONE, Key::Tab);
    }
    desk.window.harness.event(Event::Text(challenge.to_string()));
    desk.window.run();
    desk.key(Modifiers::COMMAND, Key::Enter);
    there
}

/// Says that the holder has the card, which was issued locked.
fn delivered(desk: &mut Desk) {
    desk.window.wait_for_label("The holder has the card in hand");
    desk.press(Role::CheckBox, "The holder has the card in hand");
    desk.key(Modifiers::COMMAND, Key::Enter);
}

/// Proves it with this button, first with a wrong passcode.
fn proves(desk: &mut Desk, button: &str, serial: &CardSerial, then: &str) {
    for (passcode, says) in [(WRONG, "2 tries are left"), (PASSCODE, then)] {
        desk.window.wait_for_button(button);
        desk.is(serial, CardState::Locked);
        desk.press(Role::Button, button);
        desk.types("The passcode you have now", passcode);
        desk.window.wait_for_label(says);
    }
}

/// The response that is read back is understood at the other desk.
fn answered(desk: &mut Desk, serial: &CardSerial, there: &Conversation) {
    desk.window.wait_for_label("2. What you read back");
    assert_eq!(desk.service().card(serial).expect("an answer").state, CardState::InWork);
    let begun = desk.window.model().telephone.open.as_ref().and_then(|open| open.begun.as_ref()).expect("begun");
    there.codes(&begun.response).expect("the other desk understands it");
}

#[test]
fn a_session_by_card_proves_it_once_more_before_it_answers() {
    let mut desk = Desk::usual(By::Keyboard);
    let serial = with_cards(&mut desk);
    desk.press(Role::Button, "Sign out");
    let tile = "Sign in with your card: Rowan Ashdown, RA Manager, X26TR, Training reader 1, Series 9. 3 tries of its \
                passcode are left.";
    desk.window.wait_for_label(tile);
    desk.press(Role::Button, tile);
    desk.types("The passcode you have now", PASSCODE);
    desk.window.wait_for("the officer at work", |model| model.officer().is_some());
    desk.pass(6);
    let there = challenged(&mut desk, &serial);
    let go = "Prove it with your card in Training reader 1";
    proves(&mut desk, go, &serial, "The holder has the card in hand");
    delivered(&mut desk);
    answered(&mut desk, &serial, &there);
    let rows = desk.service().audit_before(None, 20).expect("the audit");
    let proved = rows.iter().find(|row| row.event == "session.stepped-up").expect("on record");
    assert!(proved.detail["serial"].is_string(), "by card: {proved:?}");
}

#[test]
fn a_second_officer_approves_it_with_their_own_card() {
    let mut desk = Desk::unattended(By::Keyboard, 0, |config| {
        config.second_officer = vec![Operation::Unlock];
        config.approvals = ApprovalsBy::Card;
    });
    desk.window.sign_in(RA_AGENT);
    let serial = with_cards(&mut desk);
    desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Out });
    let there = challenged(&mut desk, &serial);
    delivered(&mut desk);
    desk.window.wait_for_label("A second officer approves this");
    let approves = "Rowan Ashdown, RA Manager: I approve this";
    assert!(desk.window.harness.query_by_role_and_label(Role::Button, approves).is_none(), "a name is not enough");
    desk.says(&["No colleague's card is in a reader."]);
    desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Back });
    proves(&mut desk, &format!("{approves} with my card in Training reader 1"), &serial, "2. What you read back");
    answered(&mut desk, &serial, &there);
    let rows = desk.service().audit_before(None, 20).expect("the audit");
    let given = rows.iter().find(|row| row.event == "approval.given").expect("on record");
    assert!(given.officer.as_ref().is_some_and(|officer| officer.as_str() == MANAGER), "{given:?}");
    assert!(given.detail["card"].is_string(), "{given:?}");
    let begun = rows.iter().find(|row| row.event == "telephone.begun").expect("on record");
    assert_eq!(begun.detail["approved_by"], MANAGER, "{begun:?}");
}
