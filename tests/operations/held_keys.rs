//! Whose keys a card of a secure channel holds after any cut.

use cardwright::card::{
    apdu::Command,
    reader::{Access, CardReaders},
};

use crate::{
    desk::{Make, READER},
    promise::Ended,
};

/// A card of a secure channel holds the organisation's keys when it is issued, and those it was delivered with when it
/// is blank. The version of the training key sets tells.
pub fn held_keys(make: Make, readers: &dyn CardReaders, ended: Ended, what: &str) {
    if make == Make::Channel {
        let expected = if ended == Ended::Issued { 0x31 } else { 0x30 };
        assert_eq!(key_version(readers, READER), expected, "{what}: whose keys the card holds");
    }
}

/// Version of the key set that the card's security domain answers with: the eleventh byte of its answer to INITIALIZE
/// UPDATE, asked for with plain commands. What is begun with it is never gone on with.
fn key_version(readers: &dyn CardReaders, reader: &str) -> u8 {
    let mut connection = readers.connect(reader, Access::Exclusive).expect("the card opens");
    let mut version = None;
    connection
        .transact(&mut |card| {
            let domain = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00];
            let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(domain).expecting_data();
            assert!(card.exchange(&select).expect("answers").status.is_ok(), "the domain is there");
            let begin = Command::new(0x80, 0x50, 0x00, 0x00).with_data([0x11; 8]).expecting_data();
            version = card.exchange(&begin).expect("answers").data.get(10).copied();
        })
        .expect("a transaction");
    version.expect("the domain answered")
}
