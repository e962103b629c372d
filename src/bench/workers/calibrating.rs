//! A printer's card of patches, and what was seen on it.

use super::common::Common;
use crate::{
    bench::{
        event::{Learnt, Trouble},
        order::CalibrationOrder,
    },
    printer::calibration::Calibration,
};

/// Reads or changes what is known of a printer's colours; what holds afterwards.
pub fn calibrate(common: &Common, printer: &str, order: &CalibrationOrder) -> Result<Learnt, Trouble> {
    let printers = &common.workplace.bench.printers;
    let files = printers.calibrations();
    let said = |error: &dyn std::fmt::Display| Trouble::unchanged(error.to_string());
    match order {
        CalibrationOrder::Read => {}
        CalibrationOrder::Keep(seen) => {
            let before = files.read(printer).map_err(|error| said(&error))?;
            let learnt = Calibration::of(printer, seen, before.as_ref()).map_err(|error| said(&error))?;
            files.keep(&learnt).map_err(|error| said(&error))?;
        }
        CalibrationOrder::TakeBack => drop(files.go_back(printer).map_err(|error| said(&error))?),
        CalibrationOrder::Forget => drop(files.forget(printer).map_err(|error| said(&error))?),
    }
    if *order != CalibrationOrder::Read {
        printers.reload().map_err(|error| said(&error))?;
    }
    let calibration = files.read(printer).map_err(|error| said(&error))?;
    Ok(Learnt { calibration, can_go_back: files.can_go_back(printer) })
}
