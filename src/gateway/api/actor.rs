//! Who asks: nobody, an officer, or a holder who is signed in to their own card.

use rusqlite::Connection;
use serde_json::json;
use time::OffsetDateTime;

use super::Desk;
use crate::{
    cis2::wire::{CardRecord, IssuanceState},
    domain::{
        CardSerial, Holder, HolderId, Officer, Operation, Secret, Series,
        eligibility::{ClientSoftware, Task},
    },
    gateway::{
        holder_sessions,
        issuances::{BegunAs, Job},
        policy::{self, OwnQuestion, Question},
        problem::Fault,
        records, sessions,
    },
};

/// Who asks.
pub enum Actor {
    /// Nobody is signed in.
    Nobody,
    /// An officer at the desk.
    Officer(Box<sessions::Found>),
    /// A holder, without an officer.
    Holder(Box<holder_sessions::Found>),
}

impl Actor {
    /// Whose token this is.
    pub fn of(store: &Connection, token: Option<&Secret>, now: OffsetDateTime) -> Result<Self, Fault> {
        let Some(token) = token else { return Ok(Self::Nobody) };
        if let Some(found) = sessions::find(store, token, now)? {
            return Ok(Self::Officer(Box::new(found)));
        }
        let found = holder_sessions::find(store, token, now)?;
        Ok(found.map_or(Self::Nobody, |found| Self::Holder(Box::new(found))))
    }

    /// Under whose name answers are kept for callers who ask again.
    pub fn scope(&self) -> String {
        match self {
            Self::Nobody => String::new(),
            Self::Officer(found) => found.officer.id.to_string(),
            Self::Holder(found) => format!("holder {} with {}", found.holder.id, found.serial),
        }
    }
}

/// Which calls are for whom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Anybody,
    /// Officers alone.
    SignedIn,
    /// Whoever has a job to do on a card: an officer, or a holder on their own.
    AtWork,
    /// Holders alone.
    Holder,
}

impl Access {
    /// Whether these calls are for this one.
    ///
    /// # Errors
    /// Nobody is signed in, or somebody the call is not for.
    pub fn check(self, actor: &Actor) -> Result<(), Fault> {
        match (self, actor) {
            (Self::Anybody, _)
            | (Self::SignedIn, Actor::Officer(_))
            | (Self::AtWork, Actor::Officer(_) | Actor::Holder(_))
            | (Self::Holder, Actor::Holder(_)) => Ok(()),
            (_, Actor::Nobody) => Err(Fault::unauthenticated()),
            (_, Actor::Holder(_)) => Err(officers_only()),
            (_, Actor::Officer(_)) => Err(Fault::new(
                403,
                "holders-only",
                "This is for holders who work on their own card",
                "Sign in with the holder's card, or do it as an officer at the desk",
            )),
        }
    }
}

fn officers_only() -> Fault {
    Fault::new(
        403,
        "officers-only",
        "This is for officers, and a holder is signed in",
        "Take the card to the Registration Authority desk",
    )
}

/// What is to be done to a card, as far as a decision needs it.
pub struct Wanted<'a> {
    /// What.
    pub operation: Operation,
    /// Whose card.
    pub holder: &'a Holder,
    /// The card, as the records have it.
    pub card: &'a CardRecord,
    /// Series as recognised.
    pub series: Series,
    /// What the workstation runs.
    pub software: &'a ClientSoftware,
}

impl Desk<'_> {
    /// Who is signed in, if it is an officer.
    pub fn officer(&self) -> Result<&Officer, Fault> {
        match &self.actor {
            Actor::Officer(found) => Ok(&found.officer),
            Actor::Holder(_) => Err(officers_only()),
            Actor::Nobody => Err(Fault::unauthenticated()),
        }
    }

    /// The card the officer's session was begun with.
    pub fn session_card(&self) -> Option<&CardSerial> {
        match &self.actor {
            Actor::Officer(found) => found.card.as_ref(),
            Actor::Holder(_) | Actor::Nobody => None,
        }
    }

    /// Who is signed in, if it is a holder.
    pub fn own_session(&self) -> Result<&holder_sessions::Found, Fault> {
        match &self.actor {
            Actor::Holder(found) => Ok(found),
            Actor::Officer(_) | Actor::Nobody => Err(Fault::unauthenticated()),
        }
    }

    /// Under which number a new job is begun, and as what.
    pub fn beginner(&self) -> Result<(HolderId, BegunAs), Fault> {
        match &self.actor {
            Actor::Officer(found) => Ok((found.officer.id.clone(), BegunAs::Desk)),
            Actor::Holder(found) => Ok((found.holder.id.clone(), BegunAs::SelfService)),
            Actor::Nobody => Err(Fault::unauthenticated()),
        }
    }

    /// Jobs belong to the officer who began them, or to the holder on whose card they are.
    pub fn check_owner(&self, job: &Job) -> Result<(), Fault> {
        match (&self.actor, job.begun_as) {
            (Actor::Officer(found), BegunAs::Desk) => job.check_officer(&found.officer),
            (Actor::Holder(found), BegunAs::SelfService)
                if found.holder.id == job.public.holder && found.serial == job.public.serial =>
            {
                Ok(())
            }
            (Actor::Nobody, _) => Err(Fault::unauthenticated()),
            // Its time ran out and the gateway revoked what nobody confirmed: whoever may do this at the desk goes on.
            (Actor::Officer(_), BegunAs::SelfService) if job.public.state == IssuanceState::Expired => {
                self.check_heir(job)
            }
            (Actor::Officer(_), BegunAs::SelfService) => {
                let until = job.public.deadline;
                Err(Fault::new(
                    403,
                    "other-officer",
                    "This job was begun by the holder themselves",
                    "Let them finish it with their card and passcode, or wait until its time runs out; then it can be gone on \
                     with here, or the card repaired",
                )
                .detail(format!("until {:02}:{:02} UTC", until.hour(), until.minute())))
            }
            (Actor::Holder(_), _) => Err(not_yours()),
        }
    }

    /// Whoever may repair the card may go on with what its holder began and did not end in time.
    fn check_heir(&self, job: &Job) -> Result<(), Fault> {
        let (holder, card) =
            (records::holder(self.store, &job.public.holder)?, records::card(self.store, &job.public.serial)?);
        let (series, software) = (job.series, &job.software);
        let wanted = Wanted { operation: Operation::Repair, holder: &holder, card: &card, series, software };
        let detail = json!({ "job": job.public.job, "holder": holder.id, "serial": card.serial });
        self.check_wanted(&wanted, "issuance.take-over.refused", &detail)
    }

    /// A holder may look at their own card and job and at no other.
    pub fn check_own_card(&self, serial: &CardSerial) -> Result<(), Fault> {
        match &self.actor {
            Actor::Holder(found) if found.serial != *serial => Err(not_yours()),
            _ => Ok(()),
        }
    }

    /// Whether what let this job begin still holds: the role of its officer, the record of its holder, what its workstation
    /// runs. The day counts as the one it was begun on: what was begun in time is finished.
    pub fn check_still_allowed(&self, job: &Job) -> Result<(), Fault> {
        let holder = records::holder(self.store, &job.public.holder)?;
        let card = CardRecord { state: job.card_before, ..records::card(self.store, &job.public.serial)? };
        let (operation, series, software) = (job.public.operation, job.series, &job.software);
        let wanted = Wanted { operation, holder: &holder, card: &card, series, software };
        let detail = json!({
            "job": job.public.job, "operation": operation, "holder": holder.id, "serial": card.serial,
        });
        self.check_wanted_on(job.begun, &wanted, "job.no-longer-allowed", &detail)
    }

    /// Whether policy lets the one who asks do this now; a holder may do on their own card what their session is good for.
    pub fn check_wanted(&self, wanted: &Wanted<'_>, event: &str, detail: &serde_json::Value) -> Result<(), Fault> {
        self.check_wanted_on(self.now, wanted, event, detail)
    }

    fn check_wanted_on(
        &self,
        day: OffsetDateTime,
        wanted: &Wanted<'_>,
        event: &str,
        detail: &serde_json::Value,
    ) -> Result<(), Fault> {
        let Wanted { operation, holder, card, series, software } = *wanted;
        let refusal = match &self.actor {
            Actor::Officer(found) => {
                let question =
                    Question { operation, officer: &found.officer, holder, card, series, software, printer: None };
                policy::refusal(self.store, self.core.config.realm, day, &question)?
            }
            Actor::Holder(found) => {
                if found.serial != card.serial || found.holder.id != holder.id {
                    return Err(not_yours());
                }
                let task = Task::SelfService(operation);
                let question = OwnQuestion { task, holder, card, series, software };
                let refusal = policy::own_refusal(self.store, self.core.config.realm, day, &question)?;
                if refusal.is_none() && !found.begun_with.operations().contains(&operation) {
                    return Err(Fault::new(
                        403,
                        "sign-in-not-enough",
                        "This sign-in is not good for that",
                        "Sign in with the card and its passcode to change the passcode or renew, with a code to unlock",
                    ));
                }
                refusal
            }
            Actor::Nobody => return Err(Fault::unauthenticated()),
        };
        match refusal {
            None => Ok(()),
            Some(refusal) => {
                self.audit(event, detail)?;
                Err(Fault::refused(operation, refusal).kept())
            }
        }
    }
}

fn not_yours() -> Fault {
    Fault::new(
        403,
        "not-your-card",
        "This is not the card you are signed in to",
        "Put your own card back in, or sign in with this one",
    )
}
