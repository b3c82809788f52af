//! The emulator, seen from the wire.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers are part of the tests")]

mod access;
mod answers;
mod client;
mod command;
mod connections;
mod control;
mod drafts;
mod extended_properties;
mod faults;
mod lists;
mod sending;
mod settings;
