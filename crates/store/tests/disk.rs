//! The real files keep what the trait promises, and lead nowhere else.
#![allow(clippy::unwrap_used, reason = "a test stops where its own scene fails")]

use std::{fs, sync::Arc};

use store::{Blobs, Disk, Files as _, FilesError, Private, PrivateText, Readers, ToSync, replace};

fn scene() -> (tempfile::TempDir, Disk) {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::new(folder.path());
    (folder, disk)
}

#[test]
fn writes_reads_lists_renames_removes() {
    let (folder, disk) = scene();
    assert_eq!(disk.read("a", 10).unwrap(), None);
    assert_eq!(disk.list("nowhere").unwrap(), Vec::<String>::new());
    disk.create_folder("f", Readers::Anyone).unwrap();
    disk.create_folder("f", Readers::Anyone).unwrap();
    disk.write_new("f/a", b"one").unwrap();
    assert!(matches!(disk.write_new("f/a", b"two"), Err(FilesError::Exists { .. })));
    disk.sync_all(&[ToSync::File("f/a"), ToSync::Folder("f"), ToSync::Folder("")], "").unwrap();
    assert!(disk.sync_all(&[ToSync::File("f/a"), ToSync::File("f/none")], "").is_err());
    assert_eq!(disk.read("f/a", 3).unwrap().as_deref(), Some(&b"one"[..]));
    assert!(matches!(disk.read("f/a", 2), Err(FilesError::TooLong { limit: 2, .. })));
    assert!(matches!(disk.read("f", 2), Err(FilesError::NotPlain { .. })));
    assert_eq!(disk.read("f/a/below-a-file", 2).unwrap(), None);
    disk.overwrite("f/a", b"ON").unwrap();
    assert_eq!(fs::read(folder.path().join("f/a")).unwrap(), b"ONe");
    assert!(disk.overwrite("f/none", b"").is_err());
    disk.rename("f/a", "f/b").unwrap();
    assert!(disk.rename("f/b", "b").is_err());
    assert_eq!(disk.list("").unwrap(), ["f/"]);
    assert_eq!(disk.list("f").unwrap(), ["b"]);
    replace(&disk, "f/b", b"new").unwrap();
    assert_eq!(disk.list("f").unwrap(), ["b"]);
    assert!(disk.remove("f").is_err());
    disk.remove("f/b").unwrap();
    disk.remove("f/b").unwrap();
    disk.remove("f").unwrap();
    assert_eq!(disk.list("").unwrap(), Vec::<String>::new());
}

#[test]
fn a_lock_excludes_other_handles_until_it_is_dropped() {
    let (_folder, disk) = scene();
    let held = disk.lock(".lock").unwrap();
    assert!(matches!(Disk::new(disk.root()).lock(".lock"), Err(FilesError::Locked { .. })));
    drop(held);
    Disk::new(disk.root()).lock(".lock").unwrap();
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_refused_everywhere() {
    let (folder, disk) = scene();
    let (outside, _) = scene();
    fs::write(outside.path().join("secret"), "s").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("away")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), folder.path().join("file")).unwrap();
    for path in ["away/secret", "away/new", "file", "away"] {
        let plain = |result: Result<(), FilesError>| {
            assert!(matches!(result, Err(FilesError::NotPlain { .. })), "{path}");
        };
        plain(disk.read(path, 10).map(|_| ()));
        plain(disk.write_new(path, b""));
        plain(disk.overwrite(path, b""));
        plain(disk.create_folder(path, Readers::Anyone));
        plain(disk.remove(path));
        plain(disk.lock(path).map(|_| ()));
        plain(disk.list(path).map(|_| ()));
    }
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    assert!(made.success());
    assert!(matches!(disk.read("pipe", 10), Err(FilesError::NotPlain { .. })));
    assert_eq!(fs::read(outside.path().join("secret")).unwrap(), b"s");
}

#[cfg(unix)]
#[test]
fn private_texts_are_their_owners() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, disk) = scene();
    let disk = Arc::new(disk);
    let private = Private::new(disk.clone(), "private");
    let digest = private.keep(b"text", &[1; 32]).unwrap();
    let mode = fs::metadata(folder.path().join("private")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert!(matches!(private.read(&digest, 10).unwrap(), PrivateText::Here { .. }));
    private.erase(&digest).unwrap();
    assert_eq!(private.read(&digest, 10).unwrap(), PrivateText::Erased);

    let blobs = Blobs::new(disk, "blobs");
    let digest = blobs.put(b"bytes").unwrap();
    assert_eq!(blobs.put(b"bytes").unwrap(), digest);
    assert_eq!(fs::read(folder.path().join(blobs.path(&digest))).unwrap(), b"bytes");
}
