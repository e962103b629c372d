//! What the window offers for a card, held against the tables of the NHS pages by an oracle that knows nothing of the rules:
//! every role, operation, state of a card, age of its certificates, smartcard software, date and series. Every answer the
//! model gives is looked at, and every answer that differs from the others is read in the window by its accessible name.

use std::collections::BTreeSet;

use cardwright::{
    bench::CardInReader,
    cis2::wire::Session,
    desktop::{
        model::{
            Model,
            service::{OPERATIONS, offers},
            session::Phase,
        },
        preferences::Preferences,
        route::Route,
        screens,
        text::Texts,
        view::{Pictures, View},
        window::Window,
    },
    domain::{
        CardState, HolderState, Operation, Role, Series,
        eligibility::{
            Address, Certificates, ClientSoftware, Delivery, Photo, Realm, Situation, SoftwarePart, Subject, Task,
        },
    },
};
use eframe::egui::accesskit::Role as Accessible;
use egui_kittest::{
    Harness,
    kittest::{NodeT, Queryable},
};
use time::{Date, Duration, macros::date};

use crate::{
    oracle::{Oracle, ROLES, SERIES, STATES},
    samples,
    service::{LEFT, card, name_of, put_in},
    why::{Why, Whys},
};

/// Today, the last day of Identity Agent, and the day after it.
const DAYS: [Date; 3] = [date!(2026 - 11 - 26), date!(2027 - 02 - 28), date!(2027 - 03 - 01)];
/// Days to the end of a card's certificates; none without certificates.
const AGES: [Option<i64>; 5] = [None, Some(-1), Some(0), Some(90), Some(91)];

/// One card before one officer at one desk on one day.
#[derive(Debug, Clone)]
struct Scene {
    role: Role,
    series: Series,
    state: CardState,
    age: Option<i64>,
    software: ClientSoftware,
    realm: Realm,
    today: Date,
    closed: bool,
    other_card: bool,
}

impl Scene {
    /// The card, made of one in its state.
    fn card(&self, bases: &[CardInReader]) -> CardInReader {
        let mut card = bases.iter().find(|card| card.state() == Some(self.state)).expect("each state").clone();
        card.series = self.series;
        if let Ok(record) = &mut card.record {
            record.series = self.series;
            record.certificates_expire =
                self.age.map(|days| (self.today + Duration::days(days)).midnight().assume_utc());
        }
        card.has_certificates = self.age.is_some();
        if let (true, Some(holder)) = (self.closed, &mut card.holder) {
            holder.state = HolderState::Closed;
        }
        card.other_card = self.other_card.then(|| "0A0B0C0D".parse().expect("a serial"));
        card
    }

    /// What the tables say.
    fn expected(&self, oracle: &Oracle, operation: Operation, card: &CardInReader) -> Whys {
        oracle.expected(&Situation {
            task: Task::Desk(operation),
            role: self.role,
            subject: Subject::Another,
            series: self.series,
            card: self.state,
            certificates: self
                .age
                .map_or(Certificates::None, |days| Certificates::LastDay(self.today + Duration::days(days))),
            holder: if self.closed { HolderState::Closed } else { HolderState::Open },
            photo: Photo::OnRecord,
            other_card: card.other_card.as_ref(),
            address: Address::Missing,
            delivery: Delivery::Confirmed,
            software: &self.software,
            printer: None,
            realm: self.realm,
            today: self.today,
        })
    }

    /// An officer of that role at that desk.
    fn desk(&self, officers: &[Session]) -> Model {
        let session = officers.iter().find(|known| known.officer.role == self.role).expect("one of each role");
        let mut model = Model::new(self.realm, self.software.clone(), Preferences::default());
        model.session.phase = Phase::SignedIn(session.clone());
        model
    }
}

/// Whether nothing at all is offered for such a card: it is nobody's.
fn is_left_alone(state: CardState) -> bool {
    state == CardState::Blank
}

/// Every scene: the whole product, and beside it closed profiles, second cards and the live realm.
fn scenes(oracle: &Oracle) -> Vec<Scene> {
    let mut all = Vec::new();
    for (row, software) in oracle.software() {
        for (role, _) in ROLES {
            for today in DAYS {
                for series in SERIES {
                    for (state, _) in STATES {
                        for age in AGES {
                            let scene = Scene {
                                role,
                                series,
                                state,
                                age,
                                software: software.clone(),
                                realm: Realm::Training,
                                today,
                                closed: false,
                                other_card: false,
                            };
                            // What the record and the realm add is the same whatever the software.
                            if *row == "Smartcard Connect 4.1" && today == DAYS[0] {
                                all.push(Scene { closed: true, ..scene.clone() });
                                all.push(Scene { other_card: true, ..scene.clone() });
                                all.push(Scene { realm: Realm::Live, ..scene.clone() });
                            }
                            all.push(scene);
                        }
                    }
                }
            }
        }
    }
    all
}

/// Words that say a reason to whoever hears the button, and no other reason says.
fn is_said(why: Why, words: &str) -> bool {
    let says = |part: &str| words.contains(part);
    match why {
        Why::SeriesBlocked => says("has blocked these for good"),
        Why::SeriesUnknown => says("not recognised as an NHS smartcard"),
        Why::SeriesCannot => says(" card cannot "),
        Why::NotNhsStock => says("not NHS stock"),
        Why::SoftwareMissing => says("No smartcard software was found"),
        Why::SoftwareSilent => says("does not answer on this computer"),
        Why::SoftwareTooOld => says("too old for this card"),
        Why::AgentRetired => says("is retired"),
        Why::AgentEnded => says("stopped working after 28 February 2027"),
        Why::AgentOnlySignsIn => says("can only sign in with a Series 10 card"),
        Why::Role => says(" may not ") && !is_said(Why::RoleForExpired, words),
        Why::RoleForExpired => says("may not renew a card whose certificates have expired"),
        Why::ProfileClosed => says("profile is closed"),
        Why::OtherCard => says("may have one only"),
        Why::State => [
            "Another job is open",
            "This card is locked",
            "was not finished",
            "This card is in use",
            "This card was cancelled for good",
        ]
        .iter()
        .any(|s| says(s)),
        Why::NothingToRenew => says("There are no certificates on this card"),
        Why::NotDue => says("can be renewed from"),
        other => panic!("{other:?} is no reason at a desk"),
    }
}

/// Reasons an operation of a desk may have.
const AT_A_DESK: [Why; 17] = [
    Why::SeriesBlocked,
    Why::SeriesUnknown,
    Why::SeriesCannot,
    Why::NotNhsStock,
    Why::SoftwareMissing,
    Why::SoftwareSilent,
    Why::SoftwareTooOld,
    Why::AgentRetired,
    Why::AgentEnded,
    Why::AgentOnlySignsIn,
    Why::Role,
    Why::RoleForExpired,
    Why::ProfileClosed,
    Why::OtherCard,
    Why::State,
    Why::NothingToRenew,
    Why::NotDue,
];

/// The window on a day of the test's.
struct Seen {
    model: Model,
    today: Date,
}

fn window(seen: Seen) -> Harness<'static, Seen> {
    let (texts, pictures) = (Texts::british_english(), Pictures::default());
    let preferences = Preferences::default();
    Harness::builder()
        .with_size((1280.0, 800.0))
        .with_max_steps(64)
        .with_context_setup(move |context| Window::set_up(context, &preferences))
        .build_ui_state(
            move |ui, seen: &mut Seen| {
                let view = View::new(&seen.model, &texts, &pictures, seen.today.midnight().assume_utc());
                screens::frame::draw(ui, &view);
            },
            seen,
        )
}

/// What the buttons of the page say: for each operation the words of its refusal, none where it can be pressed.
fn read(window: &Harness<'_, Seen>, operation: Operation, scene: &Scene) -> Option<String> {
    let name = name_of(operation);
    let begin = format!("{name}. ");
    let mut found = None;
    for button in window.query_all_by_role(Accessible::Button) {
        let node = button.accesskit_node();
        let label = node.label().unwrap_or_default();
        if label == name && !node.is_disabled() {
            assert!(found.is_none(), "{operation} stands there twice: {scene:?}");
            found = Some(None);
        } else if label.starts_with(&begin) && node.is_disabled() {
            assert!(found.is_none(), "{operation} stands there twice: {scene:?}");
            found = Some(Some(label[begin.len()..].to_owned()));
        }
    }
    found.unwrap_or_else(|| panic!("{operation} does not stand there: {scene:?}"))
}

#[test]
fn the_window_offers_what_the_tables_allow_and_says_each_reason_they_give() {
    let oracle = Oracle::new();
    let (mut cells, mut answers, mut read_in_window) = (0_u32, BTreeSet::new(), 0_u32);
    let officers: Vec<Session> =
        samples::officers().iter().map(|known| samples::session_of(known.officer.id.as_str())).collect();
    let bases = STATES.map(|(state, _)| card(17, state, None));
    let mut desk: Option<(Scene, Model)> = None;
    let mut harness: Option<Harness<'static, Seen>> = None;
    for scene in scenes(&oracle) {
        let same =
            |known: &Scene| (known.role, known.realm) == (scene.role, scene.realm) && known.software == scene.software;
        if !desk.as_ref().is_some_and(|(known, _)| same(known)) {
            desk = Some((scene.clone(), scene.desk(&officers)));
        }
        let model = &desk.as_ref().expect("a desk").1;
        let card = scene.card(&bases);
        let offered = offers(model, &card, scene.today);
        if is_left_alone(scene.state) {
            assert!(offered.is_empty(), "{scene:?}");
            cells += OPERATIONS.len() as u32;
            // Not offered at all: so the tables allow none of it.
            assert!(OPERATIONS.iter().all(|o| !scene.expected(&oracle, *o, &card).is_yes()), "{scene:?}");
            continue;
        }
        let mut new = false;
        for operation in OPERATIONS {
            cells += 1;
            let expected = scene.expected(&oracle, operation, &card);
            let offer = offered.iter().find(|offer| offer.operation == operation).expect("an answer");
            let given = offer.refused.as_ref().map_or_else(Whys::default, |refusal| Whys::of(&refusal.reasons));
            assert!(given == expected, "{operation}, {scene:?}: {given:?}, and the tables say {expected:?}");
            new |= answers.insert(format!("{operation} {expected:?}"));
        }
        if !new {
            continue;
        }
        read_in_window += 1;
        let mut model = scene.desk(&officers);
        model.on_event(&put_in(LEFT, card.clone()));
        model.go(Route::Service);
        let seen = Seen { model, today: scene.today };
        let window = match &mut harness {
            Some(window) => {
                *window.state_mut() = seen;
                window
            }
            None => harness.insert(window(seen)),
        };
        window.run();
        for operation in OPERATIONS {
            let expected = scene.expected(&oracle, operation, &card);
            let Some(words) = read(window, operation, &scene) else {
                assert!(expected.is_yes(), "{operation} can be pressed, and the tables say {expected:?}: {scene:?}");
                continue;
            };
            let mut said = Whys::default();
            AT_A_DESK.iter().for_each(|why| said.add_if(is_said(*why, &words), *why));
            assert!(said == expected, "{operation}, {scene:?}: “{words}”, and the tables say {expected:?}");
            // The code the NHS publishes for the same stands beside the words, and nowhere else.
            let code = match &scene.software {
                ClientSoftware::NotFound => Some("400_645"),
                ClientSoftware::Silent(SoftwarePart::PortService) => Some("PR20002"),
                ClientSoftware::Silent(SoftwarePart::CredentialManagement) => Some("PR30007"),
                _ => None,
            };
            match code {
                Some(code) => assert!(words.contains(&format!("(NHS code {code})")), "{scene:?}: {words}"),
                None => assert!(!words.contains("NHS code"), "{scene:?}: {words}"),
            }
        }
    }
    println!("{cells} cells; {} different answers, read in {read_in_window} windows", answers.len());
    assert!(
        cells > 250_000 && answers.len() > 200 && read_in_window > 50,
        "{cells} {} {read_in_window}",
        answers.len()
    );
}
