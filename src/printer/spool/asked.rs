//! Asking a printer how it is, over whatever line it is reached.

use super::SpoolError;
use crate::printer::{
    magicard::status::{Condition, LONGEST_ANSWER, LONGEST_REPLY, REQUEST, Status, StatusError, question},
    profile::{Profile, StatusQuery},
};

/// Last element of an answer in XML.
const END_OF_ANSWER: &[u8] = b"</prn>";

/// What a profile says of the printer's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    profile: String,
    model_names: Vec<String>,
    pub(super) query: StatusQuery,
}

impl Asked {
    pub(super) fn new(profile: &Profile) -> Self {
        let identity = &profile.identity;
        Self { profile: profile.id.clone(), model_names: identity.model_names.clone(), query: identity.status }
    }

    /// The bytes that ask.
    pub(super) fn question(&self) -> Vec<u8> {
        if self.query == StatusQuery::Xml { question() } else { REQUEST.to_vec() }
    }

    /// Whether these bytes are a whole answer, or as many as are read.
    pub(super) fn ended(&self, answer: &[u8]) -> bool {
        match self.query {
            // How an answer in XML ends is not public; its last element is told in every case.
            StatusQuery::Xml => {
                answer.len() >= LONGEST_ANSWER || answer.windows(END_OF_ANSWER.len()).any(|end| end == END_OF_ANSWER)
            }
            _ => answer.len() >= LONGEST_REPLY || answer.contains(&0x03),
        }
    }

    /// Reads an answer and checks that it is this model's.
    pub(super) fn read(&self, address: &str, answer: &[u8]) -> Result<Status, SpoolError> {
        let status = if self.query == StatusQuery::Xml { Status::parse_xml(answer) } else { Status::parse(answer) };
        let unreadable = |source: StatusError| SpoolError::Unreadable { address: address.to_owned(), source };
        let status = status.map_err(unreadable)?;
        let same = |name: &String| name.trim().eq_ignore_ascii_case(&status.model);
        if self.model_names.is_empty() || self.model_names.iter().any(same) {
            return Ok(status);
        }
        Err(SpoolError::WrongModel {
            address: address.to_owned(),
            found: status.model,
            profile: self.profile.clone(),
            expected: self.model_names.join(" or "),
        })
    }
}

/// Whether a printer of this status takes a job.
pub(super) fn may_print(status: Option<&Status>) -> Result<(), SpoolError> {
    match status.map(|status| status.condition) {
        // A job that the printer did not understand is over; the next one may be better.
        None | Some(Condition::Ready | Condition::JobRefused) => Ok(()),
        Some(condition) => Err(SpoolError::NotReady { condition }),
    }
}
