//! A real window on a real screen: keys and pointer by xdotool, seen by a client of the accessibility bus that knows
//! nothing of the program, with a card in a reader of the system's smart card service and a printer on the network.

#![cfg(all(feature = "desktop", target_os = "linux"))]

mod desktop_session;
mod journey;
#[path = "../cards/workbench/mod.rs"]
mod workbench;
