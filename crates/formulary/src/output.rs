//! Writing to the terminal: never a panic on a closed pipe, colours only where somebody sees them.

use std::io::{self, IsTerminal, Write};

/// Something a command could not do, in plain English, with what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened.
    what: String,
    /// What to do next.
    next: Option<String>,
}

impl Failure {
    /// Something could not be done.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), next: None }
    }

    /// What happened.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// With what to do next.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut what = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !what.contains(&cause_text) {
                what.push_str(": ");
                what.push_str(&cause_text);
            }
            source = cause.source();
        }
        Self::new(what)
    }
}

/// Writes an answer to standard output. A reader that has gone away ends it quietly.
pub(crate) fn answer(text: &str) {
    let mut out = anstream::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        closed(&error);
    }
}

/// Writes a remark to standard error.
pub(crate) fn remark(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{text}");
}

/// Writes a failure to standard error.
pub(crate) fn failure(failure: &Failure) {
    let red = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{red}error{red:#}: {}", indented(&failure.what));
    if let Some(next) = &failure.next {
        let _ = writeln!(err, "       {}", indented(next));
    }
}

/// Writes a usage error to standard error, in lines that fit.
pub(crate) fn usage(text: &str) {
    let mut err = anstream::stderr().lock();
    for line in text.trim_end().lines() {
        // Lists of possible values keep their indentation.
        let indent = line.len() - line.trim_start().len();
        let lines = pages::columns::wrap(line, pages::columns::WIDTH - indent.max(7));
        if lines.is_empty() {
            let _ = writeln!(err);
        }
        for (i, part) in lines.into_iter().enumerate() {
            let _ = writeln!(err, "{}{part}", " ".repeat(if i == 0 { indent } else { indent.max(7) }));
        }
    }
}

/// Wrapped under `error: `; each line that was handed in keeps one of its own.
fn indented(text: &str) -> String {
    let lines = text.lines().flat_map(|line| pages::columns::wrap(line, pages::columns::WIDTH - 7));
    lines.collect::<Vec<_>>().join("\n       ")
}

/// Whether a person watches standard error.
pub(crate) fn watched() -> bool {
    io::stderr().is_terminal()
}

fn closed(error: &io::Error) {
    if error.kind() != io::ErrorKind::BrokenPipe {
        let _ = writeln!(io::stderr(), "error: cannot write the answer: {error}");
        std::process::exit(3);
    }
    // Whoever read the first lines has what they wanted; the verdict's exit code still counts.
}
