//! No command: the window.

use super::{
    answer::{Answer, Failure},
    arguments::Common,
};

/// Opens the window and stays until it is closed.
#[cfg(feature = "desktop")]
pub fn run(common: &Common) -> Result<Answer, Failure> {
    let places = super::wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    crate::desktop::open(&places, &configuration).map_err(Failure::failed)?;
    Ok(Answer::done("", serde_json::json!({ "window": "closed" })))
}

/// This build has no window.
#[cfg(not(feature = "desktop"))]
pub fn run(_: &Common) -> Result<Answer, Failure> {
    Err(Failure::usage(
        "this program was built without its window. Commands: tour, cards, issue, print, printers, queue, resume, audit, self-service, gateway, \
         training-card and config; “cardwright --help” explains them",
    ))
}
