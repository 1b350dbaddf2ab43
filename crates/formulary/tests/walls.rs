//! The walls of the house (ARCHITECTURE.md), held against the dependency graph and the sources.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Crate → what it depends on (normal dependencies alone), for the crates of this workspace.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let value: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    value["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap().to_owned();
            let on = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|d| d["kind"].is_null())
                .map(|d| d["name"].as_str().unwrap().to_owned())
                .collect();
            (name, on)
        })
        .collect()
}

/// The floors, from the ground up: a crate may only depend on crates of a lower floor.
const FLOORS: [(&str, u8); 12] = [
    ("domain", 1),
    ("versions", 1),
    ("tlog", 1),
    ("formats", 2),
    ("policy", 2),
    ("store", 2),
    ("evidence", 3),
    ("feeds", 3),
    ("register", 3),
    ("pages", 4),
    ("assess", 5),
    ("formulary", 7),
];

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, floor)| *floor)
}

#[test]
fn every_crate_stands_on_a_floor_and_imports_only_go_down() {
    let graph = graph();
    for (name, on) in &graph {
        let here =
            floor(name).unwrap_or_else(|| panic!("{name} has no floor: add it to ARCHITECTURE.md and here"));
        for other in on {
            if let Some(there) = floor(other) {
                assert!(there < here, "{name} (floor {here}) imports {other} (floor {there})");
            }
        }
    }
    assert_eq!(graph.len(), FLOORS.len(), "a crate of the list is gone");
}

#[test]
fn forbidden_pairs_do_not_meet() {
    let graph = graph();
    let forbidden = [
        ("domain", &["versions", "tlog"][..]),
        ("tlog", &["domain", "versions"][..]),
        ("versions", &["domain"][..]),
        ("policy", &["formats", "feeds", "evidence", "versions"][..]),
        ("evidence", &["feeds", "policy"][..]),
        ("feeds", &["evidence", "policy"][..]),
        ("pages", &["formats", "policy", "feeds", "evidence"][..]),
        ("store", &["formats", "policy", "versions", "tlog"][..]),
        ("register", &["evidence", "feeds"][..]),
    ];
    for (name, others) in forbidden {
        for other in others {
            assert!(!graph[name].contains(*other), "{name} must not import {other}");
        }
    }
    let only_the_binary =
        ["clap", "clap_complete", "indicatif", "anstream", "hyper", "hyper-util", "hyper-rustls", "tokio"];
    for (name, on) in graph.iter().filter(|(name, _)| *name != "formulary") {
        for outside in only_the_binary {
            assert!(!on.contains(outside), "{name} must not know {outside}: only the binary does");
        }
    }
}

/// Words that only some crates may contain in their sources (tests left out).
#[test]
fn pure_crates_name_neither_files_nor_clock_nor_network() {
    let forbidden =
        ["std::fs", "std::net", "std::env::var", "SystemTime", "Instant::now", "std::process::Command"];
    for name in ["domain", "versions", "tlog", "formats", "policy", "pages"] {
        let mut seen = 0;
        for file in sources(&root().join("crates").join(name).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
            for (n, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
            {
                for word in forbidden {
                    assert!(
                        !line.contains(word),
                        "{}:{}: {name} does no I/O, but names {word}",
                        file.display(),
                        n + 1
                    );
                }
            }
            seen += 1;
        }
        assert!(seen > 0, "no source of {name} was read");
    }
    for name in ["evidence", "feeds", "store", "register", "assess"] {
        for file in sources(&root().join("crates").join(name).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
            for word in
                ["SystemTime", "Instant::now", "std::env::var", "TcpStream", "UdpSocket", "ToSocketAddrs"]
            {
                let found =
                    code.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
                assert!(
                    !found,
                    "{}: clock, environment and network are handed in, but it names {word}",
                    file.display()
                );
            }
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs")
            && path.file_name().is_some_and(|n| n != "tests.rs")
        {
            out.push(path);
        }
    }
    out
}
