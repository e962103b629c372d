//! The queues that a print server has.

use std::time::Duration;

use ipp::prelude::{Operation, Uri};

use super::exchange::{Line, keywords};

/// One queue of a print server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueFound {
    /// Its name there.
    pub name: String,
    /// Its address.
    pub address: String,
    /// What its driver calls the printer.
    pub model: String,
}

/// Asks a print server, `ipp://HOST:PORT/`, which queues it has.
///
/// # Errors
/// Nobody answers there, or not as a print server; what was said.
pub fn queues(server: &str, limit: Duration) -> Result<Vec<QueueFound>, String> {
    let uri: Uri = server.parse().map_err(|_| "its address is none".to_owned())?;
    let line = Line::new(uri, limit, limit)?;
    let wanted = ["printer-name", "printer-uri-supported", "printer-make-and-model"];
    let answer = line.ask(Operation::CupsGetPrinters, None, keywords(&wanted))?;
    Ok(answer.each(&wanted).filter_map(found).collect())
}

fn found(values: Vec<String>) -> Option<QueueFound> {
    let mut values = values.into_iter();
    let (name, address, model) = (values.next()?, values.next()?, values.next().unwrap_or_default());
    (!name.is_empty() && !address.is_empty()).then_some(QueueFound { name, address, model })
}
