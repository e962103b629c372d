use proptest::prelude::*;

use super::*;
use crate::{
    bench::OpenedFace,
    desktop::preferences::Preferences,
    domain::eligibility::{ClientSoftware, Realm},
    face::template::BUILT_IN_TEXT,
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
        _ => Intent::Snap(a > 0.0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_is_taken_back_letter_by_letter(
        wishes in prop::collection::vec((0u8..18, -3.0f32..3.0, -3.0f32..3.0), 1..40)
    ) {
        let mut model = open();
        for (what, a, b) in wishes {
            if matches!(what, 5 | 6) {
                // As the mouse does.
                update(&mut model, Intent::Begin);
            }
            update(&mut model, wish(what, a, b));
            prop_assert!(Document::parse(&text(&model)).is_ok());
            let mistaken = Template::parse(&text(&model)).is_err();
            prop_assert_eq!(model.card_face.mistake.is_some(), mistaken, "judged at once");
            prop_assert!(!mistaken || model.card_face.refused().is_some(), "no mistake is saved");
        }
        while model.card_face.can_undo() {
            update(&mut model, Intent::Undo);
        }
        prop_assert_eq!(text(&model), BUILT_IN_TEXT);
        prop_assert!(!model.card_face.unsaved());
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
