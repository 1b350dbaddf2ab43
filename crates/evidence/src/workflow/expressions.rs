//! Which `${{ … }}` expressions of a workflow carry what a stranger chose.
//!
//! Source: GitHub documentation, "Secure use reference: understanding the risk of script injections"
//! (contexts that end in body, default_branch, email, head_ref, label, message, name, page_name, ref, title).

/// Contexts whose text a stranger chooses.
const CONTEXTS: [&str; 27] = [
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.head.repo.description",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.pages",
    "github.event.commits",
    "github.event.head_commit.message",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.committer.name",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.head_commit.author.name",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.pull_requests",
    "github.event.workflow_run.display_title",
    "github.event.changes",
    "github.head_ref",
];

/// The untrusted contexts that expressions in a line of script put into its text.
pub(super) fn untrusted(line: &str) -> Vec<&'static str> {
    let mut out = Vec::new();
    for expression in expressions(line) {
        // What is only compared, tested or hashed puts no stranger's text into the script.
        let tested = ["==", "!=", "contains(", "startswith(", "endswith(", "hashfiles("];
        if tested.iter().any(|test| expression.contains(test)) {
            continue;
        }
        for context in CONTEXTS {
            let hit = expression.match_indices(context).any(|(at, _)| {
                let after = expression.as_bytes().get(at + context.len());
                !after.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
            });
            if hit && !out.contains(&context) {
                out.push(context);
            }
        }
    }
    out
}

/// The inside of each `${{ }}`, lower case, without spaces.
fn expressions(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split("${{").skip(1).filter_map(|rest| {
        let (inner, _) = rest.split_once("}}")?;
        Some(inner.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect())
    })
}

/// Whether a `ref` or `repository` for a checkout is that of a stranger's pull request.
pub(super) fn names_strangers_code(text: &str) -> bool {
    let lower: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    [
        "github.event.pull_request.head.",
        "github.head_ref",
        "github.event.workflow_run.head_",
        "github.event.workflow_run.pull_requests",
        "refs/pull/",
        "github.event.pull_request.merge_commit_sha",
        "github.event.issue.number",
    ]
    .iter()
    .any(|name| lower.contains(name))
}

/// Whether a line of script fetches a stranger's pull request.
pub(super) fn fetches_strangers_code(line: &str) -> bool {
    let line = line.trim();
    !line.starts_with('#')
        && (line.contains("gh pr checkout")
            || line.contains("hub pr checkout")
            || (line.contains("git fetch")
                && (line.contains("pull/") || line.contains("head.ref") || line.contains("head_ref")))
            || (line.contains("git checkout") && names_strangers_code(line)))
}

/// Whether an action or image is named by content: a full commit or a digest.
pub(super) fn is_pinned(uses: &str) -> bool {
    if let Some(image) = uses.strip_prefix("docker://") {
        return image.contains("@sha256:");
    }
    uses.rsplit_once('@')
        .is_some_and(|(_, rev)| matches!(rev.len(), 40 | 64) && rev.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether text uses a secret other than the run's own token.
pub(super) fn names_secret(text: &str) -> bool {
    text.match_indices("secrets").any(|(at, word)| {
        let inside = text[..at].rfind("${{").is_some_and(|open| !text[open..at].contains("}}"));
        let rest = &text[at + word.len()..];
        inside
            && (rest.starts_with('[')
                || rest.strip_prefix('.').is_some_and(|name| {
                    let name: String =
                        name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    !name.eq_ignore_ascii_case("github_token")
                }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_text_from_tests_and_ids() {
        assert_eq!(untrusted("echo ${{github.event.issue.title}}"), ["github.event.issue.title"]);
        assert_eq!(untrusted("echo ${{ github.event.commits[0].message }}"), ["github.event.commits"]);
        for line in [
            "${{ github.event.issue.number }}",
            "github.head_ref",
            "${{ github.head_ref == 'main' }}",
            "${{ github.event.pull_request.head.sha }}",
            "${{ github.head_reference }}",
        ] {
            assert_eq!(untrusted(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn knows_secrets_but_not_the_token() {
        assert!(names_secret("${{ secrets.DEPLOY_KEY }}") && names_secret("${{ secrets['X'] }}"));
        assert!(
            !names_secret("${{ secrets.GITHUB_TOKEN }}")
                && !names_secret("secrets.X")
                && !names_secret("${{ x }} secrets.X")
        );
        assert!(is_pinned("docker://a@sha256:00") && !is_pinned("a/b@main") && !is_pinned("docker://a:1"));
    }
}
