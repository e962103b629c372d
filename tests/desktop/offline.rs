//! Unlock by telephone in the window of the desk that has the card: its service is silent, and an officer elsewhere answers,
//! in a window of their own. By keyboard alone, on the real workers, over a gateway that is really cut off.

use cardwright::{
    bench::{IssueOrder, Order, PrintWish, TrainingCardMove, WorkEnd},
    cis2::{HttpConfig, HttpService, Service},
    desktop::{
        intent::Intent,
        model::{Model, offline, session, work::Piece},
        preferences::Preferences,
        route::Route,
    },
    domain::{CardSerial, CardState, HolderId, Operation, Passcode, PasscodeRules, Secret, telephone::Response},
    operations::{OperationError, Resumption, Step},
    workplace::{Configuration, Readers},
};
use eframe::egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{By, Queryable};

use crate::{
    faults::desk::{FaultDesk, READER, quick_folder, quick_profiles},
    harness::{RA_AGENT, TestWindow},
};

const FIRST: &str = "738164";
const SECOND: &str = "602917";
/// Another officer who may unlock cards.
const RA_MANAGER: &str = "555000000001";
const CHALLENGE: &str = "Challenge, 16 digits";
const RESPONSE: &str = "Response, 12 or 20 digits";
const COMPLETION: &str = "Completion code, 6 digits";
const SHOW: &str = "Unlock a card by telephone";
const CHOOSE: &str = "The holder is here, and chooses now";

fn chosen(digits: &str) -> Passcode {
    Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).expect("a passcode")
}

fn key(window: &mut TestWindow, modifiers: Modifiers, key: Key) {
    window.harness.key_press_modifiers(modifiers, key);
    window.run();
}

fn main_action(window: &mut TestWindow) {
    key(window, Modifiers::COMMAND, Key::Enter);
}

/// Brings the keyboard to something by Tab alone.
#[track_caller]
fn reach(window: &mut TestWindow, role: Role, name: &str) {
    for _ in 0..80 {
        let found = window.harness.query_all(By::new().role(role).label_contains(name)).any(|node| node.is_focused());
        if found {
            return;
        }
        key(window, Modifiers::NONE, Key::Tab);
    }
    panic!("Tab does not reach “{name}”: {}", window.spoken());
}

#[track_caller]
fn press(window: &mut TestWindow, name: &str) {
    reach(window, Role::Button, name);
    key(window, Modifiers::NONE, Key::Enter);
}

/// Types over what stands in this field.
#[track_caller]
fn type_into(window: &mut TestWindow, field: &str, text: &str) {
    reach(window, Role::TextInput, field);
    key(window, Modifiers::COMMAND, Key::A);
    window.harness.event(Event::Text(text.to_owned()));
    window.run();
}

#[track_caller]
fn says(window: &mut TestWindow, words: &[&str]) {
    window.run();
    let spoken = window.spoken();
    for word in words {
        assert!(spoken.contains(word), "“{word}” is not said in {spoken}");
    }
}

/// One digit is misheard.
fn misheard(digits: &str) -> String {
    let last = if digits.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &digits[..digits.len() - 1])
}

/// Two desks. A card was issued at the first, whose service has fallen silent since; nobody is signed in there.
struct Apart {
    here: FaultDesk,
    there: Option<TestWindow>,
    holder: HolderId,
    serial: CardSerial,
}

impl Apart {
    fn new() -> Self {
        let mut apart = Self::signed_in();
        apart.here.kill_gateway();
        apart.here.update(session::Intent::SignOut);
        apart.here.window.wait_for("the end of the session", |model| model.officer().is_none());
        apart.here.window.wait_for_label(SHOW);
        apart
    }

    /// The same before anything is silent.
    fn signed_in() -> Self {
        let mut here = FaultDesk::signed_in();
        let holder = here.next_holder();
        let serial = issue(&mut here, &holder);
        Self { here, there: None, holder, serial }
    }

    /// Comes to the page by keyboard and makes a challenge; gives it as it is read aloud.
    #[track_caller]
    fn challenge(&mut self) -> String {
        let window = &mut self.here.window;
        window.wait_for("the card", |model| offline::cards(model).next().is_some());
        if !window.model().offline.shown && window.model().officer().is_none() {
            press(window, SHOW);
        }
        window.wait_for("a card to begin with", |model| offline::keeps_from_beginning(model).is_none());
        main_action(window);
        window.wait_for("a challenge", |model| model.offline.open.is_some());
        let begun = window.model().offline.open.as_ref().expect("it is open").begun.clone();
        assert_eq!((&begun.serial, &begun.holder), (&self.serial, &self.holder), "the certificate says whose it is");
        let (challenge, number) = (begun.challenge.to_string(), self.holder.grouped());
        says(window, &[&challenge, &number, "read them this"]);
        challenge
    }

    /// The officer elsewhere, at the profile of the holder, by keyboard alone.
    #[track_caller]
    fn officer(&mut self) -> &mut TestWindow {
        if self.there.is_none() {
            let url = self.here.gateway_url();
            let configuration = format!("[gateway]\nurl = \"{url}\"\n");
            let configuration = Configuration::parse(&configuration, "test").expect("a configuration");
            let (folder, size) = (quick_folder(), (1280.0, 800.0));
            let readers = Readers::TrainingOnly;
            let window = TestWindow::open_with(folder, size, Preferences::default(), configuration, readers, |desk| {
                desk.service = HttpService::new(&url, HttpConfig::default()).expect("a client");
                desk.bench.profiles = quick_profiles();
            });
            self.there = Some(window);
        }
        let (number, serial) = (self.holder.to_string(), self.serial.to_string());
        let window = self.there.as_mut().expect("it is there");
        if window.model().officer().is_none() {
            let manager = RA_MANAGER.parse().expect("a number");
            window.wait_for("officers to choose from", |model| !model.session.officers.is_empty());
            let known = window.model().session.officers.iter().find(|known| known.officer.id == manager);
            let name = known.expect("an officer of training").officer.name.clone();
            press(window, &name);
            window.wait_for("the officer at work", |model| model.officer().is_some());
        }
        key(window, Modifiers::COMMAND, Key::F);
        let here = |model: &Model| *model.history.here() == Route::Find;
        window.wait_for("the search", here);
        reach(window, Role::TextInput, "");
        key(window, Modifiers::COMMAND, Key::A);
        window.harness.event(Event::Text(number.clone()));
        window.run();
        window.wait_for("the holder", |model| {
            model.find.found.len() == 1 && model.find.found[0].holder.id.as_str() == number.as_str()
        });
        main_action(window);
        let by_telephone = format!("Unlock by telephone the card {serial}");
        window.wait_for_button(&by_telephone);
        press(window, &by_telephone);
        window
    }

    /// The officer types the challenge, and what they read back is given.
    #[track_caller]
    fn answered(&mut self, challenge: &str) -> String {
        let window = self.officer();
        type_into(window, CHALLENGE, challenge);
        main_action(window);
        window.wait_for_label("2. What you read back");
        let open = window.model().telephone.open.as_ref().and_then(|open| open.begun.as_ref());
        let response: Response = open.expect("begun").response.clone();
        says(window, &[&response.to_string()]);
        response.to_string()
    }

    /// The response is typed here, and fits.
    #[track_caller]
    fn heard(&mut self, response: &str) {
        let window = &mut self.here.window;
        type_into(window, RESPONSE, response);
        main_action(window);
        window.wait_for_label("It fits this card and this challenge");
    }

    /// The holder types a passcode twice, and nothing of it is told.
    #[track_caller]
    fn chooses(&mut self, digits: &str) {
        let window = &mut self.here.window;
        window.wait_for("the card in its place", |model| {
            let open = model.offline.open.as_ref();
            open.is_some_and(|open| offline::keeps_from_choosing(model, open).is_none())
        });
        main_action(window);
        for field in ["Your passcode", "The same again"] {
            let at = window.harness.get_by_role_and_label(Role::PasswordInput, field).is_focused();
            assert!(at, "the keyboard is at “{field}”: {}", window.spoken());
            window.harness.event(Event::Text(digits.to_owned()));
            window.run();
            let said = format!("{} {:?}", window.spoken(), window.model().dialogs);
            assert!(!said.contains(digits), "a passcode is told: {said}");
            key(window, Modifiers::NONE, Key::Enter);
        }
    }

    /// Waits until it is over, and gives the completion code as it is read aloud.
    #[track_caller]
    fn completion(&mut self) -> String {
        let window = &mut self.here.window;
        window
            .wait_for("the end", |model| model.offline.open.as_ref().is_some_and(|open| offline::is_over(model, open)));
        let stage = window.model().offline.open.as_ref().expect("it is shown").stage.clone();
        let offline::Stage::Over(ended) = stage else { panic!("{stage:?}: {}", window.spoken()) };
        let code = ended.completion.to_string();
        says(window, &[&code, "If nobody hears it, nothing is lost"]);
        code
    }

    /// The officer types the completion code.
    #[track_caller]
    fn finish(&mut self, code: &str, words: &str) {
        let window = self.there.as_mut().expect("an officer");
        type_into(window, COMPLETION, code);
        main_action(window);
        window.wait_for_label(words);
    }

    fn state(&self) -> CardState {
        let there = self.there.as_ref().expect("an officer");
        there.workplace.as_ref().expect("a workplace").service.card(&self.serial).expect("an answer").state
    }

    /// The gateway answers here again: what is unfinished is told to it, and the card is proved to work with this passcode.
    #[track_caller]
    fn works_with(&mut self, passcode: &str) -> Vec<Resumption> {
        self.here.mend_gateway();
        if self.here.window.model().offline.shown {
            self.here.update(offline::Intent::Close);
            press(&mut self.here.window, "Back");
            // Who may sign in is asked for once more, and the service answers.
            self.here.window.wait_for("the service", |model| model.session.trouble.is_none());
        }
        self.here.window.sign_in(RA_AGENT);
        let workplace = self.here.window.workplace.clone().expect("a workplace");
        let desk = workplace.desk();
        let mut told = Vec::new();
        for job in desk.look_at_unfinished().expect("the journal reads") {
            told.push(desk.resume_one_with(&job.job, None, &mut |_| {}).expect("resumed").resumption);
        }
        // The window looks at its cards too.
        let card = loop {
            match desk.prepare_authentication(Some(READER)) {
                Err(OperationError::Reader(cardwright::card::reader::ReaderError::InUse { .. })) => {
                    self.here.window.run()
                }
                other => break other.expect("the card is read"),
            }
        };
        desk.authenticate(card, &chosen(passcode)).expect("the card works with the passcode its holder chose");
        told
    }
}

/// A card of this holder, issued with a passcode.
fn issue(desk: &mut FaultDesk, holder: &HolderId) -> CardSerial {
    desk.new_card();
    let model = &mut desk.window.harness.state_mut().model;
    let work = model.new_work();
    model.work.all.insert(work, Piece::new(Operation::Issue, None, Some(READER.into())));
    let issue = IssueOrder {
        holder: holder.clone(),
        reader: READER.into(),
        passcode: Some(chosen(FIRST)),
        print: PrintWish::No,
    };
    model.order(Order::Issue { work, issue: Box::new(issue) });
    assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "it is issued");
    desk.window.wait_for("the issued card", |model| {
        model.bench.cards().any(|(_, card)| card.state() == Some(CardState::Active))
    });
    let (_, card) = desk.window.model().bench.cards().next().expect("the card");
    card.serial.clone()
}

#[test]
fn two_windows_unlock_a_card_together_by_keyboard_alone() {
    let mut apart = Apart::new();
    let challenge = apart.challenge();
    let window = apart.officer();
    // A misheard digit: the officer's window says so, and nothing has begun.
    type_into(window, CHALLENGE, &misheard(&challenge));
    main_action(window);
    window.wait_for_label("does not fit this card");
    press(window, "Begin again with a new challenge");
    let response = apart.answered(&challenge);
    assert_eq!(apart.state(), CardState::InWork);

    // A misheard digit here: the card sees nothing of it.
    let window = &mut apart.here.window;
    type_into(window, RESPONSE, &misheard(&response));
    main_action(window);
    window.wait_for_label("a digit was misheard");
    apart.heard(&response);
    apart.chooses(SECOND);
    let code = apart.completion();
    says(&mut apart.here.window, &["The card is unlocked", "The new passcode works from now on"]);
    let there = apart.there.as_mut().expect("an officer");
    type_into(there, COMPLETION, &misheard(&code));
    main_action(there);
    there.wait_for_label("no completion code of this unlock");
    apart.finish(&code, "The card is unlocked, and its new unlock code is kept.");
    assert_eq!(apart.state(), CardState::Active);

    // The page is left, and the code stands there until this desk has told it.
    let window = &mut apart.here.window;
    main_action(window);
    window.wait_for_label("Codes the service may not have heard yet");
    says(window, &[&code]);
    assert_eq!(apart.works_with(SECOND), [Resumption::Finished]);
    apart.here.update(offline::Intent::Show);
    apart.here.window.wait_for("no code left", |model| model.offline.untold.is_empty());
}

#[test]
fn what_nobody_hears_is_told_when_the_service_is_back() {
    let mut apart = Apart::new();
    let challenge = apart.challenge();
    let response = apart.answered(&challenge);
    apart.heard(&response);
    apart.chooses(SECOND);
    apart.completion();
    assert_eq!(apart.state(), CardState::InWork, "the telephone broke off");
    assert_eq!(apart.works_with(SECOND), [Resumption::Finished]);
    assert_eq!(apart.state(), CardState::Active);
}

#[test]
fn a_card_that_is_pulled_or_swapped_while_people_speak_is_not_touched_and_goes_on_when_it_is_back() {
    let mut apart = Apart::new();
    let challenge = apart.challenge();
    apart.here.move_card(TrainingCardMove::Out);
    apart.here.window.wait_for_label("is not in Training reader 1 any more");
    let response = apart.answered(&challenge);
    apart.heard(&response);
    says(&mut apart.here.window, &["back first"]);
    main_action(&mut apart.here.window);
    assert!(apart.here.window.model().dialogs.is_empty(), "no passcode is asked for without the card");
    apart.here.move_card(TrainingCardMove::NewBlank);
    apart.here.window.wait_for_label("Another card is in Training reader 1 now");
    main_action(&mut apart.here.window);
    assert!(apart.here.window.model().dialogs.is_empty(), "no passcode is asked for with another card");
    apart.here.move_card(TrainingCardMove::Kept(apart.serial.clone()));
    // Pulled while its holder types: the question goes with it.
    let window = &mut apart.here.window;
    window.wait_for("the card in its place", |model| {
        model.offline.open.as_ref().is_some_and(|open| offline::keeps_from_choosing(model, open).is_none())
    });
    press(window, CHOOSE);
    window.harness.event(Event::Text(SECOND.to_owned()));
    window.run();
    apart.here.move_card(TrainingCardMove::Out);
    apart.here.window.wait_for("the question withdrawn", |model| model.dialogs.is_empty());
    apart.here.move_card(TrainingCardMove::Back);
    apart.chooses(SECOND);
    let code = apart.completion();
    apart.finish(&code, "The card is unlocked, and its new unlock code is kept.");
    assert_eq!(apart.works_with(SECOND), [Resumption::Finished]);
}

#[test]
fn a_card_that_is_pulled_in_the_middle_of_the_work_is_unlocked_with_a_new_challenge() {
    for step in [Step::SetUnlockCode, Step::SetPasscode] {
        let mut apart = Apart::new();
        let challenge = apart.challenge();
        let response = apart.answered(&challenge);
        apart.heard(&response);
        let training = apart.here.training.clone();
        apart.here.at(step, move || training.pull_card_out(READER).expect("it is there"));
        apart.chooses(SECOND);
        let code = apart.completion();
        assert!(apart.here.is_sprung(), "{step:?}");
        says(&mut apart.here.window, &["The card is not unlocked", "the service keeps both", "begin again"]);
        apart.finish(&code, "The other desk gave it up");
        // The same card again, with a new challenge: the response carries both codes.
        main_action(&mut apart.here.window);
        apart.here.move_card(TrainingCardMove::Back);
        let again = apart.challenge();
        assert_ne!(again, challenge);
        let response = apart.answered(&again);
        assert_eq!(response.replace(' ', "").len(), 20, "{response}");
        apart.heard(&response);
        apart.chooses(SECOND);
        let code = apart.completion();
        apart.finish(&code, "The card is unlocked, and its new unlock code is kept.");
        let told = apart.works_with(SECOND);
        assert!(told.contains(&Resumption::Finished), "{told:?}");
    }
}

#[test]
fn it_is_given_up_before_the_card_sees_anything() {
    let mut apart = Apart::new();
    let challenge = apart.challenge();
    apart.answered(&challenge);
    press(&mut apart.here.window, "Give it up");
    let code = apart.completion();
    says(&mut apart.here.window, &["It was given up", "Nothing on the card was changed"]);
    apart.finish(&code, "The other desk gave it up");
    assert_eq!(apart.state(), CardState::Active);
    main_action(&mut apart.here.window);
    press(&mut apart.here.window, "Back");
    apart.here.window.wait_for_label("Sign in");
    assert!(!apart.here.window.model().offline.shown);
    assert_eq!(apart.works_with(FIRST), []);
}

#[test]
fn a_desk_that_was_never_enrolled_says_what_to_do() {
    let mut apart = Apart::new();
    std::fs::remove_dir_all(apart.here.window.folder.path().join("workstation")).expect("it was enrolled");
    let window = &mut apart.here.window;
    window.wait_for("the card", |model| offline::cards(model).next().is_some());
    press(window, SHOW);
    main_action(window);
    window.wait_for_label("cannot unlock cards by telephone yet");
    says(window, &["sign in here once while the gateway answers"]);
    assert!(window.model().offline.open.is_none());
}

#[test]
fn an_officer_who_is_signed_in_comes_to_it_from_the_card() {
    let mut apart = Apart::signed_in();
    apart.here.kill_gateway();
    apart.here.move_card(TrainingCardMove::Out);
    apart.here.window.wait_for("an empty reader", |model| model.bench.cards().next().is_none());
    key(&mut apart.here.window, Modifiers::ALT, Key::Num1);
    apart.here.move_card(TrainingCardMove::Back);
    apart.here.window.wait_for_button(SHOW);
    main_action(&mut apart.here.window);
    assert_eq!(*apart.here.window.model().history.here(), Route::Offline);
    let challenge = apart.challenge();
    // Somebody looks elsewhere, locks the window and cannot come back: what was begun goes on without them.
    apart.here.update(session::Intent::Lock);
    press(&mut apart.here.window, "Go on with it");
    says(&mut apart.here.window, &[&challenge]);
    let response = apart.answered(&challenge);
    apart.heard(&response);
    apart.chooses(SECOND);
    let code = apart.completion();
    apart.finish(&code, "The card is unlocked, and its new unlock code is kept.");
    apart.here.mend_gateway();
    apart.here.update(session::Intent::Unlock);
    apart.here.window.wait_for("the officer back", |model| model.officer().is_some());
    assert_eq!(*apart.here.window.model().history.here(), Route::Offline, "it is shown where it was left");
    apart.here.update(Intent::Go(Route::Unfinished));
    apart.here.window.wait_for("the job to be told", |model| model.unfinished.count() == 1);
    press(&mut apart.here.window, "Go on with it");
    apart.here.window.wait_for("nothing unfinished", |model| model.unfinished.count() == 0);
}
