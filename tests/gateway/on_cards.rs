//! Operations on cards in use: what the gateway lets begin, what it ends at once, and what it makes of the end.

use std::{sync::Arc, time::Duration};

use cardwright::{
    cis2::{
        HttpService, Service,
        wire::{
            Abort, CardAfterAbort, Chip as Place, DeliverySaid, EndOnCard, IssuanceState, KeysWanted, OnCardOutcome,
            SignIn, UnlockCodeSettled,
        },
    },
    domain::{CancelReason, CardState, Operation},
    gateway::{Gateway, ManualClock},
};
use time::OffsetDateTime;

use crate::desk::{self, Chip, ID_CHECKER, RA_AGENT, RA_MANAGER, SIAN, STANISLAW};

fn ended(outcome: OnCardOutcome, unlock_code: Option<UnlockCodeSettled>) -> EndOnCard {
    EndOnCard { outcome, unlock_code }
}

/// A card issued to Siân by the RA Manager, and the RA Agent who works on it.
fn issued(url: &str) -> (Chip, HttpService, cardwright::cis2::wire::Certified) {
    let chip = Chip::new(1);
    let certified = chip.issue(&desk::sign_in(url, RA_MANAGER), &desk::job(), SIAN);
    (chip, desk::sign_in(url, RA_AGENT), certified)
}

fn is_good(service: &HttpService, certified: &cardwright::cis2::wire::Certified) -> bool {
    desk::openssl_verify(service, &certified.authentication.0, "-crl_check").0
        && desk::openssl_verify(service, &certified.signing.0, "-crl_check").0
}

#[test]
fn an_unlock_takes_two_calls_and_rotates_the_code() {
    let site = desk::site();
    let (chip, service, certified) = issued(&site.gateway.url());
    let job = desk::job();
    let begun =
        service.begin_on_card(&job, &desk::on_card(&job, Operation::Unlock, SIAN, &chip.serial)).expect("begun");
    let codes = begun.codes.expect("the codes");
    assert_eq!((begun.job.state, codes.current.len()), (IssuanceState::Reserved, 1));
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::InWork);
    let end = ended(OnCardOutcome::Done, Some(UnlockCodeSettled::Next));
    let card = service.end_on_card(&job, "end", &end).expect("ended");
    assert_eq!((card.state, card.holder), (CardState::Active, Some(desk::holder(SIAN))));
    assert!(card.certificates_expire.is_some(), "an unlock leaves the certificates alone");
    assert_eq!(card.good_pair.expect("its pair")[0], desk::sha256(&certified.authentication.0));
    assert!(is_good(&service, &certified));
    let second = desk::job();
    let request = desk::on_card(&second, Operation::Unlock, SIAN, &chip.serial);
    let again = service.begin_on_card(&second, &request).expect("begun").codes.expect("the codes");
    assert!(again.current == [codes.next] && again.next != again.current[0], "the code was changed, and will be again");
    // Nobody said what became of it: both codes are known, and the card is as it was.
    service.end_on_card(&second, "end-2", &ended(OnCardOutcome::AsBefore, None)).expect("ended");
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::Active);
    let third = desk::job();
    let request = desk::on_card(&third, Operation::Unlock, SIAN, &chip.serial);
    let both = service.begin_on_card(&third, &request).expect("begun").codes.expect("the codes");
    assert_eq!((both.current.len(), &both.current[1]), (2, &again.next));
}

#[test]
fn a_job_that_was_allowed_for_one_thing_is_good_for_nothing_else() {
    [Operation::Clear, Operation::Cancel].into_iter().for_each(good_for_nothing_else);
}

/// Jobs that leave the certificates alone, and one that ends them.
fn good_for_nothing_else(last: Operation) {
    let site = desk::site();
    let (chip, service, certified) = issued(&site.gateway.url());
    let wrong = |answer| assert_eq!(desk::problem(answer).kind, "wrong-state");
    let unlocks = [Operation::ChangePasscode, Operation::Unlock];
    for operation in unlocks.into_iter().chain([last]) {
        let job = desk::job();
        let mut request = desk::on_card(&job, operation, SIAN, &chip.serial);
        if operation == Operation::Cancel {
            request.reason = Some(CancelReason::Damaged);
        }
        service.begin_on_card(&job, &request).unwrap_or_else(|why| panic!("{operation}: {why}"));
        // The relay of the management key and the unlock codes are there for those who have a use for them.
        let relayed = chip.prove_management_key(&service, &job);
        assert_eq!(relayed.is_ok(), !unlocks.contains(&operation), "{operation}");
        let codes = service.unlock_codes(&job, &format!("codes of {operation}"));
        assert_eq!(codes.is_ok(), matches!(operation, Operation::Unlock | Operation::Clear), "{operation}");
        wrong(service.certify(&job, &format!("certify in {operation}"), &chip.certify_request()).map(drop));
        wrong(service.confirm(&job, &format!("confirm in {operation}"), &chip.confirm_request(&certified)).map(drop));
        for card in [CardAfterAbort::AsBefore, CardAfterAbort::Locked, CardAfterAbort::NeedsRepair] {
            let abort = Abort { reason: "forged".into(), card };
            wrong(service.abort(&job, &format!("abort {operation} {card:?}"), &abort).map(drop));
        }
        if unlocks.contains(&operation) {
            assert!(is_good(&service, &certified), "{operation}");
            service
                .end_on_card(&job, &format!("end {operation}"), &ended(OnCardOutcome::AsBefore, None))
                .expect("ended");
            continue;
        }
        assert!(!is_good(&service, &certified), "{operation}");
        // A card that is cancelled is so from the call that begins it, and stays so.
        let state = if operation == Operation::Cancel { CardState::Cancelled } else { CardState::InWork };
        assert_eq!(service.card(&chip.serial).expect("the card").state, state, "{operation}");
    }
}

#[test]
fn a_card_issued_locked_is_unlocked_when_its_holder_has_it() {
    let site = desk::site();
    let (chip, job) = (Chip::new(1), desk::job());
    let manager = desk::sign_in(&site.gateway.url(), RA_MANAGER);
    let mut reserve = desk::reserve_request(&job, SIAN, &chip.serial);
    reserve.locked = true;
    manager.reserve(&job, &reserve).expect("reserved");
    chip.prove_management_key(&manager, &job).expect("proven");
    manager.unlock_codes(&job, "codes").expect("codes");
    let certified = manager.certify(&job, "certify", &chip.certify_request()).expect("certified");
    manager.confirm(&job, "confirm", &chip.confirm_request(&certified)).expect("confirmed");
    let card = manager.card(&chip.serial).expect("the card");
    assert!(card.awaits_delivery && card.state == CardState::Locked);
    let unlock = desk::job();
    let mut request = desk::on_card(&unlock, Operation::Unlock, SIAN, &chip.serial);
    assert_eq!(desk::problem(manager.begin_on_card(&unlock, &request)).kind, "delivery-unconfirmed");
    request.delivery = DeliverySaid::Confirmed;
    manager.begin_on_card(&unlock, &request).expect("begun");
    let end = ended(OnCardOutcome::Done, Some(UnlockCodeSettled::Next));
    let card = manager.end_on_card(&unlock, "end", &end).expect("ended");
    assert!(!card.awaits_delivery && card.state == CardState::Active);
}

#[test]
fn an_old_sign_in_is_proved_once_more() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let (chip, service, _) = issued(&site.gateway.url());
    clock.advance(Duration::from_secs(5 * 60 + 1));
    for operation in [Operation::Unlock, Operation::Clear, Operation::Cancel] {
        let job = desk::job();
        let late = desk::problem(service.begin_on_card(&job, &desk::on_card(&job, operation, SIAN, &chip.serial)));
        assert_eq!((late.kind.as_str(), late.status), ("step-up-needed", 403), "{operation}");
    }
    let other = SignIn { officer: RA_MANAGER.parse().expect("a number") };
    assert_eq!(desk::problem(service.step_up(&other)).kind, "other-officer");
    service.step_up(&SignIn { officer: RA_AGENT.parse().expect("a number") }).expect("proved");
    let job = desk::job();
    service.begin_on_card(&job, &desk::on_card(&job, Operation::Unlock, SIAN, &chip.serial)).expect("begun");
}

#[test]
fn a_second_officer_approves_once_and_for_one_card() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = desk::config(folder.path());
    config.second_officer = vec![Operation::Clear, Operation::Cancel];
    let gateway = Gateway::start(config).expect("a gateway");
    let (chip, service, certified) = issued(&gateway.url());
    let job = desk::job();
    let mut request = desk::on_card(&job, Operation::Cancel, SIAN, &chip.serial);
    assert_eq!(desk::problem(service.begin_on_card(&job, &request)).kind, "second-officer-needed");
    assert!(is_good(&service, &certified), "nothing was ended");
    let ask = |officer: &str, operation| cardwright::cis2::wire::Approve {
        officer: officer.parse().expect("a number"),
        operation,
        serial: chip.serial.clone(),
    };
    assert_eq!(desk::problem(service.approve(&ask(RA_AGENT, Operation::Cancel))).kind, "approval-refused");
    assert_eq!(desk::problem(service.approve(&ask(ID_CHECKER, Operation::Cancel))).kind, "approval-refused");
    let for_clear = service.approve(&ask(RA_MANAGER, Operation::Clear)).expect("approved");
    request.approval = Some(for_clear.token);
    assert_eq!(desk::problem(service.begin_on_card(&job, &request)).kind, "second-officer-needed");
    let approval = service.approve(&ask(RA_MANAGER, Operation::Cancel)).expect("approved");
    request.approval = Some(approval.token);
    service.begin_on_card(&job, &request).expect("begun");
    let row = service.audit_before(None, 5).expect("rows").into_iter().find(|row| row.event == "on-card.begun");
    assert_eq!(row.expect("a row").detail["approved_by"], RA_MANAGER);
    assert!(!is_good(&service, &certified));
}

#[test]
fn clear_and_cancel_revoke_before_the_chip_is_touched() {
    let site = desk::site();
    let (chip, service, certified) = issued(&site.gateway.url());
    let job = desk::job();
    service.begin_on_card(&job, &desk::on_card(&job, Operation::Clear, SIAN, &chip.serial)).expect("begun");
    assert!(!is_good(&service, &certified));
    let unproven = desk::problem(service.end_on_card(&job, "end-0", &ended(OnCardOutcome::Done, None)));
    assert_eq!(unproven.kind, "wrong-state", "a card nobody wrote to does not go back to stock: {unproven:?}");
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::InWork);
    chip.prove_management_key(&service, &job).expect("proven");
    let unsettled = desk::problem(service.delivered_code(&job, "delivered"));
    assert_eq!(unsettled.kind, "wrong-state", "nobody knows yet which code the card holds");
    service.unlock_code_settled(&job, "settled", &UnlockCodeSettled::Next).expect("settled");
    let back = service.delivered_code(&job, "delivered-2").expect("the delivered code");
    assert_eq!(back.next.0.expose(), b"12345678");
    let end = ended(OnCardOutcome::Done, Some(UnlockCodeSettled::Next));
    let card = service.end_on_card(&job, "end", &end).expect("ended");
    assert_eq!((card.state, card.holder), (CardState::Blank, None));
    // The emptied card is issued again, with other keys, and cancelled without being here.
    let next = Chip { serial: chip.serial.clone(), ..Chip::new(2) };
    let certified = next.issue(&service, &desk::job(), STANISLAW);
    let cancel = desk::job();
    let mut request = desk::on_card(&cancel, Operation::Cancel, STANISLAW, &chip.serial);
    request.chip = Place::NotHere;
    request.reason = None;
    assert_eq!(desk::problem(service.begin_on_card(&cancel, &request)).kind, "malformed");
    request.reason = Some(CancelReason::Stolen);
    let begun = service.begin_on_card(&cancel, &request).expect("cancelled");
    assert_eq!(begun.job.state, IssuanceState::Confirmed);
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::Cancelled);
    assert!(!is_good(&service, &certified));
    let again = desk::job();
    let request = cardwright::cis2::wire::BeginOnCard { job: again.clone(), ..request };
    assert_eq!(desk::problem(service.begin_on_card(&again, &request)).kind, "refused");
}

#[test]
fn the_old_pair_is_good_until_the_new_one_is_confirmed() {
    let site = desk::site();
    let (chip, service, old) = issued(&site.gateway.url());
    let (new, job) = (Chip { serial: chip.serial.clone(), ..Chip::new(2) }, desk::job());
    let mut reserve = desk::reserve_request(&job, STANISLAW, &chip.serial);
    reserve.operation = Operation::Repair;
    assert_eq!(desk::problem(service.reserve(&job, &reserve)).kind, "wrong-holder");
    reserve.holder = desk::holder(SIAN);
    service.reserve(&job, &reserve).expect("reserved");
    new.prove_management_key(&service, &job).expect("proven");
    service.unlock_codes(&job, "codes").expect("codes");
    let certified = service.certify(&job, "certify", &new.certify_request()).expect("certified");
    assert_eq!(service.certified(&job).expect("once more"), certified);
    assert!(is_good(&service, &old) && !is_good(&service, &certified));
    // The card was pulled, and made its keys anew: what was certified before is never good.
    let newer = Chip { serial: chip.serial.clone(), ..Chip::new(3) };
    let second = service.certify(&job, "certify-2", &newer.certify_request()).expect("certified");
    service.confirm(&job, "confirm", &newer.confirm_request(&second)).expect("confirmed");
    assert!(is_good(&service, &second) && !is_good(&service, &certified) && !is_good(&service, &old));
    let card = service.card(&chip.serial).expect("the card");
    assert_eq!(card.good_pair.expect("its pair")[1], desk::sha256(&second.signing.0));
}

#[test]
fn a_repair_that_ran_out_of_time_is_opened_again_or_given_up() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let (chip, service, _) = issued(&site.gateway.url());
    let (new, job) = (Chip { serial: chip.serial.clone(), ..Chip::new(2) }, desk::job());
    let mut reserve = desk::reserve_request(&job, SIAN, &chip.serial);
    reserve.operation = Operation::Repair;
    service.reserve(&job, &reserve).expect("reserved");
    clock.advance(Duration::from_secs(16 * 60));
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::Active, "nothing was written to it");
    let job = desk::job();
    reserve.job = job.clone();
    // A repair sets a new passcode, as an unlock does, and asks for the same.
    assert_eq!(desk::problem(service.reserve(&job, &reserve)).kind, "step-up-needed");
    service.step_up(&SignIn { officer: desk::holder(RA_AGENT) }).expect("proved");
    service.reserve(&job, &reserve).expect("reserved");
    new.prove_management_key(&service, &job).expect("proven");
    clock.advance(Duration::from_secs(16 * 60));
    let card = service.card(&chip.serial).expect("the card");
    assert_eq!(card.state, CardState::Unfinished);
    assert_eq!(service.reopen(&job, "reopen").expect("open again").state, IssuanceState::Reserved);
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::InWork);
    // The clock is ahead of OpenSSL's, so the record is asked.
    assert!(service.card(&chip.serial).expect("the card").good_pair.is_some());
    let abort = cardwright::cis2::wire::Abort { reason: "the card refused".into(), card: CardAfterAbort::NeedsRepair };
    service.abort(&job, "abort", &abort).expect("given up");
    let card = service.card(&chip.serial).expect("the card");
    let gone = "its keys are gone, so nothing may pass for it";
    assert_eq!((card.state, card.good_pair), (CardState::Unfinished, None), "{gone}");
}

#[test]
fn a_renewal_may_be_for_the_same_keys_of_the_same_card_and_no_other() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let folder = tempfile::tempdir().expect("a folder");
    let start = |keys| {
        let mut config = desk::config(folder.path());
        (config.clock, config.renewal_keys.series_10) = (clock.clone(), keys);
        Gateway::start(config).expect("a gateway")
    };
    let gateway = start(KeysWanted::New);
    let (chip, service, old) = issued(&gateway.url());
    let expires = service.card(&chip.serial).expect("the card").certificates_expire.expect("a last day");
    let inside = (expires - time::Duration::days(30)) - OffsetDateTime::now_utc();
    clock.advance(inside.try_into().expect("ahead"));
    let service = {
        drop(service);
        desk::sign_in(&gateway.url(), RA_AGENT)
    };
    let wanted = |keys| {
        let job = desk::job();
        let mut reserve = desk::reserve_request(&job, SIAN, &chip.serial);
        (reserve.operation, reserve.keys) = (Operation::Renew, keys);
        reserve
    };
    let reserve = |service: &HttpService, keys| {
        let reserve = wanted(keys);
        service.reserve(&reserve.job, &reserve).expect("reserved");
        chip.prove_management_key(service, &reserve.job).expect("proven");
        reserve.job
    };
    let refused = |service: &HttpService, keys| {
        let reserve = wanted(keys);
        assert_eq!(desk::problem(service.reserve(&reserve.job, &reserve)).kind, "renewal-keys");
    };
    // Which keys is not for the workstation to say.
    refused(&service, KeysWanted::Same);
    let job = reserve(&service, KeysWanted::New);
    let seen = desk::problem(service.certify(&job, "certify", &chip.certify_request()));
    assert_eq!(seen.kind, "key-seen-before");
    let abort = cardwright::cis2::wire::Abort { reason: "as it was".into(), card: CardAfterAbort::AsBefore };
    service.abort(&job, "abort", &abort).expect("given up");
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::Active);
    drop((service, gateway));
    let gateway = start(KeysWanted::Same);
    let service = desk::sign_in(&gateway.url(), RA_AGENT);
    refused(&service, KeysWanted::New);
    let job = reserve(&service, KeysWanted::Same);
    let foreign = Chip { serial: chip.serial.clone(), ..Chip::new(2) };
    let unseen = desk::problem(service.certify(&job, "certify-2", &foreign.certify_request()));
    assert_eq!(unseen.kind, "key-seen-before", "these are not the keys of the card");
    let renewed = service.certify(&job, "certify-3", &chip.certify_request()).expect("certified");
    service.confirm(&job, "confirm", &chip.confirm_request(&renewed)).expect("confirmed");
    let card = service.card(&chip.serial).expect("the card");
    assert!(card.certificates_expire.expect("a last day") > expires);
    assert_eq!(card.good_pair.expect("its pair")[0], desk::sha256(&renewed.authentication.0));
    assert_ne!(old.authentication, renewed.authentication);
}
