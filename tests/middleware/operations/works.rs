//! What a Series 8 card can do, done; what it cannot, refused before anything is begun.

use cardwright::{
    card::pkcs11::{CodeStanding, Middleware, TokenError},
    cis2::Service,
    domain::{CertificateSlot, Operation, Series, eligibility::Decision},
    operations::{CardStanding, Ending, OperationError, WhichPair, issue::PasscodeChoice, preflight::IssueRequest},
};

use super::{Bench, READER, Readers, Task, file, holder, new_passcode, run, wish, with_card};
use crate::{
    child::is_child,
    gateway_desk::openssl_verify,
    older_system::old_ids,
    soft_token::{PASSCODE, SOFTHSM, judge, passcode, settings},
};

#[test]
fn the_card_is_shown_with_what_may_be_done_to_it() {
    if !is_child() {
        return with_card("works::the_card_is_shown_with_what_may_be_done_to_it");
    }
    let bench = Bench::new();
    let serial = bench.ready(Task::Renew, 1);
    let look = bench.desk().look_at_card(None).expect("looked at");
    assert_eq!((look.serial.as_ref(), look.series), (Some(&serial), Series::Series8));
    assert_eq!(look.standing, CardStanding::InOrder, "{:?}", look.diagnosis);
    assert_eq!(look.holder.map(|found| found.id), Some(holder(1)));
    let days: Vec<i64> = look.certificates.iter().map(|certificate| certificate.days_left).collect();
    assert!(days.len() == 2 && days.iter().all(|left| (28..=30).contains(left)), "{days:?}");
    assert_eq!(look.tries_left, None, "a token does not count aloud before there is something to count");
    let allowed = |operation| {
        let found = look.offers.iter().find(|(offered, _)| *offered == operation);
        found.is_some_and(|(_, decision)| *decision == Decision::Allowed)
    };
    assert!(allowed(Operation::ChangePasscode) && allowed(Operation::Renew) && allowed(Operation::Cancel));
    assert!(!allowed(Operation::Issue) && !allowed(Operation::Repair) && !allowed(Operation::Clear));

    for _ in 0..2 {
        bench.on_card(|token| token.log_in(&passcode("112358"))).expect_err("wrong");
    }
    assert_eq!(bench.desk().look_at_card(None).expect("looked at").tries_left, Some(1));
    bench.on_card(|token| token.log_in(&passcode("112358"))).expect_err("wrong");
    let look = bench.desk().look_at_card(None).expect("looked at");
    assert_eq!((look.tries_left, look.standing), (Some(0), CardStanding::Locked));

    let nothing = Readers { middleware: None };
    let look = bench.desk_with(&nothing).look_at_card(None).expect("looked at");
    let CardStanding::NotKnown(why) = &look.standing else { panic!("{:?}", look.standing) };
    assert!(look.series == Series::Series8 && why.contains("cards.series-8-module"), "{why}");
    assert!(look.offers.is_empty());
}

#[test]
fn a_passcode_is_changed_with_the_old_one_and_a_wrong_one_costs_one_try() {
    if !is_child() {
        return with_card("works::a_passcode_is_changed_with_the_old_one_and_a_wrong_one_costs_one_try");
    }
    let bench = Bench::new();
    let serial = bench.ready(Task::ChangePasscode, 1);
    let report = run(&bench.desk(), Task::ChangePasscode).expect("prepared");
    assert_eq!((report.ending, report.gateway_calls), (Ending::Done, 3), "whose it is, begun, ended");
    bench.held(&serial, &new_passcode(), "changed");
    // The old one is wrong now.
    let report = run(&bench.desk(), Task::ChangePasscode).expect("prepared");
    let Ending::Undone { why, .. } = report.ending else { panic!("{:?}", report.ending) };
    assert!(why.contains("the old passcode is wrong") && why.contains("the card keeps it"), "{why}");
    assert_eq!(
        bench.on_card(|token| token.passcode_standing()),
        Ok(CodeStanding::SomeWrong),
        "one try, and no second one"
    );
    bench.held(&serial, &new_passcode(), "refused");
    for _ in 0..3 {
        let _ = bench.on_card(|token| token.log_in(&passcode("112358")));
    }
    let refused = bench.desk().prepare_on_card(&wish(Operation::ChangePasscode)).map(drop).expect_err("it is locked");
    assert!(matches!(refused, OperationError::PasscodeLocked { .. }), "{refused}");
}

#[test]
fn a_locked_card_is_unlocked_and_its_unlock_code_is_rotated() {
    if !is_child() {
        return with_card("works::a_locked_card_is_unlocked_and_its_unlock_code_is_rotated");
    }
    let bench = Bench::new();
    let serial = bench.ready(Task::Unlock, 1);
    assert_eq!(bench.on_card(|token| token.passcode_standing()), Ok(CodeStanding::Locked));
    let report = run(&bench.desk(), Task::Unlock).expect("prepared");
    assert_eq!((report.ending, report.gateway_calls), (Ending::Done, 3), "whose it is, begun, ended");
    bench.held(&serial, &new_passcode(), "unlocked");
    // Once more: the gateway knows the code that the card was given.
    let report = run(&bench.desk(), Task::Unlock).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    bench.held(&serial, &new_passcode(), "unlocked again");
}

#[test]
fn a_pair_is_renewed_beside_the_old_one_which_then_goes() {
    if !is_child() {
        return with_card("works::a_pair_is_renewed_beside_the_old_one_which_then_goes");
    }
    let bench = Bench::new();
    let serial = bench.ready(Task::Renew, 1);
    let before = bench.record().good_certificates(&serial);
    let report = run(&bench.desk(), Task::Renew).expect("prepared");
    assert_eq!((&report.ending, report.which_pair, &report.note), (&Ending::Done, Some(WhichPair::New), &None));
    bench.held(&serial, &passcode(PASSCODE), "renewed");
    let after = bench.record().good_certificates(&serial);
    for ((slot, old), (_, new)) in before.iter().zip(&after) {
        assert_ne!(old, new, "{slot}");
        let (good, words) = openssl_verify(&bench.service, new, "-crl_check_all");
        assert!(good, "{slot}: {words}");
        let (good, words) = openssl_verify(&bench.service, old, "-crl_check_all");
        assert!(!good && words.contains("revoked"), "{slot}: {words}");
        let name = file(&format!("{slot}.der"), new).display().to_string();
        let words = ["x509", "-inform", "DER", "-in", &name, "-noout", "-checkend", "86400000"];
        judge("openssl", &words, &file("none.conf", b""));
    }
    bench
        .on_card(|token| {
            token.log_in(&passcode(PASSCODE))?;
            for id in old_ids() {
                assert!(!token.holds_key(&id)? && token.certificate(&id)?.is_none(), "the old pair is gone");
            }
            assert_eq!(token.certificates(&settings())?.len(), CertificateSlot::BOTH.len());
            Ok(())
        })
        .expect("read");
    let words = ["--module", SOFTHSM, "--token-label", "Holder", "--login", "--pin", PASSCODE, "--list-objects"];
    let configuration = std::env::var_os("SOFTHSM2_CONF").expect("set by the parent");
    let listed = judge("pkcs11-tool", &words, configuration.as_ref());
    for kind in ["Private Key Object", "Public Key Object", "Certificate Object"] {
        assert_eq!(listed.matches(kind).count(), 2, "{listed}");
    }
    // A second one is too early.
    let refused = bench.desk().prepare_recertify(&wish(Operation::Renew)).map(drop).expect_err("three years are left");
    assert!(refused.to_string().contains("can be renewed from"), "{refused}");
}

#[test]
fn the_holders_passcode_is_asked_first_and_a_wrong_one_changes_nothing() {
    if !is_child() {
        return with_card("works::the_holders_passcode_is_asked_first_and_a_wrong_one_changes_nothing");
    }
    let bench = Bench::new();
    let serial = bench.ready(Task::Renew, 1);
    let desk = bench.desk();
    let preflight = desk.prepare_recertify(&wish(Operation::Renew)).expect("prepared");
    let report = desk.renew(preflight, passcode("112358"), &mut |_| {}).expect("begun");
    let Ending::Undone { why, .. } = &report.ending else { panic!("{:?}", report.ending) };
    assert!(why.contains("the passcode is wrong") && why.contains("nothing else was changed"), "{why}");
    assert_eq!(report.which_pair, Some(WhichPair::Old));
    assert_eq!(bench.on_card(|token| token.passcode_standing()), Ok(CodeStanding::SomeWrong));
    bench.held(&serial, &passcode(PASSCODE), "a wrong passcode");
}

#[test]
fn a_cancelled_card_is_revoked_first_and_locked_for_good() {
    if !is_child() {
        return with_card("works::a_cancelled_card_is_revoked_first_and_locked_for_good");
    }
    let bench = Bench::new();
    let serial = bench.ready(Task::Cancel, 1);
    let report = run(&bench.desk(), Task::Cancel).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    let note = report.note.expect("its chip is not emptied");
    assert!(note.contains("Destroy the card"), "{note}");
    assert_eq!(bench.record().card_state(&serial), "cancelled");
    assert!(bench.record().good_certificates(&serial).is_empty());
    assert_eq!(bench.on_card(|token| token.passcode_standing()), Ok(CodeStanding::Locked));
}

#[test]
fn what_a_series_8_card_cannot_do_is_refused_by_policy() {
    if !is_child() {
        return with_card("works::what_a_series_8_card_cannot_do_is_refused_by_policy");
    }
    let bench = Bench::new();
    let serial = bench.ready(Task::Renew, 1);
    let before = bench.record().everything();
    let desk = bench.desk();
    let request = IssueRequest {
        holder: holder(2),
        reader: Some(READER.into()),
        passcode: PasscodeChoice::LeftLocked,
        print: None,
    };
    let refusals = [
        desk.prepare_issue(&request).map(drop),
        desk.prepare_recertify(&wish(Operation::Repair)).map(drop),
        desk.prepare_on_card(&wish(Operation::Clear)).map(drop),
    ];
    for refused in refusals {
        let error = refused.expect_err("no Series 8 card does this");
        assert!(matches!(error, OperationError::Refused(_)), "{error}");
        let words = error.to_string();
        assert!(words.contains("Series 8") && words.contains("Issue a Series 10 card instead"), "{words}");
    }
    assert_eq!(bench.record().everything(), before);
    bench.held(&serial, &passcode(PASSCODE), "refused");

    // Without its middleware nothing is begun, and it is said which file is missing.
    let missing = Readers { middleware: Some(Middleware::new("/opt/none.so")) };
    for readers in [missing, Readers { middleware: None }] {
        let desk = bench.desk_with(&readers);
        let error = desk.prepare_on_card(&wish(Operation::Unlock)).map(drop).expect_err("nothing reaches it");
        let words = error.to_string();
        assert!(words.contains("Series 8") && words.contains("middleware") && words.contains("IT"), "{words}");
    }
    assert_eq!(bench.record().everything(), before);
}

#[test]
fn a_card_signs_its_holder_in_with_one_try() {
    if !is_child() {
        return with_card("works::a_card_signs_its_holder_in_with_one_try");
    }
    let bench = Bench::new();
    let serial = bench.ready(Task::Renew, 1);
    let signed_in = bench.desk().try_card(None, &passcode(PASSCODE)).expect("the service accepts it").signed_in;
    assert_eq!(signed_in.card.holder.id, holder(1));
    let wrong = bench.desk().try_card(None, &passcode("112358")).expect_err("it is not its passcode");
    assert!(wrong.to_string().contains("tried once"), "{wrong}");
    assert_eq!(
        bench.on_card(|token| token.passcode_standing()),
        Ok(CodeStanding::SomeWrong),
        "one try, and no second one"
    );
    for _ in 0..2 {
        bench.on_card(|token| token.log_in(&passcode("112358"))).expect_err("wrong");
    }
    let locked = bench.desk().try_card(None, &passcode(PASSCODE)).expect_err("it is locked");
    assert!(locked.to_string().contains("locked"), "{locked}");
    assert_eq!(bench.record().good_certificates(&serial).len(), 2);
}

/// A card is put into the reader after the one that was looked at was taken out.
#[test]
fn another_card_in_the_reader_is_left_alone() {
    if !is_child() {
        return with_card("works::another_card_in_the_reader_is_left_alone");
    }
    let bench = Bench::new();
    let first = bench.ready(Task::Renew, 1);
    let desk = bench.desk();
    let preflight = desk.prepare_recertify(&wish(Operation::Renew)).expect("prepared");
    let second = bench.ready(Task::Renew, 2);
    assert_ne!(first, second);
    let report = desk.renew(preflight, passcode(PASSCODE), &mut |_| {}).expect("begun");
    let Ending::Unfinished { why } = &report.ending else { panic!("{:?}", report.ending) };
    assert!(why.contains(first.as_str()) && why.contains(second.as_str()), "{why}");
    let looked = bench.on_card(|token| token.expect(&first)).expect_err("it is another one");
    assert!(matches!(looked, TokenError::OtherCard { .. }));
    let told = desk.look_at_unfinished().expect("reads");
    assert_eq!(told.len(), 1);
    // The second card is as it was; the first one's job waits for it.
    assert_eq!(bench.record().good_certificates(&second).len(), 2);
    assert_eq!(bench.service.card(&second).expect("on record").open_job, None);
    let all = bench.on_card(|token| token.certificates(&settings())).expect("read");
    assert_eq!(all.len(), 2, "nothing was written to it");
}
