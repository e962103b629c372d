//! Unlock by telephone in the window: an officer here answers a challenge that is made by another desk.

use cardwright::{
    bench::{Event, Order, TelephoneTold},
    cis2::{
        Service,
        wire::{BegunByTelephone, Issuance, IssuanceState},
    },
    desktop::{intent::Intent, model::telephone::Intent as Wish, preferences::Preferences, route::Route},
    domain::{
        CardSerial, CardState, HolderId, JobId, Operation,
        telephone::{Challenge, Conversation, Response, TelephoneOutcome},
    },
    operations::{issue::PasscodeChoice, preflight::IssueRequest},
    workplace::Configuration,
};
use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable;
use time::macros::datetime;

use crate::{
    harness::{RA_AGENT, TestWindow, pure},
    samples,
};

const READER: &str = "Training reader 1";

fn holder() -> HolderId {
    "555000000017".parse().expect("a number")
}

/// A window at the profile of a holder whose locked card has left this desk.
fn at_the_profile() -> (TestWindow, CardSerial) {
    at_the_profile_where("")
}

/// The same at a desk with this configuration.
pub fn at_the_profile_where(configuration: &str) -> (TestWindow, CardSerial) {
    let folder = tempfile::tempdir().expect("a folder");
    let configuration = Configuration::parse(configuration, "test").expect("a configuration");
    let mut window = TestWindow::configured_in(folder, configuration, (1280.0, 800.0), Preferences::default());
    window.sign_in(RA_AGENT);
    let workplace = window.workplace.clone().expect("a workplace");
    let request = IssueRequest {
        holder: holder(),
        reader: Some(READER.into()),
        passcode: PasscodeChoice::LeftLocked,
        print: None,
    };
    let desk = workplace.desk();
    let preflight = desk.prepare_issue(&request).expect("prepared");
    let serial = desk.issue(preflight, None, &mut |_| {}).expect("begun").plan.serial;
    workplace.bench.training.as_ref().expect("training readers").take_card_out(READER).expect("it is there");
    window.wait_for("the card to be gone", |model| model.bench.cards().count() == 1);
    window.harness.state_mut().model.update(Intent::Go(Route::Holder(holder())));
    window.wait_for_button(&format!("Unlock by telephone the card {serial}"));
    (window, serial)
}

/// What another desk says: here it is made with this workstation's own key.
fn other_desk(window: &TestWindow, serial: &CardSerial, random: u32) -> (Challenge, Conversation) {
    let workplace = window.workplace.as_ref().expect("a workplace");
    let enrolment = workplace.desk().enrol(workplace.gateway_name()).expect("it was enrolled at sign-in");
    Conversation::begin(enrolment.number, random, &enrolment.key, serial)
}

pub fn state(window: &TestWindow, serial: &CardSerial) -> CardState {
    window.workplace.as_ref().expect("a workplace").service.card(serial).expect("the card").state
}

fn type_into(window: &mut TestWindow, field: &str, text: &str) {
    window.harness.get_by_role_and_label(Role::TextInput, field).click();
    window.run();
    window.harness.get_by_role_and_label(Role::TextInput, field).type_text(text);
    window.run();
}

#[test]
fn an_officer_answers_a_challenge_and_hears_the_end() {
    let (mut window, serial) = at_the_profile();
    let (challenge, there) = other_desk(&window, &serial, 11);
    window.click(&format!("Unlock by telephone the card {serial}"));
    assert!(window.spoken().contains("Type all 16 digits"), "{}", window.spoken());
    // A misheard digit: the service says so, and nothing has begun.
    let mut misheard = challenge.as_str().to_owned();
    let last = if misheard.pop() == Some('0') { '1' } else { '0' };
    misheard.push(last);
    type_into(&mut window, "Challenge, 16 digits", &misheard);
    window.click("Answer it");
    window.wait_for_label("does not fit this card");
    assert_eq!(state(&window, &serial), CardState::Locked);
    window.click("Begin again with a new challenge");

    type_into(&mut window, "Challenge, 16 digits", &challenge.to_string());
    window.click("Answer it");
    // The card was issued locked: somebody has to say that its holder has it.
    window.wait_for_label("The holder has the card in hand");
    window.harness.get_by_role_and_label(Role::CheckBox, "The holder has the card in hand").click();
    window.run();
    // The main action of the page, by the keyboard.
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.wait_for_label("2. What you read back");
    assert_eq!(state(&window, &serial), CardState::InWork);
    let response: Response =
        window.model().telephone.open.as_ref().and_then(|open| open.begun.as_ref()).expect("begun").response.clone();
    assert!(window.spoken().contains(&response.to_string()), "it can be read aloud");
    there.codes(&response).expect("the other desk understands it");

    type_into(&mut window, "Completion code, 6 digits", &there.completion(TelephoneOutcome::Done).to_string());
    window.click("Finish");
    window.wait_for_label("The card is unlocked");
    assert_eq!(state(&window, &serial), CardState::Active);
}

/// Brings the keyboard to something by Tab alone.
#[track_caller]
fn reach(window: &mut TestWindow, role: Role, name: &str) {
    for _ in 0..80 {
        if window.harness.query_by_role_and_label(role, name).is_some_and(|node| node.is_focused()) {
            return;
        }
        window.harness.key_press(Key::Tab);
        window.run();
    }
    panic!("Tab does not reach “{name}”: {}", window.spoken());
}

#[test]
fn a_second_officer_approves_by_keyboard_alone_where_the_service_asks_for_one() {
    let (mut window, serial) = at_the_profile_where("gateway.second-officer = [\"unlock\"]");
    let (challenge, there) = other_desk(&window, &serial, 12);
    reach(&mut window, Role::Button, &format!("Unlock by telephone the card {serial}"));
    window.harness.key_press(Key::Enter);
    window.run();
    reach(&mut window, Role::TextInput, "Challenge, 16 digits");
    window.harness.event(eframe::egui::Event::Text(challenge.to_string()));
    window.run();
    let main_action = |window: &mut TestWindow| {
        window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        window.run();
    };
    main_action(&mut window);
    window.wait_for_label("The holder has the card in hand");
    reach(&mut window, Role::CheckBox, "The holder has the card in hand");
    window.harness.key_press(Key::Space);
    window.run();
    main_action(&mut window);
    window.wait_for_label("A second officer approves this");
    assert_eq!(state(&window, &serial), CardState::Locked, "nothing has begun");
    assert!(window.spoken().contains("Have a colleague approve it above"), "{}", window.spoken());
    main_action(&mut window);
    assert_eq!(state(&window, &serial), CardState::Locked, "nobody approves it by a key of the page");
    reach(&mut window, Role::Button, "Rowan Ashdown, RA Manager: I approve this");
    window.harness.key_press(Key::Enter);
    window.wait_for_label("2. What you read back");
    assert_eq!(state(&window, &serial), CardState::InWork);
    let begun = window.model().telephone.open.as_ref().and_then(|open| open.begun.as_ref()).expect("begun");
    there.codes(&begun.response).expect("the other desk understands it");
    reach(&mut window, Role::TextInput, "Completion code, 6 digits");
    let code = there.completion(TelephoneOutcome::Done).to_string();
    window.harness.event(eframe::egui::Event::Text(code));
    window.run();
    main_action(&mut window);
    window.wait_for_label("The card is unlocked");
    assert_eq!(state(&window, &serial), CardState::Active);
    let audit = window.workplace.as_ref().expect("a workplace").service.audit(0, 500).expect("the audit");
    let begun = audit.iter().find(|row| row.event == "telephone.begun").expect("it is on record");
    assert_eq!(begun.detail["approved_by"], "555000000001", "{:?}", begun.detail);
}

#[test]
fn nobody_sees_what_another_officer_was_told() {
    let (mut window, serial) = at_the_profile();
    window.harness.state_mut().model.update(Wish::Begin(holder(), serial).into());
    window.run();
    assert!(window.model().telephone.open.is_some());
    window.harness.state_mut().model.update(cardwright::desktop::model::session::Intent::SignOut.into());
    window.wait_for("the end of the session", |model| model.telephone.open.is_none());
    assert!(window.model().officer().is_none());
}

#[test]
fn pictures() {
    samples::pictures("telephone", |scheme, size| {
        let mut model = samples::signed_in();
        model.prefer(|p| p.scheme = scheme);
        model.notices.clear();
        let record = samples::record(17, &[CardState::Locked]);
        let (owner, serial) = (record.holder.id.clone(), record.cards[0].serial.clone());
        samples::open_record(&mut model, record, Vec::new());
        model.update(Wish::Begin(owner.clone(), serial.clone()).into());
        model.update(Wish::Challenge("0001 2345 6789 0123".into()).into());
        drop(model.take_orders());
        model.update(Wish::Ask.into());
        let orders = model.take_orders();
        let Some(Order::Telephone { ticket, .. }) = orders.first() else { panic!("{orders:?}") };
        let job = Issuance {
            job: JobId::from_random([7; 16]),
            operation: Operation::Unlock,
            holder: owner,
            serial,
            state: IssuanceState::Reserved,
            locked: false,
            deadline: datetime!(2099-01-01 0:00 UTC),
            authentication_sha256: None,
            signing_sha256: None,
            begun_by: None,
            told_key: None,
        };
        let response = "7316 4028 5519".parse().expect("12 digits");
        let told = TelephoneTold::Begun(Box::new(BegunByTelephone { job, response }));
        model.on_event(&Event::Telephone { ticket: *ticket, told });
        pure(model, size)
    });
}
