//! The record of printed faces: whether a print may start, and how it ended.

use rusqlite::params;
use serde_json::json;

use super::{Answer, Call, Desk, spoil::check_note};
use crate::{
    cis2::wire::{PrintOutcome, PrintRecord},
    domain::{CardSerial, Holder, Operation},
    gateway::{
        policy::{self, Question},
        problem::Fault,
        records,
        store::{one, word},
    },
};

pub fn print(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let serial: CardSerial = call.param("serial")?;
    let request: PrintRecord = call.json()?;
    check_note("reprint_reason", request.reprint_reason.as_deref())?;
    let holder = records::holder(desk.store, &request.holder)?;
    if request.outcome == PrintOutcome::Starting {
        check_policy(desk, &serial, &request, &holder)?;
        return record(desk, &serial, &request);
    }
    let sql = "SELECT officer FROM prints \
               WHERE job = ?1 AND serial = ?2 AND holder = ?3 AND outcome = 'starting' ORDER BY officer = ?4 DESC";
    let officer = desk.officer()?.id.as_str();
    let key = params![request.job.as_str(), serial.as_str(), holder.id.as_str(), officer];
    let starter: Option<String> = one(desk.store, sql, key, |row| row.get(0))?;
    match starter {
        Some(starter) if starter == officer => record(desk, &serial, &request),
        // A colleague resumes what another officer left: who may start this print may also say how it ended.
        Some(_) => {
            check_policy(desk, &serial, &request, &holder)?;
            record(desk, &serial, &request)
        }
        None => {
            check_holder(desk, &serial, &holder)?;
            match request.outcome {
                // A workstation that was cut off before its start arrived says so: there is nothing to put on record.
                PrintOutcome::NotPrinted => Ok(Answer::nothing()),
                _ => Err(Fault::wrong_state("no print of this job was started on this card for this holder")),
            }
        }
    }
}

/// Whether the card is the holder's.
fn check_holder(desk: &Desk<'_>, serial: &CardSerial, holder: &Holder) -> Result<(), Fault> {
    let card = records::card(desk.store, serial)?;
    if card.holder.as_ref().is_some_and(|owner| *owner != holder.id) {
        return Err(Fault::new(
            409,
            "wrong-holder",
            "This card belongs to another holder",
            "Check whose card is in the printer before printing",
        ));
    }
    Ok(())
}

fn check_policy(desk: &Desk<'_>, serial: &CardSerial, request: &PrintRecord, holder: &Holder) -> Result<(), Fault> {
    check_holder(desk, serial, holder)?;
    let question = Question {
        operation: Operation::Print,
        officer: desk.officer()?,
        holder,
        card: &records::card(desk.store, serial)?,
        series: request.series,
        software: &request.client_software,
        printer: Some(&request.printer_model),
    };
    match policy::refusal(desk.store, desk.core.config.realm, desk.now, &question)? {
        None => Ok(()),
        Some(refusal) => {
            desk.audit("print.refused", &detail(serial, request))?;
            Err(Fault::refused(Operation::Print, refusal).kept())
        }
    }
}

fn detail(serial: &CardSerial, request: &PrintRecord) -> serde_json::Value {
    let mut detail = json!({
        "job": request.job, "serial": serial, "holder": request.holder, "printer_model": request.printer_model,
        "job_sha256": request.job_sha256, "outcome": request.outcome,
    });
    if let (Some(reason), Some(members)) = (&request.reprint_reason, detail.as_object_mut()) {
        members.insert("reprint_reason".to_owned(), json!(reason));
    }
    detail
}

fn record(desk: &Desk<'_>, serial: &CardSerial, request: &PrintRecord) -> Result<Answer, Fault> {
    desk.store.execute(
        "INSERT INTO prints (job, serial, holder, officer, printer_model, job_sha256, outcome, at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            request.job.as_str(),
            serial.as_str(),
            request.holder.as_str(),
            desk.officer()?.id.as_str(),
            request.printer_model,
            request.job_sha256,
            word(&request.outcome),
            desk.now.unix_timestamp(),
        ],
    )?;
    desk.audit("print.recorded", &detail(serial, request))?;
    Ok(Answer::nothing())
}
