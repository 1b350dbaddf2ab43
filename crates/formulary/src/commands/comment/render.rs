//! The words of the comment: only what the change introduces.
//!
//! On code that is public, or of which nobody said that it is not, controls and counts alone: an
//! open flaw's place is nothing to publish before it is mended. No dates: a comment that says the
//! same is the same, and is left alone.

use std::fmt::Write;

use domain::{Assessment, Outcome, Visibility, circumstances::By};
use pages::{
    columns::{clean, cut},
    words::count,
};
use policy::Pack;

/// More rows than this are counted, not shown: forges refuse comments over 64 KiB.
const MOST_ROWS: usize = 40;

/// The comment, without its marker.
pub(super) fn render(alone: &Assessment, packs: &[Pack]) -> String {
    let visibility = alone.circumstances.visibility;
    let private = visibility.value == Visibility::Private && visibility.by != By::Assumed;
    let worst = alone.verdicts.iter().map(|v| v.outcome).max().unwrap_or(Outcome::Allowed);
    let mut out = format!("### Formulary: {}\n\n", heading(worst));
    rows(alone, packs, private, &mut out);
    if private {
        findings(alone, &mut out);
    } else {
        out.push_str(
            "Places are not named here, because the code is public or nobody declared that it is not: \
             `formulary check . --since BASE` shows them where you work.\n",
        );
    }
    out
}

const fn heading(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "this change introduces something to look at",
        Outcome::Conditional => "this change takes on obligations",
        Outcome::Referred => "this change needs the committee",
        Outcome::NotEvaluated => "this change could not be evaluated whole",
        Outcome::Refused => "this change is refused",
    }
}

fn rows(alone: &Assessment, packs: &[Pack], private: bool, out: &mut String) {
    let mut rows: Vec<(Outcome, String)> = Vec::new();
    for verdict in &alone.verdicts {
        let pack = packs.iter().find(|pack| pack.label() == verdict.pack);
        for reason in &verdict.reasons {
            let control = pack.and_then(|pack| pack.find(&reason.control)).map(|(_, control)| control);
            let title = control.map_or(reason.control.as_str(), |control| control.title());
            let say = if private { format!("{} {}", reason.why, reason.remedy) } else { title.to_owned() };
            let row = format!(
                "| {} | {} | `{}` | {} | {} |",
                verdict.purpose.word(),
                reason.outcome.word(),
                reason.control,
                reason.count.max(1),
                plain(&cut(&say, 300))
            );
            rows.push((reason.outcome, row));
        }
    }
    // The worst first; otherwise as the packs have them.
    rows.sort_by_key(|(outcome, _)| std::cmp::Reverse(*outcome));
    if rows.is_empty() {
        return;
    }
    let asks = if private { "why, and what to do" } else { "asks for" };
    let _ =
        writeln!(out, "| question | verdict | control | new | {asks} |\n| --- | --- | --- | ---: | --- |");
    for (_, row) in rows.iter().take(MOST_ROWS) {
        let _ = writeln!(out, "{row}");
    }
    if rows.len() > MOST_ROWS {
        let _ = writeln!(out, "\nand {} more.", rows.len() - MOST_ROWS);
    }
    out.push('\n');
}

fn findings(alone: &Assessment, out: &mut String) {
    if alone.findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}:\n", count(alone.findings.len(), "new finding", "new findings"));
    for finding in alone.findings.iter().take(MOST_ROWS) {
        let places: Vec<String> =
            finding.places.iter().take(3).map(|place| plain(&place.to_string())).collect();
        let at = if places.is_empty() { String::new() } else { format!(", {}", places.join(", ")) };
        let _ = writeln!(out, "- {} ({}){at}", plain(&cut(&finding.title, 160)), plain(&finding.id));
    }
    if alone.findings.len() > MOST_ROWS {
        let _ = writeln!(out, "- and {} more", alone.findings.len() - MOST_ROWS);
    }
}

/// Text from the subject is no markup, calls nobody and closes no fold.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_subject_stays_text() {
        assert_eq!(plain("@all </details> |x| ![i](u)"), "&#64;all &lt;/details&gt; \\|x\\| \\!\\[i\\](u)");
    }
}
