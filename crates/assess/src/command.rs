//! The literal command that changes a component, for the program that manages the file it stands in.
//!
//! Decides by the file that names the component, because one ecosystem has several programs. Names
//! and versions come from the subject and are quoted for a POSIX shell; where no program can do
//! it, there is no command, and the remedy says which line to edit.

use domain::{Component, Purl, Scope};

/// The command that brings `change` (the direct dependency, or the component itself) to a state
/// where `component` is at `to`, run at the root of the subject.
pub fn update(component: &Component, change: &Purl, to: &str) -> Option<String> {
    let path = component.from.iter().map(|place| place.path.as_str()).find(|path| manager(path).is_some())?;
    let manager = manager(path)?;
    let (folder, _) = path.rsplit_once('/').unwrap_or(("", path));
    let same = change.native_name() == component.purl.native_name();
    let name = quote(&change.native_name())?;
    let at = |sign: &str| quote(&format!("{}{sign}{to}", change.native_name()));
    let development = component.scope == Scope::Development;
    let command = match manager {
        Manager::Npm if same => {
            format!("npm install {}{}", if development { "--save-dev " } else { "" }, at("@")?)
        }
        Manager::Npm => format!("npm update {name}"),
        // Yarn 2 and newer ("berry") hash the archive they build themselves, and have another word for it.
        Manager::Yarn if component.hashes.iter().any(|h| h.algorithm == "yarnsha512") => {
            if same {
                format!("yarn up {}", at("@")?)
            } else {
                format!("yarn up -R {name}")
            }
        }
        Manager::Yarn if same => format!("yarn upgrade {}", at("@")?),
        Manager::Yarn => format!("yarn upgrade {name}"),
        Manager::Pnpm if same => format!("pnpm update {}", at("@")?),
        Manager::Pnpm => format!("pnpm update {name} --depth 100"),
        Manager::Cargo => {
            format!("cargo update -p {} --precise {}", quote(component.purl.name())?, quote(to)?)
        }
        Manager::Poetry if same => format!("poetry add {}", at("@^")?),
        Manager::Poetry => format!("poetry update {name}"),
        Manager::Uv => {
            format!("uv lock --upgrade-package {}", quote(&format!("{}=={to}", component.purl.name()))?)
        }
        Manager::Pipenv => format!("pipenv upgrade {}", quote(&format!("{}=={to}", component.purl.name()))?),
        Manager::Pdm => format!("pdm update {name}"),
        // Written by hand unless it records hashes: then the line itself is what must change.
        Manager::PipCompile if component.hashes.is_empty() => return None,
        Manager::PipCompile => {
            let input = path.strip_suffix(".txt").map(|stem| format!("{stem}.in"))?;
            let pin = quote(&format!("{}=={to}", component.purl.name()))?;
            return Some(format!("pip-compile --upgrade-package {pin} {}", quote(&input)?));
        }
        Manager::Go => {
            let to = if to.starts_with('v') { to.to_owned() } else { format!("v{to}") };
            format!("go get {}", quote(&format!("{}@{to}", component.purl.native_name()))?)
        }
        Manager::Bundler => format!("bundle update {} --conservative", quote(component.purl.name())?),
        Manager::Nuget => {
            format!("dotnet add package {} --version {}", quote(component.purl.name())?, quote(to)?)
        }
        Manager::NugetClassic => {
            let (name, to) = (quote(component.purl.name())?, quote(to)?);
            format!("nuget update packages.config -Id {name} -Version {to}")
        }
        Manager::Gradle => {
            format!("gradle dependencies --update-locks {}", quote(&component.purl.native_name())?)
        }
        Manager::Maven => format!(
            "mvn versions:use-dep-version -Dincludes={} -DdepVersion={} -DforceVersion=true",
            quote(&component.purl.native_name())?,
            quote(to)?
        ),
        Manager::Composer if same => format!("composer require {}", at(":^")?),
        Manager::Composer => format!("composer update {name} --with-all-dependencies"),
        Manager::Renv => {
            let pin = format!("{}@{to}", component.purl.name());
            if pin.contains(['"', '\\', '\'']) {
                return None;
            }
            format!("Rscript -e 'renv::install(\"{pin}\"); renv::snapshot()'")
        }
    };
    Some(if folder.is_empty() { command } else { format!("cd {} && {command}", quote(folder)?) })
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
    if word.is_empty() || word.starts_with('-') || word.chars().any(char::is_control) {
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

    fn named(purl: &str, path: &str) -> Component {
        Component::new(purl.parse().unwrap(), Place::file(path))
    }

    #[test]
    fn each_file_has_the_command_of_the_program_that_writes_it() {
        let cases = [
            ("pkg:npm/lodash@4.17.15", "package-lock.json", "npm install lodash@4.17.21"),
            ("pkg:npm/lodash@4.17.15", "web/yarn.lock", "cd web && yarn upgrade lodash@4.17.21"),
            ("pkg:cargo/time@0.1.0", "Cargo.lock", "cargo update -p time --precise 4.17.21"),
            ("pkg:pypi/jinja2@2.0", "poetry.lock", "poetry add 'jinja2@^4.17.21'"),
            ("pkg:golang/example.test/m@v1.0.0", "go.mod", "go get example.test/m@v4.17.21"),
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
        for (purl, path, command) in cases {
            let component = named(purl, path);
            assert_eq!(update(&component, &component.purl, "4.17.21").as_deref(), Some(command));
        }
        let mut pinned = named("pkg:pypi/jinja2@2.0", "requirements.txt");
        assert_eq!(update(&pinned, &pinned.purl, "3.1.6"), None, "a file kept by hand");
        pinned.hashes.push(domain::ContentHash { algorithm: "sha256".into(), value: "00".into() });
        assert_eq!(
            update(&pinned, &pinned.purl, "3.1.6").as_deref(),
            Some("pip-compile --upgrade-package jinja2==3.1.6 requirements.in")
        );
        let mut berry = named("pkg:npm/lodash@4.17.15", "yarn.lock");
        berry.hashes.push(domain::ContentHash { algorithm: "yarnsha512".into(), value: "00".into() });
        assert_eq!(update(&berry, &berry.purl, "4.17.21").as_deref(), Some("yarn up lodash@4.17.21"));
        let image = named("pkg:docker/debian@11", "Dockerfile");
        assert_eq!(update(&image, &image.purl, "12"), None, "no program edits a Dockerfile");
    }

    #[test]
    fn what_a_hostile_file_names_is_quoted_or_not_offered() {
        assert_eq!(quote("a;rm -rf ~").as_deref(), Some("'a;rm -rf ~'"));
        assert_eq!(quote("it's").as_deref(), Some(r"'it'\''s'"));
        assert_eq!(quote("--registry=evil"), None);
        assert_eq!(quote("a\nb"), None);
    }
}
