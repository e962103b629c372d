//! What a workstation does, with a card made of keys held in the test: enough to speak every call truthfully.

use std::{fs, path::Path, process::Command, sync::Arc};

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use cardwright::{
    cis2::{
        HttpConfig, HttpService, Service, ServiceError,
        wire::{self, Base64},
    },
    domain::{CancelReason, CardSerial, HolderId, JobId, Operation, Series, eligibility::ClientSoftware},
    gateway::{Clock, Gateway, GatewayConfig, RunningGateway},
    training,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, SigningKey};

pub const RA_MANAGER: &str = "555000000001";
pub const RA_AGENT: &str = "555000000003";
pub const ID_CHECKER: &str = "555000000004";
pub const SPONSOR: &str = "555000000005";
pub const SIAN: &str = "555000000017";
pub const STANISLAW: &str = "555000000018";

pub struct Site {
    pub folder: tempfile::TempDir,
    pub gateway: RunningGateway,
}

pub fn config(folder: &Path) -> GatewayConfig {
    GatewayConfig::training(folder, training::people().expect("the invented people"))
}

pub fn site() -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    let gateway = Gateway::start(config(folder.path())).expect("a gateway");
    Site { folder, gateway }
}

pub fn site_with_clock(clock: Arc<dyn Clock>) -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = config(folder.path());
    config.clock = clock;
    let gateway = Gateway::start(config).expect("a gateway");
    Site { folder, gateway }
}

pub fn client(url: &str) -> HttpService {
    HttpService::new(url, HttpConfig::default()).expect("a client")
}

pub fn sign_in(url: &str, officer: &str) -> HttpService {
    let service = client(url);
    service.sign_in(&wire::SignIn { officer: officer.parse().expect("a number") }).expect("signed in");
    service
}

pub fn job() -> JobId {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("random numbers");
    JobId::from_random(bytes)
}

pub fn serial(last: u8) -> CardSerial {
    CardSerial::from_bytes(&[0x0A, 0x1B, 0x2C, last]).expect("a serial")
}

pub fn holder(id: &str) -> HolderId {
    id.parse().expect("a number")
}

pub fn reserve_request(job: &JobId, who: &str, card: &CardSerial) -> wire::Reserve {
    wire::Reserve {
        job: job.clone(),
        holder: holder(who),
        serial: card.clone(),
        series: Series::Series10,
        profile: "training".to_owned(),
        client_software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
        locked: false,
        operation: Operation::Issue,
        keys: wire::KeysWanted::New,
    }
}

/// An operation on a card in use.
pub fn on_card(job: &JobId, operation: Operation, who: &str, card: &CardSerial) -> wire::BeginOnCard {
    wire::BeginOnCard {
        job: job.clone(),
        operation,
        holder: holder(who),
        serial: card.clone(),
        series: Series::Series10,
        profile: "training".to_owned(),
        client_software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
        chip: wire::Chip::InReader,
        delivery: wire::DeliverySaid::NotSaid,
        reason: (operation == Operation::Cancel).then_some(CancelReason::Lost),
        note: None,
        approval: None,
        tell: wire::Tell::Nothing,
    }
}

pub fn problem<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> wire::Problem {
    match result {
        Err(ServiceError::Problem(problem)) => *problem,
        other => panic!("a problem was expected, not {other:?}"),
    }
}

/// A card's two keys, and its management key as the factory set it.
pub struct Chip {
    pub serial: CardSerial,
    pub authentication: KeyPair,
    pub signing: KeyPair,
}

impl Chip {
    pub fn new(last: u8) -> Self {
        let key = || KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
        Self { serial: serial(last), authentication: key(), signing: key() }
    }

    fn cipher(&self) -> aes::Aes256 {
        let key = training::training_stock_management_key(&self.serial);
        aes::Aes256::new_from_slice(key.expose()).expect("32 bytes")
    }

    pub fn encrypt(&self, block: &[u8]) -> Vec<u8> {
        let mut block = Array::try_from(block).expect("16 bytes");
        self.cipher().encrypt_block(&mut block);
        block.to_vec()
    }

    /// Proves the management key both ways.
    pub fn prove_management_key(&self, service: &dyn Service, job: &JobId) -> Result<(), ServiceError> {
        let witness = [0x5A; 16];
        let challenge =
            wire::ManagementKeyChallenge { algorithm: 0x0C, encrypted_witness: Base64(self.encrypt(&witness)) };
        let answer = service.management_key(job, &format!("{job}-challenge"), &challenge)?;
        assert_eq!(answer.witness.0.expose(), witness, "the gateway holds the card's key");
        let proof = wire::ManagementKeyProof { encrypted_challenge: Base64(self.encrypt(&answer.challenge.0)) };
        service.management_key_proof(job, &format!("{job}-proof"), &proof)
    }

    pub fn certify_request(&self) -> wire::Certify {
        let csr = |key: &KeyPair| {
            let mut params = CertificateParams::default();
            params.distinguished_name = DistinguishedName::new();
            Base64(params.serialize_request(key).expect("a request").der().to_vec())
        };
        wire::Certify { authentication_csr: csr(&self.authentication), signing_csr: csr(&self.signing) }
    }

    pub fn confirm_request(&self, certified: &wire::Certified) -> wire::Confirm {
        let sign = |key: &KeyPair| Base64(key.sign(&certified.proof_challenge.0).expect("a signature"));
        wire::Confirm {
            authentication_sha256: sha256(&certified.authentication.0),
            signing_sha256: sha256(&certified.signing.0),
            authentication_proof: sign(&self.authentication),
            signing_proof: sign(&self.signing),
            locked: None,
            identifier: None,
        }
    }

    /// Everything up to the certificates on hold.
    pub fn up_to_certified(&self, service: &dyn Service, job: &JobId, who: &str) -> wire::Certified {
        service.reserve(job, &reserve_request(job, who, &self.serial)).expect("reserved");
        self.prove_management_key(service, job).expect("the card holds its key");
        service.unlock_codes(job, &format!("{job}-codes")).expect("codes");
        service.certify(job, &format!("{job}-certify"), &self.certify_request()).expect("certified")
    }

    pub fn issue(&self, service: &dyn Service, job: &JobId, who: &str) -> wire::Certified {
        let certified = self.up_to_certified(service, job, who);
        service.confirm(job, &format!("{job}-confirm"), &self.confirm_request(&certified)).expect("confirmed");
        certified
    }
}

/// What a card of this key and certificate answers to a new challenge.
pub fn card_answer(service: &dyn Service, key: &KeyPair, certificate: &[u8], card: &CardSerial) -> wire::CardAnswer {
    let challenge = service.card_challenge().expect("a challenge").challenge;
    wire::CardAnswer {
        signature: Base64(key.sign(&challenge.0).expect("a signature")),
        challenge,
        certificate: Base64(certificate.to_vec()),
        serial: card.clone(),
        series: Series::Series10,
        client_software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
    }
}

/// The proof of a card that signs in.
pub fn card_proof(service: &dyn Service, chip: &Chip, certified: &wire::Certified) -> wire::CardProof {
    let answer = card_answer(service, &chip.authentication, &certified.authentication.0, &chip.serial);
    wire::CardProof { proof: service.authenticate_card(&answer).expect("authenticated").proof }
}

pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What OpenSSL thinks of a certificate, with the published chain and revocation lists: its exit and its words.
pub fn openssl_verify(service: &dyn Service, certificate: &[u8], check: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("written");
        path
    };
    let chain = file("chain.pem", service.chain_pem().expect("the chain").as_bytes());
    let crl = file("crl.pem", service.crl_pem().expect("the lists").as_bytes());
    let der = file("certificate.der", certificate);
    let pem = folder.path().join("certificate.pem");
    let made =
        Command::new("openssl").args(["x509", "-inform", "DER"]).arg("-in").arg(der).arg("-out").arg(&pem).status();
    assert!(made.expect("openssl runs").success());
    let output = Command::new("openssl")
        .args(["verify", check])
        .arg("-CAfile")
        .arg(chain)
        .arg("-CRLfile")
        .arg(crl)
        .arg(pem)
        .output()
        .expect("openssl runs");
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), words)
}

/// A published revocation list (`authentication` or `signing`) in OpenSSL's words.
pub fn openssl_crl(service: &dyn Service, issuer: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let lists = service.crl_pem().expect("the lists");
    let end = "-----END X509 CRL-----";
    let texts = lists.split_inclusive(end).filter(|list| list.contains(end)).map(|list| {
        let path = folder.path().join("list.pem");
        fs::write(&path, list).expect("written");
        let output = Command::new("openssl").args(["crl", "-noout", "-text", "-in"]).arg(path).output();
        String::from_utf8(output.expect("openssl runs").stdout).expect("text")
    });
    let of_issuer =
        |text: &String| text.lines().any(|line| line.contains("Issuer:") && line.to_lowercase().contains(issuer));
    texts.filter(of_issuer).collect()
}

/// What each version of the database added, taken away again: newest first.
const UNDONE: [(u32, &str); 11] = [
    (12, "DROP INDEX answers_with_codes; ALTER TABLE answers DROP COLUMN codes_of"),
    (11, "ALTER TABLE issuances DROP COLUMN identifier"),
    (
        10,
        "DROP INDEX secure_channels_open; ALTER TABLE secure_channels DROP COLUMN level; \
         ALTER TABLE secure_channels DROP COLUMN open; ALTER TABLE secure_channels DROP COLUMN open_until",
    ),
    (9, "ALTER TABLE sessions DROP COLUMN card"),
    (8, "ALTER TABLE issuances DROP COLUMN told_key"),
    (7, "DROP TABLE secure_channels; DROP TABLE card_key_sets; DROP TABLE refused_key_sets"),
    (
        6,
        "DROP TABLE card_challenges; DROP TABLE card_proofs; DROP TABLE holder_sessions; DROP TABLE one_time_codes; \
         DROP INDEX certificates_by_hash; ALTER TABLE holders DROP COLUMN email; ALTER TABLE holders DROP COLUMN mobile",
    ),
    (5, "DROP TABLE workstations; DROP TABLE telephone_unlocks"),
    (
        4,
        "DROP TABLE approvals; DROP INDEX certificates_by_job; DROP INDEX certificates_by_key; \
         ALTER TABLE sessions DROP COLUMN proved; ALTER TABLE cards DROP COLUMN awaits_delivery; \
         ALTER TABLE issuances DROP COLUMN operation; ALTER TABLE issuances DROP COLUMN task; \
         ALTER TABLE issuances DROP COLUMN card_before; ALTER TABLE issuances DROP COLUMN keys",
    ),
    (3, ""),
    (2, "DROP INDEX audit_by_holder; DROP INDEX holders_listed; DROP INDEX issuances_by_card"),
];

/// Brings a database back to what an older program left.
pub fn as_version(store: &rusqlite::Connection, version: u32) {
    for (_, undone) in UNDONE.iter().filter(|(added, _)| *added > version) {
        store.execute_batch(undone).expect("taken away");
    }
    store.execute("DELETE FROM migrations WHERE version > ?1", [version]).expect("forgotten");
}
