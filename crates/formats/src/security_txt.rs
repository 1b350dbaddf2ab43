//! security.txt: where to report a flaw (RFC 9116).
//!
//! Decides what the fields say. An OpenPGP cleartext signature around the fields is taken off and
//! not verified. It refuses to know the day: whether `Expires` has passed is asked by the caller.

use domain::Timestamp;

/// A larger file is no security.txt.
pub const LARGEST: usize = 256 << 10;

/// The places in a tree that become the two places of the RFC when served.
pub const PLACE_ENDS: [&str; 2] = [".well-known/security.txt", "security.txt"];

/// A security.txt file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityTxt {
    /// `Contact` fields in the order of preference: `mailto:`, `https:` or `tel:` addresses, with lines.
    pub contacts: Vec<(u32, String)>,
    /// When the file ends, as written, and as an instant where it is one.
    pub expires: Option<(u32, String, Option<Timestamp>)>,
    /// `Policy` addresses.
    pub policies: Vec<String>,
    /// Whether it is signed.
    pub signed: bool,
    /// Lines that are neither field, comment nor blank, and fields given twice that may not be.
    pub faults: Vec<(u32, &'static str)>,
}

/// The bytes are no security.txt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSecurityTxt {
    /// Larger than [`LARGEST`].
    #[error("larger than {} KiB: not a security.txt file", LARGEST >> 10)]
    TooLarge,
    /// Neither `Contact` nor `Expires` is in it.
    #[error("holds neither a Contact nor an Expires field (RFC 9116 §2.5)")]
    NoFields,
}

impl SecurityTxt {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is too large or holds none of the required fields.
    pub fn read(text: &str) -> Result<Self, NotSecurityTxt> {
        if text.len() > LARGEST {
            return Err(NotSecurityTxt::TooLarge);
        }
        let mut out = Self::default();
        let mut in_signature_head = false;
        for (number, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = u32::try_from(number + 1).unwrap_or(u32::MAX);
            let content = raw.trim();
            if content == "-----BEGIN PGP SIGNED MESSAGE-----" {
                (out.signed, in_signature_head) = (true, true);
                continue;
            }
            if content == "-----BEGIN PGP SIGNATURE-----" {
                break;
            }
            if in_signature_head {
                in_signature_head = !content.is_empty();
                continue;
            }
            let content = content.strip_prefix("- ").filter(|_| out.signed).unwrap_or(content);
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            match content.split_once(':') {
                Some((name, value)) if !name.contains(char::is_whitespace) => {
                    out.field(line, name, value.trim());
                }
                _ => out.faults.push((line, "neither a field nor a comment")),
            }
        }
        if out.contacts.is_empty() && out.expires.is_none() { Err(NotSecurityTxt::NoFields) } else { Ok(out) }
    }

    fn field(&mut self, line: u32, name: &str, value: &str) {
        match name.to_ascii_lowercase().as_str() {
            "contact" => self.contacts.push((line, value.to_owned())),
            "policy" => self.policies.push(value.to_owned()),
            "expires" if self.expires.is_some() => {
                self.faults.push((line, "Expires must not be given twice (RFC 9116 §2.5.5)"));
            }
            "expires" => {
                let instant = value.to_ascii_uppercase().parse().ok();
                if instant.is_none() {
                    self.faults.push((line, "Expires is not a date and time of RFC 3339"));
                }
                self.expires = Some((line, value.to_owned(), instant));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_in_order_and_without_regard_to_case() {
        let file = SecurityTxt::read(
            "# ours\nContact: mailto:security@example.org\ncontact: https://example.org/report\n\
             EXPIRES: 2027-01-01T00:00:00z\nPolicy: https://example.org/policy\nX-Other: y\n",
        )
        .unwrap();
        assert_eq!(file.contacts[1], (3, "https://example.org/report".to_owned()));
        let (line, _, instant) = file.expires.unwrap();
        assert_eq!((line, instant.unwrap().to_string()), (4, "2027-01-01T00:00:00Z".to_owned()));
        assert_eq!(file.policies.len(), 1);
        assert!(file.faults.is_empty() && !file.signed);
    }

    #[test]
    fn takes_a_signature_off() {
        let text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nContact: tel:+44-1\nExpires: soon\n\
                    -----BEGIN PGP SIGNATURE-----\nContact: mailto:x@y.example\n";
        let file = SecurityTxt::read(text).unwrap();
        assert!(file.signed);
        assert_eq!(file.contacts.len(), 1);
        assert_eq!(file.faults, [(5, "Expires is not a date and time of RFC 3339")]);
    }

    #[test]
    fn refuses_what_is_none() {
        assert_eq!(SecurityTxt::read("hello\n"), Err(NotSecurityTxt::NoFields));
        assert_eq!(SecurityTxt::read(&"a".repeat(LARGEST + 1)), Err(NotSecurityTxt::TooLarge));
    }
}
