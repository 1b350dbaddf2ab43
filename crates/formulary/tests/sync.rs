//! Synchronising with a real server on the loopback: the program's own HTTP client, end to end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use common::{Scene, TODAY, advisory, package_lock};

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Serves files until the test ends; counts the requests.
fn serve(files: Files) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    std::thread::spawn(move || {
        // Bounded, so that a mistake cannot make it run for ever.
        for stream in listener.incoming().take(200) {
            let Ok(mut stream) = stream else { continue };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut first = String::new();
            let _ = reader.read_line(&mut first);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                    break;
                }
            }
            counted.fetch_add(1, Ordering::SeqCst);
            let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
            let body = files.lock().unwrap().get(&path).cloned();
            let answer = match &body {
                Some(body) => {
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())
                }
                None => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
            };
            let _ = stream.write_all(answer.as_bytes());
            let _ = stream.write_all(&body.unwrap_or_default());
        }
    });
    (address, count)
}

fn archive(records: &[serde_json::Value]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for record in records {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(format!("{}.json", record["id"].as_str().unwrap()), options).unwrap();
        zip.write_all(record.to_string().as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn feeds_are_fetched_used_and_kept_when_the_server_is_gone() {
    let scene = Scene::new();
    scene.file("package-lock.json", package_lock(&[("alpha", "1.0.0")]));
    let record = advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z");
    let files: Files = Arc::default();
    files.lock().unwrap().insert("/osv/npm/all.zip".into(), archive(std::slice::from_ref(&record)));
    files
        .lock()
        .unwrap()
        .insert("/osv/npm/modified_id.csv".into(), b"2026-01-10T00:00:00Z,GHSA-aaaa-aaaa-aaaa\n".to_vec());
    let (address, count) = serve(files.clone());
    let upstreams = scene.path("upstreams.toml");
    std::fs::write(&upstreams, format!("osv = \"{address}/osv\"\n")).unwrap();
    let feeds = scene.path("feeds");
    let sync = || {
        scene.run(&[
            "feeds",
            "sync",
            "--ecosystem",
            "npm",
            "--upstreams",
            upstreams.to_str().unwrap(),
            "--feeds",
            feeds.to_str().unwrap(),
        ])
    };
    let first = sync();
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.out.contains("osv/npm") && first.out.contains("full"), "{}", first.out);
    assert!(count.load(Ordering::SeqCst) >= 1);
    assert!(scene.check(&["--use"]).has_finding("GHSA-aaaa-aaaa-aaaa"));
    // The upstream breaks: what is there stays, and the exit code says that it is not new.
    files.lock().unwrap().clear();
    let broken = sync();
    assert_eq!(broken.code, 3, "{broken:?}");
    assert!(scene.check(&["--use"]).has_finding("GHSA-aaaa-aaaa-aaaa"));
}

#[test]
fn without_an_address_it_says_what_to_put_where() {
    let scene = Scene::new();
    let feeds = scene.path("feeds");
    let answer = scene.run(&["feeds", "sync", "--feeds", feeds.to_str().unwrap()]);
    assert_eq!(answer.code, 3, "{answer:?}");
    assert!(answer.err.contains("--upstreams"), "{}", answer.err);
    let empty = scene.path("empty.toml");
    std::fs::write(&empty, format!("# as of {TODAY}\n")).unwrap();
    let answer = scene.run(&[
        "feeds",
        "sync",
        "--ecosystem",
        "npm",
        "--upstreams",
        empty.to_str().unwrap(),
        "--feeds",
        feeds.to_str().unwrap(),
    ]);
    assert_eq!(answer.code, 3, "{answer:?}");
}
