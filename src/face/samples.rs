//! Sample holders for the editor of card faces: names that are hard to set. All are invented.

use image::{Rgb, RgbImage, RgbaImage};
use time::Date;

use super::{CardFacts, FaceData, Photo, PhotoError, Purpose};
use crate::domain::Series;

/// Names from plain to the longest, one each of what tests a template: length, marks, scripts, direction.
pub const NAMES: [&str; 8] = [
    "Anna Lee",
    "Bartholomew Featherstonehaugh-Cholmondeley",
    "Maximiliana Wolfeschlegelstein-Featherstonehaugh de la Cholmondeley-Marjoribanks Montgomery",
    "Nguyễn Thị Hằng-Ǻngström Ḗlodié",
    "Олександра Ґжицька-Їжакевич",
    "محمد عبد الرحمن بن عبد العزيز",
    "שלמה בן־דוד הלוי",
    "歐陽王小明",
];

/// The face of a sample holder, whose card is known; every other one is locked.
///
/// # Errors
/// Never with the picture drawn here; the type is that of every photo.
pub fn holder(place: usize, today: Date) -> Result<FaceData, PhotoError> {
    let place = place % NAMES.len();
    let number = format!("55500000{place:04}");
    let serial = format!("C0FFEE00{place:08}");
    Ok(FaceData {
        name: NAMES[place].to_owned(),
        // Training numbers and serials of the form their types ask for; a test makes every one.
        number: number.parse().map_err(|_| PhotoError::NotAPicture)?,
        organisation: "A1B".parse().map_err(|_| PhotoError::NotAPicture)?,
        photo: Photo::from_pixels(portrait())?,
        purpose: Purpose::Training,
        card: Some(CardFacts {
            serial: serial.parse().map_err(|_| PhotoError::NotAPicture)?,
            series: Series::Series10,
            locked: place % 2 == 1,
            expires: today.replace_year(today.year() + 2).ok(),
        }),
        today,
    })
}

/// A drawn head and shoulders: nobody's face.
fn portrait() -> RgbaImage {
    const WIDE: u32 = 480;
    const HIGH: u32 = 600;
    let oval = |x: u32, y: u32, (middle, down): (f32, f32), (across, tall): (f32, f32)| {
        let (dx, dy) = ((x as f32 - middle) / across, (y as f32 - down) / tall);
        dx * dx + dy * dy <= 1.0
    };
    let picture = RgbImage::from_fn(WIDE, HIGH, |x, y| {
        Rgb(if oval(x, y, (240.0, 250.0), (115.0, 150.0)) {
            [0xC9, 0xA1, 0x86]
        } else if oval(x, y, (240.0, 620.0), (230.0, 200.0)) {
            [0x41, 0x6A, 0x8F]
        } else if oval(x, y, (240.0, 225.0), (135.0, 160.0)) {
            [0x4A, 0x3B, 0x33]
        } else {
            [0xDD, 0xE3, 0xE8]
        })
    });
    image::DynamicImage::ImageRgb8(picture).into_rgba8()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{Face, Template};

    #[test]
    fn every_sample_holder_stands_on_the_built_in_face() {
        let template = Template::nhs_care_identity().expect("built in");
        for (place, name) in NAMES.iter().enumerate() {
            let data = holder(place, time::macros::date!(2026 - 11 - 26)).expect("a sample");
            Face::compose(&template, &data).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
