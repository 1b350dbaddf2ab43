//! What strangers tried and found wanting, each as they tried it: the program must not fall back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use common::{Answer, Scene, TODAY, advisory, package_lock};

fn why(scene: &Scene, what: &str) -> String {
    let feeds = scene.path("feeds");
    let mut args = vec!["why", what, "--as-of", TODAY];
    if feeds.exists() {
        args.extend(["--feeds", feeds.to_str().unwrap()]);
    }
    let answer = scene.run(&args);
    // What is wrapped for the screen is one text again.
    answer.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn flaws(answer: &Answer) -> Vec<String> {
    let value = answer.json();
    let all = value["findings"].as_array().unwrap().iter().filter(|f| f["kind"] == "advisory");
    all.map(|f| f["component"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn lines_that_name_no_dependency_leave_the_inventory_unknown() {
    for (path, text) in [
        ("requirements.txt", "jinja2=2.10\ndjango 3.2\n"),
        ("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"jinja2=2.10\"]\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n  django 3.2\n"),
    ] {
        let scene = Scene::new();
        scene.file(path, text);
        let answer = scene.check(&["--use"]);
        assert_eq!(answer.state("inventory-complete"), "unknown", "{path}: {}", answer.out);
        assert_eq!(answer.outcome("use"), "not-evaluated", "{path}");
        let told = answer.json()["coverage"].to_string();
        assert!(told.contains(&format!("\"place\":\"{path}:")), "{told}");
    }
}

#[test]
fn what_could_not_be_read_is_named_apart_from_what_has_no_lockfile() {
    let scene = Scene::new();
    scene
        .file("web/bun.lock", "{}\n")
        .file("api/package.json", r#"{"name":"a","dependencies":{"b":"1.0.0"}}"#);
    let told = why(&scene, "inventory-complete");
    assert!(told.contains("No lockfile or SBOM stands behind 1 manifest: api/package.json"), "{told}");
    assert!(told.contains("web/bun.lock could not be read"), "{told}");
    assert!(!told.contains("Commit the lockfile of api/package.json, web/bun.lock"), "{told}");
    assert!(told.contains("recognised and not read yet"), "{told}");
}

#[test]
fn the_go_that_builds_is_matched_against_its_standard_library() {
    let record = advisory("GO-2026-0001", "Go", "stdlib", "1.21.5", "2026-01-01T00:00:00Z");
    let go_mod = |more: &str| format!("module example.test/a\n\ngo 1.21.0\n{more}");
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);
    let cases: [Case; 6] = [
        ("\ntoolchain go1.21.3\n", &[], &["pkg:generic/go@1.21.3"]),
        ("\ntoolchain go1.21.5\n", &[], &[]),
        // The oldest that may build it, where nothing says which does.
        ("", &[], &["pkg:generic/go@1.21.0"]),
        ("", &[("Dockerfile", "FROM golang:1.22.1-alpine\n")], &[]),
        ("", &[("Dockerfile", "FROM golang:1.21.2-alpine\n")], &["pkg:docker/golang@1.21.2-alpine"]),
        ("", &[(".tool-versions", "golang 1.21.4\n")], &["pkg:generic/go@1.21.4"]),
    ];
    for (more, files, expected) in cases {
        let scene = Scene::new();
        scene.file("go.mod", go_mod(more)).record("Go", &record).import();
        for (path, text) in files {
            scene.file(path, text);
        }
        let answer = scene.check(&["--use"]);
        assert_eq!(flaws(&answer), expected, "{more}{files:?}");
        if !expected.is_empty() {
            assert_eq!(answer.outcome("use"), "refused", "past its day, and linked into what runs");
        }
    }
}

#[test]
fn a_type_that_nobody_has_is_an_error_that_says_what_is_meant() {
    let scene = Scene::new();
    for (written, meant) in [
        ("pkg:pip/django@1.0", "pkg:pypi/django@1.0"),
        ("pkg:rubygems/rails@4.0.0", "pkg:gem/rails@4.0.0"),
        ("pkg:crates/rand@0.7.0", "pkg:cargo/rand@0.7.0"),
    ] {
        let answer = scene.run(&["check", written]);
        assert_eq!(answer.code, 3, "{answer:?}");
        assert!(answer.err.contains(&format!("Did you mean {meant}?")), "{}", answer.err);
    }
    let sbom = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"django","version":"1.0","purl":"pkg:pip/django@1.0"}]}"#;
    scene.file("bom.cdx.json", sbom);
    assert_eq!(scene.check(&["--use"]).state("inventory-complete"), "unknown");
}

#[test]
fn a_partial_feed_does_not_take_the_place_of_a_full_one() {
    let scene = Scene::new();
    for i in 0..20 {
        let id = format!("GHSA-{i:04}-0000-0000");
        scene.record("npm", &advisory(&id, "npm", "example", "2.0.0", "2026-01-01T00:00:00Z"));
    }
    scene.import();
    let some = scene.path("some");
    std::fs::create_dir_all(some.join("npm")).unwrap();
    std::fs::copy(
        scene.path("export/npm/GHSA-0000-0000-0000.json"),
        some.join("npm/GHSA-0000-0000-0000.json"),
    )
    .unwrap();
    let (some, feeds) = (some.display().to_string(), scene.path("feeds").display().to_string());
    let refused = scene.run(&["feeds", "import", &some, "--feeds", &feeds]);
    assert_eq!(refused.code, 3, "{refused:?}");
    let said = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("a full feed of 20 records") && said.contains("--replace"), "{said}");
    let status = scene.run(&["feeds", "status", "--feeds", &feeds]);
    assert!(status.out.contains("full, 20 records"), "{}", status.out);
    assert_eq!(scene.run(&["feeds", "import", &some, "--replace", "--feeds", &feeds]).code, 0);
}

#[test]
fn synchronising_without_an_address_says_what_to_write_and_where() {
    let scene = Scene::new();
    let feeds = scene.path("feeds").display().to_string();
    let answer = scene.run(&["feeds", "sync", "--feeds", &feeds]);
    assert_eq!(answer.code, 3);
    let said = answer.err.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["osv = \"https://mirror.hospital.example/osv\"", "kev, epss, ssvc", "upstreams.toml", "feeds import"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(
        answer.err.replace(['\n', ' '], "").contains(&format!("{feeds}/upstreams.toml")),
        "{}",
        answer.err
    );
    // A file there is read: an address of it is then what fails.
    std::fs::create_dir_all(&feeds).unwrap();
    std::fs::write(format!("{feeds}/upstreams.toml"), "osv = \"file:///nowhere\"\n").unwrap();
    let answer = scene.run(&["feeds", "sync", "--feeds", &feeds]);
    assert!(answer.err.contains("does not start with https://"), "{}", answer.err);
}

#[test]
fn what_holds_a_fix_back_is_told_with_the_way_around_it() {
    let lock = r#"{"name":"a","lockfileVersion":3,"packages":{"":{"name":"a","dependencies":{"parent":"1.0.0"}},"node_modules/parent":{"version":"1.0.0","dependencies":{"child":"~1.0.0"}},"node_modules/child":{"version":"1.0.0"}}}"#;
    let scene = Scene::new();
    scene
        .file("package-lock.json", lock)
        .file("package.json", r#"{"name":"a","dependencies":{"parent":"1.0.0"}}"#)
        .record("npm", &advisory("GHSA-1111-1111-1111", "npm", "child", "2.0.0", "2026-01-01T00:00:00Z"))
        .import();
    let told = why(&scene, "GHSA-1111-1111-1111");
    assert!(told.contains("npm pkg set overrides.parent.child=2.0.0 && npm install"), "{told}");
    assert!(told.contains("parent 1.0.0 asks for ~1.0.0"), "{told}");
}

#[test]
fn a_revoked_certificate_does_not_hold_and_a_word_nobody_knows_leaves_it_open() {
    let dossier = |status: &str, more: &str| {
        let scene = Scene::new();
        scene.file("ce.md", "a certificate\n").file("test.md", "a summary\n").file(
            "product.toml",
            format!(
                "supplier = \"Harebell Systems Ltd\"\nproduct = \"Specimen Desk\"\nversion = \"7.2\"\nsupport_end = 2029-03-31\nsuppliers = 1\n\n[[documents]]\nkind = \"cyber-essentials\"\npath = \"ce.md\"\nissued = 2026-06-01\nstatus = \"{status}\"\n{more}"
            ),
        );
        scene
    };
    let state = |status: &str| dossier(status, "").check(&["--use"]).state("cyber-essentials");
    assert_eq!(state("revoked"), "not-met");
    assert_eq!(state("certified"), "met");
    assert_eq!(state("zebra"), "unknown");
    // A test that is there is not said to be absent; what is missing is named.
    let test = "\n[[documents]]\nkind = \"penetration-test\"\npath = \"test.md\"\nissued = 2026-06-01\nworst_cvss = 7.0\n";
    let told = why(&dossier("certified", test), "supplier-security");
    assert!(told.contains("it leaves a flaw of CVSS 7.0 open"), "{told}");
    assert!(told.contains("no signed cyber-security charter"), "{told}");
    assert!(!told.contains("Neither the signed charter nor a dated penetration test"), "{told}");
}

#[test]
fn what_is_not_exact_is_one_line_for_each_way_of_pinning_it() {
    let scene = Scene::new();
    scene
        .file(
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@main\n      - uses: actions/cache@v4\n",
        )
        .file("Dockerfile", "FROM debian:stable\nFROM alpine\n")
        .file("requirements.txt", "flask>=1.0\ndjango\n");
    let feeds = scene.path("none");
    let answer = scene.run(&["check", ".", "--use", "--as-of", TODAY, "--format", "markdown"]);
    assert!(!feeds.exists());
    let lines: Vec<&str> = answer.out.lines().filter(|l| l.contains("pin") || l.contains("Pin")).collect();
    let mut once = lines.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), lines.len(), "{lines:#?}");
    assert!(!answer.out.contains("Commit a lockfile, or pin pkg:github"), "{}", answer.out);
}

#[test]
fn a_model_of_pickles_says_that_they_are_not_judged_one_by_one() {
    let scene = Scene::new();
    scene
        .file("model.pkl", &b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94."[..])
        .file("README.md", "---\nlicense: apache-2.0\n---\n# A model\n");
    for format in ["text", "markdown"] {
        let answer = scene.run(&["check", ".", "--use", "--as-of", TODAY, "--format", format]);
        let said = answer.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("not yet judged opcode by opcode"), "{format}: {said}");
    }
    let told = why(&scene, "model-licence");
    assert!(told.contains("apache-2.0 (README.md"), "{told}");
}

#[test]
fn names_that_hide_are_written_out() {
    let scene = Scene::new();
    scene.file("package-lock.json", package_lock(&[("left\u{202e}pad", "1.0.0"), ("a\u{200b}b", "1.0.0")]));
    for format in ["text", "json", "markdown", "html", "sarif"] {
        let answer = scene.run(&["check", ".", "--as-of", TODAY, "--format", format]);
        assert!(!answer.out.contains(['\u{202e}', '\u{200b}']), "{format}");
    }
}
