//! The files that only say which modules there are.

use proc_macro2::TokenStream;
use quote::quote;

use crate::name::ident;
use crate::print::{Chunk, File};

use super::plan::{Plan, Resource};
use super::{Layout, docs};

/// `resources.rs`: every resource behind its feature.
pub(crate) fn list(plan: &Plan<'_>, layout: &Layout) -> File {
    let modules = plan.resources.iter().map(|resource| {
        let (feature, module) = (&resource.feature, ident(&resource.module));
        let needs_feature = layout.features.then(|| {
            quote! {
                #[cfg(feature = #feature)]
                #[cfg_attr(docsrs, doc(cfg(feature = #feature)))]
            }
        });
        quote!(#needs_feature pub mod #module;)
    });
    File {
        from: layout.spec.to_owned(),
        docs: vec!["One module per resource, each behind the feature of its name.".to_owned()],
        uses: Vec::new(),
        chunks: vec![Chunk::Items(quote!(#(#modules)*))],
    }
}

/// `resources/playlists.rs`: what the module of a resource shows.
pub(crate) fn module(resource: &Resource<'_>, layout: &Layout) -> File {
    let types = (!resource.types.is_empty()).then(|| {
        quote!(
            mod models;
        )
    });
    let show_types = (!resource.types.is_empty()).then(|| {
        quote!(
            pub use models::*;
        )
    });
    let wire = (!resource.types.is_empty()).then(|| {
        quote!(
            mod wire;
        )
    });
    let imports: Vec<_> = resource.imports.iter().map(|name| ident(name)).collect();
    let show_imports = (!imports.is_empty()).then(|| {
        let types: TokenStream = layout.types.parse().unwrap_or_default();
        quote!(pub use #types::{#(#imports),*};)
    });
    let items = quote! {
        mod handle;
        #types
        mod requests;
        #wire

        #show_imports
        pub use handle::*;
        #show_types
        pub use requests::*;
    };
    File {
        from: resource.api.file.clone(),
        docs: docs::resource(resource).lines(),
        uses: Vec::new(),
        chunks: vec![Chunk::Items(items)],
    }
}

/// `types.rs`: ids, and what several resources use.
pub(crate) fn shared(plan: &Plan<'_>, layout: &Layout) -> File {
    let types = !plan.shared.is_empty();
    let models = types.then(|| {
        quote!(
            mod models;
        )
    });
    let wire = types.then(|| {
        quote!(
            mod wire;
        )
    });
    let show_models = types.then(|| {
        quote!(
            pub use models::*;
        )
    });
    let items = quote! {
        mod ids;
        #models
        #wire

        pub use ids::*;
        #show_models
    };
    File {
        from: layout.spec.to_owned(),
        docs: vec!["Ids, and the models and enums that several resources use.".to_owned()],
        uses: Vec::new(),
        chunks: vec![Chunk::Items(items)],
    }
}
