//! npm, yarn and pnpm: the same manifest, three lockfiles, three ways to lift what a parent holds back.

use formats::asks::{Ask, Member};
use versions::Scheme;

use super::{Change, Way, quote};

pub(super) fn npm(change: &Change<'_>) -> Way {
    if change.is_direct() {
        let members = members(change);
        let mut folders = String::new();
        for member in members.iter().filter(|m| !m.folder.is_empty()) {
            let Some(folder) = quote(&member.folder) else { return Way::default() };
            folders.push_str(&format!("-w {folder} "));
        }
        let dev = if is_development(change, &members) { "--save-dev " } else { "" };
        return Way::by(pin(change, &members).map(|pin| format!("npm install {folders}{dev}{pin}")));
    }
    let holders = change.holders(Scheme::Npm);
    if !holders.is_empty() {
        return overridden(change, &holders, "npm install", |ask, name| {
            format!("overrides{}{}", key(&ask.by), key(name))
        });
    }
    // Where the lockfile states no requirements, only the direct dependency is known to be named.
    let known = !change.lookup.asks(change.path).of(&change.component.purl.native_name()).is_empty();
    let name = if known { change.name() } else { quote(&change.direct.native_name()) };
    Way::by(name.map(|name| format!("npm update {name}")))
}

pub(super) fn yarn(change: &Change<'_>) -> Way {
    // Yarn 2 and newer ("berry") hash the archive they build themselves, and have another word for it.
    let berry = change.component.hashes.iter().any(|h| h.algorithm == "yarnsha512");
    if change.is_direct() {
        let members = members(change);
        let Some(pin) = pin(change, &members) else { return Way::default() };
        let aliased = members.first().is_some_and(|m| m.name != change.component.purl.native_name());
        let command = match (is_development(change, &members), berry) {
            (true, _) => format!("yarn add -D {pin}"),
            (false, _) if aliased => format!("yarn add {pin}"),
            (false, true) => format!("yarn up {pin}"),
            (false, false) => format!("yarn upgrade {pin}"),
        };
        return Way::by(Some(command));
    }
    let holders = change.holders(Scheme::Npm);
    if holders.is_empty() && berry {
        return Way::by(change.name().map(|name| format!("yarn up -R {name}")));
    }
    if holders.is_empty() {
        // Classic yarn has no word that lifts what is not asked for directly.
        let name = change.component.purl.native_name();
        let set = quote(&format!("resolutions{}={}", key(&name), change.to));
        return Way::by(set.map(|set| format!("npm pkg set {set} && yarn install")));
    }
    overridden(change, &holders, "yarn install", |ask, name| {
        format!("resolutions{}", key(&format!("{}/{name}", ask.by)))
    })
}

pub(super) fn pnpm(change: &Change<'_>) -> Way {
    let name = change.component.purl.native_name();
    if change.is_direct() {
        let members = members(change);
        let Some(pin) = pin(change, &members) else { return Way::default() };
        let dev = if is_development(change, &members) { "-D " } else { "" };
        let aliased = members.first().is_some_and(|m| m.name != name);
        let mut folders = String::new();
        for member in members.iter().filter(|m| !m.folder.is_empty()) {
            let Some(folder) = quote(&format!("./{}", member.folder)) else { return Way::default() };
            folders.push_str(&format!("--filter {folder} "));
        }
        let plain = dev.is_empty() && folders.is_empty() && !aliased;
        let word = if plain { "update " } else { "add " };
        return Way::by(Some(format!("pnpm {folders}{word}{dev}{pin}")));
    }
    // The lockfile does not say which ranges were asked for: what semver calls compatible is tried.
    let now = change.component.purl.version().unwrap_or_default();
    if Scheme::Npm.satisfies(&format!("^{now}"), change.to).unwrap_or(false) {
        return Way::by(change.name().map(|name| format!("pnpm update {name} --depth Infinity")));
    }
    let set = quote(&format!("pnpm.overrides[{name}@<{0}]={0}", change.to));
    Way {
        command: set.map(|set| format!("npm pkg set {set} && pnpm install")),
        told: Some("What asks for it asks, as a rule, for the same first number only: an override lifts it, and a newer release of the parent is better.".to_owned()),
    }
}

/// Which members ask for it; from the manifest where the lockfile does not say.
fn members(change: &Change<'_>) -> Vec<Member> {
    let name = change.component.purl.native_name();
    let own = change.lookup.asks(change.path);
    if !own.members(&name).is_empty() {
        return own.members(&name).to_vec();
    }
    change.lookup.asks(&change.beside("package.json")).members(&name).to_vec()
}

/// Whether every member that asks for it does so for development.
fn is_development(change: &Change<'_>, members: &[Member]) -> bool {
    if members.is_empty() { change.development() } else { members.iter().all(|m| m.development) }
}

/// `name@version`, or `alias@npm:name@version`.
fn pin(change: &Change<'_>, members: &[Member]) -> Option<String> {
    let name = change.component.purl.native_name();
    match members.first().filter(|member| member.name != name) {
        Some(alias) => quote(&format!("{}@npm:{name}@{}", alias.name, change.to)),
        None => quote(&format!("{name}@{}", change.to)),
    }
}

/// `.name`, or `[@scope/name]` where dots would be read as a path.
fn key(name: &str) -> String {
    if name.contains(['.', '@', '[', ']']) { format!("[{name}]") } else { format!(".{name}") }
}

/// Sets an override for each parent that holds it, and installs.
fn overridden(change: &Change<'_>, holders: &[Ask], install: &str, at: impl Fn(&Ask, &str) -> String) -> Way {
    let name = change.component.purl.native_name();
    let mut sets: Vec<String> =
        holders.iter().filter_map(|ask| quote(&format!("{}={}", at(ask, &name), change.to))).collect();
    sets.dedup();
    let told = format!(
        "{}. The override in package.json lifts it all the same: a newer release of the parent is better where there is one.",
        change.held(holders)
    );
    Way { command: Some(format!("npm pkg set {} && {install}", sets.join(" "))), told: Some(told) }
}
