//! Cards that this program knows and cannot work with, in a real reader: each is named for what it is and told politely.

use cardwright::card::virtual_card::vpcd::Chip;
use zeroize::Zeroizing;

use crate::{desk::Desk, workbench::Workbench};

/// A chip with an answer to reset and applications that can be selected, and nothing else.
pub struct BareChip {
    pub atr: Vec<u8>,
    pub applications: Vec<Vec<u8>>,
}

impl BareChip {
    /// Of the Oberthur AuthentIC kind, as the profile of Series 8 describes it.
    pub fn series_8() -> Self {
        Self {
            atr: vec![
                0x3B, 0xDD, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x80, 0xF9, 0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x00,
                0x70, 0x0A, 0x90, 0x00, 0x8B,
            ],
            applications: vec![vec![0xA0, 0, 0, 0, 0x77, 1, 0, 0x70, 0x0A, 0x10, 0, 0xF1, 0, 0, 1, 0]],
        }
    }
}

impl Chip for BareChip {
    fn atr(&mut self) -> Vec<u8> {
        self.atr.clone()
    }

    fn power_on(&mut self) {}

    fn power_off(&mut self) {}

    fn reset(&mut self) {}

    fn transmit(&mut self, command: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let selects = command.starts_with(&[0x00, 0xA4, 0x04, 0x00]);
        let known = command.get(5..).is_some_and(|data| self.applications.iter().any(|name| data.starts_with(name)));
        let answer = if selects && known { [0x90, 0x00] } else { [0x6A, 0x82] };
        Some(Zeroizing::new(answer.to_vec()))
    }
}

/// What `cards` says of the card in the first reader: what it is, and the remark.
fn seen(desk: &Desk, bench: &Workbench) -> (String, String) {
    let cards = desk.run_with_readers(&["cards", "--json"], "").expect(0).json();
    let readers = cards["readers"].as_array().expect("readers").clone();
    let reader = readers.into_iter().find(|reader| reader["reader"] == *bench.reader_name(0)).expect("the reader");
    assert_eq!(reader["serial"], serde_json::Value::Null, "nothing was read that this program could not use");
    let text = |key: &str| reader[key].as_str().unwrap_or_default().to_owned();
    (text("card"), text("remark"))
}

#[test]
fn a_blocked_card_and_one_without_its_middleware_are_named_and_refused_politely() {
    let (desk, mut bench) = (Desk::new(), Workbench::start());
    // JCOP 41, the one old generation whose answer to reset is public (`facts/piv.md` 5.1).
    let jcop = b"\x3B\xF9\x18\x00\x00\x81\x31\xFE\x45JCOP41V22\xAF".to_vec();
    bench.insert(0, BareChip { atr: jcop, applications: Vec::new() });
    let (card, remark) = seen(&desk, &bench);
    assert_eq!(card, "Series 6");
    for part in ["blocked these for good", "Nothing was changed", "please destroy it and issue a Series 10 card"] {
        assert!(remark.contains(part), "{part} is not in: {remark}");
    }
    let words = ["issue", "--holder", "555000000023", "--locked", "--reader", &bench.reader_name(0)];
    let refused = desk.run_with_readers(&words, "").expect(1).stderr;
    assert!(refused.contains("Series 6") && refused.contains("please destroy it"), "{refused}");
    bench.remove(0);

    bench.insert(0, BareChip::series_8());
    let (card, remark) = seen(&desk, &bench);
    assert_eq!(card, "Series 8");
    for part in ["middleware", "Nothing was changed", "ask IT", "cards.series-8-module", "Series 10"] {
        assert!(remark.contains(part), "{part} is not in: {remark}");
    }
    let refused = desk.run_with_readers(&words, "").expect(1).stderr;
    assert!(refused.contains("Series 8") && refused.contains("middleware"), "{refused}");
    bench.remove(0);

    // No answer to reset of Series 4 and 5 is public: somebody with such a card in hand tells it in a profile.
    let bundled = include_str!("../../assets/card-profiles/series-8.toml");
    let (before, rest) = bundled.split_once("[match]").expect("what it shows of itself");
    let (_, after) = rest.split_once("[keys]").expect("the next table");
    let shown = "[match]\npiv = \"silent\"\natrs = [\"3B 80 80 01 01\"]\n\n[keys]";
    for (series, name) in [("series4", "Series 4"), ("series5", "Series 5")] {
        let profile = [before, shown, after].concat().replace("\"series8\"", &format!("\"{series}\""));
        std::fs::create_dir_all(desk.path().join(series)).expect("a folder");
        let folder = desk.file(&format!("{series}/old.toml"), &profile.replace("\"series-8\"", "\"old\""));
        let text = format!("cards.profiles = '{}'\n", folder.parent().expect("its folder").display());
        let file = desk.file("old.toml", &text).display().to_string();
        bench.insert(0, BareChip { atr: vec![0x3B, 0x80, 0x80, 0x01, 0x01], applications: Vec::new() });
        let refused = desk.run_with_readers(&[&words[..], &["--config", &file]].concat(), "").expect(1).stderr;
        for part in [name, "blocked these for good", "Nothing was changed", "please destroy it"] {
            assert!(refused.contains(part), "{part} is not in: {refused}");
        }
        bench.remove(0);
    }

    bench.insert(0, BareChip { atr: vec![0x3B, 0x65, 0x00, 0x9C, 0x02, 0x02, 0x01, 0x02], applications: Vec::new() });
    let (card, remark) = seen(&desk, &bench);
    assert_eq!(card, "not recognised");
    assert!(remark.contains("not an NHS smartcard, as far as this program can tell"), "{remark}");
}
