//! The tables of a printer profile. The commands named here are those of `facts/magicard.md` 4.

use std::fmt;

use serde::Deserialize;

/// The language of a printer's jobs (`facts/magicard.md` 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobFormat {
    /// 05/SOH jobs: commands in ASCII, dyes of 6 bits.
    #[serde(rename = "format-1")]
    Format1,
    /// XML jobs with planes of 8 bits. A profile may name it; no encoder takes it yet, see [`crate::printer::magicard::encoder`].
    #[serde(rename = "format-2")]
    Format2,
}

/// How the printer says what it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identity {
    /// Names the printer may give itself in its status line; empty takes any.
    pub model_names: Vec<String>,
    /// Whether it can be asked.
    pub status: StatusQuery,
}

/// Whether the printer can be asked for its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusQuery {
    /// It answers `REQ,INF`.
    Inf,
    /// It is not asked.
    None,
}

/// The print head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Head {
    /// Head type, which is the layout of pixels in the planes.
    pub tag: HeadTag,
    /// Lines of an image, along the long side of the card.
    pub lines: u16,
    /// Pixels of the image in one line.
    pub width: u16,
    /// Pixels of the whole head in one line.
    pub line: u16,
    /// Head position, 0 to 100; 50 where the printer does not say.
    pub position: u8,
}

/// Head type (`KEE…`, `KGE…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HeadTag {
    /// Enduro class and DoH: two interleaved halves, most significant bit first.
    Kge2,
    /// As KGE2, for printers whose status says head type 1.
    Kee1,
    /// As KGE2, for printers whose status says head type 2.
    Kee4,
    /// Alto class: two interleaved halves in little-endian words.
    Kge,
    /// Rio and Tango 2E: pixels in order.
    Kee,
}

impl HeadTag {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Kge2, Self::Kee1, Self::Kee4, Self::Kge, Self::Kee];
}

/// What the header of a job says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Job {
    /// `LAN`: language of the printer's display.
    pub language: Language,
    /// First half of `VER`.
    pub driver_version: String,
    /// `RSP`: speed or quality of resin.
    pub resin_quality: ResinQuality,
    /// `COEH` or `COEL`; left out when "none".
    pub coercivity: Coercivity,
    /// `ICC`: 0 none, 1 and 2 gamma, 3 the printer's own, 4 external.
    pub colour_handling: u8,
    /// `DDD`: head position trim, 0 to 100.
    pub head_trim: u8,
    /// `NNN`: use with laminate.
    pub laminate: Switch,
}

/// `LAN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Language {
    Eng,
    Fra,
    Deu,
    Ita,
    Spa,
    Por,
    Sch,
}

/// `RSP`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ResinQuality {
    Default,
    Fast,
    HighQuality,
}

/// `COEH`, `COEL`, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Coercivity {
    High,
    Low,
    None,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Switch {
    On,
    Off,
}

/// The clear coat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Overcoat {
    /// `OVR`.
    pub panel: Switch,
    /// `PCT`: first and last pixel that is coated.
    pub area: OvercoatBox,
    /// `NCT`: left uncoated on faces with a chip; without it the chip is coated.
    pub chip_hole: Option<OvercoatBox>,
}

/// Left, bottom, right and top in pixels of a landscape card, counted from its bottom left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "[u16; 4]")]
#[allow(missing_docs)]
pub struct OvercoatBox {
    pub left: u16,
    pub bottom: u16,
    pub right: u16,
    pub top: u16,
}

impl From<[u16; 4]> for OvercoatBox {
    fn from([left, bottom, right, top]: [u16; 4]) -> Self {
        Self { left, bottom, right, top }
    }
}

impl OvercoatBox {
    /// Whether it has an inside and ends within `right` and `top`.
    pub(super) fn is_sound(self, right: u16, top: u16) -> bool {
        self.left < self.right && self.bottom < self.top && self.right <= right && self.top <= top
    }
}

/// As the commands `PCT` and `NCT` write it: `left,bottom,right,top`.
impl fmt::Display for OvercoatBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.left, self.bottom, self.right, self.top)
    }
}

/// Powers of the head, 0 to 100, 50 normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Power {
    /// `CPW`: the dyes.
    pub colour: u8,
    /// `KPW`: resin.
    pub resin: u8,
    /// `OPW`: overcoat.
    pub overcoat: u8,
}

/// Exponents of the dyes: printed = dye to the power of gamma, both between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(missing_docs)]
pub struct Colour {
    pub yellow_gamma: f64,
    pub magenta_gamma: f64,
    pub cyan_gamma: f64,
}

/// What the printer can print on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sides {
    /// The sides.
    pub printable: PrintableSides,
}

/// The front only, or both sides in one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum PrintableSides {
    Front,
    FrontAndBack,
}

/// How the printer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Port {
    /// Raw TCP port.
    pub tcp: u16,
    /// Longest wait for a connection.
    pub connect_seconds: u64,
    /// Longest wait for the whole job to be taken.
    pub send_seconds: u64,
    /// Longest wait for the printer to hang up after the job.
    pub hang_up_seconds: u64,
}
