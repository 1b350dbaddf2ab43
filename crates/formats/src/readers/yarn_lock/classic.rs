//! The text format of classic yarn: a header of descriptors, then indented fields.

use super::{Entry, Unreadable, npm};

#[derive(Clone, Copy, PartialEq)]
enum Table {
    None,
    Dependencies,
    Optional,
    Other,
}

pub(super) fn read(path: &str, text: &str) -> Result<Vec<Entry>, Unreadable> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut table = Table::None;
    let mut any = false;
    for (number, raw) in (1u32..).zip(text.lines()) {
        let bad = |why: &str| Unreadable { path: path.to_owned(), line: Some(number), why: why.to_owned() };
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') {
            any |= line.starts_with("# yarn lockfile");
            continue;
        }
        if line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>") {
            return Err(bad("the file holds an unresolved merge conflict"));
        }
        let indent = raw.len() - raw.trim_start_matches(' ').len();
        match indent {
            0 => {
                let header =
                    line.strip_suffix(':').ok_or_else(|| bad("expected an entry that ends in a colon"))?;
                let mut entry = Entry { line: number, ..Entry::default() };
                for part in words(header, ',').ok_or_else(|| bad("a quoted name does not end"))? {
                    let (name, range) = npm::split_at(&part).unwrap_or((&part, ""));
                    entry.descriptors.push((name.to_owned(), range.to_owned()));
                }
                if entry.descriptors.is_empty() {
                    return Err(bad("an entry has no name"));
                }
                entries.push(entry);
                table = Table::None;
                any = true;
            }
            2 => {
                let entry = entries.last_mut().ok_or_else(|| bad("a field stands before any entry"))?;
                let parts = words(line, ' ').ok_or_else(|| bad("a quoted value does not end"))?;
                match parts.as_slice() {
                    [key] => {
                        table = match key.as_str() {
                            "dependencies:" => Table::Dependencies,
                            "optionalDependencies:" => Table::Optional,
                            key if key.ends_with(':') => Table::Other,
                            _ => return Err(bad("a field has no value")),
                        };
                    }
                    [key, value] => {
                        table = Table::None;
                        match key.as_str() {
                            "version" => entry.version.clone_from(value),
                            "resolved" => entry.resolved = Some(value.clone()),
                            "integrity" => entry.integrity = Some(value.clone()),
                            _ => {}
                        }
                    }
                    // An integrity of several hashes stands without quotation marks.
                    [key, ..] if key == "integrity" => {
                        entry.integrity = line.split_once(' ').map(|(_, hashes)| hashes.to_owned());
                    }
                    _ => return Err(bad("a field has more than one value")),
                }
            }
            4 if table != Table::None => {
                let entry = entries.last_mut().ok_or_else(|| bad("a field stands before any entry"))?;
                let parts = words(line, ' ').ok_or_else(|| bad("a quoted value does not end"))?;
                if let ([name, range], Table::Dependencies | Table::Optional) = (parts.as_slice(), table) {
                    entry.asks.push((name.clone(), range.clone(), table == Table::Optional));
                }
            }
            _ => return Err(bad("the indentation is not one that yarn writes")),
        }
    }
    let whole = |line, why: &str| Unreadable { path: path.to_owned(), line, why: why.to_owned() };
    if !any {
        return Err(whole(None, "nothing in the file is a yarn.lock entry or its heading"));
    }
    match entries.iter().find(|entry| entry.version.is_empty()) {
        Some(entry) => Err(whole(Some(entry.line), "an entry has no version; the file may be cut short")),
        None => Ok(entries),
    }
}

/// Words between separators, those in double quotes whole; `None` where a quotation does not end.
fn words(text: &str, separator: char) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if rest.starts_with('"') {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find_map(|(at, c)| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends.then_some(at)
            })?;
            let quoted = rest.get(..=end)?;
            found.push(serde_json::from_str(quoted).unwrap_or_else(|_| quoted.trim_matches('"').to_owned()));
            rest = rest.get(end + 1..)?.trim_start();
            rest = rest.strip_prefix(separator).unwrap_or(rest).trim_start();
        } else {
            let (word, after) = rest.split_once(separator).unwrap_or((rest, ""));
            found.push(word.trim().to_owned());
            rest = after.trim_start();
        }
    }
    Some(found)
}
