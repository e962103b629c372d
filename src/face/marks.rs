//! What of a face a printer will not print as it is shown, found before a card is spent.

use std::{fmt, sync::LazyLock};

use image::RgbaImage;
use tiny_skia::{FillRule, Mask, Transform};

use super::{
    Face, FaceSide,
    layout::{Ink, Placed, Shape},
    measure::{CARD_HEIGHT_MM, CARD_WIDTH_MM, column, row},
    planes::{HEIGHT, PixelBox, Planes, WIDTH},
    preview::card_outline,
    template::Side,
};

/// Words and codes nearer to the card's edge than this (millimetres) may be cut: no printer places a card exactly
/// (`facts/magicard.md` 13 asks for 2 to 3).
pub const EDGE_MM: f32 = 2.0;
/// A colour of no more than this in each channel is meant to be black.
const NEARLY_BLACK: u8 = 40;

/// What a printer can do for a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintLimits {
    /// Where nothing may be printed on a front with a chip.
    pub chip: PixelBox,
    /// Whether its ribbon has the three dyes.
    pub dyes: bool,
    /// Whether its ribbon has a resin panel.
    pub resin: bool,
    /// Whether it turns the card.
    pub back: bool,
}

/// What is wrong with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Ink over the chip's contacts.
    Chip,
    /// Words or a code that run beyond the card.
    Cut,
    /// Words or a code so near the edge that they may be cut.
    NearEdge,
    /// A picture or box that runs on beyond the card, which is cut there.
    Bleed,
    /// Black words or a code that no resin panel prints, but the three dyes: scanners may not read it.
    NotResin,
    /// Colour on a printer without dyes.
    NoDyes,
    /// A back for a printer that does not turn cards.
    NoBack,
}

impl Fault {
    /// Whether a card printed so is spoiled or refused; the others may be meant.
    #[must_use]
    pub fn is_serious(self) -> bool {
        !matches!(self, Self::Bleed | Self::NearEdge)
    }
}

/// A place that does not print as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Which side.
    pub side: Side,
    /// Id of the element.
    pub element: String,
    /// What is wrong.
    pub fault: Fault,
    /// Where, in dots of the head's image.
    pub area: PixelBox,
    /// How many dots are concerned.
    pub dots: usize,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (side, element) = (self.side.word(), &self.element);
        write!(f, "“{element}” on the {side} ")?;
        match self.fault {
            Fault::Chip => write!(f, "lies over the chip: {} dots of it are not printed", self.dots),
            Fault::Cut => write!(f, "runs beyond the card: {} dots of it are cut off", self.dots),
            Fault::NearEdge => f.write_str("is less than 2 mm from the card’s edge and may be cut"),
            Fault::Bleed => write!(f, "runs on beyond the card’s edge, where {} dots of it are cut off", self.dots),
            Fault::NotResin => {
                f.write_str("is black made of the three colours, not of black resin: scanners may not read it")
            }
            Fault::NoDyes => f.write_str("has colour, and this printer’s ribbon is black only"),
            Fault::NoBack => f.write_str("is not printed: this printer prints the front only"),
        }
    }
}

impl Face {
    /// Every place that this printer does not print as it is shown, front first.
    #[must_use]
    pub fn marks(&self, limits: &PrintLimits) -> Vec<Mark> {
        self.sides().into_iter().flat_map(|side| of_side(side, limits)).collect()
    }
}

fn of_side(side: &FaceSide, limits: &PrintLimits) -> Vec<Mark> {
    let mut marks = Vec::new();
    for element in side.layout.elements.iter().filter(|element| element.ink.is_printed()) {
        let mut mark = |fault, (area, dots): (PixelBox, usize)| {
            if dots > 0 {
                let (side, element) = (side.layout.side, element.id.clone());
                marks.push(Mark { side, element, fault, area, dots });
            }
        };
        let whole = inked(&side.planes, element, |_, _| true);
        if side.layout.side == Side::Back && !limits.back {
            mark(Fault::NoBack, whole);
            continue;
        }
        if side.layout.keep_out.is_some() {
            // Ink there is left out of the panels already where the template says so; the printer's own box may be larger.
            mark(Fault::Chip, inked(&side.planes, element, |x, y| limits.chip.holds(x, y)));
        }
        let words = matches!(element.shape, Shape::Text(_) | Shape::Code(_));
        let outside = inked(&side.planes, element, |x, y| !on_card(x, y));
        if outside.1 > 0 {
            mark(if words { Fault::Cut } else { Fault::Bleed }, outside);
        } else if words {
            mark(Fault::NearEdge, inked(&side.planes, element, near_edge));
        }
        match element.ink {
            Ink::Resin if !limits.resin => mark(Fault::NotResin, whole),
            Ink::Dye(_) if !limits.dyes => mark(Fault::NoDyes, whole),
            Ink::Dye(rgb) if words && rgb.iter().all(|channel| *channel <= NEARLY_BLACK) => {
                mark(Fault::NotResin, whole)
            }
            _ => {}
        }
    }
    marks
}

/// The box around the dots of an element that are so, and how many they are.
fn inked(planes: &Planes, element: &Placed, so: impl Fn(usize, usize) -> bool) -> (PixelBox, usize) {
    let place = element.area.touched_pixels();
    let mut found = PixelBox { left: WIDTH, top: HEIGHT, right: 0, bottom: 0 };
    let mut dots = 0;
    for y in place.top..place.bottom {
        for x in place.left..place.right {
            if planes.has_ink(y * WIDTH + x) && so(x, y) {
                found = PixelBox {
                    left: found.left.min(x),
                    top: found.top.min(y),
                    right: found.right.max(x + 1),
                    bottom: found.bottom.max(y + 1),
                };
                dots += 1;
            }
        }
    }
    (found, dots)
}

/// Which dots of the head's image fall on the card, whose corners are round.
static ON_CARD: LazyLock<Vec<bool>> = LazyLock::new(|| {
    let (Some(edge), Some(mut mask)) = (card_outline(), Mask::new(WIDTH as u32, HEIGHT as u32)) else {
        return vec![true; WIDTH * HEIGHT];
    };
    mask.fill_path(&edge, FillRule::Winding, false, Transform::identity());
    mask.data().iter().map(|coverage| *coverage != 0).collect()
});

fn on_card(x: usize, y: usize) -> bool {
    ON_CARD.get(y * WIDTH + x).copied().unwrap_or(false)
}

fn near_edge(x: usize, y: usize) -> bool {
    let (x, y) = (x as f32, y as f32);
    x < column(EDGE_MM)
        || x + 1.0 > column(CARD_WIDTH_MM - EDGE_MM)
        || y < row(EDGE_MM)
        || y + 1.0 > row(CARD_HEIGHT_MM - EDGE_MM)
}

/// Draws a frame around each mark of a side on its picture.
pub fn draw(picture: &mut RgbaImage, side: Side, marks: &[Mark]) {
    /// Seen on white, on blue and on skin.
    const FRAME: [u8; 4] = [0xD4, 0x00, 0x7A, 0xFF];
    /// Dots between the ink and the frame, and the width of the frame.
    const AIR: usize = 4;
    const WIDE: usize = 3;
    for mark in marks.iter().filter(|mark| mark.side == side) {
        let outer = AIR + WIDE;
        let (left, top) = (mark.area.left.saturating_sub(outer), mark.area.top.saturating_sub(outer));
        let (right, bottom) = ((mark.area.right + outer).min(WIDTH), (mark.area.bottom + outer).min(HEIGHT));
        for y in top..bottom {
            for x in left..right {
                let inside = x >= left + WIDE && x + WIDE < right && y >= top + WIDE && y + WIDE < bottom;
                if !inside && let Some(pixel) = picture.get_pixel_mut_checked(x as u32, y as u32) {
                    pixel.0 = FRAME;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{FaceData, Photo, Purpose, Template, template::BUILT_IN_TEXT};

    /// A printer that does everything, and needs a little more room around the chip than the built-in template leaves.
    const ALL: PrintLimits = PrintLimits {
        chip: PixelBox { left: 90, top: 192, right: 260, bottom: 347 },
        dyes: true,
        resin: true,
        back: true,
    };

    fn composed(text: &str) -> Face {
        let grey = RgbaImage::from_pixel(400, 500, image::Rgba([120, 110, 100, 255]));
        let data = FaceData {
            name: "Anna Lee".into(),
            number: "555000000017".parse().expect("a training number"),
            organisation: "A1B".parse().expect("a code"),
            photo: Photo::from_pixels(grey).expect("large enough"),
            purpose: Purpose::Live,
            card: None,
            today: time::macros::date!(2026 - 11 - 26),
        };
        Face::compose(&Template::parse(text).expect("sound"), &data).expect("composes")
    }

    fn face(more: &str) -> Face {
        composed(&format!("{BUILT_IN_TEXT}\n{more}"))
    }

    fn found(face: &Face, limits: &PrintLimits) -> Vec<(String, Fault)> {
        face.marks(limits).into_iter().map(|mark| (mark.element, mark.fault)).collect()
    }

    #[test]
    fn the_built_in_face_has_no_marks_on_the_desks_printer() {
        assert_eq!(found(&face(""), &ALL), []);
        let black = ["number", "name"].map(|id| (id.to_owned(), Fault::NotResin));
        assert_eq!(found(&face(""), &PrintLimits { resin: false, ..ALL }), black);
        assert_eq!(found(&face(""), &PrintLimits { dyes: false, ..ALL }), [("photo".to_owned(), Fault::NoDyes)]);
    }

    #[test]
    fn every_fault_is_found_where_it_is() {
        let cases = [
            (
                "kind = \"text\"\ntext = \"at the edge\"\nfont = \"plain\"\nsize = 6.0",
                "left = 0.5, top = 41.5, width = 30.0, height = 2.9",
                Fault::NearEdge,
            ),
            (
                "kind = \"text\"\ntext = \"#\"\nfont = \"plain\"\nsize = 8.0",
                "left = 0.0, top = 50.5, width = 3.9, height = 3.4",
                Fault::Cut,
            ),
            ("kind = \"box\"\ncolour = \"band\"", "left = -0.2, top = 44.0, width = 3.0, height = 10.0", Fault::Bleed),
            (
                "kind = \"text\"\ntext = \"dyed\"\nfont = \"plain\"\nsize = 8.0\ncolour = \"black\"",
                "left = 26.0, top = 20.0, width = 20.0, height = 4.0",
                Fault::NotResin,
            ),
        ];
        for (keys, area, fault) in cases {
            let more = format!("[[front]]\nid = \"more\"\n{keys}\narea = {{ {area} }}\n");
            let text = BUILT_IN_TEXT.replace("band-text = ", "black = \"#101010\"\nband-text = ");
            let marked = composed(&format!("{text}\n{more}"));
            let marks = marked.marks(&ALL);
            assert_eq!(marks.iter().map(|mark| mark.fault).collect::<Vec<_>>(), [fault], "{marks:?}");
            assert!(marks[0].dots > 0 && marks[0].element == "more" && marks[0].to_string().contains("front"));
            let mut picture = marked.preview();
            draw(&mut picture, Side::Front, &marks);
            assert_ne!(picture, marked.preview(), "the frame is seen");
        }
    }

    #[test]
    fn a_larger_chip_box_and_a_printer_that_does_not_turn_are_told() {
        let large = PrintLimits { chip: PixelBox { left: 60, top: 150, right: 330, bottom: 420 }, ..ALL };
        let text =
            "[[front]]\nid = \"low\"\nkind = \"box\"\narea = { left = 10.0, top = 30.5, width = 5.0, height = 1.5 }\n";
        let marks = face(text).marks(&large);
        assert_eq!((marks[0].fault, marks[0].element.as_str()), (Fault::Chip, "low"));
        assert!(Fault::Chip.is_serious());
        let back = "[[back]]\nid = \"note\"\nkind = \"text\"\ntext = \"note\"\nfont = \"plain\"\nsize = 8.0\narea = { left = 10.0, top = 30.5, width = 15.0, height = 4.5 }\n";
        let marks = face(back).marks(&PrintLimits { back: false, ..ALL });
        assert_eq!((marks[0].fault, marks[0].side), (Fault::NoBack, Side::Back));
    }
}
