//! CRC-32/BZIP2: polynomial 04C11DB7, not reflected, all ones before and after (`facts/magicard.md` 7).

/// The polynomial, highest power first.
const POLYNOMIAL: u32 = 0x04C1_1DB7;

/// What each value of the highest byte does to the rest.
static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000_0000 == 0 { value << 1 } else { (value << 1) ^ POLYNOMIAL };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
};

/// The checksum of these bytes.
pub(in crate::printer) fn of(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |value, byte| (value << 8) ^ TABLE[usize::from((value >> 24) as u8 ^ byte)])
}

#[test]
fn the_published_check_value_comes_out() {
    assert_eq!(of(b"123456789"), 0xFC89_1918);
    assert_eq!(of(b""), 0);
}
