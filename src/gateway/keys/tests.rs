use super::*;

fn serial(text: &str) -> CardSerial {
    text.parse().expect("a serial")
}

#[test]
fn the_training_gateway_derives_what_the_factory_put_on_the_card() {
    let folder = tempfile::tempdir().expect("a folder");
    let custody = Custody::open(&folder.path().join("keys.toml"), Realm::Training).expect("training keys");
    let card = serial("0A1B2C3D");
    assert_eq!(custody.key("training", &card, Algorithm::Aes256), Ok(training_stock_management_key(&card)));
    assert_ne!(training_stock_management_key(&card), training_stock_management_key(&serial("0A1B2C3E")));
    assert_eq!(custody.key("training", &card, Algorithm::TripleDes), Err(NoKey::Algorithm));
    assert_eq!(custody.key("series-10", &card, Algorithm::Aes256), Err(NoKey::Profile));
    let series_9 = custody.key("series-9", &card, Algorithm::TripleDes);
    assert_eq!(series_9, Ok(training_series_9_management_key(&card)));
    assert_eq!(series_9.map(|key| key.expose().len()), Ok(24));
}

#[test]
fn cards_reached_through_middleware_have_an_unlock_code_and_no_management_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let custody = Custody::open(&folder.path().join("keys.toml"), Realm::Training).expect("training keys");
    let card = serial("0A1B2C3D");
    assert!(custody.knows("series-8", &card) && !custody.asks_for_proof("series-8"));
    assert_eq!(custody.key("series-8", &card, Algorithm::TripleDes), Err(NoKey::Algorithm));
    assert_eq!(custody.transport_code("series-8").map(UnlockCode::expose), Ok(b"12345678".as_slice()));
    assert!(custody.asks_for_proof("training"));
    assert!(custody.asks_for_proof("never heard of"), "a profile without a key set gets nothing for nothing");
    let without_code = "[[key-set]]\nprofile = \"series-8\"\nscheme = \"middleware\"\n";
    let refused = file::key_sets(Path::new("stock.toml"), without_code).err().expect("refused").to_string();
    assert!(refused.contains("“transport-unlock-code” is missing"), "{refused}");
}

/// NIST's known answers: AES from FIPS 197 appendix C, triple DES from SP 800-67 B.1 read as one block.
#[test]
fn blocks_are_those_of_the_standards() {
    let bytes = |text: &str| -> Vec<u8> {
        text.as_bytes()
            .chunks(2)
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect()
    };
    let counting = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let plain = "00112233445566778899aabbccddeeff";
    let table = [
        (Algorithm::Aes128, &counting[..32], plain, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (Algorithm::Aes192, &counting[..48], plain, "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (Algorithm::Aes256, counting, plain, "8ea2b7ca516745bfeafc49904b496089"),
        (
            Algorithm::TripleDes,
            "0123456789abcdef23456789abcdef01456789abcdef0123",
            "5468652071756663",
            "a826fd8ce53b855f",
        ),
    ];
    for (algorithm, key, plain, cipher) in table {
        let key = Secret::new(bytes(key));
        assert_eq!(algorithm.encrypt(&key, &bytes(plain)), Some(Secret::new(bytes(cipher))), "{algorithm:?}");
        assert_eq!(algorithm.decrypt(&key, &bytes(cipher)), Some(Secret::new(bytes(plain))), "{algorithm:?}");
        assert_eq!(algorithm.encrypt(&key, &bytes("0011")), None, "a short block");
    }
}

#[test]
fn live_work_refuses_keys_that_everybody_knows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.toml");
    let missing = Custody::open(&path, Realm::Live).err().expect("refused").to_string();
    assert!(missing.contains("only training may start without"), "{missing}");
    Custody::open(&path, Realm::Training).expect("training keys");
    let refused = Custody::open(&path, Realm::Live).err().expect("refused").to_string();
    assert!(refused.contains("training, generic-piv, series-9"), "{refused}");
}

#[test]
fn a_damaged_key_file_is_refused_without_showing_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.toml");
    std::fs::write(
        &path,
        "[[key-set]]\nprofile = \"x\"\nscheme = \"diversified\"\nalgorithm = 12\nmaster = \"5ec4e7\"\n",
    )
    .expect("written");
    let refused = Custody::open(&path, Realm::Training).err().expect("refused").to_string();
    assert!(!refused.contains("5ec4e7"), "{refused}");
}

#[test]
fn the_documented_example_describes_a_stock_without_a_new_program() {
    let example = include_str!("../../../assets/management-keys.toml");
    let sets = file::key_sets(Path::new("example"), example).expect("the example is right");
    let custody = Custody { sets };
    let (listed, other) = (serial("0A1B2C3D"), serial("0A1B2C3E"));
    let key = |profile, card, algorithm| custody.key(profile, card, algorithm);
    assert_eq!(key("series-10", &listed, Algorithm::Aes128), key("series-10", &other, Algorithm::Aes128));
    assert_eq!(key("series-10", &other, Algorithm::Aes256), Err(NoKey::Algorithm));
    assert!(key("series-9", &listed, Algorithm::TripleDes).is_ok());
    assert_eq!(key("series-9", &other, Algorithm::TripleDes), Err(NoKey::Card));
    assert!(custody.knows("series-9", &listed) && !custody.knows("series-9", &other));
    assert_eq!(custody.transport_code("series-10").expect("told").expose(), b"87654321");
    let first = |card| custody.first_code("series-8", &serial(card)).map(UnlockCode::expose);
    assert_eq!(first("0A1B2C3D4E5F6071"), Ok(b"27182818".as_slice()), "its own");
    assert_eq!(first("0A1B2C3D4E5F6072"), Ok(b"87654321".as_slice()), "as they are delivered");
    custody.refuse_training_keys(Realm::Live).expect("these are not the training keys");
}

#[test]
fn a_wrong_key_set_is_told_by_file_key_and_remedy_and_shows_no_secret() {
    let code = "transport-unlock-code = \"3837363534333231\"\n";
    let static_set = |rest: &str| format!("[[key-set]]\nprofile = \"series-10\"\nscheme = \"static\"\n{rest}");
    let cases = [
        (static_set(&format!("{code}algorithm = \"aes-512\"\nkey = \"5ec4e7\"\n")), "“algorithm”", "aes-128"),
        (static_set(&format!("{code}algorithm = \"aes-128\"\nkey = \"5ec4e7\"\n")), "“key”", "hexadecimal"),
        (static_set(&format!("{code}algorithm = \"aes-128\"\n")), "“key” is missing", "hexadecimal"),
        (
            static_set("algorithm = \"aes-128\"\nkey = \"5ec4e75ec4e75ec4e75ec4e75ec4e75e\"\n"),
            "“transport-unlock-code” is missing",
            "16 hexadecimal",
        ),
        (static_set(&format!("{code}algorithm = \"aes-128\"\nkye = \"5ec4e7\"\n")), "no key “kye”", "use profile"),
        (
            format!(
                "[[key-set]]\nprofile = \"x\"\nscheme = \"middleware\"\n{code}[key-set.unlock-codes]\n0A1B2C3D = \"5ec4e7\"\n"
            ),
            "the code of 0A1B2C3D",
            "16 hexadecimal digits",
        ),
        ("[[key-set]]\nscheme = \"static\"\n".to_owned(), "“profile” is missing", "scheme of the card profile"),
        ("[[key-set]]\nprofile = \"x\"\nscheme = \"secret\"\n".to_owned(), "“scheme”", "diversified"),
        ("[[key-set]]\nkey = 5ec4e7 x\n".to_owned(), "line 2", "mend"),
    ];
    for (text, place, remedy) in cases {
        let error = file::key_sets(Path::new("stock.toml"), &text).err().expect("refused").to_string();
        for part in ["stock.toml", place, remedy] {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(!error.contains("5ec4e7"), "{error}");
    }
}
