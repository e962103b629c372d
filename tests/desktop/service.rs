//! Servicing a card: every card is named for what it is, what is offered is what the rules say, and what was begun for one
//! card is never done to another.

use std::cell::RefCell;

use cardwright::{
    bench::{CardInReader, CardOrder, Event, Order, ReaderCondition, ReaderView, Trouble},
    desktop::{
        dialogs::Dialog,
        intent::Intent,
        model::{
            Model,
            service::{self, Changed, OPERATIONS},
        },
        route::Route,
        window::{Crew, Window},
    },
    domain::{
        CardState, CertificateSlot, Operation, Role, Series,
        eligibility::{Address, Certificates, Decision, Delivery, Photo, Realm, Situation, Subject, Task, decide},
    },
    operations::diagnosis::Finding,
};
use eframe::egui::{Event as Input, Key, Modifiers, accesskit::Role as Accessible};
use egui_kittest::{
    Harness,
    kittest::{NodeT, Queryable},
};
use time::{Date, Duration, OffsetDateTime};

use crate::{
    harness::{pure, spoken},
    samples::{self, officers, signed_in},
};

pub const LEFT: &str = "Left reader";
const RIGHT: &str = "Right reader";
/// Strong, and nowhere else on the screen.
const NEW: &str = "738164";
/// The one the card has.
const CURRENT: &str = "602917";

/// What each operation is called on its button.
pub fn name_of(operation: Operation) -> &'static str {
    match operation {
        Operation::Unlock => "Unlock: a new passcode",
        Operation::Renew => "Renew the certificates",
        Operation::Repair => "Repair",
        Operation::ChangePasscode => "Change the passcode",
        Operation::Clear => "Clear for another holder",
        Operation::Cancel => "Cancel for good",
        Operation::Issue | Operation::Print => unreachable!("not done here"),
    }
}

fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

/// A holder's card in this state, whose certificates end so many days from now.
pub fn card(number: u32, state: CardState, days: Option<i64>) -> CardInReader {
    let mut record = samples::record(number, &[state]);
    let last = days.map(|days| today() + Duration::days(days));
    record.cards[0].certificates_expire = last.map(|last| last.midnight().assume_utc());
    // The samples' cards differ by their place on a record alone.
    record.cards[0].serial = format!("0A1B2C{number:06}").parse().expect("a serial");
    let nobodys = state == CardState::Blank;
    if nobodys {
        record.cards[0].holder = None;
    }
    CardInReader {
        serial: record.cards[0].serial.clone(),
        series: Series::Series10,
        record: Ok(record.cards[0].clone()),
        named: last.map(|_| samples::id(number)),
        holder: (!nobodys).then_some(record.holder),
        portrait: None,
        has_certificates: last.is_some(),
        expires: last,
        tries_left: Some(3),
        passcode_rules: Default::default(),
        certificates: [last, last],
        findings: Vec::new(),
        stranger: false,
        other_card: None,
    }
}

pub fn put_in(reader: &str, card: CardInReader) -> Event {
    told(reader, ReaderCondition::Card(Box::new(card)))
}

pub fn told(reader: &str, condition: ReaderCondition) -> Event {
    Event::Reader(ReaderView { name: reader.into(), training: false, condition })
}

/// The RA Agent at the page, with this card in a reader.
pub fn at_page(card: CardInReader) -> Model {
    let mut model = signed_in();
    model.on_event(&put_in(LEFT, card));
    model.go(Route::Service);
    model.notices.clear();
    let _ = model.take_orders();
    model
}

thread_local! {
    /// The orders of this test's window.
    static ORDERS: RefCell<Vec<Order>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the orders of a window.
struct Keeper;

impl Crew for Keeper {
    fn order(&self, order: Order) {
        ORDERS.with(|orders| orders.borrow_mut().push(order));
    }

    fn next_event(&self) -> Option<Event> {
        None
    }
}

/// A window whose orders are kept for [`orders`].
pub fn window(model: Model) -> Harness<'static, Window> {
    // Employing begins a session anew: the model comes after it.
    let mut window = pure(samples::model(), (1280.0, 800.0));
    window.state_mut().employ(Box::new(Keeper));
    window.state_mut().model = model;
    window.run();
    ORDERS.with(|orders| orders.borrow_mut().clear());
    window
}

/// The orders since the last call.
pub fn orders(window: &mut Harness<'_, Window>) -> Vec<Order> {
    window.run();
    ORDERS.with(RefCell::take)
}

/// Names of the operations whose buttons can be pressed.
pub fn usable(window: &Harness<'_, Window>) -> Vec<Operation> {
    let pressed = |operation: &Operation| {
        let mut found = window.query_all_by_role_and_label(Accessible::Button, name_of(*operation));
        found.any(|button| !button.accesskit_node().is_disabled())
    };
    OPERATIONS.into_iter().filter(pressed).collect()
}

/// The words of the button of an operation that is refused.
fn refused(window: &Harness<'_, Window>, operation: Operation) -> Option<String> {
    let begin = format!("{}. ", name_of(operation));
    let labels = window.query_all_by_role(Accessible::Button).filter(|node| node.accesskit_node().is_disabled());
    labels.filter_map(|node| node.accesskit_node().label()).find(|label| label.starts_with(&begin))
}

fn press(window: &mut Harness<'_, Window>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

fn enter(window: &mut Harness<'_, Window>, digits: &str) {
    window.event(Input::Text(digits.to_owned()));
    window.run();
    press(window, Modifiers::NONE, Key::Enter);
}

fn click(window: &mut Harness<'_, Window>, name: &str) {
    window.get_by_role_and_label(Accessible::Button, name).click();
    window.run();
}

/// The newest order for a card.
fn ordered(window: &mut Harness<'_, Window>) -> Option<CardOrder> {
    orders(window)
        .into_iter()
        .filter_map(|order| if let Order::OnCard { card, .. } = order { Some(*card) } else { None })
        .next_back()
}

/// Neither the accessibility tree nor what can be printed of the model holds a passcode.
fn tells_nothing(window: &Harness<'_, Window>) {
    let model = &window.state().model;
    let all = format!("{} {:?} {:?} {:?}", spoken(window), model.dialogs, model.work, model.service);
    for secret in [NEW, CURRENT] {
        assert!(!all.contains(secret), "{secret} is told: {all}");
    }
}

#[test]
fn every_card_is_named_for_what_it_is_and_nothing_is_offered_that_writes() {
    let stranger = CardInReader { stranger: true, ..card(17, CardState::Blank, Some(90)) };
    let unasked = CardInReader {
        record: Err(Trouble::unchanged("the gateway does not answer")),
        ..card(17, CardState::Active, Some(400))
    };
    for (what, condition, says) in [
        ("blank", ReaderCondition::Card(Box::new(card(17, CardState::Blank, None))), "This is a blank card"),
        (
            "no record",
            ReaderCondition::Card(Box::new(card(17, CardState::Blank, Some(90)))),
            "it has no record of the card",
        ),
        ("a stranger's", ReaderCondition::Card(Box::new(stranger)), "issued by somebody else"),
        ("not asked", ReaderCondition::Card(Box::new(unasked)), "The gateway does not answer."),
        ("own", ReaderCondition::OwnCard(Box::new(card(3, CardState::Active, Some(90)))), "This is your own card"),
        (
            "unknown",
            ReaderCondition::Unknown { why: "this is a Series 6 card: destroy it".into(), nhs_code: None },
            "This is a Series 6 card",
        ),
        ("silent", ReaderCondition::Unreadable, "the chip is damaged"),
        ("busy", ReaderCondition::InUse, "Another program holds this card"),
        ("being read", ReaderCondition::Reading, "The card is being read"),
    ] {
        let mut model = signed_in();
        model.on_event(&told(LEFT, condition));
        model.go(Route::Service);
        let window = window(model);
        let said = spoken(&window);
        assert!(said.contains(says), "{what}: {said}");
        assert_eq!(usable(&window), [], "{what}");
        let none = OPERATIONS.iter().all(|operation| refused(&window, *operation).is_none());
        assert!(none && !said.contains("Does this card work?"), "{what}: nothing is spoken of: {said}");
    }
}

#[test]
fn a_cancelled_card_shows_each_operation_with_why_it_is_refused_and_what_to_do() {
    let mut model = signed_in();
    model.on_event(&put_in(LEFT, card(17, CardState::Cancelled, Some(90))));
    model.go(Route::Service);
    let window = window(model);
    assert!(spoken(&window).contains("was cancelled for good"));
    assert_eq!(usable(&window), [], "nothing is done to it");
    for operation in OPERATIONS {
        let why = refused(&window, operation).unwrap_or_else(|| panic!("{operation} stands there"));
        let words = ["This card was cancelled for good", "Destroy the card and issue a new one"];
        assert!(words.iter().all(|words| why.contains(words)), "{operation}: {why}");
    }
    assert!(!spoken(&window).contains("Does this card work?"));
}

/// The answer of the rules for a desk operation, worked out here from the same facts.
fn answer(operation: Operation, role: Role, card: &CardInReader) -> Decision {
    let software = samples::model().software;
    let record = card.record.as_ref().expect("a record");
    decide(&Situation {
        task: Task::Desk(operation),
        role,
        subject: Subject::Another,
        series: card.series,
        card: record.state,
        certificates: record.certificates_expire.map_or(Certificates::None, |at| Certificates::LastDay(at.date())),
        holder: card.holder.as_ref().expect("a holder").state,
        photo: Photo::OnRecord,
        other_card: None,
        address: Address::Missing,
        delivery: Delivery::Confirmed,
        software: &software,
        printer: None,
        realm: Realm::Training,
        today: today(),
    })
}

#[test]
fn what_each_role_is_offered_on_each_card_is_what_the_rules_say() {
    let states = [CardState::Active, CardState::Locked, CardState::Unfinished, CardState::InWork];
    let mut seen = [0, 0];
    for officer in officers() {
        for state in states {
            for days in [-1, 0, 90, 91] {
                let card = card(17, state, Some(days));
                let mut model = samples::sign_in_as(samples::model(), officer.officer.id.as_str());
                model.on_event(&put_in(LEFT, card.clone()));
                model.go(Route::Service);
                let window = window(model);
                let usable = usable(&window);
                for operation in OPERATIONS {
                    let at = format!("{}, {operation}, {state:?}, {days} days", officer.officer.role);
                    match answer(operation, officer.officer.role, &card) {
                        Decision::Allowed => {
                            seen[0] += 1;
                            assert!(usable.contains(&operation), "{at}");
                        }
                        Decision::Refused(refusal) => {
                            seen[1] += 1;
                            assert!(!usable.contains(&operation), "{at}");
                            let said = refused(&window, operation).unwrap_or_else(|| panic!("{at}: no reason"));
                            assert!(said.contains(&refusal.to_string()), "{at}: {said}");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(seen.iter().sum::<i32>(), 6 * 4 * 4 * 6);
    assert!(seen[0] > 100 && seen[1] > 100, "{seen:?}");
}

#[test]
fn what_the_card_was_brought_for_is_one_shortcut_away() {
    let damaged = CardInReader {
        findings: vec![Finding::CertificateMissing { slot: CertificateSlot::Authentication }],
        ..card(17, CardState::Active, Some(400))
    };
    let blocked = CardInReader { tries_left: Some(0), ..card(17, CardState::Active, Some(400)) };
    for (card, says, asks) in [
        (card(17, CardState::Locked, Some(400)), "This card is locked", "Siân, choose a passcode"),
        (blocked, "typed wrongly too often", "Siân, choose a passcode"),
        (card(17, CardState::Active, Some(90)), "end in 90 days: renew them now", "Siân, type your passcode"),
        (card(17, CardState::Active, Some(-1)), "have expired", "Siân, type your passcode"),
        (damaged, "The authentication certificate is missing.", "Repair the card of Siân Ŵyn-Morris"),
        (card(17, CardState::Active, Some(91)), "This card is in order", "Siân, type your passcode"),
    ] {
        let mut window = window(at_page(card));
        let said = spoken(&window);
        assert!(said.contains(says), "{said}");
        press(&mut window, Modifiers::COMMAND, Key::Enter);
        let said = spoken(&window);
        assert!(said.contains(asks), "{says}: {said}");
    }
}

#[test]
fn the_holder_the_certificates_and_the_tries_are_told() {
    let mut one = card(17, CardState::Active, Some(1));
    one.certificates[1] = None;
    one.tries_left = Some(1);
    let window = window(at_page(one));
    let said = spoken(&window);
    let day = cardwright::desktop::format::date(today() + Duration::days(1));
    for words in ["Siân Ŵyn-Morris", "555 000 000 017", "Series 10", "none on the card", "1 try left"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(said.contains(&format!("until {day}, 1 day left")), "{said}");
}

#[test]
fn a_locked_card_is_unlocked_by_keyboard_alone() {
    let mut model = at_page(card(17, CardState::Locked, Some(400)));
    model.go(Route::Find);
    let mut window = window(model);
    press(&mut window, Modifiers::ALT, Key::Num1);
    assert_eq!(*window.state().model.history.here(), Route::Service);
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    enter(&mut window, NEW);
    tells_nothing(&window);
    enter(&mut window, NEW);
    let order = ordered(&mut window).expect("an order");
    assert_eq!((order.operation, order.reader.as_deref()), (Operation::Unlock, Some(LEFT)));
    assert_eq!(order.passcodes.new.expect("the new one").expose(), NEW.as_bytes());
    assert!(order.passcodes.current.is_none());
    assert!(matches!(window.state().model.history.here(), Route::Work(_)));
    tells_nothing(&window);
}

#[test]
fn a_card_that_was_issued_locked_is_confirmed_to_be_in_its_holders_hands() {
    use cardwright::cis2::wire::DeliverySaid;
    let mut locked = card(17, CardState::Locked, Some(400));
    locked.record.as_mut().expect("a record").awaits_delivery = true;
    let mut window = window(at_page(locked));
    assert!(spoken(&window).contains("nobody has said yet that its holder has it"));
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(spoken(&window).contains("Is the card in its holder's hands?"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.state().model.dialogs.is_empty(), "no answer is no");
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    click(&mut window, "Yes, they have it in hand");
    enter(&mut window, NEW);
    enter(&mut window, NEW);
    assert_eq!(ordered(&mut window).expect("an order").delivery, DeliverySaid::Confirmed);
}

#[test]
fn a_passcode_is_changed_with_the_one_the_card_has_and_its_tries_are_told_before() {
    let mut two = card(17, CardState::Active, Some(400));
    two.tries_left = Some(2);
    let mut window = window(at_page(two));
    click(&mut window, "Change the passcode");
    let said = spoken(&window);
    assert!(said.contains("Siân, change your passcode") && said.contains("takes 2 tries"), "{said}");
    enter(&mut window, CURRENT);
    enter(&mut window, CURRENT);
    assert!(spoken(&window).contains("The new passcode is the one the card has"));
    enter(&mut window, NEW);
    enter(&mut window, NEW);
    let order = ordered(&mut window).expect("an order");
    assert_eq!(order.operation, Operation::ChangePasscode);
    assert_eq!(order.passcodes.current.expect("the old one").expose(), CURRENT.as_bytes());
    assert_eq!(order.passcodes.new.expect("the new one").expose(), NEW.as_bytes());
    tells_nothing(&window);
}

#[test]
fn the_last_try_of_a_passcode_is_a_warning() {
    let mut last = card(17, CardState::Active, Some(30));
    last.tries_left = Some(1);
    let mut window = window(at_page(last));
    click(&mut window, "Renew the certificates");
    let said = spoken(&window);
    assert!(said.contains("takes 1 more try. If it is wrong, the card locks itself"), "{said}");
    enter(&mut window, CURRENT);
    let order = ordered(&mut window).expect("an order");
    assert_eq!((order.operation, order.passcodes.new.is_none()), (Operation::Renew, true));
    assert_eq!(order.passcodes.current.expect("their own").expose(), CURRENT.as_bytes());
}

#[test]
fn whether_a_card_works_is_asked_after_its_passcode() {
    let mut window = window(at_page(card(17, CardState::Active, Some(400))));
    click(&mut window, "Does this card work?");
    enter(&mut window, CURRENT);
    let orders = orders(&mut window);
    let tried = orders.iter().any(|order| {
        matches!(order, Order::TryCard { reader, passcode, .. } if reader == LEFT && passcode.expose() == CURRENT.as_bytes())
    });
    assert!(tried, "{orders:?}");
    assert!(spoken(&window).contains("Does the card of Siân Ŵyn-Morris work?"));
    tells_nothing(&window);
}

#[test]
fn a_repaired_card_is_left_as_was_chosen() {
    for locked in [true, false] {
        let mut window = window(at_page(card(17, CardState::Active, Some(400))));
        click(&mut window, "Repair");
        if locked {
            click(&mut window, "Leave it locked; it is unlocked later with its holder present");
        } else {
            press(&mut window, Modifiers::NONE, Key::Enter);
            enter(&mut window, NEW);
            enter(&mut window, NEW);
        }
        let order = ordered(&mut window).expect("an order");
        assert_eq!((order.operation, order.passcodes.new.is_none()), (Operation::Repair, locked));
        assert!(order.passcodes.current.is_none());
    }
}

/// A button that says why it cannot be pressed.
fn says_why(window: &Harness<'_, Window>, label: &str) {
    let button = window.get_by_role_and_label(Accessible::Button, label);
    assert!(button.accesskit_node().is_disabled(), "{label}");
}

#[test]
fn a_card_is_ended_only_by_somebody_who_says_why_and_is_sure() {
    let mut window = window(at_page(card(17, CardState::Active, Some(400))));
    click(&mut window, "Cancel for good");
    let said = spoken(&window);
    assert!(said.contains("This cannot be undone.") && said.contains("the chip is emptied"), "{said}");
    assert!(window.get_by_role_and_label(Accessible::Button, "Keep the card").is_focused(), "the safe one");
    says_why(&window, "Cancel this card. Say why first.");
    window.get_by_role_and_label(Accessible::RadioButton, "Other").click();
    window.run();
    says_why(&window, "Cancel this card. Write what the reason is.");
    window.get_by_role_and_label(Accessible::TextInput, "More about it, without names").focus();
    window.run();
    window.event(Input::Text("left on a train".to_owned()));
    window.run();
    says_why(&window, "Cancel this card. Tick that you are sure first.");
    window.get_by_role_and_label(Accessible::CheckBox, "I am sure: end the card of Siân Ŵyn-Morris for good").click();
    window.run();
    click(&mut window, "Cancel this card");
    let order = ordered(&mut window).expect("an order");
    assert_eq!((order.operation, order.reader.as_deref()), (Operation::Cancel, Some(LEFT)));
    assert_eq!(order.note.as_deref(), Some("left on a train"));
    assert_eq!(order.reason, Some(cardwright::domain::CancelReason::Other));
}

#[test]
fn a_card_is_cleared_by_keyboard_alone() {
    let mut window = window(at_page(card(17, CardState::Active, Some(400))));
    let reach = |window: &mut Harness<'_, Window>, role, label: &str| {
        for _ in 0..60 {
            if window.query_by_role_and_label(role, label).is_some_and(|node| node.is_focused()) {
                return;
            }
            press(window, Modifiers::NONE, Key::Tab);
        }
        panic!("Tab does not reach {label}: {}", spoken(window));
    };
    reach(&mut window, Accessible::Button, "Clear for another holder");
    press(&mut window, Modifiers::NONE, Key::Enter);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.state().model.dialogs.is_empty(), "one Enter more keeps the card");
    assert!(ordered(&mut window).is_none());
    reach(&mut window, Accessible::Button, "Clear for another holder");
    press(&mut window, Modifiers::NONE, Key::Enter);
    reach(&mut window, Accessible::CheckBox, "I am sure: take this card from Siân Ŵyn-Morris");
    press(&mut window, Modifiers::NONE, Key::Space);
    reach(&mut window, Accessible::Button, "Clear this card");
    press(&mut window, Modifiers::NONE, Key::Enter);
    let order = ordered(&mut window).expect("an order");
    assert_eq!((order.operation, order.reason, order.note), (Operation::Clear, None, None));
}

#[test]
fn a_card_that_is_not_here_is_cancelled_from_its_holders_record() {
    let mut model = signed_in();
    let record = samples::record(17, &[CardState::Active]);
    let serial = record.cards[0].serial.clone();
    samples::open_record(&mut model, record, Vec::new());
    let mut window = window(model);
    click(&mut window, &format!("Cancel this card {serial}"));
    assert!(spoken(&window).contains("wherever it is"));
    window.get_by_role_and_label(Accessible::RadioButton, "Stolen").click();
    window.run();
    window.get_by_role_and_label(Accessible::CheckBox, "I am sure: end the card of Siân Ŵyn-Morris for good").click();
    window.run();
    click(&mut window, "Cancel this card");
    let order = ordered(&mut window).expect("an order");
    assert_eq!((order.operation, order.reader, order.serial), (Operation::Cancel, None, serial));
    assert_eq!(order.holder, samples::id(17));
}

#[test]
fn who_may_not_cancel_reads_why_on_the_record() {
    let mut model = samples::sign_in_as(samples::model(), "555000000005");
    let record = samples::record(17, &[CardState::Active]);
    let serial = record.cards[0].serial.clone();
    samples::open_record(&mut model, record, Vec::new());
    let window = window(model);
    says_why(
        &window,
        &format!("Cancel this card {serial}. The role Sponsor may not cancel a card. Ask an RA Agent or RA Manager."),
    );
}

#[test]
fn a_card_that_is_taken_out_or_swapped_takes_every_question_with_it() {
    for swapped in [false, true] {
        for begin in ["Unlock: a new passcode", "Repair", "Clear for another holder", "Cancel for good"] {
            let mut window = window(at_page(card(17, CardState::Locked, Some(400))));
            click(&mut window, begin);
            assert_eq!(window.state().model.dialogs.len(), 1, "{begin}");
            let next = match swapped {
                true => put_in(LEFT, card(18, CardState::Active, Some(400))),
                false => told(LEFT, ReaderCondition::Empty),
            };
            window.state_mut().model.on_event(&next);
            window.run();
            let model = &window.state().model;
            assert!(model.dialogs.is_empty(), "{begin}: the question is withdrawn");
            let said = spoken(&window);
            assert!(!said.contains("Siân"), "nothing of the old card: {said}");
            if swapped {
                assert!(matches!(model.service.changed, Some(Changed::Swapped { .. })));
                assert!(said.contains("another one is") && said.contains("Stanisław"), "{said}");
            } else {
                assert!(matches!(model.service.changed, Some(Changed::TakenOut { .. })));
                assert!(said.contains("was taken out of Left reader") && usable(&window).is_empty(), "{said}");
            }
            assert!(ordered(&mut window).is_none());
        }
    }
}

#[test]
fn a_card_that_comes_back_is_shown_again() {
    let mut window = window(at_page(card(17, CardState::Locked, Some(400))));
    window.state_mut().model.on_event(&told(LEFT, ReaderCondition::Empty));
    window.state_mut().model.on_event(&put_in(LEFT, card(17, CardState::Locked, Some(400))));
    window.run();
    assert!(window.state().model.service.changed.is_none());
    assert!(usable(&window).contains(&Operation::Unlock));
}

#[test]
fn what_changed_while_the_holder_typed_is_not_done() {
    let mut window = window(at_page(card(17, CardState::Locked, Some(400))));
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    enter(&mut window, NEW);
    // A colleague at another desk cancelled it meanwhile.
    window.state_mut().model.on_event(&put_in(LEFT, card(17, CardState::Cancelled, Some(400))));
    window.run();
    enter(&mut window, NEW);
    assert!(ordered(&mut window).is_none());
    assert!(spoken(&window).contains("Nothing was done: the card in the reader"), "{}", spoken(&window));
}

#[test]
fn with_two_cards_the_officer_says_which() {
    let mut model = signed_in();
    model.on_event(&put_in(LEFT, card(17, CardState::Locked, Some(400))));
    model.on_event(&put_in(RIGHT, card(18, CardState::Active, Some(400))));
    model.go(Route::Service);
    let mut window = window(model);
    assert!(spoken(&window).contains("Which card?") && usable(&window).is_empty());
    window.get_by_role_and_label(Accessible::RadioButton, RIGHT).click();
    window.run();
    assert!(spoken(&window).contains("Stanisław"));
    // A tile of the bench leads to its own card.
    let tile = window
        .query_all_by_role(Accessible::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(&format!("{LEFT}: "))));
    tile.expect("the tile").click();
    window.run();
    assert!(usable(&window).contains(&Operation::Unlock), "{}", spoken(&window));
}

#[test]
fn a_card_that_is_put_in_is_shown_and_does_not_take_the_place_of_one_that_is() {
    // A blank card of the stock lies in the other reader.
    let mut model = signed_in();
    model.on_event(&put_in(RIGHT, card(18, CardState::Blank, None)));
    model.on_event(&told(LEFT, ReaderCondition::Empty));
    model.go(Route::Service);
    assert_eq!(service::here(&model).map(|(reader, _)| reader.name.as_str()), Some(RIGHT));
    model.on_event(&put_in(LEFT, card(17, CardState::Locked, Some(400))));
    assert_eq!(service::here(&model).map(|(reader, _)| reader.name.as_str()), Some(LEFT));
    model.on_event(&told(RIGHT, ReaderCondition::Empty));
    model.on_event(&put_in(RIGHT, card(18, CardState::Active, Some(400))));
    assert_eq!(service::here(&model).map(|(reader, _)| reader.name.as_str()), Some(LEFT), "the followed one stays");
}

#[test]
fn ones_own_card_is_never_what_is_worked_on() {
    let mut model = signed_in();
    model.on_event(&told(LEFT, ReaderCondition::OwnCard(Box::new(card(3, CardState::Active, Some(10))))));
    model.on_event(&put_in(RIGHT, card(17, CardState::Locked, Some(400))));
    model.go(Route::Service);
    let window = window(model);
    let (reader, _) = service::here(&window.state().model).expect("the holder's card");
    assert_eq!(reader.name, RIGHT);
    assert!(usable(&window).contains(&Operation::Unlock));
}

#[test]
fn a_wish_that_is_refused_now_is_not_done_whoever_asks() {
    let mut model = at_page(card(17, CardState::Active, Some(400)));
    let serial = card(17, CardState::Active, None).serial;
    for wish in [
        service::Intent::Start(Operation::Renew),
        service::Intent::Start(Operation::Issue),
        service::Intent::Delivered("00112233".parse().expect("a serial")),
    ] {
        model.update(Intent::Service(wish));
    }
    assert!(model.dialogs.is_empty() && model.take_orders().is_empty());
    model.on_event(&told(LEFT, ReaderCondition::Empty));
    model.update(service::Intent::Repair { serial, locked: true }.into());
    model.update(service::Intent::Try.into());
    assert!(model.dialogs.is_empty());
    assert!(!model.take_orders().iter().any(|order| matches!(order, Order::OnCard { .. } | Order::TryCard { .. })));
}

#[test]
fn a_dialogue_of_another_card_is_left_alone() {
    let mut model = at_page(card(17, CardState::Locked, Some(400)));
    model.update(service::Intent::Start(Operation::Unlock).into());
    model.on_event(&put_in(RIGHT, card(18, CardState::Active, Some(400))));
    model.on_event(&told(RIGHT, ReaderCondition::Empty));
    assert!(matches!(model.dialogs.front(), Some(Dialog::Passcode(_))));
}
