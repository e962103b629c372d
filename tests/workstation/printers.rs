//! Printers from the command line: what they say, which language they take, and the model that is refused.

use cardwright::{
    journal::{Journal, NewEntry, QueueState},
    printer::virtual_printer::{Fault, Model, VirtualPrinter},
};
use rusqlite::Connection;
use serde_json::Value;

use crate::desk::Desk;

const OFFICER: &str = "555000000003";
/// Longest wait for a card.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// A desk with a printer on the network, of the profile of the DoH 300 v2.
fn with(printer: &VirtualPrinter) -> Desk {
    let desk = Desk::new();
    let words = format!(
        "[[printers]]\nname = \"Desk printer\"\nprofile = \"magicard-doh-300-v2\"\ndestination = \"tcp:127.0.0.1:{}\"\n",
        printer.port()
    );
    desk.file("desk.toml", &words);
    desk
}

#[test]
fn everything_a_printer_says_is_shown_understood_and_raw() {
    let printer = VirtualPrinter::start(Model::default()).expect("a port");
    let desk = with(&printer);
    let shown = desk.run(&["printers", "--json", "--config", "desk.toml"]).expect(0).json();
    let status = &shown["printers"][0]["status"];
    assert_eq!((&status["serial"], &status["ribbon"]), (&"VIRTUAL0001".into(), &"MC300YMCKO".into()), "{shown}");
    assert_eq!((&status["head_position"], &status["head"]), (&50.into(), &"KGE2".into()), "{shown}");
    let said = status["said"].as_array().expect("everything it said");
    assert!(said.len() >= 35 && said.iter().any(|one| one["name"] == "Dye flags"), "{shown}");
    let text = desk.run(&["printers", "--config", "desk.toml"]).expect(0).stdout;
    assert!(text.contains("ribbon MC300YMCKO, 300 prints left") && text.contains("0 cards since cleaning"), "{text}");
    let facts = "model DoH 300 v2, serial VIRTUAL0001, firmware 1.0, head KGE2, head position 50, 0 cards printed";
    assert!(text.contains(facts) && !text.contains("also says"), "{text}");

    let open = VirtualPrinter::start(Model::default().with(Fault::COVER_OPEN)).expect("a port");
    let shown = with(&open).run(&["printers", "--json", "--config", "desk.toml"]).expect(0).json();
    let printer = &shown["printers"][0];
    assert_eq!((&printer["ready"], &printer["status"]["remedy"]), (&false.into(), &"close the printer's cover".into()));
}

#[test]
fn what_nobody_has_a_name_for_and_what_cannot_be_read_is_shown_as_the_printer_said_it() {
    let line =
        "STA$$0,DoH 300 v2,0,74765224,H,B,13.49,3829,No,9,9,36,0,36,9,700,55,50,50,0:0,0,300,9,R,0,0,0,0,0,d,V,V,0,0";
    let (newer, other) = (answering(format!("\x01{line},new thing\x03")), answering("\x01OK 13.49\x03".to_owned()));
    let ask = |port: u16, words: &[&str]| {
        let desk = Desk::new();
        let text = format!(
            "[[printers]]\nname = \"Desk printer\"\nprofile = \"magicard-doh-300-v2\"\ndestination = \"tcp:127.0.0.1:{port}\"\n"
        );
        desk.file("desk.toml", &text);
        desk.run(&[&["printers", "--config", "desk.toml"], words].concat()).expect(0)
    };
    let text = ask(newer, &[]).stdout;
    for words in ["serial 74765224, firmware 13.49, head KGE2, head position 55", "also says Field 35: new thing"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let text = ask(other, &[]).stdout;
    assert!(text.contains("Its answer, which cannot be read: \\x01OK 13.49\\x03"), "{text}");
    let shown = ask(other, &["--json"]).json();
    assert_eq!(shown["printers"][0]["status"]["said"][0]["value"], "\\x01OK 13.49\\x03", "{shown}");
    assert_eq!(shown["printers"][0]["ready"], false);
}

/// A printer that gives everybody this answer; it lives as long as the test.
fn answering(answer: String) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        for mut line in listener.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut line, answer.as_bytes());
            let _ = std::io::Read::read_to_end(&mut line, &mut Vec::new());
        }
    });
    port
}

#[test]
fn the_wizard_keeps_what_the_printer_or_a_captured_job_says() {
    let printer = VirtualPrinter::start(Model::default()).expect("a port");
    let desk = with(&printer);
    let identify =
        |more: &[&str]| desk.run(&[&["printers", "--json", "--config", "desk.toml", "identify"], more].concat());
    let told = identify(&[]).expect(0).json();
    assert_eq!((&told["job_format"], &told["head"]), (&"format-1".into(), &"KGE2".into()), "{told}");
    let kept = told["kept_in"].as_str().expect("a file").to_owned();
    assert!(std::fs::read_to_string(&kept).expect("it is there").contains("the printer's own answer"));

    // A job of the vendor's driver knows better than a guess.
    std::fs::write(desk.path().join("captured.prn"), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r<prn>\r")
        .expect("written");
    let told = identify(&["--job", "captured.prn"]).expect(0).json();
    assert_eq!((&told["job_format"], &told["head"]), (&"format-2".into(), &"BYTES".into()), "{told}");
    assert!(std::fs::read_to_string(&kept).expect("it is there").contains("format-2"));
    // It holds at once: the test card goes out in the other language, and the printer takes it.
    desk.run(&["printers", "--config", "desk.toml", "test-card"]).expect(5);
    let job = printer.receive(std::time::Duration::from_secs(60)).expect("a job");
    assert!(job.job.starts_with(b"<?xml") && job.cards.is_ok());
    // And back again.
    let told = identify(&[]).expect(0).json();
    assert_eq!(told["job_format"], "format-1", "{told}");
    let sent = desk.run(&["printers", "--json", "--config", "desk.toml", "test-card"]).expect(0).json();
    assert_eq!(sent["confirmation"], "printer", "{sent}");

    std::fs::write(desk.path().join("other.prn"), "%PDF-1.4").expect("written");
    let ran = identify(&["--job", "other.prn"]).expect(1);
    assert!(ran.stdout.contains("neither of the two languages"), "{}", ran.stdout);
    // Nobody is there to look at a card.
    let ran = identify(&["--test-card"]);
    assert!(ran.code == 0 || ran.code == 2, "{}", ran.stderr);
}

#[test]
fn a_printer_of_the_first_generation_is_refused_for_the_profile_of_the_second() {
    let printer = VirtualPrinter::start(Model { name: "DoH 300".to_owned(), ..Model::default() }).expect("a port");
    let desk = with(&printer);
    let ran = desk.run(&["printers", "--config", "desk.toml", "identify"]).expect(3);
    for word in ["Series 10", "magicard-doh-300-v1", "nothing was kept"] {
        assert!(ran.stderr.contains(word), "{}", ran.stderr);
    }
    assert!(!desk.path().join("data/printer-profiles").exists());
}

#[test]
fn a_second_generation_printer_that_gives_itself_its_makers_name_is_added_by_an_officers_word_and_a_first_one_never() {
    let printer = VirtualPrinter::start(Model { name: "Magicard 300".to_owned(), ..Model::default() }).expect("a port");
    let first = VirtualPrinter::start(Model { name: "DoH".to_owned(), ..Model::default() }).expect("a port");
    let desk = Desk::new();
    desk.file("desk.toml", "");
    let run = |words: &[&str]| desk.run(&[&["printers", "--json", "--config", "desk.toml"], words].concat());
    let add = |printer: &VirtualPrinter, model: Option<&str>| {
        let place = format!("tcp:127.0.0.1:{}", printer.port());
        let words = ["add", "Door", "--destination", &place, "--profile", "magicard-doh-300-v2"];
        let word = model.map(|model| ["--confirm-model", model, "--reason", "its label says DoH 300 v2"]);
        run(&[&words[..], word.as_ref().map_or(&[], |word| &word[..])].concat())
    };
    let refused = add(&printer, None).expect(3);
    for word in ["look at the label", "--confirm-model", "“magicard-300”", "nothing was kept"] {
        assert!(refused.stdout.contains(word), "{word}: {}", refused.stdout);
    }
    // A name it does not say, one that no second generation has, and every name of the first.
    for (printer, model) in [
        (&first, "Magicard 300"),
        (&printer, "RioTango2D"),
        (&first, "DoH"),
        (&first, "DoH 300"),
        (&printer, "DoH 300"),
    ] {
        let refused = add(printer, Some(model)).expect(3);
        assert!(refused.stdout.contains("nothing was kept"), "{model}: {}", refused.stdout);
    }
    assert_eq!(std::fs::read_to_string(desk.path().join("desk.toml")).expect("the file"), "");

    let told = add(&printer, Some("magicard 300")).expect(0).json();
    assert!(told["said"].as_str().is_some_and(|said| said.contains("its label says DoH 300 v2")), "{told}");
    let text = std::fs::read_to_string(desk.path().join("desk.toml")).expect("the file");
    assert!(text.contains("model = \"magicard 300\"") && text.contains("its label says DoH 300 v2"), "{text}");
    let shown = run(&[]).expect(0).json();
    let door = &shown["printers"][1];
    assert_eq!((&door["name"], &door["ready"]), (&"Door".into(), &true.into()), "{shown}");
    assert_eq!(door["confirmed"]["reason"], "its label says DoH 300 v2", "{shown}");
    // It is asked and prints as the model it was confirmed to be, and no other printer of that model may say the same.
    run(&["identify", "Door"]).expect(0);
    run(&["test-card", "Door"]).expect(0);
    printer.receive(LIMIT).expect("a card");
    let own =
        std::fs::read_to_string(desk.path().join("data/printer-profiles/magicard-doh-300-v2.toml")).expect("kept");
    assert!(own.contains("model-names = [\"DoH 300 v2\"]"), "{own}");
    let other = VirtualPrinter::start(Model { name: "Magicard 300".to_owned(), ..Model::default() }).expect("a port");
    let place = format!("tcp:127.0.0.1:{}", other.port());
    run(&["add", "Window", "--destination", &place, "--profile", "magicard-doh-300-v2"]).expect(3);
}

#[test]
fn a_printer_is_added_to_the_configuration_and_taken_out_of_it_and_nothing_else_changes() {
    let printer = VirtualPrinter::start(Model::default()).expect("a port");
    let first = VirtualPrinter::start(Model { name: "DoH 300".to_owned(), ..Model::default() }).expect("a port");
    let desk = Desk::new();
    let words = "# Ask Ravi.\nrealm = \"training\" # never live\n";
    desk.file("desk.toml", words);
    let file = desk.path().join("desk.toml");
    let read = || std::fs::read_to_string(&file).expect("the file");
    let place = |printer: &VirtualPrinter| format!("tcp:127.0.0.1:{}", printer.port());
    let run = |words: &[&str]| desk.run(&[&["printers", "--json", "--config", "desk.toml"], words].concat());

    // The first generation is refused under the profile of the second, with the reason.
    let v2 = ["--profile", "magicard-doh-300-v2"];
    let refused = run(&[&["add", "Old", "--destination", &place(&first)][..], &v2].concat()).expect(3);
    assert!(refused.stdout.contains("Series 10"), "{}", refused.stdout);
    assert_eq!(read(), words);

    // Without a profile it is what it says it is.
    let told = run(&["add", "Door", "--destination", &place(&printer)]).expect(0).json();
    assert_eq!((&told["profile"], &told["recorded"]), (&"magicard-doh-300-v2".into(), &"desk".into()), "{told}");
    assert!(words.lines().all(|line| read().contains(line)), "{}", read());
    let shown = run(&[]).expect(0).json();
    let names: Vec<&str> =
        shown["printers"].as_array().expect("a list").iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names, ["Virtual printer", "Door"]);
    run(&["add", "Other", "--destination", &place(&printer)]).expect(2);

    // Cards that wait for it are told with their holders, and it stays.
    let journal = Journal::open(&desk.path().join("data")).expect("the desk's journal");
    let waits = |number: u32| {
        let (holder, serial) = (format!("55500000001{number}"), format!("0A1B2C0{number}"));
        let (holder, serial) = (holder.parse().expect("a number"), serial.parse().expect("a serial"));
        journal.queue_add(NewEntry { holder, serial, printer: "Door".to_owned(), reason: None }).expect("adds").id
    };
    let entries = [7, 8].map(waits);
    let before = read();
    let refused = run(&["remove", "Door"]).expect(3).stdout;
    for part in ["2 cards wait for “Door”", "555 000 000 017", "0A1B2C08", "nothing was changed"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    assert_eq!(read(), before);
    for entry in entries {
        journal.queue_set(entry, QueueState::Cancelled, None, None).expect("taken out");
    }
    drop(journal);

    // With an officer it is on record at the gateway, and so is what was done before without one.
    let told = run(&["remove", "Door", "--officer", OFFICER]).expect(0).json();
    assert_eq!(told["recorded"], "gateway", "{told}");
    assert!(!read().contains("Door") && read().contains("# Ask Ravi."), "{}", read());
    run(&["remove", "Door"]).expect(2);
    let gateway = Connection::open(desk.path().join("data/gateway/gateway.sqlite")).expect("the gateway's database");
    let rows: Vec<(String, String, String)> = gateway
        .prepare("SELECT event, officer, detail FROM audit WHERE event LIKE 'workstation.printer%' ORDER BY sequence")
        .and_then(|mut query| query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect())
        .expect("rows");
    let detail = |row: &(String, String, String)| -> Value { serde_json::from_str(&row.2).expect("JSON") };
    let rows: Vec<_> = rows.iter().map(|row| (&*row.0, &*row.1, detail(row))).collect();
    let facts: Vec<_> = rows.iter().map(|(event, officer, detail)| (*event, *officer, &detail["signed_in"])).collect();
    let nobody = Value::Null;
    let officer = Value::from(OFFICER);
    let added = ("workstation.printer-added", OFFICER, &nobody);
    assert_eq!(facts, [added, ("workstation.printer-removed", OFFICER, &officer)]);
    let detail = &rows[0].2;
    assert_eq!((&detail["printer"], &detail["destination"]), (&"Door".into(), &place(&printer).into()), "{detail}");
    assert!(detail["workstation"].is_u64() && detail["changed"].is_string(), "{detail}");
}
