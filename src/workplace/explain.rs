//! Every key of the configuration, what it means, and what holds when it is left out.

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Key {
    /// Its full name; `[]` stands for an entry of a list.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What holds when it is left out.
    pub default: &'static str,
    /// A value, as TOML.
    pub example: &'static str,
}

/// Every key, in the order of the file.
pub const KEYS: &[Key] = &[
    Key {
        name: "realm",
        meaning: "Which world: “training” (invented people, cards that open nothing), “integration” (the path to live) or “live”. \
                  The last two refuse every training part.",
        default: "training",
        example: "\"training\"",
    },
    Key {
        name: "gateway.url",
        meaning: "Address of the gateway between this desk and the Care Identity Service; https outside training.",
        default: "the embedded training gateway, in the data folder",
        example: "\"https://gateway.example\"",
    },
    Key {
        name: "gateway.second-officer[]",
        meaning: "What a second officer must approve at the gateway that is started here: “unlock”, “clear”, “cancel”.",
        default: "none: one officer is enough",
        example: "[\"clear\", \"cancel\"]",
    },
    Key {
        name: "gateway.renewal-keys.series-8",
        meaning: "Which keys renewed certificates are for at the gateway that is started here, for Series 8: “new” keys, or the \
                  “same” once more. A card profile that says otherwise is refused there.",
        default: "new, as in the bundled card profiles",
        example: "\"new\"",
    },
    Key {
        name: "gateway.renewal-keys.series-9",
        meaning: "Which keys renewed certificates are for at the gateway that is started here, for Series 9: “new” keys, or the \
                  “same” once more. A card profile that says otherwise is refused there.",
        default: "new, as in the bundled card profiles",
        example: "\"new\"",
    },
    Key {
        name: "gateway.renewal-keys.series-10",
        meaning: "Which keys renewed certificates are for at the gateway that is started here, for Series 10: “new” keys, or the \
                  “same” once more. A card profile that says otherwise is refused there.",
        default: "new, as in the bundled card profiles",
        example: "\"new\"",
    },
    Key {
        name: "gateway.renewal-keys.generic-piv",
        meaning: "Which keys renewed certificates are for at the gateway that is started here, for PIV cards that are no NHS stock: “new” keys, or the \
                  “same” once more. A card profile that says otherwise is refused there.",
        default: "new, as in the bundled card profiles",
        example: "\"new\"",
    },
    Key {
        name: "messages.host",
        meaning: "Name of the mail server through which the gateway started here sends one-time codes to holders.",
        default: "none: codes are files in the gateway's data folder, for training",
        example: "\"smtp.trust.example\"",
    },
    Key {
        name: "messages.port", meaning: "Its port.", default: "587; 465 where protection is “tls”", example: "587"
    },
    Key {
        name: "messages.protection",
        meaning: "“start-tls” (a server without it is told nothing), “tls” (from the first byte) or “none” (to this computer alone).",
        default: "start-tls",
        example: "\"start-tls\"",
    },
    Key {
        name: "messages.authority",
        meaning: "PEM file of the one authority its certificate must come from.",
        default: "what this computer trusts",
        example: "\"mail-authority.pem\"",
    },
    Key {
        name: "messages.sender",
        meaning: "Sender of the messages; required beside messages.host.",
        default: "(required beside messages.host)",
        example: "\"ra@trust.example\"",
    },
    Key {
        name: "messages.credentials",
        meaning: "File with user name and password for the mail server, a line each, readable by the gateway alone.",
        default: "none: the server asks for none",
        example: "\"mail-credentials\"",
    },
    Key {
        name: "messages.text-address",
        meaning: "E-mail address that takes text messages, with {number} where the digits of the mobile number go.",
        default: "none: holders with a mobile number alone get no code",
        example: "\"{number}@text.trust.example\"",
    },
    Key {
        name: "messages.limit",
        meaning: "Seconds after which a step of the exchange with the mail server is given up.",
        default: "10",
        example: "10",
    },
    Key {
        name: "gateway.second-officer-proof",
        meaning: "How that officer proves who they are there: “name” (choosing it is enough, for training; their own card is \
                  taken too) or “card” (with their own card alone).",
        default: "name",
        example: "\"card\"",
    },
    Key {
        name: "software.smartcard-connect",
        meaning: "Version of Smartcard Connect on this computer. Series 10 needs 4.1 or later.",
        default: "4.1 in training; otherwise none, and card work is refused",
        example: "\"4.1\"",
    },
    Key {
        name: "software.identity-agent",
        meaning: "Version of Identity Agent, where Smartcard Connect is not installed. It cannot manage Series 10.",
        default: "none",
        example: "\"2.4.10.0\"",
    },
    Key {
        name: "software.credential-management",
        meaning: "Version of Credential Management beside Identity Agent; given together with it.",
        default: "none",
        example: "\"1.4.2.0\"",
    },
    Key {
        name: "software.ask-port-service",
        meaning: "Whether the NHS Port Service of this computer is asked, before work on a card, whether Smartcard Connect \
                  runs. Work is refused when it does not.",
        default: "false: the software is taken as configured",
        example: "true",
    },
    Key {
        name: "cards.profiles",
        meaning: "Folder of card profiles (TOML) of your own. One with the id of a built-in profile takes its place.",
        default: "the built-in profiles alone",
        example: "\"card-profiles\"",
    },
    Key {
        name: "cards.series-8-module",
        meaning: "Full path of the PKCS#11 module that comes with the middleware of Series 8 cards. It must be made for the \
                  same kind of computer as this program (64-bit as a rule).",
        default: "none, and Series 8 cards are recognised and refused",
        example: "\"/opt/maker/libpkcs11.so\"",
    },
    Key {
        name: "printing.profiles",
        meaning: "Folder of printer profiles (TOML) of your own. One with the id of a built-in profile takes its place.",
        default: "the built-in profiles alone",
        example: "\"printer-profiles\"",
    },
    Key {
        name: "self-service.forget-after",
        meaning: "Seconds of nothing, 10 to 600, after which the kiosk of self-service forgets who stood there and what they typed.",
        default: "60",
        example: "60",
    },
    Key {
        name: "printing.card-face",
        meaning: "Name of the card face template that cards are printed with: the built-in one, or one of your folder of card faces.",
        default: "nhs-care-identity, the built-in one",
        example: "\"our-card\"",
    },
    Key {
        name: "printing.card-faces",
        meaning: "Folder of your own card face templates and the pictures they name. The window saves into it.",
        default: "card-faces, in the data folder",
        example: "\"card-faces\"",
    },
    Key {
        name: "training.officer",
        meaning: "12-digit number of the invented officer who signs in. The option --officer comes before it.",
        default: "the first RA Agent of the training gateway",
        example: "\"555000000001\"",
    },
    Key {
        name: "training.readers",
        meaning: "Whether “Training reader 1” and “Training reader 2”, with virtual cards kept in the data folder, are offered.",
        default: "true in training",
        example: "true",
    },
    Key {
        name: "printers[].name",
        meaning: "The name officers know the printer by; each once.",
        default: "(required for each printer)",
        example: "\"Front desk\"",
    },
    Key {
        name: "printers[].profile",
        meaning: "Id of its printer profile. Series 10 may be printed on magicard-doh-300-v2 only.",
        default: "(required for each printer)",
        example: "\"magicard-doh-300-v2\"",
    },
    Key {
        name: "printers[].destination",
        meaning: "Where its jobs go: “tcp:HOST” or “tcp:HOST:PORT” for a printer on the network, “file:PATH” for a file \
                  that each job overwrites, “ipp://HOST/printers/QUEUE” for a print queue that changes nothing (a raw \
                  one), “pwg+ipp://…” or “pdf+ipp://…” for a queue with the printer's own driver, “windows:QUEUE” for a queue of \
                  Windows past its driver and “bitmap+windows:QUEUE” through it, “usb:/dev/usb/lp0” for a printer at a USB \
                  plug of a Linux computer, “virtual” for the virtual printer of training. With no printer configured, \
                  training has a virtual one called “Virtual printer”.",
        default: "(required for each printer)",
        example: "\"tcp:printer.example:9100\"",
    },
    Key {
        name: "printers[].confirmed.model",
        meaning: "The name that the printer gives itself, where it is another model's and an officer confirmed that it is of its \
                  profile's model all the same. Adding a printer writes it. Good for the names in the profile's \
                  identity.may-be-called alone.",
        default: "(none)",
        example: "\"Magicard 300\"",
    },
    Key {
        name: "printers[].confirmed.reason",
        meaning: "How the officer knew which model it is, in up to 200 characters.",
        default: "(required with confirmed.model)",
        example: "\"its label says DoH 300 v2\"",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::workplace::Configuration;

    /// Names of every key in a configuration that says everything, as serde sees it.
    fn names(value: &toml::Value, prefix: &str, into: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, inner) in table {
                    let dot = if prefix.is_empty() { "" } else { "." };
                    names(inner, &format!("{prefix}{dot}{key}"), into);
                }
            }
            toml::Value::Array(entries) => entries.iter().for_each(|e| names(e, &format!("{prefix}[]"), into)),
            _ => {
                into.insert(prefix.to_owned());
            }
        }
    }

    #[test]
    fn every_key_is_documented_and_every_documented_key_exists() {
        let everything = r#"
            realm = "training"
            gateway.url = "https://gateway.example"
            gateway.second-officer = ["clear", "cancel"]
            cards.profiles = "card-profiles"
            messages.host = "smtp.trust.example"
            messages.port = 587
            messages.protection = "start-tls"
            messages.authority = "mail-authority.pem"
            messages.sender = "ra@trust.example"
            messages.credentials = "mail-credentials"
            messages.text-address = "{number}@text.trust.example"
            messages.limit = 10
            cards.series-8-module = "/opt/maker/libpkcs11.so"
            printing.profiles = "printer-profiles"
            self-service.forget-after = 60
            printing.card-face = "our-card"
            printing.card-faces = "card-faces"
            [software]
            smartcard-connect = "4.1"
            ask-port-service = true
            [training]
            officer = "555000000001"
            readers = true
            [[printers]]
            name = "A"
            profile = "magicard-doh-300-v2"
            destination = "virtual"
            confirmed = { model = "Magicard 300", reason = "its label" }
        "#;
        let mut configuration = Configuration::parse(everything, "desk.toml").expect("all keys are right");
        configuration.software.identity_agent = Some("2.4.10.0".parse().expect("a version"));
        configuration.software.credential_management = Some("1.4.2.0".parse().expect("a version"));
        let mut known = BTreeSet::new();
        names(&toml::Value::try_from(&configuration).expect("it can be written"), "", &mut known);
        let documented: BTreeSet<String> = KEYS.iter().map(|key| key.name.to_owned()).collect();
        assert_eq!(known, documented);
    }
}
