//! Text as Windows has it: UTF-16, little-endian, ended by a zero.

use windows_sys::core::PWSTR;

/// Longest text that is read, in units of 16 bits.
const LONGEST: usize = 1024;

/// A text to hand over. What follows a zero inside of it is left out.
pub(crate) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().take_while(|unit| *unit != 0).chain([0]).collect()
}

/// A text that Windows gave; empty where it gave none.
///
/// # Safety
/// `text` is null or points to units of which one, before the end of its memory, is zero.
pub(crate) unsafe fn read(text: PWSTR) -> String {
    if text.is_null() {
        return String::new();
    }
    let mut units = Vec::new();
    for at in 0..LONGEST {
        // SAFETY: no unit before this one was the ending zero, so this one is still inside.
        let unit = unsafe { text.add(at).read() };
        if unit == 0 {
            break;
        }
        units.push(unit);
    }
    String::from_utf16_lossy(&units)
}
