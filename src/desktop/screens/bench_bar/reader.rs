//! The tile of a reader.

use eframe::egui::Ui;

use super::tile::{self, Room, Tile};
use crate::{
    bench::{CardInReader, ReaderCondition, ReaderView, WorkId},
    desktop::{
        format,
        model::{NoticeKind, bench, service},
        route::Route,
        view::View,
        widgets::{button::Button, notice},
    },
    domain::{CardState, Operation, eligibility::Realm},
    tr,
};

/// Few enough tries that the officer should know.
const FEW_TRIES: u8 = 2;

pub fn draw(ui: &mut Ui, view: &View<'_>, reader: &ReaderView, room: Room) {
    let name = view.model.preferences.reader_name(&reader.name);
    let mark = view.model.bench.just_put_in.as_ref() == Some(&reader.name);
    tile(view, &reader.name, name, &reader.condition)
        .mark(mark.then(|| tr!(view, "bench-just-put-in")))
        .show(ui, view, room);
    if reader.training && view.model.realm == Realm::Training {
        let menu = Button::new(tr!(view, "training-card-menu"))
            .spoken(tr!(view, "training-card-menu-of", reader = name))
            .show(ui, view);
        tile::keep_in_sight(&menu);
        if menu.clicked() {
            view.send(bench::Intent::TrainingMenu(reader.name.clone()));
        }
    }
}

fn tile(view: &View<'_>, reader: &str, name: &str, condition: &ReaderCondition) -> Tile {
    let colours = view.theme.colours;
    let nhs_code = condition.nhs_code();
    let code = nhs_code.map_or_else(String::new, |code| tr!(view, "nhs-code", code = code.code()));
    let meaning = |words: &str| nhs_code.map_or_else(String::new, |code| code.beside(words));
    let explained = |kind: NoticeKind, about: String, why: String| {
        let explain = bench::Intent::Explain { name: name.to_owned(), why: why.clone(), nhs_code };
        let tile = Tile::new(name, notice::colours(view, kind)).sign(notice::sign(kind)).about(about);
        let unsaid = meaning(&why);
        tile.detail(why).detail(&code).spoken_only(unsaid).action(explain)
    };
    match condition {
        ReaderCondition::Empty => Tile::new(name, colours.raised).about(tr!(view, "bench-empty")),
        ReaderCondition::Reading => {
            Tile::new(name, colours.raised).about(tr!(view, "bench-reading")).detail(&code).spoken_only(meaning(""))
        }
        ReaderCondition::OwnCard(card) => Tile::new(name, colours.refused)
            .about(tr!(view, "bench-own-card"))
            .detail(card.holder.as_ref().map_or("", |holder| holder.printed_name()))
            .detail(card.series.to_string())
            .fenced(),
        ReaderCondition::Card(card) => of_card(view, reader, name, card),
        ReaderCondition::InWork(work) => in_work(view, name, *work),
        ReaderCondition::InUse => {
            explained(NoticeKind::Warning, tr!(view, "bench-in-use"), tr!(view, "bench-in-use-remedy"))
        }
        ReaderCondition::Unknown { why, .. } => explained(NoticeKind::Warning, tr!(view, "bench-unknown"), why.clone()),
        ReaderCondition::Unreadable => {
            explained(NoticeKind::Warning, tr!(view, "bench-unreadable"), tr!(view, "bench-unreadable-remedy"))
        }
    }
}

fn of_card(view: &View<'_>, reader: &str, name: &str, card: &CardInReader) -> Tile {
    let colours = view.theme.colours;
    let record = match &card.record {
        Ok(record) => record,
        Err(trouble) => {
            let explain = bench::Intent::Explain {
                name: name.to_owned(),
                why: trouble.message.clone(),
                nhs_code: trouble.nhs_code,
            };
            return Tile::new(name, notice::colours(view, NoticeKind::Warning))
                .sign(notice::sign(NoticeKind::Warning))
                .about(tr!(view, "bench-card-of-unknown", series = &card.series.to_string()))
                .detail(&trouble.message)
                .action(explain);
        }
    };
    let pair = match record.state {
        CardState::Active | CardState::Blank => colours.page,
        CardState::InWork | CardState::Locked => notice::colours(view, NoticeKind::Note),
        CardState::Unfinished => notice::colours(view, NoticeKind::Warning),
        CardState::Cancelled => notice::colours(view, NoticeKind::Danger),
    };
    let open = service::Intent::Open(reader.to_owned());
    let mut tile = Tile::new(name, pair).portrait(card.portrait.clone()).action(open);
    tile = match (&card.holder, &record.holder) {
        (Some(holder), _) => tile.about(holder.printed_name()),
        // Whose it is, is known; who that is, the service did not say.
        (None, Some(holder)) => tile.about(holder.grouped()),
        (None, None) => tile.about(nobodys(view, record.state)),
    };
    if record.state == CardState::Unfinished {
        tile = tile.sign(notice::sign(NoticeKind::Warning));
    }
    let blank = record.state == CardState::Blank;
    tile = tile.detail(card.series.to_string());
    if !blank {
        tile = tile.detail(state(view, record.state));
    } else if card.has_certificates {
        tile = tile.detail(tr!(view, "bench-blank-with-certificates"));
    }
    if let Some(day) = card.expires {
        let written = format::date(day);
        tile = tile.detail(if day < view.now.date() {
            tr!(view, "bench-expired", day = &written)
        } else {
            tr!(view, "bench-until", day = &written)
        });
    }
    if let Some(left) = card.tries_left.filter(|left| *left <= FEW_TRIES && !blank) {
        tile = tile.detail(tr!(view, "bench-tries", count = u32::from(left)));
    }
    tile
}

fn nobodys(view: &View<'_>, state: CardState) -> String {
    match state {
        CardState::Blank => tr!(view, "bench-blank"),
        CardState::Unfinished => tr!(view, "bench-unfinished-card"),
        _ => tr!(view, "bench-nobodys"),
    }
}

fn state(view: &View<'_>, state: CardState) -> String {
    match state {
        CardState::Blank => tr!(view, "bench-state-blank"),
        CardState::InWork => tr!(view, "bench-state-in-work"),
        CardState::Active => tr!(view, "bench-state-active"),
        CardState::Locked => tr!(view, "bench-state-locked"),
        CardState::Unfinished => tr!(view, "bench-state-unfinished"),
        CardState::Cancelled => tr!(view, "bench-state-cancelled"),
    }
}

fn in_work(view: &View<'_>, name: &str, work: WorkId) -> Tile {
    let tile = Tile::new(name, view.theme.colours.selected).sign("►");
    let Some(piece) = view.model.work.all.get(&work) else { return tile.about(tr!(view, "bench-in-work")) };
    if piece.end.is_some() {
        // It is over; what the card is now is being read.
        return Tile::new(name, view.theme.colours.raised).about(tr!(view, "bench-reading")).action(Route::Work(work));
    }
    let about = match (&piece.operation, &piece.holder) {
        (Operation::Issue, Some(holder)) => tr!(view, "bench-issuing-for", name = holder.printed_name()),
        (Operation::Issue, None) => tr!(view, "bench-issuing"),
        (other, _) => tr!(view, "bench-in-work-with", what = &other.to_string()),
    };
    let step = piece.steps.iter().rev().find(|line| line.verdict.is_none()).or(piece.steps.last());
    let step = step.map_or_else(|| tr!(view, "busy"), |line| line.step.to_string());
    tile.about(about).detail(step).action(Route::Work(work))
}
