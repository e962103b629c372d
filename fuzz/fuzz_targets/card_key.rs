//! Any bytes as what a card or a token gives of its keys: public keys, signatures, certificates.
#![no_main]

use std::sync::LazyLock;

use cardwright::card::{
    algorithm::KeyAlgorithm,
    piv::{PublicKey, signature_in},
    pkcs11::{curve_key, half_of, in_der, rsa_key},
    profile::{MiddlewareSettings, Profiles},
};
use libfuzzer_sys::fuzz_target;

static SETTINGS: LazyLock<MiddlewareSettings> = LazyLock::new(|| {
    let profiles = Profiles::bundled().expect("bundled profiles");
    profiles.by_id("series-8").and_then(|profile| profile.middleware.clone()).expect("it has some")
});

fn sound(key: Option<PublicKey>) {
    if let Some(key) = key {
        assert!(!key.der().is_empty() && !key.verifies(b"a message", b"no signature"));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    sound(PublicKey::from_certificate(bytes));
    sound(PublicKey::from_numbers(first, second));
    sound(rsa_key(first, second));
    sound(rsa_key(bytes, &[1, 0, 1]));
    let _ = half_of(bytes, &SETTINGS);
    for algorithm in KeyAlgorithm::ALL {
        sound(PublicKey::from_answer(algorithm, bytes));
        sound(PublicKey::from_point(algorithm, bytes));
        let curve = PublicKey::curve(algorithm).unwrap_or_default();
        sound(curve_key(algorithm, &curve, bytes));
        sound(curve_key(algorithm, first, second));
        let _ = (signature_in(algorithm, bytes), in_der(algorithm, bytes.to_vec()));
    }
});
