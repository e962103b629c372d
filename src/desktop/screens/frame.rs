//! What stands around every screen: the banner of the world, who is signed in, the navigation, the bench, the notices.

use eframe::egui::{self, Align, Frame, Layout, Margin, Panel, RichText, ScrollArea, Ui, accesskit::Role};

use super::bench_bar;
use crate::{
    desktop::{
        command::Command,
        dialogs,
        intent::Intent,
        model::{Notice, NoticeKind, NoticeText, bench, session},
        route::Section,
        text::Value,
        theme::{page_margin, space},
        view::View,
        widgets::{
            button::{Button, Kind},
            navigation::Entry,
            notice, page, realm_band,
        },
    },
    tr,
};

/// A window narrower than this, in points, has its navigation above the page.
const NARROW: f32 = 900.0;
/// A window lower than this, in points, has a bench of one line.
pub const LOW: f32 = 520.0;

/// Part of the window's height that notices may take at most.
const MOST_OF_NOTICES: f32 = 0.3;

/// Signs at the end of a card's serial that officers tell cards apart by.
const LAST_OF_A_SERIAL: usize = 6;

/// Draws the whole window.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let signed_in = view.model.officer().is_some();
    banner(ui, view);
    if signed_in {
        let narrow = ui.ctx().content_rect().width() < NARROW;
        // Before everything else that takes height: the bench is always in sight.
        // At least this high, not exactly: a bar under its tiles would push them out of the window.
        let height = bench_bar::height(ui);
        panel(ui, Panel::bottom("bench").resizable(false).default_size(height).min_size(height), view).show(ui, |ui| {
            label_of(ui, view, "bench-label", Role::Region);
            bench_bar::draw(ui, view);
        });
        if narrow {
            // Not the id of the one at the side: its remembered size is the height of the window.
            panel(ui, Panel::top("navigation above").resizable(false), view).show(ui, |ui| {
                label_of(ui, view, "nav-label", Role::Navigation);
                ScrollArea::horizontal().show(ui, |ui| {
                    ui.horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = 0.0;
                        navigation(ui, view, false);
                    });
                });
            });
        }
        if !narrow {
            panel(ui, Panel::left("navigation").exact_size(space::NAVIGATION).resizable(false), view).show(ui, |ui| {
                label_of(ui, view, "nav-label", Role::Navigation);
                ui.add_space(space::SMALL);
                navigation(ui, view, true);
                ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
                    let keys = Command::Palette.keys(ui.ctx());
                    let palette = Button::new(tr!(view, "command-palette")).kind(Kind::Quiet).note(keys).wide();
                    if palette.show(ui, view).clicked() {
                        view.send(Command::Palette);
                    }
                });
            });
        }
    }
    let margin = if is_low(ui) { Margin::symmetric(14, 4) } else { page_margin() };
    let page = Frame::new().fill(view.theme.colours.page.ground).inner_margin(margin);
    egui::CentralPanel::default().frame(page).show(ui, |ui| {
        label_of(ui, view, "main-label", Role::Main);
        if signed_in {
            // A notice may name a person: it waits while nobody is at work.
            notices(ui, view);
            super::draw(ui, view);
        } else {
            super::sign_in::draw(ui, view);
        }
    });
    dialogs::draw(ui, view);
}

fn panel(ui: &Ui, panel: Panel, view: &View<'_>) -> Panel {
    // A low window gives its height to the page.
    let margin = if is_low(ui) { Margin::symmetric(10, 2) } else { Margin::symmetric(10, 6) };
    panel.frame(Frame::new().fill(view.theme.colours.raised.ground).inner_margin(margin))
}

fn is_low(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < LOW
}

/// Names a part of the window for those who hear it.
fn label_of(ui: &Ui, view: &View<'_>, key: &str, role: Role) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(role);
        node.set_label(view.texts.get(key));
    });
}

fn banner(ui: &mut Ui, view: &View<'_>) {
    let margin = if is_low(ui) { 1 } else { 5 };
    let name = tr!(view, "app-title");
    realm_band::show(ui, (view.texts, view.theme), view.model.realm, margin, &name, |ui, pair| {
        let Some(officer) = view.model.officer() else { return };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if Button::new(tr!(view, "session-sign-out")).on(pair).show(ui, view).clicked() {
                view.send(session::Intent::SignOut);
            }
            if Button::new(tr!(view, "session-lock")).on(pair).show(ui, view).clicked() {
                view.send(session::Intent::Lock);
            }
            ui.add_space(space::SMALL);
            let who = tr!(
                view,
                "session-who",
                name = &officer.name,
                role = &officer.role.to_string(),
                organisation = officer.organisation.as_str(),
            );
            ui.add(egui::Label::new(RichText::new(who).color(pair.words)).truncate());
        });
    });
}

fn navigation(ui: &mut Ui, view: &View<'_>, wide: bool) {
    let here = view.model.section();
    for section in Section::ALL {
        let waiting = match section {
            Section::Queue => view.model.queue.waiting(),
            Section::Unfinished => view.model.unfinished.count(),
            _ => 0,
        };
        let word = view.texts.get(section.text_key());
        let name = match section {
            Section::Queue if waiting > 0 => tr!(view, "nav-queue-count", count = waiting),
            Section::Unfinished if waiting > 0 => tr!(view, "nav-unfinished-count", count = waiting),
            _ => word.clone(),
        };
        let entry = Entry { section, word: &word, name: &name, waiting, here: section == here };
        if entry.show(ui, view, wide).clicked() {
            view.send(section.route());
        }
    }
}

/// The notices that are shown now: the newest, and before it the newest of those that tell of a failure. The others come
/// when these were read, so that notices never push the page out of sight.
fn shown(all: &[Notice]) -> Vec<&Notice> {
    let newest = all.last();
    let failure = all.iter().rev().find(|notice| notice.kind == NoticeKind::Danger);
    match (failure, newest) {
        (Some(failure), Some(newest)) if failure.id != newest.id => vec![failure, newest],
        _ => newest.into_iter().collect(),
    }
}

fn notices(ui: &mut Ui, view: &View<'_>) {
    let all = &view.model.notices;
    let low = is_low(ui);
    let mut shown = shown(all);
    if low {
        // One line: a failure goes before what is newer.
        shown.truncate(1);
    }
    if shown.is_empty() {
        return;
    }
    let most = ui.ctx().content_rect().height() * MOST_OF_NOTICES;
    ScrollArea::vertical().id_salt("notices").max_height(most).auto_shrink([false, true]).show(ui, |ui| {
        for known in &shown {
            let words = match &known.message {
                NoticeText::Once(key) | NoticeText::Key(key) => view.texts.get(key),
                NoticeText::Card(key, serial) => {
                    let serial = serial.as_str();
                    let end = &serial[serial.len().saturating_sub(LAST_OF_A_SERIAL)..];
                    view.texts.with(key, &[("end", Value::from(end))])
                }
                NoticeText::Words(words) => words.clone(),
            };
            // Two buttons that say the same are told apart by what they belong to.
            let name = tr!(view, "notice-dismiss");
            let mut dismiss = Button::new(&name);
            if shown.len() > 1 {
                dismiss = dismiss.spoken(format!("{name}: {words}"));
            }
            let rest = all.len() - shown.len();
            let long = low && !notice::fits(ui, &words);
            notice::with_action(ui, view, known.kind, &words, long, |ui| {
                if dismiss.show(ui, view).clicked() {
                    view.send(Intent::DismissNotice(known.id));
                }
                if long && Button::new(tr!(view, "notice-read")).show(ui, view).clicked() {
                    let name = tr!(view, "notice-title");
                    view.send(bench::Intent::Explain { name, why: words.clone(), nhs_code: None });
                }
                if rest > 0 && known.id == shown[0].id {
                    page::weak(ui, view, &tr!(view, "notice-more", count = rest));
                }
            });
            ui.add_space(space::SMALL);
        }
    });
    ui.add_space(space::SMALL);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_never_hidden_behind_newer_notices() {
        let notice = |id, kind| Notice { id, kind, message: NoticeText::Words(id.to_string()) };
        let ids = |all: &[Notice]| shown(all).iter().map(|notice| notice.id).collect::<Vec<_>>();
        assert!(ids(&[]).is_empty());
        let (failure, good) = (notice(1, NoticeKind::Danger), notice(2, NoticeKind::Good));
        let note = notice(3, NoticeKind::Note);
        assert_eq!(ids(&[failure.clone(), good.clone(), note.clone()]), [1, 3]);
        assert_eq!(ids(&[good, note]), [3]);
        assert_eq!(ids(&[failure]), [1]);
    }
}
