//! The dialogue, turned to the holder: large, two rows of dots, a pad for the mouse.

use eframe::egui::{
    self, Align2, CornerRadius, Event, EventFilter, FontSelection, Id, Key, Label, PointerButton, RichText, ScrollArea,
    Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2, WidgetInfo, WidgetText, accesskit::Role, pos2, vec2,
};

use super::{Digit, PasscodeEntry, Place, Purpose, Said, Wish};
use crate::{
    desktop::{
        dialogs::DialogIntent,
        intent::Intent,
        model::NoticeKind,
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice,
        },
    },
    tr,
};

/// Keys of the pad, row by row; the empty ones are the rubber and nothing.
const PAD: [[&str; 3]; 4] = [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], ["<", "0", ""]];

/// Draws it.
pub(in crate::desktop::dialogs) fn draw(ui: &mut Ui, view: &View<'_>, entry: &PasscodeEntry) {
    let enter = keys(ui, view, entry);
    // Heading and buttons stay in sight, however low the window is.
    let most = (ui.ctx().content_rect().height() - 3.6 * space::KEY).max(space::KEY * 3.0);
    ScrollArea::vertical().max_height(most).auto_shrink([false, true]).show(ui, |ui| {
        said(ui, view, entry);
        ui.add_space(space::SMALL);
        let pad = 3.0 * space::KEY + 4.0 * space::SMALL;
        let left = (ui.available_width() - pad - space::MEDIUM).max(space::KEY * 3.0);
        ui.horizontal_top(|ui| {
            ui.allocate_ui_with_layout(vec2(left, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.set_width(left);
                for (nth, place) in entry.purpose.places().iter().enumerate() {
                    if nth > 0 {
                        ui.add_space(space::SMALL);
                    }
                    field(ui, view, entry, *place, enter);
                }
                follow(ui, entry);
            });
            ui.vertical(|ui| draw_pad(ui, view, entry.at));
        });
    });
    ui.add_space(space::SMALL);
    button::row(ui, |ui| {
        let name = match entry.purpose {
            Purpose::Issue
            | Purpose::Unlock(_)
            | Purpose::AtOnce(_)
            | Purpose::Offline(_)
            | Purpose::Repair
            | Purpose::Finish(_) => {
                tr!(view, "passcode-use")
            }
            Purpose::Change => tr!(view, "passcode-use-change"),
            Purpose::Renew => tr!(view, "passcode-use-renew"),
            Purpose::Try => tr!(view, "passcode-use-try"),
            Purpose::SignIn => tr!(view, "passcode-use-sign-in"),
            Purpose::Prove(_) | Purpose::ProveByTelephone => tr!(view, "passcode-use-prove"),
            Purpose::GoOn(_) => tr!(view, "passcode-use-go-on"),
        };
        if Button::new(name).kind(Kind::Main).show(ui, view).clicked() {
            view.send(DialogIntent::Passcode(Wish::Take));
        }
        if Button::new(tr!(view, "cancel")).show(ui, view).clicked() {
            view.send(Intent::CloseDialog);
        }
    });
}

/// Takes what was typed out of the frame's events, so that nothing else sees it; whether Enter was among it. Nothing is
/// ever taken from the clipboard or put into it.
fn keys(ui: &Ui, view: &View<'_>, entry: &PasscodeEntry) -> bool {
    let mut wishes = Vec::new();
    let mut enter = false;
    let has_focus = |place: &Place| ui.memory(|memory| memory.has_focus(id_of(*place)));
    let before_last =
        entry.purpose.places().iter().any(|place| entry.place_after(*place).is_some() && has_focus(place));
    ui.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Text(typed) => {
                // A space presses the button that has the keyboard.
                let typed = typed.chars().filter(|typed| *typed != ' ');
                wishes.extend(typed.map(|typed| Digit::of(typed).map_or(Wish::NoDigit, Wish::Digit)));
                false
            }
            Event::Key { key: Key::Backspace, pressed: true, .. } => {
                wishes.push(Wish::Erase);
                false
            }
            Event::Key { key: Key::Tab, pressed: true, modifiers, .. } if before_last && modifiers.is_none() => {
                // Digits of the same frame that follow belong to the next entry already.
                wishes.push(Wish::Next);
                true
            }
            Event::Key { key: Key::Enter, pressed: true, repeat, .. } => {
                enter |= !repeat;
                true
            }
            Event::Copy | Event::Cut | Event::Paste(_) => false,
            _ => true,
        });
    });
    for wish in wishes {
        view.send(DialogIntent::Passcode(wish));
    }
    enter
}

/// Brings the keyboard to the entry the model moved to, once a move.
fn follow(ui: &Ui, entry: &PasscodeEntry) {
    let seen = Id::unique("passcode moves");
    let now = (entry.id, entry.moves);
    if ui.data(|data| data.get_temp::<(u64, u32)>(seen)) != Some(now) {
        ui.data_mut(|data| data.insert_temp(seen, now));
        ui.memory_mut(|memory| memory.request_focus(id_of(entry.at)));
    }
}

/// The name under which an entry has the keyboard.
fn id_of(place: Place) -> Id {
    let nth = match place {
        Place::Current => 0,
        Place::First => 1,
        Place::Second => 2,
    };
    Id::unique(("passcode", nth))
}

fn field(ui: &mut Ui, view: &View<'_>, entry: &PasscodeEntry, place: Place, enter: bool) {
    let changes = entry.purpose == Purpose::Change;
    let name = match place {
        Place::Current => tr!(view, "passcode-current"),
        Place::First if changes => tr!(view, "passcode-first-new"),
        Place::First => tr!(view, "passcode-first"),
        Place::Second => tr!(view, "passcode-second"),
    };
    let typed = entry.typed(place);
    let count = tr!(view, "passcode-typed", count = typed);
    let usable = entry.is_usable(place);
    let colours = view.theme.colours;
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.label(RichText::new(&name).text_style(Theme::strong()));
        ui.label(RichText::new(&count).color(colours.weak));
    });
    let id = id_of(place);
    let size = vec2(ui.available_width(), space::KEY);
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    let response = ui.interact(area, id, if usable { Sense::click() } else { Sense::hover() });
    response.widget_info(|| WidgetInfo::labeled(Role::PasswordInput, usable, &name));
    ui.ctx().accesskit_node_builder(id, |node| node.set_description(count.as_str()));
    let here = response.has_focus();
    if response.clicked_by(PointerButton::Primary) {
        response.request_focus();
    }
    if here {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        if entry.at != place {
            view.send(DialogIntent::Passcode(Wish::At(place)));
        }
        if enter {
            view.send(DialogIntent::Passcode(Wish::Done(place)));
        }
    }
    if response.lost_focus() && typed > 0 && entry.fault(place).is_some() && !enter {
        view.send(DialogIntent::Passcode(Wish::Left(place)));
    }
    let pair = if usable { colours.field } else { colours.refused };
    let line = if here { view.theme.focus() } else { Stroke::new(1.0, colours.line) };
    ui.painter().rect(area, CornerRadius::same(6), pair.ground, line, StrokeKind::Inside);
    for dot in 0..typed {
        let left = area.left() + space::LARGE + dot as f32 * 3.0 * space::DOT;
        ui.painter().circle_filled(pos2(left, area.center().y), space::DOT, pair.words);
    }
    if here {
        let left = area.left() + space::MEDIUM + typed as f32 * 3.0 * space::DOT;
        let (top, bottom) = (area.top() + space::MEDIUM, area.bottom() - space::MEDIUM);
        ui.painter().line_segment([pos2(left, top), pos2(left, bottom)], Stroke::new(2.0, pair.words));
    }
}

/// Keys for the mouse. The keyboard has its own digits, so Tab passes these by.
fn draw_pad(ui: &mut Ui, view: &View<'_>, at: Place) {
    let builder = egui::UiBuilder::new().accessibility_role(Role::Group).accessibility_label(tr!(view, "passcode-pad"));
    ui.scope_builder(builder, |ui| {
        for row in PAD {
            ui.horizontal(|ui| {
                for key in row {
                    if key.is_empty() {
                        ui.add_space(space::KEY);
                    } else if pad_key(ui, view, key) {
                        let digit = key.chars().next().and_then(Digit::of);
                        view.send(DialogIntent::Passcode(digit.map_or(Wish::Erase, Wish::Digit)));
                        // The keyboard goes on where the mouse left off.
                        ui.memory_mut(|memory| memory.request_focus(id_of(at)));
                    }
                }
            });
        }
    });
}

fn pad_key(ui: &mut Ui, view: &View<'_>, key: &str) -> bool {
    let name = if key == "<" { tr!(view, "passcode-rubber") } else { key.to_owned() };
    let (area, response) = ui.allocate_exact_size(Vec2::splat(space::KEY), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let colours = view.theme.colours;
    // The key under the pointer is not marked: who looks on would read the passcode from it.
    let line = Stroke::new(1.0, colours.line);
    ui.painter().rect(area, CornerRadius::same(6), colours.button.ground, line, StrokeKind::Inside);
    let shown = if key == "<" { "←" } else { key };
    let words = WidgetText::from(RichText::new(shown).text_style(Theme::large()));
    let galley = words.into_galley(ui, None, area.width(), FontSelection::Style(TextStyle::Button));
    let place = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), area).min;
    ui.painter().galley(place, galley, colours.button.words);
    response.clicked()
}

fn said(ui: &mut Ui, view: &View<'_>, entry: &PasscodeEntry) {
    let (kind, words) = match &entry.said {
        None => return hint(ui, view, entry),
        Some(Said::Fault(fault)) => (NoticeKind::Warning, tr!(view, "passcode-fault", why = &fault.to_string())),
        Some(Said::Same) => (NoticeKind::Warning, tr!(view, "passcode-same")),
        Some(Said::Mismatch) => (NoticeKind::Warning, tr!(view, "passcode-mismatch")),
        Some(Said::DigitsOnly) => (NoticeKind::Note, tr!(view, "passcode-digits-only")),
        Some(Said::Full) => (NoticeKind::Note, tr!(view, "passcode-full", max = entry.rules.max_digits)),
    };
    notice::show(ui, view, kind, &words);
}

/// What is asked for, and how many tries the card has left where one may be spent.
fn hint(ui: &mut Ui, view: &View<'_>, entry: &PasscodeEntry) {
    let rules = entry.rules;
    let digits = match rules.min_digits == rules.max_digits {
        true => tr!(view, "passcode-hint-exact", count = rules.max_digits),
        false => tr!(view, "passcode-hint", min = rules.min_digits, max = rules.max_digits),
    };
    let spends = entry.purpose.places().contains(&Place::Current);
    let words = match (entry.tries_left.filter(|_| spends), &entry.purpose) {
        (Some(left), _) if left <= 1 => {
            notice::show(ui, view, NoticeKind::Warning, &tr!(view, "passcode-tries", count = u32::from(left)));
            return;
        }
        (Some(left), _) => tr!(view, "passcode-tries", count = u32::from(left)),
        (None, _) if spends && entry.purpose != Purpose::Change => tr!(view, "passcode-hint-current"),
        (None, _) => digits,
    };
    ui.add(Label::new(RichText::new(words).text_style(Theme::large())).wrap());
}
