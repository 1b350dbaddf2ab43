//! Synchronising against a real HTTP server on the loopback, which can cut, refuse and change.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]

mod scene;

use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::FeedCoverage;
use feeds::{
    Feeds, Fetch, FetchError, FetchRequest, FetchResponse, Outcome, SyncError, SyncFault, SyncOptions,
    Upstreams,
};
use scene::{component, now, write_zip};

/// What the server does with a request instead of answering it.
#[derive(Clone, Debug)]
enum Mischief {
    /// Sends so many bytes of the body and hangs up.
    Cut(usize),
    /// Answers with this status, and `Retry-After` if given.
    Refuse(u16, Option<u64>),
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    mischief: BTreeMap<String, VecDeque<Mischief>>,
    /// `GET /path` with the conditions sent, and the status answered.
    log: Vec<String>,
}

struct Server {
    address: String,
    state: Arc<Mutex<State>>,
    folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let own = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &own);
            }
        });
        Self { address, state, folder: tempfile::tempdir().unwrap() }
    }

    fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        self.state.lock().unwrap().files.insert(path.to_owned(), content.as_ref().to_vec());
    }

    fn zip(&self, ecosystem: &str, records: &[String]) {
        let path = self.folder.path().join("made.zip");
        let entries: Vec<_> =
            records.iter().enumerate().map(|(i, r)| (format!("{i}.json"), r.as_str())).collect();
        write_zip(&path, &entries);
        self.put(&format!("/osv/{ecosystem}/all.zip"), std::fs::read(path).unwrap());
    }

    fn will(&self, path: &str, mischief: Mischief) {
        self.state.lock().unwrap().mischief.entry(path.to_owned()).or_default().push_back(mischief);
    }

    /// What was asked since the last call.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().log)
    }

    fn upstreams(&self) -> Upstreams {
        let base = format!("http://{}", self.address);
        Upstreams::parse(&format!("osv = '{base}/osv'\nkev = '{base}/kev.json'\nepss = '{base}/epss.csv.gz'"))
            .unwrap()
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("library")
    }

    fn sync(&self, only: &[&str]) -> (Vec<(String, Outcome)>, Vec<Duration>) {
        let network = Network::default();
        let only = Some(only.iter().map(|s| (*s).to_owned()).collect());
        let options = SyncOptions { now: now(), only };
        let report =
            feeds::sync(&self.library(), &self.upstreams(), &options, &network, &mut |_| {}).unwrap();
        (report.feeds, network.pauses.into_inner().unwrap())
    }

    fn affected(&self, purl: &str) -> usize {
        Feeds::open(&self.library()).unwrap().matches(&[component(purl)]).components[0].matches.len()
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => drop(headers.insert(name.to_lowercase(), value.to_owned())),
            None => break,
        }
    }
    assert!(headers["user-agent"].starts_with("formulary/"));
    let mut state = state.lock().unwrap();
    let mischief = state.mischief.get_mut(&path).and_then(VecDeque::pop_front);
    let file = state.files.get(&path).cloned();
    let etag = file.as_ref().map(|f| format!("\"{}\"", domain::Digest::of(f).hex())).unwrap_or_default();
    let from = headers
        .get("range")
        .and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok())
        .filter(|_| headers.get("if-range") == Some(&etag));
    let (status, extra, body) = match (&mischief, file) {
        (Some(Mischief::Refuse(status, after)), _) => {
            (*status, after.map(|s| format!("Retry-After: {s}\r\n")).unwrap_or_default(), Vec::new())
        }
        (_, None) => (404, String::new(), Vec::new()),
        (_, Some(_)) if headers.get("if-none-match") == Some(&etag) => (304, String::new(), Vec::new()),
        (_, Some(file)) => match from {
            Some(from) if from < file.len() => {
                let range = format!("Content-Range: bytes {from}-{}/{}\r\n", file.len() - 1, file.len());
                (206, range, file[from..].to_vec())
            }
            Some(_) => (416, String::new(), Vec::new()),
            None => (200, String::new(), file),
        },
    };
    state.log.push(format!("{path} {status}{}", from.map(|f| format!(" from {f}")).unwrap_or_default()));
    drop(state);
    let mut stream = stream;
    let head =
        format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nETag: {etag}\r\n{extra}\r\n", body.len());
    let sent = match mischief {
        Some(Mischief::Cut(at)) => &body[..at.min(body.len())],
        _ => &body[..],
    };
    // The client may have hung up: its business.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
}

/// A client of a few lines: what the binary does with a real HTTP library.
#[derive(Default)]
struct Network {
    pauses: Mutex<Vec<Duration>>,
}

impl Fetch for Network {
    fn get(&self, request: &FetchRequest) -> Result<FetchResponse, FetchError> {
        let failed = |e: std::io::Error| FetchError { why: e.to_string(), again: true };
        let rest = request.url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).map_err(failed)?;
        let headers: String = request.headers.iter().map(|(n, v)| format!("{n}: {v}\r\n")).collect();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n")
            .map_err(failed)?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).map_err(failed)?;
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).map_err(failed)?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                None => break,
            }
        }
        Ok(FetchResponse { status, headers, body: Box::new(reader) })
    }

    fn pause(&self, time: Duration) {
        self.pauses.lock().unwrap().push(time);
    }
}

fn record(id: &str, name: &str, modified: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"{modified}","affected":[{{"package":{{"ecosystem":"npm","name":"{name}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"2.0.0"}}]}}]}}]}}"#
    )
}

const DAY_1: &str = "2026-08-01T00:00:00Z";
const DAY_2: &str = "2026-08-02T00:00:00Z";

/// An export of two records.
fn small() -> Server {
    let server = Server::start();
    server.zip("npm", &[record("X-1", "a", DAY_1), record("X-2", "b", DAY_1)]);
    server.put("/osv/npm/modified_id.csv", format!("{DAY_1},X-1\n{DAY_1},X-2\n"));
    server
}

fn updated(outcome: &Outcome) -> &feeds::Held {
    match outcome {
        Outcome::Updated(held) => held,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_run_takes_the_archive_and_the_second_only_asks() {
    let server = small();
    let (report, pauses) = server.sync(&["npm"]);
    let held = updated(&report[0].1);
    assert_eq!((held.stamp.coverage, held.stamp.as_of, held.stamp.records), (FeedCoverage::Full, now(), 2));
    assert!(pauses.is_empty());
    assert_eq!(server.asked(), ["/osv/npm/modified_id.csv 200", "/osv/npm/all.zip 200"]);
    assert_eq!(server.affected("pkg:npm/a@1.0.0"), 1);

    let (report, _) = server.sync(&["npm"]);
    assert!(matches!(report[0].1, Outcome::Unchanged(_)));
    assert_eq!(server.asked(), ["/osv/npm/modified_id.csv 304"]);
}

#[test]
fn a_few_changes_are_fetched_one_by_one() {
    let server = small();
    server.sync(&["npm"]);
    server.asked();
    server.put("/osv/npm/X-2.json", record("X-2", "renamed", DAY_2));
    server.put("/osv/npm/X-3.json", record("X-3", "c", DAY_2));
    server.put("/osv/npm/modified_id.csv", format!("{DAY_2},X-3\n{DAY_2},X-2\n{DAY_1},X-1\n"));
    let (report, _) = server.sync(&["npm"]);
    assert_eq!(updated(&report[0].1).stamp.coverage, FeedCoverage::Full);
    assert_eq!(
        server.asked(),
        ["/osv/npm/modified_id.csv 200", "/osv/npm/X-2.json 200", "/osv/npm/X-3.json 200"]
    );
    let affected = ["a", "b", "renamed", "c"].map(|n| server.affected(&format!("pkg:npm/{n}@1.0.0")));
    assert_eq!(affected, [1, 0, 1, 1]);
}

#[test]
fn a_record_dated_in_the_future_does_not_stop_later_updates() {
    let server = small();
    server.put("/osv/npm/X-9.json", record("X-9", "future", "2027-07-09T15:54:00Z"));
    server.zip(
        "npm",
        &[
            record("X-1", "a", DAY_1),
            record("X-2", "b", DAY_1),
            record("X-9", "future", "2027-07-09T15:54:00Z"),
        ],
    );
    server.put("/osv/npm/modified_id.csv", format!("2027-07-09T15:54:00Z,X-9\n{DAY_1},X-1\n{DAY_1},X-2\n"));
    server.sync(&["npm"]);
    server.put("/osv/npm/X-3.json", record("X-3", "c", DAY_2));
    server.put(
        "/osv/npm/modified_id.csv",
        format!("2027-07-09T15:54:00Z,X-9\n{DAY_2},X-3\n{DAY_1},X-1\n{DAY_1},X-2\n"),
    );
    server.sync(&["npm"]);
    assert_eq!(server.affected("pkg:npm/c@1.0.0"), 1);
}

#[test]
fn an_archive_older_than_the_list_is_made_up_by_single_records() {
    let server = small();
    server.put("/osv/npm/X-2.json", record("X-2", "b2", DAY_2));
    server.put("/osv/npm/X-3.json", record("X-3", "c", DAY_2));
    server.put("/osv/npm/modified_id.csv", format!("{DAY_2},X-3\n{DAY_2},X-2\n{DAY_1},X-1\n"));
    let (report, _) = server.sync(&["npm"]);
    assert_eq!(updated(&report[0].1).stamp.coverage, FeedCoverage::Full);
    assert_eq!((server.affected("pkg:npm/b2@1.0.0"), server.affected("pkg:npm/c@1.0.0")), (1, 1));
    server.asked();
    server.sync(&["npm"]);
    assert_eq!(server.asked(), ["/osv/npm/modified_id.csv 304"]);
}

#[test]
fn a_listed_record_that_is_not_there_makes_the_feed_partial_and_is_asked_for_again() {
    let server = small();
    server.put("/osv/npm/modified_id.csv", format!("{DAY_2},X-3\n{DAY_1},X-1\n{DAY_1},X-2\n"));
    let (report, _) = server.sync(&["npm"]);
    let held = updated(&report[0].1);
    assert_eq!((held.stamp.coverage, held.unread), (FeedCoverage::Partial, 1));
    server.asked();
    server.put("/osv/npm/X-3.json", record("X-3", "c", DAY_2));
    let (report, _) = server.sync(&["npm"]);
    assert_eq!(updated(&report[0].1).stamp.coverage, FeedCoverage::Full);
    assert_eq!(server.asked(), ["/osv/npm/modified_id.csv 304", "/osv/npm/X-3.json 200"]);
}

#[test]
fn a_cut_transfer_goes_on_where_it_ended() {
    let server = small();
    server.will("/osv/npm/all.zip", Mischief::Cut(100));
    let (report, pauses) = server.sync(&["npm"]);
    updated(&report[0].1);
    assert_eq!(
        server.asked(),
        ["/osv/npm/modified_id.csv 200", "/osv/npm/all.zip 200", "/osv/npm/all.zip 206 from 100"]
    );
    assert_eq!(pauses, [Duration::from_secs(1)]);
    assert_eq!(server.affected("pkg:npm/a@1.0.0"), 1);
}

#[test]
fn a_file_that_changed_meanwhile_is_not_pieced_together() {
    let server = small();
    for at in [100, 0, 0, 0, 0] {
        server.will("/osv/npm/all.zip", Mischief::Cut(at));
    }
    let (report, _) = server.sync(&["npm"]);
    assert!(matches!(report[0].1, Outcome::Failed(SyncFault::NoAnswer { .. })));
    assert!(Feeds::open(&server.library()).unwrap().stamps().is_empty());
    // Another archive, of another ETag: If-Range does not hold and the whole is sent.
    server.zip("npm", &[record("X-1", "a", DAY_1), record("X-2", "other", DAY_1)]);
    server.asked();
    let (report, _) = server.sync(&["npm"]);
    updated(&report[0].1);
    assert!(server.asked().contains(&"/osv/npm/all.zip 200".to_owned()));
    assert_eq!((server.affected("pkg:npm/b@1.0.0"), server.affected("pkg:npm/other@1.0.0")), (0, 1));
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let server = small();
    server.will("/osv/npm/all.zip", Mischief::Refuse(429, Some(7)));
    server.will("/osv/npm/all.zip", Mischief::Refuse(503, None));
    server.will("/osv/npm/all.zip", Mischief::Refuse(500, None));
    let (report, pauses) = server.sync(&["npm"]);
    updated(&report[0].1);
    assert_eq!(pauses, [7, 4, 16].map(Duration::from_secs));
    // A long silence is not waited out.
    server.put("/osv/npm/modified_id.csv", format!("{DAY_2},X-1\n"));
    server.will("/osv/npm/modified_id.csv", Mischief::Refuse(429, Some(86_400)));
    let (report, pauses) = server.sync(&["npm"]);
    assert!(matches!(report[0].1, Outcome::Failed(SyncFault::Status { status: 429, .. })));
    assert!(pauses.is_empty());
    assert_eq!(server.affected("pkg:npm/a@1.0.0"), 1, "what was current stays");
}

#[test]
fn a_broken_archive_replaces_nothing_and_others_go_on() {
    let server = small();
    server.sync(&["npm"]);
    server.put("/osv/npm/all.zip", "no archive");
    // Something is gone from the list: the archive is fetched again.
    server.put("/osv/npm/modified_id.csv", format!("{DAY_1},X-1\n"));
    server.put("/kev.json", r#"{"vulnerabilities":[{"cveID":"CVE-2026-0001","dateAdded":"2026-08-01"}]}"#);
    let (report, _) = server.sync(&["npm", "kev"]);
    assert_eq!(report.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["kev", "osv/npm"]);
    assert_eq!(updated(&report[0].1).stamp.as_of, now());
    assert!(matches!(report[1].1, Outcome::Failed(SyncFault::Feed(_))));
    assert_eq!(server.affected("pkg:npm/b@1.0.0"), 1);
    // Mended upstream, it is taken at the next run.
    server.zip("npm", &[record("X-1", "a", DAY_1)]);
    updated(&server.sync(&["npm"]).0[0].1);
    assert_eq!(server.affected("pkg:npm/b@1.0.0"), 0);
}

#[test]
fn single_files_are_conditional_and_restamped() {
    let server = Server::start();
    server.put("/kev.json", r#"{"vulnerabilities":[{"cveID":"CVE-2026-0001","dateAdded":"2026-08-01"}]}"#);
    updated(&server.sync(&["kev"]).0[0].1);
    let (report, _) = server.sync(&["kev"]);
    assert!(matches!(&report[0].1, Outcome::Unchanged(held) if held.stamp.as_of == now()));
    assert_eq!(server.asked(), ["/kev.json 200", "/kev.json 304"]);
    server.put("/kev.json", "garbage");
    assert!(matches!(server.sync(&["kev"]).0[0].1, Outcome::Failed(SyncFault::Feed(_))));
    assert!(Feeds::open(&server.library()).unwrap().has("kev"));
}

#[test]
fn ids_that_would_lead_out_of_the_folder_are_never_fetched() {
    let server = small();
    server.put(
        "/osv/npm/modified_id.csv",
        format!("{DAY_2},../../../evil\n{DAY_2},a/b\n{DAY_1},X-1\n{DAY_1},X-2\n"),
    );
    server.sync(&["npm"]);
    assert!(server.asked().iter().all(|line| !line.contains("evil") && !line.contains("a/b")));
}

#[test]
fn without_an_address_it_says_what_to_put_where() {
    let folder = tempfile::tempdir().unwrap();
    let options = |only: Option<&str>| SyncOptions { now: now(), only: only.map(|o| vec![o.to_owned()]) };
    let run = |only| {
        feeds::sync(
            folder.path(),
            &Upstreams::shipped().unwrap(),
            &options(only),
            &Network::default(),
            &mut |_| {},
        )
    };
    for only in [None, Some("npm"), Some("kev")] {
        let error = run(only).unwrap_err();
        assert!(matches!(error, SyncError::NoAddress { .. }));
        assert!(error.to_string().contains("into a file of upstreams, for example `"), "{error}");
    }
    assert!(matches!(run(Some("../x")), Err(SyncError::NoFeed(_))));
}

#[test]
fn a_body_that_is_cut_without_a_length_is_still_no_feed() {
    // What a `Read` that lies about its end would do: the archive does not open.
    struct Lying;
    impl Fetch for Lying {
        fn get(&self, request: &FetchRequest) -> Result<FetchResponse, FetchError> {
            let body: Box<dyn Read + Send> = if request.url.ends_with(".csv") {
                Box::new(std::io::Cursor::new(format!("{DAY_1},X-1\n").into_bytes()))
            } else {
                Box::new(std::io::Cursor::new(b"PK\x03\x04 half".to_vec()))
            };
            Ok(FetchResponse { status: 200, headers: Vec::new(), body })
        }
        fn pause(&self, _: Duration) {}
    }
    let folder = tempfile::tempdir().unwrap();
    let upstreams = Upstreams::parse("osv = 'https://mirror.example/osv'").unwrap();
    let options = SyncOptions { now: now(), only: Some(vec!["npm".into()]) };
    let report = feeds::sync(folder.path(), &upstreams, &options, &Lying, &mut |_| {}).unwrap();
    assert!(matches!(report.feeds[0].1, Outcome::Failed(SyncFault::Feed(_))));
    assert!(Feeds::open(folder.path()).unwrap().stamps().is_empty());
}
