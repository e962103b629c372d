//! Faces to be looked at: of a holder, and in the editor of card faces.

use std::sync::Arc;

use time::OffsetDateTime;

use super::Common;
use crate::{
    bench::event::{FaceList, OpenedFace, Proof, Trouble},
    face::{Face, FaceSide, Plane, PrintLimits, Template, marks, samples},
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

pub(super) fn draw(common: &Common, text: &str, sample: usize) -> Result<Proof, Trouble> {
    let in_words = |error: &dyn std::fmt::Display| Trouble::unchanged(error.to_string());
    let folder = common.workplace.bench.card_faces.folder();
    let template = Template::parse_in(text, folder).map_err(|error| in_words(&error))?;
    let data = samples::holder(sample, OffsetDateTime::now_utc().date()).map_err(|error| in_words(&error))?;
    let face = Face::compose(&template, &data).map_err(|error| in_words(&error))?;
    Ok(shown(&face, limits(common, None).as_ref()))
}

pub(super) fn save(common: &Common, name: &str, text: &str) -> Result<(String, FaceList), Trouble> {
    let faces = &common.workplace.bench.card_faces;
    let file = faces.save(name, text).map_err(trouble)?;
    Ok((file.display().to_string(), list(faces)))
}

/// What the printer of this name can do, or the first printer.
pub(super) fn limits(common: &Common, printer: Option<&str>) -> Option<PrintLimits> {
    let printers = &common.workplace.bench.printers;
    let named = printer.and_then(|name| printers.choose(Some(name)).ok());
    named.or_else(|| printers.iter().next()).map(|printer| printer.profile.limits())
}

/// Everything of a face that is shown, made here and not while drawing.
pub(super) fn shown(face: &Face, limits: Option<&PrintLimits>) -> Proof {
    let marks = limits.map(|limits| face.marks(limits)).unwrap_or_default();
    let picture = |side: &FaceSide| {
        let mut picture = side.preview();
        marks::draw(&mut picture, side.layout.side, &marks);
        Arc::new(picture)
    };
    let planes = |side: &FaceSide| {
        let used = Plane::ALL.into_iter().filter(|plane| side.planes.is_used(*plane));
        used.map(|plane| (side.layout.side, plane, Arc::new(side.planes.alone(plane)))).collect::<Vec<_>>()
    };
    Proof {
        front: picture(face.front()),
        back: face.back().map(picture),
        planes: face.sides().into_iter().flat_map(planes).collect(),
        marks: marks.iter().map(ToString::to_string).collect(),
        waiting: face.waiting().into_iter().map(str::to_owned).collect(),
        panels: panels(face),
        ..Proof::default()
    }
}

/// The panels of the ribbon that put something on this card.
fn panels(face: &Face) -> Vec<String> {
    let names =
        [(Plane::Yellow, "Yellow"), (Plane::Magenta, "Magenta"), (Plane::Cyan, "Cyan"), (Plane::Resin, "Black")];
    let used = |plane: &Plane| face.sides().into_iter().any(|side| side.planes.is_used(*plane));
    let used = names.into_iter().filter(|(plane, _)| used(plane)).map(|(_, name)| name);
    // Every card is coated, but for the chip.
    used.chain(["Overcoat"]).map(str::to_owned).collect()
}
