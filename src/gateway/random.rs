//! Randomness from the operating system.

use std::io;

use super::{GatewayError, problem::Fault};
use crate::domain::Secret;

/// `N` random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Fault::internal("the system gave no random numbers"))?;
    Ok(bytes)
}

/// A new secret of this many bytes.
pub fn secret(length: usize) -> Result<Secret, GatewayError> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).map_err(|_| GatewayError::Thread { source: io::Error::other("no random numbers") })?;
    Ok(Secret::new(bytes))
}

/// Eight random digits as ASCII, every value equally likely: an unlock code (`facts/piv.md` 4: the PUK has 8 bytes).
pub fn eight_digits() -> Result<Secret, Fault> {
    // 4,200,000,000 is the largest multiple of 100,000,000 that 32 bits hold; draws above it would favour low codes.
    loop {
        let draw = u32::from_le_bytes(bytes()?);
        if draw < 4_200_000_000 {
            return Ok(Secret::new(format!("{:08}", draw % 100_000_000).into_bytes()));
        }
    }
}

/// Six random digits as ASCII, every value equally likely: a one-time code.
pub fn six_digits() -> Result<Secret, Fault> {
    // 4,294,000,000 is the largest multiple of 1,000,000 that 32 bits hold; draws above it would favour low codes.
    loop {
        let draw = u32::from_le_bytes(bytes()?);
        if draw < 4_294_000_000 {
            return Ok(Secret::new(format!("{:06}", draw % 1_000_000).into_bytes()));
        }
    }
}
