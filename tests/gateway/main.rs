//! The gateway and its client, over real HTTP, judged by OpenSSL and by the contract.

mod contract;
mod desk;
mod faults;
mod faulty_proxy;
mod history;
mod issue;
mod key_sets;
mod on_cards;
mod prints;
mod promises;
mod spoil;
mod telephone;
