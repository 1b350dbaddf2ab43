//! End-of-life dates: products and the purls that name them, built into one map.
//!
//! Two sorts of names share the map: `product:<name>` holds the product's cycles, `purl:<key>`
//! holds product names. Reading them back is [`crate::support`]'s.

use std::{collections::BTreeMap, path::Path};

use domain::{Purl, Timestamp};
use formats::advisory::endoflife::{self, DateOrFlag, LARGEST, Product};

use super::{Content, FeedFault, newest, read_bounded};
use crate::index::{
    bytes::{put_number, put_signed, put_text},
    names,
};

pub(super) fn build(path: &Path, now: Timestamp) -> Result<Content, FeedFault> {
    let (products, unread) = endoflife::parse(&read_bounded(path, LARGEST)?)?;
    let mut blocks: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut by_purl: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut dates = Vec::new();
    for product in &products {
        blocks.insert(format!("product:{}", product.name), encode(product));
        for purl in product.purls.iter().filter_map(|text| text.parse::<Purl>().ok()) {
            let names = by_purl.entry(crate::support::purl_key(&purl)).or_default();
            if !names.contains(&product.name.as_str()) {
                names.push(&product.name);
            }
        }
        for cycle in &product.cycles {
            if let Some(DateOrFlag::On(day)) = cycle.latest_on {
                dates.push(day.start());
            }
        }
    }
    for (key, names) in by_purl {
        let mut block = Vec::new();
        names.iter().for_each(|name| put_text(&mut block, name));
        blocks.insert(format!("purl:{key}"), block);
    }
    let records = products.len() as u64;
    let (built, _) = names::build(&blocks, records, &[]);
    Ok(Content {
        built,
        records,
        appendix: Vec::new(),
        withdrawn: 0,
        newest: newest(dates.into_iter(), now),
        unread,
    })
}

fn encode(product: &Product) -> Vec<u8> {
    let mut out = Vec::new();
    put_text(&mut out, &product.title);
    put_number(&mut out, product.cycles.len() as u64);
    for cycle in &product.cycles {
        put_text(&mut out, &cycle.name);
        put_text(&mut out, cycle.latest.as_deref().unwrap_or_default());
        for date in [cycle.eol, cycle.eoas, cycle.eoes] {
            match date {
                None => out.push(0),
                Some(DateOrFlag::Flag(false)) => out.push(1),
                Some(DateOrFlag::Flag(true)) => out.push(2),
                Some(DateOrFlag::On(day)) => {
                    out.push(3);
                    put_signed(&mut out, day.start().unix());
                }
            }
        }
    }
    out
}
