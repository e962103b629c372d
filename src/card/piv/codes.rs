//! Passcode and unlock code (SP 800-73-4 part 2, 3.2.1 to 3.2.3). None is ever tried twice.

use zeroize::Zeroizing;

use super::{
    Piv, PivError,
    error::Doing,
    status::{self, CodeVerdict},
};
use crate::{
    card::apdu::{Command, Response, StatusWord},
    domain::{Passcode, UnlockCode},
};

/// Key reference of the PIV passcode (SP 800-73-4 part 1, table 4).
const PASSCODE: u8 = 0x80;

/// Key reference of the unlock code.
const UNLOCK_CODE: u8 = 0x81;

/// P1 of CHANGE REFERENCE DATA that asks for no old code.
const WITHOUT_THE_OLD_ONE: u8 = 0xFF;

/// P1 of VERIFY that takes back what was verified (SP 800-73-4 part 2, 3.2.1).
const NO_LONGER_VERIFIED: u8 = 0xFF;

/// More wrong tries than any card can grant: the count has four bits. One more for a guess that was right by chance.
const TRIES_AT_MOST: usize = 17;

/// What the card says about its passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    /// So many wrong tries until it blocks; 0 is blocked.
    Left(u8),
    /// It has been verified in this session.
    Verified,
    /// The card does not tell.
    Unknown,
}

impl Piv<'_> {
    /// Tries left of the passcode, without using one.
    ///
    /// # Errors
    /// The answer did not arrive.
    pub fn passcode_tries(&mut self) -> Result<Tries, PivError> {
        let response = self.exchange(&Command::new(0x00, 0x20, 0x00, PASSCODE))?;
        Ok(match status::counter(response.status) {
            Some(left) => Tries::Left(left),
            None if response.status.is_ok() => Tries::Verified,
            None => Tries::Unknown,
        })
    }

    /// Verifies the passcode.
    ///
    /// # Errors
    /// [`PivError::WrongPasscode`] or [`PivError::PasscodeBlocked`].
    pub fn verify(&mut self, passcode: &Passcode) -> Result<(), PivError> {
        let response =
            self.exchange(&Command::new(0x00, 0x20, 0x00, PASSCODE).with_data(padded(passcode.expose())?.as_slice()))?;
        self.judge_passcode(Doing::CheckingThePasscode, &response)
    }

    /// Changes the passcode, knowing the old one.
    ///
    /// # Errors
    /// [`PivError::WrongPasscode`] or [`PivError::PasscodeBlocked`].
    pub fn change_passcode(&mut self, old: &Passcode, new: &Passcode) -> Result<(), PivError> {
        let response = self.exchange(&change(0x24, PASSCODE, old.expose(), new.expose())?)?;
        self.judge_passcode(Doing::ChangingThePasscode, &response)
    }

    /// Sets a new passcode with the unlock code; the passcode's tries are full again.
    ///
    /// # Errors
    /// [`PivError::UnlockCodeWrong`] or [`PivError::UnlockCodeBlocked`].
    pub fn reset_passcode(&mut self, code: &UnlockCode, new: &Passcode) -> Result<(), PivError> {
        let response = self.exchange(&change(0x2C, PASSCODE, code.expose(), new.expose())?)?;
        judge_unlock_code(Doing::Unlocking, &response)
    }

    /// Changes the unlock code, knowing the old one.
    ///
    /// # Errors
    /// [`PivError::UnlockCodeWrong`] or [`PivError::UnlockCodeBlocked`].
    pub fn change_unlock_code(&mut self, old: &UnlockCode, new: &UnlockCode) -> Result<(), PivError> {
        unlock_code_changed(&self.exchange(&change_of_unlock_code(old, new)?)?)
    }

    /// Sets the unlock code without the old one; its tries are full again. For cards that are administered over a secure
    /// channel, and inside it alone (`facts/piv.md` 4: P1 = FF, one code of eight bytes).
    ///
    /// # Errors
    /// The card refuses, or the answer did not arrive.
    pub fn replace_unlock_code(&mut self, new: &UnlockCode) -> Result<(), PivError> {
        unlock_code_replaced(&self.exchange(&replacement_of_unlock_code(new)?)?)
    }

    /// Uses up the tries of the passcode with random digits, so that the card must be unlocked before it is used. What
    /// is sent has the shape of a passcode: some cards do not count what has not.
    ///
    /// # Errors
    /// The card does not block, or the answer did not arrive.
    pub fn block_passcode(&mut self) -> Result<(), PivError> {
        let mut last = StatusWord(0x6300);
        for _ in 0..TRIES_AT_MOST {
            let command = Command::new(0x00, 0x20, 0x00, PASSCODE).with_data(random_digits()?.as_slice());
            let response = self.exchange(&command)?;
            match status::code(response.status) {
                CodeVerdict::Blocked => return Ok(()),
                CodeVerdict::Wrong(_) | CodeVerdict::Right => last = response.status,
                CodeVerdict::Other => return Err(status::refusal(Doing::CheckingThePasscode, response.status)),
            }
        }
        Err(PivError::Refused { doing: Doing::CheckingThePasscode, status: last })
    }

    /// The count. A card on which the passcode stands as verified from before tells none: that is taken back first, where the
    /// card does that.
    fn tries_unproved(&mut self) -> Result<Tries, PivError> {
        match self.passcode_tries()? {
            Tries::Verified => {
                self.exchange(&Command::new(0x00, 0x20, NO_LONGER_VERIFIED, PASSCODE))?;
                self.passcode_tries()
            }
            told => Ok(told),
        }
    }

    /// A wrong passcode whose tries the card did not tell is looked up: some say 6300 even when it is blocked.
    fn judge_passcode(&mut self, doing: Doing, response: &Response) -> Result<(), PivError> {
        let left = match status::code(response.status) {
            CodeVerdict::Right => return Ok(()),
            CodeVerdict::Blocked => return Err(PivError::PasscodeBlocked),
            CodeVerdict::Wrong(Some(left)) => Some(left),
            CodeVerdict::Wrong(None) => match self.tries_unproved()? {
                Tries::Left(0) => return Err(PivError::PasscodeBlocked),
                Tries::Left(left) => Some(left),
                Tries::Verified | Tries::Unknown => None,
            },
            CodeVerdict::Other => return Err(status::refusal(doing, response.status)),
        };
        Err(PivError::WrongPasscode { tries_left: left })
    }
}

/// The command that changes the unlock code, knowing the old one.
///
/// # Errors
/// A code of more than eight bytes, which its type does not hold.
pub fn change_of_unlock_code(old: &UnlockCode, new: &UnlockCode) -> Result<Command, PivError> {
    change(0x24, UNLOCK_CODE, old.expose(), new.expose())
}

/// The command that sets the unlock code without the old one ([`Piv::replace_unlock_code`]).
///
/// # Errors
/// A code of more than eight bytes, which its type does not hold.
pub fn replacement_of_unlock_code(new: &UnlockCode) -> Result<Command, PivError> {
    let command = Command::new(0x00, 0x24, WITHOUT_THE_OLD_ONE, UNLOCK_CODE);
    Ok(command.with_data(padded(new.expose())?.as_slice()))
}

/// Judges the answer to [`change_of_unlock_code`].
///
/// # Errors
/// [`PivError::UnlockCodeWrong`] or [`PivError::UnlockCodeBlocked`].
pub fn unlock_code_changed(response: &Response) -> Result<(), PivError> {
    judge_unlock_code(Doing::ChangingTheUnlockCode, response)
}

/// Judges the answer to [`replacement_of_unlock_code`].
///
/// # Errors
/// The card refused.
pub fn unlock_code_replaced(response: &Response) -> Result<(), PivError> {
    match response.status.is_ok() {
        true => Ok(()),
        false => Err(status::refusal(Doing::ReplacingTheUnlockCode, response.status)),
    }
}

/// The unlock code has no counter that could be asked for.
fn judge_unlock_code(doing: Doing, response: &Response) -> Result<(), PivError> {
    match status::code(response.status) {
        CodeVerdict::Right => Ok(()),
        CodeVerdict::Blocked => Err(PivError::UnlockCodeBlocked),
        CodeVerdict::Wrong(tries_left) => Err(PivError::UnlockCodeWrong { tries_left }),
        CodeVerdict::Other => Err(status::refusal(doing, response.status)),
    }
}

/// CHANGE REFERENCE DATA or RESET RETRY COUNTER: two codes of eight bytes.
fn change(instruction: u8, reference: u8, known: &[u8], new: &[u8]) -> Result<Command, PivError> {
    let mut command = Command::new(0x00, instruction, 0x00, reference);
    command.data = Vec::with_capacity(16);
    command.data.extend_from_slice(padded(known)?.as_slice());
    command.data.extend_from_slice(padded(new)?.as_slice());
    Ok(command)
}

/// Eight bytes, filled with FF (SP 800-73-4 part 2, 2.4.3). The types of the codes hold no more than eight.
fn padded(code: &[u8]) -> Result<Zeroizing<[u8; 8]>, PivError> {
    let mut bytes = Zeroizing::new([0xFF; 8]);
    let room = bytes.get_mut(..code.len()).ok_or(PivError::Garbled { doing: Doing::CheckingThePasscode })?;
    room.copy_from_slice(code);
    Ok(bytes)
}

fn random_digits() -> Result<Zeroizing<[u8; 8]>, PivError> {
    let mut bytes = Zeroizing::new([0; 8]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| PivError::NoRandomness)?;
    bytes.iter_mut().for_each(|byte| *byte = b'0' + *byte % 10);
    Ok(bytes)
}
