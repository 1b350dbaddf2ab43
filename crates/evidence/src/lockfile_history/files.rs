//! Which files of a tree are looked at, by their names: lockfiles, and the manifests they lock.

/// Files that lock one another's successors: a lockfile takes the place of another of its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Family {
    Npm,
    Python,
    Cargo,
    Ruby,
    Php,
    Dotnet,
    Gradle,
    Go,
    R,
}

/// What part a file plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// It names exact versions.
    Lockfile,
    /// It is what a lockfile locks.
    Manifest,
}

/// What a file is by its name. Any text may be a list of requirements, see [`is_any_text`].
pub(super) fn by_name(name: &[u8]) -> Option<(Family, Part)> {
    use Family::{Cargo, Dotnet, Go, Gradle, Npm, Php, Python, R, Ruby};
    use Part::{Lockfile, Manifest};
    let ends = |end: &[u8]| name.ends_with(end) && name.len() > end.len();
    Some(match name {
        b"package-lock.json" | b"npm-shrinkwrap.json" | b"yarn.lock" | b"pnpm-lock.yaml" => (Npm, Lockfile),
        b"package.json" => (Npm, Manifest),
        b"poetry.lock" | b"uv.lock" | b"pdm.lock" | b"Pipfile.lock" => (Python, Lockfile),
        b"pyproject.toml" | b"Pipfile" | b"setup.py" | b"setup.cfg" => (Python, Manifest),
        b"Cargo.lock" => (Cargo, Lockfile),
        b"Cargo.toml" => (Cargo, Manifest),
        b"Gemfile.lock" | b"gems.locked" => (Ruby, Lockfile),
        b"Gemfile" | b"gems.rb" => (Ruby, Manifest),
        b"composer.lock" => (Php, Lockfile),
        b"composer.json" => (Php, Manifest),
        b"build.gradle" | b"build.gradle.kts" => (Gradle, Manifest),
        b"go.mod" => (Go, Lockfile),
        b"renv.lock" => (R, Lockfile),
        _ if name.starts_with(b"pylock.") && ends(b".toml") => (Python, Lockfile),
        _ if name.starts_with(b"packages.") && ends(b"lock.json") => (Dotnet, Lockfile),
        _ if ends(b".csproj") || ends(b".fsproj") || ends(b".vbproj") => (Dotnet, Manifest),
        _ if ends(b".lockfile") => (Gradle, Lockfile),
        _ if ends(b".gemfile.lock") => (Ruby, Lockfile),
        _ if ends(b".txt") => (Python, Lockfile),
        _ => return None,
    })
}

/// Whether a name says no more than that it is a text.
pub(super) fn is_any_text(name: &str) -> bool {
    name.ends_with(".txt") && !name.contains("requirement") && !name.contains("constraint")
}

/// Whether a folder's name makes lists of requirements of the texts in it.
pub(super) fn holds_requirements(folder: &str) -> bool {
    matches!(folder, "requirements" | "constraints")
}

/// Folders of other people's code, and of git's.
pub(super) fn is_skipped(folder: &[u8]) -> bool {
    matches!(folder, b"node_modules" | b"vendor" | b"third_party" | b"bower_components" | b".git")
}

/// The manifests that say what a lockfile's components are needed for, beside it.
pub(super) const fn companions(family: Family) -> &'static [&'static str] {
    match family {
        Family::Npm => &["package.json"],
        Family::Python => &["pyproject.toml", "Pipfile"],
        Family::Cargo => &["Cargo.toml"],
        Family::Ruby => &["Gemfile", "gems.rb"],
        Family::Php => &["composer.json"],
        Family::Dotnet | Family::Gradle | Family::Go | Family::R => &[],
    }
}

/// The folder of a path, and its name.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use formats::readers;

    use super::*;

    #[test]
    fn every_lockfile_that_can_be_read_is_known_by_its_name() {
        for path in [
            "package-lock.json",
            "a/yarn.lock",
            "pnpm-lock.yaml",
            "poetry.lock",
            "uv.lock",
            "pdm.lock",
            "pylock.dev.toml",
            "Pipfile.lock",
            "requirements.txt",
            "requirements/base.txt",
            "Cargo.lock",
            "Gemfile.lock",
            "x.gemfile.lock",
            "composer.lock",
            "src/packages.lock.json",
            "gradle.lockfile",
            "go.mod",
            "renv.lock",
        ] {
            let found = by_name(split(path).1.as_bytes());
            assert_eq!(found.map(|(_, part)| part), Some(Part::Lockfile), "{path}");
            // A text below `requirements/` is told by what stands in it.
            let head: &[u8] = if path.ends_with(".txt") { b"jinja2==3.1.4\n" } else { b"" };
            assert!(readers::of_file(path, head).is_some(), "{path}");
        }
        assert!(is_any_text("robots.txt") && !is_any_text("requirements-dev.txt"));
        assert_eq!(by_name(b"README.md"), None);
    }
}
