use proptest::prelude::*;

use super::{document::when::Word, *};
use crate::{
    bench::OpenedFace,
    desktop::preferences::Preferences,
    domain::eligibility::{ClientSoftware, Realm},
    face::{Purpose, template::BUILT_IN_TEXT},
};

/// An editor with the built-in template open and its first drawing asked for.
fn open() -> Model {
    let mut model = Model::new(Realm::Training, ClientSoftware::NotFound, Preferences::default());
    arrived(&mut model);
    let [Order::OpenFace { ticket, name: None }] = model.take_orders()[..] else { panic!("the one in use") };
    let list = FaceList { names: vec![BUILT_IN.into()], in_use: BUILT_IN.into(), folder: "faces".into() };
    let opened = OpenedFace { name: BUILT_IN.into(), text: BUILT_IN_TEXT.into(), list };
    on_event(&mut model, &Event::FaceOpened { ticket, result: Ok(Box::new(opened)) });
    model
}

fn text(model: &Model) -> String {
    model.card_face.document.as_ref().expect("it is open").text()
}

fn wish(what: u8, a: f32, b: f32) -> Intent {
    let area = Area { left: a * 10.0, top: b * 10.0, width: 10.0 + a, height: 5.0 + b };
    let ids = ["photo", "name", "number", "training", "band", "no such element"];
    let place = (a.abs() * 10.0) as usize;
    match what {
        0 => Intent::Choose(ids.get(place % 7).map(|id| (*id).to_owned())),
        1 => Intent::Nudge(a, b),
        2 => Intent::Grow(a, b),
        3 => Intent::Place(area),
        4 => Intent::Begin,
        5 => Intent::Move(area),
        6 => Intent::Resize(area),
        7 => Intent::Align(arrange::Edge::ALL[place % 6]),
        8 => Intent::Words("text", ["{name}", "", "{nmae}", "\"\\\n"][place % 4].to_owned()),
        9 => Intent::Number("size", a * 20.0),
        10 => Intent::Add(document::KINDS[place % document::KINDS.len()]),
        11 => Intent::Remove,
        12 => Intent::Rename(ids[place % ids.len()].to_owned()),
        13 => Intent::PrePrinted(a > 0.0),
        14 => Intent::See(Side::BOTH[place % 2]),
        15 => Intent::Undo,
        16 => Intent::Redo,
        17 => Intent::Snap(a > 0.0),
        18 => Intent::When(Word::Purpose, ["", "live", "training"][place % 3]),
        19 => Intent::When(Word::Card, ["", "locked", "active"][place % 3]),
        20 => Intent::Series(["series9", "series10"][place % 2], b > 0.0),
        21 => Intent::Organisations(["", "a1b", "A1B, X99,", "?"][place % 4].to_owned()),
        22 => Intent::OwnColour,
        23 => Intent::Colour(
            ["band", "colour"][place % 2].to_owned(),
            ["#102030", "red"][usize::from(b > 0.0)].to_owned(),
        ),
        24 => Intent::Typeface(["sans-regular", "sans-bold"][place % 2]),
        25 => Intent::Reorder(place % 9),
        26 => Intent::Duplicate,
        27 => Intent::Words("colour", ["", "band", "no such colour"][place % 3].to_owned()),
        28 => Intent::Words("fit", ["", "wrap", "ellipsis"][place % 3].to_owned()),
        29 => Intent::SampleCard(if a > 0.0 { Purpose::Live } else { Purpose::Training }, b > 0.0),
        30 => Intent::Dropped("picture.png".into()),
        _ => Intent::ShowChosen,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_is_taken_back_letter_by_letter(
        wishes in prop::collection::vec((0u8..32, -3.0f32..3.0, -3.0f32..3.0), 1..40)
    ) {
        let mut model = open();
        for (what, a, b) in wishes {
            if matches!(what, 5 | 6) {
                // As the mouse does.
                update(&mut model, Intent::Begin);
            }
            update(&mut model, wish(what, a, b));
            for order in model.take_orders() {
                if let Order::TakeArtwork { ticket, .. } = order {
                    let result = if a > 0.0 { Ok(Some("ours.png".into())) } else { Err(Trouble::unchanged("no picture")) };
                    on_event(&mut model, &Event::ArtworkTaken { ticket, result });
                }
            }
            prop_assert!(Document::parse(&text(&model)).is_ok());
            let mistaken = Template::parse(&text(&model)).is_err();
            prop_assert_eq!(model.card_face.mistake.is_some(), mistaken, "judged at once");
            prop_assert!(!mistaken || model.card_face.refused().is_some(), "no mistake is saved");
        }
        // What was taken back at the end is the first to be done again.
        let done = model.card_face.redo.first().cloned().unwrap_or_else(|| text(&model));
        while model.card_face.can_undo() {
            update(&mut model, Intent::Undo);
        }
        prop_assert_eq!(text(&model), BUILT_IN_TEXT);
        prop_assert!(!model.card_face.unsaved());
        while model.card_face.can_redo() {
            update(&mut model, Intent::Redo);
        }
        prop_assert_eq!(text(&model), done, "and all of it can be done again");
    }
}

#[test]
fn a_run_of_movements_is_one_step_and_one_drawing_is_asked_for_at_a_time() {
    let mut model = open();
    assert!(matches!(model.take_orders()[..], [Order::DrawFace { .. }]));
    update(&mut model, Intent::Choose(Some("number".into())));
    for _ in 0..20 {
        update(&mut model, Intent::Nudge(0.1, 0.0));
    }
    assert!(model.take_orders().is_empty(), "the first drawing is not there yet");
    update(&mut model, Intent::Undo);
    assert_eq!(text(&model), BUILT_IN_TEXT);
    update(&mut model, Intent::Redo);
    let ticket = model.card_face.drawing.expect("asked for");
    on_event(&mut model, &Event::FaceDrawn { ticket, result: Ok(Arc::default()) });
    let [Order::DrawFace { text: wanted, .. }] = &model.take_orders()[..] else { panic!("the face as it is now") };
    assert_eq!(*wanted, text(&model));
}

#[test]
fn the_built_in_face_is_saved_under_another_name_only_and_leaving_asks() {
    let mut model = open();
    assert_eq!(model.card_face.save_as, "our-card");
    update(&mut model, Intent::SaveAs(BUILT_IN.into()));
    assert_eq!(model.card_face.refused(), Some("card-face-refused-built-in"));
    update(&mut model, Intent::SaveAs("ours".into()));
    update(&mut model, Intent::Add("line"));
    update(&mut model, Intent::Open("other".into()));
    assert!(model.dialogs.pop_front().is_some() && model.card_face.opening.is_none(), "it asks first");
    drop(model.take_orders());
    update(&mut model, Intent::Save);
    let orders = model.take_orders();
    let Some(Order::SaveFace { ticket, name, .. }) = orders.first() else { panic!("{orders:?}") };
    assert_eq!(name, "ours");
    let list =
        FaceList { names: vec![BUILT_IN.into(), "ours".into()], in_use: BUILT_IN.into(), folder: "faces".into() };
    on_event(&mut model, &Event::FaceSaved { ticket: *ticket, result: Ok(("faces/ours.toml".into(), list)) });
    assert!(!model.card_face.unsaved() && model.card_face.saved_to.is_some());
    assert_eq!(model.card_face.refused(), Some("card-face-refused-same"));
}

#[test]
fn organisations_are_typed_with_anything_between_and_kept_as_typed() {
    let mut model = open();
    update(&mut model, Intent::Choose(Some("name".into())));
    for typed in ["a", "a1", "a1b", "a1b,", "a1b, x", "a1b, x99"] {
        update(&mut model, Intent::Organisations(typed.into()));
        assert_eq!(model.card_face.organisations(), typed);
        let whole = typed.split(", ").all(|code| code.trim_end_matches(',').len() == 3);
        assert_eq!(model.card_face.mistake_of("name").is_none(), whole, "{typed}: {:?}", model.card_face.mistake);
    }
    assert!(text(&model).contains("when = { organisation = [\"A1B\", \"X99\"] }"));
    update(&mut model, Intent::Undo);
    assert_eq!(text(&model), BUILT_IN_TEXT, "what is typed is one step");
    assert_eq!(model.card_face.organisations(), "");
}

#[test]
fn an_element_of_other_cards_is_told_and_a_card_it_is_on_is_drawn() {
    let mut model = open();
    update(&mut model, Intent::Choose(Some("training".into())));
    assert!(model.card_face.is_shown("training"));
    update(&mut model, Intent::When(Word::Purpose, "live"));
    update(&mut model, Intent::When(Word::Card, "locked"));
    update(&mut model, Intent::Series("series9", true));
    assert!(!model.card_face.is_shown("training") && model.card_face.is_shown("name"));
    update(&mut model, Intent::ShowChosen);
    assert!(model.card_face.is_shown("training"));
    let sample = model.card_face.sample.clone();
    assert_eq!((sample.purpose, sample.locked), (Purpose::Live, true));
    drop(model.take_orders());
    let ticket = model.card_face.drawing.expect("asked for");
    on_event(&mut model, &Event::FaceDrawn { ticket, result: Ok(Arc::default()) });
    let orders = model.take_orders();
    let [Order::DrawFace { sample: drawn, .. }] = &orders[..] else { panic!("{orders:?}") };
    assert_eq!(*drawn, sample);
    for _ in 0..3 {
        update(&mut model, Intent::Undo);
    }
    assert_eq!(text(&model), BUILT_IN_TEXT, "each choice is a step");
}

#[test]
fn a_dropped_picture_is_one_step_and_one_that_is_refused_names_its_element() {
    let mut model = open();
    update(&mut model, Intent::Dropped("logo.png".into()));
    let taking = |model: &mut Model| {
        let ticket = model.take_orders().into_iter().find_map(|order| match order {
            Order::TakeArtwork { ticket, file } if file.ends_with("logo.png") => Some(ticket),
            _ => None,
        });
        ticket.expect("it is asked for")
    };
    let ticket = taking(&mut model);
    update(&mut model, Intent::ChooseArtwork);
    assert!(model.take_orders().is_empty(), "one at a time");
    let why = Trouble::unchanged("it is no picture");
    on_event(&mut model, &Event::ArtworkTaken { ticket, result: Err(why) });
    let (id, _) = model.card_face.artwork_trouble.clone().expect("told");
    assert_eq!(id, "image");
    update(&mut model, Intent::ArtworkPath("\"/srv/ours/logo.png\"".into()));
    update(&mut model, Intent::TakeArtwork);
    let ticket = taking(&mut model);
    assert!(model.card_face.artwork_trouble.is_none());
    on_event(&mut model, &Event::ArtworkTaken { ticket, result: Ok(Some("logo-2.png".into())) });
    assert_eq!(model.card_face.row().expect("chosen").word("file"), Some("logo-2.png"));
    // The next one for the same element is a step of its own.
    update(&mut model, Intent::Dropped("new/logo.png".into()));
    let ticket = taking(&mut model);
    on_event(&mut model, &Event::ArtworkTaken { ticket, result: Ok(Some("logo-3.png".into())) });
    for file in [Some("logo-2.png"), Some("picture.png"), None] {
        update(&mut model, Intent::Undo);
        assert_eq!(
            model
                .card_face
                .document
                .as_ref()
                .and_then(|document| document.row("image"))
                .as_ref()
                .and_then(|row| row.word("file")),
            file
        );
    }
    assert_eq!(text(&model), BUILT_IN_TEXT);
    update(&mut model, Intent::Dropped("logo.png".into()));
    let ticket = taking(&mut model);
    on_event(&mut model, &Event::ArtworkTaken { ticket, result: Ok(Some("logo.png".into())) });
    update(&mut model, Intent::Undo);
    assert_eq!(text(&model), BUILT_IN_TEXT, "element and picture are one step");
}
