//! Any bytes as a job in format 2: the XML of its ticket alone, and with the planes that follow it, where the size and the
//! checksum are made right so that what the ticket says is read.
#![no_main]

mod runs;

use cardwright::printer::{decoder::decode, magicard::xml::Element};
use libfuzzer_sys::fuzz_target;

/// CRC-32/BZIP2, a byte at a time.
fn checksum(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let (mut sum, mut bit) = ((byte as u32) << 24, 0);
            while bit < 8 {
                sum = if sum & 0x8000_0000 == 0 { sum << 1 } else { (sum << 1) ^ 0x04C1_1DB7 };
                bit += 1;
            }
            table[byte] = sum;
            byte += 1;
        }
        table
    };
    !bytes.iter().fold(u32::MAX, |sum, byte| (sum << 8) ^ TABLE[(sum >> 24) as usize ^ usize::from(*byte)])
}

// An input is what stands inside the ticket and, after a zero byte, the planes with their runs written short.
fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (ticket, planes) = (&bytes[..end], runs::spread(bytes.get(end + 1..).unwrap_or_default()));
    if let Ok(text) = std::str::from_utf8(ticket)
        && let Err(fault) = Element::parse(text)
    {
        assert!(fault.at <= text.len());
    }
    let size = format!("<binary-size>{}</binary-size></prn>\0", planes.len());
    let mut job = [b"<?xml?><prn>", ticket, size.as_bytes(), &planes].concat();
    job.extend(checksum(&job).to_le_bytes());
    match decode(&job) {
        Ok(cards) => assert!(!cards.is_empty()),
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
});
