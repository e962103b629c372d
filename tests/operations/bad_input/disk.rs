//! A disk without room, for the journal and for the print spool: a small memory disk of our own, in a namespace of our
//! own, so that no right beyond a plain account's is needed and nothing outside is touched.

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use cardwright::{
    cis2::wire::PrintOutcome,
    journal::Journal,
    operations::{Ending, OperationError, Resumption, Standing, issue::PasscodeChoice::ChosenByHolder},
};

use super::refused;
use crate::{
    desk::{self, Make, READER, TestDesk},
    printing::{configured, issued, prepare},
    promise::{self, Ended, GatewayRecord},
};

/// Names the folder of the small disk to the second run of this program.
const FOLDER: &str = "CARDWRIGHT_TEST_SMALL_DISK";
/// What the second run says at its end.
const PROVED: &str = "proved on the small disk";

/// Runs the rest of a test in a process that has a small disk.
fn on_a_small_disk(test: &str, proof: impl FnOnce(&Path)) {
    if let Some(folder) = env::var_os(FOLDER) {
        proof(Path::new(&folder));
        println!("{PROVED}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mount = "mount -t tmpfs -o size=768k,mode=777 tmpfs \"$0\" && exec \"$@\"";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", mount])
        .arg(folder.path())
        .arg(env::current_exe().expect("this program"))
        .args(["--exact", &format!("bad_input::disk::{test}"), "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .expect("unshare is there");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains(PROVED), "{said}");
}

/// Fills the disk to its last byte; removing the file makes room again.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("filler");
    let mut file = File::create(&path).expect("a new file takes no room");
    for size in [4096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    path
}

#[test]
fn a_journal_without_room_begins_nothing() {
    on_a_small_disk("a_journal_without_room_begins_nothing", |small| {
        let mut bench = TestDesk::new();
        bench.journal = Journal::open(small).expect("a journal");
        let readers = desk::card(Make::Virtual, 1);
        let filler = fill(small);
        let attempt = || desk::issue(&bench.desk(&*readers), desk::holder(1), ChosenByHolder);
        let words = ["journal cannot be written", "no card was changed", "free some disk space", "then try again"];
        let error = refused(&bench, Some(&*readers), &words, attempt);
        assert_eq!(error.standing(), Standing::Unchanged);
        fs::remove_file(filler).expect("removed");
        assert_eq!(attempt().expect("prepared").ending, Ending::Done);
    });
}

/// The disk fills up while the card is in work: the job stops on record, and goes back once there is room.
#[test]
fn a_journal_that_runs_out_of_room_stops_the_job_on_record() {
    on_a_small_disk("a_journal_that_runs_out_of_room_stops_the_job_on_record", |small| {
        let mut bench = TestDesk::new();
        let (writes, disk) = (AtomicU32::new(0), small.to_owned());
        // Both moments of each write are counted; by the thirtieth, the card has keys.
        let fill_once = move |_| {
            if writes.fetch_add(1, Ordering::Relaxed) == 40 {
                fill(&disk);
            }
        };
        bench.journal = desk::observed_journal(small, Box::new(fill_once));
        let readers = desk::card(Make::Virtual, 1);
        let workplace = bench.desk(&*readers);
        let error = desk::issue(&workplace, desk::holder(1), ChosenByHolder).expect_err("the disk is full");
        assert!(matches!(error, OperationError::Journal(_)), "{error}");
        assert_eq!(error.standing(), Standing::Unfinished, "{error}");
        for word in ["stays on record", "free some disk space", "then resume"] {
            assert!(error.to_string().contains(word), "{error}");
        }
        fs::remove_file(small.join("filler")).expect("removed");
        let resumed = desk::resume(&workplace);
        assert!(matches!(resumed.as_slice(), [only] if matches!(only.resumption, Resumption::Undone { .. })));
        let serial = desk::serial(Make::Virtual, 1);
        let ended = promise::held(&bench.gateway_data(), &*readers, READER, &serial, "after a full disk");
        assert_eq!(ended, Ended::Blank);
        assert_eq!(bench.journal.broken_at().expect("reads"), None);
    });
}

#[test]
fn a_print_file_without_room_is_on_record_as_not_printed() {
    on_a_small_disk("a_print_file_without_room_is_on_record_as_not_printed", |small| {
        let bench = TestDesk::new();
        let readers = issued(&bench, 1);
        let workplace = bench.desk(&*readers);
        let file = small.join("job.prn");
        let printer = configured("magicard-doh-300-v2", &format!("file:{}", file.display()));
        let preflight = prepare(&workplace, 1, &printer, 0).expect("prepared");
        fill(small);
        let report = workplace.print(preflight, &mut |_| {}).expect("begun");
        assert_eq!(report.outcome, Some(PrintOutcome::NotPrinted));
        let Ending::Undone { why, by_policy: false, .. } = report.ending else { panic!("{:?}", report.ending) };
        for word in ["the disk is full", "no half of it was left behind", "make room there", "print again"] {
            assert!(why.contains(word), "{why}");
        }
        let record = GatewayRecord::open(&bench.gateway_data());
        let outcomes: Vec<_> =
            record.prints(report.plan.job.as_str()).into_iter().map(|(outcome, _)| outcome).collect();
        assert_eq!(outcomes, ["starting", "not-printed"]);
        assert!(bench.journal.open_jobs().expect("reads").is_empty());
        assert!(!file.exists(), "half a job was left behind");
    });
}
