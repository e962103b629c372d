//! Starts and stops the workers, and hands each order to the one that carries it out.

mod at_once;
mod calibrating;
mod camera;
mod card_work;
mod clipboard;
mod common;
mod in_printer;
mod lane;
mod offline;
mod on_card;
mod own_card;
mod pictures;
mod portrait;
mod printer;
mod printer_list;
mod proving;
mod question;
mod queue;
mod reader;
mod recognise;
mod service;
mod telephone;
mod teller;
mod trial;
mod watch;

use std::{
    cell::RefCell,
    collections::VecDeque,
    io,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use self::{
    at_once::{Answer, GaveUp},
    card_work::CardJob,
    common::Common,
    printer::PrinterOrder,
    question::Question,
    reader::{ReaderDesk, ReaderOrder},
    service::ServiceOrder,
    teller::{Teller, contained},
};
use super::{
    camera::CameraOrder,
    event::{Event, Trouble},
    order::{IssueOrder, Order, PrintWish, PrinterProof, ProofFor, Ticket, TrainingCardMove, WorkId},
};
use crate::{card::reader::ReaderError, cis2::wire::Session, printer::find, workplace::Workplace};

/// Events that may wait to be taken; a worker with one more waits until there is room.
const MOST_EVENTS: usize = 1024;

/// Why the workers could not be started.
#[derive(Debug, thiserror::Error)]
pub enum WorkersError {
    /// The readers cannot be watched.
    #[error("{0}")]
    Readers(#[from] ReaderError),
    /// The system starts no thread.
    #[error("this computer starts no more threads ({0}): close other programs and start this one again")]
    Thread(#[from] io::Error),
}

/// The workers of one workstation: one thread for the service, one for pictures, one for the camera, one a printer, one a reader.
///
/// Dropping it ends them in order: nothing that waits is begun any more, a job on a card or a print that runs is finished
/// first (it is never cut), and every thread has ended when the drop returns. A dialogue of the system that is still open
/// is left to the system.
pub struct Workers {
    common: Arc<Common>,
    /// `None` only while it is being dropped.
    events: Option<Receiver<Event>>,
    /// Answers to orders that no worker took, or that were carried out at once. They never wait for room: whoever gives orders also takes events.
    refused: RefCell<VecDeque<Event>>,
    stop_watch: Option<Box<dyn FnOnce() + Send>>,
    watch: Option<JoinHandle<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts the workers. `wake` is called after each event that can be taken, from the thread that told it: it must be
    /// quick and must not take events itself.
    ///
    /// # Errors
    /// The readers cannot be watched, or the system starts no thread.
    pub fn start(workplace: Arc<Workplace>, wake: impl Fn() + Send + Sync + 'static) -> Result<Self, WorkersError> {
        let (sender, events) = sync_channel(MOST_EVENTS);
        let teller = Teller::new(sender, Box::new(wake));
        let mut watch = workplace.bench.readers.watch()?;
        let session = workplace.session.clone();
        let common = Arc::new(Common::new(workplace, teller));
        common.set_session(session.map(|session| Session { token: None, ..session }));
        let mut workers = Self {
            common: Arc::clone(&common),
            events: Some(events),
            refused: RefCell::default(),
            stop_watch: watch.take_stop(),
            watch: None,
            threads: Vec::new(),
        };
        // What was started ends with `workers` when a later thread cannot be.
        let own = Arc::clone(&common);
        workers.threads.push(thread("service", move || service::run(&own))?);
        let own = Arc::clone(&common);
        workers.threads.push(thread("pictures", move || pictures::run(&own))?);
        common.follow_printers()?;
        let own = Arc::clone(&common);
        workers.threads.push(thread("camera", move || camera::run(&own))?);
        workers.watch = Some(thread("reader watch", move || watch::run(&common, &watch))?);
        Ok(workers)
    }

    /// Gives an order. It never waits: an order that no worker can take now is answered with trouble.
    pub fn order(&self, order: Order) {
        let question = Question::of(&order);
        let taken = match order {
            Order::Issue { work, issue } if matches!(issue.print, PrintWish::InPrinter { .. }) => {
                self.encode_in_printer(work, issue)
            }
            Order::Issue { work, issue } => {
                let reader = issue.reader.clone();
                self.reader(&reader).and_then(|reader| reader.give(CardJob::Issue { work, issue }))
            }
            Order::OnCard { work, card } if card.reader.is_some() => {
                let name = card.reader.clone().unwrap_or_default();
                self.reader(&name).and_then(|reader| {
                    let job = CardJob::OnCard { work, card, approval: None };
                    reader.give(job)
                })
            }
            // At once: from here on a card that is put in is this one.
            Order::UnlockNext { work, reader } => {
                self.tell_here(at_once::order(&self.common, work, reader));
                Ok(())
            }
            Order::HolderSays { work, passcode } => {
                self.common.at_once.answer(work, passcode.map_or(Answer::NotTheirs, Answer::Passcode));
                Ok(())
            }
            Order::GiveUp { work } => match self.common.at_once.give_up(work) {
                GaveUp::Ends => Ok(()),
                GaveUp::Over => {
                    self.tell_here([at_once::given_up(work)]);
                    Ok(())
                }
                GaveUp::Unknown => self.common.service.put(order.into()).map_err(|_| busy()),
            },
            Order::Offline { work, reader, order } => self.reader(&reader).and_then(|reader| reader.talk(work, order)),
            Order::TryCard { work, reader, serial, passcode } => {
                self.reader(&reader).and_then(|reader| reader.give(CardJob::Try { work, serial, passcode }))
            }
            Order::ProveWithCard { work, reader, serial, passcode, to } => {
                if to == ProofFor::SignIn {
                    self.common.signs_in(work);
                }
                let job = CardJob::Prove { work, serial, passcode, to: to.clone() };
                let given = self.reader(&reader).and_then(|reader| reader.give(job));
                if let Err(trouble) = given {
                    // Work that waits goes on waiting; the service's worker says so.
                    self.common.service.force(ServiceOrder::Proved(Err(trouble), to));
                }
                Ok(())
            }
            Order::TrainingCard { reader, move_to } => self.move_card(&reader, ReaderOrder::Move(move_to)),
            Order::AskPrinter { printer } => {
                if let Some(printer) = self.common.printer(&printer) {
                    let _ = printer.lane.replace(PrinterOrder::Ask, |order| matches!(order, PrinterOrder::Ask));
                }
                Ok(())
            }
            Order::ProvePrinter { printer, proof } => {
                let again = proof.clone();
                self.printer(
                    &printer,
                    PrinterOrder::Prove(proof),
                    move |waiting| matches!(waiting, PrinterOrder::Prove(known) if *known == again),
                )
            }
            Order::Calibrate { printer, order } => {
                let again = order.clone();
                self.printer(
                    &printer,
                    PrinterOrder::Calibrate(order),
                    move |waiting| matches!(waiting, PrinterOrder::Calibrate(known) if *known == again),
                )
            }
            Order::AddPrinter { printer } => {
                self.aside("add printer", move |common| printer_list::add(common, printer))
            }
            Order::RemovePrinter { printer } => {
                self.aside("remove printer", move |common| printer_list::remove(common, printer))
            }
            Order::ChooseJob { printer } => self.aside("job dialogue", move |common| choose_job(common, printer)),
            Order::FindPrinters => self.find_printers(),
            Order::StopPrint { entry } => match self.common.printers().iter().any(|printer| printer.stop(entry)) {
                true => Ok(()),
                false => Err(Trouble::unchanged(
                    "this card is not being printed any more: look at its entry in the queue; nothing was stopped",
                )),
            },
            // A camera is released whatever else waits.
            Order::Camera { order: CameraOrder::Close, .. } => {
                self.common.camera.force(order);
                Ok(())
            }
            Order::Camera { .. } => self.common.camera.put(order).map_err(|_| busy()),
            Order::ChoosePhoto { ticket } => self.choose_photo(ticket),
            Order::ChooseArtwork { ticket } => {
                self.aside("picture dialogue", move |common| choose_artwork(common, ticket))
            }
            // The end of a session is not lost among other orders, and waits for nobody's answer.
            Order::SignOut => {
                for work in self.common.give_up_at_once() {
                    self.tell_here([at_once::given_up(work)]);
                }
                self.common.service.force(Order::SignOut.into());
                Ok(())
            }
            Order::Find { .. } => {
                let older = |waiting: &ServiceOrder| matches!(waiting, ServiceOrder::Asked(Order::Find { .. }));
                self.common.service.replace(order.into(), older).map_err(|_| busy())
            }
            Order::Portrait { .. }
            | Order::Proof { .. }
            | Order::ReadPhoto { .. }
            | Order::DecodePhoto { .. }
            | Order::PastePhoto { .. }
            | Order::LoadPhoto { .. }
            | Order::SavePhoto { .. }
            | Order::OpenFace { .. }
            | Order::DrawFace { .. }
            | Order::TakeArtwork { .. }
            | Order::SaveFace { .. } => self.common.pictures.put(order).map_err(|_| busy()),
            other => self.common.service.put(other.into()).map_err(|_| busy()),
        };
        if let Err(trouble) = taken {
            self.tell_here(question.fails(trouble));
        }
    }

    /// Tells what whoever gave the order takes themselves: they never wait for room.
    fn tell_here(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.refused.borrow_mut().push_back(event);
            self.common.teller.wake();
        }
    }

    /// The next event, if one waits.
    #[must_use]
    pub fn next_event(&self) -> Option<Event> {
        let refused = self.refused.borrow_mut().pop_front();
        refused.or_else(|| self.events.as_ref()?.try_recv().ok())
    }

    /// Waits for the next event no longer than this; for tests and for use without a window.
    #[must_use]
    pub fn wait_event(&self, limit: Duration) -> Option<Event> {
        let refused = self.refused.borrow_mut().pop_front();
        refused.or_else(|| self.events.as_ref()?.recv_timeout(limit).ok())
    }

    fn reader(&self, name: &str) -> Result<Arc<ReaderDesk>, Trouble> {
        let unknown = || Trouble::unchanged(ReaderError::UnknownReader { reader: name.to_owned() }.to_string());
        self.common.reader(name).ok_or_else(unknown)
    }

    fn encode_in_printer(&self, work: WorkId, issue: Box<IssueOrder>) -> Result<(), Trouble> {
        let PrintWish::InPrinter { printer } = &issue.print else { return Err(busy()) };
        let desk = self.common.printer(printer).ok_or_else(|| {
            Trouble::unchanged(format!("there is no printer “{printer}” at this desk any more; nothing was changed"))
        })?;
        desk.lane.put(PrinterOrder::Encode(work, issue)).map_err(|_| busy())
    }

    fn move_card(&self, reader: &str, order: ReaderOrder) -> Result<(), Trouble> {
        let reader = self.reader(reader)?;
        if reader.occupied().is_some() {
            if matches!(order, ReaderOrder::Move(TrainingCardMove::Out)) {
                return self.pull_card(reader.name.clone());
            }
            return Err(Trouble::unchanged(format!(
                "the card in “{}” is being worked on: wait until that is finished; it was not moved",
                reader.name
            )));
        }
        reader.lane.put(order).map_err(|_| busy())
    }

    /// Somebody practises pulling a card out in the middle of a job. The reader's own worker has the job in hand, so
    /// another thread does it.
    fn pull_card(&self, reader: String) -> Result<(), Trouble> {
        let common = Arc::clone(&self.common);
        let pull = move || {
            let Some(training) = &common.workplace.bench.training else { return };
            match training.pull_card_out(&reader) {
                // A training card that is open here leaves its reader with the next command only. Who waits for its holder sends
                // none.
                Ok(()) => common.at_once.taken_out(&reader),
                Err(error) => common.tell(Event::TrainingTrouble(Trouble::unchanged(error.to_string()))),
            }
        };
        thread("training card", pull).map(drop).map_err(|error| Trouble::unchanged(error.to_string()))
    }

    /// Listening to the network takes seconds, and holds nobody else up.
    fn find_printers(&self) -> Result<(), Trouble> {
        self.aside("find printers", |common| {
            let profiles = common.workplace.bench.printers.profiles();
            common.tell(Event::PrinterModels(printer_list::models(profiles)));
            let found = contained(|| find::find(find::Places::usual(), profiles));
            common.tell(Event::PrintersFound(found));
        })
    }

    /// Does something on a thread of its own, because nobody else should wait for it.
    fn aside(&self, name: &str, work: impl FnOnce(&Arc<Common>) + Send + 'static) -> Result<(), Trouble> {
        let common = Arc::clone(&self.common);
        thread(name, move || work(&common)).map(drop).map_err(|error| Trouble::unchanged(error.to_string()))
    }

    /// Gives an order to the worker of a printer, unless the same one waits there.
    /// Gives an order to the worker of a printer, in the place of one that is the same and waits.
    fn printer(&self, name: &str, order: PrinterOrder, is_same: impl Fn(&PrinterOrder) -> bool) -> Result<(), Trouble> {
        let unknown = || Trouble::unchanged(format!("there is no printer “{name}” at this desk any more"));
        let desk = self.common.printer(name).ok_or_else(unknown)?;
        desk.lane.replace(order, is_same).map_err(|_| busy())
    }

    /// The system's dialogue has a thread of its own, for it is open as long as the officer likes.
    fn choose_photo(&self, ticket: Ticket) -> Result<(), Trouble> {
        let common = Arc::clone(&self.common);
        let choose = move || match contained(clipboard::choose_file) {
            Ok(Ok(Some(file))) => {
                if common.pictures.put(Order::ReadPhoto { ticket, file }).is_err() {
                    common.tell(Event::PhotoRead { ticket, result: Err(busy()) });
                }
            }
            Ok(Ok(None)) => common.tell(Event::PhotoRead { ticket, result: Ok(None) }),
            Ok(Err(trouble)) | Err(trouble) => common.tell(Event::PhotoRead { ticket, result: Err(trouble) }),
        };
        thread("photo dialogue", choose).map(drop).map_err(|error| Trouble::unchanged(error.to_string()))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.common.stop();
        // A worker that waits for room sees that nobody takes events any more, and goes on without telling.
        self.events = None;
        if let Some(stop) = self.stop_watch.take() {
            stop();
        }
        // The watch alone makes readers: once it has ended, there are no more.
        if let Some(watch) = self.watch.take() {
            let _ = watch.join();
        }
        self.common.stop();
        self.common.readers().iter().for_each(|reader| reader.join());
        self.common.printers().iter().for_each(|printer| printer.join());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The dialogue is open as long as the officer likes; what is chosen is read where all pictures are.
fn choose_artwork(common: &Common, ticket: Ticket) {
    let result = match contained(clipboard::choose_artwork) {
        Ok(Ok(Some(file))) => match common.pictures.put(Order::TakeArtwork { ticket, file }) {
            Ok(()) => return,
            Err(_) => Err(busy()),
        },
        Ok(Ok(None)) => Ok(None),
        Ok(Err(trouble)) | Err(trouble) => Err(trouble),
    };
    common.tell(Event::ArtworkTaken { ticket, result });
}

/// The dialogue is open as long as the officer likes; what is chosen goes to the printer's own worker.
fn choose_job(common: &Common, printer: String) {
    let trouble = match contained(clipboard::choose_job) {
        Ok(Ok(None)) => return common.tell(Event::NoJobChosen { printer }),
        Ok(Err(trouble)) | Err(trouble) => trouble,
        Ok(Ok(Some(file))) => match common.printer(&printer) {
            Some(desk) if desk.lane.put(PrinterOrder::Prove(PrinterProof::Job(file))).is_ok() => return,
            _ => busy(),
        },
    };
    common.tell(Event::PrinterProved { printer, result: Err(trouble) });
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, WorkersError> {
    Ok(Builder::new().name(name.to_owned()).spawn(work)?)
}

fn busy() -> Trouble {
    Trouble::unchanged("too much was asked for at once: wait a moment and try again; nothing was changed")
}
