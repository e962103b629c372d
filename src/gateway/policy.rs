//! Policy: the one function of `domain::eligibility`, fed from the gateway's own records.

use rusqlite::Connection;
use time::OffsetDateTime;

use super::{problem::Fault, records};
use crate::{
    cis2::wire::CardRecord,
    domain::{
        Holder, Officer, Operation, Role, Series,
        eligibility::{
            Address, Certificates, ClientSoftware, Decision, Delivery, Photo, Realm, Refusal, Situation, Subject, Task,
            decide,
        },
    },
};

/// What is asked, about whom, by whom.
pub struct Question<'a> {
    /// What.
    pub operation: Operation,
    /// By whom.
    pub officer: &'a Officer,
    /// About whom.
    pub holder: &'a Holder,
    /// On which card, as the records have it.
    pub card: &'a CardRecord,
    /// Series as the workstation recognised it.
    pub series: Series,
    /// What the workstation runs.
    pub software: &'a ClientSoftware,
    /// The printer, for a print.
    pub printer: Option<&'a str>,
}

/// Decides; `Some` is a refusal.
pub fn refusal(
    store: &Connection,
    realm: Realm,
    now: OffsetDateTime,
    question: &Question<'_>,
) -> Result<Option<Refusal>, Fault> {
    let own = question.officer.id == question.holder.id;
    let asked = Asked {
        task: Task::Desk(question.operation),
        role: question.officer.role,
        subject: if own { Subject::Own } else { Subject::Another },
        holder: question.holder,
        card: question.card,
        series: question.series,
        software: question.software,
        printer: question.printer,
    };
    answer(store, realm, now, &asked)
}

/// What a holder asks of their own card, without an officer.
pub struct OwnQuestion<'a> {
    /// Signing in, or an operation of self-service.
    pub task: Task,
    /// Who.
    pub holder: &'a Holder,
    /// On which card, as the records have it.
    pub card: &'a CardRecord,
    /// Series as the workstation recognised it.
    pub series: Series,
    /// What the workstation runs.
    pub software: &'a ClientSoftware,
}

/// Decides what a holder may do on their own; `Some` is a refusal.
pub fn own_refusal(
    store: &Connection,
    realm: Realm,
    now: OffsetDateTime,
    question: &OwnQuestion<'_>,
) -> Result<Option<Refusal>, Fault> {
    let asked = Asked {
        task: question.task,
        // Not looked at: nobody acts in a role here.
        role: Role::IdChecker,
        subject: Subject::Own,
        holder: question.holder,
        card: question.card,
        series: question.series,
        software: question.software,
        printer: None,
    };
    answer(store, realm, now, &asked)
}

/// The series a card counts as: once recorded it is not changed by what a workstation says later.
#[must_use]
pub fn series_of(card: &CardRecord, recognised: Series) -> Series {
    if card.series == Series::Unknown { recognised } else { card.series }
}

struct Asked<'a> {
    task: Task,
    role: Role,
    subject: Subject,
    holder: &'a Holder,
    card: &'a CardRecord,
    series: Series,
    software: &'a ClientSoftware,
    printer: Option<&'a str>,
}

fn answer(
    store: &Connection,
    realm: Realm,
    now: OffsetDateTime,
    question: &Asked<'_>,
) -> Result<Option<Refusal>, Fault> {
    let other_card = records::other_card(store, &question.holder.id, &question.card.serial)?;
    let address = !records::contacts(store, &question.holder.id)?.is_empty();
    let series = series_of(question.card, question.series);
    let situation = Situation {
        task: question.task,
        role: question.role,
        subject: question.subject,
        series,
        card: question.card.state,
        certificates: Certificates::at(now, question.card.certificates_expire),
        holder: question.holder.state,
        photo: if question.holder.photo_sha256.is_some() { Photo::OnRecord } else { Photo::Missing },
        other_card: other_card.as_ref(),
        address: if address { Address::OnRecord } else { Address::Missing },
        delivery: if question.card.awaits_delivery { Delivery::Awaited } else { Delivery::Confirmed },
        software: question.software,
        printer: question.printer,
        realm,
        today: now.date(),
    };
    Ok(match decide(&situation) {
        Decision::Allowed => None,
        Decision::Refused(mut refusal) => {
            let in_the_way = refusal.card_in_the_way(&question.card.serial);
            let record = in_the_way.map(|serial| records::card(store, serial)).transpose()?;
            refusal.since = record.and_then(|record| record.since());
            Some(refusal)
        }
    })
}
