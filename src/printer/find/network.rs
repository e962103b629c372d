//! Printers of the network, by DNS service discovery over multicast (RFC 6762, RFC 6763): a question to everybody from a port
//! of our own, so that every printer answers to us alone (RFC 6762, 6.7).

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use simple_dns::{CLASS, Name, Packet, QTYPE, Question, TYPE, rdata::RData};

use super::Found;
use crate::printer::choice::Destination;

/// The group and port of RFC 6762, 3.
pub(super) const EVERYBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(224, 0, 0, 251)), 5353);
/// Raw TCP, and IPP.
const RAW: &str = "_pdl-datastream._tcp.local";
const IPP: &str = "_ipp._tcp.local";
/// Longest answer that is read.
const LONGEST_ANSWER: usize = 9000;
/// Printers that are told of at most.
const MOST: usize = 200;

/// Asks, and gathers the answers of as long as `limit`.
pub(super) fn find(everybody: SocketAddr, limit: Duration) -> io::Result<Vec<Found>> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let mut sent = Ok(0);
    for question in [RAW, IPP].iter().filter_map(|service| question(service, TYPE::PTR)) {
        sent = socket.send_to(&question, everybody);
    }
    sent?;
    let (mut told, end, mut piece) = (Told::default(), Instant::now() + limit, vec![0; LONGEST_ANSWER]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || told.services.len() >= MOST {
            return Ok(told.printers());
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv_from(&mut piece) {
            Ok((length, from)) => {
                // An answer names a printer; where it is may have to be asked for.
                for name in told.hear(piece.get(..length).unwrap_or_default(), from) {
                    for question in [TYPE::SRV, TYPE::TXT].into_iter().filter_map(|kind| question(&name, kind)) {
                        let _ = socket.send_to(&question, everybody);
                    }
                }
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What one answer alone says.
pub(super) fn heard(answer: &[u8], from: SocketAddr) -> Vec<Found> {
    let mut told = Told::default();
    let _ = told.hear(answer, from);
    told.printers()
}

/// A question for a name as text, in which a dot inside a label is escaped (RFC 6763, 4.3); none for what is no name.
fn question(name: &str, kind: TYPE) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(0);
    let name = Name::new(name).ok()?;
    packet.questions.push(Question::new(name, QTYPE::TYPE(kind), CLASS::IN.into(), false));
    packet.build_bytes_vec().ok()
}

/// What a service is called: the first label of its name, as it was before it was escaped.
fn called(name: &str) -> Option<String> {
    let name = Name::new(name).ok()?;
    name.get_labels().first().map(|label| clean(&String::from_utf8_lossy(label.as_ref())))
}

/// What was heard, by the name of the service.
#[derive(Debug, Default)]
struct Told {
    services: BTreeMap<String, Service>,
}

#[derive(Debug, Default)]
struct Service {
    /// Host and port.
    place: Option<(String, u16)>,
    /// Who told it: its address serves where the host has no other.
    from: Option<SocketAddr>,
    model: String,
    queue: String,
}

impl Told {
    /// Takes one answer. Total: any bytes are an answer or none. Names whose place is not known yet are given back once.
    fn hear(&mut self, answer: &[u8], from: SocketAddr) -> Vec<String> {
        let Ok(packet) = Packet::parse(answer) else { return Vec::new() };
        let mut asked = Vec::new();
        for record in packet.answers.iter().chain(&packet.additional_records) {
            match &record.rdata {
                RData::PTR(name) if is_ours(&record.name.to_string()) => {
                    let name = name.0.to_string();
                    if self.services.len() < MOST && !self.services.contains_key(&name) {
                        self.services.insert(name.clone(), Service { from: Some(from), ..Service::default() });
                        asked.push(name);
                    }
                }
                RData::SRV(at) => {
                    let (host, port) = (at.target.to_string(), at.port);
                    if let Some(service) = self.service(&record.name.to_string(), from) {
                        service.place = Some((host, port));
                    }
                }
                RData::TXT(words) => {
                    let words = words.attributes();
                    let word = |key: &str| words.get(key).cloned().flatten().map(|value| clean(&value));
                    if let Some(service) = self.service(&record.name.to_string(), from) {
                        let product = word("product").map(|name| name.trim_matches(['(', ')']).to_owned());
                        service.model = word("usb_MDL").or(word("ty")).or(product).unwrap_or_default();
                        service.queue = word("rp").unwrap_or_default();
                    }
                }
                _ => {}
            }
        }
        asked.retain(|name| self.services.get(name).is_some_and(|service| service.place.is_none()));
        asked
    }

    /// The service of this name, if it is of a kind we ask for.
    fn service(&mut self, name: &str, from: SocketAddr) -> Option<&mut Service> {
        let known = self.services.len() < MOST || self.services.contains_key(name);
        if !known || !is_ours(name) {
            return None;
        }
        let service = self.services.entry(name.to_owned()).or_default();
        service.from.get_or_insert(from);
        Some(service)
    }

    fn printers(self) -> Vec<Found> {
        self.services.into_iter().filter_map(|(name, service)| service.found(&name)).collect()
    }
}

impl Service {
    fn found(self, name: &str) -> Option<Found> {
        // Port 0 says that the service is not offered here (RFC 6763, 8).
        let (host, port) = self.place.filter(|(_, port)| *port != 0)?;
        // Who answered is reached for sure; a name of “.local” needs a resolver that many computers lack.
        let host = self.from.map_or(host, |from| from.ip().to_string());
        let destination = if name.ends_with(RAW) {
            Destination::Tcp { host, port: Some(port) }
        } else {
            let host = if host.contains(':') { format!("[{host}]") } else { host };
            let queue = if self.queue.is_empty() { "ipp/print" } else { &self.queue };
            // Only what is an address of the configuration is one.
            format!("ipp://{host}:{port}/{queue}").parse().ok()?
        };
        Some(Found { name: called(name)?, destination, model: self.model, serial: String::new(), profiles: Vec::new() })
    }
}

fn is_ours(name: &str) -> bool {
    name.ends_with(RAW) || name.ends_with(IPP)
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use simple_dns::{
        ResourceRecord,
        rdata::{PTR, SRV, TXT},
    };

    use super::*;

    /// Names of printers have dots of their own.
    const CARDS: &str = "Cards 3\\.1._pdl-datastream._tcp.local";

    fn record<'a>(name: &'a str, rdata: RData<'a>) -> ResourceRecord<'a> {
        ResourceRecord::new(Name::new(name).unwrap(), CLASS::IN, 120, rdata)
    }

    /// A printer that answers one question at a time, as RFC 6763 has it: the name first, its place when asked.
    fn responder() -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        // Lives as long as the test: it waits for questions that no longer come.
        std::thread::spawn(move || {
            let mut piece = [0; 2000];
            while let Ok((length, from)) = socket.recv_from(&mut piece) {
                let Ok(asked) = Packet::parse(&piece[..length]) else { continue };
                let mut answer = Packet::new_reply(asked.id());
                for question in &asked.questions {
                    let name = question.qname.to_string();
                    let target = Name::new_unchecked("printer.local");
                    match question.qtype {
                        QTYPE::TYPE(TYPE::PTR) if name == RAW => {
                            answer.answers.push(record(RAW, RData::PTR(PTR(Name::new(CARDS).unwrap()))));
                        }
                        QTYPE::TYPE(TYPE::SRV) if name == CARDS => {
                            let at = SRV { priority: 0, weight: 0, port: 9100, target };
                            answer.answers.push(record(CARDS, RData::SRV(at)));
                        }
                        QTYPE::TYPE(TYPE::TXT) if name == CARDS => {
                            let words = TXT::new().with_string("ty=Magicard 300").unwrap();
                            answer.answers.push(record(CARDS, RData::TXT(words)));
                        }
                        _ => {}
                    }
                }
                let _ = socket.send_to(&answer.build_bytes_vec().unwrap(), from);
            }
        });
        address
    }

    #[test]
    fn a_printer_that_answers_is_found_with_its_place_and_its_model() {
        let found = find(responder(), Duration::from_millis(1500)).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].name.as_str(), found[0].model.as_str()), ("Cards 3.1", "Magicard 300"));
        assert_eq!(found[0].destination.to_string(), "tcp:127.0.0.1:9100");
    }

    #[test]
    fn a_service_that_is_not_offered_is_no_printer() {
        let offered = |port| {
            let mut answer = Packet::new_reply(0);
            let target = Name::new_unchecked("printer.local");
            let at = SRV { priority: 0, weight: 0, port, target };
            answer.answers.push(record(CARDS, RData::SRV(at)));
            heard(&answer.build_bytes_vec().unwrap(), ([127, 0, 0, 1], 5353).into()).len()
        };
        assert_eq!((offered(0), offered(9100)), (0, 1));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut told = Told::default();
            let _ = told.hear(&bytes, EVERYBODY);
            let _ = told.printers();
        }
    }
}
