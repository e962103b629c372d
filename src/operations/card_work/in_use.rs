//! Groups of exchanges with a card in use: its counter, its holder's passcode, the pair it holds.

use super::{Selection, Trouble, plainly};
use crate::{
    card::piv::{ObjectName, PivError, PublicKey, Tries, certificate_in},
    domain::{CertificateSlot, Passcode},
    operations::{effect::Outcome, pocket::Pocket, runner::Desk},
};

/// The card's own count of passcode tries. Asking costs none.
pub fn read_tries(desk: &Desk<'_>, pocket: &mut Pocket, selection: Selection) -> Result<Outcome, Trouble> {
    let left = count_in(plainly(desk, pocket, selection, |piv| piv.passcode_tries())?);
    pocket.tries_left = left;
    Ok(Outcome::Tries { left })
}

/// The count, where the card tells one.
pub fn count_in(tries: Tries) -> Option<u8> {
    match tries {
        Tries::Left(left) => Some(left),
        Tries::Verified | Tries::Unknown => None,
    }
}

/// One try with a passcode: none is made on a card whose own counter says that it is locked.
fn one_try(
    desk: &Desk<'_>,
    pocket: &mut Pocket,
    good: Outcome,
    work: impl FnOnce(&mut crate::card::piv::Piv<'_>) -> Result<(), PivError>,
) -> Result<Outcome, Trouble> {
    let mut before = None;
    let done = plainly(desk, pocket, Selection::Anew, |piv| {
        before = count_in(piv.passcode_tries()?);
        if before == Some(0) {
            return Ok(false);
        }
        work(piv).map(|()| true)
    });
    let wrong = |pocket: &mut Pocket, left: Option<u8>, sent: bool| {
        pocket.tries_left = left;
        Outcome::PasscodeWrong { left, sent }
    };
    Ok(match done {
        Ok(true) => good,
        Ok(false) => wrong(pocket, Some(0), false),
        Err(Trouble::Piv(PivError::PasscodeBlocked)) => wrong(pocket, Some(0), true),
        Err(Trouble::Piv(PivError::WrongPasscode { tries_left })) => wrong(pocket, tries_left, true),
        Err(trouble) => return Err(trouble),
    })
}

/// The passcode the holder typed for this run.
pub fn holders_own(pocket: &Pocket) -> Result<Passcode, Trouble> {
    pocket.passcode.clone().ok_or_else(|| {
        Trouble::Waits(
            "the holder must be here for this and type their passcode: ask them to come to the desk, then resume the job \
             with their passcode"
                .into(),
        )
    })
}

/// Checks the holder's own passcode.
pub fn check_passcode(desk: &Desk<'_>, pocket: &mut Pocket) -> Result<Outcome, Trouble> {
    let passcode = holders_own(pocket)?;
    one_try(desk, pocket, Outcome::PasscodeRight, |piv| piv.verify(&passcode))
}

/// Changes the passcode from the holder's old one to their new one.
pub fn change_passcode(desk: &Desk<'_>, pocket: &mut Pocket) -> Result<Outcome, Trouble> {
    let old = pocket.old_passcode.take().ok_or(Trouble::Missing("the old passcode"))?;
    let new = pocket.passcode.clone().ok_or(Trouble::Missing("the new passcode"))?;
    let outcome = one_try(desk, pocket, Outcome::PasscodeSet, |piv| piv.change_passcode(&old, &new))?;
    if outcome == Outcome::PasscodeSet {
        // A changed passcode has all its tries again (SP 800-73-4 part 2, 3.2.2); how many those are, the card says. It is
        // selected anew, because a card tells no count while its passcode stands as verified.
        read_tries(desk, pocket, Selection::Anew)?;
    }
    Ok(outcome)
}

/// The keys of the certificates on the card, as those to certify once more.
pub fn read_pair(desk: &Desk<'_>, pocket: &mut Pocket) -> Result<Outcome, Trouble> {
    let objects = plainly(desk, pocket, Selection::Kept, |piv| {
        Ok([piv.get_object(ObjectName::AuthenticationCertificate)?, piv.get_object(ObjectName::SigningCertificate)?])
    })?;
    for (slot, (object, place)) in CertificateSlot::BOTH.into_iter().zip(objects.iter().zip(&mut pocket.public_keys)) {
        let der = object.as_deref().and_then(|content| certificate_in(content).ok().flatten());
        let key = der.and_then(PublicKey::from_certificate).ok_or_else(|| {
            Trouble::Content(format!("the {slot} certificate on the card cannot be read: repair the card instead"))
        })?;
        *place = Some(key);
    }
    Ok(Outcome::PairRead)
}
