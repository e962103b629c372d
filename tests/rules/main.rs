//! The rules of the desk in every combination, held against the tables of `facts/nhs.md`.

mod oracle;
mod page;
mod products;
mod why;
