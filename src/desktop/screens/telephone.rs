//! Unlock by telephone, the officer's side: three rows of digits, one below the other, in the order they are spoken.

use eframe::egui::{FontFamily, Id, Label, RichText, TextEdit, TextStyle, Ui, vec2};

use crate::{
    cis2::wire::CardRecord,
    desktop::{
        dialogs::prove::{self, Approval},
        format,
        intent::Intent as Wish,
        model::{
            Model, NoticeKind,
            telephone::{self, Intent, Missing, Open},
        },
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    domain::{CardSerial, CardState, HolderId, Operation, telephone::TelephoneOutcome},
    operations::Need,
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, holder: &HolderId, serial: &CardSerial) {
    page::scrolling(ui, view, &tr!(view, "telephone-title"), |ui| {
        let open = view.model.telephone.open.as_ref();
        // Once it is answered, what is read aloud is worth more room than what it is about.
        if open.is_none_or(|open| open.begun.is_none()) {
            page::weak(ui, view, &tr!(view, "telephone-what"));
        }
        let name = view.model.holder.of(holder).and_then(|open| open.record.as_ref());
        let name = name.map(|record| format!("{}, ", record.holder.printed_name())).unwrap_or_default();
        let who = format!("{name}{}", holder.grouped());
        ui.horizontal_wrapped(|ui| {
            page::fact(ui, view, &tr!(view, "telephone-holder"), &who);
            page::fact(ui, view, &tr!(view, "telephone-card"), serial.as_str());
        });
        let Some(open) = open.filter(|open| open.holder == *holder && open.serial == *serial) else {
            // Another conversation was begun since, or the officer signed out.
            if Button::new(tr!(view, "telephone-begin")).kind(Kind::Main).show(ui, view).clicked() {
                view.send(Intent::Begin(holder.clone(), serial.clone()));
            }
            return;
        };
        challenge(ui, view, open);
        if let Some(begun) = &open.begun {
            page::section(ui, &tr!(view, "telephone-response"));
            page::weak(ui, view, &tr!(view, "telephone-response-note"));
            spoken(ui, &begun.response.to_string());
            completion(ui, view, open);
        }
        if let Some(trouble) = &open.trouble {
            ui.add_space(space::SMALL);
            let kind = if open.need.is_some() { NoticeKind::Note } else { NoticeKind::Danger };
            let words = notice::beside(view, &format::sentence(&trouble.message), trouble.nhs_code);
            notice::show(ui, view, kind, &words);
        }
        if let Some(ended) = &open.ended {
            ui.add_space(space::SMALL);
            match ended.outcome {
                TelephoneOutcome::Done => notice::show(ui, view, NoticeKind::Good, &tr!(view, "telephone-done")),
                TelephoneOutcome::GivenUp => {
                    notice::show(ui, view, NoticeKind::Warning, &tr!(view, "telephone-given-up"));
                }
            }
        }
        again(ui, view, open);
    });
}

fn challenge(ui: &mut Ui, view: &View<'_>, open: &Open) {
    page::section(ui, &tr!(view, "telephone-challenge"));
    if open.begun.is_some() {
        spoken(ui, &open.challenge);
        return;
    }
    let mut typed = open.challenge.clone();
    if digits(ui, &tr!(view, "telephone-challenge-field"), "challenge", &mut typed) {
        view.send(Intent::Challenge(typed));
    }
    if open.need == Some(Need::Delivery) {
        let mut delivered = open.delivered;
        if ui.checkbox(&mut delivered, tr!(view, "telephone-delivered")).changed() {
            view.send(Intent::Delivered(delivered));
        }
    }
    let session = view.model.session.session().filter(|session| session.card.is_some());
    if let (Some(Need::StepUp), Some(session)) = (open.need, session) {
        let refused = open.keeps_from_asking().map(|missing| why(view, missing));
        if let Some(reader) = prove::own_cards(ui, view, &session.officer, refused.as_deref()) {
            view.send(Intent::AskWithCard(reader));
        }
        return;
    }
    if open.need == Some(Need::SecondOfficer) {
        page::section(ui, &tr!(view, "second-officer-title"));
        match prove::approvals(ui, view, Operation::Unlock, Some(&open.serial)) {
            Some(Approval::WithCard(reader)) => view.send(Intent::ApproveWithCard(reader)),
            Some(Approval::ByName(officer)) => view.send(Intent::Approve(officer)),
            None => {}
        }
        ui.add_space(space::SMALL);
    }
    let name = match open.need {
        Some(Need::StepUp) => tr!(view, "telephone-prove-and-ask"),
        _ => tr!(view, "telephone-ask"),
    };
    let refused = open.keeps_from_asking().map(|missing| why(view, missing));
    if Button::new(name).kind(Kind::Main).refused(refused).show(ui, view).clicked() {
        view.send(Intent::Ask);
    }
}

fn completion(ui: &mut Ui, view: &View<'_>, open: &Open) {
    page::section(ui, &tr!(view, "telephone-completion"));
    if open.ended.is_some() {
        spoken(ui, &open.code);
        return;
    }
    page::weak(ui, view, &tr!(view, "telephone-completion-note"));
    let mut typed = open.code.clone();
    if digits(ui, &tr!(view, "telephone-completion-field"), "completion", &mut typed) {
        view.send(Intent::Code(typed));
    }
    let refused = open.keeps_from_ending().map(|missing| why(view, missing));
    if Button::new(tr!(view, "telephone-end")).kind(Kind::Main).refused(refused).show(ui, view).clicked() {
        view.send(Intent::End);
    }
}

fn again(ui: &mut Ui, view: &View<'_>, open: &Open) {
    ui.add_space(space::MEDIUM);
    button::row(ui, |ui| {
        if (open.begun.is_some() || open.trouble.is_some())
            && Button::new(tr!(view, "telephone-again")).kind(Kind::Quiet).show(ui, view).clicked()
        {
            view.send(Intent::Again);
        }
    });
}

/// A row of digits to read aloud, large and in groups.
fn spoken(ui: &mut Ui, digits: &str) {
    let large = RichText::new(digits).text_style(TextStyle::Heading).family(FontFamily::Monospace);
    ui.add(Label::new(large).wrap());
}

/// A field for digits; whether something was typed.
fn digits(ui: &mut Ui, label: &str, id: &str, typed: &mut String) -> bool {
    let label = ui.label(RichText::new(label).text_style(Theme::strong()));
    let field = TextEdit::singleline(typed)
        .id(Id::unique(("telephone", id)))
        .font(TextStyle::Monospace)
        .desired_width(space::BESIDE.min(ui.available_width()))
        .min_size(vec2(0.0, space::TARGET));
    ui.add(field).labelled_by(label.id).changed()
}

fn why(view: &View<'_>, missing: Missing) -> String {
    match missing {
        Missing::Challenge => tr!(view, "telephone-missing-challenge"),
        Missing::Code => tr!(view, "telephone-missing-code"),
        Missing::SecondOfficer => tr!(view, "telephone-missing-second-officer"),
        Missing::Delivery => tr!(view, "telephone-missing-delivery"),
        Missing::Answer => tr!(view, "telephone-missing-answer"),
    }
}

/// Offers it for a card of a holder that is at no reader here; what is refused stays, with why and what to do about it.
pub fn offer(ui: &mut Ui, view: &View<'_>, card: &CardRecord) {
    let here = view.model.bench.cards().any(|(_, here)| here.serial == card.serial);
    let Some(owner) =
        card.holder.as_ref().filter(|_| !here && matches!(card.state, CardState::Active | CardState::Locked))
    else {
        return;
    };
    let Some(record) = view.model.holder.of(owner).and_then(|open| open.record.as_ref()) else { return };
    let refused = telephone::why_not(view.model, &record.holder, card);
    let refused = refused.map(|why| notice::beside(view, &why.to_string(), why.nhs_code()));
    let button = Button::new(tr!(view, "card-by-telephone"));
    let button = button.spoken(tr!(view, "card-by-telephone-of", serial = card.serial.as_str())).refused(refused);
    if button.show(ui, view).clicked() {
        view.send(Intent::Begin(owner.clone(), card.serial.clone()));
    }
}

/// Its main action.
#[must_use]
pub fn main_action(model: &Model) -> Option<Wish> {
    let open = model.telephone.open.as_ref()?;
    match (&open.begun, &open.ended) {
        (None, _) if open.keeps_from_asking().is_none() => Some(Intent::Ask.into()),
        (Some(_), None) if open.keeps_from_ending().is_none() => Some(Intent::End.into()),
        _ => None,
    }
}
