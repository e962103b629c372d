//! The window's two moments: taking what happened, and drawing what is so.

use std::time::{Duration, Instant};

use eframe::egui::{self, Context, Ui};
use time::OffsetDateTime;

use super::{
    command::Command,
    intent::Intent,
    model::{Closing, Model, session::Phase},
    preferences::Preferences,
    screens,
    text::Texts,
    theme::{Scheme, Theme},
    view::{Pictures, View},
};
use crate::{
    bench::{Event, Order},
    domain::eligibility::Realm,
};

/// Most events taken before one frame; the rest comes with the next, so that drawing never waits.
const EVENTS_A_FRAME: usize = 256;

/// The workers as the window sees them.
pub trait Crew {
    /// Gives an order; never blocks.
    fn order(&self, order: Order);
    /// The next event, if there is one.
    fn next_event(&self) -> Option<Event>;
}

impl Crew for crate::bench::Workers {
    fn order(&self, order: Order) {
        Self::order(self, order);
    }

    fn next_event(&self) -> Option<Event> {
        Self::next_event(self)
    }
}

/// The window.
pub struct Window {
    /// What is so.
    pub model: Model,
    texts: Texts,
    pictures: Pictures,
    crew: Option<Box<dyn Crew>>,
    applied: Option<(Scheme, u16)>,
    touched: Instant,
}

impl Window {
    /// A window with this model and no workers yet.
    #[must_use]
    pub fn new(model: Model) -> Self {
        Self {
            model,
            texts: Texts::british_english(),
            pictures: Pictures::default(),
            crew: None,
            applied: None,
            touched: Instant::now(),
        }
    }

    /// Gives the window its workers.
    pub fn employ(&mut self, crew: Box<dyn Crew>) {
        self.crew = Some(crew);
        self.model.update(super::model::session::Intent::Opened.into());
        self.send_orders();
    }

    /// Prepares a context once, before its first frame: fonts, and the look of these choices.
    pub fn set_up(context: &Context, preferences: &Preferences) {
        Theme::install_fonts(context);
        Theme::new(preferences.scheme).apply(context, preferences.text_percent);
    }

    /// Takes what the workers told and what time did; also while the window is hidden. Draws nothing.
    pub fn logic(&mut self, context: &Context) {
        let mut taken = 0;
        while taken < EVENTS_A_FRAME
            && let Some(event) = self.crew.as_ref().and_then(|crew| crew.next_event())
        {
            self.model.on_event(&event);
            taken += 1;
        }
        if taken == EVENTS_A_FRAME {
            context.request_repaint();
        }
        if context.input(|input| !input.events.is_empty()) {
            self.touched = Instant::now();
        }
        let idle = self.touched.elapsed();
        self.model.idle_for(idle);
        let minutes = u64::from(self.model.preferences.lock_after_minutes);
        if minutes > 0 && matches!(self.model.session.phase, Phase::SignedIn(_)) {
            // The next look at the clock; nothing is drawn before.
            context.request_repaint_after(
                Duration::from_secs(minutes * 60).saturating_sub(idle).max(Duration::from_secs(1)),
            );
        }
        self.send_orders();
        self.apply_theme(context);
    }

    /// Draws the window and takes what the officer wants.
    pub fn ui(&mut self, ui: &mut Ui) {
        let commands = self.shortcuts(ui.ctx());
        let view = View::new(&self.model, &self.texts, &self.pictures, OffsetDateTime::now_utc());
        name_window(ui.ctx(), &view);
        screens::frame::draw(ui, &view);
        let intents = view.into_intents();
        let changed = !intents.is_empty() || !commands.is_empty();
        for command in commands {
            self.model.update(command.into());
        }
        for intent in intents {
            self.model.update(intent);
        }
        self.close(ui.ctx());
        self.send_orders();
        self.apply_theme(ui.ctx());
        if changed {
            // What was wanted shows in the next frame, and that frame comes now.
            ui.ctx().request_repaint();
        }
    }

    /// Somebody wants the window closed: it stays while something is open, and asks.
    fn close(&mut self, context: &Context) {
        let requested = context.input(|input| input.viewport().close_requested());
        if requested && self.model.closing != Closing::Now {
            self.model.update(Intent::CloseWindow);
            if self.model.closing != Closing::Now {
                context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                context.request_repaint();
            }
        } else if !requested && self.model.closing == Closing::Now {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    /// Shortcuts that were pressed. A dialogue in front keeps the keys for itself, but for help and the size of the text.
    fn shortcuts(&self, context: &Context) -> Vec<Command> {
        let in_dialogue = !self.model.dialogs.is_empty();
        context.input_mut(|input| {
            Command::ALL
                .into_iter()
                .filter(|command| !in_dialogue || command.works_in_dialogues())
                .filter(|command| input.consume_shortcut(&command.shortcut()))
                .collect()
        })
    }

    fn send_orders(&mut self) {
        let orders = self.model.take_orders();
        if let Some(crew) = &self.crew {
            for order in orders {
                crew.order(order);
            }
        }
    }

    fn apply_theme(&mut self, context: &Context) {
        let wanted = (self.model.preferences.scheme, self.model.preferences.text_percent);
        if self.applied != Some(wanted) {
            Theme::new(wanted.0).apply(context, wanted.1);
            self.applied = Some(wanted);
        }
    }
}

/// The window's own name, for those who hear it and for the task bar.
fn name_window(context: &Context, view: &View<'_>) {
    let realm = match view.model.realm {
        Realm::Training => view.texts.get("realm-training"),
        Realm::Integration => view.texts.get("realm-integration"),
        Realm::Live => view.texts.get("realm-live"),
    };
    let title = view.texts.with("app-title-realm", &[("realm", (&realm).into())]);
    // The root of the accessibility tree is made anew without a name for every frame.
    context.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(title.clone()));
    let root = egui::Id::unique("window title");
    if context.data(|data| data.get_temp::<String>(root)).as_ref() != Some(&title) {
        context.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
        context.data_mut(|data| data.insert_temp(root, title));
    }
}
