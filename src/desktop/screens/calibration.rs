//! The colours of a printer: a card of patches, what was seen on it, and the curves that come of it.

mod curve;

use eframe::egui::{ComboBox, Slider, Ui, vec2};

use crate::{
    bench::PrinterProof,
    desktop::{
        format,
        intent::Intent as Wish,
        model::{
            Model, NoticeKind,
            calibration::{self, Done, Intent},
            printers,
        },
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    printer::calibration::{GREYS, PATCHES},
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, printer: &str) {
    page::scrolling(ui, view, &tr!(view, "calibration-of", printer = printer), |ui| {
        ui.set_max_width(ui.available_width().min(space::COLUMN * 1.3));
        if view.model.bench.printer(printer).is_none() {
            page::weak(ui, view, &tr!(view, "printer-gone"));
            return;
        }
        page::section(ui, &tr!(view, "calibration-print-title"));
        page::weak(ui, view, &tr!(view, "calibration-print-effect"));
        let refused = printers::refused(view.model, printer).map(|key| view.texts.get(key));
        if Button::new(tr!(view, "calibration-print")).refused(refused).show(ui, view).clicked() {
            view.send(Intent::Print);
        }
        super::printer::what_came(ui, view, printer, |proof| *proof == PrinterProof::CalibrationCard);
        seen(ui, view);
        kept(ui, view);
        ui.add_space(space::LARGE);
    });
}

/// Keeps what was entered.
#[must_use]
pub fn main_action(model: &Model) -> Option<Wish> {
    keep_refused(model).is_none().then(|| Intent::Keep.into())
}

fn keep_refused(model: &Model) -> Option<&'static str> {
    calibration::refused(model).or_else(|| (!model.calibration.seen.touched).then_some("calibration-nothing-entered"))
}

/// What was seen, dye by dye, beside the curve that comes of it.
fn seen(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.calibration;
    page::section(ui, &tr!(view, "calibration-seen-title"));
    page::weak(ui, view, &tr!(view, "calibration-seen-effect"));
    let preview = state.preview();
    let dyes = [tr!(view, "calibration-yellow"), tr!(view, "calibration-magenta"), tr!(view, "calibration-cyan")];
    for (dye, name) in dyes.iter().enumerate() {
        ui.add_space(space::SMALL);
        ui.horizontal_wrapped(|ui| {
            ui.vertical(|ui| {
                ui.set_width(space::DETAILS);
                ui.spacing_mut().slider_width = space::DETAILS * 0.7;
                for (band, key) in
                    ["calibration-weak", "calibration-middle", "calibration-strong"].into_iter().enumerate()
                {
                    let mut patch = state.seen.bands[dye][band];
                    let label = ui.label(view.texts.with(key, &[("dye", name.as_str().into())]));
                    let slider = Slider::new(&mut patch, 1.0..=f64::from(PATCHES)).step_by(0.5).fixed_decimals(1);
                    if ui.add_sized(vec2(space::DETAILS, space::ROW), slider).labelled_by(label.id).changed() {
                        view.send(Intent::Band { dye, band, patch });
                    }
                }
            });
            let before = state.learnt.as_ref().and_then(|learnt| learnt.calibration.as_ref());
            curve::draw(ui, view, dye, name, (preview.as_ref().ok(), before));
        });
    }
    ui.add_space(space::SMALL);
    grey(ui, view);
    if let Err(error) = preview {
        notice::show(ui, view, NoticeKind::Warning, &format::sentence(&error.to_string()));
    }
}

fn grey(ui: &mut Ui, view: &View<'_>) {
    let now = view.model.calibration.seen.grey;
    let leave = tr!(view, "calibration-grey-leave");
    let named = |(row, column): (u8, u8)| format!("{}{}", char::from(b'A' + row), column + 1);
    let label = ui.label(tr!(view, "calibration-grey"));
    let picker = ComboBox::from_id_salt("grey patch").width(space::CHOICE);
    let picker = picker.selected_text(now.map_or_else(|| leave.clone(), named)).show_ui(ui, |ui| {
        if ui.selectable_label(now.is_none(), leave.clone()).clicked() {
            view.send(Intent::Grey(None));
        }
        for place in (0..GREYS).flat_map(|row| (0..GREYS).map(move |column| (row, column))) {
            if ui.selectable_label(now == Some(place), named(place)).clicked() {
                view.send(Intent::Grey(Some(place)));
            }
        }
    });
    picker.response.labelled_by(label.id);
}

/// What holds, what would, and the way back.
fn kept(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.calibration;
    ui.add_space(space::MEDIUM);
    let text = |key: Option<&'static str>| key.map(|key| view.texts.get(key));
    let changed = calibration::refused(view.model);
    let fits = state.preview().is_ok();
    button::row(ui, |ui| {
        let refused = keep_refused(view.model).or((!fits).then_some("calibration-falls"));
        let keep = Button::new(tr!(view, "calibration-keep")).kind(Kind::Main).refused(text(refused));
        if keep.show(ui, view).clicked() {
            view.send(Intent::Keep);
        }
        let learnt = state.learnt.clone().unwrap_or_default();
        let refused = changed.or((!learnt.can_go_back).then_some("calibration-no-former"));
        if Button::new(tr!(view, "calibration-take-back")).refused(text(refused)).show(ui, view).clicked() {
            view.send(Intent::TakeBack);
        }
        let refused = changed.or(learnt.calibration.is_none().then_some("calibration-by-profile"));
        if Button::new(tr!(view, "calibration-forget")).refused(text(refused)).show(ui, view).clicked() {
            view.send(Intent::Forget);
        }
    });
    if let Some(trouble) = &state.trouble {
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
    }
    let done = match state.done.filter(|_| !state.runs) {
        None => return,
        Some(Done::Kept) => tr!(view, "calibration-kept"),
        Some(Done::TakenBack) => tr!(view, "calibration-taken-back"),
        Some(Done::Forgotten) => tr!(view, "calibration-forgotten"),
    };
    notice::show(ui, view, NoticeKind::Good, &done);
}
