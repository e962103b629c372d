//! Any text as the ticket of a job in format 2: its XML alone, and with its checksum made right so that what it says is read.
#![no_main]

use cardwright::printer::{decoder::decode, magicard::xml::Element};
use libfuzzer_sys::fuzz_target;

/// CRC-32/BZIP2, bit by bit.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            sum = if sum & 0x8000_0000 == 0 { sum << 1 } else { (sum << 1) ^ 0x04C1_1DB7 };
        }
    }
    !sum
}

fuzz_target!(|text: &str| {
    if let Err(fault) = Element::parse(text) {
        assert!(fault.at <= text.len());
    }
    // A ticket without panels needs no planes.
    let mut job = [b"<?xml?><prn>", text.as_bytes(), b"<binary-size>0</binary-size></prn>\0"].concat();
    job.extend(checksum(&job).to_le_bytes());
    match decode(&job) {
        Ok(cards) => assert!(!cards.is_empty()),
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
});
