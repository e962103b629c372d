//! Any operation on a card that is administered over a secure channel: the channel is opened just before the first thing
//! on the card that wants it, and the operation's own machine never learns of it.

use super::{
    channel::{ChannelUse, Opened, Opening, REFUSED},
    effect::{CardWork, Effect, Fault, Outcome, Place},
    on_card::End,
    report::{CardMachine, WhichPair},
    runner::Machine,
};

/// A machine and the channel that its work on the card goes through.
#[derive(Debug, Clone)]
pub struct ThroughChannel<M> {
    inner: M,
    channel: ChannelUse,
    opening: Opening,
    /// Whether it is open in this run. A channel does not outlive the run it was opened in.
    open: bool,
}

/// Whether this is done through the channel. What a holder does with a passcode, and reading the card's counter, is not:
/// but once the channel is open everything goes through it.
fn wants_channel(work: CardWork) -> bool {
    match work {
        CardWork::Witness
        | CardWork::ProveManagementKey
        | CardWork::SetUnlockCode { .. }
        | CardWork::ReplaceUnlockCode
        | CardWork::TryUnlockCode { .. }
        | CardWork::SettleUnlockCode { .. }
        | CardWork::SetPasscode
        | CardWork::Generate(_)
        | CardWork::OverwriteKey(_)
        | CardWork::SignRequests
        | CardWork::Write(_)
        | CardWork::Erase(_)
        | CardWork::ReadBack
        | CardWork::ProveKeys => true,
        CardWork::Lock
        | CardWork::Block
        | CardWork::ReadTries
        | CardWork::CheckTries
        | CardWork::CheckPasscode
        | CardWork::ChangePasscode
        | CardWork::ReadPair
        | CardWork::RemoveOldPair
        | CardWork::RemoveNewPair
        | CardWork::InitializeUpdate(_)
        | CardWork::ExternalAuthenticate
        | CardWork::PutKeys => false,
    }
}

impl<M: Machine> ThroughChannel<M> {
    /// Puts a machine behind the channel of its card.
    pub fn new(inner: M, channel: ChannelUse) -> Self {
        Self { inner, channel, opening: Opening::Begin, open: false }
    }

    /// The operation's own machine.
    pub fn inner(&self) -> &M {
        &self.inner
    }

    fn opens_first(&self) -> bool {
        let wants = |effect| matches!(effect, Effect::Card(work) if wants_channel(work));
        self.channel.opens() && !self.open && self.inner.pending().is_some_and(wants)
    }

    /// The operation is told of a refusal as if its own step had met it.
    fn refused(mut self, outcome: &Outcome) -> Self {
        let before = self.inner.pending();
        self.inner = self.inner.step(outcome);
        if self.inner.pending() != before {
            self.opening = Opening::Begin;
        }
        self
    }
}

impl<M: Machine> Machine for ThroughChannel<M> {
    fn pending(&self) -> Option<Effect> {
        if self.opens_first() { Some(self.opening.effect(Place::Application)) } else { self.inner.pending() }
    }

    fn step(mut self, outcome: &Outcome) -> Self {
        let begins_again = matches!(outcome, Outcome::Resumed | Outcome::ResumedWithHolder | Outcome::TakenOver);
        if begins_again {
            (self.opening, self.open) = (Opening::Begin, false);
        }
        if begins_again || !self.opens_first() {
            self.inner = self.inner.step(outcome);
            return self;
        }
        match (outcome, self.opening.step(outcome)) {
            (Outcome::Failed(Fault::Interrupted { .. }), _) => self,
            (Outcome::Failed(Fault::Refused { .. }), _) => self.refused(outcome),
            (_, Some(Opened::At(next))) => Self { opening: next, ..self },
            (_, Some(Opened::Open { .. })) => Self { open: true, ..self },
            (_, Some(Opened::Refused)) => {
                let refusal = Outcome::Failed(Fault::Refused { why: REFUSED.to_owned(), by_policy: false });
                // The gateway refuses these keys from now on: a machine that stays where it is meets that next.
                Self { opening: Opening::Begin, inner: self.inner.step(&refusal), ..self }
            }
            (_, None) => Self { inner: self.inner.step(outcome), ..self },
        }
    }
}

impl<M: CardMachine> CardMachine for ThroughChannel<M> {
    fn end(&self) -> Option<&End> {
        self.inner.end()
    }

    fn waits(&self) -> Option<&str> {
        self.inner.waits()
    }

    fn which_pair(&self) -> Option<WhichPair> {
        self.inner.which_pair()
    }
}
