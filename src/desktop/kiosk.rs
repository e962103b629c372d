//! Self-service in a window of its own: a holder with their card, no officer. Large, plain, and worked by keyboard alone.
//!
//! The [`model`] is pure: what the worker tells and what the holder does go in, orders come out. The [`worker`] has the
//! workplace to itself and does one thing after the other.

mod keys;
pub mod model;
mod screen;
pub mod worker;

use std::{
    sync::mpsc::{Receiver, SyncSender},
    time::{Duration, Instant},
};

use eframe::egui::{Context, Ui};

use self::model::{Event, Intent, Model, Order};
use super::{
    preferences::Preferences,
    text::Texts,
    theme::{Scheme, Theme},
};
use crate::domain::eligibility::Realm;

/// Orders and events that may wait: far more than one person and one reader make.
pub const WAITING: usize = 64;

/// The window of a kiosk.
pub struct Kiosk {
    /// What is so.
    pub model: Model,
    realm: Realm,
    texts: Texts,
    scheme: Scheme,
    orders: SyncSender<Order>,
    events: Receiver<Event>,
    touched: Instant,
}

impl Kiosk {
    /// A kiosk in this world that gives its orders here and hears of what came of them there. After `patience` of nothing it
    /// forgets who stood there.
    #[must_use]
    pub fn new(
        preferences: &Preferences,
        realm: Realm,
        patience: Duration,
        orders: SyncSender<Order>,
        events: Receiver<Event>,
    ) -> Self {
        let scheme = preferences.scheme;
        let model = Model::new(patience);
        let (texts, touched) = (Texts::british_english(), Instant::now());
        Self { model, realm, texts, scheme, orders, events, touched }
    }

    /// Prepares a context once, before its first frame. The text is larger than at a desk: people stand here.
    pub fn set_up(context: &Context, preferences: &Preferences) {
        Theme::install_fonts(context);
        Theme::new(preferences.scheme).apply(context, preferences.text_percent.max(130));
    }

    /// Takes what the worker told and what time did; draws nothing.
    pub fn logic(&mut self, context: &Context) {
        while let Ok(event) = self.events.try_recv() {
            self.touched = Instant::now();
            self.model.on_event(event);
        }
        if context.input(|input| !input.events.is_empty()) {
            self.touched = Instant::now();
        }
        let idle = self.touched.elapsed();
        self.model.idle_for(idle);
        if self.model.stage.waits_for_the_holder() {
            // The next look at the clock; nothing is drawn before.
            context.request_repaint_after(self.model.patience.saturating_sub(idle).max(Duration::from_secs(1)));
        }
        self.send();
    }

    /// Draws the window and takes what the holder wants.
    pub fn ui(&mut self, ui: &mut Ui) {
        let intents: Vec<Intent> = screen::draw(ui, &self.model, &self.texts, (Theme::new(self.scheme), self.realm));
        let changed = !intents.is_empty();
        intents.into_iter().for_each(|intent| self.model.update(intent));
        self.send();
        if changed {
            ui.ctx().request_repaint();
        }
    }

    fn send(&mut self) {
        for order in self.model.take_orders() {
            // A worker that is gone has told so, and one that has fallen so far behind works on no card: drawing never waits.
            let _ = self.orders.try_send(order);
        }
    }
}
