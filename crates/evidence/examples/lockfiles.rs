//! Reads the lockfiles' past of a repository and prints it as JSON: `lockfiles FOLDER`.

use std::{path::Path, time::Instant};

use evidence::{
    lockfile_history::{Asked, read},
    material::history::Limits,
};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for measuring")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a repository")?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = std::env::var("THREADS").ok().and_then(|n| n.parse().ok()).unwrap_or(threads);
    let start = Instant::now();
    let asked = Asked { folder: Path::new(&folder), limits: Limits::usual(threads), stop: &|| false };
    let past = read(&asked)?;
    eprintln!("{:?} wall, {} commits, {} versions", start.elapsed(), past.commits, past.stays.len());
    println!("{}", serde_json::to_string(&past)?);
    Ok(())
}
