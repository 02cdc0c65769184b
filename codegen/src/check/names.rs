//! Which types there are, and who may use them.

use std::collections::BTreeMap;

use super::{Checker, Place};
use crate::api::Type;
use crate::decode::At;
use crate::diag::{Diagnostic, nearest};
use crate::ident;
use crate::source::Span;
use crate::spec;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Enum,
    Model,
}

/// A named type.
#[derive(Clone, Debug)]
pub(super) struct Item<'s> {
    pub(super) kind: Kind,
    pub(super) span: Span,
    pub(super) place: Place,
    /// The resource whose file it stands in, if it is not shared.
    pub(super) resource: Option<&'s str>,
}

/// All named types of all services.
#[derive(Debug, Default)]
pub(super) struct Names<'s> {
    by_name: BTreeMap<&'s str, Item<'s>>,
}

impl<'s> Names<'s> {
    pub(super) fn get(&self, name: &str) -> Option<&Item<'s>> {
        self.by_name.get(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'s str, &Item<'s>)> {
        self.by_name.iter().map(|(name, item)| (*name, item))
    }
}

/// Types that generated code uses under their own names.
const RESERVED_TYPES: &[&str] = &[
    "Action",
    "ActionMeta",
    "Any",
    "Auth",
    "BTreeMap",
    "Bounds",
    "Box",
    "Call",
    "Client",
    "Clone",
    "Debug",
    "Decode",
    "Default",
    "Deserialize",
    "Display",
    "Empty",
    "Err",
    "Error",
    "From",
    "FromStr",
    "Future",
    "Id",
    "IdKind",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "Json",
    "List",
    "Map",
    "Method",
    "MissingFieldError",
    "None",
    "Nullable",
    "Ok",
    "Option",
    "OptionalJson",
    "Page",
    "Paging",
    "ParamMeta",
    "ParamValue",
    "PartialEq",
    "RawJson",
    "RequestWriter",
    "Result",
    "Secret",
    "Self",
    "Serialize",
    "Some",
    "String",
    "Text",
    "Timestamp",
    "TryFrom",
    "TryInto",
    "Unknown",
    "UnknownFields",
    "UnknownValue",
    "Unrecognized",
    "Value",
    "Vec",
];

/// Modules of the library and methods of its client.
const RESERVED_RESOURCES: &[&str] = &[
    "action",
    "actions",
    "batch",
    "blocking",
    "builder",
    "call",
    "catalogue",
    "client",
    "clone",
    "core",
    "credentials",
    "data",
    "default",
    "error",
    "extra",
    "from_env",
    "generated",
    "http",
    "id",
    "limit",
    "mock",
    "new",
    "nullable",
    "page",
    "paging",
    "request",
    "resources",
    "response",
    "retry",
    "runtime",
    "secret",
    "services",
    "std",
    "timestamp",
    "transport",
    "tree",
    "types",
    "wait",
    "webhooks",
];

/// Whether a resource may have this name.
pub(super) fn is_resource_name(name: &str) -> bool {
    ident::is_snake(name) && !is_reserved_resource(name)
}

/// Whether the library or the language needs this name itself.
pub(super) fn is_reserved_resource(name: &str) -> bool {
    RESERVED_RESOURCES.contains(&name) || ident::is_keyword(name)
}

impl<'s> Checker<'s> {
    /// Finds all named types.
    pub(super) fn collect_names(&mut self) {
        for folder in 0..self.folders.len() {
            let Some((file, service)) = self.folders[folder].service else {
                continue;
            };
            for (name, _) in service.ids.iter().flatten() {
                self.add_name(name, Kind::Id, Place { folder, file }, None);
            }
        }
        for file in self.type_files() {
            for (name, _) in file.models {
                self.add_name(name, Kind::Model, file.place, file.resource);
            }
            for (name, _) in file.enums {
                self.add_name(name, Kind::Enum, file.place, file.resource);
            }
        }
    }

    fn add_name(
        &mut self,
        name: &'s At<String>,
        kind: Kind,
        place: Place,
        resource: Option<&'s str>,
    ) {
        if let Some(first) = self.names.get(&name.value) {
            let first = first.span;
            self.report(
                Diagnostic::new(name.span, format!("two types are named `{}`", name.value))
                    .label("again")
                    .related(first, "first here")
                    .help("ids, enums and models share one name space over the whole spec"),
            );
            return;
        }
        self.type_name(name);
        let item = Item {
            kind,
            span: name.span,
            place,
            resource,
        };
        self.names.by_name.insert(&name.value, item);
    }

    /// Whether this may name a type.
    pub(super) fn type_name(&mut self, name: &At<String>) {
        let builtin = spec::BUILTIN_TYPES
            .iter()
            .any(|(builtin, _)| *builtin == name.value);
        if builtin || RESERVED_TYPES.contains(&name.value.as_str()) {
            self.report(
                Diagnostic::new(name.span, format!("the name `{}` is reserved", name.value))
                    .help("the library or the language has a type of that name; choose another"),
            );
        } else if !ident::is_upper_camel(&name.value) {
            let better = ident::upper_camel(&name.value);
            let mistake = Diagnostic::new(
                name.span,
                format!("`{}` is no name for a type", name.value.escape_debug()),
            );
            self.report(if ident::is_upper_camel(&better) {
                mistake.help(format!("write `{better}`"))
            } else {
                mistake.help("use letters and digits, beginning with a capital")
            });
        }
    }

    /// The type that is meant, as seen from a file.
    pub(super) fn resolve(&mut self, ty: &spec::Type, place: Place) -> Option<Type> {
        Some(match ty {
            spec::Type::Builtin(ty) => ty.clone(),
            spec::Type::List(item) => Type::List(Box::new(self.resolve(item, place)?)),
            spec::Type::Map(value) => Type::Map(Box::new(self.resolve(value, place)?)),
            spec::Type::Named(name) => match self.named("type", name, place)? {
                Kind::Id => Type::Id(name.value.clone()),
                Kind::Enum => Type::Enum(name.value.clone()),
                Kind::Model => Type::Model(name.value.clone()),
            },
        })
    }

    /// What a name stands for, as seen from a file.
    pub(super) fn named(&mut self, what: &str, name: &At<String>, place: Place) -> Option<Kind> {
        let Some(item) = self.names.get(&name.value).cloned() else {
            self.unknown_type(what, name);
            return None;
        };
        self.used.insert(item.span);
        if let Some(resource) = item.resource
            && item.place.file != place.file
        {
            self.report(
                Diagnostic::new(
                    name.span,
                    format!("`{}` belongs to the resource `{resource}`", name.value),
                )
                .related(item.span, "it stands here")
                .help("move it to types.yaml: several resources use it"),
            );
            return None;
        }
        Some(item.kind)
    }

    fn unknown_type(&mut self, what: &str, name: &At<String>) {
        let builtin = spec::BUILTIN_TYPES.iter().map(|(builtin, _)| *builtin);
        let known: Vec<&str> = self
            .names
            .iter()
            .map(|(name, _)| name)
            .chain(builtin)
            .collect();
        // What was probably meant is not unused.
        if let Some(item) =
            nearest(&name.value, known.iter().copied()).and_then(|meant| self.names.get(meant))
        {
            self.used.insert(item.span);
        }
        self.report(
            Diagnostic::new(name.span, format!("unknown {what} `{}`", name.value))
                .did_you_mean(&name.value, known)
                .or_help(
                    "define it in `models` or `enums`: of this file, or of types.yaml if several \
                     resources use it; ids stand in service.yaml",
                ),
        );
    }
}
