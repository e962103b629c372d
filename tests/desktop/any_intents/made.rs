//! What the workers tell, made up.

use super::*;

pub fn number(n: u8) -> HolderId {
    format!("5550000001{n:02}").parse().expect("twelve digits")
}

pub fn holder(n: u8) -> Holder {
    Holder {
        id: number(n),
        official_name: format!("Test Holder {n}"),
        name_on_card: None,
        organisation: "X26TR".parse().expect("a code"),
        state: HolderState::Open,
        photo_sha256: Some("00".repeat(32)),
    }
}

/// A small picture of a face, and the photo it is of.
pub fn photo() -> (Arc<Photo>, Arc<image::RgbaImage>) {
    static PHOTO: OnceLock<(Arc<Photo>, Arc<image::RgbaImage>)> = OnceLock::new();
    let made = PHOTO.get_or_init(|| {
        let picture = image::RgbImage::from_fn(150, 200, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
        let mut bytes = Vec::new();
        picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a file");
        let shown = image::DynamicImage::ImageRgb8(picture).to_rgba8();
        (Arc::new(Photo::decode(&bytes).expect("a photo")), Arc::new(shown))
    });
    made.clone()
}

/// The face of this holder: its advice says whose it is.
pub fn proof(holder: &HolderId) -> Arc<Proof> {
    let front = image::RgbaImage::from_pixel(64, 40, image::Rgba([200, 220, 240, 255]));
    Arc::new(Proof {
        front: Arc::new(front),
        advice: vec![holder.to_string()],
        panels: vec!["K".into()],
        looked: looked(holder),
        ..Proof::default()
    })
}

/// Every second holder's photo has something to look at.
fn looked(holder: &HolderId) -> Looked {
    let verdict = match holder.as_str().bytes().next_back().is_some_and(|digit| digit % 2 == 1) {
        true => PhotoVerdict::LookAt(PhotoAdvice::Glare),
        false => PhotoVerdict::Good,
    };
    let checks = vec![PhotoCheck { subject: PhotoSubject::Glare, verdict }];
    Looked { checks, proposed: Some([0.2, 0.1, 0.6, 0.5]), ..Looked::default() }
}

pub fn row(sequence: u64) -> AuditRow {
    AuditRow {
        sequence,
        at: "2026-11-24T09:05:00Z".into(),
        officer: Some("555000000003".parse().expect("a number")),
        event: if sequence.is_multiple_of(2) { "issuance.reserved" } else { "session.opened" }.into(),
        detail: serde_json::json!({ "holder": number(0).to_string() }),
        previous: AuditHead::EMPTY.into(),
        hash: AuditHead::EMPTY.into(),
    }
}

pub fn activity(after: u64) -> Activity {
    let head = AuditHead {
        rows: after + 5,
        hash: AuditHead::EMPTY.into(),
        broken_at: None,
        signature: Base64(Vec::new()),
        public_key: Base64(Vec::new()),
    };
    Activity { rows: (after + 1..after + 6).map(row).collect(), head: Some(head), witness: Some(Ok(())) }
}

pub fn unfinished(n: u8) -> UnfinishedJob {
    UnfinishedJob {
        job: JobId::from_random([200 + n; 16]),
        operation: if n >= 2 { Operation::Print } else { Operation::Issue },
        holder: number(n),
        serial: Some(format!("{n:08}").parse().expect("a serial")),
        opened: "2026-11-24T08:00:00Z".into(),
        kept: None,
        asked_by: AskedBy::Officer,
        rules: PasscodeRules::default(),
        which_pair: None,
        next: [WhatNext::WillFinish, WhatNext::WillUndo, WhatNext::WillRecordPrint, WhatNext::NeedsOfficersWord]
            [usize::from(n)],
    }
}

pub const STATES: [QueueState; 7] = [
    QueueState::Waiting,
    QueueState::Printing,
    QueueState::Printed,
    QueueState::Failed,
    QueueState::Spoiled,
    QueueState::Cancelled,
    QueueState::Sent,
];

/// The queue with rows in these states.
pub fn queue(states: &[u8]) -> Event {
    let entry = |(place, state): (usize, &u8)| QueueEntry {
        id: i64::try_from(place).expect("small") + 1,
        holder: number(u8::try_from(place % 4).expect("small")),
        serial: format!("{place:08}").parse().expect("a serial"),
        printer: PRINTERS[place % 2].into(),
        position: i64::try_from(place).expect("small"),
        state: STATES[usize::from(*state)],
        reason: None,
        why: (*state == 3).then(|| "no ribbon".into()),
        job: None,
        added: OffsetDateTime::UNIX_EPOCH,
        changed: OffsetDateTime::UNIX_EPOCH,
    };
    Event::Queue(Ok(Arc::new(states.iter().enumerate().map(entry).collect())))
}

pub fn printer(n: u8, condition: u8) -> Event {
    let condition = match condition {
        0 => PrinterCondition::Asking,
        1 => PrinterCondition::Printing { entry: 1 },
        2 => PrinterCondition::CannotPrint { why: "it has no ribbon: put one in".into() },
        3 => PrinterCondition::CannotBeAsked,
        _ => PrinterCondition::Ready { supplies: vec!["Ribbon: 100 left".into()] },
    };
    Event::Printer(PrinterView {
        name: PRINTERS[usize::from(n)].into(),
        model: "Magicard DoH 300 v2".into(),
        profile: "magicard-doh-300-v2".into(),
        confirmed: None,
        virtual_one: true,
        station: false,
        said: Vec::new(),
        silent_since: None,
        condition,
    })
}

pub fn session() -> Session {
    let officer = Officer {
        id: "555000000003".parse().expect("a number"),
        name: "Test Officer".into(),
        role: Role::RaAgent,
        organisation: "X26TR".parse().expect("a code"),
    };
    Session {
        token: None,
        officer,
        realm: Realm::Training,
        proved: OffsetDateTime::UNIX_EPOCH,
        expires: OffsetDateTime::UNIX_EPOCH,
        card: None,
        approvals: Default::default(),
    }
}

/// The right answer to a question, or a failure.
pub fn answer(order: &Order, fails: bool) -> Option<Event> {
    let trouble = || Trouble::unchanged("the gateway does not answer");
    let record = |id: &HolderId| HolderRecord {
        holder: Holder { id: id.clone(), official_name: format!("Test Holder {id}"), ..holder(0) },
        cards: Vec::new(),
    };
    Some(match order {
        Order::SignIn { .. } | Order::ProveWithCard { .. } => {
            Event::SignedIn(if fails { Err(trouble()) } else { Ok(session()) })
        }
        Order::SignOut => Event::SignedOut,
        Order::ListOfficers => Event::Officers(if fails { Err(trouble()) } else { Ok(Vec::new()) }),
        // The last one's name is what was asked for.
        Order::Find { ticket, query } => {
            let mut found: Vec<_> = (0..4).map(|n| record(&number(n))).collect();
            found[3].holder.official_name = format!("Test Holder {query}");
            Event::Found { ticket: *ticket, result: if fails { Err(trouble()) } else { Ok(Arc::new(found)) } }
        }
        Order::OpenProfile { ticket, holder } => Event::Profile {
            ticket: *ticket,
            result: if fails {
                Err(trouble())
            } else {
                Ok(Box::new(Profile { record: record(holder), history: vec![row(1)] }))
            },
        },
        Order::Portrait { holder } => {
            Event::Portrait { holder: holder.clone(), result: if fails { Err(trouble()) } else { Ok(Some(photo().1)) } }
        }
        Order::HolderNames { holders } => Event::HolderNames {
            holders: holders.clone(),
            result: if fails {
                Err(trouble())
            } else {
                Ok(holders.iter().map(|holder| (holder.clone(), format!("Test Holder {holder}"))).collect())
            },
        },
        Order::Proof { ticket, wanted } => {
            Event::Proof { ticket: *ticket, result: if fails { Err(trouble()) } else { Ok(proof(&wanted.holder)) } }
        }
        Order::ListQueue if fails => Event::Queue(Err(trouble())),
        Order::ListQueue => queue(&[0, 3, 2, 0, 4]),
        Order::ListUnfinished => {
            Event::Unfinished(if fails { Err(trouble()) } else { Ok((0..4).map(unfinished).collect()) })
        }
        Order::CameOut { .. } => {
            Event::Unfinished(if fails { Err(trouble()) } else { Ok((0..3).map(unfinished).collect()) })
        }
        Order::Print { entry }
        | Order::StopPrint { entry }
        | Order::RetryPrint { entry }
        | Order::MarkPrinted { entry }
        | Order::CancelPrint { entry }
        | Order::SpoilPrint { entry, .. }
        | Order::Reprint { entry, .. }
        | Order::MovePrint { entry, .. } => {
            if fails {
                Event::QueueTrouble { entry: Some(*entry), trouble: trouble() }
            } else {
                queue(&[1, 3, 2, 0, 4, 5, 6])
            }
        }
        Order::AskPrinter { printer: name } => printer(u8::from(name == PRINTERS[1]), if fails { 2 } else { 4 }),
        Order::StepUp { work } | Order::Approve { work, .. } if fails => {
            let what = if matches!(order, Order::StepUp { .. }) { Asks::StepUp } else { Asks::SecondOfficer };
            Event::Work { work: *work, event: WorkEvent::Asks { what, trouble: Some(trouble()) } }
        }
        Order::UnlockNext { work, .. } if !fails => Event::Work { work: *work, event: WorkEvent::AwaitsCard },
        Order::GiveUp { work } => Event::Work { work: *work, event: WorkEvent::Ended(WorkEnd::NotBegun(trouble())) },
        Order::Issue { work, .. }
        | Order::Resume { work, .. }
        | Order::OnCard { work, .. }
        | Order::TryCard { work, .. }
        | Order::UnlockNext { work, .. }
        | Order::HolderSays { work, .. }
        | Order::StepUp { work }
        | Order::Approve { work, .. } => Event::Work {
            work: *work,
            event: WorkEvent::Ended(if fails { WorkEnd::NotBegun(trouble()) } else { WorkEnd::Done { queued: None } }),
        },
        Order::ReadPhoto { ticket, .. }
        | Order::DecodePhoto { ticket, .. }
        | Order::PastePhoto { ticket }
        | Order::ChoosePhoto { ticket }
        | Order::LoadPhoto { ticket, .. } => {
            Event::PhotoRead { ticket: *ticket, result: if fails { Err(trouble()) } else { Ok(Some(photo())) } }
        }
        Order::Camera { ticket, order } => {
            let told = match order {
                CameraOrder::Open(wanted) => {
                    let camera = wanted.clone().unwrap_or_else(|| "Camera".into());
                    CameraTold::Open { all: vec![camera.clone()], camera }
                }
                CameraOrder::Next => CameraTold::Frame(photo().1),
                CameraOrder::Take => CameraTold::Taken(photo().0, photo().1),
                CameraOrder::Close => return None,
            };
            Event::Camera { ticket: *ticket, result: if fails { Err(trouble()) } else { Ok(told) } }
        }
        Order::SavePhoto { ticket, holder, .. } => Event::PhotoSaved {
            ticket: *ticket,
            holder: holder.clone(),
            result: if fails { Err(trouble()) } else { Ok(()) },
        },
        Order::Activity { ticket, after } => {
            Event::Activity { ticket: *ticket, result: if fails { Err(trouble()) } else { Ok(activity(*after)) } }
        }
        Order::Export { ticket, .. } => Event::Exported { ticket: *ticket, result: Ok(()) },
        _ => return None,
    })
}

pub fn work_event(work: WorkId, message: u8) -> WorkEvent {
    let mut bytes = [7; 16];
    bytes[..8].copy_from_slice(&work.0.to_be_bytes());
    let job = JobId::from_random(bytes);
    match message {
        0 => WorkEvent::Begun { job, serial: "00112233".parse().expect("a serial"), photo_advice: Vec::new() },
        1 => WorkEvent::Progress(Progress::Started { job, step: Step::MakeKeys }),
        2 => WorkEvent::Progress(Progress::Finished {
            job,
            step: Step::MakeKeys,
            took: std::time::Duration::from_secs(9),
            good: Verdict::Good,
        }),
        3 => WorkEvent::Ended(WorkEnd::Unfinished { why: "the card was taken out".into() }),
        4 => WorkEvent::Ended(WorkEnd::Undone { why: "refused".into(), by_policy: true, nhs_code: None }),
        5 => WorkEvent::Asks { what: Asks::StepUp, trouble: None },
        6 => WorkEvent::Asks { what: Asks::SecondOfficer, trouble: None },
        8 => WorkEvent::AwaitsCard,
        9 => WorkEvent::CardIn { reader: "Reader 1".into() },
        10 => WorkEvent::Whose(Box::new(Whose {
            holder: holder(1),
            portrait: None,
            serial: "00112233".parse().expect("a serial"),
            passcode_rules: PasscodeRules::default(),
            tries_left: Some(0),
        })),
        7 => WorkEvent::CardNow(CardNow { tries_left: Some(2), ..CardNow::default() }),
        _ => WorkEvent::Ended(WorkEnd::Done { queued: Some(1) }),
    }
}

pub fn reader(n: u8, condition: u8) -> Event {
    let name = format!("Reader {n}");
    let condition = match condition {
        0 => return Event::ReaderGone { reader: name },
        1 => ReaderCondition::Empty,
        2 => ReaderCondition::Reading,
        3 => ReaderCondition::InUse,
        4 => ReaderCondition::Unknown { why: "not ours".into(), nhs_code: None },
        5 => ReaderCondition::Unreadable,
        6 => ReaderCondition::Card(Box::new(card(n, CardState::Active))),
        7 => ReaderCondition::OwnCard(Box::new(card(n, CardState::Active))),
        9..11 => ReaderCondition::Card(Box::new(card(n, CardState::Locked))),
        11 => ReaderCondition::Card(Box::new(card(20 + n, CardState::Active))),
        _ => ReaderCondition::Card(Box::new(card(10 + n, CardState::Blank))),
    };
    Event::Reader(ReaderView { name, training: false, condition })
}

pub fn card(n: u8, state: CardState) -> CardInReader {
    let serial: cardwright::domain::CardSerial = format!("{n:08}").parse().expect("a serial");
    let blank = state == CardState::Blank;
    let record = CardRecord {
        serial: serial.clone(),
        state,
        series: Series::Series10,
        holder: (!blank).then(|| number(n % 4)),
        open_job: None,
        last_job: None,
        certificates_expire: (!blank).then(|| OffsetDateTime::now_utc() + time::Duration::days(30)),
        good_pair: None,
        identifier: None,
        awaits_delivery: false,
        last_change: None,
    };
    CardInReader {
        serial,
        series: Series::Series10,
        record: Ok(record),
        holder: (!blank).then(|| holder(n % 4)),
        named: (!blank).then(|| number(n % 4)),
        portrait: None,
        has_certificates: !blank,
        expires: None,
        tries_left: Some(3),
        passcode_rules: Default::default(),
        certificates: [None, None],
        findings: Vec::new(),
        stranger: false,
        other_card: None,
    }
}
