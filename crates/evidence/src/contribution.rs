//! What a contributor finds: the collector.
//!
//! Decides whether a contribution guide, templates, a code of conduct and a change log are there and
//! how long the guide is; not whether they are good.
//!
//! Evidence `contribution`:
//! ```json
//! { "guide": "CONTRIBUTING.md", "words": 410, "issue_templates": true, "pull_request_template": true,
//!   "code_of_conduct": "CODE_OF_CONDUCT.md", "changelog": "CHANGELOG.md", "docs": true }
//! ```
//! Paths are null where there is none. A README section on contributing counts as the guide, with
//! its line (`README.md:40`) and the words of the README. `docs`: a folder of documentation.
//!
//! No findings.

use domain::{Coverage, Evidence, Place};
use serde_json::json;

use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    paths,
    prose::{self, Prose},
};

/// The collector.
#[derive(Debug)]
pub struct Contribution;

impl Collector for Contribution {
    fn name(&self) -> &'static str {
        "contribution"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let mut read = |stem: &str| {
            let prose = prose::find(material, &[stem]).and_then(|entry| Prose::read(material, entry));
            coverage.read += u64::from(prose.is_some());
            prose
        };
        let guide = read("contributing").map(|p| (p.path.clone(), words(&p))).or_else(|| {
            let readme = read("readme")?;
            let line = readme.heading(&["contribut".to_owned(), "how to contribute".to_owned()])?;
            Some((Place::line(&readme.path, line).to_string(), words(&readme)))
        });
        let has = |test: &dyn Fn(&str) -> bool| {
            material.entries().iter().any(|entry| test(&entry.path.to_ascii_lowercase()))
        };
        let path_of = |stems: &[&str]| prose::find(material, stems).map(|entry| entry.path.clone());
        let value = json!({
            "guide": guide.as_ref().map(|(path, _)| path),
            "words": guide.as_ref().map_or(0, |(_, words)| *words),
            "issue_templates": has(&|p| {
                p.starts_with(".github/issue_template") || p.starts_with(".gitlab/issue_templates/")
            }),
            "pull_request_template": has(&|p| {
                paths::file_name(p).starts_with("pull_request_template") || p.starts_with(".gitlab/merge_request_templates/")
            }),
            "code_of_conduct": path_of(&["code_of_conduct", "code-of-conduct"]),
            "changelog": path_of(&["changelog", "changes", "news", "history", "releases"]),
            "docs": has(&|p| p.starts_with("docs/") || p.starts_with("doc/") || p == "mkdocs.yml"),
        });
        let evidence = Evidence::new("contribution", value, self.name()).into_iter().collect();
        Observed { evidence, findings: Vec::new(), coverage: vec![coverage] }
    }
}

fn words(prose: &Prose) -> usize {
    prose.words.split(' ').filter(|word| !word.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    #[test]
    fn a_section_of_the_readme_counts() {
        let given = Given { today: "2026-08-22".parse().unwrap() };
        let tree = Memory::new().with("README.md", "# x\n\n## Contributing\nSend changes.\n");
        let value = Contribution.collect(&tree, given).evidence[0].value.clone();
        assert_eq!(value["guide"], "README.md:3");
        let tree =
            Memory::new().with("docs/CONTRIBUTING.md", "one two").with(".github/ISSUE_TEMPLATE/bug.yml", "");
        let value = Contribution.collect(&tree, given).evidence[0].value.clone();
        assert_eq!((value["words"].as_u64(), value["issue_templates"].as_bool()), (Some(2), Some(true)));
    }
}
