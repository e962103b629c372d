//! Printers from the command line: what they say, which language they take, and the model that is refused.

use cardwright::printer::virtual_printer::{Fault, Model, VirtualPrinter};

use crate::desk::Desk;

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

    let open = VirtualPrinter::start(Model::default().with(Fault::COVER_OPEN)).expect("a port");
    let shown = with(&open).run(&["printers", "--json", "--config", "desk.toml"]).expect(0).json();
    let printer = &shown["printers"][0];
    assert_eq!((&printer["ready"], &printer["status"]["remedy"]), (&false.into(), &"close the printer's cover".into()));
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
    // It holds from the next start: the test card goes out in the other language, and the printer takes it.
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
    assert_eq!(told["profile"], "magicard-doh-300-v2", "{told}");
    assert!(words.lines().all(|line| read().contains(line)), "{}", read());
    let shown = run(&[]).expect(0).json();
    let names: Vec<&str> =
        shown["printers"].as_array().expect("a list").iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names, ["Virtual printer", "Door"]);
    run(&["add", "Other", "--destination", &place(&printer)]).expect(2);

    run(&["remove", "Door"]).expect(0);
    assert!(!read().contains("Door") && read().contains("# Ask Ravi."), "{}", read());
    run(&["remove", "Door"]).expect(2);
}
