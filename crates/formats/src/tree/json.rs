//! JSON (RFC 8259) into a [`Tree`].
//!
//! Own code, because serde_json tells no positions and its `RawValue` reads each level again. One
//! pass, no recursion; strings with escapes are decoded by serde_json itself, and a property test
//! holds both to the same answer.

use std::borrow::Cow;

use super::{Bad, Builder, Tree, Value};

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    lenient: bool,
}

/// Reads a document; `lenient` allows comments and trailing commas.
pub(super) fn read(text: &str, lenient: bool) -> Result<Tree<'_>, Bad> {
    let mut reader = Reader { text, at: 0, line: 1, lenient };
    let mut builder = Builder::default();
    // Whether the innermost map or list has just been opened (so `,` is not yet needed).
    let mut fresh = true;
    loop {
        // Before a value: close, or take the comma and the key.
        reader.skip()?;
        let mut key = Cow::Borrowed("");
        let mut line = reader.line;
        if let Some(in_map) = builder.in_map() {
            let end = if in_map { b'}' } else { b']' };
            if reader.peek() == Some(end) {
                reader.at += 1;
                builder.open.pop();
                fresh = false;
                if builder.open.is_empty() {
                    break;
                }
                continue;
            }
            if !fresh {
                reader.expect(b',', "expected a comma or the end of the list or object")?;
                reader.skip()?;
                if reader.lenient && reader.peek() == Some(end) {
                    continue;
                }
            }
            line = reader.line;
            if in_map {
                key = reader.string("expected a key in double quotes")?;
                reader.skip()?;
                reader.expect(b':', "expected a colon after the key")?;
                reader.skip()?;
            }
        }
        let Some(byte) = reader.peek() else { return Err(reader.bad("the document ends too early")) };
        fresh = matches!(byte, b'{' | b'[');
        match byte {
            b'{' | b'[' => {
                reader.at += 1;
                let value = if byte == b'{' { Value::Map(0) } else { Value::List(0) };
                builder.begin(key, line, value)?;
            }
            b'"' => {
                let text = reader.string("expected a string")?;
                builder.add(key, line, Value::Text(text))?;
            }
            b'-' | b'0'..=b'9' => {
                let number = reader.number()?;
                builder.add(key, line, Value::Number(Cow::Borrowed(number)))?;
            }
            _ => {
                let value = reader.word()?;
                builder.add(key, line, value)?;
            }
        }
        if builder.open.is_empty() {
            break;
        }
    }
    reader.skip()?;
    if reader.peek().is_some() {
        return Err(reader.bad("there is text after the end of the document"));
    }
    Ok(builder.finish())
}

impl<'a> Reader<'a> {
    fn bad(&self, why: &str) -> Bad {
        Bad::at(self.line, format!("not valid JSON: {why}"))
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8, why: &str) -> Result<(), Bad> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.bad(if self.peek().is_none() { "the document ends too early" } else { why }))
    }

    /// Skips white space (and comments); newlines occur nowhere else, so lines are counted here.
    fn skip(&mut self) -> Result<(), Bad> {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => self.line = self.line.saturating_add(1),
                b' ' | b'\t' | b'\r' => {}
                b'/' if self.lenient => {
                    self.comment()?;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<(), Bad> {
        let rest = self.rest();
        let length = match rest.get(1) {
            Some(b'/') => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            Some(b'*') => {
                let end = memchr::memmem::find(rest.get(2..).unwrap_or_default(), b"*/");
                end.ok_or_else(|| self.bad("a comment does not end"))? + 4
            }
            _ => return Err(self.bad("expected a comment after `/`")),
        };
        let skipped = rest.get(..length).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', skipped).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at += length;
        Ok(())
    }

    fn string(&mut self, why: &str) -> Result<Cow<'a, str>, Bad> {
        self.expect(b'"', why)?;
        let body = self.rest();
        let mut end = 0;
        let mut escaped = false;
        loop {
            let Some(step) = memchr::memchr2(b'"', b'\\', body.get(end..).unwrap_or_default()) else {
                return Err(self.bad("a string does not end"));
            };
            end += step;
            if body.get(end) == Some(&b'"') {
                break;
            }
            escaped = true;
            end += 2;
        }
        let start = self.at;
        self.at += end + 1;
        // Both ends lie on quotation marks, so these are character boundaries.
        let inner = self.text.get(start..start + end).unwrap_or_default();
        if inner.bytes().any(|byte| byte < 0x20) {
            return Err(self.bad("a string holds a control character"));
        }
        if !escaped {
            return Ok(Cow::Borrowed(inner));
        }
        let quoted = self.text.get(start - 1..=start + end).unwrap_or_default();
        let decoded: Result<String, _> = serde_json::from_str(quoted);
        decoded.map(Cow::Owned).map_err(|_| self.bad("a string holds an invalid escape"))
    }

    fn number(&mut self) -> Result<&'a str, Bad> {
        let rest = self.rest();
        let digits = |from: usize| {
            rest.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count()
        };
        let mut end = usize::from(rest.first() == Some(&b'-'));
        let whole = digits(end);
        let mut good = whole == 1 || (whole > 1 && rest.get(end) != Some(&b'0'));
        end += whole;
        if rest.get(end) == Some(&b'.') {
            let fraction = digits(end + 1);
            good &= fraction > 0;
            end += 1 + fraction;
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            end += 1 + usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end);
            good &= exponent > 0;
            end += exponent;
        }
        if !good {
            return Err(self.bad("a number is malformed"));
        }
        let number = self.text.get(self.at..self.at + end).unwrap_or_default();
        self.at += end;
        Ok(number)
    }

    fn word(&mut self) -> Result<Value<'a>, Bad> {
        for (word, value) in
            [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
        {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.bad("expected a value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Node;

    fn value(node: Node<'_>) -> serde_json::Value {
        if node.is_map() {
            return node.entries().map(|n| (n.key().to_owned(), value(n))).collect();
        }
        if node.is_list() {
            return node.entries().map(value).collect();
        }
        if let Some(text) = node.text() {
            return text.into();
        }
        match node.scalar() {
            Some(number) => serde_json::from_str(number).unwrap(),
            None => node.bool().map_or(serde_json::Value::Null, Into::into),
        }
    }

    fn agrees(text: &str) {
        let theirs: Result<serde_json::Value, _> = serde_json::from_str(text);
        match (read(text, false), theirs) {
            (Ok(tree), Ok(theirs)) => assert_eq!(value(tree.root()), theirs, "{text:?}"),
            (Err(_), Err(_)) => {}
            // serde_json refuses a number beyond its floats; a lockfile's reader keeps the digits.
            (Ok(_), Err(error)) if error.to_string().contains("number out of range") => {}
            (ours, theirs) => panic!("{text:?}: {ours:?} against {theirs:?}"),
        }
    }

    #[test]
    fn agrees_with_serde_json() {
        for text in [
            "",
            " ",
            "{}",
            "[]",
            "null",
            "true",
            "tru",
            "truex",
            "1",
            "-",
            "-0",
            "01",
            "1.",
            "1.5e+3",
            "1e",
            "\"a\"",
            "\"a",
            "\"\\u00e9\\n\"",
            "\"\\ud800\"",
            "\"\\x\"",
            "\"\n\"",
            "[1,]",
            "[1 2]",
            "[,1]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":[{\"b\":{}},[]],\"c\":null}",
            "{}{}",
            "[}",
            "{]",
            "[1,2",
            "{\"a\":",
            "{\"a\"",
            "// c\n{}",
            "\"\\",
            "\"\\\"",
            "[[[[]]]]",
            "{\"é\":\"ü\"}",
        ] {
            agrees(text);
        }
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_serde_json_on_json_like_noise(text in "[\\[\\]{}:,\"\\\\a1e.\\- \nu0tn]{0,24}") {
            agrees(&text);
        }
    }

    #[test]
    fn lines_are_those_of_the_keys() {
        let tree = read("{\n \"a\":\n  1,\n \"b\": [\n  2,\n  3]\n}", false).unwrap();
        let root = tree.root();
        assert_eq!(root.get("a").unwrap().line(), 2);
        assert_eq!(root.get("b").unwrap().line(), 4);
        assert_eq!(root.get("b").unwrap().entries().map(Node::line).collect::<Vec<_>>(), [5, 6]);
    }

    #[test]
    fn duplicates_are_told_and_the_last_counts() {
        let tree = read("{\"a\": 1,\n\"b\": {\"a\": 0},\n\"a\": 2}", false).unwrap();
        assert_eq!(tree.duplicates(), [(3, "a".to_owned())]);
        assert_eq!(tree.root().get("a").unwrap().scalar(), Some("2"));
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "[".repeat(1_000_000);
        assert!(read(&deep, false).unwrap_err().why.contains("256 levels"));
    }

    #[test]
    fn comments_where_allowed() {
        let text = "// one\n{ /* two\n */ \"a\": 1, // three\n}";
        assert!(read(text, false).is_err());
        let tree = read(text, true).unwrap();
        assert_eq!(tree.root().get("a").unwrap().line(), 3);
        assert!(read("/* open", true).is_err());
    }
}
