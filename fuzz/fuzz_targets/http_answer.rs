//! Any bytes as an answer of the gateway, of every kind, as what the gateway is asked, and as an answer of the NHS Port
//! Service. The first byte says which status it comes with.
#![no_main]

use cardwright::{
    cis2::{
        verdict,
        wire::{
            AskForCode, AuditHead, AuditRow, BeginByTelephone, BeginOnCard, BegunByTelephone, CardAnswer,
            CardChallenge, CardRecord, Certified, Certify, ChannelAnswer, ChannelExchanged, ChannelProof, Confirm,
            EndByTelephone, EndOnCard, ExchangeOnChannel, HolderRecord, HolderSignIn, Issuance, ManagementKeyAnswer,
            OnCardBegun, PreparedKeys, PrintRecord, Problem, Reserve, Session, UnlockCodes,
        },
    },
    workplace::{AuditChain, port_in},
};
use libfuzzer_sys::fuzz_target;
use serde::{Serialize, de::DeserializeOwned};

/// What was read and is written reads the same.
fn same<T: DeserializeOwned + Serialize + PartialEq>(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else { return };
    let again = serde_json::to_vec(&value).ok().and_then(|text| serde_json::from_slice::<T>(&text).ok());
    assert!(again.is_some_and(|again| again == value), "{}", std::any::type_name::<T>());
}

macro_rules! each {
    ($bytes:ident: $($kind:ty),* $(,)?) => { $(same::<$kind>($bytes);)* };
}

fuzz_target!(|bytes: &[u8]| {
    let Some((status, body)) = bytes.split_first() else { return };
    for status in [u16::from(*status) * 3, 200, 422, 503] {
        for content_type in ["application/problem+json", "application/json", ""] {
            if let Err(error) = verdict(status, content_type, body.to_vec()) {
                assert!(!error.to_string().is_empty() && !(200..300).contains(&status));
            }
        }
    }
    let _ = port_in(body);
    each!(body: AskForCode, AuditHead, BeginByTelephone, BeginOnCard, BegunByTelephone, CardAnswer, CardChallenge);
    each!(body: CardRecord, Certified, Certify, ChannelAnswer, ChannelExchanged, ChannelProof, Confirm, EndByTelephone);
    each!(body: EndOnCard, ExchangeOnChannel);
    each!(body: HolderRecord, HolderSignIn, Issuance, ManagementKeyAnswer, OnCardBegun, PreparedKeys, PrintRecord);
    each!(body: Problem, Reserve, Session, UnlockCodes);
    if let Ok(rows) = serde_json::from_slice::<Vec<AuditRow>>(body) {
        assert!(AuditChain::of(&rows).rows() <= rows.len() as u64);
    }
});
