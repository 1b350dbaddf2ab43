//! Every page, at the width of a desk and of a telephone, as axe and a thumb find it.

use crate::{
    common::browser::{Browser, Installed},
    crawl::{crawl, files},
    scene::{Body, TODAY},
};

/// What a page is like, apart from what axe says.
const LOOK: &str = "(() => { const root = document.documentElement; \
    const targets = [...document.querySelectorAll('nav a, footer a, .button, summary, input, .az a, .letters a')]; \
    const small = targets.filter(e => { const r = e.getBoundingClientRect(); return r.height > 0 && (r.height < 24 || r.width < 24); }); \
    return { wider: root.scrollWidth - root.clientWidth, small: small.map(e => e.outerHTML), \
      h1: document.querySelectorAll('h1').length, \
      search: document.getElementById('search') && !document.getElementById('search').hidden, \
      requests: performance.getEntriesByType('resource').map(r => r.name) }; })()";

#[test]
fn axe_finds_nothing_on_any_page() {
    let Some(installed) = Installed::find("the site in a browser") else { return };
    let body = Body::busy();
    body.site(TODAY);
    let site = body.scene.path("site");
    let mut browser = Browser::start(&installed, &body.scene.path("browser"));
    let pages = crawl(&files(&site));
    assert!(pages.len() > 10, "{pages:?}");
    for (width, height) in [(1200, 1000), (320, 640)] {
        browser.sized(width, height, 1);
        for page in &pages {
            browser.open(&site.join(page));
            browser.tell("document.querySelectorAll('details').forEach(d => { d.open = true; })");
            let found = browser.axe(&installed);
            assert_eq!(found["violations"], serde_json::json!([]), "{page} at {width}");
            assert!(found["passes"].as_u64().unwrap() > 10, "axe looked at {page}: {found}");
            let look = browser.tell(LOOK);
            assert_eq!(look["wider"], 0, "nothing scrolls sideways: {page} at {width}");
            assert_eq!(look["small"], serde_json::json!([]), "targets are 24 pixels: {page} at {width}");
            assert_eq!(look["h1"], 1, "{page}");
            if page == "find.html" {
                assert_eq!(look["search"], true, "the script shows the search");
            }
            let folder = format!("file://{}/", site.display());
            for request in look["requests"].as_array().unwrap() {
                assert!(request.as_str().unwrap().starts_with(&folder), "{page} asks for {request}");
            }
        }
    }
}
