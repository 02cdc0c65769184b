//! What changed in the public surface between two states of the spec, and whether it breaks a build.
//!
//! Breaking is what can stop a caller's code from compiling or make it call something else. What
//! the emitted crate leaves open does not break: enums, unions and models are `#[non_exhaustive]`,
//! requests have private fields and setters. So a new field, value, variant or optional parameter is
//! an addition, while one that the constructor takes is not.

use std::fmt::Write as _;

mod compare;
mod renames;

pub use compare::changes;

/// What changed, in the order of the API: services, resources, models, enums, ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Each change.
    pub all: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it does to callers.
    pub effect: Effect,
    /// What changed, for example `playlists.list` or `NewPlaylist`.
    pub place: String,
    /// The part that changed: a parameter, field, value or variant.
    pub item: Option<String>,
    /// How, as the rest of a sentence.
    pub what: String,
}

/// What a change does to callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Code that compiled may not compile any more, or do something else.
    Breaking,
    /// There is more than before.
    Added,
    /// The same calls, but the service asks or promises something else.
    Changed,
    /// Still there, but on its way out.
    Deprecated,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The breaking ones.
    pub fn breaking(&self) -> impl Iterator<Item = &Change> {
        self.all.iter().filter(|it| it.effect == Effect::Breaking)
    }

    /// The sections of a changelog entry.
    pub fn markdown(&self) -> String {
        let sections = [
            (Effect::Breaking, "Breaking"),
            (Effect::Added, "Added"),
            (Effect::Changed, "Changed"),
            (Effect::Deprecated, "Deprecated"),
        ];
        let mut out = String::new();
        for (effect, title) in sections {
            let changes: Vec<&Change> = self.all.iter().filter(|it| it.effect == effect).collect();
            if changes.is_empty() {
                continue;
            }
            let gap = if out.is_empty() { "" } else { "\n" };
            // Writing to a `String` cannot fail.
            let _ = writeln!(out, "{gap}### {title}\n");
            for change in changes {
                let _ = writeln!(out, "- {}", change.sentence());
            }
        }
        out
    }

    /// The breaking changes that a changelog does not announce.
    ///
    /// An announcement is an item of the newest section with entries that is below a heading
    /// with the word "breaking" (or has it in its text) and names place and part in backticks. How
    /// it words the rest is up to its author.
    pub fn unannounced<'a>(&'a self, changelog: &str) -> Vec<&'a Change> {
        let items = announcements(changelog);
        let announced = |change: &Change| {
            let names: Vec<String> = [Some(&change.place), change.item.as_ref()]
                .into_iter()
                .flatten()
                .map(|it| format!("`{it}`"))
                .collect();
            items
                .iter()
                .any(|item| names.iter().all(|name| item.contains(name)))
        };
        self.breaking().filter(|it| !announced(it)).collect()
    }
}

impl Change {
    /// The change in a line of Markdown.
    pub fn sentence(&self) -> String {
        match &self.item {
            Some(item) => format!("`{}`: `{item}` {}.", self.place, self.what),
            None => format!("`{}` {}.", self.place, self.what),
        }
    }
}

/// The items of the newest section that has any, as far as they announce a breaking change.
fn announcements(changelog: &str) -> Vec<String> {
    let mut newest = Vec::new();
    let mut section: Vec<(bool, String)> = Vec::new();
    let mut breaking = false;
    for line in changelog.lines() {
        if line.starts_with("## ") {
            if !section.is_empty() {
                break;
            }
            breaking = false;
        } else if line.starts_with('#') {
            breaking = line.to_ascii_lowercase().contains("breaking");
        } else if line.starts_with("- ") || line.starts_with("* ") {
            section.push((breaking, line.to_owned()));
        } else if let Some((_, item)) = section.last_mut() {
            item.push(' ');
            item.push_str(line.trim());
        }
    }
    for (breaking, item) in section {
        if breaking || item.to_ascii_lowercase().contains("breaking") {
            newest.push(item);
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_names_place_and_part_below_a_breaking_heading() {
        let change = |item: Option<&str>| Change {
            effect: Effect::Breaking,
            place: "playlists.list".into(),
            item: item.map(str::to_owned),
            what: "is gone".into(),
        };
        let changes = Changes {
            all: vec![change(Some("sort")), change(None)],
        };
        let changelog = "# Changelog\n\n## Unreleased\n\n## 0.2.0\n\n### Breaking\n\n- `playlists.list`\n  lost `sort`.\n\n\
                         ### Added\n\n- Something.\n\n## 0.1.0\n\n### Breaking\n\n- `playlists.list`\n";
        assert!(changes.unannounced(changelog).is_empty());
        let elsewhere = changelog.replace("### Breaking", "### Changed");
        assert_eq!(changes.unannounced(&elsewhere).len(), 2);
        let only_the_place = changelog.replace("lost `sort`", "lost a parameter");
        assert_eq!(changes.unannounced(&only_the_place), [&changes.all[0]]);
    }
}
