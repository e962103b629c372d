//! Settings: each choice with its effect in words, and what this computer was set up with.

mod printers;

use std::collections::BTreeSet;

use eframe::egui::{Id, Sense, TextEdit, Ui, WidgetInfo, accesskit::Role, vec2};

use crate::{
    desktop::{
        intent::Intent as Wish,
        model::{Model, settings::Intent},
        route::Route,
        theme::{Scheme, Theme, space},
        view::View,
        widgets::{
            button::{self, Button},
            choice::{self, Choice},
            page,
        },
    },
    domain::eligibility::Realm,
    tr,
};

/// Sizes that are offered, in percent.
const SIZES: [u16; 6] = [100, 110, 125, 150, 175, 200];
/// Minutes that are offered; 0 is never.
const MINUTES: [u16; 5] = [5, 10, 15, 30, 0];

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::scrolling(ui, view, &tr!(view, "nav-settings"), |ui| {
        ui.set_max_width(ui.available_width().min(space::COLUMN * 1.3));
        scheme(ui, view);
        text_size(ui, view);
        lock(ui, view);
        readers(ui, view);
        page::section(ui, &tr!(view, "card-face-title"));
        page::weak(ui, view, &tr!(view, "card-face-settings-effect"));
        if Button::new(tr!(view, "card-face-open-editor")).show(ui, view).clicked() {
            view.send(Route::CardFace);
        }
        printers::draw(ui, view);
        configured(ui, view);
        page::section(ui, &tr!(view, "settings-usual"));
        page::weak(ui, view, &tr!(view, "settings-usual-effect"));
        if Button::new(tr!(view, "settings-usual")).show(ui, view).clicked() {
            view.send(Intent::AskUsualChoices);
        }
        ui.add_space(space::LARGE);
    });
}

fn scheme(ui: &mut Ui, view: &View<'_>) {
    let title = tr!(view, "settings-scheme");
    page::section(ui, &title);
    page::weak(ui, view, &tr!(view, "settings-scheme-effect"));
    let named = |scheme| match scheme {
        Scheme::Light => (tr!(view, "settings-light"), tr!(view, "settings-light-note")),
        Scheme::Dark => (tr!(view, "settings-dark"), tr!(view, "settings-dark-note")),
        Scheme::HighContrast => (tr!(view, "settings-high-contrast"), tr!(view, "settings-high-contrast-note")),
    };
    ui.horizontal_wrapped(|ui| {
        for scheme in Scheme::ALL {
            sample(ui, view, scheme, &named(scheme).0);
        }
    });
    let choices = Scheme::ALL
        .map(|scheme| {
            let (name, note) = named(scheme);
            Choice::new(name, note).chosen(scheme == view.theme.scheme)
        })
        .into();
    if let Some(scheme) = choice::row(ui, view, &title, choices).and_then(|place| Scheme::ALL.get(place)) {
        view.send(Intent::Scheme(*scheme));
    }
}

/// A small window in the colours of a scheme.
fn sample(ui: &mut Ui, view: &View<'_>, scheme: Scheme, name: &str) {
    let theme = Theme::new(scheme);
    let colours = theme.colours;
    let (area, response) = ui.allocate_exact_size(vec2(space::CHOICE, space::CHOICE * 0.45), Sense::hover());
    let spoken = format!("{}: {name}", tr!(view, "settings-sample"));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let painter = ui.painter();
    painter.rect_filled(area, space::CORNER, colours.page.ground);
    painter.rect_filled(
        area.with_max_y(area.top() + space::MEDIUM),
        space::CORNER,
        theme.realm(view.model.realm).ground,
    );
    let row = |place: f32, part: f32, colour| {
        let left = area.left_top() + vec2(space::MEDIUM, space::LARGE + space::SMALL + place * space::MEDIUM);
        painter.hline(left.x..=left.x + area.width() * part, left.y, (space::BAR, colour));
    };
    row(0.0, 0.5, colours.page.words);
    row(1.0, 0.7, colours.weak);
    let main = vec2(area.width() * 0.35, space::MEDIUM * 1.4);
    let corner = area.right_bottom() - vec2(space::SMALL, space::SMALL);
    painter.rect_filled(eframe::egui::Rect::from_min_max(corner - main, corner), 3.0, colours.main.ground);
    painter.rect_stroke(area, space::CORNER, (1.0, view.theme.colours.line), eframe::egui::StrokeKind::Inside);
}

fn text_size(ui: &mut Ui, view: &View<'_>) {
    let title = tr!(view, "settings-text");
    page::section(ui, &title);
    page::weak(ui, view, &tr!(view, "settings-text-effect"));
    let now = view.model.preferences.text_percent;
    let choices = SIZES
        .map(|percent| {
            let name = tr!(view, "settings-percent", percent = u32::from(percent));
            Choice::new(name, "").chosen(percent == now)
        })
        .into();
    if let Some(percent) = choice::row(ui, view, &title, choices).and_then(|place| SIZES.get(place)) {
        view.send(Intent::TextPercent(*percent));
    }
}

fn lock(ui: &mut Ui, view: &View<'_>) {
    let title = tr!(view, "settings-lock");
    page::section(ui, &title);
    page::weak(ui, view, &tr!(view, "settings-lock-effect"));
    let now = view.model.preferences.lock_after_minutes;
    let choices = MINUTES
        .map(|minutes| match minutes {
            0 => Choice::new(tr!(view, "settings-lock-never"), tr!(view, "settings-lock-never-note")),
            _ => Choice::new(tr!(view, "settings-lock-minutes", count = u32::from(minutes)), ""),
        })
        .into_iter()
        .zip(MINUTES)
        .map(|(choice, minutes)| choice.chosen(minutes == now))
        .collect();
    if let Some(minutes) = choice::row(ui, view, &title, choices).and_then(|place| MINUTES.get(place)) {
        view.send(Intent::LockAfter(*minutes));
    }
}

fn readers(ui: &mut Ui, view: &View<'_>) {
    page::section(ui, &tr!(view, "settings-readers"));
    page::weak(ui, view, &tr!(view, "settings-readers-effect"));
    let names = &view.model.preferences.reader_names;
    let connected = view.model.bench.readers.iter().map(|reader| reader.name.as_str());
    let all: BTreeSet<&str> = connected.chain(names.keys().map(String::as_str)).collect();
    if all.is_empty() {
        page::weak(ui, view, &tr!(view, "settings-readers-none"));
    }
    for reader in all {
        let kept = names.get(reader);
        let typed = view.model.settings.typed.get(reader).or(kept).cloned().unwrap_or_default();
        let mut name = typed.clone();
        let label = ui.label(tr!(view, "settings-reader-field", reader = reader));
        button::row(ui, |ui| {
            let field = TextEdit::singleline(&mut name).id(Id::unique(("name of reader", reader)));
            let field = ui.add(field.desired_width(space::DETAILS)).labelled_by(label.id);
            if field.changed() {
                view.send(Intent::TypeName { reader: reader.to_owned(), name: name.clone() });
            }
            let keep = Button::new(tr!(view, "settings-reader-keep")).spoken(tr!(
                view,
                "settings-reader-keep-of",
                reader = reader
            ));
            let changed = kept.map_or("", String::as_str) != typed.trim();
            let keep = keep.refused((!changed).then(String::new)).show(ui, view);
            if keep.clicked() {
                view.send(Intent::NameReader { reader: reader.to_owned(), name });
            }
            let remove = Button::new(tr!(view, "settings-reader-remove")).spoken(tr!(
                view,
                "settings-reader-remove-of",
                reader = reader
            ));
            if kept.is_some() && remove.show(ui, view).clicked() {
                view.send(Intent::NameReader { reader: reader.to_owned(), name: String::new() });
            }
        });
    }
}

fn configured(ui: &mut Ui, view: &View<'_>) {
    page::section(ui, &tr!(view, "settings-configured"));
    page::weak(ui, view, &tr!(view, "settings-configured-effect"));
    let model = view.model;
    let realm = match model.realm {
        Realm::Training => tr!(view, "realm-training"),
        Realm::Integration => tr!(view, "realm-integration"),
        Realm::Live => tr!(view, "realm-live"),
    };
    page::fact(ui, view, &tr!(view, "settings-realm"), &realm);
    page::fact(ui, view, &tr!(view, "settings-software"), &model.software.to_string());
    if model.bench.printers.is_empty() {
        page::fact(ui, view, &tr!(view, "settings-printers"), &tr!(view, "settings-printers-none"));
    } else {
        let printers = model.bench.printers.iter().map(|printer| format!("{} ({})", printer.name, printer.model));
        page::fact(ui, view, &tr!(view, "settings-printers"), &printers.collect::<Vec<_>>().join(", "));
    }
    let Some(configured) = &model.settings.configured else { return };
    let service = configured.gateway.clone().unwrap_or_else(|| tr!(view, "settings-service-training"));
    page::fact(ui, view, &tr!(view, "settings-service"), &service);
    let file = configured.file.clone().unwrap_or_else(|| tr!(view, "settings-file-none"));
    page::fact(ui, view, &tr!(view, "settings-file"), &file);
    page::fact(ui, view, &tr!(view, "settings-data"), &configured.data);
}

/// Its main action.
#[must_use]
pub fn main_action(_model: &Model) -> Option<Wish> {
    None
}
