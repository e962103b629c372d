//! A whole personalisation by the client alone, judged by OpenSSL and counted.

use std::process::Command as Process;

use cardwright::{
    card::{
        algorithm::KeyAlgorithm,
        piv::{CardObject, ObjectName, Piv, PivError, PublicKey, Tries, card_identifier, certificate_in},
        recognise,
        transport::{ExchangeRecord, Link, Moment, Tear, Tearer, TransportError, layered},
    },
    domain::{CertificateSlot, Secret},
};
use time::macros::date;

use crate::bench::{TestCard, TestChip, decipher, encipher, every_card, passcode, unlock_code, virtual_card};

/// Most APDUs of a whole issue (RSA-2048, certificates of 1.6 KB, extended length accepted).
const BUDGET: u64 = 45;

/// Runs OpenSSL, which must be content.
fn openssl(arguments: &[&str]) {
    let output = Process::new("openssl").args(arguments).output().expect("openssl is installed");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// OpenSSL finds the request's own signature good.
fn openssl_verifies_request(der: &[u8]) {
    let folder = tempfile::tempdir().expect("scratch folder");
    let file = folder.path().join("request.der");
    std::fs::write(&file, der).expect("written");
    openssl(&["req", "-inform", "DER", "-in", file.to_str().expect("UTF-8 path"), "-noout", "-verify"]);
}

/// OpenSSL finds this signature over this message good.
fn openssl_verifies_signature(key: &PublicKey, message: &[u8], signature: &[u8]) {
    let folder = tempfile::tempdir().expect("scratch folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8 path").to_owned();
    let [der, pem, text, sign] = ["key.der", "key.pem", "message", "signature"].map(path);
    std::fs::write(&der, key.der()).expect("written");
    std::fs::write(&text, message).expect("written");
    std::fs::write(&sign, signature).expect("written");
    openssl(&["pkey", "-pubin", "-inform", "DER", "-in", &der, "-pubout", "-out", &pem]);
    let digest = if key.algorithm() == KeyAlgorithm::P384 { "-sha384" } else { "-sha256" };
    openssl(&["dgst", digest, "-verify", &pem, "-signature", &sign, &text]);
}

/// Management-key authentication as desk and gateway do it together.
fn authenticate(piv: &mut Piv<'_>, secrets: &TestSecrets) -> Result<(), PivError> {
    let encrypted = piv.management_key_witness()?;
    let witness = decipher(&secrets.profile, &secrets.management_key, &encrypted);
    let challenge = vec![0xA5; encrypted.len()];
    let answer = piv.management_key_response(&Secret::new(witness), &challenge)?;
    assert_eq!(answer, encipher(&secrets.profile, &secrets.management_key, &challenge), "the card proves its key");
    Ok(())
}

/// What the gateway knows of a test card.
struct TestSecrets {
    profile: cardwright::card::profile::CardProfile,
    management_key: Vec<u8>,
}

fn parts(test: TestCard) -> (Box<dyn TestChip>, TestSecrets, Vec<u8>) {
    (test.card, TestSecrets { profile: test.profile, management_key: test.management_key }, test.atr)
}

/// What an issue took.
struct Cost {
    apdus: u64,
    /// Whether card and reader took extended length.
    extended_length: bool,
}

/// Everything an issue does to a chip.
fn issue(test: TestCard, algorithm: KeyAlgorithm) -> Cost {
    let name = test.name.clone();
    let serial = test.serial.replace(' ', "");
    let (old_unlock, new_unlock) = (test.unlock_code.clone(), unlock_code("97531864"));
    let new_passcode = passcode("738164");
    let (mut card, secrets, atr) = parts(test);
    let record = ExchangeRecord::default();
    let profiles = cardwright::card::profile::Profiles::bundled().expect("bundled profiles");
    let recognised = recognise::recognise(&mut layered(card.as_mut(), &recognise::link(), &record), &atr, &profiles)
        .unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(
        (recognised.profile.id.as_str(), recognised.serial.as_str()),
        (secrets.profile.id.as_str(), serial.as_str())
    );

    let link: Link = secrets.profile.new_link();
    let mut transport = layered(card.as_mut(), &link, &record);
    let mut piv = Piv::select(&mut transport, &secrets.profile).expect("PIV application");
    authenticate(&mut piv, &secrets).unwrap_or_else(|why| panic!("{name}: {why}"));
    piv.change_unlock_code(&old_unlock, &new_unlock).expect("unlock code");
    piv.reset_passcode(&new_unlock, &new_passcode).expect("passcode");
    let keys = CertificateSlot::BOTH.map(|slot| piv.generate(slot, algorithm).expect("key pair"));
    for (slot, key) in CertificateSlot::BOTH.into_iter().zip(&keys) {
        piv.verify(&new_passcode).expect("the new passcode");
        let request = piv.certificate_request(slot, key, "555000000017").expect("request");
        openssl_verifies_request(&request.0);
    }
    let certificates = [[0x31; 1_600].to_vec(), [0x32; 1_600].to_vec()];
    for (slot, der) in CertificateSlot::BOTH.into_iter().zip(&certificates) {
        let object = CardObject::Certificate { der: der.clone() };
        piv.put_object(ObjectName::certificate(slot), &object).expect("certificate");
    }
    let chuid = CardObject::CardHolderUniqueIdentifier { guid: [0x47; 16], expires: date!(2029 - 11 - 22) };
    piv.put_object(ObjectName::CardHolderUniqueIdentifier, &chuid).expect("CHUID");
    let container = CardObject::CardCapabilityContainer { identifier: card_identifier(&[1, 2, 3, 4, 5, 6]) };
    piv.put_object(ObjectName::CardCapabilityContainer, &container).expect("CCC");

    for (slot, der) in CertificateSlot::BOTH.into_iter().zip(&certificates) {
        let content = piv.get_object(ObjectName::certificate(slot)).expect("read-back").expect("a certificate");
        assert_eq!(certificate_in(&content), Ok(Some(der.as_slice())), "{name}");
    }
    for (slot, key) in CertificateSlot::BOTH.into_iter().zip(&keys) {
        piv.verify(&new_passcode).expect("the new passcode");
        let proof = piv.sign(slot, algorithm, b"proof challenge").expect("signature");
        openssl_verifies_signature(key, b"proof challenge", &proof);
    }
    piv.block_passcode().expect("left locked");
    assert_eq!(piv.passcode_tries(), Ok(Tries::Left(0)), "{name}");
    assert_eq!(piv.verify(&new_passcode), Err(PivError::PasscodeBlocked), "{name}");
    Cost { apdus: record.count(), extended_length: link.tries_extended() }
}

#[test]
fn every_card_is_personalised_with_rsa_within_the_budget() {
    let mut within = 0;
    for test in every_card() {
        let name = test.name.clone();
        let cost = issue(test, KeyAlgorithm::Rsa2048);
        println!("{name}: {} APDUs", cost.apdus);
        if cost.extended_length {
            assert!(cost.apdus <= BUDGET, "{name} took {} APDUs", cost.apdus);
            within += 1;
        }
    }
    assert!(within > 0, "at least one card takes extended length");
}

#[test]
fn every_card_is_personalised_with_elliptic_curves() {
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::P384] {
        for test in every_card() {
            issue(test, algorithm);
        }
    }
}

#[test]
fn a_wrong_management_key_is_told_in_every_dialect() {
    for test in every_card() {
        let name = test.name.clone();
        let (mut card, mut secrets, _) = parts(test);
        secrets.management_key.iter_mut().for_each(|byte| *byte ^= 0xFF);
        let link = secrets.profile.new_link();
        let mut transport = layered(card.as_mut(), &link, &ExchangeRecord::default());
        let mut piv = Piv::select(&mut transport, &secrets.profile).expect("PIV application");
        assert_eq!(authenticate(&mut piv, &secrets), Err(PivError::WrongManagementKey), "{name}");
        let refused = piv.generate(CertificateSlot::Authentication, KeyAlgorithm::P256);
        assert!(matches!(refused, Err(PivError::NotPermitted { .. })), "{name}: {refused:?}");
    }
}

#[test]
fn wrong_codes_are_told_in_every_dialect() {
    for test in every_card() {
        let (name, right, unlock) = (test.name.clone(), test.passcode.clone(), test.unlock_code.clone());
        let (mut card, secrets, _) = parts(test);
        let link = secrets.profile.new_link();
        let mut transport = layered(card.as_mut(), &link, &ExchangeRecord::default());
        let mut piv = Piv::select(&mut transport, &secrets.profile).expect("PIV application");
        let Ok(Tries::Left(full)) = piv.passcode_tries() else { panic!("{name} tells its tries") };
        let wrong = passcode("640182");
        for left in (1..full).rev() {
            let expected = Err(PivError::WrongPasscode { tries_left: Some(left) });
            assert_eq!(piv.change_passcode(&wrong, &right), expected, "{name}");
        }
        assert_eq!(piv.change_passcode(&wrong, &right), Err(PivError::PasscodeBlocked), "{name}");
        let refused = piv.reset_passcode(&unlock_code("00000000"), &wrong);
        assert!(matches!(refused, Err(PivError::UnlockCodeWrong { .. })), "{name}: {refused:?}");
        piv.reset_passcode(&unlock, &wrong).expect("unlocked");
        assert_eq!((piv.verify(&wrong), piv.passcode_tries()), (Ok(()), Ok(Tries::Verified)), "{name}");
    }
}

#[test]
fn an_emptied_object_reads_as_none_on_every_card() {
    for test in every_card() {
        let name = test.name.clone();
        let (mut card, secrets, _) = parts(test);
        let link = secrets.profile.new_link();
        let mut transport = layered(card.as_mut(), &link, &ExchangeRecord::default());
        let mut piv = Piv::select(&mut transport, &secrets.profile).expect("PIV application");
        authenticate(&mut piv, &secrets).expect("management key");
        let object = ObjectName::SigningCertificate;
        assert_eq!(piv.get_object(object), Ok(None), "{name}");
        piv.put_object(object, &CardObject::Certificate { der: vec![1; 900] }).expect("written");
        assert!(piv.get_object(object).expect("read").is_some(), "{name}");
        piv.erase_object(object).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(piv.get_object(object), Ok(None), "{name}");
    }
}

#[test]
fn a_write_cut_at_any_piece_leaves_the_old_object_or_the_new_one() {
    let new = CardObject::Certificate { der: vec![2; 1_600] };
    let mut cuts = 0;
    for moment in Moment::BOTH {
        for exchange in 0.. {
            let (mut card, secrets, _) = parts(virtual_card("column-c4"));
            let object = ObjectName::AuthenticationCertificate;
            let tear = Tear::new();
            let link = Link::in_pieces(255);
            let record = ExchangeRecord::default();
            let mut transport = layered(Tearer::new(card.as_mut(), tear.clone()), &link, &record);
            let mut piv = Piv::select(&mut transport, &secrets.profile).expect("PIV application");
            authenticate(&mut piv, &secrets).expect("management key");
            piv.put_object(object, &CardObject::Certificate { der: vec![1; 400] }).expect("the old one");
            tear.arm(exchange, moment);
            let written = piv.put_object(object, &new);
            let torn = tear.is_torn();
            tear.put_back();
            drop(transport);
            card.put_back();
            let mut transport = layered(card.as_mut(), &link, &record);
            let mut piv = Piv::select(&mut transport, &secrets.profile).expect("PIV application");
            let content = piv.get_object(object).expect("read").expect("never empty");
            let length = certificate_in(&content).expect("whole").map(<[u8]>::len);
            if !torn {
                assert_eq!((written, length), (Ok(()), Some(1_600)));
                break;
            }
            assert_eq!(written, Err(PivError::Transport(TransportError::Removed)));
            assert!(matches!(length, Some(400 | 1_600)), "cut {moment:?} {exchange} left {length:?}");
            cuts += 1;
        }
    }
    assert_eq!(cuts, 14, "seven pieces, before and after");
}
