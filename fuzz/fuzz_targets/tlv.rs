//! Any bytes as BER-TLV, and as the content of every data object that is read from a card.
#![no_main]

use cardwright::card::{
    piv::{certificate_in, identifier_in, unique_identifier_in},
    recognise::ProductionData,
    tlv::{Writer, read},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut writer = Writer::new();
    for object in read(bytes).map_while(Result::ok) {
        object.children().for_each(drop);
        writer = writer.put(object.tag, object.value);
    }
    // What was read and written again reads the same.
    let objects = |bytes| read(bytes).map_while(Result::ok).map(|o| (o.tag, o.value.to_vec())).collect::<Vec<_>>();
    assert_eq!(objects(&writer.finish()), objects(bytes));
    let _ = (certificate_in(bytes), unique_identifier_in(bytes), identifier_in(bytes), ProductionData::parse(bytes));
});
