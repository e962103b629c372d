//! What drivers ask a printer in front of a job (`facts/magicard.md` 6). Nothing of it prints.

/// Most bytes of 05 in front of a question; a page has 64.
const LONGEST_LEAD: usize = 63;
/// Longest question.
const LONGEST: usize = 64;
/// What questions and short commands begin with. One that carries a program for the printer has more after it, and is not
/// one of them.
const WORDS: [&str; 6] = ["REQ,", "QPR", "SNR", "RST", "TST", "EJT"];

/// The question that stands here, as it is written, and what follows it.
pub(super) fn of(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let lead = bytes.iter().take(LONGEST_LEAD).take_while(|byte| **byte == 0x05).count();
    let rest = bytes.get(lead..)?.strip_prefix(&[0x01])?;
    let end = rest.iter().take(LONGEST).position(|byte| *byte == 0x1C)?;
    let (text, rest) = rest.split_at_checked(end)?;
    let rest = rest.strip_prefix(&[0x1C, 0x03])?;
    let text = std::str::from_utf8(text).ok()?.trim_matches(',');
    let sound = text.bytes().all(|byte| byte.is_ascii_graphic()) && WORDS.iter().any(|word| text.starts_with(word));
    sound.then_some((text, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_told_from_pages() {
        let lead = |count: usize, rest: &[u8]| [vec![5; count], rest.to_vec()].concat();
        for (bytes, text) in [
            (lead(0, b"\x01,REQ,INF,\x1c\x03"), Some("REQ,INF")),
            (lead(8, b"\x01,REQ,CLN,\x1c\x03rest"), Some("REQ,CLN")),
            (lead(9, b"\x01REQ,STA,MDL,\x1c\x03"), Some("REQ,STA,MDL")),
            (lead(8, b"\x01QPR1,\x1c\x03"), Some("QPR1")),
            (lead(64, b"\x01,REQ,INF,\x1c\x03"), None),
            (lead(63, b"\x01,NOC1,KGE2\x1c\x03"), None),
            (lead(9, b"\x01REQ,FRM123456\x1cimage"), None),
            (lead(8, b"\x01,REQ,INF,\x1c"), None),
            (lead(8, b"\x01,REQ,\xff,\x1c\x03"), None),
            (lead(8, b""), None),
        ] {
            assert_eq!(of(&bytes).map(|(text, _)| text), text, "{bytes:?}");
        }
        assert_eq!(of(b"\x05\x01REQ,INF\x1c\x03rest").unwrap().1, b"rest");
    }
}
