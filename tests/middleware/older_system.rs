//! The system that issued a Series 8 card before this program was there. This program issues none, so such a card is issued to
//! the gateway as another card would be, with keys of the token, and its record is then made to say Series 8.

use std::{
    path::Path,
    process::Command,
    sync::{Mutex, PoisonError},
};

use cardwright::{
    card::{
        algorithm::KeyAlgorithm,
        pkcs11::{Middleware, ObjectId, Token, TokenError},
    },
    cis2::{Service, wire},
    domain::{CardSerial, CertificateSlot, HolderId, Series},
    gateway::Clock,
};
use time::{Duration, OffsetDateTime};

use crate::{
    card_like, gateway_desk,
    soft_token::{PASSCODE, UNLOCK_CODE, passcode, unlock_code},
};

/// A clock that is set to any moment: certificates are made long ago and renewed today.
#[derive(Debug)]
pub struct SetClock(Mutex<OffsetDateTime>);

impl SetClock {
    pub fn new(at: OffsetDateTime) -> Self {
        Self(Mutex::new(at))
    }

    pub fn set(&self, at: OffsetDateTime) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for SetClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So long ago were the certificates made of a card that has 30 days left: they live for three years.
pub fn long_ago(now: OffsetDateTime) -> OffsetDateTime {
    now.replace_year(now.year() - 3).unwrap_or(now) + Duration::days(30)
}

/// Identifiers of the pair that it made.
pub fn old_ids() -> [ObjectId; 2] {
    [1, 2].map(|byte| ObjectId::new(vec![byte]).expect("one byte"))
}

/// An empty token takes the place of the one in the reader.
pub fn new_token() {
    let folder = card_like::folder();
    let tokens = folder.join("tokens");
    std::fs::remove_dir_all(&tokens).expect("the old one");
    std::fs::create_dir(&tokens).expect("a folder");
    std::fs::write(folder.join("tries"), "0").expect("written");
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "Holder", "--pin", PASSCODE, "--so-pin", UNLOCK_CODE])
        .output()
        .expect("Debian package softhsm2");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Issues the token in a reader to a holder, by whatever time the gateway has, and puts it on record as Series 8. `data` is
/// the gateway's folder.
pub fn issue(url: &str, data: &Path, middleware: &Middleware, reader: &str, holder: &HolderId) -> CardSerial {
    fn done<R>(result: Result<R, TokenError>) -> R {
        result.unwrap_or_else(|error| panic!("the older system: {error}"))
    }
    let service = gateway_desk::sign_in(url, gateway_desk::RA_AGENT);
    let (code, ids) = (passcode(PASSCODE), old_ids());
    let serial = done(middleware.with_token(reader, |token| token.serial().cloned()));
    let (job, mut stock) = (gateway_desk::job(), gateway_desk::Chip::new(0));
    stock.serial = serial.clone();
    service.reserve(&job, &gateway_desk::reserve_request(&job, holder.as_str(), &serial)).expect("reserved");
    stock.prove_management_key(&service, &job).expect("training stock");
    let codes = service.unlock_codes(&job, &format!("{job}-codes")).expect("released");
    let next = std::str::from_utf8(codes.next.0.expose()).expect("digits").to_owned();
    let change = |token: &Token<'_>| token.change_unlock_code(&unlock_code(UNLOCK_CODE), &unlock_code(&next));
    done(middleware.with_token(reader, change));
    let [authentication_csr, signing_csr] = CertificateSlot::BOTH.map(|half| {
        let id = &ids[usize::from(half == CertificateSlot::Signing)];
        let request = middleware.with_token(reader, |token| {
            token.log_in(&code)?;
            let key = token.generate(id, "older system", KeyAlgorithm::P256)?;
            token.certificate_request(id, &key, holder.as_str(), &code)
        });
        wire::Base64(done(request).0)
    });
    let request = wire::Certify { authentication_csr, signing_csr };
    let certified = service.certify(&job, &format!("{job}-certify"), &request).expect("certified");
    let proofs = middleware.with_token(reader, |token| {
        token.log_in(&code)?;
        token.write_certificate(&ids[0], "older system", &certified.authentication.0)?;
        token.write_certificate(&ids[1], "older system", &certified.signing.0)?;
        let sign = |id| token.sign(id, KeyAlgorithm::P256, &certified.proof_challenge.0, &code);
        Ok([sign(&ids[0])?, sign(&ids[1])?].map(wire::Base64))
    });
    let [authentication_proof, signing_proof] = done(proofs);
    let confirm = wire::Confirm {
        authentication_sha256: gateway_desk::sha256(&certified.authentication.0),
        signing_sha256: gateway_desk::sha256(&certified.signing.0),
        authentication_proof,
        signing_proof,
        locked: None,
        identifier: None,
    };
    service.confirm(&job, &format!("{job}-confirm"), &confirm).expect("confirmed");
    let store = rusqlite::Connection::open(data.join("gateway.sqlite")).expect("the database");
    let word = serde_json::to_value(Series::Series8).expect("a word");
    for table in ["cards", "issuances"] {
        let sql = format!("UPDATE {table} SET series = ?1 WHERE serial = ?2");
        let changed = store.execute(&sql, [word.as_str().expect("text"), serial.as_str()]).expect("changed");
        assert_eq!(changed, 1, "{table}");
    }
    serial
}
