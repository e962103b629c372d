//! Widgets with no knowledge of cards: buttons, tables, notices, pages.

pub mod button;
pub mod card_picture;
pub mod choice;
pub mod navigation;
pub mod notice;
pub mod page;
pub mod prose;
pub mod realm_band;
pub mod signs;
pub mod steps;
pub mod table;
