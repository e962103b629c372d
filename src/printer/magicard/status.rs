//! The status line a printer gives to `REQ,INF` (`facts/magicard.md` 6).

mod condition;

pub use condition::{Condition, JamPlace};

/// Asks for the status line: SOH, `,REQ,INF,`, FS, ETX.
pub const REQUEST: &[u8; 12] = b"\x01,REQ,INF,\x1C\x03";

/// Longest status line that is read, in bytes.
pub const LONGEST_REPLY: usize = 4096;

/// What a status line begins with.
const OPENING: &[u8] = b"\x01STA$$";
/// Last byte of a status line.
const ETX: u8 = 0x03;

/// What a printer says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Field 1: what it calls itself.
    pub model: String,
    /// Field 3.
    pub serial: String,
    /// Field 6.
    pub firmware: String,
    /// Field 9, where it is a number.
    pub cards_printed: Option<u32>,
    /// Fields 15 less 14: cards until it asks to be cleaned, where both are numbers.
    pub cards_until_cleaning: Option<u32>,
    /// Field 16, 0 to 100.
    pub head_position: Option<u8>,
    /// Field 24: name of the ribbon; empty without one.
    pub film: String,
    /// Fields 22 less 23: prints left on the ribbon, where both are numbers.
    pub prints_left: Option<u32>,
    /// Fields 19 and 20: what stands in the way of printing.
    pub condition: Condition,
}

/// Why a reply is not a status line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// It begins otherwise.
    #[error("the printer answered with something that is not a Magicard status line")]
    NotStatus,
    /// No end within [`LONGEST_REPLY`] bytes.
    #[error("the printer's status line does not end")]
    Unfinished,
    /// Without an error number nobody knows whether the printer is ready.
    #[error("the printer's status line has no error number (field {field} is “{found}”)")]
    NoErrorNumber {
        /// 19 or 20.
        field: usize,
        /// What stands there, shortened to 20 characters.
        found: String,
    },
}

impl Status {
    /// Reads a status line. Total: any bytes give a status or an error. Bytes after the end are not looked at.
    ///
    /// Numbers that are not numbers are left out, but for the error number, without which the line is refused.
    ///
    /// # Errors
    /// [`StatusError`].
    pub fn parse(reply: &[u8]) -> Result<Self, StatusError> {
        let rest = reply.strip_prefix(OPENING).ok_or(StatusError::NotStatus)?;
        let end = rest.iter().take(LONGEST_REPLY).position(|&byte| byte == ETX).ok_or(StatusError::Unfinished)?;
        let line: String = rest.iter().take(end).map(|&byte| printable(byte)).collect();
        let fields: Vec<&str> = line.split([',', ':']).map(str::trim).collect();
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        let number = |index: usize| field(index).parse::<u32>().ok();
        let left = |of: usize, used: usize| number(of)?.checked_sub(number(used)?);
        let error = |index: usize| {
            let found = || field(index).chars().take(20).collect();
            number(index).ok_or_else(|| StatusError::NoErrorNumber { field: index, found: found() })
        };
        Ok(Self {
            model: field(1).to_owned(),
            serial: field(3).to_owned(),
            firmware: field(6).to_owned(),
            cards_printed: number(9),
            cards_until_cleaning: left(15, 14),
            head_position: field(16).parse().ok().filter(|position| *position <= 100),
            film: field(24).to_owned(),
            prints_left: left(22, 23),
            condition: Condition::from_numbers(error(19)?, error(20)?),
        })
    }
}

/// A byte of outside text as it may stand in a message.
fn printable(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '?' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 35 fields, as in `facts/magicard.md` 6, with the values one real Magicard 300 showed.
    fn line(major: &str, minor: &str) -> Vec<u8> {
        let fields = format!(
            "0,Magicard 300,0,74765224,KJ2/14-00524/R2809,B123,13.49,3829,No,1200,1200,4800,2,400,100,700,55,50,50,\
             {major}:{minor},E0040100,300,120,MC300YMCKO,0,0,0,0,0,2025-01-01,MG,P,0,0"
        );
        [OPENING, fields.as_bytes(), &[ETX]].concat()
    }

    #[test]
    fn a_ready_printer_is_ready_and_says_what_it_is() {
        let status = Status::parse(&line("0", "0")).unwrap();
        assert_eq!((status.model.as_str(), status.serial.as_str()), ("Magicard 300", "74765224"));
        assert_eq!((status.firmware.as_str(), status.film.as_str()), ("13.49", "MC300YMCKO"));
        assert_eq!((status.head_position, status.prints_left), (Some(55), Some(180)));
        assert_eq!(status.cards_until_cleaning, Some(600));
        assert_eq!(status.condition, Condition::Ready);
    }

    #[test]
    fn each_error_number_has_its_own_words_and_a_next_action() {
        let mut words = std::collections::HashSet::new();
        for major in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 26, 27, 28] {
            let condition = Status::parse(&line(&major.to_string(), "0")).unwrap().condition;
            assert_ne!(condition, Condition::Ready);
            assert!(!condition.next_action().is_empty());
            assert!(words.insert(condition.to_string()), "{condition}");
        }
        assert_eq!(Status::parse(&line("1", "0")).unwrap().condition, Condition::CoverOpen);
        assert_eq!(Status::parse(&line("6", "2")).unwrap().condition, Condition::FilmForAnotherRegion);
        let other = Status::parse(&line("99", "4")).unwrap().condition;
        assert!(other.to_string().contains("99:4"));
    }

    #[test]
    fn a_line_without_an_error_number_is_not_taken_for_ready() {
        assert_eq!(Status::parse(&line("", "0")), Err(StatusError::NoErrorNumber { field: 19, found: String::new() }));
        assert!(matches!(Status::parse(b"\x01STA$$0,X\x03"), Err(StatusError::NoErrorNumber { field: 19, .. })));
        assert_eq!(Status::parse(b"\x01STA$$0,Magicard"), Err(StatusError::Unfinished));
        assert_eq!(Status::parse(b"@PJL"), Err(StatusError::NotStatus));
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..600), status in any::<bool>()) {
            let reply = if status { [OPENING, &bytes].concat() } else { bytes };
            if let Ok(status) = Status::parse(&reply) {
                prop_assert!(!status.model.chars().any(char::is_control));
            }
        }
    }
}
