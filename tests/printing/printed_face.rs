//! A real face all the way: what the job puts on the card is what the proof shows.

use cardwright::{
    face::measure::{column, row, spill_left, spill_top},
    printer::{profile::HeadTag, virtual_printer::decode},
};
use image::{Rgba, RgbaImage};

use crate::{faces, independent_decoder as judge, proof};

/// White less the dyes, and black where there is resin, as the head would print it.
fn picture(page: &judge::Page) -> RgbaImage {
    RgbaImage::from_fn(1016, 642, |x, y| {
        let dye = |plane| page.pixel(plane, 15, x as usize, y as usize);
        let light = |plane| 255 - (u16::from(dye(plane)) * 255 / 63) as u8;
        if dye('K') == 1 { Rgba([0, 0, 0, 255]) } else { Rgba([light('R'), light('G'), light('B'), 255]) }
    })
}

#[test]
fn the_decoded_job_and_the_proof_agree() {
    let folder = tempfile::tempdir().unwrap();
    let face = proof::face("Siân Llŷr-Gwyndaf", "photo-01.jpg");
    let job = faces::job(face.planes(), &faces::profile(HeadTag::Kge2));
    let pages = judge::pages(&job).unwrap();
    let printed = picture(&pages[0]);
    if let Some(folder) = std::env::var_os("CARDWRIGHT_PICTURES") {
        let card = decode(&job).unwrap().remove(0);
        std::fs::write(std::path::Path::new(&folder).join("face.png"), card.png().unwrap()).unwrap();
    }

    let (pdf, page) = (folder.path().join("proof.pdf"), folder.path().join("page"));
    std::fs::write(&pdf, face.proof_pdf(proof::DATE).unwrap()).unwrap();
    proof::run("pdftoppm", &["-r", "600", "-png", "-singlefile", pdf.to_str().unwrap(), page.to_str().unwrap()]);
    let page = image::open(page.with_extension("png")).unwrap().to_rgb8();
    let printed = proof::shifted(&printed, spill_left(), spill_top());

    // Left out: the band, which is on the blank card already, and the chip, whose outline only the proof shows.
    let below_band = row(9.0) as u32 / 8;
    let right_of_chip = column(23.0) as u32 / 8;
    let (mut sum, mut count, mut worst) = (0_u64, 0_u64, 0_u8);
    for channel in 0..3 {
        let (ours, theirs) = (proof::blocks(&printed, channel, 8), proof::blocks(&page, channel, 16));
        for (x, y, pixel) in ours.enumerate_pixels() {
            if y <= below_band || y > 72 || x <= right_of_chip || x > 119 {
                continue;
            }
            let difference = pixel.0[0].abs_diff(theirs.get_pixel(x, y).0[0]);
            worst = worst.max(difference);
            sum += u64::from(difference);
            count += 1;
        }
    }
    let mean = sum as f64 / count as f64;
    println!("job against proof: mean difference {mean:.3} of 255, worst block {worst}");
    // Six bits of dye are up to 3 of 255 darker or lighter; strokes of resin differ by a pixel in a block.
    assert!(mean < 2.5 && worst <= 48, "mean {mean}, worst {worst}");
}
