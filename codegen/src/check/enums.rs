//! Enums and the names of their variants.

use std::collections::BTreeMap;

use super::files::TypeFile;
use super::{Checker, differences, optional_text, text};
use crate::api::{Enum, EnumValue};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::ident;
use crate::name;
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
                .help("use `string` if the values are not documented"),
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

    /// Whether each value has a name in Rust.
    fn variants(&mut self, values: &[(At<String>, spec::EnumValue)]) {
        for (wire, value) in values {
            let rename = value.rename.as_ref();
            let variant = name::variant(&wire.value, rename.map(|rename| rename.value.as_str()));
            let as_written = rename.is_none_or(|rename| ident::is_upper_camel(&rename.value));
            if !as_written || !ident::is_upper_camel(&variant) {
                let span = rename.map_or(wire.span, |rename| rename.span);
                self.report(
                    Diagnostic::new(
                        span,
                        format!("the value `{}` needs a name in Rust", wire.value),
                    )
                    .help("give it one in upper camel case: `rename: NotApplicable`"),
                );
            }
        }
    }
}
