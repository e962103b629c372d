//! What a holder's profile offers, issuing a card and printing it, held against the same tables by the same oracle as the
//! card in the reader.

use std::collections::BTreeSet;

use cardwright::{
    bench::{CardInReader, PrinterView, ReaderCondition, ReaderView},
    cis2::wire::{CardRecord, HolderRecord},
    desktop::model::{
        Model,
        holder::{Action, Offer, Why as WhyNot, offers},
    },
    domain::{
        CardState, HolderState, Operation, Role, Series,
        eligibility::{Address, Certificates, ClientSoftware, Delivery, Photo, Realm, Situation, Subject, Task},
    },
};
use egui_kittest::Harness;
use time::{Date, macros::date};

use crate::{
    oracle::{Oracle, ROLES, SERIES, STATES},
    rules::{Seen, desk, has_its_code, number_of, read, said, show},
    samples,
    service::{LEFT, card},
    why::Whys,
};

/// Today, the last day of Identity Agent, and the day after it.
const DAYS: [Date; 3] = [date!(2026 - 11 - 26), date!(2027 - 02 - 28), date!(2027 - 03 - 01)];
/// Printers of a desk: none, the one for Series 10, its predecessor.
const PRINTERS: [Option<&str>; 3] = [None, Some("magicard-doh-300-v2"), Some("magicard-doh-300-v1")];

/// What may differ in a record, one at a time or together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Person {
    closed: bool,
    photo: bool,
    own: bool,
}

/// Everybody there may be.
fn people() -> impl Iterator<Item = Person> {
    let both = [false, true];
    both.into_iter()
        .flat_map(move |closed| both.into_iter().flat_map(move |photo| both.map(|own| Person { closed, photo, own })))
}

/// An open profile of somebody else, with a photo.
const ORDINARY: Person = Person { closed: false, photo: true, own: false };

/// A desk and the day it is there.
#[derive(Debug, Clone)]
struct Place<'a> {
    role: Role,
    software: &'a ClientSoftware,
    realm: Realm,
    today: Date,
}

impl Place<'_> {
    fn expected(&self, oracle: &Oracle, operation: Operation, person: Person, what: What<'_>) -> Whys {
        let other = "0A0B0C0D".parse().expect("a serial");
        oracle.expected(&Situation {
            task: Task::Desk(operation),
            role: self.role,
            subject: if person.own { Subject::Own } else { Subject::Another },
            series: what.series,
            card: what.state,
            certificates: Certificates::None,
            holder: if person.closed { HolderState::Closed } else { HolderState::Open },
            photo: if person.photo { Photo::OnRecord } else { Photo::Missing },
            other_card: what.other.then_some(&other),
            address: Address::Missing,
            delivery: Delivery::Confirmed,
            software: self.software,
            printer: what.printer,
            realm: self.realm,
            today: self.today,
        })
    }

    fn model(&self) -> Model {
        desk(self.role, self.realm, self.software)
    }
}

/// What it would be done with.
#[derive(Debug, Clone, Copy)]
struct What<'a> {
    series: Series,
    state: CardState,
    other: bool,
    printer: Option<&'a str>,
}

/// Every desk, and whom it is asked for: everybody where all else is in order, somebody ordinary everywhere.
fn places(oracle: &Oracle) -> Vec<(Place<'_>, Vec<Person>)> {
    let mut all = Vec::new();
    for (row, software) in oracle.software() {
        for (role, _) in ROLES {
            for today in DAYS {
                let place = Place { role, software, realm: Realm::Training, today };
                if *row == "Smartcard Connect 4.1" && today == DAYS[0] {
                    all.push((Place { realm: Realm::Live, ..place.clone() }, people().collect()));
                    all.push((place, people().collect()));
                } else {
                    all.push((place, vec![ORDINARY]));
                }
            }
        }
    }
    all
}

fn record(base: &HolderRecord, role: Role, person: Person, cards: &[(CardState, Series)]) -> HolderRecord {
    let mut holder = base.holder.clone();
    if person.closed {
        holder.state = HolderState::Closed;
    }
    if !person.photo {
        holder.photo_sha256 = None;
    }
    if person.own {
        holder.id = number_of(role);
    }
    let card = |(place, (state, series)): (usize, &(CardState, Series))| CardRecord {
        series: *series,
        ..samples::card(&holder, place, *state)
    };
    let cards = cards.iter().enumerate().map(card).collect();
    HolderRecord { holder, cards }
}

fn blank(base: &CardInReader, series: Series) -> ReaderView {
    let card = CardInReader { series, ..base.clone() };
    ReaderView { name: LEFT.into(), training: false, condition: ReaderCondition::Card(Box::new(card)) }
}

fn whys(offer: &Offer) -> Whys {
    match &offer.refused {
        None => Whys::default(),
        Some(WhyNot::Rules(refusal)) => Whys::of(&refusal.reasons),
        other => panic!("{other:?} is no reason of the tables"),
    }
}

/// The one window of a test, and which answers were read in it.
#[derive(Default)]
struct Reading {
    window: Option<Harness<'static, Seen>>,
    answers: BTreeSet<String>,
}

impl Reading {
    /// An answer that was not read before is read by the accessible name of its button.
    fn read(
        &mut self,
        place: &Place<'_>,
        name: &str,
        model: impl FnOnce() -> Model,
        record: &HolderRecord,
        expected: Whys,
    ) {
        if !self.answers.insert(format!("{expected:?}")) {
            return;
        }
        let mut model = model();
        samples::open_record(&mut model, record.clone(), Vec::new());
        let window = show(&mut self.window, model, place.today);
        match read(window, name).unwrap_or_else(|| panic!("“{name}” does not stand there: {place:?}")) {
            None => assert!(expected.is_yes(), "it can be pressed, and the tables say {expected:?}: {place:?}"),
            Some(words) => {
                assert!(said(&words) == expected, "{place:?}: “{words}”, and the tables say {expected:?}");
                has_its_code(place.software, &words);
            }
        }
    }
}

#[test]
fn a_card_is_issued_where_the_tables_allow_it_and_each_reason_they_give_is_said() {
    let oracle = Oracle::new();
    let (mut cells, mut reading) = (0_u32, Reading::default());
    let base = samples::record(17, &[]);
    let stock = card(18, CardState::Blank, None);
    let others = [None, Some(CardState::Active), Some(CardState::Locked), Some(CardState::Cancelled)];
    for (place, people) in places(&oracle) {
        let mut model = place.model();
        for series in SERIES {
            model.bench.readers = vec![blank(&stock, series)];
            for (person, other) in people.iter().flat_map(|person| others.map(|other| (*person, other))) {
                let cards: Vec<_> = other.into_iter().map(|state| (state, Series::Series10)).collect();
                let record = record(&base, place.role, person, &cards);
                let in_use = matches!(other, Some(CardState::Active | CardState::Locked));
                let what = What { series, state: CardState::Blank, other: in_use, printer: None };
                let expected = place.expected(&oracle, Operation::Issue, person, what);
                let all = offers(&model, &record, place.today);
                let offer = all.iter().find(|offer| offer.action == Action::Issue).expect("an answer");
                assert!(whys(offer) == expected, "{place:?}, {person:?}, {what:?}: {:?}, {expected:?}", whys(offer));
                cells += 1;
                let shown = || {
                    let mut shown = place.model();
                    shown.bench.readers.clone_from(&model.bench.readers);
                    shown
                };
                reading.read(&place, "Issue a card", shown, &record, expected);
            }
        }
    }
    println!("{cells} cells; {} different answers, each read in the window", reading.answers.len());
    assert!(cells > 8_000 && reading.answers.len() > 60, "{cells} {}", reading.answers.len());
}

#[test]
fn a_card_is_printed_where_the_tables_allow_it_and_each_reason_they_give_is_said() {
    let oracle = Oracle::new();
    let (mut cells, mut reading) = (0_u32, Reading::default());
    let base = samples::record(17, &[]);
    for (place, people) in places(&oracle) {
        let mut model = place.model();
        for printer in PRINTERS {
            model.bench.printers = printer.map(samples::printer).into_iter().collect::<Vec<PrinterView>>();
            // A blank card is on nobody's record.
            for (series, (state, _)) in
                SERIES.into_iter().flat_map(|series| STATES[1..].iter().map(move |s| (series, *s)))
            {
                let what = What { series, state, other: false, printer };
                for person in people.iter().copied() {
                    let record = record(&base, place.role, person, &[(state, series)]);
                    let expected = place.expected(&oracle, Operation::Print, person, what);
                    let all = offers(&model, &record, place.today);
                    let offer = all.iter().find(|offer| offer.action == Action::Print).expect("an answer");
                    assert!(
                        whys(offer) == expected,
                        "{place:?}, {person:?}, {what:?}: {:?}, {expected:?}",
                        whys(offer)
                    );
                    cells += 1;
                    let shown = || {
                        let mut shown = place.model();
                        shown.bench.printers.clone_from(&model.bench.printers);
                        shown
                    };
                    reading.read(&place, "Print the card", shown, &record, expected);
                }
            }
        }
    }
    println!("{cells} cells; {} different answers, each read in the window", reading.answers.len());
    assert!(cells > 30_000 && reading.answers.len() > 100, "{cells} {}", reading.answers.len());
}
