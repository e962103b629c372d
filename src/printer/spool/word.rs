//! The printer's own word on a job.
//!
//! Both languages of status count the cards of the printer's life (`facts/magicard.md` 6, field 9, and 7,
//! `stats-total-cards`). The count before the job and the count after it tell whether its card is finished. That the
//! count goes up when the card leaves the printer, and not before, is unproved: `port.done-seconds = 0` in a profile
//! leaves the judgement to the officer.

use std::time::{Duration, Instant};

use super::{
    SpoolError,
    cancel::{Cancel, Wish},
};
use crate::printer::magicard::status::{Condition, Status};

/// A card takes seconds: a printer that works is not asked more often.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// A line that was cut leaves a whole job or none: a printer that finished no card in this time finishes none. The slowest
/// card takes 35 seconds (`facts/magicard.md` 11).
const AFTER_A_CUT: Duration = Duration::from_secs(40);

/// What a printer says of a job that it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// The card is finished.
    Done,
    /// It did not understand the job, and counted no card.
    Refused(Condition),
    /// It does not say, or cannot be asked: somebody looks at the card.
    CannotSay {
        /// Why.
        why: String,
    },
}

/// What the printer said before the job.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    cards: Option<u32>,
    condition: Option<Condition>,
    /// Whether the line broke in the middle of the job.
    cut: bool,
    /// Cards of the job beyond the first.
    more: u32,
}

impl Before {
    pub(super) fn of(status: Option<&Status>) -> Self {
        let cards = status.and_then(|status| status.cards_printed);
        Self { cards, condition: status.map(|status| status.condition), cut: false, more: 0 }
    }

    /// The same before a job of so many cards.
    pub(super) fn copies(self, copies: u16) -> Self {
        Self { more: u32::from(copies).saturating_sub(1), ..self }
    }

    /// The line broke in the middle of the job.
    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    /// Asks until the printer has said what became of the cards of the job, the time is over, or nobody wants to wait any more.
    pub(super) fn wait(
        self,
        limit: Duration,
        cancel: &Cancel,
        mut ask: impl FnMut() -> Result<Option<Status>, SpoolError>,
        hear: &mut dyn FnMut(&str),
    ) -> Word {
        let cannot = |why: &str| Word::CannotSay { why: why.to_owned() };
        let Some(before) = self.cards else { return cannot("the printer does not say how many cards it has printed") };
        if limit.is_zero() {
            return cannot("its profile says that the printer is not asked");
        }
        let limit = if self.cut { limit.min(AFTER_A_CUT) } else { limit };
        let limit = limit.saturating_mul(self.more.saturating_add(1));
        let (deadline, mut heard, mut jammed) = (Instant::now() + limit, String::new(), false);
        loop {
            let says = match ask() {
                Ok(Some(status)) => {
                    let condition = status.condition;
                    jammed |= matches!(condition, Condition::Jam(_));
                    match status.cards_printed {
                        None => return cannot("the printer no longer says how many cards it has printed"),
                        Some(now) if now < before => {
                            return cannot("the printer counts fewer cards than before: it may be another printer");
                        }
                        // Not all of them yet, and after a refusal no more will come.
                        Some(now) if now > before && now - before <= self.more => {
                            if condition == Condition::JobRefused && self.condition != Some(condition) {
                                let (some, all) = (now - before, self.more.saturating_add(1));
                                return cannot(&format!("the printer refused the job after {some} of {all} cards"));
                            }
                        }
                        Some(now) if now - before > self.more.saturating_add(1) => {
                            return cannot(
                                "the printer finished more cards than it was sent: somebody else prints on it too",
                            );
                        }
                        Some(now) if now > before && !jammed => return Word::Done,
                        Some(now) if now > before && condition == Condition::Ready => {
                            return cannot("a card was stuck in the printer meanwhile, and may be damaged");
                        }
                        // A refusal that was there before the job may be about an earlier one.
                        Some(_) if condition == Condition::JobRefused && self.condition != Some(condition) => {
                            return Word::Refused(condition);
                        }
                        Some(_) => {}
                    }
                    match condition {
                        Condition::Ready | Condition::JobRefused => {
                            "the printer has not finished the card yet".to_owned()
                        }
                        condition => format!("{condition}: {}; printing goes on by itself", condition.next_action()),
                    }
                }
                Ok(None) => return cannot("the printer cannot be asked"),
                Err(error) => format!("the printer does not answer at the moment ({})", short(&error)),
            };
            if says != heard {
                hear(&says);
                heard = says;
            }
            if Instant::now() >= deadline {
                return Word::CannotSay { why: format!("it took longer than the time limit; at last {heard}") };
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match cancel.wish_within(ASK_EVERY.min(left)) {
                Wish::None => {}
                Wish::Leave | Wish::Stop => return cannot("its end was not waited for at this desk"),
            }
        }
    }
}

/// An error without its advice, which is about sending.
fn short(error: &SpoolError) -> String {
    let whole = error.to_string();
    whole.split(';').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn status(cards: &str, major: u32) -> Status {
        let line = format!(
            "\x01STA$$0,M,0,S,H,B,1.0,0,No,{cards},0,0,0,0,0,700,50,50,50,{major}:0,0,300,0,R,0,0,0,0,0,d,V,V,0,0\x03"
        );
        Status::parse(line.as_bytes()).unwrap()
    }

    /// What comes of these answers to a printer that had printed 5 cards, and what was heard meanwhile.
    fn told(answers: &[(&str, u32)], first: u32) -> (Word, Vec<String>) {
        let (asked, heard) = (RefCell::new(answers.iter()), RefCell::new(Vec::new()));
        let cancel = Cancel::default();
        let ask = || {
            let answer = asked.borrow_mut().next();
            if answer.is_none() {
                cancel.leave();
            }
            Ok(answer.map(|(cards, major)| status(cards, *major)).or_else(|| Some(status("5", 0))))
        };
        let before = Before::of(Some(&status("5", first)));
        let mut hear = |words: &str| heard.borrow_mut().push(words.to_owned());
        let word = before.wait(Duration::from_secs(600), &cancel, ask, &mut hear);
        (word, heard.into_inner())
    }

    #[test]
    fn the_card_is_finished_once_the_count_went_up_by_one() {
        assert_eq!(told(&[("6", 0)], 0).0, Word::Done);
        // Its hopper is empty after the last card.
        assert_eq!(told(&[("5", 0), ("6", 2)], 0).0, Word::Done);
    }

    #[test]
    fn several_cards_are_finished_once_all_are_counted() {
        let wait = |answers: [&str; 3]| {
            let (mut answers, cancel) = (answers.into_iter(), Cancel::default());
            let before = Before::of(Some(&status("5", 0))).copies(3);
            let ask = || Ok(answers.next().map(|cards| status(cards, 0)));
            before.wait(Duration::from_secs(600), &cancel, ask, &mut |_| {})
        };
        assert_eq!(wait(["5", "7", "8"]), Word::Done);
        for others in [["6", "7", "9"], ["6", "7", "7"]] {
            assert!(matches!(wait(others), Word::CannotSay { .. }), "{others:?}");
        }
    }

    #[test]
    fn a_refusal_in_the_middle_of_several_cards_is_told_at_once() {
        let wait = |before: u32| {
            let (asked, cancel) = (RefCell::new(0), Cancel::default());
            let ask = || {
                *asked.borrow_mut() += 1;
                // Whoever waits on hears a good end at the second time.
                Ok(Some(if *asked.borrow() == 1 { status("7", 10) } else { status("8", 0) }))
            };
            let before = Before::of(Some(&status("5", before))).copies(3);
            before.wait(Duration::from_secs(600), &cancel, ask, &mut |_| {})
        };
        let Word::CannotSay { why } = wait(0) else { panic!("a card is missing") };
        assert!(why.contains("after 2 of 3 cards"), "{why}");
        // One that stood there before the job is about an earlier one.
        assert_eq!(wait(10), Word::Done);
    }

    #[test]
    fn what_the_printer_waits_for_is_heard_once_with_what_to_do() {
        let (word, heard) = told(&[("5", 1), ("5", 1), ("6", 0)], 0);
        assert_eq!((word, heard.len()), (Word::Done, 1));
        assert!(heard[0].contains("close the printer's cover"), "{heard:?}");
    }

    #[test]
    fn what_cannot_be_this_card_is_left_to_the_officer() {
        for answers in [&[("7", 0)][..], &[("4", 0)], &[("", 0)], &[("5", 4), ("6", 4), ("6", 0)], &[]] {
            let word = told(answers, 0).0;
            assert!(matches!(word, Word::CannotSay { .. }), "{answers:?}: {word:?}");
        }
    }

    #[test]
    fn a_refusal_counts_only_when_it_is_a_new_one() {
        assert_eq!(told(&[("5", 10)], 0).0, Word::Refused(Condition::JobRefused));
        assert!(matches!(told(&[("5", 10)], 10).0, Word::CannotSay { .. }));
        assert_eq!(told(&[("5", 10), ("6", 0)], 10).0, Word::Done);
    }

    #[test]
    fn a_printer_that_counts_nothing_is_not_asked() {
        let ask = || panic!("asked");
        let word =
            Before::of(Some(&status("many", 0))).wait(Duration::from_secs(9), &Cancel::default(), ask, &mut |_| {});
        assert!(matches!(word, Word::CannotSay { .. }));
    }
}
