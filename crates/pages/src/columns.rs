//! Fitting words into a terminal: wrapping and cutting at a given number of columns.
//!
//! Text from a subject may hold anything; control characters (and with them terminal escape
//! sequences) are replaced before they are shown.

/// The widest line ever printed.
pub const WIDTH: usize = 100;

/// The text with control characters and direction overrides made visible and harmless.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if c.is_control() => '\u{fffd}',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {
                '\u{fffd}'
            }
            c => c,
        })
        .collect()
}

/// The text cut to at most `width` characters, with `…` where something was cut.
pub fn cut(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.chars().count() <= width {
        return text;
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// The text in lines of at most `width` characters, broken at spaces; a word longer than a line
/// stands on one of its own, broken where the line ends.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in clean(text).split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        if used > 0 && used + 1 + word.len() > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        while word.len() > width {
            let rest = word.split_off(width);
            lines.push(word.into_iter().collect());
            word = rest;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        used += word.len();
        line.extend(word);
    }
    if used > 0 {
        lines.push(line);
    }
    lines
}

/// A command for a POSIX shell in lines of at most `width` characters: broken before `&&` or between
/// words outside quotation marks, each line but the last ending in a backslash, so that it can be
/// copied as it stands. A word longer than a line is left whole.
pub fn shell(command: &str, width: usize) -> Vec<String> {
    let command = clean(command);
    if command.chars().count() <= width {
        return vec![command];
    }
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => {
                words.push(std::mem::take(&mut word));
                continue;
            }
            _ => {}
        }
        word.push(c);
    }
    words.push(word);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words {
        // Two columns are kept for the backslash.
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() + 2 > width {
            line.push_str(" \\");
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_and_no_word_is_lost() {
        let text = "one two three fourteen-letters-and-more five";
        for width in 8..50 {
            let lines = wrap(text, width);
            assert!(lines.iter().all(|l| l.chars().count() <= width), "{width}: {lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn a_long_command_breaks_where_a_shell_goes_on() {
        let command = "cd a/b && tool 'one two three' --last word";
        let lines = shell(command, 24);
        assert_eq!(lines, ["cd a/b && tool \\", "'one two three' --last \\", "word"]);
        let joined = lines.join("\n").replace(" \\\n", " ");
        assert_eq!(joined, command);
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mred\u{202e}\n"), "a\u{fffd}[31mred\u{fffd} ");
        assert_eq!(cut("abcdef", 4), "abc…");
    }
}
