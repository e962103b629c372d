//! A printer is added: which one, what it is called, which model it is.

use eframe::egui::{Id, TextEdit, Ui};

use crate::{
    desktop::{
        format,
        intent::Intent as Wish,
        model::{
            Model, NoticeKind,
            printers::{Intent, Looked},
        },
        route::Route,
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            choice::{self, Choice},
            notice, page,
        },
    },
    domain::Series,
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::scrolling(ui, view, &tr!(view, "add-printer-title"), |ui| {
        ui.set_max_width(ui.available_width().min(space::COLUMN * 1.3));
        ended(ui, view);
        which(ui, view);
        called(ui, view);
        model(ui, view);
        word(ui, view);
        ui.add_space(space::MEDIUM);
        let refused = view.model.add_printer_refused().map(|refused| view.texts.get(refused.key()));
        let add = Button::new(tr!(view, "add-printer-add")).kind(Kind::Main).refused(refused);
        if add.show(ui, view).clicked() {
            view.send(Intent::Add);
        }
        page::weak(ui, view, &tr!(view, "add-printer-effect"));
        ui.add_space(space::LARGE);
    });
}

/// Adds it.
#[must_use]
pub fn main_action(model: &Model) -> Option<Wish> {
    model.add_printer_refused().is_none().then(|| Intent::Add.into())
}

/// What came of it, and what is done next.
fn ended(ui: &mut Ui, view: &View<'_>) {
    match &view.model.printers.adding.ended {
        None => {}
        Some(Err(trouble)) => notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message)),
        Some(Ok((name, words))) => notice::boxed(ui, view, NoticeKind::Good, words, |ui| {
            // It may have been taken out again meanwhile.
            if view.model.bench.printer(name).is_none() {
                return;
            }
            button::row(ui, |ui| {
                let open = Button::new(tr!(view, "settings-printer-open-of", printer = name));
                if open.show(ui, view).clicked() {
                    view.send(Route::Printer(name.clone()));
                }
                if Button::new(tr!(view, "printer-remove-of", printer = name)).show(ui, view).clicked() {
                    view.send(Intent::AskRemove(name.clone()));
                }
            });
        }),
    }
}

/// Those that were found, and one whose address is known.
fn which(ui: &mut Ui, view: &View<'_>) {
    let (state, title) = (&view.model.printers, tr!(view, "add-printer-which"));
    page::section(ui, &title);
    let found = match &state.found {
        Looked::Found(found) => found.as_slice(),
        _ => &[],
    };
    let unknown = || tr!(view, "settings-find-unknown");
    let mut choices: Vec<Choice> = found
        .iter()
        .enumerate()
        .map(|(place, printer)| {
            let model = if printer.model.is_empty() { unknown() } else { printer.model.clone() };
            let destination = printer.destination.to_string();
            let note = tr!(view, "settings-find-one", model = &model, destination = &destination);
            Choice::new(printer.name.clone(), note).chosen(state.adding.found == Some(place))
        })
        .collect();
    choices.push(
        Choice::new(tr!(view, "add-printer-other"), tr!(view, "add-printer-other-note"))
            .chosen(state.adding.found.is_none()),
    );
    if let Some(place) = choice::column(ui, view, &title, choices) {
        view.send(Intent::Choose((place < found.len()).then_some(place)));
    }
    ui.add_space(space::SMALL);
    if state.adding.found.is_none() {
        field(ui, view, &tr!(view, "add-printer-address"), &state.adding.address, Intent::Address);
    }
    let refused = matches!(state.found, Looked::Now).then(|| tr!(view, "settings-find-now"));
    if Button::new(tr!(view, "add-printer-look")).refused(refused).show(ui, view).clicked() {
        view.send(Intent::Find);
    }
    match &state.found {
        Looked::Failed(trouble) => notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message)),
        Looked::Found(found) if found.is_empty() => drop(page::weak(ui, view, &tr!(view, "settings-find-none"))),
        _ => {}
    }
}

fn called(ui: &mut Ui, view: &View<'_>) {
    page::section(ui, &tr!(view, "add-printer-called"));
    field(ui, view, &tr!(view, "add-printer-name"), &view.model.printers.adding.name, Intent::Name);
}

fn field(ui: &mut Ui, view: &View<'_>, name: &str, value: &str, wish: impl FnOnce(String) -> Intent) {
    let label = ui.label(name);
    let mut text = value.to_owned();
    let field =
        TextEdit::singleline(&mut text).id(Id::unique(("add printer", name))).desired_width(space::DETAILS * 1.5);
    if ui.add(field).labelled_by(label.id).changed() {
        view.send(wish(text));
    }
}

/// Whose name two models have is told apart by an officer who looked.
fn word(ui: &mut Ui, view: &View<'_>) {
    let adding = &view.model.printers.adding;
    let Some(called) = &adding.unconfirmed else { return };
    let model = view.model.printers.models.iter().find(|model| Some(&model.id) == adding.profile.as_ref());
    let model = model.map_or("", |model| model.name.as_str());
    page::section(ui, &tr!(view, "add-printer-word"));
    page::weak(ui, view, &tr!(view, "add-printer-word-note", called = called, model = model));
    field(ui, view, &tr!(view, "add-printer-reason", model = model), &adding.reason, Intent::Reason);
}

/// Its model. One that the rules do not allow for Series 10 says so.
fn model(ui: &mut Ui, view: &View<'_>) {
    let (state, title) = (&view.model.printers, tr!(view, "add-printer-model"));
    page::section(ui, &title);
    let sure = |id: &String| match &state.found {
        Looked::Found(found) => {
            state.adding.found.and_then(|place| found.get(place)).is_some_and(|found| found.profiles.contains(id))
        }
        _ => false,
    };
    if state.models.is_empty() {
        page::weak(ui, view, &tr!(view, "settings-find-now"));
    }
    let choices = state
        .models
        .iter()
        .map(|model| {
            let series = match model.series.contains(&Series::Series10) {
                true => tr!(view, "add-printer-series-10"),
                false => tr!(view, "add-printer-not-series-10"),
            };
            let note = match sure(&model.id) {
                true => format!("{} {series}", tr!(view, "add-printer-says-so")),
                false => series,
            };
            Choice::new(model.name.clone(), note).chosen(state.adding.profile.as_ref() == Some(&model.id))
        })
        .collect();
    if let Some(model) = choice::column(ui, view, &title, choices).and_then(|place| state.models.get(place)) {
        view.send(Intent::Profile(model.id.clone()));
    }
}
