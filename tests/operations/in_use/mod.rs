//! Operations on cards in use: a bench whose clock can be set, one way to run each of them, and the judgement of a card
//! after whatever happened to it.

mod card_in_to_done;
mod cut;
mod damage;
pub mod judge;
mod killed;
mod limits;
mod looks;
mod races;
mod refused;
mod tampering;
mod trial;
mod works;

use std::sync::{Arc, Mutex, PoisonError};

use cardwright::{
    card::{profile::RenewalKeys, reader::CardReaders},
    cis2::{
        HttpService,
        wire::{Chip, DeliverySaid, KeysWanted},
    },
    domain::{CancelReason, CardSerial, Operation, Passcode, PasscodeRules, Secret},
    gateway::{Clock, Gateway, GatewayConfig, RunningGateway},
    journal::Journal,
    operations::{CardReport, CardWish, Desk, Ending, OperationError, issue::PasscodeChoice},
};
use time::{Duration, OffsetDateTime};

use crate::{
    desk::{self, Make, READER},
    kills::Sweep,
};

/// What is done to a card, and with which of the choices there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Of a card that three wrong tries have locked.
    Unlock,
    /// The same, of a card that was looked at just before: what was learnt then is not asked again.
    UnlockSeen,
    /// Of a card whose holder has forgotten the passcode.
    UnlockForgotten,
    /// Of a card that was issued locked: its holder has it in hand now, and the officer says so.
    UnlockDelivered,
    ChangePasscode,
    Clear,
    Cancel,
    RepairWithHolder,
    RepairLeftLocked,
    RenewNewKeys,
    RenewSameKeys,
}

impl Task {
    pub const ALL: [Self; 11] = [
        Self::Unlock,
        Self::UnlockSeen,
        Self::UnlockForgotten,
        Self::UnlockDelivered,
        Self::ChangePasscode,
        Self::Clear,
        Self::Cancel,
        Self::RepairWithHolder,
        Self::RepairLeftLocked,
        Self::RenewNewKeys,
        Self::RenewSameKeys,
    ];

    pub fn operation(self) -> Operation {
        match self {
            Self::Unlock | Self::UnlockSeen | Self::UnlockForgotten | Self::UnlockDelivered => Operation::Unlock,
            Self::ChangePasscode => Operation::ChangePasscode,
            Self::Clear => Operation::Clear,
            Self::Cancel => Operation::Cancel,
            Self::RepairWithHolder | Self::RepairLeftLocked => Operation::Repair,
            Self::RenewNewKeys | Self::RenewSameKeys => Operation::Renew,
        }
    }

    /// Whether the card is locked before it.
    pub fn begins_locked(self) -> bool {
        matches!(self, Self::Unlock | Self::UnlockSeen)
    }

    pub fn renews(self) -> bool {
        self.operation() == Operation::Renew
    }

    /// Where its cuts and kills are a sample: one place of three where there are few, one of seven where there are many; each
    /// task begins at another one.
    pub fn sampled(self) -> Sweep {
        match self.operation() {
            Operation::Unlock | Operation::ChangePasscode => Sweep::of_few(self as u32),
            _ => Sweep::of_many(self as u32),
        }
    }
}

/// More tries than any card grants: the counter has four bits (SP 800-73-4 part 2, 3.2.1).
const MOST_TRIES: usize = 16;

/// The passcode a holder takes when they may choose a new one.
pub fn new_passcode() -> Passcode {
    digits(b"905172")
}

pub fn digits(text: &[u8]) -> Passcode {
    Passcode::shaped(Secret::new(text.to_vec()), PasscodeRules::default()).expect("digits")
}

/// A clock that is set to any moment: certificates are made long ago and renewed today.
#[derive(Debug)]
pub struct SetClock(Mutex<OffsetDateTime>);

impl SetClock {
    pub fn set(&self, at: OffsetDateTime) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for SetClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So long ago were the certificates made of a card that has 30 days left: they live for three years.
pub fn long_ago(now: OffsetDateTime) -> OffsetDateTime {
    now.replace_year(now.year() - 3).unwrap_or(now) + Duration::days(30)
}

/// A workstation and a gateway whose clock is set.
pub struct Bench {
    pub folder: tempfile::TempDir,
    pub gateway: RunningGateway,
    pub clock: Arc<SetClock>,
    pub now: OffsetDateTime,
    pub service: HttpService,
    pub journal: Journal,
    pub profiles: cardwright::card::profile::Profiles,
}

impl Bench {
    pub fn new(task: Task) -> Self {
        Self::with(task, |_| {})
    }

    pub fn with(task: Task, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let folder = desk::quick_folder();
        let now = OffsetDateTime::now_utc();
        let clock = Arc::new(SetClock(Mutex::new(now)));
        let mut config = desk::gateway_config_for(&folder.path().join("gateway"), 200);
        config.clock = clock.clone();
        config.renewal_keys = renewal_keys(task);
        change(&mut config);
        let gateway = Gateway::start(config).expect("a gateway");
        let service = desk::signed_in(&gateway.url());
        let journal = Journal::open(&folder.path().join("desk")).expect("a journal");
        Self { folder, gateway, clock, now, service, journal, profiles: profiles(task) }
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("gateway")
    }

    pub fn desk<'a>(&'a self, readers: &'a dyn CardReaders) -> Desk<'a> {
        desk::desk(&self.service, readers, &self.profiles, &self.journal)
    }

    /// Makes a card ready for a task: issued, where it is to be renewed long ago, and locked where it is to be unlocked.
    pub fn ready(&self, task: Task, number: u16, readers: &dyn CardReaders) {
        self.clock.set(if task.renews() { long_ago(self.now) } else { self.now });
        let choice = match task {
            Task::UnlockDelivered => PasscodeChoice::LeftLocked,
            _ => PasscodeChoice::ChosenByHolder,
        };
        let issued = desk::issue(&self.desk(readers), desk::holder(number), choice);
        assert_eq!(issued.expect("prepared").ending, Ending::Done, "{task:?}");
        self.clock.set(self.now);
        // Locked by its holder's wrong tries at the desk, so that the record says so too.
        for _ in 0..MOST_TRIES {
            if !task.begins_locked() || judge::tries_of(readers) == 0 {
                return;
            }
            let desk = self.desk(readers);
            let preflight = desk.prepare_on_card(&wish(Task::ChangePasscode)).expect("prepared");
            desk.change_passcode(preflight, digits(b"000000"), new_passcode(), &mut |_| {}).expect("begun");
        }
        assert_eq!(judge::tries_of(readers), 0, "{task:?}: it is locked after {MOST_TRIES} wrong tries");
    }
}

/// What a gateway allows for a task.
pub fn renewal_keys(task: Task) -> cardwright::gateway::RenewalKeys {
    let keys = if task == Task::RenewSameKeys { KeysWanted::Same } else { KeysWanted::New };
    cardwright::gateway::RenewalKeys::all(keys)
}

/// Quick profiles, renewing as the task wants it.
pub fn profiles(task: Task) -> cardwright::card::profile::Profiles {
    let mut profiles = desk::quick_profiles();
    for mut profile in profiles.all().to_vec() {
        profile.renewal.keys = if task == Task::RenewSameKeys { RenewalKeys::Same } else { RenewalKeys::New };
        profiles.add(profile);
    }
    profiles
}

pub fn wish(task: Task) -> CardWish {
    let reason = (task == Task::Cancel).then_some(CancelReason::Damaged);
    let delivery = if task == Task::UnlockDelivered { DeliverySaid::Confirmed } else { DeliverySaid::NotSaid };
    CardWish { reason, delivery, reader: Some(READER.into()), chip: Chip::InReader, ..CardWish::new(task.operation()) }
}

/// Prepares and runs a task.
pub fn run(desk: &Desk<'_>, task: Task) -> Result<CardReport, OperationError> {
    run_wish(desk, task, &wish(task))
}

pub fn run_wish(desk: &Desk<'_>, task: Task, wish: &CardWish) -> Result<CardReport, OperationError> {
    let tell = &mut |_: &_| {};
    match task {
        Task::Unlock | Task::UnlockForgotten | Task::UnlockDelivered => {
            desk.unlock(desk.prepare_on_card(wish)?, new_passcode(), tell)
        }
        Task::UnlockSeen => {
            let known = desk.look_at_card(wish.reader.as_deref())?.known;
            assert!(known.is_some(), "a card that was read closely is known");
            desk.unlock(desk.prepare_on_card(&CardWish { known, ..wish.clone() })?, new_passcode(), tell)
        }
        Task::ChangePasscode => {
            desk.change_passcode(desk.prepare_on_card(wish)?, desk::passcode(), new_passcode(), tell)
        }
        Task::Clear => desk.clear(desk.prepare_on_card(wish)?, tell),
        Task::Cancel => desk.cancel(desk.prepare_on_card(wish)?, tell),
        Task::RepairWithHolder => desk.repair(desk.prepare_recertify(wish)?, Some(new_passcode()), tell),
        Task::RepairLeftLocked => desk.repair(desk.prepare_recertify(wish)?, None, tell),
        Task::RenewNewKeys | Task::RenewSameKeys => desk.renew(desk.prepare_recertify(wish)?, desk::passcode(), tell),
    }
}

/// A card of a make, as it left the factory, and its serial.
pub fn card(make: Make, number: u16) -> (Box<dyn CardReaders>, CardSerial) {
    (desk::card(make, number), desk::serial(make, number))
}
