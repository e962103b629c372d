//! What the service asks for before it lets work begin: that the officer proves once more who they are, or that a second
//! officer approves it. The work goes on by itself once it has it, and is given up when the dialogue closes without.

use eframe::egui;

use super::DialogIntent;
use crate::{
    bench::{Asks, Order, Trouble, WorkId},
    desktop::{
        dialogs::Dialog,
        format,
        intent::Intent,
        model::{Model, NoticeKind, service, work},
        theme::space,
        view::View,
        widgets::{
            button::{Button, Kind},
            notice,
        },
    },
    domain::{Officer, OfficerId, Operation},
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
    let order = match (ask.what, wish) {
        (Asks::StepUp, Wish::StepUp) => Order::StepUp { work },
        (Asks::SecondOfficer, Wish::Approve(officer)) => Order::Approve { work, officer },
        _ => return,
    };
    model.dialogs.pop_front();
    work::answered(model, work);
    model.order(order);
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, ask: &Prove) {
    if let Some(trouble) = &ask.trouble {
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
        ui.add_space(space::SMALL);
    }
    let what = view.model.work.all.get(&ask.work).map(|piece| crate::desktop::screens::work::title(view, piece));
    if let Some(what) = what {
        ui.label(egui::RichText::new(what).text_style(crate::desktop::theme::Theme::strong()));
    }
    let first = match ask.what {
        Asks::StepUp => step_up(ui, view),
        // Nobody's approval is one Enter away.
        Asks::SecondOfficer => {
            second_officer(ui, view, ask);
            None
        }
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
    ui.label(tr!(view, "step-up-body"));
    ui.add_space(space::SMALL);
    let officer = view.model.officer()?;
    let button = Button::new(tr!(view, "step-up-go", name = &officer.name)).kind(Kind::Main).wide().show(ui, view);
    if button.clicked() {
        view.send(DialogIntent::Prove(Wish::StepUp));
    }
    Some(button)
}

/// Every colleague; who may not approve it says why.
fn second_officer(ui: &mut egui::Ui, view: &View<'_>, ask: &Prove) {
    ui.label(tr!(view, "second-officer-body"));
    ui.add_space(space::SMALL);
    let Some(operation) = view.model.work.all.get(&ask.work).map(|piece| piece.operation) else { return };
    if let Some(officer) = colleagues(ui, view, operation) {
        view.send(DialogIntent::Prove(Wish::Approve(officer)));
    }
}

/// A button for every colleague; whose was pressed.
pub fn colleagues(ui: &mut egui::Ui, view: &View<'_>, operation: Operation) -> Option<OfficerId> {
    let mut approving = None;
    let own = view.model.officer().map(|officer| officer.id.clone());
    let colleagues = view.model.session.officers.iter().map(|known| &known.officer);
    let (may, not): (Vec<&Officer>, Vec<&Officer>) = colleagues
        .filter(|officer| own.as_ref() != Some(&officer.id))
        .partition(|officer| service::may_approve(officer.role, operation).is_ok());
    for officer in may.into_iter().chain(not) {
        let refused = service::may_approve(officer.role, operation).err();
        let refused = refused.map(|reason| format!("{reason}. {}.", reason.remedy()));
        let name = tr!(view, "second-officer-go", name = &officer.name, role = &officer.role.to_string());
        let button = Button::new(name).wide().refused(refused).show(ui, view);
        if button.clicked() {
            approving = Some(officer.id.clone());
        }
    }
    approving
}
