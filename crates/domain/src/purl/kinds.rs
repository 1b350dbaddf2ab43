//! What the type definitions of the package-URL specification ask of each type: whether it has a
//! namespace, which parts are written in lower case, which qualifiers must be there. A type that
//! stands in no rule is taken as it is.

use super::{InvalidPurl, Purl, refuse};

/// The types of the package-URL specification, registered and proposed, and those that producers of
/// bills of materials write beside them. Sorted.
const KNOWN: [&str; 80] = [
    "alpm",
    "apk",
    "apt",
    "bazel",
    "bitbucket",
    "bitnami",
    "bower",
    "brew",
    "buildroot",
    "cargo",
    "carthage",
    "chef",
    "chocolatey",
    "chrome-extension",
    "clojars",
    "cocoapods",
    "composer",
    "conan",
    "conda",
    "coreos",
    "cpan",
    "cran",
    "ctan",
    "deb",
    "deno",
    "docker",
    "drupal",
    "dub",
    "ebuild",
    "elm",
    "gem",
    "generic",
    "git",
    "gitea",
    "github",
    "githubactions",
    "gitlab",
    "golang",
    "gradle",
    "guix",
    "hackage",
    "helm",
    "hex",
    "huggingface",
    "jenkins",
    "jsr",
    "julia",
    "k8s",
    "kernel",
    "luarocks",
    "maven",
    "melpa",
    "meteor",
    "mlflow",
    "nim",
    "nix",
    "npm",
    "nuget",
    "oci",
    "opam",
    "openwrt",
    "osgi",
    "otp",
    "p2",
    "pear",
    "pecl",
    "platformio",
    "pub",
    "puppet",
    "pypi",
    "qpkg",
    "rpm",
    "sourceforge",
    "swid",
    "swift",
    "terraform",
    "vcpkg",
    "vscode-extension",
    "wordpress",
    "yocto",
];

/// What people write, and the type that they mean.
const MEANT: [(&str, &str); 34] = [
    ("actions", "githubactions"),
    ("alpine", "apk"),
    ("bundler", "gem"),
    ("crate", "cargo"),
    ("crates", "cargo"),
    ("crates.io", "cargo"),
    ("dart", "pub"),
    ("debian", "deb"),
    ("dotnet", "nuget"),
    ("elixir", "hex"),
    ("erlang", "hex"),
    ("go", "golang"),
    ("gomod", "golang"),
    ("image", "docker"),
    ("java", "maven"),
    ("javascript", "npm"),
    ("js", "npm"),
    ("mvn", "maven"),
    ("node", "npm"),
    ("nodejs", "npm"),
    ("packagist", "composer"),
    ("php", "composer"),
    ("pip", "pypi"),
    ("pnpm", "npm"),
    ("poetry", "pypi"),
    ("python", "pypi"),
    ("r", "cran"),
    ("redhat", "rpm"),
    ("ruby", "gem"),
    ("rubygem", "gem"),
    ("rubygems", "gem"),
    ("rust", "cargo"),
    ("ubuntu", "deb"),
    ("yarn", "npm"),
];

/// Whether anybody's packages have this type.
pub(super) fn is_known(kind: &str) -> bool {
    KNOWN.binary_search(&kind).is_ok()
}

/// The type that an unknown one is likely to mean.
pub(super) fn meant(kind: &str) -> Option<&'static str> {
    let said = MEANT.iter().find(|(said, _)| *said == kind).map(|(_, meant)| *meant);
    // One letter too many, too few or changed.
    said.or_else(|| KNOWN.iter().copied().find(|known| known.len() > 3 && one_apart(known, kind)))
}

fn one_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let start = long.iter().zip(short).take_while(|(x, y)| x == y).count();
    match long.len() - short.len() {
        0 => long.get(start + 1..) == short.get(start + 1..),
        1 => long.get(start + 1..) == short.get(start..),
        _ => false,
    }
}

enum Namespace {
    Required,
    Prohibited,
    Optional,
}

fn namespace_rule(kind: &str) -> Namespace {
    match kind {
        "alpm" | "apk" | "bitbucket" | "composer" | "deb" | "git" | "github" | "maven" | "qpkg" | "rpm"
        | "swift" | "vscode-extension" => Namespace::Required,
        "bazel" | "bitnami" | "cargo" | "chrome-extension" | "cocoapods" | "conda" | "cran" | "gem"
        | "hackage" | "julia" | "mlflow" | "nuget" | "oci" | "opam" | "otp" | "pub" | "pypi" | "vcpkg" => {
            Namespace::Prohibited
        }
        _ => Namespace::Optional,
    }
}

fn lower_namespace(kind: &str) -> bool {
    matches!(
        kind,
        "alpm"
            | "apk"
            | "bitbucket"
            | "brew"
            | "composer"
            | "deb"
            | "github"
            | "hex"
            | "luarocks"
            | "qpkg"
            | "rpm"
            | "vscode-extension"
            | "yocto"
    )
}

fn lower_name(kind: &str) -> bool {
    matches!(
        kind,
        "alpm"
            | "apk"
            | "bitbucket"
            | "bitnami"
            | "brew"
            | "composer"
            | "deb"
            | "github"
            | "hex"
            | "luarocks"
            | "oci"
            | "otp"
            | "pub"
            | "pypi"
            | "vscode-extension"
    )
}

/// Brings a purl into the form its type asks for.
///
/// # Errors
/// When the type does not permit what it holds, or requires what it lacks.
pub(super) fn normalise(purl: &mut Purl) -> Result<(), InvalidPurl> {
    let kind = purl.kind.as_str();
    match (namespace_rule(kind), &purl.namespace) {
        (Namespace::Required, None) => return refuse(format!("the type {kind} requires a namespace")),
        (Namespace::Prohibited, Some(_)) => return refuse(format!("the type {kind} has no namespace")),
        _ => {}
    }
    if lower_namespace(kind) {
        lower(purl.namespace.as_mut());
    }
    if lower_name(kind) {
        lower(Some(&mut purl.name));
    }
    match kind {
        "pypi" => purl.name = pep503(&purl.name),
        "pub" => {
            let valid = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' };
            purl.name = purl.name.chars().map(valid).collect();
        }
        // The author's id is upper case; a module (`URI::Escape`) is not the distribution it is in.
        "cpan" => {
            if let Some(author) = &mut purl.namespace {
                *author = author.to_uppercase();
            }
            if purl.name.contains("::") {
                return refuse("cpan names a distribution (`URI-Escape`), not a module (`URI::Escape`)");
            }
        }
        // GitHub folds case whatever type it is named by.
        "git" if purl.namespace.as_deref().is_some_and(on_github) => {
            lower(purl.namespace.as_mut());
            lower(Some(&mut purl.name));
        }
        // Commit ids and digests are hexadecimal.
        "huggingface" | "oci" | "vscode-extension" => lower(purl.version.as_mut()),
        // One server folds case and the other does not; the address tells which it is.
        "mlflow" if purl.qualifiers.get("repository_url").is_some_and(|u| u.contains("databricks")) => {
            lower(Some(&mut purl.name));
        }
        "julia" => required(purl, "uuid")?,
        "swid" => required(purl, "tag_id")?,
        "chrome-extension" => chrome_extension(purl)?,
        _ => {}
    }
    Ok(())
}

fn lower(part: Option<&mut String>) {
    if let Some(part) = part {
        *part = part.to_lowercase();
    }
}

/// PEP 503: lower case, runs of `-`, `_` and `.` become one `-`. `name` is lower case already.
fn pep503(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut in_run = false;
    for c in name.chars() {
        let separates = matches!(c, '-' | '_' | '.');
        if !separates {
            out.push(c);
        } else if !in_run {
            out.push('-');
        }
        in_run = separates;
    }
    out
}

fn on_github(namespace: &str) -> bool {
    let host = namespace.split('/').next().unwrap_or_default();
    host.eq_ignore_ascii_case("github") || host.eq_ignore_ascii_case("github.com")
}

fn required(purl: &Purl, key: &str) -> Result<(), InvalidPurl> {
    if purl.qualifiers.contains_key(key) {
        return Ok(());
    }
    refuse(format!("the type {} requires the qualifier {key}", purl.kind))
}

fn chrome_extension(purl: &Purl) -> Result<(), InvalidPurl> {
    if purl.name.len() != 32 || !purl.name.bytes().all(|b| matches!(b, b'a'..=b'p')) {
        return refuse("a Chrome extension's name is 32 letters from a to p");
    }
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match &purl.version {
        Some(version) if version.split('.').count() > 4 || !version.split('.').all(number) => {
            refuse("a Chrome extension's version is up to four numbers")
        }
        _ => Ok(()),
    }
}
