//! The chosen card of the queue: what is to be done now, what went wrong, and every action, refused ones with why.

use eframe::egui::{self, RichText, Ui};

use super::state_word;
use crate::{
    desktop::{
        format,
        model::{
            NoticeKind,
            queue::{self, Action, Refusal},
        },
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{Button, Kind},
            notice, page,
        },
    },
    journal::{QueueEntry, QueueState},
    operations::Verdict,
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.queue;
    let Some(entry) = state.chosen() else {
        if !state.rows.is_empty() {
            page::weak(ui, view, &tr!(view, "queue-choose"));
        }
        return;
    };
    let name = state.name(&entry.holder);
    ui.horizontal_top(|ui| {
        if let Some(portrait) = state.faces.portrait(&entry.holder) {
            let texture = view.pictures.texture(ui.ctx(), &portrait);
            let size = texture.size_vec2();
            let image = egui::Image::new((texture.id(), size * (space::PORTRAIT / size.y.max(1.0))));
            ui.add(image.alt_text(name.as_str()));
        }
        ui.vertical(|ui| {
            let heading = RichText::new(&name).text_style(Theme::subheading());
            let heading = ui.add(egui::Label::new(heading).wrap());
            ui.ctx().accesskit_node_builder(heading.id, |node| {
                node.set_role(egui::accesskit::Role::Heading);
                node.set_description(tr!(view, "queue-details"));
            });
            page::weak(ui, view, &state_word(view, entry.state));
        });
    });
    if let Some(trouble) = state.troubles.get(&entry.id) {
        notice::boxed(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message), |ui| {
            notice::code(ui, view, trouble.nhs_code);
            if Button::new(tr!(view, "notice-dismiss")).show(ui, view).clicked() {
                view.send(queue::Intent::Dismiss(entry.id));
            }
        });
    }
    next_step(ui, view, entry, &name);
    actions(ui, view, entry);
    facts(ui, view, entry);
}

/// What is to be done now, in one box.
fn next_step(ui: &mut Ui, view: &View<'_>, entry: &QueueEntry, name: &str) {
    let (serial, printer) = (entry.serial.as_str(), &entry.printer);
    match entry.state {
        QueueState::Waiting => {
            let words = tr!(view, "queue-put-card-in", name = name, serial = serial, printer = printer);
            notice::show(ui, view, NoticeKind::Note, &words);
        }
        QueueState::Printing => {
            let words = tr!(view, "queue-is-printing", name = name, printer = printer);
            notice::boxed(ui, view, NoticeKind::Note, &words, |ui| steps(ui, view, entry.id));
        }
        QueueState::Sent => {
            let words = tr!(view, "queue-was-sent", printer = printer);
            notice::show(ui, view, NoticeKind::Warning, &words);
        }
        QueueState::Printed => {
            let words = tr!(view, "queue-was-printed", at = &format::moment(entry.changed));
            notice::show(ui, view, NoticeKind::Good, &words);
        }
        QueueState::Failed => {
            if let Some(why) = &entry.why {
                notice::show(ui, view, NoticeKind::Danger, &format::sentence(why));
            }
        }
        QueueState::Spoiled => {
            notice::show(ui, view, NoticeKind::Warning, &tr!(view, "queue-was-spoiled", name = name));
        }
        QueueState::Cancelled => notice::show(ui, view, NoticeKind::Note, &tr!(view, "queue-was-cancelled")),
    }
    if matches!(entry.state, QueueState::Printed | QueueState::Cancelled | QueueState::Printing)
        && let Some(next) = view.model.queue.next_waiting(entry.id)
        && Button::new(tr!(view, "queue-next-card")).kind(Kind::Main).wide().show(ui, view).clicked()
    {
        view.send(queue::Intent::ChooseEntry(next));
    }
}

/// The steps of a running print, one line each.
fn steps(ui: &mut Ui, view: &View<'_>, id: i64) {
    for (step, verdict) in view.model.queue.steps.get(&id).into_iter().flatten() {
        let step = step.to_string();
        let line = match verdict {
            None => tr!(view, "queue-step-runs", step = &step),
            Some(Verdict::Good) => format!("{} {step}", notice::sign(NoticeKind::Good)),
            Some(Verdict::Refused) => tr!(view, "queue-step-refused", step = &step),
            Some(Verdict::Interrupted) => tr!(view, "queue-step-no-answer", step = &step),
        };
        let colour = notice::colours(view, NoticeKind::Note).words;
        ui.add(egui::Label::new(RichText::new(line).color(colour)).wrap());
    }
    if let Some(said) = view.model.queue.said.get(&id) {
        let colour = notice::colours(view, NoticeKind::Note).words;
        ui.add(egui::Label::new(RichText::new(format::sentence(said)).color(colour)).wrap());
    }
}

fn actions(ui: &mut Ui, view: &View<'_>, entry: &QueueEntry) {
    ui.add_space(space::SMALL);
    let put_back = match entry.state {
        QueueState::Cancelled => tr!(view, "queue-action-put-back"),
        QueueState::Sent => tr!(view, "queue-action-nothing"),
        _ => tr!(view, "queue-action-retry"),
    };
    let main = match entry.state {
        QueueState::Waiting => Some(Action::Print),
        QueueState::Failed => Some(Action::PutBack),
        QueueState::Spoiled => Some(Action::IssueNew),
        QueueState::Sent => Some(Action::MarkPrinted),
        QueueState::Printing | QueueState::Printed | QueueState::Cancelled => None,
    };
    let (well, spoilt) = match entry.state {
        QueueState::Sent => (tr!(view, "queue-action-well"), tr!(view, "queue-action-spoilt")),
        _ => (tr!(view, "queue-action-mark-printed"), tr!(view, "queue-action-spoil")),
    };
    let all = [
        (Action::Print, tr!(view, "queue-action-print")),
        (Action::IssueNew, tr!(view, "queue-action-issue")),
        (Action::Stop, tr!(view, "queue-action-stop")),
        (Action::MarkPrinted, well),
        (Action::PutBack, put_back),
        (Action::Spoil, spoilt),
        (Action::Reprint, tr!(view, "queue-action-reprint")),
        (Action::Up, tr!(view, "queue-action-up")),
        (Action::Down, tr!(view, "queue-action-down")),
        (Action::First, tr!(view, "queue-action-first")),
        (Action::Cancel, tr!(view, "queue-action-cancel")),
    ];
    // What the card needs now comes first, what does not fit it last.
    let rank = |action: Action, refused: bool| (main != Some(action), refused);
    let mut all = all.map(|(action, name)| (action, name, queue::refusal(view.model, entry, action)));
    all.sort_by_key(|(action, _, refusal)| rank(*action, refusal.is_some()));
    for (action, name, refusal) in all {
        let refused = refusal.map(|refusal| match refusal {
            Refusal::Key(key) => view.texts.get(key),
            Refusal::Words(words) => words,
        });
        let kind = if main == Some(action) { Kind::Main } else { Kind::Plain };
        ui.push_id(action as u8, |ui| {
            if Button::new(name).kind(kind).refused(refused).wide().show(ui, view).clicked() {
                view.send(queue::Intent::Do(entry.id, action));
            }
        });
    }
}

fn facts(ui: &mut Ui, view: &View<'_>, entry: &QueueEntry) {
    ui.add_space(space::SMALL);
    page::fact(ui, view, &tr!(view, "queue-fact-holder"), &entry.holder.grouped());
    page::fact(ui, view, &tr!(view, "queue-fact-card"), entry.serial.as_str());
    page::fact(ui, view, &tr!(view, "queue-fact-printer"), &entry.printer);
    page::fact(ui, view, &tr!(view, "queue-fact-state"), &state_word(view, entry.state));
    page::fact(ui, view, &tr!(view, "queue-fact-added"), &format::moment(entry.added));
    page::fact(ui, view, &tr!(view, "queue-fact-changed"), &format::moment(entry.changed));
    let reason = entry.reason.as_ref().or(entry.why.as_ref().filter(|_| entry.state == QueueState::Spoiled));
    if let Some(reason) = reason {
        page::fact(ui, view, &tr!(view, "queue-fact-reason"), reason);
    }
}
