//! One card from sign-in to good certificates, through the real client.

use cardwright::{
    cis2::{Service, wire},
    domain::{CardState, eligibility::Reason},
};

use crate::desk::{self, Chip, RA_AGENT, RA_MANAGER, SIAN, SPONSOR, STANISLAW};

#[test]
fn a_card_is_good_only_after_it_proved_both_keys() {
    let site = desk::site();
    let url = site.gateway.url();
    assert_eq!(desk::client(&url).training_officers().expect("officers").len(), 6);
    let service = desk::sign_in(&url, RA_AGENT);
    let found = service.find_holders("siân", 10).expect("holders");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].holder.id.as_str(), SIAN);
    let photo = service.photo(&found[0].holder.id).expect("a photo");
    assert_eq!(found[0].holder.photo_sha256.as_deref(), Some(desk::sha256(&photo).as_str()));

    let (chip, job) = (Chip::new(1), desk::job());
    let certified = chip.up_to_certified(&service, &job, SIAN);
    assert_eq!(service.card(&chip.serial).expect("a card").state, CardState::InWork);
    for certificate in [&certified.authentication.0, &certified.signing.0] {
        for check in ["-crl_check", "-crl_check_all"] {
            let (good, words) = desk::openssl_verify(&service, certificate, check);
            assert!(!good && words.contains("revoked"), "on hold: {words}");
        }
    }
    let confirm = chip.confirm_request(&certified);
    let issuance = service.confirm(&job, "confirm", &confirm).expect("confirmed");
    assert_eq!(issuance.state, wire::IssuanceState::Confirmed);
    for certificate in [&certified.authentication.0, &certified.signing.0] {
        for check in ["-crl_check", "-crl_check_all"] {
            let (good, words) = desk::openssl_verify(&service, certificate, check);
            assert!(good, "confirmed: {words}");
        }
    }
    let card = service.card(&chip.serial).expect("a card");
    assert_eq!((card.state, card.holder.as_ref()), (CardState::Active, Some(&issuance.holder)));
    assert!(card.certificates_expire.is_some());
    let head = service.audit_head().expect("the head");
    assert_eq!(head.broken_at, None);
    assert!(head.signature_fits());
    site.gateway.stop().expect("stopped");
}

#[test]
fn given_up_means_revoked() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(2), desk::job());
    let certified = chip.up_to_certified(&service, &job, SIAN);
    let abort = wire::Abort { reason: "card pulled".to_owned(), card: wire::CardAfterAbort::NotReached };
    assert_eq!(service.abort(&job, "abort", &abort).expect("aborted").state, wire::IssuanceState::Aborted);
    let (good, words) = desk::openssl_verify(&service, &certified.authentication.0, "-crl_check");
    assert!(!good && words.contains("revoked"), "{words}");
    assert_eq!(service.card(&chip.serial).expect("a card").state, CardState::Unfinished);
    let late = desk::problem(service.confirm(&job, "confirm", &chip.confirm_request(&certified)));
    assert_eq!((late.kind.as_str(), late.status), ("wrong-state", 409));

    // A sponsor may not clean up, another agent's manager may.
    let blank = wire::Abort { reason: "emptied".to_owned(), card: wire::CardAfterAbort::Blank };
    let sponsor = desk::sign_in(&site.gateway.url(), SPONSOR);
    assert_eq!(desk::problem(sponsor.abort(&job, "clean", &blank)).kind, "refused");
    let manager = desk::sign_in(&site.gateway.url(), RA_MANAGER);
    let last_job = manager.card(&chip.serial).expect("a card").last_job.expect("the job that left it");
    chip.prove_management_key(&manager, &last_job).expect("the card may be reached for cleaning");
    manager.abort(&last_job, "clean", &blank).expect("cleaned");
    assert_eq!(service.card(&chip.serial).expect("a card").state, CardState::Blank);
    Chip::new(2).issue(&service, &desk::job(), SIAN);
}

#[test]
fn one_job_at_a_time_and_never_ones_own() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let manager = desk::sign_in(&site.gateway.url(), RA_MANAGER);
    let job = desk::job();
    service.reserve(&job, &desk::reserve_request(&job, SIAN, &desk::serial(3))).expect("reserved");
    let second = desk::job();
    let taken = desk::problem(manager.reserve(&second, &desk::reserve_request(&second, STANISLAW, &desk::serial(3))));
    assert_eq!((taken.kind.as_str(), taken.status), ("card-in-work", 409));
    let detail = taken.detail.expect("who and when");
    assert!(detail.contains("Tomos Llewelyn-Pryce") && detail.contains(job.short()), "{detail}");
    let busy = desk::problem(manager.reserve(&second, &desk::reserve_request(&second, SIAN, &desk::serial(4))));
    assert_eq!(busy.kind, "holder-in-work");
    let own = desk::problem(manager.reserve(&second, &desk::reserve_request(&second, RA_MANAGER, &desk::serial(4))));
    let (_, refusal) = own.refusal.expect("the reasons");
    assert_eq!(refusal.reasons, vec![Reason::OwnRecord]);
}
