//! The card is pulled at every exchange of an issue, before and after its effect; then `resume` keeps the promise.

use cardwright::{
    card::transport::Moment,
    operations::{Ending, Resumption, issue::PasscodeChoice},
};

use crate::{
    desk::{self, Make, READER, TestDesk},
    held_keys,
    kills::Sweep,
    promise::{self, Ended},
};

/// Cuts one make of card everywhere with one choice of passcode, and says how often.
fn cut_everywhere(make: Make, choice: PasscodeChoice, sweep: Sweep) -> u32 {
    let bench = TestDesk::new();
    let exchanges = exchanges_uncut(&bench, make, choice);
    assert!(exchanges > 20, "an issue takes more than {exchanges} exchanges");
    let (mut cuts, mut finished, mut undone) = (0, 0, 0);
    let mut places = 0..;
    for at in 0..exchanges {
        for moment in Moment::BOTH {
            if !places.next().is_some_and(|place| sweep.stops_at(place)) {
                continue;
            }
            let number = u16::try_from(cuts + 1).expect("few cuts");
            let what = format!("{make:?}, {choice:?}, cut at {at} {moment:?}");
            let (readers, tear) = desk::tearing(desk::card(make, number));
            let (serial, holder) = (desk::serial(make, number), desk::holder(number));
            let workplace = bench.desk(&readers);
            tear.arm(at, moment);
            let report = desk::issue(&workplace, holder.clone(), choice);
            assert!(tear.is_torn(), "{what}: the cut happened");
            tear.put_back();
            match report {
                // Cut while the card was being recognised: nothing had begun.
                Err(error) => assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: {error}"),
                Ok(report) => {
                    assert!(matches!(report.ending, Ending::Unfinished { .. }), "{what}: {:?}", report.ending)
                }
            }
            for resumed in desk::resume(&workplace) {
                match resumed.resumption {
                    Resumption::Finished => finished += 1,
                    Resumption::Undone { .. } => undone += 1,
                    other => panic!("{what}: {other:?}"),
                }
            }
            assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}");
            let ended = promise::held(&bench.gateway_data(), &readers, READER, &serial, &what);
            held_keys::held_keys(make, &readers, ended, &what);
            if ended == Ended::Blank {
                // Nothing needs a person with a debugger: the same card and holder are issued after all.
                let again = desk::issue(&workplace, holder, choice).expect(&what);
                assert_eq!(again.ending, Ending::Done, "{what}");
                assert_eq!(
                    promise::held(&bench.gateway_data(), &readers, READER, &serial, &what),
                    Ended::Issued,
                    "{what}"
                );
                held_keys::held_keys(make, &readers, Ended::Issued, &what);
            }
            cuts += 1;
        }
    }
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
    crate::report!("{make:?}, {choice:?}: {cuts} cuts at {exchanges} exchanges, {finished} finished, {undone} undone");
    assert!(
        sweep != Sweep::Everywhere || finished > 0 || choice == PasscodeChoice::ChosenByHolder,
        "a cut after the proof is finished"
    );
    cuts
}

fn exchanges_uncut(bench: &TestDesk, make: Make, choice: PasscodeChoice) -> u64 {
    let (readers, tear) = desk::tearing(desk::card(make, 0));
    let report = desk::issue(&bench.desk(&readers), desk::holder(0), choice).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    let what = "uncut";
    let ended = promise::held(&bench.gateway_data(), &readers, READER, &desk::serial(make, 0), what);
    assert_eq!(ended, Ended::Issued);
    held_keys::held_keys(make, &readers, ended, what);
    tear.put_back();
    report.apdus
}

#[test]
fn virtual_card_with_a_passcode() {
    cut_everywhere(Make::Virtual, PasscodeChoice::ChosenByHolder, Sweep::Everywhere);
}

#[test]
fn virtual_card_left_locked() {
    cut_everywhere(Make::Virtual, PasscodeChoice::LeftLocked, Sweep::Everywhere);
}

#[test]
fn card_of_a_secure_channel_with_a_passcode() {
    cut_everywhere(Make::Channel, PasscodeChoice::ChosenByHolder, Sweep::of_many(3));
}

#[test]
fn card_of_a_secure_channel_left_locked() {
    cut_everywhere(Make::Channel, PasscodeChoice::LeftLocked, Sweep::of_many(4));
}

#[test]
fn independent_card_with_a_passcode() {
    cut_everywhere(Make::Independent, PasscodeChoice::ChosenByHolder, Sweep::of_few(0));
}

#[test]
fn independent_card_left_locked() {
    cut_everywhere(Make::Independent, PasscodeChoice::LeftLocked, Sweep::of_few(2));
}

#[test]
fn series_9_card_with_a_passcode() {
    cut_everywhere(Make::Series9, PasscodeChoice::ChosenByHolder, Sweep::of_many(1));
}

#[test]
fn series_9_card_left_locked() {
    cut_everywhere(Make::Series9, PasscodeChoice::LeftLocked, Sweep::of_many(4));
}
