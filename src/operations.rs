//! Issue and print as pure state machines, and the one runner that performs their effects.
//!
//! [`issue`], [`undo`] and [`mod@print`] decide; the runner performs: it writes each effect into the journal before it
//! begins it, performs it, and writes what came of it. [`preflight`] proves reader, card, holder, photo, printer and
//! gateway before the first step that cannot be taken back.

pub mod authenticate;
mod card_work;
pub mod effect;
mod error;
mod gateway_call;
pub mod issue;
mod pocket;
pub mod preflight;
pub mod print;
mod progress;
mod resume;
mod runner;
pub mod undo;
mod unfinished;

pub use authenticate::{Authenticated, AuthenticationFault, CardToAuthenticate};
pub use error::{OperationError, Standing};
pub use progress::{Progress, Step, Verdict};
pub use resume::{Resumed, Resumption};
pub use runner::{Desk, Ending, IssueReport, PrintReport, StepTime};
pub use unfinished::{Kept, UnfinishedJob, WhatNext};
