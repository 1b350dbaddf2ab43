//! Canonical JSON: one value, one sequence of bytes.
//!
//! The form is that of RFC 8785 (JSON Canonicalization Scheme) restricted to what Formulary
//! writes: object keys sorted by UTF-16 code units, no white space, strings escaped only where
//! JSON demands it, and integers alone as numbers. A number with a fraction is refused, so that
//! no platform's idea of floating point can enter a digest: CVSS scores are in tenths, EPSS
//! probabilities in millionths.
//!
//! The bytes are written straight from the value, without a tree of it in between: an assessment
//! of many components is sealed in one pass. The published crates for this form write fractions,
//! which is what must not happen here.

use std::{borrow::Cow, cell::RefCell, cmp::Ordering, io, ops::Range};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The value cannot be written as JSON at all.
    #[error("the value cannot be written as JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// A number is not an integer, or is beyond 2^53 (RFC 8785 §3.2.2.3 would round it).
    #[error("the number {0} has no canonical form: only integers up to 2^53 have one")]
    Number(String),
}

const LARGEST: u64 = 1 << 53;

/// The canonical bytes of a value.
///
/// # Errors
/// See [`CanonicalError`].
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    to_vec_without(value, &[])
}

/// The canonical bytes of an object without these of its own members (members deeper down stay).
///
/// # Errors
/// See [`CanonicalError`].
pub fn to_vec_without<T: Serialize + ?Sized>(value: &T, outside: &[&str]) -> Result<Vec<u8>, CanonicalError> {
    let page = RefCell::new(Page { outside, ..Page::default() });
    let written = value.serialize(&mut Serializer::with_formatter(End(&page), Canonical(&page)));
    let page = page.into_inner();
    match (page.refused, written) {
        (Some(number), _) => Err(CanonicalError::Number(number)),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Ok(page.bytes),
    }
}

/// What has been written so far, and where in it the members of objects still open stand.
#[derive(Default)]
struct Page<'a> {
    bytes: Vec<u8>,
    members: Vec<Member>,
    /// For every open object: where it starts, and its first member.
    objects: Vec<(usize, usize)>,
    /// Members of the outermost object that are left out.
    outside: &'a [&'a str],
    /// Where the members of an object are put in order.
    sorted: Vec<u8>,
    refused: Option<String>,
}

/// Where a member of an object stands.
#[derive(Clone, Default)]
struct Member {
    /// The key, as written, between its quotes.
    key: Range<usize>,
    /// Key and value.
    whole: Range<usize>,
    /// Whether the key's bytes may sort otherwise than what it says: see [`order`].
    odd: bool,
}

impl Page<'_> {
    fn end_object(&mut self) {
        let Some((start, first)) = self.objects.pop() else { return };
        let bytes = &self.bytes;
        let text = |member: &Member| &bytes[member.key.clone()];
        let members = &mut self.members[first..];
        let outside: &[&str] = if start == 0 { self.outside } else { &[] };
        let in_order = members.windows(2).all(|two| order(bytes, &two[0], &two[1]) == Ordering::Less);
        if !in_order || !outside.is_empty() {
            members.sort_by(|a, b| order(bytes, a, b));
            self.sorted.clear();
            for (i, member) in members.iter().enumerate() {
                // Of members with one name the last written counts.
                let again = members.get(i + 1).is_some_and(|next| text(next) == text(member));
                if again || outside.iter().any(|name| *name == plain(text(member))) {
                    continue;
                }
                if !self.sorted.is_empty() {
                    self.sorted.push(b',');
                }
                self.sorted.extend_from_slice(&bytes[member.whole.clone()]);
            }
            self.bytes.truncate(start + 1);
            self.bytes.extend_from_slice(&self.sorted);
        }
        self.members.truncate(first);
    }

    fn refuse(&mut self, number: impl ToString) -> io::Error {
        self.refused = Some(number.to_string());
        io::Error::other("a number without a canonical form")
    }
}

/// By UTF-16 code units. UTF-8 sorts alike below U+E000: above it, code points beyond the basic
/// plane come first in UTF-16. An escaped key sorts as what it says.
fn order(bytes: &[u8], a: &Member, b: &Member) -> Ordering {
    let (left, right) = (&bytes[a.key.clone()], &bytes[b.key.clone()]);
    if a.odd || b.odd {
        return plain(left).encode_utf16().cmp(plain(right).encode_utf16());
    }
    left.cmp(right)
}

/// The key that was written as these bytes between quotes.
fn plain(key: &[u8]) -> Cow<'_, str> {
    if key.contains(&b'\\') {
        let quoted = [b"\"", key, b"\""].concat();
        if let Ok(text) = serde_json::from_slice::<String>(&quoted) {
            return Cow::Owned(text);
        }
    }
    String::from_utf8_lossy(key)
}

/// Writes at the end of the page.
struct End<'p, 'a>(&'p RefCell<Page<'a>>);

impl io::Write for End<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Puts members in order when their object ends, and refuses numbers without a canonical form.
struct Canonical<'p, 'a>(&'p RefCell<Page<'a>>);

impl Formatter for Canonical<'_, '_> {
    fn begin_object<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let page = &mut *self.0.borrow_mut();
        page.objects.push((page.bytes.len(), page.members.len()));
        page.bytes.push(b'{');
        Ok(())
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        let page = &mut *self.0.borrow_mut();
        if !first {
            page.bytes.push(b',');
        }
        let start = page.bytes.len();
        page.members.push(Member { key: start + 1..start + 1, whole: start..start, odd: false });
        Ok(())
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let page = &mut *self.0.borrow_mut();
        if let Some(member) = page.members.last_mut() {
            member.key.end = page.bytes.len() - 1;
            member.odd = page.bytes[member.key.clone()].iter().any(|byte| *byte >= 0xee || *byte == b'\\');
        }
        Ok(())
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let page = &mut *self.0.borrow_mut();
        if let Some(member) = page.members.last_mut() {
            member.whole.end = page.bytes.len();
        }
        Ok(())
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let page = &mut *self.0.borrow_mut();
        page.end_object();
        page.bytes.push(b'}');
        Ok(())
    }

    fn write_u64<W: ?Sized + io::Write>(&mut self, writer: &mut W, number: u64) -> io::Result<()> {
        if number > LARGEST {
            return Err(self.0.borrow_mut().refuse(number));
        }
        write!(writer, "{number}")
    }

    fn write_i64<W: ?Sized + io::Write>(&mut self, writer: &mut W, number: i64) -> io::Result<()> {
        if number.unsigned_abs() > LARGEST {
            return Err(self.0.borrow_mut().refuse(number));
        }
        write!(writer, "{number}")
    }

    fn write_u128<W: ?Sized + io::Write>(&mut self, writer: &mut W, number: u128) -> io::Result<()> {
        if number > u128::from(LARGEST) {
            return Err(self.0.borrow_mut().refuse(number));
        }
        write!(writer, "{number}")
    }

    fn write_i128<W: ?Sized + io::Write>(&mut self, writer: &mut W, number: i128) -> io::Result<()> {
        if number.unsigned_abs() > u128::from(LARGEST) {
            return Err(self.0.borrow_mut().refuse(number));
        }
        write!(writer, "{number}")
    }

    fn write_f32<W: ?Sized + io::Write>(&mut self, _: &mut W, number: f32) -> io::Result<()> {
        Err(self.0.borrow_mut().refuse(number))
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, _: &mut W, number: f64) -> io::Result<()> {
        Err(self.0.borrow_mut().refuse(number))
    }

    fn write_raw_fragment<W: ?Sized + io::Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        Err(io::Error::other("text that is JSON already has no canonical form here: read it first"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn text<T: Serialize + ?Sized>(value: &T) -> String {
        String::from_utf8(to_vec(value).unwrap()).unwrap()
    }

    #[test]
    fn sorts_by_utf16_and_drops_white_space() {
        // U+1F600 is D83D DE00 in UTF-16 and so comes before U+FB33; by bytes it comes after.
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "b": [true, null], "a": "\u{e9}\n"});
        assert_eq!(text(&value), "{\"a\":\"\u{e9}\\n\",\"b\":[true,null],\"\u{1f600}\":2,\"\u{fb33}\":1}");
        // An escaped key is sorted as what it says: a quotation mark comes before an A.
        assert_eq!(text(&json!({"A": 1, "\"": 2, "\\": 3, "\n": 4})), r#"{"\n":4,"\"":2,"A":1,"\\":3}"#);
    }

    #[test]
    fn refuses_fractions_and_numbers_that_would_be_rounded() {
        assert!(matches!(to_vec(&json!({"x": 9.8})), Err(CanonicalError::Number(n)) if n == "9.8"));
        assert!(to_vec(&json!(9_007_199_254_740_993_u64)).is_err());
        assert!(to_vec(&json!(-9_007_199_254_740_992_i64)).is_ok());
        assert!(to_vec(&1.5_f32).is_err());
        assert!(to_vec(&u128::MAX).is_err());
    }

    #[test]
    fn structures_maps_and_numbers_as_keys_are_sorted_at_every_depth() {
        #[derive(Serialize)]
        struct Outer {
            zebra: Inner,
            apple: Vec<Inner>,
            empty: std::collections::BTreeMap<u8, u8>,
        }
        #[derive(Serialize, Clone)]
        struct Inner {
            two: u8,
            one: std::collections::BTreeMap<u8, &'static str>,
        }
        let inner = Inner { two: 2, one: [(9, "nine"), (10, "ten")].into() };
        let outer = Outer { zebra: inner.clone(), apple: vec![inner.clone(), inner], empty: [].into() };
        let one = r#"{"one":{"10":"ten","9":"nine"},"two":2}"#;
        assert_eq!(text(&outer), format!(r#"{{"apple":[{one},{one}],"empty":{{}},"zebra":{one}}}"#));
    }

    #[test]
    fn leaves_out_members_of_the_outermost_object_alone() {
        let value = json!({"b": {"a": 1, "b": 2}, "a": 1, "c": 3});
        assert_eq!(to_vec_without(&value, &["a"]).unwrap(), br#"{"b":{"a":1,"b":2},"c":3}"#);
        assert_eq!(to_vec_without(&value, &["a", "b", "c"]).unwrap(), b"{}");
        assert_eq!(to_vec_without(&json!([{"a": 1}]), &["a"]).unwrap(), br#"[{"a":1}]"#);
    }

    proptest::proptest! {
        /// Reading the bytes gives the value back, and other orders of writing give the same bytes.
        #[test]
        fn reads_back(entries in proptest::collection::btree_map(".{0,4}", ".{0,4}", 0..12)) {
            let value: Value = entries.iter().rev().map(|(k, v)| (k.clone(), json!({"v": v}))).collect();
            let bytes = to_vec(&value).unwrap();
            proptest::prop_assert_eq!(&serde_json::from_slice::<Value>(&bytes).unwrap(), &value);
            let again: Value = serde_json::from_slice(&bytes).unwrap();
            proptest::prop_assert_eq!(to_vec(&again).unwrap(), bytes);
        }
    }
}
