//! Package URLs against the specification: own cases made from the facts of its test-suite, a second
//! implementation on what both must agree on, and the round trip over generated values.

use std::{collections::BTreeMap, str::FromStr};

use domain::{Purl, purl::LONGEST};
use proptest::prelude::*;

/// Text, and the canonical text it must become.
const READ: &[(&str, &str)] = &[
    // The core: scheme, type, separators.
    ("pkg:npm/left-pad", "pkg:npm/left-pad"),
    ("PKG:npm/left-pad", "pkg:npm/left-pad"),
    ("pkg:/npm/left-pad@1", "pkg:npm/left-pad@1"),
    ("pkg:///npm//left-pad@1", "pkg:npm/left-pad@1"),
    ("pkg:NPM/left-pad/@1", "!"),
    ("pkg:generic/openssl@1.1.10g", "pkg:generic/openssl@1.1.10g"),
    ("pkg:generic/a%20b@1%2B2", "pkg:generic/a%20b@1%2B2"),
    ("pkg:generic/a b@1+2", "pkg:generic/a%20b@1%2B2"),
    ("pkg:generic/a@1%3A2", "pkg:generic/a@1:2"),
    ("pkg:generic/%e2%82%ac@1", "pkg:generic/%E2%82%AC@1"),
    ("pkg:generic/€@1", "pkg:generic/%E2%82%AC@1"),
    ("pkg:generic/a~b_c.d-e@1~2", "pkg:generic/a~b_c.d-e@1~2"),
    ("pkg:generic/x//y///z@1", "pkg:generic/x/y/z@1"),
    ("pkg:generic/a@", "pkg:generic/a"),
    ("pkg:generic/a@1?", "pkg:generic/a@1"),
    ("pkg:generic/a@1#", "pkg:generic/a@1"),
    ("pkg:generic/a@b@c", "pkg:generic/a%40b@c"),
    ("pkg:foo.bar-2/a", "pkg:foo.bar-2/a"),
    // Qualifiers: sorted, lower-case keys, empty ones dropped.
    ("pkg:generic/a?z=1&b=2", "pkg:generic/a?b=2&z=1"),
    ("pkg:generic/a?Arch=i386", "pkg:generic/a?arch=i386"),
    ("pkg:generic/a?empty=&b=2&empty=", "pkg:generic/a?b=2"),
    ("pkg:generic/a?b=x%26y%3Dz%23q", "pkg:generic/a?b=x%26y%3Dz%23q"),
    ("pkg:generic/a?b=c=d", "pkg:generic/a?b=c%3Dd"),
    ("pkg:generic/a?u=https://h.example/p?q=1", "!"),
    ("pkg:generic/a?u=https://h.example/p", "pkg:generic/a?u=https:%2F%2Fh.example%2Fp"),
    ("pkg:generic/a?checksum=sha1:ad95,sha256:41bf", "pkg:generic/a?checksum=sha1:ad95%2Csha256:41bf"),
    // Subpaths: `.`, `..` and empty segments dropped, encoded or not.
    ("pkg:golang/a.example/b#/c/d/", "pkg:golang/a.example/b#c/d"),
    ("pkg:golang/a.example/b#c/./../d//e", "pkg:golang/a.example/b#c/d/e"),
    ("pkg:golang/a.example/b#%2e%2e/%2E/c", "pkg:golang/a.example/b#c"),
    ("pkg:golang/a.example/b#..", "pkg:golang/a.example/b"),
    ("pkg:cocoapods/GoogleUtilities@7.5.2#NSData+zlib", "pkg:cocoapods/GoogleUtilities@7.5.2#NSData%2Bzlib"),
    // Types.
    ("pkg:alpm/Arch/Pacman@6.0.1-1?arch=x86_64", "pkg:alpm/arch/pacman@6.0.1-1?arch=x86_64"),
    ("pkg:alpm/arch/containers-common@1:0.47.4-4", "pkg:alpm/arch/containers-common@1:0.47.4-4"),
    ("pkg:apk/Alpine/Curl@7.83.0-r0", "pkg:apk/alpine/curl@7.83.0-r0"),
    ("pkg:bazel/Curl@8.8.0.bcr.1", "pkg:bazel/Curl@8.8.0.bcr.1"),
    ("pkg:bitbucket/birKenfeld/pyGments-main@244f", "pkg:bitbucket/birkenfeld/pygments-main@244f"),
    ("pkg:bitnami/WordPress?distro=debian-12", "pkg:bitnami/wordpress?distro=debian-12"),
    ("pkg:brew/node@20@20.10.0", "pkg:brew/node%4020@20.10.0"),
    ("pkg:brew/Homebrew/Core/SQLite@3", "pkg:brew/homebrew/core/sqlite@3"),
    ("pkg:cargo/Inflector@0.11.4", "pkg:cargo/Inflector@0.11.4"),
    ("pkg:cargo/serde_json@1.0.0", "pkg:cargo/serde_json@1.0.0"),
    (
        "pkg:chrome-extension/dlpngalgnefjeiefhmpklpfiohadpglk@1.2.3.4",
        "pkg:chrome-extension/dlpngalgnefjeiefhmpklpfiohadpglk@1.2.3.4",
    ),
    ("pkg:composer/Laravel/Laravel@5.5.0", "pkg:composer/laravel/laravel@5.5.0"),
    ("pkg:conan/bincrafters/cctz@2.3?channel=stable", "pkg:conan/bincrafters/cctz@2.3?channel=stable"),
    ("pkg:cpan/drolsky/DateTime@1.55", "pkg:cpan/DROLSKY/DateTime@1.55"),
    ("pkg:cpan/URI-PackageURL", "pkg:cpan/URI-PackageURL"),
    ("pkg:cran/A3", "pkg:cran/A3"),
    ("pkg:cran/caret@6.0-88", "pkg:cran/caret@6.0-88"),
    ("pkg:deb/Debian/Curl@7.50.3-1?distro=jessie", "pkg:deb/debian/curl@7.50.3-1?distro=jessie"),
    ("pkg:docker/cassandra@sha256:244fd47e", "pkg:docker/cassandra@sha256:244fd47e"),
    (
        "pkg:docker/customer/dockerimage@sha256%3A244f?repository_url=gcr.io",
        "pkg:docker/customer/dockerimage@sha256:244f?repository_url=gcr.io",
    ),
    ("pkg:gem/jruby-launcher@1.1.2?platform=java", "pkg:gem/jruby-launcher@1.1.2?platform=java"),
    ("pkg:gem/RedCloth@4", "pkg:gem/RedCloth@4"),
    ("pkg:git/github.com/Package-url/purl-Spec@244f", "pkg:git/github.com/package-url/purl-spec@244f"),
    ("pkg:git/codeberg.example/Forgejo/forgejo@a72d", "pkg:git/codeberg.example/Forgejo/forgejo@a72d"),
    ("pkg:github/Package-url/purl-Spec@244fD47", "pkg:github/package-url/purl-spec@244fD47"),
    ("pkg:golang/github.com/BurntSushi/toml@v1.3.0", "pkg:golang/github.com/BurntSushi/toml@v1.3.0"),
    ("pkg:golang/gioui.org@v0.1.0", "pkg:golang/gioui.org@v0.1.0"),
    ("pkg:hackage/AC-HalfInteger@1.2.1", "pkg:hackage/AC-HalfInteger@1.2.1"),
    ("pkg:hex/Acme/Foo@2.3.", "pkg:hex/acme/foo@2.3."),
    (
        "pkg:huggingface/microsoft/deberta-v3-base@559062AD13D311B87B2C455E67DCD5F1C8F65111",
        "pkg:huggingface/microsoft/deberta-v3-base@559062ad13d311b87b2c455e67dcd5f1c8f65111",
    ),
    ("pkg:huggingface/distilbert-base@043", "pkg:huggingface/distilbert-base@043"),
    (
        "pkg:julia/Dates@1.9.0?uuid=ade2ca70-3891-5945-98fb-dc099432e06a",
        "pkg:julia/Dates@1.9.0?uuid=ade2ca70-3891-5945-98fb-dc099432e06a",
    ),
    ("pkg:luarocks/Hisham/LuaFilesystem@1.8.0-1", "pkg:luarocks/hisham/luafilesystem@1.8.0-1"),
    (
        "pkg:maven/org.apache.xmlgraphics/Batik-anim@1.9.1?type=pom&classifier=sources",
        "pkg:maven/org.apache.xmlgraphics/Batik-anim@1.9.1?classifier=sources&type=pom",
    ),
    (
        "pkg:mlflow/CreditFraud@3?repository_url=https://adb-1.azuredatabricks.example/api",
        "pkg:mlflow/creditfraud@3?repository_url=https:%2F%2Fadb-1.azuredatabricks.example%2Fapi",
    ),
    (
        "pkg:mlflow/CreditFraud@3?repository_url=https://westus2.api.azureml.example",
        "pkg:mlflow/CreditFraud@3?repository_url=https:%2F%2Fwestus2.api.azureml.example",
    ),
    ("pkg:npm/%40Angular/animation@12.3.1", "pkg:npm/%40Angular/animation@12.3.1"),
    ("pkg:npm/@babel/core", "pkg:npm/%40babel/core"),
    ("pkg:npm/@babel/core@7.1.0", "pkg:npm/%40babel/core@7.1.0"),
    ("pkg:npm/%40babel%2Fcore@7.1.0", "pkg:npm/%40babel/core@7.1.0"),
    ("pkg:npm/JSONStream@1.3.5", "pkg:npm/JSONStream@1.3.5"),
    ("pkg:Nuget/EnterpriseLibrary.Common@6.0.1304", "pkg:nuget/EnterpriseLibrary.Common@6.0.1304"),
    (
        "pkg:oci/Debian@SHA256:244FD?repository_url=docker.example/library/debian&arch=amd64",
        "pkg:oci/debian@sha256:244fd?arch=amd64&repository_url=docker.example%2Flibrary%2Fdebian",
    ),
    ("pkg:otp/Kernel@8.5", "pkg:otp/kernel@8.5"),
    ("pkg:pub/Flutter-Http@0.0.0", "pkg:pub/flutter_http@0.0.0"),
    ("pkg:PYPI/Django_package@1.11.1.dev1", "pkg:pypi/django-package@1.11.1.dev1"),
    ("pkg:pypi/zope.interface@5", "pkg:pypi/zope-interface@5"),
    ("pkg:pypi/a_-._b", "pkg:pypi/a-b"),
    ("pkg:pypi/django@1?file_name=Django-1.tar.gz", "pkg:pypi/django@1?file_name=Django-1.tar.gz"),
    ("pkg:qpkg/BlackBerry/com.qnx.SDP@7", "pkg:qpkg/blackberry/com.qnx.SDP@7"),
    ("pkg:Rpm/Fedora/libX11@1.8-1.fc25?Arch=i386", "pkg:rpm/fedora/libX11@1.8-1.fc25?arch=i386"),
    (
        "pkg:swid/Fedora@29?tag_id=org.fedoraproject.Fedora-29",
        "pkg:swid/Fedora@29?tag_id=org.fedoraproject.Fedora-29",
    ),
    ("pkg:swift/github.com/Alamofire/Alamofire@5.4.3", "pkg:swift/github.com/Alamofire/Alamofire@5.4.3"),
    ("pkg:vcpkg/bzip2@1.0.8?port_version=6", "pkg:vcpkg/bzip2@1.0.8?port_version=6"),
    (
        "pkg:vscode-extension/RedHat/Java@1.46?platform=universal",
        "pkg:vscode-extension/redhat/java@1.46?platform=universal",
    ),
    ("pkg:yocto/Core/glibc@2.35", "pkg:yocto/core/glibc@2.35"),
];

/// Texts that are no package URL.
const REFUSED: &[&str] = &[
    "",
    "pkg:",
    "pkg:npm",
    "pkg:npm/",
    "pkg:npm//",
    "EnterpriseLibrary.Common@6.0.1304",
    "pkg:EnterpriseLibrary.Common@6.0.1304",
    "pkg%3Amaven/org.apache.commons/io",
    "http://npm/left-pad",
    " pkg:npm/a",
    "pkg:npm/a@1 ",
    "pkg:n&g?inx/nginx@0.8.9",
    "pkg:3nginx/nginx@0.8.9",
    "pkg:nginx:a/nginx@0.8.9",
    "pkg:np%6D/a",
    "pkg:np+m/a",
    // The name is missing.
    "pkg:npm/@1.0",
    "pkg:npm/@babel/@1.0",
    "pkg:maven/@1.3.4",
    "pkg:swift/github.com/Alamofire/@5.4.3",
    "pkg:cran/@0.9.1",
    // Qualifiers.
    "pkg:npm/a@1?in%20production=true",
    "pkg:npm/a?b=1&b=2",
    "pkg:npm/a?b=1&B=2",
    "pkg:npm/a?1b=2",
    "pkg:npm/a?=2",
    "pkg:npm/a?b",
    // Encoding.
    "pkg:npm/a%",
    "pkg:npm/a%2",
    "pkg:npm/a%zz",
    "pkg:npm/a@1%ff",
    "pkg:npm/%ed%a0%80",
    // Traversal and control characters, plain and encoded.
    "pkg:generic/../a",
    "pkg:generic/./a",
    "pkg:generic/%2e%2e/a",
    "pkg:generic/..",
    "pkg:generic/a/%2E%2E",
    "pkg:generic/..%2f..%2fetc%2fpasswd",
    "pkg:generic/a%2fb/c",
    "pkg:generic/a@..%2f..%2fetc",
    "pkg:generic/a@..",
    "pkg:generic/a#b/..%2fc",
    "pkg:generic/a%00b",
    "pkg:generic/a\0b",
    "pkg:generic/a@1%0A",
    "pkg:generic/a@1\u{1b}[31m",
    "pkg:generic/a?b=%07",
    "pkg:generic/a#b%0Dc",
    "pkg:generic/a%E2%80%AEb",
    // What a type prohibits or requires.
    "pkg:cargo/a/b",
    "pkg:cargo/a%2Fb",
    "pkg:pypi/a/b",
    "pkg:gem/a/b",
    "pkg:nuget/a/b",
    "pkg:vcpkg/boost/asio@1.84.0",
    "pkg:otp/namespace/hex@2.1.1",
    "pkg:maven/junit@4",
    "pkg:composer/laravel@5",
    "pkg:github/purl-spec",
    "pkg:deb/curl",
    "pkg:rpm/curl",
    "pkg:apk/curl",
    "pkg:swift/Alamofire@5.4.3",
    "pkg:vscode-extension/java@1.46",
    "pkg:cpan/GDT/URI::PackageURL",
    "pkg:cpan/LWP::UserAgent@6.7.6",
    "pkg:julia/Dates",
    "pkg:swid/Fedora@29",
    "pkg:chrome-extension/dogs",
    "pkg:chrome-extension/44444algnefjeiefhmpklpfiohadpglk",
    "pkg:chrome-extension/dlpngalgnefjeiefhmpklpfiohadpglk@1.2.3.4.5",
    "pkg:chrome-extension/dlpngalgnefjeiefhmpklpfiohadpglk@1.2.3-beta",
];

#[test]
fn every_case_is_read_or_refused_as_the_specification_says() {
    for (text, canonical) in READ {
        match (text.parse::<Purl>(), *canonical) {
            (Err(_), "!") => {}
            (Ok(purl), canonical) => {
                assert_eq!(purl.to_string(), canonical, "{text}");
                assert_eq!(canonical.parse(), Ok(purl.clone()), "{text}");
                let json = serde_json::to_string(&purl).unwrap();
                assert_eq!(json, format!("\"{canonical}\""), "the JSON form is the canonical text");
                assert_eq!(serde_json::from_str::<Purl>(&json).unwrap(), purl);
            }
            (Err(error), _) => panic!("{text}: {error}"),
        }
    }
    for text in REFUSED {
        let read = text.parse::<Purl>();
        assert!(read.is_err(), "{text:?} was read as {}", read.unwrap());
        assert!(serde_json::from_value::<Purl>((*text).into()).is_err());
    }
}

#[test]
fn length_is_bounded_however_the_value_is_made() {
    let longest = format!("pkg:npm/{}", "a".repeat(LONGEST - 8));
    assert_eq!(longest.parse::<Purl>().unwrap().to_string(), longest);
    assert!(format!("{longest}a").parse::<Purl>().is_err());
    // Short when read, too long once encoded.
    assert!(format!("pkg:npm/{}", "+".repeat(LONGEST / 2)).parse::<Purl>().is_err());
    let purl: Purl = "pkg:npm/a@1".parse().unwrap();
    assert!(purl.with_qualifier("b", &"c".repeat(LONGEST)).is_err());
    assert!(purl.with_subpath(Some(&"c".repeat(LONGEST))).is_err());
    assert!(purl.try_with_version(Some(&"9".repeat(LONGEST))).is_err());
}

#[test]
fn builders_keep_the_rules() {
    let purl = Purl::new("NPM", Some("@scope"), "name", Some("1")).unwrap();
    assert_eq!(purl, Purl::new("npm", None, "@scope/name", Some("1")).unwrap());
    assert_eq!(purl.native_name(), "@scope/name");
    let with = purl.with_qualifier("Arch", "x86").unwrap().with_subpath(Some("a/../b")).unwrap();
    assert_eq!(with.to_string(), "pkg:npm/%40scope/name@1?arch=x86#a/b");
    assert!(with.same_component(&purl) && with != purl);
    assert_eq!(with.with_qualifier("arch", "").unwrap().with_subpath(None).unwrap(), purl);
    assert_eq!(purl.with_version(None).with_version(Some("")).to_string(), "pkg:npm/%40scope/name");
    for key in ["", "1a", "a b", "a%20", "ä"] {
        assert!(purl.with_qualifier(key, "x").is_err(), "{key:?}");
    }
    assert!(Purl::new("julia", None, "HTTP", None).is_err());
    let uuid = BTreeMap::from([("uuid".to_owned(), "cd3eb016".to_owned())]);
    let julia = Purl::from_parts("julia", None, "HTTP", None, uuid, None).unwrap();
    assert!(julia.with_qualifier("uuid", "").is_err());
    assert_eq!(Purl::new("maven", Some("g"), "a", None).unwrap().native_name(), "g:a");
}

/// Why the other implementation (`packageurl` 0.7) answers differently, by case; everything else
/// must agree.
const DIFFERENCES: &[(&str, &[&str])] = &[
    ("it does not fold the scheme", &["PKG:npm/left-pad"]),
    ("it keeps an empty version and refuses an empty subpath", &["pkg:generic/a@", "pkg:generic/a@1#"]),
    ("it reads a qualifier as a name", &["pkg:generic/a?u=https://h.example/p?q=1"]),
    (
        "it refuses a `..` in a subpath, which the specification drops",
        &["pkg:golang/a.example/b#%2e%2e/%2E/c", "pkg:golang/a.example/b#.."],
    ),
    (
        "it does not know that the type folds case",
        &[
            "pkg:alpm/Arch/Pacman@6.0.1-1?arch=x86_64",
            "pkg:apk/Alpine/Curl@7.83.0-r0",
            "pkg:bitnami/WordPress?distro=debian-12",
            "pkg:brew/Homebrew/Core/SQLite@3",
            "pkg:cpan/drolsky/DateTime@1.55",
            "pkg:git/github.com/Package-url/purl-Spec@244f",
            "pkg:luarocks/Hisham/LuaFilesystem@1.8.0-1",
            "pkg:oci/Debian@SHA256:244FD?repository_url=docker.example/library/debian&arch=amd64",
            "pkg:otp/Kernel@8.5",
            "pkg:pub/Flutter-Http@0.0.0",
            "pkg:vscode-extension/RedHat/Java@1.46?platform=universal",
            "pkg:yocto/Core/glibc@2.35",
        ],
    ),
    (
        "it folds case where the definition of 2025 keeps it",
        &["pkg:golang/github.com/BurntSushi/toml@v1.3.0", "pkg:npm/JSONStream@1.3.5"],
    ),
    (
        "it requires a namespace that need not be there",
        &["pkg:cpan/URI-PackageURL", "pkg:huggingface/distilbert-base@043"],
    ),
    ("it keeps an encoded slash in a name", &["pkg:npm/%40babel%2Fcore@7.1.0"]),
    ("it does not fold runs as PEP 503 does", &["pkg:pypi/zope.interface@5", "pkg:pypi/a_-._b"]),
];

#[test]
fn a_second_implementation_differs_only_where_explained() {
    for (text, canonical) in READ {
        let other = packageurl::PackageUrl::from_str(text).map_or("!".to_owned(), |p| p.to_string());
        let explained = DIFFERENCES.iter().any(|(_, texts)| texts.contains(text));
        assert_eq!(other != *canonical, explained, "{text}: {canonical} here, {other} there");
    }
}

fn any_purl() -> impl Strategy<Value = Purl> {
    let kind = prop::sample::select(vec![
        "npm",
        "pypi",
        "golang",
        "generic",
        "cargo",
        "maven",
        "github",
        "oci",
        "pub",
        "cpan",
        "hex",
        "git",
        "docker",
        "rpm",
        "huggingface",
        "x.y-z",
    ]);
    let part = "[ -~é€İßΣ]{1,12}";
    let key = "[a-zA-Z][a-zA-Z0-9._-]{0,6}";
    (
        kind,
        prop::option::of(part),
        part,
        prop::option::of(part),
        prop::collection::btree_map(key, part, 0..4),
        prop::option::of(part),
    )
        .prop_filter_map("not permitted", |(kind, namespace, name, version, qualifiers, subpath)| {
            Purl::from_parts(
                kind,
                namespace.as_deref(),
                &name,
                version.as_deref(),
                qualifiers,
                subpath.as_deref(),
            )
            .ok()
        })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same(purl in any_purl()) {
        let text = purl.to_string();
        prop_assert!(text.is_ascii());
        prop_assert_eq!(text.parse::<Purl>().unwrap(), purl);
    }

    #[test]
    fn what_is_read_prints_canonically(text in "pkg:[a-z]{1,4}/[ -~é]{0,40}") {
        if let Ok(purl) = text.parse::<Purl>() {
            let canonical = purl.to_string();
            let again: Purl = canonical.parse().unwrap();
            prop_assert_eq!(again.to_string(), canonical);
            prop_assert_eq!(again, purl);
        }
    }
}

#[test]
fn a_type_that_no_ecosystem_has_says_which_is_meant() {
    let meant = |text: &str| text.parse::<Purl>().unwrap().likely_meant().map(|purl| purl.to_string());
    for (written, right) in [
        ("pkg:pip/django@1.0", "pkg:pypi/django@1.0"),
        ("pkg:rubygems/rails@4.0.0", "pkg:gem/rails@4.0.0"),
        ("pkg:crates/rand@0.7.0", "pkg:cargo/rand@0.7.0"),
        ("pkg:nugett/Serilog@1.0", "pkg:nuget/Serilog@1.0"),
        ("pkg:golng/example.test/a@v1.0.0", "pkg:golang/example.test/a@v1.0.0"),
    ] {
        assert!(!written.parse::<Purl>().unwrap().has_known_type(), "{written}");
        assert_eq!(meant(written).as_deref(), Some(right));
    }
    assert_eq!(meant("pkg:zzz/a@1.0"), None);
    for known in ["pkg:npm/a@1", "pkg:generic/openssl@1", "pkg:yocto/core/a@1", "pkg:alpm/arch/a@1"] {
        assert!(known.parse::<Purl>().unwrap().has_known_type(), "{known}");
    }
}
