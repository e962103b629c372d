//! The kiosk of self-service by keyboard alone, by role and name: real worker, real gateway, a virtual card.

#![cfg(feature = "desktop")]

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
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
    gateway::{Clock, Gateway, GatewayConfig, RunningGateway},
    operations::{issue::PasscodeChoice, preflight::IssueRequest},
    training::{self, readers::NAMES},
    workplace::{Configuration, Places, Readers, Workplace},
};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT, Queryable},
};
use tempfile::TempDir;
use time::OffsetDateTime;

/// Long enough for anything a training desk does, also on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(120);
const HOLDER: &str = "555000000017";

fn digits(text: &str) -> Passcode {
    Passcode::shaped(Secret::new(text.as_bytes().to_vec()), PasscodeRules::default()).expect("digits")
}

/// A clock that is set to any moment: certificates are made long ago and renewed today.
#[derive(Debug)]
struct SetClock(Mutex<OffsetDateTime>);

impl Clock for SetClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// At which word of the worker the card is pulled: it is gone before that step is done.
type Pull = Arc<Mutex<Option<u32>>>;

struct Stand {
    pull: Pull,
    _gateway: RunningGateway,
    harness: Harness<'static, Kiosk>,
    workplace: Arc<Workplace>,
    rung: mpsc::Receiver<()>,
    orders: mpsc::SyncSender<Order>,
    folder: TempDir,
}

impl Stand {
    /// A kiosk for which a card was issued to a holder today; both readers are empty.
    fn new() -> Self {
        Self::with_card_of(HOLDER, 3 * 365)
    }

    /// The same with a card of this holder whose certificates are good for so many more days, less than none if expired.
    fn with_card_of(holder: &str, days_left: i64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let now = OffsetDateTime::now_utc();
        // Certificates live for three years.
        let made = now.replace_year(now.year() - 3).unwrap_or(now) + time::Duration::days(days_left);
        let clock = Arc::new(SetClock(Mutex::new(made.min(now))));
        let people = training::people().expect("people");
        let config = GatewayConfig::training(folder.path().join("gateway"), people);
        let gateway = Gateway::start(GatewayConfig { clock: clock.clone(), ..config }).expect("a gateway");
        let places = Places::new(Some(folder.path().join("desk")), None).expect("places");
        let mut configuration = Configuration::default();
        configuration.gateway.url = Some(gateway.url());
        let workplace = Workplace::unattended(&places, configuration, Readers::TrainingOnly);
        let workplace = Arc::new(workplace.expect("a workplace"));
        let officer = SignIn { officer: "555000000003".parse().expect("a number") };
        workplace.service.sign_in(&officer).expect("signed in");
        let request = IssueRequest {
            holder: holder.parse().expect("a number"),
            reader: Some(NAMES[0].to_owned()),
            passcode: PasscodeChoice::ChosenByHolder,
            print: None,
        };
        let desk = workplace.desk();
        let preflight = desk.prepare_issue(&request).expect("prepared");
        desk.issue(preflight, Some(digits("738164")), &mut |_| {}).expect("issued");
        *clock.0.lock().expect("no panic") = now;
        workplace.service.sign_out().expect("signed out");
        let training = workplace.bench.training.as_ref().expect("training readers");
        NAMES.iter().for_each(|reader| drop(training.take_card_out(reader).expect("taken out")));
        let (orders, received) = mpsc::sync_channel(WAITING);
        let (told, events) = mpsc::sync_channel(WAITING);
        let (bell, rung) = mpsc::sync_channel(WAITING);
        let (for_worker, myself) = (Arc::clone(&workplace), orders.clone());
        let pull = Pull::default();
        let (pulled, bench) = (Arc::clone(&pull), Arc::clone(&workplace));
        std::thread::spawn(move || {
            worker::run(&for_worker, &received, myself, told, move || {
                let mut words_left = pulled.lock().expect("no panic");
                if *words_left == Some(1) {
                    bench.bench.training.as_ref().expect("training readers").take_card_out(NAMES[0]).expect("pulled");
                }
                *words_left = words_left.filter(|left| *left > 1).map(|left| left - 1);
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
        Self { pull, _gateway: gateway, harness, workplace, rung, orders, folder }
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

    /// Everything a screen reader could say, one line a node.
    fn spoken(&self) -> String {
        fn walk(node: egui_kittest::Node<'_>, all: &mut String) {
            use std::fmt::Write;
            let told = node.accesskit_node();
            let _ = writeln!(all, "{:?} {:?} {:?}", told.label(), told.value(), told.description());
            node.children().for_each(|child| walk(child, all));
        }
        let mut all = String::new();
        walk(self.harness.root(), &mut all);
        all
    }

    #[track_caller]
    fn never_says(&self, secret: &str) {
        let spoken = self.spoken();
        assert!(!spoken.contains(secret), "{spoken}");
        // Nor in words of the model, which a fault could print.
        let model = format!("{:?}", self.harness.state().model);
        assert!(!model.contains(secret), "{model}");
    }

    /// Whether a choice is offered.
    fn offers(&self, name: &str) -> bool {
        !self.harness.get_by_role_and_label(Role::Button, name).accesskit_node().is_disabled()
    }

    /// Puts the card in and waits for what may be done with it.
    #[track_caller]
    fn put_in_and_see(&mut self) {
        self.put_in();
        self.until("the card is seen", |stage| matches!(stage, Stage::Choose(_)));
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
    stand.harness.get_by_label_contains("30 more days");
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
