//! The printer's own ICC profile (ISO 15076-1), made into a table of dyes when it is loaded.

use std::fmt;

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformOptions};

/// Steps of the table along each colour: every eighth value, so that the ends and neutrals are exact.
const STEPS: usize = 33;
/// Largest profile that is read, in bytes.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Why an ICC profile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IccError {
    /// More than [`MOST_BYTES`] bytes.
    #[error("it has more than 8 MB")]
    TooLong,
    /// No ICC profile.
    #[error("it is no ICC profile ({0})")]
    Unreadable(String),
    /// Of another colour space.
    #[error("it is a profile of {0} and not of red, green and blue, which this printer's driver would take")]
    Space(String),
}

/// Dyes for dyes, on a grid.
#[derive(Clone, PartialEq)]
pub struct IccTable(Vec<[u8; 3]>);

impl fmt::Debug for IccTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IccTable(..)")
    }
}

impl IccTable {
    /// Reads a profile. Total: any bytes give a table or an error.
    ///
    /// # Errors
    /// [`IccError`].
    pub fn read(bytes: &[u8]) -> Result<Self, IccError> {
        if bytes.len() > MOST_BYTES {
            return Err(IccError::TooLong);
        }
        let unreadable = |error: moxcms::CmsError| IccError::Unreadable(error.to_string());
        let printer = ColorProfile::new_from_slice(bytes).map_err(unreadable)?;
        if printer.color_space != DataColorSpace::Rgb {
            return Err(IccError::Space(format!("{:?}", printer.color_space)));
        }
        let options =
            TransformOptions { rendering_intent: RenderingIntent::RelativeColorimetric, ..TransformOptions::default() };
        let transform = ColorProfile::new_srgb()
            .create_transform_8bit(Layout::Rgb, &printer, Layout::Rgb, options)
            .map_err(unreadable)?;
        let level = |step: usize| u8::try_from((step * 8).min(255)).unwrap_or(u8::MAX);
        let mut asked = Vec::with_capacity(STEPS * STEPS * STEPS * 3);
        for yellow in 0..STEPS {
            for magenta in 0..STEPS {
                for cyan in 0..STEPS {
                    asked.extend([cyan, magenta, yellow].map(|step| 255 - level(step)));
                }
            }
        }
        let mut told = vec![0; asked.len()];
        transform.transform(&asked, &mut told).map_err(unreadable)?;
        // Back from light to dye, and from red, green, blue to yellow, magenta, cyan.
        let dyes = |pixel: &[u8]| [255 - pixel[2], 255 - pixel[1], 255 - pixel[0]];
        Ok(Self(told.chunks_exact(3).map(dyes).collect()))
    }

    /// Yellow, magenta and cyan for yellow, magenta and cyan, straight between the steps of the table.
    #[must_use]
    pub fn dyes(&self, asked: [u8; 3]) -> [u8; 3] {
        // The last step is one value shorter: 248 to 255.
        let place = asked.map(|dye| {
            let step = usize::from(dye) / 8;
            let length = if step == STEPS - 2 { 7.0 } else { 8.0 };
            (step, f32::from(dye % 8) / length)
        });
        let mut sum = [0.0f32; 3];
        for corner in 0..8 {
            let (mut index, mut weight) = (0, 1.0);
            for (axis, (step, part)) in place.into_iter().enumerate() {
                let upper = corner >> axis & 1 == 1;
                weight *= if upper { part } else { 1.0 - part };
                index = index * STEPS + (step + usize::from(upper)).min(STEPS - 1);
            }
            if weight > 0.0
                && let Some(dyes) = self.0.get(index)
            {
                sum.iter_mut().zip(dyes).for_each(|(sum, dye)| *sum += weight * f32::from(*dye));
            }
        }
        sum.map(|dye| dye.round() as u8)
    }
}
