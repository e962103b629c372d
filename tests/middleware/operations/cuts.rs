//! The card is pulled at every call of every operation, before and after its effect; then `resume` keeps the promise.

use std::collections::BTreeMap;

use cardwright::{
    card::pkcs11::CodeStanding,
    domain::CardSerial,
    operations::{Ending, Resumption, WhatNext, WhichPair},
};

use super::{Bench, Task, new_passcode, run, with_card};
use crate::{
    card_like::{self, Moment},
    child::is_child,
    soft_token::{PASSCODE, passcode},
};

/// Resumes what is open, and judges card and record: the certificates on record were `before`, and the run told `which`
/// pair works.
pub fn keeps_the_promise(
    bench: &Bench,
    task: Task,
    serial: &CardSerial,
    (before, mut which): (&[(String, Vec<u8>)], Option<WhichPair>),
    what: &str,
    ends: &mut BTreeMap<String, u16>,
) {
    for told in bench.desk().look_at_unfinished().expect("reads") {
        let holder = (told.next == WhatNext::NeedsHolder).then(|| passcode(PASSCODE));
        let resumed = bench.desk().resume_one_with(&told.job, holder, &mut |_| {}).expect(what);
        which = resumed.which_pair;
        let end = match resumed.resumption {
            Resumption::Finished => "finished",
            Resumption::Undone { .. } => "undone",
            other => panic!("{what}: {other:?}"),
        };
        *ends.entry(end.to_owned()).or_default() += 1;
    }
    let locked = bench.on_card(|token| token.passcode_standing()) == Ok(CodeStanding::Locked);
    // The record may not know yet that a card is locked; it never says so of one that is not.
    let on_record = bench.record().card_state(serial) == "locked";
    assert!(locked || !on_record, "{what}: locked on record alone");
    match task {
        Task::Cancel if bench.record().card_state(serial) == "cancelled" => {
            assert_eq!(bench.record().good_certificates(serial), [], "{what}: revoked, and first of all");
            assert_eq!(bench.record().open_issuances(serial), 0, "{what}: a job is open at the gateway");
            assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: a job is open at the desk");
        }
        Task::Unlock if locked => {
            // Nobody is locked out: it is unlocked once more.
            assert_eq!(run(&bench.desk(), task).expect(what).ending, Ending::Done, "{what}");
            bench.held(serial, &new_passcode(), what);
        }
        Task::Renew => {
            bench.held(serial, &passcode(PASSCODE), what);
            let renewed = bench.record().good_certificates(serial) != before;
            assert_eq!(which == Some(WhichPair::New), renewed, "{what}: {which:?}");
        }
        _ => {
            let new = bench.on_card(|token| token.log_in(&new_passcode())).is_ok();
            bench.held(serial, &if new { new_passcode() } else { passcode(PASSCODE) }, what);
        }
    }
}

fn cut_everywhere(test: &str, task: Task, moments: &[Moment]) {
    if !is_child() {
        return with_card(&format!("cuts::{test}"));
    }
    let bench = Bench::new();
    let folder = card_like::folder();
    bench.ready(task, 0);
    assert_eq!(run(&bench.desk(), task).expect("prepared").ending, Ending::Done);
    let calls = card_like::calls(&folder);
    let (mut cuts, mut unbegun, mut ends): (u16, u16, BTreeMap<String, u16>) = (0, 0, BTreeMap::new());
    for call in 1..=calls {
        for moment in moments.iter().copied() {
            cuts += 1;
            let what = format!("{task:?}, pulled {moment:?} call {call}");
            let serial = bench.ready(task, cuts);
            let before = bench.record().good_certificates(&serial);
            let mut which = None;
            card_like::cut_at(&folder, call, moment);
            match run(&bench.desk(), task) {
                Err(error) => {
                    assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: {error}");
                    unbegun += 1;
                }
                // The pair is renewed, and only what is left of the old one could not be taken away; or the answer came.
                Ok(report) if report.ending == Ending::Done => which = report.which_pair,
                Ok(report) => {
                    assert!(matches!(report.ending, Ending::Unfinished { .. }), "{what}: {:?}", report.ending)
                }
            }
            bench.put_back();
            keeps_the_promise(&bench, task, &serial, (&before, which), &what, &mut ends);
        }
    }
    println!("{task:?}: {cuts} cuts at {calls} calls: {unbegun} not begun, {ends:?}");
    assert!(usize::from(cuts) == moments.len() * calls && calls > 3);
}

#[test]
fn unlock() {
    cut_everywhere("unlock", Task::Unlock, &Moment::BOTH);
}

#[test]
fn change_of_passcode() {
    cut_everywhere("change_of_passcode", Task::ChangePasscode, &Moment::BOTH);
}

/// In two halves, which run beside each other.
#[test]
fn renewal_before_the_effect() {
    cut_everywhere("renewal_before_the_effect", Task::Renew, &[Moment::Before]);
}

#[test]
fn renewal_after_the_effect() {
    cut_everywhere("renewal_after_the_effect", Task::Renew, &[Moment::After]);
}

#[test]
fn cancel() {
    cut_everywhere("cancel", Task::Cancel, &Moment::BOTH);
}
