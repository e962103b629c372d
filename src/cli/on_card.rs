//! What the operations on cards in use have in common on a terminal: whose card it is, who approves, how they end.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Failure, progress},
    exit::Exit,
    wording,
};
use crate::{
    cis2::{
        Service,
        wire::{Approve, ApproveWithCard, SecretBase64},
    },
    domain::{CardSerial, Holder, HolderId, OfficerId, Operation},
    operations::{self, CardReport, Need},
    workplace::Workplace,
};

/// Says on whose card what is about to be done.
pub fn announce(
    workplace: &Workplace,
    operation: Operation,
    holder: Option<&Holder>,
    id: &HolderId,
    serial: &CardSerial,
) {
    announce_as(&officer_words(workplace), operation, holder, id, serial);
}

/// Who is signed in, as the beginning of such a line.
pub fn officer_words(workplace: &Workplace) -> String {
    let officer = workplace.session.as_ref().map(|session| &session.officer);
    officer.map_or_else(String::new, |officer| format!("{} ({}): ", officer.name, officer.role))
}

/// The same line, where the workplace is not at hand.
pub fn announce_as(officer: &str, operation: Operation, holder: Option<&Holder>, id: &HolderId, serial: &CardSerial) {
    let name = holder.map(|holder| format!(" {}", holder.printed_name())).unwrap_or_default();
    progress(&format!("{officer}{operation}, card {serial} of {}{name}", id.grouped()));
}

/// Says how many tries the card has left, where that is a reason to take care.
pub fn tell_tries(left: Option<u8>) {
    match left {
        Some(0) => progress("  The card is locked: no try is left."),
        Some(1) => progress("  One try is left: the next wrong one locks the card."),
        Some(left) => progress(&format!("  {left} tries are left.")),
        None => {}
    }
}

/// The approval of a second officer at this desk, who proves who they are with their own card, or by their name where the
/// gateway believes it.
///
/// # Errors
/// The gateway does not answer, the card does not prove it, or this officer cannot approve it.
pub fn approval(
    workplace: &Workplace,
    (officer, card): (Option<&OfficerId>, Option<&str>),
    operation: Operation,
    serial: &CardSerial,
) -> Result<Option<SecretBase64>, Failure> {
    let (service, serial) = (&workplace.service, serial.clone());
    let approval = match (card, officer) {
        (Some(reader), _) => {
            let proof = wording::own_card_proof(workplace, reader, "of the second officer's card")?;
            service.approve_with_card(&ApproveWithCard { proof, operation, serial })?
        }
        (None, Some(officer)) => service.approve(&Approve { officer: officer.clone(), operation, serial })?,
        (None, None) => return Ok(None),
    };
    Ok(Some(approval.token))
}

/// The answer of an operation that ended in this way; `text` says what was done.
///
/// # Errors
/// It was not done: the message says why, and the exit code how the card stands.
pub fn ended(workplace: &Workplace, report: &CardReport, text: String) -> Result<Answer, Failure> {
    wording::witness(workplace);
    told(report, text, &document(report))
}

/// The same, with other fields.
///
/// # Errors
/// As [`ended`].
pub fn told(report: &CardReport, text: String, document: &Value) -> Result<Answer, Failure> {
    if let (Some(need), operations::Ending::Undone { why, .. }) = (report.need, &report.ending) {
        let mut failure = Failure::new(Exit::Refused, format!("{why}. {}", how_to_give(need)));
        failure.document = document.as_object().cloned().unwrap_or_default();
        return Err(failure);
    }
    // What became of the card is said in the reason itself: an operation on a card in use takes nothing back.
    if let operations::Ending::Undone { why, by_policy, nhs_code } = &report.ending {
        let said = format!("{why}{}", pair_words(report));
        let mut failure = Failure::new(if *by_policy { Exit::Refused } else { Exit::Failed }, said);
        failure.document = document.as_object().cloned().unwrap_or_default();
        return Err(failure.with_code(*nhs_code));
    }
    let answer = wording::ended(&report.ending, text, document)?;
    Ok(match &report.note {
        Some(note) => answer.ending(Exit::Warning, note),
        None => answer,
    })
}

/// Which pair of certificates the card works with, where the operation was about that.
#[must_use]
pub fn pair_words(report: &CardReport) -> String {
    report.which_pair.map(|pair| format!(". The card works with {pair}")).unwrap_or_default()
}

/// How what the gateway asks for is given on the command line.
#[must_use]
pub fn how_to_give(need: Need) -> &'static str {
    match need {
        Need::StepUp => "Run the command again: it signs you in anew",
        Need::SecondOfficer => {
            "Name the colleague with --second-officer, or the reader with their card with --second-officer-card"
        }
        Need::Delivery => "Say --delivered once the holder has the card in hand",
    }
}

/// What a document tells of every operation on a card in use.
#[must_use]
pub fn document(report: &CardReport) -> Value {
    json!({
        "job": report.job,
        "operation": report.operation,
        "holder": report.holder,
        "serial": report.serial,
        "result": &report.ending,
        "note": report.note,
        "needs": report.need,
        "which_pair": report.which_pair,
        "tries_left": report.tries_left,
        "apdus": report.apdus,
        "gateway_calls": report.gateway_calls,
        "steps": wording::steps(&report.steps),
    })
}
