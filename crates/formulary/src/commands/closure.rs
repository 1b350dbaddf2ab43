//! `formulary closure`: code kept closed, narrowly and for a time, in the repository's own files; no
//! register is needed. What a register decided wins over what stands here.

mod add;
mod instructions;
mod shown;

use std::path::Path;

use assess::closures;
use domain::{Date, Tier};
use formats::own::{
    debt::{self, Debt},
    system::{self, System},
};

use crate::{
    args::{Judging, closure::Closure},
    output::{Failure, answer, remark},
    packs, subject,
    world::World,
};

pub(crate) fn run(command: &Closure, world: &World) -> Result<u8, Failure> {
    match command {
        Closure::Add(args) => add::run(args, world),
        Closure::List { folder, format, judging } => {
            let today = judging.as_of.unwrap_or(world.now).date();
            answer(&shown::list(&Book::open(folder, judging)?, *format, today)?);
            Ok(0)
        }
        Closure::Show { id, folder, toml, judging } => {
            let today = judging.as_of.unwrap_or(world.now).date();
            answer(&shown::one(&Book::open(folder, judging)?, id, *toml, today)?);
            Ok(0)
        }
        Closure::End { id, folder, on, as_of } => {
            end(folder, id, *on, as_of.unwrap_or(world.now).date()).map(|()| 0)
        }
        Closure::Handling { folder, judging } => {
            let today = judging.as_of.unwrap_or(world.now).date();
            instructions::write(&Book::open(folder, judging)?, folder, today)?;
            Ok(0)
        }
    }
}

/// The closures of a repository, and for how long a team may close on its own word there.
pub(super) struct Book {
    pub(super) debt: Debt,
    /// The file's text, as it is.
    text: Option<String>,
    pub(super) system: System,
    pub(super) tier: Tier,
    pub(super) limit: i64,
}

impl Book {
    fn open(folder: &Path, judging: &Judging) -> Result<Self, Failure> {
        let text = small(&folder.join(debt::FILE))?;
        let debt = match &text {
            Some(text) => Debt::read(debt::FILE, text.as_bytes()).map_err(subject::own_fault)?,
            None => Debt::default(),
        };
        let system = match small(&folder.join(system::FILE))? {
            Some(text) => System::read(system::FILE, text.as_bytes()).map_err(subject::own_fault)?,
            None => System::default(),
        };
        let packs = packs::packs(&judging.packs, &system.packs, folder)?;
        let tier = judging.tier.or(system.tier).unwrap_or(Tier::Operational);
        let limit = closures::limit(&packs, tier);
        Ok(Self { debt, text, system, tier, limit })
    }

    /// The closures, as an assessment keeps them.
    pub(super) fn rows(&self) -> Vec<closures::Closure> {
        self.debt.closures.iter().map(closures::Closure::of).collect()
    }
}

/// A file of ours, if it is there.
fn small(path: &Path) -> Result<Option<String>, Failure> {
    if !path.exists() {
        return Ok(None);
    }
    String::from_utf8(subject::read(path)?)
        .map(Some)
        .map_err(|_| Failure::new(format!("{} is not UTF-8 text", path.display())))
}

/// Records the end of a closure where it stands in the file, and leaves the rest of the file alone.
fn end(folder: &Path, id: &str, on: Option<Date>, today: Date) -> Result<(), Failure> {
    let on = on.unwrap_or(today);
    if on > today {
        return Err(Failure::new(format!("{on} has not come yet: an end is recorded when it is")));
    }
    let judging = Judging::default();
    let book = Book::open(folder, &judging)?;
    let it = shown::find(&book, id)?;
    if let Some(day) = it.ended {
        return Err(Failure::new(format!("closure `{id}` was ended on {day} already")));
    }
    let text = book.text.as_deref().unwrap_or_default();
    let head = usize::try_from(it.line).unwrap_or(usize::MAX);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if head == 0 || head > lines.len() {
        return Err(Failure::new(format!("{} changed while it was read", debt::FILE)));
    }
    lines.insert(head, format!("ended = {on}"));
    let after = lines.join("\n") + "\n";
    let same = Debt::read(debt::FILE, after.as_bytes()).is_ok_and(|debt| {
        debt.closures.len() == book.debt.closures.len()
            && debt.closures.iter().all(|c| (c.id == id) == (c.ended == Some(on) && c.id == id))
    });
    if !same {
        return Err(Failure::new(format!("closure `{id}` is not written as a table of its own"))
            .next(format!("Put `ended = {on}` into it by hand, in {}.", debt::FILE)));
    }
    super::init::write(folder, debt::FILE, &after)?;
    answer(&format!("Closure `{id}` ended on {on}, in {}.\n", debt::FILE));
    let book = Book::open(folder, &judging)?;
    if folder.join(pages::handling::FILE).exists() {
        instructions::write(&book, folder, today)?;
    }
    remark("Next: `formulary check . --publish` re-reads what was committed since it was last public.");
    Ok(())
}
