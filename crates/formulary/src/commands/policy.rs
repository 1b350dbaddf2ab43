//! `formulary policy list|show|test|what-if`: the packs of controls, to read, to test, to try out.

use std::{collections::BTreeSet, fmt::Write};

use domain::{Purpose, Tier, Visibility, verdict::Action};
use pages::columns::{WIDTH, wrap};
use policy::{Pack, cases, control::Control, setting::Setting};

use crate::{
    args::Policy,
    output::{Failure, answer},
    packs::pack,
    world::World,
};

pub(crate) fn run(args: &Policy, _world: &World) -> Result<u8, Failure> {
    match args {
        Policy::List { pack: None } => list_packs(),
        Policy::List { pack: Some(name) } => list_controls(&pack(name)?),
        Policy::Show { control, pack: name } => show(&pack(name)?, control),
        Policy::Facts => list_facts(),
        Policy::Test { pack: None } => {
            let packs = Pack::builtin_names().into_iter().map(pack).collect::<Result<Vec<_>, _>>()?;
            test(&packs)
        }
        Policy::Test { pack: Some(name) } => test(&[pack(name)?]),
        Policy::WhatIf { pack: name, assessments } => super::what_if::run(&pack(name)?, assessments),
    }
}

fn list_packs() -> Result<u8, Failure> {
    let mut out = String::new();
    for name in Pack::builtin_names() {
        let pack = pack(name)?;
        let _ = writeln!(
            out,
            "{} ({}, {} controls, {})",
            pack.label(),
            pack.purpose().word(),
            pack.len(),
            pack.date()
        );
        for line in wrap(pack.title(), WIDTH - 4) {
            let _ = writeln!(out, "    {line}");
        }
    }
    answer(&out);
    Ok(0)
}

/// The letters of PACKS.md: B block, F refer, O oblige, A advise.
const fn letter(action: Option<Action>) -> char {
    match action {
        Some(Action::Block) => 'B',
        Some(Action::Refer) => 'F',
        Some(Action::Oblige) => 'O',
        Some(Action::Advise) => 'A',
        None => '-',
    }
}

fn settings(pack: &Pack) -> Vec<(&'static str, Setting)> {
    match pack.purpose() {
        Purpose::Use => Tier::ALL.iter().map(|tier| (tier.word(), Setting::at(*tier))).collect(),
        Purpose::Publish => vec![
            ("not yet public", Setting::publish(Tier::Operational, Visibility::Private)),
            ("already public", Setting::publish(Tier::Operational, Visibility::Public)),
        ],
    }
}

fn letters(control: &Control, settings: &[(&str, Setting)]) -> String {
    let cells = settings.iter().map(|(_, setting)| control.actions(*setting).unwrap_or_default());
    let not_met: String = cells.clone().map(|cell| letter(cell.not_met)).collect();
    let unknown: String = cells.map(|cell| letter(cell.unknown)).collect();
    format!("{not_met} / {unknown}")
}

fn list_controls(pack: &Pack) -> Result<u8, Failure> {
    let settings = settings(pack);
    let names: Vec<&str> = settings.iter().map(|(name, _)| *name).collect();
    let mut out = format!("{}: {}\n", pack.label(), pack.title());
    let _ = writeln!(out, "Actions when not met / when unknown, for {}:", names.join(", "));
    let _ = writeln!(out, "B refuses or leaves it not evaluated, F refers, O obliges, A advises.\n");
    for (_, control) in pack.controls() {
        let head = format!("{:<22} {:<8} {:<12} ", control.id(), control.row(), letters(control, &settings));
        // A control of several rows has a longer head.
        let at = head.chars().count().max(45);
        for (i, line) in wrap(control.title(), WIDTH - at).into_iter().enumerate() {
            let _ = writeln!(out, "{:<at$}{line}", if i == 0 { head.as_str() } else { "" });
        }
    }
    answer(&out);
    Ok(0)
}

fn list_facts() -> Result<u8, Failure> {
    use policy::catalogue::FactType;
    let mut out = String::new();
    for judged in policy::Judged::ALL {
        let _ = writeln!(out, "{judged}");
        for entry in judged.facts() {
            let takes = match entry.kind {
                FactType::Bool => "yes or no".to_owned(),
                FactType::Words(words) => words.join(", "),
                FactType::Count { max } => format!("0 to {max}"),
            };
            let text = format!("{} ({takes}; seen by a {})", entry.meaning, entry.observer.word());
            for (i, line) in wrap(&text, WIDTH - 34).into_iter().enumerate() {
                let _ = writeln!(out, "  {:<32}{line}", if i == 0 { entry.id } else { "" });
            }
        }
    }
    answer(&out);
    Ok(0)
}

fn show(pack: &Pack, id: &str) -> Result<u8, Failure> {
    let Some((at, control)) = pack.find(id) else {
        return Err(Failure::new(format!("the pack {} has no control `{id}`", pack.label()))
            .next(format!("See `formulary policy list {}`.", pack.name())));
    };
    let settings = settings(pack);
    let mut out = format!("{} ({}), of {}\n", control.id(), control.row(), pack.label());
    let mut line = |name: &str, text: &str| {
        for (i, part) in wrap(text, WIDTH - 15).into_iter().enumerate() {
            let _ = writeln!(out, "{:<15}{part}", if i == 0 { name } else { "" });
        }
    };
    line("asks", control.title());
    line("source", control.source());
    line("judges", &format!("each {}", control.judged()));
    let needs: Vec<String> = control.needs().map(|e| format!("{} ({})", e.id, e.observer.word())).collect();
    line("needs", &needs.join(", "));
    for (name, setting) in &settings {
        let cell = control.actions(*setting).unwrap_or_default();
        let word = |action: Option<Action>| match action {
            Some(Action::Block) => "block",
            Some(Action::Refer) => "refer",
            Some(Action::Oblige) => "oblige",
            Some(Action::Advise) => "advise",
            None => "not asked",
        };
        let who = control.excepts().who(setting.tier).word();
        line(
            name,
            &format!(
                "not met: {}, unknown: {}; may be set aside by {who}",
                word(cell.not_met),
                word(cell.unknown)
            ),
        );
    }
    let _ = writeln!(out, "\n{}", pack.text(at).trim_end());
    let cases = cases::cases(pack, at)?;
    let _ = writeln!(out, "\n{}", pages::words::count(cases.len(), "case", "cases"));
    for case in &cases {
        let text = format!("{} ({}): {}", case.name, case.state, case.because);
        for (i, part) in wrap(&text, WIDTH - 4).into_iter().enumerate() {
            let _ = writeln!(out, "{}{part}", if i == 0 { "  - " } else { "    " });
        }
    }
    answer(&out);
    Ok(0)
}

fn test(packs: &[Pack]) -> Result<u8, Failure> {
    let mut failed = 0;
    let mut out = String::new();
    for pack in packs {
        pack.check()?;
        let (run, failures) = cases::run(pack)?;
        if run == 0 {
            return Err(Failure::new(format!("{} has no cases: nothing was tested", pack.label()))
                .next("Put cases beside each control: NAME.cases.toml."));
        }
        for failure in &failures {
            let _ = writeln!(out, "{}, case `{}`: {}", failure.control, failure.case, failure.what);
        }
        // Several things of one case may be otherwise than expected.
        let cases: BTreeSet<_> = failures.iter().map(|f| (&f.control, &f.case)).collect();
        failed += cases.len();
        let _ = writeln!(
            out,
            "{}: {} of {} as expected, over {}",
            pack.label(),
            run.saturating_sub(cases.len()),
            pages::words::count(run, "case", "cases"),
            pages::words::count(pack.len(), "control", "controls")
        );
    }
    answer(&out);
    Ok(if failed == 0 { 0 } else { 1 })
}
