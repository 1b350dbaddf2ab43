//! `formulary estate` on repositories that the test makes: a row for each, whatever is wrong with it;
//! interrupted and resumed; the same bytes however many ran at once; text, CSV, JSON and the page.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use common::{
    Answer, Scene, TODAY, advisory,
    git::{Place, token, write},
    package_lock, run_in,
};
use serde_json::Value;

/// A dozen repositories below `src/`, and feeds beside them.
struct Estate {
    place: Place,
    scene: Scene,
}

const SYSTEM: &str = "name = \"NAME\"\ntier = \"TIER\"\nvisibility = \"public\"\n\n[owner]\nrole = \"OWNER\"\ncontact = \"OWNER@trust.example\"\n";

fn system(name: &str, tier: &str, owner: &str) -> String {
    SYSTEM.replace("NAME", name).replace("TIER", tier).replace("OWNER", owner)
}

impl Estate {
    fn new() -> Self {
        let estate = Self { place: Place::new(), scene: Scene::new() };
        estate
            .scene
            .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2025-01-10T00:00:00Z"))
            .record("npm", &advisory("GHSA-bbbb-bbbb-bbbb", "npm", "beta", "9.0.0", "2026-08-20T00:00:00Z"))
            .import();
        let place = &estate.place;
        for (name, owner, tier, version) in [
            ("apps/appointments", "appointments", "operational", "1.0.0"),
            ("apps/bedside", "ward", "clinical", "1.0.0"),
            ("apps/catering", "catering", "operational", "1.2.0"),
            ("apps/discharge", "ward", "operational", "1.5.0"),
            ("lib/forms", "appointments", "infrastructure", "1.0.0"),
            ("lib/grid", "appointments", "research", "1.5.0"),
        ] {
            let folder = place.repository(&format!("src/{name}"));
            write(&folder, "package-lock.json", package_lock(&[("alpha", version), ("gamma", "2.0.0")]));
            write(&folder, "formulary.toml", system(name, tier, owner));
            write(&folder, "README.md", format!("# {name}\n"));
            place.commit(&folder, "first");
        }
        let fine = place.repository("src/fine");
        write(&fine, "package-lock.json", package_lock(&[("alpha", "1.5.0")]));
        write(&fine, "formulary.toml", system("fine", "research", "ward"));
        place.commit(&fine, "first");
        let leaky = place.repository("src/leaky");
        write(&leaky, "formulary.toml", system("leaky", "operational", "ward"));
        write(&leaky, "package-lock.json", package_lock(&[("gamma", "2.0.0")]));
        write(&leaky, "config.py", format!("TOKEN = \"{}\"\n", token(7)));
        place.commit(&leaky, "first");
        fs::remove_file(leaky.join("config.py")).unwrap();
        place.commit(&leaky, "second");
        place.repository("src/empty");
        let uncommitted = place.repository("src/uncommitted");
        write(&uncommitted, "package-lock.json", package_lock(&[("alpha", "1.0.0")]));
        let corrupt = place.repository("src/corrupt");
        write(&corrupt, "README.md", "# corrupt\n");
        place.commit(&corrupt, "first");
        fs::write(corrupt.join(".git/HEAD"), [0xff, 0xfe, 0x00]).unwrap();
        fs::write(corrupt.join(".git/config"), "[core\n").unwrap();
        let misread = place.repository("src/misread");
        write(&misread, "formulary.toml", "tier = \"very high\"\n");
        place.commit(&misread, "first");
        fs::create_dir_all(place.path("src/notes")).unwrap();
        fs::write(place.path("src/notes/todo.txt"), "no repository\n").unwrap();
        estate
    }

    fn feeds(&self) -> String {
        self.scene.path("feeds").to_str().unwrap().to_owned()
    }

    fn run(&self, more: &[&str]) -> Answer {
        let (feeds, keep) = (self.feeds(), self.place.path("kept"));
        let mut args = vec!["estate", "--as-of", TODAY, "--feeds", &feeds, "--keep", keep.to_str().unwrap()];
        args.extend(more);
        run_in(&self.place.path("."), &args)
    }

    fn json(&self, more: &[&str]) -> Value {
        let mut args = vec!["src", "--format", "json"];
        args.extend(more);
        self.run(&args).json()
    }

    fn kept(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.place.path("kept")).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> =
            found.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "kept")).collect();
        files.sort();
        files
    }
}

fn rows(estate: &Value) -> BTreeMap<String, Value> {
    let rows = estate["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["repository"].as_str().unwrap().to_owned(), row.clone())).collect()
}

#[test]
fn every_repository_has_a_row_and_none_stops_the_rest() {
    let estate = Estate::new();
    let answer = estate.run(&["src", "--format", "json"]);
    assert_eq!(answer.code, 1, "one is refused: {}", answer.err);
    let value = answer.json();
    assert_eq!(value["schema"], "formulary/estate/v1");
    let rows = rows(&value);
    let names: Vec<&str> = rows.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "apps/appointments",
            "apps/bedside",
            "apps/catering",
            "apps/discharge",
            "corrupt",
            "empty",
            "fine",
            "leaky",
            "lib/forms",
            "lib/grid",
            "misread",
            "uncommitted"
        ]
    );
    for unreadable in ["corrupt", "misread"] {
        assert!(rows[unreadable]["unreadable"].is_string(), "{}", rows[unreadable]);
        assert!(rows[unreadable]["judged"].is_null());
    }
    assert!(rows["misread"]["unreadable"].as_str().unwrap().contains("tier"), "{}", rows["misread"]);
    let leaky = &rows["leaky"]["judged"];
    assert_eq!(leaky["publish"]["outcome"], "refused");
    let blocks: Vec<&str> =
        leaky["blocks"].as_array().unwrap().iter().map(|b| b["control"].as_str().unwrap()).collect();
    assert!(blocks.contains(&"no-secret"), "{blocks:?}");
    assert!(!answer.out.contains(&token(7)), "a secret is never printed");
    assert_eq!(rows["apps/bedside"]["judged"]["use"]["outcome"], "refused");
    assert_eq!(rows["apps/bedside"]["judged"]["owner"]["role"], "ward");
    let empty = &rows["empty"]["judged"];
    assert_eq!(empty["use"]["outcome"], "not-evaluated", "{empty}");
    assert_ne!(rows["uncommitted"]["judged"]["exit_code"], 0);
    let effort = &rows["apps/appointments"]["judged"]["effort"];
    let n = |key: &str| effort[key].as_u64().unwrap();
    assert_eq!(n("actions"), n("updates") + n("decisions") + n("attestations") + n("other"));
    assert_eq!(n("updates"), 1);
    assert_eq!(rows["apps/appointments"]["judged"]["oldest"]["what"], "osv/npm");
    // What holds no repository is told.
    let passed = value["passed_over"].to_string();
    assert!(passed.contains("src/notes"), "{passed}");
    let totals = &value["totals"];
    assert_eq!((totals["subjects"].as_u64(), totals["unreadable"].as_u64()), (Some(12), Some(2)));
    assert_eq!(totals["openness"]["public"], 8);
    let overdue = totals["overdue"].as_array().unwrap();
    assert_eq!(overdue[0]["tier"], "clinical");
    assert_eq!(overdue[0]["flaws"], 1);
    // Each verdict is the one that `check` gives.
    let feeds = estate.feeds();
    for (name, row) in &rows {
        if row["judged"].is_null() {
            continue;
        }
        let folder = estate.place.path(&format!("src/{name}"));
        let alone = run_in(&folder, &["check", ".", "--as-of", TODAY, "--feeds", &feeds, "--format", "json"]);
        assert_eq!(alone.json()["digest"], row["judged"]["assessment"], "{name}");
        assert_eq!(Some(i64::from(alone.code)), row["judged"]["exit_code"].as_i64(), "{name}");
    }
}

#[test]
fn one_update_of_many_is_one_action_and_each_owner_has_a_letter() {
    let estate = Estate::new();
    let value = estate.json(&[]);
    let actions = value["actions"].as_array().unwrap();
    let update = actions.iter().find(|a| a["kind"] == "update").unwrap_or_else(|| panic!("{value}"));
    assert!(update["what"].as_str().unwrap().starts_with("update alpha"), "{update}");
    let at: Vec<&str> =
        update["subjects"].as_array().unwrap().iter().map(|s| s["repository"].as_str().unwrap()).collect();
    assert_eq!(at, ["apps/appointments", "apps/bedside", "apps/catering", "lib/forms", "uncommitted"]);
    assert_eq!(update["tier"], "clinical");
    assert_eq!(update["now"], true);
    let letters = value["letters"].as_array().unwrap();
    let to: Vec<&str> = letters.iter().filter_map(|l| l["to"]["role"].as_str()).collect();
    assert_eq!(to.len(), 3, "{to:?}");
    assert!(letters.last().unwrap()["to"].is_null(), "what nobody answers for is said last");
    let ward = letters.iter().find(|l| l["to"]["role"] == "ward").unwrap();
    let text = ward["text"].as_str().unwrap();
    assert!(text.contains("apps/bedside") && !text.contains("apps/catering"), "{text}");
    assert!(!text.contains("package-lock.json:"), "a letter names no place: {text}");
    // alpha runs in seven, beta nowhere.
    let ground = &value["stands_on"][0];
    assert_eq!(ground["component"], "pkg:npm/alpha");
    assert_eq!((ground["systems"].as_u64(), ground["versions"].as_u64()), (Some(8), Some(3)));
    assert_eq!(value["fragile"][0]["component"], "pkg:npm/alpha");
    assert_eq!(value["fragile"][0]["faults"][0]["kind"], "overdue-flaw");
    assert_eq!(value["fragile"][0]["faults"][0]["systems"], 5);
}

#[test]
fn the_same_bytes_with_one_worker_with_two_and_from_what_was_kept() {
    let estate = Estate::new();
    for format in ["text", "csv", "json", "html"] {
        let one = estate.run(&["src", "--format", format, "--jobs", "1", "--fresh"]);
        let two = estate.run(&["src", "--format", format, "--jobs", "2", "--fresh"]);
        let kept = estate.run(&["src", "--format", format]);
        assert_eq!(one.out, two.out, "{format}");
        assert_eq!(one.out, kept.out, "{format}");
        assert_eq!((one.code, two.code, kept.code), (1, 1, 1));
        assert!(kept.err.contains("10 as kept from an earlier run, 2 judged now"), "{}", kept.err);
    }
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let estate = Estate::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_formulary"))
        .args(["estate", "src", "--as-of", TODAY, "--jobs", "1", "--feeds", &estate.feeds()])
        .args(["--keep", estate.place.path("kept").to_str().unwrap()])
        .current_dir(estate.place.path("."))
        .env_clear()
        .env("HOME", estate.place.path("home"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while estate.kept().len() < 3 && start.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let done = estate.kept();
    assert!(done.len() >= 3, "{done:?}");
    // One of them was cut as it was written, one was altered: both are judged anew.
    let bytes = fs::read(&done[0]).unwrap();
    fs::write(&done[0], &bytes[..bytes.len() / 2]).unwrap();
    let mut bytes = fs::read(&done[1]).unwrap();
    let at = bytes.len() - 10;
    bytes[at] ^= 1;
    fs::write(&done[1], bytes).unwrap();
    let resumed = estate.run(&["src", "--format", "json"]);
    let (kept, new) = (done.len() - 2, 12 - (done.len() - 2));
    let said = format!("{kept} as kept from an earlier run, {new} judged now");
    assert!(resumed.err.contains(&said), "{said}: {}", resumed.err);
    let whole = estate.run(&["src", "--format", "json", "--fresh"]);
    assert_eq!(resumed.out, whole.out);
    // What changed is judged anew, committed or not; the rest is not.
    write(&estate.place.path("src/fine"), "package-lock.json", package_lock(&[("alpha", "1.0.0")]));
    let changed = estate.run(&["src", "--format", "json"]);
    assert!(changed.err.contains("9 as kept from an earlier run, 3 judged now"), "{}", changed.err);
    assert_ne!(rows(&changed.json())["fine"], rows(&whole.json())["fine"]);
    // Another tier is another answer.
    let clinical = estate.run(&["src", "--format", "json", "--tier", "clinical"]);
    assert!(!clinical.err.contains("as kept"), "{}", clinical.err);
}

#[test]
fn the_text_fits_a_terminal_and_says_all() {
    let estate = Estate::new();
    let answer = estate.run(&["src", "--letters"]);
    for line in answer.out.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert_eq!(line.trim_end(), line);
    }
    for said in [
        "12 repositories: 10 judged, 2 could not be read",
        "corrupt               could not be read",
        "Ten actions this week",
        "Whom to write to",
        "To ward,",
        "nobody is named",
        "What it all stands on",
        "Of which fragile",
        "Not looked at",
        "too few",
        "blocked by",
    ] {
        assert!(answer.out.contains(said), "{said}: {}", answer.out);
    }
    assert!(!answer.out.contains('\u{1b}'), "no colour when piped");
}

#[test]
fn the_table_for_a_spreadsheet_has_as_many_cells_everywhere_and_no_formula() {
    let estate = Estate::new();
    let folder = estate.place.repository("src/formula");
    write(&folder, "formulary.toml", system("=1+1, \"x\"", "research", "@boss"));
    estate.place.commit(&folder, "first");
    let answer = estate.run(&["src", "--format", "csv"]);
    let lines: Vec<&str> = answer.out.split("\r\n").filter(|l| !l.is_empty()).collect();
    assert_eq!(lines.len(), 14);
    for line in &lines {
        assert_eq!(cells(line).len(), 30, "{line}");
        assert!(!cells(line).iter().any(|c| c.starts_with(['=', '@', '+'])), "{line}");
    }
    let unreadable = lines.iter().find(|l| l.starts_with("corrupt,")).unwrap();
    assert_eq!(cells(unreadable)[8], "not evaluated");
}

fn cells(line: &str) -> Vec<String> {
    let (mut out, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    out.push(cell);
    out
}

#[test]
fn the_page_stands_alone_and_is_whole_without_script() {
    let estate = Estate::new();
    let folder = estate.place.repository("src/markup");
    write(&folder, "formulary.toml", system("<script>alert(1)</script>", "research", "<b>boss</b>"));
    estate.place.commit(&folder, "first");
    let page = estate.run(&["src", "--format", "html"]).out;
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(!page.contains("<script>alert") && !page.contains("<b>boss"), "everything is escaped");
    assert_eq!(page.matches("<script").count(), 1);
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "it asks nobody: {outside}");
    }
    assert!(
        page.contains("Content-Security-Policy") && page.contains("script-src &#39;sha256-")
            || page.contains("script-src 'sha256-")
    );
    let without = page.split("<script>").next().unwrap();
    for said in ["apps/bedside", "corrupt", "Could not be read", "To ward,", "pkg:npm/alpha", "not measured"]
    {
        assert!(without.contains(said), "{said}");
    }
    for id in ["totals", "week", "letters", "repositories", "ground", "fragile", "looked"] {
        assert!(page.contains(&format!("href=\"#{id}\"")) && page.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[test]
fn a_list_names_plain_folders_and_states_what_holds_for_each() {
    let estate = Estate::new();
    let list = estate.place.path("list.txt");
    fs::write(
        &list,
        "# the estate\nsrc/fine visibility=private\nsrc/notes\n\nsrc/gone\nsrc/uncommitted tier=clinical visibility=public\nsrc/fine\n",
    )
    .unwrap();
    let answer = estate.run(&["list.txt", "--format", "json"]);
    let value = answer.json();
    let rows = rows(&value);
    assert_eq!(rows.len(), 4, "named twice is one: {rows:?}");
    assert_eq!(rows["src/uncommitted"]["judged"]["tier"]["value"], "clinical");
    assert_eq!(rows["src/uncommitted"]["judged"]["visibility"]["value"], "public");
    assert_eq!(rows["src/fine"]["judged"]["visibility"]["value"], "private");
    assert!(rows["src/gone"]["unreadable"].is_string());
    assert!(rows["src/notes"]["judged"].is_object());
    assert_eq!(value["totals"]["openness"]["closed_without_closure"], 1);
    fs::write(&list, "src/fine tier=high\n").unwrap();
    let wrong = estate.run(&["list.txt"]);
    assert_eq!(wrong.code, 3);
    assert!(wrong.err.contains("list.txt:1") && wrong.out.is_empty(), "{wrong:?}");
}

#[test]
fn exit_codes_follow_the_precedence() {
    let estate = Estate::new();
    let code = |lines: &str, more: &[&str]| {
        fs::write(estate.place.path("some.txt"), lines).unwrap();
        let mut args = vec!["some.txt"];
        args.extend(more);
        let answer = estate.run(&args);
        assert!(!answer.out.is_empty(), "{answer:?}");
        answer.code
    };
    let use_ = &["--use"][..];
    assert_eq!(code("src/fine\n", use_), 0);
    assert_eq!(code("src/fine\nsrc/corrupt\n", use_), 3, "what could not be read is no yes");
    assert_eq!(code("src/fine\nsrc/corrupt\nsrc/apps/appointments\n", use_), 1, "refused comes first");
    assert_eq!(code("src/fine tier=clinical\n", use_), 1.max(code("src/fine tier=clinical\n", use_)));
    let none = run_in(&estate.place.path("src/notes"), &["estate", "."]);
    assert_eq!(none.code, 3);
    assert!(none.err.contains("no repository was found"), "{none:?}");
}

#[test]
fn a_closure_that_has_ended_is_counted_as_none() {
    let estate = Estate::new();
    let instructions = |days: &str| {
        format!(
            "---\nclassification: OFFICIAL\nhandling_group: team\nlast_reviewed_on: 2026-08-01\nreview_in: {days} \
             days\nresponsible_role: lead\nresponsible_role_contact: lead@trust.example\n---\n\nWhy.\n"
        )
    };
    for (name, days) in [("closed", "90"), ("lapsed", "10")] {
        let folder = estate.place.repository(&format!("src/{name}"));
        write(&folder, "formulary.toml", system(name, "research", "ward").replace("public", "private"));
        write(&folder, "HANDLING_INSTRUCTIONS.md", instructions(days));
        estate.place.commit(&folder, "first");
    }
    let value = estate.json(&[]);
    let open = &value["totals"]["openness"];
    let n = |key: &str| open[key].as_u64().unwrap();
    assert_eq!((n("closed_with_closure"), n("closed_without_closure"), n("closures_expired")), (1, 1, 1));
    let rows = rows(&value);
    assert_eq!(rows["closed"]["judged"]["closure"]["days_left"], 69);
    assert_eq!(rows["lapsed"]["judged"]["closure"]["live"], false);
}

#[test]
fn a_folder_that_is_a_repository_is_one_subject() {
    let estate = Estate::new();
    let answer = estate.run(&["src/fine", "src", "--format", "json"]);
    let value = answer.json();
    assert_eq!(value["rows"].as_array().unwrap().len(), 12, "named twice is one");
    assert!(Path::new(&estate.feeds()).is_dir());
}

#[test]
fn a_mirror_without_a_working_tree_is_judged_by_the_commit_at_its_head() {
    let estate = Estate::new();
    let place = &estate.place;
    place.git(&place.path("."), &["clone", "-q", "--mirror", "src/leaky", "mirrors/leaky.git"]);
    place.git(&place.path("."), &["clone", "-q", "--mirror", "src/fine", "mirrors/fine.git"]);
    place.git(&place.path("."), &["init", "-q", "--bare", "mirrors/nothing.git"]);
    let value = estate.run(&["mirrors", "--format", "json"]).json();
    let rows = rows(&value);
    assert_eq!(rows.len(), 3, "{value}");
    assert!(rows["nothing.git"]["unreadable"].is_string(), "{}", rows["nothing.git"]);
    let own = estate.json(&[]);
    let trees = self::rows(&own);
    for name in ["leaky", "fine"] {
        let (mirror, tree) = (&rows[&format!("{name}.git")]["judged"], &trees[name]["judged"]);
        for key in ["use", "publish", "blocks", "owner", "effort"] {
            assert_eq!(mirror[key], tree[key], "{name}: {key}");
        }
    }
    let again = estate.run(&["mirrors", "--format", "json"]);
    assert!(again.err.contains("2 as kept"), "{}", again.err);
}

#[test]
fn how_fast_flaws_were_mended_stands_in_the_row() {
    let estate = Estate::new();
    for n in 0..5 {
        let id = format!("GHSA-cccc-cccc-{n:04}");
        estate
            .scene
            .record("npm", &advisory(&id, "npm", "delta", "2.0.0", &format!("2026-01-0{}T00:00:00Z", n + 1)));
    }
    estate.scene.import();
    let folder = estate.place.repository("src/quick");
    write(&folder, "formulary.toml", system("quick", "research", "ward"));
    for (version, day) in [("1.0.0", "2025-12-01T00:00:00Z"), ("2.0.0", "2026-01-11T00:00:00Z")] {
        write(&folder, "package-lock.json", package_lock(&[("delta", version)]));
        estate.place.git(&folder, &["add", "-A"]);
        let done = Command::new("git")
            .args(["commit", "-q", "-m", "state"])
            .current_dir(&folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", estate.place.path("."))
            .env("GIT_AUTHOR_DATE", day)
            .env("GIT_COMMITTER_DATE", day)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    let value = estate.json(&[]);
    let quick = &rows(&value)["quick"]["judged"]["remediation"];
    assert_eq!(quick["median"]["days"], 8, "{quick}");
    let text = estate.run(&["src"]).out;
    assert!(text.contains("8 days"), "{text}");
}
