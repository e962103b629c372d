//! An open secure channel at the gateway: what is wrapped the card takes and what it answers is opened, no key of it leaves,
//! and a forged client gets nothing wrapped but what its job has to do, in its session and its time.

use std::{sync::Arc, time::Duration};

use cardwright::{
    card::{
        apdu::{Command, Response, StatusWord},
        secure_channel::{
            Challenges, ISSUER_SECURITY_DOMAIN, SecurityLevel, authenticated, initialize_update, select_domain,
        },
        transport::{Collecting, Transport},
        virtual_card::VirtualCard,
    },
    cis2::{
        HttpService, Service, ServiceError,
        wire::{
            self, ChannelCommand, ChannelExchanged, ExchangeOnChannel, KeyOwner, OnCardOutcome, SecretBase64,
            UnlockCodeSettled,
        },
    },
    domain::{CardSerial, JobId, Operation, Secret},
    gateway::{Gateway, ManualClock},
    training::{self, TrainingStock},
};
use time::OffsetDateTime;

use crate::{
    desk::{self, Chip, RA_AGENT, RA_MANAGER, SIAN, STANISLAW},
    secure_channel::{DomainCard, TRAINING_KEYS, audited, open},
};

/// A key of its own for every call.
fn once() -> String {
    desk::job().to_string()
}

fn plain(command: &Command) -> ChannelCommand {
    ChannelCommand::Plain { apdu: SecretBase64(Secret::new(command.encode().expect("fits").to_vec())) }
}

fn request(answers: Vec<SecretBase64>, command: Option<ChannelCommand>) -> ExchangeOnChannel {
    ExchangeOnChannel { answers, command, longest_piece: 255 }
}

fn exchange(
    service: &dyn Service,
    job: &JobId,
    answers: Vec<SecretBase64>,
    command: Option<ChannelCommand>,
) -> Result<ChannelExchanged, ServiceError> {
    service.exchange_on_channel(job, &once(), &request(answers, command))
}

fn get_data() -> Command {
    Command::new(0x00, 0xCB, 0x3F, 0xFF).with_data([0x5C, 0x03, 0x5F, 0xC1, 0x02]).expecting_data()
}

/// A workstation with a real channel card, which carries bytes and knows no key.
struct Workstation<'a> {
    service: &'a HttpService,
    job: JobId,
    card: VirtualCard,
    answers: Vec<SecretBase64>,
    /// Everything the gateway said.
    heard: Vec<u8>,
    /// What both sides derive the session from.
    challenges: Option<(Challenges, [u8; 10])>,
}

impl<'a> Workstation<'a> {
    fn new(service: &'a HttpService) -> Self {
        let card = VirtualCard::new(&TrainingStock::SecureChannel.blank_card().expect("a card"));
        Self { service, job: desk::job(), card, answers: Vec::new(), heard: Vec::new(), challenges: None }
    }

    fn serial(&self) -> CardSerial {
        self.card.production().serial().expect("a serial")
    }

    fn open(&mut self, level: SecurityLevel, domain: bool) -> KeyOwner {
        let mut card = Collecting::new(&mut self.card);
        match domain {
            true => select_domain(&mut card).expect("a domain"),
            false => {
                let piv = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
                let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(piv).expecting_data();
                assert!(card.exchange(&select).expect("answers").status.is_ok());
            }
        }
        let request = wire::BeginChannel { key_set: TRAINING_KEYS.to_owned(), level };
        let begun = self.service.begin_channel(&self.job, &once(), &request).expect("begun");
        let host = begun.host_challenge.0.as_slice().try_into().expect("eight bytes");
        let answer = initialize_update(&mut card, host).expect("the card proves its keys");
        self.challenges = Some((Challenges { host, card: answer.challenge }, answer.diversification));
        let request = wire::ChannelAnswer { answer: wire::Base64(answer.bytes()) };
        let proof = self.service.open_channel(&self.job, &once(), &request).expect("opened");
        let command = Command::parse(&proof.external_authenticate.0).expect("a command");
        authenticated(card.exchange(&command).expect("answers").status).expect("the card takes it");
        self.answers.clear();
        self.heard.extend(serde_json::to_vec(&proof).expect("JSON"));
        proof.owner
    }

    /// Has this wrapped and carried; gives the answer as the card meant it and how many pieces there were.
    fn carry(&mut self, command: ChannelCommand) -> (Response, usize) {
        let answers = std::mem::take(&mut self.answers);
        let wrapped = exchange(self.service, &self.job, answers, Some(command)).expect("wrapped");
        self.heard.extend(serde_json::to_vec(&wrapped).expect("JSON"));
        let mut answers = Vec::new();
        for bytes in &wrapped.commands {
            let command = Command::parse(bytes.0.expose()).expect("a command");
            assert_eq!(command.cla & 0x04, 0x04, "in the channel");
            let response = Collecting::new(&mut self.card).exchange(&command).expect("answers");
            answers.push(SecretBase64(Secret::new(response.encode().to_vec())));
            if !response.status.is_ok() {
                break;
            }
        }
        let opened = exchange(self.service, &self.job, answers, None).expect("opened");
        assert!(opened.commands.is_empty());
        let answer = opened.answer.expect("an answer");
        (Response::parse(answer.0.expose()).expect("an answer"), wrapped.commands.len())
    }
}

/// A key in base64, without what a longer text would have otherwise.
fn in_base64(key: &[u8]) -> Vec<u8> {
    let text = serde_json::to_string(&SecretBase64(Secret::new(key.to_vec()))).expect("JSON");
    text.trim_matches('"').trim_end_matches('=').as_bytes().to_vec()
}

/// A gateway whose file of channel keys was changed by its administrator.
fn site_with_keys(change: impl Fn(&str) -> String) -> desk::Site {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Gateway::start(desk::config(folder.path())).expect("a gateway that makes its files"));
    let path = folder.path().join("keys/secure-channel-keys.toml");
    let text = std::fs::read_to_string(&path).expect("its keys");
    let changed = change(&text);
    assert_ne!(changed, text);
    std::fs::write(&path, changed).expect("written");
    let gateway = Gateway::start(desk::config(folder.path())).expect("a gateway");
    desk::Site { folder, gateway }
}

/// What the keys are for the gateway's own file says: series, level, and whether a card gets others. A forged client names
/// what it likes, and gets no channel.
#[test]
fn the_keys_are_for_what_the_file_says() {
    let kind = |result| desk::problem::<wire::ChannelBegun>(result).kind;
    let begin = |level| wire::BeginChannel { key_set: TRAINING_KEYS.to_owned(), level };
    let at = |site: &desk::Site, chip: &Chip| {
        let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
        let job = desk::job();
        chip.up_to_certified(&service, &job, SIAN);
        (service, job)
    };
    let (site, chip) = (desk::site(), Chip::new(81));
    let (service, job) = at(&site, &chip);
    for level in SecurityLevel::ALL.into_iter().filter(|level| *level != SecurityLevel::AnswerEncryption) {
        assert_eq!(kind(service.begin_channel(&job, &once(), &begin(level))), "channel-not-allowed", "{level:?}");
    }
    assert!(audited(&service).iter().all(|event| event == "card.secure-channel.not-allowed"));
    service.begin_channel(&job, &once(), &begin(SecurityLevel::AnswerEncryption)).expect("as the file says");

    let site = site_with_keys(|text| text.replace("series10", "series9"));
    let (service, job) = at(&site, &chip);
    let full = begin(SecurityLevel::AnswerEncryption);
    assert_eq!(kind(service.begin_channel(&job, &once(), &full)), "channel-not-allowed", "of another series");

    let site = site_with_keys(|text| text.replace("at-issue-and-back", "never").replace("\"33\"", "\"01\""));
    let (service, job) = at(&site, &chip);
    let card = DomainCard::new(&chip.serial);
    open(&service, &job, &card, "1").expect("a channel");
    let put = service.put_keys(&job, &once(), &wire::PutKeys { owner: KeyOwner::Organisation });
    assert_eq!(desk::problem(put).kind, "channel-not-allowed", "its keys stay as they are");
    // Without encryption no unlock code goes to the card, neither a new one nor a change from one to the other.
    let challenge = service.begin_channel(&job, &once(), &begin(SecurityLevel::CommandCode)).expect("begun");
    service.open_channel(&job, &once(), &card.proof(&challenge.host_challenge.0)).expect("open");
    let change = ChannelCommand::ChangeUnlockCode { from: UnlockCodeSettled::FirstOfCurrent };
    let bare = exchange(&service, &job, Vec::new(), Some(change));
    assert_eq!(desk::problem(bare).kind, "not-wrapped");
}

#[test]
fn what_is_wrapped_the_card_takes_and_no_key_of_the_session_leaves() {
    let site = site_with_keys(|text| text.replace("level = \"33\"", "level = \"01\""));
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let mut desk_with_card = Workstation::new(&service);
    let serial = desk_with_card.serial();
    let reserve = desk::reserve_request(&desk_with_card.job, SIAN, &serial);
    service.reserve(&desk_with_card.job, &reserve).expect("reserved");
    for level in SecurityLevel::ALL {
        let owner = desk_with_card.open(level, false);
        assert_eq!(owner, KeyOwner::Delivered);
        // Nothing is in the object, and a long command that is refused without the management key goes in pieces.
        let (absent, pieces) = desk_with_card.carry(plain(&get_data()));
        assert_eq!((absent.status.0, pieces), (0x6A82, 1), "{level:?}");
        let object = [&[0x5C, 0x03, 0x5F, 0xC1, 0x02, 0x53, 0x82, 0x02, 0x58][..], &[7; 600]].concat();
        let write = Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data(object);
        let (refused, pieces) = desk_with_card.carry(plain(&write));
        assert_eq!((refused.status.0, pieces), (0x6982, 3), "{level:?}");
        // After a refusal the channel goes on: the witness of the management key is asked for.
        let ask = Command::new(0x00, 0x87, 0x0C, 0x9B).with_data([0x7C, 0x02, 0x80, 0x00]).expecting_data();
        let (witness, _) = desk_with_card.carry(plain(&ask));
        assert_eq!((witness.status, witness.data.len()), (StatusWord::OK, 20), "{level:?}");

        let (challenges, diversification) = desk_with_card.challenges.expect("opened");
        let keys = training::training_stock_channel_keys(&diversification).expect("its keys").keys;
        let session = keys.session(&challenges);
        let of_session = [&session.encryption, &session.command_mac, &session.answer_mac];
        for key in of_session.into_iter().chain(keys.all()) {
            let text = in_base64(key.expose());
            assert!(!desk_with_card.heard.windows(text.len()).any(|part| part == text), "{level:?}: a key left");
        }
    }
    // Nor is one in the database as it stands.
    let (challenges, diversification) = desk_with_card.challenges.expect("opened");
    let session = training::training_stock_channel_keys(&diversification).expect("its keys").keys.session(&challenges);
    for name in ["gateway.sqlite", "gateway.sqlite-wal"] {
        let Ok(file) = std::fs::read(site.folder.path().join(name)) else { continue };
        for key in [&session.encryption, &session.command_mac, &session.answer_mac] {
            let (bytes, text) = (key.expose().to_vec(), in_base64(key.expose()));
            assert!(!file.windows(bytes.len()).any(|part| part == bytes), "{name}");
            assert!(!file.windows(text.len()).any(|part| part == text), "{name}");
        }
    }
}

#[test]
fn keys_go_to_the_card_once_and_only_when_they_were_prepared() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let mut at_desk = Workstation::new(&service);
    let chip = Chip { serial: at_desk.serial(), ..Chip::new(71) };
    chip.up_to_certified(&service, &at_desk.job, SIAN);
    let job = at_desk.job.clone();
    for (wanted, owner, version) in
        [(KeyOwner::Organisation, KeyOwner::Delivered, 0x31), (KeyOwner::Delivered, KeyOwner::Organisation, 0x30)]
    {
        assert_eq!(at_desk.open(SecurityLevel::AnswerEncryption, true), owner);
        let prepared = service.put_keys(&job, &once(), &wire::PutKeys { owner: wanted }).expect("prepared");
        let (answer, _) = at_desk.carry(ChannelCommand::PutKeys);
        assert_eq!((answer.status, answer.data.clone()), (StatusWord::OK, prepared.check_values.0.clone()));
        assert_eq!(answer.data.first(), Some(&version));
        service.keys_put(&job, &once(), &wire::KeysPut { check_values: prepared.check_values }).expect("right");
        // The keys were prepared for one use.
        let again = exchange(&service, &job, Vec::new(), Some(ChannelCommand::PutKeys));
        assert_eq!(desk::problem(again).kind, "not-wrapped");
    }
    let events = audited(&service);
    let once_each = ["begun", "opened", "keys-prepared", "keys-put", "not-wrapped"];
    let expected: Vec<String> =
        once_each.iter().chain(&once_each).map(|name| format!("card.secure-channel.{name}")).collect();
    assert_eq!(events, expected);
    // What was prepared for one channel is not good on the next.
    at_desk.open(SecurityLevel::AnswerEncryption, true);
    service.put_keys(&job, &once(), &wire::PutKeys { owner: KeyOwner::Organisation }).expect("prepared");
    at_desk.open(SecurityLevel::AnswerEncryption, true);
    assert_eq!(desk::problem(exchange(&service, &job, Vec::new(), Some(ChannelCommand::PutKeys))).kind, "not-wrapped");
}

/// Commands that no job has wrapped: whatever carries a code, signs with the holder's keys, or administers the domain.
fn never_wrapped() -> Vec<Command> {
    let code = [0x31; 8];
    vec![
        Command::new(0x00, 0x20, 0x00, 0x80).with_data(code),
        Command::new(0x00, 0x20, 0x00, 0x80),
        Command::new(0x00, 0x24, 0x00, 0x80).with_data([code, code].concat()),
        Command::new(0x00, 0x24, 0x00, 0x81).with_data([code, code].concat()),
        Command::new(0x00, 0x24, 0xFF, 0x80).with_data(code),
        Command::new(0x00, 0x24, 0xFF, 0x81).with_data(code),
        Command::new(0x00, 0x2C, 0x00, 0x80).with_data([code, code].concat()),
        Command::new(0x00, 0x87, 0x07, 0x9A).with_data([0x7C, 0x00]),
        Command::new(0x00, 0x47, 0x00, 0x9B).with_data([0xAC, 0x00]),
        Command::new(0x00, 0xA4, 0x04, 0x00).with_data(ISSUER_SECURITY_DOMAIN[0]),
        Command::new(0x80, 0xD8, 0x30, 0x81).with_data([0x31; 40]),
        Command::new(0x80, 0xE4, 0x00, 0x00).with_data([0xD2, 0x01, 0x30]),
        Command::new(0x84, 0xCB, 0x3F, 0xFF),
        // The piece of a chain, with a code in it.
        Command::new(0x10, 0x24, 0x00, 0x81).with_data(code),
    ]
}

/// Whether a channel of this job wraps this; afterwards there is a new one.
fn wraps(service: &dyn Service, job: &JobId, card: &DomainCard, command: ChannelCommand) -> bool {
    open(service, job, card, &once()).expect("a channel");
    match exchange(service, job, Vec::new(), Some(command)) {
        Ok(exchanged) => !exchanged.commands.is_empty(),
        Err(error) => {
            assert_eq!(desk::problem::<()>(Err(error)).kind, "not-wrapped");
            let after = exchange(service, job, Vec::new(), Some(plain(&get_data())));
            assert_eq!(desk::problem(after).kind, "secure-channel-closed", "a refusal ends the channel");
            false
        }
    }
}

#[test]
fn a_forged_client_gets_only_what_its_operation_has_to_do() {
    // Issued three years less 30 days before: a renewal may begin.
    let days = |days: u64| Duration::from_secs(days * 24 * 3600);
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc() - days(3 * 365 - 30)));
    let site = desk::site_with_clock(clock.clone());
    let service = desk::sign_in(&site.gateway.url(), RA_MANAGER);
    let (chip, issue) = (Chip::new(72), desk::job());
    let card = DomainCard::new(&chip.serial);
    service.reserve(&issue, &desk::reserve_request(&issue, SIAN, &chip.serial)).expect("reserved");
    for command in never_wrapped() {
        assert!(!wraps(&service, &issue, &card, plain(&command)), "{command:?}");
    }
    let change = || ChannelCommand::ChangeUnlockCode { from: UnlockCodeSettled::FirstOfCurrent };
    assert!(!wraps(&service, &issue, &card, change()), "no code was released");
    assert!(!wraps(&service, &issue, &card, ChannelCommand::PutKeys), "no keys were prepared");
    service
        .abort(&issue, &once(), &wire::Abort { reason: "done".into(), card: wire::CardAfterAbort::Blank })
        .expect("over");
    let late = service.begin_channel(&issue, &once(), &crate::secure_channel::begin_request());
    assert_eq!(desk::problem(late).kind, "wrong-state", "nothing after the job's end");
    chip.issue(&service, &desk::job(), SIAN);
    let other = Chip::new(73);
    other.issue(&service, &desk::job(), STANISLAW);
    clock.advance(days(3 * 365 - 30));
    let service = desk::sign_in(&site.gateway.url(), RA_MANAGER);

    let (prove, write) =
        (Command::new(0x00, 0x87, 0x0C, 0x9B).with_data([0x7C, 0x00]), Command::new(0x00, 0xDB, 0x3F, 0xFF));
    let generate = Command::new(0x00, 0x47, 0x00, 0x9A).with_data([0xAC, 0x00]);
    // Which of proof, write, generate, change and replacement of the unlock code each operation may have.
    for (operation, may) in [
        (Operation::Unlock, [false, false, false, true, false]),
        (Operation::Renew, [true, true, true, false, false]),
        (Operation::Repair, [true, true, true, true, true]),
        (Operation::Cancel, [true, true, false, false, false]),
    ] {
        let job = desk::job();
        match operation {
            Operation::Renew | Operation::Repair => {
                let reserve = desk::reserve_request(&job, SIAN, &chip.serial);
                service.reserve(&job, &wire::Reserve { operation, ..reserve }).expect("begun");
            }
            _ => drop(service.begin_on_card(&job, &desk::on_card(&job, operation, SIAN, &chip.serial)).expect("begun")),
        }
        if operation == Operation::Repair {
            service.unlock_codes(&job, &once()).expect("codes");
        }
        let wanted = [plain(&prove), plain(&write), plain(&generate), change(), ChannelCommand::ReplaceUnlockCode];
        let got = wanted.map(|command| wraps(&service, &job, &card, command));
        assert_eq!(got, may, "{operation:?}");
        for command in never_wrapped() {
            assert!(!wraps(&service, &job, &card, plain(&command)), "{operation:?}: {command:?}");
        }
        match operation {
            Operation::Repair | Operation::Renew => {
                let abort = wire::Abort { reason: "done".into(), card: wire::CardAfterAbort::AsBefore };
                service.abort(&job, &once(), &abort).map(drop)
            }
            _ => {
                let end = wire::EndOnCard {
                    outcome: OnCardOutcome::Done,
                    unlock_code: (operation == Operation::Unlock).then_some(UnlockCodeSettled::FirstOfCurrent),
                };
                service.end_on_card(&job, &once(), &end).map(drop)
            }
        }
        .expect("over");
    }
    // A change of passcode has nothing to do there at all.
    let job = desk::job();
    service
        .begin_on_card(&job, &desk::on_card(&job, Operation::ChangePasscode, STANISLAW, &other.serial))
        .expect("begun");
    let begun = service.begin_channel(&job, &once(), &crate::secure_channel::begin_request());
    assert_eq!(desk::problem(begun).kind, "wrong-state");
}

#[test]
fn a_channel_is_its_sessions_its_jobs_and_its_times() {
    let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
    let site = desk::site_with_clock(clock.clone());
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(74), desk::job());
    let card = DomainCard::new(&chip.serial);
    service.reserve(&job, &desk::reserve_request(&job, SIAN, &chip.serial)).expect("reserved");
    let get = || Some(plain(&get_data()));
    let kind = |result| desk::problem::<ChannelExchanged>(result).kind;
    assert_eq!(kind(exchange(&service, &job, Vec::new(), get())), "secure-channel-closed", "none is open");
    open(&service, &job, &card, "1").expect("a channel");

    // The same officer at another workstation, another officer, another job.
    let elsewhere = desk::sign_in(&site.gateway.url(), RA_AGENT);
    assert_eq!(kind(exchange(&elsewhere, &job, Vec::new(), get())), "secure-channel-closed");
    let others = desk::sign_in(&site.gateway.url(), RA_MANAGER);
    assert_eq!(kind(exchange(&others, &job, Vec::new(), get())), "other-officer");
    let (second, another) = (Chip::new(75), desk::job());
    service.reserve(&another, &desk::reserve_request(&another, STANISLAW, &second.serial)).expect("reserved");
    assert_eq!(kind(exchange(&service, &another, Vec::new(), get())), "secure-channel-closed");
    // None of that disturbed it, and asking once more for a lost answer gives the same.
    let (key, asked) = (once(), request(Vec::new(), get()));
    let wrapped = service.exchange_on_channel(&job, &key, &asked).expect("wrapped");
    assert_eq!(service.exchange_on_channel(&job, &key, &asked).expect("the same"), wrapped);

    // Answers that are missing, too many, or not the card's own end it.
    let status = |word: u16| SecretBase64(Secret::new(word.to_be_bytes().to_vec()));
    let forged = SecretBase64(Secret::new([&[0; 24][..], &[0x90, 0x00]].concat()));
    for (what, answers) in [
        ("none", vec![]),
        ("too many", vec![status(0x6A82), status(0x6A82)]),
        ("without its code", vec![status(0x9000)]),
        ("with a wrong one", vec![forged]),
        ("closed by the card", vec![status(0x6988)]),
    ] {
        open(&service, &job, &card, what).expect("a channel");
        exchange(&service, &job, Vec::new(), get()).expect("wrapped");
        assert_eq!(kind(exchange(&service, &job, answers, get())), "secure-channel-closed", "{what}");
        assert_eq!(kind(exchange(&service, &job, vec![status(0x6A82)], get())), "secure-channel-closed", "{what}");
    }
    assert_eq!(audited(&service).iter().filter(|event| event.ends_with(".broken")).count(), 5);

    // It is good for ten minutes, and not longer than its job.
    open(&service, &job, &card, "in time").expect("a channel");
    clock.advance(Duration::from_secs(9 * 60));
    exchange(&service, &job, Vec::new(), get()).expect("in time");
    clock.advance(Duration::from_secs(61));
    assert_eq!(kind(exchange(&service, &job, vec![status(0x6A82)], get())), "secure-channel-closed");
    open(&service, &job, &card, "last").expect("a channel");
    let abort = wire::Abort { reason: "done".into(), card: wire::CardAfterAbort::NotReached };
    service.abort(&job, &once(), &abort).expect("given up");
    assert_eq!(kind(exchange(&service, &job, Vec::new(), get())), "secure-channel-closed");
}
