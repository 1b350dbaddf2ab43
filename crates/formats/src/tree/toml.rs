//! TOML into a [`Tree`], from the `toml` crate's spanned values, whose own recursion is bounded.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use super::{Bad, Builder, Tree, Value};
use crate::text::Lines;

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Tree<'_>, Bad> {
    let lines = Lines::of(text);
    let root = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| lines.line(span.start));
        Bad::at(line, format!("not valid TOML: {}", super::short(error.message())))
    })?;
    let mut builder = Builder::default();
    builder.begin(Cow::Borrowed(""), 1, Value::Map(0))?;
    table(&mut builder, root.into_inner(), &lines)?;
    Ok(builder.finish())
}

/// The depth is that of the parsed table, which the `toml` crate bounds; [`Builder`] bounds it again.
fn table<'a>(builder: &mut Builder<'a>, table: DeTable<'a>, lines: &Lines) -> Result<(), Bad> {
    for (key, item) in table {
        let line = lines.line(key.span().start);
        value(builder, key.into_inner(), line, item.into_inner(), lines)?;
    }
    Ok(())
}

fn value<'a>(
    builder: &mut Builder<'a>,
    key: Cow<'a, str>,
    line: u32,
    item: DeValue<'a>,
    lines: &Lines,
) -> Result<(), Bad> {
    let plain = match item {
        DeValue::String(text) => Value::Text(text),
        DeValue::Boolean(flag) => Value::Bool(flag),
        DeValue::Integer(number) => Value::Number(Cow::Owned(number.to_string())),
        DeValue::Float(number) => Value::Number(Cow::Owned(number.to_string())),
        DeValue::Datetime(date) => Value::Text(Cow::Owned(date.to_string())),
        DeValue::Array(array) => {
            builder.begin(key, line, Value::List(0))?;
            for item in array {
                let line = lines.line(item.span().start);
                value(builder, Cow::Borrowed(""), line, item.into_inner(), lines)?;
            }
            builder.open.pop();
            return Ok(());
        }
        DeValue::Table(inner) => {
            builder.begin(key, line, Value::Map(0))?;
            table(builder, inner, lines)?;
            builder.open.pop();
            return Ok(());
        }
    };
    builder.add(key, line, plain)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_arrays_and_lines() {
        let text = "version = 3\n[[package]]\nname = \"a\"\n\n[[package]]\nname = \"b\"\ndependencies = [\n \"a\",\n]\n";
        let tree = read(text).unwrap();
        assert_eq!(tree.root().get("version").unwrap().scalar(), Some("3"));
        let packages: Vec<_> = tree.root().get("package").unwrap().entries().collect();
        assert_eq!(packages.len(), 2);
        assert_eq!(packages[1].line(), 5);
        assert_eq!(packages[1].get("name").unwrap().line(), 6);
        let asked = packages[1].get("dependencies").unwrap().entries().next().unwrap();
        assert_eq!((asked.text(), asked.line()), (Some("a"), 8));
    }

    #[test]
    fn bad_and_deep_documents() {
        assert_eq!(read("a = 1\nb = \n").unwrap_err().line, 2);
        assert!(read("a = 1\na = 2\n").is_err());
        assert!(read(&format!("a = {}", "[".repeat(100_000))).is_err());
        assert!(read(&format!("[{}a]", "a.".repeat(100_000))).is_err());
    }
}
