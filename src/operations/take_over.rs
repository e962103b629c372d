//! A card that another workstation left unfinished is brought to a known state at this one.

use super::{
    channel::ChannelUse,
    clear,
    effect::Outcome,
    error::OperationError,
    issue::{self, PasscodeChoice},
    on_card,
    pocket::Pocket,
    preflight::objects_of,
    prepare::emptied,
    progress::Progress,
    report::told,
    resume::Resumed,
    runner::{Desk, JobPlan, Machine, issue_ending, random_passcode, to_json},
    through_channel::ThroughChannel,
};
use crate::{
    card::{profile::CardProfile, reader::Presence},
    cis2::wire::{Chip, DeliverySaid, Issuance},
    domain::{CardSerial, CardState, Operation},
    journal::{JobRecord, JobState},
};

impl Desk<'_> {
    /// Does [`Desk::take_over`] for every card there is. One that cannot be read or is held by another program is left.
    ///
    /// # Errors
    /// The service does not answer, or the journal cannot be written.
    pub fn take_over_all(&self, tell: &mut dyn FnMut(&Progress)) -> Result<Vec<Resumed>, OperationError> {
        let mut all = Vec::new();
        for reader in self.readers.list()?.into_iter().filter(|reader| matches!(reader.card, Presence::Present { .. }))
        {
            match self.take_over(Some(&reader.name), tell) {
                Ok(resumed) => all.extend(resumed),
                Err(
                    OperationError::NotRecognised(_)
                    | OperationError::Reader(_)
                    | OperationError::Card(_)
                    // It is somebody's card, and that person has to be asked.
                    | OperationError::RepairIt { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// Brings the card in a reader back to blank when an issue or a clear of it was begun elsewhere and never finished.
    /// `None` when the service counts nothing on this card as unfinished.
    ///
    /// # Errors
    /// [`OperationError::RepairIt`] for a holder's card, which is never made blank here; the card cannot be read, the service does not answer, or the journal cannot be written.
    pub fn take_over(
        &self,
        reader: Option<&str>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Resumed>, OperationError> {
        let reader = self.choose_reader(reader)?;
        let (session, card) = self.open_card(&reader)?;
        let record = self.service.card(&card.serial)?;
        let (CardState::Unfinished, Some(job)) = (record.state, record.last_job) else { return Ok(None) };
        let known = self.journal.job(&job)?;
        if known.as_ref().is_some_and(|record| record.state == JobState::Open) {
            // It was begun here and is resumed with the open jobs.
            return Ok(None);
        }
        let issuance = self.service.issuance(&job)?;
        let serial = card.serial.clone();
        match issuance.operation {
            Operation::Issue => {}
            Operation::Clear => {
                let plan = JobPlan::OnCard(cleared_elsewhere(issuance, card.serial, &card.profile));
                let pocket = Pocket {
                    session: Some(session),
                    profile: Some(card.profile),
                    passcode: Some(random_passcode()?),
                    ..Pocket::default()
                };
                return self.take_over_clear(&plan, known.as_ref(), pocket, tell);
            }
            operation => return Err(OperationError::RepairIt { serial, operation }),
        }
        let plan = issue::Plan {
            job: job.clone(),
            holder: issuance.holder,
            serial,
            series: card.profile.series,
            profile: card.profile.id.clone(),
            passcode: PasscodeChoice::LeftLocked,
            guid: String::new(),
            objects: objects_of(&card.profile),
            channel: ChannelUse::of(&card.profile),
        };
        let _claim = self.journal.claim(&job)?;
        self.put_taken_over(&JobPlan::Issue(plan.clone()), known.as_ref())?;
        let machine = ThroughChannel::new(issue::State::new(plan.clone()), plan.channel).step(&Outcome::TakenOver);
        let mut pocket = Pocket { session: Some(session), profile: Some(card.profile), ..Pocket::default() };
        let rest = self.drive(machine, &JobPlan::Issue(plan), &mut pocket, None, tell)?;
        let ending = issue_ending(&rest);
        self.close(&job, &ending)?;
        let resumed = |record| Resumed { record, resumption: ending.into(), which_pair: None, note: None };
        Ok(self.journal.job(&job)?.map(resumed))
    }

    /// Goes on to blank with a clear that another workstation began.
    fn take_over_clear(
        &self,
        plan: &JobPlan,
        known: Option<&JobRecord>,
        mut pocket: Pocket,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Resumed>, OperationError> {
        let JobPlan::OnCard(on_card) = plan else { return Ok(None) };
        let _claim = self.journal.claim(plan.job())?;
        self.put_taken_over(plan, known)?;
        pocket.resumptions = self.outcomes_of(plan.job())?.len();
        let machine = ThroughChannel::new(clear::State::new(on_card.clone()), plan.channel()).step(&Outcome::TakenOver);
        let rest = self.drive(machine, plan, &mut pocket, None, tell)?;
        let (ending, note) = told(&rest);
        self.close(plan.job(), &ending)?;
        let resumed = |record| Resumed { record, resumption: ending.into(), which_pair: None, note };
        Ok(self.journal.job(plan.job())?.map(resumed))
    }

    /// Puts on record that this workstation takes a job over.
    fn put_taken_over(&self, plan: &JobPlan, known: Option<&JobRecord>) -> Result<(), OperationError> {
        match known {
            Some(_) => self.journal.reopen(plan.job())?,
            None => self.journal.begin(plan.job(), plan.operation(), &plan.to_json()?)?,
        }
        self.journal.outcome(plan.job(), &to_json(&Outcome::TakenOver)?)?;
        Ok(())
    }
}

/// The plan of a clear that was begun at another workstation.
fn cleared_elsewhere(issuance: Issuance, serial: CardSerial, profile: &CardProfile) -> on_card::Plan {
    on_card::Plan {
        job: issuance.job,
        operation: Operation::Clear,
        holder: issuance.holder,
        serial,
        series: profile.series,
        profile: profile.id.clone(),
        chip: Chip::InReader,
        delivery: DeliverySaid::NotSaid,
        reason: None,
        note: None,
        objects: emptied(profile),
        clear: profile.clear,
        recovery: profile.unlock_code.recovery,
        channel: ChannelUse::of(profile),
        tries_before: None,
        counter_after: on_card::CounterAfter::default(),
        asked_by: on_card::AskedBy::Officer,
    }
}
