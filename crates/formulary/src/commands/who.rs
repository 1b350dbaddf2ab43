//! `formulary who COMPONENT`: who patches, monitors and answers for it, until when, or "nobody".

use std::fmt::Write;

use assess::{explain, judge::Questions, owner};
use pages::columns::cut;

use crate::{
    args::Who,
    output::{Failure, answer},
    subject::{self, Judge},
    world::World,
};

/// The component that a misspelt name is nearest to, or where their names stand.
pub(super) fn nearest(assessment: &domain::Assessment, asked: &str) -> String {
    let names: Vec<String> = assessment.components.iter().map(|c| c.purl.native_name()).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    match formats::own::nearest(asked, &known) {
        Some(near) => format!("Did you mean `{}`? Names are as the ecosystem writes them.", cut(near, 60)),
        None if names.is_empty() => {
            "Nothing that was read names a component: see `formulary check`.".to_owned()
        }
        None => "Names are as the ecosystem writes them; `formulary check . --format json` lists them all."
            .to_owned(),
    }
}

pub(crate) fn run(args: &Who, world: &World) -> Result<u8, Failure> {
    let judge = Judge::new(&args.judging, world)?;
    let judged =
        judge.judge(&subject::open(&args.of)?, &args.of, Questions { use_: true, publish: false })?;
    let components: Vec<_> =
        judged.assessment.components.iter().filter(|c| explain::named(&c.purl, &args.component)).collect();
    if components.is_empty() {
        return Err(Failure::new(format!(
            "{} has no component called `{}`",
            args.of,
            cut(&args.component, 60)
        ))
        .next(nearest(&judged.assessment, &args.component)));
    }
    let mut out = String::new();
    let today = judged.assessment.as_of.date();
    for component in components {
        let _ = writeln!(out, "{}", cut(&component.purl.to_string(), 100));
        for duties in owner::of_component(&judged.assessment, component) {
            let _ = writeln!(out, "  {}", cut(&duties.place, 98));
            for (duty, who) in
                [("patches", &duties.patches), ("monitors", &duties.monitors), ("answers", &duties.answers)]
            {
                let text = match who {
                    Some(who) => {
                        let contact = who.contact.as_ref().map(|c| format!(", {c}")).unwrap_or_default();
                        format!("{}{contact} (by {})", who.role, who.source)
                    }
                    None => "nobody".to_owned(),
                };
                let _ = writeln!(out, "    {duty:<9} {}", cut(&text, 86));
            }
            let until = match duties.until {
                Some(until) if until < today => format!("lapsed on {until}: the role must confirm it again"),
                Some(until) => until.to_string(),
                None => "never confirmed by the role itself".to_owned(),
            };
            let _ = writeln!(out, "    until     {until}");
        }
    }
    answer(&out);
    Ok(0)
}
