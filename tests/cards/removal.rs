//! Cards coming and going, in PC/SC readers and in virtual ones.

use std::time::Duration;

use cardwright::card::{
    apdu::Command,
    reader::{Access, CardReaders, Presence, ReaderError, ReaderEvent, ReaderStatus},
    transport::{Moment, TransportError},
    virtual_card::{Fault, VirtualReaders},
};

use crate::{both_cards::virtual_card, workbench::Workbench};

const PATIENCE: Duration = Duration::from_secs(10);

fn changed(event: ReaderEvent) -> ReaderStatus {
    match event {
        ReaderEvent::Changed(status) => status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_service_shows_cards_coming_and_going() {
    let mut bench = Workbench::start();
    let (first, second) = (virtual_card(), virtual_card());
    bench.insert(0, first.clone());
    bench.insert(1, second);
    bench.remove(0);
    let name = bench.reader_name(0);
    assert!(matches!(bench.readers().connect(&name, Access::Shared), Err(ReaderError::NoCard { .. })));
    bench.insert(0, first);
    let mut card = bench.readers().connect(&name, Access::Exclusive).expect("it is back");
    let mut word = None;
    let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data([0xA0, 0x00, 0x00, 0x03, 0x08]).expecting_data();
    let before = bench.apdu_count();
    card.transact(&mut |card| word = Some(card.exchange(&select).map(|answer| answer.status.0))).expect("it begins");
    assert_eq!(word, Some(Ok(0x9000)));
    assert_eq!(bench.apdu_count() - before, 1);
}

#[test]
fn virtual_readers_tell_the_same_story() {
    let readers = VirtualReaders::new(["Training reader 1", "Training reader 2"]);
    let watch = readers.watch().expect("a watch");
    let mut names = Vec::new();
    for _ in 0..2 {
        let status = changed(watch.next_within(PATIENCE).expect("one for each"));
        assert_eq!(status.card, Presence::Empty);
        names.push(status.name);
    }
    assert_eq!(names, ["Training reader 1", "Training reader 2"]);
    readers.insert("Training reader 2", virtual_card()).expect("the reader");
    let status = changed(watch.next_within(PATIENCE).expect("the insertion"));
    assert!(matches!(status.card, Presence::Present { .. }));
    let mut card = readers.connect("Training reader 2", Access::Exclusive).expect("a card");
    assert!(matches!(readers.connect("Training reader 2", Access::Shared), Err(ReaderError::InUse { .. })));
    readers.remove("Training reader 2").expect("the reader");
    assert_eq!(card.transact(&mut |_| panic!("it is out")), Err(TransportError::Removed));
    assert!(readers.insert("Training reader 3", virtual_card()).is_err());
}

#[test]
fn a_card_pulled_by_a_fault_leaves_its_reader_and_comes_back_locked() {
    let readers = VirtualReaders::new(["Training reader 1"]);
    let chip = virtual_card();
    readers.insert("Training reader 1", chip.clone()).expect("the reader");
    let mut card = readers.connect("Training reader 1", Access::Exclusive).expect("a card");
    chip.lock().expect("nobody has it").arm(2, Fault::Pulled(Moment::BeforeEffect));
    let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data([0xA0, 0x00, 0x00, 0x03, 0x08]).expecting_data();
    let mut answers = Vec::new();
    let mut twice = |card: &mut dyn cardwright::card::transport::Transport| {
        answers.extend([card.exchange(&select), card.exchange(&select)].map(|answer| answer.map(|a| a.status.0)));
    };
    card.transact(&mut twice).expect("it begins");
    assert_eq!(answers, [Ok(0x9000), Err(TransportError::Removed)]);
    assert_eq!(readers.list().expect("readers")[0].card, Presence::Empty);
    assert_eq!(card.reconnect(), Err(TransportError::Removed));
    readers.put_back("Training reader 1").expect("the reader");
    card.reconnect().expect("the same card");
}
