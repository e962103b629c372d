//! `photo check` and `photo take`: what should be looked at in a photo before it goes on a record.

use std::{fs::File, io::Read, path::Path};

use image::DynamicImage;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Failure},
    arguments::{Common, Photo as Arguments, PhotoAction, PhotoTake},
    exit::Exit,
    table::Table,
    wording,
};
use crate::{
    camera::{CameraError, Cameras},
    face::{
        CropBox, Photo, Template,
        photo::{MOST_BYTES, Verdict},
    },
    workplace::{CardFaces, Configuration, cameras},
};

/// Longest side and JPEG quality of the part that is written: as a photo goes on record.
const WRITTEN: (u32, u8) = (1600, 92);

pub fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    // For the card face that cards are printed with here.
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let template = CardFaces::open(&places, &configuration).map_err(Failure::usage)?.in_use();
    match &arguments.action {
        PhotoAction::Check(check) => {
            let photo = Photo::decode(&read(&check.photo)?).map_err(Failure::failed)?;
            judge(&template, photo, check.proposed, check.out.as_deref())
        }
        PhotoAction::Take(take) => judge(&template, taken(&configuration, take)?, take.proposed, Some(&take.out)),
    }
}

/// What the camera sees. The picture is in memory alone until its part is written to the file that was named.
fn taken(configuration: &Configuration, take: &PhotoTake) -> Result<Photo, Failure> {
    let cameras = cameras(configuration);
    let camera = match &take.camera {
        Some(name) => name.clone(),
        None => {
            let all = cameras.list().map_err(Failure::failed)?;
            all.into_iter().next().ok_or_else(|| Failure::failed(CameraError::NotFound))?
        }
    };
    let frame = cameras.open(&camera).and_then(|mut open| open.frame()).map_err(Failure::failed)?;
    Photo::from_pixels(DynamicImage::ImageRgb8(frame).into_rgba8()).map_err(Failure::failed)
}

fn judge(template: &Template, photo: Photo, proposed: bool, out: Option<&Path>) -> Result<Answer, Failure> {
    let (width, height) = template.portrait();
    let faces = photo.faces();
    let mut judged = photo.checks(&photo.scaled(width, height).map_err(Failure::failed)?, &faces);
    let mut framed = photo;
    if proposed {
        let proposed = judged.proposed.ok_or_else(|| {
            Failure::failed("no face was found, so there is no frame to propose; nothing was changed: take a new photo")
        })?;
        framed = framed.cropped(proposed).map_err(Failure::failed)?;
        judged = framed.checks(&framed.scaled(width, height).map_err(Failure::failed)?, &faces);
    }
    let mut table = Table::new(["What", "Verdict"]);
    let mut documents = Vec::new();
    for check in &judged.checks {
        let (word, words) = match check.verdict {
            Verdict::Good => ("good", None),
            Verdict::LookAt(advice) => ("look-at", Some(advice.to_string())),
            Verdict::NotJudged => ("not-judged", None),
        };
        let shown = words.clone().unwrap_or_else(|| word.replace('-', " "));
        table.row([check.subject.to_string(), shown]);
        documents.push(json!({ "subject": check.subject.name(), "verdict": word, "advice": words }));
    }
    let document = json!({
        "width": framed.width(),
        "height": framed.height(),
        "faces": faces.len(),
        "judged": frame(framed.crop_for(width, height)),
        "proposed": judged.proposed.map(frame),
        "eyes": judged.head.and_then(|head| head.eyes).map(|eyes| eyes.map(|eye| [eye.x.round(), eye.y.round()])),
        "checks": documents,
    });
    if let Some(file) = out {
        let part = framed.crop_for(width, height);
        let jpeg = framed.cropped(part).and_then(|part| part.to_jpeg(WRITTEN.0, WRITTEN.1)).map_err(Failure::failed)?;
        let written = std::fs::write(file, jpeg);
        written.map_err(|e| Failure::failed(format!("{} cannot be written ({e}): choose another", file.display())))?;
    }
    let answer = Answer::done(table.render(), document);
    Ok(match judged.subjects().count() {
        0 => answer,
        _ => answer.ending(Exit::Warning, "there is something to look at in this photo before it is used"),
    })
}

/// Left, top, width and height in pixels of the upright photo.
fn frame(part: CropBox) -> Value {
    json!([part.left, part.top, part.width, part.height])
}

/// No more of a file than a photo may have.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|e| Failure::usage(format!("{} cannot be read ({e}): name another file", file.display())))?;
    Ok(bytes)
}
