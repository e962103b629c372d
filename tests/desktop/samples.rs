//! Models with invented people in them, for what needs no workers.

use cardwright::{
    bench::{
        CardInReader, Event, PrinterCondition, PrinterView, Profile, ReaderCondition, ReaderView, Ticket, Trouble,
    },
    cis2::wire::{AuditRow, CardRecord, HolderRecord, Session, TrainingOfficer},
    desktop::{
        model::{Model, session::Intent, work::Piece},
        preferences::Preferences,
        route::Route,
        theme::Scheme,
        window::Window,
    },
    domain::{
        CardState, Holder, HolderId, Operation, Series,
        eligibility::{ClientSoftware, Realm, Version},
    },
    training,
};
use egui_kittest::Harness;
use time::macros::datetime;

use crate::harness::RA_AGENT;

/// Usual, small, and 200 % text on the usual one, in points.
pub const SIZES: [(f32, f32); 3] = [(1280.0, 800.0), (1024.0, 640.0), (640.0, 400.0)];

/// A window that was just opened.
pub fn model() -> Model {
    let software = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
    Model::new(Realm::Training, software, Preferences::default())
}

/// Everybody who may sign in.
pub fn officers() -> Vec<TrainingOfficer> {
    let officers = training::people().expect("the built-in people").officers;
    officers.into_iter().map(|known| TrainingOfficer { officer: known.officer, about: known.about }).collect()
}

/// The session of an officer.
pub fn session_of(officer: &str) -> Session {
    let known = officers().into_iter().find(|known| known.officer.id.as_str() == officer).expect("an officer");
    Session {
        token: None,
        officer: known.officer,
        realm: Realm::Training,
        proved: datetime!(2099-01-01 0:00 UTC),
        expires: datetime!(2099-01-01 0:00 UTC),
        card: None,
        approvals: Default::default(),
    }
}

/// The session of the RA Agent.
pub fn session() -> Session {
    session_of(RA_AGENT)
}

/// An officer signs in.
pub fn sign_in_as(mut model: Model, officer: &str) -> Model {
    model.update(Intent::Opened.into());
    model.on_event(&Event::Officers(Ok(officers())));
    model.update(Intent::SignIn(officer.parse().expect("a number")).into());
    model.on_event(&Event::SignedIn(Ok(session_of(officer))));
    model
}

/// The RA Agent signs in.
pub fn sign_in(model: Model) -> Model {
    sign_in_as(model, RA_AGENT)
}

/// The RA Agent at work, with a printer.
pub fn signed_in() -> Model {
    let mut model = sign_in(model());
    model.on_event(&Event::Printer(printer("magicard-doh-300-v2")));
    model
}

/// A printer of a profile.
pub fn printer(profile: &str) -> PrinterView {
    PrinterView {
        name: "Desk printer".into(),
        model: "Magicard DoH 300 v2".into(),
        profile: profile.into(),
        confirmed: None,
        virtual_one: true,
        station: false,
        said: Vec::new(),
        silent_since: None,
        condition: PrinterCondition::Ready { supplies: Vec::new() },
    }
}

/// Number of an invented holder.
pub fn id(number: u32) -> HolderId {
    format!("555{number:09}").parse().expect("a number")
}

/// An invented holder, without a card.
pub fn holder(number: u32) -> Holder {
    let known = training::people().expect("the built-in people").holders.into_iter();
    let seed = known.map(|known| (known.holder, known.photo)).find(|(holder, _)| holder.id == id(number));
    let (mut holder, photo) = seed.expect("a holder of training");
    holder.photo_sha256 = photo.map(|_| "a".repeat(64));
    holder
}

/// A holder's record with such cards, newest first.
pub fn record(number: u32, states: &[CardState]) -> HolderRecord {
    let holder = holder(number);
    let cards = states.iter().enumerate().map(|(place, state)| card(&holder, place, *state)).collect();
    HolderRecord { holder, cards }
}

/// A card.
pub fn card(holder: &Holder, place: usize, state: CardState) -> CardRecord {
    CardRecord {
        serial: format!("{}{place:04}", &holder.id.as_str()[..8]).parse().expect("a serial"),
        state,
        series: Series::Series10,
        holder: Some(holder.id.clone()),
        open_job: None,
        last_job: None,
        certificates_expire: Some(datetime!(2028-11-04 23:59:59 UTC)),
        good_pair: None,
        identifier: None,
        awaits_delivery: false,
        last_change: None,
    }
}

/// A row of the audit.
pub fn row(sequence: u64, event: &str, detail: serde_json::Value) -> AuditRow {
    AuditRow {
        sequence,
        at: "2026-11-24T09:05:00Z".into(),
        officer: Some(RA_AGENT.parse().expect("a number")),
        event: event.into(),
        detail,
        previous: String::new(),
        hash: String::new(),
    }
}

/// The newest question for a profile, as the workers get it.
pub fn profile_asked(model: &mut Model) -> Ticket {
    use cardwright::bench::Order;
    let ask = |order| if let Order::OpenProfile { ticket, .. } = order { Some(ticket) } else { None };
    model.take_orders().into_iter().filter_map(ask).next_back().expect("a profile was asked for")
}

/// Opens a profile with an active card, and answers it.
pub fn open_profile(model: &mut Model, number: u32) {
    open_record(model, record(number, &[CardState::Active, CardState::Cancelled]), Vec::new());
}

/// Opens this profile, and answers it.
pub fn open_record(model: &mut Model, record: HolderRecord, history: Vec<AuditRow>) {
    model.go(Route::Holder(record.holder.id.clone()));
    let ticket = profile_asked(model);
    model.on_event(&Event::Profile { ticket, result: Ok(Box::new(Profile { record, history })) });
}

/// The gateway knows the session no more.
pub fn ended() -> Trouble {
    Trouble { signed_out: true, ..Trouble::unchanged("nobody is signed in, or the sign-in has ended: sign in again") }
}

/// Work that runs.
pub fn begin_work(model: &mut Model) {
    let work = model.new_work();
    model.work.all.insert(work, Piece::new(Operation::Issue, None, None));
}

/// A holder's card in a reader.
pub fn in_reader(number: u32) -> Event {
    let record = record(number, &[CardState::Active]);
    let card = CardInReader {
        serial: record.cards[0].serial.clone(),
        series: Series::Series10,
        record: Ok(record.cards[0].clone()),
        holder: Some(record.holder),
        named: Some(id(number)),
        portrait: None,
        has_certificates: true,
        expires: None,
        tries_left: Some(3),
        passcode_rules: Default::default(),
        certificates: [None, None],
        findings: Vec::new(),
        stranger: false,
        other_card: None,
    };
    reader(ReaderCondition::Card(Box::new(card)))
}

/// What is in the reader.
pub fn reader(condition: ReaderCondition) -> Event {
    Event::Reader(ReaderView { name: "Left reader".into(), training: true, condition })
}

/// Cards come and go.
pub fn card_comings_and_goings() -> Vec<Event> {
    let Event::Reader(ReaderView { condition: ReaderCondition::Card(own), .. }) = in_reader(3) else { unreachable!() };
    vec![
        reader(ReaderCondition::Empty),
        reader(ReaderCondition::Reading),
        in_reader(17),
        reader(ReaderCondition::Empty),
        reader(ReaderCondition::OwnCard(own)),
        reader(ReaderCondition::Empty),
        Event::ReaderGone { reader: "Left reader".into() },
    ]
}

/// Writes pictures of a screen in every scheme and size into the folder that `CARDWRIGHT_PICTURES` names; without it, the
/// screen is only drawn.
pub fn pictures(name: &str, window: impl Fn(Scheme, (f32, f32)) -> Harness<'static, Window>) {
    let folder = std::env::var_os("CARDWRIGHT_PICTURES");
    for scheme in Scheme::ALL {
        for size in SIZES {
            let mut harness = window(scheme, size);
            harness.run();
            if let Some(folder) = &folder {
                let picture = harness.render().expect("a picture");
                let file = format!("{name}-{scheme:?}-{}.png", size.0);
                picture.save(std::path::Path::new(folder).join(file)).expect("written");
            }
        }
    }
}
