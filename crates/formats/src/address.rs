//! Addresses as lockfiles write them: which host, which commit, which content hash.
//!
//! Decides what may be kept of an address. User names, passwords, paths and queries never are.

use domain::ContentHash;

/// The host of an address (`https://user@host:443/path`, `git@host:path`, `//host/path`), lower
/// case; `None` where none can be told.
pub(crate) fn host(address: &str) -> Option<String> {
    let rest = match address.split_once("://") {
        Some((_, rest)) => rest,
        None => match address.strip_prefix("//") {
            Some(rest) => rest,
            // scp-like: [user@]host:path
            None => {
                let (host, _) = address.split_once(':')?;
                return clean(host.rsplit_once('@').map_or(host, |(_, host)| host));
            }
        },
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    clean(host)
}

fn clean(host: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'[' | b']' | b':');
    (!host.is_empty() && host.len() <= 253 && host.bytes().all(plain)).then(|| host.to_ascii_lowercase())
}

/// Whether the text is a git commit: 40 or 64 hexadecimal digits.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The commit after the last `#` of an address, if it is one; `commit=` before it is allowed, as
/// yarn writes it.
pub(crate) fn commit(address: &str) -> Option<String> {
    let (_, fragment) = address.rsplit_once('#')?;
    let fragment = fragment.split('&').find_map(|part| part.strip_prefix("commit=")).unwrap_or(fragment);
    is_commit(fragment).then(|| fragment.to_ascii_lowercase())
}

/// Subresource integrity (`sha512-<base64> sha1-<base64>`, options after `?` dropped) as hashes.
pub(crate) fn integrity(text: &str) -> Vec<ContentHash> {
    let mut hashes: Vec<ContentHash> =
        text.split_ascii_whitespace().take(8).filter_map(one_integrity).collect();
    hashes.sort_by(|a, b| (&a.algorithm, &a.value).cmp(&(&b.algorithm, &b.value)));
    hashes
}

fn one_integrity(text: &str) -> Option<ContentHash> {
    let (algorithm, value) = text.split_once('-')?;
    let length = match algorithm {
        "md5" => 16,
        "sha1" => 20,
        "sha256" => 32,
        "sha384" => 48,
        "sha512" => 64,
        _ => return None,
    };
    let bytes = base64(value.split('?').next()?)?;
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    let mut value = String::with_capacity(bytes.len() * 2);
    for byte in &bytes {
        value.push(digit(byte >> 4));
        value.push(digit(byte & 15));
    }
    (bytes.len() == length).then(|| ContentHash { algorithm: algorithm.to_owned(), value })
}

/// Standard base64 with or without its padding. Own code: twelve lines against a dependency.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.len() > 128 {
        return None;
    }
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0u32);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xfff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_secrets() {
        for (address, expected) in [
            ("https://user:pw@Registry.example:8443/a?b#c", Some("registry.example")),
            ("git@code.example:team/repo.git", Some("code.example")),
            ("git+ssh://git@code.example/team/repo.git#abc", Some("code.example")),
            ("https://a@b@code.example/", Some("code.example")),
            ("//code.example/x", Some("code.example")),
            ("https://[::1]:80/x", Some("[::1]")),
            ("file:///etc/passwd", None),
            ("https://", None),
            ("plain", None),
            ("https://bad host/", None),
        ] {
            assert_eq!(host(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn hashes_in_hexadecimal() {
        let empty = integrity("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
        assert_eq!(empty[0].value, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(integrity("sha512-AAAA").len(), 0);
        assert_eq!(integrity("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=?x y").len(), 1);
    }

    #[test]
    fn commits() {
        let sha = "0123456789012345678901234567890123456789";
        assert_eq!(commit(&format!("https://x.example/r#{sha}")).as_deref(), Some(sha));
        assert_eq!(commit(&format!("https://x.example/r#workspace=a&commit={sha}")).as_deref(), Some(sha));
        assert_eq!(commit("https://x.example/r#main"), None);
    }
}
