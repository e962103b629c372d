//! The workers behind the window, on a whole training workstation: orders in, events out.

mod activity;
mod card_in_to_done;
mod cards;
mod containment;
mod desk;
#[allow(dead_code, reason = "each test program uses its own part of it")]
#[path = "../gateway/faulty_proxy.rs"]
mod faulty_proxy;
mod issue;
mod on_card;
mod own_card;
mod pcsc;
mod photos;
mod queue;
mod sign_in;
#[path = "../cards/workbench/mod.rs"]
mod workbench;
