//! The editor of card faces: the template in work, what is chosen in it, and every step back.

pub mod arrange;
pub mod document;

use std::sync::Arc;

use document::{Document, Row};

use super::{Model, NoticeKind, NoticeText};
use crate::{
    bench::{Event, FaceList, Order, Proof, Ticket, Trouble},
    desktop::{
        dialogs::{Confirm, Dialog},
        intent::Intent as Wish,
        route::Route,
    },
    face::{Side, Template, TemplateError, measure::Area, samples, template::BUILT_IN},
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
    /// Which sample holder is shown.
    pub sample: usize,
    /// Whether moved elements are drawn to edges and the grid.
    pub snap: bool,
    /// The name it will be saved under.
    pub save_as: String,
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
    /// The text as it was opened or saved.
    kept: String,
    undo: Vec<String>,
    redo: Vec<String>,
    /// What was changed last: more of the same is the same step back.
    last: Option<(String, &'static str)>,
    opening: Option<Ticket>,
    saving: Option<(Ticket, String)>,
    drawing: Option<Ticket>,
    /// What is drawn, or was drawn last: text and sample.
    drawn: Option<(String, usize)>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            list: None,
            name: String::new(),
            document: None,
            side: Side::Front,
            chosen: None,
            sample: 0,
            snap: true,
            save_as: String::new(),
            mistake: None,
            proof: None,
            proof_trouble: None,
            trouble: None,
            saved_to: None,
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

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Opens this template; asks first where changes would be lost.
    Open(String),
    /// Opens it and gives up what was changed.
    OpenNow(String),
    /// Shows this side.
    See(Side),
    /// Chooses an element.
    Choose(Option<String>),
    /// Shows this sample holder.
    Sample(usize),
    /// Whether moved elements are drawn to edges and the grid.
    Snap(bool),
    /// A movement with the mouse begins: one step back undoes all of it.
    Begin,
    /// The chosen element moves here with the mouse.
    Move(Area),
    /// The chosen element gets this size with the mouse.
    Resize(Area),
    /// The chosen element moves by so many millimetres right and down.
    Nudge(f32, f32),
    /// The chosen element grows by so many millimetres across and down.
    Grow(f32, f32),
    /// The chosen element is exactly here.
    Place(Area),
    /// The chosen element stands so on the card.
    Align(arrange::Edge),
    /// A key of the chosen element with words.
    Words(&'static str, String),
    /// A key of the chosen element with a number.
    Number(&'static str, f32),
    /// Whether the chosen element is on the blank card already.
    PrePrinted(bool),
    /// The chosen element gets this id.
    Rename(String),
    /// Adds an element of this kind to the side that is shown.
    Add(&'static str),
    /// Takes the chosen element away.
    Remove,
    /// One step back.
    Undo,
    /// One step forward again.
    Redo,
    /// The name it will be saved under.
    SaveAs(String),
    /// Saves.
    Save,
}

impl Intent {
    /// What many wishes one after the other do to the same element; taken back, they are one step.
    fn run(&self) -> Option<&'static str> {
        match self {
            Self::Words(key, _) | Self::Number(key, _) => Some(key),
            Self::Place(_) => Some("area"),
            Self::Nudge(..) => Some("nudge"),
            Self::Grow(..) => Some("grow"),
            Self::Rename(_) => Some("id"),
            _ => None,
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
        self.mistake.as_ref().filter(|mistake| mistake.key.rsplit_once('.').is_some_and(|(of, _)| of == id))
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
        self.mistake = Template::parse(&document.text()).err().map(|error| error.in_file(&self.name));
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
    let wanted = (document.text(), state.sample);
    if state.drawn.as_ref() == Some(&wanted) {
        return;
    }
    let ticket = model.new_ticket();
    model.order(Order::DrawFace { ticket, text: wanted.0.clone(), sample: wanted.1 });
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
        intent => {
            edit(&mut model.card_face, intent);
            model.card_face.changed();
            draw(model);
        }
    }
}

/// What changes the page alone.
fn edit(state: &mut State, intent: Intent) {
    if intent.run().is_none() {
        state.last = None;
    }
    match intent {
        Intent::See(side) => {
            state.side = side;
            state.chosen = None;
        }
        Intent::Choose(id) => state.chosen = id,
        Intent::Sample(place) => state.sample = place % samples::NAMES.len(),
        Intent::Snap(snap) => state.snap = snap,
        Intent::SaveAs(name) => state.save_as = name,
        Intent::Begin => state.remember(),
        Intent::Undo => step(state, true),
        Intent::Redo => step(state, false),
        Intent::Add(kind) => {
            state.remember();
            let side = state.side;
            state.chosen = state.document.as_mut().map(|document| document.add(side, kind));
        }
        intent => of_chosen(state, intent),
    }
}

/// What changes the element that is chosen.
fn of_chosen(state: &mut State, intent: Intent) {
    let (Some(row), Some(id)) = (state.row(), state.chosen.clone()) else { return };
    let others = state.others();
    let same = intent.run().map(|run| (id.clone(), run));
    // While the mouse moves, the step back was remembered at its beginning.
    if !matches!(intent, Intent::Move(_) | Intent::Resize(_)) && (same.is_none() || state.last != same) {
        state.remember();
    }
    state.last = same;
    let snap = state.snap;
    let Some(document) = &mut state.document else { return };
    let usual = Area { left: 5.0, top: 5.0, width: 20.0, height: 5.0 };
    let area = row.area.unwrap_or(usual);
    match intent {
        Intent::Move(to) => document.place(&id, if snap { arrange::snapped(to, &others) } else { to }),
        Intent::Resize(to) => document.place(&id, if snap { arrange::snapped_size(to, &others) } else { to }),
        Intent::Nudge(right, down) => {
            document.place(&id, Area { left: area.left + right, top: area.top + down, ..area });
        }
        Intent::Grow(wider, higher) => {
            document.place(&id, Area { width: area.width + wider, height: area.height + higher, ..area });
        }
        Intent::Place(to) => document.place(&id, to),
        Intent::Align(edge) => document.place(&id, edge.of(area)),
        Intent::Words(key, words) => document.set_words(&id, key, &words),
        Intent::Number(key, number) => document.set_number(&id, key, number),
        Intent::PrePrinted(pre_printed) => document.set_pre_printed(&id, pre_printed),
        Intent::Rename(to) if document.row(&to).is_none() => {
            document.rename(&id, &to);
            state.last = Some((to.clone(), "id"));
            state.chosen = Some(to);
        }
        Intent::Remove => document.remove(&id),
        _ => {}
    }
}

fn step(state: &mut State, back: bool) {
    let (from, to) = if back { (&mut state.undo, &mut state.redo) } else { (&mut state.redo, &mut state.undo) };
    let Some(now) = state.document.as_ref().map(Document::text) else { return };
    // A movement that came to nothing left a step that changes nothing.
    while let Some(text) = from.pop() {
        if text == now {
            continue;
        }
        if let Ok(document) = Document::parse(&text) {
            to.push(now);
            state.document = Some(document);
            state.saved_to = None;
        }
        return;
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
                        let (sample, snap) = (state.sample, state.snap);
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
                            snap,
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
