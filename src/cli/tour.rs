//! `tour`: the whole job once, unattended, on training parts, with everything it produced left in a folder.

mod folder;

use std::time::Instant;

use serde_json::{Value, json};
use time::OffsetDateTime;

use self::folder::Folder;
use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, Tour},
    audit,
    exit::Exit,
    print,
    table::Table,
    wording,
};
use crate::{
    cis2::{Service, wire::HolderRecord},
    domain::{CardState, HolderState, Passcode, PasscodeRules, Secret},
    operations::{Ending, IssueReport, PrintReport, StepTime, issue::PasscodeChoice, preflight::IssueRequest},
    printer::choice::Printer,
    training::readers::NAMES,
    workplace::{AuditChain, Configuration, Places, Readers, Workplace},
};

/// What the tour says about the window.
const DESKTOP: &str = "To open the desktop window, once a version has one: cardwright (with no command).";

/// How the two cards of the tour are handed over.
const HAND_OVER: [PasscodeChoice; 2] = [PasscodeChoice::ChosenByHolder, PasscodeChoice::LeftLocked];

pub fn run(common: &Common, arguments: &Tour) -> Result<Answer, Failure> {
    let begun = Instant::now();
    let folder = Folder::prepare(&arguments.out)?;
    let mut clock = Clock::default();
    // The tour brings its own data, so that it meets the same blank cards every time and touches nobody's work.
    let places = Places::new(Some(folder.work()), None).map_err(Failure::failed)?;
    let workplace = clock.time("sign-in", || {
        Workplace::open(&places, Configuration::default(), common.officer.clone(), Readers::TrainingOnly)
    })?;
    let officer = &workplace.session.as_ref().ok_or_else(|| Failure::failed("nobody is signed in"))?.officer;
    progress(&format!("TRAINING. {} ({}) is signed in at the embedded gateway.", officer.name, officer.role));
    let holders = clock.time("find-holders", || holders(&workplace))?;
    let printer = workplace.bench.printers.choose(None).map_err(Failure::failed)?;
    let mut cards = Vec::new();
    for ((holder, reader), passcode) in holders.iter().zip(NAMES).zip(HAND_OVER) {
        cards.push(card(&workplace, &folder, holder, reader, passcode, printer)?);
    }
    let chain = clock.time("chain-and-revocation", || shared(&workplace, &folder))?;
    let table = table(&cards);
    let total = wording::rounded(begun.elapsed().as_secs_f64() * 1000.0);
    let warnings: Vec<&str> = cards.iter().filter_map(|card| card.warning.as_deref()).collect();
    let summary = json!({
        "made_by": folder::MADE_BY,
        "version": env!("CARGO_PKG_VERSION"),
        "realm": workplace.bench.configuration.realm,
        "officer": { "number": officer.id, "role": officer.role },
        "cards": cards.iter().map(Card::document).collect::<Vec<_>>(),
        "steps": clock.document(),
        "audit_rows": chain,
        "milliseconds": total,
    });
    drop(workplace);
    folder.write("summary.json", format!("{summary:#}\n").as_bytes())?;
    folder.finish()?;
    let text = format!(
        "\n{table}\n{} holds a folder a card, chain.pem, crl.pem, audit.jsonl and summary.json. It took {:.1} s.\n{DESKTOP}",
        arguments.out.display(),
        total / 1000.0
    );
    let answer = Answer::done(text, summary);
    if warnings.is_empty() { Ok(answer) } else { Ok(answer.ending(Exit::Warning, warnings.join("; "))) }
}

/// Times of the steps that belong to no card.
#[derive(Default)]
struct Clock(Vec<(&'static str, f64)>);

impl Clock {
    fn time<T, E: Into<Failure>>(
        &mut self,
        step: &'static str,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, Failure> {
        let begun = Instant::now();
        let result = work().map_err(Into::into);
        self.0.push((step, begun.elapsed().as_secs_f64() * 1000.0));
        result
    }

    fn document(&self) -> Value {
        self.0.iter().map(|(step, ms)| json!({ "step": step, "milliseconds": wording::rounded(*ms) })).collect()
    }
}

/// One card of the tour.
struct Card {
    folder: String,
    name: String,
    issue: IssueReport,
    print: PrintReport,
    valid_until: String,
    photo_advice: Vec<String>,
    warning: Option<String>,
}

impl Card {
    fn document(&self) -> Value {
        let plan = &self.issue.plan;
        json!({
            "folder": self.folder,
            "holder": plan.holder,
            "serial": plan.serial,
            "series": plan.series,
            "locked": plan.passcode == PasscodeChoice::LeftLocked,
            "valid_until": self.valid_until,
            "apdus": self.issue.apdus,
            "photo_advice": self.photo_advice,
            "issue": { "job": plan.job, "milliseconds": total(&self.issue.steps), "steps": wording::steps(&self.issue.steps) },
            "print": {
                "job": self.print.plan.job,
                "printer_model": self.print.plan.printer_model,
                "job_sha256": self.print.plan.job_sha256,
                "milliseconds": total(&self.print.steps),
                "steps": wording::steps(&self.print.steps),
            },
        })
    }
}

fn total(steps: &[StepTime]) -> f64 {
    wording::rounded(steps.iter().map(|step| step.milliseconds).sum())
}

/// Two holders who may have a card: open, with a photo, without a card in use, and not the officer.
fn holders(workplace: &Workplace) -> Result<Vec<HolderRecord>, Failure> {
    let free = |record: &HolderRecord| {
        record.holder.state == HolderState::Open
            && record.holder.photo_sha256.is_some()
            && workplace.session.as_ref().is_none_or(|session| record.holder.id != session.officer.id)
            && !record.cards.iter().any(|card| matches!(card.state, CardState::Active | CardState::Locked))
    };
    let found: Vec<HolderRecord> =
        workplace.service.find_holders("", 100)?.into_iter().filter(free).take(NAMES.len()).collect();
    if found.len() == NAMES.len() {
        Ok(found)
    } else {
        Err(Failure::failed("the training gateway has no two holders who may have a card: reinstall the program"))
    }
}

fn card(
    workplace: &Workplace,
    folder: &Folder,
    record: &HolderRecord,
    reader: &str,
    choice: PasscodeChoice,
    printer: &Printer,
) -> Result<Card, Failure> {
    let (desk, holder) = (workplace.desk(), &record.holder);
    progress(&format!("{} {}: issuing in “{reader}”", holder.id.grouped(), holder.printed_name()));
    let request =
        IssueRequest { holder: holder.id.clone(), reader: Some(reader.to_owned()), passcode: choice, print: None };
    let preflight = desk.prepare_issue(&request)?;
    let photo_advice = preflight.photo_advice.clone();
    let settings = &preflight.profile.passcode;
    let rules = PasscodeRules { min_digits: settings.min_digits, max_digits: settings.max_digits };
    let passcode = match choice {
        PasscodeChoice::ChosenByHolder => Some(holders_passcode(rules, holder.id.as_str())?),
        PasscodeChoice::LeftLocked => None,
    };
    let mut teller = wording::Teller::default();
    let issue = desk.issue(preflight, passcode, &mut |news| teller.hear(news))?;
    drop(teller);
    must_be_done(&issue.ending)?;
    let name = format!("card-{}", issue.plan.serial);
    let pair =
        issue.certificates.as_ref().ok_or_else(|| Failure::failed("the issued certificates were not returned"))?;
    for (file, certificate) in ["authentication.pem", "signing.pem"].into_iter().zip(pair) {
        folder.write_in(&name, file, pem(certificate).as_bytes())?;
    }
    let valid_until = last_day(&pair[0])?;

    progress(&format!("{} {}: printing on “{}”", holder.id.grouped(), holder.printed_name(), printer.choice.name));
    let preflight = print::prepare(workplace, &holder.id, Some(&issue.plan.serial), printer)?;
    let proof = preflight.face.proof_pdf(OffsetDateTime::now_utc()).map_err(Failure::failed)?;
    folder.write_in(&name, "proof.pdf", &proof)?;
    folder.write_in(&name, "face.png", &preflight.face.preview_png().map_err(Failure::failed)?)?;
    let composed = preflight.job_bytes.clone();
    let mut teller = wording::Teller::default();
    let print = desk.print(preflight, &mut |news| teller.hear(news))?;
    drop(teller);
    must_be_done(&print.ending)?;
    // What the printer received, and the card as it came out of it: not what was meant to be sent.
    let received = workplace
        .bench
        .printers
        .receive(&printer.choice.name)
        .ok_or_else(|| Failure::failed("the virtual printer received no job"))?;
    let out = received.cards.map_err(|e| Failure::failed(format!("the virtual printer did not take the job ({e})")))?;
    let printed = out.first().ok_or_else(|| Failure::failed("no card came out of the virtual printer"))?;
    folder.write_in(&name, "job.prn", &received.job)?;
    folder.write_in(&name, "printed.png", &printed.png().map_err(Failure::failed)?)?;
    let warning =
        (received.job != composed).then(|| format!("{name}: the printer received other bytes than were sent"));
    Ok(Card { folder: name, name: holder.printed_name().to_owned(), issue, print, valid_until, photo_advice, warning })
}

fn must_be_done(ending: &Ending) -> Result<(), Failure> {
    wording::ended(ending, String::new(), &json!({})).map(|_| ())
}

/// What the holder would type: random digits that are not easy to guess. Nobody sees them.
fn holders_passcode(rules: PasscodeRules, printed_number: &str) -> Result<Passcode, Failure> {
    loop {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes)
            .map_err(|e| Failure::failed(format!("no randomness ({e}); nothing was changed")))?;
        // 250 is the largest multiple of 10 below 256: what lies above it would favour small digits.
        let digits = bytes.iter().filter(|b| **b < 250).map(|b| b'0' + b % 10).take(rules.max_digits);
        // A weak or short draw is drawn again.
        if let Ok(passcode) = Passcode::choose(Secret::new(digits.collect()), rules, printed_number) {
            return Ok(passcode);
        }
    }
}

/// What belongs to no card: chain, revocation lists, audit. Gives the number of audit rows.
fn shared(workplace: &Workplace, folder: &Folder) -> Result<usize, Failure> {
    let service = &workplace.service;
    folder.write("chain.pem", service.chain_pem()?.as_bytes())?;
    folder.write("crl.pem", service.crl_pem()?.as_bytes())?;
    let head = service.audit_head()?;
    let rows = audit::rows(service)?;
    if let Some(fault) = AuditChain::of(&rows).fault(&head) {
        return Err(Failure::failed(format!("the gateway's audit is not whole: {fault}")));
    }
    folder.write("audit.jsonl", audit::lines(&rows).map_err(Failure::failed)?.as_bytes())?;
    Ok(rows.len())
}

fn table(cards: &[Card]) -> String {
    let mut table =
        Table::new(["Holder", "Name", "Card", "Handed over", "Certificates until", "APDUs", "Issue ms", "Print ms"]);
    for card in cards {
        let plan = &card.issue.plan;
        table.row([
            plan.holder.grouped(),
            card.name.clone(),
            plan.serial.to_string(),
            match plan.passcode {
                PasscodeChoice::ChosenByHolder => "with a passcode".to_owned(),
                PasscodeChoice::LeftLocked => "locked".to_owned(),
            },
            card.valid_until.clone(),
            card.issue.apdus.to_string(),
            format!("{:.0}", total(&card.issue.steps)),
            format!("{:.0}", total(&card.print.steps)),
        ]);
    }
    table.render()
}

/// Textual encoding (RFC 7468).
fn pem(der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(der);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    // Base64 is ASCII: every byte is a character.
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem + "-----END CERTIFICATE-----\n"
}

/// Last day of a certificate, read from it.
fn last_day(certificate: &[u8]) -> Result<String, Failure> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate)
        .map_err(|e| Failure::failed(format!("an issued certificate cannot be read ({e})")))?;
    Ok(certificate.validity().not_after.to_datetime().date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holders_passcode_is_never_weak() {
        for _ in 0..200 {
            let rules = PasscodeRules::default();
            let passcode = holders_passcode(rules, "555000000017").expect("randomness");
            assert!(Passcode::choose(Secret::new(passcode.expose().to_vec()), rules, "555000000017").is_ok());
        }
    }
}
