//! How long a card face takes: `cargo bench --bench face`.

use cardwright::face::{Face, FaceData, Photo, Purpose, Template, render};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

fn data() -> FaceData {
    let photo = include_bytes!("../assets/training/photos/photo-01.jpg");
    FaceData {
        name: "Siân Llŷr-Gwyndaf".into(),
        number: "555000000017".parse().expect("a training number"),
        photo: Photo::decode(photo).expect("training photos are sound"),
        organisation: "A1B".parse().expect("a code"),
        purpose: Purpose::Training,
        card: None,
        today: time::macros::date!(2026 - 11 - 23),
    }
}

fn template() -> Template {
    Template::nhs_care_identity().expect("built-in template")
}

#[divan::bench]
fn decode_photo(bencher: Bencher<'_, '_>) {
    let photo = include_bytes!("../assets/training/photos/photo-01.jpg");
    bencher.bench(|| Photo::decode(black_box(photo)));
}

#[divan::bench]
fn compose(bencher: Bencher<'_, '_>) {
    let (template, data) = (template(), data());
    bencher.bench(|| Face::compose(black_box(&template), black_box(&data)));
}

#[divan::bench]
fn separate(bencher: Bencher<'_, '_>) {
    let face = Face::compose(&template(), &data()).expect("composes");
    bencher.bench(|| render(face.layout(), &face.front().pictures));
}

#[divan::bench]
fn preview(bencher: Bencher<'_, '_>) {
    let face = Face::compose(&template(), &data()).expect("composes");
    bencher.bench(|| face.preview());
}

#[divan::bench]
fn proof(bencher: Bencher<'_, '_>) {
    let face = Face::compose(&template(), &data()).expect("composes");
    bencher.bench(|| face.proof_pdf(time::macros::datetime!(2026-11-23 09:30 UTC)));
}
