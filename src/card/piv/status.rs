//! How status words are judged. Cards that keep to the same standard word the same refusal differently
//! (`facts/piv.md` 2.3), so every situation has a family of words here. Outside this file only the transport layers
//! look at one, for lengths.

use super::error::{Doing, PivError};
use crate::card::apdu::StatusWord;

/// The answer to a passcode or unlock code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeVerdict {
    /// Right.
    Right,
    /// Wrong; the tries left where the card tells.
    Wrong(Option<u8>),
    /// No tries left.
    Blocked,
    /// Anything else.
    Other,
}

/// Judges VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER: 63Cx counts, 6300 (and its kin) does not, 6983 and
/// 6984 are blocked, and 63C0 is the last try gone.
pub(super) fn code(status: StatusWord) -> CodeVerdict {
    match (status.sw1(), status.sw2()) {
        (0x90, 0x00) => CodeVerdict::Right,
        (0x63, 0xC0) | (0x69, 0x83 | 0x84) => CodeVerdict::Blocked,
        (0x63, counted @ 0xC1..=0xCF) => CodeVerdict::Wrong(Some(counted & 0x0F)),
        (0x63, _) => CodeVerdict::Wrong(None),
        _ => CodeVerdict::Other,
    }
}

/// Judges VERIFY without a passcode: the tries left. `None` when the card does not tell, or says 9000 because the
/// passcode is already verified.
pub(super) fn counter(status: StatusWord) -> Option<u8> {
    match code(status) {
        CodeVerdict::Blocked => Some(0),
        CodeVerdict::Wrong(left) => left,
        CodeVerdict::Right | CodeVerdict::Other => None,
    }
}

/// What a command other than those for codes came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Done.
    Done,
    /// Something must be unlocked first.
    NotPermitted,
    /// The card does not have it, or does not do it.
    Missing,
    /// Too long for the card.
    TooLong,
    /// Anything else.
    Other,
}

/// Judges everything else: 6982, 6985 and 6981 ask for something first; 6A8x, 6B00, 6D00, 6E00 and 68xx are "not here"
/// in one way or another; 6700 and 6A84 are about length.
pub(super) fn command(status: StatusWord) -> Verdict {
    match (status.sw1(), status.sw2()) {
        (0x90, 0x00) => Verdict::Done,
        (0x69, 0x81 | 0x82 | 0x85) => Verdict::NotPermitted,
        (0x67, 0x00) | (0x6A, 0x84) => Verdict::TooLong,
        (0x6A, 0x80 | 0x81 | 0x82 | 0x83 | 0x86 | 0x88) | (0x6B | 0x6D | 0x6E, 0x00) | (0x68, _) => Verdict::Missing,
        _ => Verdict::Other,
    }
}

/// Judges the second step of the management-key authentication, after the card has begun the first: half of the cards
/// say 6982 to the wrong key and half 6A80.
pub(super) fn is_wrong_management_key(status: StatusWord) -> bool {
    matches!((status.sw1(), status.sw2()), (0x69, 0x82) | (0x6A, 0x80) | (0x63, _))
}

/// The error for a command that was not done.
pub(super) fn refusal(doing: Doing, status: StatusWord) -> PivError {
    match command(status) {
        Verdict::NotPermitted => PivError::NotPermitted { doing, status },
        Verdict::Missing => PivError::Unsupported { doing, status },
        Verdict::Done | Verdict::TooLong | Verdict::Other => PivError::Refused { doing, status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sw(words: &[u16]) -> Vec<StatusWord> {
        words.iter().copied().map(StatusWord).collect()
    }

    /// The four columns of `facts/piv.md` 2.3, row by row.
    #[test]
    fn four_cards_one_judgement() {
        assert_eq!(
            sw(&[0x63C3, 0x63C3, 0x63C5, 0x63C6]).into_iter().map(counter).collect::<Vec<_>>(),
            [Some(3), Some(3), Some(5), Some(6)]
        );
        let judged = |words: &[u16]| sw(words).into_iter().map(code).collect::<Vec<_>>();
        let two = CodeVerdict::Wrong(Some(2));
        assert_eq!(judged(&[0x6300, 0x63C2, 0x63C2, 0x63C2]), [CodeVerdict::Wrong(None), two, two, two]);
        assert_eq!(judged(&[0x6983, 0x63C0]), [CodeVerdict::Blocked; 2]);
        assert_eq!(judged(&[0x6A88, 0x6A80]), [CodeVerdict::Other; 2]);
        for status in sw(&[0x6A82, 0x6A80]) {
            assert_eq!(command(status), Verdict::Missing, "absent object {status}");
        }
        assert_eq!(command(StatusWord(0x6982)), Verdict::NotPermitted);
        assert!(sw(&[0x6A80, 0x6982, 0x6A80, 0x6982]).into_iter().all(is_wrong_management_key));
        assert!(!is_wrong_management_key(StatusWord(0x6A86)));
        for status in sw(&[0x6A80, 0x6A86]) {
            assert_eq!(command(status), Verdict::Missing, "unsupported algorithm or slot {status}");
        }
        for status in sw(&[0x6700, 0x6A84]) {
            assert_eq!(command(status), Verdict::TooLong, "large object {status}");
        }
    }
}
