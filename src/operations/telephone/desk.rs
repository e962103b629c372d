//! The desk's part of an unlock by telephone: the challenge, the response, and the work on the card.

use x509_parser::parse_x509_certificate;

use super::{Enrolment, Plan, State};
use crate::{
    card::{
        piv::{ObjectName, certificate_in},
        profile::CardProfile,
    },
    cis2::wire::{
        BeginByTelephone, BegunByTelephone, DeliverySaid, EndByTelephone, EndedByTelephone, SecretBase64, UnlockCodes,
    },
    domain::{
        CardSerial, CertificateSlot, HolderId, OfficerId, Operation, Passcode, PasscodeRules, Secret,
        telephone::{Challenge, CompletionCode, Conversation, Response, SpokenCodes, TelephoneOutcome},
    },
    journal::{Claim, JobState},
    operations::{
        CardReport, Desk, Ending, OperationError, Progress,
        card_work::{card_contents, selected},
        channel::ChannelUse,
        effect::Outcome,
        pocket::{CardSession, Pocket, Reach},
        preflight::new_job,
        report::told,
        resume::replay,
        runner::{JobPlan, to_json},
    },
};

/// Which card is unlocked by telephone.
#[derive(Debug, Clone, Copy)]
pub struct OfflineWish<'a> {
    /// The reader; `None` takes the only one with a card in it.
    pub reader: Option<&'a str>,
    /// The card that was looked at; `None` takes the one that is there.
    pub serial: Option<&'a CardSerial>,
    /// Who is signed in at this desk, if anybody is: not even here does anybody work on their own card.
    pub officer: Option<&'a OfficerId>,
    /// The name the desk keeps its gateway under; it is not asked anything.
    pub gateway: &'a str,
}

/// A card in a reader, and the challenge that is read over the telephone for it. The job is on record.
pub struct OfflinePreflight {
    /// What is to be done.
    pub plan: Plan,
    /// The reader with the card.
    pub reader: String,
    /// The card's profile.
    pub profile: CardProfile,
    /// The open card; none while others may use it.
    session: Option<CardSession>,
    /// Exchanges with the card before it was let go.
    exchanges: u64,
    conversation: Conversation,
    /// Whether a response came that fits: then the gateway has a job open for it.
    answered: bool,
    _claim: Claim,
}

impl OfflinePreflight {
    /// What is read over the telephone.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.plan.challenge
    }

    /// The shape a passcode of this card has.
    #[must_use]
    pub fn rules(&self) -> PasscodeRules {
        self.profile.passcode.rules()
    }

    /// Takes the response. `None` when its check digits do not fit: the card has seen nothing, and it is read once more.
    #[must_use]
    pub fn hear(&mut self, response: &Response) -> Option<SpokenCodes> {
        let codes = self.conversation.codes(response);
        self.answered |= codes.is_some();
        codes
    }

    /// Lets go of the card while people speak: others may use it, and it may be taken out and put back.
    pub fn let_go(&mut self) {
        if let Some(session) = self.session.take() {
            self.exchanges = self.exchanges.saturating_add(session.record.count());
        }
    }

    /// What is read over the telephone when it is given up before anything was done.
    #[must_use]
    pub fn given_up(&self) -> CompletionCode {
        self.conversation.completion(TelephoneOutcome::GivenUp)
    }
}

/// What came of an unlock without a gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct OfflineReport {
    /// As of any operation on a card in use. Done here means: the card is done, and the gateway has not heard it yet.
    pub report: CardReport,
    /// What the completion code tells.
    pub outcome: TelephoneOutcome,
    /// What is read over the telephone.
    pub completion: CompletionCode,
}

impl Desk<'_> {
    /// Looks at the card, makes a challenge for it and puts the job on record.
    ///
    /// # Errors
    /// This workstation is not enrolled, the card is another one or the officer's own, wants a secure channel, cannot be
    /// read or does not say whose it is, or the journal cannot be written. Nothing was changed.
    pub fn prepare_offline(&self, wish: &OfflineWish<'_>) -> Result<OfflinePreflight, OperationError> {
        let gateway = wish.gateway;
        let enrolment = Enrolment::read(self.journal.folder(), gateway)?.ok_or(OperationError::NotEnrolled)?;
        let reader = self.choose_reader(wish.reader)?;
        let (mut session, card) = self.open_card(&reader)?;
        if let Some(looked_at) = wish.serial.filter(|serial| **serial != card.serial) {
            return Err(OperationError::Swapped { looked_at: looked_at.clone(), found: card.serial });
        }
        if ChannelUse::of(&card.profile) != ChannelUse::None {
            return Err(OperationError::ChannelNeedsGateway { serial: card.serial });
        }
        let holder = match &session.reach {
            Reach::Commands(_) => selected(&mut session, &card.profile, |piv| {
                for slot in CertificateSlot::BOTH {
                    // A damaged one says nothing; the other may.
                    let content = piv.get_object(ObjectName::certificate(slot))?;
                    let der = content.as_deref().and_then(|content| certificate_in(content).ok().flatten());
                    if let Some(holder) = der.and_then(holder_of) {
                        return Ok(Some(holder));
                    }
                }
                Ok(None)
            })?,
            Reach::Middleware(_) => {
                let contents = card_contents(&mut session, &card.profile, &card.serial, None)?;
                CertificateSlot::BOTH.into_iter().find_map(|slot| holder_of(contents.certificate(slot)?))
            }
        };
        let holder = holder.ok_or(OperationError::HolderUnknown)?;
        if wish.officer == Some(&holder) {
            return Err(OperationError::OwnCard { serial: card.serial });
        }
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(|e| OperationError::Randomness(e.to_string()))?;
        let random = u32::from_le_bytes(random);
        let (challenge, conversation) = Conversation::begin(enrolment.number, random, &enrolment.key, &card.serial);
        let plan = Plan {
            job: new_job()?,
            holder,
            serial: card.serial,
            series: card.series,
            profile: card.profile.id.clone(),
            challenge,
            gateway: gateway.to_owned(),
        };
        let claim = self.journal.claim(&plan.job)?;
        self.journal.begin(&plan.job, Operation::Unlock, &to_json(&plan)?)?;
        let profile = card.profile;
        Ok(OfflinePreflight {
            plan,
            reader,
            profile,
            session: Some(session),
            exchanges: 0,
            conversation,
            answered: false,
            _claim: claim,
        })
    }

    /// Takes the card up again that was let go.
    ///
    /// # Errors
    /// It is not in its reader, or another one is. Nothing was changed, and the challenge is good still.
    pub fn take_up_offline(&self, preflight: &mut OfflinePreflight) -> Result<(), OperationError> {
        let (session, card) = self.open_card(&preflight.reader)?;
        if card.serial != preflight.plan.serial {
            return Err(OperationError::Swapped { looked_at: preflight.plan.serial.clone(), found: card.serial });
        }
        preflight.session = Some(session);
        Ok(())
    }

    /// Unlocks the card with what was heard, and gives it the holder's new passcode.
    ///
    /// # Errors
    /// The passcode does not fit this card, or the journal failed. Everything else is in the report.
    pub fn unlock_offline(
        &self,
        preflight: OfflinePreflight,
        codes: SpokenCodes,
        new: Passcode,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<OfflineReport, OperationError> {
        new.fits(preflight.rules())?;
        let OfflinePreflight { plan, profile, session, exchanges, conversation, _claim, .. } = preflight;
        let heard = Outcome::CodesReleased { candidates: codes.current.len() };
        self.journal.outcome(&plan.job, &to_json(&heard)?)?;
        let machine = super::step(State::new(plan.clone()), &heard);
        let wrapped = |code: &crate::domain::UnlockCode| SecretBase64(Secret::new(code.expose().to_vec()));
        let codes = UnlockCodes { current: codes.current.iter().map(wrapped).collect(), next: wrapped(&codes.next) };
        let record = session.as_ref().map(|session| session.record.clone()).unwrap_or_default();
        let mut pocket =
            Pocket { session, profile: Some(profile), passcode: Some(new), codes: Some(codes), ..Pocket::default() };
        let plan = JobPlan::Telephone(plan);
        let rest = self.drive(machine, &plan, &mut pocket, None, tell)?;
        let outcome = rest.machine.told();
        // The card has ended, whatever the gateway has heard: the job stays open until it has.
        let (ending, note) = match &rest.machine.stage {
            super::Stage::Tell { end: super::End::Done { note }, .. } => (Ending::Done, note.clone()),
            super::Stage::Tell { end: super::End::Undone { why }, .. } => (rest.undone(why.clone()), None),
            _ => told(&rest),
        };
        let report = CardReport {
            job: plan.job().clone(),
            operation: Operation::Unlock,
            holder: plan.holder().clone(),
            serial: plan.serial().clone(),
            ending,
            note,
            need: None,
            apdus: exchanges.saturating_add(record.count()),
            gateway_calls: rest.gateway_calls,
            steps: rest.steps,
            which_pair: None,
            tries_left: pocket.tries_left,
            found: Vec::new(),
        };
        Ok(OfflineReport { report, outcome, completion: conversation.completion(outcome) })
    }

    /// Gives it up before anything was done on the card. Where a response came, the gateway waits for its end: the job
    /// stays on record, so that it is told even if nobody hears the code.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn give_up_offline(&self, preflight: &OfflinePreflight) -> Result<(), OperationError> {
        if preflight.answered {
            return Ok(());
        }
        Ok(self.journal.close(&preflight.plan.job, JobState::Undone)?)
    }

    /// The unlocks without a gateway that it has not heard the end of, with what is read over the telephone for each.
    ///
    /// # Errors
    /// The journal or the key of this workstation cannot be read.
    pub fn untold(&self) -> Result<Vec<(Plan, CompletionCode)>, OperationError> {
        let mut all = Vec::new();
        for record in self.journal.open_jobs()?.into_iter().filter(|record| Plan::is_recorded_in(&record.plan)) {
            let plan: Plan =
                serde_json::from_value(record.plan.clone()).map_err(|e| OperationError::JournalEntry(e.to_string()))?;
            let state = replay(State::new(plan.clone()), &self.outcomes_of(&record.job)?);
            let code = self.conversation_of(&plan)?.completion(state.told());
            all.push((plan, code));
        }
        Ok(all)
    }

    /// Answers the challenge of another desk, for a card of this holder; with a second officer's approval, where the gateway
    /// asks for one.
    ///
    /// # Errors
    /// The gateway does not answer, the challenge does not fit the card, or this officer may not unlock it.
    pub fn begin_by_telephone(
        &self,
        holder: &HolderId,
        serial: &CardSerial,
        challenge: &Challenge,
        delivery: DeliverySaid,
        approval: Option<SecretBase64>,
    ) -> Result<BegunByTelephone, OperationError> {
        let request = BeginByTelephone {
            job: new_job()?,
            holder: holder.clone(),
            serial: serial.clone(),
            challenge: challenge.clone(),
            delivery,
            approval,
        };
        Ok(self.service.begin_by_telephone(&request.job, &request)?)
    }

    /// Tells the gateway the completion code of another desk.
    ///
    /// # Errors
    /// The gateway does not answer, or the code is none of this unlock.
    pub fn end_by_telephone(
        &self,
        challenge: &Challenge,
        code: &CompletionCode,
    ) -> Result<EndedByTelephone, OperationError> {
        let request = EndByTelephone { challenge: challenge.clone(), code: code.clone() };
        Ok(self.service.end_by_telephone(&key_of(&request), &request)?)
    }

    /// The conversation of a job on record.
    pub(in crate::operations) fn conversation_of(&self, plan: &Plan) -> Result<Conversation, OperationError> {
        let enrolment = Enrolment::read(self.journal.folder(), &plan.gateway)?.ok_or(OperationError::NotEnrolled)?;
        Conversation::of(&plan.challenge, &enrolment.key, &plan.serial).ok_or(OperationError::NotEnrolled)
    }
}

/// The idempotency key of telling how an unlock ended: the same code of the same challenge is told once.
pub(in crate::operations) fn key_of(request: &EndByTelephone) -> String {
    format!("telephone-{}-{}", request.challenge.as_str(), String::from(request.code.clone()))
}

/// Whose certificate this is: its common name begins with the holder's number (TRAINING may follow).
fn holder_of(der: &[u8]) -> Option<HolderId> {
    let (_, certificate) = parse_x509_certificate(der).ok()?;
    let name = certificate.subject().iter_common_name().next()?.as_str().ok()?;
    name.split_whitespace().next()?.parse().ok()
}
