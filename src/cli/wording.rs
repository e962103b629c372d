//! How operations are told on a terminal: progress lines, endings, errors and their exit codes.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{
    answer::{self, Answer, Failure, progress},
    arguments::Common,
    exit::Exit,
    passcode::{self, Source},
    print::came_out::how_to_say,
};
use crate::{
    cis2::{
        Service, ServiceError,
        wire::{CardProof, SecretBase64},
    },
    domain::{NhsCode, eligibility::Reason},
    operations::{Ending, OperationError, Progress, Standing, Step, StepTime, Verdict},
    workplace::{Configuration, Places, Readers, Workplace, WorkplaceError},
};

/// Puts the workstation together as the common options say.
pub fn open(common: &Common) -> Result<Workplace, Failure> {
    let places = places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let workplace = match &common.sign_in_card {
        Some(reader) => with_own_card(&places, configuration, reader)?,
        None => Workplace::open(&places, configuration, common.officer.clone(), Readers::AsConfigured)?,
    };
    // Done while the gateway answers: once it is silent, it is too late.
    if let Err(error) = workplace.desk().enrol(workplace.gateway_name()) {
        progress(&format!(
            "This desk cannot unlock cards by telephone yet, and nothing else is touched by it ({error})"
        ));
    } else if let Err(error) = workplace.tell_printer_changes() {
        progress(&format!(
            "What was changed in the list of printers is on record at this desk, and the gateway is told later ({error})"
        ));
    }
    Ok(workplace)
}

/// The officer signs in with their own card.
fn with_own_card(places: &Places, configuration: Configuration, reader: &str) -> Result<Workplace, Failure> {
    let mut workplace = Workplace::unattended(places, configuration, Readers::AsConfigured)?;
    let proof = own_card_proof(&workplace, reader, "of the officer's own card")?;
    workplace.session = Some(workplace.service.sign_in_with_card(&CardProof { proof })?);
    workplace.signed_in_at(Some(reader));
    Ok(workplace)
}

/// What an officer's card in this reader proves after its passcode, which is asked for in these words.
///
/// # Errors
/// The card cannot prove it, no passcode came, or it was wrong.
pub fn own_card_proof(workplace: &Workplace, reader: &str, whose: &str) -> Result<SecretBase64, Failure> {
    let desk = workplace.desk();
    let card = desk.prepare_authentication(Some(reader))?;
    let passcode = Source::of(!passcode::is_anybody_there()).passcode_of(whose, card.rules())?;
    Ok(desk.authenticate(card, &passcode)?.card.proof)
}

/// Says that a card is being looked for and read, with the code the NHS publishes for that state.
pub fn reading(reader: Option<&str>) {
    let place = reader.map_or_else(|| "The card".to_owned(), |reader| format!("The card in “{reader}”"));
    let code = NhsCode::Scanning;
    progress(&format!("{place} is being read (NHS code {code}). {}. {}…", code.card_state(), code.next_action()));
}

/// Keeps the gateway's newest audit head after a job; one that cannot be had now is had after the next.
pub fn witness(workplace: &Workplace) {
    if let Err(error) = workplace.witness_audit() {
        progress(&format!(
            "The job is not touched by this, but the newest audit head was not kept ({error}). `cardwright audit verify` \
             keeps it"
        ));
    }
}

/// Where data and configuration are.
pub fn places(common: &Common) -> Result<Places, Failure> {
    Places::new(common.data.clone(), common.config.clone()).map_err(Failure::usage)
}

impl From<WorkplaceError> for Failure {
    fn from(error: WorkplaceError) -> Self {
        let wrong_words = matches!(
            error,
            WorkplaceError::NoHome(_)
                | WorkplaceError::Configuration(_)
                | WorkplaceError::CardProfile(_)
                | WorkplaceError::PrinterProfile(_)
                | WorkplaceError::Printers(_)
                | WorkplaceError::Address(_)
                | WorkplaceError::UnknownOfficer(..)
                | WorkplaceError::NoSignIn(_)
        );
        if wrong_words { Self::usage(error) } else { Self::failed(error) }
    }
}

impl From<OperationError> for Failure {
    fn from(error: OperationError) -> Self {
        let exit = match error.standing() {
            Standing::Unchanged => Exit::Failed,
            Standing::RefusedByPolicy => Exit::Refused,
            Standing::Unfinished => Exit::Unfinished,
        };
        let reasons = match &error {
            OperationError::Refused(refusal) => Some(refusal),
            OperationError::Service(ServiceError::Problem(problem)) => problem.refusal.as_ref().map(|(_, why)| why),
            _ => None,
        };
        let mut failure = match &error {
            // The window has a page for it.
            OperationError::SayFirst { job, .. } => Self::new(exit, format!("{error}. {}", how_to_say(job))),
            _ => Self::new(exit, &error),
        };
        if let Some(refusal) = reasons {
            failure.document = fields(&json!({ "reasons": refusal.reasons.iter().map(reason).collect::<Vec<_>>() }));
        }
        if let OperationError::Faulty { findings, .. } = &error {
            let found = findings.iter().map(ToString::to_string).collect::<Vec<_>>();
            failure.document = fields(&json!({ "diagnosis": found }));
        }
        failure.with_code(error.nhs_code())
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        OperationError::Service(error).into()
    }
}

/// A reason of a refusal, for documents; with the code the NHS publishes for the same, where there is one.
pub fn reason(reason: &Reason) -> Value {
    let document = json!({ "why": reason.to_string(), "remedy": reason.remedy() });
    Value::Object(fields(&document).into_iter().chain(answer::of_code(reason.nhs_code())).collect())
}

/// Tells the steps of a job on stderr: a line for each, with its time, once the next one begins.
#[derive(Default)]
pub struct Teller {
    current: Option<(Step, Duration, Verdict)>,
}

impl Teller {
    /// Takes one message of the runner. A step of several effects is one line.
    pub fn hear(&mut self, news: &Progress) {
        let (step, took, good) = match news {
            Progress::Finished { step, took, good, .. } => (step, took, good),
            Progress::Said { words, .. } => return progress(&format!("  {words}")),
            Progress::Started { .. } => return,
        };
        match &mut self.current {
            Some((known, time, verdict @ Verdict::Good)) if known == step => {
                *time = time.saturating_add(*took);
                *verdict = *good;
            }
            _ => {
                self.flush();
                self.current = Some((*step, *took, *good));
            }
        }
    }

    fn flush(&mut self) {
        if let Some((step, took, verdict)) = self.current.take() {
            let ending = match verdict {
                Verdict::Good => "",
                Verdict::Refused => ": refused",
                Verdict::Interrupted => ": no answer",
            };
            progress(&format!("  {step} ({} ms){ending}", took.as_millis()));
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.flush();
    }
}

/// The answer of a job that ended in this way; `text` and `document` say what it did.
pub fn ended(ending: &Ending, text: String, document: &Value) -> Result<Answer, Failure> {
    let failure = |exit, why: &str| {
        Failure { document: fields(document), ..Failure::new(exit, why) }.with_code(ending.nhs_code())
    };
    match ending {
        Ending::Done => Ok(Answer::done(text, document.clone())),
        Ending::Undone { why, by_policy: true, .. } => {
            Err(failure(Exit::Refused, &format!("{why}. What had been begun was undone")))
        }
        Ending::Undone { why, .. } => Err(failure(Exit::Failed, &format!("{why}. What had been begun was undone"))),
        Ending::Unfinished { why } => Err(failure(
            Exit::Unfinished,
            &format!("{why}. The job is on record: run “cardwright resume” to finish or undo it"),
        )),
    }
}

/// The steps and their times, for documents.
pub fn steps(steps: &[StepTime]) -> Value {
    steps.iter().map(|s| json!({ "step": s.step, "milliseconds": rounded(s.milliseconds) })).collect()
}

/// A time as documents carry it: thousandths of a millisecond say nothing.
pub fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 10.0).round() / 10.0
}

/// The fields of a document that is an object.
pub fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
