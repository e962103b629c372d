//! Print: the face of an issued card onto the plastic. A pure state machine.
//!
//! A printer gives no receipt a program can trust, so a cut while the job was being sent is never guessed away: it is
//! put on record as uncertain, and the officer looks at the output tray.

use serde::{Deserialize, Serialize};

use super::effect::{Effect, Fault, GatewayCall, Outcome, PrintWork};
use crate::{
    cis2::wire::PrintOutcome,
    domain::{CardSerial, HolderId, JobId, Series},
};

/// What is to be printed; it goes into the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The job.
    pub job: JobId,
    /// Whose face.
    pub holder: HolderId,
    /// On which card.
    pub serial: CardSerial,
    /// Its series.
    pub series: Series,
    /// Name of the printer at this workstation.
    pub printer: String,
    /// Its profile, which policy looks at.
    pub printer_model: String,
    /// SHA-256 of the job bytes, lower-case hexadecimal.
    pub job_sha256: String,
    /// Why the face is printed once more; plans written before reprints had reasons have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reprint_reason: Option<String>,
}

/// Where a print stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being printed.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
}

/// The steps, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// May it start? The gateway decides and records it.
    Start,
    /// The job goes to the printer.
    Send,
    /// How it ended goes on record.
    Record {
        /// How it ended.
        outcome: PrintOutcome,
        /// What the officer is told.
        why: Option<String>,
    },
    /// Ended.
    Ended {
        /// How; `None` when it never started.
        outcome: Option<PrintOutcome>,
        /// What the officer is told.
        why: Option<String>,
    },
}

impl State {
    /// The beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, stage: Stage::Start }
    }

    /// The effect whose outcome is awaited; `None` at the end.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        match &self.stage {
            Stage::Start => Some(Effect::Gateway(GatewayCall::RecordPrintStarting)),
            Stage::Send => Some(Effect::Print(PrintWork::Send)),
            Stage::Record { outcome, .. } => Some(Effect::Gateway(GatewayCall::RecordPrint { outcome: *outcome })),
            Stage::Ended { .. } => None,
        }
    }
}

/// One step. An interrupted gateway call leaves the job open; a printer that did not take the job ends it on record.
#[must_use]
pub fn step(state: State, outcome: &Outcome) -> State {
    if *outcome == Outcome::Resumed {
        return resumed(state);
    }
    let stage = match (state.stage, outcome) {
        (Stage::Start, Outcome::PrintStarting) => Stage::Send,
        (Stage::Start, Outcome::Failed(Fault::Refused { why, .. })) => {
            Stage::Ended { outcome: None, why: Some(why.clone()) }
        }
        (Stage::Send, Outcome::Sent) => Stage::Record { outcome: PrintOutcome::Printed, why: None },
        (Stage::Send, Outcome::Failed(Fault::Refused { why, .. })) => {
            Stage::Record { outcome: PrintOutcome::NotPrinted, why: Some(why.clone()) }
        }
        (Stage::Send, Outcome::Failed(Fault::Interrupted { why })) => {
            Stage::Record { outcome: PrintOutcome::Uncertain, why: Some(why.clone()) }
        }
        (Stage::Record { outcome, why }, Outcome::PrintRecorded) => Stage::Ended { outcome: Some(outcome), why },
        (stage, _) => stage,
    };
    State { stage, ..state }
}

/// Begins again after a cut. The picture was in memory alone, so nothing is sent a second time.
fn resumed(state: State) -> State {
    let stage = match state.stage {
        // The gateway may or may not have noted the start; noting that nothing was printed is true in both cases.
        Stage::Start => Stage::Record {
            outcome: PrintOutcome::NotPrinted,
            why: Some("printing had not begun: print the card again".into()),
        },
        Stage::Send => Stage::Record {
            outcome: PrintOutcome::Uncertain,
            why: Some(
                "the program stopped while the job was being sent: look in the printer's output tray; \
                 if the card did not come out, print it again"
                    .into(),
            ),
        },
        stage => stage,
    };
    State { stage, ..state }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(stage: Stage) -> State {
        let plan = Plan {
            job: JobId::from_random([7; 16]),
            holder: "555000000017".parse().expect("a number"),
            serial: "00112233".parse().expect("a serial"),
            series: Series::Series10,
            printer: "Training printer".into(),
            printer_model: "magicard-doh-300-v2".into(),
            job_sha256: String::new(),
            reprint_reason: None,
        };
        State { plan, stage }
    }

    #[test]
    fn a_good_print_is_started_sent_and_recorded_once() {
        let mut print = state(Stage::Start);
        let mut effects = Vec::new();
        for outcome in [Outcome::PrintStarting, Outcome::Sent, Outcome::PrintRecorded] {
            effects.push(print.pending().expect("something to do"));
            print = step(print, &outcome);
        }
        assert_eq!(print.stage, Stage::Ended { outcome: Some(PrintOutcome::Printed), why: None });
        assert_eq!(effects.iter().filter(|e| matches!(e, Effect::Print(_))).count(), 1);
    }

    #[test]
    fn a_cut_never_sends_twice() {
        for stage in [Stage::Start, Stage::Send] {
            let after = resumed(state(stage));
            assert!(matches!(after.stage, Stage::Record { .. }), "{after:?}");
            let ended = step(after, &Outcome::PrintRecorded);
            assert_eq!(ended.pending(), None);
        }
    }

    #[test]
    fn a_silent_printer_is_uncertain_and_a_refusing_one_is_not_printed() {
        let cut = Outcome::Failed(Fault::Interrupted { why: "cut".into() });
        let no = Outcome::Failed(Fault::Refused { why: "no".into(), by_policy: false });
        let outcome_of = |outcome| match step(state(Stage::Send), outcome).stage {
            Stage::Record { outcome, .. } => outcome,
            other => panic!("{other:?}"),
        };
        assert_eq!(outcome_of(&cut), PrintOutcome::Uncertain);
        assert_eq!(outcome_of(&no), PrintOutcome::NotPrinted);
    }
}
