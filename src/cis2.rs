//! The Care Identity Service as the desk sees it: one trait, its wire types, and the HTTP client behind it.

mod http;
mod service;
pub mod wire;

pub use http::{AddressError, HttpConfig, HttpService, verdict};
pub use service::{Service, ServiceError};
