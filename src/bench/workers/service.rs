//! The service worker: lookups, sign-in, the queue's bookkeeping, the audit.

use std::{fs::File, io::Write, path::Path, sync::Arc};

use super::{
    card_work::{self, CardJob},
    common::Common,
    offline, on_card, own_card,
    printer::PrinterOrder,
    question::Question,
    queue, telephone,
    teller::serve,
};
use crate::{
    bench::{
        event::{Activity, Event, Profile, Trouble, WorkEnd, WorkEvent},
        order::{MOST_FOUND, Order, ProofFor, Ticket, WorkId},
    },
    cis2::{
        Service, ServiceError,
        wire::{CardProof, Session, SignIn},
    },
    domain::{CardSerial, HolderId, JobId, Passcode},
    journal::{NewEntry, QueueState},
    operations::effect::CameOut,
    workplace::AuditChain,
};

/// Rows of a holder's history at most.
const MOST_HISTORY: usize = 500;
/// Rows of the audit asked for at a time.
const AUDIT_PAGE: usize = 1000;

/// What the service worker does.
pub enum ServiceOrder {
    /// What somebody outside asked for.
    Asked(Order),
    /// What came of an officer's own card that was to prove who they are. A reader's worker gives this order: sessions
    /// begin and end here alone, one after the other.
    Proved(Result<CardProof, Trouble>, ProofFor),
}

impl From<Order> for ServiceOrder {
    fn from(order: Order) -> Self {
        Self::Asked(order)
    }
}

impl ServiceOrder {
    fn question(&self) -> Question {
        match self {
            Self::Asked(order) => Question::of(order),
            Self::Proved(_, to) => Question::of_proof(to),
        }
    }
}

/// Runs until the lane is closed.
pub fn run(common: &Arc<Common>) {
    let mut worker = Worker { common, chain: AuditChain::default() };
    serve(&common.service, &common.teller, ServiceOrder::question, |order| match order {
        ServiceOrder::Asked(order) => worker.carry_out(order),
        ServiceOrder::Proved(Ok(proof), ProofFor::SignIn) => {
            worker.begin_session(|service| service.sign_in_with_card(&proof));
        }
        ServiceOrder::Proved(proof, to) => own_card::proved(common, proof, to),
    });
}

struct Worker<'a> {
    common: &'a Arc<Common>,
    /// Hashes of the audit rows seen, so that later rows are checked against them.
    chain: AuditChain,
}

impl Worker<'_> {
    fn carry_out(&mut self, order: Order) {
        let common = self.common;
        let service = &common.workplace.service;
        match order {
            Order::ListOfficers => common.tell(Event::Officers(answered(common, service.training_officers()))),
            Order::SignIn { officer } => {
                common.workplace.signed_in_at(None);
                self.begin_session(|service| service.sign_in(&SignIn { officer }));
            }
            Order::SignOut => self.sign_out(),
            Order::Find { ticket, query } => {
                let result = answered(common, service.find_holders(&query, MOST_FOUND)).map(Arc::new);
                common.tell(Event::Found { ticket, result });
            }
            Order::OpenProfile { ticket, holder } => {
                let result = self.profile(&holder).map(Box::new);
                common.tell(Event::Profile { ticket, result });
            }
            Order::HolderNames { holders } => {
                let result = self.names(&holders);
                common.tell(Event::HolderNames { holders, result });
            }
            Order::Telephone { ticket, order } => {
                common.tell(Event::Telephone { ticket, told: telephone::told(common, order) });
            }
            Order::ListUntold => common.tell(Event::Untold(offline::untold(common))),
            Order::ListUnfinished => common.tell_unfinished(),
            Order::Resume { work, job, passcode } => self.resume(work, job, passcode),
            // A card that is in a reader goes to that reader's own worker.
            Order::OnCard { work, card } => on_card::begin(common, work, *card, None),
            Order::StepUp { work } => on_card::step_up(common, work),
            Order::Approve { work, officer } => on_card::approve(common, work, officer),
            Order::GiveUp { work } => on_card::give_up(common, work),
            Order::ListQueue => queue::tell(common),
            Order::Enqueue { holder, serial, printer, reprint_reason } => {
                let known = common.workplace.bench.printers.choose(Some(&printer));
                let result = known.map_err(|error| Trouble::unchanged(error.to_string())).and_then(|_| {
                    queue::add(common, NewEntry { holder, serial, printer, reason: reprint_reason }, false).map(drop)
                });
                queue::changed(common, None, result);
            }
            Order::Print { entry } => {
                if let Err(trouble) = self.print(entry) {
                    queue::changed(common, Some(entry), Err(trouble));
                }
            }
            Order::RetryPrint { entry } => {
                let result = queue::seen(common, entry, CameOut::Nothing);
                queue::changed(common, Some(entry), result);
                common.after_job();
            }
            Order::MarkPrinted { entry } => {
                let result = queue::seen(common, entry, CameOut::Well);
                queue::changed(common, Some(entry), result);
                common.after_job();
            }
            Order::CameOut { job, card } => {
                let desk = common.workplace.desk();
                let told = desk.came_out(&job, card, &mut |_| {});
                queue::tell(common);
                match told {
                    Ok(_) => common.after_job(),
                    Err(error) => common.tell(Event::Unfinished(Err(Trouble::from(&error)))),
                }
            }
            Order::CancelPrint { entry } => {
                let from = [QueueState::Waiting, QueueState::Failed];
                queue::changed(common, Some(entry), queue::set_from(common, entry, &from, QueueState::Cancelled));
            }
            Order::MovePrint { entry, before } => {
                queue::changed(common, Some(entry), queue::move_before(common, entry, before));
            }
            Order::SpoilPrint { work, entry, reason } => queue::end_spoilt(common, work, entry, reason),
            Order::Reprint { entry, reason } => {
                queue::changed(common, Some(entry), queue::reprint(common, entry, reason));
                common.after_job();
            }
            Order::Activity { ticket, after } => self.activity(ticket, after),
            Order::Export { ticket, file, text } => {
                common.tell(Event::Exported { ticket, result: export(&file, &text) });
            }
            // Dispatch sends nothing else here.
            _ => {}
        }
    }

    fn begin_session(&self, begin: impl FnOnce(&dyn Service) -> Result<Session, ServiceError>) {
        let common = self.common;
        if common.in_work() {
            common.tell(Event::SignedIn(Err(own_card::busy())));
            return;
        }
        let mut result = answered(common, begin(&common.workplace.service));
        if let Ok(session) = &mut result {
            // The service keeps its token for itself: nobody else needs it.
            session.token = None;
        }
        if result.is_ok() {
            // Done while the service answers: once it is silent, it is too late. Where it cannot be done, it is done at
            // the next sign-in, and nothing else is touched by it.
            let _ = common.workplace.desk().enrol(common.workplace.gateway_name());
            let _ = common.workplace.tell_printer_changes();
        }
        common.set_session(result.as_ref().ok().cloned());
        common.tell(Event::SignedIn(result));
        common.look_at_all_again();
    }

    fn sign_out(&self) {
        let common = self.common;
        if common.in_work() {
            common.sign_out_later();
            return;
        }
        // What waited for these officers is not done for others.
        common.all_waiting().into_iter().for_each(|work| on_card::give_up(common, work));
        // A session that the service does not end by itself now ends there by its own time.
        let _ = common.workplace.service.sign_out();
        common.set_session(None);
        common.tell(Event::SignedOut);
        common.look_at_all_again();
    }

    fn profile(&self, holder: &HolderId) -> Result<Profile, Trouble> {
        let common = self.common;
        let service = &common.workplace.service;
        let record = answered(common, service.holder(holder))?;
        let history = answered(common, service.holder_history(holder, MOST_HISTORY))?;
        Ok(Profile { record, history })
    }

    /// Names of these holders. One that the service refuses to tell is left out; no answer at all is trouble.
    fn names(&self, holders: &[HolderId]) -> Result<Vec<(HolderId, String)>, Trouble> {
        let mut names = Vec::with_capacity(holders.len());
        for holder in holders {
            match self.common.workplace.service.holder(holder) {
                Ok(record) => names.push((holder.clone(), record.holder.printed_name().to_owned())),
                Err(ServiceError::Problem(problem)) if problem.status != 401 => {}
                Err(error) => return Err(Trouble::from(&error)),
            }
        }
        Ok(names)
    }

    /// Hands the job to the reader that its card is in; when that is not known, the job itself looks for the card.
    fn resume(&self, work: WorkId, job: JobId, passcode: Option<Passcode>) {
        let reader = self.serial_of(&job).and_then(|serial| self.common.reader_with(&serial));
        let Some(reader) = reader else {
            card_work::resume_anywhere(self.common, work, &job, passcode);
            return;
        };
        if let Err(trouble) = reader.give(CardJob::Resume { work, job, passcode }) {
            let event = WorkEvent::Ended(WorkEnd::NotBegun(trouble));
            self.common.tell(Event::Work { work, event });
        }
    }

    fn serial_of(&self, job: &JobId) -> Option<CardSerial> {
        let record = self.common.workplace.journal.job(job).ok().flatten()?;
        record.plan.get("serial")?.as_str()?.parse().ok()
    }

    /// Hands the entry to its printer.
    fn print(&self, id: i64) -> Result<(), Trouble> {
        let entry = queue::standing(self.common, id, &[QueueState::Waiting])?;
        let printer = self.common.printer(&entry.printer).ok_or_else(|| {
            Trouble::unchanged(format!(
                "there is no printer “{}” at this desk: put the card into the queue of another printer; nothing was sent",
                entry.printer
            ))
        })?;
        printer
            .lane
            .replace(PrinterOrder::Print(id), |order| matches!(order, PrinterOrder::Print(known) if *known == id))
            .map_err(|_| {
                Trouble::unchanged("too many cards wait for this printer at once: wait a moment and try again")
            })
    }

    /// Every row after this one, in pieces; the last piece says whether the chain is whole and is the one this desk saw.
    fn activity(&mut self, ticket: Ticket, after: u64) {
        let common = self.common;
        let service = &common.workplace.service;
        if after == 0 || after < self.chain.rows() {
            self.chain = AuditChain::default();
        }
        let head = match answered(common, service.audit_head()) {
            Ok(head) => head,
            Err(trouble) => {
                common.tell(Event::Activity { ticket, result: Err(trouble) });
                return;
            }
        };
        loop {
            let known = self.chain.rows();
            let mut rows = match answered(common, service.audit(known, AUDIT_PAGE)) {
                Ok(rows) => rows,
                Err(trouble) => {
                    common.tell(Event::Activity { ticket, result: Err(trouble) });
                    return;
                }
            };
            // A gateway that sends nothing newer has sent everything.
            if rows.last().is_none_or(|row| row.sequence <= known) {
                break;
            }
            self.chain.add(&rows);
            rows.retain(|row| row.sequence > after);
            if !rows.is_empty() {
                let piece = Activity { rows, head: None, witness: None };
                common.tell(Event::Activity { ticket, result: Ok(piece) });
            }
        }
        let witness = Some(common.workplace.bears_out(&self.chain, &head));
        let piece = Activity { rows: Vec::new(), head: Some(head), witness };
        common.tell(Event::Activity { ticket, result: Ok(piece) });
    }
}

/// An answer of the service, or why there is none. Where there is one, cards that wait for one are asked about again.
fn answered<T>(common: &Common, result: Result<T, ServiceError>) -> Result<T, Trouble> {
    if result.is_ok() {
        common.service_answers();
    }
    result.map_err(|error| Trouble::from(&error))
}

fn export(file: &Path, text: &str) -> Result<(), Trouble> {
    let written = File::create(file).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| {
        Trouble::unchanged(format!("{} cannot be written ({error}): choose another file or folder", file.display()))
    })
}
