//! The proof of the management key, relayed between card and gateway: four effects that every operation which writes to
//! a chip begins with. A pure piece of the machines.

use super::effect::{CardWork, Effect, GatewayCall, Outcome};

/// The steps of the proof, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Relay {
    Witness,
    AnswerWitness,
    ProveManagementKey,
    CheckCardAnswer,
}

/// Where the proof stands after an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relayed {
    /// This is its next step.
    GoesOn(Relay),
    /// Card and gateway hold the same key: the card takes writes until it is selected again.
    Proved,
}

impl Relay {
    /// What the step does.
    #[must_use]
    pub fn effect(self) -> Effect {
        match self {
            Self::Witness => Effect::Card(CardWork::Witness),
            Self::AnswerWitness => Effect::Gateway(GatewayCall::AnswerWitness),
            Self::ProveManagementKey => Effect::Card(CardWork::ProveManagementKey),
            Self::CheckCardAnswer => Effect::Gateway(GatewayCall::CheckCardAnswer),
        }
    }

    /// The next step; `None` when the outcome does not belong to this one.
    #[must_use]
    pub fn step(self, outcome: &Outcome) -> Option<Relayed> {
        Some(match (self, outcome) {
            (Self::Witness, Outcome::Witness) => Relayed::GoesOn(Self::AnswerWitness),
            (Self::AnswerWitness, Outcome::WitnessAnswered) => Relayed::GoesOn(Self::ProveManagementKey),
            (Self::ProveManagementKey, Outcome::CardAnswered) => Relayed::GoesOn(Self::CheckCardAnswer),
            (Self::CheckCardAnswer, Outcome::CardAnswerRight) => Relayed::Proved,
            _ => return None,
        })
    }
}
