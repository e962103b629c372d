//! The error codes that the NHS publishes for its own smartcard software (`facts/nhs.md` 4.6). Officers and help desks know
//! them, so they stand beside the words of this program where they mean the same; never instead of them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Malformed;

/// A published code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NhsCode {
    /// The card cannot be read.
    #[serde(rename = "ERR1002")]
    CardUnreadable,
    /// The service cannot give the card's unlock code.
    #[serde(rename = "ERR1009")]
    NoUnlockCode,
    /// An operation cannot be completed after its card was found.
    #[serde(rename = "ERR5022")]
    NotCompleted,
    /// A card is being looked for and read: a state, no error.
    #[serde(rename = "INF1014")]
    Scanning,
    /// The NHS Port Service, by which other programs find the smartcard software, does not answer.
    #[serde(rename = "PR20002")]
    PortServiceSilent,
    /// The NHS Port Service knows of no Credential Management that runs for this user.
    #[serde(rename = "PR30007")]
    CredentialManagementSilent,
    /// The smartcard software of the computer was not found, or cannot be talked to.
    #[serde(rename = "400_645")]
    SoftwareNotFound,
}

impl NhsCode {
    /// Every code this program knows, in the order of the NHS pages.
    pub const ALL: [Self; 7] = [
        Self::CardUnreadable,
        Self::NoUnlockCode,
        Self::NotCompleted,
        Self::Scanning,
        Self::PortServiceSilent,
        Self::CredentialManagementSilent,
        Self::SoftwareNotFound,
    ];

    /// As it is published.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CardUnreadable => "ERR1002",
            Self::NoUnlockCode => "ERR1009",
            Self::NotCompleted => "ERR5022",
            Self::Scanning => "INF1014",
            Self::PortServiceSilent => "PR20002",
            Self::CredentialManagementSilent => "PR30007",
            Self::SoftwareNotFound => "400_645",
        }
    }

    /// What failed, as a sentence without its full stop.
    #[must_use]
    pub const fn what_failed(self) -> &'static str {
        match self {
            Self::CardUnreadable => "The card could not be read",
            Self::NoUnlockCode => "The service could not give the unlock code of this card",
            Self::NotCompleted => "The work on the card could not be completed",
            Self::Scanning => "The card is being read",
            Self::PortServiceSilent => "NHS Port Service does not answer on this computer",
            Self::CredentialManagementSilent => "NHS Credential Management does not answer on this computer",
            Self::SoftwareNotFound => "No smartcard software was found on this computer",
        }
    }

    /// What state the card is in, as a sentence without its full stop.
    #[must_use]
    pub const fn card_state(self) -> &'static str {
        match self {
            Self::CardUnreadable | Self::Scanning => "Nothing on it has been changed",
            Self::NoUnlockCode => "It is as it was before, and a locked card is still locked",
            Self::NotCompleted => "What was begun was taken back, or is on record and waits among the unfinished work",
            Self::PortServiceSilent | Self::CredentialManagementSilent | Self::SoftwareNotFound => {
                "No card has been touched"
            }
        }
    }

    /// The next action, as a sentence without its full stop.
    #[must_use]
    pub const fn next_action(self) -> &'static str {
        match self {
            Self::CardUnreadable => {
                "Leave one card only in the reader, with the chip in first, and try again; if it happens again, try \
                 another card, then ask IT to check the driver of the reader"
            }
            Self::NoUnlockCode => {
                "Ask the administrator of the service to add the keys of this card, or issue another card"
            }
            Self::NotCompleted => "Do what the words beside the code say; work that waits goes on with the same card",
            Self::Scanning => "Leave the card in and wait",
            Self::PortServiceSilent => {
                "Restart the computer; if it happens again, ask IT to start the NHS Port Service"
            }
            Self::CredentialManagementSilent => {
                "Sign out of the computer and in again, which starts it; if it happens again, ask IT"
            }
            Self::SoftwareNotFound => {
                "Restart the computer; if it happens again, ask IT to install Smartcard Connect 4.1"
            }
        }
    }

    /// The whole of it in three sentences: what failed, the state of the card, the next action.
    #[must_use]
    pub fn explained(self) -> String {
        self.beside("")
    }

    /// Those of the three sentences that these words do not say already, for a place where the words stand beside the code.
    #[must_use]
    pub fn beside(self, words: &str) -> String {
        let all = [self.what_failed(), self.card_state(), self.next_action()];
        let unsaid: Vec<String> = all
            .into_iter()
            .filter(|sentence| !words.contains(sentence))
            .map(|sentence| format!("{sentence}."))
            .collect();
        unsaid.join(" ")
    }
}

impl fmt::Display for NhsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for NhsCode {
    type Err = Malformed;
    fn from_str(input: &str) -> Result<Self, Malformed> {
        let known = Self::ALL.into_iter().find(|code| code.code().eq_ignore_ascii_case(input.trim()));
        known.ok_or_else(|| Malformed::new(input, "published NHS smartcard code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_says_what_failed_the_state_of_the_card_and_what_to_do() {
        for (place, code) in NhsCode::ALL.into_iter().enumerate() {
            assert_eq!(code.to_string().to_lowercase().parse::<NhsCode>(), Ok(code));
            assert_eq!(serde_json::to_value(code).expect("JSON"), code.code());
            for words in [code.what_failed(), code.card_state(), code.next_action()] {
                assert!(words.starts_with(char::is_uppercase) && !words.ends_with('.'), "{words}");
                // Beside the words, never instead of them: no sentence leans on a code.
                assert!(NhsCode::ALL.iter().all(|other| !words.contains(other.code())), "{words}");
                assert!(["PIN", "PUK", "APDU", "slot"].iter().all(|trade| !words.contains(trade)), "{words}");
            }
            let whole = [code.what_failed(), code.card_state(), code.next_action()].map(|words| format!("{words}."));
            assert_eq!(code.explained(), whole.join(" "));
            let beside = format!("{} today. {}.", code.what_failed(), code.next_action());
            assert_eq!(code.beside(&beside), whole[1], "what is said is not said again");
            assert_eq!(code.beside(&code.explained()), "");
            let others = &NhsCode::ALL[place + 1..];
            assert!(others.iter().all(|other| other.what_failed() != code.what_failed()), "{code}");
        }
        assert!("ERR9999".parse::<NhsCode>().is_err());
    }
}
