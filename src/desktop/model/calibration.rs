//! What a card of patches showed of a printer's colours.

use super::{Model, printers};
use crate::{
    bench::{CalibrationOrder, Event, Learnt, Order, PrinterProof, Trouble},
    printer::calibration::{Calibration, CalibrationError, Seen},
};

/// State of this page.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Which printer.
    pub printer: String,
    /// What holds; `None` before it was told.
    pub learnt: Option<Learnt>,
    /// What was seen, as far as it was entered.
    pub seen: Entered,
    /// Whether something is being kept or taken back.
    pub runs: bool,
    /// What was done last.
    pub done: Option<Done>,
    /// Why it failed.
    pub trouble: Option<Trouble>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// What was seen holds.
    Kept,
    /// The last change was taken back.
    TakenBack,
    /// Everything was forgotten.
    Forgotten,
}

/// What was seen: the patch of each band that vanished.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    /// Yellow, magenta and cyan; of each the weakest band first.
    pub bands: [[f64; 3]; 3],
    /// Row and column of the patch that is as grey as the lines around it.
    pub grey: Option<(u8, u8)>,
    /// Whether anything was entered.
    pub touched: bool,
}

impl Default for Entered {
    fn default() -> Self {
        Self { bands: [[5.0; 3]; 3], grey: None, touched: false }
    }
}

impl Entered {
    /// As the calibration takes it.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let [yellow, magenta, cyan] = self.bands;
        Seen { yellow, magenta, cyan, grey: self.grey }
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Print the card of patches.
    Print,
    /// In this band of this dye this patch vanished.
    Band {
        /// 0 yellow, 1 magenta, 2 cyan.
        dye: usize,
        /// 0 the weakest.
        band: usize,
        /// 1 to 9; halves lie between two.
        patch: f64,
    },
    /// This patch is grey.
    Grey(Option<(u8, u8)>),
    /// Keep it.
    Keep,
    /// Take the last change back.
    TakeBack,
    /// Forget everything.
    Forget,
}

impl State {
    /// The curves that would come of what was entered.
    ///
    /// # Errors
    /// The numbers cannot all be right.
    pub fn preview(&self) -> Result<Calibration, CalibrationError> {
        let before = self.learnt.as_ref().and_then(|learnt| learnt.calibration.as_ref());
        Calibration::of(&self.printer, &self.seen.seen(), before)
    }
}

/// The page of a printer is shown: what holds is asked for.
pub fn arrived(model: &mut Model, printer: &str) {
    if model.calibration.printer != printer {
        model.calibration = State { printer: printer.to_owned(), ..State::default() };
    }
    model.order(Order::Calibrate { printer: printer.to_owned(), order: CalibrationOrder::Read });
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    let printer = model.calibration.printer.clone();
    let state = &mut model.calibration;
    match intent {
        Intent::Print => printers::prove(model, printer, PrinterProof::CalibrationCard),
        Intent::Band { dye, band, patch } => {
            if let Some(place) = state.seen.bands.get_mut(dye).and_then(|bands| bands.get_mut(band)) {
                *place = (patch.clamp(1.0, 9.0) * 2.0).round() / 2.0;
                (state.seen.touched, state.done) = (true, None);
            }
        }
        Intent::Grey(grey) => {
            (state.seen.grey, state.done) = (grey, None);
            state.seen.touched = true;
        }
        Intent::Keep => {
            if state.preview().is_ok() && refused(model).is_none() {
                let seen = model.calibration.seen.seen();
                change(model, Done::Kept, CalibrationOrder::Keep(seen));
            }
        }
        Intent::TakeBack => change(model, Done::TakenBack, CalibrationOrder::TakeBack),
        Intent::Forget => change(model, Done::Forgotten, CalibrationOrder::Forget),
    }
}

/// Why nothing can be kept or taken back now, by the key of its words.
#[must_use]
pub fn refused(model: &Model) -> Option<&'static str> {
    if model.officer().is_none() {
        return Some("settings-printer-nobody");
    }
    (model.calibration.runs || model.calibration.learnt.is_none()).then_some("settings-printer-busy")
}

fn change(model: &mut Model, done: Done, order: CalibrationOrder) {
    if refused(model).is_none() {
        let state = &mut model.calibration;
        (state.runs, state.done, state.trouble) = (true, Some(done), None);
        let printer = state.printer.clone();
        model.order(Order::Calibrate { printer, order });
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    let Event::Learnt { printer, result } = event else { return };
    let state = &mut model.calibration;
    if state.printer != *printer {
        return;
    }
    let ran = std::mem::take(&mut state.runs);
    match result {
        Ok(learnt) => {
            state.learnt = Some(learnt.clone());
            if ran || !state.seen.touched {
                // The bands of the next card are the same, for they are what the printer does by itself: what holds stands there,
                // and the grey is chosen with it.
                let bands = learnt.calibration.as_ref().map(Calibration::bands);
                state.seen = Entered { bands: bands.unwrap_or([[5.0; 3]; 3]), ..Entered::default() };
            }
        }
        Err(trouble) => (state.trouble, state.done) = (Some(trouble.clone()), None),
    }
}
