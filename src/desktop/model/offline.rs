//! Unlock by telephone, the side of the desk with the card: its service is silent, and an officer elsewhere answers.
//!
//! Nobody can sign in while the service is silent, so all of it works without an officer. It is about one card and one
//! challenge at a time, and outlives a lock, a sign-in and a sign-out: the card does not care who sits here.

use super::{
    Model,
    work::{Piece, Served},
};
use crate::{
    bench::{
        CardInReader, Event, OfflineBegun, OfflineEnded, OfflineOrder, OfflineTold, Order, ReaderCondition, ReaderView,
        Trouble, Untold, WorkEvent, WorkId,
    },
    desktop::{
        dialogs::{Dialog, PasscodeEntry, Purpose},
        route::Route,
    },
    domain::{CardSerial, JobId, Operation, Passcode, telephone::Response},
};

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// Whether the page is shown while nobody is at work here.
    pub shown: bool,
    /// The card that was chosen.
    pub chosen: Option<CardSerial>,
    /// What is going on, or has just ended.
    pub open: Option<Open>,
    /// Why none could be begun.
    pub trouble: Option<Trouble>,
    /// Completion codes that the service may not have heard, oldest first.
    pub untold: Vec<Untold>,
    /// The beginning that is out, and the reader it is asked of.
    beginning: Option<(WorkId, String)>,
}

/// One unlock, from its challenge to its completion code.
#[derive(Debug, Clone)]
pub struct Open {
    /// Its number; the work on the card has the same.
    pub work: WorkId,
    /// The reader its card was in.
    pub reader: String,
    /// What is read aloud.
    pub begun: OfflineBegun,
    /// What was typed as the response.
    pub response: String,
    /// How far it is.
    pub stage: Stage,
    /// Why the last step came to nothing.
    pub trouble: Option<Trouble>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// The response is waited for.
    Listening,
    /// It is looked at.
    Checking,
    /// It did not fit, and is heard once more. The card has not seen it.
    Misheard,
    /// It fits: the holder chooses a passcode.
    Heard,
    /// The card is worked on, or about to be.
    Working,
    /// It is being given up.
    GivingUp,
    /// The card is left alone from here on.
    Over(OfflineEnded),
}

/// Why the next step cannot be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No card that can be unlocked is in any reader.
    Card,
    /// There are several, and none was chosen.
    Choice,
    /// The response has another number of digits, or something else than digits.
    Response,
    /// The card is in its reader no more.
    CardBack,
    /// An answer is waited for.
    Answer,
}

impl State {
    /// Whether a beginning is waited for.
    #[must_use]
    pub fn is_beginning(&self) -> bool {
        self.beginning.is_some()
    }

    /// The job that people speak about now: it is open, and not left.
    #[must_use]
    pub fn job(&self) -> Option<&JobId> {
        let open = self.open.as_ref().filter(|open| !matches!(open.stage, Stage::Over(_)))?;
        Some(&open.begun.job)
    }

    /// The codes of others than the one that is shown.
    pub fn other_codes(&self) -> impl Iterator<Item = &Untold> {
        let shown = self.open.as_ref().map(|open| &open.begun.job);
        self.untold.iter().filter(move |untold| Some(&untold.job) != shown)
    }
}

/// What somebody at this desk wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Come here.
    Show,
    /// Go away from here; what is open stays.
    Leave,
    /// This card is meant.
    Choose(CardSerial),
    /// Come here with this card.
    With(CardSerial),
    /// Make a challenge for it.
    Begin,
    /// This was typed as the response.
    Response(String),
    /// Does it fit?
    Check,
    /// The holder chooses a passcode.
    Passcode,
    /// Give it up: nothing on the card was changed.
    GiveUp,
    /// What has ended was read.
    Close,
}

/// The cards that can be unlocked: somebody's, and not the officer's own as far as that is known.
pub fn cards(model: &Model) -> impl Iterator<Item = (&ReaderView, &CardInReader)> {
    model.bench.cards().filter(|(_, card)| card.has_certificates)
}

/// The card that is meant: the one that was chosen, or the only one.
#[must_use]
pub fn chosen(model: &Model) -> Option<(&ReaderView, &CardInReader)> {
    let picked = model.offline.chosen.as_ref();
    let by_choice = cards(model).find(|(_, card)| picked == Some(&card.serial));
    by_choice.or_else(|| {
        let mut all = cards(model);
        all.next().filter(|_| all.next().is_none())
    })
}

/// Why none can be begun now, if it cannot.
#[must_use]
pub fn keeps_from_beginning(model: &Model) -> Option<Missing> {
    if model.offline.is_beginning() {
        return Some(Missing::Answer);
    }
    match chosen(model) {
        Some(_) => None,
        None if cards(model).next().is_some() => Some(Missing::Choice),
        None => Some(Missing::Card),
    }
}

/// Why a response cannot be looked at, if it cannot.
#[must_use]
pub fn keeps_from_checking(open: &Open) -> Option<Missing> {
    match open.stage {
        Stage::Listening | Stage::Misheard => open.response.parse::<Response>().is_err().then_some(Missing::Response),
        _ => Some(Missing::Answer),
    }
}

/// Why the holder cannot choose a passcode now, if they cannot.
#[must_use]
pub fn keeps_from_choosing(model: &Model, open: &Open) -> Option<Missing> {
    if open.stage != Stage::Heard {
        return Some(Missing::Answer);
    }
    card_of(model, open).is_none().then_some(Missing::CardBack)
}

/// The card it is about, where it lies in the reader it was begun in.
#[must_use]
pub fn card_of<'a>(model: &'a Model, open: &Open) -> Option<&'a CardInReader> {
    let reader = model.bench.reader(&open.reader)?;
    match &reader.condition {
        ReaderCondition::Card(card) if card.serial == open.begun.serial => Some(card),
        _ => None,
    }
}

/// Whether another card lies in its reader.
#[must_use]
pub fn is_swapped(model: &Model, open: &Open) -> bool {
    let condition = model.bench.reader(&open.reader).map(|reader| &reader.condition);
    match condition {
        Some(ReaderCondition::Card(card) | ReaderCondition::OwnCard(card)) => card.serial != open.begun.serial,
        Some(ReaderCondition::Unknown { .. }) => true,
        _ => false,
    }
}

/// Whether it may be given up: nothing on the card was changed.
#[must_use]
pub fn may_give_up(open: &Open) -> bool {
    matches!(open.stage, Stage::Listening | Stage::Checking | Stage::Misheard | Stage::Heard)
}

/// Whether it has ended, and so has the work on its card.
#[must_use]
pub fn is_over(model: &Model, open: &Open) -> bool {
    match model.work.all.get(&open.work) {
        Some(piece) => piece.end.is_some(),
        None => matches!(open.stage, Stage::Over(_)),
    }
}

/// The page is shown.
pub fn arrived(model: &mut Model) {
    model.order(Order::ListUntold);
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Show => show(model),
        Intent::Leave => leave(model),
        Intent::Choose(serial) => {
            model.offline.chosen = Some(serial);
            model.offline.trouble = None;
        }
        Intent::With(serial) => {
            model.offline.chosen = Some(serial);
            model.offline.trouble = None;
            show(model);
        }
        Intent::Begin => begin(model),
        Intent::Response(typed) => {
            if let Some(open) = &mut model.offline.open
                && matches!(open.stage, Stage::Listening | Stage::Misheard)
            {
                open.response = typed;
                open.stage = Stage::Listening;
            }
        }
        Intent::Check => check(model),
        Intent::Passcode => ask_passcode(model),
        Intent::GiveUp => {
            if let Some(open) = model.offline.open.as_mut().filter(|open| may_give_up(open)) {
                open.stage = Stage::GivingUp;
                let (work, reader) = (open.work, open.reader.clone());
                model.order(Order::Offline { work, reader, order: OfflineOrder::GiveUp });
            }
        }
        Intent::Close => {
            if model.offline.open.as_ref().is_some_and(|open| is_over(model, open)) {
                model.offline.open = None;
                model.order(Order::ListUntold);
            }
        }
    }
}

fn show(model: &mut Model) {
    if model.officer().is_some() {
        model.go(Route::Offline);
        return;
    }
    model.offline.shown = true;
    arrived(model);
}

fn leave(model: &mut Model) {
    model.offline.shown = false;
    if model.officer().is_none() {
        // By now the service may answer, and who may sign in is shown.
        model.order(Order::ListOfficers);
    } else if *model.history.here() == Route::Offline {
        model.go(Route::Service);
    }
}

fn begin(model: &mut Model) {
    let over = model.offline.open.as_ref().is_none_or(|open| is_over(model, open));
    if !over || keeps_from_beginning(model).is_some() {
        return;
    }
    let Some((reader, serial)) = chosen(model).map(|(reader, card)| (reader.name.clone(), card.serial.clone())) else {
        return;
    };
    let work = model.new_work();
    model.offline.open = None;
    model.offline.trouble = None;
    model.offline.beginning = Some((work, reader.clone()));
    model.order(Order::Offline { work, reader, order: OfflineOrder::Begin { serial } });
}

fn check(model: &mut Model) {
    let Some(open) = &mut model.offline.open else { return };
    let Ok(response) = open.response.parse::<Response>() else { return };
    if keeps_from_checking(open).is_some() {
        return;
    }
    open.stage = Stage::Checking;
    open.trouble = None;
    let (work, reader) = (open.work, open.reader.clone());
    model.order(Order::Offline { work, reader, order: OfflineOrder::Hear { response } });
}

fn ask_passcode(model: &mut Model) {
    let Some(open) = model.offline.open.clone() else { return };
    if keeps_from_choosing(model, &open).is_some() {
        return;
    }
    let OfflineBegun { holder, serial, rules, .. } = open.begun;
    // The certificate has a number and no name. An officer at work may have looked the card up before the service fell
    // silent; nobody else is told a name.
    let known = model.bench.cards().find(|(_, card)| card.serial == serial).filter(|_| model.officer().is_some());
    let name = known.and_then(|(_, card)| card.holder.as_ref()).map(|holder| holder.printed_name().to_owned());
    let id = model.new_number();
    let entry = PasscodeEntry::new(id, holder, name.unwrap_or_default(), (open.reader, serial), rules);
    model.dialogs.push_back(Dialog::Passcode(Box::new(entry.asked_for(Purpose::Offline(open.work), None))));
}

/// The holder has typed a passcode.
pub fn typed(model: &mut Model, work: WorkId, new: Option<Passcode>) {
    let Some(new) = new else { return };
    let Some(open) = model.offline.open.as_mut().filter(|open| open.work == work && open.stage == Stage::Heard) else {
        return;
    };
    open.stage = Stage::Working;
    open.trouble = None;
    let reader = open.reader.clone();
    model.order(Order::Offline { work, reader, order: OfflineOrder::Unlock { new } });
}

/// Takes an event. It is told before the area of work takes it: work on the card is a piece of work like any other.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::Offline { work, told } => on_told(model, *work, told),
        Event::Work { work, event: WorkEvent::Begun { .. } } => {
            if let Some(open) = model.offline.open.as_ref().filter(|open| open.work == *work) {
                let known = model.bench.cards().find(|(_, card)| card.serial == open.begun.serial);
                let holder = known.and_then(|(_, card)| card.holder.clone());
                let mut piece = Piece::new(Operation::Unlock, holder, Some(open.reader.clone()));
                piece.served = Some(Served::Plainly);
                model.work.all.insert(*work, piece);
            }
        }
        Event::Untold(Ok(untold)) => model.offline.untold.clone_from(untold),
        // Whoever comes to this desk finds it where it was left.
        Event::SignedIn(Ok(_)) => {
            model.offline.shown = false;
            if model.officer().is_some() && model.offline.open.is_some() {
                model.go(Route::Offline);
            }
        }
        _ => {}
    }
}

fn on_told(model: &mut Model, work: WorkId, told: &OfflineTold) {
    if let Some((beginning, reader)) = model.offline.beginning.clone()
        && beginning == work
    {
        model.offline.beginning = None;
        match told {
            OfflineTold::Begun(begun) => {
                let begun = (**begun).clone();
                let stage = Stage::Listening;
                model.offline.open = Some(Open { work, reader, begun, response: String::new(), stage, trouble: None });
            }
            OfflineTold::Failed(trouble) => model.offline.trouble = Some(trouble.clone()),
            OfflineTold::Heard | OfflineTold::Misheard | OfflineTold::Ended(_) => {}
        }
        return;
    }
    let Some(open) = model.offline.open.as_mut().filter(|open| open.work == work) else { return };
    match told {
        OfflineTold::Heard => open.stage = Stage::Heard,
        OfflineTold::Misheard => open.stage = Stage::Misheard,
        OfflineTold::Ended(ended) => open.stage = Stage::Over(ended.clone()),
        OfflineTold::Failed(trouble) => {
            // What was begun stands as it was.
            open.stage = match open.stage {
                Stage::Checking => Stage::Listening,
                Stage::Working => Stage::Heard,
                _ => open.stage.clone(),
            };
            open.trouble = Some(trouble.clone());
        }
        OfflineTold::Begun(_) => {}
    }
}
