//! 200 hard names on the built-in face: none overflows, overlaps or loses a glyph, and the worst are drawn on a sheet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use cardwright::face::{
    FaceData, Layout, LayoutError, Photo, Purpose, Side, Template,
    layout::{GlyphRun, Ink, Placed, Shape, TextBlock},
    measure::{POINTS_PER_MM, column, row},
    pictures,
    planes::{HEIGHT, PixelBox, Planes, WIDTH},
    render,
    template::BUILT_IN_TEXT,
};
use image::{Rgba, RgbaImage, imageops};

const NAMES: &str = include_str!("data/hard-names.txt");

/// Scripts for which no font is bundled: a name in them is refused, never printed as boxes.
const UNPRINTABLE: [&str; 10] = [
    "অমিত চৌধুরী",
    "अनीता शर्मा",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "தமிழ்செல்வன்",
    "సీతారామ్",
    "สมชาย ใจดี",
    "ნინო ბერიძე",
    "Արամ Պետրոսյան",
    "አበበ ቢቂላ",
    "Anna 😀 Lee",
];

/// A name as it is set on both sides.
pub struct SetName {
    pub name: &'static str,
    front: Result<Layout, LayoutError>,
    back: Result<Layout, LayoutError>,
}

impl SetName {
    pub fn side(&self, side: Side) -> Result<&Layout, &LayoutError> {
        if side == Side::Front { self.front.as_ref() } else { self.back.as_ref() }
    }
}

/// Every name on the built-in front and on [`BACK`]; set once for all tests, as that takes longer than to judge them.
pub static SET: LazyLock<Vec<SetName>> = LazyLock::new(|| {
    let template = Template::parse(&format!("{BUILT_IN_TEXT}{BACK}")).unwrap();
    let set = |name| {
        let data = data(name);
        let [front, back] = [Side::Front, Side::Back].map(|side| Layout::new(&template, side, &data));
        SetName { name, front, back }
    };
    NAMES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(set).collect()
});

fn data(name: &str) -> FaceData {
    FaceData {
        name: name.into(),
        number: "555000000017".parse().unwrap(),
        organisation: "A1B".parse().unwrap(),
        photo: Photo::from_pixels(RgbaImage::from_pixel(400, 500, Rgba([180, 170, 160, 255]))).unwrap(),
        purpose: Purpose::Training,
        card: None,
        today: time::macros::date!(2026 - 11 - 26),
    }
}

/// What only this element prints.
fn alone(layout: &Layout, element: &Placed) -> Planes {
    let layout = Layout { elements: vec![element.clone()], ..layout.clone() };
    render(&layout, &vec![None])
}

/// Which dots it prints.
fn dots(planes: &Planes) -> Vec<usize> {
    planes.resin.iter().enumerate().filter(|(_, dot)| **dot != 0).map(|(at, _)| at).collect()
}

fn inside(dots: &[usize], place: PixelBox) -> bool {
    dots.iter().all(|at| place.holds(at % WIDTH, at / WIDTH))
}

/// Whether two sorted lists share a dot.
fn overlap(one: &[usize], other: &[usize]) -> bool {
    one.iter().any(|at| other.binary_search(at).is_ok())
}

/// The lines of a text from the top, each with its glyphs.
pub fn lines(text: &TextBlock) -> Vec<Vec<GlyphRun>> {
    let mut lines: Vec<(f32, Vec<GlyphRun>)> = Vec::new();
    for run in &text.runs {
        // Marks stand off the baseline, letters on it: the middle glyph tells the line.
        let mut heights: Vec<f32> = run.glyphs.iter().map(|glyph| glyph.y).collect();
        heights.sort_by(f32::total_cmp);
        let baseline = heights[heights.len() / 2];
        // Lines are more than half the size of their letters apart.
        match lines.iter_mut().find(|(known, _)| (known - baseline).abs() < run.size / POINTS_PER_MM * 0.5) {
            Some((_, runs)) => runs.push(run.clone()),
            None => lines.push((baseline, vec![run.clone()])),
        }
    }
    lines.into_iter().map(|(_, runs)| runs).collect()
}

/// What is wrong with a text of a layout, and its dots.
fn judge(layout: &Layout, element: &Placed, text: &TextBlock) -> (Vec<String>, Vec<usize>) {
    let mut faults = Vec::new();
    let dots_of = |element: &Placed| dots(&alone(layout, element));
    let all = dots_of(element);
    if all.is_empty() || !inside(&all, element.area.touched_pixels()) {
        faults.push("leaves its box".to_owned());
    }
    let glyphs = || text.runs.iter().flat_map(|run| &run.glyphs);
    if glyphs().any(|glyph| glyph.glyph == 0) {
        faults.push("has a box for a glyph".to_owned());
    }
    // Every character is carried by a glyph: none was dropped on the way. `visual_order` judges where each of them stands.
    let sorted = |mut letters: Vec<char>| {
        letters.retain(|c| !c.is_whitespace());
        letters.sort_unstable();
        letters
    };
    let carried = sorted(glyphs().flat_map(|glyph| glyph.text.chars()).collect());
    if carried != sorted(text.text.chars().collect()) {
        faults.push(format!("carries {carried:?}"));
    }
    if text.lines > 1 {
        let of = |runs| Placed { shape: Shape::Text(TextBlock { runs, ..text.clone() }), ..element.clone() };
        let lines: Vec<Vec<usize>> = lines(text).into_iter().map(|runs| dots_of(&of(runs))).collect();
        if lines.len() != text.lines || lines.windows(2).any(|pair| overlap(&pair[0], &pair[1])) {
            faults.push(format!("has lines that overlap ({} of {})", lines.len(), text.lines));
        }
    }
    (faults, all)
}

/// What is wrong with the names on one side, where the element of this id has the name.
fn faults(side: Side, name_element: &str, least: f32) -> Vec<String> {
    let mut faults = Vec::new();
    // Number and training mark are the same on every card.
    let mut same: BTreeMap<String, (Placed, Vec<usize>)> = BTreeMap::new();
    for set in SET.iter() {
        let name = set.name;
        let layout = match set.side(side) {
            Ok(layout) => layout,
            Err(error) => {
                faults.push(format!("{name}: {error}"));
                continue;
            }
        };
        let mut seen: Vec<(String, Vec<usize>)> = Vec::new();
        for element in layout.elements.iter().filter(|element| element.ink == Ink::Resin) {
            let Shape::Text(text) = &element.shape else { continue };
            let known = same.get(&element.id).filter(|(known, _)| known == element).map(|(_, dots)| dots.clone());
            let dots = known.unwrap_or_else(|| {
                let (found, dots) = judge(layout, element, text);
                faults.extend(found.into_iter().map(|fault| format!("{name}: {} {fault}", element.id)));
                same.insert(element.id.clone(), (element.clone(), dots.clone()));
                dots
            });
            if let Some((other, _)) = seen.iter().find(|(_, other)| overlap(&dots, other)) {
                faults.push(format!("{name}: {} and {other} overlap", element.id));
            }
            seen.push((element.id.clone(), dots));
        }
        let words: Vec<&str> = name.split_whitespace().collect();
        let set = layout.text(name_element).expect("a name");
        if set.text.split_whitespace().count() != words.len() || set.size < least || set.lines > 2 {
            faults.push(format!("{name}: {} points on {} lines", set.size, set.lines));
        }
    }
    faults
}

#[test]
fn two_hundred_hard_names_stand_whole_in_their_place() {
    assert_eq!(SET.len(), 200);
    let faults = faults(Side::Front, "name", 8.0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A back as a site writes one: the name again, smaller and from the left, between two lines of words.
const BACK: &str = r#"
[[back]]
id = "found"
kind = "text"
text = "If found, return this card to the Registration Authority"
font = "plain"
size = 8.0
minimum-size = 6.0
lines = 1
area = { left = 5.0, top = 6.0, width = 75.6, height = 4.0 }

[[back]]
id = "whose"
kind = "text"
text = "{name}"
font = "plain"
size = 9.0
minimum-size = 6.0
lines = 2
area = { left = 5.0, top = 10.5, width = 60.0, height = 6.4 }

[[back]]
id = "their-number"
kind = "text"
text = "{number}"
font = "strong"
size = 9.0
minimum-size = 6.0
lines = 1
area = { left = 5.0, top = 17.5, width = 60.0, height = 4.0 }
"#;

#[test]
fn two_hundred_hard_names_stand_whole_on_a_back_too() {
    let faults = faults(Side::Back, "whose", 6.0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_name_that_no_font_has_is_refused_with_its_letters() {
    let template = Template::nhs_care_identity().unwrap();
    for name in UNPRINTABLE {
        let error = Layout::new(&template, Side::Front, &data(name)).expect_err(name);
        let LayoutError::Unprintable { what, characters } = &error else { panic!("{name}: {error}") };
        assert_eq!(what, "name");
        // Every letter of the script is named, with its number, and nothing that could be printed.
        let foreign: BTreeSet<char> = name.chars().filter(|c| !c.is_ascii()).collect();
        let named: Vec<String> = foreign.iter().map(|c| format!("{c} (U+{:04X})", u32::from(*c))).collect();
        assert_eq!(*characters, named.join(", "), "{name}");
        let words = error.to_string();
        assert!(words.contains("Nothing was printed; enter a name on smartcard in letters"), "{words}");
        assert!(words.ends_with("Latin, Greek, Cyrillic, Hebrew, Arabic, Chinese, Japanese or Korean."), "{words}");
    }
}

/// Two letters of the same line never stand in each other's place: between words there is a gap of light columns.
#[test]
fn words_of_a_name_keep_their_gaps() {
    let plain = |set: &&SetName| set.name.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    for set in SET.iter().filter(plain) {
        let (name, layout) = (set.name, set.side(Side::Front).unwrap());
        let element = layout.element("name").unwrap();
        let planes = alone(layout, element);
        let text = layout.text("name").unwrap();
        let words = text.text.split(' ').count();
        let height = HEIGHT / 2;
        let rows: Vec<usize> =
            (height..HEIGHT).filter(|y| planes.resin[y * WIDTH..(y + 1) * WIDTH].contains(&1)).collect();
        let (top, bottom) = (rows[0], rows[rows.len() - 1] + 1);
        let lines = text.lines;
        let mut gaps = 0;
        for line in 0..lines {
            let (from, to) = (top + (bottom - top) * line / lines, top + (bottom - top) * (line + 1) / lines);
            let inked: Vec<bool> = (0..WIDTH).map(|x| (from..to).any(|y| planes.resin[y * WIDTH + x] != 0)).collect();
            let first = inked.iter().position(|inked| *inked).unwrap();
            let last = inked.iter().rposition(|inked| *inked).unwrap();
            // A space at 8 points is 9 dots wide.
            gaps += inked[first..=last].split(|inked| *inked).filter(|gap| gap.len() >= 6).count();
        }
        assert!(gaps + lines >= words, "{name}: {gaps} gaps on {lines} lines for {words} words");
    }
}

/// The smallest and fullest names, to be looked at: `CARDWRIGHT_SHEET=FILE.png` keeps the sheet.
#[test]
fn the_worst_twelve_make_a_sheet() {
    let mut set: Vec<(f32, &str, &Layout)> = SET
        .iter()
        .map(|set| {
            let (name, layout) = (set.name, set.side(Side::Front).unwrap());
            let text = layout.text("name").unwrap();
            let glyphs = text.runs.iter().map(|run| run.glyphs.len()).sum::<usize>() as f32;
            let foreign = name.chars().filter(|c| !c.is_ascii()).count() as f32;
            (text.size * 4.0 - glyphs * 0.5 - foreign, name, layout)
        })
        .collect();
    set.sort_by(|one, other| one.0.total_cmp(&other.0));
    // Half of the sheet are the longest, half those whose marks stand highest and deepest.
    let marks =
        |name: &str| ["Nguye\u{302}", "مُحَمَّدٌ", "דּוֹדִי", "Ǻsa", "髙橋", "Adébáyọ̀"].iter().any(|part| name.contains(part));
    let (marked, mut rest): (Vec<_>, Vec<_>) = set.into_iter().partition(|(_, name, _)| marks(name));
    assert_eq!(marked.len(), 6);
    rest.truncate(6);
    rest.extend(marked);
    let set = rest;
    let (left, top) = (column(2.0) as u32, row(31.0) as u32);
    let (wide, high) = (WIDTH as u32 - 2 * left, HEIGHT as u32 - top);
    let mut sheet = RgbaImage::from_pixel(2 * wide, 6 * high, Rgba([255; 4]));
    for (place, (_, _, layout)) in set.iter().enumerate() {
        let planes = render(layout, &pictures(layout, &data("").photo).unwrap());
        let part = imageops::crop_imm(&planes.preview(layout), left, top, wide, high).to_image();
        let (x, y) = (place as u32 % 2 * wide, place as u32 / 2 * high);
        imageops::replace(&mut sheet, &part, i64::from(x), i64::from(y));
    }
    let dark = sheet.pixels().filter(|pixel| pixel.0 == [0, 0, 0, 255]).count();
    assert!(dark > 12 * 2000, "{dark} black dots");
    if let Some(file) = std::env::var_os("CARDWRIGHT_SHEET") {
        sheet.save(file).unwrap();
    }
}
