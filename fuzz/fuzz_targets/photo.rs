//! Any bytes as a photo file: decoded, cut to shape, made small, and looked at.
#![no_main]

use cardwright::face::Photo;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Photo::decode(bytes) {
        Ok(photo) => {
            let crop = photo.crop_for(35, 45);
            let photo = photo.cropped(crop).expect("it lies inside");
            let small = photo.scaled(35, 45).expect("a small picture");
            drop(photo.advice(&small));
        }
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
});
