//! The ticket in front of the planes, element by element in the order of the vendor's driver (`facts/magicard.md` 7).

use std::fmt::Display;

use super::{LINES, Panel, Side};
use crate::printer::{
    magicard::JobOptions,
    profile::{OvercoatBox, Power, Profile, Switch, Ticket},
};

/// Parts of the printer's own scale to one of ours, whose middle is 50.
const POWER_STEP: i32 = 655;

/// The ticket of a job with `bytes` bytes of planes.
pub(super) fn write(profile: &Profile, sides: &[Side<'_>], bytes: usize, options: &JobOptions<'_>) -> String {
    let mut out = Writer { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r".to_owned(), depth: 0 };
    out.inside("prn", "", |out| {
        out.inside("card", "", |out| {
            out.inside("card-options", "", |out| {
                out.value("num-copies", options.copies);
                out.value("card-size", "cr80");
                out.value("width", LINES);
            });
            for (number, side) in sides.iter().enumerate() {
                out.inside("side-options", &format!(" side=\"{number}\""), |out| of_side(out, profile, side));
            }
        });
        out.value("binary-size", bytes);
        out.value("time", options.time);
    });
    out.text
}

fn of_side(out: &mut Writer, profile: &Profile, side: &Side<'_>) {
    let Power { colour, resin, overcoat: coat } = profile.power;
    for panel in &side.panels {
        let (letter, setting) = match panel {
            Panel::Yellow => ("y", colour),
            Panel::Magenta => ("m", colour),
            Panel::Cyan => ("c", colour),
            Panel::Black => ("k", resin),
        };
        out.inside("panel-options", &format!(" panel=\"{letter}\""), |out| out.value("power-adjust", power(setting)));
    }
    if profile.overcoat.panel == Switch::On {
        out.inside("panel-options", " panel=\"o\"", |out| overcoat(out, profile, coat, side.planes.keep_out.is_some()));
    }
}

fn overcoat(out: &mut Writer, profile: &Profile, setting: u8, chip: bool) {
    // A profile of this format always has it.
    if let Some(Ticket { x_adjust, y_adjust, .. }) = profile.ticket {
        out.value("x-adjust", x_adjust);
        out.value("y-adjust", y_adjust);
    }
    out.value("power-adjust", power(setting));
    let mark = &profile.holokote;
    if mark.watermark == Switch::On {
        if mark.turn != 0 {
            out.value("watermark-rotation", mark.turn);
        }
        if profile.ticket.is_some_and(|ticket| ticket.secure_shield == Switch::On) {
            out.value("watermark-secure-shield", "true");
        }
        out.value("watermark-index", mark.image);
    }
    let coat = &profile.overcoat;
    // The whole card needs no area.
    if coat.area != super::whole_coat() {
        area(out, "area", coat.area);
    }
    let over_chip = coat.chip_hole().filter(|_| chip);
    for hole in over_chip.iter().chain(&coat.holes) {
        area(out, "hole", *hole);
    }
}

/// Boxes of a profile are counted from the bottom left, those of a ticket from the top left.
fn area(out: &mut Writer, name: &str, of: OvercoatBox) {
    out.inside(name, "", |out| {
        out.value("x", of.left);
        out.value("y", of.from_top().top);
        out.value("width", of.right.saturating_sub(of.left));
        out.value("height", of.top.saturating_sub(of.bottom));
    });
}

/// A setting of 0 to 100 as the printer counts it; 0 is normal.
fn power(setting: u8) -> i32 {
    (i32::from(setting) - 50) * POWER_STEP
}

/// Lines end with a carriage return and begin with a tab for each element around them.
struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.extend(std::iter::repeat_n('\t', self.depth));
        self.text.push_str(line);
        self.text.push('\r');
    }

    fn inside(&mut self, name: &str, attribute: &str, content: impl FnOnce(&mut Self)) {
        self.line(&format!("<{name}{attribute}>"));
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    fn value(&mut self, name: &str, value: impl Display) {
        self.line(&format!("<{name}>{value}</{name}>"));
    }
}
