//! Frame times of the window with long lists, without a graphics card: layout, accessibility tree and tessellation of
//! every frame while somebody scrolls. Prints the median, the 99th part of a hundred and the longest.
//!
//! `scripts/bench-window` runs it together with a real window's first frame, idle processor time and memory.

#[cfg(not(feature = "desktop"))]
fn main() {
    println!("this build has no window");
}

#[cfg(feature = "desktop")]
fn main() {
    bench::run();
}

#[cfg(feature = "desktop")]
mod bench {
    use std::{
        sync::Arc,
        time::{Duration, Instant},
    };

    use cardwright::{
        bench::{Activity, Event, Order, Ticket},
        cis2::wire::{AuditHead, AuditRow, Base64, HolderRecord, Session},
        desktop::{
            intent::Intent,
            model::{Model, session},
            preferences::Preferences,
            route::Route,
            window::Window,
        },
        domain::{
            Holder, HolderId, HolderState, Officer, Role,
            eligibility::{ClientSoftware, Realm, Version},
        },
        journal::{QueueEntry, QueueState},
    };
    use eframe::egui::{
        Context, Event as Input, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Vec2, vec2,
    };
    use time::OffsetDateTime;

    const FRAMES: usize = 1_500;
    const SIZE: Vec2 = vec2(1280.0, 800.0);
    const HOLDERS: u64 = 100_000;
    const ROWS: u64 = 10_000;

    pub fn run() {
        println!("{FRAMES} frames each, 1280 x 800 points, accessibility tree on");
        measure("search, 100,000 holders", search());
        measure("print queue, 10,000 rows", queue());
        measure("activity, 10,000 rows", activity());
    }

    fn number(n: u64) -> HolderId {
        format!("555{n:09}").parse().expect("twelve digits")
    }

    fn signed_in() -> Model {
        let software = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
        let mut model = Model::new(Realm::Training, software, Preferences::default());
        let officer = Officer {
            id: number(3),
            name: "Bench Officer".into(),
            role: Role::RaAgent,
            organisation: "X26TR".parse().expect("a code"),
        };
        model.update(session::Intent::Opened.into());
        model.update(session::Intent::SignIn(officer.id.clone()).into());
        let expires = OffsetDateTime::now_utc() + time::Duration::hours(8);
        model.on_event(&Event::SignedIn(Ok(Session {
            token: None,
            officer,
            realm: Realm::Training,
            expires,
            proved: expires,
            card: None,
            approvals: Default::default(),
        })));
        model
    }

    /// The number of the newest question of this kind.
    fn asked(model: &mut Model, pick: impl Fn(&Order) -> Option<Ticket>) -> Ticket {
        model.take_orders().iter().rev().find_map(pick).expect("a question was asked")
    }

    fn search() -> Model {
        let mut model = signed_in();
        let ticket = asked(&mut model, |order| match order {
            Order::Find { ticket, .. } => Some(*ticket),
            _ => None,
        });
        let holders = (0..HOLDERS).map(|n| HolderRecord {
            holder: Holder {
                id: number(n),
                official_name: format!("Holder Number {n} of the Bench"),
                name_on_card: None,
                organisation: "X26TR".parse().expect("a code"),
                state: HolderState::Open,
                photo_sha256: None,
            },
            cards: Vec::new(),
        });
        model.on_event(&Event::Found { ticket, result: Ok(Arc::new(holders.collect())) });
        model
    }

    fn queue() -> Model {
        let mut model = signed_in();
        model.update(Intent::Go(Route::Queue));
        let states = [QueueState::Waiting, QueueState::Printed, QueueState::Failed, QueueState::Spoiled];
        let at = OffsetDateTime::from_unix_timestamp(1_795_000_000).expect("a time");
        let entries = (0..ROWS).map(|n| QueueEntry {
            id: i64::try_from(n).expect("small"),
            holder: number(n),
            serial: format!("{n:020X}").parse().expect("a serial"),
            printer: "Desk printer".into(),
            position: i64::try_from(n).expect("small"),
            state: states[usize::try_from(n % 4).expect("small")],
            reason: None,
            why: None,
            job: None,
            added: at,
            changed: at,
        });
        model.on_event(&Event::Queue(Ok(Arc::new(entries.collect()))));
        model
    }

    fn activity() -> Model {
        let mut model = signed_in();
        model.update(Intent::Go(Route::Activity));
        let ticket = asked(&mut model, |order| match order {
            Order::Activity { ticket, .. } => Some(*ticket),
            _ => None,
        });
        let rows = (1..=ROWS).map(|sequence| AuditRow {
            sequence,
            at: "2026-11-24T09:00:00Z".into(),
            officer: Some(number(3)),
            event: "issuance.certified".into(),
            detail: serde_json::json!({ "holder": number(sequence), "serial": format!("{sequence:020X}") }),
            previous: AuditHead::EMPTY.into(),
            hash: AuditHead::EMPTY.into(),
        });
        let head = AuditHead {
            rows: ROWS,
            hash: AuditHead::EMPTY.into(),
            broken_at: None,
            signature: Base64(Vec::new()),
            public_key: Base64(Vec::new()),
        };
        let activity = Activity { rows: rows.collect(), head: Some(head), witness: Some(Ok(())) };
        model.on_event(&Event::Activity { ticket, result: Ok(activity) });
        model
    }

    fn measure(what: &str, model: Model) {
        let context = Context::default();
        Window::set_up(&context, &model.preferences);
        context.enable_accesskit();
        let mut window = Window::new(model);
        let mut times = Vec::with_capacity(FRAMES);
        for frame in 0..FRAMES {
            let events = input(frame);
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
                time: Some(frame as f64 / 60.0),
                events,
                focused: true,
                ..RawInput::default()
            };
            let begun = Instant::now();
            window.logic(&context);
            let mut output = context.run_ui(input, |ui| window.ui(ui));
            let shapes = context.tessellate(output.shapes, output.pixels_per_point);
            times.push(begun.elapsed());
            // There is no graphics card to hand the pictures to.
            output.textures_delta.clear();
            std::hint::black_box(shapes);
        }
        // The first frames make the letters; somebody who scrolls sees the rest.
        let mut times = times.split_off(30);
        times.sort_unstable();
        let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
        let last = times.last().copied().unwrap_or(Duration::ZERO);
        println!(
            "{what:<28} median {:>6.2} ms   p99 {:>6.2} ms   longest {:>6.2} ms",
            ms(at(50)),
            ms(at(99)),
            ms(last)
        );
    }

    /// Somebody who scrolls down, with the pointer over the list, and stops now and then.
    fn input(frame: usize) -> Vec<Input> {
        let mut events = vec![Input::PointerMoved(Pos2::new(700.0, 400.0 + (frame % 50) as f32))];
        if frame % 8 < 6 {
            events.push(Input::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, if frame % 400 < 300 { -160.0 } else { 400.0 }),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Unknown,
                modifiers: Default::default(),
            });
        }
        events
    }

    fn ms(time: Duration) -> f64 {
        time.as_secs_f64() * 1000.0
    }
}
