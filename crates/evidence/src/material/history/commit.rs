//! What a commit or tag object says. Headers are read by their names; anything unknown is passed over.
//!
//! Source: git's `gitformat-commit` (`Documentation/gitformat-signature`, `git-mktag(1)`).

/// A commit's headers and message, as bytes of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit<'a> {
    /// The id of its tree, in hexadecimal.
    pub tree: &'a [u8],
    /// The ids of its parents, in hexadecimal.
    pub parents: Vec<&'a [u8]>,
    /// `Name <address> seconds zone`.
    pub author: &'a [u8],
    /// `Name <address> seconds zone`.
    pub committer: &'a [u8],
    /// Whether it carries a signature.
    pub signed: bool,
    /// The message.
    pub message: &'a [u8],
}

/// A tag object's headers and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The id of what it names, in hexadecimal.
    pub target: &'a [u8],
    /// Its own name.
    pub name: &'a [u8],
    /// `Name <address> seconds zone`; empty in very old tags.
    pub tagger: &'a [u8],
    /// The message, a signature included.
    pub message: &'a [u8],
}

/// Name and value.
type Header<'a> = (&'a [u8], &'a [u8]);

/// Name and value of each header line, continuation lines left out, and where the message starts.
fn headers(object: &[u8]) -> (Vec<Header<'_>>, &[u8]) {
    /// A commit of more parents than this was made to be a burden.
    const MOST: usize = 100_000;
    let mut out = Vec::new();
    let mut rest = object;
    while !rest.is_empty() && out.len() < MOST {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            return (out, rest);
        }
        if line[0] == b' ' {
            continue;
        }
        let split = memchr::memchr(b' ', line).unwrap_or(line.len());
        out.push((&line[..split], line.get(split + 1..).unwrap_or_default()));
    }
    (out, &[])
}

impl<'a> Commit<'a> {
    /// Reads a commit object; none when it names no tree.
    pub fn read(object: &'a [u8]) -> Option<Self> {
        let (headers, message) = headers(object);
        let mut out =
            Self { tree: &[], parents: Vec::new(), author: &[], committer: &[], signed: false, message };
        for (name, value) in headers {
            match name {
                b"tree" if out.tree.is_empty() => out.tree = value,
                b"parent" => out.parents.push(value),
                b"author" => out.author = value,
                b"committer" => out.committer = value,
                b"gpgsig" | b"gpgsig-sha256" => out.signed = true,
                _ => {}
            }
        }
        (!out.tree.is_empty()).then_some(out)
    }

    /// When it was committed, in seconds since 1970; zero where it does not say.
    pub fn time(&self) -> i64 {
        time(self.committer)
    }
}

impl<'a> Tag<'a> {
    /// Reads a tag object; none when it names nothing.
    pub fn read(object: &'a [u8]) -> Option<Self> {
        let (headers, message) = headers(object);
        let of = |name: &[u8]| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        Some(Self {
            target: of(b"object")?,
            name: of(b"tag").unwrap_or_default(),
            tagger: of(b"tagger").unwrap_or_default(),
            message,
        })
    }

    /// Whether it carries a signature.
    pub fn signed(&self) -> bool {
        [
            &b"-----BEGIN PGP SIGNATURE-----"[..],
            b"-----BEGIN SSH SIGNATURE-----",
            b"-----BEGIN SIGNED MESSAGE-----",
        ]
        .iter()
        .any(|mark| memchr::memmem::find(self.message, mark).is_some())
    }
}

/// The seconds in `Name <address> seconds zone`.
pub fn time(person: &[u8]) -> i64 {
    let after = memchr::memrchr(b'>', person).map_or(person, |at| &person[at + 1..]);
    let digits: Vec<u8> = after
        .iter()
        .copied()
        .skip_while(|b| *b == b' ')
        .take_while(|b| b.is_ascii_digit() || *b == b'-')
        .take(20)
        .collect();
    std::str::from_utf8(&digits).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The name and the address in `Name <address> seconds zone`.
pub fn person(line: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memrchr(b'>', line).unwrap_or(line.len());
    match memchr::memchr(b'<', &line[..end]) {
        Some(start) => (line[..start].trim_ascii(), line[start + 1..end].trim_ascii()),
        None => (line[..end].trim_ascii(), &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_headers_and_skips_a_signature() {
        let text =
            b"tree aa\nparent bb\nparent cc\nauthor A <a@x.test> 5 +0000\ncommitter C <c@x.test> 12 +0100\n\
            gpgsig -----BEGIN\n parent no\n end\n\nHello\n\nbody";
        let commit = Commit::read(text).unwrap();
        assert_eq!(commit.parents, [b"bb", b"cc"]);
        assert_eq!((commit.time(), commit.signed, commit.message), (12, true, &b"Hello\n\nbody"[..]));
        assert_eq!(person(commit.author), (&b"A"[..], &b"a@x.test"[..]));
        assert_eq!(Commit::read(b"no tree\n\nx"), None);
    }

    #[test]
    fn odd_lines_are_no_panic() {
        for text in [&b""[..], b"\n", b"tree", b"tree x", b" \n \n", b"author <<>> 99999999999999999999999"] {
            let _ = Commit::read(text);
            let _ = Tag::read(text);
            let _ = time(text);
            let _ = person(text);
        }
        assert_eq!(time(b"A <a> -5 +0000"), -5);
    }
}
