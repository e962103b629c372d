//! Messages through a mail server (RFC 5321), with TLS before anything is said.

use std::{fs, io, net::IpAddr, path::Path};

use lettre::{
    SmtpTransport, Transport,
    address::{Address, Envelope},
    message::{Mailbox, MessageBuilder, header::ContentType},
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
    },
};
use zeroize::Zeroizing;

use super::{Message, Messages, NotSent, Recipient, SmtpProtection, SmtpSettings};
use crate::gateway::GatewayError;

/// Where the number goes in the pattern of text message addresses.
const NUMBER: &str = "{number}";

/// One mail server. A connection is made for each message: there are a few a minute at most.
pub struct SmtpMessages {
    transport: SmtpTransport,
    sender: Mailbox,
    text_address: Option<String>,
}

fn wrong(what: impl Into<String>) -> GatewayError {
    GatewayError::Messages { reason: what.into() }
}

impl SmtpMessages {
    /// Prepares to speak to a server; nothing is sent yet.
    pub fn open(settings: &SmtpSettings) -> Result<Self, GatewayError> {
        let sender = settings.sender.parse().map_err(|_| wrong("the sender is no e-mail address"))?;
        if let Some(pattern) = &settings.text_address
            && (!pattern.contains(NUMBER) || address(pattern, "447700900000").is_err())
        {
            return Err(wrong("the text message address is no e-mail address with {number} in it"));
        }
        let tls = match settings.protection {
            SmtpProtection::StartTls => Tls::Required(parameters(settings)?),
            SmtpProtection::Tls => Tls::Wrapper(parameters(settings)?),
            SmtpProtection::None if is_here(&settings.host) => Tls::None,
            SmtpProtection::None => {
                return Err(wrong("codes may go without TLS to a mail server on this computer alone"));
            }
        };
        let mut builder =
            SmtpTransport::builder_dangerous(&settings.host).port(settings.port).tls(tls).timeout(Some(settings.limit));
        if let Some(file) = &settings.credentials {
            builder = builder.credentials(credentials(file)?);
        }
        Ok(Self { transport: builder.build(), sender, text_address: settings.text_address.clone() })
    }

    fn recipient(&self, to: &Recipient) -> Result<Address, NotSent> {
        match to {
            Recipient::Email(email) => email.parse().map_err(|_| NotSent::Address),
            Recipient::Mobile(number) => {
                let pattern = self.text_address.as_ref().ok_or(NotSent::NoTextMessages)?;
                address(pattern, number)
            }
        }
    }
}

/// The address that takes text messages for a number.
fn address(pattern: &str, number: &str) -> Result<Address, NotSent> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    pattern.replace(NUMBER, &digits).parse().map_err(|_| NotSent::Address)
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn parameters(settings: &SmtpSettings) -> Result<TlsParameters, GatewayError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(file) = &settings.authority {
        let pem = read(file)?;
        let root = Certificate::from_pem(pem.as_bytes())
            .map_err(|_| wrong(format!("{} holds no certificate (PEM)", file.display())))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(root);
    }
    builder.build().map_err(|error| wrong(format!("TLS cannot be prepared: {error}")))
}

fn read(file: &Path) -> Result<Zeroizing<String>, GatewayError> {
    let source = |source| GatewayError::File { path: file.to_owned(), source };
    fs::read_to_string(file).map(Zeroizing::new).map_err(source)
}

fn credentials(file: &Path) -> Result<Credentials, GatewayError> {
    let text = read(file)?;
    let mut lines = text.lines();
    match (lines.next(), lines.next()) {
        (Some(user), Some(password)) if !user.is_empty() && !password.is_empty() => {
            Ok(Credentials::new(user.to_owned(), password.to_owned()))
        }
        _ => Err(wrong(format!("{} does not hold a user name and a password, a line each", file.display()))),
    }
}

impl Messages for SmtpMessages {
    fn reaches(&self, to: &Recipient) -> bool {
        match to {
            Recipient::Email(_) => true,
            Recipient::Mobile(_) => self.text_address.is_some(),
        }
    }

    fn send(&self, message: &Message) -> Result<(), NotSent> {
        let to = self.recipient(&message.to)?;
        let envelope =
            Envelope::new(Some(self.sender.email.clone()), vec![to.clone()]).map_err(|_| NotSent::Address)?;
        let email = MessageBuilder::new()
            .from(self.sender.clone())
            .to(Mailbox::new(None, to))
            .subject(&message.subject)
            .header(ContentType::TEXT_PLAIN)
            .envelope(envelope)
            .body(message.text.to_string())
            .map_err(|_| NotSent::Address)?;
        self.transport.send(&email).map(drop).map_err(|error| not_sent(&error))
    }
}

/// What failed, in the port's words. A server's answer can quote the address: only its code is told.
fn not_sent(error: &Error) -> NotSent {
    match error.status() {
        Some(code) => NotSent::Refused(format!("code {code}")),
        None if took_too_long(error) => NotSent::Unreachable("it took too long".to_owned()),
        None if error.is_tls() => NotSent::Unreachable("its certificate or its TLS is not trusted".to_owned()),
        None if error.is_client() => NotSent::Unreachable("it does not offer what was asked, such as TLS".to_owned()),
        None => NotSent::Unreachable("no connection".to_owned()),
    }
}

/// A time limit that passed; Unix says of a socket that it would block (`SO_RCVTIMEO`), Windows that it timed out.
fn took_too_long(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return matches!(io.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock);
        }
        source = inner.source();
    }
    false
}
