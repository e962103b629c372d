//! One block, in ECB as SP 800-73-4 part 2, 3.2.4 has it: the witness is decrypted, the challenge encrypted.

use aes::cipher::{Array, Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use crate::domain::Secret;

/// Algorithms of the management key (SP 800-78-5, table 6-2; `facts/piv.md` 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// 03.
    TripleDes,
    /// 08.
    Aes128,
    /// 0A.
    Aes192,
    /// 0C.
    Aes256,
}

enum Direction {
    Encrypt,
    Decrypt,
}

impl Algorithm {
    /// The algorithm of a PIV identifier.
    pub fn from_identifier(identifier: u8) -> Option<Self> {
        match identifier {
            0x03 => Some(Self::TripleDes),
            0x08 => Some(Self::Aes128),
            0x0A => Some(Self::Aes192),
            0x0C => Some(Self::Aes256),
            _ => None,
        }
    }

    /// The PIV identifier.
    pub fn identifier(self) -> u8 {
        match self {
            Self::TripleDes => 0x03,
            Self::Aes128 => 0x08,
            Self::Aes192 => 0x0A,
            Self::Aes256 => 0x0C,
        }
    }

    /// Bytes of a key.
    pub fn key_length(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::TripleDes | Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// Bytes of a block.
    pub fn block_length(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }

    /// Decrypts one block; `None` when the key or the block has the wrong length.
    pub fn decrypt(self, key: &Secret, block: &[u8]) -> Option<Secret> {
        self.one_block(key, block, &Direction::Decrypt)
    }

    /// Encrypts one block; `None` when the key or the block has the wrong length.
    pub fn encrypt(self, key: &Secret, block: &[u8]) -> Option<Secret> {
        self.one_block(key, block, &Direction::Encrypt)
    }

    fn one_block(self, key: &Secret, block: &[u8], direction: &Direction) -> Option<Secret> {
        match self {
            Self::TripleDes => run::<des::TdesEde3>(key, block, direction),
            Self::Aes128 => run::<aes::Aes128>(key, block, direction),
            Self::Aes192 => run::<aes::Aes192>(key, block, direction),
            Self::Aes256 => run::<aes::Aes256>(key, block, direction),
        }
    }
}

fn run<C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt>(
    key: &Secret,
    block: &[u8],
    direction: &Direction,
) -> Option<Secret> {
    let cipher = C::new_from_slice(key.expose()).ok()?;
    let mut block: Block<C> = Array::try_from(block).ok()?;
    match direction {
        Direction::Encrypt => cipher.encrypt_block(&mut block),
        Direction::Decrypt => cipher.decrypt_block(&mut block),
    }
    Some(Secret::new(block.to_vec()))
}
