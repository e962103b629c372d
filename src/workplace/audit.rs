//! Is the gateway's audit whole, and is it the one that this desk saw before? Worked out here, row by row, and not taken
//! from the gateway.

use super::Workplace;
use crate::{
    cis2::wire::{AuditHead, AuditRow},
    journal::KeptHead,
};

/// The rows of an audit as far as they were seen: their hashes, and the first that does not fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditChain {
    hashes: Vec<String>,
    fault: Option<String>,
}

impl AuditChain {
    /// The chain of these rows, oldest first.
    #[must_use]
    pub fn of(rows: &[AuditRow]) -> Self {
        let mut chain = Self::default();
        chain.add(rows);
        chain
    }

    /// How many rows were seen.
    #[must_use]
    pub fn rows(&self) -> u64 {
        u64::try_from(self.hashes.len()).unwrap_or(u64::MAX)
    }

    /// The rows that follow, oldest first.
    pub fn add(&mut self, rows: &[AuditRow]) {
        for row in rows {
            let expected = self.rows().saturating_add(1);
            let previous = self.hashes.last().map_or(AuditHead::EMPTY, String::as_str);
            if self.fault.is_none() {
                if row.sequence != expected {
                    self.fault = Some(format!("row {expected} is missing"));
                } else if row.previous != previous || row.computed_hash() != row.hash {
                    self.fault = Some(format!("row {expected} was changed after it was written"));
                }
            }
            self.hashes.push(row.hash.clone());
        }
    }

    /// The first thing that does not fit.
    #[must_use]
    pub fn fault(&self, head: &AuditHead) -> Option<String> {
        if self.fault.is_some() {
            return self.fault.clone();
        }
        // Rows may have been added between the two calls, never taken away.
        let headed = match head.rows {
            0 => Some(AuditHead::EMPTY),
            count => self.hash(count),
        };
        if headed != Some(head.hash.as_str()) {
            return Some("the newest rows are missing".to_owned());
        }
        (!head.signature_fits()).then(|| "the gateway's signature does not fit".to_owned())
    }

    /// The first head this desk kept that the gateway's audit no longer bears out.
    #[must_use]
    pub fn witness_fault(&self, head: &AuditHead, kept: &[KeptHead]) -> Option<String> {
        kept.iter().find_map(|seen| {
            let witness = format!("this desk saw row {} on {}", seen.rows, seen.at);
            if seen.public_key != head.public_key.0 {
                return Some(format!("{witness} signed by another audit key than the gateway has now"));
            }
            match self.hash(seen.rows) {
                None => Some(format!("{witness}, and it is no longer there: the newest rows were cut off")),
                Some(hash) if hash != seen.hash => {
                    Some(format!("{witness}, and another row stands there now: rows were cut off or replaced"))
                }
                Some(_) => None,
            }
        })
    }

    /// Hash of the row with this number, from 1.
    fn hash(&self, number: u64) -> Option<&str> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.hashes.get(index).map(String::as_str)
    }
}

impl Workplace {
    /// Whether the gateway's audit is whole and bears out every head that this desk kept of it; where it does, this head
    /// is kept too.
    ///
    /// # Errors
    /// A sentence that says what does not fit, or that it cannot be said.
    pub fn bears_out(&self, chain: &AuditChain, head: &AuditHead) -> Result<(), String> {
        if let Some(fault) = chain.fault(head) {
            return Err(format!("the gateway's audit is not whole: {fault}"));
        }
        let kept = self.journal.kept_heads(self.gateway_name()).map_err(|error| error.to_string())?;
        if let Some(fault) = chain.witness_fault(head, &kept) {
            return Err(format!("the gateway's audit is not the one this desk witnessed: {fault}"));
        }
        // Every row is borne out; that this head is not kept takes nothing from that.
        let _ = self.keep_head(head);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cis2::wire::Base64;

    fn fault(rows: &[AuditRow], head: &AuditHead) -> Option<String> {
        AuditChain::of(rows).fault(head)
    }

    fn witness_fault(rows: &[AuditRow], head: &AuditHead, kept: &[KeptHead]) -> Option<String> {
        AuditChain::of(rows).witness_fault(head, kept)
    }

    fn chain(count: u64) -> (Vec<AuditRow>, AuditHead) {
        let mut rows: Vec<AuditRow> = Vec::new();
        for sequence in 1..=count {
            let previous = rows.last().map_or(AuditHead::EMPTY.to_owned(), |row| row.hash.clone());
            let mut row = AuditRow {
                sequence,
                at: "2026-11-23T09:00:00Z".into(),
                officer: None,
                event: "card.seen".into(),
                detail: json!({ "serial": "0102030405" }),
                previous,
                hash: String::new(),
            };
            row.hash = row.computed_hash();
            rows.push(row);
        }
        let hash = rows.last().map_or(AuditHead::EMPTY.to_owned(), |row| row.hash.clone());
        let none = || Base64(Vec::new());
        let head = AuditHead { rows: count, hash, broken_at: None, signature: none(), public_key: none() };
        (rows, head)
    }

    #[test]
    fn a_cut_tail_and_another_key_are_told_by_the_witness() {
        let (rows, head) = chain(4);
        let seen = |rows: u64, hash: &str| KeptHead {
            rows,
            hash: hash.to_owned(),
            signature: Vec::new(),
            public_key: Vec::new(),
            at: "2026-11-23T09:00:00Z".to_owned(),
        };
        let kept = [seen(2, &rows[1].hash), seen(4, &rows[3].hash)];
        assert_eq!(witness_fault(&rows, &head, &kept), None);
        assert!(witness_fault(&rows[..3], &head, &kept).is_some_and(|f| f.contains("row 4") && f.contains("cut off")));
        let regrown = [rows[0].clone(), rows[2].clone(), rows[3].clone(), rows[3].clone()];
        assert!(
            witness_fault(&regrown, &head, &kept).is_some_and(|f| f.contains("row 2") && f.contains("another row"))
        );
        let other = KeptHead { public_key: vec![1], ..seen(4, &rows[3].hash) };
        assert!(witness_fault(&rows, &head, &[other]).is_some_and(|f| f.contains("another audit key")));
    }

    #[test]
    fn every_kind_of_tampering_is_told() {
        let (rows, head) = chain(4);
        let unsigned = Some("the gateway's signature does not fit".to_owned());
        assert_eq!(fault(&rows, &head), unsigned, "the rows fit; nobody signed them here");
        let mut changed = rows.clone();
        changed[1].event = "card.lost".into();
        assert!(fault(&changed, &head).is_some_and(|f| f.contains("row 2 was changed")));
        let mut without = rows.clone();
        without.remove(2);
        assert!(fault(&without, &head).is_some_and(|f| f.contains("row 3 is missing")));
        assert!(fault(&rows[..3], &head).is_some_and(|f| f.contains("newest rows")));
        let (later, _) = chain(5);
        assert_eq!(fault(&later, &head), unsigned, "a row written since the head was read is no fault");
    }
}
