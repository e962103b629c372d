//! What anybody may read: the contract, certificates and revocation lists; and the audit for those signed in.

use rusqlite::Connection;

use super::{Answer, Call, Desk};
use crate::gateway::{
    OPENAPI, audit,
    authority::{self, Authority, Revoked},
    problem::Fault,
    store::moment,
};

pub fn openapi(_: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    Ok(Answer::bytes("application/json", OPENAPI.as_bytes().to_vec()))
}

pub fn health(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    Answer::json(&serde_json::json!({
        "realm": desk.core.config.realm,
        "version": env!("CARGO_PKG_VERSION"),
        "deadline_seconds": desk.core.config.deadline.as_secs(),
    }))
}

pub fn chain(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    Ok(Answer::bytes("application/x-pem-file", desk.core.authorities.chain_pem().into_bytes()))
}

pub fn crl_pem(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    let number = next_number(desk.store)?;
    let mut text = String::new();
    for issuer in [Issuer::Authentication, Issuer::Signing, Issuer::Root] {
        text.push_str(&authority::pem("X509 CRL", &list(desk, issuer, number)?));
    }
    Ok(Answer::bytes("application/x-pem-file", text.into_bytes()))
}

pub fn root_crl(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    one_list(desk, Issuer::Root)
}

pub fn authentication_crl(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    one_list(desk, Issuer::Authentication)
}

pub fn signing_crl(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    one_list(desk, Issuer::Signing)
}

#[derive(Clone, Copy)]
enum Issuer {
    Root,
    Authentication,
    Signing,
}

fn one_list(desk: &Desk<'_>, issuer: Issuer) -> Result<Answer, Fault> {
    let number = next_number(desk.store)?;
    Ok(Answer::bytes("application/pkix-crl", list(desk, issuer, number)?))
}

/// Numbers of revocation lists only grow (RFC 5280, 5.2.3).
fn next_number(store: &Connection) -> Result<u64, Fault> {
    let sql = "UPDATE meta SET value = value + 1 WHERE key = 'crl-number' RETURNING value";
    Ok(store.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

fn list(desk: &Desk<'_>, issuer: Issuer, number: u64) -> Result<Vec<u8>, Fault> {
    let authorities = &desk.core.authorities;
    let (authority, slot): (&Authority, &str) = match issuer {
        Issuer::Root => (&authorities.root, "root"),
        Issuer::Authentication => (&authorities.authentication, "authentication"),
        Issuer::Signing => (&authorities.signing, "signing"),
    };
    let sql = "SELECT serial_number, changed, coalesce(reason, 0) FROM certificates \
               WHERE slot = ?1 AND status <> 'good' ORDER BY changed";
    let mut query = desk.store.prepare_cached(sql)?;
    let rows = query
        .query_map([slot], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let revoked = rows
        .into_iter()
        .map(|(serial, since, reason)| {
            let number = u128::from_str_radix(&serial, 16)
                .map_err(|_| Fault::internal("a stored serial number cannot be read"))?;
            Ok(Revoked { serial_number: number.to_be_bytes().to_vec(), since: moment(since)?, reason })
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    authority.crl(number, &revoked, desk.now)
}

pub fn audit_rows(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let (after, limit) = (call.number("after", 0)?, call.limit(200)?);
    Answer::json(&match call.query.contains_key("before") {
        true => audit::rows_before(desk.store, call.number("before", 0)?, after, limit)?,
        false => audit::rows(desk.store, after, limit)?,
    })
}

pub fn audit_head(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    Answer::json(&audit::head(desk.store, &desk.core.audit_key)?)
}
