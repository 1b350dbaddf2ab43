//! `build.gradle` and `build.gradle.kts`: programs, read line by line as far as that goes.
//!
//! Understood: string notation (`implementation "group:name:version"`), map notation (`group: …,
//! name: …, version: …`), `libs.…` from the version catalogue, plugins with versions, simple
//! variables of the file and of `gradle.properties`. A line in a `dependencies` block that is none
//! of these is said to be unread. `project(…)` is the subject itself.

use std::collections::HashMap;

use domain::{Origin, Scope};

use super::version_catalogue::{self, Entry, Wanted};
use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text,
    tree::Tree,
    tree_path,
};

/// Longest line looked at, in bytes.
const LONGEST: usize = 8192;

/// Reads Gradle build files.
pub(crate) struct BuildGradle;

impl Reader for BuildGradle {
    fn name(&self) -> &'static str {
        "build.gradle"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let stem = name.strip_suffix(".kts").unwrap_or(name).strip_suffix(".gradle");
        // Settings say which projects a build has; what they fetch is for Gradle itself.
        let fits = stem.is_some_and(|stem| !matches!(stem, "" | "settings" | "init"));
        fits.then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let text = text::utf8(path, bytes)?;
        let folder = tree_path::folder(path);
        let mut reading = Reading {
            gather: Gather::new(path),
            variables: variables(text, folder, files),
            catalogue: catalogue(folder, files),
        };
        reading.lines(text);
        Ok(reading.gather.finish())
    }
}

struct Reading {
    gather: Gather,
    variables: HashMap<String, String>,
    catalogue: HashMap<String, Entry>,
}

impl Reading {
    fn lines(&mut self, text: &str) {
        // Open blocks, by the word before their brace.
        let mut blocks: Vec<String> = Vec::new();
        let mut in_comment = false;
        for (number, line) in (1u32..).zip(text.lines()) {
            let line = uncommented(line, &mut in_comment);
            let line = line.trim();
            if line.is_empty() || line.len() > LONGEST {
                if !line.is_empty() {
                    self.gather.fault("unread", number, "a line too long to be looked at");
                }
                continue;
            }
            let build_script = blocks.iter().any(|b| b == "buildscript" || b == "pluginManagement");
            match blocks.last().map(String::as_str) {
                Some("dependencies") => self.dependency(line, number, build_script),
                Some("plugins") => self.plugin(line, number),
                // A closure on a dependency (`exclude …`) is not one itself.
                _ => {}
            }
            // `dependencies { implementation 'a:b:1' }` on one line.
            if let Some((word, inside)) = line.split_once('{')
                && let Some(inside) = inside.trim().strip_suffix('}')
                && word.trim() == "dependencies"
            {
                for statement in inside.split(';').filter(|s| !s.trim().is_empty()) {
                    self.dependency(statement.trim(), number, build_script);
                }
            }
            track(line, &mut blocks);
        }
    }

    fn dependency(&mut self, line: &str, number: u32, build_script: bool) {
        let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(line.len());
        let (configuration, rest) = line.split_at(end);
        let rest = rest.trim().trim_end_matches('{').trim();
        if configuration.is_empty()
            || rest.is_empty()
            || matches!(configuration, "constraints" | "exclude" | "if" | "else" | "for")
        {
            return;
        }
        let scope = if build_script { Scope::Development } else { scope(configuration) };
        let inside = parenthesised(rest);
        // `platform(…)`, `enforcedPlatform(…)`, `testFixtures(…)`: what they hold is meant.
        let inside = ["platform", "enforcedPlatform", "testFixtures", "kotlin"].iter().find_map(|word| {
            inside.strip_prefix(word).filter(|r| r.starts_with('(')).map(|r| (*word, parenthesised(r)))
        });
        let (wrapper, inside) = inside.unwrap_or(("", parenthesised(rest)));
        if inside.starts_with("project")
            || inside.starts_with("projects.")
            || inside.starts_with("gradleApi")
            || inside.starts_with("localGroovy")
        {
            return;
        }
        if let Some(alias) = inside.strip_prefix("libs.") {
            self.catalogued(alias, scope, number);
            return;
        }
        if wrapper == "kotlin" {
            let mut parts = quoted(inside);
            if let Some(module) = parts.next() {
                let version = parts.next().map(str::to_owned);
                self.add(
                    "org.jetbrains.kotlin",
                    &format!("kotlin-{module}"),
                    version.as_deref(),
                    scope,
                    number,
                );
                return;
            }
        }
        if inside.starts_with("files") || inside.starts_with("fileTree") {
            self.gather.fault(
                "path-dependency",
                number,
                "takes files of this tree or machine as a dependency",
            );
            return;
        }
        let named = |key: &str| option(inside, key);
        if let (Some(group), Some(name)) = (named("group"), named("name")) {
            self.add(&group, &name, named("version").as_deref(), scope, number);
            return;
        }
        let mut found = false;
        for text in quoted(inside) {
            let mut parts = text.split(':');
            if let (Some(group), Some(name)) =
                (parts.next().filter(|g| !g.is_empty()), parts.next().filter(|n| !n.is_empty()))
            {
                let version = parts.next().map(|v| v.split('@').next().unwrap_or(v));
                self.add(group, name, version, scope, number);
                found = true;
            }
        }
        if !found {
            self.gather.fault("unread", number, "a dependency that is not written out; it was left out");
        }
    }

    fn catalogued(&mut self, alias: &str, scope: Scope, number: u32) {
        let end =
            alias.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_'))).unwrap_or(alias.len());
        let alias = alias.get(..end).unwrap_or(alias).trim_end_matches(".get").to_owned();
        if alias.starts_with("bundles.") || alias.starts_with("plugins.") {
            // Their members are in the catalogue, which is read as a file of its own.
            return;
        }
        let Some(entry) = self.catalogue.get(&alias) else {
            self.gather.fault("unread", number, "names an entry of a version catalogue that was not found");
            return;
        };
        let (group, name, version) = (entry.group.clone(), entry.name.clone(), entry.version.clone());
        self.add(&group, &name, version.as_deref(), scope, number);
    }

    /// `id 'x' version 'y'`, `id("x") version "y"`, `kotlin("jvm") version "y"`.
    fn plugin(&mut self, line: &str, number: u32) {
        let mut texts = quoted(line);
        let (Some(id), Some(version)) = (texts.next(), texts.next()) else { return };
        if !line.contains(" version") {
            return;
        }
        let id =
            if line.starts_with("kotlin") { format!("org.jetbrains.kotlin.{id}") } else { id.to_owned() };
        self.add(&id, &format!("{id}.gradle.plugin"), Some(version), Scope::Development, number);
    }

    fn add(&mut self, group: &str, name: &str, version: Option<&str>, scope: Scope, line: u32) {
        let place = self.gather.place(line);
        let (Some(group), Some(name)) = (self.expand(group), self.expand(name)) else {
            self.gather.fault(
                "unread",
                line,
                "a dependency named by a variable that this tree does not define",
            );
            return;
        };
        let wanted = version.map(|v| self.expand(v).map(|v| Wanted::of(&v)));
        let version = match &wanted {
            None => Version::Missing,
            Some(None) => {
                Version::Elsewhere("takes its version from a variable that this tree does not define")
            }
            Some(Some(wanted)) => wanted.version(),
        };
        let added = self.gather.add(("maven", Some(&group), &name), version, Origin::Unstated, scope, place);
        if let Some(index) = added {
            self.gather.direct(index, true);
        }
    }

    /// Replaces `$name`, `${name}`, `${project.name}` and the like by the variables of the tree.
    fn expand(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let (name, after) = match after.strip_prefix('{') {
                Some(inside) => inside.split_once('}')?,
                None => after.split_at(
                    after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len()),
                ),
            };
            let name = name.trim();
            let name = ["rootProject.ext.", "rootProject.", "project.ext.", "project.", "ext."]
                .iter()
                .find_map(|p| name.strip_prefix(p))
                .unwrap_or(name);
            out.push_str(self.variables.get(name)?);
            if out.len() > LONGEST {
                return None;
            }
            rest = after;
        }
        out.push_str(rest);
        Some(out)
    }
}

/// Literal variables: of the nearest `gradle.properties` files, the root build file, this file.
fn variables(text: &str, folder: &str, files: &dyn Files) -> HashMap<String, String> {
    let mut out = HashMap::new();
    let above: Vec<&str> = tree_path::ancestors(folder).collect();
    for folder in above.iter().rev() {
        if let Some(bytes) = files.read(&tree_path::join(folder, "gradle.properties"))
            && let Ok(text) = text::utf8("gradle.properties", &bytes)
        {
            for (key, value) in
                text.lines().filter(|l| !l.trim_start().starts_with('#')).filter_map(|l| l.split_once('='))
            {
                out.insert(key.trim().to_owned(), value.trim().to_owned());
            }
        }
        for name in ["build.gradle", "build.gradle.kts"] {
            let path = tree_path::join(folder, name);
            if let Some(bytes) = files.read(&path)
                && let Ok(text) = text::utf8(&path, &bytes)
            {
                literals(text, &mut out);
            }
        }
    }
    literals(text, &mut out);
    out
}

/// `def x = '1'`, `val x = "1"`, `ext.x = '1'`, `x = '1'`, `set("x", "1")`, `val x by extra("1")`.
fn literals(text: &str, out: &mut HashMap<String, String>) {
    for line in text.lines().map(str::trim).filter(|l| l.len() <= LONGEST) {
        let assigned = line.split_once('=').or_else(|| line.split_once(" by extra("));
        if let Some((name, value)) = assigned {
            let name = name.split(':').next().unwrap_or(name).trim();
            let name = name.rsplit([' ', '.']).next().unwrap_or(name);
            let name = name.trim_start_matches("extra[").trim_matches(['"', '\'', ']']);
            let value = value.trim();
            let whole = value.starts_with(['"', '\'']);
            if let Some(value) = quoted(value).next().filter(|v| whole && !v.contains('$')) {
                out.insert(name.to_owned(), value.to_owned());
            }
        } else if let Some(inside) = line.strip_prefix("set(") {
            let mut parts = quoted(inside);
            if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
                out.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn catalogue(folder: &str, files: &dyn Files) -> HashMap<String, Entry> {
    let path = tree_path::ancestors(folder)
        .map(|f| tree_path::join(f, "gradle/libs.versions.toml"))
        .find(|p| tree_path::holds(files, p));
    let Some(path) = path else { return HashMap::new() };
    let Some(bytes) = files.read(&path) else { return HashMap::new() };
    let Ok(tree) = Tree::toml(&path, &bytes) else { return HashMap::new() };
    version_catalogue::entries(tree.root())
        .into_iter()
        .filter(|e| !e.plugin)
        .map(|e| (e.alias.clone(), e))
        .collect()
}

/// The inside of parentheses that a text starts with, or the text.
fn parenthesised(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('(') {
        Some(inside) => inside.rsplit_once(')').map_or(inside, |(inside, _)| inside).trim(),
        None => text,
    }
}

/// The quoted texts of a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\''])?;
        let quote = rest.get(start..)?.chars().next()?;
        let inside = rest.get(start + 1..)?;
        let (text, after) = inside.split_once(quote)?;
        rest = after;
        Some(text)
    })
}

/// A named argument: `group: 'x'` or `group = "x"`.
fn option(text: &str, key: &str) -> Option<String> {
    let at = text.match_indices(key).map(|(at, _)| at).find(|at| {
        text.get(..*at).is_some_and(|b| !b.ends_with(|c: char| c.is_alphanumeric() || c == '"' || c == '\''))
    })?;
    let rest = text.get(at + key.len()..)?.trim_start();
    let value = rest.strip_prefix([':', '='])?.trim_start();
    quoted(value).next().filter(|_| value.starts_with(['"', '\''])).map(str::to_owned)
}

/// Drops `//` and `/* */` comments outside quotes.
fn uncommented(line: &str, in_comment: &mut bool) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if *in_comment {
            if c == '*' && chars.peek() == Some(&'/') {
                chars.next();
                *in_comment = false;
            }
            continue;
        }
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '/' && chars.peek() == Some(&'/') => break,
            None if c == '/' && chars.peek() == Some(&'*') => {
                *in_comment = true;
                continue;
            }
            None => {}
        }
        out.push(c);
    }
    out
}

/// Follows braces outside quotes.
fn track(line: &str, blocks: &mut Vec<String>) {
    let mut quote = None;
    let mut start = 0;
    for (at, c) in line.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' => quote = Some(c),
                '{' => {
                    let before = line.get(start..at).unwrap_or_default().trim();
                    let word = before.split(['(', ' ']).next().unwrap_or_default();
                    if blocks.len() < 256 {
                        blocks.push(word.to_owned());
                    }
                    start = at + 1;
                }
                '}' => {
                    blocks.pop();
                    start = at + 1;
                }
                _ => {}
            },
        }
    }
}

fn scope(configuration: &str) -> Scope {
    let name = configuration.to_ascii_lowercase();
    if name.contains("test")
        || name.contains("annotationprocessor")
        || matches!(
            name.as_str(),
            "kapt" | "ksp" | "classpath" | "errorprone" | "lintchecks" | "detektplugins"
        )
    {
        Scope::Development
    } else if name.ends_with("compileonly")
        || name.ends_with("compileonlyapi")
        || name == "providedcompile"
        || name == "developmentonly"
    {
        if name == "developmentonly" { Scope::Development } else { Scope::Optional }
    } else if ["implementation", "api", "runtimeonly", "compile", "runtime"]
        .iter()
        .any(|word| name.ends_with(word))
    {
        Scope::Runtime
    } else {
        Scope::Unknown
    }
}
