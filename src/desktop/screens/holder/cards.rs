//! The cards of a holder.

use eframe::egui::{Label, RichText, TextStyle, Ui};
use time::Date;

use super::{boxed, strong};
use crate::{
    cis2::wire::CardRecord,
    desktop::{
        format,
        model::{NoticeKind, holder, service},
        screens::telephone,
        theme::space,
        view::View,
        widgets::{
            button::{self, Button},
            notice, page,
        },
    },
    domain::{CardState, Holder},
    tr,
};

/// What the service counts a card as, in words.
#[must_use]
pub fn state(view: &View<'_>, state: CardState) -> String {
    match state {
        CardState::Blank => tr!(view, "card-blank"),
        CardState::InWork => tr!(view, "card-in-work"),
        CardState::Active => tr!(view, "card-active"),
        CardState::Locked => tr!(view, "card-locked"),
        CardState::Unfinished => tr!(view, "card-unfinished"),
        CardState::Cancelled => tr!(view, "card-cancelled"),
    }
}

fn kind(state: CardState) -> NoticeKind {
    match state {
        CardState::Active => NoticeKind::Good,
        CardState::Blank | CardState::InWork => NoticeKind::Note,
        CardState::Locked | CardState::Unfinished => NoticeKind::Warning,
        CardState::Cancelled => NoticeKind::Danger,
    }
}

/// Draws them, newest first.
pub fn draw(ui: &mut Ui, view: &View<'_>, person: &Holder, cards: &[CardRecord], today: Date) {
    if cards.is_empty() {
        page::weak(ui, view, &tr!(view, "holder-no-cards"));
    }
    for card in cards {
        boxed(ui, view, |ui| {
            one(ui, view, card, today);
            actions(ui, view, person, card);
        });
        ui.add_space(space::SMALL);
    }
}

/// What can be done about a card from here: it is looked at where it lies, and ended wherever it is.
fn actions(ui: &mut Ui, view: &View<'_>, person: &Holder, card: &CardRecord) {
    if matches!(card.state, CardState::Blank | CardState::Cancelled) {
        return;
    }
    button::row(ui, |ui| {
        let serial = card.serial.as_str();
        let lies = view.model.bench.cards().find(|(_, here)| here.serial == card.serial);
        if let Some((reader, _)) = lies {
            let name = tr!(view, "card-service");
            let button = Button::new(&name).spoken(format!("{name} {serial}"));
            if button.show(ui, view).clicked() {
                view.send(service::Intent::Open(reader.name.clone()));
            }
        }
        telephone::offer(ui, view, card);
        let refused = service::why_not_cancelled(view.model, person, card);
        let refused = refused.map(|why| notice::beside(view, &why.to_string(), why.nhs_code()));
        let name = tr!(view, "card-cancel");
        if Button::new(&name).spoken(format!("{name} {serial}")).refused(refused).show(ui, view).clicked() {
            view.send(holder::Intent::CancelCard(person.id.clone(), card.serial.clone()));
        }
    });
}

fn one(ui: &mut Ui, view: &View<'_>, card: &CardRecord, today: Date) {
    ui.horizontal_wrapped(|ui| {
        let kind = kind(card.state);
        // The sign is drawn; the word beside it says the same.
        let colour = notice::colours(view, kind).words;
        ui.label(strong(&format!("{} {}", notice::sign(kind), state(view, card.state))).color(colour));
        ui.label(card.series.to_string());
        if let Some(reader) = holder::reader_with(view.model, &card.serial) {
            let reader = view.model.preferences.reader_name(reader);
            ui.label(strong(&tr!(view, "card-in-reader", reader = reader)));
        }
        if holder::waiting_print(view.model, &card.serial).is_some() {
            ui.label(tr!(view, "card-waits-for-printing"));
        }
    });
    // A card that was ended is valid no more, whatever its certificates say.
    if let Some(last) = card.certificates_expire.filter(|_| card.state != CardState::Cancelled) {
        let day = format::date(last.date());
        let words = if last.date() < today {
            tr!(view, "card-expired", day = &day)
        } else {
            tr!(view, "card-valid", day = &day)
        };
        ui.add(Label::new(words).wrap());
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr!(view, "card-serial")).color(view.theme.colours.weak));
        let serial = RichText::new(card.serial.as_str()).text_style(TextStyle::Monospace);
        ui.add(Label::new(serial).wrap());
    });
}
