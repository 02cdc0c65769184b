//! YAML for what the document has and the spec lacks, in the style of the spec.
//!
//! Names, roles, types and flags come from the document and from what the spec says elsewhere;
//! descriptions cannot be taken over, so each is [`MARKER`], and so is a name that could not be made.
//! Pasting the text in and replacing the markers is all it takes.

mod guess;
mod model;
mod naming;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::api::{Api, Location, Paging, Service};
use crate::audit::{self, Finding, Met};
use crate::decode::{At, Context};
use crate::document::{Answer, Credentials, Document, Kind, Operation};
use crate::ident::upper_camel;
use crate::load::{self, Content};
use crate::source::Source;
use crate::spec;

/// Where a person has to write something.
pub const MARKER: &str = "FILL_IN";

/// The missing parts of a spec, file by file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scaffold {
    /// What each file lacks.
    pub fragments: Vec<Fragment>,
}

/// What one file lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The spec file.
    pub file: String,
    /// Whether the text is the whole file; otherwise each of its keys extends the one that is there.
    pub new: bool,
    /// The YAML.
    pub text: String,
}

impl fmt::Display for Scaffold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fragments.is_empty() {
            return f
                .write_str("# Nothing is missing: the spec has every action of the document.\n");
        }
        for fragment in &self.fragments {
            let what = if fragment.new {
                "a new file"
            } else {
                "add to what is there"
            };
            writeln!(
                f,
                "# ---- {}: {what} ----\n{}",
                fragment.file, fragment.text
            )?;
        }
        Ok(())
    }
}

/// Writes what the spec lacks of a document: whole actions with their models, and single parameters,
/// fields and values of what both have. `sources` are the files that `api` was loaded from.
pub fn scaffold(sources: &[Source], api: &Api, service: &Service, document: &Document) -> Scaffold {
    let (missing, met) = audit::missing(api, service, document);
    let mut bench = Bench::new(sources, api, service, document, met);
    let tasks = naming::tasks(service, document, &missing);
    bench.collect(&tasks);
    let mut fragments = bench.write(&tasks);
    fragments.extend(bench.extensions());
    // New files first: what is added elsewhere often refers to them.
    fragments.sort_by(|a, b| (!a.new, &a.file).cmp(&(!b.new, &b.file)));
    Scaffold { fragments }
}

/// A missing operation, and the place that it gets.
struct Task<'d> {
    operation: &'d Operation,
    resource: String,
    singular: String,
    action: String,
}

/// An object that becomes a model: what the document has under names that differ in their endings.
#[derive(Default)]
struct Entity {
    objects: BTreeSet<String>,
    /// Those of its objects that are sent.
    sent: BTreeSet<String>,
    /// The resources that need it.
    users: BTreeSet<String>,
    /// The field that tells its variants apart, and the entity of each; none for a plain object.
    union: Option<(String, Vec<(String, String)>)>,
}

/// A request body that becomes a model of its own.
struct Draft {
    resource: String,
    objects: BTreeSet<String>,
    methods: BTreeSet<crate::api::Method>,
    name: String,
    base: Option<String>,
    /// The model of the PATCH, where that shares its objects with another method.
    patch: Option<String>,
}

/// Everything that writing needs to know and collects.
struct Bench<'a, 'd> {
    api: &'a Api,
    service: &'a Service,
    document: &'d Document,
    met: Met<'d>,
    common_fields: BTreeMap<String, guess::Facts>,
    common_params: BTreeMap<String, guess::Facts>,
    paging: Vec<(Paging, BTreeMap<String, guess::Facts>)>,
    entities: BTreeMap<String, Entity>,
    drafts: Vec<Draft>,
    /// New enums: name, values, and the resources that need them.
    enums: Vec<(String, Vec<String>, BTreeSet<String>)>,
    new_ids: BTreeSet<String>,
    /// How objects are called that have no name in the document: by the request that they stand in.
    inline: Vec<(String, String)>,
    /// The resources that get something.
    resources: BTreeSet<String>,
    /// Names that no new model can have: of types, handles and requests that there are, or will be.
    blocked: BTreeSet<String>,
}

impl<'a, 'd> Bench<'a, 'd> {
    fn new(
        sources: &[Source],
        api: &'a Api,
        service: &'a Service,
        document: &'d Document,
        met: Met<'d>,
    ) -> Self {
        let read = |path: &str| {
            let index = sources.iter().position(|it| it.path == path)?;
            spec_file(index, &sources[index])
        };
        let written = match read(&format!("spec/{}/service.yaml", service.name)) {
            Some(Content::Service(written)) => Some(*written),
            _ => None,
        };
        let common = match read("spec/common.yaml") {
            Some(Content::Common(common)) => Some(*common),
            _ => None,
        };
        let params = |all: Option<&[(At<String>, spec::Param)]>| {
            let named = all
                .unwrap_or_default()
                .iter()
                .map(|(name, param)| (name.value.clone(), guess::param_facts(param)));
            named.collect::<BTreeMap<_, _>>()
        };
        let fields = |all: Option<&[(At<String>, spec::Field)]>| {
            let named = all
                .unwrap_or_default()
                .iter()
                .map(|(name, field)| (name.value.clone(), guess::field_facts(field)));
            named.collect::<BTreeMap<_, _>>()
        };
        // What the service says goes over what all services share.
        let mut common_params = params(common.as_ref().and_then(|it| it.params.as_deref()));
        common_params.extend(params(
            written.as_ref().and_then(|it| it.common_params.as_deref()),
        ));
        let mut common_fields = fields(common.as_ref().and_then(|it| it.fields.as_deref()));
        common_fields.extend(fields(
            written.as_ref().and_then(|it| it.common_fields.as_deref()),
        ));
        let styles = common.as_ref().and_then(|it| it.paging.as_ref());
        let paging = Paging::ALL
            .into_iter()
            .filter_map(|style| Some((style, params(Some(styles?.style(style)?)))));
        Bench {
            api,
            service,
            document,
            met,
            common_fields,
            common_params,
            paging: paging.collect(),
            entities: BTreeMap::new(),
            drafts: Vec::new(),
            enums: Vec::new(),
            new_ids: BTreeSet::new(),
            inline: Vec::new(),
            resources: BTreeSet::new(),
            blocked: BTreeSet::new(),
        }
    }

    /// Finds every object that the missing actions need.
    fn collect(&mut self, tasks: &[Task<'d>]) {
        self.blocked = naming::blocked(self.api, self.service, tasks);
        for task in tasks {
            self.resources.insert(task.resource.clone());
            let request = format!(
                "{} {} ",
                task.operation.method.as_str(),
                task.operation.path
            );
            let name = format!(
                "{}{}",
                upper_camel(&task.singular),
                upper_camel(&task.action)
            );
            self.inline.push((request, name));
            let mut params = task.operation.params.iter();
            if let Some(last) = params.rfind(|it| it.location == Location::Path) {
                self.param_type(&task.resource, &task.singular, "", last);
            }
        }
        for task in tasks {
            for answer in task.operation.answers.values() {
                if let Answer::Json(kind) = answer {
                    let items = self
                        .document
                        .envelope(kind)
                        .map_or(kind, |(items, ..)| items);
                    self.visit(items, false, &task.resource);
                }
            }
        }
        for task in tasks {
            if let Some(body) = &task.operation.body {
                self.body(task, &body.kind);
            }
        }
        self.name_drafts(tasks);
    }

    /// Single parts that the spec lacks in what both have: the findings of the audit, as YAML.
    fn extensions(&self) -> Vec<Fragment> {
        let report = audit::audit(self.api, self.service, self.document);
        let mut files: BTreeMap<String, BTreeMap<(&'static str, String), Vec<String>>> =
            BTreeMap::new();
        for group in &report.groups {
            for finding in &group.findings {
                if let Some((section, line)) = self.extension(group.place.kind, finding) {
                    let name = group
                        .place
                        .name
                        .rsplit('.')
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    let file = files.entry(group.place.file.clone()).or_default();
                    file.entry((section, name)).or_default().push(line);
                }
            }
        }
        let fragments = files.into_iter().map(|(file, parts)| {
            let mut text = String::new();
            let mut last = "";
            for ((section, name), lines) in parts {
                let (outer, inner) = section.split_once('.').unwrap_or((section, ""));
                if outer != last {
                    text.push_str(&format!("{outer}:\n"));
                    last = outer;
                }
                text.push_str(&format!("  {name}:\n    {inner}:\n"));
                lines
                    .iter()
                    .for_each(|it| text.push_str(&format!("      {it}\n")));
            }
            Fragment {
                file,
                new: false,
                text,
            }
        });
        fragments.collect()
    }

    /// The line of YAML that adds what a finding misses, and below which keys it goes.
    fn extension(&self, kind: &str, finding: &Finding) -> Option<(&'static str, String)> {
        if finding.spec.is_some() {
            return None;
        }
        let (part, name) = finding.aspect.split_once('.')?;
        let ty = finding.document.as_deref().unwrap_or_default();
        match (kind, part) {
            ("action", "params") => {
                let ty = ty
                    .split(' ')
                    .nth(1)
                    .unwrap_or("string")
                    .trim_end_matches(',');
                Some(("actions.params", self.param_extension(name, ty)))
            }
            ("model", "fields") => Some(("models.fields", self.field_extension(name, ty))),
            ("enum", "values") => Some(("enums.values", format!("{}: {MARKER}", write::key(name)))),
            _ => None,
        }
    }
}

/// A file as it is written. It was loaded already, so mistakes are not reported again.
fn spec_file(index: usize, source: &Source) -> Option<Content> {
    let mut cx = Context {
        source,
        mistakes: Vec::new(),
    };
    load::read(index, &mut cx)
}

/// The credentials that an action names, unless they are the usual ones.
fn auth(operation: &Operation) -> Option<String> {
    use crate::api::Auth;
    match operation.credentials {
        Credentials::Known(Auth::Token) | Credentials::Unsaid => None,
        Credentials::Known(auth) => Some(auth.as_str().to_owned()),
        Credentials::None => Some(format!(
            "app_id # {MARKER}: the document asks for no credentials at all"
        )),
    }
}

/// The objects that stand directly behind a kind.
fn objects_of(kind: &Kind) -> BTreeSet<String> {
    match kind {
        Kind::Object(name) => BTreeSet::from([name.clone()]),
        Kind::OneOf { variants, .. } => variants.iter().map(|(_, it)| it.clone()).collect(),
        _ => BTreeSet::new(),
    }
}
