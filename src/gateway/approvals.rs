//! A second officer's approval: for one operation on one card by the officer who asked, once, and for five minutes.

use rusqlite::params;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{
    audit,
    problem::Fault,
    random, records,
    store::{one, word},
};
use crate::{
    cis2::wire::{Approval, SecretBase64},
    domain::{CardSerial, Officer, OfficerId, Operation, Secret, eligibility::may_by_role, sha256_hex},
};

/// How long an approval is good.
const LIFE: Duration = Duration::minutes(5);

/// What a second officer approves.
pub struct Approved {
    /// What.
    pub operation: Operation,
    /// On which card.
    pub serial: CardSerial,
    /// The card that proved who they are; none where their name was believed.
    pub card: Option<CardSerial>,
}

/// Notes an approval and gives its token.
pub fn give(
    store: &rusqlite::Connection,
    now: OffsetDateTime,
    asked_by: &Officer,
    second: &Officer,
    request: &Approved,
) -> Result<Approval, Fault> {
    let refused = |detail: &str| {
        Fault::new(403, "approval-refused", "This officer cannot approve it", "Ask another RA Manager or RA Agent")
            .detail(detail)
    };
    if second.id == asked_by.id {
        return Err(refused("nobody approves their own work"));
    }
    if !may_by_role(second.role, request.operation) {
        return Err(refused(&format!("the role {} may not {} a card", second.role, request.operation)));
    }
    if records::card(store, &request.serial)?.holder.as_ref() == Some(&second.id) {
        return Err(refused("nobody approves what is done to their own card"));
    }
    let token = Secret::new(random::bytes::<32>()?.to_vec());
    store.execute("DELETE FROM approvals WHERE expires <= ?1", [now.unix_timestamp()])?;
    store.execute(
        "INSERT INTO approvals VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            sha256_hex(token.expose()),
            asked_by.id.as_str(),
            second.id.as_str(),
            word(&request.operation),
            request.serial.as_str(),
            (now + LIFE).unix_timestamp(),
        ],
    )?;
    let detail = json!({
        "operation": request.operation, "serial": request.serial, "for": asked_by.id, "card": request.card,
    });
    audit::append(store, now, Some(&second.id), "approval.given", &detail)?;
    Ok(Approval { token: SecretBase64(token), officer: second.id.clone() })
}

/// Uses an approval up; gives who approved. None that fits is a refusal that says what to do.
pub fn use_up(
    store: &rusqlite::Connection,
    now: OffsetDateTime,
    officer: &Officer,
    operation: Operation,
    serial: &CardSerial,
    token: Option<&SecretBase64>,
) -> Result<OfficerId, Fault> {
    let needed = |detail: &str| {
        Fault::new(
            403,
            "second-officer-needed",
            "A second officer must approve this",
            "Ask a colleague to approve it at this desk",
        )
        .detail(detail)
    };
    let token = token.ok_or_else(|| needed("no approval was given"))?;
    let hash = sha256_hex(token.0.expose());
    let sql = "SELECT officer FROM approvals WHERE token_sha256 = ?1 AND asked_by = ?2 AND operation = ?3 \
               AND serial = ?4 AND expires > ?5";
    let key = params![hash, officer.id.as_str(), word(&operation), serial.as_str(), now.unix_timestamp()];
    let found: Option<String> = one(store, sql, key, |row| row.get(0))?;
    let found = found.ok_or_else(|| needed("the approval is for something else, was used before, or is too old"))?;
    store.execute("DELETE FROM approvals WHERE token_sha256 = ?1", [hash])?;
    Ok(found.parse()?)
}
