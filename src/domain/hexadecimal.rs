//! Bytes and hashes as hexadecimal digits: in card serials, job names, idempotency keys and hash chains.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Lower-case digits, two for each byte, nothing between them.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// Upper-case digits, as card serials and answers to reset are written.
#[must_use]
pub fn upper_hex(bytes: &[u8]) -> String {
    hex(bytes).to_ascii_uppercase()
}

/// SHA-256 (FIPS 180-4) in 64 lower-case digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_takes_two_digits() {
        assert_eq!((hex(&[0x00, 0x0A, 0xFF]), upper_hex(&[0x00, 0x0A, 0xFF])), ("000aff".into(), "000AFF".into()));
        assert_eq!(hex(&[]), "");
    }

    #[test]
    fn the_hash_of_abc_is_that_of_the_standard() {
        // FIPS 180-4 example: SHA-256 of "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc"), expected);
    }
}
