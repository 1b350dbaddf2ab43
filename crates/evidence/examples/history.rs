//! Reads a repository's history and prints how much was read and what was found, without values:
//! `history FOLDER [all|new|compare|list]`.

use std::{path::Path, time::Instant};

use evidence::{
    history::{Asked, Extent, Found, look},
    material::history::Limits,
};

fn read(folder: &Path, extent: Extent) -> Result<Found, Box<dyn std::error::Error>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = std::env::var("THREADS").ok().and_then(|n| n.parse().ok()).unwrap_or(threads);
    let start = Instant::now();
    let found = look(&Asked { folder, limits: Limits::usual(threads), extent, stop: &|| false })?;
    #[expect(clippy::print_stderr, reason = "a program for measuring")]
    {
        eprintln!(
            "{extent:?}: {:?} wall, {:?}, (commits, places, references) {:?}",
            start.elapsed(),
            found.counts(),
            found.sizes()
        );
    }
    Ok(found)
}

#[expect(clippy::print_stdout, reason = "a program for measuring")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a repository")?;
    let folder = Path::new(&folder);
    match arguments.next().as_deref() {
        Some("all") => drop(read(folder, Extent::All)?),
        Some("list") => read(folder, Extent::New)?.lines().iter().for_each(|line| println!("{line}")),
        Some("compare") => {
            let (new, all) = (read(folder, Extent::New)?.lines(), read(folder, Extent::All)?.lines());
            let lost: Vec<_> = all.iter().filter(|line| new.binary_search(line).is_err()).collect();
            let extra: Vec<_> = new.iter().filter(|line| all.binary_search(line).is_err()).collect();
            println!("{} found, {} lost, {} extra", all.len(), lost.len(), extra.len());
            lost.iter().take(10).for_each(|line| println!("lost {line}"));
            extra.iter().take(10).for_each(|line| println!("extra {line}"));
        }
        _ => drop(read(folder, Extent::New)?),
    }
    Ok(())
}
