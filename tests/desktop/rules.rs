//! What the window offers for a card, held against the tables of the NHS pages by an oracle that knows nothing of the rules:
//! every role, operation, state of a card, age of its certificates, smartcard software, date and series. Every answer the
//! model gives is looked at, and every answer that differs from the others is read in the window by its accessible name.

use std::{collections::BTreeSet, sync::LazyLock};

use cardwright::{
    bench::{CardInReader, ReaderCondition},
    cis2::wire::Session,
    desktop::{
        model::{
            Model,
            service::{OPERATIONS, offers, trial},
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
        CardState, HolderId, HolderState, Role, Series,
        eligibility::{
            Address, Certificates, ClientSoftware, Delivery, Photo, Realm, Refusal, Situation, SoftwarePart, Subject,
            Task,
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
    service::{LEFT, card, name_of, told},
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
    /// Whether it is the officer's own card.
    own: bool,
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
        if let (true, Some(holder)) = (self.own, &mut card.holder) {
            holder.id = number_of(self.role);
        }
        card
    }

    /// What the tables say.
    fn expected(&self, oracle: &Oracle, task: Task, card: &CardInReader) -> Whys {
        oracle.expected(&Situation {
            task,
            role: self.role,
            subject: if self.own { Subject::Own } else { Subject::Another },
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
    fn desk(&self) -> Model {
        desk(self.role, self.realm, &self.software)
    }
}

/// The session of an officer of each role; read once.
static SESSIONS: LazyLock<Vec<Session>> =
    LazyLock::new(|| samples::officers().iter().map(|known| samples::session_of(known.officer.id.as_str())).collect());

fn session_of(role: Role) -> &'static Session {
    SESSIONS.iter().find(|known| known.officer.role == role).expect("one of each role")
}

/// The number of an officer of this role.
pub fn number_of(role: Role) -> HolderId {
    session_of(role).officer.id.clone()
}

/// An officer of this role at a desk with such software.
pub fn desk(role: Role, realm: Realm, software: &ClientSoftware) -> Model {
    let mut model = Model::new(realm, software.clone(), Preferences::default());
    model.session.phase = Phase::SignedIn(session_of(role).clone());
    model
}

/// What may be done to a card here: the operations that write, and whether it works.
fn tasks() -> impl Iterator<Item = Task> {
    OPERATIONS.into_iter().map(Task::Desk).chain([Task::Authenticate])
}

/// Whether a card in such a state is not asked whether it works.
fn is_not_tried(task: Task, state: CardState) -> bool {
    task == Task::Authenticate && matches!(state, CardState::InWork | CardState::Cancelled)
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
                                own: false,
                            };
                            // What the record and the realm add is the same whatever the software.
                            if *row == "Smartcard Connect 4.1" && today == DAYS[0] {
                                all.push(Scene { closed: true, ..scene.clone() });
                                all.push(Scene { other_card: true, ..scene.clone() });
                                all.push(Scene { own: true, ..scene.clone() });
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
pub fn is_said(why: Why, words: &str) -> bool {
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
        Why::State => {
            let states = [
                "Another job is open",
                "This card is locked",
                "was not finished",
                "This card is in use",
                "This card was cancelled for good",
            ];
            states.iter().any(|state| says(state)) && !is_said(Why::CannotAuthenticate, words)
        }
        Why::NothingToRenew => says("There are no certificates on this card") && !is_said(Why::EmptyNeedsDesk, words),
        Why::OwnRecord => says("your own card or record"),
        Why::PhotoMissing => says("no photo on the holder's record"),
        Why::PrinterMissing => says("No card printer is chosen"),
        Why::PrinterModel => says("only a Magicard DoH 300 v2 may print Series 10"),
        Why::ExpiredNeedsDesk => says("The certificates have expired. Take the card to"),
        Why::EmptyNeedsDesk => says("There are no certificates on this card. Take the card to"),
        Why::CannotAuthenticate => says("so it cannot sign its holder in"),
        Why::NotDue => says("can be renewed from"),
        other => panic!("{other:?} is no reason at a desk"),
    }
}

/// Reasons that a task of a desk may have.
pub const AT_A_DESK: [Why; 24] = [
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
    Why::OwnRecord,
    Why::PhotoMissing,
    Why::PrinterMissing,
    Why::PrinterModel,
    Why::ExpiredNeedsDesk,
    Why::EmptyNeedsDesk,
    Why::CannotAuthenticate,
];

/// The reasons that these words say.
pub fn said(words: &str) -> Whys {
    let mut said = Whys::default();
    AT_A_DESK.iter().for_each(|why| said.add_if(is_said(*why, words), *why));
    said
}

/// The code the NHS publishes for the same stands beside the words, and no other.
#[track_caller]
pub fn has_its_code(software: &ClientSoftware, words: &str) {
    let code = match software {
        ClientSoftware::NotFound => Some("400_645"),
        ClientSoftware::Silent(SoftwarePart::PortService) => Some("PR20002"),
        ClientSoftware::Silent(SoftwarePart::CredentialManagement) => Some("PR30007"),
        _ => None,
    };
    match code {
        Some(code) => assert!(words.contains(&format!("(NHS code {code}")), "{software}: {words}"),
        None => assert!(!words.contains("NHS code"), "{software}: {words}"),
    }
}

/// The window on a day of the test's.
pub struct Seen {
    pub model: Model,
    pub today: Date,
}

pub fn window(seen: Seen) -> Harness<'static, Seen> {
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

/// What the button of this name says: the words of its refusal, none where it can be pressed. Nothing where it does not
/// stand there.
pub fn read(window: &Harness<'_, Seen>, name: &str) -> Option<Option<String>> {
    let begin = format!("{name}. ");
    let mut found = None;
    for button in window.query_all_by_role(Accessible::Button) {
        let node = button.accesskit_node();
        let label = node.label().unwrap_or_default();
        if label == name && !node.is_disabled() {
            assert!(found.is_none(), "“{name}” stands there twice");
            found = Some(None);
        } else if label.starts_with(&begin) && node.is_disabled() {
            assert!(found.is_none(), "“{name}” stands there twice");
            found = Some(Some(label[begin.len()..].to_owned()));
        }
    }
    found
}

fn name_of_task(task: Task) -> &'static str {
    match task {
        Task::Desk(operation) => name_of(operation),
        _ => "Does this card work?",
    }
}

/// What the model answers for a task; nothing where it is not offered at all.
fn answered(model: &Model, card: &CardInReader, today: Date, task: Task) -> Option<Whys> {
    let whys = |refused: &Option<Refusal>| refused.as_ref().map_or_else(Whys::default, |why| Whys::of(&why.reasons));
    match task {
        Task::Desk(operation) => {
            let offered = offers(model, card, today);
            offered.iter().find(|offer| offer.operation == operation).map(|offer| whys(&offer.refused))
        }
        _ => trial(model, card, today).as_ref().map(whys),
    }
}

/// Shows this in the one window of a test.
pub fn show<'a>(
    harness: &'a mut Option<Harness<'static, Seen>>,
    model: Model,
    today: Date,
) -> &'a mut Harness<'static, Seen> {
    let seen = Seen { model, today };
    let window = match harness {
        Some(window) => {
            *window.state_mut() = seen;
            window
        }
        None => harness.insert(window(seen)),
    };
    window.run();
    window
}

#[test]
fn the_window_offers_what_the_tables_allow_and_says_each_reason_they_give() {
    let oracle = Oracle::new();
    let (mut cells, mut answers, mut read_in_window) = (0_u32, BTreeSet::new(), 0_u32);
    let bases = STATES.map(|(state, _)| card(17, state, None));
    let mut desk: Option<(Scene, Model)> = None;
    let mut harness: Option<Harness<'static, Seen>> = None;
    for scene in scenes(&oracle) {
        let same =
            |known: &Scene| (known.role, known.realm) == (scene.role, scene.realm) && known.software == scene.software;
        if !desk.as_ref().is_some_and(|(known, _)| same(known)) {
            desk = Some((scene.clone(), scene.desk()));
        }
        let model = &desk.as_ref().expect("a desk").1;
        let card = scene.card(&bases);
        let mut new = false;
        for task in tasks() {
            cells += 1;
            let expected = scene.expected(&oracle, task, &card);
            // A job of another desk is open on it, or it is cancelled and has nothing to sign with: nobody asks it anything.
            let not_tried = is_not_tried(task, scene.state);
            match answered(model, &card, scene.today, task) {
                Some(given) if !is_left_alone(scene.state) && !not_tried => {
                    assert!(given == expected, "{task:?}, {scene:?}: {given:?}, and the tables say {expected:?}");
                }
                None if is_left_alone(scene.state) || not_tried => {
                    // Not offered at all: so the tables allow none of it.
                    assert!(!expected.is_yes(), "{task:?}, {scene:?}");
                    continue;
                }
                other => panic!("{task:?}, {scene:?}: {other:?}"),
            }
            new |= answers.insert(format!("{task:?} {} {expected:?}", scene.own));
        }
        if !new {
            continue;
        }
        read_in_window += 1;
        let mut model = scene.desk();
        let condition = if scene.own {
            ReaderCondition::OwnCard(Box::new(card.clone()))
        } else {
            ReaderCondition::Card(Box::new(card.clone()))
        };
        model.on_event(&told(LEFT, condition));
        model.go(Route::Service);
        let window = show(&mut harness, model, scene.today);
        for task in tasks() {
            let words = read(window, name_of_task(task));
            if scene.own || is_not_tried(task, scene.state) {
                assert!(words.is_none(), "{task:?} stands there: {scene:?}");
                continue;
            }
            let expected = scene.expected(&oracle, task, &card);
            let Some(words) = words.unwrap_or_else(|| panic!("{task:?} does not stand there: {scene:?}")) else {
                assert!(expected.is_yes(), "{task:?} can be pressed, and the tables say {expected:?}: {scene:?}");
                continue;
            };
            let said = said(&words);
            assert!(said == expected, "{task:?}, {scene:?}: “{words}”, and the tables say {expected:?}");
            has_its_code(&scene.software, &words);
        }
        if scene.own {
            let whose = "This is your own card. Nobody works on their own card";
            window.get_by_label_contains(whose);
        }
    }
    println!("{cells} cells; {} different answers, read in {read_in_window} windows", answers.len());
    assert!(
        cells > 290_000 && answers.len() > 220 && read_in_window > 50,
        "{cells} {} {read_in_window}",
        answers.len()
    );
}
