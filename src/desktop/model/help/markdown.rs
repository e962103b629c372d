//! The little of Markdown that the topics of the help are written in: one title, headings, paragraphs, lists, bold words
//! and links from topic to topic.

/// Words of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// As they are.
    Plain(String),
    /// Bold.
    Bold(String),
    /// A link to another topic.
    Link {
        /// What is read.
        words: String,
        /// Id of the topic.
        topic: String,
    },
}

impl Span {
    /// What is read.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Plain(words) | Self::Bold(words) | Self::Link { words, .. } => words,
        }
    }
}

/// A part of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading inside the topic.
    Heading(String),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// An entry of a list.
    Item(Vec<Span>),
}

impl Block {
    /// All its words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Heading(words) => words.clone(),
            Self::Paragraph(spans) | Self::Item(spans) => spans.iter().map(Span::words).collect(),
        }
    }
}

/// Title and parts of a text. Lines of one paragraph or entry are joined; a blank line ends them.
#[must_use]
pub fn parse(text: &str) -> (String, Vec<Block>) {
    let mut title = String::new();
    let mut blocks = Vec::new();
    // Words of the paragraph or entry being read, and whether it is an entry.
    let mut open: Option<(String, bool)> = None;
    let close = |open: &mut Option<(String, bool)>, blocks: &mut Vec<Block>| {
        if let Some((words, entry)) = open.take() {
            let spans = spans(&words);
            blocks.push(if entry { Block::Item(spans) } else { Block::Paragraph(spans) });
        }
    };
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("# ") {
            close(&mut open, &mut blocks);
            title = words.to_owned();
        } else if let Some(words) = line.strip_prefix("## ") {
            close(&mut open, &mut blocks);
            blocks.push(Block::Heading(words.to_owned()));
        } else if let Some(words) = line.strip_prefix("- ") {
            close(&mut open, &mut blocks);
            open = Some((words.to_owned(), true));
        } else if line.is_empty() {
            close(&mut open, &mut blocks);
        } else if let Some((words, _)) = &mut open {
            words.push(' ');
            words.push_str(line);
        } else {
            open = Some((line.to_owned(), false));
        }
    }
    close(&mut open, &mut blocks);
    (title, blocks)
}

/// Signs that open nothing are words like others.
fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let found = bold(rest).or_else(|| link(rest));
        if let Some((span, after)) = found {
            if !plain.is_empty() {
                spans.push(Span::Plain(std::mem::take(&mut plain)));
            }
            spans.push(span);
            rest = after;
        } else {
            plain.push(sign);
            rest = &rest[sign.len_utf8()..];
        }
    }
    if !plain.is_empty() {
        spans.push(Span::Plain(plain));
    }
    spans
}

fn bold(text: &str) -> Option<(Span, &str)> {
    let (words, after) = text.strip_prefix("**")?.split_once("**")?;
    (!words.is_empty()).then(|| (Span::Bold(words.to_owned()), after))
}

fn link(text: &str) -> Option<(Span, &str)> {
    let (words, after) = text.strip_prefix('[')?.split_once("](")?;
    let (topic, after) = after.split_once(')')?;
    let fits = !words.is_empty() && !words.contains('[') && !topic.contains(' ');
    fits.then(|| (Span::Link { words: words.to_owned(), topic: topic.to_owned() }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_paragraphs_lists_bold_and_links() {
        let (title, blocks) =
            parse("# Title\n\nOne **two**\nthree [four](five).\n\n## Next\n- a\n  b\n- [c](d)\nlast is of c\n");
        assert_eq!(title, "Title");
        let plain = |words: &str| Span::Plain(words.to_owned());
        let link = |words: &str, topic: &str| Span::Link { words: words.to_owned(), topic: topic.to_owned() };
        assert_eq!(
            blocks,
            [
                Block::Paragraph(vec![
                    plain("One "),
                    Span::Bold("two".into()),
                    plain(" three "),
                    link("four", "five"),
                    plain(".")
                ]),
                Block::Heading("Next".into()),
                Block::Item(vec![plain("a b")]),
                Block::Item(vec![link("c", "d"), plain(" last is of c")]),
            ]
        );
    }

    #[test]
    fn signs_that_open_nothing_are_words() {
        for words in ["a ** b", "[a] (b)", "[a](b", "****", "2 * 3 [", "é**"] {
            assert_eq!(parse(words).1, [Block::Paragraph(vec![Span::Plain(words.to_owned())])], "{words}");
        }
    }
}
