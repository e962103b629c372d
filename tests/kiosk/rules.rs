//! What the kiosk offers, held against the tables of the NHS pages by the oracle of the rules: every series, age of the
//! certificates, smartcard software, date and realm, with the passcode locked and not. What only the gateway knows of a
//! card, it says when it is asked; that is held against the same tables by its own tests.

use std::collections::BTreeSet;

use cardwright::{
    desktop::kiosk::model::{CardSeen, Choice, Event, Stage},
    domain::{
        CardState, HolderState, Operation, PasscodeRules, Role, Series,
        eligibility::{
            Address, Certificates, Decision, Delivery, Photo, Realm, SELF_SERVICE, Situation, Subject, Task,
        },
    },
    operations::{
        Desk,
        self_service::{OwnCard, Readable},
    },
};
use time::{Date, Duration, OffsetDateTime, macros::date};

use super::{
    oracle::{Oracle, SERIES},
    stand::{HOLDER, Stand},
    why::{Why, Whys},
};

/// Today, the last day of Identity Agent, and the day after it.
const DAYS: [Date; 3] = [date!(2026 - 11 - 26), date!(2027 - 02 - 28), date!(2027 - 03 - 01)];
/// Days to the end of a card's certificates; none without certificates.
const AGES: [Option<i64>; 5] = [None, Some(-1), Some(0), Some(90), Some(91)];

fn own_card(series: Series, locked: bool, age: Option<i64>, now: OffsetDateTime) -> OwnCard {
    OwnCard {
        reader: "Training reader 1".into(),
        serial: "0A1B2C3D".parse().expect("a serial"),
        series,
        rules: PasscodeRules::default(),
        tries_left: Some(if locked { 0 } else { 3 }),
        holder: HOLDER.parse().ok(),
        expires: age.map(|days| now + Duration::days(days)),
        certificates: Readable::ByAnybody,
    }
}

/// What the tables say. All but an unlock begins with the card signing its holder in, so what forbids that forbids the rest.
fn expected(oracle: &Oracle, operation: Operation, situation: &Situation<'_>) -> Whys {
    let of = |task| oracle.expected(&Situation { task, ..situation.clone() });
    let alone = of(Task::SelfService(operation));
    if operation != Operation::Unlock && alone.is_yes() { of(Task::Authenticate) } else { alone }
}

/// Words by which a reason is known to whoever hears them.
fn words_of(why: Why) -> &'static str {
    match why {
        Why::SeriesBlocked => "has blocked these for good",
        Why::SeriesUnknown => "not recognised as an NHS smartcard",
        Why::NotNhsStock => "not NHS stock",
        Why::SoftwareMissing => "No smartcard software was found",
        Why::SoftwareSilent => "does not answer on this computer",
        Why::SoftwareTooOld => "too old for this card",
        Why::AgentRetired => "is retired",
        Why::AgentEnded => "stopped working after 28 February 2027",
        Why::AgentOnlySignsIn => "can only sign in with a Series 10 card",
        Why::State => "This card is locked",
        Why::NotDue => "can be renewed from",
        Why::ExpiredNeedsDesk => "The certificates have expired. Take the card to",
        Why::EmptyNeedsDesk => "There are no certificates on this card. Take the card to",
        Why::CannotAuthenticate => "so it cannot sign its holder in",
        other => panic!("{other:?} is no reason at a kiosk"),
    }
}

fn name_of(operation: Operation) -> &'static str {
    match operation {
        Operation::ChangePasscode => "Change my passcode",
        Operation::Renew => "Renew my card",
        _ => "Unlock my card with a code",
    }
}

#[test]
fn the_kiosk_offers_what_the_tables_allow_and_says_the_first_reason_they_give() {
    let oracle = Oracle::new();
    let mut stand = Stand::new();
    stand.until("it waits for a card", |stage| matches!(stage, Stage::Waiting));
    let workplace = std::sync::Arc::clone(&stand.workplace);
    let (mut cells, mut answers) = (0_u32, BTreeSet::new());
    for (_, software) in oracle.software() {
        for realm in [Realm::Training, Realm::Live] {
            let desk = Desk { software: software.clone(), realm, ..workplace.desk() };
            for (today, series) in DAYS.into_iter().flat_map(|today| SERIES.map(|series| (today, series))) {
                for (age, locked) in AGES.into_iter().flat_map(|age| [false, true].map(|locked| (age, locked))) {
                    let now = today.midnight().assume_utc();
                    let card = own_card(series, locked, age, now);
                    let situation = Situation {
                        task: Task::Authenticate,
                        role: Role::IdChecker,
                        subject: Subject::Own,
                        series,
                        card: if locked { CardState::Locked } else { CardState::Active },
                        certificates: age
                            .map_or(Certificates::None, |days| Certificates::LastDay(today + Duration::days(days))),
                        holder: HolderState::Open,
                        photo: Photo::OnRecord,
                        other_card: None,
                        address: Address::OnRecord,
                        delivery: Delivery::Confirmed,
                        software,
                        printer: None,
                        realm,
                        today,
                    };
                    let offers = desk.own_offers(&card, now);
                    assert_eq!(offers.each_ref().map(|(operation, _)| *operation), SELF_SERVICE);
                    let mut new = false;
                    let mut choices = Vec::new();
                    for (operation, decision) in offers {
                        let refused = match decision {
                            Decision::Allowed => None,
                            Decision::Refused(refusal) => Some(refusal),
                        };
                        let given = refused.as_ref().map_or_else(Whys::default, |why| Whys::of(&why.reasons));
                        let tables = expected(&oracle, operation, &situation);
                        assert!(given == tables, "{operation}, {situation:?}: {given:?}, the tables say {tables:?}");
                        new |= answers.insert(format!("{operation} {tables:?}"));
                        choices.push(Choice { operation, refused });
                        cells += 1;
                    }
                    if !new {
                        continue;
                    }
                    let seen = CardSeen {
                        holder: card.holder.clone(),
                        days_left: age,
                        tries_left: card.tries_left,
                        rules: card.rules,
                        choices: choices.clone(),
                        unfinished: None,
                    };
                    stand.harness.state_mut().model.on_event(Event::CardIn(seen));
                    stand.harness.step();
                    stand.harness.step();
                    let spoken = stand.spoken();
                    for Choice { operation, refused } in &choices {
                        assert_eq!(stand.offers(name_of(*operation)), refused.is_none(), "{operation}, {situation:?}");
                        let Some(first) = refused.as_ref().and_then(|refusal| refusal.reasons.first()) else {
                            continue;
                        };
                        let words = words_of(Why::of(first));
                        assert!(spoken.contains(words), "{operation}, {situation:?}: “{words}” is not in {spoken}");
                        if let Some(code) = first.nhs_code() {
                            assert!(spoken.contains(&format!("NHS code {code}")), "{spoken}");
                        }
                    }
                }
            }
        }
    }
    println!("{cells} cells; {} different answers, each read at the kiosk", answers.len());
    assert_eq!(cells, 10 * 2 * 3 * 8 * 5 * 2 * 3);
    assert!(answers.len() > 50, "{}", answers.len());
}
