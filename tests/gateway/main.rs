//! The gateway and its client, over real HTTP, judged by OpenSSL and by the contract.

mod contract;
mod desk;
mod faults;
mod faulty_proxy;
mod issue;
mod key_sets;
mod prints;
mod promises;
