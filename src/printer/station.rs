//! The station that reaches the chip inside a printer: how a card is brought to it and taken away.
//!
//! The printer only carries the card; what is written on the chip goes through a reader of its own (`facts/magicard.md` 11).
//! Which commands carry it is public for one family alone, from papers, and never tried (6): so their texts are settings of
//! the profile (`encoder.feed` and those after it), and what came of a command is seen at the reader and not believed.

use super::{choice::Printer, profile::ChipEncoder, spool::SpoolError};

/// Bytes of 5 in front of a command; the only public program that sends such commands sends nine (`facts/magicard.md` 6).
const LEAD_IN: [u8; 9] = [5; 9];

/// A way a card is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// From the hopper to the station.
    Feed,
    /// From the station to where it is printed.
    Release,
    /// Out of the printer.
    Eject,
    /// Out of the printer, as one that failed.
    Reject,
}

impl ChipEncoder {
    /// The bytes of the command; none where nothing is sent for it.
    #[must_use]
    pub fn command(&self, carry: Carry) -> Option<Vec<u8>> {
        let text = match carry {
            Carry::Feed => &self.feed,
            Carry::Release => &self.release,
            Carry::Reject if !self.reject.is_empty() => &self.reject,
            Carry::Eject | Carry::Reject => &self.eject,
        };
        (!text.is_empty()).then(|| [&LEAD_IN, &b"\x01"[..], text.as_bytes(), b"\x1c\x03"].concat())
    }

    /// Whether the printer tells a card that failed from a good one when it puts it out.
    #[must_use]
    pub fn knows_rejects(&self) -> bool {
        !self.reject.is_empty() && self.reject != self.eject
    }
}

impl Printer {
    /// Has the card carried. What came of it shows at the station's reader.
    ///
    /// # Errors
    /// The command was not handed over.
    pub fn carry(&self, carry: Carry) -> Result<(), SpoolError> {
        match self.profile.encoder.command(carry) {
            Some(command) => self.spool().command(&command),
            None => Ok(()),
        }
    }
}

/// The text of a command that is no job and no question, as a printer hears it; none of anything else.
#[must_use]
pub fn heard(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(&LEAD_IN)?.strip_prefix(b"\x01")?;
    let end = rest.iter().position(|byte| *byte == 0x1C)?;
    let text = rest.get(..end).filter(|_| rest.get(end..) == Some(b"\x1c\x03"))?;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::profile::{Profile, Profiles, Station};

    fn station(station: &str, more: &str) -> Result<Profile, crate::printer::profile::ProfileError> {
        let text = Profiles::bundled_text("magicard-doh-300-v2").expect("bundled");
        let text = text.replace("station = \"unknown\"", &format!("station = \"{station}\""));
        Profile::parse(&text.replace("reader = \"\"", more))
    }

    #[test]
    fn commands_are_framed_as_the_public_program_frames_them() {
        let profile = station("present", "reader = \"Magicard\"").expect("a profile");
        let encoder = &profile.encoder;
        assert_eq!(encoder.station, Station::Present);
        let eject = encoder.command(Carry::Eject).expect("a command");
        assert_eq!(eject, b"\x05\x05\x05\x05\x05\x05\x05\x05\x05\x01EJT,\x1c\x03");
        assert_eq!(heard(&eject), Some("EJT,"));
        assert!(heard(&encoder.command(Carry::Feed).expect("a command")).expect("text").contains("CHPUP"));
        // Nothing public throws a failed card out, so it goes out like any other.
        assert_eq!(encoder.command(Carry::Reject).expect("a command"), eject);
        assert!(!encoder.knows_rejects());
        for no in [&eject[1..], &eject[..eject.len() - 1], b"\x01,REQ,INF,\x1c\x03"] {
            assert_eq!(heard(no), None);
        }
    }

    #[test]
    fn a_station_needs_its_reader_and_its_commands() {
        let error = station("present", "reader = \"\"").expect_err("no reader").to_string();
        assert!(error.contains("encoder.reader") && error.contains("present"), "{error}");
        for bad in ["reader = \"R\"\ncarry-seconds = 0", "reader = \"R\\n\""] {
            assert!(station("present", bad).is_err(), "{bad}");
        }
        assert!(station("unknown", "reader = \"\"").is_ok());
    }
}
