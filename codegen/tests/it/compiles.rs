//! A spec that passes the check compiles: random specs, full of names that mean something to the
//! language, to the library or to the generator.
//!
//! `ICONIK_SPEC_CASES` sets how many specs are compiled (default: 24), `ICONIK_SPEC_SEED` which ones.

mod odd_names;
mod random;
mod scratch;

use std::fmt::Write as _;

use iconik_codegen::{Files, Layout, Source, generate_into, load};

use random::{Random, Spec};
use scratch::Scratch;

/// As many as compile in one crate without using much memory.
const BATCH: usize = 24;

/// A spec that passes the check, as a module of the scratch crate.
struct Case {
    sources: Vec<Source>,
    services: Vec<String>,
    files: Files,
}

impl Case {
    fn new(spec: &Spec, number: usize) -> Self {
        let sources = spec.sources();
        let api = load(&sources).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let source = format!("src/generated/case_{number}");
        let layout = Layout {
            spec: "spec",
            source: &source,
            root: &format!("crate::generated::case_{number}"),
            tests: Some(&format!("tests/case_{number}/wire")),
            features: true,
        };
        Self {
            sources,
            services: api.services.iter().map(|it| it.name.clone()).collect(),
            files: generate_into(&api, &layout),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for source in &self.sources {
            writeln!(text, "## {}\n{}", source.path, source.text).unwrap();
        }
        text
    }
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn a_spec_that_passes_the_check_compiles() {
    let cases = variable("ICONIK_SPEC_CASES").unwrap_or(24) as usize;
    let mut random = Random::new(variable("ICONIK_SPEC_SEED").unwrap_or(0));

    let mut left = cases;
    while left > 0 {
        let mut scratch = Scratch::new();
        let mut batch = Vec::new();
        while batch.len() < left.min(BATCH) {
            // Methods of one client: each service of the scratch crate has a name of its own.
            let taken = batch.iter().flat_map(|case: &Case| case.services.clone());
            let spec = Spec::random(&mut random, taken.collect());
            let case = Case::new(&spec, batch.len());
            scratch.add(batch.len(), &case.services, &case.files);
            batch.push(case);
        }
        let mut report = String::new();
        for (number, words) in scratch.check() {
            let spec = number.and_then(|number| batch.get(number)).map(Case::text);
            writeln!(report, "{}\n{words}", spec.unwrap_or_default()).unwrap();
        }
        assert!(report.is_empty(), "{report}");
        left -= batch.len();
    }
}

/// Names that do not compile, and names of which one might think so, in a spec of one action.
#[test]
fn most_names_are_accepted() {
    let mut random = Random::new(1);
    let spec = Spec::random(&mut random, Vec::new());

    let odd = spec.odd_names();
    assert!(odd > 10, "{odd} odd names in\n{spec:?}");
}
