//! Spoiled cards: ended for good, and their holders free for others.

use std::{sync::Arc, time::Duration};

use cardwright::{
    cis2::{
        Service,
        wire::{PrintOutcome, SpoilCard, SpoilReason},
    },
    domain::{CardSerial, CardState, JobId, Operation, eligibility::Reason},
    gateway::{Gateway, ManualClock},
};
use time::OffsetDateTime;

use crate::{
    desk::{self, Chip, RA_AGENT, RA_MANAGER, SIAN, SPONSOR, STANISLAW},
    prints::told,
};

/// Puts a print of this card on record that came to this.
pub fn printed(service: &dyn Service, serial: &CardSerial, holder: &str, outcome: PrintOutcome) -> JobId {
    let job = desk::job();
    for outcome in [PrintOutcome::Starting, outcome] {
        let key = desk::job().to_string();
        service.record_print(serial, &key, &told(&job, holder, outcome)).expect("on record");
    }
    job
}

fn by(job: JobId, holder: &str) -> SpoilCard {
    SpoilCard { job, ..spoiled(holder, SpoilReason::Misprinted) }
}

/// Whoever skips the window ends no card by calling it spoilt: it went through a printer, and the sign-in is not old.
#[test]
fn only_a_card_that_was_printed_is_spoilt_and_by_an_officer_who_just_proved_who_they_are() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let agent = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let chip = Chip::new(1);
    chip.issue(&agent, &desk::job(), SIAN);
    let other = Chip::new(2);
    other.issue(&agent, &desk::job(), STANISLAW);
    let spoil = |request: &SpoilCard| agent.spoil_card(&chip.serial, &desk::job().to_string(), request);
    let of_another = printed(&agent, &other.serial, STANISLAW, PrintOutcome::Spoilt);
    let never = printed(&agent, &chip.serial, SIAN, PrintOutcome::NotPrinted);
    for job in [desk::job(), of_another, never] {
        let refused = desk::problem(spoil(&by(job, SIAN)));
        assert_eq!((refused.kind.as_str(), refused.status), ("not-spoilt", 409));
    }
    assert_eq!(agent.audit_before(None, 1).expect("the audit")[0].event, "card.spoil.refused");
    let job = printed(&agent, &chip.serial, SIAN, PrintOutcome::Printed);
    clock.advance(Duration::from_secs(6 * 60));
    assert_eq!(desk::problem(spoil(&by(job.clone(), SIAN))).kind, "step-up-needed");
    assert_eq!(agent.card(&chip.serial).expect("the card").state, CardState::Active);
    agent.step_up(&cardwright::cis2::wire::SignIn { officer: desk::holder(RA_AGENT) }).expect("proved");
    assert_eq!(spoil(&by(job, SIAN)).expect("ended").state, CardState::Cancelled);
}

/// Where a second officer approves that a card is ended, one officer's word is enough for what they put on record alone.
#[test]
fn what_a_second_officer_approves_is_not_got_around_by_calling_it_spoilt() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = desk::config(folder.path());
    config.second_officer = vec![Operation::Cancel];
    let gateway = Gateway::start(config).expect("a gateway");
    let agent = desk::sign_in(&gateway.url(), RA_AGENT);
    let manager = desk::sign_in(&gateway.url(), RA_MANAGER);
    let chip = Chip::new(1);
    chip.issue(&agent, &desk::job(), SIAN);
    let good = printed(&agent, &chip.serial, SIAN, PrintOutcome::Printed);
    assert_eq!(desk::problem(agent.spoil_card(&chip.serial, "a", &by(good, SIAN))).kind, "not-spoilt");
    let bad = printed(&agent, &chip.serial, SIAN, PrintOutcome::Spoilt);
    assert_eq!(desk::problem(manager.spoil_card(&chip.serial, "b", &by(bad.clone(), SIAN))).kind, "not-spoilt");
    agent.spoil_card(&chip.serial, "c", &by(bad, SIAN)).expect("this officer said so");
}

fn spoiled(holder: &str, reason: SpoilReason) -> SpoilCard {
    SpoilCard { job: desk::job(), holder: desk::holder(holder), reason, note: Some("ribbon creased".to_owned()) }
}

#[test]
fn a_spoiled_card_is_revoked_and_its_holder_gets_another() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let cases = [(1, SpoilReason::Misprinted, "Superseded"), (2, SpoilReason::WrongCard, "Cessation Of Operation")];
    for (number, reason, words) in cases {
        let chip = Chip::new(number);
        let certified = chip.issue(&service, &desk::job(), SIAN);
        let job = printed(&service, &chip.serial, SIAN, PrintOutcome::Spoilt);
        let request = SpoilCard { job, ..spoiled(SIAN, reason) };
        let key = format!("spoil-{number}");
        let card = service.spoil_card(&chip.serial, &key, &request).expect("spoiled");
        assert_eq!((card.state, card.certificates_expire), (CardState::Cancelled, None));
        assert_eq!(card.holder.as_ref().map(|holder| holder.as_str()), Some(SIAN), "it is on record whose it was");
        for certificate in [&certified.authentication.0, &certified.signing.0] {
            let (good, said) = desk::openssl_verify(&service, certificate, "-crl_check");
            assert!(!good && said.contains("revoked"), "{said}");
        }
        let list = desk::openssl_crl(&service, "authentication");
        assert!(list.contains(words), "{list}");

        // The same answer again for a lost one; nothing else under the same key.
        assert_eq!(service.spoil_card(&chip.serial, &key, &request).expect("the same answer"), card);
        let rows = service.audit_head().expect("the head").rows;
        assert_eq!(service.spoil_card(&chip.serial, &format!("{key}-new"), &request).expect("the same job"), card);
        assert_eq!(service.audit_head().expect("the head").rows, rows, "nothing happened again");
        let other = spoiled(SIAN, SpoilReason::Damaged);
        let reused = desk::problem(service.spoil_card(&chip.serial, &key, &other));
        assert_eq!((reused.kind.as_str(), reused.status), ("idempotency-key-reused", 422));
        let again = desk::problem(service.spoil_card(&chip.serial, "again", &other));
        let (_, refusal) = again.refusal.expect("the reasons");
        let state = Reason::CardState { state: CardState::Cancelled, operation: Operation::Cancel };
        assert_eq!(refusal.reasons, [state]);
        let rows = service.audit_before(None, 5).expect("the audit");
        let row = rows.iter().find(|row| row.event == "card.spoiled").expect("it is on record");
        assert_eq!(row.detail["revoked"], 2, "both certificates");
        assert_eq!(row.detail["note"], "ribbon creased");
    }
    // The face of another card is no reason to keep the holder waiting.
    Chip::new(3).issue(&service, &desk::job(), SIAN);
    assert_eq!(service.audit_head().expect("the head").broken_at, None);
}

#[test]
fn only_who_may_cancel_a_card_spoils_one_and_never_their_own() {
    let site = desk::site();
    let url = site.gateway.url();
    let agent = desk::sign_in(&url, RA_AGENT);
    let chip = Chip::new(1);
    let certified = chip.issue(&agent, &desk::job(), SIAN);
    let own = Chip::new(2);
    own.issue(&agent, &desk::job(), RA_MANAGER);
    let reasons = |result| desk::problem(result).refusal.expect("the reasons").1.reasons;

    let sponsor = desk::sign_in(&url, SPONSOR);
    let refused = reasons(sponsor.spoil_card(&chip.serial, "a", &spoiled(SIAN, SpoilReason::Damaged)));
    assert!(matches!(&refused[..], [Reason::Role { operation: Operation::Cancel, .. }]), "{refused:?}");
    let manager = desk::sign_in(&url, RA_MANAGER);
    let refused = reasons(manager.spoil_card(&own.serial, "b", &spoiled(RA_MANAGER, SpoilReason::Damaged)));
    assert_eq!(refused, [Reason::OwnRecord]);
    // Nor by naming somebody else.
    let request = spoiled(SIAN, SpoilReason::Damaged);
    assert_eq!(desk::problem(manager.spoil_card(&own.serial, "c", &request)).kind, "wrong-holder");

    let blank = desk::problem(agent.spoil_card(&desk::serial(9), "d", &spoiled(SIAN, SpoilReason::Damaged)));
    assert_eq!((blank.kind.as_str(), blank.status), ("refused", 403));
    assert!(blank.remedy.as_deref().is_some_and(|remedy| !remedy.is_empty()), "{blank:?}");
    let state = Reason::CardState { state: CardState::Blank, operation: Operation::Cancel };
    assert_eq!(blank.refusal.expect("the reasons").1.reasons, [state]);
    let wordy = SpoilCard { note: Some("é".repeat(201)), ..spoiled(SIAN, SpoilReason::Damaged) };
    assert_eq!(desk::problem(agent.spoil_card(&chip.serial, "e", &wordy)).kind, "malformed");

    // After all these refusals the card is as good as it was.
    assert_eq!(agent.card(&chip.serial).expect("the card").state, CardState::Active);
    let (good, words) = desk::openssl_verify(&agent, &certified.signing.0, "-crl_check");
    assert!(good, "{words}");
    let job = printed(&manager, &chip.serial, SIAN, PrintOutcome::Uncertain);
    let most = SpoilCard { job, note: Some("é".repeat(200)), ..wordy };
    manager.spoil_card(&chip.serial, "f", &most).expect("a manager may");
}

#[test]
fn a_card_in_work_is_left_to_its_job() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(1), desk::job());
    let certified = chip.up_to_certified(&service, &job, STANISLAW);
    let refused = desk::problem(service.spoil_card(&chip.serial, "a", &spoiled(STANISLAW, SpoilReason::Damaged)));
    assert_eq!(refused.kind, "refused");
    service.confirm(&job, "confirm", &chip.confirm_request(&certified)).expect("the job goes on");
}
