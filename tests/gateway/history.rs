//! What the audit says of one holder, and long lists.

use std::time::Duration;

use cardwright::{
    cis2::{Service, wire::AuditRow},
    domain::{Holder, HolderState},
    gateway::{Gateway, SeedHolder},
};

use crate::desk::{self, Chip, RA_AGENT, SIAN, STANISLAW};

#[test]
fn a_history_holds_every_row_that_names_the_holder_newest_first() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    Chip::new(1).issue(&service, &desk::job(), SIAN);
    Chip::new(2).issue(&service, &desk::job(), STANISLAW);
    let all = service.audit(0, 5000).expect("the audit");
    let mut expected: Vec<AuditRow> = all.iter().filter(|row| row.detail["holder"] == SIAN).cloned().collect();
    expected.reverse();
    assert!(expected.len() >= 3, "reserved, certified, confirmed: {expected:?}");
    let history = |limit| service.holder_history(&desk::holder(SIAN), limit).expect("the history");
    assert_eq!(history(5000), expected);
    assert_eq!(history(2), expected[..2]);
    let unknown = desk::problem(service.holder_history(&desk::holder("555000000998"), 10));
    assert_eq!((unknown.kind.as_str(), unknown.status), ("holder-unknown", 404));
}

#[test]
fn an_audit_row_that_is_no_json_any_more_stops_neither_gateway_nor_history() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    Chip::new(1).issue(&service, &desk::job(), SIAN);
    let before = service.holder_history(&desk::holder(SIAN), 100).expect("the history").len();
    let store = rusqlite::Connection::open(site.folder.path().join("gateway.sqlite")).expect("the database");
    store.busy_timeout(Duration::from_secs(10)).expect("patience");
    store
        .execute_batch(
            "DROP TRIGGER audit_is_never_changed; UPDATE audit SET detail = 'x' WHERE event = 'issuance.reserved'",
        )
        .expect("edited");
    desk::as_version(&store, 1);
    drop(store);
    let desk::Site { folder, gateway } = site;
    gateway.stop().expect("stopped");
    let gateway = Gateway::start(desk::config(folder.path())).expect("brought to this version");
    let service = desk::sign_in(&gateway.url(), RA_AGENT);
    assert_eq!(service.holder_history(&desk::holder(SIAN), 100).expect("the history").len(), before - 1);
    assert!(service.audit_head().expect("the head").broken_at.is_some());
}

#[test]
fn the_audit_is_paged_backwards_without_gap_or_overlap() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    Chip::new(1).issue(&service, &desk::job(), SIAN);
    let mut forwards = service.audit(0, 5000).expect("the audit");
    forwards.reverse();
    let (mut backwards, mut before) = (Vec::new(), None);
    loop {
        let page = service.audit_before(before, 3).expect("a page");
        let Some(last) = page.last() else { break };
        before = Some(last.sequence);
        backwards.extend(page);
    }
    assert!(forwards.len() > 6);
    assert_eq!(backwards, forwards);
}

fn site_with_holders(count: u32) -> desk::Site {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = desk::config(folder.path());
    let organisation = config.people.officers[0].officer.organisation.clone();
    config.people.holders.extend((0..count).map(|n| SeedHolder {
        holder: Holder {
            id: format!("5551{n:08}").parse().expect("twelve digits"),
            official_name: format!("Invented Person {n}"),
            name_on_card: None,
            organisation: organisation.clone(),
            state: HolderState::Open,
            photo_sha256: None,
        },
        photo: None,
        email: None,
        mobile: None,
    }));
    config.people.holders.push(SeedHolder {
        holder: Holder {
            id: "555200000001".parse().expect("twelve digits"),
            official_name: "Conor O’Brien-Smith".into(),
            name_on_card: None,
            organisation: organisation.clone(),
            state: HolderState::Open,
            photo_sha256: None,
        },
        photo: None,
        email: None,
        mobile: None,
    });
    let gateway = Gateway::start(config).expect("a gateway");
    desk::Site { folder, gateway }
}

#[test]
fn long_lists_have_every_holder_with_their_own_cards() {
    let site = site_with_holders(300);
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let (first, second) = (Chip::new(1), Chip::new(2));
    first.issue(&service, &desk::job(), SIAN);
    second.issue(&service, &desk::job(), STANISLAW);
    let all = service.find_holders("", 5000).expect("everybody");
    assert!(all.len() > 300, "{}", all.len());
    assert!(all.windows(2).all(|pair| pair[0].holder.official_name <= pair[1].holder.official_name), "by name");
    for record in all {
        assert_eq!(record, service.holder(&record.holder.id).expect("the same holder alone"));
    }
}

/// Numbers of those a query finds.
fn found(service: &impl Service, query: &str) -> Vec<String> {
    let found = service.find_holders(query, 5000).expect("an answer");
    found.into_iter().map(|record| record.holder.id.to_string()).collect()
}

#[test]
fn people_are_found_however_their_names_are_typed() {
    let site = site_with_holders(1);
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let only = |query: &str, name: &str| {
        let found = service.find_holders(query, 5000).expect("an answer");
        let names: Vec<_> = found.iter().map(|record| record.holder.official_name.as_str()).collect();
        assert_eq!(names, [name], "“{query}”");
    };
    for query in ["lark desmond", "Desmond Lark", "LARK, Desmond", "  lark   des "] {
        only(query, "Desmond Lark");
    }
    for query in ["ni dhom", "Ní Dhom", "Ni\u{301} dhom", "dhomhnaill aoife"] {
        only(query, "Aoife Ní Dhomhnaill");
    }
    for query in ["O’Brien", "O'Brien", "obrien", "conor o`brien", "brien smith", "O’Brien-Smith"] {
        only(query, "Conor O’Brien-Smith");
    }
    assert_eq!(found(&service, SIAN), [SIAN]);
    assert_eq!(found(&service, "555 0000 00017"), found(&service, "555000000017"));
    assert_eq!(found(&service, "555 0000 00017").len(), 1);
    assert!(found(&service, "lark aoife").is_empty(), "every word has to be found");
    assert_eq!(found(&service, " ’ "), found(&service, ""), "no word asks for everybody");
}

#[test]
fn holders_of_an_older_database_are_found_the_same_way() {
    let site = site_with_holders(1);
    let url = site.gateway.url();
    assert_eq!(found(&desk::sign_in(&url, RA_AGENT), "ni dhom").len(), 1);
    let file = site.folder.path().join("gateway.sqlite");
    let store = rusqlite::Connection::open(file).expect("the database");
    store.busy_timeout(Duration::from_secs(10)).expect("patience");
    store.execute("UPDATE holders SET search = id || char(10) || official_name", []).expect("as version 2 left it");
    assert!(found(&desk::sign_in(&url, RA_AGENT), "ni dhom").is_empty());
    let desk::Site { folder, gateway } = site;
    gateway.stop().expect("stopped");
    desk::as_version(&store, 2);
    drop(store);
    let gateway = Gateway::start(desk::config(folder.path())).expect("brought to this version");
    assert_eq!(found(&desk::sign_in(&gateway.url(), RA_AGENT), "ni dhom").len(), 1);
}
