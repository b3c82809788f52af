//! From bytes to facts: what a reply to a send, a look, a search or a question for a folder says, over tables whose expectations
//! are written from the protocol and the design and not from the code. Each line of an oracle names its source:
//!
//! - [P n] what is known of the protocol: 1 the send, 4 throttling, 7 errors; [G page] Microsoft's own page;
//! - [D] design, section 2: how an answer is reached, [D Evidence] its rules of evidence;
//! - [A n], [B n] what broke once, by its number.
//!
//! An oracle gives all that the sources allow: where they leave a choice, both are let pass, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "replies/differences.rs"]
mod differences;
#[path = "replies/look.rs"]
mod look;
#[path = "replies/reply.rs"]
mod reply;
#[path = "replies/send.rs"]
mod send;
#[path = "replies/time.rs"]
mod time;
#[path = "replies/wait.rs"]
mod wait;
