//! How long a search among 100,000 holders takes at the gateway, over HTTP: `cargo bench --bench holder_search`.

use cardwright::{
    cis2::{HttpConfig, HttpService, Service, wire::SignIn},
    domain::{Holder, HolderState, OfficerId},
    gateway::{Gateway, GatewayConfig, RunningGateway, SeedHolder},
    training,
};
use divan::{Bencher, black_box};

const HOLDERS: u32 = 100_000;

fn main() {
    divan::main();
}

/// A gateway that holds invented people beside those of training, and an officer who is signed in.
fn site() -> (tempfile::TempDir, RunningGateway, HttpService) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut people = training::people().expect("the invented people");
    let officer = people.officers[0].officer.clone();
    people.holders.extend((0..HOLDERS).map(|n| SeedHolder {
        holder: Holder {
            id: format!("5551{n:08}").parse().expect("twelve digits"),
            official_name: format!("Invented Person {n}"),
            name_on_card: None,
            organisation: officer.organisation.clone(),
            state: HolderState::Open,
            photo_sha256: None,
        },
        photo: None,
        email: None,
        mobile: None,
    }));
    let gateway = Gateway::start(GatewayConfig::training(folder.path().join("gateway"), people)).expect("a gateway");
    let service = HttpService::new(&gateway.url(), HttpConfig::default()).expect("a client");
    let officer: OfficerId = officer.id;
    service.sign_in(&SignIn { officer }).expect("signed in");
    (folder, gateway, service)
}

/// Nothing, one holder, and a whole page of them.
#[divan::bench(args = [("nobody at all", 50, 0), ("99999 person", 50, 1), ("invented", 200, 200)], sample_count = 20)]
fn search(bencher: Bencher<'_, '_>, (query, limit, found): (&str, usize, usize)) {
    let (_folder, _gateway, service) = site();
    bencher.bench_local(|| {
        let holders = service.find_holders(black_box(query), limit).expect("an answer");
        assert_eq!(holders.len(), found, "{query}");
    });
}
