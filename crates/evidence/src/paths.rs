//! What a file's path alone says about it: made by a tool, only for tests, a lockfile, minified.

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What follows the last dot of the file name, as written; empty where there is none.
pub fn extension(path: &str) -> &str {
    let name = file_name(path);
    match name.rfind('.') {
        Some(at) if at > 0 => &name[at + 1..],
        _ => "",
    }
}

/// Whether the file lies at the root, in `.github` or in `docs`, where forges look for it.
pub fn is_forge_place(path: &str) -> bool {
    match path.split_once('/') {
        None => true,
        Some((folder, rest)) => {
            !rest.contains('/')
                && [".github", ".gitlab", "docs"].contains(&folder.to_ascii_lowercase().as_str())
        }
    }
}

/// Whether the file is only there for tests, examples or fixtures, by the usual folder and file names.
pub fn is_test(path: &str) -> bool {
    const FOLDERS: [&str; 22] = [
        "pact",
        "pacts",
        "test",
        "tests",
        "testing",
        "spec",
        "specs",
        "__tests__",
        "__mocks__",
        "mocks",
        "mock",
        "fixture",
        "fixtures",
        "testdata",
        "test-data",
        "test_data",
        "e2e",
        "cypress",
        "examples",
        "example",
        "sandbox",
        "testresources",
    ];
    let lower = path.to_ascii_lowercase();
    let mut parts = lower.split('/').rev();
    let name = parts.next().unwrap_or_default();
    if path.split('/').any(ends_in_test) {
        return true;
    }
    parts.any(|part| {
        FOLDERS.contains(&part)
            || part.ends_with("tests")
            || part.ends_with(".test")
            || part.ends_with("-test")
            || part.ends_with("_test")
    }) || name.starts_with("test_")
        || name == "conftest.py"
        || [".test.", ".spec.", "_test.", "_spec.", "tests."].iter().any(|mark| name.contains(mark))
        || name.contains(".example")
        || name.ends_with(".sample")
        || name.ends_with(".template")
        || name.ends_with(".dist")
}

/// `androidTest`, `LoginTest.kt`, `LoginTests.swift`, `LoginSpec.scala`: a capital after a small letter,
/// so that `latest` and `contest` are none.
fn ends_in_test(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part);
    ["Test", "Tests", "Spec", "TestCase"].iter().any(|end| {
        stem.strip_suffix(end)
            .is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()))
    })
}

/// Whether a tool wrote the file, so that a run of random characters in it is a hash, not a secret.
pub fn is_lock_or_generated(path: &str) -> bool {
    const NAMES: [&str; 20] = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "pnpm-lock.yml",
        "bun.lock",
        "cargo.lock",
        "poetry.lock",
        "uv.lock",
        "pipfile.lock",
        "pdm.lock",
        "gemfile.lock",
        "go.sum",
        "go.work.sum",
        "composer.lock",
        "packages.lock.json",
        "package.resolved",
        "podfile.lock",
        "pubspec.lock",
        "renv.lock",
    ];
    const ENDS: [&str; 10] = [
        ".min.js",
        ".min.css",
        ".map",
        ".lockfile",
        ".svg",
        ".lock",
        ".snap",
        ".ipynb_checkpoints",
        ".pbxproj",
        ".sum",
    ];
    let name = file_name(path).to_ascii_lowercase();
    NAMES.contains(&name.as_str())
        || ENDS.iter().any(|end| name.ends_with(end))
        || name.starts_with("verification-metadata")
}

/// Whether this is a component's own code copied into the tree, which its makers answer for.
pub fn is_vendored(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "node_modules" | "vendor" | "third_party" | "bower_components"))
}

/// Whether what lies here is in every copy of a published component: in a folder that only tools
/// fill, or in the tests, examples and documents of a component that was copied into the tree.
pub fn is_published_component(path: &str) -> bool {
    let filled = path.split('/').any(|part| {
        matches!(
            part,
            "node_modules" | "bower_components" | "jspm_packages" | "site-packages" | "Pods" | "Carthage"
        )
    });
    filled || (is_vendored(path) && (is_test(path) || is_document(path)))
}

fn is_document(path: &str) -> bool {
    let end = extension(path).to_ascii_lowercase();
    matches!(end.as_str(), "md" | "markdown" | "rst" | "adoc" | "html")
        || path.split('/').any(|part| part.eq_ignore_ascii_case("docs") || part.eq_ignore_ascii_case("doc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_tests_and_lockfiles_by_their_names() {
        for path in
            ["tests/a.rs", "src/__tests__/a.js", "a.test.ts", "x_test.go", "Api.Tests/A.cs", ".env.example"]
        {
            assert!(is_test(path), "{path}");
        }
        for path in ["app/src/androidTest/a.kt", "src/KeyTest.kt", "KeyTests.swift", "app/pacts/a.json"] {
            assert!(is_test(path), "{path}");
        }
        assert!(is_published_component("web/node_modules/x/lib/a.js"));
        assert!(
            is_published_component("vendor/x/y/test/server.key")
                && is_published_component("vendor/x/README.md")
        );
        assert!(
            !is_published_component("vendor/acme/sftp.key") && !is_published_component("tests/server.key")
        );
        for path in ["src/attest.rs", "contest/a.py", "latest.txt", ".env", "protest/x", "src/Latest.kt"] {
            assert!(!is_test(path), "{path}");
        }
        assert!(is_lock_or_generated("a/yarn.lock") && is_lock_or_generated("app.min.js"));
        assert!(!is_lock_or_generated("src/lock.rs"));
        assert!(is_forge_place("SECURITY.md") && is_forge_place(".github/CODEOWNERS"));
        assert!(!is_forge_place("vendor/x/SECURITY.md") && !is_forge_place("src/README.md"));
        assert_eq!((extension("a/b.TAR.gz"), extension(".env"), extension("x")), ("gz", "", ""));
    }
}
