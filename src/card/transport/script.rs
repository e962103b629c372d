//! A transport that answers from a list, for the tests of the layers and of the client.

use std::collections::VecDeque;

use super::{Transport, TransportError};
use crate::card::apdu::{Command, Response};

/// Answers in order, and what was asked. Asking more than there are answers is a fault of the test.
#[derive(Default)]
pub(crate) struct Script {
    answers: VecDeque<Result<Response, TransportError>>,
    sent: Vec<Command>,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds an answer: data and status word.
    pub(crate) fn then(mut self, answer: &[u8]) -> Self {
        self.answers.push_back(Ok(Response::parse(answer).expect("a scripted answer is an answer")));
        self
    }

    /// Adds a lost answer.
    pub(crate) fn then_fails(mut self, error: TransportError) -> Self {
        self.answers.push_back(Err(error));
        self
    }

    /// What was asked.
    pub(crate) fn sent(&self) -> &[Command] {
        &self.sent
    }
}

impl Transport for Script {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        self.sent.push(command.clone());
        self.answers.pop_front().unwrap_or_else(|| panic!("no scripted answer left for {command:?}"))
    }
}
