//! The gateway and its client, over real HTTP, judged by OpenSSL and by the contract.

mod authenticate;
mod contract;
mod desk;
mod faults;
mod faulty_proxy;
mod history;
mod issue;
mod key_sets;
mod mail;
mod on_cards;
mod prints;
mod promises;
mod secure_channel;
mod self_service;
mod spoil;
mod telephone;
