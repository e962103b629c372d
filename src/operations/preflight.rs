//! Proves reader, card, holder, photo, printer and gateway before the first step that cannot be taken back.

use time::OffsetDateTime;

use super::{
    card_work::{card_contents, selected},
    channel::ChannelUse,
    error::OperationError,
    issue::{self, PasscodeChoice},
    judged,
    known::KnownCard,
    pocket::{CardSession, Reach, TokenReach},
    print,
    runner::Desk,
};
use crate::{
    card::{
        piv::ObjectName,
        profile::{CardProfile, ObjectWriting},
        reader::{Access, Presence, ReaderStatus},
        recognise::{self, Depth, NotRecognised, Recognised},
        transport::{ExchangeRecord, layered},
    },
    cis2::wire::{CardRecord, HolderRecord, LONGEST_NOTE},
    domain::{
        CardSerial, CardState, CertificateSlot, Holder, HolderId, JobId, Officer, Operation, Series,
        eligibility::{
            Address, Certificates, Decision, Delivery, Photo, Realm, Situation, Subject, Task, decide, offers,
        },
        sha256_hex,
    },
    face::{CardFacts, Face, FaceData, Mark, Photo as Portrait, Purpose, Template},
    printer::{
        choice::Printer,
        magicard::{self, JobOptions, status::Condition},
        ribbon::{self, RibbonWord},
        spool::{Cancel, Spool},
    },
};

/// What an officer asks for.
#[derive(Debug, Clone)]
pub struct IssueRequest<'a> {
    /// Who the card is for.
    pub holder: HolderId,
    /// Which reader; `None` takes the only one with a card in it.
    pub reader: Option<String>,
    /// Passcode now, or issue locked.
    pub passcode: PasscodeChoice,
    /// How the card is to be printed once it is issued; `None` when it is not.
    pub print: Option<FacePrint<'a>>,
}

/// A face on a printer.
#[derive(Debug, Clone, Copy)]
pub struct FacePrint<'a> {
    /// On which printer.
    pub printer: &'a Printer,
    /// With which template.
    pub template: &'a Template,
}

/// Everything an issue needs, proved; nothing has been changed.
pub struct IssuePreflight {
    /// What will be done.
    pub plan: issue::Plan,
    /// For whom.
    pub holder: Holder,
    /// The profile of the card.
    pub profile: CardProfile,
    /// What the officer should know of the photo before it is used.
    pub photo_advice: Vec<String>,
    /// The reader the card is in.
    pub reader: String,
    pub(super) facial_image: Option<Vec<u8>>,
    pub(super) session: CardSession,
}

/// What an officer asks to have printed.
#[derive(Debug, Clone, Copy)]
pub struct PrintRequest<'a> {
    /// Whose card.
    pub holder: &'a HolderId,
    /// Which of their cards; `None` takes the newest that is in use.
    pub serial: Option<&'a CardSerial>,
    /// On which printer.
    pub printer: &'a Printer,
    /// With which template.
    pub template: &'a Template,
    /// Time of the job, for the printer.
    pub now: OffsetDateTime,
    /// Why the face is printed once more, at most [`LONGEST_NOTE`] characters and no name; `None` for a first print.
    pub reprint_reason: Option<&'a str>,
}

/// Everything a print needs, proved; nothing has been sent.
pub struct PrintPreflight {
    /// What will be printed.
    pub plan: print::Plan,
    /// The face as this printer prints it: preview and proof come from the planes of the job.
    pub face: Face,
    /// What this printer does not print as it is shown.
    pub marks: Vec<Mark>,
    /// The bytes for the printer.
    pub job_bytes: Vec<u8>,
    /// The head position they are made for, 0 to 100.
    pub head_position: u8,
    /// What the officer should know of the printer before it prints.
    pub printer_advice: Vec<String>,
    pub(super) spool: Box<dyn Spool + Send>,
}

impl PrintPreflight {
    /// Stops the print, from another thread.
    #[must_use]
    pub fn cancel(&self) -> Cancel {
        self.spool.cancel()
    }
}

impl Desk<'_> {
    /// Proves everything an issue needs. The card stays open for the issue.
    ///
    /// # Errors
    /// What is missing, and what to do about it. Nothing was changed.
    pub fn prepare_issue(&self, request: &IssueRequest<'_>) -> Result<IssuePreflight, OperationError> {
        let officer = self.service.session()?.officer;
        let reader = self.choose_reader(request.reader.as_deref())?;
        let (mut session, card) = self.open_card(&reader)?;
        let record = self.service.card(&card.serial)?;
        if record.holder.as_ref() == Some(&officer.id) {
            return Err(OperationError::OwnCard { serial: card.serial });
        }
        if record.state == CardState::Blank && holds_certificates(&mut session, &card.profile, &record)? {
            return Err(OperationError::NotBlank { serial: card.serial });
        }
        let holder = self.service.holder(&request.holder)?;
        let profile = card.profile;
        let facts = Facts { officer: &officer, holder: &holder, card: &record, series: profile.series, printer: None };
        self.check(Operation::Issue, &facts)?;
        if let Some(print) = &request.print {
            let state = match request.passcode {
                PasscodeChoice::ChosenByHolder => CardState::Active,
                PasscodeChoice::LeftLocked => CardState::Locked,
            };
            let issued = CardRecord { state, ..record.clone() };
            let printer = Some(print.printer.profile.id.as_str());
            self.check(Operation::Print, &Facts { card: &issued, printer, ..facts })?;
            magicard::check_series(&print.printer.profile, profile.series)?;
        }
        let portrait = self.portrait(&holder.holder)?;
        let objects = objects_of(&profile);
        let facial_image = match objects.contains(&ObjectName::FacialImage) {
            true => Some(portrait.facial_image(profile.objects.facial_image_max_bytes)?),
            false => None,
        };
        let plan = issue::Plan {
            job: new_job()?,
            holder: request.holder.clone(),
            serial: card.serial,
            series: profile.series,
            profile: profile.id.clone(),
            passcode: request.passcode,
            guid: new_job()?.as_str().to_owned(),
            objects,
            channel: ChannelUse::of(&profile),
        };
        let photo_advice = judged::advice(&portrait, holder.holder.photo_sha256.as_deref())?;
        if let Some(print) = request.print {
            let card = CardFacts {
                serial: plan.serial.clone(),
                series: plan.series,
                locked: plan.passcode == PasscodeChoice::LeftLocked,
                expires: None,
            };
            self.ready_face(print, &holder.holder, (portrait, card), OffsetDateTime::now_utc())
                .map_err(|cause| OperationError::IssueWithoutPrint(Box::new(cause)))?;
        }
        Ok(IssuePreflight { plan, holder: holder.holder, profile, photo_advice, reader, facial_image, session })
    }

    /// Proves everything a print needs and composes the face.
    ///
    /// # Errors
    /// What is missing, and what to do about it. Nothing was sent.
    pub fn prepare_print(&self, request: &PrintRequest<'_>) -> Result<PrintPreflight, OperationError> {
        let reprint_reason = request.reprint_reason.map(str::trim).filter(|reason| !reason.is_empty());
        if reprint_reason.is_some_and(|reason| reason.chars().count() > LONGEST_NOTE) {
            return Err(OperationError::ReasonTooLong);
        }
        let officer = self.service.session()?.officer;
        let holder = self.service.holder(request.holder)?;
        let card = choose_card(&holder, request.serial)
            .ok_or_else(|| OperationError::NothingToPrint { holder: request.holder.clone() })?;
        let model = request.printer.profile.id.as_str();
        let facts = Facts { officer: &officer, holder: &holder, card, series: card.series, printer: Some(model) };
        self.check(Operation::Print, &facts)?;
        magicard::check_series(&request.printer.profile, card.series)?;
        self.nothing_waits_inside(&request.printer.choice.name)?;
        let portrait = self.portrait(&holder.holder)?;
        let print = FacePrint { printer: request.printer, template: request.template };
        let facts = CardFacts {
            serial: card.serial.clone(),
            series: card.series,
            locked: card.state == CardState::Locked,
            expires: card.certificates_expire.map(|last| last.date()),
        };
        let ReadyFace { face, marks, job_bytes, head_position, printer_advice, spool } =
            self.ready_face(print, &holder.holder, (portrait, facts), request.now)?;
        let plan = print::Plan {
            job: new_job()?,
            holder: request.holder.clone(),
            serial: card.serial.clone(),
            series: card.series,
            printer: request.printer.choice.name.clone(),
            printer_model: model.to_owned(),
            job_sha256: sha256_hex(&job_bytes),
            reprint_reason: reprint_reason.map(str::to_owned),
        };
        Ok(PrintPreflight { plan, face, marks, job_bytes, head_position, printer_advice, spool })
    }

    /// Proves that the printer is there and ready, and composes a holder's face for it. Nothing is sent.
    pub(super) fn ready_face(
        &self,
        print: FacePrint<'_>,
        holder: &Holder,
        (portrait, card): (Portrait, CardFacts),
        now: OffsetDateTime,
    ) -> Result<ReadyFace, OperationError> {
        let mut spool = print.printer.spool();
        let status = spool.status()?;
        // A job that the printer did not understand is over, e.g. one whose line was cut; the next one is printed.
        let may_print = |condition: &Condition| matches!(condition, Condition::Ready | Condition::JobRefused);
        if let Some(condition) = status.as_ref().map(|status| status.condition).filter(|c| !may_print(c)) {
            return Err(OperationError::PrinterNotReady { condition });
        }
        let face = Face::compose(
            print.template,
            &FaceData {
                name: holder.printed_name().to_owned(),
                number: holder.id.clone(),
                organisation: holder.organisation.clone(),
                photo: portrait,
                purpose: if self.realm == Realm::Live { Purpose::Live } else { Purpose::Training },
                card: Some(card),
                today: now.date(),
            },
        )?;
        let mut options =
            JobOptions::one_card(u32::try_from(now.unix_timestamp()).unwrap_or(0)).told_by(status.as_ref());
        options.back = face.back_planes();
        let mut printer_advice = Vec::new();
        // A queue with a driver of its own may print with other panels than the profile's.
        let driven = print.printer.choice.destination.has_a_driver();
        if let Some(status) = status.as_ref().filter(|_| !driven)
            && let RibbonWord::Unknown(words) =
                ribbon::check(&print.printer.profile, status, face.planes(), options.back)?
        {
            printer_advice.push(words);
        }
        let encoder = print.printer.encoder();
        let job_bytes = encoder.encode(face.planes(), &options)?;
        let head_position = options.head_position.unwrap_or(print.printer.profile.head.position);
        let face = face.as_printed(|_, planes| encoder.separate(planes).look);
        let marks = face.marks(&print.printer.profile.limits());
        Ok(ReadyFace { face, marks, job_bytes, head_position, printer_advice, spool })
    }

    /// The reader that was named, or the only one with a card in it.
    pub(super) fn choose_reader(&self, asked: Option<&str>) -> Result<String, OperationError> {
        let readers = self.readers.list()?;
        if readers.is_empty() {
            return Err(OperationError::NoReader);
        }
        if let Some(name) = asked {
            return Ok(name.to_owned());
        }
        let with_card: Vec<String> =
            readers.into_iter().filter(|r| r.card != Presence::Empty).map(|r| r.name).collect();
        match <[String; 1]>::try_from(with_card) {
            Ok([only]) => Ok(only),
            Err(none) if none.is_empty() => Err(OperationError::NoCard),
            Err(readers) => Err(OperationError::SeveralCards { readers }),
        }
    }

    /// Opens the card in a reader for work and recognises it.
    pub(super) fn open_card(&self, reader: &str) -> Result<(CardSession, Recognised), OperationError> {
        self.open(reader, Depth::Identity, None)
    }

    /// Opens the card in a reader and recognises it: read closely where that is asked for and commands reach it. The card
    /// that was looked at last in that reader is known again by its serial alone.
    pub(super) fn open(
        &self,
        reader: &str,
        depth: Depth,
        known: Option<&KnownCard>,
    ) -> Result<(CardSession, Recognised), OperationError> {
        let mut connection = self.readers.connect(reader, Access::Exclusive)?;
        let atr = connection.atr().to_vec();
        let record = ExchangeRecord::default();
        let link = recognise::link();
        let mut found = None;
        connection
            .transact(&mut |card| {
                let mut card = layered(card, &link, &record);
                found = Some(match (known.filter(|known| known.card.atr == atr), depth) {
                    (Some(known), _) => known.again(&mut card, self.profiles),
                    (None, Depth::Identity) => recognise::recognise(&mut card, &atr, self.profiles),
                    (None, Depth::Glimpse) => recognise::glimpse(&mut card, &atr, self.profiles),
                    (None, Depth::Contents) => recognise::look_closely(&mut card, &link, &atr, self.profiles),
                });
            })
            .map_err(OperationError::Card)?;
        let card = match found.ok_or(OperationError::NoCard)? {
            Err(NotRecognised::NeedsMiddleware(profile)) => {
                // The middleware opens the card itself.
                drop(connection);
                return self.reach_through_middleware(reader, atr, *profile, record);
            }
            card => card?,
        };
        let card = Recognised { commands: record.count(), ..card };
        let own = card.profile.new_link();
        // A card that was read closely has shown whether it takes extended length.
        let link = if depth == Depth::Contents { own.after(&link) } else { own };
        let selected = card.place.leaves_piv_selected();
        Ok((CardSession { reach: Reach::Commands(connection), link, record, selected }, card))
    }

    fn reach_through_middleware(
        &self,
        reader: &str,
        atr: Vec<u8>,
        profile: CardProfile,
        record: ExchangeRecord,
    ) -> Result<(CardSession, Recognised), OperationError> {
        let middleware = self.readers.middleware();
        let card = recognise::through_middleware(middleware, reader, atr, profile, Depth::Identity)?;
        let middleware = middleware.cloned().ok_or(OperationError::NoCard)?;
        let (link, reader) = (card.profile.new_link(), reader.to_owned());
        let reach = Reach::Middleware(TokenReach { middleware, reader });
        Ok((CardSession { reach, link, record, selected: false }, card))
    }

    /// Opens the card with this serial, in whatever reader it is.
    pub(super) fn find_card(&self, serial: &CardSerial) -> Result<(CardSession, CardProfile), OperationError> {
        for reader in looked_through(self.readers.list()?, self.officers_reader.as_deref()) {
            // A card that cannot be opened or read is some other card; the one looked for may be in the next reader.
            if let Ok((session, card)) = self.open_card(&reader.name)
                && card.serial == *serial
            {
                return Ok((session, card.profile));
            }
        }
        Err(OperationError::CardNotHere { serial: serial.clone() })
    }

    /// The photo on record, decoded and checked.
    pub(super) fn portrait(&self, holder: &Holder) -> Result<Portrait, OperationError> {
        if holder.photo_sha256.is_none() {
            return Err(OperationError::NoPhoto { holder: holder.id.clone() });
        }
        Ok(Portrait::decode(&self.service.photo(&holder.id)?)?)
    }

    /// Asks the same rules the gateway will decide by.
    pub(super) fn check(&self, operation: Operation, facts: &Facts<'_>) -> Result<(), OperationError> {
        match self.decision(operation, facts) {
            Decision::Allowed => Ok(()),
            Decision::Refused(refusal) => Err(OperationError::Refused(refusal)),
        }
    }

    /// What those rules say.
    pub(super) fn decision(&self, operation: Operation, facts: &Facts<'_>) -> Decision {
        match decide(&self.situation(operation, facts)) {
            Decision::Allowed => Decision::Allowed,
            Decision::Refused(mut refusal) => {
                let in_the_way = refusal.card_in_the_way(&facts.card.serial);
                let mut records = std::iter::once(facts.card).chain(&facts.holder.cards);
                let record = in_the_way.and_then(|serial| records.find(|record| record.serial == *serial));
                refusal.since = record.and_then(CardRecord::since);
                Decision::Refused(refusal)
            }
        }
    }

    /// What they say of every operation on a card.
    pub(super) fn offers(&self, facts: &Facts<'_>) -> [(Operation, Decision); Operation::ALL.len()] {
        offers(&self.situation(Operation::Issue, facts))
    }

    fn situation<'a>(&'a self, operation: Operation, facts: &Facts<'a>) -> Situation<'a> {
        let holder = &facts.holder.holder;
        let in_use = |card: &&CardRecord| matches!(card.state, CardState::Active | CardState::Locked);
        let other = facts.holder.cards.iter().filter(in_use).find(|card| card.serial != facts.card.serial);
        Situation {
            task: Task::Desk(operation),
            role: facts.officer.role,
            subject: if facts.officer.id == holder.id { Subject::Own } else { Subject::Another },
            series: facts.series,
            card: facts.card.state,
            certificates: Certificates::at(OffsetDateTime::now_utc(), facts.card.certificates_expire),
            holder: holder.state,
            photo: if holder.photo_sha256.is_some() { Photo::OnRecord } else { Photo::Missing },
            other_card: other.map(|card| &card.serial),
            address: Address::OnRecord,
            delivery: if facts.card.awaits_delivery { Delivery::Awaited } else { Delivery::Confirmed },
            software: &self.software,
            printer: facts.printer,
            realm: self.realm,
            today: OffsetDateTime::now_utc().date(),
        }
    }
}

/// Whether there is a certificate on the chip: then it is somebody's card, whatever the service knows of it.
fn holds_certificates(
    session: &mut CardSession,
    profile: &CardProfile,
    record: &CardRecord,
) -> Result<bool, OperationError> {
    if matches!(session.reach, Reach::Middleware(_)) {
        let contents = card_contents(session, profile, &record.serial, record.good_pair.as_ref())?;
        return Ok(CertificateSlot::BOTH.into_iter().any(|slot| contents.certificate(slot).is_some()));
    }
    selected(session, profile, |piv| {
        let authentication = piv.get_object(ObjectName::AuthenticationCertificate)?;
        Ok(authentication.is_some() || piv.get_object(ObjectName::SigningCertificate)?.is_some())
    })
}

/// A face, and the printer that is ready for it.
pub(super) struct ReadyFace {
    face: Face,
    marks: Vec<Mark>,
    job_bytes: Vec<u8>,
    head_position: u8,
    printer_advice: Vec<String>,
    spool: Box<dyn Spool + Send>,
}

/// What a decision is made from.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub officer: &'a Officer,
    pub holder: &'a HolderRecord,
    pub card: &'a CardRecord,
    pub series: Series,
    pub printer: Option<&'a str>,
}

/// The card to print on: the one that was named, or the newest in use.
fn choose_card<'a>(holder: &'a HolderRecord, serial: Option<&CardSerial>) -> Option<&'a CardRecord> {
    match serial {
        Some(serial) => holder.cards.iter().find(|card| card.serial == *serial),
        None => holder.cards.iter().find(|card| matches!(card.state, CardState::Active | CardState::Locked)),
    }
}

/// The objects an issue writes on a card of this profile, certificates first.
pub(super) fn objects_of(profile: &CardProfile) -> Vec<ObjectName> {
    let written = |setting: ObjectWriting, object| (setting != ObjectWriting::Leave).then_some(object);
    [
        Some(ObjectName::AuthenticationCertificate),
        Some(ObjectName::SigningCertificate),
        Some(ObjectName::CardHolderUniqueIdentifier),
        Some(ObjectName::CardCapabilityContainer),
        written(profile.objects.discovery, ObjectName::Discovery),
        written(profile.objects.printed_information, ObjectName::PrintedInformation),
        written(profile.objects.facial_image, ObjectName::FacialImage),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn new_job() -> Result<JobId, OperationError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| OperationError::Randomness(e.to_string()))?;
    Ok(JobId::from_random(bytes))
}

/// The readers with a card, in the order in which one is looked for: the officer's own card is disturbed when it is in none of
/// the others.
fn looked_through(readers: Vec<ReaderStatus>, officers: Option<&str>) -> Vec<ReaderStatus> {
    let with_card = readers.into_iter().filter(|reader| reader.card != Presence::Empty);
    let (last, mut first): (Vec<_>, Vec<_>) = with_card.partition(|reader| officers == Some(reader.name.as_str()));
    first.extend(last);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_looked_for_in_the_officers_reader_last() {
        let reader = |name: &str, card| ReaderStatus { name: name.to_owned(), card };
        let here = || Presence::Present { atr: Vec::new() };
        let readers = || vec![reader("own", here()), reader("none", Presence::Empty), reader("other", here())];
        let names =
            |officers| looked_through(readers(), officers).into_iter().map(|reader| reader.name).collect::<Vec<_>>();
        assert_eq!(names(Some("own")), ["other", "own"]);
        assert_eq!(names(None), ["own", "other"]);
    }
}
