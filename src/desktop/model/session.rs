//! Who is signed in.

use std::time::Duration;

use super::{Model, NoticeKind, NoticeText};
use crate::{
    bench::{Event, Order, Trouble},
    cis2::wire,
    desktop::{dialogs::Dialog, route::Route},
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
        }
        Intent::OpeningFailed(why) => model.session.phase = Phase::OpeningFailed(why),
        Intent::ListOfficers => {
            model.session.trouble = None;
            model.order(Order::ListOfficers);
        }
        Intent::SignIn(officer) => {
            if matches!(model.session.phase, Phase::SignedOut) {
                model.session.trouble = None;
                model.session.phase = Phase::SigningIn(officer.clone());
                model.order(Order::SignIn { officer });
            }
        }
        Intent::SignOut => sign_out(model),
        Intent::SignOutNow => {
            model.order(Order::SignOut);
            session_ended(model);
        }
        Intent::Lock => lock(model),
        Intent::Unlock => {
            if let Phase::Locked(session) = &model.session.phase {
                let officer = session.officer.id.clone();
                model.session.phase = Phase::SigningIn(officer.clone());
                model.order(Order::SignIn { officer });
            }
        }
    }
}

fn sign_out(model: &mut Model) {
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

fn lock(model: &mut Model) {
    if let Phase::SignedIn(session) = &model.session.phase {
        let session = session.clone();
        // A dialogue may hold half a passcode: it goes as if it had been cancelled.
        model.dialogs.clear();
        model.session.phase = Phase::Locked(session);
    }
}

/// Nobody is signed in any more: what belonged to the session leaves the window.
pub fn session_ended(model: &mut Model) {
    model.dialogs.clear();
    model.session.phase = Phase::SignedOut;
    model.find = super::find::State::default();
    model.holder = super::holder::State::default();
    model.photo = super::photo::State::default();
    super::queue::session_ended(model);
    model.issue = super::issue::State::default();
    model.activity = super::activity::State::default();
    model.history = crate::desktop::route::History::default();
    model.order(Order::ListOfficers);
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::Officers(Ok(officers)) => model.session.officers.clone_from(officers),
        Event::Officers(Err(trouble)) => model.session.trouble = Some(trouble.clone()),
        Event::SignedIn(Ok(session)) if matches!(model.session.phase, Phase::SigningIn(_)) => {
            model.session.phase = Phase::SignedIn(session.clone());
            model.session.trouble = None;
            model.notify(NoticeKind::Note, NoticeText::Once("notice-cards-and-sessions"));
            model.order(Order::ListQueue);
            model.order(Order::ListUnfinished);
            let here = model.history.here().clone();
            // Coming back to a locked window shows the place that was left, fresh.
            model.go(if here == Route::Find { Route::Find } else { here });
            model.arrived();
        }
        Event::SignedIn(Err(trouble)) if matches!(model.session.phase, Phase::SigningIn(_)) => {
            model.session.phase = Phase::SignedOut;
            model.session.trouble = Some(trouble.clone());
        }
        Event::SignedOut if model.officer().is_some() => session_ended(model),
        _ => {}
    }
}

/// Nobody touched the window for this long.
pub fn idle_for(model: &mut Model, idle: Duration) {
    let minutes = u64::from(model.preferences.lock_after_minutes);
    if minutes > 0 && idle >= Duration::from_secs(minutes * 60) && !model.work.is_running() {
        lock(model);
    }
}
