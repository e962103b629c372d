//! Asks the service on behalf of a card at another desk.

use super::common::Common;
use crate::{
    bench::{
        event::Trouble,
        telephone::{TelephoneOrder, TelephoneTold},
    },
    cis2::{
        Service, ServiceError,
        wire::{Approve, CardProof, DeliverySaid, SecretBase64, SignIn},
    },
    domain::{CardSerial, OfficerId, Operation},
    operations::{Need, OperationError},
};

/// Carries out one order.
pub fn told(common: &Common, order: TelephoneOrder) -> TelephoneTold {
    let desk = common.workplace.desk();
    let answer = match order {
        TelephoneOrder::Begin { holder, serial, challenge, delivered, proved_again, approved_by } => {
            let delivery = if delivered { DeliverySaid::Confirmed } else { DeliverySaid::NotSaid };
            let proved = if proved_again { prove_again(common) } else { Ok(()) };
            let approval = match approved_by.map(|officer| approve(common, officer, &serial)).transpose() {
                Ok(approval) => approval,
                // Another colleague may.
                Err(error) => {
                    let need = Some(Need::SecondOfficer);
                    return TelephoneTold::Failed { trouble: Trouble::from(&error), need };
                }
            };
            proved
                .and_then(|()| desk.begin_by_telephone(&holder, &serial, &challenge, delivery, approval))
                .map(|begun| TelephoneTold::Begun(Box::new(begun)))
        }
        TelephoneOrder::End { challenge, code } => {
            desk.end_by_telephone(&challenge, &code).map(|ended| TelephoneTold::Ended(Box::new(ended)))
        }
    };
    answer.unwrap_or_else(|error| failed(&error))
}

/// The same once the officer's own card has proved who they are.
pub fn told_after_proof(common: &Common, order: TelephoneOrder, proof: &CardProof) -> TelephoneTold {
    match common.workplace.service.step_up_with_card(proof) {
        Ok(_) => told(common, order),
        // It is asked for once more: what was proved is gone.
        Err(error) => TelephoneTold::Failed { trouble: Trouble::from(&error), need: Some(Need::StepUp) },
    }
}

/// At the training sign-in an officer proves who they are by choosing themselves.
fn prove_again(common: &Common) -> Result<(), OperationError> {
    let service = &common.workplace.service;
    let officer = service.session()?.officer.id;
    service.step_up(&SignIn { officer })?;
    Ok(())
}

/// A second officer at this desk approves it, by the training sign-in.
fn approve(common: &Common, officer: OfficerId, serial: &CardSerial) -> Result<SecretBase64, OperationError> {
    let request = Approve { officer, operation: Operation::Unlock, serial: serial.clone() };
    Ok(common.workplace.service.approve(&request)?.token)
}

fn failed(error: &OperationError) -> TelephoneTold {
    let need = match error {
        OperationError::Service(error @ ServiceError::Problem(_)) => Need::of(error),
        _ => None,
    };
    TelephoneTold::Failed { trouble: Trouble::from(error), need }
}
