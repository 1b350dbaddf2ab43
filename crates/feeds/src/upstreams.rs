//! The addresses that `sync` fetches from: one shipped file, `upstreams.toml`, which names none.

use serde::Deserialize;

/// The shipped file.
const SHIPPED: &str = include_str!("../upstreams.toml");

/// Addresses of reference data; none: that feed is not synchronised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Upstreams {
    /// Base of an OSV export.
    pub osv: Option<String>,
    /// The KEV catalogue.
    pub kev: Option<String>,
    /// The EPSS scores.
    pub epss: Option<String>,
    /// The SSVC values.
    pub ssvc: Option<String>,
    /// The end-of-life dates.
    pub endoflife: Option<String>,
}

/// Why a text names no upstreams.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamsError {
    /// Not TOML, or a key that is not known.
    #[error("not a list of upstreams: {0}. Known keys: osv, kev, epss, ssvc, endoflife")]
    Toml(String),
    /// An address that is no http address.
    #[error("the address of `{0}` does not start with https:// or http://")]
    Address(&'static str),
}

impl Upstreams {
    /// The shipped addresses.
    ///
    /// # Errors
    /// When whoever built the program changed the file into something that cannot be read.
    pub fn shipped() -> Result<Self, UpstreamsError> {
        Self::parse(SHIPPED)
    }

    /// Reads a file of addresses. Empty ones count as not given.
    ///
    /// # Errors
    /// See [`UpstreamsError`].
    pub fn parse(text: &str) -> Result<Self, UpstreamsError> {
        let mut all: Self = toml::from_str(text).map_err(|e| UpstreamsError::Toml(e.message().to_owned()))?;
        let Self { osv, kev, epss, ssvc, endoflife } = &mut all;
        for (key, address) in
            [("osv", osv), ("kev", kev), ("epss", epss), ("ssvc", ssvc), ("endoflife", endoflife)]
        {
            *address = address.take().map(|a| a.trim().to_owned()).filter(|a| !a.is_empty());
            if address.as_deref().is_some_and(|a| !a.starts_with("https://") && !a.starts_with("http://")) {
                return Err(UpstreamsError::Address(key));
            }
        }
        Ok(all)
    }

    /// These addresses, and those of `other` where these have none.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            osv: self.osv.or(other.osv),
            kev: self.kev.or(other.kev),
            epss: self.epss.or(other.epss),
            ssvc: self.ssvc.or(other.ssvc),
            endoflife: self.endoflife.or(other.endoflife),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_names_no_host() {
        assert_eq!(Upstreams::shipped().unwrap(), Upstreams::default());
        assert!(!SHIPPED.contains("://"));
    }

    #[test]
    fn addresses_are_read_and_layered() {
        let own = Upstreams::parse("osv = \"https://mirror.example/osv\"\nkev = \" \"").unwrap();
        assert_eq!((own.osv.as_deref(), own.kev.as_deref()), (Some("https://mirror.example/osv"), None));
        let other = Upstreams::parse("osv = \"http://b.test\"\nkev = \"http://b.test/kev\"").unwrap();
        let both = own.or(other);
        assert_eq!(
            (both.osv.as_deref(), both.kev.as_deref()),
            (Some("https://mirror.example/osv"), Some("http://b.test/kev"))
        );
        for bad in ["osv = 1", "oscar = \"https://a.test\"", "osv = \"file:///etc/passwd\"", "[["] {
            assert!(Upstreams::parse(bad).is_err(), "{bad}");
        }
    }
}
