use super::*;
use crate::{
    face::planes::PixelBox,
    printer::{
        magicard::encoder,
        profile::{ChipHole, PrintableSides, Profiles, Switch},
    },
};

const CHIP: PixelBox = PixelBox { left: 90, top: 192, right: 260, bottom: 347 };

fn profile() -> Profile {
    Profiles::bundled().unwrap().find("magicard-rio-pro-360").unwrap().clone()
}

fn ticket_of(job: &[u8]) -> String {
    let end = job.iter().position(|&byte| byte == 0).unwrap();
    String::from_utf8(job[..end].to_vec()).unwrap()
}

#[test]
fn the_ticket_is_the_vendors_line_by_line() {
    let mut planes = Planes { keep_out: Some(CHIP), ..Planes::blank() };
    (planes.yellow[5], planes.resin[7]) = (9, 1);
    let job = encoder(&profile()).encode(&planes, &JobOptions::one_card(1_764_000_000)).unwrap();
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>|<prn>|\t<card>|\t\t<card-options>|\
        \t\t\t<num-copies>1</num-copies>|\t\t\t<card-size>cr80</card-size>|\t\t\t<width>1013</width>|\
        \t\t</card-options>|\t\t<side-options side=\"0\">|\t\t\t<panel-options panel=\"y\">|\
        \t\t\t\t<power-adjust>0</power-adjust>|\t\t\t</panel-options>|\t\t\t<panel-options panel=\"k\">|\
        \t\t\t\t<power-adjust>0</power-adjust>|\t\t\t</panel-options>|\t\t\t<panel-options panel=\"o\">|\
        \t\t\t\t<x-adjust>0</x-adjust>|\t\t\t\t<y-adjust>0</y-adjust>|\t\t\t\t<power-adjust>0</power-adjust>|\
        \t\t\t\t<hole>|\t\t\t\t\t<x>106</x>|\t\t\t\t\t<y>220</y>|\t\t\t\t\t<width>136</width>|\
        \t\t\t\t\t<height>112</height>|\t\t\t\t</hole>|\t\t\t</panel-options>|\t\t</side-options>|\t</card>|\
        \t<binary-size>1300692</binary-size>|\t<time>1764000000</time>|</prn>|";
    assert_eq!(ticket_of(&job), expected.replace('|', "\r"));
    assert_eq!(job.len(), ticket_of(&job).len() + 1 + 2 * 650_346 + 4);
}

#[test]
fn powers_watermark_areas_and_the_large_hole_are_said() {
    let mut profile = profile();
    (profile.power.colour, profile.power.resin, profile.power.overcoat) = (60, 40, 51);
    (profile.holokote.watermark, profile.holokote.image, profile.holokote.turn) = (Switch::On, 3, 180);
    profile.overcoat.chip = ChipHole::Large;
    profile.overcoat.area = [10, 0, 1013, 642].into();
    let mut planes = Planes { keep_out: Some(CHIP), ..Planes::blank() };
    (planes.cyan[5], planes.resin[7]) = (9, 1);
    let job = encoder(&profile).encode(&planes, &JobOptions { copies: 7, ..JobOptions::one_card(1) }).unwrap();
    let said: String = ticket_of(&job).replace(['\r', '\t'], "");
    for part in [
        "<num-copies>7</num-copies>",
        "<panel-options panel=\"c\"><power-adjust>6550</power-adjust></panel-options>",
        "<panel-options panel=\"k\"><power-adjust>-6550</power-adjust></panel-options>",
        "<power-adjust>655</power-adjust><watermark-rotation>180</watermark-rotation><watermark-index>3</watermark-index>\
         <area><x>10</x><y>0</y><width>1003</width><height>642</height></area>\
         <hole><x>96</x><y>210</y><width>162</width><height>144</height></hole>",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_side_without_ink_sends_one_empty_black_plane() {
    let mut profile = profile();
    profile.sides.printable = PrintableSides::FrontAndBack;
    let (mut front, back) = (Planes::blank(), Planes::blank());
    front.magenta[8] = 255;
    let options = JobOptions { back: Some(&back), ..JobOptions::one_card(1) };
    let job = encoder(&profile).encode(&front, &options).unwrap();
    let said = ticket_of(&job).replace(['\r', '\t'], "");
    assert!(said.contains("<side-options side=\"1\"><panel-options panel=\"k\">"), "{said}");
    let planes = &job[ticket_of(&job).len() + 1..job.len() - 4];
    assert_eq!(planes.len(), 2 * PLANE);
    // Column 8 of the face is line 7; its first pixel is the top one.
    assert_eq!(planes.iter().position(|&byte| byte != 0), Some(7 * HEIGHT));
    assert!(planes[PLANE..].iter().all(|&byte| byte == 0));
}
