//! `tests/it/generated/wire.rs`: every request twice, with as little and with as much as it takes.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::Direction;
use crate::name::{self, ident};
use crate::print::{Chunk, File};

use super::Layout;
use super::plan::{Field, Holder, Kind, Known, Model, Plan, Request, Resource, Through};
use super::values::{self, Fill};

/// The file.
pub(crate) fn file(plan: &Plan<'_>, layout: &Layout) -> File {
    let modules = plan.resources.iter().map(|resource| module(plan, resource));
    File {
        from: layout.spec.to_owned(),
        docs: vec![
            "Every request twice: with nothing but what it cannot be made without, and with"
                .to_owned(),
            "everything set.".to_owned(),
        ],
        uses: Vec::new(),
        chunks: vec![Chunk::Items(quote!(#(#modules)*))],
    }
}

fn module(plan: &Plan<'_>, resource: &Resource<'_>) -> TokenStream {
    let (feature, module) = (&resource.feature, ident(&resource.module));
    let lines = resource.requests.iter().map(|request| lines(plan, request));
    let models = sent_models(plan, resource);
    let examples = models.iter().map(|model| example(&plan.known, model));
    quote! {
        #[cfg(feature = #feature)]
        mod #module {
            use iconik_api::#module::*;

            #[test]
            fn requests() {
                let mut lines = crate::Lines::default();
                #(#lines)*
                lines.check(#feature);
            }

            #(#examples)*
        }
    }
}

fn lines(plan: &Plan<'_>, request: &Request<'_>) -> TokenStream {
    let name = ident(&request.ident);
    let least = values::arguments(request, &plan.known, Fill::Least);
    let most = values::arguments(request, &plan.known, Fill::Most);
    let setters = request.optional().map(|param| {
        let setter = ident(&param.ident);
        let value = values::of_param(param, &plan.known, Fill::Most);
        quote!(.#setter(#value))
    });
    let options = request.optional_options().map(|options| {
        let value = values::of_options(options, &plan.known, Fill::Most);
        quote!(.options(#value))
    });
    let least = line(quote!(#name::new(#(#least),*)));
    let most = line(quote!(#name::new(#(#most),*) #(#setters)* #options));
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
fn sent_models<'a>(plan: &Plan<'a>, resource: &Resource<'a>) -> Vec<Model<'a>> {
    let mut reached = BTreeSet::new();
    for request in &resource.requests {
        if let Some(options) = &request.action.options {
            plan.known.reach(&options.ty, Through::Fields, &mut reached);
        }
    }
    reached
        .into_iter()
        .filter_map(|name| plan.known.model(name))
        .filter(|model| model.direction != Direction::Response)
        .map(|model| plan.known.plan(model))
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
