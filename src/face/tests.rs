use time::macros::date;

use super::{
    fonts::Font,
    layout::{Ink, Shape},
    measure::POINTS_PER_MM,
    planes::{HEIGHT, WIDTH},
    *,
};

fn template() -> Template {
    Template::nhs_care_identity().expect("the built-in template")
}

fn photo() -> Photo {
    Photo::decode(include_bytes!("../../assets/training/photos/photo-01.jpg")).expect("sound")
}

fn data(name: &str, purpose: Purpose) -> FaceData {
    FaceData {
        name: name.into(),
        number: "555000000017".parse().expect("a training number"),
        organisation: "A1B".parse().expect("a code"),
        photo: photo(),
        purpose,
        card: None,
        today: date!(2026 - 11 - 26),
    }
}

fn face(name: &str, purpose: Purpose) -> Face {
    Face::compose(&template(), &data(name, purpose)).expect("composes")
}

fn layout(name: &str) -> Result<Layout, LayoutError> {
    Layout::new(&template(), Side::Front, &data(name, Purpose::Training))
}

/// The built-in template with more written behind it.
fn with(more: &str) -> Result<Template, TemplateError> {
    Template::parse(&format!("{}\n{more}", template::BUILT_IN_TEXT))
}

#[test]
fn names_of_many_scripts_are_set_from_the_right_fonts() {
    for (name, font) in [
        ("Siân Llŷr-Gwyndaf", Font::LatinBold),
        ("Łukasz Żółć-Święcki", Font::LatinBold),
        ("Nguyễn Thị Hằng", Font::LatinBold),
        ("Олена Їжакевич", Font::LatinBold),
        ("Ευτυχία Παπαδοπούλου", Font::LatinBold),
        ("محمد عبد الرحمن", Font::ArabicBold),
        ("王小明", Font::Han),
    ] {
        let layout = layout(name).expect(name);
        let text = layout.text("name").expect("a name");
        assert!(text.runs.iter().any(|run| run.font == font), "{name}: {:?}", text.runs);
        let letters: usize = text.runs.iter().flat_map(|run| &run.glyphs).map(|glyph| glyph.text.chars().count()).sum();
        assert_eq!(letters, name.chars().count(), "{name}: every character belongs to exactly one glyph");
        assert_eq!((text.lines, text.size), (1, 12.0), "{name}");
    }
}

#[test]
fn arabic_is_joined_and_runs_from_right_to_left() {
    let layout = layout("محمد").expect("sets");
    let glyphs = &layout.text("name").expect("a name").runs[0].glyphs;
    let seen: String = glyphs.iter().map(|glyph| glyph.text.as_str()).collect();
    assert_eq!(seen, "دمحم", "from left to right the last letter comes first");
    assert!(glyphs.windows(2).all(|pair| pair[0].x <= pair[1].x));
    let (middle, first) = (glyphs[1].glyph, glyphs[3].glyph);
    assert_ne!(middle, first, "the letter meem has another shape inside a word than at its start");
}

#[test]
fn long_names_shrink_then_wrap_and_never_leave_their_box() {
    let mut sizes = Vec::new();
    for name in [
        "Anna Lee",
        "Bartholomew Featherstonehaugh-Cholmondeley",
        "Maximiliana Wolfeschlegelstein-Featherstonehaugh de la Cholmondeley-Marjoribanks Montgomery",
    ] {
        let layout = layout(name).expect(name);
        let text = layout.text("name").expect("a name");
        sizes.push((text.lines, text.size));
        let pixels = layout.element("name").expect("a name").area.touched_pixels();
        let bounds = glyphs::outline(text).expect("visible").bounds();
        assert!(bounds.left() >= pixels.left as f32 && bounds.right() <= pixels.right as f32, "{name}: {bounds:?}");
        assert!(bounds.top() >= pixels.top as f32 && bounds.bottom() <= pixels.bottom as f32, "{name}: {bounds:?}");
    }
    assert_eq!(sizes[0], (1, 12.0));
    assert!(sizes[1].0 == 1 && sizes[1].1 < 12.0, "{sizes:?}");
    assert!(sizes[2].0 == 2 && sizes[2].1 >= 8.0, "{sizes:?}");
}

#[test]
fn what_cannot_be_printed_is_refused_in_words() {
    assert!(matches!(layout("  \n "), Err(LayoutError::Empty { what }) if what == "name"));
    let error = layout("Amit অমিত").expect_err("no Bengali font");
    assert!(error.to_string().contains("অ (U+0985)"), "{error}");
    assert!(matches!(layout("Ann\u{202E}a"), Err(LayoutError::Control { .. })));
    assert!(matches!(layout("Ann\u{7}a"), Err(LayoutError::Control { .. })));
    let endless = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessen";
    let error = layout(endless).expect_err("one word too long for a line");
    assert!(matches!(error, LayoutError::TooLong { minimum: 8, lines: 2, .. }), "{error}");
    assert!(matches!(layout(&"Anna ".repeat(40_000)), Err(LayoutError::TooLong { .. })));
    // White space is tidied, not refused.
    assert_eq!(layout(" Anna \t  Lee\n").expect("sets").text("name").expect("a name").text, "Anna Lee");
}

#[test]
fn dyes_and_resin_never_meet_and_the_chip_stays_clean() {
    let face = face("Siân Llŷr-Gwyndaf", Purpose::Training);
    let planes = face.planes();
    let keep_out = planes.keep_out.expect("a chip");
    let photo = face.layout().element("photo").expect("a photo").area.nearest_pixels();
    let mut resin = 0;
    for at in 0..WIDTH * HEIGHT {
        let dyed = planes.cyan[at] | planes.magenta[at] | planes.yellow[at] != 0;
        let (x, y) = (at % WIDTH, at / WIDTH);
        assert!(planes.resin[at] <= 1 && !(dyed && planes.resin[at] == 1), "({x}, {y})");
        if (keep_out.left..keep_out.right).contains(&x) && (keep_out.top..keep_out.bottom).contains(&y) {
            assert!(!dyed && planes.resin[at] == 0, "({x}, {y}) is over the chip");
        }
        if dyed {
            assert!((photo.left..photo.right).contains(&x) && (photo.top..photo.bottom).contains(&y), "({x}, {y})");
        }
        resin += usize::from(planes.resin[at]);
    }
    assert!(resin > 10_000, "{resin} pixels of text");
    // The band is on the blank card already.
    assert!(planes.resin[..100 * WIDTH].iter().all(|pixel| *pixel == 0));
    let (x, y) = (photo.left + 100, photo.top + 150);
    let pixel = face.photo().expect("a photo").get_pixel(100, 150).0;
    assert_eq!(planes.cyan[y * WIDTH + x], 255 - pixel[0]);
    assert_eq!(planes.magenta[y * WIDTH + x], 255 - pixel[1]);
    assert_eq!(planes.yellow[y * WIDTH + x], 255 - pixel[2]);
}

#[test]
fn a_keep_out_clears_every_panel_whatever_lies_there() {
    let face = face("Anna Lee", Purpose::Training);
    let mut layout = face.layout().clone();
    layout.keep_out = layout.element("photo").map(|photo| photo.area);
    let planes = render(&layout, &face.front().pictures);
    for panel in [&planes.yellow, &planes.magenta, &planes.cyan] {
        assert!(panel.iter().all(|dye| *dye == 0));
    }
}

#[test]
fn only_a_training_card_says_so() {
    let live = face("Anna Lee", Purpose::Live);
    assert!(live.layout().text("training").is_none());
    let training = face("Anna Lee", Purpose::Training);
    let mark = training.layout().text("training").expect("the mark");
    assert_eq!(mark.text, "TRAINING");
    assert_eq!(training.layout().element("training").map(|mark| mark.ink), Some(Ink::Resin));
    assert!(mark.size / POINTS_PER_MM > 5.0, "letters that nobody overlooks");
}

#[test]
fn the_preview_shows_what_the_panels_print() {
    let face = face("Anna Lee", Purpose::Training);
    let preview = face.preview();
    let at = |x: f32, y: f32| preview.get_pixel(measure::column(x) as u32, measure::row(y) as u32).0;
    assert_eq!(at(0.1, 0.1)[3], 0, "outside the rounded corner");
    assert_eq!(at(50.0, 1.0), [0x00, 0x5E, 0xB8, 255], "the band");
    assert_eq!(at(40.0, 20.0), [255, 255, 255, 255], "the bare card");
    let place = face.layout().element("photo").expect("a photo").area.nearest_pixels();
    let shown = preview.get_pixel(place.left as u32 + 140, place.top as u32 + 170).0;
    assert_eq!(shown[..3], face.photo().expect("a photo").get_pixel(140, 170).0);
    let text = face.planes().resin.iter().position(|pixel| *pixel == 1).expect("text");
    assert_eq!(preview.get_pixel((text % WIDTH) as u32, (text / WIDTH) as u32).0, [0, 0, 0, 255]);
    let png = face.preview_png().expect("encodes");
    assert_eq!(image::load_from_memory(&png).expect("a PNG").into_rgba8(), preview);
}

#[test]
fn artwork_is_printed_whole_and_is_not_forgotten() {
    let mut template = with(
        "[[front]]\nid = \"ours\"\nkind = \"image\"\nfile = \"ours.png\"\n\
         area = { left = 26.0, top = 12.0, width = 28.0, height = 18.0 }\n",
    )
    .expect("sound");
    let data = data("Anna Lee", Purpose::Live);
    let error = Face::compose(&template, &data).expect_err("its picture was not read");
    assert!(error.to_string().contains("\"ours\""), "{error}");
    let red = RgbImage::from_pixel(300, 100, image::Rgb([255, 0, 0]));
    let element = template.front.last_mut().expect("an element");
    element.content = template::Content::Image { file: "ours.png".into(), picture: Some(red.into()) };
    let face = Face::compose(&template, &data).expect("composes");
    let place = face.layout().element("ours").expect("a picture").area.nearest_pixels();
    let middle = (place.top + place.height() / 2) * WIDTH + place.left + place.width() / 2;
    assert_eq!((face.planes().cyan[middle], face.planes().magenta[middle]), (0, 255));
    assert_eq!(
        face.planes().magenta[place.top * WIDTH + place.left],
        0,
        "a wide picture leaves the top of its box white"
    );
}

const BACK: &str = r##"
[[back]]
id = "stripe"
kind = "line"
colour = "band"
area = { left = 5.0, top = 5.0, width = 75.6, height = 0.5 }

[[back]]
id = "locked"
kind = "text"
when = { card = "locked" }
text = "Unlock before use"
font = "plain"
size = 8.0
area = { left = 5.0, top = 8.0, width = 40.0, height = 4.0 }

[[back]]
id = "open"
kind = "text"
when = { card = "active" }
text = "{series}, valid to {expires}"
font = "plain"
size = 8.0
area = { left = 5.0, top = 8.0, width = 60.0, height = 4.0 }

[[back]]
id = "note"
kind = "text"
text = "If found please return this card to the Registration Authority of organisation {organisation} without delay"
font = "plain"
size = 8.0
fit = "ellipsis"
area = { left = 5.0, top = 14.0, width = 40.0, height = 4.0 }

[[back]]
id = "serial"
kind = "code-128"
text = "{serial}"
module = 2
area = { left = 5.0, top = 20.0, width = 70.0, height = 8.0 }
"##;

#[test]
fn a_back_says_what_its_card_is() {
    let template = with(BACK).expect("sound");
    let mut data = data("Anna Lee", Purpose::Live);
    let face = Face::compose(&template, &data).expect("composes");
    assert_eq!(face.waiting(), ["locked", "open", "serial"], "the card is not known");
    data.card = Some(CardFacts {
        serial: "0011223344556677".parse().expect("a serial"),
        series: crate::domain::Series::Series10,
        locked: false,
        expires: Some(date!(2028 - 03 - 01)),
    });
    let face = Face::compose(&template, &data).expect("composes");
    assert!(face.waiting().is_empty());
    let back = face.back().expect("a back");
    assert!(back.layout.text("locked").is_none() && back.layout.keep_out.is_none());
    assert_eq!(back.layout.text("open").expect("it is not locked").text, "Series 10, valid to 1 Mar 2028");
    let note = &back.layout.text("note").expect("a note").text;
    assert!(note.starts_with("If found please return") && note.ends_with('\u{2026}'), "{note}");
    let planes = face.back_planes().expect("something is printed");
    let at = |x: f32, y: f32| measure::row(y) as usize * WIDTH + measure::column(x) as usize;
    assert_eq!((planes.cyan[at(40.0, 5.2)], planes.resin[at(40.0, 5.2)]), (255, 0), "a line of the band's blue");
    let Some(Shape::Code(bars)) = back.layout.element("serial").map(|element| &element.shape) else { panic!("a code") };
    for bar in bars {
        assert_eq!((bar.width() % 2, planes.resin[bar.top * WIDTH + bar.left]), (0, 1), "{bar:?}");
    }
    data.card.as_mut().expect("a card").locked = true;
    let face = Face::compose(&template, &data).expect("composes");
    assert!(face.back().expect("a back").layout.text("open").is_none());
}

#[test]
fn a_code_without_room_names_its_element() {
    let text = BACK.replace("width = 70.0, height = 8.0", "width = 20.0, height = 8.0");
    let mut data = data("Anna Lee", Purpose::Live);
    data.card = Some(CardFacts {
        serial: "00112233445566778899".parse().expect("a serial"),
        series: crate::domain::Series::Series10,
        locked: false,
        expires: None,
    });
    let error = Face::compose(&with(&text).expect("sound"), &data).expect_err("too narrow").to_string();
    assert!(error.contains("element \"serial\"") && error.contains("mm"), "{error}");
}
