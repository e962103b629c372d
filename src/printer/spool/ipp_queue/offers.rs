//! What a queue with a driver offers, and what it is told of a card: sides, size and colour. A queue that is told nothing
//! prints as it is set: two cards for the two sides of one, and grey on a letter where a printer of the office is usual.

use ipp::prelude::IppValue;

use super::exchange::{Answer, COLOUR_MODE, MEDIA, SCALING, SIDES, Words, keyword};
use crate::printer::page::{Document, PageSides};

/// A page of ours, 642 x 1016 pixels of 300 an inch, in millimetres.
const PAGE: (f64, f64) = (54.36, 86.02);
/// How much wider or longer a size may be and still be a card's: drivers name the card (53.98 x 85.60 mm), its image, or
/// the whole line of the head (56.90 mm).
const NEAR: f64 = 3.0;
/// Our page as a size of its own (PWG 5101.1), for a queue that takes any.
const OWN_SIZE: &str = "custom_card_54.36x86.02mm";

/// What a queue says that it can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Offers {
    sides: Vec<String>,
    media: Vec<String>,
    colours: Vec<String>,
    /// How the printer wants the back of a raster.
    raster_back: Vec<String>,
}

impl Offers {
    /// What a queue is asked for.
    pub(super) const WANTED: [&str; 4] =
        ["sides-supported", "media-supported", "print-color-mode-supported", "pwg-raster-document-sheet-back"];

    pub(super) fn of(answer: &Answer) -> Self {
        let [sides, media, colours, raster_back] = Self::WANTED.map(|name| answer.words(name));
        Self { sides, media, colours, raster_back }
    }

    /// What the queue is told of a document whose cards have these sides, in this colour.
    ///
    /// # Errors
    /// Why the queue would print something else.
    pub(super) fn words(&self, document: Document, sides: PageSides, colour: &'static str) -> Result<Words, String> {
        let offered = |known: &[String], word: &str| known.iter().any(|known| known == word);
        if sides == PageSides::Both {
            if !self.sides.is_empty() && !offered(&self.sides, sides.keyword()) {
                return Err(format!(
                    "it does not print both sides of one card ({} is not among its sides): tell its driver that the printer \
                     turns cards, or use a card face without a back",
                    sides.keyword()
                ));
            }
            // PWG 5102.4, 5.2: “normal”, and “rotated”, which is about the other edge, leave our back as it is.
            let turned = self.raster_back.iter().any(|back| matches!(back.as_str(), "flipped" | "manual-tumble"));
            if document == Document::PwgRaster && turned {
                return Err("it wants the back of a raster turned: write pdf+ipp instead of pwg+ipp".to_owned());
            }
        }
        // The page has the size of the head's image: fitting it to anything else would blur it.
        let mut words = vec![keyword(SCALING, "none"), keyword(SIDES, sides.keyword())];
        if let Some(size) = self.card() {
            words.push((MEDIA, size));
        }
        if offered(&self.colours, colour) {
            words.push(keyword(COLOUR_MODE, colour));
        }
        Ok(words)
    }

    /// The size of a card there: the nearest that is named, or one of our own.
    fn card(&self) -> Option<IppValue> {
        let sizes = || self.media.iter().filter_map(|name| Some((name.as_str(), size(name)?)));
        let bound = |word: &str| sizes().find(|(name, _)| name.starts_with(word)).map(|(_, size)| size);
        let named = sizes().filter(|(name, _)| !name.starts_with("custom_min") && !name.starts_with("custom_max"));
        let near = named
            .map(|(name, (width, length))| (name, (width - PAGE.0).abs(), (length - PAGE.1).abs()))
            .filter(|(_, width, length)| *width <= NEAR && *length <= NEAR)
            .min_by(|a, b| (a.1 + a.2).total_cmp(&(b.1 + b.2)));
        let any = || {
            let (least, most) = (bound("custom_min")?, bound("custom_max")?);
            let holds = least.0 <= PAGE.0 && least.1 <= PAGE.1 && PAGE.0 <= most.0 && PAGE.1 <= most.1;
            holds.then_some(OWN_SIZE)
        };
        let name = near.map(|(name, ..)| name).or_else(any)?;
        IppValue::new_keyword(name).ok()
    }
}

/// Width and length of a size by its name, in millimetres: “iso_id-1_53.98x85.6mm” (PWG 5101.1, 5).
fn size(name: &str) -> Option<(f64, f64)> {
    let place = name.rsplit('_').next()?;
    let (numbers, unit) = match place.strip_suffix("mm") {
        Some(numbers) => (numbers, 1.0),
        None => (place.strip_suffix("in")?, 25.4),
    };
    let (width, length) = numbers.split_once('x')?;
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|n| n * unit);
    Some((number(width)?, number(length)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(media: &[&str]) -> Offers {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        Offers {
            sides: words(&["one-sided", "two-sided-long-edge", "two-sided-short-edge"]),
            media: words(media),
            colours: words(&["monochrome", "color"]),
            raster_back: words(&["normal"]),
        }
    }

    fn told(offers: &Offers, sides: PageSides) -> Vec<String> {
        let words = offers.words(Document::PwgRaster, sides, "color").unwrap();
        words.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn the_size_nearest_to_a_card_is_asked_for_however_it_is_named() {
        for (media, expected) in [
            (&["na_letter_8.5x11in", "iso_id-1_53.98x85.6mm"][..], Some("iso_id-1_53.98x85.6mm")),
            (&["custom_56.9x86.02mm_56.9x86.02mm"], Some("custom_56.9x86.02mm_56.9x86.02mm")),
            (&["custom_cr79_52.1x83.9mm", "custom_cr80_2.14x3.386in"], Some("custom_cr80_2.14x3.386in")),
            (&["na_letter_8.5x11in", "custom_min_20x20mm", "custom_max_210x297mm"], Some(OWN_SIZE)),
            (&["custom_min_100x150mm", "custom_max_210x297mm"], None),
            (&["na_letter_8.5x11in", "letter", "x_1xmm", "x_NaNxNaNmm", ""], None),
            (&[], None),
        ] {
            let told = told(&offers(media), PageSides::One);
            let media = told.iter().find_map(|word| word.strip_prefix("media="));
            assert_eq!(media, expected, "{told:?}");
        }
    }

    #[test]
    fn a_card_of_both_sides_is_asked_for_as_one_and_refused_where_it_would_be_two() {
        let mut queue = offers(&[]);
        assert_eq!(told(&queue, PageSides::One), ["print-scaling=none", "sides=one-sided", "print-color-mode=color"]);
        assert!(told(&queue, PageSides::Both).contains(&"sides=two-sided-short-edge".to_owned()));
        for back in ["flipped", "manual-tumble"] {
            queue.raster_back = vec![back.to_owned()];
            let refused = queue.words(Document::PwgRaster, PageSides::Both, "color").unwrap_err();
            assert!(refused.contains("pdf+ipp"), "{refused}");
            assert!(queue.words(Document::Pdf, PageSides::Both, "color").is_ok());
            assert!(queue.words(Document::PwgRaster, PageSides::One, "color").is_ok());
        }
        queue.sides = vec!["one-sided".to_owned()];
        let refused = queue.words(Document::Pdf, PageSides::Both, "color").unwrap_err();
        assert!(refused.contains("without a back"), "{refused}");
        // Who says nothing of sides is asked all the same.
        let silent = Offers::default();
        assert_eq!(told(&silent, PageSides::Both), ["print-scaling=none", "sides=two-sided-short-edge"]);
    }
}
