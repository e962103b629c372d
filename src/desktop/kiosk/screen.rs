//! How a kiosk looks: one thing at a time, large, and every place of it reached with Tab and named for those who hear it.

use eframe::egui::{
    self, Align, Align2, Color32, Event as Input, FontId, Id, Key, Layout, Response, RichText, ScrollArea, Sense,
    Stroke, StrokeKind, Ui, accesskit::Role, vec2,
};

use super::{
    keys,
    model::{CardSeen, Entry, Field, Intent, Model, Stage, Steps},
};
use crate::{
    desktop::{
        dialogs::Digit,
        format,
        text::{Texts, Value},
        theme::{Theme, space},
        widgets::{
            realm_band,
            steps::{self, Going},
        },
    },
    domain::{NhsCode, Operation, eligibility::Realm},
    operations::Step,
};

/// Width of what is read, in points: long lines are hard to follow standing.
const COLUMN: f32 = 720.0;
/// Least space at either side, in points.
const EDGE: f32 = 16.0;
/// Size of buttons and of places for digits, in points.
const PLACE: [f32; 2] = [420.0, 52.0];

/// Draws it; gives what the holder wants.
pub fn draw(ui: &mut Ui, model: &Model, texts: &Texts, (theme, realm): (Theme, Realm)) -> Vec<Intent> {
    let mut page = Page { texts, theme, intents: Vec::new() };
    realm_band::show(ui, (texts, theme), realm, 5, &texts.get("kiosk-title"), |_, _| ());
    egui::CentralPanel::default().show(ui, |ui| {
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            let width = (ui.available_width() - 2.0 * EDGE).min(COLUMN);
            let side = (ui.available_width() - width) / 2.0;
            ui.horizontal_top(|ui| {
                ui.add_space(side);
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    ui.add_space(space::LARGE);
                    page.contents(ui, model);
                });
            });
        });
    });
    page.intents
}

struct Page<'a> {
    texts: &'a Texts,
    theme: Theme,
    intents: Vec<Intent>,
}

impl Page<'_> {
    fn text(&self, key: &str) -> String {
        self.texts.get(key)
    }

    fn contents(&mut self, ui: &mut Ui, model: &Model) {
        match &model.stage {
            Stage::Opening => self.page(ui, "kiosk-title", "kiosk-opening"),
            Stage::OpeningFailed(why) => self.told(ui, "kiosk-not-working", why),
            Stage::Waiting => self.page(ui, "kiosk-title", "kiosk-put-in"),
            Stage::NotUsable(told) => {
                self.told(ui, "kiosk-card-not-usable", &told.words);
                self.code(ui, &told.words, told.nhs_code);
                self.plain(ui, &self.text("kiosk-to-the-desk"));
            }
            Stage::Choose(card) => self.choose(ui, card),
            Stage::Sending(_) => self.page(ui, "kiosk-unlock", "kiosk-sending"),
            Stage::Enter { card, operation, sent_to, entry } => {
                self.enter(ui, card, *operation, sent_to.as_deref(), entry);
            }
            Stage::Working { operation, steps } => self.working(ui, *operation, steps),
            Stage::Ended { told, done } => {
                self.told(ui, if *done { "kiosk-done" } else { "kiosk-not-done" }, &told.words);
                self.code(ui, &told.words, told.nhs_code);
                self.plain(ui, &self.text("kiosk-take-out"));
                let close = self.button(ui, "kiosk-close", true);
                take_keyboard(ui, &close);
                if close.clicked() {
                    self.intents.push(Intent::Back);
                }
            }
            Stage::Abandoned => self.page(ui, "kiosk-title", "kiosk-take-out"),
        }
    }

    fn page(&self, ui: &mut Ui, heading: &str, words: &str) {
        self.told(ui, heading, &self.text(words));
    }

    fn told(&self, ui: &mut Ui, heading: &str, words: &str) {
        let heading = self.text(heading);
        let label = ui.heading(&heading);
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(Role::Heading);
            node.set_label(heading);
        });
        ui.add_space(8.0);
        let words = format::sentence(words);
        let label = ui.add(egui::Label::new(RichText::new(&words).text_style(Theme::large())).wrap());
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(Role::Status);
            node.set_label(words);
        });
        ui.add_space(16.0);
    }

    fn plain(&self, ui: &mut Ui, words: &str) {
        ui.add(egui::Label::new(RichText::new(words).text_style(Theme::large())).wrap());
        ui.add_space(8.0);
    }

    /// The code the NHS publishes for the same, for the help desk, and what it says beyond the words.
    fn code(&self, ui: &mut Ui, words: &str, code: Option<NhsCode>) {
        let Some(code) = code else { return };
        let name = self.texts.with("nhs-code", &[("code", Value::Text(code.code()))]);
        let unsaid = code.beside(words);
        let whole = if unsaid.is_empty() { name } else { format!("{name}: {unsaid}") };
        self.weak(ui, &whole);
        ui.add_space(16.0);
    }

    /// What explains something beside it.
    fn weak(&self, ui: &mut Ui, words: &str) {
        ui.add(egui::Label::new(RichText::new(words).color(self.theme.colours.weak)).wrap());
    }

    fn choose(&mut self, ui: &mut Ui, card: &CardSeen) {
        let whose = match &card.holder {
            Some(holder) => self.texts.with("kiosk-card-of", &[("holder", Value::Text(&holder.grouped()))]),
            None => self.text("kiosk-card-of-nobody"),
        };
        let heading = if card.unfinished.is_some() { "kiosk-interrupted" } else { "kiosk-what" };
        self.told(ui, heading, &whose);
        match &card.unfinished {
            Some(unfinished) => {
                self.plain(ui, &format::sentence(&unfinished.words));
                self.plain(ui, &self.text(explained_interrupted(unfinished.operation)));
            }
            None => self.state(ui, card),
        }
        let mut first = true;
        for choice in &card.choices {
            let offered = choice.refused.is_none();
            let key = if card.unfinished.is_some() { finishing(choice.operation) } else { beginning(choice.operation) };
            let button = self.button(ui, key, offered);
            if offered && std::mem::take(&mut first) {
                take_keyboard(ui, &button);
            }
            if button.clicked() {
                self.intents.push(Intent::Choose(choice.operation));
            }
            // The first reason is the hardest; what it says to do settles the rest as well.
            if let Some(reason) = choice.refused.as_ref().and_then(|refusal| refusal.reasons.first()) {
                let words = format!("{reason}. {}.", reason.remedy());
                self.weak(ui, &words);
                if let Some(code) = reason.nhs_code() {
                    self.code(ui, &words, Some(code));
                }
            }
            ui.add_space(space::MEDIUM);
        }
    }

    /// How long the card is good, and whether it is locked.
    fn state(&self, ui: &mut Ui, card: &CardSeen) {
        let days = match card.days_left {
            Some(days) if days < 0 => self.text("kiosk-expired"),
            Some(days) => self.texts.with("kiosk-days-left", &[("days", Value::Number(days))]),
            None => self.text("kiosk-no-certificates"),
        };
        self.plain(ui, &days);
        if card.tries_left == Some(0) {
            self.plain(ui, &self.text("kiosk-locked"));
        }
    }

    fn working(&self, ui: &mut Ui, operation: Operation, steps: &Steps) {
        self.told(ui, doing(operation), &self.text("kiosk-leave-in"));
        let name = self.text("kiosk-steps");
        let list = egui::UiBuilder::new().accessibility_role(Role::List).accessibility_label(name);
        ui.scope_builder(list, |ui| {
            // Steps that are one to a holder stand in one line.
            let mut shown: Vec<(&str, Going)> = Vec::new();
            let over = steps.over.iter().map(|step| (*step, Going::Done));
            for (step, going) in over.chain(steps.running.map(|step| (step, Going::Running))) {
                let key = step_key(step);
                shown.retain(|(known, _)| *known != key);
                shown.push((key, going));
            }
            for (key, going) in shown {
                self.step(ui, &self.text(key), going);
            }
        });
    }

    fn step(&self, ui: &mut Ui, words: &str, going: Going) {
        let runs = going == Going::Running;
        let pair = if runs { self.theme.colours.note } else { self.theme.colours.page };
        let style = if runs { Theme::large_strong() } else { Theme::large() };
        let font = style.resolve(ui.style());
        let (area, response) = ui.allocate_exact_size(vec2(ui.available_width(), PLACE[1]), Sense::hover());
        if runs {
            ui.painter().rect_filled(area, space::CORNER, pair.ground);
        }
        let place = egui::Rect::from_min_size(area.min, vec2(PLACE[1], area.height()));
        steps::sign(ui, going, place, pair.words);
        ui.painter().text(area.left_center() + vec2(PLACE[1], 0.0), Align2::LEFT_CENTER, words, font, pair.words);
        let state = self.text(if runs { "kiosk-step-runs" } else { "kiosk-step-over" });
        let label = format!("{words}: {state}");
        response.widget_info(|| egui::WidgetInfo::labeled(Role::ListItem, true, &label));
    }

    fn enter(&mut self, ui: &mut Ui, card: &CardSeen, operation: Operation, sent_to: Option<&str>, entry: &Entry) {
        let (heading, explained) = match operation {
            Operation::ChangePasscode | Operation::Renew if card.goes_on_with(operation) => {
                (finishing(operation), self.text("kiosk-own-explained"))
            }
            Operation::ChangePasscode => ("kiosk-change", self.text("kiosk-change-explained")),
            Operation::Unlock => {
                let to = sent_to.unwrap_or_default();
                ("kiosk-unlock", self.texts.with("kiosk-unlock-explained", &[("address", Value::Text(to))]))
            }
            _ => ("kiosk-renew", self.text("kiosk-renew-explained")),
        };
        self.told(ui, heading, &explained);
        if let (Some(left), true) = (card.tries_left, operation != Operation::Unlock) {
            let tries = self.texts.with("kiosk-tries", &[("tries", Value::from(u32::from(left)))]);
            self.plain(ui, &tries);
        }
        if ui.available_width() < PLACE[0] + space::LARGE + keys::SIZE.x {
            self.places(ui, card, operation, entry);
            self.keys(ui, entry);
            self.ways_on(ui, entry);
            return;
        }
        ui.horizontal_top(|ui| {
            ui.allocate_ui_with_layout(vec2(PLACE[0], 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(PLACE[0]);
                self.places(ui, card, operation, entry);
                self.ways_on(ui, entry);
            });
            ui.add_space(space::LARGE);
            self.keys(ui, entry);
        });
    }

    /// The places for digits.
    fn places(&mut self, ui: &mut Ui, card: &CardSeen, operation: Operation, entry: &Entry) {
        for (place, field) in card.fields(operation).iter().enumerate() {
            let response = self.field(ui, *field, entry);
            if place == 0 {
                take_keyboard(ui, &response);
            }
            if response.gained_focus() {
                response.scroll_to_me(None);
                self.intents.push(Intent::At(*field));
            } else if response.has_focus() && entry.at != *field {
                // What cannot be used is typed again where it stands.
                ui.memory_mut(|memory| memory.request_focus(id_of(entry.at)));
            }
            if response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                self.intents.push(Intent::GoOn);
            }
        }
    }

    /// Keys to touch: they type where the keyboard is.
    fn keys(&mut self, ui: &mut Ui, entry: &Entry) {
        let Some(pressed) = keys::show(ui, self.theme, &self.text("kiosk-keys")) else { return };
        self.intents.push(match pressed {
            keys::Pressed::Digit(digit) => Intent::Type(entry.at, digit),
            keys::Pressed::Rub => Intent::Erase(entry.at),
        });
        // The keyboard goes on where the hand left off.
        ui.memory_mut(|memory| memory.request_focus(id_of(entry.at)));
    }

    /// Why it cannot be gone on with, and the ways on.
    fn ways_on(&mut self, ui: &mut Ui, entry: &Entry) {
        if let Some(trouble) = &entry.trouble {
            let words = format::sentence(trouble);
            let label = ui.add(egui::Label::new(RichText::new(&words).text_style(Theme::large_strong())).wrap());
            ui.ctx().accesskit_node_builder(label.id, |node| {
                node.set_role(Role::Alert);
                node.set_label(words);
            });
        }
        ui.add_space(8.0);
        let width = (PLACE[0].min(ui.available_width()) - space::SMALL) / 2.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            for (key, intent) in [("kiosk-go-on", Intent::GoOn), ("kiosk-back", Intent::Back)] {
                if self.button_of(ui, key, true, width).clicked() {
                    self.intents.push(intent);
                }
            }
        });
    }

    /// A place for digits that shows how many there are and none of them.
    fn field(&mut self, ui: &mut Ui, field: Field, entry: &Entry) -> Response {
        let name = self.text(match field {
            Field::Code => "kiosk-field-code",
            Field::Own => "kiosk-field-own",
            Field::New => "kiosk-field-new",
            Field::Again => "kiosk-field-again",
        });
        ui.label(RichText::new(&name).text_style(Theme::large()));
        let width = PLACE[0].min(ui.available_width());
        let (rect, _) = ui.allocate_exact_size(vec2(width, PLACE[1]), Sense::hover());
        let response = ui.interact(rect, id_of(field), Sense::click());
        if response.clicked() {
            response.request_focus();
        }
        let typed = entry.of(field).len();
        let dots = "●".repeat(typed);
        let count = self.texts.with("kiosk-typed", &[("count", Value::from(typed))]);
        let visuals = ui.visuals();
        // Where a hand types, the place is marked also after a finger took the keyboard from it.
        let border = if response.has_focus() || (entry.at == field && no_focus(ui)) {
            self.theme.focus()
        } else {
            Stroke::new(1.0, visuals.text_color())
        };
        ui.painter().rect(rect, 4.0, visuals.extreme_bg_color, border, StrokeKind::Inside);
        let at = rect.left_center() + vec2(16.0, 0.0);
        ui.painter().text(at, Align2::LEFT_CENTER, &dots, FontId::proportional(24.0), visuals.text_color());
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::PasswordInput);
            node.set_label(name);
            // How many, never which.
            node.set_value(dots);
            node.set_description(count);
        });
        ui.add_space(space::SMALL);
        if response.has_focus() {
            let typed = ui.input(|input| input.events.clone());
            for event in typed {
                match event {
                    Input::Text(text) => {
                        let digits = text.chars().filter_map(Digit::of);
                        self.intents.extend(digits.map(|digit| Intent::Type(field, digit)));
                    }
                    Input::Key { key: Key::Backspace, pressed: true, .. } => self.intents.push(Intent::Erase(field)),
                    _ => {}
                }
            }
        }
        response
    }

    fn button(&self, ui: &mut Ui, key: &str, offered: bool) -> Response {
        let response = self.button_of(ui, key, offered, PLACE[0].min(ui.available_width()));
        ui.add_space(8.0);
        response
    }

    fn button_of(&self, ui: &mut Ui, key: &str, offered: bool, width: f32) -> Response {
        let words = RichText::new(self.text(key)).text_style(Theme::large());
        let mut button = egui::Button::new(words).min_size(vec2(width, PLACE[1]));
        if !offered {
            // What cannot be done stands back: an outline alone.
            button = button.fill(Color32::TRANSPARENT);
        }
        ui.add_enabled(offered, button)
    }
}

/// What begins something.
fn beginning(operation: Operation) -> &'static str {
    match operation {
        Operation::ChangePasscode => "kiosk-change",
        Operation::Unlock => "kiosk-unlock",
        _ => "kiosk-renew",
    }
}

/// What goes on with something that was interrupted.
fn finishing(operation: Operation) -> &'static str {
    match operation {
        Operation::ChangePasscode => "kiosk-finish-change",
        Operation::Unlock => "kiosk-unlock",
        _ => "kiosk-finish-renew",
    }
}

fn explained_interrupted(operation: Operation) -> &'static str {
    match operation {
        Operation::ChangePasscode => "kiosk-interrupted-change",
        Operation::Unlock => "kiosk-interrupted-unlock",
        _ => "kiosk-interrupted-renew",
    }
}

/// What is said while it runs.
fn doing(operation: Operation) -> &'static str {
    match operation {
        Operation::ChangePasscode => "kiosk-changing",
        Operation::Unlock => "kiosk-unlocking",
        _ => "kiosk-renewing",
    }
}

/// A step in words for the holder.
fn step_key(step: Step) -> &'static str {
    match step {
        Step::Reserve | Step::Begin | Step::AskGateway => "kiosk-step-ask",
        Step::CheckPasscode => "kiosk-step-passcode",
        Step::ChangePasscode | Step::SetPasscode => "kiosk-step-new-passcode",
        Step::MakeKeys => "kiosk-step-keys",
        Step::Certify => "kiosk-step-certificates",
        Step::WriteCard => "kiosk-step-write",
        Step::CheckCard | Step::ProveCard | Step::OpenChannel | Step::ReadCard => "kiosk-step-check",
        Step::Confirm | Step::End => "kiosk-step-finish",
        _ => "kiosk-step-other",
    }
}

/// The name of a field between frames.
fn id_of(field: Field) -> Id {
    Id::unique(("kiosk field", field as u8))
}

fn no_focus(ui: &Ui) -> bool {
    ui.memory(|memory| memory.focused().is_none())
}

/// The keyboard begins here, unless it is somewhere already.
fn take_keyboard(ui: &Ui, first: &Response) {
    if no_focus(ui) {
        first.request_focus();
    }
}
