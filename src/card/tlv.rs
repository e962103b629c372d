//! BER-TLV as smartcards use it (ISO/IEC 7816-4:2020, 6.3; ISO/IEC 8825-1): a reader that never fails in any other
//! way than by saying so, and a writer.
//!
//! Tags have 1 to 3 bytes and lengths 1 to 4 bytes (short form, 81, 82, 83). Lengths longer than they need be are
//! read, since cards send them, and never written.

use std::fmt;

use zeroize::Zeroizing;

/// A tag as its bytes in order, e.g. `5C`, `7F49` or `5FC105`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(u32);

impl Tag {
    /// The tag with these bytes, read as one big-endian number; `None` when the bytes are not one whole tag.
    #[must_use]
    pub const fn new(bytes: u32) -> Option<Self> {
        if Self::is_whole(bytes) { Some(Self(bytes)) } else { None }
    }

    /// A tag of the program itself, for constants: a wrong one does not compile.
    pub(crate) const fn known(bytes: u32) -> Self {
        assert!(Self::is_whole(bytes), "not one whole tag");
        Self(bytes)
    }

    /// Low five bits of the first byte all set: more bytes follow, each with its high bit set but for the last.
    const fn is_whole(bytes: u32) -> bool {
        let [top, first, second, third] = bytes.to_be_bytes();
        if top != 0 {
            false
        } else if first != 0 {
            first & 0x1F == 0x1F && second & 0x80 != 0 && third & 0x80 == 0
        } else if second != 0 {
            second & 0x1F == 0x1F && third & 0x80 == 0
        } else {
            third != 0 && third & 0x1F != 0x1F
        }
    }

    /// The bytes as one big-endian number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The bytes as they are sent: 1 to 3 of them.
    #[must_use]
    pub fn bytes(self) -> Vec<u8> {
        self.0.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect()
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({self})")
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

/// One data object, borrowed from the bytes it was read from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Its tag.
    pub tag: Tag,
    /// Its value, which may hold further data objects: see [`Tlv::children`].
    pub value: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// Reads the value as a row of data objects.
    #[must_use]
    pub fn children(&self) -> Reader<'a> {
        read(self.value)
    }
}

/// Tag and length only: values may be secret.
impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tlv({}, {} bytes)", self.tag, self.value.len())
    }
}

/// Why bytes are not a row of data objects. Offsets count from the start of the bytes given to [`read`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// The bytes end inside a tag, a length or a value.
    #[error("data object cut short at byte {at}")]
    CutShort {
        /// Where the data object begins.
        at: usize,
    },
    /// A tag of more than three bytes.
    #[error("tag of more than three bytes at byte {at}")]
    LongTag {
        /// Where the tag begins.
        at: usize,
    },
    /// An indefinite length (80) or one of more than three bytes.
    #[error("length not supported at byte {at}")]
    Length {
        /// Where the data object begins.
        at: usize,
    },
}

/// Reads bytes as a row of data objects. Bytes of 00 before, between and after them mean nothing (ISO/IEC 7816-4:2020,
/// 6.3) and are passed over.
#[must_use]
pub fn read(bytes: &[u8]) -> Reader<'_> {
    Reader { bytes, at: 0 }
}

/// The value of the first data object with this tag.
///
/// # Errors
/// The bytes up to that data object, or all of them when there is none, are not a row of data objects.
pub fn find(bytes: &[u8], tag: Tag) -> Result<Option<&[u8]>, TlvError> {
    for object in read(bytes) {
        let object = object?;
        if object.tag == tag {
            return Ok(Some(object.value));
        }
    }
    Ok(None)
}

/// Iterates over the data objects of some bytes. After the first fault it ends.
#[derive(Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader(byte {} of {})", self.at, self.bytes.len())
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Tlv<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..)?;
        let padding = rest.iter().take_while(|b| **b == 0).count();
        let start = self.at.saturating_add(padding);
        let rest = rest.get(padding..).filter(|rest| !rest.is_empty())?;
        match read_one(rest) {
            Ok((object, size)) => {
                self.at = start.saturating_add(size);
                Some(Ok(object))
            }
            Err(fault) => {
                self.at = self.bytes.len();
                Some(Err(fault.at(start)))
            }
        }
    }
}

impl std::iter::FusedIterator for Reader<'_> {}

/// A fault that does not know its place yet.
enum Fault {
    CutShort,
    LongTag,
    Length,
}

impl Fault {
    fn at(self, at: usize) -> TlvError {
        match self {
            Self::CutShort => TlvError::CutShort { at },
            Self::LongTag => TlvError::LongTag { at },
            Self::Length => TlvError::Length { at },
        }
    }
}

/// Reads one data object and tells how many bytes it takes.
fn read_one(bytes: &[u8]) -> Result<(Tlv<'_>, usize), Fault> {
    let (tag, after_tag) = read_tag(bytes)?;
    let (length, after_length) = read_length(after_tag)?;
    let value = after_length.get(..length).ok_or(Fault::CutShort)?;
    // The value is a part of `bytes`, so the sum of the three fields cannot exceed its length.
    let size = bytes.len() - after_length.len() + length;
    Ok((Tlv { tag, value }, size))
}

fn read_tag(bytes: &[u8]) -> Result<(Tag, &[u8]), Fault> {
    let (first, rest) = bytes.split_first().ok_or(Fault::CutShort)?;
    if first & 0x1F != 0x1F {
        return Ok((Tag(u32::from(*first)), rest));
    }
    let (second, rest) = rest.split_first().ok_or(Fault::CutShort)?;
    let two = u32::from(*first) << 8 | u32::from(*second);
    if second & 0x80 == 0 {
        return Ok((Tag(two), rest));
    }
    let (third, rest) = rest.split_first().ok_or(Fault::CutShort)?;
    if third & 0x80 == 0 { Ok((Tag(two << 8 | u32::from(*third)), rest)) } else { Err(Fault::LongTag) }
}

fn read_length(bytes: &[u8]) -> Result<(usize, &[u8]), Fault> {
    let (first, rest) = bytes.split_first().ok_or(Fault::CutShort)?;
    let count = match first {
        0x00..=0x7F => return Ok((usize::from(*first), rest)),
        0x81..=0x83 => usize::from(first & 0x0F),
        _ => return Err(Fault::Length),
    };
    let (digits, rest) = rest.split_at_checked(count).ok_or(Fault::CutShort)?;
    Ok((digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest))
}

/// Writes data objects one after another. What it has written is wiped when it is dropped unfinished.
#[derive(Default)]
pub struct Writer {
    bytes: Zeroizing<Vec<u8>>,
}

impl Writer {
    /// Nothing written.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a data object. Values of more than 16,777,215 bytes get a length field that [`read`] refuses.
    #[must_use]
    pub fn put(mut self, tag: Tag, value: &[u8]) -> Self {
        self.bytes.extend(tag.bytes());
        write_length(&mut self.bytes, value.len());
        self.bytes.extend_from_slice(value);
        self
    }

    /// Adds a data object that holds what `content` writes.
    #[must_use]
    pub fn nest(self, tag: Tag, content: impl FnOnce(Writer) -> Writer) -> Self {
        let inner = content(Writer::new());
        self.put(tag, &inner.bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes)
    }
}

fn write_length(bytes: &mut Vec<u8>, length: usize) {
    if let Ok(short @ 0..=0x7F) = u8::try_from(length) {
        bytes.push(short);
        return;
    }
    let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
    // At most eight digits, so the count fits beside the high bit.
    bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
    bytes.extend(digits);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tags(bytes: &[u8]) -> Result<Vec<(u32, usize)>, TlvError> {
        read(bytes).map(|o| o.map(|o| (o.tag.number(), o.value.len()))).collect()
    }

    #[test]
    fn tags_of_one_two_and_three_bytes() {
        assert_eq!(
            tags(&[0x53, 1, 9, 0x7F, 0x49, 0, 0x5F, 0xC1, 0x05, 2, 1, 2]),
            Ok(vec![(0x53, 1), (0x7F49, 0), (0x5F_C105, 2)])
        );
    }

    #[test]
    fn every_form_of_length() {
        for (header, length) in [
            (vec![0x53, 0x7F], 0x7F),
            (vec![0x53, 0x81, 0x05], 5),
            (vec![0x53, 0x81, 0xFF], 0xFF),
            (vec![0x53, 0x82, 0x01, 0x00], 0x100),
            (vec![0x53, 0x83, 0x01, 0x00, 0x00], 0x1_0000),
        ] {
            let mut bytes = header;
            bytes.resize(bytes.len() + length, 0xAA);
            assert_eq!(tags(&bytes), Ok(vec![(0x53, length)]));
            bytes.pop();
            assert_eq!(tags(&bytes), Err(TlvError::CutShort { at: 0 }));
        }
    }

    #[test]
    fn zero_bytes_between_objects_are_passed_over() {
        assert_eq!(tags(&[0, 0, 0x80, 1, 7, 0, 0x81, 0, 0]), Ok(vec![(0x80, 1), (0x81, 0)]));
    }

    #[test]
    fn faults_name_their_place_and_end_the_row() {
        for (tail, fault) in [
            (vec![0x53], TlvError::CutShort { at: 3 }),
            (vec![0x5F], TlvError::CutShort { at: 3 }),
            (vec![0x5F, 0xC1], TlvError::CutShort { at: 3 }),
            (vec![0x53, 2, 1], TlvError::CutShort { at: 3 }),
            (vec![0x53, 0x82, 1], TlvError::CutShort { at: 3 }),
            (vec![0x5F, 0xC1, 0x85, 0x01, 0], TlvError::LongTag { at: 3 }),
            (vec![0x53, 0x80, 0, 0], TlvError::Length { at: 3 }),
            (vec![0x53, 0x84, 0, 0, 0, 0], TlvError::Length { at: 3 }),
        ] {
            let mut bytes = vec![0x80, 1, 7];
            bytes.extend(tail);
            let mut reader = read(&bytes);
            assert!(reader.next().is_some_and(|first| first.is_ok()));
            assert_eq!(reader.next(), Some(Err(fault)));
            assert_eq!(reader.next(), None);
        }
    }

    #[test]
    fn find_takes_the_first_and_looks_no_further() {
        let bytes = [0x80, 1, 1, 0x81, 1, 2, 0x81, 1, 3, 0x53];
        assert_eq!(find(&bytes, Tag::known(0x81)), Ok(Some([2].as_slice())));
        assert_eq!(find(&bytes, Tag::known(0x82)), Err(TlvError::CutShort { at: 9 }));
        assert_eq!(find(&bytes[..9], Tag::known(0x82)), Ok(None));
    }

    #[test]
    fn a_tag_is_whole_or_it_is_none() {
        for whole in [0x01, 0x53, 0x7F49, 0x5F50, 0x5F_C105, 0x7F_FF7F] {
            assert_eq!(Tag::new(whole).map(Tag::number), Some(whole));
        }
        for other in [0, 0x1F, 0x7F, 0x5FC1, 0x5349, 0x53_C105, 0x5F_5005, 0x5F_C185, 0x5FC1_8505] {
            assert_eq!(Tag::new(other), None, "{other:X}");
        }
    }

    #[test]
    fn debug_hides_values() {
        let object = Tlv { tag: Tag::known(0x80), value: b"271828" };
        assert_eq!(format!("{object:?}"), "Tlv(80, 6 bytes)");
    }

    fn any_tag() -> impl Strategy<Value = Tag> {
        prop_oneof![any::<u8>().prop_map(u32::from), any::<u16>().prop_map(u32::from), 0..=0xFF_FFFFu32]
            .prop_filter_map("whole tags", Tag::new)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            objects in prop::collection::vec((any_tag(), prop::collection::vec(any::<u8>(), 0..600)), 0..6)
        ) {
            let writer = objects.iter().fold(Writer::new(), |w, (tag, value)| w.put(*tag, value));
            let bytes = writer.finish();
            let read: Vec<_> = read(&bytes).map(|o| o.map(|o| (o.tag, o.value.to_vec()))).collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(read, objects);
        }

        #[test]
        fn nesting_keeps_what_is_inside(tag in any_tag(), value in prop::collection::vec(any::<u8>(), 0..400)) {
            let bytes = Writer::new().nest(Tag::known(0x7F49), |w| w.nest(tag, |w| w.put(tag, &value))).finish();
            let outer = find(&bytes, Tag::known(0x7F49)).unwrap().unwrap();
            let inner = find(find(outer, tag).unwrap().unwrap(), tag).unwrap().unwrap();
            prop_assert_eq!(inner, value.as_slice());
        }

        #[test]
        fn any_bytes_end_within_their_length(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut taken = 0;
            for object in read(&bytes) {
                let Ok(object) = object else { break };
                taken += object.tag.bytes().len() + object.value.len() + 1;
                prop_assert!(taken <= bytes.len());
            }
        }
    }
}
