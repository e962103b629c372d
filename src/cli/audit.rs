//! `audit`: is the record whole, and a copy of it.

use std::{io::Write, path::Path};

use serde_json::json;

use super::{
    answer::{Answer, Failure},
    arguments::{Audit, AuditAction, Common},
    wording,
};
use crate::{
    cis2::{
        Service, ServiceError,
        wire::{AuditHead, AuditRow},
    },
    journal::KeptHead,
    workplace::Workplace,
};

/// Rows asked for at a time.
const PAGE: usize = 500;

pub fn run(common: &Common, arguments: &Audit) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    match &arguments.action {
        AuditAction::Verify => verify(&workplace),
        AuditAction::Export { out } => export(&workplace, out.as_deref()),
    }
}

/// Every row, oldest first.
pub fn rows(service: &dyn Service) -> Result<Vec<AuditRow>, ServiceError> {
    let mut all: Vec<AuditRow> = Vec::new();
    loop {
        let after = all.last().map_or(0, |row| row.sequence);
        let page = service.audit(after, PAGE)?;
        // A gateway that sends nothing newer has sent everything.
        if page.last().is_none_or(|row| row.sequence <= after) {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// One JSON object a line.
///
/// # Errors
/// A row that JSON cannot hold; there is none.
pub fn lines(rows: &[AuditRow]) -> Result<String, serde_json::Error> {
    rows.iter().map(|row| Ok(serde_json::to_string(row)? + "\n")).collect()
}

/// The first thing that does not fit: worked out here, row by row, and not taken from the gateway.
pub fn fault(rows: &[AuditRow], head: &AuditHead) -> Option<String> {
    let mut previous = AuditHead::EMPTY.to_owned();
    for (expected, row) in (1_u64..).zip(rows) {
        if row.sequence != expected {
            return Some(format!("row {expected} is missing"));
        }
        if row.previous != previous || row.computed_hash() != row.hash {
            return Some(format!("row {expected} was changed after it was written"));
        }
        previous.clone_from(&row.hash);
    }
    // Rows may have been added between the two calls, never taken away.
    let headed = usize::try_from(head.rows).ok().and_then(|count| match count {
        0 => Some(AuditHead::EMPTY),
        count => rows.get(count.saturating_sub(1)).map(|row| row.hash.as_str()),
    });
    if headed != Some(head.hash.as_str()) {
        return Some("the newest rows are missing".to_owned());
    }
    (!head.signature_fits()).then(|| "the gateway's signature does not fit".to_owned())
}

/// The first head this desk kept that the gateway's audit no longer bears out.
pub fn witness_fault(rows: &[AuditRow], head: &AuditHead, kept: &[KeptHead]) -> Option<String> {
    kept.iter().find_map(|seen| {
        let witness = format!("this desk saw row {} on {}", seen.rows, seen.at);
        if seen.public_key != head.public_key.0 {
            return Some(format!("{witness} signed by another audit key than the gateway has now"));
        }
        let row = usize::try_from(seen.rows).ok().and_then(|count| rows.get(count.checked_sub(1)?));
        match row {
            None => Some(format!("{witness}, and it is no longer there: the newest rows were cut off")),
            Some(row) if row.hash != seen.hash => {
                Some(format!("{witness}, and another row stands there now: rows were cut off or replaced"))
            }
            Some(_) => None,
        }
    })
}

fn verify(workplace: &Workplace) -> Result<Answer, Failure> {
    let head = workplace.service.audit_head()?;
    let rows = rows(&workplace.service)?;
    let journal = workplace.journal.broken_at().map_err(Failure::failed)?;
    let gateway = fault(&rows, &head);
    let kept = workplace.journal.kept_heads(workplace.gateway_name()).map_err(Failure::failed)?;
    let witness = witness_fault(&rows, &head, &kept);
    if gateway.is_none() && witness.is_none() {
        workplace.keep_head(&head)?;
    }
    let document = json!({
        "rows": rows.len(),
        "head": head.hash,
        "gateway_fault": gateway,
        "witnesses": kept.len(),
        "witness_fault": witness,
        "journal_broken_at": journal,
    });
    let faults: Vec<String> = gateway
        .map(|fault| format!("the gateway's audit is not whole: {fault}"))
        .into_iter()
        .chain(witness.map(|fault| format!("the gateway's audit is not the one this desk witnessed: {fault}")))
        .chain(journal.map(|entry| format!("this desk's journal is not whole: entry {entry} does not fit")))
        .collect();
    if faults.is_empty() {
        let text = format!(
            "The audit is whole: {} rows, head {}. It bears out the {} heads this desk kept of it. The journal of \
                 this desk is whole.",
            rows.len(),
            head.hash,
            kept.len()
        );
        return Ok(Answer::done(text, document));
    }
    let mut failure = Failure::failed(format!(
        "{}. Stop issuing, keep a copy of the data folder, and call your security officer",
        faults.join("; ")
    ));
    failure.document = document.as_object().cloned().unwrap_or_default();
    Err(failure)
}

fn export(workplace: &Workplace, out: Option<&Path>) -> Result<Answer, Failure> {
    let rows = rows(&workplace.service)?;
    let text = lines(&rows).map_err(Failure::failed)?;
    let Some(file) = out else {
        return Ok(Answer::done(text, json!({ "rows": rows })));
    };
    let written =
        std::fs::File::create(file).and_then(|mut f| f.write_all(text.as_bytes()).and_then(|()| f.sync_all()));
    written.map_err(|e| Failure::failed(format!("{} cannot be written ({e}): choose another file", file.display())))?;
    let told = format!("{} rows written to {}", rows.len(), file.display());
    Ok(Answer::done(told, json!({ "rows": rows.len(), "file": file })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cis2::wire::Base64;

    fn chain(count: u64) -> (Vec<AuditRow>, AuditHead) {
        let mut rows: Vec<AuditRow> = Vec::new();
        for sequence in 1..=count {
            let previous = rows.last().map_or(AuditHead::EMPTY.to_owned(), |row| row.hash.clone());
            let mut row = AuditRow {
                sequence,
                at: "2026-11-23T09:00:00Z".into(),
                officer: None,
                event: "card.seen".into(),
                detail: json!({ "serial": "0102030405" }),
                previous,
                hash: String::new(),
            };
            row.hash = row.computed_hash();
            rows.push(row);
        }
        let hash = rows.last().map_or(AuditHead::EMPTY.to_owned(), |row| row.hash.clone());
        let none = || Base64(Vec::new());
        let head = AuditHead { rows: count, hash, broken_at: None, signature: none(), public_key: none() };
        (rows, head)
    }

    #[test]
    fn a_cut_tail_and_another_key_are_told_by_the_witness() {
        let (rows, head) = chain(4);
        let seen = |rows: u64, hash: &str| KeptHead {
            rows,
            hash: hash.to_owned(),
            signature: Vec::new(),
            public_key: Vec::new(),
            at: "2026-11-23T09:00:00Z".to_owned(),
        };
        let kept = [seen(2, &rows[1].hash), seen(4, &rows[3].hash)];
        assert_eq!(witness_fault(&rows, &head, &kept), None);
        assert!(witness_fault(&rows[..3], &head, &kept).is_some_and(|f| f.contains("row 4") && f.contains("cut off")));
        let regrown = [rows[0].clone(), rows[2].clone(), rows[3].clone(), rows[3].clone()];
        assert!(
            witness_fault(&regrown, &head, &kept).is_some_and(|f| f.contains("row 2") && f.contains("another row"))
        );
        let other = KeptHead { public_key: vec![1], ..seen(4, &rows[3].hash) };
        assert!(witness_fault(&rows, &head, &[other]).is_some_and(|f| f.contains("another audit key")));
    }

    #[test]
    fn every_kind_of_tampering_is_told() {
        let (rows, head) = chain(4);
        let unsigned = Some("the gateway's signature does not fit".to_owned());
        assert_eq!(fault(&rows, &head), unsigned, "the rows fit; nobody signed them here");
        let mut changed = rows.clone();
        changed[1].event = "card.lost".into();
        assert!(fault(&changed, &head).is_some_and(|f| f.contains("row 2 was changed")));
        let mut without = rows.clone();
        without.remove(2);
        assert!(fault(&without, &head).is_some_and(|f| f.contains("row 3 is missing")));
        assert!(fault(&rows[..3], &head).is_some_and(|f| f.contains("newest rows")));
        let (later, _) = chain(5);
        assert_eq!(fault(&later, &head), unsigned, "a row written since the head was read is no fault");
    }
}
