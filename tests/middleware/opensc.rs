//! The real OpenSC module over our PIV card behind pcscd, as a desk meets middleware that can do some things and not others.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use cardwright::{
    card::{
        algorithm::KeyAlgorithm,
        pkcs11::{CodeStanding, Middleware, ObjectId, Token, TokenError},
        virtual_card::VirtualCard,
    },
    domain::{CertificateSlot, Series},
    gateway::{Gateway, GatewayConfig},
    training::{self, readers::blank_card},
};
use time::OffsetDateTime;

use crate::{
    child::{in_process_of_its_own, is_child},
    desk::{Desk, judge},
    older_system::{SetClock, long_ago},
    soft_token::{passcode, settings, unlock_code},
    workbench::Workbench,
};

/// Tells the child which reader the card is in, and where to leave what it read.
const READER: &str = "CARDWRIGHT_TEST_READER";
const FOLDER: &str = "CARDWRIGHT_TEST_FOLDER";

/// Where Debian's `opensc-pkcs11` puts its module, whatever the machine is.
pub fn module() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").expect("a Debian system");
    let places = folders.filter_map(|entry| Some(entry.ok()?.path().join("opensc-pkcs11.so")));
    places.into_iter().find(|place| place.exists()).expect("Debian package opensc-pkcs11")
}

/// The card of the test, as its child reaches it.
struct Seen {
    middleware: Middleware,
    reader: String,
}

impl Seen {
    fn new() -> Self {
        Self { middleware: Middleware::new(module()), reader: std::env::var(READER).expect("set by the parent") }
    }

    fn with<R>(&self, work: impl FnOnce(&Token<'_>) -> Result<R, TokenError>) -> Result<R, TokenError> {
        self.middleware.with_token(&self.reader, work)
    }
}

/// A card that was issued with the passcode 738164, and the desk and reader it was issued at.
struct Issued {
    desk: Desk,
    bench: Workbench,
    reader: String,
}

impl Issued {
    fn new() -> Self {
        let (desk, mut bench) = (Desk::new(), Workbench::start());
        bench.insert(0, Arc::new(Mutex::new(VirtualCard::new(&blank_card().expect("a blank card")))));
        let reader = bench.reader_name(0);
        let words = ["issue", "--json", "--holder", "555000000023", "--reader", &reader, "--passcode-stdin"];
        desk.run_with_readers(&words, "738164\n").expect(0);
        Self { desk, bench, reader }
    }

    /// The child with this name works on it, under OpenSC's own settings and nobody else's.
    fn work(&self, test: &str) {
        let settings = self.desk.file("opensc.conf", "");
        let variables: [(&str, &OsStr); 3] = [
            (READER, self.reader.as_ref()),
            (FOLDER, self.desk.path().as_os_str()),
            ("OPENSC_CONF", settings.as_os_str()),
        ];
        in_process_of_its_own(&format!("opensc::{test}"), &variables);
    }

    /// How often a passcode was sent to the card (VERIFY with eight bytes), by the smart card service's own record.
    fn passcodes_sent(&self) -> usize {
        self.bench.log().lines().filter(|line| line.contains("APDU: 00 20 00 80 08")).count()
    }
}

#[test]
fn the_pair_is_read_and_signs() {
    if is_child() {
        let seen = Seen::new();
        let folder = PathBuf::from(std::env::var_os(FOLDER).expect("set by the parent"));
        let pair = seen.with(|token| token.pair(&settings())).expect("read without a passcode");
        for (slot, certificate) in CertificateSlot::BOTH.into_iter().zip(pair) {
            let certificate = certificate.expect("its half of the pair");
            let id = certificate.id.expect("tied to its key");
            std::fs::write(folder.join(format!("{slot}.der")), &certificate.der).expect("written");
            // The signing key of a PIV card wants the passcode at every use.
            let signature = seen.with(|token| {
                token.log_in(&passcode("738164"))?;
                assert!(token.public_key(&id, KeyAlgorithm::Rsa2048)?.is_some() && token.holds_key(&id)?);
                token.sign(&id, KeyAlgorithm::Rsa2048, b"a challenge", &passcode("738164"))
            });
            std::fs::write(folder.join(format!("{slot}.sig")), signature.expect("signed")).expect("written");
        }
        return;
    }
    let issued = Issued::new();
    issued.work("the_pair_is_read_and_signs");
    let folder = issued.desk.path();
    issued.desk.file("challenge", "a challenge");
    for (number, slot) in [("01", "authentication"), ("02", "signing")] {
        let (pem, der, key, signature) =
            (format!("{slot}.pem"), format!("{slot}.der"), format!("{slot}.key"), format!("{slot}.sig"));
        judge("pkcs15-tool", &["--reader", &issued.reader, "--read-certificate", number, "--output", &pem], folder);
        judge("openssl", &["x509", "-in", &pem, "-outform", "DER", "-out", "expected.der"], folder);
        let read = |name: &str| std::fs::read(folder.join(name)).expect(name);
        assert_eq!(read(&der), read("expected.der"), "{slot}: what OpenSC's own tool reads");
        judge("openssl", &["x509", "-in", &pem, "-pubkey", "-noout", "-out", &key], folder);
        let words = ["dgst", "-sha256", "-verify", &key, "-signature", &signature, "challenge"];
        assert!(judge("openssl", &words, folder).contains("Verified OK"));
    }
}

#[test]
fn the_passcode_is_changed_and_a_wrong_one_costs_the_card_one_try() {
    if is_child() {
        let seen = Seen::new();
        let changed = seen.with(|token| token.change_passcode(&passcode("738164"), &passcode("904261")));
        assert_eq!(changed, Ok(()));
        let wrong = |left| Err(TokenError::WrongPasscode { standing: left });
        let try_old = || seen.with(|token| token.log_in(&passcode("738164")));
        let standing = || seen.with(|token| token.passcode_standing());
        // OpenSC does not know how many a card has at most, so two of three is nothing it would tell.
        assert_eq!(try_old(), wrong(CodeStanding::NotTold));
        assert_eq!(try_old(), wrong(CodeStanding::LastTry));
        assert_eq!(standing(), Ok(CodeStanding::LastTry));
        assert_eq!(
            seen.with(|token| token.log_in(&passcode("904261"))),
            Ok(()),
            "the right one, and the count is full"
        );
        assert_eq!(standing(), Ok(CodeStanding::NotTold));
        return;
    }
    let issued = Issued::new();
    let before = issued.passcodes_sent();
    issued.work("the_passcode_is_changed_and_a_wrong_one_costs_the_card_one_try");
    assert_eq!(issued.passcodes_sent() - before, 3, "two wrong ones and a right one, each sent once");
    let words = ["--login", "--pin", "904261", "--list-objects", "--type", "privkey"];
    assert!(judge("pkcs11-tool", &words, issued.desk.path()).contains("SIGN key"), "the new passcode is the card's");
}

#[test]
fn three_wrong_passcodes_lock_and_a_fourth_is_never_sent() {
    if is_child() {
        let seen = Seen::new();
        let wrong = || seen.with(|token| token.log_in(&passcode("112358")));
        assert!(matches!(wrong(), Err(TokenError::WrongPasscode { .. })));
        assert!(matches!(wrong(), Err(TokenError::WrongPasscode { .. })));
        for _ in 0..3 {
            assert_eq!(wrong(), Err(TokenError::PasscodeLocked));
        }
        let change = seen.with(|token| token.change_passcode(&passcode("738164"), &passcode("904261")));
        assert_eq!(change, Err(TokenError::PasscodeLocked));
        return;
    }
    let issued = Issued::new();
    let before = issued.passcodes_sent();
    issued.work("three_wrong_passcodes_lock_and_a_fourth_is_never_sent");
    assert_eq!(issued.passcodes_sent() - before, 3);
    assert!(!issued.bench.log().contains("APDU: 00 24 00 80"), "a locked passcode is not changed either");
    // The card's own count (VERIFY without a passcode).
    let count = judge("opensc-tool", &["--reader", &issued.reader, "--send-apdu", "00200080"], issued.desk.path());
    assert!(count.contains("SW1=0x63, SW2=0xC0"), "{count}");
}

#[test]
fn what_the_middleware_cannot_do_is_refused_and_changes_nothing() {
    if is_child() {
        let seen = Seen::new();
        let (id, new) = (ObjectId::new(vec![1]).expect("one byte"), ObjectId::new(vec![9]).expect("one byte"));
        let logged_in = |work: &dyn Fn(&Token<'_>) -> Result<(), TokenError>| {
            seen.with(|token| {
                token.log_in(&passcode("738164"))?;
                work(token)
            })
        };
        let results = [
            logged_in(&|token| token.generate(&new, "new", KeyAlgorithm::Rsa2048).map(drop)),
            logged_in(&|token| {
                let der = token.certificate(&id)?.expect("a certificate");
                token.write_certificate(&new, "new", &der)
            }),
            logged_in(&|token| token.remove(&id).map(drop)),
            seen.with(|token| token.unlock(&unlock_code("27182818"), &passcode("904261"))),
            seen.with(|token| token.change_unlock_code(&unlock_code("27182818"), &unlock_code("31415926"))),
        ];
        for result in results {
            let refusal = result.expect_err("OpenSC does not do this to a PIV card");
            assert!(matches!(refusal, TokenError::Unsupported { .. }), "{refusal:?}");
            assert!(!refusal.is_lost() && refusal.to_string().contains("nothing was changed"), "{refusal}");
        }
        return;
    }
    let issued = Issued::new();
    let dump = || judge("pkcs15-tool", &["--reader", &issued.reader, "--dump"], issued.desk.path());
    let before = dump();
    issued.work("what_the_middleware_cannot_do_is_refused_and_changes_nothing");
    assert_eq!(before, dump());
    let words = ["--login", "--pin", "738164", "--list-objects", "--type", "privkey"];
    assert!(judge("pkcs11-tool", &words, issued.desk.path()).contains("SIGN key"), "the passcode is what it was");
}

/// Settings of a desk for which the training card is a Series 8 card: everything of the bundled profile but what the card
/// shows of itself.
pub fn series_8_stand_in(folder: &Path, module: &Path) -> String {
    let bundled = include_str!("../../assets/card-profiles/series-8.toml");
    let (before, rest) = bundled.split_once("[match]").expect("what it shows of itself");
    let (_, after) = rest.split_once("[keys]").expect("the next table");
    let shown = "[match]\npiv = \"answers\"\napplication-labels = [\"Cardwright training card\"]\n\n[keys]";
    let profiles = folder.join("profiles");
    std::fs::create_dir_all(&profiles).expect("a folder");
    std::fs::write(profiles.join("series-8.toml"), [before, shown, after].concat()).expect("written");
    format!("cards.profiles = '{}'\ncards.series-8-module = '{}'\n", profiles.display(), module.display())
}

#[test]
fn the_command_line_shows_the_card_through_its_middleware_or_says_that_it_is_missing() {
    let issued = Issued::new();
    let cards = |configuration: &str| {
        let file = issued.desk.file("desk.toml", configuration).display().to_string();
        let seen = issued.desk.run_with_readers(&["cards", "--json", "--config", &file], "").expect(0).json();
        let readers = seen["readers"].as_array().expect("readers").clone();
        readers.into_iter().find(|reader| reader["reader"] == *issued.reader).expect("the reader")
    };
    let with_middleware = series_8_stand_in(issued.desk.path(), &module());
    let seen = cards(&with_middleware);
    let listed = judge("pkcs11-tool", &["--list-slots"], issued.desk.path());
    let serial = listed.lines().find_map(|line| line.trim().strip_prefix("serial num")).expect("a serial").to_owned();
    let serial = serial.trim_start_matches([' ', ':']).to_ascii_uppercase();
    assert_eq!((seen["card"].as_str(), seen["profile"].as_str()), (Some("Series 8"), Some("series-8")), "{seen}");
    assert_eq!(seen["serial"].as_str(), Some(serial.as_str()), "as OpenSC's own tool tells it");

    let without: String = with_middleware.lines().take(1).collect();
    let seen = cards(&without);
    let remark = seen["remark"].as_str().expect("a remark");
    assert_eq!((seen["card"].as_str(), seen["serial"].as_str()), (Some("Series 8"), None));
    for part in ["Series 8", "middleware", "Nothing was changed", "cards.series-8-module", "Series 10"] {
        assert!(remark.contains(part), "{part} is not in: {remark}");
    }
    let missing = series_8_stand_in(issued.desk.path(), Path::new("/opt/none.so"));
    let seen = cards(&missing);
    let remark = seen["remark"].as_str().expect("a remark");
    assert!(remark.contains("/opt/none.so") && remark.contains("no card was touched"), "{remark}");
    // The card is whatever it was: nothing but reading was done.
    let words = ["--login", "--pin", "738164", "--list-objects", "--type", "privkey"];
    assert!(judge("pkcs11-tool", &words, issued.desk.path()).contains("SIGN key"));
}

/// The card is on record under the serial that the middleware tells, so that whole operations reach it.
#[test]
fn whole_operations_do_what_the_middleware_can_and_leave_the_card_as_it_was_where_it_cannot() {
    let (desk, mut bench) = (Desk::new(), Workbench::start());
    bench.insert(0, Arc::new(Mutex::new(VirtualCard::new(&blank_card().expect("a blank card")))));
    let reader = bench.reader_name(0);
    let data = desk.path().join("gateway");
    let mut config = GatewayConfig::training(&data, training::people().expect("invented"));
    let (now, clock) = (OffsetDateTime::now_utc(), Arc::new(SetClock::new(OffsetDateTime::now_utc())));
    config.clock = clock.clone();
    let gateway = Gateway::start(config).expect("a gateway");
    let place = format!("gateway.url = \"{}\"\n", gateway.url());
    let plain = desk.file("plain.toml", &place).display().to_string();
    clock.set(long_ago(now));
    let words = ["issue", "--json", "--holder", "555000000023", "--reader", &reader, "--passcode-stdin"];
    let issued = desk.run_with_readers(&[&words[..], &["--config", &plain]].concat(), "738164\n").expect(0).json();
    clock.set(now);

    let stand_in = place + &series_8_stand_in(desk.path(), &module());
    let file = desk.file("desk.toml", &stand_in).display().to_string();
    let run = |words: &[&str], stdin: &str| {
        let words = [words, &["--json", "--reader", &reader, "--config", &file]].concat();
        desk.run_with_readers(&words, stdin)
    };
    let seen = run(&["cards", "--offline"], "").expect(0).json()["readers"][0].clone();
    let serial = seen["serial"].as_str().expect("a serial").to_owned();
    let store = rusqlite::Connection::open(data.join("gateway.sqlite")).expect("the database");
    let word = serde_json::to_value(Series::Series8).expect("a word");
    for table in ["cards", "issuances"] {
        let sql = format!("UPDATE {table} SET serial = ?1, series = ?2 WHERE serial = ?3");
        let changed = [serial.as_str(), word.as_str().expect("text"), issued["serial"].as_str().expect("a serial")];
        assert_eq!(store.execute(&sql, changed).expect("changed"), 1, "{table}");
    }
    let signs = |passcode: &str| {
        let words = ["--login", "--pin", passcode, "--list-objects", "--type", "privkey"];
        assert!(judge("pkcs11-tool", &words, desk.path()).contains("SIGN key"));
    };

    let changed = run(&["passcode", "--passcode-stdin"], "738164\n904261\n").expect(0).json();
    assert_eq!(changed["result"]["ending"], "done", "{changed}");
    signs("904261");
    let wrong = run(&["passcode", "--passcode-stdin"], "738164\n640182\n").expect(1);
    assert!(wrong.stderr.contains("the old passcode is wrong"), "{}", wrong.stderr);
    for (words, stdin) in [(["renew", "--passcode-stdin"], "904261\n"), (["unlock", "--passcode-stdin"], "640182\n")] {
        let refused = run(&words, stdin).expect(1);
        for part in ["cannot do what was asked through its middleware", "nothing was changed", "Series 10 card instead"]
        {
            assert!(refused.stderr.contains(part), "{part} is not in: {}", refused.stderr);
        }
        signs("904261");
        let seen = run(&["cards"], "").expect(0).json()["readers"][0].clone();
        assert!(seen.to_string().contains("in order"), "{words:?}: {seen}");
    }
    let open = desk.run_with_readers(&["resume", "--json", "--config", &file], "").expect(0).json();
    assert_eq!(open["jobs"], serde_json::json!([]), "nothing is left open");
}
