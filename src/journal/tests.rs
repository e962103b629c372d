use serde_json::json;

use super::*;

fn job(n: u8) -> JobId {
    JobId::from_random([n; 16])
}

#[test]
fn what_was_written_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("a folder");
    {
        let journal = Journal::open(folder.path()).expect("opens");
        journal.begin(&job(1), Operation::Issue, &json!({"holder": "555000000017"})).expect("begins");
        journal.intend(&job(1), &json!("reserve")).expect("writes");
        journal.outcome(&job(1), &json!("reserved")).expect("writes");
        journal.intend(&job(1), &json!("witness")).expect("writes");
        journal.begin(&job(2), Operation::Print, &json!({})).expect("begins");
        journal.close(&job(2), JobState::Done).expect("closes");
    }
    let journal = Journal::open(folder.path()).expect("opens again");
    let open = journal.open_jobs().expect("reads");
    assert_eq!(open.len(), 1);
    assert_eq!((&open[0].job, open[0].operation), (&job(1), Operation::Issue));
    let entries = journal.entries(&job(1)).expect("reads");
    let expected =
        [Entry::Intended(json!("reserve")), Entry::Outcome(json!("reserved")), Entry::Intended(json!("witness"))];
    assert_eq!(entries, expected);
    assert_eq!(journal.broken_at().expect("reads"), None);
}

#[test]
fn a_changed_row_shows() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(folder.path()).expect("opens");
    journal.begin(&job(1), Operation::Issue, &json!({})).expect("begins");
    journal.intend(&job(1), &json!("reserve")).expect("writes");
    journal.outcome(&job(1), &json!("reserved")).expect("writes");
    let forger = Connection::open(folder.path().join("journal.sqlite")).expect("opens");
    let refused = forger.execute("UPDATE entries SET body = '\"x\"' WHERE sequence = 2", []);
    assert!(refused.is_err(), "the trigger refuses");
    forger
        .execute_batch("DROP TRIGGER entries_stay; UPDATE entries SET body = '\"x\"' WHERE sequence = 2")
        .expect("forges");
    assert_eq!(journal.broken_at().expect("reads"), Some(2));
}

#[test]
fn one_process_has_a_job_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (Journal::open(folder.path()).expect("opens"), Journal::open(folder.path()).expect("opens"));
    let claim = one.claim(&job(1)).expect("free");
    assert!(matches!(other.claim(&job(1)), Err(JournalError::InUse(_))));
    other.claim(&job(2)).expect("another job is free");
    drop(claim);
    other.claim(&job(1)).expect("free again");
}
