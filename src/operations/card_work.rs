//! Performs groups of card exchanges: one transaction each, secrets from the pocket, every answer an outcome.

mod at_gateway;
mod channel;
mod in_use;
mod middleware;

pub use at_gateway::{Opened, RemoteChannel};
pub use middleware::{card_contents, passcode_tries, sign_with};

use time::Date;

use self::at_gateway::{InChannel, Stopped};
use super::{
    diagnosis::is_optional,
    effect::{CardWork, Fault, Outcome},
    error::OperationError,
    gateway_call,
    pocket::{CardSession, Pocket, Reach},
    runner::{Desk, JobPlan, random_passcode},
    through_channel::wants_channel,
    trial::KeyTrial,
};
use crate::{
    card::{
        piv::{
            CardObject, ObjectName, Piv, PivError, PrintedInformation, card_identifier, certificate_in, identifier_in,
            unlock_code_changed, unlock_code_replaced,
        },
        pkcs11::TokenError,
        profile::{CardProfile, HowLocked},
        secure_channel::ChannelError,
        transport::{Transport, TransportError, layered},
    },
    cis2::{
        ServiceError,
        wire::{ChannelCommand, UnlockCodeSettled},
    },
    domain::{CardSerial, CertificateSlot, Holder, UnlockCode, sha256_hex},
};

/// Performs one group of exchanges on the job's card.
pub fn perform(desk: &Desk<'_>, plan: &JobPlan, pocket: &mut Pocket, work: CardWork) -> Outcome {
    if matches!(plan, JobPlan::Print(_)) {
        return refused("this job does not work on a card".into());
    }
    if pocket.session.is_none() {
        match desk.find_card(plan.serial()) {
            Ok((session, profile)) => {
                pocket.session = Some(session);
                pocket.profile = Some(profile);
            }
            Err(error) => return interrupted(error.to_string()),
        }
    }
    let mut done = work_on_card(desk, plan, pocket, work);
    // Another program reset the card between two steps. A step that selects the application anyway is begun again, on
    // a card that is recognised again; what the others rely on is gone with the reset.
    let selects = match work {
        CardWork::InitializeUpdate(_) => true,
        // Inside a channel nothing is selected again, and the channel is gone with the reset.
        CardWork::Witness | CardWork::Lock | CardWork::Block | CardWork::ReadTries => pocket.channel.is_none(),
        _ => false,
    };
    let was_reset = matches!(
        done,
        Err(Trouble::Piv(PivError::Transport(TransportError::Reset))
            | Trouble::Channel(ChannelError::Transport(TransportError::Reset)))
    );
    if selects && was_reset {
        pocket.session = None;
        if let Ok((session, _)) = desk.find_card(plan.serial()) {
            pocket.session = Some(session);
            done = work_on_card(desk, plan, pocket, work);
        }
    }
    match done {
        Ok(outcome) => outcome,
        Err(Trouble::Piv(PivError::Transport(error)) | Trouble::Channel(ChannelError::Transport(error))) => {
            // Whatever was selected and proved on it is gone; a new run opens the card anew.
            pocket.session = None;
            pocket.channel = None;
            interrupted(error.to_string())
        }
        Err(Trouble::Service(error)) => {
            // The card stands in a channel that nobody goes on with.
            pocket.channel = None;
            if let Some(session) = &mut pocket.session {
                session.selected = false;
            }
            Outcome::Failed(gateway_call::unanswered(pocket, false, &error))
        }
        Err(Trouble::Piv(error)) => refused(error.to_string()),
        Err(Trouble::Token(error)) if error.is_lost() => {
            pocket.session = None;
            interrupted(error.to_string())
        }
        Err(Trouble::Token(error)) => refused(error.to_string()),
        Err(Trouble::Channel(error)) => refused(error.to_string()),
        Err(Trouble::Missing(what)) => refused(format!("this step needs {what}, which this run does not have")),
        Err(Trouble::Content(what)) => refused(what),
        Err(Trouble::Waits(what)) => interrupted(what),
    }
}

fn interrupted(why: String) -> Outcome {
    Outcome::Failed(Fault::Interrupted { why })
}

fn refused(why: String) -> Outcome {
    Outcome::Failed(Fault::Refused { why, by_policy: false })
}

/// What keeps a group of exchanges from its good outcome.
enum Trouble {
    Piv(PivError),
    Token(TokenError),
    Channel(ChannelError),
    /// The gateway did not go on with the channel.
    Service(ServiceError),
    /// Something an earlier step of the same run should have put into the pocket.
    Missing(&'static str),
    /// An object could not be put together.
    Content(String),
    /// Somebody has to do something first; the job stays open for it.
    Waits(String),
}

impl From<PivError> for Trouble {
    fn from(error: PivError) -> Self {
        Self::Piv(error)
    }
}

impl From<TokenError> for Trouble {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<ChannelError> for Trouble {
    fn from(error: ChannelError) -> Self {
        Self::Channel(error)
    }
}

/// Works with the PIV application of the job's card: through the secure channel while one is open, else in one transaction,
/// selected anew or as the last step left it.
fn with_piv<R>(
    desk: &Desk<'_>,
    pocket: &mut Pocket,
    selection: Selection,
    work: impl FnOnce(&mut Piv<'_>) -> Result<R, PivError>,
) -> Result<R, Trouble> {
    if pocket.channel.is_some() {
        // Selecting again would end the channel, which was opened to the application.
        return in_channel(desk, pocket, Opened::AtOnce, |card, profile| {
            Ok(work(&mut Piv::still_selected(card, profile))?)
        });
    }
    let session = pocket.session.as_mut().ok_or(Trouble::Missing("the open card"))?;
    let selection = match selection {
        // A card that was just opened and known again by its serial may have nothing selected yet.
        Selection::Kept if !session.selected => Selection::Anew,
        other => other,
    };
    session.selected = true;
    with_card(pocket, |card, profile| Ok(select_and_work(card, profile, selection, work)?))
}

/// The same outside any channel, for what a passcode goes along with: one that is open is ended by selecting the application
/// anew.
fn plainly<R>(
    desk: &Desk<'_>,
    pocket: &mut Pocket,
    selection: Selection,
    work: impl FnOnce(&mut Piv<'_>) -> Result<R, PivError>,
) -> Result<R, Trouble> {
    let selection = if end_channel(desk, pocket)? { Selection::Anew } else { selection };
    with_piv(desk, pocket, selection, work)
}

/// Ends the channel that is open, if one is: what the card answered last is looked at first.
fn end_channel(desk: &Desk<'_>, pocket: &mut Pocket) -> Result<bool, Trouble> {
    let Some(channel) = pocket.channel.take() else { return Ok(false) };
    channel.end(desk.service, &mut pocket.spent).map_err(|stopped| match stopped {
        Stopped::Service(error) => Trouble::Service(error),
        Stopped::Transport(error) => Trouble::Piv(error.into()),
    })?;
    Ok(true)
}

/// Works on the job's card through its open channel.
fn in_channel<R>(
    desk: &Desk<'_>,
    pocket: &mut Pocket,
    opened: Opened,
    work: impl FnOnce(&mut InChannel<'_>, &CardProfile) -> Result<R, Trouble>,
) -> Result<R, Trouble> {
    let session = pocket.session.as_mut().ok_or(Trouble::Missing("the open card"))?;
    let profile = pocket.profile.as_ref().ok_or(Trouble::Missing("the card's profile"))?;
    let channel = pocket.channel.as_mut().ok_or(Trouble::Missing("the protected connection to the card"))?;
    // A card that is reached through middleware has no such application to offer.
    let Reach::Commands(connection) = &mut session.reach else { return Err(PivError::NoApplication.into()) };
    let mut card = InChannel {
        service: desk.service,
        connection: &mut **connection,
        record: &session.record,
        longest_piece: session.link.longest_piece(),
        channel,
        spent: &mut pocket.spent,
        opened,
        refusal: None,
    };
    let done = work(&mut card, profile);
    match card.refusal {
        Some(refusal) => Err(Trouble::Service(refusal)),
        None => done,
    }
}

/// Runs one transaction on the job's card, outside any channel.
fn with_card<R>(
    pocket: &mut Pocket,
    work: impl FnOnce(&mut dyn Transport, &CardProfile) -> Result<R, Trouble>,
) -> Result<R, Trouble> {
    let session = pocket.session.as_mut().ok_or(Trouble::Missing("the open card"))?;
    let profile = pocket.profile.as_ref().ok_or(Trouble::Missing("the card's profile"))?;
    composed(session, |card| work(card, profile)).map_err(Trouble::Piv)?
}

/// Selects the PIV application of a card that was just opened, unless that is done, and runs one transaction with it: for
/// looking.
pub fn selected<R>(
    session: &mut CardSession,
    profile: &CardProfile,
    work: impl FnOnce(&mut Piv<'_>) -> Result<R, PivError>,
) -> Result<R, OperationError> {
    let selection = if session.selected { Selection::Kept } else { Selection::Anew };
    session.selected = true;
    composed(session, |card| select_and_work(card, profile, selection, work))
        .unwrap_or_else(Err)
        .map_err(|error| OperationError::NotRecognised(error.into()))
}

fn select_and_work<R>(
    card: &mut dyn Transport,
    profile: &CardProfile,
    selection: Selection,
    work: impl FnOnce(&mut Piv<'_>) -> Result<R, PivError>,
) -> Result<R, PivError> {
    match selection {
        Selection::Anew => Piv::select(card, profile).and_then(|mut piv| work(&mut piv)),
        Selection::Kept => work(&mut Piv::still_selected(card, profile)),
    }
}

/// The one place where the layers stand on each other.
fn composed<R>(session: &mut CardSession, work: impl FnOnce(&mut dyn Transport) -> R) -> Result<R, PivError> {
    let (mut work, mut answer) = (Some(work), None);
    let (link, record) = (&session.link, &session.record);
    // A card that is reached through middleware has no such application to offer.
    let Reach::Commands(connection) = &mut session.reach else { return Err(PivError::NoApplication) };
    connection.transact(&mut |card| {
        let Some(work) = work.take() else { return };
        answer = Some(work(&mut layered(card, link, record)));
    })?;
    // A transaction that began ran its work.
    answer.ok_or(PivError::Transport(TransportError::Garbled))
}

/// Whether the application is selected again, which on most cards ends what was proved to it.
#[derive(Debug, Clone, Copy)]
pub enum Selection {
    Anew,
    Kept,
}

fn work_on_card(desk: &Desk<'_>, plan: &JobPlan, pocket: &mut Pocket, work: CardWork) -> Result<Outcome, Trouble> {
    use Selection::{Anew, Kept};
    if let Some(CardSession { reach: Reach::Middleware(reached), .. }) = &pocket.session {
        let reached = reached.clone();
        return middleware::perform(&reached, plan, pocket, work);
    }
    if plan.channel().opens() && wants_channel(work) && pocket.channel.is_none() {
        return Err(Trouble::Missing("the protected connection to the card"));
    }
    Ok(match work {
        CardWork::Witness => {
            pocket.encrypted_witness = Some(with_piv(desk, pocket, Anew, |piv| piv.management_key_witness())?);
            Outcome::Witness
        }
        CardWork::ProveManagementKey => {
            let (witness, challenge) = pocket.answer.take().ok_or(Trouble::Missing("the gateway's answer"))?;
            let answer = with_piv(desk, pocket, Kept, |piv| piv.management_key_response(&witness, &challenge))?;
            pocket.encrypted_challenge = Some(answer);
            Outcome::CardAnswered
        }
        CardWork::SetUnlockCode { candidate } => {
            let tried = change_unlock_code(desk, pocket, Code::Current(candidate));
            judged(pocket, tried)?
        }
        CardWork::ReplaceUnlockCode => {
            // Inside a channel alone, and the gateway puts the code in.
            in_channel(desk, pocket, Opened::AtOnce, |card, _| {
                let response =
                    card.perform(ChannelCommand::ReplaceUnlockCode, Opened::AtOnce).map_err(PivError::from)?;
                Ok(unlock_code_replaced(&response)?)
            })?;
            pocket.unlock_tries = None;
            Outcome::UnlockCodeSet
        }
        CardWork::TryUnlockCode { which } => {
            let code = unlock_code(pocket, which.into())?;
            let passcode = random_passcode().map_err(|e| Trouble::Content(e.to_string()))?;
            let tried = plainly(desk, pocket, Kept, |piv| piv.reset_passcode(&code, &passcode));
            judged(pocket, tried)?
        }
        CardWork::SetPasscode => {
            let code = unlock_code(pocket, Code::Next)?;
            let passcode = pocket.passcode.clone().ok_or(Trouble::Missing("the passcode"))?;
            plainly(desk, pocket, Kept, |piv| piv.reset_passcode(&code, &passcode))?;
            // It has all its tries again; how many that are, only the card itself says.
            pocket.tries_left = None;
            if let Some(contents) = pocket.old_contents.take() {
                // The first passcode that is known of a card under repair: its keys are asked before they are made anew.
                let tried = KeyTrial::new(&contents).map_err(|error| Trouble::Content(error.to_string()))?;
                let signatures = plainly(desk, pocket, Kept, |piv| tried.signatures(piv, &passcode))?;
                pocket.found.extend(tried.judge(&signatures));
            }
            Outcome::PasscodeSet
        }
        CardWork::Generate(slot) => {
            let algorithm = profile(pocket)?.keys.algorithm;
            let key = with_piv(desk, pocket, Kept, |piv| piv.generate(slot, algorithm))?;
            pocket.public_keys[index(slot)] = Some(key);
            Outcome::Generated
        }
        CardWork::SignRequests => {
            let requests = sign_requests(desk, plan, pocket)?;
            pocket.requests = Some(requests);
            Outcome::RequestsSigned
        }
        CardWork::Write(name) => {
            let object = object(desk, plan, pocket, name)?;
            match put_object(desk, pocket, name, &object) {
                Ok(()) => Outcome::Written,
                Err(Trouble::Piv(error)) if is_optional(profile(pocket)?, name) && !is_lost(&error) => Outcome::LeftOut,
                Err(trouble) => return Err(trouble),
            }
        }
        CardWork::Erase(name) => match with_piv(desk, pocket, Kept, |piv| piv.erase_object(name)) {
            Ok(()) => Outcome::Erased,
            // What the card would not take it does not hold.
            Err(Trouble::Piv(error)) if is_optional(profile(pocket)?, name) && !is_lost(&error) => Outcome::Erased,
            Err(trouble) => return Err(trouble),
        },
        CardWork::ReadBack => Outcome::ReadBack { sha256: read_back(desk, pocket)? },
        CardWork::ProveKeys => Outcome::KeysProved { signatures: prove_keys(desk, pocket)? },
        CardWork::Lock => {
            lock(desk, pocket)?;
            Outcome::Locked
        }
        CardWork::InitializeUpdate(place) => {
            pocket.card_proof = Some(channel::prove_card(desk, pocket, place)?);
            Outcome::CardProved
        }
        CardWork::ExternalAuthenticate => channel::open_channel(plan, pocket)?,
        CardWork::PutKeys => {
            pocket.check_values = Some(channel::put_keys(desk, pocket)?);
            Outcome::KeysWritten
        }
        CardWork::Block => {
            plainly(desk, pocket, Anew, |piv| piv.block_passcode())?;
            Outcome::Locked
        }
        CardWork::ReadTries => in_use::read_tries(desk, pocket, Anew)?,
        CardWork::CheckTries => in_use::read_tries(desk, pocket, Kept)?,
        CardWork::SettleUnlockCode { which } => {
            let tried = change_unlock_code(desk, pocket, which.into());
            judged(pocket, tried)?
        }
        CardWork::CheckPasscode => in_use::check_passcode(desk, pocket)?,
        CardWork::ChangePasscode => in_use::change_passcode(desk, pocket)?,
        CardWork::OverwriteKey(slot) => {
            let algorithm = profile(pocket)?.clear.algorithm.unwrap_or(profile(pocket)?.keys.algorithm);
            with_piv(desk, pocket, Kept, |piv| piv.generate(slot, algorithm))?;
            Outcome::Generated
        }
        CardWork::ReadPair => in_use::read_pair(desk, pocket)?,
        // New keys of such a card take the place of the old ones when they are made.
        CardWork::RemoveOldPair | CardWork::RemoveNewPair => Outcome::Erased,
    })
}

/// Changes the unlock code from one of those that were released to the next one. In a channel the gateway puts both in.
fn change_unlock_code(desk: &Desk<'_>, pocket: &mut Pocket, code: Code) -> Result<(), Trouble> {
    if pocket.channel.is_none() {
        let (current, next) = (unlock_code(pocket, code)?, unlock_code(pocket, Code::Next)?);
        return with_piv(desk, pocket, Selection::Kept, |piv| piv.change_unlock_code(&current, &next));
    }
    let from = match code {
        Code::Next => UnlockCodeSettled::Next,
        Code::Current(0) => UnlockCodeSettled::FirstOfCurrent,
        Code::Current(_) => UnlockCodeSettled::SecondOfCurrent,
    };
    in_channel(desk, pocket, Opened::AtOnce, |card, _| {
        let changed = card.perform(ChannelCommand::ChangeUnlockCode { from }, Opened::AtOnce);
        Ok(unlock_code_changed(&changed.map_err(PivError::from)?)?)
    })
}

/// Writes an object. In a channel it is looked at later whether the answers are the card's own: what was written is read back
/// before anything relies on it.
fn put_object(desk: &Desk<'_>, pocket: &mut Pocket, name: ObjectName, object: &CardObject) -> Result<(), Trouble> {
    if pocket.channel.is_none() {
        return with_piv(desk, pocket, Selection::Kept, |piv| piv.put_object(name, object));
    }
    in_channel(desk, pocket, Opened::Later, |card, profile| {
        Ok(Piv::still_selected(card, profile).put_object(name, object)?)
    })
}

/// Whether the answer stayed away, rather than being no.
fn is_lost(error: &PivError) -> bool {
    matches!(error, PivError::Transport(_))
}

/// A code that was tried: wrong is an answer here, not a fault. The card's last try is never spent, because a card
/// whose unlock code is locked is lost.
fn judged(pocket: &mut Pocket, tried: Result<(), Trouble>) -> Result<Outcome, Trouble> {
    let left = match tried {
        Ok(()) => {
            pocket.unlock_tries = None;
            return Ok(Outcome::UnlockCodeSet);
        }
        Err(Trouble::Piv(PivError::UnlockCodeBlocked) | Trouble::Token(TokenError::UnlockCodeLocked)) => 0,
        Err(Trouble::Piv(PivError::UnlockCodeWrong { tries_left: Some(left) })) => left,
        Err(Trouble::Token(TokenError::UnlockCodeWrong { standing })) => match in_use::count_in(standing.tries()) {
            Some(left) => left,
            None => counted_down(pocket)?,
        },
        Err(Trouble::Piv(PivError::UnlockCodeWrong { tries_left: None })) => counted_down(pocket)?,
        Err(trouble) => return Err(trouble),
    };
    pocket.unlock_tries = Some(left);
    Ok(Outcome::UnlockCodeWrong { may_try_more: left > 1 })
}

/// A card that does not count aloud is counted for, by its profile.
fn counted_down(pocket: &Pocket) -> Result<u8, Trouble> {
    Ok(pocket.unlock_tries.unwrap_or(profile(pocket)?.unlock_code.tries).saturating_sub(1))
}

/// One of the released codes.
enum Code {
    Next,
    Current(usize),
}

impl From<UnlockCodeSettled> for Code {
    fn from(which: UnlockCodeSettled) -> Self {
        match which {
            UnlockCodeSettled::Next => Self::Next,
            UnlockCodeSettled::FirstOfCurrent => Self::Current(0),
            UnlockCodeSettled::SecondOfCurrent => Self::Current(1),
        }
    }
}

fn unlock_code(pocket: &Pocket, code: Code) -> Result<UnlockCode, Trouble> {
    let codes = pocket.codes.as_ref().ok_or(Trouble::Missing("the released codes"))?;
    let secret = match code {
        Code::Next => Some(&codes.next),
        Code::Current(index) => codes.current.get(index),
    };
    secret.and_then(|code| UnlockCode::new(code.0.clone())).ok_or(Trouble::Missing("an unlock code of eight bytes"))
}

fn profile(pocket: &Pocket) -> Result<&CardProfile, Trouble> {
    pocket.profile.as_ref().ok_or(Trouble::Missing("the card's profile"))
}

fn index(slot: CertificateSlot) -> usize {
    match slot {
        CertificateSlot::Authentication => 0,
        CertificateSlot::Signing => 1,
    }
}

/// Both requests. The signing key wants the passcode just before each use; the authentication key is content with it.
fn sign_requests(desk: &Desk<'_>, plan: &JobPlan, pocket: &mut Pocket) -> Result<[Vec<u8>; 2], Trouble> {
    let passcode = pocket.passcode.clone().ok_or(Trouble::Missing("the passcode"))?;
    let [Some(authentication), Some(signing)] = pocket.public_keys.clone() else {
        return Err(Trouble::Missing("both public keys"));
    };
    plainly(desk, pocket, Selection::Kept, |piv| {
        piv.verify(&passcode)?;
        let name = plan.holder().as_str();
        let first = piv.certificate_request(CertificateSlot::Authentication, &authentication, name)?;
        piv.verify(&passcode)?;
        let second = piv.certificate_request(CertificateSlot::Signing, &signing, name)?;
        Ok([first.0, second.0])
    })
}

/// The object to write, from what the pocket holds.
fn object(desk: &Desk<'_>, plan: &JobPlan, pocket: &mut Pocket, name: ObjectName) -> Result<CardObject, Trouble> {
    let certified = || pocket.certified.as_ref().ok_or(Trouble::Missing("the certificates"));
    let expires = || last_day(&certified()?.authentication.0);
    Ok(match name {
        ObjectName::AuthenticationCertificate => CardObject::Certificate { der: certified()?.authentication.0.clone() },
        ObjectName::SigningCertificate => CardObject::Certificate { der: certified()?.signing.0.clone() },
        ObjectName::CardHolderUniqueIdentifier => {
            let guid = plan.guid().and_then(bytes_of).and_then(|bytes| bytes.try_into().ok());
            CardObject::CardHolderUniqueIdentifier {
                guid: guid.ok_or(Trouble::Missing("the GUID of this issue"))?,
                expires: expires()?,
            }
        }
        ObjectName::CardCapabilityContainer => {
            // The card's own identifier stays: on some cards it is the only serial there is.
            let present = with_piv(desk, pocket, Selection::Kept, |piv| piv.get_object(name))?;
            let kept = present.as_deref().and_then(|content| identifier_in(content).ok().flatten());
            let serial = bytes_of(plan.serial().as_str()).unwrap_or_default();
            CardObject::CardCapabilityContainer { identifier: kept.unwrap_or_else(|| card_identifier(&serial)) }
        }
        ObjectName::Discovery => CardObject::Discovery,
        ObjectName::PrintedInformation => {
            let holder = pocket.holder.as_ref().ok_or(Trouble::Missing("the holder's record"))?;
            CardObject::PrintedInformation(printed_information(holder, plan.serial(), expires()?))
        }
        ObjectName::FacialImage => {
            CardObject::FacialImage { jpeg: pocket.facial_image.clone().ok_or(Trouble::Missing("the photo"))? }
        }
    })
}

/// What a card says in ASCII of whose it is.
pub fn printed_information(holder: &Holder, serial: &CardSerial, expires: Date) -> PrintedInformation {
    PrintedInformation {
        name: holder.printed_name().to_owned(),
        affiliation: holder.organisation.to_string(),
        expires,
        serial: serial.to_string(),
        issuer: holder.organisation.to_string(),
    }
}

/// Both certificates as the card gives them back, hashed; an absent one has the hash of nothing.
fn read_back(desk: &Desk<'_>, pocket: &mut Pocket) -> Result<[String; 2], Trouble> {
    let objects = plainly(desk, pocket, Selection::Kept, |piv| {
        Ok([piv.get_object(ObjectName::AuthenticationCertificate)?, piv.get_object(ObjectName::SigningCertificate)?])
    })?;
    Ok(objects.map(|object| {
        let der = object.as_deref().and_then(|content| certificate_in(content).ok().flatten());
        sha256_hex(der.unwrap_or_default())
    }))
}

/// Both keys sign the gateway's challenge.
fn prove_keys(desk: &Desk<'_>, pocket: &mut Pocket) -> Result<[Vec<u8>; 2], Trouble> {
    let passcode = pocket.passcode.clone().ok_or(Trouble::Missing("the passcode"))?;
    let challenge = pocket.certified.as_ref().ok_or(Trouble::Missing("the challenge"))?.proof_challenge.0.clone();
    let algorithm = profile(pocket)?.keys.algorithm;
    plainly(desk, pocket, Selection::Kept, |piv| {
        piv.verify(&passcode)?;
        let first = piv.sign(CertificateSlot::Authentication, algorithm, &challenge)?;
        piv.verify(&passcode)?;
        let second = piv.sign(CertificateSlot::Signing, algorithm, &challenge)?;
        Ok([first, second])
    })
}

/// Leaves the card locked the way its profile says. The random passcode it has is known to nobody and is wiped here.
fn lock(desk: &Desk<'_>, pocket: &mut Pocket) -> Result<(), Trouble> {
    pocket.passcode = None;
    match profile(pocket)?.passcode.how_locked {
        HowLocked::RandomPasscode => Ok(()),
        // After a cut the card was opened anew and nothing is selected on it yet; blocking needs no proof of anything.
        HowLocked::ExhaustTries => plainly(desk, pocket, Selection::Anew, |piv| piv.block_passcode()),
    }
}

/// The last day of a certificate, read from it and never computed.
fn last_day(der: &[u8]) -> Result<Date, Trouble> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).map_err(|_| {
        Trouble::Content("the gateway's certificate cannot be read: check that both have the same version".into())
    })?;
    Ok(certificate.validity().not_after.to_datetime().date())
}

/// Bytes of hexadecimal digits.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}
