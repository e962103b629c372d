//! The window.
//!
//! Data flows one way. [`window::Window::logic`] drains what the workers of [`crate::bench`] tell into the [`model`];
//! [`window::Window::ui`] draws screens and dialogues from a [`view::View`] that cannot change anything; what the officer
//! does comes back as [`intent::Intent`]s, which [`model::Model::update`] turns into changes and orders for the workers.
//! Model and intents are pure: tests drive them without a window.

pub mod command;
pub mod dialogs;
pub mod format;
pub mod intent;
pub mod kiosk;
pub mod model;
pub mod preferences;
pub mod route;
pub mod screens;
mod start;
pub mod text;
pub mod theme;
pub mod view;
pub mod widgets;
pub mod window;
pub mod wording;

pub use start::{Which, WindowError, open};
