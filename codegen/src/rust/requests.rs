//! `requests.rs` of a resource: one type per action, a plain value with setters.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Auth, Body, Location, Paging, RequestBody, RequestContent};
use crate::name::{self, ident};
use crate::print::{Chunk, Entry, File, List};

use super::Layout;
use super::docs::{self, Docs};
use super::handle::parameters;
use super::plan::{Argument, Case, Known, Param, Request, Resource, Response, Service};
use super::ty;

/// The file.
pub(crate) fn file(service: &Service<'_>, resource: &Resource<'_>, layout: &Layout<'_>) -> File {
    let mut chunks = Vec::new();
    for request in &resource.requests {
        chunks.push(Chunk::Items(items(&service.known, resource, request)));
        if let Response::Outcome { ident, cases } = &request.response {
            chunks.push(Chunk::List(outcome_list(ident, cases)));
        }
        chunks.push(Chunk::List(facts(service, request)));
    }
    let types = resource
        .requests_name_types()
        .then(|| "super::*".to_owned());
    let constant = (!resource.requests.is_empty()).then(|| {
        format!(
            "{}::services::{}",
            layout.root,
            name::service(&service.api.name)
        )
    });
    File {
        from: resource.api.file.clone(),
        docs: vec![format!(
            "The requests of [`{0}`](super::{0}), as values.",
            resource.handle
        )],
        uses: types.into_iter().chain(constant).collect(),
        chunks,
    }
}

fn items(known: &Known<'_>, resource: &Resource<'_>, request: &Request<'_>) -> TokenStream {
    let definition = definition(resource, request);
    let new = new(request);
    let setters = setters(known, request);
    let outcome = match &request.response {
        Response::Outcome { ident, cases } => outcome(request, ident, cases),
        _ => TokenStream::new(),
    };
    quote! { #definition #new #setters #outcome }
}

fn definition(resource: &Resource<'_>, request: &Request<'_>) -> TokenStream {
    let docs = docs::request(resource, request).attributes();
    let name = ident(&request.ident);
    let default = request.starts_empty().then(|| quote!(Default,));
    let (fields, types) = fields(request);
    quote! {
        #docs
        #[must_use = "a request does nothing until it is awaited or sent"]
        #[derive(Clone, Debug, #default PartialEq)]
        pub struct #name<C = ()> {
            client: C,
            #(#fields: #types,)*
        }
    }
}

/// Names and types of the fields: the parameters, then the body.
fn fields(request: &Request<'_>) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let params = request.params.iter().map(|param| {
        let name = ident(&param.ident);
        (quote!(#name), ty::of_param(param))
    });
    let body = request
        .action
        .body
        .iter()
        .map(|body| (quote!(body), ty::of_body(body)));
    params.chain(body).unzip()
}

fn new(request: &Request<'_>) -> TokenStream {
    let name = ident(&request.ident);
    let (arguments, types) = parameters(request);
    let made = if request.starts_empty() {
        quote!(Self::default())
    } else {
        let object = request
            .arguments()
            .into_iter()
            .find_map(|argument| match argument {
                Argument::Object {
                    object_type,
                    object_id,
                } => Some((object_type, object_id)),
                Argument::Param(_) => None,
            });
        let params = request.params.iter().map(|param| {
            let name = ident(&param.ident);
            match object {
                Some((object_type, _)) if std::ptr::eq(object_type, param) => {
                    quote!(#name: object.object_type().into())
                }
                Some((_, object_id)) if std::ptr::eq(object_id, param) => {
                    quote!(#name: object.into())
                }
                _ => start_of_param(param),
            }
        });
        let body = request.action.body.iter().map(|body| {
            let value = match body.required {
                true => ty::body_from_argument(body),
                false => quote!(None),
            };
            quote!(body: #value)
        });
        let object = object.map(|_| quote!(let object: crate::ObjectRef = object.into();));
        quote!(#object Self { client: (), #(#params,)* #(#body,)* })
    };
    quote! {
        impl #name {
            /// A request without a client, for [`Client::call`](crate::Client::call).
            pub fn new(#(#arguments: #types),*) -> Self {
                #made
            }
        }
    }
}

fn start_of_param(param: &Param<'_>) -> TokenStream {
    let name = ident(&param.ident);
    if param.required && ty::is_taken_as_it_is(&param.api.ty) {
        return quote!(#name);
    }
    let value = match (&param.api.ty, param.required) {
        (ty, true) => ty::from_argument(ty, &param.ident),
        (_, false) => quote!(None),
    };
    quote!(#name: #value)
}

fn setters(known: &Known<'_>, request: &Request<'_>) -> TokenStream {
    let name = ident(&request.ident);
    let params = request.optional().map(|param| {
        let docs = docs::param_setter(param).attributes();
        let deprecated = docs::deprecated(&param.api.deprecated);
        let value = ty::from_argument(&param.api.ty, &param.ident);
        let argument = ty::argument(&param.api.ty);
        setter(&docs, &deprecated, &param.ident, &argument, &value)
    });
    let body = request.optional_body().map(|body| {
        let docs = Docs::new(docs::about_body(body, known)).attributes();
        let value = ty::body_from_argument(body);
        setter(&docs, &None, "body", &ty::body_argument(body), &value)
    });
    let setters: Vec<TokenStream> = params.chain(body).collect();
    if setters.is_empty() {
        return TokenStream::new();
    }
    quote! {
        impl<C> #name<C> {
            #(#setters)*
        }
    }
}

fn setter(
    docs: &TokenStream,
    deprecated: &Option<TokenStream>,
    field: &str,
    argument: &TokenStream,
    value: &TokenStream,
) -> TokenStream {
    let name = ident(field);
    quote! {
        #docs
        #deprecated
        pub fn #name(mut self, #name: #argument) -> Self {
            self.#name = Some(#value);
            self
        }
    }
}

/// The facts about the action, from which the runtime's macro makes the rest.
fn facts(service: &Service<'_>, request: &Request<'_>) -> List {
    let action = request.action;
    let mut entries = vec![Entry::Line(format!(
        "{} {} {:?} => {}",
        action.method.as_str(),
        name::service(&service.api.name),
        action.path,
        ty::of_response(&request.response)
    ))];
    let mut line = |text: &str| entries.push(Entry::Line(text.to_owned()));
    match action.auth {
        Auth::Token => {}
        Auth::ShareToken => line("auth: ShareToken"),
        Auth::AppId => line("auth: AppId"),
        Auth::TemporaryToken => line("auth: TemporaryToken"),
        Auth::None => line("auth: None"),
    }
    if action.idempotent != action.method.is_idempotent() {
        line(&format!("idempotent: {}", action.idempotent));
    }
    let group = |entries: &mut Vec<Entry>, open, items: Vec<String>, close| {
        if !items.is_empty() {
            entries.push(Entry::Group(open, items, close));
        }
    };
    group(
        &mut entries,
        "roles: [",
        action
            .roles
            .iter()
            .map(|role| format!("{role:?}"))
            .collect(),
        "]",
    );
    group(
        &mut entries,
        "paging: [",
        action.paging.iter().map(|style| paging(*style)).collect(),
        "]",
    );
    if action.repeats {
        entries.push(Entry::Line("repeats: true".to_owned()));
    }
    for (location, open) in [
        (Location::Path, "path: { "),
        (Location::Query, "query: { "),
        (Location::Header, "header: { "),
    ] {
        let params = request
            .params
            .iter()
            .filter(|param| param.api.location == location && param.api.prefix().is_none());
        group(&mut entries, open, params.map(wire_name).collect(), " }");
    }
    let prefixes = request
        .params
        .iter()
        .filter(|param| param.api.prefix().is_some());
    group(
        &mut entries,
        "prefix: { ",
        prefixes.map(wire_name).collect(),
        " }",
    );
    if request.search_after_in_body {
        entries.push(Entry::Line("search_after_in_body: true".to_owned()));
    }
    entries.extend(
        action
            .body
            .as_ref()
            .map(|body| Entry::Line(body_fact(body, request.selects(&service.known)))),
    );
    let siblings = request.siblings.iter().map(|path| format!("{path:?}"));
    let siblings: Vec<String> = siblings.collect();
    if !siblings.is_empty() {
        entries.push(Entry::Group("siblings: [", siblings, "]"));
    }
    let head = format!("{} {}", request.id, request.ident);
    List {
        name: "action",
        head,
        entries,
    }
}

/// How the body is written.
fn body_fact(body: &RequestBody, selects: bool) -> String {
    match &body.content {
        RequestContent::Json(_) if selects => "body: selection body".to_owned(),
        RequestContent::Json(_) => "body: json body".to_owned(),
        RequestContent::Form(_) => "body: form body".to_owned(),
        RequestContent::Multipart(_) => "body: multipart body".to_owned(),
        RequestContent::Bytes(_) if ty::names_media_type(body) => "body: media body".to_owned(),
        RequestContent::Bytes(media_type) | RequestContent::Text(media_type) => {
            format!("body: content body as {media_type:?}")
        }
    }
}

fn wire_name(param: &Param<'_>) -> String {
    // A path's parameters are required anyway.
    let marked = param.api.required && param.api.location != Location::Path;
    let required = if marked { " required" } else { "" };
    format!("{}: {:?}{required}", param.ident, param.api.wire)
}

fn paging(style: Paging) -> String {
    let style = match style {
        Paging::Page => "Page",
        Paging::Scroll => "Scroll",
        Paging::LastId => "LastId",
        Paging::SearchAfter => "SearchAfter",
        Paging::LastFieldName => "LastFieldName",
    };
    style.to_owned()
}

fn outcome(request: &Request<'_>, outcome: &str, cases: &[Case<'_>]) -> TokenStream {
    let docs = Docs::new(format!("What [`{}`] returns.", request.ident)).attributes();
    let name = ident(outcome);
    let variants = cases.iter().map(|case| {
        let statuses: Vec<String> = case
            .statuses
            .iter()
            .map(|status| format!("`{status}`"))
            .collect();
        let words = docs::body_in_words(case.body);
        let docs = Docs::new(format!("{}: {words}.", statuses.join(" or "))).attributes();
        let variant = ident(&case.variant);
        if *case.body == Body::Nothing {
            return quote!(#docs #variant,);
        }
        let payload: TokenStream = ty::payload(case.body).parse().unwrap_or_default();
        match case.body.ty() {
            Some(_) => quote!(#docs #variant(Box<#payload>),),
            None => quote!(#docs #variant(#payload),),
        }
    });
    quote! {
        #docs
        #[non_exhaustive]
        #[derive(Clone, Debug, PartialEq)]
        pub enum #name {
            #(#variants)*
        }
    }
}

fn outcome_list(outcome: &str, cases: &[Case<'_>]) -> List {
    let entries = cases.iter().map(|case| {
        let statuses: Vec<String> = case.statuses.iter().map(u16::to_string).collect();
        let (statuses, variant) = (statuses.join(" | "), &case.variant);
        Entry::Line(match case.body {
            Body::Nothing => format!("{statuses} => {variant}"),
            body => format!("{statuses} => {variant}({})", ty::decoder(body)),
        })
    });
    List {
        name: "outcome",
        head: outcome.to_owned(),
        entries: entries.collect(),
    }
}
