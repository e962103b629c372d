//! Questions and answers in XML (`facts/magicard.md` 7).
//!
//! Which names the firmware knows, and how it lays its answer out, is not public. So the answer is read by names alone,
//! wherever they stand, and everything in it is kept.

use super::{Condition, Detail, Status, StatusError};
use crate::printer::magicard::{checksum, xml::Element};

/// Longest answer that is read, in bytes.
pub const LONGEST_ANSWER: usize = 64 * 1024;

/// What is asked for.
const ASKED: [&str; 11] = [
    "id-model-name",
    "id-printer-serial",
    "id-printhead-serial",
    "id-firmware-version",
    "id-capability-flags",
    "dye-name",
    "dye-prints-remaining",
    "stats-total-cards",
    "stats-cards-since-clean",
    "error-code",
    "error-context",
];

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
        let end = answer.iter().position(|byte| *byte == 0).unwrap_or(answer.len());
        let text = answer.get(..end.min(LONGEST_ANSWER)).unwrap_or_default();
        let text = std::str::from_utf8(text).map_err(|_| StatusError::NotStatus)?;
        if !text.trim_start().starts_with('<') {
            return Err(StatusError::NotStatus);
        }
        let mut details = Vec::new();
        gather(&Element::parse(text.trim_end())?, &mut details);
        let find = |name: &str| details.iter().find(|detail| detail.name == name).map(|detail| detail.value.as_str());
        let text = |name: &str| find(name).unwrap_or_default().to_owned();
        let number = |name: &str| find(name)?.parse::<u32>().ok();
        let code = number("error-code").ok_or_else(|| {
            StatusError::NoErrorCode(find("error-code").unwrap_or_default().chars().take(20).collect())
        })?;
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

/// Every value of an answer under its own name: `<param id="NAME">VALUE</param>`, `<param id="NAME" value="VALUE"/>`,
/// `<param id="NAME"><value>VALUE</value></param>` or `<NAME>VALUE</NAME>`, with hyphens for underscores.
fn gather(element: &Element, details: &mut Vec<Detail>) {
    let value = || {
        let inside = element.value("value").filter(|_| element.children.len() == 1);
        element.attribute("value").or(inside).unwrap_or(&element.text)
    };
    let named = element.attribute("id").or_else(|| element.attribute("name"));
    if named.is_some() || element.children.is_empty() {
        let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
        let name = clean(named.unwrap_or(&element.name)).replace('_', "-");
        details.push(Detail { name, value: clean(value()) });
        return;
    }
    for child in &element.children {
        gather(child, details);
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

    #[test]
    fn each_likely_layout_of_an_answer_says_the_same() {
        for (model, ribbon, code) in [
            ("<param id=\"id-model-name\">Rio Pro 360</param>", "<param id=\"dye_name\">R360</param>", "0"),
            ("<param id=\"id_model_name\" value=\"Rio Pro 360\"/>", "<dye_name>R360</dye_name>", "1038"),
            ("<param id=\"id-model-name\"><value>Rio Pro 360</value></param>", "<dye-name>R360</dye-name>", "77"),
        ] {
            let answer = format!(
                "<?xml version=\"1.0\"?>\r<prn><got>{model}{ribbon}<error-code>{code}</error-code>\
                                  <new-thing>9</new-thing></got></prn>\r\0\x01\x02\x03\x04"
            );
            let status = Status::parse_xml(answer.as_bytes()).unwrap();
            assert_eq!((status.model.as_str(), status.film.as_str()), ("Rio Pro 360", "R360"));
            assert_eq!(status.condition, Condition::from_code(code.parse().unwrap()));
            assert!(status.details.contains(&Detail { name: "new-thing".to_owned(), value: "9".to_owned() }));
        }
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
            assert!(!matches!(condition, Condition::Ready | Condition::Unknown { .. }), "{code}");
            assert!(!condition.to_string().is_empty() && !condition.next_action().is_empty());
        }
        assert_eq!(Condition::from_code(0), Condition::Ready);
        assert!(Condition::from_code(4711).to_string().contains("4711"));
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300), tag in any::<bool>()) {
            let answer = if tag { [&b"<prn><error-code>0</error-code>"[..], &bytes].concat() } else { bytes };
            let _ = Status::parse_xml(&answer);
        }
    }
}
