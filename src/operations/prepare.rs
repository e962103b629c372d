//! Proves reader, card, holder and officer before an operation on a card in use.

use super::{
    card_work::{card_contents, passcode_tries, selected},
    channel::ChannelUse,
    diagnosis::{self, CardContents, Finding},
    error::OperationError,
    issue::PasscodeChoice,
    known::KnownCard,
    on_card::{self, AskedBy, CounterAfter},
    pocket::{CardSession, Spent},
    preflight::{Facts, new_job, objects_of},
    recertify::{self, PairBefore},
    runner::Desk,
};
use crate::{
    card::{
        piv::{ObjectName, Tries},
        profile::{CardProfile, ClearSettings, CodeRecovery, Personalise, RenewalKeys},
        recognise::{Depth, read_objects},
    },
    cis2::{
        ServiceError,
        wire::{
            CardAtDesk, CardRecord, Chip, DeliverySaid, HolderRecord, KeysWanted, LONGEST_NOTE, PhotoAtDesk,
            SecretBase64,
        },
    },
    domain::{CancelReason, CardSerial, CertificateSlot, Holder, HolderId, Operation, Series},
};

/// What an officer asks for on a card in use.
#[derive(Debug, Clone)]
pub struct CardWish {
    /// What.
    pub operation: Operation,
    /// In which reader; `None` takes the only one with a card in it.
    pub reader: Option<String>,
    /// The card the officer looked at: another card in the reader is refused. A card that is not here is named by it.
    pub serial: Option<CardSerial>,
    /// Whose card it is; `None` takes the holder on record.
    pub holder: Option<HolderId>,
    /// What the officer says of its delivery.
    pub delivery: DeliverySaid,
    /// Why it is cancelled.
    pub reason: Option<CancelReason>,
    /// More about it for the audit, at most [`LONGEST_NOTE`] characters; no name.
    pub note: Option<String>,
    /// A second officer's approval.
    pub approval: Option<SecretBase64>,
    /// Where the chip is.
    pub chip: Chip,
    /// The card as it was looked at last in this reader: what was read then is not read again, and it is looked at again
    /// when the work is over.
    pub known: Option<KnownCard>,
    /// Who asks.
    pub asked_by: AskedBy,
}

impl CardWish {
    /// An operation on the card in the only reader that has one.
    #[must_use]
    pub fn new(operation: Operation) -> Self {
        Self {
            operation,
            reader: None,
            serial: None,
            holder: None,
            delivery: DeliverySaid::NotSaid,
            reason: None,
            note: None,
            approval: None,
            chip: Chip::InReader,
            known: None,
            asked_by: AskedBy::Officer,
        }
    }
}

/// Everything unlock, change of passcode, clear or cancel needs, proved; nothing has been changed.
pub struct OnCardPreflight {
    /// What will be done.
    pub plan: on_card::Plan,
    /// Whose card it is; `None` when the wish named holder and card and nobody was asked.
    pub holder: Option<Holder>,
    /// What the service knows of the card; `None` likewise.
    pub record: Option<CardRecord>,
    /// The profile of the card; `None` when it is not here.
    pub profile: Option<CardProfile>,
    /// The reader it is in; `None` when it is not here.
    pub reader: Option<String>,
    /// Tries left of its passcode, as the card itself says. One: the next wrong one locks it. `None` also when nothing was
    /// asked because the card was looked at before.
    pub tries_left: Option<u8>,
    pub(super) session: Option<CardSession>,
    pub(super) approval: Option<SecretBase64>,
    pub(super) spent: Spent,
}

/// Everything a repair or renewal needs, proved; nothing has been changed.
pub struct RecertifyPreflight {
    /// What will be done.
    pub plan: recertify::Plan,
    /// Whose card it is.
    pub holder: Holder,
    /// What the service knows of the card.
    pub record: CardRecord,
    /// The profile of the card.
    pub profile: CardProfile,
    /// The reader it is in.
    pub reader: String,
    /// Tries left of its passcode, as the card itself says.
    pub tries_left: Option<u8>,
    /// What is wrong with the card, if anything.
    pub diagnosis: Vec<Finding>,
    pub(super) contents: CardContents,
    pub(super) facial_image: Option<Vec<u8>>,
    pub(super) session: CardSession,
    pub(super) spent: Spent,
}

/// The open card of a wish.
struct CardHere {
    reader: String,
    session: CardSession,
    profile: CardProfile,
    serial: CardSerial,
    /// What it held when it was looked at.
    contents: Option<CardContents>,
    spent: Spent,
}

impl Desk<'_> {
    /// Proves everything an unlock, a change of passcode, a clear or a cancel needs. The card stays open for it.
    ///
    /// An unlock whose wish names card and holder asks the gateway nothing here: the call that begins it decides.
    ///
    /// # Errors
    /// What is missing, and what to do about it. Nothing was changed.
    pub fn prepare_on_card(&self, wish: &CardWish) -> Result<OnCardPreflight, OperationError> {
        let operation = wish.operation;
        match operation {
            Operation::Unlock | Operation::ChangePasscode | Operation::Clear | Operation::Cancel => {}
            _ => return Err(OperationError::WrongOperation { operation }),
        }
        if operation == Operation::Cancel && wish.reason.is_none() {
            return Err(OperationError::ReasonNeeded);
        }
        if wish.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
            return Err(OperationError::ReasonTooLong);
        }
        if wish.chip == Chip::NotHere {
            return self.prepare_without_chip(wish);
        }
        let mut here = self.card_of(wish)?;
        let asked_nothing = operation == Operation::Unlock && wish.serial.is_some() && wish.holder.is_some();
        let (record, holder) = match asked_nothing {
            true => (None, None),
            false => {
                let (record, holder) = self.whose(&mut here, wish.holder.as_ref(), operation)?;
                (Some(record), Some(holder.holder))
            }
        };
        // A card that was looked at told its tries then; an unlock that knows nothing of it asks before it sends anything.
        let (looked_at, tries_left) = match &here.contents {
            Some(contents) => (true, contents.tries_left),
            None if asked_nothing => (false, None),
            None => (false, count(passcode_tries(&mut here.session, &here.profile, &here.serial)?)),
        };
        if operation == Operation::ChangePasscode && tries_left == Some(0) {
            return Err(OperationError::PasscodeLocked { serial: here.serial });
        }
        let owner = holder.as_ref().map(|holder| holder.id.clone()).or_else(|| wish.holder.clone());
        let owner = owner.ok_or_else(|| OperationError::NobodysCard { serial: here.serial.clone() })?;
        let plan = on_card::Plan {
            profile: here.profile.id.clone(),
            objects: emptied(&here.profile),
            clear: here.profile.clear,
            recovery: here.profile.unlock_code.recovery,
            channel: ChannelUse::of(&here.profile),
            tries_before: tries_left.filter(|_| operation == Operation::Unlock),
            counter_after: if looked_at { CounterAfter::LookedAtAgain } else { CounterAfter::Asked },
            ..plan_of(wish, owner, here.serial, here.profile.series)?
        };
        Ok(OnCardPreflight {
            plan,
            holder,
            record,
            profile: Some(here.profile),
            reader: Some(here.reader),
            tries_left,
            session: Some(here.session),
            approval: wish.approval.clone(),
            spent: here.spent,
        })
    }

    /// Proves what an unlock needs whose holder is asked for a passcode once it has begun: the card says whose it is, and the
    /// gateway is asked nothing. `None` where the card does not say it.
    pub(super) fn prepare_at_once(&self, wish: &CardWish) -> Result<Option<OnCardPreflight>, OperationError> {
        let reader = self.choose_reader(wish.reader.as_deref())?;
        let (session, card) = self.open(&reader, Depth::Glimpse, None)?;
        if let Some(looked_at) = wish.serial.as_ref().filter(|looked_at| **looked_at != card.serial) {
            return Err(OperationError::Swapped { looked_at: looked_at.clone(), found: card.serial });
        }
        let Some((holder, tries_left)) = card.glimpse.and_then(|seen| Some((seen.holder?, seen.tries_left))) else {
            return Ok(None);
        };
        let profile = card.profile;
        let plan = on_card::Plan {
            profile: profile.id.clone(),
            recovery: profile.unlock_code.recovery,
            channel: ChannelUse::of(&profile),
            tries_before: tries_left,
            counter_after: CounterAfter::Asked,
            ..plan_of(wish, wish.holder.clone().unwrap_or(holder), card.serial, profile.series)?
        };
        Ok(Some(OnCardPreflight {
            plan,
            holder: None,
            record: None,
            profile: Some(profile),
            reader: Some(reader),
            tries_left,
            session: Some(session),
            approval: wish.approval.clone(),
            spent: Spent::default(),
        }))
    }

    /// A card that is not here is ended on record alone; the gateway decides, whatever this workstation runs.
    fn prepare_without_chip(&self, wish: &CardWish) -> Result<OnCardPreflight, OperationError> {
        if wish.operation != Operation::Cancel {
            return Err(OperationError::ChipNeeded { operation: wish.operation });
        }
        let serial = wish.serial.clone().ok_or(OperationError::NoCardNamed)?;
        let mut spent = Spent::default();
        let at_desk = self.at_desk(&serial, &mut spent)?;
        let record = at_desk.card;
        let nobody = || OperationError::NobodysCard { serial: serial.clone() };
        let owner = wish.holder.clone().or_else(|| record.holder.clone()).ok_or_else(nobody)?;
        let officer = match at_desk.officer {
            Some(officer) => officer,
            None => self.service.session()?.officer,
        };
        if owner == officer.id {
            return Err(OperationError::OwnCard { serial });
        }
        let holder = self.holder_named(&owner, at_desk.holder, &mut spent)?;
        let plan = plan_of(wish, owner, serial.clone(), record.series)?;
        Ok(OnCardPreflight {
            plan,
            holder: Some(holder.holder),
            record: Some(record),
            profile: None,
            reader: None,
            tries_left: None,
            session: None,
            approval: wish.approval.clone(),
            spent,
        })
    }

    /// Proves everything a repair or renewal needs, and says what is wrong with the card. The card stays open for it.
    ///
    /// # Errors
    /// What is missing, and what to do about it. Nothing was changed.
    pub fn prepare_recertify(&self, wish: &CardWish) -> Result<RecertifyPreflight, OperationError> {
        let operation = wish.operation;
        if !matches!(operation, Operation::Repair | Operation::Renew) {
            return Err(OperationError::WrongOperation { operation });
        }
        let mut here = self.card_of(wish)?;
        let (record, holder) = self.whose(&mut here, wish.holder.as_ref(), operation)?;
        let contents = match here.contents.take() {
            Some(contents) => contents,
            None => card_contents(&mut here.session, &here.profile, &here.serial, record.good_pair.as_ref())?,
        };
        let profile = here.profile;
        if operation == Operation::Renew && contents.tries_left == Some(0) {
            return Err(OperationError::PasscodeLocked { serial: here.serial });
        }
        let mut diagnosis = diagnosis::diagnose(&contents, Some(&record), time::OffsetDateTime::now_utc());
        if operation == Operation::Repair && profile.personalise == Personalise::Piv {
            diagnosis = self.told_apart(diagnosis, &contents);
            let names = open_objects(&profile);
            let objects = selected(&mut here.session, &profile, |piv| read_objects(piv, &names))?;
            diagnosis.extend(diagnosis::of_objects(&objects, &profile, None));
        }
        let pair = if diagnosis.iter().any(Finding::is_of_the_pair) { PairBefore::Damaged } else { PairBefore::Whole };
        let mut objects = match (operation, profile.personalise) {
            (_, Personalise::Pkcs11) => CertificateSlot::BOTH.map(ObjectName::certificate).to_vec(),
            (Operation::Renew, _) => renewed(&profile),
            (_, Personalise::Piv | Personalise::No) => objects_of(&profile),
        };
        if holder.holder.photo_sha256.is_none() {
            // A card is repaired without a picture rather than not at all.
            objects.retain(|object| *object != ObjectName::FacialImage);
        }
        let facial_image = match objects.contains(&ObjectName::FacialImage) {
            true => {
                here.spent.gateway_calls += 1;
                Some(self.portrait(&holder.holder)?.facial_image(profile.objects.facial_image_max_bytes)?)
            }
            false => None,
        };
        let keys = match (operation, profile.renewal.keys) {
            (Operation::Renew, RenewalKeys::Same) => KeysWanted::Same,
            _ => KeysWanted::New,
        };
        let plan = recertify::Plan {
            job: new_job()?,
            operation,
            holder: holder.holder.id.clone(),
            serial: here.serial,
            series: profile.series,
            profile: profile.id.clone(),
            passcode: PasscodeChoice::ChosenByHolder,
            keys,
            guid: new_job()?.as_str().to_owned(),
            objects,
            pair,
            reach: match profile.personalise {
                Personalise::Pkcs11 => recertify::Reach::Middleware,
                Personalise::Piv | Personalise::No => recertify::Reach::Commands,
            },
            replaced: record.good_pair.iter().flatten().cloned().collect(),
            recovery: profile.unlock_code.recovery,
            channel: ChannelUse::of(&profile),
            asked_by: wish.asked_by,
        };
        Ok(RecertifyPreflight {
            plan,
            holder: holder.holder,
            record,
            profile,
            reader: here.reader,
            tries_left: contents.tries_left,
            diagnosis,
            contents,
            facial_image,
            session: here.session,
            spent: here.spent,
        })
    }

    /// The card in the reader, if it is the one that was looked at.
    fn card_of(&self, wish: &CardWish) -> Result<CardHere, OperationError> {
        let reader = self.choose_reader(wish.reader.as_deref())?;
        let (session, card) = self.open(&reader, Depth::Identity, wish.known.as_ref())?;
        if let Some(looked_at) = wish.serial.as_ref().filter(|looked_at| **looked_at != card.serial) {
            return Err(OperationError::Swapped { looked_at: looked_at.clone(), found: card.serial });
        }
        let known = wish.known.as_ref().filter(|known| *known.serial() == card.serial);
        let spent = known.map_or_else(Spent::default, |known| Spent {
            apdus: known.card.commands,
            gateway_calls: known.gateway_calls,
        });
        let contents = known.map(|known| known.contents.clone());
        Ok(CardHere { reader, session, profile: card.profile, serial: card.serial, contents, spent })
    }

    /// What the service knows of a card and its holder, and whether this officer may do this to it. A holder who works on
    /// their own card without an officer is judged by the gateway when the work is begun: nothing is changed before.
    fn whose(
        &self,
        here: &mut CardHere,
        named: Option<&HolderId>,
        operation: Operation,
    ) -> Result<(CardRecord, HolderRecord), OperationError> {
        let at_desk = self.at_desk(&here.serial, &mut here.spent)?;
        let (record, nobody) = (at_desk.card, OperationError::NobodysCard { serial: here.serial.clone() });
        let Some(officer) = at_desk.officer else { return Ok((record, at_desk.holder.ok_or(nobody)?)) };
        if record.holder.as_ref() == Some(&officer.id) {
            return Err(OperationError::OwnCard { serial: here.serial.clone() });
        }
        let Some(owner) = named.or(record.holder.as_ref()) else { return Err(nobody) };
        let holder = self.holder_named(owner, at_desk.holder, &mut here.spent)?;
        let series = here.profile.series;
        self.check(operation, &Facts { officer: &officer, holder: &holder, card: &record, series, printer: None })?;
        Ok((record, holder))
    }

    /// Asks the service about a card in one call.
    fn at_desk(&self, serial: &CardSerial, spent: &mut Spent) -> Result<CardAtDesk, OperationError> {
        spent.gateway_calls += 1;
        match self.service.card_at_desk(serial, PhotoAtDesk::NotWanted) {
            // A holder is signed in to another card than this one.
            Err(ServiceError::Problem(problem)) if problem.kind == "not-your-card" => {
                let looked_at = self.service.holder_session()?.serial;
                Err(OperationError::Swapped { looked_at, found: serial.clone() })
            }
            answer => Ok(answer?),
        }
    }

    /// The holder who was named: as a rule the one the card is on record for.
    fn holder_named(
        &self,
        id: &HolderId,
        on_record: Option<HolderRecord>,
        spent: &mut Spent,
    ) -> Result<HolderRecord, OperationError> {
        if let Some(holder) = on_record.filter(|holder| holder.holder.id == *id) {
            return Ok(holder);
        }
        spent.gateway_calls += 1;
        Ok(self.service.holder(id)?)
    }

    /// The holder of a job, also where they are signed in themselves and no officer is.
    pub(super) fn holder_of(&self, id: &HolderId) -> Result<Holder, ServiceError> {
        match self.service.holder(id) {
            Err(ServiceError::Problem(problem)) if problem.kind == "officers-only" => {
                Ok(self.service.holder_session()?.holder)
            }
            found => Ok(found?.holder),
        }
    }
}

fn plan_of(
    wish: &CardWish,
    holder: HolderId,
    serial: CardSerial,
    series: Series,
) -> Result<on_card::Plan, OperationError> {
    let note = wish.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    Ok(on_card::Plan {
        job: new_job()?,
        operation: wish.operation,
        holder,
        serial,
        series,
        profile: String::new(),
        chip: wish.chip,
        delivery: wish.delivery,
        reason: wish.reason,
        note: note.map(str::to_owned),
        objects: Vec::new(),
        clear: ClearSettings::default(),
        recovery: CodeRecovery::Never,
        channel: ChannelUse::None,
        tries_before: None,
        counter_after: CounterAfter::default(),
        asked_by: wish.asked_by,
    })
}

fn count(tries: Tries) -> Option<u8> {
    match tries {
        Tries::Left(left) => Some(left),
        Tries::Verified | Tries::Unknown => None,
    }
}

/// What a clear and a cancel empty. The capability container stays, because on some cards it holds the only serial; the
/// discovery object says the same on a blank card.
pub(super) fn emptied(profile: &CardProfile) -> Vec<ObjectName> {
    let kept = [ObjectName::CardCapabilityContainer, ObjectName::Discovery];
    objects_of(profile).into_iter().filter(|object| !kept.contains(object)).collect()
}

/// What a renewal writes.
pub(super) fn renewed(profile: &CardProfile) -> Vec<ObjectName> {
    objects_of(profile).into_iter().filter(carries_expiry).collect()
}

/// The objects besides certificates and identifier that are written to a card and that anyone may read.
pub(super) fn open_objects(profile: &CardProfile) -> Vec<ObjectName> {
    let open = [ObjectName::CardCapabilityContainer, ObjectName::Discovery];
    objects_of(profile).into_iter().filter(|object| open.contains(object)).collect()
}

/// The objects that are written to a card and that it shows after its passcode alone.
pub(super) fn closed_objects(profile: &CardProfile) -> Vec<ObjectName> {
    let closed = [ObjectName::PrintedInformation, ObjectName::FacialImage];
    objects_of(profile).into_iter().filter(|object| closed.contains(object)).collect()
}

/// Whether an object holds a certificate, or the last day or the identity that goes with one.
fn carries_expiry(object: &ObjectName) -> bool {
    matches!(
        object,
        ObjectName::AuthenticationCertificate
            | ObjectName::SigningCertificate
            | ObjectName::CardHolderUniqueIdentifier
            | ObjectName::PrintedInformation
    )
}
