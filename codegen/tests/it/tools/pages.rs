//! The pages for people who do not read Rust.

use std::collections::{BTreeMap, BTreeSet};

use iconik_codegen::pages::pages;

use super::{api, sources};
use crate::support::real;

#[test]
fn a_page_can_be_read_from_top_to_bottom() {
    let pages = pages(&api(&sources()));

    insta::assert_snapshot!("page", pages["spec/docs/spec/playlists.md"]);
    insta::assert_snapshot!("service", pages["spec/docs/spec/README.md"]);
    insta::assert_snapshot!("index", pages["spec/docs/README.md"]);
    insta::assert_snapshot!("common", pages["spec/docs/common.md"]);
    insta::assert_snapshot!("coverage", pages["spec/docs/coverage.md"]);
}

#[test]
fn every_link_leads_to_a_heading() {
    links_hold(&pages(&api(&sources())));
    links_hold(&pages(&api(&real())));
}

fn links_hold(pages: &BTreeMap<String, String>) {
    let mut anchors = BTreeSet::new();
    for (path, text) in pages {
        anchors.insert(path.clone());
        for heading in text.lines().filter_map(|it| it.strip_prefix("## ")) {
            let slug: String = heading
                .to_lowercase()
                .replace(' ', "-")
                .chars()
                .filter(|it| it.is_alphanumeric() || "_-".contains(*it))
                .collect();
            anchors.insert(format!("{path}#{slug}"));
        }
    }
    for (path, text) in pages {
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|it| it.split_once(')'))
            .map(|(link, _)| link)
        {
            let target = target(path, link);
            let by_hand = ["spec/iconik.md", "spec/since-2025.md"].contains(&target.as_str());
            assert!(by_hand || anchors.contains(&target), "{path}: {link}");
        }
    }
}

/// The path that a link leads to.
fn target(page: &str, link: &str) -> String {
    if link.starts_with('#') {
        return format!("{page}{link}");
    }
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    folders.join("/")
}
