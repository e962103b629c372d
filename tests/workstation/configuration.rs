//! The configuration file as the binary takes it.

use crate::desk::Desk;

#[test]
fn a_mistake_ends_with_2_and_names_file_line_key_and_remedy() {
    let desk = Desk::new();
    let file = desk.file("desk.toml", "realm = \"training\"\nprinter = []\n");
    let path = file.to_str().expect("UTF-8");
    for command in [&["cards"][..], &["printers"], &["config"], &["resume"], &["issue", "--holder", "555000000017"]] {
        let ran = desk.run(&[command, &["--config", path]].concat()).expect(2);
        for part in [path, "line 2", "printer", "--explain"] {
            assert!(ran.stderr.contains(part), "{command:?} does not name {part}: {}", ran.stderr);
        }
    }
    assert!(!desk.path().join("data").exists(), "a wrong configuration begins nothing");
}

#[test]
fn live_refuses_training_parts_before_anything_is_begun() {
    let desk = Desk::new();
    let live = "realm = \"live\"\ngateway.url = \"https://gateway.example\"\n";
    let virtual_printer = "[[printers]]\nname = \"V\"\nprofile = \"magicard-doh-300-v2\"\ndestination = \"virtual\"\n";
    for (text, key) in [
        ("realm = \"live\"\n".to_owned(), "gateway.url"),
        (format!("{live}[training]\nreaders = true\n"), "training"),
        (format!("{live}{virtual_printer}"), "printers[0].destination"),
    ] {
        let file = desk.file("desk.toml", &text);
        let ran = desk.run(&["cards", "--config", file.to_str().expect("UTF-8")]).expect(2);
        assert!(ran.stderr.contains(key) && ran.stderr.contains("live"), "{}", ran.stderr);
    }
    let file = desk.file("desk.toml", live);
    let ran = desk.run(&["gateway", "--config", file.to_str().expect("UTF-8")]).expect(2);
    assert!(ran.stderr.contains("training gateway only"), "{}", ran.stderr);
    assert!(!desk.path().join("data").exists(), "nothing was begun");
}

#[test]
fn a_missing_file_and_an_unknown_printer_profile_are_named() {
    let desk = Desk::new();
    assert!(desk.run(&["cards", "--config", "none.toml"]).expect(2).stderr.contains("none.toml"));
    let file = desk.file(
        "desk.toml",
        "[[printers]]\nname = \"Old one\"\nprofile = \"zebra\"\ndestination = \"tcp:printer.example\"\n",
    );
    let ran = desk.run(&["printers", "--config", file.to_str().expect("UTF-8")]).expect(2);
    assert!(ran.stderr.contains("Old one") && ran.stderr.contains("zebra"), "{}", ran.stderr);
}

#[test]
fn what_config_shows_can_be_read_back() {
    let desk = Desk::new();
    let text = "[software]\nsmartcard-connect = \"4.2\"\n\n[[printers]]\nname = \"Desk\"\n\
                profile = \"magicard-doh-300-v2\"\ndestination = \"file:card.prn\"\n";
    let file = desk.file("desk.toml", text);
    let shown = desk.run(&["config", "--config", file.to_str().expect("UTF-8")]).expect(0).stdout;
    let again = desk.file("again.toml", &shown);
    let shown_again = desk.run(&["config", "--config", again.to_str().expect("UTF-8")]).expect(0).stdout;
    let keys = |text: &str| text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    assert_eq!(keys(&shown), keys(&shown_again));
    assert!(shown.contains("4.2") && shown.contains("file:card.prn"), "{shown}");
}
