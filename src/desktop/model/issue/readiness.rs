//! What stands in the way of an issue, decided before anything happens by the rules the service will decide by.

use time::OffsetDateTime;

use super::{When, printer, when};
use crate::{
    bench::{CardInReader, PrinterCondition, PrinterView, ReaderCondition, ReaderView},
    cis2::wire::HolderRecord,
    desktop::model::Model,
    domain::{
        CardSerial, CardState, HolderId, Operation, Series,
        eligibility::{Address, Certificates, Decision, Delivery, Photo, Reason, Situation, Subject, Task, decide},
    },
};

/// Where an issue stands before it is begun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// The reader and the card in it that will be issued.
    pub card: Option<(String, CardSerial)>,
    /// Everything that stands in the way, the hardest first; empty when the card can be issued.
    pub obstacles: Vec<Obstacle>,
}

/// Something that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The holder's record is being asked for.
    Asking,
    /// No reader is connected.
    NoReader,
    /// No reader has a card that could be issued.
    NoCard,
    /// A card is being recognised.
    Reading,
    /// Several readers have a blank card, and the officer has to say which.
    WhichCard,
    /// The card holds certificates, though the service counts it as blank.
    NotBlank,
    /// A printer is wanted and none is there.
    NoPrinter,
    /// The printer cannot print now.
    CannotPrint {
        /// Its name.
        printer: String,
        /// Why, and what to do.
        why: String,
    },
    /// The rules say no; with the remedy.
    Refused(Reason),
    /// Something could not be found out; what, and what to do.
    Trouble(String),
}

/// Whether a card may become somebody's.
#[must_use]
pub fn is_blank(card: &CardInReader) -> bool {
    card.state() == Some(CardState::Blank) && !card.has_certificates
}

/// Whether a printer can print now, as far as it tells.
///
/// # Errors
/// Why not, and what to do.
pub fn decide_print(printer: &PrinterView) -> Result<(), &str> {
    match &printer.condition {
        PrinterCondition::CannotPrint { why } => Err(why),
        _ => Ok(()),
    }
}

/// A card, and the reader it is in.
type Seen<'a> = (&'a ReaderView, &'a CardInReader);

/// The card that will be issued: the one the officer chose, or the only blank one. A card that is alone on the bench is
/// meant too, whatever it is: what stands in its way is said of it.
fn chosen_card<'a>(model: &'a Model) -> Option<(&'a str, &'a CardInReader)> {
    if let Some(chosen) = &model.issue.reader {
        let found = model.bench.cards().find(|(reader, _)| reader.name == *chosen);
        if let Some((reader, card)) = found {
            return Some((reader.name.as_str(), card));
        }
    }
    let only = |cards: &mut dyn Iterator<Item = Seen<'a>>| cards.next().filter(|_| cards.next().is_none());
    let any = model.bench.cards().any(|(_, card)| is_blank(card));
    let (reader, card) = only(&mut model.bench.cards().filter(|(_, card)| !any || is_blank(card)))?;
    Some((reader.name.as_str(), card))
}

/// What stands in the way of issuing a card to this holder now.
#[must_use]
pub fn readiness(model: &Model, holder: &HolderId) -> Readiness {
    let mut obstacles = Vec::new();
    let record = model.issue.record.as_ref().filter(|record| record.holder.id == *holder);
    let in_printer = when(model) == When::InPrinter;
    // The card comes from the printer's own hopper.
    let chosen = if in_printer { None } else { chosen_card(model) };
    match (record, &model.issue.record_trouble) {
        (_, Some(trouble)) => obstacles.push(Obstacle::Trouble(trouble.message.clone())),
        (None, None) => obstacles.push(Obstacle::Asking),
        (Some(record), None) => obstacles.extend(refusals(model, record, chosen.map(|(_, card)| card))),
    }
    match chosen {
        Some((_, card)) => obstacles.extend(card_obstacle(card)),
        None if in_printer => {}
        None => obstacles.push(no_card(model)),
    }
    if when(model) != When::No {
        match printer(model) {
            None => obstacles.push(Obstacle::NoPrinter),
            Some(printer) if matches!(when(model), When::Now | When::InPrinter) => {
                if let Err(why) = decide_print(printer) {
                    obstacles.push(Obstacle::CannotPrint { printer: printer.name.clone(), why: why.to_owned() });
                }
            }
            Some(_) => {}
        }
    }
    Readiness { card: chosen.map(|(reader, card)| (reader.to_owned(), card.serial.clone())), obstacles }
}

fn no_card(model: &Model) -> Obstacle {
    let readers = &model.bench.readers;
    if readers.is_empty() {
        Obstacle::NoReader
    } else if model.bench.cards().filter(|(_, card)| is_blank(card)).count() > 1 {
        Obstacle::WhichCard
    } else if readers.iter().any(|reader| matches!(reader.condition, ReaderCondition::Reading)) {
        Obstacle::Reading
    } else {
        Obstacle::NoCard
    }
}

fn card_obstacle(card: &CardInReader) -> Option<Obstacle> {
    match &card.record {
        Err(trouble) => Some(Obstacle::Trouble(trouble.message.clone())),
        Ok(record) if record.state == CardState::Blank && card.has_certificates => Some(Obstacle::NotBlank),
        Ok(_) => None,
    }
}

/// The rules of the service, for this card or, while there is none, for a blank one of the newest series.
fn refusals(model: &Model, record: &HolderRecord, card: Option<&CardInReader>) -> Vec<Obstacle> {
    let Some(officer) = model.officer() else { return Vec::new() };
    let holder = &record.holder;
    let in_use = |state| matches!(state, CardState::Active | CardState::Locked);
    let here = card.map(|card| &card.serial);
    let other = record.cards.iter().find(|other| in_use(other.state) && Some(&other.serial) != here);
    let state = card.map_or(Some(CardState::Blank), CardInReader::state);
    let expires = card.and_then(|card| card.record.as_ref().ok()).and_then(|record| record.certificates_expire);
    let situation = Situation {
        task: Task::Desk(Operation::Issue),
        role: officer.role,
        subject: if officer.id == holder.id { Subject::Own } else { Subject::Another },
        series: card.map_or(Series::Series10, |card| card.series),
        // A card nobody knows the state of has an obstacle of its own.
        card: state.unwrap_or(CardState::Blank),
        certificates: expires.map_or(Certificates::None, |last| Certificates::LastDay(last.date())),
        holder: holder.state,
        photo: if holder.photo_sha256.is_some() { Photo::OnRecord } else { Photo::Missing },
        other_card: other.map(|card| &card.serial),
        address: Address::OnRecord,
        delivery: Delivery::Confirmed,
        software: &model.software,
        printer: None,
        realm: model.realm,
        today: OffsetDateTime::now_utc().date(),
    };
    let mut reasons = reasons(&situation);
    if matches!(when(model), When::Now | When::InPrinter)
        && let Some(printer) = printer(model)
    {
        let issued = if model.preferences.issue_locked { CardState::Locked } else { CardState::Active };
        let print = Situation {
            task: Task::Desk(Operation::Print),
            card: issued,
            printer: Some(&printer.profile),
            ..situation.clone()
        };
        for reason in self::reasons(&print) {
            // What stands in the way of both is said once.
            let known = |other: &Reason| std::mem::discriminant(other) == std::mem::discriminant(&reason);
            if !reasons.iter().any(known) {
                reasons.push(reason);
            }
        }
    }
    reasons.into_iter().map(Obstacle::Refused).collect()
}

fn reasons(situation: &Situation<'_>) -> Vec<Reason> {
    match decide(situation) {
        Decision::Allowed => Vec::new(),
        Decision::Refused(refusal) => refusal.reasons,
    }
}
