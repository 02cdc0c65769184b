//! `actions.rs`: the catalogue of all actions.

use proc_macro2::TokenStream;
use quote::quote;

use crate::name::ident;
use crate::print::{Chunk, File};

use super::Layout;
use super::plan::{Plan, Resource};

/// The file.
pub(crate) fn file(plan: &Plan<'_>, layout: &Layout) -> File {
    let resources = plan.resources.iter().map(entries);
    let items = quote! {
        /// The facts about every action of the enabled resources, by resource.
        pub(crate) static ACTIONS: &[&[&crate::ActionMeta]] = &[#(#resources,)*];
    };
    File {
        from: layout.spec.to_owned(),
        docs: vec!["The catalogue: every action, in the order of the spec.".to_owned()],
        uses: vec!["crate::Action".to_owned()],
        chunks: vec![Chunk::Items(items)],
    }
}

fn entries(resource: &Resource<'_>) -> TokenStream {
    let (feature, module) = (&resource.feature, ident(&resource.module));
    let requests = resource
        .requests
        .iter()
        .map(|request| ident(&request.ident));
    quote! {
        #[cfg(feature = #feature)]
        {
            use crate::#module::*;
            &[#(<#requests>::META),*]
        }
    }
}
