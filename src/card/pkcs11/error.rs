//! What can go wrong between desk, middleware and card, in words for the officer. Every answer of a module that matters
//! here has the meaning that the PIV client would give it.

use std::path::PathBuf;

use cryptoki::error::{Error, RvError};

use super::codes::CodeStanding;
use crate::domain::CardSerial;

/// Why the middleware itself cannot be used. No card was touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MiddlewareError {
    /// There is no such file.
    #[error(
        "the middleware for this card is not at “{}”, so no card was touched: ask IT to install it, or to correct \
         cards.series-8-module in the configuration", .module.display()
    )]
    Missing {
        /// Where it should be.
        module: PathBuf,
    },
    /// The file is there and cannot be read.
    #[error(
        "the middleware “{}” cannot be read ({fault}), so no card was touched: ask IT for permission to use it",
        .module.display()
    )]
    Unreadable {
        /// The file.
        module: PathBuf,
        /// What the system said.
        fault: String,
    },
    /// It is no program library at all.
    #[error(
        "“{}” is not a program library, so no card was touched: ask IT to correct cards.series-8-module in the \
         configuration", .module.display()
    )]
    NoLibrary {
        /// The file.
        module: PathBuf,
    },
    /// It is made for another kind of computer.
    #[error(
        "the middleware “{}” is made for {made_for} programs and this is a {program} one, so no card was touched: ask IT \
         for the {program} version of the middleware", .module.display()
    )]
    OtherMachine {
        /// The file.
        module: PathBuf,
        /// Machine it is made for.
        made_for: String,
        /// Machine this program is made for.
        program: String,
    },
    /// The system does not load it.
    #[error(
        "the computer could not load the middleware “{}” ({fault}), so no card was touched: ask IT to install it again, \
         with everything it needs", .module.display()
    )]
    NotLoadable {
        /// The file.
        module: PathBuf,
        /// What the system said.
        fault: String,
    },
    /// It is a library that does not speak PKCS#11.
    #[error(
        "“{}” is a program library but no PKCS#11 module, so no card was touched: ask IT to correct \
         cards.series-8-module in the configuration", .module.display()
    )]
    NoModule {
        /// The file.
        module: PathBuf,
    },
    /// C_Initialize failed.
    #[error(
        "the middleware “{}” does not start ({answer}), so no card was touched: restart the computer, and ask IT to \
         install the middleware again if that does not help", .module.display()
    )]
    DoesNotStart {
        /// The file.
        module: PathBuf,
        /// Its answer.
        answer: String,
    },
}

/// Why a card did not do, through its middleware, what was asked: what failed, what state the card is in, what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The middleware cannot be used.
    #[error(transparent)]
    Middleware(#[from] MiddlewareError),
    /// The middleware shows no card it knows in this reader.
    #[error(
        "the middleware sees no card it knows in “{reader}”; nothing was changed: take the card out and put it back, and \
         ask IT whether the middleware fits this card if that does not help"
    )]
    NoToken {
        /// The reader.
        reader: String,
    },
    /// The card tells no serial.
    #[error(
        "the middleware does not tell the serial of this card; nothing was changed: try another card, and report this one"
    )]
    NoSerial,
    /// Another card than the one the job is for.
    #[error(
        "the card in “{reader}” is {found} and not {expected}; nothing was changed on it: put the card {expected} back, \
         then resume"
    )]
    OtherCard {
        /// The reader.
        reader: String,
        /// The card that is there.
        found: CardSerial,
        /// The card that should be.
        expected: CardSerial,
    },
    /// The passcode is wrong.
    #[error("the passcode is wrong{}; nothing else was changed: type it again with care", left(.standing))]
    WrongPasscode {
        /// What the card tells of the tries left.
        standing: CodeStanding,
    },
    /// The passcode is locked.
    #[error("the passcode is locked after too many wrong tries; keys and certificates are unharmed: unlock the card")]
    PasscodeLocked,
    /// The card does not take such a passcode.
    #[error("the card does not take a passcode of this length or kind; it keeps the one it had: choose another")]
    PasscodeNotTaken,
    /// The unlock code is wrong.
    #[error(
        "the card does not take the unlock code{}; the passcode was not changed: do not try again, resume the job so \
         that the gateway finds the right code", left(.standing)
    )]
    UnlockCodeWrong {
        /// What the card tells of the tries left.
        standing: CodeStanding,
    },
    /// The unlock code is locked.
    #[error("the unlock code is locked for good; this card cannot be unlocked: cancel it and issue another")]
    UnlockCodeLocked,
    /// A code that is no text, which a module cannot be given.
    #[error(
        "the code on record for this card cannot be given to its middleware; nothing was changed: ask the gateway's \
         operator"
    )]
    CodeNotText,
    /// The card is gone.
    #[error(
        "the card was taken out of the reader: put the same card back, then try again, or resume the job that was begun"
    )]
    Removed,
    /// The module failed in the middle; what was asked may have been done.
    #[error(
        "the middleware failed while {doing} ({answer}): take the card out, put it back, then try again, or resume the \
         job that was begun"
    )]
    Lost {
        /// What was being done.
        doing: Doing,
        /// The module's answer.
        answer: String,
    },
    /// The card wants something first.
    #[error(
        "the card did not permit {doing} ({answer}); nothing was changed by it: take the card out, put it back and resume"
    )]
    NotPermitted {
        /// What was being done.
        doing: Doing,
        /// The module's answer.
        answer: String,
    },
    /// This card, or its middleware, cannot do it.
    #[error(
        "this card cannot do what was asked through its middleware: {doing} ({answer}); nothing was changed by it: issue \
         a Series 10 card instead"
    )]
    Unsupported {
        /// What was being done.
        doing: Doing,
        /// The module's answer.
        answer: String,
    },
    /// There is no room.
    #[error("there is no room left on the card for {doing}; it keeps what it had: issue a Series 10 card instead")]
    Full {
        /// What was being done.
        doing: Doing,
    },
    /// There is no such object.
    #[error("the card does not hold what is needed for {doing}; nothing was changed by it: resume the job")]
    Missing {
        /// What was being done.
        doing: Doing,
    },
    /// Any other refusal.
    #[error("the card refused {doing} ({answer}): take the card out, put it back and resume")]
    Refused {
        /// What was being done.
        doing: Doing,
        /// The module's answer.
        answer: String,
    },
    /// An answer that does not have the form it must have.
    #[error("the middleware's answer to {doing} cannot be read: take the card out, put it back and resume")]
    Garbled {
        /// What was being done.
        doing: Doing,
    },
}

/// What is known of the tries left, for the middle of a sentence.
fn left(standing: &CodeStanding) -> &'static str {
    match standing {
        CodeStanding::Locked => " and no try is left",
        CodeStanding::LastTry => " and one try is left",
        CodeStanding::SomeWrong | CodeStanding::NotTold => "",
    }
}

impl TokenError {
    /// Whether what was asked may have been done all the same, because its answer stayed away.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(
            self,
            Self::Removed
                | Self::Lost { .. }
                | Self::NoToken { .. }
                | Self::OtherCard { .. }
                | Self::Middleware(_)
                | Self::NoSerial
        )
    }

    /// What a module's answer means, when no code was at stake.
    pub(super) fn from_answer(doing: Doing, error: Error) -> Self {
        use RvError as Rv;
        let answer = match error {
            Error::Pkcs11(answer, _) => answer,
            Error::NotSupported | Error::NullFunctionPointer | Error::MissingSymbol(_) => {
                return Self::Unsupported { doing, answer: "no such function".into() };
            }
            _ => return Self::Garbled { doing },
        };
        let words = format!("{answer:?}");
        match answer {
            Rv::TokenNotPresent
            | Rv::DeviceRemoved
            | Rv::SlotIdInvalid
            | Rv::SessionHandleInvalid
            | Rv::SessionClosed => Self::Removed,
            Rv::GeneralError
            | Rv::FunctionFailed
            | Rv::DeviceError
            | Rv::HostMemory
            | Rv::Cancel
            | Rv::FunctionCanceled
            | Rv::CryptokiNotInitialized
            | Rv::TokenNotRecognized => Self::Lost { doing, answer: words },
            Rv::UserNotLoggedIn | Rv::PinExpired | Rv::ActionProhibited | Rv::UserPinNotInitialized => {
                Self::NotPermitted { doing, answer: words }
            }
            Rv::FunctionNotSupported
            | Rv::MechanismInvalid
            | Rv::MechanismParamInvalid
            | Rv::KeySizeRange
            | Rv::CurveNotSupported
            | Rv::DomainParamsInvalid
            | Rv::KeyTypeInconsistent
            | Rv::KeyFunctionNotPermitted
            | Rv::TemplateIncomplete
            | Rv::TemplateInconsistent
            | Rv::AttributeReadOnly
            | Rv::AttributeTypeInvalid
            | Rv::AttributeValueInvalid
            | Rv::TokenWriteProtected
            | Rv::SessionReadOnly
            | Rv::UserTypeInvalid => Self::Unsupported { doing, answer: words },
            Rv::DeviceMemory => Self::Full { doing },
            _ => Self::Refused { doing, answer: words },
        }
    }
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// C_GetSlotList, C_GetTokenInfo and C_OpenSession.
    Finding,
    /// C_Login as the user.
    CheckingThePasscode,
    /// C_SetPIN as the user.
    ChangingThePasscode,
    /// C_SetPIN as the security officer.
    ChangingTheUnlockCode,
    /// C_Login as the security officer, and C_InitPIN.
    Unlocking,
    /// C_GenerateKeyPair.
    MakingAKey,
    /// C_Sign.
    Signing,
    /// C_FindObjects and C_GetAttributeValue.
    Reading,
    /// C_CreateObject.
    Writing,
    /// C_DestroyObject.
    Removing,
}

impl std::fmt::Display for Doing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Finding => "looking for the card",
            Self::CheckingThePasscode => "checking the passcode",
            Self::ChangingThePasscode => "changing the passcode",
            Self::ChangingTheUnlockCode => "changing the unlock code",
            Self::Unlocking => "unlocking",
            Self::MakingAKey => "making a key",
            Self::Signing => "signing",
            Self::Reading => "reading keys and certificates",
            Self::Writing => "writing a certificate",
            Self::Removing => "removing the old keys and certificates",
        })
    }
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    fn meaning(answer: RvError) -> TokenError {
        TokenError::from_answer(Doing::MakingAKey, Error::Pkcs11(answer, Function::GenerateKeyPair))
    }

    #[test]
    fn answers_mean_what_they_mean_to_the_officer() {
        for gone in [RvError::DeviceRemoved, RvError::TokenNotPresent, RvError::SessionHandleInvalid] {
            assert_eq!(meaning(gone), TokenError::Removed);
        }
        for unknown in [RvError::GeneralError, RvError::FunctionFailed, RvError::DeviceError] {
            assert!(meaning(unknown).is_lost(), "{unknown:?}: nobody knows whether it was done");
        }
        for refusal in [
            RvError::FunctionNotSupported,
            RvError::MechanismInvalid,
            RvError::UserNotLoggedIn,
            RvError::DeviceMemory,
            RvError::VendorDefined(0x8000_0001),
        ] {
            assert!(!meaning(refusal).is_lost(), "{refusal:?}: nothing was done");
        }
        assert!(matches!(meaning(RvError::MechanismInvalid), TokenError::Unsupported { .. }));
        assert!(matches!(meaning(RvError::UserNotLoggedIn), TokenError::NotPermitted { .. }));
        let none = TokenError::from_answer(Doing::Signing, Error::NullFunctionPointer);
        assert!(matches!(none, TokenError::Unsupported { .. }));
    }

    #[test]
    fn a_message_says_what_failed_what_state_the_card_is_in_and_what_to_do() {
        let wrong = TokenError::WrongPasscode { standing: CodeStanding::LastTry }.to_string();
        assert!(wrong.contains("one try is left") && wrong.contains("nothing else was changed"), "{wrong}");
        let untold = TokenError::WrongPasscode { standing: CodeStanding::SomeWrong }.to_string();
        assert!(!untold.contains("left"), "what the card does not tell is not invented: {untold}");
        let missing = MiddlewareError::Missing { module: "/opt/none.so".into() }.to_string();
        for part in ["/opt/none.so", "no card was touched", "ask IT"] {
            assert!(missing.contains(part), "{missing}");
        }
    }
}
