//! What must have happened, and what was found to be wrong.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What must have happened, and what was found to be wrong.
#[derive(Default)]
pub(crate) struct Ledger {
    expected: Mutex<HashSet<Box<str>>>,
    wrong: Mutex<Vec<String>>,
    pub(crate) looked_up: AtomicU64,
    complete: AtomicU64,
    failed: AtomicU64,
}

impl Ledger {
    /// Notes that this is created once.
    pub(crate) fn expect(&self, name: &str) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        if !expected.insert(name.into()) {
            drop(expected);
            self.note(format!("{name}: a program was given an item twice"));
        }
    }

    /// Notes that something is wrong.
    pub(crate) fn note(&self, what: String) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.push(what);
    }

    /// Notes the items of a list that ended, with an error or without one.
    pub(crate) fn list_ended(
        &self,
        list: &str,
        items: &[String],
        expected: &[String],
        failed: bool,
    ) {
        let mut times = BTreeMap::<&str, u32>::new();
        for item in items {
            *times.entry(item).or_default() += 1;
        }
        for (item, times) in times.iter().filter(|(_, times)| **times > 1) {
            self.note(format!("{list}: {item} came {times} times"));
        }
        if failed {
            self.failed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.complete.fetch_add(1, Ordering::Relaxed);
        for item in expected {
            if !times.contains_key(item.as_str()) {
                self.note(format!(
                    "{list}: {item} is lost, and the list ended without an error"
                ));
            }
        }
    }

    pub(crate) fn summary(&self) -> String {
        format!(
            "{} lists complete, {} ended with an error that says so",
            self.complete.load(Ordering::Relaxed),
            self.failed.load(Ordering::Relaxed)
        )
    }

    /// Compares what was to be created with what the server has created, and prints what is wrong.
    ///
    /// # Errors
    ///
    /// When anything is.
    pub(crate) fn check(
        &self,
        created: &HashMap<String, u32>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        for name in expected.iter() {
            match created.get(&**name) {
                Some(1) => {}
                None => self.note(format!("{name} is lost: it was not created")),
                Some(times) => self.note(format!("{name} was created {times} times")),
            }
        }
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        println!(
            "{} to be created, {} lost or doubled",
            expected.len(),
            wrong.len()
        );
        for what in wrong.iter() {
            println!("  {what}");
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err("something was lost or doubled".into()),
        }
    }
}
