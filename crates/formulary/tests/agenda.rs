//! Two hours a week: the agenda of one person as text, page and calendar, with letters; and the board's paper,
//! from the same data.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::fs;

use common::body::{Body, ward_list};

const DAY: &str = "2026-08-24T09:00:00Z";
const LATER: &str = "2026-08-27T09:00:00Z";

fn position(text: &str, of: &str) -> usize {
    text.find(of).unwrap_or_else(|| panic!("{of} is not in {text}"))
}

#[test]
fn one_person_sees_what_needs_them_oldest_first_with_the_command() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let file = body.assessed("2026-08-22T10:00:00Z", &["--use"]);
    let oldest = body.opens("2026-08-22T10:00:00Z", "p-02", &[&file, "--reason", "Release 2.1"]);
    let exception = |now: &str, control: &str| {
        body.opens(
            now,
            "p-02",
            &[
                "--ask",
                "exception",
                "--control",
                control,
                "--until",
                "2026-12-01",
                "--subject",
                "repository:Ward list",
                "--tier",
                "clinical",
                "--reason",
                "For the pilot; until the audit, of course",
            ],
        )
    };
    let newer = exception(DAY, "practices");
    for person in ["p-01", "p-03"] {
        body.does(DAY, person, &["vote", &newer, "agree"]);
    }
    let agenda = |now: &str, person: &str| body.does(now, "p-01", &["agenda", "--person", person]);
    let lay = agenda(LATER, "p-04");
    assert!(position(&lay, &oldest) < position(&lay, &newer), "the oldest first: {lay}");
    assert!(lay.contains(&format!("$ formulary vote {oldest} agree")), "the command: {lay}");
    assert!(lay.contains("waits 5 days, by 2026-09-04"), "since when, by when: {lay}");
    let chair = agenda(LATER, "p-01");
    assert!(!chair.contains(&newer), "who has voted is not asked again: {chair}");
    for line in lay.lines() {
        assert!(line.chars().count() <= 100, "wider than 100 columns: {line}");
    }

    // A concern: its owner is asked again once it is answered, with the recommendation for the others.
    body.does(
        DAY,
        "p-04",
        &["vote", &newer, "concern", "--clause", "INB-09", "--says", "Who watches it at night?"],
    );
    assert!(!agenda(LATER, "p-04").contains(&newer), "an unanswered concern waits for others");
    body.does(
        DAY,
        "p-02",
        &["review", "answer", &newer, "--concern-of", "p-04", "--says", "The desk does, from today"],
    );
    let settle = agenda(LATER, "p-04");
    assert!(settle.contains(&format!("$ formulary review settle {newer}")), "{settle}");
    assert!(settle.contains("Your concern was answered"), "{settle}");
    let security = agenda(LATER, "p-02");
    assert!(
        security.contains("Answer the concern of p-04 first"),
        "the recommendation with its reason: {security}"
    );

    // Ten things, and how many more.
    for control in [
        "support-ends",
        "maintained",
        "owner-accepts",
        "incident-route",
        "alternatives",
        "licence-allowed",
        "install-scripts",
        "hashes",
        "young",
        "source-odd",
    ] {
        exception("2026-08-25T09:00:00Z", control);
    }
    let many = agenda(LATER, "p-04");
    assert!(many.contains("10. ") && !many.contains("11. "), "{many}");
    assert!(many.contains("and 2 more"), "{many}");
    let wrong = body.on(LATER, "p-01", &["agenda", "--person", "p-99"]);
    assert_eq!(wrong.code, 3, "{wrong:?}");
}

#[test]
fn what_falls_due_comes_with_a_letter_a_page_and_a_day_in_the_calendar() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let file = body.assessed(DAY, &["--use"]);
    // A use with an obligation of a team that is not in the body: the chair, who signed, writes to it.
    let asked = body.opens(DAY, "p-02", &[&file, "--reason", "Release 2.1"]);
    for person in ["p-01", "p-02", "p-03", "p-04"] {
        body.does(DAY, person, &["vote", &asked, "agree"]);
    }
    body.does(
        DAY,
        "p-01",
        &[
            "decision",
            "make",
            &asked,
            "grant",
            "--reasons",
            "It is looked after",
            "--obligation",
            "Test the export, whole|Pharmacy systems|2026-09-05|a signed report",
            "--review-on",
            "2027-03-01",
        ],
    );
    let (page, calendar) = (body.path("agenda.html"), body.path("agenda.ics"));
    let text =
        body.does("2026-09-01T09:00:00Z", "p-01", &["agenda", "--html", &page, "--calendar", &calendar]);
    for part in [
        "obligation on repository:Ward list: Test the export, whole",
        "by 2026-09-05",
        "| Dear Pharmacy systems,",
        "$ formulary decision done D-",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let html = fs::read_to_string(page).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("<summary>Letter</summary>"), "{html}");
    assert!(html.contains("Dear Pharmacy systems,") && !html.contains("<script"), "{html}");
    assert!(!html.contains("http://") && !html.contains("https://"), "no outside request: {html}");
    let ics = fs::read_to_string(calendar).unwrap();
    assert!(
        ics.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && ics.ends_with("END:VCALENDAR\r\n"),
        "{ics}"
    );
    assert_eq!(ics.matches("BEGIN:VEVENT").count(), ics.matches("END:VEVENT").count());
    assert!(
        ics.contains("DTSTART;VALUE=DATE:20260905\r\n") && ics.contains("DTEND;VALUE=DATE:20260906\r\n"),
        "{ics}"
    );
    for line in ics.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains('\n'), "RFC 5545 §3.1: {line}");
    }
    let unfolded = ics.replace("\r\n ", "");
    assert!(
        unfolded.contains("SUMMARY:obligation on repository:Ward list: Test the export\\, whole"),
        "{unfolded}"
    );
    // Past its day it is overdue: the letter says since when.
    let late = body.does("2026-09-20T09:00:00Z", "p-01", &["agenda"]);
    assert!(late.contains("is overdue") && late.contains("an obligation was due on 2026-09-05"), "{late}");
    // Done, it asks nobody any more.
    let shown = body.does("2026-09-20T09:00:00Z", "p-01", &["decision", "show", "repository:Ward list"]);
    let id = common::body::word(&shown, "D-");
    body.does("2026-09-20T09:00:00Z", "p-01", &["decision", "done", &id, "1", "--shown", "Report 12"]);
    let quiet = body.does("2026-09-20T09:00:00Z", "p-01", &["agenda"]);
    assert!(!quiet.contains("Test the export"), "{quiet}");
}

#[test]
fn the_boards_paper_says_what_the_register_says() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let file = body.assessed(DAY, &["--use"]);
    let review = body.opens(DAY, "p-02", &[&file, "--reason", "Release 2.1 for the wards"]);
    body.does(DAY, "p-03", &["vote", &review, "agree", "--says", "Read and understood"]);
    body.does(
        DAY,
        "p-04",
        &["vote", &review, "concern", "--clause", "INB-09", "--says", "The planted reason", "--private"],
    );
    let paper = body.does(LATER, "p-01", &["review", "paper", &review]);
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    for part in [
        &format!("# {review}: repository:Ward list: use at clinical"),
        "Paper for trust committee, 2026-08-27.",
        "Release 2.1 for the wards",
        "- Owner of the outcome: Ward systems team",
        "an answer is expected by",
        "answers **",
        "| control | clause | state | concerns | alone it would make |",
        json["digest"].as_str().unwrap(),
        json["basis"].as_str().unwrap(),
        "- p-03 (information-governance): agree: Read and understood",
        "- p-04 (lay): concern: (withheld: sha256:",
        "## Recommendation",
    ] {
        assert!(paper.contains(part), "{part}: {paper}");
    }
    assert!(!paper.contains("planted"), "a paper is published: {paper}");
    let shown = body.does(LATER, "p-01", &["review", "show", &review]);
    assert!(shown.contains("The planted reason"), "who holds the register reads it: {shown}");
    // What the application lacks is told with what fills the gap, from the assessment that is kept here.
    let value = body.does(LATER, "p-01", &["register", "show", "--json"]);
    assert!(!value.contains("formulary feeds"), "no remedy stands in the log: {value}");
}
