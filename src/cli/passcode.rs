//! How a passcode comes in: by stdin or at a prompt that shows nothing, never by argument. Other lines that are read
//! aloud, and answers to a question, come in here too.

use std::io::{self, BufRead, IsTerminal, Write};

use zeroize::Zeroizing;

use super::{
    answer::{Failure, progress},
    exit::Exit,
};
use crate::domain::{HolderId, Passcode, PasscodeFault, PasscodeRules, Secret};

/// Longest line taken, in bytes; anything longer is no passcode and is not read to its end.
const LONGEST_LINE: usize = 64;

/// Digits of a one-time code.
const CODE_DIGITS: usize = 6;

/// Where secrets come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Lines on standard input.
    Stdin,
    /// Prompts that show nothing.
    Prompt,
}

impl Source {
    /// As the option `--passcode-stdin` says.
    #[must_use]
    pub fn of(stdin: bool) -> Self {
        if stdin { Self::Stdin } else { Self::Prompt }
    }

    /// A new passcode, from one line or typed twice.
    ///
    /// # Errors
    /// Nothing came, nobody is there to ask, the two entries differ, or it is no passcode this holder may have. The card
    /// has seen nothing.
    pub fn new_passcode(self, rules: PasscodeRules, holder: &HolderId) -> Result<Passcode, Failure> {
        match self {
            Self::Stdin => choose(secret_line("passcode")?, rules, holder),
            Self::Prompt => from_prompt(rules, holder, ""),
        }
    }

    /// The passcode the holder has already. It is checked by the card alone, once.
    ///
    /// # Errors
    /// Nothing came, nobody is there to ask, or it does not have the shape of a passcode. The card has seen nothing.
    pub fn own_passcode(self, rules: PasscodeRules) -> Result<Passcode, Failure> {
        self.passcode_of("the holder has now", rules)
    }

    /// The passcode of this card: of whom is said in the prompt. It is checked by the card alone, once.
    ///
    /// # Errors
    /// Nothing came, nobody is there to ask, or it does not have the shape of a passcode. The card has seen nothing.
    pub fn passcode_of(self, whose: &str, rules: PasscodeRules) -> Result<Passcode, Failure> {
        let typed = match self {
            Self::Stdin => secret_line("passcode")?,
            Self::Prompt => {
                somebody_there("")?;
                ask(&format!("The passcode {whose} (nothing is shown): "))?
            }
        };
        Passcode::shaped(typed, rules).map_err(|fault| refused(&fault))
    }

    /// The six digits of a message; spaces between them do not matter.
    ///
    /// # Errors
    /// Nothing came, nobody is there to ask, or it is no such code. It was sent nowhere.
    pub fn one_time_code(self) -> Result<Secret, Failure> {
        let typed = match self {
            Self::Stdin => secret_line("code")?,
            Self::Prompt => {
                somebody_there("")?;
                ask("The six digits of the message (nothing is shown): ")?
            }
        };
        let digits = Secret::new(typed.expose().iter().copied().filter(|byte| *byte != b' ').collect());
        if digits.expose().len() == CODE_DIGITS && digits.expose().iter().all(u8::is_ascii_digit) {
            return Ok(digits);
        }
        Err(Failure::failed("a code has six digits; this one was sent nowhere, and the card is unchanged"))
    }

    /// One line that is not secret: something read over the telephone. `None` when there is no more.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn spoken(self, question: &str) -> Result<Option<String>, Failure> {
        if self == Self::Prompt {
            somebody_there("")?;
            write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush()).map_err(unreadable)?;
        } else {
            progress(question.trim_end());
        }
        let line = line()?;
        Ok((!line.is_empty()).then(|| String::from_utf8_lossy(&line).trim().to_owned()))
    }
}

/// Reads a new passcode from stdin: one line.
///
/// # Errors
/// Nothing came, or it is no passcode this holder may have. The card has seen nothing.
pub fn from_stdin(rules: PasscodeRules, holder: &HolderId) -> Result<Passcode, Failure> {
    choose(secret_line("passcode")?, rules, holder)
}

/// The same, where a line comes: none where there is no more.
///
/// # Errors
/// It is no passcode this holder may have. The card has seen nothing.
pub fn from_stdin_if_any(rules: PasscodeRules, holder: &HolderId) -> Result<Option<Passcode>, Failure> {
    let line = line()?;
    if line.is_empty() { Ok(None) } else { choose(Secret::new(line.to_vec()), rules, holder).map(Some) }
}

/// Asks for a new passcode twice, showing nothing. `otherwise` says what else this command can do without one.
///
/// # Errors
/// There is nobody to ask, the two entries differ, or it is no passcode this holder may have.
pub fn from_prompt(rules: PasscodeRules, holder: &HolderId, otherwise: &str) -> Result<Passcode, Failure> {
    somebody_there(otherwise)?;
    let first = ask("New passcode, chosen by the holder (nothing is shown): ")?;
    let second = ask("The same again: ")?;
    if first != second {
        return Err(refused(&PasscodeFault::Mismatch));
    }
    choose(first, rules, holder)
}

/// Asks whether it is meant. Anything but a typed “yes” is no.
///
/// # Errors
/// There is nobody to ask.
pub fn is_meant(question: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "there is nobody at a keyboard to say whether this is meant: use --yes once you are sure; nothing was changed",
        ));
    }
    write!(io::stderr(), "{question} Type yes to go on: ").and_then(|()| io::stderr().flush()).map_err(unreadable)?;
    Ok(line()?.trim_ascii().eq_ignore_ascii_case(b"yes"))
}

/// Whether somebody can be asked.
#[must_use]
pub fn is_anybody_there() -> bool {
    io::stdin().is_terminal()
}

fn somebody_there(otherwise: &str) -> Result<(), Failure> {
    if is_anybody_there() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "there is nobody at a keyboard to type the passcode: use --passcode-stdin{otherwise}; nothing was changed"
    )))
}

/// The next line of stdin without its end; empty at the end of input.
fn line() -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE));
    io::Read::take(io::stdin().lock(), LONGEST_LINE as u64).read_until(b'\n', &mut line).map_err(unreadable)?;
    let end = line.iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |last| last.saturating_add(1));
    line.truncate(end);
    Ok(line)
}

fn secret_line(what: &str) -> Result<Secret, Failure> {
    let line = line()?;
    if line.is_empty() {
        return Err(Failure::usage(format!("no {what} came on stdin: send one line with it; nothing was changed")));
    }
    Ok(Secret::new(line.to_vec()))
}

fn unreadable(error: io::Error) -> Failure {
    Failure::failed(format!("what was typed could not be read ({error}); nothing was changed"))
}

fn ask(question: &str) -> Result<Secret, Failure> {
    Ok(Secret::new(rpassword::prompt_password(question).map_err(unreadable)?.into_bytes()))
}

fn choose(typed: Secret, rules: PasscodeRules, holder: &HolderId) -> Result<Passcode, Failure> {
    Passcode::choose(typed, rules, holder.as_str()).map_err(|fault| refused(&fault))
}

fn refused(fault: &PasscodeFault) -> Failure {
    Failure::new(Exit::Failed, format!("{fault}. The card has not seen it and nothing was changed"))
}
