//! A holder's profile.

mod cards;
mod history;
mod portrait;

use eframe::egui::{Align, Frame, Layout, Margin, RichText, Stroke, Ui, vec2};
use time::Date;

pub use cards::state as card_state;

use crate::{
    cis2::wire::HolderRecord,
    desktop::{
        format,
        intent::Intent,
        model::{
            Model, NoticeKind,
            holder::{self, Action, Offer, Open, Why, offers},
        },
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    domain::{Holder, HolderId, HolderState},
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, id: &HolderId) {
    let open = view.model.holder.of(id);
    let record = open.and_then(|open| open.record.as_ref());
    let title = record.map_or_else(|| id.grouped(), |record| record.holder.printed_name().to_owned());
    page::scrolling(ui, view, &title, |ui| {
        if let Some(trouble) = open.and_then(|open| open.trouble.as_ref()) {
            notice::boxed(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message), |ui| {
                notice::code(ui, view, trouble.nhs_code);
                button::row(ui, |ui| {
                    if Button::new(tr!(view, "find-again")).show(ui, view).clicked() {
                        view.send(holder::Intent::AskAgain);
                    }
                });
            });
            ui.add_space(space::SMALL);
        }
        let Some((open, record)) = open.zip(record) else {
            if open.is_none_or(|open| open.trouble.is_none()) {
                page::weak(ui, view, &tr!(view, "holder-loading"));
            }
            return;
        };
        let offers = offers(view.model, record, view.now.date());
        if ui.available_width() < space::TWO_COLUMNS {
            actions(ui, view, &record.holder, &offers);
            ui.add_space(space::SMALL);
            ui.horizontal_top(|ui| {
                portrait::show(ui, view, &record.holder, open.photo.as_ref(), space::FACE_NARROW);
                ui.add_space(space::SMALL);
                ui.vertical(|ui| details(ui, view, &record.holder));
            });
        } else {
            ui.horizontal_top(|ui| {
                portrait::show(ui, view, &record.holder, open.photo.as_ref(), space::FACE);
                ui.add_space(space::MEDIUM);
                let right = space::DETAILS;
                let middle = (ui.available_width() - right - space::LARGE).max(space::CHOICE);
                column(ui, middle, |ui| details(ui, view, &record.holder));
                ui.add_space(space::MEDIUM);
                column(ui, right - space::MEDIUM, |ui| actions(ui, view, &record.holder, &offers));
            });
        }
        rest(ui, view, open, record, view.now.date());
    });
}

fn rest(ui: &mut Ui, view: &View<'_>, open: &Open, record: &HolderRecord, today: Date) {
    page::section(ui, &tr!(view, "holder-cards"));
    cards::draw(ui, view, &record.holder, &record.cards, today);
    page::section(ui, &tr!(view, "holder-history"));
    history::draw(ui, view, open);
    ui.add_space(space::MEDIUM);
}

fn column(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        contents(ui);
    });
}

fn details(ui: &mut Ui, view: &View<'_>, holder: &Holder) {
    close_lines(ui);
    if holder.state == HolderState::Closed {
        notice::show(ui, view, NoticeKind::Warning, &tr!(view, "holder-closed"));
    }
    page::fact(ui, view, &tr!(view, "holder-number"), &holder.id.grouped());
    page::fact(ui, view, &tr!(view, "holder-official-name"), &holder.official_name);
    page::fact(ui, view, &tr!(view, "holder-name-on-card"), holder.printed_name());
    page::fact(ui, view, &tr!(view, "holder-organisation"), holder.organisation.as_str());
    let state = match holder.state {
        HolderState::Open => tr!(view, "holder-state-open"),
        HolderState::Closed => tr!(view, "holder-state-closed"),
    };
    page::fact(ui, view, &tr!(view, "holder-state"), &state);
}

/// What this officer may do; what is refused stays, with why and what to do about it.
fn actions(ui: &mut Ui, view: &View<'_>, holder: &Holder, offers: &[Offer]) {
    let main = holder::main_action(view.model, &holder.id);
    let narrow = ui.available_width() > space::DETAILS;
    // Where they stand side by side, those that can be used come first.
    let (usable, refused): (Vec<_>, Vec<_>) = offers.iter().partition(|offer| !narrow || offer.refused.is_none());
    let draw = |ui: &mut Ui, offer: &Offer, wide: bool| {
        let name = match offer.action {
            Action::Issue => tr!(view, "holder-issue"),
            Action::Print => tr!(view, "holder-print"),
            Action::LookAtQueue => tr!(view, "holder-in-queue"),
            Action::Photo if holder.photo_sha256.is_none() => tr!(view, "holder-photo-add"),
            Action::Photo => tr!(view, "holder-photo-change"),
        };
        let kind = if main == Some(offer.action) { Kind::Main } else { Kind::Plain };
        let refused = offer.refused.as_ref().map(|why| reason(view, why));
        let mut action = Button::new(name).kind(kind).refused(refused);
        if wide {
            action = action.wide();
        }
        if action.show(ui, view).clicked() {
            view.send(holder::Intent::Do(holder.id.clone(), offer.action));
        }
    };
    if narrow {
        button::row(ui, |ui| usable.into_iter().for_each(|offer| draw(ui, offer, false)));
    } else {
        usable.into_iter().for_each(|offer| draw(ui, offer, true));
    }
    refused.into_iter().for_each(|offer| draw(ui, offer, true));
}

/// Why not, and what to do.
fn reason(view: &View<'_>, why: &Why) -> String {
    match why {
        Why::Rules(refusal) => notice::beside(view, &refusal.to_string(), refusal.nhs_code()),
        Why::PhotoRole(role) => tr!(view, "holder-photo-role", role = &role.to_string()),
        Why::InWork => tr!(view, "holder-in-work"),
        Why::NoCard => tr!(view, "holder-no-card-to-print"),
        Why::Printed(at) => tr!(view, "holder-printed", at = &format::moment_of(at)),
    }
}

/// A box of its own on the page.
fn boxed<R>(ui: &mut Ui, view: &View<'_>, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let colours = view.theme.colours;
    let frame = Frame::new()
        .fill(colours.raised.ground)
        .stroke(Stroke::new(1.0, colours.line))
        .corner_radius(space::SMALL)
        .inner_margin(Margin::symmetric(12, 8));
    frame
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            close_lines(ui);
            contents(ui)
        })
        .inner
}

/// Lines of words stand as close as words do; nothing in them is clicked.
fn close_lines(ui: &mut Ui) {
    ui.spacing_mut().interact_size.y = 0.0;
}

fn strong(words: &str) -> RichText {
    RichText::new(words).text_style(Theme::strong())
}

/// Issuing, else printing.
#[must_use]
pub fn main_action(model: &Model, id: &HolderId) -> Option<Intent> {
    holder::main_action(model, id).map(|action| holder::Intent::Do(id.clone(), action).into())
}
