//! Card printers: profiles, job encoders, status, spools and the virtual printer.
//!
//! A printed face goes one way: [`profile::Profile`] says how a model wants its jobs, [`magicard::encoder`] turns the
//! planes of the face into the bytes of a job, and a [`spool::Spool`] carries those bytes to a printer or a file.
//! [`decoder`] reads jobs back, ours and those of other drivers; [`virtual_printer`] stands at the other end in training
//! and in tests and shows the card that would have come out.

pub mod calibration;
pub mod choice;
pub mod colour;
pub mod decoder;
mod dots;
pub mod find;
pub mod former;
pub mod identify;
pub mod magicard;
pub mod page;
pub mod profile;
pub mod ribbon;
pub mod separation;
pub mod spool;
pub mod station;
pub mod test_card;
pub mod virtual_printer;
