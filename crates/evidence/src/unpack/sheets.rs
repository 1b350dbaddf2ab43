//! The cells of a spreadsheet as rows of text: Office Open XML (xlsx) and OpenDocument (ods).
//!
//! Decides which parts of an archive hold cells, and hands each sheet over as one text, a row a line, tabs
//! between cells, named `sheetN.tsv` (the sheet's own name may be a person's). Line numbers are the
//! sheet's row numbers. Rows above the heading that hold a title alone are left blank, so that the first line
//! is the heading. It computes no formula and applies no format. Limits: 256 characters a cell, the rows and
//! columns that a sheet can have, and the bytes that one archive may give.
//!
//! Own reader over `quick-xml`: the crates for spreadsheets build every value of every sheet in memory,
//! which a file made to be a burden turns against its reader.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{Part, Taker};

/// A longer cell is cut: names, numbers and dates are shorter.
const LONGEST_CELL: usize = 256;

/// What a sheet can have.
const MOST_ROWS: usize = 1_048_576;
const MOST_COLUMNS: usize = 16_384;

/// The heading is looked for in so many rows.
const HEADING: usize = 10;

/// More sheets than this are not read.
const MOST_SHEETS: usize = 256;

/// The parts of an archive that hold cells.
#[derive(Debug, Default)]
pub(super) struct Book {
    strings: Option<(String, Vec<u8>)>,
    sheets: Vec<(String, Vec<u8>)>,
    content: Option<Vec<u8>>,
}

/// Why a sheet was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Damaged,
    TooMuch,
}

impl Book {
    /// Whether a part holds cells in a form that is not read.
    pub(super) fn is_closed(name: &str) -> bool {
        let name = plain(name);
        name.starts_with("xl/worksheets/") && name.ends_with(".bin")
    }

    /// Keeps a part that holds cells; gives back every other.
    pub(super) fn keep(&mut self, name: &str, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let lower = plain(name);
        if lower == "xl/sharedstrings.xml" && self.strings.is_none() {
            self.strings = Some((name.to_owned(), bytes));
        } else if let Some(rest) = lower.strip_prefix("xl/worksheets/")
            && let Some(stem) = rest.strip_suffix(".xml")
            && !stem.contains('/')
            && self.sheets.len() < MOST_SHEETS
        {
            self.sheets.push((format!("{stem}.tsv"), bytes));
        } else if lower == "content.xml"
            && self.content.is_none()
            && memchr::memmem::find(&bytes[..bytes.len().min(1 << 20)], b"<office:spreadsheet").is_some()
        {
            self.content = Some(bytes);
        } else {
            return Some(bytes);
        }
        None
    }

    /// Hands the sheets over, as far as `left` bytes go.
    pub(super) fn rows(self, left: &mut u64, take: Taker<'_>) {
        let mut strings = Vec::new();
        if let Some((name, bytes)) = self.strings {
            if self.sheets.is_empty() {
                return take(&name, Part::Text(&bytes));
            }
            if shared(&text_of(&bytes), &mut strings).is_err() {
                take(&name, Part::Unread("damaged inside the spreadsheet"));
            }
        }
        for (name, bytes) in &self.sheets {
            let mut sheet = Sheet::new(*left);
            let ended = sheet.read(&text_of(bytes), &strings);
            sheet.hand_over(name, ended, left, take);
        }
        if let Some(bytes) = &self.content {
            tables(&text_of(bytes), left, take);
        }
    }
}

fn plain(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

fn text_of(bytes: &[u8]) -> String {
    crate::text::utf16(bytes).map_or_else(
        || String::from_utf8_lossy(bytes).into_owned(),
        |text| String::from_utf8_lossy(&text).into_owned(),
    )
}

/// The text that an event adds; references that XML itself does not define add none.
fn said(event: &Event<'_>, out: &mut String) {
    if out.len() >= LONGEST_CELL {
        return;
    }
    match event {
        Event::Text(text) => out.push_str(&text.xml10_content()),
        Event::CData(text) => out.push_str(&text.xml10_content()),
        Event::GeneralRef(reference) => match reference.xml10_content().as_ref() {
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "amp" => out.push('&'),
            "quot" => out.push('"'),
            "apos" => out.push('\''),
            _ => out.extend(reference.resolve_char_ref().ok().flatten()),
        },
        _ => {}
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .take(64)
        .filter_map(Result::ok)
        .find(|a| AsRef::<str>::as_ref(&a.key.local_name()) == name)
        .and_then(|a| a.normalized_value(XmlVersion::Explicit1_0).ok().map(std::borrow::Cow::into_owned))
}

/// The strings that cells name by number.
fn shared(xml: &str, out: &mut Vec<String>) -> Result<(), Ended> {
    let mut reader = Reader::from_str(xml);
    let (mut now, mut in_text, mut aside) = (String::new(), false, false);
    loop {
        let event = reader.read_event().map_err(|_| Ended::Damaged)?;
        match &event {
            Event::Start(start) => match start.local_name().as_ref() {
                "t" => in_text = !aside,
                // How it is pronounced.
                "rPh" => aside = true,
                _ => {}
            },
            Event::End(end) => match end.local_name().as_ref() {
                "si" => out.push(std::mem::take(&mut now)),
                "t" => in_text = false,
                "rPh" => aside = false,
                _ => {}
            },
            Event::Empty(empty) if empty.local_name().as_ref() == "si" => out.push(String::new()),
            Event::Eof => return Ok(()),
            event if in_text => said(event, &mut now),
            _ => {}
        }
    }
}

/// A sheet as it is written out.
struct Sheet {
    out: String,
    /// Ends of the first rows, and how many of their cells are filled.
    heads: Vec<(usize, usize)>,
    row: usize,
    column: usize,
    filled: usize,
    most: usize,
}

impl Sheet {
    fn new(left: u64) -> Self {
        let most = usize::try_from(left.min(super::LARGEST_ENTRY)).unwrap_or(usize::MAX);
        Self { out: String::new(), heads: Vec::new(), row: 0, column: 0, filled: 0, most }
    }

    fn end_row(&mut self) {
        if self.heads.len() < HEADING {
            self.heads.push((self.out.len(), self.filled));
        }
        self.out.push('\n');
        self.row += 1;
        (self.column, self.filled) = (0, 0);
    }

    /// Goes on to a row, counted from nought; what lies before it is empty.
    fn go_to(&mut self, row: usize) -> Result<(), Ended> {
        if row >= MOST_ROWS || self.out.len() > self.most {
            return Err(Ended::TooMuch);
        }
        while self.row < row {
            self.end_row();
        }
        Ok(())
    }

    fn cell(&mut self, column: usize, text: &str) -> Result<(), Ended> {
        if column >= MOST_COLUMNS || self.out.len() > self.most {
            return Err(Ended::TooMuch);
        }
        if text.trim().is_empty() {
            return Ok(());
        }
        while self.column < column {
            self.out.push('\t');
            self.column += 1;
        }
        let number = whole_number(text);
        self.out.extend(
            number
                .as_deref()
                .unwrap_or(text)
                .chars()
                .take(LONGEST_CELL)
                .map(|c| if c.is_control() || c == '"' { ' ' } else { c }),
        );
        self.filled += 1;
        Ok(())
    }

    fn read(&mut self, xml: &str, strings: &[String]) -> Result<(), Ended> {
        let mut reader = Reader::from_str(xml);
        let (mut kind, mut value, mut column) = (String::new(), String::new(), 0usize);
        let (mut in_row, mut in_value) = (false, false);
        loop {
            let event = reader.read_event().map_err(|_| Ended::Damaged)?;
            match &event {
                Event::Start(start) | Event::Empty(start) => {
                    let empty = matches!(event, Event::Empty(_));
                    match start.local_name().as_ref() {
                        "row" => {
                            let row = attribute(start, "r").and_then(|r| r.parse::<usize>().ok());
                            self.go_to(row.map_or(self.row, |r| r.saturating_sub(1)))?;
                            (column, in_row) = (0, !empty);
                            if empty {
                                self.end_row();
                            }
                        }
                        "c" if in_row => {
                            if let Some(at) = attribute(start, "r").and_then(|r| column_of(&r)) {
                                column = at;
                            }
                            kind = attribute(start, "t").unwrap_or_default();
                            value.clear();
                            column += usize::from(empty);
                        }
                        "v" | "t" => in_value = !empty,
                        _ => {}
                    }
                }
                Event::End(end) => match end.local_name().as_ref() {
                    "v" | "t" => in_value = false,
                    "c" if in_row => {
                        let text = match kind.as_str() {
                            "s" => value
                                .trim()
                                .parse::<usize>()
                                .ok()
                                .and_then(|at| strings.get(at))
                                .map_or("", String::as_str),
                            _ => value.as_str(),
                        };
                        self.cell(column, text)?;
                        column += 1;
                    }
                    "row" if in_row => {
                        in_row = false;
                        self.end_row();
                    }
                    "sheetData" => return Ok(()),
                    _ => {}
                },
                Event::Eof => return Ok(()),
                event if in_value => said(event, &mut value),
                _ => {}
            }
        }
    }

    fn hand_over(mut self, name: &str, ended: Result<(), Ended>, left: &mut u64, take: Taker<'_>) {
        *left = left.saturating_sub(self.out.len() as u64);
        // Where a heading of several cells follows, the titles above it are left blank.
        if let Some(heading) = self.heads.iter().position(|(_, filled)| *filled >= 2)
            && let Some((end, _)) = heading.checked_sub(1).and_then(|above| self.heads.get(above))
        {
            self.out.replace_range(..*end, &"\n".repeat(heading - 1));
        }
        if !self.out.trim().is_empty() {
            take(name, Part::Text(self.out.as_bytes()));
        }
        match ended {
            Ok(()) => {}
            Err(Ended::Damaged) => take(name, Part::Unread("damaged inside the spreadsheet")),
            Err(Ended::TooMuch) => take(name, Part::Unread("more cells than are read of one spreadsheet")),
        }
    }
}

/// The column, from nought, of a name such as `AB12`.
fn column_of(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0usize, |n, b| n * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

/// `4.563198722E9` as it was typed: numbers of more than nine digits are often kept so.
fn whole_number(text: &str) -> Option<String> {
    let text = text.trim();
    if !(text.contains(['E', 'e', '.']) && text.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    (number.fract() == 0.0 && (1e9..1e15).contains(&number)).then(|| format!("{number:.0}"))
}

/// The tables of an OpenDocument spreadsheet.
fn tables(xml: &str, left: &mut u64, take: Taker<'_>) {
    let mut count = 0;
    let mut reader = Reader::from_str(xml);
    let mut open: Option<Sheet> = None;
    let (mut value, mut given): (String, Option<String>) = (String::new(), None);
    let (mut column, mut cells, mut rows) = (0usize, 1usize, 1usize);
    let (mut in_cell, mut in_text, mut start_of_row) = (false, false, 0usize);
    let ended = loop {
        let Ok(event) = reader.read_event() else { break Err(Ended::Damaged) };
        let step = match &event {
            Event::Start(start) | Event::Empty(start) => {
                let empty = matches!(event, Event::Empty(_));
                let repeated = |name: &str| {
                    attribute(start, name)
                        .and_then(|n| n.parse::<usize>().ok())
                        .unwrap_or(1)
                        .clamp(1, MOST_ROWS)
                };
                match (start.local_name().as_ref(), &mut open) {
                    ("table", None) if !empty && count < MOST_SHEETS => {
                        count += 1;
                        open = Some(Sheet::new(*left));
                        Ok(())
                    }
                    ("table-row", Some(sheet)) => {
                        (column, rows, start_of_row) = (0, repeated("number-rows-repeated"), sheet.out.len());
                        let step = sheet.go_to(sheet.row);
                        if empty {
                            (0..rows.min(MOST_ROWS - sheet.row.min(MOST_ROWS))).for_each(|_| sheet.end_row());
                        }
                        step
                    }
                    ("table-cell" | "covered-table-cell", Some(_)) => {
                        cells = repeated("number-columns-repeated");
                        given = match attribute(start, "value-type").as_deref() {
                            Some("float") => attribute(start, "value"),
                            Some("date") => attribute(start, "date-value"),
                            _ => None,
                        };
                        value.clear();
                        in_cell = !empty;
                        if empty {
                            column = column.saturating_add(cells);
                        }
                        Ok(())
                    }
                    ("p", Some(_)) if in_cell => {
                        if !value.is_empty() {
                            value.push(' ');
                        }
                        in_text = !empty;
                        Ok(())
                    }
                    _ => Ok(()),
                }
            }
            Event::End(end) => match (end.local_name().as_ref(), &mut open) {
                ("p", _) => {
                    in_text = false;
                    Ok(())
                }
                ("table-cell" | "covered-table-cell", Some(sheet)) => {
                    in_cell = false;
                    let text = given.take().unwrap_or_else(|| value.clone());
                    // A value repeated along a row is no person's: twice tells as much.
                    let step = (0..cells.min(2)).try_for_each(|more| sheet.cell(column + more, &text));
                    column = column.saturating_add(cells);
                    step
                }
                ("table-row", Some(sheet)) => {
                    let line = sheet.out[start_of_row..].to_owned();
                    sheet.end_row();
                    let again = rows.saturating_sub(1).min(MOST_ROWS - sheet.row.min(MOST_ROWS));
                    (0..again).try_for_each(|_| {
                        sheet.out.push_str(&line);
                        sheet.end_row();
                        if sheet.out.len() > sheet.most { Err(Ended::TooMuch) } else { Ok(()) }
                    })
                }
                ("table", sheet) => {
                    if let Some(sheet) = sheet.take() {
                        sheet.hand_over(&format!("sheet{count}.tsv"), Ok(()), left, take);
                    }
                    Ok(())
                }
                _ => Ok(()),
            },
            Event::Eof => break if open.is_some() { Err(Ended::Damaged) } else { Ok(()) },
            event => {
                if in_text {
                    said(event, &mut value);
                }
                Ok(())
            }
        };
        if step.is_err() {
            break step;
        }
    };
    if let Some(sheet) = open {
        sheet.hand_over(&format!("sheet{count}.tsv"), ended, left, take);
    } else if ended.is_err() {
        take("content.xml", Part::Unread("damaged inside the spreadsheet"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(parts: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut book = Book::default();
        for (name, xml) in parts {
            assert!(book.keep(name, xml.as_bytes().to_vec()).is_none(), "{name}");
        }
        let mut out = Vec::new();
        let mut left = 1 << 20;
        book.rows(&mut left, &mut |name, part| {
            out.push((
                name.to_owned(),
                match part {
                    Part::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    Part::Unread(why) => format!("unread: {why}"),
                },
            ));
        });
        out
    }

    const STRINGS: &str = r#"<?xml version="1.0"?><sst><si><t>Title</t></si><si><r><t>a &amp; </t></r><r><t>b</t></r></si><si><t>c</t><rPh><t>x</t></rPh></si></sst>"#;

    #[test]
    fn sheets_read_as_rows() {
        let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>
            <row r="3"><c r="B3" t="s"><v>1</v></c><c r="D3" t="s"><v>2</v></c></row>
            <row r="4"><c r="B4"><v>4.563198E9</v></c><c r="C4"/><c r="D4" t="inlineStr"><is><t>x	y</t></is></c><c><v>7</v></c></row>
            </sheetData></worksheet>"#;
        let expected = "\n\n\ta & b\t\tc\n\t4563198000\t\tx y\t7\n";
        let got = rows(&[("xl/worksheets/sheet1.xml", sheet), ("xl/sharedStrings.xml", STRINGS)]);
        assert_eq!(got, [("sheet1.tsv".to_owned(), expected.to_owned())]);
    }

    #[test]
    fn tables_read_as_rows() {
        let content = r#"<office:document-content><office:body><office:spreadsheet><table:table table:name="Ward">
            <table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
            <table:table-row><table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>
            <table:table-cell table:number-columns-repeated="2"/>
            <table:table-cell office:value-type="float" office:value="12"><text:p>12.00</text:p></table:table-cell>
            <table:table-cell office:value-type="date" office:date-value="1980-02-03"><text:p>3/2/80</text:p></table:table-cell></table:table-row>
            </table:table></office:spreadsheet></office:body></office:document-content>"#;
        assert_eq!(
            rows(&[("content.xml", content)]),
            [("sheet1.tsv".to_owned(), "\n\na\t\t\t12\t1980-02-03\n".to_owned())]
        );
    }

    #[test]
    fn what_is_made_to_be_a_burden_ends() {
        let far =
            r#"<worksheet><sheetData><row r="9999999"><c r="A1"><v>1</v></c></row></sheetData></worksheet>"#;
        assert!(rows(&[("xl/worksheets/sheet1.xml", far)])[0].1.starts_with("unread: more cells"));
        let wide: String =
            (0..2000).map(|n| format!(r#"<row r="{}"><c r="XFC{0}"><v>1</v></c></row>"#, n + 1)).collect();
        let got = rows(&[("xl/worksheets/sheet1.xml", &format!("<sheetData>{wide}</sheetData>"))]);
        assert!(got.last().unwrap().1.starts_with("unread: more cells"));
        let many = r#"<office:spreadsheet><table:table><table:table-row table:number-rows-repeated="1048576"><table:table-cell><text:p>abc</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>"#;
        let got = rows(&[("content.xml", many)]);
        assert!(got.last().unwrap().1.starts_with("unread: more cells"));
        let whole = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row></sheetData></worksheet>"#;
        for cut in 0..whole.len() {
            rows(&[("xl/worksheets/sheet1.xml", &whole[..cut])]);
        }
        assert!(Book::is_closed("xl/worksheets/sheet1.bin"));
    }
}
