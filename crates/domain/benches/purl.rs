//! How long package URLs take to read and to write.

#![expect(clippy::expect_used, reason = "a bench that cannot read its own four texts must stop")]

use std::hint::black_box;

use domain::Purl;

const TEXTS: [&str; 4] = [
    "pkg:cargo/serde@1.0.228",
    "pkg:npm/%40angular/animation@12.3.1",
    "pkg:pypi/Zope.Interface@5.4.0",
    "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25&epoch=1",
];

fn main() {
    divan::main();
}

#[divan::bench(args = TEXTS)]
fn read(text: &str) -> Purl {
    black_box(text).parse().expect("the four texts are package URLs")
}

#[divan::bench(args = TEXTS)]
fn write(bencher: divan::Bencher, text: &str) {
    let purl: Purl = text.parse().expect("the four texts are package URLs");
    bencher.bench(|| black_box(&purl).to_string());
}
