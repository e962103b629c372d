//! `self-service`: a holder with their own card, without an officer.

use serde_json::json;

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, SelfService, SelfServiceAction},
    exit::Exit,
    on_card,
    passcode::Source,
    window::{self, Window},
    wording,
};
use crate::{
    cis2::{Service, wire::HolderSession},
    domain::{Operation, Passcode, PasscodeRules},
    operations::{CardReport, Desk, Ending, self_service::own_wish},
    workplace::{Readers, Workplace},
};

pub fn run(common: &Common, arguments: &SelfService) -> Result<Answer, Failure> {
    let Some(action) = &arguments.action else {
        return window::open(common, Window::Kiosk);
    };
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let workplace = Workplace::unattended(&places, configuration, Readers::AsConfigured)?;
    let desk = workplace.desk();
    let report = match action {
        SelfServiceAction::ChangePasscode(own) => {
            change_passcode(&desk, own.reader.as_deref(), Source::of(own.passcode_stdin))
        }
        SelfServiceAction::Renew(own) => renew(&desk, own.reader.as_deref(), Source::of(own.passcode_stdin)),
        SelfServiceAction::Unlock(own) => unlock(&desk, own.reader.as_deref(), Source::of(own.passcode_stdin)),
    };
    // Nobody is left signed in, however it ended; where nobody is, that is what was wanted.
    let _ = workplace.service.holder_sign_out();
    answer(&report?)
}

fn change_passcode(desk: &Desk<'_>, reader: Option<&str>, from: Source) -> Result<CardReport, Failure> {
    let (reader, session, old, rules) = signed_in(desk, reader, from)?;
    let preflight = desk.prepare_on_card(&own_wish(&session, &reader, Operation::ChangePasscode))?;
    let new = from.new_passcode(rules, &session.holder.id)?;
    let mut teller = wording::Teller::default();
    Ok(desk.change_passcode(preflight, old, new, &mut |news| teller.hear(news))?)
}

fn renew(desk: &Desk<'_>, reader: Option<&str>, from: Source) -> Result<CardReport, Failure> {
    let (reader, session, own, _) = signed_in(desk, reader, from)?;
    let preflight = desk.prepare_recertify(&own_wish(&session, &reader, Operation::Renew))?;
    let mut teller = wording::Teller::default();
    Ok(desk.renew(preflight, own, &mut |news| teller.hear(news))?)
}

/// The holder signs in with card and passcode.
fn signed_in(
    desk: &Desk<'_>,
    reader: Option<&str>,
    from: Source,
) -> Result<(String, HolderSession, Passcode, PasscodeRules), Failure> {
    let card = desk.prepare_authentication(reader)?;
    if let Some(left) = card.tries_left {
        progress(&format!("Card {} in “{}”: tries left: {left}", card.serial, card.reader));
    }
    let (reader, rules) = (card.reader.clone(), card.rules());
    let own = from.passcode_of("of your card", rules)?;
    let session = desk.sign_in_as_holder(card, &own)?;
    let holder = &session.holder;
    progress(&format!("The card of {} {}", holder.id.grouped(), holder.printed_name()));
    Ok((reader, session, own, rules))
}

fn unlock(desk: &Desk<'_>, reader: Option<&str>, from: Source) -> Result<CardReport, Failure> {
    let card = desk.own_card(reader)?;
    let sent = desk.ask_for_code(&card)?;
    let until = sent.expires;
    progress(&format!(
        "A code was sent to {}. It is good until {:02}:{:02} UTC.",
        sent.sent_to,
        until.hour(),
        until.minute()
    ));
    let session = desk.sign_in_with_code(&card, &sent, from.one_time_code()?)?;
    let preflight = desk.prepare_on_card(&own_wish(&session, &card.reader, Operation::Unlock))?;
    let new = from.new_passcode(card.rules, &session.holder.id)?;
    let mut teller = wording::Teller::default();
    Ok(desk.unlock(preflight, new, &mut |news| teller.hear(news))?)
}

fn answer(report: &CardReport) -> Result<Answer, Failure> {
    let text = match report.operation {
        Operation::Renew => format!("Card {} is renewed. Its passcode is the same as before.", report.serial),
        Operation::Unlock => format!("Card {} is unlocked and has the new passcode.", report.serial),
        _ => format!("Card {} has the new passcode.", report.serial),
    };
    let document = json!({
        "job": report.job,
        "operation": report.operation,
        "holder": report.holder,
        "serial": report.serial,
        "result": &report.ending,
        "which_pair": report.which_pair,
        "tries_left": report.tries_left,
        "apdus": report.apdus,
        "gateway_calls": report.gateway_calls,
        "steps": wording::steps(&report.steps),
    });
    if let Ending::Unfinished { why } = &report.ending {
        // The holder's session is over, and with it their part in the job.
        let said = format!(
            "{why}. In 15 minutes, when the time of this job has run out, the Registration Authority desk repairs the card"
        );
        let mut failure = Failure::new(Exit::Unfinished, said);
        failure.document = document.as_object().cloned().unwrap_or_default();
        return Err(failure);
    }
    wording::ended(&report.ending, format!("{text}{}", on_card::pair_words(report)), &document)
}
