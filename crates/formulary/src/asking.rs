//! Questions on a terminal, for what flags did not say.

use std::io::{BufRead, IsTerminal, Write as _};

use pages::columns::cut;

use crate::output::Failure;

/// Whether anybody is there to be asked.
pub(crate) fn may_ask(yes: bool) -> bool {
    !yes && std::io::stdin().is_terminal()
}

/// What was given, else what is typed, else the guess.
pub(crate) fn ask(
    asking: bool,
    question: &str,
    given: Option<String>,
    guess: Option<String>,
) -> Result<Option<String>, Failure> {
    if given.is_some() || !asking {
        return Ok(given.or(guess));
    }
    let shown = guess.as_ref().map(|g| format!(" [{}]", cut(g, 60))).unwrap_or_default();
    let typed = prompt(&format!("{question}{shown}: "))?;
    Ok(if typed.is_empty() { guess } else { Some(typed) })
}

/// Asks one line.
pub(crate) fn prompt(text: &str) -> Result<String, Failure> {
    let mut err = std::io::stderr();
    write!(err, "{text}")?;
    err.flush()?;
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(Failure::new("the questions were not answered").next("Say --yes to take the guesses."));
    }
    Ok(line.trim().to_owned())
}
