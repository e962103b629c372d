//! A question that needs a reason: a card is printed again, or ended because it was printed wrongly.

use eframe::egui::{self, Id, TextEdit};

use super::{Dialog, DialogIntent};
use crate::{
    cis2::wire::LONGEST_NOTE,
    desktop::{
        intent::Intent,
        model::{Model, NoticeKind, queue},
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice,
        },
    },
    domain::CardSerial,
    journal::QueueEntry,
    tr,
};

/// Usual reasons for a card that is ended.
const SPOILED: [&str; 3] = ["reason-smudged", "reason-wrong-photo", "reason-wrong-name"];
/// Usual reasons for a card on which nothing was printed.
const BLANK: [&str; 2] = ["reason-blank", "reason-not-fed"];

/// The question.
#[derive(Debug, Clone)]
pub struct Reason {
    entry: i64,
    serial: CardSerial,
    name: String,
    printer: String,
    /// Whether the card is ended; else it is printed again.
    spoils: bool,
    words: String,
}

/// Something in it.
#[derive(Debug, Clone)]
pub enum Wish {
    /// The reason, as far as it is typed.
    Words(String),
    /// Do it.
    Go,
}

impl Reason {
    /// Asks for the reason to do this with an entry of the queue.
    #[must_use]
    pub fn new(entry: &QueueEntry, name: String, spoils: bool) -> Self {
        Self {
            entry: entry.id,
            serial: entry.serial.clone(),
            name,
            printer: entry.printer.clone(),
            spoils,
            words: String::new(),
        }
    }

    pub(super) fn title(&self, view: &View<'_>) -> String {
        if self.spoils {
            tr!(view, "spoil-title", name = &self.name)
        } else {
            tr!(view, "reprint-title", name = &self.name)
        }
    }

    fn reason(&self) -> Option<String> {
        let words = self.words.trim();
        (!words.is_empty()).then(|| words.to_owned())
    }
}

/// Takes a wish. The action without a reason is none.
pub(super) fn update(model: &mut Model, wish: Wish) {
    let Some(Dialog::Reason(question)) = model.dialogs.front_mut() else { return };
    match wish {
        Wish::Words(words) => question.words = words.chars().take(LONGEST_NOTE).collect(),
        Wish::Go => {
            let Some(reason) = question.reason() else { return };
            let (entry, spoils) = (question.entry, question.spoils);
            model.dialogs.pop_front();
            let wish = if spoils { queue::Intent::Spoil(entry, reason) } else { queue::Intent::Reprint(entry, reason) };
            queue::update(model, wish);
        }
    }
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, question: &Reason) {
    let serial = question.serial.as_str();
    if question.spoils {
        notice::show(ui, view, NoticeKind::Warning, &tr!(view, "spoil-warning", serial = serial));
        ui.label(tr!(view, "spoil-next", name = &question.name));
    } else {
        ui.label(tr!(view, "reprint-body", serial = serial, printer = &question.printer));
        notice::show(ui, view, NoticeKind::Warning, &tr!(view, "reprint-warning"));
    }
    ui.add_space(space::SMALL);
    let label = ui.label(tr!(view, "reason-field"));
    let mut words = question.words.clone();
    let id = Id::unique("reason");
    let field = TextEdit::singleline(&mut words).id(id).char_limit(LONGEST_NOTE).desired_width(f32::INFINITY);
    let field = ui.add(field).labelled_by(label.id);
    if ui.memory(|memory| memory.focused().is_none()) {
        field.request_focus();
    }
    if field.changed() {
        view.send(DialogIntent::Reason(Wish::Words(words)));
    }
    let usual: &[&'static str] = if question.spoils { &SPOILED } else { &BLANK };
    button::row(ui, |ui| {
        for key in usual {
            let words = view.texts.get(key);
            if Button::new(words.clone()).chosen(question.words == words).show(ui, view).clicked() {
                view.send(DialogIntent::Reason(Wish::Words(words)));
            }
        }
    });
    ui.add_space(space::MEDIUM);
    button::row(ui, |ui| {
        let missing = question.reason().is_none().then(|| tr!(view, "reason-missing"));
        let (name, kind) = if question.spoils {
            (tr!(view, "spoil-action"), Kind::Destructive)
        } else {
            (tr!(view, "reprint-action"), Kind::Main)
        };
        if Button::new(name).kind(kind).refused(missing).show(ui, view).clicked() {
            view.send(DialogIntent::Reason(Wish::Go));
        }
        if Button::new(tr!(view, "cancel")).show(ui, view).clicked() {
            view.send(Intent::CloseDialog);
        }
    });
}
