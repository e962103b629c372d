//! Holders who help themselves: one-time codes for locked cards, and sessions for their own card alone.

use serde_json::json;
use zeroize::Zeroizing;

use super::{Answer, Call, Desk, Letter, kept_as};
use crate::{
    cis2::wire::{AskForCode, CardRecord, CodeSent, HolderSignIn},
    domain::{
        CardState, Operation,
        eligibility::{Reason, Refusal, Task},
    },
    gateway::{
        Core, audit, authentications,
        holder_sessions::{self, BegunWith},
        issuances::{self, BegunAs},
        messages::Message,
        one_time_codes,
        policy::{self, OwnQuestion},
        problem::Fault,
        records, unfinished,
    },
};

/// Most characters of the number of a request for a code.
const LONGEST_REQUEST: usize = 32;

/// Makes a code and sends it. What is refused is refused before anybody is written to.
pub fn ask_for_code(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: AskForCode = call.json()?;
    let card = records::card(desk.store, &request.serial)?;
    let mut detail = json!({
        "serial": request.serial, "series": request.series, "client_software": request.client_software.to_string(),
    });
    let refused = |fault: Fault, detail: &serde_json::Value| -> Result<Answer, Fault> {
        desk.audit("self-service.code.refused", detail)?;
        Err(fault.kept())
    };
    let Some(holder) = card.holder.as_ref().filter(|_| card.state != CardState::Blank) else {
        let fault = Fault::new(
            404,
            "card-unknown",
            "This card is not on record here",
            "Take the card to the Registration Authority desk",
        );
        return refused(fault, &detail);
    };
    let holder = records::holder(desk.store, holder)?;
    // An unlock of theirs that was cut off is gone on with: the card counts as it stood before.
    let cut = issuances::open_on_card(desk.store, &card.serial)?
        .filter(|job| job.begun_as == BegunAs::SelfService && job.public.operation == Operation::Unlock);
    let card = CardRecord { state: cut.map_or(card.state, |job| job.card_before), ..card.clone() };
    if let Some(members) = detail.as_object_mut() {
        members.insert("holder".to_owned(), json!(holder.id));
    }
    let question = OwnQuestion {
        task: Task::SelfService(Operation::Unlock),
        holder: &holder,
        card: &card,
        series: request.series,
        software: &request.client_software,
    };
    if let Some(refusal) = policy::own_refusal(desk.store, desk.core.config.realm, desk.now, &question)? {
        return refused(Fault::refused(Operation::Unlock, refusal), &detail);
    }
    // An address that no message goes to, as this gateway is set up, is none.
    let contacts = records::contacts(desk.store, &holder.id)?.into_iter();
    let mut contacts = contacts.filter(|to| desk.core.messages.reaches(to));
    let Some(to) = contacts.next() else {
        let refusal = Refusal { reasons: vec![Reason::NoAddress], since: None };
        return refused(Fault::refused(Operation::Unlock, refusal), &detail);
    };
    let otherwise = contacts.next();
    if let Err(fault) = desk.core.askers.count(call.from, desk.now) {
        return refused(fault, &detail);
    }
    let made = match one_time_codes::make(desk.store, &desk.core.seal, &card.serial, &holder.id, desk.now) {
        Ok(made) => made,
        Err(fault) if fault.problem.kind == "too-many-codes" => return refused(fault, &detail),
        Err(fault) => return Err(fault),
    };
    if let Some(members) = detail.as_object_mut() {
        members.insert("request".to_owned(), json!(made.request));
        members.insert("by".to_owned(), json!(to.kind()));
    }
    let sent = CodeSent { request: made.request.clone(), sent_to: to.masked(), expires: made.expires };
    let message = Message { subject: "Your smartcard unlock code".to_owned(), text: text(made.code.expose()), to };
    let mut answer = Answer::created(&sent)?;
    answer.letter = Some(Box::new(Letter { message, otherwise, told: sent, request: made.request, detail }));
    Ok(answer)
}

/// What the message says. It names nobody: whoever reads over a shoulder learns nothing but the code.
fn text(code: &[u8]) -> Zeroizing<String> {
    let code = Zeroizing::new(String::from_utf8_lossy(code).into_owned());
    Zeroizing::new(format!(
        "{} is the code to unlock your smartcard. Enter it where you asked for it, within 15 minutes.\n\n\
         If you did not ask for it, somebody may have your card: tell your Registration Authority. \
         Nobody from the Registration Authority will ever ask you for this code.",
        *code
    ))
}

/// Sends a message, after what it is about is on the disk: to the other address, where the first does not take it; gives what
/// the asker is told instead then. Where it does not go out at all, its code is worth nothing and the caller is told; asking
/// again with the same key then asks anew.
pub fn post(core: &Core, letter: Letter, scope: &str, key: Option<&str>) -> Result<Option<CodeSent>, Fault> {
    let Letter { mut message, otherwise, mut told, request, mut detail } = letter;
    let mut sent = core.messages.send(&message);
    let mut instead = None;
    if let (Err(_), Some(other)) = (&sent, otherwise) {
        message.to = other;
        sent = core.messages.send(&message);
        told.sent_to = message.to.masked();
        if let Some(members) = detail.as_object_mut() {
            members.insert("by".to_owned(), json!(message.to.kind()));
        }
        instead = Some(told);
    }
    let now = core.config.clock.now();
    let mut store = core.store();
    let change = store.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let result = match sent {
        Ok(()) => {
            audit::append(&change, now, None, "self-service.code.sent", &detail)?;
            if let (Some(told), Some(key)) = (&instead, key) {
                let body = serde_json::to_vec(told).map_err(|_| Fault::internal("the answer cannot be written"))?;
                let body = core.seal.seal(&kept_as(scope, key), &body)?;
                let sql = "UPDATE answers SET body = ?3 WHERE scope = ?1 AND key = ?2";
                change.execute(sql, rusqlite::params![scope, key, body])?;
            }
            Ok(instead)
        }
        Err(why) => {
            one_time_codes::unsent(&change, &request)?;
            change.execute("DELETE FROM answers WHERE scope = ?1 AND key = ?2", [scope, key.unwrap_or_default()])?;
            if let Some(members) = detail.as_object_mut() {
                members.insert("why".to_owned(), json!(why.to_string()));
            }
            audit::append(&change, now, None, "self-service.code.not-sent", &detail)?;
            // Not a failure of the gateway itself: asking again at once would only fail again.
            Err(Fault::new(
                424,
                "message-not-sent",
                "The code could not be sent",
                "Try again in a few minutes, or take the card to the Registration Authority desk",
            )
            .detail(why.to_string()))
        }
    };
    change.commit()?;
    result
}

pub fn sign_in(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let (id, serial, begun_with, unfinished) = match call.json()? {
        HolderSignIn::Card { proof } => {
            let judged = authentications::use_up_proof(desk.store, &proof.0, desk.now)?;
            (judged.holder, judged.serial, BegunWith::Card, None)
        }
        HolderSignIn::Unfinished { serial, challenge, signatures } => {
            let detail = json!({ "serial": serial });
            let signatures: Vec<Vec<u8>> = signatures.into_iter().map(|signature| signature.0).collect();
            match unfinished::prove(desk.store, desk.core.config.realm, desk.now, &serial, &challenge.0, &signatures) {
                Ok(job) => (job.public.holder, serial, BegunWith::Card, Some(job.public.job)),
                Err(fault) if fault.problem.status < 500 => {
                    desk.audit("self-service.unfinished.refused", &detail)?;
                    // The challenge is used up, whatever came of it.
                    return Err(fault.kept());
                }
                Err(fault) => return Err(fault),
            }
        }
        HolderSignIn::Code { request, serial, code } => {
            if request.len() > LONGEST_REQUEST || code.0.expose().len() > LONGEST_REQUEST {
                return Err(Fault::malformed("request or code is too long to be one"));
            }
            let detail = json!({ "request": request, "serial": serial });
            let used = one_time_codes::use_up(desk.store, &desk.core.seal, &request, &serial, &code.0, desk.now);
            match used {
                Ok(holder) => (holder, serial, BegunWith::Code, None),
                Err(fault) if fault.problem.status < 500 => {
                    desk.audit("self-service.code.wrong", &detail)?;
                    return Err(fault.kept());
                }
                Err(fault) => return Err(fault),
            }
        }
    };
    let mut session = holder_sessions::begin(desk.store, &id, serial, begun_with, desk.now)?;
    let detail = json!({
        "holder": session.holder.id, "serial": session.serial, "with": begun_with, "unfinished": unfinished,
    });
    session.unfinished = unfinished;
    desk.audit("self-service.session.begun", &detail)?;
    Answer::created(&session)
}

pub fn session(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    Answer::json(&desk.own_session()?.public(None))
}

pub fn sign_out(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let own = desk.own_session()?;
    let token = call.token.as_ref().ok_or_else(Fault::unauthenticated)?;
    holder_sessions::end(desk.store, token)?;
    desk.audit("self-service.session.ended", &json!({ "holder": own.holder.id, "serial": own.serial }))?;
    Ok(Answer::nothing())
}
