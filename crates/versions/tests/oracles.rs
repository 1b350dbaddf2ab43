//! Every order against the ecosystem's own tool, 10,000 pairs each, and every requirement language
//! against its own, 10,000 questions each.
//!
//! `scripts/install-oracles.sh` installs the tools. With `FORMULARY_ORACLES` set (to the folder the
//! script filled, or to anything else for `target/oracles`) a missing tool is a failure; without it,
//! a skip. NuGet, apk, pub and Haskell have no tool that can be had everywhere: `tests/published.rs`
//! holds the examples that their own documents and tests publish.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test panics, and says what it counted")]

mod generator;

use std::cmp::Ordering;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use versions::Scheme;

const PAIRS: usize = 10_000;

/// Where the script puts what it installs for itself.
fn folder() -> PathBuf {
    match std::env::var_os("FORMULARY_ORACLES").map(PathBuf::from) {
        Some(path) if path.is_absolute() && path.is_dir() => path,
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oracles"),
    }
}

fn program(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles").join(name).to_string_lossy().into_owned()
}

/// Runs a tool over lines. The first line it prints is its version, then one answer a line.
fn ask(mut tool: Command, name: &str, lines: &str) -> Option<(String, Vec<String>)> {
    let started = tool.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let answer = started.map_err(|e| e.to_string()).and_then(|mut child| {
        let mut input = child.stdin.take().unwrap();
        let text = lines.to_owned();
        let writer = std::thread::spawn(move || {
            // A tool that is missing its library ends before it reads.
            let _ = input.write_all(text.as_bytes());
        });
        let output = child.wait_with_output().map_err(|e| e.to_string())?;
        writer.join().unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).chars().take(400).collect())
        }
    });
    match answer {
        Ok(text) => {
            let mut lines = text.lines().map(|line| line.trim().to_owned());
            let version = lines.next().unwrap_or_default();
            Some((version, lines.collect()))
        }
        Err(why) if std::env::var_os("FORMULARY_ORACLES").is_some() => {
            panic!("the oracle for {name} does not run ({why}): run scripts/install-oracles.sh")
        }
        Err(_) => {
            println!(
                "SKIPPED: no oracle for {name} on this machine (scripts/install-oracles.sh installs it)"
            );
            None
        }
    }
}

fn sign(order: Ordering) -> &'static str {
    match order {
        Ordering::Less => "-1",
        Ordering::Equal => "0",
        Ordering::Greater => "1",
    }
}

/// Whether a number in the text, cut anywhere, is above a bound of so many digits.
fn has_number_longer_than(text: &str, digits: usize) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|n| n.trim_start_matches('0').len() > digits)
}

/// Holds our answers against the tool's. `allowed` names the differences that are meant: it is asked
/// with both texts, the tool's answer and ours.
fn judge(
    name: &str,
    version: &str,
    pairs: &[(String, String)],
    theirs: &[String],
    ours: &[String],
    allowed: impl Fn(&str, &str, &str, &str) -> Option<&'static str>,
) {
    assert_eq!(pairs.len(), theirs.len(), "{name}: the tool did not answer every line");
    let mut meant = std::collections::BTreeMap::<&str, usize>::new();
    let mut wrong = Vec::new();
    let mut refused = 0;
    for (((a, b), theirs), ours) in pairs.iter().zip(theirs).zip(ours) {
        if theirs == ours {
            refused += usize::from(theirs == "x");
        } else if let Some(reason) = allowed(a, b, theirs, ours) {
            *meant.entry(reason).or_default() += 1;
        } else {
            wrong.push(format!("{a:?} {b:?}: the tool says {theirs}, we say {ours}"));
        }
    }
    println!(
        "{name}: {} asked of {version}; {refused} refused by both; meant to differ: {meant:?}",
        pairs.len()
    );
    assert!(refused < pairs.len() / 2, "{name}: most of the pairs are no versions");
    assert!(
        wrong.is_empty(),
        "{name}: {} differ from {version}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(25)].join("\n")
    );
}

fn orders(scheme: Scheme, pairs: &[(String, String)]) -> Vec<String> {
    pairs.iter().map(|(a, b)| scheme.compare(a, b).map_or("x", sign).to_owned()).collect()
}

fn lines(kind: char, pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(a, b)| format!("{kind}\t{a}\t{b}\n")).collect()
}

fn check_order(
    scheme: Scheme,
    tool: Command,
    name: &str,
    allowed: impl Fn(&str, &str, &str, &str) -> Option<&'static str>,
) {
    let pairs = generator::pairs(scheme, PAIRS);
    let Some((version, theirs)) = ask(tool, name, &lines('C', &pairs)) else { return };
    judge(name, &version, &pairs, &theirs, &orders(scheme, &pairs), allowed);
}

fn check_requirement(
    scheme: Scheme,
    tool: Command,
    name: &str,
    allowed: impl Fn(&str, &str, &str, &str) -> Option<&'static str>,
) {
    let questions = generator::requirements::questions(scheme, PAIRS);
    let Some((version, theirs)) = ask(tool, name, &lines('S', &questions)) else { return };
    judge(name, &version, &questions, &theirs, &satisfied(scheme, &questions), allowed);
}

fn satisfied(scheme: Scheme, questions: &[(String, String)]) -> Vec<String> {
    let answer = |a: &str, b: &str| match scheme.satisfies(a, b) {
        Ok(true) => "1",
        Ok(false) => "0",
        Err(_) => "x",
    };
    questions.iter().map(|(a, b)| answer(a, b).to_owned()).collect()
}

fn nothing(_: &str, _: &str, _: &str, _: &str) -> Option<&'static str> {
    None
}

fn npm() -> Command {
    let mut tool = Command::new("node");
    tool.arg(program("npm.cjs")).arg(folder());
    tool
}

fn packaging() -> Command {
    let mut tool = Command::new("python3");
    tool.arg(program("packaging.py")).arg(folder());
    tool
}

fn ruby() -> Command {
    let mut tool = Command::new("ruby");
    tool.arg(program("gem.rb"));
    tool
}

fn php() -> Command {
    let mut tool = Command::new("php");
    tool.args(["-d", "include_path=/usr/share/php"]).arg(program("composer.php"));
    tool
}

fn maven() -> Command {
    let mut tool = Command::new("java");
    tool.args(["-cp", "/usr/share/java/maven-artifact-3.x.jar:/usr/share/java/commons-lang3.jar"])
        .arg(program("Maven.java"));
    tool
}

/// Every version and event of the corpus's advisories about PyPI, asked of `packaging` itself: it
/// reads what we read and refuses what we refuse.
#[test]
fn packaging_reads_the_same_texts_of_real_advisories() {
    let Some(corpus) = std::env::var_os("FORMULARY_CORPUS").map(PathBuf::from) else {
        println!("SKIPPED: FORMULARY_CORPUS is not set");
        return;
    };
    let file = std::fs::File::open(corpus.join("advisories/PyPI/all.zip")).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).unwrap();
    let mut texts = std::collections::BTreeSet::new();
    for place in 0..archive.len() {
        let record: serde_json::Value = serde_json::from_reader(archive.by_index(place).unwrap()).unwrap();
        for affected in record["affected"].as_array().into_iter().flatten() {
            let ranges = affected["ranges"].as_array().into_iter().flatten().filter(|r| r["type"] != "GIT");
            let events = ranges.flat_map(|range| range["events"].as_array().into_iter().flatten());
            let named = events.flat_map(|event| event.as_object().unwrap().values());
            let listed = affected["versions"].as_array().into_iter().flatten();
            texts.extend(named.chain(listed).map(|text| text.as_str().unwrap().to_owned()));
        }
    }
    let pairs: Vec<(String, String)> = texts.into_iter().map(|text| (text.clone(), text)).collect();
    let Some((version, theirs)) = ask(packaging(), "packaging", &lines('C', &pairs)) else { return };
    judge("PyPI's advisories", &version, &pairs, &theirs, &orders(Scheme::Pep440, &pairs), nothing);
}

/// Cargo's `semver` crate is built into this test, so it is never missing. It holds numbers in 64
/// bits and refuses larger ones.
mod cargo {
    use super::*;

    const TOOL: &str = "the semver crate that Cargo.lock names";

    #[test]
    fn order_is_cargos() {
        let pairs = generator::pairs(Scheme::Semver, PAIRS);
        let theirs: Vec<String> = pairs
            .iter()
            .map(|(a, b)| match (semver::Version::parse(a), semver::Version::parse(b)) {
                (Ok(a), Ok(b)) => sign(a.cmp_precedence(&b)).to_owned(),
                _ => "x".to_owned(),
            })
            .collect();
        judge("cargo", TOOL, &pairs, &theirs, &orders(Scheme::Semver, &pairs), |a, b, theirs, _| {
            (theirs == "x" && (has_number_longer_than(a, 18) || has_number_longer_than(b, 18)))
                .then_some("numbers above 64 bits, which cargo refuses")
        });
    }

    #[test]
    fn order_with_build_is_the_crates_own() {
        // The crate's total order puts build metadata last, as pub and Julia do, but compares numbers
        // of equal value there by their leading zeros.
        let pairs = generator::pairs(Scheme::SemverBuild, PAIRS);
        let theirs: Vec<String> = pairs
            .iter()
            .map(|(a, b)| match (semver::Version::parse(a), semver::Version::parse(b)) {
                (Ok(a), Ok(b)) => sign(a.cmp(&b)).to_owned(),
                _ => "x".to_owned(),
            })
            .collect();
        judge(
            "semver with build",
            TOOL,
            &pairs,
            &theirs,
            &orders(Scheme::SemverBuild, &pairs),
            |a, b, theirs, _| {
                (theirs == "x" && (has_number_longer_than(a, 18) || has_number_longer_than(b, 18)))
                    .then_some("numbers above 64 bits, which cargo refuses")
            },
        );
    }

    #[test]
    fn requirements_are_cargos() {
        let questions = generator::requirements::questions(Scheme::Semver, PAIRS);
        let theirs: Vec<String> = questions
            .iter()
            .map(|(a, b)| match (semver::VersionReq::parse(a), semver::Version::parse(b)) {
                (Ok(a), Ok(b)) => u8::from(a.matches(&b)).to_string(),
                _ => "x".to_owned(),
            })
            .collect();
        let ours = satisfied(Scheme::Semver, &questions);
        judge("cargo requirements", TOOL, &questions, &theirs, &ours, |a, b, theirs, _| {
            (theirs == "x" && (has_number_longer_than(a, 18) || has_number_longer_than(b, 18)))
                .then_some("numbers above 64 bits, which cargo refuses")
        });
    }
}

fn npm_differences(a: &str, b: &str, theirs: &str, _: &str) -> Option<&'static str> {
    let long = has_number_longer_than(a, 15) || has_number_longer_than(b, 15);
    match theirs {
        "x" if long => Some("numbers above 2^53, which npm refuses"),
        _ if long => Some("pre-release numbers above 2^53, which npm rounds"),
        _ => None,
    }
}

#[test]
fn order_is_npms() {
    check_order(Scheme::Npm, npm(), "npm", npm_differences);
}

#[test]
fn requirements_are_npms() {
    check_requirement(Scheme::Npm, npm(), "npm ranges", npm_differences);
}

#[test]
fn lowest_is_npms_minimum() {
    let questions = generator::requirements::questions(Scheme::Npm, PAIRS);
    let Some((version, theirs)) = ask(npm(), "npm minVersion", &lines('L', &questions)) else { return };
    let ours: Vec<String> =
        questions.iter().map(|(range, _)| Scheme::Npm.lowest(range).unwrap_or("null".into())).collect();
    judge("npm minVersion", &version, &questions, &theirs, &ours, |range, _, theirs, ours| {
        if has_number_longer_than(range, 15) {
            Some("numbers above 2^53, which npm refuses")
        } else if ours == "null" && theirs.starts_with("0.0.0") {
            Some("no lower end is stated, so none is made up")
        } else if theirs == "0.0.0" && ours.starts_with("0.0.0-") {
            Some("npm answers 0.0.0 before it looks for pre-releases of it")
        } else if ours == "null" && range.contains("||") {
            Some("one alternative admits nothing or states no lower end")
        } else {
            None
        }
    });
}

#[test]
fn order_is_pythons() {
    check_order(Scheme::Pep440, packaging(), "packaging", nothing);
}

#[test]
fn requirements_are_pythons() {
    check_requirement(Scheme::Pep440, packaging(), "packaging specifiers", nothing);
}

#[test]
fn order_is_rubygems() {
    check_order(Scheme::Gem, ruby(), "RubyGems", nothing);
}

#[test]
fn requirements_are_rubygems() {
    check_requirement(Scheme::Gem, ruby(), "RubyGems requirements", nothing);
}

#[test]
fn order_is_composers() {
    check_order(Scheme::Composer, php(), "Composer", |a, b, _, _| {
        (has_number_longer_than(a, 18) || has_number_longer_than(b, 18))
            .then_some("numbers above 64 bits, which PHP cuts")
    });
}

#[test]
fn requirements_are_composers() {
    check_requirement(Scheme::Composer, php(), "Composer constraints", |a, b, _, _| {
        (has_number_longer_than(a, 5) || has_number_longer_than(b, 5))
            .then_some("numbers above 64 bits, which PHP cuts or turns into floats")
    });
}

#[test]
fn order_is_mavens() {
    check_order(Scheme::Maven, maven(), "Maven", |a, b, _, ours| {
        (ours == "x" && (a.contains(' ') || b.contains(' '))).then_some("blanks, which no version holds")
    });
}

#[test]
fn requirements_are_mavens() {
    check_requirement(Scheme::Maven, maven(), "Maven ranges", nothing);
}

#[test]
fn order_is_dpkgs() {
    let mut tool = Command::new("perl");
    tool.arg(program("dpkg.pl"));
    check_order(Scheme::Debian, tool, "dpkg", |a, b, theirs, _| {
        let starts_with_letter =
            |t: &str| !t.rsplit(':').next().unwrap_or(t).starts_with(|c: char| c.is_ascii_digit());
        (theirs == "x" && (starts_with_letter(a) || starts_with_letter(b)))
            .then_some("a first character that is no digit, of which dpkg itself only warns")
    });
}

#[test]
fn order_is_rpms() {
    let pairs: Vec<_> = generator::pairs(Scheme::Rpm, PAIRS)
        .into_iter()
        // rpm cannot be asked whether it refuses; what we refuse is left out, and counted.
        .filter(|(a, b)| Scheme::Rpm.reads(a) && Scheme::Rpm.reads(b))
        .collect();
    println!("rpm: {} pairs left out as no versions", PAIRS - pairs.len());
    let file = std::env::temp_dir().join(format!("formulary-rpm-{}", std::process::id()));
    std::fs::write(&file, lines('C', &pairs)).unwrap();
    let mut tool = Command::new("sh");
    tool.arg("-c").arg(r#"rpm --version && rpm --define "lines $1" --eval "%{lua: dofile('$2')}""#);
    tool.args(["sh", &file.to_string_lossy(), &program("rpm.lua")]);
    let answer = ask(tool, "rpm", "");
    std::fs::remove_file(&file).unwrap();
    let Some((version, mut theirs)) = answer else { return };
    theirs.retain(|line| !line.is_empty());
    assert!(pairs.len() > PAIRS * 9 / 10);
    judge("rpm", &version, &pairs, &theirs, &orders(Scheme::Rpm, &pairs), nothing);
}

#[test]
fn order_is_gos() {
    let mut tool = Command::new("go");
    tool.arg("run").arg(program("go.go"));
    tool.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode").env("GOFLAGS", "");
    check_order(Scheme::Go, tool, "Go", nothing);
}

#[test]
fn order_is_rs() {
    let mut tool = Command::new("Rscript");
    tool.args(["--vanilla", &program("cran.R")]);
    check_order(Scheme::Cran, tool, "R", |a, b, theirs, _| {
        (theirs == "x" && (has_number_longer_than(a, 9) || has_number_longer_than(b, 9)))
            .then_some("numbers above 32 bits, which R cannot hold")
    });
}
