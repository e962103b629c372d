//! The gateway and its client, over real HTTP, judged by OpenSSL and by the contract.

mod authenticate;
mod channel_exchange;
mod contract;
mod desk;
mod faults;
#[allow(dead_code, reason = "each test program uses its own part of it")]
mod faulty_proxy;
mod forged;
mod history;
mod issue;
mod key_sets;
mod mail;
mod on_cards;
#[path = "../rules/oracle.rs"]
mod oracle;
mod own_card;
#[path = "../rules/page.rs"]
mod page;
mod photo;
mod prints;
mod promises;
mod secure_channel;
mod self_service;
mod spoil;
mod telephone;
#[path = "../rules/why.rs"]
mod why;
