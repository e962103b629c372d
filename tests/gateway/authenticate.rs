//! A card signs its holder in: every check that may fail, each with a name of its own; and officers who sign in with a
//! card instead of being chosen.

use std::{sync::Arc, time::Duration};

use cardwright::{
    cis2::{
        HttpService, Service,
        wire::{self, Base64, SecretBase64},
    },
    domain::{Secret, eligibility::ClientSoftware},
    gateway::{Clock, ManualClock},
};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SigningKey,
};
use time::{OffsetDateTime, macros::datetime};

use crate::desk::{self, Chip, RA_AGENT, RA_MANAGER, SIAN, STANISLAW};

/// A gateway with a clock of its own, a card of Siân's that is good, and what it answers.
struct Stage {
    site: desk::Site,
    clock: Arc<ManualClock>,
    service: HttpService,
    chip: Chip,
    certified: wire::Certified,
}

impl Stage {
    fn new() -> Self {
        Self::at(datetime!(2026-11-25 9:00 UTC))
    }

    fn at(begin: OffsetDateTime) -> Self {
        let clock = Arc::new(ManualClock::starting(begin));
        let site = desk::site_with_clock(clock.clone());
        let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
        let chip = Chip::new(1);
        let certified = chip.issue(&service, &desk::job(), SIAN);
        Self { site, clock, service, chip, certified }
    }

    /// A program that nobody signed in with.
    fn stranger(&self) -> HttpService {
        desk::client(&self.site.gateway.url())
    }

    fn answer(&self) -> wire::CardAnswer {
        let Self { chip, certified, .. } = self;
        desk::card_answer(&self.stranger(), &chip.authentication, &certified.authentication.0, &chip.serial)
    }

    #[track_caller]
    fn refused(&self, answer: &wire::CardAnswer, kind: &str) -> wire::Problem {
        let problem = desk::problem(self.stranger().authenticate_card(answer));
        assert_eq!(problem.kind, kind, "{problem:?}");
        assert!(problem.remedy.as_ref().is_some_and(|remedy| !remedy.is_empty()), "{problem:?}");
        let newest = self.service.audit_before(None, 1).expect("the audit").remove(0);
        assert_eq!(newest.event, "card.authentication.refused");
        assert_eq!(newest.detail["why"], kind);
        problem
    }
}

#[test]
fn a_good_card_says_who_and_which() {
    // OpenSSL has the computer's clock.
    let stage = Stage::at(OffsetDateTime::now_utc());
    let (good, words) = desk::openssl_verify(&stage.service, &stage.certified.authentication.0, "-crl_check_all");
    assert!(good, "OpenSSL thinks so too: {words}");
    let found = stage.stranger().authenticate_card(&stage.answer()).expect("authenticated");
    assert_eq!((found.holder.id.as_str(), &found.serial), (SIAN, &stage.chip.serial));
    let row = stage.service.audit_before(None, 1).expect("the audit").remove(0);
    assert_eq!((row.event.as_str(), row.officer), ("card.authenticated", None));
    assert_eq!(row.detail["holder"], SIAN);
}

#[test]
fn a_challenge_is_answered_once_and_in_time() {
    let stage = Stage::new();
    let answer = stage.answer();
    stage.stranger().authenticate_card(&answer).expect("authenticated");
    stage.refused(&answer, "card-challenge-unknown");
    let mut invented = stage.answer();
    invented.challenge = Base64(vec![7; 32]);
    stage.refused(&invented, "card-challenge-unknown");
    let late = stage.answer();
    stage.clock.advance(Duration::from_secs(121));
    stage.refused(&late, "card-challenge-unknown");
    // A wrong answer uses it up as well.
    let right = stage.answer();
    let wrong = wire::CardAnswer { signature: Base64(vec![1; 70]), ..right.clone() };
    stage.refused(&wrong, "signature-wrong");
    stage.refused(&right, "card-challenge-unknown");
}

/// A certificate for this key by an authority with this name that is not the gateway's.
fn stranger_made(names: &[(DnType, &str)], key: &KeyPair, now: OffsetDateTime) -> Vec<u8> {
    let name = || {
        let mut name = DistinguishedName::new();
        names.iter().for_each(|(kind, value)| name.push(kind.clone(), *value));
        name
    };
    let authority_key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).expect("a key");
    let mut authority = CertificateParams::default();
    authority.distinguished_name = name();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = Issuer::new(authority, authority_key);
    let mut params = CertificateParams::default();
    params.not_before = now - time::Duration::DAY;
    params.not_after = now + time::Duration::DAY;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.signed_by(key, &issuer).expect("a certificate").der().to_vec()
}

#[test]
fn certificates_of_others_and_forgeries_are_told_apart() {
    let stage = Stage::new();
    let key = &stage.chip.authentication;
    let with = |certificate: Vec<u8>| wire::CardAnswer { certificate: Base64(certificate), ..stage.answer() };
    let now = stage.clock.now();
    let other = stranger_made(&[(DnType::CommonName, "Somebody Else")], key, now);
    stage.refused(&with(other), "certificate-other-authority");
    let ours = [
        (DnType::CountryName, "GB"),
        (DnType::OrganizationName, "nhs"),
        (DnType::OrganizationalUnitName, "TRAINING"),
        (DnType::CommonName, "TRAINING Authentication"),
    ];
    stage.refused(&with(stranger_made(&ours, key, now)), "certificate-forged");
    let mut altered = stage.certified.authentication.0.clone();
    *altered.last_mut().expect("bytes") ^= 1;
    stage.refused(&with(altered), "certificate-forged");
    for nonsense in [Vec::new(), vec![0x30; 40], vec![0; 9000], [&stage.certified.authentication.0[..], &[0]].concat()]
    {
        stage.refused(&with(nonsense), "certificate-unreadable");
    }
    let mut signing = with(stage.certified.signing.0.clone());
    signing.signature = Base64(stage.chip.signing.sign(&signing.challenge.0).expect("a signature"));
    stage.refused(&signing, "certificate-wrong-purpose");
}

#[test]
fn the_key_of_the_certificate_must_sign_and_on_its_own_card() {
    let stage = Stage::new();
    let (certificate, serial) = (&stage.certified.authentication.0, &stage.chip.serial);
    let stranger = stage.stranger();
    stage.refused(&desk::card_answer(&stranger, &stage.chip.signing, certificate, serial), "signature-wrong");
    let copied = desk::card_answer(&stranger, &stage.chip.authentication, certificate, &desk::serial(99));
    stage.refused(&copied, "certificate-of-another-card");
}

#[test]
fn what_is_not_good_any_more_or_not_yet_is_refused() {
    let stage = Stage::new();
    let other = Chip::new(2);
    let on_hold = other.up_to_certified(&stage.service, &desk::job(), STANISLAW);
    let answer = |chip: &Chip, pair: &wire::Certified| {
        desk::card_answer(&stage.stranger(), &chip.authentication, &pair.authentication.0, &chip.serial)
    };
    stage.refused(&answer(&other, &on_hold), "certificate-on-hold");
    let spoil = wire::SpoilCard {
        job: crate::spoil::printed(&stage.service, &stage.chip.serial, SIAN, wire::PrintOutcome::Spoilt),
        holder: desk::holder(SIAN),
        reason: wire::SpoilReason::Damaged,
        note: None,
    };
    stage.service.spoil_card(&stage.chip.serial, "spoil", &spoil).expect("ended");
    stage.refused(&stage.answer(), "certificate-revoked");
    let late = Stage::new();
    late.clock.advance(Duration::from_secs(3 * 366 * 86_400));
    let service = desk::sign_in(&late.site.gateway.url(), RA_AGENT);
    let problem = desk::problem(late.stranger().authenticate_card(&late.answer()));
    assert_eq!(problem.kind, "certificate-expired", "{problem:?}");
    assert!(problem.remedy.as_ref().is_some_and(|remedy| remedy.contains("Registration Authority desk")));
    assert_eq!(service.audit_before(None, 1).expect("the audit")[0].detail["why"], "certificate-expired");
}

#[test]
fn policy_has_the_last_word() {
    let stage = Stage::new();
    let with = |software: ClientSoftware| wire::CardAnswer { client_software: software, ..stage.answer() };
    let agent = || ClientSoftware::IdentityAgent {
        agent: "2.4.10.0".parse().expect("a version"),
        credential_management: "1.4.2.0".parse().expect("a version"),
    };
    stage.stranger().authenticate_card(&with(agent())).expect("Identity Agent signs in until 28 February 2027");
    stage.refused(&with(ClientSoftware::NotFound), "refused");
    stage.clock.advance(Duration::from_secs(95 * 86_400));
    assert_eq!(stage.clock.now().date(), time::macros::date!(2027 - 02 - 28));
    stage.stranger().authenticate_card(&with(agent())).expect("its last day");
    stage.clock.advance(Duration::from_secs(86_400));
    let ended = desk::problem(stage.stranger().authenticate_card(&with(agent())));
    assert_eq!(ended.kind, "refused");
    assert!(ended.detail.as_ref().is_some_and(|detail| detail.contains("28 February 2027")), "{ended:?}");

    let store = rusqlite::Connection::open(stage.site.folder.path().join("gateway.sqlite")).expect("the database");
    store.busy_timeout(Duration::from_secs(10)).expect("patience");
    store.execute("UPDATE holders SET state = 'closed' WHERE id = ?1", [SIAN]).expect("closed");
    let closed = desk::problem(stage.stranger().authenticate_card(&stage.answer()));
    assert!(closed.detail.as_ref().is_some_and(|detail| detail.contains("profile is closed")), "{closed:?}");
    store.execute_batch("UPDATE holders SET state = 'open'; UPDATE cards SET state = 'locked'").expect("locked");
    let locked = desk::problem(stage.stranger().authenticate_card(&stage.answer()));
    assert!(locked.detail.as_ref().is_some_and(|detail| detail.contains("locked")), "{locked:?}");
}

#[test]
fn an_officer_signs_in_with_their_own_card() {
    let stage = Stage::new();
    let chip = Chip::new(5);
    let certified = chip.issue(&stage.service, &desk::job(), RA_MANAGER);
    let desk_of_manager = stage.stranger();
    let proof = desk::card_proof(&desk_of_manager, &chip, &certified);
    let session = desk_of_manager.sign_in_with_card(&proof).expect("signed in");
    assert_eq!(session.officer.id.as_str(), RA_MANAGER);
    assert_eq!(desk_of_manager.session().expect("it holds").officer.id.as_str(), RA_MANAGER);
    let again = desk::problem(stage.stranger().sign_in_with_card(&proof));
    assert_eq!(again.kind, "proof-unknown", "a proof is good once");

    stage.clock.advance(Duration::from_secs(6 * 60));
    let stepped = desk_of_manager
        .step_up_with_card(&desk::card_proof(&desk_of_manager, &chip, &certified))
        .expect("proved again");
    assert_eq!(stepped.proved, stage.clock.now());
    let other = desk::problem(stage.service.step_up_with_card(&desk::card_proof(&stage.service, &chip, &certified)));
    assert_eq!(other.kind, "other-officer");

    let of_a_holder = desk::card_proof(&stage.stranger(), &stage.chip, &stage.certified);
    assert_eq!(desk::problem(stage.stranger().sign_in_with_card(&of_a_holder)).kind, "not-an-officer");
    let late = desk::card_proof(&stage.stranger(), &chip, &certified);
    stage.clock.advance(Duration::from_secs(121));
    assert_eq!(desk::problem(stage.stranger().sign_in_with_card(&late)).kind, "proof-unknown");
    let invented = wire::CardProof { proof: SecretBase64(Secret::new(vec![9; 32])) };
    assert_eq!(desk::problem(stage.stranger().sign_in_with_card(&invented)).kind, "proof-unknown");
}
