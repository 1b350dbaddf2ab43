//! A body of four with SSH keys and a register, and the program run as one of them at a time; a web server on
//! the loopback.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

use super::{Answer, Scene, advisory, package_lock};

/// Who sits in it: id and roles.
pub const PEOPLE: [(&str, &str); 4] = [
    ("p-01", "\"chair\", \"clinical-safety-officer\""),
    ("p-02", "\"security\", \"on-call\""),
    ("p-03", "\"information-governance\""),
    ("p-04", "\"lay\""),
];

/// A system at a tier that a body judges: one component, an owner, a full feed that knows nothing against it.
pub fn ward_list(tier: &str) -> Scene {
    let scene = Scene::new();
    scene
        .file("package-lock.json", package_lock(&[("alpha", "1.0.0")]))
        .file(
            "formulary.toml",
            format!(
                "name = \"Ward list\"\nversion = \"2.1\"\ntier = \"{tier}\"\nexposure = \"controlled\"\nstarted = 2026-08-20\n\
                 [owner]\nrole = \"Ward systems team\"\ncontact = \"ward@trust.example\"\nconfirmed = 2026-08-01\n"
            ),
        )
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "other", "1.5.0", "2026-08-21T00:00:00Z"))
        .import();
    scene
}

/// A body beside a scene.
pub struct Body<'s> {
    pub scene: &'s Scene,
    /// Its name among bodies: folder and log.
    pub name: &'static str,
}

impl<'s> Body<'s> {
    /// Founds a body on 22 August 2026.
    pub fn founded(scene: &'s Scene, name: &'static str, more: &str) -> Self {
        let body = Self { scene, name };
        let mut text = format!(
            "name = \"{name} committee\"\ncontact = \"formulary@{name}.example\"\norigin = \"log.{name}.example/register\"\n{more}"
        );
        for (id, roles) in PEOPLE {
            let key = body.key(id);
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", "somebody", "-f", &key])
                .status()
                .expect("OpenSSH's ssh-keygen must be installed");
            assert!(made.success());
            text.push_str(&format!(
                "[[person]]\nid = \"{id}\"\nname = \"Name of {id}\"\nroles = [{roles}]\nkeys = [\"{key}.pub\"]\n"
            ));
        }
        let file = body.path("body.toml");
        fs::write(&file, text).unwrap();
        body.does("2026-08-22T09:00:00Z", "p-01", &["body", "init", &file, "--register", &body.register()]);
        body
    }

    pub fn path(&self, name: &str) -> String {
        self.scene.path(&format!("{}-{name}", self.name)).display().to_string()
    }

    pub fn register(&self) -> String {
        self.path("register")
    }

    fn key(&self, person: &str) -> String {
        self.path(&format!("key-{person}"))
    }

    /// Runs the program at a time, as a person, on this register.
    pub fn on(&self, now: &str, person: &str, args: &[&str]) -> Answer {
        let own = [("FORMULARY_REGISTER", self.register())];
        self.with(now, person, if args.contains(&"init") { &[] } else { &own }, args)
    }

    /// The same with an environment of its own.
    pub fn with(&self, now: &str, person: &str, more: &[(&str, String)], args: &[&str]) -> Answer {
        let done = Command::new(env!("CARGO_BIN_EXE_formulary"))
            .args(args)
            .current_dir(self.scene.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.scene.path("home"))
            .env("FORMULARY_NOW", now)
            .env("FORMULARY_KEY", self.key(person))
            .env("FORMULARY_FEEDS", self.scene.path("feeds"))
            .env("FORMULARY_CACHE", self.path("cache"))
            .envs(more.iter().cloned())
            .output()
            .unwrap();
        Answer {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        }
    }

    /// The same, and it must succeed.
    pub fn does(&self, now: &str, person: &str, args: &[&str]) -> String {
        let answer = self.on(now, person, args);
        assert_eq!(answer.code, 0, "{args:?}: {answer:?}");
        answer.out
    }

    /// Assesses the scene's subject into a file; gives the file.
    pub fn assessed(&self, now: &str, more: &[&str]) -> String {
        let args = [&["check", ".", "--format", "json"], more].concat();
        let answer = self.on(now, "p-01", &args);
        assert!(answer.out.starts_with('{'), "{answer:?}");
        let file = self.path("assessment.json");
        fs::write(&file, answer.out).unwrap();
        file
    }

    /// Opens a case with these arguments; gives its id.
    pub fn opens(&self, now: &str, person: &str, args: &[&str]) -> String {
        let open = ["review", "open", "--owner", "Ward systems team"];
        word(&self.does(now, person, &[&open, args].concat()), "R-")
    }

    /// Everybody agrees, and the chair decides; gives the decision's id.
    pub fn granted(&self, now: &str, review: &str) -> String {
        for (person, _) in PEOPLE {
            self.does(now, person, &["vote", review, "agree"]);
        }
        let made =
            self.does(now, "p-01", &["decision", "make", review, "grant", "--reasons", "It is looked after"]);
        word(&made, "D-")
    }
}

/// The word that begins with a prefix.
pub fn word(text: &str, prefix: &str) -> String {
    text.split_whitespace()
        .find(|w| w.starts_with(prefix))
        .unwrap_or_else(|| panic!("no {prefix} in {text}"))
        .trim_end_matches([':', '.', ','])
        .to_owned()
}

/// What a server serves: bytes by path.
pub type Served = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Every file of a folder by its path with `/` before it.
pub fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, at: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
        for one in fs::read_dir(at).unwrap() {
            let path = one.unwrap().path();
            if path.is_dir() {
                walk(root, &path, out);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
                out.insert(format!("/{name}"), fs::read(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(root, root, &mut out);
    out
}

/// Serves files until the test ends; an empty list is a server that is gone (503). Counts the requests.
pub fn serve(served: Served) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = asked.clone();
    std::thread::spawn(move || {
        // Bounded, so that a mistake cannot make it run for ever.
        for stream in listener.incoming().take(1_000) {
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
            let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
            told.lock().unwrap().push(path.clone());
            let (body, gone) = {
                let files = served.lock().unwrap();
                (files.get(&path).cloned(), files.is_empty())
            };
            let status = match (&body, gone) {
                (Some(_), _) => "200 OK",
                (None, true) => "503 Service Unavailable",
                (None, false) => "404 Not Found",
            };
            let body = body.unwrap_or_default();
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&body);
        }
    });
    (address, asked)
}
