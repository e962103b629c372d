//! One file a screen. A screen draws from the view and sends intents; it changes nothing.

pub mod activity;
pub mod add_printer;
mod bench_bar;
pub mod calibration;
pub mod card_face;
pub mod find;
pub mod frame;
pub mod help;
pub mod holder;
pub mod issue;
pub mod offline;
pub mod photo;
pub mod printer;
pub mod queue;
pub mod service;
pub mod settings;
pub mod sign_in;
pub mod telephone;
pub mod unfinished;
pub mod work;

use eframe::egui::Ui;

use super::{intent::Intent, model::Model, route::Route, view::View};

/// Draws the place shown.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    match view.model.history.here() {
        Route::Find => find::draw(ui, view),
        Route::Holder(holder) => holder::draw(ui, view, holder),
        Route::Photo(holder) => photo::draw(ui, view, holder),
        Route::Issue(holder) => issue::draw(ui, view, holder),
        Route::Work(work) => work::draw(ui, view, *work),
        Route::Telephone(holder, serial) => telephone::draw(ui, view, holder, serial),
        Route::Offline => offline::draw(ui, view),
        Route::Service => service::draw(ui, view),
        Route::Queue => queue::draw(ui, view),
        Route::Unfinished => unfinished::draw(ui, view),
        Route::Activity => activity::draw(ui, view),
        Route::Settings => settings::draw(ui, view),
        Route::CardFace => card_face::draw(ui, view),
        Route::AddPrinter => add_printer::draw(ui, view),
        Route::Printer(printer) => printer::draw(ui, view, printer),
        Route::Calibration(printer) => calibration::draw(ui, view, printer),
        Route::Help(topic) => help::draw(ui, view, topic),
    }
}

/// The main action of the place shown, where there is one that may be done now.
#[must_use]
pub fn main_action(model: &Model) -> Option<Intent> {
    if model.officer().is_none() {
        return offline::main_action(model);
    }
    match model.history.here() {
        Route::Find => find::main_action(model),
        Route::Holder(holder) => holder::main_action(model, holder),
        Route::Photo(holder) => photo::main_action(model, holder),
        Route::Issue(holder) => issue::main_action(model, holder),
        Route::Work(work) => work::main_action(model, *work),
        Route::Telephone(..) => telephone::main_action(model),
        Route::Offline => offline::main_action(model),
        Route::Service => service::main_action(model),
        Route::Queue => queue::main_action(model),
        Route::Unfinished => unfinished::main_action(model),
        Route::CardFace => card_face::main_action(model),
        Route::AddPrinter => add_printer::main_action(model),
        Route::Calibration(_) => calibration::main_action(model),
        Route::Activity | Route::Settings | Route::Printer(_) | Route::Help(_) => None,
    }
}
