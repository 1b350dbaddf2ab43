//! XML as a small tree with lines: elements, attributes and text, nothing else.
//!
//! Reading is quick-xml's; this file bounds size, depth, elements and attributes, declares no
//! entity beyond XML's own five (a document that declares some is refused), and reads UTF-8 or,
//! where the declaration says so, Latin-1. Namespaces are dropped: names are local names.

use std::borrow::Cow;

use quick_xml::{Reader, XmlVersion, events::Event};

use crate::{
    inventory::Unreadable,
    text::{self, unreadable},
};

/// Largest document, in bytes. Real project files are below 1 MB.
const LARGEST: usize = 16 << 20;
/// Deepest nesting.
const DEEPEST: usize = 128;
/// Most elements.
const MOST_ELEMENTS: usize = 500_000;
/// Most attributes of one element.
const MOST_ATTRIBUTES: usize = 64;

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// Local name.
    pub(crate) name: String,
    /// The line of its start tag, counted from 1.
    pub(crate) line: u32,
    /// Attributes in document order, by local name.
    pub(crate) attributes: Vec<(String, String)>,
    /// Child elements in document order.
    pub(crate) children: Vec<Element>,
    /// Its own text, trimmed.
    pub(crate) text: String,
}

impl Element {
    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    /// All children of this name.
    pub(crate) fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// The children called `item` of the child called `list`.
    pub(crate) fn listed<'a>(&'a self, list: &'a str, item: &'a str) -> impl Iterator<Item = &'a Element> {
        self.each(list).flat_map(move |l| l.each(item))
    }

    /// The text of the first child of this name, unless empty.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|c| c.text.as_str()).filter(|t| !t.is_empty())
    }

    /// An attribute, its name compared without case (as MSBuild does).
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// Parses a whole document and returns its root element.
pub(crate) fn parse(path: &str, bytes: &[u8]) -> Result<Element, Unreadable> {
    if bytes.len() > LARGEST {
        return Err(unreadable(path, None, format!("larger than {} MiB; not read", LARGEST >> 20)));
    }
    let text = decode(path, bytes)?;
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = false;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut elements = 0usize;
    let mut counted = 0usize;
    let mut line = 1u32;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(text.len());
        line = line
            .saturating_add(text::line_of(&text.as_bytes()[counted.min(at)..at], at - counted.min(at)) - 1);
        counted = at;
        let fail = |why: &str| unreadable(path, Some(line), format!("not well-formed XML: {why}"));
        let event = reader.read_event().map_err(|_| fail("a tag is broken or not closed"))?;
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                elements += 1;
                if elements > MOST_ELEMENTS || open.len() >= DEEPEST {
                    return Err(unreadable(
                        path,
                        Some(line),
                        "nested too deep or too many elements; not read",
                    ));
                }
                if root.is_some() {
                    return Err(fail("more than one root element"));
                }
                let mut element =
                    Element { name: local(start.local_name().as_ref()), line, ..Element::default() };
                for attribute in start.attributes().with_checks(false).take(MOST_ATTRIBUTES + 1) {
                    let attribute = attribute.map_err(|_| fail("an attribute is broken"))?;
                    let value = attribute
                        .normalized_value(XmlVersion::Explicit1_0)
                        .map_err(|_| fail("an attribute holds an unknown entity"))?;
                    let name = local(attribute.key.local_name().as_ref());
                    if element.attributes.len() == MOST_ATTRIBUTES
                        || element.attributes.iter().any(|(n, _)| *n == name)
                    {
                        return Err(fail("an attribute is repeated, or there are too many"));
                    }
                    element.attributes.push((name, value.into_owned()));
                }
                if matches!(event, Event::Empty(_)) {
                    close(element, &mut open, &mut root);
                } else {
                    open.push(element);
                }
            }
            Event::End(_) => {
                let mut element = open.pop().ok_or_else(|| fail("an end tag without a start"))?;
                element.text = element.text.trim().to_owned();
                close(element, &mut open, &mut root);
            }
            Event::Text(part) => match open.last_mut() {
                Some(element) => element.text.push_str(&part.xml10_content()),
                None if part.xml10_content().trim().is_empty() => {}
                None => return Err(fail("text outside the root element")),
            },
            Event::CData(part) => {
                let element = open.last_mut().ok_or_else(|| fail("text outside the root element"))?;
                element.text.push_str(&part.xml10_content());
            }
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let found = match name.as_ref() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().map_err(|_| fail("a character reference is broken"))?,
                };
                let (Some(found), Some(element)) = (found, open.last_mut()) else {
                    return Err(fail("an entity that XML itself does not define"));
                };
                element.text.push(found);
            }
            Event::DocType(declaration) => {
                if declaration.xml10_content().contains('[') {
                    return Err(unreadable(
                        path,
                        Some(line),
                        "declares entities of its own, which are not expanded",
                    ));
                }
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return Err(unreadable(path, Some(line), "not well-formed XML: ends inside an element (cut off?)"));
    }
    root.ok_or_else(|| unreadable(path, Some(1), "not well-formed XML: no element in it"))
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn local(name: &str) -> String {
    name.to_owned()
}

/// UTF-8, or Latin-1 where the XML declaration names it.
fn decode<'a>(path: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, Unreadable> {
    let head = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes)).to_ascii_lowercase();
    let declared = head
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split("?>").next())
        .and_then(|rest| rest.split_once("encoding"))
        .and_then(|(_, rest)| rest.split(['"', '\'']).nth(1));
    match declared {
        Some("iso-8859-1" | "latin1" | "iso8859-1" | "windows-1252")
            if std::str::from_utf8(bytes).is_err() =>
        {
            Ok(Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect()))
        }
        Some(
            "utf-8" | "utf8" | "us-ascii" | "ascii" | "iso-8859-1" | "latin1" | "iso8859-1" | "windows-1252",
        )
        | None => text::utf8(path, bytes).map(Cow::Borrowed),
        Some(_) => Err(unreadable(path, Some(1), "declares an encoding that is not read; save it as UTF-8")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_lines_and_text() {
        let root = parse("p", b"<?xml version=\"1.0\"?>\n<m:a xmlns:m='u'>\n  <b C='1&amp;2'>x&lt;<![CDATA[y]]>&#65;</b>\n</m:a>").unwrap();
        assert_eq!(root.name, "a");
        let b = root.child("b").unwrap();
        assert_eq!((b.line, b.attribute("c"), b.text.as_str()), (3, Some("1&2"), "x<yA"));
    }

    #[test]
    fn hostile_documents_are_errors() {
        let deep = "<a>".repeat(1_000_000);
        let attributes = format!("<a {}/>", (0..100).map(|i| format!("x{i}='' ")).collect::<String>());
        let bombs = "<!DOCTYPE a [<!ENTITY x \"xxxx\">]><a>&x;</a>";
        for bad in [
            deep.as_str(),
            &attributes,
            bombs,
            "<a>&x;</a>",
            "<a>",
            "<a></b>",
            "",
            "<a/><b/>",
            "<a b='1' b='2'/>",
            "<a>&#x110000;</a>",
            "<?xml version='1.0' encoding='EBCDIC'?><a/>",
            "x<a/>",
        ] {
            let Err(error) = parse("p", bad.as_bytes()) else { panic!("accepted {bad:.40}") };
            assert!(error.line.is_some(), "{error}");
        }
        assert!(parse("p", b"\xFF\xFE<\0").is_err());
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>";
        assert_eq!(parse("p", latin).unwrap().text, "\u{e9}");
    }
}
