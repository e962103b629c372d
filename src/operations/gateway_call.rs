//! Performs gateway calls: fills in what the pocket holds, and turns every answer into an outcome.

use sha2::{Digest, Sha256};

use super::{
    at_once,
    effect::{Fault, GatewayCall, Outcome},
    on_card,
    pocket::Pocket,
    recertify,
    report::Need,
    runner::{Desk, JobPlan},
    telephone,
};
use crate::{
    card::{piv::PublicKey, profile::ChannelSettings},
    cis2::{
        ServiceError,
        wire::{self, Base64},
    },
    domain::{CardState, JobId, hex, sha256_hex},
};

/// Performs one call.
pub fn perform(desk: &Desk<'_>, plan: &JobPlan, pocket: &mut Pocket, call: &GatewayCall) -> Outcome {
    match call_service(desk, plan, pocket, call) {
        Ok(outcome) => outcome,
        Err(Trouble::Service(error)) => {
            let begins = matches!(call, GatewayCall::Reserve | GatewayCall::BeginOnCard);
            Outcome::Failed(unanswered(pocket, begins, &error))
        }
        Err(Trouble::Missing(what)) => Outcome::Failed(Fault::Refused {
            why: format!("this step needs {what}, which this run does not have"),
            by_policy: false,
        }),
    }
}

/// What keeps a call from being answered.
enum Trouble {
    Service(ServiceError),
    /// Something an earlier step of the same run should have put into the pocket.
    Missing(&'static str),
}

impl From<&'static str> for Trouble {
    fn from(what: &'static str) -> Self {
        Self::Missing(what)
    }
}

impl From<ServiceError> for Trouble {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

fn call_service(desk: &Desk<'_>, plan: &JobPlan, pocket: &mut Pocket, call: &GatewayCall) -> Result<Outcome, Trouble> {
    let (service, job) = (desk.service, plan.job());
    Ok(match call {
        GatewayCall::Reserve => {
            let request = reservation(desk, plan, pocket)?;
            service.reserve(job, &request)?;
            Outcome::Reserved
        }
        GatewayCall::AnswerWitness => {
            let profile = pocket.profile.as_ref().ok_or(Trouble::Missing("the card's profile"))?;
            let witness = pocket.encrypted_witness.take().ok_or(Trouble::Missing("the card's witness"))?;
            let request = wire::ManagementKeyChallenge {
                algorithm: profile.management_key.algorithm.reference(),
                encrypted_witness: Base64(witness.clone()),
            };
            let answer = service.management_key(job, &key(job, "management-key", &witness), &request)?;
            pocket.answer = Some((answer.witness.0, answer.challenge.0));
            Outcome::WitnessAnswered
        }
        GatewayCall::CheckCardAnswer => {
            let answer = pocket.encrypted_challenge.take().ok_or(Trouble::Missing("the card's answer"))?;
            let request = wire::ManagementKeyProof { encrypted_challenge: Base64(answer.clone()) };
            service.management_key_proof(job, &key(job, "management-key-proof", &answer), &request)?;
            Outcome::CardAnswerRight
        }
        GatewayCall::ReleaseCodes => {
            let codes = service.unlock_codes(job, &key(job, "unlock-codes", &pocket.turn()))?;
            keep_codes(pocket, codes)
        }
        GatewayCall::ReleaseDeliveredCode => {
            let codes = service.delivered_code(job, &key(job, "delivered-code", &pocket.turn()))?;
            keep_codes(pocket, codes)
        }
        GatewayCall::SettleUnlockCode { which } => {
            let body = [serde_json::to_vec(which).unwrap_or_default(), pocket.turn()].concat();
            service.unlock_code_settled(job, &key(job, "unlock-code-settled", &body), which)?;
            Outcome::Settled
        }
        GatewayCall::TellKey => {
            let [authentication, _] = &pocket.public_keys;
            let made = authentication.as_ref().ok_or(Trouble::Missing("the new authentication key"))?.der().to_vec();
            let request = wire::TellKey { authentication_key: Base64(made.clone()) };
            service.tell_key(job, &key(job, "key", &made), &request)?;
            Outcome::KeyTold
        }
        GatewayCall::Certify => {
            let [authentication, signing] = pocket.requests.clone().ok_or(Trouble::Missing("the requests"))?;
            let body = [authentication.as_slice(), signing.as_slice(), &pocket.turn()].concat();
            let request = wire::Certify { authentication_csr: Base64(authentication), signing_csr: Base64(signing) };
            let certified = service.certify(job, &key(job, "certificate", &body), &request)?;
            keep_certified(pocket, certified)
        }
        GatewayCall::FetchCertified => {
            let certified = service.certified(job)?;
            keep_certified(pocket, certified)
        }
        GatewayCall::Reopen => {
            service.reopen(job, &key(job, "reopen", &pocket.turn()))?;
            Outcome::Reserved
        }
        GatewayCall::BeginOnCard => {
            let JobPlan::OnCard(on_card) = plan else { return Err(Trouble::Missing("a plan for a card in use")) };
            let request = begin_on_card(desk, on_card, pocket);
            let begun = service.begin_on_card(job, &request)?;
            let candidates = begun.codes.as_ref().map_or(0, |codes| codes.current.len());
            pocket.codes = begun.codes;
            match at_once::asked(desk, pocket, begun.at_desk) {
                Ok(()) => Outcome::Begun { candidates },
                Err(why) => Outcome::Declined { candidates, why },
            }
        }
        GatewayCall::EndByTelephone { outcome } => {
            let JobPlan::Telephone(plan) = plan else { return Err(Trouble::Missing("an unlock by telephone")) };
            let conversation =
                desk.conversation_of(plan).map_err(|_| Trouble::Missing("the key of this workstation"))?;
            let code = conversation.completion(*outcome);
            let request = wire::EndByTelephone { challenge: plan.challenge.clone(), code };
            service.end_by_telephone(&telephone::key_of(&request), &request)?;
            Outcome::ToldByTelephone
        }
        GatewayCall::EndOnCard { outcome, unlock_code } => {
            let request = wire::EndOnCard { outcome: *outcome, unlock_code: *unlock_code };
            let body = [serde_json::to_vec(&request).unwrap_or_default(), pocket.turn()].concat();
            service.end_on_card(job, &key(job, "end", &body), &request)?;
            Outcome::Ended
        }
        GatewayCall::Confirm { authentication_sha256, signing_sha256, authentication_proof, signing_proof, locked } => {
            let request = wire::Confirm {
                authentication_sha256: authentication_sha256.clone(),
                signing_sha256: signing_sha256.clone(),
                authentication_proof: Base64(authentication_proof.clone()),
                signing_proof: Base64(signing_proof.clone()),
                locked: *locked,
                identifier: plan.identifier(),
            };
            let told = request.identifier.as_ref().map_or(&[][..], |identifier| identifier.as_str().as_bytes());
            let body = [authentication_proof.as_slice(), signing_proof.as_slice(), told].concat();
            service.confirm(job, &key(job, "confirm", &body), &request)?;
            Outcome::Confirmed
        }
        GatewayCall::Abort { card } => {
            let request = wire::Abort { reason: "undone by the workstation".into(), card: *card };
            let body = serde_json::to_vec(card).unwrap_or_default();
            service.abort(job, &key(job, "abort", &body), &request)?;
            Outcome::Aborted
        }
        GatewayCall::AskIssuance => match service.issuance(job) {
            Ok(mut issuance) => {
                // The journal keeps numbers and no names.
                issuance.begun_by = None;
                if let Some(told) = issuance.told_key.as_ref().and_then(|told| PublicKey::from_info(&told.0)) {
                    let [authentication, _] = &mut pocket.public_keys;
                    *authentication = Some(told);
                }
                let card = service.card(&issuance.serial)?;
                pocket.spent.gateway_calls += 1;
                let card_settled = card.state == CardState::Blank || card.last_job.as_ref() != Some(job);
                Outcome::Issuance { issuance: Some(Box::new(issuance)), card_settled }
            }
            Err(ServiceError::Problem(problem)) if problem.status == 404 => {
                Outcome::Issuance { issuance: None, card_settled: true }
            }
            Err(error) => return Err(error.into()),
        },
        GatewayCall::BeginChannel => {
            let settings = channel_settings(pocket)?;
            let request = wire::BeginChannel { key_set: settings.key_set.clone(), level: settings.level };
            let begun = service.begin_channel(job, &fresh_key(job, "channel")?, &request)?;
            let challenge = begun.host_challenge.0.as_slice().try_into();
            pocket.host_challenge = Some(challenge.map_err(|_| Trouble::Missing("a challenge of eight bytes"))?);
            Outcome::ChannelBegun
        }
        GatewayCall::OpenChannel => {
            let answer = pocket.card_proof.take().ok_or(Trouble::Missing("the card's proof of its keys"))?;
            let request = wire::ChannelAnswer { answer: Base64(answer.clone()) };
            let proof = service.open_channel(job, &key(job, "channel-open", &answer), &request)?;
            let owner = proof.owner;
            pocket.channel_proof = Some(proof);
            Outcome::ChannelProof { owner }
        }
        GatewayCall::TellChannelRefused => {
            service.channel_refused(job, &fresh_key(job, "channel-refused")?)?;
            Outcome::ChannelRefusalTold
        }
        GatewayCall::PrepareKeys { owner } => {
            let prepared = service.put_keys(job, &fresh_key(job, "put-keys")?, &wire::PutKeys { owner: *owner })?;
            pocket.prepared_keys = Some(prepared);
            Outcome::KeysPrepared
        }
        GatewayCall::KeysPut => {
            let answer = pocket.check_values.take().ok_or(Trouble::Missing("the card's check values"))?;
            let request = wire::KeysPut { check_values: Base64(answer) };
            service.keys_put(job, &fresh_key(job, "keys-put")?, &request)?;
            Outcome::KeysSettled
        }
        GatewayCall::RecordPrintStarting => {
            record_print(desk, plan, wire::PrintOutcome::Starting)?;
            Outcome::PrintStarting
        }
        GatewayCall::RecordPrint { outcome } => {
            record_print(desk, plan, *outcome)?;
            Outcome::PrintRecorded
        }
    })
}

fn keep_codes(pocket: &mut Pocket, codes: wire::UnlockCodes) -> Outcome {
    let candidates = codes.current.len();
    pocket.codes = Some(codes);
    Outcome::CodesReleased { candidates }
}

fn keep_certified(pocket: &mut Pocket, certified: wire::Certified) -> Outcome {
    let sha256 = [sha256_hex(&certified.authentication.0), sha256_hex(&certified.signing.0)];
    pocket.certified = Some(certified);
    Outcome::Certified { sha256 }
}

/// What a job that makes certificates is reserved with.
fn reservation(desk: &Desk<'_>, plan: &JobPlan, pocket: &Pocket) -> Result<wire::Reserve, Trouble> {
    let (passcode, keys) = match plan {
        JobPlan::Issue(issue) => (issue.passcode, wire::KeysWanted::New),
        JobPlan::Recertify(recertify::Plan { passcode, keys, .. }) => (*passcode, *keys),
        JobPlan::Print(_) | JobPlan::OnCard(_) | JobPlan::Telephone(_) => {
            return Err(Trouble::Missing("a plan that makes certificates"));
        }
    };
    Ok(wire::Reserve {
        job: plan.job().clone(),
        holder: plan.holder().clone(),
        serial: plan.serial().clone(),
        series: plan.series(),
        profile: scheme(pocket, plan.profile()),
        client_software: desk.software.clone(),
        locked: passcode == super::issue::PasscodeChoice::LeftLocked,
        operation: plan.operation(),
        keys,
    })
}

/// The management-key scheme of the card's profile: what the gateway finds its key by.
fn scheme(pocket: &Pocket, profile: &str) -> String {
    pocket.profile.as_ref().map_or(profile, |known| &known.management_key.scheme).to_owned()
}

fn begin_on_card(desk: &Desk<'_>, plan: &on_card::Plan, pocket: &mut Pocket) -> wire::BeginOnCard {
    wire::BeginOnCard {
        job: plan.job.clone(),
        operation: plan.operation,
        holder: plan.holder.clone(),
        serial: plan.serial.clone(),
        series: plan.series,
        profile: scheme(pocket, &plan.profile),
        client_software: desk.software.clone(),
        chip: plan.chip,
        delivery: plan.delivery,
        reason: plan.reason,
        note: plan.note.clone(),
        approval: pocket.approval.take(),
        tell: pocket.ask.as_ref().map_or(wire::Tell::Nothing, |ask| ask.tell),
    }
}

fn record_print(desk: &Desk<'_>, plan: &JobPlan, outcome: wire::PrintOutcome) -> Result<(), Trouble> {
    let JobPlan::Print(print) = plan else { return Err(Trouble::Missing("a print plan")) };
    let record = wire::PrintRecord {
        job: print.job.clone(),
        holder: print.holder.clone(),
        series: print.series,
        printer_model: print.printer_model.clone(),
        job_sha256: print.job_sha256.clone(),
        outcome,
        client_software: desk.software.clone(),
        reprint_reason: print.reprint_reason.clone(),
    };
    let body = serde_json::to_vec(&outcome).unwrap_or_default();
    desk.service.record_print(&print.serial, &key(&print.job, "print", &body), &record)?;
    Ok(())
}

/// The idempotency key of a call: the same job, call and body give the same key, also after a restart, so that an
/// answer that was lost can be asked for again and nothing is done twice.
fn key(job: &JobId, call: &str, body: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(job.as_str());
    hasher.update(call);
    hasher.update(body);
    format!("{}-{call}-{}", job.short(), &hex(&hasher.finalize())[..32])
}

/// A key for a call that is new every time it is made: what it answers is good for one channel alone. Asking again for
/// a lost answer within one call, the client keeps the key.
///
/// # Errors
/// What is missing: random numbers.
pub(super) fn fresh_key(job: &JobId, call: &str) -> Result<String, &'static str> {
    let mut once = [0; 16];
    getrandom::fill(&mut once).map_err(|_| "random numbers")?;
    Ok(key(job, call, &once))
}

/// The channel of the card's profile.
fn channel_settings(pocket: &Pocket) -> Result<&ChannelSettings, Trouble> {
    let profile = pocket.profile.as_ref().ok_or(Trouble::Missing("the card's profile"))?;
    profile.secure_channel.as_ref().ok_or(Trouble::Missing("the secure channel of the card's profile"))
}

/// A silent or failing gateway is an interruption: the call may have taken effect. A clear no is a refusal. But that a job
/// is somebody else's is no word on the job: it stays where it is, for them.
pub(super) fn unanswered(pocket: &mut Pocket, begins: bool, error: &ServiceError) -> Fault {
    pocket.need = Need::of(error);
    pocket.nhs_code = error.nhs_code();
    let others = ["other-officer", "not-your-card", "officers-only"];
    match error {
        // A channel that is over says nothing of the job either: it goes on with a new one.
        ServiceError::Problem(problem) if problem.kind == "secure-channel-closed" => {
            Fault::Interrupted { why: error.to_string() }
        }
        ServiceError::Problem(problem) if !begins && others.contains(&problem.kind.as_str()) => {
            Fault::Interrupted { why: error.to_string() }
        }
        ServiceError::Problem(problem) if problem.status < 500 && problem.status != 401 && problem.status != 429 => {
            Fault::Refused { why: error.to_string(), by_policy: problem.kind == "refused" }
        }
        _ => Fault::Interrupted { why: error.to_string() },
    }
}
