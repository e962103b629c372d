//! The worker of one printer: it asks how the printer is, and prints entries of the queue.

use std::{
    collections::HashMap,
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
        spool::{Cancel, SpoolError},
    },
};

/// Orders that may wait for one printer.
const MOST_ORDERS: usize = 16;
/// How often a printer is asked that nothing is ordered of: it has no way to say that its cover was opened.
const ASK_AGAIN: Duration = Duration::from_secs(15);
/// The same while a card waits for the printer to be ready again.
const ASK_SOON: Duration = Duration::from_secs(2);
/// Why an entry waits although nobody asked the printer to print it yet.
const CARDS_BEFORE_IT: &str = "cards before this one wait for the printer; nothing was sent";
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
    let mut worker = Worker { common, desk, told: None, tries: HashMap::new(), said: Said::default() };
    let _ = contained(|| worker.ask(Tell::Always));
    loop {
        let pause = if worker.going_on(None).is_empty() { ASK_AGAIN } else { ASK_SOON };
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
                (Question::Entry(Some(entry)), contained(|| worker.print_ordered(entry)))
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
    /// How often each entry was tried that goes on by itself once the printer is ready.
    tries: HashMap<i64, u32>,
    /// Everything the printer said when it answered last.
    said: Said,
}

/// What a printer said when it answered last.
#[derive(Debug, Default)]
struct Said {
    details: Vec<Detail>,
    /// When, where it did answer.
    at: Option<OffsetDateTime>,
    /// Whether it has not answered since.
    silent: bool,
}

impl Said {
    /// It answered.
    fn now(details: Vec<Detail>) -> Self {
        Self { details, at: Some(OffsetDateTime::now_utc()), silent: false }
    }
}

/// The turn of an entry at the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It is printed.
    Now,
    /// Cards before it wait for the printer, and it waits behind them.
    Later,
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
                self.said = Said::now(status.details);
                condition
            }
            Ok(None) => PrinterCondition::CannotBeAsked,
            Err(fault) => {
                match fault.heard() {
                    Some(heard) => self.said = Said::now(vec![heard.clone()]),
                    // What it said before was perhaps another printer's.
                    None if matches!(fault, SpoolError::WrongModel { .. }) => self.said = Said::default(),
                    None => self.said.silent = true,
                }
                PrinterCondition::CannotPrint { why: fault.to_string() }
            }
        };
        if tell == Tell::Always || self.told.as_ref() != Some(&condition) {
            self.tell(condition);
        }
    }

    fn tell(&mut self, condition: PrinterCondition) {
        if let Some(printer) = self.printer() {
            let view = view(self.common, printer, condition.clone());
            let silent_since = self.said.at.filter(|_| self.said.silent);
            self.common.tell(Event::Printer(PrinterView { said: self.said.details.clone(), silent_since, ..view }));
        }
        self.told = Some(condition);
    }

    /// Asks how the printer is; cards that wait for it go on once it is ready.
    fn look_again(&mut self) {
        self.ask(Tell::Changes);
        self.go_on(None);
    }

    /// The cards that go on by themselves once the printer is ready, in their order; with a place, those before it.
    fn going_on(&self, before: Option<i64>) -> Vec<QueueEntry> {
        // A journal that cannot be read now is read the next time; nothing is printed meanwhile.
        let mut waiting = self.common.workplace.journal.queue_going_on(&self.desk.name).unwrap_or_default();
        waiting.retain(|entry| before.is_none_or(|place| entry.position < place));
        waiting
    }

    /// Cards that wait for the printer go on in their order, as long as it is ready.
    fn go_on(&mut self, before: Option<i64>) {
        loop {
            let ready = matches!(self.told, Some(PrinterCondition::Ready { .. } | PrinterCondition::CannotBeAsked));
            if !ready || self.common.stopping() || self.common.session().is_none() {
                return;
            }
            let Some(entry) = self.going_on(before).into_iter().next() else { return };
            // An officer who decided otherwise in this moment is not overruled.
            if queue::set(self.common, entry.id, QueueState::Waiting, None).is_err() {
                return;
            }
            self.print(entry.id, Turn::Now);
            let printed = queue::entry(self.common, entry.id).map(|entry| entry.state);
            match printed {
                Ok(QueueState::Printed | QueueState::Sent) => {}
                // Whoever filled the hopper did it in the order of the queue: a card that is still in it is not overtaken.
                _ if self.going_on(before).first().is_some_and(|first| first.id == entry.id) => return,
                _ => return self.leave_to_officer(),
            }
        }
    }

    /// A card that went on by itself was not printed for a reason of its own, and may be the next one in the printer. Those
    /// behind it wait for an officer who looks: a face must not go onto another holder's card.
    fn leave_to_officer(&self) {
        for entry in self.going_on(None) {
            let result = queue::set(self.common, entry.id, QueueState::Waiting, None);
            queue::changed(self.common, Some(entry.id), result);
        }
    }

    /// Prints an entry that an officer ordered, after those before it that wait for the printer.
    fn print_ordered(&mut self, id: i64) {
        self.tries.remove(&id);
        let place = queue::entry(self.common, id).map_or(i64::MIN, |entry| entry.position);
        if !self.going_on(Some(place)).is_empty() {
            self.ask(Tell::Changes);
            self.go_on(Some(place));
        }
        let turn = if self.going_on(Some(place)).is_empty() { Turn::Now } else { Turn::Later };
        self.print(id, turn);
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

    /// Prints an entry whose turn it is, and puts on record how it ended.
    fn print(&mut self, id: i64, turn: Turn) {
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
        if turn == Turn::Later {
            let written = self.common.workplace.journal.queue_goes_on(id, CARDS_BEFORE_IT);
            queue::changed(self.common, Some(id), written.map(drop).map_err(queue::unwritten));
            return;
        }
        queue::tell(self.common);
        self.tell(PrinterCondition::Printing { entry: id });
        let ended = contained(|| self.carry_out(&entry));
        *locked(&self.desk.stop) = None;
        let tries = self.tries.remove(&id).unwrap_or(0) + 1;
        let written = match ended {
            Ok(Ended::NotNow(why)) if tries < MOST_TRIES && !self.common.stopping() => {
                self.tries.insert(id, tries);
                self.common.workplace.journal.queue_goes_on(id, &why).map(drop).map_err(queue::unwritten)
            }
            Ok(Ended::Printed) => queue::set(self.common, id, QueueState::Printed, None),
            Ok(Ended::Sent) => queue::set(self.common, id, QueueState::Sent, None),
            Ok(Ended::NotNow(why) | Ended::Failed(why)) => queue::set(self.common, id, QueueState::Failed, Some(&why)),
            Err(trouble) => {
                let why = format!("{}; look whether a card came out", trouble.message);
                queue::set(self.common, id, QueueState::Failed, Some(&why))
            }
        };
        if let Err(trouble) = written {
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
        silent_since: None,
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
