//! Any text as what is read over the telephone: challenge, response and last code, with the right key and a wrong one.
#![no_main]

use cardwright::domain::{
    CardSerial, Secret,
    telephone::{Challenge, CompletionCode, Conversation, Response, WorkstationKey},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let serial: CardSerial = "0A1B2C3D".parse().expect("a serial");
    let key = WorkstationKey::new(Secret::new(vec![7; WorkstationKey::LENGTH])).expect("its length");
    if let Ok(code) = text.parse::<CompletionCode>() {
        assert_eq!(code.to_string().parse(), Ok(code));
    }
    let (first, second) = text.split_once('\n').unwrap_or((text, text));
    if let Ok(response) = second.parse::<Response>() {
        assert_eq!(response.to_string().parse(), Ok(response));
    }
    let Ok(challenge) = first.parse::<Challenge>() else { return };
    assert_eq!(challenge.to_string().parse(), Ok(challenge.clone()));
    let Some(conversation) = Conversation::of(&challenge, &key, &serial) else { return };
    if let Ok(response) = second.parse::<Response>() {
        let codes = conversation.codes(&response);
        assert!(codes.is_none_or(|codes| (1..=2).contains(&codes.current.len())));
    }
});
