//! Who changed the list of printers, and when: written at this desk before the change, and told to the gateway, whose audit
//! nobody here can change. Where nobody is signed in, it is told at the next sign-in.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Printer, Workplace, WorkplaceError};
use crate::{
    cis2::{
        Service, ServiceError,
        wire::{ListChange, PrinterChange},
    },
    domain::{JobId, OfficerId},
    journal::{Journal, JournalError},
    operations::OperationError,
};

/// A change of the list of printers as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Change {
    change: ListChange,
    printer: String,
    printer_model: String,
    destination: String,
    #[serde(default)]
    confirmed: Option<String>,
    changed: String,
    signed_in: Option<OfficerId>,
}

/// Where a change goes on record, and who makes it.
#[derive(Clone, Copy)]
pub struct ChangeRecord<'a> {
    /// The journal of this desk, which also knows what waits for a printer.
    pub journal: &'a Journal,
    /// Who is signed in; none where nobody is.
    pub signed_in: Option<&'a OfficerId>,
}

impl ChangeRecord<'_> {
    /// Writes a change before it is made, makes it, and writes whether it was made.
    pub(super) fn around<E: From<JournalError>>(
        self,
        change: ListChange,
        printer: &Printer,
        make: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let destination = String::from(printer.destination.clone());
        let body = Change {
            change,
            printer: shortened(&printer.name),
            printer_model: shortened(&printer.profile),
            destination: match destination.starts_with("file:") {
                true => "file".to_owned(),
                false => shortened(&destination),
            },
            confirmed: printer.confirmed.as_ref().map(|word| shortened(&format!("{}: {}", word.model, word.reason))),
            changed: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            signed_in: self.signed_in.cloned(),
        };
        let unwritten = |reason: String| JournalError::Write(reason);
        let body = serde_json::to_value(body).map_err(|error| unwritten(error.to_string()))?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| unwritten(error.to_string()))?;
        let id = self.journal.printer_change(&JobId::from_random(random), &body)?;
        match make() {
            // It holds; that its end is not on record is found out when the gateway is told.
            Ok(()) => drop(self.journal.printer_change_made(id)),
            Err(error) => {
                let _ = self.journal.printer_change_not_made(id);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// As much of a text as the contract takes.
fn shortened(text: &str) -> String {
    text.chars().take(crate::cis2::wire::LONGEST_NOTE).collect()
}

impl Workplace {
    /// Tells the gateway every change of the list of printers that it was not told yet, oldest first.
    ///
    /// # Errors
    /// Nobody is signed in, the gateway does not answer, or the journal cannot be used: what was not told is told next time.
    pub fn tell_printer_changes(&self) -> Result<(), WorkplaceError> {
        let untold = self.journal.printer_changes_to_tell()?;
        if untold.is_empty() {
            return Ok(());
        }
        let workstation = match self.desk().enrol(self.gateway_name()) {
            Ok(enrolment) => enrolment.number,
            Err(OperationError::Service(error)) => return Err(error.into()),
            Err(error) => return Err(JournalError::Unreadable(error.to_string()).into()),
        };
        for entry in untold {
            let change: Change = serde_json::from_value(entry.body)
                .map_err(|error| JournalError::Unreadable(format!("a change of the printers: {error}")))?;
            let listed = self.bench.printers.iter().any(|printer| printer.choice.name == change.printer);
            if !entry.certain && listed != (change.change == ListChange::Added) {
                self.journal.printer_change_not_made(entry.id)?;
                continue;
            }
            let Change { change, printer, printer_model, destination, confirmed, changed, signed_in } = change;
            let told = PrinterChange {
                workstation,
                change,
                printer,
                printer_model,
                destination,
                confirmed,
                changed,
                signed_in,
            };
            match self.service.record_printer_change(&entry.key, &told) {
                Ok(()) => self.journal.printer_change_told(entry.id)?,
                Err(error) => return Err(ServiceError::into(error)),
            }
        }
        Ok(())
    }
}
