//! Status words of the virtual card (ISO/IEC 7816-4:2020, table 6; SP 800-73-4 part 1, table 6) that no behaviour varies.

use crate::card::apdu::StatusWord;

/// 6300: the comparison failed; how many tries are left is not said.
pub(super) const VERIFICATION_FAILED: StatusWord = StatusWord(0x6300);
/// 6581: the chip's memory or its random number generator failed.
pub(super) const MEMORY_FAILURE: StatusWord = StatusWord(0x6581);
/// 6700: wrong length.
pub(super) const WRONG_LENGTH: StatusWord = StatusWord(0x6700);
/// 6883: the last command of a chain was expected.
pub(super) const CHAIN_BROKEN: StatusWord = StatusWord(0x6883);
/// 6982: something has to be unlocked first.
pub(super) const NOT_ALLOWED: StatusWord = StatusWord(0x6982);
/// 6983: too many wrong tries.
pub(super) const BLOCKED: StatusWord = StatusWord(0x6983);
/// 6985: the step before is missing.
pub(super) const CONDITIONS_NOT_MET: StatusWord = StatusWord(0x6985);
/// 6988: the code of a wrapped command is wrong.
pub(super) const WRONG_SECURE_MESSAGING: StatusWord = StatusWord(0x6988);
/// 6A80: wrong command data.
pub(super) const WRONG_DATA: StatusWord = StatusWord(0x6A80);
/// 6A82: no such data object or application.
pub(super) const OBJECT_NOT_FOUND: StatusWord = StatusWord(0x6A82);
/// 6A86: wrong P1 or P2.
pub(super) const WRONG_P1_P2: StatusWord = StatusWord(0x6A86);
/// 6A88: no such key or code.
pub(super) const REFERENCE_NOT_FOUND: StatusWord = StatusWord(0x6A88);
/// 6D00: no such instruction.
pub(super) const INSTRUCTION_UNKNOWN: StatusWord = StatusWord(0x6D00);
/// 6E00: no such class.
pub(super) const CLASS_UNKNOWN: StatusWord = StatusWord(0x6E00);
/// 6F61: what one measured card answers when an object is emptied (`facts/piv.md` 2.3, column C3).
pub(super) const EMPTYING_FAILED: StatusWord = StatusWord(0x6F61);

/// 63Cx: the comparison failed, x tries are left.
pub(super) fn tries_left(count: u8) -> StatusWord {
    StatusWord(0x63C0 | u16::from(count & 0x0F))
}

/// 61xx: xx more bytes wait, 00 for 256 or more.
pub(super) fn more_waits(count: usize) -> StatusWord {
    StatusWord(0x6100 | u8::try_from(count).map_or(0, u16::from))
}
