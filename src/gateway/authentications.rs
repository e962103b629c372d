//! Cards that sign their holders in: the challenge they sign, and everything that is asked of the certificate they show.
//!
//! The order of the questions is the order in which a stranger could learn something: nothing of the gateway's records is
//! told before the card has signed.

use rusqlite::{Connection, params};
use time::{Duration, OffsetDateTime};

use super::{
    authority::{Authorities, Shown},
    problem::Fault,
    public_key::CardKey,
    random,
    store::{from_word, one},
};
use crate::{
    cis2::wire::{Base64, CardAnswer, CardChallenge},
    domain::{CardSerial, CertificateSlot, HolderId, Secret, sha256_hex},
};

/// How long a challenge may be answered, and how long its proof is good: the holder types the passcode before the
/// challenge is asked for, so that a card needs seconds.
const LIFE: Duration = Duration::minutes(2);

/// Challenges open at one time. Each is 40 bytes; more than this are not people in front of readers.
const MOST_OPEN: i64 = 10_000;

/// Largest certificate looked at, in bytes; one for RSA-4096 has about 1,900.
const LARGEST_CERTIFICATE: usize = 8192;

/// Gives a challenge.
pub fn challenge(store: &Connection, now: OffsetDateTime) -> Result<CardChallenge, Fault> {
    store.execute("DELETE FROM card_challenges WHERE expires <= ?1", [now.unix_timestamp()])?;
    let open: i64 = store.query_row("SELECT COUNT(*) FROM card_challenges", [], |row| row.get(0))?;
    if open >= MOST_OPEN {
        return Err(Fault::new(
            429,
            "too-many-requests",
            "Too many cards are being asked to sign in at this moment",
            "Try again in two minutes",
        ));
    }
    let challenge: [u8; 32] = random::bytes()?;
    let expires = now + LIFE;
    store.execute(
        "INSERT INTO card_challenges VALUES (?1, ?2)",
        params![sha256_hex(&challenge), expires.unix_timestamp()],
    )?;
    Ok(CardChallenge { challenge: Base64(challenge.to_vec()), expires })
}

/// Uses a challenge up, whatever comes of its answer.
pub fn use_up_challenge(store: &Connection, challenge: &[u8], now: OffsetDateTime) -> Result<(), Fault> {
    let sql = "DELETE FROM card_challenges WHERE challenge_sha256 = ?1 AND expires > ?2";
    let found = store.execute(sql, params![sha256_hex(challenge), now.unix_timestamp()])?;
    if found == 1 {
        return Ok(());
    }
    Err(Fault::new(
        403,
        "card-challenge-unknown",
        "What the card signed was not asked by this gateway, was answered before, or is too old",
        "Try again from the start",
    ))
}

/// A certificate that the card proved to hold the key of, and that is good.
pub struct Judged {
    /// Whose card it was made for.
    pub holder: HolderId,
    /// The card it was made for.
    pub serial: CardSerial,
}

/// Judges certificate and signature: chain, purpose, dates, possession, status, card.
pub fn judge(
    store: &Connection,
    authorities: &Authorities,
    answer: &CardAnswer,
    now: OffsetDateTime,
) -> Result<Judged, Fault> {
    let der = answer.certificate.0.as_slice();
    if der.len() > LARGEST_CERTIFICATE {
        return Err(unreadable("it is too large to be one"));
    }
    check_chain(authorities, der, now)?;
    check_signature(der, answer)?;
    check_status(store, der, answer)
}

fn unreadable(detail: &str) -> Fault {
    Fault::new(
        422,
        "certificate-unreadable",
        "What the card holds as its certificate is none",
        "Take the card to the Registration Authority desk, which can repair it",
    )
    .detail(detail)
}

fn refused(kind: &str, title: &str, remedy: &str) -> Fault {
    Fault::new(403, kind, title, remedy)
}

const TO_THE_DESK: &str = "Take the card to the Registration Authority desk";

/// Issuer, purpose and dates.
fn check_chain(authorities: &Authorities, der: &[u8], now: OffsetDateTime) -> Result<(), Fault> {
    let shown =
        authorities.authentication.shows(der, now).ok_or_else(|| unreadable("it is no certificate (X.509, DER)"))?;
    match shown {
        Shown::Good => Ok(()),
        Shown::OtherIssuer => {
            // A certificate of the signing slot is ours too, and says so by its purpose.
            if authorities.signing.shows(der, now).is_some_and(|shown| shown.is_ours()) {
                return Err(wrong_purpose("it is for signing"));
            }
            Err(refused(
                "certificate-other-authority",
                "The card's certificate was made by another authority",
                "Use a card that was issued here, or issue this one anew",
            ))
        }
        Shown::Forged => Err(refused(
            "certificate-forged",
            "The card's certificate was not made by the authority it names",
            "Keep the card and tell the Registration Authority's manager",
        )),
        Shown::OtherPurpose => Err(wrong_purpose("it does not allow signing in")),
        Shown::NotYet(from) => Err(refused(
            "certificate-not-yet-valid",
            "The card's certificate is not valid yet",
            "Try again on that day; if it is past, the gateway's clock is wrong: tell IT",
        )
        .detail(format!("from {}", from.date()))),
        Shown::Expired(until) => Err(refused(
            "certificate-expired",
            "The card's certificate has expired",
            "Take the card to the Registration Authority desk, which can renew it",
        )
        .detail(format!("on {}", until.date()))),
        Shown::IssuerExpired => Err(refused(
            "authority-expired",
            "The authority that made the card's certificate is not valid any more",
            "Tell the gateway's administrator",
        )),
    }
}

fn wrong_purpose(detail: &str) -> Fault {
    refused("certificate-wrong-purpose", "The card showed a certificate that is not for signing in", TO_THE_DESK)
        .detail(detail)
}

fn check_signature(der: &[u8], answer: &CardAnswer) -> Result<(), Fault> {
    if CardKey::from_certificate(der)?.verify(&answer.challenge.0, &answer.signature.0) {
        return Ok(());
    }
    Err(refused(
        "signature-wrong",
        "The card did not prove that it holds the key of its certificate",
        "Take the card to the Registration Authority desk, which can repair it",
    ))
}

/// What the gateway's own records say of the certificate: they are newer than any revocation list.
fn check_status(store: &Connection, der: &[u8], answer: &CardAnswer) -> Result<Judged, Fault> {
    let sql = "SELECT certificates.slot, certificates.status, issuances.serial, issuances.holder \
               FROM certificates JOIN issuances ON issuances.job = certificates.job WHERE certificates.sha256 = ?1";
    type Columns = (String, String, String, String);
    let columns = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Columns> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    };
    let Some((slot, status, serial, holder)) = one(store, sql, [sha256_hex(der)], columns)? else {
        return Err(refused(
            "certificate-unknown",
            "The card's certificate is not on record here",
            "Take the card to the Registration Authority desk, which can repair it",
        ));
    };
    if from_word::<CertificateSlot>(slot)? != CertificateSlot::Authentication {
        return Err(wrong_purpose("it is for signing"));
    }
    if status == "hold" {
        return Err(refused(
            "certificate-on-hold",
            "The card's certificate is on hold: the job that made it is not finished",
            "Finish that job at the Registration Authority desk",
        ));
    }
    if status != "good" {
        return Err(refused("certificate-revoked", "The card's certificate was revoked", TO_THE_DESK));
    }
    let serial: CardSerial = serial.parse()?;
    if serial != answer.serial {
        return Err(refused(
            "certificate-of-another-card",
            "The certificate was made for another card than the one in the reader",
            "Keep the card and tell the Registration Authority's manager",
        ));
    }
    Ok(Judged { holder: holder.parse()?, serial })
}

/// Notes what a card proved; gives the token of it.
pub fn note_proof(store: &Connection, judged: &Judged, now: OffsetDateTime) -> Result<Secret, Fault> {
    let token = Secret::new(random::bytes::<32>()?.to_vec());
    store.execute("DELETE FROM card_proofs WHERE expires <= ?1", [now.unix_timestamp()])?;
    store.execute(
        "INSERT INTO card_proofs VALUES (?1, ?2, ?3, ?4)",
        params![
            sha256_hex(token.expose()),
            judged.holder.as_str(),
            judged.serial.as_str(),
            (now + LIFE).unix_timestamp()
        ],
    )?;
    Ok(token)
}

/// Uses up what a card proved.
pub fn use_up_proof(store: &Connection, token: &Secret, now: OffsetDateTime) -> Result<Judged, Fault> {
    let hash = sha256_hex(token.expose());
    let sql = "SELECT holder, serial FROM card_proofs WHERE token_sha256 = ?1 AND expires > ?2";
    let columns = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(String, String)> { Ok((row.get(0)?, row.get(1)?)) };
    let Some((holder, serial)) = one(store, sql, params![hash, now.unix_timestamp()], columns)? else {
        return Err(refused(
            "proof-unknown",
            "What the card proved was used before, or is too old",
            "Let the card sign in once more",
        ));
    };
    store.execute("DELETE FROM card_proofs WHERE token_sha256 = ?1", [hash])?;
    Ok(Judged { holder: holder.parse()?, serial: serial.parse()? })
}
