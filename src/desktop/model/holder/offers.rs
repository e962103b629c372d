//! What may be done for a holder, by the rules the service decides by, before anything is asked of it.

use time::{Date, OffsetDateTime};

use super::Model;
use crate::{
    bench::PrinterView,
    cis2::wire::{CardRecord, HolderRecord},
    desktop::model::issue,
    domain::{
        CardSerial, CardState, HolderId, Operation, Role, Series,
        eligibility::{
            Address, Certificates, Decision, Delivery, Photo, Reason, Refusal, SERIES_10_PRINTER, Situation, Subject,
            Task, decide,
        },
    },
    journal::{QueueEntry, QueueState},
};

/// Something that is done for a holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Prepare a card.
    Issue,
    /// Put their card into the print queue.
    Print,
    /// Their card is in the print queue: look at it there.
    LookAtQueue,
    /// Add or change the photo.
    Photo,
}

/// An action, and whether it may be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The action.
    pub action: Action,
    /// The card it is done with; none where that is chosen later.
    pub card: Option<CardSerial>,
    /// Why not.
    pub refused: Option<Why>,
}

/// Why something may not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The rules.
    Rules(Refusal),
    /// This role does not change photos.
    PhotoRole(Role),
    /// A card is being issued for the holder.
    InWork,
    /// The holder has no card to be printed.
    NoCard,
    /// The face is on the card; printed at this moment (RFC 3339), where that is known.
    Printed(String),
}

/// Everything that is offered for a holder, in the order of the page. `today` is the date the rules go by.
#[must_use]
pub fn offers(model: &Model, record: &HolderRecord, today: Date) -> Vec<Offer> {
    let Some(officer) = model.officer() else { return Vec::new() };
    let own = officer.id == record.holder.id;
    vec![issue_offer(model, record, today), print_offer(model, record, today), photo_offer(officer.role, own)]
}

/// The one that stands out: issuing, else printing.
#[must_use]
pub fn main_action(model: &Model, holder: &HolderId) -> Option<Action> {
    let record = model.holder.of(holder)?.record.as_ref()?;
    let offers = offers(model, record, OffsetDateTime::now_utc().date());
    let may = |offer: &&Offer| offer.refused.is_none() && offer.action != Action::Photo;
    offers.iter().find(may).map(|offer| offer.action)
}

fn issue_offer(model: &Model, record: &HolderRecord, today: Date) -> Offer {
    let in_use = record.cards.iter().find(|card| matches!(card.state, CardState::Active | CardState::Locked));
    // The card that lies ready is what it would be done with; without one, the stock of today.
    let ready = model.bench.cards().map(|(_, card)| card).find(|card| issue::is_blank(card));
    let card = Card {
        series: ready.map_or(Series::Series10, |card| card.series),
        state: CardState::Blank,
        certificates: Certificates::None,
    };
    let other = in_use.map(|card| &card.serial);
    let refused = decided(model, record, Operation::Issue, card, (other, None), today);
    let in_work = record.cards.iter().any(|card| card.state == CardState::InWork);
    let refused = refused.or_else(|| in_work.then_some(Why::InWork));
    Offer { action: Action::Issue, card: None, refused }
}

fn print_offer(model: &Model, record: &HolderRecord, today: Date) -> Offer {
    let in_use = record.cards.iter().find(|card| matches!(card.state, CardState::Active | CardState::Locked));
    let Some(card) = in_use.or_else(|| record.cards.first()) else {
        return Offer { action: Action::Print, card: None, refused: Some(Why::NoCard) };
    };
    let serial = Some(card.serial.clone());
    if waiting_print(model, &card.serial).is_some() {
        return Offer { action: Action::LookAtQueue, card: serial, refused: None };
    }
    let printer = printer_for(model, card.series).map(|printer| printer.profile.as_str());
    let refused = decided(model, record, Operation::Print, Card::from(card), (None, printer), today);
    let refused = refused.or_else(|| printed(model, record, &card.serial).map(Why::Printed));
    Offer { action: Action::Print, card: serial, refused }
}

/// Who may change a photo is decided by the service alone (`facts/nhs.md` 1.2); this tells it beforehand.
fn photo_offer(role: Role, own: bool) -> Offer {
    let may = matches!(role, Role::RaManager | Role::AdvancedRaAgent | Role::RaAgent | Role::IdChecker);
    let refused = match (own, may) {
        (true, _) => Some(Why::Rules(Refusal { reasons: vec![Reason::OwnRecord], since: None })),
        (false, false) => Some(Why::PhotoRole(role)),
        (false, true) => None,
    };
    Offer { action: Action::Photo, card: None, refused }
}

/// What the rules look at in a card.
struct Card {
    series: Series,
    state: CardState,
    certificates: Certificates,
}

impl From<&CardRecord> for Card {
    fn from(card: &CardRecord) -> Self {
        let certificates = card.certificates_expire.map_or(Certificates::None, |at| Certificates::LastDay(at.date()));
        Self { series: card.series, state: card.state, certificates }
    }
}

fn decided(
    model: &Model,
    record: &HolderRecord,
    operation: Operation,
    card: Card,
    (other_card, printer): (Option<&CardSerial>, Option<&str>),
    today: Date,
) -> Option<Why> {
    let officer = model.officer()?;
    let holder = &record.holder;
    let decision = decide(&Situation {
        task: Task::Desk(operation),
        role: officer.role,
        subject: if officer.id == holder.id { Subject::Own } else { Subject::Another },
        series: card.series,
        card: card.state,
        certificates: card.certificates,
        holder: holder.state,
        photo: if holder.photo_sha256.is_some() { Photo::OnRecord } else { Photo::Missing },
        other_card,
        address: Address::OnRecord,
        delivery: Delivery::Confirmed,
        software: &model.software,
        printer,
        realm: model.realm,
        today,
    });
    match decision {
        Decision::Allowed => None,
        Decision::Refused(refusal) => Some(Why::Rules(refusal)),
    }
}

/// The printer for a card: the one chosen last if it may print such cards, else the first that may, else the first.
#[must_use]
pub fn printer_for(model: &Model, series: Series) -> Option<&PrinterView> {
    let fits = |printer: &&PrinterView| series != Series::Series10 || printer.profile == SERIES_10_PRINTER;
    let remembered = model.preferences.printer.as_deref().and_then(|name| model.bench.printer(name)).filter(fits);
    let printers = &model.bench.printers;
    remembered.or_else(|| printers.iter().find(fits)).or_else(|| printers.first())
}

/// The open entry of a card in the print queue.
#[must_use]
pub fn waiting_print<'a>(model: &'a Model, serial: &CardSerial) -> Option<&'a QueueEntry> {
    let open = QueueState::is_open;
    model.queue.entries.iter().find(|entry| entry.serial == *serial && open(entry.state))
}

/// When the face of a card was printed since the card was issued last.
fn printed(model: &Model, record: &HolderRecord, serial: &CardSerial) -> Option<String> {
    let history = model.holder.of(&record.holder.id)?.history.as_ref()?;
    let fact = |row: &crate::cis2::wire::AuditRow, name: &str, value: &str| {
        row.detail.get(name).and_then(serde_json::Value::as_str) == Some(value)
    };
    history
        .iter()
        .filter(|row| fact(row, "serial", serial.as_str()))
        .take_while(|row| row.event != "issuance.reserved")
        .find(|row| row.event == "print.recorded" && fact(row, "outcome", "printed"))
        .map(|row| row.at.clone())
}
