//! Any text as each word of the desk that is typed, read from a file or sent by a gateway, and as a passcode.
#![no_main]

use std::{fmt::Display, str::FromStr};

use cardwright::{
    domain::{
        CardSerial, HolderId, JobId, NhsCode, OrganisationCode, Passcode, PasscodeRules, Secret, eligibility::Version,
    },
    printer::choice::Destination,
};
use libfuzzer_sys::fuzz_target;

/// What was read and is shown reads the same.
fn same<T: FromStr + Display + PartialEq>(text: &str) {
    if let Ok(word) = text.parse::<T>() {
        let again = word.to_string().parse::<T>();
        assert!(again.is_ok_and(|again| again == word), "{word}");
    }
}

fuzz_target!(|text: &str| {
    same::<HolderId>(text);
    same::<CardSerial>(text);
    same::<OrganisationCode>(text);
    same::<NhsCode>(text);
    same::<Version>(text);
    same::<Destination>(text);
    if let Ok(job) = text.parse::<JobId>() {
        assert_eq!(job.as_str().parse(), Ok(job));
    }
    let typed = || Secret::new(text.as_bytes().to_vec());
    let shaped = Passcode::shaped(typed(), PasscodeRules::default());
    let chosen = Passcode::choose(typed(), PasscodeRules::default(), "555000000023");
    assert!(shaped.is_ok() || chosen.is_err(), "what may be chosen has the shape");
});
