//! What is so, and what becomes of it: pure. Intents and events go in, orders for the workers come out.
//!
//! One area a file: its state, its intents, `update` for what the officer wants and `on_event` for what the workers tell.

pub mod activity;
pub mod at_once;
pub mod bench;
pub mod calibration;
pub mod card_face;
pub mod find;
pub mod help;
pub mod holder;
pub mod issue;
pub mod offline;
pub mod photo;
pub mod printers;
pub mod queue;
pub mod service;
pub mod session;
pub mod settings;
pub mod telephone;
pub mod unfinished;
pub mod work;

use std::{collections::VecDeque, time::Duration};

use super::{
    command::Command,
    dialogs::{self, Dialog},
    intent::Intent,
    preferences::Preferences,
    route::{History, Route, Section},
    screens,
};
use crate::{
    bench::{Event, Order, Ticket, Trouble, WorkId},
    domain::{
        CardSerial, Officer,
        eligibility::{ClientSoftware, Realm},
    },
};

/// Most notices that are shown at a time; older ones go.
const MOST_NOTICES: usize = 4;

/// Everything the window knows.
pub struct Model {
    /// Which world.
    pub realm: Realm,
    /// The smartcard software of the workstation.
    pub software: ClientSoftware,
    /// What the person at this computer chose.
    pub preferences: Preferences,
    /// Whether the choices were changed since they were written.
    pub preferences_changed: bool,
    /// Where the window is.
    pub history: History,
    /// Dialogues, the one in front first.
    pub dialogs: VecDeque<Dialog>,
    /// Notices, newest last.
    pub notices: Vec<Notice>,
    /// Who is signed in.
    pub session: session::State,
    /// Readers and printers.
    pub bench: bench::State,
    /// The search.
    pub find: find::State,
    /// The profile.
    pub holder: holder::State,
    /// The photo.
    pub photo: photo::State,
    /// Width over height of the photo on the card face in use.
    pub photo_proportion: f32,
    /// Preparing an issue.
    pub issue: issue::State,
    /// Servicing a card.
    pub service: service::State,
    /// Card work.
    pub work: work::State,
    /// Unlock by telephone.
    pub telephone: telephone::State,
    /// Unlock by telephone while the service is silent here.
    pub offline: offline::State,
    /// The print queue.
    pub queue: queue::State,
    /// Unfinished work.
    pub unfinished: unfinished::State,
    /// The audit.
    pub activity: activity::State,
    /// Settings.
    pub settings: settings::State,
    /// The printers of this desk.
    pub printers: printers::State,
    /// The colours of a printer.
    pub calibration: calibration::State,
    /// The editor of card faces.
    pub card_face: card_face::State,
    /// Help.
    pub help: help::State,
    /// Whether the window is about to close.
    pub closing: Closing,
    orders: Vec<Order>,
    numbers: u64,
}

/// Whether the window is about to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Closing {
    /// It stays.
    #[default]
    No,
    /// It closes when nothing is worked on any more.
    WhenDone,
    /// It closes.
    Now,
}

/// Something the officer should know, wherever they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: u64,
    /// How it is shown.
    pub kind: NoticeKind,
    /// What it says.
    pub message: NoticeText,
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeText {
    /// A text of the window, by its key. It is shown once in a lifetime: reading it is remembered.
    Once(&'static str),
    /// A text of the window, by its key.
    Key(&'static str),
    /// A text of the window about a card, by its key.
    Card(&'static str, CardSerial),
    /// Words of a room below.
    Words(String),
}

/// How a notice is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Good news.
    Good,
    /// For your information.
    Note,
    /// Look here.
    Warning,
    /// Something failed.
    Danger,
}

impl Model {
    /// The model of a window that was just opened.
    #[must_use]
    pub fn new(realm: Realm, software: ClientSoftware, preferences: Preferences) -> Self {
        Self {
            realm,
            software,
            preferences,
            preferences_changed: false,
            history: History::default(),
            dialogs: VecDeque::new(),
            notices: Vec::new(),
            session: session::State::default(),
            bench: bench::State::default(),
            find: find::State::default(),
            holder: holder::State::default(),
            photo: photo::State::default(),
            photo_proportion: photo::frame::proportion(),
            issue: issue::State::default(),
            service: service::State::default(),
            work: work::State::default(),
            telephone: telephone::State::default(),
            offline: offline::State::default(),
            queue: queue::State::default(),
            unfinished: unfinished::State::default(),
            activity: activity::State::default(),
            settings: settings::State::default(),
            printers: printers::State::default(),
            calibration: calibration::State::default(),
            card_face: card_face::State::default(),
            help: help::State::default(),
            closing: Closing::No,
            orders: Vec::new(),
            numbers: 0,
        }
    }

    /// Takes one wish.
    pub fn update(&mut self, intent: Intent) {
        match intent {
            Intent::Go(route) => self.go(route),
            Intent::Back => self.step_back(),
            Intent::Forward => {
                let ahead = self.history.ahead().cloned();
                if !photo::asks_first(self, ahead.as_ref(), Intent::Forward) && self.history.forward() {
                    self.arrived();
                }
            }
            Intent::Command(command) => self.command(command),
            Intent::Ask(dialog) => self.dialogs.push_back(*dialog),
            Intent::Dialog(wish) => dialogs::update(self, wish),
            Intent::CloseDialog => dialogs::cancel(self),
            Intent::CloseWindow => self.close_window(),
            Intent::CloseWindowWhenDone => {
                self.closing = Closing::WhenDone;
                self.notify(NoticeKind::Note, NoticeText::Key("close-waiting"));
                self.close_when_done();
            }
            Intent::CloseWindowNow => self.closing = Closing::Now,
            Intent::DismissNotice(id) => self.dismiss(id),
            Intent::Session(wish) => session::update(self, wish),
            Intent::Bench(wish) => bench::update(self, wish),
            Intent::Find(wish) => find::update(self, wish),
            Intent::Holder(wish) => holder::update(self, wish),
            Intent::Photo(wish) => photo::update(self, wish),
            Intent::Issue(wish) => issue::update(self, wish),
            Intent::AtOnce(wish) => at_once::update(self, wish),
            Intent::Service(wish) => service::update(self, wish),
            Intent::Work(wish) => work::update(self, wish),
            Intent::Telephone(wish) => telephone::update(self, wish),
            Intent::Offline(wish) => offline::update(self, wish),
            Intent::Queue(wish) => queue::update(self, wish),
            Intent::Unfinished(wish) => unfinished::update(self, wish),
            Intent::Activity(wish) => activity::update(self, wish),
            Intent::Settings(wish) => settings::update(self, wish),
            Intent::Printers(wish) => printers::update(self, wish),
            Intent::Calibration(wish) => calibration::update(self, wish),
            Intent::CardFace(wish) => card_face::update(self, wish),
            Intent::Help(wish) => help::update(self, wish),
        }
    }

    /// Takes one message of the workers. Every area looks at it; each keeps only what it asked for.
    pub fn on_event(&mut self, event: &Event) {
        session::on_event(self, event);
        bench::on_event(self, event);
        service::on_event(self, event);
        find::on_event(self, event);
        holder::on_event(self, event);
        photo::on_event(self, event);
        issue::on_event(self, event);
        offline::on_event(self, event);
        work::on_event(self, event);
        telephone::on_event(self, event);
        queue::on_event(self, event);
        unfinished::on_event(self, event);
        activity::on_event(self, event);
        printers::on_event(self, event);
        calibration::on_event(self, event);
        card_face::on_event(self, event);
        self.close_when_done();
    }

    /// Whether a card is being issued, taken back or printed.
    #[must_use]
    pub fn is_working(&self) -> bool {
        self.work.is_running() || self.queue.is_printing()
    }

    fn close_window(&mut self) {
        if self.is_working() {
            if !self.dialogs.iter().any(Dialog::is_about_closing) {
                self.dialogs.push_front(Dialog::close_with_open_work());
            }
        } else if !photo::asks_first(self, None, Intent::CloseWindowNow) && !card_face::asks_first(self) {
            self.closing = Closing::Now;
        }
    }

    fn close_when_done(&mut self) {
        if self.closing == Closing::WhenDone && !self.is_working() {
            self.closing = Closing::Now;
        }
    }

    /// Time went by without a key or the pointer.
    pub fn idle_for(&mut self, idle: Duration) {
        session::idle_for(self, idle);
    }

    /// The orders since the last call.
    #[must_use]
    pub fn take_orders(&mut self) -> Vec<Order> {
        photo::camera::release_unseen(self);
        at_once::release_unseen(self);
        std::mem::take(&mut self.orders)
    }

    /// Gives an order to the workers.
    pub fn order(&mut self, order: Order) {
        self.orders.push(order);
    }

    /// A number no question had before.
    pub fn new_ticket(&mut self) -> Ticket {
        Ticket(self.new_number())
    }

    /// A number no work had before.
    pub fn new_work(&mut self) -> WorkId {
        WorkId(self.new_number())
    }

    /// The officer at work; none when signed out or locked.
    #[must_use]
    pub fn officer(&self) -> Option<&Officer> {
        self.session.officer()
    }

    /// Changes a choice; it is written at the next opportunity.
    pub fn prefer(&mut self, change: impl FnOnce(&mut Preferences)) {
        let before = self.preferences.clone();
        change(&mut self.preferences);
        self.preferences_changed |= before != self.preferences;
    }

    /// Tells the officer something, wherever they are. The same words twice are one notice.
    pub fn notify(&mut self, kind: NoticeKind, message: NoticeText) {
        if let NoticeText::Once(key) = message
            && self.preferences.notices_read.iter().any(|read| read == key)
        {
            return;
        }
        self.notices.retain(|notice| notice.message != message);
        let id = self.new_number();
        self.notices.push(Notice { id, kind, message });
        if self.notices.len() > MOST_NOTICES {
            self.notices.remove(0);
        }
    }

    /// Tells what failed. Where the session is over, it leads to sign-in, and that page says why.
    pub fn report(&mut self, trouble: &Trouble) {
        if trouble.signed_out {
            session::session_lost(self, trouble);
            return;
        }
        self.notify(NoticeKind::Danger, NoticeText::Words(trouble.message.clone()));
    }

    /// Goes to a place and lets its area ask for what it shows.
    pub fn go(&mut self, route: Route) {
        let by_telephone = |work: &WorkId| self.offline.open.as_ref().is_some_and(|open| open.work == *work);
        let route = match route {
            // Its own page says more of it.
            Route::Work(work) if by_telephone(&work) => Route::Offline,
            other => other,
        };
        if photo::asks_first(self, Some(&route), Intent::Go(route.clone())) {
            return;
        }
        if *self.history.here() != route {
            self.read_once();
        }
        self.history.go(route);
        self.arrived();
    }

    /// Whoever goes on to another place has had what is told once before their eyes: it does not come again.
    fn read_once(&mut self) {
        let mut read = Vec::new();
        self.notices.retain(|notice| match &notice.message {
            NoticeText::Once(key) => {
                read.push((*key).to_owned());
                false
            }
            _ => true,
        });
        self.prefer(|p| p.notices_read.extend(read));
    }

    /// The entry of the navigation that the place shown belongs to.
    #[must_use]
    pub fn section(&self) -> Section {
        match self.history.here() {
            Route::Work(work) if self.work.all.get(work).is_some_and(|piece| piece.served.is_some()) => {
                Section::Service
            }
            here => here.section(),
        }
    }

    fn arrived(&mut self) {
        if self.officer().is_none() {
            return;
        }
        match self.history.here().clone() {
            Route::Find => find::arrived(self),
            Route::Holder(holder) => holder::arrived(self, &holder),
            Route::Photo(holder) => photo::arrived(self, &holder),
            Route::Issue(holder) => issue::arrived(self, &holder),
            Route::Service => service::arrived(self),
            Route::Queue => queue::arrived(self),
            Route::Unfinished => unfinished::arrived(self),
            Route::Activity => activity::arrived(self),
            Route::CardFace => card_face::arrived(self),
            Route::AddPrinter => printers::arrived(self),
            Route::Calibration(printer) => calibration::arrived(self, &printer),
            Route::Help(topic) => help::arrived(self, &topic),
            Route::Offline => offline::arrived(self),
            Route::Telephone(..) | Route::Work(_) | Route::Settings | Route::Printer(_) => {}
        }
    }

    fn step_back(&mut self) {
        if !self.dialogs.is_empty() {
            dialogs::cancel(self);
            return;
        }
        let behind = self.history.behind().cloned();
        if behind.is_some() && !photo::asks_first(self, behind.as_ref(), Intent::Back) && self.history.back() {
            self.arrived();
        }
    }

    fn command(&mut self, command: Command) {
        let acts = command == Command::MainAction && self.offline.shown;
        if self.officer().is_none() && !command.works_signed_out() && !acts {
            return;
        }
        match command {
            Command::Palette => dialogs::open_palette(self),
            Command::Find => self.go(Section::Find.route()),
            Command::Service => self.go(Section::Service.route()),
            Command::UnlockNext => at_once::update(self, at_once::Intent::Next),
            Command::Queue => self.go(Section::Queue.route()),
            Command::Unfinished => self.go(Section::Unfinished.route()),
            Command::Activity => self.go(Section::Activity.route()),
            Command::Settings => self.go(Section::Settings.route()),
            Command::Help => help::open_for_here(self),
            Command::Shortcuts => self.dialogs.push_back(Dialog::Shortcuts),
            Command::Back => self.step_back(),
            Command::Forward => self.update(Intent::Forward),
            Command::MainAction => {
                if let Some(intent) = screens::main_action(self) {
                    self.update(intent);
                }
            }
            Command::SignOut => session::update(self, session::Intent::SignOut),
            Command::Lock => session::update(self, session::Intent::Lock),
            Command::TextLarger => self.prefer(|p| p.text_percent = (p.text_percent + 10).min(200)),
            Command::TextSmaller => self.prefer(|p| p.text_percent = p.text_percent.saturating_sub(10).max(100)),
            Command::NextScheme => self.prefer(|p| p.scheme = p.scheme.next()),
        }
    }

    fn dismiss(&mut self, id: u64) {
        let read: Vec<&'static str> = self
            .notices
            .iter()
            .filter_map(|notice| match notice.message {
                NoticeText::Once(key) if notice.id == id => Some(key),
                _ => None,
            })
            .collect();
        for key in read {
            self.prefer(|p| p.notices_read.push(key.to_owned()));
        }
        self.notices.retain(|notice| notice.id != id);
    }

    /// A number nothing had before.
    pub fn new_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}
