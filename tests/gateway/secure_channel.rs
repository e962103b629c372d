//! The opening of a secure channel at the gateway: who gets its proof, and that a wrong key set is tried once.

use cardwright::{
    card::secure_channel::{CardAnswer, Challenges, Channel, KeySet, SecurityLevel},
    cis2::{
        Service,
        wire::{self, Base64, KeyOwner},
    },
    domain::CardSerial,
    gateway, training,
};

use crate::desk::{self, Chip, RA_AGENT, SIAN};

pub const TRAINING_KEYS: &str = "training-secure-channel";

/// What the training cards protect.
pub const LEVEL: SecurityLevel = SecurityLevel::AnswerEncryption;

/// The request that begins a channel to such a card.
pub fn begin_request() -> wire::BeginChannel {
    wire::BeginChannel { key_set: TRAINING_KEYS.to_owned(), level: LEVEL }
}

/// A card whose security domain is held in the test.
pub struct DomainCard {
    diversification: [u8; 10],
    set: KeySet,
    told: u8,
}

impl DomainCard {
    /// Training stock of this serial, as it is delivered.
    pub fn new(serial: &CardSerial) -> Self {
        let mut diversification = [0xD1; 10];
        for (byte, of_serial) in diversification.iter_mut().zip(serial.as_str().bytes()) {
            *byte = of_serial;
        }
        let set = training::training_stock_channel_keys(&diversification).expect("AES keys");
        Self { diversification, told: set.version, set }
    }

    /// The same, claiming another version.
    pub fn with_version(&self, told: u8) -> Self {
        Self { diversification: self.diversification, set: self.set.clone(), told }
    }

    /// Its answer to INITIALIZE UPDATE with this challenge.
    pub fn proof(&self, host_challenge: &[u8]) -> wire::ChannelAnswer {
        let challenges = Challenges { host: host_challenge.try_into().expect("eight bytes"), card: [0xCA; 8] };
        let answer = CardAnswer {
            diversification: self.diversification,
            key_version: self.told,
            options: 0x70,
            challenge: challenges.card,
            cryptogram: self.set.keys.session(&challenges).card_cryptogram(&challenges),
            sequence: Some([0, 0, 1]),
        };
        wire::ChannelAnswer { answer: Base64(answer.bytes()) }
    }
}

/// Opens a channel as a workstation does.
pub fn open(
    service: &dyn Service,
    job: &cardwright::domain::JobId,
    card: &DomainCard,
    once: &str,
) -> Result<(wire::ChannelProof, Vec<u8>), cardwright::cis2::ServiceError> {
    let challenge = service.begin_channel(job, &format!("begin-{once}"), &begin_request())?.host_challenge.0;
    service.open_channel(job, &format!("open-{once}"), &card.proof(&challenge)).map(|proof| (proof, challenge))
}

pub fn audited(service: &dyn Service) -> Vec<String> {
    let rows = service.audit(0, 5000).expect("rows");
    rows.into_iter().map(|row| row.event).filter(|event| event.starts_with("card.secure-channel.")).collect()
}

#[test]
fn a_card_that_proves_its_keys_gets_the_gateways_proof() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(61), desk::job());
    let card = DomainCard::new(&chip.serial);
    chip.up_to_certified(&service, &job, SIAN);
    let (proof, challenge) = open(&service, &job, &card, "1").expect("a proof");
    assert_eq!((proof.key_version, proof.owner), (0x30, KeyOwner::Delivered));
    // The card that holds these keys finds what the host of such a channel sends.
    let challenges = Challenges { host: challenge.as_slice().try_into().expect("eight"), card: [0xCA; 8] };
    let session = card.set.keys.session(&challenges);
    let expected = Channel::new(session.clone(), LEVEL).external_authenticate(&session.host_cryptogram(&challenges));
    assert_eq!(proof.external_authenticate.0, *expected.encode().expect("short"));

    service.put_keys(&job, "put", &wire::PutKeys { owner: KeyOwner::Organisation }).expect("prepared");
    let held = service.put_keys(&job, "held", &wire::PutKeys { owner: KeyOwner::Delivered });
    assert_eq!(desk::problem(held).kind, "wrong-state", "it holds them");
    let names = ["begun", "opened", "keys-prepared"];
    assert_eq!(audited(&service), names.map(|name| format!("card.secure-channel.{name}")));
}

#[test]
fn a_wrong_key_set_is_tried_once_until_the_operator_allows_it() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(63), desk::job());
    service.reserve(&job, &desk::reserve_request(&job, SIAN, &chip.serial)).expect("reserved");
    let right = DomainCard::new(&chip.serial);
    let foreign = DomainCard { set: DomainCard::new(&desk::serial(64)).set, ..right.with_version(0x30) };
    let wrong = desk::problem(open(&service, &job, &foreign, "1"));
    assert_eq!((wrong.kind.as_str(), wrong.status), ("wrong-channel-keys", 403));
    let kind = |once: &str| desk::problem(open(&service, &job, &right, once)).kind;
    assert_eq!(kind("2"), "wrong-channel-keys", "not even with a right proof");
    let unknown = desk::problem(open(&service, &job, &right.with_version(0x7F), "3"));
    assert_eq!(unknown.kind, "no-channel-keys", "no set is guessed");
    let events = ["begun", "wrong", "begun", "refused", "begun", "unknown"];
    assert_eq!(audited(&service), events.map(|name| format!("card.secure-channel.{name}")));

    // Another card is not concerned, and neither is this one once the operator allows it.
    let (other, second) = (Chip::new(65), desk::job());
    service
        .abort(&job, "abort", &wire::Abort { reason: "wrong keys".into(), card: wire::CardAfterAbort::Blank })
        .expect("given up");
    service.reserve(&second, &desk::reserve_request(&second, SIAN, &other.serial)).expect("reserved");
    open(&service, &second, &DomainCard::new(&other.serial), "4").expect("its own keys");
    service
        .abort(&second, "abort-2", &wire::Abort { reason: "done".into(), card: wire::CardAfterAbort::Blank })
        .expect("given up");
    let allow = || gateway::allow_channel_keys(desk::config(site.folder.path()), &chip.serial).expect("allowed");
    assert_eq!((allow(), allow()), (1, 0));
    let third = desk::job();
    service.reserve(&third, &desk::reserve_request(&third, SIAN, &chip.serial)).expect("reserved");
    open(&service, &third, &right, "5").expect("once more");
    service.channel_refused(&third, "refused").expect("told");
    assert_eq!(desk::problem(open(&service, &third, &right, "6")).kind, "wrong-channel-keys", "the card refused it");
}

#[test]
fn a_challenge_is_good_once_and_for_its_job() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(66), desk::job());
    let card = DomainCard::new(&chip.serial);
    let early = service.open_channel(&job, "early", &card.proof(&[0; 8]));
    assert_eq!(desk::problem(early).kind, "issuance-unknown");
    service.reserve(&job, &desk::reserve_request(&job, SIAN, &chip.serial)).expect("reserved");
    let (_, challenge) = open(&service, &job, &card, "1").expect("a session");
    let again = service.open_channel(&job, "again", &card.proof(&challenge));
    assert_eq!(desk::problem(again).kind, "wrong-state");
    let others = desk::sign_in(&site.gateway.url(), desk::RA_MANAGER);
    let foreign = others.begin_channel(&job, "foreign", &begin_request());
    assert_eq!(desk::problem(foreign).kind, "other-officer");
}
