//! The tables of a printer profile. The commands named here are those of `facts/magicard.md` 4.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

use crate::face::planes::{HEIGHT, PixelBox, WIDTH};

/// The language of a printer's jobs (`facts/magicard.md` 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobFormat {
    /// 05/SOH jobs: commands in ASCII, dyes of 6 bits.
    #[serde(rename = "format-1")]
    Format1,
    /// XML jobs with planes of 8 bits a pixel and a checksum (`facts/magicard.md` 7).
    #[serde(rename = "format-2")]
    Format2,
}

/// How the printer says what it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identity {
    /// Names the printer may give itself in its status line; empty takes any.
    pub model_names: Vec<String>,
    /// Names of other models that the printer may give itself all the same: then an officer says which it is
    /// ([`Confirmed`](crate::printer::choice::Confirmed)).
    #[serde(default)]
    pub may_be_called: Vec<String>,
    /// Whether it can be asked.
    pub status: StatusQuery,
    /// Vendor and product of the USB plug, `0c1f:4800`; empty where no public source gives them.
    pub usb: Vec<String>,
}

/// Whether the printer can be asked for its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusQuery {
    /// It answers `REQ,INF` (`facts/magicard.md` 6).
    Inf,
    /// It answers questions in XML (`facts/magicard.md` 7).
    Xml,
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
    /// The margin in front of the image is this less the position, within 0 and what the line leaves; in pixels, 0 to 165.
    #[serde(default = "margin_base")]
    pub margin_base: u8,
}

/// The vendor's own (`facts/magicard.md` 5).
fn margin_base() -> u8 {
    65
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
    /// Format 2: a byte a pixel, in order. Named in no job.
    Bytes,
}

impl HeadTag {
    /// Those of format 1.
    pub const ALL: [Self; 5] = [Self::Kge2, Self::Kee1, Self::Kee4, Self::Kge, Self::Kee];
}

/// What the header of a job in format 1 says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Job {
    /// `LAN`: language of the printer's display.
    pub language: Language,
    /// First half of `VER`.
    pub driver_version: String,
    /// `RSP`: speed or quality of resin; printers of the Rio class have none.
    pub resin_quality: Option<ResinQuality>,
    /// `SLW`: slower printing with surer colour; printers of the Enduro class have none.
    pub colour_sure: Option<Switch>,
    /// `REJ`: throw out cards that failed to encode; left out when not set.
    pub reject_faulty: Option<Switch>,
    /// `COEH` or `COEL`; left out when "none".
    pub coercivity: Coercivity,
    /// `ICC`: 0 none, 1 and 2 gamma, 3 the printer's own, 4 external.
    pub colour_handling: u8,
    /// `DDD`: head position trim, 0 to 100.
    pub head_trim: u8,
    /// `SOI`: trim of the image's start, 0 to 100; said when it is not 50.
    #[serde(default = "middle")]
    pub image_start: u8,
    /// `EOI`: trim of the image's end, 0 to 100; said when it is not 50.
    #[serde(default = "middle")]
    pub image_end: u8,
    /// `NNN`: use with laminate.
    pub laminate: Switch,
}

/// Neither more nor less.
fn middle() -> u8 {
    50
}

/// What the ticket of a job in format 2 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ticket {
    /// `x-adjust` of the overcoat, in pixels, -100 to 100.
    pub x_adjust: i16,
    /// `y-adjust` of the overcoat, in pixels, -100 to 100.
    pub y_adjust: i16,
    /// `watermark-secure-shield`, said with a watermark.
    #[serde(default = "off")]
    pub secure_shield: Switch,
}

/// What the ribbon has, and how it is used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ribbon {
    /// Names of ribbons as the printer's status gives them; empty where none is known.
    pub names: Vec<String>,
    /// Which panels a ribbon of this name has: `Y`, `M`, `C`, `K` and `O`, in the order of the ribbon.
    #[serde(default)]
    pub holds: BTreeMap<String, String>,
    /// Panels a face is printed with.
    pub panels: Panels,
}

/// Panels of a face. The clear coat is a setting of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Panels {
    /// Three dyes, and text in black resin.
    Ymck,
    /// Three dyes; black text is made of all three.
    Ymc,
    /// Black resin only. A face with colour is refused.
    K,
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Overcoat {
    /// `OVR`.
    pub panel: Switch,
    /// `PCT`: first and last pixel that is coated.
    pub area: OvercoatBox,
    /// Which hole a face with a chip gets.
    pub chip: ChipHole,
    /// The vendor's "chip normal" hole.
    pub chip_normal: OvercoatBox,
    /// The vendor's "chip large" hole.
    pub chip_large: OvercoatBox,
    /// Further areas that every card leaves uncoated, such as a magnetic stripe.
    #[serde(default)]
    pub holes: Vec<OvercoatBox>,
    /// Where nothing may be printed on a face with a chip, whatever its template says.
    pub keep_out: OvercoatBox,
}

/// Which hole the overcoat gets over a chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ChipHole {
    Normal,
    Large,
    None,
}

impl Overcoat {
    /// The hole over the chip, where one is wanted.
    #[must_use]
    pub fn chip_hole(&self) -> Option<OvercoatBox> {
        match self.chip {
            ChipHole::Normal => Some(self.chip_normal),
            ChipHole::Large => Some(self.chip_large),
            ChipHole::None => None,
        }
    }
}

/// The watermark in the overcoat.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HoloKote {
    /// Whether cards get it.
    pub watermark: Switch,
    /// Images the printer holds: 0 to 10.
    pub slots: u8,
    /// `HKT`, or the slot of format 2: 1 to `slots`.
    pub image: u8,
    /// `CKI`: a custom key is put in.
    pub custom_key: Switch,
    /// `HKM`: 24 areas of the card, one bit each, as six hexadecimal digits.
    pub areas: String,
    /// `TRO`: 0, 90, 180 or 270 degrees; format 2 knows 0 and 180.
    pub turn: u16,
}

/// The station that reaches the chip inside the printer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChipEncoder {
    /// Whether there is one.
    pub station: Station,
    /// Part of the name its reader has in the smart card service; empty where it is not known.
    pub reader: String,
    /// Text of the command that takes a card from the hopper to the station; empty where none is known.
    #[serde(default)]
    pub feed: String,
    /// Text of the command that brings the card from the station to where it is printed; empty: none is sent.
    #[serde(default)]
    pub release: String,
    /// Text of the command that puts the card out of the printer; empty where none is known.
    #[serde(default)]
    pub eject: String,
    /// Text of the command that puts out a card that failed; empty: `eject` is sent, and the officer puts the card aside.
    #[serde(default)]
    pub reject: String,
    /// Longest wait for a card to arrive at the station, and to leave it, in seconds.
    #[serde(default = "carry_seconds")]
    pub carry_seconds: u64,
}

/// What the vendor's own program waits for the printer (`facts/magicard.md` 11, `WaitForPrinter`).
fn carry_seconds() -> u64 {
    30
}

impl ChipEncoder {
    /// Whether cards are encoded in this printer.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.station == Station::Present
    }
}

/// Whether the printer carries a chip station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Station {
    Present,
    Absent,
    /// No public source says, or it is an option of the model.
    Unknown,
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
    /// The same box counted from the top left of a face of 1016 x 642 pixels.
    #[must_use]
    pub fn from_top(self) -> PixelBox {
        let height = HEIGHT as u16;
        PixelBox {
            left: usize::from(self.left).min(WIDTH),
            top: usize::from(height.saturating_sub(self.top)),
            right: usize::from(self.right).min(WIDTH),
            bottom: usize::from(height.saturating_sub(self.bottom)),
        }
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

/// How the dyes a face asks for become the dyes the printer is told.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Colour {
    /// Exponent of yellow: printed = asked to the power of gamma, both between 0 and 1.
    pub yellow_gamma: f64,
    /// Exponent of magenta.
    pub magenta_gamma: f64,
    /// Exponent of cyan.
    pub cyan_gamma: f64,
    /// Tone curve of yellow after its exponent: points of dye asked for and dye printed, 0 to 255; empty is straight.
    #[serde(default)]
    pub yellow_curve: Vec<[u8; 2]>,
    /// Tone curve of magenta.
    #[serde(default)]
    pub magenta_curve: Vec<[u8; 2]>,
    /// Tone curve of cyan.
    #[serde(default)]
    pub cyan_curve: Vec<[u8; 2]>,
    /// How much of yellow, magenta and cyan a neutral grey takes, 0.5 to 1.
    #[serde(default = "balanced")]
    pub grey_balance: [f64; 3],
    /// What is printed with black resin.
    #[serde(default)]
    pub black: Black,
    /// Spreads what is lost where the printer takes fewer than 256 levels over neighbouring pixels.
    #[serde(default = "off")]
    pub dither: Switch,
    /// Name of a file with the printer's ICC profile, in the folder of the profile; empty: none.
    #[serde(default)]
    pub icc_profile: String,
}

/// All three dyes alike.
fn balanced() -> [f64; 3] {
    [1.0; 3]
}

fn off() -> Switch {
    Switch::Off
}

/// What is printed with black resin; no dye lies under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Black {
    /// Text and codes only.
    #[default]
    Text,
    /// Besides, every pixel of a picture that is wholly black.
    PureBlack,
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
    /// Longest wait for the printer's own word that the card is finished; 0 asks the officer instead.
    #[serde(default = "done_seconds")]
    pub done_seconds: u64,
}

/// The slowest card of the family takes half a minute (`facts/magicard.md` 11), and an officer who has to see to the
/// ribbon needs some.
fn done_seconds() -> u64 {
    180
}
