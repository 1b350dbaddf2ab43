//! The network: an HTTP client behind [`feeds::Fetch`].
//!
//! TLS by rustls on ring with the system's certificate authorities, or those of `--ca FILE`
//! (hospitals inspect TLS); `HTTPS_PROXY` and its kin are honoured. At most five redirections, and
//! never from https to http. ureq, because the feeds are fetched one after the other and need no
//! asynchronous runtime.

use std::{io::Read, path::Path, time::Duration};

use feeds::{Fetch, FetchError, FetchRequest, FetchResponse};
use ureq::{
    Agent,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::{
    output::{Failure, remark},
    subject,
};

/// The client.
pub(crate) struct Http(Agent);

impl Http {
    /// A client; with these certificate authorities instead of the system's.
    pub(crate) fn new(ca: Option<&Path>) -> Result<Self, Failure> {
        let roots = match ca {
            None => RootCerts::PlatformVerifier,
            Some(path) => {
                let pem = subject::read(path)?;
                let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
                    .filter_map(|item| match item {
                        Ok(PemItem::Certificate(certificate)) => Some(certificate),
                        _ => None,
                    })
                    .collect();
                if certificates.is_empty() {
                    return Err(Failure::new(format!("{} holds no certificate in PEM form", path.display())));
                }
                RootCerts::new_with_certs(&certificates)
            }
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(5)
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_secs(120)))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        Ok(Self(config.new_agent()))
    }
}

impl Fetch for Http {
    fn get(&self, request: &FetchRequest) -> Result<FetchResponse, FetchError> {
        let secure = request.url.starts_with("https:");
        let mut call = self.0.get(&request.url).config().https_only(secure).build();
        for (name, value) in &request.headers {
            call = call.header(*name, value);
        }
        let response =
            call.call().map_err(|error| FetchError { again: passing(&error), why: plain(&error) })?;
        let (parts, body) = response.into_parts();
        let headers = parts
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let body: Box<dyn Read + Send> = Box::new(body.into_with_config().limit(u64::MAX).reader());
        Ok(FetchResponse { status: parts.status.as_u16(), headers, body })
    }

    fn pause(&self, time: Duration) {
        if time > Duration::from_secs(5) {
            remark(&format!("The server asks to wait {} seconds.", time.as_secs()));
        }
        std::thread::sleep(time);
    }
}

/// Whether asking again could help.
const fn passing(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Timeout(_) | ureq::Error::Io(_) | ureq::Error::ConnectionFailed)
}

/// What went wrong, without the address.
fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "the host is not known here".to_owned(),
        ureq::Error::ConnectionFailed => "no connection".to_owned(),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::Tls(why) => format!("the certificate was not accepted ({why}); see --ca"),
        ureq::Error::TooManyRedirects => "too many redirections".to_owned(),
        ureq::Error::RequireHttpsOnly(_) => "a redirection from https to http was refused".to_owned(),
        ureq::Error::Io(error) => error.kind().to_string(),
        other => {
            let text = other.to_string();
            // Anything that might quote the address is cut to its kind.
            if text.contains("://") { "the request failed".to_owned() } else { text }
        }
    }
}
