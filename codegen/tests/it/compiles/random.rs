//! Random specs: small ones without mistakes, into which odd names are put as long as they pass the check.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use iconik_codegen::ident::{snake, upper_camel};
use iconik_codegen::{Source, load};

use super::odd_names::{TEXTS, WORDS};

/// How many names are tried in each spec.
const TRIES: usize = 40;

/// Random numbers (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Spec {
    ids: Vec<String>,
    services: Vec<Service>,
    items: Vec<Item>,
    /// How many odd names have passed the check.
    odd: usize,
}

#[derive(Clone, Debug)]
struct Service {
    name: String,
    resources: Vec<Resource>,
}

#[derive(Clone, Debug)]
struct Resource {
    name: String,
    /// Whether it has the name of its service.
    is_principal: bool,
    singular: String,
    actions: Vec<Action>,
}

#[derive(Clone, Debug)]
struct Action {
    name: String,
    request: Option<String>,
    method: &'static str,
    /// What makes its path different from others.
    number: usize,
    params: Vec<Param>,
    body: Option<Body>,
    returns: Vec<(u16, String, Option<Type>)>,
    paging: Vec<&'static str>,
}

#[derive(Clone, Debug)]
struct Name {
    wire: String,
    rename: Option<String>,
}

#[derive(Clone, Debug)]
struct Param {
    name: Name,
    location: &'static str,
    ty: Type,
    required: bool,
}

#[derive(Clone, Debug)]
enum Body {
    Json(Type),
    OptionalJson(Type),
    Form(usize),
    Multipart(usize),
    Bytes(&'static str),
    Text,
}

#[derive(Clone, Debug)]
enum Type {
    Word(&'static str),
    Id(usize),
    Item(usize),
    List(Box<Type>),
    Map(Box<Type>),
}

/// A model or an enum.
#[derive(Clone, Debug)]
struct Item {
    name: String,
    home: Home,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Common,
    Service(usize),
    Resource(usize, usize),
}

#[derive(Clone, Debug)]
enum Shape {
    Fields {
        fields: Vec<Field>,
        /// A model of answers with the same fields, which a value can be made from.
        copies: Option<usize>,
    },
    /// A model that is sent as a form, with files or without.
    Form {
        fields: Vec<Field>,
        files: bool,
    },
    Values(Vec<Name>),
    Union {
        tag: String,
        content: Option<String>,
        variants: Vec<(Name, Option<usize>)>,
    },
}

#[derive(Clone, Debug)]
struct Field {
    name: Name,
    ty: Type,
    flags: Vec<&'static str>,
}

const SCALARS: &[&str] = &[
    "string",
    "secret",
    "integer",
    "number",
    "boolean",
    "timestamp",
];

impl Home {
    /// Whether files of this home see an item of another one.
    fn sees(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::Common) => true,
            (Self::Service(a) | Self::Resource(a, _), Self::Service(b)) => a == b,
            (a, b) => a == b,
        }
    }
}

fn name(wire: impl Into<String>) -> Name {
    Name {
        wire: wire.into(),
        rename: None,
    }
}

impl Spec {
    /// A spec that passes the check, whose services have other names than these.
    pub(crate) fn random(random: &mut Random, taken: Vec<String>) -> Self {
        let number = taken.len();
        let taken: BTreeSet<String> = taken.into_iter().collect();
        let mut spec = loop {
            let spec = Self::plain(random, number);
            if load(&spec.sources()).is_ok() {
                break spec;
            }
        };
        for _ in 0..TRIES {
            let mut changed = spec.clone();
            changed.put_odd_name(random);
            let mut services = changed.services.iter();
            if services.any(|service| taken.contains(&service.name)) {
                continue;
            }
            if load(&changed.sources()).is_ok() {
                changed.odd += 1;
                spec = changed;
            }
        }
        spec
    }

    /// How many odd names are in it.
    pub(crate) fn odd_names(&self) -> usize {
        self.odd
    }

    /// A spec of plain names, most of which have no mistakes.
    fn plain(random: &mut Random, number: usize) -> Self {
        let mut spec = Self {
            ids: vec!["BookId".to_owned(), "ReaderId".to_owned()],
            services: Vec::new(),
            items: Vec::new(),
            odd: 0,
        };
        for service in 0..=random.below(2) {
            let resources = (0..=random.below(2)).map(|resource| Resource {
                name: format!("shelves{resource}"),
                is_principal: resource == 0 && random.one_in(2),
                singular: format!("shelf{resource}"),
                actions: Vec::new(),
            });
            spec.services.push(Service {
                resources: resources.collect(),
                name: format!("library{}", number * 2 + service),
            });
        }
        spec.add_items(random);
        for index in 0..spec.items.len() {
            spec.fill(index, random);
        }
        for index in 0..spec.items.len() {
            spec.use_item(index, random);
        }
        for id in 0..spec.ids.len() {
            let home = Home::Resource(0, 0);
            let location = random.pick(&["path", "query", "header"]);
            let param = spec.param(location, Type::Id(id), random);
            spec.add_action(home, random).params.push(param);
        }
        for service in 0..spec.services.len() {
            for resource in 0..spec.services[service].resources.len() {
                if spec.services[service].resources[resource]
                    .actions
                    .is_empty()
                {
                    spec.add_action(Home::Resource(service, resource), random);
                }
            }
        }
        spec
    }

    fn add_items(&mut self, random: &mut Random) {
        let mut homes = vec![Home::Common];
        for (service, written) in self.services.iter().enumerate() {
            homes.push(Home::Service(service));
            for resource in 0..written.resources.len() {
                homes.push(Home::Resource(service, resource));
                homes.push(Home::Resource(service, resource));
            }
        }
        for home in homes {
            for _ in 0..=random.below(3) {
                let shape = match random.below(9) {
                    0 | 1 => Shape::Values(Vec::new()),
                    2 => Shape::Union {
                        tag: "type".to_owned(),
                        content: None,
                        variants: Vec::new(),
                    },
                    3 => Shape::Union {
                        tag: "kind".to_owned(),
                        content: Some("content".to_owned()),
                        variants: Vec::new(),
                    },
                    4 => Shape::Form {
                        fields: Vec::new(),
                        files: random.one_in(2),
                    },
                    _ => Shape::Fields {
                        fields: Vec::new(),
                        copies: None,
                    },
                };
                self.items.push(Item {
                    name: format!("Thing{}", self.items.len()),
                    home,
                    shape,
                });
            }
        }
    }

    /// The items that a home sees and that are of a kind.
    fn visible(&self, home: Home, is_kind: fn(&Shape) -> bool) -> Vec<usize> {
        let items = self.items.iter().enumerate();
        let items = items.filter(|(_, item)| home.sees(item.home) && is_kind(&item.shape));
        items.map(|(index, _)| index).collect()
    }

    fn fill(&mut self, index: usize, random: &mut Random) {
        let home = self.items[index].home;
        let shape = match self.items[index].shape.clone() {
            Shape::Values(_) => {
                let values = (0..1 + random.below(4)).map(|value| name(format!("VALUE_{value}")));
                Shape::Values(values.collect())
            }
            Shape::Fields { .. } => {
                let copied = self.items[..index].iter().rposition(|item| {
                    home.sees(item.home) && matches!(item.shape, Shape::Fields { .. })
                });
                let copied = copied.filter(|_| random.one_in(4));
                let fields = match copied.map(|from| &self.items[from].shape) {
                    Some(Shape::Fields { fields, .. }) => fields.clone(),
                    _ => (0..random.below(7))
                        .map(|number| self.field(number, home, random))
                        .collect(),
                };
                Shape::Fields {
                    fields,
                    copies: copied,
                }
            }
            Shape::Form { files, .. } => {
                let fields = (0..1 + random.below(4)).map(|number| Field {
                    name: name(format!("part{number}")),
                    ty: match files && random.one_in(2) {
                        true => Type::Word("file"),
                        false => self.scalar(home, random),
                    },
                    flags: (random.one_in(2))
                        .then_some("required")
                        .into_iter()
                        .collect(),
                });
                let fields = fields.collect();
                Shape::Form { fields, files }
            }
            Shape::Union { tag, content, .. } => {
                let models = self.visible(home, |it| matches!(it, Shape::Fields { .. }));
                let variants = (0..1 + random.below(3)).map(|number| {
                    let model = (!models.is_empty()).then(|| *random.pick(&models));
                    let is_bare = content.is_some() && random.one_in(3);
                    (name(format!("KIND_{number}")), model.filter(|_| !is_bare))
                });
                let variants = variants.collect();
                Shape::Union {
                    tag,
                    content,
                    variants,
                }
            }
        };
        self.items[index].shape = shape;
    }

    fn field(&self, number: usize, home: Home, random: &mut Random) -> Field {
        let mut flags = Vec::new();
        let ty = self.any_type(home, 2, random);
        let is_model = matches!(ty, Type::Item(_));
        if random.one_in(if is_model { 8 } else { 4 }) {
            flags.push("required");
        }
        if random.one_in(5) {
            flags.push("nullable");
        }
        match random.below(12) {
            0 => flags.push("read_only"),
            1 => flags.push("write_only"),
            _ => {}
        }
        Field {
            name: name(format!("field{number}")),
            ty,
            flags,
        }
    }

    fn scalar(&self, home: Home, random: &mut Random) -> Type {
        let enums = self.visible(home, |it| matches!(it, Shape::Values(_)));
        match random.below(4) {
            0 => Type::Id(random.below(self.ids.len())),
            1 if !enums.is_empty() => Type::Item(*random.pick(&enums)),
            _ => Type::Word(random.pick::<&str>(SCALARS)),
        }
    }

    fn any_type(&self, home: Home, depth: usize, random: &mut Random) -> Type {
        let models = self.visible(home, |it| {
            !matches!(it, Shape::Values(_) | Shape::Form { .. })
        });
        match random.below(10) {
            0 => Type::Word("any"),
            1 => Type::Word("object"),
            2 | 3 if !models.is_empty() => Type::Item(*random.pick(&models)),
            4 | 5 if depth > 0 => Type::List(Box::new(self.any_type(home, depth - 1, random))),
            6 if depth > 0 => Type::Map(Box::new(self.any_type(home, depth - 1, random))),
            _ => self.scalar(home, random),
        }
    }

    fn param(&self, location: &'static str, ty: Type, random: &mut Random) -> Param {
        Param {
            name: name(format!("param{}", random.below(1_000))),
            location,
            ty,
            required: random.one_in(3),
        }
    }

    /// An action of a file that sees a home.
    fn add_action(&mut self, home: Home, random: &mut Random) -> &mut Action {
        let (service, resource) = match home {
            Home::Common => {
                let service = random.below(self.services.len());
                (
                    service,
                    random.below(self.services[service].resources.len()),
                )
            }
            Home::Service(service) => (
                service,
                random.below(self.services[service].resources.len()),
            ),
            Home::Resource(service, resource) => (service, resource),
        };
        let home = Home::Resource(service, resource);
        let mut params = Vec::new();
        for _ in 0..random.below(4) {
            let location = *random.pick(&["path", "path", "query", "query", "query", "header"]);
            let ty = self.scalar(home, random);
            let ty = match location == "query" && random.one_in(4) {
                true => Type::List(Box::new(ty)),
                false => ty,
            };
            params.push(self.param(location, ty, random));
        }
        if random.one_in(8) {
            params.push(Param {
                name: Name {
                    wire: "metadata.*".to_owned(),
                    rename: Some("metadata".to_owned()),
                },
                location: "query",
                ty: Type::Map(Box::new(Type::Word("string"))),
                required: false,
            });
        }
        let actions = &mut self.services[service].resources[resource].actions;
        let number = actions.len();
        actions.push(Action {
            name: format!("{}_{number}", random.pick(&["get", "list", "add", "start"])),
            request: None,
            method: "POST",
            number,
            params,
            body: None,
            returns: vec![(204, "nothing".to_owned(), None)],
            paging: Vec::new(),
        });
        let last = actions.len() - 1;
        &mut actions[last]
    }

    /// Actions that send a model or return it, or have a parameter of an enum.
    fn use_item(&mut self, index: usize, random: &mut Random) {
        let home = self.items[index].home;
        let ty = match random.below(5) {
            0 => Type::List(Box::new(Type::Item(index))),
            _ => Type::Item(index),
        };
        let body = match &self.items[index].shape {
            Shape::Values(_) => {
                let param = self.param("query", Type::Item(index), random);
                self.add_action(home, random).params.push(param);
                return;
            }
            Shape::Form { files, .. } => {
                let body = match files {
                    true => Body::Multipart(index),
                    false => Body::Form(index),
                };
                self.add_action(home, random).body = Some(body);
                return;
            }
            Shape::Fields {
                copies: Some(_), ..
            } => {
                self.add_action(home, random).body = Some(Body::Json(ty));
                return;
            }
            _ if random.one_in(4) => Body::OptionalJson(ty.clone()),
            _ => Body::Json(ty.clone()),
        };
        let way = random.below(3);
        if way != 1 {
            self.add_action(home, random).body = Some(body);
        }
        if way != 0 {
            let other = self.any_type(home, 1, random);
            let action = self.add_action(home, random);
            let forms = ["", "page", "objects"];
            action.returns = vec![(200, (*random.pick(&forms)).to_owned(), Some(ty))];
            if !action.returns[0].1.is_empty() {
                let styles = [
                    "page",
                    "scroll",
                    "last_id",
                    "search_after",
                    "last_field_name",
                ];
                action.paging = vec![*random.pick(&styles)];
            } else {
                action.method = *random.pick(&["GET", "POST", "PUT", "DELETE"]);
            }
            match random.below(6) {
                0 => action.returns.push((204, "nothing".to_owned(), None)),
                1 => action.returns.push((202, String::new(), Some(other))),
                2 => action.returns.push((202, "page".to_owned(), Some(other))),
                3 => action.returns.push((202, "text".to_owned(), None)),
                4 => action.returns.push((303, "location".to_owned(), None)),
                _ => {}
            }
            if random.one_in(3) {
                action.returns.push((206, "bytes".to_owned(), None));
            }
        }
        if random.one_in(6) {
            let body = match random.below(3) {
                0 => Body::Bytes("image/*"),
                1 => Body::Bytes("application/octet-stream"),
                _ => Body::Text,
            };
            self.add_action(home, random).body = Some(body);
        }
    }
}

/// A name in a spec that can be another one.
enum Slot<'s> {
    /// Of a service, a resource, an action.
    Word(&'s mut String),
    /// Of a type.
    Type(&'s mut String),
    /// What is sent.
    Text(&'s mut String),
    /// `rename` of a field or a parameter.
    Rename(&'s mut Option<String>),
    /// `rename` of a variant or a value; `request` of an action.
    RenameType(&'s mut Option<String>),
}

impl Spec {
    fn slots(&mut self) -> Vec<Slot<'_>> {
        let mut slots: Vec<Slot<'_>> = self.ids.iter_mut().map(Slot::Type).collect();
        for service in &mut self.services {
            slots.push(Slot::Word(&mut service.name));
            for resource in &mut service.resources {
                slots.push(Slot::Word(&mut resource.name));
                slots.push(Slot::Word(&mut resource.singular));
                for action in &mut resource.actions {
                    slots.push(Slot::Word(&mut action.name));
                    slots.push(Slot::RenameType(&mut action.request));
                    for param in &mut action.params {
                        slots.push(match param.location {
                            "path" => Slot::Word(&mut param.name.wire),
                            _ => Slot::Text(&mut param.name.wire),
                        });
                        slots.push(Slot::Rename(&mut param.name.rename));
                    }
                }
            }
        }
        for item in &mut self.items {
            slots.push(Slot::Type(&mut item.name));
            match &mut item.shape {
                Shape::Fields { fields, .. } | Shape::Form { fields, .. } => {
                    for field in fields {
                        slots.push(Slot::Text(&mut field.name.wire));
                        slots.push(Slot::Rename(&mut field.name.rename));
                    }
                }
                Shape::Values(values) => {
                    for value in values {
                        slots.push(Slot::Text(&mut value.wire));
                        slots.push(Slot::RenameType(&mut value.rename));
                    }
                }
                Shape::Union {
                    tag,
                    content,
                    variants,
                } => {
                    for (variant, _) in variants {
                        slots.push(Slot::Text(&mut variant.wire));
                        slots.push(Slot::RenameType(&mut variant.rename));
                    }
                    slots.push(Slot::Text(tag));
                    slots.extend(content.as_mut().map(Slot::Text));
                }
            }
        }
        slots
    }

    /// The names that it has now.
    fn names(&mut self) -> Vec<String> {
        let slots = self.slots().into_iter();
        let names = slots.filter_map(|slot| match slot {
            Slot::Word(name) | Slot::Type(name) | Slot::Text(name) => Some(name.clone()),
            Slot::Rename(name) | Slot::RenameType(name) => name.clone(),
        });
        names.collect()
    }

    fn put_odd_name(&mut self, random: &mut Random) {
        let names = self.names();
        // What may meet another name once it is an identifier.
        let near = match random.below(4) {
            0 => random.pick::<String>(&names).clone(),
            1 => format!("clear_{}", snake(random.pick::<String>(&names))),
            2 => {
                let suffix = random.pick(&["Handle", "Outcome", "Id", "2"]);
                format!("{}{suffix}", upper_camel(random.pick::<String>(&names)))
            }
            _ => {
                let verb = random.pick(&["Get", "List", "Add", "PageOf", "ListOf"]);
                format!("{verb}{}", upper_camel(random.pick::<String>(&names)))
            }
        };
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let word = match random.below(4) {
            0 => near,
            _ => random.pick(&words).to_string(),
        };
        let text = match random.below(3) {
            0 => (*random.pick(TEXTS)).to_owned(),
            1 => word.to_uppercase(),
            _ => word.clone(),
        };
        let ty = match random.below(4) {
            0 => word.to_uppercase().replace('_', ""),
            _ => upper_camel(&word),
        };
        let mut slots = self.slots();
        let slot = random.below(slots.len());
        match &mut slots[slot] {
            Slot::Word(name) => **name = snake(&word),
            Slot::Type(name) => **name = ty,
            Slot::Text(name) => **name = text,
            Slot::Rename(name) => **name = Some(snake(&word)),
            Slot::RenameType(name) => **name = Some(ty),
        }
    }
}

/// Text as a YAML string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Spec {
    /// Its files.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let mut sources = vec![Source::new("spec/common.yaml", self.common())];
        for (index, service) in self.services.iter().enumerate() {
            let name = &service.name;
            let text = format!(
                "service: {0}\nabout: A service.\nbase_path: {1}\nroles: []\n",
                quoted(name),
                quoted(&format!("/API/{name}"))
            );
            sources.push(Source::new(format!("spec/{name}/service.yaml"), text));
            let types = self.types(Home::Service(index));
            if !types.is_empty() {
                let text = format!("types: {}\n{types}", quoted(name));
                sources.push(Source::new(format!("spec/{name}/types.yaml"), text));
            }
            for (of_resource, resource) in service.resources.iter().enumerate() {
                let text = self.resource(resource, Home::Resource(index, of_resource), name);
                let resource = match resource.is_principal {
                    true => name,
                    false => &resource.name,
                };
                sources.push(Source::new(format!("spec/{name}/{resource}.yaml"), text));
            }
        }
        sources
    }

    fn common(&self) -> String {
        let mut text = "common: iconik\n\
            rate_limit: { per_second: 50, burst: 1000, burst_seconds: 20 }\n\
            paging:\n"
            .to_owned();
        for (style, params) in [
            ("page", &["page", "per_page"][..]),
            ("scroll", &["scroll", "scroll_id", "per_page"]),
            ("last_id", &["last_id", "per_page"]),
            ("search_after", &["search_after", "per_page"]),
            ("last_field_name", &["last_field_name", "per_page"]),
        ] {
            writeln!(text, "  {style}:").unwrap();
            for param in params {
                let ty = match *param {
                    "scroll" => "boolean",
                    "page" | "per_page" => "integer",
                    _ => "string",
                };
                writeln!(text, "    {param}: {{ type: {ty}, doc: A position. }}").unwrap();
            }
        }
        text.push_str("ids:\n");
        for id in &self.ids {
            writeln!(text, "  {}: A thing.", quoted(id)).unwrap();
        }
        text + &self.types(Home::Common)
    }

    fn resource(&self, resource: &Resource, home: Home, service: &str) -> String {
        let name = match resource.is_principal {
            true => service,
            false => &resource.name,
        };
        let mut text = format!(
            "resource: {}\nsingular: {}\nabout: Some things.\nactions:\n",
            quoted(name),
            quoted(&resource.singular)
        );
        for action in &resource.actions {
            self.action(action, name, &mut text);
        }
        text + &self.types(home)
    }

    fn action(&self, action: &Action, resource: &str, text: &mut String) {
        let mut path = format!("/v1/{resource}/{}/", action.number);
        for param in action.params.iter().filter(|it| it.location == "path") {
            write!(path, "{{{}}}/", param.name.wire).unwrap();
        }
        writeln!(text, "  {}:", quoted(&action.name)).unwrap();
        writeln!(text, "    title: Does something").unwrap();
        if let Some(request) = &action.request {
            writeln!(text, "    request: {}", quoted(request)).unwrap();
        }
        writeln!(text, "    method: {}", action.method).unwrap();
        writeln!(text, "    path: {}", quoted(&path)).unwrap();
        if !action.params.is_empty() {
            text.push_str("    params:\n");
        }
        for param in &action.params {
            let mut keys = vec![
                format!("type: {}", self.written(&param.ty)),
                "doc: A value.".to_owned(),
            ];
            keys.extend(param.name.rename());
            if param.location != "path" {
                keys.extend(param.required.then(|| "required: true".to_owned()));
                keys.extend((param.location == "header").then(|| "in: header".to_owned()));
            }
            let wire = quoted(&param.name.wire);
            writeln!(text, "      {wire}: {{ {} }}", keys.join(", ")).unwrap();
        }
        if let Some(body) = &action.body {
            let body = match body {
                Body::Json(ty) => self.written(ty),
                Body::OptionalJson(ty) => {
                    format!("{{ json: {}, required: false }}", self.written(ty))
                }
                Body::Form(item) => format!("{{ form: {} }}", self.items[*item].name),
                Body::Multipart(item) => format!("{{ multipart: {} }}", self.items[*item].name),
                Body::Bytes(media_type) => format!("{{ bytes: {media_type:?} }}"),
                Body::Text => "{ text: application/xml }".to_owned(),
            };
            writeln!(text, "    body: {body}").unwrap();
        }
        if !action.paging.is_empty() {
            writeln!(text, "    paging: [{}]", action.paging.join(", ")).unwrap();
        }
        let returns = action.returns.iter().map(|(status, form, ty)| {
            let ty = ty.as_ref().map(|ty| self.written(ty));
            match (form.as_str(), ty) {
                (form, None) => format!("{status}: {form}"),
                ("", Some(ty)) => format!("{status}: {ty}"),
                (form, Some(ty)) => format!("{status}: {form}<{ty}>"),
            }
        });
        let returns: Vec<String> = returns.collect();
        writeln!(text, "    returns: {{ {} }}", returns.join(", ")).unwrap();
    }

    /// The models and enums of a home.
    fn types(&self, home: Home) -> String {
        let (mut models, mut enums) = (String::new(), String::new());
        for item in self.items.iter().filter(|item| item.home == home) {
            let name = quoted(&item.name);
            match &item.shape {
                Shape::Values(values) => {
                    writeln!(enums, "  {name}:\n    doc: Some values.\n    values:").unwrap();
                    for value in values {
                        let keys: Vec<String> = value.rename().into_iter().collect();
                        let wire = quoted(&value.wire);
                        writeln!(enums, "      {wire}: {{ {} }}", keys.join(", ")).unwrap();
                    }
                }
                Shape::Fields { fields, copies } => {
                    writeln!(models, "  {name}:\n    doc: A thing.").unwrap();
                    if let Some(from) = copies {
                        writeln!(models, "    copies: {}", self.items[*from].name).unwrap();
                    }
                    self.fields(fields, &mut models);
                }
                Shape::Form { fields, .. } => {
                    writeln!(models, "  {name}:\n    doc: A form.").unwrap();
                    self.fields(fields, &mut models);
                }
                Shape::Union {
                    tag,
                    content,
                    variants,
                } => {
                    let tag = quoted(tag);
                    writeln!(
                        models,
                        "  {name}:\n    doc: One of several.\n    tag: {tag}"
                    )
                    .unwrap();
                    if let Some(content) = content {
                        writeln!(models, "    content: {}", quoted(content)).unwrap();
                    }
                    models.push_str("    variants:\n");
                    for (variant, model) in variants {
                        let model = model.map(|model| format!("model: {}", self.items[model].name));
                        let keys: Vec<String> = model.into_iter().chain(variant.rename()).collect();
                        let wire = quoted(&variant.wire);
                        writeln!(models, "      {wire}: {{ {} }}", keys.join(", ")).unwrap();
                    }
                }
            }
        }
        let mut text = String::new();
        for (key, items) in [("models", models), ("enums", enums)] {
            if !items.is_empty() {
                write!(text, "{key}:\n{items}").unwrap();
            }
        }
        text
    }

    fn fields(&self, fields: &[Field], text: &mut String) {
        if fields.is_empty() {
            text.push_str("    fields: {}\n");
            return;
        }
        text.push_str("    fields:\n");
        for field in fields {
            let mut keys = vec![
                format!("type: {}", self.written(&field.ty)),
                "doc: A value.".to_owned(),
            ];
            keys.extend(field.name.rename());
            keys.extend(field.flags.iter().map(|flag| format!("{flag}: true")));
            let wire = quoted(&field.name.wire);
            writeln!(text, "      {wire}: {{ {} }}", keys.join(", ")).unwrap();
        }
    }

    fn written(&self, ty: &Type) -> String {
        match ty {
            Type::Word(word) => (*word).to_owned(),
            Type::Id(id) => self.ids[*id].clone(),
            Type::Item(item) => self.items[*item].name.clone(),
            Type::List(inner) => format!("list<{}>", self.written(inner)),
            Type::Map(inner) => format!("map<{}>", self.written(inner)),
        }
    }
}

impl Name {
    fn rename(&self) -> Option<String> {
        let rename = self.rename.as_ref()?;
        Some(format!("rename: {}", quoted(rename)))
    }
}
