//! `Gemfile` (also `gems.rb`, `x.gemfile`) and gemspecs: what a Ruby project asks for.
//!
//! Both are programs. They are read statement by statement, never run: literal `gem`, `group`,
//! `source`, `path`, `git` and `add_dependency` statements are understood, also inside blocks and
//! over several lines. A statement that names a gem by anything but a literal is said to be unread.
//!
//! Groups mean what people name them: `development`, `test` and their like are development, no
//! group or `default` or `production` runtime, an optional group optional, any other unknown.

use domain::{Origin, Scope};
use versions::Scheme;

use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text, tree_path,
};

mod ruby;

use ruby::{Argument, Statement};

/// Deepest nesting of blocks.
const DEEPEST: usize = 64;

/// Most groups around one statement.
const MOST_GROUPS: usize = 64;

/// Reads `Gemfile`.
pub(crate) struct Gemfile;

impl Reader for Gemfile {
    fn name(&self) -> &'static str {
        "Gemfile"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let fits = matches!(name, "Gemfile" | "gems.rb") || name.ends_with(".gemfile");
        fits.then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let program = gemfile(text::utf8(path, bytes)?);
        Ok(inventory(path, &program, files))
    }
}

/// Reads gemspecs.
pub(crate) struct Gemspec;

impl Reader for Gemspec {
    fn name(&self) -> &'static str {
        "*.gemspec"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        tree_path::name(path).ends_with(".gemspec").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let program = gemspec(text::utf8(path, bytes)?);
        Ok(inventory(path, &program, files))
    }
}

/// One gem asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) name: String,
    /// Requirements as written, joined with commas.
    requirement: String,
    origin: Origin,
    path: Option<String>,
    pub(crate) scope: Scope,
    line: u32,
}

/// What a program asks for, and the lines that could not be read.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) asked: Vec<Asked>,
    unread: Vec<u32>,
    /// The requirement on Ruby itself, where it is a literal, with its line.
    ruby: Option<(String, u32)>,
}

fn inventory(path: &str, program: &Program, files: &dyn Files) -> Inventory {
    let mut gather = Gather::new(path);
    for gem in &program.asked {
        let own =
            gem.path.as_ref().and_then(|to| tree_path::resolve(tree_path::folder(path), to)).is_some_and(
                |at| tree_path::holds(files, &tree_path::join(&at, &format!("{}.gemspec", gem.name))),
            );
        if own {
            continue;
        }
        let version = Version::Wanted(Scheme::Gem, &gem.requirement);
        let place = gather.place(gem.line);
        if let Some(index) =
            gather.add(("gem", None, &gem.name), version, gem.origin.clone(), gem.scope, place)
        {
            gather.direct(index, true);
        }
    }
    if let Some((wanted, line)) = &program.ruby {
        let version = Version::Wanted(Scheme::Gem, wanted);
        let (named, place) = (("generic", None, "ruby"), gather.place(*line));
        if let Some(index) = gather.add(named, version, Origin::Unstated, Scope::Runtime, place) {
            gather.direct(index, true);
        }
    }
    for line in &program.unread {
        gather.fault("unread", *line, "a statement that may name gems and is not literal; it was left out");
    }
    gather.finish()
}

/// What a block changes for the statements inside it.
#[derive(Clone, Debug, Default)]
struct Block {
    groups: Vec<String>,
    optional: bool,
    origin: Option<Origin>,
    path: Option<String>,
}

/// Reads a `Gemfile`.
pub(crate) fn gemfile(text: &str) -> Program {
    let mut program = Program::default();
    let mut default = Origin::Unstated;
    let mut sources = 0;
    let mut blocks: Vec<Block> = Vec::new();
    for statement in ruby::statements(text) {
        if statement.closes {
            blocks.pop();
            continue;
        }
        let outer = blocks.last().cloned().unwrap_or_default();
        let mut block = outer.clone();
        match statement.word {
            "gem" => match gem(&statement, &outer, &default) {
                Some(asked) => program.asked.push(asked),
                None => program.unread.push(statement.line),
            },
            "group" => {
                block
                    .groups
                    .extend(words(&statement.arguments).take(MOST_GROUPS.saturating_sub(outer.groups.len())));
                block.optional |= truth(&statement, "optional");
            }
            "source" => {
                let host = statement.first_text().and_then(|a| address::host(&a));
                let origin = host.map_or(Origin::Unstated, |host| Origin::Registry { host });
                if statement.opens {
                    block.origin = Some(origin);
                } else {
                    sources += 1;
                    // With several global sources nothing says which one answers.
                    default = if sources == 1 { origin } else { Origin::Unstated };
                }
            }
            "git" | "github" => block.origin = Some(git(statement.first_text().as_deref(), &statement)),
            "path" => {
                block.origin = Some(Origin::Path);
                block.path = statement.first_text();
            }
            "ruby" if statement.first_text().is_some() => {
                let texts: Vec<&str> = statement.arguments.iter().flat_map(Argument::texts).collect();
                program.ruby = Some((texts.join(", "), statement.line));
            }
            "eval_gemfile" => program.unread.push(statement.line),
            _ if statement.names_a_gem => program.unread.push(statement.line),
            _ => {}
        }
        if statement.opens && blocks.len() < DEEPEST {
            blocks.push(block);
        }
    }
    program
}

/// Reads a gemspec.
pub(super) fn gemspec(text: &str) -> Program {
    let mut program = Program::default();
    for statement in ruby::statements(text) {
        let scope = match statement.word.rsplit('.').next().unwrap_or_default() {
            "add_dependency" | "add_runtime_dependency" => Scope::Runtime,
            "add_development_dependency" => Scope::Development,
            _ => continue,
        };
        match statement.first_text() {
            Some(name) => program.asked.push(Asked {
                name,
                requirement: requirement(&statement),
                origin: Origin::Unstated,
                path: None,
                scope,
                line: statement.line,
            }),
            None => program.unread.push(statement.line),
        }
    }
    program
}

fn gem(statement: &Statement<'_>, block: &Block, default: &Origin) -> Option<Asked> {
    let name = statement.first_text()?;
    let option = |key: &str| statement.option(key);
    let text = |key: &str| option(key).and_then(|values| values.first().cloned());
    let mut groups = block.groups.clone();
    groups.extend(option("group").into_iter().chain(option("groups")).flatten());
    let path = text("path").or_else(|| block.path.as_ref().map(|p| format!("{p}/{name}")));
    let origin = if text("path").is_some() {
        Origin::Path
    } else if let Some(address) = text("git") {
        git(Some(&address), statement)
    } else if ["github", "gist", "bitbucket", "gitlab"].iter().any(|key| text(key).is_some()) {
        git(None, statement)
    } else if let Some(source) = text("source") {
        address::host(&source).map_or(Origin::Unstated, |host| Origin::Registry { host })
    } else {
        block.origin.clone().unwrap_or_else(|| default.clone())
    };
    let scope = if block.optional { Scope::Optional } else { scope(&groups) };
    Some(Asked { name, requirement: requirement(statement), origin, path, scope, line: statement.line })
}

fn git(address: Option<&str>, statement: &Statement<'_>) -> Origin {
    let commit =
        statement.option("ref").and_then(|values| values.first().cloned()).filter(|r| address::is_commit(r));
    let host =
        address.and_then(address::host).unwrap_or_else(|| "a git forge named by a short word".to_owned());
    Origin::Git { host, commit: commit.map(|c| c.to_ascii_lowercase()) }
}

fn requirement(statement: &Statement<'_>) -> String {
    let texts: Vec<&str> = statement.arguments.iter().skip(1).flat_map(Argument::texts).collect();
    texts.join(", ")
}

fn truth(statement: &Statement<'_>, key: &str) -> bool {
    statement.option(key).is_some_and(|values| values.first().is_some_and(|v| v == "true"))
}

fn words(arguments: &[Argument]) -> impl Iterator<Item = String> {
    arguments.iter().flat_map(Argument::texts).map(str::to_owned)
}

fn scope(groups: &[String]) -> Scope {
    const DEVELOPMENT: [&str; 16] = [
        "development",
        "test",
        "tests",
        "dev",
        "develop",
        "doc",
        "docs",
        "documentation",
        "ci",
        "lint",
        "linting",
        "rubocop",
        "debug",
        "profile",
        "benchmark",
        "cucumber",
    ];
    let runtime = |g: &String| matches!(g.as_str(), "default" | "production");
    if groups.is_empty() || groups.iter().any(runtime) {
        Scope::Runtime
    } else if groups.iter().all(|g| DEVELOPMENT.contains(&g.as_str())) {
        Scope::Development
    } else {
        Scope::Unknown
    }
}
