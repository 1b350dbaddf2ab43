//! OpenSSH is the referee: it verifies what we keep, and we verify what it signs.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use domain::{Outcome, Tier};
use policy::quorum::Stance;
use register::{
    act::Act,
    leaf::{Leaf, Signature},
    ssh::{self, NAMESPACE, PublicKey, SshError},
    statement::Statement,
};
use ssh_key::{Algorithm, HashAlg, LineEnding, SshSig, public::SkEd25519};

use super::committee::*;

/// The machine's own OpenSSH, or why there is none. In CI its absence is a failure.
fn openssh() -> Option<()> {
    let found = Command::new("ssh-keygen").arg("-?").output().is_ok();
    if !found {
        let must = std::env::var_os("FORMULARY_ORACLES").is_some_and(|v| !v.is_empty());
        assert!(!must, "ssh-keygen is not on this machine: install OpenSSH");
        println!("SKIPPED: ssh-keygen is not on this machine");
    }
    found.then_some(())
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// Whether OpenSSH verifies an armoured signature of somebody over bytes.
fn verifies(folder: &Path, who: &str, public: &str, bytes: &[u8], armoured: &str) -> bool {
    fs::write(folder.join("allowed_signers"), format!("{who} namespaces=\"{NAMESPACE}\" {public}\n"))
        .unwrap();
    fs::write(folder.join("sig"), armoured).unwrap();
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "verify", "-f", "allowed_signers", "-I", who, "-n", NAMESPACE, "-s", "sig"]);
    run(command.current_dir(folder), bytes).status.success()
}

#[test]
fn openssh_verifies_what_the_log_keeps() {
    let Some(()) = openssh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    // Ed25519, and ECDSA P-256.
    scene.vote(&review, &[(SECURITY, Stance::Agree), (OPERATOR, Stance::NoObjection)]);
    for bytes in &scene.leaves[2..] {
        let leaf = Leaf::read(bytes).unwrap();
        let signature = &leaf.signatures[0];
        let public = &scene.register.body.people[&signature.person].keys[&signature.key].public;
        let said = leaf.statement.bytes().unwrap();
        let armoured = ssh::armoured(&signature.value);
        assert!(verifies(folder.path(), &signature.person, public, &said, &armoured));
        let other = [said.as_slice(), b" "].concat();
        assert!(!verifies(folder.path(), &signature.person, public, &other, &armoured));
    }
    // And a batch under one signature.
    let statements: Vec<Statement> = [Stance::Agree, Stance::Abstain]
        .map(|s| {
            Statement::new(ORIGIN, scene.now, SECURITY, Act::Position(Box::new(scene.position(&review, s))))
        })
        .to_vec();
    let signature = batch_signatures(SECURITY, &statements).remove(0);
    let signed = signature.signed_bytes(&statements[0]).unwrap();
    let public = public_line(&key_of(SECURITY));
    assert!(verifies(folder.path(), SECURITY, &public, &signed, &ssh::armoured(&signature.value)));
}

/// Makes a key with the real `ssh-keygen`; gives its path and public line.
fn made(folder: &Path, kind: &str) -> (PathBuf, String) {
    let path = folder.join(kind);
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", kind, "-N", "", "-C", "Ada Example", "-f"]).arg(&path);
    assert!(run(&mut command, b"").status.success());
    (path.clone(), fs::read_to_string(path.with_extension("pub")).unwrap())
}

fn signed(command: &mut Command, key: &Path, bytes: &[u8]) -> String {
    let out = run(command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key), bytes);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn we_verify_what_openssh_signs() {
    let Some(()) = openssh() else { return };
    let folder = tempfile::tempdir().unwrap();
    for kind in ["ed25519", "ecdsa"] {
        let (path, line) = made(folder.path(), kind);
        let public = PublicKey::read(&line).unwrap();
        let statement = Statement::new(ORIGIN, "2026-11-20T09:00:00Z".parse().unwrap(), "p-08", {
            let scene = Scene::new();
            Act::Found(Box::new(scene.register.body))
        });
        let bytes = statement.bytes().unwrap();
        let armoured = signed(&mut Command::new("ssh-keygen"), &path, &bytes);
        public.verify(&bytes, &armoured).unwrap();
        let bare = ssh::bare(&armoured).unwrap();
        public.verify(&bytes, &bare).unwrap();
        assert_eq!(ssh::armoured(&bare), armoured, "the armour comes back as OpenSSH writes it");
        assert_eq!(ssh::signer(&bare).unwrap(), public.fingerprint());
        assert_eq!(public.verify(b"other", &bare), Err(SshError::Wrong));
        let mut leafed =
            Signature { person: "p-08".to_owned(), key: public.fingerprint(), value: bare, batch: None };
        leafed.verify(&statement, &public.key()).unwrap();
        leafed.value = armoured;
        assert!(leafed.verify(&statement, &public.key()).is_err(), "a leaf has one spelling");
    }
}

/// An agent that is stopped again, whatever happens.
struct Agent {
    child: std::process::Child,
    socket: PathBuf,
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_agent_signs_for_us() {
    let Some(()) = openssh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    let child = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let agent = Agent { child, socket };
    for _ in 0..500 {
        if agent.socket.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    for kind in ["ed25519", "ecdsa"] {
        let (path, line) = made(folder.path(), kind);
        let mut add = Command::new("ssh-add");
        let added = run(add.env("SSH_AUTH_SOCK", &agent.socket).arg("-q").arg(&path), b"");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        // Only the agent has the private key now.
        fs::remove_file(&path).unwrap();
        let mut command = Command::new("ssh-keygen");
        command.env("SSH_AUTH_SOCK", &agent.socket);
        let armoured = signed(&mut command, &path.with_extension("pub"), b"a statement");
        PublicKey::read(&line).unwrap().verify(b"a statement", &armoured).unwrap();
    }
}

/// A signature in the form of a hardware key (PROTOCOL.u2f): over the digest of the application, flags,
/// counter, and the digest of the message.
fn hardware(application: &str, signed_for: &str, flags: u8, message: &[u8]) -> (PublicKey, String) {
    let key = ed25519(21);
    let inner = key.public_key().key_data().ed25519().unwrap();
    let hardware = SkEd25519::new(*inner, application);
    let namespaced = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, message).unwrap();
    let counter = [0, 0, 0, 7];
    let mut data = domain::Digest::of(signed_for.as_bytes()).as_bytes().to_vec();
    data.push(flags);
    data.extend(counter);
    data.extend(domain::Digest::of(&namespaced).as_bytes());
    let raw = signature::Signer::<ssh_key::Signature>::sign(&key, &data);
    let mut body = raw.as_bytes().to_vec();
    body.push(flags);
    body.extend(counter);
    let signature = ssh_key::Signature::new(Algorithm::SkEd25519, body).unwrap();
    let data = ssh_key::public::KeyData::SkEd25519(hardware);
    let public = ssh_key::PublicKey::from(data.clone());
    let public = PublicKey::read(&public.to_openssh().unwrap()).unwrap();
    let signature = SshSig::new(data, NAMESPACE, HashAlg::Sha512, signature).unwrap();
    (public, signature.to_pem(LineEnding::LF).unwrap())
}

#[test]
fn a_hardware_key_signs_when_it_is_touched() {
    let message = b"a statement";
    let (public, armoured) = hardware("ssh:", "ssh:", 1, message);
    public.verify(message, &armoured).unwrap();
    assert_eq!(public.verify(b"another", &armoured), Err(SshError::Wrong));
    if openssh().is_some() {
        let folder = tempfile::tempdir().unwrap();
        let line = public.key().public;
        assert!(verifies(folder.path(), "p-08", &line, message, &armoured), "OpenSSH agrees on the form");
    }
    let (public, armoured) = hardware("ssh:", "ssh:", 5, message);
    public.verify(message, &armoured).unwrap();
    // Signed without a touch, or for another application.
    let (public, armoured) = hardware("ssh:", "ssh:", 0, message);
    assert_eq!(public.verify(message, &armoured), Err(SshError::Untouched));
    let (public, armoured) = hardware("ssh:", "ssh:other", 1, message);
    assert_eq!(public.verify(message, &armoured), Err(SshError::Wrong));
}
