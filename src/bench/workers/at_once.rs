//! Unlock at once. Whoever asked for it waits until a card is put in; that card is not looked at first, its job begins, and the
//! reader's worker waits with the job open until officer and holder have answered.
//!
//! Every end of the waiting is an event: an answer, the card taken out, the work given up, the program that stops.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

use image::RgbaImage;
use time::OffsetDateTime;

use super::{
    card_work::{CardJob, not_done, tell_progress},
    common::{Common, locked},
    on_card::{self, Waits},
    reader::{ReaderDesk, ReaderOrder},
    recognise::patiently,
};
use crate::{
    bench::{
        at_once::Whose,
        event::{Event, Trouble, WorkEnd, WorkEvent},
        on_card::{Asks, CardNow},
        order::WorkId,
    },
    card::reader::{Presence, ReaderError},
    cis2::{
        Service,
        wire::{SecretBase64, Tell},
    },
    domain::{CardSerial, Holder, Operation, Passcode},
    face::Photo,
    operations::{AskHolder, BegunAtOnce, CardWish, Ending, Need, OperationError},
};

/// How old the officer's last proof of who they are may be before it is asked for while no card is in: the gateway wants one
/// of the last five minutes, and a minute of them is left for the card to come.
const PROVED_WITHIN: Duration = Duration::from_secs(4 * 60);

const GIVEN_UP: &str = "it was given up before its holder had a new passcode; nothing on the card was changed";
const NOT_THEIRS: &str =
    "the person here is not its holder; nothing on the card was changed: keep the card, and see whose it is";
const TAKEN_OUT: &str = "the card was taken out before its holder had a new passcode; nothing on it was changed: put it back \
                         in and unlock it again";

/// What officer and holder say.
pub enum Answer {
    /// It is theirs, and this is the new passcode.
    Passcode(Passcode),
    /// It is not theirs.
    NotTheirs,
    /// The card was taken out.
    TakenOut,
    /// Nobody answers any more.
    GivenUp,
}

/// Where one piece of this work stands.
enum Stands {
    /// The next card that is put in is for it.
    Awaits,
    /// Its card is in work.
    Runs { given_up: bool },
    /// Officer and holder are asked about the card in this reader.
    Asks { reader: String, answers: SyncSender<Answer> },
}

/// What became of work that is given up.
#[derive(Debug, PartialEq, Eq)]
pub enum GaveUp {
    /// It waited for a card, and is over.
    Over,
    /// Its job is open, and tells its end itself.
    Ends,
    /// It is none of these.
    Unknown,
}

/// All work of this kind.
#[derive(Default)]
pub struct AtOnce(Mutex<BTreeMap<WorkId, Stands>>);

impl AtOnce {
    /// From now on the next card is for this work; the work it was for before, if there is one, is over.
    fn await_card(&self, work: WorkId) -> Option<WorkId> {
        let mut all = locked(&self.0);
        let before = all.iter().find(|(_, stands)| matches!(stands, Stands::Awaits)).map(|(work, _)| *work);
        let before = before.filter(|before| *before != work);
        if let Some(before) = before {
            all.remove(&before);
        }
        all.insert(work, Stands::Awaits);
        before
    }

    /// A card was put in: the work it is for.
    fn card_in(&self) -> Option<WorkId> {
        let mut all = locked(&self.0);
        let (work, stands) = all.iter_mut().find(|(_, stands)| matches!(stands, Stands::Awaits))?;
        *stands = Stands::Runs { given_up: false };
        Some(*work)
    }

    fn runs(&self, work: WorkId) {
        locked(&self.0).insert(work, Stands::Runs { given_up: false });
    }

    /// Where the answer will come from; `None` where the work was given up meanwhile.
    fn ask(&self, work: WorkId, reader: &str) -> Option<Receiver<Answer>> {
        let (answers, answer) = sync_channel(1);
        let mut all = locked(&self.0);
        match all.get_mut(&work) {
            Some(stands @ Stands::Runs { given_up: false }) => {
                *stands = Stands::Asks { reader: reader.to_owned(), answers };
                Some(answer)
            }
            _ => None,
        }
    }

    /// Hands an answer to the work that asked. One that nobody asked for comes too late and is wiped.
    pub fn answer(&self, work: WorkId, answer: Answer) {
        let mut all = locked(&self.0);
        if let Some(stands @ Stands::Asks { .. }) = all.get_mut(&work) {
            let asked = std::mem::replace(stands, Stands::Runs { given_up: matches!(answer, Answer::GivenUp) });
            if let Stands::Asks { answers, .. } = asked {
                // One answer has room; who does not wait any more needs none.
                let _ = answers.try_send(answer);
            }
        }
    }

    /// The card was taken out of this reader, or the reader is gone.
    pub fn taken_out(&self, reader: &str) {
        let is_there = |stands: &Stands| matches!(stands, Stands::Asks { reader: at, .. } if at == reader);
        let asked = locked(&self.0).iter().find(|(_, stands)| is_there(stands)).map(|(work, _)| *work);
        if let Some(work) = asked {
            self.answer(work, Answer::TakenOut);
        }
    }

    /// This work is given up.
    pub fn give_up(&self, work: WorkId) -> GaveUp {
        let mut all = locked(&self.0);
        match all.get_mut(&work) {
            None => GaveUp::Unknown,
            Some(Stands::Awaits) => {
                all.remove(&work);
                GaveUp::Over
            }
            Some(Stands::Runs { given_up }) => {
                *given_up = true;
                GaveUp::Ends
            }
            Some(Stands::Asks { .. }) => {
                drop(all);
                self.answer(work, Answer::GivenUp);
                GaveUp::Ends
            }
        }
    }

    /// All of it.
    pub fn all(&self) -> Vec<WorkId> {
        locked(&self.0).keys().copied().collect()
    }

    /// This work is over; whether it was given up meanwhile.
    pub fn over(&self, work: WorkId) -> bool {
        matches!(locked(&self.0).remove(&work), Some(Stands::Runs { given_up: true }))
    }
}

/// Work on the next card, as it was ordered: with the card that lies in this reader, or with the next one that is put in. Where
/// the gateway will want the officer to prove who they are, that is asked for first. Waits for nothing; what it gives is to be
/// told.
pub fn order(common: &Arc<Common>, work: WorkId, reader: Option<String>) -> Vec<Event> {
    let is_old = |proved: OffsetDateTime| OffsetDateTime::now_utc() - proved >= PROVED_WITHIN;
    if common.session().is_some_and(|session| is_old(session.proved)) {
        return vec![on_card::wait(common, work, Waits::NextCard { reader }, Asks::StepUp)];
    }
    go_on(common, work, reader)
}

/// The same, once nothing has to come first.
pub fn go_on(common: &Arc<Common>, work: WorkId, reader: Option<String>) -> Vec<Event> {
    match reader {
        Some(reader) => begin(common, work, &reader, None, None).into_iter().collect(),
        None => {
            let before = common.at_once.await_card(work).map(given_up);
            before.into_iter().chain([Event::Work { work, event: WorkEvent::AwaitsCard }]).collect()
        }
    }
}

/// Work that waited for a card is over.
pub fn given_up(work: WorkId) -> Event {
    let why = Trouble::unchanged("it was given up before a card was put in; nothing was changed");
    Event::Work { work, event: WorkEvent::Ended(WorkEnd::NotBegun(why)) }
}

/// Begins with the card that lies in a reader.
pub fn begin(
    common: &Arc<Common>,
    work: WorkId,
    name: &str,
    serial: Option<CardSerial>,
    approval: Option<SecretBase64>,
) -> Option<Event> {
    common.at_once.runs(work);
    let given = match common.reader(name) {
        Some(reader) => reader.give(CardJob::AtOnce { work, serial, approval }),
        None => Err(Trouble::unchanged(ReaderError::UnknownReader { reader: name.to_owned() }.to_string())),
    };
    let trouble = given.err()?;
    common.at_once.over(work);
    Some(Event::Work { work, event: WorkEvent::Ended(WorkEnd::NotBegun(trouble)) })
}

/// A card was put into this reader, and it is the one that is waited for: the work on it.
pub fn for_this(common: &Common, reader: &ReaderDesk) -> Option<CardJob> {
    let work = common.at_once.card_in()?;
    if reader.occupy(work).is_err() {
        // Other work was ordered here in this moment: the next card is waited for as before.
        common.at_once.await_card(work);
        return None;
    }
    Some(CardJob::AtOnce { work, serial: None, approval: None })
}

/// Does the work; `None` where it waits now for what the service asked.
pub fn perform(
    common: &Arc<Common>,
    reader: &ReaderDesk,
    (work, serial): (WorkId, Option<CardSerial>),
    approval: Option<SecretBase64>,
    begun: &mut bool,
) -> Option<WorkEnd> {
    common.tell(Event::Work { work, event: WorkEvent::CardIn { reader: reader.name.clone() } });
    let wish = CardWish { reader: Some(reader.name.clone()), serial, approval, ..CardWish::new(Operation::Unlock) };
    let desk = common.workplace.desk();
    let in_use = |error: &OperationError| matches!(error, OperationError::Reader(ReaderError::InUse { .. }));
    let ask = || {
        let (common, at, officer) = (Arc::clone(common), reader.name.clone(), common.session().map(|s| s.officer.id));
        let ask = AskHolder::new(Tell::RecordAndPhoto, move |begun| answered(&common, &at, work, begun));
        ask.never_for(officer)
    };
    *begun = true;
    let done =
        patiently(reader, in_use, || desk.unlock_at_once(&wish, ask(), &mut |news| tell_progress(common, work, news)));
    let report = match done {
        Ok(report) => report,
        Err(error) => {
            *begun = false;
            common.at_once.over(work);
            return Some(not_done(&error));
        }
    };
    on_card::tell_begun(common, work, &report.job, &report.serial);
    let asked = match report.need {
        Some(Need::StepUp) => Some(Asks::StepUp),
        Some(Need::SecondOfficer) => Some(Asks::SecondOfficer),
        // Whether its holder has the card is said on the card's own page.
        Some(Need::Delivery) | None => None,
    };
    if let Some(what) = asked {
        if common.at_once.over(work) {
            return Some(WorkEnd::NotBegun(Trouble::unchanged(GIVEN_UP)));
        }
        let waits = Waits::AtOnce { reader: reader.name.clone(), serial: report.serial.clone() };
        common.tell(on_card::wait(common, work, waits, what));
        return None;
    }
    common.at_once.over(work);
    let note = report.remarks();
    let now = CardNow { pair: report.which_pair, tries_left: report.tries_left, note };
    common.tell(Event::Work { work, event: WorkEvent::CardNow(now) });
    Some(match report.ending {
        Ending::Done => WorkEnd::Done { queued: None },
        Ending::Undone { why, by_policy, nhs_code } => WorkEnd::Undone { why, by_policy, nhs_code },
        Ending::Unfinished { why } => WorkEnd::Unfinished { why },
    })
}

/// Shows whose card it is and waits for what they say.
fn answered(common: &Common, reader: &str, work: WorkId, begun: BegunAtOnce) -> Result<Passcode, String> {
    let nobody = || "the gateway did not say whose card this is; nothing on it was changed".to_owned();
    let holder = begun.at_desk.holder.map(|record| record.holder).ok_or_else(nobody)?;
    let portrait = portrait(common, &holder, begun.at_desk.photo.map(|photo| photo.0));
    let answer = common.at_once.ask(work, reader).ok_or_else(|| GIVEN_UP.to_owned())?;
    let emptied = |order: &ReaderOrder| matches!(order, ReaderOrder::Gone | ReaderOrder::Presence(Presence::Empty));
    if common.reader(reader).is_none_or(|reader| reader.lane.holds(emptied)) {
        return Err(TAKEN_OUT.to_owned());
    }
    if common.stopping() {
        return Err(GIVEN_UP.to_owned());
    }
    let whose = Whose {
        holder,
        portrait,
        serial: begun.at_desk.card.serial,
        passcode_rules: begun.rules,
        tries_left: begun.tries_left,
    };
    common.tell(Event::Work { work, event: WorkEvent::Whose(Box::new(whose)) });
    match answer.recv() {
        Ok(Answer::Passcode(passcode)) => Ok(passcode),
        Ok(Answer::NotTheirs) => Err(NOT_THEIRS.to_owned()),
        Ok(Answer::TakenOut) => Err(TAKEN_OUT.to_owned()),
        Ok(Answer::GivenUp) | Err(_) => Err(GIVEN_UP.to_owned()),
    }
}

/// The photo to compare a face with. One that did not come with the answer, because it is large, is asked for: a face that
/// cannot be compared would cost more than a call.
fn portrait(common: &Common, holder: &Holder, told: Option<Vec<u8>>) -> Option<Arc<RgbaImage>> {
    holder.photo_sha256.as_ref()?;
    let bytes = told.or_else(|| common.workplace.service.photo(&holder.id).ok())?;
    let photo = Photo::decode(&bytes).ok()?;
    Some(Arc::new(photo.picture_within(Whose::LARGEST_PORTRAIT, Whose::LARGEST_PORTRAIT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_card_is_for_one_work_and_what_is_given_up_gets_none() {
        let all = AtOnce::default();
        assert_eq!(all.card_in(), None);
        assert_eq!(all.await_card(WorkId(1)), None);
        assert_eq!(all.await_card(WorkId(2)), Some(WorkId(1)), "the newer one takes its place");
        assert_eq!((all.card_in(), all.card_in()), (Some(WorkId(2)), None));
        assert_eq!(all.give_up(WorkId(2)), GaveUp::Ends);
        assert!(all.ask(WorkId(2), "Reader").is_none(), "nobody is asked any more");
        assert!(all.over(WorkId(2)) && !all.over(WorkId(2)));
        assert_eq!(all.give_up(WorkId(2)), GaveUp::Unknown);
        all.await_card(WorkId(3));
        assert_eq!((all.give_up(WorkId(3)), all.card_in()), (GaveUp::Over, None));
    }

    #[test]
    fn the_first_answer_counts_and_the_card_taken_out_is_one() {
        let all = AtOnce::default();
        all.runs(WorkId(1));
        let answer = all.ask(WorkId(1), "Reader").expect("it is asked");
        all.taken_out("Another");
        assert!(answer.try_recv().is_err());
        all.taken_out("Reader");
        all.answer(WorkId(1), Answer::NotTheirs);
        assert!(matches!(answer.recv(), Ok(Answer::TakenOut)));
        assert!(answer.recv().is_err() && !all.over(WorkId(1)));
    }
}
