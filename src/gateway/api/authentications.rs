//! Cards that sign their holders in, and officers who sign in with their own card.

use serde_json::json;

use super::{Answer, Call, Desk, people};
use crate::{
    cis2::wire::{ApproveWithCard, CardAnswer, CardAuthenticated, CardProof, SecretBase64},
    domain::{Officer, eligibility::Task, sha256_hex},
    gateway::{
        approvals::{self, Approved},
        authentications::{self, Judged},
        policy::{self, OwnQuestion},
        problem::Fault,
        records, sessions,
    },
};

pub fn challenge(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    Answer::created(&authentications::challenge(desk.store, desk.now)?)
}

pub fn authenticate(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let answer: CardAnswer = call.json()?;
    let mut detail = json!({
        "serial": answer.serial, "certificate_sha256": sha256_hex(&answer.certificate.0),
        "series": answer.series, "client_software": answer.client_software.to_string(),
    });
    let mut note = |member: &str, value: serde_json::Value| {
        if let Some(members) = detail.as_object_mut() {
            members.insert(member.to_owned(), value);
        }
    };
    // The challenge is gone and the audit says so, whatever is wrong with the answer.
    match judged(desk, &answer) {
        Ok((judged, authenticated)) => {
            note("holder", json!(judged.holder));
            desk.audit("card.authenticated", &detail)?;
            Answer::created(&authenticated)
        }
        Err(fault) if fault.problem.status >= 500 => Err(fault),
        Err(fault) => {
            note("why", json!(fault.problem.kind));
            desk.audit("card.authentication.refused", &detail)?;
            Err(fault.kept())
        }
    }
}

fn judged(desk: &Desk<'_>, answer: &CardAnswer) -> Result<(Judged, CardAuthenticated), Fault> {
    authentications::use_up_challenge(desk.store, &answer.challenge.0, desk.now)?;
    let judged = authentications::judge(desk.store, &desk.core.authorities, answer, desk.now)?;
    let holder = records::holder(desk.store, &judged.holder)?;
    let card = records::card(desk.store, &judged.serial)?;
    let question = OwnQuestion {
        task: Task::Authenticate,
        holder: &holder,
        card: &card,
        series: answer.series,
        software: &answer.client_software,
    };
    if let Some(refusal) = policy::own_refusal(desk.store, desk.core.config.realm, desk.now, &question)? {
        return Err(Fault::refused_sign_in(&refusal));
    }
    let certificates_expire =
        card.certificates_expire.ok_or_else(|| Fault::internal("a card in use has no certificates on record"))?;
    let proof = SecretBase64(authentications::note_proof(desk.store, &judged, desk.now)?);
    let authenticated =
        CardAuthenticated { holder, serial: card.serial, series: card.series, certificates_expire, proof };
    Ok((judged, authenticated))
}

/// The officer whose card this was.
fn officer_of(desk: &Desk<'_>, proof: &SecretBase64) -> Result<(Officer, Judged), Fault> {
    let judged = authentications::use_up_proof(desk.store, &proof.0, desk.now)?;
    let officer = sessions::officer(desk.store, &judged.holder)?.ok_or_else(|| {
        Fault::new(
            403,
            "not-an-officer",
            "This card belongs to nobody who works at the desk",
            "Use the card of an officer",
        )
    });
    Ok((officer.map_err(Fault::kept)?, judged))
}

pub fn sign_in(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: CardProof = call.json()?;
    let (officer, judged) = officer_of(desk, &request.proof)?;
    let session = sessions::begin(desk.store, &officer.id, Some(&judged.serial), &desk.core.config, desk.now)?;
    desk.audit("session.card", &json!({ "serial": judged.serial, "holder": judged.holder }))?;
    Answer::created(&session)
}

/// The signed-in officer proves with their own card once more who they are.
pub fn step_up(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: CardProof = call.json()?;
    let (officer, judged) = officer_of(desk, &request.proof)?;
    if officer.id != desk.officer()?.id {
        return Err(Fault::other_officer().kept());
    }
    people::proved_again(desk, call, &json!({ "serial": judged.serial }))
}

/// A second officer proves with their own card who they are, and approves.
pub fn approve(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: ApproveWithCard = call.json()?;
    let (second, judged) = officer_of(desk, &request.proof)?;
    let what = Approved { operation: request.operation, serial: request.serial, card: Some(judged.serial) };
    // Whatever is wrong with it, the proof is gone.
    let approval = approvals::give(desk.store, desk.now, desk.officer()?, &second, &what).map_err(Fault::kept)?;
    Answer::created(&approval)
}
