//! Codes that machines read, as black boxes of whole printer dots.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment};
use rxing::{BarcodeFormat, EncodeHints, Writer, pdf417::PDF417Writer};

use super::{
    layout::LayoutError,
    measure::{Area, PIXELS_PER_MM},
    planes::PixelBox,
    template::Symbology,
};

/// Light margin around a code in modules: 10 beside Code 128 (ISO/IEC 15417 4.2), 4 around QR (ISO/IEC 18004 5.3.8), 2
/// around PDF417 (ISO/IEC 15438 5.8.3).
fn quiet_zone(symbology: Symbology) -> (usize, usize) {
    match symbology {
        Symbology::Code128 => (10, 0),
        Symbology::Qr => (4, 4),
        Symbology::Pdf417 => (2, 2),
    }
}

/// Rows of PDF417 are this many modules high; the standard asks for at least 3 (ISO/IEC 15438 5.8.2).
const ROW_HEIGHT: usize = 3;
/// Rows the library draws for each row of the code.
const ROWS_DRAWN: usize = 4;
/// Error correction of PDF417: 8 codewords, as the standard recommends for up to 40 of data (ISO/IEC 15438 annex E).
const PDF417_CORRECTION: &str = "2";
/// Most characters of a code: what a reader still finds on a card.
const MOST_CHARACTERS: usize = 200;

/// Dark modules, row by row.
struct Matrix {
    width: usize,
    height: usize,
    dark: Vec<bool>,
    /// How many times higher than wide a module is; 0 fills the height of the area.
    stretch: usize,
}

/// The dark boxes of a code, in the middle of its area.
///
/// # Errors
/// [`LayoutError::Uncodable`] and [`LayoutError::CodeTooLarge`].
pub(super) fn boxes(
    symbology: Symbology,
    text: &str,
    module: u8,
    area: &Area,
    what: &str,
) -> Result<Vec<PixelBox>, LayoutError> {
    let matrix = matrix(symbology, text, what)?;
    let dots = usize::from(module);
    let (beside, above) = quiet_zone(symbology);
    let place = area.nearest_pixels();
    let width = (matrix.width + 2 * beside) * dots;
    let step = match matrix.stretch {
        0 => place.height(),
        stretch => dots * stretch,
    };
    let height = matrix.height * step + 2 * above * dots;
    if width > place.width() || height > place.height() {
        let millimetres = |dots: usize| (dots as f32 / PIXELS_PER_MM * 10.0).ceil() / 10.0;
        return Err(LayoutError::CodeTooLarge {
            what: what.to_owned(),
            width: format!("{:.1}", millimetres(width)),
            height: format!("{:.1}", if matrix.stretch == 0 { 5.0 } else { millimetres(height) }),
        });
    }
    let left = place.left + (place.width() - width) / 2 + beside * dots;
    let top = place.top + (place.height() - height) / 2 + above * dots;
    let mut boxes = Vec::new();
    for (y, row) in matrix.dark.chunks_exact(matrix.width).enumerate() {
        let mut x = 0;
        while x < row.len() {
            let light = row[x..].iter().take_while(|dark| !**dark).count();
            let start = x + light;
            let dark = row[start..].iter().take_while(|dark| **dark).count();
            if dark > 0 {
                let across = left + start * dots;
                let down = top + y * step;
                boxes.push(PixelBox { left: across, top: down, right: across + dark * dots, bottom: down + step });
            }
            x = start + dark;
        }
    }
    Ok(boxes)
}

fn matrix(symbology: Symbology, text: &str, what: &str) -> Result<Matrix, LayoutError> {
    let refused = |why: String| LayoutError::Uncodable { what: what.to_owned(), why };
    if text.trim().is_empty() {
        return Err(LayoutError::Empty { what: what.to_owned() });
    }
    if text.chars().count() > MOST_CHARACTERS {
        return Err(refused(format!("it has more than {MOST_CHARACTERS} characters")));
    }
    match symbology {
        Symbology::Code128 => {
            let printable = |c: char| (' '..='~').contains(&c);
            if let Some(other) = text.chars().find(|c| !printable(*c)) {
                return Err(refused(format!("Code 128 has no {other} (U+{:04X})", u32::from(other))));
            }
            let code = code128::Code128::encode(text.as_bytes());
            let mut dark = Vec::new();
            for bar in code.bars() {
                dark.extend(std::iter::repeat_n(true, usize::from(bar.width)));
                dark.extend(std::iter::repeat_n(false, usize::from(bar.space)));
            }
            Ok(Matrix { width: dark.len(), height: 1, dark, stretch: 0 })
        }
        Symbology::Qr => {
            // Without its sign (ISO/IEC 18004 7.4.2, assignment 26) readers guess at the letters beyond ASCII.
            let sign = (!text.is_ascii()).then(|| QrSegment::make_eci(26));
            let segments: Vec<QrSegment> = sign.into_iter().chain(QrSegment::make_segments(text)).collect();
            let code = QrCode::encode_segments(&segments, QrCodeEcc::Medium);
            let code = code.map_err(|error| refused(error.to_string()))?;
            let side = code.size();
            let dark = (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| code.get_module(x, y));
            // A code has 21 to 177 modules a side.
            let width = usize::try_from(side).unwrap_or(0);
            Ok(Matrix { width, height: width, dark: dark.collect(), stretch: 1 })
        }
        Symbology::Pdf417 => {
            let hints = EncodeHints {
                Margin: Some("0".into()),
                ErrorCorrection: Some(PDF417_CORRECTION.into()),
                Pdf417AutoEci: Some("true".into()),
                ..EncodeHints::default()
            };
            let code = PDF417Writer
                .encode_with_hints(text, &BarcodeFormat::PDF_417, 1, 1, &hints)
                .map_err(|error| refused(error.to_string()))?;
            let width = code.getWidth() as usize;
            let rows = (0..code.getHeight()).step_by(ROWS_DRAWN);
            let height = rows.len();
            let dark = rows.flat_map(|y| (0..code.getWidth()).map(move |x| (x, y))).map(|(x, y)| code.get(x, y));
            Ok(Matrix { width, height, dark: dark.collect(), stretch: ROW_HEIGHT })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AREA: Area = Area { left: 2.0, top: 2.0, width: 80.0, height: 48.0 };

    proptest! {
        #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_coded_inside_its_area_or_refused(text in "\\PC{0,60}", module in 2u8..=4) {
            for symbology in [Symbology::Code128, Symbology::Qr, Symbology::Pdf417] {
                match boxes(symbology, &text, module, &AREA, "code") {
                    Ok(boxes) => {
                        let place = AREA.nearest_pixels();
                        prop_assert!(boxes.iter().all(|dark| dark.width() % usize::from(module) == 0
                            && dark.left >= place.left && dark.right <= place.right
                            && dark.top >= place.top && dark.bottom <= place.bottom));
                        prop_assert!(!boxes.is_empty());
                    }
                    Err(error) => prop_assert!(error.to_string().contains("code"), "{error}"),
                }
            }
        }
    }
}
