//! Where the letters of the hard names stand on the card, judged by FriBidi (which of them run right to left) and by
//! HarfBuzz (which glyph stands for them, and how far from the one before it).

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use cardwright::face::{Side, fonts::Font, layout::GlyphRun, measure::POINTS_PER_MM};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
};
use unicode_normalization::char::is_combining_mark;

use crate::{
    names::{SET, lines},
    proof::run,
};

/// Parts of an em by which a glyph may stand elsewhere: a fourteenth of a dot at 10 points. It is the rounding of the sums.
const SLACK: f32 = 0.002;

/// What belongs together (a letter with its marks, a ligature) and its glyphs: number, and place in parts of an em from the
/// start of the line and upwards from its baseline.
#[derive(Debug, Clone, PartialEq)]
struct Cluster {
    text: String,
    glyphs: Vec<(u16, f32, f32)>,
}

/// A part of a line that is shaped in one go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    font: Font,
    right_to_left: bool,
    text: String,
}

/// One line of a name on the card.
struct Line {
    name: &'static str,
    /// As it is written, first letter first.
    text: String,
    /// From left to right.
    found: Vec<Cluster>,
    /// From left to right.
    pieces: Vec<Piece>,
}

/// What the card has, without the spaces: how wide they are shows in the place of what follows.
fn found(runs: &[GlyphRun]) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for run in runs {
        let (em, start) = (run.size / POINTS_PER_MM, clusters.len());
        for glyph in &run.glyphs {
            let placed = (glyph.glyph, glyph.x / em, -glyph.y / em);
            match clusters.last_mut() {
                Some(cluster) if glyph.text.is_empty() => cluster.glyphs.push(placed),
                _ => clusters.push(Cluster { text: glyph.text.clone(), glyphs: vec![placed] }),
            }
        }
        // What joins letters or keeps them apart is set as a space of no width.
        let space = FontRef::new(run.font.bytes()).unwrap().charmap().map(' ').unwrap().to_u32();
        for cluster in clusters[start..].iter_mut().filter(|cluster| cluster.text.contains(is_joiner)) {
            cluster.glyphs.retain(|(glyph, ..)| u32::from(*glyph) != space);
        }
    }
    from_the_first(clusters)
}

/// Joins letters, or keeps them apart.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// The clusters that are seen, with places counted from the first glyph of the first.
fn from_the_first(mut clusters: Vec<Cluster>) -> Vec<Cluster> {
    for cluster in &mut clusters {
        // What keeps letters from joining is itself not seen: HarfBuzz has it for a cluster, the card for part of its letter.
        cluster.text.retain(|c| !is_joiner(c));
    }
    clusters.retain(|cluster| !cluster.text.trim().is_empty());
    for cluster in &mut clusters {
        cluster.glyphs.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    }
    let Some((_, left, base)) = clusters.first().map(|cluster| cluster.glyphs[0]) else { return clusters };
    for (_, x, y) in clusters.iter_mut().flat_map(|cluster| &mut cluster.glyphs) {
        *x -= left;
        *y -= base;
    }
    clusters
}

/// The level of each character of each name (UAX 9), by FriBidi: odd ones run right to left. First the line's own.
fn levels(names: &[String], folder: &Path) -> Vec<(u8, Vec<u8>)> {
    let file = folder.join("names");
    std::fs::write(&file, names.join("\n") + "\n").unwrap();
    let options = ["--nobreak", "--nopad", "--novisual", "--basedir", "--levels", file.to_str().unwrap()];
    let told = run("fribidi", &options);
    let rows: Vec<&str> = told.lines().collect();
    let (rows, []) = rows.as_chunks::<2>() else { panic!("{told}") };
    let of = |[base, levels]: &[&str; 2]| {
        let base = match base.strip_prefix("Base direction: ").unwrap() {
            "L" => 0,
            "R" => 1,
            other => panic!("{other}"),
        };
        (base, levels.split_whitespace().map(|level| level.parse().unwrap()).collect())
    };
    rows.iter().map(of).collect()
}

/// The font of each character: the first that has it and the marks that belong to it.
fn fonts(text: &[char], order: &[(Font, Charmap<'_>)]) -> Vec<Font> {
    let mut fonts = Vec::new();
    for letter in text.chunk_by(|_, next| is_combining_mark(*next) || is_joiner(*next)) {
        let all = order.iter().find(|(_, has)| letter.iter().all(|c| has.map(*c).is_some()));
        let (font, _) = all.or_else(|| order.iter().find(|(_, has)| has.map(letter[0]).is_some())).unwrap();
        fonts.extend(letter.iter().map(|_| *font));
    }
    fonts
}

/// The pieces of a line from left to right (UAX 9, rule L2).
fn pieces(text: &[char], levels: &[u8], fonts: &[Font]) -> Vec<Piece> {
    let places: Vec<usize> = (0..text.len()).collect();
    let mut pieces: Vec<(u8, Piece)> = places
        .chunk_by(|one, other| levels[*one] == levels[*other] && fonts[*one] == fonts[*other])
        .map(|part| {
            let (level, font) = (levels[part[0]], fonts[part[0]]);
            let text = part.iter().map(|place| text[*place]).collect();
            (level, Piece { font, right_to_left: level % 2 == 1, text })
        })
        .collect();
    for turned in (1..=levels.iter().copied().max().unwrap_or(0)).rev() {
        for part in pieces.chunk_by_mut(|one, other| (one.0 >= turned) == (other.0 >= turned)) {
            if part[0].0 >= turned {
                part.reverse();
            }
        }
    }
    pieces.into_iter().map(|(_, piece)| piece).collect()
}

/// Every line of every name on one side of a template.
fn set_lines(side: Side, element: &str, order: [Font; 3], folder: &Path) -> Vec<Line> {
    let texts: Vec<_> = SET.iter().map(|set| (set.name, set.side(side).unwrap().text(element).unwrap())).collect();
    let order = order.map(|font| (font, FontRef::new(font.bytes()).unwrap().charmap()));
    let levels = levels(&texts.iter().map(|(_, text)| text.text.clone()).collect::<Vec<_>>(), folder);
    assert_eq!(levels.len(), texts.len());
    let mut set = Vec::new();
    for ((name, text), (base, levels)) in texts.iter().zip(levels) {
        let written: Vec<char> = text.text.chars().collect();
        assert_eq!(written.len(), levels.len(), "{name}");
        let fonts = fonts(&written, &order);
        let mut start = 0;
        for runs in lines(text) {
            let found = found(&runs);
            // A line has the words that follow those of the line before: as many letters as its glyphs stand for.
            let letter = |c: &char| !c.is_whitespace() && !is_joiner(*c);
            let letters = found.iter().flat_map(|cluster| cluster.text.chars()).filter(letter).count();
            let after = (start..written.len()).filter(|place| letter(&written[*place])).nth(letters);
            let end = after.unwrap_or(written.len());
            // Spaces at the end of a line have its own level (UAX 9, rule L1).
            let mut levels = levels[start..end].to_vec();
            for place in (start..end).rev().take_while(|place| written[*place].is_whitespace()) {
                levels[place - start] = base;
            }
            let pieces = pieces(&written[start..end], &levels, &fonts[start..end]);
            set.push(Line { name, text: written[start..end].iter().collect(), found, pieces });
            start = end;
        }
        assert_eq!(start, written.len(), "{name}");
    }
    set
}

/// The glyphs of every piece, by HarfBuzz: each with the byte its text begins at, its place, and how far the next is.
fn shaped(lines: &[Line], folder: &Path) -> BTreeMap<Piece, Vec<serde_json::Value>> {
    let mut alike: BTreeMap<(Font, bool), BTreeSet<&Piece>> = BTreeMap::new();
    for piece in lines.iter().flat_map(|line| &line.pieces) {
        alike.entry((piece.font, piece.right_to_left)).or_default().insert(piece);
    }
    let mut shaped = BTreeMap::new();
    for ((font, right_to_left), pieces) in alike {
        let (file, texts) = (folder.join(font.label()), folder.join("texts"));
        std::fs::write(&file, font.bytes()).unwrap();
        std::fs::write(&texts, pieces.iter().map(|piece| format!("{}\n", piece.text)).collect::<String>()).unwrap();
        let texts = format!("--text-file={}", texts.display());
        let direction = if right_to_left { "--direction=rtl" } else { "--direction=ltr" };
        let format = ["--output-format=json", "--no-glyph-names", "--utf8-clusters", "--font-size=upem"];
        let told = run("hb-shape", &[&[file.to_str().unwrap(), &texts, direction], &format[..]].concat());
        assert_eq!(told.lines().count(), pieces.len());
        let glyphs = told.lines().map(|line| serde_json::from_str(line).unwrap());
        shaped.extend(pieces.into_iter().cloned().zip(glyphs));
    }
    shaped
}

/// Where everything on a line should be.
fn expected(line: &Line, shaped: &BTreeMap<Piece, Vec<serde_json::Value>>) -> Vec<Cluster> {
    let (mut clusters, mut pen): (Vec<Cluster>, f32) = (Vec::new(), 0.0);
    for piece in &line.pieces {
        let metrics = FontRef::new(piece.font.bytes()).unwrap().metrics(Size::unscaled(), LocationRef::default());
        let number = |glyph: &serde_json::Value, what| glyph[what].as_i64().unwrap();
        let length = |glyph: &serde_json::Value, what| number(glyph, what) as f32 / f32::from(metrics.units_per_em);
        let glyphs = &shaped[piece];
        let begins: BTreeSet<usize> = glyphs.iter().map(|glyph| number(glyph, "cl") as usize).collect();
        for cluster in glyphs.chunk_by(|one, other| one["cl"] == other["cl"]) {
            let begin = number(&cluster[0], "cl") as usize;
            let end = begins.range(begin + 1..).next().copied().unwrap_or(piece.text.len());
            let mut placed = Vec::new();
            for glyph in cluster {
                placed.push((number(glyph, "g") as u16, pen + length(glyph, "dx"), length(glyph, "dy")));
                pen += length(glyph, "ax");
            }
            clusters.push(Cluster { text: piece.text[begin..end].to_owned(), glyphs: placed });
        }
    }
    from_the_first(clusters)
}

/// What is wrong with a line.
fn fault(line: &Line, expected: &[Cluster]) -> Option<String> {
    let texts = |clusters: &[Cluster]| clusters.iter().map(|cluster| cluster.text.clone()).collect::<Vec<_>>();
    if texts(&line.found) != texts(expected) {
        return Some(format!("stands as {:?}, not as {:?}", texts(&line.found), texts(expected)));
    }
    let near = |one: &(u16, f32, f32), other: &(u16, f32, f32)| {
        one.0 == other.0 && (one.1 - other.1).abs() < SLACK && (one.2 - other.2).abs() < SLACK
    };
    let same = |(one, other): &(&Cluster, &Cluster)| {
        one.glyphs.len() == other.glyphs.len()
            && one.glyphs.iter().zip(&other.glyphs).all(|(one, other)| near(one, other))
    };
    let wrong = line.found.iter().zip(expected).find(|pair| !same(pair));
    wrong.map(|(found, expected)| format!("has {found:?}, not {expected:?}"))
}

fn faults(lines: &[Line], shaped: &BTreeMap<Piece, Vec<serde_json::Value>>) -> Vec<String> {
    let of = |line: &Line| Some(format!("{}, \"{}\": {}", line.name, line.text, fault(line, &expected(line, shaped))?));
    lines.iter().filter_map(of).collect()
}

#[test]
fn every_letter_of_a_hard_name_stands_where_fribidi_and_harfbuzz_put_it() {
    let folder = tempfile::tempdir().unwrap();
    let bold = [Font::LatinBold, Font::ArabicBold, Font::Han];
    let regular = [Font::LatinRegular, Font::ArabicRegular, Font::Han];
    let mut lines = set_lines(Side::Front, "name", bold, folder.path());
    lines.extend(set_lines(Side::Back, "whose", regular, folder.path()));
    let shaped = shaped(&lines, folder.path());
    let found = faults(&lines, &shaped);
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    let mixed = |line: &&Line| line.pieces.iter().any(|piece| piece.right_to_left) && line.pieces.len() > 1;
    assert!(lines.iter().filter(mixed).count() > 20, "names that run both ways are among them");

    // What stands wrong is noticed: a line turned round, a letter out of its place, a mark on another letter.
    for line in lines.iter_mut().filter(|line| line.pieces.iter().any(|piece| piece.right_to_left)) {
        line.found.reverse();
    }
    let turned = faults(&lines, &shaped);
    for name in ["محمد O'Brien", "John שלום Smith", "خالد (أبو وليد)", "שלמה בן־דוד הלוי", "عبدالله ۱۲۳"]
    {
        assert!(turned.iter().any(|fault| fault.starts_with(&format!("{name},"))), "{name}: {turned:?}");
    }
    for line in &mut lines {
        line.found = expected(line, &shaped);
        line.found.last_mut().unwrap().glyphs[0].1 += 0.05;
    }
    assert_eq!(faults(&lines, &shaped).len(), lines.len(), "a letter or a mark beside its place");
}
