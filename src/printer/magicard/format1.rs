//! Jobs in format 1: lead-in, one line of commands, raw planes (`facts/magicard.md` 3 to 5).

mod header;
mod layout;

use super::{EncodeError, JobEncoder, JobOptions, Separation, check, has_dye, has_ink, separated};
use crate::{
    face::planes::{HEIGHT, Planes, WIDTH},
    printer::{
        colour::Correction,
        profile::{HeadTag, OvercoatBox, Panels, Profile, Switch},
    },
};
use header::{Back, Page};
use layout::{DYE_STRIPS, Layout};

/// Bytes of 05 in front of every page (`facts/magicard.md` 3).
const LEAD_IN: [u8; 64] = [0x05; 64];
/// Start of the header.
const SOH: u8 = 0x01;
/// End of the header, and first byte of the end of a plane.
const FS: u8 = 0x1C;
/// End of a page.
const ETX: u8 = 0x03;
/// Columns of the face that are turned into lines together; 1016 is a multiple of it.
const AT_ONCE: usize = 8;

/// The encoder of one model.
#[derive(Debug, Clone)]
pub(super) struct Format1 {
    profile: Profile,
    colour: Correction,
}

impl Format1 {
    pub(super) fn new(profile: &Profile) -> Self {
        Self { profile: profile.clone(), colour: Correction::of(profile) }
    }

    /// One page: a side of a card.
    fn page(&self, job: &mut Vec<u8>, page: &Page<'_>, planes: &Planes, head: &Head) {
        job.extend_from_slice(&LEAD_IN);
        job.push(SOH);
        job.extend_from_slice(header::commands(&self.profile, page, head).as_bytes());
        job.push(FS);
        if page.dyes {
            let values = std::array::from_fn(|dye| six_bits(dye as u8));
            for (letter, pixels) in [(b'B', &planes.yellow), (b'G', &planes.magenta), (b'R', &planes.cyan)] {
                head.plane::<DYE_STRIPS>(job, pixels, &values);
                job.extend_from_slice(&[FS, letter, b':']);
            }
        }
        if page.resin {
            let mut values = [1; 256];
            values[0] = 0;
            head.plane::<1>(job, &planes.resin, &values);
            job.extend_from_slice(&[FS, b'K', b':']);
        }
        job.push(ETX);
    }

    /// The head of the printer that the job is for, as far as it was asked.
    fn head(&self, options: &JobOptions<'_>) -> Head {
        let position = options.head_position.unwrap_or(self.profile.head.position);
        let most = layout::HEAD_LINE - HEIGHT;
        let margin = usize::from(self.profile.head.margin_base.saturating_sub(position)).min(most);
        // Only printers of the Enduro class tell their heads apart; their pixels lie alike (`facts/magicard.md` 5.2).
        let enduro = |tag: HeadTag| matches!(tag, HeadTag::Kge2 | HeadTag::Kee1 | HeadTag::Kee4);
        let own = options.head_type.filter(|own| enduro(*own) && enduro(self.profile.head.tag));
        let tag = own.unwrap_or(self.profile.head.tag);
        Head { tag, layout: Layout::new(tag), margin }
    }
}

/// Eight bits of dye to the printer's six: the upper ones.
const fn six_bits(dye: u8) -> u8 {
    dye >> 2
}

/// One head: its type, the order of its pixels, and the empty ones in front of the image.
#[derive(Debug)]
struct Head {
    tag: HeadTag,
    layout: Layout,
    margin: usize,
}

impl Head {
    /// The lines of one plane. Column `x` of the landscape face is line 1015 - x; row `y` is head pixel margin + y.
    fn plane<const STRIPS: usize>(&self, job: &mut Vec<u8>, pixels: &[u8], values: &[u8; 256]) {
        // Some columns at a time: reading a face column by column would fetch each of its rows for every pixel.
        let mut lines = [[0; layout::HEAD_LINE]; AT_ONCE];
        for left in (0..WIDTH).step_by(AT_ONCE).rev() {
            let mut ink = false;
            for (y, row) in pixels.chunks_exact(WIDTH).enumerate() {
                let Some(part) = row.get(left..left + AT_ONCE) else { continue };
                let here = part.iter().any(|pixel| *pixel != 0);
                if !here && !ink {
                    continue;
                }
                ink |= here;
                for (line, &pixel) in lines.iter_mut().zip(part) {
                    line[self.margin + y] = values[usize::from(pixel)];
                }
            }
            for line in lines.iter().rev() {
                if ink {
                    self.layout.write_line::<STRIPS>(line, job);
                } else {
                    job.resize(job.len() + STRIPS * self.layout.strip(), 0);
                }
            }
            if ink {
                lines = [[0; layout::HEAD_LINE]; AT_ONCE];
            }
        }
    }
}

impl JobEncoder for Format1 {
    fn separate(&self, planes: &Planes) -> Separation {
        let OvercoatBox { left, bottom, right, top } = self.profile.overcoat.area;
        // `PCT` names the last pixel that is coated.
        let coat = OvercoatBox { left, bottom, right: right.saturating_add(1), top: top.saturating_add(1) }.from_top();
        separated(&self.profile, &self.colour, planes, coat, |told| {
            for dye in told.yellow.iter_mut().chain(&mut told.magenta).chain(&mut told.cyan) {
                // Spread over 0 to 255 again, with all six bits set for full dye.
                let value = six_bits(*dye);
                *dye = (value << 2) | (value >> 4);
            }
        })
    }

    fn encode(&self, planes: &Planes, options: &JobOptions<'_>) -> Result<Vec<u8>, EncodeError> {
        check(&self.profile, planes, options)?;
        let (front, back) = (self.colour.apply(planes), options.back.map(|back| self.colour.apply(back)));
        let head = self.head(options);
        let panels = self.profile.ribbon.panels;
        let mut job = Vec::with_capacity(2_000_000);
        let Some(back) = back.as_deref() else {
            self.page(&mut job, &Page::front(panels, &front, options, None), &front, &head);
            return Ok(job);
        };
        let what = Back {
            dyes: panels != Panels::K && has_dye(back),
            resin: panels != Panels::Ymc && has_ink(&back.resin),
            overcoat: self.profile.overcoat.panel,
        };
        if !what.dyes && !what.resin && what.overcoat == Switch::Off {
            return Err(EncodeError::Empty("back"));
        }
        // How a count of copies and a back go together is not public, so each card is a job of its own.
        let single = JobOptions { copies: 1, ..options.clone() };
        self.page(&mut job, &Page::front(panels, &front, &single, Some(what)), &front, &head);
        self.page(&mut job, &Page::back(panels, back, &single, what), back, &head);
        let card = job.clone();
        for _ in 1..options.copies {
            job.extend_from_slice(&card);
        }
        Ok(job)
    }
}

#[cfg(test)]
mod tests;
