//! The pages as PDF (ISO 32000-1): one image a page, at its own size, so that nothing has to be scaled.

use super::{DPI, HEIGHT, PageSides, WIDTH};

/// What the catalogue says of a document whose cards have both sides (ISO 32000-1, 12.2), for whoever prints it by hand too.
const BOTH_SIDES: &str = " /ViewerPreferences << /Duplex /DuplexFlipShortEdge >>";
/// The catalogue is the first object, and no more is read to find what it says.
const FIRST_OBJECT: usize = 200;

/// What the catalogue of a file says.
pub(super) fn sides(file: &[u8]) -> PageSides {
    let first = file.get(..FIRST_OBJECT).unwrap_or(file);
    match first.windows(BOTH_SIDES.len()).any(|words| words == BOTH_SIDES.as_bytes()) {
        true => PageSides::Both,
        false => PageSides::One,
    }
}

/// A file of these pages.
pub(super) fn write(pages: &[&[u8]], sides: PageSides) -> Vec<u8> {
    let mut file = Writer { bytes: b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec(), places: Vec::new() };
    let points = |pixels: usize| format!("{:.2}", pixels as f64 * 72.0 / DPI as f64);
    let (width, height) = (points(HEIGHT), points(WIDTH));
    // 1 the catalogue, 2 the list of pages; then three of each page: page, drawing, image.
    let first = |page: usize| 3 + 3 * page;
    let kids: String = (0..pages.len()).map(|page| format!("{} 0 R ", first(page))).collect();
    let turned = if sides == PageSides::Both { BOTH_SIDES } else { "" };
    file.object(&format!("<< /Type /Catalog /Pages 2 0 R{turned} >>"), None);
    file.object(&format!("<< /Type /Pages /Kids [ {kids}] /Count {} >>", pages.len()), None);
    for (page, pixels) in pages.iter().enumerate() {
        let (drawing, image) = (first(page) + 1, first(page) + 2);
        file.object(
            &format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {drawing} 0 R \
                 /Resources << /XObject << /Face {image} 0 R >> >> >>"
            ),
            None,
        );
        let draw = format!("{width} 0 0 {height} 0 0 cm /Face Do");
        file.object(&format!("<< /Length {} >>", draw.len()), Some(draw.as_bytes()));
        let about = format!(
            "<< /Type /XObject /Subtype /Image /Width {HEIGHT} /Height {WIDTH} /ColorSpace /DeviceRGB \
             /BitsPerComponent 8 /Length {} >>",
            pixels.len()
        );
        file.object(&about, Some(pixels));
    }
    file.finish()
}

struct Writer {
    bytes: Vec<u8>,
    /// Where each object begins.
    places: Vec<usize>,
}

impl Writer {
    fn object(&mut self, about: &str, stream: Option<&[u8]>) {
        self.places.push(self.bytes.len());
        self.bytes.extend(format!("{} 0 obj\n{about}\n", self.places.len()).into_bytes());
        if let Some(stream) = stream {
            self.bytes.extend_from_slice(b"stream\n");
            self.bytes.extend_from_slice(stream);
            self.bytes.extend_from_slice(b"\nendstream\n");
        }
        self.bytes.extend_from_slice(b"endobj\n");
    }

    fn finish(mut self) -> Vec<u8> {
        let (table, count) = (self.bytes.len(), self.places.len() + 1);
        let mut end = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for place in &self.places {
            end.push_str(&format!("{place:010} 00000 n \n"));
        }
        end.push_str(&format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        self.bytes.extend(end.into_bytes());
        self.bytes
    }
}
