//! The pages for people who do not read Rust.

use std::collections::{BTreeMap, BTreeSet};

use iconik_codegen::pages::pages;

use super::{api, sources};
use crate::support::real;

#[test]
fn a_page_can_be_read_from_top_to_bottom() {
    let pages = pages(&api(&sources()));

    insta::assert_snapshot!("page", pages["spec/docs/playlists.md"]);
    insta::assert_snapshot!("index", pages["spec/docs/README.md"]);
    insta::assert_snapshot!("coverage", pages["spec/docs/coverage.md"]);
    insta::assert_snapshot!("roles", pages["spec/docs/roles.md"]);
}

#[test]
fn every_link_leads_to_a_heading() {
    links_hold(&pages(&api(&sources())));
    links_hold(&pages(&api(&real())));
}

fn links_hold(pages: &BTreeMap<String, String>) {
    let mut anchors = BTreeSet::new();
    for (path, text) in pages {
        let name = path.rsplit('/').next().unwrap();
        anchors.insert(name.to_owned());
        for heading in text.lines().filter_map(|it| it.strip_prefix("## ")) {
            let slug: String = heading
                .to_lowercase()
                .replace(' ', "-")
                .chars()
                .filter(|it| it.is_alphanumeric() || "_-".contains(*it))
                .collect();
            anchors.insert(format!("{name}#{slug}"));
        }
    }
    for (path, text) in pages {
        let name = path.rsplit('/').next().unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|it| it.split_once(')'))
            .map(|(link, _)| link)
        {
            let target = if link.starts_with('#') {
                format!("{name}{link}")
            } else {
                link.to_owned()
            };
            assert!(
                target.starts_with("../") || anchors.contains(&target),
                "{path}: {link}"
            );
        }
    }
}
