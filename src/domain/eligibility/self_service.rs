//! The card in its holder's own hands: signing in, and self-service, which are the first and the last three columns of the
//! Series 10 compatibility table (`facts/nhs.md` 0, 1.9).

use super::{Address, Delivery, Reason, Renewal, Situation, fits, renewal};
use crate::domain::{CardState, HolderState, Operation};

/// What stands in the way of a holder who does this without an officer.
pub(super) fn reasons(s: &Situation<'_>, operation: Operation) -> Vec<Reason> {
    if !matches!(operation, Operation::Unlock | Operation::Renew | Operation::ChangePasscode) {
        return vec![Reason::NotSelfService { operation }];
    }
    let mut reasons = Vec::new();
    reasons.extend(closed_reason(s));
    match (operation, renewal(s)) {
        (Operation::ChangePasscode, _) | (Operation::Unlock, Renewal::Due | Renewal::NotBefore(_)) => {}
        (_, Renewal::Expired) => reasons.push(Reason::ExpiredNeedsDesk),
        (_, Renewal::Nothing) => reasons.push(Reason::EmptyNeedsDesk),
        (_, Renewal::NotBefore(opens)) => reasons.push(Reason::RenewalNotDue { opens }),
        (_, Renewal::Due) => {}
    }
    if operation == Operation::Unlock {
        reasons.extend((s.delivery == Delivery::Awaited).then_some(Reason::DeliveryAwaited));
        reasons.extend((s.address == Address::Missing).then_some(Reason::NoAddress));
    }
    if !fits(s.card, operation) {
        reasons.push(match s.card {
            // This one a holder can help.
            CardState::Locked => Reason::CardState { state: s.card, operation },
            state => Reason::CardNeedsDesk { state },
        });
    }
    reasons
}

/// What stands in the way of signing in with a card.
pub(super) fn authentication_reasons(s: &Situation<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    reasons.extend(closed_reason(s));
    match (s.card, renewal(s)) {
        (_, Renewal::Expired) => reasons.push(Reason::ExpiredNeedsDesk),
        (CardState::Active, Renewal::Nothing) => reasons.push(Reason::EmptyNeedsDesk),
        (_, Renewal::Nothing | Renewal::Due | Renewal::NotBefore(_)) => {}
    }
    reasons.extend((s.card != CardState::Active).then_some(Reason::CannotAuthenticate { state: s.card }));
    reasons
}

fn closed_reason(s: &Situation<'_>) -> Option<Reason> {
    (s.holder == HolderState::Closed).then_some(Reason::HolderClosed)
}

#[cfg(test)]
mod tests {
    use time::{Date, macros::date};

    use super::{
        super::{Certificates, ClientSoftware, Decision, SELF_SERVICE, Subject, Task, self_service_offers, tests},
        *,
    };

    const TODAY: Date = date!(2026 - 11 - 23);

    fn of(operation: Operation, software: &ClientSoftware) -> Situation<'_> {
        Situation {
            task: Task::SelfService(operation),
            subject: Subject::Own,
            today: TODAY,
            ..tests::fitting(operation, software)
        }
    }

    #[test]
    fn an_unlock_needs_an_address_a_delivered_card_and_certificates() {
        let software = tests::software();
        let unlock = of(Operation::Unlock, &software);
        assert_eq!(tests::reasons(&unlock), [], "their own card, locked, in their hands");
        let worst = Situation {
            address: Address::Missing,
            delivery: Delivery::Awaited,
            certificates: Certificates::LastDay(date!(2026 - 11 - 22)),
            ..unlock.clone()
        };
        let all = [Reason::ExpiredNeedsDesk, Reason::DeliveryAwaited, Reason::NoAddress];
        assert_eq!(tests::reasons(&worst), all);
        assert!(all[2].remedy().contains("add an e-mail address or a mobile number"));
        let renew = Situation { address: Address::Missing, ..of(Operation::Renew, &software) };
        assert_eq!(tests::reasons(&renew), [], "a renewal sends no code");
        let desk = Situation { task: Task::Desk(Operation::Unlock), subject: Subject::Another, ..worst };
        assert_eq!(tests::reasons(&desk), [], "an officer confirms the delivery and looks at the person");
    }

    #[test]
    fn what_a_holder_cannot_do_sends_them_to_the_desk() {
        let software = tests::software();
        for operation in [Operation::Issue, Operation::Print, Operation::Repair, Operation::Clear, Operation::Cancel] {
            let why = tests::reasons(&of(operation, &software));
            assert_eq!(why, [Reason::NotSelfService { operation }]);
            assert!(why[0].remedy().contains("Registration Authority desk"));
        }
        for state in [CardState::Blank, CardState::InWork, CardState::Unfinished, CardState::Cancelled] {
            let change = Situation { card: state, ..of(Operation::ChangePasscode, &software) };
            assert_eq!(tests::reasons(&change), [Reason::CardNeedsDesk { state }]);
        }
        let locked = Situation { card: CardState::Locked, ..of(Operation::Renew, &software) };
        let why = tests::reasons(&locked);
        assert!(matches!(why[..], [Reason::CardState { .. }]) && why[0].remedy() == "Unlock it first", "{why:?}");
        let empty = Situation { certificates: Certificates::None, ..of(Operation::Renew, &software) };
        assert_eq!(tests::reasons(&empty), [Reason::EmptyNeedsDesk]);
    }

    #[test]
    fn a_kiosk_offers_what_will_be_allowed_and_says_why_the_rest_is_not() {
        let software = tests::software();
        let good = Situation { card: CardState::Active, ..of(Operation::Renew, &software) };
        let last_day = |last| Certificates::LastDay(last);
        let offered = |situation: Situation<'_>| {
            self_service_offers(&situation).map(|(operation, decision)| match decision {
                Decision::Allowed => (operation, None),
                Decision::Refused(refusal) => (operation, refusal.reasons.into_iter().next()),
            })
        };
        let [change, renew, unlock] = SELF_SERVICE;
        let due = Situation { certificates: last_day(date!(2026 - 12 - 24)), ..good.clone() };
        assert_eq!(offered(due.clone()), [(change, None), (renew, None), (unlock, None)]);
        let early = Situation { certificates: last_day(date!(2028 - 01 - 01)), ..good.clone() };
        let opens = date!(2027 - 10 - 03);
        assert_eq!(offered(early), [(change, None), (renew, Some(Reason::RenewalNotDue { opens })), (unlock, None)]);
        let expired = Situation { certificates: last_day(date!(2026 - 11 - 22)), ..good.clone() };
        assert_eq!(offered(expired), SELF_SERVICE.map(|operation| (operation, Some(Reason::ExpiredNeedsDesk))));
        let empty = Situation { certificates: Certificates::None, ..good };
        assert_eq!(offered(empty), SELF_SERVICE.map(|operation| (operation, Some(Reason::EmptyNeedsDesk))));
        let locked = offered(Situation { card: CardState::Locked, ..due });
        assert_eq!(locked[2], (unlock, None));
        for (operation, why) in &locked[..2] {
            assert_eq!(why.as_ref().map(Reason::remedy), Some("Unlock it first"), "{operation}");
        }
    }

    #[test]
    fn signing_in_takes_an_active_card_of_an_open_profile() {
        let software = tests::software();
        let sign_in = Situation { task: Task::Authenticate, ..of(Operation::ChangePasscode, &software) };
        assert_eq!(tests::reasons(&sign_in), []);
        for state in
            [CardState::Blank, CardState::InWork, CardState::Locked, CardState::Unfinished, CardState::Cancelled]
        {
            let why = tests::reasons(&Situation { card: state, ..sign_in.clone() });
            assert_eq!(why, [Reason::CannotAuthenticate { state }]);
        }
        let closed = Situation { holder: HolderState::Closed, ..sign_in.clone() };
        assert_eq!(tests::reasons(&closed), [Reason::HolderClosed]);
        let locked = Reason::CannotAuthenticate { state: CardState::Locked };
        assert_eq!(locked.to_string(), "This card is locked, so it cannot sign its holder in");
        let expired = Certificates::LastDay(date!(2026 - 11 - 22));
        let both = Situation { card: CardState::Locked, certificates: expired, ..sign_in };
        assert_eq!(tests::reasons(&both), [Reason::ExpiredNeedsDesk, locked]);
    }
}
