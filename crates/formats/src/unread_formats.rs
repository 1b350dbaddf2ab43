//! What is recognised and not read: inventory formats without a reader yet, and source code by its
//! file names.
//!
//! Not found is not absent. A file listed here makes the inventory unknown, by name; so does source
//! code whose ecosystem has no manifest anywhere near it. The lists are data; to read a format, write
//! its reader and take its line out. A file that a reader recognises is never asked about here.

use crate::tree_path;

/// One format that is recognised and not read.
struct Unread {
    /// Its name, as users know it.
    name: &'static str,
    /// File names; `*` stands for anything, once.
    files: &'static [&'static str],
    /// A text that must stand in the first bytes, where the name alone says too little.
    holds: Option<&'static str>,
}

const fn unread(name: &'static str, files: &'static [&'static str]) -> Unread {
    Unread { name, files, holds: None }
}

const fn holding(name: &'static str, files: &'static [&'static str], text: &'static str) -> Unread {
    Unread { name, files, holds: Some(text) }
}

/// The formats, by ecosystem.
#[rustfmt::skip]
const UNREAD: &[Unread] = &[
    // Swift, Objective-C
    unread("Podfile.lock", &["Podfile.lock"]),
    unread("Podfile", &["Podfile", "*.podspec"]),
    unread("Package.resolved", &["Package.resolved"]),
    unread("Package.swift", &["Package.swift"]),
    unread("Cartfile.resolved", &["Cartfile.resolved"]),
    unread("Cartfile", &["Cartfile", "Cartfile.private"]),
    // Dart
    unread("pubspec.lock", &["pubspec.lock"]),
    unread("pubspec.yaml", &["pubspec.yaml"]),
    // JavaScript
    unread("bun.lock", &["bun.lock"]),
    unread("bun.lockb", &["bun.lockb"]),
    unread("deno.lock", &["deno.lock"]),
    unread("bower.json", &["bower.json", ".bower.json"]),
    unread("libman.json", &["libman.json"]),
    // Python and data science
    unread("environment.yml", &["environment.yml", "environment.yaml", "environment-*.yml", "environment_*.yml"]),
    unread("conda-lock", &["conda-lock.yml", "*.conda-lock.yml"]),
    unread("requirements.lock", &["requirements.lock", "requirements-dev.lock"]),
    unread("pixi.lock", &["pixi.lock"]),
    unread("pixi.toml", &["pixi.toml"]),
    holding("conda recipe", &["meta.yaml"], "requirements:"),
    // Elixir, Erlang, Gleam
    unread("mix.lock", &["mix.lock"]),
    unread("mix.exs", &["mix.exs"]),
    unread("rebar.lock", &["rebar.lock"]),
    unread("rebar.config", &["rebar.config"]),
    holding("Gleam manifest", &["manifest.toml"], "packages = ["),
    // C and C++
    unread("vcpkg.json", &["vcpkg.json"]),
    unread("conan.lock", &["conan.lock"]),
    unread("conanfile", &["conanfile.txt", "conanfile.py"]),
    unread("Meson wrap", &["*.wrap"]),
    unread("CPM package lock", &["package-lock.cmake"]),
    unread("git submodules", &[".gitmodules"]),
    // Haskell, Elm, PureScript, OCaml
    unread("cabal.project.freeze", &["cabal.project.freeze"]),
    unread("cabal file", &["*.cabal"]),
    unread("stack.yaml.lock", &["stack.yaml.lock"]),
    unread("stack.yaml", &["stack.yaml"]),
    unread("elm.json", &["elm.json"]),
    unread("spago.lock", &["spago.lock", "spago.yaml", "spago.dhall"]),
    unread("opam file", &["*.opam", "*.opam.locked"]),
    unread("dune lock", &["lock.dune"]),
    // JVM
    unread("build.sbt", &["build.sbt", "build.sbt.lock", "plugins.sbt"]),
    unread("Ivy", &["ivy.xml"]),
    unread("project.clj", &["project.clj"]),
    unread("deps.edn", &["deps.edn"]),
    unread("Mill build", &["build.mill", "build.sc"]),
    // .NET
    unread("Paket", &["paket.lock", "paket.dependencies"]),
    unread("project.assets.json", &["project.assets.json"]),
    unread("project.json", &["project.lock.json"]),
    // Bazel, Buck, Nix, Guix
    unread("MODULE.bazel", &["MODULE.bazel", "MODULE.bazel.lock"]),
    unread("Bazel WORKSPACE", &["WORKSPACE", "WORKSPACE.bazel"]),
    unread("maven_install.json", &["maven_install.json"]),
    unread("flake.lock", &["flake.lock"]),
    unread("flake.nix", &["flake.nix"]),
    // Go: workspaces, and before modules
    unread("go.work", &["go.work", "go.work.sum"]),
    unread("Gopkg.lock", &["Gopkg.lock"]),
    unread("glide.lock", &["glide.lock"]),
    unread("Godeps", &["Godeps.json"]),
    // Perl, Lua, Julia, Ruby, others
    unread("cpanfile", &["cpanfile", "cpanfile.snapshot"]),
    unread("LuaRocks", &["*.rockspec", "luarocks.lock"]),
    unread("Julia Manifest.toml", &["Manifest.toml"]),
    holding("Julia Project.toml", &["Project.toml"], "[deps]"),
    unread("packrat.lock", &["packrat.lock"]),
    unread("nimble", &["*.nimble", "nimble.lock"]),
    unread("shard.lock", &["shard.lock", "shard.yml"]),
    unread("build.zig.zon", &["build.zig.zon"]),
    unread("Dub", &["dub.selections.json", "dub.json", "dub.sdl"]),
    unread("quicklisp", &["qlfile", "qlfile.lock"]),
    // Infrastructure: what runs; tools and pipelines have no feed to be judged by and are left out
    unread("Helm chart", &["Chart.lock"]),
    holding("Helm chart", &["Chart.yaml"], "dependencies:"),
    unread("devbox.lock", &["devbox.lock"]),
    unread("Terraform lockfile", &[".terraform.lock.hcl"]),
    // Bills of materials
    holding("CycloneDX XML", &["*.xml"], "cyclonedx.org/schema/bom"),
    unread("CycloneDX protobuf", &["*.cdx.pb", "*.cdx.bin"]),
    holding("SPDX tag-value", &["*"], "SPDXVersion: SPDX-"),
    holding("SPDX 3", &["*.json", "*.jsonld"], "spdx.org/rdf/3."),
    holding("SPDX RDF", &["*.rdf", "*.xml"], "spdx.org/rdf/terms"),
    holding("SPDX YAML", &["*.yaml", "*.yml"], "spdxVersion:"),
    holding("SWID tag", &["*.swidtag", "*.xml"], "<SoftwareIdentity"),
    holding("Syft JSON", &["*.json"], "anchore/syft/main/schema"),
];

/// The name of the format, if the file is of one that is recognised and not read. `head` is the
/// file's first [`crate::inventory::HEAD`] bytes.
pub fn recognise(path: &str, head: &[u8]) -> Option<&'static str> {
    let name = tree_path::name(path);
    let fits = |unread: &&Unread| {
        unread.files.iter().any(|pattern| matches(pattern, name))
            && unread.holds.is_none_or(|text| memchr::memmem::find(head, text.as_bytes()).is_some())
    };
    UNREAD.iter().find(fits).map(|unread| unread.name)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

/// Endings of source files that are built from components, and the purl type of their ecosystem.
/// Languages whose files are mostly configuration or scripts of another (shell, SQL) are left out.
#[rustfmt::skip]
const SOURCE: &[(&str, &str)] = &[
    ("py", "pypi"), ("pyx", "pypi"),
    ("js", "npm"), ("mjs", "npm"), ("cjs", "npm"), ("jsx", "npm"), ("ts", "npm"), ("mts", "npm"), ("tsx", "npm"), ("vue", "npm"), ("svelte", "npm"),
    ("rs", "cargo"),
    ("go", "golang"),
    ("rb", "gem"),
    ("php", "composer"),
    ("java", "maven"), ("kt", "maven"), ("kts", "maven"), ("scala", "maven"), ("groovy", "maven"), ("clj", "maven"),
    ("cs", "nuget"), ("fs", "nuget"), ("vb", "nuget"),
    ("r", "cran"), ("rmd", "cran"),
    ("swift", "swift"),
    ("m", "cocoapods"), ("mm", "cocoapods"),
    ("dart", "pub"),
    ("ex", "hex"), ("exs", "hex"), ("erl", "hex"), ("gleam", "hex"),
    ("c", "conan"), ("cc", "conan"), ("cpp", "conan"), ("cxx", "conan"), ("h", "conan"), ("hpp", "conan"),
    ("hs", "hackage"),
    ("jl", "julia"),
    ("pl", "cpan"), ("pm", "cpan"),
    ("lua", "luarocks"),
    ("ml", "opam"),
];

/// The purl type of the ecosystem that a source file belongs to, by its ending; `None` for what is no
/// source code, or needs no components of its own.
pub fn source_ecosystem(path: &str) -> Option<&'static str> {
    let (stem, ending) = tree_path::name(path).rsplit_once('.')?;
    // Minified and generated files are what others built.
    if stem.is_empty() || stem.ends_with(".min") || stem.ends_with(".d") {
        return None;
    }
    let ending = ending.to_ascii_lowercase();
    SOURCE.iter().find(|(known, _)| *known == ending).map(|(_, ecosystem)| *ecosystem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown_names() {
        for (path, head, expected) in [
            ("ios/Podfile.lock", "", Some("Podfile.lock")),
            ("a.xcworkspace/xcshareddata/swiftpm/Package.resolved", "", Some("Package.resolved")),
            ("environment-dev.yml", "", Some("environment.yml")),
            ("x.cabal", "", Some("cabal file")),
            ("bom.xml", "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">", Some("CycloneDX XML")),
            ("web.xml", "<web-app/>", None),
            ("sbom.spdx", "SPDXVersion: SPDX-2.3\n", Some("SPDX tag-value")),
            ("Chart.yaml", "name: x\n", None),
            ("Manifest.toml", "", Some("Julia Manifest.toml")),
            ("notes.txt", "", None),
        ] {
            assert_eq!(recognise(path, head.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn no_reader_knows_them() {
        for unread in UNREAD.iter().filter(|unread| unread.holds.is_none()) {
            for pattern in unread.files {
                let name = pattern.replace('*', "x");
                assert!(crate::readers::of_file(&name, b"").is_none(), "{name} has a reader");
            }
        }
    }

    #[test]
    fn source_files() {
        for (path, expected) in [
            ("src/main.rs", Some("cargo")),
            ("a/B.JAVA", Some("maven")),
            ("jquery.min.js", None),
            ("types.d.ts", None),
            (".js", None),
            ("Makefile", None),
            ("run.sh", None),
        ] {
            assert_eq!(source_ecosystem(path), expected, "{path}");
        }
    }
}
