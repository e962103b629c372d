//! Servicing a card. What takes months to come about, an expiring or a damaged card, is told to the window as the bench
//! would tell it.

use cardwright::{
    bench::{
        Asks, CardInReader, CardNow, Event, Order, ReaderCondition, ReaderView, Whose, WorkEnd, WorkEvent, WorkId,
    },
    card::recognise::NotRecognised,
    desktop::{
        dialogs::{DialogIntent, EndCardWish},
        intent::Intent,
        model::{at_once, service, work::Piece},
        route::Route,
    },
    domain::{CancelReason, CardState, CertificateSlot, Operation, Series},
    operations::{WhichPair, diagnosis::Finding},
};
use time::{Duration, OffsetDateTime};

use super::Camera;

/// Card after card: nothing is in yet, and whose it is.
fn next_card(camera: &mut Camera, reader: &str, card: &CardInReader) {
    camera.wish(at_once::Intent::Next);
    let newest = camera.window.model().work.all.keys().next_back().copied().expect("it was begun");
    let tell = |camera: &mut Camera, event| camera.tell(&Event::Work { work: newest, event });
    tell(camera, WorkEvent::AwaitsCard);
    camera.shoot("next-awaited");
    tell(camera, WorkEvent::CardIn { reader: reader.to_owned() });
    tell(
        camera,
        WorkEvent::Whose(Box::new(Whose {
            holder: card.holder.clone().expect("somebody's"),
            portrait: card.portrait.clone(),
            serial: card.serial.clone(),
            passcode_rules: card.passcode_rules,
            tries_left: Some(0),
        })),
    );
    camera.shoot("next-whose");
    camera.window.harness.state_mut().model.order(Order::GiveUp { work: newest });
    tell(camera, WorkEvent::Ended(WorkEnd::Done { queued: None }));
    camera.window.wait_for("no card waited for", |model| {
        matches!(model.work.all.get(&newest).and_then(|piece| piece.end.as_ref()), Some(WorkEnd::NotBegun(_)))
    });
    camera.wish(Route::Service);
}

/// Every look of a card that is brought to the desk.
pub fn tour(camera: &mut Camera) {
    camera.wish(Route::Service);
    camera.shoot("service-which");
    let (reader, real) = issued(camera);
    camera.wish(service::Intent::Reader(reader.clone()));
    camera.shoot("service-locked");
    camera.wish(service::Intent::Start(Operation::Unlock));
    camera.shoot("delivery");
    camera.close_dialogues();
    next_card(camera, &reader, &real);
    let due = changed(&real, CardState::Active, 30);
    put_in(camera, &reader, due.clone());
    camera.shoot("service-due");
    camera.wish(service::Intent::Start(Operation::ChangePasscode));
    camera.shoot("passcode-change");
    camera.close_dialogues();
    camera.wish(service::Intent::Start(Operation::Renew));
    camera.shoot("passcode-current");
    camera.close_dialogues();
    put_in(camera, &reader, changed(&real, CardState::Active, 700));
    camera.shoot("service");
    ending(camera);
    let damaged = CardInReader {
        certificates: [None, due.certificates[1]],
        findings: vec![
            Finding::CertificateMissing { slot: CertificateSlot::Authentication },
            Finding::CertificateNotOnRecord { slot: CertificateSlot::Signing },
        ],
        ..changed(&real, CardState::Active, 700)
    };
    put_in(camera, &reader, damaged);
    camera.shoot("service-damaged");
    camera.wish(service::Intent::Start(Operation::Repair));
    camera.shoot("repair");
    camera.close_dialogues();
    let nobodys = CardInReader { holder: None, portrait: None, ..changed(&real, CardState::Blank, 300) };
    put_in(camera, &reader, nobodys);
    camera.shoot("service-no-record");
    let stranger =
        CardInReader { stranger: true, holder: None, portrait: None, ..changed(&real, CardState::Blank, 300) };
    put_in(camera, &reader, stranger);
    camera.shoot("service-other-issuer");
    let series_5 = NotRecognised::Blocked(Series::Series5);
    for (name, why) in [("service-series-5", series_5), ("service-unknown", NotRecognised::Unknown)] {
        let (nhs_code, why) = (why.nhs_code(), why.to_string());
        tell(camera, &reader, ReaderCondition::Unknown { why, nhs_code });
        camera.shoot(name);
    }
    tell(camera, &reader, ReaderCondition::Unreadable);
    camera.shoot("service-unreadable");
    put_in(camera, &reader, changed(&real, CardState::Cancelled, 300));
    camera.shoot("service-cancelled");
    put_in(camera, &reader, changed(&real, CardState::Active, 700));
    tell(camera, &reader, ReaderCondition::Empty);
    camera.shoot("service-taken-out");
    work(camera, &real);
    // As it was.
    put_in(camera, &reader, real);
}

/// Ending a card: both questions.
fn ending(camera: &mut Camera) {
    camera.wish(service::Intent::Start(Operation::Cancel));
    camera.shoot("cancel-card");
    camera.wish(Intent::Dialog(DialogIntent::EndCard(EndCardWish::Reason(CancelReason::Lost))));
    camera.wish(Intent::Dialog(DialogIntent::EndCard(EndCardWish::Sure(true))));
    camera.shoot("cancel-card-sure");
    camera.close_dialogues();
    camera.wish(service::Intent::Start(Operation::Clear));
    camera.shoot("clear-card");
    camera.close_dialogues();
}

/// What comes before work on a card, and how it ends.
fn work(camera: &mut Camera, card: &CardInReader) {
    for (name, what) in [("step-up", Asks::StepUp), ("second-officer", Asks::SecondOfficer)] {
        let work = piece(camera, card, Operation::Cancel);
        camera.tell(&Event::Work { work, event: WorkEvent::Asks { what, trouble: None } });
        camera.shoot(name);
        camera.tell(&Event::Work { work, event: WorkEvent::Ended(WorkEnd::Done { queued: None }) });
        camera.window.harness.state_mut().model.dialogs.clear();
    }
    let work = piece(camera, card, Operation::Unlock);
    camera.tell(&Event::Work { work, event: WorkEvent::Ended(WorkEnd::Done { queued: None }) });
    camera.shoot("work-unlocked");
    let work = piece(camera, card, Operation::Renew);
    let now = CardNow { pair: Some(WhichPair::Old), ..CardNow::default() };
    camera.tell(&Event::Work { work, event: WorkEvent::CardNow(now) });
    let why = "the card was taken out of the reader".to_owned();
    camera.tell(&Event::Work { work, event: WorkEvent::Ended(WorkEnd::Unfinished { why }) });
    camera.shoot("work-renew-cut");
}

fn piece(camera: &mut Camera, card: &CardInReader, operation: Operation) -> WorkId {
    let model = &mut camera.window.harness.state_mut().model;
    let work = model.new_work();
    let mut piece = Piece::new(operation, card.holder.clone(), Some("Training reader 1".to_owned()));
    piece.serial = Some(card.serial.clone());
    piece.portrait.clone_from(&card.portrait);
    piece.served = Some(cardwright::desktop::model::work::Served::Plainly);
    model.work.all.insert(work, piece);
    camera.wish(Route::Work(work));
    work
}

/// The card that was issued locked a moment ago.
fn issued(camera: &mut Camera) -> (String, CardInReader) {
    camera.window.wait_for("the issued card", |model| {
        model.bench.cards().any(|(_, card)| card.state() == Some(CardState::Locked))
    });
    let mut cards = camera.window.model().bench.cards();
    let found = cards.find(|(_, card)| card.state() == Some(CardState::Locked)).expect("it was waited for");
    (found.0.name.clone(), found.1.clone())
}

/// The same card in another state, its certificates valid for so many days more.
fn changed(card: &CardInReader, state: CardState, days: i64) -> CardInReader {
    let last = OffsetDateTime::now_utc().saturating_add(Duration::days(days));
    let mut record = card.record.clone().expect("the service answered");
    record.state = state;
    record.awaits_delivery = false;
    record.certificates_expire = Some(last);
    if state == CardState::Blank {
        record.holder = None;
    }
    CardInReader {
        record: Ok(record),
        certificates: [Some(last.date()); 2],
        expires: Some(last.date()),
        tries_left: Some(3),
        findings: Vec::new(),
        ..card.clone()
    }
}

fn put_in(camera: &mut Camera, reader: &str, card: CardInReader) {
    tell(camera, reader, ReaderCondition::Card(Box::new(card)));
}

fn tell(camera: &mut Camera, reader: &str, condition: ReaderCondition) {
    camera.tell(&Event::Reader(ReaderView { name: reader.to_owned(), training: true, condition }));
}
