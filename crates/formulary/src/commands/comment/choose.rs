//! Which comment, and what to do with it: create, edit, or leave.
//!
//! Pure: the comments that the forge lists go in, the request to make comes out. The comment is
//! known by the hidden marker at its beginning; with an account's name, only by that account's
//! hand, so that nobody can slip a comment of their own in its place. What it said before is folded
//! beneath what it says now, one state deep.

use serde::Serialize;
use serde_json::Value;

use crate::output::Failure;

/// Stands between what holds now and what held before.
const EARLIER: &str = "<!-- formulary:earlier -->";

/// What is said where a comment stands and nothing is against the change any more.
const MENDED: &str = "### Formulary: nothing stands against this change any more";

/// An earlier state longer than this, in bytes, is not kept: forges refuse comments over 64 KiB.
const LONGEST_EARLIER: usize = 20_000;

/// A comment longer than this, in bytes, is cut at a line.
const LONGEST: usize = 40_000;

/// The request to make of the forge.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub(super) enum Request {
    /// Write a new comment.
    Create {
        /// Its text.
        body: String,
    },
    /// Edit the comment that is there.
    Edit {
        /// As the forge names it.
        id: Value,
        /// Its new text.
        body: String,
    },
    /// Leave everything as it is.
    None,
}

/// The hidden marker by which the comment is known.
pub(super) fn marker(label: Option<&str>) -> Result<String, Failure> {
    match label {
        None => Ok("<!-- formulary:change -->".to_owned()),
        Some(word)
            if !word.is_empty()
                && word.len() <= 40
                && word != "earlier"
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
                // Two hyphens would end a comment of HTML.
                && !word.contains("--") =>
        {
            Ok(format!("<!-- formulary:change:{word} -->"))
        }
        Some(_) => Err(Failure::new("a label is a word of letters, digits, - and _, at most 40")),
    }
}

/// The comment whole: marker, what holds now, and what held before in a fold.
pub(super) fn whole(marker: &str, now: &str, earlier: Option<&str>) -> String {
    let mut now = now.trim();
    let mut rest = "";
    if now.len() > LONGEST {
        let mut end = LONGEST;
        while !now.is_char_boundary(end) {
            end -= 1;
        }
        now = now.get(..end).and_then(|head| head.rsplit_once('\n')).map_or("", |(head, _)| head);
        rest = "\n\n(cut here: `formulary check . --since BASE` shows the rest)";
    }
    let mut out = format!("{marker}\n{now}{rest}\n");
    if let Some(earlier) = earlier {
        out.push_str(&format!(
            "\n{EARLIER}\n<details><summary>What was said before</summary>\n\n{}\n\n</details>\n",
            earlier.trim()
        ));
    }
    out
}

/// What a comment of ours says now: between its marker and the fold; none for any other comment.
pub(super) fn current(body: &str, marker: &str) -> Option<String> {
    let body = body.replace("\r\n", "\n");
    let rest = body.trim_start().strip_prefix(marker)?;
    let now = rest.split_once(EARLIER).map_or(rest, |(now, _)| now);
    Some(now.trim().to_owned())
}

/// The request to make, from the comments that the forge lists: GitHub's and Forgejo's (`user.login`),
/// GitLab's notes (`author.username`), or a list of such lists (pages).
pub(super) fn request(
    listed: &Value,
    marker: &str,
    said: Option<&str>,
    author: Option<&str>,
) -> Result<Request, Failure> {
    let mut ours: Vec<(&Value, String)> = Vec::new();
    gather(listed, 0, &mut |comment| {
        let body = comment["body"].as_str().unwrap_or_default();
        let by = comment["user"]["login"].as_str().or_else(|| comment["author"]["username"].as_str());
        let may = author.is_none_or(|author| by == Some(author)) && comment["system"] != Value::Bool(true);
        if let (true, Some(now)) = (may, current(body, marker)) {
            ours.push((&comment["id"], now));
        }
    })?;
    // The oldest, should there be several.
    ours.sort_by_key(|(id, _)| id.as_u64().unwrap_or(u64::MAX));
    let Some((id, was)) = ours.into_iter().next() else {
        return Ok(said.map_or(Request::None, |said| Request::Create { body: whole(marker, said, None) }));
    };
    if !(id.is_number() || id.is_string()) {
        return Err(no_list("a comment has no id"));
    }
    let now = said.unwrap_or(MENDED).trim();
    // Compared as it would be written, so that a text cut for its length is the same one tomorrow.
    if current(&whole(marker, now, None), marker).as_deref() == Some(was.as_str()) {
        return Ok(Request::None);
    }
    // A text that somebody edited could open or close a fold: it is not repeated.
    let keep =
        was.len() <= LONGEST_EARLIER && !was.contains("<!--") && !was.contains("details>") && !was.is_empty();
    Ok(Request::Edit { id: id.clone(), body: whole(marker, now, keep.then_some(was.as_str())) })
}

fn gather<'a>(listed: &'a Value, depth: usize, take: &mut dyn FnMut(&'a Value)) -> Result<(), Failure> {
    let list = listed.as_array().ok_or_else(|| no_list("it is no list"))?;
    for one in list {
        match one {
            Value::Object(_) => take(one),
            Value::Array(_) if depth == 0 => gather(one, depth + 1, take)?,
            _ => return Err(no_list("something in it is no comment")),
        }
    }
    Ok(())
}

fn no_list(why: &str) -> Failure {
    Failure::new(format!("the existing comments cannot be read: {why}"))
        .next("Write what the forge's interface answers when it lists the comments of the change request.")
}
