//! The editor of card faces: the template in work, what is chosen in it, and every step back.

pub mod arrange;
mod artwork;
pub mod document;
mod edit;
mod intent;

use std::sync::Arc;

use document::{Document, Row};
pub use intent::Intent;

use super::{Model, NoticeKind, NoticeText};
use crate::{
    bench::{Event, FaceList, Order, Proof, Ticket, Trouble},
    desktop::{
        dialogs::{Confirm, Dialog},
        intent::Intent as Wish,
        route::Route,
    },
    face::{
        Mark, Side, Template, TemplateError,
        measure::Area,
        samples::Sample,
        template::{BUILT_IN, Condition},
    },
};

/// Steps that can be taken back.
const MOST_STEPS: usize = 200;

/// State of this page.
#[derive(Debug)]
pub struct State {
    /// Every template there is; `None` until it is known.
    pub list: Option<FaceList>,
    /// The one in work.
    pub name: String,
    /// Its text, taken apart; `None` until it is open.
    pub document: Option<Document>,
    /// Which side is shown.
    pub side: Side,
    /// Id of the element that is chosen.
    pub chosen: Option<String>,
    /// Which sample holder is shown, with which card.
    pub sample: Sample,
    /// Name of the printer it is drawn for; `None` for the first of this desk.
    pub printer: Option<String>,
    /// Whether is shown where nothing should stand.
    pub guides: bool,
    /// Whether moved elements are drawn to edges and the grid.
    pub snap: bool,
    /// The name it will be saved under.
    pub save_as: String,
    /// Where a picture is, as typed.
    pub artwork_path: String,
    /// Why a picture was not taken, and for which element.
    pub artwork_trouble: Option<(String, Trouble)>,
    /// What is wrong with the template, if anything is.
    pub mistake: Option<TemplateError>,
    /// The face as it was drawn last.
    pub proof: Option<Arc<Proof>>,
    /// Why it could not be drawn.
    pub proof_trouble: Option<Trouble>,
    /// Why something was not opened or saved.
    pub trouble: Option<Trouble>,
    /// Where it was saved, when nothing was changed since.
    pub saved_to: Option<String>,
    /// The template as it is, unless it has a mistake.
    template: Option<Template>,
    /// Organisations of an element as they were typed, with whatever stands between them.
    typed_organisations: Option<(String, String)>,
    /// The picture that is asked for, and for which element.
    taking: Option<(Ticket, String)>,
    /// The text as it was opened or saved.
    kept: String,
    undo: Vec<String>,
    redo: Vec<String>,
    /// What was changed last: more of the same is the same step back.
    last: Option<(String, &'static str)>,
    opening: Option<Ticket>,
    saving: Option<(Ticket, String)>,
    drawing: Option<Ticket>,
    /// What is drawn, or was drawn last: text, sample and printer.
    drawn: Option<(String, Sample, Option<String>)>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            list: None,
            name: String::new(),
            document: None,
            side: Side::Front,
            chosen: None,
            sample: Sample::default(),
            printer: None,
            guides: true,
            snap: true,
            save_as: String::new(),
            artwork_path: String::new(),
            artwork_trouble: None,
            mistake: None,
            proof: None,
            proof_trouble: None,
            trouble: None,
            saved_to: None,
            template: None,
            typed_organisations: None,
            taking: None,
            kept: String::new(),
            undo: Vec::new(),
            redo: Vec::new(),
            last: None,
            opening: None,
            saving: None,
            drawing: None,
            drawn: None,
        }
    }
}

impl State {
    /// Whether something was changed since it was opened or saved.
    #[must_use]
    pub fn unsaved(&self) -> bool {
        self.document.as_ref().is_some_and(|document| document.text() != self.kept)
    }

    /// The elements of the side that is shown.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.document.as_ref().map(|document| document.rows(self.side)).unwrap_or_default()
    }

    /// The element that is chosen.
    #[must_use]
    pub fn row(&self) -> Option<Row> {
        self.document.as_ref()?.row(self.chosen.as_ref()?)
    }

    /// Whether there is a step to take back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is a step to take again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Whether it is being saved.
    #[must_use]
    pub fn saving(&self) -> bool {
        self.saving.is_some()
    }

    /// Whether the face as it is now is still being drawn.
    #[must_use]
    pub fn is_drawing(&self) -> bool {
        self.drawing.is_some()
    }

    /// Why it cannot be saved now, as a key of a text.
    #[must_use]
    pub fn refused(&self) -> Option<&'static str> {
        match () {
            () if self.document.is_none() || self.saving() => Some("card-face-refused-busy"),
            () if self.mistake.is_some() => Some("card-face-refused-mistake"),
            () if self.save_as == BUILT_IN => Some("card-face-refused-built-in"),
            () if !self.unsaved() && self.save_as == self.name => Some("card-face-refused-same"),
            () => None,
        }
    }

    /// What is wrong with this element, if the mistake is there.
    #[must_use]
    pub fn mistake_of(&self, id: &str) -> Option<&TemplateError> {
        let of = |key: &str| key.strip_prefix(id).is_some_and(|key| key.starts_with('.'));
        self.mistake.as_ref().filter(|mistake| of(&mistake.key))
    }

    /// What of this element the printer does not print as it is shown, on the card that is shown.
    pub fn marks_of(&self, id: &str) -> impl Iterator<Item = &Mark> {
        let marks = self.proof.iter().flat_map(|proof| &proof.marks);
        marks.filter(move |mark| mark.side == self.side && mark.element == id)
    }

    /// On which cards the chosen element is, where the template has no mistake.
    #[must_use]
    pub fn condition(&self) -> Option<&Condition> {
        Some(&self.template.as_ref()?.element(self.chosen.as_ref()?)?.when)
    }

    /// Whether the element of that id stands on the card that is shown.
    #[must_use]
    pub fn is_shown(&self, id: &str) -> bool {
        let element = self.template.as_ref().and_then(|template| template.element(id));
        element.is_none_or(|element| self.sample.shows(&element.when))
    }

    /// The organisations the chosen element is for, as they were typed or are written.
    #[must_use]
    pub fn organisations(&self) -> String {
        let Some(row) = self.row() else { return String::new() };
        match &self.typed_organisations {
            Some((id, typed)) if *id == row.id && edit::codes(typed) == row.when.organisations => typed.clone(),
            _ => row.when.organisations.join(", "),
        }
    }

    /// Whether a picture is on its way.
    #[must_use]
    pub fn taking(&self) -> bool {
        self.taking.is_some()
    }

    /// The boxes of the other elements of the side, to snap to.
    fn others(&self) -> Vec<Area> {
        let rows = self.rows();
        rows.iter().filter(|row| Some(&row.id) != self.chosen.as_ref()).filter_map(|row| row.area).collect()
    }

    /// Remembers the text for a step back.
    fn remember(&mut self) {
        let Some(document) = &self.document else { return };
        let text = document.text();
        if self.undo.last() != Some(&text) {
            self.undo.push(text);
        }
        if self.undo.len() > MOST_STEPS {
            self.undo.remove(0);
        }
        self.redo.clear();
        self.saved_to = None;
    }

    /// Judges the template and forgets what is not there any more.
    fn changed(&mut self) {
        let Some(document) = &self.document else { return };
        match Template::parse(&document.text()) {
            Ok(template) => (self.template, self.mistake) = (Some(template), None),
            Err(error) => (self.template, self.mistake) = (None, Some(error.in_file(&self.name))),
        }
        if self.chosen.as_ref().is_some_and(|id| document.row(id).is_none()) {
            self.chosen = None;
        }
    }
}

/// The page is shown.
pub fn arrived(model: &mut Model) {
    if model.card_face.document.is_none() && model.card_face.opening.is_none() {
        open(model, None);
    } else {
        draw(model);
    }
}

/// Opens a template; `None` the one in use.
fn open(model: &mut Model, name: Option<String>) {
    let ticket = model.new_ticket();
    model.card_face.opening = Some(ticket);
    model.order(Order::OpenFace { ticket, name });
}

/// At most one drawing is asked for; the next when it is there and the face looks different by then.
fn draw(model: &mut Model) {
    let state = &model.card_face;
    let (Some(document), None, None) = (&state.document, &state.drawing, &state.mistake) else { return };
    let wanted = (document.text(), state.sample.clone(), state.printer.clone());
    if state.drawn.as_ref() == Some(&wanted) {
        return;
    }
    let ticket = model.new_ticket();
    let (text, sample, printer) = wanted.clone();
    model.order(Order::DrawFace { ticket, text, sample, printer });
    model.card_face.drawing = Some(ticket);
    model.card_face.drawn = Some(wanted);
}

/// Whether closing the window asks first, because a template was changed and not saved.
pub fn asks_first(model: &mut Model) -> bool {
    if !model.card_face.unsaved() {
        return false;
    }
    model.dialogs.push_back(Dialog::Confirm(Confirm {
        title: "card-face-leave-title",
        body: vec!["card-face-leave-body"],
        words: Vec::new(),
        action: "card-face-leave-action",
        destructive: true,
        then: Box::new(Wish::CloseWindowNow),
    }));
    true
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Open(name) if model.card_face.unsaved() => model.dialogs.push_back(Dialog::Confirm(Confirm {
            title: "card-face-leave-title",
            body: vec!["card-face-leave-body"],
            words: Vec::new(),
            action: "card-face-leave-action",
            destructive: true,
            then: Box::new(Intent::OpenNow(name).into()),
        })),
        Intent::Open(name) | Intent::OpenNow(name) => open(model, Some(name)),
        Intent::Save => save(model),
        Intent::ChooseArtwork => artwork::choose(model),
        Intent::TakeArtwork => artwork::take_typed(model),
        Intent::Dropped(file) => {
            artwork::dropped(model, file);
            draw(model);
        }
        intent => {
            edit::edit(&mut model.card_face, intent);
            model.card_face.changed();
            draw(model);
        }
    }
}

fn save(model: &mut Model) {
    if model.card_face.refused().is_some() {
        return;
    }
    let Some(text) = model.card_face.document.as_ref().map(Document::text) else { return };
    let ticket = model.new_ticket();
    let name = model.card_face.save_as.clone();
    model.card_face.trouble = None;
    model.card_face.saving = Some((ticket, text.clone()));
    model.order(Order::SaveFace { ticket, name, text });
}

/// Takes an event. Only answers to the newest questions are taken.
pub fn on_event(model: &mut Model, event: &Event) {
    let state = &mut model.card_face;
    match event {
        Event::FaceOpened { ticket, result } if state.opening == Some(*ticket) => {
            state.opening = None;
            match result {
                Ok(opened) => match Document::parse(&opened.text) {
                    Ok(document) => {
                        let (sample, printer) = (state.sample.clone(), state.printer.clone());
                        let (snap, guides) = (state.snap, state.guides);
                        let save_as = match opened.name.as_str() {
                            BUILT_IN => "our-card".to_owned(),
                            name => name.to_owned(),
                        };
                        *state = State {
                            list: Some(opened.list.clone()),
                            name: opened.name.clone(),
                            save_as,
                            document: Some(document),
                            kept: opened.text.clone(),
                            sample,
                            printer,
                            snap,
                            guides,
                            ..State::default()
                        };
                        state.changed();
                        draw(model);
                    }
                    Err(why) => state.trouble = Some(Trouble::unchanged(why)),
                },
                Err(trouble) => state.trouble = Some(trouble.clone()),
            }
        }
        Event::FaceDrawn { ticket, result } if state.drawing == Some(*ticket) => {
            state.drawing = None;
            match result {
                Ok(proof) => {
                    state.proof = Some(Arc::clone(proof));
                    state.proof_trouble = None;
                }
                Err(trouble) => state.proof_trouble = Some(trouble.clone()),
            }
            draw(model);
        }
        Event::ArtworkTaken { ticket, result } => artwork::taken(model, *ticket, result),
        Event::FaceSaved { ticket, result } => {
            let Some((_, text)) = state.saving.take_if(|(asked, _)| asked == ticket) else { return };
            match result {
                Ok((file, list)) => {
                    state.kept = text;
                    state.name = state.save_as.clone();
                    state.list = Some(list.clone());
                    state.saved_to = Some(file.clone());
                    if *model.history.here() != Route::CardFace {
                        model.notify(NoticeKind::Good, NoticeText::Key("card-face-saved-away"));
                    }
                }
                Err(trouble) => state.trouble = Some(trouble.clone()),
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
