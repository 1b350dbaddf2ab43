//! `formulary hook`: writes and removes the git hooks that run this program. A hook that somebody
//! else wrote is never touched: the answer says how to chain.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    args::{self, Otherwise},
    output::{Failure, answer},
    world::World,
};

/// The line by which a hook of ours is known.
const MARK: &str =
    "# formulary hook: written by `formulary hook install`, removed by `formulary hook remove`.";

pub(crate) fn run(args: &args::Hook, world: &World) -> Result<u8, Failure> {
    match args {
        args::Hook::Install { folder, receive, shared, receiving } => {
            install(folder, receive.then_some(receiving), *shared)
        }
        args::Hook::Remove { folder, receive } => remove(folder, *receive),
        args::Hook::Receive { receiving, as_of } => super::receive::run(receiving, *as_of, world),
    }
}

const fn name(receive: bool) -> &'static str {
    if receive { "pre-receive" } else { "pre-commit" }
}

fn install(folder: &Path, receiving: Option<&args::Receiving>, shared: bool) -> Result<u8, Failure> {
    let name = name(receiving.is_some());
    if receiving.is_none() && git(folder, &["rev-parse", "--is-bare-repository"])? == "true" {
        return Err(Failure::new("this repository is bare: nobody commits in it")
            .next("`formulary hook install DIR --receive` writes the hook that looks at pushes."));
    }
    let line = command(receiving);
    let hooks = hooks(folder)?;
    if let Some(scope) = &hooks.set_for_others
        && !shared
    {
        return Err(Failure::new(format!(
            "core.hooksPath is set in git's {scope} configuration: every repository uses the hooks in {}",
            hooks.folder.display()
        ))
        .next(format!(
            "Say --shared to write {name} there, for all of them; or add this line to your own hook:\n{line} || exit 1"
        )));
    }
    let path = hooks.folder.join(name);
    let text = script(&line)?;
    match read(&path)? {
        Some(there) if there == text => {
            answer(&format!("{} is already there.\n", path.display()));
            return Ok(0);
        }
        Some(there) if !is_ours(&there) => {
            return Err(Failure::new(format!(
                "{} is there and is not ours: it stays as it is",
                path.display()
            ))
            .next(format!("To run both, add this line to it, where a failure ends it:\n{line} || exit 1")));
        }
        _ => {}
    }
    fs::create_dir_all(&hooks.folder).map_err(|error| cannot(&hooks.folder, &error))?;
    write(&path, &text).map_err(|error| cannot(&path, &error))?;
    let what = if receiving.is_some() {
        "Each push is looked at before it is taken."
    } else {
        "Each commit is looked at before it is made; `git commit --no-verify` passes by once."
    };
    answer(&format!("Wrote {}.\n{what}\n", path.display()));
    Ok(0)
}

fn remove(folder: &Path, receive: bool) -> Result<u8, Failure> {
    let path = hooks(folder)?.folder.join(name(receive));
    match read(&path)? {
        None => answer(&format!("There is no {}: nothing to remove.\n", path.display())),
        Some(text) if !is_ours(&text) => {
            return Err(Failure::new(format!("{} is not ours: it stays as it is", path.display()))
                .next("If you added a line that runs formulary to it, take that line out."));
        }
        Some(_) => {
            fs::remove_file(&path).map_err(|error| cannot(&path, &error))?;
            answer(&format!("Removed {}.\n", path.display()));
        }
    }
    Ok(0)
}

/// The command that a hook runs, with the flags given at its installation.
fn command(receiving: Option<&args::Receiving>) -> String {
    let Some(receiving) = receiving else { return "formulary check --staged".to_owned() };
    let mut line = format!("formulary hook receive --within {}", receiving.within);
    for (flag, value) in [("--too-large", receiving.too_large), ("--unread", receiving.unread)] {
        if value == Otherwise::Accept {
            line.push_str(&format!(" {flag} accept"));
        }
    }
    if let Some(appeal) = &receiving.appeal {
        line.push_str(&format!(" --appeal {}", quoted(appeal)));
    }
    if let Some(feeds) = &receiving.feeds {
        let feeds = feeds.canonicalize().unwrap_or_else(|_| feeds.clone());
        line.push_str(&format!(" --feeds {}", quoted(&feeds.display().to_string())));
    }
    line
}

/// The hook. This very program is run, wherever the path of whoever commits leads; where it has
/// gone, the one on the path; where there is none, the hook fails, and says so, rather than pass.
fn script(line: &str) -> Result<String, Failure> {
    let program = std::env::current_exe()?;
    let program = program.to_str().ok_or_else(|| {
        Failure::new("this program lies in a folder whose name is not UTF-8: a hook cannot name it")
    })?;
    let arguments = line.strip_prefix("formulary ").unwrap_or(line);
    Ok(format!(
        "#!/bin/sh\n{MARK}\nprogram={}\n[ -x \"$program\" ] || program=formulary\n\
         exec \"$program\" {arguments}\n",
        quoted(program)
    ))
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn is_ours(text: &str) -> bool {
    text.lines().any(|line| line == MARK)
}

/// The hook that is there; a link or a file that is no text is somebody else's.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot(path, &error)),
        Ok(meta) if !meta.is_file() || meta.len() > 1 << 20 => Ok(Some(String::new())),
        Ok(_) => {
            let bytes = fs::read(path).map_err(|error| cannot(path, &error))?;
            Ok(Some(String::from_utf8(bytes).unwrap_or_default()))
        }
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot write {}: {error}", path.display()))
}

/// Writes beside the file and renames, so that git never runs half a hook.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written =
        fs::write(&beside, text).and_then(|()| executable(&beside)).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Where git looks for a repository's hooks.
struct Hooks {
    folder: PathBuf,
    /// The scope of a `core.hooksPath` that other repositories use too.
    set_for_others: Option<String>,
}

fn hooks(folder: &Path) -> Result<Hooks, Failure> {
    // git itself says where: it knows every configuration file, work tree and include.
    let path = folder.join(git(folder, &["rev-parse", "--git-path", "hooks"])?);
    let path = path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path);
    let scope = git(folder, &["config", "--show-scope", "--get", "core.hooksPath"])
        .ok()
        .and_then(|line| line.split_whitespace().next().map(str::to_owned));
    let own = |root: Option<String>| {
        let root = root.and_then(|root| folder.join(root).canonicalize().ok());
        let path = std::path::absolute(&path).ok();
        root.zip(path).is_some_and(|(root, path)| path.canonicalize().unwrap_or(path).starts_with(root))
    };
    let inside = own(git(folder, &["rev-parse", "--show-toplevel"]).ok())
        || own(git(folder, &["rev-parse", "--git-common-dir"]).ok());
    let set_for_others = scope.filter(|scope| !matches!(scope.as_str(), "local" | "worktree") && !inside);
    Ok(Hooks { folder: path, set_for_others })
}

/// What git answers. Neither command starts a program of the repository's.
fn git(folder: &Path, args: &[&str]) -> Result<String, Failure> {
    let done = Command::new("git").arg("-C").arg(folder).args(args).output().map_err(|error| {
        Failure::new(format!("git cannot be run: {error}")).next("Install git, or put it on the path.")
    })?;
    if !done.status.success() {
        let why = String::from_utf8_lossy(&done.stderr);
        let why = why.lines().next().unwrap_or("it gave no reason");
        return Err(Failure::new(format!("git says of {}: {why}", folder.display()))
            .next("Name a folder inside a git repository."));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim_end_matches('\n').to_owned())
}
