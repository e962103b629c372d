//! What the officer wants, as intents.

use super::*;

pub fn route(place: u8, n: u8) -> Route {
    match place {
        0 => Route::Holder(number(n)),
        1 => Route::Photo(number(n)),
        2 => Route::Issue(number(n)),
        3 => Route::Work(WorkId(u64::from(n))),
        _ => Section::ALL[usize::from(place) % Section::ALL.len()].route(),
    }
}

pub fn intent(model: &Model, wish: Wish) -> Vec<Intent> {
    vec![match wish {
        Wish::Go(place, n) => Intent::Go(route(place, n)),
        Wish::Back => Intent::Back,
        Wish::Forward => Intent::Forward,
        Wish::Command(n) => Intent::Command(Command::ALL[n]),
        Wish::Query(query) => model::find::Intent::Query(query).into(),
        Wish::Choose(row) => model::find::Intent::Choose(row).into(),
        Wish::OpenHolder(n) => model::find::Intent::Open(number(n)).into(),
        Wish::SignIn if matches!(model.session.phase, Phase::Locked(_)) => model::session::Intent::Unlock.into(),
        Wish::SignIn => model::session::Intent::SignIn(session().officer.id).into(),
        Wish::Close => Intent::CloseDialog,
        Wish::Confirm => Intent::Dialog(DialogIntent::Confirmed),
        Wish::Dismiss(id) => Intent::DismissNotice(id),
        Wish::Scheme(n) => model::settings::Intent::Scheme(Scheme::ALL[n]).into(),
        Wish::Size(percent) => model::settings::Intent::TextPercent(percent).into(),
        Wish::LockAfter(minutes) => model::settings::Intent::LockAfter(minutes).into(),
        Wish::Issue(what, which) => return issue(what, which),
        Wish::Passcode(what) => return passcode(what),
        Wish::Work(what, which) => work(model, what, which),
        Wish::Queue(what, which) => in_queue(what, which),
        Wish::Reason(what) => return reason(model, what),
        Wish::Photo(what) => return in_photo(what),
        Wish::Unfinished(what) => match what {
            0..3 => model::unfinished::Intent::GoOn(unfinished(what).job).into(),
            3..6 => model::unfinished::Intent::TakeBackAndIssue(unfinished(what - 3).job).into(),
            _ => model::unfinished::Intent::Refresh.into(),
        },
        Wish::Activity(what) => return in_activity(what),
        Wish::Service(what, which) => return in_service(what, which),
        Wish::Answered(what) => return answered(model, what),
    }]
}

pub fn issue(what: u8, which: u8) -> Vec<Intent> {
    use model::issue::{Intent as I, When, Zoom};
    vec![match what {
        0 => I::Locked(which.is_multiple_of(2)).into(),
        1 => I::Print(When::ALL[usize::from(which % 3)]).into(),
        2 => I::Printer(PRINTERS[usize::from(which % 2)].into()).into(),
        3 => I::Reader(format!("Reader {}", which % 3)).into(),
        4 => I::Zoom(Zoom::ALL[usize::from(which % 3)]).into(),
        5 => I::AskAgain.into(),
        6 | 7 => Intent::Go(Route::Issue(number(which))),
        8 => return vec![I::Reader(format!("Reader {}", which % 3)).into(), I::Start.into()],
        _ => I::Start.into(),
    }]
}

/// Digits, and mostly the whole way: both entries and the end.
pub fn passcode(what: u8) -> Vec<Intent> {
    let typed = || PASSCODE.chars().filter_map(Digit::of).map(PasscodeWish::Digit);
    let wishes: Vec<PasscodeWish> = match what {
        0 => vec![PasscodeWish::NoDigit],
        1 => vec![PasscodeWish::Erase],
        2 => vec![PasscodeWish::At(Place::Second), PasscodeWish::Left(Place::First)],
        3 => typed().take(2).chain([PasscodeWish::Done(Place::First)]).collect(),
        4 => vec![PasscodeWish::Take],
        _ => {
            let empty = (0..8).map(|_| PasscodeWish::Erase);
            let first = [PasscodeWish::At(Place::First)].into_iter().chain(empty).chain(typed());
            first.chain([PasscodeWish::Done(Place::First)]).chain(typed()).chain([PasscodeWish::Take]).collect()
        }
    };
    wishes.into_iter().map(|wish| Intent::Dialog(DialogIntent::Passcode(wish))).collect()
}

pub fn work(model: &Model, what: u8, which: u8) -> Intent {
    use model::work::Intent as I;
    let work = nth_work(model, which);
    match what {
        0 => I::Print(work),
        1 => I::PrintAgain(work),
        2 => I::Enqueue(work),
        3 => I::TryAgain(work),
        5 => return at_once(work, 0),
        6 => return at_once(work, 1),
        7 => return at_once(work, 2),
        8 => return at_once(work, 3),
        9 => return at_once(work, 4),
        _ => I::NextHolder,
    }
    .into()
}

fn at_once(work: WorkId, what: u8) -> Intent {
    use model::at_once::Intent as I;
    match what {
        0 => I::Next,
        1 => I::IsIn(work, "Reader 1".into()),
        2 => I::Theirs(work),
        3 => I::NotTheirs(work),
        _ => I::Stop(work),
    }
    .into()
}

/// The n-th newest piece of work, or one that never was.
pub fn nth_work(model: &Model, n: u8) -> WorkId {
    model.work.all.keys().rev().nth(usize::from(n)).copied().unwrap_or(WorkId(u64::MAX))
}

pub fn in_queue(what: u8, which: u8) -> Intent {
    use model::queue::{Action, Filter, Intent as I};
    const ACTIONS: [Action; 11] = [
        Action::Print,
        Action::PutBack,
        Action::MarkPrinted,
        Action::Reprint,
        Action::Spoil,
        Action::First,
        Action::Up,
        Action::Down,
        Action::Cancel,
        Action::IssueNew,
        Action::Stop,
    ];
    let entry = i64::from(which) + 1;
    match what {
        0 => I::Filter(Filter::ALL[usize::from(which)]),
        1 => I::Choose(usize::from(which)),
        2 => I::ChooseEntry(entry),
        3 => I::Seen(vec![number(which % 4)]),
        4 => I::Dismiss(entry),
        5 => I::DismissNew,
        6 => I::Again,
        7 => I::Spoil(entry, "smudged".into()),
        other => I::Do(entry, ACTIONS[usize::from(other) - 8]),
    }
    .into()
}

/// What is typed where a reason or a file is asked for.
pub fn reason(model: &Model, what: u8) -> Vec<Intent> {
    match (model.dialogs.front(), what) {
        (Some(Dialog::Confirm(_)), _) => vec![Intent::Dialog(DialogIntent::Confirmed)],
        (Some(Dialog::PhotoReason(_)), _) => vec![
            Intent::Dialog(DialogIntent::PhotoReason(PhotoReasonWish::Words("no better one".into()))),
            Intent::Dialog(DialogIntent::PhotoReason(PhotoReasonWish::Go)),
        ],
        (Some(Dialog::Reason(_)), 0) => vec![model::queue::Intent::Reprint(2, "nothing was printed".into()).into()],
        _ => vec![Intent::CloseDialog],
    }
}

/// Servicing the card of a reader.
pub fn in_service(what: u8, which: u8) -> Vec<Intent> {
    use model::service::{Intent as I, OPERATIONS};
    let reader = || format!("Reader {which}");
    let open = I::Open(reader()).into();
    match what {
        0 => vec![I::Reader(reader()).into()],
        1 => vec![Intent::Go(Route::Service)],
        2..8 => vec![open, I::Start(OPERATIONS[usize::from(what) - 2]).into()],
        8 => vec![open, I::Try.into()],
        9 => vec![I::Delivered(format!("{which:08}").parse().expect("a serial")).into()],
        10 => {
            let serial = card(which, CardState::Active).serial;
            vec![I::Repair { serial, locked: true }.into()]
        }
        _ => vec![open, I::Start(Operation::Unlock).into()],
    }
}

/// Whatever the dialogue in front asks is answered; a passcode is typed to its end.
pub fn answered(model: &Model, what: u8) -> Vec<Intent> {
    let dialog = |wish| Intent::Dialog(wish);
    match model.dialogs.front() {
        Some(Dialog::EndCard(_)) => vec![
            dialog(DialogIntent::EndCard(EndCardWish::Reason(CancelReason::ALL[usize::from(what)]))),
            dialog(DialogIntent::EndCard(EndCardWish::Note("on the bus".into()))),
            dialog(DialogIntent::EndCard(EndCardWish::Sure(what != 0))),
            dialog(DialogIntent::EndCard(EndCardWish::Go)),
        ],
        Some(Dialog::Repair(ask)) => {
            let repair = model::service::Intent::Repair { serial: ask.serial.clone(), locked: what.is_multiple_of(2) };
            vec![Intent::CloseDialog, repair.into()]
        }
        Some(Dialog::Prove(_)) if what == 0 => vec![Intent::CloseDialog],
        Some(Dialog::Prove(_)) => {
            let colleague = "555000000001".parse().expect("a number");
            let wishes = [ProveWish::StepUp, ProveWish::Approve(colleague)];
            wishes.map(|wish| dialog(DialogIntent::Prove(wish))).into()
        }
        Some(Dialog::Passcode(_)) => {
            let typed = |digits: &str| -> Vec<PasscodeWish> {
                digits.chars().filter_map(Digit::of).map(PasscodeWish::Digit).collect()
            };
            let mut wishes = vec![PasscodeWish::At(Place::Current)];
            wishes.extend(typed("602917"));
            wishes.extend([PasscodeWish::Done(Place::Current)]);
            wishes.extend(typed(PASSCODE));
            wishes.extend([PasscodeWish::Done(Place::First)]);
            wishes.extend(typed(PASSCODE));
            wishes.push(PasscodeWish::Take);
            wishes.into_iter().map(|wish| dialog(DialogIntent::Passcode(wish))).collect()
        }
        Some(_) => vec![dialog(DialogIntent::Confirmed)],
        None => Vec::new(),
    }
}

pub fn in_photo(what: u8) -> Vec<Intent> {
    use model::photo::{Intent as I, camera::Intent as Camera};
    vec![
        match what {
            0 => I::Choose,
            1 => I::Paste,
            2 => I::Path("face.png".into()),
            3 => I::ReadPath,
            4 => I::Dropped("dropped.png".into()),
            5 => I::Reload,
            6 => I::Begin,
            7 => I::Frame([0.1, 0.1, 0.6, 0.6]),
            8 => I::Move(0.05, -0.05),
            9 => I::Grow(0.9),
            10 => I::Size(0.5),
            11 => I::Turn { right: true },
            12 => I::Brightness(20),
            13 => I::Undo,
            14 => return vec![Intent::Go(Route::Photo(number(1)))],
            15 => I::UseProposed,
            16 => return vec![Intent::Go(Route::Photo(number(2)))],
            17 => I::Camera(Camera::Open),
            18 | 24..=26 => I::Camera(Camera::Take),
            22 | 23 => return vec![Intent::Go(Route::Photo(number(1))), I::Camera(Camera::Open).into()],
            19 => I::Camera(Camera::Use),
            20 => I::Camera(Camera::Close),
            _ => return vec![I::Turn { right: false }.into(), I::Save.into()],
        }
        .into(),
    ]
}

pub fn in_activity(what: u8) -> Vec<Intent> {
    use model::activity::{Format, Intent as I};
    vec![
        match what {
            0 => I::Query("issuance".into()),
            1 => I::Query("no such thing".into()),
            2 => I::Query(String::new()),
            3 => I::Choose(2),
            4 => I::Open(1),
            5 => I::CloseDetails,
            6 => I::Refresh,
            _ => I::Export { format: Format::Csv, file: "activity.csv".into() },
        }
        .into(),
    ]
}
