//! Dockerfiles and Containerfiles: the images that a build starts from.
//!
//! `FROM` of an image is a component, `FROM` of a stage is not, nor is `scratch`. The image under the
//! last stage is runtime; what the last stage only copies from another stage is development there;
//! an image whose files are copied directly (`COPY --from=image`) is runtime like the stage that
//! takes them. Stages that the last one does not reach are other targets: unknown. Build arguments
//! have the defaults of the file, before the first `FROM`.

use std::collections::HashMap;

use domain::Scope;

use super::image;
use crate::{
    gather::Gather,
    inventory::{Files, HEAD, Inventory, Reader, Role, Unreadable},
    reach, text, tree_path,
};

/// Docker's build file.
pub(super) struct Dockerfile;

/// The longest instruction, its continuations joined, in bytes.
const LONGEST: usize = 1 << 20;

/// Most stages of one file.
const MOST_STAGES: usize = 1000;

struct Stage<'t> {
    name: Option<String>,
    /// What it starts from, arguments replaced.
    from: String,
    line: u32,
    /// What it takes files from: a stage or an image, and whether they stay in the stage.
    copies: Vec<(&'t str, u32, bool)>,
}

impl Reader for Dockerfile {
    fn name(&self) -> &'static str {
        "Dockerfile"
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let lower = name.to_ascii_lowercase();
        let prefixed = ["dockerfile.", "containerfile."].iter().any(|start| lower.starts_with(start));
        let ends = [".dockerfile", ".containerfile"].iter().any(|end| lower.ends_with(end));
        let other = [".dockerignore", ".md", ".txt", ".rst", ".j2", ".tmpl", ".erb"]
            .iter()
            .any(|e| lower.ends_with(e));
        // `Dockerfile.labels` may be a fragment that a script appends; such a file starts from nothing.
        let starts = || {
            let text = String::from_utf8_lossy(head);
            head.len() >= HEAD
                || text.lines().any(|line| line.trim_start().to_ascii_uppercase().starts_with("FROM "))
        };
        let is = lower == "dockerfile" || lower == "containerfile" || ends || prefixed && !other && starts();
        is.then_some(Role::Pins)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let text = text::utf8(path, bytes)?;
        let joined = join(path, text)?;
        let stages = stages(path, &joined)?;
        let mut gather = Gather::new(path);
        let scopes = scopes(&stages);
        let by_name = names(&stages);
        for (number, (stage, scope)) in stages.iter().zip(scopes).enumerate() {
            let is_stage = by_name.get(&stage.from.to_ascii_lowercase()).is_some_and(|at| *at < number);
            if !is_stage && stage.from != "scratch" {
                image::add(&mut gather, &stage.from, scope, stage.line);
            }
            for (from, line, stays) in &stage.copies {
                let is_stage =
                    by_name.contains_key(&from.to_ascii_lowercase()) || from.parse::<usize>().is_ok();
                if !is_stage && *from != "scratch" {
                    let scope = if *stays { scope } else { Scope::Development };
                    image::add(&mut gather, from, scope, *line);
                }
            }
        }
        Ok(gather.finish())
    }
}

/// Instructions with their first line; comments left out, continuations joined, here-documents skipped.
fn join(path: &str, text: &str) -> Result<Vec<(u32, String)>, Unreadable> {
    let mut escape = '\\';
    let mut directives = true;
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut open: Option<(u32, String)> = None;
    let mut until: Vec<(String, bool)> = Vec::new();
    for (number, raw) in (1u32..).zip(text.lines()) {
        if let Some((end, dashed)) = until.first() {
            let line = if *dashed { raw.trim_start_matches('\t') } else { raw };
            if line == end {
                until.remove(0);
            }
            continue;
        }
        let line = raw.trim();
        if let Some(comment) = line.strip_prefix('#') {
            if directives && let Some((key, value)) = comment.split_once('=') {
                if key.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
                    escape = '`';
                }
            } else {
                directives = false;
            }
            continue;
        }
        directives = false;
        if line.is_empty() {
            continue;
        }
        let (start, mut sofar) = open.take().unwrap_or((number, String::new()));
        let (part, goes_on) = match line.strip_suffix(escape) {
            Some(part) => (part, true),
            None => (line, false),
        };
        if sofar.len() + part.len() > LONGEST {
            let why = "an instruction is longer than 1 MiB".to_owned();
            return Err(Unreadable { path: path.to_owned(), line: Some(start), why });
        }
        sofar.push_str(part);
        if goes_on {
            sofar.push(' ');
            open = Some((start, sofar));
        } else {
            until = here_documents(&sofar);
            found.push((start, sofar));
        }
    }
    found.extend(open);
    Ok(found)
}

/// The end marks of `<<EOF` and `<<-"EOF"` in RUN, COPY and ADD.
fn here_documents(instruction: &str) -> Vec<(String, bool)> {
    let verb = instruction.split_ascii_whitespace().next().unwrap_or_default().to_ascii_uppercase();
    if !matches!(verb.as_str(), "RUN" | "COPY" | "ADD") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for word in instruction.split_ascii_whitespace() {
        let Some(mark) = word.strip_prefix("<<") else { continue };
        let (mark, dashed) = mark.strip_prefix('-').map_or((mark, false), |mark| (mark, true));
        let mark = mark.trim_matches(['"', '\'']);
        if mark.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && found.len() < 16 {
            found.push((mark.to_owned(), dashed));
        }
    }
    found
}

fn stages<'t>(path: &str, instructions: &'t [(u32, String)]) -> Result<Vec<Stage<'t>>, Unreadable> {
    let mut arguments: HashMap<&str, String> = HashMap::new();
    let mut stages: Vec<Stage<'t>> = Vec::new();
    for (line, instruction) in instructions {
        let bad = |why: &str| Unreadable { path: path.to_owned(), line: Some(*line), why: why.to_owned() };
        let mut words = instruction.split_ascii_whitespace();
        let verb = words.next().unwrap_or_default().to_ascii_uppercase();
        let value = |name: &str| arguments.get(name).map(String::as_str);
        match verb.as_str() {
            "ARG" if stages.is_empty() => {
                for word in words {
                    if let Some((name, default)) = word.split_once('=') {
                        let default = image::substitute(default.trim_matches(['"', '\'']), &value);
                        if default.len() <= 4096 {
                            arguments.insert(name, default);
                            break;
                        }
                    }
                }
            }
            "FROM" => {
                if stages.len() >= MOST_STAGES {
                    return Err(bad("there are more than 1,000 stages"));
                }
                let mut rest = words.skip_while(|word| word.starts_with("--"));
                let from = rest.next().ok_or_else(|| bad("FROM names no image"))?;
                let name = match (rest.next(), rest.next()) {
                    (Some(keyword), Some(name)) if keyword.eq_ignore_ascii_case("as") => {
                        Some(name.to_ascii_lowercase())
                    }
                    (None, None) => None,
                    _ => return Err(bad("after the image FROM may only say `AS name`")),
                };
                let from = image::substitute(from.trim_matches(['"', '\'']), &value);
                stages.push(Stage { name, from, line: *line, copies: Vec::new() });
            }
            "COPY" | "ADD" | "RUN" => {
                let Some(stage) = stages.last_mut() else {
                    return Err(bad("an instruction stands before FROM"));
                };
                for word in words.take_while(|word| word.starts_with("--")) {
                    if let Some(from) = word.strip_prefix("--from=") {
                        stage.copies.push((from, *line, true));
                    } else if let Some(mount) = word.strip_prefix("--mount=") {
                        let from = mount.split(',').find_map(|part| part.strip_prefix("from="));
                        stage.copies.extend(from.map(|from| (from, *line, false)));
                    }
                }
            }
            _ => {}
        }
    }
    if stages.is_empty() {
        let why = "there is no FROM in it".to_owned();
        return Err(Unreadable { path: path.to_owned(), line: None, why });
    }
    Ok(stages)
}

fn names(stages: &[Stage<'_>]) -> HashMap<String, usize> {
    stages.iter().enumerate().filter_map(|(number, stage)| Some((stage.name.clone()?, number))).collect()
}

/// The scope of what each stage starts from.
fn scopes(stages: &[Stage<'_>]) -> Vec<Scope> {
    let by_name = names(stages);
    let number = |text: &str, before: usize| {
        let named = by_name.get(&text.to_ascii_lowercase()).copied().or_else(|| text.parse().ok());
        named.filter(|at| *at < before)
    };
    let count = stages.len();
    let index = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (mut under, mut all) = (Vec::new(), Vec::new());
    for (at, stage) in stages.iter().enumerate() {
        if let Some(&base) = by_name.get(&stage.from.to_ascii_lowercase()).filter(|base| **base < at) {
            under.push((index(at), index(base)));
            all.push((index(at), index(base)));
        }
        all.extend(stage.copies.iter().filter_map(|(from, ..)| Some((index(at), index(number(from, at)?)))));
    }
    let last = index(count.saturating_sub(1));
    let runs = reach::scopes(count, &under, &[(last, Scope::Runtime)]);
    let feeds = reach::scopes(count, &all, &[(last, Scope::Development)]);
    runs.into_iter().zip(feeds).map(|(runs, feeds)| runs.or(feeds).unwrap_or(Scope::Unknown)).collect()
}
