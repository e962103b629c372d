//! A photo goes on record: what the officer was told of it, and why they took it all the same.

use cardwright::{
    cis2::{
        Service,
        wire::{LONGEST_NOTE, PhotoReview},
    },
    domain::PhotoSubject,
    training,
};

use crate::desk::{self, RA_AGENT, SIAN};

fn image() -> Vec<u8> {
    training::people().expect("people").holders.into_iter().find_map(|person| person.photo).expect("a photo")
}

fn put(service: &dyn Service, look_at: &[PhotoSubject], reason: Option<&str>) -> Result<(), String> {
    let review = PhotoReview { look_at: look_at.to_vec(), reason: reason.map(str::to_owned) };
    match service.put_photo(&desk::holder(SIAN), &image(), &review) {
        Ok(()) => Ok(()),
        refused => Err(desk::problem(refused).kind),
    }
}

#[test]
fn what_an_officer_was_told_and_why_they_took_it_all_the_same_is_in_the_audit() {
    let site = desk::site();
    let service = desk::sign_in(&site.gateway.url(), RA_AGENT);
    let newest = || service.holder_history(&desk::holder(SIAN), 1).expect("the history").remove(0).detail;
    assert_eq!(put(&service, &[], None), Ok(()));
    assert_eq!(newest()["look_at"], "");
    assert!(newest().get("reason").is_none());
    let faults = [PhotoSubject::Glare, PhotoSubject::EyesLevel];
    let reason = "Brille wird nie abgesetzt: ŵ, ż, 眼";
    assert_eq!(put(&service, &faults, Some(reason)), Ok(()));
    assert_eq!((&newest()["look_at"], &newest()["reason"]), (&"glare, eyes-level".into(), &reason.into()));
    let rows = service.holder_history(&desk::holder(SIAN), 100).expect("the history").len();
    let before = service.photo(&desk::holder(SIAN)).expect("the photo");
    for missing in [None, Some(""), Some("  ")] {
        assert_eq!(put(&service, &faults, missing), Err("photo-reason-missing".into()));
    }
    assert_eq!(put(&service, &faults, Some(&"x".repeat(LONGEST_NOTE + 1))), Err("malformed".into()));
    assert_eq!(service.holder_history(&desk::holder(SIAN), 100).expect("the history").len(), rows);
    assert_eq!(service.photo(&desk::holder(SIAN)).expect("the photo"), before);
}

#[test]
fn headers_about_a_photo_that_cannot_be_read_are_refused_and_the_audit_says_of_a_client_without_them_that_it_did_not_judge()
 {
    let site = desk::site();
    let url = site.gateway.url();
    let client = reqwest::blocking::Client::builder().no_proxy().build().expect("a client");
    let sign_in = client
        .post(format!("{url}/ra/v1/training/sign-in"))
        .header("Idempotency-Key", "one")
        .body(format!("{{\"officer\":\"{RA_AGENT}\"}}"))
        .send()
        .expect("an answer");
    let session: serde_json::Value = serde_json::from_slice(&sign_in.bytes().expect("a body")).expect("JSON");
    let token = session["token"].as_str().expect("a token").to_owned();
    let put = |headers: &[(&str, &[u8])]| {
        let mut request = client.put(format!("{url}/ra/v1/holders/{SIAN}/photo")).bearer_auth(&token).body(image());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().expect("an answer").status().as_u16()
    };
    let service = desk::sign_in(&url, RA_AGENT);
    let newest = || service.holder_history(&desk::holder(SIAN), 1).expect("the history").remove(0);
    assert_eq!(put(&[]), 204);
    let row = newest();
    assert_eq!((row.event.as_str(), &row.detail["judged"]), ("holder.photo", &false.into()));
    assert!(row.detail.get("look_at").is_none() && row.detail.get("reason").is_none(), "{}", row.detail);
    // A reason alone judges nothing either, and is not kept as if it did.
    assert_eq!(put(&[("Photo-Reason", b"bm9uZQ==")]), 204);
    assert_eq!((&newest().detail["judged"], newest().detail.get("reason")), (&false.into(), None));
    assert_eq!(put(&[("Photo-Look-At", b"")]), 204);
    assert_eq!((&newest().detail["look_at"], newest().detail.get("judged")), (&"".into(), None));
    assert_eq!(put(&[("Photo-Look-At", b"sharpness , resolution"), ("Photo-Reason", b"bm9uZQ==")]), 204);
    assert_eq!(put(&[("Photo-Look-At", b"handsome"), ("Photo-Reason", b"bm9uZQ==")]), 400);
    assert_eq!(put(&[("Photo-Look-At", b"glare"), ("Photo-Reason", b"not base64!")]), 400);
    assert_eq!(put(&[("Photo-Look-At", b"glare"), ("Photo-Reason", b"/////w==")]), 400);
    assert_eq!(put(&[("Photo-Look-At", b"\xff")]), 400);
}
