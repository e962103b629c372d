//! The tables of `facts/nhs.md` 0 and 1.2, cell by cell.

use time::macros::date;

use super::*;

pub(super) fn software() -> ClientSoftware {
    ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10)
}

/// A situation in which the operation is allowed as far as everything but the role goes.
pub(super) fn fitting(operation: Operation, software: &ClientSoftware) -> Situation<'_> {
    Situation {
        task: Task::Desk(operation),
        role: Role::RaManager,
        subject: Subject::Another,
        series: Series::Series10,
        card: match operation {
            Operation::Issue => CardState::Blank,
            Operation::Unlock => CardState::Locked,
            _ => CardState::Active,
        },
        certificates: Certificates::LastDay(date!(2026 - 12 - 01)),
        holder: HolderState::Open,
        photo: Photo::OnRecord,
        other_card: None,
        address: Address::OnRecord,
        delivery: Delivery::Confirmed,
        software,
        printer: Some(SERIES_10_PRINTER),
        realm: Realm::Training,
        today: date!(2026 - 11 - 23),
    }
}

pub(super) fn reasons(situation: &Situation<'_>) -> Vec<Reason> {
    match decide(situation) {
        Decision::Allowed => Vec::new(),
        Decision::Refused(refusal) => refusal.reasons,
    }
}

#[test]
fn role_matrix() {
    use Operation::*;
    // Columns: RA Manager, Advanced RA Agent, RA Agent, ID Checker, Sponsor, Local Smartcard Administrator.
    let table = [
        (Issue, [true, true, true, false, false, false]),
        (Print, [true, true, true, false, false, false]),
        (Unlock, [true, true, true, false, true, true]),
        (Repair, [true, true, true, false, false, false]),
        (Clear, [true, true, true, false, false, false]),
        (Renew, [true, true, true, false, true, true]),
        (Cancel, [true, true, true, false, false, false]),
        (ChangePasscode, [true, true, true, false, true, true]),
    ];
    let software = software();
    for (operation, row) in table {
        for (role, allowed) in Role::ALL.into_iter().zip(row) {
            let situation = Situation { role, ..fitting(operation, &software) };
            assert_eq!(decide(&situation).is_allowed(), allowed, "{role} / {operation}: {:?}", decide(&situation));
        }
    }
}

#[test]
fn expired_certificates_are_renewed_by_the_desk_alone() {
    let software = software();
    for (role, allowed) in Role::ALL.into_iter().zip([true, true, true, false, false, false]) {
        let expired = Certificates::LastDay(date!(2026 - 11 - 22));
        let situation = Situation { role, certificates: expired, ..fitting(Operation::Renew, &software) };
        assert_eq!(decide(&situation).is_allowed(), allowed, "{role}");
    }
}

#[test]
fn renewal_window_opens_90_days_before_the_last_day() {
    let software = software();
    let renew = |last| Situation { certificates: Certificates::LastDay(last), ..fitting(Operation::Renew, &software) };
    let today = date!(2026 - 11 - 23);
    assert!(decide(&renew(today + Duration::days(90))).is_allowed());
    let opens = today + Duration::days(1);
    assert_eq!(reasons(&renew(today + Duration::days(91))), [Reason::RenewalNotDue { opens }]);
    assert!(decide(&renew(today)).is_allowed(), "the last day itself is inside the window");
    let none = Situation { certificates: Certificates::None, ..fitting(Operation::Renew, &software) };
    assert_eq!(reasons(&none), [Reason::NothingToRenew]);
}

#[test]
fn series_10_compatibility_table() {
    use Operation::{ChangePasscode, Issue, Renew, Repair, Unlock};
    let connect = software();
    let legacy = ClientSoftware::IdentityAgent {
        agent: Version::IDENTITY_AGENT_CURRENT,
        credential_management: Version::CREDENTIAL_MANAGEMENT_CURRENT,
    };
    let columns = [
        Task::Authenticate,
        Task::Desk(Issue),
        Task::Desk(Repair),
        Task::Desk(Renew),
        Task::SelfService(Unlock),
        Task::SelfService(ChangePasscode),
        Task::SelfService(Renew),
    ];
    for task in columns {
        let operation = match task {
            Task::Desk(operation) | Task::SelfService(operation) => operation,
            Task::Authenticate => ChangePasscode,
        };
        let with = |software, today| Situation { task, today, ..fitting(operation, software) };
        let (last_day, day_after) = (date!(2026 - 11 - 23), date!(2027 - 03 - 01));
        assert_eq!(reasons(&with(&connect, last_day)), [], "{task:?} with Smartcard Connect 4.1");
        let by_legacy = reasons(&with(&legacy, last_day));
        match task {
            Task::Authenticate => assert_eq!(by_legacy, []),
            _ => assert_eq!(by_legacy, [Reason::IdentityAgentCannotManage], "{task:?}"),
        }
        assert!(reasons(&with(&legacy, day_after)).contains(&Reason::IdentityAgentEnded), "{task:?} in March 2027");
    }
    let last = Situation {
        task: Task::Authenticate,
        today: LAST_DAY_OF_IDENTITY_AGENT,
        certificates: Certificates::LastDay(date!(2028 - 01 - 01)),
        ..fitting(ChangePasscode, &legacy)
    };
    assert!(decide(&last).is_allowed(), "28 February 2027 itself still works");
}

#[test]
fn older_software_is_refused_for_series_10_and_series_9_keeps_working() {
    let old = ClientSoftware::SmartcardConnect("3.13.5.0".parse().expect("a version"));
    let issue = fitting(Operation::Issue, &old);
    assert!(matches!(reasons(&issue)[..], [Reason::SoftwareTooOld { .. }]));
    assert!(decide(&Situation { series: Series::Series9, ..issue }).is_allowed());
    let retired = ClientSoftware::IdentityAgent {
        agent: "2.4.5.0".parse().expect("a version"),
        credential_management: Version::CREDENTIAL_MANAGEMENT_CURRENT,
    };
    let on_nine = Situation { series: Series::Series9, ..fitting(Operation::Unlock, &retired) };
    assert!(matches!(reasons(&on_nine)[..], [Reason::IdentityAgentRetired { .. }]));
    assert_eq!(reasons(&fitting(Operation::Unlock, &ClientSoftware::NotFound)), [Reason::SoftwareMissing]);
    let before_nine = ClientSoftware::IdentityAgent {
        agent: Version::IDENTITY_AGENT_CURRENT,
        credential_management: "1.3.0.9".parse().expect("a version"),
    };
    let unlock = |series| Situation { series, ..fitting(Operation::Unlock, &before_nine) };
    assert!(matches!(reasons(&unlock(Series::Series9))[..], [Reason::SoftwareTooOld { .. }]));
    assert!(decide(&unlock(Series::Series8)).is_allowed());
}

#[test]
fn series_by_their_capabilities() {
    let software = software();
    for operation in Operation::ALL {
        let of = |series| Situation { series, ..fitting(operation, &software) };
        for series in [Series::Series4, Series::Series5, Series::Series6] {
            assert_eq!(reasons(&of(series)), [Reason::SeriesBlocked { series }], "{operation}");
        }
        assert_eq!(reasons(&of(Series::Unknown)), [Reason::SeriesUnknown]);
        assert!(decide(&of(Series::Series9)).is_allowed(), "{operation}");
        let eight = !matches!(operation, Operation::Issue | Operation::Repair | Operation::Clear);
        assert_eq!(decide(&of(Series::Series8)).is_allowed(), eight, "{operation}");
        assert!(decide(&of(Series::GenericPiv)).is_allowed(), "{operation} in training");
        let live = Situation { realm: Realm::Live, ..of(Series::GenericPiv) };
        assert_eq!(reasons(&live), [Reason::NotNhsStock]);
    }
}

#[test]
fn series_10_prints_on_the_doh_300_v2_alone() {
    let software = software();
    let print = |printer, series| Situation { printer, series, ..fitting(Operation::Print, &software) };
    let other = Some("magicard-doh-300-v1");
    assert!(matches!(reasons(&print(other, Series::Series10))[..], [Reason::PrinterModel { .. }]));
    assert!(decide(&print(other, Series::Series9)).is_allowed());
    assert_eq!(reasons(&print(None, Series::Series10)), [Reason::PrinterMissing]);
}

#[test]
fn card_states() {
    use CardState::*;
    use Operation::*;
    let software = software();
    let states = [Blank, InWork, Active, Locked, Unfinished, Cancelled];
    let table = [
        (Issue, [true, false, false, false, false, false]),
        (Print, [false, false, true, true, false, false]),
        (Unlock, [false, false, true, true, false, false]),
        (Repair, [false, false, true, true, true, false]),
        (Renew, [false, false, true, false, false, false]),
        (Clear, [false, false, true, true, true, false]),
        (Cancel, [false, false, true, true, true, false]),
        (ChangePasscode, [false, false, true, false, false, false]),
    ];
    for (operation, row) in table {
        for (card, allowed) in states.into_iter().zip(row) {
            let situation = Situation { card, ..fitting(operation, &software) };
            assert_eq!(decide(&situation).is_allowed(), allowed, "{operation} on {card:?}");
        }
    }
}

#[test]
fn every_reason_is_given_at_once_and_has_a_remedy() {
    let software = ClientSoftware::NotFound;
    let other = "0011223344556677".parse().expect("a serial");
    let worst = Situation {
        role: Role::IdChecker,
        subject: Subject::Own,
        card: CardState::Cancelled,
        holder: HolderState::Closed,
        photo: Photo::Missing,
        other_card: Some(&other),
        ..fitting(Operation::Issue, &software)
    };
    let all = reasons(&worst);
    assert_eq!(all.len(), 7, "{all:?}");
    let refusal = Refusal { reasons: all, since: None };
    let said = refusal.to_string();
    for reason in &refusal.reasons {
        assert!(said.contains(&reason.to_string()) && said.contains(reason.remedy()), "{said}");
    }
    let json = serde_json::to_string(&refusal).expect("serialises");
    assert_eq!(serde_json::from_str::<Refusal>(&json).expect("reads back"), refusal);
}

#[test]
fn nobody_works_on_their_own_card() {
    let software = software();
    for operation in Operation::ALL {
        let own = Situation { subject: Subject::Own, ..fitting(operation, &software) };
        assert_eq!(reasons(&own), [Reason::OwnRecord], "{operation}");
    }
}

#[test]
fn an_unfinished_card_is_not_repaired_into_a_second_one() {
    let software = software();
    let other = "0011223344556677".parse().expect("a serial");
    let repair = |card| Situation { card, other_card: Some(&other), ..fitting(Operation::Repair, &software) };
    assert!(matches!(reasons(&repair(CardState::Unfinished))[..], [Reason::HolderHasCard { .. }]));
    assert!(decide(&repair(CardState::Active)).is_allowed(), "one of two that are in use already");
    for operation in [Operation::Clear, Operation::Cancel] {
        let ended = Situation {
            card: CardState::Unfinished,
            other_card: Some(&other),
            holder: HolderState::Closed,
            ..fitting(operation, &software)
        };
        assert!(decide(&ended).is_allowed(), "{operation}");
    }
}

#[test]
fn offers_are_the_decisions_of_the_desk_in_their_order() {
    let software = software();
    let situation = Situation { role: Role::Sponsor, ..fitting(Operation::Unlock, &software) };
    let allowed = |offer: &(Operation, Decision)| offer.1.is_allowed().then_some(offer.0);
    let offers = offers(&situation);
    assert_eq!(offers.iter().map(|offer| offer.0).collect::<Vec<_>>(), Operation::ALL);
    let may: Vec<Operation> = offers.iter().filter_map(allowed).collect();
    assert_eq!(may, [Operation::Unlock], "on a locked card");
    let active = Situation { task: Task::Authenticate, card: CardState::Active, ..situation };
    let may: Vec<Operation> = super::offers(&active).iter().filter_map(allowed).collect();
    assert_eq!(may, [Operation::Unlock, Operation::Renew, Operation::ChangePasscode]);
}
