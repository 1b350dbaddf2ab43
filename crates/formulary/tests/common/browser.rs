//! A real Chromium, driven over its debugging pipe: pages at a width, keys pressed as a person presses them,
//! what the page looks like afterwards. Nothing listens on a port.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// Where Chromium and axe-core are.
pub struct Installed {
    pub chromium: PathBuf,
    /// The source of axe-core.
    pub axe: String,
}

impl Installed {
    /// Nothing, with a line that says so, where one is not installed.
    pub fn find(test: &str) -> Option<Self> {
        let asked = std::env::var_os("FORMULARY_ORACLES");
        let folder = match asked.as_ref().map(PathBuf::from).filter(|path| path.is_absolute()) {
            Some(folder) => folder,
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oracles"),
        };
        let axe = std::fs::read_to_string(folder.join("pages/node_modules/axe-core/axe.min.js")).ok();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let chromium = std::env::split_paths(&path)
            .flat_map(|folder| {
                ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
            })
            .find(|path| path.is_file());
        let found = chromium.zip(axe).map(|(chromium, axe)| Self { chromium, axe });
        if found.is_none() {
            assert!(asked.is_none(), "FORMULARY_ORACLES is set: run scripts/install-oracles.sh");
            println!("SKIPPED: {test}: chromium or axe-core is not installed");
        }
        found
    }
}

/// A browser with one tab.
pub struct Browser {
    process: Child,
    to: File,
    from: BufReader<File>,
    tab: String,
    last: u64,
}

impl Browser {
    /// Starts one whose files lie in this folder.
    pub fn start(installed: &Installed, folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let pipes = ["in", "out"].map(|name| folder.join(name));
        assert!(Command::new("mkfifo").args(&pipes).status().unwrap().success());
        // The pipe is the third and fourth file of the process: a shell can open them.
        let script = format!("exec \"$@\" 3<'{}' 4>'{}'", pipes[0].display(), pipes[1].display());
        let process = Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(&installed.chromium)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"])
            .args(["--no-first-run", "--disable-background-networking", "--allow-file-access-from-files"])
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = File::options().write(true).open(&pipes[0]).unwrap();
        let from = BufReader::new(File::open(&pipes[1]).unwrap());
        let mut browser = Self { process, to, from, tab: String::new(), last: 0 };
        let target = browser.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            browser.ask("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        attached["sessionId"].as_str().unwrap().clone_into(&mut browser.tab);
        browser.ask("Page.enable", json!({}));
        browser.ask("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        browser
    }

    /// A command of the DevTools protocol, and its answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if !self.tab.is_empty() {
            message["sessionId"] = self.tab.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        let id = self.last;
        let answer = self.next(|told| told["id"] == id);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The next message of a kind.
    fn next(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut bytes = Vec::new();
            self.from.read_until(0, &mut bytes).unwrap();
            assert_eq!(bytes.pop(), Some(0), "the browser has ended");
            let told: Value = serde_json::from_slice(&bytes).unwrap();
            if wanted(&told) {
                return told;
            }
        }
    }

    /// The size of the window in CSS pixels, and how many pixels of the screen one of them takes.
    pub fn sized(&mut self, width: u32, height: u32, scale: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", size);
    }

    /// Colours forced by the reader's system, or not.
    pub fn forced_colours(&mut self, active: bool) {
        let value = if active { "active" } else { "none" };
        let features = json!({ "features": [{ "name": "forced-colors", "value": value }] });
        self.ask("Emulation.setEmulatedMedia", features);
    }

    /// Opens a file, and waits until it and what it asks for are there.
    pub fn open(&mut self, file: &Path) {
        self.last += 1;
        let (id, url) = (self.last, format!("file://{}", file.display()));
        let message =
            json!({ "id": id, "sessionId": self.tab, "method": "Page.navigate", "params": { "url": url } });
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        self.next(|told| told["method"] == "Page.loadEventFired");
    }

    /// The value of an expression in the page, awaited.
    pub fn tell(&mut self, expression: &str) -> Value {
        let told = self.ask(
            "Runtime.evaluate",
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true }),
        );
        assert!(told["exceptionDetails"].is_null(), "{}", told["exceptionDetails"]);
        told["result"]["value"].clone()
    }

    /// What axe finds on the page as it is, and how many rules it has passed.
    pub fn axe(&mut self, installed: &Installed) -> Value {
        self.ask("Runtime.evaluate", json!({ "expression": installed.axe }));
        self.tell(
            "axe.run().then(found => ({ passes: found.passes.length, violations: \
             found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).slice(0, 3).join(' ')) }))",
        )
    }

    /// Presses a key and lets go: `Tab`, `Enter`, `Escape`, `Space`.
    pub fn press(&mut self, key: &str, shift: bool) {
        let (code, named, text) = match key {
            "Tab" => (9, "Tab", ""),
            "Enter" => (13, "Enter", "\r"),
            "Escape" => (27, "Escape", ""),
            "Space" => (32, " ", " "),
            other => panic!("{other} is no key of this browser"),
        };
        let mut event = json!({
            "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "key": named, "code": key,
            "windowsVirtualKeyCode": code, "modifiers": if shift { 8 } else { 0 }, "text": text,
        });
        self.ask("Input.dispatchKeyEvent", event.clone());
        event["type"] = "keyUp".into();
        event["text"] = "".into();
        self.ask("Input.dispatchKeyEvent", event);
    }

    /// Types words where the keyboard is.
    pub fn types(&mut self, words: &str) {
        self.ask("Input.insertText", json!({ "text": words }));
    }

    /// A picture of the window as it is, PNG in Base64.
    pub fn picture(&mut self) -> String {
        let told = self.ask("Page.captureScreenshot", json!({ "captureBeyondViewport": true }));
        told["data"].as_str().unwrap().to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
