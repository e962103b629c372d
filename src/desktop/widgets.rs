//! Widgets with no knowledge of cards: buttons, tables, notices, pages.

pub mod button;
pub mod notice;
pub mod page;
pub mod table;
