//! Servicing a card: what it is, whose, what is wrong with it, and what this officer may do to it now.

mod actions;
mod facts;

use eframe::egui::{Align, Label, Layout, RichText, Ui, vec2};
use time::{Date, OffsetDateTime};

use crate::{
    bench::{CardInReader, ReaderCondition, ReaderView},
    desktop::{
        command::Command,
        format,
        intent::Intent,
        model::{
            Model, NoticeKind, at_once, offline,
            service::{self, Changed, Shown, Standing, here, is_damage, main_operation, shown, standing, trial},
        },
        route::Route,
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button},
            choice::{self, Choice},
            notice, page,
        },
    },
    domain::NhsCode,
    tr,
};

/// Signs at the end of a serial that officers tell cards apart by.
const LAST_OF_A_SERIAL: usize = 6;

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::scrolling(ui, view, &tr!(view, "service-title"), |ui| {
        changed(ui, view);
        which(ui, view);
        match shown(view.model) {
            Shown::NoReader => nothing(ui, view, &tr!(view, "bench-no-reader"), &tr!(view, "bench-no-reader-remedy")),
            Shown::Nothing => nothing(ui, view, &tr!(view, "service-put-in"), &tr!(view, "service-put-in-explained")),
            Shown::Which => nothing(ui, view, &tr!(view, "service-which"), &tr!(view, "service-which-explained")),
            Shown::Reader(reader) => in_reader(ui, view, reader),
        }
        unlock_next(ui, view);
    });
}

/// Card after card, each by its holder: the next one is not looked at first.
fn unlock_next(ui: &mut Ui, view: &View<'_>) {
    ui.add_space(space::LARGE);
    let button = Button::new(tr!(view, "service-unlock-next")).refused(at_once::why_not(view.model));
    if button.note(Command::UnlockNext.keys(ui.ctx())).show(ui, view).clicked() {
        view.send(at_once::Intent::Next);
    }
}

/// What happened to the card that was shown before.
fn changed(ui: &mut Ui, view: &View<'_>) {
    let words = match &view.model.service.changed {
        None => return,
        Some(Changed::TakenOut { serial, reader }) => {
            let reader = view.model.preferences.reader_name(reader);
            tr!(view, "service-taken-out", end = end_of(serial.as_str()), reader = reader)
        }
        Some(Changed::Swapped { serial }) => tr!(view, "service-swapped", end = end_of(serial.as_str())),
    };
    notice::show(ui, view, NoticeKind::Warning, &words);
    ui.add_space(space::SMALL);
}

fn end_of(serial: &str) -> &str {
    serial.get(serial.len().saturating_sub(LAST_OF_A_SERIAL)..).unwrap_or(serial)
}

/// Which reader is meant, where several have a card that may be.
fn which(ui: &mut Ui, view: &View<'_>) {
    let something =
        |reader: &&ReaderView| !matches!(reader.condition, ReaderCondition::Empty | ReaderCondition::OwnCard(_));
    let readers: Vec<&ReaderView> = view.model.bench.readers.iter().filter(something).collect();
    if readers.len() < 2 {
        return;
    }
    let chosen = match shown(view.model) {
        Shown::Reader(reader) => Some(reader.name.as_str()),
        _ => None,
    };
    let choices = readers.iter().map(|reader| {
        let name = view.model.preferences.reader_name(&reader.name);
        Choice::new(name, in_short(view, reader)).chosen(chosen == Some(reader.name.as_str()))
    });
    if let Some(reader) =
        choice::row(ui, view, &tr!(view, "service-reader"), choices.collect()).and_then(|n| readers.get(n))
    {
        view.send(service::Intent::Reader(reader.name.clone()));
    }
    ui.add_space(space::SMALL);
}

fn in_short(view: &View<'_>, reader: &ReaderView) -> String {
    match &reader.condition {
        ReaderCondition::Card(card) => {
            let whose = card.holder.as_ref().map(|holder| holder.printed_name().to_owned());
            let series = card.series.to_string();
            match whose {
                Some(name) => tr!(view, "service-card-of", series = &series, name = &name),
                None => tr!(view, "service-card-nobody", series = &series, end = end_of(card.serial.as_str())),
            }
        }
        ReaderCondition::Reading => tr!(view, "bench-reading"),
        ReaderCondition::InWork(_) => tr!(view, "bench-in-work"),
        ReaderCondition::InUse => tr!(view, "bench-in-use"),
        ReaderCondition::Unreadable => tr!(view, "bench-unreadable"),
        ReaderCondition::Unknown { .. } => tr!(view, "bench-unknown"),
        ReaderCondition::Empty | ReaderCondition::OwnCard(_) => String::new(),
    }
}

fn nothing(ui: &mut Ui, view: &View<'_>, title: &str, words: &str) {
    ui.add_space(space::LARGE);
    ui.add(Label::new(RichText::new(title).text_style(Theme::subheading())).wrap());
    ui.add_space(space::SMALL);
    page::weak(ui, view, words);
}

fn in_reader(ui: &mut Ui, view: &View<'_>, reader: &ReaderView) {
    let code = reader.condition.nhs_code();
    match &reader.condition {
        ReaderCondition::Card(card) => of_card(ui, view, card),
        ReaderCondition::OwnCard(card) => {
            notice::show(ui, view, NoticeKind::Warning, &tr!(view, "service-own-card"));
            ui.add_space(space::SMALL);
            facts::draw(ui, view, card);
        }
        ReaderCondition::Reading => page_words(ui, view, NoticeKind::Note, &tr!(view, "service-reading"), code),
        ReaderCondition::InWork(work) => {
            page_words(ui, view, NoticeKind::Note, &tr!(view, "service-in-work"), code);
            button::row(ui, |ui| {
                if Button::new(tr!(view, "unfinished-watch")).show(ui, view).clicked() {
                    view.send(Route::Work(*work));
                }
            });
        }
        ReaderCondition::InUse => page_words(ui, view, NoticeKind::Warning, &tr!(view, "bench-in-use-remedy"), code),
        ReaderCondition::Unreadable => {
            page_words(ui, view, NoticeKind::Warning, &tr!(view, "bench-unreadable-remedy"), code);
        }
        ReaderCondition::Unknown { why, .. } => {
            page_words(ui, view, NoticeKind::Danger, &format::sentence(why), code);
        }
        ReaderCondition::Empty => {}
    }
}

fn page_words(ui: &mut Ui, view: &View<'_>, kind: NoticeKind, words: &str, code: Option<NhsCode>) {
    notice::boxed(ui, view, kind, words, |ui| notice::code(ui, view, code));
    ui.add_space(space::SMALL);
}

/// A card that was recognised.
fn of_card(ui: &mut Ui, view: &View<'_>, card: &CardInReader) {
    let today = view.now.date();
    let (kind, words) = headline(view, card, today);
    notice::boxed(ui, view, kind, &words, |ui| {
        let pair = notice::colours(view, kind);
        for finding in card.findings.iter().filter(|finding| is_damage(finding)) {
            let words = format::sentence(&finding.to_string());
            ui.add(Label::new(RichText::new(words).color(pair.words)).wrap());
        }
    });
    ui.add_space(space::SMALL);
    if ui.available_width() < space::TWO_COLUMNS {
        // What the card was most likely brought for is in sight before anything is scrolled.
        actions::first(ui, view, card);
        facts::draw(ui, view, card);
        ui.add_space(space::SMALL);
        actions::rest(ui, view, card);
        return;
    }
    ui.horizontal_top(|ui| {
        let left = (ui.available_width() * 0.46).min(space::COLUMN);
        column(ui, left, |ui| facts::draw(ui, view, card));
        ui.add_space(space::LARGE);
        let right = (ui.available_width() - space::MEDIUM).min(space::COLUMN);
        column(ui, right, |ui| {
            actions::first(ui, view, card);
            actions::rest(ui, view, card);
        });
    });
}

fn column(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        contents(ui);
    });
}

/// What the card is, and what that means.
fn headline(view: &View<'_>, card: &CardInReader, today: Date) -> (NoticeKind, String) {
    match standing(card, today) {
        Standing::InOrder => (NoticeKind::Good, tr!(view, "standing-in-order")),
        Standing::Due(left) => {
            let left = usize::try_from(left).unwrap_or_default();
            (NoticeKind::Note, tr!(view, "standing-due", count = left))
        }
        Standing::Expired => (NoticeKind::Warning, tr!(view, "standing-expired")),
        Standing::Damaged => (NoticeKind::Warning, tr!(view, "standing-damaged")),
        Standing::Blocked => (NoticeKind::Warning, tr!(view, "standing-blocked")),
        Standing::Locked => (NoticeKind::Warning, tr!(view, "standing-locked")),
        Standing::AwaitsDelivery => (NoticeKind::Warning, tr!(view, "standing-awaits-delivery")),
        Standing::Blank => (NoticeKind::Note, tr!(view, "standing-blank")),
        Standing::NoRecord => (NoticeKind::Danger, tr!(view, "standing-no-record")),
        Standing::Stranger => (NoticeKind::Danger, tr!(view, "standing-stranger")),
        Standing::Unfinished => (NoticeKind::Warning, tr!(view, "standing-unfinished")),
        Standing::InWork => (NoticeKind::Warning, tr!(view, "standing-in-work")),
        Standing::Cancelled => (NoticeKind::Danger, tr!(view, "standing-cancelled")),
        Standing::NotAsked => {
            let why = card.record.as_ref().err().map(|trouble| trouble.message.clone()).unwrap_or_default();
            (NoticeKind::Danger, tr!(view, "standing-not-asked", why = &format::sentence(&why)))
        }
    }
}

/// What the card was most likely brought for; where nothing is the matter with it, whether it works.
#[must_use]
pub fn main_action(model: &Model) -> Option<Intent> {
    let (_, card) = here(model)?;
    let today = OffsetDateTime::now_utc().date();
    match standing(card, today) {
        Standing::Blank => return Some(Intent::Go(Route::Find)),
        Standing::NotAsked if actions::is_for_telephone(card) => {
            return Some(offline::Intent::With(card.serial.clone()).into());
        }
        Standing::Unfinished if actions::is_listed(model, card) => return Some(Intent::Go(Route::Unfinished)),
        Standing::InOrder if trial(model, card, today) == Some(None) => return Some(service::Intent::Try.into()),
        _ => {}
    }
    main_operation(model, card, today).map(|operation| service::Intent::Start(operation).into())
}
