//! The next card is unlocked at once, on the real workers, by the mouse and by the keyboard alone: how many commands reach the
//! card and how many calls the gateway, and what everybody who says no leaves behind.

use std::sync::{Arc, Mutex};

use cardwright::{
    bench::{Order, ReaderCondition, TrainingCardMove, WorkEnd, WorkId},
    card::{
        apdu::{Command, Response},
        reader::{Access, CardConnection, CardReaders, CardWatch, ReaderError, ReaderStatus},
        transport::{Transport, TransportError},
    },
    cis2::Service,
    desktop::{
        model::{
            Model,
            work::{Piece, Stage},
        },
        route::Route,
    },
    domain::{CardSerial, CardState, Operation},
};
use eframe::egui::{Key, Modifiers, accesskit::Role};

use crate::{
    desk::{By, Desk},
    faults::desk::READER,
    harness::RA_AGENT,
};

const FIRST: &str = "738164";
const SECOND: &str = "602917";
const MANAGER: &str = "555000000001";
/// Most commands and calls from the card put in until it is unlocked.
const COMMANDS: usize = 12;
const CALLS: usize = 2;
/// RESET RETRY COUNTER (SP 800-73-4 part 2, 3.2.3): the last command of an unlock gives the card its new passcode.
const LAST: u8 = 0x2C;
const NEXT: &str = "Unlock the next card";
const THEIRS: &str = "It is them: they choose a new passcode";
const NOT_THEIRS: &str = "Not this holder";

/// The instruction of every command that reached a card.
type Log = Arc<Mutex<Vec<u8>>>;

struct Counted {
    inner: Box<dyn CardReaders>,
    log: Log,
}

impl CardReaders for Counted {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        self.inner.list()
    }

    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        let inner = self.inner.connect(reader, access)?;
        Ok(Box::new(Connection { inner, log: Arc::clone(&self.log) }))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        self.inner.watch()
    }
}

struct Connection {
    inner: Box<dyn CardConnection>,
    log: Log,
}

impl CardConnection for Connection {
    fn reader(&self) -> &str {
        self.inner.reader()
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        let log = &self.log;
        self.inner.transact(&mut |card| work(&mut Watched { card, log }))
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}

struct Watched<'a> {
    card: &'a mut dyn Transport,
    log: &'a Log,
}

impl Transport for Watched<'_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        self.log.lock().expect("no panic").push(command.ins);
        self.card.exchange(command)
    }
}

fn newest(model: &Model) -> Option<(&WorkId, &Piece)> {
    model.work.all.iter().next_back()
}

fn is_at(model: &Model, fits: impl Fn(Stage<'_>) -> bool) -> bool {
    newest(model).is_some_and(|(_, piece)| fits(model.work.stage(piece)))
}

impl Desk {
    fn put(&mut self, move_to: TrainingCardMove) {
        let wanted = move_to == TrainingCardMove::Out;
        self.order(Order::TrainingCard { reader: READER.into(), move_to });
        self.window.wait_for("the card in or out", |model| {
            let reader = model.bench.readers.iter().find(|reader| reader.name == READER);
            reader.is_some_and(|reader| matches!(reader.condition, ReaderCondition::Empty) == wanted)
        });
    }

    /// A card whose holder has forgotten its passcode; it is with them.
    fn forgotten(&mut self) -> (cardwright::domain::HolderId, CardSerial) {
        let (holder, serial) = self.issued(Some(FIRST));
        self.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Lock });
        self.window.wait_for("a locked card", |model| {
            model.bench.cards().any(|(_, card)| card.serial == serial && card.tries_left == Some(0))
        });
        self.put(TrainingCardMove::Out);
        (holder, serial)
    }

    /// Asks for the next card.
    fn ask_next(&mut self) {
        match self.by {
            By::Keyboard => self.key(Modifiers::COMMAND, Key::U),
            By::Mouse => {
                self.window.click("Service a card");
                self.press(Role::Button, NEXT);
            }
        }
        self.wait_next();
        self.says(&[NEXT, "Put the holder's card into a reader"]);
    }

    fn wait_next(&mut self) {
        self.window.wait_for("the wait for a card", |model| is_at(model, |stage| stage == Stage::AwaitsCard));
    }

    fn wait_whose(&mut self) {
        self.window.wait_for("whose card it is", |model| is_at(model, |stage| stage == Stage::Whose));
    }

    /// The person here is its holder.
    fn theirs(&mut self) {
        match self.by {
            By::Keyboard => self.key(Modifiers::COMMAND, Key::Enter),
            By::Mouse => self.press(Role::Button, THEIRS),
        }
        self.new_passcode(SECOND);
    }

    /// The card went through nothing: its tries are as they were, and no job is open.
    fn is_untouched(&mut self, serial: &CardSerial) {
        let open = self.window.workplace.as_ref().expect("a workplace").journal.open_jobs().expect("reads");
        assert!(open.is_empty(), "a job is open: {open:?}");
        let state = self.service().card(serial).expect("an answer").state;
        assert!(matches!(state, CardState::Active | CardState::Locked), "{state:?}");
    }
}

#[test]
fn card_after_card_takes_two_calls_and_at_most_twelve_commands() {
    for by in By::BOTH {
        let log = Log::default();
        let mut desk = Desk::counted(by, |inner, _| Box::new(Counted { inner, log: Arc::clone(&log) }));
        let (holder, serial) = desk.forgotten();
        desk.ask_next();
        let calls = |desk: &Desk| desk.proxy.as_ref().expect("a proxy").requests();
        let (sent, asked) = (log.lock().expect("no panic").len(), calls(&desk).len());
        desk.put(TrainingCardMove::Back);
        desk.wait_whose();
        let name = desk.window.model().work.all.values().next_back().and_then(|piece| piece.holder.clone());
        let name = name.expect("its holder").printed_name().to_owned();
        desk.says(&[&name, &holder.grouped(), serial.as_str(), &format!("Photo of {name}"), THEIRS, NOT_THEIRS]);
        desk.theirs();
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.says(&["The card is unlocked", "The new passcode works from now on.", NEXT]);

        let log = log.lock().expect("no panic").split_off(sent);
        let commands = 1 + log.iter().position(|ins| *ins == LAST).expect("the passcode was set");
        let calls = calls(&desk).split_off(asked);
        let end = calls.iter().position(|call| call.ends_with("/end")).expect("the job was ended");
        eprintln!("report: {by:?}: {commands} commands {:02X?}, calls {:?}", &log[..commands], &calls[..=end]);
        assert!(commands <= COMMANDS, "{commands} commands: {log:02X?}");
        assert_eq!(end + 1, CALLS, "{calls:?}");
        assert!(calls[0].starts_with("POST ") && calls[0].ends_with("/on-cards"), "{calls:?}");

        // It is looked at afterwards, and the next card is the main action again.
        desk.wait_card(|state| state == CardState::Active);
        desk.is(&serial, CardState::Active);
        desk.key(Modifiers::COMMAND, Key::Enter);
        desk.wait_next();
        desk.says(&["Put the holder's card into a reader", "A card is in already"]);
        desk.press(Role::Button, "Stop waiting for a card");
        desk.window.wait_for("its end", |model| model.work.all.values().all(|piece| piece.end.is_some()));
        assert_eq!(*desk.window.model().history.here(), Route::Service);
        desk.takes(SECOND);
    }
}

#[test]
fn a_no_and_a_card_taken_out_and_a_locked_window_change_nothing() {
    for by in By::BOTH {
        let mut desk = Desk::usual(by);
        let (_, serial) = desk.forgotten();
        // Somebody else's face.
        desk.ask_next();
        desk.put(TrainingCardMove::Back);
        desk.wait_whose();
        desk.press(Role::Button, NOT_THEIRS);
        let WorkEnd::Undone { why, .. } = desk.end() else { panic!("{}", desk.window.spoken()) };
        assert!(why.contains("not its holder"), "{why}");
        desk.says(&["It was not done", "nothing on the card was changed", NEXT]);
        desk.wait_card(|_| true);
        desk.is_untouched(&serial);

        // The card lies there already, and is taken out while its holder types.
        desk.press(Role::Button, NEXT);
        desk.wait_next();
        let holder = desk.window.model().bench.cards().find_map(|(_, card)| card.holder.clone()).expect("its holder");
        desk.press(Role::Button, &format!("Unlock the card of {} in Training reader 1", holder.printed_name()));
        desk.wait_whose();
        desk.press(Role::Button, THEIRS);
        desk.types("Your passcode", SECOND);
        desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Out });
        let WorkEnd::Undone { why, .. } = desk.end() else { panic!("{}", desk.window.spoken()) };
        assert!(why.contains("taken out"), "{why}");
        assert!(desk.window.model().dialogs.is_empty(), "there is nothing to type for");
        desk.is_untouched(&serial);

        // The officer locks the window in front of the holder's face.
        desk.ask_next();
        desk.put(TrainingCardMove::Back);
        desk.wait_whose();
        desk.key(Modifiers::COMMAND, Key::L);
        assert!(matches!(desk.end(), WorkEnd::Undone { .. }));
        assert!(!desk.window.spoken().contains(holder.printed_name()), "{}", desk.window.spoken());
        desk.is_untouched(&serial);
    }
}

#[test]
fn a_card_is_waited_for_only_while_that_is_shown() {
    let mut desk = Desk::usual(By::Keyboard);
    let (_, serial) = desk.forgotten();
    desk.ask_next();
    desk.key(Modifiers::ALT, Key::Num4);
    desk.window.wait_for("its end", |model| model.work.all.values().all(|piece| piece.end.is_some()));
    desk.put(TrainingCardMove::Back);
    // The usual look, and no job.
    desk.window.wait_for("the card", |model| model.bench.cards().any(|(_, card)| card.serial == serial));
    assert!(is_at(desk.window.model(), |stage| matches!(stage, Stage::Ended(WorkEnd::NotBegun(_)))));
    desk.is_untouched(&serial);
}

#[test]
fn the_officers_are_asked_for_what_the_service_wants() {
    // The last proof is a day old: it is asked for before a card is in.
    let mut desk = Desk::new(By::Keyboard, 1, &[Operation::Unlock]);
    let (_, serial) = desk.forgotten();
    desk.key(Modifiers::COMMAND, Key::U);
    desk.window.wait_for("the question", |model| !model.dialogs.is_empty());
    let officer = desk.window.model().officer().expect("at work").name.clone();
    desk.press(Role::Button, &format!("I am {officer}"));
    desk.wait_next();
    desk.put(TrainingCardMove::Back);
    // Which card it is, a colleague can approve only now.
    desk.window.wait_for_label("A second officer approves this");
    desk.is_untouched(&serial);
    desk.press(Role::Button, "Rowan Ashdown, RA Manager: I approve this");
    desk.wait_whose();
    desk.theirs();
    assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
    desk.is(&serial, CardState::Active);
}

#[test]
fn an_officers_own_card_is_refused_before_anything_is_asked() {
    let mut desk = Desk::usual(By::Mouse);
    let serial = desk.issue_in(READER, &MANAGER.parse().expect("a number"), Some(FIRST));
    desk.put(TrainingCardMove::Out);
    desk.press(Role::Button, "Sign out");
    desk.window.wait_for("nobody at work", |model| model.officer().is_none());
    desk.window.sign_in(MANAGER);
    desk.ask_next();
    desk.put(TrainingCardMove::Back);
    let WorkEnd::NotBegun(trouble) = desk.end() else { panic!("{}", desk.window.spoken()) };
    assert!(trouble.message.contains("own card"), "{trouble:?}");
    desk.is_untouched(&serial);
    assert_ne!(MANAGER, RA_AGENT);
}
