//! The promise after any cut: card and service agree, and no certificate is good without a card that holds its key.
//!
//! Judged from outside: the gateway's database is read with SQL and the chip with plain commands, not through the code
//! under test.

use std::path::Path;

use cardwright::{
    card::{
        apdu::Command,
        reader::{Access, CardReaders},
        transport::{ExchangeRecord, Link, Transport, layered},
    },
    domain::CardSerial,
};
use rusqlite::{Connection, OpenFlags};

/// What the gateway has on record.
pub struct GatewayRecord(Connection);

impl GatewayRecord {
    pub fn open(data: &Path) -> Self {
        let file = Self::file(data);
        Self(Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opens"))
    }

    fn file(data: &Path) -> std::path::PathBuf {
        std::fs::read_dir(data)
            .expect("the gateway's folder")
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|extension| extension == "sqlite"))
            .expect("the gateway's database")
    }

    /// Takes a card out of the records, as if the gateway's database had been put back to an older copy.
    pub fn forget_card(data: &Path, serial: &CardSerial) {
        let file = Self::file(data);
        let store = Connection::open(file).expect("opens");
        let gone = store.execute("DELETE FROM cards WHERE serial = ?1", [serial.as_str()]).expect("writes");
        assert_eq!(gone, 1, "it was on record");
    }

    /// Takes the identifiers of all cards out of the records, as if an older desk had issued them.
    pub fn forget_identifiers(data: &Path) {
        let store = Connection::open(Self::file(data)).expect("opens");
        assert!(store.execute("UPDATE issuances SET identifier = NULL", []).expect("writes") > 0, "they were told");
    }

    pub fn card_state(&self, serial: &CardSerial) -> String {
        self.0
            .query_row("SELECT state FROM cards WHERE serial = ?1", [serial.as_str()], |row| row.get(0))
            .unwrap_or_else(|_| "blank".to_owned())
    }

    /// Good certificates of a card: slot and DER.
    pub fn good_certificates(&self, serial: &CardSerial) -> Vec<(String, Vec<u8>)> {
        let sql = "SELECT c.slot, c.der FROM certificates c JOIN issuances i USING (job) \
                   WHERE i.serial = ?1 AND c.status = 'good' ORDER BY c.slot";
        let mut statement = self.0.prepare(sql).expect("the tables are there");
        let rows = statement.query_map([serial.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).expect("reads");
        rows.collect::<Result<_, _>>().expect("reads")
    }

    /// Whether a code was released for this card of which nobody said whether the card took it.
    pub fn code_in_doubt(&self, serial: &CardSerial) -> bool {
        let sql = "SELECT COUNT(*) FROM unlock_codes WHERE serial = ?1 AND next IS NOT NULL";
        self.0.query_row(sql, [serial.as_str()], |row| row.get::<_, u32>(0)).expect("reads") > 0
    }

    /// Certificates that are neither good nor revoked.
    pub fn on_hold(&self, serial: &CardSerial) -> u32 {
        let sql = "SELECT COUNT(*) FROM certificates c JOIN issuances i USING (job) \
                   WHERE i.serial = ?1 AND c.status NOT IN ('good', 'revoked')";
        self.0.query_row(sql, [serial.as_str()], |row| row.get(0)).expect("reads")
    }

    /// Every row of what an operation can change, as text: to be compared with another time.
    pub fn everything(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for table in ["cards", "issuances", "certificates", "unlock_codes", "prints"] {
            let mut statement = self.0.prepare(&format!("SELECT * FROM {table}")).expect("the tables are there");
            let columns = statement.column_count();
            let found = statement.query_map([], |row| {
                let values = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
                Ok(format!("{table}: {:?}", values.collect::<Result<Vec<_>, _>>()?))
            });
            rows.extend(found.expect("reads").map(|row| row.expect("reads")));
        }
        rows
    }

    /// What was recorded of a print, oldest first: outcome and the hash of the job.
    pub fn prints(&self, job: &str) -> Vec<(String, String)> {
        let mut statement =
            self.0.prepare("SELECT outcome, job_sha256 FROM prints WHERE job = ?1 ORDER BY id").expect("the table");
        let rows = statement.query_map([job], |row| Ok((row.get(0)?, row.get(1)?))).expect("reads");
        rows.collect::<Result<_, _>>().expect("reads")
    }

    /// Issuances that are open.
    pub fn open_issuances(&self, serial: &CardSerial) -> u32 {
        let sql = "SELECT COUNT(*) FROM issuances WHERE serial = ?1 AND state IN ('reserved', 'certified')";
        self.0.query_row(sql, [serial.as_str()], |row| row.get(0)).expect("reads")
    }
}

/// What a chip says of itself.
pub struct Chip {
    /// Certificates in 9A and 9C, DER.
    pub certificates: [Option<Vec<u8>>; 2],
    /// Tries left of the passcode.
    pub tries: u16,
}

impl Chip {
    pub fn read(readers: &dyn CardReaders, reader: &str) -> Self {
        let mut connection = readers.connect(reader, Access::Exclusive).expect("the card opens");
        let mut chip = None;
        connection
            .transact(&mut |card| {
                let (link, record) = (Link::in_pieces(255), ExchangeRecord::default());
                let mut card = layered(card, &link, &record);
                let aid = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
                let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(aid).expecting_data();
                assert!(card.exchange(&select).expect("answers").status.is_ok(), "the PIV application is there");
                let mut read = |tag: u8| {
                    let get = Command::new(0x00, 0xCB, 0x3F, 0xFF).with_data([0x5C, 0x03, 0x5F, 0xC1, tag]);
                    let answer = card.exchange(&get.expecting_data()).expect("answers");
                    answer.status.is_ok().then(|| certificate_in(&answer.data)).flatten()
                };
                let certificates = [read(0x05), read(0x0A)];
                let counter = card.exchange(&Command::new(0x00, 0x20, 0x00, 0x80)).expect("answers").status;
                let tries = if counter.0 == 0x6983 { 0 } else { counter.0 & 0x000F };
                chip = Some(Self { certificates, tries });
            })
            .expect("a transaction");
        chip.expect("the step ran")
    }
}

/// The DER inside 53 { 70 { … } … }, found by its own lengths.
fn certificate_in(object: &[u8]) -> Option<Vec<u8>> {
    let (tag, inner, _) = field(object)?;
    let (certificate, value, _) = field(inner)?;
    (tag == 0x53 && certificate == 0x70 && !value.is_empty()).then(|| value.to_vec())
}

/// One-byte tag, length, value, rest.
fn field(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?])), rest.get(2..)?),
        short if short < 0x80 => (usize::from(short), rest),
        _ => return None,
    };
    Some((tag, rest.get(..length)?, rest.get(length..)?))
}

/// What a life of cuts ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The card is issued.
    Issued,
    /// The card is blank again.
    Blank,
}

/// Holds the promise against gateway and chip, and says how it ended.
pub fn held(data: &Path, readers: &dyn CardReaders, reader: &str, serial: &CardSerial, what: &str) -> Ended {
    let record = GatewayRecord::open(data);
    let chip = Chip::read(readers, reader);
    assert_eq!(record.open_issuances(serial), 0, "{what}: an issuance is still open");
    assert_eq!(record.on_hold(serial), 0, "{what}: a certificate is still on hold");
    let good = record.good_certificates(serial);
    match record.card_state(serial).as_str() {
        state @ ("active" | "locked") => {
            assert_eq!(state == "locked", chip.tries == 0, "{what}: {state} at the gateway, {} tries left", chip.tries);
            let ders: Vec<Option<Vec<u8>>> = good.into_iter().map(|(_, der)| Some(der)).collect();
            assert_eq!(ders, chip.certificates, "{what}: the good pair is the pair on the card");
            Ended::Issued
        }
        "blank" => {
            assert!(good.is_empty(), "{what}: a certificate is good without a card");
            assert_eq!(chip.certificates, [None, None], "{what}: the card the gateway counts as blank is not");
            Ended::Blank
        }
        other => panic!("{what}: the card is {other} at the gateway"),
    }
}
