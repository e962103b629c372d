use super::{
    fonts::Font,
    layout::{Ink, TextRole},
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

fn face(name: &str, purpose: Purpose) -> Face {
    let number = "555000000017".parse().expect("a training number");
    Face::compose(&template(), &FaceData { name: name.into(), number, photo: photo(), purpose }).expect("composes")
}

fn layout(name: &str) -> Result<Layout, LayoutError> {
    Layout::new(&template(), name, "555 000 000 017", Purpose::Training)
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
        let text = layout.text(TextRole::Name).expect("a name");
        assert!(text.runs.iter().any(|run| run.font == font), "{name}: {:?}", text.runs);
        let letters: usize = text.runs.iter().flat_map(|run| &run.glyphs).map(|glyph| glyph.text.chars().count()).sum();
        assert_eq!(letters, name.chars().count(), "{name}: every character belongs to exactly one glyph");
        assert_eq!((text.lines, text.size), (1, 12.0), "{name}");
    }
}

#[test]
fn arabic_is_joined_and_runs_from_right_to_left() {
    let layout = layout("محمد").expect("sets");
    let glyphs = &layout.text(TextRole::Name).expect("a name").runs[0].glyphs;
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
        let text = layout.text(TextRole::Name).expect("a name");
        sizes.push((text.lines, text.size));
        let pixels = text.area.touched_pixels();
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
    assert!(matches!(layout("  \n "), Err(LayoutError::Empty { what: "name" })));
    let error = layout("Amit অমিত").expect_err("no Bengali font");
    assert!(error.to_string().contains("অ (U+0985)"), "{error}");
    assert!(matches!(layout("Ann\u{202E}a"), Err(LayoutError::Control { .. })));
    assert!(matches!(layout("Ann\u{7}a"), Err(LayoutError::Control { .. })));
    let endless = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessen";
    let error = layout(endless).expect_err("one word too long for a line");
    assert!(matches!(error, LayoutError::TooLong { minimum: 8, lines: 2, .. }), "{error}");
    assert!(matches!(layout(&"Anna ".repeat(40_000)), Err(LayoutError::TooLong { .. })));
    // White space is tidied, not refused.
    assert_eq!(layout(" Anna \t  Lee\n").expect("sets").text(TextRole::Name).expect("a name").text, "Anna Lee");
}

#[test]
fn dyes_and_resin_never_meet_and_the_chip_stays_clean() {
    let face = face("Siân Llŷr-Gwyndaf", Purpose::Training);
    let planes = face.planes();
    let keep_out = planes.keep_out.expect("a chip");
    let photo = face.layout().photo.nearest_pixels();
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
    let pixel = face.photo().get_pixel(100, 150).0;
    assert_eq!(planes.cyan[y * WIDTH + x], 255 - pixel[0]);
    assert_eq!(planes.magenta[y * WIDTH + x], 255 - pixel[1]);
    assert_eq!(planes.yellow[y * WIDTH + x], 255 - pixel[2]);
}

#[test]
fn a_keep_out_clears_every_panel_whatever_lies_there() {
    let face = face("Anna Lee", Purpose::Training);
    let mut layout = face.layout().clone();
    layout.keep_out = layout.photo;
    let planes = render(&layout, Pictures { photo: face.photo(), artwork: None });
    for panel in [&planes.yellow, &planes.magenta, &planes.cyan] {
        assert!(panel.iter().all(|dye| *dye == 0));
    }
}

#[test]
fn only_a_training_card_says_so() {
    let live = face("Anna Lee", Purpose::Live);
    assert!(live.layout().text(TextRole::Training).is_none());
    let training = face("Anna Lee", Purpose::Training);
    let mark = training.layout().text(TextRole::Training).expect("the mark");
    assert_eq!((mark.text.as_str(), mark.ink), ("TRAINING", Ink::Resin));
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
    let place = face.layout().photo.nearest_pixels();
    let shown = preview.get_pixel(place.left as u32 + 140, place.top as u32 + 170).0;
    assert_eq!(shown[..3], face.photo().get_pixel(140, 170).0);
    let text = face.planes().resin.iter().position(|pixel| *pixel == 1).expect("text");
    assert_eq!(preview.get_pixel((text % WIDTH) as u32, (text / WIDTH) as u32).0, [0, 0, 0, 255]);
    let png = face.preview_png().expect("encodes");
    assert_eq!(image::load_from_memory(&png).expect("a PNG").into_rgba8(), preview);
}

#[test]
fn artwork_is_printed_whole_and_is_not_forgotten() {
    let text = format!(
        "{}\n[artwork]\nfile = \"ours.png\"\narea = {{ left = 26.0, top = 12.0, width = 28.0, height = 18.0 }}\n",
        include_str!("../../assets/card-faces/nhs-care-identity.toml")
    );
    let mut template = Template::parse(&text).expect("sound");
    let number: crate::domain::HolderId = "555000000017".parse().expect("a training number");
    let data = FaceData { name: "Anna Lee".into(), number, photo: photo(), purpose: Purpose::Live };
    assert_eq!(Face::compose(&template, &data).err(), Some(FaceError::ArtworkMissing));
    template.artwork_picture = Some(RgbImage::from_pixel(300, 100, image::Rgb([255, 0, 0])));
    let face = Face::compose(&template, &data).expect("composes");
    let place = face.layout().artwork.expect("a box").nearest_pixels();
    let middle = (place.top + place.height() / 2) * WIDTH + place.left + place.width() / 2;
    assert_eq!((face.planes().cyan[middle], face.planes().magenta[middle]), (0, 255));
    assert_eq!(
        face.planes().magenta[place.top * WIDTH + place.left],
        0,
        "a wide picture leaves the top of its box white"
    );
}
