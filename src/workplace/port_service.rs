//! Does the smartcard software of this computer run? The NHS Port Service knows (`facts/nhs.md` 4.2): a service of the
//! system that tells other programs at which port Credential Management listens for the user who is signed in.

use std::{
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::LazyLock,
    time::Duration,
};

use reqwest::blocking::{Client, Response};
use serde::Deserialize;

use crate::domain::eligibility::SoftwarePart;

/// The loopback ports at one of which it listens, in the order in which other programs try them (`facts/nhs.md` 4.2).
pub const PORTS: [u16; 5] = [43487, 44213, 45031, 46478, 48853];

/// It is on this very computer: it answers at once or not at all.
const LIMIT: Duration = Duration::from_secs(2);

/// Its answers are a few words, in bytes.
const LARGEST_ANSWER: u64 = 4096;

/// What it says when it is asked for the port of Credential Management; a fault has none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    port_data: Option<PortData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PortData {
    port_number: u16,
}

/// Asks at these ports of this computer.
///
/// # Errors
/// The part that does not answer.
pub fn ask(ports: &[u16]) -> Result<(), SoftwarePart> {
    let port = ports.iter().copied().find(|port| listens(*port)).ok_or(SoftwarePart::PortService)?;
    let response = get(port, "GetPortNumber").ok_or(SoftwarePart::PortService)?;
    // It answers some programs only after they said who their user is. That it answers at all is enough then.
    if response.status().as_u16() == 401 {
        return Ok(());
    }
    let mut body = Vec::new();
    let read = response.take(LARGEST_ANSWER).read_to_end(&mut body);
    let management = read.ok().and_then(|_| port_in(&body)).ok_or(SoftwarePart::CredentialManagement)?;
    let there = SocketAddr::from((Ipv4Addr::LOCALHOST, management));
    TcpStream::connect_timeout(&there, LIMIT).map(drop).map_err(|_| SoftwarePart::CredentialManagement)
}

/// The port of Credential Management that an answer tells; `None` where it tells none.
#[must_use]
pub fn port_in(answer: &[u8]) -> Option<u16> {
    let answer = serde_json::from_slice::<Answer>(answer).ok()?;
    answer.port_data.map(|data| data.port_number)
}

/// Whether the Port Service is what listens there, and not some other program.
fn listens(port: u16) -> bool {
    get(port, "ConnectPRService").is_some_and(|response| response.status().is_success() || response.status() == 401)
}

fn get(port: u16, call: &str) -> Option<Response> {
    static CLIENT: LazyLock<Option<Client>> = LazyLock::new(|| {
        let builder = Client::builder().no_proxy().timeout(LIMIT).redirect(reqwest::redirect::Policy::none());
        builder.build().ok()
    });
    CLIENT.as_ref()?.get(format!("http://127.0.0.1:{port}/PRS/{call}")).send().ok()
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
        thread,
    };

    use super::*;

    /// A port of this computer at which nobody listens.
    fn free_port() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        listener.local_addr().expect("its address").port()
    }

    /// Answers so many calls with what `answer` says to the line that was asked, and ends.
    fn serve(calls: usize, answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> (u16, thread::JoinHandle<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let thread = thread::spawn(move || {
            for _ in 0..calls {
                let (mut stream, _) = listener.accept().expect("a call");
                let lines = BufReader::new(stream.try_clone().expect("the stream")).lines();
                let lines: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                let (status, body) = answer(&lines[0]);
                let length = body.len();
                let head = format!("HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
                stream.write_all(format!("{head}{body}").as_bytes()).expect("answered");
            }
        });
        (port, thread)
    }

    #[test]
    fn the_part_that_does_not_answer_is_named() {
        assert_eq!(ask(&[free_port(), free_port()]), Err(SoftwarePart::PortService));

        let (other, served) = serve(1, |_| (404, "another program".into()));
        assert_eq!(ask(&[other]), Err(SoftwarePart::PortService), "what listens there is another program");
        served.join().expect("one call");

        let none = |line: &str| match line.contains("GetPortNumber") {
            true => (200, r#"{"code":"PR30007","message":"no process"}"#.to_owned()),
            false => (200, String::new()),
        };
        let (service, served) = serve(2, none);
        assert_eq!(ask(&[free_port(), service]), Err(SoftwarePart::CredentialManagement));
        served.join().expect("two calls");

        let gone = free_port();
        let (service, served) = serve(2, move |_| (200, format!(r#"{{"portData":{{"portNumber":{gone}}}}}"#)));
        assert_eq!(ask(&[service]), Err(SoftwarePart::CredentialManagement), "it ended and is still on the list");
        served.join().expect("two calls");

        let management = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let there = management.local_addr().expect("its address").port();
        let (service, served) = serve(2, move |_| (200, format!(r#"{{"portData":{{"portNumber":{there}}}}}"#)));
        assert_eq!(ask(&[service]), Ok(()));
        served.join().expect("two calls");

        let (service, served) = serve(2, |_| (401, String::new()));
        assert_eq!(ask(&[service]), Ok(()), "it wants to know who asks");
        served.join().expect("two calls");
    }
}
