//! What may be done to the card, the most likely first; what may not, with why and what to do about it.

use eframe::egui::Ui;

use crate::{
    bench::CardInReader,
    desktop::{
        command::Command,
        model::{
            Model, offline,
            service::{self, Offer, Standing, main_operation, offers, standing, trial},
        },
        route::Route,
        view::View,
        widgets::{
            button::{Button, Kind},
            notice, page,
        },
    },
    domain::{Operation, eligibility::Refusal},
    tr,
};

/// What it was most likely brought for, as the one main action; where nothing is the matter with it, whether it works.
pub(super) fn first(ui: &mut Ui, view: &View<'_>, card: &CardInReader) {
    let today = view.now.date();
    match standing(card, today) {
        Standing::Blank => {
            main_button(ui, view, tr!(view, "service-issue-it"), Route::Find);
            page::weak(ui, view, &tr!(view, "service-issue-it-explained"));
        }
        Standing::NotAsked if is_for_telephone(card) => {
            let keys = Command::MainAction.keys(ui.ctx());
            let button = Button::new(tr!(view, "offline-show")).kind(Kind::Main).note(keys).wide();
            if button.show(ui, view).clicked() {
                view.send(offline::Intent::With(card.serial.clone()));
            }
        }
        Standing::Unfinished if is_listed(view.model, card) => {
            main_button(ui, view, tr!(view, "end-unfinished-go"), Route::Unfinished);
        }
        Standing::InOrder if trial(view.model, card, today) == Some(None) => try_it(ui, view, None, true),
        _ => {
            if let Some(operation) = main_operation(view.model, card, today) {
                offer(ui, view, &Offer { operation, refused: None }, true);
            }
        }
    }
}

/// Everything else: what may be done, then what may not.
pub(super) fn rest(ui: &mut Ui, view: &View<'_>, card: &CardInReader) {
    let today = view.now.date();
    let state = standing(card, today);
    let all = offers(view.model, card, today);
    let tried = trial(view.model, card, today);
    if all.is_empty() {
        if state != Standing::Blank && !is_for_telephone(card) {
            page::weak(ui, view, &tr!(view, "service-nothing-offered"));
        }
        return;
    }
    let listed = state == Standing::Unfinished && is_listed(view.model, card);
    // Where unfinished work comes first, everything stands here.
    let main = main_operation(view.model, card, today).filter(|_| !listed);
    let (may, may_not): (Vec<&Offer>, Vec<&Offer>) = all.iter().partition(|known| known.refused.is_none());
    if tried == Some(None) && state != Standing::InOrder {
        try_it(ui, view, None, false);
    }
    for known in may.into_iter().filter(|known| main != Some(known.operation)) {
        offer(ui, view, known, false);
    }
    let refused_trial = tried.flatten();
    if !may_not.is_empty() || refused_trial.is_some() {
        page::section(ui, &tr!(view, "service-not-now"));
    }
    for known in may_not {
        offer(ui, view, known, false);
    }
    if let Some(refused) = refused_trial {
        try_it(ui, view, Some(refused_words(view, &refused)), false);
    }
}

/// Whether the job that was cut off on this card is listed at this desk.
pub(super) fn is_listed(model: &Model, card: &CardInReader) -> bool {
    model.unfinished.jobs.iter().any(|job| job.serial.as_ref() == Some(&card.serial))
}

/// Whether the service is silent about a card that is somebody's: then it can be unlocked by telephone.
pub(super) fn is_for_telephone(card: &CardInReader) -> bool {
    card.has_certificates && card.record.as_ref().is_err_and(|trouble| trouble.silent)
}

fn main_button(ui: &mut Ui, view: &View<'_>, name: String, to: Route) {
    let keys = Command::MainAction.keys(ui.ctx());
    if Button::new(name).kind(Kind::Main).note(keys).wide().show(ui, view).clicked() {
        view.send(to);
    }
}

fn offer(ui: &mut Ui, view: &View<'_>, offer: &Offer, main: bool) {
    let name = name(view, offer.operation);
    let mut button = Button::new(name).wide().refused(offer.refused.as_ref().map(|why| refused_words(view, why)));
    if main {
        button = button.kind(Kind::Main).note(Command::MainAction.keys(ui.ctx()));
    }
    if button.show(ui, view).clicked() {
        view.send(service::Intent::Start(offer.operation));
    }
}

/// Why not, with the published code behind it.
fn refused_words(view: &View<'_>, why: &Refusal) -> String {
    notice::beside(view, &why.to_string(), why.nhs_code())
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
