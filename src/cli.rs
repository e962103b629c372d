//! The same operations without a window.
//!
//! A command assembles a [`Workplace`](crate::workplace::Workplace), calls one operation and words its answer. Answers go to stdout as text or, with
//! `--json`, as exactly one JSON document; progress and messages go to stderr; [`exit::Exit`] says how it ended.

pub mod answer;
pub mod arguments;
mod audit;
mod cancel;
mod cards;
mod change_passcode;
mod clear;
mod config;
pub mod exit;
mod gateway;
mod issue;
mod on_card;
mod passcode;
mod photo;
mod print;
mod printers;
mod queue;
mod renew;
mod repair;
mod resume;
mod self_service;
mod table;
mod telephone;
mod tour;
mod training_card;
mod unlock;
mod window;
mod wording;

use std::ffi::OsString;

use clap::Parser;

use self::{
    answer::{Answer, Failure, Style},
    arguments::{Arguments, Command},
    exit::Exit,
};

/// Runs one command line and says how it ended.
#[must_use]
pub fn run(words: impl IntoIterator<Item = OsString>) -> Exit {
    let words: Vec<OsString> = words.into_iter().collect();
    match Arguments::try_parse_from(&words) {
        Ok(arguments) => {
            let style = if arguments.common.json { Style::Json } else { Style::Text };
            answer::write(style, perform(&arguments))
        }
        Err(error) => misread(&error, &words),
    }
}

fn perform(arguments: &Arguments) -> Result<Answer, Failure> {
    let common = &arguments.common;
    match &arguments.command {
        None => window::run(common),
        Some(Command::Tour(tour)) => tour::run(common, tour),
        Some(Command::Cards(cards)) => cards::run(common, cards),
        Some(Command::Issue(issue)) => issue::run(common, issue),
        Some(Command::Print(print)) => print::run(common, print),
        Some(Command::Photo(photo)) => photo::run(common, photo),
        Some(Command::Printers(printers)) => printers::run(common, printers),
        Some(Command::Queue(arguments)) => queue::run(common, arguments),
        Some(Command::Unlock(unlock)) => unlock::run(common, unlock),
        Some(Command::Repair(repair)) => repair::run(common, repair),
        Some(Command::Renew(renew)) => renew::run(common, renew),
        Some(Command::Clear(clear)) => clear::run(common, clear),
        Some(Command::Cancel(cancel)) => cancel::run(common, cancel),
        Some(Command::Passcode(passcode)) => change_passcode::run(common, passcode),
        Some(Command::Resume(resume)) => resume::run(common, resume),
        Some(Command::Audit(audit)) => audit::run(common, audit),
        Some(Command::SelfService(own)) => self_service::run(common, own),
        Some(Command::Gateway(gateway)) => gateway::run(common, gateway),
        Some(Command::TrainingCard(card)) => training_card::run(common, card),
        Some(Command::Config(config)) => config::run(common, config),
    }
}

/// A command line that is none: help and version are answers, everything else is wrong usage.
fn misread(error: &clap::Error, words: &[OsString]) -> Exit {
    if !error.use_stderr() {
        return if error.print().is_ok() { Exit::Done } else { Exit::Failed };
    }
    let style = if words.iter().any(|word| word == "--json") { Style::Json } else { Style::Text };
    let rendered = error.render().to_string();
    answer::write(style, Err(Failure::usage(rendered.trim_end().trim_start_matches("error: "))))
}
