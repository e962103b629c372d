//! Planes written short. A plane has a fixed length of up to 650 346 bytes, which chance does not reach.

/// In an input this byte, which neither a header nor UTF-8 has, is followed by a number of repetitions (two bytes, high byte
/// first) and the byte that is repeated.
const RUN: u8 = 0xFE;

/// The longest job that is read: two pages of four panels of format 1 are 3.7 million bytes, of format 2 5.2 million.
const LONGEST: usize = 6 << 20;

/// The bytes with their runs written out.
pub fn spread(mut short: &[u8]) -> Vec<u8> {
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
