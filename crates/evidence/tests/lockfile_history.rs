//! The lockfiles' past of repositories made by git itself: what was there from when until when.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

mod repository_by_git;

use std::path::Path;

use evidence::{
    lockfile_history::{Asked, By, LockfileHistory, Until, read},
    material::history::Limits,
};
use repository_by_git::Repository;

fn history(folder: &Path) -> LockfileHistory {
    read(&Asked { folder, limits: Limits::usual(2), stop: &|| false }).unwrap()
}

/// A Cargo.lock that names these.
fn lock(names: &[(&str, &str)]) -> String {
    let rows: String = names
        .iter()
        .map(|(name, version)| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\
                 source = \"registry+https://crates.example/index\"\n\n"
            )
        })
        .collect();
    format!("version = 3\n\n{rows}")
}

/// The days on which each version came and went, counted from the first commit.
fn days(history: &LockfileHistory) -> Vec<String> {
    let start = history.span.unwrap().0.date();
    let day = |at: domain::Timestamp| at.date().days_since(start);
    history
        .stays
        .iter()
        .map(|stay| {
            let spells: Vec<String> = stay
                .spells
                .iter()
                .map(|spell| {
                    let earlier = if spell.earlier { "<" } else { "" };
                    let until = match &spell.until {
                        Until::Here => "here".to_owned(),
                        Until::Gone { at, .. } => format!("gone {}", day(*at)),
                        Until::Lost { at } => format!("lost {}", day(*at)),
                    };
                    format!("{earlier}{} {until}", day(spell.from))
                })
                .collect();
            let name = stay.purl.to_string();
            format!("{} {}", name.rsplit('/').next().unwrap(), spells.join(", "))
        })
        .collect()
}

#[test]
fn versions_come_and_go_and_come_back() {
    let repository = Repository::new();
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0"), ("b", "1.0.0")]));
    repository.commit("start");
    repository.write("Cargo.lock", &lock(&[("a", "1.0.1"), ("b", "1.0.0")]));
    repository.commit("update");
    repository.write("README.md", "more\n");
    repository.commit("nothing");
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0")]));
    repository.commit("back");
    let history = history(repository.path());
    assert_eq!(days(&history), ["a@1.0.0 0 gone 1, 3 here", "a@1.0.1 1 gone 3", "b@1.0.0 0 gone 3"]);
    assert_eq!((history.commits, history.lockfiles.len(), history.lockfiles[0].contents), (4, 1, 3));
    assert!(history.unread.is_empty() && !history.begins_inside && !history.stopped);
}

#[test]
fn one_of_several_lockfiles_or_one_that_moves_ends_nothing() {
    let repository = Repository::new();
    repository.write("one/Cargo.toml", "[package]\nname = \"x\"\n");
    repository.write("one/Cargo.lock", &lock(&[("a", "1.0.0")]));
    repository.write("two/Cargo.lock", &lock(&[("a", "1.0.0")]));
    repository.commit("start");
    repository.write("one/Cargo.lock", &lock(&[("a", "1.0.1")]));
    repository.commit("one of two");
    repository.git(&["mv", "two", "three"]);
    repository.commit("moved");
    repository.write("three/Cargo.lock", &lock(&[("a", "1.0.1")]));
    repository.commit("both");
    // A part that is taken away with all that it asked for is gone.
    repository.remove("one/Cargo.lock");
    repository.remove("one/Cargo.toml");
    repository.write("three/Cargo.lock", &lock(&[]));
    repository.commit("none");
    assert_eq!(days(&history(repository.path())), ["a@1.0.0 0 gone 3", "a@1.0.1 1 gone 4"]);
}

#[test]
fn what_cannot_be_read_has_not_left() {
    let repository = Repository::new();
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0"), ("b", "1.0.0")]));
    repository.commit("start");
    repository.write("Cargo.lock", "<<<<<<< HEAD\n[[package\n");
    repository.commit("a conflict");
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0")]));
    repository.commit("mended");
    repository.write("Cargo.lock", "[[package\n");
    repository.commit("again");
    let history = history(repository.path());
    assert_eq!(days(&history), ["a@1.0.0 0 lost 3", "b@1.0.0 0 gone 2"]);
    assert_eq!((history.lockfiles[0].contents, history.lockfiles[0].unreadable), (2, 2));
    assert!(history.unread[0].1.contains("not readable as Cargo.lock"), "{:?}", history.unread);
}

#[test]
fn a_lockfile_deleted_beside_its_manifest_is_lost_until_another_takes_its_place() {
    let repository = Repository::new();
    repository.write("package.json", "{\"dependencies\": {\"a\": \"1\"}}");
    let npm = |version: &str| {
        format!(
            "{{\"lockfileVersion\": 3, \"packages\": {{\"\": {{\"dependencies\": {{\"a\": \"1\"}}}}, \
             \"node_modules/a\": {{\"version\": \"{version}\"}}}}}}"
        )
    };
    repository.write("package-lock.json", &npm("1.0.0"));
    repository.commit("start");
    repository.remove("package-lock.json");
    repository.commit("without");
    let lost = history(repository.path());
    assert_eq!(days(&lost), ["a@1.0.0 0 lost 1"]);
    assert!(lost.unread.iter().any(|(_, why)| why.contains("its manifest stayed")), "{:?}", lost.unread);
    // Another of the family: that which is in neither has gone, that which is in both never left.
    repository.write("yarn.lock", "# yarn lockfile v1\n\n\na@1:\n  version \"1.0.0\"\n");
    repository.commit("yarn");
    assert_eq!(days(&history(repository.path())), ["a@1.0.0 0 here"]);
    repository.write("yarn.lock", "# yarn lockfile v1\n\n\na@1:\n  version \"1.0.1\"\n");
    repository.commit("update");
    assert_eq!(days(&history(repository.path())), ["a@1.0.0 0 gone 3", "a@1.0.1 3 here"]);
}

#[test]
fn a_merge_counts_when_it_lands_and_for_whoever_made_it() {
    let repository = Repository::new();
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0")]));
    repository.commit("start");
    repository.git(&["checkout", "-q", "-b", "update"]);
    repository.write("Cargo.lock", &lock(&[("a", "1.0.1")]));
    let author = "dependabot[bot] <1+dependabot[bot]@forge.example>";
    repository.git(&["commit", "-q", "-a", "--author", author, "-m", "Bump a"]);
    repository.git(&["checkout", "-q", "main"]);
    repository.write("README.md", "x\n");
    repository.commit("other work");
    repository.git(&["merge", "-q", "--no-ff", "-m", "Merge", "update"]);
    let history = history(repository.path());
    let gone = &history.stays[0].spells[0].until;
    assert!(matches!(gone, Until::Gone { by: By::Bot, .. }), "{gone:?}");
    assert_eq!(history.commits, 3);
}

#[test]
fn lists_of_requirements_count_as_far_as_they_pin_and_copied_code_not_at_all() {
    let repository = Repository::new();
    repository.write("requirements/base.txt", "a==1.0.0\nb>=2\n");
    repository.write("requirements-dev.txt", "c==1.0.0\n");
    repository.write("public/robots.txt", "d==1.0.0\n");
    repository.write("node_modules/x/package-lock.json", "{\"lockfileVersion\": 3, \"packages\": {}}");
    repository.commit("start");
    let history = history(repository.path());
    assert_eq!(days(&history), ["a@1.0.0 0 here", "c@1.0.0 0 here"]);
    let development: Vec<bool> = history.stays.iter().map(|stay| stay.development).collect();
    assert_eq!(development, [false, true]);
}

#[test]
fn a_shallow_clone_begins_inside() {
    let repository = Repository::new();
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0")]));
    repository.commit("start");
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0"), ("b", "1.0.0")]));
    repository.commit("more");
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0"), ("b", "1.0.0"), ("c", "1.0.0")]));
    repository.commit("and more");
    let clone = repository.clone_to("shallow", &["--depth", "2"]);
    let history = history(&clone);
    assert!(history.begins_inside);
    assert_eq!(days(&history), ["a@1.0.0 <0 here", "b@1.0.0 <0 here", "c@1.0.0 1 here"]);
}

#[test]
fn nothing_to_read_is_no_error_and_a_stop_is_told() {
    let repository = Repository::new();
    assert_eq!(history(repository.path()), LockfileHistory::default());
    repository.write("Cargo.lock", &lock(&[("a", "1.0.0")]));
    repository.commit("start");
    let asked = Asked { folder: repository.path(), limits: Limits::usual(1), stop: &|| true };
    assert!(read(&asked).unwrap().stopped);
    assert!(
        read(&Asked { folder: Path::new("/nonexistent"), limits: Limits::usual(1), stop: &|| false })
            .is_err()
    );
}
