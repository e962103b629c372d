//! No command: the window.

use super::{
    answer::{Answer, Failure},
    arguments::Common,
};

/// Opens the officer's window and stays until it is closed.
pub fn run(common: &Common) -> Result<Answer, Failure> {
    open(common, Window::Desk)
}

/// Which window.
#[derive(Debug, Clone, Copy)]
pub enum Window {
    /// An officer's.
    Desk,
    /// A holder's, without an officer.
    Kiosk,
}

/// Opens a window and stays until it is closed.
#[cfg(feature = "desktop")]
pub fn open(common: &Common, window: Window) -> Result<Answer, Failure> {
    let which = match window {
        Window::Desk => crate::desktop::Which::Desk,
        Window::Kiosk => crate::desktop::Which::Kiosk,
    };
    let places = super::wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    crate::desktop::open(which, &places, &configuration).map_err(Failure::failed)?;
    Ok(Answer::done("", serde_json::json!({ "window": "closed" })))
}

/// This build has no window.
#[cfg(not(feature = "desktop"))]
pub fn open(_: &Common, _: Window) -> Result<Answer, Failure> {
    Err(Failure::usage(
        "this program was built without its window. Commands: tour, cards, issue, print, printers, queue, resume, audit, self-service, gateway, \
         training-card and config; “cardwright --help” explains them",
    ))
}
