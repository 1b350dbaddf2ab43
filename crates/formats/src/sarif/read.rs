//! Reading a report.

use std::collections::HashMap;

use domain::{Digest, Place};

use super::{Level, MOST_RESULTS, Report, Reported, Run, mask::first_line};
use crate::{
    gather::short,
    inventory::{Fault, Unreadable},
    tree::{Node, Tree},
};

/// Longest path or rule id that is taken for one, in bytes.
const LONGEST: usize = 1_024;

/// Reads a SARIF 2.1.0 report.
///
/// # Errors
/// When it is not JSON, not SARIF 2.1.0, or beyond a bound.
pub fn read(path: &str, bytes: &[u8]) -> Result<Report, Unreadable> {
    let tree = Tree::json(path, bytes)?;
    let root = tree.root();
    let bad = |line, why: &str| Unreadable { path: path.to_owned(), line: Some(line), why: why.to_owned() };
    let Some(runs) = root.get("runs").filter(|runs| runs.is_list()) else {
        return Err(bad(1, "it has no `runs`: no SARIF report"));
    };
    if !root.text_at("version").is_some_and(|version| version.starts_with("2.1.0")) {
        return Err(bad(1, "its version of SARIF is not 2.1.0"));
    }
    let mut reading = Reading {
        path,
        report: Report { faults: tree.duplicate_faults(path), ..Report::default() },
        alike: HashMap::new(),
    };
    for run in runs.entries() {
        if !run.is_map() {
            return Err(bad(run.line(), "a run is no object"));
        }
        reading.run(run);
    }
    Ok(reading.report)
}

struct Reading<'a> {
    path: &'a str,
    report: Report,
    /// How many results without a fingerprint were alike so far.
    alike: HashMap<Digest, u32>,
}

/// What a run says once and its results refer to.
struct Around<'t> {
    tool: String,
    /// The rules of the driver, then of each extension.
    components: Vec<Vec<Node<'t>>>,
    by_id: HashMap<&'t str, Node<'t>>,
    artifacts: Vec<Node<'t>>,
    bases: Option<Node<'t>>,
}

impl Reading<'_> {
    fn fault(&mut self, id: &'static str, line: u32, why: impl Into<String>) {
        if self.report.faults.len() < 1_000 {
            let place = Place::line(self.path, line);
            self.report.faults.push(Fault { id, component: None, place, why: why.into() });
        }
    }

    fn run(&mut self, run: Node<'_>) {
        let tool = run.get("tool");
        let driver = tool.and_then(|tool| tool.get("driver"));
        let name = driver.and_then(|d| d.text_at("name")).unwrap_or("unnamed tool");
        let version = driver.and_then(|d| d.text_at("semanticVersion").or_else(|| d.text_at("version")));
        let extensions = tool.and_then(|tool| tool.get("extensions")).into_iter().flat_map(Node::entries);
        let components: Vec<Vec<Node<'_>>> = driver
            .into_iter()
            .chain(extensions)
            .map(|component| component.get("rules").into_iter().flat_map(Node::entries).collect())
            .collect();
        let mut by_id = HashMap::new();
        for rule in components.iter().flatten() {
            if let Some(id) = rule.text_at("id") {
                by_id.entry(id).or_insert(*rule);
            }
        }
        let around = Around {
            tool: short(name),
            components,
            by_id,
            artifacts: run.get("artifacts").into_iter().flat_map(Node::entries).collect(),
            bases: run.get("originalUriBaseIds"),
        };
        let failed = run
            .get("invocations")
            .into_iter()
            .flat_map(Node::entries)
            .find(|i| i.get("executionSuccessful").and_then(Node::bool) == Some(false));
        let mut complete = true;
        if let Some(failed) = failed {
            complete = false;
            self.fault("incomplete", failed.line(), format!("{} says that its run failed", around.tool));
        }
        let elsewhere = run.get("externalPropertyFileReferences").and_then(|r| r.get("results"));
        if let Some(elsewhere) = elsewhere {
            complete = false;
            self.fault(
                "incomplete",
                elsewhere.line(),
                format!("{} put results into other files, which were not read", around.tool),
            );
        }
        match run.get("results").filter(|results| results.is_list()) {
            Some(results) => {
                for result in results.entries() {
                    if self.report.results.len() == MOST_RESULTS {
                        complete = false;
                        self.fault(
                            "truncated",
                            result.line(),
                            "more than 100,000 results; the rest was not read",
                        );
                        break;
                    }
                    if let Some(reported) = self.result(result, &around) {
                        self.report.results.push(reported);
                    }
                }
            }
            // The specification: absent means that nothing was scanned for.
            None => {
                complete = false;
                self.fault(
                    "no-results",
                    run.line(),
                    format!("{} reports no list of results, not even an empty one", around.tool),
                );
            }
        }
        self.report.runs.push(Run { tool: around.tool, version: version.map(short), complete });
    }

    fn result(&mut self, result: Node<'_>, around: &Around<'_>) -> Option<Reported> {
        let kind = result.text_at("kind").unwrap_or("fail");
        let gone = result.text_at("baselineState") == Some("absent");
        if gone || !matches!(kind, "fail" | "review" | "open") {
            return None;
        }
        let (id, rule) = rule(result, around);
        let stated = |node: Node<'_>| node.text_at("level").and_then(level);
        let configured = rule.and_then(|rule| rule.get("defaultConfiguration")).and_then(stated);
        let level = stated(result).or(configured).unwrap_or(Level::Warning);
        let title = message(result, rule).unwrap_or_else(|| id.clone());
        let place = self.place(result, around);
        let severity = |node: Node<'_>| {
            let value = node.get("properties")?.get("security-severity")?;
            tenths(value.scalar()?)
        };
        let suppressed = result
            .get("suppressions")
            .into_iter()
            .flat_map(Node::entries)
            .any(|s| s.text_at("status").is_none_or(|status| status == "accepted"));
        let fingerprint = self.fingerprint(result, around, &id, &title, place.as_ref());
        Some(Reported {
            tool: around.tool.clone(),
            rule: id,
            level,
            title,
            place,
            fingerprint,
            severity_tenths: severity(result).or_else(|| severity(rule?)),
            cwe: cwe(result, rule),
            suppressed,
        })
    }

    /// The first location's path, relative to the root of what was scanned.
    fn place(&mut self, result: Node<'_>, around: &Around<'_>) -> Option<Place> {
        let location = result.get("locations")?.entries().next()?.get("physicalLocation")?;
        let mut artifact = location.get("artifactLocation")?;
        if artifact.get("uri").is_none() {
            let index: usize = artifact.get("index")?.scalar()?.parse().ok()?;
            artifact = around.artifacts.get(index)?.get("location")?;
        }
        let uri = artifact.text_at("uri")?;
        let Some(path) = relative(uri, around.bases) else {
            self.fault(
                "bad-place",
                artifact.line(),
                "a path is not inside what was scanned; the result has no place",
            );
            return None;
        };
        let line = location.get("region").and_then(|r| r.get("startLine")).and_then(Node::scalar);
        let line = line.and_then(|line| line.parse::<u32>().ok()).filter(|line| *line > 0);
        Some(Place { path, line })
    }

    fn fingerprint(
        &mut self,
        result: Node<'_>,
        around: &Around<'_>,
        rule: &str,
        title: &str,
        place: Option<&Place>,
    ) -> Digest {
        let mut own: Vec<(&str, &str)> = ["fingerprints", "partialFingerprints"]
            .into_iter()
            .flat_map(|key| result.get(key))
            .flat_map(Node::entries)
            .filter_map(|print| Some((print.key(), print.text()?)))
            .take(64)
            .collect();
        own.sort_unstable();
        let mut identity = format!("{}\0{rule}", around.tool);
        let parts = if own.is_empty() {
            vec![place.map_or("", |place| place.path.as_str()), title]
        } else {
            own.iter().flat_map(|(key, value)| [*key, *value]).collect()
        };
        for part in parts {
            identity.push('\0');
            identity.push_str(part);
        }
        let first = Digest::of(identity.as_bytes());
        let count = self.alike.entry(first).or_default();
        *count += 1;
        match *count {
            1 => first,
            n => Digest::of(format!("{identity}\0{n}").as_bytes()),
        }
    }
}

fn level(word: &str) -> Option<Level> {
    Some(match word {
        "none" => Level::None,
        "note" => Level::Note,
        "warning" => Level::Warning,
        "error" => Level::Error,
        _ => return None,
    })
}

/// The rule's id as the result states it, and what the run says of the rule.
fn rule<'t>(result: Node<'t>, around: &Around<'t>) -> (String, Option<Node<'t>>) {
    let reference = result.get("rule");
    let stated = result.text_at("ruleId").or_else(|| reference.and_then(|r| r.text_at("id")));
    let number = |node: Option<Node<'t>>, key| node?.get(key)?.scalar()?.parse::<usize>().ok();
    let index = number(Some(result), "ruleIndex").or_else(|| number(reference, "index"));
    let component =
        number(reference.and_then(|r| r.get("toolComponent")), "index").map_or(0, |extension| extension + 1);
    let by_index = index.and_then(|index| around.components.get(component)?.get(index)).copied();
    let by_id = stated.and_then(|id| {
        // `CA1000/1` is the rule `CA1000`, more closely.
        around.by_id.get(id).or_else(|| around.by_id.get(id.rsplit_once('/')?.0)).copied()
    });
    let rule = by_index.or(by_id);
    let id = stated.or_else(|| rule?.text_at("id")).unwrap_or("unnamed rule");
    (id.chars().filter(|c| !c.is_control()).take(LONGEST / 8).collect(), rule)
}

/// The message's first line: its text, the rule's message of that name, or the rule's own title.
fn message(result: Node<'_>, rule: Option<Node<'_>>) -> Option<String> {
    let message = result.get("message");
    let text = message.and_then(|m| m.text_at("text").or_else(|| m.text_at("markdown")));
    let named = || rule?.get("messageStrings")?.get(message?.text_at("id")?)?.text_at("text");
    let titled = || {
        let rule = rule?;
        let title = |key| rule.get(key).and_then(|node| node.text_at("text"));
        title("shortDescription").or_else(|| title("fullDescription")).or_else(|| rule.text_at("name"))
    };
    text.and_then(first_line)
        .or_else(|| named().and_then(first_line))
        .or_else(|| titled().and_then(first_line))
}

/// A path relative to the root of what was scanned; `None` where the address leads out of it.
fn relative(uri: &str, bases: Option<Node<'_>>) -> Option<String> {
    if uri.len() > LONGEST {
        return None;
    }
    let mut rest = uri;
    if let Some((scheme, _)) =
        uri.split_once(':').filter(|(s, _)| s.len() > 1 && s.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        if !scheme.eq_ignore_ascii_case("file") {
            return None;
        }
        // Only an address below a base that the run declares is inside.
        let inside = bases?.entries().filter_map(|base| base.text_at("uri")).filter(|base| !base.is_empty());
        rest = inside
            .filter_map(|base| uri.strip_prefix(base.trim_end_matches('/'))?.strip_prefix('/'))
            .min_by_key(|r| r.len())?;
    }
    let decoded = decode(rest.split(['?', '#']).next()?)?;
    let decoded = decoded.replace('\\', "/");
    let drive = decoded.as_bytes().get(1) == Some(&b':');
    if decoded.starts_with('/') || drive || decoded.chars().any(char::is_control) {
        return None;
    }
    let parts: Vec<&str> = decoded.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() || parts.contains(&"..") {
        return None;
    }
    Some(parts.join("/"))
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |b: Option<u8>| char::from(b?).to_digit(16);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        // Two hexadecimal digits make at most 255.
        out.push((high * 16 + low) as u8);
    }
    String::from_utf8(out).ok()
}

/// `7.5` to 75, rounded half up; `None` for what is no number from 0 to 10.
fn tenths(text: &str) -> Option<u8> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 2 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |b| u16::from(b - b'0'));
    let tenths = whole.parse::<u16>().ok()? * 10 + digit(0) + u16::from(digit(1) >= 5);
    u8::try_from(tenths).ok().filter(|tenths| *tenths <= 100)
}

/// CWE ids among the tags of result and rule: `external/cwe/cwe-079`, `CWE-79: …`.
fn cwe(result: Node<'_>, rule: Option<Node<'_>>) -> Vec<String> {
    let tags = |node: Node<'_>| -> Vec<String> {
        let tags = node.get("properties").and_then(|p| p.get("tags")).into_iter().flat_map(Node::entries);
        tags.filter_map(Node::text).take(1_000).filter_map(cwe_of).collect()
    };
    let mut found = tags(result);
    found.extend(rule.map(tags).unwrap_or_default());
    found.sort();
    found.dedup();
    found
}

fn cwe_of(tag: &str) -> Option<String> {
    let lower = tag.get(..tag.len().min(64)).unwrap_or_default().to_ascii_lowercase();
    let (_, after) = lower.split_once("cwe-")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).take(6).collect();
    Some(format!("CWE-{}", digits.parse::<u32>().ok()?))
}
