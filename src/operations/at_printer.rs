//! What is done at the printer: the job is sent, and its word awaited.

use super::{
    effect::{Fault, Outcome, PrintWork},
    pocket::Pocket,
};
use crate::printer::spool::{CardUsed, Spool, Word};

/// Does it.
pub fn perform(
    work: PrintWork,
    pocket: &mut Pocket,
    spool: Option<&mut (dyn Spool + '_)>,
    hear: &mut dyn FnMut(&str),
) -> Outcome {
    match (work, spool) {
        (PrintWork::Send, spool) => send(pocket, spool),
        (PrintWork::AwaitWord, Some(spool)) => match spool.await_word(hear) {
            Word::Done => Outcome::PrinterSaysDone,
            Word::Refused(condition) => {
                Outcome::PrinterRefused { why: format!("{condition}: {}", condition.next_action()) }
            }
            Word::CannotSay { why } => Outcome::PrinterCannotSay { why },
        },
        (PrintWork::AwaitWord, None) => {
            Outcome::PrinterCannotSay { why: "the program stopped while the card was being printed".into() }
        }
        // Nobody answers here: the answer is given to `Desk::came_out`.
        (PrintWork::AskOfficer, _) => Outcome::Failed(Fault::Interrupted { why: SAY_HOW_IT_CAME_OUT.into() }),
    }
}

/// Why a print is not done yet.
const SAY_HOW_IT_CAME_OUT: &str = "the job was sent, and nobody has confirmed yet that the card came out: look at the card, and say whether it came out \
     well, is spoilt, or did not come out at all";

fn send(pocket: &mut Pocket, spool: Option<&mut (dyn Spool + '_)>) -> Outcome {
    let (Some(job), Some(spool)) = (pocket.print_job.take(), spool) else {
        let why = "the picture to print is no longer in memory: print the card again".into();
        return Outcome::Failed(Fault::Refused { why, by_policy: false });
    };
    match spool.send(&job) {
        Ok(_) => Outcome::Sent,
        Err(error) if error.card_used() == CardUsed::Perhaps => Outcome::PerhapsSent { why: error.to_string() },
        Err(error) => {
            pocket.passes = error.passes();
            Outcome::Failed(Fault::Refused { why: error.to_string(), by_policy: false })
        }
    }
}
