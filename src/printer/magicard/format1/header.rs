//! The line of commands, in the order of the vendor's driver for this class (`facts/magicard.md` 4).

use super::{Head, JobOptions, layout::DYE_STRIPS};
use crate::{
    face::planes::{HEIGHT, Planes, WIDTH},
    printer::profile::{Coercivity, HeadTag, HoloKote, Job, Language, Panels, Profile, ResinQuality, Switch},
};

/// Normal power, and a trim that moves nothing; only others need saying.
const NORMAL: u8 = 50;
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
    pub(super) fn front(panels: Panels, planes: &Planes, options: &'a JobOptions<'a>, back: Option<Back>) -> Self {
        Self {
            place: back.map_or(Place::Only, Place::FrontOf),
            options,
            dyes: panels != Panels::K,
            resin: panels != Panels::Ymc,
            chip: planes.keep_out.is_some(),
        }
    }

    /// A back that has nothing but its clear coat still sends one plane: whether a page without is taken is not known.
    pub(super) fn back(panels: Panels, planes: &Planes, options: &'a JobOptions<'a>, back: Back) -> Self {
        let empty = !back.dyes && !back.resin;
        Self {
            place: Place::Back,
            options,
            dyes: back.dyes || (empty && panels == Panels::Ymc),
            resin: back.resin || (empty && panels != Panels::Ymc),
            chip: planes.keep_out.is_some(),
        }
    }
}

/// `,` and all commands; neither SOH nor FS.
pub(super) fn commands(profile: &Profile, page: &Page<'_>, head: &Head) -> String {
    let mut line = Line::default();
    line.add(format_args!("NOC{}", page.options.copies));
    // A profile of this format always has them.
    if let Some(job) = &profile.job {
        before_panels(&mut line, job, page, head.tag);
        line.add(format_args!("IMF{}{}", if page.dyes { "BGR" } else { "" }, if page.resin { "K" } else { "" }));
        line.add(format_args!("XCO0,YCO0,WID{WIDTH},HGT{HEIGHT}"));
        overcoat(&mut line, profile, job, page);
        trim(&mut line, profile, job);
    }
    let resin_bytes = WIDTH * head.layout.strip();
    if page.dyes {
        let dye_bytes = resin_bytes * DYE_STRIPS;
        line.add(format_args!("SZB{dye_bytes},SZG{dye_bytes},SZR{dye_bytes}"));
    }
    if page.resin {
        line.add(format_args!("SZK{resin_bytes}"));
    }
    line.0
}

fn before_panels(line: &mut Line, job: &Job, page: &Page<'_>, tag: HeadTag) {
    let front = !matches!(page.place, Place::Back);
    if front {
        line.add(format_args!("VER{}-{}", text(&job.driver_version), text(page.options.firmware)));
        line.add(format_args!("LAN{}", language(job.language)));
        line.add(format_args!("TDT{:08X}", page.options.time));
        if let Some(quality) = job.resin_quality {
            line.add(format_args!("RSP{}", resin(quality)));
        }
        match job.coercivity {
            Coercivity::High => line.add(format_args!("COEH")),
            Coercivity::Low => line.add(format_args!("COEL")),
            Coercivity::None => {}
        }
        if let Some(reject) = job.reject_faulty {
            line.add(format_args!("REJ{}", switch(reject)));
        }
    }
    line.add(format_args!("{}", head_name(tag)));
    if let Some(sure) = job.colour_sure.filter(|_| front) {
        line.add(format_args!("SLW{}", switch(sure)));
    }
    match page.place {
        Place::Only => line.add(format_args!("DPXOFF,PAG1")),
        Place::FrontOf(back) => line.add(format_args!("DPXON,BAC{},PAG1", panels_of_back(back))),
        Place::Back => line.add(format_args!("DPXON,PAG2")),
    }
}

fn overcoat(line: &mut Line, profile: &Profile, job: &Job, page: &Page<'_>) {
    let coat = &profile.overcoat;
    line.add(format_args!("OVR{},NNN{}", switch(coat.panel), switch(job.laminate)));
    watermark(line, &profile.holokote, coat.panel);
    if coat.panel == Switch::On {
        line.add(format_args!("PCT{}", coat.area));
        let chip = coat.chip_hole().filter(|_| page.chip);
        for hole in chip.iter().chain(&coat.holes) {
            line.add(format_args!("NCT{hole}"));
        }
    }
}

/// The watermark lies in the overcoat: without one there is none.
fn watermark(line: &mut Line, mark: &HoloKote, coat: Switch) {
    if mark.watermark == Switch::Off || coat == Switch::Off {
        line.add(format_args!("USFOFF"));
        return;
    }
    let key = switch(mark.custom_key);
    line.add(format_args!("USFON,HKT{},CKI{key},HKM{},TRO{}", mark.image, mark.areas, mark.turn));
}

fn trim(line: &mut Line, profile: &Profile, job: &Job) {
    line.add(format_args!("ICC{}", job.colour_handling));
    let power = &profile.power;
    if power.colour != NORMAL || job.colour_handling != 0 {
        line.add(format_args!("CPW{}", power.colour));
    }
    for (word, value) in [("KPW", power.resin), ("OPW", power.overcoat)] {
        if value != NORMAL {
            line.add(format_args!("{word}{value}"));
        }
    }
    line.add(format_args!("DDD{}", job.head_trim));
    for (word, value) in [("SOI", job.image_start), ("EOI", job.image_end)] {
        if value != NORMAL {
            line.add(format_args!("{word}{value}"));
        }
    }
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

fn head_name(tag: HeadTag) -> &'static str {
    match tag {
        HeadTag::Kge2 => "KGE2",
        HeadTag::Kee1 => "KEE1",
        HeadTag::Kee4 => "KEE4",
        HeadTag::Kge => "KGE",
        // No profile of this format has the layout of the other.
        HeadTag::Kee | HeadTag::Bytes => "KEE,RT2",
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
