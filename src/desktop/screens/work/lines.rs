//! Steps in words.

use super::super::issue::range;
use crate::{
    desktop::{
        model::work::StepLine,
        view::View,
        widgets::steps::{Going, Line},
    },
    operations::{Step, Verdict},
    tr,
};

/// The lines of the steps so far, and of those that are known to come.
pub(in crate::desktop::screens) fn of(view: &View<'_>, steps: &[StepLine], expected: &[Step]) -> Vec<Line> {
    let mut lines: Vec<Line> = steps.iter().map(|step| line(view, step)).collect();
    // A step that was left out will not come any more once a later one has begun.
    let reached = expected.iter().rposition(|step| steps.iter().any(|line| line.step == *step));
    let ahead = expected.iter().skip(reached.map_or(0, |place| place + 1));
    lines.extend(ahead.map(|step| Line { name: name(view, *step), going: Going::Ahead, state: usually(view, *step) }));
    lines
}

fn line(view: &View<'_>, line: &StepLine) -> Line {
    let (going, state) = match line.verdict {
        None => {
            let seconds = line.seconds + (view.now - line.began).as_seconds_f32().max(0.0);
            let time = time(view, seconds);
            let state = match usual(view, line.step) {
                Some(range) => tr!(view, "work-going-running-usual", time = &time, range = &range),
                None => tr!(view, "work-going-running", time = &time),
            };
            (Going::Running, state)
        }
        Some(Verdict::Good) if line.seconds < 0.5 => (Going::Done, tr!(view, "work-going-done-at-once")),
        Some(Verdict::Good) => (Going::Done, tr!(view, "work-going-done", time = &time(view, line.seconds))),
        Some(Verdict::Refused) => (Going::Failed, tr!(view, "work-going-failed")),
        Some(Verdict::Interrupted) => (Going::Failed, tr!(view, "work-going-interrupted")),
    };
    Line { name: name(view, line.step), going, state }
}

fn time(view: &View<'_>, seconds: f32) -> String {
    tr!(view, "time-seconds", count = seconds.round() as u32)
}

fn usually(view: &View<'_>, step: Step) -> String {
    match usual(view, step) {
        Some(range) => tr!(view, "work-usually", range = &range),
        None => tr!(view, "work-going-ahead"),
    }
}

/// The usual time of a step, where it is long enough to be wondered at.
fn usual(view: &View<'_>, step: Step) -> Option<String> {
    let seconds = step.usual_seconds();
    (*seconds.end() > 2).then(|| range(view, (*seconds.start(), *seconds.end())))
}

fn name(view: &View<'_>, step: Step) -> String {
    match step {
        Step::OpenChannel => tr!(view, "step-open-channel"),
        Step::ReplaceKeys => tr!(view, "step-replace-keys"),
        Step::Reserve => tr!(view, "step-reserve"),
        Step::ProveCard => tr!(view, "step-prove-card"),
        Step::SetUnlockCode => tr!(view, "step-set-unlock-code"),
        Step::SetPasscode => tr!(view, "step-set-passcode"),
        Step::MakeKeys => tr!(view, "step-make-keys"),
        Step::Certify => tr!(view, "step-certify"),
        Step::WriteCard => tr!(view, "step-write-card"),
        Step::CheckCard => tr!(view, "step-check-card"),
        Step::LockCard => tr!(view, "step-lock-card"),
        Step::Confirm => tr!(view, "step-confirm"),
        Step::AskGateway => tr!(view, "step-ask-gateway"),
        Step::EmptyCard => tr!(view, "step-empty-card"),
        Step::GiveUp => tr!(view, "step-give-up"),
        Step::StartPrint => tr!(view, "step-start-print"),
        Step::Print => tr!(view, "step-print"),
        Step::AwaitPrinter => tr!(view, "step-await-printer"),
        Step::AskOfficer => tr!(view, "step-ask-officer"),
        Step::RecordPrint => tr!(view, "step-record-print"),
        Step::Begin => tr!(view, "step-begin"),
        Step::ReadCard => tr!(view, "step-read-card"),
        Step::CheckPasscode => tr!(view, "step-check-passcode"),
        Step::ChangePasscode => tr!(view, "step-change-passcode"),
        Step::OverwriteKeys => tr!(view, "step-overwrite-keys"),
        Step::BlockCard => tr!(view, "step-block-card"),
        Step::End => tr!(view, "step-end"),
        Step::FeedCard => tr!(view, "step-feed-card"),
        Step::FindStation => tr!(view, "step-find-station"),
        Step::ReleaseCard => tr!(view, "step-release-card"),
        Step::EjectCard => tr!(view, "step-eject-card"),
        Step::RejectCard => tr!(view, "step-reject-card"),
    }
}
