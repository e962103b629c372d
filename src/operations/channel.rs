//! The secure channel of a job, as parts of the machines of operations: opening one, and changing whose keys the card
//! holds. Pure, like the machines they are parts of.
//!
//! A machine holds an [`Opening`] or a [`Replacing`] in one of its stages, asks it for the effect, and hands it the
//! outcome. After a cut both begin again: a channel does not outlive the run it was opened in, and which keys the card
//! holds it tells in its next answer.

use serde::{Deserialize, Serialize};

use super::effect::{CardWork, Effect, GatewayCall, Outcome, Place};
use crate::{
    card::profile::{CardProfile, KeyReplacement},
    cis2::wire::KeyOwner,
};

/// What a job does with the card's secure channel. It goes into the journal with the plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelUse {
    /// The card wants none.
    #[default]
    None,
    /// Everything goes through it.
    Open,
    /// And the organisation's keys are put on at the end; they stay whatever happens.
    ReplaceKeys,
    /// And where the job is undone or the card cleared, the delivered keys go back.
    ReplaceKeysAndPutBack,
}

impl ChannelUse {
    /// As the card's profile has it.
    #[must_use]
    pub fn of(profile: &CardProfile) -> Self {
        match profile.secure_channel.as_ref().map(|channel| channel.key_replacement) {
            None => Self::None,
            Some(KeyReplacement::Never) => Self::Open,
            Some(KeyReplacement::AtIssue) => Self::ReplaceKeys,
            Some(KeyReplacement::AtIssueAndBack) => Self::ReplaceKeysAndPutBack,
        }
    }

    /// Whether a channel is opened at all.
    #[must_use]
    pub fn opens(self) -> bool {
        self != Self::None
    }

    /// Whether an issue puts the organisation's keys on.
    #[must_use]
    pub fn replaces(self) -> bool {
        matches!(self, Self::ReplaceKeys | Self::ReplaceKeysAndPutBack)
    }

    /// Whether an undone issue or a clear puts the delivered keys back.
    #[must_use]
    pub fn puts_back(self) -> bool {
        self == Self::ReplaceKeysAndPutBack
    }
}

/// The steps of opening a channel. The name of each says whose answer is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Opening {
    Begin,
    InitializeUpdate,
    Proof,
    ExternalAuthenticate {
        owner: KeyOwner,
    },
    /// The card refused: the gateway is told, so that nobody tries these keys again.
    TellRefused,
}

/// Where opening stands after an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// At its next step.
    At(Opening),
    /// Done: the channel is open, with the keys of this owner.
    Open {
        /// Whose keys the card holds.
        owner: KeyOwner,
    },
    /// The card refused, and the gateway knows.
    Refused,
}

/// What an officer reads when a card refuses the gateway's proof.
pub const REFUSED: &str = "the card does not accept the gateway's administration keys; nothing was written and they are not \
                           tried again: put the card aside and tell the gateway's operator its serial";

impl Opening {
    /// The effect whose outcome is awaited.
    #[must_use]
    pub fn effect(self, place: Place) -> Effect {
        match self {
            Self::Begin => Effect::Gateway(GatewayCall::BeginChannel),
            Self::InitializeUpdate => Effect::Card(CardWork::InitializeUpdate(place)),
            Self::Proof => Effect::Gateway(GatewayCall::OpenChannel),
            Self::ExternalAuthenticate { .. } => Effect::Card(CardWork::ExternalAuthenticate),
            Self::TellRefused => Effect::Gateway(GatewayCall::TellChannelRefused),
        }
    }

    /// One step; `None` when the outcome does not belong to this one.
    #[must_use]
    pub fn step(self, outcome: &Outcome) -> Option<Opened> {
        Some(match (self, outcome) {
            (Self::Begin, Outcome::ChannelBegun) => Opened::At(Self::InitializeUpdate),
            (Self::InitializeUpdate, Outcome::CardProved) => Opened::At(Self::Proof),
            (Self::Proof, Outcome::ChannelProof { owner }) => Opened::At(Self::ExternalAuthenticate { owner: *owner }),
            (Self::ExternalAuthenticate { owner }, Outcome::ChannelOpen) => Opened::Open { owner },
            (Self::ExternalAuthenticate { .. }, Outcome::ChannelRefused) => Opened::At(Self::TellRefused),
            (Self::TellRefused, Outcome::ChannelRefusalTold) => Opened::Refused,
            _ => return None,
        })
    }
}

/// The steps of changing whose keys the card holds: a channel to its security domain, and PUT KEY where the keys are not
/// there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Replacing {
    Open(Opening),
    Prepare,
    Put,
    Settle,
}

/// Where it stands after an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// At its next step.
    At(Replacing),
    /// The card holds the keys of the wanted owner.
    Done,
    /// The card refused the channel, and the gateway knows.
    Refused,
}

impl Replacing {
    /// The beginning.
    pub const FIRST: Self = Self::Open(Opening::Begin);

    /// The effect whose outcome is awaited.
    #[must_use]
    pub fn effect(self, owner: KeyOwner) -> Effect {
        match self {
            Self::Open(opening) => opening.effect(Place::Domain),
            Self::Prepare => Effect::Gateway(GatewayCall::PrepareKeys { owner }),
            Self::Put => Effect::Card(CardWork::PutKeys),
            Self::Settle => Effect::Gateway(GatewayCall::KeysPut),
        }
    }

    /// One step; `None` when the outcome does not belong to this one.
    #[must_use]
    pub fn step(self, outcome: &Outcome, wanted: KeyOwner) -> Option<Replaced> {
        Some(match (self, outcome) {
            (Self::Open(opening), outcome) => match opening.step(outcome)? {
                Opened::At(next) => Replaced::At(Self::Open(next)),
                // The last PUT KEY took effect and its answer was lost, or it was never needed.
                Opened::Open { owner } if owner == wanted => Replaced::Done,
                Opened::Open { .. } => Replaced::At(Self::Prepare),
                Opened::Refused => Replaced::Refused,
            },
            (Self::Prepare, Outcome::KeysPrepared) => Replaced::At(Self::Put),
            (Self::Put, Outcome::KeysWritten) => Replaced::At(Self::Settle),
            (Self::Settle, Outcome::KeysSettled) => Replaced::Done,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything goes well until this outcome.
    fn opened(owner: KeyOwner, last: &Outcome) -> Option<Opened> {
        let mut at = Opening::Begin;
        for outcome in [Outcome::ChannelBegun, Outcome::CardProved, Outcome::ChannelProof { owner }] {
            match at.step(&outcome) {
                Some(Opened::At(next)) => at = next,
                other => panic!("{at:?} {outcome:?}: {other:?}"),
            }
        }
        at.step(last)
    }

    #[test]
    fn a_channel_is_opened_or_refused_and_nothing_else() {
        let owner = KeyOwner::Organisation;
        assert_eq!(opened(owner, &Outcome::ChannelOpen), Some(Opened::Open { owner }));
        let told = opened(owner, &Outcome::ChannelRefused);
        assert_eq!(told, Some(Opened::At(Opening::TellRefused)));
        assert_eq!(Opening::TellRefused.step(&Outcome::ChannelRefusalTold), Some(Opened::Refused));
        assert_eq!(opened(owner, &Outcome::CardProved), None);
    }

    #[test]
    fn keys_that_are_there_already_are_not_put_again() {
        let open = Replacing::Open(Opening::ExternalAuthenticate { owner: KeyOwner::Organisation });
        let after = |wanted| open.step(&Outcome::ChannelOpen, wanted);
        assert_eq!(after(KeyOwner::Organisation), Some(Replaced::Done));
        assert_eq!(after(KeyOwner::Delivered), Some(Replaced::At(Replacing::Prepare)));
    }
}
