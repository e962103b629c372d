//! `unlock --offline` and `unlock --telephone`: the two ends of an unlock over the telephone.

use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Failure, progress},
    arguments::Common,
    exit::Exit,
    issue, on_card,
    passcode::Source,
    wording,
};
use crate::{
    cis2::{
        ServiceError,
        wire::{DeliverySaid, EndedByTelephone},
    },
    domain::{
        CardSerial, OfficerId, Operation,
        telephone::{Challenge, CompletionCode, Response, SpokenCodes, TelephoneOutcome},
    },
    operations::{
        Desk, Need, OperationError,
        telephone::{OfflinePreflight, OfflineWish},
    },
    workplace::{Readers, Workplace},
};

/// How often something that was read aloud is asked for, before it is given up.
const TRIES: usize = 5;

/// The card is here, and no gateway answers.
pub fn card_here(common: &Common, reader: Option<&str>, source: Source) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let workplace = Workplace::offline(&places, configuration, Readers::AsConfigured)?;
    let desk = workplace.desk();
    let mut preflight =
        desk.prepare_offline(&OfflineWish { reader, serial: None, officer: None, gateway: workplace.gateway_name() })?;
    let plan = preflight.plan.clone();
    progress(&format!("Card {} of {} in “{}”.", plan.serial, plan.holder.grouped(), preflight.reader));
    progress("Call an officer whose gateway answers. Say the holder's number and the card's serial, and read this:");
    progress(&format!("  Challenge: {}", preflight.challenge()));
    let codes = match response(&mut preflight, source) {
        Ok(codes) => codes,
        Err(failure) => return Err(give_up(&desk, &preflight, failure)),
    };
    let new = match source.new_passcode(preflight.rules(), &plan.holder) {
        Ok(new) => new,
        Err(failure) => return Err(give_up(&desk, &preflight, failure)),
    };
    let mut teller = wording::Teller::default();
    let ended = desk.unlock_offline(preflight, codes, new, &mut |news| teller.hear(news))?;
    drop(teller);
    progress(&format!("  Completion code, to be read back: {}", ended.completion));
    let mut document = on_card::document(&ended.report).as_object().cloned().unwrap_or_default();
    document.extend(spoken(&plan.challenge, &ended.completion, ended.outcome));
    let text = format!(
        "Card {} of {} has the passcode its holder chose. Read the completion code {} to the officer; if the line is gone, \
         “cardwright resume” tells the gateway when it answers again.",
        ended.report.serial,
        ended.report.holder.grouped(),
        ended.completion
    );
    on_card::told(&ended.report, text, &Value::Object(document))
}

/// Takes the response until its check digits fit. The card sees nothing of one that does not.
fn response(preflight: &mut OfflinePreflight, source: Source) -> Result<SpokenCodes, Failure> {
    for _ in 0..TRIES {
        let Some(typed) = source.spoken("Response, as it is read to you: ")? else { break };
        match typed.parse::<Response>().map(|response| preflight.hear(&response)) {
            Ok(Some(codes)) => return Ok(codes),
            Ok(None) => progress(
                "That does not fit: a digit was misheard, or it is for another card. The card has not seen it.",
            ),
            Err(malformed) => progress(&format!("{malformed}. The card has not seen it.")),
        }
    }
    Err(Failure::failed("no response came that fits this card"))
}

/// Ends it with nothing done on the card, and says what the officer on the telephone is to hear.
fn give_up(desk: &Desk<'_>, preflight: &OfflinePreflight, mut failure: Failure) -> Failure {
    let completion = preflight.given_up();
    progress(&format!("  Completion code, if the officer asks for one: {completion}"));
    if let Err(error) = desk.give_up_offline(preflight) {
        return error.into();
    }
    failure.message = format!("{}. Nothing on the card was changed: begin again with a new challenge", failure.message);
    failure.document.extend(spoken(preflight.challenge(), &completion, TelephoneOutcome::GivenUp));
    failure
}

fn spoken(challenge: &Challenge, completion: &CompletionCode, outcome: TelephoneOutcome) -> Map<String, Value> {
    Map::from_iter([
        ("challenge".to_owned(), json!(challenge.to_string())),
        ("completion_code".to_owned(), json!(completion.to_string())),
        ("completion".to_owned(), json!(outcome)),
    ])
}

/// The gateway answers here, and the card is at another desk.
pub fn card_elsewhere(
    common: &Common,
    (holder, serial): (&str, &CardSerial),
    delivery: DeliverySaid,
    second: Option<&OfficerId>,
    source: Source,
) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let holder = issue::holder(&workplace, holder)?;
    let desk = workplace.desk();
    let challenge = heard::<Challenge>(source, "Challenge, as it is read to you: ")?
        .ok_or_else(|| Failure::usage("no challenge came; nothing was changed"))?;
    let approval = on_card::approval(&workplace, (second, None), Operation::Unlock, serial)?;
    let begun = desk.begin_by_telephone(&holder, serial, &challenge, delivery, approval).map_err(not_begun)?;
    progress(&format!("  Response, to be read back: {}", begun.response));
    let mut document = Map::from_iter([
        ("job".to_owned(), json!(begun.job.job)),
        ("holder".to_owned(), json!(holder)),
        ("serial".to_owned(), json!(serial)),
        ("challenge".to_owned(), json!(challenge.to_string())),
        ("response".to_owned(), json!(begun.response.to_string())),
    ]);
    let ended = match completion(&desk, &challenge, source) {
        Ok(ended) => ended,
        Err(mut failure) => {
            failure.document.extend(document);
            return Err(failure);
        }
    };
    let Some(ended) = ended else {
        let until = begun.job.deadline;
        let why = format!(
            "no completion code came: run this again with the same challenge until {:02}:{:02} UTC, or let that desk tell \
             it with “cardwright resume”. Until then the card may hold either unlock code, and both are kept",
            until.hour(),
            until.minute()
        );
        return Err(Failure { document, ..Failure::new(Exit::Unfinished, why) });
    };
    wording::witness(&workplace);
    document.insert("completion".to_owned(), json!(ended.outcome));
    document.insert("card".to_owned(), json!(ended.card.state));
    match ended.outcome {
        TelephoneOutcome::Done => Ok(Answer::done(
            format!("Card {serial} of {} is unlocked, and its new unlock code is kept.", holder.grouped()),
            Value::Object(document),
        )),
        TelephoneOutcome::GivenUp => {
            let why = "the other desk gave it up: the card may hold either unlock code, both are kept, and it can be \
                       unlocked again";
            Err(Failure { document, ..Failure::new(Exit::Failed, why) })
        }
    }
}

/// Where the gateway asks for something first, how it is given.
fn not_begun(error: OperationError) -> Failure {
    let need = if let OperationError::Service(error) = &error { Need::of(error) } else { None };
    let Some(need) = need else { return error.into() };
    let failure = Failure::new(Exit::Refused, format!("{error} {}.", on_card::how_to_give(need)));
    Failure { document: Map::from_iter([("needs".to_owned(), json!(need))]), ..failure }
}

/// Takes completion codes until one fits; none when there is no more to hear.
fn completion(desk: &Desk<'_>, challenge: &Challenge, source: Source) -> Result<Option<EndedByTelephone>, Failure> {
    for _ in 0..TRIES {
        let Some(code) = heard::<CompletionCode>(source, "Completion code, as it is read to you: ")? else { break };
        match desk.end_by_telephone(challenge, &code) {
            Ok(ended) => return Ok(Some(ended)),
            Err(OperationError::Service(ServiceError::Problem(problem))) if problem.kind == "completion-code-wrong" => {
                progress(&problem.describe());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// Something that is read aloud, asked for until it has the right shape; none when there is no more to hear.
fn heard<T: std::str::FromStr<Err = crate::domain::Malformed>>(
    source: Source,
    question: &str,
) -> Result<Option<T>, Failure> {
    for _ in 0..TRIES {
        let Some(typed) = source.spoken(question)? else { return Ok(None) };
        match typed.parse() {
            Ok(heard) => return Ok(Some(heard)),
            Err(malformed) => progress(&malformed.to_string()),
        }
    }
    Ok(None)
}
