//! Whole journeys in a real window: from sign-in to the printed card, and a reader that is pulled in the middle.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use cardwright::{
    card::virtual_card::{VirtualCard, vpcd::Chip},
    cis2::{HttpService, Service},
    domain::{CardState, HolderId},
    face::{Face, FaceData, Photo, Purpose, Template},
    printer::virtual_printer::{Model, Received, VirtualPrinter},
    training::{self, readers::blank_card},
    workplace::{Configuration, Places, Readers, Workplace},
};
use zeroize::Zeroizing;

use crate::{
    desktop_session::{DesktopSession, LIMIT},
    workbench::Workbench,
};

/// The officer of training who may do everything at a desk.
const OFFICER: &str = "Tomos Llewelyn-Pryce";
/// An invented holder who may have a card, and a part of their name that every keyboard has.
const HOLDER: (&str, &str) = ("555000000023", "Aoife");
/// Another.
const OTHER: (&str, &str) = ("555000000024", "Jo Ng");
/// A passcode that is not weak.
const PASSCODE: &str = "738164";

/// A desk with a card in a reader of the smart card service, a printer on the network and the window open.
struct Desk {
    bench: Workbench,
    printer: VirtualPrinter,
    session: DesktopSession,
}

impl Desk {
    fn open() -> Self {
        let bench = Workbench::start();
        let printer = VirtualPrinter::start(Model::default()).expect("a port");
        let mut session = DesktopSession::start();
        let text = format!(
            "training.readers = false\n[[printers]]\nname = \"Desk printer\"\nprofile = \"magicard-doh-300-v2\"\n\
             destination = \"tcp:127.0.0.1:{}\"\n",
            printer.port()
        );
        std::fs::write(session.folder().join("desk.toml"), text).expect("a configuration");
        session.open_here();
        Self { bench, printer, session }
    }

    fn insert(&mut self, card: &Arc<Mutex<VirtualCard>>) {
        self.bench.insert(0, Arc::clone(card));
    }

    /// Finds a holder and opens the page that prepares their card, by keys alone.
    fn go_to_issue(&mut self, (number, name): (&str, &str)) {
        let session = &mut self.session;
        session.keys(&["ctrl+f"]);
        session.wait("entry", "Number, name or organisation");
        session.type_words(number);
        session.wait("label", "1 holder");
        session.wait("table row", name);
        session.keys(&["Return"]);
        session.wait("heading", name);
        session.wait("push button", "Issue a card");
        session.keys(&["ctrl+Return"]);
        session.wait("heading", "New card for");
    }

    /// Has the holder choose a passcode, by keys alone.
    fn choose_passcode(&mut self) {
        let session = &mut self.session;
        session.wait("", "choose a passcode");
        session.type_words(PASSCODE);
        session.keys(&["Tab"]);
        session.type_words(PASSCODE);
        session.wait("password text", "The same again");
        let spoken = session.spoken();
        assert!(!spoken.contains(PASSCODE), "the passcode is heard:\n{spoken}");
        session.keys(&["Return"]);
    }
}

/// A card that makes keys until it is pulled: it never answers that command.
struct LongAtItsKeys(Arc<Mutex<VirtualCard>>);

/// GENERATE ASYMMETRIC KEY PAIR (SP 800-73-4 part 2, 3.3.2).
const GENERATE: u8 = 0x47;

impl Chip for LongAtItsKeys {
    fn atr(&mut self) -> Vec<u8> {
        self.0.atr()
    }

    fn power_on(&mut self) {
        self.0.power_on();
    }

    fn power_off(&mut self) {
        self.0.power_off();
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        (command.get(1) != Some(&GENERATE)).then(|| self.0.transmit(command)).flatten()
    }
}

fn blank() -> Arc<Mutex<VirtualCard>> {
    Arc::new(Mutex::new(VirtualCard::new(&blank_card().expect("a blank card"))))
}

#[test]
fn a_card_is_issued_and_printed_by_keys_alone_and_a_pulled_card_is_brought_back() {
    let mut desk = Desk::open();
    desk.session.click("push button", OFFICER);
    desk.session.wait("entry", "Number, name or organisation");
    let card = blank();
    desk.insert(&card);
    // A card put in is recognised and shown, and opens nothing.
    let recognised = desk.session.look_for("", "Blank card", Duration::from_secs(20));
    recognised.expect("the card in the reader is shown");
    desk.session.wait("heading", "Find a holder");

    desk.go_to_issue(HOLDER);
    desk.session.wait("", "Blank Series 10");
    desk.session.wait("push button", "Issue card");
    desk.session.keys(&["ctrl+Return"]);
    desk.choose_passcode();
    desk.session.wait("", "The card is issued");
    desk.session.keys(&["ctrl+Return"]);
    desk.session.wait("", "The card is ready");
    printed_right(&desk.printer);

    // The next card is pulled while it makes its keys.
    desk.bench.remove(0);
    let next = blank();
    desk.bench.insert(0, LongAtItsKeys(Arc::clone(&next)));
    desk.go_to_issue(OTHER);
    desk.session.wait("", "Blank Series 10");
    desk.session.keys(&["ctrl+Return"]);
    desk.choose_passcode();
    desk.session.wait("", "Making new keys on the card: running");
    desk.bench.remove(0);
    desk.session.wait("", "The card is not finished");
    desk.insert(&next);
    desk.session.keys(&["ctrl+Return"]);
    desk.session.wait("push button", "Take it back, then issue again");
    desk.session.click("push button", "Take it back, then issue again");
    desk.session.wait("heading", "New card for");
    desk.session.wait("", "Blank Series 10");
    desk.session.keys(&["ctrl+Return"]);
    desk.choose_passcode();
    desk.session.wait("", "The card is issued");

    // The readers are unplugged, and plugged in again: the window says so, and shows the next card.
    desk.bench.unplug();
    desk.session.wait("", "The smart card service does not answer");
    desk.bench.plug_in();
    desk.insert(&blank());
    desk.session.wait("", "Blank card");

    // What the gateway has on record, asked behind the window's back.
    let data = desk.session.folder().join("data");
    desk.session.kill();
    let places = Places::new(Some(data), None).expect("places");
    let place = Workplace::open(&places, Configuration::default(), None, Readers::TrainingOnly).expect("the same desk");
    for (number, _) in [HOLDER, OTHER] {
        let record = place.service.holder(&number.parse().expect("a number")).expect("a record");
        let states: Vec<CardState> = record.cards.iter().map(|card| card.state).collect();
        assert_eq!(states, [CardState::Active], "{number}");
    }
    let _: &HttpService = &place.service;
}

#[test]
fn the_main_action_is_reached_over_the_accessibility_bus_alone() {
    let mut session = DesktopSession::start();
    session.open_here();
    session.wait("frame", "Cardwright (TRAINING)");
    session.press_over_the_bus("push button", OFFICER);
    session.wait("entry", "Number, name or organisation");
    session.press_over_the_bus("table row", HOLDER.1);
    session.press_over_the_bus("push button", "Open profile");
    session.wait("heading", HOLDER.1);
    session.press_over_the_bus("push button", "Issue a card");
    session.wait("heading", "New card for");
    let nameless = session.nameless();
    assert!(nameless.is_empty(), "these have no name: {nameless:?}");
}

/// The job that came to the printer shows the face of the holder.
fn printed_right(printer: &VirtualPrinter) {
    let Received { cards, .. } = printer.receive(LIMIT).expect("a job");
    let [card] = <[_; 1]>::try_from(cards.expect("a job the printer takes")).expect("one card");
    let people = training::people().expect("invented people");
    let number: HolderId = HOLDER.0.parse().expect("a number");
    let person = people.holders.iter().find(|person| person.holder.id == number).expect("an invented holder");
    let data = FaceData {
        name: person.holder.printed_name().to_owned(),
        number,
        photo: Photo::decode(person.photo.as_deref().expect("a photo")).expect("a picture"),
        organisation: person.holder.organisation.clone(),
        purpose: Purpose::Training,
        card: None,
        today: time::macros::date!(2026 - 11 - 23),
    };
    let face = Face::compose(&Template::nhs_care_identity().expect("bundled"), &data).expect("a face");
    let (seen, composed) = (&card.front.planes, face.planes());
    assert!(seen.resin == composed.resin, "the black panel");
    // The printer has 64 shades of each dye, and the face 256.
    for (name, seen, composed) in [
        ("yellow", &seen.yellow, &composed.yellow),
        ("magenta", &seen.magenta, &composed.magenta),
        ("cyan", &seen.cyan, &composed.cyan),
    ] {
        assert!(seen.iter().map(|dye| dye >> 2).eq(composed.iter().map(|dye| dye >> 2)), "the {name} panel");
    }
}
