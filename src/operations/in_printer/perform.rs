//! What is done at printer and reader, and the run from feeding to putting out.

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use time::OffsetDateTime;

use super::{Effect, End, Outcome, Place, Plan, Stage, State, Way, step};
use crate::{
    card::reader::{Presence, ReaderError},
    cis2::wire::{CardRecord, PrintOutcome},
    domain::{CardSerial, CardState, Holder, HolderId, Operation, Passcode, Series},
    face::CardFacts,
    journal::JobState,
    operations::{
        Desk, Ending, IssueReport, OperationError, PrintReport, Standing,
        issue::PasscodeChoice,
        preflight::{FacePrint, Facts, IssuePreflight, IssueRequest, PrintPreflight, PrintRequest, new_job},
        progress::{Progress, Step, Verdict},
        runner::to_json,
    },
    printer::{
        choice::Printer,
        magicard::status::Condition,
        spool::{Cancel, CardUsed, SpoolError},
        station::Carry,
    },
};

/// How often readers are looked at while a card is on its way.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A card that lies in a chip station before a flow begins, and whose it is; none where it cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftInside {
    card: Option<(CardSerial, Option<HolderId>)>,
}

/// Words that go behind the reader's name.
impl fmt::Display for LeftInside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.card {
            None => Ok(()),
            Some((serial, None)) => write!(f, ", card {serial}, nobody's"),
            Some((serial, Some(holder))) => write!(f, ", card {serial} of {}", holder.grouped()),
        }
    }
}

/// What an officer asks for.
#[derive(Debug, Clone)]
pub struct InPrinterRequest<'a> {
    /// Who the card is for.
    pub holder: HolderId,
    /// Passcode now, or issue locked.
    pub passcode: PasscodeChoice,
    /// The printer with the chip station, and the face.
    pub print: FacePrint<'a>,
}

/// Hears how it goes.
pub trait InPrinterEar {
    /// A step begins, ends, or has something to say.
    fn progress(&mut self, news: &Progress);
    /// The card is known, everything is proved, and its issue begins.
    fn encoding(&mut self, issue: &IssuePreflight) {
        let _ = issue;
    }
    /// The print begins; this stops it.
    fn printing(&mut self, cancel: Cancel) {
        let _ = cancel;
    }
}

/// Everything that can be proved before a card is fed; nothing has been moved.
#[derive(Debug, Clone)]
pub struct InPrinterPreflight<'a> {
    /// What will be done.
    pub plan: Plan,
    /// For whom.
    pub holder: Holder,
    print: FacePrint<'a>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct InPrinterReport {
    /// The plan it followed.
    pub plan: Plan,
    /// How it ended, and where the card is; `None` while its issue is open.
    pub ended: Option<(End, Place)>,
    /// Why it is open.
    pub open: Option<String>,
    /// The card, where one was recognised.
    pub serial: Option<CardSerial>,
    /// The issue, where one was begun.
    pub issue: Option<IssueReport>,
    /// The print, where one was begun.
    pub print: Option<PrintReport>,
}

/// What one run has in its hands.
pub(super) struct Hands<'a> {
    pub(super) printer: Option<&'a Printer>,
    pub(super) print: Option<FacePrint<'a>>,
    pub(super) passcode: Option<Passcode>,
    pub(super) prepared: Option<IssuePreflight>,
    pub(super) face: Option<PrintPreflight>,
    pub(super) issue: Option<IssueReport>,
    pub(super) printed: Option<PrintReport>,
}

impl Desk<'_> {
    /// Proves what can be proved before there is a card: officer, holder, photo, printer, and an empty station.
    ///
    /// # Errors
    /// What is missing, and what to do about it. Nothing was changed, and no card was fed.
    pub fn prepare_in_printer<'p>(
        &self,
        request: &InPrinterRequest<'p>,
    ) -> Result<InPrinterPreflight<'p>, OperationError> {
        let printer = request.print.printer;
        let station = &printer.profile.encoder;
        let name = || printer.choice.name.clone();
        if !station.is_there() {
            return Err(OperationError::NoStation { printer: name() });
        }
        let officer = self.service.session()?.officer;
        let holder = self.service.holder(&request.holder)?;
        // The newest series that the printer takes stands in for the card that is not there yet.
        let all = [Series::Series10, Series::Series9, Series::Series8];
        let series = all.into_iter().find(|series| printer.profile.may_print(*series)).unwrap_or(Series::Series10);
        let blank = blank_card(series)?;
        let facts = Facts { officer: &officer, holder: &holder, card: &blank, series, printer: None };
        self.check(Operation::Issue, &facts)?;
        let model = printer.profile.id.as_str();
        let issued = CardRecord { state: CardState::Active, ..blank.clone() };
        self.check(Operation::Print, &Facts { card: &issued, printer: Some(model), ..facts })?;
        let portrait = self.portrait(&holder.holder)?;
        self.nothing_waits_inside(&printer.choice.name)?;
        let condition = printer.spool().status()?.map(|status| status.condition);
        if let Some(condition) = condition.filter(|c| !matches!(c, Condition::Ready | Condition::JobRefused)) {
            return Err(OperationError::PrinterNotReady { condition });
        }
        // What lies there already would be taken for the card that is fed.
        let readers = self.readers.list()?;
        let mut there = readers.iter().filter(|reader| is_station(&reader.name, &station.reader));
        if let Some(reader) = there.find(|reader| reader.card != Presence::Empty) {
            let card = self.left_inside(&reader.name);
            return Err(OperationError::StationOccupied { printer: name(), reader: reader.name.clone(), card });
        }
        // The same for a card that is not there yet: what the face or the ribbon lacks is told while every card is blank.
        let locked = request.passcode == PasscodeChoice::LeftLocked;
        let card = CardFacts { serial: blank.serial.clone(), series, locked, expires: None };
        self.ready_face(request.print, &holder.holder, (portrait, card), OffsetDateTime::now_utc())
            .map_err(|cause| OperationError::IssueWithoutPrint(Box::new(cause)))?;
        let plan = Plan {
            job: new_job()?,
            holder: request.holder.clone(),
            passcode: request.passcode,
            printer: name(),
            printer_model: model.to_owned(),
            station: station.reader.clone(),
        };
        Ok(InPrinterPreflight { plan, holder: holder.holder, print: request.print })
    }

    /// Which card lies in the station, and whose it is, as far as that can be read: an earlier flow may have left it there.
    fn left_inside(&self, reader: &str) -> LeftInside {
        let Ok((_, card)) = self.open_card(reader) else { return LeftInside::default() };
        let holder = self.service.card(&card.serial).ok().and_then(|record| record.holder);
        LeftInside { card: Some((card.serial, holder)) }
    }

    /// Feeds, issues, prints and puts out. `passcode` is the holder's choice; a card that is left locked has none.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed: then it stays on record, and so does what it had begun. Everything else
    /// is in the report.
    pub fn issue_in_printer(
        &self,
        preflight: InPrinterPreflight<'_>,
        passcode: Option<Passcode>,
        ear: &mut dyn InPrinterEar,
    ) -> Result<InPrinterReport, OperationError> {
        let InPrinterPreflight { plan, print, .. } = preflight;
        if plan.passcode == PasscodeChoice::ChosenByHolder && passcode.is_none() {
            return Err(OperationError::NoPasscode);
        }
        let _claim = self.journal.claim(&plan.job)?;
        self.journal.begin(&plan.job, Operation::Issue, &to_json(&plan)?)?;
        let mut hands = Hands {
            printer: Some(print.printer),
            print: Some(print),
            passcode,
            prepared: None,
            face: None,
            issue: None,
            printed: None,
        };
        let (state, open) = self.carry_on(State::new(plan), &mut hands, ear)?;
        let ended = state.ended().map(|(end, place)| (end.clone(), place.clone()));
        self.close_in_printer(&state)?;
        let Hands { issue, printed, .. } = hands;
        Ok(InPrinterReport { plan: state.plan, ended, open, serial: state.serial, issue, print: printed })
    }

    /// Closes the job in the journal where it ended.
    pub(super) fn close_in_printer(&self, state: &State) -> Result<(), OperationError> {
        let closed = match &state.stage {
            Stage::Ended { end: End::NotIssued { .. }, .. } => JobState::Undone,
            Stage::Ended { .. } => JobState::Done,
            _ => return Ok(()),
        };
        Ok(self.journal.close(&state.plan.job, closed)?)
    }

    /// Carries on until it ends or its issue stays open; then with why.
    pub(super) fn carry_on(
        &self,
        mut state: State,
        hands: &mut Hands<'_>,
        ear: &mut dyn InPrinterEar,
    ) -> Result<(State, Option<String>), OperationError> {
        let job = state.plan.job.clone();
        while let Some(effect) = state.pending() {
            self.journal.intend(&job, &to_json(&effect)?)?;
            // Issue and print tell their own steps.
            let line = step_of(&effect);
            if let Some(step) = line {
                ear.progress(&Progress::Started { job: job.clone(), step });
            }
            let begun = Instant::now();
            let outcome = self.perform_in_printer(&effect, &state, hands, ear)?;
            if let Some(step) = line {
                let (took, good) = (begun.elapsed(), verdict(&outcome));
                ear.progress(&Progress::Finished { job: job.clone(), step, took, good });
            }
            self.journal.outcome(&job, &to_json(&outcome)?)?;
            state = step(state, &outcome);
            if let Outcome::IssueOpen { why } = outcome {
                return Ok((state, Some(why)));
            }
        }
        Ok((state, None))
    }

    fn perform_in_printer(
        &self,
        effect: &Effect,
        state: &State,
        hands: &mut Hands<'_>,
        ear: &mut dyn InPrinterEar,
    ) -> Result<Outcome, OperationError> {
        let plan = &state.plan;
        Ok(match effect {
            Effect::Feed => carried(carry(hands, Carry::Feed), Outcome::Fed),
            Effect::Release => carried(carry(hands, Carry::Release), Outcome::Released),
            Effect::FindCard => self.find_in_station(plan, limit(hands)),
            Effect::Prepare { reader } => self.prepare_in_station(plan, reader, hands),
            Effect::Issue { issue } if state.cut => self.issue_after_cut(issue, ear)?,
            Effect::Issue { .. } => self.issue_in_station(hands, ear)?,
            Effect::PrepareFace { serial } => self.prepare_face(state, serial, hands),
            Effect::Print { print } if state.cut => match self.print_after_cut(print, ear)? {
                // A card that is still at the contacts is not under the head: it can be put out.
                Outcome::PrintUnknown { why } if self.is_in_station(state) => Outcome::StillInStation { why },
                outcome => outcome,
            },
            Effect::Print { .. } => self.print_in_printer(hands, ear)?,
            Effect::PutOut { way } => self.put_out(*way, state, hands),
        })
    }

    /// Waits for a card in the one reader that is the station's.
    fn find_in_station(&self, plan: &Plan, limit: Duration) -> Outcome {
        let deadline = Instant::now() + limit;
        let refused = |why: String| Outcome::Refused { why, by_policy: false };
        loop {
            let readers = match self.readers.list() {
                Ok(readers) => readers,
                // Some stations are plugged in with their card, and the service starts with its first reader.
                Err(ReaderError::NoService) => Vec::new(),
                Err(error) => return refused(error.to_string()),
            };
            let there: Vec<_> = readers.iter().filter(|reader| is_station(&reader.name, &plan.station)).collect();
            match there.as_slice() {
                [reader] if matches!(reader.card, Presence::Present { .. } | Presence::InUse { .. }) => {
                    return Outcome::CardFound { reader: reader.name.clone() };
                }
                [_] | [] => {}
                several => {
                    let names: Vec<&str> = several.iter().map(|reader| reader.name.as_str()).collect();
                    return refused(format!(
                        "several readers have “{}” in their names ({}), so nobody knows which is the printer's: write more \
                         of its name into encoder.reader of the printer profile; nothing was changed",
                        plan.station,
                        names.join(", ")
                    ));
                }
            }
            if Instant::now() >= deadline {
                return match there.as_slice() {
                    [reader] if reader.card == Presence::Unreadable => Outcome::BadCard {
                        why: "the card in the printer's chip station does not answer: put it aside, and look whether cards \
                              lie in the hopper the right way round"
                            .into(),
                    },
                    [reader] => refused(format!(
                        "no card arrived in “{}”: look whether there are cards in the hopper and whether one is stuck; \
                         nothing was changed",
                        reader.name
                    )),
                    _ => refused(format!(
                        "the reader of the printer's chip station was not found (no reader has “{}” in its name): check its \
                         cable, or encoder.reader of the printer profile; nothing was changed",
                        plan.station
                    )),
                };
            }
            pause();
        }
    }

    fn prepare_in_station(&self, plan: &Plan, reader: &str, hands: &mut Hands<'_>) -> Outcome {
        let request = IssueRequest {
            holder: plan.holder.clone(),
            reader: Some(reader.to_owned()),
            passcode: plan.passcode,
            print: hands.print,
        };
        let prepared = patiently(limit(hands), || self.prepare_issue(&request)).and_then(|prepared| {
            if let Some(passcode) = &hands.passcode {
                passcode.fits(prepared.profile.passcode.rules())?;
            }
            Ok(prepared)
        });
        match prepared {
            Ok(prepared) => {
                let (serial, issue) = (prepared.plan.serial.clone(), prepared.plan.job.clone());
                hands.prepared = Some(prepared);
                Outcome::Prepared { serial, issue }
            }
            Err(error @ (OperationError::NotRecognised(_) | OperationError::Card(_))) => {
                Outcome::BadCard { why: error.to_string() }
            }
            Err(error) => refused(&error),
        }
    }

    fn issue_in_station(&self, hands: &mut Hands<'_>, ear: &mut dyn InPrinterEar) -> Result<Outcome, OperationError> {
        let Some(prepared) = hands.prepared.take() else {
            return Ok(Outcome::IssueNotBegun { why: "the issue was not prepared; nothing was changed".into() });
        };
        ear.encoding(&prepared);
        let report = match self.issue(prepared, hands.passcode.take(), &mut |news| ear.progress(news)) {
            Ok(report) => report,
            Err(error) if error.standing() == Standing::Unfinished => return Err(error),
            Err(error) => return Ok(Outcome::IssueNotBegun { why: error.to_string() }),
        };
        let outcome = match &report.ending {
            Ending::Done => Outcome::Issued,
            Ending::Undone { why, by_policy, .. } => Outcome::IssueUndone { why: why.clone(), by_policy: *by_policy },
            Ending::Unfinished { why } => Outcome::IssueOpen { why: why.clone() },
        };
        hands.issue = Some(report);
        Ok(outcome)
    }

    /// Composes the face once more for the card as it was issued, and proves that this card is still in the station.
    fn prepare_face(&self, state: &State, serial: &CardSerial, hands: &mut Hands<'_>) -> Outcome {
        let Some(FacePrint { printer, template }) = hands.print else {
            return Outcome::Refused { why: "there is nothing to print on it".into(), by_policy: false };
        };
        let request = PrintRequest {
            holder: &state.plan.holder,
            serial: Some(serial),
            printer,
            template,
            now: OffsetDateTime::now_utc(),
            reprint_reason: None,
        };
        let reader = state.reader.clone().unwrap_or_default();
        let prepared = patiently(limit(hands), || {
            let (_, card) = self.open_card(&reader)?;
            if card.serial != *serial {
                return Err(OperationError::Swapped { looked_at: serial.clone(), found: card.serial });
            }
            self.prepare_print(&request)
        });
        match prepared {
            Ok(prepared) => {
                let print = prepared.plan.job.clone();
                hands.face = Some(prepared);
                Outcome::FaceReady { print }
            }
            Err(error) => refused(&error),
        }
    }

    fn print_in_printer(&self, hands: &mut Hands<'_>, ear: &mut dyn InPrinterEar) -> Result<Outcome, OperationError> {
        let Some(face) = hands.face.take() else {
            return Ok(Outcome::NotPrinted { why: "the face was not composed".into() });
        };
        ear.printing(face.cancel());
        let report = match self.print(face, &mut |news| ear.progress(news)) {
            Ok(report) => report,
            Err(error) if error.standing() == Standing::Unfinished => return Err(error),
            Err(error) => return Ok(Outcome::NotPrinted { why: error.to_string() }),
        };
        let outcome = match (&report.ending, report.outcome) {
            (Ending::Done, _) => Outcome::Printed,
            (Ending::Undone { why, .. }, None | Some(PrintOutcome::NotPrinted)) => {
                Outcome::NotPrinted { why: why.clone() }
            }
            (Ending::Undone { why, .. } | Ending::Unfinished { why }, _) => Outcome::PrintUnknown { why: why.clone() },
        };
        hands.printed = Some(report);
        Ok(outcome)
    }

    /// Whether the station's reader shows a card now.
    fn is_in_station(&self, state: &State) -> bool {
        let readers = self.readers.list().unwrap_or_default();
        let holds = |name: &String| readers.iter().any(|r| r.name == *name && r.card != Presence::Empty);
        state.reader.as_ref().is_some_and(holds)
    }

    /// Has the card put out, and waits until the station shows none.
    fn put_out(&self, way: Way, state: &State, hands: &Hands<'_>) -> Outcome {
        let Some(printer) = hands.printer else {
            let why = format!("“{}” is no printer of this desk", state.plan.printer);
            return Outcome::Inside { why };
        };
        let carry = if way == Way::Reject { Carry::Reject } else { Carry::Eject };
        if let Err(error) = printer.carry(carry) {
            return Outcome::Inside { why: error.to_string() };
        }
        let Some(reader) = &state.reader else { return Outcome::ToldOut };
        let deadline = Instant::now() + limit(hands);
        loop {
            if let Ok(readers) = self.readers.list() {
                let there = readers.iter().find(|known| known.name == *reader);
                if there.is_none_or(|reader| reader.card == Presence::Empty) {
                    return Outcome::Out;
                }
            }
            if Instant::now() >= deadline {
                return Outcome::Inside { why: format!("the card did not leave “{reader}”") };
            }
            pause();
        }
    }
}

/// Waits for the next look. Readers of several kinds tell of cards in ways of their own; the waits here end with their
/// deadlines.
fn pause() {
    #[allow(clippy::disallowed_methods, reason = "bounded by the profile's carry-seconds at every place")]
    thread::sleep(LOOK_EVERY);
}

/// Whether a reader is the station's by its name.
fn is_station(name: &str, words: &str) -> bool {
    !words.is_empty() && name.to_lowercase().contains(&words.to_lowercase())
}

/// A card that stands in for one that is not there.
fn blank_card(series: Series) -> Result<CardRecord, OperationError> {
    let serial = CardSerial::from_bytes(&[0; 4]).map_err(|e| OperationError::JournalEntry(e.to_string()))?;
    Ok(CardRecord {
        serial,
        state: CardState::Blank,
        series,
        holder: None,
        open_job: None,
        last_job: None,
        certificates_expire: None,
        good_pair: None,
        identifier: None,
        awaits_delivery: false,
        last_change: None,
    })
}

fn limit(hands: &Hands<'_>) -> Duration {
    Duration::from_secs(hands.printer.map_or(1, |printer| printer.profile.encoder.carry_seconds))
}

fn carry(hands: &Hands<'_>, carry: Carry) -> Result<(), SpoolError> {
    hands.printer.map_or(Err(SpoolError::NoCommands), |printer| printer.carry(carry))
}

fn carried(done: Result<(), SpoolError>, good: Outcome) -> Outcome {
    match done {
        Ok(()) => good,
        Err(error) if error.card_used() == CardUsed::Perhaps => Outcome::Unclear {
            why: "the line to the printer was cut while a card was to be moved: look at the printer".into(),
        },
        Err(error) => Outcome::Refused { why: error.to_string(), by_policy: false },
    }
}

fn refused(error: &OperationError) -> Outcome {
    Outcome::Refused { why: error.to_string(), by_policy: error.standing() == Standing::RefusedByPolicy }
}

/// Somebody else may be looking at the card that has just appeared.
fn patiently<T>(limit: Duration, mut work: impl FnMut() -> Result<T, OperationError>) -> Result<T, OperationError> {
    let deadline = Instant::now() + limit;
    loop {
        match work() {
            Err(OperationError::Reader(ReaderError::InUse { .. })) if Instant::now() < deadline => {
                pause();
            }
            done => return done,
        }
    }
}

fn step_of(effect: &Effect) -> Option<Step> {
    match effect {
        Effect::Feed => Some(Step::FeedCard),
        Effect::FindCard | Effect::Prepare { .. } => Some(Step::FindStation),
        Effect::Issue { .. } | Effect::Print { .. } => None,
        Effect::PrepareFace { .. } | Effect::Release => Some(Step::ReleaseCard),
        Effect::PutOut { way: Way::Eject } => Some(Step::EjectCard),
        Effect::PutOut { way: Way::Reject } => Some(Step::RejectCard),
    }
}

fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Refused { .. } | Outcome::BadCard { .. } => Verdict::Refused,
        Outcome::Unclear { .. } | Outcome::Inside { .. } | Outcome::ToldOut => Verdict::Interrupted,
        _ => Verdict::Good,
    }
}
