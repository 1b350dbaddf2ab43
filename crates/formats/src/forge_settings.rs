//! The settings of a repository on its forge, as somebody exported them: what no clone shows.
//!
//! One JSON object: `exported` (the day), and under `github` or `gitlab` the answers of that forge's own
//! programming interface as they are. Decides what they say of the default branch, of secrets and of
//! reports in private; what they do not say stays unknown. It asks nothing online and knows no token.
//!
//! ```json
//! { "exported": "2026-08-20",
//!   "github": { "repository": {…},                     GET /repos/O/R
//!               "branch_protection": {…} or null,      GET /repos/O/R/branches/B/protection
//!               "rules": […],                          GET /repos/O/R/rules/branches/B
//!               "private_vulnerability_reporting": {…} GET /repos/O/R/private-vulnerability-reporting
//!   } }
//! { "exported": "2026-08-20",
//!   "gitlab": { "project": {…},                        GET /projects/ID
//!               "protected_branches": […],             GET /projects/ID/protected_branches
//!               "approvals": {…},                      GET /projects/ID/approvals
//!               "approval_rules": […] } }              GET /projects/ID/approval_rules
//! ```
//!
//! A rule may stand in either of two places (branch protection and rulesets): that something is not asked
//! is said only where both were exported.

use domain::Date;
use serde_json::Value;

/// The file's name, at the root of a repository.
pub const FILE: &str = "formulary.forge.json";

/// The largest export read, in bytes; the answers of a busy repository are some 100 KB.
const LARGEST: usize = 4 << 20;

/// More rules than this are not read.
const MOST_RULES: usize = 5_000;

/// Settings as exported; none: not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeSettings {
    /// The day of the export.
    pub exported: Date,
    /// `github` or `gitlab`.
    pub forge: &'static str,
    /// The repository's name on the forge.
    pub repository: Option<String>,
    /// Its default branch.
    pub branch: Option<String>,
    /// Nobody may rewrite the default branch.
    pub no_force_push: Option<bool>,
    /// How many must approve a change.
    pub reviews: Option<u64>,
    /// An approval ends where the change goes on.
    pub stale_dismissed: Option<bool>,
    /// Administrators are bound as well.
    pub admins_bound: Option<bool>,
    /// How many checks must pass before a change is merged; on GitLab 1 where the pipeline must.
    pub checks: Option<u64>,
    /// Secrets are looked for by the forge.
    pub secret_scanning: Option<bool>,
    /// A push that holds a secret is stopped by the forge.
    pub push_protection: Option<bool>,
    /// Flaws can be reported in private on the forge.
    pub private_reporting: Option<bool>,
}

/// Why an export cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidSettings {
    /// Too large.
    #[error("the export is larger than {} MiB", LARGEST >> 20)]
    TooLarge,
    /// No JSON.
    #[error("the export is not JSON (line {0})")]
    Json(usize),
    /// No day.
    #[error("the export does not say when it was made: \"exported\": \"2026-08-20\"")]
    Undated,
    /// Neither forge.
    #[error("the export holds neither \"github\" nor \"gitlab\" with the forge's own answers in it")]
    NoForge,
}

impl ForgeSettings {
    /// Reads an export.
    ///
    /// # Errors
    /// See [`InvalidSettings`].
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidSettings> {
        if bytes.len() > LARGEST {
            return Err(InvalidSettings::TooLarge);
        }
        // serde_json stops at 128 levels by itself.
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| InvalidSettings::Json(error.line()))?;
        let exported = value["exported"].as_str().and_then(|day| day.get(..10)?.parse().ok());
        let exported = exported.ok_or(InvalidSettings::Undated)?;
        match (&value["github"], &value["gitlab"]) {
            (github @ Value::Object(_), _) => Ok(github_settings(exported, github)),
            (_, gitlab @ Value::Object(_)) => Ok(gitlab_settings(exported, gitlab)),
            _ => Err(InvalidSettings::NoForge),
        }
    }
}

fn name(value: &Value) -> Option<String> {
    let text: String = value.as_str()?.chars().filter(|c| !c.is_control()).take(200).collect();
    (!text.is_empty()).then_some(text)
}

/// What either of two places asks: yes where one does, no only where both were looked at.
fn either(classic: Option<bool>, rules: Option<bool>) -> Option<bool> {
    match (classic, rules) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn most(classic: Option<u64>, rules: Option<u64>) -> Option<u64> {
    match (classic, rules) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (Some(n), None) | (None, Some(n)) if n > 0 => Some(n),
        _ => None,
    }
}

fn github_settings(exported: Date, value: &Value) -> ForgeSettings {
    let repository = &value["repository"];
    // A null is the forge's "not protected"; a key that is missing was not asked.
    let asked = value.get("branch_protection");
    let classic = |read: &dyn Fn(&Value) -> Option<bool>| match asked {
        None => None,
        Some(Value::Null) => Some(false),
        Some(of) => read(of),
    };
    let counted = |read: &dyn Fn(&Value) -> u64| match asked {
        None => None,
        Some(Value::Null) => Some(0),
        Some(of) => Some(read(of)),
    };
    let length = |value: &Value| value.as_array().map_or(0, |all| all.len() as u64);
    let rules: Option<Vec<&Value>> =
        value["rules"].as_array().map(|rules| rules.iter().take(MOST_RULES).collect());
    let of_kind = |kind: &'static str| {
        move |rules: &Vec<&Value>| -> Vec<Value> {
            rules.iter().filter(|r| r["type"] == kind).map(|r| r["parameters"].clone()).collect()
        }
    };
    let reviews = rules.as_ref().map(|all| {
        let asked = of_kind("pull_request")(all);
        asked.iter().filter_map(|p| p["required_approving_review_count"].as_u64()).max().unwrap_or(0)
    });
    let stale = rules.as_ref().map(|all| {
        of_kind("pull_request")(all).iter().any(|p| p["dismiss_stale_reviews_on_push"] == Value::Bool(true))
    });
    let checks = rules.as_ref().map(|all| {
        let asked = of_kind("required_status_checks")(all);
        asked.iter().map(|p| length(&p["required_status_checks"])).sum()
    });
    let security = &repository["security_and_analysis"];
    let on = |feature: &str| match security[feature]["status"].as_str() {
        Some("enabled") => Some(true),
        Some("disabled") => Some(false),
        _ => None,
    };
    let wanted = "required_pull_request_reviews";
    ForgeSettings {
        exported,
        forge: "github",
        repository: name(&repository["full_name"]),
        branch: name(&repository["default_branch"]),
        no_force_push: either(
            classic(&|p| p["allow_force_pushes"]["enabled"].as_bool().map(|allowed| !allowed)),
            rules.as_ref().map(|all| all.iter().any(|r| r["type"] == "non_fast_forward")),
        ),
        reviews: most(
            counted(&|p| p[wanted]["required_approving_review_count"].as_u64().unwrap_or(0)),
            reviews,
        ),
        stale_dismissed: either(
            classic(&|p| Some(p[wanted]["dismiss_stale_reviews"] == Value::Bool(true))),
            stale,
        ),
        admins_bound: match asked {
            Some(Value::Object(of)) => of.get("enforce_admins").and_then(|e| e["enabled"].as_bool()),
            _ => None,
        },
        checks: most(
            counted(&|p| {
                let asked = &p["required_status_checks"];
                length(&asked["checks"]).max(length(&asked["contexts"]))
            }),
            checks,
        ),
        secret_scanning: on("secret_scanning"),
        push_protection: on("secret_scanning_push_protection"),
        private_reporting: value["private_vulnerability_reporting"]["enabled"].as_bool(),
    }
}

fn gitlab_settings(exported: Date, value: &Value) -> ForgeSettings {
    let project = &value["project"];
    let branch = name(&project["default_branch"]);
    let wanted = branch.as_deref().unwrap_or("main");
    let protected = value["protected_branches"].as_array().map(|all| {
        all.iter()
            .take(MOST_RULES)
            .filter(|b| b["name"].as_str().is_some_and(|pattern| matches(pattern, wanted)))
            .collect::<Vec<_>>()
    });
    // Nobody pushes past a merge request where the level for pushing is "no one" (0).
    let direct = |b: &&Value| match b["push_access_levels"].as_array() {
        Some(levels) => levels.iter().any(|level| level["access_level"] != 0),
        None => true,
    };
    let approvals = &value["approvals"];
    let rules = value["approval_rules"].as_array().map(|all| {
        all.iter().take(MOST_RULES).filter_map(|r| r["approvals_required"].as_u64()).max().unwrap_or(0)
    });
    let before = approvals["approvals_before_merge"].as_u64();
    let secrets =
        [&project["secret_push_protection_enabled"], &project["pre_receive_secret_detection_enabled"]]
            .into_iter()
            .filter_map(Value::as_bool)
            .max();
    ForgeSettings {
        exported,
        forge: "gitlab",
        repository: name(&project["path_with_namespace"]),
        no_force_push: protected
            .as_ref()
            .map(|all| !all.is_empty() && all.iter().all(|b| b["allow_force_push"] == Value::Bool(false))),
        reviews: most(before, rules),
        stale_dismissed: approvals["reset_approvals_on_push"].as_bool(),
        admins_bound: protected.as_ref().map(|all| !all.is_empty() && !all.iter().any(direct)),
        checks: project["only_allow_merge_if_pipeline_succeeds"].as_bool().map(u64::from),
        secret_scanning: None,
        push_protection: secrets,
        private_reporting: None,
        branch,
    }
}

/// Whether a branch's pattern, in which `*` stands for anything, holds a branch.
fn matches(pattern: &str, branch: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == branch,
        Some((start, end)) => {
            let rest = branch.strip_prefix(start);
            // More than one star is a pattern we do not follow to its end: the start decides.
            rest.is_some_and(|rest| end.contains('*') || rest.ends_with(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ForgeSettings {
        ForgeSettings::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_protected_branch_by_protection_or_by_rules() {
        let classic = read(
            r#"{"exported": "2026-08-20", "github": {"repository": {"full_name": "o/r", "default_branch": "main",
            "security_and_analysis": {"secret_scanning": {"status": "enabled"}}},
            "branch_protection": {"required_pull_request_reviews": {"required_approving_review_count": 2,
            "dismiss_stale_reviews": true}, "enforce_admins": {"enabled": true}, "allow_force_pushes": {"enabled": false},
            "required_status_checks": {"contexts": ["test"], "checks": [{"context": "test"}]}},
            "private_vulnerability_reporting": {"enabled": true}}}"#,
        );
        assert_eq!(
            (classic.no_force_push, classic.reviews, classic.admins_bound),
            (Some(true), Some(2), Some(true))
        );
        assert_eq!(
            (classic.checks, classic.secret_scanning, classic.push_protection),
            (Some(1), Some(true), None)
        );
        assert_eq!((classic.private_reporting, classic.repository.as_deref()), (Some(true), Some("o/r")));
        let rules = read(
            r#"{"exported": "2026-08-20", "github": {"branch_protection": null, "rules": [{"type": "non_fast_forward"},
            {"type": "pull_request", "parameters": {"required_approving_review_count": 1}}]}}"#,
        );
        assert_eq!((rules.no_force_push, rules.reviews, rules.checks), (Some(true), Some(1), Some(0)));
        assert_eq!((rules.stale_dismissed, rules.admins_bound), (Some(false), None));
    }

    #[test]
    fn what_was_looked_at_in_one_of_two_places_alone_is_no_no() {
        let one = read(r#"{"exported": "2026-08-20", "github": {"branch_protection": null}}"#);
        assert_eq!((one.no_force_push, one.reviews, one.checks), (None, None, None));
        let both = read(r#"{"exported": "2026-08-20", "github": {"branch_protection": null, "rules": []}}"#);
        assert_eq!((both.no_force_push, both.reviews, both.checks), (Some(false), Some(0), Some(0)));
    }

    #[test]
    fn gitlab_says_it_in_its_own_words() {
        let of = |levels: &str| {
            read(&format!(
                r#"{{"exported": "2026-08-20T10:00:00Z", "gitlab": {{"project": {{"path_with_namespace": "g/p",
                "default_branch": "main", "only_allow_merge_if_pipeline_succeeds": true,
                "secret_push_protection_enabled": true}}, "protected_branches": [{{"name": "release/*"}},
                {{"name": "ma*", "allow_force_push": false, "push_access_levels": [{levels}]}}],
                "approvals": {{"approvals_before_merge": 0, "reset_approvals_on_push": true}},
                "approval_rules": [{{"approvals_required": 2}}]}}}}"#
            ))
        };
        let bound = of(r#"{"access_level": 0}"#);
        assert_eq!(
            (bound.no_force_push, bound.reviews, bound.admins_bound),
            (Some(true), Some(2), Some(true))
        );
        assert_eq!(
            (bound.checks, bound.push_protection, bound.stale_dismissed),
            (Some(1), Some(true), Some(true))
        );
        assert_eq!(of(r#"{"access_level": 40}"#).admins_bound, Some(false));
    }

    #[test]
    fn hostile_exports_are_errors() {
        let deep = "[".repeat(100_000);
        for (bytes, why) in [
            (deep.as_str(), "not JSON"),
            ("{}", "does not say when"),
            (r#"{"exported": "ä2026-08-20", "github": {}}"#, "does not say when"),
            (r#"{"exported": "2026-08-20", "github": []}"#, "neither"),
            (r#"{"exported": "2026-08-20"}"#, "neither"),
        ] {
            let error = ForgeSettings::read(bytes.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(ForgeSettings::read(&vec![b' '; LARGEST + 1]), Err(InvalidSettings::TooLarge));
        let odd = r#"{"exported": "2026-08-20", "github": {"rules": [1, null, {"type": 3}], "branch_protection": "x", "repository": []}}"#;
        assert_eq!(read(odd).no_force_push, None, "what is of another form says nothing");
    }
}
