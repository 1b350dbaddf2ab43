//! The few statements of Ruby that a `Gemfile` or gemspec consists of, cut into words.
//!
//! No Ruby parser: a statement is a first word, literal arguments and options, and whether it opens
//! or closes a block. Whatever is not literal stays as an argument without a text.

/// Longest statement, joined over lines, in bytes.
const LONGEST: usize = 16 * 1024;
/// Deepest nesting of brackets in arguments.
const DEEPEST: usize = 8;

/// One statement.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    /// Its first word, with receiver: `gem`, `spec.add_dependency`.
    pub(super) word: &'a str,
    /// Positional arguments.
    pub(super) arguments: Vec<Argument>,
    /// Options: `key: value` and `:key => value`.
    options: Vec<(String, Argument)>,
    /// The line it starts on.
    pub(super) line: u32,
    /// Whether it opens a block or another construct that `end` closes.
    pub(super) opens: bool,
    /// Whether it is an `end`.
    pub(super) closes: bool,
    /// Whether it calls `gem` somewhere inside.
    pub(super) names_a_gem: bool,
}

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// A string or symbol.
    Text(String),
    /// A list.
    List(Vec<Argument>),
    /// Anything else.
    Code,
}

impl Argument {
    /// The texts in it.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(items) => items.iter().flat_map(Argument::texts).collect(),
            Self::Code => Vec::new(),
        }
    }
}

impl Statement<'_> {
    /// The first argument, if it is a literal.
    pub(super) fn first_text(&self) -> Option<String> {
        match self.arguments.first()? {
            Argument::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    /// The texts of an option.
    pub(super) fn option(&self, key: &str) -> Option<Vec<String>> {
        let (_, value) = self.options.iter().find(|(k, _)| k == key)?;
        Some(value.texts().into_iter().map(str::to_owned).collect())
    }
}

/// The statements of a program, in order.
pub(super) fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut out = Vec::new();
    let mut lines = (1u32..).zip(text.lines()).peekable();
    let mut inside_comment = false;
    while let Some((number, line)) = lines.next() {
        if line.starts_with("=begin") {
            inside_comment = true;
        }
        if inside_comment {
            inside_comment = !line.starts_with("=end");
            continue;
        }
        if line.trim_end() == "__END__" {
            break;
        }
        let first = without_comment(line).trim();
        if first.is_empty() {
            continue;
        }
        let mut joined = first.to_owned();
        // A statement goes on where a comma, a backslash or an operator ends the line.
        while joined.ends_with([',', '\\', '(', '[', '|'])
            && !joined.ends_with(" do |")
            && joined.len() < LONGEST
        {
            // `do |s|` ends a line as well.
            if joined.ends_with('|') && joined.contains(" do |") {
                break;
            }
            let Some((_, next)) = lines.next() else { break };
            let next = without_comment(next).trim();
            joined.truncate(joined.trim_end_matches('\\').len());
            joined.push(' ');
            joined.push_str(next);
        }
        out.push(statement(first, &joined, number));
    }
    out
}

fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '#' => return line.get(..at).unwrap_or(line),
            None => {}
        }
    }
    line
}

fn statement<'a>(first: &'a str, joined: &str, line: u32) -> Statement<'a> {
    let end = first
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '!')))
        .unwrap_or(first.len());
    let word = first.get(..end).unwrap_or(first);
    let mut rest = joined.get(end..).unwrap_or_default().trim();
    let closes = word == "end";
    let mut opens = matches!(
        word,
        "if" | "unless" | "case" | "while" | "until" | "begin" | "def" | "for" | "class" | "module"
    );
    // `… do` and `… do |x|` open a block; a one-line `… do … end` does not occur in practice.
    if let Some(at) = rest.rfind(" do").filter(|at| {
        let after = rest.get(at + 3..).unwrap_or_default().trim();
        after.is_empty() || after.starts_with('|')
    }) {
        opens = true;
        rest = rest.get(..at).unwrap_or_default();
    } else if rest == "do" || rest.starts_with("do |") {
        opens = true;
        rest = "";
    }
    // A modifier says when, not what.
    for modifier in [" if ", " unless "] {
        if let Some((before, _)) = split_outside_quotes(rest, modifier) {
            rest = before;
        }
    }
    let rest = rest.trim();
    let names_a_gem =
        joined.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).any(|w| w == "gem");
    let arguments = match rest.strip_prefix('(') {
        Some(inside) => inside.trim_end().strip_suffix(')').unwrap_or(inside),
        None => rest,
    };
    let (arguments, options) = if closes { (Vec::new(), Vec::new()) } else { cut(arguments, 0) };
    Statement { word, arguments, options, line, opens, closes, names_a_gem }
}

fn split_outside_quotes<'t>(text: &'t str, by: &str) -> Option<(&'t str, &'t str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if text.get(at..).is_some_and(|t| t.starts_with(by)) => {
                return Some((text.get(..at)?, text.get(at + by.len()..)?));
            }
            None => {}
        }
    }
    None
}

/// Cuts arguments at commas outside quotes and brackets, and tells options from the rest.
fn cut(text: &str, depth: usize) -> (Vec<Argument>, Vec<(String, Argument)>) {
    let (mut arguments, mut options) = (Vec::new(), Vec::new());
    for part in parts(text) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let option = split_outside_quotes(part, "=>")
            .map(|(key, value)| (key.trim().trim_start_matches(':'), value))
            .or_else(|| {
                let (key, value) = part.split_once(':')?;
                let plain = !key.is_empty()
                    && key.chars().all(|c| c.is_alphanumeric() || c == '_')
                    && !value.starts_with(':');
                plain.then_some((key, value))
            });
        match option {
            Some((key, value)) => {
                options.push((key.trim_matches(['"', '\'']).to_owned(), argument(value.trim(), depth)))
            }
            None => arguments.push(argument(part, depth)),
        }
    }
    (arguments, options)
}

fn parts(text: &str) -> Vec<&str> {
    let (mut out, mut start, mut level) = (Vec::new(), 0, 0usize);
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' => quote = Some(c),
                '[' | '(' | '{' => level += 1,
                ']' | ')' | '}' => level = level.saturating_sub(1),
                ',' if level == 0 => {
                    out.push(text.get(start..at).unwrap_or_default());
                    start = at + 1;
                }
                _ => {}
            },
        }
    }
    out.push(text.get(start..).unwrap_or_default());
    out
}

fn argument(text: &str, depth: usize) -> Argument {
    let inner = |open: char, close: char| text.strip_prefix(open).and_then(|t| t.strip_suffix(close));
    if let Some(string) = inner('"', '"').or_else(|| inner('\'', '\'')) {
        let plain = !string.contains(['"', '\'', '\\']) && !string.contains("#{");
        return if plain { Argument::Text(string.to_owned()) } else { Argument::Code };
    }
    if let Some(symbol) = text.strip_prefix(':') {
        let symbol = symbol.trim_matches('"');
        let plain = symbol.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        return if plain { Argument::Text(symbol.to_owned()) } else { Argument::Code };
    }
    if matches!(text, "true" | "false" | "nil") {
        return Argument::Text(text.to_owned());
    }
    let list = text.strip_prefix("%w").or_else(|| text.strip_prefix("%i"));
    if let Some(list) = list {
        let inside = list.get(1..list.len().saturating_sub(1)).unwrap_or_default();
        return Argument::List(inside.split_whitespace().map(|w| Argument::Text(w.to_owned())).collect());
    }
    match inner('[', ']') {
        Some(inside) if depth < DEEPEST => Argument::List(cut(inside, depth + 1).0),
        _ => Argument::Code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_statements() {
        let text = "gem 'a', '~> 1.0', '>= 1.0.2', # why\n  group: [:test, :development], require: false\n\
                    group :x, optional: true do\n  gem(\"b\", :git => \"https://h.example/b#c\") if ENV[\"X\"]\nend\n";
        let s = statements(text);
        assert_eq!(s.len(), 4);
        assert_eq!(s[0].first_text().as_deref(), Some("a"));
        assert_eq!(s[0].arguments.len(), 3);
        assert_eq!(s[0].option("group").unwrap(), ["test", "development"]);
        assert!(s[1].opens && s[3].closes);
        assert_eq!(s[2].option("git").unwrap(), ["https://h.example/b#c"]);
        assert_eq!(s[2].line, 4);
        assert!(statements("%w[a b].each { |g| gem g }")[0].names_a_gem);
        assert_eq!(statements("gem \"#{x}\"")[0].first_text(), None);
    }
}
