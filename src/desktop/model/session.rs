//! Who is signed in.

mod own_card;

use std::time::Duration;

pub use own_card::{Seen, WhyNot, ask_passcode, seen, seen_of, typed, withdrawn};

use super::{Model, NoticeKind, NoticeText};
use crate::{
    bench::{Event, Order, Trouble},
    cis2::wire,
    desktop::dialogs::Dialog,
    domain::{Officer, OfficerId},
};

/// Where signing in stands.
#[derive(Debug, Clone, Default)]
pub enum Phase {
    /// The workstation is being put together.
    #[default]
    Opening,
    /// It could not be; why, and what to do.
    OpeningFailed(String),
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is being signed in.
    SigningIn(OfficerId),
    /// Somebody is signed in.
    SignedIn(wire::Session),
    /// Somebody is signed in, and the window waits for them to come back.
    Locked(wire::Session),
}

/// Sign-in.
#[derive(Debug, Default)]
pub struct State {
    /// Where it stands.
    pub phase: Phase,
    /// Who may sign in.
    pub officers: Vec<wire::TrainingOfficer>,
    /// Why the last attempt failed.
    pub trouble: Option<Trouble>,
    /// What went wrong with a card that was to sign in.
    pub card_trouble: Option<Trouble>,
    /// Whether the sign-in page leaves the keyboard alone: a passcode was being typed when its card went away, and what is
    /// still typed was meant for it.
    pub keyboard_rests: bool,
    /// The reader of the card that is signing in at this moment.
    pub card_reader: Option<String>,
    /// Why the last session ended, where its officer did not end it.
    pub lost: Option<Trouble>,
    /// How the window came to be locked.
    pub locked_by: LockedBy,
    /// The session that a locked window waits for, while its officer signs in again.
    returning: Option<wire::Session>,
}

/// How a window came to be locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LockedBy {
    /// The officer asked for it.
    #[default]
    Officer,
    /// Nobody used it for so many minutes.
    Idle(u16),
}

impl State {
    /// The officer at work.
    #[must_use]
    pub fn officer(&self) -> Option<&Officer> {
        match &self.phase {
            Phase::SignedIn(session) => Some(&session.officer),
            _ => None,
        }
    }

    /// The session at work.
    #[must_use]
    pub fn session(&self) -> Option<&wire::Session> {
        match &self.phase {
            Phase::SignedIn(session) => Some(session),
            _ => None,
        }
    }

    /// Who may sign in, the one who signed in last at this computer first.
    pub fn officers_for<'a>(
        &'a self,
        last: Option<&'a str>,
    ) -> impl Iterator<Item = &'a wire::TrainingOfficer> + use<'a> {
        let is_last = move |known: &&wire::TrainingOfficer| last == Some(known.officer.id.as_str());
        let others = self.officers.iter().filter(move |known| !is_last(known));
        self.officers.iter().filter(is_last).chain(others)
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// The workstation was put together.
    Opened,
    /// It could not be.
    OpeningFailed(String),
    /// Ask again who may sign in.
    ListOfficers,
    /// Sign in as this officer.
    SignIn(OfficerId),
    /// Sign in with the officer's own card, which is in this reader.
    WithCard(String),
    /// Sign out; asks first when work is open.
    SignOut,
    /// Sign out without asking.
    SignOutNow,
    /// Lock the window.
    Lock,
    /// Come back to a locked window.
    Unlock,
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Opened => {
            model.session.phase = Phase::SignedOut;
            model.order(Order::ListOfficers);
            // What was left unfinished is said before anybody signs in; the journal alone knows it.
            model.order(Order::ListQueue);
            model.order(Order::ListUnfinished);
        }
        Intent::OpeningFailed(why) => model.session.phase = Phase::OpeningFailed(why),
        Intent::ListOfficers => {
            model.session.trouble = None;
            model.order(Order::ListOfficers);
        }
        Intent::SignIn(officer) => {
            if matches!(model.session.phase, Phase::SignedOut) {
                sign_in(model, officer);
            }
        }
        Intent::WithCard(reader) => own_card::sign_in(model, &reader),
        Intent::SignOut => sign_out(model),
        Intent::SignOutNow => {
            model.order(Order::SignOut);
            session_ended(model);
        }
        Intent::Lock => lock(model, LockedBy::Officer),
        Intent::Unlock => {
            // A session that was begun with a card is not gone on with by a name.
            if let Phase::Locked(session) = &model.session.phase
                && session.card.is_none()
            {
                let session = session.clone();
                sign_in(model, session.officer.id);
            }
        }
    }
}

fn sign_in(model: &mut Model, officer: OfficerId) {
    begins(model, officer.clone());
    model.order(Order::SignIn { officer });
}

fn begins(model: &mut Model, officer: OfficerId) {
    if let Phase::Locked(session) = &model.session.phase {
        model.session.returning = Some(session.clone());
    }
    model.session.trouble = None;
    model.session.card_trouble = None;
    model.session.keyboard_rests = false;
    model.session.card_reader = None;
    model.session.lost = None;
    model.session.phase = Phase::SigningIn(officer);
}

fn sign_out(model: &mut Model) {
    // A locked window says itself what is open, and asks nothing twice.
    if matches!(model.session.phase, Phase::Locked(_)) {
        return update(model, Intent::SignOutNow);
    }
    if model.officer().is_none() {
        return;
    }
    if model.work.is_running() {
        model.dialogs.push_back(Dialog::sign_out_with_open_work());
    } else if super::photo::asks_first(model, None, crate::desktop::intent::Intent::Session(Intent::SignOutNow)) {
        // The officer decides about the photo first.
    } else {
        update(model, Intent::SignOutNow);
    }
}

fn lock(model: &mut Model, by: LockedBy) {
    if let Phase::SignedIn(session) = &model.session.phase {
        let session = session.clone();
        // A dialogue may hold half a passcode: it goes as if it had been cancelled.
        crate::desktop::dialogs::cancel_all(model);
        model.session.phase = Phase::Locked(session);
        model.session.locked_by = by;
        model.session.trouble = None;
        model.session.card_trouble = None;
    }
}

/// Nobody is signed in any more: what belonged to the session leaves the window.
pub fn session_ended(model: &mut Model) {
    crate::desktop::dialogs::cancel_all(model);
    // What was told to one officer is not shown to the next.
    model.notices.clear();
    model.session.phase = Phase::SignedOut;
    model.session.card_trouble = None;
    model.session.returning = None;
    model.find = super::find::State::default();
    model.holder = super::holder::State::default();
    super::photo::camera::close(model);
    model.photo = super::photo::State::default();
    super::queue::session_ended(model);
    super::unfinished::session_ended(model);
    model.issue = super::issue::State::default();
    model.activity = super::activity::State::default();
    model.service = super::service::State::default();
    model.history = crate::desktop::route::History::default();
    model.order(Order::ListOfficers);
}

/// The service does not know the session any more. A locked window stays locked: whoever continues signs in anyway.
pub fn session_lost(model: &mut Model, trouble: &Trouble) {
    if model.officer().is_some() {
        session_ended(model);
        model.session.lost = Some(trouble.clone());
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    own_card::on_event(model, event);
    match event {
        Event::Officers(Ok(officers)) => {
            model.session.officers.clone_from(officers);
            model.session.trouble = None;
        }
        Event::Officers(Err(trouble)) => model.session.trouble = Some(trouble.clone()),
        Event::SignedIn(Ok(session)) if matches!(model.session.phase, Phase::SigningIn(_)) => {
            model.session.phase = Phase::SignedIn(session.clone());
            model.session.trouble = None;
            model.session.card_reader = None;
            model.session.lost = None;
            model.session.returning = None;
            let officer = session.officer.id.as_str().to_owned();
            model.prefer(|p| p.last_officer = Some(officer));
            model.notify(NoticeKind::Note, NoticeText::Once("notice-cards-and-sessions"));
            model.order(Order::ListQueue);
            model.order(Order::ListUnfinished);
            // Coming back to a locked window shows the place that was left, fresh.
            model.arrived();
        }
        Event::SignedIn(Err(trouble)) if matches!(model.session.phase, Phase::SigningIn(_)) => {
            // Whoever cannot come back to a locked window finds it locked, with everything they left.
            let returning = model.session.returning.take();
            model.session.phase = returning.map_or(Phase::SignedOut, Phase::Locked);
            match model.session.card_reader.take() {
                Some(_) => model.session.card_trouble = Some(trouble.clone()),
                None => model.session.trouble = Some(trouble.clone()),
            }
        }
        Event::SignedOut if model.officer().is_some() => session_ended(model),
        _ => {}
    }
}

/// Nobody touched the window for this long.
pub fn idle_for(model: &mut Model, idle: Duration) {
    let minutes = u64::from(model.preferences.lock_after_minutes);
    if minutes > 0 && idle >= Duration::from_secs(minutes * 60) && !model.work.is_running() {
        lock(model, LockedBy::Idle(model.preferences.lock_after_minutes));
    }
}
