//! The examples that the repository ships say what the README promises of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;

use evidence::{
    collector::Given,
    dossier,
    material::folder::Folder,
    model::{self, RunsCode, card::State},
};

fn example(name: &str) -> Folder {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    Folder::open(&path, &[]).unwrap()
}

fn given() -> Given {
    Given { today: "2026-08-22".parse().unwrap() }
}

#[test]
fn the_model_carries_data_only_and_its_twin_runs_code() {
    let look = |name: &str| {
        let material = example(name);
        let found = model::find_models(&material);
        assert_eq!(found.len(), 1);
        model::observe(&material, &found[0])
    };
    let model = look("model");
    assert_eq!((model.path.as_str(), model.runs_code, model.remote_code), ("", RunsCode::No, Some(false)));
    assert!(model.files_hashed && model.formats_known && model.licence.agree);
    assert_eq!(
        (model.parameters, model.card.state, model.licence.id.as_deref()),
        (Some(6), State::Complete, Some("mit"))
    );
    assert_eq!(model.card.data_rights, Some(true));
    assert!(model.origin.from.is_none() && model.origin.revision.is_none());
    let pickle = look("model-pickle");
    assert_eq!(pickle.runs_code, RunsCode::OnlyCopy);
    assert!(pickle.files.iter().any(|f| f.format.as_deref() == Some("torch-zip")));
}

#[test]
fn the_dossier_lacks_two_documents_and_nothing_else() {
    let observed = dossier::collect(&example("dossier"), given());
    let missing: Vec<_> = observed.findings.iter().map(|f| (f.id.as_str(), f.control.as_str())).collect();
    assert_eq!(missing, [("missing", "cyber-essentials"), ("missing", "data-protection")]);
    let product: dossier::Product = serde_json::from_value(observed.evidence[0].value.clone()).unwrap();
    let says = product.says;
    assert_eq!((says.security_certificate_months, says.data_security_standards_met), (None, None));
    assert_eq!(
        (says.charter_signed, says.regulator_registered, says.exit_plan, says.export_tested),
        (Some(true), Some(true), Some(true), Some(true))
    );
    assert_eq!((says.code_principles_answered, says.impact_assessment_parts), (Some(14), Some(11)));
    assert_eq!(says.sbom, Some(dossier::says::SbomMatch::ThisVersion));
    assert!(says.open_interface == Some(true) && says.identity_standard == Some(true));
    assert!(observed.coverage[0].unread.is_empty());
}

#[test]
fn the_hospital_has_parts_at_two_tiers_and_no_model() {
    let material = example("hospital");
    assert_eq!(model::find_models(&material), []);
    let bytes = evidence::material::Material::read(&material, "formulary.toml").unwrap();
    let system = formats::own::System::read("formulary.toml", &bytes).unwrap();
    assert_eq!(system.part_of("bedside/poetry.lock").unwrap().tier, domain::Tier::Clinical);
    assert_eq!(system.part_of("web/package-lock.json").unwrap().tier, domain::Tier::Operational);
}
