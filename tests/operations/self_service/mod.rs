//! Holders without an officer, from card in to done: on cards of both makes, judged as the desk's own operations are.

mod cut;
mod elsewhere;
mod killed;
mod late;

use std::{fs, path::Path};

use cardwright::{
    cis2::{HttpConfig, HttpService, Service, wire::HolderSession},
    domain::{Operation, Secret},
    operations::{CardReport, Desk, Ending, OperationError, Standing, self_service::own_wish},
};

use crate::{
    desk::{self, Make, passcode},
    in_use::{Bench, Task, card, judge, new_passcode},
};

fn bench(task: Task) -> Bench {
    Bench::with(task, |config| {
        for person in &mut config.people.holders {
            person.email = Some(format!("{}@people.training.invalid", person.holder.id));
        }
    })
}

/// A program in front of a holder: nobody is signed in.
fn kiosk(bench: &Bench) -> HttpService {
    HttpService::new(&bench.gateway.url(), HttpConfig::default()).expect("a client")
}

/// Has a code sent, takes it out of the mailbox and signs in with it. `data` is the gateway's folder.
fn with_code(data: &Path, desk: &Desk<'_>) -> Result<HolderSession, OperationError> {
    let card = desk.own_card(None)?;
    let sent = desk.ask_for_code(&card)?;
    let message = fs::read_dir(data.join("messages")).expect("messages").flatten().next().expect("a message").path();
    let text = fs::read_to_string(&message).expect("text");
    fs::remove_file(message).expect("taken out");
    let six = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
    let code = text.split_whitespace().find(six).expect("a code").as_bytes().to_vec();
    desk.sign_in_with_code(&card, &sent, Secret::new(code))
}

fn with_card(desk: &Desk<'_>) -> Result<HolderSession, OperationError> {
    desk.sign_in_as_holder(desk.prepare_authentication(None)?, &passcode())
}

fn run(data: &Path, desk: &Desk<'_>, task: Task) -> Result<CardReport, OperationError> {
    let tell = &mut |_: &_| {};
    let wish = |session: &HolderSession| own_wish(session, desk::READER, task.operation());
    match task {
        Task::Unlock => {
            assert_eq!(desk.own_card(None)?.tries_left, Some(0), "it is locked");
            let session = with_code(data, desk)?;
            desk.unlock(desk.prepare_on_card(&wish(&session))?, new_passcode(), tell)
        }
        Task::ChangePasscode => {
            let wish = wish(&with_card(desk)?);
            desk.change_passcode(desk.prepare_on_card(&wish)?, passcode(), new_passcode(), tell)
        }
        _ => {
            let wish = wish(&with_card(desk)?);
            desk.renew(desk.prepare_recertify(&wish)?, passcode(), tell)
        }
    }
}

#[test]
fn holders_unlock_renew_and_change_their_passcode_on_both_makes() {
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        for task in [Task::Unlock, Task::ChangePasscode, Task::RenewNewKeys] {
            let what = format!("{task:?} without an officer, {make:?}");
            let bench = bench(task);
            let (readers, serial) = card(make, 3);
            bench.ready(task, 3, &*readers);
            let service = kiosk(&bench);
            let desk = desk::desk(&service, &*readers, &bench.profiles, &bench.journal);
            let report = run(&bench.data(), &desk, task).expect(&what);
            assert_eq!(report.ending, Ending::Done, "{what}");
            let stands = if task.renews() { judge::Stands::Old } else { judge::Stands::New };
            assert_eq!(judge::held(&bench, &*readers, &serial, &desk::holder(3), &what), stands, "{what}");
            let right = if task.renews() { passcode() } else { new_passcode() };
            let tried = desk.try_card(None, &right).expect("the card works");
            assert_eq!(tried.signed_in.card.holder.id, desk::holder(3), "{what}");
            let rows = bench.service.audit(0, 500).expect("the audit");
            let begun = rows.iter().rfind(|row| matches!(row.event.as_str(), "on-card.begun" | "issuance.reserved"));
            let begun = begun.expect("on record");
            assert_eq!((&begun.officer, &begun.detail["task"]), (&None, &"self-service".into()), "{what}");
            crate::report!("{what}: {} commands, {} gateway calls", report.apdus, report.gateway_calls);
        }
    }
}

#[test]
fn what_a_holder_may_not_is_refused_before_the_card_is_changed() {
    let bench = bench(Task::ChangePasscode);
    let (readers, _) = card(Make::Virtual, 4);
    bench.ready(Task::ChangePasscode, 4, &*readers);
    let service = kiosk(&bench);
    let desk = desk::desk(&service, &*readers, &bench.profiles, &bench.journal);
    // Certificates are new, so a renewal is not due.
    let session = with_card(&desk).expect("signed in");
    let early = desk.prepare_recertify(&own_wish(&session, desk::READER, Operation::Renew)).expect("looked at");
    let report = desk.renew(early, passcode(), &mut |_| {}).expect("told");
    assert!(
        matches!(&report.ending, Ending::Undone { why, by_policy: true, .. } if why.contains("can be renewed from")),
        "{:?}",
        report.ending
    );
    // A card and passcode are not good for an unlock, which needs a code.
    let unlock = desk.prepare_on_card(&own_wish(&session, desk::READER, Operation::Unlock)).expect("looked at");
    let report = desk.unlock(unlock, new_passcode(), &mut |_| {}).expect("told");
    assert!(matches!(report.ending, Ending::Undone { .. }), "{:?}", report.ending);
    desk.try_card(None, &passcode()).expect("the card is as it was");
    // Nobody is signed in any more: the next holder begins anew.
    service.holder_sign_out().expect("signed out");
    let nobody = desk.prepare_on_card(&own_wish(&session, desk::READER, Operation::ChangePasscode)).map(drop);
    let error = nobody.expect_err("nobody is signed in");
    assert_eq!(error.standing(), Standing::Unchanged, "{error}");
}
