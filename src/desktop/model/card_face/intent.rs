//! What an officer wants in the editor.

use std::path::PathBuf;

use super::{arrange, document::when::Word};
use crate::face::{Purpose, Side, measure::Area};

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
    /// Shows their card so: for training or for use, and locked or not.
    SampleCard(Purpose, bool),
    /// Shows a card that the chosen element is on.
    ShowChosen,
    /// Draws for the printer of this name.
    Printer(String),
    /// Whether is shown where nothing should stand.
    Guides(bool),
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
    /// The chosen element is on cards of which this is so; an empty word asks nothing of them.
    When(Word, &'static str),
    /// Whether the chosen element is on cards of this series. On none is on all.
    Series(&'static str, bool),
    /// The chosen element is on cards of holders of these organisations, as typed.
    Organisations(String),
    /// The chosen element gets a colour of its own.
    OwnColour,
    /// A colour of the template gets this value.
    Colour(String, String),
    /// The chosen text is set in this bundled face.
    Typeface(&'static str),
    /// The chosen element gets this place in the order its side is drawn in, from 0 for the first.
    Reorder(usize),
    /// Adds an element like the chosen one.
    Duplicate,
    /// The officer chooses a picture for the chosen element in the system's own dialogue.
    ChooseArtwork,
    /// Where the picture is, as typed.
    ArtworkPath(String),
    /// The chosen element shows the picture of the typed place.
    TakeArtwork,
    /// This file was dropped on the window.
    Dropped(PathBuf),
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
    pub(super) fn run(&self) -> Option<&'static str> {
        match self {
            // What is chosen from a list is a step each time; what is typed is one.
            Self::Words(key @ ("text" | "file"), _) | Self::Number(key, _) => Some(key),
            Self::Colour(..) => Some("value of its colour"),
            Self::Organisations(_) => Some("organisations"),
            Self::Place(_) => Some("area"),
            Self::Nudge(..) => Some("nudge"),
            Self::Grow(..) => Some("grow"),
            Self::Rename(_) => Some("id"),
            _ => None,
        }
    }
}
