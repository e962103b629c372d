//! Any bytes as an answer to reset, taken apart and compared with every pattern of the bundled profiles.
#![no_main]

use cardwright::card::{
    atr::Atr,
    profile::{Evidence, Profiles},
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static PROFILES: LazyLock<Profiles> = LazyLock::new(|| Profiles::bundled().expect("bundled profiles"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(atr) = Atr::parse(bytes) {
        assert!(atr.historical.len() <= 15);
    }
    for piv_answers in [false, true] {
        let _ = PROFILES.choose(Evidence { atr: bytes, piv_label: None, piv_answers, applications: &[] });
    }
});
