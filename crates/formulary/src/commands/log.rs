//! `formulary log`: verifies a log, adds what others signed, shows entries, writes receipts.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::Digest;
use register::{batch::Place, leaf::Leaf, log, ssh};
use store::Disk;
use tlog::{Policy, SignedCheckpoint};

use crate::{
    args::register::Log,
    log_source::HttpLog,
    output::{Failure, answer},
    register_folder::{RegisterFolder, Signed, TRUST},
    subject,
    world::World,
};

pub(crate) fn run(command: &Log, world: &World) -> Result<u8, Failure> {
    match command {
        Log::Verify { log, policy, known, ca } => {
            verify(log, policy.as_deref(), known.as_deref(), ca.as_deref())
        }
        Log::Append { files, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let mut signed = Vec::new();
            for path in files {
                let bytes = subject::read(path)?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| Failure::new(format!("{} is not text", path.display())))?;
                for line in text.lines().filter(|l| !l.trim().is_empty()) {
                    let one: Signed = serde_json::from_str(line).map_err(|e| {
                        Failure::new(format!("{} holds no signed statement: {e}", path.display()))
                    })?;
                    signed.push(one);
                }
            }
            let words: Vec<&'static str> = signed.iter().map(|s| s.statement.act.word()).collect();
            for (one, word) in folder.append(signed)?.iter().zip(words) {
                answer(&format!("entry {}: {word}, {}\n", one.index, one.digest));
            }
            Ok(0)
        }
        Log::Show { last, at } => {
            let folder = RegisterFolder::open(at, world)?;
            let register = &folder.register;
            let mut out = format!("{}: {} entries\n", register.origin, register.size);
            let skip = register.story.len().saturating_sub(*last);
            for told in &register.story[skip..] {
                let about = told.about.as_deref().unwrap_or("");
                let line = format!(
                    "{:>6}  {}  {:<8} {:<26} {about}",
                    told.logged.index,
                    told.logged.at.date(),
                    told.logged.by,
                    told.word
                );
                let _ = writeln!(out, "{}", pages::columns::cut(line.trim_end(), pages::columns::WIDTH));
            }
            for (index, why) in &register.rejected {
                let _ = writeln!(out, "{index:>6}  means nothing: {why}");
            }
            for unread in &register.unread {
                let _ = writeln!(out, "{:>6}  cannot be read: {}", unread.index, unread.why);
            }
            answer(&out);
            Ok(0)
        }
        Log::Entry { index, at } => {
            let folder = RegisterFolder::open(at, world)?;
            let mut bytes = entry(&folder, *index)?;
            bytes.push(b'\n');
            answer(&String::from_utf8_lossy(&bytes));
            Ok(0)
        }
        Log::Receipt { index, to, at } => {
            let folder = RegisterFolder::open(at, world)?;
            let receipt = log::receipt(&folder.source(), &folder.checkpoint, *index)?;
            match to {
                None => answer(&receipt.to_string()),
                Some(path) => {
                    write(path, receipt.to_string().as_bytes())?;
                    let beside = path.with_extension("json");
                    write(&beside, &entry(&folder, *index)?)?;
                    answer(&format!(
                        "Wrote {} and the entry it proves, {}.\nAnyone verifies it offline: formulary verify {} --entry {} --policy {TRUST}\n",
                        path.display(),
                        beside.display(),
                        path.display(),
                        beside.display()
                    ));
                }
            }
            Ok(0)
        }
        Log::Signed { index, into, at } => signed(&RegisterFolder::open(at, world)?, *index, into),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))
}

/// The bytes of an entry, proven against the checkpoint.
pub(super) fn entry(folder: &RegisterFolder, index: u64) -> Result<Vec<u8>, Failure> {
    let size = folder.register.size;
    if index >= size {
        return Err(Failure::new(format!("the log has {size} entries, counted from 0")));
    }
    let source = folder.source();
    let mut entries = log::entries(&source, folder.checkpoint.checkpoint(), index..index + 1);
    let (_, bytes) = entries.next().ok_or_else(|| Failure::new("the entry cannot be read"))??;
    Ok(bytes)
}

/// Statement, signature and keys in the files that `ssh-keygen -Y verify` reads.
fn signed(folder: &RegisterFolder, index: u64, into: &Path) -> Result<u8, Failure> {
    let leaf = Leaf::read(&entry(folder, index)?)?;
    let signature = leaf.signatures.first().ok_or_else(|| {
        Failure::new("nobody signed this entry: the log itself states what follows from dates")
    })?;
    std::fs::create_dir_all(into)
        .map_err(|e| Failure::new(format!("cannot make {}: {e}", into.display())))?;
    let name = |end: &str| into.join(format!("entry-{index}.{end}"));
    write(&name("json"), &signature.signed_bytes(&leaf.statement)?)?;
    write(&name("sig"), ssh::armoured(&signature.value).as_bytes())?;
    let keys = into.join("allowed_signers");
    write(&keys, super::body::allowed_signers(&folder.register).as_bytes())?;
    answer(&format!(
        "Wrote the signed bytes, the signature and the keys. OpenSSH verifies them, as of when they were signed:\n  \
         ssh-keygen -Y verify -O verify-time={} -f {} -I {} -n {} -s {} < {}\n",
        super::body::ssh_time(leaf.statement.at),
        keys.display(),
        signature.person,
        ssh::NAMESPACE,
        name("sig").display(),
        name("json").display()
    ));
    if let Some(place) = &signature.batch {
        // One signature over many: the signed root is tied to this entry by hashes alone.
        write(&name("statement"), &leaf.statement.bytes()?)?;
        write(
            &name("tie.sh"),
            tie(&leaf.statement.digest()?, place, &name("json"), &name("statement")).as_bytes(),
        )?;
        answer(&format!(
            "The signature is over a batch of {} statements; this is number {} of it. That its signed root holds \
             the statement ({}), checked with sha256sum alone:\n  sh {}\n",
            place.size,
            place.index + 1,
            name("statement").display(),
            name("tie.sh").display()
        ));
    }
    Ok(0)
}

/// A script of common tools that climbs from a statement to the root of its batch (RFC 6962 §2.1.1).
fn tie(statement: &Digest, place: &Place, signed: &Path, bytes: &Path) -> String {
    let quoted = |path: &Path| {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        format!("\"$(dirname \"$0\")/{name}\"")
    };
    let mut out = format!(
        "#!/bin/sh\n# Ties a statement to the root that was signed: a Merkle tree over the digests of {} statements\n\
         # (RFC 6962): a leaf is SHA-256(00 digest), a node SHA-256(01 left right).\nset -eu\n\
         hex() {{ sha256sum | cut -c1-64; }}\n\
         raw() {{ printf %s \"$1\" | xxd -r -p; }}\n",
        place.size
    );
    out.push_str(&format!(
        "at=$(hex < {})\n[ \"$at\" = {} ]\nat=$( {{ raw 00; raw \"$at\"; }} | hex)\n",
        quoted(bytes),
        statement.hex()
    ));
    let (mut index, mut last) = (place.index, place.size.saturating_sub(1));
    for beside in &place.path {
        // The last node of a level that has no neighbour goes up unchanged.
        while index == last && index % 2 == 0 && last > 0 {
            (index, last) = (index / 2, last / 2);
        }
        let (left, right) = match index % 2 {
            1 => (beside.hex(), "$at".to_owned()),
            _ => ("$at".to_owned(), beside.hex()),
        };
        out.push_str(&format!("at=$( {{ raw 01; raw \"{left}\"; raw \"{right}\"; }} | hex)\n"));
        (index, last) = (index / 2, last / 2);
    }
    out.push_str(&format!(
        "grep -q \"\\\"root\\\":\\\"sha256:$at\\\"\" {} && echo \"The signed root sha256:$at holds the statement.\"\n",
        quoted(signed)
    ));
    out
}

/// The folder of a log: itself, or `log` inside a register or site.
fn log_folder(path: &Path) -> PathBuf {
    if path.join(log::CHECKPOINT).exists() { path.to_owned() } else { path.join("log") }
}

fn verify(
    named: &str,
    policy: Option<&Path>,
    known: Option<&Path>,
    ca: Option<&Path>,
) -> Result<u8, Failure> {
    let remote = named.starts_with("https://") || named.starts_with("http://");
    let folder = log_folder(Path::new(named));
    let source: Box<dyn log::Source> = if remote {
        Box::new(HttpLog::new(named, ca)?)
    } else {
        Box::new(log::Folder::new(Arc::new(Disk::new(folder.clone())), ""))
    };
    let policy_path = match policy {
        Some(path) => path.to_owned(),
        None if remote => {
            return Err(Failure::new("say who signs that log: --policy FILE").next(
                "Its keeper publishes the file trust.policy; get it by another way than the log itself.",
            ));
        }
        None => {
            [folder.join(TRUST), folder.join("..").join(TRUST)].into_iter().find(|p| p.exists()).ok_or_else(
                || Failure::new(format!("no {TRUST} lies beside the log: name one with --policy FILE")),
            )?
        }
    };
    let policy = Policy::parse(&subject::read(&policy_path)?)
        .map_err(|e| Failure::new(format!("{} cannot be used: {e}", policy_path.display())))?;
    let known = known
        .map(|path| -> Result<SignedCheckpoint, Failure> {
            Ok(SignedCheckpoint::parse(&subject::read(path)?)?)
        })
        .transpose()?;
    let report = log::verify(&*source, &policy, known.as_ref());
    let mut out = String::new();
    if let Some(shown) = &report.checkpoint {
        let head = shown.checkpoint();
        let _ = writeln!(out, "{}: {} entries, root {}", head.origin(), head.size(), head.root());
    }
    for finding in report.findings.iter().take(50) {
        for (i, line) in pages::columns::wrap(&finding.to_string(), 94).into_iter().enumerate() {
            let _ = writeln!(out, "{}{line}", if i == 0 { "  - " } else { "    " });
        }
    }
    if report.findings.len() > 50 {
        let _ = writeln!(out, "  and {} more", report.findings.len() - 50);
    }
    let code = if report.is_rewritten() {
        let _ = writeln!(
            out,
            "REWRITTEN: this is not the log you knew. Keep both checkpoints and tell its witnesses."
        );
        1
    } else if report.is_sound() {
        let _ = writeln!(out, "Sound: every entry, tile and hash is what the checkpoint says.");
        0
    } else {
        let _ = writeln!(out, "Damaged, or not to be trusted: see above.");
        1
    };
    answer(&out);
    Ok(code)
}
