//! Whatever is wanted and told, in whatever order: nothing panics, no order is lost twice or given to nobody, and no
//! screen shows another's answer.

use std::sync::Arc;

use cardwright::{
    bench::{Event, Order, Profile, ReaderCondition, ReaderView, Ticket, Trouble, WorkEnd, WorkEvent, WorkId},
    cis2::wire::{HolderRecord, Session},
    desktop::{
        command::Command,
        intent::Intent,
        model::{self, Model},
        preferences::Preferences,
        route::{Route, Section},
        theme::Scheme,
    },
    domain::{
        Holder, HolderId, HolderState, JobId, Officer, Role,
        eligibility::{ClientSoftware, Realm, Version},
    },
    operations::{Progress, Step, Verdict},
};
use proptest::prelude::*;
use time::OffsetDateTime;

/// What happens in one moment.
#[derive(Debug, Clone)]
enum Moment {
    /// The officer does this.
    Wish(Wish),
    /// The workers answer the n-th newest question, as they should.
    Answer(usize),
    /// The workers fail at it.
    Fail(usize),
    /// An answer comes that nobody asked for, about this holder.
    Stray(u8),
    /// Work tells something: work, and which of its messages.
    Work(u8, u8),
    /// A reader changes.
    Reader(u8, u8),
    /// So many minutes pass.
    Idle(u8),
}

#[derive(Debug, Clone)]
enum Wish {
    Go(u8, u8),
    Back,
    Forward,
    Command(usize),
    Query(String),
    Choose(usize),
    OpenHolder(u8),
    SignIn,
    Close,
    Confirm,
    Dismiss(u64),
    Scheme(usize),
    Size(u16),
}

fn moments() -> impl Strategy<Value = Vec<Moment>> {
    let wish = prop_oneof![
        (0u8..10, 0u8..4).prop_map(|(place, holder)| Wish::Go(place, holder)),
        Just(Wish::Back),
        Just(Wish::Forward),
        (0..Command::ALL.len()).prop_map(Wish::Command),
        "[a-z0-9 ]{0,6}".prop_map(Wish::Query),
        (0usize..5000).prop_map(Wish::Choose),
        (0u8..4).prop_map(Wish::OpenHolder),
        Just(Wish::SignIn),
        Just(Wish::Close),
        Just(Wish::Confirm),
        (0u64..40).prop_map(Wish::Dismiss),
        (0usize..3).prop_map(Wish::Scheme),
        any::<u16>().prop_map(Wish::Size),
    ];
    let moment = prop_oneof![
        6 => wish.prop_map(Moment::Wish),
        4 => (0usize..6).prop_map(Moment::Answer),
        1 => (0usize..6).prop_map(Moment::Fail),
        1 => (0u8..4).prop_map(Moment::Stray),
        2 => (0u8..4, 0u8..6).prop_map(|(work, message)| Moment::Work(work, message)),
        1 => (0u8..3, 0u8..6).prop_map(|(reader, condition)| Moment::Reader(reader, condition)),
        1 => (0u8..30).prop_map(Moment::Idle),
    ];
    prop::collection::vec(moment, 1..120)
}

fn number(n: u8) -> HolderId {
    format!("5550000001{n:02}").parse().expect("twelve digits")
}

fn holder(n: u8) -> Holder {
    Holder {
        id: number(n),
        official_name: format!("Holder {n}"),
        name_on_card: None,
        organisation: "X26TR".parse().expect("a code"),
        state: HolderState::Open,
        photo_sha256: None,
    }
}

fn session() -> Session {
    let officer = Officer {
        id: "555000000003".parse().expect("a number"),
        name: "Test Officer".into(),
        role: Role::RaAgent,
        organisation: "X26TR".parse().expect("a code"),
    };
    Session { token: None, officer, realm: Realm::Training, expires: OffsetDateTime::UNIX_EPOCH }
}

/// The right answer to a question, or a failure.
fn answer(order: &Order, fails: bool) -> Option<Event> {
    let trouble = || Trouble::unchanged("the gateway does not answer");
    let record = |id: &HolderId| HolderRecord { holder: Holder { id: id.clone(), ..holder(0) }, cards: Vec::new() };
    Some(match order {
        Order::SignIn { .. } => Event::SignedIn(if fails { Err(trouble()) } else { Ok(session()) }),
        Order::SignOut => Event::SignedOut,
        Order::ListOfficers => Event::Officers(if fails { Err(trouble()) } else { Ok(Vec::new()) }),
        Order::Find { ticket, .. } => Event::Found {
            ticket: *ticket,
            result: if fails { Err(trouble()) } else { Ok(Arc::new((0..4).map(|n| record(&number(n))).collect())) },
        },
        Order::OpenProfile { ticket, holder } => Event::Profile {
            ticket: *ticket,
            result: if fails {
                Err(trouble())
            } else {
                Ok(Box::new(Profile { record: record(holder), history: Vec::new() }))
            },
        },
        Order::Portrait { holder } => {
            Event::Portrait { holder: holder.clone(), result: if fails { Err(trouble()) } else { Ok(None) } }
        }
        Order::Proof { ticket, .. } => Event::Proof { ticket: *ticket, result: Err(trouble()) },
        Order::ListQueue => Event::Queue(if fails { Err(trouble()) } else { Ok(Arc::new(Vec::new())) }),
        Order::ListUnfinished => Event::Unfinished(if fails { Err(trouble()) } else { Ok(Vec::new()) }),
        Order::Issue { work, .. } | Order::Resume { work, .. } => Event::Work {
            work: *work,
            event: WorkEvent::Ended(if fails { WorkEnd::NotBegun(trouble()) } else { WorkEnd::Done { queued: None } }),
        },
        Order::ReadPhoto { ticket, .. }
        | Order::DecodePhoto { ticket, .. }
        | Order::PastePhoto { ticket }
        | Order::ChoosePhoto { ticket }
        | Order::LoadPhoto { ticket, .. } => {
            Event::PhotoRead { ticket: *ticket, result: if fails { Err(trouble()) } else { Ok(None) } }
        }
        Order::SavePhoto { ticket, holder, .. } => Event::PhotoSaved {
            ticket: *ticket,
            holder: holder.clone(),
            result: if fails { Err(trouble()) } else { Ok(()) },
        },
        Order::Activity { ticket, .. } => Event::Activity { ticket: *ticket, result: Err(trouble()) },
        Order::Export { ticket, .. } => Event::Exported { ticket: *ticket, result: Ok(()) },
        _ => return None,
    })
}

fn route(place: u8, n: u8) -> Route {
    match place {
        0 => Route::Holder(number(n)),
        1 => Route::Photo(number(n)),
        2 => Route::Issue(number(n)),
        3 => Route::Work(WorkId(u64::from(n))),
        _ => Section::ALL[usize::from(place) % Section::ALL.len()].route(),
    }
}

fn intent(wish: Wish) -> Intent {
    match wish {
        Wish::Go(place, n) => Intent::Go(route(place, n)),
        Wish::Back => Intent::Back,
        Wish::Forward => Intent::Forward,
        Wish::Command(n) => Intent::Command(Command::ALL[n]),
        Wish::Query(query) => model::find::Intent::Query(query).into(),
        Wish::Choose(row) => model::find::Intent::Choose(row).into(),
        Wish::OpenHolder(n) => model::find::Intent::Open(number(n)).into(),
        Wish::SignIn => model::session::Intent::SignIn(session().officer.id).into(),
        Wish::Close => Intent::CloseDialog,
        Wish::Confirm => Intent::Dialog(cardwright::desktop::dialogs::DialogIntent::Confirmed),
        Wish::Dismiss(id) => Intent::DismissNotice(id),
        Wish::Scheme(n) => model::settings::Intent::Scheme(Scheme::ALL[n]).into(),
        Wish::Size(percent) => model::settings::Intent::TextPercent(percent).into(),
    }
}

fn work_event(message: u8) -> WorkEvent {
    let job = JobId::from_random([message; 16]);
    match message {
        0 => WorkEvent::Begun { job, serial: "00112233".parse().expect("a serial"), photo_advice: Vec::new() },
        1 => WorkEvent::Progress(Progress::Started { job, step: Step::MakeKeys }),
        2 => WorkEvent::Progress(Progress::Finished {
            job,
            step: Step::MakeKeys,
            took: std::time::Duration::from_secs(9),
            good: Verdict::Good,
        }),
        3 => WorkEvent::Ended(WorkEnd::Unfinished { why: "the card was taken out".into() }),
        4 => WorkEvent::Ended(WorkEnd::Undone { why: "refused".into(), by_policy: true }),
        _ => WorkEvent::Ended(WorkEnd::Done { queued: Some(1) }),
    }
}

fn reader(n: u8, condition: u8) -> Event {
    let name = format!("Reader {n}");
    let condition = match condition {
        0 => return Event::ReaderGone { reader: name },
        1 => ReaderCondition::Empty,
        2 => ReaderCondition::Reading,
        3 => ReaderCondition::InUse,
        4 => ReaderCondition::Unknown { why: "not ours".into() },
        _ => ReaderCondition::Unreadable,
    };
    Event::Reader(ReaderView { name, training: false, condition })
}

/// Everything that happened, checked after each moment.
fn live_through(moments: Vec<Moment>) {
    let software = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
    let mut model = Model::new(Realm::Training, software, Preferences::default());
    model.update(model::session::Intent::Opened.into());
    model.update(model::session::Intent::SignIn(session().officer.id).into());
    model.on_event(&Event::SignedIn(Ok(session())));
    let mut questions: Vec<Order> = Vec::new();
    let mut works = model.work.all.len();
    for moment in moments {
        match moment {
            Moment::Wish(wish) => model.update(intent(wish)),
            Moment::Answer(back) | Moment::Fail(back) => {
                let fails = matches!(moment, Moment::Fail(_));
                let place = questions.len().checked_sub(back + 1);
                if let Some(event) = place.and_then(|place| answer(&questions.remove(place), fails)) {
                    model.on_event(&event);
                }
            }
            Moment::Stray(n) => {
                let before = Arc::clone(&model.find.found);
                let stray = HolderRecord { holder: holder(n), cards: Vec::new() };
                let ticket = Ticket(u64::MAX);
                model.on_event(&Event::Found { ticket, result: Ok(Arc::new(vec![stray.clone()])) });
                model.on_event(&Event::Profile {
                    ticket,
                    result: Ok(Box::new(Profile { record: stray, history: Vec::new() })),
                });
                assert!(Arc::ptr_eq(&before, &model.find.found), "an answer that nobody asked for is shown");
            }
            Moment::Work(work, message) => {
                let work = WorkId(u64::from(work));
                let others: Vec<_> = model.work.all.iter().filter(|(id, _)| **id != work).map(told).collect();
                model.on_event(&Event::Work { work, event: work_event(message) });
                let after: Vec<_> = model.work.all.iter().filter(|(id, _)| **id != work).map(told).collect();
                assert_eq!(others, after, "another work's answer was taken");
            }
            Moment::Reader(n, condition) => model.on_event(&reader(n, condition)),
            Moment::Idle(minutes) => {
                model.idle_for(std::time::Duration::from_secs(u64::from(minutes) * 60));
            }
        }
        questions.extend(model.take_orders());
        assert!(model.work.all.len() >= works, "a piece of work was lost");
        works = model.work.all.len();
        assert!(model.notices.len() <= 4);
        assert!((100..=200).contains(&model.preferences.text_percent));
        let last = model.find.found.len().saturating_sub(1);
        assert!(model.find.chosen <= last, "a row is chosen that is not there");
        let signed_in = model.officer().is_some();
        assert!(signed_in || !model.dialogs.iter().any(is_personal), "somebody's dialogue outlives the session");
    }
}

fn told((id, piece): (&WorkId, &model::work::Piece)) -> (WorkId, String) {
    (*id, format!("{:?} {:?} {:?}", piece.steps, piece.end, piece.job))
}

fn is_personal(dialog: &cardwright::desktop::dialogs::Dialog) -> bool {
    use cardwright::desktop::dialogs::Dialog;
    !matches!(dialog, Dialog::Palette(_) | Dialog::Shortcuts | Dialog::Help(_))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_whatever_happens(moments in moments()) {
        live_through(moments);
    }
}
