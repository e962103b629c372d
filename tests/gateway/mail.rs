//! One-time codes through a mail server that is none of ours: with and without TLS, with a password, and every way a
//! message does not go out.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use cardwright::{
    cis2::{Service, ServiceError, wire},
    domain::{
        Series,
        eligibility::{ClientSoftware, Reason},
    },
    gateway::{Gateway, GatewayError, MessagesPart, RunningGateway, SmtpProtection, SmtpSettings},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::desk::{self, Chip, RA_AGENT, SIAN, STANISLAW};

struct MailServer {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl MailServer {
    fn start(mode: &str, rest: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/mail_server.py");
        let mut child = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(folder.path())
            .arg(mode)
            .args(rest)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 with aiosmtpd is needed for this test");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its port");
        let port = line.trim().parse().expect("a port: is python3-aiosmtpd installed?");
        Self { child, port, folder }
    }

    /// What it keeps; whoever was told “250” finds it whole.
    fn kept(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).expect("its folder").flatten();
        files.map(|file| fs::read_to_string(file.path()).expect("a message")).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// An authority and a certificate of `localhost` by it, as PEM files.
struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = || KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = key();
        let authority = params.self_signed(&authority_key).expect("a certificate");
        let issuer = Issuer::new(params, authority_key);
        let server_key = key();
        let server = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let server = server.signed_by(&server_key, &issuer).expect("a certificate");
        for (name, content) in
            [("authority.pem", authority.pem()), ("server.pem", server.pem()), ("key.pem", server_key.serialize_pem())]
        {
            fs::write(folder.path().join(name), content).expect("written");
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

fn settings(server: &MailServer, protection: SmtpProtection) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port: server.port,
        protection,
        authority: None,
        sender: "Registration Authority <ra@trust.invalid>".to_owned(),
        credentials: None,
        text_address: None,
        limit: Duration::from_secs(5),
    }
}

/// A gateway that sends this way, with a card of Siân's and one of Stanisław's, who has a mobile number alone.
struct Post {
    gateway: RunningGateway,
    _folder: tempfile::TempDir,
}

impl Post {
    fn start(settings: SmtpSettings) -> Result<Self, GatewayError> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = desk::config(folder.path());
        config.messages = MessagesPart::Smtp(settings);
        for person in &mut config.people.holders {
            if person.holder.id.as_str() == "555000000022" {
                person.email = Some("nobody@people.training.invalid".to_owned());
                person.mobile = Some("07700900022".to_owned());
            }
        }
        let gateway = Gateway::start(config)?;
        let service = desk::sign_in(&gateway.url(), RA_AGENT);
        for (number, who) in [(1, SIAN), (2, STANISLAW), (3, "555000000022")] {
            Chip::new(number).issue(&service, &desk::job(), who);
        }
        Ok(Self { gateway, _folder: folder })
    }

    fn ask(&self, card: u8) -> Result<wire::CodeSent, ServiceError> {
        self.ask_as(card, desk::job().as_str())
    }

    fn ask_as(&self, card: u8, key: &str) -> Result<wire::CodeSent, ServiceError> {
        let request = wire::AskForCode {
            serial: desk::serial(card),
            series: Series::Series10,
            client_software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
        };
        desk::client(&self.gateway.url()).ask_for_code(key, &request)
    }
}

#[track_caller]
fn not_sent(result: Result<wire::CodeSent, ServiceError>, why: &str) {
    let problem = desk::problem(result);
    assert_eq!((problem.kind.as_str(), problem.status), ("message-not-sent", 424));
    let detail = problem.detail.expect("why");
    assert!(detail.contains(why) && !detail.contains('@'), "{detail}");
}

#[test]
fn a_code_goes_out_by_mail_and_by_text_message() {
    let server = MailServer::start("plain", &[]);
    let text_address = Some("{number}@text.trust.invalid".to_owned());
    let post =
        Post::start(SmtpSettings { text_address, ..settings(&server, SmtpProtection::None) }).expect("a gateway");
    let sent = post.ask_as(1, "once").expect("sent");
    assert_eq!(post.ask_as(1, "once").expect("the same answer again"), sent);
    let kept = server.kept();
    assert_eq!(kept.len(), 1, "asking again sends nothing twice");
    for part in
        ["from: ra@trust.invalid\n", "to: holder-017@people.training.invalid\n", "Subject: Your smartcard unlock code"]
    {
        assert!(kept[0].contains(part), "{part} is not in {}", kept[0]);
    }
    assert_eq!(post.ask(2).expect("sent").sent_to, "•••018");
    assert!(server.kept().iter().any(|text| text.contains("to: 07700900018@text.trust.invalid\n")));
    // Whose mailbox takes nothing gets a text message, and the answer says so, also when it is given again.
    let sent = post.ask_as(3, "text").expect("sent as a text message");
    assert_eq!(sent.sent_to, "•••022");
    assert_eq!(post.ask_as(3, "text").expect("the same answer again"), sent);
    assert!(server.kept().iter().any(|text| text.contains("to: 07700900022@text.trust.invalid\n")));
    let service = desk::sign_in(&post.gateway.url(), RA_AGENT);
    let rows = service.audit(0, 500).expect("the audit");
    let last = rows.iter().rfind(|row| row.event == "self-service.code.sent").expect("on record");
    assert_eq!(last.detail["by"], "text message");
    let server = MailServer::start("plain", &[]);
    let without_texts = Post::start(settings(&server, SmtpProtection::None)).expect("a gateway");
    not_sent(without_texts.ask(3), "refused the message");
}

#[test]
fn tls_is_asked_for_and_its_certificate_is_checked() {
    let certificates = Certificates::make();
    let pair = [certificates.text("server.pem"), certificates.text("key.pem")];
    for (mode, protection) in [("starttls", SmtpProtection::StartTls), ("tls", SmtpProtection::Tls)] {
        let server = MailServer::start(mode, &[&pair[0], &pair[1]]);
        let trusting =
            SmtpSettings { authority: Some(certificates.path("authority.pem")), ..settings(&server, protection) };
        Post::start(trusting).expect("a gateway").ask(1).expect("sent");
        assert!(server.kept()[0].starts_with("protected: True\n"), "{mode}");
        let wary = Post::start(settings(&server, protection)).expect("a gateway");
        not_sent(wary.ask(1), "the mail server does not answer");
        assert_eq!(server.kept().len(), 1, "{mode}: nothing was said to a server that is not trusted");
    }
    let plain = MailServer::start("plain", &[]);
    let post = Post::start(settings(&plain, SmtpProtection::StartTls)).expect("a gateway");
    not_sent(post.ask(1), "the mail server does not answer");
    assert!(plain.kept().is_empty(), "a server without TLS is told nothing");
}

#[test]
fn a_server_may_ask_for_a_password() {
    let certificates = Certificates::make();
    let [pair, key] = [certificates.text("server.pem"), certificates.text("key.pem")];
    let server = MailServer::start("starttls", &[&pair, &key, "gateway", "right-password"]);
    let with = |password: &str| {
        let file = certificates.path("credentials");
        fs::write(&file, format!("gateway\n{password}\n")).expect("written");
        Post::start(SmtpSettings {
            authority: Some(certificates.path("authority.pem")),
            credentials: Some(file),
            ..settings(&server, SmtpProtection::StartTls)
        })
        .expect("a gateway")
    };
    with("right-password").ask(1).expect("sent");
    not_sent(with("wrong-password").ask(1), "refused the message (code 535)");
    assert_eq!(server.kept().len(), 1);
}

#[test]
fn a_silent_or_missing_server_costs_the_code_and_nothing_else() {
    let server = MailServer::start("silent", &[]);
    let limit = Duration::from_millis(300);
    let post = Post::start(SmtpSettings { limit, ..settings(&server, SmtpProtection::None) }).expect("a gateway");
    not_sent(post.ask_as(1, "again"), "it took too long");
    let health = desk::sign_in(&post.gateway.url(), RA_AGENT);
    let rows = health.audit(0, 500).expect("the audit");
    assert!(rows.iter().any(|row| row.event == "self-service.code.not-sent"));
    not_sent(post.ask_as(1, "again"), "it took too long");
    // A mobile number is no address where no text message goes out: another try would change nothing.
    let (_, refusal) = desk::problem(post.ask(2)).refusal.expect("refused, with the reason");
    assert_eq!(refusal.reasons, [Reason::NoAddress]);
    let port = server.port;
    drop(server);
    let nowhere = SmtpSettings { port, ..settings(&MailServer::start("silent", &[]), SmtpProtection::None) };
    let post = Post::start(nowhere).expect("a gateway");
    // A code that reached nobody is not held against the card.
    for _ in 0..6 {
        not_sent(post.ask(1), "no connection");
    }
}

#[test]
fn what_cannot_be_right_stops_the_gateway_at_its_start() {
    let server = MailServer::start("silent", &[]);
    let good = || settings(&server, SmtpProtection::None);
    let missing = PathBuf::from("no-such-file");
    for (wrong, why) in [
        (SmtpSettings { host: "mail.trust.invalid".to_owned(), ..good() }, "on this computer alone"),
        (SmtpSettings { sender: "nobody".to_owned(), ..good() }, "the sender"),
        (SmtpSettings { text_address: Some("x@trust.invalid".to_owned()), ..good() }, "{number}"),
        (SmtpSettings { credentials: Some(missing), ..good() }, "no-such-file"),
    ] {
        let error = Post::start(wrong).map(drop).expect_err("refused").to_string();
        assert!(error.contains(why), "{error}");
    }
}
