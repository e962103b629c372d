//! What the officer chooses: which card, the passcode, the print.

use eframe::egui::{Id, Ui};

use crate::{
    bench::{CardInReader, PrinterCondition, PrinterView, ReaderCondition, ReaderView},
    desktop::{
        model::{
            NoticeKind,
            issue::{Intent, Readiness, When, decide_print, has_station, is_blank, printer, printers, when},
        },
        view::View,
        widgets::{
            choice::{self, Choice},
            notice, page,
        },
    },
    domain::CardState,
    tr,
};

/// Which card: every reader, with what is on its card now.
pub(super) fn card(ui: &mut Ui, view: &View<'_>, ready: &Readiness) {
    let label = tr!(view, "issue-card");
    page::section(ui, &label);
    if when(view.model) == When::InPrinter {
        let printer = printer(view.model).map_or("", |printer| printer.name.as_str());
        notice::show(ui, view, NoticeKind::Note, &tr!(view, "issue-card-in-printer", printer = printer));
        return;
    }
    let readers = &view.model.bench.readers;
    // There is a box here whether a card is chosen or not, and it never gets lower while it is shown: what follows stays
    // where it is under the pointer.
    let place = Id::unique("issue which card");
    let width = ui.available_width();
    let highest = ui.data(|data| data.get_temp::<(f32, f32)>(place)).filter(|(of, _)| *of == width);
    let highest = highest.map_or(0.0, |(_, high)| high);
    let words = match &ready.card {
        Some((reader, _)) => {
            let reader = view.model.preferences.reader_name(reader);
            tr!(view, "issue-card-chosen", reader = reader)
        }
        None if readers.is_empty() => tr!(view, "issue-obstacle-no-reader"),
        None if view.model.bench.cards().filter(|(_, card)| is_blank(card)).count() > 1 => {
            tr!(view, "issue-obstacle-which-card")
        }
        None => tr!(view, "issue-obstacle-no-card"),
    };
    let shown = ui.scope(|ui| {
        ui.set_min_height(highest);
        notice::show(ui, view, NoticeKind::Note, &words);
    });
    let high = shown.response.rect.height().max(highest);
    ui.data_mut(|data| data.insert_temp(place, (width, high)));
    let chosen = ready.card.as_ref().map(|(reader, _)| reader.as_str());
    let choices = readers.iter().map(|reader| {
        let name = view.model.preferences.reader_name(&reader.name);
        Choice::new(name, on_its_card(view, reader))
            .chosen(chosen == Some(&reader.name))
            .usable(matches!(reader.condition, ReaderCondition::Card(_)))
    });
    if let Some(reader) = choice::row(ui, view, &label, choices.collect()).and_then(|row| readers.get(row)) {
        view.send(Intent::Reader(reader.name.clone()));
    }
}

fn on_its_card(view: &View<'_>, reader: &ReaderView) -> String {
    match &reader.condition {
        ReaderCondition::Empty => tr!(view, "issue-card-empty"),
        ReaderCondition::Reading => tr!(view, "issue-card-reading"),
        ReaderCondition::Card(card) => on_card(view, card),
        ReaderCondition::OwnCard(_) => tr!(view, "issue-card-own"),
        ReaderCondition::InWork(_) => tr!(view, "issue-card-in-work"),
        ReaderCondition::InUse => tr!(view, "issue-card-in-use"),
        ReaderCondition::Unknown { why, .. } => why.clone(),
        ReaderCondition::Unreadable => tr!(view, "issue-card-unreadable"),
    }
}

/// What is on a card now.
pub(super) fn on_card(view: &View<'_>, card: &CardInReader) -> String {
    let series = card.series.to_string();
    let somebody = tr!(view, "issue-card-somebody");
    let whose = card.holder.as_ref().map_or(somebody.as_str(), |holder| holder.printed_name());
    match card.state() {
        _ if is_blank(card) => tr!(view, "issue-card-blank", series = &series, end = end_of(card)),
        Some(CardState::Blank) => tr!(view, "issue-card-not-blank", series = &series),
        Some(CardState::Active) => tr!(view, "issue-card-active", series = &series, name = whose),
        Some(CardState::Locked) => tr!(view, "issue-card-locked", series = &series, name = whose),
        Some(CardState::InWork | CardState::Unfinished) => tr!(view, "issue-card-unfinished", series = &series),
        Some(CardState::Cancelled) => tr!(view, "issue-card-cancelled", series = &series),
        None => tr!(view, "issue-card-unasked", series = &series),
    }
}

/// The end of the serial, enough to tell the cards on a desk apart.
fn end_of(card: &CardInReader) -> &str {
    let serial = card.serial.as_str();
    serial.get(serial.len().saturating_sub(6)..).unwrap_or(serial)
}

/// The holder chooses now, or the card is issued locked.
pub(super) fn passcode(ui: &mut Ui, view: &View<'_>) {
    let label = tr!(view, "issue-passcode");
    page::section(ui, &label);
    let locked = view.model.preferences.issue_locked;
    let choices = vec![
        Choice::new(tr!(view, "issue-passcode-now"), tr!(view, "issue-passcode-now-note")).chosen(!locked),
        Choice::new(tr!(view, "issue-passcode-locked"), tr!(view, "issue-passcode-locked-note")).chosen(locked),
    ];
    if let Some(place) = choice::row(ui, view, &label, choices) {
        view.send(Intent::Locked(place == 1));
    }
}

/// When the face is printed, and on which printer.
pub(super) fn print(ui: &mut Ui, view: &View<'_>) {
    let label = tr!(view, "issue-print");
    page::section(ui, &label);
    let now = when(view.model);
    let offered: Vec<When> =
        When::ALL.into_iter().filter(|when| *when != When::InPrinter || has_station(view.model)).collect();
    let choices = offered.iter().map(|&when| {
        let (name, note) = match when {
            When::InPrinter => (tr!(view, "issue-print-in-printer"), tr!(view, "issue-print-in-printer-note")),
            When::Now => (tr!(view, "issue-print-now"), tr!(view, "issue-print-now-note")),
            When::Later => (tr!(view, "issue-print-later"), tr!(view, "issue-print-later-note")),
            When::No => (tr!(view, "issue-print-no"), tr!(view, "issue-print-no-note")),
        };
        Choice::new(name, note).chosen(when == now)
    });
    let chosen = choice::row(ui, view, &label, choices.collect());
    if let Some(when) = chosen.and_then(|place| offered.get(place)) {
        view.send(Intent::Print(*when));
    }
    if now == When::No {
        return;
    }
    let printers: Vec<&PrinterView> = printers(view.model).collect();
    if printers.is_empty() {
        notice::show(ui, view, NoticeKind::Warning, &tr!(view, "issue-obstacle-no-printer"));
        return;
    }
    let chosen = printer(view.model).map(|printer| printer.name.as_str());
    let choices = printers
        .iter()
        .map(|printer| Choice::new(&printer.name, how_it_is(view, printer)).chosen(chosen == Some(&printer.name)));
    let label = tr!(view, "issue-printer");
    if let Some(printer) = choice::column(ui, view, &label, choices.collect()).and_then(|row| printers.get(row)) {
        view.send(Intent::Printer(printer.name.clone()));
    }
}

fn how_it_is(view: &View<'_>, printer: &PrinterView) -> String {
    if let Err(why) = decide_print(printer) {
        return tr!(view, "issue-printer-cannot", why = why);
    }
    match &printer.condition {
        PrinterCondition::Asking => tr!(view, "issue-printer-asking"),
        PrinterCondition::Ready { supplies } if supplies.is_empty() => tr!(view, "issue-printer-ready"),
        PrinterCondition::Ready { supplies } => {
            tr!(view, "issue-printer-ready-with", supplies = &supplies.join(", "))
        }
        PrinterCondition::Printing { .. } => tr!(view, "issue-printer-printing"),
        PrinterCondition::CannotBeAsked | PrinterCondition::CannotPrint { .. } => tr!(view, "issue-printer-silent"),
    }
}
