//! Every answer of the gateway against its own contract, by a validator that knows nothing of the gateway.

use std::collections::BTreeSet;

use cardwright::{
    cis2::{
        Service,
        wire::{self, Base64},
    },
    domain::{
        CardSerial, Operation,
        telephone::{Conversation, TelephoneOutcome, WorkstationKey},
    },
    gateway::{OPENAPI, contract_routes},
    training,
};
use reqwest::{Method, blocking::Client};
use serde_json::{Value, json};

use crate::desk::{self, Chip, RA_AGENT, RA_MANAGER, SIAN, STANISLAW};
use crate::secure_channel::{DomainCard, TRAINING_KEYS};

/// A holder nobody else of these tests works with.
const ANOTHER: &str = "555000000022";

fn document() -> Value {
    serde_json::from_str(OPENAPI).expect("the contract is JSON")
}

#[test]
fn routes_and_contract_name_the_same_calls() {
    let served: BTreeSet<(String, String)> =
        contract_routes().map(|(method, path)| (method.to_lowercase(), path.to_owned())).collect();
    let document = document();
    let mut written = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys() {
            written.insert((method.clone(), path.clone()));
        }
    }
    assert_eq!(served, written);
}

/// Sends calls and holds each answer against the contract.
struct Witness {
    url: String,
    client: Client,
    document: Value,
    token: Option<String>,
    keys: u32,
    /// Method, path and status of every answer seen.
    seen: BTreeSet<String>,
}

impl Witness {
    fn new(url: String) -> Self {
        let client = Client::builder().no_proxy().build().expect("a client");
        Self { url, client, document: document(), token: None, keys: 0, seen: BTreeSet::new() }
    }

    fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        self.keys += 1;
        let key = format!("key-{}", self.keys);
        self.send(Method::POST, path, serde_json::to_vec(body).expect("JSON"), Some(&key))
    }

    fn get(&mut self, path: &str) -> (u16, Value) {
        self.send(Method::GET, path, Vec::new(), None)
    }

    fn send(&mut self, method: Method, path: &str, body: Vec<u8>, key: Option<&str>) -> (u16, Value) {
        let mut request = self.client.request(method.clone(), format!("{}/ra/v1{path}", self.url)).body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let response = request.send().expect("an answer");
        let status = response.status().as_u16();
        let content_type = response.headers().get("content-type").map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(response.headers()["cache-control"], "no-store");
        let bytes = response.bytes().expect("a body");
        let value = self.check(&method, path, status, content_type.as_deref(), &bytes);
        (status, value)
    }

    fn check(&mut self, method: &Method, path: &str, status: u16, content_type: Option<&str>, bytes: &[u8]) -> Value {
        let bare = format!("/ra/v1{}", path.split('?').next().unwrap_or_default());
        let template = self.document["paths"]
            .as_object()
            .expect("paths")
            .keys()
            .filter(|template| fits(template, &bare))
            .min_by_key(|template| template.matches('{').count())
            .unwrap_or_else(|| panic!("{bare} is not in the contract"))
            .clone();
        let place = format!("{method} {template} {status}");
        let answer =
            &self.document["paths"][&template][method.as_str().to_lowercase()]["responses"][status.to_string()];
        let answer = match answer["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).expect("what is referred to"),
            None => answer,
        };
        assert!(answer.is_object(), "{place} is not in the contract: {}", String::from_utf8_lossy(bytes));
        self.seen.insert(place.clone());
        let Some(content_type) = content_type else {
            assert!(bytes.is_empty() && answer.get("content").is_none(), "{place} should have a body");
            return Value::Null;
        };
        let media = &answer["content"][content_type];
        assert!(media.is_object(), "{place}: {content_type} is not in the contract");
        if !content_type.ends_with("json") {
            return Value::Null;
        }
        let value: Value = serde_json::from_slice(bytes).expect("JSON");
        let mut schema = media["schema"].clone();
        schema["components"] = self.document["components"].clone();
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{place}: {errors:?} in {value}");
        value
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(part, given)| part.starts_with('{') || part == given)
}

fn kind(answer: &(u16, Value)) -> &str {
    answer.1["type"].as_str().unwrap_or("no problem")
}

#[test]
fn every_answer_is_of_the_contract() {
    let site = desk::site();
    let mut witness = Witness::new(site.gateway.url());
    for path in [
        "/openapi.json",
        "/health",
        "/pki/chain.pem",
        "/pki/crl.pem",
        "/pki/root.crl",
        "/pki/authentication.crl",
        "/pki/signing.crl",
        "/training/officers",
    ] {
        assert_eq!(witness.get(path).0, 200, "{path}");
    }
    assert_eq!(kind(&witness.get("/session")), "unauthenticated");
    assert_eq!(kind(&witness.post("/training/sign-in", &json!({ "officer": "555000000999" }))), "officer-unknown");
    let (_, session) = witness.post("/training/sign-in", &json!({ "officer": RA_AGENT }));
    witness.token = session["token"].as_str().map(str::to_owned);
    for path in [
        "/session",
        "/holders?query=x26&limit=3",
        "/cards/0A1B2C3D",
        "/cards/0A1B2C3D/at-desk",
        "/audit?after=0",
        "/audit?before=2",
        "/audit/head",
    ] {
        assert_eq!(witness.get(path).0, 200, "{path}");
    }
    assert_eq!(witness.get(&format!("/holders/{SIAN}/photo")).0, 200);
    assert_eq!(kind(&witness.get("/holders/555000000026/photo")), "photo-missing");
    assert_eq!(kind(&witness.get("/holders/555000000998")), "holder-unknown");
    assert_eq!(kind(&witness.get("/holders/555000000998/history")), "holder-unknown");
    assert_eq!(kind(&witness.get("/holders/12")), "malformed");
    assert_eq!(kind(&witness.get("/holders/%FF")), "malformed");
    assert_eq!(kind(&witness.get("/audit?after=x")), "malformed");
    let photo = format!("/holders/{SIAN}/photo");
    let image =
        training::people().expect("people").holders.into_iter().find_map(|person| person.photo).expect("a photo");
    assert_eq!(witness.send(Method::PUT, &photo, image, None).0, 204);
    assert_eq!(kind(&witness.send(Method::PUT, &photo, b"GIF89a".to_vec(), None)), "photo-unusable");
    assert_eq!(kind(&witness.send(Method::PUT, &photo, vec![0; 8 * 1024 * 1024 + 1], None)), "too-large");
    let token = witness.token.take();
    let unread = witness.send(Method::PUT, &photo, vec![0; 8 * 1024 * 1024 + 1], None);
    assert_eq!(kind(&unread), "unauthenticated", "who asks comes before how much they send");
    witness.token = token;
    let own = format!("/holders/{RA_AGENT}/photo");
    assert_eq!(kind(&witness.send(Method::PUT, &own, Vec::new(), None)), "refused");

    let (chip, job) = (Chip::new(9), desk::job());
    let reserve = json!(desk::reserve_request(&job, SIAN, &chip.serial));
    assert_eq!(
        kind(&witness.send(Method::POST, "/issuances", serde_json::to_vec(&reserve).expect("JSON"), None)),
        "idempotency-key-missing"
    );
    assert_eq!(kind(&witness.post("/issuances", &json!({ "job": "x" }))), "malformed");
    let at = |rest: &str| format!("/issuances/{job}{rest}");
    assert_eq!(kind(&witness.get(&at(""))), "issuance-unknown");
    assert_eq!(witness.post("/issuances", &reserve).0, 201);
    assert_eq!(witness.get(&at("")).0, 200);
    let certify = json!(chip.certify_request());
    assert_eq!(kind(&witness.post(&at("/certificate"), &certify)), "wrong-state");

    let card = DomainCard::new(&chip.serial);
    let channel = |rest: &str| at(&format!("/secure-channel/{rest}"));
    let begin = |key_set: &str| json!({ "key_set": key_set, "level": "33" });
    assert_eq!(kind(&witness.post(&channel("open"), &json!({ "answer": "AAAA" }))), "malformed");
    assert_eq!(kind(&witness.post(&channel("open"), &json!(card.proof(&[0; 8])))), "wrong-state");
    assert_eq!(kind(&witness.post(&channel("begin"), &begin("nobody"))), "no-channel-keys");
    let begun_with = |answer: (u16, Value)| {
        let begun: wire::ChannelBegun = serde_json::from_value(answer.1).expect("a challenge");
        begun.host_challenge.0
    };
    let first = begun_with(witness.post(&channel("begin"), &begin(TRAINING_KEYS)));
    assert_eq!(
        kind(&witness.post(&channel("open"), &json!(card.with_version(0x31).proof(&first)))),
        "wrong-channel-keys"
    );
    let second = begun_with(witness.post(&channel("begin"), &begin(TRAINING_KEYS)));
    let (status, keys) = witness.post(&channel("open"), &json!(card.proof(&second)));
    assert_eq!((status, &keys["owner"]), (200, &json!("delivered")));
    let exchange = |apdu: &[u8]| {
        let command =
            wire::ChannelCommand::Plain { apdu: wire::SecretBase64(cardwright::domain::Secret::new(apdu.to_vec())) };
        json!(wire::ExchangeOnChannel { answers: Vec::new(), command: Some(command), longest_piece: 255 })
    };
    let (status, wrapped) = witness.post(&channel("exchange"), &exchange(&[0x00, 0xCB, 0x3F, 0xFF, 1, 0x5C, 0]));
    assert_eq!((status, wrapped["commands"].as_array().map(Vec::len)), (200, Some(1)));
    let unanswered = witness.post(&channel("exchange"), &exchange(&[0x00, 0xCB, 0x3F, 0xFF, 1, 0x5C, 0]));
    assert_eq!(kind(&unanswered), "secure-channel-closed");
    let third = begun_with(witness.post(&channel("begin"), &begin(TRAINING_KEYS)));
    assert_eq!(witness.post(&channel("open"), &json!(card.proof(&third))).0, 200);
    let put = |owner: &str| json!({ "owner": owner });
    assert_eq!(kind(&witness.post(&channel("put-key"), &put("organisation"))), "wrong-state", "nothing is certified");
    assert_eq!(kind(&witness.post(&channel("put-key"), &put("delivered"))), "wrong-state", "it holds them");
    assert_eq!(kind(&witness.post(&channel("put-key/settled"), &json!({ "check_values": "AAAA" }))), "wrong-state");

    let challenge =
        json!(wire::ManagementKeyChallenge { algorithm: 0x0C, encrypted_witness: Base64(chip.encrypt(&[7; 16])) });
    for left in [2, 1] {
        assert_eq!(witness.post(&at("/management-key/challenge"), &challenge).0, 200);
        let wrong = witness.post(&at("/management-key/proof"), &json!({ "encrypted_challenge": "AAAA" }));
        assert_eq!(kind(&wrong), "wrong-management-key");
        assert!(wrong.1["detail"].as_str().is_some_and(|detail| detail.ends_with(&left.to_string())), "{wrong:?}");
    }
    let (_, answer) = witness.post(&at("/management-key/challenge"), &challenge);
    let answer: wire::ManagementKeyAnswer = serde_json::from_value(answer).expect("an answer");
    let proof = json!({ "encrypted_challenge": Base64(chip.encrypt(&answer.challenge.0)) });
    assert_eq!(witness.post(&at("/management-key/proof"), &proof).0, 204);
    assert_eq!(kind(&witness.post(&at("/unlock-codes/settled"), &json!("next"))), "wrong-state");
    assert_eq!(witness.send(Method::POST, &at("/unlock-codes/release"), Vec::new(), Some("codes")).0, 200);
    assert_eq!(witness.post(&at("/unlock-codes/settled"), &json!("next")).0, 204);

    let mut forged = chip.certify_request();
    if let Some(byte) = forged.signing_csr.0.last_mut() {
        *byte ^= 1;
    }
    assert_eq!(kind(&witness.post(&at("/certificate"), &json!(forged))), "bad-proof-of-possession");
    let (status, certified) = witness.post(&at("/certificate"), &certify);
    assert_eq!(status, 200);
    let again = witness.post(&at("/certificate"), &certify).1;
    assert_eq!(again, certified, "the same keys get the same certificates");
    let (status, prepared) = witness.post(&channel("put-key"), &put("organisation"));
    assert_eq!(status, 200);
    let put_keys = json!({ "answers": [], "command": { "kind": "put-keys" }, "longest_piece": 255 });
    assert_eq!(witness.post(&channel("exchange"), &put_keys).0, 200);
    let other = json!({ "answers": [], "command": { "kind": "replace-unlock-code" }, "longest_piece": 255 });
    assert_eq!(kind(&witness.post(&channel("exchange"), &other)), "secure-channel-closed");
    let fourth = begun_with(witness.post(&channel("begin"), &begin(TRAINING_KEYS)));
    assert_eq!(witness.post(&channel("open"), &json!(card.proof(&fourth))).0, 200);
    assert_eq!(kind(&witness.post(&channel("exchange"), &other)), "not-wrapped");
    let wrong = json!({ "check_values": "AAAA" });
    assert_eq!(kind(&witness.post(&channel("put-key/settled"), &wrong)), "wrong-check-values");
    let taken = json!({ "check_values": prepared["check_values"] });
    assert_eq!(witness.post(&channel("put-key/settled"), &taken).0, 204);
    assert_eq!(witness.send(Method::POST, &channel("refused"), Vec::new(), Some("refused")).0, 204);
    let certified: wire::Certified = serde_json::from_value(certified).expect("certificates");
    let right = chip.confirm_request(&certified);
    let mut wrong = right.clone();
    wrong.signing_sha256 = right.authentication_sha256.clone();
    assert_eq!(kind(&witness.post(&at("/confirm"), &json!(wrong))), "wrong-hash");
    let mut wrong = right.clone();
    wrong.signing_proof = right.authentication_proof.clone();
    assert_eq!(kind(&witness.post(&at("/confirm"), &json!(wrong))), "bad-proof");
    assert_eq!(witness.post(&at("/confirm"), &json!(right)).0, 200);
    assert_eq!(kind(&witness.post(&at("/abort"), &json!({ "reason": "late", "card": "blank" }))), "wrong-state");

    // The same keys on another card, for another holder.
    let (other, second) = (Chip::new(10), desk::job());
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    service.reserve(&second, &desk::reserve_request(&second, STANISLAW, &other.serial)).expect("reserved");
    other.prove_management_key(&service, &second).expect("proven");
    service.unlock_codes(&second, "codes-2").expect("codes");
    assert_eq!(kind(&witness.post(&format!("/issuances/{second}/certificate"), &certify)), "key-seen-before");

    let printed = desk::job();
    let print = |printer: &str, outcome: &str| {
        json!({ "job": printed, "holder": SIAN, "series": "series10", "printer_model": printer, "job_sha256": "00",
                "outcome": outcome, "client_software": { "smartcard-connect": "4.1" } })
    };
    let prints = format!("/cards/{}/prints", chip.serial);
    assert_eq!(kind(&witness.post(&prints, &print("magicard-doh-300-v1", "starting"))), "refused");
    assert_eq!(kind(&witness.post(&prints, &print("magicard-doh-300-v2", "printed"))), "wrong-state");
    assert_eq!(witness.post(&prints, &print("magicard-doh-300-v2", "starting")).0, 204);
    assert_eq!(witness.post(&prints, &print("magicard-doh-300-v2", "printed")).0, 204);
    let mut again = print("magicard-doh-300-v2", "starting");
    again["reprint_reason"] = json!("x".repeat(201));
    assert_eq!(kind(&witness.post(&prints, &again)), "malformed");
    on_a_card_in_use(&mut witness, &service);
    without_an_officer(&mut witness, &service);
    let spoil = format!("/cards/{}/spoil", chip.serial);
    let mut spoiled = json!({ "job": printed, "holder": SIAN, "reason": "lost", "note": "on the floor" });
    assert_eq!(kind(&witness.post(&spoil, &spoiled)), "malformed");
    spoiled["reason"] = json!("damaged");
    assert_eq!(witness.post(&spoil, &spoiled).0, 200);
    assert_eq!(witness.post(&spoil, &spoiled).0, 200, "the same job asks again");
    spoiled["job"] = json!(desk::job());
    assert_eq!(kind(&witness.post(&spoil, &spoiled)), "refused");
    let (_, history) = witness.get(&format!("/holders/{SIAN}/history?limit=2"));
    let events: Vec<_> = history.as_array().expect("rows").iter().map(|row| row["event"].clone()).collect();
    assert_eq!(events, ["card.spoil.refused", "card.spoiled"]);
    assert_eq!(witness.send(Method::DELETE, "/session", Vec::new(), None).0, 204);
    assert_eq!(kind(&witness.get("/session")), "unauthenticated");

    let (_, session) = witness.post("/training/sign-in", &json!({ "officer": RA_MANAGER }));
    witness.token = session["token"].as_str().map(str::to_owned);
    let refused = witness.post(&at("/confirm"), &json!(right));
    assert_eq!(kind(&refused), "other-officer");
    let detail = refused.1["detail"].as_str().expect("who it was");
    assert!(detail.starts_with("Tomos Llewelyn-Pryce (555 000 000 003), until "), "{detail}");
    let reached: BTreeSet<&str> =
        witness.seen.iter().filter_map(|place| place.rsplit_once(' ')).map(|(call, _)| call).collect();
    let all: BTreeSet<String> = contract_routes().map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(reached, all.iter().map(String::as_str).collect(), "every call was tried");
}

/// Every call of an operation on a card in use.
fn on_a_card_in_use(witness: &mut Witness, service: &dyn Service) {
    let chip = Chip::new(11);
    chip.issue(service, &desk::job(), ANOTHER);
    let begin = |operation| {
        let job = desk::job();
        let request = desk::on_card(&job, operation, ANOTHER, &chip.serial);
        (job, json!(request))
    };
    let (job, unlock) = begin(Operation::Unlock);
    let mut asked = unlock.clone();
    asked["chip"] = json!("not-here");
    assert_eq!(kind(&witness.post("/on-cards", &asked)), "malformed");
    assert_eq!(witness.post("/on-cards", &unlock).0, 201);
    let end = format!("/on-cards/{job}/end");
    assert_eq!(
        kind(&witness.post(&format!("/on-cards/{}/end", desk::job()), &json!({ "outcome": "done" }))),
        "issuance-unknown"
    );
    let delivered =
        witness.send(Method::POST, &format!("/issuances/{job}/unlock-codes/delivered"), Vec::new(), Some("d1"));
    assert_eq!(kind(&delivered), "wrong-state");
    assert_eq!(kind(&witness.post(&end, &json!({ "outcome": "not-reached" }))), "wrong-state");
    assert_eq!(witness.post(&end, &json!({ "outcome": "done", "unlock_code": "next" })).0, 200);
    assert_eq!(witness.post(&end, &json!({ "outcome": "done" })).0, 200, "it is ended already");
    by_telephone(witness, &chip.serial);
    let own = json!({ "officer": RA_AGENT, "operation": "cancel", "serial": chip.serial });
    assert_eq!(kind(&witness.post("/training/approvals", &own)), "approval-refused");
    let second = json!({ "officer": RA_MANAGER, "operation": "cancel", "serial": chip.serial });
    assert_eq!(witness.post("/training/approvals", &second).0, 201);
    assert_eq!(witness.post("/training/step-up", &json!({ "officer": RA_AGENT })).0, 201);
    assert_eq!(kind(&witness.post("/training/step-up", &json!({ "officer": RA_MANAGER }))), "other-officer");
    let repair = desk::job();
    let mut reserve = desk::reserve_request(&repair, ANOTHER, &chip.serial);
    reserve.operation = Operation::Repair;
    assert_eq!(witness.post("/issuances", &json!(reserve)).0, 201);
    assert_eq!(kind(&witness.get(&format!("/issuances/{repair}/certificate"))), "wrong-state");
    chip.prove_management_key(service, &repair).expect("proven");
    service.unlock_codes(&repair, "repair-codes").expect("codes");
    let new = Chip { serial: chip.serial.clone(), ..Chip::new(12) };
    let spki = rcgen::PublicKeyData::subject_public_key_info(&new.authentication);
    let told = witness.post(&format!("/issuances/{repair}/key"), &json!({ "authentication_key": Base64(spki) }));
    assert!(told.0 == 200 && told.1["told_key"].is_string(), "{told:?}");
    service.certify(&repair, "repair-certify", &new.certify_request()).expect("certified");
    assert_eq!(witness.get(&format!("/issuances/{repair}/certificate")).0, 200);
    let reopen = witness.send(Method::POST, &format!("/issuances/{repair}/reopen"), Vec::new(), Some("r1"));
    assert_eq!(kind(&reopen), "wrong-state");
    let abort = format!("/issuances/{repair}/abort");
    assert_eq!(kind(&witness.post(&abort, &json!({ "reason": "no", "card": "blank" }))), "wrong-state");
    assert_eq!(witness.post(&abort, &json!({ "reason": "no", "card": "as-before" })).0, 200);
}

/// Every call of an unlock by telephone.
fn by_telephone(witness: &mut Witness, serial: &CardSerial) {
    let (status, enrolled) = witness.send(Method::POST, "/workstations", Vec::new(), Some("enrol"));
    assert_eq!(status, 201);
    let enrolled: wire::EnrolledWorkstation = serde_json::from_value(enrolled).expect("a workstation");
    let mut change = json!({
        "workstation": enrolled.number, "change": "added", "printer": "Door", "printer_model": "magicard-doh-300-v2",
        "destination": "tcp:10.0.0.5", "changed": "2026-11-26T15:00:00Z", "signed_in": null,
    });
    assert_eq!(witness.post("/workstations/printers", &change).0, 204);
    change["confirmed"] = json!("Magicard 300: the label on its back says DoH 300 v2");
    assert_eq!(witness.post("/workstations/printers", &change).0, 204);
    change["changed"] = json!("yesterday");
    assert_eq!(kind(&witness.post("/workstations/printers", &change)), "malformed");
    change["changed"] = json!("2026-11-26T15:00:00Z");
    change["printer"] = json!("x".repeat(201));
    assert_eq!(kind(&witness.post("/workstations/printers", &change)), "malformed");
    let key = WorkstationKey::new(enrolled.key.0).expect("32 bytes");
    let (challenge, there) = Conversation::begin(enrolled.number, 31_415_926, &key, serial);
    let mut begin = json!({ "job": desk::job(), "holder": ANOTHER, "serial": "0A1B2C63", "challenge": challenge });
    assert_eq!(kind(&witness.post("/telephone-unlocks", &begin)), "challenge-wrong");
    let mut end = json!({ "challenge": challenge, "code": "000000" });
    assert_eq!(kind(&witness.post("/telephone-unlocks/end", &end)), "challenge-unknown");
    begin["serial"] = json!(serial);
    assert_eq!(witness.post("/telephone-unlocks", &begin).0, 201);
    begin["challenge"] = json!("1234");
    assert_eq!(kind(&witness.post("/telephone-unlocks", &begin)), "malformed");
    assert_eq!(kind(&witness.post("/telephone-unlocks/end", &end)), "completion-code-wrong");
    end["code"] = json!(there.completion(TelephoneOutcome::Done));
    assert_eq!(witness.post("/telephone-unlocks/end", &end).0, 200);
}

/// Every call of cards that sign in, and of holders on their own.
fn without_an_officer(witness: &mut Witness, service: &dyn Service) {
    let token = witness.token.take();
    let sign = |witness: &mut Witness, chip: &Chip, pair: &wire::Certified| {
        let (status, _) =
            witness.send(Method::POST, "/authentications/challenge", Vec::new(), Some(desk::job().as_str()));
        assert_eq!(status, 201);
        json!(desk::card_answer(service, &chip.authentication, &pair.authentication.0, &chip.serial))
    };
    let (own, holders) = (Chip::new(21), Chip::new(22));
    let own_pair = own.issue(service, &desk::job(), RA_MANAGER);
    let pair = holders.issue(service, &desk::job(), "555000000023");
    let mut forged = sign(witness, &holders, &pair);
    forged["signature"] = json!("AAAA");
    assert_eq!(kind(&witness.post("/authentications", &forged)), "signature-wrong");
    assert_eq!(kind(&witness.post("/authentications", &forged)), "card-challenge-unknown");
    let mut nothing = sign(witness, &holders, &pair);
    nothing["certificate"] = json!("AAAA");
    assert_eq!(kind(&witness.post("/authentications", &nothing)), "certificate-unreadable");
    let prove = |witness: &mut Witness, chip: &Chip, pair: &wire::Certified| {
        let answer = sign(witness, chip, pair);
        let (status, found) = witness.post("/authentications", &answer);
        assert_eq!(status, 201);
        json!({ "proof": found["proof"] })
    };
    let proof = prove(witness, &holders, &pair);
    assert_eq!(kind(&witness.post("/sign-in/card", &proof)), "not-an-officer");
    assert_eq!(kind(&witness.post("/self-service/session", &json!({ "card": proof }))), "proof-unknown");
    let proof = prove(witness, &own, &own_pair);
    let (status, manager) = witness.post("/sign-in/card", &proof);
    assert_eq!(status, 201);
    witness.token = manager["token"].as_str().map(str::to_owned);
    assert_eq!(kind(&witness.get("/self-service/session")), "holders-only");
    let proof = prove(witness, &own, &own_pair);
    assert_eq!(witness.post("/step-up/card", &proof).0, 201);
    assert_eq!(kind(&witness.post("/step-up/card", &proof)), "proof-unknown");
    assert_eq!(kind(&witness.post("/training/step-up", &json!({ "officer": RA_MANAGER }))), "own-card-needed");
    assert_eq!(witness.get("/session").1["card"], json!(own.serial));
    // Their own work, and then a colleague's.
    let approve = |mut proof: serde_json::Value| {
        proof["operation"] = json!("cancel");
        proof["serial"] = json!(holders.serial);
        proof
    };
    let proof = approve(prove(witness, &own, &own_pair));
    assert_eq!(kind(&witness.post("/approvals/card", &proof)), "approval-refused");
    assert_eq!(kind(&witness.post("/approvals/card", &proof)), "proof-unknown");
    let (_, agent) = witness.post("/training/sign-in", &json!({ "officer": desk::RA_AGENT }));
    witness.token = agent["token"].as_str().map(str::to_owned);
    let proof = approve(prove(witness, &own, &own_pair));
    assert_eq!(witness.post("/approvals/card", &proof).0, 201);

    witness.token = None;
    let proof = prove(witness, &holders, &pair);
    let (status, session) = witness.post("/self-service/session", &json!({ "card": proof }));
    assert_eq!(status, 201);
    witness.token = session["token"].as_str().map(str::to_owned);
    assert_eq!(witness.get("/self-service/session").0, 200);
    for path in ["/session", "/holders?query=x", "/audit", "/audit/head"] {
        assert_eq!(kind(&witness.get(path)), "officers-only", "{path}");
    }
    assert_eq!(kind(&witness.get(&format!("/cards/{}", own.serial))), "not-your-card");
    assert_eq!(kind(&witness.get(&format!("/cards/{}/at-desk", own.serial))), "not-your-card");
    let (status, at_desk) = witness.get(&format!("/cards/{}/at-desk?photo=wanted", holders.serial));
    assert_eq!((status, &at_desk["card"]["serial"]), (200, &json!(holders.serial)));
    assert!(at_desk["officer"].is_null() && at_desk["photo"].is_string(), "{at_desk}");
    assert_eq!(at_desk["holder"]["cards"].as_array().map(Vec::len), Some(1), "their own card alone");
    assert_eq!(kind(&witness.get(&format!("/cards/{}/at-desk?photo=large", holders.serial))), "malformed");
    assert_eq!(witness.send(Method::DELETE, "/self-service/session", Vec::new(), None).0, 204);
    assert_eq!(kind(&witness.get("/self-service/session")), "unauthenticated");

    witness.token = None;
    let ask = |card: &CardSerial| json!({ "serial": card, "series": "series10", "client_software": { "smartcard-connect": "4.1" } });
    assert_eq!(kind(&witness.post("/self-service/codes", &ask(&desk::serial(250)))), "card-unknown");
    let (status, sent) = witness.post("/self-service/codes", &ask(&holders.serial));
    assert_eq!(status, 201);
    let code = json!({ "code": { "request": sent["request"], "serial": holders.serial, "code": "AAAA" } });
    assert_eq!(kind(&witness.post("/self-service/session", &code)), "code-wrong");
    let nonsense = json!({ "serial": "0A0B0C0D", "challenge": "AAAA", "signatures": ["AAAA"] });
    let unfinished = witness.post("/self-service/session", &json!({ "unfinished": nonsense }));
    assert_eq!(kind(&unfinished), "card-challenge-unknown");
    witness.token = token;
}
