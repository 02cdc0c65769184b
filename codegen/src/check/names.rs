//! Which types there are, and who may use them.

use std::collections::BTreeMap;

use super::{Checker, Key, Place};
use crate::api::Type;
use crate::decode::At;
use crate::diag::{Diagnostic, nearest};
use crate::ident;
use crate::source::Span;
use crate::spec;

/// What a name refers to.
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
    /// The resource whose file defines it, if it is not shared.
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

    /// What a folder itself has of this name.
    pub(super) fn of_folder(&self, name: &str, folder: Option<usize>) -> Option<&Item<'s>> {
        self.by_folder.get(&folder)?.get(name)
    }

    /// The same as [`find`](Self::find), without the key.
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

impl<'s> Checker<'s> {
    /// Finds all named types.
    pub(super) fn collect_names(&mut self) {
        if let Some((file, common)) = self.common {
            let place = Place { folder: None, file };
            for (name, _) in common.ids.iter().flatten() {
                self.add_name(name, Kind::Id, place, None);
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
        if builtin {
            self.report(
                Diagnostic::new(
                    name.span,
                    format!("`{}` is a type of the spec already", name.value),
                )
                .help("choose another name, beginning with a capital"),
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

    /// What a name refers to, as seen from a file.
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
                    format!("`{}` is defined in the resource `{resource}`", name.value),
                )
                .related(item.span, "defined here")
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
