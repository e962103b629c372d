//! Cards that are reached through PKCS#11 middleware: SoftHSM2, and OpenSC over our own PIV cards, judged by OpenSC's tools
//! and OpenSSL.

mod card_like;
mod child;
mod command_line;
#[allow(dead_code, reason = "the desk of another test program, of which a part is used")]
#[path = "../workstation/desk.rs"]
mod desk;
mod faults;
#[allow(dead_code, reason = "the desk of another test program, of which a part is used")]
#[path = "../gateway/desk.rs"]
mod gateway_desk;
#[cfg(feature = "desktop")]
#[allow(dead_code, reason = "the window of another test program, of which a part is used")]
#[path = "../desktop/harness.rs"]
mod harness;
mod locks;
mod old_cards;
mod older_system;
mod opensc;
mod operations;
#[allow(dead_code, reason = "the judge of another test program, of which a part is used")]
#[path = "../operations/promise.rs"]
mod promise;
mod soft_token;
mod softhsm;
#[cfg(feature = "desktop")]
mod window;
#[path = "../cards/workbench/mod.rs"]
mod workbench;
