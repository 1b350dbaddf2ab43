//! How a stranger can report a flaw: the collector.
//!
//! Decides whether SECURITY.md (root, `.github`, `docs`), security.txt or SECURITY-INSIGHTS.yml
//! names a private way: an e-mail address, a form, the forge's private reporting, or a disclosure
//! programme. A link to public issues is not private. Whether somebody answers, only a person can say.
//!
//! Evidence `reporting-route`:
//! ```json
//! { "files": [{"path": "SECURITY.md", "kind": "policy", "ways": ["e-mail"], "private": true, "timeframe": false},
//!             {"path": ".well-known/security.txt", "kind": "security.txt", "ways": ["form"], "private": true,
//!              "expires": "2027-01-01T00:00:00Z", "expired": false}],
//!   "private": true, "expired": false, "timeframe": false }
//! ```
//! `private` overall: some file that has not expired names a private way. `files` empty: no route is
//! stated (absence is known). `ways`: `e-mail`, `private-reporting`, `form`, `programme`, `telephone`,
//! `public-issues`. `expired` is null where no end is given or it cannot be read.
//!
//! Findings: kind `hygiene`, control `reporting-route`: `route-public-only`, `route-expired`,
//! `route-no-end`, `route-placeholder`, each with its line.

use domain::{Coverage, Evidence, Finding, FindingKind, Place, Severity};
use formats::{codeowners::is_address, security_txt::SecurityTxt, tree::Tree};
use serde_json::{Value, json};

use crate::{
    collector::{Collector, Given, Observed},
    licence::text::reduce,
    material::Material,
    paths,
    prose::{self, Prose},
    text,
};

/// The collector.
#[derive(Debug)]
pub struct ReportingRoute;

impl Collector for ReportingRoute {
    fn name(&self) -> &'static str {
        "reporting-route"
    }

    fn collect(&self, material: &dyn Material, given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let mut files: Vec<Value> = Vec::new();
        let mut findings = Vec::new();
        if let Some(entry) = prose::find(material, &["security"]) {
            match Prose::read(material, entry) {
                Some(prose) => {
                    coverage.read += 1;
                    files.push(policy(&prose, &mut findings));
                }
                None => coverage.cannot_read(Place::file(&entry.path), "not readable as text"),
            }
        }
        for entry in material.entries().iter().filter(|e| is_security_txt(&e.path)) {
            let read = text::small(material, &entry.path)
                .ok_or_else(|| "not readable as text".to_owned())
                .and_then(|content| SecurityTxt::read(&content).map_err(|e| e.to_string()));
            match read {
                Ok(file) => {
                    coverage.read += 1;
                    files.push(security_txt(&entry.path, &file, given, &mut findings));
                }
                Err(why) => coverage.cannot_read(Place::file(&entry.path), why),
            }
        }
        for entry in material.entries().iter().filter(|e| is_insights(&e.path)) {
            let Some(content) = text::small(material, &entry.path) else { continue };
            match Tree::yaml(&entry.path, content.as_bytes()) {
                Ok(tree) => {
                    coverage.read += 1;
                    files.extend(insights(&entry.path, &tree));
                }
                Err(error) => coverage.cannot_read(Place::file(&entry.path), error.to_string()),
            }
        }
        let is = |file: &Value, key: &str| file[key] == json!(true);
        let value = json!({
            "private": files.iter().any(|f| is(f, "private") && !is(f, "expired")),
            "expired": files.iter().any(|f| is(f, "expired")),
            "timeframe": files.iter().any(|f| is(f, "timeframe")),
            "files": files,
        });
        let evidence = Evidence::new("reporting-route", value, self.name()).into_iter().collect();
        Observed { evidence, findings, coverage: vec![coverage] }
    }
}

fn is_security_txt(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    !paths::is_test(path) && (lower == "security.txt" || lower.ends_with("/security.txt"))
}

fn is_insights(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    paths::is_forge_place(path)
        && matches!(paths::file_name(&lower), "security-insights.yml" | "security-insights.yaml")
}

fn finding(id: &str, title: &str, remedy: &str, place: Place) -> Finding {
    let mut finding = Finding::new(FindingKind::Hygiene, id, "reporting-route", title, &place.path);
    finding.severity = Some(Severity::Medium);
    finding.remedy = Some(remedy.to_owned());
    finding.places = vec![place];
    finding
}

const ADD_ROUTE: &str = "Name a private way in the file: a role's e-mail address, a form, or the forge's private \
reporting (switch it on in the repository's security settings and link to it).";

fn policy(prose: &Prose, findings: &mut Vec<Finding>) -> Value {
    let mut ways = Vec::new();
    let mut placeholder = None;
    let mut issues = None;
    for (number, line) in prose.text.lines().enumerate() {
        let at = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let lower = line.to_ascii_lowercase();
        for word in line.split(|c: char| c.is_whitespace() || "<>()[]\"'`,;|".contains(c)) {
            let word = word.trim_start_matches("mailto:").trim_matches(|c: char| !c.is_alphanumeric());
            let word = word.split('?').next().unwrap_or(word);
            if is_address(word) {
                if is_reserved(word) {
                    placeholder = placeholder.or(Some(at));
                } else {
                    ways.push("e-mail");
                }
            }
        }
        if lower.contains("security/advisories")
            || lower.contains("private vulnerability reporting")
            || lower.contains("report a vulnerability\" button")
        {
            ways.push("private-reporting");
        }
        if ["hackerone.com", "bugcrowd.com", "intigriti.com", "yeswehack.com", "openbugbounty"]
            .iter()
            .any(|p| lower.contains(p))
        {
            ways.push("programme");
        }
        let link = lower.contains("https://");
        let words = reduce(line);
        let about = [
            "vulnerability disclosure",
            "disclosure policy",
            "report a vulnerability",
            "reporting a vulnerability",
            "report a security",
            "vulnerability report",
            "security contact",
            "vulnerability policy",
        ];
        if link && !lower.contains("/issues") && about.iter().any(|phrase| words.contains(phrase)) {
            ways.push("form");
        }
        let refused = [
            "do not",
            "don t",
            "dont",
            "never",
            "not use",
            "rather than",
            "please avoid",
            "instead of",
            "without opening",
        ];
        let public = lower.contains("/issues")
            || words.contains("open an issue")
            || words.contains("raise an issue")
            || words.contains("create an issue")
            || words.contains("github issue");
        if public && !refused.iter().any(|r| words.contains(r)) {
            issues = issues.or(Some(at));
            ways.push("public-issues");
        }
    }
    ways.sort_unstable();
    ways.dedup();
    let private = ways.iter().any(|way| *way != "public-issues");
    if let Some(line) = issues.filter(|_| !private) {
        let title = "Flaws are to be reported in public issues only";
        findings.push(finding("route-public-only", title, ADD_ROUTE, Place::line(&prose.path, line)));
    }
    if let Some(line) = placeholder.filter(|_| !private) {
        let title = "The address for reports is the template's, not a real one";
        findings.push(finding("route-placeholder", title, ADD_ROUTE, Place::line(&prose.path, line)));
    }
    json!({"path": prose.path, "kind": "policy", "ways": ways, "private": private, "timeframe": has_timeframe(&prose.words)})
}

fn is_reserved(address: &str) -> bool {
    let host = address.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    ["example.com", "example.org", "example.net", "email.com", "domain.com", "yourdomain.com", "company.com"]
        .contains(&host.as_str())
}

/// "within 5 working days", "48 hours": an answer is promised by a time.
fn has_timeframe(words: &str) -> bool {
    let list: Vec<&str> = words.split(' ').collect();
    let numbers = ["one", "two", "three", "five", "seven", "ten", "fourteen", "thirty"];
    list.windows(3).any(|w| {
        let number = w[0].chars().all(|c| c.is_ascii_digit()) && !w[0].is_empty() || numbers.contains(&w[0]);
        let unit = |w: &str| matches!(w, "hours" | "days" | "day" | "weeks" | "week");
        number && (unit(w[1]) || (matches!(w[1], "working" | "business") && unit(w[2])))
    })
}

fn security_txt(path: &str, file: &SecurityTxt, given: Given, findings: &mut Vec<Finding>) -> Value {
    let mut ways: Vec<&str> = file
        .contacts
        .iter()
        .map(|(_, contact)| match contact.to_ascii_lowercase() {
            c if c.starts_with("tel:") => "telephone",
            c if c.contains("/issues") => "public-issues",
            c if c.starts_with("mailto:") || is_address(&c) => "e-mail",
            _ => "form",
        })
        .collect();
    ways.sort_unstable();
    ways.dedup();
    let end = file.expires.as_ref().and_then(|(_, _, instant)| *instant);
    let expired = end.map(|end| end < given.today.start());
    let line = file.expires.as_ref().map_or(1, |(line, _, _)| *line);
    if expired == Some(true) {
        let title = "security.txt has expired: readers are told not to rely on it";
        let remedy = "Confirm the contacts and set Expires to at most a year from now (RFC 9116 §2.5.5).";
        findings.push(finding("route-expired", title, remedy, Place::line(path, line)));
    } else if end.is_none() {
        let title = "security.txt gives no end that can be read";
        let remedy = "Add an Expires field, at most a year from now (RFC 9116 §2.5.5).";
        findings.push(finding("route-no-end", title, remedy, Place::line(path, line)));
    }
    json!({
        "path": path, "kind": "security.txt", "ways": ways,
        "private": ways.iter().any(|way| *way != "public-issues"),
        "expires": end, "expired": expired,
    })
}

/// SECURITY-INSIGHTS 1.0 (`vulnerability-reporting`) and 2.0 (`project.vulnerability-reporting`).
fn insights(path: &str, tree: &Tree<'_>) -> Option<Value> {
    let root = tree.root();
    let reporting = root
        .get("vulnerability-reporting")
        .or_else(|| root.get("project")?.get("vulnerability-reporting"))?;
    let accepts =
        reporting.is_true_at("accepts-vulnerability-reports") || reporting.is_true_at("reports-accepted");
    let mut ways = Vec::new();
    if reporting.get("email-contact").is_some()
        || reporting.get("contact").is_some_and(|c| c.get("email").is_some())
    {
        ways.push("e-mail");
    }
    if reporting.text_at("security-policy").is_some() || reporting.text_at("policy").is_some() {
        ways.push("form");
    }
    let private = accepts && !ways.is_empty();
    Some(json!({"path": path, "kind": "security-insights", "ways": ways, "private": private}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn observed(path: &str, content: &str) -> (Value, Vec<String>) {
        let tree = Memory::new().with(path, content);
        let seen = ReportingRoute.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        (seen.evidence[0].value.clone(), seen.findings.into_iter().map(|f| f.id).collect())
    }

    #[test]
    fn an_address_is_private_and_public_issues_are_not() {
        let (value, ids) = observed(
            "SECURITY.md",
            "Write to [us](mailto:security@hospital.internal) within 5 working days.\nDo not open an issue.",
        );
        assert_eq!((value["private"].clone(), value["timeframe"].clone()), (json!(true), json!(true)));
        assert!(ids.is_empty());
        let (value, ids) = observed(".github/SECURITY.md", "# Security\nPlease raise an issue here.");
        assert_eq!(value["private"], false);
        assert_eq!(ids, ["route-public-only"]);
        let (value, ids) = observed("SECURITY.md", "Mail security@example.com");
        assert_eq!((value["private"].clone(), ids), (json!(false), vec!["route-placeholder".to_owned()]));
    }

    #[test]
    fn an_expired_file_is_no_route() {
        let text = |end: &str| format!("Contact: mailto:a@hospital.internal\nExpires: {end}\n");
        let (value, ids) = observed(".well-known/security.txt", &text("2026-08-21T00:00:00Z"));
        assert_eq!((value["private"].clone(), value["expired"].clone()), (json!(false), json!(true)));
        assert_eq!(ids, ["route-expired"]);
        let (value, ids) = observed("public/.well-known/security.txt", &text("2026-08-22T00:00:00Z"));
        assert_eq!((value["private"].clone(), ids.len()), (json!(true), 0));
    }

    #[test]
    fn absence_is_told() {
        let (value, _) = observed("src/security.rs", "");
        assert_eq!((value["files"].clone(), value["private"].clone()), (json!([]), json!(false)));
    }
}
