//! How work on a card in use ended: what the card is now, and what to do next.

use super::at_once;
use crate::{
    bench::{CardNow, WorkEnd, WorkId},
    desktop::{
        format::sentence,
        intent::Intent,
        model::{
            NoticeKind, at_once as next_card,
            work::{self, Piece, Served, Stage},
        },
        route::Route,
        view::View,
    },
    domain::Operation,
    operations::WhichPair,
    tr,
};

/// Kind, title and lines of the box.
pub(super) fn said(view: &View<'_>, piece: &Piece, stage: Stage<'_>) -> (NoticeKind, String, Vec<String>) {
    match stage {
        Stage::Ended(end) => ended(view, piece, end),
        Stage::Complete { .. } => done(view, piece),
        _ => (NoticeKind::Note, String::new(), Vec::new()),
    }
}

fn done(view: &View<'_>, piece: &Piece) -> (NoticeKind, String, Vec<String>) {
    let somebody = tr!(view, "issue-card-somebody");
    let name = piece.holder.as_ref().map_or(somebody.as_str(), |holder| holder.printed_name());
    let (title, words) = match (piece.served, piece.operation) {
        (Some(Served::Trial), _) => (tr!(view, "done-try"), tr!(view, "done-try-words", name = name)),
        (Some(Served::LeftLocked), _) => {
            (tr!(view, "done-repair-locked"), tr!(view, "done-repair-locked-words", name = name))
        }
        (_, Operation::Unlock) => (tr!(view, "done-unlock"), tr!(view, "done-new-passcode", name = name)),
        (_, Operation::ChangePasscode) => {
            (tr!(view, "done-change-passcode"), tr!(view, "done-new-passcode", name = name))
        }
        (_, Operation::Renew) => (tr!(view, "done-renew"), tr!(view, "done-renew-words", name = name)),
        (_, Operation::Repair) => (tr!(view, "done-repair"), tr!(view, "done-repair-words", name = name)),
        (_, Operation::Clear) => (tr!(view, "done-clear"), tr!(view, "done-clear-words", name = name)),
        (_, Operation::Cancel) => (tr!(view, "done-cancel"), tr!(view, "done-cancel-words", name = name)),
        (_, Operation::Issue | Operation::Print) => (tr!(view, "end-done"), String::new()),
    };
    let take = piece.reader.as_deref().map(|reader| view.model.preferences.reader_name(reader));
    let take = take.map(|reader| tr!(view, "end-take-out", reader = reader)).unwrap_or_default();
    let note = piece.card_now.as_ref().and_then(|now| now.note.as_deref()).map(sentence).unwrap_or_default();
    (NoticeKind::Good, title, vec![words, note, take])
}

fn ended(view: &View<'_>, piece: &Piece, end: &WorkEnd) -> (NoticeKind, String, Vec<String>) {
    let trial = piece.served == Some(Served::Trial);
    let mut words = Vec::new();
    let now = || card_now(view, piece.card_now.as_ref());
    let title = match end {
        WorkEnd::NotBegun(trouble) => {
            words.push(sentence(&trouble.message));
            words.extend(now());
            words.push(if trial { tr!(view, "failed-try-words") } else { tr!(view, "end-not-begun-words") });
            if trial { tr!(view, "failed-try") } else { tr!(view, "end-not-begun") }
        }
        WorkEnd::Undone { why, .. } => {
            words.push(sentence(why));
            words.extend(now());
            words.push(tr!(view, "undone-card-words"));
            tr!(view, "undone-card")
        }
        WorkEnd::Unfinished { why } => {
            words.push(sentence(why));
            words.extend(now());
            words.push(tr!(view, "unfinished-card-words"));
            tr!(view, "end-unfinished")
        }
        WorkEnd::LookAtPrinter { why } => {
            words.push(sentence(why));
            tr!(view, "end-look-at-printer")
        }
        WorkEnd::Done { .. } => tr!(view, "end-done"),
    };
    (NoticeKind::Danger, title, words)
}

/// How a card is after work that did not come to its end: which certificates work, how many tries it takes, what else
/// there is to know.
pub(in crate::desktop::screens) fn card_now(view: &View<'_>, now: Option<&CardNow>) -> Vec<String> {
    let Some(now) = now else { return Vec::new() };
    let pair = now.pair.map(|pair| match pair {
        WhichPair::Old => tr!(view, "pair-old"),
        WhichPair::New => tr!(view, "pair-new"),
    });
    let tries = now.tries_left.map(|left| tr!(view, "tries-now", count = u32::from(left)));
    pair.into_iter().chain(tries).chain(now.note.as_deref().map(sentence)).collect()
}

/// What the officer may do, the next action first.
pub(super) fn offers(view: &View<'_>, work: WorkId, piece: &Piece, stage: Stage<'_>) -> Vec<(String, Intent)> {
    let back = |name: String| (name, Intent::Work(work::Intent::BackToCard(work)));
    let holder = piece.holder.as_ref().map(|holder| Route::Holder(holder.id.clone()));
    let to_holder = holder.map(|route| (tr!(view, "end-open-holder"), Intent::Go(route)));
    let mut offered = match stage {
        Stage::Running | Stage::Asks(_) => return Vec::new(),
        Stage::AwaitsCard | Stage::Whose => return at_once::offers(view, work, stage),
        Stage::Ended(WorkEnd::Unfinished { .. }) => {
            vec![(tr!(view, "end-unfinished-go"), Intent::Go(Route::Unfinished)), back(tr!(view, "end-look-again"))]
        }
        _ if piece.reader.is_none() && !is_at_once(piece) => {
            return to_holder.into_iter().chain([back(tr!(view, "end-service"))]).collect();
        }
        Stage::Ended(_) => {
            let helps = work::help_for(piece).map(|operation| {
                let name =
                    if operation == Operation::Repair { tr!(view, "end-repair") } else { tr!(view, "end-cancel") };
                (name, Intent::Work(work::Intent::Help(work)))
            });
            helps.into_iter().chain([back(tr!(view, "end-look-again"))]).collect()
        }
        _ => vec![back(tr!(view, "end-service"))],
    };
    if is_at_once(piece) {
        // What else helps this card comes before the next one.
        let place = usize::from(is_open(stage) || work::help_for(piece).is_some());
        offered.insert(place, (tr!(view, "service-unlock-next"), next_card::Intent::Next.into()));
    }
    offered.extend(to_holder);
    offered
}

fn is_at_once(piece: &Piece) -> bool {
    piece.served == Some(Served::AtOnce)
}

fn is_open(stage: Stage<'_>) -> bool {
    matches!(stage, Stage::Ended(WorkEnd::Unfinished { .. }))
}

/// The next action, as the first button names it.
pub(super) fn next(work: WorkId, piece: &Piece, stage: Stage<'_>) -> Option<Intent> {
    match stage {
        Stage::Running | Stage::Asks(_) | Stage::AwaitsCard => None,
        Stage::Whose => Some(next_card::Intent::Theirs(work).into()),
        Stage::Ended(WorkEnd::Unfinished { .. }) => Some(Intent::Go(Route::Unfinished)),
        _ => match &piece.holder {
            Some(holder) if piece.reader.is_none() && !is_at_once(piece) => {
                Some(Intent::Go(Route::Holder(holder.id.clone())))
            }
            _ if work::help_for(piece).is_some() => Some(work::Intent::Help(work).into()),
            _ if is_at_once(piece) => Some(next_card::Intent::Next.into()),
            _ => Some(work::Intent::BackToCard(work).into()),
        },
    }
}
