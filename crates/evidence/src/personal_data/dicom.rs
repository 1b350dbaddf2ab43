//! Who the patient of a DICOM file is, as far as its header says: whether anybody is named.
//!
//! Decides from the elements of groups 0010 and 0012 whether a name stands there with a date of birth
//! or a number, and whether they were evidently taken out or replaced. It reads the beginning of the file
//! only, little endian, explicit and implicit; it never looks at the picture, in which a name may be
//! burnt, and hands on no value. Own reader, sixty lines: the crates read whole data sets.
//!
//! Source: DICOM PS3.5 section 7 (data elements), PS3.10 section 7 (the beginning of the file), PS3.15
//! annex E (what de-identification leaves).

use super::{
    facts::Facts,
    number::{self, Standing, Value},
    search::{Grade, Sighting},
};

/// The kind under which a patient named in a header is found.
pub const KIND: &str = "dicom-patient";

/// The patient stands near the beginning: further elements are not looked at.
pub const LOOK: usize = 1 << 20;

/// More elements than this before the patient are a burden, not a header.
const MOST_ELEMENTS: usize = 20_000;

/// A longer value is no name.
const LONGEST: usize = 256;

/// Whether a file is one, by its first bytes.
pub fn is_dicom(bytes: &[u8]) -> bool {
    bytes.get(128..132) == Some(b"DICM")
}

/// What a header says of its patient, each value where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Patient {
    name: Option<(usize, Vec<u8>)>,
    id: Option<(usize, Vec<u8>)>,
    birth: Option<(usize, Vec<u8>)>,
    /// It says itself that the identity was removed.
    removed: bool,
}

/// The patient of a file, if one is named there: one sighting at most.
pub fn look(bytes: &[u8], facts: &'static Facts) -> Option<Sighting> {
    let patient = read(bytes)?;
    let filled = |value: &Option<(usize, Vec<u8>)>| {
        value
            .as_ref()
            .map(|(at, text)| (*at, text.trim_ascii().to_vec()))
            .filter(|(_, text)| !text.is_empty())
    };
    let (name, id, birth) = (filled(&patient.name), filled(&patient.id), filled(&patient.birth));
    let of_person = |text: &[u8]| {
        text.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count() >= 3
            && !text.iter().any(u8::is_ascii_digit)
            && !facts.is_nobody(text)
    };
    // A pseudonym stands in both.
    let named = name.as_ref().filter(|(_, text)| {
        of_person(text) && id.as_ref().is_none_or(|(_, id)| !id.eq_ignore_ascii_case(text))
    });
    let born = birth.as_ref().filter(|(_, text)| is_birth(text));
    let standing =
        id.as_ref().and_then(|(_, text)| number::classify(number::runs(text).next()?.digits, facts));
    let (issued, made_up) = match standing {
        Some(Standing::Issuable(kind)) => (Some(kind), false),
        Some(Standing::Test | Standing::NeverIssued | Standing::Example) => (None, true),
        None | Some(Standing::Unallocated) => (None, false),
    };
    let numbered = id.as_ref().filter(|(_, text)| !made_up && !facts.is_nobody_number(text));
    let at = |value: Option<&(usize, Vec<u8>)>| value.map_or(0, |(at, _)| *at);
    let found = |kind, grade, offset, value: &[u8]| Sighting {
        kind,
        grade,
        offset,
        shown: patient.removed,
        value: Value::of(value),
    };
    let id = id.as_ref();
    if let (Some(kind), true) = (issued, named.is_some() && born.is_some()) {
        return Some(found(kind, Grade::Record, at(id), id.map_or(&[][..], |(_, text)| text)));
    }
    if let Some((offset, text)) = named
        && (born.is_some() && numbered.is_some())
    {
        return Some(found(KIND, Grade::Record, *offset, text));
    }
    issued.map(|kind| found(kind, Grade::Context, at(id), id.map_or(&[][..], |(_, text)| text)))
}

/// A date, and not one that stands for none.
fn is_birth(text: &[u8]) -> bool {
    text.len() == 8
        && text.iter().all(u8::is_ascii_digit)
        && text >= &b"18700101"[..]
        && !text.starts_with(b"19000101")
        && !text.starts_with(b"9999")
}

/// Reads the elements of a header as far as those of the patient. None when it is no such file or is
/// damaged before them.
fn read(bytes: &[u8]) -> Option<Patient> {
    if !is_dicom(bytes) {
        return None;
    }
    let bytes = &bytes[..bytes.len().min(LOOK)];
    let mut patient = Patient::default();
    let mut at = 132;
    let mut implicit = false;
    // How deep inside sequences of undefined length; nothing in them is the patient's.
    let mut depth = 0usize;
    for _ in 0..MOST_ELEMENTS {
        let Some(header) = bytes.get(at..at + 8) else { break };
        let group = u16::from_le_bytes([header[0], header[1]]);
        let element = u16::from_le_bytes([header[2], header[3]]);
        let long = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        // Items and delimiters have no representation; the group of the file's own elements always has.
        let (start, length) = if group == 0xfffe || (implicit && group != 2) {
            (at + 8, long)
        } else if matches!(
            &header[4..6],
            b"OB"
                | b"OD"
                | b"OF"
                | b"OL"
                | b"OV"
                | b"OW"
                | b"SQ"
                | b"SV"
                | b"UC"
                | b"UN"
                | b"UR"
                | b"UT"
                | b"UV"
        ) {
            let Some(length) = bytes.get(at + 8..at + 12) else { break };
            (at + 12, u32::from_le_bytes([length[0], length[1], length[2], length[3]]))
        } else {
            (at + 8, u32::from(u16::from_le_bytes([header[6], header[7]])))
        };
        if depth == 0 && group > 0x0012 && group != 0xfffe {
            break;
        }
        if length == u32::MAX {
            depth += 1;
            at = start;
            continue;
        }
        if group == 0xfffe && matches!(element, 0xe00d | 0xe0dd) {
            depth = depth.saturating_sub(1);
            at = start;
            continue;
        }
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let Some(value) = bytes.get(start..end) else { break };
        let value = || {
            (
                start,
                value[..value.len().min(LONGEST)].iter().copied().filter(|b| *b != 0).collect::<Vec<u8>>(),
            )
        };
        if depth == 0 {
            match (group, element) {
                (0x0002, 0x0010) => {
                    let (_, syntax) = value();
                    match syntax.trim_ascii() {
                        b"1.2.840.10008.1.2" => implicit = true,
                        // Big endian, and deflated: not read here.
                        b"1.2.840.10008.1.2.2" | b"1.2.840.10008.1.2.1.99" => return None,
                        _ => {}
                    }
                }
                (0x0010, 0x0010) => patient.name = Some(value()),
                (0x0010, 0x0020) => patient.id = Some(value()),
                (0x0010, 0x0030) => patient.birth = Some(value()),
                (0x0012, 0x0062) => patient.removed = value().1.trim_ascii() == b"YES",
                _ => {}
            }
        }
        at = end;
    }
    Some(patient)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn element(out: &mut Vec<u8>, implicit: bool, tag: (u16, u16), kind: &[u8; 2], value: &[u8]) {
        let mut value = value.to_vec();
        if value.len() % 2 == 1 {
            value.push(b' ');
        }
        out.extend_from_slice(&tag.0.to_le_bytes());
        out.extend_from_slice(&tag.1.to_le_bytes());
        if implicit {
            out.extend_from_slice(&u32::try_from(value.len()).unwrap().to_le_bytes());
        } else if kind == b"OB" {
            out.extend_from_slice(kind);
            out.extend_from_slice(&[0, 0]);
            out.extend_from_slice(&u32::try_from(value.len()).unwrap().to_le_bytes());
        } else {
            out.extend_from_slice(kind);
            out.extend_from_slice(&u16::try_from(value.len()).unwrap().to_le_bytes());
        }
        out.extend_from_slice(&value);
    }

    /// A header of these four values, with a sequence before them.
    pub(crate) fn header(implicit: bool, name: &str, id: &str, birth: &str, removed: &str) -> Vec<u8> {
        let mut out = vec![0u8; 128];
        out.extend_from_slice(b"DICM");
        let syntax: &[u8] = if implicit { b"1.2.840.10008.1.2\0" } else { b"1.2.840.10008.1.2.4.50" };
        element(&mut out, false, (2, 1), b"OB", &[0, 1]);
        element(&mut out, false, (2, 0x10), b"UI", syntax);
        element(&mut out, implicit, (8, 0x60), b"CS", b"MR");
        // A sequence of undefined length, in which somebody else is named.
        out.extend_from_slice(&[8, 0, 0x40, 0x11]);
        if !implicit {
            out.extend_from_slice(b"SQ\0\0");
        }
        out.extend_from_slice(&[0xff; 4]);
        out.extend_from_slice(&[0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff]);
        element(&mut out, implicit, (0x10, 0x10), b"PN", b"INNER^NAME");
        out.extend_from_slice(&[0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0]);
        out.extend_from_slice(&[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
        element(&mut out, implicit, (0x10, 0x10), b"PN", name.as_bytes());
        element(&mut out, implicit, (0x10, 0x20), b"LO", id.as_bytes());
        element(&mut out, implicit, (0x10, 0x30), b"DA", birth.as_bytes());
        element(&mut out, implicit, (0x12, 0x62), b"CS", removed.as_bytes());
        element(&mut out, implicit, (0x18, 0x50), b"DS", b"5");
        out
    }

    fn seen(bytes: &[u8]) -> Option<(&'static str, Grade, bool)> {
        look(bytes, Facts::shipped().unwrap()).map(|s| (s.kind, s.grade, s.shown))
    }

    #[test]
    fn a_named_patient_is_loud_and_an_anonymised_one_is_calm() {
        let number = format!("{}{}", "45631", "98722");
        for implicit in [false, true] {
            let of = |name: &str, id: &str, birth: &str| seen(&header(implicit, name, id, birth, ""));
            assert_eq!(of("HARGREAVE^MOIRA", "RX-77120", "19530412"), Some((KIND, Grade::Record, false)));
            assert_eq!(
                of("HARGREAVE^MOIRA", &number, "19530412"),
                Some(("nhs-number", Grade::Record, false))
            );
            assert_eq!(of("", &number, ""), Some(("nhs-number", Grade::Context, false)));
            for (name, id, birth) in [
                ("", "", ""),
                ("Anonymized", "7712", "19530412"),
                ("ANON^PATIENT", "7712", "19530412"),
                ("CASE^0012", "0012", "19530412"),
                ("LIDC-IDRI-0001", "LIDC-IDRI-0001", ""),
                ("HARGREAVE^MOIRA", "RX-77120", ""),
                ("HARGREAVE^MOIRA", "RX-77120", "19000101"),
                ("HARGREAVE^MOIRA", "", "19530412"),
                ("subjectalpha", "SUBJECTALPHA", "19530412"),
            ] {
                assert_eq!(of(name, id, birth), None, "{name} {id} {birth}");
            }
            let removed = header(implicit, "HARGREAVE^MOIRA", "RX-77120", "19530412", "YES");
            assert_eq!(seen(&removed), Some((KIND, Grade::Record, true)));
        }
    }

    #[test]
    fn damaged_headers_end_and_say_nothing_wrong() {
        let whole = header(false, "HARGREAVE^MOIRA", "RX-77120", "19530412", "");
        for cut in 0..whole.len() {
            let _ = seen(&whole[..cut]);
        }
        for at in 132..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] = 0xff;
            let _ = seen(&bytes);
        }
        assert_eq!(seen(b"DICM"), None);
    }
}
