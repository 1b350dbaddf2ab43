//! Text from strangers, fit to be shown: one line, bounded, nothing that steers a terminal or turns
//! the direction of writing.

/// At most `limit` characters of the text, white space joined to single spaces.
pub(crate) fn plain(text: &str, limit: usize) -> String {
    let steers = |c: &char| {
        (c.is_control() && !c.is_whitespace())
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let kept: String = text.chars().filter(|c| !steers(c)).take(limit).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}
