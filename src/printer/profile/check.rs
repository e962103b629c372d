//! Values that no printer takes, and where they stand.

use super::{Colour, HeadTag, Job, JobFormat, OvercoatBox, Profile, shown};
use crate::face::planes::{HEIGHT, WIDTH};

/// A value that no printer takes.
pub(super) struct Fault {
    /// Table and key, as `head.width`.
    pub(super) key: &'static str,
    /// What stands there.
    pub(super) found: String,
    /// What may stand there.
    pub(super) expected: &'static str,
}

/// Lines of an image in format 2 (`facts/magicard.md` 7).
const FORMAT_2_LINES: usize = 1013;
/// Last column and row that a box may name: the vendor's own areas for the Rio end at 1025 (`facts/magicard.md` 4).
const LAST: (u16, u16) = (1025, 642);
/// What a box must be.
const BOX: &str = "left, bottom, right, top with left below right, bottom below top, and at most 1025 by 642";

fn fault(key: &'static str, found: impl ToString, expected: &'static str) -> Option<Fault> {
    Some(Fault { key, found: found.to_string(), expected })
}

impl Profile {
    /// The first value that no printer takes.
    pub(super) fn fault(&self) -> Option<Fault> {
        let id_letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || self.id.len() > 60 || !self.id.chars().all(id_letters) {
            return fault("id", shown(&self.id), "1 to 60 of a to z, 0 to 9 and hyphens");
        }
        if self.name.trim().is_empty() || self.name.len() > 100 || self.name.chars().any(char::is_control) {
            return fault("name", shown(&self.name), "the name of the model, up to 100 letters");
        }
        self.names_fault()
            .or_else(|| self.head_fault())
            .or_else(|| self.language_fault())
            .or_else(|| self.overcoat_fault())
            .or_else(|| self.watermark_fault())
            .or_else(|| self.strength_fault())
            .or_else(|| self.colour.fault())
            .or_else(|| self.port_fault())
    }

    fn names_fault(&self) -> Option<Fault> {
        let lists = [
            ("identity.model-names", &self.identity.model_names),
            ("identity.may-be-called", &self.identity.may_be_called),
            ("ribbon.names", &self.ribbon.names),
        ];
        for (key, names) in lists {
            if names.len() > 32 || names.iter().any(|name| name.trim().is_empty()) {
                return fault(key, format!("{names:?}"), "up to 32 names, none empty");
            }
        }
        let panels = |text: &String| (1..=8).contains(&text.len()) && text.bytes().all(|byte| b"YMCKO".contains(&byte));
        let holds = &self.ribbon.holds;
        if holds.len() > 32 || !holds.values().all(panels) {
            return fault(
                "ribbon.holds",
                format!("{holds:?}"),
                "up to 32 names, each with its panels of Y, M, C, K and O",
            );
        }
        if let Some(name) = holds.keys().find(|name| !self.ribbon.names.contains(name)) {
            return fault("ribbon.holds", shown(name), "names that stand in ribbon.names");
        }
        let plug = |text: &String| {
            let digits = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
            text.split_once(':').is_some_and(|(vendor, product)| digits(vendor) && digits(product))
        };
        if self.identity.usb.len() > 32 || !self.identity.usb.iter().all(plug) {
            return fault("identity.usb", format!("{:?}", self.identity.usb), "up to 32 of the form \"0c1f:4800\"");
        }
        self.station_fault()
    }

    fn station_fault(&self) -> Option<Fault> {
        let station = &self.encoder;
        let reader = &station.reader;
        if reader.len() > 100 || reader.chars().any(char::is_control) {
            return fault("encoder.reader", shown(reader), "part of a reader's name, up to 100 letters");
        }
        let commands = [
            ("encoder.feed", &station.feed),
            ("encoder.release", &station.release),
            ("encoder.eject", &station.eject),
            ("encoder.reject", &station.reject),
        ];
        let sound = |text: &str| text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_graphic());
        if let Some((key, text)) = commands.into_iter().find(|(_, text)| !sound(text)) {
            return fault(key, shown(text), "up to 60 letters, digits and signs without a space");
        }
        if !(1..=600).contains(&station.carry_seconds) {
            return fault("encoder.carry-seconds", station.carry_seconds, "1 to 600 seconds");
        }
        let needed = [("encoder.reader", reader), ("encoder.feed", &station.feed), ("encoder.eject", &station.eject)];
        let (key, text) = needed.into_iter().find(|(_, text)| station.is_there() && text.trim().is_empty())?;
        fault(key, shown(text), "given where encoder.station is \"present\"")
    }

    fn head_fault(&self) -> Option<Fault> {
        let head = &self.head;
        if usize::from(head.width) != HEIGHT {
            return fault("head.width", head.width, "642, the height of the face in pixels");
        }
        if head.position > 100 {
            return fault("head.position", head.position, "0 to 100");
        }
        if head.margin_base > 165 {
            return fault("head.margin-base", head.margin_base, "0 to 165");
        }
        let tag = format!("{:?}", head.tag).to_uppercase();
        match (self.job_format, head.tag) {
            (JobFormat::Format1, HeadTag::Bytes) => {
                fault("head.tag", tag, "\"KGE2\", \"KEE1\", \"KEE4\", \"KGE\" or \"KEE\" in format 1")
            }
            (JobFormat::Format1, _) if usize::from(head.lines) != WIDTH => {
                fault("head.lines", head.lines, "1016, the length of an image in format 1")
            }
            (JobFormat::Format1, _) if head.line != 672 => {
                fault("head.line", head.line, "672, the head line of the layouts of format 1")
            }
            (JobFormat::Format2, tag_of_2) if tag_of_2 != HeadTag::Bytes => {
                fault("head.tag", tag, "\"BYTES\" in format 2")
            }
            (JobFormat::Format2, _) if usize::from(head.lines) != FORMAT_2_LINES => {
                fault("head.lines", head.lines, "1013, the length of an image in format 2")
            }
            (JobFormat::Format2, _) if usize::from(head.line) != HEIGHT => {
                fault("head.line", head.line, "642, the head line of format 2")
            }
            _ => None,
        }
    }

    /// Each format has a table of its own.
    fn language_fault(&self) -> Option<Fault> {
        match (self.job_format, &self.job, &self.ticket) {
            (JobFormat::Format1, Some(job), None) => job_fault(job),
            (JobFormat::Format2, None, Some(ticket)) => {
                let adjustments = [("ticket.x-adjust", ticket.x_adjust), ("ticket.y-adjust", ticket.y_adjust)];
                let (key, value) = adjustments.into_iter().find(|(_, value)| !(-100..=100).contains(value))?;
                fault(key, value, "-100 to 100 pixels")
            }
            (JobFormat::Format1, ..) => {
                fault("job-format", "\"format-1\"", "with a table [job] and without a table [ticket]")
            }
            (JobFormat::Format2, ..) => {
                fault("job-format", "\"format-2\"", "with a table [ticket] and without a table [job]")
            }
        }
    }

    fn overcoat_fault(&self) -> Option<Fault> {
        let coat = &self.overcoat;
        let boxes = [
            ("overcoat.area", coat.area),
            ("overcoat.chip-normal", coat.chip_normal),
            ("overcoat.chip-large", coat.chip_large),
            ("overcoat.keep-out", coat.keep_out),
        ];
        let holes = coat.holes.iter().map(|hole| ("overcoat.holes", *hole));
        if let Some((key, found)) = boxes.into_iter().chain(holes).find(|(_, found)| !found.is_sound(LAST.0, LAST.1)) {
            return fault(key, found, BOX);
        }
        let count = coat.holes.len();
        if count > 16 { fault("overcoat.holes", format!("{count} boxes"), "16 boxes at most") } else { None }
    }

    fn watermark_fault(&self) -> Option<Fault> {
        let mark = &self.holokote;
        if mark.slots > 10 {
            return fault("holokote.slots", mark.slots, "0 to 10");
        }
        if mark.slots > 0 && !(1..=mark.slots).contains(&mark.image) {
            return fault("holokote.image", mark.image, "1 to holokote.slots");
        }
        if mark.areas.len() != 6 || !mark.areas.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')) {
            return fault("holokote.areas", shown(&mark.areas), "six digits of 0 to 9 and A to F");
        }
        if mark.watermark == super::Switch::On && mark.slots == 0 {
            return fault("holokote.watermark", "\"on\"", "\"off\" where holokote.slots is 0");
        }
        match self.job_format {
            JobFormat::Format1 if !matches!(mark.turn, 0 | 90 | 180 | 270) => {
                fault("holokote.turn", mark.turn, "0, 90, 180 or 270")
            }
            JobFormat::Format2 if !matches!(mark.turn, 0 | 180) => {
                fault("holokote.turn", mark.turn, "0 or 180 in format 2")
            }
            _ => None,
        }
    }

    fn strength_fault(&self) -> Option<Fault> {
        let powers = [
            ("power.colour", self.power.colour),
            ("power.resin", self.power.resin),
            ("power.overcoat", self.power.overcoat),
        ];
        if let Some((key, value)) = powers.into_iter().find(|(_, value)| *value > 100) {
            return fault(key, value, "0 to 100");
        }
        let gammas = [
            ("colour.yellow-gamma", self.colour.yellow_gamma),
            ("colour.magenta-gamma", self.colour.magenta_gamma),
            ("colour.cyan-gamma", self.colour.cyan_gamma),
        ];
        let (key, value) = gammas.into_iter().find(|(_, value)| !(0.2..=5.0).contains(value))?;
        fault(key, value, "0.2 to 5.0")
    }

    fn port_fault(&self) -> Option<Fault> {
        if self.port.tcp == 0 {
            return fault("port.tcp", 0, "1 to 65535");
        }
        let limits = [
            ("port.connect-seconds", self.port.connect_seconds),
            ("port.send-seconds", self.port.send_seconds),
            ("port.hang-up-seconds", self.port.hang_up_seconds),
        ];
        if let Some((key, value)) = limits.into_iter().find(|(_, value)| !(1..=600).contains(value)) {
            return fault(key, value, "1 to 600 seconds");
        }
        let done = self.port.done_seconds;
        if done > 3600 { fault("port.done-seconds", done, "0 to 3600 seconds") } else { None }
    }
}

/// What a tone curve must be.
const CURVE: &str =
    "up to 33 points [asked, printed] from [0, 0] to [255, n]: the first number rises, the second never falls";

impl Colour {
    fn fault(&self) -> Option<Fault> {
        let curves = [
            ("colour.yellow-curve", &self.yellow_curve),
            ("colour.magenta-curve", &self.magenta_curve),
            ("colour.cyan-curve", &self.cyan_curve),
        ];
        if let Some((key, points)) = curves.into_iter().find(|(_, points)| !is_curve(points)) {
            return fault(key, format!("{points:?}"), CURVE);
        }
        if !self.grey_balance.iter().all(|part| (0.5..=1.0).contains(part)) {
            let expected = "three numbers of 0.5 to 1.0, for yellow, magenta and cyan";
            return fault("colour.grey-balance", format!("{:?}", self.grey_balance), expected);
        }
        let name = &self.icc_profile;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_');
        if name.len() > 100 || name.starts_with('.') || !name.chars().all(plain) {
            return fault("colour.icc-profile", shown(name), "the plain name of a file beside this one");
        }
        None
    }
}

/// Whether a tone curve may have these points.
pub(in crate::printer) fn is_curve(points: &[[u8; 2]]) -> bool {
    let ends = points.first() == Some(&[0, 0]) && points.last().is_some_and(|last| last[0] == 255);
    let rises = points.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] <= pair[1][1]);
    points.is_empty() || (ends && rises && points.len() <= 33)
}

fn job_fault(job: &Job) -> Option<Fault> {
    let version = &job.driver_version;
    if version.len() > 20 || !version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') {
        return fault("job.driver-version", shown(version), "up to 20 letters, digits and dots");
    }
    if job.colour_handling > 4 {
        return fault("job.colour-handling", job.colour_handling, "0 to 4");
    }
    let hundreds =
        [("job.head-trim", job.head_trim), ("job.image-start", job.image_start), ("job.image-end", job.image_end)];
    let (key, value) = hundreds.into_iter().find(|(_, value)| *value > 100)?;
    fault(key, value, "0 to 100")
}

/// The line, counted from 1, that gives `table.key` its value; the last one where none does.
pub(super) fn line_of(text: &str, key: &str) -> usize {
    let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
    let mut inside = "";
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            inside = header.trim();
        } else if inside == table && line.split('=').next().is_some_and(|left| left.trim().trim_matches('"') == name) {
            return index + 1;
        }
    }
    text.lines().count().max(1)
}

impl OvercoatBox {
    /// Whether it has an inside and ends within `right` and `top`.
    fn is_sound(self, right: u16, top: u16) -> bool {
        self.left < self.right && self.bottom < self.top && self.right <= right && self.top <= top
    }
}
