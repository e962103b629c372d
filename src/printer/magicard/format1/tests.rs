use super::*;
use crate::{
    face::planes::PixelBox,
    printer::{
        magicard::encoder,
        profile::{HeadTag, JobFormat, PrintableSides, Profiles},
    },
};

const CHIP: PixelBox = PixelBox { left: 90, top: 192, right: 260, bottom: 347 };

fn profile() -> Profile {
    Profiles::bundled().unwrap().find("magicard-doh-300-v2").unwrap().clone()
}

fn header_of(job: &[u8]) -> String {
    let end = job.iter().position(|&byte| byte == FS).unwrap();
    String::from_utf8(job[65..end].to_vec()).unwrap()
}

#[test]
fn the_header_is_the_vendors_for_a_face_with_a_chip() {
    let planes = Planes { keep_out: Some(CHIP), ..Planes::blank() };
    let job = encoder(&profile()).unwrap().encode(&planes, &JobOptions::one_card(0x6B03_02DE)).unwrap();
    assert_eq!(
        header_of(&job),
        ",NOC1,VER1.0-,LANENG,TDT6B0302DE,RSPDEF,COEH,KGE2,DPXOFF,PAG1,IMFBGRK,XCO0,YCO0,WID1016,HGT642,OVRON,NNNOFF,\
         USFOFF,PCT0,0,1015,641,NCT90,295,260,450,ICC3,CPW50,DDD50,SZB585216,SZG585216,SZR585216,SZK97536"
    );
    assert_eq!(job.len(), 65 + header_of(&job).len() + 1 + 3 * 585_216 + 97_536 + 4 * 3 + 1);
    assert_eq!((job[64], job[job.len() - 1]), (SOH, ETX));
}

#[test]
fn nothing_a_printer_says_can_add_a_command() {
    let options = JobOptions { firmware: "1.48,NOC9\u{1c}\u{3}\n~é", ..JobOptions::one_card(1) };
    let job = encoder(&profile()).unwrap().encode(&Planes::blank(), &options).unwrap();
    assert!(header_of(&job).starts_with(",NOC1,VER1.0-1.48NOC9~,LANENG,"), "{}", header_of(&job));
}

#[test]
fn ink_on_the_chip_is_refused_in_every_panel() {
    for panel in ["yellow", "magenta", "cyan", "black resin"] {
        let mut planes = Planes { keep_out: Some(CHIP), ..Planes::blank() };
        let pixels = match panel {
            "yellow" => &mut planes.yellow,
            "magenta" => &mut planes.magenta,
            "cyan" => &mut planes.cyan,
            _ => &mut planes.resin,
        };
        pixels[346 * WIDTH + 259] = 1;
        pixels[347 * WIDTH + 259] = 1;
        let refused = encoder(&profile()).unwrap().encode(&planes, &JobOptions::one_card(1));
        assert_eq!(refused, Err(EncodeError::InkOnChip { panel, x: 259, y: 346 }));
    }
}

#[test]
fn what_the_printer_cannot_do_is_refused() {
    let encoder_for = |profile: &Profile| encoder(profile);
    let mut second_language = profile();
    second_language.job_format = JobFormat::Format2;
    let error = encoder_for(&second_language).err().unwrap().to_string();
    assert!(error.contains("magicard-doh-300-v2"), "{error}");

    let (blank, encoder) = (Planes::blank(), encoder_for(&profile()).unwrap());
    let job = |options: JobOptions<'_>| encoder.encode(&blank, &options).unwrap_err();
    assert_eq!(job(JobOptions { copies: 0, ..JobOptions::one_card(1) }), EncodeError::Copies(0));
    assert_eq!(job(JobOptions { copies: 101, ..JobOptions::one_card(1) }), EncodeError::Copies(101));
    let no_back = EncodeError::NoBack { profile: "magicard-doh-300-v2".to_owned() };
    assert_eq!(job(JobOptions { back: Some(&blank), ..JobOptions::one_card(1) }), no_back);
    let short = Planes { cyan: vec![0; 7], ..Planes::blank() };
    let error = encoder.encode(&short, &JobOptions::one_card(1)).unwrap_err();
    assert_eq!(error, EncodeError::Size { panel: "cyan", found: 7 });
}

#[test]
fn a_card_with_a_back_is_two_pages_and_two_cards_are_four() {
    let mut profile = profile();
    profile.sides.printable = PrintableSides::FrontAndBack;
    let (front, mut back) = (Planes::blank(), Planes::blank());
    back.resin[5] = 1;
    let options = JobOptions { copies: 2, back: Some(&back), ..JobOptions::one_card(1) };
    let job = encoder(&profile).unwrap().encode(&front, &options).unwrap();
    let pages: Vec<usize> = (0..job.len() - 66).filter(|&at| job[at..].starts_with(b"\x05\x05\x01,NOC1")).collect();
    assert_eq!(pages.len(), 4);
    assert!(header_of(&job).contains("KGE2,DPXON,BACKO,PAG1,IMFBGRK"));
    assert!(header_of(&job[pages[1] - 62..]).starts_with(",NOC1,KGE2,DPXON,PAG2,IMFK,XCO0"));

    profile.overcoat.panel = Switch::Off;
    let empty = JobOptions { back: Some(&front), ..JobOptions::one_card(1) };
    assert_eq!(encoder(&profile).unwrap().encode(&front, &empty), Err(EncodeError::Empty("back")));
}

#[test]
fn a_gamma_of_one_is_the_upper_six_bits_and_others_keep_the_ends() {
    assert!(dye_values(1.0).iter().enumerate().all(|(dye, &value)| usize::from(value) == dye >> 2));
    for gamma in [0.2, 0.5, 2.2, 5.0] {
        let values = dye_values(gamma);
        assert_eq!((values[0], values[255]), (0, 63));
        assert!(values.is_sorted());
    }
}

#[test]
fn no_two_pixels_of_the_head_share_a_bit() {
    for tag in HeadTag::ALL {
        let layout = Layout::new(tag);
        let mut line = [0; layout::HEAD_LINE];
        let mut seen = std::collections::HashSet::new();
        for pixel in 0..layout::HEAD_LINE {
            line[pixel] = 1;
            let mut bytes = Vec::new();
            layout.write_line::<1>(&line, &mut bytes);
            line[pixel] = 0;
            assert_eq!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
            assert!(seen.insert(bytes), "{tag:?} {pixel}");
        }
    }
}
