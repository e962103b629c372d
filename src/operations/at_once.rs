//! Unlock at once, two calls of the gateway from the moment a card is put in: the card says whose it is, the call that begins
//! the job answers with its record, its holder and their photo, the officer compares the face and the holder types a
//! passcode, and the call that ends the job settles the code.
//!
//! Until the passcode is typed nothing is sent to the card: whoever says that this is not its holder, and whoever takes the
//! card out, leaves it as it is.

use std::fmt;

use super::{
    error::OperationError,
    in_use::{begin, is_for},
    pocket::{Pocket, Reach},
    prepare::CardWish,
    progress::Progress,
    report::CardReport,
    runner::{Desk, JobPlan},
    unlock,
};
use crate::{
    card::reader::Presence,
    cis2::wire::{CardAtDesk, Tell},
    domain::{OfficerId, Operation, Passcode, PasscodeRules},
};

/// What is known once the job has begun and before anything was sent to the card.
#[derive(Debug)]
pub struct BegunAtOnce {
    /// Card, holder, their photo where it was asked for: as the service has them.
    pub at_desk: CardAtDesk,
    /// What a passcode of this card looks like.
    pub rules: PasscodeRules,
    /// Tries the card had left, where it tells.
    pub tries_left: Option<u8>,
}

/// How an answer is asked for.
type Question = Box<dyn FnMut(BegunAtOnce) -> Result<Passcode, String> + Send>;

/// Asks officer and holder, once the job has begun: is it theirs, and what is the new passcode? The answer is the passcode,
/// or in whole words why there is none.
pub struct AskHolder {
    /// What the gateway is to tell for it.
    pub tell: Tell,
    /// The officer at work, whose own card is never unlocked; `None` leaves that to the gateway alone.
    officer: Option<OfficerId>,
    question: Question,
}

impl AskHolder {
    /// Asks in this way.
    pub fn new(tell: Tell, question: impl FnMut(BegunAtOnce) -> Result<Passcode, String> + Send + 'static) -> Self {
        Self { tell, officer: None, question: Box::new(question) }
    }

    /// The card of this officer is refused before anything is asked of the gateway.
    #[must_use]
    pub fn never_for(mut self, officer: Option<OfficerId>) -> Self {
        self.officer = officer;
        self
    }
}

impl fmt::Debug for AskHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AskHolder").field("tell", &self.tell).finish_non_exhaustive()
    }
}

impl Desk<'_> {
    /// Unlocks the card in a reader without looking at it first. A card that does not say whose it is is asked for at the
    /// gateway, which is a third call.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn unlock_at_once(
        &self,
        wish: &CardWish,
        ask: AskHolder,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        if wish.operation != Operation::Unlock {
            return Err(OperationError::WrongOperation { operation: wish.operation });
        }
        let preflight = match self.prepare_at_once(wish)? {
            Some(preflight) => preflight,
            None => self.prepare_on_card(wish)?,
        };
        is_for(&preflight, Operation::Unlock)?;
        if ask.officer.as_ref() == Some(&preflight.plan.holder) {
            return Err(OperationError::OwnCard { serial: preflight.plan.serial });
        }
        let (plan, mut pocket) = begin(preflight);
        pocket.ask = Some(ask);
        self.run_card(unlock::State::new(plan.clone()), &JobPlan::OnCard(plan), pocket, tell)
    }
}

/// What is said where the card was taken out before a passcode was typed.
const TAKEN_OUT: &str = "the card was taken out before its holder had a new passcode; nothing on it was changed: put it back \
                         in and unlock it again";

/// Asks, where somebody is to be asked, and keeps the passcode. The error says why there is none.
pub(super) fn asked(desk: &Desk<'_>, pocket: &mut Pocket, at_desk: Option<Box<CardAtDesk>>) -> Result<(), String> {
    let Some(mut ask) = pocket.ask.take() else { return Ok(()) };
    let missing = || "the gateway did not say whose card this is; nothing on it was changed".to_owned();
    let at_desk = *at_desk.ok_or_else(missing)?;
    let rules = pocket.profile.as_ref().map(|profile| profile.passcode.rules()).ok_or_else(missing)?;
    let passcode = (ask.question)(BegunAtOnce { at_desk, rules, tries_left: pocket.tries_left })?;
    passcode.fits(rules).map_err(|fault| format!("{fault}; nothing on the card was changed"))?;
    if is_taken_out(desk, pocket) {
        return Err(TAKEN_OUT.to_owned());
    }
    pocket.passcode = Some(passcode);
    Ok(())
}

/// Whether the reader is known to be empty. What cannot be told is found out with the next command.
fn is_taken_out(desk: &Desk<'_>, pocket: &Pocket) -> bool {
    let reader = match pocket.session.as_ref().map(|session| &session.reach) {
        Some(Reach::Commands(connection)) => connection.reader().to_owned(),
        Some(Reach::Middleware(reached)) => reached.reader.clone(),
        None => return false,
    };
    let readers = desk.readers.list().unwrap_or_default();
    readers.iter().any(|known| known.name == reader && known.card == Presence::Empty)
}
