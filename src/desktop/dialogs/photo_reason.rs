//! Why a photo goes on record although there is something to look at in it. The reason is kept in the audit.

use eframe::egui::{self, Id, TextEdit};

use super::{Dialog, DialogIntent};
use crate::{
    cis2::wire::LONGEST_NOTE,
    desktop::{
        intent::Intent,
        model::{Model, NoticeKind, photo},
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice,
        },
    },
    tr,
};

/// Usual reasons.
const USUAL: [&str; 3] = ["photo-reason-holder", "photo-reason-document", "photo-reason-looked"];

/// The question.
#[derive(Debug, Clone)]
pub struct PhotoReason {
    advice: Vec<String>,
    words: String,
}

/// Something in it.
#[derive(Debug, Clone)]
pub enum Wish {
    /// The reason, as far as it is typed.
    Words(String),
    /// Save the photo.
    Go,
}

impl PhotoReason {
    /// Asks why the photo is used although this was said of it.
    #[must_use]
    pub fn new(advice: Vec<String>) -> Self {
        Self { advice, words: String::new() }
    }

    fn reason(&self) -> Option<String> {
        let words = self.words.trim();
        (!words.is_empty()).then(|| words.to_owned())
    }
}

/// Takes a wish. Saving without a reason is none.
pub(super) fn update(model: &mut Model, wish: Wish) {
    let Some(Dialog::PhotoReason(question)) = model.dialogs.front_mut() else { return };
    match wish {
        Wish::Words(words) => question.words = words.chars().take(LONGEST_NOTE).collect(),
        Wish::Go => {
            let Some(reason) = question.reason() else { return };
            model.dialogs.pop_front();
            photo::update(model, photo::Intent::SaveWith(reason));
        }
    }
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, question: &PhotoReason) {
    for advice in &question.advice {
        notice::show(ui, view, NoticeKind::Warning, advice);
        ui.add_space(space::SMALL);
    }
    let label = ui.label(tr!(view, "photo-reason-field"));
    let mut words = question.words.clone();
    let id = Id::unique("photo reason");
    let field = TextEdit::singleline(&mut words).id(id).char_limit(LONGEST_NOTE).desired_width(f32::INFINITY);
    let field = ui.add(field).labelled_by(label.id);
    if field.changed() {
        view.send(DialogIntent::PhotoReason(Wish::Words(words)));
    }
    // Asked before the field takes the keyboard back: Enter gives it up.
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if entered {
        view.send(DialogIntent::PhotoReason(Wish::Go));
    } else if ui.memory(|memory| memory.focused().is_none()) {
        field.request_focus();
    }
    button::row(ui, |ui| {
        for key in USUAL {
            let words = view.texts.get(key);
            if Button::new(words.clone()).chosen(question.words == words).show(ui, view).clicked() {
                view.send(DialogIntent::PhotoReason(Wish::Words(words)));
            }
        }
    });
    ui.add_space(space::MEDIUM);
    button::row(ui, |ui| {
        let missing = question.reason().is_none().then(|| tr!(view, "reason-missing"));
        let save = Button::new(tr!(view, "photo-reason-action")).kind(Kind::Main).refused(missing);
        if save.show(ui, view).clicked() {
            view.send(DialogIntent::PhotoReason(Wish::Go));
        }
        if Button::new(tr!(view, "photo-reason-back")).show(ui, view).clicked() {
            view.send(Intent::CloseDialog);
        }
    });
}
