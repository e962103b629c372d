//! `audit`: is the record whole, and a copy of it.

use std::{io::Write, path::Path};

use serde_json::json;

use super::{
    answer::{Answer, Failure},
    arguments::{Audit, AuditAction, Common},
    wording,
};
use crate::{
    cis2::{Service, ServiceError, wire::AuditRow},
    workplace::{AuditChain, Workplace},
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

fn verify(workplace: &Workplace) -> Result<Answer, Failure> {
    let head = workplace.service.audit_head()?;
    let rows = rows(&workplace.service)?;
    let journal = workplace.journal.broken_at().map_err(Failure::failed)?;
    let chain = AuditChain::of(&rows);
    let gateway = chain.fault(&head);
    let kept = workplace.journal.kept_heads(workplace.gateway_name()).map_err(Failure::failed)?;
    let witness = chain.witness_fault(&head, &kept);
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
