//! A test in a process of its own: modules read their settings from the environment, which belongs to the whole process
//! and is set before it starts.

use std::{ffi::OsStr, process::Command};

/// Says that this process is the child of a test.
const CHILD: &str = "CARDWRIGHT_TEST_CHILD";

/// Whether this process is the child that does the work of a test.
pub fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs the test with this name once more, in a process with these variables; it must end well.
#[track_caller]
pub fn in_process_of_its_own(test: &str, variables: &[(&str, &OsStr)]) {
    let output = Command::new(std::env::current_exe().expect("this test program"))
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .env(CHILD, "1")
        .envs(variables.iter().copied())
        .output()
        .expect("the test program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    println!("{said}");
    assert!(said.contains("1 passed"), "the child must run exactly this test: {said}");
}
