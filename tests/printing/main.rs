//! What goes to a printer, judged by programs that share no code with what wrote it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by stopping")]

mod codes;
mod confirmed;
mod disk_full;
#[cfg(unix)]
mod driver_queues;
mod faces;
#[cfg(unix)]
mod file_unix;
mod format2;
mod gutenprint;
mod gutenprint_filter;
mod independent_decoder;
mod independent_ticket;
mod inspect;
mod names;
#[cfg(unix)]
mod print_queue;
mod printed_face;
mod proof;
mod raw_9100;
mod round_trip;
#[cfg(target_os = "linux")]
mod usb_linux;
mod virtual_printer;
mod visual_order;
