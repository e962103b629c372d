//! An officer's card that is pulled in the middle of signing in: while its passcode is checked, and while it signs.

use std::sync::{Arc, Mutex};

use cardwright::{
    bench::{Order, TrainingCardMove},
    card::{
        apdu::{Command, Response},
        reader::{Access, CardConnection, CardReaders, CardWatch, ReaderError, ReaderStatus},
        transport::{Transport, TransportError},
    },
    cis2::Service,
    desktop::model::session::Phase,
    training::readers::TrainingReaders,
};
use eframe::egui::accesskit::Role;

use crate::{
    desk::{By, Desk},
    faults::desk::READER,
};

const PASSCODE: &str = "738164";
const MANAGER: &str = "555000000001";
/// VERIFY, once as the question for the tries and once with the passcode, and GENERAL AUTHENTICATE (NIST SP 800-73-4 part 2,
/// 3.2.1 and 3.2.4): the instruction, and whether it carries data.
const COMMANDS: [(u8, bool); 3] = [(0x20, false), (0x20, true), (0x87, true)];

/// The command at which the card is pulled next.
type Trap = Arc<Mutex<Option<(u8, bool)>>>;

/// Training readers out of which the card is pulled.
struct Pulled {
    inner: Box<dyn CardReaders>,
    training: TrainingReaders,
    trap: Trap,
}

impl CardReaders for Pulled {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        self.inner.list()
    }

    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        let inner = self.inner.connect(reader, access)?;
        Ok(Box::new(Connection { inner, training: self.training.clone(), trap: Arc::clone(&self.trap) }))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        self.inner.watch()
    }
}

struct Connection {
    inner: Box<dyn CardConnection>,
    training: TrainingReaders,
    trap: Trap,
}

impl CardConnection for Connection {
    fn reader(&self) -> &str {
        self.inner.reader()
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        let (training, trap) = (&self.training, &self.trap);
        self.inner.transact(&mut |card| work(&mut Watched { card, training, trap }))
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}

struct Watched<'a> {
    card: &'a mut dyn Transport,
    training: &'a TrainingReaders,
    trap: &'a Trap,
}

impl Transport for Watched<'_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let this = (command.ins, !command.data.is_empty());
        if self.trap.lock().expect("no panic").take_if(|awaited| *awaited == this).is_some() {
            self.training.pull_card_out(READER).expect("a card");
        }
        self.card.exchange(command)
    }
}

#[test]
fn a_card_pulled_while_it_signs_signs_nobody_in_and_is_unharmed() {
    let trap = Trap::default();
    let mut desk =
        Desk::in_readers(By::Keyboard, |inner, training| Box::new(Pulled { inner, training, trap: Arc::clone(&trap) }));
    desk.issue_in(READER, &MANAGER.parse().expect("a number"), Some(PASSCODE));
    desk.press(Role::Button, "Sign out");
    let tile = "Sign in with your card: Rowan Ashdown, RA Manager, X26TR, Training reader 1, Series 9. 3 tries of its \
                passcode are left.";
    for command in COMMANDS {
        desk.window.wait_for_label(tile);
        desk.press(Role::Button, tile);
        *trap.lock().expect("no panic") = Some(command);
        desk.types("The passcode you have now", PASSCODE);
        desk.window.wait_for_label("The card was taken out before it had signed, so nobody was signed in");
        assert!(trap.lock().expect("no panic").is_none(), "it was pulled at {command:02X?}");
        assert!(matches!(desk.window.model().session.phase, Phase::SignedOut));
        desk.says(&["put it back and begin again", "NHS code ERR1002"]);
        assert!(desk.service().session().is_err(), "nobody has a session");
        desk.order(Order::TrainingCard { reader: READER.into(), move_to: TrainingCardMove::Back });
    }
    // All three tries are there, and the card signs its officer in.
    desk.window.wait_for_label(tile);
    desk.press(Role::Button, tile);
    desk.types("The passcode you have now", PASSCODE);
    desk.window.wait_for("the officer at work", |model| model.officer().is_some());
}
