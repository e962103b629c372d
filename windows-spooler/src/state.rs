//! What a queue and a job say of themselves, as the bits of `PRINTER_INFO_2` and `JOB_INFO_1` (Windows SDK, winspool.h).

/// Status of a queue: bits of `PRINTER_INFO_2.Status`, and whether it is set to work offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueState {
    /// `PRINTER_STATUS_…`, together.
    pub status: u32,
    /// `PRINTER_ATTRIBUTE_…`, together.
    pub attributes: u32,
}

/// What keeps a queue from printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obstacle {
    /// What is wrong.
    pub why: &'static str,
    /// What to do about it.
    pub action: &'static str,
}

/// `PRINTER_ATTRIBUTE_WORK_OFFLINE`: somebody chose “Use printer offline”.
const WORK_OFFLINE: u32 = 0x0400;
/// `PRINTER_ATTRIBUTE_ENABLE_BIDI`: the port carries answers as well.
const BIDIRECTIONAL: u32 = 0x0800;

/// `PRINTER_STATUS_…` that keep a card from being printed; what a person can mend at the printer comes first.
const OBSTACLES: [(u32, &str, &str); 13] = [
    (0x0000_0008, "a card is stuck in the printer", "take the card out"),
    (0x0040_0000, "the printer's cover is open", "close the printer's cover"),
    (0x0000_0010, "the printer has no cards", "put cards into the hopper"),
    (0x0000_0020, "the printer waits for a card to be put in by hand", "put a card in"),
    (0x0000_0040, "the printer has a problem with the card", "look at the card in the printer"),
    (0x0004_0000, "the ribbon is used up", "put a new ribbon in"),
    (0x0000_0800, "the output stacker is full", "take the finished cards away"),
    (0x0010_0000, "the printer waits for somebody", "look at the printer's own display"),
    (0x0000_0080, "the printer is off", "switch the printer on"),
    (0x0000_1000, "the printer cannot be reached", "check the printer's cable"),
    (0x0000_0002, "the printer tells of an error", "look at the printer's own display"),
    (0x0000_0001, "the queue is paused", "let the queue go on in the Windows settings of this printer"),
    (0x0000_0004, "the queue is being removed", "choose another queue in the configuration"),
];

impl QueueState {
    /// Why nothing is printed at the moment; `None` where nothing is known to stand in the way.
    #[must_use]
    pub fn obstacle(self) -> Option<Obstacle> {
        let stands = OBSTACLES.into_iter().find(|(bit, ..)| self.status & bit != 0);
        let offline = (self.attributes & WORK_OFFLINE != 0).then_some((
            WORK_OFFLINE,
            "the queue is set to work offline",
            "end “Use printer offline” in Windows",
        ));
        stands.or(offline).map(|(_, why, action)| Obstacle { why, action })
    }

    /// Whether answers of the printer can be read through the queue.
    #[must_use]
    pub fn answers(self) -> bool {
        self.attributes & BIDIRECTIONAL != 0
    }
}

/// Status of one job: bits of `JOB_INFO_1.Status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobState(
    /// `JOB_STATUS_…`, together.
    pub u32,
);

impl JobState {
    const PAUSED: u32 = 0x0001;
    const ERROR: u32 = 0x0002;
    const DELETING: u32 = 0x0004;
    const PRINTING: u32 = 0x0010;
    const PRINTED: u32 = 0x0080;
    const DELETED: u32 = 0x0100;
    const RESTARTED: u32 = 0x0800;
    const COMPLETE: u32 = 0x1000;

    /// The printer has the whole job.
    #[must_use]
    pub fn is_handed_over(self) -> bool {
        self.0 & (Self::PRINTED | Self::COMPLETE) != 0
    }

    /// Bytes of it may be at the printer.
    #[must_use]
    pub fn was_begun(self) -> bool {
        self.0 & (Self::PRINTING | Self::PRINTED | Self::RESTARTED | Self::COMPLETE | Self::ERROR) != 0
    }

    /// It is held back: the spooler begins it only once somebody lets it go on.
    #[must_use]
    pub fn is_paused(self) -> bool {
        self.0 & Self::PAUSED != 0
    }

    /// Somebody took it back.
    #[must_use]
    pub fn is_taken_back(self) -> bool {
        self.0 & (Self::DELETING | Self::DELETED) != 0
    }

    /// The spooler could not print it.
    #[must_use]
    pub fn has_failed(self) -> bool {
        self.0 & Self::ERROR != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_prints_has_no_obstacle() {
        // Printing, processing, busy, warming up, saving power, and a ribbon that is only low.
        for status in [0, 0x0400, 0x4000, 0x0200, 0x0001_0000, 0x0100_0000, 0x0002_0000] {
            assert_eq!(QueueState { status, attributes: 0 }.obstacle(), None, "{status:#x}");
        }
    }

    #[test]
    fn what_somebody_can_mend_at_the_printer_is_said_first() {
        let state = |status| QueueState { status, attributes: WORK_OFFLINE }.obstacle().map(|obstacle| obstacle.action);
        assert_eq!(state(0x0000_0002 | 0x0040_0000), Some("close the printer's cover"));
        assert_eq!(state(0x0000_0001 | 0x0000_0008), Some("take the card out"));
        assert!(state(0).is_some_and(|action| action.contains("offline")));
    }

    #[test]
    fn every_obstacle_has_a_bit_of_its_own_with_its_words() {
        for (at, (bit, why, action)) in OBSTACLES.into_iter().enumerate() {
            assert_eq!(bit.count_ones(), 1);
            assert!(OBSTACLES.into_iter().skip(at + 1).all(|(other, ..)| other != bit), "{bit:#x}");
            assert_eq!(QueueState { status: bit, attributes: 0 }.obstacle(), Some(Obstacle { why, action }));
        }
    }

    #[test]
    fn a_job_is_begun_before_it_is_handed_over() {
        // Spooling, then printing, printed, complete.
        let states = [0x0008, 0x0010, 0x0080, 0x1000].map(JobState);
        assert_eq!(states.map(JobState::was_begun), [false, true, true, true]);
        assert_eq!(states.map(JobState::is_handed_over), [false, false, true, true]);
        assert!(JobState(0x0100).is_taken_back() && !JobState(0x0100).was_begun());
        // A pause holds back what waits, and tells nothing of what was begun.
        assert!(JobState(0x0009).is_paused() && !JobState(0x0009).was_begun() && JobState(0x0011).was_begun());
        // An error says nothing of how far it came.
        assert!(JobState(0x0002).has_failed() && JobState(0x0002).was_begun());
    }
}
