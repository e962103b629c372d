//! Draws the twelve training portraits: invented faces, so that no real person's photo is ever in the tree.
//!
//! `cargo run --example draw_training_portraits [FOLDER]` writes `photo-01.jpg` to `photo-12.jpg` (600 x 750 pixels,
//! JPEG) into FOLDER, by default `assets/training/photos`. The same bytes come out at every run. The twelfth is stored
//! lying on its side with an EXIF orientation, as telephones do, so that training exercises that path too.

use std::{error::Error, fs, path::PathBuf};

use image::{ExtendedColorType, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use tiny_skia::Pixmap;

mod brush;
mod canvas;
mod hair;
mod people;

use canvas::Canvas;
use people::{PEOPLE, Person};

const WIDTH: u32 = 600;
const HEIGHT: u32 = 750;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("assets/training/photos"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    for (index, person) in PEOPLE.iter().enumerate() {
        let number = index + 1;
        let mut photo = grain(&draw(person)?, number as u32);
        let turned = number == PEOPLE.len();
        if turned {
            photo = imageops::rotate270(&photo);
        }
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
        if turned {
            encoder.set_exif_metadata(ORIENTATION_TURN_CLOCKWISE.to_vec())?;
        }
        encoder.write_image(photo.as_raw(), photo.width(), photo.height(), ExtendedColorType::Rgb8)?;
        let file = folder.join(format!("photo-{number:02}.jpg"));
        println!("{} {} bytes", file.display(), jpeg.len());
        fs::write(file, jpeg)?;
    }
    Ok(())
}

/// A TIFF header with one tag: 0x0112 orientation = 6, "turn 90 degrees clockwise to show" (EXIF 2.3 section 4.6.4 A).
const ORIENTATION_TURN_CLOCKWISE: [u8; 26] =
    [b'I', b'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];

/// A little film grain, the same at every run, so that the picture behaves like a photo when it is sharpened or measured.
fn grain(picture: &Pixmap, seed: u32) -> RgbImage {
    let mut state = seed.wrapping_mul(0x9E37_79B9) | 1;
    let mut out = RgbImage::new(WIDTH, HEIGHT);
    for (pixel, source) in out.pixels_mut().zip(picture.pixels()) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let noise = (state % 9) as i32 - 4;
        let mix = |channel: u8| (i32::from(channel) + noise / 2).clamp(0, 255) as u8;
        pixel.0 = [mix(source.red()), mix(source.green()), mix(source.blue())];
    }
    out
}

fn draw(person: &Person) -> Result<Pixmap, Box<dyn Error>> {
    let mut canvas = Canvas { pixels: Pixmap::new(WIDTH, HEIGHT).ok_or("no canvas")?, breadth: person.breadth };
    canvas.backdrop(person.backdrop);
    canvas.hair_behind(person);
    canvas.neck_and_clothes(person);
    canvas.head(person);
    canvas.features(person);
    canvas.beard(person);
    canvas.mouth(person);
    canvas.hair_in_front(person);
    if person.glasses {
        canvas.glasses();
    }
    Ok(canvas.pixels)
}
