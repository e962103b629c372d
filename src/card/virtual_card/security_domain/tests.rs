//! The domain against our own host; `tests/cards` holds it against hosts that nobody here wrote.

use super::*;
use crate::{
    card::{
        algorithm::ManagementAlgorithm,
        apdu::{Command, Response},
        secure_channel::{
            Challenges, Channel, ChannelError, ChannelFault, ChannelKey, KeySet, SecurityLevel, StaticKeys,
            encrypted_key_set, external_authenticate, initialize_update, put_key, select_domain,
        },
        transport::{ExchangeRecord, Link, Transport, TransportError, layered_in_channel},
        virtual_card::{Behaviour, Blueprint, ManagementKey, ProductionData, VirtualCard},
    },
    domain::{Passcode, PasscodeRules, Secret, UnlockCode},
};

const HOST: [u8; 8] = [0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE];
const SELECT_PIV: [u8; 11] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];

fn set(version: u8, length: usize, seed: u8) -> KeySet {
    let key = |n: u8| ChannelKey::new(Secret::new(vec![seed ^ n; length])).expect("an AES key");
    KeySet { version, keys: StaticKeys::new(key(1), key(2), key(3)).expect("one length") }
}

fn blueprint(behaviour: &str, sets: &[KeySet]) -> Blueprint {
    let code = || Secret::new(b"12345678".to_vec());
    Blueprint {
        production: ProductionData::invented([1, 2, 3, 4], [5, 6]),
        management_key: ManagementKey::new(ManagementAlgorithm::Aes128, Secret::new(vec![7; 16])).expect("16 bytes"),
        transport_passcode: Passcode::shaped(code(), PasscodeRules::default()).expect("digits"),
        transport_unlock_code: UnlockCode::new(code()).expect("8 bytes"),
        domain_keys: sets.to_vec(),
        behaviour: Behaviour::named(behaviour).expect("it comes along"),
    }
}

fn card(sets: &[KeySet]) -> VirtualCard {
    VirtualCard::new(&blueprint("training-secure-channel", sets))
}

/// Opens a channel to what is selected, with these keys.
fn open(card: &mut VirtualCard, keys: &StaticKeys, level: SecurityLevel) -> Result<Channel, ChannelError> {
    let answer = initialize_update(card, HOST)?;
    assert_eq!(answer.diversification, [0xFF, 0xFF, 5, 6, 1, 2, 3, 4, 0xFF, 0xFF]);
    let challenges = Challenges { host: HOST, card: answer.challenge };
    let session = keys.session(&challenges);
    let cryptogram = session.host_cryptogram(&challenges);
    let is_ours = session.card_cryptogram(&challenges) == answer.cryptogram;
    let mut channel = Channel::new(session, level);
    external_authenticate(card, &mut channel, &cryptogram)?;
    assert!(is_ours, "a card that takes our cryptogram gives one of the same keys");
    Ok(channel)
}

fn send(card: &mut VirtualCard, channel: &mut Channel, command: &Command) -> Result<Response, TransportError> {
    layered_in_channel(card, &Link::in_pieces(255), &ExchangeRecord::default(), channel).exchange(command)
}

fn status(card: &mut VirtualCard, command: &Command) -> u16 {
    card.exchange(command).expect("the card is in").status.0
}

fn select_piv() -> Command {
    Command::new(0x00, 0xA4, 0x04, 0x00).with_data(SELECT_PIV).expecting_data()
}

/// Writes a long object the plain way; the card wants its management key proved first, or a channel before that.
fn put() -> Command {
    let object = [&[0x5C, 0x03, 0x5F, 0xC1, 0x05, 0x53, 0x82, 0x02, 0x00][..], &[0x5A; 512]].concat();
    Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data(object)
}

#[test]
fn every_level_and_length_of_key_opens_both_applications() {
    for level in SecurityLevel::ALL {
        for length in ChannelKey::LENGTHS {
            let keys = set(0x30, length, 0x55);
            let mut card = card(std::slice::from_ref(&keys));
            select_domain(&mut card).expect("it has one");
            let mut channel = open(&mut card, &keys.keys, level).expect("open");
            let asked = Command::new(0x80, 0xCA, 0x00, 0xE0).expecting_data();
            let information = send(&mut card, &mut channel, &asked).expect("answers");
            let length = u8::try_from(length).expect("short");
            let expected: Vec<u8> =
                [0xE0, 18].into_iter().chain((1..=3).flat_map(|id| [0xC0, 4, id, 0x30, 0x88, length])).collect();
            assert_eq!(information.data, expected, "{level:?}");

            assert_eq!(status(&mut card, &select_piv()), 0x9000);
            let mut channel = open(&mut card, &keys.keys, level).expect("open");
            let refused = send(&mut card, &mut channel, &put()).expect("answers");
            assert_eq!(refused.status.0, 0x6982, "the management key is not proved");
            let tries = send(&mut card, &mut channel, &Command::new(0x00, 0x20, 0x00, 0x80)).expect("answers");
            assert_eq!(tries.status.0, 0x63C3, "a warning is vouched for like data");
            let all = Command::new(0x00, 0xCB, 0x3F, 0xFF).with_data([0x5C, 0x01, 0x7E]).expecting_data();
            assert_eq!(send(&mut card, &mut channel, &all).expect("answers").data.first(), Some(&0x7E));
        }
    }
}

#[test]
fn writes_come_through_the_channel_only() {
    let keys = set(0x30, 16, 0x55);
    let mut card = card(std::slice::from_ref(&keys));
    assert_eq!(status(&mut card, &select_piv()), 0x9000);
    let generate = Command::new(0x00, 0x47, 0x00, 0x9A).with_data([0xAC, 3, 0x80, 1, 0x11]).expecting_data();
    let unlock_code = Command::new(0x00, 0x24, 0x00, 0x81).with_data(*b"1234567887654321");
    for command in [put(), generate, unlock_code.clone()] {
        assert_eq!(status(&mut card, &command), 0x6982);
    }
    let mut channel = open(&mut card, &keys.keys, SecurityLevel::AnswerEncryption).expect("open");
    assert!(send(&mut card, &mut channel, &unlock_code).expect("answers").status.is_ok());
}

#[test]
fn a_command_outside_an_open_channel_closes_it() {
    let keys = set(0x30, 16, 0x55);
    for (disturbance, word) in [
        (Command::new(0x00, 0x20, 0x00, 0x80), 0x6982),
        (Command::new(0x04, 0x20, 0x00, 0x80).with_data([0; 8]), 0x6988),
        (select_piv(), 0x9000),
    ] {
        let mut card = card(std::slice::from_ref(&keys));
        assert_eq!(status(&mut card, &select_piv()), 0x9000);
        let mut channel = open(&mut card, &keys.keys, SecurityLevel::CommandCode).expect("open");
        assert_eq!(status(&mut card, &disturbance), word);
        let after = send(&mut card, &mut channel, &Command::new(0x00, 0x20, 0x00, 0x80)).expect("answers");
        assert_eq!(after.status.0, 0x6985, "there is no channel any more");
    }
    let mut card = card(std::slice::from_ref(&keys));
    select_domain(&mut card).expect("it has one");
    let mut channel = open(&mut card, &keys.keys, SecurityLevel::AnswerCode).expect("open");
    card.reset();
    assert_eq!(
        send(&mut card, &mut channel, &Command::new(0x80, 0xCA, 0x00, 0x66)).map(|answer| answer.status.0),
        Ok(0x6985)
    );
}

#[test]
fn a_command_that_was_sent_before_is_not_taken_again() {
    let keys = set(0x30, 16, 0x55);
    let mut card = card(std::slice::from_ref(&keys));
    select_domain(&mut card).expect("it has one");
    let mut channel = open(&mut card, &keys.keys, SecurityLevel::AnswerEncryption).expect("open");
    let wrapped = channel.wrap(&Command::new(0x80, 0xCA, 0x00, 0xE0).expecting_data()).expect("open");
    assert_eq!(status(&mut card, &wrapped), 0x9000);
    assert_eq!(status(&mut card, &wrapped), 0x6988);
    let lost = send(&mut card, &mut channel, &Command::new(0x80, 0xCA, 0x00, 0xE0));
    assert_eq!(lost.map(|answer| answer.status.0), Ok(0x6985));
    assert_eq!(ChannelFault::OutOfStep.to_string(), "an earlier answer did not arrive");
}

#[test]
fn wrong_keys_are_counted_for_their_set_until_it_blocks() {
    let (right, wrong) = (set(0x30, 16, 0x55), set(0x30, 16, 0x66));
    let mut card = card(std::slice::from_ref(&right));
    select_domain(&mut card).expect("it has one");
    for _ in 0..9 {
        let refused = open(&mut card, &wrong.keys, SecurityLevel::CommandCode).err();
        assert_eq!(refused, Some(ChannelError::WrongKeys));
    }
    open(&mut card, &right.keys, SecurityLevel::CommandCode).expect("the tenth try is the last");
    for _ in 0..10 {
        card.reset();
        assert!(open(&mut card, &wrong.keys, SecurityLevel::CommandCode).is_err());
    }
    assert_eq!(open(&mut card, &right.keys, SecurityLevel::CommandCode).err(), Some(ChannelError::Blocked));
}

#[test]
fn key_sets_are_added_replaced_and_deleted() {
    let (first, second, third) = (set(0x30, 16, 0x55), set(0x31, 32, 0x66), set(0x32, 24, 0x77));
    let mut card = card(std::slice::from_ref(&first));
    let change = |card: &mut VirtualCard, holds: &KeySet, replaced: u8, new: &KeySet| {
        select_domain(card)?;
        let mut channel = open(card, &holds.keys, SecurityLevel::AnswerEncryption)?;
        let data = encrypted_key_set(holds.keys.key_encryption(), new);
        let mut domain = layered_in_channel(card, &Link::in_pieces(255), &ExchangeRecord::default(), &mut channel);
        put_key(&mut domain, replaced, &data, &check_values(new.version, &new.keys))
    };
    assert_eq!(change(&mut card, &first, 0x30, &second).map(|answer| answer.len()), Ok(10));
    assert_eq!(change(&mut card, &first, 0x30, &third), Err(ChannelError::WrongKeys), "the old keys are gone");
    change(&mut card, &second, 0x00, &third).expect("added beside it");
    let taken = change(&mut card, &second, 0x31, &set(0x32, 16, 1)).err();
    assert!(matches!(taken, Some(ChannelError::Refused { .. })), "the version is another set's");
    change(&mut card, &second, 0x31, &second).expect("a version may keep its number");

    select_domain(&mut card).expect("it has one");
    let mut channel = open(&mut card, &second.keys, SecurityLevel::CommandEncryption).expect("open");
    let delete = |version: u8| Command::new(0x80, 0xE4, 0x00, 0x00).with_data([0xD2, 1, version]);
    assert!(send(&mut card, &mut channel, &delete(0x31)).expect("answers").status.is_ok());
    assert_eq!(send(&mut card, &mut channel, &delete(0x32)).expect("answers").status.0, 0x6985, "the last one");
    select_domain(&mut card).expect("it has one");
    open(&mut card, &third.keys, SecurityLevel::AnswerCode).expect("what is left answers to version 00");
}

#[test]
fn keys_are_put_through_a_channel_only_and_never_under_others_than_were_proved() {
    let first = set(0xFF, 16, 0x55);
    let mut card = card(std::slice::from_ref(&first));
    select_domain(&mut card).expect("it has one");
    let data = encrypted_key_set(first.keys.key_encryption(), &set(0x01, 16, 0x66));
    assert_eq!(status(&mut card, &Command::new(0x80, 0xD8, 0x00, 0x81).with_data(data.clone())), 0x6982);
    let mut channel = open(&mut card, &first.keys, SecurityLevel::AnswerEncryption).expect("open");
    let other = encrypted_key_set(set(1, 16, 0x12).keys.key_encryption(), &set(0x01, 16, 0x66));
    let add = |data: Vec<u8>| Command::new(0x80, 0xD8, 0x00, 0x81).with_data(data).expecting_data();
    assert_eq!(send(&mut card, &mut channel, &add(other)).expect("answers").status.0, 0x6A80);
    assert!(send(&mut card, &mut channel, &add(data)).expect("answers").status.is_ok());
    let asked = Command::new(0x80, 0xCA, 0x00, 0xE0).expecting_data();
    let left = send(&mut card, &mut channel, &asked).expect("answers").data.clone();
    assert_eq!(left[5], 0x01, "the initial set went with the first that was put");
    assert_eq!(left.len(), 2 + 18);
}

#[test]
fn a_card_without_keys_opens_nothing_and_an_old_card_file_is_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kept.card");
    let keys = set(0x30, 16, 0x55);
    drop(VirtualCard::open(&file, || blueprint("training", std::slice::from_ref(&keys))).expect("made"));
    let mut kept = VirtualCard::load(&file).expect("read").expect("there");
    select_domain(&mut kept).expect("it has one");
    open(&mut kept, &keys.keys, SecurityLevel::AnswerEncryption).expect("its keys are kept");
    drop(kept);

    // As the version before this one wrote it.
    let text = std::fs::read_to_string(&file).expect("read");
    let mut memory: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    memory.as_object_mut().expect("members").remove("domain").expect("it is kept");
    memory["behaviour"].as_object_mut().expect("members").remove("secure-channel").expect("it is kept");
    std::fs::write(&file, memory.to_string()).expect("written");
    let mut old = VirtualCard::load(&file).expect("read").expect("there");
    select_domain(&mut old).expect("it has one");
    let refused = open(&mut old, &keys.keys, SecurityLevel::CommandCode).err();
    assert!(matches!(refused, Some(ChannelError::Refused { status, .. }) if status.0 == 0x6A88), "{refused:?}");
}
