//! Any bytes as a job for the virtual printer, and for whoever looks at one: as they are, and with runs written short.
#![no_main]

use cardwright::printer::decoder::{USUAL_MARGIN, decode, look_at};
use libfuzzer_sys::fuzz_target;

/// A plane has a fixed length of up to 585 216 bytes, which chance does not reach. In an input this byte, which no
/// header has, is followed by a number of repetitions (two bytes, high byte first) and the byte that is repeated.
const RUN: u8 = 0xFE;

/// Two pages of four panels are 3.7 million bytes.
const LONGEST: usize = 4 << 20;

fn spread(mut short: &[u8]) -> Vec<u8> {
    let mut long = Vec::new();
    while let [first, rest @ ..] = short {
        short = match rest {
            [high, low, byte, rest @ ..] if *first == RUN => {
                let end = long.len() + usize::from(u16::from_be_bytes([*high, *low]));
                long.resize(end.min(LONGEST), *byte);
                rest
            }
            _ => {
                long.push(*first);
                rest
            }
        };
    }
    long
}

fuzz_target!(|bytes: &[u8]| {
    for job in [bytes, &spread(bytes)] {
        match decode(job) {
            Ok(cards) => assert!(!cards.is_empty()),
            Err(fault) => assert!(!fault.to_string().is_empty()),
        }
        if let Ok(contents) = look_at(USUAL_MARGIN, job) {
            assert!(!contents.cards.is_empty());
        }
    }
});
