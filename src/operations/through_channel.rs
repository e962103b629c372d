//! Any operation on a card that is administered over a secure channel: the channel is opened just before the first thing
//! on the card that wants it, and the operation's own machine never learns of it.
//!
//! What carries a passcode is done outside, because what goes through the channel is wrapped at the gateway, and a passcode
//! never goes there. The channel ends when the application is selected anew (Card Specification 2.3.1, 10.2.3), and PIV's own
//! VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER need none: SP 800-73-4 part 2, 3.2.1 to 3.2.3, has them over the
//! contact interface without secure messaging. Selecting may also take back the proof of the management key, as it does on
//! many cards: what needs that proof on the next channel gives it once more first.

use super::{
    channel::{ChannelUse, Opened, Opening, REFUSED},
    effect::{CardWork, Effect, Fault, Outcome, Place},
    on_card::End,
    relay::{Relay, Relayed},
    report::{CardMachine, WhichPair},
    runner::Machine,
};

/// A machine and the channel that its work on the card goes through.
#[derive(Debug, Clone)]
pub struct ThroughChannel<M> {
    inner: M,
    channel: ChannelUse,
    standing: Standing,
}

/// Where the channel stands in this run. None outlives the run it was opened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is closed or being opened.
    Opening(Opening),
    /// It is open, and the management key was not proved on it.
    Open,
    /// It is open, and the management key is being proved on it.
    Proving(Relay),
    /// It is open, and the management key was proved on it.
    Proved,
}

impl Standing {
    const CLOSED: Self = Self::Opening(Opening::Begin);
}

/// How something is done on a card that has a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Through the channel.
    Channel,
    /// Through it, after the proof of the management key.
    Proved,
    /// Outside: a passcode goes along, or it is of the same group as what follows.
    Outside,
    /// It opens or uses a channel of its own.
    Own,
}

fn way(work: CardWork) -> Way {
    match work {
        CardWork::Witness
        | CardWork::ProveManagementKey
        | CardWork::SetUnlockCode { .. }
        | CardWork::ReplaceUnlockCode
        | CardWork::SettleUnlockCode { .. } => Way::Channel,
        CardWork::Generate(_) | CardWork::OverwriteKey(_) | CardWork::Write(_) | CardWork::Erase(_) => Way::Proved,
        CardWork::TryUnlockCode { .. }
        | CardWork::SetPasscode
        | CardWork::SignRequests
        | CardWork::ReadBack
        | CardWork::ProveKeys
        | CardWork::Lock
        | CardWork::Block
        | CardWork::ReadTries
        | CardWork::CheckTries
        | CardWork::CheckPasscode
        | CardWork::ChangePasscode
        | CardWork::ReadPair
        | CardWork::RemoveOldPair
        | CardWork::RemoveNewPair => Way::Outside,
        CardWork::InitializeUpdate(_) | CardWork::ExternalAuthenticate | CardWork::PutKeys => Way::Own,
    }
}

/// Whether this is done through the channel of a card that has one, and never without it.
pub(super) fn wants_channel(work: CardWork) -> bool {
    matches!(way(work), Way::Channel | Way::Proved)
}

impl<M: Machine> ThroughChannel<M> {
    /// Puts a machine behind the channel of its card.
    pub fn new(inner: M, channel: ChannelUse) -> Self {
        Self { inner, channel, standing: Standing::CLOSED }
    }

    /// The operation's own machine.
    pub fn inner(&self) -> &M {
        &self.inner
    }

    /// The way of what the operation does next; `None` where no channel has to do with it.
    fn way(&self) -> Option<Way> {
        match self.inner.pending() {
            Some(Effect::Card(work)) if self.channel.opens() => Some(way(work)),
            _ => None,
        }
    }

    /// What is done before the operation's own next step, if anything.
    fn first(&self) -> Option<Effect> {
        match (self.way()?, self.standing) {
            (Way::Channel | Way::Proved, Standing::Opening(opening)) => Some(opening.effect(Place::Application)),
            (Way::Proved, Standing::Open) => Some(Relay::Witness.effect()),
            (Way::Proved, Standing::Proving(relay)) => Some(relay.effect()),
            _ => None,
        }
    }

    /// The operation is told of a refusal as if its own step had met it. What comes next begins a channel anew.
    fn refused(mut self, outcome: &Outcome) -> Self {
        let before = self.inner.pending();
        self.inner = self.inner.step(outcome);
        if self.inner.pending() != before {
            self.standing = Standing::CLOSED;
        }
        self
    }

    /// An outcome of what is done before the operation's own step.
    fn before_step(self, outcome: &Outcome) -> Self {
        let standing = match (self.standing, outcome) {
            (_, Outcome::Failed(Fault::Interrupted { .. })) => return self,
            (_, Outcome::Failed(Fault::Refused { .. })) => return self.refused(outcome),
            (Standing::Opening(opening), outcome) => match opening.step(outcome) {
                Some(Opened::At(next)) => Some(Standing::Opening(next)),
                Some(Opened::Open { .. }) => Some(Standing::Open),
                Some(Opened::Refused) => {
                    let refusal = Outcome::Failed(Fault::Refused { why: REFUSED.to_owned(), by_policy: false });
                    // The gateway refuses these keys from now on: a machine that stays where it is meets that next.
                    return Self { standing: Standing::CLOSED, inner: self.inner.step(&refusal), ..self };
                }
                None => None,
            },
            (Standing::Open, outcome) => proving(Relay::Witness, outcome),
            (Standing::Proving(relay), outcome) => proving(relay, outcome),
            (Standing::Proved, _) => None,
        };
        match standing {
            Some(standing) => Self { standing, ..self },
            None => Self { inner: self.inner.step(outcome), ..self },
        }
    }
}

fn proving(relay: Relay, outcome: &Outcome) -> Option<Standing> {
    Some(match relay.step(outcome)? {
        Relayed::GoesOn(next) => Standing::Proving(next),
        Relayed::Proved => Standing::Proved,
    })
}

impl<M: Machine> Machine for ThroughChannel<M> {
    fn pending(&self) -> Option<Effect> {
        self.first().or_else(|| self.inner.pending())
    }

    fn step(mut self, outcome: &Outcome) -> Self {
        let begins_again = matches!(outcome, Outcome::Resumed | Outcome::ResumedWithHolder | Outcome::TakenOver);
        if !begins_again && self.first().is_some() {
            return self.before_step(outcome);
        }
        match (self.way(), outcome) {
            // A channel in which something was refused may be over.
            (Some(_), Outcome::Failed(Fault::Refused { .. })) => return self.refused(outcome),
            (_, Outcome::Failed(_)) => {}
            (Some(Way::Outside | Way::Own), _) => self.standing = Standing::CLOSED,
            _ => {}
        }
        if begins_again {
            self.standing = Standing::CLOSED;
        } else if *outcome == Outcome::CardAnswerRight && self.standing == Standing::Open {
            // The operation proved the management key itself.
            self.standing = Standing::Proved;
        }
        self.inner = self.inner.step(outcome);
        self
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
