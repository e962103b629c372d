//! What becomes of the list of printers of a workstation. The gateway keeps no such list: it keeps on record who says that
//! one was changed.

use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Answer, Call, Desk};
use crate::{
    cis2::wire::{LONGEST_NOTE, ListChange, PrinterChange},
    gateway::problem::Fault,
};

pub fn record(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let told: PrinterChange = call.json()?;
    let members = [
        ("printer", Some(&told.printer)),
        ("printer_model", Some(&told.printer_model)),
        ("destination", Some(&told.destination)),
        ("confirmed", told.confirmed.as_ref()),
    ];
    for (member, text) in members.into_iter().filter_map(|(member, text)| Some((member, text?))) {
        if text.chars().count() > LONGEST_NOTE {
            return Err(Fault::malformed(format!("{member} has more than {LONGEST_NOTE} characters")));
        }
    }
    if OffsetDateTime::parse(&told.changed, &Rfc3339).is_err() {
        return Err(Fault::malformed("changed is no time of RFC 3339"));
    }
    let event = match told.change {
        ListChange::Added => "workstation.printer-added",
        ListChange::Removed => "workstation.printer-removed",
    };
    let mut detail = json!({
        "workstation": told.workstation, "printer": told.printer, "printer_model": told.printer_model,
        "destination": told.destination, "changed": told.changed, "signed_in": told.signed_in,
    });
    if let Some(confirmed) = &told.confirmed {
        detail["confirmed"] = json!(confirmed);
    }
    desk.audit(event, &detail)?;
    Ok(Answer::nothing())
}
