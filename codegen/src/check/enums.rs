//! Enums and the names of their variants.

use std::collections::BTreeMap;

use super::files::TypeFile;
use super::{Checker, differences, optional_text, text};
use crate::api::{Enum, EnumValue};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::ident;
use crate::source::Span;
use crate::spec;

impl<'s> Checker<'s> {
    /// The enums, checked.
    pub(super) fn enums(&mut self) {
        for file in self.type_files() {
            for (name, values) in file.enums {
                self.check_enum(name, values, file);
            }
        }
    }

    fn check_enum(&mut self, name: &'s At<String>, written: &'s spec::Enum, file: TypeFile<'s>) {
        let Some(list) = &written.values else { return };
        if list.value.is_empty() && self.complete {
            self.report(
                Diagnostic::new(
                    list.span,
                    format!("the enum `{}` has no values", name.value),
                )
                .help("use `string` where nobody documents the values"),
            );
        }
        self.no_value_twice(&list.value);
        self.variants(&list.value);
        let values = list.value.iter().map(|(wire, value)| EnumValue {
            wire: wire.value.clone(),
            rename: optional_text(&value.rename),
            doc: text(&value.doc),
        });
        let checked = Enum {
            name: name.value.clone(),
            doc: text(&written.doc),
            note: optional_text(&written.note),
            home: file.home(),
            values: values.collect(),
            differs: differences(&written.differs),
        };
        self.enums
            .entry((file.place.folder, &name.value))
            .or_insert(checked);
    }

    fn no_value_twice(&mut self, values: &[(At<String>, spec::EnumValue)]) {
        let mut known: BTreeMap<&str, Span> = BTreeMap::new();
        for (wire, _) in values {
            if let Some(first) = known.insert(&wire.value, wire.span) {
                self.report(
                    Diagnostic::new(wire.span, format!("duplicate value `{}`", wire.value))
                        .label("again")
                        .related(first, "first here"),
                );
            }
        }
    }

    /// Whether each value has a name of its own in Rust.
    fn variants(&mut self, values: &[(At<String>, spec::EnumValue)]) {
        let mut taken: BTreeMap<String, &At<String>> = BTreeMap::new();
        for (wire, value) in values {
            let variant = match &value.rename {
                Some(rename) => rename.value.clone(),
                None => ident::upper_camel(&wire.value),
            };
            let span = value
                .rename
                .as_ref()
                .map_or(wire.span, |rename| rename.span);
            if !ident::is_upper_camel(&variant) || ident::is_keyword(&variant) {
                self.report(
                    Diagnostic::new(
                        span,
                        format!("the value `{}` needs a name in Rust", wire.value),
                    )
                    .help("give it one in upper camel case: `rename: NotApplicable`"),
                );
            } else if variant == "Unknown" {
                self.report(
                    Diagnostic::new(span, "every enum has a variant `Unknown` already")
                        .label("that one is for values that are not documented")
                        .help("give this one another name with `rename:`"),
                );
            } else if let Some(first) = taken.insert(variant.clone(), wire)
                && first.value != wire.value
            {
                self.report(
                    Diagnostic::new(span, format!("two values are named `{variant}` in Rust"))
                        .related(first.span, "the other one")
                        .help("give one of them another name with `rename:`"),
                );
            }
        }
    }
}
