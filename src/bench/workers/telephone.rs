//! Asks the service on behalf of a card at another desk.

use super::common::Common;
use crate::{
    bench::{
        event::Trouble,
        telephone::{TelephoneOrder, TelephoneTold},
    },
    cis2::{
        Service, ServiceError,
        wire::{Approve, ApproveWithCard, CardProof, DeliverySaid, SecretBase64, SignIn},
    },
    domain::{CardSerial, OfficerId, Operation},
    operations::{Need, OperationError},
};

/// Carries out one order.
pub fn told(common: &Common, order: TelephoneOrder) -> TelephoneTold {
    let approval = match &order {
        TelephoneOrder::Begin { approved_by: Some(officer), serial, .. } => approve(common, officer.clone(), serial),
        _ => return carried_out(common, order, None),
    };
    match approval {
        Ok(approval) => carried_out(common, order, Some(approval)),
        // Another colleague may.
        Err(error) => TelephoneTold::Failed { trouble: Trouble::from(&error), need: Some(Need::SecondOfficer) },
    }
}

fn carried_out(common: &Common, order: TelephoneOrder, approval: Option<SecretBase64>) -> TelephoneTold {
    let desk = common.workplace.desk();
    let answer = match order {
        TelephoneOrder::Begin { holder, serial, challenge, delivered, proved_again, .. } => {
            let delivery = if delivered { DeliverySaid::Confirmed } else { DeliverySaid::NotSaid };
            let proved = if proved_again { prove_again(common) } else { Ok(()) };
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

/// What an officer's own card has to prove before this order is carried out.
pub fn need_of(order: &TelephoneOrder) -> Need {
    match order {
        TelephoneOrder::Begin { approved_by: Some(_), .. } => Need::SecondOfficer,
        _ => Need::StepUp,
    }
}

/// The same once an officer's own card has proved who they are.
pub fn told_after_proof(common: &Common, order: TelephoneOrder, CardProof { proof }: CardProof) -> TelephoneTold {
    let service = &common.workplace.service;
    let need = need_of(&order);
    let approval = match &order {
        TelephoneOrder::Begin { approved_by: Some(_), serial, .. } => {
            let request = ApproveWithCard { proof, operation: Operation::Unlock, serial: serial.clone() };
            service.approve_with_card(&request).map(|given| Some(given.token))
        }
        _ => service.step_up_with_card(&CardProof { proof }).map(|_| None),
    };
    match approval {
        Ok(approval) => carried_out(common, order, approval),
        // It is asked for once more: what was proved is gone.
        Err(error) => TelephoneTold::Failed { trouble: Trouble::from(&error), need: Some(need) },
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
