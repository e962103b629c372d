use super::*;
use crate::face::{
    FaceData, Layout, Photo, Purpose,
    measure::{CARD_HEIGHT_MM, CARD_WIDTH_MM},
};

/// Replaces the first occurrence after a mark, as a person would change one element.
fn changed(after: &str, from: &str, to: &str) -> String {
    let start = BUILT_IN_TEXT.find(after).unwrap_or_else(|| panic!("{after} is in the file"));
    let (before, rest) = BUILT_IN_TEXT.split_at(start);
    assert!(rest.contains(from), "{from} is in the file");
    format!("{before}{}", rest.replacen(from, to, 1))
}

#[test]
fn the_built_in_template_is_sound() {
    let template = Template::nhs_care_identity().expect("the file in the tree");
    assert!(template.back.is_empty());
    let name = template.element("name").expect("a name");
    assert!(matches!(&name.content, Content::Text(style) if style.lines == 2 && style.text == "{name}"));
    let photo = template.photo().expect("a photo");
    assert!(photo.right() < CARD_WIDTH_MM && photo.bottom() < CARD_HEIGHT_MM);
}

#[test]
fn every_refusal_names_element_key_line_and_remedy() {
    let element = |id: &str| format!("[[front]]\nid = \"{id}\"");
    for (at, from, to, key) in [
        ("number", "size = 9.5", "size = inf", "number.size"),
        ("number", "size = 9.5", "size = 7.5", "number.minimum-size"),
        ("name", "lines = 2", "lines = 9", "name.lines"),
        ("number", "font = \"plain\"", "font = \"fancy\"", "number.font"),
        ("band", "colour = \"band\"", "colour = \"bnad\"", "band.colour"),
        ("photo", "top = 10.4", "top = 40.4", "photo.area"),
        ("photo", "left = 58.2", "left = 10.2", "photo.area"),
        ("photo", "width = 23.6", "width = -1.0", "photo.area"),
        ("name", "top = 44.5", "top = 40.5", "name.area"),
        ("training", "text = \"TRAINING\"", "text = \"\"", "training.text"),
        ("training", "text = \"TRAINING\"", "text = \"{nmae}\"", "training.text"),
        ("training", "lines = 1", "lines = 1\nmodule = 3", "training.module"),
        ("name", "lines = 2", "lines = 2\nfit = \"ellipsis\"", "name.fit"),
        ("name", "text = \"{name}\"", "", "name.text"),
        ("number", "id = \"number\"", "id = \"photo\"", "photo.id"),
        ("number", "id = \"number\"", "id = \"a b\"", "a b.id"),
        ("photo", "kind = \"photo\"", "kind = \"qr\"", "photo.text"),
        ("photo", "kind = \"photo\"", "kind = \"qr\"\ntext = \"{digits}\"\nmodule = 1", "photo.module"),
        ("photo", "kind = \"photo\"", "kind = \"photo\"\npre-printed = true", "photo.pre-printed"),
    ] {
        let text = changed(&element(at), from, to);
        let error = Template::parse(&text).expect_err(to);
        assert_eq!(error.key, key, "{to}: {error}");
        assert!(!error.remedy.is_empty());
        let written = text.lines().nth(error.line - 1).expect("a line of the file");
        let word = key.rsplit_once('.').expect("a key").1;
        assert!(written.trim_start().starts_with(word) || written == "[[front]]", "{error}: {written}");
    }
    for (from, to, key) in
        [("band = \"#005EB8\"", "band = \"#05EB8\"", "colours.band"), ("left = 7.3", "left = nan", "keep-out.area")]
    {
        let error = Template::parse(&BUILT_IN_TEXT.replacen(from, to, 1)).expect_err(to);
        assert_eq!(error.key, key, "{error}");
        assert!(error.line >= 8, "{error}");
    }
}

#[test]
fn conditions_that_no_card_fulfils_together_share_a_place() {
    let second = |when: &str| {
        let element = "kind = \"text\"\ntext = \"LIVE\"\nfont = \"plain\"\nsize = 8.0";
        let area = "area = { left = 4.0, top = 32.4, width = 48.0, height = 9.0 }";
        format!("{BUILT_IN_TEXT}\n[[front]]\nid = \"live\"\n{element}\n{area}\n{when}\n")
    };
    Template::parse(&second("when = { purpose = \"live\" }")).expect("never both");
    for when in ["", "when = { purpose = \"training\" }", "when = { card = \"locked\" }"] {
        let error = Template::parse(&second(when)).expect_err("both at once");
        assert_eq!(error.key, "live.area");
        assert!(error.problem.contains("training.area"), "{error}");
    }
    let error = Template::parse(&second("when = { purpse = \"live\" }")).expect_err("a slip");
    assert!(error.problem.contains("purpse") && error.key == "live.when", "{error}");
    for (when, key) in [
        ("when = { series = [\n  \"series10\",\n  \"series11\",\n] }", "live.when"),
        ("when = { organisation = [\"A1B\", \"?\"] }", "live.when"),
        ("[front.when]\npurpose = \"alive\"", "live.purpose"),
    ] {
        let error = Template::parse(&second(when)).expect_err("a slip");
        assert_eq!(error.key, key, "{error}");
    }
    let text = changed("id = \"photo\"", "area = { left = 58.2, top = 10.4, width = 23.6, height = 29.5 }", "");
    let error = Template::parse(&text).expect_err("no box");
    assert_eq!(error.key, "photo.area", "{error}");
}

#[test]
fn unknown_keys_and_broken_text_name_their_line() {
    let error =
        Template::parse(&changed("id = \"name\"", "lines = 2", "lines = 2\nlinse = 3")).expect_err("unknown key");
    assert!(error.key == "name.linse" && error.problem.contains("linse"), "{error}");
    assert_eq!(Template::parse("title = ").expect_err("broken").line, 1);
    assert!(Template::parse(&"#".repeat(LONGEST + 1)).is_err());
    let missing = Template::parse(&BUILT_IN_TEXT.replace("[keep-out]", "[kept-out]")).expect_err("missing");
    assert!(missing.to_string().contains("kept-out") || missing.to_string().contains("keep-out"), "{missing}");
}

fn with_picture(file: &str) -> String {
    format!(
        "{BUILT_IN_TEXT}\n[[front]]\nid = \"ours\"\nkind = \"image\"\nfile = \"{file}\"\n\
         area = {{ left = 26.0, top = 12.0, width = 28.0, height = 18.0 }}\n"
    )
}

#[test]
fn artwork_stays_beside_the_template_and_its_mistakes_name_it() {
    for file in ["../logo.png", "/etc/logo.png", "a\\\\b.png", "c:logo.png", ""] {
        let error = Template::parse(&with_picture(file)).expect_err(file);
        assert_eq!(error.key, "ours.file", "{error}");
    }
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("face.toml");
    std::fs::write(&path, with_picture("ours.png")).expect("scratch folder takes files");
    let refused = |why: &str| {
        let error = Template::read(&path).expect_err("no sound picture");
        assert!(error.to_string().contains(why) && error.file.ends_with("face.toml"), "{error}");
        assert_eq!((error.key.as_str(), error.line), ("ours.file", BUILT_IN_TEXT.lines().count() + 5));
    };
    refused("ours.png");
    std::fs::write(folder.path().join("ours.png"), b"no picture").expect("scratch folder takes files");
    refused("not a JPEG or PNG");
    image::RgbImage::from_pixel(40, 30, image::Rgb([200, 30, 30]))
        .save(folder.path().join("ours.png"))
        .expect("picture");
    let template = Template::read(&path).expect("sound now");
    let size = |template: &Template| match &template.element("ours").expect("ours").content {
        Content::Image { picture: Some(picture), .. } => picture.dimensions(),
        _ => (0, 0),
    };
    assert_eq!(size(&template), (40, 30));

    std::fs::write(&path, with_picture("ours.svg")).expect("scratch folder takes files");
    let drawing = folder.path().join("ours.svg");
    for (svg, why) in [
        ("<svg", "no SVG drawing"),
        ("<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><text>A</text></svg>", "into paths"),
        ("<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><image href='/etc/passwd'/></svg>", "PNG"),
        (
            "<s:svg xmlns:s='http://www.w3.org/2000/svg' width='20' height='10'><s:image href='/etc/passwd'/></s:svg>",
            "PNG",
        ),
    ] {
        std::fs::write(&drawing, svg).expect("scratch folder takes files");
        refused(why);
    }
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><rect width='10' height='10' fill='#f00'/></svg>";
    std::fs::write(&drawing, svg).expect("scratch folder takes files");
    let template = Template::read(&path).expect("a drawing");
    let Content::Image { picture: Some(picture), .. } = &template.element("ours").expect("ours").content else {
        panic!("a picture")
    };
    assert_eq!(picture.dimensions(), (2032, 1016));
    assert_eq!((picture.get_pixel(500, 500).0, picture.get_pixel(1500, 500).0), ([255, 0, 0], [255, 255, 255]));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_damage_to_the_text_ends_in_a_panic(at in 0usize..5000, cut in 0usize..40, put in "[-0-9a-z.\"=\\[\\]{}#, \n\u{e9}]{0,8}") {
        let start = at.min(BUILT_IN_TEXT.len());
        let end = (start + cut).min(BUILT_IN_TEXT.len());
        let text = format!("{}{put}{}", &BUILT_IN_TEXT[..start], &BUILT_IN_TEXT[end..]);
        match Template::parse(&text) {
            // Whatever is accepted can be laid out or is refused in words.
            Ok(template) => {
                let data = FaceData {
                    name: "Anna Lee".into(),
                    number: "555000000017".parse().expect("a training number"),
                    organisation: "A1B".parse().expect("a code"),
                    photo: Photo::from_pixels(image::RgbaImage::new(200, 250)).expect("large enough"),
                    purpose: Purpose::Training,
                    card: None,
                    today: time::macros::date!(2026 - 11 - 26),
                };
                for side in Side::BOTH {
                    drop(Layout::new(&template, side, &data));
                }
            }
            Err(error) => proptest::prop_assert!(!error.key.is_empty() && !error.remedy.is_empty() && error.line > 0),
        }
    }
}
