//! The window, driven by role and label on the real workers: real gateway, real journal, virtual cards and printer.

#![cfg(feature = "desktop")]

mod any_intents;
mod frame;
mod harness;
mod issue;
mod issue_flow;
mod layout;
mod passcode;
