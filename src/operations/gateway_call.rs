//! Performs gateway calls: fills in what the pocket holds, and turns every answer into an outcome.

use sha2::{Digest, Sha256};

use super::{
    effect::{Fault, GatewayCall, Outcome},
    pocket::Pocket,
    runner::{Desk, JobPlan},
};
use crate::{
    cis2::{
        ServiceError,
        wire::{self, Base64},
    },
    domain::{CardState, JobId, Operation, hex, sha256_hex},
};

/// Performs one call.
pub fn perform(desk: &Desk<'_>, plan: &JobPlan, pocket: &mut Pocket, call: &GatewayCall) -> Outcome {
    match call_service(desk, plan, pocket, call) {
        Ok(outcome) => outcome,
        Err(Trouble::Service(error)) => Outcome::Failed(fault(&error)),
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

impl From<ServiceError> for Trouble {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

fn call_service(desk: &Desk<'_>, plan: &JobPlan, pocket: &mut Pocket, call: &GatewayCall) -> Result<Outcome, Trouble> {
    let (service, job) = (desk.service, plan.job());
    Ok(match call {
        GatewayCall::Reserve => {
            let JobPlan::Issue(issue) = plan else { return Err(Trouble::Missing("an issue plan")) };
            let request = wire::Reserve {
                job: issue.job.clone(),
                holder: issue.holder.clone(),
                serial: issue.serial.clone(),
                series: issue.series,
                profile: pocket.profile.as_ref().map_or(&issue.profile, |known| &known.management_key.scheme).clone(),
                client_software: desk.software.clone(),
                locked: issue.passcode == super::issue::PasscodeChoice::LeftLocked,
                operation: Operation::Issue,
                keys: wire::KeysWanted::New,
            };
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
            let codes = service.unlock_codes(job, &key(job, "unlock-codes", &[]))?;
            let candidates = codes.current.len();
            pocket.codes = Some(codes);
            Outcome::CodesReleased { candidates }
        }
        GatewayCall::SettleUnlockCode { which } => {
            let body = serde_json::to_vec(which).unwrap_or_default();
            service.unlock_code_settled(job, &key(job, "unlock-code-settled", &body), which)?;
            Outcome::Settled
        }
        GatewayCall::Certify => {
            let [authentication, signing] = pocket.requests.clone().ok_or(Trouble::Missing("the requests"))?;
            let body = [authentication.as_slice(), signing.as_slice()].concat();
            let request = wire::Certify { authentication_csr: Base64(authentication), signing_csr: Base64(signing) };
            let certified = service.certify(job, &key(job, "certificate", &body), &request)?;
            let sha256 = [sha256_hex(&certified.authentication.0), sha256_hex(&certified.signing.0)];
            pocket.certified = Some(certified);
            Outcome::Certified { sha256 }
        }
        GatewayCall::Confirm { authentication_sha256, signing_sha256, authentication_proof, signing_proof } => {
            let request = wire::Confirm {
                authentication_sha256: authentication_sha256.clone(),
                signing_sha256: signing_sha256.clone(),
                authentication_proof: Base64(authentication_proof.clone()),
                signing_proof: Base64(signing_proof.clone()),
                locked: None,
            };
            let body = [authentication_proof.as_slice(), signing_proof.as_slice()].concat();
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
                let card = service.card(&issuance.serial)?;
                let card_settled = card.state == CardState::Blank || card.last_job.as_ref() != Some(job);
                Outcome::Issuance { issuance: Some(Box::new(issuance)), card_settled }
            }
            Err(ServiceError::Problem(problem)) if problem.status == 404 => {
                Outcome::Issuance { issuance: None, card_settled: true }
            }
            Err(error) => return Err(error.into()),
        },
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

/// A silent or failing gateway is an interruption: the call may have taken effect. A clear no is a refusal.
fn fault(error: &ServiceError) -> Fault {
    match error {
        ServiceError::Problem(problem) if problem.status < 500 && problem.status != 401 && problem.status != 429 => {
            Fault::Refused { why: error.to_string(), by_policy: problem.kind == "refused" }
        }
        _ => Fault::Interrupted { why: error.to_string() },
    }
}
