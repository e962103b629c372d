//! `print inspect`: what is in a job, ours or another driver's.

use std::{
    fs::{self, File},
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Failure},
    arguments::Inspect,
    table::Table,
};
use crate::printer::decoder::{Contents, Language, Panel, PrintedCard, PrintedSide, WIDEST_MARGIN, decode_at, look_at};

/// Longest job that is read: a hopper of cards of both sides.
const LONGEST_JOB: u64 = 400 << 20;
/// The margin is this less the head position (`facts/magicard.md` 5).
const MARGIN_BASE: u8 = 65;

pub(super) fn run(arguments: &Inspect) -> Result<Answer, Failure> {
    let file = arguments.job.display();
    let refused =
        |why: &dyn ToString| Failure::failed(format!("{file} is not a job that can be shown: {}", why.to_string()));
    let job = read(&arguments.job).map_err(|e| Failure::usage(format!("{file} cannot be read ({e})")))?;
    let Contents { language, requests, cards } =
        look_at(margin(arguments.head_position), &job).map_err(|e| refused(&e))?;
    let format = match language {
        Language::Format1 => "format-1",
        Language::Format2 => "format-2",
    };
    let mut text = format!("{file}: {} bytes of {format}\n", job.len());
    for request in &requests {
        text.push_str(&format!("The driver asked before it printed: {request}\n"));
    }
    let mut documents = Vec::new();
    for (number, card) in cards.iter().enumerate() {
        documents.push(show(card, number + 1, arguments.out.as_deref(), &mut text)?);
    }
    Ok(Answer::done(
        text,
        json!({ "job-format": format, "bytes": job.len(), "requests": requests, "cards": documents }),
    ))
}

/// Reads no more than tells that the file is no job.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut job = Vec::new();
    File::open(path)?.take(LONGEST_JOB).read_to_end(&mut job)?;
    Ok(job)
}

fn show(card: &PrintedCard, number: usize, out: Option<&Path>, text: &mut String) -> Result<Value, Failure> {
    let mut sides = Vec::new();
    for (name, side) in [("front", Some(&card.front)), ("back", card.back.as_ref())] {
        let Some(side) = side else { continue };
        text.push_str(&format!("\nCard {number}, {name}, {} to print\n", card.copies));
        let mut table = Table::new(["Command", "Value"]);
        for command in side.header.commands() {
            table.row([command.word.clone(), command.value.clone()]);
        }
        text.push_str(&table.render());
        text.push('\n');
        let panels: Vec<&str> =
            Panel::ALL.into_iter().filter(|panel| side.panel(*panel).is_some()).map(Panel::name).collect();
        text.push_str(&format!("Panels that print: {}\n", panels.join(", ")));
        let pictures = match out {
            Some(folder) => keep(side, folder, &format!("card-{number}-{name}"))?,
            None => Vec::new(),
        };
        for picture in &pictures {
            text.push_str(&format!("Picture: {}\n", picture.display()));
        }
        let commands: Vec<Value> = side.header.commands().map(|command| json!([command.word, command.value])).collect();
        sides.push(json!({ "side": name, "header": commands, "panels": panels, "pictures": pictures }));
    }
    Ok(json!({ "copies": card.copies, "sides": sides }))
}

/// Keeps every side of our own job, and each of its panels, as pictures. Nothing is printed by this.
///
/// # Errors
/// The job is none, or the folder cannot be written.
pub(super) fn keep_job(job: &[u8], head_position: u8, folder: &Path) -> Result<(), Failure> {
    for card in decode_at(margin(head_position), job).map_err(Failure::failed)? {
        for (name, side) in [("front", Some(&card.front)), ("back", card.back.as_ref())] {
            side.map_or(Ok(Vec::new()), |side| keep(side, folder, name))?;
        }
    }
    Ok(())
}

/// Pixels of a head line in front of the image.
fn margin(head_position: u8) -> usize {
    usize::from(MARGIN_BASE.saturating_sub(head_position)).min(WIDEST_MARGIN)
}

/// The whole side, and each of its panels, as files.
fn keep(side: &PrintedSide, folder: &Path, stem: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut pictures = vec![(format!("{stem}.png"), DynamicImage::from(side.picture()))];
    for panel in Panel::ALL {
        if let Some(picture) = side.panel(panel) {
            pictures.push((format!("{stem}-{}.png", panel.name()), DynamicImage::from(picture)));
        }
    }
    let mut files = Vec::new();
    for (name, picture) in pictures {
        let file = folder.join(name);
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).map_err(Failure::failed)?;
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, bytes.into_inner()));
        written.map_err(|e| Failure::failed(format!("{} cannot be written ({e})", file.display())))?;
        files.push(file);
    }
    Ok(files)
}
