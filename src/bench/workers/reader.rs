//! The worker of one reader: it recognises what is in it and does the card work on it, one after the other.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use super::{
    at_once,
    card_work::{self, CardJob},
    common::{Common, locked},
    lane::Lane,
    offline::{self, Conversation},
    question::Question,
    recognise::{self, Seen},
    teller::serve,
};
use crate::{
    bench::{
        event::{Event, ReaderCondition, ReaderView, Trouble},
        offline::OfflineOrder,
        order::{TrainingCardMove, WorkId},
    },
    card::{
        piv::Piv,
        reader::{Access, Presence, ReaderError},
        recognise as recognising,
        transport::{ExchangeRecord, layered},
    },
    domain::CardSerial,
    operations::{KnownCard, OperationError},
    training::{TrainingStock, readers::TrainingCardError},
};

/// Orders that may wait: the newest presence, one piece of work, one look, and moves of a training card.
const MOST_ORDERS: usize = 16;

/// What the worker of a reader does.
pub enum ReaderOrder {
    /// What is in it changed.
    Presence(Presence),
    /// It was unplugged.
    Gone,
    /// The card is looked at again.
    LookAgain,
    /// A card is moved; for training readers.
    Move(TrainingCardMove),
    /// Work on the card.
    Work(CardJob),
    /// What is said about a card on the telephone, and the work that follows from it.
    Talk(WorkId, OfflineOrder),
}

impl ReaderOrder {
    /// Whether a newer one of its kind takes its place.
    pub fn is_presence(&self) -> bool {
        matches!(self, Self::Presence(_) | Self::Gone)
    }

    fn question(&self) -> Question {
        match self {
            Self::Work(job) => Question::Work(job.work()),
            Self::Move(_) => Question::Training,
            Self::Talk(work, _) => Question::Offline(*work),
            _ => Question::Nobody,
        }
    }
}

/// One reader.
pub struct ReaderDesk {
    /// Its name.
    pub name: String,
    /// Whether it is a training reader.
    pub training: bool,
    /// Orders for its worker.
    pub lane: Lane<ReaderOrder>,
    state: Mutex<State>,
    /// Whether it was empty since a card in it was seen last.
    emptied: AtomicBool,
    conversation: Mutex<Option<Conversation>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    /// The work it is taken for, from the order on.
    occupied: Option<WorkId>,
    /// The card recognised in it.
    serial: Option<CardSerial>,
    /// What was learnt of it then, for the work that follows.
    known: Option<Box<KnownCard>>,
}

impl ReaderDesk {
    /// Makes the worker of a reader that appeared for the first time.
    pub fn start(common: &Arc<Common>, name: &str) -> std::io::Result<Arc<Self>> {
        let training = &common.workplace.bench.training;
        let reader = Arc::new(Self {
            name: name.to_owned(),
            training: training.is_some() && crate::training::readers::NAMES.contains(&name),
            lane: Lane::new(MOST_ORDERS),
            state: Mutex::default(),
            emptied: AtomicBool::new(false),
            conversation: Mutex::default(),
            thread: Mutex::default(),
        });
        let worker = Worker { common: Arc::clone(common), reader: Arc::downgrade(&reader) };
        let spawned = thread::Builder::new().name(format!("reader {name}")).spawn(move || worker.run())?;
        *locked(&reader.thread) = Some(spawned);
        common.add_reader(Arc::clone(&reader));
        Ok(reader)
    }

    /// Takes the reader for a piece of work and orders it, or says why not when the reader works already.
    pub fn give(&self, job: CardJob) -> Result<(), Trouble> {
        self.occupy(job.work())?;
        self.lane.force(ReaderOrder::Work(job));
        Ok(())
    }

    /// Orders something about a card that is unlocked by telephone. What needs the card takes the reader for it.
    pub fn talk(&self, work: WorkId, order: OfflineOrder) -> Result<(), Trouble> {
        if order.needs_card() {
            self.occupy(work)?;
        }
        self.lane.force(ReaderOrder::Talk(work, order));
        Ok(())
    }

    /// Takes the reader for a piece of work, or says why not.
    pub fn occupy(&self, work: WorkId) -> Result<(), Trouble> {
        let mut state = locked(&self.state);
        if state.occupied.is_some() {
            return Err(Trouble::unchanged(format!(
                "a card is being worked on in “{}”: wait until that is finished, or use another reader; nothing was changed",
                self.name
            )));
        }
        state.occupied = Some(work);
        Ok(())
    }

    /// The card was taken out: the next one is put in.
    pub fn was_emptied(&self) {
        self.emptied.store(true, Ordering::Release);
    }

    /// The work it is taken for.
    pub fn occupied(&self) -> Option<WorkId> {
        locked(&self.state).occupied
    }

    /// Gives the reader free for the next work.
    pub fn release(&self) {
        locked(&self.state).occupied = None;
    }

    /// The card in it is gone, or may be another one.
    fn forget(&self) {
        let mut state = locked(&self.state);
        (state.serial, state.known) = (None, None);
    }

    /// Whether this card was recognised in it.
    pub fn holds(&self, serial: &CardSerial) -> bool {
        locked(&self.state).serial.as_ref() == Some(serial)
    }

    /// What was learnt of the card when it was looked at last.
    pub fn known(&self) -> Option<KnownCard> {
        locked(&self.state).known.as_deref().cloned()
    }

    /// What is said on the telephone about the card in it.
    pub fn conversation(&self) -> MutexGuard<'_, Option<Conversation>> {
        locked(&self.conversation)
    }

    /// Waits for the worker to end what it has in hand; its lane must be closed.
    pub fn join(&self) {
        let thread = locked(&self.thread).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

struct Worker {
    common: Arc<Common>,
    reader: Weak<ReaderDesk>,
}

impl Worker {
    fn run(&self) {
        // Readers are kept until every worker has ended.
        let Some(reader) = self.reader.upgrade() else { return };
        serve(&reader.lane, &self.common.teller, ReaderOrder::question, |order| self.carry_out(&reader, order));
    }

    fn carry_out(&self, reader: &ReaderDesk, order: ReaderOrder) {
        match order {
            ReaderOrder::Gone => {
                reader.forget();
                self.common.tell(Event::ReaderGone { reader: reader.name.clone() });
            }
            ReaderOrder::Presence(Presence::Empty) => self.tell(reader, ReaderCondition::Empty),
            ReaderOrder::Presence(Presence::Unreadable) => self.tell(reader, ReaderCondition::Unreadable),
            // That another program holds the card may be over by now, or it was this one: trying tells.
            ReaderOrder::Presence(Presence::Present { .. } | Presence::InUse { .. }) => match self.next_card(reader) {
                // It is looked at afterwards.
                Some(job) => self.work(reader, job),
                None => self.look(reader),
            },
            ReaderOrder::LookAgain => self.look_again(reader),
            ReaderOrder::Move(card) => self.move_card(reader, &card),
            ReaderOrder::Talk(work, order) if order.needs_card() => {
                self.tell(reader, ReaderCondition::InWork(work));
                offline::with_card(&self.common, reader, work, order);
                self.look_again(reader);
            }
            ReaderOrder::Talk(work, order) => offline::without_card(&self.common, reader, work, order),
            ReaderOrder::Work(job) => self.work(reader, job),
        }
    }

    fn work(&self, reader: &ReaderDesk, job: CardJob) {
        self.tell(reader, ReaderCondition::InWork(job.work()));
        card_work::carry_out(&self.common, reader, job);
        self.look_again(reader);
    }

    /// The work that waits for the card that was just put in. That another program let go of a card that was in already is
    /// no such card.
    fn next_card(&self, reader: &ReaderDesk) -> Option<CardJob> {
        if reader.lane.holds(ReaderOrder::is_presence) || !reader.emptied.swap(false, Ordering::AcqRel) {
            return None;
        }
        at_once::for_this(&self.common, reader)
    }

    /// Recognises the card, unless a newer presence waits already.
    fn look(&self, reader: &ReaderDesk) {
        if reader.lane.holds(ReaderOrder::is_presence) {
            return;
        }
        self.tell(reader, ReaderCondition::Reading);
        self.look_and_tell(reader);
    }

    /// Looks at a card that is there already; an empty reader stays told as empty.
    fn look_again(&self, reader: &ReaderDesk) {
        if reader.lane.holds(ReaderOrder::is_presence) {
            return;
        }
        self.look_and_tell(reader);
    }

    fn look_and_tell(&self, reader: &ReaderDesk) {
        let same = locked(&reader.state).serial.clone();
        match recognise::look(&self.common, reader, same.as_ref()) {
            // The newer presence says what is in the reader now.
            _ if reader.lane.holds(ReaderOrder::is_presence) => {}
            Seen::Is(condition, known) => {
                locked(&reader.state).known = known;
                self.tell(reader, condition);
            }
            Seen::NoReader => {}
        }
    }

    fn tell(&self, reader: &ReaderDesk, condition: ReaderCondition) {
        match &condition {
            ReaderCondition::Card(card) | ReaderCondition::OwnCard(card) => {
                locked(&reader.state).serial = Some(card.serial.clone());
            }
            // It is the same card until it was looked at again: what is ordered for it in between waits for that in this
            // reader's lane, and does not search all readers while this one still reads it.
            ReaderCondition::InWork(_) => {}
            _ => reader.forget(),
        }
        self.common.tell(Event::Reader(ReaderView { name: reader.name.clone(), training: reader.training, condition }));
    }

    /// Locks the card of a training reader, for practice.
    fn lock_card(&self, reader: &ReaderDesk) {
        if !reader.training {
            return;
        }
        let in_use = |error: &OperationError| matches!(error, OperationError::Reader(ReaderError::InUse { .. }));
        match recognise::patiently(reader, in_use, || use_tries_up(&self.common, &reader.name)) {
            Ok(()) => self.look_again(reader),
            Err(error) => self.common.tell(Event::TrainingTrouble(Trouble::unchanged(error.to_string()))),
        }
    }

    fn move_card(&self, reader: &ReaderDesk, card: &TrainingCardMove) {
        if *card == TrainingCardMove::Lock {
            return self.lock_card(reader);
        }
        let Some(training) = &self.common.workplace.bench.training else { return };
        let name = reader.name.as_str();
        let moved: Result<(), TrainingCardError> = recognise::patiently(reader, is_in_use, || match card {
            TrainingCardMove::Out => training.take_card_out(name).map(drop),
            TrainingCardMove::Back => training.put_card_back(name).map(drop),
            TrainingCardMove::NewBlank => training.put_new_card(name, TrainingStock::Series10).map(drop),
            TrainingCardMove::NewSeries9 => training.put_new_card(name, TrainingStock::Series9).map(drop),
            TrainingCardMove::NewBlankOfChannel => training.put_new_card(name, TrainingStock::SecureChannel).map(drop),
            TrainingCardMove::Kept(serial) => training.put_in(name, serial).map(drop),
            // Nothing is moved: it was done above.
            TrainingCardMove::Lock => Ok(()),
        });
        if let Err(error) = moved {
            self.common.tell(Event::TrainingTrouble(Trouble::unchanged(error.to_string())));
        }
    }
}

/// Uses the tries of a card's passcode up, as a holder does who has forgotten it.
fn use_tries_up(common: &Common, name: &str) -> Result<(), OperationError> {
    let bench = &common.workplace.bench;
    let mut connection = bench.readers.connect(name, Access::Exclusive)?;
    let atr = connection.atr().to_vec();
    let mut done = None;
    let begun = connection.transact(&mut |card| {
        let (link, record) = (recognising::link(), ExchangeRecord::default());
        let mut card = layered(card, &link, &record);
        done = Some(recognising::recognise(&mut card, &atr, &bench.profiles).and_then(|known| {
            Piv::select(&mut card, &known.profile)?.block_passcode()?;
            Ok(())
        }));
    });
    begun.map_err(OperationError::Card)?;
    Ok(done.ok_or(OperationError::NoCard)??)
}

fn is_in_use(error: &TrainingCardError) -> bool {
    matches!(error, TrainingCardError::Reader(ReaderError::InUse { .. }))
}
