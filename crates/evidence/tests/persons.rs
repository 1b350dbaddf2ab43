//! Persons in the forms in which health services keep them: a planted record is loud in each, and what only
//! looks like one is calm. Every number is put together here, so that none that is issued stands in the file.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

mod repository_by_git;

use std::io::{Cursor, Write};

use domain::{Finding, Severity};
use evidence::{
    collector::{Collector as _, Given, Observed},
    history::{Asked, Extent, cache, look},
    material::{history::Limits, memory::Memory},
    personal_data::PersonalData,
};
use repository_by_git::Repository;

/// The number of this order in an issued range.
fn issued(nth: u64) -> String {
    let valid = |n: &u64| {
        let digits: Vec<u64> = n.to_string().bytes().map(|b| u64::from(b - b'0')).collect();
        let sum: u64 = digits[..9].iter().zip((2..=10).rev()).map(|(d, w)| d * w).sum();
        let check = (11 - sum % 11) % 11;
        check == digits[9]
    };
    (4_563_198_000u64..).step_by(7).filter(valid).nth(usize::try_from(nth).unwrap()).unwrap().to_string()
}

fn test_number(nth: u64) -> String {
    let from = issued(nth);
    // The same with a beginning from which none is issued; the check digit made anew.
    (0..10)
        .map(|last| format!("999{}{last}", &from[3..9]))
        .find(|n| {
            let digits: Vec<u64> = n.bytes().map(|b| u64::from(b - b'0')).collect();
            let sum: u64 = digits[..9].iter().zip((2..=10).rev()).map(|(d, w)| d * w).sum();
            (11 - sum % 11) % 11 == digits[9]
        })
        .unwrap_or_else(|| test_number(nth + 1))
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook: strings by number, the patient's number as a number, the date as a day count.
fn xlsx(number: &str, family: &str) -> Vec<u8> {
    let strings = format!(
        "<sst><si><t>Ward list</t></si><si><t>NHS No</t></si><si><t>Surname</t></si><si><t>DOB</t></si><si><t>{family}</t></si></sst>"
    );
    let sheet = format!(
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>\
         <row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\" t=\"s\"><v>2</v></c><c r=\"C2\" t=\"s\"><v>3</v></c></row>\
         <row r=\"3\"><c r=\"A3\"><v>{number}</v></c><c r=\"B3\" t=\"s\"><v>4</v></c><c r=\"C3\"><v>19461</v></c></row>\
         </sheetData></worksheet>"
    );
    zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/sharedStrings.xml", &strings),
        ("xl/workbook.xml", "<workbook/>"),
    ])
}

fn ods(number: &str, family: &str) -> Vec<u8> {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let float = format!(
        "<table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>x</text:p></table:table-cell>"
    );
    let date = "<table:table-cell office:value-type=\"date\" office:date-value=\"1953-04-12\"><text:p>12/4/53</text:p></table:table-cell>";
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"W\">{}{}</table:table></office:spreadsheet></office:body></office:document-content>",
        row(&[cell("NHS number"), cell("Last name"), cell("Date of birth")]),
        row(&[float, cell(family), date.to_owned()]),
    );
    zipped(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)])
}

fn dicom(name: &str, id: &str, birth: &str) -> Vec<u8> {
    let mut out = vec![0u8; 128];
    out.extend_from_slice(b"DICM");
    let mut add = |group: u8, element: u8, kind: &[u8; 2], value: &str| {
        let mut value = value.as_bytes().to_vec();
        value.resize(value.len().next_multiple_of(2), b' ');
        out.extend_from_slice(&[group, 0, element, 0]);
        out.extend_from_slice(kind);
        out.extend_from_slice(&u16::try_from(value.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&value);
    };
    add(2, 0x10, b"UI", "1.2.840.10008.1.2.1");
    add(8, 0x60, b"CS", "CT");
    add(0x10, 0x10, b"PN", name);
    add(0x10, 0x20, b"LO", id);
    add(0x10, 0x30, b"DA", birth);
    add(0x20, 0x10, b"SH", "7");
    out.extend_from_slice(&[0; 64]);
    out
}

/// Every form, by its file's name.
fn forms(number: &str, family: &str, given: &str) -> Vec<(&'static str, Vec<u8>)> {
    let json = serde_json::json!({
        "resourceType": "Patient",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}],
        "name": [{"use": "official", "family": family, "given": [given]}],
        "birthDate": "1953-04-12",
    });
    let xml = format!(
        "<Patient xmlns=\"http://hl7.org/fhir\">\n  <identifier>\n    <system value=\"https://fhir.nhs.uk/Id/nhs-number\"/>\n    \
         <value value=\"{number}\"/>\n  </identifier>\n  <name>\n    <family value=\"{family}\"/>\n    <given value=\"{given}\"/>\n  \
         </name>\n  <birthDate value=\"1953-04-12\"/>\n</Patient>\n"
    );
    let hl7 = format!(
        "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.4\rPID|1||{number}^^^NHS^NH||{}^{}||19530412|F\r",
        family.to_uppercase(),
        given.to_uppercase()
    );
    vec![
        (
            "data/ward.csv",
            format!("ward,NHS number,surname,date of birth\n7,{number},{family},12/04/1953\n").into_bytes(),
        ),
        ("data/patient.json", serde_json::to_vec_pretty(&json).unwrap()),
        ("data/patient.xml", xml.into_bytes()),
        ("data/message.hl7", hl7.into_bytes()),
        ("data/ward.xlsx", xlsx(number, family)),
        ("data/ward.ods", ods(number, family)),
        ("data/scan", dicom(&format!("{family}^{given}"), number, "19530412")),
    ]
}

fn observed(tree: &Memory) -> Observed {
    PersonalData.collect(tree, Given { today: "2026-08-22".parse().unwrap() })
}

fn told(findings: &[Finding]) -> Vec<(String, Option<Severity>, String)> {
    findings.iter().map(|f| (f.id.clone(), f.severity, f.places[0].to_string())).collect()
}

#[test]
fn a_real_looking_record_is_loud_in_every_form() {
    let expected = [
        "data/message.hl7:1",
        "data/patient.json:6",
        "data/patient.xml:4",
        "data/scan:1",
        "data/ward.csv:2",
        "data/ward.ods!sheet1.tsv:2",
        "data/ward.xlsx!sheet1.tsv:3",
    ];
    let tree = forms(&issued(3), "Hargreave", "Moira")
        .into_iter()
        .fold(Memory::new(), |tree, (path, bytes)| tree.with(path, bytes));
    let seen = observed(&tree);
    let mut places: Vec<String> = seen.findings.iter().map(|f| f.places[0].to_string()).collect();
    places.sort();
    assert_eq!(places, expected, "{:?}", told(&seen.findings));
    for finding in &seen.findings {
        assert_eq!(
            (finding.id.as_str(), finding.severity, finding.control.as_str()),
            ("nhs-number-record", Some(Severity::High), "no-personal-data")
        );
    }
    let all = serde_json::to_string(&(&seen.evidence, &seen.findings, &seen.coverage)).unwrap();
    for word in [issued(3).as_str(), "Hargreave", "HARGREAVE", "Moira", "1953", "19461"] {
        assert!(!all.contains(word), "{word}");
    }
    // A hospital's own number, with name and date of birth, in a picture's header.
    let seen = observed(&Memory::new().with("scan.dcm", dicom("HARGREAVE^MOIRA", "RX-77120", "19530412")));
    assert_eq!(
        told(&seen.findings),
        [("dicom-patient-record".to_owned(), Some(Severity::High), "scan.dcm:1".to_owned())]
    );
}

#[test]
fn test_numbers_generated_patients_and_bare_check_digits_are_calm() {
    let mut tree = Memory::new();
    for nth in 0..40 {
        for (path, bytes) in forms(&test_number(nth), "Hargreave", "Moira") {
            tree = tree.with(&format!("n{nth}/{path}"), bytes);
        }
    }
    let seen = observed(&tree);
    assert!(seen.findings.is_empty(), "{:?}", told(&seen.findings));
    assert!(seen.evidence[0].value["silent"]["test-range"].as_u64().unwrap() >= 200);

    // Names as generators write them, names of nobody, and anonymised headers: informational.
    let mut tree = Memory::new();
    for (nth, (family, given)) in
        [("Frami345", "Abe604"), ("Doe", "Jane"), ("XXTESTPATIENT", "Donotuse"), ("Mouse", "Minnie")]
            .into_iter()
            .enumerate()
    {
        for (path, bytes) in forms(&issued(nth as u64), family, given) {
            tree = tree.with(&format!("n{nth}/{path}"), bytes);
        }
    }
    let seen = observed(&tree);
    let loud: Vec<_> = seen.findings.iter().filter(|f| f.control == "no-personal-data").collect();
    // A number alone in a header, whose name says nobody, is still named as a patient's.
    assert!(loud.iter().all(|f| f.places[0].path.ends_with("scan")), "{loud:?}");
    let informational: Vec<_> = seen.findings.iter().filter(|f| f.control == "disclosure").collect();
    assert_eq!(informational.len(), 1);
    assert_eq!(
        (informational[0].id.as_str(), informational[0].severity),
        ("nhs-number-example", Some(Severity::Low))
    );

    let bare: String = (0..500).map(|nth| format!("order {}\n", issued(nth))).collect();
    assert_eq!(observed(&Memory::new().with("orders.txt", bare)).findings, []);
}

#[test]
fn one_number_in_examples_again_and_again_is_informational_and_many_are_not() {
    let number = issued(11);
    let named = format!("subject: https://fhir.nhs.uk/Id/nhs-number|{number}\n");
    let api = format!("openapi: 3.0.0\npaths: {{}}\nx:\n  {named}");
    let tree = Memory::new()
        .with("api/consumer.yaml", api.as_str())
        .with("specification/a.yaml", named.as_str())
        .with("tests/a.feature", named.as_str())
        .with("proxies/headers.xml", named.as_str());
    let seen = observed(&tree);
    assert_eq!(
        told(&seen.findings),
        [("nhs-number-example".to_owned(), Some(Severity::Low), "proxies/headers.xml:1".to_owned())]
    );
    assert_eq!(seen.findings[0].control, "disclosure");
    // The same in code alone is what it was.
    let seen = observed(&Memory::new().with("proxies/headers.xml", named.as_str()));
    assert_eq!(seen.findings[0].control, "no-personal-data");
    // A list of many is data, even where examples lie.
    let many: String = (0..30).map(|nth| format!("nhs number: {}\n", issued(nth))).collect();
    let seen = observed(&Memory::new().with("examples/list.txt", many));
    assert_eq!(told(&seen.findings)[0].0, "nhs-number");
    // With one's own record beside it, no number is an example.
    let record = format!("nhs_number,surname,dob\n{number},Hargreave,1953-04-12\n");
    let seen = observed(&tree.with("data/a.csv", record));
    assert!(seen.findings.iter().all(|f| f.control == "no-personal-data"), "{:?}", told(&seen.findings));
}

#[test]
fn the_history_finds_what_the_tree_finds_and_names_the_data_files_that_were() {
    let repository = Repository::new();
    for (path, bytes) in forms(&issued(5), "Hargreave", "Moira") {
        repository.write_bytes(path, &bytes);
    }
    repository.write("old/dump.sql", "-- dump\nCREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n");
    repository.write(
        "old/work.ipynb",
        "{\"cells\":[{\"outputs\":[{\"output_type\":\"stream\",\"text\":\"a\"}]}],\"nbformat\":4}",
    );
    repository.write_bytes("old/model.gguf", b"GGUF\x03\0\0\0\0\0\0\0");
    repository.write_bytes("old/t.parquet", b"PAR1\0\0\0\0PAR1");
    repository.write_bytes("old/s.sav", b"$FL2@(#)\0\0");
    repository.write_bytes("old/r.rds", b"\x1f\x8b\x08\0\0\0\0\0\0\0");
    repository.commit("one");
    for path in [
        "data/ward.csv",
        "data/patient.json",
        "data/patient.xml",
        "data/message.hl7",
        "data/ward.xlsx",
        "data/ward.ods",
        "data/scan",
    ] {
        repository.remove(path);
    }
    for path in ["dump.sql", "work.ipynb", "model.gguf", "t.parquet", "s.sav", "r.rds"] {
        repository.remove(&format!("old/{path}"));
    }
    repository.write("README.md", "nothing\n");
    repository.commit("two");
    let asked =
        Asked { folder: repository.path(), limits: Limits::usual(2), extent: Extent::New, stop: &|| false };
    let all = Asked {
        extent: Extent::All,
        ..Asked { folder: repository.path(), limits: Limits::usual(2), extent: Extent::All, stop: &|| false }
    };
    assert_eq!(look(&asked).unwrap().lines(), look(&all).unwrap().lines());
    let report = look(&asked).unwrap().report(None, &mut [], None);
    let mut paths: Vec<String> = report.observed.findings.iter().map(|f| f.history[0].path.clone()).collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            "data/message.hl7",
            "data/patient.json",
            "data/patient.xml",
            "data/scan",
            "data/ward.csv",
            "data/ward.ods!sheet1.tsv",
            "data/ward.xlsx!sheet1.tsv"
        ]
    );
    assert!(report.observed.findings.iter().all(|f| f.id == "nhs-number-record"));
    let files = &report.observed.evidence[0].value["data_files"];
    let kinds: Vec<(&str, &str)> = files["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["path"].as_str().unwrap(), f["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("data/scan", "DICOM image"),
            ("data/ward.ods", "spreadsheet"),
            ("data/ward.xlsx", "spreadsheet"),
            ("old/dump.sql", "SQL rows"),
            ("old/model.gguf", "weights"),
            ("old/r.rds", "R data"),
            ("old/s.sav", "SPSS data"),
            ("old/t.parquet", "Parquet table"),
            ("old/work.ipynb", "notebook output"),
        ]
    );
    assert_eq!((files["gone"].as_u64(), files["files"][0]["last"]["id"].is_string()), (Some(9), true));
    let text = serde_json::to_string(&report.observed.findings).unwrap();
    assert!(!text.contains(&issued(5)) && !text.contains("Hargreave"));
    // What was kept from the first reading gives the same.
    let first = cache::read(&asked, None).unwrap();
    assert!(!String::from_utf8_lossy(first.keep.as_deref().unwrap()).contains(&issued(5)));
    repository.write("more.txt", "nothing\n");
    repository.commit("three");
    let (again, anew) =
        (cache::read(&asked, first.keep.as_deref()).unwrap(), cache::read(&asked, None).unwrap());
    let of = |read: &cache::Read| {
        let observed = read.told.report(None, &mut [], None).observed;
        serde_json::to_value((&observed.findings, &observed.evidence[0].value["data_files"])).unwrap()
    };
    assert_eq!(of(&again), of(&anew));
}
