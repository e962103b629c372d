//! Pictures of the organisation: chosen, typed or dropped, and taken into the folder of the card faces.

use std::path::PathBuf;

use super::{State, draw};
use crate::{
    bench::{Order, Ticket, Trouble},
    desktop::model::{Model, photo::typed_path},
};

/// What the step back of a dropped picture is called: the element and its picture are one.
const DROPPED: &str = "dropped";

/// Whether the chosen element shows a picture of the organisation.
fn chosen(state: &State) -> Option<String> {
    state.row().filter(|row| row.kind == "image").map(|row| row.id)
}

/// Asks for a picture for the chosen element; one at a time, for the system's dialogue stays open as long as the officer likes.
fn ask(model: &mut Model, order: impl FnOnce(Ticket) -> Order) {
    let Some(id) = chosen(&model.card_face).filter(|_| model.card_face.taking.is_none()) else { return };
    let ticket = model.new_ticket();
    model.card_face.taking = Some((ticket, id));
    model.card_face.artwork_trouble = None;
    model.order(order(ticket));
}

/// The officer chooses one in the system's dialogue.
pub(super) fn choose(model: &mut Model) {
    ask(model, |ticket| Order::ChooseArtwork { ticket });
}

/// The one of the typed place.
pub(super) fn take_typed(model: &mut Model) {
    let file = typed_path(&model.card_face.artwork_path);
    if !file.as_os_str().is_empty() {
        ask(model, |ticket| Order::TakeArtwork { ticket, file });
    }
}

/// One that was dropped on the window; a new element shows it unless one for pictures is chosen.
pub(super) fn dropped(model: &mut Model, file: PathBuf) {
    let state = &mut model.card_face;
    if state.document.is_none() || state.taking.is_some() {
        return;
    }
    if chosen(state).is_none() {
        state.remember();
        let side = state.side;
        state.chosen = state.document.as_mut().map(|document| document.add(side, "image"));
        state.last = state.chosen.clone().map(|id| (id, DROPPED));
        state.changed();
    }
    ask(model, |ticket| Order::TakeArtwork { ticket, file });
}

/// The picture is in the folder, or why it is not.
pub(super) fn taken(model: &mut Model, ticket: Ticket, result: &Result<Option<String>, Trouble>) {
    let state = &mut model.card_face;
    let Some((_, id)) = state.taking.take_if(|(asked, _)| *asked == ticket) else { return };
    match result {
        // The element may be gone by now, or be something else.
        Ok(Some(name))
            if state
                .document
                .as_ref()
                .and_then(|document| document.row(&id))
                .is_some_and(|row| row.kind == "image") =>
        {
            if state.last != Some((id.clone(), DROPPED)) {
                state.remember();
            }
            state.last = None;
            state.saved_to = None;
            state.artwork_path.clear();
            if let Some(document) = &mut state.document {
                document.set_words(&id, "file", name);
            }
            state.changed();
            draw(model);
        }
        Ok(_) => draw(model),
        Err(trouble) => state.artwork_trouble = Some((id, trouble.clone())),
    }
}
