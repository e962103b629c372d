//! Asks the service on behalf of a card at another desk.

use super::common::Common;
use crate::{
    bench::{
        event::Trouble,
        telephone::{TelephoneOrder, TelephoneTold},
    },
    cis2::{Service, ServiceError, wire::DeliverySaid, wire::SignIn},
    operations::{Need, OperationError},
};

/// Carries out one order.
pub fn told(common: &Common, order: TelephoneOrder) -> TelephoneTold {
    let desk = common.workplace.desk();
    let answer = match order {
        TelephoneOrder::Begin { holder, serial, challenge, delivered, proved_again } => {
            let delivery = if delivered { DeliverySaid::Confirmed } else { DeliverySaid::NotSaid };
            let proved = if proved_again { prove_again(common) } else { Ok(()) };
            proved
                .and_then(|()| desk.begin_by_telephone(&holder, &serial, &challenge, delivery))
                .map(|begun| TelephoneTold::Begun(Box::new(begun)))
        }
        TelephoneOrder::End { challenge, code } => {
            desk.end_by_telephone(&challenge, &code).map(|ended| TelephoneTold::Ended(Box::new(ended)))
        }
    };
    answer.unwrap_or_else(|error| failed(&error))
}

/// At the training sign-in an officer proves who they are by choosing themselves.
fn prove_again(common: &Common) -> Result<(), OperationError> {
    let service = &common.workplace.service;
    let officer = service.session()?.officer.id;
    service.step_up(&SignIn { officer })?;
    Ok(())
}

fn failed(error: &OperationError) -> TelephoneTold {
    let need = match error {
        OperationError::Service(error @ ServiceError::Problem(_)) => Need::of(error),
        _ => None,
    };
    TelephoneTold::Failed { trouble: Trouble::from(error), need }
}
