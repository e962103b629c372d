//! Every operation on a card in use, on the real workers: once by the mouse and once by the keyboard alone. Judged by what
//! the service has on record and by what the card itself takes afterwards.

use std::{sync::Arc, time::Duration};

use cardwright::{
    bench::{CardInReader, IssueOrder, Order, PrintWish, TrainingCardMove, WorkEnd},
    cis2::{HttpConfig, HttpService, Service},
    desktop::{
        intent::Intent,
        model::{Model, service, work::Piece},
        preferences::Preferences,
        route::Route,
    },
    domain::{CardSerial, CardState, HolderId, Operation, Passcode, PasscodeRules, Secret, Series},
    gateway::{Gateway, GatewayConfig, ManualClock, RunningGateway},
    workplace::{Configuration, Readers},
};
use eframe::egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};
use time::OffsetDateTime;

use crate::{
    faults::desk::{OTHER_READER, READER, holder, people, quick_folder, quick_profiles},
    harness::{RA_AGENT, TestWindow},
    service::name_of,
};

const FIRST: &str = "738164";
const SECOND: &str = "602917";
const WRONG: &str = "914263";
/// Days a certificate of training is valid, less those that are left of it in a test of renewal.
const AGE: u64 = 3 * 365 - 60;

/// How the officer and the holder work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Mouse,
    Keyboard,
}

impl By {
    const BOTH: [Self; 2] = [Self::Mouse, Self::Keyboard];

    /// The mouse works on cards of the newest series and the keyboard on those before it: the window makes no difference.
    fn stock(self) -> (TrainingCardMove, Series) {
        match self {
            Self::Mouse => (TrainingCardMove::NewBlank, Series::Series10),
            Self::Keyboard => (TrainingCardMove::NewSeries9, Series::Series9),
        }
    }
}

/// A desk whose gateway's time and settings are the test's. Fields are dropped in this order.
struct Desk {
    window: TestWindow,
    clock: Arc<ManualClock>,
    by: By,
    next: u16,
    _gateway: RunningGateway,
    _data: tempfile::TempDir,
}

impl Desk {
    /// A desk with the RA Agent signed in; its gateway believes that it is so many days ago, and wants a second officer
    /// for these.
    fn new(by: By, days_ago: u64, second_officer: &[Operation]) -> Self {
        let data = quick_folder();
        let began = OffsetDateTime::now_utc() - Duration::from_secs(days_ago * 24 * 60 * 60);
        let clock = Arc::new(ManualClock::starting(began));
        let mut config = GatewayConfig::training(data.path(), people());
        config.clock = Arc::clone(&clock) as _;
        config.second_officer = second_officer.to_vec();
        let gateway = Gateway::start(config).expect("a gateway");
        let configuration = format!("[gateway]\nurl = \"{}\"\n", gateway.url());
        let configuration = Configuration::parse(&configuration, "test").expect("a configuration");
        let (url, size) = (gateway.url(), (1280.0, 800.0));
        let mut training = None;
        let folder = quick_folder();
        let mut window =
            TestWindow::open_with(folder, size, Preferences::default(), configuration, Readers::TrainingOnly, |desk| {
                desk.service = HttpService::new(&url, HttpConfig::default()).expect("a client");
                desk.bench.profiles = quick_profiles();
                training = desk.bench.training.clone();
            });
        training.expect("training readers").pull_card_out(OTHER_READER).expect("a card");
        window.sign_in(RA_AGENT);
        Self { window, clock, by, next: 0, _gateway: gateway, _data: data }
    }

    fn usual(by: By) -> Self {
        Self::new(by, 0, &[])
    }

    fn pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60));
    }

    fn service(&self) -> &HttpService {
        &self.window.workplace.as_ref().expect("a workplace").service
    }

    fn order(&mut self, order: Order) {
        self.window.harness.state_mut().model.order(order);
        self.window.run();
    }

    /// A card of a new holder, issued on a new blank one; locked without a passcode.
    fn issued(&mut self, passcode: Option<&str>) -> (HolderId, CardSerial) {
        let (move_to, series) = self.by.stock();
        self.order(Order::TrainingCard { reader: READER.into(), move_to });
        self.window.wait_for("a blank card", |model| {
            let wanted =
                |card: &CardInReader| card.series == series && cardwright::desktop::model::issue::is_blank(card);
            model.bench.cards().any(|(_, card)| wanted(card))
        });
        let holder = holder(self.next);
        self.next += 1;
        let passcode = passcode.map(chosen);
        let model = &mut self.window.harness.state_mut().model;
        let work = model.new_work();
        model.work.all.insert(work, Piece::new(Operation::Issue, None, Some(READER.into())));
        let issue = IssueOrder { holder: holder.clone(), reader: READER.into(), passcode, print: PrintWish::No };
        self.order(Order::Issue { work, issue: Box::new(issue) });
        assert_eq!(self.end(), WorkEnd::Done { queued: None }, "it is issued");
        self.wait_card(|state| matches!(state, CardState::Active | CardState::Locked));
        let (_, card) = self.window.model().bench.cards().next().expect("the card");
        let serial = card.serial.clone();
        (holder, serial)
    }

    fn wait_card(&mut self, is: impl Fn(CardState) -> bool) {
        self.window.wait_for("the card as it is now", |model| {
            model.bench.cards().any(|(reader, card)| reader.name == READER && card.state().is_some_and(&is))
        });
    }

    /// Waits until all work has ended, and says how the newest did.
    fn end(&mut self) -> WorkEnd {
        self.window.wait_for("the end of the work", |model| model.work.all.values().all(|piece| piece.end.is_some()));
        let newest = self.window.model().work.all.values().next_back().expect("work");
        newest.end.clone().expect("its end")
    }

    /// Comes to the page of the card in the reader.
    fn serve(&mut self) {
        match self.by {
            By::Keyboard => self.key(Modifiers::ALT, Key::Num1),
            By::Mouse => self.window.click("Service a card"),
        }
        self.window.wait_for("the card on the page", |model| service::here(model).is_some());
        assert_eq!(*self.window.model().history.here(), Route::Service);
        let (_, series) = self.by.stock();
        self.says(&[&series.to_string()]);
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.window.harness.key_press_modifiers(modifiers, key);
        self.window.run();
    }

    /// Presses something with this role and name.
    fn press(&mut self, role: Role, name: &str) {
        self.window.run();
        if self.by == By::Mouse {
            self.window.harness.get_by_role_and_label(role, name).click();
            self.window.run();
            return;
        }
        for _ in 0..80 {
            if self.window.harness.query_by_role_and_label(role, name).is_some_and(|node| node.is_focused()) {
                return self.key(Modifiers::NONE, if role == Role::CheckBox { Key::Space } else { Key::Enter });
            }
            self.key(Modifiers::NONE, Key::Tab);
        }
        panic!("Tab does not reach “{name}”: {}", self.window.spoken());
    }

    /// The holder types into this field, and nothing of it is told.
    fn types(&mut self, field: &str, digits: &str) {
        self.window.run();
        match self.by {
            By::Keyboard => {
                let here = self.window.harness.get_by_role_and_label(Role::PasswordInput, field).is_focused();
                assert!(here, "the keyboard is at “{field}”: {}", self.window.spoken());
                self.window.harness.event(Event::Text(digits.to_owned()));
                self.window.run();
                self.key(Modifiers::NONE, Key::Enter);
            }
            By::Mouse => {
                self.window.harness.get_by_role_and_label(Role::PasswordInput, field).click();
                self.window.run();
                for digit in digits.chars() {
                    self.window.click(&digit.to_string());
                }
            }
        }
        let said = format!("{} {:?}", self.window.spoken(), self.window.model().dialogs);
        assert!(!said.contains(digits), "a passcode is told: {said}");
    }

    /// The dialogue of a passcode is ended, where the last Enter has not done that.
    fn take(&mut self, name: &str) {
        if self.by == By::Mouse {
            self.window.click(name);
        }
    }

    fn new_passcode(&mut self, digits: &str) {
        self.types("Your passcode", digits);
        self.types("The same again", digits);
        self.take("Use this passcode");
    }

    #[track_caller]
    fn says(&mut self, words: &[&str]) {
        self.window.run();
        let spoken = self.window.spoken();
        for word in words {
            assert!(spoken.contains(word), "“{word}” is not said in {spoken}");
        }
    }

    /// The service has the card on record like this, and nothing is open at this desk.
    #[track_caller]
    fn is(&self, serial: &CardSerial, state: CardState) {
        assert_eq!(self.service().card(serial).expect("an answer").state, state);
        let open = self.window.workplace.as_ref().expect("a workplace").journal.open_jobs().expect("reads");
        assert!(open.is_empty(), "a job is open: {open:?}");
    }

    /// The card takes this passcode: it is changed to another one with it, and back.
    fn takes(&mut self, passcode: &str) {
        for (old, new) in [(passcode, "481625"), ("481625", passcode)] {
            self.serve();
            self.press(Role::Button, "Change the passcode");
            self.types("The passcode you have now", old);
            self.types("Your new passcode", new);
            self.types("The same again", new);
            self.take("Use the new passcode");
            assert_eq!(self.end(), WorkEnd::Done { queued: None }, "{}", self.window.spoken());
            self.wait_card(|state| state == CardState::Active);
        }
    }
}

fn chosen(digits: &str) -> Passcode {
    Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).expect("a passcode")
}

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
        desk.says(&["was cancelled for good, and opens nothing", "Nothing is done to this card here."]);

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

#[test]
fn a_card_shows_within_a_second_of_being_put_in() {
    let mut desk = Desk::usual(By::Mouse);
    let (who, _) = desk.issued(Some(FIRST));
    desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Out });
    desk.window.wait_for("an empty reader", |model| model.bench.cards().next().is_none());
    desk.window.click("Service a card");
    desk.says(&["Put the holder's card into a reader"]);
    let began = std::time::Instant::now();
    desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Back });
    desk.window.wait_for("the card and its holder", |model| {
        service::here(model).is_some_and(|(_, card)| card.holder.as_ref().is_some_and(|holder| holder.id == who))
    });
    let took = began.elapsed();
    println!("shown {took:?} after it was put in");
    assert!(took < Duration::from_secs(5), "{took:?}, also on a machine that is busy");
    desk.says(&["This card is in order", "3 tries left"]);
}

#[test]
fn a_card_is_seen_to_work_and_a_wrong_passcode_is_told() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.issued(Some(FIRST));
        for (typed, words) in [
            (WRONG, ["The card did not pass", "Nothing on it was changed."]),
            (FIRST, ["This card works", "its key signs"]),
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
