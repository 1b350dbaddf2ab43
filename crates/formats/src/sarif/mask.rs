//! What of a scanner's message may stand in a title.
//!
//! A secret scanner may quote what it found, a privacy scanner a number. Which word is one cannot be
//! known here, so every word that could be is masked: long runs of mixed letters and digits, and long
//! numbers. Too much masked costs a hash in a sentence; too little would publish a key.

/// Longest title, in characters.
const LONGEST: usize = 300;
/// Shortest word of letters and digits mixed that may be a secret, in bytes.
const SECRET: usize = 16;
/// Shortest number that may be a person's: NHS and telephone numbers have ten digits or more, and
/// dates eight.
const NUMBER: usize = 9;

/// How the names of advisories begin: what follows is no secret and nobody's number.
const ADVISORIES: [&str; 7] = ["CVE-", "GHSA-", "RUSTSEC-", "PYSEC-", "CWE-", "GO-", "MAL-"];

/// The first line that says something, masked and cut.
pub(super) fn first_line(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let line: String = line.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let mut out = String::with_capacity(line.len());
    let mut word = String::new();
    // What follows the name of a secret is masked whatever it looks like: `password: hunter2`.
    let mut named = false;
    for c in line.chars() {
        if c.is_alphanumeric()
            || matches!(c, '+' | '_' | '-' | '=' | '/' | '@' | '.' | '~' | '%' | '!' | '$' | '*')
        {
            word.push(c);
        } else {
            push(&mut out, &word, named);
            named = (c == ':' && names_a_secret(&word)) || (named && word.is_empty());
            word.clear();
            out.push(c);
        }
    }
    push(&mut out, &word, named);
    Some(mask_numbers(&out))
}

/// Ends of names that stand before a secret, in lower case.
const NAMES: [&str; 9] =
    ["password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "api_key", "api-key"];

fn names_a_secret(word: &str) -> bool {
    let word = word.to_lowercase();
    NAMES.iter().any(|name| word.ends_with(name))
}

fn push(out: &mut String, word: &str, mut named: bool) {
    // Parts of paths, hosts and assignments are looked at each on its own; what joins them stays.
    let joins = |c: char| matches!(c, '/' | '.' | '=' | '@');
    for part in word.split_inclusive(joins) {
        let (bare, end) = match part.char_indices().last() {
            Some((at, c)) if joins(c) => part.split_at(at),
            _ => (part, ""),
        };
        out.push_str(if !bare.is_empty() && (named || may_be_secret(bare)) { "[masked]" } else { bare });
        named = end == "=" && names_a_secret(bare);
        out.push_str(end);
    }
}

/// Letters and digits mixed, long, and not a word with a number at its end or an advisory's name.
fn may_be_secret(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let letters = part.chars().filter(|c| c.is_alphabetic()).count();
    let named = ADVISORIES.iter().any(|prefix| part.starts_with(prefix));
    // Base64 without a digit is rare at this length and mixes cases within; words do not.
    let upper = part.chars().skip(1).filter(|c| c.is_uppercase()).count();
    // Words joined by hyphens carry a number or two (`log4j-core-2`); keys more.
    let enough = if part.contains(['-', '_']) { 3 } else { 1 };
    let mixed = digits >= enough && letters >= 2
        || (part.len() >= 24 && upper >= 4 && part.chars().any(char::is_lowercase));
    part.len() >= SECRET && mixed && !named
}

/// Numbers of nine digits and more, also where single spaces or hyphens group them.
fn mask_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    let mut digits = 0;
    let flush = |out: &mut String, run: &mut String, digits: &mut usize| {
        if *digits >= NUMBER && !ADVISORIES.iter().any(|prefix| out.ends_with(prefix)) {
            let tail: String = run.chars().rev().take_while(|c| !c.is_ascii_digit()).collect();
            out.push_str("[masked]");
            out.extend(tail.chars().rev());
        } else {
            out.push_str(run);
        }
        run.clear();
        *digits = 0;
    };
    for c in text.chars() {
        let groups = matches!(c, ' ' | '-') && run.ends_with(|last: char| last.is_ascii_digit());
        if c.is_ascii_digit() {
            digits += 1;
            run.push(c);
        } else if groups {
            run.push(c);
        } else {
            flush(&mut out, &mut run, &mut digits);
            out.push(c);
        }
    }
    flush(&mut out, &mut run, &mut digits);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_or_a_number_is_masked_and_the_rest_stays() {
        for (text, expected) in [
            ("\n  SQL built from input  \nmore", Some("SQL built from input")),
            ("   \n\t", None),
            ("key AKIAIOSFODNN7EXAMPLE found", Some("key [masked] found")),
            ("token=ghp_0123456789abcdefghijABCDEFGHIJ456789", Some("token=[masked]")),
            ("password is `kJh8/fK3l+0sAq9ZxCvB12nM`.", Some("password is `kJh8/[masked]`.")),
            ("password=hunter2 and token: abc.", Some("password=[masked] and token: [masked].")),
            ("patient 943 476 5919 in line 4", Some("patient [masked] in line 4")),
            ("NHS number 9434765919, call 020-7946-0958", Some("NHS number [masked], call [masked]")),
            ("CVE-2021-44228 in log4j-core 2.14.0", Some("CVE-2021-44228 in log4j-core 2.14.0")),
            (
                "use-of-md5-and-sha1 in log4j-core-extended-2",
                Some("use-of-md5-and-sha1 in log4j-core-extended-2"),
            ),
            ("sk-ant-api03-Zx9", Some("[masked]")),
            ("GHSA-jfh8-c2jp-5v3q since 2026-01-02", Some("GHSA-jfh8-c2jp-5v3q since 2026-01-02")),
            (
                "call to java.util.concurrent.ThreadPoolExecutor in src/main/App.java",
                Some("call to java.util.concurrent.ThreadPoolExecutor in src/main/App.java"),
            ),
            ("aGVsbG9Xb3JsZEhlbGxvV29ybGRIZWxsbw==", Some("[masked]==")),
        ] {
            assert_eq!(first_line(text).as_deref(), expected, "{text}");
        }
        assert_eq!(first_line(&"a ".repeat(1000)).unwrap().chars().count(), 300);
    }
}
