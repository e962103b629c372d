//! What is inside the data objects (SP 800-73-4 part 1, appendix A): builders for what the desk writes, readers for
//! what it needs to know.

use time::{Date, Month};

use crate::card::tlv::{self, Tag, TlvError, Writer};

/// Ends every object; empty.
const ERROR_DETECTION: Tag = Tag::known(0xFE);

const CERTIFICATE: Tag = Tag::known(0x70);
const CERTIFICATE_INFO: Tag = Tag::known(0x71);
const GUID: Tag = Tag::known(0x34);
const EXPIRES: Tag = Tag::known(0x35);
const PICTURE: Tag = Tag::known(0xBC);
const CARD_IDENTIFIER: Tag = Tag::known(0xF0);

/// FASC-N of a card outside the federal government: agency, system and credential all nines, individual credential
/// issue 1, organisation category 3, association 1 (SP 800-73-4 part 1, 3.1.2; TIG SCEPACS 2.3, 6.2).
const FASC_N_DIGITS: [&str; 9] = ["9999", "9999", "999999", "0", "1", "0000000000", "3", "0000", "1"];

/// An object to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardObject {
    /// A certificate, uncompressed.
    Certificate {
        /// DER.
        der: Vec<u8>,
    },
    /// The card holder unique identifier, unsigned. Windows caches by its GUID: every issue must bring a new one.
    CardHolderUniqueIdentifier {
        /// Sixteen random bytes.
        guid: [u8; 16],
        /// Last day of the card.
        expires: Date,
    },
    /// The card capability container.
    CardCapabilityContainer {
        /// The card's own identifier, kept, or [`card_identifier`] for a card that had none.
        identifier: [u8; 21],
    },
    /// The discovery object: the PIV passcode alone, no global one.
    Discovery,
    /// Printed information.
    PrintedInformation(PrintedInformation),
    /// The holder's picture, as the file it is: without the biometric header and signature of SP 800-76-2, which only a
    /// biometric signer can make.
    FacialImage {
        /// JPEG.
        jpeg: Vec<u8>,
    },
}

/// What is printed on the card, for programs that compare it.
#[derive(Clone, PartialEq, Eq)]
pub struct PrintedInformation {
    /// Name.
    pub name: String,
    /// Employee affiliation.
    pub affiliation: String,
    /// Last day of the card.
    pub expires: Date,
    /// Number of the card.
    pub serial: String,
    /// Who issued it.
    pub issuer: String,
}

/// No name in a log.
impl std::fmt::Debug for PrintedInformation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrintedInformation")
    }
}

impl CardObject {
    /// The content, without its wrapping.
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        let end = |w: Writer| w.put(ERROR_DETECTION, &[]).finish();
        match self {
            Self::Certificate { der } => end(Writer::new().put(CERTIFICATE, der).put(CERTIFICATE_INFO, &[0x00])),
            Self::CardHolderUniqueIdentifier { guid, expires } => end(Writer::new()
                .put(Tag::known(0x30), &fasc_n())
                .put(GUID, guid)
                .put(EXPIRES, digits_of(*expires).as_bytes())
                .put(Tag::known(0x3E), &[])),
            Self::CardCapabilityContainer { identifier } => end(capability_container(identifier)),
            Self::Discovery => Writer::new()
                .put(Tag::known(0x4F), &super::APPLICATION)
                // The PIV passcode satisfies the access rules, and no other does.
                .put(Tag::known(0x5F2F), &[0x40, 0x00])
                .finish(),
            Self::PrintedInformation(printed) => end(printed.fields()),
            Self::FacialImage { jpeg } => end(Writer::new().put(PICTURE, jpeg)),
        }
    }
}

impl PrintedInformation {
    fn fields(&self) -> Writer {
        let expires = format!("{:04}{}{:02}", self.expires.year(), month(self.expires.month()), self.expires.day());
        Writer::new()
            .put(Tag::known(0x01), &printable(&self.name, 125))
            .put(Tag::known(0x02), &printable(&self.affiliation, 20))
            .put(Tag::known(0x04), expires.as_bytes())
            .put(Tag::known(0x05), &printable(&self.serial, 20))
            .put(Tag::known(0x06), &printable(&self.issuer, 15))
    }
}

/// The objects hold ASCII: any other letter becomes a question mark, and what is too long is cut.
fn printable(text: &str, room: usize) -> Vec<u8> {
    let ascii = |c: char| u8::try_from(c).ok().filter(|byte| (0x20..0x7F).contains(byte)).unwrap_or(b'?');
    text.chars().take(room).map(ascii).collect()
}

fn month(month: Month) -> &'static str {
    match month {
        Month::January => "JAN",
        Month::February => "FEB",
        Month::March => "MAR",
        Month::April => "APR",
        Month::May => "MAY",
        Month::June => "JUN",
        Month::July => "JUL",
        Month::August => "AUG",
        Month::September => "SEP",
        Month::October => "OCT",
        Month::November => "NOV",
        Month::December => "DEC",
    }
}

fn digits_of(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}

/// Version 2.1 of container and grammar, no PKCS#15, data model 10; the rest is empty (SP 800-73-4 part 1, table 8).
fn capability_container(identifier: &[u8; 21]) -> Writer {
    let filled = Writer::new()
        .put(CARD_IDENTIFIER, identifier)
        .put(Tag::known(0xF1), &[0x21])
        .put(Tag::known(0xF2), &[0x21])
        .put(Tag::known(0xF3), &[])
        .put(Tag::known(0xF4), &[0x00])
        .put(Tag::known(0xF5), &[0x10]);
    [0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD].into_iter().fold(filled, |w, tag| w.put(Tag::known(tag), &[]))
}

/// A card identifier for a card that has none: the GSC registered identifier, an unregistered maker, a Java card
/// (NISTIR 6887, 6.2), then the serial, cut or filled with zeros to fourteen bytes.
#[must_use]
pub fn card_identifier(serial: &[u8]) -> [u8; 21] {
    let mut identifier = [0; 21];
    let head = [0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02];
    identifier.iter_mut().zip(head.iter().chain(serial)).for_each(|(place, byte)| *place = *byte);
    identifier
}

/// 40 digits and separators of four bits, least significant first, each with odd parity (TIG SCEPACS 2.3, 6.2): 25 bytes.
fn fasc_n() -> Vec<u8> {
    const START: u8 = 0x0B;
    const SEPARATOR: u8 = 0x0D;
    const END: u8 = 0x0F;
    let digits = |text: &str| text.bytes().map(|digit| digit - b'0').collect::<Vec<_>>();
    let mut symbols = vec![START];
    for (number, field) in FASC_N_DIGITS.iter().enumerate() {
        symbols.extend(digits(field));
        // Person, category, organisation and association stand together without separators.
        if number < 5 {
            symbols.push(SEPARATOR);
        }
    }
    symbols.push(END);
    let check = symbols.iter().fold(0, |check, symbol| check ^ symbol);
    symbols.push(check);
    let bits: Vec<u8> = symbols
        .iter()
        .flat_map(|symbol| {
            let bit = |place: u32| (symbol >> place) & 1;
            let parity = 1 ^ (symbol.count_ones() & 1) as u8;
            [bit(0), bit(1), bit(2), bit(3), parity]
        })
        .collect();
    bits.chunks(8).map(|byte| byte.iter().fold(0, |value, bit| value << 1 | bit)).collect()
}

/// Whether every data object of a content is empty: such a content says no more than no content.
pub(super) fn is_blank(content: &[u8]) -> bool {
    tlv::read(content).all(|object| object.is_ok_and(|object| object.value.is_empty()))
}

/// Why a content that was read cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The data objects inside cannot be read.
    #[error("the object on the card is damaged ({0}): repair the card")]
    Damaged(#[from] TlvError),
    /// A certificate that is stored compressed.
    #[error("the certificate on the card is compressed, as this program never writes it: renew or repair the card")]
    Compressed,
}

/// The certificate (DER) of a certificate object; `None` when it holds none.
///
/// # Errors
/// The object is damaged or compressed.
pub fn certificate_in(content: &[u8]) -> Result<Option<&[u8]>, ContentError> {
    let Some(der) = tlv::find(content, CERTIFICATE)?.filter(|der| !der.is_empty()) else { return Ok(None) };
    match tlv::find(content, CERTIFICATE_INFO)? {
        // The lowest bit says gzip (SP 800-73-4 part 1, appendix A, table 39).
        Some([info, ..]) if info & 1 == 1 => Err(ContentError::Compressed),
        _ => Ok(Some(der)),
    }
}

/// What a card holder unique identifier says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniqueIdentifier {
    /// Which card it is, since it was issued or recertified last.
    pub guid: [u8; 16],
    /// Last day of the card.
    pub expires: Date,
}

/// What a card holder unique identifier says; `None` when it is not whole, or says one of them in no form that can be
/// read.
#[must_use]
pub fn unique_identifier_in(content: &[u8]) -> Option<UniqueIdentifier> {
    if !is_whole(content) {
        return None;
    }
    let guid = tlv::find(content, GUID).ok()??.try_into().ok()?;
    let digits = str::from_utf8(tlv::find(content, EXPIRES).ok()??).ok()?;
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to);
    let month = Month::try_from(part(4, 6)?.parse::<u8>().ok()?).ok()?;
    let expires = Date::from_calendar_date(part(0, 4)?.parse().ok()?, month, part(6, 8)?.parse().ok()?).ok()?;
    Some(UniqueIdentifier { guid, expires })
}

/// Whether a content is one that was written to its end: data objects to the last byte, and among them the one that ends
/// every object.
#[must_use]
pub fn is_whole(content: &[u8]) -> bool {
    tlv::read(content).all(|object| object.is_ok()) && matches!(tlv::find(content, ERROR_DETECTION), Ok(Some(_)))
}

/// Whether a content is a discovery object of a PIV application: its identifier, and which passcodes it takes
/// (SP 800-73-4 part 1, 3.3.2).
#[must_use]
pub fn is_discovery(content: &[u8]) -> bool {
    // The version at the end may be another one.
    let family = super::APPLICATION.split_at(9).0;
    let named = tlv::find(content, Tag::known(0x4F)).is_ok_and(|named| named.is_some_and(|id| id.starts_with(family)));
    named && tlv::find(content, Tag::known(0x5F2F)).is_ok_and(|policy| policy.is_some_and(|policy| policy.len() == 2))
}

/// Whether a content holds a picture: a JPEG file (ISO/IEC 10918-1, B.1.1.3: it begins with SOI, FFD8).
#[must_use]
pub fn is_picture(content: &[u8]) -> bool {
    is_whole(content)
        && tlv::find(content, PICTURE).is_ok_and(|jpeg| jpeg.is_some_and(|jpeg| jpeg.starts_with(&[0xFF, 0xD8])))
}

/// The card's own identifier in a capability container; `None` when it has none.
///
/// # Errors
/// The object is damaged.
pub fn identifier_in(content: &[u8]) -> Result<Option<[u8; 21]>, ContentError> {
    Ok(tlv::find(content, CARD_IDENTIFIER)?.and_then(|identifier| identifier.try_into().ok()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    #[test]
    fn the_fasc_n_is_the_one_everybody_writes() {
        let hexadecimal: String = fasc_n().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hexadecimal, "d4e739da739ced39ce739d836858210842108421c84210c3eb");
    }

    #[test]
    fn what_is_written_is_read() {
        let der = vec![0x30; 1600];
        assert_eq!(certificate_in(&CardObject::Certificate { der: der.clone() }.content()), Ok(Some(der.as_slice())));
        let chuid = CardObject::CardHolderUniqueIdentifier { guid: [7; 16], expires: date!(2029 - 11 - 22) }.content();
        let said = UniqueIdentifier { guid: [7; 16], expires: date!(2029 - 11 - 22) };
        assert_eq!(unique_identifier_in(&chuid), Some(said));
        assert!((0..chuid.len()).all(|cut| unique_identifier_in(&chuid[..cut]).is_none()), "half written");
        assert!(is_discovery(&CardObject::Discovery.content()) && !is_discovery(&chuid));
        let picture = CardObject::FacialImage { jpeg: vec![0xFF, 0xD8, 0xFF, 0xE0] }.content();
        assert!(is_picture(&picture) && !is_picture(&picture[..picture.len() - 2]) && !is_picture(&chuid));
        assert!(chuid.windows(8).any(|part| part == b"20291122"));
        let identifier = card_identifier(&[1, 2, 3, 4, 5, 6]);
        let container = CardObject::CardCapabilityContainer { identifier }.content();
        assert_eq!((identifier_in(&container), container.len()), (Ok(Some(identifier)), 51));
        assert_eq!(CardObject::Discovery.content().len(), 18);
    }

    #[test]
    fn printed_information_is_ascii_and_fits() {
        let printed = PrintedInformation {
            name: "Zoë".repeat(60),
            affiliation: "RA".into(),
            expires: date!(2029 - 02 - 03),
            serial: "010203040506".into(),
            issuer: "NHS England, Leeds".into(),
        };
        let content = CardObject::PrintedInformation(printed).content();
        let field = |tag| tlv::find(&content, Tag::known(tag)).unwrap().unwrap();
        assert_eq!(field(0x01).len(), 125);
        assert!(field(0x01).starts_with(b"Zo?Zo?"));
        assert_eq!((field(0x04), field(0x06)), (b"2029FEB03".as_slice(), b"NHS England, Le".as_slice()));
    }

    #[test]
    fn empty_objects_and_compressed_certificates() {
        assert!(is_blank(&[]) && is_blank(&[0xFE, 0]) && is_blank(&[0x70, 0, 0x71, 0, 0xFE, 0]));
        assert!(!is_blank(&[0x70, 1, 1]) && !is_blank(&[0x70, 5]));
        assert_eq!(certificate_in(&[0x70, 0, 0x71, 0, 0xFE, 0]), Ok(None));
        assert_eq!(certificate_in(&[0x70, 1, 1, 0x71, 1, 1]), Err(ContentError::Compressed));
        assert!(matches!(certificate_in(&[0x70, 9, 1]), Err(ContentError::Damaged(_))));
    }

    proptest! {
        #[test]
        fn any_content_is_read_or_refused(content in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (certificate_in(&content), unique_identifier_in(&content), identifier_in(&content), is_blank(&content));
            let _ = (is_whole(&content), is_discovery(&content), is_picture(&content));
        }
    }
}
