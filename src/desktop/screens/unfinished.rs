//! Unfinished work: what was being done, to whose card, what state it is in, and how to go on.

use eframe::egui::{Frame, Label, Margin, RichText, Stroke, Ui};
use time::OffsetDateTime;

use crate::{
    bench::{WorkEnd, WorkId},
    desktop::{
        format,
        intent::Intent,
        model::{
            Model, NoticeKind,
            unfinished::{self, kept_for_another, reader_with},
            work::Piece,
        },
        route::Route,
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    domain::{CardState, HolderId, Operation},
    journal::QueueEntry,
    operations::{Kept, UnfinishedJob, Verdict, WhatNext, effect::CameOut},
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::scrolling(ui, view, &tr!(view, "nav-unfinished"), |ui| {
        let state = &view.model.unfinished;
        for (job, end) in state.results.iter().rev() {
            result(ui, view, job, end);
            ui.add_space(space::SMALL);
        }
        if let Some(trouble) = &state.trouble {
            notice::boxed(ui, view, NoticeKind::Danger, &trouble.message, |ui| refresh(ui, view));
        } else if !state.known {
            page::weak(ui, view, &tr!(view, "unfinished-looking"));
        } else if state.count() == 0 {
            calm(ui, view);
        } else {
            page::weak(ui, view, &tr!(view, "unfinished-explained", count = state.count()));
            ui.add_space(space::SMALL);
            for entry in &state.stopped {
                ui.push_id(entry.id, |ui| stopped_print(ui, view, entry));
                ui.add_space(space::MEDIUM);
            }
            for job in &state.jobs {
                ui.push_id(job.job.as_str(), |ui| one(ui, view, job));
                ui.add_space(space::MEDIUM);
            }
        }
    });
}

fn calm(ui: &mut Ui, view: &View<'_>) {
    ui.add_space(space::LARGE);
    ui.label(RichText::new(tr!(view, "unfinished-none")).text_style(Theme::subheading()));
    page::weak(ui, view, &tr!(view, "unfinished-none-explained"));
    ui.add_space(space::MEDIUM);
    refresh(ui, view);
}

fn refresh(ui: &mut Ui, view: &View<'_>) {
    if Button::new(tr!(view, "unfinished-refresh")).show(ui, view).clicked() {
        view.send(unfinished::Intent::Refresh);
    }
}

/// A card whose printing was cut off when the program stopped: it is decided about in the queue.
fn stopped_print(ui: &mut Ui, view: &View<'_>, entry: &QueueEntry) {
    let title = tr!(view, "unfinished-print", who = &who(view, &entry.holder));
    let why = format::sentence(entry.why.as_deref().unwrap_or_default());
    notice::boxed(ui, view, NoticeKind::Warning, &format!("{title}. {why}"), |ui| {
        page::fact(ui, view, &tr!(view, "unfinished-card"), entry.serial.as_str());
        page::fact(ui, view, &tr!(view, "unfinished-printer"), &entry.printer);
        if Button::new(tr!(view, "unfinished-show-print")).kind(Kind::Main).show(ui, view).clicked() {
            view.send(unfinished::Intent::ShowPrint(entry.id));
        }
    });
}

/// One job.
fn one(ui: &mut Ui, view: &View<'_>, job: &UnfinishedJob) {
    let colours = view.theme.colours;
    let frame = Frame::new()
        .fill(colours.raised.ground)
        .stroke(Stroke::new(1.0, colours.line))
        .corner_radius(6.0)
        .inner_margin(Margin::symmetric(14, 10));
    frame.show(ui, |ui| {
        ui.set_width((ui.available_width()).min(space::COLUMN));
        let title = title(view, job);
        let label = ui.label(RichText::new(&title).text_style(Theme::subheading()));
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(eframe::egui::accesskit::Role::Heading);
            node.set_label(title.clone());
        });
        let here = job.serial.as_ref().and_then(|serial| reader_with(view.model, serial));
        ui.scope(|ui| {
            // Lines to read stand closer than things to click.
            ui.spacing_mut().interact_size.y = 0.0;
            let unread = tr!(view, "unfinished-card-unread");
            let card = job.serial.as_ref().map_or(unread.as_str(), |serial| serial.as_str());
            page::fact(ui, view, &tr!(view, "unfinished-card"), card);
            page::fact(ui, view, &tr!(view, "unfinished-since"), &format::moment_of(&job.opened));
            let place = match here {
                Some((reader, _)) => {
                    tr!(view, "unfinished-in-reader", reader = view.model.preferences.reader_name(reader))
                }
                None if needs_card(job) => tr!(view, "unfinished-put-in"),
                None => tr!(view, "unfinished-no-card-needed"),
            };
            page::fact(ui, view, &tr!(view, "unfinished-where"), &place);
            let state = here.and_then(|(_, card)| card.state()).and_then(|state| card_state(view, state));
            if let Some(state) = state {
                page::fact(ui, view, &tr!(view, "unfinished-service-says"), &state);
            }
        });
        ui.add_space(space::SMALL);
        ui.label(match job.next {
            WhatNext::WillFinish => tr!(view, "unfinished-will-finish"),
            WhatNext::WillUndo => tr!(view, "unfinished-will-undo"),
            WhatNext::NeedsHolder => tr!(view, "unfinished-needs-holder"),
            WhatNext::WillAskCard => tr!(view, "unfinished-will-ask-card"),
            WhatNext::WillGoBack => tr!(view, "unfinished-will-go-back"),
            WhatNext::WillRepair => tr!(view, "unfinished-will-repair"),
            WhatNext::WillEmpty => tr!(view, "unfinished-will-empty"),
            WhatNext::WillRecordPrint => tr!(view, "unfinished-will-record"),
            WhatNext::NeedsOfficersWord => tr!(view, "unfinished-say-how"),
            WhatNext::WillTellGateway => tr!(view, "unfinished-will-tell-gateway"),
            WhatNext::WillPutOut => tr!(view, "unfinished-will-put-out"),
        });
        ui.add_space(space::SMALL);
        let running = view.model.unfinished.running.get(&job.job).copied();
        if let Some(piece) = running.and_then(|work| view.model.work.all.get(&work)) {
            steps(ui, view, piece);
        }
        actions(ui, view, job, running, here.is_some());
    });
}

fn needs_card(job: &UnfinishedJob) -> bool {
    !matches!(
        job.next,
        WhatNext::WillRecordPrint | WhatNext::NeedsOfficersWord | WhatNext::WillTellGateway | WhatNext::WillPutOut
    )
}

fn who(view: &View<'_>, holder: &HolderId) -> String {
    let number = holder.grouped();
    match view.model.unfinished.holder(holder) {
        Some(holder) => tr!(view, "unfinished-who", name = holder.printed_name(), number = &number),
        None => tr!(view, "unfinished-who-number", number = &number),
    }
}

fn title(view: &View<'_>, job: &UnfinishedJob) -> String {
    let who = who(view, &job.holder);
    match job.operation {
        Operation::Issue => tr!(view, "unfinished-issue", who = &who),
        Operation::Print => tr!(view, "unfinished-print", who = &who),
        Operation::Unlock => tr!(view, "unfinished-unlock", who = &who),
        Operation::ChangePasscode => tr!(view, "unfinished-change-passcode", who = &who),
        Operation::Renew => tr!(view, "unfinished-renew", who = &who),
        Operation::Repair => tr!(view, "unfinished-repair", who = &who),
        Operation::Clear => tr!(view, "unfinished-clear", who = &who),
        Operation::Cancel => tr!(view, "unfinished-cancel", who = &who),
    }
}

fn card_state(view: &View<'_>, state: CardState) -> Option<String> {
    Some(match state {
        CardState::InWork => tr!(view, "unfinished-state-in-work"),
        CardState::Unfinished => tr!(view, "unfinished-state-unfinished"),
        CardState::Blank => tr!(view, "unfinished-state-blank"),
        CardState::Active => tr!(view, "unfinished-state-active"),
        CardState::Locked => tr!(view, "unfinished-state-locked"),
        CardState::Cancelled => tr!(view, "unfinished-state-cancelled"),
    })
}

/// The steps so far, one line each.
fn steps(ui: &mut Ui, view: &View<'_>, piece: &Piece) {
    for line in &piece.steps {
        let sign = match line.verdict {
            None => "►",
            Some(Verdict::Good) => "√",
            Some(Verdict::Refused | Verdict::Interrupted) => "×",
        };
        ui.label(format!("{sign} {}", line.step));
    }
    if piece.steps.is_empty() {
        ui.label(tr!(view, "busy"));
    }
    ui.add_space(space::SMALL);
}

fn actions(ui: &mut Ui, view: &View<'_>, job: &UnfinishedJob, running: Option<WorkId>, card_here: bool) {
    let kept = kept_for_another(view.model, job, view.now);
    if let Some(left) = kept.and_then(|kept| (kept.until - view.now).try_into().ok()) {
        // The buttons wake by themselves when the time has run out.
        ui.ctx().request_repaint_after(left);
    }
    let refused = match (running, kept) {
        (Some(_), _) => Some(tr!(view, "unfinished-running")),
        (None, Some(kept)) => Some(why_kept(view, kept)),
        (None, None) => None,
    };
    // The main action is the one that can come to an end now.
    let kind = if card_here || !needs_card(job) { Kind::Main } else { Kind::Plain };
    let go_on = || unfinished::Intent::GoOn(job.job.clone());
    button::row(ui, |ui| {
        let button =
            |ui: &mut Ui, name: String, kind| Button::new(name).kind(kind).refused(refused.clone()).show(ui, view);
        match job.next {
            WhatNext::WillFinish => {
                if button(ui, tr!(view, "unfinished-finish"), kind).clicked() {
                    view.send(go_on());
                }
            }
            WhatNext::NeedsHolder => {
                if button(ui, tr!(view, "unfinished-go-forward"), kind).clicked() {
                    view.send(go_on());
                }
            }
            WhatNext::WillAskCard | WhatNext::WillEmpty | WhatNext::WillTellGateway => {
                if button(ui, tr!(view, "unfinished-go-on"), kind).clicked() {
                    view.send(go_on());
                }
            }
            WhatNext::WillPutOut => {
                if button(ui, tr!(view, "unfinished-put-out"), kind).clicked() {
                    view.send(go_on());
                }
            }
            WhatNext::WillGoBack => {
                if button(ui, tr!(view, "unfinished-take-back"), kind).clicked() {
                    view.send(go_on());
                }
            }
            WhatNext::WillRepair => {
                if button(ui, tr!(view, "unfinished-repair-choose"), kind).clicked() {
                    view.send(unfinished::Intent::GoOnWithNew(job.job.clone()));
                }
                if button(ui, tr!(view, "unfinished-repair-lock"), Kind::Plain).clicked() {
                    view.send(go_on());
                }
            }
            WhatNext::WillUndo => {
                if button(ui, tr!(view, "unfinished-take-back-and-issue"), kind).clicked() {
                    view.send(unfinished::Intent::TakeBackAndIssue(job.job.clone()));
                }
                if button(ui, tr!(view, "unfinished-take-back"), Kind::Plain).clicked() {
                    view.send(go_on());
                }
            }
            WhatNext::NeedsOfficersWord => {
                let answers = [
                    (tr!(view, "queue-action-well"), CameOut::Well, kind),
                    (tr!(view, "unfinished-came-spoilt"), CameOut::Spoilt, Kind::Plain),
                    (tr!(view, "queue-action-nothing"), CameOut::Nothing, Kind::Plain),
                ];
                for (name, card, kind) in answers {
                    if button(ui, name, kind).clicked() {
                        view.send(unfinished::Intent::CameOut(job.job.clone(), card));
                    }
                }
            }
            WhatNext::WillRecordPrint => {
                if button(ui, tr!(view, "unfinished-record"), kind).clicked() {
                    view.send(go_on());
                }
            }
        }
        if let Some(work) = running
            && Button::new(tr!(view, "unfinished-watch")).show(ui, view).clicked()
        {
            view.send(Route::Work(work));
        }
    });
}

/// Why this officer may not go on yet.
fn why_kept(view: &View<'_>, kept: &Kept) -> String {
    let who = match &kept.begun_by.name {
        Some(name) => name.clone(),
        None => tr!(view, "unfinished-kept-number", number = &kept.begun_by.officer.grouped()),
    };
    tr!(view, "unfinished-kept", who = &who, until = &format::moment(kept.until))
}

/// What came of a job that was gone on with.
fn result(ui: &mut Ui, view: &View<'_>, job: &UnfinishedJob, end: &WorkEnd) {
    let title = title(view, job);
    let (kind, words) = match end {
        WorkEnd::Done { .. } if matches!(job.operation, Operation::Issue | Operation::Print) => {
            (NoticeKind::Good, tr!(view, "unfinished-done", what = &title))
        }
        WorkEnd::Done { .. } => (NoticeKind::Good, tr!(view, "unfinished-done-card", what = &title)),
        WorkEnd::Undone { why, .. } => (NoticeKind::Note, tr!(view, "unfinished-undone", what = &title, why = why)),
        WorkEnd::LookAtPrinter { why } => {
            (NoticeKind::Warning, tr!(view, "unfinished-recorded", what = &title, why = why))
        }
        WorkEnd::NotBegun(trouble) => {
            (NoticeKind::Warning, tr!(view, "unfinished-not-begun", what = &title, why = &trouble.message))
        }
        WorkEnd::Unfinished { why } => {
            (NoticeKind::Warning, tr!(view, "unfinished-still-open", what = &title, why = why))
        }
    };
    notice::boxed(ui, view, kind, &words, |ui| {
        notice::code(ui, view, end.nhs_code());
        let now = view.model.work.all.values().rev().find(|piece| piece.job.as_ref() == Some(&job.job));
        for words in super::work::card_now(view, now.and_then(|piece| piece.card_now.as_ref())) {
            ui.add(Label::new(RichText::new(words).color(notice::colours(view, kind).words)).wrap());
        }
        if job.operation == Operation::Issue
            && matches!(end, WorkEnd::Undone { .. })
            && Button::new(tr!(view, "unfinished-issue-again")).show(ui, view).clicked()
        {
            view.send(Route::Issue(job.holder.clone()));
        }
    });
}

/// Goes on with the only job there is, where that is plain.
#[must_use]
pub fn main_action(model: &Model) -> Option<Intent> {
    let [job] = model.unfinished.jobs.as_slice() else { return None };
    let kept = kept_for_another(model, job, OffsetDateTime::now_utc()).is_some();
    if kept || model.unfinished.running.contains_key(&job.job) {
        return None;
    }
    Some(match job.next {
        // Which of the three answers is the right one, only the officer knows.
        WhatNext::NeedsOfficersWord => return None,
        WhatNext::WillUndo => unfinished::Intent::TakeBackAndIssue(job.job.clone()).into(),
        WhatNext::WillRepair => unfinished::Intent::GoOnWithNew(job.job.clone()).into(),
        _ => unfinished::Intent::GoOn(job.job.clone()).into(),
    })
}
