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
            let found = photo.checks(&small, &photo.faces());
            assert_eq!(found.checks.len(), 9);
            if let Some(frame) = found.proposed {
                assert!(photo.cropped(frame).is_ok(), "a frame that is proposed can be used");
            }
        }
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
});
