//! YAML 1.2 into a [`Tree`], from saphyr-parser's events.
//!
//! Aliases are not written out: an alias shares the children of what it names, and the entries it
//! stands for count against the bound, so a few lines cannot stand for a billion.

use std::{borrow::Cow, collections::HashMap};

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{Bad, Builder, DEEPEST, MOST_ENTRIES, Tree, Value};

/// What an anchor names, once it is complete.
struct Anchor {
    entry: u32,
    /// How many entries it stands for, aliases written out.
    size: usize,
}

struct Reader<'a> {
    builder: Builder<'a>,
    /// For each open map or list: its anchor (0: none), the number of entries before it, and the
    /// key read but not yet given a value.
    levels: Vec<Level<'a>>,
    anchors: HashMap<usize, Anchor>,
    /// Entries so far, aliases written out.
    size: usize,
}

struct Level<'a> {
    anchor: usize,
    size_before: usize,
    key: Option<(Cow<'a, str>, u32)>,
}

/// Reads the only document of a stream.
pub(super) fn read(text: &str) -> Result<Tree<'_>, Bad> {
    let mut reader =
        Reader { builder: Builder::default(), levels: Vec::new(), anchors: HashMap::new(), size: 0 };
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            Bad::at(line(error.marker().line()), format!("not valid YAML: {}", super::short(error.info())))
        })?;
        if let Event::DocumentStart(_) = event {
            documents += 1;
            if documents > 1 {
                let why = "the file holds several YAML documents, and one is read";
                return Err(Bad::at(line(span.start.line()), why));
            }
        }
        reader.event(event, span)?;
    }
    if reader.builder.entries.is_empty() {
        reader.builder.add(Cow::Borrowed(""), 1, Value::Null)?;
    }
    Ok(reader.builder.finish())
}

fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX).max(1)
}

impl<'a> Reader<'a> {
    fn event(&mut self, event: Event<'a>, span: Span) -> Result<(), Bad> {
        let at = line(span.start.line());
        match event {
            Event::Scalar(text, style, anchor, _) => {
                if let Some(level) = self.levels.last_mut()
                    && self.builder.in_map() == Some(true)
                    && level.key.is_none()
                {
                    level.key = Some((text, at));
                    return Ok(());
                }
                let value = match (style, text.as_ref()) {
                    (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
                    (ScalarStyle::Plain, "true" | "True" | "TRUE") => Value::Bool(true),
                    (ScalarStyle::Plain, "false" | "False" | "FALSE") => Value::Bool(false),
                    _ => Value::Text(text),
                };
                let (key, at) = self.key(at)?;
                let entry = self.builder.add(key, at, value)?;
                self.count(1, at)?;
                self.remember(anchor, entry, 1);
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, at, Value::List(0))?,
            Event::MappingStart(anchor, _) => self.begin(anchor, at, Value::Map(0))?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let (Some(level), Some((entry, _))) = (self.levels.pop(), self.builder.open.pop()) {
                    self.remember(level.anchor, entry, self.size - level.size_before);
                }
            }
            Event::Alias(anchor) => {
                let Some(&Anchor { entry, size }) = self.anchors.get(&anchor) else {
                    return Err(Bad::at(at, "not valid YAML: an alias leads into itself"));
                };
                let Some(value) = self.builder.entries.get(entry as usize).map(|e| e.value.clone()) else {
                    return Ok(());
                };
                if let Some(level) = self.levels.last_mut()
                    && self.builder.in_map() == Some(true)
                    && level.key.is_none()
                {
                    let Value::Text(text) = value else {
                        return Err(Bad::at(at, "a key is no plain text"));
                    };
                    level.key = Some((text, at));
                    return Ok(());
                }
                let (key, at) = self.key(at)?;
                self.builder.add(key, at, value)?;
                self.count(size, at)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The key that waits for a value, and the entry's line.
    fn key(&mut self, at: u32) -> Result<(Cow<'a, str>, u32), Bad> {
        match self.builder.in_map() {
            Some(true) => self
                .levels
                .last_mut()
                .and_then(|level| level.key.take())
                .ok_or_else(|| Bad::at(at, "a key is no plain text")),
            _ => Ok((Cow::Borrowed(""), at)),
        }
    }

    fn begin(&mut self, anchor: usize, at: u32, value: Value<'a>) -> Result<(), Bad> {
        if self.levels.len() >= DEEPEST {
            return Err(Bad::at(at, "the document is nested deeper than 256 levels"));
        }
        let (key, at) = self.key(at)?;
        self.builder.begin(key, at, value)?;
        self.levels.push(Level { anchor, size_before: self.size, key: None });
        self.count(1, at)
    }

    fn count(&mut self, size: usize, at: u32) -> Result<(), Bad> {
        self.size = self.size.saturating_add(size);
        if self.size > MOST_ENTRIES {
            return Err(Bad::at(
                at,
                "the document, its aliases written out, holds more than 4,000,000 entries",
            ));
        }
        Ok(())
    }

    fn remember(&mut self, anchor: usize, entry: u32, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { entry, size });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_lists_and_lines() {
        let text = "a: 1.0\nb:\n  - x\n  - y: 'true'\n    z: true\nc: ~\nd:\n";
        let tree = read(text).unwrap();
        let root = tree.root();
        assert_eq!(root.text_at("a"), Some("1.0"));
        let b = root.get("b").unwrap();
        assert_eq!(b.line(), 2);
        let items: Vec<_> = b.entries().collect();
        assert_eq!(items[0].text(), Some("x"));
        assert_eq!((items[1].text_at("y"), items[1].is_true_at("z")), (Some("true"), true));
        assert_eq!(items[1].get("z").unwrap().line(), 5);
        assert!(root.get("c").unwrap().is_null() && root.get("d").unwrap().is_null());
    }

    #[test]
    fn aliases_share_and_are_bounded() {
        let tree = read("a: &x {k: v}\nb: *x\nc: *x\n").unwrap();
        assert_eq!(tree.root().get("c").unwrap().text_at("k"), Some("v"));
        let mut laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for n in 1..12 {
            let alias = format!("*a{},", n - 1).repeat(10);
            laughs.push_str(&format!("a{n}: &a{n} [{alias}]\n"));
        }
        assert!(read(&laughs).unwrap_err().why.contains("aliases"));
        assert!(read("a: &x [*x]\n").unwrap_err().why.contains("itself"));
    }

    #[test]
    fn hostile_shapes_are_refused() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&"- ".repeat(100_000)).is_err());
        assert!(read(&"{a: ".repeat(100_000)).is_err());
        assert!(read("? [a]\n: b\n").is_err());
        assert!(read("a: 1\n---\nb: 2\n").is_err());
        assert!(read("a: 'x\n").is_err());
        assert!(read("a: *nobody\n").is_err());
        assert!(read("").unwrap().root().is_null());
    }
}
