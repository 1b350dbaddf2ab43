//! Inventory readers under bytes that mean harm: cut off, altered, huge, repeated, nested.
//!
//! Two parts. Every committed case is cut at many places and altered byte by byte from a fixed
//! sequence: no reader may panic, and an error keeps its path. Then files made to hurt a reader
//! that is quadratic or recursive somewhere: each must end within [`PATIENCE`], in a debug build on
//! a busy machine, so the bound is wide; a quadratic reader misses it by orders of magnitude.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and shows what it measured"
)]

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

#[path = "support/tree.rs"]
mod tree;

use formats::{
    inventory::{Files, HEAD},
    readers,
};
use tree::Tree;

/// What one made file may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many entries a made file has.
const MANY: usize = 20_000;

/// What an altered byte becomes: everything that means something to some format.
const ALPHABET: &[u8] = b"\"'[]{}()<>$#:=,.\\\n\t \0\xFF\xC3a0-*@!";

/// Files in memory.
struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    paths: Vec<String>,
}

impl Memory {
    fn of(files: Vec<(&str, String)>) -> Self {
        let files: BTreeMap<String, Vec<u8>> =
            files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect();
        let paths = files.keys().cloned().collect();
        Self { files, paths }
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        self.files.get(path).map(|bytes| Cow::Borrowed(bytes.as_slice()))
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}

fn read(files: &dyn Files, path: &str, bytes: &[u8]) {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let Some((reader, _)) = readers::of_file(path, head) else { return };
    match reader.read(path, bytes, files) {
        Ok(inventory) => {
            let count = inventory.components.len();
            assert!(
                inventory.edges.iter().all(|(a, b)| (*a as usize) < count && (*b as usize) < count),
                "{path}"
            );
        }
        Err(error) => assert!(!error.path.is_empty() && error.why.len() < 400, "{error}"),
    }
}

#[test]
fn cut_and_altered_cases_do_not_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/inventory");
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    let mut tried = 0;
    for format in std::fs::read_dir(&folder).unwrap() {
        for case in std::fs::read_dir(format.unwrap().path()).unwrap() {
            let tree = Tree::of(case.unwrap().path());
            for path in tree.paths() {
                if readers::of_file(path, &tree.head(path)).is_none() {
                    continue;
                }
                let whole = tree.read(path).unwrap().into_owned();
                for _ in 0..40 {
                    let mut bytes = whole.clone();
                    bytes.truncate(next(whole.len() + 1));
                    for _ in 0..next(4) {
                        if !bytes.is_empty() {
                            let at = next(bytes.len());
                            bytes[at] = ALPHABET[next(ALPHABET.len())];
                        }
                    }
                    read(&tree, path, &bytes);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}

fn repeated(head: &str, count: usize, line: impl Fn(usize) -> String, tail: &str) -> String {
    let mut out = head.to_owned();
    for i in 0..count {
        writeln!(out, "{}", line(i)).unwrap();
    }
    out + tail
}

#[test]
fn made_files_end_in_time() {
    let same_poetry =
        |_| "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.dependencies]\na = \"*\"\n".to_owned();
    let laughs = |open: &str, close: &str| {
        repeated(
            "",
            20,
            |i| format!("<p{i}>{}</p{i}>", format!("{open}p{}{close}", i + 1).repeat(40)),
            "<p20></p20>",
        )
    };
    let many_poms: String = repeated(
        "<project><groupId>g.h</groupId><artifactId>a</artifactId><version>1</version><dependencies>",
        MANY,
        |i| {
            format!(
                "<dependency><groupId>g.h</groupId><artifactId>x{i}</artifactId><version>1</version></dependency>"
            )
        },
        "</dependencies></project>",
    );
    let cases: Vec<(&str, String)> = vec![
        ("requirements.txt", repeated("", MANY, |_| "a==1\n    # via a".to_owned(), "")),
        ("requirements.txt", "a \\\n".repeat(500_000)),
        ("requirements.txt", repeated("", MANY, |i| format!("-r f{i}.txt"), "")),
        ("requirements.txt", "[".repeat(5_000_000)),
        ("poetry.lock", repeated("", MANY, same_poetry, "")),
        (
            "uv.lock",
            repeated(
                "version = 1\n[manifest]\nmembers = [\"a\"]\n",
                MANY,
                |i| format!("[[package]]\nname = \"a\"\nversion = \"{i}\"\nsource = {{ registry = \"x\" }}\ndependencies = [{{ name = \"a\", version = \"z\" }}]"),
                "",
            ),
        ),
        ("pylock.toml", repeated("lock-version = \"1.0\"\n", MANY, |_| "[[packages]]\nname = \"a\"\nmarker = \"((((((((a\"\ndependencies = [{name = \"a\"}]".to_owned(), "")),
        ("pdm.lock", repeated("[metadata]\n", MANY, |_| "[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"a\"]".to_owned(), "")),
        ("Pipfile.lock", repeated("{\"_meta\": {}, \"default\": {", MANY, |_| "\"a\": {\"version\": \"==1\"},".to_owned(), "\"b\": {}}}")),
        ("pyproject.toml", repeated("[project]\ndependencies = [\n", MANY, |i| format!("\"a{i}\","), &repeated("]\n[tool.uv.sources]\n", MANY, |i| format!("a{i} = {{ path = \"x\" }}"), ""))),
        ("pyproject.toml", repeated("[dependency-groups]\n", MANY, |i| format!("g{i} = [{{ include-group = \"g{}\" }}]", i + 1), "")),
        ("setup.cfg", repeated("[options]\ninstall_requires =\n", MANY, |i| format!("  a{i}==1"), "")),
        ("Gemfile.lock", repeated("GEM\n  remote: x\n  specs:\n", MANY, |i| format!("    a (1.{i})\n      a"), &repeated("\nCHECKSUMS\n", MANY, |i| format!("  a (1.{i}) sha256=00"), ""))),
        ("Gemfile", repeated("", MANY, |i| format!("group :g{i} do"), &"gem 'x'\n".repeat(MANY))),
        ("Gemfile", "gem 'a',\n".repeat(MANY)),
        ("x.gemspec", "s.add_dependency 'a', [[[[[[[[[[\n".repeat(MANY)),
        ("packages.lock.json", repeated("{\"dependencies\": {\"n\": {", MANY, |i| format!("\"a{i}\": {{\"type\": \"Direct\", \"resolved\": \"1\", \"dependencies\": {{\"a{}\": \"1\"}}}},", i + 1), "\"z\": {}}}}")),
        ("x.csproj", repeated("<Project><ItemGroup>", MANY, |_| "<PackageReference Include=\"A\" Version=\"1\"/><PackageReference Update=\"A\" Version=\"2\"/><PackageReference Remove=\"B\"/>".to_owned(), "</ItemGroup></Project>")),
        ("x.csproj", repeated("<Project><PropertyGroup>", 40, |i| format!("<A Condition=\"'$(U)' == '{i}'\">$(A)$(A)$(A)x{i}</A>"), "</PropertyGroup><ItemGroup><PackageReference Include=\"A\" Version=\"$(A)$(A)$(A)$(A)\"/></ItemGroup></Project>")),
        ("x.csproj", format!("<Project><PropertyGroup Condition=\"{}\"/></Project>", "(a or ".repeat(20_000))),
        ("pom.xml", many_poms),
        (
            "pom.xml",
            format!(
                "<project><properties>{}</properties><dependencies>{}</dependencies></project>",
                laughs("${", "}"),
                "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${p0}</version></dependency>".repeat(500)
            ),
        ),
        ("gradle.lockfile", repeated("", MANY, |i| format!("g:a:{i}=runtimeClasspath"), "")),
        ("build.gradle", repeated("dependencies {\n", MANY, |_| "implementation(\"a:b:$x\") { exclude group: 'group'".to_owned(), "")),
        ("libs.versions.toml", repeated("[libraries]\n", MANY, |i| format!("a{i} = \"g:a:[1,\""), "")),
    ];
    for (path, text) in cases {
        let bytes = text.clone().into_bytes();
        let pyproject =
            repeated("[tool.poetry.dependencies]\n", MANY, |i| format!("a{i} = \"*\""), "a = \"*\"\n");
        let files = Memory::of(vec![
            (path, text),
            ("f0.txt", "-r requirements.txt\n".repeat(1000)),
            ("zz/pyproject.toml", pyproject),
        ]);
        let start = Instant::now();
        read(&files, path, &bytes);
        let took = start.elapsed();
        println!("{path}: {} bytes, {took:?}", bytes.len());
        assert!(took < PATIENCE, "{path} ({:.60}…) took {took:?}", String::from_utf8_lossy(&bytes));
    }
}

/// A hundred kilobytes of one shape, for every name that a text reader here is known by.
#[test]
fn one_shape_over_and_over_ends_in_time() {
    const SIZE: usize = 1 << 17;
    let names = [
        "requirements.txt",
        "constraints.txt",
        "setup.cfg",
        "setup.py",
        "Gemfile.lock",
        "Gemfile",
        "x.gemspec",
        "x.csproj",
        "packages.config",
        "pom.xml",
        "gradle.lockfile",
        "build.gradle",
        "pylock.toml",
        "uv.lock",
    ];
    let shapes = [
        "x",
        "x ",
        "\n",
        "\"",
        "'",
        "\\\n",
        "[",
        "{",
        "(",
        "<",
        "<a>",
        "<a/>",
        "<a b='c'>",
        "<!--",
        "&lt;",
        "&#65;",
        "$",
        "${",
        "$(",
        "%",
        ",",
        "a,",
        "a, ",
        "#",
        "/*",
        "*/",
        "\r",
        "\r\n",
        ";",
        "=",
        ":",
        "a:",
        "-",
        "--hash=",
        " --",
        "-r x\n",
        "gem 'a', ",
        "gem 'a'\n",
        "group :a do\n",
        "end\n",
        "dependencies {\n",
        "dependencies { a 'b:c:1' }\n",
        "[options]\ninstall_requires = a\n",
        "GEM\n  specs:\n    a (1)\n      a\n",
        "=begin\n",
        "a => ",
        "\u{e9}",
    ];
    let nothing = Memory::of(Vec::new());
    for name in names {
        for shape in shapes {
            let bytes = shape.repeat(SIZE / shape.len()).into_bytes();
            let start = Instant::now();
            read(&nothing, name, &bytes);
            let took = start.elapsed();
            if took > PATIENCE / 20 {
                println!("{name} {shape:?}: {took:?}");
            }
            assert!(took < PATIENCE, "{name} of {shape:?} took {took:?}");
        }
    }
}
