//! What to do, in order, when a history holds what may not be public: revoke first, then decide whether
//! to rewrite, with the literal commands.
//!
//! No command holds a value: what is to be replaced is copied by git from the object into a file that its
//! owner alone may read. It decides the order and the words; whether a rewriting is worth it is for the
//! owner to say, because it undoes no publication.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use domain::{Assessment, Finding, FindingKind, InHistory, Purpose, Visibility};

use crate::columns::{WIDTH, wrap};

/// More places than this are counted, not written out.
const MOST_PLACES: usize = 40;

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What, and who.
    pub what: String,
    /// Literal commands, one a line, for a POSIX shell.
    pub commands: Vec<String>,
}

/// The steps; none where the history was not read, or holds nothing of the kind.
pub fn steps(assessment: &Assessment) -> Vec<Step> {
    if !assessment.verdicts.iter().any(|verdict| verdict.purpose == Purpose::Publish) {
        return Vec::new();
    }
    let of = |kind: FindingKind| -> Vec<&Finding> {
        assessment
            .findings
            .iter()
            .filter(|f| {
                f.kind == kind && f.control != "disclosure" && f.attested.is_none() && !f.history.is_empty()
            })
            .collect()
    };
    let (secrets, persons) = (of(FindingKind::Secret), of(FindingKind::PersonalData));
    if secrets.is_empty() && persons.is_empty() {
        return closed(assessment);
    }
    let mut out = Vec::new();
    if !secrets.is_empty() {
        out.push(revoke(&secrets));
        out.push(attest(assessment, &secrets));
    }
    if !persons.is_empty() {
        out.push(Step {
            what: format!(
                "Tell whoever answers for information governance of {}: where it was public it is an incident.",
                counted(persons.len(), "place with personal data", "places with personal data")
            ),
            commands: Vec::new(),
        });
    }
    out.push(decide(assessment));
    out.push(recipe(&secrets, &persons));
    out.push(Step {
        what: "Look again in the rewritten clone, push it, have the forge drop its caches and the references of \
               change requests, and have every clone made anew: one old clone that is merged brings it all back."
            .to_owned(),
        commands: vec!["formulary check . --publish".to_owned()],
    });
    out
}

/// What is kept closed, or was, and is known to lie elsewhere: closing does not reach it.
fn closed(assessment: &Assessment) -> Vec<Step> {
    let closure = assessment.verdicts.iter().flat_map(|v| &v.reasons).any(|r| r.control == "closure");
    let said = crate::mirrors::sentence(assessment).filter(|_| closure);
    said.map(|what| Step { what, commands: Vec::new() }).into_iter().collect()
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("one {one}") } else { format!("{count} {many}") }
}

fn revoke(secrets: &[&Finding]) -> Step {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    secrets.iter().for_each(|f| *kinds.entry(&f.id).or_default() += 1);
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|(id, count)| if count == 1 { id.to_owned() } else { format!("{count} {id}") })
        .collect();
    Step {
        what: format!(
            "Revoke {} where {} issued, first of all ({}): whoever runs the service that a secret opens does it, \
             the owner of this repository sees that it is done. Nothing else stops a reader who has it.",
            counted(secrets.len(), "secret", "secrets"),
            if secrets.len() == 1 { "it was" } else { "they were" },
            kinds.join(", ")
        ),
        commands: Vec::new(),
    }
}

fn attest(assessment: &Assessment, secrets: &[&Finding]) -> Step {
    let until = assessment.as_of.date().plus_days(365);
    let name = match &assessment.subject {
        domain::Subject::Repository { name: Some(name), .. } => name.clone(),
        _ => "NAME".to_owned(),
    };
    let command = |finding: &&Finding| {
        format!(
            "formulary attest no-secret --subject {} --scope {} --until {until} --says 'Rotated on DAY by WHOM'",
            quoted(&format!("repository:{name}")),
            finding.fingerprint
        )
    };
    Step {
        what: "Sign for each that it was rotated, or record it as not real with an owner and an end."
            .to_owned(),
        commands: secrets.iter().take(MOST_PLACES).map(command).collect(),
    }
}

fn decide(assessment: &Assessment) -> Step {
    let before = assessment.evidence.iter().find(|e| e.kind == "reopening").map(|e| &e.value["known"]);
    let was_public = before.and_then(|known| known.as_object()).is_some_and(|known| !known.is_empty());
    let what = if was_public && assessment.circumstances.visibility.value != Visibility::Public {
        "It was public before: what lay in it then is out, and neither closing nor rewriting undoes that. What came \
         since can still be kept from being published. What was revoked may stay; personal data may not."
    } else if assessment.circumstances.visibility.value == Visibility::Public {
        "It is public: whoever wanted it has it. Rewriting the history does not undo that (clones, forks, \
         caches and change requests keep the old commits); it only spares those who come later. What was \
         revoked may stay."
    } else {
        "It is not public yet: rewriting before publication keeps it from being published. What was revoked \
         may stay; personal data may not."
    };
    let elsewhere = crate::mirrors::sentence(assessment).map(|s| format!(" {s}")).unwrap_or_default();
    Step { what: format!("{what}{elsewhere}"), commands: Vec::new() }
}

/// The commands of a rewriting.
fn recipe(secrets: &[&Finding], persons: &[&Finding]) -> Step {
    let mut commands = vec!["git clone --no-local . ../rewritten && cd ../rewritten && umask 077".to_owned()];
    let mut lines = BTreeSet::new();
    let mut keys = false;
    let mut messages = false;
    let mut left = 0;
    for place in secrets.iter().flat_map(|f| f.history.iter().map(move |place| (f, place))) {
        let (finding, place): (&&Finding, &InHistory) = place;
        if finding.id.contains("private-key") {
            keys = true;
        } else if is_file(place) {
            let object: String = place.blob.chars().filter(char::is_ascii_hexdigit).collect();
            lines.insert(format!("git cat-file blob {object} | sed -n {}p >> ../lines.txt", place.line));
        } else {
            messages = true;
        }
    }
    if lines.len() > MOST_PLACES {
        left = lines.len() - MOST_PLACES;
    }
    let replaces = keys || !lines.is_empty();
    commands.extend(lines.into_iter().take(MOST_PLACES));
    if replaces {
        commands.push(
            "touch ../lines.txt && sed 's/^/literal:/; s/$/==>***REMOVED***/' ../lines.txt > ../replace.txt"
                .to_owned(),
        );
    }
    if keys {
        commands.push(
            "echo 'regex:(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----==>***REMOVED***' \
             >> ../replace.txt"
                .to_owned(),
        );
    }
    let paths: BTreeSet<&str> = persons
        .iter()
        .flat_map(|f| &f.history)
        .filter(|place| is_file(place))
        .map(|p| p.path.as_str())
        .collect();
    if !paths.is_empty() {
        let named: Vec<String> =
            paths.iter().take(MOST_PLACES).map(|path| format!("--path={}", quoted(path))).collect();
        left += paths.len().saturating_sub(MOST_PLACES);
        commands.push(format!("git filter-repo --force --invert-paths {}", named.join(" ")));
    }
    if replaces {
        commands.push("git filter-repo --force --replace-text ../replace.txt".to_owned());
    }
    if messages && replaces {
        commands.push("git filter-repo --force --replace-message ../replace.txt".to_owned());
    }
    if replaces {
        commands.push("rm ../lines.txt ../replace.txt".to_owned());
    }
    let mut what = "If it is to be rewritten (git-filter-repo, in a fresh clone). Whole lines are replaced, and whole \
                    files with personal data are taken out of every commit; look through ../replace.txt first, \
                    and shorten a line to the secret where more of it must stay."
        .to_owned();
    if messages {
        what.push_str(
            " A secret in a message is to be added to ../replace.txt by hand: no command here shows it.",
        );
    }
    if left > 0 {
        let _ = write!(what, " {left} more places are in the JSON form.");
    }
    Step { what, commands }
}

/// Whether the place is a file of a tree, not a message.
fn is_file(place: &InHistory) -> bool {
    place.path != "commit message" && !place.path.starts_with("tag ")
}

/// A word for a POSIX shell.
fn quoted(word: &str) -> String {
    format!("'{}'", crate::columns::clean(word).replace('\'', "'\\''"))
}

/// As text: the order in a few lines, and where the commands are.
pub(crate) fn text(assessment: &Assessment, out: &mut String) {
    let steps = steps(assessment);
    if steps.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nThe history, in this order");
    for (number, step) in (1..).zip(&steps) {
        for (i, part) in wrap(&step.what, WIDTH - 5).into_iter().enumerate() {
            let head = if i == 0 { format!("{number:>2}. ") } else { "    ".to_owned() };
            let _ = writeln!(out, "{head}{part}");
        }
    }
    if steps.iter().any(|step| !step.commands.is_empty()) {
        let _ = writeln!(out, "    The commands: `formulary check --publish --format markdown`.");
    }
}

/// As Markdown, with every command.
pub(crate) fn markdown(assessment: &Assessment, out: &mut String) {
    let steps = steps(assessment);
    if steps.is_empty() {
        return;
    }
    out.push_str("\n### The history, in this order\n\n");
    for (number, step) in (1..).zip(&steps) {
        let _ = writeln!(out, "{number}. {}", crate::markdown::plain(&step.what));
        if !step.commands.is_empty() {
            // Deeper than any run of backticks in a path.
            let longest =
                step.commands.iter().flat_map(|c| c.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            let _ = writeln!(out, "\n   {fence}sh");
            for command in &step.commands {
                let _ = writeln!(out, "   {command}");
            }
            let _ = writeln!(out, "   {fence}");
        }
    }
}

/// As a section of a page, with every command.
pub(crate) fn html(assessment: &Assessment, out: &mut String) {
    use crate::html::escape;
    let steps = steps(assessment);
    if steps.is_empty() {
        return;
    }
    out.push_str("<h2>The history, in this order</h2><ol>");
    for step in &steps {
        let _ = write!(out, "<li>{}", escape(&step.what));
        if !step.commands.is_empty() {
            let lines: Vec<String> = step.commands.iter().map(|c| escape(c)).collect();
            let _ = write!(out, "<pre><code>{}</code></pre>", lines.join("\n"));
        }
        out.push_str("</li>");
    }
    out.push_str("</ol>");
}
