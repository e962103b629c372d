//! Which states an entry of the print queue has, and which may follow which.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an entry of the print queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueState {
    /// It will be printed in its turn.
    Waiting,
    /// It is being printed.
    Printing,
    /// The printer has the whole job, and nobody has said yet whether the card came out.
    Sent,
    /// The card came out: the printer counted it, or the officer saw it.
    Printed,
    /// It was printed or tried, and the card is ended.
    Spoiled,
    /// It was not printed, or nobody knows; somebody decides what to do.
    Failed,
    /// It will not be printed.
    Cancelled,
}

/// What may follow each state. Nothing follows a spoiled or a cancelled entry: another try is another entry.
const LEGAL: [(QueueState, &[QueueState]); 7] = {
    use QueueState::{Cancelled, Failed, Printed, Printing, Sent, Spoiled, Waiting};
    [
        (Waiting, &[Printing, Cancelled]),
        // Back to waiting when nothing was sent: the printer is not ready, or the officer pauses the queue.
        (Printing, &[Printed, Sent, Failed, Waiting]),
        // What the officer says of the card: back to waiting when nothing came out.
        (Sent, &[Printed, Failed, Waiting]),
        (Printed, &[Spoiled]),
        // To printed when the officer found the card in the output tray after all.
        (Failed, &[Waiting, Printed, Spoiled, Cancelled]),
        (Spoiled, &[]),
        (Cancelled, &[]),
    ]
};

impl QueueState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Printing, Self::Sent, Self::Printed, Self::Spoiled, Self::Failed, Self::Cancelled];

    /// Whether an entry may go from this state to that one.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        LEGAL.iter().any(|(from, to)| *from == self && to.contains(&next))
    }

    /// Whether something is still to be done with it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Printing | Self::Sent | Self::Failed)
    }

    /// Its word in the journal.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Printing => "printing",
            Self::Sent => "sent",
            Self::Printed => "printed",
            Self::Spoiled => "spoiled",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl fmt::Display for QueueState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::{QueueState::*, *};

    #[test]
    fn the_table_names_every_state_once_and_allows_just_these_changes() {
        let named: Vec<QueueState> = LEGAL.iter().map(|(from, _)| *from).collect();
        assert_eq!(named.len(), QueueState::ALL.len());
        assert!(QueueState::ALL.iter().all(|state| named.contains(state)));
        let mut allowed = Vec::new();
        for from in QueueState::ALL {
            allowed.extend(QueueState::ALL.into_iter().filter(|to| from.may_become(*to)).map(|to| (from, to)));
        }
        assert_eq!(
            allowed,
            [
                (Waiting, Printing),
                (Waiting, Cancelled),
                (Printing, Waiting),
                (Printing, Sent),
                (Printing, Printed),
                (Printing, Failed),
                (Sent, Waiting),
                (Sent, Printed),
                (Sent, Failed),
                (Printed, Spoiled),
                (Failed, Waiting),
                (Failed, Printed),
                (Failed, Spoiled),
                (Failed, Cancelled),
            ]
        );
    }

    #[test]
    fn a_state_is_spelt_alike_in_the_journal_and_in_documents() {
        for state in QueueState::ALL {
            assert_eq!(serde_json::to_value(state).expect("a word"), state.word());
            assert_eq!(QueueState::of_word(state.word()), Some(state));
        }
        assert_eq!(QueueState::of_word("lost"), None);
    }
}
