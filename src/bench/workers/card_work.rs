//! Card work on one reader: an issue, or an unfinished job gone on with.

use std::sync::Arc;

use super::{
    at_once, common::Common, on_card, own_card, queue, reader::ReaderDesk, recognise::patiently, service::ServiceOrder,
    teller::contained, trial,
};
use crate::{
    bench::{
        event::{Event, Trouble, WorkEnd, WorkEvent},
        on_card::{CardNow, CardOrder},
        order::{IssueOrder, PrintWish, ProofFor, WorkId},
    },
    card::reader::ReaderError,
    cis2::wire::SecretBase64,
    domain::{CardSerial, HolderId, JobId, Passcode},
    journal::NewEntry,
    operations::{
        Ending, OperationError, Progress, Resumption, Standing,
        issue::PasscodeChoice,
        preflight::{FacePrint, IssueRequest},
    },
    printer::choice::Printer,
};

/// A piece of card work.
pub enum CardJob {
    /// A new card.
    Issue { work: WorkId, issue: Box<IssueOrder> },
    /// An unfinished job.
    Resume { work: WorkId, job: JobId, passcode: Option<Passcode> },
    /// A card in use.
    OnCard { work: WorkId, card: Box<CardOrder>, approval: Option<SecretBase64> },
    /// An unlock at once.
    AtOnce { work: WorkId, serial: Option<CardSerial>, approval: Option<SecretBase64> },
    /// The test of a card.
    Try { work: WorkId, serial: CardSerial, passcode: Passcode },
    /// An officer proves with it who they are.
    Prove { work: WorkId, serial: CardSerial, passcode: Passcode, to: ProofFor },
}

impl CardJob {
    /// Its number.
    pub fn work(&self) -> WorkId {
        match self {
            Self::Issue { work, .. }
            | Self::Resume { work, .. }
            | Self::OnCard { work, .. }
            | Self::AtOnce { work, .. }
            | Self::Try { work, .. }
            | Self::Prove { work, .. } => *work,
        }
    }
}

/// Does the work, gives the reader free, and tells how it ended, unless it waits now for what the service asked.
pub fn carry_out(common: &Arc<Common>, reader: &ReaderDesk, job: CardJob) {
    let work = job.work();
    let (mut begun, mut proved) = (false, None);
    let done = contained(|| match job {
        CardJob::Prove { serial, passcode, to, .. } => {
            proved = Some((own_card::prove(common, reader, work, &serial, &passcode, &to), to));
            None
        }
        CardJob::Issue { issue, .. } => Some(issue_card(common, reader, work, *issue, &mut begun)),
        CardJob::Resume { job, passcode, .. } => {
            begun = true;
            Some(resume(common, work, &job, passcode))
        }
        CardJob::OnCard { card, approval, .. } => {
            on_card::perform(common, Some(reader), work, *card, approval, &mut begun)
        }
        CardJob::AtOnce { serial, approval, .. } => {
            at_once::perform(common, reader, (work, serial), approval, &mut begun)
        }
        CardJob::Try { serial, passcode, .. } => Some(trial::try_card(common, reader, work, &serial, &passcode)),
    });
    let end = done.unwrap_or_else(|trouble| {
        common.at_once.over(work);
        Some(fault(trouble, begun))
    });
    // Free before it is told: whoever hears of the end may order the next work at once.
    reader.release();
    if let Some((proved, to)) = proved {
        common.service.force(ServiceOrder::Proved(proved, to));
    }
    if let Some(end) = end {
        common.tell(Event::Work { work, event: WorkEvent::Ended(end) });
    }
    if begun {
        queue::tell(common);
        common.after_job();
    }
    common.work_ended();
}

/// Goes on with an unfinished job whose card is in no reader that is known.
pub fn resume_anywhere(common: &Arc<Common>, work: WorkId, job: &JobId, passcode: Option<Passcode>) {
    let end = contained(|| resume(common, work, job, passcode)).unwrap_or_else(|trouble| fault(trouble, true));
    common.tell(Event::Work { work, event: WorkEvent::Ended(end) });
    queue::tell(common);
    common.after_job();
    // The job looked for its card in every reader, and what it found there may be another card now.
    common.look_at_all_again();
}

/// Ends a card that is not here: on record, and no chip is touched.
pub fn without_card(common: &Arc<Common>, work: WorkId, card: CardOrder, approval: Option<SecretBase64>) {
    let mut begun = false;
    let done = contained(|| on_card::perform(common, None, work, card, approval, &mut begun));
    if let Some(end) = done.unwrap_or_else(|trouble| Some(fault(trouble, begun))) {
        common.tell(Event::Work { work, event: WorkEvent::Ended(end) });
    }
    if begun {
        common.after_job();
        // Should it lie in a reader after all, it is another card now.
        common.look_at_all_again();
    }
}

/// What a fault of this program means: work that had begun is on record.
fn fault(trouble: Trouble, begun: bool) -> WorkEnd {
    if begun { WorkEnd::Unfinished { why: trouble.message } } else { WorkEnd::NotBegun(trouble) }
}

fn issue_card(common: &Arc<Common>, reader: &ReaderDesk, work: WorkId, issue: IssueOrder, begun: &mut bool) -> WorkEnd {
    let IssueOrder { holder, passcode, print, .. } = issue;
    let desk = common.workplace.desk();
    let choice = if passcode.is_some() { PasscodeChoice::ChosenByHolder } else { PasscodeChoice::LeftLocked };
    let printer = match printer_of(common, &print) {
        Ok(printer) => printer,
        Err(trouble) => return WorkEnd::NotBegun(trouble),
    };
    let now = matches!(print, PrintWish::Now { .. });
    let template = common.workplace.bench.card_faces.in_use();
    let request = IssueRequest {
        holder: holder.clone(),
        reader: Some(reader.name.clone()),
        passcode: choice,
        // The printer is proved ready before the chip is touched only when the face is printed straight after.
        print: printer.filter(|_| now).map(|printer| FacePrint { printer, template: &template }),
    };
    let in_use = |error: &OperationError| matches!(error, OperationError::Reader(ReaderError::InUse { .. }));
    let preflight = match patiently(reader, in_use, || desk.prepare_issue(&request)) {
        Ok(preflight) => preflight,
        Err(error) => return WorkEnd::NotBegun(Trouble::from(&error)),
    };
    if let Some(Err(misfit)) = passcode.as_ref().map(|passcode| passcode.fits(preflight.profile.passcode.rules())) {
        return WorkEnd::NotBegun(Trouble::from(&OperationError::Passcode(misfit)));
    }
    let serial = preflight.plan.serial.clone();
    *begun = true;
    let event = WorkEvent::Begun {
        job: preflight.plan.job.clone(),
        serial: serial.clone(),
        photo_advice: preflight.photo_advice.clone(),
    };
    common.tell(Event::Work { work, event });
    match desk.issue(preflight, passcode, &mut |news| tell_progress(common, work, news)) {
        Ok(report) => match report.ending {
            Ending::Done => WorkEnd::Done { queued: printer.and_then(|p| enqueue(common, &holder, &serial, p, now)) },
            Ending::Undone { why, by_policy, nhs_code } => WorkEnd::Undone { why, by_policy, nhs_code },
            Ending::Unfinished { why } => WorkEnd::Unfinished { why },
        },
        Err(error) => not_done(&error),
    }
}

/// The printer that is wished for, at once or later.
fn printer_of<'a>(common: &'a Common, wish: &PrintWish) -> Result<Option<&'a Printer>, Trouble> {
    let (PrintWish::Now { printer } | PrintWish::Later { printer }) = wish else { return Ok(None) };
    let found = common.workplace.bench.printers.choose(Some(printer));
    found.map(Some).map_err(|error| Trouble::unchanged(error.to_string()))
}

/// The card is issued; that it waits for its face is another matter, told as such when it fails.
pub fn enqueue(common: &Common, holder: &HolderId, serial: &CardSerial, printer: &Printer, first: bool) -> Option<i64> {
    let entry =
        NewEntry { holder: holder.clone(), serial: serial.clone(), printer: printer.choice.name.clone(), reason: None };
    match queue::add(common, entry, first) {
        Ok(entry) => Some(entry),
        Err(trouble) => {
            common.tell(Event::QueueTrouble { entry: None, trouble });
            None
        }
    }
}

fn resume(common: &Arc<Common>, work: WorkId, job: &JobId, passcode: Option<Passcode>) -> WorkEnd {
    match common.workplace.desk().resume_one_with(job, passcode, &mut |news| tell_progress(common, work, news)) {
        Ok(resumed) => {
            let now = CardNow { pair: resumed.which_pair, tries_left: None, note: resumed.note.clone() };
            common.tell(Event::Work { work, event: WorkEvent::CardNow(now) });
            match resumed.resumption {
                Resumption::Finished => {
                    queue::was_printed(common, job);
                    WorkEnd::Done { queued: None }
                }
                Resumption::Undone { why } => WorkEnd::Undone { why, by_policy: false, nhs_code: None },
                Resumption::LookAtPrinter { why } => WorkEnd::LookAtPrinter { why },
                Resumption::StillOpen { why } => WorkEnd::Unfinished { why },
            }
        }
        Err(error) => not_done(&error),
    }
}

/// What an error means for work that was asked for.
pub fn not_done(error: &OperationError) -> WorkEnd {
    match error.standing() {
        Standing::Unfinished => WorkEnd::Unfinished { why: error.to_string() },
        Standing::Unchanged | Standing::RefusedByPolicy => WorkEnd::NotBegun(Trouble::from(error)),
    }
}

/// Tells a step.
pub fn tell_progress(common: &Common, work: WorkId, news: &Progress) {
    common.tell(Event::Work { work, event: WorkEvent::Progress(news.clone()) });
}
