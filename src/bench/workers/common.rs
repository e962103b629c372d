//! What all workers share.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use time::OffsetDateTime;

use super::{
    at_once::{AtOnce, GaveUp},
    lane::Lane,
    on_card::Waiting,
    portrait::Portraits,
    printer::PrinterDesk,
    reader::{ReaderDesk, ReaderOrder},
    service::ServiceOrder,
    teller::Teller,
};
use crate::{
    bench::{
        event::{Event, Trouble},
        order::{Order, WorkId},
    },
    cis2::wire::Session,
    domain::CardSerial,
    workplace::Workplace,
};

/// Orders that may wait for the service.
const SERVICE_ORDERS: usize = 64;
/// Orders that may wait for pictures: a list asks for the photo of every row.
const PICTURE_ORDERS: usize = 512;

/// Orders that may wait for the camera: one picture is asked for at a time.
const CAMERA_ORDERS: usize = 8;

/// What all workers share.
pub struct Common {
    /// Readers, printers, gateway and journal.
    pub workplace: Arc<Workplace>,
    /// The way out.
    pub teller: Teller,
    /// Small photos that were decoded already.
    pub portraits: Portraits,
    /// Orders for the service worker.
    pub service: Lane<ServiceOrder>,
    /// Orders for the pictures worker.
    pub pictures: Lane<Order>,
    /// Orders for the camera's worker.
    pub camera: Lane<Order>,
    /// The printers, by name.
    printers: Mutex<BTreeMap<String, Arc<PrinterDesk>>>,
    readers: Mutex<BTreeMap<String, Arc<ReaderDesk>>>,
    session: Mutex<Option<Session>>,
    /// Work that waits for an answer of the officers.
    waiting: Mutex<BTreeMap<WorkId, Waiting>>,
    /// Work on the next card that is put in.
    pub at_once: AtOnce,
    sign_out_waits: AtomicBool,
    /// The newest work in which a card signs an officer in. It is none of the session before.
    signing_in: Mutex<Option<WorkId>>,
    /// Whether a card was shown without what the service knows of it, because the service was silent.
    card_unasked: AtomicBool,
    stopping: AtomicBool,
}

impl Common {
    pub fn new(workplace: Arc<Workplace>, teller: Teller) -> Self {
        Self {
            printers: Mutex::default(),
            workplace,
            teller,
            portraits: Portraits::default(),
            service: Lane::new(SERVICE_ORDERS),
            pictures: Lane::new(PICTURE_ORDERS),
            camera: Lane::new(CAMERA_ORDERS),
            readers: Mutex::default(),
            session: Mutex::new(None),
            waiting: Mutex::default(),
            at_once: AtOnce::default(),
            sign_out_waits: AtomicBool::new(false),
            signing_in: Mutex::default(),
            card_unasked: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        }
    }

    pub fn tell(&self, event: Event) {
        self.teller.tell(event);
    }

    /// Who is signed in.
    pub fn session(&self) -> Option<Session> {
        locked(&self.session).clone()
    }

    pub fn set_session(&self, session: Option<Session>) {
        *locked(&self.session) = session;
    }

    /// Keeps work until the officers have answered.
    pub fn wait(&self, work: WorkId, waiting: Waiting) {
        locked(&self.waiting).insert(work, waiting);
    }

    /// Looks at work that waits, where it does.
    pub fn waiting<R>(&self, work: WorkId, look: impl FnOnce(&Waiting) -> R) -> Option<R> {
        locked(&self.waiting).get(&work).map(look)
    }

    /// Takes work that waits; from here on it waits no more.
    pub fn end_waiting(&self, work: WorkId) -> Option<Waiting> {
        locked(&self.waiting).remove(&work)
    }

    /// All work that waits for an answer.
    pub fn all_waiting(&self) -> Vec<WorkId> {
        locked(&self.waiting).keys().copied().collect()
    }

    /// No card is waited for any more, and nobody is waited for who was asked about one. Gives the work that is over with it.
    pub fn give_up_at_once(&self) -> Vec<WorkId> {
        let all = self.at_once.all().into_iter();
        all.filter(|work| self.at_once.give_up(*work) == GaveUp::Over).collect()
    }

    /// The officer at work proved who they are.
    pub fn proved(&self, at: OffsetDateTime) {
        if let Some(session) = locked(&self.session).as_mut() {
            session.proved = at;
        }
    }

    /// Every reader that was ever there.
    pub fn readers(&self) -> Vec<Arc<ReaderDesk>> {
        locked(&self.readers).values().cloned().collect()
    }

    /// The reader of this name.
    pub fn reader(&self, name: &str) -> Option<Arc<ReaderDesk>> {
        locked(&self.readers).get(name).cloned()
    }

    /// Every printer of this desk.
    pub fn printers(&self) -> Vec<Arc<PrinterDesk>> {
        locked(&self.printers).values().cloned().collect()
    }

    /// The printer of this name.
    pub fn printer(&self, name: &str) -> Option<Arc<PrinterDesk>> {
        locked(&self.printers).get(name).cloned()
    }

    /// Gives every printer of the bench its worker, and ends those of printers that are there no more.
    pub fn follow_printers(self: &Arc<Self>) -> std::io::Result<()> {
        let mut desks = locked(&self.printers);
        // Under the lock: whoever stops the program finds every worker that was begun.
        if self.stopping() {
            return Ok(());
        }
        let names: Vec<String> = self.workplace.bench.printers.iter().map(|p| p.choice.name.clone()).collect();
        let gone: Vec<String> = desks.keys().filter(|name| !names.contains(name)).cloned().collect();
        for desk in gone.iter().filter_map(|name| desks.remove(name)) {
            desk.lane.close();
        }
        for name in names {
            if !desks.contains_key(&name) {
                desks.insert(name.clone(), PrinterDesk::start(self, name)?);
            }
        }
        // Telling may wait for room, and whoever makes it may ask for a printer meanwhile.
        drop(desks);
        gone.into_iter().for_each(|printer| self.tell(Event::PrinterGone { printer }));
        Ok(())
    }

    /// The reader that this card was recognised in.
    pub fn reader_with(&self, serial: &CardSerial) -> Option<Arc<ReaderDesk>> {
        self.readers().into_iter().find(|reader| reader.holds(serial))
    }

    /// Adds a reader that appeared for the first time.
    pub fn add_reader(&self, reader: Arc<ReaderDesk>) {
        locked(&self.readers).insert(reader.name.clone(), reader);
    }

    /// Has all cards looked at again: who is signed in, or what the service says of a card, is another than before.
    pub fn look_at_all_again(&self) {
        for reader in self.readers() {
            let _ = reader.lane.replace(ReaderOrder::LookAgain, |order| matches!(order, ReaderOrder::LookAgain));
        }
    }

    /// The service was silent when it was asked about a card.
    pub fn service_was_silent(&self) {
        self.card_unasked.store(true, Ordering::Release);
    }

    /// The service answers: cards that it could not be asked about are asked about now.
    pub fn service_answers(&self) {
        if self.card_unasked.swap(false, Ordering::AcqRel) {
            self.look_at_all_again();
        }
    }

    /// Whether a card is being worked on or printed at this moment.
    pub fn in_work(&self) -> bool {
        let signing_in = *locked(&self.signing_in);
        self.in_work_besides(signing_in)
    }

    /// In this work a card signs an officer in: the session before ends without waiting for it.
    pub fn signs_in(&self, work: WorkId) {
        *locked(&self.signing_in) = Some(work);
    }

    /// The same, apart from this piece of work.
    pub fn in_work_besides(&self, work: Option<WorkId>) -> bool {
        let other = |reader: &Arc<ReaderDesk>| reader.occupied().is_some_and(|known| Some(known) != work);
        self.readers().iter().any(other) || self.printers().iter().any(|printer| printer.is_printing())
    }

    /// Has the officer signed out as soon as nothing is in work.
    pub fn sign_out_later(&self) {
        self.sign_out_waits.store(true, Ordering::Release);
        // The last work may have ended between the question and the note.
        self.work_ended();
    }

    /// Whether the officer signs out as soon as nothing is in work.
    pub fn signs_out(&self) -> bool {
        self.sign_out_waits.load(Ordering::Acquire)
    }

    /// A piece of work ended: who waited for it goes on.
    pub fn work_ended(&self) {
        if !self.in_work() && self.sign_out_waits.swap(false, Ordering::AcqRel) {
            self.service.force(Order::SignOut.into());
        }
    }

    /// Keeps the newest audit head and tells what is unfinished: after every job.
    pub fn after_job(&self) {
        // What cannot be had now is had after the next job; this one is not touched by it.
        let _ = self.workplace.witness_audit();
        self.tell_unfinished();
    }

    /// Tells what is unfinished; while somebody is signed in, also for whom the service keeps it.
    pub fn tell_unfinished(&self) {
        let desk = self.workplace.desk();
        let mut found = desk.look_at_unfinished();
        if let (Ok(jobs), true) = (&mut found, self.session().is_some()) {
            desk.ask_who_began(jobs);
        }
        self.tell(Event::Unfinished(found.map_err(|error| Trouble::from(&error))));
    }

    /// From now on nothing new is begun.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.service.close();
        self.pictures.close();
        self.camera.close();
        self.give_up_at_once();
        for printer in self.printers() {
            printer.lane.close();
            // What was sent is not taken back; its end is asked about when the program runs again.
            printer.leave();
        }
        self.readers().iter().for_each(|reader| reader.lane.close());
    }

    pub fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

/// The content of a lock, also after a fault: nothing here is changed in several steps.
pub fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
