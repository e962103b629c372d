//! Cards, in process and behind PC/SC, judged by programs nobody here wrote.

mod bench;
mod both_cards;
mod opensc;
mod personalise;
mod removal;
mod secure_channel;
mod workbench;
