//! Judges a photo as it would be printed: pure arithmetic on its pixels and on the faces found in it.
//!
//! The limits follow the portrait rules of ISO/IEC 19794-5 (one face, head size, position, eyes level within 8 degrees)
//! with the room that a card 23 mm wide allows; those on light and sharpness were set with pictures that are good but
//! for one thing.

use image::RgbImage;

use super::{
    CropBox, FEWEST_PIXELS,
    faces::{FoundFace, Spot},
    findings::{PhotoAdvice, PhotoCheck, PhotoSubject, Side, Verdict},
    light::{self, Grey},
};

/// Height of the head, with hair, for the distance of the eyes.
const HEAD_FOR_EYES: f32 = 3.7;
/// The same for the height of the face's box.
const HEAD_FOR_BOX: f32 = 1.42;
/// Height of the head as a part of the frame: what is proposed, and what is good.
const HEAD: f32 = 0.64;
const HEADS: std::ops::RangeInclusive<f32> = 0.45..=0.78;
/// Height of the eyes as a part of the frame: what is proposed, and what is good.
const EYES: f32 = 0.45;
const EYE_LINES: std::ops::RangeInclusive<f32> = 0.33..=0.56;
/// How far the head may be from the middle, as a part of the frame's width.
const OFF_MIDDLE: f32 = 0.10;
/// Largest angle between the eyes and the horizon.
const TILT_DEGREES: f32 = 8.0;
/// Pixels an inch below which a print looks coarse.
const FEWEST_PER_INCH: u32 = 250;

/// What was found in a photo, and where its head is.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoChecks {
    /// Every check, in the order of [`PhotoSubject::ALL`].
    pub checks: Vec<PhotoCheck>,
    /// Where the head is.
    pub head: Option<HeadPlace>,
    /// The frame around the head that is proposed, in pixels of the photo; `None` without a face.
    pub proposed: Option<CropBox>,
}

/// A head in a photo, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadPlace {
    /// Crown of the head, hair included.
    pub top: f32,
    /// Chin.
    pub bottom: f32,
    /// Left side.
    pub left: f32,
    /// Right side.
    pub right: f32,
    /// The eye on the left of the picture and the one on its right, where they were found.
    pub eyes: Option<[Spot; 2]>,
    /// Between the eyes.
    pub middle: Spot,
}

impl HeadPlace {
    /// The head of a face: from the distance of the eyes and the height of the face together, since each alone is a
    /// tenth off now and then.
    #[must_use]
    pub fn of(face: &FoundFace) -> Self {
        let by_box = HEAD_FOR_BOX * face.height;
        let height = match face.eyes {
            Some([left, right]) => {
                let apart = (right.x - left.x).hypot(right.y - left.y);
                (HEAD_FOR_EYES * apart + by_box) / 2.0
            }
            None => by_box,
        };
        let middle = face.between_eyes();
        // Eyes are half way down a head, and a head is three quarters as wide as high.
        let (half, side) = (height / 2.0, height * 0.375);
        Self {
            top: middle.y - half,
            bottom: middle.y + half,
            left: middle.x - side,
            right: middle.x + side,
            eyes: face.eyes,
            middle,
        }
    }

    /// Crown to chin.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// The frame that shows this head as a card should, of this shape and inside a photo of this size.
    #[must_use]
    pub fn proposed(&self, photo: (u32, u32), shape: (u32, u32)) -> Option<CropBox> {
        let (across, down) = (photo.0 as f32, photo.1 as f32);
        let proportion = shape.0 as f32 / shape.1.max(1) as f32;
        let height = (self.height() / HEAD).min(down).min(across / proportion).floor();
        let width = (height * proportion).floor();
        if width < FEWEST_PIXELS.0 as f32 || height < FEWEST_PIXELS.1 as f32 {
            return None;
        }
        let left = (self.middle.x - width / 2.0).clamp(0.0, across - width);
        let top = (self.middle.y - EYES * height).clamp(0.0, down - height);
        // All four lie between 0 and the photo's sides.
        Some(CropBox { left: left as u32, top: top as u32, width: width as u32, height: height as u32 })
    }
}

impl PhotoChecks {
    /// Judges the part `crop` of a photo of this size, given the faces found in the whole photo and that part as it will
    /// be printed.
    #[must_use]
    pub fn of(photo: (u32, u32), crop: CropBox, printed: &RgbImage, faces: &[FoundFace]) -> Self {
        let frame = Frame { crop, printed: (printed.width(), printed.height()) };
        let inside: Vec<&FoundFace> = faces.iter().filter(|face| frame.holds(face.middle())).collect();
        // The largest face in the frame; without one, the largest of the photo can still be proposed.
        let head = inside.first().copied().or(faces.first()).map(HeadPlace::of);
        let framed = if inside.is_empty() { None } else { head };
        let face = inside.first().map(|face| frame.box_of(face));
        let grey = Grey::of(printed);
        let judge = |subject| match subject {
            PhotoSubject::OneFace => match inside.len() {
                0 => Verdict::LookAt(PhotoAdvice::NoFace),
                1 => Verdict::Good,
                count => Verdict::LookAt(PhotoAdvice::MoreFaces { count }),
            },
            PhotoSubject::HeadSize => framed.map_or(Verdict::NotJudged, |head| frame.size(&head)),
            PhotoSubject::HeadPosition => framed.map_or(Verdict::NotJudged, |head| frame.position(&head)),
            PhotoSubject::EyesLevel => framed.and_then(|head| head.eyes).map_or(Verdict::NotJudged, level),
            PhotoSubject::Sharpness => advised(light::blurred(&grey, face.as_ref())),
            PhotoSubject::Exposure => advised(light::exposure(&grey, face.as_ref())),
            PhotoSubject::Glare => {
                face.as_ref().map_or(Verdict::NotJudged, |face| advised(light::glare(printed, face)))
            }
            PhotoSubject::Background => match framed.map(|head| light::background(printed, &frame.head(&head))) {
                Some(Some(true)) => Verdict::LookAt(PhotoAdvice::BusyBackground),
                Some(Some(false)) => Verdict::Good,
                Some(None) | None => Verdict::NotJudged,
            },
            PhotoSubject::Resolution => frame.resolution(),
        };
        let checks = PhotoSubject::ALL.map(|subject| PhotoCheck { subject, verdict: judge(subject) }).to_vec();
        let proposed = head.and_then(|head| head.proposed(photo, (printed.width(), printed.height())));
        Self { checks, head, proposed }
    }

    /// What to look at.
    pub fn advice(&self) -> impl Iterator<Item = PhotoAdvice> {
        self.checks.iter().filter_map(|check| match check.verdict {
            Verdict::LookAt(advice) => Some(advice),
            Verdict::Good | Verdict::NotJudged => None,
        })
    }

    /// Subjects of what to look at.
    pub fn subjects(&self) -> impl Iterator<Item = PhotoSubject> {
        self.checks.iter().filter(|check| matches!(check.verdict, Verdict::LookAt(_))).map(|check| check.subject)
    }
}

fn advised(advice: Option<PhotoAdvice>) -> Verdict {
    advice.map_or(Verdict::Good, Verdict::LookAt)
}

fn level([left, right]: [Spot; 2]) -> Verdict {
    let degrees = (right.y - left.y).atan2(right.x - left.x).to_degrees().abs();
    if degrees <= TILT_DEGREES {
        return Verdict::Good;
    }
    Verdict::LookAt(PhotoAdvice::Tilted { degrees: degrees.round() as u32 })
}

/// The part of the photo that is printed, and its pixels in print.
struct Frame {
    crop: CropBox,
    printed: (u32, u32),
}

impl Frame {
    fn holds(&self, spot: Spot) -> bool {
        let (x, y) = self.part(spot);
        (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)
    }

    /// A place in the photo as parts of the frame.
    fn part(&self, spot: Spot) -> (f32, f32) {
        let x = (spot.x - self.crop.left as f32) / self.crop.width.max(1) as f32;
        (x, (spot.y - self.crop.top as f32) / self.crop.height.max(1) as f32)
    }

    /// A part of the photo in printed pixels: left, top, right, bottom, inside the print.
    fn area(&self, from: Spot, to: Spot) -> light::Area {
        let place = |(x, y): (f32, f32)| {
            let (width, height) = (self.printed.0 as f32, self.printed.1 as f32);
            ((x * width).clamp(0.0, width) as u32, (y * height).clamp(0.0, height) as u32)
        };
        let (from, to) = (place(self.part(from)), place(self.part(to)));
        light::Area { left: from.0, top: from.1, right: to.0, bottom: to.1 }
    }

    fn box_of(&self, face: &FoundFace) -> light::Area {
        self.area(Spot { x: face.left, y: face.top }, Spot { x: face.left + face.width, y: face.top + face.height })
    }

    fn head(&self, head: &HeadPlace) -> light::Area {
        self.area(Spot { x: head.left, y: head.top }, Spot { x: head.right, y: head.bottom })
    }

    fn size(&self, head: &HeadPlace) -> Verdict {
        let part = head.height() / self.crop.height.max(1) as f32;
        let percent = (part * 100.0).round() as u32;
        if part < *HEADS.start() {
            Verdict::LookAt(PhotoAdvice::HeadSmall { percent })
        } else if part > *HEADS.end() {
            Verdict::LookAt(PhotoAdvice::HeadLarge { percent })
        } else {
            Verdict::Good
        }
    }

    fn position(&self, head: &HeadPlace) -> Verdict {
        let (left, top) = self.part(Spot { x: head.left, y: head.top });
        let (right, bottom) = self.part(Spot { x: head.right, y: head.bottom });
        let (x, y) = self.part(head.middle);
        let off = |side| Verdict::LookAt(PhotoAdvice::HeadOff(side));
        // A head of the wrong size is told so, and not besides that it leaves the frame above and below.
        let fits = HEADS.contains(&(bottom - top));
        if fits && (left < -0.02 || right > 1.02 || top < -0.04 || bottom > 1.02) {
            Verdict::LookAt(PhotoAdvice::HeadCut)
        } else if x < 0.5 - OFF_MIDDLE {
            off(Side::Left)
        } else if x > 0.5 + OFF_MIDDLE {
            off(Side::Right)
        } else if y < *EYE_LINES.start() {
            off(Side::Up)
        } else if y > *EYE_LINES.end() {
            off(Side::Down)
        } else {
            Verdict::Good
        }
    }

    fn resolution(&self) -> Verdict {
        let pixels = u64::from(self.crop.width) * 300 / u64::from(self.printed.0.max(1));
        let pixels_per_inch = u32::try_from(pixels).unwrap_or(u32::MAX);
        if pixels_per_inch >= FEWEST_PER_INCH {
            return Verdict::Good;
        }
        Verdict::LookAt(PhotoAdvice::LowResolution { pixels_per_inch })
    }
}

#[cfg(test)]
mod tests;
