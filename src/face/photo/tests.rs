use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

fn training(number: u32) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/training/photos");
    std::fs::read(folder.join(format!("photo-{number:02}.jpg"))).expect("training photo")
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

#[test]
fn every_training_photo_is_upright() {
    for number in 1..=12 {
        let photo = Photo::decode(&training(number)).expect("sound");
        assert_eq!((photo.width(), photo.height()), (600, 750), "photo {number} is upright");
    }
}

#[test]
fn the_exif_orientation_is_obeyed() {
    // The twelfth lies on its side in the file: dark hair above, jacket below, once it is turned.
    let photo = Photo::decode(&training(12)).expect("sound");
    let scaled = photo.scaled(200, 250).expect("scales");
    let bright = |x: u32, y: u32| scaled.get_pixel(x, y).0.iter().map(|channel| u32::from(*channel)).sum::<u32>();
    assert!(bright(100, 45) < 200, "hair at the top: {}", bright(100, 45));
    assert!(bright(10, 10) > 500 && bright(190, 10) > 500, "backdrop in both upper corners");
    assert!(bright(40, 245) < 350 && bright(160, 245) < 350, "jacket at the bottom");
}

#[test]
fn what_is_no_photo_is_refused_by_name() {
    assert_eq!(Photo::decode(b""), Err(PhotoError::NotAPicture));
    assert_eq!(Photo::decode(b"%PDF-1.7 and more"), Err(PhotoError::NotAPicture));
    assert_eq!(Photo::decode(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"), Err(PhotoError::NotAPicture));
    let small = encoded(RgbImage::new(60, 75), ImageFormat::Png);
    assert_eq!(Photo::decode(&small), Err(PhotoError::TooSmall { width: 60, height: 75 }));
    let whole = training(1);
    for cut in [3, 20, 300, whole.len() / 2, whole.len() - 2] {
        assert!(
            matches!(Photo::decode(&whole[..cut]), Err(PhotoError::Damaged { .. } | PhotoError::NotAPicture)),
            "cut at {cut}"
        );
    }
    let png = encoded(RgbImage::new(120, 150), ImageFormat::Png);
    assert!(matches!(Photo::decode(&png[..png.len() / 2]), Err(PhotoError::Damaged { .. })));
}

/// A PNG header that promises this many pixels, and nothing behind it but a checksum that fits.
fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(RgbImage::new(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let mut checksum = u32::MAX;
    for byte in &png[12..29] {
        checksum ^= u32::from(*byte);
        for _ in 0..8 {
            checksum = (checksum >> 1) ^ (0xEDB8_8320 & (checksum & 1).wrapping_neg());
        }
    }
    png[29..33].copy_from_slice(&(!checksum).to_be_bytes());
    png
}

#[test]
fn sixty_megapixels_are_refused_by_the_header_alone() {
    let refused = Photo::decode(&png_that_claims(10_000, 6_000));
    assert_eq!(refused, Err(PhotoError::TooManyPixels { width: 10_000, height: 6_000 }));
    // One row less is judged by its pixels, which are missing.
    assert!(matches!(Photo::decode(&png_that_claims(10_000, 5_999)), Err(PhotoError::Damaged { .. })));
    // The same in the frame header of a JPEG (FF C0, length, precision, height, width).
    let mut jpeg = training(1);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a baseline frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]);
    assert_eq!(Photo::decode(&jpeg), Err(PhotoError::TooManyPixels { width: 10_000, height: 10_000 }));
}

#[test]
fn a_transparent_photo_stands_on_white() {
    let png = encoded(RgbaImage::from_pixel(120, 150, Rgba([200, 0, 0, 128])), ImageFormat::Png);
    let scaled = Photo::decode(&png).expect("sound").scaled(100, 125).expect("scales");
    assert_eq!(scaled.get_pixel(50, 60), &Rgb([227, 127, 127]));
}

#[test]
fn crops_keep_the_shape_and_stay_inside() {
    let photo = |width, height| Photo::decode(&encoded(RgbImage::new(width, height), ImageFormat::Png)).expect("sound");
    assert_eq!(photo(1000, 500).crop_for(4, 5), CropBox { left: 300, top: 0, width: 400, height: 500 });
    // A tall photo loses twice as much below as above.
    assert_eq!(photo(400, 800).crop_for(4, 5), CropBox { left: 0, top: 100, width: 400, height: 500 });
    let chosen = photo(1000, 1000).cropped(CropBox { left: 500, top: 200, width: 400, height: 500 }).expect("inside");
    assert_eq!(chosen.crop_for(4, 5), CropBox { left: 500, top: 200, width: 400, height: 500 });
    let outside = CropBox { left: u32::MAX, top: 0, width: 400, height: 500 };
    assert_eq!(photo(1000, 1000).cropped(outside).err(), Some(PhotoError::CropOutside));
    assert!(photo(2000, 130).scaled(279, 348).is_ok());
}

#[test]
fn the_chip_gets_a_jpeg_that_fits() {
    let photo = Photo::decode(&training(5)).expect("sound");
    for most in [64_000, 12_710, 5_000, 2_500] {
        let jpeg = photo.facial_image(most).expect("fits");
        assert!(jpeg.len() <= most, "{} of {most}", jpeg.len());
        let again = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).expect("a JPEG");
        assert_eq!(again.width() * 5, again.height() * 4);
    }
    assert!(matches!(photo.facial_image(100), Err(PhotoError::DoesNotFitChip { allowed: 100, .. })));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_damage_to_a_photo_ends_in_a_panic(places in proptest::collection::vec((0usize..57_000, proptest::num::u8::ANY), 1..12)) {
        let mut bytes = training(1);
        for (at, byte) in places {
            // Half of the damage goes to the headers, where it matters most.
            let at = if at % 2 == 0 { at % 700 } else { at };
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        if let Ok(photo) = Photo::decode(&bytes) {
            proptest::prop_assert!(u64::from(photo.width()) * u64::from(photo.height()) < PHOTO_PIXELS_REFUSED);
        }
    }
}
