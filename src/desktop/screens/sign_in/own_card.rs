//! Signing in with the officer's own card: which reader, whose card, and why another one signs nobody in.

use eframe::egui::{Ui, accesskit::Role};

use super::{announced, sentence, take_keyboard, tile};
use crate::{
    desktop::{
        format,
        model::{
            NoticeKind,
            session::{Intent, Phase, Seen, WhyNot, seen, seen_of},
        },
        theme::{Theme, space},
        view::View,
        widgets::{notice, page},
    },
    domain::Officer,
    tr,
};

/// Draws the first card that may sign in. It takes its room also while there is none: a card that comes or goes must not
/// move a name away from under the pointer.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let title = tr!(view, "sign-in-card-title");
    let label = ui.label(eframe::egui::RichText::new(&title).text_style(Theme::strong()));
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(Role::Heading);
        node.set_label(title);
    });
    trouble(ui, view);
    let top = ui.cursor().top();
    match seen(view.model).iter().find(|seen| seen.card.is_ok()) {
        Some(first) => offered(ui, view, first),
        None => {
            page::weak(ui, view, &tr!(view, "sign-in-card-hint"));
        }
    }
    let used = ui.cursor().top() - top;
    ui.add_space((space::TILE_HEIGHT - used).max(0.0));
}

/// Draws every other card that is in, below the names: one that may sign in too, and why the others may not.
pub fn draw_others(ui: &mut Ui, view: &View<'_>) {
    let all = seen(view.model);
    let first = all.iter().position(|seen| seen.card.is_ok());
    for (_, seen) in all.iter().enumerate().filter(|(at, _)| Some(*at) != first) {
        match seen.card {
            Ok(_) => offered(ui, view, seen),
            Err(why) => {
                announced(ui, &not_offered(view, seen, why));
                ui.add_space(space::SMALL);
            }
        }
    }
}

/// The officer's own cards, to come back to a locked window with.
pub fn draw_locked(ui: &mut Ui, view: &View<'_>, officer: &Officer) {
    trouble(ui, view);
    let seen = seen_of(view.model, &officer.id);
    if seen.is_empty() {
        announced(ui, &tr!(view, "locked-card-hint"));
    }
    for seen in &seen {
        match seen.card {
            Ok(_) => offered(ui, view, seen),
            Err(why) => announced(ui, &not_offered(view, seen, why)),
        }
    }
    ui.add_space(space::MEDIUM);
}

fn trouble(ui: &mut Ui, view: &View<'_>) {
    if let Some(trouble) = &view.model.session.card_trouble {
        let words = notice::beside(view, &sentence(&trouble.message), trouble.nhs_code);
        notice::show(ui, view, NoticeKind::Danger, &words);
        ui.add_space(space::SMALL);
    }
}

fn offered(ui: &mut Ui, view: &View<'_>, seen: &Seen<'_>) {
    let (Ok(card), Some(officer)) = (seen.card, seen.officer) else { return };
    let reader = view.model.preferences.reader_name(&seen.reader.name);
    let series = card.series.to_string();
    let place = match card.tries_left {
        Some(left) => tr!(view, "sign-in-card-tries", reader = reader, series = &series, count = u32::from(left)),
        None => tr!(view, "sign-in-card-place", reader = reader, series = &series),
    };
    let lines = [super::role_and_organisation(view, officer), place];
    let name = match view.model.session.phase {
        Phase::Locked(_) => tr!(view, "locked-card-go", name = &officer.name),
        _ => tr!(view, "sign-in-card-go", name = &officer.name),
    };
    let tile = tile::show(ui, view, &name, &lines, "");
    take_keyboard(ui, view, &tile);
    if tile.clicked() {
        view.send(Intent::WithCard(seen.reader.name.clone()));
    }
}

/// Why a card that is in proves nobody, in a whole sentence.
pub fn not_offered(view: &View<'_>, seen: &Seen<'_>, why: WhyNot<'_>) -> String {
    let reader = view.model.preferences.reader_name(&seen.reader.name);
    let why = match why {
        WhyNot::Locked => tr!(view, "sign-in-card-locked"),
        WhyNot::Expired(day) => tr!(view, "sign-in-card-expired", day = &format::date(day)),
        WhyNot::NoCertificate => tr!(view, "sign-in-card-empty"),
        WhyNot::NobodyHere => tr!(view, "sign-in-card-nobody"),
        WhyNot::InUse => tr!(view, "sign-in-card-in-use"),
        WhyNot::Unreadable => tr!(view, "sign-in-card-unreadable"),
        WhyNot::Unknown(why, code) => {
            let why = notice::beside(view, why.trim_end_matches('.'), code);
            format!("{why}.")
        }
    };
    match seen.officer {
        Some(officer) => tr!(view, "sign-in-card-of", name = &officer.name, reader = reader, why = &why),
        None => tr!(view, "sign-in-card-in", reader = reader, why = &why),
    }
}
