//! Issuances in the database: reading, moving from state to state, and the deadline that ends what nobody confirms.

use rusqlite::{Connection, Row, TransactionBehavior, params};
use serde_json::json;
use time::OffsetDateTime;

use super::{
    audit, authority,
    problem::Fault,
    records, secure_channels, sessions,
    store::{from_word, moment, one, word},
};
use crate::{
    cis2::wire::{Base64, BegunBy, Issuance, IssuanceState, KeysWanted},
    domain::{
        CardIdentifier, CardSerial, CardState, CertificateSlot, HolderId, JobId, Officer, OfficerId, Operation, Series,
        eligibility::ClientSoftware,
    },
};

/// As what a job was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BegunAs {
    /// By an officer at the desk.
    Desk,
    /// By the holder, on their own card.
    SelfService,
}

/// One job on one card, as the gateway knows it: an issuance, or another operation.
pub struct Job {
    /// What the workstation sees of it.
    pub public: Issuance,
    /// Who began it.
    pub officer: OfficerId,
    /// Series as recognised.
    pub series: Series,
    /// Card profile.
    pub profile: String,
    /// What the workstation ran.
    pub software: ClientSoftware,
    /// When it began.
    pub begun: OffsetDateTime,
    /// 32 bytes both keys must sign.
    pub proof_challenge: Option<Vec<u8>>,
    /// What the card must answer to the management-key challenge, sealed.
    pub expected: Option<Vec<u8>>,
    /// Challenges answered.
    pub relays: u32,
    /// Wrong answers of the card.
    pub wrong_proofs: u32,
    /// Whether the card proved its management key in this job.
    pub proven: bool,
    /// Whether its unlock codes were released to this job.
    pub codes_released: bool,
    /// As what it was begun.
    pub begun_as: BegunAs,
    /// How the card stood before.
    pub card_before: CardState,
    /// Which keys its certificates are for.
    pub keys: KeysWanted,
}

/// A certificate of a job.
pub struct Certificate {
    /// DER.
    pub der: Vec<u8>,
    /// SHA-256 of it, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-256 of its key.
    pub key_sha256: String,
}

struct Columns {
    text: [String; 12],
    locked: bool,
    begun: i64,
    deadline: i64,
    proof_challenge: Option<Vec<u8>>,
    expected: Option<Vec<u8>>,
    relays: u32,
    wrong_proofs: u32,
    proven: bool,
    codes_released: bool,
    told_key: Option<Vec<u8>>,
}

const SELECT: &str = "SELECT job, officer, holder, serial, series, profile, software, state, locked, begun, deadline, \
                      proof_challenge, expected, relays, wrong_proofs, proven, codes_released, operation, task, \
                      card_before, keys, told_key FROM issuances";

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok(Columns {
        text: [
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
            row.get(6)?,
            row.get(7)?,
            row.get(17)?,
            row.get(18)?,
            row.get(19)?,
            row.get(20)?,
        ],
        locked: row.get(8)?,
        begun: row.get(9)?,
        deadline: row.get(10)?,
        proof_challenge: row.get(11)?,
        expected: row.get(12)?,
        relays: row.get(13)?,
        wrong_proofs: row.get(14)?,
        proven: row.get(15)?,
        codes_released: row.get(16)?,
        told_key: row.get(21)?,
    })
}

fn read(store: &Connection, columns: Columns) -> Result<Job, Fault> {
    let [job, officer, holder, serial, series, profile, software, state, operation, task, card_before, keys] =
        columns.text;
    let job: JobId = job.parse()?;
    let sha256 = |slot| certificate(store, &job, slot).map(|found| found.map(|certificate| certificate.sha256));
    let officer: OfficerId = officer.parse()?;
    let name = sessions::officer(store, &officer)?.map(|known| known.name);
    let public = Issuance {
        authentication_sha256: sha256(CertificateSlot::Authentication)?,
        signing_sha256: sha256(CertificateSlot::Signing)?,
        job,
        operation: from_word(operation)?,
        holder: holder.parse()?,
        serial: serial.parse()?,
        state: from_word(state)?,
        locked: columns.locked,
        deadline: moment(columns.deadline)?,
        begun_by: Some(BegunBy { officer: officer.clone(), name }),
        told_key: columns.told_key.map(Base64),
    };
    Ok(Job {
        public,
        officer,
        series: from_word(series)?,
        profile,
        software: serde_json::from_str(&software).map_err(|_| Fault::internal("a stored job cannot be read"))?,
        begun: moment(columns.begun)?,
        proof_challenge: columns.proof_challenge,
        expected: columns.expected,
        relays: columns.relays,
        wrong_proofs: columns.wrong_proofs,
        proven: columns.proven,
        codes_released: columns.codes_released,
        begun_as: from_word(task)?,
        card_before: from_word(card_before)?,
        keys: from_word(keys)?,
    })
}

/// The job, if it is known.
pub fn find(store: &Connection, job: &JobId) -> Result<Option<Job>, Fault> {
    one(store, &format!("{SELECT} WHERE job = ?1"), [job.as_str()], columns)?
        .map(|columns| read(store, columns))
        .transpose()
}

/// The job.
pub fn get(store: &Connection, job: &JobId) -> Result<Job, Fault> {
    find(store, job)?.ok_or_else(|| Fault::issuance_unknown(job.as_str()))
}

/// The open job on a card.
pub fn open_on_card(store: &Connection, serial: &CardSerial) -> Result<Option<Job>, Fault> {
    let sql = format!("{SELECT} WHERE serial = ?1 AND state IN ('reserved', 'certified')");
    one(store, &sql, [serial.as_str()], columns)?.map(|columns| read(store, columns)).transpose()
}

/// The open job for a holder.
pub fn open_for_holder(store: &Connection, holder: &HolderId) -> Result<Option<Job>, Fault> {
    let sql = format!("{SELECT} WHERE holder = ?1 AND state IN ('reserved', 'certified')");
    one(store, &sql, [holder.as_str()], columns)?.map(|columns| read(store, columns)).transpose()
}

/// Writes a new job.
pub fn insert(store: &Connection, job: &Job) -> Result<(), Fault> {
    let software =
        serde_json::to_string(&job.software).map_err(|_| Fault::internal("the client software cannot be written"))?;
    store.execute(
        "INSERT INTO issuances (job, officer, holder, serial, series, profile, locked, software, state, begun, deadline, \
         operation, task, card_before, keys) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        params![
            job.public.job.as_str(),
            job.officer.as_str(),
            job.public.holder.as_str(),
            job.public.serial.as_str(),
            word(&job.series),
            job.profile,
            job.public.locked,
            software,
            word(&job.public.state),
            job.begun.unix_timestamp(),
            job.public.deadline.unix_timestamp(),
            word(&job.public.operation),
            word(&job.begun_as),
            word(&job.card_before),
            word(&job.keys),
        ],
    )?;
    Ok(())
}

/// Gives a job that ran out of time another one. That its card proved its management key stays on record: its keys may be
/// gone, and should the time run out once more the card is still unfinished.
pub fn open_again(store: &Connection, job: &JobId, deadline: OffsetDateTime) -> Result<(), Fault> {
    store.execute(
        "UPDATE issuances SET state = 'reserved', deadline = ?2 WHERE job = ?1",
        params![job.as_str(), deadline.unix_timestamp()],
    )?;
    Ok(())
}

/// Keeps which authentication key the card made in this job, until it is certified.
pub fn tell_key(store: &Connection, job: &JobId, key: Option<&[u8]>) -> Result<(), Fault> {
    store.execute("UPDATE issuances SET told_key = ?2 WHERE job = ?1", params![job.as_str(), key])?;
    Ok(())
}

/// Keeps the identifier that the card got in this job.
pub fn keep_identifier(store: &Connection, job: &JobId, identifier: Option<&CardIdentifier>) -> Result<(), Fault> {
    store.execute(
        "UPDATE issuances SET identifier = ?2 WHERE job = ?1",
        params![job.as_str(), identifier.map(CardIdentifier::as_str)],
    )?;
    Ok(())
}

/// A job that its holder began without an officer, and whose time ran out, is an officer's from now on.
pub fn hand_over(store: &Connection, job: &JobId, officer: &OfficerId) -> Result<(), Fault> {
    store.execute(
        "UPDATE issuances SET officer = ?2, task = ?3 WHERE job = ?1",
        [job.as_str(), officer.as_str(), &word(&BegunAs::Desk)],
    )?;
    Ok(())
}

/// Every key the gateway knows this card to hold, as certificates: its good pair, and whatever was made in this job.
pub fn certificates_of_card(store: &Connection, job: &Job) -> Result<Vec<Vec<u8>>, Fault> {
    let sql = "SELECT certificates.der FROM certificates JOIN issuances ON issuances.job = certificates.job \
               WHERE issuances.serial = ?1 AND (certificates.status = 'good' OR certificates.job = ?2)";
    let mut query = store.prepare_cached(sql)?;
    let rows = query.query_map([job.public.serial.as_str(), job.public.job.as_str()], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Moves a job to another state.
pub fn set_state(store: &Connection, job: &JobId, state: IssuanceState) -> Result<(), Fault> {
    store.execute("UPDATE issuances SET state = ?2 WHERE job = ?1", [job.as_str(), &word(&state)])?;
    // Whatever comes after the end of a job begins a channel of its own.
    if matches!(state, IssuanceState::Confirmed | IssuanceState::Aborted | IssuanceState::Expired) {
        secure_channels::close(store, job)?;
        // So are the codes of its card in answers that are kept for callers who ask again.
        store.execute("DELETE FROM answers WHERE codes_of = ?1", [job.as_str()])?;
    }
    Ok(())
}

/// A certificate of a job, if it was made.
pub fn certificate(store: &Connection, job: &JobId, slot: CertificateSlot) -> Result<Option<Certificate>, Fault> {
    // A job that was opened again, or made its keys anew, has revoked ones before.
    let sql = "SELECT der, sha256, key_sha256 FROM certificates WHERE job = ?1 AND slot = ?2 \
               ORDER BY rowid DESC LIMIT 1";
    one(store, sql, [job.as_str(), &word(&slot)], |row| {
        Ok(Certificate { der: row.get(0)?, sha256: row.get(1)?, key_sha256: row.get(2)? })
    })
}

/// Takes both certificates of a job off hold.
pub fn make_good(store: &Connection, job: &JobId, now: OffsetDateTime) -> Result<(), Fault> {
    store.execute(
        "UPDATE certificates SET status = 'good', reason = NULL, changed = ?2 WHERE job = ?1 AND status = 'hold'",
        params![job.as_str(), now.unix_timestamp()],
    )?;
    Ok(())
}

/// Revokes whatever was certified in a job.
pub fn revoke(store: &Connection, job: &JobId, now: OffsetDateTime) -> Result<usize, Fault> {
    Ok(store.execute(
        "UPDATE certificates SET status = 'revoked', reason = ?3, changed = ?2 WHERE job = ?1 AND status <> 'revoked'",
        params![job.as_str(), now.unix_timestamp(), authority::CESSATION],
    )?)
}

/// Revokes every certificate this chip ever got, but for those of one job; gives how many. `reason` is a code of
/// RFC 5280, 5.3.1.
pub fn revoke_card(
    store: &Connection,
    serial: &CardSerial,
    but: Option<&JobId>,
    reason: i64,
    now: OffsetDateTime,
) -> Result<usize, Fault> {
    Ok(store.execute(
        "UPDATE certificates SET status = 'revoked', reason = ?2, changed = ?3 \
         WHERE status <> 'revoked' AND job IN (SELECT job FROM issuances WHERE serial = ?1) AND job <> ?4",
        params![serial.as_str(), reason, now.unix_timestamp(), but.map_or("", JobId::as_str)],
    )?)
}

/// Ends every open job whose deadline has passed: its certificates are revoked and its card is unfinished.
pub fn sweep(store: &mut Connection, now: OffsetDateTime) -> Result<(), Fault> {
    let overdue = "SELECT EXISTS (SELECT 1 FROM issuances WHERE state IN ('reserved', 'certified') AND deadline <= ?1)";
    let any: bool = store.prepare_cached(overdue)?.query_row([now.unix_timestamp()], |row| row.get(0))?;
    if !any {
        return Ok(());
    }
    let change = store.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let ended: Vec<Job> = {
        let sql = format!("{SELECT} WHERE state IN ('reserved', 'certified') AND deadline <= ?1");
        let mut query = change.prepare(&sql)?;
        let rows = query.query_map([now.unix_timestamp()], columns)?.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.into_iter().map(|columns| read(&change, columns)).collect::<Result<_, _>>()?
    };
    for job in ended {
        end(&change, &job, IssuanceState::Expired, job.card_after_expiry(), now)?;
        let detail = json!({
            "job": job.public.job, "operation": job.public.operation, "holder": job.public.holder,
            "serial": job.public.serial,
        });
        audit::append(&change, now, None, "issuance.expired", &detail)?;
    }
    change.commit()?;
    Ok(())
}

/// Ends a job without a good certificate.
pub fn end(
    store: &Connection,
    job: &Job,
    state: IssuanceState,
    card: CardState,
    now: OffsetDateTime,
) -> Result<(), Fault> {
    revoke(store, &job.public.job, now)?;
    set_state(store, &job.public.job, state)?;
    set_card(store, job, card, now)
}

/// Writes the state of a job's card. Its last day is that of the good pair it has.
pub fn set_card(store: &Connection, job: &Job, state: CardState, now: OffsetDateTime) -> Result<(), Fault> {
    let mut card = records::card(store, &job.public.serial)?;
    card.state = state;
    card.series = job.series;
    card.holder = Some(job.public.holder.clone());
    card.last_job = Some(job.public.job.clone());
    card.certificates_expire = records::last_moment(store, &job.public.serial)?;
    records::put_card(store, &card, now)
}

impl Job {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        matches!(self.public.state, IssuanceState::Reserved | IssuanceState::Certified)
    }

    /// How the card stands when nobody ended the job in time.
    fn card_after_expiry(&self) -> CardState {
        match self.public.operation {
            // What the desk did to the chip is not known, and it must be brought back to a known state.
            Operation::Issue | Operation::Print | Operation::Clear => CardState::Unfinished,
            // Nothing is written to a card that has not proved its management key.
            Operation::Repair | Operation::Renew if self.proven => CardState::Unfinished,
            // Passcode and unlock code may have changed; the escrow knows both codes, and the keys are untouched.
            Operation::Repair | Operation::Renew | Operation::Unlock | Operation::ChangePasscode => self.card_before,
            Operation::Cancel => CardState::Cancelled,
        }
    }

    /// Open jobs belong to the officer who began them.
    pub fn check_officer(&self, officer: &Officer) -> Result<(), Fault> {
        if self.officer == officer.id {
            return Ok(());
        }
        let fault = Fault::new(
            403,
            "other-officer",
            "This job was begun by another officer",
            "Ask them to finish it, or wait until its time runs out; then anyone who may clear cards can clean it up",
        );
        let who = match &self.public.begun_by {
            Some(officer) => officer.to_string(),
            None => format!("officer {}", self.officer.grouped()),
        };
        let until = self.public.deadline;
        Err(fault.detail(format!("{who}, until {:02}:{:02} UTC", until.hour(), until.minute())))
    }

    /// A call that needs an open job came too late.
    pub fn check_open(&self) -> Result<(), Fault> {
        match self.public.state {
            IssuanceState::Reserved | IssuanceState::Certified => Ok(()),
            IssuanceState::Expired => Err(Fault::new(
                409,
                "deadline-passed",
                "The time for this job has run out, and its certificates were revoked",
                "Resume the job: the card will be emptied and can then be issued again",
            )),
            IssuanceState::Confirmed => Err(Fault::wrong_state("it is already confirmed")),
            IssuanceState::Aborted => Err(Fault::wrong_state("it was given up")),
        }
    }
}
