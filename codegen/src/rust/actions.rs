//! `actions.rs`: the catalogue of all actions.

use proc_macro2::TokenStream;
use quote::quote;

use crate::name::ident;
use crate::print::{Chunk, File};

use super::plan::{Plan, Resource};

/// The file.
pub(crate) fn file(plan: &Plan<'_>) -> File {
    let entries = plan.resources.iter().flat_map(entries);
    let items = quote! {
        /// The facts about every action of the enabled resources.
        pub static ACTIONS: &[&crate::ActionMeta] = &[#(#entries,)*];
    };
    File {
        from: "spec".to_owned(),
        docs: vec!["The catalogue: every action, in the order of the spec.".to_owned()],
        uses: vec!["crate::Action".to_owned()],
        chunks: vec![Chunk::Items(items)],
    }
}

fn entries<'r>(resource: &'r Resource<'_>) -> impl Iterator<Item = TokenStream> + 'r {
    let (feature, module) = (&resource.feature, ident(&resource.module));
    resource.requests.iter().map(move |request| {
        let request = ident(&request.ident);
        quote!(#[cfg(feature = #feature)] <crate::#module::#request>::META)
    })
}
