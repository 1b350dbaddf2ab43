//! Hostile lockfiles: a quarter of a megabyte of one shape. Each must be read or refused in time that grows with
//! its size; a reader that grows with the square would take minutes on these and fails by the clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use formats::{inventory::Files, readers};

/// How much of each shape, in bytes.
const SIZE: usize = 256 << 10;

/// Far above what a linear reader needs without optimisation on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

struct Alone;

impl Files for Alone {
    fn read(&self, _path: &str) -> Option<Cow<'_, [u8]>> {
        None
    }

    fn paths(&self) -> &[String] {
        &[]
    }
}

fn filled(start: &str, repeat: &str, end: &str) -> Vec<u8> {
    format!("{start}{}{end}", repeat.repeat(SIZE / repeat.len())).into_bytes()
}

#[test]
fn nothing_grows_with_the_square() {
    let json = ["package-lock.json", "package.json", "composer.lock", "renv.lock", "global.json"];
    let yaml = ["pnpm-lock.yaml", "yarn.lock", "compose.yaml", ".github/workflows/a.yml"];
    let toml = ["Cargo.lock", "Cargo.toml", "rust-toolchain.toml", "mise.toml"];
    let text = ["go.mod", "go.sum", "Dockerfile", ".tool-versions", ".nvmrc", "yarn.lock", "DESCRIPTION"];
    let mut shapes: Vec<(&str, Vec<u8>)> = Vec::new();
    for path in json {
        shapes.push((path, filled("", "[", "")));
        shapes.push((path, filled("", "{\"a\":", "")));
        shapes.push((path, filled("{\"a\":\"", "a", "\"}")));
        shapes.push((path, filled("{\"a\":\"", "\\u0041", "\"}")));
        shapes.push((path, filled("{\"lockfileVersion\":3,\"packages\":{\"a\":{}", ",\"a\":{}", "}}")));
        shapes.push((path, filled("[0", ",0", "]")));
        shapes.push((path, filled("\"", "\\\"", "")));
    }
    for path in yaml {
        shapes.push((path, filled("__metadata:\n", "- ", "")));
        shapes.push((path, filled("__metadata:\n  a: [", "[", "")));
        shapes.push((path, filled("a: [0", ", 0", "]\n")));
        shapes.push((path, filled("a: \"", "x\\n", "\"\n")));
        shapes.push((path, filled("a: ", "x ", "\n")));
        shapes.push((path, filled("a: |\n", "  x\n", "")));
        shapes.push((path, filled("", "? ", "")));
        shapes.push((path, filled("", "&a ", "")));
        shapes.push((path, filled("a: &a x\nb: [*a", ", *a", "]\n")));
        shapes.push((path, filled("", "a: 1\n", "")));
        shapes.push((path, filled("{a: 1", ", a: 1", "}")));
        shapes.push((path, filled("'", "''", "")));
        shapes.push((path, filled("", "!", "")));
        shapes.push((path, filled("", "#\n", "")));
    }
    for path in toml {
        shapes.push((path, filled("a = ", "[", "")));
        shapes.push((path, filled("[", "a.", "a]")));
        shapes.push((path, filled("", "[[package]]\n", "")));
        shapes.push((path, filled("", "[[package]]\nname=\"a\"\nversion=\"1\"\ndependencies=[\"a\"]\n", "")));
        shapes.push((path, filled("a = \"", "x", "\"")));
        shapes.push((path, filled("a = '''", "\n", "'''")));
    }
    for path in text {
        shapes.push((path, filled("", "x", "")));
        shapes.push((path, filled("", "x ", "")));
        shapes.push((path, filled("", "\n", "")));
        shapes.push((path, filled("", "\"", "")));
        shapes.push((path, filled("", "\\\n", "")));
        shapes.push((path, filled("module a\nrequire (\n", "a v1.0.0\n", ")\n")));
        shapes.push((path, filled("", "a v1.0.0 h1:x\n", "")));
        shapes.push((path, filled("", "FROM a AS b\n", "")));
        shapes.push((path, filled("ARG A=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nFROM ", "$A", "\n")));
        shapes.push((path, filled("FROM a\n", "COPY --from=a b c\n", "")));
        shapes.push((path, filled("FROM a\nRUN ", "<<E ", "\n")));
        shapes.push((path, filled("Package: a\nImports: a", ", a", "\n")));
        shapes.push((path, filled("# yarn lockfile v1\n", "a@1:\n  version \"1\"\n", "")));
        shapes.push((path, filled("# yarn lockfile v1\na", ", a", ":\n  version \"1\"\n")));
    }
    for (path, bytes) in &shapes {
        let Some((reader, _)) = readers::of_file(path, &bytes[..4096]) else { continue };
        let start = Instant::now();
        let _ = reader.read(path, bytes, &Alone);
        let took = start.elapsed();
        let shape = String::from_utf8_lossy(&bytes[..40]);
        assert!(took < LIMIT, "{path} took {took:?} on a file that begins {shape:?}");
        if took > Duration::from_secs(2) {
            println!("{path}: {took:?} on {shape:?}");
        }
    }
}
