//! `formulary estate`: many repositories judged as `formulary check` judges one, put into one table,
//! with what to do first.
//!
//! One repository a worker, each with its share of the cores; only a brief of each assessment stays in
//! memory. One repository that cannot be read, or on which the program itself fails, is a row that says
//! so, and never stops the rest.

mod find;
mod kept;
mod list;
mod state;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use assess::{
    estate::{self, Brief, Subject},
    judge::Questions,
};
use domain::Digest;

use self::find::Named;
use crate::{
    args::estate::{Estate, Form},
    fingerprint_key::FingerprintKey,
    history::Wish,
    output::{Failure, answer, remark},
    progress::Progress,
    subject::{self, Judge, Opened, TOOL},
    world::World,
};

/// The stack of a worker, in bytes: as much as the first thread of a program usually has.
const STACK: usize = 8 << 20;

/// What all repositories of one run have in common.
struct Run<'a> {
    judge: Judge,
    questions: Questions,
    publish_asked: bool,
    wish: Wish,
    world: &'a World,
    keep: Option<kept::Folder>,
    /// Digest of everything that is the same for all of them and that an answer depends on.
    inputs: Digest,
    /// Threads that one worker may use.
    threads: usize,
}

pub(crate) fn run(args: &Estate, world: &World) -> Result<u8, Failure> {
    let found = find::all(&args.subjects)?;
    if found.subjects.is_empty() {
        return Err(Failure::new("no repository was found").next(
            "Name a folder with git repositories below it, or a file that lists folders, one a line: those are \
             judged as they are, with or without a history.",
        ));
    }
    let mut judge = Judge::new(&args.judging, world)?;
    // The first moment of the day: a run that goes on later in the day gives the same bytes.
    judge.as_of = args.judging.as_of.unwrap_or_else(|| judge.as_of.date().start());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or(cores, usize::from).clamp(1, found.subjects.len());
    let questions =
        Questions { use_: args.use_only || !args.publish_only, publish: args.publish_only || !args.use_only };
    let wish = if args.no_history { Wish::Not(crate::history::NOT_WISHED) } else { Wish::Read(None) };
    let keep = args.keep.clone().or_else(|| world.cache.as_ref().map(|cache| cache.join("estate")));
    let inputs = state::of_run(&judge, questions, args)?;
    let run = Run {
        judge,
        questions,
        publish_asked: args.publish_only,
        wish,
        world,
        keep: keep.map(|folder| kept::Folder::new(folder, args.fresh)),
        inputs,
        threads: (cores / jobs).max(1),
    };
    let done = run.all(&found.subjects, jobs);
    let codes: Vec<u8> = done
        .iter()
        .map(|(subject, _)| subject.brief.as_ref().map_or(3, |brief| brief.row.exit_code))
        .collect();
    if !run.judge.has_advisories() {
        remark(
            "No advisories are loaded, so nothing is known of flaws: `formulary feeds import DIR` takes in a folder \n\
             in OSV's export layout, `formulary feeds sync` fetches them from the addresses you name.",
        );
    }
    let from_before = done.iter().filter(|(_, kept)| *kept).count();
    if from_before > 0 {
        let new = done.len() - from_before;
        remark(&format!("{from_before} as kept from an earlier run, {new} judged now."));
    }
    let given =
        estate::Given { as_of: run.judge.as_of, tool: TOOL.to_owned(), passed_over: found.passed_over };
    let estate = estate::of(given, done.into_iter().map(|(subject, _)| subject).collect())?;
    answer(&match args.format {
        Form::Text => pages::estate::text::render(&estate, args.letters),
        Form::Csv => pages::estate::csv::render(&estate),
        Form::Json => format!("{}\n", serde_json::to_string(&estate)?),
        Form::Html => pages::estate::page::render(&estate),
    });
    Ok(super::check::worst(&codes))
}

impl Run<'_> {
    /// Judges all of them; whether each was taken as kept.
    fn all(&self, subjects: &[Named], jobs: usize) -> Vec<(Subject, bool)> {
        // The largest first: one that takes long must not be begun last.
        let mut order: Vec<usize> = (0..subjects.len()).collect();
        order.sort_by_cached_key(|at| std::cmp::Reverse(state::weight(&subjects[*at].path)));
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(subjects.len()));
        let progress = Progress::start();
        let work = || {
            while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let named = &subjects[*at];
                let finished = done.lock().unwrap_or_else(PoisonError::into_inner).len();
                progress.say(format!("{finished} of {} judged; looking at {}", subjects.len(), named.name));
                let one = self.one_whatever_comes(named);
                done.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            }
        };
        thread::scope(|scope| {
            for _ in 1..jobs {
                // Where the system gives no more threads, fewer do the same.
                let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            }
            work();
        });
        drop(progress);
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn one_whatever_comes(&self, named: &Named) -> (Subject, bool) {
        let result = catch_unwind(AssertUnwindSafe(|| self.one(named)));
        let (brief, kept) = match result {
            Ok(Ok((brief, kept))) => (Ok(brief), kept),
            Ok(Err(failure)) => (Err(failure.what().to_owned()), false),
            Err(_) => (Err("the program failed on it; please report this".to_owned()), false),
        };
        (Subject { repository: named.name.clone(), brief }, kept)
    }

    /// Judges one, or takes what was kept of it where nothing that counts has changed.
    fn one(&self, named: &Named) -> Result<(Brief, bool), Failure> {
        if let Some(fault) = &named.fault {
            return Err(Failure::new(fault.clone()));
        }
        let path = named.path.to_string_lossy();
        let opened = self.open(&named.path, &path)?;
        let own = opened.own()?;
        let key = state::of_one(&self.inputs, named, &opened, &own)?;
        if let (Some(keep), Some(key)) = (&self.keep, key)
            && let Some(brief) = keep.read(&named.path, key)
        {
            return Ok((brief, true));
        }
        let judged = self.judge.judge_stated(
            &opened,
            &path,
            self.questions,
            &own,
            list::over(named.stated, self.judge.stated),
        )?;
        let code = super::check::code(&judged.assessment, self.publish_asked);
        let brief = estate::of_assessment(&judged.assessment, &judged.packs, code);
        if let (Some(keep), Some(key)) = (&self.keep, key) {
            // Without it the next run takes longer: that is all.
            let _ = keep.write(&named.path, key, &brief, &judged.assessment);
        }
        Ok((brief, false))
    }

    fn open(&self, path: &Path, named: &str) -> Result<Opened, Failure> {
        let opened = subject::open(named)?.with_history(self.wish, self.world.cache.clone(), self.threads);
        let opened = opened.keyed(FingerprintKey::find(self.world)?);
        if let Opened::Folder { checkout, .. } = &opened {
            // Read as a plain folder it would look clean: its history is there, and nobody can read it.
            if checkout.is_none() && path.join(".git").symlink_metadata().is_ok() {
                return Err(Failure::new("its git files are damaged: git's own `git fsck` says more"));
            }
        }
        Ok(opened)
    }
}
