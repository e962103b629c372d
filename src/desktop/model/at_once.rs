//! The next card is unlocked at once: it is put in, its holder is shown, they type a new passcode. Nothing is sent to the card
//! before that, and whoever leaves the page before the card is in wants no more of it.

use std::collections::VecDeque;

use super::{
    Model, NoticeKind, NoticeText, issue, service,
    work::{Piece, Served},
};
use crate::{
    bench::{Order, Whose, WorkId},
    desktop::{
        dialogs::{Dialog, PasscodeEntry, Purpose},
        route::Route,
    },
    domain::{Holder, Operation, Passcode},
};

/// Where it stands, until it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtOnce {
    /// It was ordered.
    Ordered,
    /// No card is in yet.
    AwaitsCard,
    /// It begins with the card that is in.
    Begins,
    /// Whose card it is was told; they are asked whether it is theirs.
    Whose(Box<Whose>),
    /// They answered.
    Answered,
    /// It was given up.
    GivenUp,
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Unlock the next card.
    Next,
    /// It is in this reader already.
    IsIn(WorkId, String),
    /// The person here is its holder: they choose a new passcode.
    Theirs(WorkId),
    /// The person here is not its holder.
    NotTheirs(WorkId),
    /// No card is waited for any more.
    Stop(WorkId),
}

/// Why this officer may not, in words with what to do about it.
#[must_use]
pub fn why_not(model: &Model) -> Option<String> {
    let refused = service::may_approve(model.officer()?.role, Operation::Unlock).err();
    refused.map(|reason| format!("{reason}. {}.", reason.remedy()))
}

/// The cards in readers that it could be begun with: their readers and holders.
pub fn cards_in(model: &Model) -> impl Iterator<Item = (&str, &Holder)> {
    let known = model.bench.cards().filter(|(_, card)| !issue::is_blank(card));
    known.filter_map(|(reader, card)| Some((reader.name.as_str(), card.holder.as_ref()?)))
}

/// Takes a wish. What does not fit where the work stands comes too late and does nothing.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Next => next(model),
        Intent::IsIn(work, reader) => {
            let fits = cards_in(model).any(|(known, _)| known == reader);
            let piece = model.work.all.get_mut(&work).filter(|piece| piece.end.is_none() && piece.asks.is_none());
            if let (true, Some(piece)) = (fits, piece)
                && piece.at_once == Some(AtOnce::AwaitsCard)
            {
                card_in(piece, &reader);
                model.order(Order::UnlockNext { work, reader: Some(reader) });
            }
        }
        Intent::Theirs(work) => ask_passcode(model, work),
        Intent::NotTheirs(work) => says(model, work, None),
        Intent::Stop(work) => {
            if let Some(piece) = model.work.all.get_mut(&work)
                && piece.end.is_none()
                && piece.at_once == Some(AtOnce::AwaitsCard)
            {
                piece.at_once = Some(AtOnce::GivenUp);
                model.order(Order::GiveUp { work });
                model.go(Route::Service);
            }
        }
    }
}

fn next(model: &mut Model) {
    if model.officer().is_none() {
        return;
    }
    if let Some(why) = why_not(model) {
        return model.notify(NoticeKind::Warning, NoticeText::Words(why));
    }
    let open = model.work.all.iter().find(|(_, piece)| {
        piece.end.is_none()
            && matches!(piece.at_once, Some(AtOnce::Ordered | AtOnce::AwaitsCard | AtOnce::Begins | AtOnce::Whose(_)))
    });
    // One card after the other: what is open comes first.
    if let Some(work) = open.map(|(work, _)| *work) {
        return model.go(Route::Work(work));
    }
    let work = model.new_work();
    let mut piece = Piece::new(Operation::Unlock, None, None);
    piece.served = Some(Served::AtOnce);
    piece.at_once = Some(AtOnce::Ordered);
    model.work.all.insert(work, piece);
    model.service.changed = None;
    model.order(Order::UnlockNext { work, reader: None });
    model.go(Route::Work(work));
}

fn ask_passcode(model: &mut Model, work: WorkId) {
    let asked = |dialog: &Dialog| is_of(dialog, work);
    let piece = model.work.all.get(&work).filter(|piece| piece.end.is_none());
    let Some((AtOnce::Whose(whose), reader)) = piece.and_then(|p| Some((p.at_once.clone()?, p.reader.clone()?))) else {
        return;
    };
    if model.officer().is_none() || model.dialogs.iter().any(asked) {
        return;
    }
    let id = model.new_number();
    let name = whose.holder.printed_name().to_owned();
    let place = (reader, whose.serial.clone());
    let entry = PasscodeEntry::new(id, whose.holder.id.clone(), name, place, whose.passcode_rules);
    let entry = entry.asked_for(Purpose::AtOnce(work), whose.tries_left);
    model.dialogs.push_back(Dialog::Passcode(Box::new(entry)));
}

/// The holder has typed a new passcode.
pub fn typed(model: &mut Model, work: WorkId, new: Option<Passcode>) {
    if new.is_some() {
        says(model, work, new);
    }
}

fn says(model: &mut Model, work: WorkId, passcode: Option<Passcode>) {
    let Some(piece) = model.work.all.get_mut(&work) else { return };
    if piece.end.is_none() && matches!(piece.at_once, Some(AtOnce::Whose(_))) {
        piece.at_once = Some(AtOnce::Answered);
        model.order(Order::HolderSays { work, passcode });
    }
}

/// A card is waited for.
pub fn awaits(piece: &mut Piece) {
    if piece.at_once == Some(AtOnce::Ordered) {
        piece.at_once = Some(AtOnce::AwaitsCard);
    }
}

/// The card is in.
pub fn card_in(piece: &mut Piece, reader: &str) {
    if matches!(piece.at_once, Some(AtOnce::Ordered | AtOnce::AwaitsCard | AtOnce::Begins)) {
        piece.reader = Some(reader.to_owned());
        piece.at_once = Some(AtOnce::Begins);
    }
}

/// Whose card it is was told.
pub fn told(piece: &mut Piece, whose: &Whose) {
    if matches!(piece.at_once, Some(AtOnce::Ordered | AtOnce::AwaitsCard | AtOnce::Begins)) {
        piece.holder = Some(whose.holder.clone());
        piece.portrait.clone_from(&whose.portrait);
        piece.serial = Some(whose.serial.clone());
        piece.at_once = Some(AtOnce::Whose(Box::new(whose.clone())));
    }
}

/// The work is over: there is no passcode to type for it.
pub fn ended(dialogs: &mut VecDeque<Dialog>, work: WorkId) {
    dialogs.retain(|dialog| !is_of(dialog, work));
}

fn is_of(dialog: &Dialog, work: WorkId) -> bool {
    matches!(dialog, Dialog::Passcode(entry) if *entry.purpose() == Purpose::AtOnce(work))
}

/// Gives up what nobody sees any more: a card that is waited for while another page is shown, and everything that has no
/// passcode yet when its officer has gone.
pub fn release_unseen(model: &mut Model) {
    let at_work = model.officer().is_some();
    let here = model.history.here().clone();
    let is_seen = |work: WorkId| at_work && (here == Route::Work(work) || matches!(here, Route::Help(_)));
    let mut unseen = Vec::new();
    for (work, piece) in &mut model.work.all {
        // What waits for the officers is given up with its question.
        let open = piece.end.is_none() && piece.asks.is_none();
        let leaves = match piece.at_once {
            Some(AtOnce::Ordered | AtOnce::AwaitsCard) => !is_seen(*work),
            Some(AtOnce::Begins | AtOnce::Whose(_)) => !at_work,
            Some(AtOnce::Answered | AtOnce::GivenUp) | None => false,
        };
        if open && leaves {
            piece.at_once = Some(AtOnce::GivenUp);
            unseen.push(*work);
        }
    }
    for work in unseen {
        ended(&mut model.dialogs, work);
        model.order(Order::GiveUp { work });
    }
}
