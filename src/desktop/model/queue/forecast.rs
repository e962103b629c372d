//! How long the waiting cards take, and what they use: a range, because nobody knows better.

use std::collections::BTreeMap;

use crate::{
    desktop::model::work::usual_seconds,
    journal::{QueueEntry, QueueState},
    operations::Step,
};

/// The forecast for the cards that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Cards that wait, by printer.
    pub by_printer: BTreeMap<String, usize>,
}

/// A range of time in the unit it is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Minutes.
    Minutes(usize, usize),
    /// Hours.
    Hours(usize, usize),
}

/// From here on minutes are told as hours.
const MOST_MINUTES: usize = 180;

impl Forecast {
    /// The forecast of a queue.
    #[must_use]
    pub fn of(entries: &[QueueEntry]) -> Self {
        let mut by_printer: BTreeMap<String, usize> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.state == QueueState::Waiting) {
            match by_printer.get_mut(&entry.printer) {
                Some(count) => *count += 1,
                None => {
                    by_printer.insert(entry.printer.clone(), 1);
                }
            }
        }
        Self { by_printer }
    }

    /// Cards that wait.
    #[must_use]
    pub fn cards(&self) -> usize {
        self.by_printer.values().sum()
    }

    /// Ribbon panel sets they use: one set of YMCKO a card, used whole whatever is on the face.
    #[must_use]
    pub fn panels(&self) -> usize {
        self.cards()
    }

    /// How long the printers take. Printers work side by side, so the longest line counts.
    #[must_use]
    pub fn range(&self) -> Range {
        let longest = self.by_printer.values().copied().max().unwrap_or(0);
        let (least, most) = usual_seconds(&[Step::Print, Step::AwaitPrinter]);
        let seconds = |each: u32| longest * each as usize;
        let (least, most) = (seconds(least) / 60, seconds(most).div_ceil(60));
        if most > MOST_MINUTES {
            // To the nearest hour below, for nobody prints for no time at all.
            Range::Hours(((least + 30) / 60).max(1), most.div_ceil(60))
        } else {
            Range::Minutes(least.max(1), most.max(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(cards: usize) -> Forecast {
        Forecast { by_printer: BTreeMap::from([("Desk".to_owned(), cards)]) }
    }

    #[test]
    fn a_range_has_two_ends_and_none_of_them_is_nothing() {
        assert_eq!(waiting(1).range(), Range::Minutes(1, 1));
        assert_eq!(waiting(2).range(), Range::Minutes(1, 2));
        assert_eq!(waiting(10).range(), Range::Minutes(3, 10));
        assert_eq!(waiting(10_000).range(), Range::Hours(50, 167));
        for cards in 2..2_000 {
            let (Range::Minutes(least, most) | Range::Hours(least, most)) = waiting(cards).range();
            assert!(0 < least && least < most, "{cards} cards: {least} to {most}");
        }
    }

    #[test]
    fn printers_work_side_by_side() {
        let two = Forecast { by_printer: BTreeMap::from([("One".to_owned(), 4), ("Other".to_owned(), 10)]) };
        assert_eq!((two.range(), two.cards(), two.panels()), (Range::Minutes(3, 10), 14, 14));
    }
}
