//! Unlock by telephone at the gateway: who may answer a challenge, what the answer is good for, and how it ends.

use std::{sync::Arc, time::Duration};

use cardwright::{
    cis2::{
        HttpService, Service, ServiceError,
        wire::{BeginByTelephone, BegunByTelephone, DeliverySaid, EndByTelephone, IssuanceState},
    },
    domain::{
        CardSerial, CardState, Operation,
        telephone::{Challenge, CompletionCode, Conversation, TelephoneOutcome, WorkstationKey, WorkstationNumber},
    },
    gateway::{Gateway, ManualClock},
};
use time::OffsetDateTime;

use crate::desk::{self, Chip, ID_CHECKER, RA_AGENT, RA_MANAGER, SIAN, STANISLAW};

/// A workstation that is enrolled.
struct Elsewhere {
    number: WorkstationNumber,
    key: WorkstationKey,
}

impl Elsewhere {
    fn enrolled(service: &HttpService) -> Self {
        let enrolled = service.enrol_workstation().expect("enrolled");
        Self { number: enrolled.number, key: WorkstationKey::new(enrolled.key.0).expect("32 bytes") }
    }

    fn challenge(&self, random: u32, serial: &CardSerial) -> (Challenge, Conversation) {
        Conversation::begin(self.number, random, &self.key, serial)
    }
}

fn begin(
    service: &HttpService,
    who: &str,
    serial: &CardSerial,
    challenge: &Challenge,
) -> Result<BegunByTelephone, ServiceError> {
    let request = BeginByTelephone {
        job: desk::job(),
        holder: desk::holder(who),
        serial: serial.clone(),
        challenge: challenge.clone(),
        delivery: DeliverySaid::NotSaid,
        approval: None,
    };
    service.begin_by_telephone(&request.job.clone(), &request)
}

fn end(
    service: &HttpService,
    challenge: &Challenge,
    code: CompletionCode,
) -> Result<cardwright::cis2::wire::EndedByTelephone, ServiceError> {
    service.end_by_telephone(desk::job().as_str(), &EndByTelephone { challenge: challenge.clone(), code })
}

/// A card issued to Siân by the RA Manager, the RA Agent at the telephone, and the other desk.
fn issued(url: &str) -> (Chip, HttpService, Elsewhere) {
    let (chip, manager) = (Chip::new(1), desk::sign_in(url, RA_MANAGER));
    chip.issue(&manager, &desk::job(), SIAN);
    (chip, desk::sign_in(url, RA_AGENT), Elsewhere::enrolled(&manager))
}

/// The codes an unlock at the desk would get now.
fn codes_now(service: &HttpService, serial: &CardSerial) -> (Vec<Vec<u8>>, Vec<u8>) {
    let job = desk::job();
    let begun = service.begin_on_card(&job, &desk::on_card(&job, Operation::Unlock, SIAN, serial)).expect("begun");
    let codes = begun.codes.expect("codes");
    let plain = |code: &cardwright::cis2::wire::SecretBase64| code.0.expose().to_vec();
    (codes.current.iter().map(plain).collect(), plain(&codes.next))
}

#[test]
fn the_other_desk_gets_the_code_and_the_gateway_learns_the_next_one() {
    let site = desk::site();
    let (chip, service, elsewhere) = issued(&site.gateway.url());
    let (challenge, there) = elsewhere.challenge(1, &chip.serial);
    let begun = begin(&service, SIAN, &chip.serial, &challenge).expect("begun");
    assert_eq!((begun.job.operation, begun.job.state), (Operation::Unlock, IssuanceState::Reserved));
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::InWork);
    let heard = there.codes(&begun.response).expect("the check digits fit");
    assert_eq!(heard.current.len(), 1);
    // The same officer hears the same answer again; the card is in work for everybody else.
    assert_eq!(begin(&service, SIAN, &chip.serial, &challenge).expect("again").response, begun.response);
    let manager = desk::sign_in(&site.gateway.url(), RA_MANAGER);
    assert_eq!(desk::problem(begin(&manager, SIAN, &chip.serial, &challenge)).kind, "other-officer");
    let (another, _) = elsewhere.challenge(2, &chip.serial);
    let busy = desk::problem(begin(&manager, SIAN, &chip.serial, &another));
    assert_eq!(busy.kind, "card-in-work");
    assert!(busy.detail.expect("who").starts_with("Tomos Llewelyn-Pryce"));

    let ended = end(&service, &challenge, there.completion(TelephoneOutcome::Done)).expect("ended");
    assert_eq!((ended.outcome, ended.card.state), (TelephoneOutcome::Done, CardState::Active));
    let once_more = end(&service, &challenge, there.completion(TelephoneOutcome::Done)).expect("told before");
    assert_eq!(once_more, ended);
    assert_eq!(desk::problem(begin(&service, SIAN, &chip.serial, &challenge)).kind, "challenge-used");
    assert_eq!(codes_now(&service, &chip.serial).0, [heard.next.expose().to_vec()], "the escrow is settled");
    let events: Vec<String> =
        service.holder_history(&desk::holder(SIAN), 50).expect("rows").into_iter().map(|row| row.event).collect();
    assert!(
        ["telephone.begun", "telephone.ended"].iter().all(|event| events.iter().any(|known| known == event)),
        "{events:?}"
    );
}

#[test]
fn without_a_completion_code_both_codes_stay() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let (chip, service, elsewhere) = issued(&site.gateway.url());
    let (challenge, there) = elsewhere.challenge(1, &chip.serial);
    let first = there.codes(&begin(&service, SIAN, &chip.serial, &challenge).expect("begun").response).expect("codes");
    clock.advance(Duration::from_secs(16 * 60));
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::Active, "as it was before");
    // The next unlock by telephone carries both codes, and goes to the second.
    let (second, there_again) = elsewhere.challenge(2, &chip.serial);
    service
        .step_up(&cardwright::cis2::wire::SignIn { officer: RA_AGENT.parse().expect("a number") })
        .expect("stepped up");
    let begun = begin(&service, SIAN, &chip.serial, &second).expect("begun");
    assert_eq!(begun.response.codes(), 2);
    let both = there_again.codes(&begun.response).expect("codes");
    assert_eq!(both.current, [first.current[0].clone(), first.next.clone()]);
    assert_eq!(both.next, first.next);
    // The first desk comes back too late: its card is in other hands.
    let late = end(&service, &challenge, there.completion(TelephoneOutcome::Done));
    assert_eq!(desk::problem(late).kind, "wrong-state");
    // Given up: both codes stay on record, and the card is as it was.
    let ended = end(&service, &second, there_again.completion(TelephoneOutcome::GivenUp)).expect("ended");
    assert_eq!((ended.outcome, ended.card.state), (TelephoneOutcome::GivenUp, CardState::Active));
    let (current, next) = codes_now(&service, &chip.serial);
    assert_eq!((current.len(), next), (2, first.next.expose().to_vec()));
}

#[test]
fn a_code_that_comes_after_the_time_ran_out_still_settles_the_card() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let (chip, service, elsewhere) = issued(&site.gateway.url());
    let (challenge, there) = elsewhere.challenge(1, &chip.serial);
    let heard = there.codes(&begin(&service, SIAN, &chip.serial, &challenge).expect("begun").response).expect("codes");
    clock.advance(Duration::from_secs(16 * 60));
    // Whoever is at that desk by then tells it: the code proves it.
    let manager = desk::sign_in(&site.gateway.url(), RA_MANAGER);
    let ended = end(&manager, &challenge, there.completion(TelephoneOutcome::Done)).expect("ended");
    assert_eq!(ended.card.state, CardState::Active);
    assert_eq!(codes_now(&manager, &chip.serial).0, [heard.next.expose().to_vec()]);
}

#[test]
fn who_may_not_unlock_may_not_by_telephone_either() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let (chip, service, elsewhere) = issued(&site.gateway.url());
    let (challenge, _) = elsewhere.challenge(1, &chip.serial);
    let checker = desk::sign_in(&site.gateway.url(), ID_CHECKER);
    assert_eq!(desk::problem(begin(&checker, SIAN, &chip.serial, &challenge)).kind, "refused");
    let own = Chip::new(2);
    own.issue(&desk::sign_in(&site.gateway.url(), RA_MANAGER), &desk::job(), RA_AGENT);
    let (mine, _) = elsewhere.challenge(2, &own.serial);
    let refused = desk::problem(begin(&service, RA_AGENT, &own.serial, &mine));
    assert!(refused.kind == "refused" && refused.detail.expect("why").contains("own"), "nobody unlocks their own card");
    // Another holder's card under this holder's name.
    assert_eq!(desk::problem(begin(&service, STANISLAW, &chip.serial, &challenge)).kind, "wrong-holder");
    clock.advance(Duration::from_secs(6 * 60));
    assert_eq!(desk::problem(begin(&service, SIAN, &chip.serial, &challenge)).kind, "step-up-needed");
    assert_eq!(service.card(&chip.serial).expect("the card").state, CardState::Active, "nothing was begun");
}

#[test]
fn a_misheard_challenge_another_card_and_an_unknown_workstation_are_refused_alike() {
    let site = desk::site();
    let (chip, service, elsewhere) = issued(&site.gateway.url());
    let other = Chip::new(2);
    other.issue(&service, &desk::job(), STANISLAW);
    let (right, _) = elsewhere.challenge(1, &chip.serial);
    let mut misheard = right.as_str().to_owned();
    let last = if misheard.pop() == Some('0') { '1' } else { '0' };
    misheard.push(last);
    let stranger = Elsewhere { number: 9999.try_into().expect("a number"), key: elsewhere.key.clone() };
    let nobody: Challenge = "0000000000000000".parse().expect("16 digits");
    let tried = [
        begin(&service, SIAN, &chip.serial, &misheard.parse().expect("16 digits")),
        begin(&service, STANISLAW, &other.serial, &right),
        begin(&service, SIAN, &chip.serial, &stranger.challenge(1, &chip.serial).0),
        begin(&service, SIAN, &chip.serial, &nobody),
    ];
    let problems: Vec<_> = tried.into_iter().map(desk::problem).collect();
    assert!(problems.iter().all(|problem| problem.kind == "challenge-wrong"), "{problems:?}");
    assert!(problems.windows(2).all(|pair| pair[0] == pair[1]), "they cannot be told apart");
    begin(&service, SIAN, &chip.serial, &right).expect("the right one is answered all the same");
}

#[test]
fn completion_codes_are_not_to_be_guessed() {
    let site = desk::site();
    let (chip, service, elsewhere) = issued(&site.gateway.url());
    let (challenge, there) = elsewhere.challenge(1, &chip.serial);
    begin(&service, SIAN, &chip.serial, &challenge).expect("begun");
    let right = [TelephoneOutcome::Done, TelephoneOutcome::GivenUp].map(|outcome| there.completion(outcome));
    let wrong = (0_u32..)
        .map(|n| format!("{n:06}").parse().expect("six digits"))
        .find(|code| !right.contains(code))
        .expect("one");
    for left in (0..5).rev() {
        let problem = desk::problem(end(&service, &challenge, CompletionCode::clone(&wrong)));
        assert_eq!(
            (problem.kind.as_str(), problem.detail),
            ("completion-code-wrong", Some(format!("tries left: {left}")))
        );
    }
    assert_eq!(desk::problem(end(&service, &challenge, right[0].clone())).kind, "completion-code-wrong");
}

#[test]
fn a_key_survives_a_restart_and_is_in_no_file_in_the_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let gateway = Gateway::start(desk::config(folder.path())).expect("a gateway");
    let (chip, _, elsewhere) = issued(&gateway.url());
    drop(gateway);
    let gateway = Gateway::start(desk::config(folder.path())).expect("the same gateway");
    let service = desk::sign_in(&gateway.url(), RA_AGENT);
    let second = Elsewhere::enrolled(&service);
    assert!(second.number != elsewhere.number && second.key != elsewhere.key, "each has its own");
    let (challenge, _) = elsewhere.challenge(1, &chip.serial);
    begin(&service, SIAN, &chip.serial, &challenge).expect("the first one's key is known still");
    drop(gateway);
    for entry in
        std::fs::read_dir(folder.path()).expect("the data folder").flatten().filter(|entry| entry.path().is_file())
    {
        let content = std::fs::read(entry.path()).expect("a file");
        let found = content.windows(WorkstationKey::LENGTH).any(|bytes| bytes == elsewhere.key.expose());
        assert!(!found, "{} holds the key", entry.path().display());
    }
}
