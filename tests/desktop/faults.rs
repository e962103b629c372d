//! Whatever fails at whatever step: the screen says what failed, how the card is, and what to do; then the flow is
//! finished through the window.

pub mod desk;
mod issuing;
mod places;
mod printing;
