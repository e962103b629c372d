//! Which picture of the organisation the chosen element shows.

use eframe::egui::{Key, Ui};

use super::{name_of, words};
use crate::{
    desktop::{
        format,
        model::{NoticeKind, card_face::Intent},
        view::View,
        widgets::{button::Button, notice, page},
    },
    tr,
};

/// Draws it.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, id: &str, file: &str) {
    let state = &view.model.card_face;
    if let Some((of, trouble)) = &state.artwork_trouble
        && of == id
    {
        let told = tr!(view, "card-face-picture-refused", id = id, why = &trouble.message);
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&told));
    }
    if let Some(words) = words(ui, "file", &name_of(view, "file"), file) {
        view.send(Intent::Words("file", words));
    }
    let refused = || state.taking().then(|| tr!(view, "card-face-picture-busy"));
    if Button::new(tr!(view, "card-face-picture-choose")).refused(refused()).show(ui, view).clicked() {
        view.send(Intent::ChooseArtwork);
    }
    // Desktops without a dialogue have the field.
    if let Some(path) = words(ui, "artwork", &tr!(view, "card-face-picture-path"), &state.artwork_path) {
        view.send(Intent::ArtworkPath(path));
    }
    let focused = ui.memory(|memory| memory.had_focus_last_frame(super::field("artwork")));
    let enter = focused && ui.input(|input| input.key_pressed(Key::Enter));
    if Button::new(tr!(view, "card-face-picture-take")).refused(refused()).show(ui, view).clicked() || enter {
        view.send(Intent::TakeArtwork);
    }
    let folder = state.list.as_ref().map_or("", |list| list.folder.as_str());
    page::weak(ui, view, &tr!(view, "card-face-picture-told", folder = folder));
}
