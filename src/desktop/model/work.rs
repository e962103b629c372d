//! Card work that was begun: its steps as they happen, and what came of it. A piece of work keeps its own page, whatever
//! else is shown meanwhile.

use std::{collections::BTreeMap, sync::Arc};

use image::RgbaImage;
use time::OffsetDateTime;

use super::{
    Model,
    at_once::{self, AtOnce},
    unfinished::is_print_open,
};
use crate::{
    bench::{Asks, CardNow, Event, Order, PrintWish, Trouble, WorkEnd, WorkEvent, WorkId},
    desktop::{
        dialogs::{Dialog, Prove},
        route::Route,
    },
    domain::{CardSerial, Holder, HolderId, JobId, Operation},
    journal::{QueueEntry, QueueState},
    operations::{Progress, Step, Verdict, on_card},
};

/// All pieces of work of this run of the program.
#[derive(Debug, Default)]
pub struct State {
    /// By number, oldest first.
    pub all: BTreeMap<WorkId, Piece>,
    /// The print queue as it was told last.
    pub queue: Arc<Vec<QueueEntry>>,
}

/// One piece of work.
#[derive(Debug, Clone)]
pub struct Piece {
    /// What is done.
    pub operation: Operation,
    /// For whom.
    pub holder: Option<Holder>,
    /// Their photo, small.
    pub portrait: Option<Arc<RgbaImage>>,
    /// In which reader.
    pub reader: Option<String>,
    /// What was chosen for an issue.
    pub wish: Option<IssueWish>,
    /// The steps that are known before they begin, in order.
    pub expected: Vec<Step>,
    /// The job, once it is on record.
    pub job: Option<JobId>,
    /// The card, once it is known.
    pub serial: Option<CardSerial>,
    /// How a card in use is served, where that is what it does.
    pub served: Option<Served>,
    /// Where an unlock at once stands; `None` for other work.
    pub at_once: Option<AtOnce>,
    /// What it waits for before it can begin.
    pub asks: Option<Asks>,
    /// How the card is at its end, where that was told.
    pub card_now: Option<CardNow>,
    /// What the officer should know of the photo.
    pub photo_advice: Vec<String>,
    /// Steps so far, in order.
    pub steps: Vec<StepLine>,
    /// How it ended.
    pub end: Option<WorkEnd>,
    /// Steps of the print that followed it.
    pub print_steps: Vec<StepLine>,
    /// Whether that print was ordered and nothing has been heard of it.
    pub print_ordered: bool,
    /// Why the queue did not do what was asked of it.
    pub print_trouble: Option<Trouble>,
}

/// What was chosen for an issue, to be tried again. A passcode is chosen anew each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueWish {
    /// For whom.
    pub holder: HolderId,
    /// Whether the card is issued locked.
    pub locked: bool,
    /// What becomes of its face.
    pub print: PrintWish,
}

/// How a card in use is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// As its operation says.
    Plainly,
    /// It is repaired and left locked.
    LeftLocked,
    /// Nothing is done to it but to see whether it works.
    Trial,
    /// It is unlocked without being looked at first.
    AtOnce,
}

/// One step, as one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepLine {
    /// The step.
    pub step: Step,
    /// Seconds it has taken when it ended; several effects of one step add up.
    pub seconds: f32,
    /// How it went; `None` while it runs.
    pub verdict: Option<Verdict>,
    /// When it began.
    pub began: OffsetDateTime,
}

/// Where a piece of work stands, and so what the officer does next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stage<'a> {
    /// It runs.
    Running,
    /// It waits for the officers before it begins.
    Asks(Asks),
    /// It waits for a card to be put in.
    AwaitsCard,
    /// Its holder is shown, and officer and holder say whether it is theirs.
    Whose,
    /// The card is issued, and waits for the printer.
    PutIntoPrinter(&'a QueueEntry),
    /// It is being printed.
    Printing,
    /// The print failed.
    PrintFailed(&'a QueueEntry),
    /// The printer has the job, and the officer says how the card came out.
    PrintSent(&'a QueueEntry),
    /// It waits in the queue, to be printed later.
    Waiting(&'a QueueEntry),
    /// It was to be printed and is not in the queue.
    NotQueued,
    /// It is printed and was found wrong.
    Spoiled,
    /// Everything is done.
    Complete {
        /// Whether the face was printed.
        printed: bool,
    },
    /// It ended otherwise.
    Ended(&'a WorkEnd),
}

impl State {
    /// Whether any work has begun and not ended. What waits for the officers, for a card or for its holder's word has not
    /// begun: it changed nothing.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let begun = |piece: &Piece| !matches!(piece.at_once, Some(AtOnce::AwaitsCard | AtOnce::Whose(_)));
        self.all.values().any(|piece| piece.end.is_none() && piece.asks.is_none() && begun(piece))
    }

    /// Whether work runs in this reader.
    #[must_use]
    pub fn runs_in(&self, reader: &str) -> bool {
        self.all.values().any(|piece| piece.end.is_none() && piece.reader.as_deref() == Some(reader))
    }

    /// Where a piece of work stands.
    #[must_use]
    pub fn stage<'a>(&'a self, piece: &'a Piece) -> Stage<'a> {
        let (entry, wish) = match &piece.end {
            None => {
                return match (piece.asks, &piece.at_once) {
                    (Some(asks), _) => Stage::Asks(asks),
                    (None, Some(AtOnce::AwaitsCard)) => Stage::AwaitsCard,
                    (None, Some(AtOnce::Whose(_))) => Stage::Whose,
                    (None, _) => Stage::Running,
                };
            }
            Some(WorkEnd::Done { queued }) => (*queued, piece.wish.as_ref().map(|wish| &wish.print)),
            Some(end) => return Stage::Ended(end),
        };
        let Some(entry) = entry else {
            let wanted = matches!(wish, Some(PrintWish::Now { .. } | PrintWish::Later { .. }));
            let printed = matches!(wish, Some(PrintWish::InPrinter { .. }));
            return if wanted { Stage::NotQueued } else { Stage::Complete { printed } };
        };
        let Some(entry) = self.queue.iter().find(|known| known.id == entry) else {
            // The end of the work is told before the queue it went into; it comes with the next message.
            return Stage::Printing;
        };
        match entry.state {
            QueueState::Waiting if piece.print_ordered => Stage::Printing,
            QueueState::Waiting if matches!(wish, Some(PrintWish::Later { .. })) => Stage::Waiting(entry),
            QueueState::Waiting => Stage::PutIntoPrinter(entry),
            QueueState::Printing => Stage::Printing,
            QueueState::Failed => Stage::PrintFailed(entry),
            QueueState::Sent => Stage::PrintSent(entry),
            QueueState::Printed => Stage::Complete { printed: true },
            QueueState::Spoiled => Stage::Spoiled,
            QueueState::Cancelled => Stage::NotQueued,
        }
    }
}

/// The steps of an issue, in order.
#[must_use]
pub fn steps_of_issue(locked: bool) -> Vec<Step> {
    let mut steps = vec![
        Step::Reserve,
        Step::ProveCard,
        Step::SetUnlockCode,
        Step::SetPasscode,
        Step::MakeKeys,
        Step::Certify,
        Step::WriteCard,
        Step::CheckCard,
    ];
    if locked {
        steps.push(Step::LockCard);
    }
    steps.push(Step::Confirm);
    steps
}

/// The steps of an issue in the printer, in order.
#[must_use]
pub fn steps_in_printer(locked: bool) -> Vec<Step> {
    let mut steps = vec![Step::FeedCard, Step::FindStation];
    steps.extend(steps_of_issue(locked));
    steps.push(Step::ReleaseCard);
    steps.extend(STEPS_OF_PRINT);
    steps
}

/// The steps of a print, in order.
pub const STEPS_OF_PRINT: [Step; 4] = [Step::StartPrint, Step::Print, Step::AwaitPrinter, Step::RecordPrint];

/// Shortest and longest usual time of some steps together, in seconds.
#[must_use]
pub fn usual_seconds(steps: &[Step]) -> (u32, u32) {
    steps.iter().fold((0, 0), |(least, most), step| {
        let range = step.usual_seconds();
        (least + range.start(), most + range.end())
    })
}

impl Piece {
    /// Work that was ordered and not begun.
    #[must_use]
    pub fn new(operation: Operation, holder: Option<Holder>, reader: Option<String>) -> Self {
        Self {
            operation,
            holder,
            portrait: None,
            reader,
            wish: None,
            expected: Vec::new(),
            job: None,
            serial: None,
            served: None,
            at_once: None,
            asks: None,
            card_now: None,
            photo_advice: Vec::new(),
            steps: Vec::new(),
            end: None,
            print_steps: Vec::new(),
            print_ordered: false,
            print_trouble: None,
        }
    }

    /// Takes one message about a step.
    pub fn progress(&mut self, progress: &Progress) {
        note(&mut self.steps, progress);
    }

    /// The entry of the queue its card went into.
    #[must_use]
    pub fn entry(&self) -> Option<i64> {
        match self.end {
            Some(WorkEnd::Done { queued }) => queued,
            _ => None,
        }
    }
}

fn note(lines: &mut Vec<StepLine>, progress: &Progress) {
    match progress {
        Progress::Started { step, .. } => {
            let began = OffsetDateTime::now_utc();
            match lines.iter_mut().find(|line| line.step == *step) {
                Some(line) => (line.verdict, line.began) = (None, began),
                None => lines.push(StepLine { step: *step, seconds: 0.0, verdict: None, began }),
            }
        }
        Progress::Finished { step, took, good, .. } => {
            if let Some(line) = lines.iter_mut().find(|line| line.step == *step) {
                line.seconds += took.as_secs_f32();
                line.verdict = Some(*good);
            }
        }
        // Shown where the print runs: in the queue.
        Progress::Said { .. } => {}
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Print the card of this work: it is in the printer.
    Print(WorkId),
    /// A failed print goes back among the waiting ones.
    PrintAgain(WorkId),
    /// Put the card into the queue, where it is missing.
    Enqueue(WorkId),
    /// Prepare the same once more.
    TryAgain(WorkId),
    /// The next holder.
    NextHolder,
    /// The card of this work is looked at once more.
    BackToCard(WorkId),
    /// The same, and what helps it is begun there: a repair, or its end.
    Help(WorkId),
}

/// What helps a card whose work ended like this, where that is known: a lost unlock code leads to a repair or, where nothing
/// brings it back, to the end of the card.
#[must_use]
pub fn help_for(piece: &Piece) -> Option<Operation> {
    match piece.end.as_ref()? {
        WorkEnd::Undone { why, .. } if piece.reader.is_some() => on_card::remedy_of_lost_code(why),
        _ => None,
    }
}

/// Takes a wish. One that does not fit where the work stands comes too late and does nothing.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Print(work) => {
            if let Some(Stage::PutIntoPrinter(entry) | Stage::Waiting(entry)) = stage_of(model, work) {
                let entry = entry.id;
                change(model, work, |piece| piece.print_ordered = true);
                model.order(Order::Print { entry });
            }
        }
        Intent::PrintAgain(work) => {
            if let Some(Stage::PrintFailed(entry)) = stage_of(model, work)
                && !is_print_open(model, &entry.serial)
            {
                let entry = entry.id;
                change(model, work, |_| {});
                model.order(Order::RetryPrint { entry });
            }
        }
        Intent::Enqueue(work) => enqueue(model, work),
        Intent::TryAgain(work) => {
            let wish = model.work.all.get(&work).filter(|piece| piece.end.is_some()).and_then(|p| p.wish.clone());
            if let Some(wish) = wish {
                model.history.replace(Route::Issue(wish.holder.clone()));
                super::issue::arrived(model, &wish.holder);
            }
        }
        Intent::BackToCard(work) => {
            let serial = model.work.all.get(&work).and_then(|piece| piece.serial.clone());
            let lies = serial.as_ref().and_then(|serial| super::holder::reader_with(model, serial));
            model.service.reader = lies.map(str::to_owned);
            model.go(Route::Service);
        }
        Intent::Help(work) => {
            let Some(operation) = model.work.all.get(&work).and_then(help_for) else { return };
            update(model, Intent::BackToCard(work));
            model.update(super::service::Intent::Start(operation).into());
        }
        Intent::NextHolder => {
            model.update(super::find::Intent::Query(String::new()).into());
            model.go(Route::Find);
        }
    }
}

fn stage_of(model: &Model, work: WorkId) -> Option<Stage<'_>> {
    model.work.all.get(&work).map(|piece| model.work.stage(piece))
}

/// What was printed or said of an earlier try goes before the next.
fn change(model: &mut Model, work: WorkId, then: impl FnOnce(&mut Piece)) {
    if let Some(piece) = model.work.all.get_mut(&work) {
        piece.print_trouble = None;
        piece.print_steps.clear();
        then(piece);
    }
}

fn enqueue(model: &mut Model, work: WorkId) {
    if stage_of(model, work) != Some(Stage::NotQueued) {
        return;
    }
    let Some(piece) = model.work.all.get(&work) else { return };
    let (Some(wish), Some(serial)) = (piece.wish.clone(), piece.serial.clone()) else { return };
    if let PrintWish::Now { printer } | PrintWish::Later { printer } = wish.print {
        model.order(Order::Enqueue { holder: wish.holder, serial, printer, reprint_reason: None });
        model.go(Route::Queue);
    }
}

/// Takes an event. One about work that this window did not order is nobody's.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::Work { work, event } => on_work(model, *work, event),
        Event::Queue(Ok(queue)) => {
            model.work.queue = Arc::clone(queue);
            for piece in model.work.all.values_mut() {
                let entry = piece.entry().and_then(|entry| queue.iter().find(|known| known.id == entry));
                if entry.is_some_and(|entry| entry.state != QueueState::Waiting) {
                    piece.print_ordered = false;
                }
            }
        }
        Event::PrintProgress { entry, progress } => {
            if let Some(piece) = of_entry(model, *entry) {
                note(&mut piece.print_steps, progress);
            }
        }
        Event::QueueTrouble { entry: Some(entry), trouble } => {
            if let Some(piece) = of_entry(model, *entry) {
                piece.print_ordered = false;
                piece.print_trouble = Some(trouble.clone());
            }
        }
        _ => {}
    }
}

fn of_entry(model: &mut Model, entry: i64) -> Option<&mut Piece> {
    model.work.all.values_mut().find(|piece| piece.entry() == Some(entry))
}

/// Asks the officers for what the service wants, before anything else: the work waits for it.
fn ask(model: &mut Model, work: WorkId, what: Asks, trouble: Option<Trouble>) {
    let known = |dialog: &Dialog| matches!(dialog, Dialog::Prove(asked) if asked.work == work);
    if !model.dialogs.iter().any(known) {
        model.dialogs.push_back(Dialog::Prove(Prove { work, what, trouble }));
    }
}

/// The officers answered: the work goes on.
pub fn answered(model: &mut Model, work: WorkId) {
    if let Some(piece) = model.work.all.get_mut(&work) {
        piece.asks = None;
    }
}

fn on_work(model: &mut Model, work: WorkId, event: &WorkEvent) {
    let Some(piece) = model.work.all.get_mut(&work) else { return };
    match event {
        WorkEvent::Begun { job, serial, photo_advice } => {
            piece.job = Some(job.clone());
            piece.serial = Some(serial.clone());
            piece.photo_advice.clone_from(photo_advice);
        }
        WorkEvent::Progress(progress) => piece.progress(progress),
        WorkEvent::AwaitsCard => at_once::awaits(piece),
        WorkEvent::CardIn { reader } => at_once::card_in(piece, reader),
        WorkEvent::Whose(whose) => at_once::told(piece, whose),
        WorkEvent::CardNow(now) => piece.card_now = Some(now.clone()),
        WorkEvent::Asks { what, trouble } => {
            piece.asks = Some(*what);
            // Steps of an attempt that the service did not let begin say nothing of the one that follows.
            piece.steps.clear();
            if model.officer().is_some() {
                ask(model, work, *what, trouble.clone());
            } else {
                model.order(Order::GiveUp { work });
            }
        }
        WorkEvent::Ended(end) => {
            piece.asks = None;
            piece.end = Some(end.clone());
            at_once::ended(&mut model.dialogs, work);
            if let WorkEnd::NotBegun(trouble) = end
                && trouble.signed_out
            {
                super::session::session_lost(model, trouble);
            }
        }
    }
}
