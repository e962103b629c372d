//! Whole operations over real parts: the gateway over HTTP, the journal on disk, and cards of both makes.

/// A figure for the report. The test runner hides what a passing test prints; these lines are the point of the test.
macro_rules! report {
    ($($words:tt)*) => {{
        use std::io::Write;
        let line = format!($($words)*);
        writeln!(std::io::stderr(), "report: {line}").expect("standard error is open");
    }};
}
pub(crate) use report;

mod authenticate;
mod bad_input;
mod budget;
mod cuts;
mod desk;
#[allow(dead_code, reason = "each test program uses its own part of it")]
#[path = "../gateway/faulty_proxy.rs"]
mod faulty_proxy;
mod foreign_card;
mod gateway_faults;
mod held_keys;
mod in_printer;
mod in_use;
mod kills;
mod nhs_codes;
mod old_card;
mod printing;
mod promise;
mod self_service;
mod take_over;
mod tearing;
mod telephone;
mod unfinished;
