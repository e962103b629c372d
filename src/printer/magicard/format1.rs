//! Jobs in format 1: lead-in, one line of commands, raw planes (`facts/magicard.md` 3 to 5).

mod header;
mod layout;

use super::{EncodeError, JobEncoder, JobOptions, check};
use crate::{
    face::planes::{HEIGHT, Planes, WIDTH},
    printer::profile::{Colour, Profile, Switch},
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
/// The margin is this less the head position (`facts/magicard.md` 5).
const MARGIN_BASE: u8 = 65;

/// The encoder of one model.
#[derive(Debug, Clone)]
pub(super) struct Format1 {
    profile: Profile,
    layout: Layout,
    dyes: [[u8; 256]; 3],
}

impl Format1 {
    pub(super) fn new(profile: &Profile) -> Self {
        let Colour { yellow_gamma, magenta_gamma, cyan_gamma } = profile.colour;
        Self {
            profile: profile.clone(),
            layout: Layout::new(profile.head.tag),
            dyes: [yellow_gamma, magenta_gamma, cyan_gamma].map(dye_values),
        }
    }

    /// One page: a side of a card.
    fn page(&self, job: &mut Vec<u8>, page: &Page<'_>, planes: &Planes, margin: usize) {
        job.extend_from_slice(&LEAD_IN);
        job.push(SOH);
        job.extend_from_slice(header::commands(&self.profile, page, &self.layout).as_bytes());
        job.push(FS);
        if page.dyes {
            let [yellow, magenta, cyan] = &self.dyes;
            for (letter, pixels, values) in
                [(b'B', &planes.yellow, yellow), (b'G', &planes.magenta, magenta), (b'R', &planes.cyan, cyan)]
            {
                self.plane::<DYE_STRIPS>(job, pixels, values, margin);
                job.extend_from_slice(&[FS, letter, b':']);
            }
        }
        if page.resin {
            let mut values = [1; 256];
            values[0] = 0;
            self.plane::<1>(job, &planes.resin, &values, margin);
            job.extend_from_slice(&[FS, b'K', b':']);
        }
        job.push(ETX);
    }

    /// The lines of one plane. Column `x` of the landscape face is line 1015 - x; row `y` is head pixel margin + y.
    fn plane<const STRIPS: usize>(&self, job: &mut Vec<u8>, pixels: &[u8], values: &[u8; 256], margin: usize) {
        let mut line = [0; layout::HEAD_LINE];
        for x in (0..WIDTH).rev() {
            let column = pixels.iter().skip(x).step_by(WIDTH);
            for (head, &pixel) in line.iter_mut().skip(margin).zip(column) {
                *head = values[usize::from(pixel)];
            }
            self.layout.write_line::<STRIPS>(&line, job);
        }
    }

    fn margin(&self, options: &JobOptions<'_>) -> usize {
        let position = options.head_position.unwrap_or(self.profile.head.position);
        let most = layout::HEAD_LINE - HEIGHT;
        usize::from(MARGIN_BASE.saturating_sub(position)).min(most)
    }
}

impl JobEncoder for Format1 {
    fn encode(&self, planes: &Planes, options: &JobOptions<'_>) -> Result<Vec<u8>, EncodeError> {
        check(&self.profile, planes, options)?;
        let margin = self.margin(options);
        let mut job = Vec::with_capacity(2_000_000);
        let Some(back) = options.back else {
            self.page(&mut job, &Page::front(planes, options, None), planes, margin);
            return Ok(job);
        };
        let what = Back { dyes: has_dye(back), resin: has_ink(&back.resin), overcoat: self.profile.overcoat.panel };
        if !what.dyes && !what.resin && what.overcoat == Switch::Off {
            return Err(EncodeError::Empty("back"));
        }
        // How a count of copies and a back go together is not public, so each card is a job of its own.
        let single = JobOptions { copies: 1, ..options.clone() };
        self.page(&mut job, &Page::front(planes, &single, Some(what)), planes, margin);
        self.page(&mut job, &Page::back(back, &single, what), back, margin);
        let card = job.clone();
        for _ in 1..options.copies {
            job.extend_from_slice(&card);
        }
        Ok(job)
    }
}

fn has_dye(planes: &Planes) -> bool {
    has_ink(&planes.yellow) || has_ink(&planes.magenta) || has_ink(&planes.cyan)
}

fn has_ink(pixels: &[u8]) -> bool {
    pixels.iter().any(|&pixel| pixel != 0)
}

/// 8 bits of dye to the printer's 6, by way of the model's gamma. With a gamma of 1 it is the upper six bits.
fn dye_values(gamma: f64) -> [u8; 256] {
    std::array::from_fn(|dye| {
        let corrected = (dye as f64 / 255.0).powf(gamma) * 255.0;
        // `as` saturates; a value just under a whole number is that number, so that a gamma of 1 is exact.
        ((corrected + 1e-6) as u8) >> 2
    })
}

#[cfg(test)]
mod tests;
