//! Messages to holders, through one port: by mail server for real, into a folder in training.
//!
//! A text message goes the same way: as e-mail to the address that an e-mail-to-text service gives a mobile number.

mod file;
mod smtp;

use std::{fmt, path::PathBuf, time::Duration};

use zeroize::Zeroizing;

pub use file::FileMessages;
pub use smtp::SmtpMessages;

/// Where a holder can be reached.
#[derive(Clone, PartialEq, Eq)]
pub enum Recipient {
    /// An e-mail address.
    Email(String),
    /// A mobile number, digits alone or with a leading plus sign.
    Mobile(String),
}

impl Recipient {
    /// The address with most of it hidden: enough for its owner to know it by.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Email(address) => {
                let (local, domain) = address.split_once('@').unwrap_or((address, ""));
                format!("{}•••@{domain}", local.chars().take(1).collect::<String>())
            }
            Self::Mobile(number) => {
                let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
                format!("•••{}", digits.iter().rev().take(3).rev().collect::<String>())
            }
        }
    }

    /// Which kind it is, for the audit.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "e-mail",
            Self::Mobile(_) => "text message",
        }
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// One message. Its text holds a code: it cannot be printed.
pub struct Message {
    /// To whom.
    pub to: Recipient,
    /// Subject line, where there is one.
    pub subject: String,
    /// What it says, plain text.
    pub text: Zeroizing<String>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message(to {:?}, {} bytes)", self.to, self.text.len())
    }
}

/// Why a message did not go out. No variant carries address or text.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// The server was not reached, or broke off.
    #[error("the mail server does not answer ({0})")]
    Unreachable(String),
    /// The server said no.
    #[error("the mail server refused the message ({0})")]
    Refused(String),
    /// The address is none.
    #[error("the address on record cannot be written to")]
    Address,
    /// Text messages are not set up.
    #[error("text messages are not set up at this gateway: messages.text-address is missing")]
    NoTextMessages,
    /// The folder cannot be written.
    #[error("the message could not be written ({0})")]
    File(String),
}

/// The port: something that takes messages to their recipients.
pub trait Messages: Send + Sync {
    /// Hands one message over. It returns when the message is in the care of the next server, or on disk.
    ///
    /// # Errors
    /// It is in nobody's care.
    fn send(&self, message: &Message) -> Result<(), NotSent>;

    /// Whether there is a way to this recipient at all, as it is set up.
    fn reaches(&self, _to: &Recipient) -> bool {
        true
    }
}

/// The parts a gateway can send messages with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagesPart {
    /// One file a message, in the folder `messages` of its data: for training.
    Training,
    /// A mail server.
    Smtp(SmtpSettings),
}

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmtpProtection {
    /// Plain at first, and TLS before anything is said (RFC 3207); a server without it is refused.
    #[default]
    StartTls,
    /// TLS from the first byte (RFC 8314, 3.3).
    Tls,
    /// None: for a mail server on this computer alone.
    None,
}

/// A mail server and how to speak to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Protection.
    pub protection: SmtpProtection,
    /// A PEM file of the one authority its certificate must come from; `None` trusts what the computer trusts.
    pub authority: Option<PathBuf>,
    /// Sender of the messages.
    pub sender: String,
    /// A file with user name and password, a line each; `None` for a server that asks for none.
    pub credentials: Option<PathBuf>,
    /// Pattern of the address that takes text messages, with `{number}` in it; `None` where there is no such service.
    pub text_address: Option<String>,
    /// A step of the exchange must be done after this time.
    pub limit: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_an_address_is_hidden_and_none_of_a_message_is_printed() {
        let email = Recipient::Email("jo.smith@nhs.example".to_owned());
        assert_eq!(email.masked(), "j•••@nhs.example");
        assert_eq!(format!("{email:?}"), "j•••@nhs.example");
        assert_eq!(Recipient::Mobile("+447700900123".to_owned()).masked(), "•••123");
        assert_eq!(Recipient::Email("é".to_owned()).masked(), "é•••@");
        let message = Message { to: email, subject: String::new(), text: Zeroizing::new("123456".to_owned()) };
        assert_eq!(format!("{message:?}"), "Message(to j•••@nhs.example, 6 bytes)");
    }
}
