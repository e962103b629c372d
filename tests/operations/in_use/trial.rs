//! Does this card work? The card is pulled at every exchange of the question: nothing is changed by it, on the card or on
//! record, and the next answer is the right one.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use cardwright::card::transport::Moment;

use super::{Bench, Task, card, judge};
use crate::{
    desk::{self, Make, READER},
    kills::Sweep,
    promise::{Chip, GatewayRecord},
};

fn cut_everywhere(make: Make, sweep: Sweep) {
    let bench = Bench::new(Task::ChangePasscode);
    let (readers, tear) = desk::tearing(card(make, 1).0);
    bench.ready(Task::ChangePasscode, 1, &readers);
    let workplace = bench.desk(&readers);
    tear.put_back();
    let tried = workplace.try_card(None, &desk::passcode()).expect("it works");
    assert_eq!(tried.signed_in.apdus, tear.exchanges(), "the report counts what was sent");
    let (exchanges, tries) = (tried.signed_in.apdus, judge::tries_of(&readers));
    let before = (Chip::read(&readers, READER).certificates, GatewayRecord::open(&bench.data()).everything());
    let mut cuts = 0;
    let mut places = 0..;
    for at in 0..exchanges {
        for moment in Moment::BOTH {
            if !places.next().is_some_and(|place| sweep.stops_at(place)) {
                continue;
            }
            let what = format!("trial, {make:?}, cut at {at} {moment:?}");
            tear.arm(at, moment);
            let error = workplace.try_card(None, &desk::passcode()).expect_err(&what);
            assert!(tear.is_torn(), "{what}: the cut happened: {error}");
            tear.put_back();
            assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: {error}");
            let now = (Chip::read(&readers, READER).certificates, GatewayRecord::open(&bench.data()).everything());
            assert_eq!((&now, judge::tries_of(&readers)), (&before, tries), "{what}: {error}");
            cuts += 1;
        }
    }
    assert_eq!(workplace.try_card(None, &desk::passcode()).expect("it works").findings, [], "{make:?}");
    crate::report!("trial of a card, {make:?}: {cuts} cuts at {exchanges} exchanges");
    assert!(cuts > 10, "{cuts}");
}

#[test]
fn of_the_virtual_card() {
    cut_everywhere(Make::Virtual, Sweep::Everywhere);
}

#[test]
fn of_a_series_9_card() {
    cut_everywhere(Make::Series9, Sweep::of_few(1));
}

#[test]
fn of_the_independent_card() {
    cut_everywhere(Make::Independent, Sweep::of_few(0));
}

/// A kill needs no sweep: there is no write that it could come between.
#[test]
fn nothing_is_written_to_the_journal() {
    let bench = Bench::new(Task::ChangePasscode);
    let (readers, _) = card(Make::Virtual, 1);
    bench.ready(Task::ChangePasscode, 1, &*readers);
    let writes = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&writes);
    let count = move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    let journal = desk::observed_journal(&bench.folder.path().join("desk"), Box::new(count));
    let workplace = desk::desk(&bench.service, &*readers, &bench.profiles, &journal);
    workplace.try_card(None, &desk::passcode()).expect("it works");
    assert_eq!(writes.load(Ordering::Relaxed), 0);
}
