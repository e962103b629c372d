//! Unlock by telephone, at the desk with the card: what is said, what is heard, and what to do with the hands meanwhile.

use std::time::Duration;

use eframe::egui::{FontFamily, Id, Label, Response, RichText, TextEdit, TextStyle, Ui, vec2};

use super::work::{card_now, lines};
use crate::{
    bench::{OfflineEnded, WorkEnd},
    desktop::{
        command::Command,
        format,
        intent::Intent as Wish,
        model::{
            Model, NoticeKind,
            offline::{self, Intent, Missing, Open, Stage},
        },
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            choice::{self, Choice},
            notice, page, steps,
        },
    },
    domain::telephone::TelephoneOutcome,
    tr,
};

/// How often a running time is drawn anew.
const TICK: Duration = Duration::from_secs(1);

/// Signs at the end of a serial that officers tell cards apart by.
const LAST_OF_A_SERIAL: usize = 6;

/// Draws it, for an officer who is at work.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::scrolling(ui, view, &tr!(view, "offline-title"), |ui| contents(ui, view));
}

/// What stands on the page, also while nobody is at work.
pub fn contents(ui: &mut Ui, view: &View<'_>) {
    match &view.model.offline.open {
        None => choose(ui, view),
        Some(open) => going_on(ui, view, open),
    }
    codes(ui, view);
}

/// Which card is meant.
fn choose(ui: &mut Ui, view: &View<'_>) {
    page::weak(ui, view, &tr!(view, "offline-what"));
    ui.add_space(space::SMALL);
    if let Some(trouble) = &view.model.offline.trouble {
        notice::boxed(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message), |ui| {
            notice::code(ui, view, trouble.nhs_code);
        });
        ui.add_space(space::SMALL);
    }
    let all: Vec<_> = offline::cards(view.model).collect();
    let chosen = offline::chosen(view.model).map(|(_, card)| &card.serial);
    if all.is_empty() {
        ui.add(Label::new(RichText::new(tr!(view, "offline-put-in")).text_style(Theme::large())).wrap());
    } else {
        let choices = all.iter().map(|(reader, card)| {
            let name = tr!(view, "offline-card", end = end_of(card.serial.as_str()));
            let note = tr!(
                view,
                "offline-card-where",
                series = &card.series.to_string(),
                reader = view.model.preferences.reader_name(&reader.name),
            );
            Choice::new(name, note).chosen(chosen == Some(&card.serial))
        });
        let picked = choice::row(ui, view, &tr!(view, "offline-which"), choices.collect());
        if let Some((_, card)) = picked.and_then(|place| all.get(place)) {
            view.send(Intent::Choose(card.serial.clone()));
        }
    }
    ui.add_space(space::MEDIUM);
    let refused = offline::keeps_from_beginning(view.model).map(|missing| why(view, missing, ""));
    let begin = main(ui, view, tr!(view, "offline-begin"), refused);
    first(ui, "begin", &begin);
    if begin.clicked() {
        view.send(Intent::Begin);
    }
}

fn going_on(ui: &mut Ui, view: &View<'_>, open: &Open) {
    let over = offline::is_over(view.model, open);
    if over {
        ending(ui, view, open);
        ui.add_space(space::MEDIUM);
        let done = main(ui, view, tr!(view, "offline-close"), None);
        first(ui, "close", &done);
        if done.clicked() {
            view.send(Intent::Close);
        }
        return;
    }
    if view.model.work.all.contains_key(&open.work) {
        return running(ui, view, open);
    }
    said(ui, view, open);
    where_is_it(ui, view, open);
    heard(ui, view, open);
    if let Some(trouble) = &open.trouble {
        ui.add_space(space::SMALL);
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
    }
    ui.add_space(space::MEDIUM);
    button::row(ui, |ui| {
        let give_up = Button::new(tr!(view, "offline-give-up")).kind(Kind::Quiet);
        if offline::may_give_up(open) && give_up.show(ui, view).clicked() {
            view.send(Intent::GiveUp);
        }
    });
}

/// What is read aloud: whose card, which card, and the challenge.
fn said(ui: &mut Ui, view: &View<'_>, open: &Open) {
    page::section(ui, &tr!(view, "offline-say"));
    let heard = matches!(open.stage, Stage::Heard | Stage::Working);
    if heard {
        // What was said is looked up again at most.
        page::fact(ui, view, &tr!(view, "offline-holder"), &open.begun.holder.grouped());
        page::fact(ui, view, &tr!(view, "telephone-card"), open.begun.serial.as_str());
        page::fact(ui, view, &tr!(view, "offline-challenge"), &open.begun.challenge.to_string());
        return;
    }
    page::weak(ui, view, &tr!(view, "offline-say-note"));
    ui.add_space(space::SMALL);
    spoken(ui, view, &tr!(view, "offline-holder"), &open.begun.holder.grouped());
    spoken(ui, view, &tr!(view, "telephone-card"), &grouped(open.begun.serial.as_str()));
    spoken(ui, view, &tr!(view, "offline-challenge"), &open.begun.challenge.to_string());
}

/// Where the card is, when it is not where it was.
fn where_is_it(ui: &mut Ui, view: &View<'_>, open: &Open) {
    if offline::card_of(view.model, open).is_some() {
        return;
    }
    let reader = view.model.preferences.reader_name(&open.reader);
    let end = end_of(open.begun.serial.as_str());
    let words = match offline::is_swapped(view.model, open) {
        true => tr!(view, "offline-swapped", end = end, reader = reader),
        false => tr!(view, "offline-taken-out", end = end, reader = reader),
    };
    ui.add_space(space::SMALL);
    notice::show(ui, view, NoticeKind::Warning, &words);
}

/// The response, and the passcode.
fn heard(ui: &mut Ui, view: &View<'_>, open: &Open) {
    page::section(ui, &tr!(view, "offline-response"));
    if matches!(open.stage, Stage::Heard | Stage::Working) {
        notice::show(ui, view, NoticeKind::Good, &tr!(view, "offline-fits"));
        page::section(ui, &tr!(view, "offline-passcode"));
        page::weak(ui, view, &tr!(view, "offline-passcode-note"));
        ui.add_space(space::SMALL);
        let end = end_of(open.begun.serial.as_str());
        let refused = offline::keeps_from_choosing(view.model, open).map(|missing| why(view, missing, end));
        let choose = main(ui, view, tr!(view, "offline-choose"), refused);
        first(ui, "choose", &choose);
        if choose.clicked() {
            view.send(Intent::Passcode);
        }
        return;
    }
    let mut typed = open.response.clone();
    let label = ui.label(RichText::new(tr!(view, "offline-response-field")).text_style(Theme::strong()));
    let field = TextEdit::singleline(&mut typed)
        .id(Id::unique(("offline", "response")))
        .font(TextStyle::Monospace)
        .desired_width(space::BESIDE.min(ui.available_width()))
        .min_size(vec2(0.0, space::TARGET));
    let field = ui.add(field).labelled_by(label.id);
    first(ui, &format!("response of {}", open.work.0), &field);
    if field.changed() {
        view.send(Intent::Response(typed));
    }
    if open.stage == Stage::Misheard {
        notice::show(ui, view, NoticeKind::Warning, &tr!(view, "offline-misheard"));
        ui.add_space(space::SMALL);
    }
    let refused = offline::keeps_from_checking(open).map(|missing| why(view, missing, ""));
    if main(ui, view, tr!(view, "offline-check"), refused).clicked() {
        view.send(Intent::Check);
    }
}

/// The card is worked on.
fn running(ui: &mut Ui, view: &View<'_>, open: &Open) {
    ui.ctx().request_repaint_after(TICK);
    let reader = view.model.preferences.reader_name(&open.reader);
    let words = tr!(view, "work-running", reader = reader);
    ui.add(Label::new(RichText::new(words).text_style(Theme::large())).wrap());
    steps_of(ui, view, open);
}

fn steps_of(ui: &mut Ui, view: &View<'_>, open: &Open) {
    let Some(piece) = view.model.work.all.get(&open.work).filter(|piece| !piece.steps.is_empty()) else { return };
    page::section(ui, &tr!(view, "work-steps"));
    let lines = lines::of(view, &piece.steps, &[]);
    steps::show(ui, view, &tr!(view, "work-steps"), &lines, steps::Size::Close);
}

/// What became of the card, what is read back, and what happens when nobody hears it.
fn ending(ui: &mut Ui, view: &View<'_>, open: &Open) {
    let piece = view.model.work.all.get(&open.work);
    let end = piece.and_then(|piece| piece.end.as_ref());
    let end_of_serial = end_of(open.begun.serial.as_str());
    let (kind, title, mut words) = match end {
        None => (NoticeKind::Note, tr!(view, "offline-given-up"), vec![tr!(view, "offline-given-up-words")]),
        Some(WorkEnd::Done { .. }) => {
            (NoticeKind::Good, tr!(view, "done-unlock"), vec![tr!(view, "offline-done-words", end = end_of_serial)])
        }
        Some(WorkEnd::NotBegun(trouble)) => {
            (NoticeKind::Danger, tr!(view, "end-not-begun"), vec![format::sentence(&trouble.message)])
        }
        Some(WorkEnd::Undone { why, .. } | WorkEnd::Unfinished { why } | WorkEnd::LookAtPrinter { why }) => {
            (NoticeKind::Danger, tr!(view, "offline-cut"), vec![format::sentence(why), tr!(view, "offline-cut-words")])
        }
    };
    // A card that is done has all its tries again, and nothing else to tell.
    if kind != NoticeKind::Good {
        words.extend(card_now(view, piece.and_then(|piece| piece.card_now.as_ref())));
    }
    notice::boxed(ui, view, kind, &title, |ui| {
        let pair = notice::colours(view, kind);
        for words in words.iter().filter(|words| !words.is_empty()) {
            ui.add(Label::new(RichText::new(words).color(pair.words)).wrap());
        }
        notice::code(ui, view, end.and_then(WorkEnd::nhs_code));
    });
    if let Stage::Over(ended) = &open.stage {
        read_back(ui, view, ended, end.is_some());
    }
}

fn read_back(ui: &mut Ui, view: &View<'_>, ended: &OfflineEnded, worked: bool) {
    page::section(ui, &tr!(view, "offline-completion"));
    let words = match (ended.outcome, worked) {
        (TelephoneOutcome::Done, _) => tr!(view, "offline-completion-done"),
        (TelephoneOutcome::GivenUp, _) => tr!(view, "offline-completion-given-up"),
    };
    page::weak(ui, view, &words);
    ui.add_space(space::SMALL);
    spoken(ui, view, &tr!(view, "offline-code"), &ended.completion.to_string());
    page::weak(ui, view, &tr!(view, "offline-nobody-hears"));
}

/// Codes of earlier unlocks that may not have been heard.
fn codes(ui: &mut Ui, view: &View<'_>) {
    let mut others = view.model.offline.other_codes().peekable();
    if others.peek().is_none() {
        return;
    }
    page::section(ui, &tr!(view, "offline-untold"));
    page::weak(ui, view, &tr!(view, "offline-untold-note"));
    for untold in others {
        ui.add_space(space::SMALL);
        page::fact(ui, view, &tr!(view, "telephone-card"), untold.serial.as_str());
        page::fact(ui, view, &tr!(view, "offline-holder"), &untold.holder.grouped());
        page::fact(ui, view, &tr!(view, "offline-challenge"), &untold.challenge.to_string());
        page::fact(ui, view, &tr!(view, "offline-code"), &untold.completion.to_string());
    }
}

/// Digits to read aloud, large and in groups, with what they are.
fn spoken(ui: &mut Ui, view: &View<'_>, name: &str, digits: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(name).color(view.theme.colours.weak));
        let large = RichText::new(digits).text_style(TextStyle::Heading).family(FontFamily::Monospace);
        let label = ui.add(Label::new(large).wrap());
        ui.ctx().accesskit_node_builder(label.id, |node| node.set_description(name.to_owned()));
    });
}

/// A serial in groups of four, as it is spoken.
fn grouped(serial: &str) -> String {
    let signs: Vec<char> = serial.chars().collect();
    signs.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn end_of(serial: &str) -> &str {
    serial.get(serial.len().saturating_sub(LAST_OF_A_SERIAL)..).unwrap_or(serial)
}

/// The one main action of where it stands.
fn main(ui: &mut Ui, view: &View<'_>, name: String, refused: Option<String>) -> Response {
    let keys = Command::MainAction.keys(ui.ctx());
    Button::new(name).kind(Kind::Main).note(keys).refused(refused).show(ui, view)
}

/// Brings the keyboard here once, when this becomes the next thing to do.
fn first(ui: &Ui, what: &str, next: &Response) {
    let seen = Id::unique("offline next");
    if ui.data(|data| data.get_temp::<String>(seen)).as_deref() != Some(what) {
        ui.data_mut(|data| data.insert_temp(seen, what.to_owned()));
        next.request_focus();
    }
}

fn why(view: &View<'_>, missing: Missing, end: &str) -> String {
    match missing {
        Missing::Card => tr!(view, "offline-missing-card"),
        Missing::Choice => tr!(view, "offline-missing-choice"),
        Missing::Response => tr!(view, "offline-missing-response"),
        Missing::CardBack => tr!(view, "offline-missing-card-back", end = end),
        Missing::Answer => tr!(view, "offline-missing-answer"),
    }
}

/// Its main action.
#[must_use]
pub fn main_action(model: &Model) -> Option<Wish> {
    let Some(open) = &model.offline.open else {
        return offline::keeps_from_beginning(model).is_none().then(|| Intent::Begin.into());
    };
    if offline::is_over(model, open) {
        return Some(Intent::Close.into());
    }
    match open.stage {
        Stage::Heard if offline::keeps_from_choosing(model, open).is_none() => Some(Intent::Passcode.into()),
        Stage::Listening | Stage::Misheard if offline::keeps_from_checking(open).is_none() => {
            Some(Intent::Check.into())
        }
        _ => None,
    }
}
