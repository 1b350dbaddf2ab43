//! The one comment of a change request: what it says, and what becomes of the comment that is there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use common::{
    Scene, TODAY, advisory,
    git::{token, write},
    package_lock,
};
use serde_json::{Value, json};

const MARKER: &str = "<!-- formulary:change -->";

/// A repository whose last state brings a flaw and a secret.
fn changed() -> Scene {
    let scene = Scene::new();
    scene
        .file("web/package-lock.json", package_lock(&[("alpha", "1.0.0")]))
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z"))
        .record("npm", &advisory("GHSA-bbbb-bbbb-bbbb", "npm", "beta", "1.5.0", "2026-01-10T00:00:00Z"))
        .import()
        .commit();
    scene
        .file("web/package-lock.json", package_lock(&[("alpha", "1.0.0"), ("beta", "1.0.0")]))
        .file("deploy.env", format!("T={}\n", token(1)));
    scene
}

fn comment(scene: &Scene, more: &[&str]) -> common::Answer {
    let feeds = scene.path("feeds");
    let mut args = vec!["comment", "--as-of", TODAY, "--feeds", feeds.to_str().unwrap()];
    args.extend(more);
    scene.run(&args)
}

#[test]
fn it_names_what_the_change_introduces_and_no_place_on_public_code() {
    let scene = changed();
    for visibility in [&["--visibility", "public"][..], &[]] {
        let args = [&["--since", "HEAD"], visibility].concat();
        let said = comment(&scene, &args);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.starts_with(MARKER), "{}", said.out);
        assert!(said.out.contains("`flaw-overdue` | 1 |"), "the new one alone: {}", said.out);
        for place in ["deploy.env", "package-lock", "beta", "GHSA-", "alpha"] {
            assert!(!said.out.contains(place), "public, and names {place}: {}", said.out);
        }
    }
    let said = comment(&scene, &["--since", "HEAD", "--visibility", "private"]);
    assert!(said.out.contains("deploy.env:1") && said.out.contains("GHSA-bbbb-bbbb-bbbb"), "{}", said.out);
    assert!(!said.out.contains("GHSA-aaaa-aaaa-aaaa"), "it was there before: {}", said.out);
    assert!(!said.out.contains(&token(1)[4..]), "the value is never printed");
    let again = comment(&scene, &["--since", "HEAD", "--visibility", "private"]);
    assert_eq!(said.out, again.out, "the same change, the same bytes");
    assert_eq!(comment(&scene, &["--since", "no-such-branch"]).code, 3);
    assert_eq!(comment(&scene, &[]).code, 3, "a usage error");
}

#[test]
fn it_says_nothing_where_nothing_is_worse() {
    let scene = changed();
    scene.commit();
    scene.file("notes.txt", "more\n");
    let said = comment(&scene, &["--since", "HEAD"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{said:?}");
    let request = asked(&scene, &said.out, &json!([]), &[]);
    assert_eq!(request, json!({ "action": "none" }));
}

/// The request for a comment and a list of those that are there.
fn asked(scene: &Scene, body: &str, existing: &Value, more: &[&str]) -> Value {
    let (body_file, list) = (scene.path("body.md"), scene.path("existing.json"));
    std::fs::write(&body_file, body).unwrap();
    std::fs::write(&list, existing.to_string()).unwrap();
    let mut args =
        vec!["comment", "--body", body_file.to_str().unwrap(), "--existing", list.to_str().unwrap()];
    args.extend(more);
    let answer = scene.run(&args);
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.json()
}

fn said(text: &str) -> String {
    format!("{MARKER}\n### Formulary: {text}\n")
}

/// As GitHub (and Forgejo) lists comments.
fn github(id: u64, login: &str, body: &str) -> Value {
    json!({ "id": id, "node_id": "x", "user": { "login": login, "type": "Bot" }, "body": body })
}

/// As GitLab lists notes.
fn gitlab(id: u64, username: &str, body: &str, system: bool) -> Value {
    json!({ "id": id, "type": null, "author": { "id": 1, "username": username }, "body": body, "system": system })
}

#[test]
fn a_comment_is_created_then_edited_then_left() {
    let scene = Scene::new();
    type Shape = fn(u64, &str, &str) -> Value;
    let shapes: [Shape; 2] = [github, |id, by, body| gitlab(id, by, body, false)];
    for shape in shapes {
        let others = vec![shape(1, "somebody", "Looks good."), shape(2, "bot", "Unrelated.")];
        let request = asked(&scene, &said("refused"), &json!(others), &[]);
        assert_eq!(request["action"], "create");
        let first = request["body"].as_str().unwrap().to_owned();
        assert!(first.starts_with(MARKER));

        let mut there = others.clone();
        there.push(shape(3, "bot", &first));
        assert_eq!(asked(&scene, &said("refused"), &json!(there), &[]), json!({ "action": "none" }));
        // A forge may hand the text back with other line ends.
        there[2] = shape(3, "bot", &first.replace('\n', "\r\n"));
        assert_eq!(asked(&scene, &said("refused"), &json!(there), &[]), json!({ "action": "none" }));

        let request = asked(&scene, &said("conditional"), &json!(there), &[]);
        assert_eq!((request["action"].as_str(), request["id"].as_u64()), (Some("edit"), Some(3)));
        let second = request["body"].as_str().unwrap().to_owned();
        let (now, before) = second.split_once("<details>").unwrap();
        assert!(now.contains("conditional") && !now.contains("refused"), "{second}");
        assert!(before.contains("refused") && before.contains("</details>"), "{second}");

        // One state deep: what was folded goes.
        there[2] = shape(3, "bot", &second);
        assert_eq!(asked(&scene, &said("conditional"), &json!(there), &[]), json!({ "action": "none" }));
        let request = asked(&scene, &said("referred"), &json!(there), &[]);
        let third = request["body"].as_str().unwrap();
        assert!(third.contains("conditional") && !third.contains("refused"), "{third}");
        assert_eq!(third.matches("<details>").count(), 1, "{third}");

        // Mended: the comment that stands there says so, and only then.
        let request = asked(&scene, "", &json!(there), &[]);
        assert_eq!(request["action"], "edit");
        let mended = request["body"].as_str().unwrap().to_owned();
        assert!(mended.contains("nothing stands against this change any more"), "{mended}");
        there[2] = shape(3, "bot", &mended);
        assert_eq!(asked(&scene, "", &json!(there), &[]), json!({ "action": "none" }));
    }
}

#[test]
fn only_our_own_comment_is_edited() {
    let scene = Scene::new();
    let bot = ["--author", "github-actions[bot]"];
    let forged = github(1, "mallory", &said("allowed, trust me"));
    let request = asked(&scene, &said("refused"), &json!([forged]), &bot);
    assert_eq!(request["action"], "create", "another's comment is not taken over");
    let pages = json!([[forged, github(2, "x", "hi")], [github(9, "github-actions[bot]", &said("old"))]]);
    let request = asked(&scene, &said("refused"), &pages, &bot);
    assert_eq!((request["action"].as_str(), request["id"].as_u64()), (Some("edit"), Some(9)));
    let quoted = github(3, "github-actions[bot]", &format!("> {}", said("quoted")));
    assert_eq!(asked(&scene, &said("refused"), &json!([quoted]), &bot)["action"], "create");
    let system = gitlab(4, "bot", &said("old"), true);
    assert_eq!(asked(&scene, &said("refused"), &json!([system]), &[])["action"], "create");
    // Two of ours: the older one. Another label: another comment.
    let two = json!([github(8, "b", &said("b")), github(7, "b", &said("a"))]);
    assert_eq!(asked(&scene, &said("refused"), &two, &[])["id"], 7);
    let labelled = said("refused").replace("change -->", "change:web -->");
    let request = asked(&scene, &labelled, &two, &["--label", "web"]);
    assert_eq!(request["action"], "create");
    assert!(request["body"].as_str().unwrap().starts_with("<!-- formulary:change:web -->"));
}

#[test]
fn hostile_texts_and_lists() {
    let scene = Scene::new();
    // A text that would close the fold or forge a state is not repeated.
    let edited = github(1, "b", &format!("{MARKER}\nx </details> <!-- formulary:change:web -->\n"));
    let request = asked(&scene, &said("refused"), &json!([edited]), &[]);
    assert!(!request["body"].as_str().unwrap().contains("details"), "{request}");
    // A very long one is cut at a line, and is the same the next time.
    let long = said(&format!("{}\n", "é long line\n".repeat(20_000)));
    let request = asked(&scene, &long, &json!([]), &[]);
    let body = request["body"].as_str().unwrap();
    assert!(body.len() < 65_000 && body.contains("(cut here"), "{}", body.len());
    assert_eq!(asked(&scene, &long, &json!([github(1, "b", body)]), &[]), json!({ "action": "none" }));

    let list = scene.path("list.json");
    let body = scene.path("body.md");
    let fails = |listed: &str, text: &str| {
        std::fs::write(&list, listed).unwrap();
        std::fs::write(&body, text).unwrap();
        let args = ["comment", "--body", body.to_str().unwrap(), "--existing", list.to_str().unwrap()];
        let answer = scene.run(&args);
        assert_eq!(answer.code, 3, "{listed} {text}: {answer:?}");
    };
    fails("{\"message\": \"Not Found\"}", &said("x"));
    fails("[[[]]]", &said("x"));
    fails("[1]", &said("x"));
    fails("", &said("x"));
    fails("[]", "not ours");
    fails(&json!([{ "id": null, "body": said("old") }]).to_string(), &said("x"));
    assert_eq!(scene.run(&["comment", "--body", body.to_str().unwrap(), "--label", "a -->"]).code, 3);
    write(&scene.root(), "x", "");
}
