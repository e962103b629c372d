//! Any bytes as the card's answers on the way into a secure channel and inside one, and as the key set of PUT KEY.
#![no_main]

use cardwright::{
    card::{
        apdu::{Command, Response},
        secure_channel::{CardAnswer, Challenges, Channel, ChannelKey, SecurityLevel, StaticKeys, read_key_set},
    },
    domain::Secret,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(answer) = CardAnswer::parse(bytes) {
        assert_eq!(answer.bytes(), bytes);
    }
    let key = |byte: u8| ChannelKey::new(Secret::new(vec![byte; 16])).expect("16 bytes");
    let keys = StaticKeys::new(key(1), key(2), key(3)).expect("one length");
    let _ = read_key_set(keys.key_encryption(), bytes);
    let Ok(response) = Response::parse(bytes) else { return };
    for level in SecurityLevel::ALL {
        let session = keys.session(&Challenges { host: [4; 8], card: [5; 8] });
        let mut channel = Channel::new(session, level);
        channel.wrap(&Command::new(0x00, 0xCB, 0x3F, 0xFF).with_data([0x5C, 0])).expect("the channel is open");
        if let Ok(opened) = channel.unwrap(response.clone()) {
            assert_eq!(opened.status, response.status);
            let vouched_for = opened.status.is_ok() || matches!(opened.status.sw1(), 0x62 | 0x63);
            assert!(!(vouched_for && level.protects_answers()), "no input guesses a code of eight bytes");
        }
    }
});
