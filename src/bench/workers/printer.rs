//! The worker of one printer: it asks how the printer is, and prints entries of the queue.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use time::OffsetDateTime;

use super::{
    common::Common,
    lane::{Lane, Taken},
    question::Question,
    queue,
    teller::contained,
};
use crate::{
    bench::event::{Event, PrinterCondition, PrinterView, Trouble},
    cis2::wire::PrintOutcome,
    journal::{QueueEntry, QueueState},
    operations::{Ending, preflight::PrintRequest},
    printer::{
        choice::Printer,
        magicard::status::{Condition, Status},
    },
};

/// Orders that may wait for one printer.
const MOST_ORDERS: usize = 16;
/// How often a printer is asked that nothing is ordered of: it has no way to say that its cover was opened.
const ASK_AGAIN: Duration = Duration::from_secs(15);

/// What the worker of a printer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterOrder {
    /// How is it?
    Ask,
    /// This entry of the queue.
    Print(i64),
}

/// One printer.
pub struct PrinterDesk {
    /// Its name.
    pub name: String,
    /// Orders for its worker.
    pub lane: Lane<PrinterOrder>,
    printing: AtomicBool,
}

impl PrinterDesk {
    pub fn new(name: String) -> Self {
        Self { name, lane: Lane::new(MOST_ORDERS), printing: AtomicBool::new(false) }
    }

    /// Whether something is being printed at this moment.
    pub fn is_printing(&self) -> bool {
        self.printing.load(Ordering::Acquire)
    }
}

/// Runs until the lane is closed.
pub fn run(common: &Arc<Common>, desk: &PrinterDesk) {
    let mut worker = Worker { common, desk, told: None };
    let _ = contained(|| worker.ask(Tell::Always));
    loop {
        let (question, done) = match desk.lane.take_within(ASK_AGAIN) {
            Taken::Closed => return,
            Taken::Nothing => (Question::Nobody, contained(|| worker.ask(Tell::Changes))),
            Taken::Order(PrinterOrder::Ask) => (Question::Nobody, contained(|| worker.ask(Tell::Always))),
            Taken::Order(PrinterOrder::Print(entry)) => {
                (Question::Entry(Some(entry)), contained(|| worker.print(entry)))
            }
        };
        desk.printing.store(false, Ordering::Release);
        common.work_ended();
        if let Err(trouble) = done {
            let _ = contained(|| question.fails(trouble).into_iter().for_each(|event| common.tell(event)));
        }
    }
}

/// When a printer's condition is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tell {
    Always,
    Changes,
}

struct Worker<'a> {
    common: &'a Arc<Common>,
    desk: &'a PrinterDesk,
    told: Option<PrinterCondition>,
}

impl Worker<'_> {
    fn printer(&self) -> Option<&Printer> {
        self.common.workplace.bench.printers.choose(Some(&self.desk.name)).ok()
    }

    fn ask(&mut self, tell: Tell) {
        let Some(printer) = self.printer() else { return };
        let condition = match printer.spool().status() {
            Ok(Some(status)) => condition(&status),
            Ok(None) => PrinterCondition::CannotBeAsked,
            Err(fault) => PrinterCondition::CannotPrint { why: fault.to_string() },
        };
        if tell == Tell::Always || self.told.as_ref() != Some(&condition) {
            self.tell(condition);
        }
    }

    fn tell(&mut self, condition: PrinterCondition) {
        if let Some(printer) = self.printer() {
            let view = view(self.common, printer, condition.clone());
            self.common.tell(Event::Printer(view));
        }
        self.told = Some(condition);
    }

    /// Prints an entry and puts on record how it ended.
    fn print(&mut self, id: i64) {
        self.desk.printing.store(true, Ordering::Release);
        let begun = queue::entry(self.common, id).and_then(|entry| match entry.state {
            QueueState::Waiting => queue::set(self.common, id, QueueState::Printing, None).map(|()| entry),
            _ => Err(Trouble::unchanged(
                "this card is not waiting to be printed any more: look at its entry in the queue; nothing was sent",
            )),
        });
        let entry = match begun {
            Ok(entry) => entry,
            Err(trouble) => {
                queue::trouble(self.common, Some(id), trouble);
                return;
            }
        };
        queue::tell(self.common);
        self.tell(PrinterCondition::Printing { entry: id });
        let (state, why) = match contained(|| self.carry_out(&entry)) {
            Ok(Ok(())) => (QueueState::Printed, None),
            Ok(Err(why)) => (QueueState::Failed, Some(why)),
            Err(trouble) => (QueueState::Failed, Some(format!("{}; look whether a card came out", trouble.message))),
        };
        if let Err(trouble) = queue::set(self.common, id, state, why.as_deref()) {
            queue::trouble(self.common, Some(id), trouble);
        }
        queue::tell(self.common);
        self.common.after_job();
        self.ask(Tell::Always);
    }

    /// Composes the face, proves that it may be printed, sends it. `Err` says why there may be no face on the card.
    fn carry_out(&self, entry: &QueueEntry) -> Result<(), String> {
        let printers = &self.common.workplace.bench.printers;
        let printer = printers.choose(Some(&self.desk.name)).map_err(|error| error.to_string())?;
        let desk = self.common.workplace.desk();
        let template = self.common.workplace.bench.card_faces.in_use();
        let preflight = desk.prepare_print(&PrintRequest {
            holder: &entry.holder,
            serial: Some(&entry.serial),
            printer,
            template: &template,
            now: OffsetDateTime::now_utc(),
            reprint_reason: entry.reason.as_deref(),
        });
        let preflight = preflight.map_err(|error| error.to_string())?;
        let picture = preflight.plan.job.short().to_owned();
        // After a crash the job's own record says what became of this card.
        let kept = self.common.workplace.journal.queue_job(entry.id, &preflight.plan.job);
        kept.map_err(|error| error.to_string())?;
        let report = desk.print(preflight, &mut |news| {
            self.common.tell(Event::PrintProgress { entry: entry.id, progress: news.clone() });
        });
        let report = report.map_err(|error| error.to_string())?;
        if report.outcome == Some(PrintOutcome::Printed) && printers.is_virtual(&self.desk.name) {
            // What the virtual printer shows is for the eye: a picture that cannot be kept leaves the print as it is.
            let _ = printers.keep_output(&self.desk.name, &picture);
        }
        match report.ending {
            Ending::Done => Ok(()),
            Ending::Undone { why, .. } | Ending::Unfinished { why } => Err(why),
        }
    }
}

/// A printer as the window shows it.
pub fn view(common: &Common, printer: &Printer, condition: PrinterCondition) -> PrinterView {
    PrinterView {
        name: printer.choice.name.clone(),
        model: printer.profile.name.clone(),
        profile: printer.profile.id.clone(),
        virtual_one: common.workplace.bench.printers.is_virtual(&printer.choice.name),
        condition,
    }
}

fn condition(status: &Status) -> PrinterCondition {
    // A job that the printer did not understand is over: the next one, whole, is printed.
    if matches!(status.condition, Condition::Ready | Condition::JobRefused) {
        return PrinterCondition::Ready { supplies: supplies(status) };
    }
    PrinterCondition::CannotPrint { why: format!("{}: {}", status.condition, status.condition.next_action()) }
}

/// Ribbon and cleaning in words, as far as the printer tells.
fn supplies(status: &Status) -> Vec<String> {
    let ribbon = match (status.film.as_str(), status.prints_left) {
        ("", None) => None,
        ("", Some(left)) => Some(format!("Ribbon: {left} prints left")),
        (film, None) => Some(format!("Ribbon {film}")),
        (film, Some(left)) => Some(format!("Ribbon {film}: {left} prints left")),
    };
    let cleaning = status.cards_until_cleaning.map(|cards| match cards {
        0 => "Cleaning is due".to_owned(),
        1 => "Cleaning after the next card".to_owned(),
        cards => format!("Cleaning after {cards} more cards"),
    });
    ribbon.into_iter().chain(cleaning).collect()
}
