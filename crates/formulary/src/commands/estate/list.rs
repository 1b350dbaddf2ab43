//! A list of subjects: one folder a line, relative to the list, and what is stated of it.

use std::path::Path;

use assess::system::Stating;

use super::find::Named;
use crate::{args, output::Failure, subject};

/// More lines than this are no list.
const MOST_LINES: usize = 100_000;

/// Reads a list. A misread word would change an answer: then nothing is judged.
pub(super) fn read(path: &Path) -> Result<Vec<Named>, Failure> {
    let text = String::from_utf8(subject::read(path)?).map_err(|_| {
        Failure::new(format!("{} is not text", path.display()))
            .next("A list is a file with one folder a line; `formulary check` judges a single file.")
    })?;
    let home = path.parent().unwrap_or(Path::new(""));
    let mut out = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if at >= MOST_LINES {
            return Err(Failure::new(format!("{} has more lines than a list may have", path.display())));
        }
        let (folder, stated) = one(line).map_err(|why| {
            Failure::new(format!("{}:{}: {why}", path.display(), at + 1))
                .next("Nothing was judged, because a misread word would change an answer.")
        })?;
        let whole = home.join(folder);
        let fault = whole.metadata().err().map(|error| format!("cannot be found: {error}"));
        let name = folder.trim_end_matches('/').to_owned();
        out.push(Named { name, path: whole, stated, fault });
    }
    Ok(out)
}

/// A folder, and the words after it that state something.
fn one(line: &str) -> Result<(&str, Stating), String> {
    let mut stated = Stating::default();
    let mut rest = line;
    while let Some((before, word)) = rest.rsplit_once(char::is_whitespace) {
        let Some((key, value)) = word.split_once('=') else { break };
        let wrong = |why: String| format!("`{}`: {why}", pages::columns::cut(word, 60));
        match key {
            "tier" => {
                stated.tier =
                    Some(value.parse().map_err(|e: domain::tier::InvalidTier| wrong(e.to_string()))?)
            }
            "exposure" => stated.exposure = Some(args::exposure(value).map_err(wrong)?),
            "visibility" => stated.visibility = Some(args::visibility(value).map_err(wrong)?),
            "deployment" => stated.deployment = Some(args::deployment(value).map_err(wrong)?),
            _ => return Err(wrong("write tier=, exposure=, visibility= or deployment=".to_owned())),
        }
        rest = before.trim_end();
    }
    Ok((rest, stated))
}

/// What a line states stands before what the command line states for all.
pub(super) fn over(line: Stating, all: Stating) -> Stating {
    Stating {
        tier: line.tier.or(all.tier),
        exposure: line.exposure.or(all.exposure),
        visibility: line.visibility.or(all.visibility),
        deployment: line.deployment.or(all.deployment),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use domain::{Tier, Visibility};

    use super::*;

    #[test]
    fn words_after_a_folder_state_its_circumstances() {
        let (folder, stated) = one("team a/ward list   tier=clinical visibility=public").unwrap();
        assert_eq!(folder, "team a/ward list");
        assert_eq!((stated.tier, stated.visibility), (Some(Tier::Clinical), Some(Visibility::Public)));
        assert_eq!(one("plain").unwrap(), ("plain", Stating::default()));
        assert_eq!(one("a=b").unwrap().0, "a=b", "a folder's own name may hold the sign");
        for wrong in ["x tier=high", "x owner=me", "x visibility=hidden"] {
            assert!(one(wrong).is_err(), "{wrong}");
        }
    }
}
