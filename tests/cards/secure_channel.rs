//! Hosts that nobody here wrote open secure channels to the virtual card behind pcscd and replace its keys; then our own
//! host speaks to what they left.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command as Program, Stdio},
    sync::{Arc, Mutex},
};

use cardwright::{
    card::{
        algorithm::ManagementAlgorithm,
        reader::{Access, CardReaders as _},
        secure_channel::{
            Challenges, Channel, ChannelKey, KeySet, SecurityLevel, StaticKeys, external_authenticate,
            initialize_update, select_domain,
        },
        virtual_card::{Behaviour, Blueprint, ManagementKey, ProductionData, VirtualCard},
    },
    domain::Secret,
};
use serde_json::{Value, json};

use crate::{
    bench::{passcode, unlock_code},
    workbench::Workbench,
};

const MANAGEMENT_KEY: [u8; 32] = [0x4D; 32];

/// Three different keys of one length, told apart by a number.
fn set(version: u8, length: usize, seed: u8) -> KeySet {
    let key = |n: u8| ChannelKey::new(Secret::new((0..length as u8).map(|at| seed ^ n ^ at).collect()));
    let keys = [1, 2, 3].map(|n| key(n).expect("an AES key"));
    let [encryption, mac, key_encryption] = keys;
    KeySet { version, keys: StaticKeys::new(encryption, mac, key_encryption).expect("one length") }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn hex_keys(set: &KeySet) -> Vec<String> {
    set.keys.all().iter().map(|key| hex(key.expose())).collect()
}

/// A card that takes writes through a channel only, with this key set.
fn card(keys: &KeySet) -> Arc<Mutex<VirtualCard>> {
    Arc::new(Mutex::new(VirtualCard::new(&Blueprint {
        production: ProductionData::invented([9, 8, 7, 6], [5, 4]),
        management_key: ManagementKey::new(ManagementAlgorithm::Aes256, Secret::new(MANAGEMENT_KEY.to_vec()))
            .expect("32 bytes"),
        transport_passcode: passcode("12345678"),
        transport_unlock_code: unlock_code("12345678"),
        domain_keys: vec![keys.clone()],
        behaviour: Behaviour::named("training-secure-channel").expect("it comes along"),
    })))
}

/// The key information of a card with one set: every key, AES, of this length.
fn information(set: &KeySet) -> String {
    let length = set.keys.length() as u8;
    let entry = |id: u8| hex(&[0xC0, 0x04, id, set.version, 0x88, length]);
    format!("E012{}{}{}", entry(1), entry(2), entry(3))
}

/// What a program says when it is told this.
fn told(program: &mut Program, input: &str) -> String {
    let mut child =
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("told");
    let output = child.wait_with_output().expect("it ends");
    let (said, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complaint}");
    said.into_owned()
}

/// Our own host opens a channel with these keys at every level.
fn our_host_opens(bench: &Workbench, keys: &KeySet) {
    let mut connection = bench.readers().connect(&bench.reader_name(0), Access::Exclusive).expect("a card");
    for level in SecurityLevel::ALL {
        let mut version = None;
        let mut open = |card: &mut dyn cardwright::card::transport::Transport| {
            select_domain(card).expect("there is one");
            let host = [level.parameter(); 8];
            let answer = initialize_update(card, host).expect("it answers");
            let challenges = Challenges { host, card: answer.challenge };
            let session = keys.keys.session(&challenges);
            assert_eq!(session.card_cryptogram(&challenges), answer.cryptogram, "the card holds these keys");
            let cryptogram = session.host_cryptogram(&challenges);
            external_authenticate(card, &mut Channel::new(session, level), &cryptogram).expect("it takes ours");
            version = Some(answer.key_version);
        };
        connection.transact(&mut |card| open(card)).expect("a transaction");
        assert_eq!(version, Some(keys.version));
    }
}

/// A folder of this test program's own beside what cargo builds, kept from run to run.
fn kept_folder(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("this program");
    let built = program.ancestors().find(|path| path.file_name().is_some_and(|name| name == "deps"));
    built.and_then(Path::parent).and_then(Path::parent).expect("the target folder").join(name)
}

fn independent_host() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/independent-host")
}

/// The program around the crate `scll`. It stands outside the workspace, because that crate wants another version of a
/// crate than the workspace has.
fn scll_host() -> PathBuf {
    let target = kept_folder("independent-host");
    let built = Program::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(independent_host().join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target)
        .status();
    assert!(built.expect("cargo").success(), "the independent host is built");
    target.join("debug/cardwright-independent-host")
}

/// Debian's Python with Yubico's library in a folder of its own.
fn python_with_yubikit(folder: &Path) -> PathBuf {
    let python = folder.join("bin/python");
    let made = Program::new("/usr/bin/python3").args(["-m", "venv", "--system-site-packages"]).arg(folder).status();
    assert!(made.expect("Debian package python3-venv").success());
    let installed = Program::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--requirement"])
        .arg(independent_host().join("requirements.txt"))
        .status();
    assert!(installed.expect("pip").success(), "the Python package yubikey-manager is installed");
    python
}

#[test]
fn yubikit_opens_channels_writes_through_them_and_replaces_the_keys() {
    // That library speaks AES-128 alone.
    let (held, new) = (set(0x30, 16, 0x51), set(0x31, 16, 0xA2));
    let folder = tempfile::tempdir().expect("a scratch folder");
    let python = python_with_yubikit(folder.path());
    let mut bench = Workbench::start();
    bench.insert(0, card(&held));
    let of = |set: &KeySet| json!({ "version": set.version, "keys": hex_keys(set) });
    let wanted = json!({
        "reader": bench.reader_name(0), "held": of(&held), "new": of(&new), "management-key": hex(&MANAGEMENT_KEY),
    });
    let said = told(Program::new(python).arg(independent_host().join("yubikit_host.py")), &wanted.to_string());
    let seen: Value = serde_json::from_str(&said).expect("one document");
    let expected = json!({
        "wrong keys": "Incorrect SCP parameters",
        "keys before": information(&held).to_lowercase(),
        "write without a channel": "6982",
        "tries": "63C3",
        "written and read": true,
        "blocked unlock code": ["6983", "6982", "9000", "9000"],
        "keys after": information(&new).to_lowercase(),
        "old keys": "Incorrect SCP parameters",
    });
    assert_eq!(seen, expected);
    our_host_opens(&bench, &new);
}

#[test]
fn scll_opens_channels_at_every_level_and_replaces_the_keys() {
    let host = scll_host();
    let mut bench = Workbench::start();
    for (of, length) in [(16, 32), (32, 24), (24, 16)] {
        let (held, new) = (set(0x30, of, 0x51), set(0x31, length, 0xA2));
        bench.insert(0, card(&held));
        let line = |set: &KeySet| format!("{:02X} {}\n", set.version, hex_keys(set).join(" "));
        let input = format!("{}\n{}{}", bench.reader_name(0), line(&held), line(&new));
        let said = told(&mut Program::new(&host), &input);
        let both = format!("E024{}{}", &information(&held)[4..], &information(&new)[4..]);
        for expected in [
            "default protocol: Scp03 { i_param: 0x70 }".to_owned(),
            format!("domain at level 01: {} 9000", information(&held)),
            format!("domain at level 03: {} 9000", information(&held)),
            format!("domain at level 13: {} 9000", information(&held)),
            format!("domain at level 33: {} 9000", information(&held)),
            "application: 7E124F0BA0000003080000100001005F2F024000 9000".to_owned(),
            "tries:  63C3".to_owned(),
            format!("with the new keys: {both} 9000"),
            "the old ones deleted:  9000".to_owned(),
            format!("and then: {} 9000", information(&new)),
            "the old keys: CardCryptogramFail".to_owned(),
        ] {
            assert!(said.lines().any(|line| line == expected), "{expected} is not in\n{said}");
        }
        our_host_opens(&bench, &new);
        bench.remove(0);
    }
}
