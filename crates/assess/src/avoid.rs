//! How to avoid it next time: three lines for each family of controls.

/// Three lines for a control; general ones where the control has none of its own.
pub fn lines(control: &str) -> [&'static str; 3] {
    match control {
        "malware" => [
            "Install from a lockfile with hashes only (`npm ci`, `pip install --require-hashes`).",
            "Let new versions age seven days before they are taken; most malicious ones live for less.",
            "Turn install-time scripts off by default and allow them one by one.",
        ],
        "flaw-overdue" | "flaw-open" | "flaws" => [
            "Let a bot propose updates weekly, grouped, and merge patch updates when tests pass.",
            "Run `formulary check --since main` on every change, so that nothing new comes in with a flaw.",
            "Prefer components that release often and that few others pull in behind them.",
        ],
        "flaws-looked-at" => [
            "Run `formulary feeds import` or `feeds sync` every night where the checks run.",
            "Import with `--coverage full` only what holds everything its source publishes.",
            "Keep the feeds' folder beside the build's cache, so that a check needs no network.",
        ],
        "inventory-exact" | "inventory-complete" | "hashes" => [
            "Commit the lockfile, and build from it alone (`npm ci`, `cargo build --locked`, `poetry install --sync`).",
            "Add an SBOM where a format has no lockfile, and make it in the build, not by hand.",
            "Pin images and actions by digest, with the tag in a comment.",
        ],
        "source-odd" => [
            "Take everything of one ecosystem from one upstream, and name it in formulary.toml.",
            "Publish what you fork under your own name instead of pointing at a branch.",
            "Write the reason beside each git or path dependency that must stay.",
        ],
        "licence-allowed" | "licence-changed" => [
            "Look at the licence before the first use; changing later costs most.",
            "State the deployment mode in formulary.toml: what copyleft asks for depends on it.",
            "Let the check run on updates: licences change with major versions.",
        ],
        "in-support" | "support-ends" | "product-support" => [
            "Put the end of support of each runtime and image into the plan when it is chosen.",
            "Move when the next long-term release is out, not when the old one ends.",
            "Name one runtime version in one place, so that moving is one change.",
        ],
        "no-secret" => [
            "Keep secrets in a secret store and hand them in at run time.",
            "Run `formulary check . --publish` before you push.",
            "Revoke at once what was committed: rewriting history does not undo publication.",
        ],
        "no-personal-data" => [
            "Test with identifiers of the reserved test range only.",
            "Strip outputs from notebooks before they are committed.",
            "Keep extracts and dumps outside the repository, and out of its ignore list's reach.",
        ],
        "model-executes-code" => [
            "Take models in safetensors or another format that holds tensors alone.",
            "Never load with remote code turned on.",
            "Convert once, in a sandbox, and keep only the converted file.",
        ],
        _ if control.starts_with("model-") => [
            "Ask for the card, the data statement and the licence before the first download.",
            "Pin the exact revision and keep the hashes.",
            "Decide the thresholds before the evaluation, not after.",
        ],
        _ => [
            "Run `formulary check` on every change; `--since main` shows only what the change makes worse.",
            "Give each obligation one owner and one day, and look at them once a fortnight.",
            "Write down why, beside what: the next reader has only that.",
        ],
    }
}
