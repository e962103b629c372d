//! Who may put a print on record.

use cardwright::{
    cis2::{
        Service,
        wire::{PrintOutcome, PrintRecord},
    },
    domain::{JobId, Series},
};

use crate::desk::{self, Chip, ID_CHECKER, RA_AGENT, RA_MANAGER, SIAN, STANISLAW};

pub fn told(job: &JobId, holder: &str, outcome: PrintOutcome) -> PrintRecord {
    PrintRecord {
        job: job.clone(),
        holder: desk::holder(holder),
        series: Series::Series10,
        printer_model: "magicard-doh-300-v2".to_owned(),
        job_sha256: "00".to_owned(),
        outcome,
        client_software: desk::reserve_request(job, holder, &desk::serial(9)).client_software,
        reprint_reason: None,
    }
}

#[test]
fn an_outcome_is_taken_only_of_a_print_that_was_allowed_to_start() {
    use PrintOutcome::{NotPrinted, Printed, Starting, Uncertain};
    let site = desk::site();
    let url = site.gateway.url();
    let (agent, chip) = (desk::sign_in(&url, RA_AGENT), Chip::new(9));
    chip.issue(&agent, &desk::job(), SIAN);
    let record =
        |service: &dyn Service, key: &str, record: &PrintRecord| service.record_print(&chip.serial, key, record);
    let refused = |result| desk::problem(result).kind;

    let job = desk::job();
    let checker = desk::sign_in(&url, ID_CHECKER);
    for outcome in [Printed, Uncertain, NotPrinted] {
        let key = format!("foreign-{outcome:?}");
        assert_eq!(refused(record(&checker, &key, &told(&job, STANISLAW, outcome))), "wrong-holder");
    }
    assert_eq!(refused(record(&checker, "no-start", &told(&job, SIAN, Printed))), "wrong-state");
    assert_eq!(refused(record(&checker, "no-start-2", &told(&job, SIAN, Uncertain))), "wrong-state");
    // A start that never arrived is told as not printed, and leaves no row.
    record(&agent, "never-began", &told(&desk::job(), SIAN, NotPrinted)).expect("taken");

    record(&agent, "start", &told(&job, SIAN, Starting)).expect("started");
    assert_eq!(refused(record(&checker, "not-theirs", &told(&job, SIAN, Printed))), "refused");
    assert_eq!(refused(record(&agent, "other-job", &told(&desk::job(), SIAN, Printed))), "wrong-state");
    record(&agent, "end", &told(&job, SIAN, Printed)).expect("recorded");

    // A colleague with the right role finishes what the agent began.
    let second = desk::job();
    record(&agent, "start-2", &told(&second, SIAN, Starting)).expect("started");
    record(&desk::sign_in(&url, RA_MANAGER), "end-2", &told(&second, SIAN, Uncertain)).expect("recorded");

    // A reprint says why, and whoever reads the audit sees it.
    let third = desk::job();
    let again = PrintRecord { reprint_reason: Some("the ribbon creased".to_owned()), ..told(&third, SIAN, Starting) };
    record(&agent, "start-3", &again).expect("started");
    let wordy = PrintRecord { reprint_reason: Some("x".repeat(201)), ..again };
    assert_eq!(refused(record(&agent, "start-4", &wordy)), "malformed");
    let newest = agent.audit_before(None, 1).expect("the audit").remove(0);
    assert_eq!(newest.detail["reprint_reason"], "the ribbon creased");

    let rows = agent.audit(0, 1000).expect("the audit");
    let recorded: Vec<&str> = rows
        .iter()
        .filter(|row| row.event == "print.recorded")
        .filter_map(|row| row.detail["outcome"].as_str())
        .collect();
    assert_eq!(recorded, ["starting", "printed", "starting", "uncertain", "starting"]);
}
