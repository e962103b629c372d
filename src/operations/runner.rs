//! The one runner: journal, perform, journal, step; until the machine has nothing more to do or an answer stays away.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::{
    at_printer, card_work,
    channel::ChannelUse,
    effect::{Effect, Fault, Outcome},
    error::OperationError,
    gateway_call,
    issue::{self, PasscodeChoice},
    on_card::{self, AskedBy},
    pocket::Pocket,
    preflight::{IssuePreflight, PrintPreflight},
    print,
    progress::{Progress, Step, Verdict},
    recertify, telephone,
    through_channel::ThroughChannel,
};
use crate::{
    card::{piv::ObjectName, profile::Profiles, reader::CardReaders},
    cis2::{Service, wire::PrintOutcome},
    domain::{
        CardIdentifier, CardSerial, HolderId, JobId, NhsCode, Operation, Passcode, Secret, Series,
        eligibility::{ClientSoftware, Realm},
    },
    journal::{JobState, Journal},
    printer::{choice::Printers, spool::Spool},
};

/// Everything operations stand on at one workstation.
pub struct Desk<'a> {
    /// The gateway.
    pub service: &'a dyn Service,
    /// The readers.
    pub readers: &'a dyn CardReaders,
    /// The card profiles.
    pub profiles: &'a Profiles,
    /// The journal.
    pub journal: &'a Journal,
    /// What the workstation runs.
    pub software: ClientSoftware,
    /// Which world.
    pub realm: Realm,
    /// The printers, for work that moves a card inside one; none at a desk without.
    pub printers: Option<&'a Printers>,
    /// The reader in which the officer's own card signed in. A card that is looked for is looked for there last: what is in
    /// it is read by nobody who does not have to.
    pub officers_reader: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "ending")]
pub enum Ending {
    /// Done.
    Done,
    /// Given up, and everything is as if it had not begun.
    Undone {
        /// Why, and what to do.
        why: String,
        /// Whether policy refused it.
        by_policy: bool,
        /// The published code of what ended it, if there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        nhs_code: Option<NhsCode>,
    },
    /// Cut off; it stays on record and `resume` finishes or undoes it.
    Unfinished {
        /// Why, and what to do.
        why: String,
    },
}

impl Ending {
    /// The code the NHS publishes for card work that was begun and not completed.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::Unfinished { .. } => Some(NhsCode::NotCompleted),
            Self::Undone { nhs_code, .. } => *nhs_code,
            Self::Done => None,
        }
    }
}

/// One step and how long it took, all its effects together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepTime {
    /// The step.
    pub step: Step,
    /// Milliseconds.
    pub milliseconds: f64,
}

/// What came of an issue.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueReport {
    /// The plan it followed.
    pub plan: issue::Plan,
    /// How it ended.
    pub ending: Ending,
    /// APDUs exchanged with the card, recognition included.
    pub apdus: u64,
    /// Time of every step, in order.
    pub steps: Vec<StepTime>,
    /// The pair that was read back and confirmed, DER: authentication, signing.
    pub certificates: Option<[Vec<u8>; 2]>,
}

/// What came of a print.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintReport {
    /// The plan it followed.
    pub plan: print::Plan,
    /// How it ended.
    pub ending: Ending,
    /// How the print is on record; `None` when it never started, and while nobody has said how the card came out.
    pub outcome: Option<PrintOutcome>,
    /// Whether the job was sent and somebody has to say how the card came out: [`Desk::came_out`].
    pub asks_officer: bool,
    /// Whether nothing was sent, and the same job goes through once somebody has seen to the printer.
    pub passes: bool,
    /// Time of every step, in order.
    pub steps: Vec<StepTime>,
}

/// The plan of any job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobPlan {
    /// An issue.
    Issue(issue::Plan),
    /// A print.
    Print(print::Plan),
    /// Unlock, change passcode, clear or cancel.
    OnCard(on_card::Plan),
    /// Repair or renew.
    Recertify(recertify::Plan),
    /// An unlock without a gateway.
    Telephone(telephone::Plan),
}

impl JobPlan {
    /// The job.
    pub fn job(&self) -> &JobId {
        match self {
            Self::Issue(plan) => &plan.job,
            Self::Print(plan) => &plan.job,
            Self::OnCard(plan) => &plan.job,
            Self::Recertify(plan) => &plan.job,
            Self::Telephone(plan) => &plan.job,
        }
    }

    /// What it does.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Issue(_) => Operation::Issue,
            Self::Print(_) => Operation::Print,
            Self::OnCard(plan) => plan.operation,
            Self::Recertify(plan) => plan.operation,
            Self::Telephone(_) => Operation::Unlock,
        }
    }

    /// For whom.
    pub fn holder(&self) -> &HolderId {
        match self {
            Self::Issue(plan) => &plan.holder,
            Self::Print(plan) => &plan.holder,
            Self::OnCard(plan) => &plan.holder,
            Self::Recertify(plan) => &plan.holder,
            Self::Telephone(plan) => &plan.holder,
        }
    }

    /// On which card.
    pub fn serial(&self) -> &CardSerial {
        match self {
            Self::Issue(plan) => &plan.serial,
            Self::Print(plan) => &plan.serial,
            Self::OnCard(plan) => &plan.serial,
            Self::Recertify(plan) => &plan.serial,
            Self::Telephone(plan) => &plan.serial,
        }
    }

    /// Its series.
    pub fn series(&self) -> Series {
        match self {
            Self::Issue(plan) => plan.series,
            Self::Print(plan) => plan.series,
            Self::OnCard(plan) => plan.series,
            Self::Recertify(plan) => plan.series,
            Self::Telephone(plan) => plan.series,
        }
    }

    /// The card profile that recognised it; empty where no chip is needed.
    pub fn profile(&self) -> &str {
        match self {
            Self::Issue(plan) => &plan.profile,
            Self::Print(_) => "",
            Self::OnCard(plan) => &plan.profile,
            Self::Recertify(plan) => &plan.profile,
            Self::Telephone(plan) => &plan.profile,
        }
    }

    /// SHA-256 of the certificates that a renewal takes away once they are replaced.
    pub fn replaced(&self) -> &[String] {
        match self {
            Self::Recertify(plan) => &plan.replaced,
            Self::Issue(_) | Self::Print(_) | Self::OnCard(_) | Self::Telephone(_) => &[],
        }
    }

    /// Who asked for it.
    pub fn asked_by(&self) -> AskedBy {
        match self {
            Self::OnCard(plan) => plan.asked_by,
            Self::Recertify(plan) => plan.asked_by,
            Self::Issue(_) | Self::Print(_) | Self::Telephone(_) => AskedBy::Officer,
        }
    }

    /// What is done with the card's secure channel.
    pub fn channel(&self) -> ChannelUse {
        match self {
            Self::Issue(plan) => plan.channel,
            Self::OnCard(plan) => plan.channel,
            Self::Recertify(plan) => plan.channel,
            // Without a gateway there are no session keys, and a print touches no chip.
            Self::Print(_) | Self::Telephone(_) => ChannelUse::None,
        }
    }

    /// The GUID the card gets with its new certificates, 32 hexadecimal digits.
    pub fn guid(&self) -> Option<&str> {
        match self {
            Self::Issue(plan) => Some(&plan.guid),
            Self::Recertify(plan) => Some(&plan.guid),
            Self::Print(_) | Self::OnCard(_) | Self::Telephone(_) => None,
        }
    }

    /// The same as an identifier, where the card has an object for it.
    pub fn identifier(&self) -> Option<CardIdentifier> {
        let objects = match self {
            Self::Issue(plan) => &plan.objects,
            Self::Recertify(plan) => &plan.objects,
            Self::Print(_) | Self::OnCard(_) | Self::Telephone(_) => return None,
        };
        let written = objects.contains(&ObjectName::CardHolderUniqueIdentifier);
        self.guid().filter(|_| written)?.parse().ok()
    }

    /// As the journal keeps it.
    pub(super) fn to_json(&self) -> Result<serde_json::Value, OperationError> {
        match self {
            Self::Issue(plan) => to_json(plan),
            Self::Print(plan) => to_json(plan),
            Self::OnCard(plan) => to_json(plan),
            Self::Recertify(plan) => to_json(plan),
            Self::Telephone(plan) => to_json(plan),
        }
    }
}

/// Any machine the runner can drive.
pub trait Machine: Sized {
    /// The effect whose outcome is awaited.
    fn pending(&self) -> Option<Effect>;
    /// One step.
    fn step(self, outcome: &Outcome) -> Self;
}

impl Machine for issue::State {
    fn pending(&self) -> Option<Effect> {
        Self::pending(self)
    }
    fn step(self, outcome: &Outcome) -> Self {
        issue::step(self, outcome)
    }
}

impl Machine for print::State {
    fn pending(&self) -> Option<Effect> {
        Self::pending(self)
    }
    fn step(self, outcome: &Outcome) -> Self {
        print::step(self, outcome)
    }
}

/// Where a driven machine came to rest, and what it met on the way.
pub struct Rest<M> {
    pub machine: M,
    /// Why it stopped before its end, if it did.
    pub stalled: Option<String>,
    /// Whether a refusal on the way was one of policy.
    pub by_policy: bool,
    /// The published code of the first fault on the way.
    pub nhs_code: Option<NhsCode>,
    pub steps: Vec<StepTime>,
    /// Calls of the gateway.
    pub gateway_calls: u32,
}

impl Desk<'_> {
    /// Issues the card that preflight found. `passcode` is the holder's choice; a card that is left locked has none.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn issue(
        &self,
        preflight: IssuePreflight,
        passcode: Option<Passcode>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<IssueReport, OperationError> {
        let IssuePreflight { plan, holder, profile, facial_image, session, .. } = preflight;
        let passcode = match (plan.passcode, passcode) {
            (PasscodeChoice::ChosenByHolder, Some(chosen)) => {
                chosen.fits(profile.passcode.rules())?;
                chosen
            }
            // A card with a passcode that nobody knows and that is not on record as locked would be lost.
            (PasscodeChoice::ChosenByHolder, None) => return Err(OperationError::NoPasscode),
            (PasscodeChoice::LeftLocked, _) => random_passcode()?,
        };
        let _claim = self.journal.claim(&plan.job)?;
        let mut pocket = Pocket {
            session: Some(session),
            profile: Some(profile),
            holder: Some(holder),
            facial_image,
            passcode: Some(passcode),
            ..Pocket::default()
        };
        let body = serde_json::to_value(&plan).map_err(|e| OperationError::JournalEntry(e.to_string()))?;
        self.journal.begin(&plan.job, Operation::Issue, &body)?;
        let job_plan = JobPlan::Issue(plan.clone());
        let machine = ThroughChannel::new(issue::State::new(plan), job_plan.channel());
        let rest = self.drive(machine, &job_plan, &mut pocket, None, tell)?;
        let ending = issue_ending(&rest);
        self.close(job_plan.job(), &ending)?;
        let apdus = pocket.session.as_ref().map_or(0, |session| session.record.count());
        let certificates = match (&ending, pocket.certified) {
            (Ending::Done, Some(pair)) => Some([pair.authentication.0, pair.signing.0]),
            _ => None,
        };
        Ok(IssueReport { plan: rest.machine.inner().plan.clone(), ending, apdus, steps: rest.steps, certificates })
    }

    /// Prints the face that preflight composed.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn print(
        &self,
        preflight: PrintPreflight,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<PrintReport, OperationError> {
        let PrintPreflight { plan, job_bytes, mut spool, printer_advice, .. } = preflight;
        let _claim = self.journal.claim(&plan.job)?;
        for words in printer_advice {
            tell(&Progress::Said { job: plan.job.clone(), step: Step::StartPrint, words });
        }
        spool.cancel().watch(self.journal.stop_file(&plan.job));
        let mut pocket = Pocket { print_job: Some(job_bytes), ..Pocket::default() };
        let body = serde_json::to_value(&plan).map_err(|e| OperationError::JournalEntry(e.to_string()))?;
        self.journal.begin(&plan.job, Operation::Print, &body)?;
        let job_plan = JobPlan::Print(plan.clone());
        let rest = self.drive(print::State::new(plan), &job_plan, &mut pocket, Some(&mut *spool), tell)?;
        let (ending, outcome) = print_ending(&rest);
        self.close(job_plan.job(), &ending)?;
        let asks_officer = rest.machine.asks_officer();
        let passes = pocket.passes && outcome == Some(PrintOutcome::NotPrinted);
        Ok(PrintReport { plan: rest.machine.plan, ending, outcome, asks_officer, passes, steps: rest.steps })
    }

    /// Closes the job in the journal unless it stays open.
    pub(super) fn close(&self, job: &JobId, ending: &Ending) -> Result<(), OperationError> {
        match ending {
            Ending::Done => self.journal.close(job, JobState::Done)?,
            Ending::Undone { .. } => self.journal.close(job, JobState::Undone)?,
            Ending::Unfinished { .. } => {}
        }
        Ok(())
    }

    /// Drives a machine until it ends or an answer stays away.
    pub(super) fn drive<M: Machine>(
        &self,
        mut machine: M,
        plan: &JobPlan,
        pocket: &mut Pocket,
        mut spool: Option<&mut (dyn Spool + '_)>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Rest<M>, OperationError> {
        let (mut steps, mut by_policy, mut gateway_calls, job) = (Vec::new(), false, 0, plan.job());
        let mut nhs_code = None;
        while let Some(effect) = machine.pending() {
            let step = Step::of(&effect);
            self.journal.intend(job, &to_json(&effect)?)?;
            tell(&Progress::Started { job: job.clone(), step });
            let begun = Instant::now();
            let outcome = match &effect {
                Effect::Card(work) => card_work::perform(self, plan, pocket, *work),
                Effect::Gateway(call) => {
                    gateway_calls += 1;
                    gateway_call::perform(self, plan, pocket, call)
                }
                Effect::Print(work) => {
                    let mut hear =
                        |words: &str| tell(&Progress::Said { job: job.clone(), step, words: words.to_owned() });
                    at_printer::perform(*work, pocket, spool.as_deref_mut(), &mut hear)
                }
            };
            let took = begun.elapsed();
            add_time(&mut steps, step, took);
            tell(&Progress::Finished { job: job.clone(), step, took, good: verdict(&outcome) });
            self.journal.outcome(job, &to_json(&outcome)?)?;
            machine = machine.step(&outcome);
            if let Outcome::Failed(fault) = &outcome {
                let (Fault::Interrupted { why } | Fault::Refused { why, .. }) = fault;
                by_policy |= matches!(fault, Fault::Refused { by_policy: true, .. });
                nhs_code = nhs_code.or(code_of(&effect, fault, pocket));
                if machine.pending().as_ref() == Some(&effect) {
                    return Ok(Rest { machine, stalled: Some(why.clone()), by_policy, nhs_code, steps, gateway_calls });
                }
            }
        }
        Ok(Rest { machine, stalled: None, by_policy, nhs_code, steps, gateway_calls })
    }
}

impl<M> Rest<M> {
    /// Given up, for this reason.
    pub fn undone(&self, why: String) -> Ending {
        Ending::Undone { why, by_policy: self.by_policy, nhs_code: self.nhs_code }
    }
}

/// The published code of a fault: what the service named, or that the work on the card could not be completed. A printer is
/// no card, and what policy says or the service asks for first has a code only where the service named one.
fn code_of(effect: &Effect, fault: &Fault, pocket: &Pocket) -> Option<NhsCode> {
    let decided = pocket.need.is_some() || matches!(fault, Fault::Refused { by_policy: true, .. });
    match effect {
        Effect::Gateway(_) if pocket.nhs_code.is_some() || decided => pocket.nhs_code,
        Effect::Card(_) | Effect::Gateway(_) => Some(NhsCode::NotCompleted),
        Effect::Print(_) => None,
    }
}

/// How an issue that came to rest is told.
pub fn issue_ending(rest: &Rest<ThroughChannel<issue::State>>) -> Ending {
    match (&rest.machine.inner().stage, &rest.stalled) {
        (issue::Stage::Done, _) => Ending::Done,
        (issue::Stage::Undone { why }, _) => rest.undone(why.clone()),
        (_, why) => Ending::Unfinished { why: why.clone().unwrap_or_default() },
    }
}

/// How a print that came to rest is told.
pub fn print_ending(rest: &Rest<print::State>) -> (Ending, Option<PrintOutcome>) {
    match &rest.machine.stage {
        print::Stage::Ended { outcome: Some(PrintOutcome::Printed), .. } => (Ending::Done, Some(PrintOutcome::Printed)),
        print::Stage::Ended { outcome, why } => (rest.undone(why.clone().unwrap_or_default()), *outcome),
        _ => (Ending::Unfinished { why: rest.stalled.clone().unwrap_or_default() }, None),
    }
}

fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Failed(Fault::Interrupted { .. }) | Outcome::PerhapsSent { .. } | Outcome::PrinterCannotSay { .. } => {
            Verdict::Interrupted
        }
        Outcome::Failed(Fault::Refused { .. })
        | Outcome::PrinterRefused { .. }
        | Outcome::Declined { .. }
        | Outcome::UnlockCodeWrong { .. }
        | Outcome::PasscodeWrong { .. } => Verdict::Refused,
        _ => Verdict::Good,
    }
}

fn add_time(steps: &mut Vec<StepTime>, step: Step, took: Duration) {
    let milliseconds = took.as_secs_f64() * 1000.0;
    match steps.iter_mut().find(|known| known.step == step) {
        Some(known) => known.milliseconds += milliseconds,
        None => steps.push(StepTime { step, milliseconds }),
    }
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<serde_json::Value, OperationError> {
    serde_json::to_value(value).map_err(|e| OperationError::JournalEntry(e.to_string()))
}

/// Eight random digits: the passcode of a card nobody has chosen one for yet.
pub(super) fn random_passcode() -> Result<Passcode, OperationError> {
    let mut digits = Vec::with_capacity(8);
    while digits.len() < 8 {
        let mut bytes = zeroize::Zeroizing::new([0; 16]);
        getrandom::fill(&mut *bytes).map_err(|e| OperationError::Randomness(e.to_string()))?;
        // 250 is the largest multiple of 10 below 256: what lies above it would favour small digits.
        digits.extend(bytes.iter().filter(|b| **b < 250).map(|b| b'0' + b % 10).take(8 - digits.len()));
    }
    let rules = crate::domain::PasscodeRules { min_digits: 8, max_digits: 8 };
    Ok(Passcode::shaped(Secret::new(digits), rules)?)
}
