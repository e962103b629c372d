//! Any bytes as the answer of a print queue (IPP). The parser that is used counts on lengths inside of values being true and
//! panics otherwise, which is caught and told as an answer that cannot be read.
#![no_main]

use cardwright::printer::spool::readable_answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // libFuzzer's own hook ends the process at a panic that is going to be caught, and the usual one prints a trace for
    // each, which takes longer than all the rest.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        if let Err(fault) = readable_answer(bytes.to_vec()) {
            assert!(!fault.is_empty());
        }
    }
);
