//! Asking a printer how it is, over whatever line it is reached.

use std::io;

use super::SpoolError;
use crate::printer::{
    magicard::status::{Condition, Detail, LONGEST_ANSWER, LONGEST_REPLY, REQUEST, Status, StatusError, question},
    profile::{Profile, StatusQuery},
};

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
            // What an answer in XML is called, and what follows it, is not public; that its first element ends is sure.
            StatusQuery::Xml => answer.len() >= LONGEST_ANSWER || ends_its_first_element(answer),
            _ => answer.len() >= LONGEST_REPLY || answer.contains(&0x03),
        }
    }

    /// What was heard until the answer was whole, or until it did not become so.
    pub(super) fn heard(&self, address: &str, ended: io::Result<()>, answer: Vec<u8>) -> Result<Vec<u8>, SpoolError> {
        match ended {
            Ok(()) => Ok(answer),
            Err(source) => {
                let heard = (!answer.is_empty()).then(|| Detail::unread(&answer));
                Err(SpoolError::Silent { address: address.to_owned(), source, heard })
            }
        }
    }

    /// Reads an answer and checks that it is this model's.
    pub(super) fn read(&self, address: &str, answer: &[u8]) -> Result<Status, SpoolError> {
        let status = if self.query == StatusQuery::Xml { Status::parse_xml(answer) } else { Status::parse(answer) };
        let unreadable = |source: StatusError| SpoolError::Unreadable {
            address: address.to_owned(),
            source,
            heard: Detail::unread(answer),
        };
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

/// Whether the first element of these bytes is whole, whatever it is called.
fn ends_its_first_element(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(begins) = rest.iter().position(|byte| *byte == b'<') {
        rest = rest.get(begins + 1..).unwrap_or_default();
        let length = rest.iter().position(|byte| b"/> \t\r\n".contains(byte)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let past = |end: &[u8]| rest.windows(end.len()).position(|there| there == end);
        let aside: &[u8] = match name {
            [b'!', b'-', b'-', ..] => b"-->",
            [b'!' | b'?', ..] => b">",
            _ => {
                let closing = [b"</", name].concat();
                let alone = past(b">").is_some_and(|end| end > 0 && rest.get(end - 1) == Some(&b'/'));
                let closed = || [b">", b" "].iter().any(|end| past(&[&closing[..], *end].concat()).is_some());
                return !name.is_empty() && (alone || closed());
            }
        };
        let Some(end) = past(aside) else { return false };
        rest = rest.get(end..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_with_its_first_element_whatever_that_is_called() {
        for (whole, bytes) in [
            (true, &b"<?xml?><prn><a/></prn>"[..]),
            (true, b"\r\0\x01\x02<!-- <b> --><answer kind=\"1\"><prn/></answer >"),
            (true, b"<prn/>"),
            (false, b"<p><prn></prn>"),
            (false, b"<prn><a></a>"),
            (false, b"<!-- </prn> "),
            (false, b"<?xml version=\"1.0\""),
            (false, b"<prn"),
            (false, b"<"),
            (false, b""),
            (false, b"OK\r\n"),
        ] {
            assert_eq!(ends_its_first_element(bytes), whole, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
