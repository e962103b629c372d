//! Printers in the window: found, added, asked for their language, set up, and taken out, by accessible names and the keyboard
//! alone, on real workers and a printer of the network.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use cardwright::{
    bench::{Event, PrinterCondition, PrinterModel, PrinterProof},
    cis2::Service,
    desktop::{
        model::{
            Model,
            printers::{Intent, Looked, Proved, Saw, Step},
        },
        preferences::Preferences,
        route::Route,
        theme::Scheme,
    },
    domain::eligibility::Realm,
    journal::{NewEntry, QueueState},
    printer::{
        find::Found,
        magicard::{JobOptions, encoder, status::Detail},
        profile::{JobFormat, Profiles},
        test_card,
        virtual_printer::{Model as Printer, VirtualPrinter},
    },
    workplace::{Configuration, Readers},
};
use eframe::egui::{self, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable;
use time::macros::datetime;

use crate::{
    harness::{RA_AGENT, TestWindow, pure, spoken},
    layout::desk,
};

const LIMIT: Duration = Duration::from_secs(60);
const NAME: &str = "Door printer";
const DESK: &str =
    "# The front desk; ask Ravi before you change it.\nrealm = \"training\"\n\n[training]\nreaders = true # two\n";

/// A desk with a configuration file, and an officer at it.
fn window() -> TestWindow {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("cardwright.toml"), DESK).expect("written");
    let configuration = Configuration::parse(DESK, "test").expect("a configuration");
    let mut window = TestWindow::open_with(
        folder,
        (1280.0, 800.0),
        Preferences::default(),
        configuration,
        Readers::TrainingOnly,
        |_| {},
    );
    window.sign_in(RA_AGENT);
    window
}

fn file(window: &TestWindow) -> PathBuf {
    window.folder.path().join("cardwright.toml")
}

fn key(window: &mut TestWindow, modifiers: Modifiers, key: Key) {
    window.harness.key_press_modifiers(modifiers, key);
    window.run();
}

/// Tab comes to it.
#[track_caller]
fn reach(window: &mut TestWindow, role: Role, name: &str) {
    window.run();
    for _ in 0..120 {
        if window.harness.query_by_role_and_label(role, name).is_some_and(|node| node.is_focused()) {
            return;
        }
        key(window, Modifiers::NONE, Key::Tab);
    }
    panic!("Tab does not reach “{name}”: {}", window.spoken());
}

#[track_caller]
fn press(window: &mut TestWindow, role: Role, name: &str) {
    reach(window, role, name);
    key(window, Modifiers::NONE, Key::Enter);
}

fn types(window: &mut TestWindow, field: &str, text: &str) {
    reach(window, Role::TextInput, field);
    key(window, Modifiers::COMMAND, Key::A);
    window.harness.event(egui::Event::Text(text.to_owned()));
    window.run();
}

fn ended(window: &mut TestWindow, what: &str) -> Result<String, String> {
    window.wait_for(what, |model| matches!(model.printers.proved.get(NAME), Some(Proved::Ended(..))));
    match window.model().printers.proved.get(NAME) {
        Some(Proved::Ended(_, result)) => result.clone().map_err(|trouble| trouble.message),
        other => panic!("{other:?}"),
    }
}

/// Adds the printer there by its address, by the keyboard alone.
fn add(window: &mut TestWindow, printer: &VirtualPrinter) {
    key(window, Modifiers::ALT, Key::Num5);
    press(window, Role::Button, "Add a printer");
    // The network is listened to for seconds: what was found does not come in between.
    window.wait_for("what is there", |model| matches!(model.printers.found, Looked::Found(_)));
    press(window, Role::RadioButton, "Another one");
    let address = "Address on the network, or destination as in the configuration file";
    types(window, address, &format!("127.0.0.1:{}", printer.port()));
    types(window, "Name that officers know it by", NAME);
    press(window, Role::RadioButton, "Magicard DoH 300 v2");
    key(window, Modifiers::COMMAND, Key::Enter);
    window.wait_for("what came of it", |model| model.printers.adding.ended.is_some());
}

#[test]
fn a_printer_is_added_by_its_address_asked_by_test_cards_and_taken_out_by_the_keyboard_alone() {
    let printer = VirtualPrinter::start(Printer::default()).expect("a port");
    let mut window = window();
    add(&mut window, &printer);
    window.run();
    let said = window.spoken();
    assert!(said.contains("It says it is a “DoH 300 v2”"), "{said}");
    let text = std::fs::read_to_string(file(&window)).expect("the file");
    for line in DESK.lines() {
        assert!(text.lines().any(|kept| kept == line), "“{line}” is gone: {text}");
    }
    let listed = Configuration::parse(&text, "test").expect("sound").printers;
    let names: Vec<&str> = listed.iter().map(|printer| printer.name.as_str()).collect();
    assert_eq!(names, ["Virtual printer", NAME], "the printer that training had is not lost");
    window.wait_for("the printer at the desk", |model| model.bench.printer(NAME).is_some());

    // Who added it is on record at the gateway.
    assert_eq!(on_record(&window), "workstation.printer-added");

    // It prints at once.
    press(&mut window, Role::Button, &format!("Look after {NAME}"));
    assert_eq!(*window.model().history.here(), Route::Printer(NAME.into()));
    press(&mut window, Role::Button, "Print a test card");
    ended(&mut window, "the test card").expect("a card");
    let profiles = Profiles::bundled().expect("profiles");
    let profile = profiles.find("magicard-doh-300-v2").expect("the profile");
    let card = test_card::draw(profile);
    let job = printer.receive(LIMIT).expect("a job");
    assert_eq!(job.cards.expect("a card")[0].front.planes.resin, card.resin);

    // Nobody is sure: nothing is kept, and it begins again.
    press(&mut window, Role::Button, "Find out with test cards");
    window.wait_for_label("Did a card come out with the word MAPLE on it?");
    press(&mut window, Role::Button, "I am not sure");
    assert_eq!(window.model().printers.languages[NAME].step, Step::NotSure);
    let own = window.folder.path().join("printer-profiles/magicard-doh-300-v2.toml");
    assert!(!own.exists(), "something was kept");
    printer.receive(LIMIT).expect("the card nobody is sure of");

    press(&mut window, Role::Button, "Find out with test cards");
    window.wait_for_label("Did a card come out with the word MAPLE on it?");
    press(&mut window, Role::Button, "No, none or a wrong one");
    window.wait_for_label("Did a card come out with the word CEDAR on it?");
    press(&mut window, Role::Button, "Yes, a good card");
    let words = ended(&mut window, "the verdict").expect("kept");
    assert!(words.contains("second language"), "{words}");
    assert!(std::fs::read_to_string(&own).expect("kept").contains("job-format = \"format-2\""));
    let first = printer.receive(LIMIT).expect("the first language").job;
    let second = printer.receive(LIMIT).expect("the second language").job;
    assert!(first.starts_with(&[5; 64]) && second.starts_with(b"<?xml"));

    // What was found out holds for the next card, without a new start; and it is taken back.
    press(&mut window, Role::Button, "Print a test card");
    ended(&mut window, "the test card").expect("a card");
    assert!(printer.receive(LIMIT).expect("a job").job.starts_with(b"<?xml"));
    press(&mut window, Role::Button, "Ask the printer");
    let words = ended(&mut window, "its answer").expect("an answer");
    assert!(words.contains("first language") && words.contains("KGE2"), "{words}");
    press(&mut window, Role::Button, "Take that back");
    ended(&mut window, "the way back").expect("taken back");
    assert!(std::fs::read_to_string(&own).expect("the former one").contains("format-2"));

    // A card waits for it: it stays until that card has gone another way.
    let waiting = NewEntry {
        holder: "555000000017".parse().expect("a number"),
        serial: "0A1B2C03".parse().expect("a serial"),
        printer: NAME.to_owned(),
        reason: None,
    };
    let journal = |window: &TestWindow| std::sync::Arc::clone(window.workplace.as_ref().expect("a workplace"));
    let entry = journal(&window).journal.queue_add(waiting).expect("added").id;
    take_out(&mut window);
    window.wait_for("the refusal", |model| matches!(model.printers.removed, Some(Err(_))));
    window.run();
    let said = window.spoken();
    for part in ["1 card waits for “Door printer”", "(555 000 000 017, card 0A1B2C03)", "Nothing was changed"] {
        assert!(said.to_lowercase().contains(&part.to_lowercase()), "{part}: {said}");
    }
    assert!(std::fs::read_to_string(file(&window)).expect("the file").contains(NAME));
    journal(&window).journal.queue_set(entry, QueueState::Cancelled, None, None).expect("taken out");

    take_out(&mut window);
    window.wait_for("the printer gone", |model| model.bench.printer(NAME).is_none());
    assert_eq!(*window.model().history.here(), Route::Settings);
    let text = std::fs::read_to_string(file(&window)).expect("the file");
    assert!(!text.contains(NAME) && text.contains("ask Ravi"), "{text}");
    let former = std::fs::read_to_string(window.folder.path().join("cardwright.toml.former")).expect("kept beside");
    assert!(former.contains(NAME));
    window.wait_for("what came of it", |model| matches!(model.printers.removed, Some(Ok(_))));
    assert_eq!(on_record(&window), "workstation.printer-removed");
}

/// Asks for the printer of this page to be taken out, and says yes.
fn take_out(window: &mut TestWindow) {
    press(window, Role::Button, "Take this printer out");
    let out = window.harness.query_all_by_role_and_label(Role::Button, "Take this printer out");
    out.last().expect("the action of the question").focus();
    window.run();
    key(window, Modifiers::NONE, Key::Enter);
}

/// The newest row of the gateway's audit about this printer, done by the officer at work here.
fn on_record(window: &TestWindow) -> String {
    let service = &window.workplace.as_ref().expect("a workplace").service;
    let rows = service.audit_before(None, 20).expect("the audit");
    let row = rows.into_iter().find(|row| row.detail["printer"] == NAME).expect("it is on record");
    assert_eq!(
        (&row.detail["signed_in"], row.officer.as_ref().map(|id| id.as_str())),
        (&RA_AGENT.into(), Some(RA_AGENT))
    );
    row.event
}

#[test]
fn a_printer_of_the_first_generation_is_refused_for_series_10_and_the_file_stays() {
    let printer = VirtualPrinter::start(Printer { name: "DoH 300".into(), ..Printer::default() }).expect("a port");
    let mut window = window();
    add(&mut window, &printer);
    let Some(Err(trouble)) = &window.model().printers.adding.ended else { panic!("it is refused") };
    assert!(trouble.message.contains("Series 10") && trouble.message.contains("magicard-doh-300-v1"), "{trouble:?}");
    assert_eq!(std::fs::read_to_string(file(&window)).expect("the file"), DESK);
    assert!(window.model().bench.printer(NAME).is_none());
    // As what it is, it is added, and told what it does not print.
    press(&mut window, Role::RadioButton, "Magicard DoH 300 v1");
    key(&mut window, Modifiers::COMMAND, Key::Enter);
    window.wait_for("the printer at the desk", |model| model.bench.printer(NAME).is_some());
    window.wait_for("what came of it", |model| matches!(model.printers.adding.ended, Some(Ok(_))));
    let said = window.spoken();
    assert!(said.contains("Series 10 cards are not printed on it"), "{said}");
}

#[test]
fn a_printer_that_gives_itself_its_makers_name_is_added_by_an_officers_word_which_its_page_shows() {
    let printer = VirtualPrinter::start(Printer { name: "Magicard 300".into(), ..Printer::default() }).expect("a port");
    let mut window = window();
    add(&mut window, &printer);
    window.run();
    let said = window.spoken();
    assert!(said.contains("It calls itself “Magicard 300”, as another model does"), "{said}");
    assert_eq!(std::fs::read_to_string(file(&window)).expect("the file"), DESK);
    // Without a reason it is not added, and what was typed for one model says nothing of another.
    assert_eq!(window.model().add_printer_refused().map(|refused| refused.key()), Some("add-printer-no-reason"));
    let reason = "How you know that it is a Magicard DoH 300 v2";
    types(&mut window, reason, "x");
    press(&mut window, Role::RadioButton, "Magicard DoH 300 v1");
    press(&mut window, Role::RadioButton, "Magicard DoH 300 v2");
    key(&mut window, Modifiers::COMMAND, Key::Enter);
    window.wait_for("the question again", |model| {
        model.printers.adding.unconfirmed.is_some() && !model.printers.adding.runs
    });
    assert_eq!(window.model().printers.adding.reason, "");
    types(&mut window, reason, "Its label says DoH 300 v2");
    key(&mut window, Modifiers::COMMAND, Key::Enter);
    window.wait_for("the printer at the desk", |model| model.bench.printer(NAME).is_some());
    let text = std::fs::read_to_string(file(&window)).expect("the file");
    let kept = Configuration::parse(&text, "test").expect("sound").printers[1].confirmed.clone().expect("the word");
    assert_eq!((kept.model.as_str(), kept.reason.as_str()), ("Magicard 300", "Its label says DoH 300 v2"));
    window.harness.state_mut().model.go(Route::Printer(NAME.into()));
    window.run();
    let said = window.spoken();
    assert!(said.contains("It calls itself “Magicard 300”. How an officer knew its model: Its label says"), "{said}");
}

/// A captured job of this language, as a driver would have written it.
fn captured(folder: &Path, format: JobFormat) -> PathBuf {
    let profiles = Profiles::bundled().expect("profiles");
    let of = |id: &str| profiles.find(id).expect("a profile").clone();
    let profile = of(if format == JobFormat::Format1 { "magicard-300" } else { "magicard-rio-pro-360" });
    let job =
        encoder(&profile).encode(&test_card::draw(&profile), &JobOptions::one_card(1_795_000_000)).expect("a job");
    let file = folder.join("captured.prn");
    std::fs::write(&file, job).expect("written");
    file
}

#[test]
fn a_captured_job_settles_the_language_and_a_file_that_is_none_is_told() {
    let mut window = window();
    let printer = window.model().bench.printers[0].name.clone();
    window.harness.state_mut().model.go(Route::Printer(printer.clone()));
    let job = captured(window.folder.path(), JobFormat::Format2);
    let none = window.folder.path().join("cardwright.toml");
    for (file, part) in [(job, "second language"), (none, "neither of the two languages")] {
        let proof = PrinterProof::Job(file);
        window.harness.state_mut().model.update(Intent::Prove { printer: printer.clone(), proof }.into());
        window.run();
        window.wait_for("the verdict", |model| matches!(model.printers.proved.get(&printer), Some(Proved::Ended(..))));
        assert!(window.spoken().contains(part), "{}", window.spoken());
    }
    let workplace = window.workplace.as_ref().expect("a workplace");
    let now = workplace.bench.printers.choose(Some(&printer)).expect("the printer");
    assert_eq!(now.profile.job_format, JobFormat::Format2, "it holds without a new start");
}

#[test]
fn colours_are_entered_by_the_keyboard_seen_as_curves_kept_for_the_next_card_and_taken_back() {
    let mut window = window();
    let printer = window.model().bench.printers[0].name.clone();
    let curve = |window: &TestWindow| {
        let workplace = window.workplace.as_ref().expect("a workplace");
        let printer = workplace.bench.printers.choose(Some(&printer)).expect("the printer");
        printer.profile.colour.yellow_curve.clone()
    };
    let by_profile = curve(&window);
    key(&mut window, Modifiers::ALT, Key::Num5);
    press(&mut window, Role::Button, &format!("Look after {printer}"));
    press(&mut window, Role::Button, "Set its colours");
    assert_eq!(*window.model().history.here(), Route::Calibration(printer.clone()));
    window.wait_for("what holds", |model| model.calibration.learnt.is_some());
    press(&mut window, Role::Button, "Print the card of patches");
    window.wait_for("the card", |model| matches!(model.printers.proved.get(&printer), Some(Proved::Ended(_, Ok(_)))));
    let bench = std::sync::Arc::clone(window.workplace.as_ref().expect("a workplace"));
    let card = bench.bench.printers.receive(&printer).expect("a job").cards.expect("a card");
    assert!(card[0].front.planes.yellow.iter().any(|dye| *dye != 0));

    for (band, key_pressed) in [("Yellow, weakest band", Key::ArrowRight), ("Cyan, strongest band", Key::ArrowLeft)] {
        reach(&mut window, Role::Slider, band);
        key(&mut window, Modifiers::NONE, key_pressed);
    }
    let bands = window.model().calibration.seen.bands;
    assert_eq!((bands[0], bands[2]), ([5.5, 5.0, 5.0], [5.0, 5.0, 4.5]));
    let preview = window.model().calibration.preview().expect("curves");
    let [asked, told] = preview.yellow_curve[1];
    let said = window.spoken();
    assert!(told > asked && said.contains(&format!("Curve of Yellow: {asked}: {told}")), "{said}");

    key(&mut window, Modifiers::COMMAND, Key::Enter);
    window.wait_for_label("Kept. The next card is printed with these colours.");
    assert_eq!(curve(&window), preview.yellow_curve, "it holds without a new start");
    assert_eq!(window.model().calibration.seen.bands, bands, "what holds stands there");
    press(&mut window, Role::Button, "Take the last change back");
    window.wait_for_label("Taken back.");
    assert_eq!(curve(&window), by_profile);

    // Bands that cannot all be right are told before anything is kept.
    reach(&mut window, Role::Slider, "Magenta, weakest band");
    (0..8).for_each(|_| key(&mut window, Modifiers::NONE, Key::ArrowRight));
    reach(&mut window, Role::Slider, "Magenta, middle band");
    (0..8).for_each(|_| key(&mut window, Modifiers::NONE, Key::ArrowLeft));
    let said = window.spoken();
    assert!(said.contains("three numbers of magenta cannot all be right"), "{said}");
    key(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(window.model().calibration.seen.touched && curve(&window) == by_profile);
}

/// A page with three printers that were found.
pub fn found(model: &mut Model) {
    model.go(Route::AddPrinter);
    let profiles = Profiles::bundled().expect("profiles");
    let models = profiles.iter().map(|profile| PrinterModel {
        id: profile.id.clone(),
        name: profile.name.clone(),
        series: profile.prints_series.clone(),
    });
    model.on_event(&Event::PrinterModels(models.collect()));
    let one = |name: &str, place: &str, says: &str, profile: Option<&str>| Found {
        name: name.into(),
        destination: place.parse().expect("a destination"),
        model: says.into(),
        serial: String::new(),
        profiles: profile.map(str::to_owned).into_iter().collect(),
    };
    model.on_event(&Event::PrintersFound(Ok(vec![
        one("USB 03f0:1234 at /dev/usb/lp0", "file:lp0", "", None),
        one("Reception cards", "tcp:10.0.0.9:9100", "DoH 300 v2", Some("magicard-doh-300-v2")),
        one("Store room", "ipp://localhost/printers/store", "DoH 300", Some("magicard-doh-300-v1")),
    ])));
}

#[test]
fn the_first_card_printer_that_was_found_is_chosen_and_every_choice_says_what_it_prints() {
    let mut model = desk(Realm::Training, Scheme::Light);
    found(&mut model);
    let mut window = pure(model, (1280.0, 2000.0));
    let wanted = |window: &egui_kittest::Harness<'_, cardwright::desktop::window::Window>| {
        let adding = &window.state().model.printers.adding;
        (adding.name.clone(), adding.profile.clone())
    };
    assert_eq!(wanted(&window), ("Reception cards".into(), Some("magicard-doh-300-v2".into())));
    window.get_by_role_and_label(Role::RadioButton, "Store room").click();
    window.run();
    assert_eq!(wanted(&window), ("Store room".into(), Some("magicard-doh-300-v1".into())));
    let said = spoken(&window);
    for words in ["The printer says so. Prints no Series 10", "Prints cards of Series 8, 9 and 10.", "model not known"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    window.get_by_role_and_label(Role::Button, "Add this printer").click_accesskit();
    window.run();
    assert!(window.state().model.printers.adding.runs, "it is on its way");
}

#[test]
fn a_dialogue_that_was_closed_and_a_card_nobody_sent_leave_nothing_behind() {
    let mut model = desk(Realm::Training, Scheme::Light);
    let name = model.bench.printers[0].name.clone();
    let mut view = model.bench.printers[0].clone();
    view.said = vec![Detail { name: "Dye flags".into(), value: "7".into() }];
    model.on_event(&Event::Printer(view));
    model.go(Route::Printer(name.clone()));
    model.update(Intent::ChooseJob(name.clone()).into());
    assert!(matches!(model.printers.proved.get(&name), Some(Proved::Choosing)));
    model.on_event(&Event::NoJobChosen { printer: name.clone() });
    assert!(model.printers.proved.is_empty());
    model.update(Intent::BeginCards(name.clone()).into());
    let trouble = cardwright::bench::Trouble::unchanged("the hopper is empty: put cards in");
    model.on_event(&Event::PrinterProved { printer: name.clone(), result: Err(trouble) });
    assert!(model.printers.languages.is_empty(), "nothing was sent, so nobody is asked what came out");
    // What nobody asked about is answered by nothing.
    model.update(Intent::Saw(name.clone(), Saw::Word).into());
    assert!(matches!(model.printers.proved.get(&name), Some(Proved::Ended(PrinterProof::Try(_), Err(_)))));
    let window = pure(model, (1280.0, 1400.0));
    let said = spoken(&window);
    assert!(said.contains("The hopper is empty") && said.contains(&format!("Everything {name} says")), "{said}");
}

#[test]
fn what_a_silent_printer_said_before_is_shown_with_its_time_and_not_as_if_it_were_so_now() {
    let mut model = desk(Realm::Training, Scheme::Light);
    let name = model.bench.printers[0].name.clone();
    let mut view = model.bench.printers[0].clone();
    view.said = vec![Detail { name: "Cards printed".into(), value: "1200".into() }];
    view.condition = PrinterCondition::CannotPrint { why: "the printer does not answer".into() };
    view.silent_since = Some(datetime!(2026-11-24 14:05 UTC));
    model.on_event(&Event::Printer(view.clone()));
    model.go(Route::Printer(name.clone()));
    let mut window = pure(model, (1280.0, 1400.0));
    let said = spoken(&window);
    for words in ["It does not answer any more", &format!("What {name} said last, on 24 Nov 2026, 14:05")] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains(&format!("Everything {name} says")), "{said}");
    // It answers again.
    view.silent_since = None;
    window.state_mut().model.on_event(&Event::Printer(view));
    window.run();
    let said = spoken(&window);
    assert!(said.contains(&format!("Everything {name} says")) && !said.contains("answer any more"), "{said}");
}
