//! Unlock by telephone is cut at every exchange with the card and at every write of the journal, on both makes of card;
//! then `resume` tells the gateway what this desk knows, and the card can be unlocked again.

use cardwright::{
    card::{reader::CardReaders, transport::Moment},
    cis2::{Service, wire},
    domain::{CardState, Operation, Passcode, PasscodeRules, Secret, telephone::TelephoneOutcome},
    gateway::Gateway,
    journal::Journal,
    operations::{
        CardWish, Desk, Ending, OperationError, Resumption,
        issue::PasscodeChoice,
        telephone::{OfflineReport, OfflineWish},
    },
};

use crate::{
    desk::{self, Make, RA_AGENT, READER, TestDesk},
    kills::{self, Orders, Sweep, Writes, lasting_card},
    promise::{Chip, GatewayRecord},
};

/// The name the desk keeps its gateway under.
const GATEWAY: &str = "embedded";

/// The only card of the desk.
const HERE: OfflineWish<'static> = OfflineWish { reader: None, serial: None, officer: None, gateway: GATEWAY };

fn new_passcode() -> Passcode {
    Passcode::shaped(Secret::new(b"904261".to_vec()), PasscodeRules::default()).expect("digits")
}

/// A card that is issued at a desk that is enrolled.
fn issued(workplace: &Desk<'_>, number: u16) {
    let report = desk::issue(workplace, desk::holder(number), PasscodeChoice::ChosenByHolder).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    workplace.enrol(GATEWAY).expect("enrolled");
}

/// What both desks do until the completion code is shown.
fn conversation(workplace: &Desk<'_>, officer: &Desk<'_>, number: u16) -> Result<OfflineReport, OperationError> {
    let mut preflight = workplace.prepare_offline(&HERE)?;
    let plan = preflight.plan.clone();
    assert_eq!(plan.holder, desk::holder(number), "the certificate says whose it is");
    let said = wire::DeliverySaid::NotSaid;
    let begun = officer.begin_by_telephone(&plan.holder, &plan.serial, &plan.challenge, said, None).expect("answered");
    let codes = preflight.hear(&begun.response).expect("the check digits fit");
    workplace.unlock_offline(preflight, codes, new_passcode(), &mut |_| {})
}

/// Nothing is open, the gateway and the card agree, and the code the card has is known: it is unlocked once more.
fn settled(bench: &TestDesk, readers: &dyn CardReaders, make: Make, number: u16, what: &str) {
    let (workplace, serial) = (bench.desk(readers), desk::serial(make, number));
    assert!(workplace.journal.open_jobs().expect("reads").is_empty(), "{what}");
    let record = GatewayRecord::open(&bench.gateway_data());
    assert_eq!((record.open_issuances(&serial), record.card_state(&serial).as_str()), (0, "active"), "{what}");
    let ders: Vec<_> = record.good_certificates(&serial).into_iter().map(|(_, der)| Some(der)).collect();
    assert_eq!(ders, Chip::read(readers, READER).certificates, "{what}: the good pair is on the card");
    let preflight = workplace.prepare_on_card(&CardWish::new(Operation::Unlock)).expect(what);
    let report = workplace.unlock(preflight, new_passcode(), &mut |_| {}).expect(what);
    assert_eq!(report.ending, Ending::Done, "{what}");
    assert!(!GatewayRecord::open(&bench.gateway_data()).code_in_doubt(&serial), "{what}: the code is settled");
}

/// A sign-in that is not too old, however long the cuts take.
fn proved(bench: &TestDesk) {
    let request = wire::SignIn { officer: RA_AGENT.parse().expect("a number") };
    bench.service.step_up(&request).expect("stepped up");
}

fn cut_at_every_exchange(make: Make, sweep: Sweep) {
    let bench = TestDesk::new();
    let (readers, tear) = desk::tearing(desk::card(make, 0));
    let workplace = bench.desk(&readers);
    issued(&workplace, 0);
    let ended = conversation(&workplace, &workplace, 0).expect("prepared");
    assert_eq!((&ended.report.ending, ended.outcome), (&Ending::Done, TelephoneOutcome::Done));
    assert_eq!(ended.report.gateway_calls, 0, "this desk asks no gateway");
    let exchanges = ended.report.apdus;
    assert!((6..=12).contains(&exchanges), "{exchanges} exchanges");
    tear.put_back();
    let told = desk::resume(&workplace);
    assert_eq!(told.iter().map(|job| &job.resumption).collect::<Vec<_>>(), [&Resumption::Finished]);
    settled(&bench, &readers, make, 0, "uncut");

    let (mut cuts, mut finished, mut undone) = (0_u16, 0_u32, 0_u32);
    let mut places = 0..;
    for at in 0..exchanges {
        for moment in Moment::BOTH {
            if !places.next().is_some_and(|place| sweep.stops_at(place)) {
                continue;
            }
            let number = cuts + 1;
            let what = format!("{make:?}, cut at {at} {moment:?}");
            let (readers, tear) = desk::tearing(desk::card(make, number));
            let workplace = bench.desk(&readers);
            proved(&bench);
            issued(&workplace, number);
            tear.arm(at, moment);
            let ended = conversation(&workplace, &workplace, number);
            assert!(tear.is_torn(), "{what}: the cut happened");
            tear.put_back();
            if let Ok(ended) = &ended {
                assert_ne!(ended.report.ending, Ending::Done, "{what}");
            }
            for job in desk::resume(&workplace) {
                match job.resumption {
                    Resumption::Finished => finished += 1,
                    Resumption::Undone { .. } => undone += 1,
                    other => panic!("{what}: {other:?}"),
                }
            }
            settled(&bench, &readers, make, number, &what);
            cuts += 1;
        }
    }
    crate::report!(
        "{make:?}, by telephone: {cuts} cuts at {exchanges} exchanges, {finished} finished, {undone} undone"
    );
    assert!(undone > 0, "{cuts} cuts");
}

#[test]
fn virtual_card_cut_at_every_exchange() {
    cut_at_every_exchange(Make::Virtual, Sweep::Everywhere);
}

#[test]
fn independent_card_cut_at_every_exchange() {
    cut_at_every_exchange(Make::Independent, Sweep::of_few(0));
}

#[test]
fn series_9_card_cut_at_exchanges() {
    cut_at_every_exchange(Make::Series9, Sweep::of_few(2));
}

/// The process that is killed, the desk with the card: it runs only when the tests below start it. The officer who answers
/// is in the same process, which the desk's own work knows nothing of.
#[test]
fn victim() {
    let Some(orders) = Orders::given() else { return };
    let gateway = Gateway::start(desk::gateway_config_for(&orders.folder.join("gateway"), 0)).expect("a gateway");
    let service = desk::signed_in(&gateway.url());
    let (profiles, readers, journal) = (desk::quick_profiles(), orders.card(), orders.journal(Writes::Both));
    let officers = Journal::open(&orders.folder.join("desk")).expect("the same journal");
    let workplace = desk::desk(&service, &*readers, &profiles, &journal);
    let officer = desk::desk(&service, &*readers, &profiles, &officers);
    let ended = conversation(&workplace, &officer, orders.number).expect("prepared");
    assert_eq!(ended.report.ending, Ending::Done);
    kills::came_to_the_end();
}

/// The program is really killed at every write of the journal, before and after it is on disk.
fn killed_at_every_write(make: Make, sweep: Sweep) {
    let bench = TestDesk::new();
    let folder = bench.folder.path();
    let (mut kills, mut finished, mut undone) = (0_u32, 0_u32, 0_u32);
    for (number, stop_at) in (1..).zip(sweep.places()) {
        let what = format!("{make:?}, killed at write {stop_at}");
        proved(&bench);
        issued(&bench.desk(&*lasting_card(make, folder, number)), number);
        let orders = Orders { folder: folder.into(), task: "Unlock".into(), make, number, stop_at };
        let killed = orders.kill("telephone::victim");
        let readers = lasting_card(make, folder, number);
        for job in desk::resume(&bench.desk(&*readers)) {
            match job.resumption {
                Resumption::Finished => finished += 1,
                Resumption::Undone { .. } => undone += 1,
                other => panic!("{what}: {other:?}"),
            }
        }
        settled(&bench, &*readers, make, number, &what);
        if !killed {
            break;
        }
        kills += 1;
    }
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
    crate::report!("{make:?}, by telephone: {kills} kills, {finished} finished, {undone} undone");
    let all = sweep != Sweep::Everywhere || (kills > 15 && finished > 1 && undone > 0);
    assert!(all && kills > 0, "{kills} kills, {finished} finished, {undone} undone");
}

#[test]
fn virtual_card_and_a_program_that_is_killed_at_every_write() {
    killed_at_every_write(Make::Virtual, Sweep::Everywhere);
}

#[test]
fn independent_card_and_a_program_that_is_killed_at_writes() {
    killed_at_every_write(Make::Independent, Sweep::of_few(1));
}

#[test]
fn series_9_card_and_a_program_that_is_killed_at_writes() {
    killed_at_every_write(Make::Series9, Sweep::of_many(5));
}

#[test]
fn a_desk_that_is_not_enrolled_begins_nothing() {
    let bench = TestDesk::new();
    let card = desk::card(Make::Virtual, 0);
    let workplace = bench.desk(&*card);
    let refused = workplace.prepare_offline(&HERE);
    assert!(matches!(refused, Err(OperationError::NotEnrolled)));
    let first = workplace.enrol(GATEWAY).expect("enrolled");
    assert_eq!(workplace.enrol(GATEWAY).expect("enrolled before"), first);
    // A blank card says of nobody that it is theirs.
    assert!(matches!(workplace.prepare_offline(&HERE), Err(OperationError::HolderUnknown)));
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
    assert_eq!(bench.service.card(&desk::serial(Make::Virtual, 0)).expect("the card").state, CardState::Blank);
}
