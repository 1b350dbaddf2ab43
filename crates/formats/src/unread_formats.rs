//! Formats that are recognised and not read yet, and endings of source files: so that what was
//! not looked at can be named, and source code with no manifest at all can be told.

/// File name, and the format's name.
const NAMES: &[(&str, &str)] = &[
    ("Podfile.lock", "Podfile.lock"),
    ("pubspec.lock", "pubspec.lock"),
    ("pubspec.yaml", "pubspec.yaml"),
    ("Package.resolved", "Package.resolved"),
    ("bun.lock", "bun.lock"),
    ("bun.lockb", "bun.lockb"),
    ("mix.lock", "mix.lock"),
    ("rebar.lock", "rebar.lock"),
    ("environment.yml", "conda environment.yml"),
    ("environment.yaml", "conda environment.yml"),
    ("conda-lock.yml", "conda-lock.yml"),
    ("flake.lock", "flake.lock"),
    ("Cartfile.resolved", "Cartfile.resolved"),
    ("vcpkg.json", "vcpkg.json"),
    ("conanfile.txt", "conanfile.txt"),
    ("conanfile.py", "conanfile.py"),
    ("conan.lock", "conan.lock"),
    ("cabal.project.freeze", "cabal.project.freeze"),
    ("stack.yaml.lock", "stack.yaml.lock"),
    ("elm.json", "elm.json"),
    ("deno.lock", "deno.lock"),
    ("MODULE.bazel", "MODULE.bazel"),
    ("build.sbt", "build.sbt"),
];

/// The format of a file that is recognised and not read.
pub fn recognise(path: &str, _head: &[u8]) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    NAMES.iter().find(|(file, _)| *file == name).map(|(_, format)| *format)
}

/// The ecosystem of a source file, by its ending.
pub fn source_ecosystem(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "rs" => "cargo",
        "js" | "ts" | "jsx" | "tsx" | "mjs" | "cjs" | "vue" => "npm",
        "py" => "pypi",
        "go" => "golang",
        "rb" => "gem",
        "cs" | "fs" | "vb" => "nuget",
        "java" | "kt" | "scala" | "groovy" => "maven",
        "php" => "composer",
        "r" | "R" => "cran",
        "swift" => "swift",
        "dart" => "pub",
        "ex" | "exs" => "hex",
        "hs" => "hackage",
        "c" | "cc" | "cpp" | "h" | "hpp" => "generic",
        _ => return None,
    })
}
