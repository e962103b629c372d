//! The kiosk of self-service by keyboard alone, by role and name: real worker, real gateway, a virtual card.

#![cfg(feature = "desktop")]

use std::{
    fs,
    path::Path,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use cardwright::{
    cis2::{Service, wire::SignIn},
    desktop::{
        kiosk::{
            Kiosk, WAITING,
            model::{Order, PATIENCE, Stage},
            worker,
        },
        preferences::Preferences,
    },
    domain::{Passcode, PasscodeRules, Secret},
    operations::{issue::PasscodeChoice, preflight::IssueRequest},
    training::readers::NAMES,
    workplace::{Configuration, Places, Readers, Workplace},
};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT, Queryable},
};
use tempfile::TempDir;

/// Long enough for anything a training desk does, also on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(120);
const HOLDER: &str = "555000000017";

fn digits(text: &str) -> Passcode {
    Passcode::shaped(Secret::new(text.as_bytes().to_vec()), PasscodeRules::default()).expect("digits")
}

struct Stand {
    harness: Harness<'static, Kiosk>,
    workplace: Arc<Workplace>,
    rung: mpsc::Receiver<()>,
    orders: mpsc::SyncSender<Order>,
    folder: TempDir,
}

impl Stand {
    /// A kiosk for which a card was issued to a holder; both readers are empty.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let places = Places::new(Some(folder.path().to_owned()), None).expect("places");
        let workplace = Workplace::unattended(&places, Configuration::default(), Readers::TrainingOnly);
        let workplace = Arc::new(workplace.expect("a workplace"));
        let officer = SignIn { officer: "555000000003".parse().expect("a number") };
        workplace.service.sign_in(&officer).expect("signed in");
        let request = IssueRequest {
            holder: HOLDER.parse().expect("a number"),
            reader: Some(NAMES[0].to_owned()),
            passcode: PasscodeChoice::ChosenByHolder,
            print: None,
        };
        let desk = workplace.desk();
        let preflight = desk.prepare_issue(&request).expect("prepared");
        desk.issue(preflight, Some(digits("738164")), &mut |_| {}).expect("issued");
        workplace.service.sign_out().expect("signed out");
        let training = workplace.bench.training.as_ref().expect("training readers");
        NAMES.iter().for_each(|reader| drop(training.take_card_out(reader).expect("taken out")));
        let (orders, received) = mpsc::sync_channel(WAITING);
        let (told, events) = mpsc::sync_channel(WAITING);
        let (bell, rung) = mpsc::sync_channel(WAITING);
        let (for_worker, myself) = (Arc::clone(&workplace), orders.clone());
        std::thread::spawn(move || {
            worker::run(&for_worker, &received, myself, told, move || {
                // One ring is enough, and nobody listens any more once the test is over.
                let _ = bell.try_send(());
            });
        });
        let preferences = Preferences::default();
        let kiosk = Kiosk::new(&preferences, PATIENCE, orders.clone(), events);
        let harness = Harness::builder()
            .with_size((1000.0, 900.0))
            .with_max_steps(64)
            .with_render_cursor(false)
            .with_context_setup(move |context| Kiosk::set_up(context, &preferences))
            .build_ui_state(
                |ui, kiosk: &mut Kiosk| {
                    kiosk.logic(ui.ctx());
                    kiosk.ui(ui);
                },
                kiosk,
            );
        Self { harness, workplace, rung, orders, folder }
    }

    /// Waits for what the worker tells until this is so.
    #[track_caller]
    fn until(&mut self, what: &str, so: impl Fn(&Stage) -> bool) {
        let end = Instant::now() + LIMIT;
        loop {
            self.harness.step();
            if so(&self.harness.state().model.stage) {
                self.harness.step();
                self.harness.step();
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what}: {:?}", self.harness.state().model.stage);
            // A frame may have been asked for without a word of the worker.
            let _ = self.rung.recv_timeout(left.min(Duration::from_millis(200)));
        }
    }

    fn put_in(&self) {
        let training = self.workplace.bench.training.as_ref().expect("training readers");
        training.put_card_back(NAMES[0]).expect("put in");
    }

    fn take_out(&self) {
        let training = self.workplace.bench.training.as_ref().expect("training readers");
        training.take_card_out(NAMES[0]).expect("taken out");
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.step();
        self.harness.step();
    }

    /// Goes on with Tab to the button of this name and presses it.
    #[track_caller]
    fn press_button(&mut self, name: &str) {
        for _ in 0..12 {
            if self.harness.get_by_role_and_label(Role::Button, name).is_focused() {
                return self.press(Key::Enter);
            }
            self.press(Key::Tab);
        }
        panic!("“{name}” is not reached with Tab");
    }

    /// Types into the field that has the keyboard, which must be this one.
    #[track_caller]
    fn fill(&mut self, name: &str, text: &str) {
        assert!(self.harness.get_by_role_and_label(Role::PasswordInput, name).is_focused(), "{name}");
        self.harness.event(eframe::egui::Event::Text(text.to_owned()));
        self.harness.step();
        self.harness.step();
        assert_eq!(self.shown(name), "●".repeat(text.len()), "how many, never which");
    }

    fn shown(&self, name: &str) -> String {
        let field = self.harness.get_by_role_and_label(Role::PasswordInput, name);
        field.accesskit_node().value().unwrap_or_default()
    }

    fn works_with(&self, passcode: &str) {
        self.workplace.desk().try_card(None, &digits(passcode)).expect("the card works with it");
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Forget);
    }
}

fn code_in(data: &Path) -> String {
    let message = fs::read_dir(data.join("gateway/messages")).expect("messages").flatten().next().expect("one");
    let text = fs::read_to_string(message.path()).expect("a message");
    let six = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
    text.split_whitespace().find(six).expect("a code").to_owned()
}

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
    stand.press(Key::Enter);
    stand.until("it is over", |stage| matches!(stage, Stage::Ended { .. }));
    stand.harness.get_by_role_and_label(Role::Heading, "Done");
    stand.works_with("295183");

    stand.take_out();
    stand.press_button("Close");
    stand.put_in();
    stand.until("the card is seen again", |stage| matches!(stage, Stage::Choose(_)));
    stand.press_button("Renew my card");
    stand.fill("Your passcode", "295183");
    stand.press(Key::Enter);
    stand.until("it is refused", |stage| matches!(stage, Stage::Ended { done: false, .. }));
    stand.harness.get_by_label_contains("can be renewed from");

    stand.take_out();
    stand.press_button("Close");
    stand.put_in();
    stand.until("the card is seen a third time", |stage| matches!(stage, Stage::Choose(_)));
    stand.press_button("Unlock my card with a code");
    stand.until("a code was sent", |stage| matches!(stage, Stage::Enter { .. }));
    stand.harness.get_by_label_contains("h•••@people.training.invalid");
    let code = code_in(stand.folder.path());
    stand.fill("Code of the message", &code);
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
