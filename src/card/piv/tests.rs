//! The client against scripted cards: every situation in the words of each of the four measured cards
//! (`facts/piv.md` 2.3).

use super::*;
use crate::{
    card::{
        algorithm::KeyAlgorithm,
        apdu::StatusWord,
        profile::Profiles,
        transport::{TransportError, script::Script},
    },
    domain::{CertificateSlot, Passcode, PasscodeRules, Secret, UnlockCode},
};

fn profile(id: &str) -> CardProfile {
    Profiles::bundled().unwrap().by_id(id).unwrap().clone()
}

fn passcode(digits: &str) -> Passcode {
    Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).unwrap()
}

fn unlock_code() -> UnlockCode {
    UnlockCode::new(Secret::new(b"27182818".to_vec())).unwrap()
}

/// Runs one step against scripted answers; all of them must be used.
fn step<R>(answers: &[&[u8]], work: impl FnOnce(&mut Piv<'_>) -> R) -> (R, Vec<Command>) {
    let profile = profile("training");
    let mut script = answers.iter().fold(Script::new(), |script, answer| script.then(answer));
    let result = work(&mut Piv::still_selected(&mut script, &profile));
    assert_eq!(script.sent().len(), answers.len(), "every answer is asked for");
    let sent = script.sent().to_vec();
    (result, sent)
}

/// The same for an answer that is a status word alone.
fn judged<R>(status: u16, work: impl FnOnce(&mut Piv<'_>) -> R) -> R {
    step(&[&status.to_be_bytes()], work).0
}

#[test]
fn the_label_is_read_with_and_without_the_outer_template() {
    let inside = [0x4F, 2, 0, 1, 0x50, 3, b'a', b'b', b'c'];
    let wrapped = [[0x61, 9].as_slice(), &inside].concat();
    for answer in [inside.as_slice(), &wrapped] {
        assert_eq!(read_application(answer).label.as_deref(), Some("abc"));
    }
    assert_eq!(read_application(&[0x61, 0x80]), Application::default());
}

#[test]
fn a_card_without_the_application_says_so() {
    for status in [0x6A82u16, 0x6A81, 0x6D00, 0x6E00, 0x6999] {
        let profile = profile("training");
        let mut script = Script::new().then(&status.to_be_bytes());
        assert_eq!(Piv::select(&mut script, &profile).err(), Some(PivError::NoApplication));
    }
}

#[test]
fn tries_left_in_four_dialects() {
    for (status, tries) in [
        (0x63C3, Tries::Left(3)),
        (0x63C5, Tries::Left(5)),
        (0x63C6, Tries::Left(6)),
        (0x63C0, Tries::Left(0)),
        (0x6983, Tries::Left(0)),
        (0x9000, Tries::Verified),
        (0x6A88, Tries::Unknown),
    ] {
        assert_eq!(judged(status, |piv| piv.passcode_tries()), Ok(tries), "{status:04X}");
    }
}

#[test]
fn a_passcode_is_padded_and_sent_once() {
    let (result, sent) = step(&[&[0x90, 0]], |piv| piv.verify(&passcode("738164")));
    assert_eq!(result, Ok(()));
    assert_eq!(sent[0].data, *b"738164\xFF\xFF");
    assert!(!sent[0].expects_data);
}

#[test]
fn a_wrong_passcode_in_four_dialects() {
    let change = |piv: &mut Piv<'_>| piv.change_passcode(&passcode("738164"), &passcode("9042618"));
    assert_eq!(judged(0x63C2, change), Err(PivError::WrongPasscode { tries_left: Some(2) }));
    for blocked in [0x63C0, 0x6983, 0x6984] {
        assert_eq!(judged(blocked, change), Err(PivError::PasscodeBlocked), "{blocked:04X}");
    }
    // One card says 6300 to a wrong old passcode, with tries left and without.
    assert_eq!(step(&[&[0x63, 0], &[0x63, 0xC1]], change).0, Err(PivError::WrongPasscode { tries_left: Some(1) }));
    assert_eq!(step(&[&[0x63, 0], &[0x63, 0xC0]], change).0, Err(PivError::PasscodeBlocked));
    assert_eq!(step(&[&[0x63, 0], &[0x6A, 0x88]], change).0, Err(PivError::WrongPasscode { tries_left: None }));
    // A passcode that still stands as verified hides the count until that is taken back, where the card does that.
    let (counted, sent) = step(&[&[0x63, 0], &[0x90, 0], &[0x90, 0], &[0x63, 0xC1]], change);
    assert_eq!(counted, Err(PivError::WrongPasscode { tries_left: Some(1) }));
    assert_eq!((sent[2].ins, sent[2].p1, sent[2].data.len()), (0x20, 0xFF, 0));
    let hidden = step(&[&[0x63, 0], &[0x90, 0], &[0x6A, 0x86], &[0x90, 0]], change).0;
    assert_eq!(hidden, Err(PivError::WrongPasscode { tries_left: None }));
    assert!(matches!(judged(0x6A80, change), Err(PivError::Unsupported { .. })));
}

#[test]
fn the_unlock_code_in_four_dialects() {
    let reset = |piv: &mut Piv<'_>| piv.reset_passcode(&unlock_code(), &passcode("738164"));
    assert_eq!(judged(0x9000, reset), Ok(()));
    assert_eq!(judged(0x63C2, reset), Err(PivError::UnlockCodeWrong { tries_left: Some(2) }));
    assert_eq!(judged(0x6300, reset), Err(PivError::UnlockCodeWrong { tries_left: None }));
    for blocked in [0x63C0, 0x6983] {
        assert_eq!(judged(blocked, reset), Err(PivError::UnlockCodeBlocked), "{blocked:04X}");
    }
    let (result, sent) = step(&[&[0x90, 0]], |piv| piv.change_unlock_code(&unlock_code(), &unlock_code()));
    assert_eq!(result, Ok(()));
    assert_eq!((sent[0].ins, sent[0].p2, sent[0].data.len()), (0x24, 0x81, 16));
}

#[test]
fn blocking_goes_on_until_the_card_says_blocked() {
    let counted: &[&[u8]] = &[&[0x63, 0xC2], &[0x63, 0xC1], &[0x63, 0xC0]];
    let uncounted: &[&[u8]] = &[&[0x63, 0], &[0x63, 0], &[0x63, 0], &[0x69, 0x83]];
    for answers in [counted, uncounted, &[&[0x69, 0x83]]] {
        let (result, sent) = step(answers, |piv| piv.block_passcode());
        assert_eq!(result, Ok(()));
        assert!(sent.iter().all(|c| c.data.len() == 8 && c.data.iter().all(u8::is_ascii_digit)));
    }
    let endless = [[0x63, 0x00].as_slice(); 17];
    assert!(matches!(step(&endless, |piv| piv.block_passcode()).0, Err(PivError::Refused { .. })));
}

#[test]
fn the_management_key_is_relayed() {
    let witness = [[0x7C, 0x12, 0x80, 0x10].as_slice(), &[7; 16], &[0x90, 0]].concat();
    let (result, sent) = step(&[&witness], |piv| piv.management_key_witness());
    assert_eq!(result, Ok(vec![7; 16]));
    assert_eq!((sent[0].p1, sent[0].p2, sent[0].data.as_slice()), (0x0C, 0x9B, [0x7C, 2, 0x80, 0].as_slice()));
    let proof = [[0x7C, 0x12, 0x82, 0x10].as_slice(), &[9; 16], &[0x90, 0]].concat();
    let respond = |piv: &mut Piv<'_>| piv.management_key_response(&Secret::new(vec![1; 16]), &[2; 16]);
    let (result, sent) = step(&[&proof], respond);
    assert_eq!(result, Ok(vec![9; 16]));
    assert_eq!(sent[0].data, [[0x7C, 0x24, 0x80, 0x10].as_slice(), &[1; 16], &[0x81, 0x10], &[2; 16]].concat());
    for wrong in [0x6A80, 0x6982, 0x6300] {
        assert_eq!(judged(wrong, respond), Err(PivError::WrongManagementKey), "{wrong:04X}");
    }
    // A key of another kind shows at the first step.
    assert!(matches!(judged(0x6A86, |piv| piv.management_key_witness()), Err(PivError::Unsupported { .. })));
    // A block of another length is no witness.
    let short = [[0x7C, 0x0A, 0x80, 0x08].as_slice(), &[7; 8], &[0x90, 0]].concat();
    assert!(matches!(step(&[&short], |piv| piv.management_key_witness()).0, Err(PivError::Garbled { .. })));
}

#[test]
fn absent_and_emptied_objects_are_the_same() {
    let read = |piv: &mut Piv<'_>| piv.get_object(ObjectName::SigningCertificate);
    for absent in [0x6A82, 0x6A80, 0x9000] {
        assert_eq!(judged(absent, read), Ok(None), "{absent:04X}");
    }
    assert_eq!(step(&[&[0x53, 0, 0x90, 0]], read).0, Ok(None));
    assert_eq!(step(&[&[0x53, 2, 0xFE, 0, 0x90, 0]], read).0, Ok(None));
    let (content, sent) = step(&[&[0x53, 3, 0x70, 1, 5, 0x90, 0]], read);
    assert_eq!(content, Ok(Some(vec![0x70, 1, 5])));
    assert_eq!(sent[0].data, [0x5C, 3, 0x5F, 0xC1, 0x0A]);
    assert!(matches!(judged(0x6982, read), Err(PivError::NotPermitted { .. })));
    for damaged in [[0x53, 9, 1, 0x90, 0].as_slice(), &[0x70, 1, 1, 0x90, 0]] {
        assert!(matches!(step(&[damaged], read).0, Err(PivError::Garbled { .. })));
    }
}

#[test]
fn the_discovery_object_comes_and_goes_bare() {
    let read = |piv: &mut Piv<'_>| piv.get_object(ObjectName::Discovery);
    let (content, sent) = step(&[&[0x7E, 3, 0x4F, 1, 1, 0x90, 0]], read);
    assert_eq!((content, sent[0].data.as_slice()), (Ok(Some(vec![0x4F, 1, 1])), [0x5C, 1, 0x7E].as_slice()));
    let (result, sent) = step(&[&[0x90, 0]], |piv| piv.put_object(ObjectName::Discovery, &CardObject::Discovery));
    assert_eq!(result, Ok(()));
    assert_eq!(sent[0].data[..2], [0x7E, 0x12]);
}

#[test]
fn writes_in_four_dialects() {
    let small = CardObject::Certificate { der: vec![1; 300] };
    let large = CardObject::FacialImage { jpeg: vec![1; 12_000] };
    let write = |piv: &mut Piv<'_>| piv.put_object(ObjectName::AuthenticationCertificate, &small);
    assert_eq!(judged(0x9000, write), Ok(()));
    assert!(matches!(judged(0x6982, write), Err(PivError::NotPermitted { .. })));
    for missing in [0x6A82, 0x6A80] {
        assert!(matches!(judged(missing, write), Err(PivError::Unsupported { .. })), "{missing:04X}");
    }
    assert!(matches!(judged(0x6F00, write), Err(PivError::Refused { .. })));
    for no_room in [0x6700, 0x6A84, 0x6F00] {
        let written = judged(no_room, |piv| piv.put_object(ObjectName::FacialImage, &large));
        assert!(matches!(written, Err(PivError::ObjectTooLarge { bytes: 12_006, .. })), "{no_room:04X} {written:?}");
    }
}

#[test]
fn a_card_that_refuses_an_empty_object_is_given_one_that_holds_nothing() {
    let erase = |piv: &mut Piv<'_>| piv.erase_object(ObjectName::AuthenticationCertificate);
    let (result, sent) = step(&[&[0x6F, 0x61], &[0x90, 0]], erase);
    assert_eq!(result, Ok(()));
    assert_eq!(sent[0].data, [0x5C, 3, 0x5F, 0xC1, 0x05, 0x53, 0]);
    assert_eq!(sent[1].data, [0x5C, 3, 0x5F, 0xC1, 0x05, 0x53, 2, 0xFE, 0]);
    assert!(matches!(judged(0x6982, erase), Err(PivError::NotPermitted { .. })));
}

#[test]
fn keys_that_cannot_be_made_or_used() {
    let generate = |piv: &mut Piv<'_>| piv.generate(CertificateSlot::Authentication, KeyAlgorithm::P384);
    for unsupported in [0x6A80, 0x6A86] {
        assert!(matches!(judged(unsupported, generate), Err(PivError::Unsupported { .. })), "{unsupported:04X}");
    }
    assert!(matches!(judged(0x6982, generate), Err(PivError::NotPermitted { .. })));
    assert!(matches!(judged(0x9000, generate), Err(PivError::Garbled { .. })));
    let sign = |piv: &mut Piv<'_>| piv.sign(CertificateSlot::Signing, KeyAlgorithm::Rsa2048, b"message");
    assert!(matches!(judged(0x6982, sign), Err(PivError::NotPermitted { .. })));
    let signature = [[0x7C, 0x82, 1, 4, 0x82, 0x82, 1, 0].as_slice(), &[5; 256], &[0x90, 0]].concat();
    let (result, sent) = step(&[&signature], sign);
    assert_eq!(result, Ok(vec![5; 256]));
    assert_eq!((sent[0].p1, sent[0].p2, sent[0].data.len()), (0x07, 0x9C, 266));
    assert_eq!(sent[0].data[..10], [0x7C, 0x82, 0x01, 0x06, 0x82, 0x00, 0x81, 0x82, 0x01, 0x00]);
}

#[test]
fn a_lost_answer_stays_a_transport_error() {
    let profile = profile("training");
    let mut script = Script::new().then_fails(TransportError::Reset);
    let result = Piv::still_selected(&mut script, &profile).verify(&passcode("738164"));
    assert_eq!(result, Err(PivError::Transport(TransportError::Reset)));
}

#[test]
fn errors_say_what_failed_and_what_to_do_and_never_a_code() {
    let wrong = PivError::WrongPasscode { tries_left: Some(1) };
    assert!(wrong.to_string().contains("one try is left"));
    let status = StatusWord(0x6A84);
    let large = PivError::ObjectTooLarge { object: ObjectName::FacialImage, bytes: 9, status };
    assert!(large.to_string().starts_with("the facial image of 9 bytes does not fit"), "{large}");
}
