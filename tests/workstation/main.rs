//! The program as scripts and officers meet it: its real binary, its exit codes, its files.

mod alone_judged;
mod audit;
mod calibration;
mod channel_card;
mod configuration;
mod desk;
#[allow(dead_code, reason = "each test program uses its own part of it")]
#[path = "../gateway/faulty_proxy.rs"]
mod faulty_proxy;
mod issue;
mod judges;
mod nhs_codes;
mod office;
mod on_cards;
mod on_cards_judged;
mod photo_check;
mod printers;
mod queue;
mod races;
mod reader;
mod secrets;
mod self_service;
mod series_9;
mod sign_in;
mod telephone;
mod tour;
mod unattended;
mod usage;
#[path = "../cards/workbench/mod.rs"]
mod workbench;
