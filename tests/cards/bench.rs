//! The cards that every card test runs on.

use aes::Aes256;
use cardwright::{
    card::{
        algorithm::ManagementAlgorithm,
        profile::{CardProfile, Profiles},
        transport::Transport,
        virtual_card::{
            Behaviour, Blueprint, ManagementKey, ProductionData, VirtualCard, behaviour::ChannelWanted, vpcd::Chip,
        },
    },
    domain::{Passcode, PasscodeRules, Secret, UnlockCode},
};
use cardwright_independent_card::{ATR, FACTORY_MANAGEMENT_KEY, FACTORY_PASSCODE, FACTORY_UNLOCK_CODE};
use des::{
    TdesEde3,
    cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockSizeUser, KeyInit},
};

use crate::{
    both_cards::{InProcess, independent_card},
    workbench::Independent,
};

/// A chip that can be taken out and put back.
pub trait TestChip: Transport {
    /// Takes the power away and gives it back.
    fn put_back(&mut self);
}

impl TestChip for VirtualCard {
    fn put_back(&mut self) {
        self.power_off();
        self.power_on();
    }
}

impl TestChip for InProcess<Independent> {
    fn put_back(&mut self) {
        self.0.power_off();
        self.0.power_on();
    }
}

/// One card with what its maker would tell the gateway.
pub struct TestCard {
    /// For messages.
    pub name: String,
    /// The bare card: no layer over it.
    pub card: Box<dyn TestChip>,
    /// Answer to reset.
    pub atr: Vec<u8>,
    /// The serial it must be recognised by.
    pub serial: &'static str,
    /// The profile it must be recognised by.
    pub profile: CardProfile,
    /// Its management key.
    pub management_key: Vec<u8>,
    /// The passcode it is delivered with.
    pub passcode: Passcode,
    /// The unlock code it is delivered with.
    pub unlock_code: UnlockCode,
}

/// A passcode for tests.
pub fn passcode(digits: &str) -> Passcode {
    Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).expect("six to eight digits")
}

/// An unlock code for tests.
pub fn unlock_code(digits: &str) -> UnlockCode {
    UnlockCode::new(Secret::new(digits.as_bytes().to_vec())).expect("eight bytes")
}

/// The virtual card in every behaviour that was measured, and the card that nobody here wrote.
pub fn every_card() -> Vec<TestCard> {
    let is_plain = |name: &str| {
        let rules = Behaviour::named(name).expect("it comes along").secure_channel;
        rules.wanted_for == ChannelWanted::Nothing
    };
    let plain = Behaviour::NAMES.into_iter().filter(|name| is_plain(name));
    plain.map(virtual_card).chain([independent()]).collect()
}

/// The card that nobody here wrote, factory-new. It tells no production data: its serial is its container's.
fn independent() -> TestCard {
    let profiles = Profiles::bundled().expect("bundled profiles");
    TestCard {
        name: "independent card".into(),
        atr: ATR.to_vec(),
        card: Box::new(InProcess(independent_card())),
        serial: "A0000001 16FF02 00000000 00000000 0000 55500003",
        profile: profiles.by_id("generic-piv").expect("bundled").clone(),
        management_key: FACTORY_MANAGEMENT_KEY.to_vec(),
        passcode: Passcode::shaped(Secret::new(FACTORY_PASSCODE.to_vec()), PasscodeRules::default()).expect("digits"),
        unlock_code: UnlockCode::new(Secret::new(FACTORY_UNLOCK_CODE.to_vec())).expect("eight bytes"),
    }
}

/// The virtual card in one behaviour, factory-new.
pub fn virtual_card(behaviour: &str) -> TestCard {
    let profiles = Profiles::bundled().expect("bundled profiles");
    let id = match behaviour {
        "training" => "training",
        "training-series-9" => "series-9",
        _ => "generic-piv",
    };
    let profile = profiles.by_id(id).expect("bundled").clone();
    let key: Vec<u8> = match profile.management_key.algorithm {
        ManagementAlgorithm::TripleDes => [1, 2, 3, 4, 5, 6, 7, 8].repeat(3),
        _ => (0..32).collect(),
    };
    let behaviour = Behaviour::named(behaviour).expect("one of the measured behaviours");
    let name = behaviour.label.clone();
    let card = VirtualCard::new(&Blueprint {
        production: ProductionData::invented([1, 2, 3, 4], [5, 6]),
        management_key: ManagementKey::new(profile.management_key.algorithm, Secret::new(key.clone()))
            .expect("a key of its algorithm's length"),
        transport_passcode: passcode("12345678"),
        transport_unlock_code: unlock_code("12345678"),
        domain_keys: Vec::new(),
        behaviour,
    });
    TestCard {
        name,
        atr: card.atr().to_vec(),
        card: Box::new(card),
        serial: "010203040506",
        profile,
        management_key: key,
        passcode: passcode("12345678"),
        unlock_code: unlock_code("12345678"),
    }
}

/// What the gateway does with a witness.
pub fn decipher(profile: &CardProfile, key: &[u8], block: &[u8]) -> Vec<u8> {
    match profile.management_key.algorithm {
        ManagementAlgorithm::TripleDes => decipher_with::<TdesEde3>(key, block),
        ManagementAlgorithm::Aes256 => decipher_with::<Aes256>(key, block),
        other => panic!("no test profile has {other:?}"),
    }
}

/// What the gateway expects for its challenge.
pub fn encipher(profile: &CardProfile, key: &[u8], block: &[u8]) -> Vec<u8> {
    match profile.management_key.algorithm {
        ManagementAlgorithm::TripleDes => encipher_with::<TdesEde3>(key, block),
        ManagementAlgorithm::Aes256 => encipher_with::<Aes256>(key, block),
        other => panic!("no test profile has {other:?}"),
    }
}

fn decipher_with<C: KeyInit + BlockCipherDecrypt + BlockSizeUser>(key: &[u8], block: &[u8]) -> Vec<u8> {
    let mut block = Array::<u8, C::BlockSize>::try_from(block).expect("one block");
    C::new_from_slice(key).expect("key length").decrypt_block(&mut block);
    block.to_vec()
}

fn encipher_with<C: KeyInit + BlockCipherEncrypt + BlockSizeUser>(key: &[u8], block: &[u8]) -> Vec<u8> {
    let mut block = Array::<u8, C::BlockSize>::try_from(block).expect("one block");
    C::new_from_slice(key).expect("key length").encrypt_block(&mut block);
    block.to_vec()
}
