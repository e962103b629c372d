//! A token of SoftHSM2 in a folder of its own.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use cardwright::{
    card::{piv::PublicKey, pkcs11::Middleware, profile::MiddlewareSettings},
    domain::{CertificateSlot, Passcode, PasscodeRules, Secret, UnlockCode},
};
use rcgen::{CertificateParams, DnType, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;

/// Where Debian's `softhsm2` puts its module.
pub const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// Passcode and unlock code of a new token.
pub const PASSCODE: &str = "738164";
pub const UNLOCK_CODE: &str = "27182818";

/// A new token. The configuration names its folder.
pub struct SoftToken {
    pub folder: TempDir,
    pub configuration: PathBuf,
}

impl SoftToken {
    pub fn new() -> Self {
        // Hundreds of objects are written, none of which need reach a disk, where the system has such a place.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a scratch folder");
        let tokens = folder.path().join("tokens");
        std::fs::create_dir(&tokens).expect("a folder");
        let configuration = folder.path().join("softhsm2.conf");
        let text = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = true\n",
            tokens.display()
        );
        std::fs::write(&configuration, text).expect("written");
        let token = Self { folder, configuration };
        let made = ["--init-token", "--free", "--label", "Holder", "--pin", PASSCODE, "--so-pin", UNLOCK_CODE];
        judge("softhsm2-util", &made, &token.configuration);
        token
    }

    /// The variables a process needs to see it.
    pub fn variables(&self) -> [(&'static str, &OsStr); 1] {
        [("SOFTHSM2_CONF", self.configuration.as_os_str())]
    }
}

/// The module, and how it calls the slot of the one token it shows.
pub fn middleware() -> (Middleware, String) {
    let middleware = Middleware::new(SOFTHSM);
    let seen = middleware.tokens().expect("Debian package softhsm2");
    // SoftHSM always has one more slot, with a token that nobody initialised.
    let token = seen.into_iter().find(|token| token.identity.label == "Holder").expect("the token of this test");
    (middleware, token.slot)
}

pub fn passcode(digits: &str) -> Passcode {
    Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).expect("digits")
}

pub fn unlock_code(digits: &str) -> UnlockCode {
    UnlockCode::new(Secret::new(digits.as_bytes().to_vec())).expect("eight bytes")
}

/// The settings of the bundled Series 8 profile.
pub fn settings() -> MiddlewareSettings {
    let profiles = cardwright::card::profile::Profiles::bundled().expect("bundled");
    profiles
        .by_id("series-8")
        .and_then(|profile| profile.middleware.clone())
        .expect("Series 8 works through middleware")
}

/// Runs another program, which must end well, and gives what it said.
#[track_caller]
pub fn judge(program: &str, words: &[&str], configuration: &Path) -> String {
    let output = Command::new(program)
        .args(words)
        .env("SOFTHSM2_CONF", configuration)
        .output()
        .unwrap_or_else(|e| panic!("{program} is needed for this test: {e}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {said}");
    said
}

/// A certificate for a key, as an authority would make it.
pub fn certified(key: &PublicKey, half: CertificateSlot) -> Vec<u8> {
    let mut authority = CertificateParams::default();
    let name = if half == CertificateSlot::Signing { "TRAINING Signing" } else { "TRAINING Authentication" };
    authority.distinguished_name.push(DnType::CommonName, name);
    let authority = rcgen::Issuer::new(authority, KeyPair::generate().expect("a key"));
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "555000000023 TRAINING");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let key = rcgen::SubjectPublicKeyInfo::from_der(key.der()).expect("a key");
    params.signed_by(&key, &authority).expect("a certificate").der().to_vec()
}
