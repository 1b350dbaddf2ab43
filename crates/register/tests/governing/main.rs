//! How a body governs: every rule of the register, told as what people do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its own scene fails")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod any_order;
mod attacks;
mod attesting;
mod body;
mod committee;
mod deciding;
mod deliberating;
mod emergencies;
mod lookup;
mod misuse;
mod opening;
mod openssh;
mod sealing;
mod seeds;
mod statements;
