//! Words of the audit: what its events and their facts are called on a screen and in a file. One place for the profile's
//! history and for Activity.

use std::sync::LazyLock;

use serde_json::Value as Json;

use super::{
    format,
    text::{Texts, Value},
};
use crate::{
    cis2::wire::AuditRow,
    domain::{HolderId, OfficerId},
};

/// The language of the window, for words that are searched and exported and so are made before anything is drawn.
pub static TEXTS: LazyLock<Texts> = LazyLock::new(Texts::default);

/// Key of the words for an event of the audit; `None` for one this version does not know.
#[must_use]
pub fn event_key(event: &str) -> Option<&'static str> {
    Some(match event {
        "session.begun" => "event-session-begun",
        "session.ended" => "event-session-ended",
        "session.stepped-up" => "event-session-stepped-up",
        "session.step-up.refused" => "event-session-step-up-refused",
        "issuance.reserved" => "event-issuance-reserved",
        "issuance.refused" => "event-issuance-refused",
        "issuance.certified" => "event-issuance-certified",
        "issuance.confirmed" => "event-issuance-confirmed",
        "issuance.aborted" => "event-issuance-aborted",
        "issuance.expired" => "event-issuance-expired",
        "issuance.key-told" => "event-issuance-key-told",
        "issuance.handed-over" => "event-issuance-handed-over",
        "issuance.take-over.refused" => "event-issuance-take-over-refused",
        "issuance.reopened" => "event-issuance-reopened",
        "on-card.begun" => "event-on-card-begun",
        "on-card.refused" => "event-on-card-refused",
        "on-card.ended" => "event-on-card-ended",
        "workstation.enrolled" => "event-workstation-enrolled",
        "workstation.printer-added" => "event-workstation-printer-added",
        "workstation.printer-removed" => "event-workstation-printer-removed",
        "telephone.challenge.wrong" => "event-telephone-challenge-wrong",
        "telephone.begun" => "event-telephone-begun",
        "telephone.code.wrong" => "event-telephone-code-wrong",
        "telephone.ended" => "event-telephone-ended",
        "approval.given" => "event-approval-given",
        "session.card" => "event-session-card",
        "issuance.reopen.refused" => "event-issuance-reopen-refused",
        "card.authenticated" => "event-card-authenticated",
        "card.authentication.refused" => "event-card-authentication-refused",
        "self-service.code.sent" => "event-self-service-code-sent",
        "self-service.code.not-sent" => "event-self-service-code-not-sent",
        "self-service.code.refused" => "event-self-service-code-refused",
        "self-service.code.wrong" => "event-self-service-code-wrong",
        "self-service.unfinished.refused" => "event-self-service-unfinished-refused",
        "self-service.session.begun" => "event-self-service-begun",
        "self-service.session.ended" => "event-self-service-ended",
        "card.blanked" => "event-card-blanked",
        "card.as-before" => "event-card-as-before",
        "card.needs-repair" => "event-card-needs-repair",
        "card.secure-channel.not-allowed" => "event-card-secure-channel-not-allowed",
        "card.secret.refused" => "event-card-secret-refused",
        "job.no-longer-allowed" => "event-job-no-longer-allowed",
        "card.spoiled" => "event-card-spoiled",
        "card.spoil.refused" => "event-card-spoil-refused",
        "card.clean-up.refused" => "event-card-clean-up-refused",
        "card.management-key.challenged" => "event-card-key-challenged",
        "card.management-key.proven" => "event-card-key-proven",
        "card.management-key.wrong" => "event-card-key-wrong",
        "card.secure-channel.begun" => "event-card-channel-begun",
        "card.secure-channel.opened" => "event-card-channel-opened",
        "card.secure-channel.unknown" => "event-card-channel-unknown",
        "card.secure-channel.refused" => "event-card-channel-refused",
        "card.secure-channel.wrong" => "event-card-channel-wrong",
        "card.secure-channel.broken" => "event-card-channel-broken",
        "card.secure-channel.not-wrapped" => "event-card-channel-not-wrapped",
        "card.secure-channel.keys-prepared" => "event-card-channel-keys-prepared",
        "card.secure-channel.keys-put" => "event-card-channel-keys-put",
        "card.secure-channel.keys-wrong" => "event-card-channel-keys-wrong",
        "card.secure-channel.allowed" => "event-card-channel-allowed",
        "card.unlock-codes.released" => "event-card-code-released",
        "card.unlock-code.settled" => "event-card-code-settled",
        "print.recorded" => "event-print-recorded",
        "print.refused" => "event-print-refused",
        "holder.photo" => "event-holder-photo",
        "gateway.seeded" => "event-gateway-seeded",
        _ => return None,
    })
}

/// An event in words; one this version does not know keeps its own name.
#[must_use]
pub fn event(texts: &Texts, event: &str) -> String {
    event_key(event).map_or_else(|| event.to_owned(), |key| texts.get(key))
}

/// Key of the words for an event of one operation, which names it; `None` for one whose own words say enough.
fn operation_key(event: &str) -> Option<&'static str> {
    Some(match event {
        "issuance.reserved" | "on-card.begun" => "event-operation-begun",
        "issuance.refused" | "issuance.reopen.refused" | "on-card.refused" => "event-operation-refused",
        "issuance.confirmed" => "event-operation-confirmed",
        "issuance.aborted" => "event-operation-aborted",
        "issuance.expired" => "event-operation-expired",
        "issuance.reopened" => "event-operation-reopened",
        "on-card.ended" => "event-operation-ended",
        _ => return None,
    })
}

/// What happened in a row, in one line: the event, and what makes this one different from others of its kind.
#[must_use]
pub fn row(texts: &Texts, row: &AuditRow) -> String {
    let mut words = event(texts, &row.event);
    let operation = row.detail.get("operation").and_then(Json::as_str);
    if let (Some(operation), Some(key)) = (operation, operation_key(&row.event)) {
        words = texts.with(key, &[("operation", Value::Text(operation))]);
    }
    let outcome = row.detail.get("outcome").and_then(Json::as_str);
    if row.event == "print.recorded"
        && let Some(outcome) = outcome
    {
        let key = match outcome {
            "starting" => "event-print-starting",
            "printed" => "event-print-printed",
            "not-printed" => "event-print-not-printed",
            "uncertain" => "event-print-uncertain",
            _ => "event-print-recorded",
        };
        words = texts.get(key);
    }
    words
}

/// Key of the name of a fact in a row; `None` for one this version does not know.
#[must_use]
pub fn fact_key(name: &str) -> Option<&'static str> {
    Some(match name {
        "holder" => "fact-holder",
        "serial" => "fact-card",
        "job" => "fact-job",
        "series" => "fact-series",
        "profile" => "fact-profile",
        "client_software" => "fact-software",
        "locked" => "fact-locked",
        "reason" => "fact-reason",
        "reprint_reason" => "fact-reprint-reason",
        "note" => "fact-note",
        "look_at" => "fact-look-at",
        "judged" => "fact-judged",
        "candidates" => "fact-codes",
        "card" => "fact-card-after",
        "outcome" => "fact-outcome",
        "workstation" => "fact-workstation",
        "printer" => "fact-printer-name",
        "printer_model" => "fact-printer",
        "destination" => "fact-destination",
        "confirmed" => "fact-confirmed",
        "changed" => "fact-changed",
        "signed_in" => "fact-signed-in",
        "role" => "fact-role",
        "revoked" => "fact-revoked",
        "job_sha256" => "fact-job-hash",
        "authentication_sha256" => "fact-authentication-hash",
        "signing_sha256" => "fact-signing-hash",
        "photo_sha256" => "fact-photo-hash",
        _ => return None,
    })
}

/// The facts of a row as names and values, in the order they were written.
#[must_use]
pub fn facts(texts: &Texts, row: &AuditRow) -> Vec<(String, String)> {
    let Some(members) = row.detail.as_object() else { return Vec::new() };
    let named = |name: &String| fact_key(name).map_or_else(|| name.replace('_', " "), |key| texts.get(key));
    members.iter().map(|(name, value)| (named(name), fact_value(texts, name, value))).collect()
}

fn fact_value(texts: &Texts, name: &str, value: &Json) -> String {
    match value {
        Json::String(text) if name == "holder" => {
            text.parse::<HolderId>().map_or_else(|_| text.clone(), |holder| holder.grouped())
        }
        Json::String(text) if name == "signed_in" => {
            text.parse::<OfficerId>().map_or_else(|_| text.clone(), |officer| officer.grouped())
        }
        Json::String(text) if name == "changed" => format::moment_of(text),
        // Names and addresses are what they are, to the letter.
        Json::String(text) if matches!(name, "printer" | "printer_model" | "destination" | "confirmed") => text.clone(),
        Json::String(text) if text.contains('-') && !text.contains(' ') => text.replace('-', " "),
        // A photo in which there is nothing to look at.
        Json::String(text) if text.is_empty() => texts.get("fact-none"),
        Json::String(text) => text.clone(),
        Json::Bool(true) => texts.get("fact-yes"),
        Json::Bool(false) => texts.get("fact-no"),
        Json::Null => texts.get("fact-none"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::desktop::text::tests::sources;

    #[test]
    fn a_photo_that_nobody_judged_is_told_from_one_with_nothing_to_look_at() {
        let shown = |detail: Json| {
            let row = AuditRow {
                sequence: 1,
                at: "2026-11-26T09:30:00Z".to_owned(),
                officer: None,
                event: "holder.photo".to_owned(),
                detail,
                previous: String::new(),
                hash: String::new(),
            };
            facts(&TEXTS, &row)
        };
        let words = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let judged = |detail| shown(serde_json::json!({ "judged": detail }));
        assert_eq!(judged(false), words("Photo checked before it was taken", "no"));
        assert_eq!(shown(serde_json::json!({ "look_at": "" })), words("To look at in the photo", "none"));
        assert_eq!(shown(serde_json::json!({ "look_at": "glare" })), words("To look at in the photo", "glare"));
    }

    #[test]
    fn every_event_that_the_gateway_writes_has_words() {
        let mut all = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gateway"), &mut all);
        let mut seen = 0;
        for name in all.split('"') {
            let is_event = [
                "session.",
                "issuance.",
                "on-card.",
                "approval.",
                "card.",
                "print.",
                "holder.",
                "gateway.",
                "telephone.",
                "workstation.",
                "self-service.",
            ]
            .iter()
            .any(|begin| name.starts_with(begin))
                && name.chars().all(|c| c.is_ascii_lowercase() || ".-".contains(c));
            if is_event {
                seen += 1;
                assert!(event_key(name).is_some(), "no words for “{name}”");
            }
        }
        assert!(seen >= 15, "the events are looked for in the wrong way: {seen}");
    }
}
