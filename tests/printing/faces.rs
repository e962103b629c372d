//! Faces to print, and the settings to print them with.

use cardwright::{
    face::planes::{HEIGHT, PixelBox, Planes, WIDTH},
    printer::{
        magicard::{JobOptions, encoder},
        profile::{HeadTag, Profile, Profiles},
    },
};

/// The vendor's "chip normal" box, from the top left.
pub const CHIP: PixelBox = PixelBox { left: 90, top: 192, right: 260, bottom: 347 };

/// The profile of the desk's printer, with another head.
pub fn profile(tag: HeadTag) -> Profile {
    let mut profile = Profiles::bundled().unwrap().find("magicard-doh-300-v2").unwrap().clone();
    profile.head.tag = tag;
    profile
}

#[cfg(unix)]
/// The profile of the model that Gutenprint's driver is for, with its head.
pub fn tango() -> Profile {
    Profiles::bundled().unwrap().find("magicard-rio-tango-2e").unwrap().clone()
}

#[cfg(target_os = "linux")]
/// Noise with fields of letters and codes in resin, and of the darkest black that dyes make; no chip.
pub fn with_resin(seed: u64) -> Planes {
    let mut planes = noise(seed);
    // All of the card, also where a chip would be.
    planes.keep_out = None;
    for at in 0..WIDTH * HEIGHT {
        match (at / WIDTH / 30 + at % WIDTH / 50) % 4 {
            // Letters and codes: resin, and no dye under it.
            0 => {
                (planes.yellow[at], planes.magenta[at], planes.cyan[at]) = (0, 0, 0);
                planes.resin[at] = 1;
            }
            // As dark as a page for a driver is where the dyes are to print black.
            1 => {
                (planes.yellow[at], planes.magenta[at], planes.cyan[at]) = (251, 251, 251);
                planes.resin[at] = 0;
            }
            _ => planes.resin[at] = 0,
        }
    }
    planes
}

#[cfg(target_os = "linux")]
/// The job of one card of both sides, for the head of a Tango.
pub fn both_sides(front: &Planes, back: &Planes) -> Vec<u8> {
    let options = JobOptions { back: Some(back), ..JobOptions::one_card(0x6B03_02DE) };
    encoder(&turning(HeadTag::Kee)).encode(front, &options).unwrap()
}

#[cfg(unix)]
/// The profile of the desk's printer with another head, and as one that turns cards.
pub fn turning(tag: HeadTag) -> Profile {
    let mut profile = profile(tag);
    profile.sides.printable = cardwright::printer::profile::PrintableSides::FrontAndBack;
    profile
}

/// Pixels that follow from a seed, another in every panel, none on the chip.
pub fn noise(seed: u64) -> Planes {
    let mut state = seed | 1;
    // xorshift64 (Marsaglia 2003): any pixel that moves is noticed.
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    let mut panel = || (0..WIDTH * HEIGHT).map(|_| next()).collect::<Vec<u8>>();
    let mut planes = Planes {
        yellow: panel(),
        magenta: panel(),
        cyan: panel(),
        resin: panel().into_iter().map(|value| value & 1).collect(),
        keep_out: Some(CHIP),
    };
    for panel in [&mut planes.yellow, &mut planes.magenta, &mut planes.cyan, &mut planes.resin] {
        for row in panel.chunks_exact_mut(WIDTH).take(CHIP.bottom).skip(CHIP.top) {
            row[CHIP.left..CHIP.right].fill(0);
        }
    }
    planes
}

/// A face in which every direction and colour can be told apart by eye.
pub fn test_card() -> Planes {
    let mut planes = Planes { keep_out: Some(CHIP), ..Planes::blank() };
    let mut fill = |panel: usize, left: usize, top: usize, right: usize, bottom: usize, dye: &dyn Fn(usize) -> u8| {
        let pixels = match panel {
            0 => &mut planes.yellow,
            1 => &mut planes.magenta,
            2 => &mut planes.cyan,
            _ => &mut planes.resin,
        };
        for y in top..bottom {
            for x in left..right {
                pixels[y * WIDTH + x] = dye(x);
            }
        }
    };
    // A yellow frame at the left, ramps of the three dyes, and an F in resin, which no turn or mirror leaves as it is.
    fill(0, 0, 0, 40, HEIGHT, &|_| 255);
    for panel in 0..3 {
        fill(panel, 300, 40 + panel * 60, 980, 90 + panel * 60, &|x| ((x - 300) * 255 / 679) as u8);
    }
    fill(1, 700, 400, 980, 600, &|_| 255);
    fill(2, 840, 400, 980, 600, &|_| 255);
    fill(3, 300, 300, 330, 600, &|_| 1);
    fill(3, 330, 300, 480, 330, &|_| 1);
    fill(3, 330, 430, 430, 460, &|_| 1);
    planes
}

/// The whole job of one card.
pub fn job(planes: &Planes, profile: &Profile) -> Vec<u8> {
    encoder(profile).encode(planes, &JobOptions::one_card(0x6B03_02DE)).unwrap()
}
