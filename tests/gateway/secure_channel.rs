//! The secure channel at the gateway: who gets session keys, what leaves, and that a wrong key set is tried once.

use cardwright::{
    card::secure_channel::{CardAnswer, Challenges, KeySet, StaticKeys, check_values, encrypted_key_set, read_key_set},
    cis2::{
        Service,
        wire::{self, Base64, KeyOwner},
    },
    domain::{CardSerial, Secret},
    gateway, training,
};

use crate::desk::{self, Chip, RA_AGENT, SIAN};

pub const TRAINING_KEYS: &str = "training-secure-channel";

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
fn open(
    service: &dyn Service,
    job: &cardwright::domain::JobId,
    card: &DomainCard,
    once: &str,
) -> Result<(wire::ChannelKeys, Vec<u8>), cardwright::cis2::ServiceError> {
    let request = wire::BeginChannel { key_set: TRAINING_KEYS.to_owned() };
    let challenge = service.begin_channel(job, &format!("begin-{once}"), &request)?.host_challenge.0;
    service.channel_keys(job, &format!("keys-{once}"), &card.proof(&challenge)).map(|keys| (keys, challenge))
}

fn audited(service: &dyn Service) -> Vec<String> {
    let rows = service.audit(0, 5000).expect("rows");
    rows.into_iter().map(|row| row.event).filter(|event| event.starts_with("card.secure-channel.")).collect()
}

#[test]
fn a_card_that_proves_its_keys_gets_a_session_and_the_organisations_keys() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(61), desk::job());
    let card = DomainCard::new(&chip.serial);
    chip.up_to_certified(&service, &job, SIAN);
    let (keys, challenge) = open(&service, &job, &card, "1").expect("a session");
    let challenges = Challenges { host: challenge.as_slice().try_into().expect("eight"), card: [0xCA; 8] };
    let session = card.set.keys.session(&challenges);
    assert_eq!(keys.encryption.0, *session.encryption.secret());
    assert_eq!(keys.command_mac.0, *session.command_mac.secret());
    assert_eq!(keys.answer_mac.0, *session.answer_mac.secret());
    assert_eq!(keys.host_cryptogram.0, session.host_cryptogram(&challenges));
    assert_eq!((keys.key_version, keys.owner), (0x30, KeyOwner::Delivered));

    let prepared = service.put_keys(&job, "put", &wire::PutKeys { owner: KeyOwner::Organisation }).expect("prepared");
    let new = read_key_set(card.set.keys.key_encryption(), &prepared.key_set.0).expect("for this card");
    assert_eq!((prepared.replaced_version, new.version), (0x30, 0x31));
    assert_eq!(prepared.check_values.0, check_values(new.version, &new.keys));
    let other = DomainCard::new(&desk::serial(62));
    assert_eq!(read_key_set(other.set.keys.key_encryption(), &prepared.key_set.0), None, "for this card alone");

    // Its answer was lost: the next channel tells.
    let held = DomainCard { told: new.version, set: new.clone(), ..card.with_version(0) };
    let (keys, _) = open(&service, &job, &held, "2").expect("a session");
    assert_eq!(keys.owner, KeyOwner::Organisation);
    let back = service.put_keys(&job, "back", &wire::PutKeys { owner: KeyOwner::Delivered }).expect("prepared");
    assert_eq!(read_key_set(new.keys.key_encryption(), &back.key_set.0), Some(card.set.clone()));
    service.keys_put(&job, "settled", &wire::KeysPut { check_values: back.check_values }).expect("right");
    let names = ["begun", "opened", "keys-prepared", "begun", "opened", "keys-put", "keys-prepared", "keys-put"];
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
    let early = service.channel_keys(&job, "early", &card.proof(&[0; 8]));
    assert_eq!(desk::problem(early).kind, "issuance-unknown");
    service.reserve(&job, &desk::reserve_request(&job, SIAN, &chip.serial)).expect("reserved");
    let (_, challenge) = open(&service, &job, &card, "1").expect("a session");
    let again = service.channel_keys(&job, "again", &card.proof(&challenge));
    assert_eq!(desk::problem(again).kind, "wrong-state");
    let others = desk::sign_in(&site.gateway.url(), desk::RA_MANAGER);
    let foreign = others.begin_channel(&job, "foreign", &wire::BeginChannel { key_set: TRAINING_KEYS.to_owned() });
    assert_eq!(desk::problem(foreign).kind, "other-officer");
}

#[test]
fn static_keys_never_leave() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (chip, job) = (Chip::new(67), desk::job());
    let card = DomainCard::new(&chip.serial);
    chip.up_to_certified(&service, &job, SIAN);
    let (keys, challenge) = open(&service, &job, &card, "1").expect("a session");
    let prepared = service.put_keys(&job, "put", &wire::PutKeys { owner: KeyOwner::Organisation }).expect("prepared");
    let new = read_key_set(card.set.keys.key_encryption(), &prepared.key_set.0).expect("for this card");
    let sent = [
        serde_json::to_vec(&keys).expect("JSON"),
        serde_json::to_vec(&prepared).expect("JSON"),
        serde_json::to_vec(&Base64(challenge)).expect("JSON"),
    ];
    let everything = |keys: &StaticKeys| keys.all().map(|key| wire::SecretBase64(Secret::new(key.expose().to_vec())));
    for secret in everything(&card.set.keys).into_iter().chain(everything(&new.keys)) {
        let text = serde_json::to_string(&secret).expect("JSON");
        let text = text.trim_matches('"').trim_end_matches('=').as_bytes();
        assert!(sent.iter().all(|body| !body.windows(text.len()).any(|part| part == text)));
    }
    assert_eq!(encrypted_key_set(card.set.keys.key_encryption(), &new), prepared.key_set.0);
}
