//! The wire tests: every request twice, with as little and with as much as it takes.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::api::{Direction, Home, RequestBody};
use crate::name::{self, ident};
use crate::print::{Chunk, File};

use super::Layout;
use super::plan::{Field, Holder, Kind, Known, Model, Plan, Request, Resource, Service};
use super::values::{self, Fill};

/// The files, by their paths below the folder of generated tests: a module per service, in it one per
/// resource.
pub(crate) fn files(plan: &Plan<'_>, layout: &Layout<'_>) -> Vec<(String, File)> {
    let services = plan
        .services
        .iter()
        .filter(|service| !service.resources.is_empty());
    let modules = services.clone().map(|service| {
        let (feature, module) = (&service.feature, ident(&service.module));
        quote!(#[cfg(feature = #feature)] mod #module;)
    });
    let root = quote!(#(#modules)*);
    let mut files = vec![("mod.rs".to_owned(), file(layout.spec.to_owned(), root))];
    for service in services {
        let folder = name::bare(&service.module);
        let modules = service.resources.iter().map(|resource| {
            let module = ident(&resource.module);
            quote!(mod #module;)
        });
        let from = format!("{}/{}", layout.spec, service.api.name);
        files.push((format!("{folder}/mod.rs"), file(from, quote!(#(#modules)*))));
        for resource in &service.resources {
            let path = format!("{folder}/{}.rs", name::bare(&resource.module));
            files.push((
                path,
                file(resource.api.file.clone(), tests(service, resource)),
            ));
        }
    }
    files
}

fn file(from: String, items: TokenStream) -> File {
    File {
        from,
        docs: vec![
            "Every request twice: with nothing but what it cannot be made without, and with"
                .to_owned(),
            "everything set.".to_owned(),
        ],
        uses: Vec::new(),
        chunks: vec![Chunk::Items(items)],
    }
}

fn tests(service: &Service<'_>, resource: &Resource<'_>) -> TokenStream {
    let module = ident(&service.module);
    let (of_service, of_resource) = (&service.api.name, &resource.api.name);
    let lines = resource
        .requests
        .iter()
        .map(|request| lines(&service.known, request));
    let lines = quote!(#(#lines)*);
    let examples = examples(&service.known, resource, &lines);
    let mut names = BTreeSet::new();
    type_names(quote!(#lines #(#examples)*), &mut names);
    let is_common = |name: &String| service.known.home(name) == Some(&Home::Common);
    let common = names.iter().any(is_common);
    let own = names
        .iter()
        .any(|name| matches!(service.known.home(name), Some(home) if *home != Home::Common));
    let common = common.then(|| {
        quote!(
            use iconik_api::common::*;
        )
    });
    let own = own.then(|| quote!(use iconik_api::#module::*;));
    quote! {
        #own
        #common
        use iconik_api::#module::requests::*;

        #[test]
        fn requests() {
            let mut lines = crate::Lines::default();
            #lines
            lines.check(#of_service, #of_resource);
        }

        #(#examples)*
    }
}

/// The functions that the lines call, also through each other.
fn examples(known: &Known<'_>, resource: &Resource<'_>, lines: &TokenStream) -> Vec<TokenStream> {
    let mut names = BTreeSet::new();
    calls(lines.clone(), &mut names);
    let models = sent_models(known, resource);
    let mut open: Vec<&Model<'_>> = models.iter().collect();
    let mut called: BTreeMap<&str, TokenStream> = BTreeMap::new();
    loop {
        let is_called = |model: &&Model<'_>| names.contains(&name::example_of(&model.api.name));
        let (next, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(is_called);
        if next.is_empty() {
            return called.into_values().collect();
        }
        for model in next {
            let tokens = example(known, model);
            calls(tokens.clone(), &mut names);
            called.insert(&model.api.name, tokens);
        }
        open = rest;
    }
}

/// The functions without arguments that the tokens call.
fn calls(tokens: TokenStream, into: &mut BTreeSet<String>) {
    let mut function: Option<String> = None;
    let mut is_method = false;
    for tree in tokens {
        match tree {
            TokenTree::Ident(name) => {
                function = (!is_method).then(|| name.to_string());
                is_method = false;
            }
            TokenTree::Group(group) => {
                if group.stream().is_empty() {
                    into.extend(function.take());
                }
                function = None;
                is_method = false;
                calls(group.stream(), into);
            }
            TokenTree::Punct(punct) => {
                function = None;
                is_method = matches!(punct.as_char(), '.' | ':');
            }
            TokenTree::Literal(_) => function = None,
        }
    }
}

/// Every identifier in the tokens, which the names of types are among.
fn type_names(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(name) => drop(into.insert(name.to_string())),
            TokenTree::Group(group) => type_names(group.stream(), into),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn lines(known: &Known<'_>, request: &Request<'_>) -> TokenStream {
    let name = ident(&request.ident);
    let least = values::arguments(request, known, Fill::Least);
    let most = values::arguments(request, known, Fill::Most);
    let setters = request.optional().map(|param| {
        let setter = ident(&param.ident);
        let value = values::of_param(param, known, Fill::Most);
        quote!(.#setter(#value))
    });
    let body = request.optional_body().map(|body| {
        let value = values::of_body(body, known, Fill::Most);
        quote!(.body(#value))
    });
    let by_name = values::by_name(request, known, Fill::Least);
    let least = line(quote!(#name::new(#(#least),*) #by_name));
    let most = line(quote!(#name::new(#(#most),*) #(#setters)* #body));
    quote!(#least #most)
}

/// Adds a request; one that is too long for a line has a name first, which reads better than a call
/// in a call, broken twice.
fn line(request: TokenStream) -> TokenStream {
    // Counted in text of tokens, which has more spaces than the file: it fits with what is around it.
    const SHORT: usize = 85;
    if request.to_string().len() <= SHORT {
        quote!(lines.add(&#request);)
    } else {
        quote! {
            let request = #request;
            lines.add(&request);
        }
    }
}

/// The models that the resource's requests send, also inside others.
fn sent_models<'a>(known: &Known<'a>, resource: &Resource<'a>) -> Vec<Model<'a>> {
    let mut reached = BTreeSet::new();
    for request in &resource.requests {
        if let Some(ty) = request.action.body.as_ref().and_then(RequestBody::ty) {
            known.reach(ty, &mut reached);
        }
    }
    reached
        .into_iter()
        .filter_map(|name| known.model(name))
        .filter(|model| model.direction != Direction::Response)
        .map(|model| known.plan(model))
        .collect()
}

/// A function that makes a model with everything set.
fn example(known: &Known<'_>, model: &Model<'_>) -> TokenStream {
    let function = ident(&name::example_of(&model.api.name));
    let name = ident(&model.api.name);
    let new = values::construct(model, known, Fill::Most);
    let Kind::Struct { fields, .. } = &model.kind else {
        return quote!(fn #function() -> #name { #new });
    };
    // A model inside itself would never end.
    let fields = || {
        fields
            .iter()
            .filter(|field| !known.holds(&field.api.ty, &model.api.name))
    };
    let setters = fields().filter(|field| field.settable).map(|field| {
        let setter = ident(&field.ident);
        let value = values::of_field(field, known, Fill::Most);
        quote!(.#setter(#value))
    });
    let made = quote!(#new #(#setters)*);
    let assigned: Vec<TokenStream> = fields()
        .filter(|field| !field.settable && !field.required)
        .map(|field| assign(known, field))
        .collect();
    if assigned.is_empty() {
        return quote!(fn #function() -> #name { #made });
    }
    quote! {
        fn #function() -> #name {
            let mut model = #made;
            #(#assigned)*
            model
        }
    }
}

/// Sets a field that has no setter, because iconik sets it itself.
fn assign(known: &Known<'_>, field: &Field<'_>) -> TokenStream {
    let name = ident(&field.ident);
    let value = values::exactly(field, known, Fill::Most);
    let value = if field.boxed {
        quote!(Box::new(#value))
    } else {
        value
    };
    let value = match field.holder {
        Holder::Plain => value,
        Holder::Option => quote!(Some(#value)),
        Holder::Nullable => quote!(iconik_api::Nullable::Value(#value)),
    };
    quote!(model.#name = #value;)
}
