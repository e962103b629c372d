//! What every page has: a heading, the way back, and room that scrolls.

use eframe::egui::{self, Align, Layout, RichText, ScrollArea, TextStyle, Ui, accesskit::Role};

use crate::{
    desktop::{
        intent::Intent,
        screens::frame::LOW,
        theme::{Theme, space},
        view::View,
        widgets::button::{Button, Kind},
    },
    tr,
};

/// A page whose whole content scrolls.
pub fn scrolling<R>(ui: &mut Ui, view: &View<'_>, title: &str, contents: impl FnOnce(&mut Ui) -> R) -> R {
    heading(ui, view, title, |_| ());
    ScrollArea::vertical().auto_shrink([false, false]).id_salt(("page", title)).show(ui, contents).inner
}

/// A page that keeps its own room, e.g. for a table.
pub fn fixed<R>(ui: &mut Ui, view: &View<'_>, title: &str, contents: impl FnOnce(&mut Ui) -> R) -> R {
    heading(ui, view, title, |_| ());
    contents(ui)
}

/// The same with something at the right end of the heading.
pub fn headed<R>(
    ui: &mut Ui,
    view: &View<'_>,
    title: &str,
    end: impl FnOnce(&mut Ui),
    contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    heading(ui, view, title, end);
    contents(ui)
}

/// Rows a heading has at most: a long name is not cut off.
const MOST_ROWS: usize = 2;

fn heading(ui: &mut Ui, view: &View<'_>, title: &str, end: impl FnOnce(&mut Ui)) {
    let low = ui.ctx().content_rect().height() < LOW;
    let size = egui::vec2(ui.available_width(), space::TARGET);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        end(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if view.model.history.can_go_back() {
                let back = Button::new(format!("← {}", tr!(view, "back"))).kind(Kind::Quiet).show(ui, view);
                if back.clicked() {
                    view.send(Intent::Back);
                }
            }
            let style = if low { Theme::large_strong() } else { TextStyle::Heading };
            let words = RichText::new(title).text_style(style).color(view.theme.colours.page.words);
            let words = egui::WidgetText::from(words);
            let job = words.into_layout_job(ui.style(), egui::FontSelection::Default, Align::Center);
            let mut job = std::sync::Arc::unwrap_or_clone(job);
            job.wrap.max_rows = MOST_ROWS;
            let label = ui.add(egui::Label::new(job).wrap());
            ui.ctx().accesskit_node_builder(label.id, |node| {
                node.set_role(Role::Heading);
                node.set_label(title.to_owned());
            });
        });
    });
    ui.add_space(if low { space::CLOSE } else { space::SMALL });
}

/// A heading inside a page.
pub fn section(ui: &mut Ui, title: &str) {
    ui.add_space(space::MEDIUM);
    let label = ui.label(RichText::new(title).text_style(Theme::subheading()));
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(Role::Heading);
        node.set_label(title.to_owned());
    });
}

/// Words of second rank.
pub fn weak(ui: &mut Ui, view: &View<'_>, words: &str) -> egui::Response {
    ui.add(egui::Label::new(RichText::new(words).color(view.theme.colours.weak)).wrap())
}

/// A name and its value, one line.
pub fn fact(ui: &mut Ui, view: &View<'_>, name: &str, value: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(name).color(view.theme.colours.weak));
        let label = ui.label(value);
        // Read alone, a value says what it is the value of.
        ui.ctx().accesskit_node_builder(label.id, |node| node.set_description(name.to_owned()));
    });
}
