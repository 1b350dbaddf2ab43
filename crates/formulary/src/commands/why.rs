//! `formulary why NAME`: everything that is known about a component, finding or control.

use std::fmt::Write;

use assess::{explain, judge::Questions};
use pages::columns::{WIDTH, wrap};

use crate::{
    args::Why,
    history::{self, Wish},
    output::{Failure, answer},
    subject::{self, Judge},
    world::World,
};

pub(crate) fn run(args: &Why, world: &World) -> Result<u8, Failure> {
    let judge = Judge::new(&args.judging, world)?;
    let questions = Questions { use_: true, publish: true };
    // The same question as `check` asks, so that it gets the same answer; what that read is kept.
    let opened = subject::open(&args.of)?.with_history(
        Wish::Read(Some(history::USUAL)),
        world.cache.clone(),
        history::cores(),
    );
    let judged = judge.judge(&opened, &args.of, questions)?;
    let found = explain::explain(&judged.assessment, &judged.packs, &args.what);
    if found.is_empty() {
        return Err(Failure::new(format!(
            "{} has no component, finding or control called `{}`",
            args.of,
            pages::columns::cut(&args.what, 60)
        ))
        .next(format!(
            "{} `formulary policy list use` and `formulary policy list publish` list the controls.",
            super::who::nearest(&judged.assessment, &args.what)
        )));
    }
    let bold = anstyle::Style::new().bold();
    let mut out = String::new();
    for (i, explanation) in found.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        for line in wrap(&explanation.title, WIDTH) {
            let _ = writeln!(out, "{bold}{line}{bold:#}");
        }
        for (name, text) in &explanation.lines {
            for (i, part) in wrap(text, WIDTH - 20).into_iter().enumerate() {
                let _ = writeln!(out, "  {:<18}{part}", if i == 0 { name.as_str() } else { "" });
            }
        }
        if let Some(lines) = explanation.avoid {
            let _ = writeln!(out, "  next time");
            for line in lines {
                for (i, part) in wrap(line, WIDTH - 6).into_iter().enumerate() {
                    let _ = writeln!(out, "    {}{part}", if i == 0 { "- " } else { "  " });
                }
            }
        }
    }
    answer(&out);
    Ok(0)
}
