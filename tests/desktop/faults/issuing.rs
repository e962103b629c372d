//! The gateway dies and the card is pulled at every step of an issue.

use std::sync::Arc;

use cardwright::{
    bench::WorkEnd,
    desktop::{
        model::{issue::When, work::steps_of_issue},
        route::Route,
    },
    domain::HolderId,
    operations::{Step, WhatNext},
};

use super::desk::{FaultDesk, READER};
use crate::faulty_proxy::{Calls, Harm};

/// What is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Gateway,
    Card,
}

impl FaultDesk {
    fn arm(&self, step: Step, loss: Loss) {
        match loss {
            Loss::Gateway => {
                let proxy = Arc::clone(&self.proxy);
                self.at(step, move || proxy.plan(Calls::From(1), Harm::Drop));
            }
            Loss::Card => {
                let training = self.training.clone();
                self.at(step, move || training.pull_card_out(READER).expect("a card"));
            }
        }
    }

    /// The way back: the unfinished job is gone on with, and where it was taken back, the card is issued anew.
    fn go_on(&mut self, what: &str, holder: &HolderId, loss: Loss) -> WhatNext {
        self.press(what, "Go to unfinished work");
        self.window.wait_for("the job", |model| model.unfinished.count() == 1);
        self.says(what, &["A card was being issued to", "Where it is"]);
        let next = self.window.model().unfinished.jobs[0].next;
        let (state, button) = match next {
            WhatNext::WillFinish => ("its certificates wait on hold", "Finish this card"),
            _ => ("the holder has no card from this job", "Take it back, then issue again"),
        };
        self.says(what, &[state]);
        match loss {
            Loss::Gateway => {
                // Still dead: nothing is lost by trying.
                self.press(what, button);
                self.window.wait_for("the try's end", |model| !model.unfinished.results.is_empty());
                self.says(what, &["still unfinished", "does not answer"]);
                self.window.wait_for("the job again", |model| model.unfinished.running.is_empty());
                self.mend_gateway();
            }
            Loss::Card => {
                // Its reader is told empty once the hand that pulled it is gone.
                self.window.wait_for_label("In no reader: put that card into one");
                self.press(what, &format!("Card… in {READER} (take it out or put one in)"));
                self.press(what, "Put the card back in");
                self.window.wait_for_label(&format!("In “{READER}”"));
            }
        }
        self.press(what, button);
        self.window.wait_for("nothing unfinished", |model| model.unfinished.count() == 0 && !model.work.is_running());
        if next == WhatNext::WillFinish {
            self.window.wait_for_label("finished. The card is good");
        } else {
            self.window.wait_for("the issue page", |model| *model.history.here() == Route::Issue(holder.clone()));
            self.wait_ready(holder);
            self.press_issue();
            let end = self.end();
            assert!(matches!(end, WorkEnd::Done { .. }), "{what}: {end:?}");
        }
        next
    }
}

/// Loses it at every step, and says how the jobs came to their ends.
fn lost_at_every_step(loss: Loss, locked: bool) {
    let mut desk = FaultDesk::signed_in();
    let mut ends = Vec::new();
    for (place, step) in steps_of_issue(locked).into_iter().enumerate() {
        let what = format!("{loss:?} lost at {step:?}");
        let holder = desk.next_holder();
        if place > 0 {
            desk.new_card();
        }
        desk.at_issue_page(&holder, locked, When::No);
        desk.arm(step, loss);
        desk.press_issue();
        let end = desk.end();
        assert!(desk.is_sprung(), "{what}: the fault happened");
        match &end {
            WorkEnd::Unfinished { .. } => {
                let why = if loss == Loss::Gateway { "does not answer" } else { "taken out of the reader" };
                desk.says(&what, &[why, "The card is not finished", "It cannot be used as it is", "stays on record"]);
                let next = desk.go_on(&what, &holder, loss);
                ends.push((step, Some(next)));
            }
            // What the step needs was not what was lost.
            WorkEnd::Done { .. } => {
                desk.says(&what, &["The card is issued", "Take the card out"]);
                desk.offers(&what, "Next holder");
                ends.push((step, None));
            }
            other => panic!("{what}: {other:?}"),
        }
        desk.mend_gateway();
        desk.is_issued(&what, &holder);
    }
    println!("{loss:?}, locked: {locked}: {ends:?}");
    assert!(ends.iter().any(|(_, next)| *next == Some(WhatNext::WillUndo)), "{ends:?}");
    let unharmed = ends.iter().filter(|(_, next)| next.is_none()).count();
    assert!(unharmed <= usize::from(loss == Loss::Card), "{ends:?}");
}

#[test]
fn the_gateway_dies_at_every_step_of_an_issue_with_a_passcode() {
    lost_at_every_step(Loss::Gateway, false);
}

#[test]
fn the_gateway_dies_at_every_step_of_a_locked_issue() {
    lost_at_every_step(Loss::Gateway, true);
}

#[test]
fn the_card_is_pulled_at_every_step_of_an_issue_with_a_passcode() {
    lost_at_every_step(Loss::Card, false);
}

#[test]
fn the_card_is_pulled_at_every_step_of_a_locked_issue() {
    lost_at_every_step(Loss::Card, true);
}
