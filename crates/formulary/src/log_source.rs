//! A log behind an address: its files over HTTP, each read up to a bound.

use std::{io::Read as _, path::Path};

use feeds::{Fetch as _, FetchRequest};
use register::log::{Source, SourceError};

use crate::{http::Http, output::Failure};

/// A log that a web server serves.
pub(crate) struct HttpLog {
    http: Http,
    prefix: String,
}

impl HttpLog {
    /// The log below an address.
    pub(crate) fn new(address: &str, ca: Option<&Path>) -> Result<Self, Failure> {
        Ok(Self { http: Http::new(ca)?, prefix: address.trim_end_matches('/').to_owned() })
    }
}

impl Source for HttpLog {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let request = FetchRequest { url: format!("{}/{path}", self.prefix), headers: Vec::new() };
        let response = self.http.get(&request)?;
        match response.status {
            200 => {
                let mut bytes = Vec::new();
                response.body.take(limit + 1).read_to_end(&mut bytes)?;
                if bytes.len() as u64 > limit {
                    return Err(format!("{path} is larger than the {limit} bytes it may have").into());
                }
                Ok(Some(bytes))
            }
            404 | 410 => Ok(None),
            status => Err(format!("{path}: the server answered {status}").into()),
        }
    }
}
