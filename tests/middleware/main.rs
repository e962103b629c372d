//! Cards that are reached through PKCS#11 middleware: SoftHSM2, and OpenSC over our own PIV cards, judged by OpenSC's tools
//! and OpenSSL.

mod child;
mod faults;
mod soft_token;
mod softhsm;
