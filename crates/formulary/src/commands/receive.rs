//! `formulary hook receive`: git's pre-receive hook. It answers for each reference of a push, in
//! plain English, with a reference to quote and who hears an appeal.
//!
//! Bounded by time: a push that cannot be read in the seconds granted is refused, unless whoever
//! runs the server said otherwise, and then the answer says so. git takes a push whole: one
//! reference that is refused stops the others.

use std::{
    fmt::Write,
    io::{BufRead, IsTerminal, Read},
    path::Path,
    time::{Duration, Instant},
};

use domain::{Digest, FindingKind, Outcome, Timestamp};
use evidence::incoming::{
    By, CannotLook, Incoming, Work, look,
    pushed::{Receiving, Update},
};
use feeds::Feeds;
use pages::{
    columns::{clean, cut, wrap},
    words::count,
};

use crate::{
    args::{self, Otherwise},
    git_environment,
    landing::{self, Judged},
    library,
    output::{Failure, answer},
    world::World,
};

/// git puts `remote: ` before each line.
const WIDTH: usize = 90;

/// More references than this in one push are not read.
const MOST_UPDATES: usize = 100_000;

/// How many objects are taken between two looks at the clock.
const STRIDE: u64 = 64;

pub(crate) fn run(args: &args::Receiving, as_of: Option<Timestamp>, world: &World) -> Result<u8, Failure> {
    let until = Instant::now() + Duration::from_secs(args.within.into());
    let updates = read(std::io::stdin())?;
    look::prepare().map_err(Failure::new)?;
    let mut count = 0u64;
    let mut go_on = |n: u64| {
        count += n;
        if count.is_multiple_of(STRIDE) && Instant::now() > until {
            return Err(CannotLook::TooMuch(format!("{count} objects were read in time")));
        }
        Ok(())
    };
    // A large object is not begun if it would not be done in time: the dearest text is searched, and
    // an object put together, about this fast.
    let may_do = |work: Work| {
        let (bytes, rate) = match work {
            Work::Read(bytes) => (bytes, 150_000),
            Work::Search(bytes) => (bytes, 32_000),
        };
        Instant::now() + Duration::from_millis(bytes / rate) <= until
    };
    let receiving = Receiving::open(Path::new("."), &git_environment::read()).map_err(closed)?;
    let incoming = match receiving.look(&updates, &mut go_on, &may_do) {
        Ok(incoming) => incoming,
        Err(CannotLook::TooMuch(why)) => {
            updates.iter().map(|_| Incoming { cut: Some(why.clone()), ..Incoming::default() }).collect()
        }
        Err(error) => return Err(closed(error)),
    };
    let mut feeds = Advisories { args, world, opened: None };
    let mut told = Vec::new();
    for (update, incoming) in updates.iter().zip(incoming) {
        if update.new.is_none() {
            told.push((update, None));
            continue;
        }
        let mut incoming = incoming;
        let mut remarks = Vec::new();
        let malware = match receiving.folders_around(update, &landing::names_components, &mut go_on) {
            Ok((_, after)) if after.is_empty() => Vec::new(),
            Ok((before, after)) => match feeds.get() {
                Ok(Some(feeds)) => landing::malware(&before, &after, feeds),
                Ok(None) => {
                    remarks.push("No advisories are loaded here: components were not looked up for malware.");
                    Vec::new()
                }
                Err(()) => {
                    remarks.push(
                        "The advisories here cannot be read: components were not looked up for malware.",
                    );
                    Vec::new()
                }
            },
            Err(error) => {
                incoming.cut.get_or_insert_with(|| error.to_string());
                Vec::new()
            }
        };
        let judged = landing::judge(
            incoming,
            malware,
            &|path| receiving.content(update, path),
            None,
            &landing::Register { named: None, trust: None, seals: None, world },
            as_of.unwrap_or(world.now),
        )?;
        told.push((update, Some((judged, remarks))));
    }
    let outcomes: Vec<Outcome> = told
        .iter()
        .filter_map(|(_, judged)| judged.as_ref())
        .map(|(judged, _)| judged.outcome(args.unread, args.too_large))
        .collect();
    let stopped = outcomes.iter().any(|outcome| *outcome > Outcome::Conditional);
    let mut out = String::new();
    for (update, judged) in &told {
        let name = cut(&update.name, 60);
        match judged {
            None => {
                let _ = writeln!(out, "formulary: {name}: deleted, so nothing lands.");
            }
            Some((judged, remarks)) => tell(&mut out, args, update, &name, judged, remarks, stopped),
        }
    }
    answer(&out);
    Ok(if outcomes.contains(&Outcome::Refused) {
        1
    } else if stopped {
        3
    } else {
        0
    })
}

fn closed(error: CannotLook) -> Failure {
    Failure::from(error).next(
        "The push was not judged, so it is not taken. Whoever runs this server can say why; push again then.",
    )
}

/// The advisories, opened when the first lockfile asks for them.
struct Advisories<'a> {
    args: &'a args::Receiving,
    world: &'a World,
    opened: Option<Result<Option<Feeds>, ()>>,
}

impl Advisories<'_> {
    fn get(&mut self) -> Result<Option<&Feeds>, ()> {
        let (args, world) = (self.args, self.world);
        let opened =
            self.opened.get_or_insert_with(|| library::open(args.feeds.as_ref(), world).map_err(drop));
        match opened {
            Ok(feeds) => Ok(feeds.as_ref()),
            Err(()) => Err(()),
        }
    }
}

fn read(input: impl Read + IsTerminal) -> Result<Vec<Update>, Failure> {
    if input.is_terminal() {
        return Err(Failure::new("git runs this hook, and hands it what is pushed")
            .next("`formulary hook install DIR --receive` writes it into a repository."));
    }
    /// A name longer than this is no reference.
    const LONGEST: u64 = 64 << 10;
    let mut input = std::io::BufReader::new(input);
    let mut updates = Vec::new();
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        updates.push(Update::read(line)?);
        if updates.len() > MOST_UPDATES {
            return Err(Failure::new(format!("more than {MOST_UPDATES} references in one push"))
                .next("Push fewer at once."));
        }
    }
    if updates.is_empty() {
        return Err(Failure::new("git handed in no reference, so nothing was judged"));
    }
    Ok(updates)
}

fn tell(
    out: &mut String,
    args: &args::Receiving,
    update: &Update,
    name: &str,
    judged: &Judged,
    remarks: &[&str],
    stopped: bool,
) {
    let outcome = judged.outcome(args.unread, args.too_large);
    match outcome {
        Outcome::Refused => {
            let _ = writeln!(out, "formulary: {name}: refused: {}.", judged.summary());
        }
        Outcome::NotEvaluated => {
            let _ = writeln!(out, "formulary: {name}: not taken: it could not be looked at whole.");
        }
        _ if stopped => {
            let _ =
                writeln!(out, "formulary: {name}: nothing stands against it, but git takes a push whole.");
        }
        _ => {
            let _ = writeln!(out, "formulary: {name}: accepted.");
        }
    }
    const MOST: usize = 10;
    for landing in judged.stopped.iter().take(MOST) {
        lines(out, 2, &landing::what_and_where(landing));
        let remedy = landing.finding.remedy.as_deref().unwrap_or_default();
        if landing.finding.kind == FindingKind::Malware {
            lines(out, 4, remedy);
            continue;
        }
        match &landing.by {
            By::Commit(id) => lines(
                out,
                4,
                &format!(
                    "Take it out of every commit that you push (git rebase -i {}^): a later commit that removes it leaves it in the history.",
                    landing::short(id)
                ),
            ),
            By::Tag(_) => lines(out, 4, "It is in the tag's own text: delete the tag and write it anew."),
            By::Index => {}
        }
        let secret = landing.finding.kind == FindingKind::Secret;
        lines(
            out,
            4,
            &format!("{}{remedy}", if secret { "Rotate it: it has left your machine. " } else { "" }),
        );
        lines(out, 4, &landing::not_real(&landing.finding));
    }
    if judged.stopped.len() > MOST {
        let _ = writeln!(out, "  and {} more", judged.stopped.len() - MOST);
    }
    if let Some(cut) = &judged.cut {
        let seconds = count(args.within.into(), "second", "seconds");
        let why = match args.too_large {
            Otherwise::Accept => {
                format!(
                    "Taken although it was not read whole in {seconds}, as this server is told to: {cut}."
                )
            }
            Otherwise::Refuse => format!(
                "It was too large to be read in {seconds}: {cut}. Push it in smaller parts (git push origin COMMIT:BRANCH), or ask for more time: whoever runs this server can grant it (--within, --too-large)."
            ),
        };
        lines(out, 2, &why);
    }
    for unread in judged.unread.iter().take(MOST) {
        lines(out, 2, &format!("Not looked into: {} ({})", clean(&unread.place.to_string()), unread.why));
    }
    if judged.unread.len() > MOST {
        let _ = writeln!(out, "  and {} more not looked into", judged.unread.len() - MOST);
    }
    for remark in remarks {
        lines(out, 2, remark);
    }
    lines(out, 2, &judged.tally());
    if outcome > Outcome::Conditional {
        let who = args.appeal.as_deref().unwrap_or("whoever runs this server");
        lines(
            out,
            2,
            &format!("Reference {}. Appeal to {}, quoting it.", reference(update, judged), clean(who)),
        );
    }
}

/// A short name for this answer, the same for the same push: what an appeal quotes.
fn reference(update: &Update, judged: &Judged) -> String {
    let mut text = format!("{}\0{:?}\0{:?}", update.name, update.old, update.new);
    for landing in &judged.stopped {
        text.push_str(&landing.finding.fingerprint.to_string());
    }
    let digest = Digest::of(text.as_bytes()).to_string();
    let hex = digest.rsplit(':').next().unwrap_or_default();
    format!("push-{}", hex.chars().take(12).collect::<String>())
}

fn lines(out: &mut String, indent: usize, text: &str) {
    for (i, line) in wrap(text, WIDTH - indent - 2).into_iter().enumerate() {
        let _ = writeln!(out, "{:indent$}{}{line}", "", if i == 0 { "" } else { "  " });
    }
}
