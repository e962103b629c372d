//! Drawn portraits, good but for one thing each.

use image::{
    DynamicImage, Rgb, RgbImage,
    imageops::{self, FilterType},
};

use super::{
    super::faces::{self, FoundFace},
    *,
};

/// Pixels of the photo on the card.
const PRINTED: (u32, u32) = (279, 348);

fn training(number: u32) -> RgbImage {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/training/photos");
    let photo = image::open(folder.join(format!("photo-{number:02}.jpg"))).expect("a training photo").into_rgb8();
    // The twelfth lies on its side in its file.
    if photo.width() > photo.height() { imageops::rotate90(&photo) } else { photo }
}

/// As the card takes it without a frame of the officer's: the largest part of the shape.
fn largest(photo: &RgbImage) -> CropBox {
    let width = (photo.height() * PRINTED.0 / PRINTED.1).min(photo.width());
    let height = (width * PRINTED.1 / PRINTED.0).min(photo.height());
    CropBox { left: (photo.width() - width) / 2, top: (photo.height() - height) / 3, width, height }
}

fn checks(photo: &RgbImage, crop: CropBox) -> PhotoChecks {
    checks_with(photo, crop, &faces::find(photo))
}

fn checks_with(photo: &RgbImage, crop: CropBox, faces: &[FoundFace]) -> PhotoChecks {
    let part = DynamicImage::ImageRgb8(photo.clone()).crop_imm(crop.left, crop.top, crop.width, crop.height);
    let printed = resized(&part.into_rgb8(), PRINTED.0, PRINTED.1);
    PhotoChecks::of(photo.dimensions(), crop, &printed, faces)
}

/// By the crate's own code, which is optimised in development builds too.
fn resized(photo: &RgbImage, width: u32, height: u32) -> RgbImage {
    DynamicImage::ImageRgb8(photo.clone()).resize_exact(width, height, FilterType::CatmullRom).into_rgb8()
}

fn advice(photo: &RgbImage) -> Vec<PhotoAdvice> {
    checks(photo, largest(photo)).advice().collect()
}

/// Every pixel by way of this function of its place and colour.
fn each(photo: &RgbImage, change: impl Fn(u32, u32, f32) -> f32) -> RgbImage {
    RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        Rgb(photo.get_pixel(x, y).0.map(|value| change(x, y, f32::from(value)).clamp(0.0, 255.0) as u8))
    })
}

/// Turned to the left by an angle around the middle; the edge is drawn out where nothing was.
fn leaning(photo: &RgbImage, degrees: f32) -> RgbImage {
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let (sin, cos) = degrees.to_radians().sin_cos();
    RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        let (x, y) = (x as f32 - width / 2.0, y as f32 - height / 2.0);
        let from = (x * cos - y * sin + width / 2.0, x * sin + y * cos + height / 2.0);
        let place = |at: f32, most: f32| (at.clamp(0.0, most - 2.0), at.clamp(0.0, most - 2.0).fract());
        let ((left, right_part), (top, bottom_part)) = (place(from.0, width), place(from.1, height));
        let value =
            |dx: u32, dy: u32, channel: usize| f32::from(photo.get_pixel(left as u32 + dx, top as u32 + dy).0[channel]);
        Rgb(std::array::from_fn(|channel| {
            let above = value(0, 0, channel) * (1.0 - right_part) + value(1, 0, channel) * right_part;
            let below = value(0, 1, channel) * (1.0 - right_part) + value(1, 1, channel) * right_part;
            (above * (1.0 - bottom_part) + below * bottom_part).round() as u8
        }))
    })
}

/// The photo set smaller into a plain wall of the colour of its corner.
fn set_back(photo: &RgbImage, part: f32, (across, down): (f32, f32)) -> RgbImage {
    let (width, height) = photo.dimensions();
    let mut wall = RgbImage::from_pixel(width, height, *photo.get_pixel(2, 2));
    let small = resized(photo, (width as f32 * part) as u32, (height as f32 * part) as u32);
    // The ragged edge of the smaller picture's own wall is washed into the new one.
    let blend = RgbImage::from_fn(small.width(), small.height(), |x, y| {
        let edge = x.min(small.width() - 1 - x).min(y).min(60) as f32 / 60.0;
        let (from, to) = (wall.get_pixel(0, 0).0, small.get_pixel(x, y).0);
        Rgb(std::array::from_fn(|channel| {
            (f32::from(from[channel]) * (1.0 - edge) + f32::from(to[channel]) * edge) as u8
        }))
    });
    imageops::replace(&mut wall, &blend, (width as f32 * across) as i64, (height as f32 * down) as i64);
    wall
}

#[test]
fn every_training_photo_is_good_and_its_eyes_are_found_where_they_were_drawn() {
    for number in 1..=12 {
        let photo = training(number);
        let found = checks(&photo, largest(&photo));
        let judged: Vec<_> = found.checks.iter().map(|check| (check.subject, check.verdict)).collect();
        assert_eq!(judged, PhotoSubject::ALL.map(|subject| (subject, Verdict::Good)), "photo {number}");
        // Drawn at 243 and 357 of 600 across, 337 of 750 down.
        let [left, right] = found.head.and_then(|head| head.eyes).expect("eyes");
        for (eye, x) in [(left, 243.0), (right, 357.0)] {
            assert!((eye.x - x).abs() < 12.0 && (eye.y - 337.0).abs() < 12.0, "photo {number}: {eye:?}");
        }
    }
}

#[test]
fn each_check_fails_alone_on_a_photo_with_that_fault_alone() {
    let good = training(5);
    let blurred = DynamicImage::ImageRgb8(good.clone()).blur(7.0).into_rgb8();
    let dark = each(&good, |_, _, value| value * 0.38);
    let bright = each(&good, |_, _, value| value * 1.5 + 45.0);
    let one_sided = each(&good, |x, _, value| if x > 300 { value * 0.4 } else { value });
    let glare = each(&good, |x, y, value| {
        let lens = [(240.0, 340.0), (360.0, 340.0)];
        let near = lens.iter().any(|(cx, cy)| (x as f32 - cx).hypot(y as f32 - cy) < 26.0);
        if near { 255.0 } else { value }
    });
    let busy = each(&good, |x, y, value| {
        let wall = y < 550 && (!(130..470).contains(&x) || y < 100);
        if wall && (x / 25 + y / 25) % 2 == 0 { value - 90.0 } else { value }
    });
    for (photo, wanted) in [
        (&blurred, PhotoAdvice::Blurred),
        (&dark, PhotoAdvice::Dark),
        (&bright, PhotoAdvice::Bright),
        (&one_sided, PhotoAdvice::OneSided),
        (&glare, PhotoAdvice::Glare),
        (&busy, PhotoAdvice::BusyBackground),
    ] {
        assert_eq!(advice(photo), [wanted]);
    }
    // The face is where it was: whether it is still found in so little contrast is not asked here.
    let flat = each(&good, |_, _, value| value * 0.2 + 110.0);
    let faces = faces::find(&good);
    let told: Vec<_> = checks_with(&flat, largest(&flat), &faces).advice().collect();
    assert_eq!(told, [PhotoAdvice::Flat]);
    let few = resized(&good, 200, 250);
    assert_eq!(advice(&few), [PhotoAdvice::LowResolution { pixels_per_inch: 215 }]);
}

#[test]
fn a_head_that_leans_is_told_by_how_much() {
    for degrees in [12.0, 18.0, -12.0, -18.0] {
        let told = advice(&leaning(&training(1), degrees));
        let [PhotoAdvice::Tilted { degrees: told }] = told[..] else { panic!("{degrees}: {told:?}") };
        assert!((told as f32 - degrees.abs()).abs() <= 3.0, "{degrees} degrees are told as {told}");
    }
    assert_eq!(advice(&leaning(&training(1), 4.0)), [], "a little lean is no fault");
}

#[test]
fn a_head_of_the_wrong_size_or_in_the_wrong_place_is_told_so_and_the_proposed_frame_mends_it() {
    // Twice the pixels, so that a closer frame still has enough of them.
    let good = resized(&training(7), 1200, 1500);
    let small = set_back(&good, 0.6, (0.2, 0.13));
    assert!(matches!(advice(&small)[..], [PhotoAdvice::HeadSmall { percent: 28..=40 }]), "{:?}", advice(&small));
    let aside = set_back(&good, 0.85, (-0.1, 0.05));
    assert_eq!(advice(&aside), [PhotoAdvice::HeadOff(Side::Left)]);
    let low = set_back(&good, 0.85, (0.075, 0.25));
    assert_eq!(advice(&low), [PhotoAdvice::HeadOff(Side::Down)]);
    let other_side = set_back(&good, 0.85, (0.25, 0.05));
    assert_eq!(advice(&other_side), [PhotoAdvice::HeadOff(Side::Right)]);
    let high = set_back(&good, 0.85, (0.075, -0.08));
    assert_eq!(advice(&high), [PhotoAdvice::HeadOff(Side::Up)]);
    for photo in [&small, &aside, &low, &other_side, &high] {
        let proposed = checks(photo, largest(photo)).proposed.expect("a frame");
        assert!(proposed.left + proposed.width <= 1200 && proposed.top + proposed.height <= 1500);
        let mended: Vec<_> = checks(photo, proposed).advice().collect();
        assert_eq!(mended, [], "{proposed:?}");
    }
    let large = CropBox { left: 330, top: 380, width: 560, height: 698 };
    let told: Vec<_> = checks(&good, large).subjects().collect();
    assert_eq!(told, [PhotoSubject::HeadSize]);
    let cut = CropBox { left: 0, top: 310, width: 920, height: 1147 };
    let found = checks(&good, cut);
    assert_eq!(found.subjects().collect::<Vec<_>>(), [PhotoSubject::HeadPosition]);
    assert_eq!(found.advice().collect::<Vec<_>>(), [PhotoAdvice::HeadCut]);
}

#[test]
fn the_words_say_what_is_wrong_and_what_to_do() {
    for (advice, wrong, remedy) in [
        (PhotoAdvice::Flat, "little contrast", "may look flat on the card: take it again with more light"),
        (PhotoAdvice::HeadCut, "Part of the head is outside the frame", "Move the frame, or take the photo again"),
        (PhotoAdvice::HeadOff(Side::Left), "too far to the left", "Move the frame to the left"),
        (PhotoAdvice::HeadOff(Side::Right), "too far to the right", "Move the frame to the right"),
        (PhotoAdvice::HeadOff(Side::Up), "too far up", "Move the frame up"),
        (PhotoAdvice::HeadOff(Side::Down), "too far down", "Move the frame down"),
    ] {
        let words = advice.to_string();
        assert!(words.contains(wrong) && words.contains(remedy), "{words}");
    }
}

#[test]
fn nobody_and_two_people_are_told() {
    let wall = RgbImage::from_fn(600, 750, |x, y| Rgb([(90 + x / 5) as u8, (60 + y / 6) as u8, 120]));
    assert!(advice(&wall).contains(&PhotoAdvice::NoFace));
    assert!(checks(&wall, largest(&wall)).proposed.is_none());
    // Another head looks in from below, where it is no background.
    let mut two = training(1);
    let other = imageops::crop_imm(&training(7), 120, 100, 360, 460).to_image();
    let other = resized(&other, 180, 230);
    imageops::replace(&mut two, &other, 5, 515);
    assert_eq!(advice(&two), [PhotoAdvice::MoreFaces { count: 2 }]);
    // Where the frame leaves the other out, there is one.
    let closer = CropBox { left: 120, top: 60, width: 440, height: 549 };
    let told: Vec<_> = checks(&two, closer).subjects().collect();
    assert!(!told.contains(&PhotoSubject::OneFace), "{told:?}");
}

#[test]
fn what_cannot_be_judged_is_said_to_be_so() {
    let photo = training(2);
    let faces: Vec<FoundFace> = faces::find(&photo).into_iter().map(|face| FoundFace { eyes: None, ..face }).collect();
    let verdict = |found: &PhotoChecks, subject| {
        found.checks.iter().find(|check| check.subject == subject).map(|check| check.verdict)
    };
    let found = checks_with(&photo, largest(&photo), &faces);
    assert_eq!(verdict(&found, PhotoSubject::EyesLevel), Some(Verdict::NotJudged));
    assert_eq!(verdict(&found, PhotoSubject::HeadSize), Some(Verdict::Good));
    let found = checks_with(&photo, largest(&photo), &[]);
    for subject in [PhotoSubject::HeadSize, PhotoSubject::HeadPosition, PhotoSubject::Glare, PhotoSubject::Background] {
        assert_eq!(verdict(&found, subject), Some(Verdict::NotJudged), "{subject}");
    }
}
