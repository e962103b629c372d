//! Print: the face of an issued card onto the plastic. A pure state machine.
//!
//! That its bytes left says nothing of a card. A print is done when the printer counted the card or the officer saw it,
//! and not before. A cut while the job was being sent is never guessed away: it is put on record as uncertain, and the
//! officer looks at the output tray.

use serde::{Deserialize, Serialize};

use super::effect::{CameOut, Effect, Fault, GatewayCall, Outcome, PrintWork};
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
    /// The printer is asked for its word.
    AwaitWord {
        /// What made it doubtful that the printer has the whole job, if anything did.
        doubt: Option<String>,
    },
    /// The printer has the job and does not say what became of it: the officer does.
    AskOfficer {
        /// Why the printer does not say.
        why: String,
    },
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
            Stage::AwaitWord { .. } => Some(Effect::Print(PrintWork::AwaitWord)),
            Stage::AskOfficer { .. } => Some(Effect::Print(PrintWork::AskOfficer)),
            Stage::Record { outcome, .. } => Some(Effect::Gateway(GatewayCall::RecordPrint { outcome: *outcome })),
            Stage::Ended { .. } => None,
        }
    }

    /// Whether the officer has to say how the card came out before anything else can be done.
    #[must_use]
    pub fn asks_officer(&self) -> bool {
        matches!(self.stage, Stage::AskOfficer { .. })
    }

    /// Whether the officer may say how the card came out: nobody knows it.
    #[must_use]
    pub fn may_be_told(&self) -> bool {
        self.asks_officer() || matches!(self.stage, Stage::Ended { outcome: Some(PrintOutcome::Uncertain), .. })
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
        (Stage::Send, Outcome::Sent) => Stage::AwaitWord { doubt: None },
        (Stage::Send, Outcome::PerhapsSent { why }) => Stage::AwaitWord { doubt: Some(why.clone()) },
        (Stage::Send, Outcome::Failed(Fault::Refused { why, .. })) => {
            Stage::Record { outcome: PrintOutcome::NotPrinted, why: Some(why.clone()) }
        }
        (Stage::Send, Outcome::Failed(Fault::Interrupted { why })) => {
            Stage::Record { outcome: PrintOutcome::Uncertain, why: Some(why.clone()) }
        }
        (Stage::AwaitWord { .. }, Outcome::PrinterSaysDone) => {
            Stage::Record { outcome: PrintOutcome::Printed, why: None }
        }
        (Stage::AwaitWord { .. }, Outcome::PrinterRefused { why }) => {
            Stage::Record { outcome: PrintOutcome::NotPrinted, why: Some(why.clone()) }
        }
        (Stage::AwaitWord { doubt: Some(doubt) }, Outcome::PrinterCannotSay { .. }) => {
            Stage::Record { outcome: PrintOutcome::Uncertain, why: Some(doubt) }
        }
        (Stage::AwaitWord { doubt: None }, Outcome::PrinterCannotSay { why }) => Stage::AskOfficer { why: why.clone() },
        (stage @ (Stage::AskOfficer { .. } | Stage::Ended { .. }), Outcome::OfficerSays { card }) => {
            let told = State { stage, plan: state.plan };
            let stage = if told.may_be_told() { seen(*card) } else { told.stage };
            return State { stage, plan: told.plan };
        }
        (Stage::Record { outcome, why }, Outcome::PrintRecorded) => Stage::Ended { outcome: Some(outcome), why },
        (stage, _) => stage,
    };
    State { stage, ..state }
}

/// What goes on record of a card that the officer looked at.
fn seen(card: CameOut) -> Stage {
    let (outcome, why) = match card {
        CameOut::Well => (PrintOutcome::Printed, None),
        CameOut::Spoilt => {
            (PrintOutcome::Spoilt, Some("the card came out spoilt: end it, and issue its holder another one"))
        }
        CameOut::Nothing => (PrintOutcome::NotPrinted, Some("no printed card came out: print the card again")),
    };
    Stage::Record { outcome, why: why.map(str::to_owned) }
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
        // The printer has the whole job, and what it counted before is not known any more.
        Stage::AwaitWord { doubt: None } => {
            Stage::AskOfficer { why: "the program stopped while the card was being printed".into() }
        }
        Stage::AwaitWord { doubt: Some(doubt) } => Stage::Record { outcome: PrintOutcome::Uncertain, why: Some(doubt) },
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
        for outcome in [Outcome::PrintStarting, Outcome::Sent, Outcome::PrinterSaysDone, Outcome::PrintRecorded] {
            effects.push(print.pending().expect("something to do"));
            print = step(print, &outcome);
        }
        assert_eq!(print.stage, Stage::Ended { outcome: Some(PrintOutcome::Printed), why: None });
        assert_eq!(effects.iter().filter(|e| **e == Effect::Print(PrintWork::Send)).count(), 1);
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

    #[test]
    fn a_job_is_done_only_when_the_printer_or_the_officer_said_so() {
        let cannot_say = || Outcome::PrinterCannotSay { why: "silent".into() };
        let sent = step(state(Stage::Send), &Outcome::Sent);
        assert_eq!(sent.pending(), Some(Effect::Print(PrintWork::AwaitWord)));
        let asked = step(sent.clone(), &cannot_say());
        assert!(asked.asks_officer());
        // A cut while the printer printed leaves the same question, and so does another cut after it.
        for cut in [step(sent, &Outcome::Resumed), step(asked.clone(), &Outcome::Resumed)] {
            assert!(cut.asks_officer(), "{cut:?}");
        }
        for (card, outcome) in [
            (CameOut::Well, PrintOutcome::Printed),
            (CameOut::Spoilt, PrintOutcome::Spoilt),
            (CameOut::Nothing, PrintOutcome::NotPrinted),
        ] {
            let told = step(asked.clone(), &Outcome::OfficerSays { card });
            assert!(matches!(told.stage, Stage::Record { outcome: on_record, .. } if on_record == outcome));
        }
    }

    #[test]
    fn what_was_cut_is_uncertain_until_the_printer_or_the_officer_says_more() {
        let cut = || step(state(Stage::Send), &Outcome::PerhapsSent { why: "cut".into() });
        let printed = step(cut(), &Outcome::PrinterSaysDone);
        assert!(matches!(printed.stage, Stage::Record { outcome: PrintOutcome::Printed, why: None }));
        let unknown = step(cut(), &Outcome::PrinterCannotSay { why: "silent".into() });
        let ended = step(unknown, &Outcome::PrintRecorded);
        assert!(ended.may_be_told() && !ended.asks_officer(), "{ended:?}");
        let told = step(ended, &Outcome::OfficerSays { card: CameOut::Well });
        let ended = step(told, &Outcome::PrintRecorded);
        // What is known is not told twice.
        assert!(!ended.may_be_told());
        assert_eq!(step(ended.clone(), &Outcome::OfficerSays { card: CameOut::Spoilt }), ended);
    }
}
