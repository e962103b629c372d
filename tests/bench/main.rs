//! The workers behind the window, on a whole training workstation: orders in, events out.

mod activity;
mod cards;
mod containment;
mod desk;
mod issue;
mod on_card;
mod own_card;
mod pcsc;
mod photos;
mod queue;
mod sign_in;
#[path = "../cards/workbench/mod.rs"]
mod workbench;
