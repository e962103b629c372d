//! Groups of exchanges with a card that only its maker's middleware reaches (Series 8). Each opens the card anew, makes
//! sure that it is the job's, and leaves it locked again.
//!
//! New keys and certificates are made **beside** the old ones, under an identifier of the job, so that the old pair works
//! until the new one is confirmed; only then is it taken away.

use super::{Code, Trouble, in_use::count_in, index, judged, profile, selected, unlock_code};
use crate::{
    card::{
        algorithm::KeyAlgorithm,
        piv::{ObjectName, Tries},
        pkcs11::{CodeStanding, Doing, ObjectId, Token, TokenCertificate, TokenError},
        profile::{CardProfile, HowLocked, MiddlewareSettings},
        recognise::NotRecognised,
    },
    domain::{CardSerial, CertificateSlot, Passcode, sha256_hex},
    operations::{
        diagnosis::{CardContents, ObjectRead},
        effect::{CardWork, Outcome},
        error::OperationError,
        pocket::{CardSession, Pocket, Reach, TokenReach},
        runner::{JobPlan, random_passcode},
    },
};

/// More wrong tries than any card grants, and one for a guess that was right by chance.
const TRIES_AT_MOST: usize = 17;

/// What is said of work that no middleware does.
const NOT_THROUGH_MIDDLEWARE: &str = "a card that is reached through its maker's middleware is not emptied or made anew by \
                                      this program; nothing on the chip was changed by it";

/// Performs one group of exchanges.
pub fn perform(reached: &TokenReach, plan: &JobPlan, pocket: &mut Pocket, work: CardWork) -> Result<Outcome, Trouble> {
    let card = Card { reached, serial: plan.serial() };
    Ok(match work {
        CardWork::ReadTries | CardWork::CheckTries => {
            let left = count_in(card.with(|token| token.passcode_standing())?.tries());
            pocket.tries_left = left;
            Outcome::Tries { left }
        }
        CardWork::SetUnlockCode { candidate } => {
            let (current, next) = (unlock_code(pocket, Code::Current(candidate))?, unlock_code(pocket, Code::Next)?);
            judged(pocket, card.with(|token| token.change_unlock_code(&current, &next)))?
        }
        CardWork::SettleUnlockCode { which } => {
            let (found, next) = (unlock_code(pocket, which.into())?, unlock_code(pocket, Code::Next)?);
            judged(pocket, card.with(|token| token.change_unlock_code(&found, &next)))?
        }
        CardWork::SetPasscode => {
            let (code, passcode) = (unlock_code(pocket, Code::Next)?, passcode(pocket)?);
            card.with(|token| token.unlock(&code, &passcode))?;
            Outcome::PasscodeSet
        }
        CardWork::CheckPasscode => {
            let passcode = super::in_use::holders_own(pocket)?;
            card.one_try(pocket, Outcome::PasscodeRight, |token| token.log_in(&passcode))?
        }
        CardWork::ChangePasscode => {
            let old = pocket.old_passcode.take().ok_or(Trouble::Missing("the old passcode"))?;
            let new = passcode(pocket)?;
            let outcome = card.one_try(pocket, Outcome::PasscodeSet, |token| token.change_passcode(&old, &new))?;
            if outcome == Outcome::PasscodeSet {
                pocket.tries_left = count_in(card.with(|token| token.passcode_standing())?.tries());
            }
            outcome
        }
        CardWork::Generate(slot) => {
            let (id, passcode) = (ObjectId::of_job(plan.job(), slot), passcode(pocket)?);
            let algorithm = profile(pocket)?.keys.algorithm;
            let label = settings(pocket)?.label(slot).to_owned();
            let key = card.with(|token| {
                token.log_in(&passcode)?;
                // After a cut there may be something of an earlier try.
                token.remove(&id)?;
                token.generate(&id, &label, algorithm)
            })?;
            pocket.public_keys[index(slot)] = Some(key);
            Outcome::Generated
        }
        CardWork::SignRequests => {
            let passcode = passcode(pocket)?;
            let [Some(authentication), Some(signing)] = pocket.public_keys.clone() else {
                return Err(Trouble::Missing("both public keys"));
            };
            let [first, second] = ids(plan);
            let name = plan.holder().as_str();
            let requests = card.with(|token| {
                token.log_in(&passcode)?;
                let authentication = token.certificate_request(&first, &authentication, name, &passcode)?;
                let signing = token.certificate_request(&second, &signing, name, &passcode)?;
                Ok([authentication.0, signing.0])
            })?;
            pocket.requests = Some(requests);
            Outcome::RequestsSigned
        }
        CardWork::Write(name) => match half(name) {
            Some(slot) => {
                write(&card, plan, pocket, slot)?;
                Outcome::Written
            }
            // The middleware keeps what else there is.
            None => Outcome::LeftOut,
        },
        CardWork::ReadBack => {
            let ids = ids(plan);
            let read = card.with(|token| Ok([token.certificate(&ids[0])?, token.certificate(&ids[1])?]))?;
            Outcome::ReadBack { sha256: read.map(|der| sha256_hex(&der.unwrap_or_default())) }
        }
        CardWork::ProveKeys => Outcome::KeysProved { signatures: prove_keys(&card, plan, pocket)? },
        CardWork::RemoveOldPair => {
            let passcode = passcode(pocket)?;
            let (settings, mine) = (settings(pocket)?.clone(), ids(plan));
            let replaced = plan.replaced().to_vec();
            card.with(|token| {
                token.log_in(&passcode)?;
                let all = token.certificates(&settings)?;
                let old = all.iter().filter(|certificate| replaced.contains(&sha256_hex(&certificate.der)));
                let mut gone: Vec<ObjectId> = old.filter_map(|certificate| certificate.id.clone()).collect();
                // What earlier jobs made and could not take away again.
                gone.extend(token.made_here(&settings)?);
                gone.retain(|id| !mine.contains(id));
                gone.iter().try_for_each(|id| token.remove(id).map(drop))
            })?;
            Outcome::Erased
        }
        CardWork::RemoveNewPair => {
            let (passcode, ids) = (passcode(pocket)?, ids(plan));
            card.with(|token| {
                token.log_in(&passcode)?;
                ids.iter().try_for_each(|id| token.remove(id).map(drop))
            })?;
            Outcome::Erased
        }
        CardWork::Lock => {
            pocket.passcode = None;
            if profile(pocket)?.passcode.how_locked == HowLocked::ExhaustTries {
                block(&card)?;
            }
            Outcome::Locked
        }
        CardWork::Block => {
            block(&card)?;
            Outcome::Locked
        }
        CardWork::Witness
        | CardWork::ProveManagementKey
        | CardWork::ReplaceUnlockCode
        | CardWork::TryUnlockCode { .. }
        | CardWork::Erase(_)
        | CardWork::OverwriteKey(_)
        | CardWork::ReadPair
        | CardWork::InitializeUpdate(_)
        | CardWork::ExternalAuthenticate
        | CardWork::PutKeys => return Err(Trouble::Content(NOT_THROUGH_MIDDLEWARE.into())),
    })
}

/// The job's card.
struct Card<'a> {
    reached: &'a TokenReach,
    serial: &'a CardSerial,
}

impl Card<'_> {
    fn with<R>(&self, work: impl FnOnce(&Token<'_>) -> Result<R, TokenError>) -> Result<R, Trouble> {
        Ok(self.reached.with_card(self.serial, work)?)
    }

    /// One try with a passcode: none is made on a card that says that it is locked.
    fn one_try(
        &self,
        pocket: &mut Pocket,
        good: Outcome,
        work: impl FnOnce(&Token<'_>) -> Result<(), TokenError>,
    ) -> Result<Outcome, Trouble> {
        let mut sent = false;
        let done = self.with(|token| {
            sent = token.passcode_standing()? != CodeStanding::Locked;
            if sent { work(token) } else { Err(TokenError::PasscodeLocked) }
        });
        let left = match done {
            Ok(()) => return Ok(good),
            Err(Trouble::Token(TokenError::PasscodeLocked)) => Some(0),
            Err(Trouble::Token(TokenError::WrongPasscode { standing })) => count_in(standing.tries()),
            Err(trouble) => return Err(trouble),
        };
        pocket.tries_left = left;
        Ok(Outcome::PasscodeWrong { left, sent })
    }
}

fn ids(plan: &JobPlan) -> [ObjectId; 2] {
    CertificateSlot::BOTH.map(|slot| ObjectId::of_job(plan.job(), slot))
}

fn half(name: ObjectName) -> Option<CertificateSlot> {
    CertificateSlot::BOTH.into_iter().find(|slot| ObjectName::certificate(*slot) == name)
}

fn passcode(pocket: &Pocket) -> Result<Passcode, Trouble> {
    pocket.passcode.clone().ok_or(Trouble::Missing("the passcode"))
}

fn settings(pocket: &Pocket) -> Result<&MiddlewareSettings, Trouble> {
    profile(pocket)?.middleware.as_ref().ok_or(Trouble::Missing("the middleware table of the card's profile"))
}

fn write(card: &Card<'_>, plan: &JobPlan, pocket: &Pocket, slot: CertificateSlot) -> Result<(), Trouble> {
    let certified = pocket.certified.as_ref().ok_or(Trouble::Missing("the certificates"))?;
    let der = match slot {
        CertificateSlot::Authentication => &certified.authentication.0,
        CertificateSlot::Signing => &certified.signing.0,
    };
    let (id, passcode, label) = (ObjectId::of_job(plan.job(), slot), passcode(pocket)?, settings(pocket)?.label(slot));
    card.with(|token| {
        token.log_in(&passcode)?;
        token.write_certificate(&id, label, der)
    })
}

/// Both keys sign the gateway's challenge.
fn prove_keys(card: &Card<'_>, plan: &JobPlan, pocket: &Pocket) -> Result<[Vec<u8>; 2], Trouble> {
    let passcode = passcode(pocket)?;
    let challenge = &pocket.certified.as_ref().ok_or(Trouble::Missing("the challenge"))?.proof_challenge.0;
    let (algorithm, [first, second]) = (profile(pocket)?.keys.algorithm, ids(plan));
    card.with(|token| {
        token.log_in(&passcode)?;
        let authentication = token.sign(&first, algorithm, challenge, &passcode)?;
        Ok([authentication, token.sign(&second, algorithm, challenge, &passcode)?])
    })
}

/// Uses up the tries with random digits.
fn block(card: &Card<'_>) -> Result<(), Trouble> {
    for _ in 0..TRIES_AT_MOST {
        let digits = random_passcode().map_err(|error| Trouble::Content(error.to_string()))?;
        match card.with(|token| token.log_in(&digits)) {
            Err(Trouble::Token(TokenError::PasscodeLocked)) => return Ok(()),
            Ok(()) | Err(Trouble::Token(TokenError::WrongPasscode { .. })) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Err(Trouble::Content("the card does not lock after wrong passcodes; it keeps the one it has".into()))
}

/// What anyone may read of a card, however it is reached. Where a card holds several certificates for one half, that of the
/// good pair on record counts (SHA-256 of both), and the newest when there is none.
pub fn card_contents(
    session: &mut CardSession,
    profile: &CardProfile,
    serial: &CardSerial,
    good_pair: Option<&[String; 2]>,
) -> Result<CardContents, OperationError> {
    let Reach::Middleware(reached) = &session.reach else {
        return selected(session, profile, CardContents::read);
    };
    through(reached, profile, serial, |token, settings| {
        let all = token.certificates(settings)?;
        let of_half = |slot: CertificateSlot| {
            let wanted = good_pair.and_then(|pair| pair.get(index(slot)));
            match TokenCertificate::of_half(&all, slot, |der| wanted == Some(&sha256_hex(der))) {
                Some(certificate) => ObjectRead::Content(certificate.der.clone()),
                None => ObjectRead::Missing,
            }
        };
        Ok(CardContents {
            certificates: CertificateSlot::BOTH.map(of_half),
            // Such a card is known by its token's serial.
            identifier: ObjectRead::NotKept,
            tries_left: count_in(token.passcode_standing()?.tries()),
        })
    })
}

/// What the card tells of its passcode, however it is reached. Asking costs no try.
pub fn passcode_tries(
    session: &mut CardSession,
    profile: &CardProfile,
    serial: &CardSerial,
) -> Result<Tries, OperationError> {
    let Reach::Middleware(reached) = &session.reach else {
        return selected(session, profile, |piv| piv.passcode_tries());
    };
    through(reached, profile, serial, |token, _| Ok(token.passcode_standing()?.tries()))
}

/// Signs a message with the key of a certificate on the card, after its passcode, which is sent once.
pub fn sign_with(
    reached: &TokenReach,
    (profile, serial): (&CardProfile, &CardSerial),
    (certificate, algorithm): (&[u8], KeyAlgorithm),
    message: &[u8],
    passcode: &Passcode,
) -> Result<Vec<u8>, TokenError> {
    let settings = profile.middleware.as_ref().ok_or(TokenError::Missing { doing: Doing::Reading })?;
    reached.with_card(serial, |token| {
        let all = token.certificates(settings)?;
        let id = all.into_iter().find(|found| found.der == certificate).and_then(|found| found.id);
        let id = id.ok_or(TokenError::Missing { doing: Doing::Signing })?;
        token.log_in(passcode)?;
        token.sign(&id, algorithm, message, passcode)
    })
}

fn through<R>(
    reached: &TokenReach,
    profile: &CardProfile,
    serial: &CardSerial,
    look: impl FnOnce(&Token<'_>, &MiddlewareSettings) -> Result<R, TokenError>,
) -> Result<R, OperationError> {
    let settings = profile.middleware.as_ref();
    let settings = settings.ok_or_else(|| NotRecognised::NeedsMiddleware(Box::new(profile.clone())))?;
    reached
        .with_card(serial, |token| look(token, settings))
        .map_err(|error| NotRecognised::Middleware { name: profile.name.clone(), series: profile.series, error }.into())
}
