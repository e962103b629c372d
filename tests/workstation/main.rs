//! The program as scripts and officers meet it: its real binary, its exit codes, its files.

mod audit;
mod channel_card;
mod configuration;
mod desk;
mod issue;
mod judges;
mod nhs_codes;
mod office;
mod on_cards;
mod on_cards_judged;
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
