//! What an officer's own card proves is asked for again with it: a client that skips the window gets no further with a bare
//! name. And second officers who prove with their own card who they are.

use std::{sync::Arc, time::Duration};

use cardwright::{
    cis2::{
        HttpService, Service,
        wire::{ApprovalsBy, Approve, ApproveWithCard, Base64, CardProof, Certified, SecretBase64, SignIn},
    },
    domain::{Operation, Secret},
    gateway::{Clock, Gateway, GatewayConfig, ManualClock, RunningGateway},
};
use time::OffsetDateTime;

use crate::desk::{self, Chip, RA_AGENT, RA_MANAGER, SIAN};

const ADVANCED_AGENT: &str = "555000000002";
const ID_CHECKER: &str = "555000000004";

/// A gateway whose time is the test's, with cards of the RA Manager and of a holder.
struct Stage {
    gateway: RunningGateway,
    clock: Arc<ManualClock>,
    manager: (Chip, Certified),
    card: Chip,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new(set_up: impl FnOnce(&mut GatewayConfig)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc()));
        let mut config = desk::config(folder.path());
        config.clock = Arc::clone(&clock) as _;
        set_up(&mut config);
        let gateway = Gateway::start(config).expect("a gateway");
        let agent = desk::sign_in(&gateway.url(), RA_AGENT);
        let (own, card) = (Chip::new(1), Chip::new(2));
        let certified = own.issue(&agent, &desk::job(), RA_MANAGER);
        card.issue(&agent, &desk::job(), SIAN);
        Self { gateway, clock, manager: (own, certified), card, _folder: folder }
    }

    fn url(&self) -> String {
        self.gateway.url()
    }

    /// What the manager's card proves, asked for by this client.
    fn proof(&self, client: &HttpService) -> CardProof {
        desk::card_proof(client, &self.manager.0, &self.manager.1)
    }

    /// The RA Manager, signed in with their card.
    fn by_card(&self) -> HttpService {
        let client = desk::client(&self.url());
        client.sign_in_with_card(&self.proof(&client)).expect("signed in");
        client
    }

    /// Whether an unlock of the holder's card asks for another proof of who the officer is.
    fn asks_again(&self, client: &HttpService) -> bool {
        let job = desk::job();
        let request = desk::on_card(&job, Operation::Unlock, SIAN, &self.card.serial);
        match client.begin_on_card(&job, &request) {
            Ok(_) => false,
            refused => desk::problem(refused).kind == "step-up-needed",
        }
    }

    fn approve(&self, officer: &str, operation: Operation) -> Approve {
        Approve { officer: officer.parse().expect("a number"), operation, serial: self.card.serial.clone() }
    }

    fn approve_with(&self, CardProof { proof }: CardProof, operation: Operation) -> ApproveWithCard {
        ApproveWithCard { proof, operation, serial: self.card.serial.clone() }
    }
}

fn named(officer: &str) -> SignIn {
    SignIn { officer: officer.parse().expect("a number") }
}

#[test]
fn a_session_that_was_begun_with_a_card_is_not_stepped_up_by_a_name() {
    let stage = Stage::new(|_| {});
    let client = stage.by_card();
    assert_eq!(client.session().expect("it holds").card.as_ref(), Some(&stage.manager.0.serial));
    stage.clock.advance(Duration::from_secs(5 * 60 + 1));
    let refused = desk::problem(client.step_up(&named(RA_MANAGER)));
    assert_eq!((refused.kind.as_str(), refused.status), ("own-card-needed", 403), "{refused:?}");
    let row = client.audit_before(None, 1).expect("the audit").remove(0);
    assert_eq!((row.event.as_str(), &row.detail["why"]), ("session.step-up.refused", &"own-card-needed".into()));
    assert!(stage.asks_again(&client), "nothing was proved");

    // Another officer's card, a card that did not sign, and proofs that are used up or invented prove nothing either.
    let other = Chip::new(3);
    let certified = other.issue(&desk::sign_in(&stage.url(), RA_AGENT), &desk::job(), ADVANCED_AGENT);
    let of_another = desk::card_proof(&client, &other, &certified);
    assert_eq!(desk::problem(client.step_up_with_card(&of_another)).kind, "other-officer");
    let (chip, pair) = &stage.manager;
    let forged = desk::card_answer(&client, &chip.signing, &pair.authentication.0, &chip.serial);
    assert_eq!(desk::problem(client.authenticate_card(&forged)).kind, "signature-wrong");
    let mut altered = desk::card_answer(&client, &chip.authentication, &pair.authentication.0, &chip.serial);
    altered.signature = Base64(altered.signature.0.iter().rev().copied().collect());
    assert_eq!(desk::problem(client.authenticate_card(&altered)).kind, "signature-wrong");
    let invented = CardProof { proof: SecretBase64(Secret::new(vec![7; 32])) };
    assert_eq!(desk::problem(client.step_up_with_card(&invented)).kind, "proof-unknown");
    assert!(stage.asks_again(&client), "nothing was proved");

    let proof = stage.proof(&client);
    let session = client.step_up_with_card(&proof).expect("proved");
    assert_eq!(
        (session.proved.unix_timestamp(), session.card),
        (stage.clock.now().unix_timestamp(), Some(chip.serial.clone()))
    );
    assert_eq!(desk::problem(client.step_up_with_card(&proof)).kind, "proof-unknown", "a proof is good once");
    assert!(!stage.asks_again(&client));
}

#[test]
fn a_session_by_name_goes_on_as_before_and_may_use_a_card() {
    let stage = Stage::new(|_| {});
    let client = desk::sign_in(&stage.url(), RA_MANAGER);
    assert_eq!(client.session().expect("it holds").card, None);
    stage.clock.advance(Duration::from_secs(5 * 60 + 1));
    assert!(stage.asks_again(&client));
    client.step_up(&named(RA_MANAGER)).expect("proved by name");
    stage.clock.advance(Duration::from_secs(5 * 60 + 1));
    assert!(stage.asks_again(&client));
    client.step_up_with_card(&stage.proof(&client)).expect("proved by card");
    assert!(!stage.asks_again(&client));
}

#[test]
fn a_second_officer_approves_with_their_own_card_and_where_the_gateway_says_so_with_nothing_less() {
    for by in [ApprovalsBy::Name, ApprovalsBy::Card] {
        let stage = Stage::new(|config| {
            config.second_officer = vec![Operation::Cancel];
            config.approvals = by;
        });
        let agent = desk::sign_in(&stage.url(), RA_AGENT);
        assert_eq!(agent.session().expect("it holds").approvals, by);
        let bare = agent.approve(&stage.approve(RA_MANAGER, Operation::Cancel));
        match by {
            ApprovalsBy::Name => drop(bare.expect("a name is enough")),
            ApprovalsBy::Card => assert_eq!(desk::problem(bare).kind, "approval-needs-card"),
        }
        let job = desk::job();
        let mut request = desk::on_card(&job, Operation::Cancel, SIAN, &stage.card.serial);
        assert_eq!(desk::problem(agent.begin_on_card(&job, &request)).kind, "second-officer-needed");
        let proof = stage.proof(&agent);
        let approval =
            agent.approve_with_card(&stage.approve_with(proof.clone(), Operation::Cancel)).expect("approved");
        assert_eq!(approval.officer.as_str(), RA_MANAGER);
        let row = agent.audit_before(None, 1).expect("the audit").remove(0);
        assert_eq!(
            (row.event.as_str(), &row.detail["card"]),
            ("approval.given", &stage.manager.0.serial.as_str().into())
        );
        let again = agent.approve_with_card(&stage.approve_with(proof, Operation::Cancel));
        assert_eq!(desk::problem(again).kind, "proof-unknown");
        request.approval = Some(approval.token);
        agent.begin_on_card(&job, &request).expect("begun");
    }
}

#[test]
fn who_cannot_approve_cannot_do_it_with_a_card_either() {
    let stage = Stage::new(|config| config.second_officer = vec![Operation::Cancel]);
    let refused = |client: &HttpService, chip: &Chip, pair: &Certified| {
        let proof = desk::card_proof(client, chip, pair);
        desk::problem(client.approve_with_card(&stage.approve_with(proof, Operation::Cancel)))
    };
    // Their own work, and a role that may not do it.
    let manager = stage.by_card();
    assert_eq!(refused(&manager, &stage.manager.0, &stage.manager.1).kind, "approval-refused");
    let agent = desk::sign_in(&stage.url(), RA_AGENT);
    let checker = Chip::new(4);
    let certified = checker.issue(&agent, &desk::job(), ID_CHECKER);
    assert_eq!(refused(&agent, &checker, &certified).kind, "approval-refused");
    // A holder who does not work here.
    let holder = Chip::new(5);
    let certified = holder.issue(&agent, &desk::job(), desk::STANISLAW);
    assert_eq!(refused(&agent, &holder, &certified).kind, "not-an-officer");
    // What is done to their own card.
    let own = Approve { serial: stage.manager.0.serial.clone(), ..stage.approve(RA_MANAGER, Operation::Cancel) };
    let by_name = desk::problem(agent.approve(&own));
    assert!(by_name.detail.as_ref().is_some_and(|detail| detail.contains("their own card")), "{by_name:?}");
    let CardProof { proof } = stage.proof(&agent);
    let own = ApproveWithCard { proof, operation: Operation::Cancel, serial: own.serial };
    let by_card = desk::problem(agent.approve_with_card(&own));
    assert!(by_card.detail.as_ref().is_some_and(|detail| detail.contains("their own card")), "{by_card:?}");
}
