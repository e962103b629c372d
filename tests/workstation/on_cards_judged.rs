//! Every operation on a card in use, from the command line on a card behind pcscd, and afterwards in the eyes of OpenSC
//! and OpenSSL: on our virtual card and on a card nobody here wrote.

use std::sync::{Arc, Mutex};

use cardwright::{
    card::virtual_card::{VirtualCard, vpcd::Chip},
    training::readers::blank_card,
};
use cardwright_independent_card::IndependentCard;
use serde_json::Value;

use crate::{
    desk::Desk,
    faulty_proxy::FaultyProxy,
    judges::{Standing, certificates_on, read_certificates, standing, works_with},
    office::{HOLDER, Office},
    workbench::{Independent, Workbench},
};

pub fn virtual_card() -> Arc<Mutex<VirtualCard>> {
    Arc::new(Mutex::new(VirtualCard::new(&blank_card().expect("a blank card"))))
}

pub fn independent() -> Independent {
    let mut card = IndependentCard::new();
    card.leave_factory([0xC3; 21], None);
    Independent(card)
}

/// A card, and the lines of configuration that a desk has for its kind.
pub type Stock<'a, C> = (C, &'a str);

/// A desk with one card behind pcscd.
pub struct Service {
    pub desk: Desk,
    pub reader: String,
    /// What its configuration says besides where the gateway is.
    lines: String,
    bench: Workbench,
}

impl Service {
    pub fn with(office: &Office, (card, lines): Stock<impl Chip + Send + 'static>) -> Self {
        let mut bench = Workbench::start();
        bench.insert(0, card);
        Self { desk: office.desk_with(lines), reader: bench.reader_name(0), lines: lines.to_owned(), bench }
    }

    /// Runs a command on the card, which must end so.
    #[track_caller]
    pub fn run(&self, words: &[&str], stdin: &str, code: i32) -> Value {
        let words = [words, &["--json", "--reader", &self.reader]].concat();
        self.desk.run_with_readers(&words, stdin).expect(code).json()
    }

    #[track_caller]
    fn issue(&self, passcode: &str) -> Value {
        self.run(&["issue", "--holder", HOLDER, "--passcode-stdin"], &format!("{passcode}\n"), 0)
    }

    /// What `cards` tells of the card.
    #[track_caller]
    pub fn look(&self) -> Value {
        let cards = self.desk.run_with_readers(&["cards", "--json", "--reader", &self.reader], "").expect(0).json();
        cards["readers"][0].clone()
    }
}

/// Issue, look, change of passcode, wrong tries until it locks, unlock twice.
pub fn passcodes(stock: Stock<impl Chip + Send + 'static>) {
    passcodes_unlocked(stock, unlocks_with_few_commands_and_calls);
}

/// The same with a card whose channel costs commands and calls of its own.
pub fn passcodes_over_channel(stock: Stock<impl Chip + Send + 'static>) {
    passcodes_unlocked(stock, |_, service, passcode| {
        service.run(&["unlock", "--passcode-stdin"], &format!("{passcode}\n"), 0);
    });
}

fn passcodes_unlocked(stock: Stock<impl Chip + Send + 'static>, unlocks: fn(&Office, &Service, &str)) {
    let office = Office::days_ago(0);
    let service = Service::with(&office, stock);
    service.issue("738164");
    read_certificates(&service.desk, &service.reader, "issued");
    let look = service.look();
    assert_eq!(
        (&look["standing"], &look["tries_left"], &look["holder"]["number"]),
        (&"in-order".into(), &3.into(), &HOLDER.into())
    );
    assert!(
        look["certificates"].as_array().expect("both").iter().all(|one| one["days_left"].as_i64() > Some(1000)),
        "{look}"
    );

    let changed = service.run(&["passcode", "--passcode-stdin"], "738164\n904261\n", 0);
    assert_eq!(changed["operation"], "change-passcode", "{changed}");
    // The number is the card's own or none: one of the cards tells none while its new passcode stands as verified.
    let told = service.look()["tries_left"].clone();
    assert_eq!(told, 3);
    assert!(changed["tries_left"] == told || changed["tries_left"].is_null(), "{changed}");
    works_with("904261");
    // Three wrong tries lock it; a fourth is never sent.
    for left in [2, 1, 0] {
        let wrong = service.run(&["passcode", "--passcode-stdin"], "640182\n735194\n", 1);
        // One of the cards does not count aloud when it refuses: it is asked, and both tell their own count.
        assert_eq!(wrong["tries_left"], left, "{wrong}");
        assert_eq!(service.look()["tries_left"], left);
    }
    let words = ["passcode", "--json", "--passcode-stdin", "--reader", &service.reader];
    let refused = service.desk.run_with_readers(&words, "904261\n735194\n");
    assert!(matches!(refused.code, 1 | 3) && refused.stderr.contains("locked"), "{}", refused.stderr);
    let look = service.look();
    assert_eq!((&look["standing"], &look["tries_left"]), (&"locked".into(), &0.into()), "{look}");

    unlocks(&office, &service, "735194");
    works_with("735194");
    // The unlock code was changed: the next unlock has another one, and works too.
    service.run(&["unlock", "--passcode-stdin"], "738164\n", 0);
    works_with("738164");
    assert_eq!(standing(&service.desk, &office.service(), "issued"), [Standing::Good, Standing::Good]);
}

/// One process signs in and makes the two calls of an unlock: the first one tells whose card it is. Commands are counted by pcscd, calls in
/// front of the gateway.
fn unlocks_with_few_commands_and_calls(office: &Office, service: &Service, passcode: &str) {
    let proxy = FaultyProxy::start(office.gateway.address());
    let desk = Desk::configured(&format!("gateway.url = \"{}\"\n{}", proxy.url(), service.lines));
    let before = service.bench.apdu_count();
    let words = ["unlock", "--passcode-stdin", "--json", "--reader", &service.reader];
    let unlocked = desk.run_with_readers(&words, &format!("{passcode}\n")).expect(0).json();
    let commands = service.bench.apdu_count() - before;
    assert!(commands <= 12, "{commands} commands");
    assert_eq!((&unlocked["apdus"], &unlocked["gateway_calls"]), (&commands.into(), &2.into()), "{unlocked}");
    let asked = proxy.requests();
    let to = |end: &str| asked.iter().position(|request| request.split('?').next().is_some_and(|r| r.ends_with(end)));
    let signed_in = ["/training/officers", "/training/sign-in", "/workstations"].map(to);
    let work = ["/on-cards", "/end", "/audit/head"].map(to);
    let expected: Vec<Option<usize>> = (0..6).map(Some).collect();
    assert_eq!([&signed_in[..], &work[..]].concat(), expected, "{asked:?}");
    assert_eq!(asked.len(), 6, "and nothing else: {asked:?}");
}

#[test]
fn passcodes_of_a_card_behind_pcscd() {
    passcodes((virtual_card(), ""));
}

#[test]
fn passcodes_of_a_card_nobody_here_wrote() {
    passcodes((independent(), ""));
}

/// Issue long ago, renewal with a wrong passcode and the right one, repair.
pub fn pairs(stock: Stock<impl Chip + Send + 'static>) {
    // Three years and 30 days before today's certificates would end: today they have 30 days.
    let office = Office::days_ago(3 * 365 - 30);
    let service = Service::with(&office, stock);
    service.issue("738164");
    read_certificates(&service.desk, &service.reader, "issued");
    office.pass(3 * 365 - 30);
    let gateway = office.service();

    // The holder's own passcode, and nothing else, renews.
    let wrong = service.run(&["renew", "--passcode-stdin"], "640182\n", 1);
    assert_eq!((&wrong["tries_left"], &wrong["which_pair"]), (&2.into(), &"old".into()), "{wrong}");
    assert_eq!(standing(&service.desk, &gateway, "issued"), [Standing::Good, Standing::Good]);
    let renewed = service.run(&["renew", "--passcode-stdin"], "738164\n", 0);
    assert_eq!(renewed["which_pair"], "new", "{renewed}");
    works_with("738164");
    read_certificates(&service.desk, &service.reader, "renewed");
    assert_eq!(standing(&service.desk, &gateway, "issued"), [Standing::Revoked, Standing::Revoked]);
    assert_eq!(standing(&service.desk, &gateway, "renewed"), [Standing::Good, Standing::Good]);
    let again = service.run(&["renew", "--passcode-stdin"], "738164\n", 3);
    assert!(again["reasons"].as_array().is_some_and(|all| all.iter().all(|one| one["remedy"].is_string())), "{again}");

    let repaired = service.run(&["repair", "--passcode-stdin"], "904261\n", 0);
    assert_eq!((&repaired["which_pair"], &repaired["locked"]), (&"new".into(), &false.into()), "{repaired}");
    works_with("904261");
    read_certificates(&service.desk, &service.reader, "repaired");
    assert_eq!(standing(&service.desk, &gateway, "renewed"), [Standing::Revoked, Standing::Revoked]);
    assert_eq!(standing(&service.desk, &gateway, "repaired"), [Standing::Good, Standing::Good]);
}

#[test]
fn renew_and_repair_of_a_card_behind_pcscd() {
    pairs((virtual_card(), ""));
}

#[test]
fn renew_and_repair_of_a_card_nobody_here_wrote() {
    pairs((independent(), ""));
}

/// Issue, clear, issue again on the same chip, cancel.
pub fn ends(stock: Stock<impl Chip + Send + 'static>) {
    let office = Office::days_ago(0);
    let service = Service::with(&office, stock);
    let serial = service.issue("738164")["serial"].clone();
    read_certificates(&service.desk, &service.reader, "first");
    let gateway = office.service();
    let cleared = service.run(&["clear", "--yes"], "", 0);
    assert_eq!((&cleared["operation"], &cleared["serial"]), (&"clear".into(), &serial));
    assert_eq!(standing(&service.desk, &gateway, "first"), [Standing::Revoked, Standing::Revoked]);
    assert_eq!(certificates_on(&service.reader), 0);
    assert_eq!(service.look()["standing"], "empty");

    // The same chip, issued again, ended for good.
    service.issue("904261");
    works_with("904261");
    read_certificates(&service.desk, &service.reader, "second");
    assert_eq!(standing(&service.desk, &gateway, "second"), [Standing::Good, Standing::Good]);
    let cancelled = service.run(&["cancel", "--reason", "stolen", "--note", "taken from a coat", "--yes"], "", 0);
    assert_eq!((&cancelled["operation"], &cancelled["reason"]), (&"cancel".into(), &"stolen".into()), "{cancelled}");
    assert_eq!(standing(&service.desk, &gateway, "second"), [Standing::Revoked, Standing::Revoked]);
    assert_eq!(service.look()["standing"], "cancelled");
    let refused = service.run(&["issue", "--holder", HOLDER, "--locked"], "", 3);
    assert_eq!(refused["outcome"], "refused");
}

#[test]
fn clear_and_cancel_of_a_card_behind_pcscd() {
    ends((virtual_card(), ""));
}

#[test]
fn clear_and_cancel_of_a_card_nobody_here_wrote() {
    ends((independent(), ""));
}
