//! The proof PDF, judged by poppler: size, fonts, words, and the same picture as the preview.

use std::{path::Path, process::Command};

use cardwright::{
    face::{
        Face, FaceData, Photo, Purpose, Template,
        measure::{spill_left, spill_top},
        planes::{HEIGHT, WIDTH},
    },
    printer::{
        decoder::decode,
        magicard::{JobOptions, encoder},
        profile::{PrintableSides, Profiles},
    },
};
use image::{GrayImage, RgbImage, RgbaImage};
use time::macros::datetime;

pub const DATE: time::OffsetDateTime = datetime!(2026-11-23 09:30 UTC);

pub fn face(name: &str, photo: &str) -> Face {
    Face::compose(&Template::nhs_care_identity().expect("built-in template"), &data(name, photo)).expect("composes")
}

fn data(name: &str, photo: &str) -> FaceData {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/training/photos");
    let photo = std::fs::read(folder.join(photo)).expect("training photo");
    FaceData {
        name: name.into(),
        number: "555000000017".parse().expect("a training number"),
        photo: Photo::decode(&photo).expect("training photos are sound"),
        organisation: "A1B".parse().expect("a code"),
        purpose: Purpose::Training,
        card: None,
        today: time::macros::date!(2026 - 11 - 23),
    }
}

pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{program} complains: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn poppler_reads_size_fonts_and_words() {
    let folder = tempfile::tempdir().expect("scratch folder");
    for (name, photo) in [
        ("Siân Llŷr-Gwyndaf", "photo-01.jpg"),
        ("Łukasz Żółć-Święcki", "photo-08.jpg"),
        ("Nguyễn Thị Hằng", "photo-05.jpg"),
        ("Олена Їжакевич", "photo-11.jpg"),
        ("Ευτυχία Παπαδοπούλου", "photo-09.jpg"),
        ("محمد عبد الرحمن", "photo-12.jpg"),
        ("王小明", "photo-10.jpg"),
    ] {
        let path = folder.path().join("proof.pdf");
        std::fs::write(&path, face(name, photo).proof_pdf(DATE).expect("proof")).expect("scratch folder takes files");
        let file = path.to_str().expect("UTF-8 path");
        let info = run("pdfinfo", &[file]);
        let size = info.lines().find_map(|line| line.strip_prefix("Page size:")).expect("a page size");
        let points: Vec<f64> = size.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        // 85.60 x 53.98 mm in points, to a hundredth of a millimetre.
        assert!((points[0] - 242.646).abs() < 0.03 && (points[1] - 153.014).abs() < 0.03, "{size}");
        assert!(info.contains("Pages:           1"), "{info}");
        let fonts = run("pdffonts", &[file]);
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(rows.len() >= 2, "{fonts}");
        for row in rows {
            // Columns from the right: object and generation number, uni, sub, emb.
            let columns: Vec<&str> = row.split_whitespace().rev().collect();
            assert_eq!((columns[2], columns[4]), ("yes", "yes"), "embedded, with a Unicode map: {fonts}");
        }
        // Poppler marks right-to-left words with the embedding characters U+202A to U+202E.
        let words = run("pdftotext", &[file, "-"]).replace(['\u{202a}', '\u{202b}', '\u{202c}'], "");
        for expected in [name, "555 000 000 017", "TRAINING", "Care Identity Service"] {
            assert!(words.contains(expected), "{expected} in {words:?}");
        }
        let bytes = std::fs::metadata(&path).expect("written").len();
        assert!(bytes < 700_000, "fonts are cut down and nothing is stored twice: {bytes} bytes");
    }
}

const BACK: &str = r#"
[[back]]
id = "stripe"
kind = "box"
colour = "band"
area = { left = 5.0, top = 5.0, width = 75.0, height = 4.0 }

[[back]]
id = "whose"
kind = "text"
text = "{name}, {number}"
font = "plain"
size = 9.0
minimum-size = 6.0
area = { left = 5.0, top = 12.0, width = 75.0, height = 5.0 }

[[back]]
id = "square"
kind = "qr"
text = "{digits}"
module = 4
area = { left = 5.0, top = 20.0, width = 16.0, height = 16.0 }
"#;

/// A face with a back, of colour, words and a code.
fn two_sides() -> Face {
    let template = Template::parse(&format!("{}{BACK}", cardwright::face::template::BUILT_IN_TEXT)).expect("sound");
    Face::compose(&template, &data("Łukasz Żółć-Święcki", "photo-08.jpg")).expect("composes")
}

/// The picture that a decoded side would be, against poppler's of the proof's page: the mean difference of 8 x 8 blocks of
/// all channels and the worst block, of 255.
fn difference(side: &RgbaImage, page: &RgbImage) -> (f64, u8) {
    let side = shifted(side, spill_left(), spill_top());
    let (mut sum, mut worst, mut count) = (0u64, 0u8, 0u64);
    for channel in 0..3 {
        let (ours, theirs) = (blocks(&side, channel, 8), blocks(page, channel, 16));
        for (x, y, pixel) in ours.enumerate_pixels() {
            if !(6..120).contains(&x) && !(6..73).contains(&y) {
                continue;
            }
            let difference = pixel.0[0].abs_diff(theirs.get_pixel(x, y).0[0]);
            worst = worst.max(difference);
            sum += u64::from(difference);
            count += 1;
        }
    }
    (sum as f64 / count as f64, worst)
}

#[test]
fn a_proof_of_two_sides_is_sound_and_is_what_the_job_prints() {
    let folder = tempfile::tempdir().expect("scratch folder");
    let face = two_sides();
    let path = folder.path().join("proof.pdf");
    std::fs::write(&path, face.proof_pdf(DATE).expect("proof")).expect("scratch folder takes files");
    let file = path.to_str().expect("UTF-8 path");
    run("qpdf", &["--check", file]);
    assert!(run("pdfinfo", &[file]).contains("Pages:           2"));
    let fonts = run("pdffonts", &[file]);
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    // Columns from the right: object and generation number, uni, sub, emb.
    let sound = |row: &&str| {
        let columns: Vec<&str> = row.split_whitespace().rev().collect();
        (columns[2], columns[4]) == ("yes", "yes")
    };
    assert!(rows.len() >= 2 && rows.iter().all(sound), "embedded, with a Unicode map: {fonts}");
    assert!(run("pdftotext", &["-f", "2", file, "-"]).contains("Łukasz Żółć-Święcki, 555 000 000 017"));

    let mut profile = Profiles::bundled().expect("bundled").find("magicard-doh-300-v2").expect("the desk's").clone();
    profile.sides.printable = PrintableSides::FrontAndBack;
    let options = JobOptions { back: face.back_planes(), ..JobOptions::one_card(1) };
    let job = encoder(&profile).encode(face.planes(), &options).expect("a job");
    let card = decode(&job).expect("a job").remove(0);
    let back = card.back.expect("a back");
    let sides = face.sides();
    for (number, (side, planes)) in sides.into_iter().zip([&card.front.planes, &back.planes]).enumerate() {
        let out = folder.path().join(format!("page-{number}"));
        let page = (number + 1).to_string();
        let out_name = out.to_str().expect("UTF-8 path");
        run("pdftoppm", &["-r", "600", "-f", &page, "-l", &page, "-png", "-singlefile", file, out_name]);
        let page = image::open(out.with_extension("png")).expect("poppler's picture").to_rgb8();
        // The decoded panels on the blank card, six bits of each dye.
        let (mean, worst) = difference(&planes.preview(&side.layout), &page);
        println!("side {number}: mean difference {mean:.3} of 255, worst block {worst}");
        // Tolerance: a dye has 64 shades in the job, which is up to 2 of 255; resin has no grey and poppler's text has.
        assert!(mean < 2.5, "side {number}: mean difference {mean} of 255");
        assert!(worst <= 48, "side {number}: worst block {worst}");
        assert!(planes.resin == side.planes.resin, "side {number}: the black panel");
    }
}

#[test]
fn the_same_face_and_date_give_the_same_bytes() {
    let face = face("Aisha Rahman", "photo-03.jpg");
    let first = face.proof_pdf(DATE).expect("proof");
    assert!(first == face.proof_pdf(DATE).expect("proof"), "a second proof differs");
    assert!(first != face.proof_pdf(DATE + time::Duration::days(1)).expect("proof"), "the date is in it");
}

/// The picture from (`left`, `top`) on, which lie between pixels.
pub fn shifted(picture: &RgbaImage, left: f32, top: f32) -> RgbImage {
    let (column, row) = (left.floor() as u32, top.floor() as u32);
    let (right_part, lower_part) = (left.fract(), top.fract());
    RgbImage::from_fn(picture.width() - column - 1, picture.height() - row - 1, |x, y| {
        let at = |dx: u32, dy: u32| picture.get_pixel(x + column + dx, y + row + dy).0;
        let (a, b, c, d) = (at(0, 0), at(1, 0), at(0, 1), at(1, 1));
        let mix = |channel: usize| {
            let across = |left: u8, right: u8| f32::from(left) * (1.0 - right_part) + f32::from(right) * right_part;
            let (upper, lower) = (across(a[channel], b[channel]), across(c[channel], d[channel]));
            (upper * (1.0 - lower_part) + lower * lower_part).round() as u8
        };
        image::Rgb([mix(0), mix(1), mix(2)])
    })
}

/// Mean of each block of `side` x `side` pixels of one channel.
pub fn blocks(picture: &RgbImage, channel: usize, side: u32) -> GrayImage {
    GrayImage::from_fn(126, 79, |x, y| {
        let mut sum = 0;
        for row in y * side..(y + 1) * side {
            for column in x * side..(x + 1) * side {
                sum += u32::from(picture.get_pixel(column, row).0[channel]);
            }
        }
        image::Luma([u8::try_from(sum / (side * side)).expect("a mean of bytes")])
    })
}

#[test]
fn poppler_shows_what_the_preview_shows() {
    let folder = tempfile::tempdir().expect("scratch folder");
    let face = face("Zoë Fitzwilliam-Ångström", "photo-04.jpg");
    let path = folder.path().join("proof.pdf");
    std::fs::write(&path, face.proof_pdf(DATE).expect("proof")).expect("scratch folder takes files");
    // Poppler puts large glyphs on whole pixels of its own; at twice the head's resolution that is half a pixel of ours.
    let out = folder.path().join("page");
    run("pdftoppm", &["-r", "600", "-png", "-singlefile", path.to_str().expect("UTF-8"), out.to_str().expect("UTF-8")]);
    let page = image::open(out.with_extension("png")).expect("poppler's picture").to_rgb8();
    // 85.60 x 53.98 mm at 600 dpi, rounded up to whole pixels.
    assert_eq!(page.dimensions(), (2023, 1276));
    let preview = face.preview();
    assert_eq!((preview.width() as usize, preview.height() as usize), (WIDTH, HEIGHT));
    // Poppler's page begins at the card's edge, which lies 2.488 columns and 2.22 rows inside the head image.
    let preview = shifted(&preview, spill_left(), spill_top());
    let (mut sum, mut worst, mut count) = (0u64, (0u8, 0, 0), 0u64);
    for channel in 0..3 {
        let (ours, theirs) = (blocks(&preview, channel, 8), blocks(&page, channel, 16));
        for (x, y, pixel) in ours.enumerate_pixels() {
            // The preview is transparent outside the card's rounded corners (5 blocks); the page is square.
            if !(6..120).contains(&x) && !(6..73).contains(&y) {
                continue;
            }
            let difference = pixel.0[0].abs_diff(theirs.get_pixel(x, y).0[0]);
            if difference > worst.0 {
                worst = (difference, x, y);
            }
            sum += u64::from(difference);
            count += 1;
        }
    }
    let mean = sum as f64 / count as f64;
    // Tolerance: our resin has no grey and poppler's text has, so the weight of a stroke differs by up to a pixel in a
    // block; where nothing is written the two agree within rounding.
    println!("proof against preview: mean difference {mean:.3} of 255, worst block {worst:?}");
    assert!(mean < 1.2, "mean difference {mean} of 255");
    assert!(worst.0 <= 45, "worst block {worst:?}");
}
