//! Tests in a tree, and whether its CI runs them: the collector.
//!
//! Decides by file names which files are tests and by the commands in CI settings whether they are
//! run. Whether they pass, and whether they hold back a change, a tree does not show.
//!
//! Evidence `tests`:
//! ```json
//! { "files": 31, "example": "tests/test_api.py", "ci": ["github-actions"],
//!   "commands": [{"place": ".github/workflows/ci.yml:22"}], "ci_runs_tests": true }
//! ```
//! `ci` is empty where no CI settings are there; then `ci_runs_tests` is false: absence is seen.
//! It is null where CI settings are there and could not be read.
//!
//! No findings.

use std::{collections::BTreeSet, sync::OnceLock};

use domain::{Coverage, Evidence, Place};
use regex::Regex;
use serde_json::json;

use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    paths, text,
};

/// The collector.
#[derive(Debug)]
pub struct TestSuite;

/// More commands than this are not listed.
const MOST_COMMANDS: usize = 20;

impl Collector for TestSuite {
    fn name(&self) -> &'static str {
        "tests"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let mut tests = 0u64;
        let mut example = None;
        let mut systems = BTreeSet::new();
        let mut commands = Vec::new();
        for entry in material.entries() {
            if is_test_source(&entry.path) {
                tests += 1;
                example.get_or_insert(&entry.path);
            }
            let Some(system) = ci_system(&entry.path) else { continue };
            systems.insert(system);
            let Some(content) = text::small(material, &entry.path) else {
                coverage.cannot_read(Place::file(&entry.path), "CI settings that are not readable as text");
                continue;
            };
            coverage.read += 1;
            for (number, line) in content.lines().enumerate() {
                if commands.len() < MOST_COMMANDS && runs_tests(line) {
                    let line = u32::try_from(number + 1).unwrap_or(u32::MAX);
                    commands.push(json!({"place": Place::line(&entry.path, line).to_string()}));
                }
            }
        }
        let seen = !commands.is_empty();
        let value = json!({
            "files": tests,
            "example": example,
            "ci": systems,
            "ci_runs_tests": if seen || coverage.unread.is_empty() { Some(seen) } else { None },
            "commands": commands,
        });
        let evidence = Evidence::new("tests", value, self.name()).into_iter().collect();
        Observed { evidence, findings: Vec::new(), coverage: vec![coverage] }
    }
}

/// Which CI system a file steers.
pub fn ci_system(path: &str) -> Option<&'static str> {
    let lower = path.to_ascii_lowercase();
    let yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    match lower.as_str() {
        p if yaml && (p.starts_with(".github/workflows/") || p.starts_with(".github/actions/")) => {
            Some("github-actions")
        }
        ".gitlab-ci.yml" => Some("gitlab"),
        p if yaml && p.starts_with(".gitlab/ci/") => Some("gitlab"),
        p if yaml
            && (p.starts_with("azure-pipelines") || p.starts_with(".azure") || p.starts_with("azure/")) =>
        {
            Some("azure-pipelines")
        }
        "jenkinsfile" | "jenkinsfile_cnp" | "jenkinsfile_nightly" => Some("jenkins"),
        ".circleci/config.yml" => Some("circleci"),
        ".travis.yml" => Some("travis"),
        "bitbucket-pipelines.yml" => Some("bitbucket"),
        "buildspec.yml" | "buildspec.yaml" => Some("codebuild"),
        ".woodpecker.yml" | ".drone.yml" | ".cirrus.yml" => Some("other"),
        p if p.starts_with(".concourse/") || p.starts_with("concourse/") || p.starts_with("ci/") && yaml => {
            Some("concourse")
        }
        ".ci/run" => Some("other"),
        _ => None,
    }
}

/// Source files that are tests, by the habits of their languages; data for tests is not counted.
fn is_test_source(path: &str) -> bool {
    const SOURCE: [&str; 29] = [
        "py", "js", "ts", "jsx", "tsx", "mjs", "cjs", "java", "kt", "cs", "fs", "vb", "rb", "go", "rs",
        "php", "swift", "scala", "r", "dart", "ex", "exs", "feature", "bats", "c", "cpp", "groovy", "robot",
        "sh",
    ];
    SOURCE.contains(&paths::extension(path).to_ascii_lowercase().as_str())
        && paths::is_test(path)
        && !paths::is_vendored(path)
        && !path.to_ascii_lowercase().split('/').any(|p| matches!(p, "examples" | "example" | "sandbox"))
}

/// Whether a line of CI settings runs tests.
pub(crate) fn runs_tests(line: &str) -> bool {
    static COMMAND: OnceLock<Option<Regex>> = OnceLock::new();
    let line = line.trim_start();
    if line.starts_with('#') || line.starts_with("//") || line.len() > 2_000 {
        return false;
    }
    COMMAND
        .get_or_init(|| {
            Regex::new(
                r"(?ix)
                \b(?:pytest|tox|nox|rspec|phpunit|vitest|jest|ctest|bats|behave|minitest|karma|mocha)\b
                | \b(?:npm|yarn|pnpm|bun|deno)\s+(?:run\s+|run-script\s+)?[\w:.-]*test
                | \bnpm\s+t\b
                | \b(?:cargo|go|dotnet|swift|flutter|dart|mix|sbt|rake|rails|composer|hatch|bazel|just|poetry\s+run|make|cargo\s+nextest)\s+(?:[\w:.-]*\s+)?[\w:-]*tests?\b
                | \bmake\s+[\w:-]*(?:test|check|unit)\b
                | \bmvnw?\b.*\b(?:test|verify|install|package)\b
                | \bgradlew?\b.*\b(?:test|check|build)\b
                | \bxcodebuild\b.*\btest\b | \b(?:playwright|cypress)\s+(?:test|run)\b
                | \bmanage\.py\s+test\b | \bpython3?\s+-m\s+(?:unittest|pytest)\b
                | \b(?:R\s+CMD\s+check|testthat|devtools::(?:test|check)|rcmdcheck)\b
                | (?:^|[\s/])(?:run[-_])?tests?\.sh\b
                | uses:\s*\./\.github/workflows/[\w.-]*test[\w.-]*\.ya?ml
                ",
            )
            .ok()
        })
        .as_ref()
        .is_some_and(|command| command.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    #[test]
    fn knows_test_commands() {
        for line in [
            "run: npm test",
            "- run: npm run test:unit",
            "  mvn -B verify",
            "run: make test-unit",
            "cargo test -p x",
            "run: uv run pytest -q",
            "go test ./...",
            "./gradlew check",
            "dotnet test --no-build",
            "run: ./scripts/tests.sh",
            "bundle exec rails test",
        ] {
            assert!(runs_tests(line), "{line}");
        }
        for line in [
            "# npm test",
            "run: npm ci",
            "name: latest",
            "uses: actions/checkout@v4",
            "run: docker build .",
            "go vet ./...",
            "path: contest.py",
        ] {
            assert!(!runs_tests(line), "{line}");
        }
    }

    #[test]
    fn counts_sources_and_finds_the_command() {
        let tree = Memory::new()
            .with("tests/test_a.py", "")
            .with("tests/data.json", "")
            .with(".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: pytest\n");
        let seen = TestSuite.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        let value = &seen.evidence[0].value;
        assert_eq!((value["files"].as_u64(), value["ci_runs_tests"].as_bool()), (Some(1), Some(true)));
        assert_eq!(value["commands"][0]["place"], ".github/workflows/ci.yml:4");
    }
}
