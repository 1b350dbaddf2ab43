//! `setup.cfg` (setuptools' declarative form) and `setup.py`, which is recognised and not run.
//!
//! Only what stands in `setup.cfg` is read. A `setup.py` is a program: unless it plainly asks for
//! nothing itself, it is unreadable, by name, rather than empty.

use domain::Scope;

use super::pyproject_toml::{Asked, from_specifier};
use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    pep508, text, tree_path,
};

/// Reads `setup.cfg`.
pub(crate) struct SetupCfg;

impl Reader for SetupCfg {
    fn name(&self) -> &'static str {
        "setup.cfg"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "setup.cfg").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let text = text::utf8(path, bytes)?;
        let mut gather = Gather::new(path);
        let (mut section, mut key) = (String::new(), String::new());
        let mut own = String::new();
        for (number, line) in (1u32..).zip(text.lines()) {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
                continue;
            }
            let continued = line.starts_with([' ', '\t']);
            let value = if continued {
                trimmed
            } else if let Some(name) = trimmed.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
                section = name.trim().to_ascii_lowercase();
                key.clear();
                continue;
            } else if let Some((name, value)) = trimmed.split_once(['=', ':']) {
                key = name.trim().to_ascii_lowercase().replace('-', "_");
                value.trim()
            } else {
                gather.fault(
                    "unread",
                    number,
                    "this line is neither a section, a key nor a value; it was left out",
                );
                continue;
            };
            if section == "metadata" && key == "name" && !value.is_empty() {
                own = pep508::normal(value);
            }
            let Some(scope) = scope(&section, &key) else { continue };
            for item in
                value.split('\n').flat_map(|v| v.split(';').take(1).map(move |_| v)).filter(|v| !v.is_empty())
            {
                if let Some(file) = item.strip_prefix("file:") {
                    let read = tree_path::resolve(tree_path::folder(path), file.trim()).is_some_and(|f| {
                        tree_path::holds(files, &f)
                            && super::requirements_txt::RequirementsTxt.recognises(&f, b"").is_some()
                    });
                    if !read {
                        gather.fault(
                            "unread",
                            number,
                            "takes its requirements from a file that was not read",
                        );
                    }
                    continue;
                }
                match from_specifier(item, scope, number) {
                    Some(asked) => add(&mut gather, &asked, &own),
                    None => gather.fault(
                        "unread",
                        number,
                        "no requirement that pip would understand; it was left out",
                    ),
                }
            }
        }
        Ok(gather.finish())
    }
}

fn add(gather: &mut Gather, asked: &Asked, own: &str) {
    if pep508::normal(&asked.name) == own {
        return;
    }
    let place = gather.place(asked.line);
    let version: Version<'_> = asked.version();
    let added = gather.add(("pypi", None, &asked.name), version, asked.origin().clone(), asked.scope, place);
    if let Some(index) = added {
        gather.direct(index, true);
    }
}

/// The scope of a key, if it names requirements.
fn scope(section: &str, key: &str) -> Option<Scope> {
    match (section, key) {
        ("options", "install_requires") => Some(Scope::Runtime),
        ("options", "setup_requires" | "tests_require") => Some(Scope::Development),
        ("options.extras_require", key) if !key.is_empty() => Some(Scope::Optional),
        _ => None,
    }
}

/// Recognises `setup.py`.
pub(crate) struct SetupPy;

impl Reader for SetupPy {
    fn name(&self) -> &'static str {
        "setup.py"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "setup.py").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let text = text::utf8(path, bytes)?;
        let folder = tree_path::folder(path);
        let elsewhere = ["pyproject.toml", "setup.cfg"]
            .iter()
            .any(|name| tree_path::holds(files, &tree_path::join(folder, name)));
        // `setup()` beside a declarative file, as setuptools recommends for old tools.
        if elsewhere && !text.contains("require") && !text.contains("**") && !text.contains("exec(") {
            return Ok(Inventory::default());
        }
        Err(text::unreadable(
            path,
            None,
            "a program, which is not run: write its dependencies into pyproject.toml, or keep a lockfile or SBOM",
        ))
    }
}
