//! The packs that are part of the program, as the build script found them in `packs/`.

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The names of the built-in packs, sorted.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = FILES.iter().map(|(pack, _, _)| *pack).collect();
    names.dedup();
    names
}
