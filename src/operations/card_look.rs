//! Service a card: what the card in a reader is, whose it is, what is wrong with it, and what this officer may do to it
//! now. Nothing is written to any card that is looked at.

use std::fmt;

use time::OffsetDateTime;
use x509_parser::{
    oid_registry::{OID_PKCS1_SHA256WITHRSA, OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384},
    pem::Pem,
};

use super::{
    card_work::{card_contents, selected},
    diagnosis::{self, CardContents, Finding, ObjectRead},
    error::OperationError,
    known::KnownCard,
    preflight::Facts,
    prepare::open_objects,
    runner::Desk,
};
use crate::{
    card::{
        algorithm::KeyAlgorithm,
        piv::PublicKey,
        reader::ReaderError,
        recognise::{Depth, NotRecognised, read_objects},
    },
    cis2::wire::{CardRecord, PhotoAtDesk},
    domain::{CardSerial, CardState, CertificateSlot, Holder, NhsCode, Operation, Series, eligibility::Decision},
};

/// What an officer sees of a card.
#[derive(Debug, Clone, PartialEq)]
pub struct CardLook {
    /// The reader it is in.
    pub reader: String,
    /// Its serial; none where it could not be told.
    pub serial: Option<CardSerial>,
    /// Its generation.
    pub series: Series,
    /// Its kind, in the words of its profile.
    pub profile_name: Option<String>,
    /// What it is.
    pub standing: CardStanding,
    /// The code the NHS publishes for a card that cannot be read.
    pub nhs_code: Option<NhsCode>,
    /// Whose it is.
    pub holder: Option<Holder>,
    /// What the service knows of it.
    pub record: Option<CardRecord>,
    /// The certificates on it, in the order of [`CertificateSlot::BOTH`].
    pub certificates: Vec<CertificateOnCard>,
    /// Tries left of its passcode, as the card itself says; none where it does not tell.
    pub tries_left: Option<u8>,
    /// What is wrong with it.
    pub diagnosis: Vec<Finding>,
    /// What this officer may do to it now, each refusal with its reasons. Empty for a card that nothing can be done to.
    pub offers: Vec<(Operation, Decision)>,
    /// What work on it begins with; none for a card that has to be recognised anew each time.
    pub known: Option<KnownCard>,
}

/// One certificate on a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateOnCard {
    /// Which.
    pub slot: CertificateSlot,
    /// Its last moment.
    pub expires: OffsetDateTime,
    /// Whole days until then; negative when it is past.
    pub days_left: i64,
}

/// What a card is, in words for the officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardStanding {
    /// Somebody's card, and nothing is wrong with it.
    InOrder,
    /// Somebody's card that must be unlocked.
    Locked,
    /// Somebody's card with something wrong, which the diagnosis names.
    Faulty,
    /// Blank stock.
    Empty,
    /// Cancelled for good.
    Cancelled,
    /// Certificates of a holder number that this service knows, and no record of the card.
    NoRecord,
    /// Certificates that others issued.
    OtherIssuer,
    /// An earlier job on it was not finished.
    Unfinished,
    /// A job is open on it.
    InWork,
    /// The officer's own card.
    OwnCard,
    /// Not a card this program works with; the text says what it is and what to do.
    NotKnown(String),
}

impl fmt::Display for CardStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InOrder => "This card is in order",
            Self::Locked => "This card is locked: unlock it for its holder",
            Self::Faulty => "Something is wrong with this card",
            Self::Empty => "This card is empty: it can be issued to somebody",
            Self::Cancelled => "This card was cancelled for good: destroy it",
            Self::NoRecord => {
                "There is no record of this card, though it holds certificates of this organisation: put it aside and tell \
                 the gateway's operator its serial"
            }
            Self::OtherIssuer => "This card was issued by somebody else: give it back to its holder",
            Self::Unfinished => "An earlier job on this card was not finished",
            Self::InWork => "A job is open on this card: finish it where it was begun",
            Self::OwnCard => "This is your own card, and nobody works on their own card",
            Self::NotKnown(why) => why,
        })
    }
}

impl Desk<'_> {
    /// Looks at the card in a reader: 7 or 8 exchanges with it where it takes extended length, and one question to the
    /// gateway; a second one where a card that is on record as blank holds certificates. A damaged card is looked at closer.
    /// Nothing is written.
    ///
    /// # Errors
    /// There is no card to look at, another program has it, or the gateway does not answer.
    pub fn look_at_card(&self, reader: Option<&str>) -> Result<CardLook, OperationError> {
        let reader = self.choose_reader(reader)?;
        let (session, card) = match self.open(&reader, Depth::Contents, None) {
            Ok(opened) => opened,
            Err(OperationError::NotRecognised(NotRecognised::Piv(error))) => {
                return Err(NotRecognised::Piv(error).into());
            }
            Err(OperationError::NotRecognised(why)) => return Ok(not_known(reader, &why)),
            Err(OperationError::Reader(error @ ReaderError::Unreadable { .. })) => {
                let standing = CardStanding::NotKnown(error.to_string());
                return Ok(CardLook { standing, nhs_code: error.nhs_code(), ..nothing(reader) });
            }
            Err(error) => return Err(error),
        };
        let known = KnownCard::of(&card, 1);
        // What was read already is closed before the service is asked: nobody waits for the network to use the card.
        let mut session = card.contents.is_none().then_some(session);
        let at_desk = self.service.card_at_desk(&card.serial, PhotoAtDesk::NotWanted)?;
        let (record, holder) = (at_desk.card, at_desk.holder);
        let officer = match at_desk.officer {
            Some(officer) => officer,
            None => self.service.session()?.officer,
        };
        let contents = match (card.contents, &mut session) {
            (None, Some(open)) => card_contents(open, &card.profile, &card.serial, record.good_pair.as_ref())?,
            (contents, _) => contents.ok_or(OperationError::NoCard)?,
        };
        let certificates = certificates(&contents);
        let mut look = CardLook {
            serial: Some(card.serial),
            series: card.series,
            profile_name: Some(card.profile.name.clone()),
            certificates,
            tries_left: contents.tries_left,
            known,
            ..nothing(reader)
        };
        look.diagnosis = match record.state {
            CardState::Active | CardState::Locked | CardState::Unfinished => {
                diagnosis::diagnose(&contents, Some(&record), OffsetDateTime::now_utc())
            }
            CardState::Blank | CardState::InWork | CardState::Cancelled => Vec::new(),
        };
        if let Some(known) = &mut look.known {
            look.diagnosis = self.look_closer(&look.reader, known, std::mem::take(&mut look.diagnosis));
        }
        look.standing = match record.holder.as_ref() {
            Some(owner) if *owner == officer.id => CardStanding::OwnCard,
            _ if record.state == CardState::Blank => self.strangers(&contents)?.unwrap_or(CardStanding::Empty),
            _ => standing(&record, &look.diagnosis),
        };
        if let Some(holder) = &holder {
            let facts = Facts { officer: &officer, holder, card: &record, series: card.series, printer: None };
            // A face is printed from the queue, and the printer is chosen there.
            look.offers = self.offers(&facts).into_iter().filter(|offer| offer.0 != Operation::Print).collect();
        }
        look.holder = holder.map(|holder| holder.holder);
        look.record = Some(record);
        Ok(look)
    }

    /// Looks closer at a card of which something is wrong already: reads the objects anyone may read, and asks who made a
    /// certificate that is not on record. A card that is damaged in no way is left alone, and so is one that is another or
    /// cannot be opened now: then what was found before is all there is.
    #[must_use]
    pub fn look_closer(&self, reader: &str, known: &mut KnownCard, found: Vec<Finding>) -> Vec<Finding> {
        if !found.iter().any(Finding::is_damage) {
            return found;
        }
        let mut found = self.told_apart(found, &known.contents);
        let Ok((mut session, card)) = self.open(reader, Depth::Identity, Some(known)) else { return found };
        if card.serial != *known.serial() {
            return found;
        }
        let names = open_objects(&card.profile);
        if let Ok(objects) = selected(&mut session, &card.profile, |piv| read_objects(piv, &names)) {
            found.extend(diagnosis::of_objects(&objects, &card.profile, None));
        }
        known.card.commands = known.card.commands.saturating_add(session.record.count());
        found
    }

    /// Tells certificates of other authorities apart from those of this service that are merely not on record. A service
    /// that does not say who its authority is leaves it open.
    pub(super) fn told_apart(&self, mut found: Vec<Finding>, contents: &CardContents) -> Vec<Finding> {
        let strange = |finding: &Finding| match finding {
            Finding::CertificateNotOnRecord { slot } | Finding::CertificateOfAnotherHolder { slot } => Some(*slot),
            _ => None,
        };
        if found.iter().all(|finding| strange(finding).is_none()) {
            return found;
        }
        let Ok(chain) = self.service.chain_pem() else { return found };
        for finding in &mut found {
            let slot = strange(finding);
            if let Some(slot) =
                slot.filter(|slot| contents.certificate(*slot).is_some_and(|der| !is_made_by(&chain, der)))
            {
                *finding = Finding::CertificateOfAnotherIssuer { slot };
            }
        }
        found
    }

    /// Whose certificates are on a card that the service counts as blank; `None` when there are none.
    fn strangers(&self, contents: &CardContents) -> Result<Option<CardStanding>, OperationError> {
        let found = CertificateSlot::BOTH.into_iter().find_map(|slot| contents.certificate(slot));
        let Some(der) = found else {
            // What cannot be read is no empty card either.
            let unreadable = contents.certificates.iter().any(|read| matches!(read, ObjectRead::Unreadable));
            return Ok(unreadable.then_some(CardStanding::NoRecord));
        };
        let ours = is_made_by(&self.service.chain_pem()?, der);
        Ok(Some(if ours { CardStanding::NoRecord } else { CardStanding::OtherIssuer }))
    }
}

/// Whether a certificate (DER) was made by an authority of this chain (PEM). Names alone prove nothing: every training
/// authority has the same, so the signature is checked too, where it is of a kind that is known here.
#[must_use]
pub fn is_made_by(chain: &str, der: &[u8]) -> bool {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(der) else { return false };
    let made = |issuer: &Pem| {
        let named = issuer.parse_x509().is_ok_and(|issuer| issuer.subject() == certificate.issuer());
        let key = PublicKey::from_certificate(&issuer.contents).filter(|_| named);
        let Some(key) = key else { return named };
        let known = match key.algorithm() {
            KeyAlgorithm::Rsa2048 => OID_PKCS1_SHA256WITHRSA,
            KeyAlgorithm::P256 => OID_SIG_ECDSA_WITH_SHA256,
            KeyAlgorithm::P384 => OID_SIG_ECDSA_WITH_SHA384,
        };
        certificate.signature_algorithm.algorithm != known
            || key.verifies(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data)
    };
    Pem::iter_from_buffer(chain.as_bytes()).flatten().any(|issuer| made(&issuer))
}

fn standing(record: &CardRecord, diagnosis: &[Finding]) -> CardStanding {
    match record.state {
        CardState::Blank => CardStanding::Empty,
        CardState::InWork => CardStanding::InWork,
        CardState::Unfinished => CardStanding::Unfinished,
        CardState::Cancelled => CardStanding::Cancelled,
        CardState::Active | CardState::Locked if diagnosis.iter().any(|found| *found != Finding::PasscodeLocked) => {
            CardStanding::Faulty
        }
        CardState::Locked => CardStanding::Locked,
        CardState::Active if diagnosis.is_empty() => CardStanding::InOrder,
        CardState::Active => CardStanding::Locked,
    }
}

fn certificates(contents: &CardContents) -> Vec<CertificateOnCard> {
    let now = OffsetDateTime::now_utc();
    let one = |slot| {
        let (_, certificate) = x509_parser::parse_x509_certificate(contents.certificate(slot)?).ok()?;
        let expires = certificate.validity().not_after.to_datetime();
        Some(CertificateOnCard { slot, expires, days_left: (expires - now).whole_days() })
    };
    CertificateSlot::BOTH.into_iter().filter_map(one).collect()
}

fn not_known(reader: String, why: &NotRecognised) -> CardLook {
    let name = match why {
        NotRecognised::NotPersonalised { name, .. } | NotRecognised::Middleware { name, .. } => Some(name.clone()),
        NotRecognised::NeedsMiddleware(profile) => Some(profile.name.clone()),
        _ => None,
    };
    let series = why.series().unwrap_or(Series::Unknown);
    let standing = CardStanding::NotKnown(why.to_string());
    CardLook { series, profile_name: name, standing, nhs_code: why.nhs_code(), ..nothing(reader) }
}

fn nothing(reader: String) -> CardLook {
    CardLook {
        reader,
        serial: None,
        series: Series::Unknown,
        profile_name: None,
        standing: CardStanding::Empty,
        nhs_code: None,
        holder: None,
        record: None,
        certificates: Vec::new(),
        tries_left: None,
        diagnosis: Vec::new(),
        offers: Vec::new(),
        known: None,
    }
}
