//! The card with the photo in work, from the separated planes, and what the officer should look at.

use eframe::egui::{self, Ui, vec2};

use crate::{
    desktop::{
        format,
        model::NoticeKind,
        theme::space,
        view::View,
        widgets::{notice, page},
    },
    domain::PhotoSubject,
    face::{
        measure::{CARD_HEIGHT_MM, CARD_WIDTH_MM},
        photo::Verdict,
    },
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, name: &str) {
    let state = &view.model.photo;
    page::section(ui, &tr!(view, "photo-proof"));
    // Beside the bar the page scrolls by, there is a little air.
    let width = (ui.available_width() - space::SMALL).min(space::CARD);
    let size = vec2(width, width * CARD_HEIGHT_MM / CARD_WIDTH_MM);
    if let Some(trouble) = &state.proof_trouble {
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
        return;
    }
    let Some(shown) = &state.proof else {
        // The card takes its room before it is there, so that nothing jumps.
        let (area, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        ui.painter().rect_filled(area, space::HANDLE, view.theme.colours.raised.ground);
        page::weak(ui, view, &tr!(view, "photo-proof-asking"));
        return;
    };
    let texture = view.pictures.texture(ui.ctx(), &shown.front);
    let image = egui::Image::new((texture.id(), size)).fit_to_exact_size(size);
    ui.add(image.alt_text(tr!(view, "photo-proof-alt", name = name)));
    if state.proof_is_old() {
        page::weak(ui, view, &tr!(view, "photo-proof-old"));
        return;
    }
    page::section(ui, &tr!(view, "photo-checks"));
    if shown.advice.is_empty() {
        notice::show(ui, view, NoticeKind::Good, &tr!(view, "photo-advice-none"));
        return;
    }
    for advice in &shown.advice {
        notice::show(ui, view, NoticeKind::Warning, advice);
    }
    let names = |wanted: Verdict| {
        let checks = shown.looked.checks.iter().filter(move |check| check.verdict == wanted);
        checks.map(|check| view.texts.get(key(check.subject))).collect::<Vec<_>>().join(", ")
    };
    let (good, not_judged) = (names(Verdict::Good), names(Verdict::NotJudged));
    if !good.is_empty() {
        page::weak(ui, view, &tr!(view, "photo-checks-good", names = &good));
    }
    if !not_judged.is_empty() {
        page::weak(ui, view, &tr!(view, "photo-checks-not-judged", names = &not_judged));
    }
}

fn key(subject: PhotoSubject) -> &'static str {
    match subject {
        PhotoSubject::OneFace => "photo-check-one-face",
        PhotoSubject::HeadSize => "photo-check-head-size",
        PhotoSubject::HeadPosition => "photo-check-head-position",
        PhotoSubject::EyesLevel => "photo-check-eyes-level",
        PhotoSubject::Sharpness => "photo-check-sharpness",
        PhotoSubject::Exposure => "photo-check-exposure",
        PhotoSubject::Glare => "photo-check-glare",
        PhotoSubject::Background => "photo-check-background",
        PhotoSubject::Resolution => "photo-check-resolution",
    }
}
