//! Unlocks a card by telephone while the gateway is silent. Between the steps people speak with each other: the card is let
//! go of meanwhile, may be taken out and put back, and is proved to be the same before it is worked on.

use std::sync::Arc;

use super::{
    card_work::{not_done, tell_progress},
    common::Common,
    on_card::tell_begun,
    reader::ReaderDesk,
    recognise::patiently,
    teller::contained,
};
use crate::{
    bench::{
        event::{Event, Trouble, WorkEnd, WorkEvent},
        offline::{OfflineBegun, OfflineEnded, OfflineOrder, OfflineTold, Untold},
        on_card::CardNow,
        order::{Order, WorkId},
    },
    card::reader::ReaderError,
    domain::{
        CardSerial, Passcode,
        telephone::{Response, SpokenCodes, TelephoneOutcome},
    },
    operations::{
        Ending, OperationError,
        telephone::{OfflinePreflight, OfflineWish},
    },
};

/// A card that people speak about, and what of it must not leave the workers.
pub struct Conversation {
    work: WorkId,
    preflight: OfflinePreflight,
    codes: Option<SpokenCodes>,
}

impl Conversation {
    /// The card it is about.
    pub fn serial(&self) -> &CardSerial {
        &self.preflight.plan.serial
    }
}

/// What needs the card: the beginning and the work on it. The reader is free again before it is told how it ended.
pub fn with_card(common: &Arc<Common>, reader: &ReaderDesk, work: WorkId, order: OfflineOrder) {
    let events = contained(|| match order {
        OfflineOrder::Begin { serial } => vec![told(work, begin(common, reader, work, &serial))],
        OfflineOrder::Unlock { new } => unlock(common, reader, work, new),
        // They need no card, and do not come here.
        OfflineOrder::Hear { .. } | OfflineOrder::GiveUp => Vec::new(),
    });
    reader.release();
    events.unwrap_or_else(|trouble| fault(work, trouble)).into_iter().for_each(|event| common.tell(event));
    common.work_ended();
}

/// What needs no card: listening, and giving up.
pub fn without_card(common: &Common, reader: &ReaderDesk, work: WorkId, order: OfflineOrder) {
    match order {
        OfflineOrder::Hear { response } => common.tell(told(work, hear(reader, work, &response))),
        OfflineOrder::GiveUp => common.tell(told(work, give_up(common, reader, work))),
        OfflineOrder::Begin { .. } | OfflineOrder::Unlock { .. } => {}
    }
}

fn told(work: WorkId, told: OfflineTold) -> Event {
    Event::Offline { work, told }
}

fn begin(common: &Common, reader: &ReaderDesk, work: WorkId, serial: &CardSerial) -> OfflineTold {
    let desk = common.workplace.desk();
    // One card lies in a reader: whatever was said about another one is over.
    if let Some(before) = reader.conversation().take() {
        let _ = desk.give_up_offline(&before.preflight);
    }
    let officer = common.session().map(|session| session.officer.id);
    let wish = OfflineWish {
        reader: Some(&reader.name),
        serial: Some(serial),
        officer: officer.as_ref(),
        gateway: common.workplace.gateway_name(),
    };
    match patiently(reader, in_use, || desk.prepare_offline(&wish)) {
        Ok(mut preflight) => {
            preflight.let_go();
            let plan = &preflight.plan;
            let begun = OfflineBegun {
                job: plan.job.clone(),
                holder: plan.holder.clone(),
                serial: plan.serial.clone(),
                challenge: plan.challenge.clone(),
                rules: preflight.rules(),
            };
            *reader.conversation() = Some(Conversation { work, preflight, codes: None });
            OfflineTold::Begun(Box::new(begun))
        }
        Err(error) => OfflineTold::Failed(Trouble::from(&error)),
    }
}

fn hear(reader: &ReaderDesk, work: WorkId, response: &Response) -> OfflineTold {
    let mut open = reader.conversation();
    let Some(open) = open.as_mut().filter(|open| open.work == work) else { return over() };
    match open.preflight.hear(response) {
        Some(codes) => {
            open.codes = Some(codes);
            OfflineTold::Heard
        }
        None => OfflineTold::Misheard,
    }
}

fn unlock(common: &Arc<Common>, reader: &ReaderDesk, work: WorkId, new: Passcode) -> Vec<Event> {
    let desk = common.workplace.desk();
    let ready = reader.conversation().take_if(|open| open.work == work && open.codes.is_some());
    let Some(mut open) = ready else { return vec![told(work, over())] };
    if let Err(error) = patiently(reader, in_use, || desk.take_up_offline(&mut open.preflight)) {
        *reader.conversation() = Some(open);
        return vec![told(work, OfflineTold::Failed(Trouble::from(&error)))];
    }
    let Conversation { preflight, codes: Some(codes), .. } = open else { return vec![told(work, over())] };
    tell_begun(common, work, &preflight.plan.job, &preflight.plan.serial);
    let done = desk.unlock_offline(preflight, codes, new, &mut |news| tell_progress(common, work, news));
    // The gateway is silent, and this reader does not wait for it: another worker says what is on record now.
    list(common);
    let mut events = Vec::new();
    let end = match done {
        Ok(ended) => {
            let report = ended.report;
            let now = CardNow { pair: None, tries_left: report.tries_left, note: report.note };
            events.push(Event::Work { work, event: WorkEvent::CardNow(now) });
            let ended = OfflineEnded { outcome: ended.outcome, completion: ended.completion };
            events.push(told(work, OfflineTold::Ended(ended)));
            match report.ending {
                Ending::Done => WorkEnd::Done { queued: None },
                Ending::Undone { why, by_policy, nhs_code } => WorkEnd::Undone { why, by_policy, nhs_code },
                Ending::Unfinished { why } => WorkEnd::Unfinished { why },
            }
        }
        Err(error) => not_done(&error),
    };
    events.push(Event::Work { work, event: WorkEvent::Ended(end) });
    events
}

fn give_up(common: &Common, reader: &ReaderDesk, work: WorkId) -> OfflineTold {
    let Some(open) = reader.conversation().take_if(|open| open.work == work) else { return over() };
    let completion = open.preflight.given_up();
    let given_up = common.workplace.desk().give_up_offline(&open.preflight);
    // Nobody goes on with a job that this desk still has in hand.
    drop(open);
    list(common);
    match given_up {
        Ok(()) => OfflineTold::Ended(OfflineEnded { outcome: TelephoneOutcome::GivenUp, completion }),
        Err(error) => OfflineTold::Failed(Trouble::from(&error)),
    }
}

/// The completion codes that the gateway may not have heard.
pub fn untold(common: &Common) -> Result<Vec<Untold>, Trouble> {
    let all = common.workplace.desk().untold().map_err(|error| Trouble::from(&error))?;
    let of = |(plan, completion): (crate::operations::telephone::Plan, _)| Untold {
        job: plan.job,
        holder: plan.holder,
        serial: plan.serial,
        challenge: plan.challenge,
        completion,
    };
    Ok(all.into_iter().map(of).collect())
}

fn list(common: &Common) {
    for order in [Order::ListUntold, Order::ListUnfinished] {
        // Where there is no room, whoever comes to the page asks again.
        let _ = common.service.put(order.into());
    }
}

/// What a fault of this program means: what had begun is on record.
fn fault(work: WorkId, trouble: Trouble) -> Vec<Event> {
    let end = WorkEnd::Unfinished { why: trouble.message.clone() };
    vec![told(work, OfflineTold::Failed(trouble)), Event::Work { work, event: WorkEvent::Ended(end) }]
}

fn over() -> OfflineTold {
    OfflineTold::Failed(Trouble::unchanged(
        "this unlock by telephone is over, and nothing more was done to the card: begin again with a new challenge",
    ))
}

fn in_use(error: &OperationError) -> bool {
    matches!(error, OperationError::Reader(ReaderError::InUse { .. }))
}
