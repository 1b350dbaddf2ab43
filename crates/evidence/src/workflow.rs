//! Dangers in the CI workflows of a tree (GitHub Actions): the collector.
//!
//! Decides from the workflow files alone: code of strangers checked out where secrets are (id
//! `untrusted-checkout`), text of strangers put into a script (`script-injection`), third-party
//! actions named by a movable tag where secrets or write permissions are in reach
//! (`unpinned-action`), and all permissions given away (`permissions-write-all`). Forge settings
//! (who may start a run, default permissions) are not in a tree. Other CI systems' files are listed
//! as not looked at.
//!
//! Sources: OSPS Baseline BR-01.01, BR-01.03; GitHub documentation, "Secure use reference" and
//! "Events that trigger workflows".
//!
//! Evidence `workflows`:
//! ```json
//! { "files": 4, "other_ci": ["Jenkinsfile"], "dangers": {"unpinned-action": 2},
//!   "top_permissions": 3, "uses": 20, "uses_pinned": 12 }
//! ```
//! `top_permissions`: how many files state permissions at the top. `uses` counts actions from
//! elsewhere, `uses_pinned` those named by a full commit digest.
//!
//! Findings: kind `workflow`, control `workflow-safe`, with the line.

mod expressions;

use std::collections::{BTreeMap, BTreeSet};

use domain::{Coverage, Evidence, Finding, FindingKind, Place, Severity};
use formats::tree::{Node, Tree};
use serde_json::json;

use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    paths, test_suite, text,
};

/// The collector.
#[derive(Debug)]
pub struct Workflow;

/// More findings of one file than this are not listed.
const MOST_FINDINGS: usize = 200;

#[derive(Default)]
struct Totals {
    top_permissions: u64,
    uses: u64,
    pinned: u64,
}

impl Collector for Workflow {
    fn name(&self) -> &'static str {
        "workflow"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let mut totals = Totals::default();
        let mut findings = Vec::new();
        let mut other = BTreeSet::new();
        let mut files = 0u64;
        for entry in material.entries() {
            if !is_workflow(&entry.path) {
                if test_suite::ci_system(&entry.path).is_some_and(|system| system != "github-actions") {
                    other.insert(entry.path.clone());
                    let why = "not looked into: only GitHub workflows are read for dangers";
                    coverage.cannot_read(Place::file(&entry.path), why);
                }
                continue;
            }
            files += 1;
            let Some(content) = text::small(material, &entry.path) else {
                coverage.cannot_read(Place::file(&entry.path), "not readable as text");
                continue;
            };
            match Tree::yaml(&entry.path, content.as_bytes()) {
                Err(error) => coverage.cannot_read(Place::file(&entry.path), error.to_string()),
                Ok(tree) => {
                    coverage.read += 1;
                    let mut file =
                        File { path: &entry.path, source: content.lines().collect(), found: BTreeMap::new() };
                    file.read(tree.root(), &mut totals);
                    findings.extend(file.found.into_values().take(MOST_FINDINGS));
                }
            }
        }
        let mut dangers: BTreeMap<&str, u64> = BTreeMap::new();
        for finding in &findings {
            *dangers.entry(&finding.id).or_default() += 1;
        }
        let value = json!({
            "files": files, "other_ci": other, "dangers": dangers,
            "top_permissions": totals.top_permissions, "uses": totals.uses, "uses_pinned": totals.pinned,
        });
        let evidence = Evidence::new("workflows", value, self.name()).into_iter().collect();
        findings.sort_by(|a, b| (&a.places, &a.id).cmp(&(&b.places, &b.id)));
        Observed { evidence, findings, coverage: vec![coverage] }
    }
}

fn is_workflow(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    let action = matches!(paths::file_name(&lower), "action.yml" | "action.yaml");
    yaml && (lower.strip_prefix(".github/workflows/").is_some_and(|name| !name.contains('/'))
        || (action && (lower.starts_with(".github/actions/") || !lower.contains('/'))))
}

/// One workflow or action file.
struct File<'a> {
    path: &'a str,
    source: Vec<&'a str>,
    /// By identity, so that the same danger at several lines is one finding.
    found: BTreeMap<String, Finding>,
}

/// What a step can reach.
#[derive(Clone, Copy, Default)]
struct Reach {
    /// The event runs with the repository's secrets on behalf of strangers.
    strangers: bool,
    secrets: bool,
    write: bool,
}

impl File<'_> {
    fn read(&mut self, root: Node<'_>, totals: &mut Totals) {
        let events = events(root);
        let strangers =
            events.iter().any(|e| matches!(*e, "pull_request_target" | "workflow_run" | "issue_comment"));
        let top = root.get("permissions");
        totals.top_permissions += u64::from(top.is_some());
        if let Some(node) = top {
            self.write_all(node, "");
        }
        let top_write = top.is_some_and(gives_write);
        if let Some(jobs) = root.get("jobs") {
            for job in jobs.entries() {
                let own = job.get("permissions");
                if let Some(node) = own {
                    self.write_all(node, job.key());
                }
                let reach = Reach {
                    strangers,
                    secrets: mentions_secrets(job) || root.get("env").is_some_and(mentions_secrets),
                    write: own.map_or(top_write, gives_write),
                };
                if let Some(uses) = job.get("uses") {
                    self.uses(uses, reach, totals);
                }
                self.steps(job.get("steps"), reach, totals);
            }
        }
        // A composite action runs with what its caller has: nothing is assumed of it but its scripts.
        if let Some(runs) = root.get("runs") {
            self.steps(runs.get("steps"), Reach::default(), totals);
        }
    }

    fn steps(&mut self, steps: Option<Node<'_>>, reach: Reach, totals: &mut Totals) {
        let Some(steps) = steps else { return };
        for step in steps.entries() {
            if let Some(uses) = step.get("uses") {
                self.uses(uses, reach, totals);
                let with = step.get("with");
                if reach.strangers && uses.text().is_some_and(|u| u.starts_with("actions/checkout")) {
                    self.checkout(with, uses.line());
                }
                if uses.text().is_some_and(|u| u.starts_with("actions/github-script"))
                    && let Some(script) = with.and_then(|w| w.get("script"))
                {
                    self.script(script, reach);
                }
            }
            if let Some(run) = step.get("run") {
                self.script(run, reach);
            }
        }
    }

    fn checkout(&mut self, with: Option<Node<'_>>, line: u32) {
        let untrusted = with.is_some_and(|with| {
            ["ref", "repository"]
                .iter()
                .filter_map(|key| with.text_at(key))
                .any(expressions::names_strangers_code)
        });
        if untrusted {
            self.add(
                "untrusted-checkout",
                Severity::High,
                "Code of a stranger's pull request is checked out where the repository's secrets are in reach",
                "Run it on `pull_request` without secrets, and hand results to a second workflow as data; or check out the base branch.",
                "checkout",
                line,
            );
        }
    }

    fn script(&mut self, node: Node<'_>, reach: Reach) {
        let Some(script) = node.text() else { return };
        let first = self.first_line(node.line());
        for (number, line) in script.lines().enumerate() {
            let at = first.saturating_add(u32::try_from(number).unwrap_or(u32::MAX));
            for context in expressions::untrusted(line) {
                let identity = format!("{context}:{}", line.trim());
                self.add(
                    "script-injection",
                    Severity::High,
                    &format!("Text that a stranger chooses ({context}) is put into a script"),
                    "Give it to the step as an environment variable (`env:`) and use that, in quotes, in the script.",
                    &identity,
                    at,
                );
            }
            if reach.strangers && expressions::fetches_strangers_code(line) {
                self.add(
                    "untrusted-checkout",
                    Severity::High,
                    "Code of a stranger's pull request is fetched where the repository's secrets are in reach",
                    "Run it on `pull_request` without secrets, and hand results to a second workflow as data.",
                    line.trim(),
                    at,
                );
            }
        }
    }

    fn uses(&mut self, node: Node<'_>, reach: Reach, totals: &mut Totals) {
        let Some(uses) = node.text().filter(|uses| !uses.starts_with("./")) else { return };
        totals.uses += 1;
        if expressions::is_pinned(uses) {
            totals.pinned += 1;
            return;
        }
        let first_party = ["actions/", "github/"].iter().any(|owner| uses.starts_with(owner));
        if first_party || !(reach.secrets || reach.write) {
            return;
        }
        let name = uses.split('@').next().unwrap_or(uses);
        let reason = if reach.secrets { "secrets are" } else { "write permission is" };
        self.add(
            "unpinned-action",
            Severity::Medium,
            &format!("{name} is named by a tag or branch that its owner can move, where {reason} in reach"),
            "Name it by the full commit digest, with the version as a comment; let the update tool raise both.",
            uses,
            node.line(),
        );
    }

    fn write_all(&mut self, node: Node<'_>, job: &str) {
        if node.text() == Some("write-all") {
            self.add(
                "permissions-write-all",
                Severity::Medium,
                "Every permission is given to the workflow's token",
                "Name the permissions that are needed; `contents: read` is enough for most jobs.",
                job,
                node.line(),
            );
        }
    }

    /// The first line of a scalar's text: the key's own, or the next where a block begins.
    fn first_line(&self, key: u32) -> u32 {
        let line = (key as usize).checked_sub(1).and_then(|at| self.source.get(at)).unwrap_or(&"");
        let end = line
            .split(" #")
            .next()
            .unwrap_or(line)
            .trim_end()
            .trim_end_matches(['-', '+'])
            .trim_end_matches(|c: char| c.is_ascii_digit());
        if end.ends_with('|') || end.ends_with('>') { key.saturating_add(1) } else { key }
    }

    fn add(&mut self, id: &str, severity: Severity, title: &str, remedy: &str, identity: &str, line: u32) {
        let identity = format!("{}:{identity}", self.path);
        let place = Place::line(self.path, line);
        let finding = self.found.entry(format!("{id}:{identity}")).or_insert_with(|| {
            let mut finding = Finding::new(FindingKind::Workflow, id, "workflow-safe", title, &identity);
            finding.severity = Some(severity);
            finding.remedy = Some(remedy.to_owned());
            finding
        });
        if finding.places.len() < MOST_FINDINGS && !finding.places.contains(&place) {
            finding.places.push(place);
        }
    }
}

fn events(root: Node<'_>) -> Vec<&str> {
    let Some(on) = root.get("on") else { return Vec::new() };
    match on.text() {
        Some(event) => vec![event],
        None if on.is_list() => on.entries().filter_map(Node::text).collect(),
        None => on.entries().map(Node::key).collect(),
    }
}

fn gives_write(permissions: Node<'_>) -> bool {
    permissions.text() == Some("write-all") || permissions.entries().any(|p| p.text() == Some("write"))
}

/// Whether any text below names a secret other than the run's own token, or passes all of them on.
fn mentions_secrets(node: Node<'_>) -> bool {
    // The bound of the tree bounds the depth; an own stack keeps ours.
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if let Some(text) = node.text()
            && (expressions::names_secret(text) || (node.key() == "secrets" && text == "inherit"))
        {
            return true;
        }
        waiting.extend(node.entries());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn found(content: &str) -> Vec<String> {
        let tree = Memory::new().with(".github/workflows/a.yml", content);
        let seen = Workflow.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        assert_eq!(seen.coverage[0].unread, []);
        seen.findings.iter().map(|f| format!("{} {}", f.id, f.places[0].line.unwrap())).collect()
    }

    #[test]
    fn a_strangers_code_with_secrets() {
        let text = "on: pull_request_target\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          \
                    ref: ${{ github.event.pull_request.head.sha }}\n      - run: gh pr checkout 1\n";
        assert_eq!(found(text), ["untrusted-checkout 5", "untrusted-checkout 8"]);
        assert_eq!(found(&text.replace("pull_request_target", "pull_request")), [""; 0]);
        assert_eq!(
            found(
                &text
                    .replace("${{ github.event.pull_request.head.sha }}", "main")
                    .replace("gh pr checkout 1", "ls")
            ),
            [""; 0]
        );
    }

    #[test]
    fn a_strangers_text_in_a_script_with_its_own_line() {
        let text = "on: [issues]\njobs:\n  a:\n    steps:\n      - name: x\n        run: |\n          echo one\n          \
                    echo \"${{ github.event.issue.title }}\"\n      - run: echo ${{ github.head_ref }}\n      - run: echo ${{ github.sha }}\n";
        assert_eq!(found(text), ["script-injection 8", "script-injection 9"]);
    }

    #[test]
    fn movable_actions_only_where_there_is_something_to_take() {
        let text = |uses: &str, extra: &str| {
            format!("on: push\njobs:\n  a:\n{extra}    steps:\n      - uses: {uses}\n")
        };
        let secret = "    env:\n      T: ${{ secrets.DEPLOY }}\n";
        assert_eq!(found(&text("other/action@v1", secret)), ["unpinned-action 7"]);
        assert_eq!(
            found(&text("other/action@v1", "    permissions:\n      contents: write\n")),
            ["unpinned-action 7"]
        );
        assert_eq!(found(&text("other/action@v1", "")), [""; 0]);
        assert_eq!(found(&text("actions/cache@v4", secret)), [""; 0]);
        assert_eq!(found(&text("./local", secret)), [""; 0]);
        let pinned = format!("other/action@{}", "a1b2c3d4".repeat(5));
        assert_eq!(found(&text(&pinned, secret)), [""; 0]);
        assert_eq!(
            found(&text("other/action@v1", "    permissions: write-all\n")),
            ["permissions-write-all 4", "unpinned-action 6"]
        );
    }

    #[test]
    fn what_is_not_read_is_listed() {
        let tree = Memory::new().with(".github/workflows/a.yml", "a: [\n").with("Jenkinsfile", "node {}");
        let seen = Workflow.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        assert_eq!(seen.coverage[0].unread.len(), 2);
        assert_eq!(seen.evidence[0].value["other_ci"], json!(["Jenkinsfile"]));
    }
}
