//! The status line a printer gives to `REQ,INF` (`facts/magicard.md` 6).

use super::{Condition, Detail, Status, StatusError, printable};
use crate::printer::profile::HeadTag;

/// Asks for the status line: SOH, `,REQ,INF,`, FS, ETX.
pub const REQUEST: &[u8; 12] = b"\x01,REQ,INF,\x1C\x03";

/// Longest status line that is read, in bytes.
pub const LONGEST_REPLY: usize = 4096;

/// What a status line begins with.
const OPENING: &[u8] = b"\x01STA$$";
/// Last byte of a status line.
const ETX: u8 = 0x03;

/// The fields in their order.
const FIELDS: [&str; 35] = [
    "Model bits (1 magnetic encoder, 2 both sides, 16 chip encoder)",
    "Model",
    "Head type (0 KGE2, 1 KEE1, 2 KEE4)",
    "Serial",
    "Head serial",
    "Board serial",
    "Firmware",
    "Head density",
    "Feed by hand",
    "Cards printed",
    "Cards on this head",
    "Panels printed",
    "Cleanings",
    "Panels since cleaning",
    "Cards since cleaning",
    "Cards between cleanings",
    "Head position",
    "Image start",
    "Image end",
    "Error, first number",
    "Error, second number",
    "Ribbon tag",
    "Prints of the ribbon",
    "Prints used",
    "Ribbon",
    "Colour panel, mm",
    "Resin panel, mm",
    "Overcoat panel, mm",
    "Dye flags",
    "Command code",
    "Ribbon made on",
    "Ribbon maker",
    "Ribbon programmer",
    "Eject mode",
    "Spare",
];

/// Whether this is the name of a field that is known.
pub(super) fn is_field(name: &str) -> bool {
    FIELDS.contains(&name)
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
        let name = |index: usize| FIELDS.get(index).map_or_else(|| format!("Field {index}"), |name| (*name).to_owned());
        let details =
            fields.iter().enumerate().map(|(index, value)| Detail { name: name(index), value: (*value).to_owned() });
        Ok(Self {
            model: field(1).to_owned(),
            serial: field(3).to_owned(),
            firmware: field(6).to_owned(),
            head_type: match field(2) {
                "0" => Some(HeadTag::Kge2),
                "1" => Some(HeadTag::Kee1),
                "2" => Some(HeadTag::Kee4),
                _ => None,
            },
            cards_printed: number(9),
            cards_since_cleaning: number(14),
            cards_until_cleaning: left(15, 14),
            head_position: field(16).parse().ok().filter(|position| *position <= 100),
            film: field(24).to_owned(),
            prints_left: left(22, 23),
            condition: Condition::from_numbers(error(19)?, error(20)?),
            details: details.collect(),
        })
    }
}
