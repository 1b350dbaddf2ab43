//! Asking the network for something: the capability that a caller hands in.
//!
//! The binary implements [`Fetch`] with its HTTP client, proxies and certificates; tests with a
//! server of their own; offline, nobody does. What to ask, when to ask again and how long to wait
//! is decided in [`crate::sync`]; the waiting itself is part of the capability, so that nothing
//! here has a clock.

use std::{io::Read, time::Duration};

/// What to ask for: always a GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchRequest {
    /// Absolute http or https address.
    pub url: String,
    /// Header fields to send, `User-Agent` among them.
    pub headers: Vec<(&'static str, String)>,
}

/// The answer, with its body still arriving.
pub struct FetchResponse {
    /// Status code. Redirections are the implementation's to follow (a few, never from https to
    /// http) and do not arrive here.
    pub status: u16,
    /// Header fields as received.
    pub headers: Vec<(String, String)>,
    /// The body, as sent (not decompressed). A connection that ends before the stated length must
    /// be an error of the reader.
    pub body: Box<dyn Read + Send>,
}

impl FetchResponse {
    /// The value of a header field, by name without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// No answer came.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct FetchError {
    /// In plain English, without the address's user, password or query.
    pub why: String,
    /// Whether asking again could help (a timeout), or not (a bad certificate).
    pub again: bool,
}

/// The network, as a capability.
pub trait Fetch {
    /// Asks once.
    ///
    /// # Errors
    /// When no answer came.
    fn get(&self, request: &FetchRequest) -> Result<FetchResponse, FetchError>;

    /// Waits.
    fn pause(&self, time: Duration);
}
