//! The literal command that changes a component, for the program that manages the file it stands in.
//!
//! Decides by the file that names the component, because one ecosystem has several programs, and by
//! what the lockfile says of who holds the component back: a command that cannot lift it is never
//! printed. Names and versions come from the subject and are quoted for a POSIX shell; where no
//! program can do it, there is no command, and the remedy says what to edit.

mod cargo;
mod maven;
mod node;
mod python;

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use domain::{Component, Purl, Scope};
use evidence::material::Material;
use formats::asks::{Ask, Asks};
use versions::Scheme;

/// How a component is brought to a version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// The literal command, run at the root of the subject.
    pub command: Option<String>,
    /// What to know about it, or what to do by hand where there is none: one or two sentences.
    pub told: Option<String>,
}

impl Way {
    fn by(command: Option<String>) -> Self {
        Self { command, told: None }
    }

    fn by_hand(told: String) -> Self {
        Self { command: None, told: Some(told) }
    }
}

/// The files of the subject, as far as a command depends on them; each lockfile is read once.
pub struct Lookup<'m> {
    material: Option<&'m dyn Material>,
    asks: RefCell<HashMap<String, Rc<Asks>>>,
}

impl<'m> Lookup<'m> {
    /// Over the files of the subject, where it has any.
    pub fn new(material: Option<&'m dyn Material>) -> Self {
        Self { material, asks: RefCell::default() }
    }

    /// The text of a file of the subject.
    fn text(&self, path: &str) -> Option<String> {
        let material = self.material?;
        let known = material.entries().binary_search_by(|entry| entry.path.as_str().cmp(path)).is_ok();
        known.then(|| material.read(path).ok()).flatten().and_then(|b| String::from_utf8(b.into_owned()).ok())
    }

    /// Every file of this name, by path.
    fn named(&self, name: &str) -> Vec<String> {
        let all = self.material.map(Material::entries).unwrap_or_default();
        let fits = |path: &str| path.rsplit('/').next() == Some(name);
        all.iter().filter(|entry| fits(&entry.path)).map(|entry| entry.path.clone()).take(1_000).collect()
    }

    /// What a lockfile says of who asks for what.
    fn asks(&self, path: &str) -> Rc<Asks> {
        if let Some(asks) = self.asks.borrow().get(path) {
            return Rc::clone(asks);
        }
        let asks = Rc::new(self.text(path).map(|text| Asks::read(path, text.as_bytes())).unwrap_or_default());
        self.asks.borrow_mut().insert(path.to_owned(), Rc::clone(&asks));
        asks
    }

    /// Those whose requirement the component meets now and would not meet at `to`. A requirement that
    /// cannot be read holds nothing.
    fn holders(&self, path: &str, scheme: Scheme, component: &Component, to: &str) -> Vec<Ask> {
        let Some(now) = component.purl.version() else { return Vec::new() };
        let admits = |ask: &Ask, version: &str| scheme.satisfies(&ask.requirement, version).ok();
        let asks = self.asks(path);
        let mut held: Vec<Ask> = asks
            .of(&component.purl.native_name())
            .iter()
            .filter(|ask| admits(ask, now) == Some(true) && admits(ask, to) == Some(false))
            .cloned()
            .collect();
        held.sort_by(|a, b| (&a.by, &a.version).cmp(&(&b.by, &b.version)));
        held.dedup();
        held
    }
}

/// What is to be changed.
struct Change<'a> {
    component: &'a Component,
    /// The direct dependency, or the component itself.
    direct: &'a Purl,
    to: &'a str,
    /// The file that decides, and its folder.
    path: &'a str,
    folder: &'a str,
    lookup: &'a Lookup<'a>,
}

impl Change<'_> {
    /// Whether the subject itself asks for the component, as far as that is known.
    fn is_direct(&self) -> bool {
        self.direct.native_name() == self.component.purl.native_name() && self.component.direct != Some(false)
    }

    fn development(&self) -> bool {
        self.component.scope == Scope::Development
    }

    fn name(&self) -> Option<String> {
        quote(&self.component.purl.native_name())
    }

    /// A file beside the one that decides.
    fn beside(&self, name: &str) -> String {
        if self.folder.is_empty() { name.to_owned() } else { format!("{}/{name}", self.folder) }
    }

    fn holders(&self, scheme: Scheme) -> Vec<Ask> {
        self.lookup.holders(self.path, scheme, self.component, self.to)
    }

    /// Says who holds it.
    fn held(&self, holders: &[Ask]) -> String {
        let one = |ask: &Ask| {
            format!("{} {} asks for {}", plain(&ask.by), plain(&ask.version), plain(&ask.requirement))
        };
        let named: Vec<String> = holders.iter().take(3).map(one).collect();
        let more =
            if holders.len() > 3 { format!(" and {} more do", holders.len() - 3) } else { String::new() };
        format!(
            "{}{more}: that does not admit {} {}",
            named.join(", "),
            plain(&self.component.purl.native_name()),
            plain(self.to)
        )
    }

    /// Updates those that hold it, by a command that takes their names.
    fn update_holders(&self, holders: &[Ask], command: &str, after: &str) -> Way {
        let mut names: Vec<String> = holders.iter().filter_map(|ask| quote(&ask.by)).collect();
        names.dedup();
        let told = format!("{}. A newer release of what asks for it must admit it.", self.held(holders));
        Way { command: Some(format!("{command} {}{after}", names.join(" "))), told: Some(told) }
    }
}

/// The way that brings `change` (the direct dependency, or the component itself) to a state where
/// `component` is at `to`, run at the root of the subject.
pub fn update(component: &Component, change: &Purl, to: &str, lookup: &Lookup<'_>) -> Way {
    let found = component.from.iter().map(|place| place.path.as_str()).find_map(|p| Some((p, manager(p)?)));
    let Some((path, manager)) = found else { return Way::default() };
    let (folder, _) = path.rsplit_once('/').unwrap_or(("", path));
    let change = Change { component, direct: change, to, path, folder, lookup };
    let mut way = of(&change, manager);
    // What a program does, it does in the folder of its file, unless it says so itself.
    if !folder.is_empty() && !matches!(manager, Manager::PipCompile | Manager::Maven) {
        way.command = way.command.and_then(|command| Some(format!("cd {} && {command}", quote(folder)?)));
    }
    way
}

fn of(change: &Change<'_>, manager: Manager) -> Way {
    let purl = &change.component.purl;
    if purl.kind() == "generic" {
        // The toolchain that a go.mod names; other tools are pinned by hand.
        let is_go = manager == Manager::Go && purl.name() == "go";
        let command = quote(change.to).filter(|_| is_go).map(|to| format!("go get toolchain@go{to}"));
        return Way::by(command);
    }
    let pinned = || quote(&format!("{}=={}", purl.name(), change.to));
    match manager {
        Manager::Npm => node::npm(change),
        Manager::Yarn => node::yarn(change),
        Manager::Pnpm => node::pnpm(change),
        Manager::Cargo => cargo::update(change),
        Manager::Poetry => python::poetry(change),
        Manager::Uv => Way::by(pinned().map(|pin| format!("uv lock --upgrade-package {pin}"))),
        Manager::Pipenv => {
            let dev = if change.development() { "--dev " } else { "" };
            Way::by(pinned().map(|pin| format!("pipenv upgrade {dev}{pin}")))
        }
        Manager::Pdm => {
            let dev = if change.development() { "-d " } else { "" };
            Way::by(change.name().map(|name| format!("pdm update {dev}{name}")))
        }
        Manager::PipCompile => python::requirements(change),
        Manager::Go => {
            let v = if change.to.starts_with('v') { "" } else { "v" };
            Way::by(
                quote(&format!("{}@{v}{}", purl.native_name(), change.to)).map(|pin| format!("go get {pin}")),
            )
        }
        Manager::Bundler => bundler(change),
        Manager::Nuget => Way::by(
            quote(purl.name())
                .zip(quote(change.to))
                .map(|(name, to)| format!("dotnet add package {name} --version {to}")),
        ),
        Manager::NugetClassic => Way::by(
            quote(purl.name())
                .zip(quote(change.to))
                .map(|(name, to)| format!("nuget update packages.config -Id {name} -Version {to}")),
        ),
        // Locks are written anew from what the build file asks for: that must name the version first.
        Manager::Gradle => Way::by_hand(format!(
            "Write `implementation(\"{0}:{1}\")`, or for what others bring in `constraints {{ implementation(\"{0}:{1}\") }}`, \
             into the build file beside {2}, then run `gradle dependencies --write-locks`.",
            plain(&purl.native_name()),
            plain(change.to),
            plain(change.path)
        )),
        Manager::Maven => maven::update(change),
        Manager::Composer => composer(change),
        Manager::Renv => {
            let pin = format!("{}@{}", purl.name(), change.to);
            let sound = !pin.contains(['"', '\\', '\'']) && !pin.chars().any(char::is_control);
            Way::by(sound.then(|| format!("Rscript -e 'renv::install(\"{pin}\"); renv::snapshot()'")))
        }
    }
}

fn bundler(change: &Change<'_>) -> Way {
    let holders = change.holders(Scheme::Gem);
    if !holders.is_empty() {
        let name = change.name().map(|name| format!(" {name}")).unwrap_or_default();
        return change.update_holders(&holders, "bundle update", &name);
    }
    Way::by(change.name().map(|name| format!("bundle update {name} --conservative")))
}

fn composer(change: &Change<'_>) -> Way {
    let holders = change.holders(Scheme::Composer);
    if !holders.is_empty() {
        return change.update_holders(&holders, "composer update", " --with-all-dependencies");
    }
    let Some(name) = change.name() else { return Way::default() };
    if !change.is_direct() {
        return Way::by(Some(format!("composer update {name} --with-all-dependencies")));
    }
    let dev = if change.development() { "--dev " } else { "" };
    let pin = quote(&format!("{}:^{}", change.component.purl.native_name(), change.to));
    Way::by(pin.map(|pin| format!("composer require {dev}{pin}")))
}

/// A name or version for a sentence.
fn plain(text: &str) -> String {
    pages::columns::cut(text, 60)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manager {
    Npm,
    Yarn,
    Pnpm,
    Cargo,
    Poetry,
    Uv,
    Pipenv,
    Pdm,
    PipCompile,
    Go,
    Bundler,
    Nuget,
    NugetClassic,
    Gradle,
    Maven,
    Composer,
    Renv,
}

/// Which program writes the file.
fn manager(path: &str) -> Option<Manager> {
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(match name {
        "package-lock.json" | "npm-shrinkwrap.json" | "package.json" => Manager::Npm,
        "yarn.lock" => Manager::Yarn,
        "pnpm-lock.yaml" => Manager::Pnpm,
        "Cargo.lock" | "Cargo.toml" => Manager::Cargo,
        "poetry.lock" => Manager::Poetry,
        "uv.lock" => Manager::Uv,
        "pdm.lock" => Manager::Pdm,
        "Pipfile.lock" | "Pipfile" => Manager::Pipenv,
        "go.mod" | "go.sum" => Manager::Go,
        "Gemfile.lock" | "gems.locked" => Manager::Bundler,
        "packages.lock.json" => Manager::Nuget,
        "packages.config" => Manager::NugetClassic,
        "gradle.lockfile" => Manager::Gradle,
        "pom.xml" => Manager::Maven,
        "composer.lock" | "composer.json" => Manager::Composer,
        "renv.lock" => Manager::Renv,
        _ if name.ends_with(".csproj") || name.ends_with(".fsproj") || name.ends_with(".vbproj") => {
            Manager::Nuget
        }
        // No line for `pylock.toml`: several programs write it and it does not say which. None for a
        // `Gemfile` alone: its own line is what must change.
        _ if name.starts_with("requirements") && name.ends_with(".txt") => Manager::PipCompile,
        _ => return None,
    })
}

/// A word for a POSIX shell; nothing with control characters is ever offered for copying.
fn quote(word: &str) -> Option<String> {
    // Marks of direction would show another word than the one that is copied.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if word.is_empty() || word.starts_with('-') || word.chars().any(hidden) {
        return None;
    }
    let plain = word.bytes().all(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b'@' | b'/' | b'.' | b'_' | b'-' | b'+' | b':' | b'=' | b',')
    });
    Some(if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Place;
    use evidence::material::memory::Memory;

    fn named(purl: &str, path: &str) -> Component {
        Component::new(purl.parse().unwrap(), Place::file(path))
    }

    /// The command and the words, with these files at hand.
    fn way(component: &Component, to: &str, files: &[(&str, &str)]) -> Way {
        let tree = files.iter().fold(Memory::new(), |tree, (path, text)| tree.with(path, *text));
        let change = component.via.first().unwrap_or(&component.purl);
        update(component, change, to, &Lookup::new(Some(&tree)))
    }

    fn command(component: &Component, to: &str, files: &[(&str, &str)]) -> Option<String> {
        way(component, to, files).command
    }

    fn below(mut component: Component, direct: &str) -> Component {
        component.direct = Some(false);
        component.via = vec![direct.parse().unwrap()];
        component
    }

    fn development(mut component: Component) -> Component {
        component.scope = Scope::Development;
        component
    }

    #[test]
    fn each_file_has_the_command_of_the_program_that_writes_it() {
        let cases = [
            ("pkg:npm/lodash@4.17.15", "package-lock.json", "npm install lodash@4.17.21"),
            ("pkg:npm/lodash@4.17.15", "web/yarn.lock", "cd web && yarn upgrade lodash@4.17.21"),
            ("pkg:cargo/time@4.1.0", "Cargo.lock", "cargo update -p time@4.1.0 --precise 4.17.21"),
            ("pkg:pypi/jinja2@2.0", "poetry.lock", "poetry add 'jinja2@^4.17.21'"),
            ("pkg:golang/example.test/m@v1.0.0", "go.mod", "go get example.test/m@v4.17.21"),
            ("pkg:generic/go@1.21.0", "go.mod", "go get toolchain@go4.17.21"),
            ("pkg:npm/lodash@4.17.15", "pnpm-lock.yaml", "pnpm update lodash@4.17.21"),
            ("pkg:pypi/jinja2@2.0", "uv.lock", "uv lock --upgrade-package jinja2==4.17.21"),
            ("pkg:pypi/jinja2@2.0", "Pipfile.lock", "pipenv upgrade jinja2==4.17.21"),
            ("pkg:pypi/jinja2@2.0", "pdm.lock", "pdm update jinja2"),
            (
                "pkg:nuget/Serilog@2.0",
                "site/packages.config",
                "cd site && nuget update packages.config -Id Serilog -Version 4.17.21",
            ),
            ("pkg:gem/rack@2.0", "Gemfile.lock", "bundle update rack --conservative"),
            ("pkg:nuget/Serilog@2.0", "packages.lock.json", "dotnet add package Serilog --version 4.17.21"),
            (
                "pkg:composer/monolog/monolog@2.0",
                "composer.lock",
                "composer require 'monolog/monolog:^4.17.21'",
            ),
        ];
        for (purl, path, expected) in cases {
            assert_eq!(command(&named(purl, path), "4.17.21", &[]).as_deref(), Some(expected));
        }
        let mut berry = named("pkg:npm/lodash@4.17.15", "yarn.lock");
        berry.hashes.push(domain::ContentHash { algorithm: "yarnsha512".into(), value: "00".into() });
        assert_eq!(command(&berry, "4.17.21", &[]).as_deref(), Some("yarn up lodash@4.17.21"));
        assert_eq!(command(&named("pkg:docker/debian@11", "Dockerfile"), "12", &[]), None);
    }

    #[test]
    fn what_development_alone_needs_stays_there() {
        for (purl, path, expected) in [
            ("pkg:npm/a@1.0.0", "package-lock.json", "npm install --save-dev a@1.0.1"),
            ("pkg:npm/a@1.0.0", "yarn.lock", "yarn add -D a@1.0.1"),
            ("pkg:npm/a@1.0.0", "pnpm-lock.yaml", "pnpm add -D a@1.0.1"),
            ("pkg:pypi/a@1.0.0", "Pipfile.lock", "pipenv upgrade --dev a==1.0.1"),
            ("pkg:pypi/a@1.0.0", "poetry.lock", "poetry add --group dev 'a@^1.0.1'"),
            ("pkg:composer/v/a@1.0.0", "composer.lock", "composer require --dev 'v/a:^1.0.1'"),
        ] {
            let component = development(named(purl, path));
            assert_eq!(command(&component, "1.0.1", &[]).as_deref(), Some(expected), "{path}");
        }
        let pyproject = "[tool.poetry.group.lint.dependencies]\na = \"^1.0\"\n";
        let component = development(named("pkg:pypi/a@1.0.0", "poetry.lock"));
        assert_eq!(
            command(&component, "1.0.1", &[("pyproject.toml", pyproject)]).as_deref(),
            Some("poetry add --group lint 'a@^1.0.1'")
        );
    }

    #[test]
    fn an_alias_and_a_member_of_a_workspace_are_named_as_they_are() {
        let lock = r#"{"packages":{"":{"dependencies":{"http":"npm:axios@0.21.1"}},"web":{"devDependencies":{"b":"^1"}},"node_modules/http":{"name":"axios","version":"0.21.1"},"node_modules/b":{"version":"1.0.0"}}}"#;
        let files = [("package-lock.json", lock)];
        let axios = named("pkg:npm/axios@0.21.1", "package-lock.json");
        assert_eq!(command(&axios, "0.21.3", &files).as_deref(), Some("npm install http@npm:axios@0.21.3"));
        let b = named("pkg:npm/b@1.0.0", "package-lock.json");
        assert_eq!(command(&b, "1.0.1", &files).as_deref(), Some("npm install -w web --save-dev b@1.0.1"));
        let files = [("package.json", r#"{"dependencies":{"http":"npm:axios@0.21.1"}}"#)];
        let axios = named("pkg:npm/axios@0.21.1", "yarn.lock");
        assert_eq!(command(&axios, "0.21.3", &files).as_deref(), Some("yarn add http@npm:axios@0.21.3"));
        let lock = "importers:\n  packages/web:\n    devDependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0\n";
        let a = development(named("pkg:npm/a@1.0.0", "pnpm-lock.yaml"));
        assert_eq!(
            command(&a, "1.0.1", &[("pnpm-lock.yaml", lock)]).as_deref(),
            Some("pnpm --filter ./packages/web add -D a@1.0.1")
        );
    }

    #[test]
    fn what_a_parent_holds_back_is_overridden_or_the_parent_updated() {
        let npm = |range: &str| {
            format!(
                r#"{{"packages":{{"":{{"dependencies":{{"p":"^1"}}}},"node_modules/p":{{"version":"1.0.0","dependencies":{{"a":"{range}"}}}},"node_modules/a":{{"version":"1.0.0"}}}}}}"#
            )
        };
        let a = below(named("pkg:npm/a@1.0.0", "package-lock.json"), "pkg:npm/p@1.0.0");
        let (free, held) = (npm("^1.0.0"), npm("~1.0.0"));
        assert_eq!(command(&a, "1.2.0", &[("package-lock.json", &free)]).as_deref(), Some("npm update a"));
        let way_held = way(&a, "1.2.0", &[("package-lock.json", &held)]);
        assert_eq!(way_held.command.as_deref(), Some("npm pkg set overrides.p.a=1.2.0 && npm install"));
        let told = way_held.told.unwrap();
        assert!(
            told.contains("p 1.0.0 asks for ~1.0.0") && told.contains("does not admit a 1.2.0"),
            "{told}"
        );

        let yarn = "# yarn lockfile v1\n\np@^1:\n  version \"1.0.0\"\n  dependencies:\n    a \"~1.0.0\"\n";
        let a = below(named("pkg:npm/a@1.0.0", "yarn.lock"), "pkg:npm/p@1.0.0");
        assert_eq!(
            command(&a, "1.2.0", &[("yarn.lock", yarn)]).as_deref(),
            Some("npm pkg set resolutions.p/a=1.2.0 && yarn install")
        );
        let a = below(named("pkg:npm/a@1.0.0", "pnpm-lock.yaml"), "pkg:npm/p@1.0.0");
        assert_eq!(command(&a, "1.2.0", &[]).as_deref(), Some("pnpm update a --depth Infinity"));
        assert_eq!(
            command(&a, "2.0.0", &[]).as_deref(),
            Some("npm pkg set 'pnpm.overrides[a@<2.0.0]=2.0.0' && pnpm install")
        );
        for (purl, direct, path, lock, expected) in [
            (
                "pkg:gem/rack@2.0",
                "pkg:gem/rails@5.0",
                "Gemfile.lock",
                "GEM\n  specs:\n    rails (5.0)\n      rack (~> 2.0)\n    rack (2.0)\n",
                "bundle update rails rack",
            ),
            (
                "pkg:composer/v/a@1.0.0",
                "pkg:composer/v/p@1.0.0",
                "composer.lock",
                r#"{"packages":[{"name":"v/p","version":"1.0.0","require":{"v/a":"~1.0.0"}}]}"#,
                "composer update v/p --with-all-dependencies",
            ),
            (
                "pkg:pypi/a@1.0",
                "pkg:pypi/p@1.0",
                "poetry.lock",
                "[[package]]\nname = \"p\"\nversion = \"1.0\"\n[package.dependencies]\na = \">=1.0,<1.5\"\n",
                "poetry update p",
            ),
        ] {
            let component = below(named(purl, path), direct);
            let way = way(&component, "3.0.0", &[(path, lock)]);
            assert_eq!(way.command.as_deref(), Some(expected), "{path}");
            assert!(way.told.unwrap().contains("does not admit"), "{path}");
        }
    }

    #[test]
    fn cargo_lifts_within_a_compatible_range_alone() {
        let rand = named("pkg:cargo/rand@0.7.0", "Cargo.lock");
        assert_eq!(
            command(&rand, "0.7.3", &[]).as_deref(),
            Some("cargo update -p rand@0.7.0 --precise 0.7.3")
        );
        let manifest = "[package]\nname = \"a\"\n[dev-dependencies]\nrand = \"0.7\"\n";
        let files = [("Cargo.toml", manifest)];
        assert_eq!(command(&rand, "0.8.6", &files).as_deref(), Some("cargo add --dev rand@0.8.6"));
        let member = "[package]\nname = \"web\"\n[dependencies]\nrand = \"0.7\"\n";
        let files = [("Cargo.toml", "[workspace]\nmembers = [\"web\"]\n"), ("web/Cargo.toml", member)];
        assert_eq!(command(&rand, "0.8.6", &files).as_deref(), Some("cargo add -p web rand@0.8.6"));
        // What another component asks for cannot be lifted beyond its range at all.
        let held = below(rand, "pkg:cargo/asker@1.0.0");
        let held = way(&held, "0.8.6", &files[..1]);
        assert_eq!(held.command, None);
        assert!(held.told.unwrap().contains("Raise asker in Cargo.toml"));
    }

    #[test]
    fn a_file_of_requirements_is_compiled_anew_only_where_it_was_compiled() {
        let pinned = named("pkg:pypi/jinja2@2.0", "requirements.txt");
        let by_hand = way(&pinned, "3.1.6", &[("requirements.txt", "jinja2==2.0 --hash=sha256:00\n")]);
        assert_eq!(by_hand.command, None, "hashes alone say nothing of a compiler");
        assert!(by_hand.told.unwrap().contains("Write `jinja2==3.1.6` in requirements.txt"));
        let text = "#\n# This file is autogenerated by pip-compile with Python 3.11\n#\njinja2==2.0 \\\n    --hash=sha256:00\n";
        let files = [("requirements.txt", text), ("requirements.in", "jinja2\n")];
        assert_eq!(command(&pinned, "3.1.6", &files[..1]), None, "nothing to compile it from");
        assert_eq!(
            command(&pinned, "3.1.6", &files).as_deref(),
            Some(
                "pip-compile --generate-hashes --upgrade-package jinja2==3.1.6 --output-file requirements.txt requirements.in"
            )
        );
        let text = "# This file was autogenerated by uv via the following command:\n#    uv pip compile base.in -o requirements.txt\njinja2==2.0\n";
        let files = [("api/requirements.txt", text), ("api/base.in", "jinja2\n")];
        assert_eq!(
            command(&named("pkg:pypi/jinja2@2.0", "api/requirements.txt"), "3.1.6", &files).as_deref(),
            Some(
                "cd api && uv pip compile --upgrade-package jinja2==3.1.6 --output-file requirements.txt base.in"
            )
        );
    }

    #[test]
    fn maven_is_run_where_the_version_stands() {
        let child = "<project><parent><groupId>g</groupId><artifactId>top</artifactId></parent><dependencies><dependency><groupId>org.x</groupId><artifactId>lib</artifactId></dependency></dependencies></project>";
        let managed = |version: &str| {
            format!(
                "<project><properties><lib.version>1.0</lib.version></properties><dependencyManagement><dependencies><dependency><groupId>org.x</groupId><artifactId>lib</artifactId><version>{version}</version></dependency></dependencies></dependencyManagement></project>"
            )
        };
        let component = named("pkg:maven/org.x/lib@1.0", "web/pom.xml");
        let (fixed, property) = (managed("1.0"), managed("${lib.version}"));
        assert_eq!(
            command(&component, "1.1", &[("pom.xml", &fixed), ("web/pom.xml", child)]).as_deref(),
            Some(
                "mvn -f pom.xml versions:use-dep-version -Dincludes=org.x:lib -DdepVersion=1.1 -DforceVersion=true"
            )
        );
        assert_eq!(
            command(&component, "1.1", &[("pom.xml", &property), ("web/pom.xml", child)]).as_deref(),
            Some("mvn -f pom.xml versions:set-property -Dproperty=lib.version -DnewVersion=1.1")
        );
        let gradle = way(&named("pkg:maven/org.x/lib@1.0", "gradle.lockfile"), "1.1", &[]);
        assert_eq!(gradle.command, None);
        assert!(gradle.told.unwrap().contains("org.x:lib:1.1"));
    }

    #[test]
    fn what_a_hostile_file_names_is_quoted_or_not_offered() {
        assert_eq!(quote("a;rm -rf ~").as_deref(), Some("'a;rm -rf ~'"));
        assert_eq!(quote("it's").as_deref(), Some(r"'it'\''s'"));
        assert_eq!(quote("--registry=evil"), None);
        assert_eq!(quote("a\nb"), None);
        assert_eq!(quote("a\u{202e}b"), None);
        let lock = r#"{"packages":{"":{"dependencies":{"$(x)":"npm:axios@0.21.1"}}}}"#;
        let axios = named("pkg:npm/axios@0.21.1", "package-lock.json");
        assert_eq!(
            command(&axios, "0.21.3", &[("package-lock.json", lock)]).as_deref(),
            Some("npm install '$(x)@npm:axios@0.21.3'")
        );
    }
}
