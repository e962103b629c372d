//! What will happen, in plain words, before anything does.

use eframe::egui::{Frame, Label, Margin, RichText, Ui};

use super::choices::on_card;
use crate::{
    desktop::{
        model::{
            issue::{Readiness, When, printer, when},
            work::{STEPS_OF_PRINT, steps_in_printer, steps_of_issue, usual_seconds},
        },
        theme::{Theme, space},
        view::View,
        widgets::page,
    },
    domain::HolderId,
    tr,
};

/// Seconds up to which seconds are said.
const SECONDS_UP_TO: u32 = 90;

/// A time in words: seconds while they are few, then minutes.
fn time(view: &View<'_>, seconds: u32) -> String {
    if seconds <= SECONDS_UP_TO {
        tr!(view, "time-seconds", count = seconds)
    } else {
        // Half a minute more counts as one more: nobody waits longer than was said.
        tr!(view, "time-minutes", count = (seconds + 30) / 60)
    }
}

/// A range in words.
pub(in crate::desktop::screens) fn range(view: &View<'_>, (least, most): (u32, u32)) -> String {
    if most <= SECONDS_UP_TO {
        return tr!(view, "time-range-seconds", least = least, most = most);
    }
    tr!(view, "time-range", least = &time(view, least), most = &time(view, most))
}

/// The plan in two sentences, for beside the action: whoever presses it has it before their eyes.
pub(super) fn short(ui: &mut Ui, view: &View<'_>, holder: &HolderId, ready: &Readiness) {
    let model = view.model;
    if let (When::InPrinter, Some(printer)) = (when(model), printer(model)) {
        let record = model.issue.record.as_ref().filter(|record| record.holder.id == *holder);
        let id = holder.grouped();
        let name = record.map_or(id.as_str(), |record| record.holder.printed_name());
        let range = range(view, usual_seconds(&steps_in_printer(model.preferences.issue_locked)));
        let words = tr!(view, "plan-short-in-printer", printer = &printer.name, name = name, range = &range);
        ui.add(Label::new(words).wrap());
        return;
    }
    let card = ready.card.as_ref().and_then(|(reader, serial)| {
        model.bench.cards().find(|(at, card)| at.name == *reader && card.serial == *serial)
    });
    let Some((reader, card)) = card else { return };
    let record = model.issue.record.as_ref().filter(|record| record.holder.id == *holder);
    let id = holder.grouped();
    let name = record.map_or(id.as_str(), |record| record.holder.printed_name());
    let (reader, what) = (model.preferences.reader_name(&reader.name), on_card(view, card));
    let issue = usual_seconds(&steps_of_issue(model.preferences.issue_locked));
    let words = if when(model) == When::Now {
        let print = usual_seconds(&STEPS_OF_PRINT);
        let all = range(view, (issue.0 + print.0, issue.1 + print.1));
        tr!(view, "plan-short-print", what = &what, reader = reader, name = name, range = &all)
    } else {
        tr!(view, "plan-short", what = &what, reader = reader, name = name, range = &range(view, issue))
    };
    ui.add(Label::new(words).wrap());
}

/// Draws it.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, holder: &HolderId, ready: &Readiness) {
    page::section(ui, &tr!(view, "plan-title"));
    let model = view.model;
    let record = model.issue.record.as_ref().filter(|record| record.holder.id == *holder);
    let id = holder.grouped();
    let name = record.map_or(id.as_str(), |record| record.holder.printed_name());
    let card = ready.card.as_ref().and_then(|(reader, serial)| {
        model.bench.cards().find(|(at, card)| at.name == *reader && card.serial == *serial)
    });
    let locked = model.preferences.issue_locked;
    let frame = Frame::new()
        .fill(view.theme.colours.raised.ground)
        .corner_radius(space::SMALL)
        .inner_margin(Margin::same(space::MEDIUM as i8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let now = match card {
            Some((reader, card)) => {
                let at = model.preferences.reader_name(&reader.name);
                tr!(view, "plan-now-card", reader = at, what = &on_card(view, card))
            }
            None if when(model) == When::InPrinter => tr!(view, "plan-now-in-printer"),
            None => tr!(view, "plan-now-none"),
        };
        point(ui, &tr!(view, "plan-now"), &now);
        let passcode = match locked {
            false => tr!(view, "plan-change-passcode", name = name),
            true => tr!(view, "plan-change-locked"),
        };
        let change = tr!(view, "plan-change-keys", name = name);
        point(ui, &tr!(view, "plan-change"), &format!("{change} {passcode}"));
        let printed = match (when(model), printer(model)) {
            (When::Now, Some(printer)) => tr!(view, "plan-print-now", printer = &printer.name),
            (When::Later, Some(printer)) => tr!(view, "plan-print-later", printer = &printer.name),
            (When::InPrinter, Some(printer)) => tr!(view, "plan-print-in-printer", printer = &printer.name),
            (When::Now | When::Later | When::InPrinter, None) | (When::No, _) => tr!(view, "plan-print-no"),
        };
        point(ui, &tr!(view, "plan-print"), &printed);
        point(ui, &tr!(view, "plan-final"), &tr!(view, "plan-final-words", name = name));
        let issue = range(view, usual_seconds(&steps_of_issue(locked)));
        let mut long = tr!(view, "plan-time-issue", range = &issue);
        if matches!(when(model), When::Now | When::InPrinter) {
            let print = range(view, usual_seconds(&STEPS_OF_PRINT));
            long = format!("{long} {}", tr!(view, "plan-time-print", range = &print));
        }
        point(ui, &tr!(view, "plan-time"), &long);
    });
}

fn point(ui: &mut Ui, name: &str, words: &str) {
    ui.label(RichText::new(name).text_style(Theme::strong()));
    let label = ui.add(Label::new(words).wrap());
    ui.ctx().accesskit_node_builder(label.id, |node| node.set_description(name.to_owned()));
    ui.add_space(space::SMALL);
}
