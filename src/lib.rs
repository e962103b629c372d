//! Cardwright issues, prints, unlocks, repairs and renews NHS smartcards at the Registration Authority desk.
//!
//! This file is the map of the house. Rooms stand on floors, parted by empty lines: a room uses only rooms of the floors
//! before its own.

// The words of the desk and the rules between them; pure.
pub mod domain;

// Cameras at the desk: pictures that stay in memory.
pub mod camera;
// The chip: APDUs, readers, recognition, profiles, the PIV client and the virtual card.
pub mod card;
// The Care Identity Service as the desk sees it: the service trait, its wire types, its HTTP client.
pub mod cis2;
// The card face: template, layout, photo, pixels, dye planes and proof.
pub mod face;
// What was begun on this workstation, written before it is done.
pub mod journal;

// The server between desktops and CIS2 or a certificate authority.
pub mod gateway;
// Card printers: profiles, job encoders, spools and the virtual printer.
pub mod printer;

// Every card operation as a pure state machine, and the one runner that performs their effects.
pub mod operations;
// Invented people, their photos, and the parts a training session stands on.
pub mod training;

// The parts of one workstation put together from its configuration; command line and window stand on it.
pub mod workplace;

// The workers behind the window: owner threads of readers and printers, orders in and events out.
pub mod bench;

// The window.
#[cfg(feature = "desktop")]
pub mod desktop;

// The command line: the same operations without a window, and the door to the window.
pub mod cli;
