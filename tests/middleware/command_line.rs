//! A Series 8 card from the command line and at the window's readers: its chip behind pcscd, its keys behind the module.

use std::{path::Path, sync::Arc, time::Duration};

use cardwright::{
    bench::{Event, Order, ReaderCondition, Workers},
    card::pkcs11::Middleware,
    domain::{CardState, HolderId, Series},
    gateway::{Gateway, GatewayConfig},
    training,
    workplace::{Configuration, Places, Readers, Workplace},
};
use time::OffsetDateTime;

use crate::{
    card_like::{self, CardLike},
    child::{in_process_of_its_own, is_child},
    desk::{Desk, Ran},
    gateway_desk,
    old_cards::BareChip,
    older_system,
    soft_token::{PASSCODE, SOFTHSM, judge},
    workbench::Workbench,
};

/// A holder of the training gateway who may have a card.
const HOLDER: &str = "555000000023";

/// Runs a test in a process that sees a token in the first reader of a workbench.
pub fn with_card(test: &str) {
    let card = CardLike::new("Workbench 00 00");
    in_process_of_its_own(test, &card.variables());
}

/// A desk with the Series 8 card of a holder in its reader, issued three years ago so that 30 days are left.
pub struct Counter {
    pub desk: Desk,
    pub bench: Workbench,
    pub configuration: String,
}

impl Counter {
    pub fn new() -> Self {
        let (desk, mut bench) = (Desk::new(), Workbench::start());
        let middleware = Middleware::new(card_like::module());
        let holder: HolderId = HOLDER.parse().expect("a number");
        let data = desk.path().join("data/gateway");
        let mut config = GatewayConfig::training(&data, training::people().expect("invented"));
        config.clock = Arc::new(older_system::SetClock::new(older_system::long_ago(OffsetDateTime::now_utc())));
        let gateway = Gateway::start(config).expect("a gateway");
        older_system::issue(&gateway.url(), &data, &middleware, &bench.reader_name(0), &holder);
        drop(gateway);
        bench.insert(0, BareChip::series_8());
        // Keys that are made at once.
        let profile = include_str!("../../assets/card-profiles/series-8.toml").replace("\"rsa-2048\"", "\"p-256\"");
        let profiles = desk.path().join("profiles");
        std::fs::create_dir(&profiles).expect("a folder");
        std::fs::write(profiles.join("series-8.toml"), profile).expect("written");
        let text = format!(
            "cards.profiles = '{}'\ncards.series-8-module = '{}'\ntraining.officer = \"{}\"\n",
            profiles.display(),
            card_like::module().display(),
            gateway_desk::RA_AGENT,
        );
        let configuration = desk.file("desk.toml", &text).display().to_string();
        Self { desk, bench, configuration }
    }

    fn run(&self, words: &[&str], stdin: &str) -> Ran {
        let reader = self.bench.reader_name(0);
        let words = [words, &["--json", "--reader", &reader, "--config", &self.configuration]].concat();
        self.desk.run_with_readers(&words, stdin)
    }

    /// What `cards` says of it.
    fn card(&self) -> serde_json::Value {
        self.run(&["cards"], "").expect(0).json()["readers"][0].clone()
    }
}

#[test]
fn everything_a_series_8_card_can_do_is_done_from_the_command_line() {
    if !is_child() {
        return with_card("command_line::everything_a_series_8_card_can_do_is_done_from_the_command_line");
    }
    let counter = Counter::new();
    let seen = counter.card();
    assert_eq!((seen["card"].as_str(), seen["profile"].as_str()), (Some("Series 8"), Some("series-8")), "{seen}");
    assert!(seen.to_string().contains(HOLDER) && seen.to_string().contains("in order"), "{seen}");

    // What it cannot do is refused, each with reason and remedy.
    for words in [&["repair", "--locked"][..], &["clear", "--yes"]] {
        let refused = counter.run(words, "").expect(3).json();
        assert!(refused.to_string().contains("Issue a Series 10 card instead"), "{refused}");
    }

    let changed = counter.run(&["passcode", "--passcode-stdin"], &format!("{PASSCODE}\n904261\n")).expect(0).json();
    assert_eq!(changed["result"]["ending"], "done", "{changed}");
    for left in [None, Some(1), Some(0)] {
        let wrong = counter.run(&["passcode", "--passcode-stdin"], "738165\n640182\n").expect(1).json();
        assert_eq!(wrong["tries_left"].as_u64(), left, "as far as the card tells: {wrong}");
    }
    let locked = counter.run(&["passcode", "--passcode-stdin"], "904261\n640182\n").expect(3);
    assert!(locked.stderr.contains("locked") && locked.stderr.contains("nlock"), "{}", locked.stderr);
    let unlocked = counter.run(&["unlock", "--passcode-stdin"], "640182\n").expect(0).json();
    assert_eq!((&unlocked["result"]["ending"], &unlocked["gateway_calls"]), (&"done".into(), &2.into()), "{unlocked}");

    let renewed = counter.run(&["renew", "--passcode-stdin"], "640182\n").expect(0).json();
    assert_eq!(renewed["which_pair"], "new", "{renewed}");
    let early = counter.run(&["renew", "--passcode-stdin"], "640182\n").expect(3).json();
    assert!(early.to_string().contains("can be renewed from"), "{early}");

    let configuration = std::env::var_os("SOFTHSM2_CONF").expect("set by the parent");
    let words = ["--module", SOFTHSM, "--token-label", "Holder", "--login", "--pin", "640182", "--list-objects"];
    let listed = judge("pkcs11-tool", &words, Path::new(&configuration));
    assert_eq!(listed.matches("Certificate Object").count(), 2, "{listed}");
    assert!(listed.contains("NHS authentication") && listed.contains("NHS signing"), "{listed}");
    assert!(!listed.contains("older system"), "{listed}");

    let cancelled = counter.run(&["cancel", "--reason", "damaged", "--yes"], "").expect(5).json();
    assert!(cancelled["note"].as_str().is_some_and(|note| note.contains("Destroy the card")), "{cancelled}");
    assert!(counter.card().to_string().contains("cancelled for good"));
    // No passcode is left in any file or answer.
    for file in crate::desk::files(&counter.desk.path().join("data")) {
        let content = std::fs::read(&file).expect("a file");
        for code in [PASSCODE, "904261", "640182"] {
            assert!(!content.windows(6).any(|piece| piece == code.as_bytes()), "{} holds {code}", file.display());
        }
    }
}

#[test]
fn the_window_shows_the_card_and_says_what_is_missing_without_its_middleware() {
    if !is_child() {
        return with_card("command_line::the_window_shows_the_card_and_says_what_is_missing_without_its_middleware");
    }
    let counter = Counter::new();
    let text = std::fs::read_to_string(&counter.configuration).expect("written");
    let condition = |text: &str| {
        let configuration = Configuration::parse(text, "desk.toml").expect("sound");
        let places = Places::new(Some(counter.desk.path().join("data")), None).expect("named");
        let workplace = Workplace::unattended(&places, configuration, Readers::AsConfigured).expect("a workstation");
        let workers = Workers::start(Arc::new(workplace), || {}).expect("the workers start");
        workers.order(Order::SignIn { officer: gateway_desk::RA_AGENT.parse().expect("a number") });
        let mut signed_in = false;
        loop {
            let event = workers.wait_event(Duration::from_secs(60)).expect("the card is told");
            match event {
                Event::SignedIn(session) => signed_in = session.is_ok(),
                Event::Reader(view) if view.name == counter.bench.reader_name(0) && signed_in => match view.condition {
                    ReaderCondition::Reading => {}
                    // Before the sign-in nobody said whose it is.
                    ReaderCondition::Card(card) if card.record.is_err() => {}
                    told => break told,
                },
                _ => {}
            }
        }
    };
    let ReaderCondition::Card(card) = condition(&text) else { panic!("the card is shown") };
    assert_eq!((card.series, card.state()), (Series::Series8, Some(CardState::Active)));
    assert_eq!(card.holder.map(|holder| holder.id.to_string()).as_deref(), Some(HOLDER));
    assert!(card.has_certificates);
    let days = (card.expires.expect("a last day") - OffsetDateTime::now_utc().date()).whole_days();
    assert!((28..=31).contains(&days), "{days} days left");

    let without: String =
        text.lines().filter(|line| !line.contains("series-8-module")).map(|l| format!("{l}\n")).collect();
    let ReaderCondition::Unknown { why, .. } = condition(&without) else { panic!("nothing reaches it") };
    for part in ["Series 8", "middleware", "Nothing was changed", "ask IT"] {
        assert!(why.contains(part), "{part} is not in: {why}");
    }
}
