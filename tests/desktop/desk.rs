//! A desk on the real workers whose gateway's time and settings are the test's, worked by the mouse or by the keyboard
//! alone.

use std::{sync::Arc, time::Duration};

use cardwright::{
    bench::{CardInReader, IssueOrder, Order, PrintWish, TrainingCardMove, WorkEnd},
    card::{reader::CardReaders, virtual_card::VirtualReaders},
    cis2::{HttpConfig, HttpService, Service},
    desktop::{
        model::{service, work::Piece},
        preferences::Preferences,
        route::Route,
    },
    domain::{CardSerial, CardState, HolderId, Operation, Passcode, PasscodeRules, Secret, Series},
    gateway::{Gateway, GatewayConfig, ManualClock, RunningGateway},
    training::readers::TrainingReaders,
    workplace::{Configuration, Readers},
};
use eframe::egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable;
use time::OffsetDateTime;

use crate::{
    faults::desk::{OTHER_READER, READER, holder, people, quick_folder, quick_profiles},
    faulty_proxy::FaultyProxy,
    harness::{RA_AGENT, TestWindow},
};

/// How the officer and the holder work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Mouse,
    Keyboard,
}

impl By {
    pub const BOTH: [Self; 2] = [Self::Mouse, Self::Keyboard];

    /// The mouse works on cards of the newest series and the keyboard on those before it: the window makes no difference.
    pub fn stock(self) -> (TrainingCardMove, Series) {
        match self {
            Self::Mouse => (TrainingCardMove::NewBlank, Series::Series10),
            Self::Keyboard => (TrainingCardMove::NewSeries9, Series::Series9),
        }
    }
}

/// How a desk reaches its gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Straight,
    Counted,
}

/// A desk whose gateway's time and settings are the test's. Fields are dropped in this order.
pub struct Desk {
    pub window: TestWindow,
    pub clock: Arc<ManualClock>,
    pub by: By,
    next: u16,
    /// What stands before the gateway, where the test counts its calls.
    pub proxy: Option<FaultyProxy>,
    pub gateway: Option<RunningGateway>,
    data: tempfile::TempDir,
}

impl Desk {
    /// A desk with the RA Agent signed in; its gateway believes that it is so many days ago, and wants a second officer
    /// for these.
    pub fn new(by: By, days_ago: u64, second_officer: &[Operation]) -> Self {
        let mut desk = Self::unattended(by, days_ago, |config| config.second_officer = second_officer.to_vec());
        desk.window.sign_in(RA_AGENT);
        desk
    }

    /// The same with nobody signed in, and a gateway that is set up like this.
    pub fn unattended(by: By, days_ago: u64, set_up: impl FnOnce(&mut GatewayConfig)) -> Self {
        Self::open(by, days_ago, Way::Straight, set_up, |readers, _| readers)
    }

    /// A desk in order with the RA Agent signed in, and with something around its readers.
    pub fn in_readers(
        by: By,
        around: impl FnOnce(Box<dyn CardReaders>, TrainingReaders) -> Box<dyn CardReaders>,
    ) -> Self {
        let mut desk = Self::open(by, 0, Way::Straight, |_| (), around);
        desk.window.sign_in(RA_AGENT);
        desk
    }

    /// The same with the calls of the gateway counted.
    pub fn counted(by: By, around: impl FnOnce(Box<dyn CardReaders>, TrainingReaders) -> Box<dyn CardReaders>) -> Self {
        let mut desk = Self::open(by, 0, Way::Counted, |_| (), around);
        desk.window.sign_in(RA_AGENT);
        desk
    }

    fn open(
        by: By,
        days_ago: u64,
        way: Way,
        set_up: impl FnOnce(&mut GatewayConfig),
        around: impl FnOnce(Box<dyn CardReaders>, TrainingReaders) -> Box<dyn CardReaders>,
    ) -> Self {
        let data = quick_folder();
        let began = OffsetDateTime::now_utc() - Duration::from_secs(days_ago * 24 * 60 * 60);
        let clock = Arc::new(ManualClock::starting(began));
        let mut config = GatewayConfig::training(data.path(), people());
        config.clock = Arc::clone(&clock) as _;
        set_up(&mut config);
        let gateway = Gateway::start(config).expect("a gateway");
        let proxy = (way == Way::Counted).then(|| FaultyProxy::start(gateway.address()));
        let url = proxy.as_ref().map_or_else(|| gateway.url(), FaultyProxy::url);
        let configuration = format!("[gateway]\nurl = \"{url}\"\n");
        let configuration = Configuration::parse(&configuration, "test").expect("a configuration");
        let size = (1280.0, 800.0);
        let mut training = None;
        let folder = quick_folder();
        let window =
            TestWindow::open_with(folder, size, Preferences::default(), configuration, Readers::TrainingOnly, |desk| {
                desk.service = HttpService::new(&url, HttpConfig::default()).expect("a client");
                desk.bench.profiles = quick_profiles();
                training = desk.bench.training.clone();
                let readers = std::mem::replace(&mut desk.bench.readers, Box::new(VirtualReaders::new([""; 0])));
                desk.bench.readers = around(readers, training.clone().expect("training readers"));
            });
        training.expect("training readers").pull_card_out(OTHER_READER).expect("a card");
        Self { window, clock, by, next: 0, proxy, gateway: Some(gateway), data }
    }

    pub fn usual(by: By) -> Self {
        Self::new(by, 0, &[])
    }

    pub fn pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60));
    }

    pub fn service(&self) -> &HttpService {
        &self.window.workplace.as_ref().expect("a workplace").service
    }

    /// The database of its gateway.
    pub fn database(&self) -> std::path::PathBuf {
        self.data.path().join("gateway.sqlite")
    }

    pub fn order(&mut self, order: Order) {
        self.window.harness.state_mut().model.order(order);
        self.window.run();
    }

    /// A card of a new holder, issued on a new blank one; locked without a passcode.
    pub fn issued(&mut self, passcode: Option<&str>) -> (HolderId, CardSerial) {
        let holder = holder(self.next);
        self.next += 1;
        let serial = self.issue_in(READER, &holder, passcode);
        (holder, serial)
    }

    /// A card of this holder, issued on a new blank one in this reader.
    pub fn issue_in(&mut self, reader: &str, holder: &HolderId, passcode: Option<&str>) -> CardSerial {
        let (move_to, series) = self.by.stock();
        self.order(Order::TrainingCard { reader: reader.into(), move_to });
        self.window.wait_for("a blank card", |model| {
            let wanted =
                |card: &CardInReader| card.series == series && cardwright::desktop::model::issue::is_blank(card);
            model.bench.cards().any(|(at, card)| at.name == reader && wanted(card))
        });
        let passcode = passcode.map(chosen);
        let model = &mut self.window.harness.state_mut().model;
        let work = model.new_work();
        model.work.all.insert(work, Piece::new(Operation::Issue, None, Some(reader.into())));
        let issue = IssueOrder { holder: holder.clone(), reader: reader.into(), passcode, print: PrintWish::No };
        self.order(Order::Issue { work, issue: Box::new(issue) });
        assert_eq!(self.end(), WorkEnd::Done { queued: None }, "it is issued");
        self.wait_card_in(reader, |state| matches!(state, CardState::Active | CardState::Locked));
        let mut cards = self.window.model().bench.cards();
        let (_, card) = cards.find(|(at, _)| at.name == reader).expect("the card");
        card.serial.clone()
    }

    pub fn wait_card(&mut self, is: impl Fn(CardState) -> bool) {
        self.wait_card_in(READER, is);
    }

    pub fn wait_card_in(&mut self, reader: &str, is: impl Fn(CardState) -> bool) {
        self.window.wait_for("the card as it is now", |model| {
            model.bench.cards().any(|(at, card)| at.name == reader && card.state().is_some_and(&is))
        });
    }

    /// Waits until all work has ended, and says how the newest did.
    pub fn end(&mut self) -> WorkEnd {
        self.window.wait_for("the end of the work", |model| model.work.all.values().all(|piece| piece.end.is_some()));
        let newest = self.window.model().work.all.values().next_back().expect("work");
        newest.end.clone().expect("its end")
    }

    /// Comes to the page of the card in the reader.
    pub fn serve(&mut self) {
        match self.by {
            By::Keyboard => self.key(Modifiers::ALT, Key::Num1),
            By::Mouse => self.window.click("Service a card"),
        }
        self.window.wait_for("the card on the page", |model| service::here(model).is_some());
        assert_eq!(*self.window.model().history.here(), Route::Service);
        let (_, series) = self.by.stock();
        self.says(&[&series.to_string()]);
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.window.harness.key_press_modifiers(modifiers, key);
        self.window.run();
    }

    /// Presses something with this role and name.
    pub fn press(&mut self, role: Role, name: &str) {
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
    pub fn types(&mut self, field: &str, digits: &str) {
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
    pub fn take(&mut self, name: &str) {
        if self.by == By::Mouse {
            self.window.click(name);
        }
    }

    pub fn new_passcode(&mut self, digits: &str) {
        self.types("Your passcode", digits);
        self.types("The same again", digits);
        self.take("Use this passcode");
    }

    #[track_caller]
    pub fn says(&mut self, words: &[&str]) {
        self.window.run();
        let spoken = self.window.spoken();
        for word in words {
            assert!(spoken.contains(word), "“{word}” is not said in {spoken}");
        }
    }

    /// The service has the card on record like this, and nothing is open at this desk.
    #[track_caller]
    pub fn is(&self, serial: &CardSerial, state: CardState) {
        assert_eq!(self.service().card(serial).expect("an answer").state, state);
        let open = self.window.workplace.as_ref().expect("a workplace").journal.open_jobs().expect("reads");
        assert!(open.is_empty(), "a job is open: {open:?}");
    }

    /// The card takes this passcode: it is changed to another one with it, and back.
    pub fn takes(&mut self, passcode: &str) {
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

pub fn chosen(digits: &str) -> Passcode {
    Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).expect("a passcode")
}
