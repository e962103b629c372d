//! Whose card is this? The chip says which card, the service says whose.

use std::time::Duration;

use time::{Date, OffsetDateTime};

use super::{
    common::Common,
    reader::{ReaderDesk, ReaderOrder},
};
use crate::{
    bench::event::{CardInReader, ReaderCondition, Trouble},
    card::{
        piv::PivError,
        reader::ReaderError,
        recognise::{Depth, NotRecognised, NotSeen, Recognised, in_reader},
    },
    cis2::{
        Service, ServiceError,
        wire::{CardRecord, PhotoAtDesk},
    },
    domain::{CardSerial, CardState, CertificateSlot},
    operations::{
        KnownCard,
        diagnosis::{self, Finding, ObjectRead},
        is_made_by, self_service,
    },
};

/// How often a card that something else holds is tried, and how long between: our own looks at other readers hold a card
/// for a moment, another program holds it for long.
const TRIES: usize = 4;
const BETWEEN_TRIES: Duration = Duration::from_millis(150);

/// What was seen.
pub enum Seen {
    /// This, and what work on it begins with.
    Is(ReaderCondition, Option<Box<KnownCard>>),
    /// The reader itself is gone; the watch tells that.
    NoReader,
}

/// Does something again while the card is held by something else, a few times; a newer presence ends the waiting.
pub fn patiently<T, E>(
    reader: &ReaderDesk,
    in_use: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    let mut result = attempt();
    for _ in 1..TRIES {
        match &result {
            Err(error) if in_use(error) => reader.lane.wait_for(BETWEEN_TRIES, ReaderOrder::is_presence),
            _ => break,
        }
        result = attempt();
    }
    result
}

/// Recognises the card in a reader and asks the service whose it is.
///
/// `again` is the card that was seen there last: the photo of its holder is not asked for once more.
pub fn look(common: &Common, reader: &ReaderDesk, again: Option<&CardSerial>) -> Seen {
    // Other programs look at a new card in the same moment: one that was reset in the middle is read again.
    let disturbed = |why: &NotSeen| {
        matches!(
            why,
            NotSeen::Reader(ReaderError::InUse { .. } | ReaderError::Fault { .. })
                | NotSeen::Card(NotRecognised::Piv(PivError::Transport(_)))
        )
    };
    let failed = match patiently(reader, disturbed, || read(common, &reader.name)) {
        Ok(card) => {
            let photo = if again == Some(&card.serial) { PhotoAtDesk::NotWanted } else { PhotoAtDesk::Wanted };
            let (card, known) = described(common, reader, card, photo);
            return Seen::Is(place(common, card), known.map(Box::new));
        }
        Err(failed) => failed,
    };
    let condition = match failed {
        NotSeen::Reader(ReaderError::UnknownReader { .. } | ReaderError::NoService) => return Seen::NoReader,
        NotSeen::Reader(ReaderError::NoCard { .. }) => ReaderCondition::Empty,
        NotSeen::Reader(ReaderError::InUse { .. }) => ReaderCondition::InUse,
        NotSeen::Reader(ReaderError::Unreadable { .. }) => ReaderCondition::Unreadable,
        NotSeen::Reader(fault @ ReaderError::Fault { .. }) => {
            ReaderCondition::Unknown { why: fault.to_string(), nhs_code: fault.nhs_code() }
        }
        NotSeen::Card(NotRecognised::Piv(PivError::Transport(_))) => ReaderCondition::Unreadable,
        NotSeen::Card(why) => ReaderCondition::Unknown { why: why.to_string(), nhs_code: why.nhs_code() },
    };
    Seen::Is(condition, None)
}

/// Reads the card. It is closed again before the service is asked, so that nobody waits for the network to use it.
fn read(common: &Common, name: &str) -> Result<Recognised, NotSeen> {
    let bench = &common.workplace.bench;
    in_reader(&*bench.readers, name, &bench.profiles, Depth::Contents)
}

/// The card with what the service knows of it: one question, and a second one for a photo that is large, or for a card that
/// the service counts as blank and that holds certificates.
fn described(
    common: &Common,
    reader: &ReaderDesk,
    card: Recognised,
    photo: PhotoAtDesk,
) -> (CardInReader, Option<KnownCard>) {
    let service = &common.workplace.service;
    let mut calls = 0;
    let answer = match common.session() {
        None => Err(Trouble::unchanged("sign in to see whose card this is")),
        // Nobody on the telephone waits for a service that is silent.
        Some(_) if reader.conversation().as_ref().is_some_and(|open| *open.serial() == card.serial) => {
            let words = "it is being unlocked by telephone, and the service is not asked about it meanwhile";
            Err(Trouble { silent: true, ..Trouble::unchanged(words) })
        }
        Some(_) => {
            calls += 1;
            service.card_at_desk(&card.serial, photo).map_err(|error| {
                if !matches!(error, ServiceError::Problem(_)) {
                    common.service_was_silent();
                }
                Trouble::from(&error)
            })
        }
    };
    let (record, known, photo) = match answer {
        Ok(told) => (Ok(told.card), told.holder, told.photo),
        Err(trouble) => (Err(trouble), None, None),
    };
    let in_use = |other: &&CardRecord| matches!(other.state, CardState::Active | CardState::Locked);
    let others = known.iter().flat_map(|known| known.cards.iter().filter(in_use));
    let other_card = others.map(|other| other.serial.clone()).find(|serial| *serial != card.serial);
    let holder = known.map(|record| record.holder);
    let portrait = holder.as_ref().and_then(|holder| {
        let ask = || {
            calls += 1;
            service.photo(&holder.id).map_err(|error| Trouble::from(&error))
        };
        common.portraits.with(holder, || photo.map_or_else(ask, |photo| Ok(photo.0))).ok().flatten()
    });
    let mut known_card = KnownCard::of(&card, calls);
    let mut findings = findings(&card, record.as_ref().ok());
    if let Some(known) = &mut known_card {
        findings = common.workplace.desk().look_closer(&reader.name, known, findings);
    }
    let contents = card.contents.clone();
    let certificates = CertificateSlot::BOTH.map(|slot| contents.as_ref().and_then(|found| found.certificate(slot)));
    // What cannot be read may have been somebody's.
    let has_certificates =
        contents.iter().flat_map(|found| &found.certificates).any(|read| *read != ObjectRead::Missing);
    // A card that nobody has on record is told apart by who made its certificates.
    let unknown = record.as_ref().is_ok_and(|record| record.state == CardState::Blank);
    let stranger = unknown && certificates.iter().flatten().any(|der| is_of_a_stranger(service, der));
    let named = certificates[0].and_then(|der| self_service::told_by(der).0);
    let days = certificates.map(|der| der.and_then(last_day));
    let seen = CardInReader {
        serial: card.serial.clone(),
        series: card.series,
        record,
        holder,
        named,
        portrait,
        has_certificates,
        expires: days.iter().flatten().min().copied(),
        tries_left: contents.as_ref().and_then(|found| found.tries_left),
        passcode_rules: card.profile.passcode.rules(),
        certificates: days,
        findings,
        stranger,
        other_card,
    };
    (seen, known_card)
}

/// What is wrong with a card that is somebody's.
fn findings(card: &Recognised, record: Option<&CardRecord>) -> Vec<Finding> {
    let (Some(contents), Some(record)) = (&card.contents, record) else { return Vec::new() };
    match record.state {
        CardState::Active | CardState::Locked | CardState::Unfinished => {
            diagnosis::diagnose(contents, Some(record), OffsetDateTime::now_utc())
        }
        CardState::Blank | CardState::InWork | CardState::Cancelled => Vec::new(),
    }
}

/// Whether a certificate is none that this service's authority made. A service that does not say who that is leaves it
/// open: the card stays one without a record.
fn is_of_a_stranger(service: &dyn Service, der: &[u8]) -> bool {
    service.chain_pem().is_ok_and(|chain| !is_made_by(&chain, der))
}

/// The officer's own card is set apart.
fn place(common: &Common, card: CardInReader) -> ReaderCondition {
    let officer = common.session().map(|session| session.officer.id);
    let owner = card.record.as_ref().ok().and_then(|record| record.holder.clone());
    if officer.is_some() && officer == owner {
        ReaderCondition::OwnCard(Box::new(card))
    } else {
        ReaderCondition::Card(Box::new(card))
    }
}

/// Last day a certificate is valid. Total: what is no certificate has none.
fn last_day(der: &[u8]) -> Option<Date> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let end = certificate.validity().not_after.timestamp();
    OffsetDateTime::from_unix_timestamp(end).ok().map(OffsetDateTime::date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_read_from_a_certificate_and_from_nothing_else() {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut parameters = rcgen::CertificateParams::default();
        parameters.not_after = rcgen::date_time_ymd(2029, 3, 31);
        let der = parameters.self_signed(&key).expect("a certificate").der().to_vec();
        assert_eq!(last_day(&der), Date::from_calendar_date(2029, time::Month::March, 31).ok());
        for cut in 0..der.len() {
            assert_eq!(last_day(&der[..cut]), None, "cut at {cut}");
        }
    }
}
