//! An unlock at the window's desk, from the moment a card goes into a real reader until it is done: how many commands
//! pcscd carried, and how many calls came to the gateway.

use std::sync::{Arc, Mutex};

use cardwright::{
    bench::{CardInReader, CardOrder, Order, Passcodes, PrintWish, ReaderCondition, WorkEnd, WorkId},
    card::virtual_card::{VirtualCard, vpcd::Chip},
    cis2::wire::DeliverySaid,
    domain::{CardState, Operation, Passcode, PasscodeRules, Secret},
    gateway::{Gateway, GatewayConfig},
    training::{self, readers::blank_card},
};
use cardwright_independent_card::IndependentCard;
use zeroize::Zeroizing;

use crate::{
    desk::{RA_AGENT, TestDesk, holder},
    faulty_proxy::FaultyProxy,
    workbench::{Independent, Workbench},
};

/// Most commands of an unlock, the look at the card included.
const COMMANDS: usize = 12;
/// RESET RETRY COUNTER (SP 800-73-4 part 2, 3.2.3): the last command of an unlock gives the card its new passcode.
const LAST: &str = "00 2C 00 80";
/// More tries than any card grants.
const MOST_TRIES: u64 = 16;

fn passcode(digits: &str) -> Option<Passcode> {
    Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).ok()
}

/// The independent card, which is put in twice.
#[derive(Clone)]
struct Shared(Arc<Mutex<Independent>>);

impl Chip for Shared {
    fn atr(&mut self) -> Vec<u8> {
        self.0.lock().expect("no panic").atr()
    }
    fn power_on(&mut self) {
        self.0.lock().expect("no panic").power_on();
    }
    fn power_off(&mut self) {
        self.0.lock().expect("no panic").power_off();
    }
    fn reset(&mut self) {
        self.0.lock().expect("no panic").reset();
    }
    fn transmit(&mut self, command: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.0.lock().expect("no panic").transmit(command)
    }
}

/// The card once it is told to be so.
fn until(desk: &mut TestDesk, reader: &str, fits: impl Fn(&CardInReader) -> bool) -> CardInReader {
    desk.reader(reader, |condition| match condition {
        ReaderCondition::Card(card) if fits(card) => Some((**card).clone()),
        _ => None,
    })
}

fn work(desk: &mut TestDesk, work: u64, reader: &str, card: &CardInReader, of: (Operation, Passcodes)) -> WorkEnd {
    let (operation, passcodes) = of;
    let order = CardOrder {
        operation,
        reader: Some(reader.to_owned()),
        serial: card.serial.clone(),
        holder: holder(0),
        delivery: DeliverySaid::NotSaid,
        reason: None,
        note: None,
        passcodes,
    };
    desk.order(Order::OnCard { work: WorkId(work), card: Box::new(order) });
    desk.end(work)
}

fn unlocked(chip: impl Chip + Clone + Send + 'static, what: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let people = training::people().expect("the invented people");
    let gateway = Gateway::start(GatewayConfig::training(folder.path(), people)).expect("a gateway");
    let proxy = FaultyProxy::start(gateway.address());
    let mut bench = Workbench::start();
    let reader = bench.reader_name(0);
    let mut desk = TestDesk::at(proxy.url());
    desk.sign_in(RA_AGENT);
    bench.insert(0, chip.clone());
    until(&mut desk, &reader, |card| card.state() == Some(CardState::Blank));
    desk.issue(1, &holder(0), &reader, PrintWish::No);
    assert_eq!(desk.end(1), WorkEnd::Done { queued: None });
    let card = until(&mut desk, &reader, |card| card.state() == Some(CardState::Active));
    // Its holder types a wrong one until it is locked.
    let mut left = card.tries_left.expect("the card tells");
    for number in 0..MOST_TRIES {
        if left == 0 {
            break;
        }
        desk.forget();
        let passcodes = Passcodes { current: passcode("000000"), new: passcode("602917") };
        work(&mut desk, 10 + number, &reader, &card, (Operation::ChangePasscode, passcodes));
        left -= 1;
        until(&mut desk, &reader, |card| card.tries_left == Some(left));
    }
    bench.remove(0);
    desk.reader(&reader, |condition| matches!(condition, ReaderCondition::Empty).then_some(()));

    let (log, requests) = (bench.log().len(), proxy.requests().len());
    bench.insert(0, chip);
    let locked = until(&mut desk, &reader, |card| card.state() == Some(CardState::Locked));
    assert!(locked.portrait.is_some() && locked.tries_left == Some(0), "{locked:?}");
    assert!(locked.certificates.iter().all(Option::is_some), "{locked:?}");
    assert_eq!(locked.holder.as_ref().map(|holder| &holder.id), Some(&holder(0)));
    let passcodes = Passcodes { current: None, new: passcode("602917") };
    assert_eq!(work(&mut desk, 2, &reader, &locked, (Operation::Unlock, passcodes)), WorkEnd::Done { queued: None });
    // The card is looked at once more afterwards; what came before that counts.
    let after = until(&mut desk, &reader, |card| card.state() == Some(CardState::Active));
    assert!(after.tries_left.is_some_and(|left| left > 0), "{after:?}");

    let log = bench.log().split_off(log);
    let sent: Vec<&str> = log.lines().filter_map(|line| line.split_once(" APDU: ")).map(|(_, sent)| sent).collect();
    let last = sent.iter().position(|sent| sent.starts_with(LAST)).expect("the passcode was set");
    let requests = proxy.requests().split_off(requests);
    let end = requests.iter().position(|request| request.ends_with("/end")).expect("the job was ended");
    let headers: Vec<&str> = sent.iter().take(last + 1).map(|sent| sent.get(..11).unwrap_or(sent)).collect();
    eprintln!("report: {what}: {} commands {headers:?}, calls {:?}", last + 1, &requests[..=end]);
    assert!(last < COMMANDS, "{what}: {} commands: {headers:?}", last + 1);
    let [look, begin, end] = &requests[..=end] else { panic!("{what}: {requests:?}") };
    assert!(look.starts_with("GET ") && look.contains("/at-desk"), "one question when the card goes in: {look}");
    assert!(begin.starts_with("POST ") && begin.ends_with("/on-cards"), "{begin}");
    assert!(end.starts_with("POST "), "{end}");
}

#[test]
fn the_virtual_card() {
    unlocked(Arc::new(Mutex::new(VirtualCard::new(&blank_card().expect("a blank card")))), "virtual card");
}

#[test]
fn the_card_nobody_here_wrote() {
    let mut card = IndependentCard::new();
    card.leave_factory([0xC4; 21], None);
    unlocked(Shared(Arc::new(Mutex::new(Independent(card)))), "independent card");
}
