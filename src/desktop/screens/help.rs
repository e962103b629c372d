//! Help.

use eframe::egui::{self, Frame, Id, Key, Panel, ScrollArea, TextEdit, Ui};

use crate::{
    desktop::{
        model::help::{self, Finding, Intent, Topic},
        route::Route,
        theme::space,
        view::View,
        widgets::{
            button::{Button, Kind},
            page, prose,
        },
    },
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, topic: &str) {
    let topic = help::topic(topic);
    let found = help::search(&view.model.help.query);
    if ui.available_width() >= space::COLUMN {
        page::fixed(ui, view, &tr!(view, "nav-help"), |ui| beside(ui, view, topic, &found));
    } else {
        page::scrolling(ui, view, &tr!(view, "nav-help"), |ui| {
            search_field(ui, view, &found);
            if view.model.help.query.trim().is_empty() {
                article(ui, view, topic);
                page::section(ui, &tr!(view, "help-all"));
                all_topics(ui, view, topic);
            } else {
                findings(ui, view, &found);
            }
        });
    }
}

/// Topics left, the one that is read right.
fn beside(ui: &mut Ui, view: &View<'_>, topic: &Topic, found: &[Finding]) {
    let left = Panel::left("help topics").exact_size(space::TOPICS).resizable(false).frame(Frame::NONE);
    left.show_separator_line(false).show(ui, |ui| {
        search_field(ui, view, found);
        ui.add_space(space::SMALL);
        ScrollArea::vertical().id_salt("topics").auto_shrink([false, false]).show(ui, |ui| {
            if view.model.help.query.trim().is_empty() {
                all_topics(ui, view, topic);
            } else {
                findings(ui, view, found);
            }
        });
    });
    let right = Frame::new().inner_margin(egui::Margin { left: 28, ..egui::Margin::ZERO });
    egui::CentralPanel::default().frame(right).show(ui, |ui| {
        // Every topic begins at its top.
        ScrollArea::vertical().id_salt(topic.id).auto_shrink([false, false]).show(ui, |ui| article(ui, view, topic));
    });
}

fn search_field(ui: &mut Ui, view: &View<'_>, found: &[Finding]) {
    let label = ui.label(tr!(view, "help-search"));
    let mut query = view.model.help.query.clone();
    let field = TextEdit::singleline(&mut query).id(Id::unique("help field")).desired_width(f32::INFINITY);
    let field = ui.add(field).labelled_by(label.id);
    if field.changed() {
        view.send(Intent::Query(query));
    }
    if field.lost_focus()
        && ui.input(|input| input.key_pressed(Key::Enter))
        && let Some(first) = found.first()
    {
        view.send(Intent::Open(first.topic.id.to_owned()));
    }
    if ui.memory(|memory| memory.focused().is_none()) && view.model.dialogs.is_empty() {
        field.request_focus();
    }
}

fn article(ui: &mut Ui, view: &View<'_>, topic: &Topic) {
    page::section(ui, &topic.title);
    ui.add_space(space::SMALL);
    prose::show(ui, view, &topic.blocks, |to| view.send(Intent::Open(to.to_owned())));
    ui.add_space(space::LARGE);
}

/// A topic in a list; its full name tells it from the place of the same name in the navigation.
fn entry(ui: &mut Ui, view: &View<'_>, topic: &Topic, chosen: bool) -> bool {
    let name = tr!(view, "command-topic", title = topic.title.as_str());
    Button::new(&topic.title).spoken(name).kind(Kind::Quiet).chosen(chosen).wide().show(ui, view).clicked()
}

fn all_topics(ui: &mut Ui, view: &View<'_>, shown: &Topic) {
    for topic in help::topics() {
        if entry(ui, view, topic, topic.id == shown.id) {
            view.send(Route::Help(topic.id.to_owned()));
        }
    }
}

fn findings(ui: &mut Ui, view: &View<'_>, found: &[Finding]) {
    if found.is_empty() {
        page::weak(ui, view, &tr!(view, "help-none"));
        return;
    }
    page::weak(ui, view, &tr!(view, "help-found", count = found.len()));
    for finding in found {
        if entry(ui, view, finding.topic, false) {
            view.send(Intent::Open(finding.topic.id.to_owned()));
        }
        ui.indent(finding.topic.id, |ui| page::weak(ui, view, &finding.excerpt));
    }
}
