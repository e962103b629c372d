//! Unlock by telephone: one desk has the card and no gateway, the other one the gateway and no card.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin},
    sync::{Arc, Mutex},
};

use cardwright::{
    card::virtual_card::VirtualCard,
    cis2::{
        Service,
        wire::{BeginOnCard, Chip, DeliverySaid, EndOnCard, OnCardOutcome, UnlockCodeSettled},
    },
    domain::{CardSerial, CardState, JobId, Operation, Series, eligibility::ClientSoftware},
    training::readers::blank_card,
};
use cardwright_independent_card::IndependentCard;
use serde_json::Value;

use crate::{
    desk::{Desk, files},
    judges::works_with,
    office::{HOLDER, Line, Office, RA_MANAGER},
    workbench::{Independent, Workbench},
};

/// Which readers a command sees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    Training,
    Service,
}

/// A command that somebody speaks with: it says lines, and lines are typed to it.
pub struct Talk {
    child: Child,
    typed: ChildStdin,
    said: BufReader<std::process::ChildStderr>,
    heard: String,
}

impl Talk {
    pub fn with(desk: &Desk, words: &[&str], readers: Readers) -> Self {
        let mut command = desk.command(&[words, &["--json", "--passcode-stdin"]].concat());
        if readers == Readers::Training {
            command.env("PCSCLITE_CSOCK_NAME", desk.path().join("no-service"));
        }
        let mut child = command.spawn().expect("it starts");
        let typed = child.stdin.take().expect("piped");
        let said = BufReader::new(child.stderr.take().expect("piped"));
        Self { child, typed, said, heard: String::new() }
    }

    /// Listens for what follows these words in a line.
    #[track_caller]
    pub fn hear(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.said.read_line(&mut line).expect("UTF-8") > 0, "it ended without “{words}”: {}", self.heard);
            self.heard.push_str(&line);
            if let Some((_, rest)) = line.split_once(words) {
                return rest.trim().to_owned();
            }
        }
    }

    pub fn say(&mut self, line: &str) {
        writeln!(self.typed, "{line}").expect("it listens");
    }

    /// Says no more, and waits for its document.
    #[track_caller]
    pub fn end(mut self, code: i32) -> Value {
        drop(self.typed);
        std::io::Read::read_to_string(&mut self.said, &mut self.heard).expect("UTF-8");
        let output = self.child.wait_with_output().expect("it ends");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(code), "{out}\n{}", self.heard);
        serde_json::from_str(&out).expect("one document")
    }

    /// The program is killed where it stands.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it is gone");
    }
}

/// Two desks of an office. A card was issued at the first, whose line to the gateway is cut since.
struct Apart {
    here: Desk,
    there: Desk,
    serial: String,
    reader: String,
    line: Line,
    office: Office,
}

impl Apart {
    fn on_training_readers() -> Self {
        Self::issued("Training reader 1", Readers::Training)
    }

    fn issued(reader: &str, readers: Readers) -> Self {
        Self::at(Office::days_ago(0), reader, readers)
    }

    fn at(office: Office, reader: &str, readers: Readers) -> Self {
        let line = Line::to(&office.gateway.url());
        let (here, there) = (Desk::at(&line.url), office.desk());
        let words = ["issue", "--json", "--holder", HOLDER, "--reader", reader, "--passcode-stdin"];
        let ran = match readers {
            Readers::Training => here.run_with(&words, "738164\n"),
            Readers::Service => here.run_with_readers(&words, "738164\n"),
        };
        let serial = ran.expect(0).json()["serial"].as_str().expect("a serial").to_owned();
        line.cut();
        Self { here, there, serial, reader: reader.to_owned(), line, office }
    }

    fn card_here(&self, readers: Readers) -> Talk {
        Talk::with(&self.here, &["unlock", "--offline", "--reader", &self.reader], readers)
    }

    fn officer(&self) -> Talk {
        let words = ["unlock", "--telephone", "--holder", HOLDER, "--card", &self.serial];
        Talk::with(&self.there, &words, Readers::Training)
    }

    /// The whole conversation; gives both documents.
    #[track_caller]
    fn converse(&self, readers: Readers, passcode: &str) -> (Value, Value) {
        let (mut here, mut officer) = (self.card_here(readers), self.officer());
        officer.say(&here.hear("Challenge: "));
        here.say(&officer.hear("Response, to be read back: "));
        here.say(passcode);
        officer.say(&here.hear("Completion code, to be read back: "));
        (here.end(0), officer.end(0))
    }

    /// The card as the gateway has it.
    fn state(&self) -> CardState {
        self.office.service().card(&self.serial.parse().expect("a serial")).expect("the card").state
    }

    /// How many unlock codes the card may hold, as the next unlock would be told.
    fn candidates(&self) -> usize {
        let mut random = [0; 16];
        getrandom::fill(&mut random).expect("random numbers");
        let (service, job) = (self.office.service(), JobId::from_random(random));
        let serial: CardSerial = self.serial.parse().expect("a serial");
        let profile = "training".to_owned();
        let request = BeginOnCard {
            job: job.clone(),
            operation: Operation::Unlock,
            holder: HOLDER.parse().expect("a number"),
            serial,
            series: Series::Series10,
            profile,
            client_software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
            chip: Chip::InReader,
            delivery: DeliverySaid::NotSaid,
            reason: None,
            note: None,
            tell: cardwright::cis2::wire::Tell::Nothing,
            approval: None,
        };
        let codes = service.begin_on_card(&job, &request).expect("begun").codes.expect("codes").current.len();
        // Nothing was done with them: what was known before is known afterwards, and no more.
        let unlock_code = (codes == 1).then_some(UnlockCodeSettled::FirstOfCurrent);
        let end = EndOnCard { outcome: OnCardOutcome::AsBefore, unlock_code };
        service.end_on_card(&job, &format!("{job}-end"), &end).expect("ended");
        codes
    }
}

#[test]
fn a_card_is_unlocked_over_the_telephone() {
    let apart = Apart::on_training_readers();
    let (here, officer) = apart.converse(Readers::Training, "904261");
    assert_eq!(
        (&here["outcome"], &here["completion"], &here["gateway_calls"]),
        (&"done".into(), &"done".into(), &0.into())
    );
    assert_eq!((&officer["completion"], &officer["card"]), (&"done".into(), &"active".into()));
    assert!(here["apdus"].as_u64() <= Some(12), "{here}");
    for (document, members) in [
        (&here, &["job", "holder", "serial", "challenge", "completion_code", "result", "tries_left", "steps"][..]),
        (&officer, &["job", "holder", "serial", "challenge", "response"]),
    ] {
        assert!(members.iter().all(|member| !document[*member].is_null()), "{members:?} in {document}");
    }
    // When the line is back, this desk tells the gateway what it has heard already, and all is said.
    apart.line.mend();
    let resumed = apart.here.run(&["resume", "--json"]).expect(0).json();
    assert_eq!(resumed["jobs"][0]["resumption"], "finished", "{resumed}");
    assert_eq!(apart.here.run(&["resume", "--json"]).expect(0).json()["jobs"], serde_json::json!([]));
    let words = ["passcode", "--passcode-stdin", "--reader", &apart.reader];
    apart.here.run_with(&words, "904261\n735194\n").expect(0);
    assert_eq!(apart.candidates(), 1, "the escrow knows the card's code");
}

/// The same behind pcscd, on a card and in the eyes of OpenSC.
fn behind_the_service(card: impl cardwright::card::virtual_card::vpcd::Chip + Send + 'static) {
    let mut bench = Workbench::start();
    bench.insert(0, card);
    let apart = Apart::issued(&bench.reader_name(0), Readers::Service);
    let (_, officer) = apart.converse(Readers::Service, "904261");
    assert_eq!(officer["card"], "active");
    works_with("904261");
    // A second time, with the code the first one left.
    apart.converse(Readers::Service, "735194");
    works_with("735194");
}

#[test]
fn a_card_behind_pcscd_is_unlocked_over_the_telephone() {
    behind_the_service(Arc::new(Mutex::new(VirtualCard::new(&blank_card().expect("a blank card")))));
}

#[test]
fn a_card_nobody_here_wrote_is_unlocked_over_the_telephone() {
    let mut card = IndependentCard::new();
    card.leave_factory([0xC4; 21], None);
    behind_the_service(Independent(card));
}

#[test]
fn a_second_officer_approves_where_the_gateway_asks_for_one() {
    let office = Office::with(0, |config| config.second_officer = vec![Operation::Unlock]);
    let apart = Apart::at(office, "Training reader 1", Readers::Training);
    let mut here = apart.card_here(Readers::Training);
    let challenge = here.hear("Challenge: ");
    let mut alone = apart.officer();
    alone.say(&challenge);
    let needs = alone.end(3);
    assert_eq!(needs["needs"], "second-officer", "{needs}");
    assert!(needs["message"].as_str().expect("why").contains("--second-officer"), "{needs}");
    assert_eq!(apart.state(), CardState::Active, "nothing has begun");
    // The same challenge is good still.
    let words = ["unlock", "--telephone", "--holder", HOLDER, "--card", &apart.serial, "--second-officer", RA_MANAGER];
    let mut officer = Talk::with(&apart.there, &words, Readers::Training);
    officer.say(&challenge);
    here.say(&officer.hear("Response, to be read back: "));
    here.say("904261");
    officer.say(&here.hear("Completion code, to be read back: "));
    assert_eq!((here.end(0)["completion"].as_str(), officer.end(0)["card"].as_str()), (Some("done"), Some("active")));
}

#[test]
fn what_is_misheard_costs_the_card_nothing() {
    let apart = Apart::on_training_readers();
    let (mut here, mut officer) = (apart.card_here(Readers::Training), apart.officer());
    let wrong = |digits: &str| {
        let last = if digits.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &digits[..digits.len() - 1])
    };
    let challenge = here.hear("Challenge: ");
    officer.say("twelve and a half");
    officer.hear("is not a challenge");
    // A digit misheard in the challenge: the officer's program says so, and nothing has begun.
    officer.say(&wrong(&challenge));
    let refused = officer.end(1);
    assert!(refused["message"].as_str().expect("why").contains("does not fit this card"), "{refused}");
    assert_eq!(apart.state(), CardState::Active);

    let mut officer = apart.officer();
    officer.say(&challenge);
    let response = officer.hear("Response, to be read back: ");
    here.say(&wrong(&response));
    here.hear("a digit was misheard");
    here.say(&response);
    here.say("904261");
    let code = here.hear("Completion code, to be read back: ");
    officer.say(&wrong(&code));
    officer.hear("no completion code of this unlock");
    officer.say(&code);
    assert_eq!(officer.end(0)["completion"], "done");
    assert_eq!(here.end(0)["tries_left"], 3);
}

#[test]
fn without_a_response_it_is_given_up_and_begun_again() {
    let apart = Apart::on_training_readers();
    let (mut here, mut officer) = (apart.card_here(Readers::Training), apart.officer());
    officer.say(&here.hear("Challenge: "));
    officer.hear("Response, to be read back: ");
    // The line goes dead before the response was heard.
    let given_up = here.end(1);
    assert_eq!(given_up["completion"], "given-up");
    officer.say(given_up["completion_code"].as_str().expect("a code"));
    assert_eq!(officer.end(1)["completion"], "given-up");
    assert_eq!(apart.state(), CardState::Active);
    // Both codes are kept, and the next conversation carries both.
    let (_, officer) = apart.converse(Readers::Training, "904261");
    assert_eq!(officer["response"].as_str().map(|spoken| spoken.replace(' ', "").len()), Some(20), "{officer}");
    assert_eq!(apart.candidates(), 1);
}

#[test]
fn a_completion_code_nobody_heard_is_told_when_the_gateway_is_back() {
    let apart = Apart::on_training_readers();
    let (mut here, mut officer) = (apart.card_here(Readers::Training), apart.officer());
    officer.say(&here.hear("Challenge: "));
    here.say(&officer.hear("Response, to be read back: "));
    here.say("904261");
    here.hear("Completion code, to be read back: ");
    here.end(0);
    // The telephone broke off: the officer's program says that it is unfinished, and the card is in work until then.
    let unfinished = officer.end(4);
    assert!(unfinished["message"].as_str().expect("why").contains("same challenge"), "{unfinished}");
    assert_eq!(apart.state(), CardState::InWork);
    // The gateway is still silent for this desk: the job stays.
    let silent = apart.here.run(&["resume", "--json"]);
    assert_ne!(silent.code, 0, "{}", silent.stdout);
    apart.line.mend();
    let resumed = apart.here.run(&["resume", "--json"]).expect(0).json();
    assert_eq!(resumed["jobs"][0]["resumption"], "finished", "{resumed}");
    assert_eq!((apart.state(), apart.candidates()), (CardState::Active, 1));
}

#[test]
fn a_desk_that_is_killed_in_the_middle_leaves_a_card_that_can_be_unlocked_again() {
    let apart = Apart::on_training_readers();
    let (mut here, mut officer) = (apart.card_here(Readers::Training), apart.officer());
    officer.say(&here.hear("Challenge: "));
    officer.hear("Response, to be read back: ");
    here.kill();
    officer.end(4);
    apart.line.mend();
    // The desk knows that nothing was changed, and gives the job at the gateway back.
    let resumed = apart.here.run(&["resume", "--json"]).expect(0).json();
    assert_eq!(resumed["jobs"][0]["resumption"], "undone", "{resumed}");
    assert_eq!((apart.state(), apart.candidates()), (CardState::Active, 2));
    apart.here.run_with(&["unlock", "--passcode-stdin", "--reader", &apart.reader], "904261\n").expect(0);
    assert_eq!(apart.candidates(), 1);
}

#[test]
fn a_desk_that_was_never_enrolled_says_what_to_do() {
    let desk = Desk::at("http://127.0.0.1:9");
    let ran = desk.run(&["unlock", "--offline", "--reader", "Training reader 1"]).expect(1);
    assert!(ran.stderr.contains("while the gateway answers"), "{}", ran.stderr);
}

#[test]
fn what_is_said_on_the_telephone_tells_no_secret() {
    let apart = Apart::on_training_readers();
    let (here, officer) = apart.converse(Readers::Training, "90426183");
    let said = format!("{here}{officer}");
    assert!(!said.contains("90426183"));
    // Nor is the key of the workstation in any file but its own, nor the passcode in any.
    let keys: Vec<_> = files(&apart.here.path().join("data/workstation"));
    assert_eq!(keys.len(), 1, "{keys:?}");
    let key = std::fs::read(&keys[0]).expect("the key");
    for file in files(&apart.here.path().join("data")).into_iter().filter(|file| !keys.contains(file)) {
        if file.parent().is_some_and(|folder| folder.ends_with("training-readers")) {
            continue;
        }
        let content = std::fs::read(&file).expect("it can be read");
        let holds = |secret: &[u8]| content.windows(secret.len()).any(|bytes| bytes == secret);
        assert!(!holds(&key[2..]) && !holds(b"90426183"), "{} holds a secret", file.display());
    }
}
