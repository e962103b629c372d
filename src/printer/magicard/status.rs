//! What a printer says of itself: the status line of format 1 (`facts/magicard.md` 6), and the answers in XML of format 2 (7).

mod answers;
mod condition;
mod line;

pub use answers::{LONGEST_ANSWER, question};
pub use condition::{Condition, ErrorNumber, JamPlace};
pub use line::{LONGEST_REPLY, REQUEST};

use crate::printer::profile::HeadTag;

/// What a printer says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it calls itself.
    pub model: String,
    /// Serial number of the printer.
    pub serial: String,
    /// Version of its firmware.
    pub firmware: String,
    /// Type of its head, in the words of the jobs; only printers of the Enduro class say it.
    pub head_type: Option<HeadTag>,
    /// Cards it printed in its life, where it says a number.
    pub cards_printed: Option<u32>,
    /// Cards since it was cleaned, where it says a number.
    pub cards_since_cleaning: Option<u32>,
    /// Cards until it asks to be cleaned, where both numbers of it are there.
    pub cards_until_cleaning: Option<u32>,
    /// Head position, 0 to 100.
    pub head_position: Option<u8>,
    /// Name of the ribbon; empty without one.
    pub film: String,
    /// Prints left on the ribbon, where it says numbers.
    pub prints_left: Option<u32>,
    /// What stands in the way of printing.
    pub condition: Condition,
    /// Everything it said, as it said it, known or not, in its order.
    pub details: Vec<Detail>,
}

/// One thing a printer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// What it is, as far as it is known; otherwise its number, or its own name with the way to it.
    pub name: String,
    /// Its value, with nothing changed but bytes that are no text.
    pub value: String,
}

/// Most bytes of an answer that could not be read which are shown.
const LONGEST_UNREAD: usize = 4000;

impl Detail {
    /// Whether it is one of the fields, or of the names, that the maker's own drivers know.
    #[must_use]
    pub fn is_known(&self) -> bool {
        line::is_field(&self.name) || answers::is_asked_for(&self.name)
    }

    /// An answer that cannot be read, as it came; bytes that are no plain text as their numbers.
    #[must_use]
    pub fn unread(answer: &[u8]) -> Self {
        let mut value = String::new();
        for byte in answer.iter().take(LONGEST_UNREAD) {
            match byte {
                b' '..=b'~' => value.push(char::from(*byte)),
                other => value.push_str(&format!("\\x{other:02X}")),
            }
        }
        if answer.len() > LONGEST_UNREAD {
            value.push_str(&format!("… ({} bytes)", answer.len()));
        }
        Self { name: "Its answer, which cannot be read".to_owned(), value }
    }
}

/// Why a reply is not a status.
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
    /// The answer in XML cannot be read.
    #[error("the printer's answer is not what printers of its language say: {0}")]
    Xml(#[from] super::xml::XmlError),
    /// The answer in XML has no `error-code`.
    #[error("the printer's answer does not say whether it is ready (error-code is “{0}”)")]
    NoErrorCode(String),
}

/// A byte of outside text as it may stand in a message.
fn printable(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '?' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPENING: &[u8] = b"\x01STA$$";

    /// 35 fields, as in `facts/magicard.md` 6: serials, firmware, hand feed and ribbon of one real Magicard 300, whose name is
    /// not among what is published of it. Everything else is invented.
    fn line(major: &str, minor: &str) -> Vec<u8> {
        let fields = format!(
            "0,Magicard 300,2,74765224,KJ2/14-00524/R2809,B123,13.49,3829,No,1200,1200,4800,2,400,100,700,55,50,50,\
             {major}:{minor},E0040100,300,120,MC300YMCKO,0,0,0,0,0,2025-01-01,MG,P,0,0"
        );
        [OPENING, fields.as_bytes(), b"\x03"].concat()
    }

    #[test]
    fn a_ready_printer_is_ready_and_says_what_it_is() {
        let status = Status::parse(&line("0", "0")).unwrap();
        assert_eq!((status.model.as_str(), status.serial.as_str()), ("Magicard 300", "74765224"));
        assert_eq!((status.firmware.as_str(), status.film.as_str()), ("13.49", "MC300YMCKO"));
        assert_eq!((status.head_position, status.prints_left), (Some(55), Some(180)));
        assert_eq!((status.cards_until_cleaning, status.cards_since_cleaning), (Some(600), Some(100)));
        assert_eq!((status.head_type, status.condition), (Some(HeadTag::Kee4), Condition::Ready));
    }

    #[test]
    fn everything_said_is_kept_also_what_nobody_knows() {
        let mut long = line("0", "0");
        long.pop();
        long.extend(b",new thing\xff\x03");
        let details = Status::parse(&long).unwrap().details;
        let detail = |name: &str| details.iter().find(|detail| detail.name == name).map(|detail| detail.value.as_str());
        assert_eq!(detail("Head serial"), Some("KJ2/14-00524/R2809"));
        assert_eq!(detail("Ribbon"), Some("MC300YMCKO"));
        assert_eq!(details.last().map(|detail| detail.value.as_str()), Some("new thing?"));
        assert!(details.last().is_some_and(|detail| detail.name.starts_with("Field ")));
        assert_eq!(details.iter().filter(|detail| !detail.is_known()).count(), 1);
    }

    #[test]
    fn each_error_number_has_its_own_words_and_a_next_action() {
        let mut words = std::collections::HashSet::new();
        let of = |major: &str, minor: &str| Status::parse(&line(major, minor)).unwrap().condition;
        for major in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 18, 24, 26, 27, 28] {
            let condition = of(&major.to_string(), "0");
            assert!(!matches!(condition, Condition::Ready | Condition::Unknown(_)), "{major}");
            assert!(!condition.next_action().is_empty());
            // 17 and 18 are one and the same matter: no source tells them apart.
            assert_eq!(words.insert(condition.to_string()), major != 18, "{condition}");
        }
        assert_eq!(of("18", "0"), Condition::FirmwareUpdate);
        // No source says what the second number means here; it is among the details, as the printer said it.
        for minor in ["0", "2", "4", "7", "8"] {
            let status = Status::parse(&line("5", minor)).unwrap();
            assert_eq!(status.condition, Condition::OutOfFilm, "5:{minor}");
            let said = status.details.iter().find(|detail| detail.name == "Error, second number");
            assert_eq!(said.map(|said| said.value.as_str()), Some(minor));
        }
        assert_eq!(Status::parse(&line("1", "0")).unwrap().condition, Condition::CoverOpen);
        assert_eq!(Status::parse(&line("6", "2")).unwrap().condition, Condition::FilmForAnotherRegion);
        let other = Status::parse(&line("99", "4")).unwrap().condition;
        assert!(other.to_string().ends_with("error 99:4"), "{other}");
        assert!(of("12", "3").to_string().ends_with("(12:3)"));
    }

    #[test]
    fn a_line_without_an_error_number_is_not_taken_for_ready() {
        assert_eq!(Status::parse(&line("", "0")), Err(StatusError::NoErrorNumber { field: 19, found: String::new() }));
        assert!(matches!(Status::parse(b"\x01STA$$0,X\x03"), Err(StatusError::NoErrorNumber { field: 19, .. })));
        assert_eq!(Status::parse(b"\x01STA$$0,Magicard"), Err(StatusError::Unfinished));
        assert_eq!(Status::parse(b"@PJL"), Err(StatusError::NotStatus));
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_shown_byte_by_byte() {
        assert_eq!(Detail::unread(b"\x01<a b=\"\xff\">\r").value, "\\x01<a b=\"\\xFF\">\\x0D");
        let long = Detail::unread(&[b'x'; 4001]).value;
        assert!(long.starts_with("xxxx") && long.ends_with("x… (4001 bytes)") && long.len() < 4050);
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
