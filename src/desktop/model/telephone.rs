//! Unlock by telephone, the officer's side: the card is at a desk with no gateway, and an officer here answers it.

use time::OffsetDateTime;

use super::{Model, session};
use crate::{
    bench::{Event, Order, TelephoneOrder, TelephoneTold, Ticket, Trouble},
    cis2::wire::{BegunByTelephone, CardRecord, EndedByTelephone},
    desktop::{
        dialogs::{Purpose, prove},
        route::Route,
    },
    domain::{
        CardSerial, Holder, HolderId, OfficerId, Operation, Series,
        eligibility::{
            Address, Certificates, ClientSoftware, Decision, Delivery, Photo, Refusal, Situation, Subject, Task,
            Version, decide,
        },
        telephone::{Challenge, CompletionCode},
    },
    operations::Need,
};

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// The conversation that is open; one at a time.
    pub open: Option<Open>,
}

/// One conversation.
#[derive(Debug, Clone)]
pub struct Open {
    /// Whose card it is.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// What was typed as the challenge.
    pub challenge: String,
    /// What was typed as the completion code.
    pub code: String,
    /// Whether the officer said that the holder has the card in hand.
    pub delivered: bool,
    /// What the service answered the challenge with.
    pub begun: Option<BegunByTelephone>,
    /// How it ended.
    pub ended: Option<EndedByTelephone>,
    /// Why the last attempt came to nothing.
    pub trouble: Option<Trouble>,
    /// What the service asks for before it begins.
    pub need: Option<Need>,
    /// The question that is out.
    waiting: Option<Ticket>,
}

/// Why the next step cannot be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The challenge has another number of digits, or something else than digits.
    Challenge,
    /// The completion code has.
    Code,
    /// Nobody has said yet that the holder has the card.
    Delivery,
    /// No second officer has approved it yet.
    SecondOfficer,
    /// An answer is waited for.
    Answer,
}

impl Open {
    fn new(holder: HolderId, serial: CardSerial) -> Self {
        Self {
            holder,
            serial,
            challenge: String::new(),
            code: String::new(),
            delivered: false,
            begun: None,
            ended: None,
            trouble: None,
            need: None,
            waiting: None,
        }
    }

    /// Whether an answer is waited for.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Why the challenge cannot be sent, if it cannot.
    #[must_use]
    pub fn keeps_from_asking(&self) -> Option<Missing> {
        if self.is_waiting() {
            return Some(Missing::Answer);
        }
        if self.challenge.parse::<Challenge>().is_err() {
            return Some(Missing::Challenge);
        }
        match self.need {
            Some(Need::Delivery) if !self.delivered => Some(Missing::Delivery),
            Some(Need::SecondOfficer) => Some(Missing::SecondOfficer),
            _ => None,
        }
    }

    /// Why the completion code cannot be sent, if it cannot.
    #[must_use]
    pub fn keeps_from_ending(&self) -> Option<Missing> {
        if self.is_waiting() {
            return Some(Missing::Answer);
        }
        self.code.parse::<CompletionCode>().is_err().then_some(Missing::Code)
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Unlock this card of this holder at another desk.
    Begin(HolderId, CardSerial),
    /// This was typed as the challenge.
    Challenge(String),
    /// The holder has the card in hand, or not.
    Delivered(bool),
    /// Send the challenge. Where the service asks for it, it is the officer's proof of who they are as well.
    Ask,
    /// Prove with the officer's own card in this reader who they are, and send the challenge then.
    AskWithCard(String),
    /// Send the challenge, with the approval of this second officer.
    Approve(OfficerId),
    /// The same, once the second officer's own card in this reader has proved who they are.
    ApproveWithCard(String),
    /// This was typed as the completion code.
    Code(String),
    /// Send the completion code.
    End,
    /// Another challenge: the other desk begins again.
    Again,
}

/// Why a card on a holder's record may not be unlocked at another desk. What that desk runs is not known here, so neither
/// that nor a series forbids it.
#[must_use]
pub fn why_not(model: &Model, person: &Holder, card: &CardRecord) -> Option<Refusal> {
    let officer = model.officer()?;
    let software = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
    let decision = decide(&Situation {
        task: Task::Desk(Operation::Unlock),
        role: officer.role,
        subject: if officer.id == person.id { Subject::Own } else { Subject::Another },
        series: Series::Series10,
        card: card.state,
        certificates: card.certificates_expire.map_or(Certificates::None, |at| Certificates::LastDay(at.date())),
        holder: person.state,
        photo: Photo::OnRecord,
        other_card: None,
        address: Address::Missing,
        delivery: Delivery::Confirmed,
        software: &software,
        printer: None,
        realm: model.realm,
        today: OffsetDateTime::now_utc().date(),
    });
    match decision {
        Decision::Allowed => None,
        Decision::Refused(refusal) => Some(refusal),
    }
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    if let Intent::Begin(holder, serial) = intent {
        let same = |open: &Open| open.holder == holder && open.serial == serial && open.ended.is_none();
        // A conversation that was left in the middle goes on where it was.
        if !model.telephone.open.as_ref().is_some_and(same) {
            model.telephone.open = Some(Open::new(holder.clone(), serial.clone()));
        }
        model.go(Route::Telephone(holder, serial));
        return;
    }
    let Some(open) = &mut model.telephone.open else { return };
    match intent {
        Intent::Challenge(typed) if open.begun.is_none() => open.challenge = typed,
        Intent::Delivered(delivered) => open.delivered = delivered,
        Intent::Code(typed) => open.code = typed,
        Intent::Again => *open = Open::new(open.holder.clone(), open.serial.clone()),
        Intent::Ask => ask(model, None),
        Intent::Approve(officer) => ask(model, Some(officer)),
        Intent::AskWithCard(reader) => {
            let asked = open.need == Some(Need::StepUp) && open.keeps_from_asking().is_none();
            if asked && prove::is_ones_own(model, &reader) {
                session::ask_passcode(model, &reader, Purpose::ProveByTelephone);
            }
        }
        Intent::ApproveWithCard(reader) => {
            let asked = open.keeps_from_asking() == Some(Missing::SecondOfficer);
            if asked && prove::may_approve(model, &reader, Operation::Unlock) {
                session::ask_passcode(model, &reader, Purpose::ProveByTelephone);
            }
        }
        Intent::End => end(model),
        Intent::Begin(..) | Intent::Challenge(_) => {}
    }
}

fn ask(model: &mut Model, approved_by: Option<OfficerId>) {
    // A session that was begun with a card is proved once more with one.
    let by_card = model.session.session().is_some_and(|session| session.card.is_some());
    if by_card && model.telephone.open.as_ref().is_some_and(|open| open.need == Some(Need::StepUp)) {
        return;
    }
    if let Some((ticket, order)) = begins(model, approved_by) {
        model.order(Order::Telephone { ticket, order });
    }
}

/// The question that goes out now, once it has its shape.
fn begins(model: &mut Model, approved_by: Option<OfficerId>) -> Option<(Ticket, TelephoneOrder)> {
    let ticket = model.new_ticket();
    let open = model.telephone.open.as_mut()?;
    let challenge = open.challenge.parse::<Challenge>().ok()?;
    let missing =
        open.keeps_from_asking().filter(|missing| approved_by.is_none() || *missing != Missing::SecondOfficer);
    if missing.is_some() || open.begun.is_some() {
        return None;
    }
    open.waiting = Some(ticket);
    open.trouble = None;
    let order = TelephoneOrder::Begin {
        holder: open.holder.clone(),
        serial: open.serial.clone(),
        challenge,
        delivered: open.delivered,
        proved_again: open.need == Some(Need::StepUp),
        approved_by,
    };
    Some((ticket, order))
}

/// What is asked once the card of this officer has proved who they are: the officer at work, or a colleague who approves it.
/// None where it is not asked any more.
pub fn proves(model: &mut Model, officer: &OfficerId) -> Option<(Ticket, TelephoneOrder)> {
    let own = model.officer().is_some_and(|own| own.id == *officer);
    let need = model.telephone.open.as_ref()?.need;
    let approved_by = match (need, own) {
        (Some(Need::StepUp), true) => None,
        (Some(Need::SecondOfficer), false) => Some(officer.clone()),
        _ => return None,
    };
    let (ticket, mut order) = begins(model, approved_by)?;
    if let TelephoneOrder::Begin { proved_again, .. } = &mut order {
        // The card proves it, and nothing else has to.
        *proved_again = false;
    }
    Some((ticket, order))
}

/// The card did not come to prove it.
pub fn not_proved(model: &mut Model, trouble: Trouble) {
    if let Some(open) = &mut model.telephone.open {
        open.trouble = Some(trouble);
    }
}

fn end(model: &mut Model) {
    let ticket = model.new_ticket();
    let Some(open) = &mut model.telephone.open else { return };
    let (Ok(challenge), Ok(code)) = (open.challenge.parse(), open.code.parse()) else { return };
    if open.keeps_from_ending().is_some() || open.begun.is_none() || open.ended.is_some() {
        return;
    }
    open.waiting = Some(ticket);
    open.trouble = None;
    model.order(Order::Telephone { ticket, order: TelephoneOrder::End { challenge, code } });
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::Telephone { ticket, told } => {
            let Some(open) = model.telephone.open.as_mut().filter(|open| open.waiting == Some(*ticket)) else { return };
            open.waiting = None;
            match told {
                TelephoneTold::Begun(begun) => {
                    open.need = None;
                    open.begun = Some((**begun).clone());
                }
                TelephoneTold::Ended(ended) => open.ended = Some((**ended).clone()),
                TelephoneTold::Failed { trouble, need } => {
                    open.need = *need;
                    open.trouble = Some(trouble.clone());
                    if trouble.signed_out {
                        model.report(trouble);
                    }
                }
            }
        }
        // Whoever signs in next has no part in what was said before.
        Event::SignedOut => model.telephone.open = None,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Open {
        Open::new("555000000023".parse().expect("a number"), "0A1B2C3D".parse().expect("a serial"))
    }

    #[test]
    fn nothing_is_sent_before_it_has_its_shape() {
        let mut open = open();
        assert_eq!(open.keeps_from_asking(), Some(Missing::Challenge));
        open.challenge = "0001 2345 6789 0123".into();
        assert_eq!(open.keeps_from_asking(), None);
        open.need = Some(Need::Delivery);
        assert_eq!(open.keeps_from_asking(), Some(Missing::Delivery));
        open.delivered = true;
        assert_eq!(open.keeps_from_asking(), None);
        open.need = Some(Need::SecondOfficer);
        assert_eq!(open.keeps_from_asking(), Some(Missing::SecondOfficer));
        open.code = "12 345".into();
        assert_eq!(open.keeps_from_ending(), Some(Missing::Code));
        open.code = "123 456".into();
        assert_eq!(open.keeps_from_ending(), None);
        open.waiting = Some(Ticket(1));
        assert_eq!(
            (open.keeps_from_asking(), open.keeps_from_ending()),
            (Some(Missing::Answer), Some(Missing::Answer))
        );
    }
}
