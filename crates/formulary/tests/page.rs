//! The HTML page in a real browser: axe finds nothing, and nothing scrolls sideways, at the width of a
//! desk and of a telephone. Needs chromium and axe-core: `scripts/install-oracles.sh` installs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use common::{
    Scene, TODAY, advisory,
    browser::{Browser, Installed},
    package_lock,
};

#[test]
fn axe_finds_nothing_and_nothing_scrolls_sideways() {
    let Some(installed) = Installed::find("the page in a browser") else { return };
    let scene = Scene::new();
    let deep =
        "a/very/long/path/of/folders/that/nobody-would-want-to-type-and-that-goes-on-and-on-for-ever/web";
    scene
        .file("package-lock.json", package_lock(&[("alpha", "1.0.0"), ("beta", "1.0.0")]))
        .file(&format!("{deep}/package-lock.json"), package_lock(&[("alpha", "1.0.0")]))
        .file(
            &format!("{deep}/package.json"),
            r#"{"name":"x","version":"1.0.0","dependencies":{"gamma":"^1.0.0"}}"#,
        )
        .file(&format!("{deep}/notebook-with-a-long-name-that-has-no-break-anywhere-in-it.docx"), "PK")
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z"))
        .record("npm", &advisory("GHSA-bbbb-bbbb-bbbb", "npm", "beta", "9.0.0", "2026-08-20T00:00:00Z"))
        .import()
        .commit();
    let feeds = scene.path("feeds");
    let feeds = feeds.to_str().unwrap();
    let whole = scene
        .run(&["check", ".", "--as-of", TODAY, "--feeds", feeds, "--pack", "opencode", "--format", "html"]);
    scene.file("new/package-lock.json", package_lock(&[("alpha", "1.0.0")]));
    let change =
        scene.run(&["check", ".", "--as-of", TODAY, "--feeds", feeds, "--since", "HEAD", "--format", "html"]);
    let estate = scene.run(&["estate", ".", "--as-of", TODAY, "--feeds", feeds, "--format", "html"]);
    let mut browser = Browser::start(&installed, &scene.path("browser"));
    for (name, page) in [("whole", &whole.out), ("change", &change.out), ("estate", &estate.out)] {
        assert!(page.contains("</body>"), "{name}: {page}");
        let file = scene.path(&format!("{name}.html"));
        std::fs::write(&file, page).unwrap();
        for (width, height) in [(1200, 1000), (320, 640)] {
            browser.sized(width, height, 1);
            browser.open(&file);
            if name == "estate" {
                let text = browser.tell("document.body.innerText");
                let own = text.as_str().is_some_and(|text| text.contains("1 of 1 shown."));
                assert!(own, "the page's policy lets its own script run: {text}");
            }
            browser.tell("document.querySelectorAll('details').forEach(d => { d.open = true; })");
            let found = browser.axe(&installed);
            assert_eq!(found["violations"], serde_json::json!([]), "{name} at {width}");
            assert!(found["passes"].as_u64().unwrap() > 10, "axe looked: {found}");
            let wider =
                browser.tell("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(wider, 0, "{name} at {width} scrolls sideways");
        }
    }
}
