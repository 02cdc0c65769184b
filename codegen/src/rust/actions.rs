//! `actions.rs`: the catalogue of all actions.

use proc_macro2::TokenStream;
use quote::quote;

use crate::name::ident;
use crate::print::{Chunk, File};

use super::Layout;
use super::plan::{Plan, Service};

/// The file.
pub(crate) fn file(plan: &Plan<'_>, layout: &Layout<'_>) -> File {
    let services = plan.services.iter().map(entries);
    let items = quote! {
        /// The facts about every action of the enabled services, by service.
        pub(crate) static ACTIONS: &[&[&crate::ActionMeta]] = &[#(#services,)*];
    };
    File {
        from: layout.spec.to_owned(),
        docs: vec!["The catalogue: every action, in the order of the spec.".to_owned()],
        uses: vec!["crate::Action".to_owned()],
        chunks: vec![Chunk::Items(items)],
    }
}

fn entries(service: &Service<'_>) -> TokenStream {
    let (feature, module) = (&service.feature, ident(&service.module));
    let resources = service.resources.iter();
    let requests = resources.flat_map(|resource| &resource.requests);
    let requests: Vec<_> = requests.map(|request| ident(&request.ident)).collect();
    let import = (!requests.is_empty()).then(|| quote!(use super::#module::requests::*;));
    quote! {
        #[cfg(feature = #feature)]
        {
            #import
            &[#(<#requests>::META),*]
        }
    }
}
