//! Whose card it is, and what is on it.

use eframe::egui::{self, Label, RichText, TextStyle, Ui, vec2};
use time::Date;

use crate::{
    bench::CardInReader,
    desktop::{
        format,
        model::{holder, service::days_left},
        route::Route,
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{Button, Kind},
            page,
        },
    },
    tr,
};

/// Draws it.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, card: &CardInReader) {
    ui.scope(|ui| {
        // Lines to read stand closer than things to click.
        ui.spacing_mut().interact_size.y = 0.0;
        whose(ui, view, card);
        ui.add_space(space::SMALL);
        page::fact(ui, view, &tr!(view, "service-series"), &card.series.to_string());
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(tr!(view, "card-serial")).color(view.theme.colours.weak));
            let serial = RichText::new(card.serial.as_str()).text_style(TextStyle::Monospace);
            ui.add(Label::new(serial).wrap());
        });
        let today = view.now.date();
        let names = [tr!(view, "service-certificate-sign-in"), tr!(view, "service-certificate-sign")];
        for (name, last) in names.iter().zip(card.certificates) {
            page::fact(ui, view, name, &valid(view, last, today));
        }
        let tries = match card.tries_left {
            Some(left) => tr!(view, "service-tries", count = u32::from(left)),
            None => tr!(view, "service-tries-unknown"),
        };
        page::fact(ui, view, &tr!(view, "service-passcode"), &tries);
    });
    if let Some(person) = &card.holder {
        ui.add_space(space::SMALL);
        if Button::new(tr!(view, "service-open-holder")).kind(Kind::Quiet).show(ui, view).clicked() {
            view.send(Route::Holder(person.id.clone()));
        }
    }
}

fn whose(ui: &mut Ui, view: &View<'_>, card: &CardInReader) {
    let Some(person) = &card.holder else { return };
    ui.horizontal_top(|ui| {
        let picture = card.portrait.clone().or_else(|| holder::portrait(view.model, &person.id));
        if let Some(picture) = picture {
            let texture = view.pictures.texture(ui.ctx(), &picture);
            let size = texture.size_vec2();
            let [wide, high] = space::FACE_NARROW;
            let scale = (wide / size.x.max(1.0)).min(high / size.y.max(1.0));
            let alt = tr!(view, "holder-photo-of", name = person.printed_name());
            ui.add(egui::Image::new((texture.id(), vec2(size.x * scale, size.y * scale))).alt_text(alt));
            ui.add_space(space::SMALL);
        }
        ui.vertical(|ui| {
            let name = RichText::new(person.printed_name()).text_style(Theme::subheading());
            ui.add(Label::new(name).wrap());
            ui.label(RichText::new(person.id.grouped()).text_style(Theme::large_strong()));
            page::fact(ui, view, &tr!(view, "holder-organisation"), person.organisation.as_str());
        });
    });
}

/// Until when a certificate is valid, and how long that is.
fn valid(view: &View<'_>, last: Option<Date>, today: Date) -> String {
    let Some(last) = last else { return tr!(view, "service-certificate-none") };
    let (day, left) = (format::date(last), days_left(last, today));
    match usize::try_from(left) {
        Ok(left) => tr!(view, "service-certificate-left", day = &day, count = left),
        Err(_) => tr!(view, "service-certificate-over", day = &day),
    }
}
