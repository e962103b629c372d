//! Help: bundled topics, searched as one types.

mod markdown;

use std::sync::LazyLock;

pub use markdown::{Block, Span};

use super::{Model, session::Phase, work::Served};
use crate::{
    bench::WorkId,
    desktop::{
        dialogs::{self, Dialog},
        route::Route,
    },
    domain::Operation,
};

/// Words of a finding, at most.
const EXCERPT: usize = 110;

/// The topic about the codes of the NHS.
pub const CODES: &str = "codes";

/// A topic.
#[derive(Debug)]
pub struct Topic {
    /// Its name in links and routes.
    pub id: &'static str,
    /// Its title.
    pub title: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

macro_rules! sources {
    ($($id:literal),+ $(,)?) => {
        [$(($id, include_str!(concat!("../../../assets/help/", $id, ".md")))),+]
    };
}

/// The topics in the order they are listed.
static TOPICS: LazyLock<Vec<Topic>> = LazyLock::new(|| {
    let sources = sources![
        "start",
        "sign-in",
        "find",
        "holder",
        "issue",
        "service",
        "unlock",
        "renew",
        "repair",
        "end-card",
        "passcode",
        "photo",
        "queue",
        "telephone",
        "unfinished",
        "activity",
        "bench",
        "printers",
        "settings",
        "card-face",
        "troubles",
        "codes",
        "keyboard",
        "training",
        "words",
    ];
    sources
        .into_iter()
        .map(|(id, text)| {
            let (title, blocks) = markdown::parse(text);
            Topic { id, title, blocks }
        })
        .collect()
});

/// All topics.
#[must_use]
pub fn topics() -> &'static [Topic] {
    &TOPICS
}

/// A topic by its id; the first one for an id that does not exist.
#[must_use]
pub fn topic(id: &str) -> &'static Topic {
    // There is always a first topic: a test asks for it.
    TOPICS.iter().find(|topic| topic.id == id).unwrap_or(&TOPICS[0])
}

/// A topic that holds every word that was typed.
#[derive(Debug)]
pub struct Finding {
    /// The topic.
    pub topic: &'static Topic,
    /// The part that holds the words, or the beginning.
    pub excerpt: String,
}

/// Topics with every word of the query: those with the words in the title first, then in a heading, then anywhere.
#[must_use]
pub fn search(query: &str) -> Vec<Finding> {
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let holds = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut found: Vec<(u8, Finding)> = TOPICS
        .iter()
        .filter_map(|topic| {
            let part = topic.blocks.iter().position(|block| holds(&block.words()));
            let everything = || {
                let parts: Vec<String> = topic.blocks.iter().map(Block::words).collect();
                holds(&format!("{} {}", topic.title, parts.join(" ")))
            };
            let rank = match part.map(|part| &topic.blocks[part]) {
                _ if holds(&topic.title) => 0,
                Some(Block::Heading(_)) => 1,
                Some(_) => 2,
                None if everything() => 3,
                None => return None,
            };
            // A heading alone says little: what stands under it is shown.
            let shown = part.map_or(0, |part| part + usize::from(matches!(topic.blocks[part], Block::Heading(_))));
            let excerpt = topic.blocks.get(shown).map(Block::words).unwrap_or_default();
            Some((rank, Finding { topic, excerpt: shortened(&excerpt) }))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, finding)| finding).collect()
}

fn shortened(words: &str) -> String {
    match words.char_indices().nth(EXCERPT) {
        None => words.to_owned(),
        Some((end, _)) => {
            let end = words[..end].rfind(' ').unwrap_or(end);
            format!("{}…", &words[..end])
        }
    }
}

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// What was typed into the search of the help.
    pub query: String,
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// This was typed.
    Query(String),
    /// Read this topic.
    Open(String),
    /// Read what the codes of the NHS mean; in front of a dialogue, where there is one.
    ExplainCode,
}

/// The page is shown.
pub fn arrived(_model: &mut Model, _topic: &str) {}

/// The topic about the place shown.
#[must_use]
pub fn topic_of_place(model: &Model) -> &'static str {
    if !matches!(model.session.phase, Phase::SignedIn(_)) {
        return if model.offline.shown { "telephone" } else { "sign-in" };
    }
    match model.history.here() {
        Route::Find => "find",
        Route::Holder(_) => "holder",
        Route::Photo(_) => "photo",
        Route::Issue(_) => "issue",
        Route::Work(work) => topic_of_work(model, *work),
        Route::Service => "service",
        Route::Telephone(..) | Route::Offline => "telephone",
        Route::Queue => "queue",
        Route::Unfinished => "unfinished",
        Route::Activity => "activity",
        Route::Settings => "settings",
        Route::CardFace => "card-face",
        Route::AddPrinter | Route::Printer(_) | Route::Calibration(_) => "printers",
        Route::Help(_) => "start",
    }
}

/// The topic about a piece of work.
fn topic_of_work(model: &Model, work: WorkId) -> &'static str {
    match model.work.all.get(&work).map(|piece| (piece.served, piece.operation)) {
        Some((Some(Served::Trial), _)) => "service",
        Some((_, Operation::Unlock)) => "unlock",
        Some((_, Operation::Renew)) => "renew",
        Some((_, Operation::Repair)) => "repair",
        Some((_, Operation::Clear | Operation::Cancel)) => "end-card",
        Some((_, Operation::ChangePasscode)) => "passcode",
        Some((_, Operation::Issue | Operation::Print)) | None => "issue",
    }
}

/// Opens the help of the place shown. Over a dialogue, and before anybody is signed in, the topic is laid in front and
/// leaves what is behind it as it is.
pub fn open_for_here(model: &mut Model) {
    let here = topic_of_place(model);
    match model.dialogs.front() {
        Some(Dialog::Help(_)) => {}
        Some(dialog) => {
            let topic = dialog.topic().unwrap_or(here);
            model.dialogs.push_front(Dialog::Help(topic.to_owned()));
        }
        None if model.officer().is_none() => model.dialogs.push_front(Dialog::Help(here.to_owned())),
        None => open(model, here),
    }
}

fn open(model: &mut Model, topic: &str) {
    model.help.query.clear();
    model.go(Route::Help(topic.to_owned()));
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Query(query) => model.help.query = query,
        Intent::Open(topic) if model.officer().is_none() => dialogs::show_help(model, topic),
        Intent::Open(topic) => open(model, &topic),
        Intent::ExplainCode if model.dialogs.front().is_some() || model.officer().is_none() => {
            dialogs::show_help(model, CODES.to_owned());
        }
        Intent::ExplainCode => open(model, CODES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::NhsCode;

    #[test]
    fn every_topic_has_a_title_of_its_own_and_every_link_leads_somewhere() {
        for (place, topic) in topics().iter().enumerate() {
            assert!(!topic.title.is_empty() && topic.blocks.len() > 2, "{}", topic.id);
            assert!(topics()[place + 1..].iter().all(|other| other.title != topic.title), "{}", topic.title);
            for block in &topic.blocks {
                let (Block::Paragraph(spans) | Block::Item(spans)) = block else { continue };
                for span in spans {
                    if let Span::Link { topic: to, .. } = span {
                        assert!(topics().iter().any(|other| other.id == to), "{}: no topic “{to}”", topic.id);
                        assert_ne!(to, topic.id, "a link to itself");
                    }
                    assert!(!span.words().contains("**") && !span.words().contains("]("), "{}: {span:?}", topic.id);
                }
            }
        }
    }

    #[test]
    fn the_words_of_the_trade_stay_out() {
        for topic in topics() {
            for block in &topic.blocks {
                for word in block.words().split(|c: char| !c.is_alphanumeric()) {
                    assert!(!["PIN", "PUK", "APDU", "slot", "CSR"].contains(&word), "{}: {word}", topic.id);
                }
            }
        }
    }

    #[test]
    fn every_code_of_the_nhs_leads_to_its_topic() {
        for code in NhsCode::ALL {
            let found = search(&code.to_string().to_lowercase());
            assert_eq!(found.first().map(|finding| finding.topic.id), Some(CODES), "{code}");
            let heads = |block: &Block| matches!(block, Block::Heading(words) if words.starts_with(code.code()));
            assert_eq!(topic(CODES).blocks.iter().filter(|block| heads(block)).count(), 1, "{code}");
        }
    }

    #[test]
    fn titles_come_first() {
        let ids = |query: &str| search(query).iter().map(|finding| finding.topic.id).collect::<Vec<_>>();
        assert_eq!(ids("photo").first(), Some(&"photo"));
        assert!(ids("photo").len() > 1, "other topics speak of photos too");
        assert_eq!(ids("PRINT queue").first(), Some(&"queue"));
        assert!(ids("unlock code").contains(&"words"));
        assert!(ids("no such thing anywhere").is_empty() && ids("  ").is_empty());
    }

    #[test]
    fn an_excerpt_is_short_and_ends_between_words() {
        for finding in search("card") {
            assert!(finding.excerpt.chars().count() <= EXCERPT + 1);
        }
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"ö ".repeat(EXCERPT)), format!("{}…", "ö ".repeat(EXCERPT / 2).trim_end()));
    }
}
