//! Preparing an issue: what will be printed, what is chosen, and in plain words what will happen, before it does.

mod choices;
mod face;
mod plan;

use eframe::egui::{Frame, Panel, ScrollArea, Ui, vec2};

use crate::{
    desktop::{
        command::Command,
        intent::Intent,
        model::{
            Model, NoticeKind,
            issue::{self, Obstacle, readiness},
        },
        route::Route,
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    domain::{HolderId, eligibility::Reason},
    tr,
};

pub(super) use plan::range;

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, holder: &HolderId) {
    let state = &view.model.issue;
    let record = state.record.as_ref().filter(|record| record.holder.id == *holder);
    let title = match record {
        Some(record) => tr!(view, "issue-title", name = record.holder.printed_name()),
        None => tr!(view, "issue-title", name = &holder.grouped()),
    };
    let ready = readiness(view.model, holder);
    let low = ui.ctx().content_rect().height() < super::frame::LOW;
    // In a low window the action stands beside the heading; with what is in its way it comes first on the page.
    let ready_low = low && ready.obstacles.is_empty();
    let beside = |ui: &mut Ui| {
        if ready_low {
            start(ui, view, None);
        }
    };
    page::headed(ui, view, &title, beside, |ui| {
        if ready_low {
            plan::short(ui, view, holder, &ready);
        }
        if !low {
            Panel::bottom("issue action")
                .resizable(false)
                .show_separator_line(false)
                .frame(Frame::new())
                .show(ui, |ui| action(ui, view, holder, &ready));
        }
        let scroll = ScrollArea::vertical().auto_shrink([false, false]).id_salt("issue");
        scroll.show(ui, |ui| {
            if low && !ready_low {
                action(ui, view, holder, &ready);
            }
            if let Some(trouble) = &state.record_trouble {
                notice::boxed(ui, view, NoticeKind::Danger, &trouble.message, |ui| {
                    notice::code(ui, view, trouble.nhs_code);
                    ask_again(ui, view);
                });
            }
            let width = ui.available_width();
            if width < 2.0 * space::BESIDE {
                face::draw(ui, view, holder, if low { 3.0 * space::KEY } else { space::CARD_ABOVE });
                chosen(ui, view, holder, &ready);
                return;
            }
            let left = (width * 0.47).min(space::COLUMN);
            ui.horizontal_top(|ui| {
                column(ui, left, |ui| face::draw(ui, view, holder, f32::INFINITY));
                ui.add_space(space::LARGE);
                let right = ui.available_width() - space::MEDIUM;
                column(ui, right, |ui| chosen(ui, view, holder, &ready));
            });
        });
    });
}

fn column(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 0.0), eframe::egui::Layout::top_down(eframe::egui::Align::Min), |ui| {
        ui.set_width(width);
        contents(ui);
    });
}

fn chosen(ui: &mut Ui, view: &View<'_>, holder: &HolderId, ready: &issue::Readiness) {
    choices::card(ui, view, ready);
    choices::passcode(ui, view);
    choices::print(ui, view);
    plan::draw(ui, view, holder, ready);
}

fn ask_again(ui: &mut Ui, view: &View<'_>) {
    button::row(ui, |ui| {
        if Button::new(tr!(view, "issue-ask-again")).show(ui, view).clicked() {
            view.send(issue::Intent::AskAgain);
        }
    });
}

/// The main action.
fn start(ui: &mut Ui, view: &View<'_>, refused: Option<String>) {
    let keys = Command::MainAction.keys(ui.ctx());
    let issue = Button::new(tr!(view, "issue-start")).kind(Kind::Main).note(keys).refused(refused);
    if issue.show(ui, view).clicked() {
        view.send(issue::Intent::Start);
    }
}

/// The main action, and beside it what removes what stands in its way.
fn action(ui: &mut Ui, view: &View<'_>, holder: &HolderId, ready: &issue::Readiness) {
    let obstacles = &ready.obstacles;
    ui.add_space(space::SMALL);
    if obstacles.is_empty() {
        plan::short(ui, view, holder, ready);
        ui.add_space(space::CLOSE);
    }
    let reasons: Vec<String> = obstacles.iter().map(|obstacle| words(view, obstacle)).collect();
    let refused = (!reasons.is_empty()).then(|| reasons.join(" "));
    button::row(ui, |ui| {
        start(ui, view, refused);
        let state = &view.model.issue;
        // Where a box on the page offers it already, once is enough.
        let offered = state.record_trouble.is_some() || state.proof_trouble.is_some();
        let asks = |obstacle: &Obstacle| matches!(obstacle, Obstacle::Trouble(_) | Obstacle::CannotPrint { .. });
        if !offered && obstacles.iter().any(asks) && Button::new(tr!(view, "issue-ask-again")).show(ui, view).clicked()
        {
            view.send(issue::Intent::AskAgain);
        }
        let stands = |wanted: fn(&Reason) -> bool| {
            obstacles.iter().any(|obstacle| matches!(obstacle, Obstacle::Refused(reason) if wanted(reason)))
        };
        if stands(|reason| matches!(reason, Reason::PhotoMissing))
            && Button::new(tr!(view, "issue-add-photo")).show(ui, view).clicked()
        {
            view.send(Route::Photo(holder.clone()));
        }
        if stands(|reason| matches!(reason, Reason::HolderHasCard { .. } | Reason::HolderClosed))
            && Button::new(tr!(view, "issue-open-holder")).show(ui, view).clicked()
        {
            view.send(Route::Holder(holder.clone()));
        }
    });
}

/// What stands in the way, with its remedy.
fn words(view: &View<'_>, obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Asking => tr!(view, "issue-obstacle-asking"),
        Obstacle::NoReader => tr!(view, "issue-obstacle-no-reader"),
        Obstacle::NoCard => tr!(view, "issue-obstacle-no-card"),
        Obstacle::Reading => tr!(view, "issue-obstacle-reading"),
        Obstacle::WhichCard => tr!(view, "issue-obstacle-which-card"),
        Obstacle::NotBlank => tr!(view, "issue-obstacle-not-blank"),
        Obstacle::NoPrinter => tr!(view, "issue-obstacle-no-printer"),
        Obstacle::CannotPrint { printer, why } => tr!(view, "issue-obstacle-printer", printer = printer, why = why),
        Obstacle::Refused(reason) => {
            notice::beside(view, &format!("{reason}. {}.", reason.remedy()), reason.nhs_code())
        }
        Obstacle::Trouble(message) => message.clone(),
    }
}

/// Issues the card, where nothing stands in the way.
#[must_use]
pub fn main_action(model: &Model, holder: &HolderId) -> Option<Intent> {
    readiness(model, holder).obstacles.is_empty().then(|| issue::Intent::Start.into())
}
