//! A disk without room: a small memory disk of our own, in a namespace of our own, so that no right beyond a plain
//! account's is needed and nothing outside is touched.

use std::{env, fs, process::Command};

use cardwright::printer::spool::{FileSpool, Spool, SpoolError};

/// Names the folder of the small disk to the second run of this program.
const FOLDER: &str = "CARDWRIGHT_TEST_SMALL_DISK";

#[test]
fn a_full_disk_is_named_and_keeps_the_job_before() {
    if let Some(folder) = env::var_os(FOLDER) {
        let path = std::path::Path::new(&folder).join("job.prn");
        let mut spool = FileSpool::new(&path);
        spool.send(&[1; 1000]).unwrap();
        let error = spool.send(&[2; 1_000_000]).unwrap_err();
        assert!(matches!(error, SpoolError::DiskFull { .. }), "{error}");
        assert!(error.to_string().contains("make room"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), [1; 1000]);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "half a job was left behind");
        println!("the small disk was full");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=64k,mode=777 tmpfs \"$0\" && exec \"$@\"";
    let test = "disk_full::a_full_disk_is_named_and_keeps_the_job_before";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", mount])
        .arg(folder.path())
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("the small disk was full"), "{said}");
}
