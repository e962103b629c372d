//! How long a face takes on its way to the printer's bytes and back to a picture.

use cardwright::{
    face::planes::Planes,
    printer::{
        magicard::{JobOptions, encoder},
        profile::{HeadTag, Profiles},
        virtual_printer::decode,
    },
};
use divan::{Bencher, black_box, counter::BytesCount};

fn main() {
    divan::main();
}

/// A face with dye on every pixel and a resin pattern.
fn face() -> Planes {
    let mut planes = Planes::blank();
    for (place, pixel) in planes.yellow.iter_mut().enumerate() {
        *pixel = (place % 251) as u8;
    }
    planes.magenta.clone_from(&planes.yellow);
    planes.cyan.clone_from(&planes.yellow);
    for (place, pixel) in planes.resin.iter_mut().enumerate() {
        *pixel = u8::from(place % 7 == 0);
    }
    planes
}

/// The whole job of one card for a head.
fn job(tag: HeadTag) -> Vec<u8> {
    let profiles = Profiles::bundled().expect("the bundled profiles are sound");
    let mut profile = profiles.find("magicard-doh-300-v2").expect("it is bundled").clone();
    profile.head.tag = tag;
    let encoder = encoder(&profile);
    encoder.encode(&face(), &JobOptions::one_card(1)).expect("the face can be printed")
}

#[divan::bench(args = [HeadTag::Kge2, HeadTag::Kee])]
fn encode(bencher: Bencher, tag: HeadTag) {
    let profiles = Profiles::bundled().expect("the bundled profiles are sound");
    let mut profile = profiles.find("magicard-doh-300-v2").expect("it is bundled").clone();
    profile.head.tag = tag;
    let (face, encoder) = (face(), encoder(&profile));
    bencher
        .counter(BytesCount::new(job(tag).len()))
        .bench_local(|| encoder.encode(black_box(&face), &JobOptions::one_card(1)));
}

#[divan::bench(args = [HeadTag::Kge2, HeadTag::Kee])]
fn decode_job(bencher: Bencher, tag: HeadTag) {
    let job = job(tag);
    bencher.counter(BytesCount::new(job.len())).bench_local(|| decode(black_box(&job)));
}

#[divan::bench]
fn picture(bencher: Bencher) {
    let cards = decode(&job(HeadTag::Kge2)).expect("our own job");
    bencher.bench_local(|| cards.first().map(|card| card.picture()));
}
