//! Everything a token can do, on one that is nobody's here: SoftHSM2, judged by `pkcs11-tool` and OpenSSL.

use std::path::Path;

use crate::{
    child::{in_process_of_its_own, is_child},
    soft_token::{
        PASSCODE, SOFTHSM, SoftToken, UNLOCK_CODE, certified, judge, middleware, passcode, settings, unlock_code,
    },
};
use cardwright::{
    card::{
        algorithm::KeyAlgorithm,
        pkcs11::{CodeStanding, Doing, ObjectId, TokenError},
    },
    domain::{CertificateSlot, JobId},
};

/// Does the work in a process that sees a new token, and then what judges it from outside.
fn with_token(test: &str, work: impl FnOnce(), afterwards: impl FnOnce(&SoftToken)) {
    if is_child() {
        return work();
    }
    let token = SoftToken::new();
    in_process_of_its_own(&format!("softhsm::{test}"), &token.variables());
    afterwards(&token);
}

#[test]
fn codes_are_changed_and_wrong_ones_are_named() {
    let work = || {
        let (middleware, slot) = middleware();
        let on_token = |work: &dyn Fn(&cardwright::card::pkcs11::Token<'_>) -> Result<(), TokenError>| {
            middleware.with_token(&slot, |token| work(token))
        };
        on_token(&|token| {
            assert_eq!(token.passcode_standing()?, CodeStanding::NotTold);
            token.log_in(&passcode(PASSCODE))
        })
        .expect("the right passcode");
        on_token(&|token| token.change_passcode(&passcode(PASSCODE), &passcode("904261"))).expect("changed");
        let wrong = on_token(&|token| token.log_in(&passcode(PASSCODE))).expect_err("the old one is no longer right");
        assert_eq!(wrong, TokenError::WrongPasscode { standing: CodeStanding::SomeWrong });
        let wrong = on_token(&|token| token.change_passcode(&passcode(PASSCODE), &passcode("112358")));
        assert!(matches!(wrong, Err(TokenError::WrongPasscode { .. })), "{wrong:?}");

        let wrong = on_token(&|token| token.unlock(&unlock_code("00000000"), &passcode("112358")));
        assert!(matches!(wrong, Err(TokenError::UnlockCodeWrong { .. })), "{wrong:?}");
        on_token(&|token| token.change_unlock_code(&unlock_code(UNLOCK_CODE), &unlock_code("31415926")))
            .expect("rotated");
        let old = on_token(&|token| token.unlock(&unlock_code(UNLOCK_CODE), &passcode("112358")));
        assert!(matches!(old, Err(TokenError::UnlockCodeWrong { .. })), "{old:?}");
        on_token(&|token| token.unlock(&unlock_code("31415926"), &passcode("640182"))).expect("unlocked");
    };
    with_token("codes_are_changed_and_wrong_ones_are_named", work, |token| {
        // What nobody here wrote takes the new codes.
        let words = ["--module", SOFTHSM, "--token-label", "Holder", "--login", "--pin", "640182", "--list-objects"];
        judge("pkcs11-tool", &words, &token.configuration);
        let changed = ["--module", SOFTHSM, "--token-label", "Holder", "--login", "--login-type", "so"];
        let changed = [changed.as_slice(), &["--so-pin", "31415926", "--init-pin", "--new-pin", "738164"]].concat();
        judge("pkcs11-tool", &changed, &token.configuration);
    });
}

#[test]
fn keys_are_made_certified_used_and_removed() {
    let work = || {
        let folder = std::env::var_os("SOFTHSM2_CONF").expect("set by the parent");
        let folder = Path::new(&folder).parent().expect("a folder").to_owned();
        let (middleware, slot) = middleware();
        let code = passcode(PASSCODE);
        let job = JobId::from_random([7; 16]);
        for (algorithm, name) in
            [(KeyAlgorithm::Rsa2048, "rsa"), (KeyAlgorithm::P256, "p256"), (KeyAlgorithm::P384, "p384")]
        {
            for half in CertificateSlot::BOTH {
                let id = ObjectId::of_job(&job, half);
                // Each step by itself, as an operation does it.
                let key = middleware
                    .with_token(&slot, |token| {
                        token.log_in(&code)?;
                        token.generate(&id, settings().label(half), algorithm)
                    })
                    .expect("made");
                let (request, signature) = middleware
                    .with_token(&slot, |token| {
                        token.log_in(&code)?;
                        assert_eq!(token.public_key(&id, algorithm)?.as_ref(), Some(&key));
                        let request = token.certificate_request(&id, &key, "555000000023", &code)?;
                        Ok((request, token.sign(&id, algorithm, b"a challenge", &code)?))
                    })
                    .expect("signed");
                let file = |ending: &str| folder.join(format!("{name}-{half}.{ending}"));
                std::fs::write(file("csr"), &request.0).expect("written");
                std::fs::write(file("spki"), key.der()).expect("written");
                std::fs::write(file("sig"), &signature).expect("written");
                let certificate = certified(&key, half);
                let (read, pair) = middleware
                    .with_token(&slot, |token| {
                        token.log_in(&code)?;
                        token.write_certificate(&id, settings().label(half), &certificate)?;
                        // Once more, as after a cut: it is replaced and not doubled.
                        token.write_certificate(&id, settings().label(half), &certificate)?;
                        Ok((token.certificate(&id)?, token.pair(&settings())?))
                    })
                    .expect("written");
                assert_eq!(read.as_deref(), Some(certificate.as_slice()));
                let found = pair.iter().flatten().find(|found| found.half == Some(half)).expect("its half of the pair");
                assert_eq!((found.id.as_ref(), found.label.as_str()), (Some(&id), settings().label(half)));
                // Without the passcode anyone may read certificates, and nobody may sign.
                let seen = middleware.with_token(&slot, |token| token.pair(&settings())).expect("read");
                assert!(seen.iter().flatten().any(|found| found.der == certificate));
                let refused = middleware.with_token(&slot, |token| token.sign(&id, algorithm, b"x", &code));
                assert_eq!(refused, Err(TokenError::Missing { doing: Doing::Signing }));
            }
            if algorithm != KeyAlgorithm::P384 {
                for half in CertificateSlot::BOTH {
                    let id = ObjectId::of_job(&job, half);
                    let removed = middleware.with_token(&slot, |token| {
                        token.log_in(&code)?;
                        let removed = token.remove(&id)?;
                        assert!(!token.holds_key(&id)? && token.certificate(&id)?.is_none());
                        Ok(removed)
                    });
                    assert_eq!(removed, Ok(3), "a certificate and two keys");
                }
            }
        }
    };
    with_token("keys_are_made_certified_used_and_removed", work, |token| {
        for name in ["rsa", "p256", "p384"] {
            for half in CertificateSlot::BOTH {
                let file =
                    |ending: &str| token.folder.path().join(format!("{name}-{half}.{ending}")).display().to_string();
                let (request, key, signature) = (file("csr"), file("spki"), file("sig"));
                let said =
                    judge("openssl", &["req", "-inform", "DER", "-in", &request, "-noout", "-verify"], Path::new(""));
                assert!(said.contains("verify OK"), "{said}");
                let challenge = token.folder.path().join("challenge");
                std::fs::write(&challenge, "a challenge").expect("written");
                let (hash, challenge) =
                    (if name == "p384" { "-sha384" } else { "-sha256" }, challenge.display().to_string());
                let words = ["dgst", hash, "-verify", &key, "-keyform", "DER", "-signature", &signature, &challenge];
                let said = judge("openssl", &words, Path::new(""));
                assert!(said.contains("Verified OK"), "{said}");
            }
        }
        let words = ["--module", SOFTHSM, "--token-label", "Holder", "--login", "--pin", PASSCODE, "--list-objects"];
        let listed = judge("pkcs11-tool", &words, &token.configuration);
        for (object, how_many) in
            [("Private Key Object; EC", 2), ("Public Key Object; EC", 2), ("Certificate Object", 2)]
        {
            assert_eq!(listed.matches(object).count(), how_many, "{object}\n{listed}");
        }
        assert!(!listed.contains("RSA") && listed.contains("NHS signing"), "{listed}");
        assert!(listed.contains("never extractable"), "{listed}");
    });
}

#[test]
fn a_card_is_known_by_its_serial_and_found_by_its_reader() {
    let work = || {
        let (middleware, slot) = middleware();
        let serial = middleware.with_token(&slot, |token| token.serial().cloned()).expect("a serial");
        assert_eq!(serial.as_str().len(), 16, "SoftHSM gives sixteen hexadecimal digits");
        middleware.with_token(&slot, |token| token.expect(&serial)).expect("the same card");
        let other: cardwright::domain::CardSerial = "0011223344556677".parse().expect("a serial");
        let refused = middleware.with_token(&slot, |token| {
            token.expect(&other)?;
            unreachable!("nothing is done to another card")
        });
        let refused: TokenError = refused.map(|(): ()| ()).expect_err("another card");
        assert!(refused.to_string().contains(serial.as_str()) && refused.to_string().contains(other.as_str()));
        let nowhere = middleware.with_token("Some other reader", |_| Ok(()));
        assert_eq!(nowhere, Err(TokenError::NoToken { reader: "Some other reader".into() }));
    };
    with_token("a_card_is_known_by_its_serial_and_found_by_its_reader", work, |_| {});
}
