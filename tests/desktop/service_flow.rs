//! Every operation on a card in use, on the real workers: once by the mouse and once by the keyboard alone. Judged by what
//! the service has on record and by what the card itself takes afterwards.

use cardwright::{
    bench::{Order, TrainingCardMove, WorkEnd},
    cis2::Service,
    desktop::{
        intent::Intent,
        model::{Model, service},
        route::Route,
    },
    domain::{CardState, Operation},
};
use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::{
    desk::{By, Desk},
    faults::desk::READER,
    harness::RA_AGENT,
    service::name_of,
};

const FIRST: &str = "738164";
const SECOND: &str = "602917";
const WRONG: &str = "914263";
/// Days a certificate of training is valid, less those that are left of it in a test of renewal.
const AGE: u64 = 3 * 365 - 60;

fn front_is_empty(model: &Model) -> bool {
    model.dialogs.is_empty()
}

#[test]
fn a_card_that_was_issued_locked_is_unlocked_once_its_holder_has_it() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.issued(None);
        desk.serve();
        desk.says(&["nobody has said yet that its holder has it"]);
        desk.press(Role::Button, name_of(Operation::Unlock));
        desk.press(Role::Button, "Yes, they have it in hand");
        desk.new_passcode(FIRST);
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.says(&["The card is unlocked", "The new passcode works from now on."]);
        desk.is(&serial, CardState::Active);
        desk.wait_card(|state| state == CardState::Active);
        desk.takes(FIRST);
    }
}

#[test]
fn a_wrong_passcode_costs_one_try_and_is_never_repeated_and_the_last_locks_the_card_for_an_unlock() {
    let mut desk = Desk::usual(By::Keyboard);
    let (_, serial) = desk.issued(Some(FIRST));
    for left in [2, 1, 0] {
        desk.serve();
        desk.press(Role::Button, "Change the passcode");
        let before = if left == 0 { "takes 1 more try".to_owned() } else { format!("takes {} tries", left + 1) };
        desk.says(&[&before]);
        desk.types("The passcode you have now", WRONG);
        desk.types("Your new passcode", SECOND);
        desk.types("The same again", SECOND);
        assert!(!matches!(desk.end(), WorkEnd::Done { .. }));
        desk.window.wait_for("the card's own count", |model| {
            model.bench.cards().any(|(_, card)| card.tries_left == Some(left))
        });
    }
    desk.serve();
    desk.key(Modifiers::COMMAND, Key::Enter);
    desk.new_passcode(SECOND);
    assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
    desk.is(&serial, CardState::Active);
    desk.wait_card(|state| state == CardState::Active);
    desk.takes(SECOND);
}

#[test]
fn a_card_is_renewed_with_its_holders_own_passcode() {
    for by in By::BOTH {
        let mut desk = Desk::new(by, AGE, &[]);
        let (_, serial) = desk.issued(Some(FIRST));
        let before = desk.service().card(&serial).expect("an answer").good_pair.expect("a pair");
        desk.pass(AGE * 24 * 60);
        // Years have passed: whoever is at the desk signs in again.
        desk.window.harness.state_mut().model.update(Intent::Go(Route::Activity));
        desk.window.wait_for("the end of the old session", |model| model.officer().is_none());
        desk.window.sign_in(RA_AGENT);
        desk.serve();
        desk.window.wait_for("the record of the card", |model| {
            service::here(model).is_some_and(|(_, card)| card.record.is_ok() && card.holder.is_some())
        });
        desk.says(&["days: renew them now"]);
        desk.press(Role::Button, name_of(Operation::Renew));
        desk.types("The passcode you have now", FIRST);
        desk.take("Renew the card");
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.says(&["The card is renewed", "the old ones are ended"]);
        desk.is(&serial, CardState::Active);
        let after = desk.service().card(&serial).expect("an answer").good_pair.expect("a pair");
        assert!(before.iter().all(|old| !after.contains(old)), "both are new");
        desk.wait_card(|state| state == CardState::Active);
        desk.takes(FIRST);
    }
}

#[test]
fn a_card_is_repaired_and_left_as_its_officer_chose() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.issued(Some(FIRST));
        desk.serve();
        desk.press(Role::Button, name_of(Operation::Repair));
        desk.press(Role::Button, "Its holder chooses a passcode now");
        desk.new_passcode(SECOND);
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.says(&["The card is repaired"]);
        desk.is(&serial, CardState::Active);
        desk.wait_card(|state| state == CardState::Active);
        desk.takes(SECOND);
        desk.serve();
        desk.press(Role::Button, name_of(Operation::Repair));
        desk.press(Role::Button, "Leave it locked; it is unlocked later with its holder present");
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.says(&["The card is repaired, and locked"]);
        desk.is(&serial, CardState::Locked);
    }
}

#[test]
fn a_card_is_cleared_and_can_be_issued_to_somebody_else() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.issued(Some(FIRST));
        desk.serve();
        desk.press(Role::Button, name_of(Operation::Clear));
        let sure = desk.window.harness.get_by_role(Role::CheckBox).accesskit_node().label().expect("a name");
        desk.press(Role::CheckBox, &sure);
        desk.press(Role::Button, "Clear this card");
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.says(&["The card is blank again"]);
        desk.is(&serial, CardState::Blank);
        desk.window.wait_for("a blank card", |model| {
            model.bench.cards().any(|(_, card)| cardwright::desktop::model::issue::is_blank(card))
        });
    }
}

#[test]
fn a_card_is_cancelled_in_hand_and_out_of_reach() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.issued(Some(FIRST));
        desk.serve();
        desk.press(Role::Button, name_of(Operation::Cancel));
        desk.press(Role::RadioButton, "Damaged");
        let sure = desk.window.harness.get_by_role(Role::CheckBox).accesskit_node().label().expect("a name");
        desk.press(Role::CheckBox, &sure);
        desk.press(Role::Button, "Cancel this card");
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.says(&["The card is cancelled for good"]);
        desk.is(&serial, CardState::Cancelled);
        desk.wait_card(|state| state == CardState::Cancelled);
        desk.serve();
        desk.says(&["was cancelled for good, and opens nothing", "Destroy the card and issue a new one"]);

        // One that its holder has lost.
        let (who, lost) = desk.issued(Some(FIRST));
        desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Out });
        desk.window.wait_for("an empty reader", |model| model.bench.cards().next().is_none());
        desk.window.harness.state_mut().model.update(Intent::Go(Route::Holder(who)));
        desk.window.wait_for("the record", |model| {
            model
                .holder
                .open
                .as_ref()
                .and_then(|open| open.record.as_ref())
                .is_some_and(|known| !known.cards.is_empty())
        });
        desk.press(Role::Button, &format!("Cancel this card {lost}"));
        desk.press(Role::RadioButton, "Lost");
        let sure = desk.window.harness.get_by_role(Role::CheckBox).accesskit_node().label().expect("a name");
        desk.press(Role::CheckBox, &sure);
        desk.press(Role::Button, "Cancel this card");
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.is(&lost, CardState::Cancelled);
    }
}

#[test]
fn an_old_sign_in_is_proved_once_more_and_the_work_goes_on_by_itself() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.issued(None);
        desk.pass(6);
        desk.serve();
        desk.press(Role::Button, name_of(Operation::Unlock));
        desk.press(Role::Button, "Yes, they have it in hand");
        desk.new_passcode(FIRST);
        desk.window.wait_for_label("Prove that it is you");
        desk.is(&serial, CardState::Locked);
        let name = desk.window.model().officer().expect("an officer").name.clone();
        desk.press(Role::Button, &format!("I am {name}"));
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.is(&serial, CardState::Active);
        desk.wait_card(|state| state == CardState::Active);
        desk.takes(FIRST);
    }
}

#[test]
fn who_does_not_prove_it_changes_nothing() {
    let mut desk = Desk::usual(By::Keyboard);
    let (_, serial) = desk.issued(None);
    desk.pass(6);
    desk.serve();
    desk.press(Role::Button, name_of(Operation::Unlock));
    desk.press(Role::Button, "Yes, they have it in hand");
    desk.new_passcode(FIRST);
    desk.window.wait_for_label("Prove that it is you");
    desk.key(Modifiers::NONE, Key::Escape);
    assert!(matches!(desk.end(), WorkEnd::NotBegun(_)));
    desk.says(&["Nothing was begun", "The card is as it was."]);
    desk.is(&serial, CardState::Locked);
}

#[test]
fn a_second_officer_approves_what_ends_a_card() {
    for by in By::BOTH {
        let mut desk = Desk::new(by, 0, &[Operation::Clear, Operation::Cancel]);
        let (_, serial) = desk.issued(Some(FIRST));
        desk.serve();
        desk.press(Role::Button, name_of(Operation::Clear));
        let sure = desk.window.harness.get_by_role(Role::CheckBox).accesskit_node().label().expect("a name");
        desk.press(Role::CheckBox, &sure);
        desk.press(Role::Button, "Clear this card");
        desk.window.wait_for_label("A second officer approves this");
        desk.is(&serial, CardState::Active);
        desk.press(Role::Button, "Rowan Ashdown, RA Manager: I approve this");
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.is(&serial, CardState::Blank);
    }
}

#[test]
fn a_card_that_is_swapped_while_its_holder_types_is_left_alone() {
    let mut desk = Desk::usual(By::Keyboard);
    let (_, serial) = desk.issued(None);
    desk.serve();
    desk.press(Role::Button, name_of(Operation::Unlock));
    desk.press(Role::Button, "Yes, they have it in hand");
    desk.types("Your passcode", FIRST);
    desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::NewBlank });
    desk.window.wait_for("the question withdrawn", front_is_empty);
    desk.window.wait_for("the other card", |model| model.bench.cards().any(|(_, card)| card.serial != serial));
    desk.is(&serial, CardState::Locked);
    let works = desk.window.model().work.all.len();
    desk.key(Modifiers::NONE, Key::Enter);
    assert_eq!(desk.window.model().work.all.len(), works, "nothing was ordered");
}

/// Everything that an officer is to see of a card. How long it takes is measured by the bench `look`, which may be slow on a
/// busy machine without anything being wrong; here it is printed.
#[test]
fn a_card_that_is_put_in_shows_everything_of_it() {
    let mut desk = Desk::usual(By::Mouse);
    let (who, serial) = desk.issued(Some(FIRST));
    desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Out });
    desk.window.wait_for("an empty reader", |model| model.bench.cards().next().is_none());
    desk.window.click("Service a card");
    desk.says(&["Put the holder's card into a reader"]);
    let began = std::time::Instant::now();
    desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Back });
    desk.window.wait_for("the card, its holder and their photo", |model| {
        service::here(model).is_some_and(|(_, card)| {
            card.holder.as_ref().is_some_and(|holder| holder.id == who)
                && card.portrait.is_some()
                && card.certificates.iter().all(Option::is_some)
                && card.tries_left.is_some()
        })
    });
    println!("shown {:?} after it was put in", began.elapsed());
    desk.says(&[
        "This card is in order",
        &who.grouped(),
        "Photo of ",
        "Series 10",
        serial.as_str(),
        "Certificate to sign in",
        "Certificate to sign documents",
        "3 tries left",
    ]);
    let spoken = desk.window.spoken();
    assert_eq!(spoken.matches(" days left").count(), 2, "both certificates: {spoken}");
    let today = time::OffsetDateTime::now_utc().date();
    let model = desk.window.model();
    let card = service::here(model).expect("the card").1.clone();
    let offers = service::offers(model, &card, today);
    assert_eq!(offers.iter().map(|offer| offer.operation).collect::<Vec<_>>(), service::OPERATIONS);
    for offer in offers {
        let name = name_of(offer.operation);
        let Some(refusal) = offer.refused else {
            assert!(spoken.contains(name), "{name} is offered: {spoken}");
            continue;
        };
        for reason in &refusal.reasons {
            let said = spoken.contains(&reason.to_string()) && spoken.contains(reason.remedy());
            assert!(said, "{name}: “{reason}. {}” is not said in {spoken}", reason.remedy());
        }
    }
}

#[test]
fn a_card_is_seen_to_work_and_a_wrong_passcode_is_told() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.issued(Some(FIRST));
        for (typed, words) in [
            (WRONG, ["The card did not pass", "Nothing on it was changed."]),
            (FIRST, ["This card works", "both its keys sign"]),
        ] {
            desk.serve();
            desk.press(Role::Button, "Does this card work?");
            desk.types("The passcode you have now", typed);
            desk.take("Try the card");
            assert_eq!(matches!(desk.end(), WorkEnd::Done { .. }), typed == FIRST, "{}", desk.window.spoken());
            desk.says(&words);
            desk.is(&serial, CardState::Active);
            let left = if typed == FIRST { 3 } else { 2 };
            desk.window.wait_for("the card's own count", |model| {
                model.bench.cards().any(|(_, card)| card.tries_left == Some(left))
            });
        }
    }
}

#[test]
fn a_card_is_locked_for_practice() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.issued(Some(FIRST));
        desk.press(Role::Button, "Card… in Training reader 1 (take it out or put one in)");
        desk.press(Role::Button, "Type its passcode wrongly until it locks itself");
        desk.window.wait_for("a locked card", |model| {
            model.bench.cards().any(|(_, card)| card.serial == serial && card.tries_left == Some(0))
        });
        desk.serve();
        desk.says(&["typed wrongly too often"]);
        desk.key(Modifiers::COMMAND, Key::Enter);
        desk.new_passcode(SECOND);
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.is(&serial, CardState::Active);
        desk.wait_card(|state| state == CardState::Active);
        desk.takes(SECOND);
    }
}
