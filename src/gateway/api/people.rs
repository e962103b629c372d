//! Sign-in, holders and their photos.

use std::io::Cursor;

use base64::{Engine, engine::general_purpose::STANDARD};
use image::{ImageFormat, ImageReader};
use serde_json::json;
use time::OffsetDateTime;

use super::{Answer, Call, Desk, spoil::check_note};
use crate::{
    cis2::wire::{self, ApprovalsBy, PhotoReview},
    domain::{HolderId, PHOTO_PIXELS_REFUSED, PhotoSubject, Role},
    gateway::{
        approvals::{self, Approved},
        audit,
        problem::Fault,
        records, sessions,
    },
};

pub fn officers(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    Answer::json(&sessions::officers(desk.store)?)
}

pub fn sign_in(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::SignIn = call.json()?;
    Answer::created(&sessions::begin(desk.store, &request.officer, None, &desk.core.config, desk.now)?)
}

pub fn session(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    Answer::json(&told(desk, desk.proved)?)
}

/// The officer's session, as it is told to them once it is begun.
fn told(desk: &Desk<'_>, proved: OffsetDateTime) -> Result<wire::Session, Fault> {
    Ok(wire::Session {
        token: None,
        officer: desk.officer()?.clone(),
        realm: desk.core.config.realm,
        proved,
        expires: desk.session_ends,
        card: desk.session_card().cloned(),
        approvals: desk.core.config.approvals,
    })
}

/// The signed-in officer has proved once more who they are.
pub fn proved_again(desk: &Desk<'_>, call: &Call, detail: &serde_json::Value) -> Result<Answer, Fault> {
    let token = call.token.as_ref().ok_or_else(Fault::unauthenticated)?;
    sessions::proved(desk.store, token, desk.now)?;
    desk.audit("session.stepped-up", detail)?;
    Answer::created(&told(desk, desk.now)?)
}

/// The signed-in officer proves once more who they are. At the training sign-in that is choosing oneself again; a session
/// that was begun with a card has better proof to ask for.
pub fn step_up(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::SignIn = call.json()?;
    let officer = desk.officer()?;
    if request.officer != officer.id {
        return Err(Fault::other_officer());
    }
    if desk.session_card().is_some() {
        desk.audit("session.step-up.refused", &json!({ "why": "own-card-needed" }))?;
        return Err(Fault::new(
            403,
            "own-card-needed",
            "This session was begun with a card, so a name alone does not prove once more who you are",
            "Put your own card into a reader and type its passcode",
        )
        .kept());
    }
    proved_again(desk, call, &json!({}))
}

/// A second officer approves one operation on one card of the officer who is signed in.
pub fn approve(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::Approve = call.json()?;
    if desk.core.config.approvals == ApprovalsBy::Card {
        return Err(Fault::new(
            403,
            "approval-needs-card",
            "Here a second officer proves with their own card who they are",
            "Ask the colleague to put their card into a reader and type its passcode",
        ));
    }
    let second = sessions::officer(desk.store, &request.officer)?.ok_or_else(Fault::officer_unknown)?;
    let what = Approved { operation: request.operation, serial: request.serial, card: None };
    Answer::created(&approvals::give(desk.store, desk.now, desk.officer()?, &second, &what)?)
}

pub fn sign_out(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let token = call.token.as_ref().ok_or_else(Fault::unauthenticated)?;
    sessions::end(desk.store, token, &desk.officer()?.id, desk.now)?;
    Ok(Answer::nothing())
}

pub fn find_holders(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let query = call.query.get("query").map_or("", String::as_str);
    Answer::json(&records::find_holders(desk.store, query, call.limit(50)?)?)
}

pub fn history(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let holder = records::holder(desk.store, &call.param("holder")?)?;
    Answer::json(&audit::of_holder(desk.store, &holder.id, call.limit(200)?)?)
}

pub fn holder(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    Answer::json(&records::holder_record(desk.store, &call.param("holder")?)?)
}

pub fn photo(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let id: HolderId = call.param("holder")?;
    let Some(photo) = records::photo(desk.store, &id)? else {
        return Err(Fault::new(
            404,
            "photo-missing",
            "There is no photo on the holder's record",
            "Add a photo to the record first",
        ));
    };
    let content_type = if photo.starts_with(&[0x89, b'P', b'N', b'G']) { "image/png" } else { "image/jpeg" };
    Ok(Answer::bytes(content_type, photo))
}

pub fn put_photo(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let id: HolderId = call.param("holder")?;
    let officer = desk.officer()?;
    let holder = records::holder(desk.store, &id)?;
    // Changing a person's details: RA Managers, agents and ID checkers (`facts/nhs.md` 1.2), and never one's own.
    let may = matches!(officer.role, Role::RaManager | Role::AdvancedRaAgent | Role::RaAgent | Role::IdChecker);
    let refused = |detail: &str, remedy: &str| Fault::new(403, "refused", "This is not allowed", remedy).detail(detail);
    if !may {
        let detail = format!("The role {} may not change a photo", officer.role);
        return Err(refused(&detail, "Ask an RA Manager, RA Agent or ID Checker"));
    }
    if holder.id == officer.id {
        return Err(refused("This is your own record", "Ask another officer to do it"));
    }
    check_image(&call.body)?;
    let review = review(&call.photo_review)?;
    let photo_sha256 = records::put_photo(desk.store, &id, &call.body)?;
    let mut detail = json!({ "holder": id, "photo_sha256": photo_sha256 });
    match review {
        Some(review) => {
            detail["look_at"] = json!(review.names());
            if let Some(reason) = review.reason {
                detail["reason"] = json!(reason);
            }
        }
        // Nothing to look at is another thing than nobody having looked.
        None => detail["judged"] = json!(false),
    }
    desk.audit("holder.photo", &detail)?;
    Ok(Answer::nothing())
}

/// What the officer was told of the photo and why they take it all the same; `None` from a client that does not judge
/// photos.
fn review([look_at, reason]: &[Option<String>; 2]) -> Result<Option<PhotoReview>, Fault> {
    let Some(look_at) = look_at else { return Ok(None) };
    let unreadable = || Fault::malformed("the headers about the photo cannot be read");
    let names = look_at.split(',').map(str::trim).filter(|name| !name.is_empty());
    let look_at: Vec<PhotoSubject> = names.map(PhotoSubject::of_name).collect::<Option<_>>().ok_or_else(unreadable)?;
    let reason = reason.as_ref().map(|text| {
        let bytes = STANDARD.decode(text).map_err(|_| unreadable())?;
        String::from_utf8(bytes).map_err(|_| unreadable())
    });
    let reason = reason.transpose()?.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    check_note("the reason to take the photo", reason.as_deref())?;
    if !look_at.is_empty() && reason.is_none() {
        let title = "There is something to look at in this photo, and no reason was given to take it";
        return Err(Fault::new(422, "photo-reason-missing", title, "Take a better photo, or say why this one is used"));
    }
    Ok(Some(PhotoReview { look_at, reason }))
}

/// Whether these bytes are a JPEG or PNG picture of a size that can be worked with. Only its head is read.
fn check_image(bytes: &[u8]) -> Result<(), Fault> {
    let refused = |detail: &str| {
        Fault::new(422, "photo-unusable", "This photo cannot be used", "Choose a JPEG or PNG file from a camera")
            .detail(detail)
    };
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| refused("it cannot be read"))?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(refused("it is not a JPEG or PNG picture"));
    }
    let (width, height) = reader.into_dimensions().map_err(|_| refused("the picture is damaged"))?;
    if u64::from(width) * u64::from(height) >= PHOTO_PIXELS_REFUSED {
        return Err(refused(&format!(
            "it has {width} by {height} pixels, and only fewer than 60 million can be worked with"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a PNG file (ISO/IEC 15948, 5.2 and 11.2.2) of this size.
    fn head(width: u32, height: u32) -> Vec<u8> {
        let mut chunk = b"IHDR".to_vec();
        chunk.extend(width.to_be_bytes());
        chunk.extend(height.to_be_bytes());
        chunk.extend([8, 2, 0, 0, 0]);
        let mut checksum = u32::MAX;
        for byte in &chunk {
            checksum ^= u32::from(*byte);
            for _ in 0..8 {
                checksum = (checksum >> 1) ^ (0xEDB8_8320 & (checksum & 1).wrapping_neg());
            }
        }
        let end = [0, 0, 0, 0, b'I', b'D', b'A', b'T', 0x35, 0xAF, 0x06, 0x1E];
        [b"\x89PNG\r\n\x1a\n\0\0\0\x0d", chunk.as_slice(), &(!checksum).to_be_bytes(), &end].concat()
    }

    #[test]
    fn the_gateway_takes_the_photos_the_face_can_decode() {
        assert!(check_image(&head(10_000, 5_999)).is_ok());
        let refused = check_image(&head(10_000, 6_000)).expect_err("60 million pixels");
        assert_eq!((refused.problem.kind.as_str(), refused.problem.status), ("photo-unusable", 422));
    }
}
