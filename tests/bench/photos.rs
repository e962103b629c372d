//! Photos are read, edited, proved and saved.

use std::sync::Arc;

use cardwright::{
    bench::{Event, FaceWanted, Order, PhotoEdit, PhotoRead, Proof, Ticket, Trouble},
    cis2::Service,
    face::{
        Photo,
        planes::{HEIGHT, WIDTH},
    },
};

use crate::desk::{RA_AGENT, TestDesk, holder};

fn load(desk: &mut TestDesk) -> Arc<Photo> {
    let asked = desk.ticket();
    desk.order(Order::LoadPhoto { ticket: asked, holder: holder(0) });
    let (photo, picture) = read(desk, asked).expect("it decodes").expect("there is one");
    assert!(picture.width() <= 1000 && picture.height() <= 1000);
    photo
}

fn read(desk: &mut TestDesk, asked: Ticket) -> Result<PhotoRead, Trouble> {
    desk.until("a photo", |event| match event {
        Event::PhotoRead { ticket, result } if *ticket == asked => Some(result.clone()),
        _ => None,
    })
}

fn proof(desk: &mut TestDesk, photo: Option<(Arc<Photo>, PhotoEdit)>) -> Result<Arc<Proof>, Trouble> {
    let asked = desk.ticket();
    desk.order(Order::Proof { ticket: asked, wanted: FaceWanted { holder: holder(0), photo, printer: None } });
    desk.until("a proof", |event| match event {
        Event::Proof { ticket, result } if *ticket == asked => Some(result.clone()),
        _ => None,
    })
}

fn save(desk: &mut TestDesk, photo: &Arc<Photo>, edit: PhotoEdit, reason: Option<String>) -> Result<(), Trouble> {
    let asked = desk.ticket();
    desk.order(Order::SavePhoto { ticket: asked, holder: holder(0), photo: photo.clone(), edit, reason });
    desk.until("an answer", |event| match event {
        Event::PhotoSaved { ticket, holder: whose, result } if *ticket == asked => {
            assert_eq!(whose, &holder(0));
            Some(result.clone())
        }
        _ => None,
    })
}

#[test]
fn a_photo_is_judged_whole_and_a_frame_is_proposed() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let photo = load(&mut desk);
    let whole = proof(&mut desk, Some((photo.clone(), PhotoEdit::default()))).expect("it can be proved");
    assert_eq!(whole.advice, Vec::<String>::new());
    let [left, top, width, height] = whole.looked.proposed.expect("a frame");
    assert!(width < 1.0 && height < 1.0 && left > 0.0 && top > 0.0, "closer than the whole photo");
    // The right half of the face: what is found in the whole photo says where the head is cut.
    let crop = Some([0.4, 0.2, 0.48, 0.48]);
    let half = proof(&mut desk, Some((photo.clone(), PhotoEdit { crop, ..PhotoEdit::default() }))).expect("proved");
    assert!(half.advice.iter().any(|advice| advice.contains("head")), "{:?}", half.advice);
    assert_eq!(half.looked.proposed, whole.looked.proposed);
    let crop = whole.looked.proposed;
    let edit = PhotoEdit { crop, ..PhotoEdit::default() };
    assert_eq!(proof(&mut desk, Some((photo.clone(), edit))).expect("proved").advice, Vec::<String>::new());
    assert_eq!(save(&mut desk, &photo, edit, None), Ok(()), "nothing to look at needs no reason");
}

#[test]
fn an_edited_photo_is_proved_as_it_is_saved() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let on_record = proof(&mut desk, None).expect("this holder has a photo");
    assert_eq!((on_record.front.width() as usize, on_record.front.height() as usize), (WIDTH, HEIGHT));
    assert!(on_record.panels.iter().any(|panel| panel == "Cyan"), "{:?}", on_record.panels);

    let photo = load(&mut desk);
    let edit = PhotoEdit { quarter_turns: 2, crop: Some([0.1, 0.1, 0.8, 0.8]), brightness: 15 };
    let edited = proof(&mut desk, Some((photo.clone(), edit))).expect("it can be edited");
    assert_ne!(edited.front, on_record.front);
    // Upside down there is no face to be found: the service takes the photo for a reason only.
    let refused = save(&mut desk, &photo, edit, None).expect_err("no reason was given");
    assert!(refused.message.contains("reason"), "{}", refused.message);
    let reason = "the holder works upside down".to_owned();
    assert_eq!(save(&mut desk, &photo, edit, Some(reason.clone())), Ok(()));
    let history = desk.workplace.service.holder_history(&holder(0), 1).expect("the gateway answers");
    let row = &history[0];
    assert_eq!((row.event.as_str(), &row.detail["reason"]), ("holder.photo", &serde_json::json!(reason)));
    assert!(row.detail["look_at"].as_str().is_some_and(|names| names.starts_with("one-face")), "{}", row.detail);
    let saved = proof(&mut desk, None).expect("it is on record");
    assert_eq!(saved.front, edited.front, "what was shown is what will be printed");
    let jpeg = desk.workplace.service.photo(&holder(0)).expect("the gateway answers");
    assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]));
}

#[test]
fn files_and_bytes_are_read_and_what_is_no_photo_is_told() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let jpeg = desk.workplace.service.photo(&holder(1)).expect("the gateway answers");
    let file = desk.data().join("photo.jpg");
    std::fs::write(&file, &jpeg).expect("it can be written");
    let asked = desk.ticket();
    desk.order(Order::ReadPhoto { ticket: asked, file });
    let (from_file, _) = read(&mut desk, asked).expect("it decodes").expect("there is one");
    let asked = desk.ticket();
    desk.order(Order::DecodePhoto { ticket: asked, bytes: jpeg.into() });
    let (from_bytes, _) = read(&mut desk, asked).expect("it decodes").expect("there is one");
    assert!(from_file == from_bytes);

    let asked = desk.ticket();
    desk.order(Order::DecodePhoto { ticket: asked, bytes: (*b"no picture").into() });
    assert!(read(&mut desk, asked).expect_err("it is none").message.contains("not a JPEG or PNG"));
    let asked = desk.ticket();
    desk.order(Order::ReadPhoto { ticket: asked, file: desk.data().join("gone.jpg") });
    assert!(read(&mut desk, asked).expect_err("it is not there").message.contains("gone.jpg"));
    let asked = desk.ticket();
    let photo = load(&mut desk);
    let outside = PhotoEdit { crop: Some([0.5, 0.0, 0.9, 1.0]), ..PhotoEdit::default() };
    desk.order(Order::SavePhoto { ticket: asked, holder: holder(0), photo, edit: outside, reason: None });
    desk.until("that it is not saved", |event| match event {
        Event::PhotoSaved { ticket, result, .. } if *ticket == asked => result.is_err().then_some(()),
        _ => None,
    });
}

#[test]
fn a_holder_without_a_photo_has_no_portrait() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let found = desk.workplace.service.find_holders("", 200).expect("the gateway answers");
    let without = found.iter().find(|record| record.holder.photo_sha256.is_none());
    let whose = without.expect("there is one among the invented people").holder.id.clone();
    desk.order(Order::Portrait { holder: whose.clone() });
    desk.until("that there is none", |event| match event {
        Event::Portrait { holder, result } if *holder == whose => {
            assert!(matches!(result, Ok(None)), "{result:?}");
            Some(())
        }
        _ => None,
    });
}
