//! Files in, checked API out.

use crate::api::Api;
use crate::check::check;
use crate::decode::{Context, Decode};
use crate::diag::{Diagnostic, Diagnostics};
use crate::node::{self, Node, Value};
use crate::source::Source;
use crate::spec::{Common, Resource, Service, Types};

/// A spec file as it is written.
#[derive(Debug)]
pub(crate) struct File {
    /// Which source it came from.
    pub(crate) index: usize,
    pub(crate) content: Content,
}

/// The four kinds of file, which differ in their first key.
#[derive(Debug)]
pub(crate) enum Content {
    Common(Box<Common>),
    Service(Box<Service>),
    Types(Types),
    Resource(Resource),
}

/// Reads and checks a whole spec.
///
/// Every mistake of every file is found in one run. The result does not depend on the order of the
/// sources.
pub fn load(sources: &[Source]) -> Result<Api, Diagnostics> {
    let mut sources = sources.to_vec();
    sources.sort_by(|a, b| (&a.path, &a.text).cmp(&(&b.path, &b.text)));
    let mut mistakes = Vec::new();
    let mut files = Vec::new();
    let mut complete = true;
    for (index, source) in sources.iter().enumerate() {
        let mut cx = Context {
            source,
            mistakes: Vec::new(),
        };
        match read(index, &mut cx) {
            Some(content) => files.push(File { index, content }),
            None => complete = false,
        }
        complete &= cx.mistakes.is_empty();
        mistakes.append(&mut cx.mistakes);
    }
    let api = check(&sources, &files, complete, &mut mistakes);
    if mistakes.is_empty() {
        Ok(api)
    } else {
        Err(Diagnostics::new(sources, mistakes))
    }
}

pub(crate) fn read(index: usize, cx: &mut Context<'_>) -> Option<Content> {
    let node = match node::parse(index, cx.source) {
        Ok(node) => node,
        Err(mistake) => {
            cx.report(*mistake);
            return None;
        }
    };
    let first = match &node.value {
        Value::Map(entries) => entries.first().map(|(key, _)| key),
        _ => None,
    };
    // What is wrong with the whole file is reported at the key that says what it is.
    let owner = first.map_or(node.span, |key| key.span);
    match first.map(|key| key.text.as_str()) {
        Some("common") => {
            Common::decode(&node, owner, cx).map(|common| Content::Common(Box::new(common)))
        }
        Some("service") => {
            Service::decode(&node, owner, cx).map(|service| Content::Service(Box::new(service)))
        }
        Some("types") => Types::decode(&node, owner, cx).map(Content::Types),
        Some("resource") => Resource::decode(&node, owner, cx).map(Content::Resource),
        _ => {
            cx.report(unknown_kind(&node));
            None
        }
    }
}

fn unknown_kind(node: &Node) -> Diagnostic {
    let help = "the first key says what a file is: `common:`, `service:`, `types:` or `resource:`";
    let Value::Map(entries) = &node.value else {
        let message = match node.value {
            Value::Null => "this file is empty".to_owned(),
            _ => format!("expected a mapping, found {}", node.kind()),
        };
        return Diagnostic::new(node.span, message).help(help);
    };
    let kind = entries
        .iter()
        .find(|(key, _)| ["common", "service", "types", "resource"].contains(&key.text.as_str()));
    match (kind, entries.first()) {
        (Some((key, _)), _) => {
            Diagnostic::new(key.span, format!("`{}` must be the first key", key.text)).help(help)
        }
        (None, Some((key, _))) => {
            Diagnostic::new(key.span, format!("a file cannot begin with `{}`", key.text)).help(help)
        }
        (None, None) => Diagnostic::new(node.span, "this file is empty").help(help),
    }
}
