use super::*;
use crate::{
    face::planes::PixelBox,
    printer::{
        colour::curve,
        magicard::encoder,
        profile::{ChipHole, HeadTag, PrintableSides, Profiles},
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
    let job = encoder(&profile()).encode(&planes, &JobOptions::one_card(0x6B03_02DE)).unwrap();
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
    let job = encoder(&profile()).encode(&Planes::blank(), &options).unwrap();
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
        let refused = encoder(&profile()).encode(&planes, &JobOptions::one_card(1));
        assert_eq!(refused, Err(EncodeError::InkOnChip { panel, x: 259, y: 346 }));
    }
}

#[test]
fn what_the_printer_cannot_do_is_refused() {
    let (blank, encoder) = (Planes::blank(), encoder(&profile()));
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
    let job = encoder(&profile).encode(&front, &options).unwrap();
    let pages: Vec<usize> = (0..job.len() - 66).filter(|&at| job[at..].starts_with(b"\x05\x05\x01,NOC1")).collect();
    assert_eq!(pages.len(), 4);
    assert!(header_of(&job).contains("KGE2,DPXON,BACKO,PAG1,IMFBGRK"));
    assert!(header_of(&job[pages[1] - 62..]).starts_with(",NOC1,KGE2,DPXON,PAG2,IMFK,XCO0"));

    profile.overcoat.panel = Switch::Off;
    let empty = JobOptions { back: Some(&front), ..JobOptions::one_card(1) };
    assert_eq!(encoder(&profile).encode(&front, &empty), Err(EncodeError::Empty("back")));
}

#[test]
fn the_vendors_header_with_a_watermark_comes_out_letter_by_letter() {
    // `facts/magicard.md` 4: what the vendor's filter wrote for an Enduro with a watermark and a chip hole.
    let mut profile = profile();
    let mark = &mut profile.holokote;
    (mark.watermark, mark.image, mark.custom_key, mark.turn) = (Switch::On, 2, Switch::On, 180);
    let planes = Planes { keep_out: Some(CHIP), ..Planes::blank() };
    let job = |profile: &Profile| encoder(profile).encode(&planes, &JobOptions::one_card(0x6B03_02DE)).unwrap();
    assert_eq!(
        header_of(&job(&profile)),
        ",NOC1,VER1.0-,LANENG,TDT6B0302DE,RSPDEF,COEH,KGE2,DPXOFF,PAG1,IMFBGRK,XCO0,YCO0,WID1016,HGT642,OVRON,NNNOFF,\
         USFON,HKT2,CKION,HKMFFFFFF,TRO180,PCT0,0,1015,641,NCT90,295,260,450,ICC3,CPW50,DDD50,SZB585216,SZG585216,\
         SZR585216,SZK97536"
    );
    profile.overcoat.panel = Switch::Off;
    assert!(header_of(&job(&profile)).contains("OVROFF,NNNOFF,USFOFF,ICC3"), "a watermark without a coat");
}

#[test]
fn holes_powers_and_trims_are_said_when_they_are_not_the_usual_ones() {
    let mut profile = profile();
    profile.overcoat.chip = ChipHole::Large;
    profile.overcoat.holes = vec![[0, 420, 1025, 590].into()];
    (profile.power.colour, profile.power.resin, profile.power.overcoat) = (40, 60, 55);
    let settings = profile.job.as_mut().unwrap();
    (settings.image_start, settings.image_end, settings.reject_faulty) = (45, 55, Some(Switch::On));
    let planes = Planes { keep_out: Some(CHIP), ..Planes::blank() };
    let line = header_of(&encoder(&profile).encode(&planes, &JobOptions::one_card(1)).unwrap());
    for part in [
        ",COEH,REJON,KGE2,",
        ",PCT0,0,1015,641,NCT75,275,280,470,NCT0,420,1025,590,ICC3,CPW40,KPW60,OPW55,DDD50,SOI45,EOI55,SZB585216,",
    ] {
        assert!(line.contains(part), "{line}");
    }
}

#[test]
fn each_ribbon_sends_its_own_planes() {
    let mut profile = profile();
    let mut face = Planes::blank();
    face.resin[9] = 1;
    let job = |profile: &Profile, face: &Planes| encoder(profile).encode(face, &JobOptions::one_card(1));
    profile.ribbon.panels = Panels::K;
    let resin = job(&profile, &face).unwrap();
    assert!(header_of(&resin).contains(",IMFK,") && header_of(&resin).ends_with(",DDD50,SZK97536"));
    assert_eq!(resin.len(), 65 + header_of(&resin).len() + 1 + 97_536 + 3 + 1);

    profile.ribbon.panels = Panels::Ymc;
    let composite = job(&profile, &face).unwrap();
    assert!(header_of(&composite).contains(",IMFBGR,") && header_of(&composite).ends_with("SZR585216"));
    // The one black pixel is 63 in each dye: six bits, three planes.
    let ink = composite[65 + header_of(&composite).len()..].iter().map(|byte| byte.count_ones()).sum::<u32>();
    let frame = [0x1C, 0x1C, b'B', b':', 0x1C, b'G', b':', 0x1C, b'R', b':', 0x03].map(u8::count_ones);
    assert_eq!(ink, 18 + frame.iter().sum::<u32>());

    profile.ribbon.panels = Panels::K;
    face.cyan[WIDTH * 3 + 8] = 1;
    let refused = job(&profile, &face).unwrap_err();
    assert!(matches!(refused, EncodeError::ColourOnResin { panel: "cyan", x: 8, y: 3, .. }), "{refused}");
}

#[test]
fn rio_and_tango_say_what_their_class_knows() {
    let profile = Profiles::bundled().unwrap().find("magicard-rio-tango-2e").unwrap().clone();
    let planes = Planes { keep_out: Some(CHIP), ..Planes::blank() };
    let job = encoder(&profile).encode(&planes, &JobOptions::one_card(1)).unwrap();
    assert_eq!(
        header_of(&job),
        ",NOC1,VER1.0-,LANENG,TDT00000001,KEE,RT2,SLWOFF,DPXOFF,PAG1,IMFBGRK,XCO0,YCO0,WID1016,HGT642,OVRON,NNNOFF,\
         USFOFF,PCT0,0,1025,641,NCT90,295,260,450,ICC0,DDD50,SZB512064,SZG512064,SZR512064,SZK85344"
    );
}

#[test]
fn the_printers_own_head_type_goes_before_the_profiles_within_its_class() {
    let planes = Planes::blank();
    let line = |profile: &Profile, own| {
        let options = JobOptions { head_type: Some(own), ..JobOptions::one_card(1) };
        header_of(&encoder(profile).encode(&planes, &options).unwrap())
    };
    assert!(line(&profile(), HeadTag::Kee4).contains(",KEE4,DPXOFF"));
    let mut rio = profile();
    rio.head.tag = HeadTag::Kee;
    assert!(line(&rio, HeadTag::Kee4).contains(",KEE,RT2,DPXOFF"));
}

#[test]
fn a_model_may_need_more_of_the_chip_free_than_the_face_keeps_free() {
    let small = PixelBox { left: 120, top: 220, right: 240, bottom: 340 };
    let mut planes = Planes { keep_out: Some(small), ..Planes::blank() };
    planes.cyan[192 * WIDTH + 90] = 1;
    let refused = encoder(&profile()).encode(&planes, &JobOptions::one_card(1));
    assert_eq!(refused, Err(EncodeError::InkOnChip { panel: "cyan", x: 90, y: 192 }));
    planes.keep_out = None;
    assert!(encoder(&profile()).encode(&planes, &JobOptions::one_card(1)).is_ok());
}

#[test]
fn a_gamma_of_one_changes_nothing_and_others_keep_the_ends() {
    assert!(curve(1.0, &[]).iter().enumerate().all(|(dye, &value)| usize::from(value) == dye));
    for gamma in [0.2, 0.5, 2.2, 5.0] {
        let values = curve(gamma, &[]);
        assert_eq!((values[0], values[255]), (0, 255));
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
