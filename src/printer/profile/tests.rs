use super::*;
use crate::domain::eligibility::SERIES_10_PRINTER;

const V2: &str = include_str!("../../../printer-profiles/magicard-doh-300-v2.toml");

fn with(from: &str, to: &str) -> Result<Profile, ProfileError> {
    assert!(V2.contains(from), "the profile has no line {from}");
    Profile::parse(&V2.replace(from, to))
}

#[test]
fn the_bundled_profiles_are_sound_and_the_rules_know_their_names() {
    let profiles = Profiles::bundled().unwrap();
    assert_eq!(profiles.find(SERIES_10_PRINTER).unwrap().name, "Magicard DoH 300 v2");
    let first = profiles.find("magicard-doh-300-v1").unwrap();
    assert_eq!((first.head.tag, first.job_format), (HeadTag::Kge2, JobFormat::Format1));
    let missing = profiles.find("zebra").unwrap_err().to_string();
    assert!(missing.contains("magicard-doh-300-v2, magicard-doh-300-v1, magicard-300"), "{missing}");
}

#[test]
fn only_the_second_generation_prints_series_10_and_each_model_has_its_own_language() {
    let profiles = Profiles::bundled().unwrap();
    for profile in profiles.iter() {
        assert_eq!(profile.may_print(Series::Series10), profile.id == SERIES_10_PRINTER, "{}", profile.id);
        let series_10 = crate::printer::magicard::check_series(profile, Series::Series10);
        assert_eq!(series_10.is_ok(), profile.id == SERIES_10_PRINTER, "{series_10:?}");
        assert!(profile.may_print(Series::Series9) && !profile.may_print(Series::Series6), "{}", profile.id);
        assert_eq!(profile.ticket.is_some(), profile.job_format == JobFormat::Format2, "{}", profile.id);
        assert_eq!(profile.overcoat.chip_hole(), Some(profile.overcoat.chip_normal));
    }
    let head = |id| profiles.find(id).unwrap().head.tag;
    assert_eq!((head("magicard-rio-tango-2e"), head("magicard-enduro")), (HeadTag::Kee, HeadTag::Kge2));
    assert_eq!(profiles.find("magicard-rio-pro-360").unwrap().job_format, JobFormat::Format2);
}

#[test]
fn each_wrong_value_is_named_by_its_key() {
    for (from, to, key) in [
        ("id = \"magicard-doh-300-v2\"", "id = \"Magicard 300\"", "id"),
        ("name = \"Magicard DoH 300 v2\"", "name = \" \"", "name"),
        ("lines = 1016", "lines = 1013", "head.lines"),
        ("width = 642", "width = 600", "head.width"),
        ("line = 672", "line = 640", "head.line"),
        ("position = 50", "position = 101", "head.position"),
        ("driver-version = \"1.0\"", "driver-version = \"1,0\"", "job.driver-version"),
        ("colour-handling = 3", "colour-handling = 5", "job.colour-handling"),
        ("head-trim = 50", "head-trim = 255", "job.head-trim"),
        ("area = [0, 0, 1015, 641]", "area = [0, 0, 0, 641]", "overcoat.area"),
        ("chip-normal = [90, 295, 260, 450]", "chip-normal = [260, 295, 90, 450]", "overcoat.chip-normal"),
        ("keep-out = [90, 295, 260, 450]", "keep-out = [90, 295, 260, 650]", "overcoat.keep-out"),
        ("holes = []", "holes = [[0, 5, 0, 9]]", "overcoat.holes"),
        ("usb = []", "usb = [\"0c1f4800\"]", "identity.usb"),
        ("tag = \"KGE2\"", "tag = \"BYTES\"", "head.tag"),
        ("image-end = 50", "image-end = 101", "job.image-end"),
        ("slots = 4", "slots = 11", "holokote.slots"),
        ("image = 1", "image = 5", "holokote.image"),
        ("areas = \"FFFFFF\"", "areas = \"FFFF\"", "holokote.areas"),
        ("turn = 0", "turn = 45", "holokote.turn"),
        ("resin = 50", "resin = 101", "power.resin"),
        ("cyan-gamma = 1.0", "cyan-gamma = nan", "colour.cyan-gamma"),
        ("yellow-curve = []", "yellow-curve = [[0, 0], [90, 80], [80, 90], [255, 255]]", "colour.yellow-curve"),
        ("magenta-curve = []", "magenta-curve = [[0, 1], [255, 255]]", "colour.magenta-curve"),
        ("cyan-curve = []", "cyan-curve = [[0, 0], [9, 9], [255, 8]]", "colour.cyan-curve"),
        ("grey-balance = [1.0, 1.0, 1.0]", "grey-balance = [1.0, 0.4, 1.0]", "colour.grey-balance"),
        ("icc-profile = \"\"", "icc-profile = \"../printer.icc\"", "colour.icc-profile"),
        ("tcp = 9100", "tcp = 0", "port.tcp"),
        ("send-seconds = 60", "send-seconds = 0", "port.send-seconds"),
    ] {
        match with(from, to) {
            Err(error @ ProfileError::Value { .. }) => {
                let line = V2.replace(from, to).lines().position(|line| line == to).unwrap() + 1;
                let said = error.to_string();
                for part in ["(text)", key, &format!("in line {line}:"), "must be"] {
                    assert!(said.contains(part), "{said}: no {part}");
                }
            }
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn a_key_that_does_not_exist_is_refused_with_its_name_and_line() {
    let error = with("panel = \"on\"", "panel = \"on\"\nhollow = true").unwrap_err().to_string();
    assert!(error.contains("hollow") && error.contains("line"), "{error}");
    let error = with("job-format = \"format-1\"", "job-format = \"format-2\"").unwrap_err().to_string();
    assert!(error.contains("head.tag = KGE2") && error.contains("\"BYTES\" in format 2"), "{error}");
    let error = with("[ribbon]", "[ticket]\nx-adjust = 0\ny-adjust = 0\n[ribbon]").unwrap_err().to_string();
    assert!(error.contains("job-format") && error.contains("without a table [ticket]"), "{error}");
    let error = with("tag = \"KGE2\"", "tag = \"KGE9\"").unwrap_err().to_string();
    assert!(error.contains("KGE9") && error.contains("KEE4"), "{error}");
    assert!(matches!(Profile::parse(&"#".repeat(LONGEST_PROFILE + 1)), Err(ProfileError::TooLong { .. })));
}

#[test]
fn the_icc_profile_beside_a_profile_is_read_with_it_or_the_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = V2.replace("icc-profile = \"\"", "icc-profile = \"desk 1.icc\"");
    std::fs::write(folder.path().join("ours.toml"), &text).unwrap();
    let line = text.lines().position(|line| line.starts_with("icc-profile")).unwrap() + 1;
    let refused = || Profiles::with_folder(folder.path()).unwrap_err().to_string();
    let said = refused();
    assert!(said.contains("ours.toml") && said.contains(&format!("in line {line}:")), "{said}");
    std::fs::write(folder.path().join("desk 1.icc"), b"no profile").unwrap();
    assert!(refused().contains("no ICC profile"), "{}", refused());
    let icc = moxcms::ColorProfile::new_adobe_rgb().encode().unwrap();
    std::fs::write(folder.path().join("desk 1.icc"), icc).unwrap();
    let profiles = Profiles::with_folder(folder.path()).unwrap();
    assert!(profiles.find(SERIES_10_PRINTER).unwrap().icc.is_some());
}

#[test]
fn a_folder_goes_before_what_is_bundled_and_two_of_one_id_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ours.toml"), V2.replace("position = 50", "position = 55")).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not a profile").unwrap();
    let profiles = Profiles::with_folder(folder.path()).unwrap();
    assert_eq!(profiles.find(SERIES_10_PRINTER).unwrap().head.position, 55);
    assert_eq!(profiles.iter().count(), Profiles::bundled().unwrap().iter().count());

    std::fs::write(folder.path().join("theirs.toml"), V2).unwrap();
    let error = Profiles::with_folder(folder.path()).unwrap_err().to_string();
    assert!(error.contains("ours.toml") && error.contains("theirs.toml"), "{error}");

    let gone = Profiles::with_folder(&folder.path().join("none")).unwrap_err();
    assert!(matches!(gone, ProfileError::File { .. }));
}
