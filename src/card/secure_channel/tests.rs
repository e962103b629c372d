//! The protocol against published answers, and against itself.

use proptest::prelude::*;

use super::*;
use crate::{
    card::{
        apdu::{Command, Response, StatusWord},
        transport::{ExchangeRecord, Link, Transport, TransportError, layered_in_channel, script::Script},
    },
    domain::Secret,
};

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

fn key(hexadecimal: &str) -> ChannelKey {
    ChannelKey::new(Secret::new(bytes(hexadecimal))).expect("an AES key")
}

fn static_keys(length: usize, seed: u8) -> StaticKeys {
    let key = |n: u8| ChannelKey::new(Secret::new(vec![seed ^ n; length])).expect("an AES key");
    StaticKeys::new(key(1), key(2), key(3)).expect("one length")
}

/// The keys that every open card in the shops is delivered with.
fn well_known() -> StaticKeys {
    let key = || key("404142434445464748494a4b4c4d4e4f");
    StaticKeys::new(key(), key(), key()).expect("one length")
}

const CHALLENGES: Challenges = Challenges { host: [0, 1, 2, 3, 4, 5, 6, 7], card: [8, 9, 10, 11, 12, 13, 14, 15] };

/// RFC 4493, 4 and NIST SP 800-38B, appendix D: the same 40-byte message under each length of key.
#[test]
fn cmac_gives_the_published_answers() {
    let message = bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411");
    let (first, rest) = message.split_at(7);
    for (of, expected) in [
        ("2b7e151628aed2a6abf7158809cf4f3c", "dfa66747de9ae63030ca32611497c827"),
        ("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "8a1de5be2eb31aad089a82e6ee908b0e"),
        ("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "aaf3d8f1de5640c232f5b169b9c911e6"),
    ] {
        assert_eq!(cmac(&key(of), &[first, rest]).to_vec(), bytes(expected));
    }
    assert_eq!(cmac(&key("2b7e151628aed2a6abf7158809cf4f3c"), &[]).to_vec(), bytes("bb1d6929e95937287fa37d129b756746"));
}

/// NIST's validation set for SP 800-108 in counter mode (CAVP, KDFCTR_gen: CMAC-AES128, counter of eight bits in the
/// middle), as other implementations carry it; and a whole key of 32 bytes, so two rounds, by the test of an independent
/// host for static keys diversified in this way.
#[test]
fn the_derivation_gives_the_published_answers() {
    let before =
        bytes("93612f7256c46a3d856d3e951e32dbf15fe11159d0b389ad38d603850fee6d18d22031435ed36ee20da76745fbea4b10fe1e");
    let derived = derive(&key("b6e04abd1651f8794d4326f4c684e631"), &before, &bytes("99322aae605a5f01e32b"), 16);
    assert_eq!(derived, Secret::new(bytes("dcb1db87a68762c6b3354779fa590bef")));
    let master = key("8c72c72cf908411653018807950d82fbad947562f0828a0b10b8b9606abf3bcd");
    let derived = derive(&master, &[], &bytes("0000000100d9b1de5d0362dedce4fb"), 32);
    assert_eq!(derived, Secret::new(bytes("9aac5d0b3601f89438a0d9d0b6b256cfb47e6462dfa5228d3420c4ac7c224781")));
}

/// A session as the test of an independent host (crate `scll-backend-rustcrypto`) has it: cryptograms, EXTERNAL
/// AUTHENTICATE, one command and its answer at three levels, a key under the key-encryption key, a computed challenge.
#[test]
fn a_whole_session_gives_the_answers_of_an_independent_host() {
    let keys = well_known().session(&CHALLENGES);
    assert_eq!(keys.card_cryptogram(&CHALLENGES).to_vec(), bytes("114f6bc5052c5228"));
    let cryptogram = keys.host_cryptogram(&CHALLENGES);
    assert_eq!(cryptogram.to_vec(), bytes("fafa93c2ede62463"));
    for (level, opening, wrapped, answer) in [
        (
            SecurityLevel::AnswerEncryption,
            "8482330010fafa93c2ede62463cb51e38ec18eb00b",
            "84e6000018199dd7ff46730b64ac254c903ec573505c4291bb0b78874600",
            "4c7f4e27e4f90aa7b13c60860f69fcd0989a968b68138d8e9000",
        ),
        (
            SecurityLevel::AnswerCode,
            "8482130010fafa93c2ede6246389a42cec80e1226c",
            "84e6000018199dd7ff46730b64ac254c903ec573501f8c45277cc91f5f00",
            "00a40400e2d87fa5be9616ee9000",
        ),
        (
            SecurityLevel::CommandEncryption,
            "8482030010fafa93c2ede6246363e5f7f00d7db617",
            "84e6000018199dd7ff46730b64ac254c903ec57350cecb2cdb11be6932",
            "00a404009000",
        ),
    ] {
        let mut channel = Channel::new(keys.clone(), level);
        let sent = |command: &Command| command.encode().expect("short").to_vec();
        assert_eq!(sent(&channel.external_authenticate(&cryptogram)), bytes(opening));
        let command = Command::new(0x80, 0xE6, 0x00, 0x00).with_data([1, 2, 3, 4, 5]);
        assert_eq!(sent(&channel.wrap(&command).expect("open")), bytes(wrapped), "{level:?}");
        let answer = channel.unwrap(Response::parse(&bytes(answer)).expect("an answer")).expect("genuine");
        assert_eq!((answer.data.clone(), answer.status), (bytes("00a40400"), StatusWord::OK), "{level:?}");
    }
    assert_eq!(well_known().key_encryption().check_value().to_vec(), bytes("504a77"));
    let new = KeySet {
        version: 1,
        keys: StaticKeys::new(
            key("0f0e0d0c0b0a09080706050403020100"),
            key("0f0e0d0c0b0a09080706050403020100"),
            key("0f0e0d0c0b0a09080706050403020100"),
        )
        .expect("one length"),
    };
    let data = encrypted_key_set(well_known().key_encryption(), &new);
    assert_eq!(data[..20], bytes("01881110fac3af9fb177982eaba2e63d9ef03986"));
    let domain = ISSUER_SECURITY_DOMAIN[0];
    assert_eq!(pseudo_random_challenge(&well_known(), [0, 0, 1], &domain).to_vec(), bytes("86c8bd65fa1044ee"));
}

#[test]
fn pieces_fill_a_short_command_and_no_more() {
    let longest: Vec<usize> = SecurityLevel::ALL.into_iter().map(SecurityLevel::longest_piece).collect();
    assert_eq!(longest, [247, 239, 239, 239]);
    for level in SecurityLevel::ALL {
        let mut channel = Channel::new(well_known().session(&CHALLENGES), level);
        let piece = |length| Command::new(0x10, 0xDB, 0x3F, 0xFF).with_data(vec![7; length]);
        assert!(channel.wrap(&piece(level.longest_piece())).expect("fits").data.len() <= 0xFF);
        assert_eq!(channel.wrap(&piece(level.longest_piece() + 1)), Err(TransportError::TooLong));
        assert_eq!(SecurityLevel::from_parameter(level.parameter()), Some(level));
    }
}

#[test]
fn a_long_command_goes_in_pieces_each_wrapped_by_itself() {
    let mut channel = Channel::new(well_known().session(&CHALLENGES), SecurityLevel::CommandEncryption);
    let mut script = Script::new().then(&[0x90, 0]).then(&[0x90, 0]).then(&[0x90, 0]);
    let link = Link::in_pieces(255).trying_extended();
    let command = Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data(vec![7; 500]);
    layered_in_channel(&mut script, &link, &ExchangeRecord::default(), &mut channel).exchange(&command).expect("taken");
    let sent: Vec<_> = script.sent().iter().map(|c| (c.cla, c.data.len())).collect();
    assert_eq!(sent, [(0x14, 248), (0x14, 248), (0x04, 40)]);
    assert!(link.tries_extended(), "the channel says nothing about the link");
}

#[test]
fn what_breaks_a_channel_keeps_it_closed() {
    let open = || Channel::new(well_known().session(&CHALLENGES), SecurityLevel::AnswerEncryption);
    let command = Command::new(0x00, 0xCB, 0x3F, 0xFF).with_data([0x5C, 0]);
    for (answer, fault) in [
        (vec![0x90, 0x00], ChannelFault::NotGenuine),
        (vec![0; 7].into_iter().chain([0x90, 0x00]).collect(), ChannelFault::NotGenuine),
        (vec![0; 24].into_iter().chain([0x90, 0x00]).collect(), ChannelFault::NotGenuine),
        (vec![0x63, 0xC2], ChannelFault::NotGenuine),
        (vec![0x69, 0x88], ChannelFault::ClosedByCard(StatusWord(0x6988))),
    ] {
        let mut channel = open();
        let mut script = Script::new().then(&answer);
        let mut card = SecureChannel::new(&mut script, &mut channel);
        assert_eq!(card.exchange(&command), Err(fault.into()), "{answer:02X?}");
        assert_eq!(card.exchange(&command), Err(fault.into()), "nothing more is sent");
        assert_eq!(script.sent().len(), 1);
    }
    let mut channel = open();
    let mut script = Script::new().then_fails(TransportError::Removed).then(&[0x90, 0]);
    let mut card = SecureChannel::new(&mut script, &mut channel);
    assert_eq!(card.exchange(&command), Err(TransportError::Removed));
    assert_eq!(card.exchange(&command), Err(ChannelFault::OutOfStep.into()));
}

#[test]
fn a_refusal_passes_without_data_and_without_a_code() {
    let mut channel = Channel::new(well_known().session(&CHALLENGES), SecurityLevel::AnswerEncryption);
    let mut script = Script::new().then(b"planted\x6A\x82").then(&[0x6A, 0x82]);
    let mut card = SecureChannel::new(&mut script, &mut channel);
    let command = Command::new(0x00, 0xCB, 0x3F, 0xFF);
    assert_eq!(card.exchange(&command), Ok(Response::status(0x6A82)));
    assert_eq!(card.exchange(&command), Ok(Response::status(0x6A82)), "it stays open");
}

#[test]
fn a_card_is_told_by_its_answer() {
    let answer = bytes("000102030405060708093003700102030405060708a1a2a3a4a5a6a7a8000001");
    let card = CardAnswer::parse(&answer).expect("whole");
    assert_eq!((card.key_version, card.options, card.sequence), (0x30, 0x70, Some([0, 0, 1])));
    assert_eq!(card.diversification, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(card.bytes(), answer);
    assert!(SecurityLevel::ALL.into_iter().all(|level| card.supports(level)));
    let no_answers = CardAnswer { options: 0x00, ..card.clone() };
    let kept = SecurityLevel::ALL.map(|level| no_answers.supports(level));
    assert_eq!(kept, [true, true, false, false]);
    assert_eq!(CardAnswer::parse(&answer[..30]), Err(AnswerFault::Length(30)));
    assert_eq!(CardAnswer::parse(&[]), Err(AnswerFault::Length(0)));
    let mut other = answer.clone();
    other[11] = 0x02;
    assert_eq!(CardAnswer::parse(&other), Err(AnswerFault::Protocol(0x02)));
    (other[11], other[12]) = (0x03, 0x78);
    assert_eq!(CardAnswer::parse(&other), Err(AnswerFault::Options(0x78)), "sixteen-byte challenges");
}

#[test]
fn keys_are_never_shown() {
    let shown = format!("{:?}", Channel::new(well_known().session(&CHALLENGES), SecurityLevel::AnswerCode));
    assert!(shown.contains("Secret(16 bytes)") && !shown.contains("64, 65"), "{shown}");
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_a_fault(answer in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(card) = CardAnswer::parse(&answer) {
            prop_assert_eq!(card.bytes(), answer);
        }
    }

    #[test]
    fn no_answer_is_genuine_but_the_cards_own(
        answer in prop::collection::vec(any::<u8>(), 0..64),
        level in prop::sample::select(vec![SecurityLevel::AnswerCode, SecurityLevel::AnswerEncryption]),
    ) {
        let mut channel = Channel::new(well_known().session(&CHALLENGES), level);
        channel.wrap(&Command::new(0x00, 0xCB, 0x3F, 0xFF)).expect("open");
        prop_assert_eq!(channel.unwrap(Response::new(answer, StatusWord::OK)), Err(ChannelFault::NotGenuine.into()));
    }

    #[test]
    fn key_sets_come_back(length in prop::sample::select(ChannelKey::LENGTHS.to_vec()), of in prop::sample::select(ChannelKey::LENGTHS.to_vec()), version in any::<u8>()) {
        let (old, new) = (static_keys(of, 0x30), KeySet { version, keys: static_keys(length, 0x70) });
        let data = encrypted_key_set(old.key_encryption(), &new);
        prop_assert_eq!(read_key_set(old.key_encryption(), &data), Some(new.clone()));
        let other = static_keys(of, 0x31);
        prop_assert_eq!(read_key_set(other.key_encryption(), &data), None, "another key-encryption key");
        prop_assert_eq!(check_values(version, &new.keys).len(), 10);
    }

    #[test]
    fn any_bytes_are_a_key_set_or_not(data in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_key_set(well_known().key_encryption(), &data);
    }

    #[test]
    fn padding_comes_off_again(data in prop::collection::vec(any::<u8>(), 0..80)) {
        let padded = pad(&data);
        prop_assert!(padded.len() > data.len() && padded.len().is_multiple_of(BLOCK));
        prop_assert_eq!(unpad(&padded), Some(data.as_slice()));
        let _ = unpad(&data);
    }
}
