//! What the service asks for before it lets work begin: that the officer proves once more who they are, or that a second
//! officer approves it. The work goes on by itself once it has it, and is given up when the dialogue closes without.

use eframe::egui;

use super::DialogIntent;
use crate::{
    bench::{Asks, Order, Trouble, WorkId},
    cis2::wire::ApprovalsBy,
    desktop::{
        dialogs::{Dialog, Purpose},
        format,
        intent::Intent,
        model::{
            Model, NoticeKind, service, session,
            work::{self, Piece},
        },
        screens::sign_in::own_card,
        theme::space,
        view::View,
        widgets::{
            button::{Button, Kind},
            notice,
        },
    },
    domain::{CardSerial, Officer, OfficerId, Operation},
    tr,
};

/// The question.
#[derive(Debug, Clone)]
pub struct Prove {
    /// The work that waits.
    pub work: WorkId,
    /// For what.
    pub what: Asks,
    /// Why the last attempt failed.
    pub trouble: Option<Trouble>,
}

/// Something in it.
#[derive(Debug, Clone)]
pub enum Wish {
    /// It is me.
    StepUp,
    /// This colleague approves it.
    Approve(OfficerId),
    /// The officer whose card is in this reader proves it with that card.
    WithCard(String),
}

impl Prove {
    pub(super) fn title(&self, view: &View<'_>) -> String {
        match self.what {
            Asks::StepUp => tr!(view, "step-up-title"),
            Asks::SecondOfficer => tr!(view, "second-officer-title"),
        }
    }
}

/// Takes a wish. One that belongs to the other question comes too late.
pub(super) fn update(model: &mut Model, wish: Wish) {
    let Some(Dialog::Prove(ask)) = model.dialogs.front() else { return };
    let work = ask.work;
    if let Wish::WithCard(reader) = wish {
        if may_prove(model, ask, &reader) {
            session::ask_passcode(model, &reader, Purpose::Prove(work));
        }
        return;
    }
    let order = match (ask.what, wish) {
        (Asks::StepUp, Wish::StepUp) => Order::StepUp { work },
        (Asks::SecondOfficer, Wish::Approve(officer)) => Order::Approve { work, officer },
        _ => return,
    };
    model.dialogs.pop_front();
    work::answered(model, work);
    model.order(order);
}

/// Whether the card in this reader answers the question: the officer's own for a step-up, a colleague's for an approval.
fn may_prove(model: &Model, ask: &Prove, reader: &str) -> bool {
    let Some(piece) = model.work.all.get(&ask.work) else { return false };
    match ask.what {
        Asks::StepUp => is_ones_own(model, reader),
        Asks::SecondOfficer => may_approve(model, reader, piece.operation),
    }
}

fn officer_in<'a>(model: &'a Model, reader: &str) -> Option<&'a Officer> {
    session::seen(model).into_iter().find(|seen| seen.reader.name == reader)?.officer
}

/// Whether the card in this reader is of the officer at work.
pub fn is_ones_own(model: &Model, reader: &str) -> bool {
    let own = model.officer().map(|own| &own.id);
    officer_in(model, reader).is_some_and(|officer| own == Some(&officer.id))
}

/// Whether the card in this reader is of a colleague who may approve this.
pub fn may_approve(model: &Model, reader: &str, operation: Operation) -> bool {
    let own = model.officer().map(|own| &own.id);
    officer_in(model, reader)
        .is_some_and(|officer| own.is_some() && own != Some(&officer.id) && why_not(officer, operation).is_none())
}

/// Why this colleague cannot approve it.
fn why_not(officer: &Officer, operation: Operation) -> Option<String> {
    let refused = service::may_approve(officer.role, operation).err();
    refused.map(|reason| format!("{reason}. {}.", reason.remedy()))
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, ask: &Prove) {
    if let Some(trouble) = &ask.trouble {
        let words = notice::beside(view, &format::sentence(&trouble.message), trouble.nhs_code);
        notice::show(ui, view, NoticeKind::Danger, &words);
        ui.add_space(space::SMALL);
    }
    let piece = view.model.work.all.get(&ask.work);
    if let Some(piece) = piece {
        let what = crate::desktop::screens::work::title(view, piece);
        ui.label(egui::RichText::new(what).text_style(crate::desktop::theme::Theme::strong()));
    }
    let first = match (ask.what, piece) {
        (Asks::StepUp, _) => step_up(ui, view),
        // Nobody's approval is one Enter away.
        (Asks::SecondOfficer, Some(piece)) => {
            second_officer(ui, view, piece);
            None
        }
        (Asks::SecondOfficer, None) => None,
    };
    ui.add_space(space::MEDIUM);
    let cancel = Button::new(tr!(view, "cancel")).show(ui, view);
    if ui.memory(|memory| memory.focused().is_none()) {
        first.as_ref().unwrap_or(&cancel).request_focus();
    }
    if cancel.clicked() {
        view.send(Intent::CloseDialog);
    }
}

fn step_up(ui: &mut egui::Ui, view: &View<'_>) -> Option<egui::Response> {
    let session = view.model.session.session()?;
    if session.card.is_some() {
        ui.label(tr!(view, "step-up-card-body"));
        ui.add_space(space::SMALL);
        if let Some(reader) = own_cards(ui, view, &session.officer, None) {
            view.send(DialogIntent::Prove(Wish::WithCard(reader)));
        }
        return None;
    }
    ui.label(tr!(view, "step-up-body"));
    ui.add_space(space::SMALL);
    let name = tr!(view, "step-up-go", name = &session.officer.name);
    let button = Button::new(name).kind(Kind::Main).wide().show(ui, view);
    if button.clicked() {
        view.send(DialogIntent::Prove(Wish::StepUp));
    }
    Some(button)
}

/// The officer's own cards that are in, each a button, or what to do where there is none; gives the reader that was chosen.
pub fn own_cards(ui: &mut egui::Ui, view: &View<'_>, officer: &Officer, refused: Option<&str>) -> Option<String> {
    let seen = session::seen_of(view.model, &officer.id);
    if seen.is_empty() {
        notice::show(ui, view, NoticeKind::Note, &tr!(view, "step-up-card-hint"));
    }
    let mut chosen = None;
    for seen in &seen {
        let reader = view.model.preferences.reader_name(&seen.reader.name);
        match seen.card {
            Ok(_) => {
                let name = tr!(view, "step-up-card-go", reader = reader);
                let button = Button::new(name).kind(Kind::Main).wide().refused(refused.map(str::to_owned));
                if button.show(ui, view).clicked() {
                    chosen = Some(seen.reader.name.clone());
                }
            }
            Err(why) => notice::show(ui, view, NoticeKind::Warning, &own_card::not_offered(view, seen, why)),
        }
    }
    chosen
}

/// How a second officer approves.
#[derive(Debug, Clone)]
pub enum Approval {
    /// With their own card in this reader.
    WithCard(String),
    /// By their name.
    ByName(OfficerId),
}

fn second_officer(ui: &mut egui::Ui, view: &View<'_>, piece: &Piece) {
    if let Some(approval) = approvals(ui, view, piece.operation, piece.serial.as_ref()) {
        view.send(DialogIntent::Prove(match approval {
            Approval::WithCard(reader) => Wish::WithCard(reader),
            Approval::ByName(officer) => Wish::Approve(officer),
        }));
    }
}

/// Every colleague whose card is in, then every colleague where a name is enough; who may not approve it says why. The card
/// that the work is about, the target, proves nobody here. Gives what was pressed.
pub fn approvals(
    ui: &mut egui::Ui,
    view: &View<'_>,
    operation: Operation,
    target: Option<&CardSerial>,
) -> Option<Approval> {
    let session = view.model.session.session()?;
    let by_card_alone = session.approvals == ApprovalsBy::Card;
    let body = if by_card_alone { "second-officer-card-body" } else { "second-officer-body" };
    ui.add(egui::Label::new(view.texts.get(body)).wrap());
    ui.add_space(space::SMALL);
    let own = &session.officer.id;
    let (mut offered, mut given) = (false, None);
    let may = |seen: &session::Seen<'_>| seen.officer.is_some_and(|officer| why_not(officer, operation).is_none());
    let (can, cannot): (Vec<_>, Vec<_>) = session::seen(view.model).into_iter().partition(may);
    for seen in can.into_iter().chain(cannot) {
        let (Ok(card), Some(officer)) = (seen.card, seen.officer) else { continue };
        if officer.id == *own || target == Some(&card.serial) {
            continue;
        }
        offered = true;
        let (reader, role) = (view.model.preferences.reader_name(&seen.reader.name), officer.role.to_string());
        let name = tr!(view, "second-officer-card-go", name = &officer.name, role = &role, reader = reader);
        if Button::new(name).wide().refused(why_not(officer, operation)).show(ui, view).clicked() {
            given = Some(Approval::WithCard(seen.reader.name.clone()));
        }
    }
    if by_card_alone {
        if !offered {
            notice::show(ui, view, NoticeKind::Note, &tr!(view, "second-officer-card-hint"));
        }
        return given;
    }
    given.or(colleagues(ui, view, operation).map(Approval::ByName))
}

/// A button for every colleague; whose was pressed.
fn colleagues(ui: &mut egui::Ui, view: &View<'_>, operation: Operation) -> Option<OfficerId> {
    let mut approving = None;
    let own = view.model.officer().map(|officer| officer.id.clone());
    let colleagues = view.model.session.officers.iter().map(|known| &known.officer);
    let (may, not): (Vec<&Officer>, Vec<&Officer>) = colleagues
        .filter(|officer| own.as_ref() != Some(&officer.id))
        .partition(|officer| why_not(officer, operation).is_none());
    for officer in may.into_iter().chain(not) {
        let name = tr!(view, "second-officer-go", name = &officer.name, role = &officer.role.to_string());
        let button = Button::new(name).wide().refused(why_not(officer, operation)).show(ui, view);
        if button.clicked() {
            approving = Some(officer.id.clone());
        }
    }
    approving
}
