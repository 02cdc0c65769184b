//! From a path to the action behind it.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use super::description::{Action, Service, Type};

/// The paths of a service, segment by segment.
#[derive(Debug, Default)]
pub(super) struct Routes {
    nodes: Vec<Node>,
}

/// What may follow after some segments.
#[derive(Debug, Default)]
struct Node {
    literals: BTreeMap<&'static str, usize>,
    placeholders: Vec<(Placeholder, usize)>,
    /// The actions whose paths end here: indices into the actions of the service.
    actions: Vec<usize>,
}

/// What a placeholder takes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Placeholder {
    Enum(Type),
    Id(Type),
    Text,
}

/// What is at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'p> {
    /// The action, and the values of its placeholders in the order of the path.
    Action(usize, Vec<&'p str>),
    /// Only actions with these other methods.
    OtherMethods(BTreeSet<String>),
    Nothing,
}

impl Routes {
    pub(super) fn new(service: &Service) -> Self {
        let mut routes = Self {
            nodes: vec![Node::default()],
        };
        for (index, action) in service.actions.iter().enumerate() {
            routes.add(service, index, action);
        }
        routes
    }

    fn add(&mut self, service: &Service, index: usize, action: &Action) {
        let mut params = action.path_params();
        let mut at = 0;
        for segment in segments(action.path) {
            at = if segment.starts_with('{') {
                let ty = params.next().map_or(&Type::String, |param| &param.ty);
                let placeholder = match () {
                    () if service.values(ty).is_some() => Placeholder::Enum(ty.clone()),
                    () if service.id(ty).is_some() => Placeholder::Id(ty.clone()),
                    () => Placeholder::Text,
                };
                let known = self.nodes[at].placeholders.iter();
                let known = known.clone().find(|(known, _)| *known == placeholder);
                match known {
                    Some((_, next)) => *next,
                    None => {
                        let next = self.nodes.len();
                        self.nodes[at].placeholders.push((placeholder, next));
                        self.nodes.push(Node::default());
                        next
                    }
                }
            } else if let Some(next) = self.nodes[at].literals.get(segment) {
                *next
            } else {
                let next = self.nodes.len();
                self.nodes[at].literals.insert(segment, next);
                self.nodes.push(Node::default());
                next
            };
        }
        self.nodes[at].actions.push(index);
    }

    /// Finds the action: a literal segment is preferred to a placeholder, an enum that has the value to an
    /// id, an id to other text.
    pub(super) fn find<'p>(&self, service: &Service, method: &Method, path: &'p str) -> Found<'p> {
        let segments: Vec<&str> = segments(path).collect();
        let mut search = Search {
            routes: self,
            service,
            method,
            values: Vec::new(),
            others: BTreeSet::new(),
        };
        match search.step(0, &segments) {
            Some(action) => Found::Action(action, search.values),
            None if search.others.is_empty() => Found::Nothing,
            None => Found::OtherMethods(search.others),
        }
    }
}

/// The segments of a path; doubled slashes and one at the end do not count, as on iconik.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

struct Search<'r, 'p> {
    routes: &'r Routes,
    service: &'r Service,
    method: &'r Method,
    values: Vec<&'p str>,
    others: BTreeSet<String>,
}

impl<'p> Search<'_, 'p> {
    fn step(&mut self, at: usize, rest: &[&'p str]) -> Option<usize> {
        let node = &self.routes.nodes[at];
        let Some((segment, rest)) = rest.split_first() else {
            let actions = node.actions.iter().copied();
            let mut actions = actions.map(|index| (index, &self.service.actions[index].method));
            let found = actions.clone().find(|(_, method)| *method == self.method);
            if found.is_none() {
                self.others
                    .extend(actions.by_ref().map(|(_, method)| method.to_string()));
            }
            return found.map(|(index, _)| index);
        };
        let literal = node.literals.get(segment);
        if let Some(found) = literal.and_then(|next| self.step(*next, rest)) {
            return Some(found);
        }
        let mut candidates: Vec<_> = node
            .placeholders
            .iter()
            .map(|(placeholder, next)| (self.rank(placeholder, segment), *next))
            .collect();
        candidates.sort_unstable();
        for (_, next) in candidates {
            self.values.push(segment);
            if let Some(found) = self.step(next, rest) {
                return Some(found);
            }
            self.values.pop();
        }
        None
    }

    fn rank(&self, placeholder: &Placeholder, segment: &str) -> u8 {
        match placeholder {
            Placeholder::Enum(ty) => {
                let values = self.service.values(ty).unwrap_or_default();
                if values.contains(&segment) { 0 } else { 4 }
            }
            Placeholder::Id(_) if looks_like_an_id(segment) => 1,
            Placeholder::Text => 2,
            Placeholder::Id(_) => 3,
        }
    }
}

/// Whether the text has the form of a UUID.
pub(super) fn looks_like_an_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
