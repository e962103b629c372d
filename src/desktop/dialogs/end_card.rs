//! A card is to be ended for good, or emptied for another holder: what will happen, that it cannot be undone, and a
//! confirmation that nobody gives by one key.

use eframe::egui::{self, Id, RichText, ScrollArea, TextEdit};

use super::{Dialog, DialogIntent};
use crate::{
    cis2::wire::LONGEST_NOTE,
    desktop::{
        intent::Intent,
        model::{Model, NoticeKind, service},
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            choice::{self, Choice},
            notice,
        },
    },
    domain::{CancelReason, CardSerial, HolderId, Operation},
    tr,
};

/// The question.
#[derive(Debug, Clone)]
pub struct EndCard {
    operation: Operation,
    serial: CardSerial,
    holder: HolderId,
    name: String,
    /// The reader it is in; none for a card that is not here.
    reader: Option<String>,
    reason: Option<CancelReason>,
    note: String,
    sure: bool,
}

/// Something in it.
#[derive(Debug, Clone)]
pub enum Wish {
    /// Why.
    Reason(CancelReason),
    /// More about it, as far as it is typed.
    Note(String),
    /// The officer is sure, or not any more.
    Sure(bool),
    /// Do it.
    Go,
}

/// What is missing before it can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Reason,
    Note,
    Sure,
}

impl EndCard {
    /// Asks whether this card is to be cleared or cancelled. `reader` is where it lies; none where it is not here.
    #[must_use]
    pub fn new(
        operation: Operation,
        serial: CardSerial,
        holder: HolderId,
        name: String,
        reader: Option<String>,
    ) -> Self {
        Self { operation, serial, holder, name, reader, reason: None, note: String::new(), sure: false }
    }

    /// Clear or cancel.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Which card.
    #[must_use]
    pub fn serial(&self) -> &CardSerial {
        &self.serial
    }

    /// Whose.
    #[must_use]
    pub fn holder(&self) -> &HolderId {
        &self.holder
    }

    /// Where it lies.
    #[must_use]
    pub fn reader(&self) -> Option<&str> {
        self.reader.as_deref()
    }

    /// Why it is cancelled.
    #[must_use]
    pub fn reason(&self) -> Option<CancelReason> {
        self.reason
    }

    /// What the officer wrote about it.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let note = self.note.trim();
        (self.operation == Operation::Cancel && !note.is_empty()).then(|| note.to_owned())
    }

    pub(super) fn title(&self, view: &View<'_>) -> String {
        if self.operation == Operation::Cancel {
            tr!(view, "cancel-card-title", name = &self.name)
        } else {
            tr!(view, "clear-card-title", name = &self.name)
        }
    }

    fn missing(&self) -> Option<Missing> {
        let cancels = self.operation == Operation::Cancel;
        match self.reason {
            None if cancels => Some(Missing::Reason),
            Some(CancelReason::Other) if self.note().is_none() => Some(Missing::Note),
            _ if !self.sure => Some(Missing::Sure),
            _ => None,
        }
    }
}

/// Takes a wish. The action without a reason or without being sure is none.
pub(super) fn update(model: &mut Model, wish: Wish) {
    let Some(Dialog::EndCard(ask)) = model.dialogs.front_mut() else { return };
    match wish {
        Wish::Reason(reason) => ask.reason = Some(reason),
        Wish::Note(note) => ask.note = note.chars().take(LONGEST_NOTE).collect(),
        Wish::Sure(sure) => ask.sure = sure,
        Wish::Go => {
            if ask.missing().is_none()
                && let Some(Dialog::EndCard(ask)) = model.dialogs.pop_front()
            {
                service::end_card(model, &ask);
            }
        }
    }
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, ask: &EndCard) {
    // Heading and buttons stay in sight, however low the window is.
    let most = (ui.ctx().content_rect().height() - 3.6 * space::KEY).max(space::KEY * 3.0);
    ScrollArea::vertical().id_salt("end card").max_height(most).auto_shrink([false, true]).show(ui, |ui| {
        question(ui, view, ask);
    });
    ui.add_space(space::SMALL);
    button::row(ui, |ui| {
        let missing = ask.missing().map(|missing| match missing {
            Missing::Reason => tr!(view, "end-card-say-why"),
            Missing::Note => tr!(view, "end-card-say-more"),
            Missing::Sure => tr!(view, "end-card-tick"),
        });
        let keep = Button::new(tr!(view, "end-card-keep")).show(ui, view);
        // What cannot be undone is never one Enter away.
        if ui.memory(|memory| memory.focused().is_none()) {
            keep.request_focus();
        }
        let cancels = ask.operation == Operation::Cancel;
        let name = if cancels { tr!(view, "cancel-card-go") } else { tr!(view, "clear-card-go") };
        if Button::new(name).kind(Kind::Destructive).refused(missing).show(ui, view).clicked() {
            view.send(DialogIntent::EndCard(Wish::Go));
        }
        if keep.clicked() {
            view.send(Intent::CloseDialog);
        }
    });
}

/// What will happen, why, and whether the officer is sure.
fn question(ui: &mut egui::Ui, view: &View<'_>, ask: &EndCard) {
    let cancels = ask.operation == Operation::Cancel;
    let serial = ask.serial.as_str();
    let what = match (cancels, &ask.reader) {
        (true, Some(_)) => tr!(view, "cancel-card-here", name = &ask.name, serial = serial),
        (true, None) => tr!(view, "cancel-card-not-here", name = &ask.name, serial = serial),
        (false, _) => tr!(view, "clear-card-what", name = &ask.name, serial = serial),
    };
    ui.label(what);
    notice::show(ui, view, NoticeKind::Warning, &tr!(view, "end-card-no-way-back"));
    if cancels {
        why(ui, view, ask);
    }
    ui.add_space(space::SMALL);
    let sure = match cancels {
        true => tr!(view, "cancel-card-sure", name = &ask.name),
        false => tr!(view, "clear-card-sure", name = &ask.name),
    };
    let mut ticked = ask.sure;
    if ui.checkbox(&mut ticked, sure).changed() {
        view.send(DialogIntent::EndCard(Wish::Sure(ticked)));
    }
}

fn why(ui: &mut egui::Ui, view: &View<'_>, ask: &EndCard) {
    let label = tr!(view, "end-card-why");
    ui.label(RichText::new(&label).text_style(Theme::strong()));
    let choices = CancelReason::ALL
        .map(|reason| Choice::new(reason_words(view, reason), String::new()).chosen(ask.reason == Some(reason)));
    if let Some(place) = choice::row(ui, view, &label, choices.into())
        && let Some(reason) = CancelReason::ALL.get(place)
    {
        view.send(DialogIntent::EndCard(Wish::Reason(*reason)));
    }
    let label = ui.label(tr!(view, "end-card-note"));
    let mut note = ask.note.clone();
    let field = TextEdit::singleline(&mut note)
        .id(Id::unique("end card note"))
        .char_limit(LONGEST_NOTE)
        .desired_width(f32::INFINITY);
    if ui.add(field).labelled_by(label.id).changed() {
        view.send(DialogIntent::EndCard(Wish::Note(note)));
    }
}

/// A reason in the words of the page.
fn reason_words(view: &View<'_>, reason: CancelReason) -> String {
    match reason {
        CancelReason::Lost => tr!(view, "cancel-lost"),
        CancelReason::Stolen => tr!(view, "cancel-stolen"),
        CancelReason::Damaged => tr!(view, "cancel-damaged"),
        CancelReason::Left => tr!(view, "cancel-left"),
        CancelReason::Misprinted => tr!(view, "cancel-misprinted"),
        CancelReason::Other => tr!(view, "cancel-other"),
    }
}
