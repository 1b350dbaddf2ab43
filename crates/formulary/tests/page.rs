//! The HTML page in a real browser: axe finds nothing, and nothing scrolls sideways, at the width of a
//! desk and of a telephone. Needs chromium and axe-core: `scripts/install-oracles.sh` installs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use common::{Scene, TODAY, advisory, package_lock};

/// Chromium and axe's source, or nothing (with a line that says so) where one is not installed.
fn browser() -> Option<(PathBuf, String)> {
    let asked = std::env::var_os("FORMULARY_ORACLES");
    let folder = match asked.as_ref().map(PathBuf::from).filter(|path| path.is_absolute()) {
        Some(folder) => folder,
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oracles"),
    };
    let axe = std::fs::read_to_string(folder.join("pages/node_modules/axe-core/axe.min.js")).ok();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let chromium = std::env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name)))
        .find(|path| path.is_file());
    let found = chromium.zip(axe);
    if found.is_none() {
        assert!(asked.is_none(), "FORMULARY_ORACLES is set: run scripts/install-oracles.sh");
        println!("SKIPPED: the page in a browser: chromium or axe-core is not installed");
    }
    found
}

/// What runs in the page after it has loaded: axe's violations, and how much wider than the window it is.
const LOOK: &str = "window.addEventListener('load', async () => {\
    document.querySelectorAll('details').forEach(d => { d.open = true; });\
    const found = await axe.run();\
    const root = document.documentElement;\
    const told = { wider: root.scrollWidth - root.clientWidth, width: root.clientWidth, \
        violations: found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).slice(0, 3).join(' ')), \
        passes: found.passes.length };\
    const out = document.createElement('pre'); out.id = 'told'; \
    out.textContent = 'TOLD' + btoa(unescape(encodeURIComponent(JSON.stringify(told)))) + 'END'; \
    document.body.appendChild(out); });";

fn look(chromium: &Path, axe: &str, scene: &Scene, page: &str, width: u32) -> serde_json::Value {
    let file = scene.path("page.html");
    let script = format!("<script>{axe}</script><script>{LOOK}</script></body>");
    // A page that allows its own script alone would keep axe out.
    let page = page.replace("http-equiv=\"Content-Security-Policy\"", "name=\"policy\"");
    std::fs::write(&file, page.replace("</body>", &script)).unwrap();
    // The window of a headless browser has a least width: a frame of the width asked for has none.
    let framed = scene.path("frame.html");
    std::fs::write(
        &framed,
        format!(
            "<!DOCTYPE html><html><body><iframe id=\"f\" width=\"{width}\" height=\"3000\" src=\"page.html\"></iframe>\
             <script>setInterval(() => {{ const t = document.getElementById('f').contentDocument.getElementById('told'); \
             if (t && !document.getElementById('told')) {{ const p = document.createElement('pre'); p.id = 'told'; \
             p.textContent = t.textContent; document.body.appendChild(p); }} }}, 50);</script></body></html>"
        ),
    )
    .unwrap();
    let done = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"])
        .arg(format!("--user-data-dir={}", scene.path("browser").display()))
        .args(["--window-size=1400,3200", "--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("file://{}", framed.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&done.stdout);
    let told = dom.split("TOLD").last().and_then(|rest| rest.split("END").next()).unwrap_or_default();
    let json = base64(told);
    serde_json::from_slice(&json).unwrap_or_else(|e| {
        panic!("the browser told nothing ({e}): {}", String::from_utf8_lossy(&done.stderr))
    })
}

/// The page as it is once its own scripts have run.
fn dom(chromium: &Path, scene: &Scene, page: &str) -> String {
    let file = scene.path("own.html");
    std::fs::write(&file, page).unwrap();
    let done = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu"])
        .arg(format!("--user-data-dir={}", scene.path("browser").display()))
        .args(["--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Base64 of the standard alphabet.
fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes().filter_map(|byte| ALPHABET.iter().position(|a| *a == byte)) {
        held = held << 6 | u32::try_from(byte).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    out
}

#[test]
fn axe_finds_nothing_and_nothing_scrolls_sideways() {
    let Some((chromium, axe)) = browser() else { return };
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
    let told = dom(&chromium, &scene, &estate.out);
    assert!(told.contains("1 of 1 shown."), "the page's policy lets its own script run: {told}");
    for (name, page) in [("whole", &whole.out), ("change", &change.out), ("estate", &estate.out)] {
        assert!(page.contains("</body>"), "{name}: {page}");
        for width in [1200, 320] {
            let told = look(&chromium, &axe, &scene, page, width);
            assert_eq!(told["violations"], serde_json::json!([]), "{name} at {width}: {told}");
            assert!(told["passes"].as_u64().unwrap() > 10, "axe looked: {told}");
            assert_eq!(told["wider"], 0, "{name} at {width}: {told}");
        }
    }
}
