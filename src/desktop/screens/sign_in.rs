//! Before anybody is signed in: opening, signing in, and the locked window.

pub mod own_card;
mod tile;

use eframe::egui::{self, Align, Layout, Response, RichText, ScrollArea, Ui, accesskit::Role, vec2};

use crate::{
    bench::Trouble,
    cis2::wire::Session,
    desktop::{
        format,
        model::{
            NoticeKind, offline,
            session::{Intent, LockedBy, Phase},
        },
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    domain::{Officer, eligibility::Realm},
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("before work").show(ui, |ui| {
        let width = ui.available_width().min(space::COLUMN);
        let side = (ui.available_width() - width) / 2.0;
        ui.horizontal_top(|ui| {
            ui.add_space(side);
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                contents(ui, view);
            });
        });
    });
}

fn contents(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.session;
    if matches!(state.phase, Phase::SignedOut | Phase::Locked(_)) && view.model.offline.shown {
        return without_service(ui, view);
    }
    match &state.phase {
        Phase::Opening => {
            heading(ui, &tr!(view, "app-title"));
            announced(ui, &tr!(view, "opening"));
            page::weak(ui, view, &opening_note(view));
        }
        Phase::OpeningFailed(why) => {
            heading(ui, &tr!(view, "opening-failed"));
            notice::show(ui, view, NoticeKind::Danger, &sentence(why));
            ui.add_space(space::SMALL);
            ui.add(egui::Label::new(tr!(view, "opening-failed-next")).wrap());
        }
        Phase::SignedOut => choose(ui, view),
        Phase::SigningIn(officer) => {
            let known = state.officers.iter().find(|known| known.officer.id == *officer);
            let name = known.map_or_else(|| officer.grouped(), |known| known.officer.name.clone());
            heading(ui, &tr!(view, "sign-in-title"));
            announced(ui, &tr!(view, "signing-in", name = &name));
            if let Some(reader) = &state.card_reader {
                let reader = view.model.preferences.reader_name(reader);
                ui.add(egui::Label::new(tr!(view, "signing-in-card", reader = reader)).wrap());
            }
        }
        Phase::Locked(session) => locked(ui, view, session),
        // The frame draws the place shown instead.
        Phase::SignedIn(_) => {}
    }
}

fn choose(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.session;
    heading(ui, &tr!(view, "sign-in-title"));
    if let Some(lost) = &state.lost {
        notice::show(ui, view, NoticeKind::Warning, &tr!(view, "sign-in-lost", why = &sentence(&lost.message)));
        ui.add_space(space::SMALL);
    }
    if let Some(trouble) = &state.trouble {
        retry(ui, view, trouble);
    }
    by_telephone(ui, view);
    if state.officers.is_empty() {
        if state.trouble.is_none() {
            announced(ui, &tr!(view, "sign-in-asking"));
        }
        return;
    }
    own_card::draw(ui, view);
    let question = match view.model.realm {
        Realm::Training => tr!(view, "sign-in-who-training"),
        Realm::Integration | Realm::Live => tr!(view, "sign-in-who"),
    };
    ui.add(egui::Label::new(question).wrap());
    ui.add_space(space::MEDIUM);
    let last = view.model.preferences.last_officer.as_deref();
    for (place, known) in state.officers_for(last).enumerate() {
        let officer = &known.officer;
        let was_last = last == Some(officer.id.as_str());
        // The line about them may begin with the role, which stands above it.
        let role = format!("{}: ", officer.role);
        let about = sentence(known.about.strip_prefix(&role).unwrap_or(&known.about));
        let lines = [role_and_organisation(view, officer), about];
        let mark = if was_last { tr!(view, "sign-in-last") } else { String::new() };
        let tile = tile::show(ui, view, &officer.name, &lines, &mark);
        if place == 0 {
            take_keyboard(ui, view, &tile);
        }
        if tile.clicked() {
            view.send(Intent::SignIn(officer.id.clone()));
        }
    }
    // Below the officers: told late, it must not move a name away from under the pointer.
    own_card::draw_others(ui, view);
    left_unfinished(ui, view);
}

/// What was left unfinished here, without a name: whoever passes by may read it.
fn left_unfinished(ui: &mut Ui, view: &View<'_>) {
    let left = &view.model.unfinished;
    // Oldest first.
    let words = left.jobs.first().map(|first| {
        let at = format::moment_of(&first.opened);
        match left.jobs.len() {
            1 => tr!(view, "unfinished-at-desk", at = &at),
            count => tr!(view, "unfinished-at-desk-several", count = count, at = &at),
        }
    });
    let prints = (!left.stopped.is_empty()).then(|| tr!(view, "unfinished-print-at-desk"));
    for words in words.iter().chain(&prints) {
        notice::show(ui, view, NoticeKind::Warning, words);
        ui.add_space(space::SMALL);
    }
}

fn locked(ui: &mut Ui, view: &View<'_>, session: &Session) {
    let officer = &session.officer;
    heading(ui, &tr!(view, "locked-title"));
    if let Some(trouble) = &view.model.session.trouble {
        notice::show(ui, view, NoticeKind::Danger, &sentence(&trouble.message));
        ui.add_space(space::SMALL);
    }
    by_telephone(ui, view);
    ui.label(RichText::new(&officer.name).text_style(Theme::subheading()));
    page::weak(ui, view, &role_and_organisation(view, officer));
    ui.add_space(space::SMALL);
    let why = match view.model.session.locked_by {
        LockedBy::Officer => tr!(view, "locked-by-officer", name = &officer.name),
        LockedBy::Idle(minutes) => tr!(view, "locked-by-idle", minutes = u32::from(minutes)),
    };
    announced(ui, &why);
    ui.add(egui::Label::new(tr!(view, "locked-explained")).wrap());
    ui.add_space(space::MEDIUM);
    let (works, photo) = (view.model.work.is_running(), view.model.photo.unsaved());
    if works {
        notice::show(ui, view, NoticeKind::Warning, &tr!(view, "sign-out-open-work"));
    }
    if photo {
        notice::show(ui, view, NoticeKind::Warning, &tr!(view, "locked-photo"));
    }
    // Whoever signed in with a card comes back with it: a name would prove less.
    let by_card = session.card.is_some();
    if by_card {
        own_card::draw_locked(ui, view, officer);
    }
    button::row(ui, |ui| {
        let name = tr!(view, "locked-continue", name = &officer.name);
        let go_on = (!by_card).then(|| Button::new(name).kind(Kind::Main).show(ui, view));
        let leave = if works || photo {
            Button::new(tr!(view, "sign-out-anyway")).kind(Kind::Destructive)
        } else {
            Button::new(tr!(view, "session-sign-out"))
        };
        let sign_out = leave.show(ui, view);
        take_keyboard(ui, view, go_on.as_ref().unwrap_or(&sign_out));
        if go_on.is_some_and(|go_on| go_on.clicked()) {
            view.send(Intent::Unlock);
        }
        if sign_out.clicked() {
            view.send(Intent::SignOut);
        }
    });
}

/// What failed, and asking once more.
fn retry(ui: &mut Ui, view: &View<'_>, trouble: &Trouble) {
    notice::boxed(ui, view, NoticeKind::Danger, &sentence(&trouble.message), |ui| {
        button::row(ui, |ui| {
            let again = Button::new(tr!(view, "sign-in-again")).show(ui, view);
            if view.model.session.officers.is_empty() {
                take_keyboard(ui, view, &again);
            }
            if again.clicked() {
                view.send(Intent::ListOfficers);
            }
        });
    });
    ui.add_space(space::SMALL);
}

/// What can be done while the service is silent, and what was begun so.
fn by_telephone(ui: &mut Ui, view: &View<'_>) {
    let silent = view.model.session.trouble.as_ref().is_some_and(|trouble| trouble.silent);
    let (words, name) = match &view.model.offline.open {
        Some(_) => (tr!(view, "offline-open-words"), tr!(view, "offline-go-on")),
        None if silent => (tr!(view, "offline-show-words"), tr!(view, "offline-show")),
        None => return,
    };
    notice::boxed(ui, view, NoticeKind::Note, &words, |ui| {
        button::row(ui, |ui| {
            if Button::new(name).show(ui, view).clicked() {
                view.send(offline::Intent::Show);
            }
        });
    });
    ui.add_space(space::SMALL);
}

/// Unlock by telephone while nobody can sign in.
fn without_service(ui: &mut Ui, view: &View<'_>) {
    heading(ui, &tr!(view, "offline-title"));
    super::offline::contents(ui, view);
    ui.add_space(space::MEDIUM);
    button::row(ui, |ui| {
        if Button::new(tr!(view, "offline-leave")).show(ui, view).clicked() {
            view.send(offline::Intent::Leave);
        }
    });
}

fn sentence(words: &str) -> String {
    crate::desktop::format::sentence(words)
}

/// The keyboard begins here, unless it is somewhere already. An Enter that was meant for a passcode, whose card is gone
/// now, chooses nothing, whatever came into the reader since.
fn take_keyboard(ui: &Ui, view: &View<'_>, first: &Response) {
    let session = &view.model.session;
    if session.card_trouble.is_none() && !session.keyboard_rests && ui.memory(|memory| memory.focused().is_none()) {
        first.request_focus();
    }
}

fn role_and_organisation(view: &View<'_>, officer: &Officer) -> String {
    let (role, organisation) = (officer.role.to_string(), officer.organisation.as_str());
    tr!(view, "officer-role", role = &role, organisation = organisation)
}

fn opening_note(view: &View<'_>) -> String {
    match view.model.realm {
        Realm::Training => tr!(view, "opening-training"),
        Realm::Integration | Realm::Live => tr!(view, "opening-service"),
    }
}

fn heading(ui: &mut Ui, words: &str) {
    ui.add_space(space::LARGE);
    let label = ui.heading(words);
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(Role::Heading);
        node.set_label(words.to_owned());
    });
    ui.add_space(space::SMALL);
}

/// Words a screen reader is told when they appear.
fn announced(ui: &mut Ui, words: &str) {
    let label = ui.add(egui::Label::new(words).wrap());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(Role::Status);
        node.set_label(words.to_owned());
    });
}
