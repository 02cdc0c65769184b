//! The files that only say which modules there are.

use proc_macro2::TokenStream;
use quote::quote;

use crate::name::ident;
use crate::print::{Chunk, File};

use super::plan::{Plan, Resource, SERVICE_MODULE, Service, TYPES_MODULE, Types};
use super::{Layout, docs};

/// `mod.rs`: what all services share, and every service, which needs its feature.
pub(crate) fn root(plan: &Plan<'_>, layout: &Layout<'_>) -> File {
    let actions = layout.features.then(|| {
        quote!(
            pub(crate) mod actions;
        )
    });
    let services = plan.services.iter().map(|service| {
        let (feature, module) = (&service.feature, ident(&service.module));
        let needs_feature = layout.features.then(|| {
            quote! {
                #[cfg(feature = #feature)]
                #[cfg_attr(docsrs, doc(cfg(feature = #feature)))]
            }
        });
        quote!(#needs_feature pub mod #module;)
    });
    let items = quote! {
        #actions
        pub mod common;
        pub mod ids;
        pub(crate) mod services;

        #(#services)*
    };
    file(
        layout.spec.to_owned(),
        vec![
            "One module per service, which needs the feature of its name, and what they share."
                .to_owned(),
        ],
        items,
    )
}

/// `common.rs`: the models and enums that several services use.
pub(crate) fn common(plan: &Plan<'_>, layout: &Layout<'_>) -> File {
    let show = plan.common.name_others().then(|| {
        quote!(
            use super::ids::*;
        )
    });
    let types = types_of(&plan.common);
    file(
        format!("{}/common.yaml", layout.spec),
        vec!["The models and enums that several services use.".to_owned()],
        quote!(#types #show),
    )
}

/// `assets.rs`: what the module of a service shows.
pub(crate) fn service(service: &Service<'_>, layout: &Layout<'_>) -> File {
    let principal = ident(SERVICE_MODULE);
    let types = (!service.types.is_empty()).then(|| ident(TYPES_MODULE));
    let others = service.others().map(|resource| ident(&resource.module));
    let modules: Vec<_> = types.into_iter().chain(others).collect();
    let shared = [
        ("ids", service.outside.ids),
        ("common", service.outside.common),
    ];
    let imports = shared.iter().filter(|(_, used)| *used).map(|(module, _)| {
        let module = ident(module);
        quote!(use super::#module::*;)
    });
    let items = quote! {
        pub mod requests;
        mod #principal;
        #(mod #modules;)*

        #(#imports)*
        pub use #principal::*;
        #(pub use #modules::*;)*
    };
    file(
        format!("{}/{}", layout.spec, service.api.name),
        docs::service(service).lines(),
        items,
    )
}

/// `assets/requests.rs`: the requests of all resources of a service.
pub(crate) fn requests(service: &Service<'_>, layout: &Layout<'_>) -> File {
    let modules = service
        .resources
        .iter()
        .map(|resource| ident(&resource.module));
    file(
        format!("{}/{}", layout.spec, service.api.name),
        vec![format!(
            "The requests of the service `{}`, as values.",
            service.api.name
        )],
        quote!(#(pub use super::#modules::requests::*;)*),
    )
}

/// `assets/types.rs`: what several resources of a service use.
pub(crate) fn types(service: &Service<'_>, layout: &Layout<'_>) -> File {
    let types = types_of(&service.types);
    let outside = service.types.name_others().then(|| {
        quote!(
            use super::*;
        )
    });
    file(
        format!("{}/{}/types.yaml", layout.spec, service.api.name),
        vec!["The models and enums that several resources use.".to_owned()],
        quote!(#types #outside),
    )
}

/// `assets/service.rs` of a service without principal resource: the handle alone.
pub(crate) fn handle_only(service: &Service<'_>, layout: &Layout<'_>) -> File {
    let outside = service.others().next().map(|_| {
        quote!(
            use super::*;
        )
    });
    file(
        format!("{}/{}", layout.spec, service.api.name),
        vec![format!("The handle of the service `{}`.", service.api.name)],
        quote! {
            mod handle;
            #outside
            pub use handle::*;
        },
    )
}

/// `assets/playlists.rs`: what the module of a resource shows to its service.
pub(crate) fn resource(service: &Service<'_>, resource: &Resource<'_>) -> File {
    let types = types_of(&resource.types);
    let names_handles = resource.is_principal && service.others().next().is_some();
    let outside = (names_handles || resource.names_others()).then(|| {
        quote!(
            use super::*;
        )
    });
    let requests = (!resource.requests.is_empty()).then(|| {
        quote!(
            use self::requests::*;
        )
    });
    file(
        resource.api.file.clone(),
        docs::resource(resource).lines(),
        quote! {
            mod handle;
            pub(super) mod requests;
            #types
            #outside
            #requests
            pub use handle::*;
        },
    )
}

/// The modules of models and enums, if there are any.
fn types_of(types: &Types<'_>) -> TokenStream {
    if types.is_empty() {
        return TokenStream::new();
    }
    quote! {
        mod models;
        mod wire;
        pub use models::*;
    }
}

/// A file of these items: modules first, then what is imported, then what is shown.
fn file(from: String, docs: Vec<String>, items: TokenStream) -> File {
    let chunks = match syn::parse2::<syn::File>(items.clone()) {
        Ok(parsed) => {
            let rank = |item: &syn::Item| match item {
                syn::Item::Use(item) => match item.vis {
                    syn::Visibility::Inherited => 1,
                    _ => 2,
                },
                _ => 0,
            };
            let groups = (0..3).map(|group| {
                let items = parsed.items.iter().filter(|item| rank(item) == group);
                quote!(#(#items)*)
            });
            let groups = groups.filter(|group| !group.is_empty());
            groups.map(Chunk::Items).collect()
        }
        // Only a mistake in this crate leads here. The compiler will point at it.
        Err(_) => vec![Chunk::Items(items)],
    };
    File {
        from,
        docs,
        uses: Vec::new(),
        chunks,
    }
}
