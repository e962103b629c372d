//! The line of commands of a page, in any order, known or not.

use super::DecodeError;

/// One command, as its word and what follows. `NOC2` is `NOC` and `2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The leading capital letters that name it, or the whole text where it is not known.
    pub word: String,
    /// The rest, with what follows after commas where the command takes several numbers.
    pub value: String,
}

/// All commands of a page, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    commands: Vec<Command>,
}

/// Words that are followed by a value (`facts/magicard.md` 4). A longer word goes before a shorter one it begins with.
const WORDS: [&str; 39] = [
    "NOC", "BBB", "VER", "LAN", "TDT", "CR79", "BSO", "RSP", "ERAON", "COE", "HFD", "REJ", "ESS", "SLW", "DPX", "BAC",
    "PAG", "IMF", "XCO", "YCO", "WID", "HGT", "OVR", "NNN", "USF", "HKT", "CKI", "HKM", "TRO", "PCT", "NCT", "ICC",
    "CPW", "KPW", "OPW", "DDD", "SOI", "EOI", "PAT",
];

/// Layouts of the planes (`facts/magicard.md` 4, 5).
const HEADS: [&str; 5] = ["KEE", "KEE1", "KEE4", "KGE", "KGE2"];

/// Most commands of a page; real pages have about 30.
const MOST_COMMANDS: usize = 1000;

impl Header {
    /// `line` is what stands between SOH and FS.
    pub(super) fn parse(line: &[u8]) -> Result<Self, DecodeError> {
        let rest = line.strip_prefix(b",").ok_or(DecodeError::NoComma)?;
        if !rest.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
            return Err(DecodeError::NotText);
        }
        let text = std::str::from_utf8(rest).map_err(|_| DecodeError::NotText)?;
        let mut commands: Vec<Command> = Vec::new();
        for piece in text.split(',') {
            if commands.len() == MOST_COMMANDS {
                return Err(DecodeError::TooManyCommands);
            }
            let number = !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_digit());
            match commands.last_mut().filter(|last| number && matches!(last.word.as_str(), "PCT" | "NCT")) {
                Some(last) => {
                    last.value.push(',');
                    last.value.push_str(piece);
                }
                None if piece.is_empty() => return Err(DecodeError::EmptyCommand),
                None => commands.push(command(piece)),
            }
        }
        Ok(Self { commands })
    }

    /// A header that came another way.
    pub(super) fn of(commands: Vec<Command>) -> Self {
        Self { commands }
    }

    /// Every command.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.commands.iter()
    }

    /// The value of the first command of this word.
    #[must_use]
    pub fn value(&self, word: &str) -> Option<&str> {
        self.commands.iter().find(|command| command.word == word).map(|command| command.value.as_str())
    }

    /// The values of every command of this word.
    pub(super) fn values<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        self.commands.iter().filter(move |command| command.word == word).map(|command| command.value.as_str())
    }

    /// The layout the page names.
    pub(super) fn head(&self) -> Option<&str> {
        self.commands.iter().map(|command| command.word.as_str()).find(|word| HEADS.contains(word))
    }

    /// Plane letters and sizes, in order.
    pub(super) fn sizes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.commands.iter().filter_map(|command| Some((command.word.strip_prefix("SZ")?, command.value.as_str())))
    }
}

fn command(piece: &str) -> Command {
    if HEADS.contains(&piece) {
        return Command { word: piece.to_owned(), value: String::new() };
    }
    let split = |length: usize| {
        let (word, value) = piece.split_at(length);
        Command { word: word.to_owned(), value: value.to_owned() }
    };
    if piece.starts_with("SZ") && piece.len() >= 3 && piece.is_ascii() {
        return split(3);
    }
    match WORDS.iter().find(|word| piece.starts_with(**word)) {
        Some(word) => split(word.len()),
        None => Command { word: piece.to_owned(), value: String::new() },
    }
}
