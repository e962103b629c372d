use std::{sync::mpsc::RecvTimeoutError, time::Duration};

use super::*;
use crate::card::reader::ReaderEvent;

#[test]
fn cards_stay_in_their_readers_and_new_ones_have_serials_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let serial = |reader: &str| {
        let readers = TrainingReaders::open(folder.path()).expect("readers");
        readers.card(reader).expect("a card").card.production().serial().expect("a serial")
    };
    let (first, second) = (serial(NAMES[0]), serial(NAMES[1]));
    assert_ne!(first, second);
    assert_eq!(serial(NAMES[0]), first, "the card is kept");
    let readers = TrainingReaders::open(folder.path()).expect("readers");
    let new = readers.put_new_card(NAMES[0], TrainingStock::default()).expect("a new card");
    assert_ne!(new, first);
    assert_eq!((serial(NAMES[0]), serial(NAMES[1])), (new, second));
}

#[test]
fn a_card_has_one_user_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let readers = TrainingReaders::open(folder.path()).expect("readers");
    let held = readers.connect(NAMES[0], Access::Exclusive).expect("nobody else has it");
    assert!(matches!(readers.connect(NAMES[0], Access::Shared), Err(ReaderError::InUse { .. })));
    assert!(matches!(readers.list().expect("both")[0].card, Presence::InUse { .. }));
    assert!(matches!(
        readers.put_new_card(NAMES[0], TrainingStock::default()),
        Err(TrainingCardError::Reader(ReaderError::InUse { .. }))
    ));
    drop(held);
    assert!(readers.connect(NAMES[0], Access::Shared).is_ok());
    assert!(matches!(readers.connect("Reader 9", Access::Shared), Err(ReaderError::UnknownReader { .. })));
}

/// Longer than any watch of these readers takes to tell of another process.
const PATIENCE: Duration = Duration::from_secs(20);

fn presence(readers: &TrainingReaders, reader: usize) -> Presence {
    readers.list().expect("both").swap_remove(reader).card
}

#[test]
fn a_reader_emptied_on_purpose_stays_empty_and_takes_its_card_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || TrainingReaders::open(folder.path()).expect("readers");
    let readers = open();
    let serial = readers.take_card_out(NAMES[0]).expect("there is a card");
    for readers in [readers, open()] {
        assert_eq!(presence(&readers, 0), Presence::Empty);
        assert!(matches!(readers.connect(NAMES[0], Access::Shared), Err(ReaderError::NoCard { .. })));
        assert!(matches!(readers.take_card_out(NAMES[0]), Err(TrainingCardError::Reader(ReaderError::NoCard { .. }))));
        assert_eq!(readers.kept_cards().expect("the folder"), std::slice::from_ref(&serial));
    }
    let readers = open();
    assert_eq!(readers.put_card_back(NAMES[0]).expect("it is put aside"), serial);
    assert_eq!(readers.kept_cards().expect("the folder"), []);
    assert_eq!(serial_of(&readers.card(NAMES[0]).expect("a card").card).expect("a serial"), serial);
    assert!(matches!(readers.put_card_back(NAMES[0]), Err(TrainingCardError::NothingTakenOut { .. })));
}

#[test]
fn any_card_put_aside_goes_into_any_reader_and_none_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let readers = TrainingReaders::open(folder.path()).expect("readers");
    let first = readers.take_card_out(NAMES[0]).expect("there is a card");
    let new = readers.put_new_card(NAMES[0], TrainingStock::default()).expect("a new card");
    readers.put_in(NAMES[1], &first).expect("it is put aside");
    let kept = readers.kept_cards().expect("the folder");
    assert_eq!(kept.len(), 1, "the second reader's card made room");
    assert!(matches!(readers.put_in(NAMES[0], &first), Err(TrainingCardError::NotKept { .. })), "it is in a reader");
    readers.put_in(NAMES[0], &kept[0]).expect("it is put aside");
    assert_eq!(readers.kept_cards().expect("the folder"), [new]);
    let held = readers.connect(NAMES[0], Access::Shared).expect("nobody else has it");
    let refused = readers.put_in(NAMES[0], &first);
    assert!(matches!(refused, Err(TrainingCardError::Reader(ReaderError::InUse { .. }))), "{refused:?}");
    drop(held);
}

#[test]
fn a_cut_between_marker_and_move_leaves_the_card_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let readers = TrainingReaders::open(folder.path()).expect("readers");
    std::fs::write(folder.path().join("reader-1.empty"), "0A1B2C3D").expect("written");
    assert!(matches!(presence(&readers, 0), Presence::Present { .. }));
    readers.take_card_out(NAMES[0]).expect("it can be taken out after all");
}

/// The changes of one reader that a watch tells until it has told this one.
#[track_caller]
fn told_until(watch: &CardWatch, reader: &str, last: impl Fn(&Presence) -> bool) -> Vec<Presence> {
    let mut told = Vec::new();
    loop {
        match watch.next_within(PATIENCE).expect("it is told") {
            ReaderEvent::Changed(status) if status.name == reader => {
                told.push(status.card.clone());
                if last(&status.card) {
                    return told;
                }
            }
            _ => {}
        }
    }
}

#[test]
fn a_watch_tells_of_cards_taken_out_and_put_in_by_any_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let readers = TrainingReaders::open(folder.path()).expect("readers");
    let elsewhere = TrainingReaders::open(folder.path()).expect("the same readers, as another process has them");
    let present = |card: &Presence| matches!(card, Presence::Present { .. });
    let empty = |card: &Presence| *card == Presence::Empty;
    for watched in [&readers, &elsewhere] {
        let watch = watched.watch().expect("a watch");
        assert_eq!(told_until(&watch, NAMES[0], present).len(), 1, "it begins with what is there");
        readers.clone().take_card_out(NAMES[0]).expect("taken out");
        assert_eq!(told_until(&watch, NAMES[0], empty).len(), 1);
        readers.put_card_back(NAMES[0]).expect("put back");
        assert_eq!(told_until(&watch, NAMES[0], present).len(), 1);
        readers.put_new_card(NAMES[0], TrainingStock::default()).expect("a new card");
        assert_eq!(told_until(&watch, NAMES[0], empty).len(), 1, "another card is told as gone and come");
        assert_eq!(told_until(&watch, NAMES[0], present).len(), 1);
    }
}

#[test]
fn its_own_use_of_a_card_is_no_news_and_the_watch_ends_when_it_is_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let readers = TrainingReaders::open(folder.path()).expect("readers");
    let mut watch = readers.watch().expect("a watch");
    let first: Vec<_> = NAMES.iter().map(|_| watch.next_within(PATIENCE).expect("what is there")).collect();
    assert_eq!(first.len(), 2);
    for _ in 0..50 {
        drop(readers.connect(NAMES[0], Access::Exclusive).expect("nobody else has it"));
    }
    readers.take_card_out(NAMES[1]).expect("a change to wait for");
    let next = watch.next_within(PATIENCE).expect("the change");
    assert_eq!(next, ReaderEvent::Changed(ReaderStatus { name: NAMES[1].to_owned(), card: Presence::Empty }));
    watch.take_stop().expect("not taken yet")();
    assert_eq!(watch.next_within(PATIENCE), Err(RecvTimeoutError::Disconnected), "its thread has ended");
}

#[test]
fn looking_at_a_reader_never_keeps_anybody_from_its_card() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || TrainingReaders::open(folder.path()).expect("readers");
    let (readers, lookers) = (open(), [open(), open()]);
    let working = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|threads| {
        for looker in &lookers {
            threads.spawn(|| {
                while working.load(std::sync::atomic::Ordering::Relaxed) {
                    looker.list().expect("both");
                }
            });
        }
        let opened: Vec<_> = (0..500).map(|_| readers.connect(NAMES[0], Access::Exclusive).map(drop)).collect();
        working.store(false, std::sync::atomic::Ordering::Relaxed);
        assert!(opened.iter().all(Result::is_ok), "{:?}", opened.into_iter().find(Result::is_err));
    });
}
