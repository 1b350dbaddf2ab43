//! The library under bad luck: broken feeds, cut files, bombs, two processes, no right to write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]

mod scene;

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use domain::FeedCoverage;
use feeds::{Feeds, ImportError, ImportOptions, Library, LookedAt};
use scene::{Scene, component, now, write_zip};

fn record(id: &str, name: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"{name}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"2.0.0"}}]}}]}}]}}"#
    )
}

/// One good feed, imported; the export is then free to be broken.
fn good() -> Scene {
    let (a, b) = (record("X-1", "a"), record("X-2", "b"));
    let scene = Scene::new();
    scene.zip("npm", &[&a, &b]);
    scene.import().unwrap();
    scene
}

fn still_good(scene: &Scene) {
    assert_eq!(scene.matches("pkg:npm/a@1.0.0").len(), 1);
    assert_eq!(scene.matches("pkg:npm/b@1.0.0").len(), 1);
}

#[test]
fn a_feed_cut_anywhere_never_replaces_a_good_one() {
    let scene = good();
    let zip = scene.export().join("npm/all.zip");
    let whole = std::fs::read(&zip).unwrap();
    for length in 0..whole.len() {
        std::fs::write(&zip, &whole[..length]).unwrap();
        assert!(scene.import().is_err(), "cut to {length} bytes");
        still_good(&scene);
    }
}

#[test]
fn a_broken_feed_does_not_keep_the_others_from_being_imported() {
    let scene = good();
    scene.file("PyPI/all.zip", "no zip at all");
    scene.zip("npm", &[&record("X-1", "a"), &record("X-2", "b"), &record("X-3", "c")]);
    let report = scene.import().unwrap();
    assert_eq!(report.imported.len(), 1);
    assert_eq!(report.failed[0].0, "osv/PyPI");
    assert!(report.failed[0].1.to_string().contains("no zip file"));
    assert_eq!(scene.matches("pkg:npm/c@1.0.0").len(), 1);
    assert!(matches!(scene.look("pkg:pypi/c@1.0.0").looked, LookedAt::NotLoaded { .. }));
}

#[test]
fn a_feed_that_says_less_takes_the_place_of_none_unless_that_is_asked_for() {
    let scene = Scene::new();
    let all: Vec<String> = (0..20).map(|i| record(&format!("X-{i}"), "a")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    scene.zip("npm", &all);
    let full = ImportOptions { coverage: Some(FeedCoverage::Full), ..ImportOptions::new(now()) };
    scene.import_with(&full).unwrap();
    let lies = |scene: &Scene| scene.matches("pkg:npm/a@1.0.0").len();
    // The same records, and nobody says that they are all.
    let told = scene.import().unwrap_err().to_string();
    assert!(told.contains("a full feed of 20 records"), "{told}");
    assert!(told.contains("a partial feed of 20 records") && told.contains("--coverage full"), "{told}");
    // One record, whatever is declared.
    scene.zip("npm", &all[..1]);
    for options in [&full, &ImportOptions::new(now())] {
        let told = scene.import_with(options).unwrap_err().to_string();
        assert!(told.contains("feed of 1 record as of") && told.contains("--replace"), "{told}");
        assert_eq!(lies(&scene), 20);
    }
    // Another ecosystem beside it is taken in.
    scene.zip("PyPI", &[&record("X-1", "a").replace("npm", "PyPI")]);
    let report = scene.import().unwrap();
    assert_eq!((report.imported.len(), report.failed.len()), (1, 1));
    assert_eq!(lies(&scene), 20);
    let replace = ImportOptions { replace: true, ..ImportOptions::new(now()) };
    assert_eq!(scene.import_with(&replace).unwrap().imported.len(), 2);
    assert_eq!(lies(&scene), 1);
    // Partial for partial, with more: taken.
    scene.zip("npm", &all[..3]);
    assert_eq!(scene.import().unwrap().imported.len(), 2);
    // Fewer than nine for ten: not.
    scene.zip("npm", &all[..2]);
    assert_eq!(scene.import().unwrap().failed[0].0, "osv/npm");
}

#[test]
fn a_bad_record_is_listed_and_makes_the_feed_partial() {
    let scene = Scene::new();
    let entries = [("X-1.json".to_owned(), record("X-1", "a")), ("X-2.json".to_owned(), "{ half".to_owned())];
    std::fs::create_dir_all(scene.export().join("npm")).unwrap();
    let entries: Vec<_> = entries.iter().map(|(n, c)| (n.clone(), c.as_str())).collect();
    write_zip(&scene.export().join("npm/all.zip"), &entries);
    let full = ImportOptions { coverage: Some(FeedCoverage::Full), ..ImportOptions::new(now()) };
    let report = scene.import_with(&full).unwrap();
    assert_eq!(report.imported[0].stamp.coverage, FeedCoverage::Partial);
    assert_eq!(report.imported[0].unread, 1);
    assert!(report.imported[0].unread_named[0].starts_with("X-2: "), "{:?}", report.imported[0].unread_named);
    assert!(!report.imported[0].unread_named[0].contains("half"), "content is not repeated");
}

#[test]
fn an_id_that_the_export_lists_and_does_not_hold_makes_the_feed_partial() {
    let scene = Scene::new();
    scene.zip("npm", &[&record("X-1", "a")]);
    scene.file("npm/modified_id.csv", "2026-01-02T00:00:00Z,X-2\n2026-01-01T00:00:00Z,X-1\n");
    let full = ImportOptions { coverage: Some(FeedCoverage::Full), ..ImportOptions::new(now()) };
    let report = scene.import_with(&full).unwrap();
    assert_eq!((report.imported[0].stamp.coverage, report.imported[0].unread), (FeedCoverage::Partial, 1));
    scene.file("npm/modified_id.csv", "2026-01-01T00:00:00Z,X-1\n");
    assert_eq!(scene.import_with(&full).unwrap().imported[0].stamp.coverage, FeedCoverage::Full);
}

#[test]
fn a_feed_of_which_much_cannot_be_read_is_taken_for_broken() {
    let scene = good();
    let mut entries: Vec<(String, String)> =
        (0..50).map(|i| (format!("Y-{i}.json"), record(&format!("Y-{i}"), "y"))).collect();
    entries.extend((0..20).map(|i| (format!("Z-{i}.json"), "not json".to_owned())));
    let entries: Vec<_> = entries.iter().map(|(n, c)| (n.clone(), c.as_str())).collect();
    write_zip(&scene.export().join("npm/all.zip"), &entries);
    let error = scene.import().unwrap_err().to_string();
    assert!(error.contains("20 of 70 records"), "{error}");
    still_good(&scene);
}

#[test]
fn a_decompression_bomb_is_refused() {
    let scene = good();
    let file = std::fs::File::create(scene.export().join("npm/all.zip")).unwrap();
    let mut zip = zip::ZipWriter::new(file);
    let zeros = vec![b' '; 16 << 20];
    for i in 0..20 {
        zip.start_file(format!("B-{i}.json"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap();
    let error = scene.import().unwrap_err().to_string();
    assert!(error.contains("bomb"), "{error}");
    still_good(&scene);
}

#[test]
fn one_record_that_is_too_large_is_unread_and_the_rest_is_read() {
    let scene = Scene::new();
    let huge = format!(r#"{{"id":"X-9","details":"{}"}}"#, "a".repeat(17 << 20));
    scene.zip("npm", &[&record("X-1", "a"), &huge]);
    let report = scene.import().unwrap();
    assert_eq!((report.imported[0].stamp.records, report.imported[0].unread), (1, 1));
}

#[test]
fn loose_records_are_read_and_stand_before_the_archive() {
    let scene = Scene::new();
    scene.zip("npm", &[&record("X-1", "a")]);
    scene.file("npm/X-1.json", record("X-1", "renamed"));
    scene.file("npm/X-2.json", record("X-2", "b"));
    scene.import().unwrap();
    assert!(scene.matches("pkg:npm/a@1.0.0").is_empty());
    assert_eq!(scene.matches("pkg:npm/renamed@1.0.0").len(), 1);
    assert_eq!(scene.matches("pkg:npm/b@1.0.0").len(), 1);
}

#[test]
fn an_empty_folder_and_a_missing_one_are_errors() {
    let scene = Scene::new();
    assert!(matches!(scene.import(), Err(ImportError::Folder { .. })));
    std::fs::create_dir_all(scene.export().join("notes")).unwrap();
    assert!(matches!(scene.import(), Err(ImportError::Empty { .. })));
}

#[test]
fn only_the_feeds_asked_for_are_imported() {
    let scene = good();
    scene.zip("PyPI", &[r#"{"id":"P-1"}"#]);
    let only = ImportOptions { only: Some(vec!["pypi".into()]), ..ImportOptions::new(now()) };
    let report = scene.import_with(&only).unwrap();
    assert_eq!(report.imported.iter().map(|h| h.stamp.name.as_str()).collect::<Vec<_>>(), ["osv/PyPI"]);
    still_good(&scene);
}

#[test]
fn the_same_export_gives_the_same_digest_whatever_the_order_in_the_archive() {
    let (a, b) = (record("X-1", "a"), record("X-2", "a"));
    let digest = |records: &[&str]| Scene::with("npm", records).open().stamps()[0].digest;
    assert_eq!(digest(&[&a, &b]), digest(&[&b, &a]));
    assert_ne!(digest(&[&a, &b]), digest(&[&a]));
}

#[test]
fn a_damaged_index_is_unreadable_and_never_clean() {
    let scene = good();
    let digest = scene.open().stamps()[0].digest;
    let path = scene.library().join("index").join(digest.hex());
    let whole = std::fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&path, &bytes).unwrap();
        for name in ["a", "b"] {
            let look = scene.look(&format!("pkg:npm/{name}@1.0.0"));
            let told = matches!(look.looked, LookedAt::Unreadable { .. });
            assert!(told || look.matches.len() == 1, "byte {at}: {look:?}");
        }
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(scene.look("pkg:npm/a@1.0.0").looked, LookedAt::Unreadable { .. }));
    assert_eq!(scene.open().damaged().count(), 1);
    assert!(scene.open().stamps().is_empty());
    // Importing again mends it, also when the file is there and damaged.
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    scene.import().unwrap();
    still_good(&scene);
}

#[test]
fn a_damaged_list_is_an_error_that_says_what_to_do() {
    let scene = good();
    let list = scene.library().join("feeds.json");
    let whole = std::fs::read(&list).unwrap();
    for bytes in [&whole[..whole.len() / 2], b"", b"[]", b"{\"schema\":\"other/v9\",\"feeds\":[]}"] {
        std::fs::write(&list, bytes).unwrap();
        let error = Feeds::open(&scene.library()).unwrap_err().to_string();
        assert!(error.contains("import the feeds again"), "{error}");
    }
}

#[test]
fn feeds_that_a_kept_assessment_names_survive_pruning() {
    let scene = good();
    let old = scene.open().stamps()[0].clone();
    scene.zip("npm", &[&record("X-1", "a"), &record("X-3", "c")]);
    scene.import().unwrap();
    let new = scene.open().stamps()[0].clone();
    assert_ne!(old.digest, new.digest);
    let changed = feeds::what_changed(&scene.library(), &old, &new).unwrap();
    assert_eq!(
        (changed.names, changed.ids),
        (vec!["b".to_owned(), "c".to_owned()], vec!["X-2".to_owned(), "X-3".to_owned()])
    );

    let library = Library::at(&scene.library());
    assert!(library.verify().unwrap().is_empty());
    let pruned = library.prune(&[old.digest]).unwrap();
    assert_eq!((pruned.removed.len(), pruned.kept), (0, vec![old.digest]));
    // A replay opens what the assessment named, not what is current.
    let b = [component("pkg:npm/b@1.0.0")];
    let named = Feeds::open_named(&scene.library(), std::slice::from_ref(&old));
    assert_eq!((named.matches(&b).components[0].matches.len(), named.stamps()), (1, vec![old.clone()]));
    assert!(scene.open().matches(&b).components[0].matches.is_empty());
    let pruned = library.prune(&[]).unwrap();
    assert_eq!(pruned.removed, [old.digest]);
    let named = Feeds::open_named(&scene.library(), std::slice::from_ref(&old));
    assert!(matches!(named.matches(&b).components[0].looked, LookedAt::Unreadable { .. }));
    std::fs::write(scene.library().join("index").join(new.digest.hex()), "cut").unwrap();
    assert_eq!(library.verify().unwrap(), ["osv/npm"]);
    scene.import().unwrap();
    assert!(feeds::what_changed(&scene.library(), &old, &new).is_err());
    assert_eq!(scene.matches("pkg:npm/c@1.0.0").len(), 1);
}

#[cfg(unix)]
#[test]
fn a_library_that_cannot_be_written_is_a_clear_error() {
    // A file stands where the folder should be: no right helps against that, not even root's.
    let scene = good();
    let blocked = scene.folder.path().join("blocked");
    std::fs::write(&blocked, "a file").unwrap();
    let error =
        feeds::import(&scene.export(), &blocked, &ImportOptions::new(now()), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("cannot write to the feed library"), "{error}");

    use std::os::unix::fs::PermissionsExt;
    let library = scene.library();
    for folder in [library.join("index"), library.clone()] {
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    }
    if std::fs::write(library.join("probe"), "").is_ok() {
        println!("SKIPPED: this user may write anywhere");
    } else {
        scene.zip("npm", &[&record("X-1", "a"), &record("X-3", "c")]);
        let error = scene.import().unwrap_err().to_string();
        assert!(error.contains("cannot write to the feed library"), "{error}");
        still_good(&scene);
    }
    for folder in [library.clone(), library.join("index")] {
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Not a test by itself: what the two tests below start as a process of its own.
#[test]
fn import_in_a_loop() {
    let (Some(export), Some(library)) = (std::env::var_os("LOOP_EXPORT"), std::env::var_os("LOOP_LIBRARY"))
    else {
        return;
    };
    let rounds: usize = std::env::var("LOOP_ROUNDS").unwrap().parse().unwrap();
    for _ in 0..rounds {
        feeds::import(Path::new(&export), Path::new(&library), &ImportOptions::new(now()), &mut |_| {})
            .unwrap();
    }
}

fn start(export: &Path, library: &Path, rounds: usize) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "import_in_a_loop", "--nocapture"])
        .env("LOOP_EXPORT", export)
        .env("LOOP_LIBRARY", library)
        .env("LOOP_ROUNDS", rounds.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Two exports of the same feed; whichever was imported last, `a` is affected.
fn two_exports() -> (Scene, Scene) {
    let (one, two) = (Scene::new(), Scene::new());
    let many: Vec<String> = (0..300).map(|i| record(&format!("M-{i}"), &format!("name-{i}"))).collect();
    let mut records: Vec<&str> = many.iter().map(String::as_str).collect();
    let (a, b) = (record("X-1", "a"), record("X-2", "b"));
    records.push(&a);
    one.zip("npm", &records);
    records.push(&b);
    two.zip("npm", &records);
    (one, two)
}

#[test]
fn an_import_killed_at_any_moment_leaves_a_library_that_answers() {
    let (one, two) = two_exports();
    feeds::import(&one.export(), &one.library(), &ImportOptions::new(now()), &mut |_| {}).unwrap();
    for round in 0..25u64 {
        let export = if round % 2 == 0 { two.export() } else { one.export() };
        let mut child = start(&export, &one.library(), 1_000);
        std::thread::sleep(std::time::Duration::from_millis(5 + round * 7 % 60));
        child.kill().unwrap();
        child.wait().unwrap();
        let feeds = one.open();
        assert_eq!(feeds.damaged().count(), 0);
        assert_eq!(
            feeds.matches(&[component("pkg:npm/a@1.0.0")]).components[0].matches.len(),
            1,
            "round {round}"
        );
    }
    // The lock of the killed is free, and what they left unfinished goes away.
    one.import().unwrap();
    let left: Vec<_> =
        std::fs::read_dir(one.library().join("index")).unwrap().flatten().map(|e| e.file_name()).collect();
    assert!(left.iter().all(|n| n.len() == 64), "{left:?}");
}

#[test]
fn two_processes_at_once_both_succeed_and_readers_see_one_or_the_other() {
    let (one, two) = two_exports();
    feeds::import(&one.export(), &one.library(), &ImportOptions::new(now()), &mut |_| {}).unwrap();
    let mut children = [start(&one.export(), &one.library(), 10), start(&two.export(), &one.library(), 10)];
    while children.iter_mut().any(|c| c.try_wait().unwrap().is_none()) {
        let feeds = one.open();
        assert_eq!(feeds.matches(&[component("pkg:npm/a@1.0.0")]).components[0].matches.len(), 1);
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let records = one.open().stamps()[0].records;
    assert!(records == 301 || records == 302, "{records}");
}
