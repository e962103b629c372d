//! Passcode and unlock code through a module (PKCS #11 2.40, 5.5 and 5.6: C_InitPIN, C_SetPIN, C_Login): the passcode is
//! what PKCS#11 calls the user's PIN, the unlock code is the security officer's. None is ever tried twice, and one that
//! the card says is locked is not tried at all.

use cryptoki::{
    error::{Error, RvError},
    session::UserType,
    slot::TokenInfo,
    types::AuthPin,
};

use super::{
    Token,
    error::{Doing, TokenError},
};
use crate::{
    card::piv::Tries,
    domain::{Passcode, UnlockCode},
};

/// What a card tells of the tries left for a code (PKCS #11 2.40, table 6). It need not tell anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStanding {
    /// No try is left.
    Locked,
    /// One more wrong one locks it.
    LastTry,
    /// At least one wrong one since the last right one; how many are left is not told.
    SomeWrong,
    /// Nothing is told: it may be untouched.
    NotTold,
}

impl CodeStanding {
    /// From the token's flags: locked, last try, count low. The hardest that is set counts.
    pub(super) fn of(flags: [bool; 3]) -> Self {
        match flags {
            [true, ..] => Self::Locked,
            [_, true, _] => Self::LastTry,
            [.., true] => Self::SomeWrong,
            [false, false, false] => Self::NotTold,
        }
    }

    /// The number of tries left, where the card tells it: never one that was counted here.
    #[must_use]
    pub fn tries(self) -> Tries {
        match self {
            Self::Locked => Tries::Left(0),
            Self::LastTry => Tries::Left(1),
            Self::SomeWrong | Self::NotTold => Tries::Unknown,
        }
    }
}

/// Which code.
#[derive(Clone, Copy)]
enum Code {
    Passcode,
    UnlockCode,
}

impl Code {
    fn standing(self, info: &TokenInfo) -> CodeStanding {
        CodeStanding::of(match self {
            Self::Passcode => [info.user_pin_locked(), info.user_pin_final_try(), info.user_pin_count_low()],
            Self::UnlockCode => [info.so_pin_locked(), info.so_pin_final_try(), info.so_pin_count_low()],
        })
    }

    fn locked(self) -> TokenError {
        match self {
            Self::Passcode => TokenError::PasscodeLocked,
            Self::UnlockCode => TokenError::UnlockCodeLocked,
        }
    }

    fn wrong(self, standing: CodeStanding) -> TokenError {
        match self {
            Self::Passcode => TokenError::WrongPasscode { standing },
            Self::UnlockCode => TokenError::UnlockCodeWrong { standing },
        }
    }
}

impl Token<'_> {
    /// What the card tells of its passcode now.
    ///
    /// # Errors
    /// The card is gone.
    pub fn passcode_standing(&self) -> Result<CodeStanding, TokenError> {
        self.standing(Code::Passcode)
    }

    /// What the card tells of its unlock code now.
    ///
    /// # Errors
    /// The card is gone.
    pub fn unlock_code_standing(&self) -> Result<CodeStanding, TokenError> {
        self.standing(Code::UnlockCode)
    }

    /// Checks the passcode; until this token is dropped its keys may be used and its objects written.
    ///
    /// # Errors
    /// [`TokenError::WrongPasscode`] or [`TokenError::PasscodeLocked`].
    pub fn log_in(&self, passcode: &Passcode) -> Result<(), TokenError> {
        self.refuse_when_locked(Code::Passcode)?;
        let answer = self.session.login(UserType::User, Some(&text_of(passcode.expose())?));
        answer.map_err(|error| match self.judge(Code::Passcode, Doing::CheckingThePasscode, error) {
            // Whatever failed in it, checking a passcode changes nothing.
            TokenError::Lost { doing, answer } => TokenError::Refused { doing, answer },
            told => told,
        })
    }

    /// Gives the passcode to a key that asks for it at every use: between the beginning of a signature and its data.
    pub(super) fn log_in_for_one_use(&self, passcode: &Passcode) -> Result<(), TokenError> {
        let answer = self.session.login(UserType::ContextSpecific, Some(&text_of(passcode.expose())?));
        answer.map_err(|error| self.judge(Code::Passcode, Doing::Signing, error))
    }

    /// Changes the passcode, knowing the old one.
    ///
    /// # Errors
    /// [`TokenError::WrongPasscode`], [`TokenError::PasscodeLocked`], or [`TokenError::PasscodeNotTaken`].
    pub fn change_passcode(&self, old: &Passcode, new: &Passcode) -> Result<(), TokenError> {
        self.refuse_when_locked(Code::Passcode)?;
        let answer = self.session.set_pin(&text_of(old.expose())?, &text_of(new.expose())?);
        answer.map_err(|error| self.judge(Code::Passcode, Doing::ChangingThePasscode, error))
    }

    /// Sets a new passcode with the unlock code; the passcode's tries are full again.
    ///
    /// # Errors
    /// [`TokenError::UnlockCodeWrong`] or [`TokenError::UnlockCodeLocked`]; [`TokenError::Unsupported`] from a middleware
    /// that does not unlock.
    pub fn unlock(&self, code: &UnlockCode, new: &Passcode) -> Result<(), TokenError> {
        let new = text_of(new.expose())?;
        // Some modules take any code here and let the card judge it with the new passcode.
        self.as_security_officer(code, Doing::Unlocking, |token| token.session.init_pin(&new))
    }

    /// Changes the unlock code, knowing the old one.
    ///
    /// # Errors
    /// [`TokenError::UnlockCodeWrong`] or [`TokenError::UnlockCodeLocked`]; [`TokenError::Unsupported`] from a middleware
    /// that does not change it.
    pub fn change_unlock_code(&self, old: &UnlockCode, new: &UnlockCode) -> Result<(), TokenError> {
        let (current, new) = (text_of(old.expose())?, text_of(new.expose())?);
        self.as_security_officer(old, Doing::ChangingTheUnlockCode, |token| token.session.set_pin(&current, &new))
    }

    fn as_security_officer(
        &self,
        code: &UnlockCode,
        doing: Doing,
        work: impl FnOnce(&Self) -> cryptoki::error::Result<()>,
    ) -> Result<(), TokenError> {
        self.refuse_when_locked(Code::UnlockCode)?;
        let judge = |error| self.judge(Code::UnlockCode, doing, error);
        let known = self.session.login(UserType::So, Some(&text_of(code.expose())?));
        known.map_err(|error| match judge(error) {
            // Nothing is changed before the code is known to be right; a middleware that fails here does not unlock.
            TokenError::Lost { doing, answer } => TokenError::Unsupported { doing, answer },
            told => told,
        })?;
        let done = work(self).map_err(judge);
        // What is left logged in here is logged out with the session.
        let _ = self.session.logout();
        done
    }

    fn standing(&self, code: Code) -> Result<CodeStanding, TokenError> {
        let info = self.module.get_token_info(self.slot);
        info.map(|info| code.standing(&info)).map_err(|error| TokenError::from_answer(Doing::Finding, error))
    }

    fn refuse_when_locked(&self, code: Code) -> Result<(), TokenError> {
        if self.standing(code)? == CodeStanding::Locked { Err(code.locked()) } else { Ok(()) }
    }

    /// Judges an answer to a code. After a wrong one the card is asked what it tells of the tries left.
    fn judge(&self, code: Code, doing: Doing, error: Error) -> TokenError {
        let Error::Pkcs11(answer, _) = error else {
            return TokenError::from_answer(doing, error);
        };
        match (answer, code) {
            (RvError::PinIncorrect, _) => match self.standing(code) {
                Ok(CodeStanding::Locked) => code.locked(),
                Ok(standing) => code.wrong(standing),
                Err(_) => code.wrong(CodeStanding::NotTold),
            },
            (RvError::PinLocked, _) => code.locked(),
            (RvError::PinInvalid | RvError::PinLenRange | RvError::PinTooWeak, Code::Passcode) => {
                TokenError::PasscodeNotTaken
            }
            _ => TokenError::from_answer(doing, error),
        }
    }
}

/// A code as a module takes it: text. It is wiped when dropped.
fn text_of(code: &[u8]) -> Result<AuthPin, TokenError> {
    std::str::from_utf8(code).map(AuthPin::from).map_err(|_| TokenError::CodeNotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_told_as_far_as_the_card_tells_them() {
        let of = |flags| CodeStanding::of(flags).tries();
        assert_eq!(of([true, true, true]), Tries::Left(0));
        assert_eq!(of([false, true, true]), Tries::Left(1));
        assert_eq!(of([false, false, true]), Tries::Unknown, "some are left, and nobody said how many");
        assert_eq!(of([false, false, false]), Tries::Unknown, "a card need not tell anything");
    }

    #[test]
    fn a_code_that_is_no_text_is_not_sent() {
        assert!(text_of(b"12345678").is_ok());
        assert_eq!(text_of(&[0xFF; 8]).err(), Some(TokenError::CodeNotText));
    }
}
