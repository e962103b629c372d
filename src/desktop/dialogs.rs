//! Dialogues. They queue, so that a new one never slides under a finger; only the one in front is drawn. Each owns one
//! answer, and closing it in any other way is a cancel.

mod confirm;
mod end_card;
mod export;
mod help_note;
mod name_reader;
mod palette;
mod passcode;
mod photo_reason;
pub mod prove;
mod reason;
mod repair;
mod shortcuts;
mod training_reader;

use eframe::egui::{self, Id, Modal};

pub use confirm::Confirm;
pub use end_card::{EndCard, Wish as EndCardWish};
pub use export::Export;
pub use name_reader::NameReader;
pub use palette::Palette;
pub use passcode::{Digit, Digits, PasscodeEntry, Place, Purpose, Typed, Wish as PasscodeWish};
pub use photo_reason::{PhotoReason, Wish as PhotoReasonWish};
pub use prove::{Prove, Wish as ProveWish};
pub use reason::Reason;
pub use repair::RepairChoice;

use super::{
    intent::Intent,
    model::{Model, help, service, session},
    screens::frame::LOW,
    theme::{Theme, space},
    view::View,
};
use crate::{
    bench::Order,
    domain::{CardSerial, NhsCode},
    tr,
};

/// A dialogue.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// A question with one action.
    Confirm(Confirm),
    /// The command palette.
    Palette(Palette),
    /// A question that needs a reason.
    Reason(Reason),
    /// Why a photo is used although there is something to look at in it.
    PhotoReason(PhotoReason),
    /// The list of shortcuts.
    Shortcuts,
    /// The holder types a passcode.
    Passcode(Box<PasscodeEntry>),
    /// A card is to be ended for good, or emptied for another holder.
    EndCard(Box<EndCard>),
    /// How a repaired card is left.
    Repair(RepairChoice),
    /// What the service asks for before work on a card begins.
    Prove(Prove),
    /// Which reader is which, and what it is called.
    NameReader(NameReader),
    /// The card of this training reader.
    TrainingReader(String),
    /// The whole of what a tile of the bench says.
    Explain {
        /// The reader or printer.
        name: String,
        /// Why it cannot be worked with.
        why: String,
        /// The published code that means the same, if there is one.
        nhs_code: Option<NhsCode>,
    },
    /// Where the activity shown is to be written.
    Export(Export),
    /// A topic of the help, by its id, in front of what is being done.
    Help(String),
}

/// Something in the dialogue in front.
#[derive(Debug, Clone)]
pub enum DialogIntent {
    /// The action of a question.
    Confirmed,
    /// Something in the palette.
    Palette(palette::Wish),
    /// Something in the question whether a card is to be ended.
    EndCard(end_card::Wish),
    /// What the service asked for.
    Prove(prove::Wish),
    /// Something in the choice of a passcode.
    Passcode(passcode::Wish),
    /// Something in the question for a reason.
    Reason(reason::Wish),
    /// Something in the question why a photo is used.
    PhotoReason(photo_reason::Wish),
    /// Something in the dialogue that names readers.
    NameReader(name_reader::Wish),
    /// Something in the dialogue that writes the activity to a file.
    Export(export::Wish),
    /// Another topic of the help.
    HelpTopic(String),
}

impl Dialog {
    /// Asks before somebody signs out while card work runs.
    #[must_use]
    pub fn sign_out_with_open_work() -> Self {
        Self::Confirm(Confirm {
            title: "sign-out-title",
            body: vec!["sign-out-open-work"],
            words: Vec::new(),
            action: "sign-out-anyway",
            destructive: true,
            then: Box::new(Intent::Session(session::Intent::SignOutNow)),
        })
    }

    /// Asks before the window closes while a card is worked on.
    #[must_use]
    pub fn close_with_open_work() -> Self {
        Self::Confirm(Confirm {
            title: "close-title",
            body: vec!["close-open-work"],
            words: Vec::new(),
            action: "close-when-done",
            destructive: false,
            then: Box::new(Intent::CloseWindowWhenDone),
        })
    }

    /// Whether it is that question.
    #[must_use]
    pub fn is_about_closing(&self) -> bool {
        matches!(self, Self::Confirm(confirm) if confirm.title == "close-title")
    }

    /// The card it asks about as it lies in a reader: with that card gone there is nothing to answer.
    #[must_use]
    pub fn card(&self) -> Option<&CardSerial> {
        match self {
            // Of an unlock at once the work itself says that its card is gone: it was not looked at, and lies here all the same.
            Self::Passcode(entry) if matches!(entry.purpose(), Purpose::Issue | Purpose::AtOnce(_)) => None,
            Self::Passcode(entry) => entry.place().1,
            Self::EndCard(ask) => ask.reader().map(|_| ask.serial()),
            Self::Repair(ask) => Some(&ask.serial),
            Self::Confirm(confirm) => match &*confirm.then {
                Intent::Service(service::Intent::Delivered(serial)) => Some(serial),
                _ => None,
            },
            _ => None,
        }
    }

    fn title(&self, view: &View<'_>) -> String {
        match self {
            Self::Confirm(confirm) => view.texts.get(confirm.title),
            Self::Palette(_) => tr!(view, "command-palette"),
            Self::Reason(reason) => reason.title(view),
            Self::PhotoReason(_) => tr!(view, "photo-reason-title"),
            Self::Shortcuts => tr!(view, "shortcuts-title"),
            Self::Passcode(entry) => entry.title(view),
            Self::EndCard(ask) => ask.title(view),
            Self::Repair(ask) => tr!(view, "repair-title", name = &ask.name),
            Self::Prove(ask) => ask.title(view),
            Self::NameReader(_) => tr!(view, "name-reader-title"),
            Self::TrainingReader(reader) => view.model.preferences.reader_name(reader).to_owned(),
            Self::Explain { name, .. } => view.model.preferences.reader_name(name).to_owned(),
            Self::Export(_) => tr!(view, "activity-export-title"),
            Self::Help(topic) => help::topic(topic).title.clone(),
        }
    }

    /// The topic of the help about it; `None` where the topic of the place behind it says more.
    #[must_use]
    pub fn topic(&self) -> Option<&'static str> {
        match self {
            Self::Palette(_) | Self::Shortcuts => Some("keyboard"),
            Self::Passcode(_) => Some("passcode"),
            Self::EndCard(_) => Some("end-card"),
            Self::Repair(_) => Some("repair"),
            Self::Prove(_) => Some("service"),
            Self::Reason(_) => Some("queue"),
            Self::PhotoReason(_) => Some("photo"),
            Self::NameReader(_) | Self::TrainingReader(_) | Self::Explain { .. } => Some("bench"),
            Self::Export(_) => Some("activity"),
            Self::Confirm(_) | Self::Help(_) => None,
        }
    }
}

/// Opens the palette, unless it is in front already.
pub fn open_palette(model: &mut Model) {
    if !matches!(model.dialogs.front(), Some(Dialog::Palette(_))) {
        model.dialogs.push_front(Dialog::Palette(Palette::default()));
    }
}

/// Lays a topic of the help in front.
pub fn show_help(model: &mut Model, topic: String) {
    match model.dialogs.front_mut() {
        Some(Dialog::Help(shown)) => *shown = topic,
        _ => model.dialogs.push_front(Dialog::Help(topic)),
    }
}

/// Takes a wish of the dialogue in front. One that belongs to another dialogue comes too late and is nobody's.
pub fn update(model: &mut Model, wish: DialogIntent) {
    match (model.dialogs.front_mut(), wish) {
        (Some(Dialog::Confirm(_)), DialogIntent::Confirmed) => {
            if let Some(Dialog::Confirm(confirm)) = model.dialogs.pop_front() {
                model.update(*confirm.then);
            }
        }
        (Some(Dialog::Palette(_)), DialogIntent::Palette(wish)) => palette::update(model, wish),
        (Some(Dialog::Passcode(_)), DialogIntent::Passcode(wish)) => passcode::update(model, wish),
        (Some(Dialog::EndCard(_)), DialogIntent::EndCard(wish)) => end_card::update(model, wish),
        (Some(Dialog::Prove(_)), DialogIntent::Prove(wish)) => prove::update(model, wish),
        (Some(Dialog::Reason(_)), DialogIntent::Reason(wish)) => reason::update(model, wish),
        (Some(Dialog::PhotoReason(_)), DialogIntent::PhotoReason(wish)) => photo_reason::update(model, wish),
        (Some(Dialog::NameReader(_)), DialogIntent::NameReader(wish)) => name_reader::update(model, wish),
        (Some(Dialog::Export(_)), DialogIntent::Export(wish)) => export::update(model, wish),
        (Some(Dialog::Help(shown)), DialogIntent::HelpTopic(topic)) => *shown = topic,
        _ => {}
    }
}

/// Closes the dialogue in front without an answer.
pub fn cancel(model: &mut Model) {
    let closed = model.dialogs.pop_front();
    unanswered(model, closed);
}

/// Closes every dialogue as if each had been cancelled: one may hold half a passcode.
pub fn cancel_all(model: &mut Model) {
    let closed = std::mem::take(&mut model.dialogs);
    unanswered(model, closed);
}

/// Withdraws every question about a card that lies in no reader any more.
pub fn withdraw_missing(model: &mut Model) {
    let missing = |dialog: &Dialog| dialog.card().filter(|serial| !model.bench.lies_here(serial)).cloned();
    let missing: Vec<CardSerial> = model.dialogs.iter().filter_map(missing).collect();
    missing.iter().for_each(|serial| session::withdrawn(model, serial));
    model.dialogs.retain(|dialog| dialog.card().is_none_or(|serial| !missing.contains(serial)));
}

/// Work that waited for an answer is given up.
fn unanswered(model: &mut Model, closed: impl IntoIterator<Item = Dialog>) {
    for dialog in closed {
        if let Dialog::Prove(ask) = dialog {
            model.order(Order::GiveUp { work: ask.work });
        }
    }
}

/// Draws the dialogue in front.
pub fn draw(ui: &mut egui::Ui, view: &View<'_>) {
    let Some(dialog) = view.model.dialogs.front() else { return };
    let title = dialog.title(view);
    // A low window gives its height to what is asked.
    let low = ui.ctx().content_rect().height() < LOW;
    let edge = if low { space::MEDIUM } else { space::LARGE };
    let outcome = modal(view, edge).show(ui.ctx(), |ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(egui::accesskit::Role::Dialog);
            node.set_label(title.clone());
        });
        ui.set_width(space::DIALOGUE.min(ui.ctx().content_rect().width() - 2.0 * space::LARGE));
        // Without this a dialogue is no higher than the toolkit's usual box, and scrolls in a window that has room.
        ui.set_max_height(ui.ctx().content_rect().height() - 4.0 * edge);
        let style = if low { Theme::large_strong() } else { egui::TextStyle::Heading };
        let heading = ui.label(egui::RichText::new(title.as_str()).text_style(style));
        ui.ctx().accesskit_node_builder(heading.id, |node| {
            node.set_role(egui::accesskit::Role::Heading);
            node.set_label(title.clone());
        });
        ui.add_space(space::SMALL);
        // In a low window the dialogue scrolls, so that its buttons can always be reached.
        let room = ui.ctx().content_rect().height() - 4.0 * edge - heading.rect.height();
        egui::ScrollArea::vertical().id_salt("dialogue").max_height(room).auto_shrink([false, true]).show(ui, |ui| {
            match dialog {
                Dialog::Confirm(confirm) => confirm::draw(ui, view, confirm),
                Dialog::Palette(palette) => palette::draw(ui, view, palette),
                Dialog::Shortcuts => shortcuts::draw(ui, view),
                Dialog::Help(topic) => help_note::draw(ui, view, topic),
                Dialog::Reason(reason) => reason::draw(ui, view, reason),
                Dialog::PhotoReason(asking) => photo_reason::draw(ui, view, asking),
                Dialog::Passcode(entry) => passcode::draw(ui, view, entry),
                Dialog::EndCard(ask) => end_card::draw(ui, view, ask),
                Dialog::Repair(ask) => repair::draw(ui, view, ask),
                Dialog::Prove(ask) => prove::draw(ui, view, ask),
                Dialog::NameReader(asking) => name_reader::draw(ui, view, asking),
                Dialog::TrainingReader(reader) => training_reader::draw(ui, view, reader),
                Dialog::Explain { why, nhs_code, .. } => training_reader::explain(ui, view, why, *nhs_code),
                Dialog::Export(export) => export::draw(ui, view, export),
            }
        });
    });
    // A click beside the dialogue is no answer: somebody at a desk leans on the mouse.
    if ui.ctx().input(|input| input.key_pressed(egui::Key::Escape)) && outcome.is_top_modal {
        view.send(Intent::CloseDialog);
    }
}

/// The box of a dialogue, the same for all.
fn modal(view: &View<'_>, edge: f32) -> Modal {
    let colours = view.theme.colours;
    let frame = egui::Frame::new()
        .fill(colours.page.ground)
        .stroke(egui::Stroke::new(1.0, colours.line))
        .corner_radius(space::CORNER)
        .inner_margin(edge);
    Modal::new(Id::unique("dialogue")).frame(frame)
}
