//! What a file is by its first bytes, where the name may say anything.

use crate::paths;

/// An executable or compiled form, by content.
pub fn executable(head: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    if starts(b"\x7fELF") {
        Some("ELF")
    } else if starts(b"MZ") && is_pe(head) {
        Some("PE")
    } else if starts(b"\xcf\xfa\xed\xfe")
        || starts(b"\xce\xfa\xed\xfe")
        || starts(b"\xfe\xed\xfa\xcf")
        || starts(b"\xfe\xed\xfa\xce")
    {
        Some("Mach-O")
    } else if starts(b"\xca\xfe\xba\xbe") {
        // Java classes and universal Mach-O share the first four bytes: a class file's next
        // number is its version (45 and up), a universal binary's is how many parts it has.
        match head.get(4..8) {
            Some([0, 0, 0, parts]) if *parts < 32 => Some("Mach-O"),
            Some(_) => Some("Java class"),
            None => None,
        }
    } else if starts(b"\0asm") {
        Some("WebAssembly")
    } else if starts(b"dex\n") {
        Some("Dalvik")
    } else if starts(b"!<arch>\n") {
        Some("static library")
    } else {
        None
    }
}

/// `MZ` alone is two letters; a portable executable also points to its `PE` header. A head too short
/// to hold the pointer's target is taken at its word.
fn is_pe(head: &[u8]) -> bool {
    let Some(&[a, b, c, d]) = head.get(0x3c..0x40).and_then(|s| <&[u8; 4]>::try_from(s).ok()) else {
        return false;
    };
    let at = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    match head.get(at..at.saturating_add(4)) {
        Some(mark) => mark == b"PE\0\0",
        None => at >= head.len() && at < (1 << 20),
    }
}

/// An archive, database or keystore: something that can hold anything and is not opened here.
/// Pictures, sound, fonts and compiled code are not among them.
pub fn closed_container(path: &str, head: &[u8]) -> Option<&'static str> {
    let name = paths::file_name(path).to_ascii_lowercase();
    // Distributed with every project of their ecosystem, at known contents: judged as binaries.
    if matches!(name.as_str(), "gradle-wrapper.jar" | "maven-wrapper.jar" | "debug.keystore") {
        return None;
    }
    if let Some(kind) = data_file(path, head) {
        return Some(kind);
    }
    let starts = |magic: &[u8]| head.starts_with(magic);
    if starts(&[0xfe, 0xed, 0xfe, 0xed]) || starts(&[0xce, 0xce, 0xce, 0xce]) {
        Some("Java keystore")
    } else if head.first() == Some(&0x30)
        && [".p12", ".pfx", ".keystore", ".jks", ".bks"].iter().any(|end| name.ends_with(end))
    {
        Some("keystore")
    } else if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        Some("zip archive")
    } else if starts(b"\x1f\x8b") {
        Some("gzip archive")
    } else if starts(b"BZh") {
        Some("bzip2 archive")
    } else if starts(b"\xfd7zXZ\0") {
        Some("xz archive")
    } else if starts(b"7z\xbc\xaf\x27\x1c") {
        Some("7z archive")
    } else if starts(b"\x28\xb5\x2f\xfd") {
        Some("zstd archive")
    } else if starts(b"Rar!\x1a\x07") {
        Some("rar archive")
    } else if head.get(257..262) == Some(b"ustar") {
        Some("tar archive")
    } else if starts(b"\0GITCRYPT\0") {
        Some("git-crypt encrypted file")
    } else {
        None
    }
}

/// A file made to hold data, by content (by name only where the form has no mark of its own).
pub fn data_file(path: &str, head: &[u8]) -> Option<&'static str> {
    let end = paths::extension(path).to_ascii_lowercase();
    let starts = |magic: &[u8]| head.starts_with(magic);
    let zip = starts(b"PK\x03\x04");
    if starts(b"SQLite format 3\0") {
        Some("SQLite database")
    } else if starts(b"PAR1") {
        Some("Parquet table")
    } else if starts(b"ARROW1") || starts(b"FEA1") {
        Some("Arrow table")
    } else if starts(b"$FL2") || starts(b"$FL3") {
        Some("SPSS data")
    } else if starts(b"<stata_dta>")
        || (end == "dta" && head.first().is_some_and(|b| (0x69..=0x77).contains(b)))
    {
        Some("Stata data")
    } else if head.get(..32).is_some_and(|h| h.starts_with(b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60")) {
        Some("SAS data")
    } else if head.get(128..132) == Some(b"DICM") {
        Some("DICOM image")
    } else if starts(b"\x89HDF\r\n\x1a\n") {
        Some("HDF5 file")
    } else if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        Some(if end == "xls" { "spreadsheet" } else { "Office document" })
    } else if zip && matches!(end.as_str(), "xlsx" | "xlsm" | "xlsb" | "ods") {
        Some("spreadsheet")
    } else if zip && matches!(end.as_str(), "docx" | "docm" | "pptx" | "odt" | "odp") {
        Some("Office document")
    } else if starts(b"%PDF-") {
        Some("PDF document")
    } else if matches!(end.as_str(), "rds" | "rdata" | "rda")
        && (starts(b"\x1f\x8b") || starts(b"BZh") || starts(b"\xfd7zXZ") || starts(b"X\n") || starts(b"RDX"))
    {
        Some("R data")
    } else if starts(b"Obj\x01") {
        Some("Avro file")
    } else if starts(b"PGDMP") {
        Some("database dump")
    } else if starts(b"\0\x01\0\0Standard ") {
        Some("Access database")
    } else {
        None
    }
}

/// The weights of a model, by content (by name only where the form has no mark of its own).
pub fn weights(path: &str, head: &[u8]) -> Option<&'static str> {
    let end = paths::extension(path).to_ascii_lowercase();
    let header = head.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
    let safetensors = header.is_some_and(|long| (2..100 << 20).contains(&long)) && head.get(8) == Some(&b'{');
    let pickled = head.first() == Some(&0x80) && head.get(1).is_some_and(|version| (2..=5).contains(version));
    let named = matches!(end.as_str(), "pkl" | "pickle" | "joblib" | "pt" | "pth" | "bin" | "ckpt" | "model");
    (head.starts_with(b"GGUF")
        || head.starts_with(b"\x93NUMPY")
        || head.get(4..8) == Some(b"TFL3")
        || safetensors
        || (pickled && named))
        .then_some("weights")
}

/// Text that holds rows of data by nature: dumps of databases, notebooks with what they put out.
pub fn text_data(path: &str, text: &[u8]) -> Option<&'static str> {
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    rows_by_name(path).filter(|kind| match *kind {
        "SQL rows" => has(b"INSERT INTO") || has(b"insert into") || has(b"\nCOPY "),
        _ => has(b"\"output_type\""),
    })
}

/// What [`text_data`] would be by its name.
pub fn rows_by_name(path: &str) -> Option<&'static str> {
    match paths::extension(path).to_ascii_lowercase().as_str() {
        "sql" | "dump" => Some("SQL rows"),
        "ipynb" => Some("notebook output"),
        _ => None,
    }
}

/// Whether this text holds rows of data, if its name, which is not known yet, says so too.
pub fn may_hold_rows(text: &[u8], notebook: bool) -> bool {
    if notebook {
        return text_data("x.ipynb", text).is_some();
    }
    // Every text of a history is asked: one look at how it begins answers for almost all.
    let begins = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    let word = &begins[..begins.len().min(12)].to_ascii_lowercase();
    let sql = [
        &b"--"[..],
        b"/*!",
        b"insert ",
        b"create ",
        b"drop ",
        b"set ",
        b"begin",
        b"start ",
        b"pragma ",
        b"use ",
        b"truncate ",
        b"delete ",
        b"alter ",
        b"lock ",
    ]
    .iter()
    .any(|start| word.starts_with(start))
        || (word.starts_with(b"/*")
            && memchr::memmem::find(&begins[..begins.len().min(512)], b"SQL").is_some());
    sql && text_data("x.sql", text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_executables_by_content() {
        assert_eq!(executable(b"\x7fELF\x02\x01"), Some("ELF"));
        assert_eq!(executable(b"\xca\xfe\xba\xbe\0\0\0\x02"), Some("Mach-O"));
        assert_eq!(executable(b"\xca\xfe\xba\xbe\0\0\0\x34"), Some("Java class"));
        assert_eq!(executable(b"MZ is how this sentence begins"), None);
        let mut pe = vec![0u8; 0x80];
        pe[..2].copy_from_slice(b"MZ");
        pe[0x3c] = 0x40;
        pe[0x40..0x44].copy_from_slice(b"PE\0\0");
        assert_eq!(executable(&pe), Some("PE"));
    }

    #[test]
    fn tells_data_by_content() {
        assert_eq!(data_file("x.txt", b"SQLite format 3\0rest"), Some("SQLite database"));
        let mut dicom = vec![0u8; 128];
        dicom.extend_from_slice(b"DICM");
        assert_eq!(data_file("scan", &dicom), Some("DICOM image"));
        assert_eq!(data_file("a.xlsx", b"PK\x03\x04"), Some("spreadsheet"));
        assert_eq!(weights("a.bin", b"GGUF\x03\0\0\0"), Some("weights"));
        assert_eq!(
            (weights("a.pkl", b"\x80\x04\x95"), weights("a.jpg", b"\x80\x04\x95")),
            (Some("weights"), None)
        );
        assert!(may_hold_rows(b"-- PostgreSQL database dump\nCREATE TABLE a;\nCOPY a FROM stdin;\n", false));
        assert!(may_hold_rows(b"{\"cells\":[{\"output_type\":\"stream\"}],\"nbformat\":4}", true));
        assert!(
            !may_hold_rows(b"let a = \"INSERT INTO t\";", false) && !may_hold_rows(b"-- | A module", false)
        );
        assert_eq!(closed_container("a.zip", b"PK\x03\x04"), Some("zip archive"));
        assert_eq!(closed_container("a.png", b"\x89PNG\r\n\x1a\n"), None);
    }
}
