//! What an officer's wait is made of: commands to the card and calls of the gateway, from the moment a card is put in until
//! the work on it is done. Counted beneath the program, below its card readers and in front of its gateway, and held
//! against what it reports of itself.
//!
//! The look that follows a card put in is part of it: whose card it is, its certificates, its tries. So are the questions
//! that prepare the work.

use cardwright::{
    card::{
        profile::Profiles,
        virtual_card::{VirtualCard, VirtualReaders},
    },
    cis2::{Service, wire::Tell},
    domain::CardState,
    gateway::GatewayConfig,
    operations::{AskHolder, Ending},
};

use super::{
    Bench, CardWish, Task, card, digits,
    judge::{self, Stands},
    new_passcode, wish,
};
use crate::{
    desk::{self, Make, READER},
    faulty_proxy::FaultyProxy,
};

/// Most commands of an unlock, the look included.
const UNLOCK: u64 = 12;
/// Calls of the unlock itself: one opens the job and releases the code, one ends it and settles which code the card has.
const CALLS: usize = 2;
/// And before them the one question of the look.
const LOOK: usize = 1;
/// Most commands of a renewal with RSA-2048 and certificates of 1.6 KB, the look included, where card and reader take
/// extended length.
const RENEW: u64 = 35;

/// Certificates as long as those of a large authority, because their addresses are.
fn long_addresses(config: &mut GatewayConfig) {
    config.public_url = format!("{}/{}", config.public_url, "certificates/".repeat(60).trim_end_matches('/'));
}

/// Real keys, and certificates of a real length.
fn bench(task: Task) -> Bench {
    let mut bench = Bench::with(task, long_addresses);
    bench.profiles = Profiles::bundled().expect("bundled");
    bench
}

#[test]
fn an_unlock_with_the_look_before_it() {
    for make in [Make::Virtual, Make::Independent] {
        let bench = bench(Task::Unlock);
        let (readers, wire) = desk::tearing(card(make, 1).0);
        bench.ready(Task::Unlock, 1, &readers);
        let proxy = FaultyProxy::start(bench.gateway.address());
        let service = desk::signed_in(&proxy.url());
        let workplace = desk::desk(&service, &readers, &bench.profiles, &bench.journal);
        let before = proxy.calls();
        wire.put_back();
        let look = workplace.look_at_card(None).expect("looked at");
        let (looked, asked) = (wire.exchanges(), proxy.calls() - before);
        assert_eq!((look.certificates.len(), look.tries_left, asked), (2, Some(0), LOOK), "{make:?}");
        let wish = CardWish {
            serial: look.serial,
            holder: look.holder.map(|holder| holder.id),
            known: look.known,
            ..wish(Task::Unlock)
        };
        let preflight = workplace.prepare_on_card(&wish).expect("prepared");
        let report = workplace.unlock(preflight, new_passcode(), &mut |_| {}).expect("begun");
        assert_eq!(report.ending, Ending::Done);
        let (commands, calls) = (wire.exchanges(), proxy.calls() - before);
        crate::report!(
            "unlock from card in to done, {make:?}: {commands} commands, {looked} of them to look; {calls} gateway calls, \
             {asked} of them to look"
        );
        assert_eq!((report.apdus, report.gateway_calls as usize), (commands, calls), "the report counts what was sent");
        assert!(commands <= UNLOCK, "{commands} commands");
        assert_eq!(calls, LOOK + CALLS);
    }
}

/// As the command line does it: nobody has looked before, the card says whose it is, and the first call tells the rest.
#[test]
fn an_unlock_at_once() {
    for make in [Make::Virtual, Make::Series9, Make::Independent, Make::Channel] {
        let bench = bench(Task::Unlock);
        let (readers, wire) = desk::tearing(card(make, 1).0);
        bench.ready(Task::Unlock, 1, &readers);
        let proxy = FaultyProxy::start(bench.gateway.address());
        let service = desk::signed_in(&proxy.url());
        let workplace = desk::desk(&service, &readers, &bench.profiles, &bench.journal);
        let before = proxy.calls();
        wire.put_back();
        let (told, hears) = std::sync::mpsc::sync_channel(1);
        let seen = wire.clone();
        let ask = AskHolder::new(Tell::RecordAndPhoto, move |begun| {
            told.send((begun, seen.exchanges())).expect("heard");
            Ok(new_passcode())
        });
        let report = workplace.unlock_at_once(&wish(Task::Unlock), ask, &mut |_| {}).expect("begun");
        assert_eq!((report.ending, report.tries_left.is_some()), (Ending::Done, true), "the card told its tries");
        let (commands, calls) = (wire.exchanges(), proxy.calls() - before);
        let (begun, looked) = hears.recv().expect("asked once");
        crate::report!("unlock at once, {make:?}: {commands} commands, {looked} of them before; {calls} gateway calls");
        assert_eq!((report.apdus, report.gateway_calls as usize), (commands, calls), "the report counts what was sent");
        assert!(commands <= UNLOCK, "{commands} commands");
        // The secure channel has four calls of its own: two open it, one has the change of the unlock code wrapped, one the
        // card's answer opened.
        assert_eq!(calls, if make == Make::Channel { CALLS + 4 } else { CALLS });
        // What the officer compares and the holder reads, as it was before.
        let holder = begun.at_desk.holder.expect("the holder").holder;
        assert_eq!((holder.id, begun.at_desk.card.state), (desk::holder(1), CardState::Locked));
        assert!(begun.at_desk.photo.is_some() && begun.at_desk.officer.is_some(), "{make:?}");
        assert_eq!(begun.tries_left, Some(0), "{make:?}");
        workplace.try_card(None, &new_passcode()).unwrap_or_else(|why| panic!("{make:?}: {why}"));
    }
}

/// Not this holder, a passcode that is none, the card taken out: the job ends, and nothing was sent to the card.
#[test]
fn an_unlock_at_once_that_is_not_wanted_changes_nothing() {
    let bench = Bench::new(Task::Unlock);
    let readers = std::sync::Arc::new(VirtualReaders::new([READER]));
    let chip = std::sync::Arc::new(std::sync::Mutex::new(VirtualCard::new(&desk::blueprint(0, 1))));
    readers.insert(READER, chip.clone()).expect("the reader is there");
    bench.ready(Task::Unlock, 1, &*readers);
    let serial = desk::serial(Make::Virtual, 1);
    let not_theirs = || AskHolder::new(Tell::Record, |_| Err("this is not its holder".to_owned()));
    let too_short = || AskHolder::new(Tell::Record, |_| Ok(digits(b"12345678")));
    let taken_out = || {
        let readers = readers.clone();
        AskHolder::new(Tell::Record, move |_| {
            readers.remove(READER).expect("the reader is there");
            Ok(new_passcode())
        })
    };
    let rules = |digits| {
        let mut profiles = bench.profiles.clone();
        for mut profile in profiles.all().to_vec() {
            profile.passcode.max_digits = digits;
            profiles.add(profile);
        }
        profiles
    };
    for (ask, profiles, told) in [
        (not_theirs(), bench.profiles.clone(), "this is not its holder"),
        (too_short(), rules(6), "nothing on the card was changed"),
        (taken_out(), bench.profiles.clone(), "was taken out before"),
    ] {
        let workplace = desk::desk(&bench.service, &*readers, &profiles, &bench.journal);
        let before = bench.service.card(&serial).expect("its record");
        let report = workplace.unlock_at_once(&wish(Task::Unlock), ask, &mut |_| {}).expect("begun");
        let Ending::Undone { why, by_policy: false, .. } = &report.ending else { panic!("{:?}", report.ending) };
        assert!(why.contains(told), "{why}");
        assert_eq!(report.gateway_calls, 2, "begun and ended");
        // Recognised with five commands, and nothing else.
        assert_eq!(report.apdus, 5, "{told}");
        let after = bench.service.card(&serial).expect("its record");
        assert_eq!((after.state, after.open_job), (CardState::Locked, None), "{told}");
        assert_eq!(after.good_pair, before.good_pair, "{told}");
        assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{told}");
        let _ = readers.insert(READER, chip.clone());
        assert_eq!(judge::tries_of(&*readers), 0, "{told}: it is locked as it was");
    }
    let yes = AskHolder::new(Tell::Record, |_| Ok(new_passcode()));
    let done = bench.desk(&*readers).unlock_at_once(&wish(Task::Unlock), yes, &mut |_| {}).expect("begun");
    assert_eq!(done.ending, Ending::Done, "the code on record fits still");
    assert_eq!(judge::held(&bench, &*readers, &serial, &desk::holder(1), "after all"), Stands::New);
}

#[test]
fn a_renewal_with_the_look_before_it() {
    for make in [Make::Virtual, Make::Independent] {
        let bench = bench(Task::RenewNewKeys);
        let (readers, wire) = desk::tearing(card(make, 1).0);
        bench.ready(Task::RenewNewKeys, 1, &readers);
        let proxy = FaultyProxy::start(bench.gateway.address());
        let service = desk::signed_in(&proxy.url());
        let workplace = desk::desk(&service, &readers, &bench.profiles, &bench.journal);
        let before = proxy.calls();
        wire.put_back();
        let known = workplace.look_at_card(None).expect("looked at").known;
        let looked = wire.exchanges();
        let wish = CardWish { known, ..wish(Task::RenewNewKeys) };
        let preflight = workplace.prepare_recertify(&wish).expect("prepared");
        let report = workplace.renew(preflight, desk::passcode(), &mut |_| {}).expect("begun");
        assert_eq!(report.ending, Ending::Done);
        let (commands, calls) = (wire.exchanges(), proxy.calls() - before);
        crate::report!(
            "renewal of RSA-2048 from card in to done, {make:?}: {commands} commands, {looked} of them to look; {calls} \
             gateway calls"
        );
        assert_eq!((report.apdus, report.gateway_calls as usize), (commands, calls), "the report counts what was sent");
        assert!(commands <= RENEW, "{commands} commands");
    }
}

/// What a look has told is of that card alone: another one in its place is told apart, also when it takes the same
/// commands, and nothing is done to it.
#[test]
fn another_card_in_its_place_is_not_taken_for_it() {
    for make in [Make::Virtual, Make::Independent, Make::Channel] {
        let bench = Bench::new(Task::UnlockSeen);
        let (first, serial) = card(make, 1);
        let (second, other) = card(make, 2);
        bench.ready(Task::UnlockSeen, 1, &*first);
        bench.ready(Task::UnlockSeen, 2, &*second);
        let known = bench.desk(&*first).look_at_card(None).expect("looked at").known;
        let wish = CardWish { serial: Some(serial), holder: Some(desk::holder(1)), known, ..wish(Task::Unlock) };
        let (second, wire) = desk::tearing(second);
        let refused = bench.desk(&second).prepare_on_card(&wish).map(drop).expect_err("another card");
        assert!(refused.to_string().contains(other.as_str()), "{make:?}: {refused}");
        assert!(wire.exchanges() > 2, "it was recognised anew");
        assert_eq!(super::judge::tries_of(&second), 0, "{make:?}: it is as it was");
    }
}
