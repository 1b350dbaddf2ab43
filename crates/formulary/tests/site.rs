//! The static site of a register: every page found by a crawl is looked at by axe in a real browser at
//! the width of a desk and of a telephone; no request leaves the folder; nothing private is in any byte;
//! a second run writes nothing; what is not ours is never touched. Needs OpenSSH; the look needs chromium
//! and axe-core (`scripts/install-oracles.sh`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use common::{Answer, Scene, advisory, package_lock};

/// Words that must be nowhere.
const PRIVATE: &str = "PLANTED";
/// When the site is written.
const TODAY: &str = "2026-09-20T09:00:00Z";

struct Body {
    scene: Scene,
}

impl Body {
    fn path(&self, name: &str) -> String {
        self.scene.path(name).display().to_string()
    }

    fn on(&self, now: &str, person: &str, args: &[&str]) -> Answer {
        let done = Command::new(env!("CARGO_BIN_EXE_formulary"))
            .args(args)
            .current_dir(self.scene.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.scene.path("home"))
            .env("FORMULARY_NOW", now)
            .env("FORMULARY_KEY", self.scene.path(&format!("key-{person}")))
            .env("FORMULARY_FEEDS", self.scene.path("feeds"))
            .envs((!args.contains(&"init")).then(|| ("FORMULARY_REGISTER", self.scene.path("register"))))
            .output()
            .unwrap();
        Answer {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        }
    }

    fn does(&self, now: &str, person: &str, args: &[&str]) -> String {
        let answer = self.on(now, person, args);
        assert_eq!(answer.code, 0, "{args:?}: {answer:?}");
        answer.out
    }

    /// A body of four; one agreed to have the name public.
    fn founded() -> Self {
        let scene = Scene::new();
        scene
            .file("package-lock.json", package_lock(&[("alpha", "1.0.0")]))
            .file(&format!("{PRIVATE}-folder/package-lock.json"), package_lock(&[("beta", "1.0.0")]))
            .file(
                "formulary.toml",
                "name = \"Ward list\"\nversion = \"2.1\"\ntier = \"clinical\"\nexposure = \"controlled\"\n\
                 started = 2026-08-20\n[owner]\nrole = \"Ward systems team\"\ncontact = \"ward@trust.example\"\n\
                 confirmed = 2026-08-01\npatches = \"Ward systems team\"\nmonitors = \"Ward systems team\"\n",
            )
            .file(
                "package.json",
                r#"{"name":"subject","version":"1.0.0","license":"MIT","dependencies":{"alpha":"1.0.0"}}"#,
            )
            .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-08-21T00:00:00Z"))
            .import();
        let body = Self { scene };
        let mut text = String::from(
            "name = \"Example Trust formulary committee\"\ncontact = \"formulary@trust.example\"\n\
             origin = \"log.trust.example/register\"\n",
        );
        let people = [
            ("p-01", "\"chair\", \"clinical-safety-officer\"", "Ada Example", true),
            ("p-02", "\"security\", \"on-call\"", "PLANTED Name", false),
            ("p-03", "\"information-governance\"", "Other PLANTED", false),
            ("p-04", "\"lay\"", "PLANTED Third", false),
        ];
        for (id, roles, name, public) in people {
            let key = body.path(&format!("key-{id}"));
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", "PLANTED@trust.example", "-f", &key])
                .status()
                .expect("OpenSSH's ssh-keygen must be installed");
            assert!(made.success());
            text.push_str(&format!(
                "[[person]]\nid = \"{id}\"\nname = \"{name}\"\nname_is_public = {public}\nroles = [{roles}]\n\
                 keys = [\"{key}.pub\"]\ninterests = [\"{PRIVATE} of {id} Ltd\"]\n"
            ));
        }
        fs::write(body.scene.path("body.toml"), text).unwrap();
        let (file, register) = (body.path("body.toml"), body.path("register"));
        body.does("2026-08-22T09:00:00Z", "p-01", &["body", "init", &file, "--register", &register]);
        body
    }

    /// A case granted, one with a concern, a denial, a closure in an emergency, an exception asked for.
    fn busy() -> Self {
        let body = Self::founded();
        let day = "2026-08-22T10:00:00Z";
        let secret = |what: &str| format!("{PRIVATE} {what}, which nobody may read");
        body.does(
            day,
            "p-02",
            &[
                "attest",
                "practices",
                "--subject",
                "repository:Ward list",
                "--until",
                "2027-02-01",
                "--says",
                &secret("statement"),
                "--private",
            ],
        );
        let assessed = body.on(day, "p-01", &["check", ".", "--use", "--format", "json"]);
        fs::write(body.scene.path("one.json"), &assessed.out).unwrap();
        assert!(assessed.out.contains(PRIVATE), "the assessment names places");
        let file = body.path("one.json");
        let open =
            ["review", "open", &file, "--reason", "Asked by the pharmacy", "--owner", "Pharmacy systems"];
        let granted = word(&body.does(day, "p-02", &open), "R-");
        for person in ["p-01", "p-02", "p-03", "p-04"] {
            let says = secret("reason");
            body.does(
                "2026-08-24T09:00:00Z",
                person,
                &["vote", &granted, "agree", "--says", &says, "--private"],
            );
        }
        body.does(
            "2026-08-24T12:00:00Z",
            "p-01",
            &[
                "decision",
                "make",
                &granted,
                "grant",
                "--reasons",
                &secret("ground"),
                "--private",
                "--obligation",
                &format!("{} |Pharmacy systems|2026-09-10|a signed report", secret("duty")),
            ],
        );
        let waiting = word(
            &body.does(
                day,
                "p-02",
                &[
                    "review",
                    "open",
                    &file,
                    "--ask",
                    "exception",
                    "--control",
                    "practices",
                    "--scope",
                    &format!("{PRIVATE}-folder/login.rs"),
                    "--interest",
                    &format!("  {PRIVATE} of P-03  Ltd"),
                    "--until",
                    "2026-11-30",
                    "--reason",
                    "<img src=https://evil.test/x onerror=alert(1)> \"Release\" 2.1 & more",
                    "--owner",
                    "Ward systems team",
                ],
            ),
            "R-",
        );
        body.does(
            "2026-08-25T09:00:00Z",
            "p-04",
            &["vote", &waiting, "concern", "--clause", "INB-09", "--says", &secret("concern"), "--private"],
        );
        // Interests are compared behind their seals: p-03 has this one.
        let barred = body.on("2026-08-25T10:00:00Z", "p-03", &["vote", &waiting, "agree"]);
        assert!(barred.code != 0 && barred.err.contains("declared interest"), "{barred:?}");
        body.does(
            "2026-08-25T10:00:00Z",
            "p-03",
            &["vote", &waiting, "recuse", "--interest", &secret("supplier")],
        );
        body.does(
            "2026-08-26T10:00:00Z",
            "p-02",
            &[
                "attest",
                "practices",
                "--subject",
                "repository:Ward list",
                "--until",
                "2027-02-01",
                "--scope",
                &format!("{PRIVATE}-folder/old.rs"),
                "--says",
                "Mended",
            ],
        );
        fs::write(
            body.scene.path("narrow.toml"),
            format!(
                "attacker = \"A gang that reads public code\"\npublication_adds = \"Thresholds of the fraud rules\"\n\
                 path_to_harm = \"Claims below them are never looked at\"\nscope = [\"{PRIVATE}/fraud\"]\n\
                 owner = \"Claims team\"\ncontact = \"{PRIVATE}@trust.example\"\nuntil = 2026-12-19\n"
            ),
        )
        .unwrap();
        let narrow = body.path("narrow.toml");
        let asked = body.does(
            "2026-08-26T11:00:00Z",
            "p-02",
            &[
                "review",
                "open",
                "--ask",
                "closure",
                "--closure",
                &narrow,
                "--subject",
                "repository:Claims",
                "--reason",
                "Fraud rules",
                "--owner",
                "Claims team",
            ],
        );
        let closing = word(&asked, "R-");
        let shown = body.does("2026-08-26T11:00:00Z", "p-02", &["review", "show", &closing]);
        assert!(shown.contains(&format!("{PRIVATE}/fraud")), "its holder reads the scope: {shown}");
        let paper = body.does("2026-08-26T11:00:00Z", "p-02", &["review", "paper", &closing]);
        assert!(!paper.contains(PRIVATE), "a paper is published: {paper}");
        body.does(
            "2026-09-18T09:00:00Z",
            "p-02",
            &[
                "decision",
                "deny",
                "--subject",
                "pkg:npm/beta@1.0.0",
                "--tier",
                "operational",
                "--reason",
                &secret("flaw"),
                "--private",
                "--clause",
                "INB-04",
                "--existing-uses",
                "May run on",
                "--alternative",
                "pkg:npm/gamma",
            ],
        );
        fs::write(
            body.scene.path("closure.toml"),
            "attacker = \"PLANTED gang that reads public code\"\npublication_adds = \"The PLANTED secret that still works\"\n\
             path_to_harm = \"PLANTED: they log in and read all records\"\nscope = [\"repository\"]\n\
             owner = \"Portal team\"\ncontact = \"portal@trust.example\"\nuntil = \"2026-09-19\"\n",
        )
        .unwrap();
        let closure = body.path("closure.toml");
        body.does(
            "2026-09-18T10:00:00Z",
            "p-02",
            &[
                "decision",
                "close",
                "--subject",
                "repository:Old portal",
                "--publication",
                "--cause",
                "secret",
                "--closure",
                &closure,
                "--mend",
                &secret("mend"),
                "--reason",
                &secret("where"),
                "--private",
                "--clause",
                "OUT-01",
            ],
        );
        body
    }

    fn site(&self, now: &str) -> String {
        self.does(now, "p-01", &["register", "site", &self.path("site")])
    }
}

fn word(text: &str, prefix: &str) -> String {
    let found = text.split_whitespace().find(|w| w.starts_with(prefix));
    found.unwrap_or_else(|| panic!("no {prefix} in {text}")).trim_end_matches([':', '.', ',']).to_owned()
}

/// Every file of a folder, by its path with `/`.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, at: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
        for one in fs::read_dir(at).unwrap() {
            let path = one.unwrap().path();
            if path.is_dir() {
                walk(root, &path, out);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
                out.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(root, root, &mut out);
    out
}

/// Where a link of a page leads, inside the folder.
fn resolve(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{page}: {link} leaves the folder"),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Every page that a reader comes to from the first one; every link must lead to a file.
fn crawl(files: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut next = vec!["index.html".to_owned()];
    while let Some(page) = next.pop() {
        if !seen.insert(page.clone()) {
            continue;
        }
        let html = String::from_utf8(files[&page].clone()).unwrap();
        for attribute in ["href=\"", "src=\""] {
            for rest in html.split(attribute).skip(1) {
                let link = rest.split('"').next().unwrap();
                if link.starts_with('#') || link == "data:," {
                    continue;
                }
                assert!(!link.contains(':') && !link.starts_with("//"), "{page}: {link} leaves the folder");
                let to = resolve(&page, link.split('#').next().unwrap());
                assert!(files.contains_key(&to), "{page}: {link} leads nowhere");
                if to.ends_with(".html") {
                    next.push(to);
                }
            }
        }
    }
    seen
}

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

/// Chromium and axe's source, or nothing (with a line that says so) where one is not installed.
fn browser() -> Option<(PathBuf, PathBuf)> {
    let asked = std::env::var_os("FORMULARY_ORACLES");
    let folder = match asked.as_ref().map(PathBuf::from).filter(|path| path.is_absolute()) {
        Some(folder) => folder,
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oracles"),
    };
    let axe = Some(folder.join("pages/node_modules/axe-core/axe.min.js")).filter(|p| p.is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let chromium = std::env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name)))
        .find(|path| path.is_file());
    let found = chromium.zip(axe);
    if found.is_none() {
        assert!(asked.is_none(), "FORMULARY_ORACLES is set: run scripts/install-oracles.sh");
        println!("SKIPPED: the site in a browser: chromium or axe-core is not installed");
    }
    found
}

/// Loads each page in a frame of each width, runs axe in it, and tells what it saw.
const LOOK: &str = "(async () => { const told = []; \
    const wait = (frame, page) => new Promise(done => { frame.onload = done; frame.src = 'open/' + page; }); \
    for (const width of WIDTHS) { for (const page of PAGES) { \
      const frame = document.createElement('iframe'); frame.width = width; frame.height = 2000; document.body.appendChild(frame); \
      await wait(frame, page); const inner = frame.contentDocument; \
      inner.querySelectorAll('details').forEach(d => { d.open = true; }); \
      const script = inner.createElement('script'); script.textContent = AXE; inner.head.appendChild(script); \
      const found = await frame.contentWindow.axe.run(inner); const root = inner.documentElement; \
      const small = [...inner.querySelectorAll('nav a, footer a, .button, summary, input, .az a, .letters a')].filter(e => { const r = e.getBoundingClientRect(); return r.height > 0 && (r.height < 24 || r.width < 24); }).length; \
      told.push({ page, width, wider: root.scrollWidth - root.clientWidth, passes: found.passes.length, small, h1: inner.querySelectorAll('h1').length, \
        search: page === 'find.html' ? !inner.getElementById('search').hidden : null, \
        requests: frame.contentWindow.performance.getEntriesByType('resource').map(r => r.name), \
        violations: found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).slice(0, 3).join(' ')) }); \
      frame.remove(); } } \
    const out = document.createElement('pre'); \
    out.textContent = 'TOLD' + btoa(unescape(encodeURIComponent(JSON.stringify(told)))) + 'END'; document.body.appendChild(out); })();";

#[test]
fn axe_finds_nothing_on_any_page() {
    let Some((chromium, axe)) = browser() else { return };
    let body = Body::busy();
    body.site(TODAY);
    let pages: Vec<String> = crawl(&files(&body.scene.path("site"))).into_iter().collect();
    // The pages allow no script but their own, so axe looks at a copy that does.
    for (path, bytes) in files(&body.scene.path("site")) {
        let to = body.scene.path("open").join(&path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let bytes = match String::from_utf8(bytes) {
            Ok(html) if path.ends_with(".html") => {
                let open = html.replace(&policy_of(&html), "");
                assert_ne!(open, html, "{path} says what it may load");
                open.into_bytes()
            }
            Ok(text) => text.into_bytes(),
            Err(bytes) => bytes.into_bytes(),
        };
        fs::write(to, bytes).unwrap();
    }
    let axe = serde_json::to_string(&fs::read_to_string(axe).unwrap()).unwrap().replace("</", "<\\/");
    let script =
        LOOK.replace("WIDTHS", "[1200, 320]").replace("PAGES", &serde_json::to_string(&pages).unwrap());
    fs::write(
        body.scene.path("frame.html"),
        format!("<!DOCTYPE html><html><body><script>const AXE = {axe};\n{script}</script></body></html>"),
    )
    .unwrap();
    let done = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"])
        .arg(format!("--user-data-dir={}", body.path("browser")))
        .args(["--window-size=1400,2200", "--virtual-time-budget=1200000", "--dump-dom"])
        .arg(format!("file://{}", body.path("frame.html")))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&done.stdout);
    // The script itself holds the word; what was told stands last.
    let told = dom.rsplit("TOLD").next().and_then(|rest| rest.split("END").next()).unwrap_or_default();
    let told: Vec<serde_json::Value> = serde_json::from_slice(&base64(told)).unwrap_or_else(|e| {
        panic!("the browser told nothing ({e}): {}", String::from_utf8_lossy(&done.stderr))
    });
    assert_eq!(told.len(), pages.len() * 2, "a page without a run of axe fails");
    let folder = format!("file://{}/", body.path("open"));
    for one in &told {
        assert_eq!(one["violations"], serde_json::json!([]), "{one}");
        assert!(one["passes"].as_u64().unwrap() > 10, "axe looked: {one}");
        assert_eq!(one["wider"], 0, "nothing scrolls sideways: {one}");
        assert_eq!(one["small"], 0, "targets are 24 pixels: {one}");
        assert_eq!(one["h1"], 1, "{one}");
        assert_ne!(one["search"], false, "the script shows the search: {one}");
        for request in one["requests"].as_array().unwrap() {
            assert!(request.as_str().unwrap().starts_with(&folder), "a request leaves the folder: {one}");
        }
    }
}

/// The meta element by which a page says what it may load.
fn policy_of(html: &str) -> String {
    let start =
        html.find("<meta http-equiv=\"Content-Security-Policy\"").expect("a page says what it may load");
    let end = start + html[start..].find('>').unwrap() + 1;
    html[start..end].to_owned()
}

/// Loads each page as it is, and looks at what a keyboard reaches and what it looks like there.
const WALK: &str = "(async () => { const told = []; \
    const wait = (frame, page) => new Promise(done => { frame.onload = done; frame.src = 'site/' + page; }); \
    for (const page of PAGES) { \
      const frame = document.createElement('iframe'); frame.width = 1200; frame.height = 2000; document.body.appendChild(frame); \
      await wait(frame, page); const inner = frame.contentDocument, view = frame.contentWindow; \
      const script = inner.createElement('script'); script.textContent = 'window.stranger = true'; inner.head.appendChild(script); \
      inner.querySelectorAll('details').forEach(d => { d.open = true; }); view.focus(); \
      const all = [...inner.querySelectorAll('a[href], summary, input, button, select, textarea')].filter(e => e.getClientRects().length > 0); \
      const look = e => { const s = view.getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.backgroundColor, s.boxShadow].join(); }; \
      const unreached = [], unseen = []; let past = 0; \
      for (const e of all) { const before = look(e); e.focus({ preventScroll: true }); \
        if (inner.activeElement !== e || e.tabIndex < 0) { unreached.push(e.outerHTML.slice(0, 120)); continue; } \
        const s = view.getComputedStyle(e); \
        if (look(e) === before || s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2) { unseen.push(e.outerHTML.slice(0, 120)); } e.blur(); past += 1; } \
      const skip = inner.querySelector('a.skip'); skip.focus(); const box = skip.getBoundingClientRect(); \
      const tags = [...inner.querySelectorAll('.tag')]; const borders = tags.filter(t => parseFloat(view.getComputedStyle(t).borderTopWidth) < 1).length; \
      told.push({ page, reached: past, all: all.length, unreached, unseen, stranger: view.stranger === true, borders, \
        forced: view.matchMedia('(forced-colors: active)').matches, \
        first: all.length > 0 && all[0] === skip, skipped: box.left >= 0 && box.width > 24 && inner.getElementById(skip.hash.slice(1)) !== null, \
        ordered: [...inner.querySelectorAll('[tabindex]')].every(e => e.tabIndex <= 0), \
        styled: inner.styleSheets.length === 1 && view.getComputedStyle(inner.querySelector('header.top')).backgroundColor !== 'rgba(0, 0, 0, 0)', \
        search: page === 'find.html' ? !inner.getElementById('search').hidden : null }); \
      frame.remove(); } \
    const out = document.createElement('pre'); \
    out.textContent = 'TOLD' + btoa(unescape(encodeURIComponent(JSON.stringify(told)))) + 'END'; document.body.appendChild(out); })();";

#[test]
fn a_keyboard_reaches_everything_in_any_colours_and_no_strange_script_runs() {
    let Some((chromium, _)) = browser() else { return };
    let body = Body::busy();
    body.site(TODAY);
    let pages: Vec<String> = crawl(&files(&body.scene.path("site"))).into_iter().collect();
    let script = WALK.replace("PAGES", &serde_json::to_string(&pages).unwrap());
    fs::write(
        body.scene.path("walk.html"),
        format!("<!DOCTYPE html><html><body><script>{script}</script></body></html>"),
    )
    .unwrap();
    for forced in [false, true] {
        let done = Command::new(&chromium)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"])
            .args(forced.then_some("--force-high-contrast"))
            .arg(format!("--user-data-dir={}", body.path(if forced { "forced" } else { "walked" })))
            .args(["--window-size=1400,2200", "--virtual-time-budget=600000", "--dump-dom"])
            .arg(format!("file://{}", body.path("walk.html")))
            .output()
            .unwrap();
        let dom = String::from_utf8_lossy(&done.stdout);
        let told = dom.rsplit("TOLD").next().and_then(|rest| rest.split("END").next()).unwrap_or_default();
        let told: Vec<serde_json::Value> = serde_json::from_slice(&base64(told)).unwrap_or_else(|e| {
            panic!("the browser told nothing ({e}): {}", String::from_utf8_lossy(&done.stderr))
        });
        assert_eq!(told.len(), pages.len(), "every page was walked");
        for one in &told {
            assert_eq!(one["forced"], forced, "{one}");
            assert_eq!(one["unreached"], serde_json::json!([]), "{one}");
            assert_eq!(one["unseen"], serde_json::json!([]), "focus is seen: {one}");
            assert!(one["reached"].as_u64().unwrap() > 10, "{one}");
            assert!(one["first"] == true && one["skipped"] == true, "the skip link comes first: {one}");
            assert_eq!(one["ordered"], true, "the order is that of the page: {one}");
            assert_eq!(one["stranger"], false, "the page runs no script but its own: {one}");
            assert!(one["styled"] == true && one["search"] != false, "its own style and script do: {one}");
            if forced {
                assert_eq!(one["borders"], 0, "a tag is told from text without colours: {one}");
            }
        }
    }
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
