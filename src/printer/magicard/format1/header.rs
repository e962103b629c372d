//! The line of commands, in the order of the vendor's driver for this class (`facts/magicard.md` 4).

use super::{
    JobOptions, has_dye, has_ink,
    layout::{DYE_STRIPS, Layout},
};
use crate::{
    face::planes::{HEIGHT, Planes, WIDTH},
    printer::profile::{Coercivity, HeadTag, Language, Profile, ResinQuality, Switch},
};

/// Normal power of the head; only other powers need saying.
const NORMAL_POWER: u8 = 50;
/// Longest version text that is passed on from a status line.
const LONGEST_VERSION: usize = 20;

/// Which panels the back of a card uses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Back {
    pub(super) dyes: bool,
    pub(super) resin: bool,
    pub(super) overcoat: Switch,
}

/// Which page of a card, and how it follows or leads another.
#[derive(Debug, Clone, Copy)]
enum Place {
    Only,
    FrontOf(Back),
    Back,
}

/// What differs from page to page.
#[derive(Debug)]
pub(super) struct Page<'a> {
    place: Place,
    options: &'a JobOptions<'a>,
    /// Whether the three dye planes follow.
    pub(super) dyes: bool,
    /// Whether the resin plane follows.
    pub(super) resin: bool,
    chip: bool,
}

impl<'a> Page<'a> {
    pub(super) fn front(planes: &Planes, options: &'a JobOptions<'a>, back: Option<Back>) -> Self {
        let place = back.map_or(Place::Only, Place::FrontOf);
        Self { place, options, dyes: true, resin: true, chip: planes.keep_out.is_some() }
    }

    pub(super) fn back(planes: &Planes, options: &'a JobOptions<'a>, back: Back) -> Self {
        let resin = back.resin || !back.dyes;
        debug_assert_eq!((back.dyes, back.resin), (has_dye(planes), has_ink(&planes.resin)));
        Self { place: Place::Back, options, dyes: back.dyes, resin, chip: planes.keep_out.is_some() }
    }
}

/// `,` and all commands; neither SOH nor FS.
pub(super) fn commands(profile: &Profile, page: &Page<'_>, layout: &Layout) -> String {
    let mut line = Line::default();
    let job = &profile.job;
    line.add(format_args!("NOC{}", page.options.copies));
    if !matches!(page.place, Place::Back) {
        line.add(format_args!("VER{}-{}", text(&job.driver_version), text(page.options.firmware)));
        line.add(format_args!("LAN{}", language(job.language)));
        line.add(format_args!("TDT{:08X}", page.options.time));
        line.add(format_args!("RSP{}", resin(job.resin_quality)));
        match job.coercivity {
            Coercivity::High => line.add(format_args!("COEH")),
            Coercivity::Low => line.add(format_args!("COEL")),
            Coercivity::None => {}
        }
    }
    line.add(format_args!("{}", head(profile.head.tag)));
    match page.place {
        Place::Only => line.add(format_args!("DPXOFF,PAG1")),
        Place::FrontOf(back) => line.add(format_args!("DPXON,BAC{},PAG1", panels_of_back(back))),
        Place::Back => line.add(format_args!("DPXON,PAG2")),
    }
    line.add(format_args!("IMF{}{}", if page.dyes { "BGR" } else { "" }, if page.resin { "K" } else { "" }));
    line.add(format_args!("XCO0,YCO0,WID{WIDTH},HGT{HEIGHT}"));
    let coat = &profile.overcoat;
    line.add(format_args!("OVR{},NNN{},USFOFF", switch(coat.panel), switch(job.laminate)));
    if coat.panel == Switch::On {
        line.add(format_args!("PCT{}", coat.area));
        if let Some(hole) = coat.chip_hole.filter(|_| page.chip) {
            line.add(format_args!("NCT{hole}"));
        }
    }
    line.add(format_args!("ICC{}", job.colour_handling));
    let power = &profile.power;
    if power.colour != NORMAL_POWER || job.colour_handling != 0 {
        line.add(format_args!("CPW{}", power.colour));
    }
    if power.resin != NORMAL_POWER {
        line.add(format_args!("KPW{}", power.resin));
    }
    if power.overcoat != NORMAL_POWER {
        line.add(format_args!("OPW{}", power.overcoat));
    }
    line.add(format_args!("DDD{}", job.head_trim));
    let resin_bytes = WIDTH * layout.strip();
    if page.dyes {
        let dye_bytes = resin_bytes * DYE_STRIPS;
        line.add(format_args!("SZB{dye_bytes},SZG{dye_bytes},SZR{dye_bytes}"));
    }
    if page.resin {
        line.add(format_args!("SZK{resin_bytes}"));
    }
    line.0
}

/// Commands, each after its comma.
#[derive(Default)]
struct Line(String);

impl Line {
    fn add(&mut self, command: std::fmt::Arguments<'_>) {
        self.0.push(',');
        self.0.push_str(&command.to_string());
    }
}

/// What of an outside text may stand in a header: no comma, no control byte, nothing but ASCII.
fn text(outside: &str) -> String {
    outside.chars().filter(|c| c.is_ascii_graphic() && *c != ',').take(LONGEST_VERSION).collect()
}

fn panels_of_back(back: Back) -> String {
    let mut panels = String::new();
    for (used, letter) in [(back.dyes, 'C'), (back.resin, 'K'), (back.overcoat == Switch::On, 'O')] {
        if used {
            panels.push(letter);
        }
    }
    panels
}

fn head(tag: HeadTag) -> &'static str {
    match tag {
        HeadTag::Kge2 => "KGE2",
        HeadTag::Kee1 => "KEE1",
        HeadTag::Kee4 => "KEE4",
        HeadTag::Kge => "KGE",
        HeadTag::Kee => "KEE,RT2",
    }
}

fn language(language: Language) -> &'static str {
    match language {
        Language::Eng => "ENG",
        Language::Fra => "FRA",
        Language::Deu => "DEU",
        Language::Ita => "ITA",
        Language::Spa => "SPA",
        Language::Por => "POR",
        Language::Sch => "SCH",
    }
}

fn resin(quality: ResinQuality) -> &'static str {
    match quality {
        ResinQuality::Default => "DEF",
        ResinQuality::Fast => "FAST",
        ResinQuality::HighQuality => "HQ",
    }
}

fn switch(value: Switch) -> &'static str {
    match value {
        Switch::On => "ON",
        Switch::Off => "OFF",
    }
}
