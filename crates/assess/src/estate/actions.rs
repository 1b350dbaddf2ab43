//! The same action of many subjects as one, and all of them in the order in which to do them: by the
//! day they are due, what is past counting as today, and what refuses a subject today as due today; then
//! by tier; then by the number of subjects they clear.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use domain::{
    Date, Outcome, Tier,
    estate::{ActionAt, ActionKind, EstateAction, RowOwner},
};

use super::{Subject, tasks::Task};

/// More target versions than this are counted, not named.
const MOST_VERSIONS: usize = 3;

/// A task, where it is, and who does it.
type At<'a> = (&'a str, Option<&'a RowOwner>, &'a Task);

/// All actions, the most pressing first.
pub(super) fn of(subjects: &[Subject], today: Date) -> Vec<EstateAction> {
    let mut by_key: BTreeMap<&str, Vec<At<'_>>> = BTreeMap::new();
    let mut unreadable = Vec::new();
    for subject in subjects {
        match &subject.brief {
            Ok(brief) => {
                for task in &brief.tasks {
                    let at = (subject.repository.as_str(), brief.row.owner.as_ref(), task);
                    by_key.entry(&task.key).or_default().push(at);
                }
            }
            Err(why) => unreadable.push((subject.repository.as_str(), why.as_str())),
        }
    }
    let mut all: Vec<EstateAction> = by_key.into_values().map(|tasks| one(&tasks, today)).collect();
    all.extend(make_readable(&unreadable));
    all.sort_by(|a, b| order(a, today).cmp(&order(b, today)));
    all
}

/// What is pressing first.
fn order(action: &EstateAction, today: Date) -> impl Ord + '_ {
    let due = match (action.now, action.due) {
        (true, _) => Some(today),
        (false, due) => due,
    };
    (
        due.is_none(),
        due,
        // On one day, what is exploited or refuses stands before what merely has its day.
        Reverse(action.exploited > 0),
        action.tier,
        Reverse(repositories(action)),
        Reverse(action.outcome),
        Reverse(action.clears),
        &action.what,
    )
}

/// How many subjects an action concerns.
pub(super) fn repositories(action: &EstateAction) -> usize {
    action.subjects.iter().map(|at| at.repository.as_str()).collect::<BTreeSet<_>>().len()
}

fn one(tasks: &[At<'_>], today: Date) -> EstateAction {
    let outcome = tasks.iter().map(|(.., task)| task.outcome).max().unwrap_or(Outcome::Allowed);
    let due = tasks.iter().filter_map(|(.., task)| task.due).min();
    EstateAction {
        what: what(tasks),
        kind: tasks.iter().map(|(.., task)| task.kind).min().unwrap_or(ActionKind::Other),
        outcome,
        due,
        now: due.map_or(outcome == Outcome::Refused, |due| due < today),
        tier: tasks.iter().map(|(.., task)| task.tier).min().unwrap_or(Tier::Operational),
        clears: tasks.iter().map(|(.., task)| task.clears).sum(),
        overdue: tasks.iter().map(|(.., task)| task.overdue).sum(),
        exploited: tasks.iter().map(|(.., task)| task.exploited).sum(),
        subjects: tasks
            .iter()
            .map(|(repository, owner, task)| ActionAt {
                repository: (*repository).to_owned(),
                what: task.what.clone(),
                command: task.command.clone(),
                due: task.due,
                owner: owner.cloned(),
            })
            .collect(),
    }
}

/// One sentence for all of them: their own where they agree, else the component and where it leads.
fn what(tasks: &[At<'_>]) -> String {
    let said: BTreeSet<&str> = tasks.iter().map(|(.., task)| task.what.as_str()).collect();
    let goals: BTreeSet<_> = tasks.iter().filter_map(|(.., task)| task.goal.as_ref()).collect();
    let first = said.first().copied().unwrap_or_default();
    if said.len() == 1 {
        return first.to_owned();
    }
    let Some(goal) = goals.first() else { return first.to_owned() };
    let to: Vec<&str> = goals.iter().filter_map(|goal| goal.to.as_deref()).collect();
    let named = to.iter().take(MOST_VERSIONS).copied().collect::<Vec<_>>().join(", ");
    match to.len() {
        0 => format!("replace or isolate {} (no version is known to clear it)", goal.name),
        1 => format!("update {} to {named} or later", goal.name),
        n if n > MOST_VERSIONS => {
            format!("update {} (to {named} or {} more, by where it starts)", goal.name, n - MOST_VERSIONS)
        }
        _ => format!("update {} (to {named}, by where it starts)", goal.name),
    }
}

/// What could not be read stands in the way of every answer about it.
fn make_readable(unreadable: &[(&str, &str)]) -> Option<EstateAction> {
    (!unreadable.is_empty()).then(|| EstateAction {
        what: "make readable what could not be read: nothing is known of it".to_owned(),
        kind: ActionKind::Other,
        outcome: Outcome::NotEvaluated,
        due: None,
        now: true,
        tier: Tier::Operational,
        clears: 0,
        overdue: 0,
        exploited: 0,
        subjects: unreadable
            .iter()
            .map(|(repository, why)| ActionAt {
                repository: (*repository).to_owned(),
                what: (*why).to_owned(),
                command: None,
                due: None,
                owner: None,
            })
            .collect(),
    })
}
