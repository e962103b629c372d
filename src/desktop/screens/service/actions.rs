//! What may be done to the card, the most likely first; what may not, with why and what to do about it.

use eframe::egui::Ui;

use crate::{
    bench::CardInReader,
    desktop::{
        command::Command,
        model::{
            Model,
            service::{self, Offer, Standing, main_operation, offers, standing, trial},
        },
        route::Route,
        theme::space,
        view::View,
        widgets::{
            button::{Button, Kind},
            page,
        },
    },
    domain::Operation,
    tr,
};

/// Draws it.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, card: &CardInReader) {
    let today = view.now.date();
    let state = standing(card, today);
    let main = main_operation(view.model, card, today);
    match state {
        Standing::Blank => {
            main_button(ui, view, tr!(view, "service-issue-it"), Route::Find);
            page::weak(ui, view, &tr!(view, "service-issue-it-explained"));
            return;
        }
        Standing::Unfinished if is_listed(view.model, card) => {
            main_button(ui, view, tr!(view, "end-unfinished-go"), Route::Unfinished);
            ui.add_space(space::SMALL);
        }
        _ => {}
    }
    let all = offers(view.model, card, today);
    let tried = trial(view.model, card, today);
    if all.is_empty() {
        page::weak(ui, view, &tr!(view, "service-nothing-offered"));
        return;
    }
    let listed = is_listed(view.model, card);
    let of = |wanted: bool| all.iter().filter(move |offer| (offer.refused.is_none()) == wanted);
    if let Some(first) = of(true).find(|offer| main == Some(offer.operation)) {
        operation(ui, view, first, !listed);
    }
    // Where nothing is the matter with it, seeing whether it works is what it was brought for.
    if let Some(refused) = &tried
        && refused.is_none()
    {
        try_it(ui, view, None, state == Standing::InOrder);
    }
    for offer in of(true).filter(|offer| main != Some(offer.operation)) {
        operation(ui, view, offer, false);
    }
    let refused_trial = tried.flatten();
    if of(false).next().is_some() || refused_trial.is_some() {
        page::section(ui, &tr!(view, "service-not-now"));
    }
    for offer in of(false) {
        operation(ui, view, offer, false);
    }
    if let Some(refused) = refused_trial {
        try_it(ui, view, Some(refused.to_string()), false);
    }
}

/// Whether the job that was cut off on this card is listed at this desk.
pub(super) fn is_listed(model: &Model, card: &CardInReader) -> bool {
    model.unfinished.jobs.iter().any(|job| job.serial == card.serial)
}

fn main_button(ui: &mut Ui, view: &View<'_>, name: String, to: Route) {
    let keys = Command::MainAction.keys(ui.ctx());
    if Button::new(name).kind(Kind::Main).note(keys).wide().show(ui, view).clicked() {
        view.send(to);
    }
}

fn operation(ui: &mut Ui, view: &View<'_>, offer: &Offer, main: bool) {
    let name = name(view, offer.operation);
    let mut button = Button::new(name).wide().refused(offer.refused.as_ref().map(ToString::to_string));
    if main {
        button = button.kind(Kind::Main).note(Command::MainAction.keys(ui.ctx()));
    }
    if button.show(ui, view).clicked() {
        view.send(service::Intent::Start(offer.operation));
    }
}

fn try_it(ui: &mut Ui, view: &View<'_>, refused: Option<String>, main: bool) {
    let mut button = Button::new(tr!(view, "service-try")).wide().refused(refused);
    if main {
        button = button.kind(Kind::Main).note(Command::MainAction.keys(ui.ctx()));
    }
    if button.show(ui, view).clicked() {
        view.send(service::Intent::Try);
    }
}

/// What an operation is called on its button.
fn name(view: &View<'_>, operation: Operation) -> String {
    match operation {
        Operation::Unlock => tr!(view, "service-unlock"),
        Operation::Renew => tr!(view, "service-renew"),
        Operation::Repair => tr!(view, "service-repair"),
        Operation::ChangePasscode => tr!(view, "service-change-passcode"),
        Operation::Clear => tr!(view, "service-clear"),
        Operation::Cancel => tr!(view, "service-cancel"),
        Operation::Issue => tr!(view, "holder-issue"),
        Operation::Print => tr!(view, "holder-print"),
    }
}
