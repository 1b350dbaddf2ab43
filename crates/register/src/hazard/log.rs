//! Reads a hazard log: a table of hazards with the severity, likelihood and rating that remain.
//!
//! Decides which of two usual forms it is (comma- or semicolon-separated values; a table in Markdown) and
//! which columns are meant. It judges no hazard. Anything else is an error that says what is expected: a log
//! that nobody has read must not look like one without faults. Own code: what is read are a few lines of a
//! table with freely named columns, and a general reader of CSV reads no Markdown.

use super::{HazardFault, Matrix, Residual};

/// The largest hazard log, in bytes, and the most hazards in one.
const LARGEST: usize = 4 << 20;
const MOST: usize = 5_000;

/// Names of columns, the likeliest first; `residual` before any of them is preferred.
const HAZARD: [&str; 6] = ["hazard", "hazard id", "hazard number", "id", "number", "no"];
const SEVERITY: [&str; 3] = ["severity", "consequence", "impact"];
const LIKELIHOOD: [&str; 2] = ["likelihood", "probability"];
const RATING: [&str; 5] = ["rating", "risk rating", "risk", "stated", "risk score"];
const JUSTIFIED: [&str; 2] = ["justified", "justification"];

/// The hazards that a log states.
///
/// # Errors
/// [`HazardFault::Unread`] where it is no such table, or a line of it is incomplete.
pub fn read(bytes: &[u8], matrix: &Matrix) -> Result<Vec<Residual>, HazardFault> {
    let unread = |why: String| Err(HazardFault::Unread(why));
    if bytes.len() > LARGEST {
        return unread("it is too large".to_owned());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return unread("it is not text".to_owned()) };
    let rows = rows(text.trim_start_matches('\u{feff}'));
    let head = rows.iter().position(|(_, row)| Columns::of(row).is_some());
    let Some((at, columns)) = head.and_then(|at| Some((at, Columns::of(&rows[at].1)?))) else {
        return unread("no line of it names the columns".to_owned());
    };
    let mut out = Vec::new();
    for (line, row) in rows.iter().skip(at + 1).take_while(|(_, row)| row.len() > 1) {
        let rule = |cell: &String| !cell.is_empty() && cell.chars().all(|c| "-: ".contains(c));
        if row.iter().all(rule) || row.iter().all(String::is_empty) {
            continue;
        }
        let cell = |at: usize| row.get(at).map(|c| c.trim()).filter(|c| !c.is_empty());
        let (Some(hazard), Some(severity), Some(likelihood), Some(stated)) =
            (cell(columns.hazard), cell(columns.severity), cell(columns.likelihood), cell(columns.rating))
        else {
            return unread(format!("line {line} leaves a column empty"));
        };
        let Ok(stated) = stated.parse::<u8>() else {
            return unread(format!("line {line}: a rating is a number from 1 to 5"));
        };
        let justified = columns.justified.and_then(cell);
        out.push(Residual {
            hazard: hazard.chars().take(100).collect(),
            severity: word(severity, &matrix.severities),
            likelihood: word(likelihood, &matrix.likelihoods),
            stated,
            justified: justified
                .is_some_and(|j| !matches!(j.to_lowercase().as_str(), "no" | "-" | "n/a" | "false")),
        });
        if out.len() > MOST {
            return unread(format!("it has more than {MOST} hazards"));
        }
    }
    if out.is_empty() { unread("it states no hazard".to_owned()) } else { Ok(out) }
}

/// A word of the matrix, or its number counted from 1.
fn word(cell: &str, words: &[String]) -> String {
    let numbered = cell.parse::<usize>().ok().and_then(|n| words.get(n.checked_sub(1)?));
    numbered.cloned().unwrap_or_else(|| cell.chars().take(60).collect())
}

/// Where the columns are.
struct Columns {
    hazard: usize,
    severity: usize,
    likelihood: usize,
    rating: usize,
    justified: Option<usize>,
}

impl Columns {
    fn of(row: &[String]) -> Option<Self> {
        let plain: Vec<String> =
            row.iter().map(|c| c.trim().to_lowercase().replace(['_', '-'], " ")).collect();
        let find = |names: &[&str]| {
            let residual =
                names.iter().find_map(|n| plain.iter().position(|c| *c == format!("residual {n}")));
            residual.or_else(|| names.iter().find_map(|n| plain.iter().position(|c| c == n)))
        };
        Some(Self {
            hazard: find(&HAZARD)?,
            severity: find(&SEVERITY)?,
            likelihood: find(&LIKELIHOOD)?,
            rating: find(&RATING)?,
            justified: find(&JUSTIFIED),
        })
    }
}

/// Lines as cells, with their numbers.
fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let markdown = text.lines().any(|l| l.trim_start().starts_with('|'));
    let semicolons = text.lines().next().is_some_and(|l| l.matches(';').count() > l.matches(',').count());
    let split = if semicolons { ';' } else { ',' };
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !markdown || line.trim_start().starts_with('|'))
        .map(|(n, line)| match markdown {
            true => (n, line.trim().trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect()),
            false => (n, cells(line, split)),
        })
        .collect()
}

/// The cells of a line of separated values; a cell in quotation marks may hold the separator (RFC 4180).
fn cells(line: &str, split: char) -> Vec<String> {
    let (mut out, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            c if c == split && !quoted => out.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    out.push(cell);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        let matrix = Matrix::default();
        let csv = "hazard,severity,likelihood,residual severity,residual likelihood,residual rating,justification\r\n\
                   H1,major,high,major,\"very low\",2,\r\nH2,3,3,3,3,3,\"a test, signed\"\r\n";
        let markdown = "# Hazard log\n\n| ID | Severity | Likelihood | Risk rating | Justified |\n| --- | --- | --- | :-: | --- |\n\
                        | H1 | major | very low | 2 | |\n| H2 | considerable | medium | 3 | yes |\n\nEnd.\n";
        for text in [csv, markdown] {
            let read = read(text.as_bytes(), &matrix).unwrap();
            assert_eq!(read.len(), 2, "{text}");
            assert_eq!((read[0].severity.as_str(), read[0].likelihood.as_str()), ("major", "very low"));
            assert_eq!(
                (read[1].severity.as_str(), read[1].stated, read[1].justified),
                ("considerable", 3, true)
            );
            matrix.recompute(&read).unwrap();
        }
        let wrong = csv.replace("\"very low\",2", "\"very low\",1");
        assert!(matches!(
            matrix.recompute(&read(wrong.as_bytes(), &matrix).unwrap()),
            Err(HazardFault::Rating { .. })
        ));
        for bad in [
            "",
            "%PDF-1.7",
            "hazards: none",
            "hazard,severity,likelihood,rating\n",
            "hazard,severity,likelihood,rating\nH1,major,,2\n",
            "hazard,severity,likelihood,rating\nH1,major,low,low\n",
        ] {
            assert!(matches!(read(bad.as_bytes(), &matrix), Err(HazardFault::Unread(_))), "{bad:?}");
        }
        assert!(read(&[0xff, 0xfe], &matrix).is_err());
    }
}
