//! What does not fit, all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

/// What does not fit, by resource and place.
#[derive(Default)]
pub(crate) struct Report(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Report {
    pub(crate) fn add(&mut self, resource: &str, place: &str, mistake: String) {
        let places = self.0.entry(resource.to_owned()).or_default();
        places.entry(place.to_owned()).or_default().insert(mistake);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What remains once the deliberate differences are taken out; those that are none are added.
    pub(crate) fn without(self, deliberate: &Value) -> Self {
        let mut rest = Self::default();
        let mut applied: BTreeSet<&str> = BTreeSet::new();
        let deliberate = deliberate.as_object().unwrap();
        for (resource, places) in &self.0 {
            for (place, mistakes) in places {
                match deliberate.get_key_value(place) {
                    Some((key, _)) => {
                        applied.insert(key);
                    }
                    None => {
                        for mistake in mistakes {
                            rest.add(resource, place, mistake.clone());
                        }
                    }
                }
            }
        }
        for (place, reason) in deliberate {
            if !applied.contains(place.as_str()) {
                rest.add(
                    "deliberate.json",
                    place,
                    format!("does not differ any more ({reason})"),
                );
            }
        }
        rest
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count: usize = self
            .0
            .values()
            .flat_map(BTreeMap::values)
            .map(BTreeSet::len)
            .sum();
        writeln!(f, "{count} differences from what iconik documents")?;
        for (resource, places) in &self.0 {
            writeln!(f, "\n{resource}")?;
            for (place, mistakes) in places {
                for mistake in mistakes {
                    writeln!(f, "  {place}: {mistake}")?;
                }
            }
        }
        Ok(())
    }
}

#[test]
fn the_report_names_what_is_wrong() {
    let mut report = Report::default();
    report.add("notes", "Note.name", "no such field".to_owned());
    report.add("notes", "Note.size", "no such field".to_owned());
    let deliberate =
        serde_json::json!({ "Note.size": "iconik never sends it", "Note.gone": "once" });

    let text = report.without(&deliberate).to_string();

    assert!(text.contains("Note.name: no such field"));
    assert!(!text.contains("Note.size"));
    assert!(text.contains("Note.gone: does not differ any more"));
}
