//! How it ended: what the card is now, and what to do with it.

use eframe::egui::{self, Frame, Label, Margin, RichText, Stroke, Ui, accesskit::Role};

use super::served;
use crate::{
    bench::WorkEnd,
    desktop::{
        format::sentence,
        model::{
            NoticeKind,
            unfinished::is_print_open,
            work::{Piece, Stage},
        },
        theme::{Theme, space},
        view::View,
        widgets::notice,
    },
    tr,
};

/// Draws the box.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, piece: &Piece, stage: Stage<'_>) {
    let (kind, title, mut words) = said(view, piece, stage);
    if let Some(trouble) = &piece.print_trouble {
        words.push(trouble.message.clone());
    }
    for advice in &piece.photo_advice {
        words.push(advice.clone());
    }
    let pair = notice::colours(view, kind);
    let frame = Frame::new()
        .fill(pair.ground)
        .stroke(Stroke::new(2.0, pair.words))
        .corner_radius(space::SMALL)
        .inner_margin(Margin::same(space::MEDIUM as i8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            notice::mark(ui, kind, pair);
            let label = ui.add(Label::new(RichText::new(&title).heading().color(pair.words)).wrap());
            let role = if kind == NoticeKind::Danger { Role::Alert } else { Role::Status };
            ui.ctx().accesskit_node_builder(label.id, |node| {
                node.set_role(role);
                node.set_label(title);
            });
        });
        for words in words.iter().filter(|words| !words.is_empty()) {
            ui.add_space(space::SMALL);
            ui.add(egui::Label::new(RichText::new(words).text_style(Theme::large()).color(pair.words)).wrap());
        }
        if let Stage::Ended(end) = stage {
            notice::code(ui, view, end.nhs_code());
        }
    });
}

fn said(view: &View<'_>, piece: &Piece, stage: Stage<'_>) -> (NoticeKind, String, Vec<String>) {
    let reader = piece.reader.as_deref().map(|reader| view.model.preferences.reader_name(reader));
    let hand = match &piece.holder {
        Some(holder) => tr!(view, "end-hand", name = holder.printed_name()),
        None => tr!(view, "end-hand-unnamed"),
    };
    let locked = match &piece.wish {
        Some(wish) if wish.locked => tr!(view, "end-locked"),
        _ => String::new(),
    };
    let issued = if piece.wish.is_some() { tr!(view, "end-issued") } else { tr!(view, "end-done") };
    if piece.served.is_some() {
        return served::said(view, piece, stage);
    }
    match stage {
        Stage::Running | Stage::Asks(_) | Stage::AwaitsCard | Stage::Whose => {
            (NoticeKind::Note, String::new(), Vec::new())
        }
        Stage::PutIntoPrinter(entry) => {
            let printer = &entry.printer;
            let words = match reader {
                Some(reader) => tr!(view, "end-into-printer", reader = reader, printer = printer),
                None => tr!(view, "end-into-printer-only", printer = printer),
            };
            (NoticeKind::Good, issued, vec![words, locked])
        }
        Stage::Printing => (NoticeKind::Note, tr!(view, "end-printing"), vec![tr!(view, "end-printing-words")]),
        Stage::PrintFailed(entry) if is_print_open(view.model, &entry.serial) => {
            let why = entry.why.as_deref().map(sentence).unwrap_or_default();
            (NoticeKind::Warning, tr!(view, "end-print-open"), vec![why, tr!(view, "end-print-open-words")])
        }
        Stage::PrintFailed(entry) => {
            let unknown = tr!(view, "end-print-failed-unknown");
            let why = entry.why.clone().unwrap_or_default();
            (NoticeKind::Warning, tr!(view, "end-print-failed"), vec![why, unknown])
        }
        Stage::PrintSent(entry) => {
            let words = tr!(view, "queue-was-sent", printer = &entry.printer);
            (NoticeKind::Warning, tr!(view, "end-print-sent"), vec![words, tr!(view, "end-print-sent-words")])
        }
        Stage::Waiting(entry) => {
            let words = match reader {
                Some(reader) => tr!(view, "end-later", printer = &entry.printer, reader = reader),
                None => tr!(view, "end-later-unplaced", printer = &entry.printer),
            };
            (NoticeKind::Good, issued, vec![words, locked])
        }
        Stage::NotQueued => {
            (NoticeKind::Warning, tr!(view, "end-not-queued"), vec![tr!(view, "end-not-queued-words"), locked])
        }
        Stage::Spoiled => (NoticeKind::Warning, tr!(view, "end-spoiled"), vec![tr!(view, "end-spoiled-words")]),
        Stage::Complete { printed: true } => (NoticeKind::Good, tr!(view, "end-printed"), vec![hand, locked]),
        Stage::Complete { printed: false } => {
            let take = reader.map(|reader| tr!(view, "end-take-out", reader = reader)).unwrap_or_default();
            let printed = if piece.wish.is_some() { tr!(view, "end-not-printed") } else { String::new() };
            (NoticeKind::Good, issued, vec![take, printed, hand, locked])
        }
        Stage::Ended(end) => ended(view, end),
    }
}

fn ended(view: &View<'_>, end: &WorkEnd) -> (NoticeKind, String, Vec<String>) {
    match end {
        WorkEnd::NotBegun(trouble) => {
            let unchanged = tr!(view, "end-not-begun-words");
            (NoticeKind::Danger, tr!(view, "end-not-begun"), vec![sentence(&trouble.message), unchanged])
        }
        WorkEnd::Undone { why, .. } => {
            (NoticeKind::Danger, tr!(view, "end-undone"), vec![sentence(why), tr!(view, "end-undone-words")])
        }
        WorkEnd::LookAtPrinter { why } => (NoticeKind::Warning, tr!(view, "end-look-at-printer"), vec![sentence(why)]),
        WorkEnd::Unfinished { why } => {
            let words = vec![sentence(why), tr!(view, "end-unfinished-words")];
            (NoticeKind::Danger, tr!(view, "end-unfinished"), words)
        }
        WorkEnd::Done { .. } => (NoticeKind::Good, tr!(view, "end-done"), Vec::new()),
    }
}
