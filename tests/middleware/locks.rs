//! A card that counts: three wrong passcodes lock it, and its unlock code opens it again.

use cardwright::card::pkcs11::{
    CodeStanding::{LastTry, Locked, NotTold, SomeWrong},
    Middleware, TokenError,
};

use crate::{
    card_like::{self, CardLike},
    child::{in_process_of_its_own, is_child},
    soft_token::{PASSCODE, UNLOCK_CODE, passcode, unlock_code},
};

const READER: &str = "Desk reader 00 00";

#[test]
fn a_card_that_locks_is_unlocked_with_its_code_and_its_tries_are_full_again() {
    if !is_child() {
        let card = CardLike::new(READER);
        let test = "locks::a_card_that_locks_is_unlocked_with_its_code_and_its_tries_are_full_again";
        return in_process_of_its_own(test, &card.variables());
    }
    let middleware = Middleware::new(card_like::module());
    let standing = || middleware.with_token(READER, |token| token.passcode_standing()).expect("told");
    let wrong = || middleware.with_token(READER, |token| token.log_in(&passcode("112358")));
    assert_eq!(standing(), NotTold);
    assert_eq!(wrong(), Err(TokenError::WrongPasscode { standing: SomeWrong }));
    assert_eq!(wrong(), Err(TokenError::WrongPasscode { standing: LastTry }));
    assert_eq!(wrong(), Err(TokenError::PasscodeLocked));
    let right = middleware.with_token(READER, |token| token.log_in(&passcode(PASSCODE)));
    assert_eq!((right, standing()), (Err(TokenError::PasscodeLocked), Locked));
    let unlocked = middleware.with_token(READER, |token| token.unlock(&unlock_code(UNLOCK_CODE), &passcode("640182")));
    assert_eq!((unlocked, standing()), (Ok(()), NotTold));
    assert_eq!(middleware.with_token(READER, |token| token.log_in(&passcode("640182"))), Ok(()));
}
