//! The printer vanishes and the gateway dies at every step of a print, and in the queue.

use std::sync::Arc;

use cardwright::{
    bench::{Order, WorkEnd},
    desktop::{
        intent::Intent,
        model::{
            issue::When,
            queue,
            work::{STEPS_OF_PRINT, Stage},
        },
        route::Route,
    },
    journal::QueueState,
    operations::Step,
};

use super::desk::{FaultDesk, PRINTER, stage};
use crate::faulty_proxy::{Calls, Harm};

/// What is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Gateway,
    Printer,
    /// The printer hangs up in the middle of the job.
    HalfAJob,
}

impl FaultDesk {
    fn lose_at(&self, step: Option<Step>, loss: Loss) {
        let (proxy, cable) = (Arc::clone(&self.proxy), Arc::clone(&self.cable));
        let spring = move || match loss {
            Loss::Gateway => proxy.plan(Calls::From(1), Harm::Drop),
            Loss::Printer => cable.pull(),
            Loss::HalfAJob => cable.cut_after(20_000),
        };
        match step {
            Some(step) => self.at(step, spring),
            None => spring(),
        }
    }

    fn mend_all(&self) {
        self.mend_gateway();
        self.cable.mend();
    }

    fn state_of_newest(&self) -> Option<QueueState> {
        let queue = &self.window.model().queue.entries;
        queue.iter().max_by_key(|entry| entry.id).map(|entry| entry.state)
    }

    fn wait_state(&mut self, what: &str, wanted: &[QueueState]) {
        self.window.wait_for(what, |model| {
            let newest = model.queue.entries.iter().max_by_key(|entry| entry.id);
            newest.is_some_and(|entry| wanted.contains(&entry.state))
        });
    }

    /// Puts on record what a cut print left open, as the page of unfinished work offers it.
    fn settle(&mut self, what: &str) {
        // In the queue nothing is printed before.
        self.update(Intent::Go(Route::Queue));
        let newest = self.window.model().queue.entries.iter().map(|entry| entry.id).max().expect("an entry");
        self.update(queue::Intent::ChooseEntry(newest));
        self.says(what, &["Try again. Its last print was cut off"]);
        self.update(Intent::Go(Route::Unfinished));
        self.says(what, &["A card was being printed for", "Nothing is printed again", "Look at the output tray"]);
        self.press(what, "Put it on record");
        self.window.wait_for("nothing unfinished", |model| model.unfinished.count() == 0 && !model.work.is_running());
    }
}

/// Loses it at this step, or before it with none; says what the screen must say; finishes the print.
fn lost_at(desk: &mut FaultDesk, step: Option<Step>, loss: Loss) {
    let what = format!("{loss:?} lost at {step:?}");
    let holder = desk.next_holder();
    desk.new_card();
    desk.at_issue_page(&holder, true, When::Now);
    desk.press_issue();
    let end = desk.end();
    assert!(matches!(end, WorkEnd::Done { queued: Some(_) }), "{what}: {end:?}");
    desk.window.wait_for("the issued card", |model| matches!(stage(model), Some(Stage::PutIntoPrinter(_))));
    let work = desk.window.model().history.here().clone();
    desk.lose_at(step, loss);
    desk.press(&what, "Print the card");
    desk.wait_state(&what, &[QueueState::Failed, QueueState::Printed]);
    // What was not sent goes on by itself once the printer is there again.
    let by_itself = loss == Loss::Printer && step != Some(Step::RecordPrint);
    desk.window.wait_for("the end on the page", |model| {
        matches!(stage(model), Some(Stage::PrintFailed(_) | Stage::Complete { printed: true }))
    });
    assert!(desk.is_sprung(), "{what}: the fault happened");
    if desk.state_of_newest() == Some(QueueState::Printed) {
        assert_eq!((step, loss), (Some(Step::RecordPrint), Loss::Printer), "{what}: everything was there");
        desk.says(&what, &["The card is ready", "Hand it to"]);
    } else {
        let failed = if loss == Loss::Gateway { "does not answer" } else { "printer" };
        let (title, then, button) = if loss == Loss::Gateway && step.is_some() {
            desk.window.wait_for("the job", |model| model.unfinished.count() == 1);
            ("its print was cut off", "put the print on record", "Go to unfinished work")
        } else {
            (
                "The card is issued, but not printed",
                "Look at the card and at the printer",
                "Make it ready to print again",
            )
        };
        desk.says(&what, &[failed, title, then]);
        desk.offers(&what, button);
        desk.offers(&what, "Open the print queue");
    }
    desk.mend_all();
    let open = desk.window.workplace.as_ref().expect("a workplace").journal.open_jobs().expect("reads").len();
    assert_eq!(open, usize::from(loss == Loss::Gateway && step.is_some()), "{what}");
    if open > 0 {
        desk.settle(&what);
    }
    desk.update(Intent::Go(work));
    desk.window.wait_for("the page", |model| stage(model).is_some_and(|stage| stage != Stage::Printing));
    if by_itself {
        desk.window.wait_for("the printed card", |model| stage(model) == Some(Stage::Complete { printed: true }));
    } else if stage(desk.window.model()) != Some(Stage::Complete { printed: true }) {
        desk.press(&what, "Make it ready to print again");
        desk.window.wait_for("the waiting card", |model| matches!(stage(model), Some(Stage::PutIntoPrinter(_))));
        desk.press(&what, "Print the card");
        desk.window.wait_for("the printed card", |model| stage(model) == Some(Stage::Complete { printed: true }));
    }
    desk.says(&what, &["The card is ready", "Hand it to"]);
    desk.wait_printed(&what);
    desk.is_issued(&what, &holder);
}

#[test]
fn the_printer_vanishes_at_every_step_of_a_print() {
    let mut desk = FaultDesk::signed_in();
    lost_at(&mut desk, None, Loss::Printer);
    for step in STEPS_OF_PRINT.into_iter().filter(|step| *step != Step::AwaitPrinter) {
        lost_at(&mut desk, Some(step), Loss::Printer);
    }
    lost_at(&mut desk, Some(Step::Print), Loss::HalfAJob);
}

/// The printer has the job, and is gone before it says that the card is finished: the officer stops waiting and says it.
#[test]
fn a_printer_that_vanishes_with_the_job_leaves_the_card_to_the_officer() {
    let mut desk = FaultDesk::signed_in();
    let holder = desk.next_holder();
    desk.at_issue_page(&holder, true, When::Later);
    desk.press_issue();
    assert!(matches!(desk.end(), WorkEnd::Done { queued: Some(_) }));
    desk.wait_state("the waiting card", &[QueueState::Waiting]);
    desk.update(Intent::Go(Route::Queue));
    desk.lose_at(Some(Step::AwaitPrinter), Loss::Printer);
    desk.window.run();
    desk.press("in the queue", "Print now");
    desk.window.wait_for("the printer's silence", |model| {
        model.queue.said.values().any(|words| words.contains("does not answer"))
    });
    desk.window.run();
    desk.says("in the queue", &["Waiting for the printer to finish the card", "does not answer at the moment"]);
    desk.press("in the queue", "Stop printing");
    desk.wait_state("the question", &[QueueState::Sent]);
    desk.window.run();
    desk.says("in the queue", &["Sent, not confirmed", "did it come out well?"]);
    desk.offers("in the queue", "No, it is spoilt…");
    desk.offers("in the queue", "Nothing came out");
    desk.press("in the queue", "Yes, it came out well");
    desk.wait_state("the printed card", &[QueueState::Printed]);
    desk.window.wait_for("nothing unfinished", |model| model.unfinished.count() == 0);
    desk.mend_all();
    desk.wait_printed("in the queue");
    desk.is_issued("in the queue", &holder);
}

#[test]
fn the_gateway_dies_at_every_step_of_a_print() {
    let mut desk = FaultDesk::signed_in();
    lost_at(&mut desk, None, Loss::Gateway);
    for step in STEPS_OF_PRINT {
        lost_at(&mut desk, Some(step), Loss::Gateway);
    }
}

#[test]
fn a_card_in_the_queue_outlives_printer_and_gateway() {
    let mut desk = FaultDesk::signed_in();
    let holder = desk.next_holder();
    desk.at_issue_page(&holder, true, When::Later);
    desk.press_issue();
    assert!(matches!(desk.end(), WorkEnd::Done { queued: Some(_) }));
    desk.wait_state("the waiting card", &[QueueState::Waiting]);

    desk.cable.pull();
    desk.update(Intent::Go(Route::Queue));
    desk.window.harness.state_mut().model.order(Order::AskPrinter { printer: PRINTER.to_owned() });
    desk.window.wait_for("the printer's trouble", |model| {
        use cardwright::bench::PrinterCondition::CannotPrint;
        matches!(model.bench.printer(PRINTER).map(|printer| &printer.condition), Some(CannotPrint { .. }))
    });
    let spoken = desk.window.spoken();
    let print =
        spoken.lines().find(|line| line.contains("Button") && line.contains("\"Print now")).expect("it is shown");
    assert!(print.contains("printer"), "the greyed action says why: {print}");
    desk.cable.mend();
    desk.press("in the queue", &format!("Ask {PRINTER} again"));
    desk.window.wait_for("the printer", |model| {
        use cardwright::bench::PrinterCondition::Ready;
        matches!(model.bench.printer(PRINTER).map(|printer| &printer.condition), Some(Ready { .. }))
    });

    desk.kill_gateway();
    desk.press("in the queue", "Print now");
    desk.wait_state("the failed card", &[QueueState::Failed]);
    desk.says("in the queue", &["does not answer", "Failed"]);
    desk.mend_gateway();
    desk.press("in the queue", "Try again");
    desk.wait_state("the waiting card", &[QueueState::Waiting]);
    desk.window.run();
    desk.press("in the queue", "Print now");
    desk.wait_state("the printed card", &[QueueState::Printed]);
    desk.wait_printed("in the queue");
    desk.is_issued("in the queue", &holder);
}
