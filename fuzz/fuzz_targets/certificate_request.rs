//! Any bytes as a certificate request, as the gateway takes it from a desk.
#![no_main]

use cardwright::gateway::CardKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = CardKey::from_request(bytes) {
        assert!(!key.spki().is_empty());
    }
    let _ = CardKey::from_certificate(bytes);
});
