//! Questions and answers in XML (`facts/magicard.md` 7).
//!
//! Which names the firmware knows, and how it lays its answer out, is not public. So the answer is read by names alone,
//! wherever and however deep they stand, and every attribute and text in it is kept with the way to it.

use super::{Condition, Detail, Status, StatusError};
use crate::printer::magicard::{checksum, xml::Element};

/// Longest answer that is read, in bytes.
pub const LONGEST_ANSWER: usize = 64 * 1024;

/// Longest value that is kept, in characters.
const LONGEST_VALUE: usize = 4000;
/// Longest name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// What is asked for: every name that the vendor's own driver knows.
const ASKED: [&str; 16] = [
    "id-model-name",
    "id-printer-serial",
    "id-printhead-serial",
    "id-firmware-version",
    "id-capability-flags",
    "dye-name",
    "dye-total-prints",
    "dye-prints-remaining",
    "colour-uv-panel-length",
    "stats-total-cards",
    "stats-cards-since-clean",
    "clean-overdue",
    "printer-dealer-code",
    "net-ip",
    "error-code",
    "error-context",
];

/// Whether this is the way to something that was asked for.
pub(super) fn is_asked_for(path: &str) -> bool {
    let path = path.strip_suffix("/value").unwrap_or(path);
    let last = path.rsplit(['/', '@']).next().unwrap_or_default();
    ASKED.contains(&alike(last).as_str())
}

/// Asks how the printer is: a ticket without a card, a byte of 0 and the checksum.
#[must_use]
pub fn question() -> Vec<u8> {
    let params: String = ASKED.iter().map(|name| format!("<param id=\"{name}\"/>")).collect();
    let mut bytes = format!("<prn><binary-size>0</binary-size><get>{params}</get></prn>").into_bytes();
    bytes.push(0);
    bytes.extend(checksum::of(&bytes).to_le_bytes());
    bytes
}

impl Status {
    /// Reads an answer in XML. Total: any bytes give a status or an error. What follows its byte of 0 is not looked at.
    ///
    /// # Errors
    /// [`StatusError`]; an answer that does not say whether the printer is ready is refused.
    pub fn parse_xml(answer: &[u8]) -> Result<Self, StatusError> {
        // What is left of an answer before this one, behind its byte of 0, is not looked at either.
        let start = answer.iter().position(|byte| *byte == b'<').ok_or(StatusError::NotStatus)?;
        let text = answer.get(start..).unwrap_or_default();
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        let text = String::from_utf8_lossy(text.get(..end.min(LONGEST_ANSWER)).unwrap_or_default());
        let root = Element::parse(text.trim_end())?;
        let mut found = Vec::new();
        gather(&root, Place { path: root.name.clone(), inside: String::new(), name: &root.name }, &mut found);
        let all = |name: &'static str| found.iter().filter(move |one| one.name == name).map(|one| one.value.as_str());
        let find = |name| all(name).find(|value| !value.is_empty());
        let text = |name| find(name).unwrap_or_default().to_owned();
        let number = |name| find(name)?.parse::<u32>().ok();
        let codes: Vec<u32> = all("error-code").filter_map(|code| code.parse().ok()).collect();
        // A printer that says it several times is ready if it is every time.
        let code = codes.iter().copied().find(|code| *code != 0).or(codes.first().copied());
        let code = code.ok_or_else(|| StatusError::NoErrorCode(text("error-code").chars().take(20).collect()))?;
        let details = found.iter().map(|one| Detail { name: one.path.clone(), value: one.value.clone() }).collect();
        Ok(Self {
            model: text("id-model-name"),
            serial: text("id-printer-serial"),
            firmware: text("id-firmware-version"),
            head_type: None,
            cards_printed: number("stats-total-cards"),
            cards_since_cleaning: number("stats-cards-since-clean"),
            cards_until_cleaning: None,
            head_position: None,
            film: text("dye-name"),
            prints_left: number("dye-prints-remaining"),
            condition: Condition::from_code(code),
            details,
        })
    }
}

/// One attribute or text of an answer.
struct Found {
    /// The way to it: names with a slash between, and `@` before that of an attribute.
    path: String,
    /// The name it goes by, as [`alike`] writes it.
    name: String,
    value: String,
}

/// Where an element stands.
struct Place<'a> {
    path: String,
    /// What stands before the path of everything inside.
    inside: String,
    name: &'a str,
}

/// Names of the vendor are written with underscores or hyphens, and may have a prefix.
fn alike(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase().replace('_', "-")
}

fn clean(text: &str, longest: usize) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(longest).collect()
}

/// The name an element goes by: its own where it is one that was asked for, or else what its attribute or its part `id` or
/// `name` says; and that attribute.
fn called(element: &Element) -> (&str, Option<&'static str>) {
    if ASKED.contains(&alike(&element.name).as_str()) {
        return (&element.name, None);
    }
    let by = ["id", "name"].into_iter().find(|by| element.attribute(by).is_some());
    let inside = || ["id", "name"].into_iter().find_map(|by| element.value(by).filter(|name| !name.is_empty()));
    match by.and_then(|by| element.attribute(by)) {
        Some(name) => (name, by),
        None => (inside().unwrap_or(&element.name), None),
    }
}

/// Every attribute and text of an element and of what is inside it. A value may stand as the text of what is named, in its
/// attribute `value`, or in an element `value` inside.
fn gather(element: &Element, place: Place<'_>, found: &mut Vec<Found>) {
    let Place { path, inside, name } = place;
    let mut put = |path: String, name: &str, value: &str| {
        found.push(Found { path, name: alike(name), value: clean(value, LONGEST_VALUE) });
    };
    let (_, named_by) = called(element);
    let empty = element.children.is_empty() && element.attribute("value").is_none();
    if empty || !element.text.is_empty() {
        put(path.clone(), name, &element.text);
    }
    for (attribute, value) in element.attributes.iter().filter(|(attribute, _)| Some(attribute.as_str()) != named_by) {
        if attribute == "value" {
            put(path.clone(), name, value);
        } else {
            put(format!("{path}@{attribute}"), attribute, value);
        }
    }
    for child in &element.children {
        let (own, _) = called(child);
        let path = format!("{inside}{}", clean(own, LONGEST_NAME));
        let name = if own == "value" { name } else { own };
        gather(child, Place { inside: format!("{path}/"), path, name }, found);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_question_is_a_ticket_without_a_card() {
        let question = question();
        let end = question.iter().position(|byte| *byte == 0).unwrap();
        let text = std::str::from_utf8(&question[..end]).unwrap();
        assert!(text.starts_with("<prn><binary-size>0</binary-size><get><param id=\"id-model-name\"/>"), "{text}");
        assert_eq!(question.len(), end + 5);
    }

    fn detail(name: &str, value: &str) -> Detail {
        Detail { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn each_likely_layout_of_an_answer_says_the_same() {
        for (model, ribbon, code) in [
            ("<param id=\"id-model-name\">Rio Pro 360</param>", "<param id=\"dye_name\">R360</param>", 0),
            ("<param id=\"id_model_name\" value=\"Rio Pro 360\"/>", "<dye_name>R360</dye_name>", 1038),
            ("<param id=\"id-model-name\"><value>Rio Pro 360</value></param>", "<dye-name>R360</dye-name>", 77),
            ("<param><id>id_model_name</id><value>Rio Pro 360</value></param>", "<dye_name value='R360'/>", 0),
            ("<m:ID-Model-Name>Rio Pro <!-- new --> 360</m:ID-Model-Name>", "<x dye-name=\"R&#51;60\"/>", 1025),
            ("<id-model-name><![CDATA[Rio Pro 360]]></id-model-name>", "<dye><dye-name>R360</dye-name></dye>", 9001),
        ] {
            let answer = format!(
                "<?xml version=\"1.0\"?>\r<!-- prn --><prn><got>{model}{ribbon}<error-code>{code}</error-code>\
                                  <new-thing>9</new-thing></got></prn>\r\0\x01\x02\x03\x04"
            );
            let status = Status::parse_xml(answer.as_bytes()).unwrap();
            assert_eq!(
                (status.model.replace(' ', "").as_str(), status.film.as_str()),
                ("RioPro360", "R360"),
                "{model}"
            );
            assert_eq!(status.condition, Condition::from_code(code));
            assert!(status.details.contains(&detail("got/new-thing", "9")), "{:?}", status.details);
        }
    }

    #[test]
    fn the_error_code_is_found_however_deep_and_wherever_it_stands() {
        for wrapped in [
            "<status id=\"7\"><error-code>1038</error-code><error-context>lid</error-context></status>",
            "<status name=\"now\" since=\"3\">on<code><error_code><value>1038</value></error_code></code></status>",
            "<status error-code=\"1038\"/>",
            "<error-code id=\"1\"><name>LID</name><value>1038</value></error-code>",
            "<a><b><c><d><param id=\"error-code\" name=\"E\" value=\" 1038 \"><unit>n</unit></param></d></c></b></a>",
            // The last error that it had, and the one that it has.
            "<error-code>0</error-code><now><error-code>1038</error-code></now>",
        ] {
            let answer = format!("<prn version=\"2\">{wrapped}</prn>");
            let status = Status::parse_xml(answer.as_bytes()).unwrap();
            assert_eq!(status.condition, Condition::CoverOpen, "{wrapped}");
        }
    }

    #[test]
    fn every_attribute_and_text_is_kept_with_the_way_to_it() {
        let answer = b"\x07\x00\xff<prn version=\"2\">\xe9<group id=\"net\" kind=\"ip4\">up<net_ip>10.0.0.5</net_ip>\
                       <lease unit=\"s\" value=\"60\"><value>61</value></lease></group><error-code>0</error-code><odd/></prn>";
        let status = Status::parse_xml(answer).unwrap();
        assert_eq!(
            status.details,
            [
                detail("prn", "\u{fffd}"),
                detail("prn@version", "2"),
                detail("net", "up"),
                detail("net@kind", "ip4"),
                detail("net/net_ip", "10.0.0.5"),
                detail("net/lease@unit", "s"),
                detail("net/lease", "60"),
                detail("net/lease/value", "61"),
                detail("error-code", "0"),
                detail("odd", ""),
            ]
        );
        let known: Vec<bool> = status.details.iter().map(Detail::is_known).collect();
        assert_eq!(known, [false, false, false, false, true, false, false, false, true, false]);
    }

    #[test]
    fn an_answer_that_does_not_say_whether_it_is_ready_is_refused() {
        let error = Status::parse_xml(b"<prn><error-code>soon</error-code></prn>").unwrap_err();
        assert_eq!(error, StatusError::NoErrorCode("soon".to_owned()));
        assert_eq!(Status::parse_xml(b"\x01STA$$0\x03"), Err(StatusError::NotStatus));
        assert!(matches!(Status::parse_xml(b"<prn>"), Err(StatusError::Xml(_))));
    }

    #[test]
    fn every_code_of_the_vendor_has_words_and_a_remedy() {
        let codes = [
            1025, 1026, 1027, 1028, 1032, 1033, 1035, 1036, 1037, 1038, 1042, 1046, 1050, 1055, 2048, 2049, 2052, 2053,
            2054, 2055, 8191, 9001, 9003,
        ];
        for code in codes {
            let condition = Condition::from_code(code);
            assert!(!matches!(condition, Condition::Ready | Condition::Unknown(_)), "{code}");
            assert!(!condition.to_string().is_empty() && !condition.next_action().is_empty());
        }
        assert_eq!(Condition::from_code(0), Condition::Ready);
        let unknown = Condition::from_code(4711).to_string();
        assert!(unknown.ends_with("error 4711"), "as the printer said it: {unknown}");
        assert!(Condition::from_code(8191).to_string().ends_with("(8191)"));
    }

    proptest! {
        #[test]
        fn no_text_of_an_answer_is_lost(
            texts in proptest::collection::vec("[a-z]{1,8}", 1..6),
            wraps in proptest::collection::vec(0..6_usize, 1..6),
        ) {
            let mut inner = "<error-code>0</error-code>".to_owned();
            for (text, wrap) in texts.iter().zip(&wraps) {
                inner = match wrap {
                    0 => format!("<a>{inner}{text}</a>"),
                    1 => format!("<a id=\"{text}\">t{inner}</a>"),
                    2 => format!("<a k=\"{text}\">{inner}</a>"),
                    3 => format!("<a><!-- b --><b>{text}</b>{inner}</a>"),
                    4 => format!("<a><![CDATA[{text}]]>{inner}</a>"),
                    _ => format!("<a><value>{text}</value>{inner}<c/></a>"),
                };
            }
            let status = Status::parse_xml(format!("<prn>{inner}</prn>").as_bytes()).unwrap();
            prop_assert_eq!(status.condition, Condition::Ready);
            for (text, _) in texts.iter().zip(&wraps) {
                let said = |one: &Detail| one.value == *text || one.name.split('/').any(|name| name == text);
                prop_assert!(status.details.iter().any(said), "{} in {:?}", text, status.details);
            }
        }

        #[test]
        fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300), tag in any::<bool>()) {
            let answer = if tag { [&b"<prn><error-code>0</error-code>"[..], &bytes].concat() } else { bytes };
            let _ = Status::parse_xml(&answer);
        }
    }
}
