//! The answer to reset (ISO/IEC 7816-3:2006, 8): read for its protocols and historical bytes, which the record of a
//! card that was not recognised should show. Nothing is decided by it.

/// An answer to reset, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atr<'a> {
    /// Transmission protocols offered, in order; 0 when the card names none (ISO/IEC 7816-3:2006, 8.2.3).
    pub protocols: Vec<u8>,
    /// Historical bytes: at most 15.
    pub historical: &'a [u8],
}

/// Why bytes are no answer to reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AtrError {
    /// The first byte is neither 3B nor 3F.
    #[error("the answer to reset does not begin with 3B or 3F")]
    Start,
    /// Bytes are missing, or there are too many.
    #[error("the answer to reset is {0} bytes long and its own lengths say otherwise")]
    Length(usize),
    /// The check byte does not fit.
    #[error("the check byte of the answer to reset does not fit")]
    Check,
}

/// Longest answer to reset, with its first byte (ISO/IEC 7816-3:2006, 8.2.1).
const LONGEST: usize = 33;

impl<'a> Atr<'a> {
    /// Takes an answer to reset apart.
    ///
    /// # Errors
    /// [`AtrError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, AtrError> {
        let wrong_length = AtrError::Length(bytes.len());
        let [0x3B | 0x3F, format, rest @ ..] = bytes else {
            return Err(if bytes.len() < 2 { wrong_length } else { AtrError::Start });
        };
        if bytes.len() > LONGEST {
            return Err(wrong_length);
        }
        let mut rest = rest;
        let mut protocols = Vec::new();
        // The high half of T0 and of every TD says which of TA, TB, TC and TD follow.
        let mut indicator = *format;
        loop {
            let without_td = (indicator & 0x70).count_ones() as usize;
            rest = rest.get(without_td..).ok_or(wrong_length)?;
            if indicator & 0x80 == 0 {
                break;
            }
            let (next, after) = rest.split_first().ok_or(wrong_length)?;
            protocols.push(next & 0x0F);
            indicator = *next;
            rest = after;
        }
        let (historical, check) = rest.split_at_checked(usize::from(format & 0x0F)).ok_or(wrong_length)?;
        // A check byte follows unless T=0 is the only protocol (ISO/IEC 7816-3:2006, 8.2.5).
        match (protocols.iter().any(|protocol| *protocol != 0), check) {
            (true, [_]) if bytes.iter().skip(1).fold(0, |sum, byte| sum ^ byte) != 0 => return Err(AtrError::Check),
            (true, [_]) | (false, []) => {}
            _ => return Err(wrong_length),
        }
        // 15 marks global interface bytes and is no protocol.
        protocols.retain(|protocol| *protocol != 0x0F);
        if protocols.is_empty() {
            protocols.push(0);
        }
        protocols.dedup();
        Ok(Self { protocols, historical })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_answers_come_apart() {
        let id_one =
            [0x3B, 0xD6, 0x97, 0, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x87, 0x80, 0x31, 0xC1, 0x52, 0x21, 0x1A, 0x4B];
        let atr = Atr::parse(&id_one).unwrap();
        assert_eq!((atr.protocols.as_slice(), atr.historical.len()), ([1].as_slice(), 6));
        let jcop = [0x3B, 0x6A, 0, 0xFF, 0x4A, 0x43, 0x4F, 0x50, 0x34, 0x31, 0x56, 0x32, 0x32, 0x31];
        assert_eq!(Atr::parse(&jcop), Ok(Atr { protocols: vec![0], historical: b"JCOP41V221" }));
    }

    #[test]
    fn damaged_answers_are_refused() {
        let good = [0x3B, 0x80, 0x01, 0x81];
        assert!(Atr::parse(&good).is_ok());
        assert_eq!(Atr::parse(&[0x3B, 0x80, 0x01, 0x82]), Err(AtrError::Check));
        assert_eq!(Atr::parse(&good[..3]), Err(AtrError::Length(3)));
        assert_eq!(Atr::parse(&[0x3C, 0x00]), Err(AtrError::Start));
        assert_eq!(Atr::parse(&[0x3B]), Err(AtrError::Length(1)));
        assert_eq!(Atr::parse(&[0x3B, 0x00, 0x00]), Err(AtrError::Length(3)));
        assert_eq!(Atr::parse(&[0x3B; 34]), Err(AtrError::Length(34)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(atr) = Atr::parse(&bytes) {
                prop_assert!(atr.historical.len() <= 15 && !atr.protocols.is_empty());
            }
        }
    }
}
