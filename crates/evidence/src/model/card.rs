//! The model card: front matter and sections of README.md, field by field. Presence of a heading
//! is not an answer, and "None" or "More Information Needed" alone is none either.
//!
//! Which fields are asked for, and by which headings they are known, is data:
//! `rules/model-card.toml`.

use std::{collections::BTreeMap, sync::OnceLock};

use domain::Place;
use formats::tree::{Node, Tree};
use serde::{Deserialize, Serialize};

use super::find::ModelFolder;
use crate::{licence::text::reduce, material::Material, text};

/// How a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Neither key nor heading.
    Missing,
    /// There, and empty or "None", "N/A", "TODO".
    Empty,
    /// There, with content.
    Given,
}

/// One field of the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its id in the rules.
    pub id: String,
    /// What it asks.
    pub title: String,
    /// Whether a card without it is incomplete.
    pub needed: bool,
    /// How it stands.
    pub answer: Answer,
    /// Where it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// How the card stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// There is none.
    Absent,
    /// There is one and it could not be read.
    Unread,
    /// A needed field is missing.
    FieldsMissing,
    /// No needed field is missing; one has an empty answer.
    EmptyAnswers,
    /// Every needed field is answered.
    Complete,
}

/// What the card says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The file.
    pub path: Option<String>,
    /// As a whole.
    pub state: State,
    /// Field by field, in the order of the rules.
    pub fields: Vec<Field>,
    /// `license`, `license_name` of the front matter.
    pub licences: Vec<String>,
    /// `base_model`.
    pub base_models: Vec<String>,
    /// `base_model_relation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// `datasets`.
    pub datasets: Vec<String>,
    /// The name in `model-index`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many results `model-index` states; unverified.
    pub results: u32,
    /// Where the training data comes from is stated; none without a card.
    pub data_origin: Option<bool>,
    /// How sensitive the training data is is stated.
    pub data_sensitivity: Option<bool>,
    /// By what right the training data was used is stated.
    pub data_rights: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    empty_answers: Vec<String>,
    field: Vec<FieldRule>,
    data: DataRules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldRule {
    id: String,
    title: String,
    needed: bool,
    headings: Vec<String>,
    keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DataRules {
    sensitivity: Vec<String>,
    rights: Vec<String>,
}

fn rules() -> Option<&'static Rules> {
    static RULES: OnceLock<Option<Rules>> = OnceLock::new();
    RULES.get_or_init(|| toml::from_str(include_str!("../../rules/model-card.toml")).ok()).as_ref()
}

/// The card's fields, without a card: all missing.
fn none(state: State, path: Option<String>) -> Card {
    let fields = rules().into_iter().flat_map(|rules| &rules.field).map(|rule| Field {
        id: rule.id.clone(),
        title: rule.title.clone(),
        needed: rule.needed,
        answer: Answer::Missing,
        place: None,
    });
    Card {
        path,
        state,
        fields: fields.collect(),
        licences: Vec::new(),
        base_models: Vec::new(),
        relation: None,
        datasets: Vec::new(),
        name: None,
        results: 0,
        data_origin: None,
        data_sensitivity: None,
        data_rights: None,
    }
}

/// Reads the card of a model.
pub fn look(material: &dyn Material, folder: &ModelFolder) -> Card {
    let names = ["README.md", "readme.md", "Readme.md", "MODEL_CARD.md", "model_card.md", "modelcard.md"];
    let path = names
        .iter()
        .map(|name| folder.inside(name))
        .find(|path| material.entries().binary_search_by(|entry| entry.path.as_str().cmp(path)).is_ok());
    let Some(path) = path else { return none(State::Absent, None) };
    let (Some(content), Some(rules)) = (text::small(material, &path), rules()) else {
        return none(State::Unread, Some(path));
    };
    read(&path, &content, rules)
}

fn read(path: &str, content: &str, rules: &Rules) -> Card {
    let mut card = none(State::Absent, Some(path.to_owned()));
    let (front, body, first) = split(content);
    let tree = front.map(|front| Tree::yaml(path, front.as_bytes()));
    let keys = match &tree {
        Some(Ok(tree)) => front_matter(tree.root(), &mut card),
        // Front matter that is there and cannot be read may hold anything: not an absence.
        Some(Err(_)) => return none(State::Unread, Some(path.to_owned())),
        None => BTreeMap::new(),
    };
    let sections = sections(body, first);
    for (field, rule) in card.fields.iter_mut().zip(&rules.field) {
        for section in &sections {
            if !names(&section.heading, &rule.headings) {
                continue;
            }
            let answer =
                if is_content(&section.text, &rules.empty_answers) { Answer::Given } else { Answer::Empty };
            if answer > field.answer {
                field.answer = answer;
                field.place = Some(Place::line(path, section.line));
            }
        }
        for key in &rule.keys {
            if field.answer != Answer::Given
                && let Some(line) = keys.get(key.as_str())
            {
                field.answer = Answer::Given;
                // The front matter begins on the second line.
                field.place = Some(Place::line(path, line.saturating_add(1)));
            }
        }
    }
    let needed = |answer| card.fields.iter().any(|f| f.needed && f.answer == answer);
    card.state = match () {
        () if needed(Answer::Missing) => State::FieldsMissing,
        () if needed(Answer::Empty) => State::EmptyAnswers,
        () => State::Complete,
    };
    let data_rule = rules.field.iter().find(|rule| rule.id == "training-data");
    let about: String = sections
        .iter()
        .filter(|s| data_rule.is_some_and(|rule| names(&s.heading, &rule.headings)))
        .map(|s| format!(" {} ", reduce(&s.text)))
        .collect();
    let speaks = |words: &[String]| words.iter().any(|word| about.contains(&format!(" {word} ")));
    let field = card.fields.iter().find(|f| f.id == "training-data");
    card.data_origin = Some(field.is_some_and(|f| f.answer == Answer::Given));
    card.data_sensitivity = Some(speaks(&rules.data.sensitivity));
    card.data_rights = Some(speaks(&rules.data.rights));
    card
}

/// Front matter between two lines of dashes, the rest, and the line that the rest begins on.
fn split(content: &str) -> (Option<&str>, &str, u32) {
    let Some(rest) = content.strip_prefix("---\n").or_else(|| content.strip_prefix("---\r\n")) else {
        return (None, content, 1);
    };
    let mut at = 0;
    for (number, line) in (2..).zip(rest.split_inclusive('\n')) {
        if line.trim_end() == "---" {
            return (Some(&rest[..at]), &rest[at + line.len()..], number + 1);
        }
        at += line.len();
    }
    (None, content, 1)
}

/// A text or a list of texts, none of them empty.
fn texts(node: Option<Node<'_>>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let all: Vec<_> = if node.is_list() {
        node.entries().filter_map(Node::scalar).collect()
    } else {
        node.scalar().into_iter().collect()
    };
    let short = |text: &str| text.trim().chars().take(200).collect::<String>();
    all.into_iter().map(short).filter(|text| !text.is_empty()).take(100).collect()
}

/// Fills the card from the front matter; gives the keys that hold something, with their lines.
fn front_matter<'t>(root: Node<'t>, card: &mut Card) -> BTreeMap<&'t str, u32> {
    for key in ["license", "licence", "license_name"] {
        card.licences.extend(texts(root.get(key)).into_iter().map(|id| id.to_ascii_lowercase()));
    }
    if card.licences.len() > 1 {
        card.licences.retain(|id| id != "other");
    }
    card.base_models = texts(root.get("base_model"));
    card.relation = root.text_at("base_model_relation").map(|relation| relation.chars().take(64).collect());
    card.datasets = texts(root.get("datasets"));
    for model in root.get("model-index").into_iter().flat_map(Node::entries).take(1000) {
        card.name =
            card.name.take().or_else(|| model.text_at("name").map(|name| name.chars().take(200).collect()));
        let results = model.get("results").into_iter().flat_map(Node::entries);
        let metrics: usize =
            results.map(|result| result.get("metrics").into_iter().flat_map(Node::entries).count()).sum();
        card.results = card.results.saturating_add(u32::try_from(metrics).unwrap_or(u32::MAX));
    }
    root.entries()
        .filter(|node| {
            !node.is_null()
                && (node.scalar().is_some_and(|s| !s.trim().is_empty()) || node.entries().next().is_some())
        })
        .map(|node| (node.key(), node.line()))
        .collect()
}

struct Section {
    heading: String,
    line: u32,
    text: String,
}

/// Sections by heading, each with everything under it up to the next of its level or above,
/// without the headings below it and without comments. The text before the first heading is left out.
fn sections(body: &str, first: u32) -> Vec<Section> {
    let body = without_comments(body);
    let mut out: Vec<Section> = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut fenced = false;
    for (line, content) in (first..).zip(body.lines()) {
        let trimmed = content.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
        }
        let level = trimmed.bytes().take_while(|b| *b == b'#').count();
        if !fenced
            && (1..=6).contains(&level)
            && trimmed[level..].starts_with([' ', '\t', '*'])
            && out.len() < 2000
        {
            open.retain(|(above, _)| *above < level);
            open.push((level, out.len()));
            out.push(Section { heading: reduce(&trimmed[level..]), line, text: String::new() });
            continue;
        }
        for (_, at) in &open {
            out[*at].text.push_str(content);
            out[*at].text.push('\n');
        }
    }
    out
}

fn without_comments(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find("<!--") {
        out.push_str(&rest[..at]);
        let comment = &rest[at..];
        let end = comment.find("-->").map_or(comment.len(), |end| end + 3);
        // Lines stay lines, so that the numbers of those below hold.
        out.extend(comment[..end].chars().filter(|c| *c == '\n'));
        rest = &comment[end..];
    }
    out.push_str(rest);
    out
}

/// Whether a heading holds one of the names as whole words.
fn names(heading: &str, names: &[String]) -> bool {
    let padded = format!(" {heading} ");
    names.iter().any(|name| {
        // A single common word must be the heading itself, or be joined to others by "and".
        if ["data", "about", "uses", "results", "users", "performance"].contains(&name.as_str()) {
            heading == name
        } else {
            padded.contains(&format!(" {name} "))
        }
    })
}

/// Whether any line says more than an empty answer. A label (`**Language:** [More …]`) is not content.
fn is_content(text: &str, empty: &[String]) -> bool {
    text.lines().any(|line| {
        let words = reduce(line);
        if words.is_empty() || empty.contains(&words) {
            return false;
        }
        let after_label = line.split_once(':').map_or("", |(_, after)| after);
        let label_only = line.contains(':') && {
            let after = reduce(after_label);
            after.is_empty() || empty.contains(&after)
        };
        let placeholder = words.contains("more information needed");
        !label_only && !placeholder && words.chars().filter(|c| c.is_alphabetic()).count() >= 8
    })
}
