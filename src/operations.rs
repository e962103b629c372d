//! Every card operation as a pure state machine, and the one runner that performs their effects.
//!
//! [`issue`], [`undo`], [`mod@print`], [`mod@unlock`], [`passcode`], [`clear`], [`cancel`], [`recertify`] (repair and
//! renew) and [`telephone`] decide; the runner performs: it writes each effect into the journal before it
//! begins it, performs it, and writes what came of it. [`preflight`] proves reader, card, holder, photo, printer and
//! gateway before the first step that cannot be taken back.

mod at_once;
mod at_printer;
pub mod authenticate;
mod came_out;
pub mod cancel;
mod card_look;
mod card_work;
pub mod channel;
pub mod clear;
pub mod diagnosis;
pub mod effect;
mod error;
mod gateway_call;
pub mod in_printer;
mod in_use;
pub mod issue;
mod judged;
mod known;
pub mod on_card;
mod own_elsewhere;
mod own_unfinished;
pub mod passcode;
mod pocket;
pub mod preflight;
mod prepare;
pub mod print;
mod progress;
pub mod recertify;
pub mod relay;
mod report;
mod resume;
mod runner;
pub mod self_service;
mod take_over;
pub mod telephone;
mod through_channel;
mod trial;
pub mod undo;
mod unfinished;
pub mod unlock;

pub use at_once::{AskHolder, BegunAtOnce};
pub use authenticate::{Authenticated, AuthenticationFault, CardToAuthenticate};
pub use card_look::{CardLook, CardStanding, CertificateOnCard, is_made_by};
pub use error::{OperationError, Standing};
pub use known::KnownCard;
pub use on_card::AskedBy;
pub use own_unfinished::GoneOn;
pub use prepare::{CardWish, OnCardPreflight, RecertifyPreflight};
pub use progress::{Progress, Step, Verdict};
pub use report::{CardReport, Need, WhichPair};
pub use resume::{Resumed, Resumption};
pub use runner::{Desk, Ending, IssueReport, PrintReport, StepTime};
pub use trial::Tried;
pub use unfinished::{Kept, UnfinishedJob, WhatNext};
