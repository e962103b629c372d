//! Deadlines, idempotency, escrow, the audit chain, sealing, and what a live gateway refuses.

use std::{sync::Arc, time::Duration};

use cardwright::{
    cis2::{Service, wire},
    domain::{CardState, Secret, eligibility::Realm},
    gateway::{Gateway, GatewayError, ManualClock},
};
use time::OffsetDateTime;

use crate::desk::{self, Chip, RA_AGENT, SIAN};

#[test]
fn what_nobody_confirms_is_revoked_at_the_deadline() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(1), desk::job());
    let certified = chip.up_to_certified(&service, &job, SIAN);
    clock.advance(Duration::from_secs(15 * 60 - 1));
    assert_eq!(service.issuance(&job).expect("the job").state, wire::IssuanceState::Certified);
    clock.advance(Duration::from_secs(2));
    assert_eq!(service.issuance(&job).expect("the job").state, wire::IssuanceState::Expired);
    let late = desk::problem(service.confirm(&job, "confirm", &chip.confirm_request(&certified)));
    assert_eq!((late.kind.as_str(), late.status), ("deadline-passed", 409));
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::Unfinished);
    let (good, _) = desk::openssl_verify(&service, &certified.signing.0, "-crl_check");
    assert!(!good);
}

#[test]
fn a_deadline_that_passed_while_the_gateway_was_off_counts() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(1), desk::job());
    chip.up_to_certified(&service, &job, SIAN);
    let desk::Site { folder, gateway } = site;
    gateway.stop().expect("stopped");
    clock.advance(Duration::from_secs(16 * 60));
    let mut config = desk::config(folder.path());
    config.clock = clock;
    let gateway = Gateway::start(config).expect("started again");
    let service = desk::sign_in(&gateway.url(), RA_AGENT);
    assert_eq!(service.issuance(&job).expect("the job").state, wire::IssuanceState::Expired);
}

#[test]
fn the_same_key_answers_the_same_and_no_other_body() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let job = desk::job();
    let request = desk::reserve_request(&job, SIAN, &desk::serial(1));
    let first = service.reserve(&job, &request).expect("reserved");
    assert_eq!(service.reserve(&job, &request).expect("again"), first);
    let other = desk::reserve_request(&job, SIAN, &desk::serial(2));
    let reused = desk::problem(service.reserve(&job, &other));
    assert_eq!((reused.kind.as_str(), reused.status), ("idempotency-key-reused", 422));
    let codes = service.unlock_codes(&job, "codes").expect("codes");
    assert_eq!(service.unlock_codes(&job, "codes").expect("again"), codes);
}

#[test]
fn unlock_codes_turn_at_every_use_and_a_cut_leaves_two_candidates() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(1), desk::job());
    service.reserve(&job, &desk::reserve_request(&job, SIAN, &chip.serial)).expect("reserved");
    let first = service.unlock_codes(&job, "one").expect("codes");
    assert_eq!(first.current, vec![wire::SecretBase64(Secret::new(b"12345678".to_vec()))]);
    assert_eq!(first.next.0.expose().len(), 8);
    assert!(first.next.0.expose().iter().all(u8::is_ascii_digit));
    let abort = wire::Abort { reason: "cut".to_owned(), card: wire::CardAfterAbort::NotReached };
    service.abort(&job, "abort", &abort).expect("aborted");
    let second = service.unlock_codes(&job, "two").expect("codes for cleaning up");
    assert_eq!(second.current, vec![first.current[0].clone(), first.next.clone()]);
    assert_eq!(second.next, first.next, "never more than two candidates");
    service.unlock_code_settled(&job, "settled", &wire::UnlockCodeSettled::SecondOfCurrent).expect("settled");
    let third = service.unlock_codes(&job, "three").expect("codes");
    assert_eq!(third.current, vec![first.next.clone()]);
    assert_ne!(third.next, first.next);
}

#[test]
fn no_secret_lies_open_in_the_data_folder() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let job = desk::job();
    service.reserve(&job, &desk::reserve_request(&job, SIAN, &desk::serial(1))).expect("reserved");
    let codes = service.unlock_codes(&job, "codes").expect("codes");
    let encoded = serde_json::to_string(&codes.next).expect("JSON");
    let encoded = encoded.trim_matches('"').as_bytes();
    let mut looked_at = 0;
    for name in ["gateway.sqlite", "gateway.sqlite-wal"] {
        let content = std::fs::read(site.folder.path().join(name)).expect("the database");
        looked_at += content.len();
        let holds = |needle: &[u8]| content.windows(needle.len()).any(|window| window == needle);
        assert!(!holds(codes.next.0.expose()) && !holds(encoded), "{name}");
    }
    assert!(looked_at > 10_000);
    #[cfg(unix)]
    for entry in std::fs::read_dir(site.folder.path().join("keys")).expect("the keys").flatten() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(entry.metadata().expect("a file").permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
}

#[test]
fn an_edited_audit_row_is_found_and_the_database_refuses_the_edit() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let store = rusqlite::Connection::open(site.folder.path().join("gateway.sqlite")).expect("the database");
    store.busy_timeout(Duration::from_secs(10)).expect("patience");
    for change in ["UPDATE audit SET event = 'nothing' WHERE sequence = 1", "DELETE FROM audit"] {
        let refused = store.execute(change, []).expect_err("refused").to_string();
        assert!(refused.contains("never"), "{refused}");
    }
    assert_eq!(service.audit_head().expect("the head").broken_at, None);
    store
        .execute_batch("DROP TRIGGER audit_is_never_changed; UPDATE audit SET event = 'nothing' WHERE sequence = 1")
        .expect("edited");
    assert_eq!(service.audit_head().expect("the head").broken_at, Some(1));
    let rows = service.audit(0, 10).expect("rows");
    assert_ne!(rows[0].hash, rows[0].computed_hash());
}

#[test]
fn two_gateways_on_one_folder_agree() {
    let site = desk::site();
    let second = Gateway::start(desk::config(site.folder.path())).expect("a second gateway");
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(1), desk::job());
    let certified = chip.issue(&service, &job, SIAN);
    let other = desk::sign_in(&second.url(), RA_AGENT);
    assert_eq!(other.card(&chip.serial).expect("the card").state, CardState::Active);
    let (good, words) = desk::openssl_verify(&other, &certified.authentication.0, "-crl_check_all");
    assert!(good, "{words}");
    assert_eq!(other.audit_head().expect("the head").broken_at, None);
}

#[test]
fn a_live_gateway_refuses_training_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = desk::config(folder.path());
    config.realm = Realm::Live;
    let error = Gateway::start(config).expect_err("refused");
    let GatewayError::TrainingParts { parts } = &error else { panic!("{error:?}") };
    for part in ["sign-in", "certificate authority", "invented people"] {
        assert!(parts.contains(part), "{parts}");
    }
}

#[test]
fn an_address_that_is_taken_says_so() {
    let site = desk::site();
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = desk::config(folder.path());
    config.listen = site.gateway.address();
    assert!(matches!(Gateway::start(config), Err(GatewayError::Listen { .. })));
}
