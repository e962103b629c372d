//! The window, driven by role and label on the real workers: real gateway, real journal, virtual cards and printer.

#![cfg(feature = "desktop")]

mod activity;
mod any_intents;
mod at_once;
mod bench_bar;
mod camera;
mod card_face;
mod card_face_edits;
mod closing;
mod codes;
mod desk;
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
#[path = "../rules/oracle.rs"]
mod oracle;
mod own_card;
#[path = "../rules/page.rs"]
#[allow(dead_code, reason = "other tests read more of its tables")]
mod page;
mod passcode;
mod photo;
mod printers;
mod pulled;
mod queue;
mod queue_faults;
mod rules;
mod rules_profile;
mod samples;
mod second_officer;
mod served;
mod service;
mod service_flow;
mod settings;
mod sign_in;
mod snapshots;
mod spoilt;
mod telephone;
mod telephone_card;
mod unfinished;
#[path = "../rules/why.rs"]
mod why;
