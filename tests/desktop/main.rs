//! The window, driven by role and label on the real workers: real gateway, real journal, virtual cards and printer.

#![cfg(feature = "desktop")]

mod activity;
mod any_intents;
mod bench_bar;
mod closing;
mod faults;
#[path = "../gateway/faulty_proxy.rs"]
#[allow(dead_code, reason = "other tests harm calls in more ways")]
mod faulty_proxy;
mod find;
mod frame;
mod harness;
mod help;
mod holder;
mod issue;
mod issue_flow;
mod layout;
mod offline;
#[path = "../operations/old_card.rs"]
mod old_card;
mod old_series;
mod passcode;
mod photo;
mod queue;
mod queue_faults;
mod samples;
mod second_officer;
mod served;
mod service;
mod service_flow;
mod settings;
mod sign_in;
mod snapshots;
mod telephone;
mod unfinished;
