//! One question to a queue and its answer, over HTTP.

use std::{
    io::{Cursor, Read},
    panic::catch_unwind,
    time::Duration,
};

use ipp::{
    attribute::{IppAttribute, IppAttributes},
    parser::IppParser,
    prelude::{DelimiterTag, IppRequestResponse, IppValue, IppVersion, JobState, Operation, Uri},
};
use reqwest::blocking::Client;

use super::OWNER;

/// Longest answer that is read.
const LONGEST_ANSWER: u64 = 1 << 20;
/// Port of print queues where none is named (RFC 8010).
const PORT: u16 = 631;

/// Whether a page is fitted to the sheet (PWG 5100.13).
pub(super) const SCALING: &str = "print-scaling";
/// Which sides are printed, and how they are turned (RFC 8011, 5.2.8).
pub(super) const SIDES: &str = "sides";
/// Size of the sheet (RFC 8011, 5.2.11).
pub(super) const MEDIA: &str = "media";
/// Colour or grey (PWG 5100.14).
pub(super) const COLOUR_MODE: &str = "print-color-mode";
/// What a job is made like, in a group of its own (RFC 8011, 5.2).
const OF_THE_JOB: [&str; 4] = [SCALING, SIDES, MEDIA, COLOUR_MODE];

/// A way to one queue.
pub(super) struct Line {
    queue: Uri,
    address: String,
    client: Client,
    /// For a question without a document.
    short: Duration,
    /// For a document.
    long: Duration,
}

/// What a queue said.
pub(super) struct Answer(IppAttributes);

/// Names and values of a question.
pub(super) type Words = Vec<(&'static str, IppValue)>;

impl Line {
    pub(super) fn new(queue: Uri, short: Duration, long: Duration) -> Result<Self, String> {
        let scheme = if queue.scheme_str() == Some("ipps") { "https" } else { "http" };
        let host = queue.host().ok_or("its address names no computer")?;
        let port = queue.port_u16().unwrap_or(PORT);
        let address = format!("{scheme}://{host}:{port}{}", queue.path());
        let client = Client::builder().no_proxy().connect_timeout(short).build().map_err(|e| e.to_string())?;
        Ok(Self { queue, address, client, short, long })
    }

    /// A question, about one job where `job` names it.
    pub(super) fn ask(&self, operation: Operation, job: Option<i32>, words: Words) -> Result<Answer, String> {
        self.exchange(self.request(operation, job, words)?, self.short)
    }

    /// A document for a job.
    pub(super) fn send(&self, operation: Operation, job: i32, words: Words, document: &[u8]) -> Result<Answer, String> {
        let mut bytes = self.request(operation, Some(job), words)?;
        bytes.extend_from_slice(document);
        self.exchange(bytes, self.long)
    }

    fn request(&self, operation: Operation, job: Option<i32>, words: Words) -> Result<Vec<u8>, String> {
        let said = |e: ipp::parser::IppParseError| e.to_string();
        let mut request =
            IppRequestResponse::new(IppVersion::v1_1(), operation, Some(self.queue.clone())).map_err(said)?;
        let job = job.map(|job| ("job-id", IppValue::Integer(job)));
        let owner = ("requesting-user-name", IppValue::new_name_without_language(OWNER).map_err(said)?);
        for (name, value) in job.into_iter().chain([owner]).chain(words) {
            let attribute = IppAttribute::with_name(name, value).map_err(said)?;
            let group = match OF_THE_JOB.contains(&name) {
                true => DelimiterTag::JobAttributes,
                false => DelimiterTag::OperationAttributes,
            };
            request.attributes_mut().add(group, attribute);
        }
        Ok(request.to_bytes().to_vec())
    }

    fn exchange(&self, bytes: Vec<u8>, limit: Duration) -> Result<Answer, String> {
        let request = self.client.post(&self.address).header("Content-Type", "application/ipp").timeout(limit);
        let response = request.body(bytes).send().map_err(|e| shown(&e))?;
        if !response.status().is_success() {
            return Err(format!("its server answered {}", response.status()));
        }
        let mut answer = Vec::new();
        response.take(LONGEST_ANSWER).read_to_end(&mut answer).map_err(|e| e.to_string())?;
        read(answer)
    }
}

/// Whether these bytes are an answer that can be read, and what it says.
///
/// # Errors
/// Why not, or what the queue complains of.
pub fn readable(answer: Vec<u8>) -> Result<Vec<String>, String> {
    let answer = read(answer)?;
    Ok(["printer-state-message", "printer-state-reasons"].map(|name| answer.words(name)).concat())
}

/// Reads an answer. The crate's parser counts on lengths inside of values being true, so a panic of it is an answer that
/// cannot be read.
fn read(answer: Vec<u8>) -> Result<Answer, String> {
    let unreadable = || "its answer is not IPP".to_owned();
    let parsed = catch_unwind(|| IppParser::new(Cursor::new(answer)).parse().map_err(|e| e.to_string()));
    let parsed = parsed.map_err(|_| unreadable())?.map_err(|_| unreadable())?;
    let status = parsed.header().status_code();
    if status.is_success() {
        return Ok(Answer(parsed.attributes().clone()));
    }
    let said = Answer(parsed.attributes().clone()).words("status-message").join(" ");
    Err(if said.is_empty() { status.to_string() } else { said })
}

/// Why a question got no answer, without the address, which the message has already.
fn shown(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer within the time limit".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

impl Answer {
    fn value(&self, name: &str) -> Option<&IppValue> {
        self.0.groups().iter().find_map(|group| group.get(name)).map(IppAttribute::value)
    }

    pub(super) fn number(&self, name: &str) -> Option<i32> {
        match self.value(name)? {
            IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        match self.value(name)? {
            IppValue::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }

    /// Whether it says anything under this name.
    pub(super) fn says(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| !matches!(value, IppValue::NoValue | IppValue::Other { .. }))
    }

    /// Whether a value is there and is one; `None` where the queue does not know the name.
    pub(super) fn told(&self, name: &str) -> Option<bool> {
        self.value(name).map(|value| matches!(value, IppValue::Integer(_) | IppValue::DateTime(_)))
    }

    /// The first value of each of these names, of each queue that is told of.
    pub(super) fn each(&self, names: &[&str]) -> impl Iterator<Item = Vec<String>> {
        let queues = self.0.groups_of(DelimiterTag::PrinterAttributes);
        queues.map(|queue| {
            let first = |name: &&str| match queue.get(name).map(IppAttribute::value) {
                Some(IppValue::Array(values)) => values.first().map(clean).unwrap_or_default(),
                Some(value) => clean(value),
                None => String::new(),
            };
            names.iter().map(first).collect()
        })
    }

    /// All values of a name as text.
    pub(super) fn words(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(IppValue::Array(values)) => values.iter().map(clean).collect(),
            Some(value) => vec![clean(value)],
            None => Vec::new(),
        }
    }
}

/// A value as text for people.
fn clean(value: &IppValue) -> String {
    value.to_string().chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Asks for these attributes alone.
pub(super) fn keywords(names: &[&str]) -> Words {
    let values = names.iter().filter_map(|name| IppValue::new_keyword(*name).ok()).collect();
    vec![("requested-attributes", IppValue::Array(values))]
}

/// A name, shortened to nothing where it is none.
pub(super) fn name(of: &'static str, value: &str) -> (&'static str, IppValue) {
    (of, IppValue::new_name_without_language(value).unwrap_or(IppValue::NoValue))
}

/// A keyword, shortened to nothing where it is none.
pub(super) fn keyword(of: &'static str, value: &str) -> (&'static str, IppValue) {
    (of, IppValue::new_keyword(value).unwrap_or(IppValue::NoValue))
}

/// What a document is.
pub(super) fn format(of: &str) -> (&'static str, IppValue) {
    ("document-format", IppValue::new_mime_media_type(of).unwrap_or(IppValue::NoValue))
}

/// The state of a job (RFC 8011, 5.3.7).
pub(super) fn job_state(number: i32) -> Option<JobState> {
    Some(match number {
        3 => JobState::Pending,
        4 => JobState::PendingHeld,
        5 => JobState::Processing,
        6 => JobState::ProcessingStopped,
        7 => JobState::Canceled,
        8 => JobState::Aborted,
        9 => JobState::Completed,
        _ => return None,
    })
}
