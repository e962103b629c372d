//! How a passcode comes in: by stdin or at a prompt that shows nothing, never by argument.

use std::io::{self, BufRead, IsTerminal};

use zeroize::Zeroizing;

use super::{answer::Failure, exit::Exit};
use crate::domain::{HolderId, Passcode, PasscodeFault, PasscodeRules, Secret};

/// Longest line taken for a passcode, in bytes; anything longer is no passcode and is not read to its end.
const LONGEST_LINE: usize = 64;

/// Reads a new passcode from stdin: one line.
///
/// # Errors
/// Nothing came, or it is no passcode this holder may have. The card has seen nothing.
pub fn from_stdin(rules: PasscodeRules, holder: &HolderId) -> Result<Passcode, Failure> {
    choose(line_of_stdin("passcode")?, rules, holder)
}

/// One line of stdin. Lines are read one by one: a command that needs two secrets reads two lines.
///
/// # Errors
/// Nothing came.
pub fn line_of_stdin(what: &str) -> Result<Secret, Failure> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE));
    io::Read::take(io::stdin().lock(), LONGEST_LINE as u64)
        .read_until(b'\n', &mut line)
        .map_err(|e| Failure::failed(format!("the {what} could not be read ({e}); nothing was changed")))?;
    let end = line.iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |last| last.saturating_add(1));
    line.truncate(end);
    if line.is_empty() {
        return Err(Failure::usage(format!("no {what} came on stdin: send one line with it; nothing was changed")));
    }
    Ok(Secret::new(line.to_vec()))
}

/// The passcode a card has already: one line of stdin, or at a prompt.
///
/// # Errors
/// Nothing came, there is nobody to ask, or it is of another shape than passcodes of this card. The card has seen nothing.
pub fn known(whose: &str, from: Source, rules: PasscodeRules) -> Result<Passcode, Failure> {
    let typed = match from {
        Source::Stdin => line_of_stdin("passcode")?,
        Source::Prompt if io::stdin().is_terminal() => ask(&format!("Passcode of {whose} (nothing is shown): "))?,
        Source::Prompt => {
            return Err(Failure::usage(
                "there is nobody at a keyboard to type the passcode: use --passcode-stdin; nothing was sent to the card",
            ));
        }
    };
    Passcode::shaped(typed, rules).map_err(|fault| refused(&fault))
}

/// Where a secret comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// One line of standard input.
    Stdin,
    /// Somebody at a keyboard.
    Prompt,
}

impl Source {
    /// As the options say.
    pub fn of(stdin: bool) -> Self {
        if stdin { Self::Stdin } else { Self::Prompt }
    }
}

/// Asks for a new passcode twice, showing nothing.
///
/// # Errors
/// There is nobody to ask, the two entries differ, or it is no passcode this holder may have.
pub fn from_prompt(rules: PasscodeRules, holder: &HolderId) -> Result<Passcode, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "there is nobody at a keyboard to choose the passcode: use --passcode-stdin, or --locked to leave the card \
             locked; nothing was changed",
        ));
    }
    let first = ask("New passcode, chosen by the holder (nothing is shown): ")?;
    let second = ask("The same again: ")?;
    if first != second {
        return Err(refused(&PasscodeFault::Mismatch));
    }
    choose(first, rules, holder)
}

/// What is typed at a prompt that shows nothing.
///
/// # Errors
/// There is nobody to ask.
pub fn asked(question: &str) -> Result<Secret, Failure> {
    if io::stdin().is_terminal() {
        return ask(question);
    }
    Err(Failure::usage("there is nobody at a keyboard to ask: use --passcode-stdin; the card is unchanged"))
}

fn ask(question: &str) -> Result<Secret, Failure> {
    let typed = rpassword::prompt_password(question)
        .map_err(|e| Failure::failed(format!("the passcode could not be read ({e}); nothing was changed")))?;
    Ok(Secret::new(typed.into_bytes()))
}

fn choose(typed: Secret, rules: PasscodeRules, holder: &HolderId) -> Result<Passcode, Failure> {
    Passcode::choose(typed, rules, holder.as_str()).map_err(|fault| refused(&fault))
}

fn refused(fault: &PasscodeFault) -> Failure {
    Failure::new(Exit::Failed, format!("{fault}. The card has not seen it and nothing was changed"))
}
