//! Every page walked through with the Tab key of a real browser, with the site's colours, with those that a
//! reader's system forces, and enlarged four times: everything that can be used is reached, in the order of
//! the page, is seen when it is, and no script runs but the page's own.

use serde_json::Value;

use crate::{
    common::browser::{Browser, Installed},
    crawl::{crawl, files},
    scene::{Body, TODAY},
};

/// What can be used, in the order of the page; remembered with how each looks before it is reached.
const LIST: &str = "(() => { window.looks = e => { const s = getComputedStyle(e); \
      return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.backgroundColor, s.boxShadow].join(); }; \
    window.all = [...document.querySelectorAll('a[href], summary, input, button, select, textarea, [tabindex]')] \
      .filter(e => e.getClientRects().length > 0 && e.tabIndex >= 0 && !e.disabled); \
    window.before = all.map(looks); \
    const script = document.createElement('script'); script.textContent = 'window.stranger = true'; document.head.append(script); \
    const header = getComputedStyle(document.querySelector('header.top')); \
    return { count: all.length, skip: all[0] === document.querySelector('a.skip'), stranger: window.stranger === true, \
      ordered: [...document.querySelectorAll('[tabindex]')].every(e => e.tabIndex <= 0), \
      borders: [...document.querySelectorAll('.tag')].filter(t => parseFloat(getComputedStyle(t).borderTopWidth) < 1).length, \
      forced: matchMedia('(forced-colors: active)').matches, \
      styled: document.styleSheets.length === 1 && header.backgroundColor !== 'rgba(0, 0, 0, 0)' }; })()";

/// Which of them has the keyboard, and how it looks.
const HERE: &str = "(() => { const e = document.activeElement, n = all.indexOf(e); if (n < 0) { return { n }; } \
    const s = getComputedStyle(e), r = e.getClientRects()[0]; \
    const x = r.left + Math.min(r.width / 2, 20), y = r.top + r.height / 2; const top = document.elementFromPoint(x, y); \
    return { n, html: e.outerHTML.slice(0, 160), \
      marked: looks(e) !== before[n] && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, at: [r.top, r.bottom, r.left, innerHeight, innerWidth, scrollY], \
      shown: r.top > -1 && r.bottom < innerHeight + 1 && r.left > -1 && r.left < innerWidth, \
      uncovered: top !== null && (e === top || e.contains(top) || top.contains(e)) }; })()";

/// Walks from the first thing to the last.
fn walk(browser: &mut Browser, page: &str, how: &str) -> Value {
    let list = browser.tell(LIST);
    let count = list["count"].as_u64().unwrap();
    assert!(count > 8, "{page}, {how}: {list}");
    for n in 0..count {
        browser.press("Tab", false);
        let mut here = browser.tell(HERE);
        // The page may still be rolling to it.
        for _ in 0..20 {
            if here["shown"] != false {
                break;
            }
            here = browser.tell(&format!("new Promise(done => requestAnimationFrame(() => done({HERE})))"));
        }
        assert_eq!(here["n"], n, "{page}, {how}: the order is that of the page: {here}");
        for what in ["marked", "shown", "uncovered"] {
            assert_eq!(here[what], true, "{page}, {how}: what has the keyboard is {what}: {here}");
        }
    }
    if count > 1 {
        browser.press("Tab", true);
        assert_eq!(browser.tell(HERE)["n"], count - 2, "{page}, {how}: and back");
    }
    list
}

#[test]
fn the_tab_key_reaches_everything_in_order_and_it_is_seen() {
    let Some(installed) = Installed::find("the site under a keyboard") else { return };
    let body = Body::busy();
    body.site(TODAY);
    let site = body.scene.path("site");
    let pages = crawl(&files(&site));
    let mut browser = Browser::start(&installed, &body.scene.path("browser"));
    // 1280 by 1024 enlarged four times is 320 by 256.
    for (how, width, height, scale, forced) in [
        ("as it is", 1200, 900, 1, false),
        ("with forced colours", 1200, 900, 1, true),
        ("at 400 %", 320, 256, 4, false),
    ] {
        browser.sized(width, height, scale);
        browser.forced_colours(forced);
        for page in &pages {
            browser.open(&site.join(page));
            let list = walk(&mut browser, page, how);
            assert_eq!(list["forced"], forced, "{page}");
            assert_eq!(list["skip"], true, "{page}: the skip link comes first");
            assert_eq!(list["ordered"], true, "{page}: no order of its own");
            assert_eq!(list["stranger"], false, "{page} runs no script but its own");
            assert_eq!(list["styled"], true, "{page}: its own style does");
            if forced {
                assert_eq!(list["borders"], 0, "{page}: a tag is told from text without colours");
            }
            let wider =
                browser.tell("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(wider, 0, "{page}, {how}: nothing scrolls sideways");
        }
    }
}

#[test]
fn the_keys_do_what_they_promise() {
    let Some(installed) = Installed::find("the site under a keyboard") else { return };
    let body = Body::busy();
    body.site(TODAY);
    let site = body.scene.path("site");
    let mut browser = Browser::start(&installed, &body.scene.path("browser"));
    browser.sized(1200, 900, 1);

    // The skip link leads past the navigation: the next Tab is inside the content.
    browser.open(&site.join("index.html"));
    browser.press("Tab", false);
    browser.press("Enter", false);
    assert_eq!(browser.tell("location.hash === document.querySelector('a.skip').hash"), true);
    browser.press("Tab", false);
    let inside =
        "document.querySelector(document.querySelector('a.skip').hash).contains(document.activeElement)";
    assert_eq!(browser.tell(inside), true);

    // The search narrows the list as one types, says how many are left, and gives all back.
    browser.open(&site.join("find.html"));
    let left = "[...document.querySelectorAll('main li')].filter(e => e.getClientRects().length > 0).length";
    let all = browser.tell(left).as_u64().unwrap();
    let field = "document.activeElement.matches('#search input')";
    for _ in 0..40 {
        browser.press("Tab", false);
        if browser.tell(field) == true {
            break;
        }
    }
    assert_eq!(browser.tell(field), true, "the search is reached");
    browser.types("ward");
    let some = browser.tell(left).as_u64().unwrap();
    assert!(some > 0 && some < all, "{some} of {all}");
    browser.types(" zzz");
    assert_eq!(browser.tell(left), 0);
}
