//! Which types there are, and who may use them.

use std::collections::BTreeMap;

use super::{Checker, Key, Place};
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

/// All named types: those that all services share, and those of each service.
#[derive(Debug, Default)]
pub(super) struct Names<'s> {
    by_folder: BTreeMap<Option<usize>, BTreeMap<&'s str, Item<'s>>>,
}

impl<'s> Names<'s> {
    /// What a name means to the files of a folder: ids and common types are visible in all of them.
    pub(super) fn find(&self, name: &str, folder: Option<usize>) -> Option<(Key<'s>, &Item<'s>)> {
        [None, folder].into_iter().find_map(|folder| {
            let by_name: &BTreeMap<&str, Item<'s>> = self.by_folder.get(&folder)?;
            let (name, item) = by_name.get_key_value(name)?;
            Some(((folder, *name), item))
        })
    }

    /// The same, without the key.
    pub(super) fn get(&self, name: &str, folder: Option<usize>) -> Option<&Item<'s>> {
        self.find(name, folder).map(|(_, item)| item)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Key<'s>, &Item<'s>)> {
        let folders = self.by_folder.iter();
        folders.flat_map(|(folder, names)| {
            let names = names.iter();
            names.map(move |(name, item)| ((*folder, *name), item))
        })
    }

    /// Every name that the files of a folder can use.
    pub(super) fn visible(
        &self,
        folder: Option<usize>,
    ) -> impl Iterator<Item = (&'s str, &Item<'s>)> {
        self.iter()
            .filter(move |((of, _), _)| of.is_none() || *of == folder)
            .map(|((_, name), item)| (name, item))
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
    "Binary",
    "Content",
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
    "FilePart",
    "MediaContent",
    "RawJson",
    "Redirect",
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
const RESERVED_SERVICES: &[&str] = &[
    "abandon_upload",
    "action",
    "actions",
    "base_url",
    "batch",
    "blocking",
    "builder",
    "call",
    "catalogue",
    "client",
    "clone",
    "common",
    "core",
    "credentials",
    "criteria",
    "data",
    "default",
    "download",
    "download_file",
    "download_keyframe",
    "download_proxy",
    "error",
    "extra",
    "facets",
    "fetch",
    "fixture",
    "from_env",
    "generated",
    "http",
    "id",
    "ids",
    "job_report",
    "job_wait",
    "limit",
    "login",
    "metadata_values",
    "mock",
    "new",
    "nullable",
    "optional",
    "page",
    "paging",
    "request",
    "response",
    "retry",
    "runtime",
    "secret",
    "services",
    "session",
    "std",
    "timestamp",
    "transport",
    "tree",
    "upload",
    "wait",
    "webhooks",
    "with_credentials",
    "xml",
];

/// Modules of a service, and methods of each handle.
const RESERVED_RESOURCES: &[&str] = &["clone", "requests", "service", "types"];

/// Whether the library or the language needs this name of a service itself.
pub(super) fn is_reserved_service(name: &str) -> bool {
    RESERVED_SERVICES.contains(&name) || is_reserved_resource(name)
}

/// Whether the library or the language has a type of this name.
pub(crate) fn is_reserved_type(name: &str) -> bool {
    RESERVED_TYPES.contains(&name)
}

/// Whether the library or the language needs this name of a resource itself.
pub(crate) fn is_reserved_resource(name: &str) -> bool {
    RESERVED_RESOURCES.contains(&name) || ident::is_keyword(name)
}

impl<'s> Checker<'s> {
    /// Finds all named types.
    pub(super) fn collect_names(&mut self) {
        if let Some((file, common)) = self.common {
            let place = Place { folder: None, file };
            let mut markers: BTreeMap<String, Span> = BTreeMap::new();
            for (name, _) in common.ids.iter().flatten() {
                self.add_name(name, Kind::Id, place, None);
                let marker = crate::name::marker(&name.value);
                if let Some(first) = markers.insert(marker.clone(), name.span) {
                    self.report(
                        Diagnostic::new(
                            name.span,
                            format!("two ids have the marker type `{marker}`"),
                        )
                        .related(first, "the other one")
                        .help("an id is named after its entity, with `Id` at the end"),
                    );
                }
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
        if let Some(first) = self.names.get(&name.value, place.folder) {
            let first = first.span;
            self.report(
                Diagnostic::new(name.span, format!("two types are named `{}`", name.value))
                    .label("again")
                    .related(first, "first here")
                    .help("the names of a service's models and enums must differ, also from the names in common.yaml"),
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
        let names = self.names.by_folder.entry(place.folder).or_default();
        names.insert(&name.value, item);
    }

    /// Whether this may name a type.
    pub(super) fn type_name(&mut self, name: &At<String>) {
        let builtin = spec::BUILTIN_TYPES
            .iter()
            .any(|(builtin, _)| *builtin == name.value);
        if builtin || is_reserved_type(&name.value) {
            self.report(
                Diagnostic::new(name.span, format!("the name `{}` is reserved", name.value))
                    .help("the library or the language has a type of that name; choose another"),
            );
        } else if !ident::is_upper_camel(&name.value) {
            let better = ident::upper_camel(&name.value);
            let mistake = Diagnostic::new(
                name.span,
                format!(
                    "`{}` is not a valid name for a type",
                    name.value.escape_debug()
                ),
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
        let Some(item) = self.names.get(&name.value, place.folder).cloned() else {
            self.unknown_type(what, name, place);
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

    fn unknown_type(&mut self, what: &str, name: &At<String>, place: Place) {
        let builtin = spec::BUILTIN_TYPES.iter().map(|(builtin, _)| *builtin);
        let visible = self.names.visible(place.folder).map(|(name, _)| name);
        let known: Vec<&str> = visible.chain(builtin).collect();
        // What was probably meant is not unused.
        if let Some(item) = nearest(&name.value, known.iter().copied())
            .and_then(|meant| self.names.get(meant, place.folder))
        {
            self.used.insert(item.span);
        }
        self.report(
            Diagnostic::new(name.span, format!("unknown {what} `{}`", name.value))
                .did_you_mean(&name.value, known)
                .or_help(
                    "define it in `models` or `enums`: of this file, or of types.yaml if several \
                     resources use it; ids are defined in common.yaml",
                ),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use syn::{ImplItem, Item, Type};

    use super::is_reserved_service;

    /// The names of the library's own modules and of the methods of its client, where a service
    /// becomes a module and a method.
    fn names_of_the_library() -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../iconik-api/src");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let is_root = path.ends_with("lib.rs");
            let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
            for item in file.items {
                match item {
                    Item::Mod(module) if is_root => names.push(module.ident.to_string()),
                    Item::Impl(block) if block.trait_.is_none() && is_client(&block.self_ty) => {
                        names.extend(block.items.iter().filter_map(|item| match item {
                            ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
                            _ => None,
                        }));
                    }
                    _ => {}
                }
            }
        }
        names
    }

    fn is_client(ty: &Type) -> bool {
        matches!(ty, Type::Path(path) if path.path.is_ident("Client"))
    }

    #[test]
    fn modules_of_the_library_and_methods_of_its_client_are_reserved() {
        let names = names_of_the_library();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            assert!(is_reserved_service(&name), "`{name}` is not reserved");
        }
    }
}
