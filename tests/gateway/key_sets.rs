//! A stock of cards that only the key-set file describes.

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use cardwright::{
    cis2::{
        Service,
        wire::{self, Base64},
    },
    domain::Series,
    gateway::Gateway,
};

use crate::desk::{self, RA_AGENT, SIAN};

/// A client that skips the window calls its card one that has no management key.
#[test]
fn no_card_gets_around_its_proof_by_another_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let gateway = Gateway::start(desk::config(folder.path())).expect("a gateway");
    let service = desk::sign_in(&gateway.url(), RA_AGENT);
    let (job, card) = (desk::job(), desk::serial(6));
    let honest = desk::reserve_request(&job, SIAN, &card);
    let forged = wire::Reserve { profile: "series-8".to_owned(), ..honest.clone() };
    assert_eq!(desk::problem(service.reserve(&job, &forged)).kind, "wrong-state");
    let series_8 = wire::Reserve { series: Series::Series8, ..forged };
    let refused = desk::problem(service.reserve(&job, &series_8));
    assert_eq!(refused.kind, "refused", "a Series 8 card is not issued");
    service.reserve(&job, &honest).expect("the same card by its own name");
}

#[test]
fn a_stock_described_in_the_file_relays_and_releases() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys");
    std::fs::create_dir_all(&keys).expect("made");
    let file = "[[key-set]]\nprofile = \"series-10\"\nscheme = \"static\"\nalgorithm = \"aes-128\"\n\
                key = \"000102030405060708090a0b0c0d0e0f\"\ntransport-unlock-code = \"3837363534333231\"\n\
                [key-set.unlock-codes]\n0A1B2C05 = \"3237313832383138\"\n";
    std::fs::write(keys.join("management-keys.toml"), file).expect("written");
    let gateway = Gateway::start(desk::config(folder.path())).expect("a gateway");
    let service = desk::sign_in(&gateway.url(), RA_AGENT);
    let (job, card) = (desk::job(), desk::serial(5));

    let unknown = service.reserve(&job, &desk::reserve_request(&job, SIAN, &card));
    let problem = desk::problem(unknown);
    assert_eq!(problem.kind, "no-key-set");
    assert!(problem.remedy.is_some_and(|remedy| remedy.contains("management-keys.toml")));

    let request = wire::Reserve { profile: "series-10".to_owned(), ..desk::reserve_request(&job, SIAN, &card) };
    service.reserve(&job, &request).expect("reserved");
    let cipher = aes::Aes128::new_from_slice(&std::array::from_fn::<u8, 16, _>(|n| n as u8)).expect("16 bytes");
    let encrypt = |block: &[u8]| {
        let mut block = Array::try_from(block).expect("16 bytes");
        cipher.encrypt_block(&mut block);
        Base64(block.to_vec())
    };
    let challenge = wire::ManagementKeyChallenge { algorithm: 0x08, encrypted_witness: encrypt(&[0xA5; 16]) };
    let answer = service.management_key(&job, "challenge", &challenge).expect("relayed");
    assert_eq!(answer.witness.0.expose(), [0xA5; 16], "the gateway holds the card's key");
    let proof = wire::ManagementKeyProof { encrypted_challenge: encrypt(&answer.challenge.0) };
    service.management_key_proof(&job, "proof", &proof).expect("proven");
    let codes = service.unlock_codes(&job, "codes").expect("released");
    let current: Vec<&[u8]> = codes.current.iter().map(|code| code.0.expose()).collect();
    assert_eq!(current, [b"27182818"]);
}
