//! The worker of one printer: it asks how the printer is, and prints entries of the queue.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use time::OffsetDateTime;

use super::{
    calibrating,
    common::{Common, locked},
    in_printer,
    lane::{Lane, Taken},
    proving,
    question::Question,
    queue,
    teller::contained,
};
use crate::{
    bench::{
        event::{Event, PrinterCondition, PrinterView, Trouble},
        order::{CalibrationOrder, IssueOrder, PrinterProof, WorkId},
    },
    cis2::wire::PrintOutcome,
    journal::{QueueEntry, QueueState},
    operations::{Ending, preflight::PrintRequest},
    printer::{
        choice::Printer,
        magicard::status::{Condition, Detail, Status},
        spool::Cancel,
    },
};

/// Orders that may wait for one printer.
const MOST_ORDERS: usize = 16;
/// How often a printer is asked that nothing is ordered of: it has no way to say that its cover was opened.
const ASK_AGAIN: Duration = Duration::from_secs(15);
/// The same while a card waits for the printer to be ready again.
const ASK_SOON: Duration = Duration::from_secs(2);
/// A printer that says it is ready and takes nothing is not tried more often with the same card.
const MOST_TRIES: u32 = 3;

/// What the worker of a printer does.
#[derive(Debug)]
pub enum PrinterOrder {
    /// How is it?
    Ask,
    /// This entry of the queue.
    Print(i64),
    /// It shows which language it takes.
    Prove(PrinterProof),
    /// A card is encoded in it and printed.
    Encode(WorkId, Box<IssueOrder>),
    /// What is known of its colours is read or changed.
    Calibrate(CalibrationOrder),
}

/// One printer.
pub struct PrinterDesk {
    /// Its name.
    pub name: String,
    /// Orders for its worker.
    pub lane: Lane<PrinterOrder>,
    printing: AtomicBool,
    /// What stops the entry that is being printed.
    stop: Mutex<Option<(i64, Cancel)>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl PrinterDesk {
    /// Makes the worker of a printer.
    pub fn start(common: &Arc<Common>, name: String) -> std::io::Result<Arc<Self>> {
        let desk = Arc::new(Self {
            name,
            lane: Lane::new(MOST_ORDERS),
            printing: AtomicBool::new(false),
            stop: Mutex::default(),
            thread: Mutex::default(),
        });
        let (common, own) = (Arc::clone(common), Arc::clone(&desk));
        let worker = thread::Builder::new().name("printer".to_owned()).spawn(move || run(&common, &own))?;
        *locked(&desk.thread) = Some(worker);
        Ok(desk)
    }

    /// Waits for the worker to end what it has in hand; its lane must be closed.
    pub fn join(&self) {
        let thread = locked(&self.thread).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    /// Whether something is being printed at this moment.
    pub fn is_printing(&self) -> bool {
        self.printing.load(Ordering::Acquire)
    }

    /// Stops this entry, if it is being printed here at this moment.
    pub fn stop(&self, entry: i64) -> bool {
        let stop = locked(&self.stop);
        let cancel = stop.as_ref().filter(|(id, _)| *id == entry).map(|(_, cancel)| cancel.now());
        cancel.is_some()
    }

    /// The end of what is being printed is not waited for: the program ends.
    pub fn leave(&self) {
        if let Some((_, cancel)) = locked(&self.stop).as_ref() {
            cancel.leave();
        }
    }
}

/// Runs until the lane is closed.
fn run(common: &Arc<Common>, desk: &PrinterDesk) {
    let mut worker = Worker { common, desk, told: None, again: None, said: Vec::new() };
    let _ = contained(|| worker.ask(Tell::Always));
    loop {
        let pause = if worker.again.is_some() { ASK_SOON } else { ASK_AGAIN };
        let (question, done) = match desk.lane.take_within(pause) {
            Taken::Closed => return,
            Taken::Nothing => (Question::Nobody, contained(|| worker.look_again())),
            Taken::Order(PrinterOrder::Ask) => (Question::Nobody, contained(|| worker.ask(Tell::Always))),
            Taken::Order(PrinterOrder::Prove(proof)) => {
                (Question::Proved(desk.name.clone()), contained(|| worker.prove(&proof)))
            }
            Taken::Order(PrinterOrder::Calibrate(order)) => {
                (Question::Learnt(desk.name.clone()), contained(|| worker.calibrate(&order)))
            }
            Taken::Order(PrinterOrder::Encode(work, issue)) => {
                (Question::Work(work), contained(|| worker.encode(work, *issue)))
            }
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
    /// An entry that goes on by itself when the printer is ready again.
    again: Option<Again>,
    /// Everything the printer said when it was asked last.
    said: Vec<Detail>,
}

/// An entry of which nothing was sent, because the printer was not ready.
#[derive(Debug, Clone, Copy)]
struct Again {
    entry: i64,
    /// How often it was tried.
    tries: u32,
}

/// How a print ended for its entry.
enum Ended {
    Printed,
    /// The officer says how it came out.
    Sent,
    /// Nothing was sent; the printer has to be seen to first.
    NotNow(String),
    Failed(String),
}

impl Worker<'_> {
    fn printer(&self) -> Option<&Printer> {
        self.common.workplace.bench.printers.choose(Some(&self.desk.name)).ok()
    }

    fn ask(&mut self, tell: Tell) {
        let Some(printer) = self.printer() else { return };
        let condition = match printer.spool().status() {
            Ok(Some(status)) => {
                let condition = condition(&status);
                self.said = status.details;
                condition
            }
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
            self.common.tell(Event::Printer(PrinterView { said: self.said.clone(), ..view }));
        }
        self.told = Some(condition);
    }

    /// Asks how the printer is; a card that waits for it goes on once it is ready.
    fn look_again(&mut self) {
        self.ask(Tell::Changes);
        let ready = matches!(self.told, Some(PrinterCondition::Ready { .. } | PrinterCondition::CannotBeAsked));
        let Some(Again { entry, .. }) = self.again.filter(|_| ready && self.common.session().is_some()) else { return };
        let failed = queue::entry(self.common, entry).is_ok_and(|entry| entry.state == QueueState::Failed);
        // An officer who decided otherwise meanwhile is not overruled.
        if failed && queue::set(self.common, entry, QueueState::Waiting, None).is_ok() {
            self.print(entry);
        } else {
            self.again = None;
        }
    }

    /// Has the printer show which language it takes, and tells what came of it.
    fn prove(&mut self, proof: &PrinterProof) {
        self.desk.printing.store(true, Ordering::Release);
        let printer = self.desk.name.clone();
        // No entry of the queue: the end of the program alone ends the wait.
        let begun = |cancel: Cancel| *locked(&self.desk.stop) = Some((i64::MIN, cancel));
        let result = proving::prove(self.common, &printer, proof, &begun);
        *locked(&self.desk.stop) = None;
        self.common.tell(Event::PrinterProved { printer, result });
        self.ask(Tell::Always);
    }

    /// Encodes a card in the printer and prints it, and tells how that ended.
    fn encode(&mut self, work: WorkId, issue: IssueOrder) {
        self.desk.printing.store(true, Ordering::Release);
        // No entry of the queue: the end of the program alone stops its print.
        let begun = |cancel: Cancel| *locked(&self.desk.stop) = Some((i64::MIN, cancel));
        in_printer::encode(self.common, &self.desk.name, work, issue, &begun);
        *locked(&self.desk.stop) = None;
        self.ask(Tell::Always);
    }

    /// Reads or changes what is known of its colours, and tells what holds.
    fn calibrate(&self, order: &CalibrationOrder) {
        let printer = self.desk.name.clone();
        let result = calibrating::calibrate(self.common, &printer, order);
        self.common.tell(Event::Learnt { printer, result });
    }

    /// Prints an entry and puts on record how it ended.
    fn print(&mut self, id: i64) {
        let tries = self.again.take().filter(|again| again.entry == id).map_or(0, |again| again.tries) + 1;
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
        let ended = contained(|| self.carry_out(&entry));
        *locked(&self.desk.stop) = None;
        let (state, why) = match ended {
            Ok(Ended::Printed) => (QueueState::Printed, None),
            Ok(Ended::Sent) => (QueueState::Sent, None),
            Ok(Ended::NotNow(why)) if tries < MOST_TRIES && !self.common.stopping() => {
                self.again = Some(Again { entry: id, tries });
                let why = why.trim_end_matches('.');
                (QueueState::Failed, Some(format!("{why}. It goes on by itself once the printer is ready again")))
            }
            Ok(Ended::NotNow(why) | Ended::Failed(why)) => (QueueState::Failed, Some(why)),
            Err(trouble) => (QueueState::Failed, Some(format!("{}; look whether a card came out", trouble.message))),
        };
        if let Err(trouble) = queue::set(self.common, id, state, why.as_deref()) {
            queue::trouble(self.common, Some(id), trouble);
        }
        queue::tell(self.common);
        self.common.after_job();
        self.ask(Tell::Always);
    }

    /// Composes the face, proves that it may be printed, sends it, and waits for the printer's word.
    fn carry_out(&self, entry: &QueueEntry) -> Ended {
        let failed = |error: &dyn std::fmt::Display| Ended::Failed(error.to_string());
        let printers = &self.common.workplace.bench.printers;
        let printer = match printers.choose(Some(&self.desk.name)) {
            Ok(printer) => printer,
            Err(error) => return failed(&error),
        };
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
        let preflight = match preflight {
            Ok(preflight) => preflight,
            Err(error) if error.printer_passes() => return Ended::NotNow(error.to_string()),
            Err(error) => return failed(&error),
        };
        let picture = preflight.plan.job.short().to_owned();
        // After a crash the job's own record says what became of this card.
        if let Err(error) = self.common.workplace.journal.queue_job(entry.id, &preflight.plan.job) {
            return failed(&error);
        }
        let cancel = preflight.cancel();
        *locked(&self.desk.stop) = Some((entry.id, cancel.clone()));
        if self.common.stopping() {
            cancel.leave();
        }
        let report = desk.print(preflight, &mut |news| {
            self.common.tell(Event::PrintProgress { entry: entry.id, progress: news.clone() });
        });
        let report = match report {
            Ok(report) => report,
            Err(error) => return failed(&error),
        };
        if (report.asks_officer || report.outcome == Some(PrintOutcome::Printed))
            && printers.is_virtual(&self.desk.name)
        {
            // What the virtual printer shows is for the eye: a picture that cannot be kept leaves the print as it is.
            let _ = printers.keep_output(&self.desk.name, &picture);
        }
        match report.ending {
            Ending::Done => Ended::Printed,
            Ending::Unfinished { .. } if report.asks_officer => Ended::Sent,
            Ending::Undone { why, .. } if report.passes => Ended::NotNow(why),
            Ending::Undone { why, .. } | Ending::Unfinished { why } => Ended::Failed(why),
        }
    }
}

/// A printer as the window shows it.
pub fn view(common: &Common, printer: &Printer, condition: PrinterCondition) -> PrinterView {
    PrinterView {
        name: printer.choice.name.clone(),
        model: printer.profile.name.clone(),
        profile: printer.profile.id.clone(),
        confirmed: printer.choice.confirmed.clone(),
        virtual_one: common.workplace.bench.printers.is_virtual(&printer.choice.name),
        station: printer.profile.encoder.is_there(),
        said: Vec::new(),
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
