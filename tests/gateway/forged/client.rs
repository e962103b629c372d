//! A client that was written to get around the window: it asks nobody but the gateway, says whatever suits it, and puts
//! cards, holders and sessions into the database as a case needs them.

use std::{path::Path, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use cardwright::{
    cis2::wire::{self, BeginOnCard, Problem, Reserve, SignIn},
    domain::{
        CardSerial, CardState, JobId, Operation, Role, Series,
        eligibility::{Address, Certificates, Delivery, Situation, Subject, Task},
        sha256_hex,
    },
    gateway::{Gateway, GatewayConfig, ManualClock, RunningGateway},
};
use reqwest::blocking::Client;
use rusqlite::{Connection, params};
use serde::Serialize;
use time::{OffsetDateTime, Time};

use crate::{
    desk::{self, Chip, SIAN, STANISLAW},
    oracle::ROLES,
};

/// What the gateway said.
#[derive(Debug)]
pub struct Said {
    pub status: u16,
    pub problem: Option<Problem>,
    pub body: serde_json::Value,
}

impl Said {
    pub fn kind(&self) -> &str {
        self.problem.as_ref().map_or("", |problem| problem.kind.as_str())
    }
}

/// What a holder's sign-in was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    Card,
    Code,
}

/// The client, and the gateway it attacks.
pub struct Forger {
    gateway: RunningGateway,
    clock: Arc<ManualClock>,
    store: Connection,
    http: Client,
    /// Tokens of the officers, in the order of [`ROLES`].
    tokens: Vec<String>,
    /// A card with good certificates, and its certificate for signing in.
    chip: Chip,
    certificate: Vec<u8>,
    /// A card a job is open on; its holder is another than the chip's.
    busy: CardSerial,
    /// Goes last.
    _folder: tempfile::TempDir,
}

impl Forger {
    /// A fresh gateway at this moment, with a card of Siân's that is good and one of Stanisław's that is in work.
    pub fn at(begin: OffsetDateTime) -> Self {
        Self::with(begin, |_| {})
    }

    /// The same, set up in its own way.
    pub fn with(begin: OffsetDateTime, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder");
        let clock = Arc::new(ManualClock::starting(begin));
        let mut config = desk::config(folder.path());
        config.clock = clock.clone();
        change(&mut config);
        let gateway = Gateway::start(config).expect("a gateway");
        let store = Connection::open(folder.path().join("gateway.sqlite")).expect("the database");
        store.busy_timeout(Duration::from_secs(10)).expect("patience");
        store.execute_batch("UPDATE holders SET photo_sha256 = '00' WHERE photo_sha256 IS NULL").expect("photos");
        let (chip, busy) = (Chip::new(1), desk::serial(0xFF));
        let manager = desk::sign_in(&gateway.url(), desk::RA_MANAGER);
        let certificate = chip.issue(&manager, &desk::job(), SIAN).authentication.0;
        let http = Client::builder().no_proxy().build().expect("a client");
        let mut forger =
            Self { gateway, clock, store, http, tokens: Vec::new(), chip, certificate, busy, _folder: folder };
        forger.sign_in();
        let request = desk::on_card(&desk::job(), Operation::ChangePasscode, STANISLAW, &forger.busy);
        forger.put(&forger.busy, CardState::Active, Series::Series10, STANISLAW, None, false);
        let said = forger.post("on-cards", &request, &forger.tokens[0]);
        assert_eq!(said.status, 201, "{said:?}");
        // However far the clock goes, that job stays open.
        forger.change("UPDATE issuances SET deadline = ?2 WHERE serial = ?1", &[&forger.busy, &4_102_444_800_i64]);
        forger
    }

    /// Changes the database behind the gateway's back.
    pub fn change(&self, sql: &str, values: &[&dyn std::fmt::Display]) {
        let values = values.iter().map(ToString::to_string);
        self.store.execute(sql, rusqlite::params_from_iter(values)).unwrap_or_else(|why| panic!("{sql}: {why}"));
    }

    /// The token of the officer of this role.
    pub fn token(&self, role: Role) -> &str {
        let place = ROLES.iter().position(|(known, _)| *known == role).expect("a role");
        &self.tokens[place]
    }

    /// The good card.
    pub fn chip(&self) -> &Chip {
        &self.chip
    }

    /// Signs every role in anew.
    fn sign_in(&mut self) {
        self.tokens = (1..=ROLES.len())
            .map(|number| {
                let request = SignIn { officer: desk::holder(&format!("{}{number}", "55500000000")) };
                let url = format!("{}/ra/v1/training/sign-in", self.gateway.url());
                let answer = self.http.post(url).header("Idempotency-Key", desk::job().as_str()).json(&request).send();
                let session: wire::Session = answer.expect("an answer").json().expect("a session");
                assert_eq!(session.officer.role, ROLES[number - 1].0, "officers stand in the order of the roles");
                STANDARD.encode(session.token.expect("a token").0.expose())
            })
            .collect();
    }

    /// The day by the gateway's clock.
    pub fn today(&self) -> time::Date {
        use cardwright::gateway::Clock;
        self.clock.now().date()
    }

    /// Moves the gateway's clock to the same hour of this day.
    pub fn go_to(&mut self, day: time::Date) {
        let days = (day - self.today()).whole_days();
        self.clock.advance(Duration::from_secs(86_400 * u64::try_from(days).expect("forward")));
        self.sign_in();
    }

    fn put(
        &self,
        serial: &CardSerial,
        state: CardState,
        series: Series,
        holder: &str,
        expires: Option<i64>,
        awaited: bool,
    ) {
        let word = |value: serde_json::Value| value.as_str().expect("a word").to_owned();
        let state = word(serde_json::to_value(state).expect("JSON"));
        let series = word(serde_json::to_value(series).expect("JSON"));
        self.store
            .execute(
                "INSERT OR REPLACE INTO cards (serial, state, series, holder, certificates_expire, changed, \
                 awaits_delivery) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)",
                params![serial.as_str(), state, series, holder, expires, awaited],
            )
            .expect("put on record");
    }

    /// Whose card a case is about.
    fn whose(s: &Situation<'_>) -> String {
        match (s.card, s.subject, s.task) {
            (CardState::InWork, ..) => STANISLAW.to_owned(),
            (_, Subject::Own, Task::Desk(_)) => {
                let place = ROLES.iter().position(|(role, _)| *role == s.role).expect("a role");
                format!("{}{}", "55500000000", place + 1)
            }
            _ => SIAN.to_owned(),
        }
    }

    fn serial(&self, s: &Situation<'_>) -> CardSerial {
        if s.card == CardState::InWork { self.busy.clone() } else { self.chip.serial.clone() }
    }

    /// Puts card and holder on record as the situation has them.
    pub fn prepare(&self, s: &Situation<'_>) {
        let (serial, holder) = (self.serial(s), Self::whose(s));
        let expires = match s.certificates {
            Certificates::None => None,
            Certificates::LastDay(last) => Some(last.with_time(Time::from_hms(23, 59, 59).expect("a time"))),
        };
        let expires = expires.map(|at| at.assume_utc().unix_timestamp());
        let change = self.store.unchecked_transaction().expect("a transaction");
        let unbusy = "DELETE FROM issuances WHERE serial <> ?1 AND state IN ('reserved', 'certified')";
        self.store.execute(unbusy, [self.busy.as_str()]).expect("no open job");
        self.store.execute("DELETE FROM unlock_codes", []).expect("no codes");
        self.store.execute("DELETE FROM one_time_codes", []).expect("no codes");
        let email = (s.address == Address::OnRecord).then_some("holder@people.training.invalid");
        self.store
            .execute("UPDATE holders SET email = ?2, mobile = NULL WHERE id = ?1", params![holder, email])
            .expect("an address");
        if s.card == CardState::Blank {
            self.store.execute("DELETE FROM cards WHERE serial = ?1", [serial.as_str()]).expect("never seen");
        } else {
            self.put(&serial, s.card, s.series, &holder, expires, s.delivery == Delivery::Awaited);
        }
        change.commit().expect("prepared");
    }

    /// Asks for what the situation asks for, and lies where a lie may help: a card on record is said to be a Series 10.
    pub fn ask(&self, s: &Situation<'_>) -> Said {
        let place = ROLES.iter().position(|(role, _)| *role == s.role).expect("a role");
        match s.task {
            Task::Desk(operation) => self.begin(&desk::job(), s, operation, &self.tokens[place]),
            Task::SelfService(_) => panic!("a holder has no officer's token"),
            Task::Authenticate => self.sign_in_with_card(s),
        }
    }

    /// The same as the holder of the card, with a session that nobody gave them.
    pub fn ask_as_holder(&self, s: &Situation<'_>, operation: Operation, with: With) -> Said {
        let token = self.as_holder(s.today, &Self::whose(s), &self.serial(s), with);
        self.begin(&desk::job(), s, operation, &token)
    }

    /// The token of a session of a holder that nobody gave them.
    pub fn as_holder(&self, today: time::Date, holder: &str, serial: &CardSerial, with: With) -> String {
        let token = [if with == With::Card { 1 } else { 2 }; 32];
        let ends = today.next_day().expect("a day").midnight().assume_utc().unix_timestamp();
        let with = if with == With::Card { "card" } else { "code" };
        self.store
            .execute(
                "INSERT OR REPLACE INTO holder_sessions VALUES (?1, ?2, ?3, ?4, ?5)",
                params![sha256_hex(&token), holder, serial.as_str(), with, ends],
            )
            .expect("a session");
        STANDARD.encode(token)
    }

    /// Cancels a card that is said to be lost.
    pub fn cancel_on_record(&self, s: &Situation<'_>) -> Said {
        let place = ROLES.iter().position(|(role, _)| *role == s.role).expect("a role");
        let request = BeginOnCard {
            chip: wire::Chip::NotHere,
            client_software: s.software.clone(),
            ..desk::on_card(&desk::job(), Operation::Cancel, &Self::whose(s), &self.serial(s))
        };
        self.post("on-cards", &request, &self.tokens[place])
    }

    /// Asks for a one-time code, which anybody may who has the card.
    pub fn ask_for_code(&self, s: &Situation<'_>) -> Said {
        let request =
            wire::AskForCode { serial: self.serial(s), series: s.series, client_software: s.software.clone() };
        self.post("self-service/codes", &request, "")
    }

    /// Begins a job of this number.
    pub fn begin(&self, job: &JobId, s: &Situation<'_>, operation: Operation, token: &str) -> Said {
        let (serial, holder) = (self.serial(s), Self::whose(s));
        let on_record = s.card != CardState::Blank && s.series != Series::Unknown;
        let series = if on_record { Series::Series10 } else { s.series };
        match operation {
            Operation::Issue | Operation::Repair | Operation::Renew => {
                let request = Reserve {
                    operation,
                    series,
                    client_software: s.software.clone(),
                    ..desk::reserve_request(job, &holder, &serial)
                };
                self.post("issuances", &request, token)
            }
            Operation::Unlock | Operation::ChangePasscode | Operation::Clear | Operation::Cancel => {
                let request = BeginOnCard {
                    series,
                    client_software: s.software.clone(),
                    ..desk::on_card(job, operation, &holder, &serial)
                };
                self.post("on-cards", &request, token)
            }
            Operation::Print => {
                let request = wire::PrintRecord {
                    job: job.clone(),
                    holder: desk::holder(&holder),
                    series,
                    printer_model: s.printer.expect("a printer").to_owned(),
                    job_sha256: sha256_hex(b"a face"),
                    outcome: wire::PrintOutcome::Starting,
                    client_software: s.software.clone(),
                    reprint_reason: None,
                };
                self.post(&format!("cards/{serial}/prints"), &request, token)
            }
        }
    }

    fn sign_in_with_card(&self, s: &Situation<'_>) -> Said {
        let stranger = desk::client(&self.gateway.url());
        let Chip { authentication, serial, .. } = &self.chip;
        let answer = desk::card_answer(&stranger, authentication, &self.certificate, serial);
        let answer = wire::CardAnswer { series: s.series, client_software: s.software.clone(), ..answer };
        self.post("authentications", &answer, "")
    }

    /// Posts a body; each time under a new key.
    pub fn post(&self, path: &str, body: &impl Serialize, token: &str) -> Said {
        self.post_again(desk::job().as_str(), path, body, token)
    }

    /// The same under a key that may have been used before.
    pub fn post_again(&self, key: &str, path: &str, body: &impl Serialize, token: &str) -> Said {
        let request = self.http.post(format!("{}/ra/v1/{path}", self.gateway.url())).json(body);
        Self::send(request.header("Idempotency-Key", key), token)
    }

    /// Lets time pass, without signing anybody in anew.
    pub fn wait(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60));
    }

    /// One value from the database.
    pub fn value<T: rusqlite::types::FromSql>(&self, sql: &str, key: &dyn std::fmt::Display) -> T {
        self.store.query_row(sql, [key.to_string()], |row| row.get(0)).unwrap_or_else(|why| panic!("{sql}: {why}"))
    }

    /// Asks with nothing but the address.
    pub fn get(&self, path: &str, token: &str) -> Said {
        Self::send(self.http.get(format!("{}/ra/v1/{path}", self.gateway.url())), token)
    }

    /// Ends the session of this token.
    pub fn sign_out(&self, token: &str) {
        let request = self.http.delete(format!("{}/ra/v1/session", self.gateway.url()));
        assert_eq!(Self::send(request, token).status, 204);
    }

    /// Signs an officer in once more.
    pub fn another_session(&self, officer: &str) -> String {
        let request = SignIn { officer: desk::holder(officer) };
        let said = self.post("training/sign-in", &request, "");
        said.body["token"].as_str().expect("a token").to_owned()
    }

    /// What is on record of a job and of the good card, to be compared.
    pub fn on_record(&self, job: &JobId) -> Vec<rusqlite::types::Value> {
        let sql = "SELECT issuances.*, cards.* FROM issuances JOIN cards USING (serial) WHERE job = ?1";
        let mut query = self.store.prepare_cached(sql).expect("a query");
        let columns = query.column_count();
        let read = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
        query.query_row([job.as_str()], read).expect("on record")
    }

    fn send(mut request: reqwest::blocking::RequestBuilder, token: &str) -> Said {
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        let answer = request.send().expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.bytes().expect("a body");
        let problem = (status >= 400).then(|| serde_json::from_slice(&body).expect("a problem"));
        Said { status, problem, body: serde_json::from_slice(&body).unwrap_or_default() }
    }
}
