//! OpenSC at the cards: it finds the application, lists the objects and signs with both keys.

use std::process::Command as Program;

use cardwright::card::{
    algorithm::KeyAlgorithm,
    reader::{Access, CardReaders as _},
    tlv::Writer,
    transport::Transport,
    virtual_card::vpcd::Chip,
};
use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData, SignatureAlgorithm};
use rsa::{BigUint, RsaPublicKey, pkcs1::EncodeRsaPublicKey as _};

use crate::{
    both_cards::{find, generate, independent_card, put, tag, unlock, virtual_card},
    workbench::Workbench,
};

/// A public key of the card, as PKCS #1 writes it.
struct CardPublicKey(Vec<u8>);

impl PublicKeyData for CardPublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

fn certificate(name: &str, public: CardPublicKey) -> Vec<u8> {
    let issuer_key = KeyPair::generate().expect("a key");
    let issuer = rcgen::Issuer::new(CertificateParams::new(Vec::new()).expect("no names"), issuer_key);
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.signed_by(&public, &issuer).expect("a certificate").der().to_vec()
}

/// Keys in 9A and 9C, a certificate for each, and a card holder identifier.
fn personalise(card: &mut dyn Transport) {
    unlock(card);
    for (slot, object, name) in [(0x9A, 0x5F_C105, "TRAINING authentication"), (0x9C, 0x5F_C10A, "TRAINING signing")] {
        let template = generate(card, slot, KeyAlgorithm::Rsa2048);
        let number = |number| BigUint::from_bytes_be(&find(&template, number));
        let public = RsaPublicKey::new(number(0x81), number(0x82)).expect("a key").to_pkcs1_der().expect("DER");
        let certificate = certificate(name, CardPublicKey(public.as_bytes().to_vec()));
        put(
            card,
            object,
            &Writer::new().put(tag(0x70), &certificate).put(tag(0x71), &[0]).put(tag(0xFE), &[]).finish(),
        );
    }
    let identifier = Writer::new()
        .put(tag(0x30), &[0xD4; 25])
        .put(tag(0x34), &[0x55; 16])
        .put(tag(0x35), b"20301231")
        .put(tag(0x3E), &[])
        .put(tag(0xFE), &[])
        .finish();
    put(card, 0x5F_C102, &identifier);
}

fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Program::new(program).args(arguments).output().expect("Debian package opensc");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

fn opensc_accepts(card: impl Chip + Send + 'static) {
    let mut bench = Workbench::start();
    bench.insert(0, card);
    let name = bench.reader_name(0);
    let mut connection = bench.readers().connect(&name, Access::Exclusive).expect("a card");
    connection.transact(&mut |card| personalise(card)).expect("it begins");
    drop(connection);
    let (succeeded, dump) = run("pkcs15-tool", &["--reader", &name, "-D"]);
    assert!(succeeded, "{dump}");
    for expected in ["X.509 Certificate [Certificate for PIV Authentication]", "Private RSA Key [SIGN key]"] {
        assert!(dump.contains(expected), "{expected} is not in\n{dump}");
    }
    let (_, tested) = run("pkcs11-tool", &["--login", "--pin", "123456", "--test"]);
    // The independent card has no GET CHALLENGE, which OpenSC counts as an error of its random number test.
    let wrong: Vec<_> = tested.lines().filter(|l| l.contains("ERR") && !l.contains("C_GenerateRandom")).collect();
    assert!(wrong.is_empty() && !tested.contains("failed to"), "{tested}");
    // Each key signs, verifies and decrypts.
    assert_eq!(tested.matches("RSA-X-509: OK").count(), 6, "{tested}");
    for key in ["(PIV AUTH key)", "(SIGN key)"] {
        assert_eq!(tested.matches(key).count(), 3, "{key}\n{tested}");
    }
}

#[test]
fn opensc_accepts_the_virtual_card() {
    opensc_accepts(virtual_card());
}

#[test]
fn opensc_accepts_the_independent_card() {
    opensc_accepts(independent_card());
}
