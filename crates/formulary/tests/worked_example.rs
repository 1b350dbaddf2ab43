//! The worked example of `docs/worked-example.md`: a repository with a story in its history (a key, a
//! patient's row, a dump, a slow fix), made anew, and every command of the page run on it. What the page
//! shows is what the program says; `FORMULARY_WRITE=1` writes it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use common::{Scene, git::nhs_number};
use serde_json::json;

const DEVELOPER: (&str, &str) = ("A Developer", "developer@hospital.example");
const BOT: (&str, &str) = ("renovate[bot]", "renovate@forge.example");

/// The repository, as its commits made it.
struct Story {
    scene: Scene,
    versions: BTreeMap<&'static str, &'static str>,
}

impl Story {
    fn git(&self, day: &str, who: (&str, &str), args: &[&str]) {
        let done = Command::new("git")
            .args(args)
            .current_dir(self.scene.root())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", who.0), ("GIT_AUTHOR_EMAIL", who.1)])
            .envs([("GIT_COMMITTER_NAME", who.0), ("GIT_COMMITTER_EMAIL", who.1)])
            .env("GIT_AUTHOR_DATE", format!("{day}T10:00:00Z"))
            .env("GIT_COMMITTER_DATE", format!("{day}T10:00:00Z"))
            .output()
            .unwrap();
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn commit(&self, day: &str, who: (&str, &str), message: &str) {
        self.git(day, who, &["add", "-A"]);
        self.git(day, who, &["commit", "-q", "-m", message]);
    }

    fn remove(&self, day: &str, path: &str, message: &str) {
        fs::remove_file(self.scene.root().join(path)).unwrap();
        self.commit(day, DEVELOPER, message);
    }

    fn update(&mut self, day: &str, who: (&str, &str), set: &[(&'static str, &'static str)], message: &str) {
        self.versions.extend(set.iter().copied());
        let components: Vec<(&str, &str)> = self.versions.iter().map(|(n, v)| (*n, *v)).collect();
        self.scene.file("package-lock.json", common::package_lock(&components));
        let wanted: serde_json::Map<_, _> =
            components.iter().map(|(n, v)| ((*n).to_owned(), (*v).into())).collect();
        let manifest = json!({ "name": "ward-list", "version": "1.0.0", "dependencies": wanted });
        self.scene.file("package.json", format!("{manifest:#}\n"));
        self.commit(day, who, message);
    }
}

/// Flaws in every version before the one that mends them, of made-up components.
const FLAWS: [(&str, &str, &str, &str); 6] = [
    ("tide", "GHSA-tide-0000-0001", "2.0.0", "2024-06-03T00:00:00Z"),
    ("lantern", "GHSA-lant-0000-0002", "1.4.1", "2024-07-01T00:00:00Z"),
    ("quill", "GHSA-quil-0000-0003", "3.1.0", "2024-11-12T00:00:00Z"),
    ("harbour", "GHSA-harb-0000-0004", "0.9.2", "2025-02-03T00:00:00Z"),
    ("plinth", "GHSA-plin-0000-0005", "5.0.1", "2025-05-20T00:00:00Z"),
    ("tide", "GHSA-tide-0000-0006", "2.0.3", "2026-08-10T00:00:00Z"),
];

const SERIOUS: &str = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H";

fn tell() -> Story {
    let scene = Scene::new();
    for (name, id, fixed, published) in FLAWS {
        let mut record = common::advisory(id, "npm", name, fixed, published);
        record["severity"] = json!([{ "type": "CVSS_V3", "score": SERIOUS }]);
        scene.record("npm", &record);
    }
    scene.import();
    let mut story = Story { scene, versions: BTreeMap::new() };
    story.git("2024-03-04", DEVELOPER, &["init", "-q", "-b", "main"]);
    story.scene.file("README.md", README).file("LICENSE", LICENCE).file("list.js", "// The ward list.\n");
    story.scene.file(".github/workflows/test.yml", WORKFLOW);
    story.update(
        "2024-03-04",
        DEVELOPER,
        &[
            ("tide", "1.2.0"),
            ("lantern", "1.3.0"),
            ("quill", "3.0.0"),
            ("harbour", "0.9.0"),
            ("plinth", "4.2.0"),
        ],
        "Ward list, first version",
    );
    // Someone tries the import with a real extract, and takes it out the next day.
    let row = format!("nhs_number,surname,forename,date_of_birth\n{},Okafor,Ada,1953-07-14\n", nhs_number());
    story.scene.file("data/extract.csv", row);
    story.commit("2024-04-11", DEVELOPER, "Try the import");
    story.remove("2024-04-12", "data/extract.csv", "Take out the extract");
    story.update("2024-07-04", BOT, &[("lantern", "1.4.1")], "Update lantern to 1.4.1");
    // A key for the store of documents. In two parts here, so that this file raises no alarm itself.
    let key = ["AKIA", "Q3EGRIXPAJDYVUW7"].concat();
    story.scene.file("settings.js", format!("exports.awsAccessKeyId = \"{key}\";\n"));
    story.commit("2024-09-02", DEVELOPER, "Store documents");
    story.scene.file("settings.js", "exports.awsAccessKeyId = process.env.AWS_ACCESS_KEY_ID;\n");
    story.commit("2024-09-03", DEVELOPER, "Read the key from the environment");
    story.update("2024-11-15", BOT, &[("quill", "3.1.0")], "Update quill to 3.1.0");
    // A dump of the database lies in the tree for a month.
    story.scene.file("backup/wards.sql", dump());
    story.commit("2025-01-20", DEVELOPER, "Backup before the move");
    story.remove("2025-02-21", "backup/wards.sql", "Remove the backup");
    // The slow one: published in June 2024, mended in March 2025.
    story.update("2025-03-17", DEVELOPER, &[("tide", "2.0.1")], "Update tide at last");
    story.update("2025-03-20", DEVELOPER, &[("harbour", "0.9.2")], "Update harbour");
    story.update("2025-05-23", BOT, &[("plinth", "5.0.1")], "Update plinth to 5.0.1");
    story.scene.file("SECURITY.md", SECURITY).file("formulary.toml", SYSTEM);
    story.commit("2026-08-14", DEVELOPER, "Say who answers, and where to report");
    story
}

const README: &str = "# Ward list\n\nShows who is on which ward. Used by the wards of Example Trust.\n\n\
    ## Install\n\n`npm ci`\n\n## Use\n\n`npm start`, then open the page.\n\n## Test\n\n`npm test`\n\n\
    ## Status\n\nIn use, maintained by the ward systems team.\n\n## Contribute\n\nOpen an issue first.\n\n\
    ## Licence\n\nMIT, see LICENSE.\n";

const LICENCE: &str = "MIT License\n\nCopyright (c) 2024 Example Trust\n\n\
    Permission is hereby granted, free of charge, to any person obtaining a copy of this software and \
    associated documentation files (the \"Software\"), to deal in the Software without restriction, including \
    without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell \
    copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the \
    following conditions:\n\nThe above copyright notice and this permission notice shall be included in all \
    copies or substantial portions of the Software.\n\n\
    THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT \
    LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO \
    EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER \
    IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR \
    THE USE OR OTHER DEALINGS IN THE SOFTWARE.\n";

const WORKFLOW: &str = "name: test\non: [push, pull_request]\npermissions:\n  contents: read\njobs:\n  test:\n    \
    runs-on: ubuntu-24.04\n    steps:\n      - uses: \
    actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2\n      - run: npm ci\n      - run: npm \
    test\n";

const SECURITY: &str = "# Security\n\nReport in private to security@trust.example; we answer within two \
    working days.\n";

const SYSTEM: &str = "name = \"Ward list\"\ntier = \"operational\"\nexposure = \
    \"open\"\nvisibility = \"private\"\n[owner]\nrole = \"Ward systems team\"\ncontact = \
    \"ward-systems@trust.example\"\n";

/// A dump of the database, with the same person in it.
fn dump() -> String {
    format!(
        "-- Dump of the ward database\n\
         CREATE TABLE patient (nhs_number CHAR(10), surname TEXT, date_of_birth DATE);\n\
         INSERT INTO patient (nhs_number, surname, date_of_birth) VALUES ('{}', 'Okafor', '1953-07-14');\n",
        nhs_number()
    )
}

/// Runs every `$ formulary …` of the page and puts what it prints below it.
fn run(page: &str, story: &Story) -> String {
    let mut out = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(command) = line.strip_prefix("    $ formulary ") else { continue };
        while lines
            .peek()
            .is_some_and(|next| next.starts_with("    ") && !next.starts_with("    $") || next.is_empty())
        {
            lines.next();
        }
        let feeds = story.scene.path("feeds");
        let mut args: Vec<&str> = command.split_whitespace().collect();
        args.extend(["--as-of", common::TODAY, "--feeds", feeds.to_str().unwrap()]);
        let answer = story.scene.run(&args);
        for shown in answer.out.lines() {
            out.push_str(&if shown.is_empty() { "\n".to_owned() } else { format!("    {shown}\n") });
        }
        out.push_str(&format!("    (exit code {})\n\n", answer.code));
        assert!(answer.err.is_empty(), "{command}: {}", answer.err);
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

#[test]
fn the_page_shows_what_the_program_says() {
    let story = tell();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/worked-example.md");
    let page = fs::read_to_string(&path).unwrap();
    let today = run(&page, &story);
    assert!(!today.contains(&nhs_number()) && !today.contains("Q3EGRIXPAJDYVUW7"), "a value was printed");
    if std::env::var_os("FORMULARY_WRITE").is_some() {
        fs::write(&path, &today).unwrap();
    }
    assert_eq!(page, today, "FORMULARY_WRITE=1 writes today's page; read the change");
}

#[test]
fn the_story_is_refused_for_what_its_history_holds() {
    let story = tell();
    let answer = story.scene.check(&["--publish"]);
    assert_eq!((answer.outcome("publish").as_str(), answer.code), ("refused", 1), "{}", answer.out);
    assert_eq!(answer.state("no-secret"), "not-met");
    assert_eq!(answer.state("no-personal-data"), "not-met");
    assert_eq!(answer.state("remediation"), "not-met");
    assert_eq!(answer.state("licence"), "met");
    assert_eq!(answer.state("owner-route"), "met");
    let value = answer.json();
    let of = |kind: &str| -> Vec<String> {
        value["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|f| f["kind"] == kind)
            .flat_map(|f| f["history"].as_array().unwrap().clone())
            .map(|place| {
                assert_eq!(place["at_head"], false);
                place["path"].as_str().unwrap().to_owned()
            })
            .collect()
    };
    assert_eq!(of("secret"), ["settings.js"]);
    assert!(of("personal-data").contains(&"data/extract.csv".to_owned()));
}
