//! Our layout KEE against what Gutenprint's own filter makes of the same picture (`facts/magicard.md` 5.3, 8). The filter
//! writes a byte a head pixel in the order of the head, of which the printer prints the upper six bits.

use std::{path::Path, process::Command};

#[cfg(target_os = "linux")]
use cardwright::printer::decoder::decode;
use cardwright::{
    face::planes::{HEIGHT, Planes, WIDTH},
    printer::profile::HeadTag,
};

use crate::{faces, independent_decoder as judge};
#[cfg(target_os = "linux")]
use crate::{gutenprint, inspect::inspect};

const DRIVER: &str = "/usr/lib/cups/driver/gutenprint.5.3";
const FILTER: &str = "/usr/lib/cups/filter/rastertogutenprint.5.3";
#[cfg(target_os = "linux")]
/// The lead-in of a page, and what stands in front of its first command.
const PAGE_BEGINS: [u8; 66] = {
    let mut bytes = [5; 66];
    (bytes[64], bytes[65]) = (1, b',');
    bytes
};
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
            match planes.resin[at] {
                0 => page.extend([255 - planes.cyan[at], 255 - planes.magenta[at], 255 - planes.yellow[at]]),
                _ => page.extend([0; 3]),
            }
        }
    }
    [b"3SaR", page.as_slice()].concat()
}

/// The filter's job for this picture.
fn filtered(planes: &Planes, black: &str) -> Vec<u8> {
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
        .args(["1", "user", "title", "1", &format!("StpBlackType={black}")])
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
    let theirs = filtered(&planes, "Composite");
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
fn filtered_planes(job: &[u8]) -> Vec<(char, &[u8])> {
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

#[cfg(target_os = "linux")]
/// What the backend makes of the filter's job for the head: six bits of dye, and a panel of resin; page after page.
pub fn converted(job: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (library, file) = (folder.path().join("kept_job.so"), folder.path().join("job.prn"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/printing/kept_job.c");
    let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
    assert!(made.expect("a C compiler").success());
    std::fs::write(&file, job).unwrap();
    let kept = folder.path().join("kept");
    let output = Command::new(gutenprint::BACKEND)
        .envs(gutenprint::NO_DEVICE)
        .env("LD_PRELOAD", &library)
        .env("KEPT_JOB", &kept)
        .args(["-d", "1"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let kept = std::fs::read(kept).expect("the backend converted the job");
    let mut job = Vec::new();
    let mut rest = kept.as_slice();
    // A block is longer than the page in it.
    while let Some(begin) = rest.windows(PAGE_BEGINS.len()).position(|bytes| bytes == PAGE_BEGINS) {
        let page = &rest[begin..];
        let header = page.iter().position(|byte| *byte == 0x1c).expect("the header ends");
        let commands = std::str::from_utf8(&page[PAGE_BEGINS.len()..header]).unwrap().split(',');
        let sizes = commands.filter_map(|command| command.strip_prefix("SZ")?.get(1..)?.parse::<usize>().ok());
        let length = header + 1 + sizes.map(|size| size + 3).sum::<usize>() + 1;
        job.extend_from_slice(&page[..length]);
        rest = &page[length..];
    }
    job
}

#[cfg(target_os = "linux")]
/// The whole of Debian's Gutenprint, filter and backend, told to print pure black with resin.
#[test]
fn the_same_card_with_resin_comes_to_the_same_bits_on_all_four_panels() {
    let planes = faces::with_resin(34);
    let theirs_job = converted(&filtered(&planes, "Resin"));
    let theirs = judge::pages(&theirs_job).unwrap().remove(0);
    let ours = judge::pages(&faces::job(&planes, &faces::profile(HeadTag::Kee))).unwrap().remove(0);
    for letter in ['B', 'G', 'R', 'K'] {
        let pairs = theirs.planes[&letter].iter().zip(&ours.planes[&letter]).enumerate();
        for (line, (theirs, ours)) in pairs {
            assert_eq!(theirs, ours, "{letter}, line {line}");
        }
    }
    let resin = ours.planes[&'K'].iter().flatten().filter(|bit| **bit != 0).count();
    assert!((WIDTH * HEIGHT / 5..WIDTH * HEIGHT / 3).contains(&resin), "{resin} dots of resin");
    read_by_our_decoder(&theirs_job, &planes);
}

#[cfg(target_os = "linux")]
/// Our decoder reads another driver's job to the picture it was made of.
fn read_by_our_decoder(theirs: &[u8], planes: &Planes) {
    let cards = decode(theirs).unwrap();
    let [card] = cards.as_slice() else { panic!("{} cards", cards.len()) };
    let printed = &card.front.planes;
    // Six bits of a dye, spread over 0 to 255.
    let spread = |dyes: &[u8]| dyes.iter().map(|dye| (dye & 0xFC) | dye >> 6).collect::<Vec<u8>>();
    for (name, printed, drawn) in [
        ("yellow", &printed.yellow, spread(&planes.yellow)),
        ("magenta", &printed.magenta, spread(&planes.magenta)),
        ("cyan", &printed.cyan, spread(&planes.cyan)),
        ("resin", &printed.resin, planes.resin.clone()),
    ] {
        assert!(*printed == drawn, "our decoder reads another {name}");
    }
    assert!(card.back.is_none() && card.copies == 1);
}

#[cfg(target_os = "linux")]
/// Without resin the driver sends three panels; `print inspect` shows what it sent, by its own command line.
#[test]
fn our_decoder_and_print_inspect_show_a_job_of_gutenprint() {
    let mut planes = faces::noise(33);
    planes.resin.fill(0);
    let job = converted(&filtered(&planes, "Composite"));
    read_by_our_decoder(&job, &planes);

    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("job.prn"), folder.path().join("pictures"));
    std::fs::write(&file, &job).unwrap();
    let output = inspect(&[file.as_ref(), "--out".as_ref(), out.as_ref()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["job-format"], &answer["requests"]), (&"format-1".into(), &serde_json::json!([])));
    let side = &answer["cards"][0]["sides"][0];
    assert_eq!(side["panels"], serde_json::json!(["yellow", "magenta", "cyan"]));
    let header = side["header"].as_array().unwrap();
    for (word, value) in [("VER", "5.3.4"), ("KEE", ""), ("IMF", "BGR"), ("DPX", "OFF")] {
        assert!(header.contains(&serde_json::json!([word, value])), "{word}{value}: {header:?}");
    }
    let picture = image::open(out.join("card-1-front.png")).unwrap().into_rgba8();
    let spread = |dye: u8| 255 - ((dye & 0xFC) | dye >> 6);
    for (x, y) in [(0, 0), (1015, 641), (500, 300), (77, 613)] {
        let at = y * WIDTH + x;
        let drawn = [planes.cyan[at], planes.magenta[at], planes.yellow[at]].map(spread);
        assert_eq!(picture.get_pixel(x as u32, y as u32).0[..3], drawn, "{x},{y}");
    }
}
