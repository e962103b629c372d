//! A kiosk on its real worker and a gateway whose clock is set, worked by keyboard.

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
    domain::{Passcode, PasscodeRules, Secret, eligibility::Realm},
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
pub const HOLDER: &str = "555000000017";

pub fn digits(text: &str) -> Passcode {
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
pub type Pull = Arc<Mutex<Option<u32>>>;

pub struct Stand {
    pub pull: Pull,
    _gateway: RunningGateway,
    pub harness: Harness<'static, Kiosk>,
    pub workplace: Arc<Workplace>,
    rung: mpsc::Receiver<()>,
    orders: mpsc::SyncSender<Order>,
    pub folder: TempDir,
}

impl Stand {
    /// A kiosk for which a card was issued to a holder today; both readers are empty.
    pub fn new() -> Self {
        Self::with_card_of(HOLDER, 3 * 365)
    }

    /// The same with a card of this holder whose certificates are good for so many more days, less than none if expired.
    pub fn with_card_of(holder: &str, days_left: i64) -> Self {
        Self::open((1000.0, 900.0), Preferences::default(), holder, days_left)
    }

    /// The same in a window of this size in points, and with these choices.
    pub fn open(size: (f32, f32), preferences: Preferences, holder: &str, days_left: i64) -> Self {
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
        workplace.service.sign_out().expect("signed out");
        *clock.0.lock().expect("no panic") = now;
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
                    bench.bench.training.as_ref().expect("training readers").pull_card_out(NAMES[0]).expect("pulled");
                }
                *words_left = words_left.filter(|left| *left > 1).map(|left| left - 1);
                // One ring is enough, and nobody listens any more once the test is over.
                let _ = bell.try_send(());
            });
        });
        let kiosk = Kiosk::new(&preferences, Realm::Training, PATIENCE, orders.clone(), events);
        let harness = Harness::builder()
            .with_size(size)
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
    pub fn until(&mut self, what: &str, so: impl Fn(&Stage) -> bool) {
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

    pub fn put_in(&self) {
        let training = self.workplace.bench.training.as_ref().expect("training readers");
        training.put_card_back(NAMES[0]).expect("put in");
    }

    pub fn take_out(&self) {
        let training = self.workplace.bench.training.as_ref().expect("training readers");
        training.take_card_out(NAMES[0]).expect("taken out");
    }

    pub fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.step();
        self.harness.step();
    }

    /// Goes on with Tab to the button of this name and presses it.
    #[track_caller]
    pub fn press_button(&mut self, name: &str) {
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
    pub fn fill(&mut self, name: &str, text: &str) {
        assert!(self.harness.get_by_role_and_label(Role::PasswordInput, name).is_focused(), "{name}");
        self.harness.event(eframe::egui::Event::Text(text.to_owned()));
        self.harness.step();
        self.harness.step();
        assert_eq!(self.shown(name), "●".repeat(text.len()), "how many, never which");
    }

    pub fn shown(&self, name: &str) -> String {
        let field = self.harness.get_by_role_and_label(Role::PasswordInput, name);
        field.accesskit_node().value().unwrap_or_default()
    }

    /// Everything a screen reader could say, one line a node.
    pub fn spoken(&self) -> String {
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
    pub fn never_says(&self, secret: &str) {
        let spoken = self.spoken();
        assert!(!spoken.contains(secret), "{spoken}");
        // Nor in words of the model, which a fault could print.
        let model = format!("{:?}", self.harness.state().model);
        assert!(!model.contains(secret), "{model}");
    }

    /// Whether a choice is offered.
    pub fn offers(&self, name: &str) -> bool {
        !self.harness.get_by_role_and_label(Role::Button, name).accesskit_node().is_disabled()
    }

    /// Puts the card in and waits for what may be done with it.
    #[track_caller]
    pub fn put_in_and_see(&mut self) {
        self.put_in();
        self.until("the card is seen", |stage| matches!(stage, Stage::Choose(_)));
    }

    pub fn works_with(&self, passcode: &str) {
        self.workplace.desk().try_card(None, &digits(passcode)).expect("the card works with it");
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Forget);
    }
}

pub fn code_in(data: &Path) -> String {
    let message = fs::read_dir(data.join("gateway/messages")).expect("messages").flatten().next().expect("one");
    let text = fs::read_to_string(message.path()).expect("a message");
    let six = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
    text.split_whitespace().find(six).expect("a code").to_owned()
}
