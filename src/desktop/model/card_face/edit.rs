//! What an officer's wish does to the template and to the page: no wish of these asks the workers anything.

use super::{Document, Intent, State, arrange, document::when::List};
use crate::face::{
    measure::Area,
    samples::{self, Sample},
};

/// What changes the page alone.
pub(super) fn edit(state: &mut State, intent: Intent) {
    if intent.run().is_none() {
        state.last = None;
    }
    match intent {
        Intent::See(side) => {
            state.side = side;
            state.chosen = None;
        }
        Intent::Choose(id) => state.chosen = id,
        Intent::Sample(place) => state.sample.holder = place % samples::NAMES.len(),
        Intent::SampleCard(purpose, locked) => state.sample = Sample { purpose, locked, ..state.sample.clone() },
        Intent::ShowChosen => {
            if let Some(condition) = state.condition() {
                state.sample = state.sample.clone().showing(condition);
            }
        }
        Intent::Printer(name) => state.printer = Some(name),
        Intent::Guides(guides) => state.guides = guides,
        Intent::ArtworkPath(path) => state.artwork_path = path,
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
        Intent::Duplicate => {
            let Some(id) = state.chosen.clone() else { return };
            state.remember();
            state.chosen = state.document.as_mut().and_then(|document| document.duplicate(&id)).or(Some(id));
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
        Intent::When(key, word) => document.set_when(&id, key, word),
        Intent::Series(series, on) => {
            let mut all = row.when.series;
            all.retain(|known| known != series);
            if on {
                all.push(series.to_owned());
            }
            document.set_when_list(&id, List::Series, &all);
        }
        Intent::Organisations(typed) => {
            document.set_when_list(&id, List::Organisations, &codes(&typed));
            state.typed_organisations = Some((id, typed));
        }
        Intent::OwnColour => document.own_colour(&id),
        Intent::Colour(name, value) => document.set_colour(&name, &value),
        Intent::Typeface(face) => document.set_typeface(&id, face),
        Intent::Reorder(to) => document.reorder(&id, to),
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

/// Codes of organisations as people write them one after the other.
pub(super) fn codes(typed: &str) -> Vec<String> {
    let codes = typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|code| !code.is_empty());
    codes.map(str::to_uppercase).collect()
}
