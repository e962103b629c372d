//! What `audit verify` says of a gateway whose record was tampered with behind its back.

use rusqlite::Connection;

use crate::{desk::Desk, issue};

/// An issued card, and so a job of which this desk kept the gateway's head.
fn desk_with_a_job() -> Desk {
    let desk = Desk::new();
    issue::issue(&desk, "Training reader 1", &["--locked"], "");
    let whole = desk.run(&["audit", "verify", "--json"]).expect(0).json();
    assert_eq!((&whole["witnesses"], &whole["witness_fault"]), (&1.into(), &serde_json::Value::Null), "{whole}");
    desk
}

#[test]
fn a_cut_off_end_of_the_audit_is_told_by_this_desks_witness() {
    let desk = desk_with_a_job();
    let gateway = Connection::open(desk.path().join("data/gateway/gateway.sqlite")).expect("the gateway's database");
    let triggers: Vec<String> = gateway
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
        .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
        .expect("triggers");
    for trigger in triggers {
        gateway.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("dropped");
    }
    let cut = gateway.execute("DELETE FROM audit WHERE sequence > (SELECT max(sequence) - 4 FROM audit)", []);
    assert_eq!(cut.expect("cut"), 4);
    drop(gateway);
    // What is left fits in itself, and grows again: only the witness knows.
    for _ in 0..2 {
        let told = desk.run(&["audit", "verify", "--json"]).expect(1).json();
        assert_eq!(told["gateway_fault"], serde_json::Value::Null, "{told}");
        assert!(told["witness_fault"].as_str().is_some_and(|fault| fault.contains("this desk saw row")), "{told}");
        for _ in 0..3 {
            desk.run(&["resume"]).expect(0);
        }
    }
}

#[test]
fn another_audit_key_is_told_by_this_desks_witness() {
    let desk = desk_with_a_job();
    std::fs::remove_file(desk.path().join("data/gateway/keys/audit.key")).expect("removed");
    let told = desk.run(&["audit", "verify", "--json"]).expect(1).json();
    assert!(told["witness_fault"].as_str().is_some_and(|fault| fault.contains("another audit key")), "{told}");
}
