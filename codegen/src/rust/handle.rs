//! `handle.rs` of a resource: the methods by which a client's user finds its actions.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Body, Type};
use crate::name::{self, ident};
use crate::print::{Chunk, File, statements};

use super::Layout;
use super::docs;
use super::plan::{Argument, Request, Resource, Response, Service};
use super::ty;
use super::values::{self, Fill};

/// The file of a resource.
pub(crate) fn file(service: &Service<'_>, resource: &Resource<'_>) -> File {
    let methods = resource
        .requests
        .iter()
        .map(|request| method(service, resource, request));
    let methods = quote!(#(#methods)*);
    let items = match resource.is_principal {
        true => of_service(service, methods),
        false => of_resource(service, resource, methods),
    };
    File {
        from: resource.api.file.clone(),
        docs: vec![format!("The methods of [`{}`].", resource.handle)],
        uses: vec!["super::*".to_owned()],
        chunks: vec![Chunk::Items(items)],
    }
}

/// The file of a service without principal resource.
pub(crate) fn without_actions(service: &Service<'_>, layout: &Layout<'_>) -> File {
    let names_handles = service.others().next().is_some();
    File {
        from: format!("{}/{}", layout.spec, service.api.name),
        docs: vec![format!("The methods of [`{}`].", service.handle)],
        uses: names_handles
            .then(|| "super::*".to_owned())
            .into_iter()
            .collect(),
        chunks: vec![Chunk::Items(of_service(service, TokenStream::new()))],
    }
}

/// The handle of a service: it leads to those of its resources.
fn of_service(service: &Service<'_>, methods: TokenStream) -> TokenStream {
    let handle = ident(&service.handle);
    let handle_docs = docs::service_handle(service).attributes();
    let client_docs = docs::client_method(service).attributes();
    let module = ident(&service.module);
    let accessors = service.others().map(|resource| {
        let docs = docs::accessor(resource).attributes();
        let (method, ty) = (ident(&resource.accessor), ident(&resource.handle));
        quote! {
            #docs
            pub fn #method(&self) -> #ty {
                #ty(self.0.clone())
            }
        }
    });
    quote! {
        #handle_docs
        #[derive(Clone, Debug)]
        pub struct #handle(crate::Client);

        impl crate::Client {
            #client_docs
            pub fn #module(&self) -> #handle {
                #handle(self.clone())
            }
        }

        impl #handle {
            #(#accessors)*
            #methods
        }
    }
}

/// The handle of any other resource.
fn of_resource(
    service: &Service<'_>,
    resource: &Resource<'_>,
    methods: TokenStream,
) -> TokenStream {
    let handle = ident(&resource.handle);
    let docs = docs::handle(service, resource).attributes();
    quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct #handle(pub(crate) crate::Client);

        impl #handle {
            #methods
        }
    }
}

fn method(service: &Service<'_>, resource: &Resource<'_>, request: &Request<'_>) -> TokenStream {
    let docs = docs::method(request, &service.known)
        .and(example(service, resource, request))
        .attributes();
    let deprecated = docs::deprecated(&request.action.deprecated);
    let (method, ty) = (ident(&request.method), ident(&request.ident));
    let (names, types) = parameters(request);
    quote! {
        #docs
        #deprecated
        pub fn #method(&self, #(#names: #types),*) -> #ty<crate::Client> {
            #ty::new(#(#names),*).with_client(&self.0)
        }
    }
}

/// Names and types of the arguments.
pub(crate) fn parameters(request: &Request<'_>) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let params = request.arguments().into_iter().map(|argument| {
        let name = ident(argument.name());
        let ty = match argument {
            Argument::Param(param) => ty::argument(&param.api.ty),
            Argument::Object { .. } => quote!(impl Into<crate::ObjectRef>),
        };
        (quote!(#name), ty)
    });
    let body = request
        .required_body()
        .map(|body| (quote!(body), ty::body_argument(body)));
    params.chain(body).unzip()
}

/// A call as a reader would write it. A test sends it to the local iconik.
fn example(service: &Service<'_>, resource: &Resource<'_>, request: &Request<'_>) -> String {
    let method = ident(&request.method);
    let handle: TokenStream = resource.call.parse().unwrap_or_default();
    let arguments = values::arguments(request, &service.known, Fill::Typical);
    let by_name = values::by_name(request, &service.known, Fill::Typical);
    let imports = imports(service, &quote!(#(#arguments)* #by_name));
    let variable = variable(request).map(|name| quote!(let #name =));
    let call = |arguments: &[TokenStream]| {
        statements(quote!(#variable #handle.#method(#(#arguments),*)#by_name.await?;))
    };
    let mut body = call(&arguments);
    if body.len() > 1 {
        // Ids are long: with names for them the call is easier to read.
        let (ids, names) = name_ids(request, &arguments);
        body = statements(ids);
        body.extend(call(&names));
    }
    let mut lines = vec!["```".to_owned()];
    lines.extend(imports);
    lines.push(
        "# async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {".to_owned(),
    );
    lines.extend(body);
    lines.push("# Ok(()) }".to_owned());
    lines.push("# iconik_api::mock::run_example(example);".to_owned());
    lines.push("```".to_owned());
    lines.join("\n")
}

/// The ids among the arguments, as statements that name them, and the arguments by these names.
fn name_ids(request: &Request<'_>, arguments: &[TokenStream]) -> (TokenStream, Vec<TokenStream>) {
    let mut names = arguments.to_vec();
    let mut statements = TokenStream::new();
    for (of, argument) in request.arguments().iter().zip(&mut names) {
        let is_id = match of {
            Argument::Param(param) => matches!(param.api.ty, Type::Id(_)),
            Argument::Object { .. } => true,
        };
        if is_id {
            let name = ident(of.name());
            statements.extend(quote!(let #name = #argument;));
            *argument = quote!(#name);
        }
    }
    (statements, names)
}

/// The types that an example names, imported as its reader would.
fn imports(service: &Service<'_>, tokens: &TokenStream) -> Vec<String> {
    let mut by_module: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let is_model_or_enum = |name: &String| service.known.home(name).is_some();
    for name in type_names(tokens.clone())
        .into_iter()
        .filter(is_model_or_enum)
    {
        let path = service.path_of(&name);
        if let Some((module, _)) = path.split_once("::") {
            by_module.entry(module.to_owned()).or_default().push(name);
        }
    }
    let uses = by_module
        .iter()
        .map(|(module, names)| match names.as_slice() {
            [name] => format!("use iconik_api::{module}::{name};"),
            names => format!("use iconik_api::{module}::{{{}}};", names.join(", ")),
        });
    let mut lines: Vec<String> = uses.collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// The type before each `::`, except types of other crates.
fn type_names(tokens: TokenStream) -> Vec<String> {
    let mut names = std::collections::BTreeSet::new();
    collect_type_names(tokens, &mut names);
    names.into_iter().collect()
}

fn collect_type_names(tokens: TokenStream, into: &mut std::collections::BTreeSet<String>) {
    let mut after_path = false;
    for tree in tokens {
        match tree {
            proc_macro2::TokenTree::Ident(name) => {
                let name = name.to_string();
                if !after_path && name.starts_with(|c: char| c.is_ascii_uppercase()) {
                    into.insert(name);
                }
                after_path = false;
            }
            proc_macro2::TokenTree::Group(group) => {
                collect_type_names(group.stream(), into);
                after_path = false;
            }
            proc_macro2::TokenTree::Punct(punct) => after_path = punct.as_char() == ':',
            proc_macro2::TokenTree::Literal(_) => after_path = false,
        }
    }
}

/// What a reader would call the response.
fn variable(request: &Request<'_>) -> Option<proc_macro2::Ident> {
    let name = match &request.response {
        Response::Empty => return None,
        Response::Plain(Body::Text) => "text".to_owned(),
        Response::Plain(Body::Location) => "location".to_owned(),
        Response::Plain(_) => "bytes".to_owned(),
        Response::Outcome { .. } => "outcome".to_owned(),
        Response::Json(body) | Response::Optional(body) => match body {
            Body::Page(_) => "page".to_owned(),
            Body::Objects(_) => "items".to_owned(),
            Body::Json(Type::Model(model)) => model.clone(),
            _ => "response".to_owned(),
        },
    };
    Some(ident(&name::variable(&name)))
}
