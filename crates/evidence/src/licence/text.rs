//! Which licence a text is.
//!
//! Decides by distinctive phrases (`rules/licences.toml`) over text reduced to words, and says when
//! the text holds much more than the licence it recognised: an added clause is found by its length.
//! Own code, because the crates that know all 700 licences carry megabytes of texts (and a C
//! decompressor), while a body has to tell apart the thirty that its policy names; what is not
//! among them is "not recognised", never guessed.

use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

/// A licence as the data file describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// SPDX identifier, the GNU ones without `-only` or `-or-later`.
    pub spdx: String,
    /// Whether the Open Source Initiative approved it.
    pub osi: bool,
    /// Length of the official text in words, about.
    words: usize,
    all: Vec<String>,
    none: Vec<String>,
    /// How people name it in prose, reduced to words.
    pub names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    licence: Vec<Known>,
}

/// A recognised text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// SPDX identifiers, sorted; several where the file holds several licences, none where none was known.
    pub spdx: Vec<String>,
    /// Whether every one of them is approved by the Open Source Initiative.
    pub osi: bool,
    /// Whether the text is much longer than those licences together: something was added.
    pub longer: bool,
    /// Whether the file is only a name or an SPDX tag, without the licence's text.
    pub name_only: bool,
}

/// The licences that are known, none if the shipped file were broken (a test excludes it).
pub fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        toml::from_str::<File>(include_str!("../../rules/licences.toml"))
            .map(|file| file.licence)
            .unwrap_or_default()
    })
}

/// Lower case, letters and digits kept, everything else one space.
pub fn reduce(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Recognises a licence file's text.
pub fn recognise(text: &str) -> Recognised {
    let words = reduce(text);
    let has = |phrase: &String| words.contains(phrase.as_str());
    let mut found: Vec<&Known> =
        known().iter().filter(|l| l.all.iter().all(has) && !l.none.iter().any(has)).collect();
    found.dedup_by(|a, b| a.spdx == b.spdx);
    // A licence text may quote another's name and phrases: the GNU ones include each other's.
    if found.iter().any(|l| l.spdx == "AGPL-3.0" || l.spdx == "SSPL-1.0") {
        found.retain(|l| l.spdx != "GPL-3.0");
    }
    if found.iter().any(|l| l.spdx == "ECL-2.0") {
        found.retain(|l| l.spdx != "Apache-2.0");
    }
    let length = words.split(' ').count();
    let expected: usize = found.iter().map(|l| l.words).sum();
    let name_only = found.is_empty() && length < 300;
    if name_only {
        found = named(&words);
    }
    let mut spdx: Vec<String> = found.iter().map(|l| l.spdx.clone()).collect();
    spdx.sort();
    spdx.dedup();
    Recognised {
        osi: !found.is_empty() && found.iter().all(|l| l.osi),
        // Copyright lines and a heading add some words; a clause adds more than a quarter or 60.
        longer: !name_only && expected > 0 && length > expected + (expected / 4).max(90),
        name_only: name_only && !spdx.is_empty(),
        spdx,
    }
}

/// Licences that reduced prose names.
pub fn named(words: &str) -> Vec<&'static Known> {
    let padded = format!(" {words} ");
    known().iter().filter(|l| l.names.iter().any(|name| padded.contains(&format!(" {name} ")))).collect()
}

/// The line, from 1, of a copyright statement that names somebody, and whether it is the Crown's.
pub fn copyright(text: &str) -> Option<(u32, bool)> {
    static LINE: OnceLock<Option<Regex>> = OnceLock::new();
    let line = LINE
        .get_or_init(|| {
            Regex::new(r"(?i)^[\W_]*(?:crown\s+copyright|(?:portions\s+)?copyright\b|\(c\)\s|©)[^\n]*$").ok()
        })
        .as_ref()?;
    text.lines().enumerate().take(20_000).find_map(|(number, content)| {
        if content.len() > 400 || !line.is_match(content) {
            return None;
        }
        let lower = content.to_lowercase();
        // The GNU licences carry the copyright of their own text, templates carry blanks, and
        // sentences about copyright name nobody.
        let empty = [
            "free software foundation",
            "[yyyy]",
            "<year>",
            "[year]",
            "{yyyy}",
            "<name of author>",
            "copyright holder",
            "[name of copyright owner]",
            "copyright notice",
            "copyright owner",
            "copyright license",
            "copyright law",
            "copyright and",
            "copyright is",
            "copyright,",
            "copyright interest",
            "copyright statement",
            "copyright laws",
            "copyright (c) <",
            "copyright or",
            "<copyright",
        ];
        if empty.iter().any(|word| lower.contains(word)) {
            return None;
        }
        let crown = lower.contains("crown");
        let dated = lower.as_bytes().windows(4).any(|w| w.iter().all(u8::is_ascii_digit));
        let marked = lower.contains('©') || lower.contains("copyright (c)");
        (crown || dated || marked).then(|| (u32::try_from(number + 1).unwrap_or(u32::MAX), crown))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIT: &str = "MIT License\n\nCopyright (c) 2024 Crown Copyright\n\nPermission is hereby granted, free of \
        charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), \
        to deal in the Software without restriction, subject to the following conditions:\n\nThe above copyright \
        notice and this permission notice shall be included in all copies.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\".";

    #[test]
    fn the_data_file_is_read() {
        assert!(known().len() >= 30);
    }

    #[test]
    fn recognises_a_text_however_it_is_wrapped() {
        let seen = recognise(&MIT.replace(' ', "\n  "));
        assert_eq!(seen, Recognised { spdx: vec!["MIT".into()], osi: true, longer: false, name_only: false });
        assert_eq!(copyright(MIT), Some((3, true)));
    }

    #[test]
    fn an_added_clause_shows_in_the_length() {
        let clause = "The licence does not grant the right to sell this software to hospitals. ".repeat(20);
        let seen = recognise(&format!("{MIT}\n{clause}"));
        assert!(seen.longer && seen.spdx == ["MIT"]);
    }

    #[test]
    fn a_name_is_no_text_and_a_template_no_owner() {
        let seen = recognise("Released under the MIT licence.");
        assert!(seen.name_only && seen.spdx == ["MIT"]);
        assert_eq!(
            recognise("All rights reserved."),
            Recognised { spdx: vec![], osi: false, longer: false, name_only: false }
        );
        for text in [
            "Copyright [yyyy] [name of copyright owner]",
            "Copyright (C) 2007 Free Software Foundation, Inc.",
            "copyright notice that is included",
        ] {
            assert_eq!(copyright(text), None, "{text}");
        }
    }
}
