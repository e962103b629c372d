//! Decimal digits from HMAC-SHA-256, and sums of digits.

use aws_lc_rs::hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::domain::Secret;

/// Gives digits for a label, always the same.
pub struct Source(hmac::Key);

impl Source {
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// So many digits (ASCII) that need not be kept secret.
    pub fn digits(&self, label: &str, count: usize) -> Vec<u8> {
        self.secret_digits(label, count).expose().to_vec()
    }

    /// So many digits (ASCII), every value equally likely. The blocks are HMACs of label and counter, as in the counter
    /// mode of NIST SP 800-108r1, 4.1.
    pub fn secret_digits(&self, label: &str, count: usize) -> Secret {
        let mut digits = Vec::with_capacity(count);
        let mut counter: u32 = 0;
        while digits.len() < count {
            let input = [&counter.to_be_bytes(), label.as_bytes()].concat();
            let block = Zeroizing::new(hmac::sign(&self.0, &input).as_ref().to_vec());
            // 250 is the largest multiple of 10 below 256: what lies above it would favour small digits.
            let fair = block.iter().filter(|byte| **byte < 250).map(|byte| b'0' + byte % 10);
            digits.extend(fair.take(count.saturating_sub(digits.len())));
            counter = counter.wrapping_add(1);
        }
        Secret::new(digits)
    }
}

/// Digit by digit modulo 10, as long as the shorter one.
pub fn plus(left: &[u8], right: &[u8]) -> Vec<u8> {
    left.iter().zip(right).map(|(left, right)| b'0' + (value(*left) + value(*right)) % 10).collect()
}

/// What [`plus`] made, taken back.
pub fn minus(left: &[u8], right: &[u8]) -> Secret {
    Secret::new(left.iter().zip(right).map(|(left, right)| b'0' + (value(*left) + 10 - value(*right)) % 10).collect())
}

/// The value of an ASCII digit; whatever else counts as its remainder, so that nothing overflows.
fn value(digit: u8) -> u8 {
    digit.wrapping_sub(b'0') % 10
}

/// Whether two rows of digits are the same, in a time that does not depend on where they differ.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}
