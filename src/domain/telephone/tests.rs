use proptest::prelude::*;

use super::*;

fn key(byte: u8) -> WorkstationKey {
    WorkstationKey::new(Secret::new(vec![byte; WorkstationKey::LENGTH])).expect("32 bytes")
}

fn number(of: u16) -> WorkstationNumber {
    of.try_into().expect("1 to 9999")
}

fn card(last: u8) -> CardSerial {
    CardSerial::from_bytes(&[0x0A, 0x1B, 0x2C, last]).expect("a serial")
}

fn code(digits: &str) -> UnlockCode {
    UnlockCode::new(Secret::new(digits.as_bytes().to_vec())).expect("8 digits")
}

/// Every row of digits that differs from this one in one place.
fn one_wrong_digit(digits: &str) -> Vec<String> {
    let spoken: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).collect();
    let mut all = Vec::new();
    for place in 0..spoken.len() {
        for digit in b'0'..=b'9' {
            let mut wrong = spoken.clone();
            if wrong[place] != digit {
                wrong[place] = digit;
                all.push(String::from_utf8(wrong).expect("digits"));
            }
        }
    }
    all
}

#[test]
fn what_is_read_aloud_is_grouped_and_read_however_it_is_typed() {
    let (challenge, here) = Conversation::begin(number(7), 12_345_678, &key(1), &card(1));
    let shown = challenge.to_string();
    assert!(shown.starts_with("0007 1234 5678 ") && shown.len() == 19, "{shown}");
    for typed in [shown.clone(), shown.replace(' ', ""), shown.replace(' ', "-"), format!("  {shown}\n")] {
        assert_eq!(typed.parse(), Ok(challenge.clone()), "{typed}");
    }
    assert_eq!(challenge.workstation(), Some(number(7)));
    for wrong in ["", "0007 1234 5678 901", "0007 1234 5678 90123", "0007 1234 5678 90l2", "٠٠٠٧١٢٣٤٥٦٧٨٩٠١٢"]
    {
        assert!(wrong.parse::<Challenge>().is_err(), "{wrong}");
    }
    let response = here.response(&[code("73816429")]).expect("eight digits");
    assert_eq!(response.to_string().len(), 14, "{response}");
    assert_eq!(here.completion(TelephoneOutcome::Done).to_string().len(), 7);
    assert!("0000 0000 0000 0000".parse::<Challenge>().expect("digits").workstation().is_none());
}

#[test]
fn both_desks_come_to_the_same_codes() {
    let (challenge, there) = Conversation::begin(number(42), 4_000_000_001, &key(1), &card(1));
    let here = Conversation::of(&challenge, &key(1), &card(1)).expect("the check digits fit");
    let response = here.response(&[code("73816429")]).expect("eight digits");
    assert!(!response.to_string().replace(' ', "").contains("73816429"), "it is enciphered");
    let heard = there.codes(&response.to_string().parse().expect("as it was read")).expect("the check digits fit");
    assert_eq!(heard.current, [code("73816429")]);
    assert_eq!(Some(heard.next), here.next_code());
    // After work that was cut off there are two, and the second is the one to change to.
    let two = here.response(&[code("73816429"), code("00000000")]).expect("twice eight digits");
    let heard = there.codes(&two).expect("the check digits fit");
    assert_eq!((heard.current, heard.next), (vec![code("73816429"), code("00000000")], code("00000000")));
    for outcome in [TelephoneOutcome::Done, TelephoneOutcome::GivenUp] {
        assert_eq!(here.outcome(&there.completion(outcome)), Some(outcome));
    }
}

#[test]
fn another_conversation_tells_nothing() {
    let (_, here) = Conversation::begin(number(1), 1, &key(1), &card(1));
    for (random, key_byte, last) in [(2, 1, 1), (1, 2, 1), (1, 1, 2)] {
        let (_, other) = Conversation::begin(number(1), random, &key(key_byte), &card(last));
        assert_eq!(other.outcome(&here.completion(TelephoneOutcome::Done)), None);
    }
}

#[test]
fn only_digits_can_be_read_aloud() {
    let (_, here) = Conversation::begin(number(1), 0, &key(1), &card(1));
    let bytes = UnlockCode::new(Secret::new(vec![0xFF; 8])).expect("8 bytes");
    assert_eq!(here.response(&[bytes]), None);
    assert_eq!(here.response(&[]), None);
    assert_eq!(here.response(&[code("11111111"), code("22222222"), code("33333333")]), None);
}

/// Four check digits let one wrong row in 10,000 pass. Some 300,000 wrong challenges and 216,000 wrong responses are
/// tried, always the same ones: about 30 and 22 may pass, and twice as many would mean that the check is weaker than it says.
#[test]
fn one_wrong_digit_is_noticed_as_often_as_is_said() {
    let (mut challenges, mut responses) = ((0_u32, 0_u32), (0_u32, 0_u32));
    for run in 0..2000_u32 {
        let (key, card) = (key((run % 251) as u8), card((run % 241) as u8));
        let (challenge, here) = Conversation::begin(number(1 + (run % 9999) as u16), run * 48_611, &key, &card);
        for wrong in one_wrong_digit(challenge.as_str()) {
            challenges.0 += 1;
            let wrong = wrong.parse().expect("16 digits");
            challenges.1 += u32::from(Conversation::of(&wrong, &key, &card).is_some());
        }
        let response = here.response(&[code(&format!("{:08}", run * 7919))]).expect("eight digits");
        for wrong in one_wrong_digit(&response.to_string()) {
            responses.0 += 1;
            responses.1 += u32::from(here.codes(&wrong.parse().expect("12 digits")).is_some());
        }
    }
    for (tried, passed) in [challenges, responses] {
        assert!(tried > 200_000 && passed <= tried / 5_000, "{passed} of {tried} passed");
    }
}

proptest! {
    #[test]
    fn a_response_is_of_no_use_elsewhere(random in any::<u32>(), other in any::<u32>(), unlock in 0_u32..100_000_000) {
        prop_assume!(random % 100_000_000 != other % 100_000_000);
        let unlock = code(&format!("{unlock:08}"));
        let (_, here) = Conversation::begin(number(1), random, &key(1), &card(1));
        let response = here.response(std::slice::from_ref(&unlock)).expect("eight digits");
        let elsewhere = [
            Conversation::begin(number(1), other, &key(1), &card(1)).1,
            Conversation::begin(number(1), random, &key(1), &card(2)).1,
            Conversation::begin(number(1), random, &key(2), &card(1)).1,
            Conversation::begin(number(2), random, &key(1), &card(1)).1,
        ];
        for conversation in &elsewhere {
            // The check digits notice it but for once in 10,000; and then it is not the code of the card either.
            let heard = conversation.codes(&response);
            prop_assert!(heard.is_none_or(|heard| !heard.current.contains(&unlock)));
            prop_assert_ne!(conversation.next_code(), here.next_code());
        }
    }

    #[test]
    fn what_was_heard_never_panics(heard in ".{0,40}") {
        let _ = heard.parse::<Challenge>().map(|challenge| Conversation::of(&challenge, &key(1), &card(1)));
        let _ = heard.parse::<Response>();
        let _ = heard.parse::<CompletionCode>();
    }

    #[test]
    fn what_was_enciphered_is_deciphered(random in any::<u32>(), first in 0_u32..100_000_000, second in 0_u32..100_000_000) {
        let (challenge, there) = Conversation::begin(number(9999), random, &key(9), &card(9));
        let here = Conversation::of(&challenge, &key(9), &card(9)).expect("the check digits fit");
        let both = [code(&format!("{first:08}")), code(&format!("{second:08}"))];
        for known in [&both[..1], &both[..]] {
            let heard = there.codes(&here.response(known).expect("digits")).expect("the check digits fit");
            prop_assert_eq!(heard.current, known);
        }
    }
}
