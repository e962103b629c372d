//! Our layout KEE against what Gutenprint's own filter makes of the same picture (`facts/magicard.md` 5.3, 8). The filter
//! writes a byte a head pixel in the order of the head, of which the printer prints the upper six bits.

use std::{path::Path, process::Command};

use cardwright::{
    face::planes::{HEIGHT, Planes, WIDTH},
    printer::profile::HeadTag,
};

use crate::{faces, independent_decoder as judge};

const DRIVER: &str = "/usr/lib/cups/driver/gutenprint.5.3";
const FILTER: &str = "/usr/lib/cups/filter/rastertogutenprint.5.3";
/// One plane of the filter: 1016 lines of 672 pixels.
const PLANE: usize = 672 * 1016;

/// A page of CUPS raster, version 3: 642 x 1016 pixels of red, green and blue. Portrait column x and row y show what the
/// landscape face has at column 1015 - y and row x, so that both come to line y of the head.
fn raster(planes: &Planes) -> Vec<u8> {
    let mut page = vec![0_u8; 1796];
    let mut put = |at: usize, value: u32| page[at..at + 4].copy_from_slice(&value.to_le_bytes());
    for (at, value) in [
        (276, 300),
        (280, 300),
        (340, 1),
        (352, 155),
        (356, 244),
        (372, HEIGHT as u32),
        (376, WIDTH as u32),
        (384, 8),
        (388, 24),
        (392, 3 * HEIGHT as u32),
        // Pixel by pixel, RGB.
        (396, 0),
        (400, 1),
        (420, 3),
        (428, 155.0_f32.to_bits()),
        (432, 244.0_f32.to_bits()),
        (444, 155.0_f32.to_bits()),
        (448, 244.0_f32.to_bits()),
    ] {
        put(at, value);
    }
    page[1732..1740].copy_from_slice(b"w155h244");
    for y in 0..WIDTH {
        for x in 0..HEIGHT {
            let at = x * WIDTH + (WIDTH - 1 - y);
            page.extend([255 - planes.cyan[at], 255 - planes.magenta[at], 255 - planes.yellow[at]]);
        }
    }
    [b"3SaR", page.as_slice()].concat()
}

/// The filter's job for this picture.
fn filtered(planes: &Planes) -> Vec<u8> {
    for program in [DRIVER, FILTER] {
        assert!(Path::new(program).exists(), "{program} is missing: install the package printer-driver-gutenprint");
    }
    let folder = tempfile::tempdir().unwrap();
    let (ppd, page) = (folder.path().join("tango.ppd"), folder.path().join("card.ras"));
    let described = Command::new(DRIVER).args(["cat", "gutenprint.5.3://magicard-tango-2e/expert"]).output().unwrap();
    assert!(described.status.success() && !described.stdout.is_empty(), "{described:?}");
    std::fs::write(&ppd, described.stdout).unwrap();
    std::fs::write(&page, raster(planes)).unwrap();
    let output = Command::new(FILTER)
        .args(["1", "user", "title", "1", "StpBlackType=Composite"])
        .arg(&page)
        .env("PPD", &ppd)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn the_same_picture_comes_to_the_same_head_pixels() {
    let mut planes = faces::noise(33);
    planes.resin.fill(0);
    let theirs = filtered(&planes);
    let ours = judge::pages(&faces::job(&planes, &faces::profile(HeadTag::Kee))).unwrap().remove(0);

    let mut compared = 0;
    for (letter, plane) in filtered_planes(&theirs) {
        for (line, pixels) in plane.chunks_exact(672).enumerate() {
            for (place, value) in pixels.iter().enumerate() {
                let head = ours.planes[&letter][line][place];
                assert_eq!(head, value >> 2, "{letter}, line {line}, head pixel {place}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 3 * PLANE);
}

/// The planes of a job that the filter made for its own backend, by their letters.
pub fn filtered_planes(job: &[u8]) -> Vec<(char, &[u8])> {
    let end = job.iter().position(|byte| *byte == 0x1c).expect("the header ends");
    let header = std::str::from_utf8(&job[66..end]).unwrap();
    assert!(header.split(',').any(|command| command == "X-GP-8"), "{header}");
    let mut rest = &job[end + 1..];
    let planes = ['B', 'G', 'R'].map(|letter| {
        let (plane, after) = rest.split_at(PLANE);
        rest = after.strip_prefix(&[0x1c, letter as u8, b':']).expect("the plane ends with its letter");
        (letter, plane)
    });
    assert_eq!(rest, &[3][..]);
    planes.into()
}
