//! `self-service`: a holder with their own card, without an officer.

use serde_json::json;

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, SelfService, SelfServiceAction},
    exit::Exit,
    on_card,
    passcode::Source,
    resume,
    window::{self, Window},
    wording,
};
use crate::{
    cis2::{Service, wire::HolderSession},
    domain::{Operation, Passcode, PasscodeRules},
    operations::{
        CardReport, Desk, Ending, GoneOn, Resumed, Resumption,
        self_service::{not_the_code, own_wish, tries_of_code_left},
    },
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

fn change_passcode(desk: &Desk<'_>, reader: Option<&str>, from: Source) -> Result<Came, Failure> {
    let SignedIn { reader, session, own, rules } = match signed_in(desk, reader, from, Operation::ChangePasscode)? {
        Visit::Settled(resumed) => return Ok(Came::Resumed(resumed)),
        Visit::SignedIn(here) => *here,
    };
    let preflight = desk.prepare_on_card(&own_wish(&session, &reader, Operation::ChangePasscode))?;
    let new = from.new_passcode(rules, &session.holder.id)?;
    let mut teller = wording::Teller::default();
    Ok(Came::Report(Box::new(desk.change_passcode(preflight, own, new, &mut |news| teller.hear(news))?)))
}

fn renew(desk: &Desk<'_>, reader: Option<&str>, from: Source) -> Result<Came, Failure> {
    let SignedIn { reader, session, own, .. } = match signed_in(desk, reader, from, Operation::Renew)? {
        Visit::Settled(resumed) => return Ok(Came::Resumed(resumed)),
        Visit::SignedIn(here) => *here,
    };
    let preflight = desk.prepare_recertify(&own_wish(&session, &reader, Operation::Renew))?;
    let mut teller = wording::Teller::default();
    Ok(Came::Report(Box::new(desk.renew(preflight, own, &mut |news| teller.hear(news))?)))
}

/// What came of a visit.
enum Came {
    /// Of an operation that was begun in it.
    Report(Box<CardReport>),
    /// Of one that was cut off before, and nothing else was wished for.
    Resumed(Box<Resumed>),
}

/// A holder who signed in.
enum Visit {
    /// What they came for had been cut off, and that is settled.
    Settled(Box<Resumed>),
    /// What they came for can begin.
    SignedIn(Box<SignedIn>),
}

/// A holder who is signed in.
struct SignedIn {
    reader: String,
    session: HolderSession,
    own: Passcode,
    rules: PasscodeRules,
}

/// The holder signs in with card and passcode. What was cut off is gone on with first.
fn signed_in(desk: &Desk<'_>, reader: Option<&str>, from: Source, wished: Operation) -> Result<Visit, Failure> {
    let found = desk.own_card(reader)?;
    if let Some(left) = found.tries_left {
        progress(&format!("Card {} in “{}”: tries left: {left}", found.serial, found.reader));
    }
    let (reader, rules) = (found.reader, found.rules);
    let unfinished = desk.own_unfinished(&found.serial)?.filter(|job| job.operation != Operation::Unlock);
    let (session, own) = match unfinished {
        None => {
            let card = desk.prepare_authentication(Some(&reader))?;
            let own = from.passcode_of("of your card", rules)?;
            let mut teller = wording::Teller::default();
            let (session, resumed) = desk.sign_in_own(card, &own, &mut |news| teller.hear(news))?;
            drop(teller);
            if let Some(resumed) = resumed {
                // It was begun at another workstation, and no journal here knew of it.
                if GoneOn::settled(&resumed, wished) {
                    return Ok(Visit::Settled(Box::new(resumed)));
                }
                progress(&resumed_words(&resumed));
            }
            (session, own)
        }
        Some(job) => {
            progress(&format!("{}. It is gone on with now.", job.words_for_its_holder()));
            let own = from.passcode_of("of your card", rules)?;
            let mut teller = wording::Teller::default();
            let gone_on = desk.go_on_with_own(&reader, &job, &own, &mut |news| teller.hear(news))?;
            if gone_on.settles(wished) {
                return Ok(Visit::Settled(Box::new(gone_on.resumed)));
            }
            progress(&resumed_words(&gone_on.resumed));
            (gone_on.session, own)
        }
    };
    let holder = &session.holder;
    progress(&format!("The card of {} {}", holder.id.grouped(), holder.printed_name()));
    Ok(Visit::SignedIn(Box::new(SignedIn { reader, session, own, rules })))
}

/// What became of a job that was cut off, in a sentence.
fn resumed_words(resumed: &Resumed) -> String {
    let what = match resumed.record.operation {
        Operation::Renew => "renewal",
        Operation::Unlock => "unlock",
        _ => "change of passcode",
    };
    let pair = resumed.which_pair.map(|pair| format!(". Your card works with {pair}")).unwrap_or_default();
    match &resumed.resumption {
        Resumption::Finished => format!("The {what} that was interrupted is finished{pair}."),
        Resumption::Undone { why } => format!("The {what} that was interrupted was taken back: {why}{pair}."),
        Resumption::StillOpen { why } | Resumption::LookAtPrinter { why } => {
            format!("The {what} that was interrupted is not finished: {why}{pair}")
        }
    }
}

fn unlock(desk: &Desk<'_>, reader: Option<&str>, from: Source) -> Result<Came, Failure> {
    let card = desk.own_card(reader)?;
    let sent = desk.ask_for_code(&card)?;
    let until = sent.expires;
    progress(&format!(
        "A code was sent to {}. It is good until {:02}:{:02} UTC.",
        sent.sent_to,
        until.hour(),
        until.minute()
    ));
    // A mistyped code can be typed again, and no other is sent for it. What comes on stdin after it is a passcode.
    let session = loop {
        match desk.sign_in_with_code(&card, &sent, from.one_time_code()?) {
            Ok(session) => break session,
            Err(error) if from == Source::Stdin => return Err(error.into()),
            Err(error) => {
                let left = tries_of_code_left(&error).ok_or(error)?;
                progress(&format!("Card {}: {}. Type the code once more.", card.serial, not_the_code(left)));
            }
        }
    };
    if let Some(job) = desk.own_unfinished(&card.serial)? {
        let mut teller = wording::Teller::default();
        if let Some(resumed) = desk.go_on_with_own_unlock(&job, &mut |news| teller.hear(news))? {
            progress(&resumed_words(&resumed));
        }
    }
    let preflight = desk.prepare_on_card(&own_wish(&session, &card.reader, Operation::Unlock))?;
    let new = from.new_passcode(card.rules, &session.holder.id)?;
    let mut teller = wording::Teller::default();
    Ok(Came::Report(Box::new(desk.unlock(preflight, new, &mut |news| teller.hear(news))?)))
}

fn answer(came: &Came) -> Result<Answer, Failure> {
    match came {
        Came::Report(report) => told(report),
        Came::Resumed(resumed) => told_resumed(resumed),
    }
}

/// A job that was cut off before, and is finished or open still.
fn told_resumed(resumed: &Resumed) -> Result<Answer, Failure> {
    let document = resume::document(resumed);
    let words = resumed_words(resumed);
    if resumed.resumption == Resumption::Finished {
        return Ok(Answer::done(words, document));
    }
    let mut failure = Failure::new(Exit::Unfinished, format!("{}. {COME_BACK}", words.trim_end_matches('.')));
    failure.document = document.as_object().cloned().unwrap_or_default();
    Err(failure)
}

/// What a holder can do about a job that was cut off.
const COME_BACK: &str = "Put the card back in and run the same command again, here or at another workstation: your passcode \
                         finishes it. Where that does not work, the Registration Authority desk repairs the card once the time of this job \
                         has run out, in 15 minutes";

fn told(report: &CardReport) -> Result<Answer, Failure> {
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
        let said = format!("{why}. {COME_BACK}");
        let mut failure = Failure::new(Exit::Unfinished, said);
        failure.document = document.as_object().cloned().unwrap_or_default();
        return Err(failure);
    }
    wording::ended(&report.ending, format!("{text}{}", on_card::pair_words(report)), &document)
}
