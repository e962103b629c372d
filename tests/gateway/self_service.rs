//! Holders without an officer: one-time codes, and sessions that are good for their own card alone.

use std::{fs, path::Path, sync::Arc, time::Duration};

use cardwright::{
    cis2::{
        HttpService, Service,
        wire::{self, SecretBase64},
    },
    domain::{CardState, Operation, Secret, Series, eligibility::ClientSoftware},
    gateway::ManualClock,
};
use reqwest::{Method, blocking::Client};
use time::macros::datetime;

use crate::desk::{self, Chip, RA_AGENT, SIAN, STANISLAW};

/// The one without an address.
const LAYLA: &str = "555000000019";

struct Stage {
    site: desk::Site,
    clock: Arc<ManualClock>,
    officer: HttpService,
    chip: Chip,
    certified: wire::Certified,
}

impl Stage {
    fn new(holder: &str) -> Self {
        let clock = Arc::new(ManualClock::starting(datetime!(2026-11-25 9:00 UTC)));
        let site = desk::site_with_clock(clock.clone());
        let officer = desk::sign_in(&site.gateway.url(), RA_AGENT);
        let chip = Chip::new(1);
        let certified = chip.issue(&officer, &desk::job(), holder);
        Self { site, clock, officer, chip, certified }
    }

    fn kiosk(&self) -> HttpService {
        desk::client(&self.site.gateway.url())
    }

    fn ask(&self) -> Result<wire::CodeSent, cardwright::cis2::ServiceError> {
        self.kiosk().ask_for_code(desk::job().as_str(), &ask(&self.chip))
    }

    fn with_code(&self, sent: &wire::CodeSent, code: &str) -> Result<HttpService, cardwright::cis2::ServiceError> {
        let kiosk = self.kiosk();
        kiosk.holder_sign_in(&code_sign_in(&self.chip, sent, code)).map(|_| kiosk)
    }

    fn with_card(&self) -> HttpService {
        let kiosk = self.kiosk();
        let proof = desk::card_proof(&kiosk, &self.chip, &self.certified).proof;
        kiosk.holder_sign_in(&wire::HolderSignIn::Card { proof }).expect("signed in");
        kiosk
    }
}

fn ask(chip: &Chip) -> wire::AskForCode {
    wire::AskForCode {
        serial: chip.serial.clone(),
        series: Series::Series10,
        client_software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
    }
}

fn code_sign_in(chip: &Chip, sent: &wire::CodeSent, code: &str) -> wire::HolderSignIn {
    wire::HolderSignIn::Code {
        request: sent.request.clone(),
        serial: chip.serial.clone(),
        code: SecretBase64(Secret::new(code.as_bytes().to_vec())),
    }
}

/// The messages of a training gateway, each with its code; the newest cannot be told from its name, so all are given.
fn messages(data: &Path) -> Vec<(String, String)> {
    let read = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).expect("a message");
        let digits = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        let code = text.split_whitespace().find(digits).expect("a code").to_owned();
        (code, text)
    };
    fs::read_dir(data.join("messages")).expect("messages").flatten().map(read).collect()
}

fn wrong(code: &str) -> String {
    let digits: u32 = code.parse().expect("digits");
    format!("{:06}", (digits + 1) % 1_000_000)
}

#[test]
fn a_code_unlocks_ones_own_card_and_leaves_no_trace() {
    let stage = Stage::new(SIAN);
    let sent = stage.ask().expect("sent");
    assert_eq!(sent.sent_to, "h•••@people.training.invalid");
    let data = stage.site.folder.path().to_owned();
    let (code, text) = messages(&data).remove(0);
    assert!(text.starts_with("To: holder-017@people.training.invalid\n"), "{text}");
    let kiosk = stage.with_code(&sent, &code).expect("signed in");
    let session = kiosk.holder_session().expect("it holds");
    assert_eq!((session.holder.id.as_str(), session.operations.as_slice()), (SIAN, &[Operation::Unlock][..]));
    assert_eq!(desk::problem(stage.with_code(&sent, &code).map(drop)).kind, "code-ended", "a code is good once");

    let job = desk::job();
    let begun = kiosk.begin_on_card(&job, &desk::on_card(&job, Operation::Unlock, SIAN, &stage.chip.serial));
    let codes = begun.expect("begun").codes.expect("released for this job");
    assert_eq!(codes.current.len(), 1);
    let end = wire::EndOnCard { outcome: wire::OnCardOutcome::Done, unlock_code: Some(wire::UnlockCodeSettled::Next) };
    assert_eq!(desk::problem(stage.officer.end_on_card(&job, "o", &end)).kind, "other-officer");
    assert_eq!(kiosk.end_on_card(&job, "h", &end).expect("ended").state, CardState::Active);

    let rows = stage.officer.audit(0, 500).expect("the audit");
    let unlock = rows.iter().find(|row| row.event == "on-card.begun").expect("on record");
    assert_eq!((&unlock.officer, &unlock.detail["task"]), (&None, &"self-service".into()));
    assert!(rows.iter().any(|row| row.event == "self-service.code.sent"));
    let all = serde_json::to_string(&rows).expect("JSON");
    assert!(!all.contains(&code) && !all.contains("people.training.invalid"), "no code and no address in the audit");
    for name in ["gateway.sqlite", "gateway.sqlite-wal"] {
        let content = fs::read(data.join(name)).expect("the database");
        assert!(!content.windows(6).any(|window| window == code.as_bytes()), "{name}");
    }
}

#[test]
fn a_code_is_worth_nothing_when_late_wrong_thrice_replaced_or_for_another_card() {
    let stage = Stage::new(SIAN);
    let first = stage.ask().expect("sent");
    let code = messages(stage.site.folder.path()).remove(0).0;
    let other = Chip { serial: desk::serial(77), ..Chip::new(7) };
    let elsewhere = desk::problem(stage.kiosk().holder_sign_in(&code_sign_in(&other, &first, &code)));
    assert_eq!(elsewhere.kind, "code-of-another-card");
    for left in ["tries left: 2", "tries left: 1", "tries left: 0"] {
        let problem = desk::problem(stage.with_code(&first, &wrong(&code)).map(drop));
        assert_eq!((problem.kind.as_str(), problem.detail.as_deref()), ("code-wrong", Some(left)));
    }
    assert_eq!(desk::problem(stage.with_code(&first, &code).map(drop)).kind, "code-ended", "right, and too late");

    let second = stage.ask().expect("sent");
    let known = |known: &[&str]| {
        let new = messages(stage.site.folder.path()).into_iter().find(|(code, _)| !known.contains(&code.as_str()));
        new.expect("a new message").0
    };
    let second_code = known(&[&code]);
    let third = stage.ask().expect("sent");
    let third_code = known(&[&code, &second_code]);
    assert_eq!(desk::problem(stage.with_code(&second, &second_code).map(drop)).kind, "code-ended", "replaced");
    stage.clock.advance(Duration::from_secs(15 * 60));
    let late = desk::problem(stage.with_code(&third, &third_code).map(drop));
    assert!(late.detail.as_ref().is_some_and(|detail| detail.contains("fifteen minutes")), "{late:?}");
    stage.ask().expect("the fourth");
    let fifth = desk::problem(stage.ask());
    assert_eq!((fifth.kind.as_str(), fifth.status), ("too-many-codes", 429));
    stage.clock.advance(Duration::from_secs(60 * 60));
    stage.ask().expect("an hour later");
}

#[test]
fn who_cannot_be_helped_is_told_what_to_do() {
    let advice = |problem: &wire::Problem| {
        let refusal = problem.refusal.as_ref().map(|(_, refusal)| refusal.to_string());
        refusal.unwrap_or_else(|| problem.describe())
    };
    let nobody = Stage::new(LAYLA);
    let problem = desk::problem(nobody.ask());
    assert_eq!(problem.kind, "refused");
    assert!(advice(&problem).contains("take the card to its desk"), "{problem:?}");
    assert!(messages(nobody.site.folder.path()).is_empty(), "nobody is written to");

    let stage = Stage::new(SIAN);
    let unknown = wire::AskForCode { serial: desk::serial(200), ..ask(&stage.chip) };
    assert_eq!(desk::problem(stage.kiosk().ask_for_code("k1", &unknown)).kind, "card-unknown");
    stage.clock.advance(Duration::from_secs(3 * 366 * 86_400));
    let expired = desk::problem(stage.ask());
    assert!(advice(&expired).contains("expired"), "{expired:?}");
    let stage = Stage::new(SIAN);
    let job = desk::job();
    stage
        .officer
        .begin_on_card(
            &job,
            &wire::BeginOnCard {
                chip: wire::Chip::NotHere,
                ..desk::on_card(&job, Operation::Cancel, SIAN, &stage.chip.serial)
            },
        )
        .expect("cancelled");
    let cancelled = desk::problem(stage.ask());
    assert!(advice(&cancelled).contains("cancelled"), "{cancelled:?}");
    assert!(messages(stage.site.folder.path()).is_empty());
}

#[test]
fn a_holder_may_do_nothing_but_work_on_their_own_card() {
    let stage = Stage::new(SIAN);
    let kiosk = stage.kiosk();
    let proof = desk::card_proof(&kiosk, &stage.chip, &stage.certified).proof;
    let session = kiosk.holder_sign_in(&wire::HolderSignIn::Card { proof }).expect("signed in");
    let token = serde_json::to_value(session.token.expect("a token")).expect("JSON");
    let token = token.as_str().expect("text");
    let client = Client::builder().no_proxy().build().expect("a client");
    let url = stage.site.gateway.url();
    let forbidden = [
        (Method::GET, "session".to_owned()),
        (Method::DELETE, "session".to_owned()),
        (Method::GET, "holders?query=x".to_owned()),
        (Method::GET, format!("holders/{SIAN}")),
        (Method::GET, format!("holders/{SIAN}/photo")),
        (Method::PUT, format!("holders/{SIAN}/photo")),
        (Method::GET, format!("holders/{SIAN}/history")),
        (Method::POST, format!("cards/{}/prints", stage.chip.serial)),
        (Method::POST, format!("cards/{}/spoil", stage.chip.serial)),
        (Method::POST, format!("issuances/{}/unlock-codes/delivered", desk::job())),
        (Method::POST, "workstations".to_owned()),
        (Method::POST, "workstations/printers".to_owned()),
        (Method::POST, "telephone-unlocks".to_owned()),
        (Method::POST, "telephone-unlocks/end".to_owned()),
        (Method::POST, "training/step-up".to_owned()),
        (Method::POST, "training/approvals".to_owned()),
        (Method::POST, "step-up/card".to_owned()),
        (Method::GET, "audit".to_owned()),
        (Method::GET, "audit/head".to_owned()),
    ];
    for (method, path) in forbidden {
        let call = client.request(method.clone(), format!("{url}/ra/v1/{path}")).bearer_auth(token);
        let answer = call.header("Idempotency-Key", desk::job().as_str()).send().expect("an answer");
        let status = answer.status().as_u16();
        let problem: wire::Problem = serde_json::from_slice(&answer.bytes().expect("a body")).expect("a problem");
        assert_eq!((status, problem.kind.as_str()), (403, "officers-only"), "{method} {path}");
    }
    let other = Chip::new(2);
    other.issue(&stage.officer, &desk::job(), STANISLAW);
    assert_eq!(desk::problem(kiosk.card(&other.serial)).kind, "not-your-card");
    assert_eq!(kiosk.card(&stage.chip.serial).expect("their own").state, CardState::Active);
    for (operation, kind) in
        [(Operation::Unlock, "sign-in-not-enough"), (Operation::Clear, "refused"), (Operation::Cancel, "refused")]
    {
        let job = desk::job();
        let begun = kiosk.begin_on_card(&job, &desk::on_card(&job, operation, SIAN, &stage.chip.serial));
        assert_eq!(desk::problem(begun).kind, kind, "{operation}");
    }
    let job = desk::job();
    let begun = kiosk.begin_on_card(&job, &desk::on_card(&job, Operation::ChangePasscode, STANISLAW, &other.serial));
    assert_eq!(desk::problem(begun).kind, "not-your-card");
    let job = desk::job();
    let change = desk::on_card(&job, Operation::ChangePasscode, SIAN, &stage.chip.serial);
    kiosk.begin_on_card(&job, &change).expect("their own");
    assert_eq!(desk::problem(stage.officer.holder_session()).kind, "holders-only");
    stage.clock.advance(Duration::from_secs(10 * 60));
    assert_eq!(desk::problem(kiosk.holder_session()).kind, "unauthenticated", "ten minutes are over");
    stage.with_card_again_ends(&job);
}

impl Stage {
    /// The same holder with the same card goes on with the job in a new session.
    fn with_card_again_ends(&self, job: &cardwright::domain::JobId) {
        let sent = self.ask().map(drop);
        assert_eq!(desk::problem(sent).kind, "refused", "the card is in work");
        let end = wire::EndOnCard { outcome: wire::OnCardOutcome::AsBefore, unlock_code: None };
        assert_eq!(desk::problem(self.officer.end_on_card(job, "x", &end)).kind, "other-officer");
        self.clock.advance(Duration::from_secs(6 * 60));
        assert_eq!(self.officer.card(&self.chip.serial).expect("the card").state, CardState::Active, "swept");
    }
}

#[test]
fn a_holder_renews_when_it_is_due() {
    let stage = Stage::new(SIAN);
    let renew = |job: &cardwright::domain::JobId| wire::Reserve {
        operation: Operation::Renew,
        ..desk::reserve_request(job, SIAN, &stage.chip.serial)
    };
    let early = stage.with_card();
    let job = desk::job();
    let refused = desk::problem(early.reserve(&job, &renew(&job)));
    assert!(refused.detail.as_ref().is_some_and(|detail| detail.contains("can be renewed from")), "{refused:?}");
    stage.clock.advance(Duration::from_secs((3 * 365 - 89) * 86_400));
    let due = stage.with_card();
    due.reserve(&job, &renew(&job)).expect("their own");
    let new = Chip { serial: stage.chip.serial.clone(), ..Chip::new(9) };
    new.prove_management_key(&due, &job).expect("the card holds its key");
    let certified = due.certify(&job, "certify", &new.certify_request()).expect("certified");
    let officer = desk::sign_in(&stage.site.gateway.url(), RA_AGENT);
    let confirm = new.confirm_request(&certified);
    assert_eq!(desk::problem(officer.confirm(&job, "officer", &confirm)).kind, "other-officer");
    due.confirm(&job, "holder", &confirm).expect("confirmed");
    let renewed = desk::card_answer(&due, &new.authentication, &certified.authentication.0, &new.serial);
    due.authenticate_card(&renewed).expect("the new pair signs in");
    let Stage { chip, certified, .. } = &stage;
    let old = desk::card_answer(&due, &chip.authentication, &certified.authentication.0, &chip.serial);
    assert_eq!(desk::problem(due.authenticate_card(&old)).kind, "certificate-revoked");
}

/// Signs in with keys of a card whose renewal was cut off.
fn come_back(
    stage: &Stage,
    keys: &[&rcgen::KeyPair],
) -> Result<(HttpService, wire::HolderSession), cardwright::cis2::ServiceError> {
    let kiosk = stage.kiosk();
    let challenge = kiosk.card_challenge().expect("a challenge").challenge;
    let sign = |key: &&rcgen::KeyPair| wire::Base64(rcgen::SigningKey::sign(*key, &challenge.0).expect("a signature"));
    let signatures = keys.iter().map(sign).collect();
    let request = wire::HolderSignIn::Unfinished { serial: stage.chip.serial.clone(), challenge, signatures };
    let session = kiosk.holder_sign_in(&request)?;
    // A challenge is answered once.
    assert_eq!(desk::problem(stage.kiosk().holder_sign_in(&request)).kind, "card-challenge-unknown");
    Ok((kiosk, session))
}

#[test]
fn a_holder_whose_renewal_was_cut_off_signs_in_with_any_key_the_gateway_knows_and_no_other() {
    let stage = Stage::new(SIAN);
    let kind = |keys: &[&rcgen::KeyPair]| desk::problem(come_back(&stage, keys).map(|(_, session)| session)).kind;
    let new = Chip { serial: stage.chip.serial.clone(), ..Chip::new(9) };
    let stranger = Chip::new(10);
    stage.clock.advance(Duration::from_secs((3 * 365 - 89) * 86_400));
    assert_eq!(kind(&[&stage.chip.authentication]), "nothing-unfinished");
    let due = stage.with_card();
    let job = desk::job();
    let renew = wire::Reserve { operation: Operation::Renew, ..desk::reserve_request(&job, SIAN, &stage.chip.serial) };
    due.reserve(&job, &renew).expect("their own");
    new.prove_management_key(&due, &job).expect("the card holds its key");

    let knows = |keys: &[&rcgen::KeyPair], what: &str| {
        let (kiosk, session) = come_back(&stage, keys).expect(what);
        assert_eq!((session.unfinished.as_ref(), &session.holder.id), (Some(&job), &SIAN.parse().expect("a number")));
        kiosk
    };
    knows(&[&stage.chip.authentication], "before anything was changed");
    knows(&[&new.authentication, &stage.chip.signing], "a new authentication key that nobody was told of");
    assert_eq!(kind(&[&new.authentication]), "signature-wrong");
    assert_eq!(kind(&[]), "signature-wrong");
    assert_eq!(kind(&[&stranger.authentication, &stranger.signing]), "signature-wrong");
    assert_eq!(kind(&[&stage.chip.signing, &stage.chip.signing, &stage.chip.signing]), "malformed");

    let spki = rcgen::PublicKeyData::subject_public_key_info(&new.authentication);
    let tell = |spki: Vec<u8>| wire::TellKey { authentication_key: wire::Base64(spki) };
    let officer = desk::sign_in(&stage.site.gateway.url(), RA_AGENT);
    assert_eq!(desk::problem(officer.tell_key(&job, "officer", &tell(spki.clone()))).kind, "other-officer");
    assert_eq!(desk::problem(due.tell_key(&job, "no key", &tell(vec![0x30, 0]))).kind, "malformed");
    assert!(due.tell_key(&job, "told", &tell(spki)).expect("told").told_key.is_some());
    let back = knows(&[&new.authentication], "told");
    assert_eq!(kind(&[&new.signing]), "signature-wrong");
    let certified = back.certify(&job, "certify", &new.certify_request()).expect("certified");
    assert_eq!(back.issuance(&job).expect("the job").told_key, None, "it is in a certificate now");
    knows(&[&new.signing], "certified, on hold");

    // In time it is the holder's; after it whoever may repair cards may go on with it, and then it is theirs.
    assert_eq!(desk::problem(officer.reopen(&job, "early")).kind, "other-officer");
    stage.clock.advance(Duration::from_secs(16 * 60));
    knows(&[&stage.chip.signing], "late, and nobody else went on with it");
    let checker = desk::sign_in(&stage.site.gateway.url(), desk::ID_CHECKER);
    assert_eq!(desk::problem(checker.reopen(&job, "checker")).kind, "refused");
    let agent = desk::sign_in(&stage.site.gateway.url(), RA_AGENT);
    agent.reopen(&job, "agent").expect("handed over");
    assert_eq!(kind(&[&stage.chip.signing]), "nothing-unfinished");
    let confirm = new.confirm_request(&certified);
    assert_eq!(desk::problem(back.confirm(&job, "holder", &confirm)).kind, "unauthenticated");
    let rows = agent.audit(0, 500).expect("the audit");
    assert!(rows.iter().any(|row| row.event == "issuance.handed-over"));
    assert!(rows.iter().filter(|row| row.event == "self-service.unfinished.refused").count() >= 6);
}
