//! The features of iconik-api: written by hand, one per service, and held against the spec here.

use std::collections::BTreeSet;

/// The manifest with the features.
pub(crate) const MANIFEST: &str = "iconik-api/Cargo.toml";

/// What to do to the features of the manifest so that every service has one; nothing if all is
/// well.
pub(crate) fn advice(manifest: &str, services: &BTreeSet<String>) -> Option<String> {
    let defined = defined(manifest);
    let in_full = in_full(manifest);
    let missing = services.iter().filter(|name| !defined.contains(*name));
    let not_in_full = services.iter().filter(|name| !in_full.contains(*name));
    let stale = in_full.iter().filter(|name| !services.contains(*name));

    let mut advice = String::new();
    advice.push_str(&lines(
        "add to [features]:",
        missing.map(|name| format!("{name} = []")),
    ));
    advice.push_str(&lines(
        "add to `full`:",
        not_in_full.map(|name| format!("\"{name}\",")),
    ));
    advice.push_str(&lines(
        "remove, there is no such service:",
        stale.flat_map(|name| [format!("\"{name}\","), format!("{name} = []")]),
    ));
    (!advice.is_empty())
        .then(|| format!("error: {MANIFEST}: the features do not fit the spec\n{advice}"))
}

fn lines(what: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.map(|line| format!("    {line}\n")).collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("  {what}\n{}", lines.concat())
    }
}

/// The lines of the section `[features]`.
fn section(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
}

/// The names before the equals signs.
fn defined(manifest: &str) -> BTreeSet<String> {
    let names = section(manifest).filter_map(|line| line.split_once('='));
    names
        .map(|(name, _)| name.trim().trim_matches('"').to_owned())
        .collect()
}

/// The names in the list of the feature `full`.
fn in_full(manifest: &str) -> BTreeSet<String> {
    let is_full = |line: &&str| {
        line.split('=')
            .next()
            .is_some_and(|name| name.trim() == "full")
    };
    let mut names = BTreeSet::new();
    for line in section(manifest).skip_while(|line| !is_full(line)) {
        let list = line.split_once('[').map_or(line, |(_, list)| list);
        names.extend(list.split('"').skip(1).step_by(2).map(str::to_owned));
        if list.contains(']') {
            break;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    const SAMPLE: &str = "[features]\ndefault = [\"full\"]\n# All.\nfull = [\n  \"assets\",\n  \"old\",\n]\nassets = []\nold = []\n\n[dependencies]\nsegments = \"1\"\n";

    #[test]
    fn the_lines_to_add_and_to_remove_are_spelt_out() {
        let advice = advice(SAMPLE, &services(&["assets", "segments"])).expect("there is advice");
        assert_eq!(
            advice,
            "error: iconik-api/Cargo.toml: the features do not fit the spec\n  \
             add to [features]:\n    segments = []\n  \
             add to `full`:\n    \"segments\",\n  \
             remove, there is no such service:\n    \"old\",\n    old = []\n"
        );
    }

    #[test]
    fn features_that_fit_need_no_advice() {
        assert_eq!(advice(SAMPLE, &services(&["assets", "old"])), None);
        let on_one_line = "[features]\nfull = [\"assets\"]\nassets = []\n";
        assert_eq!(advice(on_one_line, &services(&["assets"])), None);
    }
}
