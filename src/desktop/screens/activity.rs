//! The audit: searchable, with the state of its chain, and as a file.

use std::borrow::Cow;

use eframe::egui::{Rect, RichText, ScrollArea, TextEdit, Ui, UiBuilder, pos2, vec2};

use super::frame::LOW;
use crate::{
    desktop::{
        model::{
            NoticeKind,
            activity::{Chain, Format, Intent, Line},
        },
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button},
            notice, page,
            table::{Column, Table},
        },
        wording,
    },
    tr,
};

/// A page narrower than this, in points, shows details instead of the list and not beside it.
const NARROW: f32 = 760.0;

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let title = tr!(view, "nav-activity");
    if ui.ctx().content_rect().height() < LOW {
        page::scrolling(ui, view, &title, |ui| {
            head(ui, view);
            let size = vec2(ui.available_width(), space::LIST);
            let (_, area) = ui.allocate_space(size);
            ui.scope_builder(UiBuilder::new().max_rect(area), |ui| rows(ui, view));
        });
    } else {
        page::fixed(ui, view, &title, |ui| {
            head(ui, view);
            rows(ui, view);
        });
    }
}

fn head(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.activity;
    chain(ui, view);
    ui.add_space(space::SMALL);
    button::row(ui, |ui| {
        ui.horizontal(|ui| {
            let label = ui.label(tr!(view, "activity-search"));
            let mut query = state.query.clone();
            let field = TextEdit::singleline(&mut query)
                .id(eframe::egui::Id::unique("activity search"))
                .hint_text(tr!(view, "activity-search-hint"));
            if ui.add(field).labelled_by(label.id).changed() {
                view.send(Intent::Query(query));
            }
        });
        if Button::new(tr!(view, "activity-refresh")).show(ui, view).clicked() {
            view.send(Intent::Refresh);
        }
        for (name, format) in
            [(tr!(view, "activity-export-csv"), Format::Csv), (tr!(view, "activity-export-json"), Format::Json)]
        {
            let refused = state.shown.is_empty().then(|| tr!(view, "activity-export-nothing"));
            if Button::new(name).refused(refused).show(ui, view).clicked() {
                view.send(Intent::AskExport(format));
            }
        }
    });
    if let Some(trouble) = &state.trouble {
        notice::show(ui, view, NoticeKind::Danger, &trouble.message);
    }
    let count = tr!(view, "activity-count", shown = state.shown.len(), all = state.lines.len());
    page::weak(ui, view, &count);
}

/// Whether the record can be trusted, and what to do where it cannot.
fn chain(ui: &mut Ui, view: &View<'_>) {
    let (kind, words) = match view.model.activity.chain() {
        Chain::Reading if view.model.activity.trouble.is_some() => return,
        Chain::Reading => (NoticeKind::Note, tr!(view, "activity-chain-reading")),
        Chain::Whole { rows } => {
            let rows = usize::try_from(rows).unwrap_or(usize::MAX);
            (NoticeKind::Good, tr!(view, "activity-chain-whole", rows = rows))
        }
        Chain::BrokenAt(row) => {
            let row = usize::try_from(row).unwrap_or(usize::MAX);
            (NoticeKind::Danger, tr!(view, "activity-chain-broken", row = row))
        }
        Chain::NotSigned => (NoticeKind::Danger, tr!(view, "activity-chain-not-signed")),
        Chain::NotAsRemembered(why) => (NoticeKind::Danger, tr!(view, "activity-chain-witness", why = &why)),
    };
    notice::show(ui, view, kind, &words);
}

fn rows(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.activity;
    if state.shown.is_empty() {
        let why = match (state.lines.is_empty(), state.asked.is_some()) {
            (true, true) => tr!(view, "busy"),
            (true, false) => tr!(view, "activity-empty"),
            (false, _) => tr!(view, "activity-none-fits"),
        };
        ui.label(why);
        return;
    }
    let area = ui.available_rect_before_wrap();
    if area.width() < NARROW {
        match state.chosen_line() {
            Some(line) if state.details => {
                if Button::new(tr!(view, "activity-to-list")).show(ui, view).clicked() {
                    view.send(Intent::CloseDetails);
                }
                details(ui, view, line);
            }
            _ => list(ui, view),
        }
        return;
    }
    let middle = area.right() - space::DETAILS;
    let left = Rect::from_min_max(area.min, pos2(middle - space::MEDIUM, area.bottom()));
    ui.scope_builder(UiBuilder::new().max_rect(left), |ui| list(ui, view));
    let right = Rect::from_min_max(pos2(middle, area.top()), area.max);
    ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
        if let Some(line) = state.chosen_line() {
            details(ui, view, line);
        }
    });
}

fn list(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.activity;
    let mut columns = vec![
        Column::new(tr!(view, "activity-column-when"), 2.2),
        Column::new(tr!(view, "activity-column-what"), 3.7),
        Column::new(tr!(view, "activity-column-who"), 2.8),
        Column::new(tr!(view, "activity-column-holder"), 1.9),
    ];
    // Whole words in few columns rather than cut ones in many: the details say the rest.
    let width = ui.available_width();
    columns.truncate(if width >= space::COLUMN {
        4
    } else if width >= space::DIALOGUE {
        3
    } else {
        2
    });
    let name = tr!(view, "nav-activity");
    let table = Table::new(&name, &columns, state.shown.len()).chosen(Some(state.chosen));
    let outcome = table.show(ui, view, |row, column| {
        let Some(line) = state.shown.get(row).and_then(|place| state.lines.get(*place)) else { return "".into() };
        Cow::Borrowed(match column {
            0 => line.when.as_str(),
            1 => line.what.as_str(),
            2 => line.who.as_str(),
            _ => line.holder.as_str(),
        })
    });
    if let Some(row) = outcome.opened {
        view.send(Intent::Open(row));
    } else if let Some(row) = outcome.chosen {
        view.send(Intent::Choose(row));
    }
}

/// Everything about one row.
fn details(ui: &mut Ui, view: &View<'_>, line: &Line) {
    let heading = ui.label(RichText::new(&line.what).text_style(Theme::subheading()));
    ui.ctx().accesskit_node_builder(heading.id, |node| {
        node.set_role(eframe::egui::accesskit::Role::Heading);
        node.set_label(line.what.clone());
    });
    ScrollArea::vertical().id_salt("details").auto_shrink([false, false]).show(ui, |ui| {
        // Lines to read stand closer than things to click.
        ui.spacing_mut().interact_size.y = 0.0;
        let number = usize::try_from(line.row.sequence).unwrap_or(usize::MAX);
        page::fact(ui, view, &tr!(view, "activity-column-number"), &tr!(view, "activity-entry", row = number));
        page::fact(ui, view, &tr!(view, "activity-column-when"), &line.when);
        page::fact(ui, view, &tr!(view, "activity-column-who"), &line.who);
        for (name, value) in wording::facts(view.texts, &line.row) {
            page::fact(ui, view, &name, &value);
        }
        page::fact(ui, view, &tr!(view, "activity-column-event"), &line.row.event);
        page::fact(ui, view, &tr!(view, "activity-column-at"), &line.row.at);
        page::fact(ui, view, &tr!(view, "activity-column-hash"), &line.row.hash);
    });
}
