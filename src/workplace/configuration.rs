//! The one configuration file of a workstation: TOML, every key known by name, and nothing in it secret.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    cis2::wire::ApprovalsBy,
    domain::{
        OfficerId, Operation,
        eligibility::{ClientSoftware, Realm, Version},
    },
    gateway::{GatewayConfig, MessagesPart, RenewalKeys, SmtpProtection, SmtpSettings},
    printer::choice::{self, Confirmed},
};

/// What the file says. Everything left out has the value that [`super::explain`] documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Configuration {
    /// Which world the program works in.
    pub realm: Realm,
    /// Where the gateway is.
    pub gateway: Gateway,
    /// How the gateway that is started here writes to holders.
    pub messages: Messages,
    /// The smartcard software beside this program.
    pub software: Software,
    /// Cards.
    pub cards: Cards,
    /// Printing.
    pub printing: Printing,
    /// Self-service.
    pub self_service: SelfService,
    /// Training parts.
    pub training: Training,
    /// The printers of this desk.
    pub printers: Vec<Printer>,
}

/// Where the gateway is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Gateway {
    /// Its address; `None` starts the embedded training gateway in the data folder.
    pub url: Option<String>,
    /// What a second officer must approve at the gateway that is started here: unlock, clear, cancel, or none of them.
    pub second_officer: Vec<Operation>,
    /// Which keys renewed certificates are for, by series, at the gateway that is started here.
    pub renewal_keys: RenewalKeys,
    /// Whether that officer's name is enough there, or their own card is asked for.
    pub second_officer_proof: ApprovalsBy,
}

/// The mail server of a gateway. Without a host, one-time codes are files in the gateway's data folder: for training.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Messages {
    /// Name of the mail server.
    pub host: Option<String>,
    /// Its port; by default 587 (RFC 6409), or 465 (RFC 8314) with TLS from the first byte.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub protection: SmtpProtection,
    /// A PEM file of the one authority the server's certificate must come from.
    pub authority: Option<PathBuf>,
    /// Sender.
    pub sender: Option<String>,
    /// A file with user name and password, a line each.
    pub credentials: Option<PathBuf>,
    /// Address that takes text messages, with `{number}` in it.
    pub text_address: Option<String>,
    /// Seconds after which a step of the exchange is given up.
    pub limit: Option<u64>,
}

impl Messages {
    /// The part the gateway is started with.
    #[must_use]
    pub fn part(&self) -> MessagesPart {
        let (Some(host), Some(sender)) = (&self.host, &self.sender) else { return MessagesPart::Training };
        let usual = if self.protection == SmtpProtection::Tls { 465 } else { 587 };
        MessagesPart::Smtp(SmtpSettings {
            host: host.clone(),
            port: self.port.unwrap_or(usual),
            protection: self.protection,
            authority: self.authority.clone(),
            sender: sender.clone(),
            credentials: self.credentials.clone(),
            text_address: self.text_address.clone(),
            limit: Duration::from_secs(self.limit.unwrap_or(10).max(1)),
        })
    }
}

/// The smartcard software of the workstation. It decides what may be done with Series 10 (`domain::eligibility`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Software {
    /// Version of Smartcard Connect.
    pub smartcard_connect: Option<Version>,
    /// Version of Identity Agent.
    pub identity_agent: Option<Version>,
    /// Version of Credential Management beside Identity Agent.
    pub credential_management: Option<Version>,
    /// Whether the NHS Port Service is asked before card work whether the software runs.
    pub ask_port_service: Option<bool>,
}

/// Cards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Cards {
    /// A folder of card profiles that are read before the built-in ones.
    pub profiles: Option<PathBuf>,
    /// The PKCS#11 module of the middleware for Series 8 cards.
    #[serde(rename = "series-8-module")]
    pub series_8_module: Option<PathBuf>,
}

/// Printing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Printing {
    /// A folder of printer profiles that are read before the built-in ones.
    pub profiles: Option<PathBuf>,
    /// Name of the card face template that cards are printed with.
    pub card_face: Option<String>,
    /// The folder of the organisation's card face templates and their pictures.
    pub card_faces: Option<PathBuf>,
}

/// Self-service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SelfService {
    /// Seconds of nothing after which the kiosk forgets who stood there.
    pub forget_after: Option<u64>,
}

impl SelfService {
    /// Least time in which a person can find the next key, in seconds.
    pub const LEAST: u64 = 10;
    /// Longest time a screen with somebody's card on it may stand alone, in seconds.
    pub const MOST: u64 = 600;

    /// After this time of nothing the kiosk forgets who stood there; a minute unless the file says another.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.forget_after.unwrap_or(60))
    }
}

/// Training parts; outside the training realm this table must be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Training {
    /// Who signs in at the training gateway.
    pub officer: Option<OfficerId>,
    /// Whether the training readers are offered.
    pub readers: Option<bool>,
}

/// One printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Printer {
    /// The name officers know it by.
    pub name: String,
    /// Id of its printer profile.
    pub profile: String,
    /// Where its jobs go.
    pub destination: Destination,
    /// An officer's word that it is of this model although it gives itself another's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
}

/// Where a printer's jobs go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Destination {
    /// The virtual printer of training.
    Virtual,
    /// A file or a real printer.
    At(choice::Destination),
}

impl TryFrom<String> for Destination {
    type Error = choice::ChoiceError;

    fn try_from(text: String) -> Result<Self, choice::ChoiceError> {
        if text == "virtual" { Ok(Self::Virtual) } else { text.parse().map(Self::At) }
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> Self {
        match destination {
            Destination::Virtual => "virtual".to_owned(),
            Destination::At(place) => place.to_string(),
        }
    }
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            realm: Realm::Training,
            gateway: Gateway::default(),
            messages: Messages::default(),
            software: Software::default(),
            cards: Cards::default(),
            printing: Printing::default(),
            self_service: SelfService::default(),
            training: Training::default(),
            printers: Vec::new(),
        }
    }
}

/// Why a configuration cannot be used: which file, which key, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The file cannot be read.
    #[error(
        "the configuration {file} cannot be read ({source}): check that it exists and may be read, or leave out --config"
    )]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is not TOML, or has an unknown key or a value of the wrong kind.
    #[error(
        "the configuration {file} has a mistake in line {line}{key}: {what}. “cardwright config --explain” lists every key"
    )]
    Wrong {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// ` at “key”`, or nothing.
        key: String,
        /// What is wrong.
        what: String,
    },
    /// Keys that are each right do not go together.
    #[error("the configuration {file} cannot be used because of the key “{key}”: {why}")]
    Conflict {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// Why, and what to do.
        why: String,
    },
}

impl Configuration {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or says something that cannot be used.
    pub fn read(file: &Path) -> Result<Self, ConfigurationError> {
        let name = file.display().to_string();
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&text, &name),
            Err(source) => Err(ConfigurationError::Read { file: name, source }),
        }
    }

    /// Understands the text of a file.
    ///
    /// # Errors
    /// It says something that cannot be used.
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigurationError> {
        let configuration: Self = toml::from_str(text).map_err(|e| wrong(&e, text, file))?;
        match configuration.conflict() {
            Some((key, why)) => Err(ConfigurationError::Conflict { file: file.to_owned(), key, why }),
            None => Ok(configuration),
        }
    }

    /// The smartcard software. Training stands on the current one unless the file names another.
    #[must_use]
    pub fn client_software(&self) -> ClientSoftware {
        match (self.software.smartcard_connect, self.software.identity_agent, self.software.credential_management) {
            (Some(version), ..) => ClientSoftware::SmartcardConnect(version),
            (None, Some(agent), Some(credential_management)) => {
                ClientSoftware::IdentityAgent { agent, credential_management }
            }
            _ if self.realm == Realm::Training => {
                ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10)
            }
            _ => ClientSoftware::NotFound,
        }
    }

    /// Sets a gateway that is started here up as this file says.
    pub fn set_up(&self, gateway: &mut GatewayConfig) {
        gateway.messages = self.messages.part();
        gateway.second_officer.clone_from(&self.gateway.second_officer);
        gateway.approvals = self.gateway.second_officer_proof;
        gateway.renewal_keys = self.gateway.renewal_keys;
    }

    /// Whether the training readers are offered beside the real ones.
    #[must_use]
    pub fn has_training_readers(&self) -> bool {
        self.realm == Realm::Training && self.training.readers.unwrap_or(true)
    }

    /// The first key that does not go with the others, and why.
    fn conflict(&self) -> Option<(String, String)> {
        let found = |key: &str, why: &str| Some((key.to_owned(), why.to_owned()));
        if self.software.identity_agent.is_some() != self.software.credential_management.is_some() {
            return found(
                "software.identity-agent",
                "Identity Agent and Credential Management are installed together: give both versions, or neither",
            );
        }
        if self.software.smartcard_connect.is_some() && self.software.identity_agent.is_some() {
            return found(
                "software.smartcard-connect",
                "Smartcard Connect replaces Identity Agent: give the versions of the one that is installed",
            );
        }
        if self.cards.series_8_module.as_ref().is_some_and(|module| !module.has_root()) {
            return found(
                "cards.series-8-module",
                "a module is a program that runs inside this one, so it is not looked for in whatever folder that was \
                 started in: give its full path",
            );
        }
        let approved = [Operation::Unlock, Operation::Clear, Operation::Cancel];
        if let Some(other) = self.gateway.second_officer.iter().find(|operation| !approved.contains(operation)) {
            return found(
                "gateway.second-officer",
                &format!("nobody is asked to approve “{other}”: use \"unlock\", \"clear\" and \"cancel\""),
            );
        }
        if self.self_service.forget_after.is_some_and(|s| !(SelfService::LEAST..=SelfService::MOST).contains(&s)) {
            return found("self-service.forget-after", "give 10 to 600 seconds");
        }
        if self.messages.host.is_some() != self.messages.sender.is_some() {
            return found("messages.host", "a mail server and a sender go together: give both, or neither");
        }
        if self.messages.host.is_none() && self.messages != Messages::default() {
            return found("messages.host", "it is missing, and the other keys of messages are about it");
        }
        if self.realm == Realm::Training { None } else { self.training_part() }
    }

    /// Outside training, the first training part that is still configured.
    fn training_part(&self) -> Option<(String, String)> {
        let realm = if self.realm == Realm::Live { "live" } else { "integration" };
        let found = |key: &str, why: String| Some((key.to_owned(), why));
        match &self.gateway.url {
            None => {
                return found(
                    "gateway.url",
                    format!(
                        "the realm “{realm}” cannot stand on the embedded gateway, whose certificates open nothing: give \
                         the address of the gateway, or set realm = \"training\""
                    ),
                );
            }
            Some(url) if !url.starts_with("https://") => {
                return found(
                    "gateway.url",
                    format!("the realm “{realm}” speaks to its gateway over https only: correct the address"),
                );
            }
            Some(_) => {}
        }
        if self.training != Training::default() {
            return found(
                "training",
                format!(
                    "the realm “{realm}” has no training officer and no training readers, because a training card looks \
                     like an issued one and opens nothing: remove the table, or set realm = \"training\""
                ),
            );
        }
        let printer = self.printers.iter().position(|printer| printer.destination == Destination::Virtual)?;
        Some((
            format!("printers[{printer}].destination"),
            format!(
                "the realm “{realm}” prints on real printers only, because a virtual one gives no card to hand over: \
                 remove this printer, or set realm = \"training\""
            ),
        ))
    }
}

fn wrong(error: &toml::de::Error, text: &str, file: &str) -> ConfigurationError {
    let span = error.span().unwrap_or_default();
    let line = text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
    let key = text.lines().nth(line.saturating_sub(1)).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
    ConfigurationError::Wrong {
        file: file.to_owned(),
        line,
        key: key.map(|key| format!(" at “{key}”")).unwrap_or_default(),
        what: error.message().trim_end().replace('\n', "; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Configuration::parse(text, "desk.toml").expect_err("it is wrong").to_string()
    }

    #[test]
    fn nothing_configured_is_training() {
        let nothing = Configuration::parse("", "desk.toml").expect("an empty file is training");
        assert_eq!(nothing, Configuration::default());
        assert!(nothing.has_training_readers());
        assert_eq!(nothing.client_software().to_string(), "Smartcard Connect 4.1");
    }

    #[test]
    fn a_mistake_names_file_line_and_key() {
        let text = "realm = \"training\"\n[gateway]\nurll = \"https://gateway.example\"\n";
        let message = refused(text);
        for part in ["desk.toml", "line 3", "“urll”", "config --explain"] {
            assert!(message.contains(part), "“{message}” does not name {part}");
        }
        assert!(refused("realm = \"lively\"").contains("“realm”"));
        assert!(refused("realm = ").contains("line 1"));
        assert!(refused("[training]\nofficer = \"12\"").contains("12-digit"));
    }

    #[test]
    fn live_refuses_every_training_part_and_says_why() {
        let live = "realm = \"live\"\n";
        let url = "gateway.url = \"https://gateway.example\"\n";
        for (text, key, why) in [
            (String::new(), "gateway.url", "open nothing"),
            ("gateway.url = \"http://gateway.example\"".to_owned(), "gateway.url", "https only"),
            (format!("{url}training.officer = \"555000000001\""), "training", "opens nothing"),
            (format!("{url}training.readers = true"), "training", "opens nothing"),
            (
                format!(
                    "{url}[[printers]]\nname = \"V\"\nprofile = \"magicard-doh-300-v2\"\ndestination = \"virtual\""
                ),
                "printers[0].destination",
                "no card to hand over",
            ),
        ] {
            let message = refused(&format!("{live}{text}"));
            assert!(message.contains(key) && message.contains(why), "{message}");
        }
        let good = Configuration::parse(&format!("{live}{url}"), "desk.toml").expect("no training part");
        assert_eq!(good.client_software(), ClientSoftware::NotFound, "live never guesses the software");
        assert!(!good.has_training_readers());
    }

    #[test]
    fn a_module_is_named_by_its_full_path() {
        let message = refused("cards.series-8-module = \"middleware.so\"");
        assert!(message.contains("cards.series-8-module") && message.contains("full path"), "{message}");
        let good = Configuration::parse("cards.series-8-module = \"/opt/maker/middleware.so\"", "desk.toml");
        assert_eq!(good.expect("a full path").cards.series_8_module, Some("/opt/maker/middleware.so".into()));
    }

    #[test]
    fn a_kiosk_waits_neither_no_time_nor_for_ever() {
        let patience = |text: &str| Configuration::parse(text, "desk.toml").expect("right").self_service.patience();
        assert_eq!((patience("").as_secs(), patience("self-service.forget-after = 30").as_secs()), (60, 30));
        for wrong in ["0", "9", "601"] {
            assert!(refused(&format!("self-service.forget-after = {wrong}")).contains("10 to 600"));
        }
    }

    #[test]
    fn a_printer_goes_somewhere() {
        let to = |place: &str| {
            let text =
                format!("[[printers]]\nname = \"Desk\"\nprofile = \"magicard-doh-300-v2\"\ndestination = \"{place}\"");
            Configuration::parse(&text, "desk.toml")
        };
        for place in ["virtual", "tcp:printer.example:9101", "file:card.prn"] {
            let read = to(place).expect(place);
            assert_eq!(String::from(read.printers[0].destination.clone()), place);
        }
        let message = to("lpt1").expect_err("no such place").to_string();
        assert!(message.contains("“destination”") && message.contains("tcp:HOST:PORT"), "{message}");
    }

    #[test]
    fn how_a_second_officer_proves_it_is_a_setting_of_the_gateway() {
        let text = "[gateway]\nsecond-officer = [\"clear\", \"cancel\"]\nsecond-officer-proof = \"card\"\n";
        let configuration = Configuration::parse(text, "test").expect("a configuration");
        let people = crate::gateway::People { officers: Vec::new(), holders: Vec::new() };
        let mut gateway = GatewayConfig::training("data", people);
        Configuration::default().set_up(&mut gateway);
        assert_eq!((gateway.second_officer.as_slice(), gateway.approvals), (&[][..], ApprovalsBy::Name));
        configuration.set_up(&mut gateway);
        let both = [Operation::Clear, Operation::Cancel];
        assert_eq!((gateway.second_officer.as_slice(), gateway.approvals), (&both[..], ApprovalsBy::Card));
    }
}
