//! What can be done to the card of a training reader, and the whole of what a tile of the bench says.

use eframe::egui;

use crate::{
    bench::{ReaderCondition, TrainingCardMove},
    desktop::{
        intent::Intent,
        model::bench,
        theme::space,
        view::View,
        widgets::{
            button::{Button, Kind},
            notice,
        },
    },
    domain::NhsCode,
    tr,
};

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, reader: &str) {
    let condition = view.model.bench.reader(reader).map(|reader| &reader.condition);
    let empty = matches!(condition, None | Some(ReaderCondition::Empty));
    let in_work = matches!(condition, Some(ReaderCondition::InWork(_)));
    ui.label(tr!(view, "training-card-explained"));
    if in_work {
        ui.add_space(space::SMALL);
        ui.label(tr!(view, "training-card-in-work"));
    }
    ui.add_space(space::SMALL);
    let nothing_in = empty.then(|| tr!(view, "training-card-none"));
    let something_in = (!empty).then(|| tr!(view, "training-card-there"));
    let busy = in_work.then(|| tr!(view, "training-card-busy"));
    let not_somebodys = match condition {
        Some(ReaderCondition::Card(card)) if card.has_certificates => None,
        _ => Some(tr!(view, "training-card-nobodys")),
    };
    let moves = [
        (tr!(view, "training-card-out"), TrainingCardMove::Out, nothing_in),
        (tr!(view, "training-card-back"), TrainingCardMove::Back, something_in),
        (tr!(view, "training-card-new"), TrainingCardMove::NewBlank, busy.clone()),
        (tr!(view, "training-card-new-series-9"), TrainingCardMove::NewSeries9, busy.clone()),
        (tr!(view, "training-card-new-channel"), TrainingCardMove::NewBlankOfChannel, busy),
        (tr!(view, "training-card-lock"), TrainingCardMove::Lock, not_somebodys),
    ];
    let mut first = None;
    for (name, move_to, refused) in moves {
        let usable = refused.is_none();
        let kind = if in_work {
            Kind::Plain
        } else if usable && first.is_none() {
            Kind::Main
        } else {
            Kind::Plain
        };
        let button = Button::new(name).kind(kind).wide().refused(refused).show(ui, view);
        if button.clicked() {
            view.send(bench::Intent::MoveTrainingCard { reader: reader.to_owned(), move_to });
        }
        if usable && first.is_none() {
            first = Some(button);
        }
    }
    ui.add_space(space::MEDIUM);
    let cancel = Button::new(tr!(view, "cancel")).show(ui, view);
    if ui.memory(|memory| memory.focused().is_none()) {
        first.as_ref().unwrap_or(&cancel).request_focus();
    }
    if cancel.clicked() {
        view.send(Intent::CloseDialog);
    }
}

/// The whole of a long explanation.
pub(super) fn explain(ui: &mut egui::Ui, view: &View<'_>, why: &str, nhs_code: Option<NhsCode>) {
    let room = ui.ctx().content_rect().height() * 0.5;
    egui::ScrollArea::vertical().max_height(room).show(ui, |ui| ui.label(why));
    notice::code(ui, view, nhs_code);
    ui.add_space(space::MEDIUM);
    let close = Button::new(tr!(view, "close")).kind(Kind::Main).show(ui, view);
    if ui.memory(|memory| memory.focused().is_none()) {
        close.request_focus();
    }
    if close.clicked() {
        view.send(Intent::CloseDialog);
    }
}
