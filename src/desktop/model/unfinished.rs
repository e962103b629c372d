//! Unfinished work: what was begun here and not ended, and going on with it, never twice.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::{Model, NoticeKind, NoticeText, work::Piece};
use crate::{
    bench::{
        CardInReader, Event, Order, PrinterCondition, ReaderCondition, Ticket, Trouble, WorkEnd, WorkEvent, WorkId,
    },
    desktop::{
        dialogs::{Dialog, PasscodeEntry, Purpose},
        route::Route,
    },
    domain::{CardSerial, Holder, HolderId, JobId, Operation, Passcode},
    journal::{QueueEntry, QueueState},
    operations::{Kept, UnfinishedJob, WhatNext, effect::CameOut},
};

/// Results that are kept on the page until it is left, beside those of jobs that are still listed.
const MOST_RESULTS: usize = 4;

/// Names asked for of cards whose printing was cut off: a desk prints one card at a time.
const MOST_NAMES: usize = 8;

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// The jobs, oldest first; none that this window works on as new work.
    pub jobs: Vec<UnfinishedJob>,
    /// Cards in the print queue whose printing was cut off when the program stopped, and about which nobody decided yet.
    pub stopped: Vec<QueueEntry>,
    /// Whether they were told since somebody signed in.
    pub known: bool,
    /// Why they could not be told.
    pub trouble: Option<Trouble>,
    /// Names of holders, as far as they are known.
    pub holders: BTreeMap<HolderId, Holder>,
    /// Jobs that are gone on with, and the work that does it.
    pub running: BTreeMap<JobId, WorkId>,
    /// What came of those that ended since the page was opened, oldest first.
    pub results: Vec<(UnfinishedJob, WorkEnd)>,
    /// Work after which a new card is prepared for this holder, once it is undone.
    then_issue: BTreeMap<WorkId, HolderId>,
    asked: BTreeMap<Ticket, HolderId>,
    /// Whether somebody has just signed in: what is unfinished is shown before anything else.
    lead: bool,
    /// The same for prints that were cut off.
    lead_prints: bool,
    /// A card that was taken back for this holder: the next card is issued on it, as soon as it is recognised.
    emptied: Option<(HolderId, CardSerial)>,
}

impl State {
    /// How many jobs and prints are unfinished.
    #[must_use]
    pub fn count(&self) -> usize {
        self.jobs.len().saturating_add(self.stopped.len())
    }

    /// What is known of a holder.
    #[must_use]
    pub fn holder(&self, id: &HolderId) -> Option<&Holder> {
        self.holders.get(id)
    }
}

/// Which reader a card is in now, and what was recognised.
#[must_use]
pub fn reader_with<'a>(model: &'a Model, serial: &CardSerial) -> Option<(&'a str, &'a CardInReader)> {
    model.bench.readers.iter().find_map(|reader| match &reader.condition {
        ReaderCondition::Card(card) | ReaderCondition::OwnCard(card) if card.serial == *serial => {
            Some((reader.name.as_str(), &**card))
        }
        _ => None,
    })
}

/// Whether a print of this card was cut off and is not on record yet: until it is, nobody prints the card again.
#[must_use]
pub fn is_print_open(model: &Model, serial: &CardSerial) -> bool {
    model.unfinished.jobs.iter().any(|job| job.operation == Operation::Print && job.serial.as_ref() == Some(serial))
}

/// For which other officer the service keeps this job now, and until when: nobody else may go on with it before that.
#[must_use]
pub fn kept_for_another<'a>(model: &Model, job: &'a UnfinishedJob, now: OffsetDateTime) -> Option<&'a Kept> {
    let own = |kept: &Kept| model.officer().is_some_and(|officer| officer.id == kept.begun_by.officer);
    job.kept.as_ref().filter(|kept| now < kept.until && !own(kept))
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Go on with this job.
    GoOn(JobId),
    /// Go on with this repair, with a passcode its holder chooses now.
    GoOnWithNew(JobId),
    /// Take this job back, and prepare a new card for its holder.
    TakeBackAndIssue(JobId),
    /// The card of this print came out so.
    CameOut(JobId, CameOut),
    /// Show this card in the print queue, where it is decided about.
    ShowPrint(i64),
    /// Look again.
    Refresh,
}

/// The page is shown.
pub fn arrived(model: &mut Model) {
    // Why a job that is still listed was not ended stays in sight until it is gone on with.
    let State { jobs, results, .. } = &mut model.unfinished;
    results.retain(|(result, _)| jobs.iter().any(|known| known.job == result.job));
    model.order(Order::ListUnfinished);
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::GoOn(job) => {
            go_on(model, &job);
        }
        Intent::GoOnWithNew(job) => {
            let repairs = |known: &&UnfinishedJob| known.job == job && known.next == WhatNext::WillRepair;
            if model.unfinished.jobs.iter().any(|known| repairs(&known)) {
                ask_passcode(model, &job, Purpose::Finish(job.clone()));
            }
        }
        Intent::TakeBackAndIssue(job) => {
            let holder = model.unfinished.jobs.iter().find(|known| known.job == job).map(|known| known.holder.clone());
            if let (Some(work), Some(holder)) = (go_on(model, &job), holder) {
                model.unfinished.then_issue.insert(work, holder);
            }
        }
        Intent::CameOut(job, card) => {
            let asks = |known: &UnfinishedJob| known.job == job && known.next == WhatNext::NeedsOfficersWord;
            if model.officer().is_some() && model.unfinished.jobs.iter().any(asks) {
                model.order(Order::CameOut { job, card });
            }
        }
        Intent::ShowPrint(entry) => {
            model.go(Route::Queue);
            super::queue::update(model, super::queue::Intent::ChooseEntry(entry));
        }
        Intent::Refresh => model.order(Order::ListUnfinished),
    }
}

/// Orders it, unless it is gone on with already. A job that goes forward with the holder's passcode asks for that first.
fn go_on(model: &mut Model, job: &JobId) -> Option<WorkId> {
    let known = model.unfinished.jobs.iter().find(|known| known.job == *job)?;
    if known.next == WhatNext::NeedsHolder {
        ask_passcode(model, job, Purpose::GoOn(job.clone()));
        return None;
    }
    order(model, job, None)
}

/// The holder typed the passcode of a card whose job goes forward with it.
pub fn go_on_with(model: &mut Model, job: &JobId, passcode: Option<Passcode>) {
    let _ = order(model, job, passcode);
}

fn ask_passcode(model: &mut Model, job: &JobId, purpose: Purpose) {
    let Some(known) = may_go_on(model, job) else { return };
    let Some((reader, card)) = known.serial.as_ref().and_then(|serial| reader_with(model, serial)) else {
        return model.notify(NoticeKind::Warning, NoticeText::Key("unfinished-put-in-first"));
    };
    let (place, rules, tries) = ((reader.to_owned(), card.serial.clone()), card.passcode_rules, card.tries_left);
    let name = model.unfinished.holder(&known.holder).map(|holder| holder.printed_name().to_owned());
    let name = name.unwrap_or_else(|| known.holder.grouped());
    let id = model.new_number();
    let entry = PasscodeEntry::new(id, known.holder.clone(), name, place, rules);
    let entry = entry.asked_for(purpose, tries);
    model.dialogs.push_back(Dialog::Passcode(Box::new(entry)));
}

/// The job, unless it is gone on with already or kept for another officer.
fn may_go_on(model: &Model, job: &JobId) -> Option<UnfinishedJob> {
    if model.unfinished.running.contains_key(job) || model.officer().is_none() {
        return None;
    }
    let known = model.unfinished.jobs.iter().find(|known| known.job == *job)?;
    kept_for_another(model, known, OffsetDateTime::now_utc()).is_none().then(|| known.clone())
}

fn order(model: &mut Model, job: &JobId, passcode: Option<Passcode>) -> Option<WorkId> {
    let known = may_go_on(model, job)?;
    let here = known.serial.as_ref().and_then(|serial| reader_with(model, serial));
    let reader = here.map(|(reader, _)| reader.to_owned());
    let holder = model.unfinished.holder(&known.holder).cloned();
    let work = model.new_work();
    let mut piece = Piece::new(known.operation, holder, reader);
    piece.job = Some(known.job.clone());
    piece.serial = known.serial;
    model.work.all.insert(work, piece);
    model.unfinished.running.insert(known.job.clone(), work);
    model.unfinished.results.retain(|(result, _)| result.job != known.job);
    model.order(Order::Resume { work, job: known.job, passcode });
    Some(work)
}

/// Nobody is signed in any more: work that runs goes on; what is known of people leaves the window.
pub fn session_ended(model: &mut Model) {
    model.unfinished.holders.clear();
    model.unfinished.results.clear();
    model.unfinished.asked.clear();
    model.unfinished.emptied = None;
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::SignedIn(Ok(_)) => (model.unfinished.lead, model.unfinished.lead_prints) = (true, true),
        Event::SignedOut => session_ended(model),
        Event::Queue(Ok(entries)) => told_of_prints(model, entries),
        Event::Reader(_) => choose_emptied(model),
        Event::Unfinished(Ok(jobs)) => told(model, jobs),
        Event::Unfinished(Err(trouble)) => {
            model.unfinished.trouble = Some(trouble.clone());
            if std::mem::take(&mut model.unfinished.lead) && model.officer().is_some() {
                // Nobody is left to believe that nothing is unfinished.
                model.go(Route::Unfinished);
            }
        }
        Event::Profile { ticket, result } => {
            if model.unfinished.asked.remove(ticket).is_some()
                && let Ok(profile) = result
            {
                let holder = profile.record.holder.clone();
                model.unfinished.holders.insert(holder.id.clone(), holder);
            }
        }
        Event::Work { work, event: WorkEvent::Ended(end) } => ended(model, *work, end),
        _ => {}
    }
}

fn told(model: &mut Model, jobs: &[UnfinishedJob]) {
    // A job that this window works on as new work is open in the journal, and not unfinished.
    let in_work: Vec<&JobId> = model
        .work
        .all
        .iter()
        .filter(|(work, piece)| piece.end.is_none() && !model.unfinished.running.values().any(|run| run == *work))
        .filter_map(|(_, piece)| piece.job.as_ref())
        .collect();
    // So is the job of a card that people speak about on the telephone.
    let spoken_of = |job: &UnfinishedJob| model.offline.job() == Some(&job.job);
    let is_going_on = |job: &&UnfinishedJob| in_work.contains(&&job.job) || spoken_of(job) || is_printing(model, job);
    let jobs: Vec<UnfinishedJob> = jobs.iter().filter(|job| !is_going_on(job)).cloned().collect();
    model.unfinished.jobs = jobs;
    model.unfinished.known = true;
    model.unfinished.trouble = None;
    if model.unfinished.count() == 0 {
        withdraw(model);
    }
    if model.officer().is_none() {
        return;
    }
    learn_names(model);
    if std::mem::take(&mut model.unfinished.lead) && !model.unfinished.jobs.is_empty() {
        model.notify(NoticeKind::Warning, NoticeText::Key("unfinished-found"));
        model.history.go(Route::Unfinished);
    }
}

/// Nothing waits here any more: no notice says that something does.
fn withdraw(model: &mut Model) {
    let stale = ["unfinished-found", "unfinished-left", "unfinished-print-found"];
    model.notices.retain(|notice| !matches!(notice.message, NoticeText::Key(key) if stale.contains(&key)));
}

/// Prints that were cut off are told first too: they wait for somebody to look at the printer.
fn told_of_prints(model: &mut Model, entries: &[QueueEntry]) {
    model.unfinished.stopped = entries.iter().filter(|entry| entry.left_by_a_stop()).cloned().collect();
    if model.unfinished.count() == 0 {
        withdraw(model);
    }
    if model.officer().is_none() {
        return;
    }
    learn_names(model);
    if std::mem::take(&mut model.unfinished.lead_prints) && !model.unfinished.stopped.is_empty() {
        model.notify(NoticeKind::Warning, NoticeText::Key("unfinished-print-found"));
        model.history.go(Route::Unfinished);
    }
}

/// The reader that holds the card which was just taken back is the one to issue in.
fn choose_emptied(model: &mut Model) {
    let Some((holder, serial)) = model.unfinished.emptied.clone() else { return };
    if *model.history.here() != Route::Issue(holder) {
        model.unfinished.emptied = None;
        return;
    }
    let known = reader_with(model, &serial).filter(|(_, card)| super::issue::is_blank(card));
    if let Some(reader) = known.map(|(reader, _)| reader.to_owned()) {
        model.unfinished.emptied = None;
        if model.issue.reader.is_none() {
            model.issue.reader = Some(reader);
        }
    }
}

/// Whether a printer prints this card at this moment: its job is open, and not unfinished.
fn is_printing(model: &Model, job: &UnfinishedJob) -> bool {
    let prints = |printer: &crate::bench::PrinterView| match printer.condition {
        PrinterCondition::Printing { entry } => {
            // The end of a print is told of its entry first, and of its printer only after its job.
            model.work.queue.iter().any(|known| {
                known.id == entry && Some(&known.serial) == job.serial.as_ref() && known.state == QueueState::Printing
            })
        }
        _ => false,
    };
    job.operation == Operation::Print && model.bench.printers.iter().any(prints)
}

/// Takes names from what is known already, and asks for the others.
fn learn_names(model: &mut Model) {
    let State { jobs, stopped, .. } = &model.unfinished;
    let of_prints = stopped.iter().take(MOST_NAMES).map(|entry| entry.holder.clone());
    let wanted: Vec<HolderId> = jobs.iter().map(|job| job.holder.clone()).chain(of_prints).collect();
    for id in wanted {
        if model.unfinished.holders.contains_key(&id) || model.unfinished.asked.values().any(|asked| *asked == id) {
            continue;
        }
        let found = model.find.found.iter().map(|record| &record.holder).find(|holder| holder.id == id);
        let in_reader = || model.bench.cards().filter_map(|(_, card)| card.holder.as_ref()).find(|h| h.id == id);
        if let Some(holder) = found.or_else(in_reader).cloned() {
            model.unfinished.holders.insert(id, holder);
        } else {
            let ticket = model.new_ticket();
            model.unfinished.asked.insert(ticket, id.clone());
            model.order(Order::OpenProfile { ticket, holder: id });
        }
    }
}

fn ended(model: &mut Model, work: WorkId, end: &WorkEnd) {
    let job = model.unfinished.running.iter().find(|(_, run)| **run == work).map(|(job, _)| job.clone());
    let Some(job) = job else {
        // New work that was cut off: said wherever the officer is, unless they look at it.
        if matches!(end, WorkEnd::Unfinished { .. }) && model.work.all.contains_key(&work) {
            if *model.history.here() != Route::Work(work) {
                model.notify(NoticeKind::Warning, NoticeText::Key("unfinished-left"));
            }
            model.order(Order::ListUnfinished);
        }
        return;
    };
    model.unfinished.running.remove(&job);
    let then_issue = model.unfinished.then_issue.remove(&work);
    let Some(known) = model.unfinished.jobs.iter().find(|known| known.job == job).cloned() else { return };
    if matches!(end, WorkEnd::Done { .. } | WorkEnd::Undone { .. } | WorkEnd::LookAtPrinter { .. }) {
        model.unfinished.jobs.retain(|known| known.job != job);
    }
    let serial = known.serial.clone();
    let state = &mut model.unfinished;
    state.results.retain(|(result, _)| result.job != job);
    state.results.push((known, end.clone()));
    if state.results.len() > MOST_RESULTS {
        let listed = |job: &JobId| state.jobs.iter().any(|known| known.job == *job);
        let oldest = state.results.iter().position(|(result, _)| !listed(&result.job));
        oldest.map(|place| state.results.remove(place));
    }
    // Whatever the end was, the journal has the last word on what is still open.
    model.order(Order::ListUnfinished);
    if let (Some(holder), WorkEnd::Undone { .. }, Some(serial)) = (then_issue, end, serial)
        && model.officer().is_some()
        && matches!(model.history.here(), Route::Unfinished | Route::Work(_))
    {
        model.notify(NoticeKind::Good, NoticeText::Card("unfinished-blank-again", serial.clone()));
        model.go(Route::Issue(holder.clone()));
        model.unfinished.emptied = Some((holder, serial));
        choose_emptied(model);
    }
}
