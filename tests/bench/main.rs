//! The workers behind the window, on a whole training workstation: orders in, events out.

mod activity;
mod cards;
mod containment;
mod desk;
mod issue;
mod pcsc;
mod photos;
mod queue;
mod sign_in;
#[allow(dead_code, reason = "the card tests use the rest of it")]
#[path = "../cards/workbench/mod.rs"]
mod workbench;
