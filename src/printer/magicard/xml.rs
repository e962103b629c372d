//! The little of XML that printers of format 2 write and read (`facts/magicard.md` 7): elements, attributes and text, and
//! what else may stand among them without a meaning of its own: comments, instructions, CDATA, characters by number. No
//! document types, no entities but the five of XML, nothing that opens a file.

/// Deepest nesting that is read; real tickets have six.
const DEEPEST: usize = 16;
/// Most elements that are read; real tickets have about a hundred.
const MOST_ELEMENTS: usize = 4000;

/// One element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Names and values of its attributes, in order.
    pub attributes: Vec<(String, String)>,
    /// Its text, without space around it.
    pub text: String,
    /// The elements inside it, in order.
    pub children: Vec<Element>,
}

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the XML is broken at byte {at}: {why}")]
pub struct XmlError {
    /// Byte from the start.
    pub at: usize,
    /// What is wrong there.
    pub why: &'static str,
}

impl Element {
    /// Reads one document. Total: any text gives an element or an error.
    ///
    /// # Errors
    /// [`XmlError`].
    pub fn parse(text: &str) -> Result<Self, XmlError> {
        let mut reader = Reader { text, at: 0, elements: 0 };
        reader.pass_over()?;
        let root = reader.element(0)?;
        reader.pass_over()?;
        if reader.rest().is_empty() { Ok(root) } else { Err(reader.fault("there is more after the last element")) }
    }

    /// The first element inside of this name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every element inside of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The text of the first element inside of this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    elements: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, why: &'static str) -> XmlError {
        XmlError { at: self.at, why }
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// A comment or an instruction, if one stands here.
    fn aside(&mut self) -> Result<bool, XmlError> {
        if self.take("<!--") {
            return self.until("-->", "a comment does not end").map(|_| true);
        }
        if self.take("<?") {
            return self.until("?>", "an instruction does not end").map(|_| true);
        }
        Ok(false)
    }

    /// Space, comments and instructions.
    fn pass_over(&mut self) -> Result<(), XmlError> {
        self.space();
        while self.aside()? {
            self.space();
        }
        Ok(())
    }

    fn take(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Everything before `end`, which is passed over too.
    fn until(&mut self, end: &str, why: &'static str) -> Result<&'a str, XmlError> {
        let rest = self.rest();
        let length = rest.find(end).ok_or(self.fault(why))?;
        self.at += length + end.len();
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn name(&mut self) -> Result<String, XmlError> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':')))
            .unwrap_or(rest.len());
        match rest.get(..length) {
            Some(name) if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && length <= 100 => {
                self.at += length;
                Ok(name.to_owned())
            }
            _ => Err(self.fault("a name is missing")),
        }
    }

    fn element(&mut self, depth: usize) -> Result<Element, XmlError> {
        self.elements += 1;
        if depth == DEEPEST || self.elements > MOST_ELEMENTS {
            return Err(self.fault("there are more elements than any printer writes"));
        }
        if !self.take("<") {
            return Err(self.fault("an element is missing"));
        }
        let mut element = Element { name: self.name()?, ..Element::default() };
        loop {
            self.space();
            if self.take("/>") {
                return Ok(element);
            }
            if self.take(">") {
                break;
            }
            let attribute = self.attribute()?;
            element.attributes.push(attribute);
        }
        loop {
            let rest = self.rest();
            let length = rest.find('<').ok_or(self.fault("an element does not end"))?;
            let piece = self.plain(rest.get(..length).unwrap_or_default())?;
            self.at += length;
            element.text.push_str(piece.trim());
            if self.aside()? {
                continue;
            }
            if self.take("<![CDATA[") {
                element.text.push_str(self.until("]]>", "a CDATA section does not end")?.trim());
                continue;
            }
            if self.take("</") {
                let name = self.name()?;
                self.space();
                return match self.take(">") && name == element.name {
                    true => Ok(element),
                    false => Err(self.fault("an element ends with the name of another")),
                };
            }
            element.children.push(self.element(depth + 1)?);
        }
    }

    fn attribute(&mut self) -> Result<(String, String), XmlError> {
        let name = self.name()?;
        self.space();
        let equals = self.take("=");
        self.space();
        let quote = match self.rest().get(..1) {
            Some("\"") if equals => "\"",
            Some("'") if equals => "'",
            _ => return Err(self.fault("an attribute has no value")),
        };
        self.at += 1;
        let value = self.until(quote, "an attribute does not end")?;
        Ok((name, self.plain(value)?))
    }

    /// Text with its entities as what they stand for.
    fn plain(&self, text: &str) -> Result<String, XmlError> {
        let mut pieces = text.split('&');
        let mut plain = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (entity, after) = piece.split_once(';').ok_or(self.fault("a character is written unlike XML"))?;
            plain.push(match entity {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                other => numbered(other).ok_or(self.fault("a character is written unlike XML"))?,
            });
            plain.push_str(after);
        }
        Ok(plain)
    }
}

/// The character of `#N` or `#xN`.
fn numbered(entity: &str) -> Option<char> {
    let number = entity.strip_prefix('#')?;
    let number = match number.strip_prefix(['x', 'X']) {
        Some(number) => u32::from_str_radix(number, 16),
        None => number.parse(),
    };
    char::from_u32(number.ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ticket_is_read_with_its_attributes_and_text() {
        let text = "<?xml version=\"1.0\"?>\r<prn>\r\t<side-options side=\"1\"><x>7</x><y/></side-options>\r</prn>\r";
        let root = Element::parse(text).unwrap();
        let side = root.child("side-options").unwrap();
        assert_eq!((side.attribute("side"), side.value("x"), side.value("y")), (Some("1"), Some("7"), Some("")));
        assert_eq!(Element::parse("<a b='&lt;&amp;'>&quot;</a>").unwrap().attribute("b"), Some("<&"));
    }

    #[test]
    fn what_has_no_meaning_of_its_own_is_passed_over_wherever_it_stands() {
        let text = "<?xml version=\"1.0\"?><!-- firmware <2> --> <a:prn><?go on?><!----><b c='&#65;&#x42;'>x<!-- - -->y\
                    <![CDATA[<&>]]></b></a:prn><!-- end -->";
        let root = Element::parse(text).unwrap();
        let b = root.child("b").unwrap();
        assert_eq!((root.name.as_str(), b.text.as_str(), b.attribute("c")), ("a:prn", "xy<&>", Some("AB")));
    }

    #[test]
    fn what_no_printer_writes_is_refused_with_its_place() {
        for (text, at) in [
            ("", 0),
            ("<a>", 3),
            ("<a></b>", 7),
            ("<a/>x", 4),
            ("<a b/>", 4),
            ("<!DOCTYPE a><a/>", 1),
            ("<a>&file;</a>", 3),
            ("<a><!-- -></a>", 7),
            ("<a><![CDATA[ ]></a>", 12),
            ("<a>&#xD800;</a>", 3),
            ("<a>&#-1;</a>", 3),
            ("<a/><!-- -->x", 12),
        ] {
            assert_eq!(Element::parse(text).unwrap_err().at, at, "{text}");
        }
        let deep = "<a>".repeat(100_000);
        assert!(Element::parse(&deep).unwrap_err().why.contains("more elements"));
    }

    proptest! {
        #[test]
        fn any_text_gives_an_answer(text in "[<>/a-c=\"'&;! \\t\\PC]{0,200}") {
            let _ = Element::parse(&text);
        }
    }
}
