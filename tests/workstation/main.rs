//! The program as scripts and officers meet it: its real binary, its exit codes, its files.

mod audit;
mod configuration;
mod desk;
mod issue;
mod nhs_codes;
mod queue;
mod reader;
mod secrets;
mod series_9;
mod tour;
mod unattended;
mod usage;
#[path = "../cards/workbench/mod.rs"]
mod workbench;
