//! The pictures worker: photos decoded, edited and saved, faces composed.

mod face;

use std::{
    fs::File,
    io::Read,
    path::Path,
    sync::{Arc, Weak},
};

use image::RgbaImage;
use time::OffsetDateTime;

use super::{common::Common, question::Question, teller::serve};
use crate::{
    bench::{
        event::{Event, Looked, PhotoRead, Proof, Trouble},
        order::{FaceWanted, Order, PhotoEdit, Ticket},
    },
    cis2::{Service, wire::PhotoReview},
    domain::{HolderId, eligibility::Realm},
    face::{
        CropBox, Face, FaceData, Photo, PhotoChecks, PhotoError, Purpose,
        photo::{self, FoundFace, Spot},
    },
};

/// Longest side of a photo on record in pixels: four times what the face needs, and far below the gateway's 8 MB.
const LONGEST_SIDE: u32 = 1600;
/// JPEG quality of a photo on record.
const QUALITY: u8 = 92;
/// Width and height of a photo while it is edited, at most.
pub(super) const LARGEST_SHOWN: u32 = 1000;

/// Runs until the lane is closed.
pub fn run(common: &Common) {
    let mut seen = Seen::default();
    tell_face(common);
    serve(&common.pictures, &common.teller, Question::of, |order| carry_out(common, &mut seen, order));
}

/// Photos are framed for the card face in use.
fn tell_face(common: &Common) {
    let portrait = common.workplace.bench.card_faces.in_use().portrait();
    common.tell(Event::FaceInUse { portrait });
}

/// The faces of the photo that was looked at last: they stay where they are while its frame moves.
#[derive(Default)]
struct Seen {
    photo: Weak<Photo>,
    quarter_turns: u8,
    faces: Vec<FoundFace>,
}

impl Seen {
    fn faces(&mut self, photo: &Arc<Photo>, quarter_turns: u8, turned: &Photo) -> &[FoundFace] {
        // The weak reference keeps the address from being given to another photo.
        if !std::ptr::eq(self.photo.as_ptr(), Arc::as_ptr(photo)) || self.quarter_turns != quarter_turns {
            *self = Self { photo: Arc::downgrade(photo), quarter_turns, faces: turned.faces() };
        }
        &self.faces
    }
}

fn carry_out(common: &Common, seen: &mut Seen, order: Order) {
    let service = &common.workplace.service;
    match order {
        Order::Portrait { holder } => {
            let record = service.holder(&holder).map_err(|error| Trouble::from(&error));
            let result = record.and_then(|record| common.portraits.of(service, &record.holder));
            common.tell(Event::Portrait { holder, result });
        }
        Order::Proof { ticket, wanted } => {
            let result = proof(common, seen, &wanted).map(Arc::new);
            common.tell(Event::Proof { ticket, result });
        }
        Order::ReadPhoto { ticket, file } => {
            tell_photo(common, ticket, read_file(&file).and_then(|bytes| decode(&bytes)));
        }
        Order::DecodePhoto { ticket, bytes } => tell_photo(common, ticket, decode(&bytes)),
        Order::PastePhoto { ticket } => tell_photo(common, ticket, super::clipboard::photo().and_then(pasted)),
        Order::LoadPhoto { ticket, holder } => {
            let bytes = service.photo(&holder).map_err(|error| Trouble::from(&error));
            tell_photo(common, ticket, bytes.and_then(|bytes| decode(&bytes)));
        }
        Order::SavePhoto { ticket, holder, photo, edit, reason } => {
            let result = save(common, seen, &holder, &photo, &edit, reason);
            common.tell(Event::PhotoSaved { ticket, holder, result });
        }
        Order::OpenFace { ticket, name } => common.tell(Event::FaceOpened { ticket, result: face::open(common, name) }),
        Order::DrawFace { ticket, text, sample, printer } => {
            let result = face::draw(common, &text, &sample, printer.as_deref()).map(Arc::new);
            common.tell(Event::FaceDrawn { ticket, result });
        }
        Order::TakeArtwork { ticket, file } => {
            common.tell(Event::ArtworkTaken { ticket, result: face::take(common, &file).map(Some) });
        }
        Order::SaveFace { ticket, name, text } => {
            common.tell(Event::FaceSaved { ticket, result: face::save(common, &name, &text) });
            tell_face(common);
        }
        // Dispatch sends nothing else here.
        _ => {}
    }
}

fn tell_photo(common: &Common, ticket: Ticket, result: Result<PhotoRead, Trouble>) {
    common.tell(Event::PhotoRead { ticket, result });
}

fn decode(bytes: &[u8]) -> Result<PhotoRead, Trouble> {
    Photo::decode(bytes).map(shown).map_err(trouble)
}

fn pasted(picture: RgbaImage) -> Result<PhotoRead, Trouble> {
    Photo::from_pixels(picture).map(shown).map_err(trouble)
}

fn shown(photo: Photo) -> PhotoRead {
    let picture = photo.picture_within(LARGEST_SHOWN, LARGEST_SHOWN);
    Some((Arc::new(photo), Arc::new(picture)))
}

pub(super) fn trouble(error: PhotoError) -> Trouble {
    Trouble::unchanged(error.to_string())
}

/// Reads a file, no more of it than a photo may have.
fn read_file(file: &Path) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let most = u64::try_from(photo::MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| {
        Trouble::unchanged(format!(
            "the photo {} cannot be read ({error}): check that it is still there, or choose another; nothing was changed",
            file.display()
        ))
    })?;
    Ok(bytes)
}

fn proof(common: &Common, seen: &mut Seen, wanted: &FaceWanted) -> Result<Proof, Trouble> {
    let service = &common.workplace.service;
    let holder = service.holder(&wanted.holder).map_err(|error| Trouble::from(&error))?.holder;
    let mut framed = None;
    let photo = match &wanted.photo {
        Some((photo, edit)) => {
            let done = finished(photo, edit).map_err(trouble)?;
            framed = Some((photo, edit, done.turned));
            done.decoded
        }
        None if holder.photo_sha256.is_none() => {
            return Err(Trouble::unchanged(format!(
                "there is no photo on the record of {}: add one first; nothing was changed",
                holder.id.grouped()
            )));
        }
        None => {
            let bytes = service.photo(&holder.id).map_err(|error| Trouble::from(&error))?;
            Photo::decode(&bytes).map_err(trouble)?
        }
    };
    let live = common.workplace.bench.configuration.realm == Realm::Live;
    let data = FaceData {
        name: holder.printed_name().to_owned(),
        number: holder.id.clone(),
        organisation: holder.organisation.clone(),
        photo,
        purpose: if live { Purpose::Live } else { Purpose::Training },
        card: None,
        today: OffsetDateTime::now_utc().date(),
    };
    let template = common.workplace.bench.card_faces.in_use();
    let composed = Face::compose(&template, &data).map_err(|error| Trouble::unchanged(error.to_string()))?;
    let (width, height) = template.portrait();
    let printed = data.photo.scaled(width, height).map_err(trouble)?;
    let (looked, advice) = match framed {
        // Where the frame is in the photo, and who else is in the frame, only the whole photo can tell.
        Some((photo, edit, turned)) => {
            look(turned.checks(&printed, seen.faces(photo, edit.quarter_turns, &turned)), &turned)
        }
        None => look(data.photo.checks(&printed, &data.photo.faces()), &data.photo),
    };
    let printer = face::printer(common, wanted.printer.as_deref());
    let limits = printer.map(|printer| printer.profile.limits());
    let shown = face::shown(composed, printer, limits.as_ref());
    Ok(Proof { advice, looked, ..shown })
}

/// What was found, in parts of the photo, and what to look at in words.
fn look(found: PhotoChecks, photo: &Photo) -> (Looked, Vec<String>) {
    let (across, down) = (photo.width().max(1) as f32, photo.height().max(1) as f32);
    let spot = |spot: Spot| [spot.x / across, spot.y / down];
    let head = found.head.map(|head| {
        [head.left / across, head.top / down, (head.right - head.left) / across, (head.bottom - head.top) / down]
    });
    let eyes = found.head.and_then(|head| head.eyes).map(|eyes| eyes.map(spot));
    let proposed = found.proposed.map(|part| {
        let (left, top) = (part.left as f32 / across, part.top as f32 / down);
        [left, top, part.width as f32 / across, part.height as f32 / down]
    });
    let advice = found.advice().map(|advice| advice.to_string()).collect();
    (Looked { checks: found.checks, head, eyes, proposed }, advice)
}

fn save(
    common: &Common,
    seen: &mut Seen,
    holder: &HolderId,
    photo: &Arc<Photo>,
    edit: &PhotoEdit,
    reason: Option<String>,
) -> Result<(), Trouble> {
    let Finished { jpeg, turned, decoded } = finished(photo, edit).map_err(trouble)?;
    let (width, height) = common.workplace.bench.card_faces.in_use().portrait();
    let printed = decoded.scaled(width, height).map_err(trouble)?;
    let found = turned.checks(&printed, seen.faces(photo, edit.quarter_turns, &turned));
    let review = PhotoReview { look_at: found.subjects().collect(), reason };
    common.workplace.service.put_photo(holder, &jpeg, &review).map_err(|error| Trouble::from(&error))
}

/// An edited photo.
struct Finished {
    /// As it goes on record.
    jpeg: Vec<u8>,
    /// The whole photo, turned, with the part chosen of it.
    turned: Photo,
    /// The file decoded again: a proof of it shows exactly what will be printed.
    decoded: Photo,
}

fn finished(photo: &Photo, edit: &PhotoEdit) -> Result<Finished, PhotoError> {
    let turned = photo.turned(edit.quarter_turns);
    let cropped = match edit.crop {
        None => turned,
        Some(parts) => {
            let part = crop_box(parts, turned.width(), turned.height())?;
            turned.cropped(part)?
        }
    };
    let jpeg = cropped.clone().brightened(edit.brightness).to_jpeg(LONGEST_SIDE, QUALITY)?;
    let decoded = Photo::decode(&jpeg)?;
    Ok(Finished { jpeg, turned: cropped, decoded })
}

/// Parts of width and height as pixels. Rounding never leads outside; anything else that does is refused.
fn crop_box([left, top, width, height]: [f32; 4], across: u32, down: u32) -> Result<CropBox, PhotoError> {
    const SLACK: f32 = 0.001;
    let sound = |start: f32, length: f32| {
        (-SLACK..=1.0 + SLACK).contains(&start) && length > 0.0 && start + length <= 1.0 + SLACK
    };
    if !sound(left, width) || !sound(top, height) {
        return Err(PhotoError::CropOutside);
    }
    let (left, width) = span(left, width, across);
    let (top, height) = span(top, height, down);
    Ok(CropBox { left, top, width, height })
}

fn span(start: f32, length: f32, pixels: u32) -> (u32, u32) {
    let at = |part: f32| {
        let place = (f64::from(part.clamp(0.0, 1.0)) * f64::from(pixels)).round();
        // It lies between 0 and a number of pixels.
        place as u32
    };
    let begin = at(start);
    (begin, at(start + length).saturating_sub(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_pixels_and_never_leave_the_photo() {
        let whole = crop_box([0.0, 0.0, 1.0, 1.0], 640, 480).expect("the whole photo");
        assert_eq!(whole, CropBox { left: 0, top: 0, width: 640, height: 480 });
        let corner = crop_box([0.75, 0.5, 0.2504, 0.5004], 640, 480).expect("a rounding error beyond the edge");
        assert_eq!(corner, CropBox { left: 480, top: 240, width: 160, height: 240 });
        for wrong in [[0.5, 0.0, 0.6, 1.0], [-0.1, 0.0, 0.5, 0.5], [0.0, 0.0, 0.0, 1.0], [f32::NAN, 0.0, 1.0, 1.0]] {
            assert_eq!(crop_box(wrong, 640, 480), Err(PhotoError::CropOutside), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_saved_is_what_the_proof_shows() {
        let grey = RgbaImage::from_fn(2400, 3000, |x, y| image::Rgba([(x / 10) as u8, (y / 12) as u8, 90, 255]));
        let photo = Photo::from_pixels(grey).expect("large enough");
        let edit = PhotoEdit { quarter_turns: 1, crop: Some([0.25, 0.0, 0.5, 1.0]), brightness: 10 };
        let Finished { jpeg, decoded: shown, .. } = finished(&photo, &edit).expect("it can be edited");
        assert_eq!(Photo::decode(&jpeg), Ok(shown.clone()));
        assert_eq!(
            (shown.width(), shown.height()),
            (1000, 1600),
            "half of the turned width, then no longer than 1,600"
        );
        assert!(jpeg.len() < 8_000_000);
    }
}
