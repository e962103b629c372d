//! What will be printed: the printer's own dots, with the box around the chip that stays free.

use eframe::egui::{Align2, Sense, Stroke, StrokeKind, TextStyle, Ui, vec2};

use crate::{
    desktop::{
        model::{
            NoticeKind,
            issue::{Intent, Zoom},
        },
        route::Route,
        theme::space,
        view::View,
        widgets::{
            button::{self, Button},
            card_picture, notice, page,
        },
    },
    domain::HolderId,
    face::Side,
    printer::separation::Panel,
    tr,
};

/// Draws it, the card no higher than this (points).
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, holder: &HolderId, most: f32) {
    let state = &view.model.issue;
    page::section(ui, &tr!(view, "issue-face"));
    match (state.shown(), &state.proof_trouble) {
        (Some(front), _) => {
            let most = most.min(ui.available_width());
            let name = tr!(view, "issue-face-label");
            if let Some(zoom) = card_picture::show(ui, view, front, &name, state.zoom, most) {
                view.send(Intent::Zoom(zoom));
            }
            zooms(ui, view, holder);
            panels(ui, view);
            page::weak(ui, view, &tr!(view, "issue-face-chip"));
            if let Some(proof) = &state.proof {
                for mark in &proof.marks {
                    notice::show(
                        ui,
                        view,
                        NoticeKind::Warning,
                        &tr!(view, "issue-face-mark", mark = &mark.to_string()),
                    );
                }
                if !proof.waiting.is_empty() {
                    page::weak(ui, view, &tr!(view, "issue-face-waiting", elements = &proof.waiting.join(", ")));
                }
                for advice in &proof.advice {
                    notice::show(ui, view, NoticeKind::Warning, advice);
                }
            }
        }
        (None, Some(trouble)) => {
            notice::boxed(ui, view, NoticeKind::Warning, &trouble.message, |ui| {
                super::ask_again(ui, view);
            });
            photo(ui, view, holder);
        }
        (None, None) => {
            let size = vec2(ui.available_width(), most.min(space::CARD_ABOVE));
            // Room is kept, so that nothing jumps under the pointer when the face comes.
            let (area, _) = ui.allocate_exact_size(size, Sense::hover());
            let colours = view.theme.colours;
            ui.painter().rect(
                area,
                space::SMALL,
                colours.raised.ground,
                Stroke::new(1.0, colours.line),
                StrokeKind::Inside,
            );
            let font = TextStyle::Body.resolve(ui.style());
            let words = tr!(view, "issue-face-coming");
            ui.painter().text(area.center(), Align2::CENTER_CENTER, words, font, colours.weak);
        }
    }
}

fn zooms(ui: &mut Ui, view: &View<'_>, holder: &HolderId) {
    button::row(ui, |ui| {
        for zoom in Zoom::ALL {
            let name = match zoom {
                Zoom::Fit => tr!(view, "issue-zoom-fit"),
                Zoom::Dots => tr!(view, "issue-zoom-dots"),
                Zoom::Twice => tr!(view, "issue-zoom-twice"),
            };
            if Button::new(name).chosen(view.model.issue.zoom == zoom).show(ui, view).clicked() {
                view.send(Intent::Zoom(zoom));
            }
        }
        photo(ui, view, holder);
    });
}

/// Front or back, and all panels or one of them alone.
fn panels(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.issue;
    let Some(proof) = &state.proof else { return };
    let (seen, alone) = state.seen;
    let named = |plane| match plane {
        Panel::Yellow => tr!(view, "issue-panel-yellow"),
        Panel::Magenta => tr!(view, "issue-panel-magenta"),
        Panel::Cyan => tr!(view, "issue-panel-cyan"),
        Panel::Resin => tr!(view, "issue-panel-black"),
        Panel::Overcoat => tr!(view, "issue-panel-overcoat"),
    };
    if proof.by_driver {
        page::weak(ui, view, &tr!(view, "issue-panels-by-driver"));
    }
    if proof.back.is_none() && proof.planes.is_empty() {
        return;
    }
    button::row(ui, |ui| {
        for (side, name) in [(Side::Front, tr!(view, "issue-side-front")), (Side::Back, tr!(view, "issue-side-back"))] {
            let there = proof.back.is_some();
            if there && Button::new(name).chosen(seen == side).show(ui, view).clicked() {
                view.send(Intent::See(side, None));
            }
        }
        if proof.planes.is_empty() {
            return;
        }
        if Button::new(tr!(view, "issue-panel-all")).chosen(alone.is_none()).show(ui, view).clicked() {
            view.send(Intent::See(seen, None));
        }
        for (_, plane, _) in proof.planes.iter().filter(|(side, ..)| *side == seen) {
            if Button::new(named(*plane)).chosen(alone == Some(*plane)).show(ui, view).clicked() {
                view.send(Intent::See(seen, Some(*plane)));
            }
        }
    });
    if let Some(panel) = alone {
        let words = match panel {
            Panel::Overcoat => tr!(view, "issue-panel-overcoat-note"),
            _ => tr!(view, "issue-panel-note"),
        };
        page::weak(ui, view, &words);
    }
}

fn photo(ui: &mut Ui, view: &View<'_>, holder: &HolderId) {
    if Button::new(tr!(view, "issue-photo")).show(ui, view).clicked() {
        view.send(Route::Photo(holder.clone()));
    }
}
