//! The static site of a register: nothing private is in any byte; a second run writes nothing; what is not
//! ours is never touched; every page found by a crawl is looked at by axe in a real browser at the width of
//! a desk and of a telephone ([`axe`]), and walked through with a keyboard ([`keyboard`]). Needs OpenSSH; the
//! looks need chromium and axe-core (`scripts/install-oracles.sh`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

#[path = "../common/mod.rs"]
mod common;

mod axe;
mod crawl;
mod keyboard;
mod scene;

use std::{collections::BTreeSet, fs};

use crawl::{crawl, files};
use scene::{Body, PRIVATE, TODAY};

#[test]
fn nothing_private_is_in_any_byte_and_every_page_is_reached() {
    let body = Body::busy();
    body.site(TODAY);
    let files = files(&body.scene.path("site"));
    // The search itself must be able to fail: the folder of the register does hold the words.
    let register: Vec<u8> = self::files(&body.scene.path("register")).into_values().flatten().collect();
    assert!(has(&register, PRIVATE), "the register holds planted words");
    for (path, bytes) in &files {
        assert!(!has(bytes, PRIVATE), "{path} holds a private word");
        assert!(!path.contains(".promise") && !path.contains(".lock"), "{path} is this machine's own");
        assert!(!path.starts_with("private") && !path.starts_with("assessments"), "{path}");
    }
    let pages: BTreeSet<String> = files.keys().filter(|p| p.ends_with(".html")).cloned().collect();
    assert_eq!(crawl(&files), pages, "every page is found by a reader who begins at the first");
    let index = String::from_utf8(files["index.html"].clone()).unwrap();
    for part in ["suspended", "is past its end", "overdue", "Example Trust formulary committee"] {
        assert!(index.contains(part), "{part}: {index}");
    }
    let all: String = pages.iter().map(|p| String::from_utf8(files[p].clone()).unwrap()).collect();
    for part in
        ["Ada Example", "p-02", "(not public)", "pkg:npm/gamma", "INB-09", "&lt;img src=https://evil.test/x"]
    {
        assert!(all.contains(part), "{part} is public");
    }
    assert!(!all.contains("<img"), "what people wrote is text");
    // The decision's leaf and receipt are on the site, and prove each other.
    let proof = files.keys().find(|p| p.ends_with(".tlog-proof")).unwrap().clone();
    let leaf = proof.replace(".tlog-proof", ".json");
    let at = |p: &str| body.path(&format!("site/{p}"));
    let verify = body.does(
        TODAY,
        "p-01",
        &["verify", &at(&proof), "--entry", &at(&leaf), "--policy", &at("trust.policy")],
    );
    assert!(verify.contains("Proven"), "{verify}");
    let log = body.does(TODAY, "p-01", &["log", "verify", &body.path("site/log")]);
    assert!(log.contains("Sound"), "{log}");
    let _: serde_json::Value = serde_json::from_slice(&files["index.json"]).unwrap();
}

fn has(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|w| w == word.as_bytes())
}

#[test]
fn only_what_changed_is_written_and_nothing_else_is_touched() {
    let body = Body::founded();
    fs::create_dir_all(body.scene.path("site")).unwrap();
    fs::write(body.scene.path("site/mine.txt"), "mine").unwrap();
    let refused = body.on(TODAY, "p-01", &["register", "site", &body.path("site")]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert_eq!(files(&body.scene.path("site")).len(), 1, "nothing was written");
    fs::remove_file(body.scene.path("site/mine.txt")).unwrap();

    body.site(TODAY);
    let first = files(&body.scene.path("site"));
    let again = body.site(TODAY);
    assert!(again.contains(" 0 written") && again.contains(" 0 removed"), "{again}");
    assert_eq!(files(&body.scene.path("site")), first, "the same bytes");

    // A page that is gone or has another length is made again; one that is as long, when asked to.
    let (gone, longer, altered) = ("people.html", "reviews.html", "policy.html");
    let page = |name: &str| body.scene.path("site").join(name);
    fs::remove_file(page(gone)).unwrap();
    fs::write(page(longer), [first[longer].as_slice(), b"more"].concat()).unwrap();
    fs::write(page(altered), first[altered].to_ascii_uppercase()).unwrap();
    let mended = body.site(TODAY);
    assert!(mended.contains(" 2 written"), "{mended}");
    let site = body.path("site");
    let anew = body.does(TODAY, "p-01", &["register", "site", &site, "--anew"]);
    assert!(anew.contains(" 1 written"), "{anew}");
    assert_eq!(files(&body.scene.path("site")), first, "the same bytes again");
    // The next day nothing happened: pages of entries are left as they are.
    let later = body.site("2026-09-21T09:00:00Z");
    let now = files(&body.scene.path("site"));
    let changed: Vec<&String> =
        now.iter().filter(|(path, bytes)| first[*path] != **bytes).map(|(p, _)| p).collect();
    assert!(
        !changed.iter().any(|p| p.starts_with("subjects/") || p.starts_with("reviews/")),
        "{later}{changed:?}"
    );
    body.site(TODAY);

    // A file of ours that is gone is removed; a file of somebody else stays; a path that leaves the
    // folder is not followed.
    fs::write(body.scene.path("site/mine.txt"), "mine").unwrap();
    fs::write(body.scene.path("site/old.html"), "old").unwrap();
    fs::write(body.scene.path("outside.txt"), "outside").unwrap();
    let list = body.scene.path("site/.formulary-site");
    let text = fs::read_to_string(&list).unwrap() + "old.html\n../outside.txt\n";
    fs::write(&list, text).unwrap();
    let day = "2026-08-23T10:00:00Z";
    body.does(
        day,
        "p-02",
        &[
            "decision",
            "deny",
            "--subject",
            "pkg:npm/alpha@1.0.0",
            "--tier",
            "operational",
            "--reason",
            "Looks like another name",
            "--clause",
            "INB-04",
            "--existing-uses",
            "May run on",
            "--alternative",
            "pkg:npm/gamma",
        ],
    );
    let more = body.site(TODAY);
    assert!(more.contains(" 1 removed"), "{more}");
    assert!(!body.scene.path("site/old.html").exists());
    assert!(body.scene.path("site/mine.txt").exists() && body.scene.path("outside.txt").exists());
    let now = files(&body.scene.path("site"));
    for same in ["people.html", "policy.html", "accessibility.html", "style.css"] {
        assert_eq!(now[same], first[same], "{same}");
    }
    assert!(now.keys().any(|p| p.starts_with("subjects/pkg-npm-alpha-1.0.0-")));
}
