//! What others make of a card: OpenSC reads and uses it, OpenSSL looks at its certificates.

use std::{path::Path, process::Command};

use cardwright::cis2::Service;

use crate::desk::{Desk, judge};

/// Names of the two certificates in OpenSC, and the files they are read into.
const CERTIFICATES: [(&str, &str); 2] = [("01", "authentication.pem"), ("02", "signing.pem")];

/// OpenSC logs in with this passcode and tests both keys.
#[track_caller]
pub fn works_with(passcode: &str) {
    let tested = Command::new("pkcs11-tool").args(["--login", "--pin", passcode, "--test"]).output().expect("OpenSC");
    let tested = String::from_utf8_lossy(&tested.stdout).into_owned() + &String::from_utf8_lossy(&tested.stderr);
    assert!(tested.contains("all 4 signature functions seem to work"), "{tested}");
    assert!(tested.contains("testing key 1"), "{tested}");
    let faults: Vec<&str> =
        tested.lines().filter(|line| line.contains("ERR") && !line.contains("C_GenerateRandom")).collect();
    assert!(faults.is_empty(), "{faults:?}\n{tested}");
}

/// Reads both certificates of the card in this reader with OpenSC, into files of this name's folder.
#[track_caller]
pub fn read_certificates(desk: &Desk, reader: &str, name: &str) {
    let folder = desk.path().join(name);
    std::fs::create_dir(&folder).expect("a new folder");
    for (number, file) in CERTIFICATES {
        judge("pkcs15-tool", &["--reader", reader, "--read-certificate", number, "--output", file], &folder);
    }
}

/// How many certificates OpenSC finds on the card in this reader.
pub fn certificates_on(reader: &str) -> usize {
    let output =
        Command::new("pkcs15-tool").args(["--reader", reader, "--list-certificates"]).output().expect("OpenSC");
    String::from_utf8_lossy(&output.stdout).matches("X.509 Certificate [").count()
}

/// What OpenSSL says of the certificates of this name's folder, by the gateway's chain and its lists of this moment: good, or why not.
pub fn standing(desk: &Desk, service: &dyn Service, name: &str) -> [Standing; 2] {
    let folder = desk.path().join(name);
    std::fs::write(folder.join("chain.pem"), service.chain_pem().expect("a chain")).expect("written");
    std::fs::write(folder.join("crl.pem"), service.crl_pem().expect("revocation lists")).expect("written");
    CERTIFICATES.map(|(_, file)| verified(&folder, file))
}

/// How OpenSSL sees a certificate.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    Revoked,
    Otherwise(String),
}

fn verified(folder: &Path, file: &str) -> Standing {
    let output = Command::new("openssl")
        .args(["verify", "-CAfile", "chain.pem", "-CRLfile", "crl.pem", "-crl_check", file])
        .current_dir(folder)
        .output()
        .expect("openssl");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Standing::Good,
        false if text.contains("certificate revoked") => Standing::Revoked,
        false => Standing::Otherwise(text),
    }
}
