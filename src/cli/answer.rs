//! What a command gives back: one JSON document or plain text on stdout, messages on stderr, and an exit code.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::exit::Exit;
use crate::domain::NhsCode;

/// The field of a document that holds a published code.
const NHS_CODE: &str = "nhs_code";
/// The field beside it that says what the code means.
pub const NHS_CODE_MEANS: &str = "nhs_code_means";

/// What a command has to say when it ended well, or nearly.
#[derive(Debug)]
pub struct Answer {
    /// How it ended.
    pub exit: Exit,
    /// For people.
    pub text: String,
    /// For programs: the fields of the document, beside `outcome`.
    pub document: Map<String, Value>,
    /// What a person should know beside the answer; goes to stderr, and into the document as `message`.
    pub message: Option<String>,
}

impl Answer {
    /// Done, with this text and these fields (an object).
    #[must_use]
    pub fn done(text: impl Into<String>, document: Value) -> Self {
        let document = match document {
            Value::Object(fields) => fields,
            other => Map::from_iter([("answer".to_owned(), other)]),
        };
        Self { exit: Exit::Done, text: text.into(), document, message: None }
    }

    /// The same, ending otherwise, and why.
    #[must_use]
    pub fn ending(mut self, exit: Exit, message: impl Into<String>) -> Self {
        self.exit = exit;
        self.message = Some(message.into());
        self
    }
}

/// Why a command gave no answer.
#[derive(Debug)]
pub struct Failure {
    /// How it ended.
    pub exit: Exit,
    /// What failed, what state the card is in, and the next action.
    pub message: String,
    /// More fields for the document, such as each reason of a refusal.
    pub document: Map<String, Value>,
}

impl Failure {
    /// Failed with nothing changed.
    #[must_use]
    pub fn failed(message: impl ToString) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// The command line was wrong.
    #[must_use]
    pub fn usage(message: impl ToString) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// With the published code that means the same, if there is one: in the document as `nhs_code`, behind the message on
    /// stderr.
    #[must_use]
    pub fn with_code(mut self, code: Option<NhsCode>) -> Self {
        self.document.extend(of_code(code));
        self
    }

    /// Ended in this way.
    #[must_use]
    pub fn new(exit: Exit, message: impl ToString) -> Self {
        Self { exit, message: message.to_string(), document: Map::new() }
    }
}

/// The fields of a document that tell a published code: itself, and what it says of what failed, of the card and of what to
/// do. None where there is none.
pub fn of_code(code: Option<NhsCode>) -> Map<String, Value> {
    let Some(code) = code else { return Map::new() };
    let means = json!({
        "what_failed": code.what_failed(),
        "card_state": code.card_state(),
        "next_action": code.next_action(),
    });
    Map::from_iter([(NHS_CODE.to_owned(), json!(code)), (NHS_CODE_MEANS.to_owned(), means)])
}

/// A published code behind words for people, and what it says beyond them; nothing where there is none.
pub fn beside(words: &str, code: Option<NhsCode>) -> String {
    let Some(code) = code else { return String::new() };
    match code.beside(words) {
        unsaid if unsaid.is_empty() => format!(" (NHS code {code})"),
        unsaid => format!(" (NHS code {code}: {unsaid})"),
    }
}

/// Where answers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text for people.
    Text,
    /// One JSON document.
    Json,
}

/// A progress line; always to stderr, so that stdout stays one document.
pub fn progress(line: &str) {
    // Nobody reads a closed stderr: the work itself goes on.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes the end of a command and returns its exit code.
pub fn write(style: Style, ended: Result<Answer, Failure>) -> Exit {
    let (mut exit, text, fields, message) = match ended {
        Ok(answer) => (answer.exit, answer.text, answer.document, answer.message),
        Err(failure) => (failure.exit, String::new(), failure.document, Some(failure.message)),
    };
    if let Some(message) = &message {
        let code = fields.get(NHS_CODE).and_then(Value::as_str).and_then(|code| code.parse().ok());
        progress(&format!("cardwright: {message}{}", beside(message, code)));
    }
    let out = match style {
        Style::Text => text,
        Style::Json => document(exit, message, fields),
    };
    if !out.is_empty() && writeln!(io::stdout(), "{}", out.trim_end()).is_err() && exit == Exit::Done {
        progress("cardwright: the answer could not be written; the command itself was done");
        exit = Exit::Warning;
    }
    exit
}

fn document(exit: Exit, message: Option<String>, fields: Map<String, Value>) -> String {
    let mut whole = Map::new();
    whole.insert("outcome".to_owned(), json!(exit.word()));
    if let Some(message) = message {
        whole.insert("message".to_owned(), json!(message));
    }
    whole.extend(fields);
    // A map of JSON values always serialises; `Display` of a value cannot fail.
    format!("{:#}", Value::Object(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_says_what_failed_how_the_card_is_and_what_to_do() {
        for code in NhsCode::ALL {
            assert_eq!(beside("it broke off", Some(code)), format!(" (NHS code {code}: {})", code.explained()));
            assert_eq!(beside(&code.explained(), Some(code)), format!(" (NHS code {code})"));
            let document = Failure::failed("it broke off").with_code(Some(code)).document;
            assert_eq!(document[NHS_CODE], code.code());
            let means = &document[NHS_CODE_MEANS];
            let said =
                ["what_failed", "card_state", "next_action"].map(|field| means[field].as_str().unwrap_or_default());
            assert_eq!(said, [code.what_failed(), code.card_state(), code.next_action()]);
        }
        assert!(beside("it broke off", None).is_empty() && of_code(None).is_empty());
    }
}
