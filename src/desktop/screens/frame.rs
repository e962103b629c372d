//! What stands around every screen: the banner of the world, who is signed in, the navigation, the bench, the notices.

use eframe::egui::{self, Align, Frame, Layout, Margin, Panel, RichText, ScrollArea, Ui, accesskit::Role};

use super::bench_bar;
use crate::{
    desktop::{
        dialogs,
        intent::Intent,
        model::{NoticeText, session},
        route::Section,
        theme::{Theme, page_margin, space},
        view::View,
        widgets::{
            button::{self, Button},
            notice,
        },
    },
    domain::eligibility::Realm,
    tr,
};

/// A window narrower than this, in points, has its navigation above the page.
const NARROW: f32 = 900.0;
/// A window lower than this, in points, has a bench of one line.
pub const LOW: f32 = 520.0;

/// Draws the whole window.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let signed_in = view.model.officer().is_some();
    banner(ui, view);
    if signed_in {
        let narrow = ui.ctx().content_rect().width() < NARROW;
        if narrow {
            panel(Panel::top("navigation"), view).show(ui, |ui| {
                label_of(ui, view, "nav-label", Role::Navigation);
                ScrollArea::horizontal().show(ui, |ui| ui.horizontal(|ui| navigation(ui, view, false)));
            });
        }
        panel(Panel::bottom("bench").resizable(false), view).show(ui, |ui| {
            label_of(ui, view, "bench-label", Role::Region);
            bench_bar::draw(ui, view);
        });
        if !narrow {
            panel(Panel::left("navigation").exact_size(space::NAVIGATION).resizable(false), view).show(ui, |ui| {
                label_of(ui, view, "nav-label", Role::Navigation);
                ui.add_space(space::SMALL);
                navigation(ui, view, true);
            });
        }
    }
    let page = Frame::new().fill(view.theme.colours.page.ground).inner_margin(page_margin());
    egui::CentralPanel::default().frame(page).show(ui, |ui| {
        label_of(ui, view, "main-label", Role::Main);
        notices(ui, view);
        if signed_in {
            super::draw(ui, view);
        } else {
            super::sign_in::draw(ui, view);
        }
    });
    dialogs::draw(ui, view);
}

fn panel(panel: Panel, view: &View<'_>) -> Panel {
    panel.frame(Frame::new().fill(view.theme.colours.raised.ground).inner_margin(Margin::symmetric(10, 6)))
}

/// Names a part of the window for those who hear it.
fn label_of(ui: &Ui, view: &View<'_>, key: &str, role: Role) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(role);
        node.set_label(view.texts.get(key));
    });
}

fn banner(ui: &mut Ui, view: &View<'_>) {
    let realm = view.model.realm;
    let pair = view.theme.realm(realm);
    let (word, note) = match realm {
        Realm::Training => (tr!(view, "realm-training"), tr!(view, "realm-training-note")),
        Realm::Integration => (tr!(view, "realm-integration"), tr!(view, "realm-integration-note")),
        Realm::Live => (tr!(view, "realm-live"), tr!(view, "realm-live-note")),
    };
    let frame = Frame::new().fill(pair.ground).inner_margin(Margin::symmetric(12, 4));
    Panel::top("banner").frame(frame).show(ui, |ui| {
        label_of(ui, view, "app-title", Role::Banner);
        ui.horizontal(|ui| {
            ui.label(RichText::new(word).text_style(Theme::subheading()).color(pair.words));
            if ui.available_width() > NARROW * 0.8 {
                ui.label(RichText::new(note).color(pair.words));
            }
            let Some(officer) = view.model.officer() else { return };
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if Button::new(tr!(view, "session-sign-out")).show(ui, view).clicked() {
                    view.send(session::Intent::SignOut);
                }
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
    });
}

fn navigation(ui: &mut Ui, view: &View<'_>, wide: bool) {
    let here = view.model.history.here().section();
    for section in Section::ALL {
        let waiting = match section {
            Section::Queue => view.model.queue.waiting(),
            Section::Unfinished => view.model.unfinished.count(),
            _ => 0,
        };
        let name = match section {
            Section::Queue if waiting > 0 => tr!(view, "nav-queue-count", count = waiting),
            Section::Unfinished if waiting > 0 => tr!(view, "nav-unfinished-count", count = waiting),
            _ => view.texts.get(section.text_key()),
        };
        let mut entry = Button::new(name).chosen(section == here);
        if wide {
            entry = entry.wide();
        }
        if entry.show(ui, view).clicked() {
            view.send(section.route());
        }
    }
}

fn notices(ui: &mut Ui, view: &View<'_>) {
    for known in view.model.notices.iter().rev() {
        let words = match &known.message {
            NoticeText::Once(key) | NoticeText::Key(key) => view.texts.get(key),
            NoticeText::Words(words) => words.clone(),
        };
        notice::boxed(ui, view, known.kind, &words, |ui| {
            button::row(ui, |ui| {
                if Button::new(tr!(view, "notice-dismiss")).show(ui, view).clicked() {
                    view.send(Intent::DismissNotice(known.id));
                }
            });
        });
        ui.add_space(space::SMALL);
    }
}
