//! What the service asks for before work on a card begins, and what is said of it at its end.

use cardwright::{
    bench::{Asks, CardNow, Event, Order, Trouble, WorkEnd, WorkEvent, WorkId},
    desktop::{
        dialogs::Dialog,
        intent::Intent,
        model::{Model, service, session},
        route::Route,
        window::Window,
    },
    domain::{CardState, Operation},
    operations::WhichPair,
};
use eframe::egui::{Key, Modifiers, accesskit::Role as Accessible};
use egui_kittest::{
    Harness,
    kittest::{NodeT, Queryable},
};

use crate::{
    harness::spoken,
    service::{LEFT, at_page, card, orders, window},
};

/// A cleared card's work, just ordered.
fn clearing() -> (Harness<'static, Window>, WorkId) {
    begun(Operation::Clear)
}

/// Work of an operation that asks for no passcode.
fn begun(operation: Operation) -> (Harness<'static, Window>, WorkId) {
    use cardwright::desktop::dialogs::{DialogIntent, EndCardWish};
    let mut model = at_page(card(17, CardState::Active, Some(400)));
    model.update(service::Intent::Start(operation).into());
    for wish in [EndCardWish::Reason(cardwright::domain::CancelReason::Lost), EndCardWish::Sure(true), EndCardWish::Go]
    {
        model.update(Intent::Dialog(DialogIntent::EndCard(wish)));
    }
    let work = ordered(&mut model).expect("it is ordered");
    (window(model), work)
}

fn ordered(model: &mut Model) -> Option<WorkId> {
    let orders = model.take_orders().into_iter();
    orders.filter_map(|order| if let Order::OnCard { work, .. } = order { Some(work) } else { None }).next_back()
}

fn tell(window: &mut Harness<'_, Window>, work: WorkId, event: WorkEvent) {
    window.state_mut().model.on_event(&Event::Work { work, event });
    window.run();
}

fn asks(what: Asks) -> WorkEvent {
    WorkEvent::Asks { what, trouble: None }
}

fn press(window: &mut Harness<'_, Window>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

#[test]
fn the_officer_proves_who_they_are_and_the_work_goes_on() {
    let (mut window, work) = clearing();
    tell(&mut window, work, asks(Asks::StepUp));
    let said = spoken(&window);
    assert!(said.contains("Prove that it is you") && said.contains("Clear the card of Siân Ŵyn-Morris"), "{said}");
    assert!(!window.state().model.work.is_running(), "nothing has begun");
    let me = window.get_by_role_and_label(Accessible::Button, "I am Tomos Llewelyn-Pryce");
    assert!(me.is_focused());
    press(&mut window, Modifiers::NONE, Key::Enter);
    let sent = orders(&mut window);
    assert!(sent.iter().any(|order| matches!(order, Order::StepUp { work: which } if *which == work)), "{sent:?}");
    assert!(window.state().model.dialogs.is_empty() && window.state().model.work.is_running());
    // It could not be proved: the question comes again, and says why.
    let trouble = Some(Trouble::unchanged("the gateway does not answer"));
    tell(&mut window, work, WorkEvent::Asks { what: Asks::StepUp, trouble });
    assert!(spoken(&window).contains("The gateway does not answer."));
}

#[test]
fn no_answer_gives_the_work_up_before_it_began() {
    type Leave = fn(&mut Model);
    let ways: [(&str, Leave); 3] = [
        ("closed", |model| model.update(Intent::CloseDialog)),
        ("locked", |model| model.update(session::Intent::Lock.into())),
        ("signed out", |model| model.update(session::Intent::SignOutNow.into())),
    ];
    for (what, leave) in ways {
        for asked in [Asks::StepUp, Asks::SecondOfficer] {
            let (mut window, work) = clearing();
            tell(&mut window, work, asks(asked));
            leave(&mut window.state_mut().model);
            let sent = orders(&mut window);
            let given_up = sent.iter().any(|order| matches!(order, Order::GiveUp { work: which } if *which == work));
            assert!(given_up, "{what}, {asked:?}: {sent:?}");
            assert!(window.state().model.dialogs.is_empty());
        }
    }
}

#[test]
fn work_that_asks_while_nobody_is_there_is_given_up() {
    let (mut window, work) = clearing();
    window.state_mut().model.update(session::Intent::Lock.into());
    tell(&mut window, work, asks(Asks::SecondOfficer));
    assert!(window.state().model.dialogs.is_empty());
    assert!(orders(&mut window).iter().any(|order| matches!(order, Order::GiveUp { .. })));
}

#[test]
fn a_colleague_who_may_do_it_approves_it_by_keyboard() {
    let (mut window, work) = clearing();
    tell(&mut window, work, asks(Asks::SecondOfficer));
    let said = spoken(&window);
    assert!(said.contains("A second officer approves this"), "{said}");
    assert!(!said.contains("Tomos Llewelyn-Pryce, RA Agent: I approve"), "nobody approves their own work");
    let sponsor = window
        .query_all_by_role(Accessible::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with("Callum Fairweather")))
        .expect("the sponsor is listed");
    let label = sponsor.accesskit_node().label().expect("a name");
    assert!(sponsor.accesskit_node().is_disabled() && label.contains("may not clear a card"), "{label}");
    assert!(
        window.get_by_role_and_label(Accessible::Button, "Cancel").is_focused(),
        "nobody's approval is one Enter away"
    );
    let manager = "Rowan Ashdown, RA Manager: I approve this";
    for _ in 0..20 {
        if window.get_by_role_and_label(Accessible::Button, manager).is_focused() {
            break;
        }
        press(&mut window, Modifiers::NONE, Key::Tab);
    }
    assert!(window.get_by_role_and_label(Accessible::Button, manager).is_focused());
    press(&mut window, Modifiers::NONE, Key::Enter);
    let sent = orders(&mut window);
    let approved = sent.iter().any(|order| {
        matches!(order, Order::Approve { work: which, officer } if *which == work && officer.as_str() == "555000000001")
    });
    assert!(approved, "{sent:?}");
}

/// The end of this operation, and every word it must say.
fn ends(operation: Operation, now: Option<CardNow>, end: WorkEnd, words: &[&str]) {
    let (mut window, work) = begun(operation);
    if let Some(now) = now {
        tell(&mut window, work, WorkEvent::CardNow(now));
    }
    tell(&mut window, work, WorkEvent::Ended(end));
    let said = spoken(&window);
    for word in words {
        assert!(said.contains(word), "{operation}: “{word}” is not said in {said}");
    }
}

#[test]
fn every_end_says_what_the_card_is_now_and_what_to_do() {
    let done = WorkEnd::Done { queued: None };
    ends(Operation::Clear, None, done.clone(), &["The card is blank again", "issued to somebody else"]);
    ends(Operation::Cancel, None, done, &["The card is cancelled for good", "Take the card out of Left reader."]);
    let refused = WorkEnd::NotBegun(Trouble::unchanged("the card in the reader is another one"));
    ends(Operation::Clear, None, refused, &["Nothing was begun", "The card is as it was."]);
    let cut = WorkEnd::Unfinished { why: "the card was taken out".into() };
    ends(Operation::Clear, None, cut, &["The card was taken out.", "goes on from “Unfinished”"]);
}

/// Work that the holder typed a passcode for, told as its end would be.
fn renewing(now: CardNow, end: WorkEnd) -> Harness<'static, Window> {
    use cardwright::desktop::dialogs::{DialogIntent, Digit, PasscodeWish};
    let mut model = at_page(card(17, CardState::Active, Some(30)));
    model.update(service::Intent::Start(Operation::Renew).into());
    let digits = "602917".chars().filter_map(Digit::of).map(PasscodeWish::Digit);
    for wish in digits.chain([PasscodeWish::Take]) {
        model.update(Intent::Dialog(DialogIntent::Passcode(wish)));
    }
    let work = ordered(&mut model).expect("it is ordered");
    let mut window = window(model);
    tell(&mut window, work, WorkEvent::CardNow(now));
    tell(&mut window, work, WorkEvent::Ended(end));
    window
}

#[test]
fn a_renewal_that_did_not_come_to_its_end_says_which_certificates_work() {
    let why = || "the card was taken out".to_owned();
    let now = |pair| CardNow { pair, ..CardNow::default() };
    let old = renewing(now(Some(WhichPair::Old)), WorkEnd::Undone { why: why(), by_policy: false, nhs_code: None });
    assert!(spoken(&old).contains("The certificates the card had before still work."));
    let new = renewing(now(Some(WhichPair::New)), WorkEnd::Unfinished { why: why() });
    assert!(spoken(&new).contains("The new certificates are on the card and work."));
    let wrong = CardNow { tries_left: Some(2), ..CardNow::default() };
    let wrong =
        renewing(wrong, WorkEnd::Undone { why: "the passcode is wrong".into(), by_policy: false, nhs_code: None });
    assert!(spoken(&wrong).contains("The card takes 2 more tries of its passcode."));
    let done = renewing(CardNow::default(), WorkEnd::Done { queued: None });
    assert!(spoken(&done).contains("The card is renewed") && spoken(&done).contains("the old ones are ended"));
}

#[test]
fn from_its_end_the_officer_goes_back_to_the_card() {
    let (mut window, work) = clearing();
    tell(&mut window, work, WorkEvent::Ended(WorkEnd::Done { queued: None }));
    window.state_mut().model.on_event(&crate::service::put_in(LEFT, card(17, CardState::Blank, None)));
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert_eq!(*window.state().model.history.here(), Route::Service);
    assert!(spoken(&window).contains("This is a blank card"));
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert_eq!(*window.state().model.history.here(), Route::Find);
}

#[test]
fn a_dialogue_about_waiting_work_outlives_its_card() {
    use cardwright::bench::ReaderCondition;
    let (mut window, work) = clearing();
    tell(&mut window, work, asks(Asks::StepUp));
    window.state_mut().model.on_event(&crate::service::told(LEFT, ReaderCondition::Empty));
    // What waits is bound to its card by the workers: they refuse another one.
    assert!(matches!(window.state().model.dialogs.front(), Some(Dialog::Prove(_))));
}

/// An unlock that found its code blocked leads to what helps such a card, by one key.
#[test]
fn a_blocked_unlock_code_leads_to_what_helps_the_card() {
    use cardwright::{card::profile::CodeRecovery, operations::on_card::unlock_code_lost};
    for (recovery, button, dialog) in [
        (CodeRecovery::OverChannel, "Repair this card", "Repair the card of Siân Ŵyn-Morris"),
        (CodeRecovery::Never, "Cancel this card for good", "Cancel the card of Siân Ŵyn-Morris?"),
    ] {
        let (mut window, work) = clearing();
        window.state_mut().model.work.all.get_mut(&work).expect("the work").operation = Operation::Unlock;
        let why = unlock_code_lost(recovery).to_owned();
        tell(
            &mut window,
            work,
            WorkEvent::Ended(WorkEnd::Undone { why: why.clone(), by_policy: false, nhs_code: None }),
        );
        assert!(spoken(&window).contains(&why), "{}", spoken(&window));
        window.get_by_role_and_label(Accessible::Button, button);
        press(&mut window, Modifiers::COMMAND, Key::Enter);
        assert_eq!(*window.state().model.history.here(), Route::Service);
        assert!(spoken(&window).contains(dialog), "{}", spoken(&window));
    }
}
