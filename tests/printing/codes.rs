//! Codes on a card, read by programs that share no code with what wrote them: from the panels of the decoded job.

use std::{path::Path, process::Command};

use cardwright::{
    face::{
        Face, FaceData, Photo, Purpose, Template,
        planes::{HEIGHT, Planes, WIDTH},
        template::BUILT_IN_TEXT,
    },
    printer::{
        decoder::decode,
        magicard::{JobOptions, encoder},
        profile::{JobFormat, PrintableSides, Profiles},
    },
};
use image::{GrayImage, Luma, RgbaImage};

const CODES: &str = r#"
[[back]]
id = "bars"
kind = "code-128"
text = "NHS-{digits}"
module = 3
area = { left = 4.0, top = 4.0, width = 60.0, height = 9.0 }

[[back]]
id = "square"
kind = "qr"
text = "{name} {number}"
module = 5
area = { left = 60.0, top = 26.0, width = 23.0, height = 23.0 }

[[back]]
id = "stack"
kind = "pdf417"
text = "{digits} {name} {organisation}"
module = 3
area = { left = 2.0, top = 20.0, width = 57.0, height = 30.0 }
"#;

/// A name within Latin 1, which every reader shows alike.
const NAME: &str = "Zoë Fitzwilliam-Müller";

fn face() -> Face {
    let template = Template::parse(&format!("{BUILT_IN_TEXT}{CODES}")).unwrap();
    let data = FaceData {
        name: NAME.into(),
        number: "555000000017".parse().unwrap(),
        organisation: "A1B".parse().unwrap(),
        photo: Photo::from_pixels(RgbaImage::from_pixel(400, 500, image::Rgba([150, 140, 130, 255]))).unwrap(),
        purpose: Purpose::Live,
        card: None,
        today: time::macros::date!(2026 - 11 - 26),
    };
    Face::compose(&template, &data).unwrap()
}

/// The resin panel as a scanner sees it, with a light margin around the card.
fn seen(planes: &Planes) -> GrayImage {
    const AIR: usize = 30;
    GrayImage::from_fn((WIDTH + 2 * AIR) as u32, (HEIGHT + 2 * AIR) as u32, |x, y| {
        let at = |place: u32, most: usize| (place as usize).checked_sub(AIR).filter(|place| *place < most);
        let dark = at(x, WIDTH).zip(at(y, HEIGHT)).is_some_and(|(x, y)| planes.resin[y * WIDTH + x] != 0);
        Luma([if dark { 0 } else { 255 }])
    })
}

fn read(program: &str, arguments: &[&str], file: &Path) -> String {
    let output = Command::new(program).args(arguments).arg(file).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn zbar_and_zxing_read_what_both_languages_print_on_the_back() {
    let face = face();
    let folder = tempfile::tempdir().unwrap();
    for (id, language) in [("magicard-doh-300-v2", JobFormat::Format1), ("magicard-rio-pro-360", JobFormat::Format2)] {
        let mut profile = Profiles::bundled().unwrap().find(id).unwrap().clone();
        assert_eq!(profile.job_format, language);
        profile.sides.printable = PrintableSides::FrontAndBack;
        let options = JobOptions { back: face.back_planes(), ..JobOptions::one_card(1) };
        let job = encoder(&profile).encode(face.planes(), &options).unwrap();
        let card = decode(&job).unwrap().remove(0);
        let back = card.back.expect("a back").planes;
        assert!(back.resin == face.back_planes().unwrap().resin, "the panel came through the job");
        assert!([&back.yellow, &back.magenta, &back.cyan].iter().all(|dye| dye.iter().all(|value| *value == 0)));
        let file = folder.path().join("back.png");
        seen(&back).save(&file).unwrap();
        let zbar = read("zbarimg", &["--quiet"], &file);
        assert!(zbar.contains("CODE-128:NHS-555000000017"), "{id}: zbar reads {zbar}");
        assert!(zbar.contains(&format!("QR-Code:{NAME} 555 000 000 017")), "{id}: zbar reads {zbar}");
        let zxing = read("ZXingReader", &["-fast", "-format", "PDF417"], &file) + &read("ZXingReader", &[], &file);
        assert!(zxing.contains("PDF417"), "{id}: zxing reads {zxing}");
        assert!(zxing.contains(&format!("555000000017 {NAME} A1B")), "{id}: zxing reads {zxing}");
    }
}
