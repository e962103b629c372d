//! Faces to be looked at: of a holder, and in the editor of card faces.

use std::{path::Path, sync::Arc};

use image::RgbaImage;
use time::OffsetDateTime;

use super::Common;
use crate::{
    bench::event::{FaceList, OpenedFace, Proof, Trouble},
    face::{Face, FaceSide, Mark, Plane, PrintLimits, Template, marks, samples::Sample},
    printer::{
        choice::Printer,
        profile::Profile,
        separation::{Panel, Separation},
    },
    workplace::{CardFaceError, CardFaces},
};

fn list(faces: &CardFaces) -> FaceList {
    FaceList {
        names: faces.names(),
        in_use: faces.name_in_use().to_owned(),
        folder: faces.folder().display().to_string(),
    }
}

fn trouble(error: CardFaceError) -> Trouble {
    Trouble::unchanged(error.to_string())
}

pub(super) fn open(common: &Common, name: Option<String>) -> Result<Box<OpenedFace>, Trouble> {
    let faces = &common.workplace.bench.card_faces;
    let name = name.unwrap_or_else(|| faces.name_in_use().to_owned());
    let text = faces.text(&name).map_err(trouble)?;
    Ok(Box::new(OpenedFace { name, text, list: list(faces) }))
}

/// Id of the profile that a face is judged by where this desk has no printer: the printer that cards of every series may be
/// printed on.
const USUAL_PROFILE: &str = "magicard-doh-300-v2";

pub(super) fn draw(common: &Common, text: &str, sample: &Sample, on: Option<&str>) -> Result<Proof, Trouble> {
    let in_words = |error: &dyn std::fmt::Display| Trouble::unchanged(error.to_string());
    let folder = common.workplace.bench.card_faces.folder();
    let template = Template::parse_in(text, folder).map_err(|error| in_words(&error))?;
    let data = sample.data(OffsetDateTime::now_utc().date()).map_err(|error| in_words(&error))?;
    let face = Face::compose(&template, &data).map_err(|error| in_words(&error))?;
    let printer = printer(common, on);
    let usual = || common.workplace.bench.printers.profiles().find(USUAL_PROFILE).ok();
    let limits = printer.map(|printer| &printer.profile).or_else(usual).map(Profile::limits);
    Ok(shown(face, printer, limits.as_ref()))
}

/// Takes a picture into the folder of the card faces and says its name there.
pub(super) fn take(common: &Common, file: &Path) -> Result<String, Trouble> {
    common.workplace.bench.card_faces.take_picture(file).map_err(trouble)
}

pub(super) fn save(common: &Common, name: &str, text: &str) -> Result<(String, FaceList), Trouble> {
    let faces = &common.workplace.bench.card_faces;
    let file = faces.save(name, text).map_err(trouble)?;
    Ok((file.display().to_string(), list(faces)))
}

/// The printer of this name, or the first.
pub(super) fn printer<'a>(common: &'a Common, name: Option<&str>) -> Option<&'a Printer> {
    let printers = &common.workplace.bench.printers;
    let named = name.and_then(|name| printers.choose(Some(name)).ok());
    named.or_else(|| printers.iter().next())
}

/// Everything of a face that is shown, made here and not while drawing: of what this printer is told, and what a printer
/// of these limits does not print so.
pub(super) fn shown(face: Face, printer: Option<&Printer>, limits: Option<&PrintLimits>) -> Proof {
    let encoder = printer.map(Printer::encoder);
    let mut proof = Proof {
        printer: printer.map(|printer| printer.choice.name.clone()),
        limits: limits.copied(),
        ..Proof::default()
    };
    let face = face.as_printed(|side, planes| {
        let separation = match &encoder {
            Some(encoder) => encoder.separate(planes),
            None => Separation::unprinted(planes),
        };
        proof.by_driver |= separation.told.is_none();
        let panels = Panel::ALL.into_iter().filter_map(|panel| Some((panel, separation.alone(panel)?)));
        proof.planes.extend(panels.map(|(panel, picture)| (side, panel, Arc::new(picture))));
        separation.look
    });
    let marks = limits.map(|limits| face.marks(limits)).unwrap_or_default();
    proof.front = marked(face.front(), &marks);
    proof.back = face.back().map(|back| marked(back, &marks));
    proof.waiting = face.waiting().into_iter().map(str::to_owned).collect();
    proof.panels = panels(&face, &proof);
    proof.marks = marks;
    proof
}

/// A side as it will come out, with a frame around what does not print so.
fn marked(side: &FaceSide, marks: &[Mark]) -> Arc<RgbaImage> {
    let mut picture = side.preview();
    marks::draw(&mut picture, side.layout.side, marks);
    Arc::new(picture)
}

/// The panels of the ribbon that put something on this card. What a driver makes of a page is told by its colours, and
/// every driver coats a card unless its queue is set up otherwise.
fn panels(face: &Face, proof: &Proof) -> Vec<String> {
    let dyes = [
        (Panel::Yellow, Plane::Yellow, "Yellow"),
        (Panel::Magenta, Plane::Magenta, "Magenta"),
        (Panel::Cyan, Plane::Cyan, "Cyan"),
        (Panel::Resin, Plane::Resin, "Black"),
    ];
    let looks = |plane: Plane| face.sides().into_iter().any(|side| side.planes.is_used(plane));
    let told = |panel: Panel| proof.planes.iter().any(|(_, known, _)| *known == panel);
    let used = |(panel, plane, _): &(Panel, Plane, &str)| if proof.by_driver { looks(*plane) } else { told(*panel) };
    let used = dyes.into_iter().filter(used).map(|(.., name)| name);
    let coated = proof.by_driver || told(Panel::Overcoat);
    used.chain(coated.then_some("Overcoat")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
