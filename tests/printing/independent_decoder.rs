//! A reader of format 1 written from the published facts alone. It uses nothing of the program, not even its sizes.

use std::collections::HashMap;

/// One page as the head sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Commands in order, as they stand between the commas.
    pub commands: Vec<String>,
    /// For each plane letter: 1016 lines of 672 head pixels.
    pub planes: HashMap<char, Vec<[u8; 672]>>,
}

impl Page {
    /// Whether this command is there, letter by letter.
    pub fn says(&self, command: &str) -> bool {
        self.commands.iter().any(|other| other == command)
    }

    /// The face's pixel of a plane: line 1015 - x, head pixel margin + y.
    pub fn pixel(&self, plane: char, margin: usize, x: usize, y: usize) -> u8 {
        self.planes[&plane][1015 - x][margin + y]
    }
}

/// All pages of a job, or the first thing that is wrong with it.
pub fn pages(job: &[u8]) -> Result<Vec<Page>, String> {
    let mut at = 0;
    let mut pages = Vec::new();
    while at < job.len() {
        pages.push(page(job, &mut at)?);
    }
    if pages.is_empty() { Err("nothing in it".into()) } else { Ok(pages) }
}

fn take<'a>(job: &'a [u8], at: &mut usize, count: usize) -> Result<&'a [u8], String> {
    let piece = job.get(*at..*at + count).ok_or(format!("cut at byte {at}"))?;
    *at += count;
    Ok(piece)
}

fn page(job: &[u8], at: &mut usize) -> Result<Page, String> {
    let mut lead = 0;
    while take(job, at, 1)? == [5] {
        lead += 1;
    }
    *at -= 1;
    if lead != 64 {
        return Err(format!("{lead} bytes of lead-in"));
    }
    if take(job, at, 2)? != [1, b','] {
        return Err("no start of header".into());
    }
    let mut text = String::new();
    loop {
        match take(job, at, 1)?[0] {
            0x1c => break,
            byte @ 0x20..=0x7e => text.push(byte as char),
            byte => return Err(format!("byte {byte} in the header")),
        }
    }
    let commands: Vec<String> = text.split(',').map(str::to_owned).collect();
    let sizes: Vec<(char, usize)> = commands
        .iter()
        .filter_map(|command| command.strip_prefix("SZ"))
        .map(|rest| (rest.chars().next().unwrap_or('?'), rest.get(1..).and_then(|n| n.parse().ok()).unwrap_or(0)))
        .collect();
    let image = commands.iter().find_map(|command| command.strip_prefix("IMF")).ok_or("no IMF")?;
    if image != sizes.iter().map(|(letter, _)| *letter).collect::<String>() {
        return Err(format!("IMF {image} against {sizes:?}"));
    }
    let head = ["KEE", "KEE1", "KEE4", "KGE", "KGE2"].into_iter().find(|tag| commands.iter().any(|c| c == tag));
    let head = head.ok_or("no head")?;
    let mut planes = HashMap::new();
    for (letter, size) in sizes {
        let bits = if letter == 'K' { 1 } else { 6 };
        let expected = match (head, bits) {
            ("KEE", 6) => 512_064,
            ("KEE", _) => 85_344,
            (_, 6) => 585_216,
            _ => 97_536,
        };
        if size != expected {
            return Err(format!("{letter} has {size} bytes"));
        }
        planes.insert(letter, lines(take(job, at, size)?, head, bits));
        if take(job, at, 3)? != [0x1c, letter as u8, b':'] {
            return Err(format!("plane {letter} ends wrongly"));
        }
    }
    if take(job, at, 1)? != [3] {
        return Err("no end of page".into());
    }
    Ok(Page { commands, planes })
}

/// From every bit that is set to the head pixel it belongs to: the other way round from asking for each pixel.
fn lines(plane: &[u8], head: &str, bits: usize) -> Vec<[u8; 672]> {
    let line_bytes = plane.len() / 1016;
    let strip_bytes = line_bytes / bits;
    // Where each bit of a strip belongs, counted from 0x80; worked out once, as a page has millions of bits. A bit that is no
    // pixel stops the test where it is set.
    let belongs: Vec<Option<usize>> = (0..strip_bytes * 8)
        .map(|bit| {
            let (byte, from_high) = (bit / 8, bit % 8);
            match head {
                "KEE" => Some(bit),
                "KGE" => of_word(byte / 4, (3 - byte % 4) * 8 + 7 - from_high),
                _ => of_word(byte / 4, byte % 4 * 8 + from_high),
            }
        })
        .collect();
    let mut lines = Vec::with_capacity(1016);
    for line in plane.chunks(line_bytes) {
        let mut pixels = [0_u8; 672];
        for (index, &byte) in line.iter().enumerate() {
            let mut left = byte;
            while left != 0 {
                // Position of the highest bit that is still set, counted from 0x80.
                let from_high = left.leading_zeros() as usize;
                left &= !(0x80 >> from_high);
                let pixel =
                    belongs[index % strip_bytes * 8 + from_high].expect("an even bit in front of the first half");
                pixels[pixel] |= 1 << (index / strip_bytes);
            }
        }
        lines.push(pixels);
    }
    lines
}

/// Even bits are the first 288 pixels, from word 6; odd bits the others, from word 0.
fn of_word(word: usize, bit: usize) -> Option<usize> {
    match bit % 2 {
        0 => Some(word.checked_sub(6)? * 16 + bit / 2),
        _ => Some(288 + word * 16 + bit / 2),
    }
}

#[test]
fn the_bits_of_the_published_layouts_come_back() {
    // Worked by hand from the facts: head pixel 0 is bit 0 of word 6, pixel 288 bit 1 of word 0, pixel 671 bit 31 of 23.
    for (head, places) in [
        ("KGE2", [(0, 24, 0x80), (288, 0, 0x40), (671, 95, 0x01), (17, 28, 0x20)]),
        ("KGE", [(0, 27, 0x01), (288, 3, 0x02), (671, 92, 0x80), (17, 31, 0x04)]),
        ("KEE", [(0, 0, 0x80), (288, 36, 0x80), (671, 83, 0x01), (17, 2, 0x40)]),
    ] {
        for (pixel, byte, mask) in places {
            let mut plane = vec![0; 1016 * if head == "KEE" { 84 } else { 96 }];
            plane[byte] = mask;
            let set: Vec<usize> =
                lines(&plane, head, 1)[0].iter().enumerate().filter(|(_, v)| **v != 0).map(|(p, _)| p).collect();
            assert_eq!(set, [pixel], "{head}");
        }
    }
}
