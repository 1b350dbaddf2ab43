//! GitHub workflows and actions: the actions, reusable workflows and images that they use.
//!
//! `owner/repository/path@ref` becomes `pkg:github/owner/repository@ref#path`. A reference to a commit
//! takes the version of the comment behind it (`# v4.1.2`), as the tools that write such lines do, and
//! keeps the commit as its origin. `v4` and `v4.1` move and are ranges; so is a branch. All of it is
//! needed to build and test only: development. `./` is the repository's own.
//!
//! The versions of languages and tools that a job sets up (`python-version: '3.8'` of `actions/setup-python`
//! and its like, also by way of the job's matrix) are pins, named as those of version files are. An
//! expression that is not of the matrix is known only when the workflow runs, and names none.

use domain::{Origin, Purl, Resolution, Scope};

use super::{image, language_pins};
use crate::{
    address,
    gather::{Gather, short},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text,
    tree::{Node, Tree},
    tree_path,
};

/// Actions that install a language or tool, the input that says which version, and the product.
///
/// From the documentation of each action (its `action.yml`).
const SETUPS: [(&str, &str, &str); 12] = [
    ("actions/setup-python", "python-version", "python"),
    ("actions/setup-node", "node-version", "node"),
    ("actions/setup-go", "go-version", "go"),
    ("actions/setup-dotnet", "dotnet-version", "dotnet"),
    ("actions/setup-java", "java-version", "java"),
    ("ruby/setup-ruby", "ruby-version", "ruby"),
    ("shivammathur/setup-php", "php-version", "php"),
    ("hashicorp/setup-terraform", "terraform_version", "terraform"),
    ("opentofu/setup-opentofu", "tofu_version", "opentofu"),
    ("erlef/setup-beam", "elixir-version", "elixir"),
    ("erlef/setup-beam", "otp-version", "erlang"),
    ("graalvm/setup-graalvm", "java-version", "graalvm-ce"),
];

/// How many versions one input or matrix may name.
const VERSIONS: usize = 64;

/// A workflow, or the file of an action.
pub(super) struct Workflow;

impl Reader for Workflow {
    fn name(&self) -> &'static str {
        "GitHub Actions"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        let folder = tree_path::folder(path);
        let is_workflow = folder == ".github/workflows" || folder.ends_with("/.github/workflows");
        (is_yaml && is_workflow || matches!(name, "action.yml" | "action.yaml")).then_some(Role::Pins)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let lines: Vec<&str> = text::utf8(path, bytes)?.lines().collect();
        let tree = Tree::yaml(path, bytes)?;
        let root = tree.root();
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        for job in root.get("jobs").into_iter().flat_map(Node::entries) {
            used(&mut gather, job, &lines);
            let container = job.get("container");
            let images =
                container.and_then(|container| container.get("image").or(Some(container))).into_iter().chain(
                    job.get("services").into_iter().flat_map(Node::entries).filter_map(|s| s.get("image")),
                );
            for named in images {
                pulled(&mut gather, named);
            }
            for step in job.get("steps").into_iter().flat_map(Node::entries) {
                used(&mut gather, step, &lines);
                set_up(&mut gather, step, job.get("strategy").and_then(|s| s.get("matrix")));
            }
        }
        let runs = root.get("runs");
        for step in runs.and_then(|runs| runs.get("steps")).into_iter().flat_map(Node::entries) {
            used(&mut gather, step, &lines);
            set_up(&mut gather, step, None);
        }
        if let Some(named) = runs.and_then(|runs| runs.get("image"))
            && named.text().is_some_and(|text| text.starts_with("docker://"))
        {
            pulled(&mut gather, named);
        }
        Ok(gather.finish())
    }
}

fn pulled(gather: &mut Gather, named: Node<'_>) {
    let Some(text) = named.text().map(|text| text.trim_start_matches("docker://")) else { return };
    // An expression is known only when the workflow runs.
    let text = match text.split_once("${{") {
        Some((before, _)) => format!("{before}$"),
        None => text.to_owned(),
    };
    if !text.is_empty() {
        image::add(gather, &text, Scope::Development, named.line());
    }
}

/// The versions that a step installs.
fn set_up(gather: &mut Gather, step: Node<'_>, matrix: Option<Node<'_>>) {
    let Some((action, _)) = step.get("uses").and_then(Node::text).and_then(|text| text.split_once('@'))
    else {
        return;
    };
    let Some(inputs) = step.get("with") else { return };
    for (_, input, product) in SETUPS.iter().filter(|(name, ..)| action.trim().eq_ignore_ascii_case(name)) {
        let Some(node) = inputs.get(input) else { continue };
        let Some(text) = node.scalar() else { continue };
        match matrix_name(text) {
            Some(name) => {
                for version in matrix.into_iter().flat_map(|matrix| varied(matrix, name)).take(VERSIONS) {
                    installs(gather, product, version.scalar().unwrap_or_default(), version.line());
                }
            }
            // Several versions stand one a line.
            None => {
                for one in text.lines().take(VERSIONS) {
                    // Java has several makers, each with its own days of support.
                    match inputs.get("distribution").and_then(Node::text) {
                        Some(maker) if *product == "java" => {
                            installs(gather, product, &format!("{maker}-{}", one.trim()), node.line());
                        }
                        _ => installs(gather, product, one, node.line()),
                    }
                }
            }
        }
    }
}

fn installs(gather: &mut Gather, product: &str, version: &str, line: u32) {
    let version = version.trim().trim_end_matches(".x");
    if !version.is_empty() && !version.contains("${{") {
        language_pins::scoped(gather, product, version, Scope::Development, line);
    }
}

/// `NAME` of `${{ matrix.NAME }}`, if that is all there is.
fn matrix_name(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim().strip_prefix("matrix.")?;
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')))
        .then_some(name)
}

/// Every value that a matrix gives to a name: its list, and the rows added by `include`.
fn varied<'t>(matrix: Node<'t>, name: &str) -> Vec<Node<'t>> {
    let listed = matrix.get(name).into_iter().flat_map(Node::entries);
    let included = matrix.get("include").into_iter().flat_map(Node::entries).filter_map(|row| row.get(name));
    listed.chain(included).collect()
}

fn used(gather: &mut Gather, step: Node<'_>, lines: &[&str]) {
    let Some(uses) = step.get("uses") else { return };
    let Some(text) = uses.text().map(str::trim) else { return };
    if text.starts_with("./") || text.starts_with("../") {
        return;
    }
    if text.starts_with("docker://") {
        return pulled(gather, uses);
    }
    let (name, reference) = text.split_once('@').unwrap_or((text, ""));
    let mut parts = name.splitn(3, '/');
    let (Some(owner), Some(repository)) = (parts.next().filter(|o| !o.is_empty()), parts.next()) else {
        gather.fault("unresolved", uses.line(), format!("`{}` names no action", short(text)));
        return;
    };
    let commit = address::is_commit(reference).then(|| reference.to_ascii_lowercase());
    let comment =
        lines.get(uses.line() as usize - 1).and_then(|line| line.rsplit_once('#')).map(|(_, c)| c.trim());
    let told = comment.and_then(|comment| comment.split_ascii_whitespace().next());
    let told = told.map(|word| word.trim_start_matches("tag=")).filter(|word| is_version(word));
    // What runs is the commit; which version that is said to be is a word of whoever wrote the line.
    let version = commit.as_deref().unwrap_or(reference);
    let resolution = match &commit {
        Some(_) => Resolution::Exact,
        None if version.is_empty() => Resolution::Unresolved,
        None if is_full_version(version) => Resolution::Exact,
        None => Resolution::Range { requirement: version.chars().take(200).collect() },
    };
    let shown = Some(version).filter(|version| commit.is_some() || is_version(version));
    let hint = told.filter(|_| commit.is_some());
    let purl = Purl::new("github", Some(owner), repository, shown)
        .and_then(|purl| purl.with_subpath(parts.next()))
        .and_then(|purl| match hint {
            Some(hint) => purl.with_qualifier("tag", hint),
            None => Ok(purl),
        });
    let Ok(purl) = purl else {
        gather.fault(
            "bad-purl",
            uses.line(),
            "the name of the action makes no valid package URL; it was left out",
        );
        return;
    };
    // Actions have no registry to come from: a pinned commit is the rule there and no finding.
    let place = gather.place(uses.line());
    let Some(index) = gather.add_purl(purl, resolution, Origin::Unstated, Scope::Development, place) else {
        return;
    };
    gather.direct(index, true);
    if commit.is_some() {
        gather.component(index).origin = Origin::Git { host: "github.com".to_owned(), commit };
    }
}

/// `v4`, `v4.1`, `4.1.2`, `release-4.1` is not one.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains('/') && text.len() <= 40
}

/// Three numbers or more.
fn is_full_version(text: &str) -> bool {
    let plain = text.split(['-', '+']).next().unwrap_or(text);
    is_version(text) && plain.split('.').filter(|part| !part.is_empty()).count() >= 3
}
