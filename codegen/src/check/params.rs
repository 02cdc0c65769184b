//! Parameters: where they come from, where they go and what they are called.

use super::limits::Written;
use super::models::is_true;
use super::resources::Surroundings;
use super::{Checker, Place, differences, optional_text};
use crate::api::{Auth, Location, Paging, Param, RequestBody, Shape, Type};
use crate::decode::{At, Record};
use crate::diag::{Diagnostic, nearest};
use crate::source::Span;
use crate::spec;

/// Headers that the client sets, besides those of the credentials.
const OWN_HEADERS: &[&str] = &[
    "accept",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// What makes up the parameters of an action.
struct Listed<'s> {
    own: &'s [(At<String>, spec::Param)],
    placeholders: Vec<At<String>>,
    styles: Vec<&'s [(At<String>, spec::Param)]>,
}

impl<'s> Listed<'s> {
    /// The keys of a parameter in the action itself.
    fn written(&self, name: &str) -> Option<&'s (At<String>, spec::Param)> {
        self.own.iter().find(|(own, _)| own.value == name)
    }

    /// Whether a parameter is neither in the path nor part of a paging style.
    fn is_other(&self, name: &str) -> bool {
        let mut paging = self.styles.iter().copied().flatten();
        !self
            .placeholders
            .iter()
            .any(|placeholder| placeholder.value == name)
            && !paging.any(|(param, _)| param.value == name)
    }
}

impl<'s> Checker<'s> {
    /// The parameters of an action: those of the path in its order, then the others as they are
    /// written, and last those of the paging styles.
    pub(super) fn params(
        &mut self,
        key: &At<String>,
        action: &'s spec::Action,
        (paging, body): (&[Paging], Option<&RequestBody>),
        around: Surroundings<'s>,
    ) -> Vec<Param> {
        let styles = paging.iter().filter_map(|style| self.style(*style));
        let styles = styles.collect();
        let list = Listed {
            own: action.params.as_deref().unwrap_or_default(),
            placeholders: match &action.path {
                Some(path) => self.placeholders(path),
                None => Vec::new(),
            },
            styles,
        };
        let mut params = self.path_params(&list, around);
        params.extend(self.other_params(&list, around));
        params.extend(self.paging_params(&list, key, around));
        if self.has_field(body, Paging::SearchAfter.as_str(), around.place) {
            // The position goes into the body.
            params
                .retain(|(_, param)| !(param.paging && param.wire == Paging::SearchAfter.as_str()));
        }
        for (span, param) in &params {
            let place = (key.span, param.wire.clone());
            self.param_places.insert(place, *span);
        }
        params.into_iter().map(|(_, param)| param).collect()
    }

    /// Whether the body is a model with this field.
    fn has_field(&self, body: Option<&RequestBody>, field: &str, place: Place) -> bool {
        let Some(Type::Model(name)) = body.and_then(RequestBody::ty) else {
            return false;
        };
        let model = self.model_named(name, place.folder);
        match model.map(|model| &model.model.shape) {
            Some(Shape::Fields(fields)) => fields.iter().any(|it| it.wire == field),
            _ => false,
        }
    }

    fn path_params(&mut self, list: &Listed<'s>, around: Surroundings<'s>) -> Vec<(Span, Param)> {
        let mut params = Vec::new();
        for placeholder in &list.placeholders {
            let written = list.written(&placeholder.value);
            let wire = written.map_or(placeholder, |(name, _)| name);
            let bare = spec::Param::empty(placeholder.span);
            let own = written.map_or(&bare, |(_, param)| param);
            let merged = self.shared(wire, own, Some(around), &[], around.place);
            if merged.ty.is_none() && written.is_none() && !merged.broken {
                self.no_such_param(placeholder, around);
                continue;
            }
            let elsewhere = merged
                .location
                .as_ref()
                .filter(|at| at.value != Location::Path);
            if let Some(location) = elsewhere {
                self.report(
                    Diagnostic::new(
                        location.span,
                        format!("`{}` is a parameter of the path", wire.value),
                    )
                    .related(placeholder.span, "here")
                    .help("remove `in`"),
                );
            }
            let param = self.param(wire, &merged, Location::Path, false, around.place);
            params.extend(param.map(|param| (wire.span, param)));
        }
        params
    }

    fn other_params(&mut self, list: &Listed<'s>, around: Surroundings<'s>) -> Vec<(Span, Param)> {
        let mut params = Vec::new();
        for (wire, param) in list
            .own
            .iter()
            .filter(|(name, _)| list.is_other(&name.value))
        {
            let merged = self.shared(wire, param, Some(around), &list.styles, around.place);
            let location = merged
                .location
                .as_ref()
                .map_or(Location::Query, |at| at.value);
            if location == Location::Path {
                self.report(
                    Diagnostic::new(
                        wire.span,
                        format!("the path has no placeholder `{{{}}}`", wire.value),
                    )
                    .help("remove `in: path`, or add the placeholder to the path"),
                );
            }
            let header = wire.value.to_ascii_lowercase();
            if OWN_HEADERS.contains(&header.as_str()) || Auth::owns_header(&header) {
                self.report(
                    Diagnostic::new(
                        wire.span,
                        format!("the header `{}` is not a parameter", wire.value),
                    )
                    .help("the client sets it; `auth` decides which credentials it sends"),
                );
            }
            let param = self.param(wire, &merged, location, false, around.place);
            params.extend(param.map(|param| (wire.span, param)));
        }
        params
    }

    /// Each style brings its parameters; some come with several styles.
    fn paging_params(
        &mut self,
        list: &Listed<'s>,
        key: &At<String>,
        around: Surroundings<'s>,
    ) -> Vec<(Span, Param)> {
        let mut params = Vec::new();
        let mut done: Vec<&str> = Vec::new();
        for (name, of_style) in list.styles.iter().copied().flatten() {
            if done.contains(&name.value.as_str()) {
                continue;
            }
            done.push(&name.value);
            let (wire, span, merged) = match list.written(&name.value) {
                Some((wire, own)) => {
                    let merged = self.shared(wire, own, Some(around), &list.styles, around.place);
                    (wire, wire.span, merged)
                }
                None => (
                    name,
                    key.span,
                    self.shared(name, of_style, None, &[], around.place),
                ),
            };
            let param = self.param(wire, &merged, Location::Query, true, around.place);
            params.extend(param.map(|param| (span, param)));
        }
        params
    }

    /// A parameter of an action, completed by the shared one of that name.
    pub(super) fn shared(
        &mut self,
        wire: &At<String>,
        own: &spec::Param,
        file: Option<Surroundings<'s>>,
        styles: &[&'s [(At<String>, spec::Param)]],
        place: Place,
    ) -> spec::Param {
        let file = file.map_or(&[][..], |around| around.params);
        let mut merged = own.clone();
        let own_file = file.iter().find(|(name, _)| name.value == wire.value);
        let common = self
            .common_params(place)
            .find(|(name, _)| name.value == wire.value);
        let of_styles = styles
            .iter()
            .filter_map(|style| style.iter().find(|(name, _)| name.value == wire.value));
        for (name, param) in own_file.into_iter().chain(common).chain(of_styles) {
            // A complete parameter does not need the shared one.
            if merged.ty.is_none() || merged.doc.is_none() {
                self.used.insert(name.span);
            }
            merged = merged.over(param);
        }
        merged
    }

    fn no_such_param(&mut self, placeholder: &At<String>, around: Surroundings<'s>) {
        let known: Vec<&At<String>> = around
            .params
            .iter()
            .chain(self.common_params(around.place))
            .map(|(name, _)| name)
            .collect();
        let names = known.iter().map(|name| name.value.as_str());
        let meant = nearest(&placeholder.value, names);
        let meant = known.iter().find(|name| Some(name.value.as_str()) == meant);
        self.used.extend(meant.map(|name| name.span));
        let mistake = Diagnostic::new(
            placeholder.span,
            format!(
                "no parameter for the placeholder `{{{}}}`",
                placeholder.value
            ),
        );
        self.report(match meant {
            Some(meant) => mistake.help(format!("did you mean `{{{}}}`?", meant.value)),
            None => {
                mistake.help("describe it in `params` of the action, of the file or of the service")
            }
        });
    }

    /// A shared parameter, looked at for itself.
    pub(super) fn shared_param(&mut self, wire: &At<String>, param: &spec::Param, place: Place) {
        self.value_name(wire, param.rename.as_ref());
        if param.broken {
            return;
        }
        let written = (param.ty.as_ref(), param.doc.as_ref());
        if let (Some(ty), _) = self.type_and_doc("parameter", wire, written, place) {
            self.limits(&ty, &Written::from(param), place);
        }
    }

    fn param(
        &mut self,
        wire: &At<String>,
        param: &spec::Param,
        location: Location,
        paging: bool,
        place: Place,
    ) -> Option<Param> {
        self.value_name(wire, param.rename.as_ref());
        if param.broken {
            return None;
        }
        let written = (param.ty.as_ref(), param.doc.as_ref());
        let (ty, doc) = self.type_and_doc("parameter", wire, written, place);
        let ty = ty?;
        let span = param.ty.as_ref().map_or(wire.span, |ty| ty.span);
        let item = match &ty {
            Type::List(item) if location == Location::Query => item,
            ty => ty,
        };
        if wire.value.ends_with('*') || matches!(ty, Type::Map(_)) {
            self.prefix(wire, param, &ty, location);
        } else if matches!(
            item,
            Type::Any | Type::Object | Type::File | Type::Model(_) | Type::List(_) | Type::Map(_)
        ) {
            self.report(
                Diagnostic::new(span, "a parameter must be a single value")
                    .help("text, numbers, true or false, points in time, ids and enums; in the query also lists of them"),
            );
        }
        let (default, bounds) = self.limits(&ty, &Written::from(param), place);
        Some(Param {
            wire: wire.value.clone(),
            rename: optional_text(&param.rename),
            location,
            ty,
            doc: doc?,
            note: optional_text(&param.note),
            required: location == Location::Path || is_true(&param.required),
            default,
            bounds,
            paging,
            deprecated: optional_text(&param.deprecated),
            differs: differences(&param.differs),
        })
    }

    /// A parameter for names that begin alike: its name, its type and its place.
    fn prefix(&mut self, wire: &At<String>, param: &spec::Param, ty: &Type, location: Location) {
        let help = "write it as `\"metadata.*\": { type: map<string>, rename: metadata, doc: … }`";
        let is_map = matches!(ty, Type::Map(value) if **value == Type::String);
        if !is_map || !wire.value.ends_with(".*") {
            let span = param.ty.as_ref().map_or(wire.span, |ty| ty.span);
            let message = "the name of a parameter for several names ends in `.*`, and its type is `map<string>`";
            self.report(Diagnostic::new(span, message).help(help));
        }
        if location != Location::Query {
            let span = param.location.as_ref().map_or(wire.span, |at| at.span);
            self.report(Diagnostic::new(
                span,
                "a parameter for several names must be in the query",
            ));
        }
        if is_true(&param.required) {
            let span = param.required.as_ref().map_or(wire.span, |at| at.span);
            self.report(Diagnostic::new(
                span,
                "a parameter for several names cannot be required",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::OWN_HEADERS;

    #[test]
    fn no_parameter_is_a_header_that_the_library_refuses() {
        let path = "../iconik-api/src/http/request.rs";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs::read_to_string(path).unwrap();
        let (_, list) = text.split_once("const RESERVED: [&str;").unwrap();
        let (list, _) = list.split_once("];").unwrap();
        let refused: Vec<&str> = list.split('"').skip(1).step_by(2).collect();

        assert!(refused.contains(&"host"), "{refused:?}");
        for header in refused {
            assert!(OWN_HEADERS.contains(&header), "{header}");
        }
    }
}
