//! The card is pulled at every call that reaches it while its pair is renewed: the old pair works afterwards, until the
//! new one is whole and the old one is taken away.

use cardwright::{
    card::{
        algorithm::KeyAlgorithm,
        pkcs11::{Middleware, ObjectId, TokenError},
    },
    domain::{CertificateSlot, JobId, Passcode},
};

use crate::{
    card_like::{self, CardLike, Moment},
    child::{in_process_of_its_own, is_child},
    soft_token::{PASSCODE, certified, passcode, settings},
};

const READER: &str = "Desk reader 00 00";

/// The last step of a renewal that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Nowhere,
    NewPairWritten,
    OldPairRemoved,
}

fn ids(job: u8) -> [ObjectId; 2] {
    let job = JobId::from_random([job; 16]);
    CertificateSlot::BOTH.map(|half| ObjectId::of_job(&job, half))
}

/// Makes and writes a pair, each step by itself as an operation does it.
fn make_pair(middleware: &Middleware, code: &Passcode, job: u8) -> Result<(), TokenError> {
    for (half, id) in CertificateSlot::BOTH.into_iter().zip(ids(job)) {
        let key = middleware.with_token(READER, |token| {
            token.log_in(code)?;
            // After a cut there may be something of an earlier try.
            token.remove(&id)?;
            token.generate(&id, settings().label(half), KeyAlgorithm::P256)
        })?;
        middleware.with_token(READER, |token| {
            token.log_in(code)?;
            token.certificate_request(&id, &key, "555000000023", code)?;
            token.write_certificate(&id, settings().label(half), &certified(&key, half))
        })?;
    }
    Ok(())
}

fn remove_pair(middleware: &Middleware, code: &Passcode, job: u8) -> Result<(), TokenError> {
    middleware.with_token(READER, |token| {
        token.log_in(code)?;
        ids(job).iter().try_for_each(|id| token.remove(id).map(drop))
    })
}

/// Whether a pair is whole: both certificates are there and both keys sign.
fn works(middleware: &Middleware, code: &Passcode, job: u8) -> bool {
    let whole = middleware.with_token(READER, |token| {
        token.log_in(code)?;
        ids(job).iter().try_fold(true, |whole, id| {
            let signs = token.sign(id, KeyAlgorithm::P256, b"a challenge", code).is_ok();
            Ok(whole && signs && token.certificate(id)?.is_some())
        })
    });
    whole.expect("the card was put back")
}

fn renew(middleware: &Middleware, code: &Passcode, came: &mut Came) -> Result<(), TokenError> {
    make_pair(middleware, code, 2)?;
    *came = Came::NewPairWritten;
    remove_pair(middleware, code, 1)?;
    *came = Came::OldPairRemoved;
    Ok(())
}

#[test]
fn the_old_pair_works_until_the_new_one_is_whole_wherever_the_card_is_pulled() {
    if !is_child() {
        let card = CardLike::new(READER);
        let test = "cuts::the_old_pair_works_until_the_new_one_is_whole_wherever_the_card_is_pulled";
        return in_process_of_its_own(test, &card.variables());
    }
    let (folder, middleware, code) = (card_like::folder(), Middleware::new(card_like::module()), passcode(PASSCODE));
    let (mut turn, mut cuts) = (0, 0);
    let mut put_back = || {
        turn += 1;
        card_like::put_back(&folder, turn);
    };
    put_back();
    make_pair(&middleware, &code, 1).expect("a pair to begin with");
    put_back();
    renew(&middleware, &code, &mut Came::Nowhere).expect("a renewal that nobody disturbs");
    let calls = card_like::calls(&folder);
    for moment in Moment::BOTH {
        for call in 1..=calls {
            put_back();
            remove_pair(&middleware, &code, 2).expect("nothing is left of the last try");
            if !works(&middleware, &code, 1) {
                make_pair(&middleware, &code, 1).expect("a pair to begin with");
            }
            card_like::cut_at(&folder, call, moment);
            let mut came = Came::Nowhere;
            let cut = renew(&middleware, &code, &mut came).expect_err("the card was pulled");
            assert!(cut.is_lost(), "call {call} {moment:?}: what happened is not known, and not said to be: {cut:?}");
            put_back();
            let (old, new) = (works(&middleware, &code, 1), works(&middleware, &code, 2));
            match came {
                Came::Nowhere => assert!(old, "call {call} {moment:?}: the old pair is untouched"),
                Came::NewPairWritten | Came::OldPairRemoved => {
                    assert!(new, "call {call} {moment:?}: the new pair is whole")
                }
            }
            // Once more, and it comes to its end.
            renew(&middleware, &code, &mut came).unwrap_or_else(|e| panic!("call {call} {moment:?}: {e}"));
            assert!(works(&middleware, &code, 2) && !works(&middleware, &code, 1), "call {call} {moment:?}");
            cuts += 1;
        }
    }
    assert_eq!(cuts, 2 * calls);
    assert!(cuts > 60, "only {cuts} cuts");
    println!("{cuts} cuts");
}

#[test]
fn a_card_that_locks_is_unlocked_with_its_code_and_its_tries_are_full_again() {
    if !is_child() {
        let card = CardLike::new(READER);
        let test = "cuts::a_card_that_locks_is_unlocked_with_its_code_and_its_tries_are_full_again";
        return in_process_of_its_own(test, &card.variables());
    }
    use cardwright::card::pkcs11::CodeStanding::{LastTry, Locked, NotTold, SomeWrong};

    use crate::soft_token::{UNLOCK_CODE, unlock_code};
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
