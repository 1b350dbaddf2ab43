//! Files that pin the version of a language or tool: `.tool-versions`, `mise.toml`, `.nvmrc`,
//! `.node-version`, `.python-version`, `.ruby-version`, `.java-version`, `.go-version`,
//! `.php-version`, `.terraform-version`, `rust-toolchain`, `global.json`, `runtime.txt`.
//!
//! The convention: `pkg:generic/PRODUCT@VERSION`, where PRODUCT is the name that the end-of-life data
//! uses (`nodejs`, `python`, `ruby`, `go`, `php`, `rust`, `dotnet`, `eclipse-temurin` …), so that both
//! meet. A version is what the file names, be it a release (`3.11.4`) or a release cycle (`3.11`):
//! either is exact for what such data asks. An alias (`lts/*`, `latest`, `stable`) is a range;
//! `system`, a path or a git reference names none. The scope is runtime: the product runs on it.

use domain::{Origin, Purl, Resolution, Scope};

use crate::{
    gather::{Gather, Version, short},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text,
    tree::{Node, Tree},
    tree_path,
};

/// Pins of languages and tools.
pub(super) struct LanguagePins;

/// Files that hold nothing but versions of one product.
const PLAIN: [(&str, &str); 9] = [
    (".nvmrc", "nodejs"),
    (".node-version", "nodejs"),
    (".python-version", "python"),
    (".ruby-version", "ruby"),
    (".java-version", "java"),
    (".go-version", "go"),
    (".php-version", "php"),
    (".terraform-version", "terraform"),
    (".rust-version", "rust"),
];

/// Names in use by version managers, and the product they mean.
const PRODUCTS: [(&str, &str); 24] = [
    ("node", "nodejs"),
    ("golang", "go"),
    ("cpython", "python"),
    ("openjdk", "openjdk-builds-from-oracle"),
    ("temurin", "eclipse-temurin"),
    ("adoptopenjdk", "eclipse-temurin"),
    ("corretto", "amazon-corretto"),
    ("zulu", "azul-zulu"),
    ("liberica", "bellsoft-liberica"),
    ("semeru", "ibm-semeru"),
    ("semeru-openj9", "ibm-semeru"),
    ("microsoft", "microsoft-build-of-openjdk"),
    ("dragonwell", "alibaba-dragonwell"),
    ("oracle", "oracle-jdk"),
    ("graalvm", "graalvm-ce"),
    ("graalvm-community", "graalvm-ce"),
    ("dotnet-core", "dotnet"),
    ("dotnetcore", "dotnet"),
    ("postgres", "postgresql"),
    ("kubectl", "kubernetes"),
    ("maven", "apache-maven"),
    ("mongo", "mongodb"),
    ("ghc", "ghc"),
    ("opentofu", "opentofu"),
];

/// Node's long-term-support lines by their code names (nodejs.org's release schedule).
const NODE_LINES: [(&str, &str); 12] = [
    ("argon", "4"),
    ("boron", "6"),
    ("carbon", "8"),
    ("dubnium", "10"),
    ("erbium", "12"),
    ("fermium", "14"),
    ("gallium", "16"),
    ("hydrogen", "18"),
    ("iron", "20"),
    ("jod", "22"),
    ("krypton", "24"),
    ("lithium", "26"),
];

impl Reader for LanguagePins {
    fn name(&self) -> &'static str {
        "language version pins"
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let is = match name {
            ".tool-versions"
            | "mise.toml"
            | ".mise.toml"
            | "rust-toolchain"
            | "rust-toolchain.toml"
            | "global.json" => true,
            // A name anybody may give a file; as a pin it is one word, `python-3.11.4`.
            "runtime.txt" => runtime_txt(head).is_some(),
            name => PLAIN.iter().any(|(plain, _)| *plain == name),
        };
        is.then_some(Role::Pins)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let mut gather = Gather::new(path);
        match tree_path::name(path) {
            ".tool-versions" => tool_versions(&mut gather, text::utf8(path, bytes)?),
            "mise.toml" | ".mise.toml" => mise(&mut gather, Tree::toml(path, bytes)?.root()),
            "rust-toolchain.toml" => rust_toolchain(&mut gather, Tree::toml(path, bytes)?.root()),
            "rust-toolchain" => {
                let text = text::utf8(path, bytes)?;
                match text.trim() {
                    word if word.contains('[') => {
                        rust_toolchain(&mut gather, Tree::toml(path, bytes)?.root())
                    }
                    word => rust(&mut gather, word, 1),
                }
            }
            "global.json" => global_json(&mut gather, Tree::json_with_comments(path, bytes)?.root()),
            "runtime.txt" => {
                text::utf8(path, bytes)?;
                if let Some((product, version)) = runtime_txt(bytes) {
                    pin(&mut gather, product, version, 1);
                }
            }
            name => {
                let product =
                    PLAIN.iter().find(|(plain, _)| *plain == name).map_or(name, |(_, product)| *product);
                plain(&mut gather, product, text::utf8(path, bytes)?);
            }
        }
        Ok(gather.finish())
    }
}

/// `python-3.11.4` and nothing else.
fn runtime_txt(head: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(head).ok()?.trim();
    let (product, version) = text.split_once('-')?;
    let sound = product.bytes().all(|b| b.is_ascii_lowercase())
        && version.starts_with(|c: char| c.is_ascii_digit())
        && version.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    sound.then_some((product, version))
}

fn tool_versions(gather: &mut Gather, text: &str) {
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let Some(product) = words.next() else { continue };
        // Several versions are tried in turn: all of them may run.
        for version in words.take(64) {
            pin(gather, product, version, number);
        }
    }
}

fn mise(gather: &mut Gather, root: Node<'_>) {
    for node in root.get("tools").into_iter().flat_map(Node::entries) {
        let versions: Vec<Node<'_>> = if node.is_list() { node.entries().collect() } else { vec![node] };
        for version in versions {
            let text = version.scalar().or_else(|| version.get("version").and_then(Node::scalar));
            // A backend before the name (`npm:prettier`, `cargo:eza`) is another ecosystem's component.
            match node.key().split_once(':') {
                Some(("npm", name)) => other(gather, super::npm::named(name), text, node.line()),
                Some(("cargo", name)) => other(gather, ("cargo", None, name), text, node.line()),
                Some(("pipx" | "pip", name)) => other(gather, ("pypi", None, name), text, node.line()),
                _ => {
                    let product = node.key().rsplit([':', '/']).next().unwrap_or(node.key());
                    pin(gather, product, text.unwrap_or_default(), node.line());
                }
            }
        }
    }
}

fn other(gather: &mut Gather, named: (&str, Option<&str>, &str), version: Option<&str>, line: u32) {
    let exact = version.filter(|v| v.starts_with(|c: char| c.is_ascii_digit()));
    let place = gather.place(line);
    let version = exact.map_or(Version::Missing, Version::Exact);
    if let Some(index) = gather.add(named, version, Origin::Unstated, Scope::Development, place) {
        gather.direct(index, true);
    }
}

fn plain(gather: &mut Gather, product: &str, text: &str) {
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default();
        for word in line.split_ascii_whitespace().take(64) {
            let word = word
                .strip_prefix('v')
                .filter(|w| w.starts_with(|c: char| c.is_ascii_digit()))
                .unwrap_or(word);
            // `pypy3.9-7.3.9`, `jruby-9.4`, `temurin-17.0.2`: another maker of the language.
            let letters = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
            let maker = word.get(..letters).unwrap_or_default();
            match maker.strip_suffix('-').or(Some(maker).filter(|m| m.ends_with("64") || m.starts_with("py")))
            {
                Some(maker) if !maker.is_empty() && letters < word.len() => {
                    pin(gather, maker, word.get(letters..).unwrap_or_default(), number);
                }
                _ => pin(gather, product, word, number),
            }
        }
    }
}

fn rust_toolchain(gather: &mut Gather, root: Node<'_>) {
    if let Some(channel) = root.get("toolchain").and_then(|toolchain| toolchain.get("channel")) {
        rust(gather, channel.text().unwrap_or_default(), channel.line());
    }
}

/// `1.70.0`, `1.70.0-x86_64-unknown-linux-gnu`, `stable`, `nightly-2024-01-01`.
fn rust(gather: &mut Gather, channel: &str, line: u32) {
    let version = match channel.split_once('-') {
        Some((version, _)) if version.starts_with(|c: char| c.is_ascii_digit()) => version,
        _ => channel,
    };
    pin(gather, "rust", version, line);
}

fn global_json(gather: &mut Gather, root: Node<'_>) {
    if let Some(version) = root.get("sdk").and_then(|sdk| sdk.get("version")) {
        pin(gather, "dotnet", version.text().unwrap_or_default(), version.line());
    }
    for sdk in root.get("msbuild-sdks").into_iter().flat_map(Node::entries) {
        other(gather, ("nuget", None, sdk.key()), sdk.text(), sdk.line());
    }
}

/// Adds one pin of what the product runs on.
fn pin(gather: &mut Gather, tool: &str, version: &str, line: u32) {
    scoped(gather, tool, version, Scope::Runtime, line);
}

/// Adds one pin: `tool` by any of the names that version managers give it.
pub(super) fn scoped(gather: &mut Gather, tool: &str, version: &str, scope: Scope, line: u32) {
    let lower = tool.to_ascii_lowercase();
    let mut product =
        PRODUCTS.iter().find(|(name, _)| *name == lower).map_or(lower.as_str(), |(_, product)| product);
    let mut version = version.trim().trim_start_matches('=');
    // asdf's java names the maker before the version: `java temurin-17.0.2+8`.
    if product == "java"
        && let Some((maker, rest)) =
            version.rsplit_once('-').filter(|(m, _)| m.starts_with(|c: char| c.is_alphabetic()))
    {
        let maker = maker.trim_end_matches("-jre").trim_end_matches("-musl");
        product = PRODUCTS.iter().find(|(name, _)| *name == maker).map_or("java", |(_, product)| product);
        version = rest;
    }
    let bare =
        version.strip_prefix('v').filter(|v| v.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(version);
    let line_name = bare.strip_prefix("lts/").or_else(|| bare.strip_prefix("lts-")).unwrap_or(bare);
    let codename =
        NODE_LINES.iter().find(|(name, _)| product == "nodejs" && line_name.eq_ignore_ascii_case(name));
    let (shown, resolution) = if bare.starts_with(|c: char| c.is_ascii_digit()) && !bare.contains(['/', ':'])
    {
        (Some(bare), Resolution::Exact)
    } else if let Some((_, cycle)) = codename {
        (Some(*cycle), Resolution::Exact)
    } else if bare.is_empty() || bare == "system" || bare.contains(':') {
        (None, Resolution::Unresolved)
    } else {
        (None, Resolution::Range { requirement: short(bare) })
    };
    let place = gather.place(line);
    match Purl::new("generic", None, product, shown) {
        Ok(purl) => {
            if let Some(index) = gather.add_purl(purl, resolution, Origin::Unstated, scope, place) {
                gather.direct(index, true);
            }
        }
        Err(_) => {
            gather.fault("bad-purl", line, "the name or version makes no valid package URL; it was left out")
        }
    }
}
