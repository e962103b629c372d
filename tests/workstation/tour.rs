//! The tour from end to end, judged by OpenSSL and Poppler.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use crate::desk::{Desk, files, judge};

fn below(folder: &Path) -> BTreeSet<String> {
    let name =
        |path: std::path::PathBuf| path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
    files(folder).into_iter().map(name).collect()
}

#[test]
fn the_tour_leaves_what_an_officer_wants_to_see() {
    let desk = Desk::new();
    let ran = desk.run(&["tour", "--out", "out"]).expect(0);
    for word in ["TRAINING", "with a passcode", "locked", "APDUs", "desktop"] {
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains(word), "{word}: {}{}", ran.stdout, ran.stderr);
    }
    assert!(!desk.path().join("data").exists(), "the tour keeps out of the desk's own data");

    let out = desk.path().join("out");
    let summary: Value =
        serde_json::from_slice(&std::fs::read(out.join("summary.json")).expect("a summary")).expect("JSON");
    let cards = summary["cards"].as_array().expect("cards");
    let folders: Vec<&str> = cards.iter().map(|card| card["folder"].as_str().expect("a folder")).collect();
    let mut expected: BTreeSet<String> =
        ["chain.pem", "crl.pem", "audit.jsonl", "summary.json"].into_iter().map(str::to_owned).collect();
    for folder in &folders {
        for file in ["proof.pdf", "face.png", "printed.png", "job.prn", "authentication.pem", "signing.pem"] {
            expected.insert(format!("{folder}/{file}"));
        }
    }
    assert_eq!(below(&out), expected);

    assert_eq!(cards.len(), 2);
    assert_eq!((&cards[0]["locked"], &cards[1]["locked"]), (&false.into(), &true.into()));
    for card in cards {
        assert!(card["apdus"].as_u64().is_some_and(|n| (10..=45).contains(&n)), "{}", card["apdus"]);
        assert!(card["issue"]["steps"].as_array().is_some_and(|steps| steps.len() > 5), "{card}");
    }
    judge_certificates(&out, &folders);
    judge_faces(&out, &folders);

    // An earlier tour makes way; somebody else's folder does not.
    let again = desk.run(&["tour", "--out", "out", "--json"]).expect(0).json();
    assert_ne!(again["cards"][0]["serial"], cards[0]["serial"], "new cards");
    desk.file("out/letter.txt", "dear");
    let refused = desk.run(&["tour", "--out", "out"]).expect(2);
    assert!(refused.stderr.contains("out") && refused.stderr.contains("new or empty folder"), "{}", refused.stderr);
    assert!(out.join("summary.json").exists(), "nothing was removed");
}

fn judge_certificates(out: &Path, folders: &[&str]) {
    let mut serials = BTreeSet::new();
    for folder in folders {
        for file in ["authentication.pem", "signing.pem"] {
            let path = format!("{folder}/{file}");
            let words =
                ["verify", "-CAfile", "chain.pem", "-CRLfile", "crl.pem", "-crl_check_all", "-x509_strict", &path];
            judge("openssl", &words, out);
            let text = judge("openssl", &["x509", "-noout", "-subject", "-serial", "-in", &path], out);
            assert!(text.contains("TRAINING"), "{text}");
            assert!(serials.insert(text.lines().find(|l| l.starts_with("serial=")).expect("a serial").to_owned()));
        }
    }
}

fn judge_faces(out: &Path, folders: &[&str]) {
    for folder in folders {
        let proof = format!("{folder}/proof.pdf");
        // 85.60 x 53.98 mm in points of 1/72 inch.
        let info = judge("pdfinfo", &[&proof], out);
        let size = info.lines().find(|line| line.starts_with("Page size")).expect("a page size");
        let numbers: Vec<f64> = size.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        assert!((numbers[0] - 242.65).abs() < 0.1 && (numbers[1] - 153.01).abs() < 0.1, "{size}");
        let fonts = judge("pdffonts", &[&proof], out);
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!rows.is_empty(), "the name is text: {fonts}");
        for row in rows {
            // The columns from the right: object id (two), unicode, subset, embedded.
            let words: Vec<&str> = row.split_whitespace().rev().collect();
            assert_eq!(words[4], "yes", "not embedded: {row}");
        }
        let png = std::fs::read(out.join(folder).join("face.png")).expect("a face");
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
        assert_eq!((number(16), number(20)), (1016, 642), "300 dpi of one card");
    }
}
